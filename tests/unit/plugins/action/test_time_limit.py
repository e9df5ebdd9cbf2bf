# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the time limit of a task does to it, in the process of Ansible and as a module."""

from __future__ import annotations

import json
import re

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import world, write_down
from ansible_collections.otc.bigdata.tests.unit.utils.fast_path import (
    MRS,
    SLOW,
    SPARK,
    all_writes,
    forever,
    writes,
)
from ansible_collections.otc.bigdata.tests.unit.utils.mrs import CLUSTER
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import Folder
from ansible_collections.otc.bigdata.tests.unit.utils.service import FOR_EVER

pytestmark = pytest.mark.real


def timed_out(here: Folder, task: dict) -> tuple[list[dict], bool]:
    """The jobs that a write was sent for, as a task tells it whose time is over, and its ``changed``. The play goes on."""
    again = {"until": "result is success", "retries": 3, "delay": 0}  # as Ansible has it, not after a time limit
    task = {"name": "Stop", **task, "timeout": 3, "ignore_errors": True, "register": "result", **again}
    run = here.playbook([{"tasks": [task, {"name": "next", **write_down(here.path / "result.json", "result")}]}]).end(
        90
    )
    assert run.code == 0, run.said
    assert "Traceback" not in run.said
    assert "was interrupted" not in run.said
    result = json.loads((here.path / "result.json").read_text(encoding="utf-8"))
    assert result["msg"] in run.said
    told = re.match(r"Timed out after 3 second\(s\): (?:\w+ was sent for (\d+) of|nothing was changed)", result["msg"])
    assert told, result["msg"]
    assert (result["failed"], result["timedout"]) == (True, {"period": 3})
    jobs = [job for job in result["jobs"] if job["action"] != "none"]
    assert len(jobs) == int(told[1] or 0)
    return jobs, result["changed"]


def test_timeout():
    """Of the task, as Ansible has it: whatever is still under way, the result says what was sent."""
    with world(batches=[{"count": 100, "state": "running"}]) as (emulator, here):
        emulator.faults.add(method="DELETE", kind="hang", seconds=None, times=8)
        options = {"state": "stopped", "batch_id": list(emulator.world["batches"].jobs), "request_timeout": 3600}
        task = {SPARK: options}
        jobs, changed = timed_out(here, task)
        unknown = "interrupted; whether its last write took effect is not known"
        assert {(job["msg"], job["changed"]) for job in jobs} <= {(unknown, False)}
        assert not changed
        assert len(jobs) <= 8
        assert writes(emulator) == 0


def test_timeout_while_it_waits():
    """What came of it is told, too."""
    with world(flink_jobs=[{"count": 2, "status": "job_running"}]) as (emulator, here):
        jobs, changed = timed_out(here, forever(emulator))
        assert {(job["action"], job["changed"], job["status"]) for job in jobs} <= {("stop", True, "job_canceling")}
        assert changed == bool(jobs) == bool(writes(emulator))


def test_timeout_between_answers():
    """What a worker has been told already counts, though another one is still at it."""
    with world(batches=[{"count": 40, "state": "running"}]) as (emulator, here):
        emulator.faults.add(method="DELETE", kind="hang", seconds=600, times=1)
        ids = list(emulator.world["batches"].jobs)
        jobs, changed = timed_out(here, {SPARK: {"state": "stopped", "batch_id": ids, "max_concurrency": 2}})
        known = sum(job["changed"] for job in jobs)
        assert len(jobs) - 2 <= known <= writes(emulator)
        assert changed == bool(known)


def test_timeout_of_a_module():
    """In a process of its own, it sees that nobody reads its result any more, and does not delete the job while the play goes on."""
    with world() as (emulator, here):
        emulator.settings.update({"delays": {"mrs_kill": FOR_EVER}})
        options = {"state": "absent", "cluster_id": CLUSTER, "job_ids": [SLOW], "wait_interval": 0.2}
        task = {MRS: options, "environment": {"A": "b"}, "timeout": 3, "ignore_errors": True}
        run = here.playbook([{"tasks": [task]}]).end()
        assert "Timed out after 3 second(s)" in run.said
        sent = all_writes(emulator)
        emulator.world.add("mrs_jobs", {"job_id": SLOW, "job_state": "KILLED", "job_result": "KILLED"})
        assert all_writes(emulator) == sent <= 1
