# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings that count in the process of Ansible and in a module, and what a command line shows of its arguments."""

from __future__ import annotations

import json
import re

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import world
from ansible_collections.otc.bigdata.tests.unit.utils.fast_path import FLINK, IN_PROCESS, UNUSUAL, stops

pytestmark = pytest.mark.real


@pytest.mark.parametrize("in_process", ["true", "false"])
@pytest.mark.parametrize("form", ["password=12345678 {}", '{{"password": "12345678", {}'])
def test_an_ad_hoc_command_that_fails(form, in_process):
    """Newer releases of Ansible quote how the arguments begin. A number is text there, as nothing has converted it."""
    more = "username=demo user_domain_name=d job_ids=128 state=stopped"
    if form.startswith("{"):
        more = json.dumps(dict(one.split("=") for one in more.split()))[1:]
    with world() as (emulator, here):
        run = here.ad_hoc(
            "dli_flink_jobs", form.format(more), "-vvvv", OS_TOKEN="", OTC_BIGDATA_IN_PROCESS=in_process
        ).end()
        assert run.code == 2
        assert "project_id (environment: OS_PROJECT_ID) or project_name" in run.said
        assert "12345678" not in run.said


def test_wrong_setting():
    """One message that names the value; nothing is sent."""
    with world() as (emulator, here):
        run = here.ad_hoc("dli_flink_jobs", "state=stopped job_ids=128", OTC_BIGDATA_PROGRESS="often").end()
        assert run.code == 2
        assert "often" in run.said, run.said
        assert "Traceback" not in run.said
        assert emulator.log.summary()["reads"] == 0


def test_empty_settings():
    with world(flink_jobs=[{"status": "job_running"}]) as (emulator, here):
        task = {FLINK: {"state": "stopped", "job_ids": [1]}}
        run = here.playbook([{"tasks": [task]}], "-vvv", OTC_BIGDATA_PROGRESS="", OTC_BIGDATA_IN_PROCESS="").end()
        assert re.findall(rf"{FLINK}: (?:in|as).*", run.out) == [IN_PROCESS], run.said
        assert stops(emulator) == [1]


NEVER = [
    {"name": "Environment", FLINK: {"state": "stopped", "job_ids": [1]}},
    {"name": "Settings", FLINK: {"state": "stopped", "job_ids": [2]}},
    {
        "name": "Environment of a module",
        FLINK: {"state": "stopped", "job_ids": [1]},
        "environment": {"OTC_BIGDATA_NEVER": ""},
    },
    {
        "name": "Settings for a module, and its environment",
        FLINK: {"state": "stopped", "job_ids": [2, 3]},
        "environment": {"OTC_BIGDATA_NEVER": "orders"},
    },
    {"name": "Others", FLINK: {"state": "stopped", "filters": {"name": "*", "not_name": "billing*, payroll"}}},
]


def test_jobs_that_no_task_may_change():
    """What is set on the controller counts in both ways, together, and no task can switch it off."""
    jobs = [{"name": name, "status": "job_running"} for name in ("billing", "payroll", "orders")]
    with world(flink_jobs=jobs) as (emulator, here):
        here.write("ansible.cfg", "[otc_bigdata]\nnever = payroll\n")
        tasks = [{**task, "ignore_errors": True} for task in NEVER]
        run = here.playbook([{"tasks": tasks}], "-vvv", OTC_BIGDATA_NEVER="billing*").end()
        said = run.tasks()
        named = [re.findall(r"OTC_BIGDATA_NEVER: (.*?) must never", said[task["name"]])[:1] for task in NEVER]
        assert named == [["1 (billing)"], ["2 (payroll)"], ["1 (billing)"], ["2 (payroll), 3 (orders)"], []], run.said
        assert re.findall(rf"{FLINK}: (?:in|as).*", run.out) == [IN_PROCESS] * 2 + [UNUSUAL] * 2 + [IN_PROCESS]
        assert "_ansible_otc" not in run.said
        assert stops(emulator) == [3]


def test_a_variable_of_the_controller_that_protects_nothing():
    """It is told to a module, too."""
    with world(flink_jobs=[{"name": "billing", "status": "job_running"}]) as (emulator, here):
        tasks = [
            {FLINK: {"state": "stopped", "job_ids": [1]}, **more}
            for more in ({}, {"environment": {"OTC_BIGDATA_NEVERS": ""}})
        ]
        run = here.playbook(
            [{"tasks": [{**task, "ignore_errors": True} for task in tasks]}], "-vvv", OTC_BIGDATA_NEVERS="billing"
        ).end()
        assert run.said.count("OTC_BIGDATA_NEVERS: protects nothing") >= 2
        assert re.findall(rf"{FLINK}: (?:in|as).*", run.out) == [IN_PROCESS, UNUSUAL]
        assert emulator.log.entries() == []


def test_a_setting_that_protects_nothing():
    with world(flink_jobs=[{"name": "billing", "status": "job_running"}]) as (emulator, here):
        here.write("ansible.cfg", "[otc_bigdata]\nnevr = billing\n")
        run = here.ad_hoc("dli_flink_jobs", "state=stopped job_ids=1").end()
        assert "otc_bigdata.nevr: protects nothing, as the key of ansible.cfg is never, in the section" in run.said
        assert emulator.log.entries() == []
