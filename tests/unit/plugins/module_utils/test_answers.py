# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every documented shape of an error body becomes one error with code, message and request id."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.answers import content, problem
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.errors import Refused, Unanswered
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.transport import Reply
from ansible_collections.otc.bigdata.plugins.module_utils._services.mrs import MRS

CALL = "GET dli.test/v1.0/p/streaming/jobs/1"


def reply(status: int, body: t.Any, **headers: str) -> Reply:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(CALL, status, {"X-Request-Id": "r1", "Content-Type": "text/html", **headers}, raw)


@pytest.mark.parametrize(
    ("status", "body", "kind", "code", "message"),
    [
        (400, {"error_code": "DLI.16001", "error_msg": "gone"}, Refused, "DLI.16001", "gone"),
        (400, [{"error_code": "DLI.17001", "error_msg": "a"}, {"error_msg": "b"}], Refused, "DLI.17001", "a; b"),
        (400, {"errorCode": "12000003", "errorMsg": "no cluster"}, Refused, "12000003", "no cluster"),
        (401, {"error": {"code": 401, "message": "bad", "title": "Unauthorized"}}, Refused, None, "bad"),
        (500, {"error_code": "0161", "error_msg": "no"}, Refused, "0161", "no"),
        (500, {"error_code": "12000004", "error_msg": "internal"}, Unanswered, "12000004", "internal"),
        (500, {}, Unanswered, None, "no reason given (text/html)"),
        (502, b"<html>bad gateway</html>", Unanswered, None, "no reason given (text/html)"),
        (504, {"error_code": "APIGW.0201", "error_msg": "backend"}, Unanswered, "APIGW.0201", "backend"),
        (404, b"", Refused, None, "no reason given (empty answer)"),
        (400, b'"text"', Refused, None, "no reason given (text/html)"),
        (400, b"[1, null]", Refused, None, "no reason given (text/html)"),
        (400, {"error_code": "DLI.1", "error_msg": "two\nlines"}, Refused, "DLI.1", "two lines"),
        (400, {"error_code": 17, "error_msg": None}, Refused, "17", "no reason given (text/html)"),
    ],
)
def test_problem(status: int, body: t.Any, kind: type, code: str | None, message: str) -> None:
    error = problem(reply(status, body), api=MRS)
    assert error.__class__ is kind
    assert error.error == {"code": code, "status": status, "request_id": "r1", "message": message}
    assert str(error).startswith(f"{CALL}: HTTP {status}")


def test_request_id_from_the_body() -> None:
    answer = Reply(CALL, 429, {}, b'{"error_code": "APIG.0308", "error_msg": "slow", "request_id": "r2"}')
    assert problem(answer).error["request_id"] == "r2"


def test_content() -> None:
    assert content(reply(200, {"a": 1})) == {"a": 1}
    assert content(reply(204, b"")) is None
    for broken in (b"<html>", b'[{"is_success": "true",}]', b"\xff", b'{"a"'):
        with pytest.raises(Unanswered, match="HTTP 200: the answer is not JSON"):
            content(reply(200, broken))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "utf-32"])
def test_half_a_character_in_any_encoding(encoding) -> None:
    """Nobody could write it down, and a result would be lost."""
    for half in ("\ud800", "\\ud800"):
        assert content(reply(200, f'{{"a": "x{half}"}}'.encode(encoding, "surrogatepass"))) == {"a": "x\ufffd"}


def test_a_kind_of_answer_that_is_long() -> None:
    with pytest.raises(Unanswered) as raised:
        content(reply(200, b"<", **{"Content-Type": "text/" + "x" * 60_000}))
    assert len(str(raised.value)) < 2000
