# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What an answer tells of jobs: the shape that a job or a page of a list must have."""

from __future__ import annotations

import typing as t
from contextlib import suppress

from .._cloud.answers import Maybe, shaped
from .._cloud.errors import Excessive, Unanswered, Untold
from .selection import Fields, Job, tag_pairs
from .service import Listed, Page

MOST = 1_000_000  # jobs of a list


def count(value: t.Any) -> bool:
    """a whole number"""
    if isinstance(value, str):
        return value.isascii() and value.isdecimal() and len(value) < 20
    return not isinstance(value, bool) and isinstance(value, (int, float)) and value >= 0 and value % 1 == 0


def tags(value: t.Any) -> bool:
    """tags: an object, a list of objects, or text"""
    if isinstance(value, list):
        return all(isinstance(key, str) for key, dummy in tag_pairs(value))
    return isinstance(value, (dict, str))


def _row(fields: Fields) -> t.Any:
    return {fields.name: Maybe((str, int, float)), "tags": Maybe(tags)}


def _is_usual(job: t.Any, name: str) -> bool:
    """Whether it has that shape beyond doubt. That is told ten times as fast as what is wrong with another one."""
    return isinstance(job, dict) and job.get("tags") is None and isinstance(job.get(name), (str, type(None)))


def _kept(job: Job, fields: Fields, words: dict[str, str]) -> Job:
    """With the status, be it null. Many jobs have the same, and share its text, which is among ``words``."""
    kept, status = fields.cut(job), job.get(fields.status)
    kept[fields.status] = words.setdefault(status, status) if isinstance(status, str) else status
    return kept


def _doubt_those_shown_twice(jobs: dict[t.Any, Job], rows: t.Iterable[Job], fields: Fields) -> None:
    """A job that a page shows in two statuses is in none of them for certain, so a get is to tell."""
    for row in rows:
        with suppress(KeyError, ValueError):
            job = jobs[fields.id_of(row)]
            if row.get(fields.status) != job[fields.status]:
                job[fields.status] = None


def page(answer: t.Any, listed: Listed, fields: Fields, call: str) -> Page:
    """The answer to a list, or the part that it is within, as a page. Raises Unanswered for another shape, Excessive for more jobs than can be meant."""
    shaped(answer, {listed.total: count, listed.rows: Maybe(list)}, call)
    number, found, shape = int(answer[listed.total]), answer[listed.rows] or (), _row(fields)
    for position, job in enumerate(found):
        if not _is_usual(job, fields.name):
            shaped(job, shape, call, f"{listed.rows}[{position}]")
    if number > MOST:
        raise Excessive(call, f"the list claims to have {number} entries, more than {MOST}", 200)
    jobs: dict[t.Any, Job] = {}
    words: dict[str, str] = {}
    without_id = 0
    for job in found:
        try:
            jobs[fields.id_of(job)] = _kept(job, fields, words)
        except (KeyError, ValueError):
            without_id += 1
    if len(jobs) + without_id < len(found):
        _doubt_those_shown_twice(jobs, found, fields)
    return Page(jobs, number, call, len(found), without_id, fields.status)


def the_job(job_id: t.Any, answer: t.Any, fields: Fields, call: str) -> Job:
    """The job that was asked for. Raises Unanswered for an answer of another shape, or one that is about another job.

    Raises Untold if the service has no word for its status.
    """
    try:
        if not _is_usual(answer, fields.name):
            shaped(answer, _row(fields), call)
        if fields.id_of(answer) == job_id and isinstance(answer[fields.status], (str, type(None))):
            if answer[fields.status]:
                return fields.cut(answer)
            raise Untold(call, f"the service returns no {fields.status} of this job", 200)
    except (KeyError, ValueError):
        pass
    raise Unanswered(call, f"the answer has no {fields.status} of this job", 200)


def by_told_status(jobs: t.Mapping[t.Any, Job], fields: Fields) -> tuple[t.Mapping[t.Any, Job], dict[t.Any, Job]]:
    """The jobs of which a list tells the status, and the others."""
    status = fields.status
    vague = {job_id: job for job_id, job in jobs.items() if not (job[status] and isinstance(job[status], str))}
    return {job_id: job for job_id, job in jobs.items() if job_id not in vague} if vague else jobs, vague


def part(answer: t.Any, key: str) -> t.Any:
    """A member of an answer that should be an object; None if it is none."""
    return answer.get(key) if isinstance(answer, dict) else None
