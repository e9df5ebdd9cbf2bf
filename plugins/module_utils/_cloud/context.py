# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What a run is told by whoever started it, and tells them besides its result."""

from __future__ import annotations

import json
import time
import typing as t
from dataclasses import dataclass, field

from .errors import Bug, Failure, Fatal
from .text import Passcode

NEVER_ARGUMENT = "_ansible_otc_bigdata_never"  # an argument beside the options: what the controller tells a module, see Context.never
SHELL_ARGUMENT = "_ansible_otc_bigdata_shell"  # likewise: the folder that Ansible was called in, on the same host


@dataclass
class Context:
    """``environ``: environment variables; ``verbosity``: how many -v; ``on_progress`` gets lines that tell of it.

    ``awaited``: whether somebody still waits for the result.

    ``never``: names of jobs that no task may change, by the places that have them beside the environment.

    ``secrets``: see ``add_secrets``; ``repeats``: the requests that were sent again, and why; ``bugs``: tracebacks.
    """

    environ: t.Mapping[str, str]
    check_mode: bool = False
    with_diff: bool = False
    verbosity: int = 0
    on_progress: t.Callable[[str], None] = lambda text: None
    awaited: t.Callable[[], bool] = lambda: True
    secrets: set[str] = field(default_factory=set)
    repeats: list[str] = field(default_factory=list)
    bugs: list[str] = field(default_factory=list)
    never: t.Mapping[str, str] = field(default_factory=dict)

    def add_secrets(self, values: t.Iterable[str]) -> None:
        """Hides these texts, also in the forms that messages may quote: escaped as in JSON, and without repeated blanks."""
        for value in values:
            if isinstance(value, Passcode):
                self.secrets.add(value)
                continue
            forms = {value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
            forms.update([" ".join(one.split()) for one in forms])
            self.secrets.update(filter(None, forms))

    def repeated(self, text: str) -> None:
        """A request is sent again; ``text`` says which, and why."""
        self.repeats.append(text)

    def answered(self, reply: t.Any) -> None:
        """An answer has come, whatever it says."""

    def fault(self, error: Exception) -> Failure:
        """Any exception as something to tell the user. The traceback of a bug is kept for those who fix it."""
        told = Failure.of(error)
        if isinstance(told, Bug):
            self.bugs.append(told.traceback)
        return told

    def go_on(self) -> None:
        """Raises Fatal if nobody waits for the result any more: then nothing more is sent."""
        if not self.awaited():
            raise Fatal("", "not sent, as Ansible has ended")

    def begins(self, end: t.Callable[[], None]) -> None:
        """A client begins its work; ``end`` cuts off what is under way."""

    def sleep(self, seconds: float) -> None:
        """A pause before a request."""
        time.sleep(seconds)
        self.go_on()

    def notes(self) -> dict[str, t.Any]:
        """What a result holds besides: what -v adds, and the first bug under the name that Ansible has for a traceback.

        (Not "retries", which Ansible itself puts there.)
        """
        notes: dict[str, t.Any] = {"exception": self.bugs[0]} if self.bugs else {}
        return {**notes, "repeats": self.repeats} if self.verbosity and self.repeats else notes


def traced(result: dict[str, t.Any], wanted: t.Collection[str] | None, verbosity: int) -> dict[str, t.Any]:
    """``exception``, the traceback of a bug, as Ansible takes it.

    ``wanted`` are the events whose tracebacks are asked for. None: ansible-core before 2.19, which has them always, and
    shows them with -vvv. Later ones show them on request only, so -vvv puts it among all else that a result holds.
    """
    text = result.pop("exception", "")
    if text and result.get("failed"):
        if wanted is None or not {"error", "always"}.isdisjoint(wanted):
            result["exception"] = text
        elif verbosity >= 3:
            result["traceback"] = text.splitlines()
    return result


Core = t.Callable[[t.Mapping[str, t.Any], Context], "dict[str, t.Any]"]  # options → result; the same whoever started it
