# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A maintenance window of which nobody has seen the end: cut off while jobs stop. The next run goes on, and starts all jobs."""

from __future__ import annotations

import json

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import world
from ansible_collections.otc.bigdata.tests.unit.utils.flink import Flink
from ansible_collections.otc.bigdata.tests.unit.utils.playbooks import (
    HAND_OVER,
    QUEUE,
    RUNNING,
    WINDOW,
    kept,
    play,
)
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import wait_for


def test_interrupted_while_jobs_stop():
    """Nobody has read how that ended. The next run goes on, and starts them all the same."""
    with world(flink_jobs=[{"job_id": 1, **RUNNING}, {"job_id": 2, **RUNNING}]) as (emulator, here):
        emulator.settings.update({"delays": {"savepoint": "5 looks"}})
        here.write("upgrade.yml", HAND_OVER)
        line = ["otc.bigdata.maintenance_window", "-e", json.dumps({**QUEUE, **WINDOW})]
        run = here.start("playbook", *line, terminal=True)
        wait_for(lambda: Flink(emulator).writes)
        run.ctrl_c()
        assert run.end().code != 0
        assert kept(here) == {"stopped_jobs": {"localhost": [1, 2]}, "finished": []}
        run = play(here, "maintenance_window", {**QUEUE, **WINDOW})
        assert run.code == 0, run.said
        assert "stopped: [1, 2]" in run.out
        assert Flink(emulator).truth == dict.fromkeys((1, 2), "job_running")
        assert kept(here)["finished"] == ["localhost"]


def test_interrupted_before_the_stop_shows_any_effect():
    """The end of the window must not take the job for one that runs: more looks than it needs without waiting still show it running."""
    saves = [
        {"after": "8 looks", "status": "job_savepointing"},
        {"status": "job_cancel_success", "has_savepoint": True},
    ]
    with world(flink_jobs=[{"job_id": 1, **RUNNING, "script": {"savepoint": saves}}]) as (emulator, here):
        variables = {"stopped_jobs_file": "stopped.yml"}
        line = ["otc.bigdata.maintenance_window", "-e", json.dumps({**QUEUE, **variables})]
        run = here.start("playbook", *line, terminal=True)
        wait_for(lambda: Flink(emulator).writes)
        run.ctrl_c()
        assert run.end().code != 0
        assert Flink(emulator).truth == {1: "job_running"}
        run = play(here, "maintenance_end", variables)
        assert run.code == 0, run.said
        assert "flink: Started 1 of 1 job" in run.out
        assert Flink(emulator).truth == {1: "job_running"}
        assert kept(here) == {"stopped_jobs": {"localhost": []}, "finished": ["localhost"]}


def test_the_end_of_a_window_that_could_not_stop_a_job():
    """Its stop has shown its effect, so nobody waits for that before the others are started."""
    no_stop = {"savepoint": [{"status": "job_cancel_fail", "status_desc": "no bucket"}]}
    with world(flink_jobs=[{"job_id": 1, **RUNNING}, {"job_id": 2, **RUNNING, "script": no_stop}]) as (emulator, here):
        variables = {"stopped_jobs_file": "stopped.yml"}
        assert play(here, "maintenance_window", {**QUEUE, **variables}).code == 2
        run = play(here, "maintenance_end", variables)
        assert "flink: Started 1 of 2 jobs, 1 failed: 2: job_cancel_fail (no bucket)" in run.out
        assert "RETRYING" not in run.said
        assert Flink(emulator).truth == {1: "job_running", 2: "job_cancel_fail"}


def test_nobody_knows_what_came_of_the_stop():
    """The answer got lost and nothing can be read any more. The jobs are kept, and started again by the next run."""
    with world(flink_jobs=[{"job_id": 1, **RUNNING}, {"job_id": 2, **RUNNING}]) as (emulator, here):
        here.write("upgrade.yml", HAND_OVER)
        emulator.faults.add(path="/stop$", kind="status_after")
        emulator.faults.add(method="GET", path="/streaming/jobs", status=503, skip=2, times=None)
        variables = {**QUEUE, **WINDOW, "wait_timeout": 3, "start_again": "after_success"}
        run = play(here, "maintenance_window", variables)
        assert run.code == 2
        assert "whether its last write took effect is not known" in run.out
        emulator.faults.clear()
        assert set(Flink(emulator).truth.values()) == {"job_cancel_success"}
        assert kept(here) == {"stopped_jobs": {"localhost": [1, 2]}, "finished": []}
        run = play(here, "maintenance_window", variables)
        assert run.code == 0, run.said
        assert Flink(emulator).truth == dict.fromkeys((1, 2), "job_running")
