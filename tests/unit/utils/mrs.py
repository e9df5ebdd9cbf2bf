# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of the MRS modules."""

from __future__ import annotations

from .service import PROJECT, Service

CLUSTER = "2b460e01-3351-4170-b0a7-57b9dd5ffef3"  # analytics, the first cluster of the emulator
CLUSTERS_PATH = f"/v1.1/{PROJECT}/cluster_infos"
KILL, DELETE = "/kill$", "/batch-delete$"


class Mrs(Service):
    """Jobs of an MRS cluster."""

    module, ids, endpoint = "mrs_job_executions", "job_ids", "mrs"
    store, path, running = "mrs_jobs", f"/v2/{PROJECT}/clusters/{CLUSTER}/job-executions", "RUNNING"
    first_page = {"limit": 100, "offset": 1}
    listed = "job_list", "total_record"
    shown = "job_detail"
    end, final = "FINISHED", {"FINISHED", "FAILED", "KILLED"}
    expired = {"status": 500, "body": {"errorCode": "130000002", "errorMsg": "The token has expired."}}
    actions = {"kill", "delete", "kill+delete"}
    scope = {"cluster_id": CLUSTER}
