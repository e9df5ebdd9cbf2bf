# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The adapters of requests, and TLS: connections that are kept and watched."""

from __future__ import annotations

import os
import ssl
import typing as t
from functools import cache, partial
from urllib.parse import urlsplit

from .._version import release
from .errors import OptionError
from .watchdog import watched


class Tls(t.NamedTuple):
    """How a server proves itself, and this side to it: files in PEM format."""

    verify: bool = True
    ca_path: str | None = None
    client_cert: str | None = None
    client_key: str | None = None

    def context(self) -> ssl.SSLContext:
        """Raises OptionError for a file that cannot be used."""
        from requests.utils import DEFAULT_CA_BUNDLE_PATH
        from urllib3 import __version__ as urllib3_version  # type: ignore[attr-defined]

        option, bundle = "ca_path", self.ca_path or DEFAULT_CA_BUNDLE_PATH
        try:
            if self == Tls():
                now = os.stat(bundle)
                context = _trusting(bundle, now.st_mtime_ns, now.st_size)
            else:
                context = ssl.create_default_context(cafile=bundle)
            if release(urllib3_version)[0] == 1 or not self.verify:
                context.check_hostname = False  # urllib3 1.26 compares names itself, and cannot leave that to OpenSSL
            if not self.verify:
                context.verify_mode = ssl.CERT_NONE
            if self.client_cert:
                option = "client_cert, client_key"
                # without a password OpenSSL would ask for it on the terminal, and wait
                context.load_cert_chain(self.client_cert, self.client_key, password=lambda: "")
        except OSError as error:
            from .faults import reason_of

            raise OptionError(f"{option}: not usable as PEM files: {reason_of([error])}") from None
        return context


@cache
def _trusting(bundle: str, *as_it_is: int) -> ssl.SSLContext:
    """The usual context, on which all set the same. It takes OpenSSL 20 ms to read all authorities, so it is made once."""
    return ssl.create_default_context(cafile=bundle)


def adapter(connections: int, tls: Tls | None) -> t.Any:
    """An adapter with one TLS context (requests itself has the CA bundle parsed anew for each connection), or without TLS."""
    from requests.adapters import HTTPAdapter

    without_tls, with_tls = _classes(HTTPAdapter)
    return with_tls(connections, tls) if tls else without_tls(connections)


@cache
def _classes(of_requests: t.Any) -> tuple[t.Any, t.Any]:
    """The classes of adapters without TLS, and with it. All of their connections, to proxies too, are watched."""
    import urllib3
    from requests import Response

    blank = vars(Response())  # it takes long to make one

    class Adapter(of_requests):  # type: ignore[misc]
        def __init__(self, connections: int, **how: t.Any) -> None:
            self.how = how
            self.pools: dict[t.Any, t.Any] = {}
            super().__init__(pool_maxsize=connections, pool_block=True)

        def init_poolmanager(self, *args: t.Any, **kwargs: t.Any) -> None:
            super().init_poolmanager(*args, **{**kwargs, **self.how})
            self.poolmanager.pool_classes_by_scheme = watched(self.poolmanager.pool_classes_by_scheme)

        def proxy_manager_for(self, *args: t.Any, **kwargs: t.Any) -> t.Any:
            manager = super().proxy_manager_for(*args, **{**kwargs, **self.how})
            manager.pool_classes_by_scheme = watched(manager.pool_classes_by_scheme)
            return manager

        def get_connection_with_tls_context(
            self, request: t.Any, verify: t.Any, proxies: t.Any = None, cert: t.Any = None
        ) -> t.Any:
            """The pool of a host, found out once: requests looks for it with each request (from 2.32 on, by this name)."""
            scheme, dummy, rest = request.url.partition("://")
            key = (scheme, rest.partition("/")[0], *(proxies or {}).items())
            pool = self.pools.get(key)
            if pool is None:
                pool = self.pools[key] = super().get_connection_with_tls_context(request, verify, proxies, cert)
            return pool

        def request_url(self, request: t.Any, proxies: t.Any) -> t.Any:
            """What follows the host in the URL; requests itself would split the URL twice for it."""
            dummy, slash, rest = request.url.partition("://")[2].partition("/")
            return super().request_url(request, proxies) if proxies else slash + rest

        def add_headers(self, request: t.Any, **kwargs: t.Any) -> None:
            """The last step before urllib3 takes them, copies them and goes through them twice."""
            request.headers = dict(request.headers)

        def build_response(self, request: t.Any, answer: t.Any) -> t.Any:
            """Without the cookies and all else that requests looks for in an answer."""
            response = Response.__new__(Response)
            vars(response).update(blank, status_code=answer.status, headers=answer.headers, raw=answer)
            vars(response).update(request=request, url=request.url, reason=answer.reason)
            return response

    class TlsAdapter(Adapter):
        def __init__(self, connections: int, tls: Tls) -> None:
            if not tls.verify:
                urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
            self.verify = tls.verify
            self.ca_path = tls.ca_path if tls.verify else None
            certificates = "CERT_REQUIRED" if tls.verify else "CERT_NONE"
            super().__init__(connections, ssl_context=tls.context(), cert_reqs=certificates)

        def proxy_manager_for(self, proxy: str, **kwargs: t.Any) -> t.Any:
            """A proxy with TLS may have its certificate from the same authority, or still from one that the system trusts."""
            speaks_tls = proxy.lower().startswith("https:") and release(urllib3.__version__) >= (1, 26)  # type: ignore[attr-defined]
            if self.ca_path and speaks_tls and proxy not in self.proxy_manager:
                context = kwargs["proxy_ssl_context"] = ssl.create_default_context()
                context.load_verify_locations(self.ca_path)
                # urllib3 1.26 leaves out an IP address, and then Python refuses to compare it with the certificate
                context.wrap_socket = partial(context.wrap_socket, server_hostname=urlsplit(proxy).hostname)  # type: ignore[method-assign]
            return super().proxy_manager_for(proxy, **kwargs)

        def cert_verify(self, *args: t.Any, **kwargs: t.Any) -> None:
            """Does nothing, as the context has it all (requests up to 2.31 would name the CA file here)."""

        def build_connection_pool_key_attributes(self, request: t.Any, *args: t.Any, **kwargs: t.Any) -> t.Any:
            """The same, for requests from 2.32 on."""
            return super().build_connection_pool_key_attributes(request, self.verify)[0], {}

    return Adapter, TlsAdapter
