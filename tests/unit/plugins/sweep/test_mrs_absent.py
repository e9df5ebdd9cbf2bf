# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault at every request of tasks that delete jobs of MRS."""

from __future__ import annotations

from ansible_collections.otc.bigdata.tests.unit.utils.mrs import Mrs
from ansible_collections.otc.bigdata.tests.unit.utils.sweep import (
    DRAIN,
    MRS,
    NAME,
    Task,
    test_sweep,
    test_sweep_without_retries,
)

__all__ = ["test_sweep", "test_sweep_without_retries"]  # pytest finds them here

TASKS = {
    "mrs absent 2 ids": Task(Mrs, "absent", MRS, [1, 999], "password"),
    "mrs absent ids": Task(Mrs, "absent", MRS, [1, 2, 3, 4, 5, 999]),
    "mrs absent filters": Task(Mrs, "absent", MRS, "job-*", "password", options=NAME),
    "mrs absent drain": Task(Mrs, "absent", MRS, [1, 3, 5, 999], options=DRAIN),
}
