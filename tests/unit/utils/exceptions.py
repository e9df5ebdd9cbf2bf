# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever the HTTP library raises, wherever: one true answer, never a traceback, never a write that is blindly repeated.

The exceptions are found by looking into the libraries, so new ones are tested as they come. They are raised in place of
the one method that puts a request on the wire, or of the read of an answer's body.
"""

from __future__ import annotations

import builtins
import errno
import http.client
import inspect
import os
import re
import socket
import ssl
import types
import typing as t
import urllib.parse

import pytest
import requests
import urllib3
from requests.adapters import HTTPAdapter

from .in_process import run_in_process
from .service import Service
from .worlds import WORDS

LIBRARIES = (requests.exceptions, urllib3.exceptions, http.client, ssl, socket, builtins)


def exceptions_of(library: types.ModuleType) -> list[type[Exception]]:
    """What a library can raise, under any name."""
    return [one for one in vars(library).values() if inspect.isclass(one) and issubclass(one, Exception)]


KINDS = {f"{kind.__module__}.{kind.__qualname__}": kind for library in LIBRARIES for kind in exceptions_of(library)}

# These show that the request was never sent: there was no connection, or the URL or a header is unusable.
NEVER_SENT = (
    requests.exceptions.ConnectTimeout,
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    ssl.SSLCertVerificationError,
    urllib3.exceptions.LocationValueError,
    urllib3.exceptions.NewConnectionError,
)
# One of each sort that the transport tells apart. Modules only see its sort, so these meet all tasks; the others take turns.
OF_EACH_SORT = (
    *NEVER_SENT,
    requests.exceptions.ConnectionError,
    requests.exceptions.ReadTimeout,
    ssl.SSLError,
    urllib3.exceptions.ProtocolError,
    UnicodeEncodeError,
    ValueError,
)


def met(tasks: list) -> list[tuple]:
    """Which exception which task meets."""
    return [
        (name, task)
        for number, (name, kind) in enumerate(KINDS.items())
        for task in (tasks if kind in OF_EACH_SORT else [tasks[number % len(tasks)]])
    ]


def made(kind: type[Exception], text: str) -> Exception:
    """An exception of this class; ``text`` is in it wherever it takes any."""
    cause = ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))
    special = {
        "ExceptionGroup": (text, [cause]),
        "JSONDecodeError": (text, "{", 0),
        "UnicodeDecodeError": ("ascii", text.encode(), 0, 1, "ordinal not in range(128)"),
        "UnicodeEncodeError": ("ascii", text, 0, 1, "ordinal not in range(128)"),
        "UnicodeTranslateError": (text, 0, 1, "character maps to <undefined>"),
    }
    by_name = {
        "conn": None,
        "defects": [],
        "error": cause,
        "expected": 2,
        "host": "127.0.0.1",
        "length": text.encode(),
        "partial": b"1" if kind.__module__ == "http.client" else 1,
        "pool": None,
        "reason": cause,
        "response": types.SimpleNamespace(tell=lambda: 1, length_remaining=2),
        "unparsed_data": text,
        "url": "/",
    }
    if kind.__name__ in special:
        return kind(*special[kind.__name__])
    if issubclass(kind, OSError) and not issubclass(kind, requests.RequestException):
        return kind(errno.EIO, os.strerror(errno.EIO))  # as the system makes them: they hold no text of ours
    parameters = [one for one in inspect.signature(kind.__init__).parameters.values() if one.name != "self"]
    required = [one.name for one in parameters if one.default is one.empty and one.kind is not one.VAR_KEYWORD]
    return kind(*(by_name.get(name, text) for name in required))


class Place(t.NamedTuple):
    """Which requests meet the exception, and when: before they are sent, with the answer in hand, or in its body."""

    what: str
    moment: str

    def __str__(self) -> str:
        return f"{self.what}, {self.moment}"

    @property
    def may_have_happened(self) -> bool:
        return self.what == "write" and self.moment != "before"


def kind_of(request: requests.PreparedRequest) -> str:
    path = urllib.parse.urlsplit(request.url).path
    return "login" if path.startswith("/v3/") else "read" if request.method == "GET" else "write"


class Attempt(t.NamedTuple):
    """One request that was to be sent."""

    request: requests.PreparedRequest
    struck: bool

    @property
    def key(self) -> tuple:
        return self.request.method, self.request.url, self.request.body


class Wire:
    """Sends, and raises where it was told to. ``times``: how often, None for always."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._send = HTTPAdapter.send

        def send(*args, **options):
            return self._sent(*args, **options)

        monkeypatch.setattr(HTTPAdapter, "send", send)

    def begin(self, kind: type[Exception], place: Place, times: int | None) -> None:
        self.kind, self.place, self.left = kind, place, times
        self.attempts: list[Attempt] = []
        self.raised = 0

    def _sent(self, adapter: HTTPAdapter, request: requests.PreparedRequest, **options: t.Any) -> requests.Response:
        strikes = kind_of(request) == self.place.what and self.left != 0
        self.left = self.left - 1 if strikes and self.left else self.left
        self.attempts.append(Attempt(request, strikes))
        if strikes and self.place.moment == "before":
            self._fail(request)
        response = self._send(adapter, request, **options)
        if strikes and self.place.moment == "after":
            self._fail(request)
        if strikes and self.place.moment == "body":
            response.raw._fp.read = lambda *dummy: self._fail(request)
        return response

    def _fail(self, request: requests.PreparedRequest) -> t.NoReturn:
        """Some exceptions quote what was sent."""
        self.raised += 1
        raise made(self.kind, f"{request.headers.get('X-Auth-Token', '')} {request.body!r}")

    def blindly_repeated(self) -> list:
        """Writes that were sent again without an answered read in between, though they may have had their effect."""
        written: set = set()
        found = []
        for attempt in self.attempts:
            kind = kind_of(attempt.request)
            if kind == "read" and not attempt.struck:
                written.clear()
            if kind == "write":
                found += [attempt.key] if attempt.key in written else []
                written |= set() if attempt.struck and issubclass(self.kind, NEVER_SENT) else {attempt.key}
        return found


SERVICES = [*WORDS]
FINAL = {"job_cancel_success", "dead", "KILLED", "CANCELLED"}


class Run:
    """One task that meets an exception, and what is wrong with its answer."""

    def __init__(self, service: Service, wire: Wire, reader: bool) -> None:
        self.service, self.wire = service, wire
        self.ids = service.many(3)
        service.answers(mrs_kill_body="result")  # a body that can break
        self.before = service.truth
        login = {**service.by_password, **service.scope, service.ids: self.ids}
        patience = {"wait_interval": 0.2, "wait_timeout": 600 if wire.left or wire.place.may_have_happened else 1}
        change = {} if reader else {"state": "stopped", **patience}
        name = service.module + ("_info" if reader else "")
        self.result = run_in_process(name, {**login, **change, "max_retries": 1})
        self.after = service.truth
        self.issued = [token for token in service.emulator.world.identities.tokens if token != "demo-token"]

    def complaints(self) -> t.Iterator[str]:
        """What must hold for every answer, besides that it is one JSON object (which run_in_process checks)."""
        result, host = self.result, urllib.parse.urlsplit(self.service.emulator.url).netloc
        if not self.wire.raised:
            yield "nothing was raised"
        if any(secret in result.text for secret in ("demo-password", *self.issued)):
            yield "a secret was printed"
        if "Traceback" in result.text or "\n" in result.get("msg", ""):
            yield "this is not one clear message"
        if result.failed and not re.search(rf"(GET|POST|DELETE) {host}/", result["msg"]):
            yield "the message does not name method and host"
        errors = [one["error"] for one in (result, *result.get("jobs", ())) if "error" in one]
        if result.failed and not errors:
            yield "failed without an error"
        if any(set(error) != {"code", "status", "request_id", "message"} for error in errors):
            yield "an error has other keys"
        if self.wire.blindly_repeated():
            yield "blindly repeated: " + str(self.wire.blindly_repeated()[0])

    def untrue(self) -> t.Iterator[str]:
        """Where the report of a change is not what the emulator knows."""
        result = self.result
        jobs = {job["id"]: job for job in result["jobs"]}
        effects = {job_id for job_id in self.ids if self.before[job_id] != self.after[job_id]}
        if result["changed"] != any(job["changed"] for job in jobs.values()):
            yield "changed is not that of the jobs"
        if effects - set(jobs):
            yield "changed, and not in the report"
        if not result.failed and list(jobs) != self.ids:
            yield "not the jobs that were chosen"
        for job_id, job in jobs.items():
            unknown = job["failed"] and "is not known" in job["msg"]
            if job["changed"] != (job_id in effects) and not unknown:
                yield f"changed is not true, as it is {self.after[job_id]}: {job}"
            if not job["failed"] and (self.after[job_id] not in FINAL or job["status"] != self.after[job_id]):
                yield f"not as wanted, as it is {self.after[job_id]}: {job}"
            if result.failed is False and job["failed"]:
                yield "one failed, and the task did not"


def complaints(service: Service, wire: Wire, places: list[Place], name: str, reader: bool = False) -> list[str]:
    """Of a task for each place, once with one exception there and once with no end of them."""
    found = []
    for place in places:
        if place.may_have_happened and issubclass(KINDS[name], NEVER_SENT):
            continue  # that would be a lie of the library
        for times in (1, None):
            service.emulator.reset()
            wire.begin(KINDS[name], place, times)
            run = Run(service, wire, reader)
            wrong = [*run.complaints(), *(() if reader else run.untrue())]
            if times is None and not run.result.failed and not place.may_have_happened:
                wrong.append("it succeeded")
            if reader and not run.result.failed and run.result["total"] != 3:
                wrong.append("a job is missing")
            said = run.result.get("msg", "")
            found += [f"{place}, {'once' if times else 'always'}: {complaint} | {said}" for complaint in wrong]
    return found
