# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whoever follows the guide sees what it shows."""

from __future__ import annotations

from ansible_collections.otc.bigdata.tests.unit.utils.guides import GUIDES, blocks, reader
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import folder
from ansible_collections.otc.bigdata.tests.unit.utils.service import NIGHTLY

DAY, REPORTS, NIGHT = "2b460e01-3351-4170-b0a7-57b9dd5ffef3", "7e6f5d4c-3b2a-4190-8f7e-6d5c4b3a2910", "night"
WORLD = {
    "clusters": [
        {"clusterId": DAY, "clusterName": "analytics", "tags": {"team": "sales"}, "age": 30},
        {"clusterId": REPORTS, "clusterName": "reports", "tags": {"team": "finance"}, "age": 60},
        {"clusterId": NIGHT, "clusterName": "analytics", "project_id": NIGHTLY},
        {"clusterId": "old", "clusterName": "reports", "clusterState": "terminated"},
    ],
    "accounts": [
        {
            "domain": {"id": "c0", "name": "customer-domain"},
            "projects": [{"id": "c1", "name": "eu-de"}, {"id": "c2", "name": "eu-de_team"}],
            "agencies": [{"name": "ops-agency", "trusted_domain": "demo-domain"}],
            "flink_jobs": [
                {"name": "sales-orders", "project_id": project, "status": "job_running"} for project in ("c1", "c2")
            ],
        }
    ],
    "mrs_jobs": [
        *({"cluster_id": one, "user": "etl", "job_state": "RUNNING"} for one in (DAY, REPORTS)),
        {"cluster_id": NIGHT, "user": "etl", "job_state": "FINISHED"},
        {"cluster_id": NIGHT, "job_state": "RUNNING"},
    ],
}
WORDS = {
    "OS_PASSWORD='...'": "OS_PASSWORD=demo-password",
    "OTC-EU-DE-00000000001000012345": "demo-domain",
    "OTC-EU-DE-00000000001000067890": "customer-domain",
}


def test_guide(emulator):
    emulator.load(WORLD)
    endpoints = {f"OTC_{service}_ENDPOINT": emulator.url for service in ("IAM", "DLI", "MRS")}
    with folder(**endpoints) as here, reader(here, WORDS) as one:
        for block in blocks(GUIDES / "guide_inventory.rst"):
            if block.language != "text":  # what is left out in there cannot be made up
                one.follow(block)
    states = {(job["cluster_id"], job.get("user")): job["job_state"] for job in emulator.world["mrs_jobs"].truth()}
    assert states == {
        (DAY, "etl"): "KILLED",
        (REPORTS, "etl"): "KILLED",
        (NIGHT, "etl"): "FINISHED",
        (NIGHT, None): "RUNNING",
    }
    jobs = emulator.world["flink_jobs"].truth()
    theirs = [job for job in jobs if job["project_id"] in ("c1", "c2")]
    assert [(job["deleted"], job["status"]) for job in theirs] == [(False, "job_cancel_success")] * 2
    own = [job for job in jobs if job not in theirs]
    assert {job["job_id"] for job in own if job["deleted"]} == {150}
