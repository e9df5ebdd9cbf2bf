# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Lists, page by page: all pages, or as many as cost less than gets; and whether a list moved while it was read."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace
from functools import cached_property

from .._cloud.errors import ApiError, Excessive, Fatal, Refused, Unreachable
from .selection import Job
from .service import PAGE, Continuation, Ids, Page, PaginatedList, Paging
from .shapes import MOST, count

TRIES = 3  # to get a list that does not move while it is read
MOVING = "the list of jobs kept changing while it was read; a job may be missing from it"
SHORT = "the list shows {} of the {} entries that it counts; one may be missing from it, or hidden from this user"
UNSEEN = "the list may go on after its last page, which is full, so a job may be missing from it: {}"
CROWDED = (
    "more than {} jobs of the list have the same {}, and the service shows no more of them; choose fewer by filters"
)
TIMELESS = "the list has more than {} jobs, and no {} of them to go on from; choose fewer by filters"
WITHOUT_ID = "entries of the list that have no usable id, and are left out: {}"


@dataclass(frozen=True)
class PagesRead:
    """Pages of one list in their order, each as it was read, or why it could not be."""

    pages: t.Sequence[Page | ApiError] = ()

    @classmethod
    def after(cls, first: Page, paginated: PaginatedList, step: int = PAGE, most: int | None = None) -> PagesRead:
        """``first`` and all pages after it, or ``most`` of them, in steps of so many jobs."""
        return cls([first, *paginated.others(first, step, most)])

    @cached_property
    def whole(self) -> list[Page]:
        return [page for page in self.pages if isinstance(page, Page)]

    @cached_property
    def jobs(self) -> dict[t.Any, Job]:
        """Of a job that pages show in two statuses, a get is to tell."""
        jobs = {job_id: job for page in self.whole for job_id, job in page.jobs.items()}
        if len(jobs) < sum(len(page.jobs) for page in self.whole):
            for page in self.whole:
                for job_id, job in page.jobs.items():
                    if job.get(page.status) != jobs[job_id].get(page.status):
                        jobs[job_id] = {**job, page.status: None}
        return jobs

    @property
    def complete(self) -> bool:
        return len(self.whole) == len(self.pages)

    @property
    def rows(self) -> int:
        return sum(page.rows for page in self.whole)

    @property
    def without_id(self) -> int:
        return sum(page.without_id for page in self.whole)

    @property
    def totals(self) -> set[int]:
        return {page.total for page in self.whole}

    @cached_property
    def agree(self) -> bool:
        """All could be read, tell the same total, and show no job twice."""
        return self.complete and len(self.totals) == 1 and self.rows == len(self.jobs) + self.without_id

    def missing(self, ids: Ids) -> int:
        """How many of these jobs they do not show."""
        jobs = self.jobs
        return sum(job_id not in jobs for job_id in ids)

    def readable(self) -> PagesRead:
        """Raises the first error."""
        for page in self.pages:
            if isinstance(page, ApiError):
                raise page
        return self

    def are_capped(self) -> bool:
        """Whether the service seems to hold fewer jobs on a page than were asked for: as many as on the first one."""
        first = self.whole[0]
        if not 0 < first.rows < min(PAGE, first.total) or self.rows >= first.total:
            return False
        return {page.rows for page in (self.whole[:-1] or self.whole)} == {first.rows}

    def continues(self, continuation: Continuation, step: int) -> bool:
        """The list has more jobs than it shows at once. If its last page is empty, it only counts them: they are hidden."""
        counts_more = self.complete and len(self.whole[0].others(step)) >= continuation.most
        return counts_more and self.whole[-1].rows > 0

    def times(self, continuation: Continuation) -> list[int | None]:
        """Of each job."""
        return [_time(job, continuation.time) for page in self.whole for job in page.jobs.values()]


@dataclass(frozen=True)
class Listing:
    """The jobs of a list by id. ``consistent``: it did not move while it was read, so it shows all that there is to see.

    ``short``: it did not move either, but counts more jobs than it shows. ``untold``: jobs whose status nobody tells, and
    what a get has said; they are not in ``jobs``. ``proves_gone``: a job that it does not show any more is gone.
    """

    jobs: t.Mapping[t.Any, Job]
    consistent: bool
    short: str
    without_id: int
    proves_gone: bool
    untold: t.Mapping[t.Any, ApiError] = field(default_factory=dict)

    @property
    def warnings(self) -> list[str]:
        """What a user should know who relies on this list."""
        left_out = WITHOUT_ID.format(self.without_id)
        moving = "" if self.consistent or self.short else MOVING
        return [text for text in (moving, self.short, left_out if self.without_id else "") if text]


def listing(shown: PagesRead, oldest_first: bool = False, windows: t.Sequence[PagesRead] = ()) -> Listing:
    """It did not move if its pages agree, and show as many jobs as they count.

    As the first page is read before all others, and new jobs come at its top, this leaves no way to miss a job. If they
    agree on a larger total, reading it again would not show more.

    Where new jobs come at its end, later totals may grow: it is complete with as many jobs as its first page has counted.
    It may consist of several ``windows``. The later ones have totals of their own, and show some rows again, so rows without an
    id count in the first one only.
    """
    first, parts = shown.whole[0], windows or [shown]
    agree = all(part.agree for part in parts)
    found = len(shown.jobs) + parts[0].without_id
    consistent = agree and found == first.total
    if oldest_first:
        consistent = shown.complete and found >= first.total >= first.rows
    short = SHORT.format(found, first.total) if agree and found < first.total else ""
    proves_gone = consistent and not oldest_first and not shown.without_id  # a row without an id may be any job
    return Listing(shown.jobs, consistent, short, shown.without_id, proves_gone)


def consistent_list(paginated: PaginatedList) -> tuple[Listing, set[t.Any]]:
    """A list as it was read last; and, if it kept changing, the ids that it has shown before. Raises ApiError."""
    seen: set[t.Any] = set()
    for dummy in range(TRIES):
        listed = whole_list(paginated)
        if listed.consistent:
            return listed, set()
        if listed.short:
            break
        seen.update(listed.jobs)
    return listed, seen


def whole_list(paginated: PaginatedList) -> Listing:
    """All pages of a list, in steps of PAGE jobs. Raises ApiError if one of those that it counts cannot be read.

    A service may show fewer jobs on a page than it is asked for; then it is read on in such steps.
    """
    first = paginated.first()
    if paginated.lasting and first.others():
        return whole_list(paginated.lasting())
    shown, step = PagesRead.after(first, paginated).readable(), PAGE
    if _goes_by_its_own_step(paginated, shown):
        step = first.rows
        shown = PagesRead.after(first, paginated, step).readable()
    counted = len(shown.pages)
    shown = _to_its_end(paginated, shown, step)
    end = shown.pages[-1]
    if isinstance(end, ApiError) and len(shown.pages) == counted + 1:  # so it may answer beyond the end of a list
        return replace(listing(shown), short=UNSEEN.format(end))
    shown.readable()
    windows = [shown, *_later(paginated, shown, step)]
    listed = listing(_together(windows).readable(), paginated.oldest_first, windows)
    return replace(listed, consistent=False) if _may_have_moved(paginated, shown) else listed


def _goes_by_its_own_step(paginated: PaginatedList, shown: PagesRead) -> bool:
    """Whether pages hold fewer jobs than were asked for. One short page alone may be all that this user may see, so a second is read."""
    first, last = shown.whole[0], shown.whole[-1]
    if not shown.are_capped() or (last is not first and last.rows):
        return shown.are_capped()
    return len(PagesRead.after(first, paginated, first.rows, most=1).readable().jobs) > len(first.jobs)


def cheapest_pages(paginated: PaginatedList, ids: Ids) -> PagesRead:
    """The pages of a list, as long as they cost less than gets of ``ids``; no page if the first one cannot be read."""
    try:
        first = paginated.first()
    except (Fatal, Unreachable):
        raise
    except ApiError:
        return PagesRead()
    if PagesRead([first]).missing(ids) <= len(first.others()):
        return PagesRead([first])
    shown, step = PagesRead.after(first, paginated), PAGE
    last = shown.pages[-1]
    if isinstance(last, Page) and last.rows and shown.are_capped():
        step = first.rows
        if shown.missing(ids) > len(first.others(step)):
            shown = PagesRead.after(first, paginated, step)
    if shown.missing(ids):
        shown = _to_its_end(paginated, shown, step)
    if shown.missing(ids) > _left(paginated, first, step):
        shown = _together([shown, *_later(paginated, shown, step)])
    return shown


def _to_its_end(paginated: PaginatedList, shown: PagesRead, step: int) -> PagesRead:
    """With what comes after a last page that is full, as its total may count no more than that page, or go up to a limit.

    So do other clients where pages are asked for by the number of a job; of other lists they believe the total. The last page may
    be an error. A service that refuses a page, or repeats what it has shown, has no more.
    """
    most = MOST // PAGE if paginated.paging is Paging.JOBS else 0
    while shown.complete and shown.whole[-1].rows >= step and len(shown.pages) < most:
        try:
            more = paginated.read(len(shown.pages) * step)
        except Refused:
            break
        except (Fatal, Unreachable):
            raise
        except ApiError as error:
            return PagesRead([*shown.pages, error])
        if all(job_id in shown.jobs for job_id in more.jobs):
            break
        shown = PagesRead([*shown.pages, more])
    return shown


def _may_have_moved(paginated: PaginatedList, shown: PagesRead) -> bool:
    """Whether a list with the oldest jobs first has hidden a job by moving. Of any other list the totals say so.

    A job without a time has no lasting place. If it gets a time while others arrive, the list shows as many jobs as it counted
    at first, but not all of those. Or the first job is gone, and all others have moved up, so one of them is on no page.
    Only the oldest jobs ever go, as the service keeps its records for some time.
    """
    if paginated.continuation and None in shown.times(paginated.continuation) and len(shown.totals) > 1:
        return True
    several = paginated.oldest_first and len(shown.pages) > 1
    return several and paginated.first().jobs.keys() != shown.whole[0].jobs.keys()


def _left(paginated: PaginatedList, first: Page, step: int) -> int:
    """The least number of requests that _later() takes."""
    continuation, pages = paginated.continuation, len(first.others(step)) + 1
    if continuation is None or pages <= continuation.most:
        return 0
    return pages - continuation.most + pages // continuation.most + 1


def _together(windows: t.Sequence[PagesRead]) -> PagesRead:
    return PagesRead([page for window in windows for page in window.pages])


def _later(paginated: PaginatedList, window: PagesRead, step: int) -> list[PagesRead]:
    """What comes after the first ``window`` of a list that has more jobs than it shows at once. The last page may be an error."""
    continuation, since = paginated.continuation, -1
    if continuation is None or not window.continues(continuation, step):
        return []
    # those without a time are read first: a job that gets its time only after this is in a later window
    later = [_window(continuation.timeless, step)] if continuation.timeless else []
    while window.continues(continuation, step):
        latest = max(filter(None, window.times(continuation)), default=0)
        if latest - 1 <= since:
            if window.rows < continuation.most * step:  # what it counts beyond is hidden
                break
            why = (CROWDED if latest else TIMELESS).format(continuation.most * step, continuation.time)
            return [*later, PagesRead([Excessive(window.whole[0].call, why, 200)])]
        since = latest - 1  # so no job of that very moment is missed, whether the service means "later than" or "from"
        window = _window(continuation.later_than(since), step)
        later.append(window)
    return later


def _window(paginated: PaginatedList, step: int) -> PagesRead:
    try:
        return PagesRead.after(paginated.first(), paginated, step)
    except ApiError as error:
        return PagesRead([error])


def _time(job: Job, field: str) -> int | None:
    """In ms since 1970; None for a job that has none yet, however that is written."""
    found = job.get(field)
    return int(found) or None if found is not None and count(found) else None
