# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SQL jobs: states, what must be refused, lists and their windows, and every answer that can be chosen."""

from __future__ import annotations

import pytest

PROJECT = "0123456789abcdef0123456789abcdef"
UNKNOWN = "00000000-0000-0000-0000-000000000000"
FINAL, HELD = ["FINISHED", "FAILED", "CANCELLED"], ["SCALING", "SUSPENDED", "CANCELED", "Finished"]
SINGLE = [("GET", "/status"), ("GET", "/detail"), ("DELETE", "")]
DONE = {"is_success": True, "message": ""}
RUNS = {"status": "RUNNING"}


def seen(call, job_id, looks=1):
    """What the calls for the status and the list show, in turn."""
    statuses = []
    for number in range(looks):
        if number % 2:
            statuses += [job["status"] for job in call.sql("GET", f"?job-id={job_id}").body["jobs"]]
        else:
            statuses.append(call.sql("GET", f"/{job_id}/status").body["status"])
    return statuses


def progress(call, job_id):
    return call("GET", f"/v1/{PROJECT}/jobs/{job_id}/progress")


def ids(call, query):
    return [job["job_id"] for job in call.sql("GET", f"?{query}").body["jobs"]]


# ---- cancel ----


@pytest.mark.parametrize("status", ["LAUNCHING", "RUNNING"])
def test_cancel(call, add_sql_job, status):
    job_id = add_sql_job(status=status)
    answer = call.sql("DELETE", f"/{job_id}")
    assert (answer.status, answer.body) == (200, DONE)
    assert seen(call, job_id, 2) == ["CANCELLED"] * 2
    assert call.sql("GET").body["job_count"] == 1


@pytest.mark.parametrize("status", FINAL + HELD)
def test_what_does_not_run_cannot_be_cancelled(call, add_sql_job, status):
    job_id = add_sql_job(status=status)
    answer = call.sql("DELETE", f"/{job_id}")
    assert (answer.status, answer.code) == (400, "DLI.0007")
    assert seen(call, job_id, 2) == [status] * 2


def test_cancel_takes_looks(call, emulator, add_sql_job):
    emulator.settings.update({"delays": {"sql_cancel": "2 looks"}})
    job_id = add_sql_job()
    call.sql("DELETE", f"/{job_id}")
    assert seen(call, job_id) == ["RUNNING"]
    assert call.sql("DELETE", f"/{job_id}").status == 200  # once more makes it no later
    assert seen(call, job_id, 2) == ["RUNNING", "CANCELLED"]


def test_cancel_takes_seconds(call, emulator, clock, add_sql_job):
    emulator.settings.update({"delays": {"sql_cancel": 10}})
    job_id = add_sql_job()
    call.sql("DELETE", f"/{job_id}")
    clock.now += 9.9
    assert seen(call, job_id) == ["RUNNING"]
    clock.now += 0.2
    assert seen(call, job_id) == ["CANCELLED"]


LIFE = {"created": [{"after": "1 look", "status": "RUNNING"}, {"after": "1 look", "status": "FINISHED"}]}


def test_a_job_runs_and_ends(call, add_sql_job):
    job_id = add_sql_job(status="LAUNCHING", script=LIFE)
    assert seen(call, job_id, 4) == ["LAUNCHING", "RUNNING", "FINISHED", "FINISHED"]


def test_cancelled_before_it_ran(call, answers, add_sql_job):
    answers(sql_launching="no_start_time")
    job_id = add_sql_job(status="LAUNCHING", script=LIFE)
    assert call.sql("DELETE", f"/{job_id}").body == DONE
    assert seen(call, job_id, 3) == ["CANCELLED"] * 3


def test_ends_before_the_cancel(call, add_sql_job):
    job_id = add_sql_job(script={"before_cancel": [{"status": "FINISHED"}]})
    assert call.sql("DELETE", f"/{job_id}").code == "DLI.0007"
    assert seen(call, job_id) == ["FINISHED"]


def test_script_of_a_cancel(call, add_sql_job):
    job_id = add_sql_job(script={"cancel": []})
    assert call.sql("DELETE", f"/{job_id}").body == DONE
    assert seen(call, job_id) == ["RUNNING"]


def test_the_queue_itself(call, add_sql_job):
    """Its own jobs are in the same list; one that scales it cannot be cancelled."""
    restart = add_sql_job(job_type="RESTART_QUEUE", queue_name="etl", age=2)
    scale = add_sql_job(job_type="SCALE_QUEUE", status="SCALING", queue_name="etl", age=1)
    query = add_sql_job(queue_name="etl")
    assert ids(call, "queue_name=etl&order=start_time_asc") == [restart, scale, query]
    assert ids(call, "queue_name=etl&job-type=RESTART_QUEUE") == [restart]
    assert call.sql("DELETE", f"/{scale}").status == 400


def test_refusals(call, add_sql_job):
    job_id = add_sql_job(
        refuse={"status": "DLI.0016", "detail": "DLI.0005", "progress": "DLI.0999", "cancel": "DLI.0003"}
    )
    given = [call.sql(method, f"/{job_id}{tail}") for method, tail in SINGLE]
    given.append(progress(call, job_id))
    assert [(answer.status, answer.code) for answer in given] == [
        (400, "DLI.0016"),
        (400, "DLI.0005"),
        (403, "DLI.0003"),
        (400, "DLI.0999"),
    ]
    assert call.sql("GET").body["jobs"][0]["status"] == "RUNNING"


def test_a_failure_without_an_error(call, add_sql_job):
    job_id = add_sql_job(refuse={"cancel": {"code": "false", "times": 1}, "status": "false"})
    for answer in (call.sql("DELETE", f"/{job_id}"), call.sql("GET", f"/{job_id}/status")):
        assert (answer.status, answer.body["is_success"]) == (200, False)
        assert answer.body["message"]
    assert call.sql("DELETE", f"/{job_id}").body == DONE


# ---- requests that are refused ----


@pytest.mark.parametrize("job_id", ["a.b", "a%20b", "%20", "a%2Fb", "a%3Fb", "x" * 65])
def test_ids(call, job_id):
    for answer in (
        *(call.sql(method, f"/{job_id}{tail}") for method, tail in SINGLE),
        progress(call, job_id),
        call.sql("GET", f"?job-id={job_id}"),
    ):
        assert (answer.status, answer.code) == (400, "DLI.0001")


@pytest.mark.parametrize(
    "query",
    [
        "page-size=101",
        "page-size=0",
        "page-size=all",
        "current-page=101",
        "current-page=0",
        "current-page=x",
        "current-page=1&current-page=1",
        "start=now",
        "end=-1",
        "job-status=running",
        "job-status=CANCELED",
        "job-status=RUNNING,LAUNCHING",
        "job-status=SUSPENDED",
        "job-type=query",
        "job-type=",
        "job_types=ALL",
        "job_types=SCALE_QUEUE",
        "job_types=QUERY,DDL",
        "order=desc",
        "engine_type=flink",
        "tags=team",
        f"sql_pattern={'x' * 1025}",
        "page_size=5",
        "current_page=1",
        "queue-name=etl",
        "job_status=RUNNING",
        "job_type=QUERY",
        "job-types=QUERY",
        "job_id=5",
        "engine-type=spark",
        "db_name=d",
        "table_name=t",
        "limit=5",
        "name=a",
        "sort=asc",
    ],
)
def test_queries(call, query):
    answer = call.sql("GET", f"?{query}")
    assert (answer.status, answer.code) == (400, "DLI.0001")
    assert answer.headers["X-Request-Id"]


def test_queries_of_the_other_calls(call, add_sql_job):
    job_id = add_sql_job()
    for method, tail in SINGLE:
        assert call.sql(method, f"/{job_id}{tail}?x=1").code == "DLI.0001"
    assert call("GET", f"/v1/{PROJECT}/jobs/{job_id}/progress?x=1").code == "DLI.0001"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1.0/{}/jobs/{}"),
        ("GET", "/v1.0/{}/jobs/{}/progress"),
        ("GET", "/v1/{}/jobs/{}/status"),
        ("GET", "/v1.1/{}/jobs/{}/status"),
        ("POST", "/v1.0/{}/jobs/{}"),
        ("DELETE", "/v1.0/{}/jobs"),
        ("DELETE", "/v1.0/{}/queues/default/jobs/{}"),
    ],
)
def test_there_are_no_other_calls(call, add_sql_job, method, path):
    job_id = add_sql_job()
    answer = call(method, path.format(PROJECT, job_id))
    assert (answer.status, answer.code) == (404, "APIGW.0101")
    assert seen(call, job_id) == ["RUNNING"]


def test_another_project(call, add_sql_job):
    job_id = add_sql_job(project_id="fedcba9876543210fedcba9876543210")
    for method, tail in SINGLE:
        assert call.sql(method, f"/{job_id}{tail}").code == "DLI.0002"
    assert call.sql("GET").body["job_count"] == 0
    assert call("GET", "/v1.0/fedcba9876543210fedcba9876543210/jobs").code == "DLI.10006"


def test_the_gateway_comes_first(call, emulator, add_sql_job):
    job_id = add_sql_job()
    emulator.faults.add(path="/status$", kind="gateway_404")
    answer = call.sql("GET", f"/{job_id}/status")
    assert (answer.status, answer.code) == (404, "APIGW.0101")
    emulator.world.identities.expire_tokens()
    assert (call.sql("DELETE", f"/{job_id}").status, call.sql("DELETE", f"/{job_id}").code) == (401, "APIGW.0301")


# ---- lists ----


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "cba"),
        ("order=start_time_desc", "cba"),
        ("order=start_time_asc", "abc"),
        ("order=duration_desc", "acb"),
        ("order=duration_asc", "bca"),
        ("job-id=a", "a"),
        (f"job-id={UNKNOWN}", ""),
        ("queue_name=etl", "a"),
        ("owner=tester", "c"),
        ("owner=tester&job-status=FINISHED", ""),
        ("job-status=FINISHED", "b"),
        ("job-type=QUERY", "ca"),
        ("job-type=ALL", "cba"),
        ("job_types=QUERY&job_types=DDL", "ca"),
        ("job_types=INSERT&job_types=DDL", "b"),
        ("job-type=QUERY&job_types=INSERT", ""),
        ("job-type=ALL&job_types=INSERT", "b"),
        ("sql_pattern=select", "cba"),
        ("sql_pattern=INTO%20Big", "b"),
        ("tags=team%3Dnight", "ba"),
        ("tags=team%3Dnight%2Cstage%3Dprod", "a"),
        ("tags=eam%3Dnightl", "b"),
        ("engine_type=spark", "cba"),
        ("page-size=1&current-page=2", "b"),
        ("page-size=2&current-page=2", "a"),
        ("current-page=100", ""),
    ],
)
def test_filters(call, add_sql_job, query, found):
    tags = {"team": "night", "stage": "prod"}
    add_sql_job(job_id="a", start_time=100_000, end_time=900_000, queue_name="etl", tags=tags, status="FAILED")
    insert = {"job_type": "INSERT", "statement": "insert into BIG select 1"}
    add_sql_job(job_id="b", start_time=200_000, end_time=200_001, tags={"team": "nightly"}, status="FINISHED", **insert)
    add_sql_job(job_id="c", start_time=300_000, end_time=400_000, owner="tester", tags=None, status="CANCELLED")
    add_sql_job(job_id="d", hidden=True)
    assert "".join(ids(call, query)) == found


@pytest.mark.parametrize(
    ("window", "query", "found"),
    [
        ("exclusive", "start=1000", [2000, 3000]),
        ("inclusive", "start=1000", [1000, 2000, 3000]),
        ("exclusive", "end=3000", [1000, 2000]),
        ("inclusive", "end=3000", [1000, 2000, 3000]),
        ("exclusive", "start=1000&end=3000", [2000]),
        ("exclusive", "start=0&end=0", [None, 1000, 2000, 3000]),
        ("exclusive", "start=0&end=2001", [1000, 2000]),
    ],
)
def test_time_windows(call, answers, add_sql_job, window, query, found):
    """A job without a start time is in none."""
    answers(sql_window=window)
    for start in (1000, 2000, 3000):
        add_sql_job(start_time=start)
    add_sql_job(status="LAUNCHING", start_time=None)
    answer = call.sql("GET", f"?{query}&order=start_time_asc").body
    assert [job["start_time"] for job in answer["jobs"]] == found
    assert answer["job_count"] == len(found)


def test_launching_without_a_start_time(call, answers, add_sql_job):
    answers(sql_launching="no_start_time")
    job_id = add_sql_job(status="LAUNCHING", start_time=1000, script={"created": [{"after": "1 look", **RUNS}]})
    assert ids(call, "start=500") == []
    (job,) = call.sql("GET", "?job-status=LAUNCHING").body["jobs"]
    assert (job["job_id"], job["start_time"], job["status"]) == (job_id, None, "LAUNCHING")
    assert ids(call, "start=500") == [job_id]


def test_a_start_time_that_comes_later(call, add_sql_job):
    """The job moves to its place in the list."""
    older = add_sql_job(start_time=1000)
    job_id = add_sql_job(
        status="LAUNCHING", start_time=None, script={"created": [{"after": "1 look", **RUNS, "start_time": 2000}]}
    )
    assert ids(call, "order=start_time_asc") == [job_id, older]
    assert ids(call, "order=start_time_asc") == [older, job_id]
    assert ids(call, "start=1000") == [job_id]


def test_pages(call, add_sql_job):
    """Two more jobs arrive meanwhile: the oldest first, none is shown twice."""
    add_sql_job(count=230, age=60)
    pages = []
    for page in (1, 2, 3):
        pages.append(call.sql("GET", f"?page-size=100&current-page={page}&order=start_time_asc").body)
        if page < 3:
            add_sql_job()
    assert [(len(page["jobs"]), page["job_count"]) for page in pages] == [(100, 230), (100, 231), (32, 232)]
    assert len({job["job_id"] for page in pages for job in page["jobs"]}) == 232
    assert len(call.sql("GET").body["jobs"]) == 50


def test_newcomers_shift_the_pages(call, emulator, add_sql_job):
    add_sql_job(count=4, age=60)
    emulator.settings.update({"newcomers": 1})
    first, second = (ids(call, f"page-size=2&current-page={page}") for page in (1, 2))
    assert first[1] == second[0]


def test_pages_that_show_less(call, emulator, add_sql_job):
    add_sql_job(count=5)
    emulator.settings.update({"page_rows": 2, "unshown": 3})
    pages = [call.sql("GET", f"?page-size=100&current-page={page}").body for page in (1, 2, 3, 4)]
    assert [(len(page["jobs"]), page["job_count"]) for page in pages] == [(2, 8), (2, 8), (1, 8), (0, 8)]
    assert len({job["job_id"] for page in pages for job in page["jobs"]}) == 5


def test_more_jobs_than_pages(call, emulator):
    """What is on no page is found by its time."""
    for second in range(1, 121):
        emulator.world.add("sql_jobs", {"count": 100, "start_time": second * 1000})
    last = call.sql("GET", "?page-size=100&current-page=100&order=start_time_asc").body
    assert (len(last["jobs"]), last["job_count"], last["jobs"][-1]["start_time"]) == (100, 12_000, 100_000)
    refused = call.sql("GET", "?page-size=100&current-page=101&order=start_time_asc")
    assert (refused.status, refused.code) == (400, "DLI.0001")
    rest = call.sql("GET", "?page-size=100&current-page=1&order=start_time_asc&start=99999").body
    assert (rest["job_count"], rest["jobs"][0]["start_time"]) == (2100, 100_000)


# ---- fields ----


def test_fields(call, clock, add_sql_job):
    secret = "CREATE TABLE t OPTIONS (password 'hush')"
    job_id = add_sql_job(
        queue_name="etl", statement=secret, tags={"team": "night"}, age=5, user_conf="{}", data_path="obs://b/p"
    )
    status, entry = call.sql("GET", f"/{job_id}/status").body, call.sql("GET").body["jobs"][0]
    assert (status["is_success"], status["message"], status["job_id"], status["status"]) == (
        True,
        "",
        job_id,
        "RUNNING",
    )
    assert status["tags"] == entry["tags"] == [{"key": "team", "value": "night"}]
    assert status["statement"] == entry["statement"] == secret
    for shown in (status, entry):
        assert shown.pop("duration") == 5000
    assert status.keys() - entry.keys() == {"is_success", "job_mode", "user_conf"}
    assert entry.keys() - status.keys() == {"end_time", "engine_type", "with_column_header"}
    detail = call.sql("GET", f"/{job_id}/detail").body
    assert (detail["job_id"], detail["data_path"], detail["is_success"]) == (job_id, "obs://b/p", True)
    assert "status" not in detail


@pytest.mark.parametrize("end_time", [{}, {"end_time": None}])
@pytest.mark.parametrize("nulls", ["shown", "left_out"])
def test_what_a_job_need_not_have(call, answers, add_sql_job, end_time, nulls):
    answers(list_nulls=nulls)
    job_id = add_sql_job(status="FINISHED", age=10, **end_time)
    (entry,) = call.sql("GET").body["jobs"]
    assert (entry.get("end_time") is None) == bool(end_time)
    assert [name in entry for name in ("tags", "database_name")] == [nulls == "shown"] * 2
    assert ("tags" in call.sql("GET", f"/{job_id}/status").body) == (nulls == "shown")


def test_a_failed_job(call, add_sql_job):
    """The code in its message is not that of an unknown job."""
    job_id = add_sql_job(status="FAILED", message="DLI.0002: FileNotFoundException")
    answer = call.sql("GET", f"/{job_id}/status")
    assert (answer.status, answer.body["is_success"], answer.body["message"]) == (
        200,
        True,
        "DLI.0002: FileNotFoundException",
    )


def test_progress(call, add_sql_job):
    for status, shown in (("LAUNCHING", 0), ("SCALING", 0), ("FINISHED", 1), ("FAILED", 1)):
        job_id = add_sql_job(status=status)
        assert progress(call, job_id).body == {**DONE, "job_id": job_id, "status": status, "progress": shown}
    body = progress(call, add_sql_job(progress=0.25)).body
    assert (body["progress"], body["sub_job_id"], len(body["sub_jobs"])) == (0.25, 0, 1)
    assert progress(call, UNKNOWN).code == "DLI.0002"


# ---- answers ----


@pytest.mark.parametrize(("code", "status"), [("DLI.0002", 400), ("DLI.0023", 404), ("DLI.0001", 400)])
def test_not_found(call, answers, code, status):
    answers(sql_not_found=code)
    for method, tail in SINGLE:
        answer = call.sql(method, f"/{UNKNOWN}{tail}")
        assert (answer.status, answer.code) == (status, code)
        assert UNKNOWN in answer.body["error_msg"]


@pytest.mark.parametrize(
    ("form", "yes", "no"),
    [("boolean", True, False), ("string", "true", "false"), ("capital", "True", "False"), ("missing", None, False)],
)
def test_is_success(call, answers, add_sql_job, form, yes, no):
    answers(sql_is_success=form)
    job_id = add_sql_job(refuse={"progress": "false"})
    for answer in (call.sql("GET"), *(call.sql(method, f"/{job_id}{tail}") for method, tail in SINGLE)):
        assert answer.body.get("is_success") == yes
        assert ("is_success" in answer.body) == (form != "missing")
    assert progress(call, job_id).body["is_success"] == no


@pytest.mark.parametrize(
    ("form", "shown"),
    [("upper", ["CANCELLED", "FINISHED"]), ("one_l", ["CANCELED", "FINISHED"]), ("capital", ["Cancelled", "Finished"])],
)
def test_status(call, answers, add_sql_job, form, shown):
    answers(sql_status=form)
    for status, word in zip(("CANCELLED", "FINISHED"), shown):
        job_id = add_sql_job(status=status)
        assert seen(call, job_id, 2) == [word, word]
        assert ids(call, f"job-status={status}") == [job_id]
        assert progress(call, job_id).body["status"] == word
        assert call.sql("DELETE", f"/{job_id}").status == 400


@pytest.mark.parametrize("code", ["DLI.0001", "DLI.0999"])
def test_cancel_refusal(call, answers, add_sql_job, code):
    answers(sql_cancel_refusal=code)
    answer = call.sql("DELETE", f"/{add_sql_job(status='FINISHED')}")
    assert (answer.status, answer.code) == (400, code)


def test_cancel_that_is_no_success(call, answers, add_sql_job):
    answers(sql_cancel_refusal="false")
    answer = call.sql("DELETE", f"/{add_sql_job(status='FINISHED')}")
    assert (answer.status, answer.body["is_success"]) == (200, False)


def test_no_status_after_the_cancel(call, emulator, answers, add_sql_job):
    """Only the list still tells what becomes of the job."""
    answers(sql_after_cancel="refused")
    emulator.settings.update({"delays": {"sql_cancel": "1 look"}})
    job_id, other = add_sql_job(), add_sql_job(status="CANCELLED")
    call.sql("DELETE", f"/{job_id}")
    for status in ("RUNNING", "CANCELLED"):
        answer = call.sql("GET", f"/{job_id}/status")
        assert (answer.status, answer.code) == (400, "DLI.0001")
        assert [job["status"] for job in call.sql("GET", f"?job-id={job_id}").body["jobs"]] == [status]
    assert seen(call, other) == ["CANCELLED"]


def test_language(call, answers):
    answers(language="chinese")
    assert not call.sql("GET", f"/{UNKNOWN}/status").body["error_msg"].isascii()


def test_jobs_of_others(call, emulator, answers, add_sql_job):
    """A sub-user finds them by their ids."""
    user = {"id": "u1", "name": "sub", "password": "demo-password", "sub_user": True}
    emulator.load(
        {
            "users": [user],
            "tokens": [{"token": "demo-token", "user": "sub", "project": "eu-de"}],
            "access_keys": [],
            "sql_jobs": [],
        }
    )
    own, other = add_sql_job(owner="sub"), add_sql_job(owner="etl")
    for value, shown in (("hidden", {own}), ("shown", {own, other})):
        answers(sql_jobs_of_others=value)
        body = call.sql("GET").body
        assert shown == {job["job_id"] for job in body["jobs"]}
        assert body["job_count"] == len(shown)
        assert call.sql("GET", f"/{other}/status").status == 200


def test_how_long_jobs_are_known(call, emulator, answers, add_sql_job, monkeypatch):
    """A day from their end on."""
    ended, running = add_sql_job(status="FINISHED"), add_sql_job()
    now = emulator.world.now_ms()
    for value, hours, known in (
        ("a_day", 23, [ended, running]),
        ("a_day", 25, [running]),
        ("for_ever", 25, [ended, running]),
    ):
        answers(sql_kept=value)
        monkeypatch.setattr(type(emulator.world), "now_ms", staticmethod(lambda hours=hours: now + hours * 3600000))
        assert {job["job_id"] for job in call.sql("GET").body["jobs"]} == {*known}
        assert (call.sql("GET", f"/{ended}/status").status == 200) is (ended in known)
