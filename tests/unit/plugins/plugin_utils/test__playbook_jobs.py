# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What playbooks say of jobs."""

from __future__ import annotations

import time

from ansible_collections.otc.bigdata.plugins.plugin_utils._playbook_jobs import table

HOUR = 3600


def ago(seconds: float) -> int:
    """A time stamp of a service."""
    return int((time.time() - seconds - 1) * 1000)


def flink(number: int, status: str, age: float | None, **more: object) -> dict:
    times = {} if age is None else {"create_time": ago(age)}
    return {"job_id": number, "name": f"job-{number}", "status": status, "queue_name": "q", **times, **more}


def read(service: str, *jobs: dict, **more: object) -> dict:
    return {"service": service, "jobs": list(jobs), "total": len(jobs), **more}


# ---- what is there ----


def test_what_has_not_ended_comes_first_then_the_oldest():
    jobs = [
        flink(1, "job_finish", 90 * HOUR, has_savepoint=False),
        flink(2, "job_running", HOUR, has_savepoint=True, queue_name="r"),
        flink(3, "job_who_knows", None),
        flink(4, "JOB_RUNNING", 5 * HOUR, has_savepoint=None),
    ]
    assert table([read("flink", *jobs)], ()) == [
        "flink: 4 jobs, 3 not ended",
        "ID  NAME   QUEUE  STATUS         AGE  SAVEPOINT",
        "4   job-4  q      JOB_RUNNING    5h",
        "2   job-2  r      job_running    1h   yes",
        "3   job-3  q      job_who_knows",
        "1   job-1  q      job_finish     3d   no",
    ]


def test_a_queue_that_all_share_takes_no_column():
    sql = {"job_id": "s", "status": "SCALING", "job_type": "SCALE_QUEUE", "queue_name": "q", "start_time": ago(60)}
    mrs = {"job_id": "m", "job_name": "pi", "job_state": "FINISHED", "queue": "default", "submitted_time": ago(60)}
    batch = {"id": "b", "name": "x", "state": "dead", "queue_name": "spark", "create_time": ago(60)}
    reports = [
        read("sql", sql),
        read("spark", batch),
        read("mrs", mrs, otc__cluster="analytics"),
        read("mrs", otc__cluster="x"),
    ]
    assert table(reports, ()) == [
        "sql: 1 job on the queue q, 1 not ended",
        "ID  NAME              STATUS   AGE",
        "s   SCALE_QUEUE on q  SCALING  1m",
        "spark: 1 job on the queue spark, 0 not ended",
        "ID  NAME  STATUS  AGE",
        "b   x     dead    1m",
        "mrs, analytics: 1 job on the queue default, 0 not ended",
        "ID  NAME  STATUS    AGE",
        "m   pi    FINISHED  1m",
        "mrs, x: no job",
    ]  # fmt: skip


def test_statuses():
    jobs = [flink(1, "job_running", HOUR), flink(2, "job_running_exception", HOUR), flink(3, "job_init", HOUR)]
    for asked in (["running"], ["Job_Running"], ["dead", "RUNNING"]):
        head, dummy, line = table([read("flink", *jobs)], asked)
        assert head == "flink: 1 of 3 jobs on the queue q, 1 not ended"
        assert line.startswith("1 ")
    assert table([read("flink", *jobs), read("spark")], ["runing"]) == [
        "flink: no job of 3 is in such a status, they are job_init, job_running, job_running_exception",
        "spark: no job",
    ]


def test_text_of_the_service_is_data():
    """No terminal obeys it, and no line is broken by it."""
    evil = "a\x1b[2J\nb"
    lines = table([read("flink", flink(1, evil, HOUR, name=evil, queue_name=evil))], ())
    lines += table([read("mrs", otc__cluster=evil, failed=True, msg=evil)], ())
    assert len(lines) == 4
    assert not any(char in "".join(lines) for char in "\x1b\n")


def test_a_usual_table_fits_a_terminal():
    """Also with what Ansible puts around a line of a message."""
    jobs = [
        flink(number, "job_running", 40 * 24 * HOUR, name="orders-enriched", has_savepoint=False)
        for number in (1234, 5678)
    ]
    assert max(map(len, table([read("flink", *jobs)], ()))) + 11 <= 80
