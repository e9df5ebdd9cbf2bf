# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault at every request of tasks that start Flink jobs, for the first time or again."""

from __future__ import annotations

from ansible_collections.otc.bigdata.tests.unit.utils.flink import Flink
from ansible_collections.otc.bigdata.tests.unit.utils.sweep import (
    FLINK,
    FROM_SAVEPOINT,
    HALTED,
    LENIENT,
    SAVEPOINT,
    Task,
    test_sweep,
    test_sweep_without_retries,
)

__all__ = ["test_sweep", "test_sweep_without_retries"]  # pytest finds them here

TASKS = {
    "flink started 1 id": Task(Flink, "started", HALTED, [1]),
    "flink started ids": Task(Flink, "started", HALTED, [1, 2, 3, 4, 5, 999], options=LENIENT),
    "flink started savepoint": Task(
        Flink, "started", HALTED, [1, 3], options=FROM_SAVEPOINT, fields={"has_savepoint": True}
    ),
    "flink started filters": Task(Flink, "started", HALTED, "job-*", "password"),
    "flink restarted ids": Task(Flink, "restarted", FLINK, [1, 2, 3, 4, 5, 999], options=LENIENT),
    "flink restarted 1 id": Task(Flink, "restarted", FLINK, [1], "password"),
    "flink restarted savepoints": Task(
        Flink, "restarted", FLINK, [1, 3, 4], "password", options={**SAVEPOINT, **FROM_SAVEPOINT}
    ),
    "flink restarted filters": Task(Flink, "restarted", FLINK, "job-*"),
}
