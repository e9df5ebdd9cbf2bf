# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How soon a task sees that jobs have ended, and how many requests that takes. Time is virtual, so nobody waits for it.

Prints a JSON object. It is a process of its own, as all that it imports would make the benchmark larger, and so what that measures.
"""

from __future__ import annotations

import json
import statistics
import typing as t

from ansible_collections.otc.bigdata.tests.unit.utils.flink import JOBS_PATH, Flink
from ansible_collections.otc.bigdata.tests.unit.utils.in_process import run_core
from ansible_collections.otc.bigdata.tests.unit.utils.wire import quick_cloud

JOBS = 100
SPREAD = 60.0  # seconds from the stop within which they end, one after the other


def ending(seconds: float) -> dict[str, t.Any]:
    """A job that ends so long after its stop was accepted."""
    steps = [{"status": "job_canceling"}, {"after": seconds, "status": "job_cancel_success"}]
    return {"status": Flink.running, "script": {"stop": steps}}


def stop() -> tuple[dict[int, float], list[dict[str, t.Any]]]:
    """When each job has ended, and the requests of the task that has stopped them."""
    with quick_cloud() as cloud:
        flink = Flink(cloud)
        ids = flink.jobs(*(ending(SPREAD * (n + 0.5) / JOBS) for n in range(JOBS)))
        cloud.log.clear()
        result = run_core(Flink.module, {**flink.by_token, "state": "stopped", "job_ids": ids})
        if result["summary"]["changed"] != JOBS:
            raise SystemExit(result["msg"])
        return {job.id: job.since for job in cloud.world[Flink.store].jobs.values()}, cloud.log.entries()


def delay(job_id: int, end: float, reads: list[dict[str, t.Any]]) -> float:
    """Seconds until a read has shown the end."""
    paths = (JOBS_PATH, f"{JOBS_PATH}/{job_id}")
    return min(read["seconds"] - end for read in reads if read["path"] in paths and read["seconds"] >= end)


def main() -> None:
    ends, log = stop()
    reads = [entry for entry in log if entry["method"] == "GET"]
    first, *polls = sorted({read["seconds"] for read in reads})
    found = {
        "title": f"{JOBS} Flink jobs whose ends are spread over {SPREAD:g} s after their stop, in virtual time",
        "delay": statistics.mean(delay(job_id, end, reads) for job_id, end in ends.items()),
        "requests": len(log),
        "polls": len(polls),
        "least": SPREAD / len(polls) / 2,  # of the mean: at equal distances, and the last one at the last end
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
