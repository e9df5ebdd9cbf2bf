# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The words of Data Lake Insight for Flink jobs: paths, payloads, statuses, error codes. Knows no order of work.

API reference of DLI, "Flink Job-related APIs": Listing Jobs (dli_02_0234), Querying Job Details (dli_02_0235), Batch
Running Jobs (dli_02_0233), Batch Stopping Jobs (dli_02_0241), Batch Deleting Jobs (dli_02_0243), Exporting a
Flink Job (dli_02_0254).
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._cloud.answers import Maybe, shaped
from .._cloud.client import Client
from .._cloud.errors import OptionError, Refused
from .._cloud.given import Value, refuse_odd
from .._cloud.options import Spec
from .._jobs.desired_state import NOTHING, DesiredState, Notes, Owed, Refusals, Remains, Step, Words, Write, until_ended
from .._jobs.options import filter_option, texts
from .._jobs.selection import NOT_NAME, Fields, Job, Selection, query_of, select
from .._jobs.service import PAGE, Export, Listed, Page, PaginatedList, Paging
from .._jobs.shapes import page, part, the_job
from .dli import DLI, FAILED_ONLY, agree, check_tags, refusal_in, tag_query, yes_or_no

BATCH_SIZE = 100  # ids that one write carries
OBS = "obs://"

ENDED = ("job_init", "job_submit_fail", "job_cancel_success", "job_finish", "job_arrearage_stopped", "job_idle")

STOP_STEPS: t.Mapping[str, Step | Write] = {
    **dict.fromkeys(ENDED, Step.DONE),
    "job_canceling": Step.IN_PROGRESS,
    "job_savepointing": Step.BLOCKED,
    "job_arrearage_recovering": Step.BLOCKED,
    "job_submitting": Write.STOP,
    "job_downloading": Write.STOP,
    "job_running": Write.STOP,
    "job_running_exception": Write.STOP,  # the service may restart it at any time
    "job_cancel_fail": Write.STOP,
}

START_STEPS: t.Mapping[str, Step | Write] = {
    "job_running": Step.DONE,
    "job_finish": Step.DONE,  # it has run to its end; to run it once more would do its work twice
    "job_submitting": Step.IN_PROGRESS,
    "job_downloading": Step.IN_PROGRESS,
    "job_arrearage_recovering": Step.IN_PROGRESS,
    "job_canceling": Step.BLOCKED,
    "job_savepointing": Step.BLOCKED,
    "job_init": Write.RUN,
    "job_submit_fail": Write.RUN,
    "job_cancel_success": Write.RUN,
    "job_cancel_fail": Write.RUN,
    "job_running_exception": Write.RUN,
    "job_arrearage_stopped": Write.RUN,
    "job_idle": Write.RUN,
}

# Of a job that was seen stopped, and is started only once
START_ONCE_STEPS: t.Mapping[str, Step | Write] = {
    **START_STEPS,
    "job_running_exception": Step.BLOCKED,
    "job_cancel_fail": Step.BLOCKED,
}

# What a list can be asked for; the other statuses are not among its documented values
LISTABLE = [status for status in STOP_STEPS if not status.startswith("job_arrearage_")]

STOP_REFUSED = Refusals(
    not_now=("DLI.15002",),
    waited_out=("job_submitting", "job_downloading"),
    done_if_refused_in=("job_running_exception",),
    again=FAILED_ONLY,
)
RUN_REFUSED = Refusals(
    not_now=("DLI.13006",),
    waited_out=("job_running_exception",),  # the service may be restarting it
    may_show_effect=True,
    again=FAILED_ONLY,
)

DESIRED_STATES = {
    "stopped": DesiredState(
        steps=STOP_STEPS,
        otherwise=Step.BLOCKED,
        gone=Step.MISSING,
        leads_to={Write.STOP: "job_cancel_success"},
        words=Words("Stopped", "Would stop", "Asked to stop", "stopped"),
        failures=("job_cancel_fail",),
        refusals=STOP_REFUSED,
    ),
    "absent": DesiredState(
        steps={},
        otherwise=Write.DELETE,
        gone=Step.DONE,
        leads_to={Write.DELETE: None},
        words=Words("Deleted", "Would delete", "Asked to delete", "absent"),
        refusals=Refusals(again=FAILED_ONLY),
    ),
    "started": DesiredState(
        steps=START_STEPS,
        otherwise=Step.BLOCKED,
        gone=Step.MISSING,
        leads_to={Write.RUN: "job_running"},
        words=Words("Started", "Would start", "Asked to start", "started"),
        failures=("job_submit_fail",),
        refusals=RUN_REFUSED,
    ),
    "ended": until_ended(ENDED),
}

# To restart a job, it is stopped first, and started as soon as that was seen
START_ONCE = replace(
    DESIRED_STATES["started"],
    steps=START_ONCE_STEPS,
    leads_to={Write.STOP: "job_cancel_success", Write.RUN: "job_running"},
    remains=Remains(content={"job_finish": "finished, so not started again"}),
    owed=Owed(Write.RUN, undone="was not started", pending="may still stop"),
    marks={"restarted": True},
)
STOP_TO_START = replace(
    DESIRED_STATES["stopped"],
    leads_to=START_ONCE.leads_to,
    words=Words("Restarted", "Would restart", "Asked to restart", "restarted"),
    then={Write.STOP: Write.RUN},
    refusals=STOP_REFUSED._replace(done_if_refused_in=()),  # a refusal does not show that it has stopped
    next=START_ONCE,
    owed=START_ONCE.owed,
    marks=START_ONCE.marks,
)

NOT_SAVED = Notes(lack="without a savepoint")
NOT_RESUMED = Notes(hindrance="it has no savepoint to resume from")

# What says that a job does not exist; any other answer to a get, a 404 of the gateway above all, says nothing about it.
UNKNOWN_JOB = ("DLI.16001", "DLI.0002", "DLI.0023")
# of IAM; on Huawei Cloud some are named otherwise
PERMISSIONS = {
    Write.RUN: "dli:jobs:start (Huawei Cloud: dli:jobs:startFlinkJob), or a grant on the job or its queue",
    Write.STOP: "dli:jobs:stop (Huawei Cloud: dli:jobs:stopFlinkJob), or a grant on the job or its queue",
    Write.DELETE: "dli:jobs:delete (and for a job that runs dli:jobs:stop, on Huawei Cloud dli:jobs:stopFlinkJob), or a grant on "
    "the job or its queue",
}
GET = "dli:jobs:get"
LIST = "dli:jobs:listAll (Huawei Cloud: dli:jobs:list)"
EXPORT_PERMISSION = "dli:jobs:export, and DLI needs the right to write to the bucket"


def flink_job_id(text: str) -> int:
    """The number of a Flink job. Raises ValueError for anything but digits (``True``, ``1.0``, ``1e3``)."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else 0
    if not 0 < number < 2**63:
        raise ValueError("is not the id of a Flink job: digits only, greater than 0")
    return number


def folder_in_obs(text: str) -> str:
    """The value of ``export_to`` as the service takes it. Raises OptionError, which quotes nothing."""
    refuse_odd("export_to", Value(text, "export_to"))
    folder = text[len(OBS) :] if text.startswith(OBS) else text
    bucket, dummy, path = folder.partition("/")
    if not bucket or ":" in bucket or not path.strip("/") or ".." in folder:
        raise OptionError(
            "export_to: must be a bucket of OBS, and a folder in it, such as ops-bucket/flink, without .."
        )
    return folder


class FlinkJobs:
    """The Flink jobs of one project."""

    fields = Fields(
        parse_id=flink_job_id,
        id="job_id",
        name="name",
        status="status",
        reason="status_desc",
        filters={
            "name": "name",
            NOT_NAME: "name",
            "status": "status",
            "queue_name": "queue_name",
            "job_type": "job_type",
            "user_name": "user_name",
            "tags": "tags",
            "older_than": "create_time",
        },
        by_service=("queue_name", "job_type", "user_name", "tags"),
        decisive=("has_savepoint",),
    )
    api = DLI
    module = "dli_flink_jobs"
    listed = Listed("jobs", "total_count", within="job_list")
    statuses: t.ClassVar[t.Collection[str]] = STOP_STEPS
    ended: t.ClassVar[t.Collection[str]] = ENDED
    unstable: t.ClassVar[t.Collection[str]] = ()
    export_option = "export_to"
    batch: t.Mapping[Write, int] = {Write.RUN: BATCH_SIZE, Write.STOP: BATCH_SIZE, Write.DELETE: BATCH_SIZE}
    passing: t.Collection[str] = ("status",)
    hidden: t.Collection[str] = ("DLI.10005",)
    detail_fields: t.Collection[str] = (
        "user_id",
        "project_id",
        "sql_body",
        "run_mode",
        "job_config",
        "main_class",
        "entrypoint_args",
        "execution_graph",
        "update_time",
    )

    def __init__(self, client: Client, options: t.Mapping[str, t.Any]) -> None:
        self.client = client
        self._jobs = f"/v1.0/{client.project_id}/streaming/jobs"
        self._flags = {
            Write.RUN: {"resume_savepoint": options.get("resume_savepoint", False)},
            Write.STOP: {"trigger_savepoint": options.get("trigger_savepoint", False)},
        }
        self.export: Export | None = None
        if options.get("export_to") is not None:
            self._folder = folder_in_obs(options["export_to"])
            self.export = Export(BATCH_SIZE, self._export)

    @staticmethod
    def options() -> Spec:
        """Those that choose jobs."""
        keys = filter_option(["name", NOT_NAME, "status"], ["queue_name", "job_type", "user_name", "older_than"])
        keys["options"]["tags"] = {"type": "dict"}
        return {"job_ids": texts(), "filters": keys}

    @staticmethod
    def select(options: t.Mapping[str, t.Any]) -> Selection:
        """Raises OptionError."""
        selection = select(options, "job_ids", FlinkJobs.fields, {"status": STOP_STEPS})
        check_tags(selection.filters)
        return selection

    @staticmethod
    def desired_state(options: t.Mapping[str, t.Any]) -> DesiredState:
        """Raises OptionError for an option that belongs to another state."""
        state = options["state"]
        if options.get("export_to") is not None:
            if state != "absent":
                raise OptionError(f"export_to: only state absent exports jobs, not {state}; leave it out")
            folder_in_obs(options["export_to"])
        if state == "restarted":
            return _restarted(options)
        if options["trigger_savepoint"] and state != "stopped":
            raise OptionError(
                f"trigger_savepoint: only states stopped and restarted make a savepoint, not {state}; "
                "stop the jobs in a task of its own first"
            )
        if options["resume_savepoint"] and state != "started":
            raise OptionError(
                f"resume_savepoint: only states started and restarted resume from a savepoint, not {state}; leave it out"
            )
        if options["resume_savepoint"]:
            return _from_savepoints(DESIRED_STATES[state])
        if options["trigger_savepoint"]:
            return _with_savepoints(DESIRED_STATES[state], options["wait"])
        return DESIRED_STATES[state]

    def get(self, job_id: int) -> Job | None:
        """The detail of one job, None if the service does not know it."""

        def read(answer: t.Any, call: str) -> Job:
            if part(answer, "job_detail") is None:
                agree(answer, call)
            return the_job(job_id, part(answer, "job_detail"), self.fields, call)

        try:
            return self.client.call("GET", f"{self._jobs}/{job_id}", read, needs=GET)
        except Refused as error:
            if error.code in UNKNOWN_JOB and error.status in (400, 404):
                return None
            raise

    def pages(self, query: t.Mapping[str, t.Any]) -> PaginatedList:
        return PaginatedList(self.client, Paging.JOBS, lambda offset: self._page(offset, query))

    def _page(self, offset: int, query: t.Mapping[str, t.Any]) -> Page:
        def read(answer: t.Any, call: str) -> Page:
            if not part(part(answer, "job_list"), "jobs"):
                agree(answer, call)
            shown = shaped(answer, {"job_list": dict}, call)["job_list"]
            return page(shown, self.listed, self.fields, call)

        # the default, by the documentation; in the other order a job could be missed while others come and go
        asked_for = {"limit": PAGE, "offset": offset, "order": "desc", **query}
        return self.client.call("GET", self._jobs, read, asked_for, needs=LIST)

    def query(self, filters: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        query = query_of(filters, self.fields, "status", LISTABLE)
        if "tags" in filters:
            query["tags"] = tag_query(filters["tags"])
        return query

    def write(self, write: Write, ids: t.Sequence[int]) -> list[Refused | None]:
        """``run``, ``stop`` or ``delete`` of up to 100 jobs: for each the refusal, None where it was accepted.

        An answer holds no ids and may be one element for many jobs, so a "no" in it is a "no" to all of them
        unless there are as many elements as jobs.
        """

        def read(answer: t.Any, call: str) -> list[Refused | None]:
            elements = answer if isinstance(answer, list) else [answer]
            shaped(elements, [Maybe({"is_success": Maybe(yes_or_no)})], call)
            return [self._refusal(element, call) for element in elements]

        body = {"job_ids": list(ids), **self._flags.get(write, {})}
        path = f"{self._jobs}/{write.value}"
        refusals = self.client.call("POST", path, read, body=body, needs=PERMISSIONS[write])
        if len(refusals) == len(ids):
            return refusals
        return [next((one for one in refusals if one), None)] * len(ids)

    def _export(self, ids: t.Sequence[int]) -> list[str]:
        """A yes without the name of a file is no yes. A request whose answer is lost is sent again; OBS then has a second file that nobody knows of."""

        def read(answer: t.Any, call: str) -> list[str]:
            shaped(answer, {"is_success": Maybe(yes_or_no), "zip_file": Maybe([str])}, call)
            refusal = self._refusal(answer, call)
            if refusal:
                raise refusal
            files = [self.client.plain(file) for file in answer.get("zip_file") or () if file.strip()]
            if not files:
                raise Refused(call, "the answer names no file", 200)
            return files

        body = {"obs_dir": self._folder, "is_selected": True, "job_selected": list(ids)}
        return self.client.call("POST", f"{self._jobs}/export", read, body=body, needs=EXPORT_PERMISSION, repeat=True)

    def _refusal(self, element: t.Any, call: str) -> Refused | None:
        refusal = refusal_in(element, call)
        return refusal and refusal.recast(Refused, self.client.plain(refusal.error["message"]))


def _with_savepoints(desired: DesiredState, waits: bool) -> DesiredState:
    """Stopped with a savepoint. Jobs that cannot have one yet are awaited first. If nobody ``waits``, nobody sees whether there is one."""
    return replace(
        desired,
        steps={**desired.steps, "job_submitting": Step.BLOCKED, "job_downloading": Step.BLOCKED},
        failures=(*desired.failures, "job_submit_fail"),
        notes=lambda job: NOT_SAVED if _has_none(job) else NOTHING,
        remains=Remains(
            insists=waits,
            content={"job_finish": "ended by itself, so there is no state to keep"},
            told_of=("job_cancel_success", "job_arrearage_stopped"),
        ),
    )


def _restarted(options: t.Mapping[str, t.Any]) -> DesiredState:
    """Stopped, and started as soon as it was seen stopped: two states, one after the other. Raises OptionError."""
    if not options["wait"]:
        raise OptionError("wait: state restarted has to see each job stopped before it starts it; leave it out")
    if options["trigger_savepoint"] != options["resume_savepoint"]:
        raise OptionError(
            "trigger_savepoint, resume_savepoint: go together with state restarted, as one alone would lose the state of the jobs"
        )
    if options["trigger_savepoint"]:
        return replace(_with_savepoints(STOP_TO_START, waits=True), next=_from_savepoints(START_ONCE))
    return STOP_TO_START


def _from_savepoints(desired: DesiredState) -> DesiredState:
    """Started, but never without the state that the job had."""
    return replace(desired, notes=lambda job: NOT_RESUMED if _has_none(job) else NOTHING)


def _has_none(job: t.Mapping[str, t.Any]) -> bool:
    """The service says that the job has no savepoint. A job of which it says nothing may have one."""
    return str(job.get("has_savepoint")).lower() == "false"
