# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""A request and its answer: by requests, whose adapters are used here, with proxies, time limits, and what is tried again.

The adapters are used without a session. All that a session adds (cookies, .netrc, redirects, settings of the environment)
is unwanted here, and costs half of the time of a request.
"""

from __future__ import annotations

import json
import random
import re
import threading
import time
import typing as t
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from functools import cache, cached_property, partial
from urllib.parse import urlsplit

from .._version import VERSION
from . import errors
from .adapter import Tls, adapter
from .context import Context
from .pace import Pace
from .text import each_once, plain, whole
from .watchdog import Watchdog


class Retry(t.NamedTuple):
    """How a passing fault is retried; ``writes``: also a request that must not take effect twice."""

    writes: bool
    first: float  # seconds before the first repeat; they double with each
    longest: float


MOST_SKEW = 15  # minutes that the clocks of this host and of a server may differ: beyond that no signature is accepted
RETRY_TIMEOUT = 600  # seconds for which a throttled request is repeated: a login, and a task without a time limit
THROTTLED = 429
TOO_LATE = "not sent, as requests are held back (HTTP 429) and the time is over"
# A write is repeated only where it cannot have taken effect: held back by the gateway, or never sent.
RETRIES: dict[int | type[errors.ApiError], Retry] = {
    THROTTLED: Retry(writes=True, first=1.0, longest=60.0),
    408: Retry(writes=False, first=0.5, longest=10.0),
    502: Retry(writes=False, first=0.5, longest=10.0),
    503: Retry(writes=False, first=0.5, longest=10.0),
    504: Retry(writes=False, first=0.5, longest=10.0),
    errors.Unreachable: Retry(writes=True, first=0.5, longest=10.0),
    errors.Unanswered: Retry(writes=False, first=0.5, longest=10.0),
}

HEADERS = {
    "User-Agent": f"otc.bigdata/{VERSION}",
    "Accept": "*/*",
    "Accept-Encoding": "gzip, deflate",
    "Content-Type": "application/json",
}
MOST = 64 * 1024 * 1024  # bytes of a body
CHUNK = 1024 * 1024  # bytes that are read at once
MOST_PARTS = 200  # of a compressed body
PLAIN = re.compile("(/[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*)+")  # a path that is sent as it is
PLAIN_PAIR = re.compile("[A-Za-z0-9_-]+=[A-Za-z0-9_-]+")  # a part of a query that is
PROXY_WANTS_LOGIN = 407
LAST_TRY = 0.5  # seconds before the time is over


@dataclass
class Reply:
    """An HTTP answer. ``call`` is the method, host and path that it answers; ``value``: what was read from it.

    ``secrets`` are those that it could quote.
    """

    call: str
    status: int
    headers: t.Mapping[str, str]
    content: bytes
    secrets: t.Collection[str] = field(default=(), repr=False)
    value: t.Any = None

    @cached_property  # as several look for the code of an error
    def json(self) -> t.Any:
        """The body as JSON; None for an empty one. Raises ValueError, such as KeyTwice, or RecursionError for anything else."""
        if not self.content.strip():
            return None
        found = json.loads(self.content, object_pairs_hook=each_once)
        return whole(found) if _may_be_halved(self.content) else found

    def skew(self) -> float | None:
        """Seconds that the clock of the server is ahead of this host's; None if it does not tell the time, or a cache has answered."""
        moment = None if "Age" in self.headers else _moment(self.headers.get("Date"))
        return moment.timestamp() - time.time() if moment else None


def wrong_clock(skew: float) -> str:
    """What is wrong with the clock of this host, empty if nothing is. ``skew``: see Reply."""
    if abs(skew) <= MOST_SKEW * 60:
        return ""
    side = "behind" if skew > 0 else "ahead of"
    return f"the clock of this host is {abs(round(skew / 60))} minutes {side} the server's"


def _may_be_halved(content: bytes) -> bool:
    """Only such an escape, this byte or UTF-16 can stand for half a character. To look for one byte costs next to nothing, into each text a lot."""
    return b"\xed" in content or b"\0" in content or (b"\\" in content and (b"\\ud" in content or b"\\uD" in content))


@cache
def _sent_origin(origin: str) -> str:
    """As requests would have it."""
    from requests.models import PreparedRequest

    prepared: t.Any = PreparedRequest()
    prepared.prepare_url(origin, None)
    return str(prepared.url).rstrip("/")


def _plain_query(query: t.Mapping[str, t.Any]) -> str | None:
    """As requests would add it to a URL; None where something is to be encoded, left out or repeated."""
    pairs = [f"{name}={value}" for name, value in query.items() if isinstance(value, (str, int))]
    return f"?{'&'.join(pairs)}" if len(pairs) == len(query) and all(map(PLAIN_PAIR.fullmatch, pairs)) else None


class Request:
    """What is to be sent, each time that it is. ``call`` names it in messages."""

    __slots__ = ("auth", "body", "call", "headers", "host", "method", "origin", "path", "query", "url")

    def __init__(self, method: str, url: str, headers: t.Any, query: t.Any, body: t.Any, auth: t.Any) -> None:
        self.method, self.url, self.headers, self.query, self.auth = method, url, headers, query, auth
        self.body = None if body is None else json.dumps(body).encode()
        scheme, dummy, rest = url.partition("://")
        self.host, slash, path = rest.partition("/")
        self.origin, self.path = f"{scheme}://{self.host}", slash + path
        self.call = named(method, url)


class Route(t.NamedTuple):
    """How a host is reached. ``proxy``: how messages name it; empty if there is none."""

    adapter: t.Any
    proxies: t.Mapping[str, str]
    proxy: str


class Outcome(t.NamedTuple):
    """What became of one request: an answer, or why there is none that can be used."""

    reply: Reply | None
    error: errors.Unreachable | errors.Unanswered | None

    def __str__(self) -> str:
        return f"{self.reply.call}: HTTP {self.reply.status}" if self.reply else str(self.error)

    @property
    def held_back(self) -> bool:
        return self.reply is not None and self.reply.status == THROTTLED

    @property
    def retry_after(self) -> float | None:
        """The seconds after which the server wants it to be sent again."""
        return _seconds(self.reply.headers.get("Retry-After")) if self.reply else None

    @property
    def retry(self) -> Retry | None:
        return RETRIES.get(self.reply.status if self.reply else type(self.error))  # type: ignore[arg-type]

    def answer(self) -> Reply:
        if self.error:
            raise self.error
        return t.cast(Reply, self.reply)


def trouble_with_requests() -> Exception | None:
    """Why the library cannot be imported, None if it can. If it is there, its own words often name the cure."""
    try:
        import requests  # noqa: F401
    except Exception as error:
        return error
    return None


class Http:
    """Sends requests over kept-alive connections, at most ``connections`` to a host; may be shared by threads.

    ``timeout`` in seconds bounds one request, from the attempt to connect to the last byte of its answer. No request is
    repeated after ``deadline``, a time of the monotonic clock, and no write is sent whose turn at a gateway would come
    after it. ``held_until``: until when one that a gateway holds back is tried again, where that is not the deadline. ``context`` hears of
    every repeat and every answer, makes the pauses, and knows the secrets that an answer could quote.
    """

    def __init__(
        self,
        timeout: float,
        max_retries: int,
        connections: int,
        tls: Tls,
        context: Context,
        deadline: float = float("inf"),
    ) -> None:
        self.context = context
        self._timeout = timeout
        self._watchdog = Watchdog(timeout)
        self.held_until: float | None = None
        self.deadline = deadline
        self._max_retries = max_retries
        self._connections = connections
        self._tls = tls
        self._adapters: dict[bool, t.Any] = {}  # with TLS, and without
        self._routes: dict[str, Route] = {}
        self._paces: dict[str, Pace] = {}
        self._routes_lock = threading.Lock()

    def kept_waiting(self, since: float) -> bool:
        """Whether the deadline is over, and ``since`` then as much time has passed as one request gets."""
        now = time.monotonic()
        return now >= self.deadline and now - since >= self._timeout

    def stop(self) -> None:
        """Nobody waits for an answer any more: what is under way is cut off, and so is all that comes."""
        self._watchdog.stop()

    def send(
        self,
        method: str,
        url: str,
        headers: t.Mapping[str, str],
        query: t.Mapping[str, t.Any] | None = None,
        body: t.Any = None,
        auth: t.Callable[[t.Any], t.Any] | None = None,
        repeat: bool = True,
        read: t.Callable[[Reply], t.Any] = lambda reply: None,
        retry_timeout: float = 0.0,
        once: bool = False,
    ) -> Reply:
        """The answer, whatever its status; passing faults are retried as RETRIES says.

        ``auth`` completes a prepared request each time before it is sent.
        ``repeat``: the request does no harm when it takes effect twice (a read, a login).
        ``read`` finds the ``value`` of an answer; it raises Unanswered for one that cannot be used.
        ``retry_timeout``: seconds for which it is tried again at least if the gateway holds it back.
        ``once``: whatever the answer is, or if there is none, it is not sent again; only where no connection was made.
        Raises Unreachable if it could not be sent, Late if its turn comes too late, Unanswered if nobody can say what became
        of it.
        """
        request = Request(method, url, headers, query, body, auth)
        pace = self._paces.setdefault(request.host, Pace())
        deadline = max(self.deadline, time.monotonic() + retry_timeout) if retry_timeout else self.deadline
        tries = {True: 0, False: 0}  # how often it was held back, and how often it failed
        while True:
            self._await_turn(pace, deadline, "" if repeat else request.call)
            outcome = self._outcome(request, read)
            _keep_pace(pace, outcome)
            again = not once or isinstance(outcome.error, errors.Unreachable)
            until = deadline if retry_timeout else self.held_until or deadline
            pause = self._pause(outcome, tries[outcome.held_back], repeat, until) if again else None
            if pause is None:
                return outcome.answer()
            tries[outcome.held_back] += 1
            of = "" if outcome.held_back else f" of {self._max_retries}"  # only faults are limited
            self.context.repeated(f"{outcome}; sent again after {pause:.1f} s ({tries[outcome.held_back]}{of})")
            self.context.sleep(pause)

    def _outcome(self, request: Request, read: t.Callable[[Reply], t.Any]) -> Outcome:
        """``read`` finds the value of an answer, but of none that will be asked for again."""
        try:
            reply = self._send_once(request)
            self.context.answered(reply)
            if reply.status not in RETRIES:
                reply.value = read(reply)
            return Outcome(reply, None)
        except (errors.Unreachable, errors.Unanswered) as error:
            return Outcome(None, error)

    def _await_turn(self, pace: Pace, deadline: float, write: str) -> None:
        """Until the host takes a request; a read goes at the deadline at the latest. Raises Late for a ``write``, so named."""
        now = time.monotonic()
        wait = pace.pause(now)
        if wait and now + wait > deadline:
            if write:
                raise errors.Late(write, TOO_LATE)
            wait = deadline - now
        if wait > 0:
            self.context.sleep(wait)

    def _pause(self, outcome: Outcome, attempt: int, repeat: bool, held_until: float) -> float | None:
        """Seconds until the request is sent again: doubling, or a little more than the server wishes. None if it is not.

        Jitter keeps workers from coming back all at once.
        """
        retry = outcome.retry
        if retry is None or not self._max_retries:
            return None
        seconds, now = _jittered(retry, attempt, outcome.retry_after), time.monotonic()
        if outcome.held_back:
            return _within(held_until - now, seconds, outcome.retry_after)
        if attempt >= self._max_retries or not (repeat or retry.writes):
            return None
        return seconds if now + seconds < self.deadline else None

    def _send_once(self, request: Request) -> Reply:
        """Raises Unreachable, Unanswered or Refused, as ``send`` does."""
        call = request.call
        route = self._route_of(request)
        try:
            prepared = self._prepared(request)
        except Exception as error:  # its text could quote a header, so only its kind is told
            raise errors.Misdirected(call, f"cannot be sent: {type(error).__name__}") from None
        response, body = self._exchange(partial(route.adapter.send, prepared, proxies=route.proxies), call, route.proxy)
        status, headers = response.status_code, response.headers
        if status == PROXY_WANTS_LOGIN and route.proxy:
            from .faults import wants_login

            raise errors.Misdirected(call, wants_login(route.proxy), status)
        if 300 <= status < 400:
            where = _target(headers.get("Location", ""), request.host)
            raise errors.Refused(call, f"redirected to {plain(where)}, which is not followed", status)
        if request.method != "HEAD" and _broke_off(response):
            raise errors.Unanswered(call, "the answer broke off before its end", status)
        return Reply(call, status, headers, body, self.context.secrets)

    @staticmethod
    def _prepared(request: Request) -> t.Any:
        """As requests prepares it, at a fifth of the cost: a URL of plain parts has nothing to be encoded but its origin."""
        from requests.models import PreparedRequest
        from requests.structures import CaseInsensitiveDict
        from requests.utils import check_header_validity

        prepared: t.Any = PreparedRequest()
        prepared.method, prepared.body = request.method, request.body
        query = _plain_query(request.query) if request.query else ""
        if query is None or not PLAIN.fullmatch(request.path):
            prepared.prepare_url(request.url, request.query)
        else:
            prepared.url = _sent_origin(request.origin) + request.path + query
        for header in request.headers.items():
            check_header_validity(header)
        prepared.headers = CaseInsensitiveDict({**HEADERS, **request.headers})
        if request.body or request.method not in ("GET", "HEAD"):
            prepared.headers["Content-Length"] = str(len(request.body or b""))
        return request.auth(prepared) if request.auth else prepared

    def _exchange(self, send: t.Callable[..., t.Any], call: str, proxy: str) -> tuple[t.Any, bytes]:
        """The answer that ``send`` gets, and its body. Raises ApiError for whatever goes wrong on the way."""
        limit = self._watchdog.start()
        response: t.Any = None
        fault: Exception | None = None
        body = b""
        try:
            response = send(timeout=self._timeout)
            if response.status_code < 200:  # what comes after it would be taken for the answer to another request
                raise errors.Unanswered(call, "no answer came but an interim one", response.status_code)
            body = _body(response, call)
        except Exception as error:  # whatever it is, the request may have been sent
            fault = error
        finally:
            if self._watchdog.done(limit):
                fault = TimeoutError()
            if fault and response is not None:
                with suppress(Exception):
                    response.close()  # the rest of the answer must not be taken for that to another request
        if fault:
            from .faults import failure  # only here, as most tasks have no fault, and imports cost time

            raise failure(call, fault, self._timeout, limit, proxy) from None
        return response, body

    def _route_of(self, request: Request) -> Route:
        """What costs time (CA bundle, environment) is read once for a host, and only when needed."""
        origin = request.origin
        if origin not in self._routes:
            with self._routes_lock:
                if origin not in self._routes:  # no other thread has been faster
                    self._routes[origin] = self._route_to(origin)
        return self._routes[origin]

    def _route_to(self, origin: str) -> Route:
        from requests.utils import get_environ_proxies

        secure = origin.lower().startswith("https:")
        if secure not in self._adapters:
            self._adapters[secure] = adapter(self._connections, self._tls if secure else None)
        proxies, proxy = get_environ_proxies(origin), ""
        if proxies:
            from .faults import proxy_named

            proxy = proxy_named(origin, proxies)
        return Route(self._adapters[secure], proxies, proxy)


def _within(left: float, seconds: float, retry_after: float | None) -> float | None:
    """``seconds`` while as much time is left; then until shortly before it is over, for a last time."""
    if seconds < left:
        return seconds
    last = max(left - LAST_TRY, retry_after or 0.0)
    return last if LAST_TRY < last < left else None


def _keep_pace(pace: Pace, outcome: Outcome) -> None:
    """Tells the pace what an answer says of it; requests without an answer say nothing."""
    if outcome.held_back:
        pace.throttled(time.monotonic(), min(outcome.retry_after or 0.0, RETRIES[THROTTLED].longest))
    elif outcome.reply:
        pace.answered(time.monotonic())


def _body(response: t.Any, call: str) -> bytes:
    """All of it, no compression left. Raises Excessive for one that is too large; whatever urllib3 does where it breaks off."""
    parts: list[bytes] = []
    size = 0
    while True:
        part = response.raw.read(CHUNK, decode_content=False)
        if not part:
            break
        parts.append(part)
        size += len(part)
        if size > MOST:
            raise _too_large(call, response.status_code)
        if response.raw.closed:  # as all that was promised has come
            break
    body = parts[0] if len(parts) == 1 else b"".join(parts)
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    return body if encoding in ("", "identity") else _decompressed(body, encoding, call, response.status_code)


def _decompressed(body: bytes, encoding: str, call: str, status: int) -> bytes:
    """Decompressed here, with a limit: urllib3 would decompress all that it has read, however much that becomes."""
    parts: list[bytes] = []
    size = 0
    try:
        if encoding not in ("gzip", "x-gzip", "deflate"):
            raise zlib.error("unknown encoding")
        while body:
            stream = zlib.decompressobj(zlib.MAX_WBITS | 32)
            try:
                part = stream.decompress(body, MOST + 1 - size)
            except zlib.error:
                if parts:
                    break  # what fills up the last part
                if encoding != "deflate":
                    raise
                stream = zlib.decompressobj(-zlib.MAX_WBITS)  # as some servers understand it
                part = stream.decompress(body, MOST + 1 - size)
            parts.append(part)
            size += len(part)
            if size > MOST:
                raise _too_large(call, status)
            if not stream.eof or len(parts) > MOST_PARTS:
                raise zlib.error("incomplete, or made to cost time")
            body = stream.unused_data
    except zlib.error:
        raise errors.Unanswered(call, "the answer cannot be decompressed", status) from None
    return b"".join(parts)


def _broke_off(response: t.Any) -> bool:
    """Whether less has come than Content-Length has promised."""
    promised: str = response.headers.get("Content-Length", "")
    return promised.isascii() and promised.isdigit() and int(promised) > response.raw.tell()


def _too_large(call: str, status: int) -> errors.Excessive:
    return errors.Excessive(call, f"the answer is larger than {MOST // 1024**2} MiB", status)


def _jittered(retry: Retry, attempt: int, retry_after: float | None) -> float:
    own = retry.first * float(2 ** min(attempt, 20))
    seconds = own * random.uniform(0.75, 1.25) if retry_after is None else retry_after + own * random.uniform(0, 0.25)
    return min(seconds, retry.longest)


def named(method: str, url: str) -> str:
    """How messages name a call: no query string, it may be long and says little."""
    return f"{method} {url.partition('://')[2].partition('?')[0]}"


def _target(location: str, asked: str) -> str:
    """Where a redirect of the host that was ``asked`` leads, without the path, which may hold a secret."""
    try:
        parts = urlsplit(location)
        here = f"another path of {asked}" if location and not parts.scheme else ""
        return parts.hostname or here or "nowhere"
    except ValueError:
        return "nowhere"


def _seconds(value: str | None) -> float | None:
    """A Retry-After header, which holds seconds or a date, as seconds from now."""
    if not value:
        return None
    if value.isascii() and value.strip().isdigit():
        return float(value)
    moment = _moment(value)
    return max(0.0, moment.timestamp() - time.time()) if moment else None


def _moment(text: str | None) -> datetime | None:
    """A date of HTTP, None for anything else."""
    try:
        moment = parsedate_to_datetime(text or "")
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
