# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flink jobs of the Data Lake Insight service, DLI. Page ids are those of the DLI API reference."""

from __future__ import annotations

import time
import typing as t

from . import auth
from .service import Service
from .settings import SettingError
from .wire import ApiError, Reply, Request
from .world import GONE, Job, JobKind, World

ANSWERS = {
    "is_success": ("string", "capital", "boolean", "missing"),  # "true", "True", true, no such field
    "batch": ("each", "one", "bare", "empty", "trailing_comma"),  # an element per id, one for all, no array, no body
    "batch_refusal": ("whole", "mixed", "partial"),  # 400 and nothing done, 200 with "false", 400 but the good ids done
    "error_body": ("array", "object"),  # of the batch calls
    "not_found": ("own_code", "DLI.0002", "DLI.0023"),  # own_code: 16001 get, 15001 stop, 17001 delete, 13007 run
    "write_status": (200, 202),
    "language": ("english", "by_header", "chinese"),  # by_header: Chinese without "X-Language: en-us"
    "name_filter": ("substring", "exact"),
    "list_nulls": ("shown", "left_out"),  # fields of list entries that have no value
    "list_tags": ("no", "pairs", "object"),  # whether and how list entries show the tags of a job
    "stop_undefined": ("refuse", "accept"),  # stop in the states for which no documentation says what happens
}
DELAYS = {"savepoint": 0, "cancel": 0, "delete": 0, "submit": 0}

# "Querying Job Details" (dli_02_0235) and the user guide: what runs nothing, and what may be stopped.
INACTIVE = {"job_init", "job_submit_fail", "job_cancel_success", "job_finish", "job_arrearage_stopped", "job_idle"}
STOPPABLE = {"job_running", "job_submitting", "job_cancel_fail"}
STOP_UNDEFINED = {"job_running_exception", "job_downloading", "job_idle", "job_arrearage_recovering"}
STATUSES = INACTIVE | STOPPABLE | STOP_UNDEFINED | {"job_canceling", "job_savepointing"}
STARTABLE = INACTIVE - {"job_arrearage_stopped"} | {"job_running_exception"}
NEVER_STARTED = {"job_init", "job_submitting", "job_submit_fail"}
JOB_TYPES = {"flink_sql_job", "flink_jar_job", "flink_opensource_sql_job", "flink_sql_edge_job"}
MAX_LONG = 2**63 - 1

# "Listing Jobs" and "Querying Job Details": which field is seen where, and its value in a job that does not have it.
ALWAYS = {
    "job_id": None,
    "name": None,
    "desc": "",
    "job_type": "flink_sql_job",
    "status": None,
    "status_desc": "",
    "create_time": 0,
    "start_time": None,
    "queue_name": None,
    "savepoint_path": None,
    "graph_editor_enabled": False,
    "has_savepoint": False,
    "edge_group_ids": None,
    "restart_times": 0,
}
BRIEF_ONLY = {"user_name": "demo", "duration": 0, "root_id": -1}
DETAIL_ONLY = {
    "user_id": None,
    "project_id": None,
    "sql_body": None,
    "run_mode": "shared_cluster",
    "job_config": None,
    "main_class": None,
    "entrypoint_args": None,
    "execution_graph": None,
    "update_time": 0,
}
BRIEF, DETAIL = {**ALWAYS, **BRIEF_ONLY}, {**ALWAYS, **DETAIL_ONLY}

MESSAGES = {  # "Error Codes" (dli_02_0056), and those of five digits from its edition of 2020
    "DLI.0001": "A parameter is wrong.",
    "DLI.0002": "The object does not exist.",
    "DLI.0023": "There are no such resources.",
    "DLI.10004": "The body is not a JSON object, or Content-Type is not application/json.",
    "DLI.10005": "You have no permission for this operation.",
    "DLI.10006": "The project ID of the URL is not the one of the credential.",
    "DLI.12001": "A job ID must be a number greater than 0.",
    "DLI.13006": "The job runs already or may not be run in its present state.",
    "DLI.13017": "The job has no savepoint.",
    "DLI.13024": "The job has no queue to run on.",
    "DLI.15002": "The present state of the job does not allow a stop.",
    "DLI.23001": "The offset must be a number >= 0.",
    "DLI.23003": "The root job ID is wrong.",
}


def _new_job(job_id: int, entry: dict, now_ms: int) -> dict:
    created = entry.get("create_time", now_ms)
    started = None if entry.get("status") in NEVER_STARTED else created
    return {
        "name": f"job-{job_id}",
        "status": "job_running",
        "create_time": created,
        "start_time": started,
        "queue_name": "default",
    }


def _check_id(job_id) -> None:
    if not _is_long(job_id):
        raise SettingError(f"{job_id!r} is no Flink job id; give a whole number > 0")


JOBS = JobKind(
    "flink_jobs",
    "job_id",
    {*ALWAYS, *BRIEF_ONLY, *DETAIL_ONLY, "tags"},
    triggers={"created", "before_stop", "stop", "savepoint", "before_delete", "delete", "before_run", "run"},
    operations={"get", "stop", "delete", "run"},
    make_id=int,
    new_job=_new_job,
    check_id=_check_id,
)


def _access(world: World, request: Request, project_id: str, *dummy: str) -> None:
    if auth.authenticate(world, request).project_id != project_id:
        raise _error("DLI.10006")


def _error_reply(world: World, request: Request, *errors: ApiError) -> Reply:
    """An object, or an array from the batch calls, all of which are POST: clients have seen both."""
    texts = [_text(world, request, error.message, error.code) for error in errors]
    bodies = [{"error_code": error.code, "error_msg": text} for error, text in zip(errors, texts)]
    as_array = request.method == "POST" and world.settings.answers["error_body"] == "array"
    return Reply(errors[0].status, bodies if as_array else bodies[0])


SERVICE = Service("X-Request-Id", _error_reply, _access, JOBS, ANSWERS, DELAYS)
PATH = "/v1.0/{project_id}/streaming/jobs"


# ---- reading ----


@SERVICE.route("GET", PATH + "/{job_id}")
def show_job(world: World, request: Request, project_id: str, job_id: str) -> Reply:
    """DLI API reference, "Querying Job Details" (dli_02_0235)."""
    _query(request)
    job = _known_job(world, project_id, _path_id(job_id), "get")
    detail = _shown(job, DETAIL)
    world[JOBS.name].looked_at([job])
    return Reply(200, _with_success(world, True, {"message": "", "job_detail": detail}))


@SERVICE.route("GET", PATH)
def list_jobs(world: World, request: Request, project_id: str) -> Reply:
    """DLI API reference, "Listing Jobs" (dli_02_0234)."""
    query = _query(
        request,
        "job_type",
        "status",
        "queue_name",
        "user_name",
        "name",
        "tags",
        "root_job_id",
        "show_detail",
        "order",
        "limit",
        "offset",
    )
    limit = _number(query.pop("limit", "10"), 0, world.settings.page_limit, "DLI.0001", "limit")
    offset = _number(query.pop("offset", "0"), 0, MAX_LONG, "DLI.23001")
    with_details = _one_of(query, "show_detail", {"true", "false"}) == "true"
    newest_first = _one_of(query, "order", {"asc", "desc"}) != "asc"
    wanted = _filter(world, project_id, query)
    key = (project_id, newest_first, world.settings.answers["name_filter"], *sorted(query.items()))
    found = world[JOBS.name].select(key, wanted, newest_first)
    page, total = found[offset : offset + limit], len(found)
    entries = [_list_entry(world, job, with_details) for job in page]
    world[JOBS.name].looked_at(page)
    if world.settings.newcomers and page:
        _let_newcomer_in(world, page[0])
    job_list = {"total_count": total, "jobs": entries}
    return Reply(200, _with_success(world, True, {"message": "", "job_list": job_list}))


def _filter(world: World, project_id: str, query: dict[str, str]) -> t.Callable[[Job], bool]:
    """What a job must be to appear in the list."""
    exact = {name: query[name] for name in ("job_type", "status", "queue_name", "user_name") if name in query}
    _one_of(query, "job_type", JOB_TYPES)
    _one_of(query, "status", STATUSES)
    name, tags = query.get("name", ""), _tags(query.get("tags"))
    if len(name) > 57:
        raise _error("DLI.0001", "name is longer than 57 characters.")
    exact["root_id"] = _number(query["root_job_id"], 1, MAX_LONG, "DLI.23003") if "root_job_id" in query else -1
    if name and world.settings.answers["name_filter"] == "exact":
        exact["name"], name = name, ""

    def wanted(job: Job) -> bool:
        fields = job.fields
        return (
            fields["project_id"] == project_id
            and not job.hidden
            and name in (fields["name"] or "")
            and all(fields.get(field, BRIEF[field]) == value for field, value in exact.items())
            and tags.items() <= fields.get("tags", {}).items()
        )

    return wanted


def _tags(text: str | None) -> dict[str, str]:
    """``k=v,k2=v2``"""
    if text is None:
        return {}
    pairs = [pair.partition("=") for pair in text.split(",")]
    if not all(key and equals for key, equals, dummy in pairs):
        raise _error("DLI.0001", "tags must be k=v,k2=v2.")
    return {key: value for key, dummy, value in pairs}


def _list_entry(world: World, job: Job, with_details: bool) -> dict:
    entry = _shown(job, DETAIL if with_details else BRIEF)
    if world.settings.answers["list_nulls"] == "left_out":
        entry = {name: value for name, value in entry.items() if value is not None}
    else:
        entry["start_time"] = entry["start_time"] or 0
    form, tags = world.settings.answers["list_tags"], job.fields.get("tags", {})
    if form != "no":
        pairs = [{"key": key, "value": value} for key, value in tags.items()]
        entry["tags"] = dict(tags) if form == "object" else pairs
    return entry


def _shown(job: Job, view: dict) -> dict:
    fields = job.fields
    return {name: fields.get(name, default) for name, default in view.items()}


def _let_newcomer_in(world: World, model: Job) -> None:
    """Between two pages somebody creates a job like those of the page: the rest of the list moves on by one."""
    world.settings.newcomers -= 1
    own = ("job_id", "create_time", "update_time")
    world[JOBS.name].add({name: value for name, value in model.fields.items() if name not in own})


# ---- writing ----


class Operation(t.NamedTuple):
    """What stop, delete and run have in common."""

    name: str
    unknown: str  # the code for a job id that does not exist
    done: str  # the message of a success
    refusal: t.Callable[[World, Job, bool], str]  # the code that the job's state calls for, or nothing
    carry_out: t.Callable[[World, Job, bool], None]


def _stop_refusal(world: World, job: Job, dummy: bool) -> str:
    allowed = job.status in STOPPABLE
    if job.status in STOP_UNDEFINED or job.status not in STATUSES:
        allowed = world.settings.answers["stop_undefined"] == "accept"
    return "" if allowed else "DLI.15002"


def _stop(world: World, job: Job, trigger_savepoint: bool) -> None:
    steps = [world.step(status="job_canceling"), world.step("cancel", status="job_cancel_success")]
    if trigger_savepoint:
        path = f"jobs/savepoint/{job.id}/{time.strftime('%Y-%m-%d_%H-%M-%S')}/"
        saved = world.step("savepoint", status="job_canceling", has_savepoint=True, savepoint_path=path)
        steps = [world.step(status="job_savepointing"), saved, *steps[1:]]
    trigger = "savepoint" if trigger_savepoint and "savepoint" in job.script else "stop"
    world[JOBS.name].trigger(job, trigger, steps)


def _delete(world: World, job: Job, dummy: bool) -> None:
    steps = [world.step(status=GONE)]
    if job.status not in INACTIVE:  # the service stops such a job first
        steps = [world.step(status="job_canceling"), world.step("delete", status=GONE)]
    world[JOBS.name].trigger(job, "delete", steps)


def _run_refusal(dummy: World, job: Job, resume_savepoint: bool) -> str:
    if job.status not in STARTABLE:
        return "DLI.13006"
    if not job.fields["queue_name"]:
        return "DLI.13024"
    return "DLI.13017" if resume_savepoint and not job.fields.get("has_savepoint") else ""


def _run(world: World, job: Job, dummy: bool) -> None:
    used_up = {"has_savepoint": False, "savepoint_path": None}
    started = world.step("submit", status="job_running", start_time=world.now_ms(), **used_up)
    world[JOBS.name].trigger(job, "run", [world.step(status="job_submitting"), started])


STOP = Operation("stop", "DLI.15001", "The request to stop the job was accepted.", _stop_refusal, _stop)
DELETE = Operation("delete", "DLI.17001", "The job was deleted.", lambda world, job, dummy: "", _delete)
RUN = Operation("run", "DLI.13007", "The request to run the job was accepted.", _run_refusal, _run)


@SERVICE.route("POST", PATH + "/stop")
def stop_jobs(world: World, request: Request, project_id: str) -> Reply:
    """DLI API reference, "Batch Stopping Jobs" (dli_02_0241)."""
    return _batch(world, request, project_id, STOP, "trigger_savepoint")


@SERVICE.route("POST", PATH + "/delete")
def delete_jobs(world: World, request: Request, project_id: str) -> Reply:
    """DLI API reference, "Batch Deleting Jobs" (dli_02_0243)."""
    return _batch(world, request, project_id, DELETE)


@SERVICE.route("POST", PATH + "/run")
def run_jobs(world: World, request: Request, project_id: str) -> Reply:
    """DLI API reference, "Batch Running Jobs" (dli_02_0233)."""
    return _batch(world, request, project_id, RUN, "resume_savepoint")


@SERVICE.route("DELETE", PATH + "/{job_id}")
def delete_job(world: World, request: Request, project_id: str, job_id: str) -> Reply:
    """DLI API reference, "Deleting a Job" (dli_02_0242)."""
    _query(request)
    job = _known_job(world, project_id, _path_id(job_id), "delete", DELETE.unknown)
    DELETE.carry_out(world, job, False)
    return Reply(world.settings.answers["write_status"], _outcome(world, request, DELETE, None))


def _batch(world: World, request: Request, project_id: str, operation: Operation, flag: str = "") -> Reply:
    """Judge every id first: whether one bad id spoils the whole call is a setting, as no source says it."""
    _query(request)
    job_ids, flag_is_set = _batch_body(world, request, flag)
    jobs = {}
    errors: list[ApiError | None] = []
    for job_id in job_ids:
        try:
            jobs[job_id] = _judged_job(world, project_id, job_id, operation, flag_is_set)
            errors.append(None)
        except ApiError as error:
            errors.append(error)
    refused, form = [error for error in errors if error], world.settings.answers["batch_refusal"]
    if not refused or form != "whole":
        for job in jobs.values():
            operation.carry_out(world, job, flag_is_set)
    if refused and form != "mixed":
        return _error_reply(world, request, *refused)
    return _batch_reply(world, request, operation, errors)


def _judged_job(world: World, project_id: str, job_id: int, operation: Operation, flag: bool) -> Job:
    job = _known_job(world, project_id, job_id, operation.name, operation.unknown)
    code = operation.refusal(world, job, flag)
    if code:
        raise _error(code)
    return job


def _batch_reply(world: World, request: Request, operation: Operation, errors: list[ApiError | None]) -> Reply:
    form, status = world.settings.answers["batch"], world.settings.answers["write_status"]
    if form == "empty":
        return Reply(status)
    if form == "each":
        return Reply(status, [_outcome(world, request, operation, error) for error in errors])
    outcome = _outcome(world, request, operation, next(filter(None, errors), None))
    if form == "trailing_comma":  # as printed in the documentation: no JSON at all
        fields = "".join(f'"{name}": "{value}",' for name, value in outcome.items())
        return Reply(status, f"[{{{fields}}}]", {"Content-Type": "application/json"})
    return Reply(status, outcome if form == "bare" else [outcome])


def _outcome(world: World, request: Request, operation: Operation, error: ApiError | None) -> dict:
    """One element of a batch answer. It carries no job id: the service sends none."""
    message, code = (error.message, error.code) if error else (operation.done, "")
    return _with_success(world, not error, {"message": _text(world, request, message, code)})


# ---- what requests must look like ----


def _known_job(world: World, project_id: str, job_id: int, operation: str, unknown: str = "DLI.16001") -> Job:
    """The job, after whatever its script lets happen just before; ApiError if it is unknown or refuses."""
    job = world[JOBS.name].find(job_id, project_id)
    if job:
        world[JOBS.name].happens_before(job, operation)
    if not job or job.deleted:
        form = world.settings.answers["not_found"]
        raise _error(unknown if form == "own_code" else form, f"The job {job_id} does not exist.")
    if operation in job.refuse:
        raise _error(job.refuse[operation])
    return job


def _batch_body(world: World, request: Request, flag: str) -> tuple[list[int], bool]:
    try:
        body = request.json() if request.headers.get("content-type", "").startswith("application/json") else None
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise _error("DLI.10004")
    for name in body:
        if name not in ("job_ids", flag):
            raise _error("DLI.0001", f"The body has an unknown field {name}.")
    job_ids, flag_is_set = body.get("job_ids"), body.get(flag, False)
    if not isinstance(job_ids, list) or not 1 <= len(job_ids) <= world.settings.batch_limit:
        raise _error("DLI.0001", f"job_ids must be a list of 1 to {world.settings.batch_limit} numbers.")
    if not all(isinstance(job_id, int) and not isinstance(job_id, bool) for job_id in job_ids):
        raise _error("DLI.0001", "job_ids must be numbers.")
    if not all(map(_is_long, job_ids)):
        raise _error("DLI.12001")
    if not isinstance(flag_is_set, bool):
        raise _error("DLI.0001", f"{flag} must be true or false.")
    return job_ids, flag_is_set


def _query(request: Request, *known: str) -> dict[str, str]:
    query: dict[str, str] = {}
    for name, value in request.pairs():
        if name not in known or name in query:
            raise _error("DLI.0001", f"The query parameter {name} is unknown or given twice.")
        query[name] = value
    return query


def _one_of(query: dict[str, str], name: str, choices: set[str]) -> str | None:
    value = query.get(name)
    if value is not None and value not in choices:
        raise _error("DLI.0001", f"{name} must be one of {', '.join(sorted(choices))}.")
    return value


def _number(text: str, least: int, most: int, code: str, name: str = "") -> int:
    if text.isascii() and text.isdigit() and len(text) < 20 and least <= int(text) <= most:
        return int(text)
    raise _error(code, f"{name} must be a number from {least} to {most}." if name else None)


def _path_id(text: str) -> int:
    return _number(text, 1, MAX_LONG, "DLI.12001")


def _is_long(value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_LONG


# ---- forms of answers ----


def _error(code: str, message: str | None = None) -> ApiError:
    return ApiError(code, message or MESSAGES.get(code, "The operation failed."), 404 if code == "DLI.0023" else 400)


def _with_success(world: World, success: bool, body: dict) -> dict:
    """The answer with ``is_success`` in the form that is set: the editions of the reference disagree."""
    form = world.settings.answers["is_success"]
    if form == "missing":
        return body
    text = str(success)
    return {"is_success": {"string": text.lower(), "capital": text, "boolean": success}[form], **body}


def _text(world: World, request: Request, message: str, code: str) -> str:
    """The message in the language that is set."""
    language = world.settings.answers["language"]
    if language == "english" or language == "by_header" and request.headers.get("x-language") == "en-us":
        return message
    return f"操作失败（{code}）" if code else "操作成功"
