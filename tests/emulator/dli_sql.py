# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SQL jobs of DLI. Page ids are those of the DLI API reference."""

from __future__ import annotations

import re

from . import auth, dli
from .checks import MAX_LONG, WORD, Query
from .service import FALSE, Service, in_ms, localised, stamped
from .wire import ApiError, Reply, Request
from .world import Filter, Job, JobKind, Queue, View, World, id_check, numbered_uuids

ANSWERS = {
    "sql_is_success": ("boolean", "string", "capital", "missing"),  # true, "true", "True", no such field in a success
    "sql_status": ("upper", "one_l", "capital"),  # CANCELLED, CANCELED, Cancelled
    "sql_running": ("RUNNING", "ACTIVE"),  # how a job that runs is shown; ACTIVE: only the vendor's SDK knows the word
    "sql_size": ("refused", "accepted"),  # a page-size above page_limit
    "sql_page": ("refused", "accepted"),  # a page after the hundredth
    "sql_not_found": ("DLI.0002", "DLI.0023", "DLI.0001"),
    "sql_cancel_refusal": ("DLI.0007", "DLI.0001", "DLI.0999", FALSE),  # the code for a job that cannot be cancelled
    "sql_after_cancel": ("status", "refused"),  # whether the status of a job is still told when its cancel is accepted
    "sql_launching": ("start_time", "no_start_time"),
    "sql_window": ("exclusive", "inclusive"),  # "start" and "end": later and earlier than, or from ... to
    "sql_jobs_of_others": ("hidden", "shown"),  # in the list of a sub-user
    "sql_kept": ("for_ever", "a_day"),  # how long a job is known after its end
}
DELAYS = {"sql_cancel": 0}

FINAL = {"FINISHED", "FAILED", "CANCELLED"}
CANCELLABLE = {"LAUNCHING", "RUNNING"}  # the user guide, "Managing SQL Jobs": Submitting and Running
STATUSES = FINAL | CANCELLABLE | {"SCALING"}
LISTED_TYPES = {"DDL", "DCL", "IMPORT", "EXPORT", "QUERY", "INSERT", "UPDATE", "DELETE"}  # what job_types may name
TYPES = LISTED_TYPES | {"DATA_MIGRATION", "RESTART_QUEUE", "SCALE_QUEUE"}
ORDERS = {"start_time_desc", "start_time_asc", "duration_desc", "duration_asc"}
MOST_PAGES = 100
DAY = 86400 * 1000  # milliseconds
LIST_PARAMETERS = (
    "current-page page-size start end job-status job-type job-id queue_name owner sql_pattern tags order engine_type"
)


def _end_time(job: Job) -> int | None:
    return job["update_time"] if job.status in FINAL else None


def _duration(job: Job) -> int:
    began = job["start_time"]
    return max((job["end_time"] or World.now_ms()) - began, 0) if began else 0


# "Querying All Jobs" (dli_02_0025), "Querying Job Status" (dli_02_0021), "Querying Job Details" (dli_02_0022)
ALWAYS = View(
    job_id=None,
    owner="demo",
    start_time=None,
    duration=_duration,
    database_name=None,
    table_name=None,
    tags=None,
)
BRIEF = View(
    ALWAYS,
    job_type="QUERY",
    queue_name="default",
    status=None,
    input_row_count=None,
    bad_row_count=None,
    input_size=0,
    result_count=0,
    detail='{"type":"struct","fields":[]}',
    statement="SELECT 1",
    message="",
    result_path=None,
    result_format=None,
    execution_details_path=None,
)
ENTRY = View(BRIEF, end_time=_end_time, with_column_header=False, engine_type="spark")
STATUS = View(BRIEF, job_mode="async", user_conf=None)
PATHS = View(
    ALWAYS,
    export_mode=None,
    data_path=None,
    data_type=None,
    with_column_header=None,
    delimiter=None,
    quote_char=None,
    escape_char=None,
    date_format=None,
    timestamp_format=None,
    compress=None,
)


def _new_job(world: World, dummy: str, dummy_entry: dict) -> dict:
    return {"status": "RUNNING", "start_time": world.now_ms(), "project_id": world.identities.main_project["id"]}


JOBS = JobKind(
    "sql_jobs",
    id_field="job_id",
    name_field="",
    state_field="status",
    time_field="start_time",
    owner_field="project_id",
    fields=View(PATHS, STATUS, ENTRY, project_id=None, progress=0.4),
    triggers={"created", "before_cancel", "cancel"},
    operations={"status", "detail", "progress", "cancel"},
    make_id=numbered_uuids("501a0000"),
    check_id=id_check(WORD, "SQL job id; give up to 64 letters, digits, - and _"),
    new_job=_new_job,
    queue=Queue("queue_name", FINAL, "CANCELLED"),
)


def _error_reply(world: World, request: Request, failure: ApiError) -> Reply:
    if failure.code != FALSE:
        return dli.error_reply(world, request, failure)
    return Reply(200, _with_success(world, False, {"message": localised(world, request, failure.message, FALSE)}))


SERVICE = Service(_error_reply, dli.access, (JOBS,), ANSWERS, DELAYS)
PATH = "/v1.0/{project_id}/jobs"


# ---- lists ----


@SERVICE.route("GET", PATH)
def list_jobs(world: World, request: Request, project_id: str) -> Reply:
    """DLI API reference, "Querying All Jobs" (dli_02_0025)."""
    query, store = Query(request, dli.wrong, LIST_PARAMETERS, "job_types"), world[JOBS.name]
    size = query.number("page-size", 50, 1, dli.most_rows(world, "sql_size"))
    page = query.number(
        "current-page", 1, 1, MOST_PAGES if world.settings.answers["sql_page"] == "refused" else MAX_LONG
    )
    order = query.one_of("order", ORDERS) or "start_time_desc"
    found = _matching(world, query, store.select(project_id, _filter(world, query), order != "start_time_asc"))
    found = _visible(world, request, found)
    if order.startswith("duration"):
        found = sorted(found, key=_duration, reverse=order == "duration_desc")
    size = min(size, world.settings.page_rows or size)
    entries = store.page(found, (page - 1) * size, size, lambda job: _shown(world, job, ENTRY))
    return Reply(200, _with_success(world, True, {"message": "", "job_count": store.total(found), "jobs": entries}))


def _filter(world: World, query: Query) -> Filter:
    """What can be remembered from page to page. In a window of time there are only jobs that have a time."""
    query.one_of("job-status", STATUSES)
    query.one_of("engine_type", {"spark"})
    query.text("job-id", WORD)
    exact = query.texts("job-id", "job-status", "queue_name", "owner")
    if query.one_of("job-type", TYPES | {"ALL"}) != "ALL":
        exact.update(query.texts("job-type"))
    fields = {"job-id": "job_id", "job-status": "status", "job-type": "job_type"}
    pairs = tuple((fields.get(name, name), value) for name, value in exact.items())
    start, end = query.number("start", 0), query.number("end", 0)
    beside = world.settings.answers["sql_window"] == "exclusive"
    until = in_ms(world, end + 1 - beside) - 1 if end else float("inf")
    return Filter(pairs, since=in_ms(world, start + beside) if start else int(bool(end)), until=until)


def _matching(world: World, query: Query, jobs: list[Job]) -> list[Job]:
    """Of these jobs those that match what only SQL jobs can be asked for."""
    pattern = (query.text("sql_pattern", ".{0,1024}") or "").lower()
    tags = [f"{key}={value}" for key, value in query.pairs("tags", "=", "[^=,]+=[^,]*(,[^=,]+=[^,]*)*")]
    types = query.several("job_types", LISTED_TYPES)
    if pattern:
        jobs = [job for job in jobs if pattern in (job["statement"] or "").lower()]
    if tags:  # any part of any tag: "exact query is not supported"
        jobs = [job for job in jobs if all(tag in _text_of_tags(job) for tag in tags)]
    if types:
        jobs = [job for job in jobs if job["job_type"] in types]
    if any(query.number(name, 0) for name in ("start", "end")):
        jobs = [job for job in jobs if _start_time(world, job)]
    return jobs


def _visible(world: World, request: Request, jobs: list[Job]) -> list[Job]:
    """Of these jobs those that the service still knows, and that the caller may see."""
    answers, user = world.settings.answers, auth.identify(world.identities, request).who.user
    if answers["sql_kept"] != "for_ever":
        jobs = [job for job in jobs if not _forgotten(world, job)]
    if user.get("sub_user") and answers["sql_jobs_of_others"] == "hidden":
        jobs = [job for job in jobs if job["owner"] == user["name"]]
    return jobs


def _forgotten(world: World, job: Job) -> bool:
    old = job.status in FINAL and world.now_ms() - job["update_time"] > DAY
    return old and world.settings.answers["sql_kept"] == "a_day"


def _text_of_tags(job: Job) -> str:
    return ",".join(f"{key}={value}" for key, value in (job["tags"] or {}).items())


# ---- single jobs ----


@SERVICE.route("GET", PATH + "/{job_id}/status")
def show_status(world: World, request: Request, project_id: str, job_id: str) -> Reply:
    """DLI API reference, "Querying Job Status" (dli_02_0021)."""
    job = _known_job(world, request, project_id, job_id, "status")
    if job.trigger == "cancel" and world.settings.answers["sql_after_cancel"] == "refused":
        raise dli.wrong(f"The status of the job {job_id} cannot be queried.")
    return _answer(world, job, _shown(world, job, STATUS))


@SERVICE.route("GET", PATH + "/{job_id}/detail")
def show_detail(world: World, request: Request, project_id: str, job_id: str) -> Reply:
    """DLI API reference, "Querying Job Details" (dli_02_0022): what is imported or exported, and no status."""
    job = _known_job(world, request, project_id, job_id, "detail")
    return _answer(world, job, {"message": "", **_shown(world, job, PATHS)})


@SERVICE.route("GET", "/v1/{project_id}/jobs/{job_id}/progress")
def show_progress(world: World, request: Request, project_id: str, job_id: str) -> Reply:
    """DLI API reference, "Querying the Job Execution Progress" (dli_02_0296)."""
    job = _known_job(world, request, project_id, job_id, "progress")
    progress = {"progress": int(job.status in FINAL)}
    if job.status == "RUNNING":
        sub_job = {"id": 0, "name": "runJob at FileFormatWriter.scala:266", "job_group": job_id, "status": "RUNNING"}
        progress = {"sub_job_id": 0, "progress": job["progress"], "sub_jobs": [sub_job]}
    return _answer(world, job, {"message": "", "job_id": job_id, "status": _status(world, job), **progress})


@SERVICE.route("DELETE", PATH + "/{job_id}")
def cancel_job(world: World, request: Request, project_id: str, job_id: str) -> Reply:
    """DLI API reference, "Canceling a Job (Recommended)" (dli_02_0104): the record stays."""
    job = _known_job(world, request, project_id, job_id, "cancel")
    if job.status not in CANCELLABLE:
        code = world.settings.answers["sql_cancel_refusal"]
        raise dli.error(code, f"A job in the status {job.status} cannot be canceled.")
    world[JOBS.name].trigger(job, "cancel", [world.step("sql_cancel", status="CANCELLED")])
    return Reply(200, _with_success(world, True, {"message": ""}))


def _known_job(world: World, request: Request, project_id: str, job_id: str, operation: str) -> Job:
    Query(request, dli.wrong)
    if not re.fullmatch(WORD, job_id):
        raise dli.wrong("The job ID must be up to 64 letters, digits, - and _.")
    absence = dli.error(world.settings.answers["sql_not_found"], f"The job {job_id} does not exist.")
    job = world[JOBS.name].find(job_id, project_id, operation)
    return dli.checked(None if job and _forgotten(world, job) else job, operation, absence)


def _answer(world: World, job: Job, body: dict) -> Reply:
    """The answer to a look at one job."""
    world[JOBS.name].looked_at([job])
    return Reply(200, _with_success(world, True, body))


# ---- forms of answers ----


def _shown(world: World, job: Job, view: View) -> dict:
    entry = job.shown(view)
    entry["start_time"] = _start_time(world, job)
    stamped(world, entry, "start_time", "end_time")
    if entry["tags"] is not None:
        entry["tags"] = [{"key": key, "value": value} for key, value in entry["tags"].items()]
    if "status" in entry:
        entry["status"] = _status(world, job)
    return dli.list_entry(world, entry)


def _start_time(world: World, job: Job) -> int | None:
    unknown = job.status == "LAUNCHING" and world.settings.answers["sql_launching"] == "no_start_time"
    return None if unknown else job["start_time"]


def _status(world: World, job: Job) -> str:
    form = world.settings.answers["sql_status"]
    word = world.settings.answers["sql_running"] if job.status == "RUNNING" else job.status
    if form == "one_l":
        return "CANCELED" if word == "CANCELLED" else word
    return word.capitalize() if form == "capital" else word


def _with_success(world: World, success: bool, body: dict) -> dict:
    form = world.settings.answers["sql_is_success"]
    if form == "missing" and success:
        return body
    text = str(success)
    return {"is_success": {"string": text.lower(), "capital": text}.get(form, success), **body}
