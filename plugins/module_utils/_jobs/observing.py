# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""A look at jobs: what it shows of each goes into its entry."""

from __future__ import annotations

import typing as t

from .._cloud.errors import ApiError, Fatal, Skipped, Unreachable
from .plan import Entry
from .reading import Observation, look
from .selection import Job
from .service import Service
from .task import Task


def observe(service: Service, task: Task, entries: t.Sequence[Entry]) -> None:
    """Looks at these jobs. Raises as note() does."""
    ids = [entry.id for entry in entries]
    try:
        observations = look(service, ids, task.cache)
    except Unreachable as error:
        observations = dict.fromkeys(ids, error)
    note(entries, observations, service, task)


def note(entries: t.Sequence[Entry], observations: t.Mapping[t.Any, Observation], service: Service, task: Task) -> None:
    """Raises what makes the whole task impossible: a refused credential, or a host that was never reached."""
    _note_earlier(entries, observations, service, task)
    now = task.deadline.now()
    for entry in entries:
        observation = observations[entry.id]
        if isinstance(observation, ApiError):
            if isinstance(observation, Fatal) or (isinstance(observation, (Unreachable, Skipped)) and not entry.seen):
                raise observation
            entry.unread = observation
        elif observation is None:
            entry.look(None, now=now)
        else:
            _note_job(entry, observation, service, now)


def _note_earlier(
    entries: t.Sequence[Entry], observations: t.Mapping[t.Any, Observation], service: Service, task: Task
) -> None:
    """What a page has shown of jobs that were seen again, in another status, before this look was over."""
    passed, task.cache.passed = task.cache.passed, {}
    if not passed:
        return
    for entry in entries:
        word, observation = passed.get(entry.id), observations[entry.id]
        if word and isinstance(observation, dict) and observation.get(service.fields.status) != word:
            entry.look(word)


def _note_job(entry: Entry, job: Job, service: Service, now: float) -> None:
    fields, plain, desired = service.fields, service.client.plain, entry.desired
    status, name, reason = job.get(fields.status), job.get(fields.name), job.get(fields.reason)
    entry.look(
        plain(str(status or "")),
        None if name is None else str(name),
        plain(str(reason)) if reason else "",
        desired.notes(job),
        now,
    )
    if desired.next:
        entry.row = job
    entry.show_beside(job)
