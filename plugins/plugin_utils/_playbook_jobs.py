# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What playbooks say of jobs: a table of what is there. Pure."""

from __future__ import annotations

import time
import typing as t

from ..module_utils._jobs.selection import moment
from ..module_utils._services.registry import JOB_TYPES
from ._job_table import NAMES, Job, cell, clean, counted, rows, text

Report = t.Mapping[str, t.Any]  # what a module has returned, with its `service`, and of MRS its `otc__cluster`


# ---- what is there ----


def table(reports: t.Iterable[Report], statuses: t.Collection[str]) -> list[str]:
    """One for each service and cluster: those that have not ended first, then the oldest. ``statuses``: no others, unless empty."""
    return [line for report in reports for line in _of_service(report, statuses)]


def _of_service(report: Report, statuses: t.Collection[str]) -> list[str]:
    if report.get("failed"):
        return [f"{title(report)}: could not be read: {clean(str(report.get('msg')))}"]
    service, every = JOB_TYPES[report["service"]], report["jobs"]
    jobs = [job for job in every if not statuses or _is_one_of(cell(job, "status"), statuses)]
    now = time.time()
    shown = [{**job, "savepoint": _yes_or_no(job.get("has_savepoint"))} for job in jobs]
    shown.sort(key=lambda job: (_has_ended(job, service.ended), _made(job, now)))
    queues = {cell(job, "queue") for job in jobs}
    # the name of a SQL job tells its queue, and what all have in common needs no column
    own = [] if len(queues) < 2 or not service.fields.name else ["queue"]
    where = f" on the queue {min(queues)}" if len(queues) == 1 and all(queues) else ""
    if not jobs:
        others = ", ".join(sorted({cell(job, "status") for job in every}))
        return [f"{title(report)}: no job{f' of {len(every)} is in such a status, they are {others}' if every else ''}"]
    some = f"{len(jobs)} of {counted(len(every), 'job', 'jobs')}" if statuses else counted(len(jobs), "job", "jobs")
    left = sum(not _has_ended(job, service.ended) for job in jobs)
    head = f"{title(report)}: {some}{where}, {left} not ended"
    return [head, *text(rows(shown, ["id", "name", *own, "status", "age", "savepoint"]))]


def title(report: Report) -> str:
    """The service, and the cluster where it has some."""
    return ", ".join(clean(str(report[key])) for key in ("service", "otc__cluster") if key in report)


def _is_one_of(status: str, statuses: t.Collection[str]) -> bool:
    """In any case; of Flink jobs, running is job_running."""
    return bool({status.lower(), status.lower().removeprefix("job_")} & {one.lower() for one in statuses})


def _has_ended(job: Job, ended: t.Collection[str]) -> bool:
    return cell(job, "status").lower() in ended


def _made(job: Job, now: float) -> float:
    """When, in seconds since 1970. One that does not tell comes last."""
    found = next((job[name] for name in NAMES["age"] if name in job), None)
    made = moment(found, now)
    return now if made is None else made


def _yes_or_no(value: t.Any) -> str | None:
    return None if value is None else "yes" if value else "no"
