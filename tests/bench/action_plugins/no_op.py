# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Takes the arguments of ``dli_flink_jobs`` and returns its result, and does nothing between: the least that any plugin can cost."""

from __future__ import annotations

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        jobs = [
            {
                "id": job_id,
                "name": f"job-{job_id}",
                "changed": True,
                "failed": False,
                "action": "stop",
                "status_before": "job_running",
                "status": "job_cancel_success",
                "msg": "",
            }
            for job_id in self._task.args["job_ids"]
        ]
        count = len(jobs)
        summary = {"total": count, "changed": count, "unchanged": 0, "failed": 0}
        return {"changed": True, "msg": f"Stopped {count} of {count} jobs", "jobs": jobs, "summary": summary}
