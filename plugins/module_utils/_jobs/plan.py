# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What is to be done for a job, given what was seen of it and what was answered so far. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._cloud.errors import NO_ANSWER, ApiError

# The next step of a job: one of these, or the name of a write.
DONE = "done"  # as wanted
WAIT = "wait"  # on its way there
HOLD = "hold"  # not as wanted, and the service would refuse a write now
PAUSE = "pause"  # too early to say, or to send it again: another look, whatever `wait` says
FAILED = "failed"
MISSING = "missing"  # wanted in some state, but the service does not know it

# What became of the last write for a job.
ACCEPTED = "accepted"
REFUSED = "refused"  # alone, so it is meant
DOUBTFUL = "doubtful"  # refused together with others: it may have been done or not
LOST = "lost"  # sent, and no answer came back

MOST_TRIES = 4  # of the same write for one job
ENOUGH_LOOKS = 5  # after a refused write, until one before it, whose answer was lost, is believed to have been in vain
NO_EFFECT = 30.0  # seconds after a write, until a failure that was there before is believed to be its outcome
GRACE = 5.0  # seconds that a job has, once it was seen to have ended, to show what the write should have left
PRECISION = 0.001  # seconds; a sleep may end a little before the moment it was for


class Words(t.NamedTuple):
    """How a report names the write: done, in check mode, not awaited; and the jobs that did not need it."""

    past: str
    would: str
    asked: str
    already: str


@dataclass(frozen=True)
class DesiredState:
    """What a service means by a state: which write leads there, and what each status means on the way."""

    steps: t.Mapping[str, str]  # status in lower case → step
    otherwise: str  # the step for any other status
    gone: str  # the step for a job that the service does not know
    leads_to: t.Mapping[str, str | None]  # write → the status that it leads to, None for gone
    words: Words
    then: t.Mapping[str, str] = field(default_factory=dict)  # write → the write that follows it
    failures: t.Collection[str] = ()  # statuses that mean, after a write, that it came to nothing
    not_now: t.Collection[str] = ()  # codes of a refusal that depends on the status at that moment
    passing: t.Collection[str] = ()  # statuses in which such a refusal is waited for to pass
    twice: t.Collection[str] = ()  # statuses that a job may fall back to: after one, two looks must find it done
    left_alone: str = ""  # why a step may be FAILED before anything was written
    hindered: t.Callable[[dict[str, t.Any]], str] = lambda job: ""  # why no write can be made, whatever the status
    refused_is_done: t.Collection[str] = ()  # statuses in which such a refusal shows that all is as wanted
    again: t.Collection[str] = ()  # codes of a refusal that only says that it failed: it is tried again
    hint: t.Callable[[dict[str, t.Any]], str] = lambda job: ""  # why the service may refuse a write for a job
    hinted: t.Collection[str] = ()  # codes of a refusal that this may be the reason of
    lacking: t.Callable[[dict[str, t.Any]], str] = lambda job: ""  # what is missing in a job, whatever the status
    insists: bool = False  # a job that lacks something after a write has failed, although its status is as wanted
    content: t.Mapping[str, str] = field(default_factory=dict)  # statuses in which nothing can be lacking → why
    told_of: t.Collection[str] = ()  # statuses in which a job that lacks something without our doing is named

    def step(self, status: str | None) -> str:
        """The next step for a job in ``status``, had nothing been written for it yet."""
        return self.gone if status is None else self.steps.get(status.lower(), self.otherwise)


@dataclass(eq=False)
class Entry:
    """One job of the selection: what was seen, what was sent, what came of it."""

    id: t.Any
    name: str | None = None
    before: str | None = None  # the first status seen, in the service's own word
    status: str | None = None  # the last one
    reason: str = ""  # the service's own words on the status
    hindrance: str = ""  # why no write can be made for it
    seen: bool = False  # read at least once, be it as unknown
    unread: ApiError | None = None  # why the last look failed
    writes: list[str] = field(default_factory=list)
    answer: str | None = None  # to the last write
    refusal: ApiError | None = None
    unsure: bool = False  # a write was lost or refused with others: its effect may still show
    unanswered: bool = False  # a write was lost: another refusal does not say that it was in vain
    moved: bool = False  # another status was seen since the last write
    been: set[str] = field(default_factory=set)  # all statuses seen, in lower case
    steady: bool = False  # the last two looks showed the same status
    looks: int = 0  # since the last write
    lack: str = ""  # what is missing in it
    hint: str = ""  # why the service may refuse a write for it
    since: float = 0.0  # when the last status was first seen, on the monotonic clock
    sent_at: float = 0.0  # when the last write was answered, or given up
    again_at: float = 0.0  # when the last write may be sent again
    changed: bool = False
    failed: bool = False
    settled: bool = False
    msg: str = ""
    error: dict[str, t.Any] = field(default_factory=lambda: NO_ANSWER)

    def look(
        self, status: str | None, name: str | None = None, reason: str = "", hindrance: str = "", now: float = 0.0
    ) -> None:
        """A read has shown the job in ``status``, None for unknown to the service; ``now`` on the monotonic clock."""
        if not self.seen:
            self.before, self.seen = status, True
        if status != self.status or self.looks == 0:
            self.since = now
        self.looks += 1
        self.been.add((status or "").lower())
        self.steady = status == self.status
        self.moved = self.moved or status != self.status
        self.name = name or self.name
        self.status, self.reason, self.hindrance, self.unread = status, reason, hindrance, None

    def sent(
        self, action: str, answer: str, refusal: ApiError | None = None, now: float = 0.0, pause: float = 0.0
    ) -> None:
        """``action`` was written for the job, and answered so; after ``pause`` seconds it may be sent again."""
        if [action] != self.writes[-1:]:
            self.unsure = self.unanswered = False  # that was about another write, which has had its effect
        self.writes.append(action)
        self.answer, self.refusal, self.moved, self.looks = answer, refusal, False, 0
        self.sent_at, self.again_at = now, now + pause
        self.unsure = self.unsure or answer in (DOUBTFUL, LOST)
        self.unanswered = self.unanswered or answer == LOST
        self.changed = self.changed or answer == ACCEPTED

    def why(self, goal: DesiredState) -> str:
        """The refusal of the last write, and what may be behind it."""
        hint = self.hint if self.refusal and self.refusal.code in goal.hinted else ""
        return "; ".join(str(text) for text in (self.refusal, hint) if text)

    def just_refused(self) -> bool:
        """The refusal may be older than it looks: a job that has just ended is shown as running for a while."""
        return self.answer == REFUSED and self.looks < 2

    def settle(self, msg: str = "") -> None:
        self.settled, self.msg = True, msg

    def fail(self, msg: str, error: ApiError | None = None) -> None:
        self.settled = self.failed = True
        self.msg = msg
        self.error = error.error if error else NO_ANSWER

    def described(self) -> str:
        """Status and, where the service gives one, the reason: ``job_cancel_fail (savepoint failed)``."""
        return ("gone" if self.status is None else self.status) + (f" ({self.reason})" if self.reason else "")


def took_effect(entry: Entry, goal: DesiredState, now: float) -> bool:
    """Whether the last look shows that a write without a clear answer has had its effect."""
    if not entry.unsure:
        return False
    step = goal.step(entry.status)
    moved_on = step not in (entry.writes[-1], HOLD, MISSING) or (step == HOLD and entry.moved)
    return moved_on or _came_to_nothing(entry, goal, now)


def next_step(entry: Entry, goal: DesiredState, now: float) -> str:
    """DONE, WAIT, HOLD, PAUSE, FAILED, MISSING or a write to send; ``now`` on the monotonic clock."""
    step = goal.step(entry.status)
    if not entry.answer:
        return FAILED if entry.hindrance and step in goal.leads_to else step
    if _came_to_nothing(entry, goal, now):
        return FAILED
    if lacks(entry, goal):
        return FAILED if _over(entry.since + GRACE, now) else PAUSE
    if step != entry.writes[-1]:
        return step if entry.writes.count(step) < MOST_TRIES else HOLD
    return _after_write(entry, goal, now)


def _after_write(entry: Entry, goal: DesiredState, now: float) -> str:
    """The status still calls for the write that was made last."""
    if entry.answer == ACCEPTED:
        return WAIT
    if entry.answer != REFUSED or failed_only(entry, goal):
        return _again(entry, goal, entry.writes[-1], now)
    found = _after_refusal(entry, goal, entry.writes[-1])
    if entry.unanswered:  # the write before the refused one may still show its effect
        return DONE if found == DONE and entry.looks >= ENOUGH_LOOKS else HOLD
    return HOLD if found == FAILED and entry.just_refused() else found


def failed_only(entry: Entry, goal: DesiredState) -> bool:
    """The answer to the last write leaves open whether the next one will be refused, too."""
    return entry.answer == LOST or (entry.refusal is not None and entry.refusal.code in goal.again)


def lacks(entry: Entry, goal: DesiredState) -> bool:
    """The job has ended by our doing, but has not left what it was to leave."""
    ended = goal.step(entry.status) == DONE and (entry.status or "").lower() not in goal.content
    return bool(entry.lack) and goal.insists and entry.changed and ended


def misses(entry: Entry, goal: DesiredState) -> bool:
    """The job had ended, or has ended, without our doing, and without what we would have made of it."""
    return bool(entry.lack) and not entry.changed and (entry.status or "").lower() in goal.told_of


def wake_up(entry: Entry, goal: DesiredState, now: float) -> float | None:
    """When the next step may be another one by time alone. None if only a look can change it."""
    moments = []
    if entry.answer and failed_only(entry, goal):
        moments.append(entry.again_at)
    if entry.answer and (entry.status or "").lower() in goal.failures:
        moments.append(entry.sent_at + NO_EFFECT)
    if lacks(entry, goal):
        moments.append(entry.since + GRACE)
    return min((moment for moment in moments if not _over(moment, now)), default=None)


def _over(moment: float, now: float) -> bool:
    return now >= moment - PRECISION


def _again(entry: Entry, goal: DesiredState, last: str, now: float) -> str:
    """After an answer that says little. Each try follows a look, and a pause but for what was refused together."""
    early = failed_only(entry, goal) and not _over(entry.again_at, now)
    if entry.writes.count(last) < MOST_TRIES and not entry.hindrance:
        return PAUSE if early else last
    if entry.unanswered:
        return HOLD
    return PAUSE if early or entry.just_refused() else FAILED


def _came_to_nothing(entry: Entry, goal: DesiredState, now: float) -> bool:
    """A failure status counts once it can be the outcome of our write, and not what was there before."""
    ours = entry.answer == ACCEPTED or entry.unsure
    settled = entry.moved or _over(entry.sent_at + NO_EFFECT, now)
    return ours and (entry.status or "").lower() in goal.failures and settled


def _after_refusal(entry: Entry, goal: DesiredState, last: str) -> str:
    if entry.refusal is None or entry.refusal.code not in goal.not_now:
        return FAILED
    status = (entry.status or "").lower()
    if status in goal.refused_is_done:
        return DONE
    if status in goal.passing and entry.writes.count(last) + 1 >= MOST_TRIES:
        return HOLD  # the last try is for what comes after that
    if entry.moved and entry.writes.count(last) < MOST_TRIES and not entry.hindrance:
        return last
    return HOLD if status in goal.passing else FAILED


def forecast(entry: Entry, goal: DesiredState, step: str) -> None:
    """For check mode: note the writes that would follow, if the service accepts them."""
    while step:
        entry.writes.append(step)
        entry.changed = True
        step = goal.then.get(step, "")
