# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Which jobs a task is about: those whose IDs it names, or those that match its filters."""

from __future__ import annotations

import time
import typing as t

from .._cloud.errors import OptionError, Untold
from .guard import refuse_meant
from .observing import note, observe
from .plan import Entry
from .reading import everything
from .selection import NOT_NAME
from .service import Service
from .task import DRAINED, Task


def choose(service: Service, task: Task) -> None:
    """Makes an entry for each job, in the order given or listed, and reads each job once."""
    beside = dict.fromkeys(service.fields.beside)
    if task.selection.ids is not None:
        task.entries = [Entry(job_id, task.desired, beside=beside) for job_id in task.selection.ids]
        observe(service, task, task.entries)
        return
    jobs = _filtered(service, task)
    most = task.options["max_jobs"]
    if len(jobs) > most and task.desired.writes:
        raise OptionError(f"max_jobs: the filters match {len(jobs)} jobs, more than {most}; nothing was done")
    task.entries = [Entry(job_id, task.desired, beside=beside) for job_id in jobs]
    note(task.entries, jobs, service, task)


def _filtered(service: Service, task: Task) -> dict[t.Any, t.Any]:
    # not for a task with IDs, as imports cost time
    from .filters import idle_filters, matching, may_be_excluded, unknown_ages, unknown_statuses, why_none

    filters, fields = task.selection.filters, service.fields
    query = service.query(filters)
    listing = everything(service, query, task.cache, filters)
    task.warnings.extend(listing.warnings)
    doubts = unknown_ages(filters, service.client.wrong_clock)
    if doubts and task.desired.writes:
        raise OptionError(f"{doubts[0]}; nothing was done")
    task.warnings.extend([*doubts, *idle_filters(listing.jobs, filters, fields)])
    now = time.time()
    jobs, vague = matching(listing.jobs, filters, fields, now)
    if task.options["state"] in DRAINED and task.desired.steps:
        task.warnings.extend(unknown_statuses(listing.jobs, filters, fields, task.desired.steps, now))
    if task.desired.writes:
        names = (job.get(fields.name) for job in jobs.values())
        refuse_meant(f"filters.{NOT_NAME}", names, filters.get(NOT_NAME, ()))
    if not jobs:
        task.why_none = why_none(listing.jobs, filters, fields, query, now, listing.warnings)
    _warn_of_vague(task, vague)
    unclear = may_be_excluded(listing.jobs, filters, fields, now)
    untold = {job_id: Untold("", f"left alone, as its {field} is not in the list") for job_id, field in unclear.items()}
    return {**jobs, **listing.untold, **untold}


def _warn_of_vague(task: Task, vague: t.Collection[str]) -> None:
    """Warns of filters that only the service has checked, unless the task trusts it. Raises OptionError for them if jobs are to be deleted."""
    if not vague or task.options["trust_server_filters"]:
        return
    keys = ", ".join(f"filters.{key}" for key in vague)
    said = f"{keys}: the service filters by it, but its answer does not show it, so it cannot be checked"
    if task.options["state"] == "absent":
        raise OptionError(f"{said}; nothing was done (trust_server_filters: true accepts that)")
    task.warnings.append(said)
