# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batch processing jobs (Spark) of DLI. Page ids are those of the DLI API reference."""

from __future__ import annotations

import re

from . import dli
from .checks import UUID, Query
from .service import Service, in_ms, stamped
from .wire import Reply, Request
from .world import Filter, Job, JobKind, Queue, View, World, id_check, numbered_uuids

ANSWERS = {
    "spark_state": ("lower", "capital"),  # success as in the tables, Success as in the example of dli_02_0127
    "spark_get": ("as_listed", "capital"),  # the state of a single batch: as in lists, or Success all the same
    "spark_from": ("job", "page"),  # the number of a job, or of a page; both begin with 0
    "spark_size": ("refused", "accepted"),  # a size above page_limit
    "spark_app_id": ("string", "null", "empty", "list"),
    "spark_not_found": ("DLI.0002", "DLI.0023", "DLI.0001"),
    "spark_cancel": ("msg", "202", "204", "empty"),  # 200 with msg, empty with 202, with 204, with 200
    "spark_cancel_refusal": ("DLI.0007", "DLI.0001", "DLI.0999"),  # the code for a job that has ended
    "spark_cancelled": ("dead", "success"),  # how a cancelled job ends
}
DELAYS = {"spark_cancel": 0}

FINAL = {"dead", "success"}
STATES = FINAL | {"starting", "running", "recovering"}
ORDERS = {"DURATION_DESC", "DURATION_ASC", "CREATE_TIME_DESC", "CREATE_TIME_ASC"}
LIST_PARAMETERS = "job_name job-id cluster_name queue_name from size state owner start end order"


def _duration(job: Job) -> int:
    ended = job["update_time"] if job.status in FINAL else World.now_ms()
    return ended - job["create_time"]


# "Querying Batch Processing Job Details" (dli_02_0126), and what the vendor's SDK adds; a list has the duration too
DETAIL = View(
    id=None,
    appId=lambda job: None if job.status == "starting" else f"batch-session-{job.id}",
    name="",
    owner="demo",
    proxyUser="",
    state=None,
    kind="spark",
    log=["stdout: ", "stderr: ", "YARN Diagnostics: "],
    sc_type="A",
    cluster_name=lambda job: job["queue"],
    queue="default",
    create_time=0,
    update_time=0,
    image=None,
    feature="basic",
    spark_version="3.3.1",
    req_body="{}",
)
ENTRY = View(DETAIL, duration=_duration)


def _new_job(world: World, batch_id: str, dummy: dict) -> dict:
    return {
        "name": f"job-{batch_id[-6:]}",
        "state": "running",
        "create_time": world.now_ms(),
        "project_id": world.identities.main_project["id"],
    }


BATCHES = JobKind(
    "batches",
    id_field="id",
    name_field="name",
    state_field="state",
    time_field="create_time",
    owner_field="project_id",
    fields=View(ENTRY, project_id=None),
    triggers={"created", "before_cancel", "cancel"},
    operations={"get", "state", "cancel"},
    make_id=numbered_uuids("ba7c0000"),
    check_id=id_check(UUID, "batch id; give a UUID"),
    new_job=_new_job,
    queue=Queue("queue", FINAL, "dead"),
)
SERVICE = Service(dli.error_reply, dli.access, (BATCHES,), ANSWERS, DELAYS)
PATH = "/v2.0/{project_id}/batches"


@SERVICE.route("GET", PATH)
def list_batches(world: World, request: Request, project_id: str) -> Reply:
    """DLI API reference, "Listing Batch Processing Jobs" (dli_02_0125)."""
    query, store = Query(request, dli.wrong, LIST_PARAMETERS), world[BATCHES.name]
    size = query.number("size", 100, most=dli.most_rows(world, "spark_size"))
    start = query.number("from", 0)
    order = query.one_of("order", ORDERS) or "CREATE_TIME_DESC"
    newest_first = order != "CREATE_TIME_ASC"
    found = store.select(project_id, _filter(world, query), newest_first)
    if order.startswith("DURATION"):
        found = sorted(found, key=_duration, reverse=order == "DURATION_DESC")
    rows = min(size, world.settings.page_rows or size)
    first = start * rows if world.settings.answers["spark_from"] == "page" else start
    entries = store.page(found, first, size, lambda job: dli.list_entry(world, _shown(world, job, ENTRY)))
    return Reply(200, {"from": start, "total": store.total(found), "sessions": entries})


def _filter(world: World, query: Query) -> Filter:
    query.one_of("state", STATES)
    query.text("job-id", UUID)
    exact = query.texts("job-id", "cluster_name", "queue_name", "state", "owner")
    fields = {"job-id": "id", "queue_name": "queue"}
    since, until = in_ms(world, query.number("start", 0)), in_ms(world, query.number("end", float("inf")) + 1) - 1
    pairs = tuple((fields.get(name, name), value) for name, value in exact.items())
    return Filter(pairs, query.text("job_name") or "", since, until)


@SERVICE.route("GET", PATH + "/{batch_id}")
def show_batch(world: World, request: Request, project_id: str, batch_id: str) -> Reply:
    """DLI API reference, "Querying Batch Processing Job Details" (dli_02_0126)."""
    job = _known_batch(world, request, project_id, batch_id, "get")
    detail = {**_shown(world, job, DETAIL), "state": _state(world, job, alone=True)}
    world[BATCHES.name].looked_at([job])
    return Reply(200, detail)


@SERVICE.route("GET", PATH + "/{batch_id}/state")
def show_state(world: World, request: Request, project_id: str, batch_id: str) -> Reply:
    """DLI API reference, "Querying a Batch Processing Job Status" (dli_02_0127)."""
    job = _known_batch(world, request, project_id, batch_id, "state")
    answer = {"id": job.id, "state": _state(world, job, alone=True)}
    world[BATCHES.name].looked_at([job])
    return Reply(200, answer)


@SERVICE.route("DELETE", PATH + "/{batch_id}")
def cancel_batch(world: World, request: Request, project_id: str, batch_id: str) -> Reply:
    """DLI API reference, "Canceling a Batch Processing Job" (dli_02_0129): the record stays."""
    answers = world.settings.answers
    job = _known_batch(world, request, project_id, batch_id, "cancel")
    if job.status in FINAL:
        raise dli.error(answers["spark_cancel_refusal"], "A job that has ended cannot be canceled.")
    world[BATCHES.name].trigger(job, "cancel", [world.step("spark_cancel", state=answers["spark_cancelled"])])
    form = answers["spark_cancel"]
    return Reply(int(form) if form.isdigit() else 200, {"msg": "deleted"} if form == "msg" else None)


def _known_batch(world: World, request: Request, project_id: str, batch_id: str, operation: str) -> Job:
    Query(request, dli.wrong)
    if not re.fullmatch(UUID, batch_id):
        raise dli.wrong("The batch ID must be a UUID.")
    absence = dli.error(world.settings.answers["spark_not_found"], f"The batch {batch_id} does not exist.")
    return dli.checked(world[BATCHES.name].find(batch_id, project_id, operation), operation, absence)


def _shown(world: World, job: Job, view: View) -> dict:
    entry = stamped(world, job.shown(view), "create_time", "update_time")
    app_id = entry["appId"]
    forms = {"string": app_id, "null": None, "empty": "", "list": [app_id] if app_id else []}
    return {**entry, "appId": forms[world.settings.answers["spark_app_id"]], "state": _state(world, job)}


def _state(world: World, job: Job, alone: bool = False) -> str:
    """``alone``: not in a list."""
    answers = world.settings.answers
    capital = answers["spark_state"] == "capital" or (alone and answers["spark_get"] == "capital")
    return job.status.capitalize() if capital else job.status
