# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What an exception of requests, urllib3 or the system means for a request, in words of our own. Needed only when there is one."""

from __future__ import annotations

import re
import ssl
import typing as t
from string import digits
from urllib.parse import urlsplit

from .errors import ApiError, Misdirected, Unanswered, Unreachable
from .text import plain
from .watchdog import Limit

NO_TUNNEL = "Tunnel connection failed"  # the text of http.client where a proxy does not connect
NAME_MISMATCH = (62, 64)  # OpenSSL: host name, IP address
# Of a proxy whose URL names no host, or is none
NO_HOST, NO_URL = "without a host", "with an odd URL"


def failure(call: str, error: Exception, timeout: float, limit: Limit, proxy: str) -> ApiError:
    """What an exception of requests, urllib3 or the system means for the request."""
    if isinstance(error, ApiError):
        return error
    by = f", by way of the proxy {proxy}" if proxy else ""
    causes = list(_causes(error))
    fault: ApiError | None = None if limit.over else _fault_of_tls(call, causes, proxy, by)
    fault = fault or _timed_out(call, error, timeout, limit, by)
    fault = fault or _not_connected(call, causes, proxy, by)
    fault = fault or _unusable(call, error, proxy)
    if fault:
        return fault
    if limit.connecting:
        return Unreachable(call, f"the connection broke{by}: {reason_of(causes)}")
    return Unanswered(call, f"the connection broke: {reason_of(causes)}")


def _fault_of_tls(call: str, causes: t.Sequence[BaseException], proxy: str, by: str) -> Misdirected | None:
    from urllib3.exceptions import ProxyError

    # urllib3 2 wraps a fault of TLS in this one only if it is that of the proxy
    whose = f" of the proxy {proxy}" if proxy and any(isinstance(one, ProxyError) for one in causes) else ""
    said = next((text for text in (_said_of_tls(cause, whose, by) for cause in causes) if text), None)
    return Misdirected(call, f"TLS: {said}") if said else None


def _said_of_tls(cause: BaseException, whose: str, by: str) -> str:
    """What a fault of TLS means; empty for other faults, and for a connection that just broke."""
    if isinstance(cause, ssl.SSLCertVerificationError):
        # urllib3 before 2 raises it without these two
        code, why = getattr(cause, "verify_code", 0), getattr(cause, "verify_message", "") or reason_of([cause])
        hint = "" if code in NAME_MISMATCH else "; set ca_path to the bundle of the CA that issued it"
        return f"the certificate{whose} is not trusted: {why}{hint}"
    if type(cause).__name__ == "CertificateError":  # of urllib3, which has moved it around
        return f"the certificate{whose} is not trusted: {cause}"
    reason = (getattr(cause, "reason", None) or "") if isinstance(cause, ssl.SSLError) else ""
    if reason == "WRONG_VERSION_NUMBER":
        return f"the other side does not speak it{by}"
    if "_ALERT_" in reason:
        return f"refused by the server: {reason}; if it asks for a certificate, set client_cert and client_key"
    return ""


def _timed_out(call: str, error: Exception, timeout: float, limit: Limit, by: str) -> ApiError | None:
    import requests

    late = _is_timeout(error, limit)
    if isinstance(error, requests.ConnectTimeout) or (limit.connecting and late):
        return Unreachable(call, f"no connection within {timeout:g} s (request_timeout){by}")
    return Unanswered(call, f"no answer within {timeout:g} s (request_timeout)") if late else None


def _not_connected(call: str, causes: t.Sequence[BaseException], proxy: str, by: str) -> Unreachable | None:
    """A ProxyError alone does not tell: urllib3 also raises it when the connection breaks after the request was sent."""
    from urllib3.exceptions import NewConnectionError

    if any(str(one).startswith(NO_TUNNEL) for one in causes):
        if proxy and f"{NO_TUNNEL}: 407" in str(causes[-1]):
            return Misdirected(call, wants_login(proxy))
        return Unreachable(call, f"cannot connect: {reason_of(causes)}{by}")
    if any(isinstance(one, NewConnectionError) for one in causes):
        return Unreachable(call, f"cannot connect{f' to the proxy {proxy}' if proxy else ''}: {reason_of(causes)}")
    return None


def _unusable(call: str, error: Exception, proxy: str) -> Misdirected | None:
    """No request can be sent to this URL, or by way of this proxy."""
    from requests.exceptions import InvalidSchema, InvalidURL
    from urllib3.exceptions import LocationValueError, ProxySchemeUnknown

    if proxy and isinstance(error, InvalidSchema):
        return Misdirected(call, f"the proxy {proxy} cannot be used: SOCKS needs the Python library PySocks")
    # a user or password of the proxy that no header can have, which is seen before anything is sent
    odd = proxy and isinstance(error, UnicodeEncodeError) and error.encoding == "latin-1"
    if odd or proxy in (NO_HOST, NO_URL) or isinstance(error, (InvalidURL, LocationValueError, ProxySchemeUnknown)):
        what = f"the proxy {proxy} cannot be used" if proxy else "cannot be sent"
        return Misdirected(call, f"{what}: {type(error).__name__}")
    return None


def _is_timeout(error: Exception, limit: Limit) -> bool:
    import requests
    from urllib3.exceptions import ReadTimeoutError

    return limit.over or isinstance(error, (requests.Timeout, ReadTimeoutError))


def proxy_named(url: str, proxies: t.Any) -> str:
    """How messages name the proxy of a request, without its credentials; empty if there is none."""
    from requests.utils import select_proxy

    found = select_proxy(url, proxies) or ""
    try:
        urlsplit(found)
    except ValueError:
        return NO_URL
    host = found.rpartition("@")[2].rpartition("://")[2].lstrip("/")
    host = re.split("[/?#]", host, maxsplit=1)[0]
    scheme = found.partition("://")[0] if "://" in found else "http"
    name, dummy, port = host.rpartition("]")[2].partition(":")
    if port.strip(digits) and name.strip(f".{digits}"):  # these may be a user and a password, if the URL has no host
        return NO_URL
    if not host:
        return NO_HOST if found else ""
    return host if scheme.lower() == "http" else f"{scheme}://{host}"


def wants_login(proxy: str) -> str:
    return (
        f"the proxy {proxy} wants to know who asks (failed: 407 Proxy Authentication Required); write "
        "user and password, each percent-encoded, into its URL"
    )


def _causes(error: BaseException) -> t.Iterator[BaseException]:
    """The error and what it wraps; urllib3 keeps that in ``reason`` or in ``args``."""
    seen: set[int] = set()
    todo: list[t.Any] = [error]
    while todo:
        item = todo.pop(0)
        if isinstance(item, BaseException) and id(item) not in seen:
            seen.add(id(item))
            yield item
            todo += [getattr(item, "reason", None), *item.args, item.__cause__, item.__context__]


def reason_of(causes: t.Sequence[BaseException]) -> str:
    """A few words of the system; the full text of urllib3 would show objects and their addresses."""
    told = [cause.strerror for cause in causes if isinstance(cause, OSError) and cause.strerror]
    tunnel = [str(cause) for cause in causes if str(cause).startswith(NO_TUNNEL)]
    return plain((told or tunnel or [type(causes[-1]).__name__])[-1])
