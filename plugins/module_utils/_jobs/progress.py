# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""For those who watch a task: a line when something has changed, and once in a while, but never more often than one can read."""

from __future__ import annotations

import threading
import time
import typing as t

EVERY = 2.0  # seconds from one line to the next, and before the first
AGAIN = 60.0  # seconds after which a line comes again, so that one sees that the task goes on


class Progress:
    """``on_progress`` gets the lines. May be shared by threads."""

    def __init__(self, on_progress: t.Callable[[str], None]) -> None:
        self._on_progress = on_progress
        self._began = self._last = time.monotonic()
        self._line = ""
        self._speaking = threading.Lock()

    def tell(self, line: t.Callable[[], str]) -> None:
        """``line`` is only called for if it is time for one."""
        with self._speaking:
            now = time.monotonic()
            if now - self._last < EVERY:
                return
            text = line()
            if text != self._line or now - self._last >= AGAIN:
                self._on_progress(f"{text} ({_time(now - self._began)})")
                self._line, self._last = text, now


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
