# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The MRS routes seen by the official SDK, which signs every request."""

from __future__ import annotations

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException, ServerResponseException
from huaweicloudsdkmrs import v1, v2

CLUSTER = "2b460e01-3351-4170-b0a7-57b9dd5ffef3"
JOB = "431b135e-c090-489f-b1db-0abe3822b855"


@pytest.fixture
def clusters(make_client):
    return make_client(v1.MrsClient)


@pytest.fixture
def sdk(make_client):
    return make_client(v2.MrsClient)


def test_list_clusters(clusters, emulator):
    emulator.world.add("clusters", {"clusterName": "a", "clusterState": "terminated"})
    emulator.world.add(
        "clusters", {"clusterId": CLUSTER, "clusterName": "analytics", "tags": {"team": "sales", "p": ""}}
    )
    request = v1.ListClustersRequest(page_size="100", current_page="1", cluster_state="running", tags="team*sales,p")
    answer = clusters.list_clusters(request)
    assert answer.cluster_total == 1
    assert [(entry.cluster_id, entry.cluster_name, entry.cluster_state) for entry in answer.clusters] == [
        (CLUSTER, "analytics", "running")
    ]
    assert len(answer.clusters[0].create_at) == 10


def test_show_cluster(clusters, emulator):
    emulator.world.add("clusters", {"clusterId": CLUSTER, "clusterName": "analytics"})
    cluster = clusters.show_cluster_details(v1.ShowClusterDetailsRequest(cluster_id=CLUSTER)).cluster
    assert (cluster.cluster_id, cluster.cluster_name, cluster.cluster_state) == (CLUSTER, "analytics", "running")
    assert (cluster.total_node_num, cluster.tenant_id) == ("5", "0123456789abcdef0123456789abcdef")


def test_unknown_cluster(clusters, sdk):
    for call, request in (
        (clusters.show_cluster_details, v1.ShowClusterDetailsRequest(cluster_id=CLUSTER)),
        (sdk.show_job_exe_list_new, v2.ShowJobExeListNewRequest(cluster_id=CLUSTER)),
    ):
        with pytest.raises(ClientRequestException) as caught:
            call(request)
        assert (caught.value.status_code, caught.value.error_code) == (400, "12000003")
        assert caught.value.error_msg == "The cluster does not exist."


def test_list_jobs(sdk, add_mrs_job):
    add_mrs_job(job_id=JOB, job_name="pi", user="etl", queue="q", age=5)
    add_mrs_job(job_name="other")
    request = v2.ShowJobExeListNewRequest(
        cluster_id=CLUSTER,
        job_name="pi",
        job_id=JOB,
        user="etl",
        job_type="SparkSubmit",
        job_state="RUNNING",
        job_result="UNDEFINED",
        queue="q",
        limit="100",
        offset="1",
        sort_by="desc",
        submitted_time_begin=1,
        submitted_time_end=2**42,
    )
    answer = sdk.show_job_exe_list_new(request)
    assert (answer.status_code, answer.total_record) == (202, 1)
    assert [(job.job_id, job.job_name, job.user) for job in answer.job_list] == [(JOB, "pi", "etl")]


def test_get_job(sdk, add_mrs_job):
    add_mrs_job(job_id=JOB, job_state="FINISHED", arguments="[--class, a.B]", age=60)
    job = sdk.show_single_job_exe(v2.ShowSingleJobExeRequest(cluster_id=CLUSTER, job_execution_id=JOB)).job_detail
    assert (job.job_state, job.job_result, job.job_progress) == ("FINISHED", "SUCCEEDED", 100)
    assert (job.arguments, job.properties, job.queue) == ("[--class, a.B]", "{}", "default")
    assert job.finished_time >= job.submitted_time > 1_700_000_000_000
    assert job.elapsed_time == job.finished_time - job.started_time


@pytest.mark.parametrize(
    ("status", "error", "keys"),
    [(400, ClientRequestException, "error_code"), (500, ServerResponseException, "errorCode")],
)
def test_unknown_job(sdk, answers, add_mrs_job, status, error, keys):
    answers(mrs_error_status=status, mrs_error_keys=keys)
    add_mrs_job()
    with pytest.raises(error) as caught:
        sdk.show_single_job_exe(v2.ShowSingleJobExeRequest(cluster_id=CLUSTER, job_execution_id=JOB))
    assert (caught.value.status_code, caught.value.error_code) == (status, "0176")


@pytest.mark.parametrize("body", ["empty", "result"])
def test_kill(sdk, emulator, answers, add_mrs_job, body):
    answers(mrs_kill_body=body)
    add_mrs_job(job_id=JOB)
    assert sdk.stop_job(v2.StopJobRequest(cluster_id=CLUSTER, job_execution_id=JOB)).status_code == 202
    assert emulator.world["mrs_jobs"].jobs[JOB].status == "KILLED"
    template = "/v2/{project_id}/clusters/{cluster_id}/job-executions/{job_execution_id}/kill"
    assert emulator.log.summary()["counts"] == {f"POST {template}": 1}


@pytest.mark.parametrize("status", [200, 202, 204])
def test_delete(sdk, emulator, answers, call, add_mrs_job, status):
    answers(mrs_delete_status=status)
    job_ids = [add_mrs_job(job_state="FINISHED"), add_mrs_job(job_state="KILLED")]
    request = v2.BatchDeleteJobsRequest(cluster_id=CLUSTER, body=v2.JobBatchDelete(job_id_list=job_ids))
    assert sdk.batch_delete_jobs(request).status_code == status
    assert emulator.log.summary()["writes"] == 1
    assert [call.mrs_state(job_id) for job_id in job_ids] == [None, None]


def test_wrong_key(make_client):
    with pytest.raises(ClientRequestException) as caught:
        make_client(v2.MrsClient, secret="SKwrong").stop_job(
            v2.StopJobRequest(cluster_id=CLUSTER, job_execution_id=JOB)
        )
    assert (caught.value.status_code, caught.value.error_code) == (401, "APIGW.0301")
