# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is due for a job: by its status alone, and after a write was answered in each possible way."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.errors import (
    ApiError,
    Denied,
    Late,
    Refused,
    Unreachable,
    Vague,
)
from ansible_collections.otc.bigdata.plugins.module_utils._jobs.desired_state import (
    DesiredState,
    Notes,
    Step,
    Write,
    until_ended,
)
from ansible_collections.otc.bigdata.plugins.module_utils._jobs.plan import (
    Answer,
    Entry,
    has_ended,
    is_owed,
    left,
    lost_by_others,
    next_step,
    outcome_unknown,
    wake_up,
)
from ansible_collections.otc.bigdata.plugins.module_utils._services.flink_jobs import (
    DESIRED_STATES,
    START_ONCE,
    STOP_TO_START,
    FlinkJobs,
)
from ansible_collections.otc.bigdata.plugins.module_utils._services.mrs_jobs import JobExecutions
from ansible_collections.otc.bigdata.plugins.module_utils._services.spark_batches import BatchJobs

STOPPED, STARTED, ABSENT = DESIRED_STATES["stopped"], DESIRED_STATES["started"], DESIRED_STATES["absent"]


def step_of(entry: Entry, desired: DesiredState, now: float = 0.0) -> Step | Write:
    """At the time of the last write, unless another one is told."""
    entry.desired = desired
    entry.note_effect(now)
    return next_step(entry, now)


def entry_seen(*statuses: str | None, desired: DesiredState = STOPPED) -> Entry:
    entry = Entry(1, desired)
    for status in statuses:
        entry.look(status, "orders")
    return entry


# The table of the guide on states, status by status
FLINK_STATUSES = [
    ("job_init", Step.DONE, Write.RUN),
    ("job_submitting", Write.STOP, Step.IN_PROGRESS),
    ("job_submit_fail", Step.DONE, Write.RUN),
    ("job_running", Write.STOP, Step.DONE),
    ("job_running_exception", Write.STOP, Write.RUN),
    ("job_downloading", Write.STOP, Step.IN_PROGRESS),
    ("job_idle", Step.DONE, Write.RUN),
    ("job_canceling", Step.IN_PROGRESS, Step.BLOCKED),
    ("job_cancel_success", Step.DONE, Write.RUN),
    ("job_cancel_fail", Write.STOP, Write.RUN),
    ("job_savepointing", Step.BLOCKED, Step.BLOCKED),
    ("job_arrearage_stopped", Step.DONE, Write.RUN),
    ("job_arrearage_recovering", Step.BLOCKED, Step.IN_PROGRESS),
    ("job_finish", Step.DONE, Step.DONE),
    ("job_foo", Step.BLOCKED, Step.BLOCKED),
    ("JOB_RUNNING", Write.STOP, Step.DONE),
    (None, Step.MISSING, Step.MISSING),
]


@pytest.mark.parametrize(("status", "stopped", "started"), FLINK_STATUSES)
def test_flink(status: str | None, stopped: Step | Write, started: Step | Write) -> None:
    steps = [step_of(entry_seen(status), desired) for desired in (STOPPED, STARTED, ABSENT)]
    assert steps == [stopped, started, Write.DELETE if status else Step.DONE]


@pytest.mark.parametrize("status", ["job_running", "job_submitting", "job_canceling", None])
def test_what_stands_in_the_way_of_a_write_matters_only_for_a_write(status: str | None) -> None:
    entry = Entry(1, STARTED)
    entry.look(status, notes=Notes(hindrance="no savepoint"))
    assert step_of(entry, STARTED) == STARTED.step(status)
    entry.look("job_cancel_success", notes=Notes(hindrance="no savepoint"))
    assert step_of(entry, STARTED) == Step.FAILED
    entry.look("job_cancel_success")
    assert step_of(entry, STARTED) == Write.RUN


def test_no_second_run_of_a_job_without_a_savepoint() -> None:
    """The first run may have got through, and the job have lost what it was to begin with."""
    entry = entry_seen("job_cancel_success")
    entry.sent(Write.RUN, Answer.LOST)
    entry.look("job_submitting")
    entry.look("job_running_exception", notes=Notes(hindrance="no savepoint"))
    assert step_of(entry, STARTED) == Step.BLOCKED
    entry.look("job_running_exception")
    assert step_of(entry, STARTED) == Write.RUN


def check_after(write, desired, answer, refusal, before, after, step, changed) -> None:
    """What is due when this write was answered so and the job is then seen so."""
    entry = entry_seen(before)
    entry.sent(write, answer, refusal)
    entry.look(after)
    if step is Step.FAILED and answer is Answer.REFUSED:  # a refusal is believed when a second look agrees with it
        assert step_of(entry, desired) == Step.BLOCKED
        entry.look(after)
    assert (step_of(entry, desired), entry.changed) == (step, changed)


NOT_NOW = Refused("POST host/stop", "not in this state", 400, "DLI.15002")
NO_PERMISSION = Refused("POST host/stop", "no permission", 400, "DLI.10005")
RUNNING, CANCELING, STOPPED_BY_US = "job_running", "job_canceling", "job_cancel_success"


@pytest.mark.parametrize(
    ("answer", "refusal", "before", "after", "step", "changed"),
    [
        (Answer.ACCEPTED, None, RUNNING, RUNNING, Step.IN_PROGRESS, True),
        (Answer.ACCEPTED, None, RUNNING, CANCELING, Step.IN_PROGRESS, True),
        (Answer.ACCEPTED, None, RUNNING, STOPPED_BY_US, Step.DONE, True),
        (Answer.ACCEPTED, None, RUNNING, "job_finish", Step.DONE, True),
        (Answer.ACCEPTED, None, RUNNING, "job_savepointing", Step.BLOCKED, True),
        (Answer.ACCEPTED, None, RUNNING, "job_cancel_fail", Step.FAILED, True),
        (Answer.ACCEPTED, None, "job_cancel_fail", "job_cancel_fail", Step.IN_PROGRESS, True),
        (Answer.REFUSED, NOT_NOW, RUNNING, RUNNING, Step.FAILED, False),
        (Answer.REFUSED, NOT_NOW, RUNNING, "job_finish", Step.DONE, False),
        (Answer.REFUSED, NOT_NOW, RUNNING, CANCELING, Step.IN_PROGRESS, False),
        (Answer.REFUSED, NOT_NOW, "job_running_exception", "job_running_exception", Step.DONE, False),
        (Answer.REFUSED, NOT_NOW, "job_running_exception", RUNNING, Write.STOP, False),
        (Answer.REFUSED, NOT_NOW, "job_submitting", "job_submitting", Step.BLOCKED, False),
        (Answer.REFUSED, NOT_NOW, "job_submitting", RUNNING, Write.STOP, False),
        (Answer.REFUSED, NO_PERMISSION, RUNNING, RUNNING, Step.FAILED, False),
        (Answer.REFUSED, NO_PERMISSION, RUNNING, STOPPED_BY_US, Step.DONE, False),
        (Answer.DOUBTFUL, NOT_NOW, RUNNING, RUNNING, Write.STOP, False),
        (Answer.DOUBTFUL, NOT_NOW, RUNNING, CANCELING, Step.IN_PROGRESS, True),
        (Answer.DOUBTFUL, NOT_NOW, RUNNING, STOPPED_BY_US, Step.DONE, True),
        (Answer.LOST, NOT_NOW, RUNNING, RUNNING, Write.STOP, False),
        (Answer.LOST, NOT_NOW, RUNNING, STOPPED_BY_US, Step.DONE, True),
        (Answer.LOST, NOT_NOW, RUNNING, "job_savepointing", Step.BLOCKED, True),
        (Answer.LOST, NOT_NOW, RUNNING, "job_cancel_fail", Step.FAILED, True),
    ],
)
def test_after_a_stop(
    answer: Answer, refusal: Refused | None, before: str, after: str, step: Step | Write, changed: bool
) -> None:
    check_after(Write.STOP, STOPPED, answer, refusal, before, after, step, changed)


def test_a_refusal_after_a_lost_stop_is_not_believed_at_once() -> None:
    """The lost one may still show its effect, so it takes some looks to be taken for in vain."""
    entry = entry_seen("job_running_exception")
    entry.sent(Write.STOP, Answer.LOST)
    entry.look("job_running_exception")
    entry.sent(Write.STOP, Answer.REFUSED, NOT_NOW)
    steps = []
    for dummy in range(5):
        entry.look("job_running_exception")
        steps.append(step_of(entry, STOPPED))
    assert steps == [Step.BLOCKED] * 4 + [Step.DONE]
    entry.sent(Write.STOP, Answer.REFUSED, NO_PERMISSION)
    for dummy in range(9):
        entry.look("job_running_exception")
    assert step_of(entry, STOPPED, 999) == Step.BLOCKED


RUNS_ALREADY = Refused("POST host/run", "not in this state", 400, "DLI.13006")
DRAFT, SUBMITTING, EXCEPTION = "job_init", "job_submitting", "job_running_exception"


@pytest.mark.parametrize(
    ("answer", "refusal", "before", "after", "step", "changed"),
    [
        (Answer.ACCEPTED, None, DRAFT, DRAFT, Step.IN_PROGRESS, True),
        (Answer.ACCEPTED, None, DRAFT, SUBMITTING, Step.IN_PROGRESS, True),
        (Answer.ACCEPTED, None, DRAFT, RUNNING, Step.DONE, True),
        (Answer.ACCEPTED, None, DRAFT, "job_finish", Step.DONE, True),
        (Answer.ACCEPTED, None, DRAFT, EXCEPTION, Step.IN_PROGRESS, True),
        (Answer.ACCEPTED, None, DRAFT, CANCELING, Step.BLOCKED, True),
        (Answer.ACCEPTED, None, DRAFT, STOPPED_BY_US, Step.IN_PROGRESS, True),
        (Answer.ACCEPTED, None, DRAFT, "job_submit_fail", Step.FAILED, True),
        (Answer.ACCEPTED, None, "job_submit_fail", "job_submit_fail", Step.IN_PROGRESS, True),
        (Answer.REFUSED, RUNS_ALREADY, DRAFT, RUNNING, Step.DONE, False),
        (Answer.REFUSED, RUNS_ALREADY, DRAFT, SUBMITTING, Step.IN_PROGRESS, False),
        (Answer.REFUSED, RUNS_ALREADY, DRAFT, "job_submit_fail", Write.RUN, False),
        (Answer.REFUSED, RUNS_ALREADY, "job_cancel_fail", "job_cancel_fail", Step.FAILED, False),
        (Answer.REFUSED, RUNS_ALREADY, EXCEPTION, EXCEPTION, Step.BLOCKED, False),
        (Answer.REFUSED, RUNS_ALREADY, EXCEPTION, STOPPED_BY_US, Write.RUN, False),
        (Answer.REFUSED, NO_PERMISSION, EXCEPTION, EXCEPTION, Step.FAILED, False),
        (Answer.DOUBTFUL, RUNS_ALREADY, DRAFT, DRAFT, Write.RUN, False),
        (Answer.DOUBTFUL, RUNS_ALREADY, DRAFT, SUBMITTING, Step.IN_PROGRESS, True),
        (Answer.LOST, None, DRAFT, DRAFT, Write.RUN, False),
        (Answer.LOST, None, DRAFT, RUNNING, Step.DONE, True),
        (Answer.LOST, None, DRAFT, "job_submit_fail", Step.FAILED, True),
        (Answer.LOST, None, "job_submit_fail", "job_submit_fail", Write.RUN, False),
    ],
)
def test_after_a_start(
    answer: Answer, refusal: Refused | None, before: str, after: str, step: Step | Write, changed: bool
) -> None:
    check_after(Write.RUN, STARTED, answer, refusal, before, after, step, changed)


def test_the_last_try_is_for_what_comes_after_a_status_that_passes() -> None:
    """The status changes between two that such a refusal is waited for in: three stops are sent there, and one more later."""
    entry = entry_seen("job_submitting")
    steps = []
    for status in ("job_downloading", "job_submitting", "job_downloading", "job_submitting"):
        entry.sent(Write.STOP, Answer.REFUSED, NOT_NOW)
        entry.look(status)
        steps.append(step_of(entry, STOPPED))
        if steps[-1] is Step.BLOCKED:
            break
    assert steps == [Write.STOP, Write.STOP, Step.BLOCKED]
    entry.look(RUNNING)
    assert step_of(entry, STOPPED) is Write.STOP


def test_no_write_after_a_refusal_where_something_stands_in_its_way_by_now() -> None:
    entry = entry_seen(DRAFT)
    entry.sent(Write.RUN, Answer.REFUSED, RUNS_ALREADY)
    for dummy in range(2):
        entry.look("job_submit_fail", notes=Notes(hindrance="no savepoint"))
    assert step_of(entry, STARTED) is not Write.RUN


def test_a_refusal_that_says_nothing_is_tried_again_whatever_its_code() -> None:
    entry = entry_seen(RUNNING)
    entry.sent(Write.STOP, Answer.REFUSED, Vague("DELETE host/jobs", "no", 200), 0.0, 0.5)
    entry.look(RUNNING)
    assert [step_of(entry, STOPPED, now) for now in (0.4, 0.5)] == [Step.LOOK_AGAIN, Write.STOP]


def test_what_was_accepted_once_has_changed_the_job() -> None:
    """Whatever becomes of a repeat."""
    entry = entry_seen(RUNNING)
    for answer in (Answer.ACCEPTED, Answer.LOST):
        entry.sent(Write.STOP, answer)
    assert not outcome_unknown(entry)


def test_two_refusals_of_a_job_alone() -> None:
    """They do not show that others had no part in the first one, as there were no others."""
    entry = entry_seen(RUNNING)
    for dummy in range(2):
        entry.sent(Write.STOP, Answer.REFUSED, RUNS_ALREADY)
    assert entry.last is not None
    assert not entry.last.alike


def test_what_is_unknown_of_one_write_says_nothing_of_another() -> None:
    """The lost kill has had its effect; the delete is refused, and that is final."""
    desired = JobExecutions.desired_state({"state": "absent", "kill_running": None})
    entry = entry_seen("RUNNING", desired=desired)
    entry.sent(Write.KILL, Answer.LOST)
    entry.look("KILLED")
    entry.sent(Write.DELETE, Answer.REFUSED, Refused("POST host", "no", 400, "12000052"))
    for dummy in range(2):
        entry.look("KILLED")
    assert (step_of(entry, desired), outcome_unknown(entry)) == (Step.FAILED, False)


def test_another_look_is_due_after_an_answer_that_proves_nothing() -> None:
    """Whatever ``wait`` says: after a lost write, and until a refusal was seen to hold."""
    entry = entry_seen(RUNNING)
    found = [entry.needs_another_look]
    for answer in (Answer.ACCEPTED, Answer.REFUSED, Answer.LOST):
        entry.sent(Write.STOP, answer, None if answer is Answer.ACCEPTED else NOT_NOW)
        for dummy in range(2):
            found.append(entry.needs_another_look)
            entry.look(RUNNING)
        found.append(entry.needs_another_look)
    assert found == [False, *[False] * 3, True, True, False, *[True] * 3]


def test_nothing_changes_by_time_alone_while_an_accepted_write_is_awaited() -> None:
    entry = entry_seen(RUNNING)
    assert wake_up(entry, 0) is None
    entry.sent(Write.STOP, Answer.ACCEPTED, now=1, pause=0.5)
    entry.look(CANCELING, now=1)
    assert wake_up(entry, 1) is None


def test_how_messages_name_a_status() -> None:
    entry = entry_seen("job_cancel_fail")
    entry.reason = "no room"
    assert entry.described() == "job_cancel_fail (no room)"
    entry.look(None)
    assert entry.described() == "gone"


def test_only_in_a_restart_is_a_write_sent_again_that_did_not_arrive() -> None:
    for desired, write, status in (
        (STOPPED, Write.STOP, RUNNING),
        (STOP_TO_START, Write.STOP, RUNNING),
        (START_ONCE, Write.RUN, STOPPED_BY_US),
    ):
        entry = entry_seen(status, desired=desired)
        entry.sent(write, Answer.REFUSED, Unreachable("POST host", "no connection"), 0.0, 0.5)
        for dummy in range(2):
            entry.look(status)
        assert step_of(entry, desired, 1) == (write if desired.owed else Step.FAILED)


def test_a_start_that_was_lost_may_have_taken_effect_although_its_repeat_is_refused() -> None:
    entry = entry_seen(STOPPED_BY_US, desired=START_ONCE)
    entry.sent(Write.RUN, Answer.LOST)
    entry.sent(Write.RUN, Answer.REFUSED, RUNS_ALREADY)
    assert left(entry) == ""


def test_what_could_not_be_sent_is_forgotten_once_it_was_sent() -> None:
    entry = entry_seen(RUNNING)
    entry.unsent = Late("POST host/stop", "no time left")
    assert entry.refusal is entry.unsent
    entry.sent(Write.STOP, Answer.REFUSED, NOT_NOW)
    assert entry.refusal is NOT_NOW


@pytest.mark.parametrize(("answer", "end"), [(Answer.LOST, Step.BLOCKED), (Answer.DOUBTFUL, Step.FAILED)])
def test_a_write_is_not_repeated_for_ever(answer: Answer, end: Step | Write) -> None:
    """A lost one may still show its effect later, so it is waited for."""
    entry = entry_seen(RUNNING)
    steps = []
    for dummy in range(5):
        entry.sent(Write.STOP, answer, NO_PERMISSION)
        entry.look(RUNNING)
        steps.append(step_of(entry, STOPPED))
    assert steps == [Write.STOP, Write.STOP, Write.STOP, end, end]


def test_a_lost_write_that_works_late() -> None:
    """Its repetition is refused, which does not mean that the first one was in vain."""
    entry = entry_seen(RUNNING)
    entry.sent(Write.STOP, Answer.LOST, NO_PERMISSION)
    entry.look(RUNNING)
    entry.sent(Write.STOP, Answer.REFUSED, NOT_NOW)
    entry.look(RUNNING)
    assert (step_of(entry, STOPPED), entry.changed) == (Step.BLOCKED, False)
    entry.look(STOPPED_BY_US)
    assert (step_of(entry, STOPPED), entry.changed) == (Step.DONE, True)


def test_a_job_that_vanished_was_not_stopped_by_us() -> None:
    entry = entry_seen(RUNNING)
    entry.sent(Write.STOP, Answer.DOUBTFUL, NOT_NOW)
    entry.look(None)
    assert (step_of(entry, STOPPED), entry.changed) == (Step.MISSING, False)


def test_a_stop_that_fails_before_the_first_look() -> None:
    """job_cancel_fail was there before the write, so it takes some time to believe that it is the outcome."""
    entry = entry_seen("job_cancel_fail")
    entry.sent(Write.STOP, Answer.ACCEPTED, now=100)
    steps = []
    for now in (100.1, 100.2, 100.3, 101, 106, 129, 130):
        entry.look("job_cancel_fail", now=now)
        steps.append(step_of(entry, STOPPED, now))
    assert steps == [Step.IN_PROGRESS] * 6 + [Step.FAILED]
    assert wake_up(entry, 106) == 130
    assert wake_up(entry, 130) is None


def test_a_failed_stop_that_fails_again() -> None:
    entry = entry_seen("job_cancel_fail")
    entry.sent(Write.STOP, Answer.ACCEPTED)
    entry.look(CANCELING)
    entry.look("job_cancel_fail", None, "savepoint failed")
    assert step_of(entry, STOPPED) == Step.FAILED
    assert entry.described() == "job_cancel_fail (savepoint failed)"


@pytest.mark.parametrize(
    ("status", "stopped", "absent", "left_alone"),
    [
        ("RUNNING", Write.KILL, Write.KILL, Step.FAILED),
        ("New", Write.KILL, Write.KILL, Step.FAILED),
        ("NEW", Write.KILL, Write.KILL, Step.FAILED),
        ("NEW_SAVING", Write.KILL, Write.KILL, Step.FAILED),
        ("SUBMITTED", Write.KILL, Write.KILL, Step.FAILED),
        ("ACCEPTED", Write.KILL, Write.KILL, Step.FAILED),
        ("FINISHED", Step.DONE, Write.DELETE, Write.DELETE),
        ("FAILED", Step.DONE, Write.DELETE, Write.DELETE),
        ("killed", Step.DONE, Write.DELETE, Write.DELETE),
        ("ODD", Step.BLOCKED, Step.BLOCKED, Step.BLOCKED),
        (None, Step.MISSING, Step.DONE, Step.DONE),
    ],
)
def test_mrs(status: str | None, stopped: Step | Write, absent: Step | Write, left_alone: Step | Write) -> None:
    options = [("stopped", None), ("absent", None), ("absent", False)]
    states = [JobExecutions.desired_state({"state": state, "kill_running": kill}) for state, kill in options]
    assert [step_of(entry_seen(status), desired) for desired in states] == [stopped, absent, left_alone]


def test_mrs_deletes_what_it_has_killed() -> None:
    desired = JobExecutions.desired_state({"state": "absent", "kill_running": True})
    entry = entry_seen("RUNNING")
    entry.sent(Write.KILL, Answer.ACCEPTED)
    entry.look("RUNNING")
    assert step_of(entry, desired) == Step.IN_PROGRESS
    entry.look("KILLED")
    assert step_of(entry, desired) == Write.DELETE


@pytest.mark.parametrize(
    ("status", "step"),
    [
        ("starting", Write.CANCEL),
        ("running", Write.CANCEL),
        ("recovering", Write.CANCEL),
        ("odd", Write.CANCEL),
        ("dead", Step.DONE),
    ]
    + [("Success", Step.DONE), ("success", Step.DONE), ("killed", Step.DONE), ("error", Step.DONE)],
)
@pytest.mark.parametrize("state", ["stopped", "absent"])
def test_batches(status: str, step: Step | Write, state: str) -> None:
    assert step_of(entry_seen(status), BatchJobs.desired_state({"state": state})) == step


def test_kill_and_delete_do_not_take_turns_for_ever() -> None:
    """A list that lags behind, or a service that runs a job again, must not make us write for ever."""
    desired = JobExecutions.desired_state({"state": "absent", "kill_running": None})
    entry = entry_seen("RUNNING")
    writes = []
    for status in ["RUNNING", "KILLED"] * 9:
        entry.look(status)
        step = step_of(entry, desired)
        if step in (Write.KILL, Write.DELETE):
            entry.sent(step, Answer.ACCEPTED)
            writes.append(step)
    assert writes == [Write.KILL, Write.DELETE] * 4


# ---- refusals that only say that something failed ----

FAILED_CODES = {
    "mrs": ("0160", "0161", "0162", "0175", "0189", "0193", "0199", "0200"),
    "flink": ("DLI.0999",),
    "spark": ("DLI.0999",),
}
WRITES = [
    *(("mrs", "stopped", Write.KILL, "RUNNING", code) for code in FAILED_CODES["mrs"]),
    *(("mrs", "absent", Write.KILL, "RUNNING", code) for code in FAILED_CODES["mrs"]),
    *(("mrs", "absent", Write.DELETE, "FINISHED", code) for code in FAILED_CODES["mrs"]),
    ("flink", "stopped", Write.STOP, RUNNING, "DLI.0999"),
    ("flink", "absent", Write.DELETE, RUNNING, "DLI.0999"),
    ("flink", "started", Write.RUN, DRAFT, "DLI.0999"),
    ("spark", "stopped", Write.CANCEL, "running", "DLI.0999"),
    ("spark", "absent", Write.CANCEL, "running", "DLI.0999"),
]
OPTIONS = {"kill_running": None, "trigger_savepoint": False, "resume_savepoint": False, "wait": True}
DESIRED_STATE = {"mrs": JobExecutions.desired_state, "flink": FlinkJobs.desired_state, "spark": BatchJobs.desired_state}


@pytest.mark.parametrize(("service", "state", "write", "status", "code"), WRITES)
@pytest.mark.parametrize("answer", [Answer.REFUSED, Answer.DOUBTFUL, Answer.LOST])
def test_what_only_failed_is_tried_again(
    service: str, state: str, write: Write, status: str, code: str, answer: Answer
) -> None:
    """Four times in all, each after a look and a pause, whether it was alone or one of many."""
    desired, refusal = DESIRED_STATE[service]({**OPTIONS, "state": state}), Refused("POST host", "failed", 400, code)
    entry, now, sent = entry_seen(status), 100.0, []
    for pause in (0.5, 1.0, 2.0, 4.0):
        assert step_of(entry, desired, now) == write
        sent.append(now)
        entry.sent(write, answer, refusal, now, pause)
        entry.look(status, now=now)
        left_to_its_time = answer is Answer.LOST and len(sent) == 4
        if not left_to_its_time:
            assert step_of(entry, desired, now + pause - 0.1) == Step.LOOK_AGAIN
            assert wake_up(entry, now) == now + pause
        now += pause
        entry.look(status, now=now)
    assert sent == [100.0, 100.5, 101.5, 103.5]
    assert step_of(entry, desired, now) == (Step.BLOCKED if answer is Answer.LOST else Step.FAILED)
    assert not entry.changed


def test_what_only_failed_is_settled_by_what_is_seen() -> None:
    desired = JobExecutions.desired_state({"state": "absent", "kill_running": None})
    entry = entry_seen("RUNNING")
    entry.sent(Write.KILL, Answer.REFUSED, Refused("POST host", "failed", 400, "0200"), 0.0, 0.5)
    entry.look("FINISHED")
    assert (step_of(entry, desired), entry.changed) == (Write.DELETE, False)
    entry.sent(Write.DELETE, Answer.REFUSED, Refused("POST host", "failed", 400, "0161"), 0.0, 0.5)
    entry.look(None)
    assert (step_of(entry, desired), entry.changed) == (Step.DONE, False)


@pytest.mark.parametrize("code", ["0180", "0183", "12000052", None])
def test_other_refusals_are_final(code: str | None) -> None:
    desired = JobExecutions.desired_state({"state": "stopped", "kill_running": None})
    entry = entry_seen("RUNNING")
    entry.sent(Write.KILL, Answer.REFUSED, Refused("POST host", "no", 400, code))
    for dummy in range(2):
        entry.look("RUNNING")
    assert step_of(entry, desired, 99) == Step.FAILED


@pytest.mark.parametrize(
    ("job_type", "hinted"), [("SparkSql", True), ("SparkSQL", True), ("MapReduce", False), (None, False)]
)
@pytest.mark.parametrize(("code", "about_kills"), [("0175", True), ("0160", True), ("0200", True), ("0161", False)])
def test_hint_at_spark_sql(job_type: str | None, hinted: bool, code: str, about_kills: bool) -> None:
    desired = JobExecutions.desired_state({"state": "stopped", "kill_running": None})
    entry = entry_seen("RUNNING", desired=desired)
    entry.notes = desired.notes({"job_type": job_type})
    entry.sent(Write.KILL, Answer.REFUSED, Refused("POST host", "failed", 400, code))
    hint = "; MRS does not terminate Spark SQL jobs" if hinted and about_kills else ""
    assert entry.why() == f"POST host: HTTP 400 {code}: failed{hint}"


# ---- savepoints ----

SAVED = FlinkJobs.desired_state({**OPTIONS, "state": "stopped", "trigger_savepoint": True})


def entry_stopped(answer: Answer, status: str, has_savepoint: t.Any, desired: DesiredState = SAVED) -> Entry:
    """Stopped at 100, and seen so at 101."""
    entry = entry_seen(RUNNING)
    entry.sent(Write.STOP, answer, None if answer is Answer.ACCEPTED else NOT_NOW, now=100)
    entry.look(status, now=101)
    entry.notes = desired.notes({"has_savepoint": has_savepoint})
    return entry


@pytest.mark.parametrize("status", ["job_submitting", "job_downloading"])
def test_a_job_that_cannot_have_a_savepoint_yet_is_awaited(status: str) -> None:
    assert (step_of(entry_seen(status), SAVED), step_of(entry_seen(status), STOPPED)) == (Step.BLOCKED, Write.STOP)


@pytest.mark.parametrize("answer", [Answer.ACCEPTED, Answer.LOST, Answer.DOUBTFUL])
@pytest.mark.parametrize("status", [STOPPED_BY_US, "job_arrearage_stopped", DRAFT, "job_idle"])
def test_a_stop_that_leaves_no_savepoint(answer: Answer, status: str) -> None:
    for told in (True, None, "", "true"):
        assert step_of(entry_stopped(answer, status, told), SAVED, 101) == Step.DONE
    for denied in (False, "false", "False"):
        entry = entry_stopped(answer, status, denied)
        assert step_of(entry, SAVED, 101) == Step.LOOK_AGAIN
        assert wake_up(entry, 101) == 106
        assert [step_of(entry, SAVED, now) for now in (105.9, 106)] == [Step.LOOK_AGAIN, Step.FAILED]
        assert entry.changed
        entry.notes = Notes()
        assert step_of(entry, SAVED, 106) == Step.DONE
    assert step_of(entry_stopped(answer, status, False, STOPPED), STOPPED, 101) == Step.DONE


@pytest.mark.parametrize("answer", [Answer.ACCEPTED, Answer.LOST])
def test_ends_of_a_stop_with_a_savepoint(answer: Answer) -> None:
    """A finished job has nothing to keep; a job that could not be submitted has lost what it had."""
    assert step_of(entry_stopped(answer, "job_finish", False), SAVED, 999) == Step.DONE
    failed = entry_stopped(answer, "job_submit_fail", None)
    assert (step_of(failed, SAVED, 101), failed.changed) == (Step.FAILED, True)
    assert step_of(entry_stopped(answer, "job_submit_fail", None, STOPPED), STOPPED, 101) == Step.DONE


def test_jobs_that_others_have_stopped_without_a_savepoint() -> None:
    """As wanted, and nothing of ours."""
    for entry in (entry_seen(STOPPED_BY_US), entry_stopped(Answer.REFUSED, STOPPED_BY_US, False)):
        entry.notes = SAVED.notes({"has_savepoint": False})
        assert (step_of(entry, SAVED, 999), entry.changed, lost_by_others(entry)) == (Step.DONE, False, True)
    for status in ("job_init", "job_finish", "job_submit_fail"):
        entry = entry_seen(status)
        entry.notes = SAVED.notes({"has_savepoint": False})
        assert (step_of(entry, SAVED), lost_by_others(entry)) == (Step.DONE, False)


def test_without_wait_nobody_sees_what_becomes_of_a_savepoint() -> None:
    desired = FlinkJobs.desired_state({**OPTIONS, "state": "stopped", "trigger_savepoint": True, "wait": False})
    assert step_of(entry_stopped(Answer.LOST, STOPPED_BY_US, False, desired), desired, 101) == Step.DONE


# ---- ended ----


def test_what_has_ended() -> None:
    """As the last look has shown it; what may fall back must be seen twice."""
    end = until_ended(["dead"], ["recovering"])
    assert not has_ended(Entry(1, end), end)
    assert has_ended(entry_seen("Dead", desired=end), end)
    assert has_ended(entry_seen("running", None, desired=end), end)
    assert not has_ended(entry_seen("dead", "running", desired=end), end)
    assert not has_ended(entry_seen("recovering", "dead", desired=end), end)
    assert has_ended(entry_seen("recovering", "dead", "dead", desired=end), end)
    unread = entry_seen("dead", desired=end)
    unread.unread = Refused("", "no")
    assert not has_ended(unread, end)
    assert end.step("any other word") is Step.AT_WORK
    assert not end.writes


# ---- restarted: one state after the other ----


def stopped_by_us(answer: Answer = Answer.ACCEPTED, *statuses: str | None) -> Entry:
    entry = entry_seen("job_running", desired=STOP_TO_START)
    entry.sent(Write.STOP, answer, Refused("", "no") if answer in (Answer.REFUSED, Answer.DOUBTFUL) else None)
    for status in statuses:
        entry.look(status)
    return entry


LEFT = [
    (Answer.ACCEPTED, ("job_canceling",), True, "may still stop, and was not started"),
    (Answer.LOST, ("job_running",), True, "may still stop, and was not started"),
    (Answer.DOUBTFUL, ("job_running",), True, "may still stop, and was not started"),
    (Answer.REFUSED, ("job_running",), False, "was not started"),
    (Answer.ACCEPTED, ("job_cancel_fail",), True, "was not started"),
    (Answer.ACCEPTED, ("job_cancel_success",), True, "was not started"),
    (Answer.ACCEPTED, (None,), True, "was not started"),
]


@pytest.mark.parametrize(("answer", "statuses", "owed", "said"), LEFT)
def test_job_that_is_left_after_its_stop(answer: Answer, statuses: tuple, owed: bool, said: str) -> None:
    entry = stopped_by_us(answer, *statuses)
    assert is_owed(entry) is owed
    assert left(entry) == f"; it {said}"


def test_job_that_nothing_was_sent_for() -> None:
    """It is as it was, and no start is owed to it."""
    entry = entry_seen("job_savepointing", desired=STOP_TO_START)
    assert (is_owed(entry), left(entry)) == (False, "")
    entry.pursue(START_ONCE)
    entry.sent(Write.RUN, Answer.ACCEPTED)
    assert (is_owed(entry), left(entry)) == (False, "")


STARTS = [
    (Answer.ACCEPTED, (), "", False),
    (Answer.LOST, (), "", True),
    (Answer.DOUBTFUL, (), "", True),
    (Answer.REFUSED, (), "; it was not started", False),
    (Answer.LOST, ("job_submitting",), "", False),
    (Answer.LOST, ("job_running", "job_finish"), "", False),
    # another status, but none that a start explains: somebody else may have been there
    (Answer.LOST, ("job_arrearage_stopped",), "", True),
]


@pytest.mark.parametrize(("answer", "statuses", "said", "doubt"), STARTS)
def test_job_that_is_left_after_its_start(answer: Answer, statuses: tuple, said: str, doubt: bool) -> None:
    """What is known of the stop says nothing about the start."""
    entry = stopped_by_us(Answer.ACCEPTED, "job_cancel_success")
    entry.pursue(START_ONCE)
    assert (left(entry), entry.last) == ("; it was not started", None)
    entry.sent(Write.RUN, answer, Refused("", "no") if answer is Answer.REFUSED else None)
    for status in statuses:
        entry.look(status)
        entry.note_effect(0)
    assert (left(entry), outcome_unknown(entry), is_owed(entry)) == (said, doubt, True)


def test_job_that_is_gone_at_its_second_start() -> None:
    """The first one may have started it before."""
    entry = stopped_by_us(Answer.ACCEPTED, "job_cancel_success")
    entry.pursue(START_ONCE)
    entry.sent(Write.RUN, Answer.DOUBTFUL, Refused("", "no"))
    entry.look("job_cancel_success")
    entry.sent(Write.RUN, Answer.REFUSED, Refused("", "unknown"))
    entry.look(None)
    assert (left(entry), outcome_unknown(entry)) == ("", True)


@pytest.mark.parametrize("first", [Answer.LOST, Answer.DOUBTFUL])
@pytest.mark.parametrize("second", [Denied("", "no"), RUNS_ALREADY], ids=["login", "runs"])
def test_job_whose_second_start_may_be_refused_for_the_first(first: Answer, second: ApiError) -> None:
    """The first one may still show its effect."""
    entry = stopped_by_us(Answer.ACCEPTED, "job_cancel_success")
    entry.pursue(START_ONCE)
    for answer, refusal in ((first, Refused("", "no")), (Answer.REFUSED, second)):
        entry.sent(Write.RUN, answer, refusal)
        entry.look("job_cancel_success")
    assert (left(entry), outcome_unknown(entry)) == ("", True)


@pytest.mark.parametrize("answer", [Answer.ACCEPTED, Answer.LOST, Answer.DOUBTFUL])
@pytest.mark.parametrize("status", ["job_cancel_success", "job_idle", "job_arrearage_stopped"])
def test_start_that_has_shown_an_effect_is_not_repeated(answer: Answer, status: str) -> None:
    """Whatever the job is in afterwards."""
    entry = stopped_by_us(Answer.ACCEPTED, "job_cancel_success")
    entry.pursue(START_ONCE)
    entry.sent(Write.RUN, answer)
    entry.look("job_submitting")
    entry.look(status)
    assert next_step(entry, 60.0) is Step.IN_PROGRESS


@pytest.mark.parametrize("status", ["job_running_exception", "job_cancel_fail", "job_canceling", "job_foo"])
def test_no_start_of_what_may_run(status: str) -> None:
    assert not isinstance(START_ONCE.step(status), Write)
