# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults that a test can order."""

from __future__ import annotations

import gzip
import http.client
import socket
import time
import types

import pytest

from ansible_collections.otc.bigdata.tests.emulator import faults

LOST = (ConnectionResetError, http.client.RemoteDisconnected)


@pytest.fixture
def fault(emulator):
    return emulator.faults.add


def test_status_before_and_after_the_effect(call, fault, add_job):
    job_id = add_job()
    fault(method="POST", path="/stop$", status=503)
    answer = call.flink("POST", "/stop", {"job_ids": [job_id]})
    assert (answer.status, answer.headers["Content-Type"]) == (503, "text/html; charset=utf-8")
    assert call.status(job_id) == "job_running"
    fault(kind="status_after", method="POST")
    assert call.flink("POST", "/stop", {"job_ids": [job_id]}).status == 504
    assert call.status(job_id) == "job_cancel_success"


def test_throttling(call, fault, monkeypatch):
    monkeypatch.setattr(faults, "time", types.SimpleNamespace(time=lambda: 1234567890.5))
    fault(status=429)
    fault(status=429, retry_after=7)
    fault(status=429, retry_after="date+30", headers={"X-More": "1"})
    plain, seconds, date = (call.flink("GET") for dummy in range(3))
    assert (plain.code, plain.headers["Retry-After"]) == ("APIGW.0308", None)
    assert seconds.headers["Retry-After"] == "7"
    assert (date.headers["Retry-After"], date.headers["X-More"]) == ("Fri, 13 Feb 2009 23:32:00 GMT", "1")
    assert call.flink("GET").status == 200


@pytest.mark.parametrize("retry_after", [0, 3])
def test_rate_limit(call, emulator, retry_after):
    """So many requests in each second, of all clients; those that are held back do not count."""
    emulator.settings.update({"rate_limit": 3, "rate_retry_after": retry_after})
    answers = [call.flink("GET") for dummy in range(60)]
    held_back = [answer for answer in answers if answer.status == 429]
    assert {answer.status for answer in answers} == {200, 429}
    assert {(answer.code, answer.headers["Retry-After"]) for answer in held_back} == {
        ("APIGW.0308", str(retry_after) if retry_after else None)
    }
    seconds = int(emulator.log.entries()[-1]["seconds"]) + 2
    assert len(answers) - len(held_back) <= 3 * seconds
    time.sleep(1)
    assert call.flink("GET").status == 200


def test_own_body(call, fault):
    body = {"error_msg": "The throttling threshold has been reached", "error_code": "APIG.0308"}
    fault(status=429, body=body)
    fault(status=200, body={"is_success": "false", "message": "no"})
    assert call.flink("GET").body == body
    assert call.flink("GET").body["is_success"] == "false"


def test_skip_times_and_pattern(call, fault):
    fault(path="/jobs/5$", skip=1, times=2, status=500)
    assert [call.flink("GET", "/5").status for dummy in range(4)] == [400, 500, 500, 400]
    fault(path="/jobs/5$", times=None, status=500)
    assert [call.flink("GET", f"/{job_id}").status for job_id in (5, 5, 6)] == [500, 500, 400]


@pytest.mark.parametrize(
    ("kind", "effect"),
    [
        ("reset_before", "job_running"),
        ("hang", "job_running"),
        ("reset_after", "job_cancel_success"),
        ("hang_after", "job_cancel_success"),
    ],
)
def test_lost_connections(call, emulator, fault, add_job, kind, effect):
    job_id = add_job()
    fault(kind=kind, method="POST")
    with pytest.raises(LOST):
        call.flink("POST", "/stop", {"job_ids": [job_id]})
    assert call.status(job_id) == effect
    assert [entry["status"] for entry in emulator.log.entries()] == [0, 200]


def test_hang_and_slow(call, emulator, fault):
    fault(kind="hang", seconds=None)
    with pytest.raises(socket.timeout):
        call.flink("GET", timeout=0.05)
    while emulator.faults.as_list():
        time.sleep(0.005)
    fault(kind="slow", seconds=600)
    with pytest.raises(socket.timeout):
        call.flink("GET", timeout=0.05)
    fault(kind="slow", seconds=0.05)
    assert call.flink("GET").status == 200


@pytest.mark.parametrize("how", [{"kind": "hang", "seconds": None}, {"kind": "hang_after", "seconds": 600}], ids=str)
def test_a_request_that_hangs_is_let_go(call, emulator, fault, how):
    """When the faults are cleared, or all is as at the start again."""
    for end in (emulator.faults.clear, emulator.reset):
        fault(**how)
        with pytest.raises(socket.timeout):
            call.flink("GET", timeout=0.05)
        while emulator.faults.as_list():  # until it has arrived
            time.sleep(0.005)
        end()
        while emulator.log.in_flight:
            time.sleep(0.005)


def test_truncate(call, fault):
    fault(kind="truncate")
    with pytest.raises(http.client.IncompleteRead):
        call.flink("GET")


def test_gateway_404(call, fault, add_job):
    fault(kind="gateway_404")
    answer = call.flink("GET", f"/{add_job()}")
    assert (answer.status, answer.code) == (404, "APIGW.0101")


def test_empty_and_wrong_type(call, fault):
    fault(kind="empty")
    fault(kind="wrong_type")
    fault(kind="wrong_type", body=["unexpected"])
    empty, page, array = (call.flink("GET") for dummy in range(3))
    assert (empty.status, empty.body) == (200, "")
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert (array.status, array.body) == (200, ["unexpected"])


def test_login_can_fail_too(call, fault):
    fault(method="POST", path="^/v3/auth/tokens$", status=502)
    assert call("POST", "/v3/auth/tokens", {}, token=None).status == 502


@pytest.mark.parametrize(
    ("kind", "takes_effect"), [("reset_before", False), ("reset_after", True), ("hang", False), ("hang_after", True)]
)
def test_other_services(call, emulator, fault, add_batch, add_mrs_job, kind, takes_effect):
    batch_id, job_id, old = add_batch(), add_mrs_job(), add_mrs_job(job_state="FINISHED")
    fault(kind=kind, method="DELETE|POST", path="/(batches|job-executions)/", times=3)
    for write in (
        lambda: call.batches("DELETE", f"/{batch_id}"),
        lambda: call.mrs("POST", f"/{job_id}/kill"),
        lambda: call.mrs("POST", "/batch-delete", {"job_id_list": [old]}),
    ):
        with pytest.raises(LOST):
            write()
    states = [call.batches("GET", f"/{batch_id}/state").body["state"], call.mrs_state(job_id), call.mrs_state(old)]
    assert states == (["dead", "KILLED", None] if takes_effect else ["running", "RUNNING", "FINISHED"])
    log = emulator.log.entries()
    assert [entry["status"] for entry in log[:3]] == [0, 0, 0]
    assert [entry["body"] for entry in log[:3]] == ["", "", f'{{"job_id_list": ["{old}"]}}']
    assert (emulator.log.summary()["writes"], emulator.log.summary()["reads"]) == (3, 3)


def test_gateway_404_of_other_services(call, fault, add_batch, add_mrs_job):
    batch_id, job_id = add_batch(), add_mrs_job()
    fault(kind="gateway_404", times=2)
    answers = [call.batches("GET", f"/{batch_id}"), call.mrs("GET", f"/{job_id}")]
    assert [(answer.status, answer.code) for answer in answers] == [(404, "APIGW.0101")] * 2


def test_408_with_the_services_own_code(call, fault, add_job):
    job_id = add_job()
    fault(kind="status_after", status=408, body={"error_code": "DLI.0019", "error_msg": "timed out"})
    answer = call.flink("POST", "/delete", {"job_ids": [job_id]})
    assert (answer.status, answer.code, call.status(job_id)) == (408, "DLI.0019", None)


@pytest.mark.parametrize(
    ("at", "value", "shown"),
    [
        ("job_list.total_count", 500, {"total_count": 500}),
        ("job_list.jobs.0.status", None, {"status": None}),
        ("job_list.jobs.*.name", {"a": 1}, {"name": {"a": 1}}),
        ("job_list", "none", {}),
        ("", ["x"], {}),
    ],
)
def test_shapes(call, fault, add_job, at, value, shown):
    add_job()
    fault(kind="shape", at=at, value=value)
    body = call.flink("GET").body
    assert call.flink("GET").body["job_list"]["total_count"] == 1  # nothing has changed in the world
    if not shown:
        assert (body["job_list"] if at else body) == value
        return
    found = {**body["job_list"], **body["job_list"]["jobs"][0]}
    assert {key: found[key] for key in shown} == shown


@pytest.mark.parametrize(("kind", "begins"), [("drip", b"HTTP/1.1 4"), ("drip_continue", b"HTTP/1.1 1")])
def test_answers_that_drip(emulator, fault, add_job, kind, begins):
    job_id = add_job()
    fault(kind=kind, seconds=0.01)
    host, dummy, port = emulator.url.partition("//")[2].partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(b"GET " + f"/v1.0/p/streaming/jobs/{job_id}".encode() + b" HTTP/1.1\r\n\r\n")
        heard = [connection.recv(100) for dummy in range(10)]
    assert b"".join(heard).startswith(begins)
    assert len(b"".join(heard)) < 100


def test_a_body_that_drips(call, fault):
    fault(kind="drip_body", seconds=0.001)
    assert call.flink("GET").status == 200


def test_a_body_that_does_not_end(emulator, fault):
    fault(kind="endless")
    connection = http.client.HTTPConnection(emulator.url.partition("//")[2], timeout=5)
    connection.request("GET", "/v1.0/p/streaming/jobs")
    assert len(connection.getresponse().read(5_000_000)) == 5_000_000
    connection.close()


def test_a_bomb(emulator, fault):
    fault(kind="bomb")
    connection = http.client.HTTPConnection(emulator.url.partition("//")[2], timeout=5)
    connection.request("GET", "/v1.0/p/streaming/jobs")
    response = connection.getresponse()
    sent = response.read()
    assert (response.headers["Content-Encoding"], len(sent) < 300_000) == ("gzip", True)
    assert gzip.decompress(sent) == b" " * 100 * 1024 * 1024 + b"{}"
    connection.close()


def test_half_a_surrogate_pair(call, add_job, fault):
    job_id = add_job(name="sur\ud800rog")
    assert call.flink("GET", f"/{job_id}").body["job_detail"]["name"] == "sur\ud800rog"


@pytest.mark.parametrize(("rows", "unshown"), [(0, 0), (2, 0), (0, 7), (2, 7)])
def test_rows_and_totals_of_lists(call, emulator, add_job, add_batch, add_mrs_job, rows, unshown):
    for dummy in range(3):
        add_job(), add_batch(), add_mrs_job()
    emulator.settings.update({"page_rows": rows, "unshown": unshown})
    flink, spark, mrs = (one.body for one in (call.flink("GET"), call.batches("GET"), call.mrs("GET")))
    found = [
        (flink["job_list"]["total_count"], len(flink["job_list"]["jobs"])),
        (spark["total"], len(spark["sessions"])),
        (mrs["total_record"], len(mrs["job_list"])),
    ]
    assert found == [(3 + unshown, rows or 3)] * 3
    second = (
        {call.mrs("GET", f"?limit=100&offset={offset}").body["job_list"][0]["job_id"] for offset in (1, 2)}
        if rows
        else {1, 2}
    )
    assert len(second) == 2
