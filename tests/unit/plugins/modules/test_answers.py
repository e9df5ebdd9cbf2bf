# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that nobody expects: late, endless, of another shape, and how often they are asked for."""

from __future__ import annotations

import json

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.service import PROJECT, check_refused, refusal

JOBS = f"/v1.0/{PROJECT}/streaming/jobs"
TOKENS = "/v3/auth/tokens"
LATE = {"status": 408, "body": refusal("DLI.0019", "timed out")}
OUTDATED = {"error": {"code": 403, "message": "X-Auth-Token is invalid in the request", "title": "Forbidden"}}


def sends(service, method: str = "GET") -> dict[str, int]:
    """How often each request was sent."""
    found: dict[str, int] = {}
    for entry in service.log:
        if entry["method"] == method:
            key = f"{entry['path']}?{entry['query']}"
            found[key] = found.get(key, 0) + 1
    return found


# ---- 408, 409: as little as 504 ----


@pytest.mark.parametrize("state", ["stopped", "absent"])
@pytest.mark.parametrize("fault", [LATE, {"status": 409}, {"status": 504, "body": refusal("DLI.0019")}], ids=str)
def test_a_write_that_was_given_up(flink, state, fault):
    """It took effect, or it is sent again."""
    flink.job()
    flink.fault("/(stop|delete)$", "status_after", **fault)
    result = flink.run(state, [5])
    assert (result.failed, result["changed"], len(flink.writes)) == (False, True, 1)
    flink.job()
    flink.fault("/(stop|delete)$", "status", **fault)
    result = flink.run(state, [5])
    assert (result.failed, result["changed"], len(flink.writes)) == (False, True, 2)


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize("code", ["UPSTREAM_RESET", 50001])
def test_a_code_of_a_proxy_is_no_refusal_of_the_service(flink, spark, mrs, sql, status, code):
    """What it has passed on may have had its effect."""
    body = json.dumps({"code": code, "message": "upstream connect error"})
    for service, path in ((flink, "/stop$"), (spark, "/batches/"), (mrs, "/kill$"), (sql, "/jobs/")):
        for kind, writes in (("status_after", 1), ("status", 2)):
            ids = [service.job()]
            service.fault(path, kind, method="POST|DELETE", status=status, body=body)
            result = service.run("stopped", ids)
            assert (result.failed, result["changed"], len(service.writes)) == (False, True, writes)


@pytest.mark.parametrize("fault", [LATE, {"status": 400, "body": refusal("DLI.0019")}], ids=str)
def test_a_read_that_was_given_up(flink, fault):
    flink.many(3, "job_finish")
    for path in (TOKENS, "/jobs"):
        flink.fault(path, "status", times=2, **fault)
    login = flink.by_password
    if fault is not LATE:
        flink.emulator.faults.clear()
        flink.fault("/jobs", "status", times=2, **fault)
    assert not flink.run("stopped", [1, 2, 3], login).failed
    flink.fault("/jobs", "status", times=2, **fault)
    assert flink.info(filters={"name": ["job-*"]})["total"] == 3


def test_a_read_of_mrs_that_fails_inside(mrs):
    ids = mrs.many(2, "FINISHED")
    mrs.fault("/job-executions", "status", status=500, body=refusal("0023"), times=2)
    assert not mrs.run("stopped", ids).failed


def test_a_read_that_meets_a_conflict_is_refused(flink):
    flink.job()
    flink.fault("/jobs", "status", status=409, times=None)
    assert flink.run("stopped", [5]).failed
    assert set(sends(flink).values()) == {1}


# ---- max_retries is the most ----


BROKEN = {
    "502": {"status": 502},
    "500": {"status": 500},
    "cut": {"kind": "truncate"},
    "no JSON": {"kind": "wrong_type"},
    "shape": {"kind": "wrong_type", "body": ["x"]},
    "empty": {"kind": "empty"},
}


@pytest.mark.parametrize("retries", [0, 2])
@pytest.mark.parametrize("fault", BROKEN)
def test_how_often_a_read_is_sent(flink, fault, retries):
    """By the module, by a reader, for one job, for a list and for what takes its place."""
    flink.many(4)
    runs = [
        lambda: flink.run("stopped", [1], max_retries=retries),
        lambda: flink.run("stopped", [1, 2, 3, 4], max_retries=retries),
        lambda: flink.run("absent", filters={"name": ["job-*"]}, max_retries=retries),
        lambda: flink.info(job_ids=[1, 2, 3], max_retries=retries),
        lambda: flink.info(filters={"name": ["job-*"]}, details=True, max_retries=retries),
    ]
    for run in runs:
        flink.emulator.faults.clear()
        flink.fault("/jobs", times=None, **{"kind": "status", **BROKEN[fault]})
        assert run().failed
        assert set(sends(flink).values()) == {1 + retries}


# ---- shapes ----


PLACES = {
    TOKENS: [
        ("", ["x"]),
        ("token", "x"),
        ("token", None),
        ("token.project", "x"),
        ("token.project.id", "../../x"),
        ("token.project.id", 5),
        ("token.catalog", ["x"]),
        ("token.catalog", {"a": 1}),
        ("token.catalog.0.endpoints", 5),
        ("token.catalog.0.endpoints", ["x"]),
        ("token.catalog.0.endpoints.0.url", "http://["),
    ],
    "/jobs/5$": [
        ("", 5),
        ("job_detail", "x"),
        ("job_detail", ["x"]),
        ("job_detail.job_id", {"a": 1}),
        ("job_detail.job_id", 6),
        ("job_detail.status", 5),
        ("job_detail.name", {"a": 1}),
        ("job_detail.tags", 5),
    ],
    "/jobs$": [
        ("", "x"),
        ("job_list", ["x"]),
        ("job_list.total_count", "x"),
        ("job_list.total_count", 1.5),
        ("job_list.total_count", -1),
        ("job_list.total_count", True),
        ("job_list.total_count", None),
        ("job_list.jobs", {"a": 1}),
        ("job_list.jobs", ["x"]),
        ("job_list.jobs.0", None),
        ("job_list.jobs.0.name", ["x"]),
        ("job_list.jobs.0.tags", 5),
        ("job_list.jobs.0.tags", [{"key": []}]),
    ],
}


@pytest.mark.parametrize("path", PLACES)
def test_shapes(flink, path):
    """Each is asked for again; one that stays is an error that says where, and never a bug of this side."""
    for at, value in PLACES[path]:
        flink.job("job_finish")
        login = {**flink.by_password, "project_id": None, "project_name": "eu-de"} if path == TOKENS else None
        filters = {"name": ["job-*"]} if path == "/jobs$" else None
        options = {"login": login, "ids": None if filters else [5], "filters": filters, "max_retries": 1}
        flink.fault(path, "shape", at=at, value=value)
        told = flink.run("stopped", **options)
        assert not told.failed, (at, value, told["msg"])
        flink.fault(path, "shape", at=at, value=value, times=2)
        told = flink.run("stopped", **options)
        method, host = "POST" if path == TOKENS else "GET", flink.emulator.url.partition("//")[2]
        check_refused(told, f"{method} {host}{TOKENS if path == TOKENS else JOBS}", ": the answer ")
        assert "unexpected" not in told["msg"]


def test_a_login_to_another_project(flink):
    """Whatever IAM, or what stands before it, makes of the name: nobody else's jobs are touched."""
    login = {**flink.by_password, "project_id": None, "project_name": "eu-de"}
    flink.fault(TOKENS, "shape", at="token.project.name", value="eu-de_nightly", times=None)
    told = flink.run("stopped", flink.states("job_running"), login=login)
    check_refused(told, "login to project eu-de: the answer is for another project", "HTTP 201")
    assert len(flink.log) == 1


@pytest.mark.parametrize(
    "project",
    ["x", {"id": "../../x", "name": "eu-de"}, {"id": None, "name": "eu-de"}, {"id": "a", "name": ["x"]}],
    ids=str,
)
def test_projects_that_are_none(flink, project):
    flink.fault("/v3/projects", "shape", at="projects", value=[project], times=None)
    login = {**flink.by_token, "project_id": None, "project_name": "eu-de", "auth_url": flink.emulator.url}
    check_refused(
        flink.run("stopped", [5], login, max_retries=0), "GET", "/v3/projects: HTTP 200: the answer has an unknown"
    )
    assert [entry["path"] for entry in flink.log] == ["/v3/projects"]


@pytest.mark.parametrize("body", [5, "x", ["x"], [{"is_success": 5}], {"is_success": {"a": 1}}], ids=str)
def test_the_answer_to_a_write_has_another_shape(flink, body):
    """It counts as unanswered, so the job is looked at."""
    flink.job()
    flink.fault("/stop$", "wrong_type", body=json.dumps(body))
    result = flink.run("stopped", [5])
    assert (result.failed, result["changed"], len(flink.writes)) == (False, True, 1)


@pytest.mark.parametrize("said", ["yes", "1", "", " true", "OK"])
def test_an_answer_that_says_neither_yes_nor_no(flink, sql, said):
    """It counts as unanswered, and not as refused, so what it led to is a change."""
    for service, path in ((flink, "/stop$"), (sql, "/jobs/")):
        job_id = service.job()
        service.fault(path, "wrong_type", method="POST|DELETE", body=json.dumps({"is_success": said}))
        result = service.run("stopped", [job_id])
        assert (result.failed, result["changed"], len(service.writes)) == (False, True, 1)


def test_the_answers_of_other_services_to_writes(spark, mrs):
    for service, path in ((spark, "/batches/"), (mrs, "/kill$")):
        job_id = service.job()
        service.fault(path, "wrong_type", method="POST|DELETE", body='["x"]')
        result = service.run("stopped", [job_id])
        assert (result.failed, result["changed"], len(service.writes)) == (False, True, 1)


@pytest.mark.parametrize(
    "body",
    [
        {"error_code": "DLI.0005", "error_msg": "no permission"},
        {"errorCode": "DLI.0005", "errorMsg": "no permission"},
        {"error": {"code": "DLI.0005", "message": "no permission"}},
        {"error_msg": "DLI.0005 no permission"},
        {"error": {"message": "DLI.0005 no permission"}},
        {"error": "DLI.0005 no permission"},
        {"is_success": None, "error_code": "DLI.0005", "error_msg": "no permission"},
    ],
    ids=str,
)
def test_an_error_in_an_answer_that_says_yes(flink, spark, mrs, sql, body):
    """Such a write may have taken effect or not. It is looked at and sent again, and nobody says that it was accepted."""
    services = {"/batches/": spark, "/kill$": mrs, "/stop$": flink, "/jobs/": sql}
    for path, service in services.items():
        for wait in (True, False):
            fault = {"status": 200, "method": "POST|DELETE|PUT", "body": json.dumps(body)}
            service.fault(path, "status", times=1 if wait else None, **fault)
            result = service.run("stopped", [service.job()], wait=wait, wait_timeout=9)
            assert (result.failed, result["changed"]) == (not wait, wait)
            assert ("HTTP 200: the answer is an error: DLI.0005 no permission" in result["msg"]) != wait


@pytest.mark.parametrize(
    "said", [{"error_code": "DLI.0005", "error_msg": "no permission"}, {"message": "the batch is protected"}]
)
@pytest.mark.parametrize("wait", [True, False])
def test_a_no(flink, spark, mrs, sql, wait, said):
    """It is no yes, be it of a service whose answers to writes say nothing else."""
    body = json.dumps({"is_success": False, **said})
    for path, service in {"/batches/": spark, "/kill$": mrs, "/stop$": flink, "/jobs/": sql}.items():
        service.fault(path, "status", status=200, method="POST|DELETE", times=None, body=body)
        result = service.run("stopped", [service.job()], wait=wait)
        assert (result.failed, result["changed"], result["jobs"][0]["changed"]) == (True, False, False)
        assert result["jobs"][0]["error"]["status"] == 200


def test_a_key_that_is_twice_in_an_answer(flink):
    """Of the job, of its row in a list, and of the list."""
    first, second = flink.jobs({"name": "billing"}, {"name": "orders"})
    twice = {
        f'{{"is_success": "true", "job_detail": {{"job_id": {first}, "status": "job_running", "status": "job_finish"}}}}': [
            first
        ],
        f'{{"job_list": {{"total_count": 1, "jobs": [{{"job_id": {first}, "job_id": {second}, "name": "orders", "status": "job_running"}}]}}}}': None,
        f'{{"job_list": {{"total_count": 1, "jobs": [{{"job_id": {first}, "name": "billing", "name": "orders", "status": "job_running"}}]}}}}': None,
        '{"job_list": {"total_count": 0, "jobs": [{"job_id": 1}], "jobs": []}}': None,
    }
    for body, ids in twice.items():
        flink.fault("/jobs", "status", status=200, times=None, method="GET", body=body)
        result = flink.run("stopped", ids, **({} if ids else {"filters": {"name": "orders"}}))
        assert result.failed
        assert "the answer has a key twice, so nobody knows what it says" in result["msg"]
        assert not flink.writes
        flink.emulator.faults.clear()


def test_an_error_in_a_list(flink, spark, mrs, sql):
    """It is not taken for an empty one."""
    empty = {flink: {"job_list": {"jobs": []}}, spark: {"sessions": []}, mrs: {"job_list": []}, sql: {"jobs": []}}
    counts = ("total_count", "total", "total_record", "job_count")
    for service, body in empty.items():
        body = {**body, **dict.fromkeys(counts, 0), "error_code": "DLI.0999", "error_msg": "not now"}
        if service is flink:
            body["job_list"]["total_count"] = 0
        chosen = {} if service is sql else {"filters": {"name": ["*"]}}
        service.job()
        service.fault(f"{service.path}$", "status", status=200, times=None, body=json.dumps(body))
        for result in (
            service.info(**chosen),
            service.run("stopped", **(chosen or {"filters": {"status": "RUNNING"}})),
        ):
            check_refused(result, "the answer is an error: DLI.0999 not now")


@pytest.mark.parametrize(
    "body",
    [
        {"error_code": ""},
        {"error_code": "0"},
        {"errorCode": "SUCCESS"},
        {"error_code": "000", "error_msg": "done"},
        {"error_msg": "Success"},
        {"message": "x"},
        {"error": False},
        {"code": "x"},
        {"is_success": "true", "error_code": "x"},
        {"is_success": False, "error_code": None, "error_msg": None},  # of Spark, see real_answers
    ],
    ids=str,
)
def test_an_answer_that_only_looks_like_an_error(flink, spark, body):
    """It is a yes, so nobody looks once more, however slow the service is."""
    for service, path in ((spark, "/batches/"), *(() if body.get("is_success") is False else ((flink, "/stop$"),))):
        service.delays(cancel=300, spark_cancel=300)
        service.fault(path, "wrong_type", method="POST|DELETE", body=json.dumps(body))
        result = service.run("stopped", [service.job()], wait=False)
        assert (result.failed, result["changed"], len(service.writes)) == (False, True, 1)
        assert service.log[-1]["method"] != "GET"


ROWS = {"flink": "jobs", "spark": "sessions", "mrs": "job_list", "sql": "jobs"}
ENDED = {"flink": "job_cancel_success", "spark": "dead", "mrs": "KILLED", "sql": "CANCELLED"}


@pytest.mark.parametrize("kind", ROWS)
@pytest.mark.parametrize("ended_first", [True, False])
def test_a_job_that_a_list_shows_in_two_statuses(request, kind, ended_first):
    """A get tells which of them is true."""
    service = request.getfixturevalue(kind)
    ids, state = service.many(3), service.kind.state_field

    def twice(dummy, body):
        part = body["job_list"] if kind == "flink" and "job_list" in body else body
        rows = part.get(ROWS[kind])
        if isinstance(rows, list):
            ended = [{**row, state: ENDED[kind]} for row in rows]
            part[ROWS[kind]] = [*ended, *rows] if ended_first else [*rows, *ended]
        return body

    service.change_answers(twice)
    other = {"filters": {"status": ["RUNNING"]} if kind == "sql" else {"name": ["*"]}}
    for result in (service.run("stopped", ids, check_mode=True), service.run("stopped", check_mode=True, **other)):
        assert [job["status"] for job in result["jobs"]] == [service.running] * 3
        assert all(job["changed"] for job in result["jobs"])


@pytest.mark.parametrize("kind", ROWS)
def test_a_job_that_two_pages_show_in_two_statuses(request, kind):
    """As above: the last of them is not the true one by being the last."""
    service = request.getfixturevalue(kind)
    service.many(150)
    state, shown = service.kind.state_field, []

    def again(dummy, body):
        part = body["job_list"] if kind == "flink" and "job_list" in body else body
        rows = part.get(ROWS[kind])
        if isinstance(rows, list) and len(rows) == 100:
            shown[:] = rows[-3:]
        elif isinstance(rows, list):
            part[ROWS[kind]] = [*({**row, state: ENDED[kind]} for row in shown), *rows]
        return body

    service.change_answers(again)
    ids = [*service.truth]
    other = {"filters": {"status": ["RUNNING"]} if kind == "sql" else {"name": ["*"]}}
    for result in (
        service.run("stopped", ids, check_mode=True),
        service.run("stopped", check_mode=True, max_jobs=150, **other),
    ):
        assert {job["status"] for job in result["jobs"]} == {service.running}
        assert len(result["jobs"]) == 150


# ---- totals ----


def test_a_list_that_counts_more_than_it_shows(flink, spark, mrs):
    """Read once, in steps of 100, and said so."""
    for service in (flink, spark, mrs):
        service.jobs({service.kind.name_field: "job-1", service.kind.state_field: service.running})
        service.emulator.settings.update({"unshown": 499})
        result = service.run("stopped", filters={"name": ["job-*"]}, check_mode=True)
        assert (result.failed, result["changed"], len(service.log)) == (False, True, 5)
        assert any("shows 1 of the 500 entries" in str(warning) for warning in result["warnings"])
        assert len(service.info(filters={"name": ["job-*"]})["jobs"]) == 1
        service.emulator.settings.update({"unshown": 0})


@pytest.mark.parametrize(("unshown", "offset"), [(0, "page"), (7, "page"), (0, "record"), (7, "record")])
def test_a_service_that_shows_less_than_it_is_asked_for(flink, spark, mrs, unshown, offset):
    mrs.answers(mrs_offset=offset)
    for service in (flink, spark, mrs):
        service.many(130)
        service.emulator.settings.update({"page_rows": 40, "unshown": unshown})
        result = service.info(filters={"name": ["job-*"]} if service is not mrs else None)
        assert (result["total"], bool(result.get("warnings"))) == (130, bool(unshown))
        service.emulator.settings.update({"page_rows": 0, "unshown": 0})


TOTALS = {"flink": "total_count", "spark": "total"}


def counting(service, kind: str, count) -> None:
    """The total of a list becomes count(rows of the page, total)."""

    def change(dummy, body):
        part = body["job_list"] if kind == "flink" and "job_list" in body else body
        if isinstance(part, dict) and TOTALS[kind] in part:
            part[TOTALS[kind]] = count(len(part[ROWS[kind]]), part[TOTALS[kind]])
        return body

    service.change_answers(change)


@pytest.mark.parametrize("kind", TOTALS)
@pytest.mark.parametrize(
    "count", [lambda rows, total: rows, lambda rows, total: min(total, 200)], ids=["page", "limit"]
)
def test_a_list_that_counts_fewer_than_it_has(request, kind, count):
    """A total of the page alone, or one with an upper limit: a full page may not be the last one."""
    service = request.getfixturevalue(kind)
    counting(service, kind, count)
    for there in (250, 400):
        service.many(there)
        result = service.run("stopped", filters={"name": ["job-*"]}, max_jobs=1000, check_mode=True)
        assert (result.failed, result["summary"]["changed"]) == (False, there)
        assert any("may be missing" in str(warning) for warning in result["warnings"])


@pytest.mark.parametrize("kind", TOTALS)
def test_a_full_page_is_no_proof_that_a_job_is_gone(request, kind):
    """A new one arrives, and moves one from the first page to the second."""
    service = request.getfixturevalue(kind)
    own, ids = service.kind.id_field, service.many(100)
    moved: list[dict] = []

    def arrived(dummy, body):
        part = body["job_list"] if kind == "flink" and "job_list" in body else body
        if service.writes and isinstance(part, dict) and TOTALS[kind] in part:
            rows = part[ROWS[kind]]
            moved[:] = [row for row in rows if row[own] == ids[50]] or moved
            new = {**moved[0], own: service.id(9000)}
            part[ROWS[kind]] = [new, *(row for row in rows if row[own] != ids[50])] if rows else moved
            part[TOTALS[kind]] = len(part[ROWS[kind]])
        return body

    service.change_answers(arrived)
    result = service.run("stopped", ids)
    assert (result.failed, result.job(ids[50])["status"]) == (False, service.truth[ids[50]])


def test_a_full_page_alone(flink, spark):
    """One more tells that it is all, or is refused. For jobs by id it is not asked for, as they are all there."""
    for service, refused in ((flink, False), (flink, True), (spark, False), (spark, True)):
        ids = service.many(100)
        if refused:
            service.fault(f"{service.path}$", "status", skip=1, times=None, status=400, body=refusal("DLI.0001"))
        result = service.info(filters={"name": ["job-*"]})
        assert (result["total"], result.get("warnings", [])) == (100, [])
        service.emulator.faults.clear()
        assert len(service.run("stopped", ids, check_mode=True)["jobs"]) == 100
        assert len(service.log) == 1


@pytest.mark.parametrize("kind", TOTALS)
def test_a_full_page_and_a_failure_after_it(request, kind):
    """That may be how the service answers beyond the end, so it is a warning. It is an error if there are more jobs for certain."""
    service = request.getfixturevalue(kind)
    fault = {"times": None, "status": 500, "body": refusal("DLI.0999", "no such page")}
    service.many(100)
    service.fault(f"{service.path}$", "status", skip=1, **fault)
    result = service.run("stopped", filters={"name": ["job-*"]}, check_mode=True, max_retries=0)
    assert (result.failed, len(result["jobs"]), len(service.log)) == (False, 100, 2)
    said = "the list may go on after its last page, which is full, so a job may be missing from it: GET "
    assert said in str(result["warnings"])
    assert "HTTP 500 DLI.0999: no such page" in str(result["warnings"])
    service.emulator.faults.clear()
    counting(service, kind, lambda rows, total: rows)
    service.many(250)
    service.fault(f"{service.path}$", "status", skip=2, **fault)
    check_refused(service.info(filters={"name": ["job-*"]}, max_retries=0), "HTTP 500 DLI.0999: no such page")


def test_a_list_that_claims_too_much(flink, spark, mrs):
    for service, at in ((flink, "job_list.total_count"), (spark, "total"), (mrs, "total_record")):
        service.many(3)
        service.fault(f"{service.path}$", "shape", at=at, value=100_000_000, times=None)
        check_refused(
            service.run("absent", filters={"name": ["job-*"]}), "claims to have 100000000 entries, more than 1000000"
        )
        assert len(service.log) == 1


# ---- jobs without a status, rows without an id ----


@pytest.mark.parametrize("value", [None, "", 5])
def test_a_row_without_a_status(flink, value):
    """A get tells; where it does not, the job has failed, and readers leave it out."""
    flink.jobs(
        *({"job_id": n, "name": f"job-{n}", "status": "job_running"} for n in (1, 2, 3)), {"job_id": 4, "name": "x"}
    )
    flink.fault("/jobs$", "shape", at="job_list.jobs.0.status", value=value, times=None)  # job 4, which is not chosen
    flink.fault("/jobs$", "shape", at="job_list.jobs.0.status", value=value, times=None)
    result = flink.run("stopped", filters={"name": ["job-*"]})
    assert (result.failed, result["summary"]["changed"]) == (False, 3)
    flink.emulator.faults.clear()
    flink.jobs(*({"job_id": n, "name": f"job-{n}", "status": "job_running"} for n in (1, 2, 3)))
    flink.fault("/jobs$", "shape", at="job_list.jobs.0.status", value=value, times=None)
    result = flink.run("stopped", filters={"name": ["job-*"], "status": ["job_running"]})
    assert (result.failed, result["summary"]["changed"]) == (False, 3)
    flink.fault("/jobs/3$", "shape", at="job_detail.status", value=None, times=None)
    flink.fault("/jobs$", "shape", at="job_list.jobs.0.status", value=value, times=None)
    result = flink.run("absent", filters={"name": ["job-*"]})
    assert [(job["id"], job["failed"]) for job in result["jobs"]] == [(2, False), (1, False), (3, True)]
    assert flink.truth == {1: None, 2: None, 3: "job_cancel_success"}
    assert "returns no status of this job" in result["msg"]
    read = flink.info(filters={"name": ["job-*"]})
    assert (read.failed, read["jobs"]) == (False, [])
    assert read["incomplete"][0].startswith("left out, as their status is not known: 3")
    by_id = flink.info(job_ids=[3])
    assert (by_id.failed, by_id["jobs"], len(flink.log)) == (False, [], 1)


@pytest.mark.parametrize("value", [None, "x/../y", {"a": 1}, -1, ""])
def test_a_row_without_an_id(flink, value):
    flink.many(3)
    flink.fault("/jobs$", "shape", at="job_list.jobs.1.job_id", value=value, times=None)
    result = flink.info()
    assert [job["job_id"] for job in result["jobs"]] == [3, 1]
    assert result["incomplete"] == ["entries of the list that have no usable id, and are left out: 1"]
    assert result["incomplete"][0] in str(result["warnings"])


@pytest.mark.parametrize("row", ["*", "0"])
@pytest.mark.parametrize("value", [None, True, "?"])
def test_a_row_without_an_id_is_no_proof_that_a_job_is_gone(flink, spark, mrs, value, row):
    """It may be that of any job, so a get tells."""
    of_all = (
        (flink, "job_list.jobs", ("stop", "delete")),
        (spark, "sessions", ("cancel",)),
        (mrs, "job_list", ("kill", "delete")),
    )
    for service, rows, writes in of_all:
        in_vain = {"script": {write: [] for write in writes}}
        kind = service.kind
        for state in ("stopped", "absent"):
            ids = service.jobs(*[{kind.state_field: service.running, **in_vain}] * 4)
            service.fault(f"{service.path}$", "shape", at=f"{rows}.{row}.{kind.id_field}", value=value, skip=1)
            result = service.run(state, ids, wait_timeout=4)
            assert (result.failed, result["summary"]["failed"]) == (True, 4), result["msg"]
            assert set(result.column("status").values()) == {service.running}
            service.emulator.faults.clear()


def test_only_rows_without_an_id(flink):
    """There are jobs, although none of them can be named."""
    flink.many(3)
    flink.change_answers(lambda request, body: json.loads(json.dumps(body).replace('"job_id"', '"id"')))
    said = "none is shown; entries of the list that have no usable id, and are left out: 3"
    for result in (flink.run("stopped", filters={"name": "*"}), flink.info(filters={"name": "*"})):
        assert (result.failed, result["msg"]) == (False, f"No job selected: {said}")


@pytest.mark.parametrize("hidden", [1, 5])
def test_jobs_that_are_counted_and_not_shown(flink, hidden):
    flink.jobs()
    flink.fault("/jobs$", "shape", at="job_list.total_count", value=hidden, times=None)
    said = f"No job selected: none is shown; the list shows 0 of the {hidden} entries that it counts"
    for result in (flink.run("stopped", filters={"name": "*"}), flink.info(filters={"name": "*"})):
        assert result["msg"].startswith(said)


def test_a_cluster_without_a_state(mrs):
    """The others can be named, and so can it."""
    mrs.job()
    mrs.fault("/cluster_infos$", "shape", at="clusters.0.clusterState", value=None, times=None)
    assert mrs.run("stopped", [mrs.id(5)], cluster_id=None, cluster_name="analytics")["changed"]


# ---- texts ----


def test_half_a_character(flink):
    """It costs neither door the result, and the stop was sent."""
    flink.job(fields={"name": "sur\ud800rog"}, stop=[{"status": "job_cancel_fail", "status_desc": "\udfff\ud800"}])
    result = flink.run("stopped", [5])
    assert (result["jobs"][0]["name"], result["changed"]) == ("sur\ufffdrog", True)
    assert "job_cancel_fail (\ufffd\ufffd)" in result["msg"]
    assert flink.info(job_ids=[5])["jobs"][0]["name"] == "sur\ufffdrog"


def test_control_characters(flink):
    bad = "\x1b[31mred\x1b]0;t\x07\x9b\u202e\u2028x"
    flink.job(stop=[{"status": "job_cancel_fail", "status_desc": bad}])
    result = flink.run("stopped", [5])
    assert result["msg"].isprintable()
    flink.job()
    flink.fault("/stop$", "status", status=400, body=refusal(f"DLI.1\x1b[0m{bad}", f"{bad}{'y' * 100_000}"))
    result = flink.run("stopped", [5])
    assert result["msg"].isprintable()
    assert all(str(part).isprintable() for part in result["jobs"][0]["error"].values())
    assert len(json.dumps(result)) < 10_000
    flink.job(bad)
    result = flink.run("stopped", [5], wait_timeout=0)
    assert result["msg"].isprintable()
    assert result["jobs"][0]["status"].isprintable()


# ---- an outdated token ----


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 403, "body": OUTDATED},
        {"status": 400, "body": refusal("DLI.0015")},
        {"status": 400, "body": refusal("DLI.10008")},
    ],
    ids=str,
)
def test_an_outdated_token(flink, fault):
    """One new login for a user, and advice about the credential, not about permissions, for a ready token."""
    flink.job()
    flink.fault("/jobs/5$", "status", **fault)
    result = flink.run("stopped", [5], flink.by_password)
    assert (result.failed, flink.total("logins")) == (False, 2)
    flink.job()
    flink.fault("/jobs/5$", "status", **fault)
    check_refused(flink.run("stopped", [5]), "the credential was not accepted", "get a new token")


def test_an_outdated_token_at_iam(flink):
    flink.fault(TOKENS, "status", status=403, body=OUTDATED)
    login = {**flink.by_token, "project_id": None, "auth_url": flink.emulator.url}
    told = flink.run("stopped", [5], login)
    check_refused(told, "GET", f"{TOKENS}: HTTP 403: the credential was not accepted", "get a new token")
    assert "permission" not in told["msg"]


def test_a_text_does_not_decide_whether_a_write_is_sent_again(flink):
    """There is a new login, then a look."""
    flink.job()
    flink.fault("/stop$", "status_after", status=403, body=OUTDATED)
    result = flink.run("stopped", [5], flink.by_password)
    assert (result.failed, result["changed"], len(flink.writes), flink.total("logins")) == (False, True, 1, 2)


# ---- answers that drip ----


@pytest.mark.parametrize("kind", ["drip", "drip_body", "drip_continue"])
def test_a_write_whose_answer_drips(flink, kind):
    flink.job()
    flink.fault("/stop$", kind, seconds=1)
    result = flink.run("stopped", [5], request_timeout=0.5)
    assert (result.failed, result["changed"], len(flink.writes)) == (False, True, 1)


def test_a_read_whose_answer_drips(flink):
    flink.job()
    flink.fault("/jobs/5$", "drip", seconds=1, times=None)
    told = flink.run("stopped", [5], request_timeout=2, max_retries=1)
    check_refused(
        told, f"GET {flink.emulator.url.partition('//')[2]}{JOBS}/5", "no answer within 2 s (request_timeout)"
    )
    assert len(flink.log) == 2


def test_a_refusal_of_many_words(flink, sql):
    """That in the body of a 2xx answer to a read, too, is cut, and no part of a secret is left at the end."""
    for service in (flink, sql):
        job = service.job()
        no = {"is_success": False, "message": "x" * 995 + "demo-token" * 9000}
        service.fault(service.path, "status", method="GET", status=200, body=no, times=None)
        for result in (service.run("stopped", [job]), service.run("stopped", filters=service.called("*"))):
            assert result.failed
            assert "demo" not in str(result["msg"])
            assert len(str(result)) < 10_000


@pytest.mark.parametrize("name", [5, 1.5])
def test_a_name_that_is_a_number(flink, mrs, spark, name):
    """It is shown as text, in progress, in warnings and in the result, and does not cost the report of what was sent."""
    for service, at in ((flink, "job_detail.name"), (spark, "name"), (mrs, "job_detail.job_name")):
        job = service.job()
        service.delays(**dict.fromkeys(("cancel", "spark_cancel", "mrs_kill"), 30))
        service.fault(f"{service.path}/.+", "shape", method="GET", at=at, value=name, times=None)
        result = service.run("stopped", [job], wait_timeout=10)
        assert "after 10 s (wait_timeout)" in result["msg"], result
        assert [one["name"] for one in result["jobs"]] == [str(name)]
    job = flink.job("job_cancel_success", fields={"has_savepoint": False})
    result = flink.run("stopped", [job], trigger_savepoint=True)
    assert f"5 ({name})" in str(result["warnings"])
