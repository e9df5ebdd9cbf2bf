# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Flink routes seen by the official SDK, which signs every request."""

from __future__ import annotations

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkcore.region.region import Region
from huaweicloudsdkdli.v1 import (
    BatchDeleteFlinkJobsRequest,
    BatchDeleteFlinkJobsRequestBody,
    BatchRunFlinkJobsRequest,
    BatchRunFlinkJobsRequestBody,
    BatchStopFlinkJobsRequest,
    DeleteFlinkJobRequest,
    DliClient,
    ExportFlinkJobsRequest,
    ExportFlinkJobsRequestBody,
    ListFlinkJobsRequest,
    ShowFlinkJobRequest,
    StopFlinkJobsRequestBody,
)

PROJECT = "0123456789abcdef0123456789abcdef"
ACCESS, SECRET = "AKDEMO0000000000001", "SKdemo/secret+key000000000000000000000001"


@pytest.fixture
def sdk(make_client):
    return make_client(DliClient)


def test_list(sdk, add_job):
    add_job(job_id=7, name="first job", tags={"k": "v", "k2": "v2"}, age=5)
    add_job(job_id=8, name="other")
    request = ListFlinkJobsRequest(
        name="first job", limit=100, offset=0, show_detail=True, tags="k=v,k2=v2", order="asc"
    )
    answer = sdk.list_flink_jobs(request)
    assert answer.is_success == "true"
    assert answer.job_list.total_count == 1
    assert [(job.job_id, job.name, job.project_id) for job in answer.job_list.jobs] == [(7, "first job", PROJECT)]


def test_get(sdk, add_job):
    add_job(job_id=128, name="orders", queue_name="streaming", age=10)
    detail = sdk.show_flink_job(ShowFlinkJobRequest(job_id=128)).job_detail
    assert (detail.job_id, detail.name, detail.status, detail.queue_name) == (128, "orders", "job_running", "streaming")
    assert detail.create_time > 1_700_000_000_000


def test_get_of_an_unknown_job(sdk):
    with pytest.raises(ClientRequestException) as caught:
        sdk.show_flink_job(ShowFlinkJobRequest(job_id=9))
    assert (caught.value.status_code, caught.value.error_code) == (400, "DLI.16001")
    assert caught.value.request_id


def test_stop(sdk, add_job, call):
    ids = [add_job(), add_job()]
    body = StopFlinkJobsRequestBody(job_ids=ids, trigger_savepoint=True)
    answer = sdk.batch_stop_flink_jobs(BatchStopFlinkJobsRequest(body=body))
    assert [element.is_success for element in answer.body] == ["true", "true"]
    assert [call.status(job_id) for job_id in ids] == ["job_cancel_success"] * 2


def test_run(sdk, add_job, call):
    job_id = add_job(status="job_cancel_success", has_savepoint=True)
    body = BatchRunFlinkJobsRequestBody(job_ids=[job_id], resume_savepoint=True)
    answer = sdk.batch_run_flink_jobs(BatchRunFlinkJobsRequest(body=body))
    assert [element.is_success for element in answer.body] == ["true"]
    assert call.status(job_id) == "job_running"


def test_delete(sdk, add_job, call):
    ids = [add_job(), add_job(status="job_finish")]
    answer = sdk.batch_delete_flink_jobs(BatchDeleteFlinkJobsRequest(body=BatchDeleteFlinkJobsRequestBody(job_ids=ids)))
    assert [element.is_success for element in answer.body] == ["true", "true"]
    assert [call.status(job_id) for job_id in ids] == [None, None]


def test_export(sdk, emulator, add_job):
    ids = [add_job(name="orders"), add_job(status="job_finish")]
    body = ExportFlinkJobsRequestBody(obs_dir="ops-bucket/backup", is_selected=True, job_selected=ids)
    answer = sdk.export_flink_jobs(ExportFlinkJobsRequest(body=body))
    assert (answer.is_success, answer.zip_file) == ("true", ["ops-bucket/backup/orders_1.zip"])
    assert emulator.world.files == {"ops-bucket/backup/orders_1.zip": ids}


def test_delete_one(sdk, add_job, call):
    job_id = add_job()
    assert sdk.delete_flink_job(DeleteFlinkJobRequest(job_id=job_id)).is_success == "true"
    assert call.status(job_id) is None


@pytest.mark.parametrize("wrong", [{"secret": "SKwrong"}, {"access": "AKNOBODY"}, {"security_token": "not-mine"}])
def test_wrong_key(make_client, wrong):
    with pytest.raises(ClientRequestException) as caught:
        make_client(DliClient, **wrong).list_flink_jobs(ListFlinkJobsRequest())
    assert (caught.value.status_code, caught.value.error_code) == (401, "APIGW.0301")


def test_temporary_key(emulator, make_client):
    key = emulator.world.identities.access_keys["AKTEMP0000000000001"]
    client = make_client(DliClient, key["access"], key["secret"], security_token=key["security_token"])
    assert client.list_flink_jobs(ListFlinkJobsRequest()).job_list.total_count == 0


def test_temporary_key_without_its_token(emulator, make_client):
    key = emulator.world.identities.access_keys["AKTEMP0000000000001"]
    with pytest.raises(ClientRequestException) as caught:
        make_client(DliClient, key["access"], key["secret"]).list_flink_jobs(ListFlinkJobsRequest())
    assert caught.value.status_code == 401


def test_project_id_from_the_region(emulator):
    """Without a project id the SDK asks IAM for the project that is named like the region."""
    credentials = BasicCredentials(ACCESS, SECRET).with_iam_endpoint(emulator.url)
    region = Region("eu-de", emulator.url)
    client = DliClient.new_builder().with_credentials(credentials).with_region(region).build()
    assert client.list_flink_jobs(ListFlinkJobsRequest()).job_list.total_count == 0
    assert emulator.log.summary()["counts"]["GET /v3/projects"] == 1
