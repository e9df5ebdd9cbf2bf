# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What is wanted of jobs, as a service says it: which write leads there, what each status and refusal means on the way."""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass, field

from .._cloud.errors import ApiError, Vague


class Step(enum.Enum):
    """What a status means for a job, where it does not call for a write."""

    DONE = "as wanted"
    IN_PROGRESS = "on its way there"
    BLOCKED = "not as wanted, and the service would refuse a write now"
    AT_WORK = "still at work, and nothing is written: it is only awaited"
    LOOK_AGAIN = "too early to say, or to send it again: another look, whatever `wait` says"
    FAILED = "will not be as wanted"
    MISSING = "wanted in some state, but the service does not know it"


class Write(enum.Enum):
    """What is sent for a job. The values are the words of a result's ``action``, which names them in this order."""

    __hash__ = object.__hash__  # that of Enum is a function of Python

    STOP = "stop"
    RUN = "run"
    CANCEL = "cancel"
    KILL = "kill"
    DELETE = "delete"


class Words(t.NamedTuple):
    """How a report names the write: done, in check mode, not awaited; and the jobs that did not need it."""

    past: str
    would: str
    asked: str
    already: str

    def verb(self, check_mode: bool, wait: bool) -> str:
        return self.would if check_mode else self.past if wait else self.asked


class Owed(t.NamedTuple):
    """The last of several writes, which no job is to be left without. It must not take effect twice."""

    write: Write
    undone: str  # what a report says of a failed job that did not get it
    pending: str  # what it says, too, while the write before may still take effect

    def said(self, pending: bool) -> str:
        return f"; it {self.pending}, and {self.undone}" if pending else f"; it {self.undone}"


class Notes(t.NamedTuple):
    """What a job tells besides its status. Empty where all is well."""

    hindrance: str = ""  # why no write can be made for it, whatever its status
    lack: str = ""  # what is missing in it, whatever its status
    hint: str = ""  # why the service may refuse a write for it


NOTHING = Notes()


class Refusals(t.NamedTuple):
    """What the refusal of a write means, by its code and by the status of the job."""

    not_now: t.Collection[str] = ()  # codes of a refusal that depends on the status at that moment
    waited_out: t.Collection[str] = ()  # statuses that the task waits out after such a refusal
    done_if_refused_in: t.Collection[str] = ()  # statuses in which such a refusal shows that all is as wanted
    again: t.Collection[str] = ()  # codes that only say that it failed: it is tried again
    hinted: t.Collection[str] = ()  # codes that the hint of a job may explain, see Notes
    # Statuses in which a write is sent only once; after a refusal the job is just awaited
    tried_once: t.Collection[str] = ()
    # Such a refusal may be due to an earlier try, whose effect no look has shown yet
    may_show_effect: bool = False

    def says_little(self, refusal: ApiError) -> bool:
        """Whether the refusal only says that it failed: the next try may be accepted."""
        return isinstance(refusal, Vague) or refusal.code in self.again


class Remains(t.NamedTuple):
    """What a write should leave in a job, such as a savepoint. A job that lacks it says so in its Notes."""

    insists: bool = False  # without it a job has failed after our write, whatever its status
    content: t.Mapping[str, str] = {}  # statuses in which it cannot be missing → why
    told_of: t.Collection[str] = ()  # statuses in which a job is named that lacks it without our doing


@dataclass(frozen=True)
class DesiredState:
    """What a service means by a state: which write leads there, and what each status means on the way."""

    steps: t.Mapping[str, Step | Write]  # by status in lower case
    otherwise: Step | Write  # for any other status
    gone: Step | Write  # for a job that the service does not know
    leads_to: t.Mapping[Write, str | None]  # the status that a write leads to, None for gone
    words: Words
    then: t.Mapping[Write, Write] = field(default_factory=dict)  # write → the write that follows it
    failures: t.Collection[str] = ()  # statuses that mean, after a write, that it came to nothing
    # Unstable statuses: a job that was in one has reached the desired state only when two looks in a row say so
    unstable: t.Collection[str] = ()
    left_alone: str = ""  # why a job may fail although nothing was written
    refusals: Refusals = Refusals()
    remains: Remains = Remains()
    notes: t.Callable[[t.Mapping[str, t.Any]], Notes] = lambda job: NOTHING  # what else a job tells
    next: DesiredState | None = None  # what is wanted next of a job that was seen in this state
    owed: Owed | None = None  # the write that all this leads to
    marks: t.Mapping[str, t.Any] = field(default_factory=dict)  # what a diff shows, too, of jobs that change

    def step(self, status: str | None) -> Step | Write:
        """The step for a job in ``status`` for which nothing was written yet."""
        return self.gone if status is None else self.steps.get(status.lower(), self.otherwise)

    def owes(self, write: Write) -> bool:
        """No job is to be left without this write."""
        return self.owed is not None and write is self.owed.write

    @property
    def writes(self) -> bool:
        """Whether anything is ever sent for it."""
        return bool(self.leads_to)


def until_ended(ended: t.Iterable[str], unstable: t.Collection[str] = ()) -> DesiredState:
    """The task only waits until jobs have ended. A status that is not among ``ended`` is no end."""
    return DesiredState(
        steps=dict.fromkeys(ended, Step.DONE),
        otherwise=Step.AT_WORK,
        gone=Step.MISSING,
        leads_to={},
        words=Words("Saw the end of", "Saw the end of", "Saw the end of", "ended"),
        unstable=unstable,
    )
