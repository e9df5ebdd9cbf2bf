# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The order of work, the same for every service: choose, read, plan, write, look, report.

A round judges what was seen, writes what is to be written, and looks again; rounds end when every job is settled.
So a refused or unanswered write needs no code of its own: the next look tells what became of it.
"""

from __future__ import annotations

import contextlib
import typing as t
from functools import partial

from .._cloud.client import Client
from .._cloud.connection import read_connection
from .._cloud.context import Context
from .._cloud.errors import Failure, Interrupted, OptionError
from .._cloud.options import check_range
from .choosing import choose
from .deadline import Deadline
from .desired_state import Write, until_ended
from .exports import export_all
from .guard import keep_off, patterns
from .observing import observe
from .plan import Answer, Entry, forecast, has_ended, is_owed, says_little, wake_up
from .progress import Progress
from .reading import ListCache
from .report import Result, diff, how_far, incomplete, report, until_now
from .selection import Options, Selection
from .sending import send_all
from .service import JobType, Service
from .settling import doubt, judge, time_out
from .task import DRAINED, Task

YEAR = 365 * 86400  # seconds
MOST_JOBS = 10**9
BRIEFLY = 10.0  # seconds that a look at all jobs may take while the turn of some has come
OVERTIME = 60.0  # seconds after the deadline, for jobs that were stopped and not started again yet


def reconcile(job_type: JobType, options: Options, context: Context) -> Result:
    """The result of a module; if something goes wrong, ``failed`` is in it.

    Raises Interrupted where the user wants it to end.
    """
    task: Task | None = None
    try:
        task = _task(job_type, options, context)
        if task.selection.ids != ():
            client = Client(task.connection, job_type.api, context, task.deadline.ends_at)
            task.warnings.extend(client.warnings)
            service = job_type(client, options)
            service.fields = service.fields.keeping(task.selection.filters)
            choose(service, task)
            keep_off(task.open(), task.never)
            if task.check_mode:
                _foresee(task)
            else:
                _drain(service, task, job_type)
                keep_off(task.open(), task.never)  # somebody may have renamed a job meanwhile
                _export(service, task)
                _carry_out(service, task)
        result = _reported(task, context)
    except KeyboardInterrupt:
        interrupted = _interrupted(task, context)
        interrupted.result.update(_exported(task, options, job_type))
        raise interrupted from None
    except Exception as error:  # whatever it is: what was done until then must be reported
        result = _failed(context.fault(error), task, context)
    return {**result, **_exported(task, options, job_type), **context.notes()}


def _task(job_type: JobType, options: Options, context: Context) -> Task:
    """Raises OptionError for whatever can be told before the first request."""
    deadline = Deadline(
        check_range(options, "wait_timeout", 0, YEAR), check_range(options, "wait_interval", 0.001, YEAR)
    )
    check_range(options, "max_jobs", 1, MOST_JOBS)
    if check_range(options, "drain_timeout", 0, YEAR) and options["state"] not in DRAINED:
        raise OptionError(
            f"drain_timeout: only {' and '.join(DRAINED)} give jobs time to end first, not {options['state']}"
        )
    desired = job_type.desired_state(options)
    selection = job_type.select(options)
    never: tuple[str, ...] = ()
    if desired.writes and job_type.fields.name:
        never = patterns(context.environ, context.never)
    connection = read_connection(options, context.environ, job_type.api.name)
    context.add_secrets(connection.secrets)
    progress = Progress(context.on_progress)
    only_ended = _only_ended(job_type, selection) if options["state"] == "absent" else ()
    cache = ListCache(unstable=desired.unstable)
    task = Task(
        options, connection, selection, desired, context.check_mode, deadline, progress, never, only_ended, cache
    )
    task.warnings.extend(selection.warnings)
    return task


def _only_ended(job_type: JobType, selection: Selection) -> t.Collection[str]:
    """The statuses of jobs that have ended, if the filters ask for some of these and for no other."""
    fields, filters = job_type.fields, selection.filters
    meant = {fields.word(one) for key in filters if fields.filters[key] == fields.status for one in filters[key]}
    return job_type.ended if meant and meant.issubset(job_type.ended) else ()


def _reported(task: Task, context: Context) -> Result:
    result = report(task.entries, task.desired, context.check_mode, task.options["wait"], task.why_none)
    if context.with_diff:
        result["diff"] = diff(task.entries, foreseen=context.check_mode or not task.options["wait"])
    return {**result, "warnings": [*task.warnings, *incomplete(task.entries, task.desired)]}


def _failed(fault: Failure, task: Task | None, context: Context) -> Result:
    """The result of a task that could not be finished, with everything that is known of each job."""
    if task is None or not any(entry.seen for entry in task.entries):
        return {**_nothing_done(fault), "warnings": task.warnings if task else []}
    _give_up(task, "not finished, see the error of the task", fault)
    result = _reported_anyway(task, context)
    return {**result, "failed": True, "msg": f"{fault}. {result['msg']}", "error": fault.error}


def _reported_anyway(task: Task, context: Context) -> Result:
    """As much of the report as can be made, as the report itself may be what has failed."""
    for tell in (
        partial(_reported, task, context),
        partial(report, task.entries, task.desired, context.check_mode, task.options["wait"]),
    ):
        with contextlib.suppress(Exception):
            return tell()
    changed = any(entry.changed for entry in task.entries)
    return {**_nothing_done(Failure("The report could not be made")), "changed": changed}


def _interrupted(task: Task | None, context: Context) -> Interrupted:
    if task is None or not task.sent:
        return Interrupted("nothing was changed", _nothing_done(Failure("")))
    text = until_now(task.entries, task.desired, task.sent)
    for entry in task.open():
        if entry.id in task.in_flight:
            refusal = task.answers.get(entry.id)
            answer = Answer.LOST if entry.id not in task.answers else Answer.REFUSED if refusal else Answer.ACCEPTED
            entry.sent(task.in_flight[entry.id], answer, refusal)
    _give_up(task, "interrupted", None)
    return Interrupted(text, _reported_anyway(task, context))


def _give_up(task: Task, why: str, error: Failure | None) -> None:
    for entry in task.open():
        entry.fail(f"{why}{doubt(entry)}", error)


def _nothing_done(error: Failure) -> Result:
    summary = {"total": 0, "changed": 0, "unchanged": 0, "failed": 0}
    return {"changed": False, "failed": True, "msg": str(error), "error": error.error, "jobs": [], "summary": summary}


def _exported(task: Task | None, options: Options, job_type: JobType) -> Result:
    """The part of a result that is there if the task is to export jobs."""
    return {} if options.get(job_type.export_option) is None else {"exported": task.exported if task else []}


def _foresee(task: Task) -> None:
    for entry, write in _settle_and_find_due(task):
        forecast(entry, write)


def _drain(service: Service, task: Task, job_type: JobType) -> None:
    """Time for the jobs to end by themselves, before the first write of any kind; ``wait_timeout`` begins after it."""
    seconds, wait_timeout = task.options["drain_timeout"], task.options["wait_timeout"]
    if not seconds:
        return
    end = until_ended(job_type.ended)
    known = [entry for entry in task.open() if entry.seen]
    at_work = [entry for entry in known if not has_ended(entry, end)]
    task.deadline.begin(seconds)
    # all of them, as a job that has ended may be started again meanwhile
    while not all(has_ended(entry, end) for entry in known) and task.deadline.pause():
        service.client.end_at(task.deadline.now() + BRIEFLY)
        observe(service, task, known)
        task.progress.tell(lambda: how_far(task.entries, end))
    for entry in at_work:
        entry.drained = has_ended(entry, end)
    task.deadline.begin(wait_timeout)
    service.client.end_at(task.deadline.ends_at)


def _export(service: Service, task: Task) -> None:
    """Exports all jobs that are to be deleted, before the first write. If that fails, none of them is deleted."""
    if service.export is None:
        return
    _settle_and_find_due(task)  # settles what is not to be deleted
    entries = {entry.id: entry for entry in task.open()}

    def still_there(ids: t.Sequence[t.Any]) -> list[t.Any]:
        again = [entries[job_id] for job_id in ids]
        observe(service, task, again)
        return [entry.id for entry in again if entry.status is not None]

    fault = export_all(service.export, service.client, list(entries), still_there, task.exported)
    if fault:
        _settle_and_find_due(task)  # jobs that are gone by now are as wanted
        for entry in task.open():
            entry.fail(f"not deleted, as not all jobs were exported: {fault}", fault)
    elif task.only_ended:  # an export takes its time
        observe(service, task, task.open())


def _carry_out(service: Service, task: Task) -> None:
    while True:
        written = _send_what_is_due(service, task)
        waiting = task.open()
        if not waiting:
            return
        unclear = any(map(says_little, written))
        if written and not unclear:
            task.deadline.reset_pause()
        elif not task.deadline.pause(_wake_up(waiting, task)):
            task.late = unclear  # then one more look, as it is not known yet what came of the writes
            if not unclear and not _begins_overtime(task, waiting):
                time_out(waiting, task)
                return
            waiting = task.open()
        with _briefly(service, task, any(map(is_owed, waiting))):
            observe(service, task, waiting)
        task.progress.tell(lambda: how_far(task.entries, task.desired))


def _send_what_is_due(service: Service, task: Task) -> list[Entry]:
    """Sends the writes that are due. Returns their jobs."""
    writes = _settle_and_find_due(task)
    if not writes:
        return []
    with _briefly(service, task, task.desired.next is not None):
        send_all(service, task, writes)
    written = [entry for entry, dummy in writes]
    if any(entry.unsent for entry in written) and (
        task.desired.next is None or task.deadline.now() >= task.deadline.ends_at
    ):
        task.late = True
    return written


@contextlib.contextmanager
def _briefly(service: Service, task: Task, hurried: bool) -> t.Iterator[None]:
    """If some job's turn has come, requests for the other jobs get little time, so that it need not wait for them."""
    if hurried:
        service.client.end_at(min(task.deadline.ends_at, task.deadline.now() + BRIEFLY))
    yield
    service.client.end_at(task.deadline.ends_at)


def _begins_overtime(task: Task, waiting: t.Sequence[Entry]) -> bool:
    """Once, for the jobs that were stopped and not started again yet. The others have failed."""
    if task.overtime or not any(map(is_owed, waiting)):
        return False
    time_out([entry for entry in waiting if not is_owed(entry)], task)
    task.overtime = True
    task.deadline.begin(OVERTIME)
    return True


def _settle_and_find_due(task: Task) -> list[tuple[Entry, Write]]:
    """The writes that are due, none if it is too late for any. Jobs whose end was seen are settled."""
    now = task.deadline.now()
    over = now >= task.deadline.ends_at  # nothing is sent again then
    due: list[tuple[Entry, Write]] = []
    for entry in task.open():
        write = judge(entry, task, now)
        if write and not (over and write in entry.writes) and not (task.overtime and entry.desired.next):
            due.append((entry, write))
    return [] if task.late else due


def _wake_up(waiting: t.Sequence[Entry], task: Task) -> float | None:
    """When the next look is due at the latest."""
    now = task.deadline.now()
    moments = (wake_up(entry, now) for entry in waiting)
    return min((moment for moment in moments if moment is not None), default=None)
