# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of SQL jobs that move while they are read, or tell something odd: no job is lost, and none taken for another."""

from __future__ import annotations

import json

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils._services import sql_jobs
from ansible_collections.otc.bigdata.tests.emulator import dli_sql
from ansible_collections.otc.bigdata.tests.unit.utils.service import check_refused

ENDS = {"created": [{"after": "1 look", "status": "FINISHED"}]}


@pytest.mark.parametrize("drain", [0, 50])
def test_running_job_lost_as_one_ends_and_one_arrives(sql, drain):
    ids = sql.jobs({"status": "RUNNING", "age": 90, "script": ENDS}, {"count": 250, "status": "RUNNING", "age": 60})
    sql.emulator.settings.update({"newcomers": 1})
    result = sql.run("stopped", filters={"status": "RUNNING"}, max_jobs=1000, drain_timeout=drain, wait_interval=1)
    left = [job_id for job_id in ids if sql.truth[job_id] == "RUNNING"]
    assert not left or result.failed or result.get("warnings"), (left, result["msg"])
    assert len(result["jobs"]) >= 250


def test_the_same_without_a_status_when_the_oldest_record_expires(sql):
    ids, pages, answer = sql.many(250, age=60), [], sql.emulator.answer

    def answered(request, connection):
        reply = answer(request, connection)
        pages.append(request)
        if len(pages) == 1:
            store = sql.emulator.world["sql_jobs"]
            with sql.emulator.world.lock:
                store.jobs[ids[0]].hidden = True
                store._selections.clear()
            sql.emulator.world.add("sql_jobs", {"status": "RUNNING"})
        return reply

    sql.emulator.answer = answered
    found = sql.info()
    assert set(ids[1:]) <= {job["job_id"] for job in found["jobs"]} or found.get("warnings")


@pytest.mark.parametrize("none", [0, "0", ""])
def test_launching_job_shown_with_start_time_zero(sql, none):
    """As test_a_job_that_begins_while_the_list_is_read, but 'no time' is written as 0."""
    begins = {"created": [{"after": "1 look", "status": "RUNNING", "start_time": sql.milliseconds}]}
    ids = sql.jobs({"status": "LAUNCHING", "start_time": None, "script": begins}, {"count": 150, "age": 60})
    sql.emulator.settings.update({"newcomers": 1})

    def change(dummy, body):
        for job in body.get("jobs", ()):
            job["start_time"] = none if job["start_time"] is None else job["start_time"]
        return body

    sql.change_answers(change)
    found = sql.info()
    assert set(ids) <= {job["job_id"] for job in found["jobs"]} or found.get("warnings")


def test_timeless_job_begins_between_the_windows_and_the_list_of_launching_ones(sql, monkeypatch):
    """Beyond the last page; the service sorts nulls last, so the windows have not shown it."""
    for module in (sql_jobs, dli_sql):
        monkeypatch.setattr(module, "MOST_PAGES", 2)
    now = sql.milliseconds
    ids = sql.jobs(
        *({"status": "FINISHED", "start_time": now - 10**7 + n} for n in range(250)),
        {"status": "LAUNCHING", "start_time": None},
    )
    launching, done, answer = next(i for i in ids if sql.truth[i] == "LAUNCHING"), set(), sql.emulator.answer

    def answered(request, connection):
        if "LAUNCHING" in request.query and "begun" not in done:
            done.add("begun")
            sql.emulator.world.add(
                "sql_jobs", {"job_id": launching, "status": "RUNNING", "start_time": sql.milliseconds}
            )
        if "start=" in request.query and "arrived" not in done:
            done.add("arrived")
            sql.emulator.world.add("sql_jobs", {"status": "RUNNING", "start_time": sql.milliseconds})
        reply = answer(request, connection)
        if "LAUNCHING" not in request.query:
            body = json.loads(json.dumps(reply.body))
            body["jobs"] = [job for job in body["jobs"] if job["start_time"]]
            reply.body = body
        return reply

    sql.emulator.answer = answered
    found = sql.info()
    assert launching in {job["job_id"] for job in found["jobs"]} or found.get("warnings")


@pytest.mark.parametrize("said", [0, 99, "0"])
def test_total_smaller_than_the_rows_shown(sql, said):
    """A full page whose list claims fewer jobs: Flink warns of such, SQL takes it for complete."""
    sql.many(250, age=60)
    sql.change_answers(lambda dummy, body: {**body, "job_count": said} if "job_count" in body else body)
    result = sql.run("stopped", filters={"queue_name": "default"}, max_jobs=1000)
    assert "RUNNING" not in sql.truth.values() or result.get("warnings"), result["msg"]


@pytest.mark.parametrize("told", [None, "", " ", 5, ["QUERY"]])
def test_row_without_a_type(sql, told):
    """Nobody can say that it is no maintenance of the queue."""
    ids = sql.jobs({"status": "RUNNING", "job_type": "RESTART_QUEUE"}, {"status": "RUNNING"})

    def change(dummy, body):
        for job in body.get("jobs", ()):
            job["job_type"] = told if job["job_id"] == ids[0] else job["job_type"]
        return body

    sql.change_answers(change)
    sql.run("stopped", filters={"queue_name": "default"})
    assert sql.truth[ids[0]] == "RUNNING"


def test_row_without_an_id_counts_twice(sql, monkeypatch):
    """In two windows: it makes up for a job that is not shown, and the warning counts 2."""
    for module in (sql_jobs, dli_sql):
        monkeypatch.setattr(module, "MOST_PAGES", 2)
    now = sql.milliseconds
    ids = sql.jobs(*({"status": "RUNNING", "start_time": now - 10**7 + n} for n in range(250)))

    def change(dummy, body):
        body["jobs"] = [
            {**job, "job_id": None if job["job_id"] == ids[199] else job["job_id"]}
            for job in body["jobs"]
            if job["job_id"] != ids[50]
        ]
        return body

    sql.change_answers(change)
    found = str(sql.info().get("warnings"))
    assert "missing" in found, found


@pytest.mark.parametrize("time_of", [lambda n: n + 0.5, lambda n: "2026-01-01T00:00:00Z", lambda n: None])
def test_untrue_reason_where_times_are_not_understood(sql, monkeypatch, time_of):
    for module in (sql_jobs, dli_sql):
        monkeypatch.setattr(module, "MOST_PAGES", 2)
    now = sql.milliseconds
    sql.jobs(*({"status": "RUNNING", "start_time": now - 10**7 + n} for n in range(250)))
    sql.change_answers(
        lambda dummy, body: {
            **body,
            "jobs": [{**job, "start_time": time_of(job["start_time"])} for job in body["jobs"]],
        },
    )
    assert "have the same start_time" not in sql.info()["msg"]


@pytest.mark.parametrize("more", [{}, {"jobs": None, "job_count": 0}, {"jobs": [], "job_count": 0}], ids=str)
def test_list_that_is_none(sql, more):
    """An empty list that was refused is no empty queue."""
    sql.fault("/jobs$", "wrong_type", times=None, body={"is_success": False, "message": "internal", **more})
    for result in (sql.run("stopped", filters={"queue_name": "default"}), sql.info()):
        check_refused(result, "GET", "internal")


def test_message_of_a_refused_cancel_that_quotes_the_statement(sql):
    statement = "create table t options(passwd 'hunter2')"
    job_id = sql.job(fields={"statement": statement})
    sql.fault(
        "/jobs/[^/]+$",
        "status",
        method="DELETE",
        times=None,
        status=200,
        body={"is_success": False, "message": f"near: {statement}"},
    )
    result = sql.run("stopped", [job_id], wait_timeout=1)
    assert "hunter2" not in json.dumps(result), result["msg"]


def test_all_types(sql):
    """The service takes ALL for job-type; here it selects nothing, with success."""
    job_id = sql.job()
    result = sql.run("stopped", filters={"job_type": "ALL"})
    assert result.failed or result.get("warnings") or sql.truth[job_id] == "CANCELLED", result["msg"]
