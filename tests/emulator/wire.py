# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One HTTP request and one reply: read from and written to a connection.

The standard library's request handler parses headers as if they were e-mail. This reader does less, so a small GET
costs little and thousands of requests per second are possible.
"""

from __future__ import annotations

import functools
import http
import json
import urllib.parse

MAX_LINE = 65536
STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n" for status in http.HTTPStatus}

to_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


class BadRequest(Exception):
    """What arrived is not HTTP as this server understands it."""


class ApiError(Exception):
    """A refusal in the service's words; the service decides what the answer looks like."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


class GatewayError(ApiError):
    """A refusal by the gateway in front of the service: always the same form."""


class Request:
    """One request; header names are lower case. ``login``: the methods of one, joined by +; the log has no more of it."""

    __slots__ = ("method", "path", "query", "headers", "body", "http_version", "id", "login")

    def __init__(self, method: str, target: str, headers: dict, body: bytes = b"", http_version="HTTP/1.1") -> None:
        self.method = method
        self.path, dummy, self.query = target.partition("?")
        self.headers, self.body, self.http_version = headers, body, http_version
        self.id = self.login = ""

    def pairs(self) -> list[tuple[str, str]]:
        """The decoded query, in the order sent."""
        return list(_pairs(self.query)) if self.query else []

    def json(self):
        """The decoded body; ValueError if it is not JSON in UTF-8."""
        return json.loads(self.body.decode("utf-8"))

    @property
    def keeps_alive(self) -> bool:
        return self.http_version != "HTTP/1.0" and self.headers.get("connection", "").lower() != "close"

    @property
    def authentication(self) -> str:
        """The kind of credential sent, for the log: it must not hold the credential itself."""
        if "x-auth-token" in self.headers:
            return "token"
        return "ak_sk" if "authorization" in self.headers else "none"


@functools.lru_cache(maxsize=1000)  # the same lists are asked for again and again
def _pairs(query: str) -> list[tuple[str, str]]:
    return urllib.parse.parse_qsl(query, keep_blank_values=True)


class Reply:
    """Status, headers and a body: None (nothing), a str (text or HTML) or anything else as JSON.

    ``cut`` breaks the connection: "reset" and "close" instead of the answer, "truncate" in the middle of it; or sends the
    answer so that it does not end: byte by byte with a ``pause`` of seconds after each ("drip", "drip_body"), after answers
    100 that come so ("drip_continue"), or with a body that goes on and on ("endless"). ``raw`` is a body as it is sent.
    ``replayed``: it is one of a transcript, whose headers are all there.
    """

    __slots__ = ("status", "body", "headers", "cut", "pause", "raw", "replayed")

    def __init__(self, status: int = 200, body=None, headers: dict | None = None, cut: str = "") -> None:
        self.status, self.body, self.headers, self.cut = status, body, headers or {}, cut
        self.pause, self.raw, self.replayed = 0.0, None, False

    def encode(self, head_only: bool = False) -> bytes:
        headers, payload = self.parts()
        head = [STATUS_LINES.get(self.status) or f"HTTP/1.1 {self.status} Unknown\r\n"]
        head.extend(f"{name}: {value}\r\n" for name, value in headers.items())
        head.append("\r\n")
        return "".join(head).encode("latin-1") + (b"" if head_only else payload)

    def parts(self) -> tuple[dict[str, str], bytes]:
        """Headers and body, as they are sent."""
        payload, content_type = self._payload()
        headers = {}
        if payload:
            headers["Content-Type"] = content_type
        if self.status == 204:
            payload = b""
        else:
            headers["Content-Length"] = str(len(payload) + (100 if self.cut == "truncate" else 0))
        return {**headers, **self.headers}, payload

    def _payload(self) -> tuple[bytes, str]:
        if self.raw is not None:
            return self.raw, "application/json"
        if self.body is None:
            return b"", ""
        if isinstance(self.body, str):
            kind = "text/html" if self.body.startswith("<") else "text/plain"
            return self.body.encode("utf-8"), f"{kind}; charset=utf-8"
        try:
            return to_json(self.body).encode("utf-8"), "application/json"
        except UnicodeEncodeError:  # half a surrogate pair, which JSON can only hold as an escape
            return json.dumps(self.body).encode("ascii"), "application/json"


def read_request(stream, send) -> Request | None:
    """The next request of a connection, None at its end. ``send`` writes bytes back, for ``Expect: 100-continue``.

    Raises BadRequest, or ConnectionAbortedError for one that breaks off, which no server carries out.
    """
    line = stream.readline(MAX_LINE)
    if not line:
        return None
    words = line.decode("latin-1").split()
    if len(words) != 3 or not words[1].startswith("/") or not words[2].startswith("HTTP/1."):
        raise BadRequest("malformed request line")
    headers = _read_headers(stream)
    if "transfer-encoding" in headers:
        raise BadRequest("send the body with a Content-Length")
    length = headers.get("content-length", "0")
    if not length.isdigit():
        raise BadRequest("malformed Content-Length")
    if headers.get("expect", "").lower() == "100-continue":
        send(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = stream.read(int(length)) if length != "0" else b""
    if len(body) < int(length):
        raise ConnectionAbortedError
    return Request(words[0], words[1], headers, body, words[2])


def _read_headers(stream) -> dict[str, str]:
    headers: dict[str, str] = {}
    while True:
        line = stream.readline(MAX_LINE)
        if line in (b"\r\n", b"\n"):
            return headers
        if not line:
            raise ConnectionAbortedError
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon:
            raise BadRequest("malformed header")
        headers[name.lower()] = value.strip()
