# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""MRS clusters and jobs: states, what must be refused, lists, and every answer that can be chosen."""

from __future__ import annotations

import pytest

from ansible_collections.otc.bigdata.tests.emulator.settings import SettingError

CLUSTER = "2b460e01-3351-4170-b0a7-57b9dd5ffef3"
PROJECT, NIGHTLY = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
SUBMITTING, ACTIVE, FINAL = (
    ["NEW", "NEW_SAVING", "SUBMITTED"],
    ["ACCEPTED", "RUNNING"],
    ["FINISHED", "FAILED", "KILLED"],
)


@pytest.fixture
def delete(call):
    return lambda *job_ids: call.mrs("POST", "/batch-delete", {"job_id_list": list(job_ids)})


@pytest.fixture
def add_cluster(emulator):
    """Make a cluster; returns its id."""
    return lambda **fields: emulator.world.add("clusters", fields)[0].id


def seen(call, job_id, looks):
    return [call.mrs_state(job_id) for dummy in range(looks)]


# ---- kill ----


@pytest.mark.parametrize("state", [*SUBMITTING, *ACTIVE, "FOO"])
def test_kill(call, add_mrs_job, state):
    job_id = add_mrs_job(job_state=state)
    answer = call.mrs("POST", f"/{job_id}/kill")
    assert (answer.status, answer.body, answer.headers["Content-Length"]) == (202, "", "0")
    detail = call.mrs("GET", f"/{job_id}").body["job_detail"]
    assert (detail["job_state"], detail["job_result"]) == ("KILLED", "KILLED")
    assert detail["finished_time"] >= detail["started_time"] > 0


@pytest.mark.parametrize("state", FINAL)
def test_kill_of_what_has_ended(call, answers, add_mrs_job, state):
    job_id = add_mrs_job(job_state=state)
    assert call.mrs("POST", f"/{job_id}/kill").status == 202
    answers(mrs_kill_final="refuse")
    assert call.mrs("POST", f"/{job_id}/kill").code == "0175"
    assert call.mrs_state(job_id) == state


def test_spark_sql_cannot_be_killed(call, answers, add_mrs_job):
    job_id = add_mrs_job(job_type="SparkSql")
    answer = call.mrs("POST", f"/{job_id}/kill")
    assert (answer.status, answer.body) == (400, {"error_code": "0175", "error_msg": "Failed to kill the job."})
    assert call.mrs_state(job_id) == "RUNNING"
    answers(mrs_kill_spark_sql="accept")
    assert call.mrs("POST", f"/{job_id}/kill").status == 202
    assert call.mrs_state(job_id) == "KILLED"


def test_kill_takes_looks(call, emulator, add_mrs_job):
    emulator.settings.update({"delays": {"mrs_kill": "2 looks"}})
    job_id = add_mrs_job(job_state="ACCEPTED")
    call.mrs("POST", f"/{job_id}/kill")
    assert seen(call, job_id, 1) == ["ACCEPTED"]
    assert call.mrs("POST", f"/{job_id}/kill").status == 202  # once more makes it no later
    assert seen(call, job_id, 2) == ["ACCEPTED", "KILLED"]


def test_kill_takes_seconds(call, emulator, clock, add_mrs_job):
    emulator.settings.update({"delays": {"mrs_kill": 10}})
    job_id = add_mrs_job()
    call.mrs("POST", f"/{job_id}/kill")
    clock.now += 9.9
    assert call.mrs_state(job_id) == "RUNNING"
    clock.now += 0.2
    assert call.mrs_state(job_id) == "KILLED"


def test_ends_before_the_kill(call, add_mrs_job):
    job_id = add_mrs_job(script={"before_kill": [{"job_state": "FINISHED"}]})
    assert call.mrs("POST", f"/{job_id}/kill").status == 202
    assert call.mrs("GET", f"/{job_id}").body["job_detail"]["job_result"] == "SUCCEEDED"


def test_writes_its_log_after_the_end(call, add_mrs_job):
    job_id = add_mrs_job(job_progress=100, script={"created": [{"after": "2 looks", "job_state": "FINISHED"}]})
    assert seen(call, job_id, 3) == ["RUNNING", "RUNNING", "FINISHED"]


# ---- delete ----


@pytest.mark.parametrize("state", FINAL)
def test_delete(call, delete, add_mrs_job, state):
    job_ids = [add_mrs_job(job_state=state), add_mrs_job(job_state=state)]
    answer = delete(*job_ids)
    assert (answer.status, answer.body) == (202, "")
    assert [call.mrs("GET", f"/{job_id}").code for job_id in job_ids] == ["0176", "0176"]
    assert call.mrs("GET").body == {"total_record": 0, "job_list": []}


@pytest.mark.parametrize(("states", "code"), [(SUBMITTING, "0180"), (ACTIVE, "0183")])
def test_active_jobs_are_not_deleted(call, delete, add_mrs_job, states, code):
    finished = add_mrs_job(job_state="FINISHED")
    for state in states:
        job_id = add_mrs_job(job_state=state)
        answer = delete(finished, job_id)
        assert (answer.status, answer.code) == (400, code)
        assert call.mrs_state(job_id)
    assert call.mrs_state(finished) == "FINISHED"


def test_the_record_goes_and_the_application_stays(call, emulator, delete, answers, add_mrs_job):
    answers(mrs_delete_active="record_only")
    running, finished = add_mrs_job(job_id="r"), add_mrs_job(job_id="f", job_state="FINISHED")
    assert delete(running, finished).status == 202
    assert [call.mrs_state(job_id) for job_id in (running, finished)] == [None, None]
    truth = {job["job_id"]: job["runs_without_record"] for job in emulator.world["mrs_jobs"].truth()}
    assert truth == {"r": True, "f": False}


@pytest.mark.parametrize(
    ("form", "status", "state"), [("whole", 400, "FINISHED"), ("partial", 400, None), ("mixed", 202, None)]
)
def test_delete_with_a_bad_id(call, delete, answers, add_mrs_job, form, status, state):
    answers(batch_refusal=form)
    job_id = add_mrs_job(job_state="FINISHED")
    answer = delete(job_id, add_mrs_job())
    assert answer.status == status
    assert status == 202 or answer.code == "0183"
    assert call.mrs_state(job_id) == state


@pytest.mark.parametrize("form", ["whole", "partial", "mixed"])
def test_delete_with_an_unknown_id(call, delete, answers, add_mrs_job, form):
    """What becomes of it is a setting of its own."""
    answers(batch_refusal=form)
    job_id = add_mrs_job(job_state="FINISHED")
    answer = delete(job_id, "unknown")
    assert (answer.status, answer.code) == (400, "0161")
    assert call.mrs_state(job_id) == "FINISHED"


def test_unknown_ids_can_be_ignored(call, delete, answers, add_mrs_job):
    answers(mrs_delete_unknown="ignore")
    job_id = add_mrs_job(job_state="FINISHED")
    assert delete(job_id, "unknown").status == 202
    assert call.mrs_state(job_id) is None


def test_delete_takes_looks(call, emulator, delete, add_mrs_job):
    emulator.settings.update({"delays": {"mrs_delete": "1 look"}})
    job_id = add_mrs_job(job_state="FAILED")
    delete(job_id)
    assert seen(call, job_id, 2) == ["FAILED", None]


def test_somebody_else_deletes_first(delete, add_mrs_job):
    assert delete(add_mrs_job(job_state="FAILED", script={"before_delete": [{"job_state": "gone"}]})).code == "0161"


def test_undeletable(call, delete, add_mrs_job):
    job_id = add_mrs_job(job_state="FAILED", script={"delete": []})
    assert delete(job_id).status == 202
    assert call.mrs_state(job_id) == "FAILED"


# ---- refusals ----


def test_refusals_of_a_job(call, delete, add_mrs_job):
    job_id = add_mrs_job(job_state="FINISHED", refuse={"get": "0162", "kill": "0200", "delete": "0161"})
    codes = [call.mrs("GET", f"/{job_id}").code, call.mrs("POST", f"/{job_id}/kill").code, delete(job_id).code]
    assert codes == ["0162", "0200", "0161"]
    assert call.mrs("GET").body["total_record"] == 1


@pytest.mark.parametrize("code", ["0167", "0192", "12000052"])
def test_refusals_of_a_cluster(call, emulator, delete, add_mrs_job, code):
    job_id = add_mrs_job(job_state="FINISHED")
    operations = ("list_jobs", "get_job", "kill_job", "delete_jobs")
    for refused in [[operation] for operation in operations] + [["jobs"]]:
        emulator.world.add("clusters", {"clusterId": CLUSTER, "refuse": dict.fromkeys(refused, code)})
        answers = [
            call.mrs("GET"),
            call.mrs("GET", f"/{job_id}"),
            call.mrs("POST", f"/{job_id}/kill"),
            delete("unknown"),
        ]
        for operation, answer in zip(operations, answers):
            is_refused = answer.status >= 400 and answer.code == code
            assert is_refused == (operation in refused or "jobs" in refused)
    assert call.clusters(f"/{CLUSTER}").status == 200
    emulator.world.add("clusters", {"clusterId": CLUSTER, "refuse": {"get": code}})
    assert call.clusters(f"/{CLUSTER}").code == code


def test_clusters_without_jobs(call, emulator, delete, add_mrs_job):
    """One that does not exist, one that is another project's, and one that was terminated."""
    job_id = add_mrs_job()
    for change in ({"clusterState": "terminated"}, {"project_id": NIGHTLY}, {"clusterState": "gone"}):
        emulator.world.add("clusters", {"clusterId": CLUSTER, **change})
        answers = [call.mrs("GET"), call.mrs("GET", f"/{job_id}"), call.mrs("POST", f"/{job_id}/kill"), delete(job_id)]
        for answer in answers:
            assert (answer.status, answer.code) == (400, "12000003")
            assert set(answer.body) == {"errorCode", "errorMsg"}


@pytest.mark.parametrize("state", ["scaling-in", "abnormal", "frozen"])
def test_only_a_running_cluster_kills(call, emulator, add_mrs_job, state):
    job_id = add_mrs_job()
    emulator.world.add("clusters", {"clusterId": CLUSTER, "clusterState": state})
    assert call.mrs("POST", f"/{job_id}/kill").code == "0175"
    assert call.mrs_state(job_id) == "RUNNING"


def test_job_of_another_cluster(call, delete, add_cluster, add_mrs_job):
    job_id = add_mrs_job(cluster_id=add_cluster())
    assert call.mrs("GET", f"/{job_id}").code == "0176"
    assert call.mrs("POST", f"/{job_id}/kill").code == "0176"
    assert delete(job_id).code == "0161"


def test_another_project(call):
    for path in (f"/v1.1/{NIGHTLY}/cluster_infos", f"/v2/{NIGHTLY}/clusters/{CLUSTER}/job-executions"):
        answer = call("GET", path)
        assert (answer.status, answer.code) == (400, "12000107")


def test_no_credential(call):
    assert call.mrs("GET", token=None).code == "APIGW.0301"


# ---- requests that are refused ----


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=all",
        "offset=0",
        "offset=-1",
        "job_name=",
        "job_name=a%20b",
        "job_name=" + 65 * "x",
        "job_type=Spark",
        "job_state=running",
        "job_state=Finished",
        "job_result=OK",
        "sort_by=time",
        "user=",
        "user=" + 33 * "x",
        "user=1a",
        "queue=a,b",
        "job_id=a.b",
        "submitted_time_begin=x",
        "submitted_time_end=-1",
        "page=1",
        "limit=1&limit=1",
    ],
)
def test_list_queries(call, add_mrs_job, query):
    add_mrs_job()
    answer = call.mrs("GET", f"?{query}")
    assert (answer.status, answer.code) == (400, "12000002")
    assert answer.headers["X-Request-Id"]


@pytest.mark.parametrize(
    "query",
    [
        "pageSize=0",
        "pageSize=2147483647",
        "currentPage=0",
        "clusterState=existing",
        "clusterState=Running",
        "tags=",
        "tags=*v",
        "tags=a*b*c",
        "clusterName=analytics",
        "limit=1",
    ],
)
def test_cluster_queries(call, query):
    answer = call.clusters(f"?{query}")
    assert (answer.status, answer.code) == (400, "12000002")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("no json", "12000002"),
        ("[]", "12000002"),
        ({}, "12000002"),
        ({"job_ids": ["a"]}, "12000002"),
        ({"job_id_list": ["a"], "force": True}, "12000002"),
        ({"job_id_list": "a"}, "12000002"),
        ({"job_id_list": []}, "12000002"),
        ({"job_id_list": [1]}, "12000002"),
        ({"job_id_list": ["a b"]}, "12000002"),
        ({"job_id_list": [65 * "x"]}, "12000002"),
        ({"job_id_list": [""]}, "0178"),
    ],
)
def test_delete_bodies(call, add_mrs_job, body, code):
    add_mrs_job(job_id="a", job_state="FINISHED")
    answer = call.mrs("POST", "/batch-delete", body)
    assert (answer.status, answer.code) == (400, code)
    assert call.mrs_state("a") == "FINISHED"


def test_other_requests(call, emulator, delete, add_mrs_job):
    job_id = add_mrs_job(job_state="FINISHED")
    body, text = {"job_id_list": [job_id]}, {"Content-Type": "text/plain"}
    assert call.mrs("POST", "/batch-delete", body, headers=text).code == "12000002"
    assert call.mrs("POST", "/batch-delete?force=true", body).code == "12000002"
    assert call.mrs("POST", f"/{job_id}/kill", {}).code == "12000002"
    assert call.mrs("POST", f"/{job_id}/kill?force=true").code == "12000002"
    assert call.mrs("GET", f"/{job_id}?x=1").code == "12000002"
    assert call.mrs("GET", "/a.b").code == "12000002"
    assert call.clusters("/a.b").code == "12000002"
    assert call.clusters(f"/{CLUSTER}?x=1").code == "12000002"
    emulator.settings.update({"batch_limit": 1})
    assert delete(job_id, "b").code == "12000002"
    assert call.mrs_state(job_id) == "FINISHED"


# ---- lists of jobs ----


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["c", "ab", "a"]),
        ("sort_by=asc", ["a", "ab", "c"]),
        ("sort_by=desc", ["c", "ab", "a"]),
        ("job_name=a", ["ab", "a"]),
        ("job_id=id-of-a", ["a"]),
        ("job_id=unknown", []),
        ("user=etl", ["ab"]),
        ("queue=fast", ["c"]),
        ("job_type=Flink", ["c"]),
        ("job_state=FINISHED", ["ab"]),
        ("job_state=New", ["a"]),
        ("job_state=NEW", ["a"]),
        ("job_result=UNDEFINED", ["c", "a"]),
        ("job_result=SUCCEEDED&user=etl", ["ab"]),
        ("limit=1", ["c"]),
        ("limit=1&offset=2", ["ab"]),
        ("limit=2&offset=2", ["a"]),
        ("limit=2&offset=3", []),
    ],
)
def test_filters(call, add_cluster, add_mrs_job, query, names):
    add_mrs_job(job_id="id-of-a", job_name="a", age=30, job_state="NEW")
    add_mrs_job(job_name="ab", age=20, job_state="FINISHED", user="etl")
    add_mrs_job(job_name="c", age=10, job_type="Flink", queue="fast")
    add_mrs_job(job_name="hidden", hidden=True)
    add_mrs_job(job_name="elsewhere", cluster_id=add_cluster())
    assert [job["job_name"] for job in call.mrs("GET", f"?{query}").body["job_list"]] == names


def test_time_window(call, add_mrs_job):
    for moment in (1000, 2000, 3000):
        add_mrs_job(submitted_time=moment)
    answer = call.mrs("GET", "?submitted_time_begin=1500&submitted_time_end=3000")
    assert [job["submitted_time"] for job in answer.body["job_list"]] == [3000, 2000]


@pytest.mark.parametrize(("form", "offsets"), [("page", (1, 2, 3, 4)), ("record", (1, 101, 201, 301))])
def test_offset(call, answers, add_mrs_job, form, offsets):
    answers(mrs_offset=form)
    add_mrs_job(count=230)
    pages = [call.mrs("GET", f"?limit=100&offset={offset}").body for offset in offsets]
    assert [len(page["job_list"]) for page in pages] == [100, 100, 30, 0]
    assert {page["total_record"] for page in pages} == {230}
    assert len({job["job_id"] for page in pages for job in page["job_list"]}) == 230
    shift = 100 if form == "page" else 1
    in_order = pages[0]["job_list"] + pages[1]["job_list"]
    assert call.mrs("GET", "?limit=100&offset=2").body["job_list"] == in_order[shift : shift + 100]
    assert len(call.mrs("GET").body["job_list"]) == 10


def test_newcomers_shift_the_pages(call, emulator, add_mrs_job):
    add_mrs_job(count=4, age=60)
    emulator.settings.update({"newcomers": 1})
    first, second = (call.mrs("GET", f"?limit=2&offset={page}").body for page in (1, 2))
    assert first["job_list"][1]["job_id"] == second["job_list"][0]["job_id"]
    assert [first["total_record"], second["total_record"]] == [4, 5]


@pytest.mark.parametrize(
    ("state", "result", "started", "finished"),
    [
        ("NEW", "UNDEFINED", False, False),
        ("ACCEPTED", "UNDEFINED", False, False),
        ("RUNNING", "UNDEFINED", True, False),
        ("FINISHED", "SUCCEEDED", True, True),
        ("FAILED", "FAILED", True, True),
    ],
)
def test_fields(call, add_mrs_job, state, result, started, finished):
    job_id = add_mrs_job(job_state=state, age=60, arguments="[--class, a.B]")
    detail, entry = call.mrs("GET", f"/{job_id}").body["job_detail"], call.mrs("GET").body["job_list"][0]
    assert (detail["job_result"], detail["arguments"], detail["properties"]) == (result, "[--class, a.B]", "{}")
    assert [detail[f"{what}_time"] > 0 for what in ("started", "finished", "elapsed")] == [started, finished, finished]
    assert ("app_id" in detail) == started
    assert set(entry) == set(detail)


def test_large_worlds(emulator, call, add_cluster, add_mrs_job):
    """Many jobs, and a write between two lists."""
    add_mrs_job(count=20000, job_state="FINISHED")
    for cluster in emulator.world.add("clusters", {"count": 200}):
        add_mrs_job(count=50, cluster_id=cluster.id)
    for dummy in range(5):
        job_id = call.mrs("GET", "?limit=100").body["job_list"][0]["job_id"]
        call.mrs("POST", "/batch-delete", {"job_id_list": [job_id]})
    assert call.mrs("GET").body["total_record"] == 19995


# ---- clusters ----


def test_clusters(call, add_cluster):
    old = add_cluster(clusterName="analytics", clusterState="terminated", age=60)
    new = add_cluster(clusterId="c-1", clusterName="analytics", age=30, tags={"team": "sales", "prod": ""})
    add_cluster(clusterName="elsewhere", project_id=NIGHTLY)
    body = call.clusters().body
    assert body["clusterTotal"] == "2"
    assert [(entry["clusterId"], entry["clusterName"], entry["clusterState"]) for entry in body["clusters"]] == [
        (new, "analytics", "running"),
        (old, "analytics", "terminated"),
    ]
    detail = call.clusters("/c-1").body["cluster"]
    assert detail.pop("tags") == [{"key": "team", "value": "sales"}, {"key": "prod", "value": ""}]
    assert detail == body["clusters"][0]
    assert detail["createAt"].isdigit()
    assert len(detail["createAt"]) == 10
    assert call.clusters(f"/{old}").body["cluster"]["clusterState"] == "terminated"
    answer = call.clusters("/unknown")
    assert (answer.status, answer.body) == (400, {"errorCode": "12000003", "errorMsg": "The cluster does not exist."})


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("clusterState=running", ["b", "a"]),
        ("clusterState=frozen", []),
        ("tags=team*sales", ["b", "a"]),
        ("tags=team*sales,prod", ["a"]),
        ("tags=team*web", []),
        ("pageSize=1", ["c"]),
        ("pageSize=1&currentPage=3", ["a"]),
        ("currentPage=2", []),
    ],
)
def test_cluster_filters(call, add_cluster, query, names):
    add_cluster(clusterName="a", age=30, tags={"team": "sales", "prod": ""})
    add_cluster(clusterName="b", age=20, tags={"team": "sales"})
    add_cluster(clusterName="c", age=10, clusterState="scaling-out")
    assert [cluster["clusterName"] for cluster in call.clusters(f"?{query}").body["clusters"]] == names


def test_cluster_pages(call, add_cluster, emulator):
    add_cluster(count=25)
    emulator.settings.update({"newcomers": 1})  # jobs only
    pages = [call.clusters(f"?currentPage={page}").body for page in (1, 2, 3)]
    assert [(page["clusterTotal"], len(page["clusters"])) for page in pages] == [("25", 10), ("25", 10), ("25", 5)]


def test_cluster_scripts(call, add_cluster):
    cluster_id = add_cluster(script={"created": [{"after": "1 look", "clusterState": "terminated"}]})
    states = [call.clusters(f"/{cluster_id}").body["cluster"]["clusterState"] for dummy in range(2)]
    assert states == ["running", "terminated"]


def test_jobs_need_a_cluster(emulator):
    with pytest.raises(SettingError, match="no cluster None"):
        emulator.world.add("mrs_jobs", {})
    with pytest.raises(SettingError, match="no cluster 'c'"):
        emulator.world.add("mrs_jobs", {"cluster_id": "c"})


# ---- answers ----


def test_read_status(call, answers, add_mrs_job):
    job_id = add_mrs_job()
    assert [call.mrs("GET").status, call.mrs("GET", f"/{job_id}").status, call.clusters().status] == [202, 202, 200]
    answers(mrs_read_status=200)
    assert [call.mrs("GET").status, call.mrs("GET", f"/{job_id}").status, call.clusters().status] == [200, 200, 200]


@pytest.mark.parametrize("status", [200, 202, 204])
def test_delete_status(call, delete, answers, add_mrs_job, status):
    answers(mrs_delete_status=status)
    job_id = add_mrs_job(job_state="FINISHED")
    answer = delete(job_id)
    assert (answer.status, answer.body) == (status, "")
    assert call.mrs_state(job_id) is None


def test_kill_body(call, answers, add_mrs_job):
    answers(mrs_kill_body="result")
    answer = call.mrs("POST", f"/{add_mrs_job()}/kill")
    assert (answer.status, answer.body) == (202, {"result": "succeeded"})


@pytest.mark.parametrize(
    ("keys", "of_the_job", "of_the_cluster"),
    [
        ("mixed", "error_code", "errorCode"),
        ("error_code", "error_code", "error_code"),
        ("errorCode", "errorCode", "errorCode"),
    ],
)
@pytest.mark.parametrize("code", ["0176", "0201"])
@pytest.mark.parametrize("status", [400, 500])
def test_errors(call, answers, add_mrs_job, keys, of_the_job, of_the_cluster, code, status):
    answers(mrs_error_keys=keys, mrs_not_found=code, mrs_error_status=status)
    add_mrs_job()
    for method, tail in (("GET", "/unknown"), ("POST", "/unknown/kill")):
        answer = call.mrs(method, tail)
        assert (answer.status, answer.body[of_the_job]) == (status, code)
    answer = call.clusters("/unknown")
    assert (answer.status, answer.body[of_the_cluster]) == (400, "12000003")


def test_numbers(call, answers, add_mrs_job):
    job_id = add_mrs_job(submitted_time=1564714763119)
    entry = call.mrs("GET").body["job_list"][0]
    assert (call.mrs("GET").body["total_record"], entry["submitted_time"], entry["job_progress"]) == (
        1,
        1564714763119,
        0,
    )
    answers(mrs_numbers="strings")
    body = call.mrs("GET").body
    assert (body["total_record"], body["job_list"][0]["submitted_time"], body["job_list"][0]["job_progress"]) == (
        "1",
        "1564714763119",
        "0",
    )
    assert call.mrs("GET", f"/{job_id}").body["job_detail"]["finished_time"] == "0"


def test_list_tags(call, answers, add_cluster):
    add_cluster(clusterName="a", tags={"team": "sales", "prod": ""})
    assert "tags" not in call.clusters().body["clusters"][0]
    answers(mrs_list_tags="text")
    assert call.clusters().body["clusters"][0]["tags"] == "team=sales,prod="


@pytest.mark.parametrize("word", ["New", "NEW"])
def test_new(call, answers, add_mrs_job, word):
    answers(mrs_new=word)
    job_id = add_mrs_job(job_state="NEW")
    assert call.mrs_state(job_id) == call.mrs("GET").body["job_list"][0]["job_state"] == word


def test_shared_answers(call, answers, add_mrs_job):
    add_mrs_job(job_name="orders")
    add_mrs_job(job_name="orders-old")
    answers(name_filter="exact", language="chinese")
    assert call.mrs("GET", "?job_name=orders").body["total_record"] == 1
    assert not call.clusters("/unknown").body["errorMsg"].isascii()


@pytest.mark.parametrize(("form", "shown"), [("refuse", None), ("cut", 100), ("accept", 101)])
def test_limit(call, emulator, answers, add_mrs_job, form, shown):
    answers(mrs_limit=form)
    add_mrs_job(count=102)
    answer = call.mrs("GET", "?limit=101")
    assert answer.status == 202 and len(answer.body["job_list"]) == shown if shown else answer.code == "12000002"
    assert len(call.mrs("GET", "?limit=99").body["job_list"]) == 99


@pytest.mark.parametrize(("form", "total"), [("text", "1"), ("number", 1)])
def test_cluster_total(call, answers, add_cluster, form, total):
    answers(mrs_cluster_total=form)
    add_cluster(clusterName="a")
    assert call.clusters().body["clusterTotal"] == total


def test_unknown_cluster(call, answers):
    answers(mrs_unknown_cluster="12000002")
    assert [call.clusters("/unknown").code, call.mrs("GET").code] == ["12000002"] * 2
