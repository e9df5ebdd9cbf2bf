# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook purge_finished."""

from __future__ import annotations

import re

from ansible_collections.otc.bigdata.plugins.module_utils._services import flink_jobs
from ansible_collections.otc.bigdata.tests.unit.utils.emulated import world
from ansible_collections.otc.bigdata.tests.unit.utils.playbooks import (
    OLD,
    batch_id,
    counts,
    fatal,
    play,
    three_runs,
    truth,
)


def test_purge_finished():
    statuses = dict(enumerate(flink_jobs.STOP_STEPS, 1))
    states = ["NEW", "NEW_SAVING", "SUBMITTED", "ACCEPTED", "RUNNING", "FINISHED", "FAILED", "KILLED"]
    seed = {
        "flink_jobs": [
            *({"job_id": number, "status": status, "age": OLD} for number, status in statuses.items()),
            {"job_id": 501, "status": "job_finish", "age": 86400},
            {"job_id": 502, "name": "kept", "status": "job_finish", "age": OLD},
        ],
        "mrs_jobs": [
            {"job_id": "kept", "job_name": "kept", "job_state": "FINISHED", "age": OLD},
            *({"job_id": state, "job_state": state, "age": OLD} for state in states),
            {"job_id": "new", "job_state": "FINISHED", "age": 86400},
        ],
        "batches": [{"id": batch_id(1), "state": "dead", "age": OLD}],
    }
    with world(**seed) as (emulator, here):
        before = truth(emulator)
        variables = {"older_than": "30d", "clusters": "analytics", "except_names": "kept"}
        run, dummy = three_runs(emulator, here, "purge_finished", variables, 2)
        ended = {number for number, status in statuses.items() if status == "job_finish"}
        gone = ended | {"FINISHED", "FAILED", "KILLED"}
        assert truth(emulator) == {job_id: None if job_id in gone else status for job_id, status in before.items()}
        assert counts(run) == {"flink": [1, 1, 0, 0], "mrs": [3, 3, 0, 0]}

        run = play(here, "purge_finished", {"older_than": "30d", "delete_stopped": True, "except_names": "k*"})
        no_end = ("job_cancel_success", "job_submit_fail", "job_arrearage_stopped")
        gone |= {number for number, status in statuses.items() if status in no_end}
        assert truth(emulator) == {job_id: None if job_id in gone else status for job_id, status in before.items()}
        assert counts(run) == {"flink": [3, 3, 0, 0]}


def test_purge_of_one_service_fails():
    seed = {
        "flink_jobs": [{"count": 3, "status": "job_finish", "age": OLD}],
        "mrs_jobs": [
            {"job_id": "a", "job_state": "FINISHED", "age": OLD, "refuse": {"delete": "0161"}},
            {"job_id": "b", "job_state": "FAILED", "age": OLD},
        ],
    }
    with world(**seed) as (emulator, here):
        run = play(here, "purge_finished", {"older_than": "30d", "clusters": ["analytics"], "max_jobs": 2})
        assert run.code == 2
        assert counts(run) == {"flink": [0, 0, 0, 0], "mrs": [2, 1, 0, 1]}
        assert {job_id: status for job_id, status in truth(emulator).items() if status is None} == {"b": None}
        first, second, page = fatal(run).splitlines()
        assert re.fullmatch(r"What that means: https://.*/guide_troubleshooting\.html(#code-\d+)?", page)
        assert first.startswith("flink: ")
        assert "3" in first
        assert "max_jobs" in first
        assert second.startswith("mrs, analytics: Deleted 1 of 2 jobs, 1 failed: a: ")


def test_purge_with_export():
    """Flink jobs that cannot be exported stay; the other service is handled all the same."""
    old = {"status": "job_finish", "age": OLD}
    seed = {
        "flink_jobs": [
            {"job_id": 1, **old},
            {"job_id": 2, **old, "refuse": {"export": {"code": "DLI.10005", "times": 1}}},
        ],
        "mrs_jobs": [{"job_id": "a", "job_state": "FINISHED", "age": OLD}],
    }
    variables = {"older_than": "30d", "clusters": "analytics", "export_to": "obs://ops-bucket/flink"}
    with world(**seed) as (emulator, here):
        run = play(here, "purge_finished", variables)
        assert run.code == 2
        assert counts(run) == {"flink": [2, 0, 0, 2], "mrs": [1, 1, 0, 0]}
        assert "not all jobs were exported" in fatal(run)
        after = truth(emulator)
        assert [after[job_id] for job_id in (1, 2, "a")] == ["job_finish", "job_finish", None]
        assert "exported to ops-bucket" not in run.said

        run = play(here, "purge_finished", variables)
        assert counts(run) == {"flink": [2, 2, 0, 0], "mrs": [0, 0, 0, 0]}
        assert emulator.world.files == {"ops-bucket/flink/job-2_1.zip": [2, 1]}
        assert "exported to ops-bucket/flink/job-2_1.zip" in run.said
