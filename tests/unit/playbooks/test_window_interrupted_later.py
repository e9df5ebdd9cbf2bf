# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A maintenance window of which nobody has seen the end: cut off while its tasks run, or jobs are started."""

from __future__ import annotations

import json
import signal

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import template, world
from ansible_collections.otc.bigdata.tests.unit.utils.flink import Flink
from ansible_collections.otc.bigdata.tests.unit.utils.playbooks import (
    HAND_OVER,
    QUEUE,
    RUNNING,
    WINDOW,
    fatal,
    kept,
    play,
    work,
)
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import wait_for


def test_interrupted_while_the_end_starts_jobs():
    """The next run does not take those for ones that somebody else has started."""
    slowly = {"run": [{"status": "job_submitting"}, {"after": "2 looks", "status": "job_running"}]}
    with world(flink_jobs=[{"job_id": number, **RUNNING, "script": slowly} for number in (1, 2)]) as (emulator, here):
        variables = {"stopped_jobs_file": "stopped.yml"}
        assert play(here, "maintenance_window", {**QUEUE, **variables}).code == 0
        line = ["otc.bigdata.maintenance_end", "-e", json.dumps(variables)]
        run = here.start("playbook", *line, terminal=True)
        wait_for(lambda: len(Flink(emulator).writes) == 2)
        run.ctrl_c()
        assert run.end().code != 0
        assert kept(here)["stopped_jobs"] == {"localhost": [1, 2]}
        for dummy in range(2):
            run = play(here, "maintenance_end", variables)
            assert run.code == 0, run.said
        assert Flink(emulator).truth == dict.fromkeys((1, 2), "job_running")
        assert kept(here) == {"stopped_jobs": {"localhost": []}, "finished": ["localhost"]}


def test_interrupted_while_the_window_starts_jobs_after_a_failure():
    """The work is not done, so nobody knows any more who has started them: the end fails, and says so."""
    slowly = {"run": [{"status": "job_submitting"}, {"after": "2 looks", "status": "job_running"}]}
    with world(flink_jobs=[{"job_id": number, **RUNNING, "script": slowly} for number in (1, 2)]) as (emulator, here):
        here.write("upgrade.yml", [{"name": "Break", "ansible.builtin.fail": {}}])
        run = here.start(
            "playbook", "otc.bigdata.maintenance_window", "-e", json.dumps({**QUEUE, **WINDOW}), terminal=True
        )
        wait_for(lambda: len(Flink(emulator).writes) == 2)
        run.ctrl_c()
        assert run.end().code != 0
        run = play(here, "maintenance_end", {"stopped_jobs_file": WINDOW["stopped_jobs_file"]})
        assert fatal(run).endswith("; unless it was an earlier run, look whether the work was disturbed")
        assert Flink(emulator).truth == dict.fromkeys((1, 2), "job_running")
        assert kept(here)["stopped_jobs"] == {"localhost": []}


def test_killed_while_the_tasks_run():
    """Nobody has seen their end. The next run says so, and runs them once more."""
    waits = {
        "name": "Wait",
        "ansible.builtin.wait_for": {"path": template("'go' | realpath"), "timeout": 120, "sleep": 1},
    }
    with world(flink_jobs=[{"job_id": 1, **RUNNING}]) as (emulator, here):
        here.write("upgrade.yml", [*HAND_OVER, waits])
        run = here.start("playbook", "otc.bigdata.maintenance_window", "-e", json.dumps({**QUEUE, **WINDOW}))
        wait_for(lambda: "TASK [Wait]" in run.out, 120)
        run.kill(signal.SIGKILL)
        assert run.end().code == -signal.SIGKILL
        here.write("go", "")
        assert kept(here) == {"stopped_jobs": {"localhost": [1]}, "finished": []}
        assert (work(here, "begun"), work(here, "done")) == ({"localhost": True}, {})
        assert Flink(emulator).truth == {1: "job_cancel_success"}
        run = play(here, "maintenance_window", {**QUEUE, **WINDOW})
        assert run.code == 0, run.said
        assert "An earlier run of this window has begun your tasks" in run.out
        assert "stopped: [1]" in run.out
        assert Flink(emulator).truth == {1: "job_running"}
        assert kept(here)["finished"] == ["localhost"]
        assert work(here, "done") == {"localhost": True}
