# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""dli_flink_jobs: the promised number of requests, and how many are under way at once."""

from __future__ import annotations

import math

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.flink import GET_PATH, OPERATIONS, WRITE_PATH

# How many requests there are, both doors leave to the same code: the one that is quicker with many jobs is enough
ONE_DOOR = pytest.mark.parametrize("door", ["action"], indirect=True)


@ONE_DOOR
@pytest.mark.parametrize("state", OPERATIONS)
@pytest.mark.parametrize(("wanted", "there"), [(1, 500), (2, 2), (3, 1000), (7, 500), (101, 101), (250, 900)])
def test_budget(flink, state, wanted, there):
    """Reads before, writes, reads after; then a second run without a write."""
    ids = flink.many(there, OPERATIONS[state].before)[:wanted]
    reads = min(wanted, math.ceil(there / 100)) + (wanted > 1)
    result = flink.run(state, ids)
    assert result["summary"]["changed"] == wanted
    before, after = flink.split_log()
    assert len(before) <= reads
    assert len(after) <= len(before)
    bodies = [body["job_ids"] for body in flink.writes]
    assert len(bodies) == math.ceil(wanted / 100)
    assert sorted(flink.written) == sorted(ids)
    assert max(map(len, bodies)) <= 100
    assert [flink.total(name) for name in ("logins", "lookups", "other")] == [0, 0, 0]
    flink.run(state, ids)
    assert not flink.writes
    # A list does not prove that a job is gone, only a get does: one for each that was deleted.
    assert flink.total("reads") <= reads + (wanted if state == "absent" and wanted > 1 else 0)


@ONE_DOOR
@pytest.mark.parametrize("state", OPERATIONS)
@pytest.mark.parametrize("concurrency", [1, 4, 32])
def test_thousand_jobs(flink, state, concurrency):
    """10 writes, at most 21 reads, never more than max_concurrency under way, a connection per worker."""
    ids = flink.many(1000, OPERATIONS[state].before)
    flink.emulator.settings.update({"latency": 0.02})
    with flink.together(min(concurrency, 2), WRITE_PATH):
        result = flink.run(state, ids, max_concurrency=concurrency)
    assert result["summary"]["changed"] == 1000
    assert flink.total("writes") == 10
    assert flink.total("reads") <= 21
    assert flink.total("peak_in_flight") <= concurrency
    assert flink.total("connections") <= concurrency


def test_usual_concurrency(flink):
    ids = flink.many(30, hidden=True)  # so that each must be read by itself
    flink.emulator.settings.update({"latency": 0.02})
    with flink.together(2, GET_PATH):
        flink.run("stopped", ids)
    assert flink.total("peak_in_flight") <= 8
    assert flink.total("connections") <= 8


def test_one_connection_for_one_job(flink):
    """The login, the reads and the write share it where the host is the same."""
    flink.run("stopped", [128], login=flink.by_password)
    assert flink.total("connections") == 1
    assert [flink.total(name) for name in ("logins", "lookups", "reads", "writes")] == [1, 0, 2, 1]


def test_one_login_for_many_workers(flink):
    ids = flink.many(40, hidden=True)
    flink.run("stopped", ids, login=flink.by_password)
    assert (flink.total("logins"), flink.total("lookups")) == (1, 0)


def test_filter_reads_pages_of_hundred(flink):
    """No page is read twice for a selection; the write comes after the last one."""
    flink.many(250)
    flink.run("absent", filters={"name": ["*"]}, max_jobs=250, check_mode=True)
    assert {query["limit"] for query in flink.queries()} == {"100"}
    assert 3 <= flink.total("reads") <= 4
