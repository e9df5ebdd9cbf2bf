# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What names no host is not all of them: each host may be another project or cluster."""

from __future__ import annotations

import json

import pytest

from ansible_collections.otc.bigdata.plugins.lookup.play_hosts import _in_vain
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import folder

pytestmark = pytest.mark.cover_ansible

WITHOUT_A_NAME = [",", ", ,", ":", "[", "~", "~[", "!", "&", "web1,!", [",", ":"]]
WITH_ONE = ["web1,", ", web1", "web1:", "!localhost", "&web1", "web*", "~^web", ["web1", ""]]


@pytest.fixture(scope="module")
def chosen():
    """The hosts of a play, or why there are none, for each of these patterns."""
    hosts = "{{ query('otc.bigdata.play_hosts', %s) }}"
    show = {"ansible.builtin.debug": {"msg": "runs"}}
    with folder() as here:
        here.write("hosts", "localhost ansible_connection=local\nweb1 ansible_connection=local\n")

        def run(pattern, *arguments):
            play = {"hosts": hosts % json.dumps(pattern), "tasks": [show]}
            return here.playbook([play], "-i", "hosts", *arguments).end()

        yield run


@pytest.mark.parametrize("pattern", WITHOUT_A_NAME, ids=str)
def test_none(chosen, pattern):
    run = chosen(pattern)
    assert run.code != 0
    said = " ".join(run.err.split())
    assert "has no name in it, which Ansible takes for all hosts; name hosts or groups, or leave it out" in said
    assert "runs" not in run.out


@pytest.mark.parametrize("pattern", WITH_ONE, ids=str)
def test_one(chosen, pattern):
    run = chosen(pattern)
    assert run.code == 0, run.said
    assert "ok: [web1]" in run.out
    assert "ok: [localhost]" not in run.out


def test_limit(chosen):
    run = chosen("all", "--limit", ",")
    assert run.code != 0
    assert "--limit: ',' has no name in it" in run.err
    assert chosen("all", "--limit", "").out.count("runs") == 2
    assert chosen("all", "--limit", "web1,").out.count("runs") == 1


@pytest.mark.parametrize(
    ("when", "may_change"),
    [
        ("now(utc=true).hour < 5", True),
        ("{{ now().hour < 5 }}", True),
        (["do_it | bool", "not (query('fileglob', '*.lock') | length)"], True),
        ("lookup('env', 'HOME') == lookup('pipe', 'pwd')", True),
        ("q(which) | length", True),
        ("lookup('env', 'NIGHT') == lookup('ansible.builtin.env', 'CI')", False),
        ("do_it | bool and one is ansible.builtin.match('now()') and two.now() is defined", False),
        ("not a condition", False),
        (True, False),
        (None, False),
    ],
)
def test_a_condition_that_may_change(when: object, may_change: bool) -> None:
    assert _in_vain({"when": when}) == (["when"] if may_change else [])
