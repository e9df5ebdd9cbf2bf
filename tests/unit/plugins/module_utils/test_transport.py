# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is tried again and how long after, and what the exceptions of the HTTP library become."""

from __future__ import annotations

import gc
import gzip
import ssl
import time
import types
import typing as t
import weakref
import zlib

import pytest
import requests
import trustme
import urllib3

from ansible_collections.otc.bigdata.plugins.module_utils._cloud import context, transport
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.adapter import Tls
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.context import Context
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.errors import (
    ApiError,
    Excessive,
    Misdirected,
    OptionError,
    Refused,
    Unanswered,
    Unreachable,
)
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.transport import Http
from ansible_collections.otc.bigdata.tests.unit.utils.scripted_http import Call

URL = "https://dli.test/v1.0/p/streaming/jobs"
Start = t.Callable[..., t.Any]


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    found: list[float] = []
    clock = types.SimpleNamespace(sleep=found.append, monotonic=lambda: sum(found), time=time.time)
    for part in (context, transport):
        monkeypatch.setattr(part, "time", clock)
    monkeypatch.setattr(transport.random, "uniform", lambda low, high: (low + high) / 2)
    return found


def send(method: str = "GET", retries: int = 5) -> transport.Reply:
    return Http(60, retries, 8, Tls(), Context({})).send(method, URL, {}, repeat=method == "GET")


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_read_is_retried(script: Start, pauses: list[float], status: int) -> None:
    script(*[Call("GET", URL, status=status, answer=b"<html>")] * 3, Call("GET", URL, answer={}))
    assert send().status == 200
    assert pauses == [0.5, 1, 2]


def test_retries_end(script: Start, pauses: list[float]) -> None:
    script(*[Call("GET", URL, status=503)] * 6)
    assert send().status == 503
    assert pauses == [0.5, 1, 2, 4, 8]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_write_that_may_have_happened_is_sent_once(script: Start, pauses: list[float], status: int) -> None:
    script(Call("POST", URL, status=status))
    assert send("POST").status == status
    assert pauses == []


@pytest.mark.parametrize(
    ("wish", "pause"),
    [
        (None, 1),
        ("7", 7.25),
        ("0", 0.25),
        ("3600", 60.25),
        ("soon", 1),
        ("-5", 1),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.25),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 60.25),
        ("Fri, 31 Dec 99999999999999999999 23:59:59 GMT", 1),
    ],
)
def test_throttling_holds_back_writes_too(script: Start, pauses: list[float], wish: str | None, pause: float) -> None:
    headers = {"Retry-After": wish} if wish else {}
    script(Call("POST", URL, status=429, headers=headers), Call("POST", URL))
    assert send("POST").status == 200
    assert sum(pauses) == pause  # a little more than was wished, as other tasks heard the same


def test_a_redirect_is_not_followed(script: Start) -> None:
    script(Call("GET", URL, status=302, headers={"Location": "https://user:secret@evil.test/x?token=1"}))
    with pytest.raises(Refused, match=r"HTTP 302: redirected to evil\.test, which is not followed"):
        send()


@pytest.mark.parametrize(
    ("location", "where"),
    [
        ("/login?token=secret", "another path of dli.test"),
        ("login", "another path of dli.test"),
        ("?token=secret", "another path of dli.test"),
        ("//evil.test/secret", "evil.test"),
        ("", "nowhere"),
        ("mailto:secret", "nowhere"),
        ("http://[secret", "nowhere"),
    ],
)
def test_where_a_redirect_leads(script: Start, location: str, where: str) -> None:
    script(Call("GET", URL, status=302, headers={"Location": location}))
    with pytest.raises(Refused) as raised:
        send()
    assert str(raised.value).endswith(f"HTTP 302: redirected to {where}, which is not followed")


def test_an_answer_that_breaks_off(script: Start, pauses: list[float]) -> None:
    script(*[Call("GET", URL, answer={"a": 1}, headers={"Content-Length": "9999"})] * 2)
    with pytest.raises(Unanswered, match="broke off|connection broke"):
        send(retries=1)


REFUSED = urllib3.exceptions.NewConnectionError(None, "x: [Errno 111] Connection refused")
REFUSED.__cause__ = ConnectionRefusedError(111, "Connection refused")
NOT_TRUSTED = ssl.SSLCertVerificationError(1, "certificate verify failed")
NOT_TRUSTED.verify_code, NOT_TRUSTED.verify_message = 18, "self-signed certificate"
OTHER_HOST = ssl.SSLCertVerificationError(1, "certificate verify failed")
OTHER_HOST.verify_code, OTHER_HOST.verify_message = 62, "Hostname mismatch"
PLAIN_HTTP = ssl.SSLError(1, "wrong version number")
PLAIN_HTTP.reason = "WRONG_VERSION_NUMBER"


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (requests.ConnectTimeout(), Unreachable, "no connection within 60 s"),
        (requests.ReadTimeout(), Unanswered, "no answer within 60 s"),
        (requests.ConnectionError(urllib3.exceptions.MaxRetryError(None, URL, REFUSED)), Unreachable, "refused"),
        (requests.exceptions.ProxyError(REFUSED), Unreachable, "refused"),
        (requests.exceptions.ProxyError(OSError("Tunnel connection failed: 407 Who?")), Unreachable, "407 Who"),
        (requests.exceptions.ProxyError(ConnectionResetError(104, "Connection reset by peer")), Unanswered, "reset"),
        (requests.exceptions.SSLError(NOT_TRUSTED), Misdirected, "self-signed certificate.*ca_path"),
        (requests.exceptions.SSLError(OTHER_HOST), Misdirected, "Hostname mismatch$"),
        (requests.exceptions.SSLError(PLAIN_HTTP), Misdirected, "does not speak it"),
        (requests.exceptions.SSLError(ssl.SSLEOFError(8, "EOF")), Unanswered, "broke"),
        (requests.ConnectionError(ConnectionResetError(104, "Connection reset by peer")), Unanswered, "reset by peer"),
        (requests.exceptions.ChunkedEncodingError("x"), Unanswered, "broke"),
        (requests.exceptions.InvalidHeader("header value: 'my secret'"), Unanswered, "InvalidHeader$"),
        (requests.exceptions.InvalidURL("x"), Misdirected, "InvalidURL$"),
        (urllib3.exceptions.LocationParseError("x"), Misdirected, "LocationParseError$"),
        (OSError("x"), Unanswered, "broke"),
        (UnicodeError("x"), Unanswered, "UnicodeError$"),
    ],
)
def test_exceptions(script: Start, error: Exception, kind: type[ApiError], words: str) -> None:
    script(Call("GET", URL, error=error))
    with pytest.raises(ApiError, match=f"^GET dli.test/v1.0/p/streaming/jobs: .*{words}") as raised:
        send(retries=0)
    assert raised.value.__class__ is kind
    assert "secret" not in str(raised.value)


def test_what_was_never_sent_is_sent_again(script: Start, pauses: list[float]) -> None:
    script(Call("POST", URL, error=requests.ConnectTimeout()), Call("POST", URL))
    assert send("POST").status == 200
    assert pauses == [0.5]


def test_what_was_perhaps_sent_is_not(script: Start, pauses: list[float]) -> None:
    script(Call("POST", URL, error=requests.ReadTimeout()))
    with pytest.raises(Unanswered):
        send("POST")
    assert pauses == []


@pytest.mark.parametrize("kind", ["endless", "bomb"])
def test_an_answer_that_is_too_large(emulator, kind: str) -> None:
    """It is not asked for again: it would be the same."""
    emulator.faults.add(kind=kind, times=None)
    with pytest.raises(Excessive, match="larger than 64 MiB"):
        Http(60, 5, 8, Tls(), Context({})).send("GET", f"{emulator.url}/v1.0/p/streaming/jobs", {})
    assert len(emulator.log.entries()) == 1


def test_connections_end_with_their_sender(emulator) -> None:
    """And not when garbage is collected: a loop may make many senders before."""
    sender = Http(60, 0, 8, Tls(), Context({}))
    sender.send("GET", f"{emulator.url}/v1.0/p/streaming/jobs", {})
    route = next(iter(sender._routes.values()))
    pools = route.adapter.poolmanager.pools
    (key,) = pools.keys()
    pool = weakref.ref(pools[key])
    gc.disable()
    try:
        del sender, route, pools
        assert pool() is None
    finally:
        gc.enable()


def compressed(data: bytes, bits: int) -> bytes:
    way = zlib.compressobj(wbits=bits)
    return way.compress(data) + way.flush()


@pytest.mark.parametrize(
    ("encoding", "body", "words"),
    [
        ("gzip", gzip.compress(b"[1]"), ""),
        ("x-gzip", gzip.compress(b"[") + gzip.compress(b"1]"), ""),
        ("GZIP", gzip.compress(b"[1]") + b"\0\0\0", ""),
        ("deflate", compressed(b"[1]", 15), ""),
        ("deflate", compressed(b"[1]", -15), ""),
        ("identity", b"[1]", ""),
        ("gzip", gzip.compress(b"[1]")[:-4], "decompressed"),
        ("gzip", b"[1]", "decompressed"),
        ("gzip", gzip.compress(b"") * 300 + gzip.compress(b"[1]"), "decompressed"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"[1]")), "decompressed"),
        ("br", b"[1]", "decompressed"),
    ],
    ids=range(11),
)
def test_compression(script: Start, encoding: str, body: bytes, words: str) -> None:
    script(Call("GET", URL, answer=body, headers={"Content-Encoding": encoding}))
    if not words:
        assert send(retries=0).json == [1]
        return
    with pytest.raises(Unanswered, match=words):
        send(retries=0)


@pytest.mark.parametrize("retries", [1, 5])
def test_what_a_gateway_holds_back_is_no_fault(script: Start, pauses: list[float], retries: int) -> None:
    """It is tried again for as long as there is time, a last time shortly before the end; faults count besides."""
    throttled = [Call("POST", URL, status=429)] * 8
    script(*throttled, Call("POST", URL))
    assert send("POST", retries).status == 200
    assert sum(pauses) > 120


def test_no_longer_than_there_is_time(script: Start, pauses: list[float]) -> None:
    sender = Http(60, 2, 8, Tls(), Context({}), deadline=100)
    script(*[Call("GET", URL, status=429)] * 8)
    assert sender.send("GET", URL, {}).status == 429
    assert 98 < sum(pauses) < 100


def test_a_wish_that_is_longer_than_the_time(script: Start, pauses: list[float]) -> None:
    script(Call("GET", URL, status=429, headers={"Retry-After": "55"}))
    assert Http(60, 2, 8, Tls(), Context({}), deadline=50).send("GET", URL, {}).status == 429
    assert sum(pauses) == 0


def test_a_login_is_held_back_for_ten_minutes(script: Start, pauses: list[float]) -> None:
    sender = Http(60, 2, 8, Tls(), Context({}), deadline=5)
    script(*[Call("POST", URL, status=429)] * 16)
    assert sender.send("POST", URL, {}, retry_timeout=600).status == 429
    assert 590 < sum(pauses) < 600


def test_without_retries_nothing_is_repeated(script: Start, pauses: list[float]) -> None:
    script(Call("GET", URL, status=429))
    assert send(retries=0).status == 429


def test_an_answer_that_cannot_be_read_is_asked_for_again(script: Start, pauses: list[float]) -> None:
    def read(reply: transport.Reply) -> t.Any:
        if reply.json != [1]:
            raise Unanswered(reply.call, "strange", 200)
        return "read"

    script(Call("GET", URL, answer=[]), Call("GET", URL, status=502), Call("GET", URL, answer=[1]))
    sender = Http(60, 2, 8, Tls(), Context({}))
    assert sender.send("GET", URL, {}, read=read).value == "read"
    assert pauses == [0.5, 1]
    script(*[Call("GET", URL, answer=[])] * 3)
    with pytest.raises(Unanswered, match="strange"):
        sender.send("GET", URL, {}, read=read)


@pytest.mark.parametrize(
    ("proxy", "words"),
    [
        ("http://user:secret@127.0.0.1:1", r"cannot connect to the proxy 127\.0\.0\.1:1: Connection refused"),
        ("user:secret@127.0.0.1:1", r"the proxy 127\.0\.0\.1:1 cannot be used"),
        (
            "socks5://user:secret@127.0.0.1:1",
            r"the proxy socks5://127\.0\.0\.1:1 cannot be used: SOCKS needs .* PySocks",
        ),
        ("socks5h://127.0.0.1:1", "PySocks"),
        ("ftp://user:secret@127.0.0.1:1", r"the proxy ftp://127\.0\.0\.1:1 cannot be used"),
        ("http://user:sec/ret@127.0.0.1:x", "the proxy 127.0.0.1:x cannot be used"),
        ("http://user:secret", "the proxy with an odd URL cannot be used"),
        ("us@er:secret", "the proxy with an odd URL cannot be used"),
        ("http://[::1]:1", r"cannot connect to the proxy \[::1\]:1: (Connection refused|Cannot assign)"),
        ("//user:secret@127.0.0.1:1", r"cannot connect to the proxy 127\.0\.0\.1:1: Connection refused"),
        ("//127.0.0.1:1", r"cannot connect to the proxy 127\.0\.0\.1:1: Connection refused"),
        ("http://", "the proxy without a host cannot be used"),
        ("http://user:secret@", "the proxy without a host cannot be used"),
        ("http://user:sec[ret@127.0.0.1:1", "the proxy with an odd URL cannot be used"),
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_proxies_that_cannot_be_used(monkeypatch, pauses: list[float], scheme: str, proxy: str, words: str) -> None:
    monkeypatch.setenv(f"{scheme}_proxy", proxy)
    sender = Http(5, 2, 8, Tls(), Context({}))
    with pytest.raises(Unreachable, match=words) as raised:
        sender.send("GET", f"{scheme}://dli.test/x", {})
    assert "sec" not in str(raised.value)
    assert pauses == ([0.5, 1] if "Connection refused" in words else [])


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (rb'{"name": "sur\ud800rog", "a\udc00": ["\uD83D"]}', {"name": "sur\ufffdrog", "a\ufffd": ["\ufffd"]}),
        (rb'["\ud83d\ude00", "\ud55c"]', ["\U0001f600", "\ud55c"]),
        (b'["\xed\xa0\x80 \xed\x95\x9c"]', ["\ufffd \ud55c"]),
        (rb'["a\n\/"]', ["a\n/"]),
        (b"\xef\xbb\xbf[1]", [1]),
        (b"  ", None),
    ],
)
def test_half_characters(body: bytes, found: t.Any) -> None:
    assert transport.Reply("GET x", 200, {}, body).json == found


def test_authorities_are_read_once(tmp_path, monkeypatch) -> None:
    """While their file stays the same, and for the usual context: any other one is of its own."""
    bundle = tmp_path / "ca.pem"
    monkeypatch.setattr(requests.utils, "DEFAULT_CA_BUNDLE_PATH", str(bundle))
    trustme.CA(organization_name="first").cert_pem.write_to_path(bundle)
    usual = Tls().context()
    assert Tls(verify=False).context().verify_mode == ssl.CERT_NONE
    assert Tls(ca_path=str(bundle)).context() is not usual
    assert Tls().context() is usual
    assert usual.verify_mode == ssl.CERT_REQUIRED
    trustme.CA(organization_name="the second").cert_pem.write_to_path(bundle)
    assert Tls().context().get_ca_certs() != usual.get_ca_certs()
    bundle.unlink()
    with pytest.raises(OptionError, match="ca_path: not usable"):
        Tls().context()


@pytest.mark.parametrize(("method", "body"), [("GET", None), ("DELETE", None), ("POST", {"job_ids": [1]})])
@pytest.mark.parametrize(
    "query",
    [
        None,
        {},
        {"limit": 100, "offset": 0, "order": "desc"},
        {"name": "a b/ü~&", "limit": 100, "none": None},
        {"limit": 100, "none": None},
        {"several": ["a", "b"]},
        {"limit": 100, "name": "a=b"},
        {"name": "a\n"},
        {"name": ""},
    ],
)
@pytest.mark.parametrize(
    "url",
    [
        "https://dli.test/v1.0/p/streaming/jobs/12",
        "http://127.0.0.1:8080/v2.0/p/batches/4a0c-11",
        "HTTPS://DLI.Test:443/v1.0/p",
        "http://[::1]:8080/v1.0/p",
        "https://bücher.test/v1.0/p",
        "https://dli.test",
        "https://dli.test//v1.0/./p/../a b/%7E%zz/ü/~x/",
    ],
)
def test_what_is_sent_is_what_requests_would_make_of_it(method: str, url: str, query: t.Any, body: t.Any) -> None:
    wanted = requests.Request(method, url, {**transport.HEADERS, "X-A": "b"}, params=query, json=body).prepare()
    sent: list[requests.PreparedRequest] = []
    http = Http(60, 0, 1, Tls(), Context({}))

    def auth(prepared: requests.PreparedRequest) -> t.NoReturn:
        sent.append(prepared)
        raise ValueError

    for dummy in range(2):
        with pytest.raises(Misdirected, match="cannot be sent: ValueError"):
            http.send(method, url, {"X-A": "b"}, query, body, auth)
    for one in sent:
        assert (one.method, one.url, one.path_url, one.body) == (
            wanted.method,
            wanted.url,
            wanted.path_url,
            wanted.body,
        )
        assert list(one.headers.items()) == list(wanted.headers.items())
    assert len(sent) == 2


@pytest.mark.parametrize("header", ["a\nX-B: c", " a", "a\r"])
def test_headers_that_would_change_the_request(header: str) -> None:
    with pytest.raises(Misdirected, match="cannot be sent: InvalidHeader"):
        Http(60, 0, 1, Tls(), Context({})).send("GET", URL, {"X-Subject-Token": header})
