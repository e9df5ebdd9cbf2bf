# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What the bodies of answers say: JSON or not, their shapes, and those of an error (of the services, the gateway and IAM)."""

from __future__ import annotations

import re
import typing as t

from .errors import ApiError, Refused, Unanswered
from .text import KeyTwice, plain
from .transport import Reply

CODES = ("error_code", "errorCode", "code")
MESSAGES = ("error_msg", "errorMsg", "message")
ERRORS = (*CODES[:2], *MESSAGES[:2], "error")  # not of an answer that says yes, as code and message may be
NO_ERRORS = ("", "ok", "success")
# As a gateway says them that got no answer, or waits no longer: what it has passed on may go on, whatever code it shows
GIVEN_UP = (408, 502, 503, 504)
CONFLICT = 409  # says as little of a write
OUTDATED = "x-auth-token is invalid"  # IAM says so with 403 as well, and has no code for it


class Api(t.NamedTuple):
    """What the error codes of a service mean. ``name``: its endpoint's, such as dli. ``own``: the form of its codes.

    ``expired``: the token is not accepted any more. It does not always answer 401.
    ``unknown``: it does not know what happened, with any status. (A 5xx with any other code of its own is its own word.)
    ``read_again``: the same, where nothing was to be changed.
    ``no_permission``: the user lacks one. ``hints``: what a code leaves open: what it means for the user, and what to do.
    """

    name: str
    own: str
    expired: t.Collection[str] = ()
    unknown: t.Collection[str] = ()
    read_again: t.Collection[str] = ()
    no_permission: t.Collection[str] = ()
    hints: t.Mapping[str, str] = {}

    def with_gateway(self) -> Api:
        """The same, with the codes of the gateway and of IAM added, which may answer in place of the service."""
        return self._replace(
            expired=(*GATEWAY.expired, *self.expired),
            unknown=(*GATEWAY.unknown, *self.unknown),
            no_permission=(*GATEWAY.no_permission, *self.no_permission),
            hints={**GATEWAY.hints, **self.hints},
        )


NOT_PUBLISHED = ("APIGW.0101", "APIG.0101")
GATEWAY = Api(
    "iam",
    r"IAM\..+",
    expired=("APIGW.0301", "APIGW.0307", "APIG.0301", "APIG.0307", "IAM.0066", "IAM.0067"),
    unknown=("IAM.0006", "IAM.0020"),
    no_permission=("APIGW.0302", "APIG.0302"),
    hints=dict.fromkeys(NOT_PUBLISHED, "this endpoint does not offer the service: check region and endpoints"),
)


def content(reply: Reply) -> t.Any:
    """The JSON of a 2xx answer, None for an empty body. Raises Unanswered for what is not JSON, or says one thing twice."""
    try:
        return reply.json
    except KeyTwice:
        why = "the answer has a key twice, so nobody knows what it says"
        raise Unanswered(reply.call, why, reply.status) from None
    except (ValueError, RecursionError):
        raise Unanswered(reply.call, f"the answer is not JSON ({_kind(reply)})", reply.status) from None


class Maybe(t.NamedTuple):
    """In a shape: the value may be null or missing; if it is there, it has this shape."""

    shape: t.Any


KINDS = {
    dict: "an object",
    list: "a list",
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    type(None): "missing or null",
}


def shaped(value: t.Any, shape: t.Any, call: str, where: str = "") -> t.Any:
    """``value``, if it has the shape that is expected. Raises Unanswered, which names the call and the place, if not.

    A shape is a type, a tuple of types, a list with the shape of its entries, a dictionary of shapes that says what an
    object must hold, or a function that is true for what it takes, with a docstring that says what that is.
    """
    if shape.__class__ is Maybe:
        if value is None:
            return value
        shape = shape.shape
    if not _is(value, shape):
        raise Unanswered(
            call, f"the answer has an unknown shape: {where or 'it'} is {KINDS[type(value)]}, not {_words(shape)}", 200
        )
    if shape.__class__ is dict:
        for key, inner in shape.items():
            shaped(value.get(key), inner, call, f"{where}.{key}" if where else key)
    elif shape.__class__ is list:
        for number, item in enumerate(value):
            shaped(item, shape[0], call, f"{where}[{number}]")
    return value


def object_or_nothing(answer: t.Any, call: str) -> None:
    """The answer to a write that tells nothing. Raises Unanswered for any other, as it may not come from the service.

    Raises Refused where ``is_success`` is false and an error or a message is beside it. Without one, it says nothing.
    """
    shaped(answer, Maybe(dict), call)
    if answer and str(answer.get("is_success")).lower() == "false":
        code, message = _code_and_message(answer)
        if _error_in(answer) or message.lower() not in NO_ERRORS:
            raise Refused(call, message or "is_success is false", 200, code)


def refuse_error(answer: t.Any, reply: Reply) -> None:
    """Raises Unanswered for a 2xx answer to a write, or for a list, with an error in its body: status and body contradict each other."""
    items = answer if isinstance(answer, list) else [answer]
    for item in items:
        said = _error_in(item) if isinstance(item, dict) and item.get("is_success") is None else ""
        if said:
            raise Unanswered(reply.call, plain(f"the answer is an error: {said}", reply.secrets), reply.status)


def _error_in(item: dict[str, t.Any]) -> str:
    """Code and message of an error; empty if there is none."""
    if not any(map(item.get, ERRORS)):
        return ""
    code, message = _code_and_message(item)
    if code is not None:
        return "" if code.strip("0").lower() in NO_ERRORS else f"{code} {message}"
    said = message or str(item.get("error") or "")
    return "" if said.lower() in NO_ERRORS else said


def _is(value: t.Any, shape: t.Any) -> bool:
    """Whether a value itself is of this shape, whatever is in it. Its type must be exact: to Python, true is a number."""
    if shape.__class__ is tuple:
        return value.__class__ in shape
    if shape.__class__ is type:
        return value.__class__ is shape
    if shape.__class__ in (dict, list):
        return value.__class__ is shape.__class__
    return bool(shape(value))


def _words(shape: t.Any) -> str:
    kinds = shape if isinstance(shape, tuple) else (type(shape) if isinstance(shape, (dict, list)) else shape,)
    return " or ".join(dict.fromkeys(KINDS.get(kind) or str(kind.__doc__) for kind in kinds))


def code_of(reply: Reply) -> str | None:
    """The error code of an answer, if it has one."""
    return _code(_problems(body_of(reply)), reply)


def expired(reply: Reply, api: Api) -> bool:
    """Whether the credential is not accepted, or not any more."""
    return reply.status == 401 or (reply.status in (400, 500) and code_of(reply) in api.expired) or outdated(reply)


def problem(reply: Reply, needs: str = "", api: Api = GATEWAY) -> ApiError:
    """The error that an answer other than 2xx stands for. ``needs``: the permission that the call takes."""
    body = body_of(reply)
    problems = _problems(body)
    code = _code(problems, reply)
    message = "; ".join(text for dummy, text in problems if text) or f"no reason given ({_kind(reply)})"
    return (Refused if _is_refusal(reply, code, api) else Unanswered)(
        reply.call,
        plain(message, reply.secrets),
        reply.status,
        code,
        _request_id(reply, body),
        "" if outdated(reply) else _hint(reply.status if problems else 0, code or "", needs, api),
    )


def _is_refusal(reply: Reply, code: str | None, api: Api) -> bool:
    """Whether it says no; a 5xx does so only with a code of the service itself, not with one of what is before or behind it."""
    own = code is not None and re.fullmatch(api.own, code) is not None
    return (reply.status < 500 or own) and not _is_vague(reply, code, api)


def _is_vague(reply: Reply, code: str | None, api: Api) -> bool:
    """Whether it leaves open if the request was carried out, or would be if it was sent again."""
    reading = reply.call.startswith("GET ")
    of_code = code in api.unknown or (code in api.read_again and reading)
    return of_code or reply.status in GIVEN_UP or (reply.status == CONFLICT and not reading)


def outdated(reply: Reply) -> bool:
    """Whether a 403 is about the token and not about a permission: both have the same form, only the text differs.

    So it may decide on a new login and on advice, but not on whether a write is sent again.
    """
    return reply.status == 403 and any(OUTDATED in text.lower() for dummy, text in _problems(body_of(reply)))


def _hint(status: int, code: str, needs: str, api: Api) -> str:
    if code in api.no_permission or (status == 403 and code not in api.hints):
        return f"the user lacks a permission; needed is {needs}" if needs else "the user lacks a permission"
    return api.hints.get(code, "")


def _kind(reply: Reply) -> str:
    kind = reply.headers.get("Content-Type") or "no content type"
    return plain(kind, reply.secrets) if reply.content else "empty answer"


def body_of(reply: Reply) -> t.Any:
    """The JSON of an answer, None for an empty body and for anything else."""
    try:
        return reply.json
    except (ValueError, RecursionError):
        return None


def _code(problems: t.Sequence[tuple[str | None, str]], reply: Reply) -> str | None:
    """The first code; IAM may just repeat the status there."""
    return next((code for code, dummy in problems if code and code != str(reply.status)), None)


def _problems(body: t.Any) -> list[tuple[str | None, str]]:
    """(code, message) of each error in the body: one object, or an array of them from the Flink batch calls."""
    return [_code_and_message(item) for item in (body if isinstance(body, list) else [body]) if isinstance(item, dict)]


def _code_and_message(item: dict[str, t.Any]) -> tuple[str | None, str]:
    inner: dict[str, t.Any] | None = item
    while inner:
        for code, message in zip(CODES, MESSAGES):
            if inner.get(code) is not None or inner.get(message):
                text = " ".join(str(inner.get(message) or "").split())
                return (None if inner.get(code) is None else plain(str(inner[code]))), text
        inner = next((value for value in inner.values() if isinstance(value, dict)), None)  # IAM: {"error": {...}}
    return None, ""


def _request_id(reply: Reply, body: t.Any) -> str | None:
    told = [reply.headers[header] for header in ("X-Request-Id", "X-IAM-Trace-Id") if reply.headers.get(header)]
    found = told[0] if told else body.get("request_id") if isinstance(body, dict) else None
    return None if found is None else plain(str(found), reply.secrets)
