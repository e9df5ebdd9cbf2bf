# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The batch routes seen by the official SDK, which signs every request."""

from __future__ import annotations

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkdli.v1 import (
    CancelSparkJobRequest,
    DliClient,
    ListSparkJobsRequest,
    ShowSparkJobRequest,
    ShowSparkJobStatusRequest,
)

BATCH = "0a324461-d9d9-45da-a52a-3b3c7a3d809e"


@pytest.fixture
def sdk(make_client):
    return make_client(DliClient)


def test_list(sdk, add_batch):
    add_batch(id=BATCH, name="first batch", queue="q", age=5)
    add_batch(name="other")
    request = ListSparkJobsRequest(
        job_name="first batch",
        job_id=BATCH,
        queue_name="q",
        cluster_name="q",
        state="running",
        _from=0,
        size=100,
        start=1,
        end=2**42,
        order="CREATE_TIME_ASC",
    )
    answer = sdk.list_spark_jobs(request)
    assert (answer._from, answer.total) == (0, 1)
    assert [(batch.id, batch.name, batch.queue, batch.state) for batch in answer.sessions] == [
        (BATCH, "first batch", "q", "running")
    ]
    assert answer.sessions[0].duration >= 5000


def test_get(sdk, add_batch):
    add_batch(id=BATCH, name="n", owner="etl", age=10, appId="application_1")
    detail = sdk.show_spark_job(ShowSparkJobRequest(batch_id=BATCH))
    assert (detail.id, detail.name, detail.state, detail.owner, detail.app_id) == (
        BATCH,
        "n",
        "running",
        "etl",
        "application_1",
    )
    assert detail.create_time > 1_700_000_000_000
    assert (detail.kind, detail.sc_type, detail.spark_version) == ("spark", "A", "3.3.1")


def test_state(sdk, answers, add_batch):
    answers(spark_state="capital")
    add_batch(id=BATCH, state="success")
    answer = sdk.show_spark_job_status(ShowSparkJobStatusRequest(batch_id=BATCH))
    assert (answer.id, answer.state) == (BATCH, "Success")


def test_cancel(sdk, emulator, add_batch):
    add_batch(id=BATCH)
    assert sdk.cancel_spark_job(CancelSparkJobRequest(batch_id=BATCH)).msg == "deleted"
    assert emulator.world["batches"].jobs[BATCH].status == "dead"
    summary = emulator.log.summary()
    assert summary["writes"] == summary["counts"]["DELETE /v2.0/{project_id}/batches/{batch_id}"] == 1


def test_cancel_without_a_body(sdk, answers, add_batch):
    answers(spark_cancel="204")
    assert sdk.cancel_spark_job(CancelSparkJobRequest(batch_id=add_batch())).msg is None


@pytest.mark.parametrize(("code", "status"), [("DLI.0002", 400), ("DLI.0023", 404)])
def test_unknown(sdk, answers, code, status):
    answers(spark_not_found=code)
    with pytest.raises(ClientRequestException) as caught:
        sdk.show_spark_job(ShowSparkJobRequest(batch_id=BATCH))
    assert (caught.value.status_code, caught.value.error_code) == (status, code)
    assert caught.value.request_id


def test_wrong_key(make_client):
    with pytest.raises(ClientRequestException) as caught:
        make_client(DliClient, secret="SKwrong").cancel_spark_job(CancelSparkJobRequest(batch_id=BATCH))
    assert (caught.value.status_code, caught.value.error_code) == (401, "APIGW.0301")
