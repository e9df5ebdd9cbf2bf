# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Reading jobs: by gets or by list pages, whichever needs fewer requests, and never believing more than was shown.

A job that a list does not show may still exist: sub-users do not see all jobs in lists, and pages shift while they are
read. So an id counts as unknown only when a get says so, or when a list that showed it to this task before, and that
did not move while it was read, no longer shows it.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ._client import Client
from ._errors import ApiError, Fatal, Refused, Unanswered, Unreachable
from ._selection import Fields, Job

Ids = t.Sequence[t.Any]
Sight = t.Union[Job, None, ApiError]  # a job, None for unknown to the service, or why it could not be read

TRIES = 3  # to get a list that does not move while it is read
MOVING = "the list of jobs kept changing while it was read; a job may be missing from it"


class Service(t.Protocol):
    """How the jobs of a service are read."""

    client: Client
    fields: Fields
    passing: t.Collection[str]  # what a query may ask for that does not stay as it is, such as the status
    hidden: t.Collection[str]  # codes of a get that fails although a list may show the job
    detail_fields: t.Collection[str]  # what a get shows and a list does not, secrets among it

    def get(self, job_id: t.Any) -> Job | None:
        """None if the service does not know it."""

    def query(self, filters: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """What the list is asked for: the filters that the service applies itself."""

    def first_page(self, query: t.Mapping[str, t.Any]) -> Page:
        """It tells how many jobs there are."""

    def other_pages(self, first: Page, query: t.Mapping[str, t.Any]) -> list[Page | ApiError]:
        """All that follow, read at the same time."""


@dataclass(frozen=True)
class Page:
    """Part of a list: its jobs by id, and how many jobs the whole list has."""

    jobs: t.Mapping[t.Any, Job]
    total: int
    call: str

    def others(self) -> range:
        """The offsets of the other pages; a page may be shorter than was asked for."""
        step = len(self.jobs)
        return range(step, self.total, step) if step else range(0)


def page(answer: t.Any, rows: str, total: str, fields: Fields, call: str) -> Page:
    """A list answer as a page. Raises Unanswered for one that cannot be trusted."""
    found = part(answer, rows)
    try:
        jobs = {fields.id_of(job): job for job in found or ()}
        if all(job[fields.status] is not None for job in jobs.values()):
            return Page(jobs, int(part(answer, total)), call)
    except (KeyError, TypeError, ValueError):
        pass
    raise Unanswered(call, f"the answer is not a list of {rows}, each with its {fields.status}, and {total}", 200)


def the_job(job_id: t.Any, answer: t.Any, fields: Fields, call: str) -> Job:
    """The job that was asked for. Raises Unanswered for an answer that is about another one, or tells no status."""
    try:
        if fields.id_of(answer) == job_id and answer[fields.status] is not None:
            return t.cast(Job, answer)
    except (KeyError, TypeError, ValueError):
        pass
    raise Unanswered(call, f"the answer does not tell the {fields.status} of this job", 200)


def part(answer: t.Any, key: str) -> t.Any:
    """A member of an answer that should be an object; None if it is none."""
    return answer.get(key) if isinstance(answer, dict) else None


@dataclass
class Memory:
    """What lists have told this task so far; ``query`` makes a later list comparable with them."""

    query: t.Mapping[str, t.Any] = field(default_factory=dict)
    shown: set[t.Any] = field(default_factory=set)
    total: int | None = None


@dataclass(frozen=True)
class Listing:
    """The jobs of a list by id. ``still``: it did not move while it was read, so it shows all that there is to see."""

    jobs: t.Mapping[t.Any, Job]
    still: bool


def look(service: Service, ids: Ids, memory: Memory) -> dict[t.Any, Sight]:
    """Each of ``ids`` as it is now, by at most one request more than the cheaper of gets and list pages."""
    if len(ids) <= 2 or (memory.total is not None and len(ids) <= _pages(memory.total)):
        return gets(service, ids)
    try:
        first = service.first_page(memory.query)
    except (Fatal, Unreachable):
        raise
    except ApiError:
        return gets(service, ids)
    pages: list[Page | ApiError] = [first]
    if sum(job_id not in first.jobs for job_id in ids) > len(first.others()):
        pages += service.other_pages(first, memory.query)
    listed = listing(pages)
    gone = memory.shown if listed.still else set()
    found: dict[t.Any, Sight] = {i: listed.jobs.get(i) for i in ids if i in listed.jobs or i in gone}
    memory.total = first.total
    memory.shown.update(listed.jobs)
    return {**found, **gets(service, [job_id for job_id in ids if job_id not in found])}


def everything(service: Service, query: t.Mapping[str, t.Any], memory: Memory) -> Listing:
    """All jobs that a list shows for ``query``. If it moved meanwhile it is read again, and nothing seen is forgotten."""
    seen: set[t.Any] = set()
    for attempt in range(1, TRIES + 1):
        try:
            listed = _list_once(service, query)
        except Unanswered:
            if attempt == TRIES:
                raise
            continue
        if listed.still:
            break
        seen.update(listed.jobs)
    jobs = dict(listed.jobs)
    if not listed.still:
        again = gets(service, [job_id for job_id in seen if job_id not in jobs])
        jobs.update({job_id: sight for job_id, sight in again.items() if isinstance(sight, dict)})
    memory.query = {key: value for key, value in query.items() if key not in service.passing}
    memory.shown.update(jobs)
    return Listing(jobs, listed.still)


def _list_once(service: Service, query: t.Mapping[str, t.Any]) -> Listing:
    first = service.first_page(query)
    if first.total and not first.jobs:
        raise Unanswered(first.call, f"the answer shows none of its {first.total} jobs", 200)
    pages = [first, *service.other_pages(first, query)]
    for one in pages:
        if isinstance(one, ApiError):
            raise one
    return listing(pages)


def listing(pages: t.Sequence[Page | ApiError]) -> Listing:
    """It did not move if every page tells the same total, and that many different jobs were shown.

    As the first page is read before all others, and new jobs come at its top, this leaves no way to miss a job.
    """
    whole = [page for page in pages if isinstance(page, Page)]
    jobs = {job_id: job for page in whole for job_id, job in page.jobs.items()}
    return Listing(jobs, still=len(whole) == len(pages) and {page.total for page in whole} == {len(jobs)})


def gets(service: Service, ids: Ids) -> dict[t.Any, Sight]:
    """Each of ``ids`` by a get of its own; where that is not allowed, as a list shows it."""
    found: dict[t.Any, Sight] = dict(zip(ids, service.client.each(service.get, ids)))
    hidden = [i for i, sight in found.items() if isinstance(sight, Refused) and sight.code in service.hidden]
    if hidden:
        try:
            listed = everything(service, {}, Memory()).jobs
        except ApiError:
            return found
        found.update({job_id: listed[job_id] for job_id in hidden if job_id in listed})
    return found


def _pages(total: int) -> int:
    return -(-total // 100)
