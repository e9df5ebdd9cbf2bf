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
import time
import typing as t
from dataclasses import dataclass, field

from .._cloud.client import Client
from .._cloud.connection import Connection, read_connection
from .._cloud.context import Context
from .._cloud.errors import (
    ApiError,
    Bug,
    Failure,
    Fatal,
    Interrupted,
    Late,
    OptionError,
    Refused,
    Skipped,
    Unanswered,
    Unreachable,
    Untold,
)
from .._cloud.options import check_range
from .deadline import Deadline
from .exports import export_all
from .filters import matching, may_be_excluded, why_none
from .plan import (
    Answer,
    DesiredState,
    Entry,
    Step,
    Write,
    forecast,
    has_ended,
    in_doubt,
    is_owed,
    is_sure,
    lacks,
    misses,
    never_arrived,
    next_step,
    says_little,
    took_effect,
    until_ended,
    wake_up,
)
from .progress import Progress
from .reading import ListCache, Observation, everything, look
from .report import diff, how_far, incomplete, report, until_now
from .selection import Options, Selection
from .service import JobType, Service

Result = dict[str, t.Any]

YEAR = 365 * 86400  # seconds
BRIEFLY = 10.0  # seconds that a look at all jobs may take while the turn of some has come
OVERTIME = 60.0  # seconds after the deadline, for jobs that were stopped and not started again yet
DRAINED = ("stopped", "absent")  # states in which jobs may be given time to end by themselves


@dataclass
class Task:
    """One run: what was asked, and what is known so far."""

    options: Options
    connection: Connection
    selection: Selection
    goal: DesiredState
    check_mode: bool
    deadline: Deadline
    progress: Progress
    memory: ListCache = field(default_factory=ListCache)
    entries: list[Entry] = field(default_factory=list)
    why_none: str = ""  # why the filters have selected no job
    warnings: list[str] = field(default_factory=list)
    late: bool = False  # nothing is sent any more
    overtime: bool = False  # the deadline is over, and only the jobs go on that were stopped and not started again yet
    underway: set[tuple[t.Any, Write]] = field(default_factory=set)  # what was sent for each id, answered or not
    sending: dict[t.Any, Write] = field(default_factory=dict)  # id → what was sent last, until its entry knows of it
    taken: dict[t.Any, Refused | None] = field(default_factory=dict)  # id → the answer to that
    exported: list[str] = field(default_factory=list)  # files with the definitions of jobs

    def open(self) -> list[Entry]:
        return [entry for entry in self.entries if not entry.settled]


def reconcile(job_type: JobType, options: Options, context: Context) -> Result:
    """The result of a module; if something goes wrong, ``failed`` is in it.

    Raises Interrupted where the user wants it to end.
    """
    task: Task | None = None
    try:
        task = _task(job_type, options, context)
        if task.selection.ids != ():
            service = job_type(Client(task.connection, job_type.api, context, task.deadline.moment), options)
            _choose(service, task)
            if task.check_mode:
                _foresee(task)
            else:
                _drain(service, task, until_ended(job_type.ended, job_type.twice))
                _export(service, task)
                _carry_out(service, task)
        result = _reported(task, context)
    except KeyboardInterrupt:
        interrupted = _interrupted(task, context)
        interrupted.result.update(_exported(task, options))
        raise interrupted from None
    except Exception as error:  # whatever it is: what was done until then must be reported
        result = _failed(context.fault(error), task, context)
    return {**result, **_exported(task, options), **context.notes()}


def _task(job_type: JobType, options: Options, context: Context) -> Task:
    """Raises OptionError for whatever can be told before the first request."""
    deadline = Deadline(
        check_range(options, "wait_timeout", 0, YEAR), check_range(options, "wait_interval", 0.001, YEAR)
    )
    check_range(options, "max_jobs", 1, 10**9)
    if check_range(options, "drain_timeout", 0, YEAR) and options["state"] not in DRAINED:
        raise OptionError(
            f"drain_timeout: only {' and '.join(DRAINED)} give jobs time to end first, not {options['state']}"
        )
    goal = job_type.goal(options)
    selection = job_type.select(options)
    connection = read_connection(options, context.environ, job_type.api.name)
    context.add_secrets(connection.secrets)
    task = Task(options, connection, selection, goal, context.check_mode, deadline, Progress(context.on_progress))
    task.warnings.extend(selection.warnings)
    return task


def _reported(task: Task, context: Context) -> Result:
    result = report(task.entries, task.goal, context.check_mode, task.options["wait"], task.why_none)
    if context.with_diff:
        result["diff"] = diff(task.entries, foreseen=context.check_mode or not task.options["wait"])
    return {**result, "warnings": [*task.warnings, *incomplete(task.entries, task.goal)]}


def _failed(fault: Failure, task: Task | None, context: Context) -> Result:
    """Of a task that could not be finished, with everything that is known of each job."""
    if task is None or not any(entry.seen for entry in task.entries):
        return {**_nothing_done(fault), "warnings": task.warnings if task else []}
    _give_up(task, "not finished, see the error of the task", fault)
    result = _reported(task, context)
    return {**result, "failed": True, "msg": f"{fault}. {result['msg']}", "error": fault.error}


def _interrupted(task: Task | None, context: Context) -> Interrupted:
    if task is None or not task.underway:
        return Interrupted("nothing was changed", _nothing_done(Failure("")))
    text = until_now(task.entries, task.goal, task.underway)
    for entry in task.open():
        if entry.id in task.sending:
            refusal = task.taken.get(entry.id)
            answer = Answer.LOST if entry.id not in task.taken else Answer.REFUSED if refusal else Answer.ACCEPTED
            entry.sent(task.sending[entry.id], answer, refusal)
    _give_up(task, "interrupted", None)
    return Interrupted(text, _reported(task, context))


def _give_up(task: Task, why: str, error: Failure | None) -> None:
    for entry in task.open():
        entry.fail(f"{why}{_doubt(entry)}", error)


def _nothing_done(error: Failure) -> Result:
    summary = {"total": 0, "changed": 0, "unchanged": 0, "failed": 0}
    return {"changed": False, "failed": True, "msg": str(error), "error": error.error, "jobs": [], "summary": summary}


def _exported(task: Task | None, options: Options) -> Result:
    """What each result has, too, if the task is to export jobs."""
    return {} if options.get("export_to") is None else {"exported": task.exported if task else []}


def _choose(service: Service, task: Task) -> None:
    """Makes an entry for each job, in the order given or listed, and reads each job once."""
    if task.selection.ids is not None:
        task.entries = [_entry(job_id, service, task) for job_id in task.selection.ids]
        _look(service, task, task.entries)
        return
    jobs = _filtered(service, task)
    most = task.options["max_jobs"]
    if len(jobs) > most and task.goal.writes:
        raise OptionError(f"max_jobs: the filters match {len(jobs)} jobs, more than {most}; nothing was done")
    task.entries = [_entry(job_id, service, task) for job_id in jobs]
    for entry in task.entries:
        _show(entry, jobs[entry.id], service, task)


def _entry(job_id: t.Any, service: Service, task: Task) -> Entry:
    return Entry(job_id, task.goal, beside=dict.fromkeys(service.fields.beside))


def _filtered(service: Service, task: Task) -> dict[t.Any, t.Any]:
    filters = task.selection.filters
    query = service.query(filters)
    listing = everything(service, query, task.memory, filters)
    task.warnings.extend(listing.warnings)
    now = time.time()
    jobs, vague = matching(listing.jobs, filters, service.fields, now)
    if not jobs and not listing.untold:
        task.why_none = why_none(listing.jobs, filters, service.fields, query, now)
    if vague and not task.options["trust_server_filters"]:
        keys = ", ".join(f"filters.{key}" for key in vague)
        said = f"{keys}: the service filters by it, but its answer does not show it, so it cannot be checked"
        if task.options["state"] == "absent":
            raise OptionError(f"{said}; nothing was done (trust_server_filters: true accepts that)")
        task.warnings.append(said)
    unclear = may_be_excluded(listing.jobs, filters, service.fields, now)
    untold = {
        job_id: Untold("", f"the list does not tell its {field}, so it is left alone")
        for job_id, field in unclear.items()
    }
    return {**jobs, **listing.untold, **untold}


def _look(service: Service, task: Task, entries: t.Sequence[Entry]) -> None:
    ids = [entry.id for entry in entries]
    try:
        sights = look(service, ids, task.memory)
    except Unreachable as error:
        sights = dict.fromkeys(ids, error)
    for entry in entries:
        _show(entry, sights[entry.id], service, task)


def _show(entry: Entry, sight: Observation, service: Service, task: Task) -> None:
    """Raises what makes the whole task impossible: a refused credential, or a host that was never reached."""
    if isinstance(sight, ApiError):
        if isinstance(sight, Fatal) or (isinstance(sight, (Unreachable, Skipped)) and not entry.seen):
            raise sight
        entry.unread = sight
    elif sight is None:
        entry.look(None, now=task.deadline.now())
    else:
        fields, goal = service.fields, entry.goal
        status, reason = (service.client.plain(str(sight.get(one) or "")) for one in (fields.status, fields.reason))
        entry.look(status, sight.get(fields.name), reason, goal.notes(sight), task.deadline.now())
        entry.row = sight if goal.next else {}
        entry.show_beside(sight)


def _foresee(task: Task) -> None:
    for entry, write in _due(task):
        forecast(entry, write)


def _drain(service: Service, task: Task, end: DesiredState) -> None:
    """Time for the jobs to end by themselves, before the first write of any kind; ``wait_timeout`` begins after it."""
    seconds, wait_timeout = task.options["drain_timeout"], task.options["wait_timeout"]
    if not seconds:
        return
    known = [entry for entry in task.entries if entry.seen]
    at_work = [entry for entry in known if not has_ended(entry, end)]
    task.deadline.begin(seconds)
    # all of them, as one that has ended may be started again meanwhile
    while not all(has_ended(entry, end) for entry in known) and task.deadline.pause():
        service.client.end_at(task.deadline.now() + BRIEFLY)
        _look(service, task, known)
        task.progress.tell(lambda: how_far(task.entries, end))
    for entry in at_work:
        entry.drained = has_ended(entry, end)
    task.deadline.begin(wait_timeout)
    service.client.end_at(task.deadline.moment)


def _export(service: Service, task: Task) -> None:
    """Before the first write, of all jobs that are to be deleted. Where that fails, none of them is."""
    if service.export is None:
        return
    _due(task)  # settles what is not to be deleted
    entries = {entry.id: entry for entry in task.open()}

    def still_there(ids: t.Sequence[t.Any]) -> list[t.Any]:
        again = [entries[job_id] for job_id in ids]
        _look(service, task, again)
        return [entry.id for entry in again if entry.status is not None]

    fault = export_all(service.export, service.client, list(entries), still_there, task.exported)
    if fault:
        _due(task)  # jobs that are gone by now are as wanted
        for entry in task.open():
            entry.fail(f"not deleted, as not all jobs were exported: {fault}", fault)


def _carry_out(service: Service, task: Task) -> None:
    while True:
        written = _send_what_is_due(service, task)
        waiting = task.open()
        if not waiting:
            return
        unclear = any(map(says_little, written))
        if written and not unclear:
            task.deadline.restart()
        elif not task.deadline.pause(_wake_up(waiting, task)):
            task.late = unclear  # then one more look, as nobody knows yet what came of the writes
            if not unclear and not _begins_overtime(service, task, waiting):
                _time_out(waiting, task)
                return
            waiting = task.open()
        with _briefly(service, task, any(map(is_owed, waiting))):
            _look(service, task, waiting)
        task.progress.tell(lambda: how_far(task.entries, task.goal))


def _send_what_is_due(service: Service, task: Task) -> list[Entry]:
    """The jobs that something was to be sent for."""
    writes = _due(task)
    if not writes:
        return []
    with _briefly(service, task, task.goal.next is not None):
        _send(service, task, writes)
    written = [entry for entry, dummy in writes]
    if any(entry.unsent for entry in written) and (
        task.goal.next is None or task.deadline.now() >= task.deadline.moment
    ):
        task.late = True
    return written


@contextlib.contextmanager
def _briefly(service: Service, task: Task, hurried: bool) -> t.Iterator[None]:
    """If there is a hurry, requests get little time, so that no job whose turn has come waits for others."""
    if hurried:
        service.client.end_at(min(task.deadline.moment, task.deadline.now() + BRIEFLY))
    yield
    service.client.end_at(task.deadline.moment)


def _begins_overtime(service: Service, task: Task, waiting: t.Sequence[Entry]) -> bool:
    """Once, for the jobs that were stopped and not started again yet. The others have failed."""
    if task.overtime or not any(map(is_owed, waiting)):
        return False
    _time_out([entry for entry in waiting if not is_owed(entry)], task)
    task.overtime = True
    task.deadline.begin(OVERTIME)
    service.client.end_at(task.deadline.moment)
    return True


def _due(task: Task) -> list[tuple[Entry, Write]]:
    """The writes that are due, none if it is too late for any. Jobs whose end was seen are settled."""
    now = task.deadline.now()
    over = now >= task.deadline.moment  # nothing is sent again then
    judged = [(entry, _judge(entry, task, now)) for entry in task.open()]
    due = [
        (entry, write) for entry, write in judged if write and not task.late and not (over and write in entry.writes)
    ]
    return [(entry, write) for entry, write in due if not (task.overtime and entry.goal.next)]


def _wake_up(waiting: t.Sequence[Entry], task: Task) -> float | None:
    """When the next look is due at the latest."""
    now = task.deadline.now()
    moments = (wake_up(entry, now) for entry in waiting)
    return min((moment for moment in moments if moment is not None), default=None)


def _judge(entry: Entry, task: Task, now: float) -> Write | None:
    """The write that is due, None if there is none. Settles the entry if nothing is left to be done."""
    if not entry.seen:
        entry.fail(f"could not be read: {entry.unread}", entry.unread)
        return None
    if isinstance(entry.unread, Bug):
        entry.fail(f"could not be read: {entry.unread}{_doubt(entry)}", entry.unread)
    if entry.unread:
        return None  # an old look is no ground for any decision, least of all for sending a write again
    entry.changed = entry.changed or took_effect(entry, now)
    step = next_step(entry, now)
    if step is Step.DONE and entry.goal.next:
        entry.pursue(entry.goal.next)
        step = next_step(entry, now)
    if isinstance(step, Step):
        _settle(entry, task, step)
        return None
    if isinstance(entry.refusal, Bug):
        entry.fail(f"{entry.described()}: {entry.refusal}{_doubt(entry)}", entry.refusal)
        return None
    return step


def _settle(entry: Entry, task: Task, step: Step) -> None:
    """Ends the work on the job if this step says so."""
    if step is Step.DONE:
        if is_sure(entry, entry.goal):  # else one more look, whatever wait says
            entry.settle(_why_done(entry))
    elif step is Step.MISSING:
        _missing(entry, task)
    elif step is Step.FAILED:
        _fail(entry)
    elif step is not Step.PAUSE:
        _leave(entry, task, step)


def _leave(entry: Entry, task: Task, step: Step) -> None:
    """With ``wait: false``, a job that is not as wanted yet is not looked at any more."""
    waits = task.options["wait"] or _must_follow(entry) or entry.unproven
    if waits and not task.check_mode:
        return
    if step is Step.HOLD and not waits:
        entry.fail(f"{entry.described()}: nothing can be done now, and wait is false", entry.refusal)
    elif step is Step.WORKS and not task.check_mode:
        entry.fail(f"{entry.described()}: has not ended, and wait is false")
    else:
        entry.settle("on its way" if step is Step.WAIT else f"to be awaited, as it is {entry.described()}")


def _fail(entry: Entry) -> None:
    why = entry.why() or ("" if entry.last else entry.notes.hindrance or entry.goal.left_alone)
    if lacks(entry):
        entry.fail(_not_kept(entry))
    else:
        entry.fail(f"{entry.described()}: {why}" if why else entry.described(), entry.refusal)


def _why_done(entry: Entry) -> str:
    if entry.last and entry.last.answer is Answer.REFUSED:
        return f"refused, but as wanted{_doubt_of_a_lost_write(entry)}"
    content = entry.goal.remains.content.get(entry.word, "")
    return content if entry.writes or (content and entry.goal.owed) else _why_without_us(entry)


def _why_without_us(entry: Entry) -> str:
    """The job was as wanted from the start, or somebody else has made it so."""
    words, before = entry.goal.words, entry.status == entry.before
    if misses(entry):
        return f"{'already ' if before else ''}{words.already} {'' if before else 'meanwhile '}{entry.notes.lack}"
    if entry.drained and entry.status is not None:
        return "ended within drain_timeout"
    return "" if before else f"{words.already} meanwhile"


def _not_kept(entry: Entry) -> str:
    return f"{entry.described()} {entry.notes.lack}: the state of the job is not kept"


def _must_follow(entry: Entry) -> bool:
    """The last write only prepares another one, so it is awaited whatever ``wait`` says."""
    return bool(entry.writes) and entry.writes[-1] in entry.goal.then


def _missing(entry: Entry, task: Task) -> None:
    said = f"unknown to the service{_doubt(entry)}"
    lost = entry.goal.owed and entry.writes
    if not lost and (task.options.get("ignore_missing") or task.selection.ids is None):
        entry.settle(said)
    else:
        entry.fail(said)


def _time_out(waiting: t.Sequence[Entry], task: Task) -> None:
    for entry in waiting:
        entry.fail(f"{_at_the_end(entry, task)}{_doubt(entry)}", entry.unread or entry.refusal)


def _at_the_end(entry: Entry, task: Task) -> str:
    seconds, more = task.options["wait_timeout"], " and one minute more" if task.overtime else ""
    if entry.unread:
        return f"not read again within {seconds} s{more}, last seen {entry.described()}: {entry.unread}"
    if lacks(entry):
        return _not_kept(entry)
    why = f": {entry.why()}" if entry.refusal else ""
    return f"still {entry.described()} after {seconds} s (wait_timeout){more}{why}"


def _doubt(entry: Entry) -> str:
    return "; whether its last write took effect is not known" if in_doubt(entry) else ""


def _doubt_of_a_lost_write(entry: Entry) -> str:
    """Only if an answer was lost. After a mere refusal the look since then has told enough."""
    return _doubt(entry) if entry.last and entry.last.unanswered else ""


class Batch(t.NamedTuple):
    """One request: a write, and the jobs that it is for."""

    write: Write
    entries: t.Sequence[Entry]


def _send(service: Service, task: Task, writes: t.Sequence[tuple[Entry, Write]]) -> None:
    """Sends all writes in parallel, as many jobs to a request as the service takes; notes the answers."""
    batches = _batches(service, task, writes)
    sent: list[t.Any] = []

    def send(batch: Batch) -> list[Refused | None]:
        ids = [entry.id for entry in batch.entries]
        sent.extend(ids)
        task.underway.update((job_id, batch.write) for job_id in ids)
        task.sending.update(dict.fromkeys(ids, batch.write))
        task.progress.tell(lambda: f"{len(sent)}/{len(writes)} asked for")
        refusals = service.write(batch.write, ids)
        task.taken.update(zip(ids, refusals))
        return refusals

    answers = service.client.map(send, batches)
    for batch, answer in zip(batches, answers):
        _note(batch, answer, task.deadline)
    if not task.options["wait"]:
        _settle_accepted(entry for entry, dummy in writes)
    task.sending.clear()
    task.taken.clear()
    fatal = next((answer for answer in answers if isinstance(answer, Fatal)), None)
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
        if entry.last and entry.last.answer is Answer.ACCEPTED and not _must_follow(entry):
            entry.settle()


def _note(batch: Batch, answer: list[Refused | None] | ApiError, deadline: Deadline) -> None:
    """What the answer to a request says of each of its jobs."""
    if isinstance(answer, Late):
        for entry in batch.entries:
            entry.unsent = answer
    if isinstance(answer, Skipped):
        return
    shared = len(batch.entries) > 1
    refusals = answer if isinstance(answer, list) else [answer] * len(batch.entries)
    now = deadline.now()
    for entry, refusal in zip(batch.entries, refusals):
        pause = deadline.before(entry.writes.count(batch.write) + 1)
        entry.sent(batch.write, _meaning(refusal, shared), refusal, now, pause)


def _meaning(refusal: ApiError | None, shared: bool) -> Answer:
    """``shared``: the request was for other jobs, too."""
    if refusal is None:
        return Answer.ACCEPTED
    if isinstance(refusal, (Unanswered, Bug)):
        return Answer.LOST
    if isinstance(refusal, Fatal) or never_arrived(refusal):
        return Answer.REFUSED
    return Answer.DOUBTFUL if shared else Answer.REFUSED
