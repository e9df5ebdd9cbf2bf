# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cloud in this process, behind the one method that puts a request on the wire. So no socket is needed and, as time is
virtual, no request takes any: neither an answer that never comes nor one that drips.

All that a socket does is said here once more, so tests of that (TLS, proxies, connections that break) need a real one.
"""

from __future__ import annotations

import contextlib
import functools
import http.client
import importlib
import io
import itertools
import pathlib
import typing as t
from unittest import mock

import pytest
import requests
from ansible.module_utils.basic import AnsibleModule
from requests.adapters import HTTPAdapter
from requests.models import PreparedRequest
from urllib3 import HTTPResponse
from urllib3.exceptions import NewConnectionError, ProtocolError

from ansible_collections.otc.bigdata.plugins.module_utils._cloud import connection, threads, transport
from ansible_collections.otc.bigdata.plugins.module_utils._jobs import reconcile
from ansible_collections.otc.bigdata.tests.emulator.cloud import Cloud
from ansible_collections.otc.bigdata.tests.emulator.wire import Reply, Request

from .clock import Clock, virtual_time
from .run_module import PACKAGE, _environ, empty_home, environment

PLUGINS = pathlib.Path(__file__).resolve().parents[3] / "plugins"
WITHOUT_JOBS: dict = {"flink_jobs": [], "batches": [], "sql_jobs": [], "mrs_jobs": []}
TRIP = 0.001  # seconds from one end of the wire to the other
WITHOUT_ANSWER = {
    "reset": ConnectionResetError(104, "Connection reset by peer"),
    "close": http.client.RemoteDisconnected("Remote end closed connection without response"),
}
WAITING = ("hang", "hang_after", "slow")
DRIPS = ("drip", "drip_body", "drip_continue")


class Blanks(io.RawIOBase):
    """A body without end."""

    def read(self, size: int = -1) -> bytes:
        return b" " * max(size, 1)

    def readable(self) -> bool:
        return True


class CloudOnTheWire(Cloud):
    """Takes the requests to its ``url``; nothing else can be reached."""

    url = "http://127.0.0.1:8080"  # nobody encrypts what stays on this host

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock
        self._numbers, self._idle = itertools.count(), []  # of connections
        self.bugs: list[Exception] = []  # of the cloud

    def send(self, adapter: HTTPAdapter, request: requests.PreparedRequest, **options: t.Any) -> requests.Response:
        """As HTTPAdapter.send."""
        url, timeout = t.cast(str, request.url), options["timeout"]
        if not url.startswith(f"{self.url}/"):
            refused = ConnectionRefusedError(111, "Connection refused")
            raise requests.ConnectionError(NewConnectionError(None, "no connection"), refused)
        connection = self._idle.pop() if self._idle else next(self._numbers)
        self.clock.sleep(TRIP)
        reply = self._answered(self._as_received(request), connection, timeout)
        self.clock.sleep(TRIP)
        if reply is None or (reply.cut in DRIPS and self._drips(reply, timeout)):
            raise requests.ReadTimeout("no answer in time")
        if reply.cut in WITHOUT_ANSWER:
            raise requests.ConnectionError(ProtocolError("Connection aborted.", WITHOUT_ANSWER[reply.cut]))
        if not reply.cut:
            self._idle.append(connection)
        return self._respond(adapter, request, reply)

    def _as_received(self, request: requests.PreparedRequest) -> Request:
        headers = dict(request.headers.lower_items())
        headers.setdefault("host", self.url.partition("://")[2])
        return Request(request.method, request.url[len(self.url) :], headers, request.body or b"")

    def _respond(self, adapter: HTTPAdapter, request: requests.PreparedRequest, reply: Reply) -> requests.Response:
        return adapter.build_response(request, _as_sent(reply))

    def _answered(self, request: Request, connection: int, timeout: float) -> Reply | None:
        """None if it takes too long; what the cloud does goes on then."""
        replies: list[Reply] = []

        def work() -> None:
            try:
                replies.append(self.answer(request, connection))
            except Exception as bug:
                self.bugs.append(bug)

        if self.settings.latency or any(fault["kind"] in WAITING for fault in self.faults.as_list()):
            self.clock.start(work)
            self.clock.wait(lambda: bool(replies), timeout)
        else:
            work()
        return replies[0] if replies else None

    def _drips(self, reply: Reply, timeout: float) -> bool:
        """Whether it takes too long for the client."""
        seconds = reply.pause * len(reply.encode()) if reply.cut != "drip_continue" else timeout
        self.clock.sleep(min(seconds, timeout))
        return seconds >= timeout


class Headers(dict):
    """Of an answer, by their names in lower case; they are found in any case."""

    def __getitem__(self, name: str) -> str:
        return dict.__getitem__(self, name.lower())

    def get(self, name: str, default: t.Any = None) -> t.Any:
        return dict.get(self, name.lower(), default)


class Response:
    """What is used of a response and its ``raw``: to make those of requests and urllib3 takes long."""

    closed = False

    def __init__(self, reply: Reply) -> None:
        headers, self._body = reply.parts()
        self.headers = Headers({name.lower(): text for name, text in headers.items()})
        self.status_code = reply.status
        self._told, self._broken = 0, bool(reply.cut)

    @property
    def raw(self) -> Response:
        return self

    def read(self, size: int, decode_content: bool = False) -> bytes:
        """The next bytes; with the last that were promised it is closed, as the real one is."""
        found = self._body[self._told : self._told + size]
        self._told += len(found)
        self.closed = self._told == len(self._body) and not self._broken
        return found

    def tell(self) -> int:
        return self._told

    def close(self) -> None:
        self.closed = True


class EmptyCloud(CloudOnTheWire):
    """It begins without a job, for those who begin often."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self._first_seed = {**self._first_seed, **WITHOUT_JOBS}


class QuickCloud(EmptyCloud):
    """For those who ask thousands of times what happens, and not how an answer is read. See without_detours, too."""

    def _respond(self, adapter: HTTPAdapter, request: requests.PreparedRequest, reply: Reply) -> t.Any:
        return Response(reply)


def _as_sent(reply: Reply) -> HTTPResponse:
    headers, body = reply.parts()
    if reply.cut == "endless":
        del headers["Content-Length"]
    content = Blanks() if reply.cut == "endless" else io.BytesIO(body)
    return HTTPResponse(content, headers, reply.status, preload_content=False)


@functools.cache
def everything_imported() -> None:
    """What is imported later would go by another clock."""
    for path in sorted((PLUGINS / "modules").glob("[a-z]*.py")):
        importlib.import_module(f"{PACKAGE}.{path.stem}")


@contextlib.contextmanager
def without_detours() -> t.Iterator[None]:
    """What is the same in all worlds, and would take a third of the time."""
    prepared_url = PreparedRequest.prepare_url
    urls: dict[tuple, str] = {}

    def prepare_url(request: t.Any, url: str, params: dict | None) -> None:
        key = (url, *(params or {}).items())
        if key not in urls:
            prepared_url(request, url, params)
            urls[key] = request.url
        request.url = urls[key]

    read_connection = connection.read_connection
    connections: dict[tuple, connection.Connection] = {}

    def connection_of(options: dict, environ: dict, service: str) -> connection.Connection:
        given = map(options.get, connection.SPEC)
        key = (service, *environ.items(), *(str(one) if isinstance(one, dict) else one for one in given))
        if key not in connections:
            connections[key] = read_connection(options, environ, service)
        return connections[key]

    # The environment is that of each run, which then has none to make
    with empty_home() as home, environment(_environ(home)), pytest.MonkeyPatch.context() as patch:
        patch.setattr(AnsibleModule, "_log_invocation", lambda *dummy: None)
        patch.setattr(PreparedRequest, "prepare_url", prepare_url)
        patch.setattr(reconcile, "read_connection", connection_of)
        patch.setattr(transport, "adapter", functools.cache(transport.adapter))
        patch.setattr(requests.utils, "get_environ_proxies", lambda url: {})
        patch.setattr(threads.signal, "pthread_sigmask", lambda *dummy: ())
        yield


@contextlib.contextmanager
def answering(cloud: CloudOnTheWire) -> t.Iterator[None]:
    """All requests of this process go to it."""

    def send(adapter: HTTPAdapter, request: requests.PreparedRequest, **options: t.Any) -> requests.Response:
        return cloud.send(adapter, request, **options)

    with mock.patch.object(HTTPAdapter, "send", send):
        yield


@contextlib.contextmanager
def cloud_on_the_wire(kind: type[CloudOnTheWire] = CloudOnTheWire) -> t.Iterator[CloudOnTheWire]:
    """A cloud that all requests of this process go to."""
    everything_imported()
    with virtual_time() as clock:
        cloud = kind(clock)
        with answering(cloud):
            try:
                yield cloud
            finally:
                assert not cloud.bugs, cloud.bugs


@contextlib.contextmanager
def quick_cloud() -> t.Iterator[QuickCloud]:
    """The same, in less time."""
    with without_detours(), cloud_on_the_wire(kind=QuickCloud) as cloud:
        yield cloud
