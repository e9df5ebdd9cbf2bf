# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ctrl-C, a time limit and other ends do to a task that runs in the process of Ansible."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import time
import typing as t

import pytest
from ansible.executor.process.worker import WorkerProcess

from ansible_collections.otc.bigdata.tests.emulator.server import Emulator
from ansible_collections.otc.bigdata.tests.unit.utils.emulated import world, write_down
from ansible_collections.otc.bigdata.tests.unit.utils.fast_path import (
    FLINK,
    INTERRUPTED,
    MRS,
    SLOW,
    SPARK,
    stop,
    writes,
)
from ansible_collections.otc.bigdata.tests.unit.utils.mrs import CLUSTER
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import Folder, Run, wait_for
from ansible_collections.otc.bigdata.tests.unit.utils.service import FOR_EVER

pytestmark = pytest.mark.real


def forever(emulator: Emulator) -> dict:
    """A task that waits: two jobs that never stop."""
    emulator.settings.update({"delays": {"cancel": FOR_EVER}})
    return stop(1, 2, wait_interval=0.2)


def many_writes(emulator: Emulator) -> dict:
    """A task that writes for a long time: a request for each of 1000 batches, and after some of them none is answered."""
    emulator.faults.add(method="DELETE", kind="hang", seconds=None, skip=60, times=None)
    return {SPARK: {"state": "stopped", "batch_id": list(emulator.world["batches"].jobs)}}


def hanging(emulator: Emulator) -> dict:
    """A task whose one stop gets no answer."""
    emulator.faults.add(method="POST", path="/jobs/stop$", kind="hang", seconds=None)
    return stop(1, 2, request_timeout=3600)


def all_writes(emulator: Emulator) -> int:
    """With those that were under way when their sender ended."""
    emulator.faults.clear()
    while True:
        found = writes(emulator)
        time.sleep(0.3)
        if not emulator.log.in_flight and found == writes(emulator):
            return found


MOMENTS = {  # the task, when it is interrupted, what is told then
    "it waits": (
        forever,
        # two before the stop, two after it, and two more: so those before them have been read
        lambda emulator: emulator.log.summary()["reads"] > 5,
        "stop was sent for 2 of 2 jobs; 0/2 stopped, 2 job_canceling, waiting for job-1, job-2",
    ),
    "it writes": (
        many_writes,
        lambda emulator: writes(emulator) > 50,
        "cancel was sent for {writes} of 1000 jobs; 0/1000 finished, 1000 running",
    ),
    "a request hangs": (
        hanging,
        lambda emulator: not emulator.faults.as_list(),
        "stop was sent for 2 of 2 jobs; 0/2 stopped, 2 job_running, waiting for job-1, job-2",
    ),
}


@contextlib.contextmanager
def interrupted(
    moment: str, how: t.Callable[[Run], None], terminal: bool = False, **variables
) -> t.Iterator[tuple[Run, Emulator]]:
    make, ready, dummy = MOMENTS[moment]
    jobs = {"flink_jobs": [{"count": 2, "status": "job_running"}], "batches": [{"count": 1000, "state": "running"}]}
    with world(**jobs) as (emulator, here):
        run = here.playbook([{"tasks": [make(emulator)]}], terminal=terminal, **variables)
        wait_for(lambda: ready(emulator))
        how(run)
        run.end()
        assert "Traceback" not in run.said
        yield run, emulator


@pytest.mark.parametrize("terminal", [True, False], ids=["terminal", "kill"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_ctrl_c(moment, terminal):
    """It ends soon, tells what was done until then, and sends nothing any more."""
    with interrupted(moment, Run.ctrl_c if terminal else Run.kill, terminal) as (run, emulator):
        assert run.code == 99, run.said
        assert "User interrupted execution" in run.said
        [(action, report)] = INTERRUPTED.findall(run.said)
        assert action in (FLINK, SPARK)
        wait_for(run.silent)  # nobody is left who could send anything
        sent = all_writes(emulator)
        assert sent < 1000
        told = int(re.search(r"was sent for (\d+)", report).group(1))
        assert moment != "it writes" or sent <= told <= sent + 8, run.said  # some had not left yet
        assert report == MOMENTS[moment][2].format(writes=told)


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


def test_nothing_is_sent_once_ansible_is_gone():
    """ansible-runner kills it to end a job. A worker that waits for its next write finds out, and sends none."""
    with world() as (emulator, here):
        emulator.settings.update({"delays": {"mrs_kill": 600}})
        task = {"state": "absent", "cluster_id": CLUSTER, "job_ids": [SLOW], "wait_interval": 0.2}
        run = here.playbook([{"tasks": [{MRS: task}]}])
        wait_for(lambda: writes(emulator) == 1)
        run.kill(signal.SIGKILL)
        run.end()
        emulator.world.add("mrs_jobs", {"job_id": SLOW, "job_state": "KILLED", "job_result": "KILLED"})
        wait_for(run.silent)  # the worker has ended as well
        assert writes(emulator) == 1


TELLS_WORKERS = hasattr(WorkerProcess, "_term")  # that it was terminated; ansible-core 2.16 only ends


def test_terminated():
    """As a service manager or AWX ends it."""
    with interrupted("it waits", lambda run: run.kill(signal.SIGTERM)) as (run, emulator):
        assert run.code == -signal.SIGTERM, run.said
        assert INTERRUPTED.findall(run.said) == ([(FLINK, MOMENTS["it waits"][2])] if TELLS_WORKERS else [])
        assert writes(emulator) == 1
