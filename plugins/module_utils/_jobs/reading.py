# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Reading jobs: by gets or by list pages, whichever needs fewer requests, and never believing more than was shown.

A job that a list does not show may still exist: sub-users do not see all jobs in lists, and pages shift while they are
read. So an id counts as unknown only when a get says so, or when a list that showed it to this task before, and that
did not move while it was read, no longer shows it. A list that begins with the oldest job never says that: if that job
is taken off, all others move up, and what arrives meanwhile makes up for the one that was missed.
"""

from __future__ import annotations

import math
import time
import typing as t
from dataclasses import dataclass, field, replace

from .._cloud.errors import ApiError, OptionError, Refused
from .selection import Fields, Job
from .service import PAGE, Ids, Page, PaginatedList, Service
from .shapes import by_told_status

if t.TYPE_CHECKING:
    from .lists import Listing

Observation = t.Union[Job, None, ApiError]  # a job, None for unknown to the service, or why it could not be read


@dataclass
class ListCache:
    """What lists have shown to this task so far. ``query``: what later lists are asked for, so that they can be compared.

    ``passed``: jobs that a page has shown in one of the ``unstable`` statuses, and in which one.
    """

    query: t.Mapping[str, t.Any] = field(default_factory=dict)
    shown: set[t.Any] = field(default_factory=set)
    total: int | None = None
    unstable: t.Collection[str] = ()
    passed: dict[t.Any, str] = field(default_factory=dict)

    def pages(self) -> int:
        """How many requests such a list takes at least, as far as is known."""
        return math.ceil((self.total or 0) / PAGE)

    def noted(self, paginated: PaginatedList, fields: Fields) -> PaginatedList:
        """The same list. A job may be on two of its pages, or the list be read again, and the last one is not all that was seen."""

        def read(number: int) -> Page:
            found = paginated.read(number)
            words = ((job_id, str(job.get(fields.status))) for job_id, job in found.jobs.items())
            self.passed.update({job_id: word for job_id, word in words if word.lower() in self.unstable})
            return found

        return paginated._replace(read=read) if self.unstable else paginated


def look(service: Service, ids: Ids, cache: ListCache) -> dict[t.Any, Observation]:
    """Each of ``ids`` as it is now. It costs at most one request more than gets alone, or list pages alone, would."""
    if len(ids) <= max(2, cache.pages()):
        return gets(service, ids)
    from .lists import cheapest_pages, listing  # only for so many, as imports cost time

    paginated = cache.noted(service.pages(cache.query), service.fields)
    shown = cheapest_pages(paginated, ids)
    if not shown.pages:
        return gets(service, ids)
    listed = listing(shown, paginated.oldest_first)
    # what a list is asked for, such as a tag, a job may have lost meanwhile
    gone = cache.shown - listed.jobs.keys() if listed.proves_gone and not cache.query else set()
    told = by_told_status(listed.jobs, service.fields)[0]
    found: dict[t.Any, Observation] = {job_id: told.get(job_id) for job_id in ids if job_id in told or job_id in gone}
    cache.total = shown.whole[0].total
    cache.shown.update(listed.jobs)
    missing = [job_id for job_id in ids if job_id not in found]
    if cache.query and missing:
        return {**found, **look(service, missing, replace(cache, query={}, total=None))}
    return gets(service, missing, found)


def everything(
    service: Service, query: t.Mapping[str, t.Any], cache: ListCache, filters: t.Mapping[str, t.Any] | None = None
) -> Listing:
    """All jobs that a list shows for ``query``. If it moved meanwhile it is read again; jobs that were seen before still count.

    Of the jobs that could match ``filters``, those whose status the list does not tell are read by gets. Without ``filters``
    they are left out.
    """
    from .lists import consistent_list

    listed, seen = consistent_list(cache.noted(service.pages(query), service.fields))
    again = gets(service, [job_id for job_id in seen if job_id not in listed.jobs])
    jobs = {**listed.jobs, **jobs_of(again)} if again else listed.jobs
    cache.query = {key: value for key, value in query.items() if key not in service.passing}
    cache.shown.update(jobs)
    told, vague = by_told_status(jobs, service.fields)
    if not vague or filters is None:
        return replace(listed, jobs=told)
    told_by_gets, untold = _statuses_of(vague, service, filters)
    told = {**told, **told_by_gets}
    return replace(listed, jobs={job_id: told[job_id] for job_id in jobs if job_id in told}, untold=untold)


def _statuses_of(
    vague: t.Mapping[t.Any, Job], service: Service, filters: t.Mapping[str, t.Any]
) -> tuple[dict[t.Any, Job], dict[t.Any, ApiError]]:
    """Jobs whose status a list does not tell: those with the status that a get tells, and why a get does not tell it either."""
    fields = service.fields
    observations = gets(service, list(_matching_but_for_status(vague, filters, fields)))
    told = {i: {**vague[i], fields.status: job[fields.status]} for i, job in jobs_of(observations).items()}
    return told, {job_id: one for job_id, one in observations.items() if isinstance(one, ApiError)}


def _matching_but_for_status(
    jobs: t.Mapping[t.Any, Job], filters: t.Mapping[str, t.Any], fields: Fields
) -> t.Iterable[t.Any]:
    from .filters import matching

    others = {key: value for key, value in filters.items() if fields.filters[key] != fields.status}
    try:
        return matching(jobs, others, fields, time.time())[0]
    except OptionError:  # none of these jobs shows the field of a filter, but others may
        return jobs


def jobs_of(observations: t.Mapping[t.Any, Observation]) -> dict[t.Any, Job]:
    """The jobs that could be read and exist."""
    return {job_id: observation for job_id, observation in observations.items() if isinstance(observation, dict)}


def gets(service: Service, ids: Ids, seen: t.Mapping[t.Any, Observation] | None = None) -> dict[t.Any, Observation]:
    """What was ``seen`` before, and each of ``ids`` by a get of its own; where that is not allowed, as a list shows it.

    If that list shows another job in another status than before, it is asked for once more.
    """
    found: dict[t.Any, Observation] = {**(seen or {}), **dict(zip(ids, service.client.map(service.get, ids)))}
    if not _hidden(found, service):
        return found
    try:
        listed = everything(service, {}, ListCache()).jobs
    except ApiError:
        return found
    status = service.fields.status
    moved = [i for i, job in jobs_of(found).items() if i in listed and listed[i].get(status) != job.get(status)]
    found.update(zip(moved, service.client.map(service.get, moved)))
    return {**found, **{job_id: listed[job_id] for job_id in _hidden(found, service) if job_id in listed}}


def _hidden(observations: t.Mapping[t.Any, Observation], service: Service) -> list[t.Any]:
    """The jobs whose get was refused; a list may show them all the same."""
    return [
        i
        for i, observation in observations.items()
        if isinstance(observation, Refused) and observation.code in service.hidden
    ]
