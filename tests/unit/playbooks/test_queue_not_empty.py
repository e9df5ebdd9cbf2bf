# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook drain_queue: queues that it does not call empty, and some that it does."""

from __future__ import annotations

import json

from ansible_collections.otc.bigdata.plugins.module_utils._jobs.lists import SHORT
from ansible_collections.otc.bigdata.tests.unit.utils.emulated import world
from ansible_collections.otc.bigdata.tests.unit.utils.flink import Flink
from ansible_collections.otc.bigdata.tests.unit.utils.forks import NO_WAITS, ONE_PROCESS
from ansible_collections.otc.bigdata.tests.unit.utils.playbooks import fatal, said_to, truth
from ansible_collections.otc.bigdata.tests.unit.utils.service import NIGHTLY

# Hosts that are named like their queues: variables, and why the queue is not empty
NOT_EMPTY: dict[str, tuple[dict, str]] = {
    "restarts": ({"wait_timeout": 2}, "sql: 1 not ended"),
    "odd": ({"services": "flink"}, "flink: 1 not ended"),
    "refuses": ({"rounds": 2}, "flink: 1 not ended"),
    "lost": ({}, "flink: 3: job_cancel_success"),
    "late": ({"wait_timeout": 0}, "flink: 5: job_cancel_success without a savepoint: the state of the job is not kept"),
    "untold": ({}, "could not be read: left out, as their status is not known: untold"),
    "elsewhere": ({"project_id": NIGHTLY}, "could not be read: "),
}


def test_not_empty():
    """Maintenance of the queue that goes on, an unknown status, a refusal, a lost savepoint, what cannot be read; and queues that are empty."""
    lost = {"script": {"savepoint": [{"status": "job_cancel_success", "has_savepoint": False}]}}
    late = [{"status": "job_canceling"}, {"after": "1 look", "status": "job_cancel_success", "has_savepoint": False}]
    ends = {"script": {"created": [{"after": "3 looks", "status": "job_finish"}]}}
    seed = {
        "flink_jobs": [
            {"job_id": 1, "queue_name": "odd", "status": "job_foo"},
            {"job_id": 2, "queue_name": "refuses", "status": "job_running", "refuse": {"stop": "DLI.15002"}},
            {"job_id": 3, "queue_name": "lost", "status": "job_running", **lost},
            {"job_id": 4, "queue_name": "drained", "status": "job_running", **ends},
            {"job_id": 5, "queue_name": "late", "status": "job_running", "script": {"savepoint": late}},
        ],
        "batches": [],
        "sql_jobs": [
            {"job_id": "restart", "queue_name": "restarts", "status": "RUNNING", "job_type": "RESTART_QUEUE"},
            {"job_id": "query", "queue_name": "restarts", "status": "RUNNING"},
            {"job_id": "untold", "queue_name": "untold", "status": ""},
        ],
    }
    empty = {
        "drained": {"drain_timeout": 60},
        "unknown": {},
        "partly": {"queue_name": "untold", "services": ["flink", "spark"]},
    }
    hosts = {name: {"queue_name": name, **variables} for name, variables in empty.items()}
    hosts |= {name: {"queue_name": name, **variables} for name, (variables, dummy) in NOT_EMPTY.items()}
    with world(**seed) as (emulator, here):
        here.write("hosts.yml", {"all": {"hosts": hosts}})
        more = {"otc_hosts": "all", "wait_interval": 1, "rounds": 3}
        line = ["otc.bigdata.drain_queue", "-i", "hosts.yml", "-e", json.dumps(more), "--forks=1"]
        run = here.start("playbook", *line, **ONE_PROCESS, **NO_WAITS).end(300)
        assert run.code == 2, run.said
        for name, (dummy, reason) in NOT_EMPTY.items():
            first, *reasons = fatal(run, name).splitlines()
            assert first.startswith(f"Do not delete the queue {name} (")
            assert all(one.startswith(reason) for one in reasons), reasons
            assert reasons
        sure = "No job is left on the queue {} (flink, spark, sql)"
        assert said_to(run, "Show what is left", "drained") == sure.format("drained") + ", so it can be deleted"
        doubt = ". No job of any status was seen there, so make sure that this is its name"
        assert said_to(run, "Show what is left", "unknown") == sure.format("unknown") + doubt
        partly = (
            "No job is left on the queue untold (flink, spark). Jobs of sql were not looked for, so it may not be empty"
        )
        assert said_to(run, "Show what is left", "partly") == partly + doubt
        found = truth(emulator)
        assert [found[job] for job in (1, 2, 3, 4)] == ["job_foo", "job_running", "job_cancel_success", "job_finish"]
        assert [found[job] for job in ("restart", "query")] == ["RUNNING", "CANCELLED"]
        stops = [job for write in Flink(emulator).writes if write and "job_ids" in write for job in write["job_ids"]]
        assert (stops.count(3), stops.count(4), set(stops)) == (1, 0, {2, 3, 5})


def test_a_queue_with_jobs_that_are_not_shown():
    """Where the service counts more than this user may see, nobody knows whether the queue is empty."""
    with world(flink_jobs=[], batches=[], sql_jobs=[]) as (emulator, here):
        total = {"kind": "shape", "at": "job_list.total_count", "value": 5, "times": None}
        emulator.faults.add(method="GET", path="/streaming/jobs", **total)
        variables = json.dumps({"queue_name": "etl", "wait_interval": 1})
        run = here.start("playbook", "otc.bigdata.drain_queue", "-e", variables).end(120)
        assert run.code == 2, run.said
        assert "can be deleted" not in run.said
        assert fatal(run).splitlines() == [
            "Do not delete the queue etl (flink, spark, sql) yet:",
            f"could not be read: {SHORT.format(0, 5)}",
        ]
