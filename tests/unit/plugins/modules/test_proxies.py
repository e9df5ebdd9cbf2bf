# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where requests go, and what goes with them: proxies, .netrc, redirects, and a catalog that names no TLS."""

from __future__ import annotations

import base64
import contextlib
import http.client
import http.server
import socket
import socketserver
import ssl
import threading
import typing as t
import urllib.parse

import pytest
import trustme

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.adapter import Tls, adapter
from ansible_collections.otc.bigdata.tests.emulator.server import Emulator
from ansible_collections.otc.bigdata.tests.unit.utils.flink import GET_PATH, JOBS_PATH, LIST_PATH, WRITE_PATH, Flink
from ansible_collections.otc.bigdata.tests.unit.utils.service import KEY, PROJECT, check_http_error, check_refused

pytestmark = pytest.mark.real

CREDENTIALS = ("authorization", "x-auth-token", "x-security-token", "x-subject-token")
LOGIN_PATH = "/v3/auth/tokens"


class Seen(t.NamedTuple):
    """A request as it arrived; header names are lower case."""

    method: str
    target: str
    headers: dict


class Proxy(socketserver.ThreadingTCPServer):
    """A forward proxy that remembers what it sees. ``refusal``: the status it answers everything with.

    ``way``: where to connect instead, for hosts that do not exist.
    """

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Passage)
        self.seen: list[Seen] = []
        self.refusal, self.way = 0, ""
        self.host = f"127.0.0.1:{self.server_address[1]}"
        self.url = f"http://{self.host}"

    def __enter__(self) -> Proxy:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *dummy) -> None:
        self.shutdown()
        self.server_close()

    @property
    def hosts(self) -> set[str]:
        """Whom it was asked to reach."""
        return {urllib.parse.urlsplit(one.target).netloc or one.target for one in self.seen}


class _Passage(http.server.BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    server: Proxy

    def log_message(self, *dummy) -> None:
        """Quietly."""

    def _refused(self) -> bool:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.seen.append(Seen(self.command, self.path, headers))
        if self.server.refusal:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(self.server.refusal)
            self.send_header("Content-Length", "0")
            self.end_headers()
        return bool(self.server.refusal)

    def do_GET(self) -> None:
        """Asks in place of the client."""
        if self._refused():
            return
        url = urllib.parse.urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name: value for name, value in self.headers.items() if not name.lower().startswith("proxy-")}
        with contextlib.closing(http.client.HTTPConnection(self.server.way or url.netloc, timeout=10)) as target:
            target.request(self.command, f"{url.path}?{url.query}", body, headers)
            answer = target.getresponse()
            content = answer.read()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_DELETE = do_GET

    def do_CONNECT(self) -> None:
        """A tunnel, until either side has enough."""
        self.close_connection = True
        if self._refused():
            return
        host, dummy, port = self.path.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=300) as target:
            self.send_response_only(200)
            self.end_headers()
            back = threading.Thread(target=_pump, args=(target, self.connection), daemon=True)
            back.start()
            _pump(self.connection, target)
            back.join(10)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            data = source.recv(65536)
            if not data:
                break
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@pytest.fixture
def proxy() -> t.Iterator[Proxy]:
    with Proxy() as proxy:
        yield proxy


class Tap:
    """Remembers the headers that reach an emulator."""

    def __init__(self, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seen: list[Seen] = []
        self._answer = emulator.answer
        monkeypatch.setattr(emulator, "answer", self._noted)

    def _noted(self, request, connection: int):
        self.seen.append(Seen(request.method, request.path, dict(request.headers)))
        return self._answer(request, connection)


@pytest.fixture
def tap(emulator, monkeypatch) -> Tap:
    return Tap(emulator, monkeypatch)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_path(authority, tmp_path) -> str:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return str(tmp_path / "ca.pem")


@pytest.fixture
def secure(authority, door) -> t.Iterator[Flink]:
    """The Flink modules against an emulator that speaks TLS."""
    emulator, context = Emulator(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    emulator.speak_tls(context)
    with emulator:
        yield Flink(emulator, door)


def netloc(flink: Flink) -> str:
    return urllib.parse.urlsplit(flink.emulator.url).netloc


# ---- which proxy ----


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_all_requests_go_through_the_proxy(flink, proxy, name):
    """The login, the reads and the writes, each with its whole URL."""
    result = flink.run("stopped", [128], login=flink.by_password, environ={name: proxy.url})
    assert result["changed"], result["msg"]
    assert [one.target for one in proxy.seen] == [f"{flink.emulator.url}{entry['path']}" for entry in flink.log]
    assert [entry["method"] for entry in flink.log] == ["POST", "GET", "POST", "GET"]


def test_a_reader_goes_through_the_proxy(flink, proxy):
    result = flink.door("dli_flink_jobs_info", flink.by_password, environ={"http_proxy": proxy.url})
    assert result["total"], result
    assert len(proxy.seen) == len(flink.log) > 1


def test_a_proxy_without_a_scheme(flink, proxy):
    assert flink.run("stopped", [128], environ={"http_proxy": proxy.host})["changed"]
    assert proxy.hosts == {netloc(flink)}


@pytest.mark.parametrize(
    "environ", [{"https_proxy": "{}"}, {"http_proxy": ""}, {"ftp_proxy": "{}"}, {"http_proxy": "", "HTTP_PROXY": "{}"}]
)
def test_a_proxy_that_is_not_for_us(flink, proxy, environ):
    """That of another scheme; lower case wins, and empty means none."""
    environ = {name: value.format(proxy.url) for name, value in environ.items()}
    assert flink.run("stopped", [128], environ=environ)["changed"]
    assert not proxy.seen


@pytest.mark.parametrize(
    ("host", "value", "direct"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "example.org, 127.0.0.1", True),
        ("127.0.0.1", "127.0.0.0/8", True),
        ("127.0.0.1", "*", True),
        ("127.0.0.1", "", False),
        ("127.0.0.1", "example.org", False),
        ("127.0.0.1", "10.0.0.0/8,192.168.0.0/16", False),
        ("localhost", "localhost", True),
        ("localhost", "localhost:{port}", True),
        ("localhost", "localhost:1", False),
        ("localhost", "otherhost,.example.org", False),
    ],
)
def test_hosts_that_need_no_proxy(flink, proxy, host, value, direct):
    port = netloc(flink).split(":")[1]
    login = {**flink.by_token, "endpoints": {"dli": f"http://{host}:{port}"}}
    environ = {"http_proxy": proxy.url, "no_proxy": value.format(port=port)}
    result = flink.run("stopped", [128], login=login, environ=environ)
    assert result["changed"], result["msg"]
    assert bool(proxy.seen) is not direct


def test_hosts_that_need_no_proxy_in_capitals(flink, proxy):
    assert flink.run("stopped", [128], environ={"HTTP_PROXY": proxy.url, "NO_PROXY": "127.0.0.1"})["changed"]
    assert not proxy.seen


# ---- https ----


@pytest.mark.parametrize("name", ["https_proxy", "HTTPS_PROXY", "all_proxy"])
def test_a_tunnel(secure, proxy, ca_path, name):
    """CONNECT tells host and port, and no credential of the task."""
    login = {**secure.by_password, "endpoints": {"dli": secure.emulator.url}, "ca_path": ca_path}
    result = secure.run("stopped", [128], login=login, environ={name: proxy.url})
    assert result["changed"], result["msg"]
    assert {(one.method, one.target) for one in proxy.seen} == {("CONNECT", netloc(secure))}
    assert len(proxy.seen) == secure.total("connections") == 1
    assert not [header for one in proxy.seen for header in one.headers if header in CREDENTIALS]
    assert "demo" not in str(proxy.seen)


@pytest.mark.parametrize(
    ("options", "good"), [({}, False), ({"validate_certs": False}, True), ({"validate_certs": True}, False)], ids=str
)
def test_certificate_behind_a_tunnel(secure, proxy, options, good):
    """That of the server is checked; nothing was sent to one that is not trusted."""
    result = secure.run("stopped", [128], environ={"https_proxy": proxy.url}, max_retries=0, **options)
    assert len(proxy.seen) >= 1
    if good:
        assert result["changed"], result["msg"]
    else:
        check_http_error(result, "GET", netloc(secure), JOBS_PATH)
        check_refused(result, "certificate", "ca_path")
        assert not secure.log


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
def test_a_proxy_with_tls(secure, authority, ca_path, known):
    """Its certificate may be from the same authority as that of the server, and the message says whose is not trusted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    (authority if known else trustme.CA()).issue_cert("127.0.0.1").configure_cert(context)
    with Proxy() as proxy:
        proxy.socket = context.wrap_socket(proxy.socket, server_side=True)
        result = secure.run("stopped", [128], environ={"https_proxy": f"https://{proxy.host}"}, ca_path=ca_path)
    assert len(proxy.seen) == known
    if known:
        assert result["changed"], result["msg"]
    else:
        check_refused(result, f"the certificate of the proxy https://{proxy.host} is not trusted", "set ca_path")
        assert not secure.log


def test_urllib3_that_speaks_no_tls_with_a_proxy(monkeypatch, ca_path):
    """Before 1.26 it does not know that context, and speaks as with any proxy."""
    monkeypatch.setattr("urllib3.__version__", "1.25.10")
    manager = adapter(1, Tls(ca_path=ca_path)).proxy_manager_for("https://127.0.0.1:3128")
    assert manager.proxy_config.ssl_context is None


def test_urllib3_that_does_not_hand_on_an_address(ca_path):
    """Before 2.0 it does so with a name only, and the certificate of the proxy must be compared with the address, too."""
    manager = adapter(1, Tls(ca_path=ca_path)).proxy_manager_for("https://user@127.0.0.1:3128")
    with socket.socket() as plain:
        assert manager.proxy_config.ssl_context.wrap_socket(plain).server_hostname == "127.0.0.1"


# ---- credentials of the proxy ----

NAME, SECRET = "proxy-user", "proxy+secret"
BASIC = "Basic " + base64.b64encode(f"{NAME}:{SECRET}".encode()).decode()


def with_credentials(host: str) -> str:
    return f"http://{NAME}:{urllib.parse.quote(SECRET)}@{host}"


def check_untold(text: str) -> None:
    for secret in (SECRET, urllib.parse.quote(SECRET), BASIC.split()[1]):
        assert secret not in text


def test_credentials_of_the_proxy(flink, proxy, tap):
    """They are for the proxy, and the service never sees them."""
    result = flink.run("stopped", [128], environ={"http_proxy": with_credentials(proxy.host)})
    assert result["changed"], result["msg"]
    assert {one.headers.get("proxy-authorization") for one in proxy.seen} == {BASIC}
    assert not [one for one in proxy.seen + tap.seen if "authorization" in one.headers]
    check_untold(result.text)


def test_credentials_of_the_proxy_of_a_tunnel(secure, proxy, ca_path, monkeypatch):
    tap = Tap(secure.emulator, monkeypatch)
    environ = {"https_proxy": with_credentials(proxy.host)}
    result = secure.run("stopped", [128], environ=environ, ca_path=ca_path)
    assert result["changed"], result["msg"]
    assert {one.headers.get("proxy-authorization") for one in proxy.seen} == {BASIC}
    assert tap.seen
    assert not [one for one in tap.seen if {"authorization", "proxy-authorization"} & set(one.headers)]
    check_untold(result.text)


@pytest.mark.parametrize(
    ("refusal", "by"), [(403, "token"), (407, "token"), (407, "password"), (502, "token"), (0, "password")], ids=str
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_refuses(flink, secure, proxy, ca_path, scheme, refusal, by):
    """One clear message that says whose call it was and what the proxy said; 0 is one that is not there."""
    proxy.refusal = refusal
    host = proxy.host if refusal else "127.0.0.1:1"
    service = flink if scheme == "http" else secure
    login = {**(service.by_token if by == "token" else service.by_password), "ca_path": ca_path}
    environ = {f"{scheme}_proxy": with_credentials(host)}
    result = service.run("stopped", [128], login=login, environ=environ, max_retries=0)
    method, path = ("GET", JOBS_PATH) if by == "token" else ("POST", LOGIN_PATH)
    check_http_error(result, method, netloc(service), path)
    said = {0: "Connection refused"}.get(refusal, f"HTTP {refusal}" if scheme == "http" else f"failed: {refusal}")
    check_refused(result, said)
    assert not service.log
    check_untold(result.text)
    assert bool(proxy.seen) is bool(refusal)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"http://127.0.0.1:1?token={SECRET}", "cannot connect to the proxy 127.0.0.1:1: "),
        (f"http://127.0.0.1:1#{SECRET}", "cannot connect to the proxy 127.0.0.1:1: "),
        (f"http://{NAME}:{SECRET}\u20ac@127.0.0.1:1", "the proxy 127.0.0.1:1 cannot be used: UnicodeEncodeError"),
    ],
    ids=["query", "fragment", "password"],
)
def test_an_odd_url_of_a_proxy(flink, url, said):
    result = flink.run("stopped", [128], environ={"http_proxy": url}, max_retries=0)
    check_refused(result, said)
    check_untold(result.text)


def test_a_refusal_by_the_proxy_is_no_expired_token(flink, proxy):
    """Its 407 does not cause a login."""
    environ = {"http_proxy": proxy.url}
    proxy.refusal = 407
    result = flink.run("stopped", [128], environ=environ, max_retries=5)
    assert result.failed
    assert len(proxy.seen) == 1


# ---- .netrc ----


@pytest.mark.parametrize("variable", ["HOME", "NETRC"])
@pytest.mark.parametrize("login", ["token", "password", "key"])
def test_netrc_is_ignored(flink, tap, tmp_path, login, variable):
    """No header is sent that the module has not made."""
    file = tmp_path / ".netrc"
    file.write_text(f"machine 127.0.0.1 login {NAME} password {SECRET}\ndefault login {NAME} password {SECRET}\n")
    file.chmod(0o600)
    key = {**KEY, "project_id": PROJECT, "endpoints": {"dli": flink.emulator.url}}
    options = {"token": flink.by_token, "password": flink.by_password, "key": key}[login]
    environ = {variable: str(tmp_path if variable == "HOME" else file)}
    result = flink.run("stopped", [128], login=options, environ=environ)
    assert result["changed"], result["msg"]
    sent = {one.headers.get("authorization", "").partition(" ")[0] for one in tap.seen}
    assert sent == {"SDK-HMAC-SHA256" if login == "key" else ""}


# ---- redirects ----


@pytest.fixture
def elsewhere() -> t.Iterator[Emulator]:
    """Another host, as far as credentials are concerned."""
    with Emulator() as emulator:
        yield emulator


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("method", "path"), [("POST", LOGIN_PATH), ("GET", GET_PATH), ("POST", WRITE_PATH)], ids=["login", "read", "write"]
)
def test_redirect_to_another_host(flink, elsewhere, status, method, path):
    """It gets nothing at all, and the message tells where the redirect led."""
    place = f"{JOBS_PATH}/stop" if path == WRITE_PATH else f"{JOBS_PATH}/128" if path == GET_PATH else path
    target = f"http://localhost:{elsewhere.url.rpartition(':')[2]}{place}"
    flink.fault(path, "status", method=method, status=status, headers={"Location": target}, times=None)
    result = flink.run("stopped", [128], login=flink.by_password, max_retries=2)
    check_http_error(result, method, netloc(flink), place)
    check_refused(result, f"HTTP {status}: ", "redirected to localhost")
    assert not elsewhere.log.entries()
    assert flink.truth[128] == "job_running"


@pytest.mark.parametrize("path", [LIST_PATH, GET_PATH])
def test_redirect_of_a_reader(flink, elsewhere, path):
    flink.fault(path, "status", status=302, headers={"Location": elsewhere.url + JOBS_PATH}, times=None)
    result = flink.info(job_ids=[128] if path == GET_PATH else None)
    check_http_error(result, "GET", netloc(flink), JOBS_PATH)
    check_refused(result, "HTTP 302: redirected to 127.0.0.1")
    assert not elsewhere.log.entries()


@pytest.mark.parametrize(
    "place", ["{url}", "", "/", "http://[::1", "//"], ids=["whole", "none", "path", "bad", "empty"]
)
def test_redirect_to_the_same_host(flink, place):
    """Not followed either, wherever it leads."""
    location = place.format(url=f"{flink.emulator.url}{JOBS_PATH}/137")
    flink.fault(GET_PATH, "status", status=307, headers={"Location": location} if place else {}, times=None)
    result = flink.run("stopped", [128])
    check_http_error(result, "GET", netloc(flink), f"{JOBS_PATH}/128")
    check_refused(result, "HTTP 307: ")
    assert {entry["path"] for entry in flink.log} == {f"{JOBS_PATH}/128"}


@pytest.mark.parametrize("path", [LOGIN_PATH, GET_PATH])
def test_redirect_from_https_to_http(secure, elsewhere, ca_path, path):
    """A token or a password would be readable on the way."""
    secure.fault(path, "status", status=308, headers={"Location": elsewhere.url + JOBS_PATH}, times=None)
    login = {**secure.by_password, "endpoints": {"dli": secure.emulator.url}, "ca_path": ca_path}
    result = secure.run("stopped", [128], login=login)
    check_refused(result, "redirected to 127.0.0.1", "HTTP 308: ")
    assert not elsewhere.log.entries()


# ---- without TLS ----


@pytest.mark.parametrize("module", ["run", "info"])
def test_catalog_without_tls(flink, proxy, module):
    """A token is not sent in the open because a catalog says so; nothing but the login is."""
    flink.answers(catalog="regions", catalog_dli="listed")
    login, environ = {**flink.by_password, "region": "eu-nl", "endpoints": None}, {"http_proxy": proxy.url}
    result = flink.run("stopped", [128], login, environ=environ) if module == "run" else flink.info(login)
    check_refused(result, "endpoints.dli", "dli.eu-nl.invalid", "TLS")
    assert [entry["path"] for entry in flink.log] == [LOGIN_PATH]
    assert proxy.hosts <= {netloc(flink)}


@pytest.mark.parametrize("by", ["endpoints", "environment"])
def test_endpoint_without_tls_that_was_asked_for(flink, proxy, by):
    """Who sets it himself knows his network."""
    flink.answers(catalog="regions", catalog_dli="listed")
    proxy.way = netloc(flink)
    url = "http://dli.eu-nl.invalid"
    login = {**flink.by_password, "region": "eu-nl", "endpoints": {"dli": url} if by == "endpoints" else None}
    environ = {"http_proxy": proxy.url, **({"OTC_DLI_ENDPOINT": url} if by == "environment" else {})}
    result = flink.run("stopped", [128], login, environ=environ)
    assert result["changed"], result["msg"]
    assert proxy.hosts == {netloc(flink), "dli.eu-nl.invalid"}
