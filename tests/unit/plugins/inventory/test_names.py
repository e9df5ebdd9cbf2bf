# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host that is made of a cluster or a project never touches what stands in the inventory already."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.inventory import Inventories, Inventory
from ansible_collections.otc.bigdata.tests.unit.utils.service import NIGHTLY, PROJECT

MACHINES = "[analytics]\nweb1\nweb2 ansible_host=10.0.0.5\n[analytics:vars]\nuser=web\n"


class Plugin(t.NamedTuple):
    """One of the two inventories, with a source whose things can have any names."""

    files: Inventories
    kind: str  # of what the emulator has
    of: dict[str, t.Any]  # how its options begin
    identity: str

    def load(self, *names: str) -> None:
        fields = ("clusterId", "clusterName") if self.kind == "clusters" else ("id", "name")
        things = [dict(zip(fields, (f"id-{number}", name))) for number, name in enumerate(names)]
        self.files.emulator.load({self.kind: things})

    def write(self, name: str = "1", **options: t.Any) -> str:
        ending = self.files.plugin.rpartition(".")[2]
        return self.files.write(f"{name}_{ending}.yml", **{**self.of, **options})

    def static(self, content: t.Any, name: str = "static") -> str:
        return str(self.files.folder.write(name, content))

    @property
    def group(self) -> str:
        return self.files.plugin.rpartition(".")[2]

    def ours(self, shown: Inventory) -> dict[str, str]:
        """The name of each host in the group of the plugin, and which it is."""
        return {name: shown.hosts[name][self.identity] for name in shown.groups.get(self.group, ())}

    def new(self, name: str, number: int = 0) -> str:
        """The name of the thing of that number, if this one is taken."""
        return f"{name}.eu-de" if self.kind == "clusters" else f"id-{number}"


@pytest.fixture(params=["mrs_clusters", "iam_projects"])
def plugin(request, emulator):
    if request.param == "mrs_clusters":
        files = request.getfixturevalue("clusters")
        return Plugin(files, "clusters", {"project_name": "eu-de", "read_tags": False}, "cluster_id")
    files = request.getfixturevalue("projects")
    return Plugin(files, "projects", {"region": "eu-de"}, "project_id")


def said(shown: Inventory, text: str) -> bool:
    """However Ansible has wrapped it."""
    return "".join(text.split()) in "".join(shown.said.split())


def test_a_group_of_that_name_before(plugin):
    """Its machines would be run on the control node, and be in the groups of the cluster."""
    plugin.load("analytics", "b")
    machines = plugin.static(MACHINES)
    shown = plugin.files.list(machines, plugin.write(groups={"night": "true"}, compose={"owner": "'me'"}))
    name = plugin.new("analytics")
    assert plugin.ours(shown) == {name: "id-0", "b": "id-1"}
    assert shown.groups["night"] == {name, "b"}
    assert shown.groups["analytics"] == {"web1", "web2"}
    assert shown.hosts["web1"] == {"user": "web"}
    assert shown.hosts["web2"] == {"user": "web", "ansible_host": "10.0.0.5"}
    assert shown.hosts[name]["owner"] == "me"
    assert "user" not in shown.hosts[name]
    assert said(shown, f"id-0 is named {name!r}: a group of this inventory is named 'analytics'")


def test_a_group_of_that_name_after(plugin):
    """It cannot be seen, but nothing of ours gets into it, and nothing of it to us."""
    plugin.load("analytics", "b")
    options = {"groups": {"night": "true"}, "compose": {"owner": "'me'"}}
    shown = plugin.files.list(plugin.write(**options), plugin.static(MACHINES), plugin.write("2", **options))
    assert plugin.ours(shown) == {"analytics": "id-0", "b": "id-1"}
    assert shown.groups["night"] == {"analytics", "b"}
    assert shown.groups["analytics"] == {"web1", "web2"}
    assert shown.hosts["web1"] == {"user": "web"}
    assert shown.hosts["analytics"]["owner"] == "me"
    assert shown.hosts["analytics"]["ansible_connection"] == "local"
    assert "user" not in shown.hosts["analytics"]
    assert "is named" not in shown.said


def test_groups_that_are_named_like_a_host(plugin):
    """``groups`` and ``keyed_groups`` mean the host, and ``parent_group`` the group."""
    plugin.load("a", "b", "parent")
    name = plugin.identity.replace("_id", "_name")
    options = {
        "groups": {"a": f"{name} == 'b'", "b": f"{name} == 'b'"},
        "keyed_groups": [{"key": name, "separator": "", "parent_group": "parent"}],
        "compose": {"b": name},
        "strict": True,
    }
    file = plugin.write(**options)
    for shown in (plugin.files.list(file), plugin.files.list(file, file)):
        assert plugin.ours(shown) == {"a": "id-0", "b": "id-1", "parent": "id-2"}, shown.said
        assert shown.groups["a"] == {"a", "b"}
        assert shown.groups["b"] == {"b"}
        assert shown.groups["parent"] == {"parent"}
        assert {one: host["b"] for one, host in shown.hosts.items()} == {"a": "a", "b": "b", "parent": "parent"}
        assert "vars" not in shown.run.out.partition("hostvars")[0]


def test_names_that_have_a_meaning(plugin):
    names = ["all", "ungrouped", "localhost", "127.0.0.1", "::1", plugin.group]
    plugin.load(*names)
    machines = plugin.static("web1\nlocalhost ansible_connection=local\n")
    shown = plugin.files.list(machines, plugin.write())
    new = {name: plugin.new(name, number) for number, name in enumerate(names)}
    new["::1"] = "id-4"  # ``--limit`` would take any longer name with colons apart
    assert plugin.ours(shown) == {new[name]: f"id-{number}" for number, name in enumerate(names)}
    assert shown.hosts.get("web1", {}) == {}
    assert shown.hosts["localhost"] == {"ansible_connection": "local"}
    for number, name in enumerate(names):
        why = f"{name!r} is the name of the control node" if name[0] in "l1:" else "a group of this inventory is named"
        assert said(shown, f"{plugin.identity} id-{number} is named {new[name]!r}: {why}"), name
    refusals = plugin.files.complaints(*({**plugin.of, "hostnames": ["name"], "names": [name]} for name in names))
    for number, (name, refusal) in enumerate(zip(names, refusals)):
        assert refusal.startswith(f"hostnames: id-{number} cannot be named: ")
        assert f"'{name}'" in refusal


def test_names_that_no_host_can_have(plugin):
    """``--limit 'web*'`` or ``web1,web2`` would mean this one host, and a terminal would do what it is told."""
    names = ("web*", "[ab]c", "!web1", "&web", "~web.*", "web1,web2", "web1:web2", "web1::web2", " web1", "web1 ")
    names += ("a/../b", "a\nb", "a\x1b[31mb", "a\u202eb")
    names += (".", "..")  # they would have the variables of files of other hosts
    plugin.load(*names)
    plugin.static({"of_another": 1}, "host_vars/web1.yml")
    shown = plugin.files.list(plugin.write(hostnames=["name", "id"]))
    assert set(plugin.ours(shown)) == {f"id-{number}" for number in range(len(names))}
    assert "\x1b" not in shown.run.said
    assert "of_another" not in shown.run.said
    for name in names:
        assert said(shown, f"{name!r} cannot be the name of a host")


MACHINES_OF_A_FILE: dict[str, dict] = {
    "address": {"ansible_host": "10.0.0.5"},
    "connection": {"ansible_connection": "ssh"},
    "port": {"ansible_port": 2222},
    "here": {"ansible_connection": "local"},
    "of_a_cluster": {"cluster_id": "id-4", "project_id": "id-4", "ansible_host": "10.0.0.5"},
    "bare.example.com": {},
}


@pytest.mark.parametrize("of_group", [{}, {"ansible_connection": "winrm"}])
def test_machines_of_that_name(plugin, of_group):
    """Their plays would run on the control node if they became clusters."""
    plugin.load(*MACHINES_OF_A_FILE)
    machines = plugin.static({"servers": {"hosts": MACHINES_OF_A_FILE, "vars": of_group}}, "static.yml")
    refused = plugin.write("2", hostnames=["name"], names=["address"])
    shown = plugin.files.list(machines, plugin.write(groups={"night": "true"}), refused)
    news = {plugin.new(name, number): f"id-{number}" for number, name in enumerate(MACHINES_OF_A_FILE)}
    assert plugin.ours(shown) == news
    assert shown.groups["night"] == set(news)
    assert shown.groups["servers"] == set(MACHINES_OF_A_FILE)
    for (name, variables), new in zip(MACHINES_OF_A_FILE.items(), news):
        assert shown.hosts.get(name, {}) == {**of_group, **variables}
        assert said(shown, f"{news[new]} is named {new!r}: a host of this inventory is named {name!r} already")
    assert said(shown, "hostnames: id-0 cannot be named: a host of this inventory is named 'address' already")


def test_the_way_out(plugin):
    plugin.load("reports")
    shown = plugin.files.list(plugin.static("reports\n"), plugin.write(hostnames=["id"]))
    assert "WARNING" not in shown.said
    assert plugin.ours(shown) == {"id-0": "id-0"}


def test_a_cluster_of_that_name_in_another_file(emulator, clusters):
    """A name that is written down somewhere would mean one of them. The same cluster twice is one host."""
    both = [{"clusterId": "day", "clusterName": "b"}, {"clusterId": "night", "clusterName": "b", "project_id": NIGHTLY}]
    emulator.load({"clusters": both})
    files = [clusters.write(f"{one}.mrs.yml", project_name=one) for one in ("eu-de", "eu-de_nightly")]
    shown = clusters.list(*files)
    assert {name: host["cluster_id"] for name, host in shown.hosts.items()} == {"b": "day"}
    assert "hostnames: another host of this inventory is named 'b' already" in shown.said
    shown = clusters.list(files[0], files[0], str(clusters.folder.write("groups", "[critical]\nb\n")))
    assert "WARNING" not in shown.said
    assert shown.hosts["b"]["cluster_id"] == "day"
    assert shown.groups["critical"] == {"b"}


@pytest.mark.parametrize("order", [1, -1])
def test_a_project_and_a_cluster_of_one_name(emulator, clusters, projects, order):
    """Both have a project_id; none is the other one."""
    emulator.load({"clusters": [{"clusterId": "c", "clusterName": "eu-de"}]})
    files = [
        projects.write("my.projects.yml", region="eu-de"),
        clusters.write("my.mrs.yml", project_name="eu-de", read_tags=False),
    ]
    shown = clusters.list(*files[::order])
    name, of_project = ("eu-de.eu-de", "eu-de") if order == 1 else ("eu-de", PROJECT)
    assert shown.groups["mrs_clusters"] == {name}
    assert shown.groups["iam_projects"] == {of_project, "eu-de_nightly"}
    assert shown.hosts[name]["cluster_id"] == "c"
    assert "cluster_id" not in shown.hosts[of_project]


def test_a_name_that_another_one_has(emulator, clusters):
    """The next of the names may be that of another cluster: then there is no inventory."""
    named = [{"clusterId": f"id-{number}", "clusterName": name} for number, name in enumerate(("all", "all.eu-de"))]
    emulator.load({"clusters": named})
    of = {"project_name": "eu-de", "read_tags": False, "hostnames": ["name", "name_project"]}
    (refusal,) = clusters.complaints(of)
    assert "cannot be named, as several hosts would be 'all.eu-de';" in refusal
    assert set(clusters.of(**{**of, "hostnames": ["name", "id"]}).hosts) == {"id-0", "all.eu-de"}


def test_a_host_that_fails_takes_the_others_with_it(plugin):
    """And the groups: an empty one would say that there are none."""
    plugin.load("a", "b")
    name = plugin.identity.replace("_id", "_name")
    groups = {"groups": {"night": "true"}, "keyed_groups": [{"key": name, "parent_group": "analytics"}]}
    fails = {**groups, "compose": {"x": f"{name} == 'a' or nobody"}, "strict": True}
    static = plugin.static("[analytics]\nweb1\n")
    shown = plugin.files.list(static, plugin.write(**fails))
    assert said(shown, "Could not set x for host b")
    assert set(shown.hosts) | shown.groups["analytics"] == {"web1"}
    assert not plugin.ours(shown)
    whole = json.loads(shown.run.out)
    assert whole["all"]["children"] == ["ungrouped", "analytics"]
    assert whole["analytics"] == {"hosts": ["web1"]}
    shown = plugin.files.list(static, plugin.write("0"), plugin.write(**fails))  # what was there before stays
    assert set(plugin.ours(shown)) == {"a", "b"}
    assert shown.groups["analytics"] == {"web1"}
    assert "night" not in shown.run.out
