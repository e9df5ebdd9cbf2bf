# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is due for a job: by its status alone, and after a write was answered in each possible way."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.errors import Refused
from ansible_collections.otc.bigdata.plugins.module_utils._jobs.plan import (
    ACCEPTED,
    DONE,
    DOUBTFUL,
    FAILED,
    HOLD,
    LOST,
    MISSING,
    PAUSE,
    REFUSED,
    WAIT,
    DesiredState,
    Entry,
    misses,
    next_step,
    took_effect,
    wake_up,
)
from ansible_collections.otc.bigdata.plugins.module_utils._services.flink_jobs import GOALS, FlinkJobs
from ansible_collections.otc.bigdata.plugins.module_utils._services.mrs_jobs import JobExecutions
from ansible_collections.otc.bigdata.plugins.module_utils._services.spark_batches import BatchJobs

STOPPED, STARTED, ABSENT = GOALS["stopped"], GOALS["started"], GOALS["absent"]


def step_of(entry: Entry, goal: DesiredState, now: float = 0.0) -> str:
    """At the time of the last write, unless another one is told."""
    entry.changed = entry.changed or took_effect(entry, goal, now)
    return next_step(entry, goal, now)


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
    steps = [step_of(entry_seen(status), goal) for goal in (STOPPED, STARTED, ABSENT)]
    assert steps == [stopped, started, "delete" if status else DONE]


@pytest.mark.parametrize("status", ["job_running", "job_submitting", "job_canceling", None])
def test_what_stands_in_the_way_of_a_write_matters_only_for_a_write(status: str | None) -> None:
    entry = Entry(1)
    entry.look(status, hindrance="no savepoint")
    assert step_of(entry, STARTED) == STARTED.step(status)
    entry.look("job_cancel_success", hindrance="no savepoint")
    assert step_of(entry, STARTED) == FAILED
    entry.look("job_cancel_success")
    assert step_of(entry, STARTED) == "run"


def test_no_second_run_of_a_job_without_a_savepoint() -> None:
    """The first run may have got through, and the job have lost what it was to begin with."""
    entry = entry_seen("job_cancel_success")
    entry.sent("run", LOST)
    entry.look("job_submitting")
    entry.look("job_running_exception", hindrance="no savepoint")
    assert step_of(entry, STARTED) == HOLD
    entry.look("job_running_exception")
    assert step_of(entry, STARTED) == "run"


def check_after(write, goal, answer, refusal, before, after, step, changed) -> None:
    """What is due when this write was answered so and the job is then seen so."""
    entry = entry_seen(before)
    entry.sent(write, answer, refusal)
    entry.look(after)
    if step == FAILED and answer == REFUSED:  # a refusal is believed when a second look agrees with it
        assert step_of(entry, goal) == HOLD
        entry.look(after)
    assert (step_of(entry, goal), entry.changed) == (step, changed)


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
    """The lost one may still show its effect, so it takes some looks to be taken for in vain."""
    entry = entry_seen("job_running_exception")
    entry.sent("stop", LOST)
    entry.look("job_running_exception")
    entry.sent("stop", REFUSED, NOT_NOW)
    steps = []
    for dummy in range(5):
        entry.look("job_running_exception")
        steps.append(step_of(entry, STOPPED))
    assert steps == [HOLD] * 4 + [DONE]
    entry.sent("stop", REFUSED, NO_PERMISSION)
    for dummy in range(9):
        entry.look("job_running_exception")
    assert step_of(entry, STOPPED, 999) == HOLD


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
    for dummy in range(5):
        entry.sent("stop", answer, NO_PERMISSION)
        entry.look(RUNNING)
        steps.append(step_of(entry, STOPPED))
    assert steps == ["stop", "stop", "stop", end, end]


def test_a_lost_write_that_works_late() -> None:
    """Its repetition is refused, which does not mean that the first one was in vain."""
    entry = entry_seen(RUNNING)
    entry.sent("stop", LOST, NO_PERMISSION)
    entry.look(RUNNING)
    entry.sent("stop", REFUSED, NOT_NOW)
    entry.look(RUNNING)
    assert (step_of(entry, STOPPED), entry.changed) == (HOLD, False)
    entry.look(STOPPED_BY_US)
    assert (step_of(entry, STOPPED), entry.changed) == (DONE, True)


def test_a_job_that_vanished_was_not_stopped_by_us() -> None:
    entry = entry_seen(RUNNING)
    entry.sent("stop", DOUBTFUL, NOT_NOW)
    entry.look(None)
    assert (step_of(entry, STOPPED), entry.changed) == (MISSING, False)


def test_a_stop_that_fails_before_the_first_look() -> None:
    """job_cancel_fail was there before the write, so it takes some time to believe that it is the outcome."""
    entry = entry_seen("job_cancel_fail")
    entry.sent("stop", ACCEPTED, now=100)
    steps = []
    for now in (100.1, 100.2, 100.3, 101, 106, 129, 130):
        entry.look("job_cancel_fail", now=now)
        steps.append(step_of(entry, STOPPED, now))
    assert steps == [WAIT] * 6 + [FAILED]
    assert wake_up(entry, STOPPED, 106) == 130
    assert wake_up(entry, STOPPED, 130) is None


def test_a_failed_stop_that_fails_again() -> None:
    entry = entry_seen("job_cancel_fail")
    entry.sent("stop", ACCEPTED)
    entry.look(CANCELING)
    entry.look("job_cancel_fail", None, "savepoint failed")
    assert step_of(entry, STOPPED) == FAILED
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
    assert [step_of(entry_seen(status), goal) for goal in goals] == [stopped, absent, left_alone]


def test_mrs_deletes_what_it_has_killed() -> None:
    goal = JobExecutions.goal({"state": "absent", "kill_running": True})
    entry = entry_seen("RUNNING")
    entry.sent("kill", ACCEPTED)
    entry.look("RUNNING")
    assert step_of(entry, goal) == WAIT
    entry.look("KILLED")
    assert step_of(entry, goal) == "delete"


@pytest.mark.parametrize(
    ("status", "step"),
    [("starting", "cancel"), ("running", "cancel"), ("recovering", "cancel"), ("odd", "cancel"), ("dead", DONE)]
    + [("Success", DONE), ("success", DONE), ("killed", DONE), ("error", DONE)],
)
@pytest.mark.parametrize("state", ["stopped", "absent"])
def test_batches(status: str, step: str, state: str) -> None:
    assert step_of(entry_seen(status), BatchJobs.goal({"state": state})) == step


def test_kill_and_delete_do_not_take_turns_for_ever() -> None:
    """A list that lags behind, or a service that runs a job again, must not make us write for ever."""
    goal = JobExecutions.goal({"state": "absent", "kill_running": None})
    entry = entry_seen("RUNNING")
    writes = []
    for status in ["RUNNING", "KILLED"] * 9:
        entry.look(status)
        step = step_of(entry, goal)
        if step in ("kill", "delete"):
            entry.sent(step, ACCEPTED)
            writes.append(step)
    assert writes == ["kill", "delete"] * 4


# ---- refusals that only say that something failed ----

FAILED_CODES = {
    "mrs": ("0160", "0161", "0162", "0175", "0189", "0193", "0199", "0200"),
    "flink": ("DLI.0999",),
    "spark": ("DLI.0999",),
}
WRITES = [
    *(("mrs", "stopped", "kill", "RUNNING", code) for code in FAILED_CODES["mrs"]),
    *(("mrs", "absent", "kill", "RUNNING", code) for code in FAILED_CODES["mrs"]),
    *(("mrs", "absent", "delete", "FINISHED", code) for code in FAILED_CODES["mrs"]),
    ("flink", "stopped", "stop", RUNNING, "DLI.0999"),
    ("flink", "absent", "delete", RUNNING, "DLI.0999"),
    ("flink", "started", "run", DRAFT, "DLI.0999"),
    ("spark", "stopped", "cancel", "running", "DLI.0999"),
    ("spark", "absent", "cancel", "running", "DLI.0999"),
]
OPTIONS = {"kill_running": None, "trigger_savepoint": False, "resume_savepoint": False, "wait": True}
GOAL = {"mrs": JobExecutions.goal, "flink": FlinkJobs.goal, "spark": BatchJobs.goal}


@pytest.mark.parametrize(("service", "state", "write", "status", "code"), WRITES)
@pytest.mark.parametrize("answer", [REFUSED, DOUBTFUL, LOST])
def test_what_only_failed_is_tried_again(
    service: str, state: str, write: str, status: str, code: str, answer: str
) -> None:
    """Four times in all, each after a look and a pause, whether it was alone or one of many."""
    goal, refusal = GOAL[service]({**OPTIONS, "state": state}), Refused("POST host", "failed", 400, code)
    entry, now, sent = entry_seen(status), 100.0, []
    for pause in (0.5, 1.0, 2.0, 4.0):
        assert step_of(entry, goal, now) == write
        sent.append(now)
        entry.sent(write, answer, refusal, now, pause)
        entry.look(status, now=now)
        left_to_its_time = answer == LOST and len(sent) == 4
        if not left_to_its_time:
            assert step_of(entry, goal, now + pause - 0.1) == PAUSE
            assert wake_up(entry, goal, now) == now + pause
        now += pause
        entry.look(status, now=now)
    assert sent == [100.0, 100.5, 101.5, 103.5]
    assert step_of(entry, goal, now) == (HOLD if answer == LOST else FAILED)
    assert not entry.changed


def test_what_only_failed_is_settled_by_what_is_seen() -> None:
    goal = JobExecutions.goal({"state": "absent", "kill_running": None})
    entry = entry_seen("RUNNING")
    entry.sent("kill", REFUSED, Refused("POST host", "failed", 400, "0200"), 0.0, 0.5)
    entry.look("FINISHED")
    assert (step_of(entry, goal), entry.changed) == ("delete", False)
    entry.sent("delete", REFUSED, Refused("POST host", "failed", 400, "0161"), 0.0, 0.5)
    entry.look(None)
    assert (step_of(entry, goal), entry.changed) == (DONE, False)


@pytest.mark.parametrize("code", ["0180", "0183", "12000052", None])
def test_other_refusals_are_final(code: str | None) -> None:
    goal = JobExecutions.goal({"state": "stopped", "kill_running": None})
    entry = entry_seen("RUNNING")
    entry.sent("kill", REFUSED, Refused("POST host", "no", 400, code))
    for dummy in range(2):
        entry.look("RUNNING")
    assert step_of(entry, goal, 99) == FAILED


@pytest.mark.parametrize(
    ("job_type", "hinted"), [("SparkSql", True), ("SparkSQL", True), ("MapReduce", False), (None, False)]
)
@pytest.mark.parametrize(("code", "about_kills"), [("0175", True), ("0160", True), ("0200", True), ("0161", False)])
def test_hint_at_spark_sql(job_type: str | None, hinted: bool, code: str, about_kills: bool) -> None:
    goal = JobExecutions.goal({"state": "stopped", "kill_running": None})
    entry = entry_seen("RUNNING")
    entry.hint = goal.hint({"job_type": job_type})
    entry.sent("kill", REFUSED, Refused("POST host", "failed", 400, code))
    assert ("Spark SQL" in entry.why(goal)) is (hinted and about_kills)


# ---- savepoints ----

SAVED = FlinkJobs.goal({**OPTIONS, "state": "stopped", "trigger_savepoint": True})


def entry_stopped(answer: str, status: str, has_savepoint: t.Any, goal: DesiredState = SAVED) -> Entry:
    """Stopped at 100, and seen so at 101."""
    entry = entry_seen(RUNNING)
    entry.sent("stop", answer, None if answer == ACCEPTED else NOT_NOW, now=100)
    entry.look(status, now=101)
    entry.lack = goal.lacking({"has_savepoint": has_savepoint})
    return entry


@pytest.mark.parametrize("status", ["job_submitting", "job_downloading"])
def test_a_job_that_cannot_have_a_savepoint_yet_is_awaited(status: str) -> None:
    assert (step_of(entry_seen(status), SAVED), step_of(entry_seen(status), STOPPED)) == (HOLD, "stop")


@pytest.mark.parametrize("answer", [ACCEPTED, LOST, DOUBTFUL])
@pytest.mark.parametrize("status", [STOPPED_BY_US, "job_arrearage_stopped", DRAFT, "job_idle"])
def test_a_stop_that_leaves_no_savepoint(answer: str, status: str) -> None:
    for told in (True, None, "", "true"):
        assert step_of(entry_stopped(answer, status, told), SAVED, 101) == DONE
    for denied in (False, "false", "False"):
        entry = entry_stopped(answer, status, denied)
        assert step_of(entry, SAVED, 101) == PAUSE
        assert wake_up(entry, SAVED, 101) == 106
        assert [step_of(entry, SAVED, now) for now in (105.9, 106)] == [PAUSE, FAILED]
        assert entry.changed
        entry.lack = ""
        assert step_of(entry, SAVED, 106) == DONE
    assert step_of(entry_stopped(answer, status, False, STOPPED), STOPPED, 101) == DONE


@pytest.mark.parametrize("answer", [ACCEPTED, LOST])
def test_ends_of_a_stop_with_a_savepoint(answer: str) -> None:
    """A finished job has nothing to keep; a job that could not be submitted has lost what it had."""
    assert step_of(entry_stopped(answer, "job_finish", False), SAVED, 999) == DONE
    failed = entry_stopped(answer, "job_submit_fail", None)
    assert (step_of(failed, SAVED, 101), failed.changed) == (FAILED, True)
    assert step_of(entry_stopped(answer, "job_submit_fail", None, STOPPED), STOPPED, 101) == DONE


def test_jobs_that_others_have_stopped_without_a_savepoint() -> None:
    """As wanted, and nothing of ours."""
    for entry in (entry_seen(STOPPED_BY_US), entry_stopped(REFUSED, STOPPED_BY_US, False)):
        entry.lack = SAVED.lacking({"has_savepoint": False})
        assert (step_of(entry, SAVED, 999), entry.changed, misses(entry, SAVED)) == (DONE, False, True)
    for status in ("job_init", "job_finish", "job_submit_fail"):
        entry = entry_seen(status)
        entry.lack = SAVED.lacking({"has_savepoint": False})
        assert (step_of(entry, SAVED), misses(entry, SAVED)) == (DONE, False)


def test_without_wait_nobody_sees_what_becomes_of_a_savepoint() -> None:
    goal = FlinkJobs.goal({**OPTIONS, "state": "stopped", "trigger_savepoint": True, "wait": False})
    assert step_of(entry_stopped(LOST, STOPPED_BY_US, False, goal), goal, 101) == DONE
