# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What has changed between two snapshots of a list of jobs. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..module_utils._jobs.selection import Fields, Job

JobId = t.Union[int, str]


class Known(t.NamedTuple):
    """A job as it was seen last. ``since``: when it was first seen in its status; ``stuck``: an event has told that it stays there."""

    id: JobId
    name: str | None
    status: str
    since: float  # seconds since 1970
    stuck: bool = False


Jobs = t.Mapping[JobId, Known]


@dataclass(frozen=True)
class Snapshot:
    """What was seen of the jobs that are watched. Of a job that is in none of these, nothing is known."""

    jobs: t.Mapping[JobId, Job]
    told: t.Collection[JobId]  # those of ``jobs`` that are in a status of which something is to be told
    gone: t.Collection[JobId]  # those that the service knows no more
    left: t.Collection[JobId]  # those that are there, but are not to be watched any more


class Change(t.NamedTuple):
    """``before`` is None for a new job, ``after`` for one that is gone. If both have the same status, the job is stuck."""

    before: Known | None
    after: Known | None

    @property
    def known(self) -> Known:
        return self.after or t.cast(Known, self.before)

    @property
    def stuck(self) -> bool:
        return self.before is not None and self.after is not None and _same(self.before, self.after)


class Limit(t.NamedTuple):
    """A job is stuck when it is longer than ``seconds`` in the same status, but not if that is one of ``ended``."""

    seconds: float
    ended: t.Collection[str]


def changes(
    known: Jobs, snapshot: Snapshot, fields: Fields, now: float, limit: Limit | None
) -> tuple[dict[JobId, Known], list[Change]]:
    """What is known after a snapshot, and what has changed with it; ``now`` in seconds since 1970."""
    after = dict(known)
    for job_id in (*snapshot.gone, *snapshot.left):
        del after[job_id]
    found: list[Change] = []
    for job_id, job in snapshot.jobs.items():
        before = known.get(job_id)
        seen = Known(job_id, job.get(fields.name), str(job[fields.status]), now)
        told = job_id in snapshot.told
        if before and _same(before, seen):
            told = told and limit is not None and _overdue(before, now, limit)
            seen = seen._replace(since=min(before.since, now), stuck=before.stuck or told)
        if told:
            found.append(Change(before, seen))
        after[job_id] = seen
    return after, [*found, *(Change(known[job_id], None) for job_id in snapshot.gone)]


def _same(one: Known, other: Known) -> bool:
    """A service may write a status in two ways: New, NEW."""
    return one.status.lower() == other.status.lower()


def _overdue(job: Known, now: float, limit: Limit) -> bool:
    return not job.stuck and job.status.lower() not in limit.ended and now - job.since > limit.seconds
