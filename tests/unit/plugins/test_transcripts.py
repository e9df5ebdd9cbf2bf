# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What services have really answered: the modules that read report it as it is. The files, and what that means, are in tests/transcripts."""

from __future__ import annotations

import functools
import json
import pathlib
import re
import typing as t

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.auth import TOKEN as TOKEN_SHAPE
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.auth import Project, read_login
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.context import Context
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.endpoints import in_catalog
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.transport import Reply
from ansible_collections.otc.bigdata.plugins.plugin_utils import _check_service
from ansible_collections.otc.bigdata.plugins.plugin_utils._assumptions import ASSUMPTIONS
from ansible_collections.otc.bigdata.tests.unit.utils.flink import Flink
from ansible_collections.otc.bigdata.tests.unit.utils.in_process import run_in_process
from ansible_collections.otc.bigdata.tests.unit.utils.mrs import CLUSTER
from ansible_collections.otc.bigdata.tests.unit.utils.service import PROJECT, Service
from ansible_collections.otc.bigdata.tests.unit.utils.transcripts import GRADES, TRANSCRIPTS, calls_of
from ansible_collections.otc.bigdata.tests.unit.utils.wire import CloudOnTheWire
from ansible_collections.otc.bigdata.tests.unit.utils.worlds import WORDS

PUBLISHED = {name: content for name, content in TRANSCRIPTS.items() if isinstance(content, dict)}
UUID = "0f1e2d3c-4b5a-4968-8776-5a4b3c2d1e0f"
USER = {"username": "demo", "password": "demo-password", "user_domain_name": "demo-domain", "project_name": "eu-de"}
TOKEN = {"token": "demo-token", "project_id": PROJECT}
NO_JOBS: dict[str, t.Any] = {**{words.kind.name: [] for words in WORDS.values()}, "clusters": [{"clusterId": CLUSTER}]}
KINDS = [(words.service, words.kind) for words in WORDS.values()]


@pytest.fixture
def cloud(cloud_of_file: CloudOnTheWire) -> CloudOnTheWire:
    """One without a job, so that each that is shown is from a transcript."""
    cloud_of_file.reset()
    cloud_of_file.load(NO_JOBS)
    cloud_of_file.play([])
    return cloud_of_file


def read(cloud: CloudOnTheWire, service: type[Service], **more: t.Any) -> t.Any:
    where = {"endpoints": {service.endpoint: cloud.url}, "auth_url": cloud.url, "max_retries": 0}
    return run_in_process(f"{service.module}_info", {**where, **service.scope, **more})


def of_any_project(service: type[Service]) -> str:
    """A pattern for the path of its list."""
    return re.sub(f"{PROJECT}|{CLUSTER}", "[^/]+", service.path)


def inner(body: t.Any, where: str) -> t.Any:
    return functools.reduce(lambda found, key: found[key], filter(None, where.split(".")), body)


def codes(body: t.Any) -> list[str]:
    """All that an error may mean by its code."""
    if isinstance(body, list):
        return [code for one in body for code in codes(one)]
    if not isinstance(body, dict):
        return []
    own = [str(body[key]) for key in ("error_code", "errorCode", "code") if body.get(key) is not None]
    return own + [code for one in body.values() for code in codes(one)]


# ---- what must be true ----


def check_error(cloud: CloudOnTheWire, call: dict) -> None:
    """As the answer to each list, and to a login: the task fails, with status, code and request id, after one request."""
    for service, dummy in KINDS:
        for path, who in ((service.path, TOKEN), ("/v3/auth/tokens", USER)):
            method, query = ("GET", service.first_page) if who is TOKEN else ("POST", {})
            cloud.log.clear()
            cloud.play([{**call, "method": method, "path": path, "query": query}])
            result = read(cloud, service, **who)
            error = result["error"]
            assert (result["failed"], result["jobs"], error["status"]) == (True, [], call["status"]), result["msg"]
            assert error["code"] in codes(call["body"]) or not set(codes(call["body"])) - {str(call["status"])}
            assert str(error["code"] or call["status"]) in result["msg"]
            assert error["request_id"] or "x-request-id" not in call.get("headers", ["x-request-id"])
            assert str(error["request_id"] or "") in result["msg"]
            assert len(cloud.log.entries()) == 1


def check_jobs(cloud: CloudOnTheWire, call: dict) -> None:
    """The jobs of a list are listed, each with its status."""
    for service, kind in KINDS:
        if re.fullmatch(of_any_project(service), call["path"]):
            cloud.play([{**call, "path": service.path, "query": service.first_page}])
            result = read(cloud, service, **TOKEN)
            shown = {str(job[kind.id_field]): job[kind.state_field] for job in result["jobs"]}
            jobs = inner(call["body"], service.listed[0])
            assert shown == {str(job[kind.id_field]): job[kind.state_field] for job in jobs}, result


def check_one(cloud: CloudOnTheWire, call: dict) -> None:
    """A job is shown with its status; one without is not, and the task says what is missing."""
    for service, kind in KINDS:
        found = re.fullmatch(of_any_project(service) + "/([^/]+)", call["path"])
        if found:
            job_id = found[1] if found[1].isdecimal() else UUID
            job = {**inner(call["body"], service.shown), kind.id_field: job_id}
            body = {**call["body"], service.shown: job} if service.shown else job
            cloud.play([{**call, "path": f"{service.path}/{job_id}", "body": body}])
            result = read(cloud, service, **TOKEN, **{service.ids: [job_id]}, details=True)
            if kind.state_field in job:
                assert [one[kind.state_field] for one in result["jobs"]] == [job[kind.state_field]], result
            else:
                assert (result["failed"], kind.state_field in result["msg"]) == (True, True)


def check_call(cloud: CloudOnTheWire, call: dict) -> None:
    if call["status"] >= 400:
        check_error(cloud, call)
    elif call["method"] == "GET" and call["status"] < 300 and isinstance(call["body"], dict):
        check_jobs(cloud, call)
        check_one(cloud, call)


def seen(cloud: CloudOnTheWire, **more: t.Any) -> dict[str, str]:
    """What the check of a service sees."""
    options = {name: one.get("default") for name, one in _check_service.SPEC.items()}
    where = {"auth_url": cloud.url, "region": "eu-de", "endpoints": {"iam": None, "dli": cloud.url, "mrs": cloud.url}}
    result = _check_service.check({**options, **USER, **where, "max_retries": 0, **more}, Context({}))
    return {line["id"]: line["seen"] for line in result.get("lines", [])}


# ---- of each file ----

CALLS = [
    pytest.param(call, id=f"{name}-{number}")
    for name, content in TRANSCRIPTS.items()
    for number, call in enumerate(calls_of(content), 1)
]


@pytest.mark.parametrize("call", CALLS)
def test_each_answer_is_reported_as_it_is(cloud: CloudOnTheWire, call: dict) -> None:
    check_call(cloud, call)


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_the_check_sees_what_the_file_tells(cloud: CloudOnTheWire, name: str) -> None:
    """Whatever its probes see otherwise than without it. A file that tells nothing is one that a check has written."""
    before = seen(cloud)
    cloud.play(TRANSCRIPTS[name])
    after = seen(cloud)
    after.pop("A18", None)  # asked with a token that nobody has, which a replay does not tell from another
    told = TRANSCRIPTS[name]["shows"] if name in PUBLISHED else after
    assert {key: word for key, word in after.items() if word != before[key]}.items() <= told.items()


def test_one_that_the_check_writes(cloud: CloudOnTheWire, tmp_path: pathlib.Path) -> None:
    """It can be put there as it is."""
    cloud.reset()
    cloud.settings.update(
        {"answers": {"spark_state": "capital", "mrs_error_keys": "errorCode", "is_success": "boolean"}}
    )
    seen(cloud, folder=str(tmp_path))
    calls = json.loads((tmp_path / "check_service_transcript.json").read_text(encoding="utf-8"))
    assert len(calls) > 20
    cloud.load(NO_JOBS)
    for call in calls:
        check_call(cloud, call)


@pytest.mark.parametrize("name", PUBLISHED)
def test_where_an_answer_was_published(name: str) -> None:
    content = PUBLISHED[name]
    assert content.keys() == {"about", "where", "date", "grade", "sources", "shows", "calls"}
    assert content["grade"] in GRADES
    assert content["shows"].keys() <= {one["id"] for one in ASSUMPTIONS}
    assert content["sources"]
    assert all(re.fullmatch(r"https://github\.com/\S+", one) for one in content["sources"])


@pytest.mark.parametrize("name", ["iam_login_otc", "iam_catalog_flexible_engine"])
def test_recorded_catalogs(name: str) -> None:
    """MRS is found in them, and DLI is not, so the region tells where it is."""
    ((call,), region) = calls_of(PUBLISHED[name]), "eu-de" if name == "iam_login_otc" else "eu-west-0"
    catalog = call["body"].get("token", call["body"])["catalog"]
    assert in_catalog(catalog, "mrs", region).startswith(f"https://mrs.{region}.")
    assert in_catalog([one for one in catalog if one["type"] != "mrs"], "mrs", region).startswith(
        f"https://mrs.{region}."
    )
    assert in_catalog(catalog, "dli", region) is None


def test_a_recorded_login() -> None:
    """It is read, with the project that was asked for."""
    (call,) = calls_of(PUBLISHED["iam_login_otc"])
    content = json.dumps(call["body"]).encode()
    reply = Reply("POST iam/v3/auth/tokens", call["status"], {"X-Subject-Token": "text-1"}, content)
    assert read_login(Project(name="eu-de_text-7"), TOKEN_SHAPE, reply)["token"]["project"]["id"] == "P1"


def test_a_recorded_look_up(cloud: CloudOnTheWire) -> None:
    """The project is found by its name."""
    cloud.play(PUBLISHED["iam_look_ups"])
    read(cloud, Flink, token="demo-token", project_name="eu-west-0")
    assert [entry["path"] for entry in cloud.log.entries()] == ["/v3/projects", "/v1.0/P1/streaming/jobs"]
