# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files in the working folder that are called like those of the playbooks, such as a ``stop.yml``: they are not taken for them."""

from __future__ import annotations

import typing as t

import pytest
import yaml

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import world
from ansible_collections.otc.bigdata.tests.unit.utils.playbooks import PLAYBOOKS, fatal, play, truth

FILES = sorted(PLAYBOOKS.glob("**/tasks/*.yml"))
OTHERS = "A file of somebody else"
WORLD = {
    "flink_jobs": [{"job_id": 1, "name": "orders", "status": "job_running", "queue_name": "etl"}],
    "batches": [],
    "sql_jobs": [],
    "mrs_jobs": [],
}
CHOSEN = {"queue_name": "etl"}
PLAN = {**CHOSEN, "services": "flink", "plan_file": "plan.json"}
WINDOW = {**CHOSEN, "stopped_jobs_file": "stopped.yml"}
WAYS = {
    "drain_queue": [("drain_queue", {**CHOSEN, "wait_interval": 1})],
    "plan": [("stop_all", PLAN, "--check"), ("stop_all", PLAN)],
    "window": [("maintenance_window", {**WINDOW, "maintenance_tasks": "work.yml"})],
    "end": [("maintenance_window", WINDOW), ("maintenance_end", {"stopped_jobs_file": "stopped.yml"})],
}
ENDS = {
    "drain_queue": "job_cancel_success",
    "plan": "job_cancel_success",
    "window": "job_running",
    "end": "job_running",
}


def beside(here: t.Any) -> None:
    for file in FILES:
        for name in (file.name, f"tasks/{file.name}"):
            here.write(name, [{"name": OTHERS, "ansible.builtin.debug": {"msg": name}}])
    here.write("work.yml", [{"name": "Work", "ansible.builtin.debug": {"msg": "done"}}])


@pytest.mark.parametrize("way", WAYS)
def test_they_are_not_run(way):
    with world(**WORLD) as (emulator, here):
        (here.home / "tasks").mkdir()
        beside(here)
        for name, variables, *arguments in WAYS[way]:
            run = play(here, name, variables, *arguments)
            assert OTHERS not in run.said
            assert run.code == 0, run.said
        assert truth(emulator) == {1: ENDS[way]}


def test_a_failure_is_told():
    """By our own ``fail.yml``, in the list of a window, too."""
    with world(**WORLD) as (dummy, here):
        (here.home / "tasks").mkdir()
        beside(here)
        for name in ("maintenance_window", "awx.maintenance_list"):
            run = play(here, name, {"queue_name": "etl", "max_jobs": 1, "project_name": "no_such_project"})
            assert OTHERS not in run.said
            assert run.code == 2, run.said
            assert fatal(run)


def named(tasks: t.Any) -> t.Iterator[str]:
    """The files that tasks name."""
    if isinstance(tasks, list):
        for one in tasks:
            yield from named(one)
    elif isinstance(tasks, dict):
        for key, one in tasks.items():
            if key in ("ansible.builtin.import_tasks", "ansible.builtin.include_tasks"):
                yield one["file"] if isinstance(one, dict) else one
            elif key in ("block", "always", "rescue"):
                yield from named(one)


def test_files_that_name_others_are_named_by_their_whole_path():
    """Ansible looks for a file in the folder of the one that names it, as that was written; without a folder, in the working folder."""
    content = {file: list(named(yaml.safe_load(file.read_text(encoding="utf-8")))) for file in FILES}
    naming = {file.name for file, files in content.items() if files}
    for file, files in content.items():
        wrong = [one for one in files if "/" not in one and "{{" not in one and one in naming]
        assert not wrong, f"{file.name}: {wrong}"
