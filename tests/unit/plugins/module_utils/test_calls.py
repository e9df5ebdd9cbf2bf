# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exact requests of a task, one by one: what is sent, with which headers, and nothing else."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.context import Context
from ansible_collections.otc.bigdata.plugins.module_utils._jobs.list_jobs import list_jobs
from ansible_collections.otc.bigdata.plugins.module_utils._jobs.reconcile import reconcile
from ansible_collections.otc.bigdata.plugins.module_utils._services.flink_jobs import FlinkJobs
from ansible_collections.otc.bigdata.plugins.module_utils._version import VERSION
from ansible_collections.otc.bigdata.tests.unit.utils.scripted_http import Call, Script

IAM, DLI = "https://iam.test/v3/auth/tokens", "https://dli.test/v1.0/p1/streaming/jobs"
OPTIONS = {
    "token": "secret-token",
    "project_id": "p1",
    "endpoints": {"iam": "https://iam.test", "dli": "https://dli.test"},
    "request_timeout": 60,
    "max_retries": 0,
    "max_concurrency": 8,
    "state": "stopped",
    "job_ids": None,
    "filters": None,
    "trigger_savepoint": False,
    "resume_savepoint": False,
    "max_jobs": 100,
    "trust_server_filters": False,
    "ignore_missing": False,
    "drain_timeout": 0,
    "wait": True,
    "wait_timeout": 5,
    "wait_interval": 0.01,
}
GONE = {"error_code": "DLI.16001", "error_msg": "The job does not exist."}
Start = t.Callable[..., Script]


def stop(check_mode: bool = False, **options: t.Any) -> dict[str, t.Any]:
    return reconcile(FlinkJobs, {**OPTIONS, **options}, Context({}, check_mode))


def detail(job_id: int, status: str, **more: t.Any) -> Call:
    job = {"job_id": job_id, "name": f"job-{job_id}", "status": status, **more}
    return Call("GET", f"{DLI}/{job_id}", {"is_success": "true", "job_detail": job})


def write(action: str, ids: list[int], answer: t.Any = None, **more: t.Any) -> Call:
    body = {"job_ids": ids, **({"trigger_savepoint": False} if action == "stop" else {}), **more.pop("extra", {})}
    return Call("POST", f"{DLI}/{action}", answer, body=body, **more)


def listed(offset: int, jobs: list[dict[str, t.Any]], total: int) -> Call:
    query = {"limit": "100", "offset": str(offset), "order": "desc"}
    return Call("GET", DLI, {"is_success": True, "job_list": {"total_count": total, "jobs": jobs}}, query=query)


def test_one_job_costs_a_get_a_write_and_a_get(script: Start) -> None:
    wire = script(
        detail(128, "job_running"),
        write("stop", [128], [{"is_success": "true", "message": ""}], extra={"trigger_savepoint": True}),
        detail(128, "job_cancel_success"),
    )
    result = stop(job_ids=["128"], trigger_savepoint=True)
    assert result["jobs"] == [
        {
            "id": 128,
            "name": "job-128",
            "changed": True,
            "failed": False,
            "action": "stop",
            "status_before": "job_running",
            "status": "job_cancel_success",
            "msg": "",
        }
    ]
    for request in wire.sent:
        assert request.headers["X-Auth-Token"] == "secret-token"
        assert request.headers["X-Language"] == "en-us"
        assert request.headers["Content-Type"] == "application/json"
        assert request.headers["User-Agent"] == f"otc.bigdata/{VERSION}"
        assert "Cookie" not in request.headers


def test_check_mode_sends_only_the_reads(script: Start) -> None:
    script(detail(128, "job_running"))
    result = stop(check_mode=True, job_ids=["128"])
    assert (result["changed"], result["jobs"][0]["action"], result["jobs"][0]["status"]) == (
        True,
        "stop",
        "job_running",
    )
    assert result["msg"] == "Would stop 1 of 1 job"


def test_password_login_comes_first_and_once(script: Start) -> None:
    user = {"name": "u", "password": "p", "domain": {"name": "d"}}
    login = {
        "auth": {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"name": "eu-de_n", "domain": {"name": "d"}}},
        }
    }
    token = {"token": {"project": {"id": "p1", "name": "eu-de_n"}, "catalog": []}}
    wire = script(
        Call("POST", IAM, token, status=201, body=login, headers={"X-Subject-Token": "from-login"}),
        detail(128, "job_finish"),
    )
    credentials = {"token": None, "username": "u", "password": "p", "user_domain_name": "d"}
    result = stop(job_ids=["128"], project_id=None, project_name="eu-de_n", **credentials)
    assert result["failed"] is False
    assert "X-Auth-Token" not in wire.sent[0].headers
    assert wire.sent[1].headers["X-Auth-Token"] == "from-login"


def test_project_of_a_token(script: Start) -> None:
    wire = script(Call("GET", IAM, {"token": {"project": {"id": "p1"}}}), detail(128, "job_finish"))
    assert stop(job_ids=["128"], project_id=None)["msg"] == "1 of 1 job already stopped"
    assert wire.sent[0].headers["X-Subject-Token"] == "secret-token"


@pytest.mark.parametrize(("total", "gets", "pages"), [(250, 0, 3), (950, 3, 1)])
def test_the_cheaper_way_to_read(script: Start, total: int, gets: int, pages: int) -> None:
    """Three jobs, which are on the last page of the list."""
    every = [{"job_id": n, "name": "x", "status": "job_finish"} for n in range(1, total + 1)]
    ids = [str(n) for n in range(total - 2, total + 1)]
    chunks = [listed(start, every[start : start + 100], total) for start in range(0, total, 100)]
    script(*chunks[:pages], *[detail(int(n), "job_finish") for n in ids][:gets])
    assert stop(job_ids=ids)["summary"] == {"total": 3, "changed": 0, "unchanged": 3, "failed": 0}


def test_a_list_is_no_proof_that_a_job_does_not_exist(script: Start) -> None:
    """A sub-user's list is empty although its jobs can be read one by one."""
    script(listed(0, [], 0), *[detail(n, "job_finish") for n in (1, 2)], Call("GET", f"{DLI}/3", GONE, status=400))
    result = stop(job_ids=["1", "2", "3"])
    assert [job["status"] for job in result["jobs"]] == ["job_finish", "job_finish", None]
    assert result["jobs"][2]["error"] == {"code": None, "status": None, "request_id": None, "message": None}


def test_a_refused_batch_is_read_again_and_then_sent_job_by_job(script: Start) -> None:
    refusal = [{"error_code": "DLI.15002", "error_msg": "not in this state"}]
    script(
        *[detail(n, "job_running") for n in (1, 2)],
        write("stop", [1, 2], refusal, status=400),
        *[detail(n, "job_running") for n in (1, 2)],
        write("stop", [1], [{"is_success": True}]),
        write("stop", [2], refusal, status=400),
        *[detail(n, status) for n, status in ((1, "job_cancel_success"), (2, "job_running"))],
        detail(2, "job_running"),
    )
    result = stop(job_ids=["1", "2"])
    assert [(job["changed"], job["failed"]) for job in result["jobs"]] == [(True, False), (False, True)]
    assert result["jobs"][1]["error"]["code"] == "DLI.15002"
    assert (result["changed"], result["failed"]) == (True, True)


def test_what_stood_in_the_way_of_a_batch_has_gone(script: Start) -> None:
    """One of three jobs vanished before the batch: the other two go together again, not one by one."""
    script(
        listed(0, [{"job_id": n, "status": "job_finish"} for n in (1, 2, 3)], 3),
        write("delete", [1, 2, 3], [{"error_code": "DLI.17001", "error_msg": "unknown"}], status=400),
        listed(0, [{"job_id": n, "status": "job_finish"} for n in (1, 2)], 2),
        write("delete", [1, 2], {"is_success": "true"}),
        *[Call("GET", f"{DLI}/{n}", GONE, status=400) for n in (1, 2)],
    )
    result = stop(state="absent", job_ids=["1", "2", "3"])
    assert result["summary"] == {"total": 3, "changed": 3, "unchanged": 0, "failed": 0}


def test_a_no_in_a_mixed_answer_is_asked_again_alone(script: Start) -> None:
    mixed = [{"is_success": "true"}, {"is_success": "false", "message": "busy"}]
    script(
        *[detail(n, "job_finish") for n in (1, 2)],
        write("delete", [1, 2], mixed),
        Call("GET", f"{DLI}/1", GONE, status=400),
        detail(2, "job_finish"),
        write("delete", [2], [{"is_success": False, "message": "busy"}]),
        *[detail(2, "job_finish")] * 2,
    )
    result = stop(state="absent", job_ids=["1", "2"])
    assert [job["failed"] for job in result["jobs"]] == [False, True]
    assert "busy" in result["jobs"][1]["msg"]


def test_a_lost_answer_is_read_before_anything_is_repeated(script: Start) -> None:
    script(
        detail(1, "job_running"),
        write("stop", [1], b"<html>", status=504),
        detail(1, "job_canceling"),
        detail(1, "job_cancel_success"),
    )
    result = stop(job_ids=["1"])
    assert (result["changed"], result["failed"]) == (True, False)


def test_nothing_is_repeated_as_long_as_the_job_cannot_be_read(script: Start) -> None:
    script(
        detail(1, "job_running"),
        write("stop", [1], b"<html>", status=504),
        Call("GET", f"{DLI}/1", b"<html>", status=502),
        Call("GET", f"{DLI}/1", b"<html>", status=502),
        detail(1, "job_cancel_success"),
    )
    result = stop(job_ids=["1"])
    assert (result["changed"], result["failed"]) == (True, False)


def test_an_answer_about_another_job_is_no_answer(script: Start) -> None:
    other = {"is_success": "true", "job_detail": {"job_id": 999, "name": "x", "status": "job_finish"}}
    script(*[Call("GET", f"{DLI}/1", other)] * 3)
    result = stop(job_ids=["1"], max_retries=2)
    assert (result["failed"], result["jobs"][0]["status"]) == (True, None)
    assert "has no status of this job" in result["msg"]


def test_an_answer_that_is_no_job_is_asked_for_again(script: Start) -> None:
    script(Call("GET", f"{DLI}/1"), Call("GET", f"{DLI}/1", {"job_detail": {"job_id": 1}}), detail(1, "job_finish"))
    assert stop(job_ids=["1"], max_retries=2)["failed"] is False


def test_no_request_is_repeated_without_retries(script: Start) -> None:
    script(Call("GET", f"{DLI}/1"))
    assert "unknown shape" in stop(job_ids=["1"], max_retries=0)["msg"]


def test_without_waiting_an_accepted_write_is_the_end(script: Start) -> None:
    script(detail(1, "job_running"), write("stop", [1], [{"is_success": "true"}]))
    result = stop(job_ids=["1"], wait=False)
    assert (result["msg"], result["jobs"][0]["status"]) == ("Asked to stop 1 of 1 job", "job_running")


def test_an_empty_id_list_sends_nothing(script: Start) -> None:
    script()
    assert stop(job_ids=[]) == {
        "changed": False,
        "failed": False,
        "msg": "No job selected",
        "jobs": [],
        "summary": {"total": 0, "changed": 0, "unchanged": 0, "failed": 0},
        "warnings": [],
    }


def test_a_list_that_moves_is_read_again(script: Start) -> None:
    """A job that appears while the pages are read pushes another one from the first page to the second."""
    jobs = [{"job_id": n, "name": "x", "status": "job_running"} for n in range(1, 121)]
    new = {"job_id": 999, "name": "x", "status": "job_running"}
    script(
        listed(0, jobs[:100], 120),
        listed(100, jobs[99:], 121),
        listed(0, [new, *jobs[:99]], 121),
        listed(100, jobs[99:], 121),
    )
    filters = {"name": ["x"]}
    result = list_jobs(FlinkJobs, {**OPTIONS, "filters": filters, "details": False}, Context({}))
    assert sorted(job["job_id"] for job in result["jobs"]) == [*range(1, 121), 999]


def test_a_filter_that_the_answer_does_not_confirm(script: Start) -> None:
    jobs = [{"job_id": 1, "name": "x", "status": "job_finish"}]
    page = listed(0, jobs, 1)
    page.query = {**page.query, "tags": "team=sales,stage=prod"}
    script(page)
    result = stop(state="absent", filters={"tags": {"team": "sales", "stage": "prod"}})
    assert result["failed"] is True
    assert "filters.tags" in result["msg"]
    assert "trust_server_filters" in result["msg"]
