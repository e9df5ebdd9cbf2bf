# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""dli_flink_jobs: throttling, gateways that answer in HTML, lost connections, time limits, answers that make no sense."""

from __future__ import annotations

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils._services.flink_jobs import FlinkJobs
from ansible_collections.otc.bigdata.tests.unit.utils.flink import (
    GET_PATH,
    JOBS_PATH,
    LIST_PATH,
    OPERATIONS,
    WRITE_PATH,
)
from ansible_collections.otc.bigdata.tests.unit.utils.service import check_http_error, check_refused, refusal

ANY = "/streaming/jobs"
NEVER = {"seconds": None}
IN_TIME = 2  # seconds, for each request but those that never get an answer
BACKEND_TIMEOUTS = [{"status": 504}, {"status": 504, "body": refusal("APIGW.0201")}]  # contract section 3
LOST = [  # the fault, whether the write took effect
    ({"kind": "reset_before"}, False),
    ({"kind": "reset_after"}, True),
    ({"kind": "hang", **NEVER}, False),
    ({"kind": "hang_after", **NEVER}, True),
    ({"kind": "status", "status": 502}, False),
    ({"kind": "status", "status": 503}, False),
    *(({"kind": "status_after", **fault}, True) for fault in BACKEND_TIMEOUTS),
    ({"kind": "status_after", "status": 500}, True),
]


# ---- throttling ----


@pytest.mark.parametrize(
    ("path", "retry_after", "least"),
    [(GET_PATH, 1, 1.0), (GET_PATH, None, 0), (WRITE_PATH, "date+2", 0.5), (WRITE_PATH, None, 0)],
)
def test_throttled(flink, path, retry_after, least):
    """429 with seconds, with a date, without Retry-After: the same request again, later."""
    flink.fault(path, "status", status=429, retry_after=retry_after)
    result = flink.run("stopped", [128])
    assert (result.failed, result["changed"]) == (False, True)
    at = [n for n, entry in enumerate(flink.log) if entry["status"] == 429]
    assert len(at) == 1
    throttled, again = flink.log[at[0] : at[0] + 2]
    assert (throttled["method"], throttled["path"]) == (again["method"], again["path"])
    assert again["seconds"] - throttled["seconds"] >= least
    assert flink.total("writes") == (2 if path == WRITE_PATH else 1)


@pytest.mark.parametrize("retries", [0, 2])
def test_throttled_for_ever(flink, retries):
    """The time of the task is the limit, unless nothing is repeated; the message tells method, host, path, status and code."""
    flink.fault(ANY, "status", status=429, retry_after=0, times=None)
    result = flink.run("stopped", [128], max_retries=retries, wait_timeout=7)
    check_http_error(result, "GET", flink.emulator.url, f"{JOBS_PATH}/128", 429)
    assert result.job(128)["error"]["code"] == "APIGW.0308"
    per_path = [entry["path"] for entry in flink.log]
    assert per_path.count(f"{JOBS_PATH}/128") == 1 if retries == 0 else per_path.count(f"{JOBS_PATH}/128") > retries + 1


def test_pause_is_longer_than_the_task_may_take(flink):
    """`wait_timeout` is one deadline for the whole task: nobody waits for a turn that comes after it."""
    flink.fault(WRITE_PATH, "status", status=429, retry_after=3600, times=None)
    result = flink.run("stopped", [128], wait_timeout=2)
    assert result.failed
    assert len(flink.writes) == 1


def test_no_wait_for_a_turn_that_comes_too_late(flink):
    """A request that was not sent has no answer, and its jobs say so."""
    ids = flink.many(150)
    flink.fault(WRITE_PATH, "status", status=429, retry_after=3600)
    result = flink.run("stopped", ids, wait=False, wait_timeout=2, max_concurrency=1)
    assert "not sent, as requests are held back" in result.job(ids[-1])["msg"]


# ---- reads ----


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"kind": "status", "status": 502}, {"kind": "status", "status": 504}),
        ({"kind": "reset_before"}, {"kind": "reset_after"}),
        ({"kind": "truncate"}, {"kind": "status", "status": 503}),
        ({"kind": "hang", **NEVER}, {"kind": "truncate"}),
    ],
    ids=str,
)
def test_read_fails_once(flink, before, after):
    """A passing fault of a read is no matter, before or after the write."""
    flink.fault(GET_PATH, **before)
    flink.fault(GET_PATH, skip=1, **after)
    result = flink.run("stopped", [128], request_timeout=IN_TIME)
    assert (result.failed, result["changed"], len(flink.writes)) == (False, True, 1), result["msg"]


def test_page_fails_once(flink):
    ids = flink.many(250)
    flink.fault(LIST_PATH, "status", status=502, skip=1)
    result = flink.run("absent", ids)
    assert (result.failed, result["summary"]["changed"], len(flink.writes)) == (False, 250, 3)


def test_page_never_comes(flink):
    """Without the whole list nothing is written."""
    flink.many(250)
    flink.fault(LIST_PATH, "status", status=500, skip=1, times=None)
    result = flink.run("absent", filters={"name": ["*"]}, max_jobs=300, max_retries=0)
    check_http_error(result, "GET", flink.emulator.url, JOBS_PATH, 500)
    assert not flink.writes


def test_one_of_many_reads_never_works(flink):
    """That job fails, with the reason; the others are carried through."""
    ids = flink.many(40, hidden=True)
    flink.fault("/jobs/7$", "wrong_type", times=None)
    result = flink.run("stopped", ids, max_retries=0)
    assert result["summary"] == {"total": 40, "changed": 39, "unchanged": 0, "failed": 1}
    assert (result.job(7)["action"], result.job(7)["status"]) == ("none", None)


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        *(({"kind": "status", "status": status}, status) for status in (500, 502, 503)),
        ({"kind": "status", "status": 403, "body": refusal("APIGW.0302")}, 403),
        ({"kind": "status", "status": 302, "headers": {"Location": "/_emulator/health"}}, 302),
        ({"kind": "wrong_type"}, 200),
        ({"kind": "empty"}, 200),
        ({"kind": "wrong_type", "body": []}, None),
        ({"kind": "wrong_type", "body": "null"}, None),
        ({"kind": "wrong_type", "body": {"job_detail": None}}, None),
        ({"kind": "wrong_type", "body": {"is_success": "false", "message": "internal"}}, None),
        ({"kind": "reset_before"}, None),
        ({"kind": "truncate"}, None),
    ],
    ids=str,
)
def test_read_never_works(flink, fault, status):
    """One clear message; nothing is guessed, nothing is written."""
    flink.fault(ANY, times=None, **fault)
    result = flink.run("absent", [128], max_retries=0)
    check_http_error(result, "GET", flink.emulator.url, JOBS_PATH, status)
    assert not flink.writes
    assert flink.truth[128] == "job_running"
    assert set(result.job(128)["error"]) == {"code", "status", "request_id", "message"}


def test_read_takes_too_long(flink):
    """`request_timeout` is the limit of one request."""
    flink.fault(ANY, "slow", **NEVER, times=None)
    result = flink.run("stopped", [128], request_timeout=IN_TIME, max_retries=0)
    check_http_error(result, "GET", flink.emulator.url, JOBS_PATH)
    assert "no answer within 2 s (request_timeout)" in result["msg"]


def test_reads_after_the_write_never_work(flink):
    """The write was accepted: `changed` tells so, and the job fails."""
    flink.fault(ANY, "status", status=502, skip=2, times=None)
    result = flink.run("stopped", [128], max_retries=0, wait_timeout=1)
    assert result.failed
    assert result["changed"] is True
    assert (result.job(128)["status_before"], result.job(128)["action"]) == ("job_running", "stop")


# ---- writes ----


@pytest.mark.parametrize("state", ["absent", "started"])
@pytest.mark.parametrize(("fault", "took_effect"), LOST, ids=str)
def test_answer_to_a_write_is_lost(flink, state, fault, took_effect):
    """Never repeated blindly: read first. A write that took effect is a change and is not sent again."""
    flink.fault(WRITE_PATH, **fault)
    ids = flink.many(2, OPERATIONS[state].before)
    result = flink.run(state, ids, request_timeout=IN_TIME if "seconds" in fault else 60)
    flink.let_go()
    assert not result.failed, result["msg"]
    assert result.column("changed") == dict.fromkeys(ids, True)
    assert flink.truth == dict.fromkeys(ids, OPERATIONS[state].after)
    assert not flink.write_follows_write()
    if took_effect:
        assert len(flink.writes) == 1


@pytest.mark.parametrize("fault", BACKEND_TIMEOUTS, ids=str)
def test_gateway_gives_up_on_a_single_write(flink, fault):
    """A time-out behind the gateway is a lost answer, not a refusal, in HTML as in JSON."""
    flink.fault(WRITE_PATH, "status_after", **fault)
    result = flink.run("absent", [128])
    assert (result.failed, result["changed"], len(flink.writes)) == (False, True, 1)


@pytest.mark.parametrize(("kind", "took_effect"), [("reset_before", False), ("reset_after", True)])
def test_answer_to_a_savepoint_is_lost(flink, kind, took_effect):
    """A second stop could hit job_savepointing. A second start would find no savepoint any more."""
    for state, option in (("stopped", "trigger_savepoint"), ("started", "resume_savepoint")):
        flink.delays(savepoint="2 looks", submit="2 looks")
        flink.fault(WRITE_PATH, kind)
        result = flink.run(state, [128], **{option: True})
        assert not flink.write_follows_write()
        assert (result.failed, result["changed"], flink.truth[128]) == (False, True, OPERATIONS[state].after)
        assert len(flink.writes) == (1 if took_effect else 2)


def test_start_that_shows_late(flink):
    """The job seems to be stopped after the start has got lost. That start took up the savepoint, so no second one can."""
    late = [{"has_savepoint": False}, {"after": "3 looks", "status": "job_running"}]
    flink.job("job_cancel_success", fields={"has_savepoint": True}, run=late)
    flink.fault(WRITE_PATH, "reset_after")
    result = flink.run("started", [5], resume_savepoint=True)
    assert (result.failed, result["changed"], result.job(5)["status"]) == (False, True, "job_running")


@pytest.mark.parametrize(("kind", "writes"), [("reset_before", 2), ("reset_after", 1)])
def test_lost_answer_without_wait(flink, kind, writes):
    """Nobody accepted the first request, so it takes a look to know."""
    flink.fault(WRITE_PATH, kind)
    result = flink.run("stopped", [128], wait=False)
    assert (result.failed, result["changed"], len(flink.writes)) == (False, True, writes)
    assert not flink.write_follows_write()
    assert flink.truth[128] == "job_cancel_success"


def test_every_answer_is_lost_and_nothing_happens(flink):
    """No success, no change, and an error that names the write."""
    flink.fault(WRITE_PATH, "reset_before", times=None)
    result = flink.run("stopped", [128], max_retries=1, wait_timeout=3)
    assert not flink.write_follows_write()
    check_http_error(result, "POST", flink.emulator.url, f"{JOBS_PATH}/stop")
    assert result["changed"] is False


def test_one_of_three_answers_is_lost(flink):
    """250 jobs: none is written twice, all are changed."""
    ids = flink.many(250)
    flink.fault(WRITE_PATH, "reset_after", skip=1)
    result = flink.run("absent", ids)
    assert result["summary"]["changed"] == 250
    assert sorted(flink.written) == sorted(ids)


def test_fewer_answers_than_jobs(flink, monkeypatch):
    """A fault of ours, after the request: only a look tells what it did to the jobs, and none of them is passed over."""
    write = FlinkJobs.write
    monkeypatch.setattr(FlinkJobs, "write", lambda self, *what: write(self, *what)[1:])
    ids = flink.many(3)
    result = flink.run("absent", ids)
    assert (result["summary"]["changed"], len(flink.writes)) == (3, 1)


@pytest.mark.parametrize("kind", ["truncate", "wrong_type", "empty"])
def test_success_that_cannot_be_read(flink, kind):
    """C4: a 2xx answer that is no JSON is checked by reading."""
    flink.fault(WRITE_PATH, kind)
    result = flink.run("absent", [128, 137])
    assert (result.failed, result["summary"]["changed"], len(flink.writes)) == (False, 2, 1)


@pytest.mark.parametrize(
    "body", [{"is_success": "false", "message": "no"}, "null", ["x", 17], [None, {"is_success": 3}]], ids=str
)
def test_write_answer_of_a_strange_kind(flink, body):
    """No traceback, no success that was not seen: the service did nothing, as the next look shows."""
    flink.fault(WRITE_PATH, "status", status=200, body=body, times=None)
    result = flink.run("absent", [128, 137], wait_timeout=3)
    assert result["summary"]["failed"] == 2
    assert flink.truth[128] == "job_running"


# ---- no connection ----


@pytest.mark.real
@pytest.mark.parametrize(
    ("endpoint", "host"),
    [("http://127.0.0.1:1", "127.0.0.1"), ("http://dli.invalid", "dli.invalid"), ("{tls}", "127.0.0.1")],
)
@pytest.mark.parametrize("module", ["run", "info"])
def test_no_connection(flink, endpoint, host, module):
    """Nobody listens, no such host, no TLS: one clear message."""
    login = {**flink.by_token, "endpoints": {"dli": endpoint.format(tls=flink.emulator.url.replace("http", "https"))}}
    options = {"job_ids": [128], "login": login, "max_retries": 0}
    result = flink.run("absent", **options) if module == "run" else flink.info(**options)
    check_http_error(result, "GET", host, JOBS_PATH)
    assert not result.get("changed")
    assert not result.get("jobs")  # nothing is known of any


def test_no_connection_after_the_write(flink):
    """The write counts, and the job is looked at until the time is over."""
    answer = flink.emulator.answer

    def answered(request, connection: int):
        if request.method == "POST":
            flink.emulator.url = "http://127.0.0.1:1"  # where nobody asks
        return answer(request, connection)

    flink.emulator.answer = answered
    job = flink.run("stopped", [128], wait_timeout=5).job(128)
    assert (job["changed"], job["failed"], job["action"]) == (True, True, "stop")
    assert job["msg"].startswith("not read again within 5 s, last seen job_running: ")


@pytest.mark.parametrize("endpoint", ["127.0.0.1", "ftp://127.0.0.1", "http://", "http://host:port", "http://[::1"])
def test_endpoint_that_is_no_url(flink, endpoint):
    check_refused(flink.run("absent", [128], login={**flink.by_token, "endpoints": {"dli": endpoint}}), "endpoints")


def test_redirect_is_not_followed(flink):
    """No credential goes where an answer points."""
    target = f"{flink.emulator.url}{JOBS_PATH}?limit=1"
    flink.fault(GET_PATH, "status", status=307, headers={"Location": target}, times=None)
    assert flink.run("absent", [128], max_retries=0).failed
    assert {"limit": "1"} not in flink.queries()


@pytest.mark.real
def test_proxies_of_the_environment(flink):
    """A proxy that is not there is an error, unless the host is among those that need none."""
    nowhere = dict.fromkeys(("http_proxy", "HTTP_PROXY"), "http://127.0.0.1:1")
    assert flink.run("stopped", [128], environ=nowhere, max_retries=0).failed
    assert not flink.log
    assert not flink.run("stopped", [128], environ={**nowhere, "no_proxy": "127.0.0.1"}).failed


@pytest.mark.parametrize("state", ["stopped", "absent"])
def test_no_time_and_a_lost_write(flink, state):
    """The time is over at once, but what became of the write is still looked at."""
    job = flink.job()
    flink.fault(WRITE_PATH, "reset_after")
    result = flink.run(state, [job], wait_timeout=0)
    assert result.job(job)["status"] == flink.truth[job] != "job_running"
    assert (result["changed"], result.failed) == (True, False)


def test_no_time_and_no_answer_at_all(flink):
    """Nothing is sent again when the time is over, and what is not known is said."""
    job = flink.job()
    flink.fault(WRITE_PATH, "reset_before", times=None)
    result = flink.run("stopped", [job], wait_timeout=0)
    assert (result["changed"], result.failed, len(flink.writes)) == (False, True, 1)
    assert "not known" in result.job(job)["msg"]


@pytest.mark.parametrize("ignore", [False, True])
def test_a_job_vanishes_after_a_lost_write(flink, ignore):
    """Perhaps the write is what made it vanish, perhaps somebody deleted it: that nobody knows is said."""
    job = flink.job(stop=[{"after": 0, "status": "gone"}])
    flink.fault(WRITE_PATH, "reset_after")
    result = flink.run("stopped", [job], ignore_missing=ignore)
    assert (result["changed"], result.failed) == (False, not ignore)
    assert result.job(job)["msg"] == "unknown to the service; whether its last write took effect is not known"


def test_refused_alone_after_a_batch(flink):
    """The job is on its way out: that the batch, refused for another job, has led to that, nobody knows."""
    flink.answers(batch_refusal="partial")
    flink.delays(delete=20)
    other, job = flink.jobs({"refuse": {"delete": {"code": "DLI.0999", "times": 9}}}, {})
    flink.fault("/streaming/jobs/delete$", "status", status=400, skip=1, times=None, body=refusal("DLI.0001", "no"))
    result = flink.run("absent", [other, job])
    assert (result.job(job)["changed"], result.job(job)["status"]) == (False, "job_canceling")
    assert result.job(job)["msg"].endswith("; whether its last write took effect is not known")


@pytest.mark.parametrize(
    ("state", "of_batch", "alone", "unknown"),
    [
        ("stopped", "DLI.0999", "DLI.0999", False),  # so that was for this job
        ("stopped", "DLI.15002", "DLI.15002", False),
        # the batch was refused for another job, and may have been carried out for this one
        ("stopped", "DLI.0999", "DLI.0001", True),
        ("stopped", "DLI.0999", "DLI.15002", True),
        ("started", "DLI.13006", "DLI.13006", True),  # it may run already
    ],
)
def test_refused_alone_and_as_it_was(flink, state, of_batch, alone, unknown):
    """A batch was refused, nothing of it shows, and its jobs are refused alone."""
    before, write = OPERATIONS[state][:2]
    flink.answers(batch_refusal="partial")
    other, job = flink.jobs(
        {"status": before, "refuse": {write: {"code": of_batch, "times": 9}}}, {"status": before, "script": {write: []}}
    )
    flink.fault(f"/streaming/jobs/{write}$", "status", status=400, skip=1, times=None, body=refusal(alone, "no"))
    result = flink.run(state, [other, job], wait_timeout=60)
    assert (result.job(job)["failed"], result.job(job)["status"]) == (True, before)
    assert ("not known" in result.job(job)["msg"]) is unknown


def test_a_batch_that_is_refused_without_a_code(flink):
    """Nobody knows that it was for the reason that one of its jobs is refused for alone."""
    ids = flink.jobs({"script": {"stop": []}}, {"script": {"stop": []}})
    for times, body in ((1, '{"error_msg": "no queue"}'), (None, refusal("DLI.0001", "no"))):
        flink.fault("/streaming/jobs/stop$", "status", status=400, times=times, body=body)
    result = flink.run("stopped", ids, wait_timeout=60)
    assert all("not known" in job["msg"] for job in result["jobs"])


def test_refused_after_a_lost_write(flink):
    """The lost stop may be what has led to the status in which the next one is refused."""
    job = flink.job(stop=[{"after": "1 look", "status": "job_running_exception"}])
    flink.fault(WRITE_PATH, "reset_after")
    result = flink.run("stopped", [job])
    assert (result["changed"], result.failed) == (False, False)
    assert (
        result.job(job)["msg"]
        == "already stopped (the service refused the request); whether its last write took effect is not known"
    )


def test_a_stop_together_with_others_that_may_have_worked(flink):
    """It was refused as a whole, and alone, as the job had come to nothing by then: nobody knows whether by the first one."""
    flink.answers(batch_refusal="partial")
    failing = [{"after": "1 look", "status": "job_running_exception"}]
    first, second = flink.jobs({"script": {"stop": failing}}, {"status": "job_downloading"})
    job = flink.run("stopped", [first, second]).job(first)
    assert (job["failed"], job["status"]) == (False, "job_running_exception")
    assert job["msg"] == (
        "already stopped (the service refused the request); whether its last write took effect is not known"
    )
