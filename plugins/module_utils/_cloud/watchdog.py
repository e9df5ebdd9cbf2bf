# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The time limit of one request, from the attempt to connect to the last byte of its answer.

The limits of sockets only count the time without a byte, so an answer that drips could go on for ever. Here one thread
cuts the connection of every request whose time is over; the thread that waits for the answer then learns it from there.
"""

from __future__ import annotations

import os
import socket
import ssl
import threading
import time
import typing as t
from contextlib import suppress
from functools import cache

from .threads import begin

MOST_LINES = 32  # of headers that are remembered: signatures differ in each request
_of_thread = threading.local()  # .limit: of the request that this thread sends


class Handle:
    """A handle of a connection that stays usable: TLS takes the first one away, and whoever reads may close it."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = socket.socket(fileno=os.dup(connected.fileno()))

    def cut(self) -> None:
        with suppress(OSError):  # the other side has closed it first
            self._socket.shutdown(socket.SHUT_RDWR)

    def __del__(self) -> None:
        with suppress(AttributeError):  # there was no handle left
            self._socket.close()


class Wait(threading.Event):
    """In place of a handle, for what cannot be cut off itself: nobody waits for it any more."""

    cut = threading.Event.set


class Limit:
    """Of one request. ``over``: it was cut off; ``connecting``: nothing of it can have been sent, for sure."""

    __slots__ = ("_watchdog", "connecting", "end", "handle", "over")

    def __init__(self, watchdog: Watchdog) -> None:
        self._watchdog = watchdog
        self.end: float | None = None  # on the monotonic clock, once it has begun
        self.handle: Handle | Wait | None = None
        self.connecting = False
        self.over = False

    def begin(self) -> float:
        """Starts the time of the request with the first call. Returns when it ends, on the monotonic clock."""
        if self.end is None:
            self.end = self._watchdog.enter(self)
        return self.end

    def goes_over(self, handle: Handle | Wait | None) -> None:
        self.handle = handle
        if self.over and handle:
            handle.cut()


class Watchdog:
    """Of one client, whose requests all have ``seconds``; may be shared by threads. ``stop`` ends what is under way."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._open: set[Limit] = set()
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()

    def start(self) -> Limit:
        """The limit of the next request of this thread; it does not count before it is on its way."""
        limit = _of_thread.limit = Limit(self)
        return limit

    def done(self, limit: Limit) -> bool:
        """Called when the request has ended. Returns whether it was cut off."""
        _of_thread.limit = None
        with self._lock:
            self._open.discard(limit)
        limit.handle = None
        return limit.over

    def stop(self) -> None:
        """Ends all requests, also those that begin from now on."""
        self._stopped.set()
        with self._lock:
            for limit in self._open:
                _end(limit)

    def enter(self, limit: Limit) -> float:
        """The time of a request begins. Returns when it ends."""
        end = time.monotonic() + self._seconds
        limit.end = end
        with self._lock:
            self._open.add(limit)
            if self._stopped.is_set():
                _end(limit)
            elif self._thread is None or not self._thread.is_alive():  # a fork has no threads but its own
                with suppress(RuntimeError):  # no thread left: silence is limited all the same
                    self._thread = begin(self._cut_what_is_over, "request_timeout")
        return end

    def _cut_what_is_over(self) -> None:
        """Cuts off what is over. It sleeps until the next end; what begins meanwhile ends later than that."""
        while True:
            with self._lock:
                if not self._open:
                    self._thread = None
                    return
                now = time.monotonic()
                pause = self._seconds
                for limit in self._open:
                    left = t.cast(float, limit.end) - now
                    if left <= 0:
                        _end(limit)
                    else:
                        pause = min(pause, left)
            self._stopped.wait(pause)
            if self._stopped.is_set():
                return


def _end(limit: Limit) -> None:
    limit.over = True
    if limit.handle:
        limit.handle.cut()


class Watched:
    """What a connection of urllib3 does besides: it tells the limit of its request how it can be cut off."""

    _handle: Handle | None = None

    def __init__(self, *args: t.Any, **kwargs: t.Any) -> None:
        super().__init__(*args, **kwargs)
        self._lines: dict[t.Any, bytes] = {}  # of headers, as they are sent

    def connect(self) -> t.Any:
        limit = _current()
        if limit is None:
            return super().connect()  # type: ignore[misc]
        limit.begin()
        limit.connecting = True
        done = super().connect()  # type: ignore[misc]
        limit.connecting = False
        return done

    def _new_conn(self) -> t.Any:
        limit = _current()
        connected = self._dialled(limit.begin()) if limit else super()._new_conn()  # type: ignore[misc]
        self._handle = Handle(connected)
        if limit:
            limit.goes_over(self._handle)
        return connected

    def _dialled(self, end: float) -> t.Any:
        """By way of a SOCKS proxy, whose words may drip before there is a connection to be cut off."""
        from urllib3.exceptions import ConnectTimeoutError

        try:
            return _in_time(super()._new_conn, end)  # type: ignore[misc]
        except socket.timeout as error:
            raise ConnectTimeoutError(self, f"no connection: {error}") from error

    def putrequest(self, *args: t.Any, **kwargs: t.Any) -> t.Any:
        limit = _current()
        if limit:
            limit.begin()
            limit.connecting = False
            limit.goes_over(self._handle)
        return super().putrequest(*args, **kwargs)  # type: ignore[misc]

    def putheader(self, header: str, *values: t.Any) -> None:
        """Nearly all lines are the same in all requests, so each is checked and encoded once."""
        this = t.cast(t.Any, self)
        line = self._lines.get((header, values))
        if line is not None:
            this._output(line)
            return
        count = len(this._buffer)
        super().putheader(header, *values)  # type: ignore[misc]
        if len(this._buffer) > count and len(self._lines) < MOST_LINES:
            self._lines[header, values] = this._buffer[-1]

    def send(self, data: t.Any) -> t.Any:
        try:
            return super().send(data)  # type: ignore[misc]
        except (ssl.SSLEOFError, ConnectionResetError) as error:
            # The other side closed it, mostly after it said why. Only after this error, urllib3 reads that.
            raise BrokenPipeError(*error.args) from error

    def close(self) -> None:
        self._handle = None
        super().close()  # type: ignore[misc]


class Dialling(Watched):
    """The same, for a connection without a way of its own: urllib3 would give each address of a host the whole time."""

    def _dialled(self, end: float) -> t.Any:
        from urllib3.exceptions import ConnectTimeoutError, LocationParseError, NewConnectionError

        this = t.cast(t.Any, self)
        host = getattr(this, "_dns_host", this.host).strip("[]")
        try:
            return _dial(host, this.port, end, this.source_address, this.socket_options)
        except socket.timeout as error:
            raise ConnectTimeoutError(this, f"no connection: {error}") from error
        except OSError as error:
            raise NewConnectionError(this, f"no connection: {error}") from error
        except UnicodeError:
            raise LocationParseError(f"{host!r}, label empty or too long") from None


def watched(pools: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Classes of connection pools by scheme, each with connections that are watched."""
    return {scheme: _watched(pool) for scheme, pool in pools.items()}


@cache
def _watched(pool: t.Any) -> t.Any:
    from urllib3 import HTTPConnectionPool, HTTPSConnectionPool

    kind = pool.ConnectionCls
    if issubclass(kind, Watched):
        return pool
    own = kind in (HTTPConnectionPool.ConnectionCls, HTTPSConnectionPool.ConnectionCls)
    connection = type(f"Watched{kind.__name__}", (Dialling if own else Watched, kind), {})
    return type(f"Watched{pool.__name__}", (pool,), {"ConnectionCls": connection})


def _current() -> Limit | None:
    return getattr(_of_thread, "limit", None)


def _wait_on(handle: Handle | Wait) -> None:
    """Lets the limit of a request cut off what it waits for before there is a connection."""
    limit = _current()
    if limit:
        limit.goes_over(handle)


def _dial(host: str, port: int, end: float, source: t.Any, options: t.Any) -> socket.socket:
    """A connection to the first address of the host that can be reached. Raises OSError, socket.timeout after ``end``, a time of the monotonic clock.

    One that is silent must not use up the time of the others: a server that is down, or IPv6 that leads nowhere.
    """
    fault: OSError = OSError("the host has no address")
    addresses = list(_addresses(host, port, end))
    for number, (family, kind, protocol, dummy, address) in enumerate(addresses, 1):
        left = end - time.monotonic()
        if left <= 0:
            raise socket.timeout("timed out")
        connected = socket.socket(family, kind, protocol)
        try:
            for option in options or ():
                connected.setsockopt(*option)
            connected.settimeout(left if number == len(addresses) else left / 2)
            if source:
                connected.bind(source)
            _wait_on(Handle(connected))
            connected.connect(address)
            connected.settimeout(left)
            return connected
        except OSError as error:
            fault = error
            connected.close()
    raise fault


def _addresses(host: str, port: int, end: float) -> t.Any:
    """The addresses of the host, as the system resolves it."""
    from urllib3.util.connection import allowed_gai_family

    def ask() -> t.Any:
        return socket.getaddrinfo(host, port, allowed_gai_family(), socket.SOCK_STREAM)

    return ask() if _is_address(host) else _in_time(ask, end)  # an address needs no resolver


def _in_time(ask: t.Callable[[], t.Any], end: float) -> t.Any:
    """What ``ask`` returns. It cannot be interrupted, so it runs in a thread that may be left behind. Raises socket.timeout after ``end``."""
    found: list[t.Any] = []
    done = Wait()

    def attempt() -> None:
        try:
            found.append(ask())
        except Exception as error:
            found.append(error)
        done.set()

    _wait_on(done)
    try:
        begin(attempt)
        done.wait(max(0.0, end - time.monotonic()))
    except RuntimeError:
        attempt()
    if not found:
        raise socket.timeout("timed out")
    if isinstance(found[0], Exception):
        raise found[0]
    return found[0]


def _is_address(host: str) -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        with suppress(OSError, ValueError):
            return bool(socket.inet_pton(family, host))
    return False
