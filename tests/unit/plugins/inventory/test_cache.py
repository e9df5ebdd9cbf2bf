# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cache that is damaged, or holds something else, is as good as none."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import template

CACHE = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": "cache"}


def damaged(kept: dict[str, t.Any]) -> dict[str, str]:
    """What may be in the file instead of what was kept there."""
    (first, *others), host = kept["hosts"], dict(kept["hosts"][0])
    trap = template("lookup('pipe', 'touch trapped')")

    def with_hosts(*hosts: t.Any) -> str:
        return json.dumps({**kept, "hosts": hosts})

    return {
        "empty": "",
        "cut": json.dumps(kept)[:-20],
        "not JSON": "\x00\x01",
        "not text": "\udcff",
        "null": "null",
        "a number": "5",
        "a list of texts": '["analytics"]',
        "of an older release": json.dumps(kept["hosts"]),
        "hosts that are none": with_hosts("analytics"),
        "hosts that are no list": json.dumps({**kept, "hosts": 5}),
        "of another key": json.dumps({**kept, "key": "other"}),
        "a host without its ID": with_hosts(*others, {name: host[name] for name in host if not name.endswith("_id")}),
        "a host with more": with_hosts(*others, {**first, "ansible_connection": "ssh"}),
        "a number as a name": with_hosts({**first, "project_id": 5}),
        "marked by Ansible": with_hosts({**first, "project_id": {"__ansible_unsafe": trap}}),
        "deep": "[" * 100000,
        "a template that is trusted": with_hosts(
            {**first, "cluster_tags": {"value": trap, "tags": [], "__ansible_type": "Surely not"}}
        ),
    }


def contents(kept: dict[str, t.Any]) -> list[str | None]:
    """Of cache files. Some ansible-cores pack what is kept once more."""
    if "__payload__" not in kept:
        return [*damaged(kept).values(), None]
    inner = list(damaged(json.loads(kept["__payload__"])).values())
    return [*inner, *(json.dumps({"__payload__": text}) for text in inner), None]


@pytest.mark.parametrize("kind", ["clusters", "projects"])
def test_what_is_no_inventory(request, kind):
    """Each of many files has another fault in its cache. All are read anew."""
    files = request.getfixturevalue(kind)
    of = {"project_name": "eu-de"} if kind == "clusters" else {"region": "eu-de"}
    ending = files.plugin.rpartition(".")[2]
    names = [files.write(f"{number:02}_{ending}.yml", **of, **CACHE) for number in range(40)]
    cache = files.folder.home / "cache"
    good = files.list(names[0])
    (first,) = cache.iterdir()
    wrong = contents(json.loads(first.read_text(encoding="utf-8")))
    names = names[: len(wrong)]
    filled = files.list(*names[1:])
    assert len(list(cache.iterdir())) == len(names)
    each = len(filled.requests) // (len(names) - 1)
    for path, content in zip(sorted(cache.iterdir()), wrong):
        path.unlink()
        if content is None:
            path.mkdir()
        else:
            path.write_bytes(content.encode(errors="surrogateescape"))
    shown = files.list(*names)
    assert len(shown.requests) == each * len(names)
    assert (shown.hosts, shown.groups) == (good.hosts, good.groups)
    assert "the cache cannot be used, so all is read anew: it holds something else" in shown.said
    assert (
        len(files.list(*names).requests) <= each
    )  # all others are good again; what cannot be written is read each time


def test_a_template_in_the_cache_is_none(clusters):
    of = {"project_name": "eu-de", **CACHE, "keyed_groups": [{"key": "cluster_version"}]}
    clusters.of(**of)
    (file,) = (clusters.folder.home / "cache").iterdir()
    trap = template("lookup('pipe', 'touch trapped')")
    content = file.read_text(encoding="utf-8")
    trusted = {"value": trap, "tags": [{"__ansible_type": "TrustedAsTemplate"}], "__ansible_type": "_AnsibleTaggedStr"}
    packed = json.dumps(json.dumps(trusted))[1:-1]
    content = content.replace('"MRS 3.3.0-LTS.1"', json.dumps(trap)).replace('\\"MRS 3.3.0-LTS.1\\"', packed)
    file.write_text(content, encoding="utf-8")
    show = {"ansible.builtin.debug": {"var": "cluster_version"}}
    run = clusters.folder.playbook(
        [{"hosts": "all", "tasks": [show]}], "-i", clusters.write("my.mrs_clusters.yml", **of)
    ).end()
    assert run.out.count("touch trapped") == 2, run.said
    assert not list(clusters.folder.home.rglob("trapped"))
