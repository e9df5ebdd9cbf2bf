# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook stop_all: what it stops and what it leaves alone, and where one service of several fails."""

from __future__ import annotations

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import world
from ansible_collections.otc.bigdata.tests.unit.utils.flink import Flink
from ansible_collections.otc.bigdata.tests.unit.utils.playbooks import (
    ODD_NAME,
    PLAYBOOKS,
    batch_id,
    counts,
    fatal,
    play,
    recap,
    stats,
    three_runs,
    truth,
    ways_back,
)
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import folder


def test_stop_all():
    seed = {
        "flink_jobs": [
            {"count": 120, "status": "job_finish"},  # max_jobs does not count them
            {"job_id": 501, "name": ODD_NAME, "status": "job_running"},
            {"job_id": 502, "name": None, "status": "job_running"},
            {"job_id": 503, "status": "job_init"},
        ],
        "batches": [{"id": batch_id(1), "state": "recovering"}, {"id": batch_id(2), "state": "success"}],
        "mrs_jobs": [
            {"job_id": "run", "job_state": "RUNNING"},
            {"job_id": "new", "job_state": "NEW"},
            {"job_id": "done", "job_state": "FINISHED"},
        ],
    }
    with world(**seed) as (emulator, here):
        run, again = three_runs(emulator, here, "stop_all", {"names": "*", "clusters": "analytics, reports"}, 4)
        found = truth(emulator)
        assert [found[one] for one in (501, 502, 503)] == ["job_cancel_success", "job_cancel_success", "job_init"]
        assert [found[batch_id(one)] for one in (1, 2)] == ["dead", "success"]
        assert [found[one] for one in ("run", "new", "done")] == ["KILLED", "KILLED", "FINISHED"]
        assert counts(run) == {"flink": [2, 2, 0, 0], "spark": [1, 1, 0, 0], "mrs": [2, 2, 0, 0]}
        assert [write["trigger_savepoint"] for write in Flink(emulator).writes if write and "job_ids" in write] == [
            True
        ]
        assert counts(again) == {"flink": [0, 0, 0, 0], "spark": [0, 0, 0, 0], "mrs": [0, 0, 0, 0]}
        assert stats(run)["mrs"]["messages"] == ["Stopped 2 of 2 jobs", "No job selected: there are none"]
        for line in ("flink: Stopped 2 of 2 jobs", "mrs, reports: No job selected", ODD_NAME, "1 of spark, 2 of mrs"):
            assert line in run.tasks()["Show what happened"]
        (line,) = ways_back(run)
        assert ways_back(again) == []
        assert line == "ansible-playbook otc.bigdata.maintenance_end -e stopped_jobs=501,502"


def test_stop_all_of_a_queue():
    """SQL jobs, too, as no names are given; not what maintains the queue, nor what is on another one."""
    sql = [
        {"count": 248, "status": "RUNNING"},
        {"job_id": "run", "status": "RUNNING", "job_type": "INSERT"},
        {"job_id": "new", "status": "LAUNCHING", "start_time": None},
        {"job_id": "restart", "status": "RUNNING", "job_type": "RESTART_QUEUE"},
        {"job_id": "scale", "status": "SCALING", "job_type": "SCALE_QUEUE"},
        {"job_id": "end", "status": "FINISHED"},
    ]
    others = [{"job_id": "web", "status": "RUNNING", "queue_name": "web"}]
    seed = {
        "flink_jobs": [{"count": 30, "status": "job_running", "queue_name": "etl"}],
        "batches": [{"count": 30, "state": "running", "queue": "etl"}],
        "sql_jobs": [*({**one, "queue_name": "etl"} for one in sql), *others],
    }
    with world(**seed) as (emulator, here):
        run, again = three_runs(emulator, here, "stop_all", {"queue_name": "etl", "max_jobs": 250}, 1 + 30 + 250)
        found = truth(emulator)
        assert [found[one] for one in ("run", "new", "end")] == ["CANCELLED", "CANCELLED", "FINISHED"]
        assert [found[one] for one in ("restart", "scale", "web")] == ["RUNNING", "SCALING", "RUNNING"]
        assert counts(run) == {"flink": [30, 30, 0, 0], "spark": [30, 30, 0, 0], "sql": [250, 250, 0, 0]}
        assert counts(again) == dict.fromkeys(("flink", "spark", "sql"), [0, 0, 0, 0])
        for line in ("sql: Cancelled 250 of 250 jobs", "INSERT on"):
            assert line in run.tasks()["Show what happened"]
        assert play(here, "stop_all", {"names": "*"}).code == 0
        assert truth(emulator) == found


def test_one_service_fails():
    """The others are handled all the same, and the end names all that failed. Names and queue choose together, but for some."""
    common = {"queue_name": "streaming", "status": "job_running"}
    seed = {
        "flink_jobs": [
            {"job_id": 1, "name": "orders", **common, "refuse": {"stop": "DLI.15002"}},
            {"job_id": 2, "name": "orders-b", **common},
            {"job_id": 3, "name": "clicks", **common},
            {"job_id": 4, "name": "orders-c", **common, "queue_name": "critical"},
            {"job_id": 5, "name": "orders-d", **common},
        ],
        "batches": [
            {"id": batch_id(3), "name": "orders-d", "state": "running", "queue": "streaming"},
            {"id": batch_id(1), "name": "orders", "state": "running", "queue": "streaming"},
            {"id": batch_id(2), "name": "orders", "state": "running", "queue": "spark"},
        ],
        "mrs_jobs": [
            {"job_id": "a", "job_name": "orders", "job_state": "RUNNING", "queue": "streaming"},
            {"job_id": "b", "job_name": "orders", "job_state": "RUNNING", "queue": "default"},
            {"job_id": "c", "job_name": "orders-d", "job_state": "RUNNING", "queue": "streaming"},
        ],
    }
    variables = {
        "names": ["orders*", "alerts"],
        "except_names": "x*, orders-d",
        "queue_name": "streaming",
        "clusters": ["nowhere", "analytics"],
        "services": "spark,mrs,flink",
        "trigger_savepoint": "true",
        "wait_timeout": 20,
    }
    with world(**seed) as (emulator, here):
        run = play(here, "stop_all", variables, ANSIBLE_CALLBACKS_ENABLED="otc.bigdata.job_report")
        assert run.code == 2
        found = truth(emulator)
        assert {one for one in (1, 2, 3, 4, 5) if found[one] != "job_running"} == {2}
        assert [found[batch_id(one)] for one in (1, 2, 3)] == ["dead", "running", "running"]
        assert [found[one] for one in ("a", "b", "c")] == ["KILLED", "RUNNING", "RUNNING"]
        assert counts(run) == {"flink": [2, 1, 0, 1], "spark": [1, 1, 0, 0], "mrs": [1, 1, 0, 0]}
        first, second, page = fatal(run).splitlines()
        assert (recap(run)["failed"], recap(run)["ignored"]) == (1, 0)
        assert '"jobs":' not in run.said  # no task prints all jobs, ...
        assert run.said.count("orders-b") == 1  # ... and only the report has a table of them
        assert first.startswith("flink: Stopped 1 of 2 jobs, 1 failed: 1: ")
        assert page.endswith("/guide_troubleshooting.html#code-dli-15002")
        assert second == "mrs, nowhere: cluster_name: there is no cluster 'nowhere' in this project"
        assert all(write["trigger_savepoint"] for write in Flink(emulator).writes if write and "job_ids" in write)


def test_a_module_that_tells_of_no_jobs():
    """It has crashed, say. The summary has the other service, and the play fails with what there is."""
    summary = {"total": 1, "changed": 1, "unchanged": 0, "failed": 0}
    facts = {
        "chosen": {"services": ["flink", "spark"]},
        "flink_result": {"failed": True, "msg": "MODULE FAILURE"},
        "spark_result": {"msg": "Cancelled 1 of 1 job", "summary": summary},
    }
    report = {"ansible.builtin.include_tasks": str(PLAYBOOKS / "tasks" / "report.yml")}
    tasks = [{"ansible.builtin.set_fact": facts}, report]
    with folder() as here:
        run = here.playbook(
            [{"hosts": "localhost", "gather_facts": False, "tasks": tasks}], ANSIBLE_SHOW_CUSTOM_STATS="1"
        ).end(60)
    assert run.code == 2
    assert fatal(run).startswith("flink: MODULE FAILURE\n")
    assert counts(run) == {"flink": [0, 0, 0, 0], "spark": [1, 1, 0, 0]}
