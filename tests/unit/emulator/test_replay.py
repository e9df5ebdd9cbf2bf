# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulator that answers as a transcript does."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
import yaml

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.context import Context
from ansible_collections.otc.bigdata.plugins.plugin_utils import _check_service
from ansible_collections.otc.bigdata.plugins.plugin_utils._assumptions import ASSUMPTIONS
from ansible_collections.otc.bigdata.tests.emulator import __main__ as command_line
from ansible_collections.otc.bigdata.tests.emulator.settings import SettingError
from ansible_collections.otc.bigdata.tests.emulator.wire import Request
from ansible_collections.otc.bigdata.tests.unit.utils.wire import CloudOnTheWire

TURNED = [(one["switch"], value) for one in ASSUMPTIONS if "read" in one for value in one["others"]]
DISPOSABLE = yaml.safe_load((pathlib.Path(__file__).resolve().parents[2] / "disposable_jobs.yml").read_text("utf-8"))
PATH = "/v1.0/0123456789abcdef0123456789abcdef/streaming/jobs"
USER = {"username": "demo", "password": "demo-password", "user_domain_name": "demo-domain", "project_name": "eu-de"}


@pytest.fixture
def cloud(cloud_of_file: CloudOnTheWire) -> CloudOnTheWire:
    cloud_of_file.reset()
    cloud_of_file.play([])
    return cloud_of_file


def check(cloud: CloudOnTheWire, folder: pathlib.Path, **more: t.Any) -> dict:
    options = {name: one.get("default") for name, one in _check_service.SPEC.items()}
    where = {"auth_url": cloud.url, "region": "eu-de", "folder": str(folder)}
    endpoints = {"iam": None, "dli": cloud.url, "mrs": cloud.url}
    return _check_service.check({**options, **USER, **where, "endpoints": endpoints, **more}, Context({}))


def transcript_in(folder: pathlib.Path) -> list[dict]:
    return json.loads((folder / "check_service_transcript.json").read_text(encoding="utf-8"))


def checked(cloud: CloudOnTheWire, folder: pathlib.Path, **more: t.Any) -> tuple[list[dict], list[dict]]:
    """The lines of the check, and its transcript."""
    return check(cloud, folder, **more)["lines"], transcript_in(folder)


@pytest.mark.parametrize(("switch", "value"), [("", ""), *TURNED])
def test_the_check_sees_the_same(cloud: CloudOnTheWire, tmp_path: pathlib.Path, switch: str, value: t.Any) -> None:
    """In a replay of its transcript as where that was written, whatever there is beside it."""
    cloud.settings.update({"answers": {switch: value} if switch else {}})
    lines, transcript = checked(cloud, tmp_path)
    cloud.reset()
    cloud.load({"flink_jobs": [], "batches": [], "sql_jobs": [], "clusters": []})
    cloud.play(transcript)
    assert checked(cloud, tmp_path)[0] == lines


def test_the_check_sees_the_same_of_writes(cloud: CloudOnTheWire, tmp_path: pathlib.Path) -> None:
    """If the jobs are named as the transcript names them."""
    cloud.world.add("flink_jobs", {"job_id": 901})
    cloud.settings.update({"answers": {"batch_refusal": "partial", "spark_cancel_refusal": "DLI.0001"}})
    first = check(cloud, tmp_path, **DISPOSABLE)
    assert {line["id"] for line in first["lines"] if line["verdict"] != "as assumed"} == {"A10", "A49"}
    standins = {value: standin for standin, value in first["replaced"].items()}
    renamed = {
        key: [standins[one] for one in value] if isinstance(value, list) else standins.get(value, value)
        for key, value in DISPOSABLE.items()
    }
    cloud.reset()
    cloud.load({"flink_jobs": [], "batches": [], "sql_jobs": [], "clusters": []})
    cloud.play(transcript_in(tmp_path))
    assert check(cloud, tmp_path, **renamed)["lines"] == first["lines"]


def test_headers_of_throttling(cloud: CloudOnTheWire) -> None:
    """Retry-After is sent without a value, too, and nothing that would be another header."""
    told = {"retry-after": "3", "x-ratelimit-limit": 40, "x-odd": "1\r\nX-More: 1"}
    entry = {"method": "GET", "path": PATH, "status": 429, "body": {}, "headers": ["retry-after"]}
    cloud.play([{**entry, "throttling": told}, entry])
    headers = [cloud.answer(Request("GET", PATH, {}), 0).headers for dummy in range(2)]
    assert headers == [{"Retry-After": "3", "X-Ratelimit-Limit": "40"}, {"Retry-After": "1"}]


def test_a_key_needs_no_login(cloud: CloudOnTheWire, tmp_path: pathlib.Path) -> None:
    """So no answer tells what the project is."""
    key = {"access_key": "AKDEMO0000000000001", "secret_key": "SKdemo/secret+key000000000000000000000001"}
    who = {**dict.fromkeys(USER), "project_id": "0123456789abcdef0123456789abcdef", **key}
    cloud.settings.update({"answers": {"mrs_read_status": 200}})
    lines, transcript = checked(cloud, tmp_path, **who)
    cloud.reset()
    cloud.play(transcript)
    assert checked(cloud, tmp_path, **who)[0] == lines


def get(cloud: CloudOnTheWire, path: str, method: str = "GET") -> tuple[int, t.Any, dict]:
    reply = cloud.answer(Request(method, path, {"x-auth-token": "demo-token"}), 0)
    headers, body = reply.parts()
    return reply.status, body.decode(), headers


def call(status: int = 200, path: str = "/v1.0/text-1/streaming/jobs", body: t.Any = None, **more: t.Any) -> dict:
    return {"method": "GET", "path": path, "status": status, "body": {"n": status} if body is None else body, **more}


def test_answers_in_their_order(cloud: CloudOnTheWire) -> None:
    """The last one again and again, and all of them once more after a reset."""
    cloud.play([call(500), call(429, query={"limit": 1}), call(503), call(200)])
    assert [get(cloud, PATH)[0] for dummy in range(4)] == [500, 503, 200, 200]
    assert [get(cloud, f"{PATH}?limit=1")[0] for dummy in range(2)] == [429, 429]
    cloud.reset()
    assert get(cloud, PATH)[0] == 500


def test_the_rest_as_usual(cloud: CloudOnTheWire) -> None:
    cloud.play({"calls": [call(418)]})
    assert get(cloud, PATH)[0] == 418
    assert get(cloud, f"{PATH}?limit=1")[0] == 200
    assert get(cloud, f"{PATH}/128")[0] == 200
    assert get(cloud, PATH, "POST")[0] == 404
    assert cloud.log.summary()["counts"]["GET /v1.0/{project_id}/streaming/jobs"] == 2


def test_stand_ins(cloud: CloudOnTheWire) -> None:
    """One that no answer has stands for any other that none has."""
    job = {"job_detail": {"job_id": 7}}
    cloud.play([call(200, "/v1.0/text-1/streaming/jobs/7", job), call(400, "/v1.0/text-1/streaming/jobs/100002")])
    assert get(cloud, f"{PATH}/7")[:2] == (200, '{"job_detail":{"job_id":7}}')
    assert get(cloud, f"{PATH}/999999")[0] == 400
    assert "error_code" in get(cloud, f"{PATH}/status")[1]
    cloud.play([call(201, query={"name": "text-3"}), call(202, query={"name": "text-4"}, body={"name": "text-4"})])
    assert [get(cloud, f"{PATH}?name={name}")[0] for name in ("any", "text-4")] == [201, 202]


def test_headers_and_bodies(cloud: CloudOnTheWire) -> None:
    """Of the headers those that are named; a body that is none, and one that was no JSON."""
    cloud.play(
        [
            call(429, headers=["retry-after", "x-request-id", "date"]),
            call(502, body="3000 bytes that are no JSON", headers=[]),
        ]
    )
    headers = get(cloud, PATH)[2]
    assert (headers["Retry-After"], len(headers["X-Request-Id"]), "Date" in headers) == ("1", 32, False)
    status, body, headers = get(cloud, PATH)
    assert (status, len(body), headers["Content-Type"]) == (502, 3000, "text/html; charset=utf-8")
    assert "X-Request-Id" not in headers
    cloud.play([{**call(), "body": None}])
    status, body, headers = get(cloud, PATH)
    assert (body, "X-Request-Id" in headers) == ("", True)


def test_faults_come_first(cloud: CloudOnTheWire) -> None:
    cloud.play([call(418)])
    cloud.faults.add(status=503)
    assert [get(cloud, PATH)[0] for dummy in range(2)] == [503, 418]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "cannot read"),
        ("[" * 100000, "cannot read"),
        (b"\xff", "cannot read"),
        (f'[{{"method": "GET", "path": "/", "status": 200, "body": {5000 * "["}{5000 * "]"}}}]', "nested too deeply"),
        ("{}", "a transcript is a list of calls, or an object with calls"),
        ("3", "a transcript is a list of calls"),
        ("[3]", "call 1 of the transcript: method must be text"),
        ('[{"method": "GET", "path": 3, "status": 200}]', "call 1 of the transcript: path must be text"),
        ('[{"method": "GET", "path": "/", "status": "200"}]', "call 1 of the transcript: status must be a number"),
        ('[{"method": "GET", "path": "/", "status": true}]', "call 1 of the transcript: status must be a number"),
        ('[{"method": "GET", "path": "/", "status": 20}]', "call 1 of the transcript: 20 is no status"),
        ('[{"method": "GET", "path": "/", "status": 200, "query": []}]', "query must be an object"),
        ('[{"method": "GET", "path": "/", "status": 200, "headers": "x"}]', "headers must be a list"),
    ],
)
def test_files_that_are_none(tmp_path: pathlib.Path, content: t.Any, words: str) -> None:
    file = tmp_path / "x.json"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SettingError) as error:
        command_line.make_emulator(command_line.parse(["--replay", str(file)]))
    assert words in str(error.value)


def test_no_such_file(tmp_path: pathlib.Path) -> None:
    with pytest.raises(SettingError, match="--replay: cannot read"):
        command_line.make_emulator(command_line.parse(["--replay", str(tmp_path / "none.json")]))
