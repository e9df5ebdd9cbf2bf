# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who sends a request: the check of the token or the signature that it carries.

Signatures are those of the vendor's SDK (huaweicloudsdkcore/signer/signer.py), and are verified for real.
"""

from __future__ import annotations

import calendar
import hashlib
import hmac
import re
import time
import typing as t
import urllib.parse

from .identities import Account, Identities, Token, Who, find
from .wire import ApiError, GatewayError, Request

CLOCK_SKEW = 15 * 60
ALGORITHM = "SDK-HMAC-SHA256"
AUTHORIZATION = re.compile(ALGORITHM + r" Access=([^,\s]+), ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]{64})")
MUST_BE_SIGNED = ("host", "x-sdk-date", "x-project-id", "x-domain-id", "x-security-token")


class Caller(t.NamedTuple):
    """Who sent a signed request, and the project it names; "" if that is not one where they may act."""

    who: Who
    project_id: str

    @property
    def account(self) -> Account:
        return self.who.account


class NotAuthenticated(Exception):
    """The request does not prove who sent it. ``expired``: its token once did."""

    def __init__(self, message: str, expired: bool = False) -> None:
        super().__init__(message)
        self.message, self.expired = message, expired


class KeyExpired(NotAuthenticated):
    """The request proves who sent it, by a temporary access key whose time is over."""


def identify(identities: Identities, request: Request) -> Token | Caller:
    """The sender of a request; NotAuthenticated if it does not say or cannot prove it."""
    value = request.headers.get("x-auth-token")
    if value is not None:
        return valid_token(identities, value)
    if "authorization" in request.headers:
        return _verified_caller(identities, request)
    raise NotAuthenticated("neither X-Auth-Token nor Authorization was sent")


def valid_token(identities: Identities, value: str) -> Token:
    token = identities.tokens.get(value)
    if token is None:
        raise NotAuthenticated("the token cannot be decrypted")
    if token.expires_at is not None and token.expires_at <= time.time():
        raise NotAuthenticated("the token must be updated", expired=True)
    return token


def authenticate(world, request: Request, own_code: str, own_status: int) -> Token | Caller:
    """For the services behind the gateway: ``identify``, and its refusal in the form that is set.

    Some services have a word of their own for an expired token; where that of another one is set, the gateway speaks.
    """
    try:
        return identify(world.identities, request)
    except NotAuthenticated as failure:
        code = world.settings.answers["expired_token"] if failure.expired else "APIGW.0301"
        if code == own_code:
            raise ApiError(code, failure.message, own_status) from failure
        raise by_gateway(code if code.startswith("APIG") else "APIGW.0301", failure) from failure


def by_gateway(code: str, failure: NotAuthenticated) -> GatewayError:
    return GatewayError(code, f"Incorrect IAM authentication information: {failure.message}", 401)


def _verified_caller(identities: Identities, request: Request) -> Caller:
    match = AUTHORIZATION.fullmatch(request.headers["authorization"])
    if not match:
        raise NotAuthenticated("malformed Authorization header")
    access, signed, sent_signature = match[1], match[2].split(";"), match[3]
    key = identities.access_keys.get(access)
    if key is None or "security_token" in key and "x-security-token" not in request.headers:
        raise NotAuthenticated(f"ak {access} not exist")  # the service knows a temporary key by its security token
    for name in MUST_BE_SIGNED:
        if name not in signed and (name in request.headers or name in ("host", "x-sdk-date")):
            raise NotAuthenticated(f"header {name} is not signed")
    if any(name not in request.headers for name in signed):
        raise NotAuthenticated("a signed header was not sent")
    _check_date(request.headers["x-sdk-date"])
    if not hmac.compare_digest(signature(key["secret"], request, signed), sent_signature):
        raise NotAuthenticated("verify aksk signature fail")
    if request.headers.get("x-security-token") != key.get("security_token"):
        raise NotAuthenticated("the security token does not belong to the access key")
    if key["expires_at"] is not None and key["expires_at"] <= time.time():
        raise KeyExpired("The securitytoken has expired.")
    who: Who = key["who"]
    if request.headers.get("x-domain-id", who.account.domain["id"]) != who.account.domain["id"]:
        raise NotAuthenticated("X-Domain-Id is not the account of the access key")
    main_project_id = "" if who.agency else who.account.main_project["id"]
    project_id = request.headers.get("x-project-id", main_project_id)
    return Caller(who, project_id if find(who.projects, id=project_id) else "")


def _check_date(text: str) -> None:
    try:
        signed_at = calendar.timegm(time.strptime(text, "%Y%m%dT%H%M%SZ"))
    except ValueError:
        raise NotAuthenticated("malformed X-Sdk-Date") from None
    if abs(time.time() - signed_at) > CLOCK_SKEW:
        raise NotAuthenticated(f"the request was signed at {text}, more than 15 minutes from the present time")


def signature(secret: str, request: Request, signed: list[str]) -> str:
    """What the sender must have computed. The key is used as it is: nothing is derived from it."""
    digest = hashlib.sha256(canonical_request(request, signed).encode("utf-8")).hexdigest()
    text = f"{ALGORITHM}\n{request.headers['x-sdk-date']}\n{digest}"
    return hmac.new(secret.encode("utf-8"), text.encode("utf-8"), hashlib.sha256).hexdigest()


def canonical_request(request: Request, signed: list[str]) -> str:
    """The text whose hash is signed. Its path ends with a slash, whatever was sent."""
    path = "/".join(_encode(part) for part in urllib.parse.unquote(request.path).split("/"))
    query = "&".join(f"{_encode(name)}={_encode(value)}" for name, value in sorted(request.pairs()))
    # Header values travel as UTF-8, and were read byte by byte.
    values = {name: request.headers[name].encode("latin-1").decode("utf-8", "replace") for name in signed}
    headers = "".join(f"{name}:{value}\n" for name, value in values.items())
    path = path if path.endswith("/") else f"{path}/"
    return "\n".join((request.method, path, query, headers, ";".join(signed), _body_hash(request)))


def _encode(text: str) -> str:
    return urllib.parse.quote(text, safe="~")


def _body_hash(request: Request) -> str:
    content_type = request.headers.get("content-type", "application/json")
    unsigned = not content_type.startswith(("application/json", "application/bson"))
    if request.body and unsigned and request.headers.get("x-sdk-content-sha256") == "UNSIGNED-PAYLOAD":
        return "UNSIGNED-PAYLOAD"
    return hashlib.sha256(request.body).hexdigest()
