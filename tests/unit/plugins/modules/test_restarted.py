# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""dli_flink_jobs, ``restarted``: stopped, seen stopped, started, seen running; never started twice, nor in any other case."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.context import Context
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.errors import Interrupted
from ansible_collections.otc.bigdata.plugins.module_utils._jobs import sending
from ansible_collections.otc.bigdata.plugins.module_utils._jobs.desired_state import Write
from ansible_collections.otc.bigdata.plugins.modules import dli_flink_jobs
from ansible_collections.otc.bigdata.tests.unit.utils.service import check_refused, refusal

SAVEPOINTS = {"trigger_savepoint": True, "resume_savepoint": True}
RUNS = ("job_running", "job_submitting", "job_cancel_fail")  # and the emulator accepts a stop
RUNS_NOT = ("job_init", "job_submit_fail", "job_cancel_success", "job_idle")  # and it accepts a start
NOT_STARTED = "it was not started"
LACK = "without a savepoint: the state of the job is not kept"
PENDING = "it may still stop, and was not started"
SLOW = {"wait_interval": 10}


@pytest.fixture
def moments(flink, monkeypatch) -> dict[str, list[float]]:
    """When each write was sent."""
    found: dict[str, list[float]] = {"stop": [], "run": []}
    answer = flink.emulator.answer

    def answered(request, connection: int):
        if request.method == "POST":
            found[request.path.rsplit("/", 1)[-1]].append(flink.emulator.clock.now)
        return answer(request, connection)

    monkeypatch.setattr(flink.emulator, "answer", answered)
    return found


def bodies(flink, word: str) -> list[dict]:
    return [json.loads(entry["body"]) for entry in flink.log if entry["path"].endswith(f"/{word}")]


def now(flink) -> float:
    return flink.emulator.clock.now


# ---- what is done for each status ----


def test_what_runs_and_what_does_not(flink):
    """A job that runs is stopped and started; one that does not is only started. Nothing is written twice."""
    ids = flink.states(*RUNS, *RUNS_NOT)
    foreseen = flink.run("restarted", ids, check_mode=True, diff=True)
    result = flink.run("restarted", ids, diff=True)
    actions = dict(zip(ids, ["stop+run"] * len(RUNS) + ["run"] * len(RUNS_NOT)))
    for one in (foreseen, result):
        assert one.column("action") == actions
        assert one.column("changed") == dict.fromkeys(ids, True)
        assert not one.failed
        after = one["diff"]["after"]["jobs"]
        assert {(job["status"], job["restarted"]) for job in after} == {("job_running", True)}
        assert all("restarted" not in job for job in one["diff"]["before"]["jobs"])
    assert result["msg"] == f"Restarted {len(ids)} of {len(ids)} jobs"
    assert foreseen["msg"] == f"Would restart {len(ids)} of {len(ids)} jobs"
    assert set(flink.truth.values()) == {"job_running"}
    assert [sorted(body["job_ids"]) for body in bodies(flink, "stop")] == [ids[: len(RUNS)]]
    started = [job_id for body in bodies(flink, "run") for job_id in body["job_ids"]]
    assert sorted(started) == ids
    assert not flink.write_follows_write()


def test_second_run_restarts_again(flink):
    """It is no state to be in, but something to be done."""
    ids = flink.states("job_running")
    for dummy in range(2):
        assert flink.run("restarted", ids).column("action") == {ids[0]: "stop+run"}


def test_finished_jobs(flink):
    """They are left alone, before our stop and after it."""
    ids = flink.jobs(
        {"status": "job_finish"},
        {"status": "job_running", "script": {"stop": [{"status": "job_finish"}]}},
        {"status": "job_canceling", "script": {"created": [{"after": 3, "status": "job_finish"}]}},
    )
    result = flink.run("restarted", ids)
    assert (result.failed, result.column("action")) == (False, dict(zip(ids, ["none", "stop", "none"])))
    assert result.column("msg") == dict.fromkeys(ids, "finished, so not started again")
    assert not bodies(flink, "run")


@pytest.mark.parametrize("end", ["job_running", "job_finish"])
def test_what_counts_as_running(flink, end):
    """As with ``started``."""
    flink.job(run=[{"status": "job_submitting"}, {"after": 5, "status": end}])
    result = flink.run("restarted", [5])
    assert (result.failed, result.job(5)["status"], result.job(5)["action"]) == (False, end, "stop+run")
    assert result.job(5)["msg"] == ""  # of a job that finished before its start it would say so


ON_ITS_WAY = {
    "job_canceling": ("job_cancel_success", "run"),
    "job_savepointing": ("job_running", "stop+run"),
    "job_arrearage_recovering": ("job_running", "stop+run"),
    "job_foo": ("job_running", "stop+run"),
}


@pytest.mark.parametrize("status", ON_ITS_WAY)
def test_status_that_is_awaited_first(flink, status):
    """No write fits it, so the next status decides; check mode says no more than that."""
    following, action = ON_ITS_WAY[status]
    flink.job(status, created=[{"after": 5, "status": following}])
    foreseen = flink.run("restarted", [5], check_mode=True).job(5)
    assert (foreseen["action"], foreseen["changed"], foreseen["failed"]) == ("none", False, False)
    result = flink.run("restarted", [5])
    assert (result.failed, result.job(5)["action"], flink.truth) == (False, action, {5: "job_running"})


def test_stop_that_is_refused_because_nothing_runs(flink):
    """A refusal does not show that it has stopped, and the service may be about to restart it: it is not started."""
    flink.job("job_running_exception")
    result = flink.run("restarted", [5])
    job = result.job(5)
    assert (job["failed"], job["changed"], job["action"]) == (True, False, "stop")
    assert job["msg"].startswith("job_running_exception: POST")
    assert job["msg"].endswith(NOT_STARTED)
    assert not bodies(flink, "run")


def test_exception_whose_stop_is_accepted(flink):
    """It is then like any other."""
    flink.answers(stop_undefined="accept")
    flink.job("job_running_exception")
    assert flink.run("restarted", [5]).job(5)["action"] == "stop+run"


# ---- savepoints ----


def test_savepoints(flink):
    """Each job is started from the savepoint of its stop."""
    ids = flink.many(3, "job_running")
    result = flink.run("restarted", ids, **SAVEPOINTS)
    assert (result.failed, set(flink.truth.values())) == (False, {"job_running"})
    assert bodies(flink, "stop")[0]["trigger_savepoint"] is True
    assert bodies(flink, "run")[0]["resume_savepoint"] is True


def test_without_savepoints(flink):
    """None is made, none is used."""
    flink.job()
    flink.run("restarted", [5])
    assert bodies(flink, "stop")[0]["trigger_savepoint"] is False
    assert bodies(flink, "run")[0]["resume_savepoint"] is False


def test_stop_without_a_savepoint(flink):
    """It is not started, and its entry says what it is now."""
    lost = {"status": "job_running", "script": {"savepoint": [{"status": "job_cancel_success"}]}}
    ids = flink.jobs(lost, {"status": "job_running"})
    result = flink.run("restarted", ids, **SAVEPOINTS)
    job = result.job(ids[0])
    assert (job["failed"], job["changed"], job["action"]) == (True, True, "stop")
    assert job["msg"] == f"job_cancel_success {LACK}; {NOT_STARTED}"
    assert (result.job(ids[1])["failed"], flink.truth) == (False, dict(zip(ids, ["job_cancel_success", "job_running"])))
    assert [body["job_ids"] for body in bodies(flink, "run")] == [ids[1:]]


def test_stopped_job_without_a_savepoint(flink):
    """Nothing is written for it, in check mode neither."""
    ids = flink.jobs({"status": "job_cancel_success"}, {"status": "job_cancel_success", "has_savepoint": True})
    for check_mode in (True, False):
        result = flink.run("restarted", ids, check_mode=check_mode, **SAVEPOINTS)
        job = result.job(ids[0])
        assert (job["failed"], job["action"]) == (True, "none")
        assert job["msg"] == f"job_cancel_success: it has no savepoint to resume from; {NOT_STARTED}"
        assert (result.job(ids[1])["failed"], result.job(ids[1])["action"]) == (False, "run")


def test_savepoint_that_comes_a_little_later(flink):
    """Five seconds are granted."""
    late = [{"status": "job_cancel_success"}, {"after": 3, "has_savepoint": True}]
    flink.job(savepoint=late)
    result = flink.run("restarted", [5], **SAVEPOINTS)
    assert (result.failed, result.job(5)["action"]) == (False, "stop+run")


def test_job_that_is_submitted_has_no_state_yet(flink):
    """It is awaited before it is stopped with a savepoint."""
    flink.job("job_submitting", created=[{"after": 5, "status": "job_running"}])
    result = flink.run("restarted", [5], **SAVEPOINTS)
    assert (result.failed, result.job(5)["action"]) == (False, "stop+run")


def test_submit_fail_after_a_stop_with_savepoint(flink):
    """Its state is not kept."""
    flink.job(savepoint=[{"status": "job_submit_fail"}])
    job = flink.run("restarted", [5], **SAVEPOINTS).job(5)
    assert (job["failed"], job["action"], job["msg"]) == (True, "stop", f"job_submit_fail {LACK}; {NOT_STARTED}")


# ---- what goes wrong ----


def test_stop_that_fails(flink):
    """It is not started, and the others are."""
    fails = {"status": "job_running", "script": {"stop": [{"status": "job_cancel_fail", "status_desc": "why"}]}}
    ids = flink.jobs(fails, {"status": "job_running"})
    result = flink.run("restarted", ids)
    assert result.job(ids[0])["msg"] == f"job_cancel_fail (why); {NOT_STARTED}"
    assert (result["changed"], result.column("action")) == (True, dict(zip(ids, ["stop", "stop+run"])))
    assert flink.truth == dict(zip(ids, ["job_cancel_fail", "job_running"]))


def test_stop_that_is_refused(flink):
    """Nothing was changed, and the entry says so."""
    flink.job(refuse={"stop": "DLI.10005"})
    result = flink.run("restarted", [5])
    job = result.job(5)
    assert (job["failed"], job["changed"], job["action"], job["error"]["code"]) == (True, False, "stop", "DLI.10005")
    assert job["msg"].endswith(NOT_STARTED)
    assert flink.truth == {5: "job_running"}


def test_failure_of_an_earlier_stop(flink):
    """It was there before, and a stop that was refused together with another one's need not have changed anything."""
    ids = flink.states("job_cancel_fail", "job_running_exception")
    result = flink.run("restarted", ids, wait_timeout=0)
    job = result.job(ids[0])
    assert (job["changed"], job["failed"], job["status"]) == (False, True, "job_cancel_fail")
    assert "; whether its last write took effect is not known" in job["msg"]
    assert job["msg"].endswith(NOT_STARTED) or PENDING in job["msg"], job["msg"]
    assert result["changed"] is False
    assert flink.truth == dict(zip(ids, ["job_cancel_fail", "job_running_exception"]))


def test_start_that_is_refused(flink):
    """The job is left stopped, and the entry says so."""
    flink.job(refuse={"run": "DLI.13011"})
    job = flink.run("restarted", [5]).job(5)
    assert (job["failed"], job["changed"], job["action"], job["error"]["code"]) == (True, True, "stop+run", "DLI.13011")
    assert job["msg"].startswith("job_cancel_success: POST")
    assert job["msg"].endswith(NOT_STARTED)


def test_start_that_fails(flink):
    """It is not tried again."""
    flink.job(run=[{"status": "job_submitting"}, {"after": 3, "status": "job_submit_fail"}])
    job = flink.run("restarted", [5]).job(5)
    assert (job["failed"], job["action"], job["msg"]) == (True, "stop+run", "job_submit_fail")
    assert len(bodies(flink, "run")) == 1


@pytest.mark.parametrize("operation", ["stop", "run"])
def test_refusal_that_only_says_that_it_failed(flink, operation):
    """It is tried again, four times in all."""
    flink.job(refuse={operation: {"code": "DLI.0999", "times": 3}})
    result = flink.run("restarted", [5])
    assert (result.failed, result.job(5)["action"], len(bodies(flink, operation))) == (False, "stop+run", 4)
    flink.job(refuse={operation: "DLI.0999"})
    result = flink.run("restarted", [5])
    assert (result.failed, len(bodies(flink, operation))) == (True, 4)
    assert result.job(5)["msg"].endswith(NOT_STARTED)


NEVER_ARRIVED = [
    {"kind": "status", "status": 429},
    {"kind": "status", "status": 404, "body": refusal("APIGW.0101")},
]


@pytest.mark.parametrize("fault", NEVER_ARRIVED)
def test_start_that_did_not_reach_the_service(flink, fault):
    """It is tried again, as the job must not be left stopped because the network or the gateway had a bad moment."""
    flink.job()
    flink.fault("/run$", times=3, **fault)
    result = flink.run("restarted", [5], max_retries=0)
    assert (result.failed, result.job(5)["action"], flink.truth) == (False, "stop+run", {5: "job_running"})
    assert not flink.write_follows_write()
    flink.job()
    flink.fault("/run$", times=None, **fault)
    job = flink.run("restarted", [5], max_retries=0).job(5)
    assert job["failed"]
    assert job["msg"].endswith(NOT_STARTED)


@pytest.mark.parametrize("operation", ["stop", "run"])
def test_request_that_is_held_back_for_long(flink, operation):
    """As long as there is time, it is sent again when the gateway takes it."""
    ids = flink.many(2)
    flink.fault(f"/{operation}$", "status", status=429, retry_after=20)
    result = flink.run("restarted", ids, **SLOW)
    assert (result.failed, result.column("action")) == (False, dict.fromkeys(ids, "stop+run")), result["msg"]


LOST = [
    ({"kind": "reset_before"}, False),
    ({"kind": "reset_after"}, True),
    ({"kind": "status_after", "status": 504, "body": refusal("APIGW.0201")}, True),
    ({"kind": "status_after", "status": 408}, True),
    ({"kind": "status", "status": 503}, False),
]


@pytest.mark.parametrize(("fault", "in_effect"), LOST)
@pytest.mark.parametrize("operation", ["stop", "run"])
@pytest.mark.parametrize("savepoints", [{}, SAVEPOINTS])
def test_answer_that_is_lost(flink, operation, fault, in_effect, savepoints):
    """A look shows what became of it; only what had no effect is sent again."""
    ids = flink.many(2, "job_running")
    flink.fault(f"/{operation}$", **fault)
    result = flink.run("restarted", ids, **savepoints)
    assert (result.failed, result.column("action")) == (False, dict.fromkeys(ids, "stop+run")), result["msg"]
    assert result.column("changed") == dict.fromkeys(ids, True)
    assert len(bodies(flink, operation)) == 2 - in_effect


BACK = ("job_cancel_success", "job_idle", "job_running_exception", "job_cancel_fail")


@pytest.mark.parametrize("back", BACK)
def test_start_that_is_lost_and_took_effect_is_not_repeated(flink, back):
    """The job ran, and does not any more: it is not started a second time, whatever it shows."""
    flink.job(
        run=[
            {"status": "job_submitting"},
            {"after": "1 look", "status": "job_savepointing"},
            {"after": "1 look", "status": back},
        ]
    )
    flink.fault("/run$", "status_after", status=504, body=refusal("APIGW.0201"))
    job = flink.run("restarted", [5], wait_timeout=30, wait_interval=1).job(5)
    assert (job["failed"], job["changed"], len(bodies(flink, "run"))) == (True, True, 1)
    assert (
        job["msg"]
        == f"still {back} after 30 s (wait_timeout) and one minute more: " + job["msg"].partition("more: ")[2]
    )
    assert "is not known" not in job["msg"]


def test_start_that_is_lost_for_good(flink):
    """Nobody knows whether it took effect, although the stop did."""
    flink.job(fields={"has_savepoint": True})
    flink.fault("/run$", "reset_before", times=None)
    job = flink.run("restarted", [5], wait_timeout=5, wait_interval=1).job(5)
    assert (job["failed"], job["changed"], job["status"]) == (True, True, "job_cancel_success")
    assert "whether its last write took effect is not known" in job["msg"]
    assert len(bodies(flink, "run")) <= 4


def test_start_that_somebody_else_makes(flink):
    """Our own is refused then, and the job runs all the same."""
    flink.job(before_run=[{"status": "job_running"}])
    result = flink.run("restarted", [5])
    assert (result.failed, result.job(5)["action"], result.job(5)["changed"]) == (False, "stop+run", True)


def test_start_that_somebody_else_has_made(flink):
    """Once the job was seen stopped, and before it could be started here. The report says that it was not this task."""
    flink.answers(batch="trailing_comma")
    flink.job(stop=[{"status": "job_cancel_success"}, {"after": "1 look", "status": "job_running"}])
    result = flink.run("restarted", [5], wait_timeout=0)
    assert (result.failed, result.job(5)["action"], result.job(5)["msg"]) == (False, "stop", "started meanwhile")


@pytest.mark.parametrize("filters", [False, True])
def test_job_that_vanishes_after_its_stop(flink, filters):
    """It has failed, however it was chosen, and whatever may be missing."""
    flink.job(stop=[{"status": "job_canceling"}, {"after": 3, "status": "gone"}])
    chosen = {"filters": {"name": ["*"]}} if filters else {"ids": [5]}
    result = flink.run("restarted", ignore_missing=not filters, **chosen)
    job = result.job(5)
    assert (job["failed"], job["changed"], job["status"]) == (True, True, None)
    assert job["msg"] == f"unknown to the service; {NOT_STARTED}"


def test_job_that_vanishes_before(flink):
    """As in every state."""
    vanishing = {"status": "job_savepointing", "script": {"created": [{"after": 3, "status": "gone"}]}}
    flink.jobs(vanishing)
    assert not flink.run("restarted", filters={"name": ["*"]}).failed
    assert flink.run("restarted", [999]).job(999)["msg"] == "unknown to the service"
    assert not flink.run("restarted", [999], ignore_missing=True).failed


def test_token_that_expires_between_stop_and_start(flink):
    """The report says in which state each job was left."""
    ids = flink.many(2, "job_running")
    flink.delays(cancel=20)
    with flink.tokens_expire_after(4):
        result = flink.run("restarted", ids)
    assert "not accepted" in result["msg"]
    assert (result["changed"], result.column("action")) == (True, dict.fromkeys(ids, "stop"))
    assert all(job["msg"].endswith(PENDING) for job in result["jobs"]), result["jobs"]


def test_interrupt(flink):
    """What was sent, and in which state each job was left."""
    slow = [{"status": "job_canceling"}, {"after": 30, "status": "job_cancel_success"}]
    flink.jobs(
        {"status": "job_running", "script": {"stop": slow}},
        {"status": "job_cancel_success", "script": {"run": [{"status": "job_submitting"}]}},
        {"status": "job_savepointing"},
        {"status": "job_finish"},
    )
    given = {name: one.get("default") for name, one in dli_flink_jobs.SPEC.items()}
    given.update(flink.by_token, state="restarted", job_ids=["1", "2", "3", "4"])

    def interrupt(text: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(Interrupted) as raised:
        dli_flink_jobs.CORE(given, Context({}, on_progress=interrupt))
    assert str(raised.value).startswith("stop was sent for 1, run was sent for 1 of 4 jobs; 1/4 restarted")
    jobs = {job["id"]: job for job in raised.value.result["jobs"]}
    assert jobs[1]["msg"] == f"interrupted; {PENDING}"
    assert jobs[2]["msg"] == jobs[3]["msg"] == "interrupted"
    assert (jobs[4]["failed"], jobs[4]["msg"]) == (False, "finished, so not started again")


def test_interrupt_before_the_answers_are_noted(flink, monkeypatch):
    """What was sent counts, and so does each answer that has come: yes, no, none."""
    flink.answers(batch_refusal="mixed")
    flink.jobs({}, {"refuse": {"stop": "DLI.10005"}}, {"status": "job_cancel_success"})
    flink.fault("/run$", "reset_after")
    given = {name: one.get("default") for name, one in dli_flink_jobs.SPEC.items()}
    given.update(flink.by_token, state="restarted", job_ids=["1", "2", "3"])

    def interrupt(*dummy) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sending, "_note", interrupt)
    with pytest.raises(Interrupted, match="stop was sent for 2, run was sent for 1 of 3 jobs") as raised:
        dli_flink_jobs.CORE(given, Context({}))
    jobs = raised.value.result["jobs"]
    assert [(job["action"], job["changed"]) for job in jobs] == [("stop", True), ("stop", False), ("run", False)]
    assert [job["msg"].partition("; ")[2] for job in jobs] == [
        PENDING,
        NOT_STARTED,
        "whether its last write took effect is not known",
    ]


def test_interrupt_before_the_answer_to_the_start_is_noted(flink, monkeypatch):
    """That the stop was accepted says nothing of the start."""
    flink.job()
    flink.fault("/run$", "reset_after")
    given = {name: one.get("default") for name, one in dli_flink_jobs.SPEC.items()}
    given.update(flink.by_token, state="restarted", job_ids=["5"])
    note = sending._note

    def interrupt(batch, *more) -> None:
        if batch.write is Write.RUN:
            raise KeyboardInterrupt
        note(batch, *more)

    monkeypatch.setattr(sending, "_note", interrupt)
    with pytest.raises(Interrupted) as raised:
        dli_flink_jobs.CORE(given, Context({}))
    (job,) = raised.value.result["jobs"]
    assert (job["action"], job["msg"]) == ("stop+run", "interrupted; whether its last write took effect is not known")


# ---- time ----


def slow_stop(seconds: float) -> dict:
    return {"stop": [{"status": "job_canceling"}, {"after": seconds, "status": "job_cancel_success"}]}


def test_one_minute_more(flink, moments):
    """A job whose stop was accepted is started as soon as it is seen stopped."""
    flink.job(**slow_stop(50))
    result = flink.run("restarted", [5], wait_timeout=20, **SLOW)
    assert (result.failed, result.job(5)["action"]) == (False, "stop+run")
    assert 50 <= moments["run"][0] <= 61


def test_first_look_after_the_start_comes_soon(flink, moments):
    """However long the pauses had become until the stop was seen."""
    flink.job(**slow_stop(50), run=[{"status": "job_submitting"}, {"after": 1, "status": "job_running"}])
    assert not flink.run("restarted", [5], **SLOW).failed
    assert now(flink) < moments["run"][0] + 3


def test_look_after_a_lost_answer_has_time_to_show_its_effect(flink, moments):
    """It takes a pause until then."""
    flink.job()
    flink.fault("/stop$", "reset_after")
    looks: list[float] = []
    answer = flink.emulator.answer

    def answered(request, connection: int):
        if request.method == "GET":
            looks.append(now(flink))
        return answer(request, connection)

    flink.emulator.answer = answered
    assert not flink.run("restarted", [5], max_retries=0, **SLOW).failed
    assert looks[1] >= moments["stop"][0] + 0.5


@pytest.mark.parametrize("seconds", [0, 20])
def test_stop_that_takes_longer(flink, moments, seconds):
    """It is not started, and may still stop."""
    flink.job(**slow_stop(500))
    job = flink.run("restarted", [5], wait_timeout=seconds, **SLOW).job(5)
    assert (job["failed"], job["changed"], job["action"]) == (True, True, "stop")
    assert job["msg"] == f"still job_canceling after {seconds} s (wait_timeout) and one minute more; {PENDING}"
    assert seconds + 60 <= now(flink) <= seconds + 62
    assert len(moments["stop"]) == 1


def test_start_that_takes_longer(flink):
    """It has failed, and may run later; the report does not say that it was not started."""
    flink.job(stop=[{"status": "job_cancel_success"}], run=[{"status": "job_submitting"}])
    job = flink.run("restarted", [5], wait_timeout=20, **SLOW).job(5)
    assert job["msg"] == "still job_submitting after 20 s (wait_timeout) and one minute more"
    assert 80 <= now(flink) <= 82


def test_no_minute_for_the_others(flink):
    """A job that was only started, or not written to, has no more time than in other states."""
    flink.job("job_cancel_success", run=[{"status": "job_submitting"}])
    job = flink.run("restarted", [5], wait_timeout=20, **SLOW).job(5)
    assert job["msg"] == "still job_submitting after 20 s (wait_timeout)"
    assert now(flink) < 22


def test_some_have_the_minute(flink):
    """The others have failed by then, and are told so."""
    ids = flink.jobs(
        {"status": "job_running", "script": slow_stop(50)},
        {"status": "job_savepointing"},
        {
            "status": "job_cancel_success",
            "script": {"run": [{"status": "job_submitting"}, {"after": 30, "status": "job_running"}]},
        },
    )
    result = flink.run("restarted", ids, wait_timeout=20, **SLOW)
    assert result.column("failed") == dict(zip(ids, [False, True, True]))
    assert result.job(ids[1])["msg"] == "still job_savepointing after 20 s (wait_timeout)"
    assert result.job(ids[2])["msg"] == "still job_submitting after 20 s (wait_timeout)"


def test_nothing_is_stopped_in_the_minute(flink, moments):
    """Only what was stopped before is started."""
    flink.jobs(
        {"status": "job_running", "script": slow_stop(50)},
        {"status": "job_savepointing", "script": {"created": [{"after": 30, "status": "job_running"}]}},
    )
    result = flink.run("restarted", filters={"name": ["*"]}, wait_timeout=20, **SLOW)
    assert (len(moments["stop"]), result["summary"]["failed"]) == (1, 1)


def test_looks_are_repeated_in_the_minute(flink):
    """The deadline of requests moves as well."""
    flink.job(**slow_stop(30))
    flink.fault("/jobs/5$", "status", status=503, skip=6, times=3)
    result = flink.run("restarted", [5], wait_timeout=20, max_retries=0, **SLOW)
    assert (result.failed, result.job(5)["action"]) == (False, "stop+run")


def test_looks_at_a_start_are_held_back_as_any_other(flink):
    """The little time that the start had is over, and the task has more."""
    flink.job("job_cancel_success", run=[{"status": "job_submitting"}, {"after": 40, "status": "job_running"}])
    flink.fault("/jobs/5$", "status", status=429, retry_after=5, skip=6)
    assert not flink.run("restarted", [5], **SLOW).failed
    at = next(n for n, entry in enumerate(flink.log) if entry["status"] == 429)
    held_back, again = (entry["seconds"] for entry in flink.log[at : at + 2])
    assert 5 <= again - held_back < 7


# ---- options ----

BAD = [
    ({"wait": False}, "wait"),
    ({"trigger_savepoint": True}, "resume_savepoint"),
    ({"resume_savepoint": True}, "trigger_savepoint"),
    ({"drain_timeout": 1}, "drain_timeout"),
    ({"drain_timeout": -1}, "drain_timeout"),
]


@pytest.mark.parametrize(("options", "word"), BAD)
def test_argument_errors(flink, options, word):
    """One clear error before the first request."""
    check_refused(flink.run("restarted", [5], **options), word)
    assert not flink.log


def test_max_jobs(flink):
    """It limits filters, also in check mode."""
    flink.many(3, "job_running")
    for check_mode in (True, False):
        check_refused(flink.run("restarted", filters={"name": ["*"]}, max_jobs=2, check_mode=check_mode), "max_jobs")
    assert not flink.writes


def test_no_job(flink):
    """Nothing to do."""
    assert not flink.run("restarted", []).failed
    assert not flink.log


def test_many(flink):
    """A hundred to a request, each of them once."""
    ids = flink.many(250, "job_running")
    result = flink.run("restarted", ids)
    assert result["msg"] == "Restarted 250 of 250 jobs"
    assert sorted(job_id for body in bodies(flink, "run") for job_id in body["job_ids"]) == ids
    assert (len(bodies(flink, "stop")), len(bodies(flink, "run"))) == (3, 3)


def test_stops_that_are_held_back_for_a_while(flink):
    """Those whose turn did not come are asked to stop when it does, as there is time left."""
    ids = flink.many(250)
    flink.fault("/stop$", "status", status=429, retry_after=20)
    assert not flink.run("restarted", ids, max_concurrency=1, **SLOW).failed


@pytest.mark.parametrize("answers", [{"batch_refusal": "partial"}, {"batch_refusal": "mixed"}, {"batch": "one"}])
@pytest.mark.parametrize("operation", ["stop", "run"])
def test_refusal_of_one_in_a_batch(flink, operation, answers):
    """The others are restarted, and none of them is started twice."""
    flink.answers(**answers)
    ids = flink.jobs({"refuse": {operation: "DLI.10005"}}, {}, {})
    result = flink.run("restarted", ids)
    assert result.column("failed") == dict(zip(ids, [True, False, False])), result["msg"]
    assert result.job(ids[0])["msg"].endswith(NOT_STARTED)
    assert set(list(flink.truth.values())[1:]) == {"job_running"}


def progress(flink, **options: t.Any) -> list[str]:
    lines: list[str] = []
    given = {name: one.get("default") for name, one in dli_flink_jobs.SPEC.items()}
    given.update(flink.by_token, state="restarted", **options)
    dli_flink_jobs.CORE(given, Context({}, on_progress=lines.append))
    return [line.rpartition(" (")[0] for line in lines]


def test_progress(flink):
    """A job that is stopped is not restarted yet."""
    flink.jobs(
        {"script": slow_stop(20)},
        {"script": {"run": [{"status": "job_submitting"}, {"after": 10, "status": "job_running"}]}},
    )
    told = progress(flink, job_ids=["1", "2"])
    assert told[0] == "0/2 restarted, 1 job_canceling, 1 job_submitting, waiting for job-1, job-2"
    assert told[-1] == "1/2 restarted, 1 job_cancel_success, waiting for job-1"


def test_progress_of_requests(flink):
    """How many jobs something was sent for, while the answers are slow."""
    flink.many(350)
    flink.fault("/stop$", "slow", seconds=3, times=None)
    told = progress(flink, filters={"name": ["*"]}, max_jobs=350, max_concurrency=1)
    assert told[:3] == ["200/350 asked for", "300/350 asked for", "350/350 asked for"]
