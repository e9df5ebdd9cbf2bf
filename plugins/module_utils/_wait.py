# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""One deadline for the whole task, and the pauses between two looks. The only sleep besides that of Edge."""

from __future__ import annotations

import time
import typing as t

FIRST_PAUSE = 0.5


class Patience:
    """``timeout`` and ``interval`` in seconds. Pauses start short and double up to ``interval``."""

    def __init__(
        self,
        timeout: float,
        interval: float,
        clock: t.Callable[[], float] = time.monotonic,
        sleep: t.Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self.deadline = clock() + timeout
        self._interval = interval
        self.restart()

    def restart(self) -> None:
        """Something was sent: look soon again."""
        self._next = min(FIRST_PAUSE, self._interval)

    def pause(self) -> bool:
        """Sleeps until it is time for another look; False, at once, when the time is over."""
        left = self.deadline - self._clock()
        if left <= 0:
            return False
        self._sleep(min(self._next, left))
        self._next = min(self._next * 2, self._interval)
        return True
