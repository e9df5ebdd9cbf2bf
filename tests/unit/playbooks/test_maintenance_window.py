# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook maintenance_window: the whole round."""

from __future__ import annotations

import re

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import template, world
from ansible_collections.otc.bigdata.tests.unit.utils.flink import Flink
from ansible_collections.otc.bigdata.tests.unit.utils.playbooks import (
    HAND_OVER,
    QUEUE,
    RUNNING,
    WINDOW,
    batch_id,
    counts,
    fatal,
    kept,
    play,
    recap,
    said_to,
    stats,
    ways_back,
    work,
)
from ansible_collections.otc.bigdata.tests.unit.utils.spark import Spark


def test_maintenance_window():
    """The whole round. Twenty jobs are stopped with savepoints and started from them, no other job is."""
    twenty = list(range(101, 121))
    by_somebody_else = {"created": [{"after": "4 looks", "status": "job_cancel_success", "has_savepoint": True}]}
    seed = {
        "flink_jobs": [
            *({"job_id": number, "name": f"stream-{number}", **RUNNING} for number in twenty),
            {"job_id": 3, "status": "job_canceling", **QUEUE, "script": by_somebody_else},
            {"job_id": 4, "status": "job_cancel_success", "has_savepoint": True, **QUEUE},
            {"job_id": 5, "status": "job_running"},
        ],
        "batches": [{"id": batch_id(1), "state": "running", "queue": "streaming"}],
    }
    variables = {**QUEUE, **WINDOW}
    with world(**seed) as (emulator, here):
        emulator.settings.update({"delays": {"savepoint": "2 looks", "cancel": "1 look", "submit": "2 looks"}})
        here.write("upgrade.yml", HAND_OVER)
        predicted = play(here, "maintenance_window", variables, "--check")
        assert predicted.out.count("TASK [") < 50
        assert f"stopped: {twenty}" in predicted.out
        assert f"To be started again: {', '.join(map(str, twenty))}" in predicted.out
        assert emulator.log.summary()["writes"] == 0
        assert not (here.home / "stopped.yml").exists()

        run = play(here, "maintenance_window", variables)
        assert run.code == 0, run.said
        stop, start = Flink(emulator).writes
        assert (sorted(stop.pop("job_ids")), stop) == (twenty, {"trigger_savepoint": True})
        assert (sorted(start.pop("job_ids")), start) == (twenty, {"resume_savepoint": True})
        stopped = dict.fromkeys((3, 4), "job_cancel_success")
        assert Flink(emulator).truth == {**dict.fromkeys((*twenty, 5), "job_running"), **stopped}
        assert Spark(emulator).truth == {batch_id(1): "running"}
        reports = run.tasks()["Show what happened"]
        for way in ("job_running -> job_cancel_success", "job_cancel_success -> job_running"):
            told = re.findall(rf"(\d+) +stream-\d+ +changed +(?:run +)?{way}\b", reports)
            assert sorted(map(int, told)) == twenty
        at = [run.out.index(said) for said in ("Stopped 20 of 21", f"stopped: {twenty}", "Started 20 of 20")]
        assert at == sorted(at)
        assert counts(run) == {"flink": [21, 20, 1, 0], "flink_started": [20, 20, 0, 0]}
        assert counts(predicted)["flink"] == counts(run)["flink"]
        assert kept(here) == {"stopped_jobs": {"localhost": []}, "finished": ["localhost"]}

        again = play(here, "maintenance_window", variables)
        assert (again.code, recap(again)["changed"], emulator.log.summary()["writes"]) == (0, 0, 2)
        assert "This window was over at 20" in again.out


def test_a_file_for_two_runs():
    """The one that has read it does not write over what another one has written meanwhile."""
    of_other = {"stopped_jobs": {"localhost": [7]}, "finished": {}}
    taken = template(f"lookup('otc.bigdata.window_file', 'stopped.yml', content={of_other!r})")
    with world(flink_jobs=[{"job_id": 1, **RUNNING}]) as (emulator, here):
        here.write("upgrade.yml", [{"ansible.builtin.debug": {"msg": taken}}])
        run = play(here, "maintenance_window", {**QUEUE, **WINDOW})
        assert run.code == 2
        assert "has changed '" in fatal(run)
        assert kept(here)["stopped_jobs"] == {"localhost": [7]}
        assert Flink(emulator).truth == {1: "job_running"}


def test_another_run_is_faster():
    """It has stopped the job, and keeps that, between this run's list and its own file. To start the job is not for this run, nor for a workflow."""
    with world(flink_jobs=[{"job_id": 1, **RUNNING}]) as (emulator, here):
        answer = emulator.answer

        def with_the_other(request, connection):
            reply = answer(request, connection)
            if request.path.endswith("/jobs") and not (here.home / "stopped.yml").exists():
                here.write("stopped.yml", {"stopped_jobs": {"localhost": [1]}, "finished": {}})
                emulator.world.add("flink_jobs", {"job_id": 1, "status": "job_cancel_success", "has_savepoint": True})
            return reply

        emulator.answer = with_the_other
        here.write("upgrade.yml", HAND_OVER)
        run = play(here, "maintenance_window", {**QUEUE, **WINDOW})
        assert run.code == 2
        assert "has changed '" in fatal(run)
        assert said_to(run, "Tell which jobs are started again, or are not", "localhost") == ""
        assert stats(run)["flink"]["stopped_jobs"] == {"localhost": []}
        assert kept(here)["stopped_jobs"] == {"localhost": [1]}
        assert Flink(emulator).truth == {1: "job_cancel_success"}


def test_file_that_cannot_be_written():
    """Which jobs these are must not be lost, so none is stopped."""
    with world(flink_jobs=[{"job_id": 1, **RUNNING}]) as (emulator, here):
        run = play(here, "maintenance_window", {**QUEUE, "stopped_jobs_file": "/proc/stopped.yml"})
        assert run.code == 2
        why = "[Errno 2] No such file or directory: '/proc/stopped.yml'"
        assert fatal(run) == f"stopped_jobs_file: cannot be written: {why}"
        assert emulator.log.entries() == []


def test_file_that_is_gone_with_the_work():
    """Which jobs do not run is told all the same, and not that the file keeps them."""
    no_start = {"run": [{"status": "job_submit_fail", "status_desc": "no resources"}]}
    file = {"stopped_jobs_file": "here/stopped.yml"}
    with world(flink_jobs=[{"job_id": 1, **RUNNING}, {"job_id": 2, **RUNNING, "script": no_start}]) as (emulator, here):
        (here.home / "here").mkdir()
        here.write("upgrade.yml", [{"ansible.builtin.file": {"path": str(here.home / "here"), "state": "absent"}}])
        run = play(here, "maintenance_window", {**QUEUE, **WINDOW, **file})
        assert run.code == 2
        assert "stopped_jobs_file: cannot be written: [Errno 2] No such file or directory" in run.out
        assert fatal(run).startswith("flink: Started 1 of 2 jobs, 1 failed: 2: job_submit_fail (no resources)")
        again = "ansible-playbook otc.bigdata.maintenance_end -e stopped_jobs="
        assert ways_back(run) == [f"{again}1,2", f"{again}2"]
        assert Flink(emulator).truth == {1: "job_running", 2: "job_submit_fail"}


def test_job_that_begins_to_run_while_others_stop():
    """The work must not begin, be it tasks or somebody's own: who stops the jobs has not seen this one. Nobody knows the word job_foo."""
    tasks = {"maintenance_tasks": "upgrade.yml"}
    for variables, in_the_end, word in (({}, "job_cancel_success", "job_running"), (tasks, "job_running", "job_foo")):
        late = {"created": [{"after": "2 looks", "status": word}]}
        seed = [{"job_id": 1, **RUNNING}, {"job_id": 5, "name": "late", "status": "job_init", **QUEUE, "script": late}]
        with world(flink_jobs=seed) as (emulator, here):
            here.write("upgrade.yml", HAND_OVER)
            run = play(here, "maintenance_window", {**QUEUE, "stopped_jobs_file": "stopped.yml", **variables})
            assert run.code == 2
            assert fatal(run) == f"Jobs have begun to run while others were stopped: 5 (late) is {word}"
            assert said_to(run, "Work", "localhost") == ""
            assert Flink(emulator).truth == {1: in_the_end, 5: word}
            assert work(here, "begun") == {"localhost": False}
