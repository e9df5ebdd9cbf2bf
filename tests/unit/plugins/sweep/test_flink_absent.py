# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault at every request of tasks that delete Flink jobs."""

from __future__ import annotations

from ansible_collections.otc.bigdata.tests.unit.utils.flink import Flink
from ansible_collections.otc.bigdata.tests.unit.utils.sweep import FLINK, Task, test_sweep, test_sweep_without_retries

__all__ = ["test_sweep", "test_sweep_without_retries"]  # pytest finds them here

EXPORT = {"export_to": "ops-bucket/flink"}
TASKS = {
    "flink absent 2 ids": Task(Flink, "absent", FLINK, [1, 999]),
    "flink absent ids": Task(Flink, "absent", FLINK, [1, 2, 3, 4, 5, 999], "password"),
    "flink absent pages": Task(Flink, "absent", dict.fromkeys(range(1, 104), "job_finish"), range(1, 103)),
    "flink absent export ids": Task(Flink, "absent", FLINK, [1, 2, 3, 4, 5, 999], "password", options=EXPORT),
    "flink absent export pages": Task(
        Flink, "absent", dict.fromkeys(range(1, 104), "job_finish"), range(1, 103), options=EXPORT
    ),
    "flink absent export filters": Task(Flink, "absent", FLINK, "job-*", options=EXPORT),
    "flink absent filters": Task(Flink, "absent", FLINK, "job-*", "project of the token"),
}
