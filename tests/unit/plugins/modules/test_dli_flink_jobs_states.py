# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""dli_flink_jobs: which status needs which write, waiting, missing and hidden jobs, check mode, diff."""

from __future__ import annotations

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.flink import OPERATIONS
from ansible_collections.otc.bigdata.tests.unit.utils.service import FOR_EVER, refusal

ALREADY = {  # the statuses that a state is content with
    "stopped": (
        "job_init",
        "job_submit_fail",
        "job_idle",
        "job_cancel_success",
        "job_arrearage_stopped",
        "job_finish",
    ),
    "started": ("job_running", "job_finish"),
}
NEEDED = {  # the statuses that need its write, and in which the emulator accepts it
    "stopped": ("job_submitting", "job_running", "job_cancel_fail"),
    "started": ("job_init", "job_submit_fail", "job_idle", "job_cancel_success", "job_running_exception"),
}
OTHERS = (
    "job_running_exception",
    "job_downloading",
    "job_canceling",
    "job_savepointing",
    "job_arrearage_recovering",
    "job_foo",
)
NEEDED["absent"] = (*ALREADY["stopped"], *NEEDED["stopped"], *OTHERS)


# ---- each status, each state: check mode, first run, second run ----


@pytest.mark.parametrize("state", NEEDED)
def test_change(flink, state):
    """Case 11: also a job that is being submitted, or whose stop failed, is stopped. Jobs are deleted in any state."""
    ids = flink.states(*NEEDED[state])
    result = flink.twins(state, ids)
    assert result["changed"] is True
    assert result["jobs"] == [
        {
            "id": job_id,
            "name": status,
            "changed": True,
            "failed": False,
            "action": OPERATIONS[state].write,
            "status_before": status,
            "status": OPERATIONS[state].after,
            "msg": "",
        }
        for job_id, status in zip(ids, NEEDED[state])
    ]
    assert flink.truth == dict.fromkeys(ids, OPERATIONS[state].after)


@pytest.mark.parametrize("state", ALREADY)
def test_nothing_to_change(flink, state):
    """Case 11: where nothing runs, or all does, there is no write and no change."""
    ids = flink.states(*ALREADY[state])
    result = flink.twins(state, ids)
    assert result["changed"] is False
    assert result.column("action") == dict.fromkeys(ids, "none")
    assert result.column("status") == result.column("status_before") == dict(zip(ids, ALREADY[state]))


@pytest.mark.parametrize("state", ALREADY)
def test_only_jobs_that_need_it_are_written_to(flink, state):
    """Case 11: one request, for one job."""
    ids = flink.states(NEEDED[state][0], *ALREADY[state])
    others = len(ALREADY[state])
    summary = {"total": others + 1, "changed": 1, "unchanged": others, "failed": 0}
    assert flink.run(state, ids)["summary"] == summary
    assert [body["job_ids"] for body in flink.writes] == [ids[:1]]


def test_deleted_jobs_are_unknown(flink):
    """Case 6: the second run finds nothing to do, and nothing to tell."""
    ids = flink.states(*NEEDED["absent"])
    flink.run("absent", ids)
    result = flink.run("absent", ids)
    for name in ("name", "status_before", "status"):
        assert result.column(name) == dict.fromkeys(ids)
    assert result.column("action") == dict.fromkeys(ids, "none")


@pytest.mark.parametrize("status", ["job_canceling", "job_savepointing"])
def test_delete_is_not_put_off(flink, status):
    """A job on its way is written to at once."""
    flink.job(status)
    assert flink.run("absent", [5])["changed"]
    assert [entry["method"] for entry in flink.log] == ["GET", "POST", "GET"]


# ---- statuses on the way ----


ON_ITS_WAY = [
    ("stopped", "job_canceling"),
    ("started", "job_submitting"),
    ("started", "job_downloading"),
    ("started", "job_arrearage_recovering"),
]


@pytest.mark.parametrize(("state", "status"), ON_ITS_WAY)
def test_job_that_is_on_its_way(flink, state, status):
    """Case 13: it is awaited, not written to, and no change."""
    flink.job(status, created=[{"after": "3 looks", "status": OPERATIONS[state].after}])
    result = flink.run(state, [5])
    job = result.job(5)
    assert (job["changed"], job["action"], job["status_before"]) == (False, "none", status)
    assert job["status"] == OPERATIONS[state].after
    assert result["changed"] is False
    assert not flink.writes


@pytest.mark.parametrize(("state", "status"), ON_ITS_WAY)
def test_check_mode_of_a_job_that_is_on_its_way(flink, state, status):
    flink.job(status)
    result = flink.run(state, [5], check_mode=True)
    assert not result.failed
    assert (result["changed"], result.job(5)["action"]) == (False, "none")


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("stopped", "job_savepointing"),
        ("stopped", "job_arrearage_recovering"),
        ("stopped", "job_downloading"),
        ("started", "job_canceling"),
        ("started", "job_savepointing"),
        ("started", "job_foo"),
    ],
)
def test_job_that_must_be_awaited_first(flink, state, status):
    """Contract 4.6: wait, then write when it is known what the job has become."""
    flink.job(status, created=[{"after": "3 looks", "status": OPERATIONS[state].before}])
    result = flink.run(state, [5])
    assert not result.failed, result["msg"]
    assert flink.truth == {5: OPERATIONS[state].after}
    job = result.job(5)
    assert (job["changed"], job["action"], job["status_before"]) == (True, OPERATIONS[state].write, status)
    assert job["status"] == OPERATIONS[state].after


def test_stop_of_a_job_whose_savepoint_was_part_of_a_stop(flink):
    """Somebody else stopped it: seen, and no change of ours."""
    flink.job(
        "job_savepointing",
        created=[{"after": "2 looks", "status": "job_canceling"}, {"after": "1 look", "status": "job_cancel_success"}],
    )
    result = flink.run("stopped", [5])
    assert (result["changed"], result.failed, result.job(5)["status"]) == (False, False, "job_cancel_success")
    assert not flink.writes


def test_exception_and_stop_is_refused(flink):
    """C7: DLI.15002 says that such a job counts as stopped. The status is reported as it is."""
    flink.job("job_running_exception")
    assert flink.run("stopped", [5], check_mode=True)["changed"] is True
    result = flink.run("stopped", [5])
    job = result.job(5)
    assert (job["failed"], job["changed"], job["action"]) == (False, False, "stop")
    assert job["status"] == "job_running_exception"


def test_exception_and_stop_is_accepted(flink):
    flink.answers(stop_undefined="accept")
    flink.job("job_running_exception")
    assert flink.twins("stopped", [5]).job(5)["changed"] is True
    assert flink.truth == {5: "job_cancel_success"}


def test_exception_and_restart(flink):
    """Case 14: the service restarts the job after it was seen with an exception; it is stopped all the same."""
    flink.job("job_running_exception", created=[{"after": "1 look", "status": "job_running"}])
    assert flink.run("stopped", [5])["changed"] is True
    assert flink.truth == {5: "job_cancel_success"}


def test_restart_after_the_stop_was_refused(flink):
    """Case 14: a refused stop, then the job runs again before the next look: it must not be called stopped."""
    flink.jobs(
        {"job_id": 5, "status": "job_running_exception"},
        {
            "job_id": 6,
            "status": "job_running_exception",
            "refuse": {"stop": "DLI.15002"},
            "script": {"before_stop": [{"status": "job_running"}]},
        },
    )
    result = flink.run("stopped", [5, 6], wait_timeout=1)
    assert result.column("failed") == {5: False, 6: True}
    assert "job_running" in result.job(6)["msg"]


def test_exception_on_the_way_to_stopped(flink):
    """Case 14: after an accepted stop an exception is not the end."""
    flink.job(
        stop=[
            {"status": "job_running_exception"},
            {"after": "2 looks", "status": "job_canceling"},
            {"after": "1 look", "status": "job_cancel_success"},
        ]
    )
    result = flink.run("stopped", [5])
    assert (result.failed, result.job(5)["status"]) == (False, "job_cancel_success")


def test_unknown_status(flink):
    """Case 15: no write, wait until the time is up, then the message names the status."""
    flink.job("job_foo")
    result = flink.run("stopped", [5], wait_timeout=1)
    job = result.job(5)
    assert (job["failed"], job["changed"], job["status"]) == (True, False, "job_foo")
    assert "job_foo" in job["msg"]
    assert "job_foo" in result["msg"]
    assert not flink.writes


def test_unknown_status_that_passes(flink):
    flink.job("job_foo", created=[{"after": "3 looks", "status": "job_finish"}])
    result = flink.run("stopped", [5])
    assert (result.failed, result["changed"], result.job(5)["status"]) == (False, False, "job_finish")


# ---- starts ----

SUBMIT_FAILS = [{"after": "1 look", "status": "job_submit_fail", "status_desc": "no free CUs"}]


@pytest.mark.parametrize("status", ["job_init", "job_submit_fail"])
def test_start_fails(flink, status):
    """Also of a job whose start has failed before. It is not tried again; the others are carried through."""
    flink.jobs(
        {"job_id": 5, "status": status, "script": {"run": [{"status": "job_submitting"}, *SUBMIT_FAILS]}},
        {"job_id": 6, "status": "job_init"},
    )
    result = flink.run("started", [5, 6])
    assert result["msg"] == "Started 1 of 2 jobs, 1 failed: 5: job_submit_fail (no free CUs)"
    assert result.column("changed") == {5: True, 6: True}
    assert result.column("status") == {5: "job_submit_fail", 6: "job_running"}
    assert len(flink.writes) == 1


def test_start_of_somebody_else_fails(flink):
    """A job on its way needs no start, until its start has failed."""
    flink.job("job_submitting", created=SUBMIT_FAILS)
    job = flink.run("started", [5]).job(5)
    assert (job["changed"], job["action"], job["status"]) == (True, "run", "job_running")


def test_start_of_a_job_that_ends_by_itself(flink):
    """It may have ended before it was seen to run."""
    flink.job("job_init", run=[{"status": "job_submitting"}, {"after": "1 look", "status": "job_finish"}])
    result = flink.twins("started", [5])
    assert (result["changed"], result.job(5)["status"]) == (True, "job_finish")


@pytest.mark.parametrize("status", ["job_arrearage_stopped", "job_cancel_fail"])
def test_start_is_refused(flink, status):
    """Where the service alone knows whether the job can be started, its answer is the end."""
    flink.job(status)
    result = flink.run("started", [5], wait_timeout=3)
    job = result.job(5)
    assert (job["changed"], job["action"], job["status"], job["error"]["code"]) == (False, "run", status, "DLI.13006")
    assert len(flink.writes) == 1


def test_exception_and_start_is_refused(flink):
    """DLI.13006: the service restarts the job by itself, or it does not. It is not started a second time."""
    restart = [{"after": "3 looks", "status": "job_running"}]
    exception = {"status": "job_running_exception", "refuse": {"run": "DLI.13006"}}
    flink.jobs({"job_id": 5, **exception, "script": {"created": restart}}, {"job_id": 6, **exception})
    result = flink.run("started", [5], wait_timeout=5)
    job = result.job(5)
    assert (job["failed"], job["changed"], job["msg"]) == (
        False,
        False,
        "already started (the service refused the request)",
    )
    job = flink.run("started", [6], wait_timeout=1).job(6)
    assert (job["changed"], job["error"]["code"], len(flink.writes)) == (False, "DLI.13006", 1)
    assert "still job_running_exception" in job["msg"]


def test_exception_on_the_way_to_started(flink):
    """After an accepted start, an exception is neither the end nor a reason to start the job again."""
    flink.job("job_init", run=[{"status": "job_running_exception"}, {"after": "3 looks", "status": "job_running"}])
    result = flink.run("started", [5])
    assert (result.failed, result.job(5)["status"], len(flink.writes)) == (False, "job_running", 1)


def test_job_that_is_stopped_again(flink):
    """Somebody stops the job before it was seen to run: there is no fight over it."""
    flink.job("job_init", run=[{"status": "job_cancel_success"}])
    result = flink.run("started", [5], wait_timeout=2)
    assert (result.failed, result["changed"], len(flink.writes)) == (True, True, 1)
    assert "job_cancel_success" in result.job(5)["msg"]


def test_start_without_effect(flink):
    """Accepted, but never seen to begin: no success."""
    flink.job("job_init", run=[])
    result = flink.run("started", [5], wait_timeout=1)
    assert (result.failed, result["changed"], len(flink.writes)) == (True, True, 1)
    assert "still job_init" in result.job(5)["msg"]


# ---- savepoints ----


def test_stop_with_savepoint(flink):
    """Case 9: job_savepointing, job_canceling, job_cancel_success; the body carries a boolean."""
    flink.delays(savepoint="2 looks", cancel="1 look")
    result = flink.twins("stopped", [128, 137], trigger_savepoint=True)
    assert result.column("changed") == {128: True, 137: True}
    flink.job()
    flink.run("stopped", [5], trigger_savepoint=True)
    assert flink.writes == [{"job_ids": [5], "trigger_savepoint": True}]


def test_without_savepoint(flink):
    flink.run("stopped", [128])
    assert flink.writes == [{"job_ids": [128], "trigger_savepoint": False}]
    flink.run("started", [128])
    assert flink.writes == [{"job_ids": [128], "resume_savepoint": False}]


def test_there_and_back(flink):
    """Stopped with a savepoint, started from it; the service removes the savepoint then."""
    flink.delays(savepoint="2 looks", cancel="1 look", submit="2 looks")
    flink.run("stopped", [128, 137], trigger_savepoint=True)
    result = flink.twins("started", [128, 137], resume_savepoint=True)
    assert result.column("changed") == {128: True, 137: True}
    shown = flink.info(job_ids=[128, 137])["jobs"]
    assert [job["has_savepoint"] for job in shown] == [False, False]
    flink.job("job_cancel_success", fields={"has_savepoint": True})
    flink.run("started", [5], resume_savepoint=True)
    assert flink.writes == [{"job_ids": [5], "resume_savepoint": True}]


@pytest.mark.parametrize("check_mode", [True, False])
def test_no_savepoint_to_start_from(flink, check_mode):
    """That job fails, and nothing is written for it; the others are carried through. A job that runs needs none."""
    savepoint = {"status": "job_cancel_success", "has_savepoint": True}
    flink.jobs({"job_id": 5}, {"job_id": 6, "status": "job_cancel_success"}, {"job_id": 7, **savepoint})
    result = flink.run("started", [5, 6, 7], resume_savepoint=True, check_mode=check_mode)
    assert result.column("action") == {5: "none", 6: "none", 7: "run"}
    assert result.column("failed") == {5: False, 6: True, 7: False}
    assert result.column("msg") == {5: "", 6: "job_cancel_success: it has no savepoint to resume from", 7: ""}
    assert set(result.job(6)["error"].values()) == {None}
    if not check_mode:
        assert (flink.written, flink.truth[6]) == ([7], "job_cancel_success")


@pytest.mark.parametrize("ids", [[5], [5, 6]])
@pytest.mark.parametrize("list_nulls", ["shown", "left_out"])
def test_savepoint_that_nobody_tells_of(flink, ids, list_nulls):
    """It is left to the service, which refuses to start without one: never started from the beginning unasked."""
    flink.answers(list_nulls=list_nulls)
    flink.jobs(*({"job_id": job_id, "status": "job_cancel_success", "has_savepoint": None} for job_id in (5, 6)))
    result = flink.run("started", ids, resume_savepoint=True, wait_timeout=3)
    assert {(job["action"], job["error"]["code"]) for job in result["jobs"]} == {("run", "DLI.13017")}
    assert {body["resume_savepoint"] for body in flink.writes} == {True}
    assert flink.truth[5] == "job_cancel_success"


@pytest.mark.parametrize("has_savepoint", [True, False])
def test_savepoint_that_is_still_made(flink, has_savepoint):
    """What counts is whether there is one when the job can be started."""
    made = {"after": "2 looks", "status": "job_cancel_success", "has_savepoint": has_savepoint}
    flink.job("job_savepointing", created=[made])
    result = flink.run("started", [5], resume_savepoint=True)
    assert (result.failed, result.job(5)["action"]) == ((False, "run") if has_savepoint else (True, "none"))


def test_savepoint_that_the_start_has_used_up(flink):
    """A start that came to nothing has not failed for want of it."""
    failed = {"status": "job_submit_fail", "has_savepoint": False}
    flink.job("job_cancel_success", fields={"has_savepoint": True}, run=[failed])
    result = flink.run("started", [5], resume_savepoint=True)
    assert (result.failed, result.job(5)["msg"]) == (True, "job_submit_fail")


def test_no_savepoint_of_a_stopped_job(flink):
    """Contract 11: it cannot be had any more; no write, no change."""
    assert flink.twins("stopped", [142], trigger_savepoint=True)["changed"] is False


@pytest.mark.parametrize("batch", ["each", "one"])
def test_savepoint_fails(flink, batch):
    """Case 10: the stop ends in job_cancel_fail; the message tells why, and what became of the others."""
    flink.answers(batch=batch)
    fail = {
        "savepoint": [
            {"status": "job_savepointing"},
            {"after": "2 looks", "status": "job_cancel_fail", "status_desc": "savepoint failed"},
        ]
    }
    flink.jobs({"count": 3}, {"job_id": 4, "status": "job_finish"}, {"job_id": 137, "script": fail})
    result = flink.run("stopped", [1, 2, 3, 4, 137], trigger_savepoint=True)
    assert result["msg"] == "Stopped 3 of 5 jobs, 1 already stopped, 1 failed: 137: job_cancel_fail (savepoint failed)"
    assert result["summary"] == {"total": 5, "changed": 3, "unchanged": 1, "failed": 1}
    assert result.job(137)["status"] == "job_cancel_fail"


def test_job_runs_on_after_a_failed_savepoint(flink):
    """Case 10: back to job_running is no success."""
    flink.job(savepoint=[{"status": "job_savepointing"}, {"after": "1 look", "status": "job_running"}])
    result = flink.run("stopped", [5], trigger_savepoint=True, wait_timeout=1)
    assert result.failed
    assert "job_running" in result.job(5)["msg"]


STOPS = [{"status": "job_savepointing"}, {"after": "1 look", "status": "job_canceling"}]


def test_stop_without_the_savepoint(flink):
    """Its state is lost: a failure, although the job has stopped. The others are carried through."""
    ends = [*STOPS, {"after": "1 look", "status": "job_cancel_success", "has_savepoint": False}]
    saved = {"has_savepoint": True, "status": "job_cancel_success"}
    flink.jobs({"job_id": 5, "script": {"savepoint": ends}}, {"job_id": 6, "script": {"savepoint": [*STOPS, saved]}})
    result = flink.run("stopped", [5, 6], trigger_savepoint=True, wait_timeout=1)
    job = result.job(5)
    assert (job["changed"], job["failed"], job["status"]) == (True, True, "job_cancel_success")
    assert job["msg"] == "job_cancel_success without a savepoint: the state of the job is not kept"
    assert set(job["error"].values()) == {None}
    assert (result.job(6)["failed"], result["changed"], flink.written) == (False, True, [5, 6])
    flink.jobs({"job_id": 5, "script": {"savepoint": ends}})
    for options in ({"trigger_savepoint": False}, {"trigger_savepoint": True, "wait": False}):
        assert not flink.run("stopped", [5], **options).failed


@pytest.mark.parametrize("told", [True, None])
def test_savepoint_that_shows_late(flink, told):
    """A few seconds, that is. Where the service does not tell, it may be there."""
    end = {"after": "1 look", "status": "job_cancel_success", "has_savepoint": False}
    flink.job(savepoint=[*STOPS, end, {"after": "3 looks", "has_savepoint": told}])
    result = flink.run("stopped", [5], trigger_savepoint=True)
    assert (result.failed, result["changed"], len(flink.writes)) == (False, True, 1), result["msg"]


@pytest.mark.parametrize(
    ("end", "fails", "said"), [("job_finish", False, "ended by itself"), ("job_submit_fail", True, "")]
)
def test_other_ends_of_a_stop_with_a_savepoint(flink, end, fails, said):
    """What has finished has nothing to keep; what could not be submitted has lost what it had."""
    flink.job(savepoint=[*STOPS, {"status": end, "has_savepoint": False}])
    job = flink.run("stopped", [5], trigger_savepoint=True).job(5)
    assert (job["failed"], job["changed"], job["status"]) == (fails, True, end)
    assert said in job["msg"]
    assert flink.emulator.clock.now < 20  # and not after wait_timeout


def test_jobs_that_were_stopped_without_a_savepoint(flink):
    """They are as wanted, but somebody may be about to delete them."""
    found = ("job_cancel_success", "job_arrearage_stopped", "job_finish", "job_init")
    ids = flink.states(*found, has_savepoint=False)
    flink.emulator.world.add("flink_jobs", {"status": "job_cancel_success", "has_savepoint": True})
    flink.emulator.world.add(
        "flink_jobs",
        {
            "name": "by\x1b",
            "status": "job_canceling",
            "script": {"created": [{"after": "2 looks", "status": "job_cancel_success", "has_savepoint": False}]},
        },
    )
    result = flink.run("stopped", list(flink.truth), trigger_savepoint=True)
    assert (result.failed, result["changed"]) == (False, False)
    (warning,) = result["warnings"]
    warning = warning if isinstance(warning, str) else warning["event"]["msg"]  # a module's, since ansible-core 2.19
    assert "stopped without a savepoint before this task could stop them: " in warning
    named = f"{ids[0]} (job_cancel_success), {ids[1]} (job_arrearage_stopped), {ids[3] + 2} (by\\x1b)"
    assert warning.endswith(named), warning
    assert result.job(ids[0])["msg"] == "already stopped without a savepoint"
    assert result.job(ids[2])["msg"] == ""
    assert not flink.run("stopped", list(flink.truth)).get("warnings")


@pytest.mark.parametrize("status", ["job_submitting", "job_downloading"])
def test_savepoint_of_a_job_that_does_not_run_yet(flink, status):
    """It is awaited first, as it has no state that could be kept."""
    flink.job(status, created=[{"after": "2 looks", "status": "job_running"}])
    result = flink.run("stopped", [5], trigger_savepoint=True)
    assert (result.failed, result["changed"], flink.writes) == (
        *(False, True),
        [{"job_ids": [5], "trigger_savepoint": True}],
    )
    assert "job_running" not in result.job(5)["status_before"]
    flink.job(status)
    result = flink.run("stopped", [5], trigger_savepoint=True, wait=False)
    assert (result.failed, flink.writes) == (True, [])


def test_failed_stop_that_takes_its_time(flink):
    """Contract 4.6: an accepted stop has half a minute to show an effect, however often one looks."""
    flink.job(
        "job_cancel_fail",
        stop=[{"after": "9 looks", "status": "job_canceling"}, {"after": "1 look", "status": "job_cancel_success"}],
    )
    result = flink.run("stopped", [5])
    assert (result.failed, result["changed"], len(flink.writes)) == (False, True, 1), result["msg"]


def test_stop_fails_again(flink):
    """Contract 4.6: a stop that failed before is tried once more; then it is a failure."""
    flink.job("job_cancel_fail", stop=[{"status": "job_canceling"}, {"after": "1 look", "status": "job_cancel_fail"}])
    result = flink.run("stopped", [5], wait_timeout=3)
    assert result.job(5)["failed"]
    assert "job_cancel_fail" in result["msg"]
    assert len(flink.writes) == 1


# ---- waiting ----


def test_delete_takes_its_time(flink):
    """Case 8: job_running, job_canceling, gone."""
    flink.delays(delete="3 looks")
    result = flink.run("absent", [128])
    assert (result.failed, result.job(128)["status"], len(flink.writes)) == (False, None, 1)
    assert flink.truth[128] is None


@pytest.mark.parametrize(
    ("state", "status"), [("absent", "job_canceling"), ("stopped", "job_canceling"), ("started", "job_submitting")]
)
def test_time_out(flink, state, status):
    """Case 8: the job fails, its last status is named, `changed` stays true; a job that was in time is fine."""
    flink.delays(**{OPERATIONS[state].delay: FOR_EVER})
    slow, other = flink.states(OPERATIONS[state].before, "job_finish")
    result = flink.run(state, [slow, other], wait_timeout=1)
    assert result.failed
    assert result["changed"] is True
    job = result.job(slow)
    assert (job["changed"], job["failed"], job["status"]) == (True, True, status)
    assert status in job["msg"]
    assert set(job["error"].values()) == {None}
    assert result["summary"]["failed"] == 1
    assert result["summary"]["changed"] == (1 if state == "absent" else 0)
    assert "after 1 s (wait_timeout)" in job["msg"]


def test_one_deadline_for_the_whole_task(flink):
    """The time for a job that is awaited first counts for the rest, too."""
    ids = flink.jobs(*({"status": "job_canceling"} for dummy in range(3)), {"status": "job_savepointing"})
    result = flink.run("stopped", ids, wait_timeout=1, max_concurrency=1)
    assert result["summary"]["failed"] == 4
    assert flink.total("reads") <= 1 / flink.quick["wait_interval"] + 2  # the first look, one after each pause


@pytest.mark.parametrize("state", OPERATIONS)
def test_no_wait(flink, state):
    """`wait: false`: accepted is good enough; the status is the last seen."""
    flink.delays(delete=FOR_EVER, cancel=FOR_EVER, submit=FOR_EVER)
    job_id = flink.job(OPERATIONS[state].before)
    result = flink.run(state, [job_id], wait=False)
    assert not result.failed
    assert result.job(job_id)["changed"]
    assert (result.job(job_id)["status"], result.job(job_id)["msg"]) == (OPERATIONS[state].before, "")
    assert len(flink.writes) == 1


@pytest.mark.parametrize(("state", "status"), ON_ITS_WAY)
def test_no_wait_for_a_job_that_is_on_its_way(flink, state, status):
    flink.job(status)
    result = flink.run(state, [5], wait=False)
    assert (result.failed, result["changed"], result["msg"]) == (False, False, "1 of 1 job on its way")


def test_no_wait_for_a_job_that_cannot_be_started_yet(flink):
    """Nobody would start it later."""
    flink.job("job_canceling")
    result = flink.run("started", [5], wait=False)
    assert (result["changed"], result.failed) == (False, True)
    assert "wait is false" in result.job(5)["msg"]


@pytest.mark.parametrize("state", OPERATIONS)
def test_no_wait_but_refused(flink, state):
    """`wait: false` reports a refusal all the same."""
    before, write, after = OPERATIONS[state][:3]
    flink.jobs({"job_id": 5, "status": before, "refuse": {write: "DLI.10005"}}, {"job_id": 6, "status": before})
    result = flink.run(state, [5, 6], wait=False)
    assert result.column("failed") == {5: True, 6: False}
    assert result.job(5)["error"]["code"] == "DLI.10005"
    assert flink.truth == {5: before, 6: after}


def test_first_looks_come_soon(flink):
    """`wait_interval` is the longest pause, not each: that would end this task by its `wait_timeout`."""
    flink.delays(cancel="2 looks")
    result = flink.run("stopped", [128], wait_interval=10000)
    assert not result.failed


def test_the_next_try_of_a_job_waits_for_no_other(flink):
    """A stop beside it has half a minute to show that it has failed. The pauses between tries double."""
    failed = {"status": "job_cancel_fail", "script": {"stop": []}}
    awaited = {"status": "job_savepointing", "script": {"created": [{"after": 12, "status": "job_running"}]}}
    ids = flink.jobs(failed, {**awaited, "refuse": {"stop": {"code": "DLI.0999", "times": 3}}})
    flink.run("stopped", ids, wait_interval=10)
    sent = [entry["seconds"] for entry in flink.log if entry["path"].endswith("/stop")][-4:]
    for pause, first, again in zip((0.5, 1, 2), sent, sent[1:]):
        assert pause <= again - first < 2 * pause


# ---- missing jobs ----


@pytest.mark.parametrize("not_found", ["own_code", "DLI.0002", "DLI.0023"])
def test_missing_job_is_absent(flink, not_found):
    """Case 6, C5: every way to say "not found"."""
    flink.answers(not_found=not_found)
    result = flink.run("absent", [999])
    assert not flink.writes
    assert result["jobs"] == [
        {
            "id": 999,
            "name": None,
            "changed": False,
            "failed": False,
            "action": "none",
            "status_before": None,
            "status": None,
            "msg": result.job(999)["msg"],
        }
    ]


@pytest.mark.parametrize("state", ["stopped", "started"])
def test_missing_job_cannot_be_changed(flink, state):
    """That job fails; the others are carried through."""
    job_id = flink.job(OPERATIONS[state].before)
    for check_mode in (True, False):
        result = flink.run(state, [999, job_id], check_mode=check_mode)
        assert result.failed
        assert result["changed"] is True
        assert result.column("failed") == {999: True, job_id: False}
        assert set(result.job(999)["error"].values()) == {None}
        assert [job["id"] for job in result["jobs"]] == [999, job_id]
    assert flink.truth[job_id] == OPERATIONS[state].after


@pytest.mark.parametrize("state", ["stopped", "started"])
def test_ignore_missing(flink, state):
    job_id = flink.job(OPERATIONS[state].before)
    result = flink.twins(state, [999, job_id], ignore_missing=True)
    assert result.column("changed") == {999: False, job_id: True}
    assert result.job(999)["status"] is None


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "gateway_404"},
        {"kind": "status", "status": 400, "body": refusal("DLI.0001")},
        {"kind": "status", "status": 404, "body": {"error_msg": "nothing here"}},
    ],
    ids=str,
)
def test_other_refusals_do_not_mean_absent(flink, fault):
    """Contract 3: a gateway's 404, or any other 400, never means that the job is gone."""
    flink.fault("/streaming/jobs", times=None, **fault)
    result = flink.run("absent", [128])
    assert result.failed
    assert "GET" in result["msg"]
    assert not flink.writes


# ---- check mode and diff ----


@pytest.mark.parametrize("state", OPERATIONS)
@pytest.mark.parametrize("check_mode", [False, True])
def test_diff(flink, state, check_mode):
    """Id, name and status before and after of the jobs that change; the same in check mode."""
    before, dummy, after, dummy = OPERATIONS[state]
    changing = flink.states(before, "job_finish")[: 1 if state == "absent" else 2]
    diff = flink.run(state, changing, check_mode=check_mode, diff=True)["diff"]
    assert diff["before"] == {"jobs": [{"id": changing[0], "name": before, "status": before}]}
    assert diff["after"] == {"jobs": [{"id": changing[0], "name": before, "status": after}]}


def test_no_diff_unless_asked(flink):
    assert "diff" not in flink.run("stopped", [128])


def test_diff_of_nothing(flink):
    diff = flink.run("stopped", [142], diff=True).get("diff", {"before": 0, "after": 0})
    assert diff["before"] == diff["after"]


# ---- denied and hidden jobs ----


@pytest.mark.parametrize("state", OPERATIONS)
@pytest.mark.parametrize("ids", [[5], [5, 6]])
def test_job_denied_on_get(flink, state, ids):
    """Case 19: the list shows what the get denies."""
    before, dummy, after, dummy = OPERATIONS[state]
    flink.jobs(
        {"job_id": 5, "name": "a", "status": before, "refuse": {"get": "DLI.10005"}},
        {"job_id": 6, "name": "b", "status": before},
    )
    result = flink.run(state, ids)
    assert not result.failed, result["msg"]
    assert result.column("changed") == dict.fromkeys(ids, True)
    assert result.job(5)["status_before"] == before
    assert result.job(5)["name"] == "a"
    assert flink.truth[5] == after


@pytest.mark.parametrize("state", OPERATIONS)
@pytest.mark.parametrize("count", [1, 30])
def test_job_hidden_from_the_list(flink, state, count):
    """Case 19: a get works where the list is empty."""
    ids = flink.many(count, OPERATIONS[state].before, hidden=True)
    result = flink.run(state, ids)
    assert result["summary"]["changed"] == count
    assert set(flink.truth.values()) == {OPERATIONS[state].after}


@pytest.mark.parametrize("state", OPERATIONS)
def test_job_that_cannot_be_read_at_all(flink, state):
    """Case 19: denied and hidden: the job fails, nothing is written for it, nothing is guessed."""
    before = OPERATIONS[state].before
    flink.jobs(
        {"job_id": 5, "status": before, "hidden": True, "refuse": {"get": "DLI.10005"}}, {"job_id": 6, "status": before}
    )
    result = flink.run(state, [5, 6])
    job = result.job(5)
    assert (job["failed"], job["status_before"], job["status"], job["action"]) == (True, None, None, "none")
    assert (job["error"]["code"], job["error"]["status"]) == ("DLI.10005", 400)
    assert result.job(6)["changed"]
    assert 5 not in flink.written


# ---- languages ----


@pytest.mark.parametrize(
    ("state", "meanwhile"), [("stopped", "job_finish"), ("started", "job_submitting"), ("absent", "gone")]
)
def test_chinese_messages(flink, state, meanwhile):
    """Case 20: no decision hangs on the text of a message."""
    flink.answers(language="chinese")
    before, write, after, dummy = OPERATIONS[state]
    race = [{"status": meanwhile}, *([{"after": "2 looks", "status": after}] if state == "started" else [])]
    flink.jobs({"job_id": 5, "status": before}, {"job_id": 6, "status": before, "script": {f"before_{write}": race}})
    result = flink.run(state, [5, 6, 999], ignore_missing=True)
    assert not result.failed, result["msg"]
    assert flink.truth == {5: after, 6: "job_finish" if state == "stopped" else after}
    assert flink.run(state, [5, 6, 999], ignore_missing=True)["changed"] is False


def test_english_is_asked_for(flink):
    """Case 20: the header X-Language asks for messages in English."""
    flink.answers(language="by_header")
    flink.job(refuse={"stop": "DLI.10005"})
    assert "permission" in flink.run("stopped", [5])["msg"]
