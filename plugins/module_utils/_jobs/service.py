# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The contract: what a kind of jobs must offer to all other code.

FlinkJobs is the plainest example, with files of definitions; SqlJobs has a list that goes on, BatchJobs unstable statuses.
"""

from __future__ import annotations

import enum
import typing as t

from .._cloud.answers import Api
from .._cloud.client import Client
from .._cloud.errors import ApiError, Refused
from .._cloud.options import Spec
from .desired_state import DesiredState, Write
from .selection import Fields, Job, Options, Selection

Ids = t.Sequence[t.Any]  # as Fields.parse_id makes them

PAGE = 100  # the most jobs that a page of a list holds


class Listed(t.NamedTuple):
    """Where the answer to a list has its rows and their total: in its part ``within``, unless that is empty."""

    rows: str
    total: str
    within: str = ""


class Page(t.NamedTuple):
    """Part of a list, as `shapes.page` makes it: its jobs by id, each with its status or null, and how many the whole list has.

    ``rows``: how many entries it shows; ``without_id``: those of them that are no jobs, as they have no usable id.
    ``status``: the field of a job that holds it.
    """

    jobs: t.Mapping[t.Any, Job]
    total: int
    call: str
    rows: int
    without_id: int = 0
    status: str = "status"

    def others(self, step: int = PAGE, most: int | None = None) -> range:
        """The offsets of the other pages."""
        return range(step, self.total, step)[:most] if self.rows < self.total else range(0)


class Paging(enum.Enum):
    """What the number counts by which a page of a list is asked for."""

    JOBS = "jobs, from 0"
    PAGES = "pages, from 1"
    EITHER = "jobs or pages, both from 1"  # the documentation leaves it open; the second page tells


class Continuation(t.NamedTuple):
    """For a list that has the oldest jobs first and shows only so many pages: it goes on as another list, of later jobs.

    They are later than the last job seen, whose time is the service's, and not one of our clock.
    """

    most: int  # pages that it shows
    time: str  # the field of a job that it is sorted by, in ms since 1970
    later_than: t.Callable[[int], PaginatedList]  # the list of the jobs that are later than this time
    timeless: PaginatedList | None = None  # a list of the jobs that may have no such time yet


class PaginatedList(t.NamedTuple):
    """A list. ``read`` gets the page of a number; it raises ApiError.

    ``oldest_first``: jobs that arrive meanwhile come at its end, and not at its top. ``lasting``: a list with more jobs that
    none of them leaves meanwhile. (A job that ends leaves a list of the jobs that run.)
    """

    client: Client
    paging: Paging
    read: t.Callable[[int], Page]
    oldest_first: bool = False
    continuation: Continuation | None = None
    lasting: t.Callable[[], PaginatedList] | None = None

    def first(self) -> Page:
        """It tells how many jobs there are."""
        return self.read(0 if self.paging is Paging.JOBS else 1)

    def others(self, first: Page, step: int = PAGE, most: int | None = None) -> list[Page | ApiError]:
        """All pages after the first that the service shows, or ``most`` of them, read at the same time.

        ``step``: how many jobs a page holds.
        """
        starts = first.others(step, most)
        if self.continuation:
            starts = starts[: self.continuation.most - 1]
        numbers = range(2, len(starts) + 2)
        if self.paging is Paging.JOBS or not starts:
            return self.client.map(self.read, starts)
        if self.paging is Paging.PAGES:
            return self.client.map(self.read, numbers)
        try:
            second = self.read(2)
        except ApiError as error:
            return [error]
        same = len(first.jobs.keys() & second.jobs.keys())
        if same * 2 >= len(second.jobs) > 0:  # the number counts jobs, and the next page shows all of these again
            return self.client.map(self.read, [start + 1 for start in starts])
        return [second, *self.client.map(self.read, numbers[1:])]


class Export(t.NamedTuple):
    """Files with the definitions of jobs. ``send``: one request, for up to ``most`` jobs; the names of the files, one at least.

    It raises ApiError where there are none. It counts as no write, as a second file with the same jobs does no harm.
    """

    most: int
    send: t.Callable[[Ids], list[str]]


class Service(t.Protocol):
    """The jobs of one project or cluster, at hand. What sends a request raises ApiError."""

    client: Client
    fields: Fields  # a task may put others in its place, so it is read again at each call
    batch: t.Mapping[Write, int]  # every write of its desired states → the most jobs that one request carries
    # Parts of a query that a job may stop matching while it is watched, such as the status
    passing: t.Collection[str]
    hidden: t.Collection[str]  # codes of a refused get whose job a list may show all the same
    detail_fields: t.Collection[str]  # fields that a get shows and a list does not; some hold secrets
    export: Export | None  # of all jobs before the first is deleted; None: not offered, or not wanted

    def get(self, job_id: t.Any) -> Job | None:
        """One request, or two. None if the service does not know the job."""

    def query(self, filters: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """What the list is asked for: the filters that the service applies itself. No request."""

    def pages(self, query: t.Mapping[str, t.Any]) -> PaginatedList:
        """The list of all jobs for this query, the newest first unless it says otherwise. No request before it is read."""

    def write(self, write: Write, ids: Ids) -> list[Refused | None]:
        """One request: for each of ``ids``, in their order, the refusal, or None where it was accepted."""


class JobType(t.Protocol):
    """What is known of a kind of jobs before there is a client, and the way to its jobs."""

    api: Api
    module: str  # that brings these jobs into a state; the reader's name ends with _info
    fields: Fields
    listed: Listed
    statuses: t.Collection[str]  # all that are known, in lower case
    ended: t.Collection[str]  # those of jobs that do not run any more: what counts as stopped
    unstable: t.Collection[str]  # a job that was in one of these has ended only when two looks in a row say so
    export_option: str  # that asks for files with their definitions, see Export; empty: there is none

    @staticmethod
    def options() -> Spec:
        """Those that choose jobs: ids, ``filters``, and where the jobs are."""

    @staticmethod
    def select(options: Options) -> Selection:
        """The jobs that they choose; those of a reader, which may be all, where there is no ``state``. Raises OptionError."""

    @staticmethod
    def desired_state(options: Options) -> DesiredState:
        """What ``state`` means. Raises OptionError for an option that belongs to another state."""

    def __call__(self, client: Client, options: Options) -> Service:
        """May send a request to find out where the jobs are. Raises ApiError, and OptionError if there is no such place.

        ``options``: those of the module, of its reader, or no others than those of ``options()``, for the event source.
        """
