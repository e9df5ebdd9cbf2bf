# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was planned in check mode, and nothing else."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.otc.bigdata.plugins.plugin_utils._playbook_given import Variables
from ansible_collections.otc.bigdata.plugins.plugin_utils._playbook_plan import planned
from ansible_collections.otc.bigdata.plugins.plugin_utils._playbook_settings import settings
from ansible_collections.otc.bigdata.tests.unit.utils.emulated import world
from ansible_collections.otc.bigdata.tests.unit.utils.flink import Flink
from ansible_collections.otc.bigdata.tests.unit.utils.playbooks import (
    ODD_NAME,
    OLD,
    QUEUE,
    RUNNING,
    batch_id,
    fatal,
    options,
    play,
    play_hosts,
    recap,
    truth,
    two_projects,
)
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import Folder
from ansible_collections.otc.bigdata.tests.unit.utils.service import NIGHTLY


def plan(here: Folder, name: str, file: str, hosts: dict[str, tuple[dict, list[dict]]]) -> dict:
    """A file as check mode writes it, for hosts with their variables and reports. (The guide has one that was written so.)"""
    frames = {}
    for host, (variables, reports) in hosts.items():
        given = Variables({**variables, "plan_file": file}, variables, (), host, (), environ=here.environ())
        found = settings(name, options(name), given, check_mode=True)
        frames[host] = {**found["frame"], "jobs": planned(reports)}
    path = here.write(file, json.dumps({**found["plan_head"], "hosts": frames}))
    return {"plan_file": str(path)}


def would(service: str, action: str, job: t.Any, name: str = "", status: str = "RUNNING", **more: str) -> dict:
    """The report of a task in check mode."""
    return {"service": service, "jobs": [{"id": job, "name": name, "action": action, "status": status}], **more}


def test_plans():
    """Each playbook does what was planned, and nothing else; of two hosts none begins if the jobs of one are others."""
    seed = {
        "flink_jobs": [
            {"job_id": 1, "name": ODD_NAME, **RUNNING},
            {"job_id": 2, "project_id": NIGHTLY, **RUNNING},
            {"job_id": 5, "name": "old", "status": "job_finish", "age": OLD},
        ],
        "batches": [{"id": batch_id(1), "name": "b", "state": "running"}],
        "sql_jobs": [{"job_id": "s", "status": "RUNNING", "job_type": "QUERY", "queue_name": "q"}],
        "mrs_jobs": [{"job_id": "m", "job_name": "m", "job_state": "RUNNING"}],
    }
    day, night = {"project_name": "eu-de"}, {"project_name": "eu-de_nightly"}
    purge = {**day, "older_than": "30d"}
    stop = {**day, "all_jobs": True, "services": ["spark", "sql", "mrs"], "clusters": ["analytics"]}
    reports = [would("spark", "cancel", batch_id(1), "b"), would("mrs", "kill", "m", "m", otc__cluster="analytics")]
    stops = {1: would("flink", "stop", 1, ODD_NAME), 2: would("flink", "stop", 2, "job-2")}
    with two_projects(**seed) as (emulator, here):
        both = {"day": ({**QUEUE, **day}, [stops[1]]), "night": ({**QUEUE, **night}, [stops[2]])}
        window = {**QUEUE, **plan(here, "maintenance_window", "window.json", both)}
        purge |= plan(here, "purge_finished", "purge.json", {"day": (purge, [would("flink", "delete", 5, "old")])})
        stop |= plan(
            here, "stop_all", "stop.json", {"day": (stop, [*reports, would("sql", "cancel", "s", "QUERY on q")])}
        )

        emulator.world.add("flink_jobs", {"job_id": 4, "name": "new", "project_id": NIGHTLY, **RUNNING})
        refused = play_hosts(here, "maintenance_window", {"day": day, "night": night}, **window)
        assert fatal(refused, "night").startswith("plan_file: not planned: flink: stop 4 (new), job_running\n")
        emulator.faults.add(path=f"/{NIGHTLY}/streaming/jobs$", kind="status", status=403)
        refused = play_hosts(here, "maintenance_window", {"day": day, "night": night}, **window)
        assert fatal(refused, "day").startswith("plan_file: the jobs of night are not known\n")
        assert emulator.log.summary()["writes"] == 0
        assert [recap(refused, host)["changed"] for host in ("day", "night")] == [0, 0]

        emulator.world.add("flink_jobs", {"job_id": 4, "project_id": NIGHTLY, "status": "job_init"})
        imports = [
            {"ansible.builtin.import_playbook": f"otc.bigdata.{name}", "vars": {"otc_hosts": hosts, **variables}}
            for name, hosts, variables in (
                ("maintenance_window", "all", window),
                ("purge_finished", "day", purge),
                ("stop_all", "day", stop),
            )
        ]
        done = here.start("playbook", str(here.write("site.yml", imports)), "-i", "hosts.yml").end(300)
        assert done.code == 0, done.said
        sent = [write["job_ids"] for write in Flink(emulator).writes if write and "job_ids" in write]
        assert sorted(sent) == [[1], [2], [5]]
        assert {job: truth(emulator)[job] for job in (4, 5, batch_id(1), "m", "s")} == {
            4: "job_init",
            5: None,
            batch_id(1): "dead",
            "m": "KILLED",
            "s": "CANCELLED",
        }


def test_started_after_the_look_at_the_plan():
    """Nothing is deleted, and a message says so: not the jobs, of which there may be hundreds."""
    seed = [{"job_id": 5, "name": "old", "status": "job_finish", "age": OLD}]
    variables = {"older_than": "30d", "services": "flink"}
    with world(flink_jobs=seed) as (emulator, here):
        variables |= plan(
            here, "purge_finished", "p.json", {"localhost": (variables, [would("flink", "delete", 5, "old")])}
        )
        answer, looks = emulator.answer, []

        def answered(request, connection: int):
            looks.extend([request.path] if "/jobs" in request.path else [])
            if len(looks) == 2:  # the first one selects
                emulator.world.add("flink_jobs", {"job_id": 5, "name": "old", "status": "job_running", "age": OLD})
            return answer(request, connection)

        emulator.answer = answered
        run = play(here, "purge_finished", variables)
        message, *rest = fatal(run).splitlines()
        assert message.startswith("plan_file: Saw the end of 0 of 1 job, 1 failed: 5: job_running")
        assert rest == ["Nothing was changed. Make a new plan."]
        assert '"jobs":' not in run.out
        assert recap(run)["changed"] == 0
        assert truth(emulator)[5] == "job_running"
