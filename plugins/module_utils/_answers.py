# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What the bodies of answers say: JSON or not, and the shapes of an error (of the services, the gateway and IAM)."""

from __future__ import annotations

import typing as t

from ._errors import ApiError, Refused, Unanswered
from ._http import Reply

CODES = ("error_code", "errorCode", "code")
MESSAGES = ("error_msg", "errorMsg", "message")
# A 5xx with any other code is the service's own word; these say, with any status, that it does not know what happened.
INTERNAL = ("12000004", "IAM.0006", "DLI.10001")
READ_AGAIN = ("DLI.0999", "0166")  # the same, where nothing was to be changed
# What the words of the service leave open: what it means for the user, and what to do.
NO_SYNC = "synchronize the IAM users of the cluster: MRS console, cluster dashboard, IAM User Sync"
NO_PERMISSION = ("APIGW.0302", "APIG.0302", "DLI.10005", "DLI.10014", "DLI.13011", "DLI.0003", "DLI.0016", "12000052")
HINTS = {
    "DLI.10006": "the project is not the one that the credential is for",
    "12000107": "the project is not one of this region",
    "0167": "the cluster is too old for version 2 of the job API; this collection cannot manage its jobs",
    "0175": "MRS does not terminate Spark SQL jobs, nor jobs of a cluster that does not run",
    "0190": NO_SYNC,
    "0191": NO_SYNC,
    "0192": NO_SYNC,
    "APIGW.0101": "this endpoint does not offer the service: check region and endpoints",
}


def content(reply: Reply) -> t.Any:
    """The JSON of a 2xx answer, None for an empty body. Raises Unanswered for what is not JSON."""
    try:
        return reply.json()
    except (ValueError, RecursionError):
        raise Unanswered(reply.call, f"the answer is not JSON ({_kind(reply)})", reply.status) from None


def code_of(reply: Reply) -> str | None:
    """The error code of an answer, if it has one."""
    return _code(_problems(_body(reply)), reply)


def problem(reply: Reply, needs: str = "") -> ApiError:
    """The error that an answer other than 2xx stands for. ``needs``: the permission that the call takes."""
    body = _body(reply)
    problems = _problems(body)
    code = _code(problems, reply)
    message = "; ".join(text for dummy, text in problems if text) or f"no reason given ({_kind(reply)})"
    known = code is not None and not code.startswith("APIG")
    vague = code in INTERNAL or (code in READ_AGAIN and reply.call.startswith("GET"))
    kind = Refused if (reply.status < 500 or known) and not vague else Unanswered
    return kind(
        reply.call,
        message,
        reply.status,
        code,
        _request_id(reply, body),
        _hint(reply.status if problems else 0, code or "", needs),
    )


def _hint(status: int, code: str, needs: str) -> str:
    if code in NO_PERMISSION or (status == 403 and code not in HINTS):
        return f"the user lacks a permission; needed is {needs}" if needs else "the user lacks a permission"
    return HINTS.get(code, "")


def _kind(reply: Reply) -> str:
    return (reply.headers.get("Content-Type") or "no content type") if reply.content else "empty answer"


def _body(reply: Reply) -> t.Any:
    try:
        return reply.json()
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
                return (None if inner.get(code) is None else str(inner[code])), text
        inner = next((value for value in inner.values() if isinstance(value, dict)), None)  # IAM: {"error": {...}}
    return None, ""


def _request_id(reply: Reply, body: t.Any) -> str | None:
    told = [reply.headers[header] for header in ("X-Request-Id", "X-IAM-Trace-Id") if reply.headers.get(header)]
    return told[0] if told else body.get("request_id") if isinstance(body, dict) else None
