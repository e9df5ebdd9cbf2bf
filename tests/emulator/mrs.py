# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters and jobs of the MapReduce Service, MRS. Page ids are those of the MRS API reference."""

from __future__ import annotations

import re

from . import auth
from .checks import MAX_LONG, WORD, Query, json_object
from .service import Service, in_ms, is_error, localised, most_ids, stamped, write_batch
from .settings import SettingError
from .wire import ApiError, Reply, Request
from .world import GONE, Filter, Job, JobKind, View, World, id_check, numbered_uuids

ANSWERS = {
    "mrs_read_status": (202, 200),  # of job reads: documented for compatibility, and the usual one
    "mrs_delete_status": (202, 200, 204),
    "mrs_kill_body": ("empty", "result"),  # nothing, {"result": "succeeded"}
    "mrs_error_status": (400, 500),  # of the codes with four digits: observed, documented
    "mrs_error_keys": ("mixed", "error_code", "errorCode"),  # mixed: error_code with four digits, else errorCode
    "mrs_not_found": ("0176", "0201"),
    "mrs_offset": ("page", "record"),  # the number of a page, or of a record; both begin with 1
    "mrs_numbers": ("numbers", "strings"),
    "mrs_new": ("New", "NEW"),
    "mrs_list_tags": ("no", "text"),  # of clusters: as documented, and as other clients read them
    "mrs_delete_unknown": ("refuse", "ignore"),  # 0161 for the whole call, or as if the id was not there
    "mrs_delete_active": ("refuse", "record_only"),  # 0183, or the record goes while the application runs on
    "mrs_kill_final": ("accept", "refuse"),  # kill of a job that has ended: nothing happens, 0175
    "mrs_kill_spark_sql": ("refuse", "accept"),  # the user guide says that such jobs cannot be stopped
    "mrs_agency_kill": ("accept", "refuse"),  # kill by an agency: as by a user, or 0192
    "mrs_unknown_cluster": ("12000003", "12000002"),
    "mrs_limit": ("refuse", "cut", "accept"),  # a limit above 100: an error, 100 jobs, as many jobs as asked for
    "mrs_cluster_total": ("text", "number"),
}
DELAYS = {"mrs_kill": 0, "mrs_delete": 0}

CLUSTER_STATES = {
    *("starting", "running", "terminated", "failed", "abnormal", "terminating", "frozen", "scaling-out", "scaling-in"),
}
RESULTS = {"FINISHED": "SUCCEEDED", "FAILED": "FAILED", "KILLED": "KILLED"}  # of the states in which nothing runs
BEING_SUBMITTED = {"NEW", "NEW_SAVING", "SUBMITTED"}
JOB_STATES = {*RESULTS, *BEING_SUBMITTED, "New", "ACCEPTED", "RUNNING"}
JOB_RESULTS = {*RESULTS.values(), "UNDEFINED"}
JOB_TYPES = {"MapReduce", "SparkSubmit", "HiveScript", "HiveSql", "DistCp", "SparkScript", "SparkSql", "Flink"}
NOT_STARTED = BEING_SUBMITTED | {"ACCEPTED"}
NUMBERS = ("job_progress", "started_time", "submitted_time", "finished_time", "elapsed_time")

LIST_PARAMETERS = (
    "job_name job_id user queue job_type job_state job_result limit offset sort_by "
    "submitted_time_begin submitted_time_end"
)

STATUSES = {"12000001": 401, "12000004": 500, "130000002": 500}
MESSAGES = {  # "Error Code" (mrs_02_0014)
    "0160": "Failed to kill the job.",
    "0161": "Failed to delete jobs in batches.",
    "0162": "Failed to query the job.",
    "0166": "Failed to query a job list.",
    "0167": "The v2 job API cannot be accessed.",
    "0175": "Failed to kill the job.",
    "0176": "The job does not exist.",
    "0178": "The job ID cannot be left blank.",
    "0180": "The job is being submitted.",
    "0183": "The job is running.",
    "0192": "The current user does not exist on MRS Manager. Synchronize the IAM users.",
    "0200": "Failed to kill the jobs on Yarn.",
    "0201": "The job does not exist.",
    "12000002": "The parameter is invalid.",
    "12000003": "The cluster does not exist.",
    "12000052": "No access rights.",
    "12000064": "Jobs cannot be submitted or inquired to a security cluster by API.",
    "12000107": "Invalid project ID.",
}


# ---- what there is ----

CLUSTER = View(  # "Querying Cluster Details" (mrs_02_0031); the list shows no tags
    clusterId=None,
    clusterName="",
    clusterState=None,
    masterNodeNum="2",
    coreNodeNum="3",
    totalNodeNum="5",
    createAt=lambda cluster: str(cluster["create_time"] // 1000),
    updateAt=lambda cluster: str(cluster["update_time"] // 1000),
    dataCenter="eu-de",
    clusterVersion="MRS 3.3.0-LTS.1",
    safeMode="0",
    clusterType="0",
    tenantId=lambda cluster: cluster["project_id"],
    stageDesc="",
    errorInfo="",
    remark="",
)


JOB = View(  # "Querying Information About a Job" (mrs_02_0086), and what its example and the vendor's SDK add
    job_id=None,
    user="demo",
    job_name="",
    job_result=lambda job: RESULTS.get(job.status, "UNDEFINED"),
    job_state=None,
    job_progress=lambda job: 100 if job.status in RESULTS else 0,
    job_type="SparkSubmit",
    started_time=lambda job: 0 if job.status in NOT_STARTED else job["submitted_time"],
    submitted_time=0,
    finished_time=lambda job: job["update_time"] if job.status in RESULTS else 0,
    elapsed_time=lambda job: job["finished_time"] - job["started_time"] if job["finished_time"] else 0,
    arguments="[]",
    properties="{}",
    launcher_id=lambda job: f"application_{job['submitted_time']}_0001",
    app_id=lambda job: None if job.status in NOT_STARTED else f"application_{job['submitted_time']}_0002",
    tracking_url="",
    queue="default",
)


def _new_cluster(world: World, cluster_id: str, dummy: dict) -> dict:
    return {
        "clusterName": f"cluster-{cluster_id[-6:]}",
        "clusterState": "running",
        "create_time": world.now_ms(),
        "project_id": world.identities.main_project["id"],
    }


def _new_job(world: World, job_id: str, entry: dict) -> dict:
    clusters = world[CLUSTERS.name].jobs
    cluster_id = entry.get("cluster_id", next(iter(clusters), None))
    if cluster_id not in clusters:
        raise SettingError(f"there is no cluster {cluster_id!r} for an MRS job")
    return {
        "job_name": f"job-{job_id[-6:]}",
        "job_state": "RUNNING",
        "submitted_time": world.now_ms(),
        "cluster_id": cluster_id,
    }


CLUSTERS = JobKind(
    "clusters",
    id_field="clusterId",
    name_field="clusterName",
    state_field="clusterState",
    time_field="create_time",
    owner_field="project_id",
    fields=View(CLUSTER, tags={}, create_time=0, update_time=0, project_id=None),
    triggers={"created"},
    operations={"get", "jobs", "list_jobs", "get_job", "kill_job", "delete_jobs"},
    make_id=numbered_uuids("c1000000"),
    check_id=id_check(WORD, "cluster id; give up to 64 letters, digits, - and _"),
    new_job=_new_cluster,
)
JOBS = JobKind(
    "mrs_jobs",
    id_field="job_id",
    name_field="job_name",
    state_field="job_state",
    time_field="submitted_time",
    owner_field="cluster_id",
    fields=View(JOB, update_time=0, cluster_id=None, runs_without_record=False),
    triggers={"created", "before_kill", "kill", "before_delete", "delete"},
    operations={"get", "kill", "delete"},
    make_id=numbered_uuids("e0000000"),
    check_id=id_check(WORD, "MRS job id; give up to 64 letters, digits, - and _"),
    new_job=_new_job,
    parent="clusters",
)


# ---- errors ----


def _error(world: World, code: str, message: str | None = None) -> ApiError:
    status = world.settings.answers["mrs_error_status"] if len(code) == 4 else STATUSES.get(code, 400)
    return ApiError(code, message or MESSAGES.get(code, "The operation failed."), status)


def _error_reply(world: World, request: Request, error: ApiError) -> Reply:
    form, message = world.settings.answers["mrs_error_keys"], localised(world, request, error.message, error.code)
    if form == "error_code" or form == "mixed" and len(error.code) == 4:  # mixed: as clients have seen it
        return Reply(error.status, {"error_code": error.code, "error_msg": message})
    return Reply(error.status, {"errorCode": error.code, "errorMsg": message})


def _access(world: World, request: Request, project_id: str, *dummy: str) -> None:
    if auth.authenticate(world, request, "130000002", 500).project_id != project_id:
        raise _error(world, "12000107")


def _query(world: World, request: Request, known: str = "") -> Query:
    return Query(request, lambda message: _error(world, "12000002", message), known)


SERVICE = Service(_error_reply, _access, (CLUSTERS, JOBS), ANSWERS, DELAYS)
CLUSTERS_PATH = "/v1.1/{project_id}/cluster_infos"
PATH = "/v2/{project_id}/clusters/{cluster_id}/job-executions"


# ---- clusters ----


@SERVICE.route("GET", CLUSTERS_PATH)
def list_clusters(world: World, request: Request, project_id: str) -> Reply:
    """MRS API reference, "Querying a Cluster List" (mrs_02_0030)."""
    query = _query(world, request, "pageSize currentPage clusterState tags")
    size = query.number("pageSize", 10, 1, 2147483646)
    page = query.number("currentPage", 1, 1)
    state = query.one_of("clusterState", CLUSTER_STATES)
    exact = (("clusterState", state),) if state else ()
    tags = query.pairs("tags", "*", r"[^*,]+(\*[^*,]*)?(,[^*,]+(\*[^*,]*)?)*")
    found = world[CLUSTERS.name].select(project_id, Filter(exact, tags=tags))
    clusters = found[(page - 1) * size : page * size]
    entries = [_cluster_entry(world, cluster) for cluster in clusters]
    world[CLUSTERS.name].looked_at(clusters)
    as_text = world.settings.answers["mrs_cluster_total"] == "text"
    return Reply(200, {"clusterTotal": str(len(found)) if as_text else len(found), "clusters": entries})


def _cluster_entry(world: World, cluster: Job) -> dict:
    entry = cluster.shown(CLUSTER)
    if world.settings.answers["mrs_list_tags"] == "text":
        entry["tags"] = ",".join(f"{key}={value}" for key, value in cluster["tags"].items())
    return entry


@SERVICE.route("GET", CLUSTERS_PATH + "/{cluster_id}")
def show_cluster(world: World, request: Request, project_id: str, cluster_id: str) -> Reply:
    """MRS API reference, "Querying Cluster Details" (mrs_02_0031)."""
    _query(world, request)
    cluster = _known_cluster(world, project_id, cluster_id, "get")
    tags = [{"key": key, "value": value} for key, value in cluster["tags"].items()]
    detail = {**cluster.shown(CLUSTER), "tags": tags}
    world[CLUSTERS.name].looked_at([cluster])
    return Reply(200, {"cluster": detail})


def _known_cluster(world: World, project_id: str, cluster_id: str, *operations: str) -> Job:
    _check_id(world, cluster_id)
    cluster = world[CLUSTERS.name].find(cluster_id, project_id)
    if cluster is None:
        raise _no_cluster(world)
    for operation in operations:
        refused = cluster.refusal(operation)
        if refused:
            raise _error(world, refused)
    return cluster


def _no_cluster(world: World) -> ApiError:
    return _error(world, world.settings.answers["mrs_unknown_cluster"])


def _check_id(world: World, text: str) -> None:
    if not re.fullmatch(WORD, text):
        raise _error(world, "12000002", "An ID consists of up to 64 letters, digits, hyphens and underscores.")


# ---- jobs ----


@SERVICE.route("GET", PATH)
def list_jobs(world: World, request: Request, project_id: str, cluster_id: str) -> Reply:
    """MRS API reference, "Querying a List of Jobs" (mrs_02_0087)."""
    query, answers, store = _query(world, request, LIST_PARAMETERS), world.settings.answers, world[JOBS.name]
    limit = _limit(world, query)
    offset = query.number("offset", 1, 1)
    newest_first = query.one_of("sort_by", {"asc", "desc"}) != "asc"
    wanted = _filter(world, query)
    _working_cluster(world, project_id, cluster_id, "list_jobs")
    found = store.select(cluster_id, wanted, newest_first)
    rows = min(limit, world.settings.page_rows or limit)
    start = (offset - 1) * rows if answers["mrs_offset"] == "page" else offset - 1
    entries = store.page(found, start, limit, lambda job: _shown(world, job))
    total = str(store.total(found)) if answers["mrs_numbers"] == "strings" else store.total(found)
    return Reply(answers["mrs_read_status"], {"total_record": total, "job_list": entries})


def _limit(world: World, query: Query) -> int:
    form, most = world.settings.answers["mrs_limit"], world.settings.page_limit
    limit: int = query.number("limit", 10, 1, most if form == "refuse" else MAX_LONG)
    return min(limit, most) if form == "cut" else limit


def _filter(world: World, query: Query) -> Filter:
    query.one_of("job_type", JOB_TYPES)
    query.one_of("job_state", JOB_STATES)
    query.one_of("job_result", JOB_RESULTS)
    for name, pattern in (("job_id", WORD), ("queue", WORD), ("user", r"[A-Za-z_.-][A-Za-z0-9_.-]{0,31}")):
        query.text(name, pattern)
    exact = query.texts("job_id", "user", "queue", "job_type", "job_state", "job_result")
    if exact.get("job_state") == "New":
        exact["job_state"] = "NEW"
    since = in_ms(world, query.number("submitted_time_begin", 0))
    until = in_ms(world, query.number("submitted_time_end", float("inf")) + 1) - 1
    return Filter(tuple(exact.items()), query.text("job_name", WORD) or "", since, until)


@SERVICE.route("GET", PATH + "/{job_execution_id}")
def show_job(world: World, request: Request, project_id: str, cluster_id: str, job_id: str) -> Reply:
    """MRS API reference, "Querying Information About a Job" (mrs_02_0086)."""
    _query(world, request)
    _working_cluster(world, project_id, cluster_id, "get_job")
    job = _known_job(world, cluster_id, job_id, "get")
    detail = _shown(world, job)
    world[JOBS.name].looked_at([job])
    return Reply(world.settings.answers["mrs_read_status"], {"job_detail": detail})


@SERVICE.route("POST", PATH + "/{job_execution_id}/kill")
def kill_job(world: World, request: Request, project_id: str, cluster_id: str, job_id: str) -> Reply:
    """MRS API reference, "Terminating a Job" (mrs_02_0088)."""
    _query(world, request)
    if request.body:
        raise _error(world, "12000002", "This call has no body.")
    answers = world.settings.answers
    cluster = _working_cluster(world, project_id, cluster_id, "kill_job")
    if answers["mrs_agency_kill"] == "refuse" and auth.identify(world.identities, request).who.agency:
        raise _error(world, "0192")
    job = _known_job(world, cluster_id, job_id, "kill")
    if not _can_be_killed(answers, cluster, job):
        raise _error(world, "0175")
    if job.status not in RESULTS:
        world[JOBS.name].trigger(job, "kill", [world.step("mrs_kill", job_state="KILLED")])
    return Reply(202, {"result": "succeeded"} if answers["mrs_kill_body"] == "result" else None)


def _can_be_killed(answers: dict, cluster: Job, job: Job) -> bool:
    if job.status in RESULTS:
        return answers["mrs_kill_final"] == "accept"
    if job["job_type"] == "SparkSql" and answers["mrs_kill_spark_sql"] == "refuse":
        return False
    return cluster.status == "running"


@SERVICE.route("POST", PATH + "/batch-delete")
def delete_jobs(world: World, request: Request, project_id: str, cluster_id: str) -> Reply:
    """MRS API reference, "Deleting Jobs in Batches" (mrs_02_0089)."""
    _query(world, request)
    job_ids = _id_list(world, request)
    _working_cluster(world, project_id, cluster_id, "delete_jobs")

    def delete(job: Job) -> None:
        step = world.step("mrs_delete", job_state=GONE, runs_without_record=job.status not in RESULTS)
        world[JOBS.name].trigger(job, "delete", [step])

    unknown = _error(world, "0161")
    refusals = write_batch(
        world, job_ids, lambda job_id: _deletable_job(world, cluster_id, job_id, unknown), delete, spoiler=unknown
    )
    refused = [error for error in refusals if error]
    if unknown in refused or is_error(world, refused, job_ids):
        raise refused[0]
    return Reply(world.settings.answers["mrs_delete_status"])


def _id_list(world: World, request: Request) -> list[str]:
    body, most = json_object(request), most_ids(world)
    if body is None or list(body) != ["job_id_list"]:
        raise _error(world, "12000002", "The body must be a JSON object with job_id_list.")
    job_ids = body["job_id_list"]
    if not isinstance(job_ids, list) or not 1 <= len(job_ids) <= most:
        raise _error(world, "12000002", f"job_id_list must be a list of 1 to {most} IDs.")
    for job_id in job_ids:
        if job_id == "":
            raise _error(world, "0178")
        _check_id(world, job_id if isinstance(job_id, str) else "")
    return job_ids


def _deletable_job(world: World, cluster_id: str, job_id: str, unknown: ApiError) -> Job | None:
    """The job; None for one whose absence does not matter."""
    answers = world.settings.answers
    job = world[JOBS.name].find(job_id, cluster_id, "delete")
    if job is None:
        if answers["mrs_delete_unknown"] == "ignore":
            return None
        raise unknown
    refused = job.refusal("delete")
    if refused:
        raise _error(world, refused)
    if job.status not in RESULTS and answers["mrs_delete_active"] == "refuse":
        raise _error(world, "0180" if job.status in BEING_SUBMITTED else "0183")
    return job


def _working_cluster(world: World, project_id: str, cluster_id: str, operation: str) -> Job:
    """The cluster of a call about jobs. A terminated one is still listed, but its jobs are gone."""
    cluster = _known_cluster(world, project_id, cluster_id, "jobs", operation)
    if cluster.status == "terminated":
        raise _no_cluster(world)
    return cluster


def _known_job(world: World, cluster_id: str, job_id: str, operation: str) -> Job:
    _check_id(world, job_id)
    job = world[JOBS.name].find(job_id, cluster_id, operation)
    if job is None:
        raise _error(world, world.settings.answers["mrs_not_found"])
    refused = job.refusal(operation)
    if refused:
        raise _error(world, refused)
    return job


def _shown(world: World, job: Job) -> dict:
    answers = world.settings.answers
    entry = stamped(world, job.shown(JOB), "started_time", "submitted_time", "finished_time")
    if entry["app_id"] is None:  # a job that waits for its turn
        del entry["app_id"]
    if entry["job_state"] == "NEW":
        entry["job_state"] = answers["mrs_new"]
    if answers["mrs_numbers"] == "strings":
        entry.update({name: str(entry[name]) for name in NUMBERS})
    return entry
