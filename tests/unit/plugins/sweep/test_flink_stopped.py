# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault at every request of tasks that stop Flink jobs, or wait for their end."""

from __future__ import annotations

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.faults import FAULTS, PASSING
from ansible_collections.otc.bigdata.tests.unit.utils.flink import Flink
from ansible_collections.otc.bigdata.tests.unit.utils.sweep import (
    DRAIN,
    FLINK,
    LENIENT,
    SAVEPOINT,
    Task,
    without_retries,
)

TASKS = {
    "flink stopped 1 id": Task(Flink, "stopped", FLINK, [1]),
    "flink stopped 2 ids": Task(Flink, "stopped", FLINK, [1, 3], "password"),
    "flink stopped ids": Task(Flink, "stopped", FLINK, [1, 2, 3, 4, 5, 999], options=LENIENT),
    "flink stopped savepoint": Task(Flink, "stopped", FLINK, [1, 4], options=SAVEPOINT),
    "flink stopped filters": Task(Flink, "stopped", FLINK, "job-*", "password"),
    "flink stopped hidden": Task(Flink, "stopped", FLINK, [1, 3, 4, 5], hidden=[1, 4]),
    "flink stopped part refused": Task(
        Flink, "stopped", {**FLINK, 2: "job_running_exception"}, [1, 2, 4], answers={"batch_refusal": "partial"}
    ),
    "flink stopped key": Task(Flink, "stopped", FLINK, [1, 3], "access key"),
    "flink stopped drain": Task(Flink, "stopped", FLINK, [1, 2, 3, 5], "password", options=DRAIN),
    "flink ended ids": Task(Flink, "ended", FLINK, [1, 2, 3, 4, 5, 999], "password", options=LENIENT),
    "flink ended filters": Task(Flink, "ended", FLINK, "job-*"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("task", TASKS)
def test_sweep(swept, task, fault) -> None:
    """One fault at each request of a task, one after the other."""
    swept(TASKS, task, fault)


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("task", without_retries(TASKS))
def test_sweep_without_retries(swept, task, fault) -> None:
    """Nothing softens what a passing fault does to a read."""
    swept(TASKS, task, fault, retries=0)
