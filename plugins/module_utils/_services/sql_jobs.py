# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The words of Data Lake Insight for SQL jobs: paths, statuses, error codes. Knows no order of work.

API reference of DLI, "SQL Job-related APIs": Querying All Jobs (dli_02_0025), Querying Job Status (dli_02_0021),
Canceling a Job (dli_02_0104). The service keeps the record of a cancelled job, so both states mean the same to it. SQL
jobs have no name.
"""

from __future__ import annotations

import typing as t

from .._cloud.answers import Maybe, shaped
from .._cloud.client import Client
from .._cloud.errors import OptionError, Refused, Unanswered, Vague
from .._cloud.options import Spec
from .._cloud.text import WORD
from .._jobs.desired_state import DesiredState, Step, Words, Write, until_ended
from .._jobs.options import filter_option, texts
from .._jobs.selection import NOT, Fields, Job, Selection, select
from .._jobs.service import PAGE, Continuation, Export, Listed, Page, PaginatedList, Paging
from .._jobs.shapes import page, part, the_job
from .dli import CANCEL_REFUSED, DLI, agree, check_tags, refusal_in, tag_query, yes_or_no

MOST_PAGES = 100  # of a list
LONGEST_PATTERN = 1024  # of a part of a statement
LISTABLE = ("LAUNCHING", "RUNNING", "SCALING", "FINISHED", "FAILED", "CANCELLED")  # what a list can be asked for
# Some versions of the service spell these in another way
SYNONYMS = {"canceled": "cancelled", "finish": "finished"}
ENDED = ("finished", "failed", "cancelled", *SYNONYMS)
STEPS: t.Mapping[str, Step | Write] = {
    "launching": Write.CANCEL,
    "running": Write.CANCEL,
    "scaling": Step.IN_PROGRESS,  # the service does not offer to cancel it
    **dict.fromkeys(ENDED, Step.DONE),
}
# Maintenance of the queue itself, which is in the same list
OF_THE_QUEUE = ("RESTART_QUEUE", "SCALE_QUEUE")
READ = "a grant on the queue of the job (Huawei Cloud: dli:jobs:get)"
SAID_NO = "is_success is false"  # the message beside it may quote the statement of the job
CANCEL = "dli:queue:cancelJob, or CANCEL_JOB on the queue of the job"


def sql_job_id(text: str) -> str:
    """The id of a SQL job. Raises ValueError."""
    if not WORD.fullmatch(text):
        raise ValueError("is not the id of a SQL job: 1 to 64 letters, digits, - and _ only")
    return text


class SqlJobs:
    """The SQL jobs of one project."""

    api = DLI
    module = "dli_sql_jobs"
    listed = Listed("jobs", "job_count")
    statuses: t.ClassVar[t.Collection[str]] = STEPS
    ended: t.ClassVar[t.Collection[str]] = ENDED
    unstable: t.ClassVar[t.Collection[str]] = ()
    export_option = ""
    fields = Fields(
        parse_id=sql_job_id,
        id="job_id",
        name="",
        status="status",
        reason="",  # what the field message says may quote the statement
        filters={
            "status": "status",
            "queue_name": "queue_name",
            "job_type": "job_type",
            "owner": "owner",
            "tags": "tags",
            "sql_pattern": "statement",
            "older_than": "start_time",
            f"{NOT}job_type": "job_type",
        },
        by_service=("queue_name", "owner", "sql_pattern"),
        parts=("sql_pattern",),
        none_if_missing=("tags",),
        synonyms=SYNONYMS,
        beside=("queue_name", "job_type"),
        decisive=("start_time",),
    )
    batch: t.Mapping[Write, int] = {Write.CANCEL: 1}
    passing: t.Collection[str] = ("job-status",)
    hidden: t.Collection[str] = ()
    detail_fields: t.Collection[str] = ("statement", "message", "detail", "job_mode", "user_conf")
    export: Export | None = None

    def __init__(self, client: Client, options: t.Mapping[str, t.Any]) -> None:
        self.client = client
        self._jobs = f"/v1.0/{client.project_id}/jobs"
        self._read: set[str] = set()  # the jobs whose status was read
        self._listed: set[str] = set()  # those that a list has shown

    @staticmethod
    def options() -> Spec:
        """Those that choose jobs."""
        keys = filter_option(["status", "job_type"], ["queue_name", "owner", "sql_pattern", "older_than"])
        keys["options"]["tags"] = {"type": "dict"}
        return {"job_ids": texts(), "filters": keys}

    @staticmethod
    def select(options: t.Mapping[str, t.Any]) -> Selection:
        """Raises OptionError."""
        words = [*LISTABLE, *(word.upper() for word in SYNONYMS)]
        selection = select(options, "job_ids", SqlJobs.fields, {"status": words})
        if selection.ids is not None:
            return selection
        filters = dict(selection.filters)
        check_tags(filters)
        if "ALL" in (word.upper() for word in filters.get("job_type", ())):
            raise OptionError("filters.job_type: ALL is not the type of any job; leave job_type out")
        if len(filters.get("sql_pattern", "")) > LONGEST_PATTERN:
            raise OptionError(f"filters.sql_pattern: is longer than {LONGEST_PATTERN} characters")
        # who empties a queue does not mean the maintenance of the queue
        if "state" in options and "job_type" not in filters:
            filters[f"{NOT}job_type"] = list(OF_THE_QUEUE)
        return selection._replace(filters=filters)

    @staticmethod
    def desired_state(options: t.Mapping[str, t.Any]) -> DesiredState:
        if options["state"] == "ended":
            return until_ended(ENDED)
        steps = STEPS if options["job_ids"] is None else {**STEPS, "scaling": Write.CANCEL}
        return DesiredState(
            steps=steps,
            otherwise=Step.BLOCKED,
            gone=Step.DONE if options["state"] == "absent" else Step.MISSING,
            leads_to={Write.CANCEL: "CANCELLED"},
            words=Words("Cancelled", "Would cancel", "Asked to cancel", "finished"),
            refusals=CANCEL_REFUSED._replace(tried_once=("scaling",)),
        )

    def get(self, job_id: str) -> Job | None:
        """The status of one job, None if the service does not know it."""

        def read(answer: t.Any, call: str) -> Job:
            if part(answer, "status") is None and refusal_in(answer, call):
                raise Refused(call, SAID_NO, 200)
            job = the_job(job_id, answer, self.fields, call)
            return {key: value for key, value in job.items() if key != "is_success"}  # which is about the answer

        try:
            job = self.client.call("GET", f"{self._jobs}/{job_id}/status", read, needs=READ)
        except (Refused, Unanswered) as error:
            if error.status not in (400, 404) or error.from_gateway:
                raise
            if error.code == "DLI.0002" or (error.status, error.code) == (404, "DLI.0023"):
                return None
            if error.status == 404:
                raise
            return self._in_list(job_id, error)
        self._read.add(job_id)
        return job

    def _in_list(self, job_id: str, error: Refused | Unanswered) -> Job | None:
        """A 400 may as well be "parameter wrong": it means an unknown job only if a list agrees.

        If the job was read before, but no list has shown it, the list says nothing; and neither does a refused permission.
        """
        hidden = job_id in self._read - self._listed or error.code in DLI.no_permission
        listed = self._page(1, {"job-id": job_id})
        if job_id in listed.jobs:
            return the_job(job_id, listed.jobs[job_id], self.fields, listed.call)
        if listed.total or listed.rows or hidden:
            raise error
        return None

    def pages(self, query: t.Mapping[str, t.Any]) -> PaginatedList:
        """The oldest first. In any other order each job that arrives would move all others to later pages."""
        of_all = {key: value for key, value in query.items() if key not in self.passing}
        launching = None if "job-status" in query else self.pages({**query, "job-status": "LAUNCHING"})
        return PaginatedList(
            self.client,
            Paging.PAGES,
            lambda number: self._page(number, query),
            oldest_first=True,
            continuation=Continuation(
                most=MOST_PAGES,
                time="start_time",
                later_than=lambda time: self.pages({**query, "start": time}),
                timeless=launching,
            ),
            lasting=None if of_all == query else lambda: self.pages(of_all),
        )

    def _page(self, number: int, query: t.Mapping[str, t.Any]) -> Page:
        def read(answer: t.Any, call: str) -> Page:
            if not part(answer, "jobs"):
                agree(answer, call)
            shown = page(answer, self.listed, self.fields, call)
            self._listed.update(shown.jobs)
            return shown

        asked_for = {"page-size": PAGE, "current-page": number, "order": "start_time_asc", **query}
        return self.client.call("GET", self._jobs, read, asked_for, needs=READ)

    def query(self, filters: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        query = {key: filters[key] for key in self.fields.by_service if key in filters}
        statuses = {self.fields.word(word).upper() for word in filters.get("status", ())}
        types = {word.upper() for word in filters.get("job_type", ())}
        if len(statuses) == 1 and statuses <= {*LISTABLE}:
            query["job-status"] = statuses.pop()
        if len(types) == 1:
            query["job-type"] = types.pop()
        if "tags" in filters:
            query["tags"] = tag_query(filters["tags"])
        return query

    def write(self, write: Write, ids: t.Sequence[str]) -> list[Refused | None]:
        """Asks to cancel one job."""

        def read(answer: t.Any, call: str) -> Refused | None:
            shaped(answer, Maybe({"is_success": Maybe(yes_or_no)}), call)
            refusal = refusal_in(answer, call)
            return refusal and refusal.recast(Vague, SAID_NO)

        return [self.client.call("DELETE", f"{self._jobs}/{ids[0]}", read, needs=CANCEL)]
