# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What playbooks say of jobs."""

from __future__ import annotations

import shlex
import time

import pytest
from ansible.parsing.splitter import parse_kv

from ansible_collections.otc.bigdata.plugins.plugin_utils._playbook_jobs import (
    is_login_refused,
    not_started,
    restart,
    table,
    undo,
)
from ansible_collections.otc.bigdata.plugins.plugin_utils._playbook_names import OWN_PREFIX

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
        flink(1, "job_finish", 90 * HOUR, has_savepoint="false"),
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


def test_all_but_some():
    """A job whose name nobody knows is no job of such a name."""
    jobs = [flink(1, "job_running", HOUR, name="billing-eu"), flink(2, "job_running", HOUR, name=None)]
    mrs = {"job_id": "m", "job_name": "billing-x", "job_state": "RUNNING"}
    head, dummy, line, other = table([read("flink", *jobs), read("mrs", mrs)], (), ["x", "billing-*"])
    assert (head, line.split()[0], other) == ("flink: 1 job on the queue q, 1 not ended", "2", "mrs: no job")


def test_all_but_names_that_look_the_same():
    jobs = [
        flink(n, "job_running", HOUR, name=name)
        for n, name in enumerate((" billing-eu", "mu\u0308ller", "m\u00fcller"))
    ]
    assert table([read("flink", *jobs)], (), ["billing-*", "m\u00fcller"]) == ["flink: no job"]


def test_statuses_that_are_spelt_otherwise():
    jobs = [{"job_id": status, "status": status, "queue_name": "q"} for status in ("CANCELLED", "Canceled", "FINISHED")]
    for asked, count in (("canceled", 2), ("CANCELLED", 2), ("Finish", 1)):
        head, *dummy = table([read("sql", *jobs)], [asked])
        assert head.startswith(f"sql: {count} of 3 jobs")


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


# ---- how to start again what was stopped ----


def stopped(number: int, status: str | None = "job_cancel_success", **more: object) -> dict:
    job = {"id": number, "name": "x", "action": "stop", "changed": True, "failed": False, "msg": ""}
    return {**job, "status_before": "job_running", "status": status, **more}


CALL = "ansible-playbook otc.bigdata.maintenance_end -e stopped_jobs="
FROM_SAVEPOINTS = "To start these Flink jobs again by hand, from their savepoints, with the same credential:"


def test_undo():
    """Jobs that were stopped, also by an earlier run; not those that were refused, had stopped before, or have ended by themselves."""
    jobs = [
        stopped(137),
        stopped(128),
        stopped(1, "job_finish"),
        stopped(2, "job_running_exception", changed=False),
        stopped(3, action="none", changed=False),
    ]
    place = {"project_name": "eu-de_x", "region": "eu-de", "cloud": None, "trigger_savepoint": True}
    assert undo([read("flink", *jobs)], place, [7, 128]) == [
        FROM_SAVEPOINTS,
        f"{CALL}7,128,137 -e project_name=eu-de_x -e region=eu-de",
    ]
    anew = undo([read("flink", *jobs)], {"trigger_savepoint": False})
    assert anew[1:] == [f"{CALL}128,137 -e resume_savepoint=false"]
    assert undo([read("flink", *jobs[2:]), {"service": "flink", "failed": True, "msg": "login"}], place) == []


def test_undo_after_a_failed_savepoint():
    jobs = [
        stopped(1, failed=True),
        stopped(2, "job_cancel_fail", failed=True, changed=False),
        stopped(3, None, failed=True),
    ]
    lines = undo([read("flink", *jobs)], {"trigger_savepoint": True})
    assert lines[:2] == [
        "Stopped without a savepoint. Find out why before you start or delete them, as they can only begin anew:",
        f"{CALL}1 -e resume_savepoint=false",
    ]
    assert lines[2].startswith("Not seen to stop: 2, 3. ")
    assert "bucket" in " ".join(lines[2:])
    (line,) = undo([read("flink", jobs[1])], {"trigger_savepoint": False})
    assert line.startswith("Not seen to stop: 2. ")


def test_undo_after_several_rounds():
    """Of a queue that is emptied. What became of a job in the last of them counts."""
    first = [stopped(1), stopped(2, "job_cancel_fail", failed=True), stopped(3, "job_running", failed=True)]
    rounds = [read("flink", *first), read("flink", stopped(2), stopped(3, "job_running", failed=True, changed=False))]
    lines = undo(rounds, {})
    assert lines[:2] == [FROM_SAVEPOINTS, f"{CALL}1,2"]
    assert lines[2].startswith("Not seen to stop: 3. ")
    (line,) = undo(
        [read("sql", stopped("a", failed=True, action="cancel")), read("sql", stopped("a", action="cancel"))], {}
    )
    assert line.endswith(": 1 of sql")


def test_what_cannot_be_started_again():
    """Nor one that may still run: whoever submits it anew would have it twice."""
    running = stopped(4, "running", action="cancel", failed=True)
    spark = read("spark", stopped(1, action="cancel"), stopped(2, action="cancel", changed=False), running)
    mrs = [read("mrs", stopped(3, action="kill"), otc__cluster=name) for name in "ab"]
    lines = undo([spark, read("sql"), *mrs], {})
    assert lines == ["Not to be started again from here, so submit them anew: 1 of spark, 2 of mrs"]


@pytest.mark.parametrize("value", ["eu-de", "010", "@file", "a.b:c+d_e"])
def test_a_line_can_be_pasted(value):
    """A shell makes the value of it that was given, and so does Ansible."""
    words = shlex.split(restart([1], {"project_name": value}), comments=True)
    assert words[:4] == ["ansible-playbook", "otc.bigdata.maintenance_end", "-e", "stopped_jobs=1"]
    assert words[4] == "-e"
    (argument,) = words[5:]
    assert parse_kv(argument) == {"project_name": value}


@pytest.mark.parametrize(
    "value",
    [
        *("a b", "it's", '"; rm -rf ~', "$(id)", "`id`", "a=b", "Größe", "{a}", "\\n", "#", ""),
        *("{{ lookup('pipe', 'id') }}", "a{% if %}", "{# x"),
    ],
)
def test_what_is_not_pasted(value):
    """Somebody else may have named the project. And Ansible shows a quote with a backslash before it, which would name another variable."""
    place = {"project_name": value, "region": "eu-de", "trigger_savepoint": True}
    end = [f"{CALL}1 -e region=eu-de", "Add what cannot be pasted: project_name"]
    assert undo([read("flink", stopped(1))], place)[1:] == end
    assert not_started(place, [1])[2:] == end


def test_only_ids_are_pasted():
    with pytest.raises(ValueError, match="invalid literal"):
        restart(["1; id"], {})  # type: ignore[list-item]
    assert OWN_PREFIX not in restart([1], {"otc__x": 1, "queue_name": "q", "names": ["a"]})


def test_not_started():
    head, *rest = not_started({"trigger_savepoint": True}, [2])
    assert head.startswith("Not started: 2. ")
    assert rest == ["Find out why, then:", f"{CALL}2"]
    assert not_started({"resume_savepoint": False}, [2])[-1] == f"{CALL}2 -e resume_savepoint=false"
    assert not_started({"stopped_jobs_file": "/x"}, [2])[-1].startswith("Find out why, and run the same command again")
    assert not_started({}, []) == []


# ---- whether a further login is of any use ----


def answer(status: int | None, code: str | None = None) -> dict:
    return {"error": {"status": status, "code": code, "request_id": None, "message": "no"}}


@pytest.mark.parametrize(
    "result",
    [
        answer(401),
        answer(401, "IAM.0062"),
        {"jobs": [{"id": 1}, {"id": 2, **answer(401)}], "summary": {"total": 2}},  # the login had expired meanwhile
        {"results": [{"jobs": [{"id": 2, **answer(401)}], "summary": {"total": 1}}]},
        {"results": [answer(404), answer(401)]},
        {"skipped": True, "otc__cluster": "reports"},  # the one before it was refused
    ],
)
def test_a_refused_login_is_refused_to_all_others_too(result):
    assert is_login_refused([{"jobs": []}, result, {"jobs": []}])


@pytest.mark.parametrize(
    "result",
    [
        answer(403),
        answer(401, "APIGW.0301"),
        answer(401, "12000001"),
        answer(None),
        {"error": None, "jobs": [{"id": 1}]},
        {"jobs": [{"id": 1, "error": "what a service calls so"}]},
        {"jobs": None},
        {"skipped": True},
        {"results": [{"skipped": True, "otc__cluster": "reports"}], "skipped": True},  # mrs is not among the services
        {},
    ],
)
def test_what_a_service_answers_is_of_that_service(result):
    assert not is_login_refused([result])


def test_a_refused_signature_is_refused_by_all_services():
    """But not where one of many was refused."""
    assert is_login_refused([answer(401, "APIGW.0301")], signs=True)
    assert not is_login_refused([answer(401, "12000001")], signs=True)
    one = {"jobs": [{"id": 2, **answer(401, "APIGW.0301")}], "summary": {"total": 1}}
    assert not is_login_refused([one], signs=True)
