# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook show_jobs."""

from __future__ import annotations

import json
import re

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import world
from ansible_collections.otc.bigdata.tests.unit.utils.playbooks import (
    ODD_NAME,
    OLD,
    batch_id,
    fatal,
    play_hosts,
    recap,
)


def test_show_jobs():
    """All there is, and what matches; nothing at all is no failure, but a cluster that nobody knows is. Nothing is written."""
    seed = {
        "flink_jobs": [
            {"job_id": 1, "name": "old", "status": "job_finish", "age": OLD},
            {"job_id": 2, "name": ODD_NAME, "status": "job_running", "age": 7200, "has_savepoint": True},
            {"job_id": 3, "name": "a\x1b[2J", "status": "job_running", "age": OLD, "queue_name": "etl"},
        ],
        "batches": [{"id": batch_id(1), "name": "b", "state": "running"}],
        "sql_jobs": [{"job_id": "s", "status": "RUNNING", "job_type": "INSERT", "queue_name": "etl"}],
        "mrs_jobs": [
            {"job_id": "m", "job_name": "pi", "job_state": "RUNNING", "queue": "etl"},
            {"job_id": "n", "job_name": "x"},
        ],
    }
    hosts = {
        "every": {"clusters": "analytics"},
        "some": {
            "queue_name": "etl",
            "status": "RUNNING",
            "services": "flink,spark,mrs",
            "clusters": "nowhere, analytics",
        },
        "but": {"clusters": "analytics", "except_names": "a*, pi"},
    }
    with world(**seed) as (emulator, here):
        run = play_hosts(here, "show_jobs", hosts, "-e", " ")
        assert emulator.log.summary()["writes"] == 0
    said = dict(
        re.findall(r"^ok: \[(\w+)\] => \{\n(.*?)\n\}", run.tasks()["Show what there is"], re.MULTILINE | re.DOTALL)
    )
    tables = {host: json.loads(f"{{{text}}}")["msg"] for host, text in said.items()}
    assert [line.split()[0] for line in tables["every"]][1:5] == ["ID", "3", "2", "1"]
    assert f"2   {ODD_NAME}" in tables["every"][3]
    assert "\x1b" not in run.out
    heads = ["flink: 3 jobs, 2 not ended", "spark: 1 job on the queue default, 1 not ended"]
    heads += ["sql: 1 job on the queue etl, 1 not ended", "mrs, analytics: 2 jobs, 2 not ended"]
    assert [line for line in tables["every"] if ":" in line] == heads
    unknown = "mrs, nowhere: could not be read: cluster_name: there is no cluster 'nowhere' in this project"
    flink, dummy, job, *others = tables["some"]
    assert (flink, job.split()[0]) == ("flink: 1 of 1 job on the queue etl, 1 not ended", "3")
    assert others[:2] == ["spark: no job", unknown]
    assert others[-1].startswith("m ")
    heads = [line.partition(" job")[0] for line in tables["but"] if ":" in line]
    assert heads == ["flink: 2", "spark: 1", "mrs, analytics: 1"]
    assert [recap(run, host)["failed"] for host in hosts] == [0, 1, 0]
    assert fatal(run, "some") == unknown
