# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""From what is known of each job to the result of a task: changed, failed, message, entries, diff. Pure."""

from __future__ import annotations

import typing as t
from collections import Counter
from functools import cache

from .._cloud.text import escaped
from .desired_state import DesiredState, Step, Write
from .plan import Entry, has_ended, listed, lost_by_others

Result = dict[str, t.Any]  # of a task

MOST_NAMED = 5  # failed jobs that a message names, and those that a task waits for


def report(
    entries: t.Sequence[Entry], desired: DesiredState, check_mode: bool = False, wait: bool = True, why_none: str = ""
) -> Result:
    """The result of a task, whether it failed or not. ``why_none``: why the filters have selected no job, if that is so."""
    by_outcome: dict[str, list[Entry]] = {"changed": [], "unchanged": [], "failed": []}
    for entry in entries:
        by_outcome[entry.outcome].append(entry)
    verb = desired.words.verb(check_mode, wait)
    return {
        "changed": any(entry.changed for entry in entries),
        "failed": bool(by_outcome["failed"]),
        "msg": _message(verb, desired.words.already, **by_outcome) if entries else no_job(why_none),
        "jobs": [_job(entry) for entry in entries],
        "summary": {"total": len(entries), **{outcome: len(found) for outcome, found in by_outcome.items()}},
    }


def no_job(why: str) -> str:
    return "No job selected" + (f": {why}" if why else "")


def _job(entry: Entry) -> dict[str, t.Any]:
    shown = {
        "id": entry.id,
        "name": entry.name or None,
        **entry.beside,
        "changed": entry.changed,
        "failed": entry.failed,
        "action": _action(entry.writes),
        "status_before": entry.before,
        "status": entry.status,
        "msg": entry.msg,
    }
    return {**shown, "error": entry.error} if entry.failed else shown


@cache  # many jobs have the same
def _action(writes: tuple[Write, ...]) -> str:
    return "+".join(write.value for write in Write if write in writes) or "none"


def _message(
    verb: str, already: str, changed: t.Sequence[Entry], unchanged: t.Sequence[Entry], failed: t.Sequence[Entry]
) -> str:
    usual = f"already {already}"  # first, as the other texts may begin with the same words
    why = {usual: 0}  # a Counter would check whether its argument is any kind of mapping, anew in each worker
    for entry in unchanged:
        reason = entry.msg or usual
        why[reason] = why.get(reason, 0) + 1
    number = len(changed) + len(unchanged) + len(failed)
    total = f"of {number} job{'' if number == 1 else 's'}"
    parts = [f"{verb} {len(changed)} {total}"] if changed or not unchanged else []
    for what, count in why.items():
        if count:
            parts.append(f"{count} {what}" if parts else f"{count} {total} {what}")
    if failed:
        parts.append(_failures(failed))
    return ", ".join(parts)


def _failures(failed: t.Sequence[Entry]) -> str:
    named = "; ".join(f"{entry.id}: {entry.msg}" for entry in failed[:MOST_NAMED])
    more = f"; and {len(failed) - MOST_NAMED} more" if len(failed) > MOST_NAMED else ""
    return f"{len(failed)} failed: {named}{more}"


def incomplete(entries: t.Sequence[Entry], desired: DesiredState) -> list[str]:
    """A warning that names the jobs which others have stopped without what this task would have left."""
    found = [entry for entry in entries if entry.settled and not entry.failed and lost_by_others(entry)]
    if not found:
        return []
    return [f"{desired.words.already} {found[0].notes.lack} before this task could stop them: {listed(found)}"]


def how_far(entries: t.Sequence[Entry], desired: DesiredState) -> str:
    """While a task waits: ``37/100 stopped, 60 stopping, 3 running``; of the last ones also
    ``97/100 stopped, 3 running, waiting for clicks, alerts, orders``.

    Where it does nothing else: ``37/100 ended, 63 still at work: 60 running, 3 stopping``.
    """
    states = [_how_far(entry, desired) for entry in entries]
    awaited = [entry for entry, state in zip(entries, states) if state not in (desired.words.already, "failed")]
    found = Counter(states)
    done = found.pop(desired.words.already, 0)
    rest = [f"{count} {status}" for status, count in found.most_common()]
    at_work = len(entries) - done - found["failed"]
    if at_work and not desired.writes:
        rest = [f"{at_work} still at work: {rest[0]}", *rest[1:]]
    if 0 < len(awaited) <= MOST_NAMED:
        rest.append(f"waiting for {', '.join(escaped(entry.name or str(entry.id)) for entry in awaited)}")
    return ", ".join([f"{done}/{len(entries)} {desired.words.already}", *rest])


def _how_far(entry: Entry, desired: DesiredState) -> str:
    if entry.failed:
        return "failed"
    reached = entry.desired.step(entry.status) is Step.DONE and entry.desired.next is None
    done = reached if desired.writes else has_ended(entry, desired)
    if done or entry.settled:
        return desired.words.already
    return "not read" if entry.unread or not entry.seen else str(entry.status)


def until_now(entries: t.Sequence[Entry], desired: DesiredState, sent: t.Collection[tuple[t.Any, Write]]) -> str:
    """What an interrupted task has done. ``sent``: id and write of all that was sent, answered or not."""
    counts = Counter(write for dummy, write in sent)
    writes = ", ".join(f"{write.value} was sent for {counts[write]}" for write in Write if write in counts)
    return f"{writes} of {len(entries)} jobs; {how_far(entries, desired)}"


def diff(entries: t.Sequence[Entry], foreseen: bool) -> dict[str, t.Any]:
    """Id, name and status before and after, of the jobs that change; ``foreseen``: the end has not been seen yet."""
    changing = [entry for entry in entries if entry.changed]

    def jobs(shown: t.Callable[[Entry], dict[str, t.Any]]) -> dict[str, t.Any]:
        return {"jobs": [{"id": entry.id, "name": entry.name or None, **shown(entry)} for entry in changing]}

    def after(entry: Entry) -> dict[str, t.Any]:
        led_to = entry.desired.leads_to[entry.writes[-1]] if foreseen and not entry.failed else entry.status
        return {"status": led_to, **entry.desired.marks}

    return {"before": jobs(lambda entry: {"status": entry.before}), "after": jobs(after)}
