# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mrs_job_executions and its reader: what only MRS does. The rest is in test_three_services.py."""

from __future__ import annotations

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.mrs import CLUSTER, CLUSTERS_PATH, DELETE, KILL
from ansible_collections.otc.bigdata.tests.unit.utils.service import FOR_EVER, check_http_error, check_refused, refusal

STATES = ("stopped", "absent")
ACTIVE = ("NEW", "NEW_SAVING", "SUBMITTED", "ACCEPTED", "RUNNING")
FINAL = ("FINISHED", "FAILED", "KILLED")
EVERYTHING = {"name": ["*"]}
BY_NAME = {"cluster_id": None, "cluster_name": "analytics"}


# ---- each state ----


@pytest.mark.parametrize("spelling", ["New", "NEW"])
def test_stop(mrs, spelling):
    """Cases 29 and 37: what may run is killed, what has ended is left alone."""
    mrs.answers(mrs_new=spelling)
    ids = mrs.states(*ACTIVE, *FINAL)
    result = mrs.twins("stopped", ids)
    assert list(mrs.truth.values()) == [*["KILLED"] * 5, *FINAL]
    assert list(result.column("action").values()) == ["kill"] * 5 + ["none"] * 3
    assert list(result.column("status_before").values()) == [spelling, *ACTIVE[1:], *FINAL]
    assert result["summary"] == {"total": 8, "changed": 5, "unchanged": 3, "failed": 0}


@pytest.mark.parametrize("kill_running", [None, True])
def test_delete(mrs, kill_running):
    """Case 35: what runs is killed and awaited first, then all go in one request."""
    mrs.delays(mrs_kill="2 looks")
    ids = mrs.states(*ACTIVE, *FINAL)
    result = mrs.run("absent", ids, kill_running=kill_running)
    assert not result.failed, result["msg"]
    assert list(result.column("action").values()) == ["kill+delete"] * 5 + ["delete"] * 3
    assert set(mrs.truth.values()) == {None}
    assert not any(job["runs_without_record"] for job in mrs.emulator.world["mrs_jobs"].truth())
    assert sorted(mrs.sent(KILL)) == [[job_id] for job_id in ids[:5]]
    assert sorted(job_id for chunk in mrs.sent(DELETE) for job_id in chunk) == sorted(ids)
    assert mrs.run("absent", ids)["changed"] is False


def test_check_mode_and_second_run_of_a_running_job(mrs):
    assert set(mrs.twins("absent", mrs.states("RUNNING", "FAILED")).column("status").values()) == {None}
    mrs.states("RUNNING", "FAILED")
    assert mrs.twins("absent", filters={"state": ["running", "failed"]})["summary"]["changed"] == 2


@pytest.mark.parametrize("by", ["ids", "filters"])
def test_running_jobs_are_left_alone(mrs, by):
    """Case 35: `kill_running: false`: they fail, the others go; check mode says the same."""
    ids = mrs.states("RUNNING", "FINISHED", "SUBMITTED")
    chosen = {"ids": ids} if by == "ids" else {"filters": EVERYTHING}
    for check_mode in (True, False):
        result = mrs.run("absent", kill_running=False, check_mode=check_mode, **chosen)
        assert [result.column(name)[ids[0]] for name in ("failed", "changed", "action", "status")] == [
            *(True, False, "none", "RUNNING")
        ]
        assert result["summary"] == {"total": 3, "changed": 1, "unchanged": 0, "failed": 2}
        assert "kill_running" in result["msg"]
    assert list(mrs.truth.values()) == ["RUNNING", None, "SUBMITTED"]
    assert mrs.sent() == [[ids[1]]]


def test_delete_without_wait(mrs):
    """The kill before a delete is awaited all the same; the deletion is not."""
    mrs.delays(mrs_kill="2 looks", mrs_delete=FOR_EVER)
    ids = mrs.states("RUNNING", "FINISHED")
    result = mrs.run("absent", ids, wait=False)
    assert (result.failed, result["summary"]["changed"]) == (False, 2), result["msg"]
    assert list(result.column("status").values()) == ["KILLED", "FINISHED"]
    assert sorted(job_id for chunk in mrs.sent(DELETE) for job_id in chunk) == sorted(ids)


@pytest.mark.parametrize("wait", [True, False])
def test_kill_before_a_delete_takes_too_long(mrs, wait):
    """No delete for a job that still runs; the other goes."""
    mrs.delays(mrs_kill=FOR_EVER)
    ids = mrs.states("RUNNING", "FINISHED")
    result = mrs.run("absent", ids, wait_timeout=1, wait=wait)
    job = result.job(ids[0])
    assert (job["failed"], job["changed"], job["status"]) == (True, True, "RUNNING")
    assert "RUNNING" in job["msg"]
    assert mrs.sent(DELETE) == [[ids[1]]]


def test_no_delete_after_the_time_is_over(mrs):
    """One more look tells what became of a kill whose answer was lost; it is the end of the task all the same."""
    (job_id,) = mrs.states("RUNNING")
    mrs.fault(KILL, "reset_after")
    job = mrs.run("absent", [job_id], wait_timeout=0).job(job_id)
    assert (job["failed"], job["changed"], job["action"], job["status"]) == (True, True, "kill", "KILLED")


@pytest.mark.parametrize(
    ("body", "read_status", "delete_status"), [("empty", 202, 202), ("result", 200, 200), ("result", 202, 204)]
)
def test_forms_of_success(mrs, body, read_status, delete_status):
    """Cases 29, 30 and 33: any 2xx, with a body or without."""
    mrs.answers(mrs_kill_body=body, mrs_read_status=read_status, mrs_delete_status=delete_status)
    result = mrs.run("absent", mrs.states("RUNNING", "FINISHED"))
    assert (result.failed, result["summary"]["changed"]) == (False, 2), result["msg"]


@pytest.mark.parametrize("state", STATES)
def test_log_archiving_job(mrs, state):
    """Case 37: it has ended, and is RUNNING for some more looks; a kill does not hasten that."""
    job_id = mrs.job(
        fields={"job_progress": 100},
        created=[{"after": "4 looks", "job_state": "FINISHED"}],
        kill=[{"after": "3 looks", "job_state": "FINISHED"}],
    )
    result = mrs.run(state, [job_id])
    assert (result.failed, mrs.truth[job_id]) == (False, "FINISHED" if state == "stopped" else None), result["msg"]


@pytest.mark.parametrize("end", ["FINISHED", "FAILED"])
def test_job_ends_otherwise_after_the_kill(mrs, end):
    """Contract 6.5: nothing runs, so it is stopped."""
    job_id = mrs.job(kill=[{"job_state": "ACCEPTED"}, {"after": "1 look", "job_state": end}])
    result = mrs.run("stopped", [job_id])
    assert (result.failed, result["changed"], result.job(job_id)["status"]) == (False, True, end)


def test_unknown_state(mrs):
    """Kept polling; the message names it."""
    job_id = mrs.job("HIBERNATING", kill=[])
    result = mrs.run("stopped", [job_id], wait_timeout=1)
    assert (result.failed, result.job(job_id)["status"]) == (True, "HIBERNATING")
    assert "HIBERNATING" in result["msg"]


# ---- kills that are refused ----


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("status", [400, 500])
def test_spark_sql(mrs, state, status):
    """Case 37: a kill is refused with 0175: that job fails, is not deleted, and keeps no other."""
    mrs.answers(mrs_error_status=status)
    ids = mrs.jobs({"job_type": "SparkSql"}, {}, {"job_state": "FINISHED"})
    result = mrs.run(state, ids, wait_timeout=3)
    job = result.job(ids[0])
    assert (job["failed"], job["changed"], job["status"]) == (True, False, "RUNNING")
    assert (job["error"]["code"], job["error"]["status"]) == ("0175", status)
    assert list(mrs.truth.values()) == ["RUNNING", *(["KILLED", "FINISHED"] if state == "stopped" else [None, None])]
    mrs.answers(mrs_kill_spark_sql="accept")
    assert not mrs.run(state, ids, ignore_missing=True).failed


def test_hint_at_spark_sql(mrs):
    """Contract 11: the failure of such a kill comes with a hint."""
    (job_id,) = mrs.jobs({"job_type": "SparkSql"})
    msg = mrs.run("stopped", [job_id], wait_timeout=3).job(job_id)["msg"]
    assert "sparksql" in msg.lower().replace(" ", "")


def test_no_hint_at_spark_sql(mrs):
    """Other jobs are not terminated for other reasons."""
    (job_id,) = mrs.jobs({"job_type": "MapReduce", "refuse": {"kill": "0175"}})
    job = mrs.run("stopped", [job_id]).job(job_id)
    assert (job["error"]["code"], "spark" in job["msg"].lower()) == ("0175", False)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("end", FINAL)
def test_race(mrs, state, end):
    """0175 because it just ended is fine: no change of ours, unless there is a record to delete."""
    mrs.answers(mrs_kill_final="refuse")
    job_id = mrs.job(before_kill=[{"job_state": end}])
    result = mrs.run(state, [job_id])
    assert (result.failed, result["changed"]) == (False, state == "absent"), result["msg"]
    assert mrs.truth[job_id] == (end if state == "stopped" else None)


def test_job_vanishes_before_the_kill(mrs):
    for state, ignore, fails in (("stopped", False, True), ("stopped", True, False), ("absent", False, False)):
        job_id = mrs.job(before_kill=[{"job_state": "gone"}])
        result = mrs.run(state, [job_id], ignore_missing=ignore)
        assert (result.failed, result["changed"], result.job(job_id)["status"]) == (fails, False, None)


# ---- deletes that are refused ----


@pytest.mark.parametrize(
    ("keys", "status", "refused"),
    [("mixed", 400, "whole"), ("mixed", 500, "whole"), ("errorCode", 400, "partial"), ("errorCode", 500, "whole")],
)
def test_bad_record(mrs, keys, status, refused):
    """Case 33: 0161 for one of several: one by one then, and that one is reported."""
    mrs.answers(mrs_error_keys=keys, mrs_error_status=status, batch_refusal=refused)
    ids = mrs.jobs(*({"job_state": "FINISHED", "refuse": {"delete": "0161"} if n == 2 else {}} for n in range(5)))
    result = mrs.run("absent", ids, wait_timeout=3)
    assert result["summary"] == {"total": 5, "changed": 4, "unchanged": 0, "failed": 1}
    job = result.job(ids[2])
    assert (job["failed"], job["changed"], job["status"], job["action"]) == (True, False, "FINISHED", "delete")
    assert (job["error"]["code"], job["error"]["status"]) == ("0161", status)
    assert result["changed"]
    assert mrs.truth == {job_id: "FINISHED" if job_id == ids[2] else None for job_id in ids}


def test_bad_record_among_many(mrs):
    """Only its own chunk is tried one by one."""
    mrs.jobs(
        *({"count": 100, "job_state": "FINISHED"} for dummy in range(2)),
        {"job_state": "FAILED", "refuse": {"delete": "0161"}},
    )
    result = mrs.run("absent", filters=EVERYTHING, max_jobs=300)
    assert result["summary"] == {"total": 201, "changed": 200, "unchanged": 0, "failed": 1}
    assert [status for status in mrs.truth.values() if status] == ["FAILED"]


@pytest.mark.parametrize("how", [{"script": {"delete": []}}, {"refuse": {"delete": "0161"}}], ids=str)
def test_accepted_but_still_there(mrs, how):
    """Success without a word about the job that stays: seen by reading."""
    mrs.answers(batch_refusal="mixed")
    ids = mrs.jobs({"job_state": "FINISHED"}, {"job_state": "FINISHED", **how})
    result = mrs.run("absent", ids, wait_timeout=1)
    assert result.column("failed") == dict(zip(ids, (False, True)))
    assert result.job(ids[1])["status"] == "FINISHED"


@pytest.mark.parametrize("code", ["0183", "0180", "0189"])
def test_single_delete_is_refused(mrs, code):
    """Case 35: whatever the reason, it is reported."""
    job_id = mrs.job("FINISHED", refuse={"delete": code})
    result = mrs.run("absent", [job_id], wait_timeout=2)
    assert (result["changed"], result.job(job_id)["error"]["code"]) == (False, code)


@pytest.mark.parametrize("others", [0, 2])
@pytest.mark.parametrize("unknown", ["refuse", "ignore"])
def test_job_vanishes_before_the_delete(mrs, others, unknown):
    """Case 34: ids that are gone already, mixed in or alone. A refused single write is no change of ours."""
    mrs.answers(mrs_delete_unknown=unknown)
    vanish = {"script": {"before_delete": [{"job_state": "gone"}]}}
    ids = mrs.jobs(*({"job_state": "FAILED", **more} for more in [vanish, *({} for dummy in range(others))]))
    result = mrs.run("absent", ids)
    assert not result.failed, result["msg"]
    assert result["changed"] is bool(others or unknown == "ignore")
    assert set(mrs.truth.values()) == {None}
    again = mrs.run("absent", ids)
    assert (again.failed, again["changed"], mrs.writes) == (False, False, [])


def test_service_takes_one_id_only(mrs):
    mrs.emulator.settings.update({"batch_limit": 1})
    assert mrs.run("absent", mrs.many(5, "FINISHED"))["summary"]["changed"] == 5


def test_half_deleted_ids(mrs):
    """Case 34: the deletes are for those that are there."""
    ids = [*mrs.many(2, "FINISHED"), *(mrs.id(900 + n) for n in range(3))]
    result = mrs.run("absent", ids)
    assert result["summary"] == {"total": 5, "changed": 2, "unchanged": 3, "failed": 0}
    assert sorted(mrs.written) == sorted(ids[:2])


# ---- pages ----


@pytest.mark.parametrize("meaning", ["page", "record"])
@pytest.mark.parametrize("numbers", ["numbers", "strings"])
def test_delete_of_many(mrs, meaning, numbers):
    """Case 36: 230 records by filter: 3 writes, none left, none twice, whatever `offset` means."""
    mrs.answers(mrs_offset=meaning, mrs_numbers=numbers)
    ids = mrs.many(230, "FINISHED")
    result = mrs.run("absent", filters=EVERYTHING, max_jobs=300)
    assert result["summary"] == {"total": 230, "changed": 230, "unchanged": 0, "failed": 0}
    assert sorted(map(len, mrs.sent())) == [30, 100, 100]
    assert sorted(mrs.written) == ids
    assert set(mrs.truth.values()) == {None}
    assert len(mrs.split_log()[0]) <= 4
    assert mrs.run("absent", filters=EVERYTHING)["jobs"] == []


@pytest.mark.parametrize("meaning", ["page", "record"])
@pytest.mark.parametrize("count", [100, 101, 102, 200, 301])
def test_every_page_is_found(mrs, meaning, count):
    """Case 36, at the edges."""
    mrs.answers(mrs_offset=meaning, mrs_numbers="strings")
    ids = mrs.many(count)
    found = [job["job_id"] for job in mrs.info()["jobs"]]
    assert sorted(found) == ids
    assert mrs.total("reads") <= -(-count // 100) + (count > 100)
    assert {query["limit"] for query in mrs.queries()} == {"100"}


@pytest.mark.parametrize("meaning", ["page", "record"])
def test_jobs_come_while_pages_are_read(mrs, meaning):
    """None is lost, none is doubled."""
    mrs.answers(mrs_offset=meaning)
    mrs.emulator.settings.update({"newcomers": 4})
    ids = mrs.many(250)
    mrs.emulator.settings.update({"newcomers": 4})
    found = [job["job_id"] for job in mrs.info()["jobs"]]
    assert set(ids) <= set(found)
    assert len(found) == len(set(found))


# ---- absent jobs, absent clusters ----


@pytest.mark.parametrize(
    ("code", "status", "keys"),
    [("0176", 400, "mixed"), ("0201", 500, "mixed"), ("0201", 400, "errorCode"), ("0176", 500, "errorCode")],
)
def test_not_found(mrs, code, status, keys):
    """Case 31: each way to say so, at once: a 500 with such a code is not tried again."""
    mrs.answers(mrs_not_found=code, mrs_error_status=status, mrs_error_keys=keys)
    result = mrs.run("absent", ["no-such-job"])
    assert (result.failed, result["changed"], result["jobs"][0]["status"]) == (False, False, None), result["msg"]
    assert len(mrs.log) <= 2
    assert mrs.run("stopped", ["no-such-job"]).failed


@pytest.mark.parametrize(
    ("cluster", "keys"), [("no-such-cluster", "mixed"), ("9d8c7b6a-5f4e-4d3c-8b2a-190817263544", "error_code")]
)
@pytest.mark.parametrize(
    "chosen", [{"job_ids": ["j-1"]}, {"job_ids": ["j-1", "j-2"]}, {"filters": EVERYTHING}], ids=str
)
def test_cluster_is_not_there(mrs, cluster, keys, chosen):
    """Case 32: unknown or terminated: an error of its own, never "job absent"."""
    mrs.answers(mrs_error_keys=keys)
    result = mrs.run("absent", cluster_id=cluster, **chosen)
    check_http_error(result, "GET", mrs.emulator.url, f"/clusters/{cluster}/job-executions", 400)
    assert "12000003" in result["msg"]
    assert result["error"]["code"] == "12000003"
    assert "cluster" in result["msg"].lower()
    assert not mrs.writes
    assert "12000003" in mrs.info(cluster_id=cluster, **chosen)["msg"]


def test_cluster_goes_away_meanwhile(mrs):
    """After the delete was accepted: no success that was not seen; what was done is reported."""
    (job_id,) = mrs.many(1, "FINISHED")
    mrs.fault(mrs.path, "status", method="GET", skip=1, times=None, status=400, body=refusal("12000003"))
    result = mrs.run("absent", [job_id], wait_timeout=2)
    assert (result.failed, result["changed"], result.job(job_id)["action"]) == (True, True, "delete")


@pytest.mark.parametrize(("code", "word"), [("0192", "sync"), ("0167", "0167"), ("12000052", "12000052")])
@pytest.mark.parametrize("chosen", [{"job_ids": ["j-1"]}, {"filters": EVERYTHING}], ids=str)
def test_clear_messages(mrs, code, word, chosen):
    """Case 38: the code, and what to do, in our words: the service speaks Chinese here."""
    mrs.answers(language="chinese")
    mrs.emulator.load({"clusters": [{"clusterId": CLUSTER, "refuse": {"jobs": code}}]})
    result = mrs.run("absent", **chosen)
    check_refused(result, code)
    assert word in result["msg"].lower()
    assert not mrs.writes


@pytest.mark.parametrize("count", [1, 3])
def test_job_that_cannot_be_read(mrs, count):
    """Contract 3: 0162 is no proof of absence: the list decides."""
    ids = mrs.jobs(*({"job_state": "FINISHED", "refuse": {"get": "0162"}} for dummy in range(count)))
    result = mrs.run("absent", ids)
    assert (result.failed, result["summary"]["changed"]) == (False, count), result["msg"]


@pytest.mark.parametrize("status", [400, 500])
def test_list_fails_once(mrs, status):
    """Contract 6.6: 0166 is tried again, whatever the HTTP status."""
    mrs.many(2)
    mrs.fault("/job-executions$", "status", status=status, body=refusal("0166"))
    result = mrs.run("stopped", filters=EVERYTHING)
    assert (result.failed, result["summary"]["changed"]) == (False, 2), result["msg"]


# ---- clusters by name ----


@pytest.mark.parametrize("state", STATES)
def test_cluster_by_name(mrs, state):
    """Resolved through the cluster list, wherever it is in it; then as by id."""
    others = [{"count": 120, "clusterName": "other"}, {"clusterName": "analytics-2"}, {"clusterName": "Analytics"}]
    mrs.emulator.load({"clusters": [{"clusterId": CLUSTER, "clusterName": "analytics", "age": 9}, *others]})
    mrs.emulator.world.add("mrs_jobs", {"job_id": "j-1", "cluster_id": CLUSTER})
    assert mrs.run(state, ["j-1"], check_mode=True, **BY_NAME)["changed"]
    assert mrs.run(state, ["j-1"], **BY_NAME)["changed"]
    assert mrs.info(job_ids=["j-1"], **BY_NAME)["total"] == (1 if state == "stopped" else 0)


@pytest.mark.parametrize("name", ["analytics ", " analytics\u00a0"])
def test_blanks_around_a_cluster_name(mrs, name):
    """They are no part of it, as in the names of jobs."""
    mrs.emulator.load({"clusters": [{"clusterId": CLUSTER, "clusterName": "analytics"}]})
    mrs.emulator.world.add("mrs_jobs", {"job_id": "j-1", "cluster_id": CLUSTER})
    by_name = {"cluster_id": None, "cluster_name": name}
    assert mrs.info(job_ids=["j-1"], **by_name)["total"] == 1
    assert mrs.run("stopped", ["j-1"], **by_name)["changed"]


@pytest.mark.parametrize(
    ("clusters", "words"),
    [
        (["other"], ["nalytics"]),
        (["Analytics"], ["analytics"]),
        ([], ["analytics"]),
        (["analytics", "analytics"], ["analytics", "cluster_id"]),
    ],
    ids=str,
)
@pytest.mark.parametrize("form", ["run", "info"])
def test_cluster_name_that_names_none_or_several(mrs, clusters, words, form):
    """One clear error; no request about a job."""
    mrs.emulator.load({"clusters": [{"clusterName": name} for name in clusters]})
    options = {"job_ids": ["j-1"], **BY_NAME}
    check_refused(mrs.run("absent", **options) if form == "run" else mrs.info(**options), *words)
    assert {entry["path"] for entry in mrs.log} == {CLUSTERS_PATH}


@pytest.mark.parametrize("state", ["terminated", "TERMINATED"])
def test_name_of_a_terminated_cluster(mrs, state):
    """It names no cluster to work with; and it does not stand in the way of one of the same name."""
    options = {"cluster_id": None, "cluster_name": "analytics-test"}
    old = {"clusterId": "old", "clusterName": "analytics-test", "clusterState": state}
    mrs.emulator.load({"clusters": [old], "mrs_jobs": []})
    check_refused(mrs.run("absent", ["j-1"], **options), "analytics-test", "is terminated")
    assert not mrs.writes
    mrs.emulator.world.add("clusters", {"clusterId": "new", "clusterName": "analytics-test"})
    mrs.emulator.world.add("mrs_jobs", {"job_id": "j-1", "cluster_id": "new"})
    assert mrs.run("absent", ["j-1"], **options)["changed"]
    assert mrs.truth["j-1"] is None


def test_cluster_list_fails(mrs):
    mrs.fault(CLUSTERS_PATH, "gateway_404", times=None)
    check_http_error(mrs.run("absent", ["j-1"], **BY_NAME), "GET", mrs.emulator.url, CLUSTERS_PATH, 404)


def test_budget_of_a_name(mrs):
    """One look at the clusters comes on top; one login."""
    ids = mrs.many(3)
    mrs.run("stopped", ids, login=mrs.by_password, **BY_NAME)
    assert (len(mrs.queries()), mrs.total("logins"), mrs.total("writes")) == (2, 1, 3)
    assert sum(entry["path"] == CLUSTERS_PATH for entry in mrs.log) == 1


# ---- how many requests ----


def test_budget_of_a_running_job_that_is_deleted(mrs):
    """The stop, then the delete."""
    ids = mrs.many(120)
    result = mrs.run("absent", ids)
    assert result["summary"]["changed"] == 120
    assert sorted(mrs.sent(KILL)) == [[job_id] for job_id in ids]
    assert sorted(map(len, mrs.sent(DELETE))) == [20, 100]
    assert mrs.total("reads") <= 3 * 4


def test_other_clusters_are_not_touched(mrs):
    """The jobs are those of the cluster that is named."""
    mrs.emulator.load({})
    mrs.run("absent", filters={"name": ["pi"]})
    assert list(mrs.truth.values()).count(None) == 1
    result = mrs.run("absent", ["b0a1c2d3-e4f5-4067-8899-aabbccddeeff"])  # a job of the cluster reports
    assert (result.failed, result["changed"]) == (False, False)


@pytest.mark.parametrize("option", ["job_ids", "job_id_list"])
def test_ids(mrs, option):
    """The alias; ids that are no UUIDs; one string."""
    mrs.jobs({"job_id": "j_1"}, {"job_id": "J-1"})
    result = mrs.run("stopped", **{option: "j_1,J-1,j_1"})
    assert [job["id"] for job in result["jobs"]] == ["j_1", "J-1"]
    assert mrs.info(**{option: ["J-1"]})["total"] == 1


def test_reader_shows_the_services_fields(mrs):
    """Numbers as they come, and every field of the list but the secret ones."""
    mrs.answers(mrs_numbers="strings", mrs_new="New")
    mrs.states("NEW", arguments="[x]")
    (job,) = mrs.info()["jobs"]
    assert (job["job_state"], job["job_progress"], job["job_result"]) == ("New", "0", "UNDEFINED")
    assert mrs.info(details=True)["jobs"][0]["arguments"] == "[x]"


def test_a_record_that_comes_to_life_before_it_is_deleted(mrs):
    """Whatever the order in which both were sent, the report has one word for it."""
    job_id = mrs.job("FINISHED", before_delete=[{"job_state": "RUNNING"}])
    assert mrs.run("absent", [job_id], wait_timeout=2).job(job_id)["action"] == "kill+delete"
