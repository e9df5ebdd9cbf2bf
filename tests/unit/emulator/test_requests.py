# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests that the services must refuse, each with the documented code."""

from __future__ import annotations

import pytest

LOGIN = {
    "auth": {
        "identity": {
            "methods": ["password"],
            "password": {"user": {"name": "demo", "password": "demo-password", "domain": {"name": "demo-domain"}}},
        },
        "scope": {"project": {"name": "eu-de"}},
    }
}
USER = LOGIN["auth"]["identity"]["password"]["user"]


def login(identity=None, user=None, **auth):
    """A login body with some parts replaced."""
    identity = identity or {"methods": ["password"], "password": {"user": user or USER}}
    return {"auth": {**LOGIN["auth"], "identity": identity, **auth}}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("no json", "DLI.10004"),
        (b"\xff\xfe", "DLI.10004"),
        ("[1]", "DLI.10004"),
        ({}, "DLI.0001"),
        ({"job_ids": []}, "DLI.0001"),
        ({"job_ids": 1}, "DLI.0001"),
        ({"job_ids": ["1"]}, "DLI.0001"),
        ({"job_ids": [True]}, "DLI.0001"),
        ({"job_ids": [1.0]}, "DLI.0001"),
        ({"job_ids": [0]}, "DLI.12001"),
        ({"job_ids": [-1]}, "DLI.12001"),
        ({"job_ids": [2**63]}, "DLI.12001"),
        ({"job_ids": [1], "trigger_savepoint": "true"}, "DLI.0001"),
        ({"job_ids": [1], "trigger_savepoint": None}, "DLI.0001"),
        ({"job_ids": [1], "triggerSavePoint": True}, "DLI.0001"),
    ],
)
def test_stop_bodies(call, add_job, body, code):
    add_job(job_id=1)
    answer = call.flink("POST", "/stop", body)
    assert (answer.status, answer.code) == (400, code)
    assert call.status(1) == "job_running"


SELECTED = {"obs_dir": "ops-bucket/backup", "is_selected": True}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("no json", "DLI.10004"),
        ({}, "DLI.0001"),
        ({**SELECTED}, "DLI.0001"),
        ({**SELECTED, "job_selected": []}, "DLI.0001"),
        ({**SELECTED, "job_selected": ["1"]}, "DLI.0001"),
        ({**SELECTED, "job_selected": [0]}, "DLI.12001"),
        ({**SELECTED, "job_ids": [1]}, "DLI.0001"),
        ({**SELECTED, "is_selected": "true", "job_selected": [1]}, "DLI.0001"),
        ({**SELECTED, "is_selected": False, "job_selected": [1]}, "DLI.0001"),
        ({"is_selected": True, "job_selected": [1]}, "DLI.0001"),
        *(
            ({**SELECTED, "obs_dir": folder, "job_selected": [1]}, "DLI.0001")
            for folder in ("", "/backup", "obs://ops-bucket", "Ops", "ops-bucket//x", None)
        ),
    ],
)
def test_export_bodies(call, emulator, add_job, body, code):
    add_job(job_id=1)
    answer = call.flink("POST", "/export", body)
    assert (answer.status, answer.code) == (400, code)
    assert emulator.world.files == {}


def test_other_flags(call, add_job):
    job_id = add_job()
    assert call.flink("POST", "/delete", {"job_ids": [job_id], "trigger_savepoint": False}).code == "DLI.0001"
    assert call.flink("POST", "/run", {"job_ids": [job_id], "resume_savepoint": 1}).code == "DLI.0001"


def test_content_type(call, add_job):
    body = {"job_ids": [add_job()]}
    assert call.flink("POST", "/stop", body, headers={"Content-Type": "text/plain"}).code == "DLI.10004"
    assert call.flink("POST", "/stop", body, headers={"Content-Type": "application/json; charset=utf-8"}).status == 200


def test_batch_limit(call, emulator):
    emulator.settings.update({"batch_limit": 2})
    assert call.flink("POST", "/delete", {"job_ids": [1, 2, 3]}).code == "DLI.0001"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=101", "DLI.0001"),
        ("limit=-1", "DLI.0001"),
        ("limit=ten", "DLI.0001"),
        ("offset=-1", "DLI.23001"),
        ("offset=x", "DLI.23001"),
        ("order=up", "DLI.0001"),
        ("show_detail=True", "DLI.0001"),
        ("status=running", "DLI.0001"),
        ("job_type=sql", "DLI.0001"),
        ("tags=k", "DLI.0001"),
        ("root_job_id=0", "DLI.23003"),
        ("name=" + 58 * "x", "DLI.0001"),
        ("cursor=5", "DLI.0001"),
        ("limit=1&limit=2", "DLI.0001"),
    ],
)
def test_list_queries(call, query, code):
    answer = call.flink("GET", f"?{query}")
    assert (answer.status, answer.code) == (400, code)
    assert answer.headers["X-Request-Id"]


@pytest.mark.parametrize("job_id", ["0", "-1", "abc", "1e3", str(2**63), "%31x"])
def test_path_ids(call, job_id):
    assert call.flink("GET", f"/{job_id}").code == "DLI.12001"
    assert call.flink("DELETE", f"/{job_id}").code == "DLI.12001"


def test_unknown_paths_are_answered_by_the_gateway(call):
    for method, path in (("GET", "/v9/nothing"), ("PUT", "/v3/auth/tokens"), ("GET", "/dli/")):
        answer = call(method, path)
        assert (answer.status, answer.code) == (404, "APIGW.0101")
        assert answer.body["request_id"] == answer.headers["X-Request-Id"]


def test_wrong_project(call):
    answer = call("GET", "/v1.0/fedcba9876543210fedcba9876543210/streaming/jobs")
    assert (answer.status, answer.code) == (400, "DLI.10006")


def test_login(call):
    answer = call("POST", "/v3/auth/tokens", LOGIN, token=None)
    assert answer.status == 201
    token = answer.body["token"]
    assert token["project"]["name"] == "eu-de"
    assert token["user"]["name"] == "demo"
    assert token["expires_at"].endswith("Z")
    assert [entry["type"] for entry in token["catalog"]] == ["identity", "mrs", "mrsv1"]
    assert call.flink("GET", token=answer.headers["X-Subject-Token"]).status == 200


def test_login_without_catalog(call):
    assert "catalog" not in call("POST", "/v3/auth/tokens?nocatalog=1", LOGIN, token=None).body["token"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (login(user={"name": "demo", "password": "no", "domain": {"name": "demo-domain"}}), 401),
        (login(user={"name": "demo", "password": "demo-password"}), 400),
        (login(user={"name": "demo", "password": 1, "domain": {"name": "demo-domain"}}), 400),
        (login(user={**USER, "extra": 1}), 400),
        (login(identity={"methods": ["token"], "password": {"user": USER}}), 400),
        (login(identity={"methods": ["password"]}), 400),
        (login(scope={"project": {"name": "elsewhere"}}), 400),
        (login(scope={"project": {"id": 5}}), 400),
        (login(scope={"project": {"name": "eu-de", "domain": {"name": "elsewhere"}}}), 400),
        (login(scope={"domain": {"name": "elsewhere"}}), 401),
        (login(scope={"system": {}}), 400),
        (login(scope=None), 400),
        ({"auth": {}}, 400),
        ({}, 400),
        ("{", 400),
        ({"auth": {"filler": 40000 * "x"}}, 400),
    ],
)
def test_refused_logins(call, body, status):
    answer = call("POST", "/v3/auth/tokens", body, token=None)
    assert answer.status == status
    assert answer.body["error"]["code"] == status
    assert answer.headers["X-IAM-Trace-Id"] == f"token_global_null_{answer.headers['X-Request-Id']}"


def test_the_gateway_in_front_of_iam(call, emulator):
    """It looks at signatures. There is no trace: the request did not get any further."""
    unsigned = call("GET", "/v3/projects", token=None)
    emulator.faults.add(status=429)
    held_back = call("POST", "/v3/auth/tokens", LOGIN, token=None)
    assert (unsigned.code, held_back.code) == ("APIGW.0301", "APIGW.0308")
    for headers in (unsigned.headers, held_back.headers):
        assert (bool(headers["X-Request-Id"]), headers["X-IAM-Trace-Id"]) == (True, None)


def test_scope_with_a_domain_beside_the_project(call):
    scope = {"project": {"name": "eu-de_nightly"}, "domain": {"name": "demo-domain"}}
    answer = call("POST", "/v3/auth/tokens", login(scope=scope), token=None)
    assert answer.body["token"]["project"]["name"] == "eu-de_nightly"


def test_show_token(call):
    answer = call("GET", "/v3/auth/tokens", headers={"X-Subject-Token": "demo-token"})
    assert answer.body["token"]["project"]["id"] == "0123456789abcdef0123456789abcdef"
    assert call("HEAD", "/v3/auth/tokens", headers={"X-Subject-Token": "demo-token"}).status == 200
    assert call("GET", "/v3/auth/tokens", headers={"X-Subject-Token": "unknown"}).status == 404
    assert call("GET", "/v3/auth/tokens", token="unknown", headers={"X-Subject-Token": "demo-token"}).status == 403


def test_projects(call):
    def names(query):
        return [project["name"] for project in call("GET", f"/v3/projects{query}").body["projects"]]

    assert names("?name=eu-de") == ["eu-de"]
    assert names("") == ["eu-de", "eu-de_nightly", "MOS"]
    assert names("?enabled=true&page=2&per_page=2") == ["MOS"]
    assert names("?name=nothing") == []
    assert call("GET", "/v3/projects?page=1").status == 400
    assert call("GET", "/v3/projects?colour=red").status == 400
    assert call("GET", "/v3/projects", token=None).status == 401
    assert len(call("GET", "/v3/auth/projects").body["projects"]) == 3
    assert call("GET", "/v3/auth/domains").body["domains"][0]["name"] == "demo-domain"
    assert call("GET", "/v3/auth/catalog").body["catalog"][1]["type"] == "mrs"
