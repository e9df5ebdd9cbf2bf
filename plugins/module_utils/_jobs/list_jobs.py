# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The readers: the jobs of a selection, with the service's own fields."""

from __future__ import annotations

import time
import typing as t

from .._cloud.client import Client
from .._cloud.connection import read_connection
from .._cloud.context import Context
from .._cloud.errors import ApiError, Failure, Interrupted, Untold
from .._cloud.text import few
from .._cloud.transport import RETRY_TIMEOUT
from .filters import idle_filters, matching, unknown_ages, why_none
from .reading import ListCache, Observation, everything, gets, look
from .report import Result, no_job
from .selection import Options, Selection
from .service import JobType, Service

MOST_NAMED = 5  # jobs that a warning names


def list_jobs(job_type: JobType, options: Options, context: Context) -> Result:
    """``jobs`` and ``total``; unknown ids are left out. If a job cannot be read the task fails, and still shows the others."""
    try:
        result = _list_jobs(job_type, options, context)
    except KeyboardInterrupt:
        raise Interrupted("nothing was changed", _nothing_read(Failure(""))) from None
    except Exception as error:  # as in reconcile(): never a traceback
        result = _nothing_read(context.fault(error))
    return {**result, **context.notes()}


def _list_jobs(job_type: JobType, options: Options, context: Context) -> Result:
    selection = job_type.select(options)
    connection = read_connection(options, context.environ, job_type.api.name)
    context.add_secrets(connection.secrets)
    jobs: list[Observation] = []
    notes: Result = {"warnings": list(selection.warnings)}
    if selection.ids != ():
        client = Client(connection, job_type.api, context, time.monotonic() + RETRY_TIMEOUT)
        notes["warnings"] += client.warnings
        service = job_type(client, options)
        jobs = _read(service, selection, options["details"], notes)
    found = [_shown(job, service, options["details"]) for job in jobs if isinstance(job, dict)]
    result: Result = {"changed": False, "jobs": found, "total": len(found), **notes}
    errors = [job for job in jobs if isinstance(job, ApiError)]
    if errors:
        result.update(
            failed=True, msg=f"{len(errors)} of {len(jobs)} could not be read: {errors[0]}", error=errors[0].error
        )
    return result


def _nothing_read(fault: Failure) -> Result:
    return {"changed": False, "failed": True, "msg": str(fault), "error": fault.error, "jobs": [], "total": 0}


def _read(service: Service, selection: Selection, details: bool, notes: Result) -> list[Observation]:
    """Puts warnings, and why there is no job, into ``notes``."""
    ids = selection.ids
    unread: t.Mapping[t.Any, Observation] = {}
    if ids is None:
        filters, fields, now = selection.filters, service.fields, time.time()
        query = service.query(filters)
        listing = everything(service, query, ListCache(), filters)
        _missing(listing.warnings, notes)
        notes["warnings"] += [
            *unknown_ages(filters, service.client.wrong_clock),
            *idle_filters(listing.jobs, filters, fields),
        ]
        unread = listing.untold
        jobs = matching(listing.jobs, filters, fields, now)[0]
        if filters and not jobs and not unread:
            notes["msg"] = no_job(why_none(listing.jobs, filters, fields, query, now, listing.warnings))
        if not details:
            return _told({**jobs, **unread}, notes)
        ids = tuple(jobs)
    observations = gets(service, ids) if details else look(service, ids, ListCache())
    return _told({**{job_id: observations[job_id] for job_id in ids}, **unread}, notes)


def _missing(reasons: list[str], notes: Result) -> None:
    """Why there may be jobs that are not shown."""
    if reasons:
        notes["warnings"].extend(reasons)
        notes["incomplete"] = [*notes.get("incomplete", ()), *reasons]


def _told(observations: t.Mapping[t.Any, Observation], notes: Result) -> list[Observation]:
    """Leaves out the jobs whose status the service does not tell, and warns of them."""
    untold = [(job_id, observation) for job_id, observation in observations.items() if isinstance(observation, Untold)]
    if untold:
        named = few([str(job_id) for job_id, dummy in untold], MOST_NAMED)
        _missing([f"left out, as their status is not known: {named} ({untold[0][1]})"], notes)
    return [observation for observation in observations.values() if not isinstance(observation, Untold)]


def _shown(job: t.Mapping[str, t.Any], service: Service, details: bool) -> dict[str, t.Any]:
    """Without ``details`` only what a list shows, whichever way the job was read."""
    return dict(job) if details else {key: value for key, value in job.items() if key not in service.detail_fields}
