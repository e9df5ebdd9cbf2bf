# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run of Ansible in a fork says what it says in a Python of its own, also where the fork knows what earlier ones had to work out."""

from __future__ import annotations

import concurrent.futures
import sys

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import world
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import Folder, Run, Start, folder, forks, fresh

pytestmark = pytest.mark.no_cover

TEXTS = (
    "{{ [3, 1] | sort | map('string') | join('-') ~ lookup('env', 'HOME') is defined }}",
    r"{{ 'a\tb' | regex_replace('(a)\t', '\\1') }} {# none #}{% if 1 is odd %}odd{% else %}{{ 1 | no_filter }}{% endif %}",
    "{{ no_variable }}",
    "{{ 1 | no_filter }}",
    "{{ 1 is no_test }}",
    "{{ 1 + }}",
    "{{ 1 }}{% if %}",
)
CONDITIONS = (
    r"'a\tb' == 'a' ~ '\t' ~ 'b'",
    "1 is odd and [1] | length == 1",
    "1 is even",
    "no_variable",
    "1 | no_filter",
    "1 is no_test",
    "1 +",
)
FILTER = """
import jinja2
{mark}
def given(*values):
    return len(values)
class FilterModule:
    def filters(self):
        return {{"given": given}}
"""


PLAY = {"hosts": "localhost", "gather_facts": False}


def run(here: Folder, start: Start | None = None) -> Run:
    if start is None:
        return here.start("playbook", "play.yml", "-v").end()
    line = [sys.executable, "-m", "ansible.cli.playbook", "play.yml", "-v"]
    return Run(line, start=start, cwd=here.home, env=here.environ()).end()


def test_same_output():
    tasks = [{"ansible.builtin.debug": {"msg": text}, "ignore_errors": True} for text in TEXTS]
    tasks += [{"ansible.builtin.debug": {}, "when": text, "ignore_errors": True} for text in CONDITIONS]
    tasks.append({"ansible.builtin.ping": {}})
    refused = {"ansible.builtin.import_playbook": "otc.bigdata.stop_all", "vars": {"max_jobs": -1}}
    with world() as (dummy, here):
        here.write("play.yml", [{**PLAY, "tasks": tasks}, refused])
        first, again, other = (run(here, start) for start in (None, None, fresh))
    assert (first.out, first.err, first.code) == (other.out, other.err, other.code)
    assert (again.out, again.err, again.code) == (other.out, other.err, other.code)
    assert "max_jobs: must be" in other.out


def test_filter_of_one_folder():
    """Whether there is one, and what it wants to be given, is not known from an earlier run."""
    runs = []
    for mark in ("", "@jinja2.pass_environment", None):
        with folder() as here:
            if mark is not None:
                here.write("filter_plugins/given.py", FILTER.format(mark=mark))
            here.write("play.yml", [{**PLAY, "tasks": [{"ansible.builtin.debug": {"msg": "given: {{ 1 | given }}"}}]}])
            runs.append(run(here))
    one, with_environment, none = runs
    assert "given: 1" in one.out
    assert "given: 2" in with_environment.out
    assert "No filter named 'given'" in none.said


def test_one_command_for_several_threads():
    """As jobs of AWX that run side by side ask for it."""
    shared = forks()
    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        (path,) = set(threads.map(lambda dummy: shared.command("one"), range(400)))
    assert path.stat().st_mode & 0o777 == 0o700
