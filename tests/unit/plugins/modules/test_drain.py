# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``drain_timeout``, in all modules: jobs may end by themselves before anything is written, and ``wait_timeout`` begins then."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.context import Context
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.errors import Interrupted
from ansible_collections.otc.bigdata.plugins.modules import dli_flink_jobs
from ansible_collections.otc.bigdata.tests.unit.utils.service import Service, check_refused
from ansible_collections.otc.bigdata.tests.unit.utils.worlds import WORDS

STATES = [(name, state) for name in WORDS for state in ("stopped", "absent")]
ENDED, DRAIN = "ended within drain_timeout", 100
SLOW = {"wait_interval": 10}  # so that hours take few looks

each_state = pytest.mark.parametrize(("name", "state"), STATES)
each_service = pytest.mark.parametrize("name", WORDS)


@pytest.fixture
def service(request, name) -> Service:
    return request.getfixturevalue(name)


def ending(service: Service, after: t.Any, **script) -> dict:
    """A job that comes to its end by itself."""
    state = service.kind.state_field
    return {
        state: service.running,
        "script": {"created": [{"after": after, state: service.end}], **script},
    }


def now(service: Service) -> float:
    return service.emulator.clock.now


@pytest.fixture
def moments(service, monkeypatch) -> list[float]:
    """When writes were sent."""
    found: list[float] = []
    answer = service.emulator.answer

    def answered(request, connection: int):
        if request.method in ("POST", "DELETE") and not request.path.startswith("/v3"):
            found.append(now(service))
        return answer(request, connection)

    monkeypatch.setattr(service.emulator, "answer", answered)
    return found


@each_state
@pytest.mark.parametrize("wait", [True, False])
def test_no_longer_than_needed(service, name, state, wait, moments):
    """All have ended before the time is over: nothing is stopped. Records go all the same."""
    ids = service.jobs(ending(service, 20), ending(service, 30), {service.kind.state_field: service.end})
    result = service.run(state, ids, drain_timeout=DRAIN, wait=wait, **SLOW)
    assert not result.failed
    if state == "absent" and not service.keeps_records:
        assert result.column("action") == dict.fromkeys(ids, "delete")
        assert service.truth == dict.fromkeys(ids)
        assert 30 <= moments[0] <= 41
    else:
        assert (result["changed"], service.writes) == (False, [])
        assert result.column("msg") == dict(zip(ids, [ENDED, ENDED, ""]))
        assert f"2 {ENDED}" in result["msg"] or f"2 of 3 jobs {ENDED}" in result["msg"]
        assert 30 <= now(service) <= 41


@each_state
@pytest.mark.parametrize("wait", [True, False])
def test_what_does_not_end(service, name, state, wait, moments):
    """It is stopped when the time is over, not before, and then has all of wait_timeout."""
    service.delays(cancel=40, spark_cancel=40, mrs_kill=40, delete=40)
    ids = service.jobs(ending(service, 20), {})
    result = service.run(state, ids, drain_timeout=DRAIN, wait_timeout=60, wait=wait, **SLOW)
    assert not result.failed, result["msg"]
    assert DRAIN <= moments[0] < DRAIN + 1
    assert result.job(ids[1])["changed"]
    assert result.job(ids[0])["changed"] == (state == "absent" and not service.keeps_records)


@each_state
def test_check_mode(service, name, state):
    """It does not wait, and predicts what would be done now."""
    ids = service.jobs(ending(service, 20))
    began = now(service)
    result = service.run(state, ids, check_mode=True, drain_timeout=DRAIN)
    assert (service.total("reads"), result["changed"]) == (1, True)
    assert now(service) < began + 1


@each_state
def test_second_run(service, name, state):
    """Nothing is left to be awaited."""
    ids = service.jobs(ending(service, 20), {})
    service.run(state, ids, drain_timeout=DRAIN, **SLOW)
    began = now(service)
    again = service.run(state, ids, drain_timeout=DRAIN, ignore_missing=True)
    assert (again.failed, again["changed"]) == (False, False)
    assert now(service) < began + 1


@each_service
def test_after_max_jobs(service, name):
    """Too many are told at once."""
    service.many(3, **service.named("job-1"))
    began = now(service)
    result = service.run("stopped", filters=service.called("job-*"), max_jobs=2, drain_timeout=DRAIN)
    check_refused(result, "max_jobs", "3")
    assert now(service) < began + 1


@each_service
def test_unknown_ids(service, name):
    """They are not awaited."""
    ids = service.jobs({service.kind.state_field: service.end})
    began = now(service)
    result = service.run("stopped", [*ids, service.id(999)], drain_timeout=DRAIN)
    assert result.job(service.id(999))["failed"]
    assert now(service) < began + 1


@each_service
def test_jobs_that_vanish(service, name):
    """With filters that is fine; an ID is then unknown."""
    state = service.kind.state_field
    vanishing = {
        **service.named("job-1"),
        state: service.running,
        "script": {"created": [{"after": 20, state: "gone"}]},
    }
    ids = service.jobs(vanishing)
    assert not service.run("stopped", filters=service.called("job-*"), drain_timeout=DRAIN, **SLOW).failed
    assert now(service) < 31
    ids = service.jobs(vanishing)
    assert service.run("stopped", ids, drain_timeout=DRAIN, **SLOW).job(ids[0])["failed"]
    ids = service.jobs(vanishing)
    result = service.run("absent", ids, drain_timeout=DRAIN, **SLOW)
    assert (result.failed, result["changed"]) == (False, False)
    assert result.job(ids[0])["msg"] == ("finished meanwhile" if service.keeps_records else "absent meanwhile")


def test_kill_running_false(mrs):
    """What still runs has failed, and the records of the others are gone."""
    ids = mrs.jobs(ending(mrs, 20), {})
    result = mrs.run("absent", ids, drain_timeout=DRAIN, kill_running=False, **SLOW)
    assert result.column("failed") == dict(zip(ids, [False, True]))
    assert mrs.truth == {ids[0]: None, ids[1]: "RUNNING"}
    assert now(mrs) >= DRAIN
    assert "kill_running is false" in result.job(ids[1])["msg"]


def test_recovering(spark):
    """What falls back has not ended."""
    script = [
        {"after": "1 look", "state": "dead"},
        {"after": "1 look", "state": "running"},
        {"after": 20, "state": "success"},
    ]
    batch = spark.job("recovering", created=script)
    result = spark.run("stopped", [batch], drain_timeout=DRAIN, **SLOW)
    assert (result["jobs"][0]["status"], result["jobs"][0]["msg"], spark.writes) == ("success", ENDED, [])


def test_job_that_is_started_again_meanwhile(flink):
    """It is not taken for what it was an hour ago."""
    script = [{"after": 10, "status": "job_finish"}, {"after": 30, "status": "job_running"}]
    other = {"status": "job_running", "script": {"created": [{"after": 70, "status": "job_finish"}]}}
    ids = flink.jobs({"status": "job_running", "script": {"created": script}}, other)
    result = flink.run("stopped", ids, drain_timeout=DRAIN, **SLOW)
    assert result.column("action") == dict(zip(ids, ["stop", "none"]))
    assert flink.truth == dict(zip(ids, ["job_cancel_success", "job_finish"]))


def test_savepoints(flink):
    """One that ends in a stop without a savepoint is told of, and no failure; the other is stopped with one."""
    script = [{"after": 10, "status": "job_cancel_success"}]
    ids = flink.jobs({"status": "job_running", "script": {"created": script}}, {})
    result = flink.run("stopped", ids, drain_timeout=DRAIN, trigger_savepoint=True, **SLOW)
    assert (result.failed, result.column("action")) == (False, dict(zip(ids, ["none", "stop"])))
    assert result.job(ids[0])["msg"] == "stopped meanwhile without a savepoint"
    assert "without a savepoint" in str(result["warnings"])


@each_state
def test_token_that_expires(service, name, state):
    """The task fails before any write, and says what it has seen."""
    ids = service.many(2)
    with service.tokens_expire_after(4):
        result = service.run(state, ids, drain_timeout=DRAIN, **SLOW)
    check_refused(result, "not accepted")
    assert (service.writes, result["changed"]) == ([], False)
    assert [(job["failed"], job["action"], job["status"], job["error"]) for job in result["jobs"]] == [
        (True, "none", service.running, result["error"])
    ] * 2


@each_service
def test_password_login_is_renewed(service, name):
    """A login lasts a day, a drain may last longer."""
    ids = service.jobs({})
    with service.tokens_expire_after(3):
        result = service.run("stopped", ids, login=service.by_password, drain_timeout=DRAIN, **SLOW)
    assert (result.failed, result["changed"]) == (False, True)


@each_service
def test_looks_that_fail(service, name, moments):
    """What passes is survived; what cannot be read at the end is not written to on what was seen before."""
    ids = service.jobs(ending(service, 20))
    service.fault(".*", "status", status=503, skip=1, times=2)
    assert not service.run("stopped", ids, drain_timeout=DRAIN, max_retries=0, **SLOW).failed
    assert not moments
    ids = service.jobs({})
    service.fault(".*", "status", status=503, skip=1, times=None)
    result = service.run("stopped", ids, drain_timeout=DRAIN, max_retries=0, wait_timeout=20, **SLOW)
    assert f"not read again within 20 s, last seen {service.running}" in result["jobs"][0]["msg"]
    assert not moments


@each_service
def test_last_look_is_repeated(service, name):
    """The deadline of requests moves as well: a passing fault at the very end does not cost the task."""
    ids = service.jobs({})
    service.fault(".*", "status", status=503, skip=2, times=2)
    result = service.run("stopped", ids, drain_timeout=1, max_retries=3, wait_timeout=30, wait_interval=1)
    assert (result.failed, result["changed"]) == (False, True)


def test_what_comes_after_has_more_time_than_a_look(flink):
    """While jobs end, a look gets ten seconds with all its repeats; the first request after that may be repeated for longer."""
    flink.job()
    flink.fault("/export$", "status", status=503, retry_after=15)
    result = flink.run("absent", [5], drain_timeout=5, wait_timeout=60, max_retries=3, export_to="bucket/f")
    assert (result.failed, len(result["exported"]), flink.truth) == (False, 1, {5: None}), result["msg"]


@each_service
def test_wait_timeout_of_nothing(service, name):
    """One look, one write: it is sent, and not awaited for long."""
    service.delays(**dict.fromkeys(WORDS[name].delays, 40))
    ids = service.jobs({})
    result = service.run("stopped", ids, drain_timeout=5, wait_timeout=0, wait_interval=1)
    job = result["jobs"][0]
    assert (job["failed"], job["changed"], len(service.writes)) == (True, True, 1)
    assert "after 0 s (wait_timeout)" in job["msg"]


BAD = [
    *((name, "ended", 1) for name in WORDS),
    ("flink", "started", 1),
    *((name, "stopped", -1) for name in WORDS),
]


@pytest.mark.parametrize(("name", "state", "seconds"), BAD)
def test_argument_errors(service, state, seconds):
    """One clear error before the first request."""
    result = service.run(state, [service.id(1)], drain_timeout=seconds)
    check_refused(result, "drain_timeout", *([state] if seconds > 0 else []))
    assert not service.log


@each_service
def test_nothing_is_the_default(service, name):
    """Zero goes with every state."""
    ids = service.jobs({service.kind.state_field: service.end})
    assert not service.run("ended", ids, drain_timeout=0).failed


def watched(flink, on_progress: t.Callable[[str], None]) -> dict:
    """The answer of a task that somebody watches."""
    given = {name: one.get("default") for name, one in dli_flink_jobs.SPEC.items()}
    given.update(flink.by_token, state="stopped", job_ids=["1", "2"], drain_timeout=DRAIN)
    return dli_flink_jobs.CORE(given, Context({}, on_progress=on_progress))


@pytest.mark.parametrize("door", ["module"], indirect=True)
def test_progress(flink):
    """How many are still at work. A fault that passes costs no look."""
    flink.jobs(ending(flink, 10), ending(flink, 30))
    flink.fault(".*", "status", status=503, skip=6, times=2)
    lines: list[str] = []
    assert not watched(flink, lines.append)["failed"]
    told = [line.rpartition(" (")[0] for line in lines]
    assert "not read" not in str(told)
    assert told[-2:] == ["1/2 ended, 1 still at work: 1 job_running, waiting for job-2", "2/2 ended"]


@pytest.mark.parametrize("door", ["module"], indirect=True)
def test_interrupt(flink):
    """Nothing was written, and the report says so."""
    flink.many(2)

    def interrupt(text: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(Interrupted, match="nothing was changed"):
        watched(flink, interrupt)
    assert not flink.writes
