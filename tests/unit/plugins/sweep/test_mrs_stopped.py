# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault at every request of tasks that stop jobs of MRS, or wait for their end."""

from __future__ import annotations

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.faults import FAULTS, PASSING
from ansible_collections.otc.bigdata.tests.unit.utils.mrs import Mrs
from ansible_collections.otc.bigdata.tests.unit.utils.sweep import LENIENT, MRS, NAME, Task, without_retries

TASKS = {
    "mrs stopped 2 ids": Task(Mrs, "stopped", MRS, [1, 3]),
    "mrs stopped ids": Task(Mrs, "stopped", MRS, [1, 2, 3, 4, 5, 999], "password", options=LENIENT),
    "mrs stopped filters": Task(Mrs, "stopped", MRS, "job-*", options=NAME),
    "mrs ended filters": Task(Mrs, "ended", MRS, "job-*", "password", options=NAME),
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
