# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of the Flink modules."""

from __future__ import annotations

import typing as t

from .service import DLI_EXPIRED, PROJECT, Service

JOBS_PATH = f"/v1.0/{PROJECT}/streaming/jobs"
GET_PATH, LIST_PATH, WRITE_PATH = "/jobs/[0-9]+$", "/jobs$", "/jobs/(delete|run|stop)$"


class Operation(t.NamedTuple):
    """What a state needs of a job that is not in it yet."""

    before: str  # the status of such a job
    write: str
    after: str | None
    delay: str  # the emulator's, for it to happen


OPERATIONS = {
    "stopped": Operation("job_running", "stop", "job_cancel_success", "cancel"),
    "started": Operation("job_cancel_success", "run", "job_running", "submit"),
    "absent": Operation("job_running", "delete", None, "delete"),
}


class Flink(Service):
    """Flink jobs of DLI."""

    module, ids, endpoint = "dli_flink_jobs", "job_ids", "dli"
    store, path, running = "flink_jobs", JOBS_PATH, "job_running"
    first_page = {"limit": 100, "offset": 0, "order": "desc"}
    listed = "job_list.jobs", "job_list.total_count"
    shown = "job_detail"
    end = "job_finish"
    final = {"job_finish", "job_cancel_success", "job_running_exception"}  # the last: a stop of it is refused
    expired = DLI_EXPIRED
    actions = {*(operation.write for operation in OPERATIONS.values()), "stop+run"}
