# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flink jobs of the Data Lake Insight service, DLI. Page ids are those of the DLI API reference."""

from __future__ import annotations

import json
import re
import time
import typing as t

from . import dli
from .checks import MAX_LONG, Query, json_object, whole_number
from .service import FALSE, Service, is_error, localised, most_ids, stamped, write_batch
from .settings import SettingError
from .wire import ApiError, Reply, Request
from .world import GONE, Filter, Job, JobKind, Queue, Step, View, World

ANSWERS = {
    "is_success": ("string", "capital", "boolean", "missing"),  # "true", "True", true, no such field
    "batch": ("each", "one", "bare", "empty", "trailing_comma"),  # an element per id, one for all, no array, no body
    "error_body": ("array", "object"),  # of the batch calls
    "not_found": ("own_code", "DLI.0002", "DLI.0023"),  # own_code: 16001 get, 15001 stop, 17001 delete, 13007 run
    "write_status": (200, 202),
    "list_tags": ("no", "pairs", "object"),  # whether and how list entries show the tags of a job
    "stop_undefined": ("refuse", "accept"),  # stop in the states for which no documentation says what happens
    "flink_offset": ("job", "page"),  # the number of a job, or of a page; both begin with 0
    "flink_order": ("newest_first", "oldest_first"),  # of a list that is asked for no order
    "flink_limit": ("refused", "accepted"),  # a limit above page_limit
    "flink_savepoint": ("boolean", "string", "missing"),  # has_savepoint: true, "true", no such field
    "export_files": ("one", "each", "empty", "missing"),  # a file for all jobs, for each; an empty list, no such field
    "stop_stopped": ("refuse", "false", "accept"),  # stop of a stopped job: DLI.15002, 200 with is_success false, a yes
    "stop_time": ("seconds", "minutes"),  # from an accepted stop until it shows; minutes: after a pause
    "delete_time": ("seconds", "minutes"),  # the same for a delete of an active job
    "savepoint_made": ("told", "not_told"),  # by has_savepoint, when a job was stopped with one
    "savepoint_calls": ("absent", "offered"),  # savepoints without a stop, and imports of them
}
DELAYS = {"savepoint": 0, "cancel": 0, "delete": 0, "submit": 0}

# "Querying Job Details" (dli_02_0235) and the user guide: what runs nothing, and what may be stopped.
INACTIVE = {"job_init", "job_submit_fail", "job_cancel_success", "job_finish", "job_arrearage_stopped", "job_idle"}
STOPPABLE = {"job_running", "job_submitting", "job_cancel_fail"}
STOP_UNDEFINED = {"job_running_exception", "job_downloading", "job_idle", "job_arrearage_recovering"}
STATUSES = INACTIVE | STOPPABLE | STOP_UNDEFINED | {"job_canceling", "job_savepointing"}
LISTED = {status for status in STATUSES if not status.startswith("job_arrearage_")}  # what a list may be asked for
STARTABLE = INACTIVE - {"job_arrearage_stopped"} | {"job_running_exception"}
NEVER_STARTED = {"job_init", "job_submitting", "job_submit_fail"}
PAUSE = 70.0  # seconds, longer than a minute
JOB_TYPES = {"flink_sql_job", "flink_jar_job", "flink_opensource_sql_job", "flink_sql_edge_job"}

# "Listing Jobs" and "Querying Job Details": which field is seen where, and its value in a job that does not have it.
ALWAYS = View(
    job_id=None,
    name=None,
    desc="",
    job_type="flink_sql_job",
    status=None,
    status_desc="",
    create_time=0,
    start_time=None,
    queue_name=None,
    savepoint_path=None,
    graph_editor_enabled=False,
    has_savepoint=False,
    edge_group_ids=None,
    restart_times=0,
)
BRIEF = View(ALWAYS, user_name="demo", duration=0, root_id=-1)
DETAIL = View(
    ALWAYS,
    user_id=None,
    project_id=None,
    sql_body=None,
    run_mode="shared_cluster",
    job_config=None,
    main_class=None,
    entrypoint_args=None,
    execution_graph=None,
    update_time=0,
)
OBS_FOLDER = r"[a-z0-9][a-z0-9.-]{2,62}(/[^/]+)*/?"  # a bucket, and folders in it
LIST_PARAMETERS = "job_type status queue_name user_name name tags root_job_id show_detail order limit offset"


def _new_job(world: World, job_id: int, entry: dict) -> dict:
    created = entry.get("create_time", world.now_ms())
    started = None if entry.get("status") in NEVER_STARTED else created
    return {
        "name": f"job-{job_id}",
        "status": "job_running",
        "create_time": created,
        "start_time": started,
        "queue_name": "default",
        "project_id": world.identities.main_project["id"],
    }


def _check_id(job_id) -> None:
    if not _is_long(job_id):
        raise SettingError(f"{job_id!r} is no Flink job id; give a whole number > 0")


JOBS = JobKind(
    "flink_jobs",
    id_field="job_id",
    name_field="name",
    state_field="status",
    time_field="create_time",
    owner_field="project_id",
    fields=View(BRIEF, DETAIL, tags={}),
    triggers={
        "created",
        "before_stop",
        "stop",
        "savepoint",
        "before_delete",
        "delete",
        "before_run",
        "run",
        "before_export",
    },
    operations={"get", "stop", "delete", "run", "export"},
    make_id=int,
    check_id=_check_id,
    new_job=_new_job,
    counted=True,
    queue=Queue("queue_name", INACTIVE, "job_cancel_success"),
)


def _error_reply(world: World, request: Request, *errors: ApiError) -> Reply:
    """An object, or an array from the calls for many jobs, all of which are POST: clients have seen both."""
    bodies = [dli.error_body(world, request, error) for error in errors]
    for_many = request.method == "POST" and not request.path.endswith("savepoint")
    as_array = for_many and world.settings.answers["error_body"] == "array"
    return Reply(errors[0].status, bodies if as_array else bodies[0])


SERVICE = Service(_error_reply, dli.access, (JOBS,), ANSWERS, DELAYS)
PATH = "/v1.0/{project_id}/streaming/jobs"


# ---- reading ----


@SERVICE.route("GET", PATH + "/{job_id}")
def show_job(world: World, request: Request, project_id: str, job_id: str) -> Reply:
    """DLI API reference, "Querying Job Details" (dli_02_0235)."""
    Query(request, dli.wrong)
    job = _known_job(world, project_id, _path_id(job_id), "get", "DLI.16001")
    detail = _shown(world, job, DETAIL)
    world[JOBS.name].looked_at([job])
    return Reply(200, _with_success(world, True, {"message": "", "job_detail": detail}))


@SERVICE.route("GET", PATH)
def list_jobs(world: World, request: Request, project_id: str) -> Reply:
    """DLI API reference, "Listing Jobs" (dli_02_0234)."""
    query, store = Query(request, dli.wrong, LIST_PARAMETERS), world[JOBS.name]
    answers = world.settings.answers
    limit = query.number("limit", 10, most=dli.most_rows(world, "flink_limit"))
    offset = query.number("offset", 0, error=dli.error("DLI.23001"))
    view = DETAIL if query.one_of("show_detail", {"true", "false"}) == "true" else BRIEF
    usual = "desc" if answers["flink_order"] == "newest_first" else "asc"
    newest_first = (query.one_of("order", {"asc", "desc"}) or usual) == "desc"
    found = store.select(project_id, _filter(query), newest_first)
    start = offset * min(limit, world.settings.page_rows or limit) if answers["flink_offset"] == "page" else offset
    entries = store.page(found, start, limit, lambda job: _list_entry(world, job, view))
    job_list = {"total_count": store.total(found), "jobs": entries}
    return Reply(200, _with_success(world, True, {"message": "", "job_list": job_list}))


def _filter(query: Query) -> Filter:
    query.one_of("job_type", JOB_TYPES)
    query.one_of("status", LISTED)
    exact = query.texts("job_type", "status", "queue_name", "user_name")
    exact["root_id"] = query.number("root_job_id", -1, 1, error=dli.error("DLI.23003"))
    name, tags = query.text("name", ".{0,57}") or "", query.pairs("tags", "=", "[^=,]+=[^,]*(,[^=,]+=[^,]*)*")
    return Filter(tuple(exact.items()), name, tags=tags)


def _list_entry(world: World, job: Job, view: View) -> dict:
    entry = _shown(world, job, view)
    if world.settings.answers["list_nulls"] == "shown":
        entry["start_time"] = entry["start_time"] or 0
    form = world.settings.answers["list_tags"]
    if form != "no":
        pairs = [{"key": key, "value": value} for key, value in job["tags"].items()]
        entry["tags"] = dict(job["tags"]) if form == "object" else pairs
    return dli.list_entry(world, entry)


def _shown(world: World, job: Job, view: View) -> dict:
    entry = stamped(world, job.shown(view), "create_time", "start_time", "update_time")
    form, has_savepoint = world.settings.answers["flink_savepoint"], entry["has_savepoint"]
    if form == "missing":
        del entry["has_savepoint"]
    elif form == "string" and has_savepoint is not None:
        entry["has_savepoint"] = str(has_savepoint).lower()
    return entry


# ---- writing ----


class Operation(t.NamedTuple):
    """What stop, delete and run have in common."""

    name: str
    unknown: str  # the code for a job id that does not exist
    done: str  # the message of a success
    refusal: t.Callable[[World, Job, bool], str]  # the code that the job's state calls for, or nothing
    carry_out: t.Callable[[World, Job, bool], None]


def _stop_refusal(world: World, job: Job, dummy: bool) -> str:
    answers, allowed = world.settings.answers, job.status in STOPPABLE
    if job.status in STOP_UNDEFINED or job.status not in STATUSES:
        allowed = answers["stop_undefined"] == "accept"
    elif job.status in INACTIVE:
        allowed = answers["stop_stopped"] == "accept"
        if answers["stop_stopped"] == "false":
            return FALSE
    return "" if allowed else "DLI.15002"


def _pause(world: World, question: str) -> list[Step]:
    """Before the end of what takes its time, if so set."""
    return [Step(PAUSE, False, {})] if world.settings.answers[question] == "minutes" else []


def _stop(world: World, job: Job, trigger_savepoint: bool) -> None:
    if job.status in INACTIVE - STOP_UNDEFINED:
        return
    stopped = [*_pause(world, "stop_time"), world.step("cancel", status="job_cancel_success")]
    steps = [world.step(status="job_canceling"), *stopped]
    if trigger_savepoint:
        path = f"jobs/savepoint/{job.id}/{time.strftime('%Y-%m-%d_%H-%M-%S')}/"
        told = world.settings.answers["savepoint_made"] == "told"
        made = {"has_savepoint": True, "savepoint_path": path} if told else {}
        saved = world.step("savepoint", status="job_canceling", **made)
        steps = [world.step(status="job_savepointing"), saved, *stopped]
    trigger = "savepoint" if trigger_savepoint and "savepoint" in job.script else "stop"
    world[JOBS.name].trigger(job, trigger, steps)


def _delete(world: World, job: Job, dummy: bool) -> None:
    steps = [world.step(status=GONE)]
    if job.status not in INACTIVE:  # the service stops such a job first
        gone = [*_pause(world, "delete_time"), world.step("delete", status=GONE)]
        steps = [world.step(status="job_canceling"), *gone]
    world[JOBS.name].trigger(job, "delete", steps)


def _run_refusal(dummy: World, job: Job, resume_savepoint: bool) -> str:
    if job.status not in STARTABLE:
        return "DLI.13006"
    if not job["queue_name"]:
        return "DLI.13024"
    return "DLI.13017" if resume_savepoint and not job["has_savepoint"] else ""


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
    Query(request, dli.wrong)
    job = _known_job(world, project_id, _path_id(job_id), DELETE.name, DELETE.unknown)
    DELETE.carry_out(world, job, False)
    return Reply(world.settings.answers["write_status"], _outcome(world, request, DELETE, None))


@SERVICE.route("POST", PATH + "/{job_id}/savepoint", offered_by="savepoint_calls")
def make_savepoint(world: World, request: Request, project_id: str, job_id: str) -> Reply:
    """The vendor's "Triggering a Savepoint" (dli_02_0392): of a job that runs on. Not among the pages of Open Telekom Cloud."""
    Query(request, dli.wrong)
    body = _body(request, "action", "savepoint_path")
    folder = body.get("savepoint_path", f"jobs/savepoint/{job_id}/")
    if body.get("action") != "TRIGGER":
        raise dli.wrong("action must be TRIGGER.")
    _check_folder(folder)
    job = _known_job(world, project_id, _path_id(job_id), "savepoint", "DLI.16001")
    if job.status != "job_running":
        raise dli.error("DLI.15002")
    saved = world.step("savepoint", status="job_running", has_savepoint=True, savepoint_path=folder)
    world[JOBS.name].trigger(job, "make_savepoint", [world.step(status="job_savepointing"), saved])
    done = {"is_success": "true", "message": "api.msg.deal_savepoint_success"}
    return Reply(200, _with_success(world, True, {"message": json.dumps(done)}))


@SERVICE.route("POST", PATH + "/{job_id}/import-savepoint", offered_by="savepoint_calls")
def import_savepoint(world: World, request: Request, project_id: str, job_id: str) -> Reply:
    """The vendor's "Importing a Savepoint" (dli_02_0393): for the next start of a job that does not run."""
    Query(request, dli.wrong)
    body = _body(request, "job_id", "savepoint_path")
    folder = body.get("savepoint_path")
    if not _is_long(body.get("job_id")) or body["job_id"] != _path_id(job_id):
        raise dli.wrong("job_id must be the one of the path.")
    _check_folder(folder.removeprefix("obs://") if isinstance(folder, str) else folder)
    job = _known_job(world, project_id, _path_id(job_id), "savepoint", "DLI.16001")
    if job.status not in STARTABLE:
        raise dli.error("DLI.12003")
    world[JOBS.name].trigger(
        job, "import_savepoint", [world.step(status=job.status, has_savepoint=True, savepoint_path=folder)]
    )
    return Reply(200, _with_success(world, True, {"message": localised(world, request, "The job was updated.")}))


def _check_folder(folder: t.Any) -> None:
    if not isinstance(folder, str) or not re.fullmatch(OBS_FOLDER, folder):
        raise dli.wrong("savepoint_path must be the path of a folder in OBS.")


@SERVICE.route("POST", PATH + "/export")
def export_jobs(world: World, request: Request, project_id: str) -> Reply:
    """DLI API reference, "Exporting a Flink Job" (dli_02_0254)."""
    Query(request, dli.wrong)
    folder, job_ids = _export_body(world, request)
    if job_ids is None:
        job_ids = [job.id for job in world[JOBS.name].select(project_id, Filter())]
    jobs: list[Job] = []

    def judge(job_id: int) -> Job:
        return _known_job(world, project_id, job_id, "export", "DLI.16001")

    refused = [error for error in write_batch(world, job_ids, judge, jobs.append) if error]
    files = _export_files(world, folder, jobs)
    if is_error(world, refused, job_ids):
        return _error_reply(world, request, *refused)
    message = localised(world, request, *_words(refused[0] if refused else None, "The jobs were exported."))
    form = world.settings.answers["export_files"]
    shown = {} if form == "missing" else {"zip_file": [] if refused or form == "empty" else files}
    return Reply(200, _with_success(world, not refused, {"message": message, **shown}))


def _export_files(world: World, folder: str, jobs: list[Job]) -> list[str]:
    """The names of the files, which are in OBS then; none if a setting says so."""
    form = world.settings.answers["export_files"]
    groups = [[job] for job in jobs] if form == "each" else [jobs] if jobs and form == "one" else []
    files = {}
    for group in groups:
        number = len(world.files) + len(files) + 1
        files[f"{folder.rstrip('/')}/{group[0]['name']}_{number}.zip"] = [job.id for job in group]
    world.files.update(files)
    return list(files)


def _batch(world: World, request: Request, project_id: str, operation: Operation, flag: str = "") -> Reply:
    Query(request, dli.wrong)
    job_ids, flag_is_set = _batch_body(world, request, flag)

    def judge(job_id: int) -> Job:
        job = _known_job(world, project_id, job_id, operation.name, operation.unknown)
        code = operation.refusal(world, job, flag_is_set)
        if code:
            raise dli.error(code)
        return job

    errors = write_batch(world, job_ids, judge, lambda job: operation.carry_out(world, job, flag_is_set))
    refused = [error for error in errors if error and error.code != FALSE]
    if is_error(world, refused, job_ids):
        return _error_reply(world, request, *refused)
    return _batch_reply(world, request, operation, errors)


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
    return _with_success(world, not error, {"message": localised(world, request, *_words(error, operation.done))})


def _words(error: ApiError | None, done: str) -> tuple[str, str]:
    """The message of an answer, and the code of a refusal."""
    return (error.message, error.code) if error else (done, "")


# ---- what requests must look like ----


def _known_job(world: World, project_id: str, job_id: int, operation: str, unknown: str) -> Job:
    """The job that an operation is for; ``unknown`` is the operation's own code for a job that does not exist."""
    form = world.settings.answers["not_found"]
    absence = dli.error(unknown if form == "own_code" else form, f"The job {job_id} does not exist.")
    return dli.checked(world[JOBS.name].find(job_id, project_id, operation), operation, absence)


def _batch_body(world: World, request: Request, flag: str) -> tuple[list[int], bool]:
    body = _body(request, "job_ids", flag)
    flag_is_set = body.get(flag, False)
    job_ids = _ids(world, body, "job_ids")
    if not isinstance(flag_is_set, bool):
        raise dli.wrong(f"{flag} must be true or false.")
    return job_ids, flag_is_set


def _export_body(world: World, request: Request) -> tuple[str, list[int] | None]:
    """The folder, and the jobs, None for all."""
    body = _body(request, "obs_dir", "is_selected", "job_selected")
    folder, selected = body.get("obs_dir"), body.get("is_selected")
    if not isinstance(folder, str) or not re.fullmatch(OBS_FOLDER, folder):
        raise dli.wrong("obs_dir must be the path of a folder in OBS.")
    if not isinstance(selected, bool):
        raise dli.wrong("is_selected must be true or false.")
    if not selected and "job_selected" in body:
        raise dli.wrong("job_selected goes with is_selected.")
    return folder, _ids(world, body, "job_selected") if selected else None


def _body(request: Request, *known: str) -> dict:
    body = json_object(request)
    if body is None:
        raise dli.error("DLI.10004")
    for name in body:
        if name not in known:
            raise dli.wrong(f"The body has an unknown field {name}.")
    return body


def _ids(world: World, body: dict, field: str) -> list[int]:
    job_ids = body.get(field)
    if not isinstance(job_ids, list) or not 1 <= len(job_ids) <= most_ids(world):
        raise dli.wrong(f"{field} must be a list of 1 to {most_ids(world)} numbers.")
    if not all(isinstance(job_id, int) and not isinstance(job_id, bool) for job_id in job_ids):
        raise dli.wrong(f"{field} must be numbers.")
    if not all(map(_is_long, job_ids)):
        raise dli.error("DLI.12001")
    return job_ids


def _path_id(text: str) -> int:
    job_id = whole_number(text, 1)
    if job_id is None:
        raise dli.error("DLI.12001")
    return job_id


def _is_long(value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_LONG


# ---- forms of answers ----


def _with_success(world: World, success: bool, body: dict) -> dict:
    """The answer with ``is_success`` in the form that is set: the editions of the reference disagree."""
    form = world.settings.answers["is_success"]
    if form == "missing":
        return body
    text = str(success)
    return {"is_success": {"string": text.lower(), "capital": text, "boolean": success}[form], **body}
