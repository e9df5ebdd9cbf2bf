# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""One deadline for the whole task, which may move, and the pauses between two looks."""

from __future__ import annotations

import time

FIRST_PAUSE = 0.5


class Deadline:
    """``timeout`` and ``interval`` in seconds. Pauses start short and double up to ``interval``."""

    def __init__(self, timeout: float, interval: float) -> None:
        self._interval = interval
        self.begin(timeout)

    def begin(self, timeout: float) -> None:
        """The time that is left is ``timeout`` from now on."""
        self.ends_at = self.now() + timeout
        self.reset_pause()

    def now(self) -> float:
        return time.monotonic()

    def retry_pause(self, attempt: int) -> float:
        """Seconds from one try of the same request to the next one; ``attempt`` counts from 1."""
        return float(min(FIRST_PAUSE * 2.0 ** min(attempt - 1, 60), self._interval))

    def reset_pause(self) -> None:
        """Something was sent: look soon again."""
        self._next = min(FIRST_PAUSE, self._interval)

    def pause(self, until: float | None = None) -> bool:
        """Sleeps until it is time for another look, at ``until`` at the latest; False, at once, when the time is over."""
        now = self.now()
        left = self.ends_at - now
        if left <= 0:
            return False
        if until is not None and now < until < now + self._next:  # a look between two others, whose rhythm stays
            time.sleep(min(until - now, left))
            return True
        time.sleep(min(self._next, left))
        self._next = min(self._next * 2, self._interval)
        return True
