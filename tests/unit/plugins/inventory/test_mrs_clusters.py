# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters as hosts."""

from __future__ import annotations

import collections
import re
import shutil
import typing as t

import pytest
import yaml

from ansible_collections.otc.bigdata.plugins.inventory import mrs_clusters
from ansible_collections.otc.bigdata.tests.unit.utils.emulated import template
from ansible_collections.otc.bigdata.tests.unit.utils.inventory import DEMO, SECRETS, Inventory
from ansible_collections.otc.bigdata.tests.unit.utils.mrs import CLUSTER, CLUSTERS_PATH
from ansible_collections.otc.bigdata.tests.unit.utils.service import KEY, NIGHTLY, PROJECT

pytestmark = pytest.mark.cover_ansible

BOTH = [{"project_name": "eu-de"}, {"project_name": "eu-de_nightly"}]
LOGIN, LIST_NIGHTLY = "/v3/auth/tokens", f"/v1.1/{NIGHTLY}/cluster_infos"
PASSWORD = {option[3:].lower(): value for option, value in DEMO.items()}
ACCESS_KEY = {"access_key": KEY["access_key"], "secret_key": KEY["secret_key"]}
REPORTS = "7e6f5d4c-3b2a-4190-8f7e-6d5c4b3a2910"


def cluster(name: str, **more: t.Any) -> dict:
    return {"clusterId": f"{name}-id", "clusterName": name, **more}


def nightly(name: str, **more: t.Any) -> dict:
    """With the ID that tells it from a cluster of the same name."""
    return {"clusterId": f"{name}-nightly", "clusterName": name, "project_id": NIGHTLY, **more}


def asked(shown: Inventory) -> collections.Counter:
    """How many logins, lists and clusters."""
    return collections.Counter(
        path.rpartition("/")[2] if path in (LOGIN, CLUSTERS_PATH, LIST_NIGHTLY) else "one" for path in shown.paths
    )


# ---- hosts ----


def test_variables(clusters):
    shown = clusters.of(project_name="eu-de")
    shared = {
        "ansible_connection": "local",
        "ansible_python_interpreter": template("ansible_playbook_python"),
        "cluster_version": "MRS 3.3.0-LTS.1",
        "project_id": PROJECT,
        "project_name": "eu-de",
        "region": "eu-de",
    }
    assert shown.hosts == {
        "analytics": {
            "cluster_id": CLUSTER,
            "cluster_name": "analytics",
            "cluster_state": "running",
            "cluster_tags": {"team": "sales", "stage": "prod"},
            **shared,
        },
        "reports": {
            "cluster_id": REPORTS,
            "cluster_name": "reports",
            "cluster_state": "scaling-out",
            "cluster_tags": {},
            **shared,
        },
    }
    assert shown.groups == {"all": set(), "mrs_clusters": {"analytics", "reports"}}
    assert asked(shown) == {"tokens": 1, "cluster_infos": 1, "one": 2}


def test_the_project_is_called_as_iam_calls_it(clusters):
    """The ID wins over the name of another one, and a host is in no group of that."""
    shown = clusters.of(project_id=PROJECT, project_name="eu-de_nightly", region="eu-de")
    assert {host["project_name"] for host in shown.hosts.values()} == {"eu-de"}
    assert "'eu-de_nightly' is not the name of the project" in shown.said


def test_two_hundred_clusters_in_two_projects(emulator, clusters):
    """The second time all comes from the cache, and no secret is in there."""
    emulator.load(
        {
            "clusters": [
                {"clusterName": "day", "count": 100},
                {"clusterName": "night", "count": 100, "project_id": NIGHTLY},
            ]
        }
    )
    cache = clusters.folder.home / "cache"
    options = {
        "sources": BOTH,
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(cache),
    }
    file = clusters.write(
        "mrs.yml", **options, keyed_groups=[{"key": "project_name", "prefix": "in", "separator": "_"}]
    )
    graph = clusters.show("-i", file, "--graph")
    for number in range(1, 101):
        assert f"--day-{number}\n" in graph.out
        assert f"--night-{number}\n" in graph.out
    assert emulator.log.summary()["counts"] == {
        f"POST {LOGIN}": 2,
        "GET /v1.1/{project_id}/cluster_infos": 2,
        "GET /v1.1/{project_id}/cluster_infos/{cluster_id}": 200,
    }
    assert clusters.show("-i", file, "--graph").out == graph.out
    assert emulator.log.summary()["connections"] == 0
    kept = list(cache.iterdir())
    assert len(kept) == 2
    for path in kept:
        assert not [word for word in (*SECRETS, "demo", PROJECT, NIGHTLY) if word in path.name]
        assert not [secret for secret in SECRETS if secret in path.read_text(encoding="utf-8")]

    def read(**environ: str) -> Inventory:
        shown = clusters.list(file, **environ)
        assert len(shown.hosts) == 200
        return shown

    emulator.settings.update({"answers": {"mrs_list_tags": "text"}})
    play = clusters.folder.write("play.yml", [{"hosts": "all"}])
    flushed = clusters.folder.start("playbook", "-i", file, "--flush-cache", "--list-hosts", str(play)).end()
    assert "hosts (200)" in flushed.out
    assert emulator.log.summary()["reads"] == 2
    assert not read().requests
    # who asks belongs to the key, and so does what is asked for
    user = {"id": "u2", "name": "another", "password": "another-password"}
    emulator.world.identities.users.append(user)
    assert read(OS_USERNAME="another", OS_PASSWORD="another-password").logins == 2
    assert len(clusters.of("day.mrs.yml", **options, names=["day-*"]).hosts) == 100
    assert clusters.emulator.log.summary()["logins"] == 2
    shutil.rmtree(cache)
    assert len(read().requests) == 4


def test_clusters_of_the_same_name(emulator, clusters):
    emulator.load(
        {
            "clusters": [
                cluster("a"),
                cluster("b"),
                nightly("b"),
                nightly("c"),
                cluster("gone", clusterState="terminated"),
            ]
        }
    )
    nameless = {"project_id": PROJECT, "region": "eu-de", **ACCESS_KEY}  # nobody tells the name of this project
    shown = clusters.each(
        {"sources": BOTH},
        {"sources": BOTH, "hostnames": ["id"]},
        {"sources": [nameless, BOTH[1]], "hostnames": ["name_project"]},
    )
    assert {name: shown.hosts[name]["cluster_id"] for name in shown.groups["file0"]} == {
        "a": "a-id",
        "b.eu-de": "b-id",
        "b.eu-de_nightly": "b-nightly",
        "c": "c-nightly",
    }
    assert shown.groups["file1"] == {"a-id", "b-id", "b-nightly", "c-nightly"}
    assert shown.groups["file2"] == {f"a.{PROJECT}", f"b.{PROJECT}", "b.eu-de_nightly", "c.eu-de_nightly"}
    assert "project_name" not in shown.hosts[f"a.{PROJECT}"]
    said = clusters.complaints(
        {"sources": BOTH, "hostnames": ["name"]},
        {"sources": [*BOTH, {"project_id": NIGHTLY}]},
        {"sources": BOTH, "hostnames": []},
    )
    assert said[0].startswith("hostnames: b-id cannot be named, as several hosts would be 'b';")
    assert said[1].startswith("hostnames: c-nightly cannot be named, as several hosts would be 'c-nightly';")
    assert said[2].startswith("hostnames: is empty")


# ---- which clusters ----

STATES = (
    "starting",
    "running",
    "terminated",
    "failed",
    "abnormal",
    "terminating",
    "frozen",
    "scaling-out",
    "scaling-in",
)


CHOICES: list[tuple[dict, set[str]]] = [
    ({}, set(STATES) - {"terminated"}),
    ({"states": ["Running", "terminated"]}, {"running", "terminated"}),
    ({"names": ["scaling-*", "[rs]*ing"]}, {"running", "starting", "scaling-out", "scaling-in"}),
    ({"names": ["Running"]}, set()),
    ({"states": ["running", "sleeping"], "names": ["*"]}, {"running"}),
    ({"names": ["running", "{starting}", "x|y"]}, {"running"}),
]


def test_choice(emulator, clusters):
    emulator.load({"clusters": [cluster(state, clusterState=state) for state in STATES]})
    shown = clusters.each(*({"project_name": "eu-de", **options} for options, dummy in CHOICES))
    for number, (dummy, expected) in enumerate(CHOICES):
        assert shown.groups.get(f"file{number}", set()) == expected
    assert (
        shown.said.count(" is not a known state")
        == shown.said.count("states: 'sleeping' is not a known state of a cluster")
        == 1
    )
    assert asked(shown)["one"] == sum(len(expected) for dummy, expected in CHOICES)
    assert shown.said.count("means nothing here") == 2
    assert "names[2]: nothing is named x|y, and | means nothing here; separate patterns by commas" in shown.said


def test_tags(emulator, clusters):
    emulator.load({"clusters": [cluster("a", tags={"team": "a=b", "empty": ""}), cluster("b")]})
    assert clusters.of(project_name="eu-de").hosts["a"]["cluster_tags"] == {"team": "a=b", "empty": ""}
    few = clusters.of(project_name="eu-de", read_tags=False)
    assert [host["cluster_tags"] for host in few.hosts.values()] == [{}, {}]
    assert asked(few) == {"tokens": 1, "cluster_infos": 1}
    emulator.settings.update({"answers": {"mrs_list_tags": "text"}})
    shown = clusters.of(project_name="eu-de")
    assert shown.hosts["a"]["cluster_tags"] == {"team": "a=b", "empty": ""}
    assert asked(shown) == {"tokens": 1, "cluster_infos": 1}


def test_a_cluster_that_goes_meanwhile(emulator, clusters):
    goes = [{"after": "1 look", "clusterState": "terminated"}]
    gone = {
        "path": "/b-id$",
        "kind": "status",
        "status": 400,
        "body": {"errorCode": "12000003", "errorMsg": "no cluster"},
    }
    emulator.load({"clusters": [cluster("a"), cluster("b"), cluster("c", script={"created": goes})]})
    emulator.faults.extend([gone])
    assert set(clusters.of(project_name="eu-de").hosts) == {"a"}


def test_a_cluster_whose_tags_must_not_be_read(emulator, clusters):
    emulator.load({"clusters": [cluster("a"), cluster("b", refuse={"get": "12000052"})]})
    (said,) = clusters.complaints({"project_name": "eu-de"})
    assert "12000052" in said
    assert "needed is mrs:cluster:get" in said


# ---- groups and variables of the user ----


def test_constructed(clusters):
    constructed = {
        "compose": {"team": "cluster_tags.team | default('nobody')", "ansible_connection": "'ssh'"},
        "keyed_groups": [{"key": "cluster_tags", "prefix": "tag"}, {"key": "cluster_state", "separator": ""}],
        "groups": {"sales": "team == 'sales'", "changing": "cluster_state is match('scaling')"},
    }
    shown = clusters.of(project_name="eu-de", **constructed, strict=True)
    assert {name: host["team"] for name, host in shown.hosts.items()} == {"analytics": "sales", "reports": "nobody"}
    assert shown.hosts["reports"]["ansible_connection"] == "ssh"
    assert shown.groups["sales"] == shown.groups["running"] == shown.groups["tag_stage_prod"] == {"analytics"}
    assert shown.groups["changing"] == shown.groups["scaling_out"] == {"reports"}


def test_strict(clusters):
    """An expression that fails for one host: without strict it is left out, with strict there is no host at all."""
    file = {"project_name": "eu-de", "compose": {"team": "cluster_tags.team.upper()"}}
    shown = clusters.each({**file, "strict": True}, file)
    assert "file0" not in shown.groups
    assert shown.groups["file1"] == {"analytics", "reports"}
    assert [host.get("team") for host in shown.hosts.values()] == ["SALES", None]
    assert "Could not set team for host reports" in shown.said


# ---- sources ----


def test_sources_with_other_credentials(emulator, clusters):
    """Each goes to its own project with its own credential, and takes over what does not contradict it."""
    clouds = {
        "night": {
            "auth": {**PASSWORD, "auth_url": f"{emulator.url}/v3", "project_name": "eu-de_nightly"},
            "region_name": "eu-de",
        }
    }
    clusters.folder.write("clouds.yaml", {"clouds": clouds})
    emulator.load({"clusters": [cluster("a"), nightly("n")]})
    sources = [
        {"token": "demo-token", "region_name": "eu-de"},
        {**ACCESS_KEY, "project_id": NIGHTLY},
        {"cloud": "night"},
        {"project_id": None, "max_concurrency": 1},
        {"project_id": NIGHTLY, "endpoints": {"iam": emulator.url}, "domain_name": "demo-domain"},
    ]
    top = {
        "project_name": "eu-de",
        "region": "eu-de",
        "auth_url": "http://127.0.0.1:9",
        "endpoints": {"iam": emulator.url},
    }
    files = [
        {**top, **({} if number > 2 else {"access_key": "AK"}), "sources": [one]} for number, one in enumerate(sources)
    ]
    shown = clusters.each(*files)
    assert "WARNING" not in shown.said, shown.said
    expected = [(PROJECT, "token"), (NIGHTLY, "ak_sk"), (NIGHTLY, "token"), (PROJECT, "token"), (NIGHTLY, "token")]
    lists = [one for one in shown.requests if one["path"].endswith("cluster_infos")]
    assert [(one["path"].split("/")[2], one["authentication"]) for one in lists] == expected
    assert shown.logins == 3
    assert shown.groups["file2"] == {"n"}
    assert shown.hosts["n"]["cloud"] == "night"
    assert "cloud" not in shown.hosts["a"]


def test_secrets_from_a_vault_and_from_lookups(clusters):
    """And templates may only use lookups."""
    secret = clusters.folder.write("vault-password", "secret")
    clusters.folder.write("plain", "demo-password")
    vault = clusters.folder.start(
        "vault", "encrypt_string", "--vault-password-file", str(secret), "demo-password"
    ).end()
    option = vault.out[vault.out.index("!vault") :].replace("\n          ", "\n      ")
    head = "plugin: otc.bigdata.mrs_clusters\nusername: demo\nuser_domain_name: demo-domain\nsources:\n"
    files = [
        str(clusters.folder.write("vault.mrs.yml", f"{head}  - project_name: eu-de\n    password: {option}")),
        str(clusters.folder.write("top.mrs.yml", f"{head}  - project_name: eu-de\npassword: {option}")),
        clusters.write(
            "lookup.mrs.yml", **{**PASSWORD, "password": template("lookup('file', 'plain')")}, project_name="eu-de"
        ),
    ]
    shown = clusters.list(*files, arguments=["--vault-password-file", str(secret)], OS_USERNAME="", OS_PASSWORD="")
    assert shown.logins == 3, shown.said
    assert set(shown.hosts) == {"analytics", "reports"}


def test_no_secret_at_the_highest_verbosity(emulator, clusters):
    """``show`` looks for them."""
    emulator.faults.extend([{"path": LIST_NIGHTLY, "status": 400, "body": {"errorMsg": "never demo-password"}}])
    files = [
        clusters.write("good.mrs.yml", project_name="eu-de", **PASSWORD),
        clusters.write("login.mrs.yml", project_name="eu-fr", **PASSWORD),
        clusters.write("list.mrs.yml", project_name="eu-de_nightly", **PASSWORD),
        clusters.write("key.mrs.yml", project_name="eu-fr", **ACCESS_KEY),
        clusters.write("wrong.mrs.yml", token="demo-token", password="demo-password", state="x"),
        clusters.write("template.mrs.yml", project_name="eu-de", **{**PASSWORD, "password": "demo-password {{"}),
    ]
    run = clusters.show("--list", "-vvvvvv", *(part for file in files for part in ("-i", file)))
    assert "never ********" in run.said
    assert set(re.findall(r"otc\.bigdata\.mrs_clusters:\s+(\w+)", run.said)) == {
        "POST",
        "GET",
        "project_name",
        "state",
        "password",
    }


def test_sources_are_read_at_once(emulator, clusters):
    emulator.settings.update({"latency": 0.2})
    shown = clusters.of(sources=[{"project_name": name} for name in ("eu-de", "eu-de_nightly", "MOS")], read_tags=False)
    assert set(shown.hosts) == {"analytics", "reports"}
    assert emulator.log.summary()["peak_in_flight"] == 2  # after the first login, which had to go alone


def test_a_refused_password_is_not_sent_again(emulator, clusters):
    """Too many failures lock the user."""
    sources = [*BOTH, {"project_name": "MOS"}, {"project_name": "x"}, {"project_name": "eu-de", "token": "demo-token"}]
    shown = clusters.list(clusters.write("mrs.yml", sources=sources), OS_PASSWORD="wrong")
    assert shown.logins == 1
    text = "mrs_clusters: sources[0] (eu-de), sources[1] (eu-de_nightly), sources[2] (MOS) and 1 more: POST "
    assert text in shown.said
    assert not shown.hosts


def test_a_source_that_cannot_be_read(emulator, clusters):
    sources = [*BOTH, {"project_name": "eu-fr"}]
    said, alone = clusters.complaints({"sources": sources}, {"sources": sources[2:], "strict_sources": False})
    assert alone.startswith("sources[0] (eu-fr): POST 127.0.0.1:")
    assert said.startswith("sources[2] (eu-fr): POST 127.0.0.1:")
    assert "login to project eu-fr: The project does not exist." in said
    cache = {"cache": True, "cache_plugin": "jsonfile", "cache_connection": str(clusters.folder.home / "cache")}
    for requests in (7, 1):  # the second time the others are in the cache
        shown = clusters.of(sources=sources, strict_sources=False, **cache)
        assert set(shown.hosts) == {"analytics", "reports"}
        assert "left out, as strict_sources is false: sources[2] (eu-fr): POST" in shown.said
        assert len(shown.requests) == requests


def test_faults_of_the_service(emulator, clusters):
    emulator.load({"clusters": [{"count": 101}]})
    emulator.faults.extend([{"path": "cluster_infos$", "kind": "status", "status": 503, "times": 1}])
    graph = clusters.show("-i", clusters.write("mrs.yml", project_name="eu-de", read_tags=False), "--graph", "-v")
    assert graph.out.count("|--job-") == 101
    assert "HTTP 503; sent again after" in graph.out
    emulator.faults.clear()
    emulator.faults.extend([{"path": "cluster_infos$", "skip": 1, "status": 400}])
    (said,) = clusters.complaints({"project_name": "eu-de"})
    assert "cluster_infos: HTTP 400" in said


def test_wrong_files(emulator, clusters):
    files = {
        "sources: must be a list": {"sources": []},
        "sources[0]: must be a dictionary": {"sources": ["eu-de"]},
        "sources[1]: projekt: there is no such connection option": {
            "sources": [{"project_name": "eu-de"}, {"projekt": "eu-de"}]
        },
        "sources[0]: names: there is no such connection option": {
            "sources": [{"project_name": "eu-de", "names": ["*"]}]
        },
        "sources[0] (eu-de): secret_key": {"sources": [{"project_name": "eu-de", "access_key": "AK"}]},
        "project_id (environment: OS_PROJECT_ID)": {},
        "sources[0]: project_id (environment: OS_PROJECT_ID)": {"sources": [{}]},
        "sources[0]: endpoints.dls": {"sources": [{"endpoints": {"dls": "https://example.com"}}]},
        "project_name: is empty": {"project_name": ""},
        "password: ": {"project_name": "eu-de", "password": template("nobody")},
        "sources[0]: password: ": {"sources": [{"password": template("demo-password |")}]},
        "state: there is no such option": {"project_name": "eu-de", "state": "running"},
        "strict_sources: must be true or false": {"project_name": "eu-de", "strict_sources": "ture"},
        "read_tags: must be true or false": {"project_name": "eu-de", "read_tags": "maybe"},
        "strict: must be true or false": {"project_name": "eu-de", "strict": 2},
        "leading_separator: must be true or false": {"project_name": "eu-de", "leading_separator": "ture"},
        "keyed_groups[1].trailing_separator: must be true or false": {
            "project_name": "eu-de",
            "keyed_groups": [{"key": "a", "trailing_separator": False}, {"key": "a", "trailing_separator": "no"}],
        },
        "hostnames: must be plain text, not a number; quote it": {"project_name": "eu-de", "hostnames": [1]},
        "states: is empty": {"project_name": "eu-de", "states": []},
        "names[0]: is empty": {"project_name": "eu-de", "names": [""]},
        "sources[0] (eu-de): max_retries: must be": {"sources": [{"project_name": "eu-de", "max_retries": -1}]},
    }
    said = clusters.complaints(*files.values())
    for begin, text in zip(files, said):
        assert text.startswith(begin)
    assert not emulator.log.entries()


def test_who_acts_where(emulator, clusters):
    """As for a task, nothing that says so is passed over, in the file or in one of its sources."""
    auth = {**PASSWORD, "auth_url": emulator.url, "project_name": "eu-de"}
    clouds = {
        "company": {"auth_type": "v3oidcpassword", "auth": auth},
        "night": {"auth": auth},
    }
    clusters.folder.write("clouds.yaml", {"clouds": clouds})
    files = {
        "cloud 'company': auth_type": {"cloud": "company"},
        "sources[1] (company): cloud 'company': auth_type": {"sources": [{"cloud": "night"}, {"cloud": "company"}]},
        "sources[0]: username: begins or ends with white space": {"sources": [{"username": "demo ", "password": "x"}]},
        "sources[0] (eu-de): region: 'EU' is not": {"sources": [{"project_name": "eu-de", "region": "EU"}]},
        "OS_ASSUME_ROLE": {"project_name": "eu-de"},
    }
    said = clusters.complaints(*files.values(), OS_ASSUME_ROLE="ops")
    for begin, text in zip(files, said):
        assert text.startswith(begin)
    (said,) = clusters.complaints({}, OS_CLOUD="night", OS_USERNAME="somebody", OS_PASSWORD="")
    assert said.startswith("OS_CLOUD=night beside OS_USERNAME")
    clusters.folder.write("clouds.yaml", "clouds:\n  night:\n\tauth: demo-password\n")
    (said,) = clusters.complaints({"cloud": "night"})
    assert "clouds.yaml cannot be read: line 3" in said
    assert not emulator.log.entries()


def test_names_of_files(clusters):
    """In a folder of inventories Ansible asks the plugin which files are its own; what is inside decides as well."""
    names = ["mrs.yml", "mrs.yaml", "my.mrs.yml", "my_mrs.yaml", "mrs_clusters.yml", "a.mrs_clusters.yaml"]
    shown = clusters.list(*[clusters.write(name, project_name="eu-de", read_tags=False) for name in names])
    assert shown.logins == len(names)
    assert "WARNING" not in shown.said
    shown = clusters.list(clusters.write("clusters.yml", project_name="eu-de"))
    assert not shown.requests
    assert "could not be verified by inventory plugin 'otc.bigdata.mrs_clusters'" in shown.said


def test_requests_is_missing(clusters):
    site = clusters.folder.write("site/sitecustomize.py", "import sys\nsys.modules['requests'] = None\n").parent
    path = clusters.folder.environ()["PYTHONPATH"]
    shown = clusters.list(clusters.write("mrs.yml", project_name="eu-de"), PYTHONPATH=f"{site}:{path}")
    assert "Failed to import the required Python library (requests)" in shown.said


# ---- all that together ----


def test_examples(emulator, clusters):
    example = yaml.safe_load(mrs_clusters.EXAMPLES)
    prod = clusters.of(**{key: value for key, value in example.items() if key != "plugin"})
    assert set(prod.hosts) == {"analytics", "reports"}
    assert (clusters.folder.home / ".cache/mrs_clusters").is_dir()
    assert prod.groups["team_sales"] == {"analytics"}
    assert prod.groups["team_nobody"] == prod.groups["changing"] == {"reports"}
    assert prod.groups["project_eu_de"] == set(prod.hosts)
    assert prod.hosts["reports"]["owner"] == "nobody"


def test_a_playbook_for_all_clusters(emulator, clusters):
    jobs = [{"job_id": f"{one}-{number}", "cluster_id": one} for one in ("a-id", "a-nightly") for number in (1, 2)]
    emulator.load(
        {"clusters": [cluster("a"), nightly("a")], "mrs_jobs": [{**job, "job_state": "RUNNING"} for job in jobs]}
    )
    file = clusters.write("mrs.yml", sources=BOTH)
    who = {name: template(name) for name in ("cluster_id", "project_id", "region")}
    stop = {"otc.bigdata.mrs_job_executions": {"state": "stopped", "filters": {"state": ["RUNNING"]}, **who}}
    for changed in (2, 0):
        run = clusters.folder.playbook([{"hosts": "mrs_clusters", "tasks": [stop]}], "-i", file).end()
        assert run.code == 0, run.said
        assert run.out.count("changed=1") == changed, run.said
    assert {job["job_state"] for job in emulator.world["mrs_jobs"].truth()} == {"KILLED"}
