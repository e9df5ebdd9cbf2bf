# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of the SQL modules."""

from __future__ import annotations

from .service import DLI_EXPIRED, PROJECT, Service


class Sql(Service):
    """SQL jobs of DLI."""

    module, ids, endpoint = "dli_sql_jobs", "job_ids", "dli"
    store, path, running = "sql_jobs", f"/v1.0/{PROJECT}/jobs", "RUNNING"
    first_page = {"page-size": 100, "current-page": 1, "order": "start_time_asc"}
    listed = "jobs", "job_count"
    end, final = "FINISHED", {"CANCELLED", "FINISHED", "FAILED"}
    keeps_records = oldest_first = lists_decide = True
    expired = DLI_EXPIRED
    actions = {"cancel"}
    beside = {"queue_name", "job_type"}

    def named(self, name: str) -> dict:
        """SQL jobs have no names. They are on a queue, here one of that name up to a hyphen."""
        return self.called(name)

    @staticmethod
    def called(glob: str) -> dict:
        return {"queue_name": glob.partition("-")[0]}
