# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""How fast the requests of a task may follow each other once a gateway has throttled one. Pure: the time is given.

A gateway counts the requests of all tasks, and they do not know of each other. Each takes a step back when it is
throttled and then becomes a little faster with every answer, as TCP does, so that together they stay near the limit.
"""

from __future__ import annotations

import random
import threading
from collections import deque

BACK = 0.75  # of what was answered in the last second
GROWTH = 0.1  # of the pace, more each second
STEP = 1.0  # requests per second, more each second
FIRST = 2.0  # requests per second, at least, where nothing is known yet
LEAST = 0.1
SECOND = 1.0


class Pace:
    """Of one host; shared by the workers of a task. Times are seconds of one clock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rate: float | None = None  # requests per second; None: as fast as they come
        self._enough = float("inf")  # up to this rate it doubles each second
        self._free = 0.0  # when the next request may go
        self._slowed = 0.0  # when the last step back was made
        self._answers: deque[float] = deque()  # of the last second

    def pause(self, now: float) -> float:
        """Seconds until a request may go; the time is then taken."""
        if self._rate is None:
            return 0.0
        with self._lock:
            start = max(now, self._free)
            self._free = start + 1 / self._rate
            return start - now

    def answered(self, now: float) -> None:
        """A request got through."""
        with self._lock:
            self._answers.append(now)
            self._forget(now)
            if self._rate:
                more = self._rate if self._rate < self._enough else (STEP + GROWTH * self._rate) * (now - self._slowed)
                self._rate += more / self._rate

    def throttled(self, now: float, retry_after: float) -> None:
        """A request was held back; ``retry_after``: the seconds that the gateway wants to be left alone for."""
        with self._lock:
            self._forget(now)
            if self._rate is None or now - self._slowed > SECOND:  # what was under way then says nothing new
                passed = float(len(self._answers)) or self._rate or 0.0
                known = self._rate is not None or BACK * passed > FIRST
                self._rate = max(LEAST, BACK * min(passed, self._rate or passed)) if known else FIRST
                self._enough = self._rate if known else float("inf")
                self._slowed = now
            spread = random.uniform(0, 1 / self._rate)  # tasks that were stopped together do not start together
            self._free = max(self._free, now + retry_after + spread)

    def _forget(self, now: float) -> None:
        while self._answers and self._answers[0] <= now - SECOND:
            self._answers.popleft()
