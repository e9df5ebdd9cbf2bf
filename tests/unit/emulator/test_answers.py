# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings ``answers``: each documented contradiction can be had either way."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("form", "value"), [("string", "true"), ("capital", "True"), ("boolean", True), ("missing", None)]
)
def test_is_success(call, answers, add_job, form, value):
    answers(is_success=form)
    job_id = add_job()
    for answer in (call.flink("GET"), call.flink("GET", f"/{job_id}"), call.flink("DELETE", f"/{job_id}")):
        assert answer.body.get("is_success") == value
        assert ("is_success" in answer.body) == (form != "missing")


@pytest.mark.parametrize(("form", "length"), [("each", 2), ("one", 1)])
def test_batch_array(call, answers, add_job, form, length):
    answers(batch=form)
    body = call.flink("POST", "/stop", {"job_ids": [add_job(), add_job()]}).body
    assert [sorted(element) for element in body] == [["is_success", "message"]] * length


def test_batch_bare_empty_or_broken(call, answers, add_job):
    answers(batch="bare")
    assert call.flink("POST", "/stop", {"job_ids": [add_job()]}).body["is_success"] == "true"
    answers(batch="empty")
    answer = call.flink("POST", "/stop", {"job_ids": [add_job()]})
    assert (answer.status, answer.body, answer.headers["Content-Type"]) == (200, "", None)
    answers(batch="trailing_comma")
    answer = call.flink("POST", "/stop", {"job_ids": [add_job()]})
    assert answer.body.startswith('[{"is_success": "true",')
    assert answer.body.endswith(",}]")
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("form", "status", "effect"),
    [
        ("whole", 400, "job_running"),
        ("partial", 400, "job_cancel_success"),
        ("mixed", 200, "job_cancel_success"),
    ],
)
def test_batch_with_a_bad_id(call, answers, add_job, form, status, effect):
    answers(batch_refusal=form)
    job_id = add_job()
    answer = call.flink("POST", "/stop", {"job_ids": [job_id, 99]})
    assert answer.status == status
    assert call.status(job_id) == effect
    if form == "mixed":
        assert [element["is_success"] for element in answer.body] == ["true", "false"]
    else:
        assert [error["error_code"] for error in answer.body] == ["DLI.15001"]


def test_one_answer_for_a_mixed_batch_tells_the_failure(call, answers, add_job):
    answers(batch_refusal="mixed", batch="one")
    body = call.flink("POST", "/delete", {"job_ids": [add_job(), 99]}).body
    assert [element["is_success"] for element in body] == ["false"]


EXPORT = {"obs_dir": "ops-bucket", "is_selected": True}


@pytest.mark.parametrize(("form", "files"), [("one", [[1, 2]]), ("each", [[1], [2]]), ("empty", []), ("missing", None)])
def test_export_files(call, answers, emulator, add_job, form, files):
    answers(export_files=form, is_success="boolean")
    ids = [add_job(job_id=1), add_job(job_id=2)]
    body = call.flink("POST", "/export", {**EXPORT, "job_selected": ids}).body
    assert body["is_success"] is True
    assert ("zip_file" in body) == (form != "missing")
    assert list(emulator.world.files) == body.get("zip_file", [])
    assert list(emulator.world.files.values()) == (files or [])


@pytest.mark.parametrize(
    ("form", "status", "exported"), [("whole", 400, []), ("partial", 400, [[1]]), ("mixed", 200, [[1]])]
)
def test_export_of_a_bad_id(call, answers, emulator, add_job, form, status, exported):
    """Whatever has been exported, no file is told."""
    answers(batch_refusal=form)
    answer = call.flink("POST", "/export", {**EXPORT, "job_selected": [add_job(job_id=1), 99]})
    assert answer.status == status
    assert list(emulator.world.files.values()) == exported
    if form == "mixed":
        assert answer.body == {"is_success": "false", "message": "The job 99 does not exist.", "zip_file": []}
    else:
        assert [error["error_code"] for error in answer.body] == ["DLI.16001"]


def test_error_body(call, answers):
    answers(error_body="object")
    assert call.flink("POST", "/stop", {"job_ids": [1]}).body["error_code"] == "DLI.15001"
    assert call.flink("POST", "/stop", {}).body["error_code"] == "DLI.0001"


@pytest.mark.parametrize(("code", "status"), [("DLI.0002", 400), ("DLI.0023", 404)])
def test_not_found(call, answers, code, status):
    answers(not_found=code)
    for answer in (call.flink("GET", "/5"), call.flink("DELETE", "/5"), call.flink("POST", "/stop", {"job_ids": [5]})):
        assert (answer.status, answer.code) == (status, code)


def test_write_status(call, answers, add_job):
    answers(write_status="202")
    job_id = add_job()
    assert call.flink("POST", "/stop", {"job_ids": [job_id]}).status == 202
    assert call.flink("GET", f"/{job_id}").status == 200
    assert call.flink("DELETE", f"/{job_id}").status == 202


def test_language(call, answers):
    english = {"X-Language": "en-us"}
    assert call.flink("GET", "/5").body["error_msg"].isascii()
    answers(language="by_header")
    assert call.flink("GET", "/5", headers=english).body["error_msg"].isascii()
    assert not call.flink("GET", "/5").body["error_msg"].isascii()
    answers(language="chinese")
    assert not call.flink("GET", "/5", headers=english).body["error_msg"].isascii()


def test_name_filter(call, answers, add_job):
    add_job(name="orders")
    add_job(name="orders-old")
    assert call.flink("GET", "?name=orders").body["job_list"]["total_count"] == 2
    answers(name_filter="exact")
    assert call.flink("GET", "?name=orders").body["job_list"]["total_count"] == 1


def test_list_nulls(call, answers, add_job):
    add_job(status="job_init")
    entry = call.flink("GET").body["job_list"]["jobs"][0]
    assert (entry["start_time"], entry["savepoint_path"]) == (0, None)
    answers(list_nulls="left_out")
    assert not {"start_time", "savepoint_path"} & set(call.flink("GET").body["job_list"]["jobs"][0])


@pytest.mark.parametrize(("form", "tags"), [("pairs", [{"key": "k", "value": "v"}]), ("object", {"k": "v"})])
def test_list_tags(call, answers, add_job, form, tags):
    answers(list_tags=form)
    add_job(tags={"k": "v"})
    assert call.flink("GET").body["job_list"]["jobs"][0]["tags"] == tags


@pytest.mark.parametrize("code", ["APIGW.0301", "APIGW.0307", "APIG.0301", "APIG.0307", "DLI.10007", "130000002"])
def test_expired_token(call, emulator, answers, code):
    """Where another service's own word is set, the gateway speaks."""
    answers(expired_token=code)
    emulator.world.identities.expire_tokens()
    gateway = (401, code if code.startswith("APIG") else "APIGW.0301")
    dli = (400, code) if code == "DLI.10007" else gateway
    mrs = (500, code) if code == "130000002" else gateway
    calls = (call.flink("GET"), call.batches("GET"), call.clusters(), call.mrs("GET"))
    assert [(answer.status, answer.code) for answer in calls] == [dli, dli, mrs, mrs]
    assert call("GET", "/v3/auth/projects").status == 403


def test_token_lifetime(call, emulator):
    emulator.settings.update({"token_lifetime": 0})
    user = {"name": "demo", "password": "demo-password", "domain": {"name": "demo-domain"}}
    body = {
        "auth": {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"name": "eu-de"}},
        }
    }
    token = call("POST", "/v3/auth/tokens", body, token=None).headers["X-Subject-Token"]
    assert call.flink("GET", token=token).status == 401


def test_iam_error(call, answers):
    assert call("GET", "/v3/projects", token="nobody's").body["error"]["code"] == 403
    answers(iam_error="code")
    assert call("GET", "/v3/projects", token="nobody's").code == "IAM.0001"


def urls(call, kind):
    catalog = call("GET", "/v3/auth/catalog").body["catalog"]
    return {end["region"]: end["url"] for entry in catalog if entry["type"] == kind for end in entry["endpoints"]}


def test_catalogs(call, emulator, answers):
    answers(catalog="without_dli")
    assert not urls(call, "dli")
    assert urls(call, "mrs")
    answers(catalog="templated")
    assert urls(call, "dli") == {"eu-de": f"{emulator.url}/v1.0/$(tenant_id)s"}
    assert urls(call, "mrsv1") == {"eu-de": f"{emulator.url}/v1.1/%(project_id)s"}
    answers(catalog="regions")
    assert sorted(urls(call, "dli")) == ["eu-de", "eu-nl"]
    assert urls(call, "dli")["eu-de"].startswith(emulator.url)
