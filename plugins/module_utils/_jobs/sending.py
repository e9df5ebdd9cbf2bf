# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Sends what is due: as many jobs to a request as it takes, all requests in parallel; and notes what each answer means for each job."""

from __future__ import annotations

import typing as t

from .._cloud import errors
from .deadline import Deadline
from .desired_state import Write
from .plan import Answer, Entry, never_arrived
from .service import Service
from .settling import must_follow
from .task import Task


class Batch(t.NamedTuple):
    """One request: a write, and the jobs that it is for."""

    write: Write
    entries: t.Sequence[Entry]


def send_all(service: Service, task: Task, writes: t.Sequence[tuple[Entry, Write]]) -> None:
    """Sends all writes in parallel, as many jobs to a request as the service takes; notes the answers."""
    batches = _batches(service, task, writes)
    sent: list[t.Any] = []

    def send(batch: Batch) -> list[errors.Refused | None]:
        ids = [entry.id for entry in batch.entries]
        sent.extend(ids)
        task.sent.update((job_id, batch.write) for job_id in ids)
        task.in_flight.update(dict.fromkeys(ids, batch.write))
        task.progress.tell(lambda: f"{len(sent)}/{len(writes)} asked for")
        refusals = service.write(batch.write, ids)
        if len(refusals) != len(ids):
            raise ValueError(f"{len(refusals)} answers for {len(ids)} jobs")
        task.answers.update(zip(ids, refusals))
        return refusals

    answers = service.client.map(send, batches)
    for batch, answer in zip(batches, answers):
        _note(batch, answer, task.deadline)
    if not task.options["wait"]:
        _settle_accepted(entry for entry, dummy in writes)
    task.in_flight.clear()
    task.answers.clear()
    fatal = next((answer for answer in answers if isinstance(answer, errors.Fatal)), None)
    if fatal:
        raise fatal


def _batches(service: Service, task: Task, writes: t.Sequence[tuple[Entry, Write]]) -> list[Batch]:
    batches: list[Batch] = []
    for write in dict.fromkeys(write for dummy, write in writes):
        due = [entry for entry, what in writes if what is write]
        alone = _to_be_sent_alone(task, due, write)
        shared = [entry for entry in due if entry not in alone]
        size = service.batch[write]
        batches += [Batch(write, shared[start : start + size]) for start in range(0, len(shared), size)]
        batches += [Batch(write, [entry]) for entry in due if entry in alone]
    return batches


def _to_be_sent_alone(task: Task, due: t.Sequence[Entry], write: Write) -> set[Entry]:
    """Each job of a refused batch, unless the look since then has shown which of them stood in the way."""
    doubtful = {entry for entry in due if _is_doubtful(entry)}
    if len(doubtful) < sum(map(_is_doubtful, task.entries)):
        return {entry for entry in doubtful if entry.writes.count(write) > 1}
    return doubtful


def _is_doubtful(entry: Entry) -> bool:
    return entry.last is not None and entry.last.answer is Answer.DOUBTFUL


def _settle_accepted(entries: t.Iterable[Entry]) -> None:
    """With ``wait: false``, an accepted write is the end of the work on a job."""
    for entry in entries:
        if entry.last and entry.last.answer is Answer.ACCEPTED and not must_follow(entry):
            entry.settle()


def _note(batch: Batch, answer: list[errors.Refused | None] | errors.ApiError, deadline: Deadline) -> None:
    """What the answer to a request says of each of its jobs."""
    if isinstance(answer, errors.Late):
        for entry in batch.entries:
            entry.unsent = answer
    if isinstance(answer, errors.Skipped):
        return
    shared = len(batch.entries) > 1
    refusals = answer if isinstance(answer, list) else [answer] * len(batch.entries)
    now = deadline.now()
    for entry, refusal in zip(batch.entries, refusals):
        pause = deadline.retry_pause(entry.writes.count(batch.write) + 1)
        entry.sent(batch.write, _meaning(refusal, shared), refusal, now, pause)


def _meaning(refusal: errors.ApiError | None, shared: bool) -> Answer:
    """``shared``: the request was for other jobs, too."""
    if refusal is None:
        return Answer.ACCEPTED
    if isinstance(refusal, (errors.Unanswered, errors.Bug)):
        return Answer.LOST
    if never_arrived(refusal):
        return Answer.REFUSED
    return Answer.DOUBTFUL if shared else Answer.REFUSED
