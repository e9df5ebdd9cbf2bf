# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What is known of one run of a module, from its options to the last look at its jobs."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._cloud.connection import Connection
from .._cloud.errors import Refused
from .deadline import Deadline
from .desired_state import DesiredState, Write
from .plan import Entry
from .progress import Progress
from .reading import ListCache
from .selection import Options, Selection

DRAINED = ("stopped", "absent")  # states in which jobs may be given time to end by themselves


@dataclass
class Task:
    """One run: what was asked, and what is known so far."""

    options: Options
    connection: Connection
    selection: Selection
    desired: DesiredState
    check_mode: bool
    deadline: Deadline
    progress: Progress
    never: t.Sequence[str] = ()  # patterns of the names of jobs that no task may change
    only_ended: t.Collection[str] = ()  # if none but jobs in these statuses is to be deleted
    cache: ListCache = field(default_factory=ListCache)
    entries: list[Entry] = field(default_factory=list)
    why_none: str = ""  # why the filters have selected no job
    warnings: list[str] = field(default_factory=list)
    late: bool = False  # nothing is sent any more
    overtime: bool = False  # the deadline is over, and only jobs that were stopped and not started again yet go on
    sent: set[tuple[t.Any, Write]] = field(default_factory=set)  # what was sent for each id, answered or not
    in_flight: dict[t.Any, Write] = field(default_factory=dict)  # id → what was sent last, until its entry knows of it
    answers: dict[t.Any, Refused | None] = field(default_factory=dict)  # id → the answer to that
    exported: list[str] = field(default_factory=list)  # files with the definitions of jobs

    def open(self) -> list[Entry]:
        return [entry for entry in self.entries if not entry.settled]
