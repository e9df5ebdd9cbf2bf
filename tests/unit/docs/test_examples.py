# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of every module work as they are, on the jobs that the emulator starts with."""

from __future__ import annotations

import re
import typing as t

import pytest
import yaml

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import environ
from ansible_collections.otc.bigdata.tests.unit.utils.guides import LOGIN, ROOT, reader
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import folder

MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py"))


def examples(module: str) -> list[dict]:
    text = (ROOT / f"plugins/modules/{module}.py").read_text(encoding="utf-8")
    return yaml.safe_load(re.search(r'^EXAMPLES = r"""\n(.*?)^"""', text, re.MULTILINE | re.DOTALL)[1])


def stories(tasks: list[dict]) -> list[list[dict]]:
    """Tasks that use what another one has registered belong to that one; all others stand for themselves."""
    found: list[list[dict]] = []
    for task in tasks:
        if found and any(re.search(rf"\b{name}\b", str(task)) for name in registered(found[-1])):
            found[-1].append(task)
        else:
            found.append([task])
    return found


def flat(tasks: list[dict], saved: bool = False) -> t.Iterator[tuple[dict, bool]]:
    """All tasks, and whether a rescue follows if they fail."""
    for task in tasks:
        parts = [part for part in ("block", "rescue", "always") if part in task]
        for part in parts:
            yield from flat(task[part], saved=part == "block" and "rescue" in task)
        if not parts:
            yield task, saved


def registered(tasks: list[dict]) -> set[str]:
    return {task["register"] for task, dummy in flat(tasks) if "register" in task}


@pytest.mark.parametrize("module", MODULES)
def test_examples(emulator, module):
    """Each does what it is there for: it changes something, or reads something, and what may fail is rescued."""
    anew = {"name": "Anew", "ansible.builtin.debug": {"msg": "{{ lookup('ansible.builtin.pipe', reset) }}"}}
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"reset": f"curl -sX POST {emulator.url}/_emulator/reset"},
    }
    plays = [{**play, "tasks": [anew, *story]} for story in stories(examples(module))]
    with folder(**{**environ(emulator), **LOGIN}) as here, reader(here, {}) as one:
        one.play(yaml.safe_dump(plays, sort_keys=False))
        results = [result for result in one.results if result["task"] != anew["name"]]
    tasks = list(flat(examples(module)))
    assert [result["task"] for result in results] == [task["name"] for task, dummy in tasks]
    for (task, saved), done in zip(tasks, results):
        assert done["outcome"] == "ok" or saved, done
        answer = done["result"]
        if f"otc.bigdata.{module}" in task:
            options = task[f"otc.bigdata.{module}"] or {}
            waited = (options.get("state") == "ended" or "drain_timeout" in options) and answer["jobs"]
            assert answer["changed"] or waited or answer.get("total") or task.get("no_log"), done
        else:
            assert answer.get("msg") or answer.get("results") or answer.get("total"), done
