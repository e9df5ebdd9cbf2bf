# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on demand: the next requests that match get a broken answer, or none."""

from __future__ import annotations

import copy
import email.utils
import gzip
import re
import threading
import time
import typing as t

from .settings import SettingError
from .wire import Reply, Request

HTML = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"

# kind: whether the request takes effect, what happens to the connection, the usual status (None: the real answer's)
KINDS = {
    "status": (False, "", 500),
    "status_after": (True, "", 504),
    "gateway_404": (False, "", 404),
    "reset_before": (False, "reset", None),
    "reset_after": (True, "reset", None),
    "hang": (False, "close", None),
    "hang_after": (True, "close", None),
    "slow": (True, "", None),
    "truncate": (True, "truncate", None),
    "empty": (True, "", None),
    "wrong_type": (True, "", None),
    "shape": (True, "", None),
    "drip": (True, "drip", None),
    "drip_body": (True, "drip_body", None),
    "drip_continue": (True, "drip_continue", None),
    "endless": (True, "endless", None),
    "bomb": (True, "", None),
}
BLANKS, BOMB = 1024 * 1024, 100  # bytes of a part, and how many parts
GATEWAY = {  # what the gateway says to these statuses
    401: ("APIGW.0301", "Incorrect IAM authentication information"),
    403: ("APIGW.0302", "The IAM user is not authorized to access the API"),
    404: ("APIGW.0101", "The API does not exist or has not been published in the environment"),
    429: ("APIGW.0308", "The throttling threshold has been reached: policy api over ratelimit,limit:5,time:1 minute"),
}


class Fault:
    """One fault. ``skip`` requests pass first, then it strikes ``times`` times (None: for ever).

    ``over`` ends its pauses.
    """

    DEFAULTS = {
        "method": ".*",
        "path": ".*",
        "kind": "status",
        "times": 1,
        "skip": 0,
        "status": None,
        "headers": {},
        "retry_after": None,
        "body": None,
        "seconds": 0,
        "at": "",
        "value": None,
    }

    def __init__(self, over: threading.Event, **wanted) -> None:
        for name in wanted:
            if name not in self.DEFAULTS:
                raise SettingError(f"unknown name {name!r} in a fault; known are {', '.join(self.DEFAULTS)}")
        self.fields = {**self.DEFAULTS, **wanted}
        self._over = over
        if self.fields["kind"] not in KINDS:
            raise SettingError(f"unknown kind of fault {self.fields['kind']!r}; known are {', '.join(KINDS)}")
        if not isinstance(self.fields["at"], str):
            raise SettingError("at of a fault must be a path such as job_list.jobs.0.name")
        for name in ("times", "skip", "status", "seconds"):
            if not isinstance(self.fields[name], (int, float, type(None))):
                raise SettingError(f"{name} of a fault must be a number")
        try:
            self._method, self._path = (re.compile(self.fields[name]) for name in ("method", "path"))
        except re.error as error:
            raise SettingError(f"method and path are regular expressions: {error}") from error

    def strikes(self, request: Request) -> bool:
        """Whether this request is hit; counts down."""
        if not (self._method.fullmatch(request.method) and self._path.search(request.path)):
            return False
        counter = "skip" if self.fields["skip"] > 0 else "times"
        if self.fields[counter] is not None:
            self.fields[counter] -= 1
        return counter == "times"

    def break_answer(self, request: Request, answer: t.Callable[[], Reply]) -> Reply:
        """What the client gets in place of ``answer()``."""
        kind = self.fields["kind"]
        takes_effect, cut, status = KINDS[kind]
        if kind in ("hang", "slow"):
            self._over.wait(self.fields["seconds"])
        reply = answer() if takes_effect else Reply()
        reply.pause = self.fields["seconds"]
        if kind == "hang_after":
            self._over.wait(self.fields["seconds"])
        if kind == "empty":
            reply.body = None
        elif kind == "wrong_type":
            reply.body = HTML.format("Welcome") if self.fields["body"] is None else self.fields["body"]
        elif kind == "shape":
            reply.body = replaced(
                reply.body, self.fields["at"].split(".") if self.fields["at"] else [], self.fields["value"]
            )
        elif kind == "bomb":
            reply.raw = gzip.compress(b" " * BLANKS) * BOMB + gzip.compress(b"{}")
            reply.headers["Content-Encoding"] = "gzip"
        elif status is not None:
            status = self.fields["status"] or status
            reply = Reply(status, self._body(request, status))
        reply.headers.update(self._headers())
        reply.cut = cut
        return reply

    def _body(self, request: Request, status: int):
        if self.fields["body"] is not None:
            return self.fields["body"]
        if status in (502, 503, 504):
            return HTML.format(f"{status} from the proxy")
        code, message = GATEWAY.get(status, ("APIGW.0201", "API request error"))
        return {"error_code": code, "error_msg": message, "request_id": request.id}

    def _headers(self) -> dict[str, str]:
        headers, pause = dict(self.fields["headers"]), self.fields["retry_after"]
        if isinstance(pause, str) and pause.startswith("date+"):  # the other form that HTTP allows
            pause = email.utils.formatdate(time.time() + float(pause[5:]), usegmt=True)
        return headers if pause is None else {**headers, "Retry-After": str(pause)}


def replaced(body, path: t.Sequence[str], value):
    """The body of an answer with ``value`` in one place, such as ``jobs``, ``0``, ``name``; ``*`` is all of a list."""
    if not path:
        return value
    body, (key, *rest) = copy.copy(body), path
    if isinstance(body, list):
        for number in range(len(body))[slice(None) if key == "*" else slice(int(key), int(key) + 1 or None)]:
            body[number] = replaced(body[number], rest, value)
    elif isinstance(body, dict):
        body[key] = replaced(body.get(key), rest, value)
    return body


class Faults:
    """The faults that are still to come, in the order they were asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._over = threading.Event()

    def add(self, **fault) -> None:
        self.extend([fault])

    def extend(self, faults: t.Iterable[dict]) -> None:
        """Add all of them, or none if one of them makes no sense."""
        with self._lock:
            self._faults += [Fault(self._over, **fault) for fault in faults]

    def clear(self) -> None:
        """Requests that still hang are let go."""
        with self._lock:
            self._faults.clear()
            self._over.set()
            self._over = threading.Event()

    def as_list(self) -> list[dict]:
        with self._lock:
            return [dict(fault.fields) for fault in self._faults]

    def next_for(self, request: Request) -> Fault | None:
        if not self._faults:  # the usual case costs nothing
            return None
        with self._lock:
            struck = next((fault for fault in self._faults if fault.strikes(request)), None)
            self._faults = [fault for fault in self._faults if fault.fields["times"] != 0]
            return struck
