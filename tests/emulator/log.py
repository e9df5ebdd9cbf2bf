# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log of requests: what a test asks when it wants to know what a module really sent."""

from __future__ import annotations

import collections
import threading
import time
from operator import itemgetter

from .wire import Reply, Request

KEPT = 100_000  # requests with details; the counts go on
SHOWN = ("n", "seconds", "method", "path", "query", "status", "authentication", "login", "request_id", "body")


class RequestLog:
    """Counts of everything, details of the last requests. Holds no credential: no header and no login body."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._in_flight = 0
        self.clear()

    def clear(self) -> None:
        with self._lock:
            self._began = time.monotonic()
            self._counts: collections.Counter[str] = collections.Counter()
            self._totals = dict.fromkeys(("reads", "writes", "logins", "lookups", "other"), 0)
            self._connections: set[int] = set()
            self._peak = self._in_flight
            self._entries: collections.deque[tuple] = collections.deque(maxlen=KEPT)

    def arrived(self, connection: int) -> float:
        """A request is here. Returns its time, for ``answered``."""
        with self._lock:
            self._in_flight += 1
            if self._in_flight > self._peak:
                self._peak = self._in_flight
            self._connections.add(connection)
        return time.monotonic()

    def answered(self, request: Request, reply: Reply, template: str, total: str, arrived: float) -> None:
        """Its answer is ready. The next request can only come after that, so the peak is never too high."""
        body = request.body if total == "writes" else b""
        status = 0 if reply.cut in ("reset", "close") else reply.status
        shown = (request.method, request.path, request.query, status, request.authentication, request.login, request.id)
        with self._lock:
            self._in_flight -= 1
            self._counts[f"{request.method} {template}"] += 1
            self._totals[total] += 1
            self._entries.append((arrived, *shown, body))

    @property
    def in_flight(self) -> int:
        """Requests whose answer is not ready."""
        return self._in_flight

    def summary(self) -> dict:
        """The totals alone."""
        with self._lock:
            return {
                **self._totals,
                "connections": len(self._connections),
                "peak_in_flight": self._peak,
                "counts": dict(self._counts),
            }

    def entries(self) -> list[dict]:
        """The requests in the order of their arrival; status 0 stands for a connection that was cut."""
        with self._lock:
            began, entries = self._began, sorted(self._entries, key=itemgetter(0))
            first = sum(self._totals.values()) - len(entries)
        return [
            dict(zip(SHOWN, (first + n, round(arrived - began, 6), *shown, body.decode("utf-8", "replace"))))
            for n, (arrived, *shown, body) in enumerate(entries, 1)
        ]
