# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists by themselves: those that begin with the oldest job, and go on beyond the pages that they show."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.errors import ApiError, Excessive, Refused, Unanswered
from ansible_collections.otc.bigdata.plugins.module_utils._jobs.lists import Listing, PagesRead, listing, whole_list
from ansible_collections.otc.bigdata.plugins.module_utils._jobs.reading import ListCache, everything, look
from ansible_collections.otc.bigdata.plugins.module_utils._jobs.selection import Fields, Job
from ansible_collections.otc.bigdata.plugins.module_utils._jobs.service import (
    PAGE,
    Continuation,
    Page,
    PaginatedList,
    Paging,
)
from ansible_collections.otc.bigdata.plugins.module_utils._jobs.shapes import by_told_status, count, tags

BEGIN = 1_700_000_000_000


class OneByOne:
    """A client without threads."""

    def map(self, function: t.Callable[[t.Any], t.Any], items: t.Iterable[t.Any]) -> list[t.Any]:
        def attempt(item: t.Any) -> t.Any:
            try:
                return function(item)
            except ApiError as error:
                return error

        return [attempt(item) for item in items]


@dataclass
class Archive:
    """A list of jobs by their start, the oldest first; those without a start are at its end. ``requests``: what was asked.

    ``unseen``: jobs that it counts at its end, and does not show.
    """

    jobs: list[Job]
    most: int = 10  # pages
    size: int = PAGE
    inclusive: bool = False
    unseen: int = 0
    before: t.Callable[[int], None] = lambda count: None  # each request, counted from 1
    client: t.Any = field(default_factory=OneByOne)
    requests: list[t.Any] = field(default_factory=list)

    def since(self, time: int | None) -> list[Job]:
        if time is None:
            return [*self.jobs]
        return [one for one in self.jobs if one["start"] is not None and one["start"] > time - self.inclusive]

    def page(self, number: int, query: t.Mapping[str, t.Any]) -> Page:
        self.requests.append((number, query))
        self.before(len(self.requests))
        if number > self.most:
            raise Refused("GET /jobs", "no such page", 400)
        found = self.since(query.get("since"))
        if "new" in query:
            found = [one for one in found if one["status"] == "NEW"]
        shown = found[(number - 1) * self.size : number * self.size]
        return Page({one["id"]: one for one in shown}, len(found) + self.unseen, "GET /jobs", len(shown))

    def pages(self, query: t.Mapping[str, t.Any]) -> PaginatedList:
        continuation = Continuation(
            self.most,
            "start",
            later_than=lambda time: self.pages({**query, "since": time}),
            timeless=None if "new" in query else self.pages({"new": True}),
        )
        return PaginatedList(self.client, Paging.PAGES, lambda number: self.page(number, query), True, continuation)

    # of a service
    fields = Fields(int, "id", "", "status", "", {}, ())
    passing = hidden = detail_fields = ()

    def get(self, job_id: int) -> Job | None:
        self.requests.append(job_id)
        return next((one for one in self.jobs if one["id"] == job_id), None)


def jobs(count: int, first: int = 0, at: t.Callable[[int], int | None] = lambda number: BEGIN + number) -> list[Job]:
    return [{"id": n, "start": at(n), "status": "OLD"} for n in range(first, first + count)]


def whole(archive: Archive) -> Listing:
    return whole_list(archive.pages({}))


@pytest.mark.parametrize("inclusive", [False, True])
@pytest.mark.parametrize(
    ("count", "requests"),
    [(0, 1), (100, 1), (101, 3), (1000, 11), (1001, 13), (1900, 22), (2050, 25), (12_345, 138)],
)
def test_it_goes_on_from_the_last_job_seen(count: int, requests: int, inclusive: bool) -> None:
    """With one page more each time that it goes on, one for jobs without a time, and the first one again in the end."""
    archive = Archive(jobs(count), inclusive=inclusive)
    found = whole(archive)
    assert list(found.jobs) == list(range(count))
    assert found.consistent
    assert found.warnings == []
    assert len(archive.requests) <= requests


def test_twelve_thousand_jobs_in_pages_as_the_service_has_them() -> None:
    archive = Archive(jobs(12_000), most=100)
    assert list(whole(archive).jobs) == list(range(12_000))
    assert len(archive.requests) == 120 + 1 + 1 + 1


def test_a_job_without_a_time_is_not_lost() -> None:
    """They are beyond the pages that the list shows, and later than no time."""
    archive = Archive(jobs(1050) + [{**one, "status": "NEW"} for one in jobs(7, 20_000, lambda n: None)])
    found = whole(archive)
    assert len(found.jobs) == 1057
    assert found.consistent


@pytest.mark.parametrize("alike", [2, 150, 999])
def test_jobs_of_one_moment_on_both_sides(alike: int) -> None:
    edge = 1000 - alike // 2

    def at(number: int) -> int:
        return BEGIN + (edge if edge <= number < edge + alike else number)

    found = whole(Archive(jobs(2050, at=at)))
    assert len(found.jobs) == 2050
    assert found.consistent


def test_it_goes_on_by_one_millisecond() -> None:
    found = whole(Archive(jobs(2050, at=lambda number: BEGIN + number // 500)))
    assert len(found.jobs) == 2050
    assert found.consistent


def test_more_jobs_of_one_moment_than_it_shows() -> None:
    archive = Archive(jobs(1010, at=lambda number: BEGIN))
    with pytest.raises(Excessive, match="more than 1000 jobs of the list have the same start") as error:
        whole(archive)
    assert error.value.status == 200
    assert len(archive.requests) <= 21


@pytest.mark.parametrize(
    ("count", "requests"),
    [
        (0, 11),
        (250, 11),
        (950, 33),  # its last page has jobs, so there may be later ones: those without a time, and the next window
        (1000, 33),
        (1050, 36),  # and there are some
    ],
)
def test_more_jobs_than_it_shows_at_once_are_hidden(count: int, requests: int) -> None:
    """It only counts them, so nothing is wrong with the times of those that it shows."""
    archive = Archive(jobs(count), unseen=1200)
    found = whole(archive)
    assert list(found.jobs) == list(range(count))
    assert f"shows {count} of the {count + 1200} entries" in found.short
    assert len(archive.requests) <= requests


@pytest.mark.parametrize("at", [BEGIN, None])
def test_hidden_jobs_among_those_of_one_moment(at: int | None) -> None:
    """The pages are not full of jobs of that moment, so it is not what keeps the others back."""
    assert "shows 950 of the 2150 entries" in whole(Archive(jobs(950, at=lambda number: at), unseen=1200)).short


def test_no_job_tells_its_time() -> None:
    with pytest.raises(Excessive, match="no start"):
        whole(Archive(jobs(1010, at=lambda number: None)))


@pytest.mark.parametrize("number", [10, 11, 12])
def test_a_page_that_cannot_be_read(number: int) -> None:
    """The last one that it shows, that of jobs without a time, and the first one later on."""

    def fail(count: int) -> None:
        if count == number:
            raise Refused("GET /jobs", "not now", 400)

    with pytest.raises(Refused, match="not now"):
        whole(Archive(jobs(1200), before=fail))


def test_pages_of_fewer_jobs() -> None:
    """It shows 50 jobs on a page, so 500 in all."""
    archive = Archive(jobs(730), size=50)
    found = whole(archive)
    assert len(found.jobs) == 730
    assert found.consistent


@pytest.mark.parametrize(
    ("count", "size", "unseen", "requests"),
    [
        (120, 60, 0, 3),  # both pages show all
        (100, 50, 0, 4),  # the first page, one more, all in steps of 50, and the first one again
        (2, 1, 0, 4),  # as above, one by one
        (50, 50, 30, 2),  # the second one is empty
        (50, 50, 80, 4),  # so it is in steps of 100, and then as well in steps of 50
        (120, 50, 0, 5),  # the second one has jobs, so none more is needed to know
    ],
)
def test_a_first_page_that_may_be_all_that_a_user_sees(count: int, size: int, unseen: int, requests: int) -> None:
    """One page more tells, and no further one is read in vain."""
    archive = Archive(jobs(count), size=size, unseen=unseen)
    found = whole(archive)
    assert len(found.jobs) == count
    assert found.consistent is (unseen == 0)
    assert len(archive.requests) == requests


def test_a_list_whose_end_nobody_knows_proves_nothing() -> None:
    """A job that it does not show may be after its last page, which is full."""

    def read(start: int) -> Page:
        if start:
            raise Unanswered("GET /jobs", "nothing said", 500)
        return page_of(*range(100), total=100)

    found = whole_list(PaginatedList(t.cast(t.Any, OneByOne()), Paging.JOBS, read))
    assert (found.consistent, found.proves_gone, len(found.jobs)) == (False, False, 100)
    assert "nothing said" in found.short


def page_of(*ids: int, total: int, without_id: int = 0) -> Page:
    return Page({job_id: {"id": job_id} for job_id in ids}, total, "GET /jobs", len(ids) + without_id, without_id)


@pytest.mark.parametrize(
    ("pages", "consistent", "short"),
    [
        ([page_of(1, 2, total=3), page_of(3, total=3)], True, False),
        ([page_of(1, 2, total=3), page_of(2, total=3)], False, False),  # one is shown twice, so another one is missing
        ([page_of(1, 2, total=3), page_of(3, total=4)], False, False),
        ([page_of(1, 2, total=3), page_of(total=3, without_id=1)], True, False),
        ([page_of(1, 2, total=3), page_of(total=3)], False, True),
        ([page_of(1, 2, total=3), Refused("GET /jobs", "no")], False, False),
    ],
)
def test_list_with_the_newest_job_first(pages: list[Page | ApiError], consistent: bool, short: bool) -> None:
    found = listing(PagesRead(pages))
    assert (found.consistent, found.proves_gone, bool(found.short)) == (
        consistent,
        consistent and not found.without_id,
        short,
    )
    assert ("kept changing" in str(found.warnings)) is not (consistent or short)


def test_entries_without_an_id_are_counted_where_the_oldest_job_is_the_first() -> None:
    pages = PagesRead([page_of(1, 2, total=3), page_of(total=3, without_id=1)])
    assert listing(pages, oldest_first=True).consistent


def test_a_job_that_gets_its_time_while_others_arrive() -> None:
    """It moves up, and another one moves to a page that was read already: the list shows as many jobs as it counted at first."""
    late, other = ({"id": n, "start": None, "status": "NEW"} for n in (1001, 1002))
    archive = Archive([*jobs(199), late, other])

    def start_and_arrive(count: int) -> None:
        if count == 3:
            archive.jobs = [*jobs(199), {**other, "start": BEGIN + 5000}, late, *jobs(1, 2000)]

    archive.before = start_and_arrive
    found = whole(archive)
    assert other["id"] not in found.jobs
    assert len(found.jobs) == 201
    assert not found.consistent


def test_what_arrives_may_be_left_out() -> None:
    """They come at the end, so nothing that was there has moved."""
    archive = Archive(jobs(230))

    def arrive(count: int) -> None:
        if count in (2, 3):
            archive.jobs += jobs(1, 1000 + count)

    archive.before = arrive
    found = whole(archive)
    assert set(range(230)) <= set(found.jobs)
    assert found.consistent
    assert found.warnings == []


def test_what_moved_up_may_have_been_missed() -> None:
    """The oldest is taken off: the others move up, and one of them is on no page."""
    archive = Archive(jobs(230))

    def take(count: int) -> None:
        if count == 2:
            del archive.jobs[0]

    archive.before = take
    found = whole(archive)
    assert 100 not in found.jobs
    assert not found.consistent
    assert "kept changing" in found.warnings[0]


def test_such_a_list_does_not_prove_that_a_job_is_gone() -> None:
    """One has been taken off, and another one has arrived: the list looks complete."""
    archive = Archive(jobs(230))
    cache = ListCache()
    ids = list(range(50, 230))
    look(archive, ids, cache)  # type: ignore[arg-type]
    cache.total = None
    archive.requests.clear()

    def swap(count: int) -> None:
        if count == 2:
            archive.jobs = archive.jobs[1:] + jobs(1, 1000)

    archive.before = swap
    found = look(archive, ids, cache)  # type: ignore[arg-type]
    assert found[100] is not None
    assert len(archive.requests) == 4  # three pages, and the job that they do not show


@pytest.mark.parametrize(
    ("ids", "most"),
    [
        ([*range(0, 1000, 60), 1050, 1100, 1150], 13),  # three of them are beyond, and gets of these are cheaper
        ([*range(0, 1000, 60), *range(1000, 1200, 40)], 14),  # five of them are, and four requests show them
        (range(1190, 1200), 11),  # gets are cheaper
        (range(0, 1200, 60), 15),  # four of them are beyond
        (range(1100, 1200), 15),
        (range(1200), 15),
    ],
)
def test_a_look_beyond_the_pages(ids: t.Sequence[int], most: int) -> None:
    archive = Archive(jobs(1200))
    found = look(archive, ids, ListCache())  # type: ignore[arg-type]
    assert all(found[job_id] for job_id in ids)
    assert len(archive.requests) <= most


@pytest.mark.parametrize(("ids", "requests"), [(10, 10), (11, 11), (12, 12), (13, 12)])
def test_gets_or_a_list_whose_length_is_known(ids: int, requests: int) -> None:
    """Of 1200 jobs; where it makes no difference, gets are what is asked. A list that turns out no cheaper is not read on."""
    archive = Archive(jobs(1200), most=100)
    cache = ListCache(total=1200)
    look(archive, range(100, 100 + ids), cache)  # type: ignore[arg-type]
    assert len(archive.requests) <= requests + 1
    assert (archive.requests[0] == 100) is (ids <= 12)


@pytest.mark.parametrize(("status", "told"), [("RUNNING", True), ("", False), (None, False), (5, False)])
def test_a_status_is_a_text(status: t.Any, told: bool) -> None:
    assert [len(found) for found in by_told_status({1: {"status": status}}, Archive.fields)] == [told, not told]


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ({}, True),
        ("a=b", True),
        ([], True),
        (["a"], True),
        ([{"key": "a"}], True),
        ([{}], True),
        ([{"key": 5}], False),
        (5, False),
    ],
)
def test_shapes_of_tags(value: t.Any, right: bool) -> None:
    assert tags(value) is right


def test_status_that_only_a_get_tells_of_a_job_without_the_field_of_a_filter() -> None:
    """The list tells neither; the job is not passed over for that."""
    archive = Archive([{"id": 1, "start": BEGIN, "status": ""}])
    archive.fields = Fields(int, "id", "", "status", "", {"status": "status", "owner": "owner"}, ())
    archive.query = dict  # type: ignore[attr-defined]
    archive.get = lambda job_id: {"id": job_id, "status": "RUNNING"}  # type: ignore[method-assign]
    found = everything(archive, {}, ListCache(), {"owner": "me"})  # type: ignore[arg-type]
    assert (found.jobs, found.untold) == ({1: {"id": 1, "start": BEGIN, "status": "RUNNING"}}, {})


@pytest.mark.parametrize(
    ("value", "right"),
    [
        (0, True),
        (7.0, True),
        ("9" * 19, True),
        ("9" * 20, False),
        (7.5, False),
        (-1, False),
        (True, False),
        ("٣", False),
    ],
)
def test_shape_of_a_number_of_jobs(value: t.Any, right: bool) -> None:
    assert count(value) is right


def test_a_look_at_pages_of_fewer_jobs() -> None:
    """Read once more in steps of 50, which costs less than to ask for the jobs that are on no page of the first reading."""
    archive = Archive(jobs(730), size=50, most=100)
    found = look(archive, range(730), ListCache())  # type: ignore[arg-type]
    assert all(found.values())
    assert len(archive.requests) <= 8 + 15


def test_a_look_at_a_list_that_hides_jobs() -> None:
    """An empty page is its end, so it is not read on in smaller steps."""
    archive = Archive(jobs(50), unseen=70)
    look(archive, range(60), ListCache())  # type: ignore[arg-type]
    assert len(archive.requests) == 2 + 10


def test_a_job_that_only_an_earlier_reading_has_shown_still_counts() -> None:
    """Each reading moves while it lasts, so the last one has missed a job."""
    archive = Archive(jobs(230))

    def take(count: int) -> None:
        if count in (2, 6, 10):
            del archive.jobs[0]

    archive.before = take
    found = everything(archive, {}, ListCache())  # type: ignore[arg-type]
    assert set(range(3, 230)) <= set(found.jobs)
    assert not found.consistent


def test_a_job_that_neither_a_get_nor_a_list_shows() -> None:
    """What the get has said is told."""

    class Closed(Archive):
        hidden = ("NO",)

        def get(self, job_id: int) -> Job | None:
            raise Refused("GET /job", "no", 403, code="NO")

    (found,) = look(Closed([], most=0), [1], ListCache()).values()  # type: ignore[arg-type]
    assert str(found) == "GET /job: HTTP 403 NO: no"


@pytest.mark.parametrize(("first", "count"), [("get", 2), ("list", 9)])
def test_a_list_that_is_read_for_one_job_shows_more_of_another(first: str, count: int) -> None:
    """It has begun to run since it was read, so what was seen first is no ground to start it once more."""

    class Hidden(Archive):
        hidden = ("NO",)
        refused = count - 1

        def get(self, job_id: int) -> Job | None:
            found = super().get(job_id)
            if job_id != self.refused:
                return found
            self.jobs[0] = {**self.jobs[0], "status": "RUNNING"}
            raise Refused("GET /job", "no", 403, code="NO")

        def page(self, number: int, query: t.Mapping[str, t.Any]) -> Page:
            found = super().page(number, query)
            if len(self.requests) == 1:  # moves while it is read, and misses one
                found.jobs.pop(self.refused)
            return found

    archive = Hidden(jobs(count))
    found = look(archive, range(count), ListCache())  # type: ignore[arg-type]
    assert isinstance(archive.requests[0], int) is (first == "get")
    assert all(isinstance(observation, dict) for observation in found.values())
    assert found[0]["status"] == "RUNNING"  # type: ignore[index,call-overload]
    assert archive.requests.count(1) == (first == "get")  # nobody asks once more for what is as it was
