# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The routes of SQL jobs seen by the official SDK, which signs every request."""

from __future__ import annotations

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkdli.v1 import (
    CancelSqlJobRequest,
    DliClient,
    ListSqlJobsRequest,
    ShowSqlJobDetailRequest,
    ShowSqlJobProgressRequest,
    ShowSqlJobStatusRequest,
)

JOB = "6d2146a0-c2d5-41bd-8ca0-ca9694ada992"


@pytest.fixture
def sdk(make_client):
    return make_client(DliClient)


def test_list(sdk, add_sql_job):
    tags = {"team": "night", "job name": "a b"}
    add_sql_job(job_id=JOB, queue_name="etl_night", owner="etl", statement="SELECT 1 -- ünï", tags=tags, age=5)
    add_sql_job()
    request = ListSqlJobsRequest(
        current_page=1,
        page_size=100,
        start=1,
        end=2**42,
        job_status="RUNNING",
        job_type="QUERY",
        job_types=["DDL", "QUERY"],
        job_id=JOB,
        queue_name="etl_night",
        owner="etl",
        sql_pattern="select 1 -- Ü",
        tags="team=night,job name=a b",
        order="start_time_asc",
    )
    answer = sdk.list_sql_jobs(request)
    assert (answer.is_success, answer.message, answer.job_count) == (True, "", 1)
    (job,) = answer.jobs
    assert (job.job_id, job.job_type, job.queue_name, job.owner, job.status, job.end_time) == (
        JOB,
        "QUERY",
        "etl_night",
        "etl",
        "RUNNING",
        None,
    )
    assert job.start_time > 1_700_000_000_000
    assert job.duration >= 5000
    assert [(tag.key, tag.value) for tag in job.tags] == [*tags.items()]
    assert (job.statement, job.engine_type, job.with_column_header) == ("SELECT 1 -- ünï", "spark", False)


def test_list_of_all(sdk, add_sql_job):
    add_sql_job(count=60)
    answer = sdk.list_sql_jobs(ListSqlJobsRequest())
    assert (answer.job_count, len(answer.jobs), answer.jobs[0].tags) == (60, 50, None)


@pytest.mark.parametrize(
    "query", [{"page_size": 101}, {"current_page": 101}, {"db_name": "d"}, {"job_status": "CANCELED"}]
)
def test_a_list_that_is_refused(sdk, query):
    with pytest.raises(ClientRequestException) as caught:
        sdk.list_sql_jobs(ListSqlJobsRequest(**query))
    assert (caught.value.status_code, caught.value.error_code) == (400, "DLI.0001")


def test_status(sdk, add_sql_job):
    add_sql_job(job_id=JOB, status="FAILED", message="no such table", tags={"k": "v"}, result_count=3, age=10)
    answer = sdk.show_sql_job_status(ShowSqlJobStatusRequest(job_id=JOB))
    assert (answer.is_success, answer.message, answer.job_id, answer.status) == (True, "no such table", JOB, "FAILED")
    assert (answer.job_mode, answer.result_count, answer.statement) == ("async", 3, "SELECT 1")
    assert [(tag.key, tag.value) for tag in answer.tags] == [("k", "v")]
    assert answer.start_time > 1_700_000_000_000


def test_detail(sdk, add_sql_job):
    add_sql_job(job_id=JOB, job_type="EXPORT", data_path="obs://b/p", export_mode="Overwrite", database_name="d")
    answer = sdk.show_sql_job_detail(ShowSqlJobDetailRequest(job_id=JOB))
    assert (answer.is_success, answer.job_id, answer.owner) == (True, JOB, "demo")
    assert (answer.data_path, answer.export_mode, answer.database_name) == ("obs://b/p", "Overwrite", "d")


def test_progress(sdk, add_sql_job):
    add_sql_job(job_id=JOB, progress=0.25)
    answer = sdk.show_sql_job_progress(ShowSqlJobProgressRequest(job_id=JOB))
    assert (answer.job_id, answer.status, answer.progress, answer.sub_job_id) == (JOB, "RUNNING", 0.25, 0)
    assert [(sub_job.id, sub_job.job_group) for sub_job in answer.sub_jobs] == [(0, JOB)]
    ended = sdk.show_sql_job_progress(ShowSqlJobProgressRequest(job_id=add_sql_job(status="FINISHED")))
    assert (ended.progress, ended.sub_job_id, ended.sub_jobs) == (1, None, None)


def test_cancel(sdk, emulator, add_sql_job):
    add_sql_job(job_id=JOB)
    answer = sdk.cancel_sql_job(CancelSqlJobRequest(job_id=JOB))
    assert (answer.is_success, answer.message) == (True, "")
    assert emulator.world["sql_jobs"].jobs[JOB].status == "CANCELLED"
    summary = emulator.log.summary()
    assert summary["writes"] == summary["counts"]["DELETE /v1.0/{project_id}/jobs/{job_id}"] == 1


def test_a_cancel_without_success(sdk, add_sql_job):
    add_sql_job(job_id=JOB, refuse={"cancel": "false"})
    assert sdk.cancel_sql_job(CancelSqlJobRequest(job_id=JOB)).is_success is False


@pytest.mark.parametrize(("code", "status"), [("DLI.0002", 400), ("DLI.0023", 404), ("DLI.0001", 400)])
def test_unknown(sdk, answers, code, status):
    answers(sql_not_found=code)
    for call, request in (
        (sdk.show_sql_job_status, ShowSqlJobStatusRequest),
        (sdk.show_sql_job_detail, ShowSqlJobDetailRequest),
        (sdk.show_sql_job_progress, ShowSqlJobProgressRequest),
        (sdk.cancel_sql_job, CancelSqlJobRequest),
    ):
        with pytest.raises(ClientRequestException) as caught:
            call(request(job_id=JOB))
        assert (caught.value.status_code, caught.value.error_code) == (status, code)
        assert caught.value.request_id


def test_no_permission(sdk, add_sql_job):
    add_sql_job(job_id=JOB, refuse={"cancel": "DLI.0003"})
    with pytest.raises(ClientRequestException) as caught:
        sdk.cancel_sql_job(CancelSqlJobRequest(job_id=JOB))
    assert (caught.value.status_code, caught.value.error_code) == (403, "DLI.0003")


def test_wrong_key(make_client):
    with pytest.raises(ClientRequestException) as caught:
        make_client(DliClient, secret="SKwrong").cancel_sql_job(CancelSqlJobRequest(job_id=JOB))
    assert (caught.value.status_code, caught.value.error_code) == (401, "APIGW.0301")
