# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing that somebody has given a name, an ID or a secret to is in a transcript, whatever it looks like."""

from __future__ import annotations

import json
import random
import string
import typing as t

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.context import Context
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.transport import Reply
from ansible_collections.otc.bigdata.plugins.plugin_utils import _check_service
from ansible_collections.otc.bigdata.plugins.plugin_utils._check_service_transcript import transcript
from ansible_collections.otc.bigdata.tests.unit.utils.wire import quick_cloud

WORLDS = 250
CHUNK = 50
ODD = (
    '"',
    "'",
    "\\",
    "{{ x }}",
    "%s",
    "<b>",
    "ß",
    "名",
    "\u202e",
    "\n",
    "\x1b[31m",
    " ",
    "-",
    "/",
    "\ud800",
    "job_running",
    "total",
    "null",
)


def text(chance: random.Random, odd: bool = True) -> str:
    """One that is nowhere else: letters, and perhaps something odd between them."""
    letters = "".join(chance.choices(string.ascii_letters, k=8))
    return f"{letters}{chance.choice(ODD)}{letters[::-1]}" if odd and chance.random() < 0.7 else letters


def tags(chance: random.Random) -> dict[str, str]:
    return {
        chance.choice(("total", "name", text(chance))): chance.choice((str(chance.randint(10**7, 10**8)), text(chance)))
    }


def private_world(chance: random.Random) -> tuple[dict[str, t.Any], list[str]]:
    """A seed of the emulator, and all that is private in it."""
    some = range(chance.choice((1, 3, 6)))
    project = {"id": "".join(chance.choices("0123456789abcdef", k=32)), "name": text(chance)}
    user = {
        "id": "".join(chance.choices("0123456789abcdef", k=32)),
        "name": text(chance),
        "password": text(chance, odd=False),
    }
    cluster = {"clusterId": text(chance, odd=False), "clusterName": text(chance), "tags": tags(chance)}
    seed: dict[str, t.Any] = {
        "domain": {"id": "".join(chance.choices("0123456789abcdef", k=32)), "name": text(chance)},
        "projects": [project],
        "users": [user],
        "tokens": [],
        "access_keys": [],
        "accounts": [],
        "flink_jobs": [
            {"job_id": chance.randint(10**6, 10**9), **{key: text(chance) for key in FLINK}, "tags": tags(chance)}
            for dummy in some
        ],
        "batches": [{key: text(chance) for key in ("name", "queue", "owner", "req_body")} for dummy in some],
        "sql_jobs": [
            {**{key: text(chance) for key in ("queue_name", "owner", "statement", "message")}, "tags": tags(chance)}
            for dummy in some
        ],
        "clusters": [cluster],
        "mrs_jobs": [
            {
                "job_id": text(chance, odd=False),
                **{key: text(chance) for key in ("job_name", "user", "queue", "arguments")},
            }
            for dummy in some
        ],
    }
    return seed, [one for one in leaves(seed) if len(one) > 5]


FLINK = ("name", "desc", "queue_name", "user_name", "status_desc")


def leaves(value: t.Any) -> t.Iterator[str]:
    """All texts and numbers, and the keys of tags."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from leaves(one)
            if key == "tags":
                yield from one
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one)
    else:
        yield str(value)


def forms(value: str) -> set[str]:
    """As they may be in a file."""
    return {value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}


@pytest.mark.parametrize("first", range(0, WORLDS, CHUNK))
def test_nothing_private_is_left(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In random worlds with odd names, whichever way the services answer."""
    written: list[str] = []
    monkeypatch.setattr(
        _check_service, "_written", lambda folder, table, *told: written.append(json.dumps([table, *told])) or ["x"]
    )
    with quick_cloud() as cloud:
        for number in range(first, first + CHUNK):
            chance = random.Random(number)
            seed, private = private_world(chance)
            cloud.load(seed)
            cloud.settings.update(
                {"answers": {name: chance.choice(all_) for name, all_ in cloud.settings._choices.items()}}
            )
            (user,), (project,) = seed["users"], seed["projects"]
            options = {name: one.get("default") for name, one in _check_service.SPEC.items()}
            who = {"user_id": user["id"], "password": user["password"], "project_id": project["id"], "region": "eu-de"}
            where = {
                "auth_url": cloud.url,
                "endpoints": {"iam": None, "dli": cloud.url, "mrs": cloud.url},
                "folder": "/",
            }
            result = _check_service.check({**options, **who, **where}, Context({}))
            assert not result.get("failed"), result
            told = written.pop()
            left = [one for one in private if any(form in told for form in forms(one))]
            assert left == [], number
            assert len(json.loads(told)[2]) > 20  # calls


def reply(body: t.Any) -> Reply:
    return Reply(
        "GET dli.eu-de.example/v1.0/abc/streaming/jobs/128", 200, {"X-Of-Ours": "x"}, json.dumps(body).encode()
    )


def of(body: t.Any) -> t.Any:
    ((call,), dummy) = transcript([(None, reply(body))])
    return call["body"]


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ({"status": "job_running", "name": "job_running"}, {"status": "job_running", "name": "text-3"}),
        ({"job_type": "SparkSql", "type": "SparkSql"}, {"job_type": "SparkSql", "type": "text-3"}),
        ({"tags": {"job_type": "SparkSql"}, "job_type": "orders"}, {"tags": {"key-3": "text-4"}, "job_type": "text-5"}),
        ({"tags": {"total": "4711", "status": "job_running"}}, {"tags": {"key-3": "text-4", "key-5": "text-6"}}),
        ({"mine": {"total": 4711}}, {"key-3": {"key-4": 5}}),
        ({"total_count": 26, "is_success": "true"}, {"total_count": 26, "is_success": "true"}),
        ({"error_code": "DLI.0002", "error_msg": "The job orders does not exist."}, "The job _ does not exist."),
        ({"error_code": "orders"}, {"error_code": "text-3"}),
        (
            [
                {"create_time": 1795924043152, "start_time": "1795924043151"},
                {"create_time": 1695924043, "job_id": 1695924043152},
            ],
            [
                {"create_time": 1700000000003, "start_time": "1700000000002"},
                {"create_time": 1700000001, "job_id": 1000000000006},
            ],
        ),
        ({"url": "https://dli.example/v1.0/$(tenant_id)s"}, {"url": "text-3/$(tenant_id)s"}),
        ({"error_code": "DLI.0002", "error_msg": "作业 orders does not exist"}, "… _ does not exist"),
        ([1e400], "10 bytes that are no JSON"),
        ({"id": "128"}, {"id": "2"}),
        ({"id": "0f1e2d3c-4b5a-4968-8776-5a4b3c2d1e0f"}, {"id": "00000000-0000-4000-8000-000000000003"}),
    ],
)
def test_what_stays(body: t.Any, shown: t.Any) -> None:
    found = of(body)
    assert (found["error_msg"] if isinstance(shown, str) and isinstance(found, dict) else found) == shown


def test_what_is_nested_too_deeply() -> None:
    deep = Reply("GET dli.eu-de.example/v1.0/abc", 200, {}, b"[" * 3000 + b"]" * 3000)
    ((call,), dummy) = transcript([(None, deep)])
    assert call["body"] == "6000 bytes that are no JSON"


def test_a_call() -> None:
    """The same text has the same stand-in, in paths too; of headers only known names stay."""
    (call,), replaced = transcript([({"name": "abc", "limit": 100}, reply({}))])
    assert call == {
        "method": "GET",
        "host": "dli",
        "path": "/v1.0/text-1/streaming/jobs/2",
        "query": {"name": "text-1", "limit": 100},
        "status": 200,
        "headers": [],
        "body": {},
    }
    assert replaced == {"text-1": "abc", "2": "128"}


def test_headers_of_throttling() -> None:
    """With their values, if these are amounts."""
    headers = {
        "Retry-After": "3",
        "X-RateLimit-Limit": " 40",
        "RateLimit-Remaining": "0",
        "X-Apig-RateLimit-user": "remain:9,limit:10,time:10 second",
        "X-RateLimit-Reset": "Wed, 21 Oct 2026 07:28:00 GMT",
        "X-RateLimit-User": "night-ops",
        "X-RateLimit-Acme": "40",
        "RateLimit-Policy": "40;w=60;name=acme",
    }
    ((call,), replaced) = transcript([(None, Reply("GET dli.eu-de.example/v1.0/abc", 429, headers, b""))])
    assert call["throttling"] == {
        "ratelimit-remaining": "0",
        "retry-after": "3",
        "x-apig-ratelimit-user": "remain:9,limit:10,time:10 second",
        "x-ratelimit-limit": "40",
    }
    assert call["headers"] == [*call["throttling"]]
    assert [*replaced.values()] == ["abc"]
