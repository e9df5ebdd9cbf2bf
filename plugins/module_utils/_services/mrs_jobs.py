# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The words of MapReduce Service for job executions: paths, payloads, states, error codes. Knows no order of work.

API reference of MRS, "Job Object APIs (V2)": Querying a List of Jobs (mrs_02_0087), Querying Information About a Job
(mrs_02_0086), Terminating a Job (mrs_02_0088), Deleting Jobs in Batches (mrs_02_0089); "Error Code" (mrs_02_0014).
"""

from __future__ import annotations

import typing as t

from .._cloud.answers import object_or_nothing
from .._cloud.client import Client, Result
from .._cloud.errors import Fatal, OptionError, Refused
from .._cloud.options import Spec
from .._jobs.desired_state import NOTHING, DesiredState, Notes, Refusals, Step, Words, Write, until_ended
from .._jobs.options import filter_option, texts
from .._jobs.selection import NOT_NAME, Fields, Job, Selection, cleaned, select
from .._jobs.service import PAGE, Export, Listed, Page, PaginatedList, Paging
from .._jobs.shapes import page, part, the_job
from .mrs import ABOUT_THE_CLUSTER, CLUSTER, MRS, TERMINATED, clusters, mrs_id

BATCH_SIZE = 100  # ids that one delete carries
SUBMITTING = ("new", "new_saving", "submitted")
ACTIVE = (*SUBMITTING, "accepted", "running")
ENDED = ("finished", "failed", "killed")
RESULTS = ("UNDEFINED", "SUCCEEDED", "FAILED", "KILLED")
UNKNOWN_JOB = ("0176", "0201")
NOT_KILLED = ("0160", "0175", "0200")
SPARK_SQL = Notes(hint="MRS does not terminate Spark SQL jobs")
REFUSED = Refusals(
    not_now=("0180", "0183"),  # it is being submitted
    waited_out=SUBMITTING,
    again=(*NOT_KILLED, "0161", "0162", "0189", "0193", "0199"),  # 0162 speaks of a query, but comes to writes as well
    hinted=NOT_KILLED,
)
# of IAM: the role MRS CommonOperations has both, a custom policy needs
PERMISSIONS = {
    Write.KILL: "mrs:job:submit (Huawei Cloud: mrs:job:stop)",
    Write.DELETE: "mrs:job:delete (Huawei Cloud: mrs:job:batchDelete)",
}

GET, LIST = "mrs:job:get", "mrs:job:list"


class JobExecutions:
    """The job executions of one cluster."""

    api = MRS
    module = "mrs_job_executions"
    listed = Listed("job_list", "total_record")
    statuses: t.ClassVar[t.Collection[str]] = (*ACTIVE, *ENDED)
    ended: t.ClassVar[t.Collection[str]] = ENDED
    unstable: t.ClassVar[t.Collection[str]] = ()
    export_option = ""
    fields = Fields(
        parse_id=mrs_id,
        id="job_id",
        name="job_name",
        status="job_state",
        reason="",
        filters={
            "name": "job_name",
            NOT_NAME: "job_name",
            "state": "job_state",
            "result": "job_result",
            "job_type": "job_type",
            "user": "user",
            "queue": "queue",
            "older_than": "submitted_time",
        },
        by_service=(),
        decisive=("job_type",),
    )
    batch: t.Mapping[Write, int] = {Write.KILL: 1, Write.DELETE: BATCH_SIZE}
    passing: t.Collection[str] = ("job_state",)
    hidden: t.Collection[str] = ("0162", "0174")  # "failed to query the job", which says nothing about it
    detail_fields: t.Collection[str] = ("arguments", "properties")
    export: Export | None = None

    def __init__(self, client: Client, options: t.Mapping[str, t.Any]) -> None:
        self.client = client
        name = options["cluster_name"]
        self.cluster_id = options["cluster_id"] or self._cluster_id(cleaned("cluster_name", name))
        self._jobs = f"/v2/{client.project_id}/clusters/{self.cluster_id}/job-executions"

    def _cluster_id(self, name: str) -> str:
        """Lists keep terminated clusters for a while, and a new one may bear the old name."""
        known = clusters(self.client)
        named = {key: one[CLUSTER.status] for key, one in known.jobs.items() if one.get(CLUSTER.name) == name}
        usable: list[str] = [key for key, state in named.items() if str(state).lower() != TERMINATED]
        if len(usable) == 1:
            return usable[0]
        if usable:
            raise OptionError(
                f"cluster_name: {len(usable)} clusters are named {name!r}; choose by cluster_id: {', '.join(usable)}"
            )
        gone = f" ({', '.join(named)} of that name is terminated)" if named else ""
        doubt = "".join(f"; {warning}" for warning in known.warnings)
        raise OptionError(f"cluster_name: there is no cluster {name!r} in this project{gone}{doubt}")

    @staticmethod
    def options() -> Spec:
        """Those that choose jobs."""
        return {
            "cluster_id": {"type": "str"},
            "cluster_name": {"type": "str"},
            "job_ids": {**texts(), "aliases": ["job_id_list"]},
            "filters": filter_option(
                ["name", NOT_NAME, "state", "result"], ["job_type", "user", "queue", "older_than"]
            ),
        }

    @staticmethod
    def select(options: t.Mapping[str, t.Any]) -> Selection:
        """Raises OptionError."""
        if (options["cluster_id"] is None) == (options["cluster_name"] is None):
            raise OptionError("cluster_id, cluster_name: exactly one of them is required")
        if options["cluster_id"] is not None:
            try:
                mrs_id(options["cluster_id"])
            except ValueError as error:
                raise OptionError(f"cluster_id: {options['cluster_id']!r} {error}") from None
        else:
            cleaned("cluster_name", options["cluster_name"])
        return select(options, "job_ids", JobExecutions.fields, {"state": [*ACTIVE, *ENDED], "result": RESULTS})

    @staticmethod
    def desired_state(options: t.Mapping[str, t.Any]) -> DesiredState:
        """Raises OptionError for an option that belongs to another state."""
        state, kills = options["state"], {"stopped": "always terminates what runs", "ended": "terminates nothing"}
        if state in kills and options["kill_running"] is not None:
            raise OptionError(f"kill_running: belongs to state absent; state {state} {kills[state]}")
        if state == "ended":
            return until_ended(ENDED)
        if state == "stopped":
            return DesiredState(
                steps={**dict.fromkeys(ACTIVE, Write.KILL), **dict.fromkeys(ENDED, Step.DONE)},
                otherwise=Step.BLOCKED,
                gone=Step.MISSING,
                leads_to={Write.KILL: "KILLED"},
                words=Words("Stopped", "Would stop", "Asked to stop", "stopped"),
                refusals=REFUSED,
                notes=_why_not_killed,
            )
        active = Step.FAILED if options["kill_running"] is False else Write.KILL
        return DesiredState(
            steps={**dict.fromkeys(ACTIVE, active), **dict.fromkeys(ENDED, Write.DELETE)},
            otherwise=Step.BLOCKED,
            gone=Step.DONE,
            leads_to={Write.KILL: "KILLED", Write.DELETE: None},
            words=Words("Deleted", "Would delete", "Asked to delete", "absent"),
            then={Write.KILL: Write.DELETE},
            refusals=REFUSED,
            notes=_why_not_killed,
            left_alone="left alone, as kill_running is false",
        )

    def _call(self, method: str, path: str, read: t.Callable[[t.Any, str], Result], **more: t.Any) -> Result:
        """Raises Fatal for what concerns the cluster, and so all of its jobs."""
        try:
            return self.client.call(method, path, read, **more)
        except Refused as error:
            if error.code in ABOUT_THE_CLUSTER:
                raise error.recast(Fatal, error.error["message"]) from None
            raise

    def get(self, job_id: str) -> Job | None:
        """One job execution, None if the cluster does not know it."""

        def read(answer: t.Any, call: str) -> Job:
            return the_job(job_id, part(answer, "job_detail"), self.fields, call)

        try:
            return self._call("GET", f"{self._jobs}/{job_id}", read, needs=GET)
        except Refused as error:
            if error.code in UNKNOWN_JOB:
                return None
            raise

    def pages(self, query: t.Mapping[str, t.Any]) -> PaginatedList:
        return PaginatedList(self.client, Paging.EITHER, lambda offset: self._page(offset, query))

    def _page(self, offset: int, query: t.Mapping[str, t.Any]) -> Page:
        def read(answer: t.Any, call: str) -> Page:
            return page(answer, self.listed, self.fields, call)

        asked_for = {"limit": PAGE, "offset": offset, **query}
        return self._call("GET", self._jobs, read, query=asked_for, needs=LIST)

    def query(self, filters: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """Only the state, and only where its spelling is sure; MRS knows SparkPython jobs under another type."""
        states = [state.upper() for state in filters.get("state", ()) if state.lower() in (*ENDED, "running")]
        return {"job_state": states[0]} if len(filters.get("state", ())) == len(states) == 1 else {}

    def write(self, write: Write, ids: t.Sequence[str]) -> list[Refused | None]:
        """``kill`` of one job, ``delete`` of up to 100. The answers are empty; a batch is refused as a whole."""
        if write is Write.KILL:
            path, body = f"{self._jobs}/{ids[0]}/kill", None
        else:
            path, body = f"{self._jobs}/batch-delete", {"job_id_list": list(ids)}
        self._call("POST", path, object_or_nothing, body=body, needs=PERMISSIONS[write])
        return [None] * len(ids)


def _why_not_killed(job: t.Mapping[str, t.Any]) -> Notes:
    return SPARK_SQL if str(job.get("job_type")).lower() == "sparksql" else NOTHING
