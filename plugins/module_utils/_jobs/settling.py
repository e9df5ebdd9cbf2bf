# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What the last look at a job calls for: a write, waiting, or the end of the work on it, with the words for the report. No clock, no request."""

from __future__ import annotations

import typing as t

from .._cloud.errors import Bug
from .desired_state import Step, Write
from .plan import Answer, Entry, is_last_word, is_sure, lost_by_others, lost_by_us, next_step, outcome_unknown
from .task import Task


def judge(entry: Entry, task: Task, now: float) -> Write | None:
    """The write that is due, None if there is none. Settles the entry if nothing is left to be done."""
    if not entry.seen:
        entry.fail(f"could not be read: {entry.unread}", entry.unread)
        return None
    if entry.unread:
        if isinstance(entry.unread, Bug):
            entry.fail(f"could not be read: {entry.unread}{doubt(entry)}", entry.unread)
        return None  # nothing is decided by an old look, least of all that a write is sent again
    entry.note_effect(now)
    step = next_step(entry, now)
    if step is Step.DONE and entry.desired.next:
        entry.pursue(entry.desired.next)
        step = next_step(entry, now)
    if isinstance(step, Step):
        _settle(entry, task, step)
        return None
    if isinstance(entry.refusal, Bug):
        entry.fail(f"{entry.described()}: {entry.refusal}{doubt(entry)}", entry.refusal)
        return None
    if task.only_ended and entry.word not in task.only_ended:
        why = "has begun to run since it was selected, so it is left alone"
        entry.fail(f"{entry.described()}: {why}{doubt(entry)}", entry.refusal)
        return None
    return step


def _settle(entry: Entry, task: Task, step: Step) -> None:
    """Ends the work on the job if this step says so."""
    if step is Step.DONE:
        if is_sure(entry):  # otherwise there is one more look, even with wait: false
            entry.settle(_why_done(entry))
    elif step is Step.MISSING:
        _missing(entry, task)
    elif step is Step.FAILED:
        _fail(entry)
    elif step is not Step.LOOK_AGAIN:
        _leave(entry, task, step)


def _leave(entry: Entry, task: Task, step: Step) -> None:
    """With ``wait: false``, a job that is not in the wanted state yet is not polled any more."""
    waits = task.options["wait"] or must_follow(entry) or entry.needs_another_look
    if waits and not task.check_mode:
        return
    if step is Step.BLOCKED and not waits:
        entry.fail(f"{entry.described()}: nothing can be done now, and wait is false", entry.refusal)
    elif step is Step.AT_WORK and not task.check_mode:
        entry.fail(f"{entry.described()}: has not ended, and wait is false")
    else:
        entry.settle("on its way" if step is Step.IN_PROGRESS else f"to be waited for, as it is {entry.described()}")


def _fail(entry: Entry) -> None:
    why = entry.why() or ("" if entry.last else entry.notes.hindrance or entry.desired.left_alone)
    if lost_by_us(entry):
        entry.fail(_not_kept(entry))
        return
    told = f"{entry.described()}: {why}" if why else entry.described()
    entry.fail(f"{told}{'' if is_last_word(entry) else doubt(entry)}", entry.refusal)


def _why_done(entry: Entry) -> str:
    if entry.last and entry.last.answer is Answer.REFUSED:
        # after a mere refusal, the poll has shown enough, unless an earlier try for several jobs may have brought the job there
        unknown = doubt(entry) if entry.last.answer_lost or entry.status != entry.before else ""
        return f"already {entry.desired.words.already} (the service refused the request){unknown}"
    owed, content = entry.desired.owed, entry.desired.remains.content.get(entry.word, "")
    if not entry.writes:
        return content if owed and content else _why_without_us(entry)
    if owed is None:
        return content
    if owed.write in entry.writes:
        return ""
    return content or f"{entry.desired.words.already} meanwhile"  # somebody else has started what was stopped


def _why_without_us(entry: Entry) -> str:
    """The job was in the wanted state from the start, or somebody else has brought it there."""
    words, before = entry.desired.words, entry.status == entry.before
    if lost_by_others(entry):
        return f"{'already ' if before else ''}{words.already} {'' if before else 'meanwhile '}{entry.notes.lack}"
    if entry.status is None and before and None not in entry.desired.leads_to.values():
        return "unknown to the service"  # its record may be gone, or no job has ever had this ID
    if entry.drained and entry.status is not None:
        return "ended within drain_timeout"
    return "" if before else f"{words.already} meanwhile"


def _not_kept(entry: Entry) -> str:
    return f"{entry.described()} {entry.notes.lack}: the state of the job is not kept"


def must_follow(entry: Entry) -> bool:
    """The last write only prepares another one, so it is waited for whatever ``wait`` says."""
    return bool(entry.writes) and entry.writes[-1] in entry.desired.then


def _missing(entry: Entry, task: Task) -> None:
    said = f"unknown to the service{doubt(entry)}"
    lost = entry.desired.owed and entry.writes
    if not lost and (task.options.get("ignore_missing") or task.selection.ids is None):
        entry.settle(said)
    else:
        entry.fail(said)


def time_out(waiting: t.Sequence[Entry], task: Task) -> None:
    for entry in waiting:
        entry.fail(f"{_at_the_end(entry, task)}{doubt(entry)}", entry.unread or entry.refusal)


def _at_the_end(entry: Entry, task: Task) -> str:
    seconds, more = task.options["wait_timeout"], " and one minute more" if task.overtime else ""
    if entry.unread:
        return f"not read again within {seconds} s{more}, last seen {entry.described()}: {entry.unread}"
    if lost_by_us(entry):
        return _not_kept(entry)
    why = f": {entry.why()}" if entry.refusal else ""
    return f"still {entry.described()} after {seconds} s (wait_timeout){more}{why}"


def doubt(entry: Entry) -> str:
    return "; whether its last write took effect is not known" if outcome_unknown(entry) else ""
