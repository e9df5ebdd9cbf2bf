# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gateway in front of all services: it speaks for itself, and lets only so many requests through."""

from __future__ import annotations

import threading
import time

from .settings import Settings
from .wire import ApiError, GatewayError, Reply, Request


class RateLimit:
    """Counts the requests of all clients in a second or minute, which begins with the first; those that are held back do not count."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._end, self._passed = 0.0, 0

    def passes(self, limit: int, seconds: int) -> bool:
        """Whether one more request may go on now; ``limit``: requests in so many seconds, 0 for any number."""
        if not limit:
            return True
        with self._lock:
            now = time.monotonic()
            if now >= self._end:
                self._end, self._passed = now + seconds, 0
            if self._passed >= limit:
                return False
            self._passed += 1
            return True


def refusal(request: Request, error: ApiError) -> Reply:
    """What the gateway says, always in this form."""
    return Reply(error.status, {"error_code": error.code, "error_msg": error.message, "request_id": request.id})


def rate(settings: Settings) -> tuple[int, int]:
    """How many requests may pass in how many seconds."""
    return (20, 60) if settings.answers["throttling"] == "20_a_minute" else (settings.rate_limit, 1)


def throttled(request: Request, settings: Settings) -> Reply:
    """The code and the text that were seen of it; Retry-After may be missing."""
    limit, seconds = rate(settings)
    whose, unit = ("user", "minute") if seconds == 60 else ("api", "second")
    message = f"The throttling threshold has been reached: policy {whose} over ratelimit,limit:{limit},time:1 {unit}"
    reply = refusal(request, GatewayError("APIGW.0308", message, 429))
    if settings.rate_retry_after:
        reply.headers["Retry-After"] = str(settings.rate_retry_after)
    return reply
