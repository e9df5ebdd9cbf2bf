# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""dli_sql_jobs and its reader: what only SQL jobs do."""

from __future__ import annotations

import json
import math

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.service import check_refused, refusal

STATES = ("stopped", "absent")
ACTIVE, FINAL = ("LAUNCHING", "RUNNING"), ("FINISHED", "FAILED", "CANCELLED")
SECRET = "hunter2"
BATCH = "/jobs/[^/]+$"
# How many requests there are, both doors leave to the same code: the one that is quicker with many jobs is enough
ONE_DOOR = pytest.mark.parametrize("door", ["action"], indirect=True)


def pages(count: int) -> int:
    """Of a list of so many jobs, read as a whole."""
    return max(1, math.ceil(count / 100)) + (count > 10_000) * (1 + (count - 1) // 10_000)


# ---- each state ----


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("spelling", ["upper", "one_l", "capital"])
@pytest.mark.parametrize("success", ["boolean", "string", "capital", "missing"])
def test_states(sql, state, spelling, success):
    """A job that has ended gets no DELETE, however its status is spelled; the others get one."""
    sql.answers(sql_status=spelling, sql_is_success=success)
    ids = sql.states(*ACTIVE, *FINAL)
    result = sql.twins(state, ids)
    assert list(sql.truth.values()).count("CANCELLED") == 3
    assert list(result.column("action").values()) == ["cancel"] * 2 + ["none"] * 3
    assert result["summary"] == {"total": 5, "changed": 2, "unchanged": 3, "failed": 0}


def test_an_entry_tells_queue_and_type(sql):
    """There is no name to know a job by."""
    ids = sql.jobs({"queue_name": "etl", "job_type": "INSERT"}, {"queue_name": None})
    result = sql.run("absent", [*ids, "no-such-job"], ignore_missing=True)
    assert "1 unknown to the service" in result["msg"]  # as after a slip in an ID
    jobs = result["jobs"]
    assert [(job["name"], job["queue_name"], job["job_type"]) for job in jobs] == [
        (None, "etl", "INSERT"),
        (None, None, "QUERY"),
        (None, None, None),
    ]


@pytest.mark.parametrize("told", [{}, {"queue_name": None, "job_type": None}])
def test_a_get_that_tells_less_than_the_list(sql, told):
    """What the list has told of queue and type stays."""
    (job_id,) = sql.jobs({"queue_name": "etl"})

    def less(request, body):
        return {"job_id": job_id, "status": body["status"], **told} if request.path.endswith("/status") else body

    sql.change_answers(less)
    result = sql.run("stopped", filters={"queue_name": "etl"})
    job = result.job(job_id)
    assert (result.failed, job["queue_name"], job["job_type"]) == (False, "etl", "QUERY"), result["msg"]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("code", ["DLI.0007", "DLI.0001", "DLI.0999", "false"])
def test_race(sql, state, code):
    """It has finished just before: refused, as wanted, and no change of ours; the other job is cancelled."""
    sql.answers(sql_cancel_refusal=code)
    ids = sql.jobs({"script": {"before_cancel": [{"status": "FINISHED"}]}}, {})
    result = sql.run(state, ids)
    assert not result.failed, result["msg"]
    job = result.job(ids[0])
    assert (job["changed"], job["action"], job["status"]) == (False, "cancel", "FINISHED")
    assert result.job(ids[1])["changed"]


def test_cancelled_before_it_ran(sql):
    ids = sql.states("LAUNCHING")
    sql.delays(sql_cancel="2 looks")
    result = sql.run("stopped", ids)
    assert (result.failed, result["jobs"][0]["status"]) == (False, "CANCELLED")


@pytest.mark.parametrize("spelling", [True, "true", "True"])
@pytest.mark.parametrize("body", [None, {}, {"message": ""}])
def test_form_of_the_answer(sql, spelling, body):
    job_id = sql.job()
    said = body if body is None else {**body, "is_success": spelling}
    sql.fault(BATCH, "status_after", method="DELETE", status=200, body=said)
    result = sql.run("stopped", [job_id])
    assert (result.failed, result["changed"], len(sql.writes)) == (False, True, 1), result["msg"]


@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize(("code", "told"), [("DLI.0999", "DLI.0999"), ("false", None)])
@pytest.mark.parametrize(("times", "fails"), [(3, False), (4, True)])
def test_what_only_failed_is_tried_again(sql, wait, code, told, times, fails):
    """Sent four times in all, each after a look, also where nobody waits."""
    ids = sql.jobs({"refuse": {"cancel": {"code": code, "times": times}}})
    result = sql.run("stopped", ids, wait=wait)
    job = result["jobs"][0]
    assert (job["failed"], job["changed"], len(sql.sent())) == (fails, not fails, 4), result["msg"]
    assert not sql.write_follows_write()
    if fails:
        assert (job["error"]["code"], job["error"]["status"]) == (told, 400 if told else 200)
        assert job["error"]["message"]


def test_refused_though_it_runs(sql):
    """A refusal that the status does not explain is that job's error."""
    ids = sql.jobs({"refuse": {"cancel": "DLI.0007"}}, {})
    result = sql.run("stopped", ids)
    assert result.column("failed") == dict(zip(ids, (True, False)))
    assert result.job(ids[0])["error"]["code"] == "DLI.0007"


@pytest.mark.parametrize("status", [403, 400])
def test_no_permission_to_cancel(sql, status):
    job_id = sql.job()
    sql.fault(BATCH, "status", method="DELETE", times=None, status=status, body=refusal("DLI.0003"))
    check_refused(sql.run("stopped", [job_id], wait_timeout=1), "dli:queue:cancelJob", "CANCEL_JOB on the queue")


def test_never_cancelled_though_accepted(sql):
    job_id = sql.job(cancel=[])
    result = sql.run("absent", [job_id], wait_timeout=1)
    assert (result.failed, result["changed"]) == (True, True)
    assert "still RUNNING" in result["msg"]


@pytest.mark.parametrize("by_id", [True, False])
def test_unknown_status(sql, by_id):
    """Awaited, never cancelled, and named."""
    (job_id,) = sql.states("SUSPENDED")
    chosen = {"ids": [job_id]} if by_id else {"filters": {"queue_name": "default"}}
    result = sql.run("stopped", wait_timeout=1, **chosen)
    assert (result.failed, sql.writes) == (True, [])
    assert "still SUSPENDED" in result["msg"]
    job_id = sql.job("SUSPENDED", created=[{"after": "3 looks", "status": "FINISHED"}])
    assert not sql.run("stopped", [job_id])["changed"]


# ---- maintenance of the queue ----


def test_filters_leave_maintenance_of_the_queue_out(sql):
    ids = sql.jobs(
        {"job_type": "RESTART_QUEUE"}, {"job_type": "SCALE_QUEUE", "status": "SCALING"}, {"job_type": "INSERT"}
    )
    result = sql.run("stopped", filters={"queue_name": "default"})
    assert [job["id"] for job in result["jobs"]] == [ids[2]]
    assert [job["job_id"] for job in sql.info(filters={"queue_name": "default"})["jobs"]] == ids
    again = sql.run("stopped", filters={"queue_name": "default", "status": ["RUNNING", "SCALING"]})
    assert (again.failed, again["jobs"]) == (False, [])
    assert f"{ids[0]} has job_type RESTART" in again["msg"]


@pytest.mark.parametrize("named", ["scale_queue", "SCALE_QUEUE,INSERT"])
def test_scaling_is_awaited(sql, named):
    sql.job("SCALING", fields={"job_type": "SCALE_QUEUE"}, created=[{"after": "4 looks", "status": "FINISHED"}])
    result = sql.run("stopped", filters={"job_type": named})
    assert (result.failed, result["changed"], sql.writes) == (False, False, [])
    assert result["jobs"][0]["status"] == "FINISHED"


@pytest.mark.parametrize("code", ["DLI.0007", "DLI.0999", "false"])
def test_scaling_by_id(sql, code):
    """One cancel is tried, and a refusal means waiting."""
    sql.answers(sql_cancel_refusal=code)
    fields = {"job_type": "SCALE_QUEUE"}
    job_id = sql.job("SCALING", fields=fields, created=[{"after": "9 looks", "status": "FINISHED"}])
    result = sql.run("stopped", [job_id])
    assert (result.failed, result["changed"], len(sql.writes)) == (False, False, 1), result["msg"]
    job_id = sql.job("SCALING", fields=fields)
    result = sql.run("stopped", [job_id], wait_timeout=30)
    assert (result.failed, result["changed"], len(sql.writes)) == (True, False, 1)
    assert "still SCALING" in result["msg"]
    result = sql.run("stopped", [job_id], wait=False)
    assert (result.failed, len(sql.writes)) == (True, 1)


# ---- not found ----


@pytest.mark.parametrize("code", ["DLI.0002", "DLI.0023", "DLI.0001"])
@pytest.mark.parametrize("count", [1, 3])
def test_not_found(sql, code, count):
    sql.answers(sql_not_found=code)
    sql.jobs()
    ids = [sql.id(900 + n) for n in range(count)]
    result = sql.run("absent", ids)
    assert (result.failed, result["changed"], sql.writes) == (False, False, []), result["msg"]
    assert sql.run("stopped", ids)["summary"]["failed"] == count
    assert sql.run("stopped", ids, ignore_missing=True)["summary"]["unchanged"] == count
    assert sql.info(job_ids=ids)["jobs"] == []


@pytest.mark.parametrize(
    "body", [{"error_code": "APIGW.0101"}, {"error_code": "APIG.0101"}, {"error_code": "DLI.0003"}, {}]
)
@pytest.mark.parametrize("status", [400, 404])
def test_what_does_not_mean_that_it_is_gone(sql, body, status):
    """What the gateway says, a missing permission, a 404 without a code."""
    sql.jobs()
    job_id = sql.id(900)
    sql.fault("/status$", "status", times=None, status=status, body=body)
    result = sql.run("absent", [job_id], max_retries=0)
    settled = not body and status == 400  # by the list
    assert result.failed is not settled, result["msg"]


@pytest.mark.parametrize("code", ["DLI.0001", "DLI.0007", "DLI.0999", "DLI.10005"])
def test_a_400_is_settled_by_the_list(sql, code):
    """Its row is the look."""
    ids = sql.jobs({"refuse": {"status": code}}, {})
    result = sql.run("stopped", ids[:1], max_retries=0)
    assert (result.failed, result["changed"], sql.truth[ids[0]]) == (False, True, "CANCELLED"), result["msg"]
    assert {"job-id": ids[0]}.items() <= max(sql.queries(), key=len).items()


def test_a_400_for_a_job_that_no_list_shows(sql):
    """No row means unknown."""
    ids = sql.jobs({"refuse": {"status": "DLI.0001"}, "hidden": True})
    assert not sql.run("absent", ids)["changed"]


def test_the_status_is_not_told_any_more(sql):
    """After the cancel."""
    sql.answers(sql_after_cancel="refused")
    sql.delays(sql_cancel="2 looks")
    result = sql.run("stopped", [sql.job()])
    assert (result.failed, result["changed"], result["jobs"][0]["status"]) == (False, True, "CANCELLED"), result["msg"]


@pytest.mark.parametrize("state", ["stopped", "absent"])
def test_a_job_that_was_there_and_that_no_list_has_shown(sql, state):
    """A list without it says nothing of it, as it may still run."""
    sql.answers(sql_after_cancel="refused")
    job_id = sql.job(fields={"hidden": True}, cancel=[])
    result = sql.run(state, [job_id], wait_timeout=1)
    assert result.failed
    assert f"/jobs/{job_id}/status" in result["msg"]
    assert (result["changed"], result["jobs"][0]["status"]) == (True, "RUNNING")
    assert sql.truth == {job_id: "RUNNING"}


def test_a_status_of_200_that_says_no(sql):
    """What it says may be what the service says of the job, and so hold its statement."""
    job_id = sql.job()
    sql.fault("/status$", "wrong_type", times=None, body={"is_success": "false", "message": f"near {SECRET}"})
    result = sql.run("stopped", [job_id], wait_timeout=1)
    check_refused(result, "is_success is false")
    assert SECRET not in json.dumps(result)


# ---- filters ----


def test_filters(sql):
    ids = sql.jobs(
        {"queue_name": "etl", "owner": "ann", "tags": {"team": "night"}, "statement": "select * from Sales.Orders"},
        {"queue_name": "etl", "owner": "bob", "tags": {"team": "nights"}, "statement": "select 1", "age": 7200},
        {"queue_name": "web", "job_type": "INSERT", "tags": None, "status": "CANCELLED", "age": 7200},
        {"queue_name": "web", "start_time": None, "status": "LAUNCHING"},
        {"queue_name": "web", "start_time": None, "status": "FINISHED", "end_time": None},
    )
    cases = [
        ({"queue_name": "etl"}, [0, 1]),
        ({"owner": "bob"}, [1]),
        ({"tags": {"team": "night"}}, [0]),
        ({"sql_pattern": "SALES.orders"}, [0]),
        ({"job_type": "insert"}, [2]),
        ({"job_type": "insert, query"}, [0, 1, 2, 3, 4]),
        ({"status": "canceled"}, [2]),
        ({"status": ["cancelled", "launching"]}, [2, 3]),
        ({"older_than": "1h"}, [1, 2]),
        ({"older_than": "1h", "queue_name": "etl"}, [1]),
    ]
    for filters, numbers in cases:
        found = sql.info(filters=filters)
        assert sorted(job["job_id"] for job in found["jobs"]) == sorted(ids[n] for n in numbers), filters
        assert len(sql.log) == 1
    assert set(sql.run("absent", filters={"tags": {"team": "night"}}).column("changed")) == {ids[0]}


def test_a_statement_that_is_null_has_no_part(sql):
    """Whatever the service has filtered by."""
    sql.jobs({"statement": "select one"}, {"statement": "select none"})
    sql.change_answers(
        lambda dummy, body: {**body, "jobs": [{**body["jobs"][0], "statement": None}, *body["jobs"][1:]]}
    )
    for pattern, count in (("one", 1), ("NONE", 0)):
        assert sql.info(filters={"sql_pattern": pattern})["total"] == count


@pytest.mark.parametrize("given", [{}, {"queue_name": ""}, {"status": []}, {"job_type": " , "}, {"tags": {}}])
def test_empty_filters(sql, given):
    check_refused(sql.run("stopped", filters=given), "filters")
    assert sql.log == []


@pytest.mark.parametrize("job_id", ["a/b", "a?b", "a b", ""])
def test_malformed_ids(sql, job_id):
    check_refused(sql.run("stopped", [job_id]), "job_ids[0]")
    assert sql.log == []


# ---- secrets ----


def test_a_statement_is_only_told_with_details(sql):
    ids = sql.jobs({"statement": f"create table t options (passwd '{SECRET}')", "message": SECRET, "detail": SECRET})
    for options in ({}, {"job_ids": ids}, {"filters": {"sql_pattern": "create"}}):
        found = sql.info(**options)
        assert found["jobs"][0]["status"] == "RUNNING"
        assert SECRET not in json.dumps(found)
        (job,) = sql.info(details=True, **options)["jobs"]
        assert (job["message"], job["detail"], SECRET in job["statement"]) == (SECRET, SECRET, True)
        assert sql.log[-1]["path"].endswith("/status")


@pytest.mark.parametrize("status", ["FAILED", "RUNNING"])
def test_no_report_tells_what_the_service_says_of_a_job(sql, status):
    ids = sql.jobs({"statement": SECRET, "message": SECRET, "status": status, "script": {"cancel": []}})
    for chosen in ({"ids": ids}, {"filters": {"queue_name": "default"}}, {"filters": {"sql_pattern": "elsewhere"}}):
        result = sql.run("stopped", diff=True, wait_timeout=1, **chosen)
        assert SECRET not in json.dumps(result)


# ---- requests ----


@ONE_DOOR
@pytest.mark.parametrize("total", [1, 99, 230])
@pytest.mark.parametrize("count", [1, 2, 3, 5, 99])
def test_requests_by_id(sql, total, count):
    """One status for one job, else one more than the cheaper of statuses and pages; and the same for a second run."""
    ids = sql.many(total)[:count]
    count = len(ids)
    allowed = 1 if count == 1 else min(count, pages(total)) + 1
    sql.run("stopped", ids)
    before, after = sql.split_log()
    assert (len(before) <= allowed, len(sql.sent()), len(after) <= allowed) == (True, count, True)
    sql.run("stopped", ids)
    assert len(sql.log) <= allowed


def test_230_jobs_by_filter(sql):
    """Two arrive meanwhile; nobody promised to find these."""
    ids = sql.many(230, age=60)
    sql.delays(sql_cancel="1 look")
    result = sql.run("stopped", filters={"queue_name": "default"}, max_jobs=1000)
    assert (result.failed, result["summary"]["changed"]) == (False, 230)
    assert sorted(sql.written) == ids
    before, after = sql.split_log()
    assert (len(before), len(after)) == (4, 6)  # two looks: the first one shows that they are on their way
    assert not sql.run("stopped", filters={"queue_name": "default"}, max_jobs=1000)["changed"]
    assert (len(sql.log), sql.writes) == (4, [])


@ONE_DOOR
@pytest.mark.parametrize(("window", "launching"), [("exclusive", "no_start_time"), ("inclusive", "start_time")])
def test_12000_jobs(sql, window, launching):
    """All are found, none twice: beyond page 100 by the start of the last job seen, and those that have none."""
    sql.answers(sql_window=window, sql_launching=launching)
    now = sql.milliseconds
    entries = [{"status": "FINISHED", "start_time": now - 10**7 + n // 3} for n in range(11_980)]
    ids = sql.jobs(*entries, *[{"status": "LAUNCHING"}] * 20)
    found = sql.info()
    assert sorted(job["job_id"] for job in found["jobs"]) == sorted(ids)
    assert found.get("warnings", []) == []
    assert len(sql.log) <= pages(12_000) + 1 == 123  # the first page is read again
    result = sql.run("stopped", filters={"status": ["LAUNCHING", "RUNNING"]})
    assert (result.failed, result["summary"]["changed"], len(sql.sent())) == (False, 20, 20)
    assert len(sql.split_log()[0]) <= 123


def test_12000_jobs_by_id(sql):
    now = sql.milliseconds
    ids = sql.jobs(*({"status": "FINISHED", "start_time": now - 10**7 + n} for n in range(12_000)))
    assert sql.info(job_ids=ids)["total"] == 12_000
    assert len(sql.log) <= 123
    assert sql.info(job_ids=ids[-5:])["total"] == 5
    assert len(sql.log) <= 6


@ONE_DOOR
def test_more_jobs_of_one_moment_than_the_service_shows(sql):
    """Nobody can read them all: a clear error, and nothing is done."""
    sql.many(10_200, status="RUNNING", start_time=sql.milliseconds - 10**6)
    result = sql.run("stopped", filters={"queue_name": "default"}, max_jobs=20_000)
    check_refused(result, "more than 10000 jobs of the list have the same start_time")
    assert sql.writes == []
    assert len(sql.log) <= 202


def test_a_job_that_begins_while_the_list_is_read(sql):
    """It leaves its place before all others, and another one arrives: what was between two pages is not missed."""
    begins = {"created": [{"after": "1 look", "status": "RUNNING", "start_time": sql.milliseconds}]}
    ids = sql.jobs({"status": "LAUNCHING", "start_time": None, "script": begins}, {"count": 150, "age": 60})
    sql.emulator.settings.update({"newcomers": 1})
    assert set(ids) <= {job["job_id"] for job in sql.info()["jobs"]}
    assert len(sql.log) == 5


def test_pages_of_fewer_rows(sql):
    ids = sql.many(230)
    sql.emulator.settings.update({"page_rows": 40})
    assert len(sql.info()["jobs"]) == len(ids)


def test_a_short_list(sql):
    """A sub-user does not see all that is counted."""
    sql.many(20)
    sql.emulator.settings.update({"unshown": 3})
    found = sql.info()
    assert len(found["jobs"]) == 20
    (reason,) = found["incomplete"]
    assert reason.startswith("the list shows 20 of the 23 entries")
    assert reason in str(found["warnings"])


def test_check_mode_with_diff(sql):
    ids = sql.states("RUNNING", "FINISHED")
    result = sql.run("stopped", ids, check_mode=True, diff=True)
    assert result["diff"] == {
        "before": {"jobs": [{"id": ids[0], "name": None, "status": "RUNNING"}]},
        "after": {"jobs": [{"id": ids[0], "name": None, "status": "CANCELLED"}]},
    }
