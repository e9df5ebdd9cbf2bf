# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What a run is told by whoever started it, and tells them besides its result."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field


@dataclass
class Edge:
    """``environ``: environment variables; ``verbosity``: how many -v.

    ``secrets``: values that may be shown nowhere; ``retries``: the requests that were sent again, and why.
    """

    environ: t.Mapping[str, str]
    check_mode: bool = False
    with_diff: bool = False
    verbosity: int = 0
    secrets: set[str] = field(default_factory=set)
    retries: list[str] = field(default_factory=list)

    def notes(self) -> dict[str, t.Any]:
        """What -v adds to a result."""
        return {"retries": self.retries} if self.verbosity and self.retries else {}
