# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What a run is told by whoever started it, and tells them besides its result."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field


def _nobody(text: str) -> None:
    """Hears, and forgets."""


@dataclass
class Edge:
    """``environ``: environment variables; ``verbosity``: how many -v.

    ``told`` hears of progress, ``logged`` of every request that is sent again.
    ``secrets``: see ``hide``; ``retries``: what ``logged`` has heard.
    """

    environ: t.Mapping[str, str]
    check_mode: bool = False
    with_diff: bool = False
    verbosity: int = 0
    told: t.Callable[[str], None] = _nobody
    logged: t.Callable[[str], None] = _nobody
    secrets: set[str] = field(default_factory=set)
    retries: list[str] = field(default_factory=list)

    def hide(self, values: t.Iterable[str]) -> None:
        """These are secret, also as a service may quote them: in the notation of JSON."""
        for value in values:
            self.secrets.update((value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]))

    def retried(self, text: str) -> None:
        """A request is sent again; ``text`` says which, and why."""
        self.retries.append(text)
        self.logged(text)

    def notes(self) -> dict[str, t.Any]:
        """What -v adds to a result."""
        return {"retries": self.retries} if self.verbosity and self.retries else {}


Core = t.Callable[[t.Mapping[str, t.Any], Edge], "dict[str, t.Any]"]  # options → result; the same behind every edge
