# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs whose turn has come do not wait for what the service does not tell of others, nor for a login that ended twice."""

from __future__ import annotations

import json

import pytest


def writes(service) -> list:
    """(word, when, ids) of each POST."""
    found, answer = [], service.emulator.answer

    def answered(request, connection):
        if request.method == "POST":
            found.append(
                (request.path.rsplit("/")[-1], service.emulator.clock.now, json.loads(request.body)["job_ids"])
            )
        return answer(request, connection)

    service.emulator.answer = answered
    return found


def test_one_unreadable_job_keeps_the_others_stopped(flink):
    """The gets of job 2 hang; job 1 has stopped after 5 s."""
    flink.delays(cancel=5)
    flink.many(2)
    flink.fault("/jobs/2$", "hang", skip=1, times=None, seconds=None)
    sent = writes(flink)
    flink.run("restarted", [1, 2], wait_interval=10)
    flink.let_go()
    begun = [when for word, when, ids in sent if word == "run" and 1 in ids]
    assert begun
    assert begun[0] < 130


def test_throttled_looks_at_one_job_leave_no_turn_for_the_start_of_another(flink):
    flink.many(2)
    flink.fault("/jobs/2$", "status", skip=1, times=None, status=429)
    flink.run("restarted", [1, 2], wait_interval=10)
    assert flink.truth[1] == "job_running"


@pytest.mark.parametrize("wait_timeout", [600, 3600])
def test_stop_of_the_second_batch_is_held_back(flink, wait_timeout):
    """The first batch stands still for all of wait_timeout, though its stop was accepted and effective at once."""
    flink.many(150)
    flink.fault("/stop$", "status", skip=1, times=None, status=429)
    sent = writes(flink)
    flink.run("restarted", list(range(1, 151)), wait_interval=10, wait_timeout=wait_timeout)
    assert next(when for word, when, ids in sent if word == "run") < 130


@pytest.mark.parametrize("kind", ["429", "hang"])
def test_drain_lasts_as_long_as_drain_and_wait_together_and_then_wait_begins(flink, kind):
    flink.many(3)
    fault = {"kind": "status", "status": 429} if kind == "429" else {"kind": "hang", "seconds": None}
    flink.fault(".*", skip=3, times=None, **fault)
    flink.run("stopped", [1, 2, 3], drain_timeout=100, wait_timeout=300, wait_interval=10)
    flink.let_go()
    assert flink.emulator.clock.now < 100 + 300 + 2 * 61


@pytest.mark.parametrize("skip", [0, 1, 2])
def test_a_service_that_falls_silent_costs_no_request_timeout_for_each_job(flink, skip):
    """From the first look on, from the stop on, or after it."""
    flink.many(100)
    flink.fault(".*", "hang", skip=skip, times=None, seconds=None)
    result = flink.run("stopped", list(range(1, 101)), wait_timeout=100, request_timeout=60)
    flink.let_go()
    assert result.failed
    assert "no answer within 60 s" in result["msg"]
    assert flink.emulator.clock.now < 100 + 4 * 60


def test_cancels_that_are_not_answered_in_time(spark):
    """Those that were not sent are not said to be."""
    ids = spark.many(50)
    spark.fault(".*", "hang", skip=1, times=None, seconds=None)
    result = spark.run("stopped", ids, wait_timeout=30, request_timeout=60)
    spark.let_go()
    assert spark.emulator.clock.now < 30 + 4 * 60
    assert [job["action"] for job in result["jobs"]].count("cancel") == len(spark.writes) < 50
    assert all(job["failed"] for job in result["jobs"])


def test_a_stop_is_sent_on_what_was_seen_before_the_drain(flink):
    """Job 1 ends by itself after 5 of 100 s; it was not looked at again after that, as the get of job 2 hangs."""
    flink.jobs(
        {"status": "job_running", "script": {"created": [{"after": 5, "status": "job_finish"}]}},
        {"status": "job_running"},
    )
    flink.fault("/jobs/2$", "hang", skip=1, times=None, seconds=None)
    result = flink.run("stopped", [1, 2], drain_timeout=100, wait_timeout=10, wait_interval=10)
    flink.let_go()
    assert (result.job(1)["action"], result.job(1)["msg"]) == ("none", "ended within drain_timeout")


@pytest.mark.parametrize("state", ["restarted", "stopped", "ended"])
def test_token_that_expires_a_second_time(flink, state):
    """A login is good for so many seconds, and the task lasts for more than twice that."""
    life = 100.0
    flink.delays(cancel=150, submit=150)
    flink.jobs(
        {
            "status": "job_running",
            "script": {"created": [{"after": 400, "status": "job_finish"}] if state == "ended" else []},
        }
    )
    flink.emulator.settings.update({"token_lifetime": life})
    login = {**flink.by_password, "endpoints": {"dli": flink.emulator.url}}
    drain = {"drain_timeout": 230} if state == "stopped" else {}
    result = flink.run(state, [1], login=login, wait_timeout=1000, wait_interval=10, **drain)
    assert not result.failed, (flink.emulator.clock.now, result["msg"], flink.truth)
