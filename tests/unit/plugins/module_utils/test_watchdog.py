# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The limit of one request, whatever it is that takes so long: each of these would go on for minutes, or for ever."""

from __future__ import annotations

import concurrent.futures
import contextlib
import socket
import ssl
import threading
import time
import typing as t

import pytest
import trustme
from urllib3 import HTTPConnectionPool, PoolManager
from urllib3.exceptions import ConnectTimeoutError
from urllib3.util import SKIP_HEADER

from ansible_collections.otc.bigdata.plugins.module_utils._cloud import watchdog
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.adapter import Tls
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.context import Context
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.errors import ApiError, Unanswered, Unreachable
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.transport import Http, Reply
from ansible_collections.otc.bigdata.tests.emulator.server import Emulator

pytestmark = pytest.mark.real

PATH = "/v1.0/p/streaming/jobs/1"
LIMIT = 1.0  # second, in which a busy machine connects to itself
IN_TIME = 2.0  # seconds, where other requests must not be cut off, however busy the machine is
SILENCE = 300.0  # of a server that is in no hurry


class Server:
    """Speaks a script to whoever connects: bytes, one each ``pause`` seconds, again and again."""

    def __init__(self, begins: bytes, drips: bytes, pause: float = 0.05) -> None:
        self.words = begins, drips, pause
        self.gave_up = threading.Event()  # it has come to the end of its silence
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *dummy: t.Any) -> None:
        self.socket.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self._speak, args=self.socket.accept()[:1], daemon=True).start()

    def _speak(self, connection: socket.socket) -> None:
        begins, drips, pause = self.words
        with contextlib.suppress(OSError), connection:
            connection.sendall(begins)
            while drips:
                for number in range(len(drips)):
                    connection.sendall(drips[number : number + 1])
                    time.sleep(pause)
            time.sleep(SILENCE)
            self.gave_up.set()


def get(url: str, limit: float = LIMIT, method: str = "GET") -> Reply:
    return Http(limit, 0, 2, Tls(verify=False), Context({})).send(method, url, {}, repeat=method == "GET")


def check_cut_off(gave_up: threading.Event, url: str, kind: type[ApiError], words: str) -> None:
    """It ends before the other side does, and says so."""
    with pytest.raises(ApiError, match=words) as raised:
        get(url)
    assert raised.value.__class__ is kind
    assert not gave_up.is_set()


def at_once(check: t.Callable[..., None], *cases: tuple) -> None:
    """As each of them only waits for the limit."""
    with concurrent.futures.ThreadPoolExecutor(len(cases)) as threads:
        for done in [threads.submit(check, *case) for case in cases]:
            done.result()


HEAD = b"HTTP/1.1 200 OK\r\n"


def test_an_answer_that_takes_too_long() -> None:
    def check(begins: bytes, drips: bytes) -> None:
        words = rf"no answer within {LIMIT:g} s \(request_timeout\)"
        with Server(begins, drips) as server:
            check_cut_off(server.gave_up, f"http://{server.host}{PATH}", Unanswered, words)

    at_once(
        check,
        (b"", b""),
        (b"", HEAD),
        (HEAD, b"X-More: yes\r\n"),
        (HEAD, b"x"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (HEAD + b"Content-Length: 99999\r\n\r\n", b" "),
        (HEAD + b"Connection: close\r\n\r\n", b" "),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X-Trailer: yes\r\n"),
    )


def test_a_handshake_that_takes_too_long() -> None:
    """Nothing of the request has been sent then."""

    def check(begins: bytes, drips: bytes) -> None:
        with Server(begins, drips) as server:
            check_cut_off(
                server.gave_up, f"https://{server.host}{PATH}", Unreachable, f"no connection within {LIMIT:g} s"
            )

    at_once(check, (b"", b""), (b"\x16\x03\x03\x40\x00", b"\x02"))


@pytest.mark.parametrize(("scheme", "kind"), [("http", Unanswered), ("https", Unreachable)])
@pytest.mark.parametrize("drips", [b"HTTP/1.1 200 Fine\r\nX: ", b""])
def test_a_proxy_that_takes_too_long(monkeypatch, scheme: str, kind: type[ApiError], drips: bytes) -> None:
    with Server(b"", drips) as proxy:
        monkeypatch.setenv(f"{scheme}_proxy", f"http://u:secret@{proxy.host}")
        words = "no answer within" if scheme == "http" else f"no connection within .* by way of the proxy {proxy.host}$"
        check_cut_off(proxy.gave_up, f"{scheme}://dli.test{PATH}", kind, words)


def test_a_server_that_closes_before_the_request_is_sent(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    """What it said before still counts, whatever this Python calls the error of sending (TLS 1.3: it wants to know us)."""
    authority, file, refused = trustme.CA(), str(tmp_path / "server.pem"), threading.Event()
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(file)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(file)
    connect = watchdog.Watched.connect

    def connect_and_wait(this: watchdog.Watched) -> None:
        connect(this)
        assert refused.wait(IN_TIME)

    def refuse() -> None:
        with server.accept()[0] as connected, contextlib.suppress(OSError):
            context.wrap_socket(connected, server_side=True)
        refused.set()

    monkeypatch.setattr(watchdog.Watched, "connect", connect_and_wait)
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=refuse, daemon=True).start()
        with pytest.raises(ApiError, match="CERTIFICATE_REQUIRED; if it asks for a certificate, set client_cert"):
            get(f"https://127.0.0.1:{server.getsockname()[1]}{PATH}", IN_TIME)


def test_a_name_that_is_not_resolved(monkeypatch: pytest.MonkeyPatch) -> None:
    gave_up = threading.Event()

    def resolve(*dummy: t.Any) -> None:
        time.sleep(SILENCE)
        gave_up.set()

    monkeypatch.setattr(watchdog.socket, "getaddrinfo", resolve)
    check_cut_off(gave_up, f"http://dli.test{PATH}", Unreachable, "no connection within")


def test_a_way_of_its_own_that_takes_too_long() -> None:
    """As the one by a SOCKS proxy, which can be cut off only when it is done."""
    gave_up = threading.Event()

    class Connection(HTTPConnectionPool.ConnectionCls):
        def _new_conn(self) -> None:
            time.sleep(SILENCE)
            gave_up.set()

    class Pool(HTTPConnectionPool):
        ConnectionCls = Connection

    dog = watchdog.Watchdog(LIMIT)
    limit = dog.start()
    with pytest.raises(ConnectTimeoutError):
        watchdog.watched({"http": Pool})["http"].ConnectionCls("dli.test").connect()
    dog.done(limit)
    assert not gave_up.is_set()


def test_a_name_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*dummy: t.Any) -> t.Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(watchdog.socket, "getaddrinfo", unknown)
    with pytest.raises(Unreachable, match="cannot connect: Name or service not known"):
        get(f"http://dli.test{PATH}")


@contextlib.contextmanager
def full_host() -> t.Iterator[tuple[str, int]]:
    """The address of one that answers no attempt to connect."""
    with contextlib.ExitStack() as sockets:
        silent = sockets.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for one in [
            sockets.enter_context(socket.socket()) for dummy in range(4)
        ]:  # the queue of those who are not accepted
            one.setblocking(False)
            one.connect_ex(silent.getsockname())
        yield silent.getsockname()


def test_all_addresses_of_a_host_share_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first two do not answer; urllib3 would give the whole time to each of them."""
    given = []

    class Socket(socket.socket):
        def connect(self, where: t.Any) -> None:
            given.append(self.gettimeout())
            super().connect(where)

    with full_host() as address:
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address)] * 3
        monkeypatch.setattr(watchdog.socket, "getaddrinfo", lambda *dummy: found)
        monkeypatch.setattr(watchdog.socket, "socket", Socket)
        with pytest.raises(Unreachable):
            get(f"http://dli.test{PATH}")
    assert sum(given) < 1.5 * LIMIT


@pytest.mark.parametrize("silent", [1, 2])
def test_an_address_that_does_not_answer_leaves_time_for_the_next(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, silent: int
) -> None:
    """Such as that of a server that is down, or one of IPv6 on a host whose packets of IPv6 lead nowhere."""
    port = int(emulator.url.rpartition(":")[2])
    with full_host() as address:
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", one) for one in [address] * silent + [("127.0.0.1", port)]]
        monkeypatch.setattr(watchdog.socket, "getaddrinfo", lambda *dummy: found)
        assert Http(IN_TIME, 0, 1, Tls(), Context({})).send("GET", f"http://dli.test{PATH}", {}).status == 401


def test_a_kept_connection_that_drips() -> None:
    """The limit begins anew with each request, and what was cut off is used by no other."""

    def check(kind: str) -> None:
        with Emulator() as emulator:
            http, url = Http(IN_TIME, 0, 1, Tls(), Context({})), f"{emulator.url}{PATH}"
            assert http.send("GET", url, {}).status == 401
            emulator.faults.add(kind=kind, seconds=IN_TIME / 5)
            with pytest.raises(Unanswered, match="no answer within"):
                http.send("GET", url, {})
            assert [http.send("GET", url, {}).status for dummy in range(3)] == [401] * 3
            assert emulator.log.summary()["connections"] == 2

    at_once(check, ("drip",), ("drip_body",), ("drip_continue",))


def test_an_interim_answer_is_none() -> None:
    """The one that comes after it must not be taken for that to the next request; a write may have taken effect."""
    answers = [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-For: the first one\r\n\r\n"]

    def serve() -> None:
        with contextlib.suppress(OSError), contextlib.ExitStack() as connections:
            while True:
                connection, dummy = server.accept()
                connections.enter_context(connection)
                for answer in answers:
                    if not connection.recv(65536):
                        break
                    connection.sendall(answer + b"HTTP/1.1 103 Early Hints\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, daemon=True).start()
        http = Http(IN_TIME, 0, 1, Tls(), Context({}))
        for dummy in range(2):
            with pytest.raises(Unanswered, match="HTTP 103: no answer came but an interim one"):
                http.send("POST", f"http://127.0.0.1:{server.getsockname()[1]}{PATH}", {}, body={}, repeat=False)


def test_stop(emulator) -> None:
    """What is under way ends, and so does what comes."""
    http = Http(SILENCE, 0, 1, Tls(), Context({}))
    emulator.faults.add(kind="drip", seconds=0.1, times=None)
    cut_off = []

    def work() -> None:
        for dummy in range(2):
            try:
                http.send("GET", f"{emulator.url}{PATH}", {})
            except ApiError as error:
                cut_off.append(error)

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    while not emulator.log.entries():
        time.sleep(0.005)
    http.stop()
    worker.join(SILENCE)
    assert len(cut_off) == 2


@pytest.mark.parametrize("of", ["name", "host"])
def test_stop_before_there_is_a_connection(monkeypatch: pytest.MonkeyPatch, of: str) -> None:
    """Nobody waits for it, however long it may take."""
    http, faults, begun = Http(2 * SILENCE, 0, 1, Tls(), Context({})), [], threading.Event()

    def resolve(*dummy: t.Any) -> None:
        begun.set()
        time.sleep(2 * SILENCE)

    def work(host: str) -> None:
        try:
            http.send("GET", f"http://{host}{PATH}", {})
        except ApiError as error:
            faults.append(error)

    with full_host() as address:
        host = f"127.0.0.1:{address[1]}"
        if of == "name":
            host = "dli.test"
            monkeypatch.setattr(watchdog.socket, "getaddrinfo", resolve)
        worker = threading.Thread(target=work, args=(host,), daemon=True)
        worker.start()
        while not (http._watchdog._open if of == "host" else begun.is_set()):
            time.sleep(0.005)
        http.stop()
        worker.join(SILENCE)
    assert len(faults) == 1


def test_headers_are_sent_as_urllib3_sends_them() -> None:
    """Also where a line was sent before, and where there are more lines than are kept."""
    pools = PoolManager().pool_classes_by_scheme
    connections = [pool.ConnectionCls("dli.test") for pool in (pools["http"], watchdog.watched(pools)["http"])]
    several = [{"X-A": str(n), "X-B": "\xe4"} for n in range(2 * watchdog.MOST_LINES)]
    for headers in (
        {"X-A": "0", "User-Agent": SKIP_HEADER},
        *several,
        {"X-A": "0", "X-C": "0"},
        {"X-A": "0\r\nX-D: 0"},
    ):
        sent: list[t.Any] = []
        for connection in connections:
            sent.append([])
            connection.send = sent[-1].append
            try:
                connection.request("GET", "/x", headers=headers)
            except ValueError as error:
                sent[-1].append(str(error))
            connection.close()
        assert sent[0] == sent[1] != [], headers
