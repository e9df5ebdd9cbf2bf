# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wire, scripted: each request must be one of the expected calls, and each expected call must come.

It takes the place of the one method that puts a request on the wire, so all of the session above it is real.
"""

from __future__ import annotations

import io
import json
import threading
import typing as t
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from .clock import virtual_time


@dataclass
class Call:
    """One request as it must be sent, and the answer to it (or the exception that takes its place)."""

    method: str
    url: str
    answer: t.Any = None
    status: int = 200
    body: t.Any = None
    query: t.Mapping[str, str] = field(default_factory=dict)
    headers: t.Mapping[str, str] = field(default_factory=dict)
    error: Exception | None = None

    def expects(self, request: requests.PreparedRequest) -> bool:
        url = urlsplit(request.url)
        sent = json.loads(request.body) if request.body else None
        return (request.method, f"{url.scheme}://{url.netloc}{url.path}", dict(parse_qsl(url.query)), sent) == (
            self.method,
            self.url,
            dict(self.query),
            self.body,
        )


class Script:
    """The calls in any order among those that are equal to a request: workers send some of them at the same time."""

    def __init__(self, *calls: Call) -> None:
        self.open = list(calls)
        self.sent: list[requests.PreparedRequest] = []
        self._lock = threading.Lock()

    def send(self, adapter: HTTPAdapter, request: requests.PreparedRequest, **options: t.Any) -> requests.Response:
        with self._lock:
            call = next((call for call in self.open if call.expects(request)), None)
            if call is None:
                pytest.fail(f"unexpected {request.method} {request.url} {request.body}; open: {self.open}")
            self.open.remove(call)
            self.sent.append(request)
        assert options["timeout"], "a request without a time limit"
        if call.error:
            raise call.error
        content = call.answer if isinstance(call.answer, bytes) else json.dumps(call.answer).encode()
        if call.answer is None:
            content = b""
        headers = {"Content-Type": "application/json", **call.headers}
        raw = HTTPResponse(io.BytesIO(content), headers=headers, status=call.status, preload_content=False)
        return adapter.build_response(request, raw)


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[t.Callable[..., Script]]:
    """``script(Call(...), ...)`` puts the calls on the wire; at the end of the test none may be left. No pause takes time."""
    scripts: list[Script] = []

    def start(*calls: Call) -> Script:
        wire = Script(*calls)

        def send(adapter: HTTPAdapter, request: requests.PreparedRequest, **options: t.Any) -> requests.Response:
            return wire.send(adapter, request, **options)

        monkeypatch.setattr(HTTPAdapter, "send", send)
        scripts.append(wire)
        return wire

    with virtual_time():
        yield start
    assert [call for one in scripts for call in one.open] == []
