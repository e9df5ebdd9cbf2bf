# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault at every request of tasks for Spark batches."""

from __future__ import annotations

from ansible_collections.otc.bigdata.tests.unit.utils.spark import Spark
from ansible_collections.otc.bigdata.tests.unit.utils.sweep import (
    DRAIN,
    LENIENT,
    SPARK,
    Task,
    test_sweep,
    test_sweep_without_retries,
)

__all__ = ["test_sweep", "test_sweep_without_retries"]  # pytest finds them here

TASKS = {
    "batch stopped 2 ids": Task(Spark, "stopped", SPARK, [1, 3], "password"),
    "batch stopped ids": Task(Spark, "stopped", SPARK, [1, 2, 3, 4, 999], options=LENIENT),
    "batch stopped filters": Task(Spark, "stopped", SPARK, "job-*", "password"),
    "batch absent 2 ids": Task(Spark, "absent", SPARK, [1, 999]),
    "batch stopped drain": Task(Spark, "stopped", SPARK, "job-*", options=DRAIN),
    "batch ended ids": Task(Spark, "ended", SPARK, [1, 2, 3, 4, 999], options=LENIENT),
}
