# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is due for a job: by its status alone, and after a write was answered in each possible way."""

from __future__ import annotations

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils._dli_batch import BatchJobs
from ansible_collections.otc.bigdata.plugins.module_utils._dli_flink import GOALS
from ansible_collections.otc.bigdata.plugins.module_utils._errors import Refused
from ansible_collections.otc.bigdata.plugins.module_utils._mrs_jobs import JobExecutions
from ansible_collections.otc.bigdata.plugins.module_utils._plan import (
    ACCEPTED,
    DONE,
    DOUBTFUL,
    FAILED,
    HOLD,
    LOST,
    MISSING,
    REFUSED,
    WAIT,
    Entry,
    next_step,
)

STOPPED, STARTED, ABSENT = GOALS["stopped"], GOALS["started"], GOALS["absent"]


def entry_seen(*statuses: str | None) -> Entry:
    entry = Entry(1)
    for status in statuses:
        entry.look(status, "orders")
    return entry


# The state table of the API contract, job by job
FLINK_STATUSES = [
    ("job_init", DONE, "run"),
    ("job_submitting", "stop", WAIT),
    ("job_submit_fail", DONE, "run"),
    ("job_running", "stop", DONE),
    ("job_running_exception", "stop", "run"),
    ("job_downloading", "stop", WAIT),
    ("job_idle", DONE, "run"),
    ("job_canceling", WAIT, HOLD),
    ("job_cancel_success", DONE, "run"),
    ("job_cancel_fail", "stop", "run"),
    ("job_savepointing", HOLD, HOLD),
    ("job_arrearage_stopped", DONE, "run"),
    ("job_arrearage_recovering", HOLD, WAIT),
    ("job_finish", DONE, DONE),
    ("job_foo", HOLD, HOLD),
    ("JOB_RUNNING", "stop", DONE),
    (None, MISSING, MISSING),
]


@pytest.mark.parametrize(("status", "stopped", "started"), FLINK_STATUSES)
def test_flink(status: str | None, stopped: str, started: str) -> None:
    steps = [next_step(entry_seen(status), goal) for goal in (STOPPED, STARTED, ABSENT)]
    assert steps == [stopped, started, "delete" if status else DONE]


@pytest.mark.parametrize("status", ["job_running", "job_submitting", "job_canceling", None])
def test_what_stands_in_the_way_of_a_write_matters_only_for_a_write(status: str | None) -> None:
    entry = Entry(1)
    entry.look(status, hindrance="no savepoint")
    assert next_step(entry, STARTED) == STARTED.step(status)
    entry.look("job_cancel_success", hindrance="no savepoint")
    assert next_step(entry, STARTED) == FAILED
    entry.look("job_cancel_success")
    assert next_step(entry, STARTED) == "run"


def test_no_second_run_of_a_job_without_a_savepoint() -> None:
    """The first run may have got through, and the job have lost what it was to begin with."""
    entry = entry_seen("job_cancel_success")
    entry.sent("run", LOST)
    entry.look("job_submitting")
    entry.look("job_running_exception", hindrance="no savepoint")
    assert next_step(entry, STARTED) == HOLD
    entry.look("job_running_exception")
    assert next_step(entry, STARTED) == "run"


def check_after(write, goal, answer, refusal, before, after, step, changed) -> None:
    """What is due when this write was answered so and the job is then seen so."""
    entry = entry_seen(before)
    entry.sent(write, answer, refusal)
    entry.look(after)
    if step == FAILED and answer == REFUSED:  # a refusal is believed when a second look agrees with it
        assert next_step(entry, goal) == HOLD
        entry.look(after)
    assert (next_step(entry, goal), entry.changed) == (step, changed)


NOT_NOW = Refused("POST host/stop", "not in this state", 400, "DLI.15002")
NO_PERMISSION = Refused("POST host/stop", "no permission", 400, "DLI.10005")
RUNNING, CANCELING, STOPPED_BY_US = "job_running", "job_canceling", "job_cancel_success"


@pytest.mark.parametrize(
    ("answer", "refusal", "before", "after", "step", "changed"),
    [
        (ACCEPTED, None, RUNNING, RUNNING, WAIT, True),
        (ACCEPTED, None, RUNNING, CANCELING, WAIT, True),
        (ACCEPTED, None, RUNNING, STOPPED_BY_US, DONE, True),
        (ACCEPTED, None, RUNNING, "job_finish", DONE, True),
        (ACCEPTED, None, RUNNING, "job_savepointing", HOLD, True),
        (ACCEPTED, None, RUNNING, "job_cancel_fail", FAILED, True),
        (ACCEPTED, None, "job_cancel_fail", "job_cancel_fail", WAIT, True),
        (REFUSED, NOT_NOW, RUNNING, RUNNING, FAILED, False),
        (REFUSED, NOT_NOW, RUNNING, "job_finish", DONE, False),
        (REFUSED, NOT_NOW, RUNNING, CANCELING, WAIT, False),
        (REFUSED, NOT_NOW, "job_running_exception", "job_running_exception", DONE, False),
        (REFUSED, NOT_NOW, "job_running_exception", RUNNING, "stop", False),
        (REFUSED, NOT_NOW, "job_submitting", "job_submitting", HOLD, False),
        (REFUSED, NOT_NOW, "job_submitting", RUNNING, "stop", False),
        (REFUSED, NO_PERMISSION, RUNNING, RUNNING, FAILED, False),
        (REFUSED, NO_PERMISSION, RUNNING, STOPPED_BY_US, DONE, False),
        (DOUBTFUL, NOT_NOW, RUNNING, RUNNING, "stop", False),
        (DOUBTFUL, NOT_NOW, RUNNING, CANCELING, WAIT, True),
        (DOUBTFUL, NOT_NOW, RUNNING, STOPPED_BY_US, DONE, True),
        (LOST, NOT_NOW, RUNNING, RUNNING, "stop", False),
        (LOST, NOT_NOW, RUNNING, STOPPED_BY_US, DONE, True),
        (LOST, NOT_NOW, RUNNING, "job_savepointing", HOLD, True),
        (LOST, NOT_NOW, RUNNING, "job_cancel_fail", FAILED, True),
    ],
)
def test_after_a_stop(answer: str, refusal: Refused | None, before: str, after: str, step: str, changed: bool) -> None:
    check_after("stop", STOPPED, answer, refusal, before, after, step, changed)


def test_a_refusal_after_a_lost_stop_is_not_believed_at_once() -> None:
    """The lost one may still show its effect, so it takes as many looks as any write to be taken for in vain."""
    entry = entry_seen("job_running_exception")
    entry.sent("stop", LOST)
    entry.look("job_running_exception")
    entry.sent("stop", REFUSED, NOT_NOW)
    steps = []
    for dummy in range(5):
        entry.look("job_running_exception")
        steps.append(next_step(entry, STOPPED))
    assert steps == [HOLD] * 4 + [DONE]
    entry.sent("stop", REFUSED, NO_PERMISSION)
    for dummy in range(9):
        entry.look("job_running_exception")
    assert next_step(entry, STOPPED) == HOLD


RUNS_ALREADY = Refused("POST host/run", "not in this state", 400, "DLI.13006")
DRAFT, SUBMITTING, EXCEPTION = "job_init", "job_submitting", "job_running_exception"


@pytest.mark.parametrize(
    ("answer", "refusal", "before", "after", "step", "changed"),
    [
        (ACCEPTED, None, DRAFT, DRAFT, WAIT, True),
        (ACCEPTED, None, DRAFT, SUBMITTING, WAIT, True),
        (ACCEPTED, None, DRAFT, RUNNING, DONE, True),
        (ACCEPTED, None, DRAFT, "job_finish", DONE, True),
        (ACCEPTED, None, DRAFT, EXCEPTION, WAIT, True),
        (ACCEPTED, None, DRAFT, CANCELING, HOLD, True),
        (ACCEPTED, None, DRAFT, STOPPED_BY_US, WAIT, True),
        (ACCEPTED, None, DRAFT, "job_submit_fail", FAILED, True),
        (ACCEPTED, None, "job_submit_fail", "job_submit_fail", WAIT, True),
        (REFUSED, RUNS_ALREADY, DRAFT, RUNNING, DONE, False),
        (REFUSED, RUNS_ALREADY, DRAFT, SUBMITTING, WAIT, False),
        (REFUSED, RUNS_ALREADY, DRAFT, "job_submit_fail", "run", False),
        (REFUSED, RUNS_ALREADY, "job_cancel_fail", "job_cancel_fail", FAILED, False),
        (REFUSED, RUNS_ALREADY, EXCEPTION, EXCEPTION, HOLD, False),
        (REFUSED, RUNS_ALREADY, EXCEPTION, STOPPED_BY_US, "run", False),
        (REFUSED, NO_PERMISSION, EXCEPTION, EXCEPTION, FAILED, False),
        (DOUBTFUL, RUNS_ALREADY, DRAFT, DRAFT, "run", False),
        (DOUBTFUL, RUNS_ALREADY, DRAFT, SUBMITTING, WAIT, True),
        (LOST, None, DRAFT, DRAFT, "run", False),
        (LOST, None, DRAFT, RUNNING, DONE, True),
        (LOST, None, DRAFT, "job_submit_fail", FAILED, True),
        (LOST, None, "job_submit_fail", "job_submit_fail", "run", False),
    ],
)
def test_after_a_start(answer: str, refusal: Refused | None, before: str, after: str, step: str, changed: bool) -> None:
    check_after("run", STARTED, answer, refusal, before, after, step, changed)


@pytest.mark.parametrize(("answer", "end"), [(LOST, HOLD), (DOUBTFUL, FAILED)])
def test_a_write_is_not_repeated_for_ever(answer: str, end: str) -> None:
    """A lost one may still show its effect later, so it is waited for."""
    entry = entry_seen(RUNNING)
    steps = []
    for dummy in range(4):
        entry.sent("stop", answer, NO_PERMISSION)
        entry.look(RUNNING)
        steps.append(next_step(entry, STOPPED))
    assert steps[:3] == ["stop", "stop", end]


def test_a_lost_write_that_works_late() -> None:
    """Its repetition is refused, which does not mean that the first one was in vain."""
    entry = entry_seen(RUNNING)
    entry.sent("stop", LOST, NO_PERMISSION)
    entry.look(RUNNING)
    entry.sent("stop", REFUSED, NOT_NOW)
    entry.look(RUNNING)
    assert (next_step(entry, STOPPED), entry.changed) == (HOLD, False)
    entry.look(STOPPED_BY_US)
    assert (next_step(entry, STOPPED), entry.changed) == (DONE, True)


def test_a_job_that_vanished_was_not_stopped_by_us() -> None:
    entry = entry_seen(RUNNING)
    entry.sent("stop", DOUBTFUL, NOT_NOW)
    entry.look(None)
    assert (next_step(entry, STOPPED), entry.changed) == (MISSING, False)


def test_a_stop_that_fails_before_the_first_look() -> None:
    """job_cancel_fail was there before the write, so it takes some looks to believe that it is the outcome."""
    entry = entry_seen("job_cancel_fail")
    entry.sent("stop", ACCEPTED)
    steps = []
    for dummy in range(5):
        entry.look("job_cancel_fail")
        steps.append(next_step(entry, STOPPED))
    assert steps == [WAIT, WAIT, WAIT, WAIT, FAILED]


def test_a_failed_stop_that_fails_again() -> None:
    entry = entry_seen("job_cancel_fail")
    entry.sent("stop", ACCEPTED)
    entry.look(CANCELING)
    entry.look("job_cancel_fail", None, "savepoint failed")
    assert next_step(entry, STOPPED) == FAILED
    assert entry.described() == "job_cancel_fail (savepoint failed)"


@pytest.mark.parametrize(
    ("status", "stopped", "absent", "left_alone"),
    [
        ("RUNNING", "kill", "kill", FAILED),
        ("New", "kill", "kill", FAILED),
        ("NEW", "kill", "kill", FAILED),
        ("NEW_SAVING", "kill", "kill", FAILED),
        ("SUBMITTED", "kill", "kill", FAILED),
        ("ACCEPTED", "kill", "kill", FAILED),
        ("FINISHED", DONE, "delete", "delete"),
        ("FAILED", DONE, "delete", "delete"),
        ("killed", DONE, "delete", "delete"),
        ("ODD", HOLD, HOLD, HOLD),
        (None, MISSING, DONE, DONE),
    ],
)
def test_mrs(status: str | None, stopped: str, absent: str, left_alone: str) -> None:
    options = [("stopped", None), ("absent", None), ("absent", False)]
    goals = [JobExecutions.goal({"state": state, "kill_running": kill}) for state, kill in options]
    assert [next_step(entry_seen(status), goal) for goal in goals] == [stopped, absent, left_alone]


def test_mrs_deletes_what_it_has_killed() -> None:
    goal = JobExecutions.goal({"state": "absent", "kill_running": True})
    entry = entry_seen("RUNNING")
    entry.sent("kill", ACCEPTED)
    entry.look("RUNNING")
    assert next_step(entry, goal) == WAIT
    entry.look("KILLED")
    assert next_step(entry, goal) == "delete"


@pytest.mark.parametrize(
    ("status", "step"),
    [("starting", "cancel"), ("running", "cancel"), ("recovering", "cancel"), ("odd", "cancel"), ("dead", DONE)]
    + [("Success", DONE), ("success", DONE), ("killed", DONE), ("error", DONE)],
)
@pytest.mark.parametrize("state", ["stopped", "absent"])
def test_batches(status: str, step: str, state: str) -> None:
    assert next_step(entry_seen(status), BatchJobs.goal({"state": state})) == step


def test_kill_and_delete_do_not_take_turns_for_ever() -> None:
    """A list that lags behind, or a service that runs a job again, must not make us write for ever."""
    goal = JobExecutions.goal({"state": "absent", "kill_running": None})
    entry = entry_seen("RUNNING")
    writes = []
    for status in ["RUNNING", "KILLED"] * 9:
        entry.look(status)
        step = next_step(entry, goal)
        if step in ("kill", "delete"):
            entry.sent(step, ACCEPTED)
            writes.append(step)
    assert writes == ["kill", "delete"] * 3
