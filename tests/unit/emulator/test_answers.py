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


def test_a_batch_of_bad_ids_alone(call, answers):
    """It is no mixture."""
    answers(batch_refusal="mixed")
    assert call.flink("POST", "/stop", {"job_ids": [98, 99]}).code == "DLI.15001"


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


def test_gateway(call, answers):
    assert call("GET", "/v1.0/elsewhere").code == "APIGW.0101"
    answers(unknown_path="APIG.0101", throttling="20_a_minute")
    codes = [call("GET", "/v1.0/elsewhere").code for dummy in range(21)]
    assert codes == ["APIG.0101"] * 20 + ["APIGW.0308"]


def test_request_id(call, answers):
    """IAM goes on to send it."""
    answers(request_id="none")
    assert [answer.headers["X-Request-Id"] for answer in (call.flink("GET"), call.batches("GET", "/5"))] == [None, None]
    assert call("GET", "/v3/auth/projects").headers["X-Request-Id"]


def test_time_stamps(call, answers, add_job, add_sql_job, add_batch, add_mrs_job):
    """Those of queries have the same unit."""
    made = 1767225600
    add_job(create_time=made * 1000 + 999)
    add_sql_job(start_time=made * 1000 + 999)
    add_batch(create_time=made * 1000 + 999)
    add_mrs_job(submitted_time=made * 1000 + 999)
    answers(time_stamps="seconds")
    assert call.flink("GET").body["job_list"]["jobs"][0]["create_time"] == made
    assert call.sql("GET").body["jobs"][0]["start_time"] == made
    assert call.batches("GET", f"?start={made}&end={made}").body["sessions"][0]["create_time"] == made
    window = f"?submitted_time_begin={made}&submitted_time_end={made}"
    assert call.mrs("GET", window).body["job_list"][0]["submitted_time"] == made
    for form, least, most in (("exclusive", made - 1, made + 1), ("inclusive", made, made)):
        answers(sql_window=form)
        found = [call.sql("GET", f"?{query}").body["job_count"] for query in (f"start={least}&end={most}",)]
        found += [call.sql("GET", f"?{query}").body["job_count"] for query in (f"start={least + 1}", f"end={most - 1}")]
        assert found == [1, 0, 0]


def test_batch_size(call, answers, emulator):
    answers(batch_size=50)
    assert call.flink("POST", "/stop", {"job_ids": [*range(1, 52)]}).code == "DLI.0001"
    assert call.flink("POST", "/stop", {"job_ids": [*range(1, 51)]}).code == "DLI.15001"
    emulator.settings.update({"batch_limit": 2})
    assert call.flink("POST", "/stop", {"job_ids": [1, 2, 3]}).code == "DLI.0001"


def test_rows_and_pages(call, answers):
    assert [call.sql("GET", f"?{query}").status for query in ("page-size=101", "current-page=101")] == [400, 400]
    answers(flink_limit="accepted", spark_size="accepted", sql_size="accepted", sql_page="accepted")
    found = [call.flink("GET", "?limit=101"), call.batches("GET", "?size=101")]
    found += [call.sql("GET", f"?{query}") for query in ("page-size=101", "current-page=101")]
    assert [answer.status for answer in found] == [200] * 4


def test_offsets(call, answers, add_job, add_batch):
    """Of pages, they begin with 0, as those of jobs do."""
    jobs, batches = ([add(age=age) for age in range(4)] for add in (add_job, add_batch))
    answers(flink_offset="page", spark_from="page")
    shown = call.flink("GET", "?limit=2&offset=1").body["job_list"]["jobs"]
    assert [job["job_id"] for job in shown] == jobs[2:]
    assert [job["id"] for job in call.batches("GET", "?size=2&from=1").body["sessions"]] == batches[2:]


def test_flink_order(call, answers, add_job):
    """That which is asked for stays as it is."""
    newest, oldest = add_job(age=1), add_job(age=2)
    answers(flink_order="oldest_first")
    for query, first in (("", oldest), ("?order=desc", newest), ("?order=asc", oldest)):
        assert call.flink("GET", query).body["job_list"]["jobs"][0]["job_id"] == first


@pytest.mark.parametrize(("form", "value"), [("boolean", True), ("string", "true"), ("missing", None)])
def test_flink_savepoint(call, answers, add_job, form, value):
    job_id = add_job(has_savepoint=True)
    answers(flink_savepoint=form)
    for shown in (call.flink("GET").body["job_list"]["jobs"][0], call.flink("GET", f"/{job_id}").body["job_detail"]):
        assert shown.get("has_savepoint") == value


def test_states_of_their_own(call, answers, add_batch, add_sql_job):
    batch, sql = add_batch(state="success"), add_sql_job(status="RUNNING")
    answers(spark_get="capital", sql_running="ACTIVE")
    assert call.batches("GET").body["sessions"][0]["state"] == "success"
    assert [call.batches("GET", f"/{batch}{tail}").body["state"] for tail in ("", "/state")] == ["Success", "Success"]
    assert call.sql("GET").body["jobs"][0]["status"] == call.sql("GET", f"/{sql}/status").body["status"] == "ACTIVE"


def test_project_names(call, answers):
    def found(name: str) -> list[str]:
        return [project["name"] for project in call("GET", f"/v3/projects?name={name}").body["projects"]]

    assert (found("eu-de"), found("eu-")) == (["eu-de"], [])
    answers(project_names="part")
    assert found("eu-de") == found("eu-") == ["eu-de", "eu-de_nightly"]


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
    assert not urls(call, "dli")
    assert urls(call, "mrs")
    answers(catalog="templated", catalog_dli="listed")
    assert urls(call, "dli") == {"eu-de": f"{emulator.url}/v1.0/$(tenant_id)s"}
    assert urls(call, "mrsv1") == {"eu-de": f"{emulator.url}/v1.1/%(project_id)s"}
    answers(catalog="regions")
    assert sorted(urls(call, "dli")) == ["eu-de", "eu-nl"]
    assert urls(call, "dli")["eu-de"].startswith(emulator.url)


@pytest.mark.parametrize(
    ("form", "status", "yes"), [("refuse", 400, None), ("false", 200, "false"), ("accept", 200, "true")]
)
@pytest.mark.parametrize("ended", ["job_finish", "job_cancel_success", "job_init"])
def test_stop_of_a_stopped_job(call, answers, add_job, form, status, yes, ended):
    """It stays as it is; and one that runs is stopped beside it, unless that is an error."""
    answers(stop_stopped=form)
    stopped, running = add_job(status=ended), add_job()
    answer = call.flink("POST", "/stop", {"job_ids": [stopped, running], "trigger_savepoint": True})
    assert answer.status == status
    assert answer.code == "DLI.15002" if status == 400 else [one["is_success"] for one in answer.body] == [yes, "true"]
    states = [call.status(job_id) for job_id in (stopped, running)]
    assert states == [ended, "job_running" if status == 400 else "job_cancel_success"]
    assert call.flink("GET", f"/{stopped}").body["job_detail"]["has_savepoint"] is False


@pytest.mark.parametrize(
    ("question", "path", "body", "end"),
    [
        ("stop_time", "/stop", {}, "job_cancel_success"),
        ("stop_time", "/stop", {"trigger_savepoint": True}, "job_cancel_success"),
        ("delete_time", "/delete", {}, None),
    ],
)
def test_what_takes_minutes(call, emulator, answers, clock, add_job, question, path, body, end):
    """More than one, and then the delay that is set."""
    answers(**{question: "minutes"})
    emulator.settings.update({"delays": {"cancel": 5, "delete": 5}})
    job_id = add_job()
    call.flink("POST", path, {"job_ids": [job_id], **body})
    for seconds, status in ((0, "job_canceling"), (61, "job_canceling"), (74, "job_canceling"), (75, end)):
        clock.now = seconds
        assert call.status(job_id) == status


def test_a_savepoint_that_is_not_told(call, answers, add_job):
    answers(savepoint_made="not_told")
    job_id = add_job()
    call.flink("POST", "/stop", {"job_ids": [job_id], "trigger_savepoint": True})
    detail = call.flink("GET", f"/{job_id}").body["job_detail"]
    assert [detail[name] for name in ("status", "has_savepoint", "savepoint_path")] == [
        "job_cancel_success",
        False,
        None,
    ]


SAVE = {"action": "TRIGGER", "savepoint_path": "ops-bucket/savepoints/1/"}


def test_savepoint_calls(call, answers, add_job):
    """One is made while the job runs on; one is imported when it does not, and used by the next start."""
    job_id = add_job()
    save, load = f"/{job_id}/savepoint", f"/{job_id}/import-savepoint"
    body = {"job_id": job_id, "savepoint_path": "obs://ops-bucket/checkpoint/1/"}
    for path, sent in ((save, SAVE), (load, body)):
        assert (call.flink("POST", path, sent).code, call.status(job_id)) == ("APIGW.0101", "job_running")
    answers(savepoint_calls="offered")
    assert call.flink("POST", load, body).code == "DLI.12003"
    assert call.flink("POST", save, SAVE).body["is_success"] == "true"
    detail = call.flink("GET", f"/{job_id}").body["job_detail"]
    assert (detail["status"], detail["savepoint_path"]) == ("job_running", "ops-bucket/savepoints/1/")
    call.flink("POST", "/stop", {"job_ids": [job_id]})
    assert call.flink("POST", save, SAVE).code == "DLI.15002"
    assert call.flink("POST", load, body).status == 200
    assert call.flink("GET", f"/{job_id}").body["job_detail"]["savepoint_path"] == "obs://ops-bucket/checkpoint/1/"
    assert call.flink("POST", "/run", {"job_ids": [job_id], "resume_savepoint": True}).status == 200


@pytest.mark.parametrize(
    ("call_name", "body"),
    [
        ("savepoint", {**SAVE, "action": "trigger"}),
        ("savepoint", {**SAVE, "savepoint_path": "obs://ops-bucket/a"}),
        ("savepoint", {**SAVE, "more": 1}),
        ("import-savepoint", {"job_id": "1", "savepoint_path": "ops-bucket/a"}),
        ("import-savepoint", {"job_id": True, "savepoint_path": "ops-bucket/a"}),
        ("import-savepoint", {"job_id": 1}),
        ("import-savepoint", {"job_id": 1, "savepoint_path": ["ops-bucket/a"]}),
    ],
)
def test_wrong_savepoint_calls(call, answers, add_job, call_name, body):
    answers(savepoint_calls="offered")
    add_job(job_id=1)
    assert call.flink("POST", f"/1/{call_name}", body).body["error_code"] == "DLI.0001"


def test_queues(call, emulator, answers, add_job, add_batch, add_sql_job):
    """Those that jobs name: a busy one stays, or its jobs end with it."""
    path = "/v1.0/0123456789abcdef0123456789abcdef/queues/"
    add_job(queue_name="free", status="job_finish")
    job_id, dummy, dummy = add_job(queue_name="busy"), add_batch(queue="busy"), add_sql_job(queue_name="busy")
    assert call("DELETE", f"{path}unknown").code == "DLI.0002"
    assert call("DELETE", f"{path}busy").code == "DLI.0007"
    assert call("DELETE", f"{path}free").body == {"is_success": True, "message": ""}
    assert call("DELETE", f"{path}free").code == "DLI.0002"
    assert call.status(job_id) == "job_running"
    answers(queue_delete="accept")
    assert call("DELETE", f"{path}busy").status == 200
    stores = [("flink_jobs", "status"), ("batches", "state"), ("sql_jobs", "status")]
    ended = [job[key] for kind, key in stores for job in emulator.world[kind].truth() if "free" not in job.values()]
    assert ended == ["job_cancel_success", "dead", "CANCELLED"]


def test_regions(call, answers):
    """By the name that a host is called by: DLI and MRS are in one, IAM is in all."""
    iam = {"Host": "iam.eu-nl.otc.t-systems.com"}
    for value, code in (("eu-de", "APIGW.0101"), ("all", "DLI.16001")):
        answers(service_regions=value)
        for host in ("dli.eu-nl.otc.t-systems.com", "dli.eu-ch2.sc.otc.t-systems.com"):
            assert call.flink("GET", "/1", headers={"Host": host}).code == code
        assert call.flink("GET", "/1", headers={"Host": "dli.eu-de.otc.t-systems.com"}).code == "DLI.16001"
        assert call("GET", "/v3/auth/projects", headers=iam).status == 200


def test_keys_of_a_virtual_machine(call, answers, signed_call):
    path = "/openstack/latest/securitykey"
    assert call("GET", path, token=None).code == "APIGW.0101"
    answers(metadata_keys="offered")
    found = call("GET", path, token=None).body["credential"]
    key = {"access": found["access"], "secret": found["secret"], "security_token": found["securitytoken"]}
    project = {"X_Project_Id": "0123456789abcdef0123456789abcdef"}
    assert (
        signed_call(key, "GET", "/v3/auth/projects", **{name.lower(): one for name, one in project.items()}).status
        == 200
    )
