# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault at every request of a task that deletes jobs of MRS on two pages of the list."""

from __future__ import annotations

from ansible_collections.otc.bigdata.tests.unit.utils.mrs import Mrs
from ansible_collections.otc.bigdata.tests.unit.utils.sweep import Task, test_sweep

__all__ = ["test_sweep"]  # pytest finds them here

TASKS = {
    "mrs absent pages": Task(Mrs, "absent", dict.fromkeys(range(1, 104), "FINISHED"), range(1, 103)),
}
