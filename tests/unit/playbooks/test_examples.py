# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples in the documentation of the playbooks."""

from __future__ import annotations

import shlex

import pytest
import yaml

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import world
from ansible_collections.otc.bigdata.tests.unit.utils.forks import NO_WAITS, ONE_PROCESS
from ansible_collections.otc.bigdata.tests.unit.utils.playbooks import HAND_OVER, NAMES, OLD, PLAYBOOKS

READERS = ("check_service", "show_jobs")


@pytest.mark.parametrize("name", NAMES)
def test_examples(name):
    """They can be pasted as they are."""
    meta = yaml.safe_load((PLAYBOOKS / f"meta/{name}.yml").read_text(encoding="utf-8"))
    seed = {
        "flink_jobs": [
            {"status": "job_running", "queue_name": "streaming"},
            {"status": "job_finish", "age": OLD},
            *({"job_id": job, "status": "job_cancel_success", "has_savepoint": True} for job in (7, 8, 9)),
        ],
        "sql_jobs": [{"status": "RUNNING", "queue_name": "etl_night"}],
        "mrs_jobs": [],
    }
    with world(**seed) as (emulator, here):
        here.write("upgrade.yml", HAND_OVER)
        if name == "maintenance_end":
            here.write("stopped_jobs.yml", {"stopped_jobs": {"localhost": [7]}})
        lines = meta["argument_specs"][name]["examples"].replace("\\\n", "").splitlines()
        commands = [shlex.split(line)[1:] for line in lines if line.startswith("ansible-playbook ")]
        for command in commands:
            run = here.start("playbook", *command, **ONE_PROCESS, **NO_WAITS).end(600)
            assert run.code == 0, run.said
        assert (emulator.log.summary()["writes"] > 0) is (name not in READERS)
