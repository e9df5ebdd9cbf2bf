# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault at every request of tasks that stop Flink jobs, or wait for their end."""

from __future__ import annotations

from ansible_collections.otc.bigdata.tests.unit.utils.flink import Flink
from ansible_collections.otc.bigdata.tests.unit.utils.sweep import (
    DRAIN,
    FLINK,
    LENIENT,
    SAVEPOINT,
    Task,
    test_sweep,
    test_sweep_without_retries,
)

__all__ = ["test_sweep", "test_sweep_without_retries"]  # pytest finds them here

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
