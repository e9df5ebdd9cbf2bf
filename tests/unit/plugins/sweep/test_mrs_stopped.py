# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault at every request of tasks that stop jobs of MRS, or wait for their end."""

from __future__ import annotations

from ansible_collections.otc.bigdata.tests.unit.utils.mrs import Mrs
from ansible_collections.otc.bigdata.tests.unit.utils.sweep import (
    LENIENT,
    MRS,
    NAME,
    Task,
    test_sweep,
    test_sweep_without_retries,
)

__all__ = ["test_sweep", "test_sweep_without_retries"]  # pytest finds them here

TASKS = {
    "mrs stopped 2 ids": Task(Mrs, "stopped", MRS, [1, 3]),
    "mrs stopped ids": Task(Mrs, "stopped", MRS, [1, 2, 3, 4, 5, 999], "password", options=LENIENT),
    "mrs stopped filters": Task(Mrs, "stopped", MRS, "job-*", options=NAME),
    "mrs ended filters": Task(Mrs, "ended", MRS, "job-*", "password", options=NAME),
}
