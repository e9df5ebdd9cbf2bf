# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The words of Data Lake Insight for Spark batches: paths, statuses, error codes. Knows no order of work.

API reference of DLI, "Spark Batch Processing-related APIs": Listing Batch Processing Jobs (dli_02_0125), Querying
Batch Processing Job Details (dli_02_0126), Canceling a Batch Processing Job (dli_02_0129). The service keeps the record
of a cancelled batch, so both states mean the same to it.
"""

from __future__ import annotations

import re
import typing as t

from .._cloud.answers import object_or_nothing
from .._cloud.client import Client
from .._cloud.errors import Refused
from .._cloud.options import Spec
from .._jobs.desired_state import DesiredState, Step, Words, Write, until_ended
from .._jobs.options import filter_option, texts
from .._jobs.selection import NOT_NAME, Fields, Job, Selection, query_of, select
from .._jobs.service import PAGE, Export, Listed, Page, PaginatedList, Paging
from .._jobs.shapes import page, the_job
from .dli import CANCEL_REFUSED, DLI

UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
UNKNOWN_BATCH = ("DLI.0002", "DLI.0023")

ACTIVE = ("starting", "running", "recovering")
# The last two are documented only for Livy, which this API descends from
ENDED = ("dead", "success", "error", "killed")
UNSTABLE = ("recovering",)
STEPS: t.Mapping[str, Step | Write] = {**dict.fromkeys(ACTIVE, Write.CANCEL), **dict.fromkeys(ENDED, Step.DONE)}
LISTABLE = (*ACTIVE, "dead", "success")  # the service refuses to list any other
# Batches have no IAM action of their own
READ = "a grant on the queue of the batch (Huawei Cloud: dli:jobs:list, dli:jobs:get)"
CANCEL = "CANCEL_JOB on the queue of the batch (Huawei Cloud: dli:queue:cancelJob)"


def batch_id(text: str) -> str:
    """The UUID of a Spark batch, in lower case. Raises ValueError."""
    if not UUID.fullmatch(text):
        raise ValueError("is not the id of a batch: a UUID is needed (the field id, not appId)")
    return text.lower()


class BatchJobs:
    """The Spark batches of one project."""

    api = DLI
    module = "dli_batch_job"
    listed = Listed("sessions", "total")
    statuses: t.ClassVar[t.Collection[str]] = STEPS
    ended: t.ClassVar[t.Collection[str]] = ENDED
    unstable: t.ClassVar[t.Collection[str]] = UNSTABLE
    export_option = ""
    fields = Fields(
        parse_id=batch_id,
        id="id",
        name="name",
        status="state",
        reason="",
        filters={
            "name": "name",
            NOT_NAME: "name",
            "state": "state",
            "queue_name": "queue",
            "owner": "owner",
            "older_than": "create_time",
        },
        by_service=("queue_name", "owner"),
    )
    batch: t.Mapping[Write, int] = {Write.CANCEL: 1}
    passing: t.Collection[str] = ("state",)
    hidden: t.Collection[str] = ()
    detail_fields: t.Collection[str] = ("req_body",)
    export: Export | None = None

    def __init__(self, client: Client, options: t.Mapping[str, t.Any]) -> None:
        self.client = client
        self._batches = f"/v2.0/{client.project_id}/batches"

    @staticmethod
    def options() -> Spec:
        """Those that choose jobs."""
        keys = filter_option(["name", NOT_NAME, "state"], ["queue_name", "owner", "older_than"])
        return {"batch_id": {**texts(), "aliases": ["batch_ids"]}, "filters": keys}

    @staticmethod
    def select(options: t.Mapping[str, t.Any]) -> Selection:
        """Raises OptionError."""
        return select(options, "batch_id", BatchJobs.fields, {"state": STEPS})

    @staticmethod
    def desired_state(options: t.Mapping[str, t.Any]) -> DesiredState:
        if options["state"] == "ended":
            return until_ended(ENDED, UNSTABLE)
        return DesiredState(
            steps=STEPS,
            otherwise=Write.CANCEL,
            gone=Step.DONE if options["state"] == "absent" else Step.MISSING,
            leads_to={Write.CANCEL: "dead"},
            words=Words("Cancelled", "Would cancel", "Asked to cancel", "finished"),
            unstable=UNSTABLE,
            refusals=CANCEL_REFUSED,
        )

    def get(self, job_id: str) -> Job | None:
        """One batch, None if the service does not know it."""

        def read(answer: t.Any, call: str) -> Job:
            return the_job(job_id, answer, self.fields, call)

        try:
            return self.client.call("GET", f"{self._batches}/{job_id}", read, needs=READ)
        except Refused as error:
            if error.status not in (400, 404):
                raise
            if error.code in UNKNOWN_BATCH or (error.code == "DLI.0001" and not self._listed(job_id)):
                return None
            raise

    def _listed(self, job_id: str) -> bool:
        """DLI.0001 is "parameter wrong": it means an unknown batch only if a list agrees."""
        shown = self._page(0, {"job-id": job_id})
        return shown.total + shown.rows > 0  # a total may be wrong

    def pages(self, query: t.Mapping[str, t.Any]) -> PaginatedList:
        return PaginatedList(self.client, Paging.JOBS, lambda start: self._page(start, query))

    def _page(self, start: int, query: t.Mapping[str, t.Any]) -> Page:
        def read(answer: t.Any, call: str) -> Page:
            return page(answer, self.listed, self.fields, call)

        asked_for = {"size": PAGE, "from": start, **query}
        return self.client.call("GET", self._batches, read, asked_for, needs=READ)

    def query(self, filters: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        return query_of(filters, self.fields, "state", LISTABLE)

    def write(self, write: Write, ids: t.Sequence[str]) -> list[Refused | None]:
        """Cancels one batch; the answer says "deleted", but it is not."""
        self.client.call("DELETE", f"{self._batches}/{ids[0]}", object_or_nothing, needs=CANCEL)
        return [None]
