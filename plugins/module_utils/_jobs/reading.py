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

import time
import typing as t
from dataclasses import dataclass, field, replace

from .._cloud.answers import Maybe, shaped
from .._cloud.errors import ApiError, Excessive, Fatal, OptionError, Refused, Unanswered, Unreachable, Untold
from .filters import matching
from .selection import Fields, Job
from .service import PAGE, Onward, Page, Pages, Service

Ids = t.Sequence[t.Any]
Observation = t.Union[Job, None, ApiError]  # a job, None for unknown to the service, or why it could not be read

MOST = 1_000_000  # jobs of a list
TRIES = 3  # to get a list that does not move while it is read
MOVING = "the list of jobs kept changing while it was read; a job may be missing from it"
SHORT = "the list shows {} of the {} entries that it counts; one may be missing from it, or hidden from this user"
CROWDED = (
    "more than {} jobs of the list have the same {}, and the service shows no more of them; choose fewer by filters"
)
TIMELESS = "the list has more than {} jobs, and tells no {} of them to go on from; choose fewer by filters"
NAMELESS = "entries of the list that have no usable id, and are left out: {}"


def count(value: t.Any) -> bool:
    """a whole number"""
    if isinstance(value, str):
        return value.isascii() and value.isdecimal() and len(value) < 20
    return not isinstance(value, bool) and isinstance(value, (int, float)) and value >= 0 and value % 1 == 0


def tags(value: t.Any) -> bool:
    """tags: an object, a list of objects, or text"""
    if isinstance(value, list):
        return all(not isinstance(tag, dict) or isinstance(tag.get("key", ""), str) for tag in value)
    return isinstance(value, (dict, str))


def _row(fields: Fields) -> t.Any:
    return {fields.name: Maybe((str, int, float)), "tags": Maybe(tags)}


def page(answer: t.Any, rows: str, total: str, fields: Fields, call: str) -> Page:
    """A list answer as a page. Raises Unanswered for one of another shape, Excessive for one that claims too much."""
    shaped(answer, {total: count, rows: Maybe([_row(fields)])}, call)
    number, found = int(answer[total]), answer[rows] or ()
    if number > MOST:
        raise Excessive(call, f"the list claims to have {number} entries, more than {MOST}", 200)
    jobs: dict[t.Any, Job] = {}
    nameless = 0
    for job in found:
        try:
            jobs[fields.id_of(job)] = job if fields.status in job else {**job, fields.status: None}
        except (KeyError, ValueError):
            nameless += 1
    return Page(jobs, number, call, len(found), nameless)


def the_job(job_id: t.Any, answer: t.Any, fields: Fields, call: str) -> Job:
    """The job that was asked for. Raises Unanswered for an answer of another shape, or one that is about another job.

    Raises Untold if the service has no word for its status.
    """
    try:
        shaped(answer, _row(fields), call)
        if fields.id_of(answer) == job_id and isinstance(answer[fields.status], (str, type(None))):
            if answer[fields.status]:
                return t.cast(Job, answer)
            raise Untold(call, f"the service tells no {fields.status} of this job", 200)
    except (KeyError, ValueError):
        pass
    raise Unanswered(call, f"the answer does not tell the {fields.status} of this job", 200)


def is_told(job: Job, fields: Fields) -> bool:
    """Whether a list tells the status of this job."""
    return isinstance(job[fields.status], str) and bool(job[fields.status])


def part(answer: t.Any, key: str) -> t.Any:
    """A member of an answer that should be an object; None if it is none."""
    return answer.get(key) if isinstance(answer, dict) else None


@dataclass
class ListCache:
    """What lists have shown to this task so far; ``query``: later lists are asked for the same, so that they can be compared."""

    query: t.Mapping[str, t.Any] = field(default_factory=dict)
    shown: set[t.Any] = field(default_factory=set)
    total: int | None = None


@dataclass(frozen=True)
class Listing:
    """The jobs of a list by id. ``still``: it did not move while it was read, so it shows all that there is to see.

    ``short``: it did not move either, but counts more jobs than it shows. ``untold``: jobs whose status nobody tells, and
    what a get has said; they are not in ``jobs``. ``proves_gone``: a job that it does not show any more is gone.
    """

    jobs: t.Mapping[t.Any, Job]
    still: bool
    short: str = ""
    nameless: int = 0
    untold: t.Mapping[t.Any, ApiError] = field(default_factory=dict)
    proves_gone: bool = False

    @property
    def warnings(self) -> list[str]:
        """What a user should know who relies on this list."""
        left_out = NAMELESS.format(self.nameless)
        moving = "" if self.still or self.short else MOVING
        return [text for text in (moving, self.short, left_out if self.nameless else "") if text]


def look(service: Service, ids: Ids, memory: ListCache) -> dict[t.Any, Observation]:
    """Each of ``ids`` as it is now. It costs at most one request more than gets alone, or list pages alone, would."""
    if len(ids) <= 2 or (memory.total is not None and len(ids) <= _pages(memory.total)):
        return gets(service, ids)
    pages_of = service.pages(memory.query)
    pages = _pages_for(ids, pages_of)
    if not pages:
        return gets(service, ids)
    listed = listing(pages, pages_of.oldest_first)
    gone = memory.shown if listed.proves_gone else set()
    shown = {job_id: job for job_id, job in listed.jobs.items() if is_told(job, service.fields)}
    found: dict[t.Any, Observation] = {
        i: shown.get(i) for i in ids if i in shown or (i in gone and i not in listed.jobs)
    }
    memory.total = t.cast(Page, pages[0]).total
    memory.shown.update(listed.jobs)
    return {**found, **gets(service, [job_id for job_id in ids if job_id not in found])}


def _pages_for(ids: Ids, pages_of: Pages) -> list[Page | ApiError]:
    """The pages of a list, as long as they cost less than gets of ``ids``. None if the first one cannot be read."""
    try:
        first = pages_of.first()
    except (Fatal, Unreachable):
        raise
    except ApiError:
        return []
    pages: list[Page | ApiError] = [first]
    if _missing(ids, pages) > len(first.others()):
        pages += pages_of.others(first)
    last = pages[-1]
    step = _cut_to(pages) if isinstance(last, Page) and last.rows else 0
    if step and _missing(ids, pages) > len(first.others(step)):
        pages = [first, *pages_of.others(first, step)]
    if len(pages) > 1 and _missing(ids, pages) > _left(pages_of, first, step or PAGE):
        pages += _further(pages_of, pages, step or PAGE)
    return pages


def everything(
    service: Service, query: t.Mapping[str, t.Any], memory: ListCache, filters: t.Mapping[str, t.Any] | None = None
) -> Listing:
    """All jobs that a list shows for ``query``. If it moved meanwhile it is read again; jobs that were seen before still count.

    Of the jobs that could match ``filters``, those whose status the list does not tell are read by gets.
    """
    listed, seen = _held_still(service, query)
    fields = service.fields
    jobs = {job_id: job for job_id, job in listed.jobs.items() if is_told(job, fields)}
    again = gets(service, [job_id for job_id in seen if job_id not in listed.jobs])
    jobs.update({job_id: sight for job_id, sight in again.items() if isinstance(sight, dict)})
    memory.query = {key: value for key, value in query.items() if key not in service.passing}
    memory.shown.update(listed.jobs, jobs)
    vague = {job_id: job for job_id, job in listed.jobs.items() if job_id not in jobs}
    told, untold = _statuses_of(vague, service, filters)
    jobs.update(told)
    in_order = {job_id: jobs[job_id] for job_id in (*listed.jobs, *jobs) if job_id in jobs}
    return replace(listed, jobs=in_order, untold=untold)


def _held_still(service: Service, query: t.Mapping[str, t.Any]) -> tuple[Listing, set[t.Any]]:
    """A list as it was read last; and, if it never held still, the ids that it has shown before."""
    seen: set[t.Any] = set()
    for dummy in range(TRIES):
        listed = whole_list(service.pages(query))
        if listed.still:
            return listed, set()
        if listed.short:
            break
        seen.update(listed.jobs)
    return listed, seen


def _statuses_of(
    vague: t.Mapping[t.Any, Job], service: Service, filters: t.Mapping[str, t.Any] | None
) -> tuple[dict[t.Any, Job], dict[t.Any, ApiError]]:
    """For jobs whose status a list does not tell: those of which a get tells it, and those of which it does not either."""
    fields = service.fields
    if filters is None:
        return {}, {job_id: Untold("", f"the list tells no {fields.status} of this job") for job_id in vague}
    sights = gets(service, list(_matching_but_for_status(vague, filters, fields)))
    told = {i: {**vague[i], fields.status: one[fields.status]} for i, one in sights.items() if isinstance(one, dict)}
    return told, {job_id: one for job_id, one in sights.items() if isinstance(one, ApiError)}


def _matching_but_for_status(
    jobs: t.Mapping[t.Any, Job], filters: t.Mapping[str, t.Any], fields: Fields
) -> t.Iterable[t.Any]:
    others = {key: value for key, value in filters.items() if fields.filters[key] != fields.status}
    try:
        return matching(jobs, others, fields, time.time())[0]
    except OptionError:  # none of these tells about a filter, but others may
        return jobs


def whole_list(pages_of: Pages) -> Listing:
    """All pages of a list, in steps of PAGE jobs. Raises ApiError if one of them cannot be read.

    A service may show fewer jobs on a page than it is asked for; then it is read on in such steps.
    """
    first = pages_of.first()
    if pages_of.lasting and first.others():
        return whole_list(pages_of.lasting())
    pages = _readable([first, *pages_of.others(first)])
    step = _cut_to(pages)
    if step and (len(pages) == 1 or not pages[-1].rows):  # it may as well show all that this user may see
        more = listing(_readable([first, *pages_of.others(first, step, 1)]))
        step = step if len(more.jobs) > len(first.jobs) else 0
    if step:
        pages = _readable([first, *pages_of.others(first, step)])
    further = _further(pages_of, pages, step or PAGE)
    listed = listing(pages, pages_of.oldest_first, _readable(further))
    shifted = _may_have_shifted(pages, pages_of.onward) or (len(pages) > 1 and _has_shrunk(pages_of, first))
    return replace(listed, still=False) if shifted else listed


def _has_shrunk(pages_of: Pages, first: Page) -> bool:
    """Whether a job at the beginning of a list is gone, so that all others have moved up: one of them is on no page then.

    Of a list with the oldest jobs first, only these go, as the service keeps records for some time.
    """
    return pages_of.oldest_first and pages_of.first().jobs.keys() != first.jobs.keys()


def _may_have_shifted(pages: t.Sequence[Page | ApiError], onward: Onward | None) -> bool:
    """Whether a job that had no time, and so no lasting place, may have got one while others arrived: the list then shows
    as many jobs as it counted at first, and one of the others is not among them.
    """
    if onward is None:
        return False
    whole = [page for page in pages if isinstance(page, Page)]
    timeless = any(_time(job, onward.time) is None for page in whole for job in page.jobs.values())
    return timeless and len({page.total for page in whole}) > 1


def _left(pages_of: Pages, first: Page, step: int) -> int:
    """How many requests _further() takes at least."""
    onward, pages = pages_of.onward, len(first.others(step)) + 1
    return pages - onward.most + pages // onward.most + 1 if onward and pages > onward.most else 0


def _further(pages_of: Pages, pages: t.Sequence[Page | ApiError], step: int) -> list[Page | ApiError]:
    """The pages of a list that goes on beyond those which it shows; ``pages``: these. The last one may be an error."""
    onward, window, found, since = pages_of.onward, list(pages), t.cast("list[Page | ApiError]", []), -1
    if onward is None or not _goes_on(window, onward, step):
        return []
    if onward.timeless:  # what gets its time after this is in a later window
        found = _window(onward.timeless, step)
    while _goes_on(window, onward, step):
        latest = _latest(window, onward.time)
        if latest is None or latest - 1 <= since:
            why = TIMELESS if latest is None else CROWDED
            return [*found, Excessive(t.cast(Page, window[0]).call, why.format(onward.most * step, onward.time), 200)]
        since = latest - 1  # whether the service means "later" or "not earlier", none of that moment is missed
        window = _window(onward.later_than(since), step)
        found += window
    return found


def _window(pages_of: Pages, step: int) -> list[Page | ApiError]:
    try:
        first = pages_of.first()
    except ApiError as error:
        return [error]
    return [first, *pages_of.others(first, step)]


def _goes_on(window: t.Sequence[Page | ApiError], onward: Onward, step: int) -> bool:
    first = window[0]
    whole = isinstance(first, Page) and all(isinstance(page, Page) for page in window)
    return whole and len(t.cast(Page, first).others(step)) >= onward.most


def _latest(window: t.Sequence[Page | ApiError], time_field: str) -> int | None:
    """The latest time that jobs of these pages tell."""
    times = [_time(job, time_field) for page in window if isinstance(page, Page) for job in page.jobs.values()]
    return max((one for one in times if one is not None), default=None)


def _time(job: Job, field: str) -> int | None:
    """In ms since 1970; None for a job that has none yet, however that is written."""
    found = job.get(field)
    return int(found) or None if found is not None and count(found) else None


def _readable(pages: t.Sequence[Page | ApiError]) -> list[Page]:
    for one in pages:
        if isinstance(one, ApiError):
            raise one
    return t.cast("list[Page]", pages)


def _cut_to(pages: t.Sequence[Page | ApiError]) -> int:
    """How many jobs the service shows on a page, if it seems to show no more than that; 0 if it does not seem so."""
    whole = [one for one in pages if isinstance(one, Page)]
    rows = whole[0].rows
    if not 0 < rows < min(PAGE, whole[0].total) or sum(one.rows for one in whole) >= whole[0].total:
        return 0
    return rows if {one.rows for one in (whole[:-1] or whole)} == {rows} else 0


def listing(pages: t.Sequence[Page | ApiError], oldest_first: bool = False, further: t.Sequence[Page] = ()) -> Listing:
    """It did not move if every page tells the same total, and that many different jobs were shown.

    As the first page is read before all others, and new jobs come at its top, this leaves no way to miss a job. If the total
    is larger, but the same on all pages, and no job was shown twice, reading it again would not show more.

    Where new jobs come at its end, later totals may grow: it is complete with as many jobs as its first page has counted.
    It may go on, with ``further`` pages, some of whose rows are those of ``pages`` again.
    """
    whole = [page for page in pages if isinstance(page, Page)]
    own = sum(page.nameless for page in whole)
    complete = len(whole) == len(pages)
    whole += further
    jobs = {job_id: job for page in whole for job_id, job in page.jobs.items()}
    nameless, rows = sum(page.nameless for page in whole), sum(page.rows for page in whole)
    totals = {page.total for page in whole}
    agreed = complete and len(totals) == 1 and rows == len(jobs) + nameless
    still = agreed and totals == {rows}
    if oldest_first:
        still = complete and len(jobs) + own >= whole[0].total >= whole[0].rows
    short = SHORT.format(rows, whole[0].total) if agreed and rows < whole[0].total else ""
    return Listing(jobs, still, short, nameless, proves_gone=still and not oldest_first)


def _missing(ids: Ids, pages: t.Sequence[Page | ApiError]) -> int:
    shown = {job_id for page in pages if isinstance(page, Page) for job_id in page.jobs}
    return sum(job_id not in shown for job_id in ids)


def gets(service: Service, ids: Ids) -> dict[t.Any, Observation]:
    """Each of ``ids`` by a get of its own; where that is not allowed, as a list shows it."""
    found: dict[t.Any, Observation] = dict(zip(ids, service.client.map(service.get, ids)))
    hidden = [i for i, sight in found.items() if isinstance(sight, Refused) and sight.code in service.hidden]
    if hidden:
        try:
            listed = everything(service, {}, ListCache()).jobs
        except ApiError:
            return found
        found.update({job_id: listed[job_id] for job_id in hidden if job_id in listed})
    return found


def _pages(total: int) -> int:
    return -(-total // PAGE)
