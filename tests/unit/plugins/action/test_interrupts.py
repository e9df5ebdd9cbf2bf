# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ctrl-C and other ends do to a task that runs in the process of Ansible."""

from __future__ import annotations

import contextlib
import re
import signal
import typing as t

import pytest
from ansible.executor.process.worker import WorkerProcess

from ansible_collections.otc.bigdata.tests.emulator.server import Emulator
from ansible_collections.otc.bigdata.tests.unit.utils.emulated import world
from ansible_collections.otc.bigdata.tests.unit.utils.fast_path import (
    FLINK,
    INTERRUPTED,
    MRS,
    SLOW,
    SPARK,
    all_writes,
    forever,
    stop,
    writes,
)
from ansible_collections.otc.bigdata.tests.unit.utils.mrs import CLUSTER
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import Run, wait_for

pytestmark = pytest.mark.real


def many_writes(emulator: Emulator) -> dict:
    """A task that writes for a long time: a request for each of 1000 batches, and after some of them none is answered."""
    emulator.faults.add(method="DELETE", kind="hang", seconds=None, skip=60, times=None)
    return {SPARK: {"state": "stopped", "batch_id": list(emulator.world["batches"].jobs)}}


def hanging(emulator: Emulator) -> dict:
    """A task whose one stop gets no answer."""
    emulator.faults.add(method="POST", path="/jobs/stop$", kind="hang", seconds=None)
    return stop(1, 2, request_timeout=3600)


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
