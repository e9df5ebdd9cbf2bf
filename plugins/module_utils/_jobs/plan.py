# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What is to be done for a job, given what was seen of it and what was answered so far. No clock, no request."""

from __future__ import annotations

import enum
import sys
import typing as t
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from .._cloud.errors import NO_ANSWER, ApiError, Failure, Fatal, Late, Unreachable
from .._cloud.text import escaped, few
from .desired_state import NOTHING, DesiredState, Notes, Step, Write

MOST_LISTED = 20  # jobs that a message names
MOST_TRIES = 4  # of the same write for one job
# Looks without an effect after which a write whose answer was lost counts as in vain, if its repeat was refused
ENOUGH_LOOKS = 5
NO_EFFECT = 30.0  # seconds that a failure must stay after a write, if it was there before, until it counts as the outcome of the write
GRACE = 5.0  # seconds that a job which has ended gets to show what the write should have left
PRECISION = 0.001  # seconds; a sleep may end a little before the moment it was for


class Answer(enum.Enum):
    """What became of a write for a job."""

    ACCEPTED = "accepted"
    REFUSED = "refused alone, so it is meant"
    DOUBTFUL = "refused together with others: it may have been done or not"
    LOST = "sent, and no answer came back"


SLOTS: dict[str, t.Any] = {"slots": True} if sys.version_info >= (3, 10) else {}  # of a dataclass
NO_FIELDS: t.Mapping[str, t.Any] = MappingProxyType({})


class LastWrite(t.NamedTuple):
    """The write that was sent last for a job, its answer, and what the looks since then have shown."""

    write: Write
    answer: Answer
    refusal: ApiError | None
    answered_at: float  # or given up, on the monotonic clock
    again_at: float  # when it may be sent again
    may_show: bool  # this try, or an earlier one, was lost, or refused together with others: its effect may still show
    answer_lost: bool  # this try, or an earlier one, was lost: it may have worked even if a later one was refused
    alike: bool = False  # refused alone for the same reason as together with others: so this job was the cause
    looks: int = 0
    moved: bool = False  # another status was seen
    showed: bool = False  # and it was a status that only this write explains

    @classmethod
    def after(
        cls, before: LastWrite | None, write: Write, answer: Answer, refusal: ApiError | None, now: float, pause: float
    ) -> LastWrite:
        """``answer`` came at ``now``. A repeat does not settle what was unknown of the same write before."""
        same = before if before and before.write is write else None
        lost = answer is Answer.LOST
        may_show = lost or answer is Answer.DOUBTFUL or bool(same and same.may_show)
        answer_lost = lost or bool(same and same.answer_lost)
        alike = bool(same and refusal and same._has_reason_of(refusal))
        return cls(write, answer, refusal, now, now + pause, may_show, answer_lost, alike)

    def _has_reason_of(self, refusal: ApiError) -> bool:
        """It was refused for this one together with others. The service's own no, in an answer 2xx, tells no code."""
        own = self.refusal
        if own is None or not (self.answer is Answer.DOUBTFUL or self.alike):
            return False
        return own.code == refusal.code if own.code else own.status is not None and own.status < 300

    def looked(self, moved: bool) -> LastWrite:
        """After one more look."""
        return self._replace(looks=self.looks + 1, moved=self.moved or moved)

    @property
    def in_vain(self) -> bool:
        """Nothing of it can show any more."""
        return self.answer is Answer.REFUSED and not self.answer_lost

    @property
    def just_refused(self) -> bool:
        """Too early to believe the last look: a job that has just ended is shown as running for a while."""
        return self.answer is Answer.REFUSED and self.looks < 2


@dataclass(eq=False, **SLOTS)
class Entry:
    """One job of the selection: what is wanted of it, what was seen, what was sent, what came of it.

    There may be very many, so what is empty is the same object in all of them.
    """

    id: t.Any
    desired: DesiredState
    name: str | None = None  # None: the service does not return it; empty: the job has none
    # What a report shows beside its name, or instead of one
    beside: t.Mapping[str, t.Any] = field(default_factory=lambda: NO_FIELDS)
    row: t.Mapping[str, t.Any] | None = None  # the job as it was seen last, kept if another desired state may follow
    before: str | None = None  # the first status that was seen, in the service's word
    status: str | None = None  # the last one
    reason: str = ""  # the service's own words on the status
    notes: Notes = NOTHING
    seen: bool = False  # it was read at least once, even if the service does not know it
    unread: ApiError | None = None  # why the last look failed
    wavered: bool = False  # it was seen in an unstable status, see DesiredState.unstable
    steady: bool = False  # the last two looks showed the same status
    since: float = 0.0  # when the last status was first seen since the last write, on the monotonic clock
    writes: tuple[Write, ...] = ()
    last: LastWrite | None = None
    unsent: ApiError | None = None  # why the write that was due could not be sent any more
    drained: bool = False  # it has ended by itself within drain_timeout
    changed: bool = False
    failed: bool = False
    settled: bool = False
    msg: str = ""
    error: dict[str, t.Any] = field(default_factory=lambda: NO_ANSWER)

    def look(
        self, status: str | None, name: str | None = None, reason: str = "", notes: Notes = NOTHING, now: float = 0.0
    ) -> None:
        """A read has shown the job in ``status``, None for unknown to the service; ``now`` on the monotonic clock."""
        moved = status != self.status
        if not self.seen:
            self.before, self.seen = status, True
        if self.last:
            if moved or not self.last.looks:
                self.since = now
            self.last = self.last.looked(moved)
        self.steady = not moved
        if name or self.name is None:  # a name that was known stays
            self.name = name
        self.status, self.reason, self.notes, self.unread = status, reason, notes, None
        if self.desired.unstable and self.word in self.desired.unstable:
            self.wavered = True

    def show_beside(self, job: t.Mapping[str, t.Any]) -> None:
        """Keeps what was shown once, as a get may tell less than the list."""
        if self.beside:
            self.beside = {key: before if job.get(key) is None else job[key] for key, before in self.beside.items()}

    def sent(
        self, write: Write, answer: Answer, refusal: ApiError | None = None, now: float = 0.0, pause: float = 0.0
    ) -> None:
        """``write`` was sent for the job, and answered so; after ``pause`` seconds it may be sent again."""
        self.last = LastWrite.after(self.last, write, answer, refusal, now, pause)
        self.writes = _with(self.writes, write)
        self.unsent = None
        self.changed = self.changed or answer is Answer.ACCEPTED

    def note_effect(self, now: float) -> None:
        """After a look: it may show that the last write had its effect, although its answer left that open."""
        if self.last and took_effect(self, now):
            self.changed, self.last = True, self.last._replace(showed=True)

    def pursue(self, desired: DesiredState) -> None:
        """``desired`` is what is wanted of the job from now on. What was sent before has had its effect."""
        self.desired, self.last, self.unsent = desired, None, None
        self.notes = desired.notes(self.row or NO_FIELDS)

    @property
    def word(self) -> str:
        """The last status as tables have it: in lower case, and empty for none."""
        return (self.status or "").lower()

    @property
    def refusal(self) -> ApiError | None:
        """Why the last write was not made."""
        return self.unsent or (self.last.refusal if self.last else None)

    @property
    def needs_another_look(self) -> bool:
        """The answer to its last write may not be the last word, so another look is due whatever ``wait`` says."""
        return self.last is not None and (self.last.answer_lost or self.last.just_refused)

    def exhausted(self, write: Write) -> bool:
        return self.writes.count(write) >= MOST_TRIES

    def why(self) -> str:
        """The refusal of the last write, and what may be behind it."""
        hint = self.notes.hint if self.refusal and self.refusal.code in self.desired.refusals.hinted else ""
        return "; ".join(str(text) for text in (self.refusal, hint) if text)

    def settle(self, msg: str = "") -> None:
        self.settled, self.msg = True, msg

    def fail(self, msg: str, error: Failure | None = None) -> None:
        self.settled = self.failed = True
        self.msg = f"{msg}{left(self)}"
        self.error = error.error if error else NO_ANSWER

    @property
    def outcome(self) -> str:
        """The word of the summary for it."""
        return "failed" if self.failed else "changed" if self.changed else "unchanged"

    def described(self) -> str:
        """Status and, where the service gives one, the reason: ``failed (out of memory)``."""
        return ("gone" if self.status is None else self.status) + (f" ({self.reason})" if self.reason else "")


def listed(entries: t.Sequence[Entry]) -> str:
    """Id and name of the first ones, and how many more there are."""
    return few([f"{entry.id} ({escaped(entry.name or 'no name')})" for entry in entries], MOST_LISTED)


@cache  # many jobs have the same
def _with(writes: tuple[Write, ...], write: Write) -> tuple[Write, ...]:
    return (*writes, write)


def is_sure(entry: Entry) -> bool:
    """The job does not fall back from where it was seen last."""
    return entry.steady or not entry.wavered


def has_ended(entry: Entry, end: DesiredState) -> bool:
    """The last look has shown that nothing of the job runs, or that it is gone."""
    over = entry.status is None or (end.step(entry.status) is Step.DONE and is_sure(entry))
    return entry.seen and not entry.unread and over


def took_effect(entry: Entry, now: float) -> bool:
    """Whether the last look shows that a write had its effect, although its answer left that open."""
    last = entry.last
    if last is None or not last.may_show:
        return False
    if _came_to_nothing(entry, last, now):
        return last.moved  # it may have failed after an earlier write, or one of somebody else
    return entry.desired.step(entry.status) not in (last.write, Step.MISSING)


def next_step(entry: Entry, now: float) -> Step | Write:
    """A write to send, or what else the last look means; ``now`` on the monotonic clock."""
    last, step = entry.last, entry.desired.step(entry.status)
    if last is None:
        return Step.FAILED if entry.notes.hindrance and isinstance(step, Write) else step
    if _came_to_nothing(entry, last, now):
        return Step.FAILED
    if lost_by_us(entry):
        return Step.FAILED if _over(entry.since + GRACE, now) else Step.LOOK_AGAIN
    if step is last.write:
        return _still_called_for(entry, last, now)
    return Step.BLOCKED if isinstance(step, Write) and entry.exhausted(step) else step


def _still_called_for(entry: Entry, last: LastWrite, now: float) -> Step | Write:
    """The status calls for the write that was sent last."""
    if last.answer is Answer.ACCEPTED or _may_be_back(entry, last):
        return Step.IN_PROGRESS
    if entry.word in entry.desired.refusals.tried_once:
        return Step.BLOCKED
    if last.answer is not Answer.REFUSED or says_little(entry):
        return _again(entry, last, now)
    found = _after_refusal(entry, last)
    return found if _is_believed(found, last) else Step.BLOCKED


def _is_believed(found: Step | Write, last: LastWrite) -> bool:
    """Whether there were enough looks since a refusal for what it seems to mean."""
    if last.answer_lost:  # the try before the refused one may still show its effect
        return found is Step.DONE and last.looks >= ENOUGH_LOOKS
    return found is not Step.FAILED or not last.just_refused


def _may_be_back(entry: Entry, last: LastWrite) -> bool:
    """The write may have had its effect, and the job be back where it was. It must not be sent again then."""
    return entry.desired.owes(last.write) and last.moved and (last.may_show or says_little(entry))


def _again(entry: Entry, last: LastWrite, now: float) -> Step | Write:
    """The answer has left open what became of the write, so it is sent again, now that a look shows no effect. Before that
    comes a pause, unless the write was only refused together with those of other jobs."""
    early = says_little(entry) and not _over(last.again_at, now)
    if not entry.exhausted(last.write) and not entry.notes.hindrance:
        return Step.LOOK_AGAIN if early else last.write
    if last.answer_lost:
        return Step.BLOCKED
    return Step.LOOK_AGAIN if early or last.just_refused else Step.FAILED


def _after_refusal(entry: Entry, last: LastWrite) -> Step | Write:
    """After a refusal that means this very job. Meanwhile another status may be as wanted, or may allow the write."""
    refusals = entry.desired.refusals
    if entry.refusal is None or entry.refusal.code not in refusals.not_now:
        return Step.FAILED
    if entry.word in refusals.done_if_refused_in:
        return Step.DONE
    passes = entry.word in refusals.waited_out  # and the last try is kept for the time after that
    most = MOST_TRIES - 1 if passes else MOST_TRIES
    if last.moved and entry.writes.count(last.write) < most and not entry.notes.hindrance:
        return last.write
    return Step.BLOCKED if passes else Step.FAILED


def says_little(entry: Entry) -> bool:
    """The answer to the last write does not tell what comes of a next try."""
    last, refusal = entry.last, entry.refusal
    if last is None:
        return False
    if last.answer is Answer.LOST or refusal is None:
        return last.answer is Answer.LOST
    desired = entry.desired
    # in other states the request was tried until the time was over
    return desired.refusals.says_little(refusal) or (desired.owed is not None and never_arrived(refusal))


def never_arrived(refusal: ApiError) -> bool:
    """The service knows nothing of the write."""
    return isinstance(refusal, (Unreachable, Late, Fatal)) or refusal.from_gateway


def outcome_unknown(entry: Entry) -> bool:
    """Nobody knows whether the last write took effect."""
    last = entry.last
    if last is None or not last.may_show:
        return False
    # if one write follows another, the first one may have changed the job
    return not (last.showed if entry.desired.owes(last.write) else entry.changed)


def is_last_word(entry: Entry) -> bool:
    """The last write was refused for the sake of this very job, which is as it was before."""
    last, desired = entry.last, entry.desired
    if last is None or not last.alike or (desired.refusals.may_show_effect and _is_for_status(entry, last)):
        return False
    return entry.status == entry.before and entry.word not in desired.failures


def is_owed(entry: Entry) -> bool:
    """The first of two writes has taken effect, or may have: the job needs the second one, too."""
    owed, last = entry.desired.owed, entry.last
    prepared = owed is not None and any(write is not owed.write for write in entry.writes)
    may_show = last is not None and (last.answer_lost or last.answer is Answer.DOUBTFUL)
    return prepared and (entry.changed or may_show)


def left(entry: Entry) -> str:
    """What a report says of a failed job that did not get the last of its writes."""
    desired, last = entry.desired, entry.last
    if desired.owed is None:
        return ""
    if desired.next is None:
        in_vain = last is None or (last.in_vain and not _may_be_done_before(entry, last))
        return desired.owed.said(pending=False) if in_vain else ""
    over = entry.status is None or entry.word in desired.failures or desired.step(entry.status) is Step.DONE
    return desired.owed.said(pending=is_owed(entry) and not over) if entry.writes else ""


def _may_be_done_before(entry: Entry, last: LastWrite) -> bool:
    """By an earlier try, of which a refusal may say nothing: one by others than the service, for the status of the job, or as it is gone."""
    refusal = last.refusal
    if refusal is None or not last.may_show:
        return False
    return entry.status is None or _is_for_status(entry, last) or never_arrived(refusal)


def _is_for_status(entry: Entry, last: LastWrite) -> bool:
    """Refused for the status of the job at that moment."""
    return last.refusal is not None and last.refusal.code in entry.desired.refusals.not_now


def lost_by_us(entry: Entry) -> bool:
    """We have made the job end, but it lacks what was wanted."""
    desired = entry.desired
    if not (entry.notes.lack and desired.remains.insists and entry.changed):
        return False
    return desired.step(entry.status) is Step.DONE and entry.word not in desired.remains.content


def lost_by_others(entry: Entry) -> bool:
    """The job has ended without our doing, and lacks what our write would have left."""
    return bool(entry.notes.lack) and not entry.changed and entry.word in entry.desired.remains.told_of


def wake_up(entry: Entry, now: float) -> float | None:
    """When the next step may change because time has passed. None if only another look can change it."""
    last, moments = entry.last, []
    if last is None:
        return None
    if says_little(entry):
        moments.append(last.again_at)
    if entry.word in entry.desired.failures:
        moments.append(last.answered_at + NO_EFFECT)
    if lost_by_us(entry):
        moments.append(entry.since + GRACE)
    return min((moment for moment in moments if not _over(moment, now)), default=None)


def _over(moment: float, now: float) -> bool:
    return now >= moment - PRECISION


def _came_to_nothing(entry: Entry, last: LastWrite, now: float) -> bool:
    """The job shows a failure that comes from our write. One that was there before the write counts only after NO_EFFECT seconds."""
    ours = last.answer is Answer.ACCEPTED or last.may_show
    if not ours or entry.word not in entry.desired.failures:
        return False
    return last.moved or _over(last.answered_at + NO_EFFECT, now)


def forecast(entry: Entry, write: Write | None) -> None:
    """For check mode: note the writes that would follow, if the service accepts them."""
    while write:
        entry.writes = _with(entry.writes, write)
        entry.changed = True
        write = entry.desired.then.get(write)
