# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook drain_queue: a queue that becomes empty."""

from __future__ import annotations

import typing as t

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import world
from ansible_collections.otc.bigdata.tests.unit.utils.flink import Flink
from ansible_collections.otc.bigdata.tests.unit.utils.playbooks import (
    batch_id,
    fatal,
    play,
    recap,
    said_to,
    truth,
    ways_back,
)
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import Folder, Run

FULL = {
    "flink_jobs": [
        {"count": 30, "status": "job_running", "queue_name": "etl"},
        {"job_id": 501, "status": "job_running", "queue_name": "Etl"},
    ],
    "batches": [
        {"count": 30, "state": "running", "queue": "etl"},
        {"id": batch_id(1), "state": "running", "queue": "etl2"},
    ],
    "sql_jobs": [
        {"count": 250, "status": "RUNNING", "queue_name": "etl"},
        {"job_id": "other", "status": "RUNNING", "queue_name": "ETL"},
    ],
    "mrs_jobs": [],
}


def drain(here: Folder, *arguments: str, **variables: t.Any) -> Run:
    return play(here, "drain_queue", {"queue_name": "etl", **variables}, *arguments)


def end(run: Run) -> str:
    """Whether the queue can be deleted, or why not."""
    return fatal(run) if run.code else said_to(run, "Show what is left", "localhost")


def test_drain_queue():
    """Check mode looks once; one run stops everything, and a job that arrives meanwhile; one more finds nothing to do."""
    with world(**FULL) as (emulator, here):
        before = truth(emulator)
        run = drain(here, "--check")
        full = ["flink: 30 not ended", "spark: 30 not ended", "sql: 250 not ended"]
        assert fatal(run).splitlines() == ["Do not delete the queue etl (flink, spark, sql) yet:", *full]
        assert (truth(emulator), emulator.log.summary()["writes"]) == (before, 0)

        def arrives(request: t.Any, body: t.Any) -> t.Any:
            if emulator.log.summary()["writes"] == 1 + 30 + 250:
                emulator.world.add("sql_jobs", {"job_id": "late", "status": "RUNNING", "queue_name": "etl"})
            return body

        Flink(emulator).change_answers(arrives)
        run = drain(here)
        assert run.code == 0, run.said
        assert end(run) == "No job is left on the queue etl (flink, spark, sql), so it can be deleted"
        (back,) = ways_back(run)
        assert back.startswith("ansible-playbook otc.bigdata.maintenance_end -e stopped_jobs=")
        found = truth(emulator)
        others = {501: "job_running", batch_id(1): "running", "other": "RUNNING"}
        assert {job: found[job] for job in others} == others
        assert {found[job] for job in found.keys() - others} == {"job_cancel_success", "dead", "CANCELLED"}
        assert [write["trigger_savepoint"] for write in Flink(emulator).writes if write and "job_ids" in write] == [
            True
        ]
        assert emulator.log.summary()["writes"] == 1 + 30 + 251

        again = drain(here)
        assert again.code == 0, again.said
        assert end(again) == end(run)
        assert recap(again)["changed"] == 0
        assert emulator.log.summary()["writes"] == 1 + 30 + 251
