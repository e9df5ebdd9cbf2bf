# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault at every request of tasks for SQL jobs."""

from __future__ import annotations

from ansible_collections.otc.bigdata.tests.unit.utils.sql import Sql
from ansible_collections.otc.bigdata.tests.unit.utils.sweep import (
    LENIENT,
    SQL,
    Task,
    test_sweep,
    test_sweep_without_retries,
)

__all__ = ["test_sweep", "test_sweep_without_retries"]  # pytest finds them here

TASKS = {
    "sql stopped 1 id": Task(Sql, "stopped", SQL, [1]),
    "sql stopped ids": Task(Sql, "stopped", SQL, [1, 2, 3, 4, 5, 999], "password", options=LENIENT),
    "sql stopped hidden": Task(Sql, "stopped", SQL, [1, 3, 4, 5], hidden=[1, 4]),
    "sql stopped filters": Task(Sql, "stopped", SQL, "job-*", "password"),
    "sql stopped no status": Task(Sql, "stopped", SQL, [1, 3, 4], answers={"sql_after_cancel": "refused"}),
    "sql absent 2 ids": Task(Sql, "absent", SQL, [1, 999], "access key"),
    "sql absent filters": Task(Sql, "absent", SQL, "job-*"),
    "sql ended ids": Task(Sql, "ended", SQL, [1, 2, 3, 4, 5, 999], options=LENIENT),
}
