# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody would write with the official SDK: stop the jobs one after the other, then see whether they have stopped.

python -m ansible_collections.otc.bigdata.tests.bench.sdk flink_jobs|batches URL FILE-WITH-IDS
"""

from __future__ import annotations

import json
import pathlib
import sys

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkdli import v1 as dli

ACCESS, SECRET = "AKDEMO0000000000001", "SKdemo/secret+key000000000000000000000001"
PROJECT = "0123456789abcdef0123456789abcdef"


def stop_flink_jobs(client: dli.DliClient, ids: list) -> int:
    """Returns how many have stopped."""
    for start in range(0, len(ids), 100):
        body = dli.StopFlinkJobsRequestBody(job_ids=ids[start : start + 100])
        client.batch_stop_flink_jobs(dli.BatchStopFlinkJobsRequest(body=body))
    pages = [
        client.list_flink_jobs(dli.ListFlinkJobsRequest(limit=100, offset=start)) for start in range(0, len(ids), 100)
    ]
    return sum(job.status == "job_cancel_success" for page in pages for job in page.job_list.jobs)


def cancel_batches(client: dli.DliClient, ids: list) -> int:
    """Returns how many have ended."""
    for batch_id in ids:
        client.cancel_spark_job(dli.CancelSparkJobRequest(batch_id=batch_id))
    answers = [client.show_spark_job_status(dli.ShowSparkJobStatusRequest(batch_id=batch_id)) for batch_id in ids]
    return sum(answer.state == "dead" for answer in answers)


def main(kind: str, url: str, file: str) -> None:
    ids = json.loads(pathlib.Path(file).read_text(encoding="utf-8"))
    credentials = BasicCredentials(ACCESS, SECRET, PROJECT)
    client = dli.DliClient.new_builder().with_credentials(credentials).with_endpoint(url).build()
    ended = {"flink_jobs": stop_flink_jobs, "batches": cancel_batches}[kind](client, ids)
    sys.exit(0 if ended == len(ids) else f"{ended} of {len(ids)} have ended")


if __name__ == "__main__":
    main(*sys.argv[1:])
