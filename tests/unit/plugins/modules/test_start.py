# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a module starts: most tests take a fork of a Python that has imported much already, see utils/forks.py."""

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.doors import Door
from ansible_collections.otc.bigdata.tests.unit.utils.service import PROJECT

pytestmark = pytest.mark.real
DOORS = ("module",)
PYTHON_OF_ITS_OWN = {"PYTHONHASHSEED": "0"}
FILES = pathlib.Path(__file__).parents[4].glob("plugins/modules/*.py")
MODULES = sorted({path.stem for path in FILES} - {"check_service"})  # of which there is only the documentation
WHICH = {
    "dli_flink_jobs": {"state": "stopped", "job_ids": [128]},
    "dli_flink_jobs_info": {"job_ids": [128]},
    "dli_batch_job": {"state": "stopped", "batch_id": []},
    "dli_sql_jobs": {"state": "stopped", "job_ids": []},
    "mrs_job_executions": {
        "state": "absent",
        "cluster_name": "analytics",
        "filters": {"user": "etl", "job_type": "MapReduce"},
    },
    "mrs_job_executions_info": {"cluster_name": "analytics"},
}


@pytest.mark.parametrize("options", [{}, {"colour": "red"}], ids=["works", "fails"])
@pytest.mark.parametrize("name", MODULES)
def test_a_python_of_its_own(emulator, name, options):
    """The same answer as from a fork."""
    endpoints = dict.fromkeys(("dli", "mrs"), emulator.url)
    options = {"token": "demo-token", "project_id": PROJECT, "endpoints": endpoints, **WHICH.get(name, {}), **options}
    door, requests = Door("module"), []
    for environ in ({}, PYTHON_OF_ITS_OWN):
        emulator.reset()
        assert door(name, options, environ=environ).failed == ("colour" in options), door.answers
        requests.append([(entry["method"], entry["path"]) for entry in emulator.log.entries()])
    assert door.answers[0] == door.answers[1]
    assert requests[0] == requests[1]
