# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""All kinds of jobs, by the names that ``services`` of the event source and of the playbooks have for them."""

from __future__ import annotations

from .._jobs.service import JobType
from .flink_jobs import FlinkJobs
from .mrs_jobs import JobExecutions
from .spark_batches import BatchJobs
from .sql_jobs import SqlJobs

JOB_TYPES: dict[str, JobType] = {"flink": FlinkJobs, "spark": BatchJobs, "sql": SqlJobs, "mrs": JobExecutions}
