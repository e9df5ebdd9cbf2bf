# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One gateway and many tasks, which do not know of each other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from ansible_collections.otc.bigdata.tests.emulator.server import Emulator
from ansible_collections.otc.bigdata.tests.unit.utils.doors import Door
from ansible_collections.otc.bigdata.tests.unit.utils.run_module import run_module
from ansible_collections.otc.bigdata.tests.unit.utils.spark import Spark

TASKS, JOBS, LIMIT = 8, 30, 50


@pytest.mark.real
@pytest.mark.parametrize("door", ["module"], indirect=True)
def test_eight_tasks_share_a_gateway(door):
    """All of them succeed, and hardly anything is sent in vain, whether the gateway says when to come again or not."""
    with ThreadPoolExecutor(2) as gateways:
        for done in [gateways.submit(share_a_gateway, retry_after) for retry_after in (0, 1)]:
            done.result()


def share_a_gateway(retry_after: int) -> None:
    with Emulator(rate_limit=LIMIT, rate_retry_after=retry_after, latency=0.02) as emulator:
        spark = Spark(emulator, Door("module"))
        ids = spark.many(TASKS * JOBS)

        def stop(share):
            endpoints = dict.fromkeys(("iam", "dli"), emulator.url)
            options = {"state": "stopped", "batch_id": share, "token": "demo-token", "endpoints": endpoints}
            return run_module("dli_batch_job", options)

        with ThreadPoolExecutor(TASKS) as pool:
            results = list(pool.map(stop, [ids[n::TASKS] for n in range(TASKS)]))
        assert [result["summary"] for result in results] == [
            {"total": JOBS, "changed": JOBS, "unchanged": 0, "failed": 0}
        ] * TASKS
        assert set(spark.truth.values()) == {"dead"}
        held_back = [entry for entry in spark.log if entry["status"] == 429]
        assert held_back
        assert len(spark.log) <= 1.5 * (len(spark.log) - len(held_back))


def test_a_write_whose_turn_comes_too_late_is_not_sent(emulator, door):
    """The others still need the gateway. Each job that was not asked to end says so."""
    spark = Spark(emulator, door)
    ids = spark.many(80)
    emulator.settings.update({"rate_limit": 5, "latency": 0.02})
    result = spark.run("stopped", ids, wait_timeout=4)
    held_back = [entry for entry in spark.log if entry["status"] == 429]
    assert len(spark.log) <= 1.5 * (len(spark.log) - len(held_back)) + 8  # those under way at first
    assert result.column("changed") == {job_id: status == "dead" for job_id, status in spark.truth.items()}
    assert result.column("failed") == {job_id: status == "running" for job_id, status in spark.truth.items()}
    late = [job for job in result["jobs"] if "not sent, as requests are held back" in job["msg"]]
    assert len(late) > 20
    assert {job["action"] for job in late} == {"none"}
