# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The workflow of a maintenance window, as AWX runs it: the way there, the way back, and what a job cannot do."""

from __future__ import annotations

from ansible_collections.otc.bigdata.tests.emulator.server import Emulator
from ansible_collections.otc.bigdata.tests.unit.utils.window import Window, runs, statuses, world


def writes(emulator: Emulator) -> list[str]:
    return [
        one["path"] for one in emulator.log.entries() if one["method"] == "POST" and "/streaming/jobs" in one["path"]
    ]


def test_without_a_fault(tmp_path, emulator):
    """It lists, stops exactly these, is asked, and starts them; nobody waits for what was cut off."""
    emulator.load(world({}))
    before = statuses(emulator)
    window = Window(tmp_path, emulator, None).run()
    assert window.order == ["list", "stop", "work", "start"], window.said
    assert window.status == "successful"
    assert window.jobs["list"].stats["flink"] == {
        "listed_jobs": {"localhost": [3, 2, 1]},
        "stopped_jobs": {"localhost": [3, 2, 1]},
        "work_begun": {"localhost": False},
    }
    assert "listed_jobs" not in window.jobs["stop"].stats["flink"]
    assert window.jobs["start"].stats["flink_started"]["changed"] == 3
    assert runs(emulator) == {1: 1, 2: 1, 3: 1}
    assert statuses(emulator) == before


def test_a_job_that_cannot_be_stopped(tmp_path, emulator):
    """The others are started again, and the last job says which one it was."""
    emulator.load(world({}))
    emulator.world.add("flink_jobs", {"job_id": 2, "refuse": {"stop": "DLI.15002"}})
    before = statuses(emulator)
    window = Window(tmp_path, emulator, None).run()
    assert window.order == ["list", "stop", "start_again", "failed"], window.said
    assert window.status == "failed"
    assert runs(emulator) == {1: 1, 3: 1}
    assert statuses(emulator) == before
    for text in (
        "Stopped 2 of 3 jobs, 1 failed: 2: job_running",
        "Started 2 of 3 jobs",
        "All jobs that were to be stopped run again or still",
    ):
        assert text in window.jobs["failed"].output, window.said
    assert "Give jobs the time" in window.jobs["start_again"].output
    assert "FAILED - RETRYING" not in window.jobs["start_again"].output


def test_a_job_that_has_begun_to_run(tmp_path, emulator):
    """It is not in the list, so it is not stopped, and the work does not begin."""
    emulator.load(world({}))
    window = Window(tmp_path, emulator, None)
    window.between = lambda: emulator.world.add("flink_jobs", {"name": "late", "queue_name": "streaming"})
    window.run()
    assert window.order == ["list", "stop", "start_again", "failed"], window.said
    assert window.status == "failed"
    assert "6 (late) is job_running; nothing was stopped" in window.jobs["stop"].output
    assert not writes(emulator)


def test_a_stop_that_cannot_even_read(tmp_path, emulator):
    """It has stopped nothing, and tells so: what it tells replaces the list."""
    emulator.load(world({}))
    window = Window(tmp_path, emulator, None)
    window.between = lambda: emulator.faults.add(method="GET", path="/streaming/jobs$", status=403, times=1)
    window.run()
    assert window.order == ["list", "stop", "start_again", "failed"], window.said
    assert (window.jobs["start_again"].status, window.status) == ("successful", "failed"), window.said
    assert not writes(emulator)


def test_an_approval_that_is_denied(tmp_path, emulator):
    """As it was before: the jobs stay stopped."""
    emulator.load(world({}))
    window = Window(tmp_path, emulator, None)
    window.approves = "failed"
    window.run()
    assert (window.order, window.status) == (["list", "stop", "work"], "failed")
    assert not runs(emulator)
