# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Spark batches: states, what must be refused, lists, and every answer that can be chosen."""

from __future__ import annotations

import pytest

UNKNOWN = "00000000-0000-0000-0000-000000000000"
ACTIVE, FINAL = ["starting", "running", "recovering", "shutting_down"], ["dead", "success"]


def seen(call, batch_id, looks):
    """What the calls for the state and for the details show, in turn."""
    tails = [f"/{batch_id}/state", f"/{batch_id}"] * looks
    return [call.batches("GET", tail).body["state"] for tail in tails[:looks]]


# ---- cancel ----


@pytest.mark.parametrize("state", ACTIVE)
def test_cancel(call, add_batch, state):
    batch_id = add_batch(state=state)
    answer = call.batches("DELETE", f"/{batch_id}")
    assert (answer.status, answer.body) == (200, {"msg": "deleted"})
    assert seen(call, batch_id, 2) == ["dead", "dead"]
    assert call.batches("GET").body["total"] == 1


@pytest.mark.parametrize("state", FINAL)
def test_what_has_ended_cannot_be_cancelled(call, add_batch, state):
    batch_id = add_batch(state=state)
    answer = call.batches("DELETE", f"/{batch_id}")
    assert (answer.status, answer.code) == (400, "DLI.0007")
    assert seen(call, batch_id, 1) == [state]


def test_cancel_takes_looks(call, emulator, add_batch):
    emulator.settings.update({"delays": {"spark_cancel": "2 looks"}})
    batch_id = add_batch()
    call.batches("DELETE", f"/{batch_id}")
    assert seen(call, batch_id, 1) == ["running"]
    assert call.batches("DELETE", f"/{batch_id}").status == 200  # once more makes it no later
    assert seen(call, batch_id, 2) == ["running", "dead"]


def test_cancel_takes_seconds(call, emulator, clock, add_batch):
    emulator.settings.update({"delays": {"spark_cancel": 10}})
    batch_id = add_batch()
    call.batches("DELETE", f"/{batch_id}")
    clock.now += 9.9
    assert seen(call, batch_id, 1) == ["running"]
    clock.now += 0.2
    assert seen(call, batch_id, 1) == ["dead"]


RESTARTS = {"created": [{"after": "1 look", "state": "dead"}, {"after": "1 look", "state": "running"}]}


def test_a_recovering_batch_comes_back(call, add_batch):
    batch_id = add_batch(state="recovering", script=RESTARTS)
    assert seen(call, batch_id, 4) == ["recovering", "dead", "running", "running"]


def test_a_cancelled_batch_does_not_come_back(call, add_batch):
    batch_id = add_batch(state="recovering", script=RESTARTS)
    call.batches("DELETE", f"/{batch_id}")
    assert seen(call, batch_id, 4) == ["dead"] * 4


def test_ends_before_the_cancel(call, add_batch):
    batch_id = add_batch(script={"before_cancel": [{"state": "success"}]})
    assert call.batches("DELETE", f"/{batch_id}").code == "DLI.0007"
    assert seen(call, batch_id, 1) == ["success"]


def test_script_of_a_cancel(call, add_batch):
    batch_id = add_batch(script={"cancel": []})
    assert call.batches("DELETE", f"/{batch_id}").status == 200
    assert seen(call, batch_id, 1) == ["running"]


def test_refusals(call, add_batch):
    batch_id = add_batch(refuse={"get": "DLI.0016", "state": "DLI.0999", "cancel": "DLI.0003"})
    codes = [
        call.batches(method, f"/{batch_id}{tail}").code
        for method, tail in (("GET", ""), ("GET", "/state"), ("DELETE", ""))
    ]
    assert codes == ["DLI.0016", "DLI.0999", "DLI.0003"]
    assert call.batches("GET").body["total"] == 1


# ---- requests that are refused ----


@pytest.mark.parametrize("batch_id", ["1", "0a324461", UNKNOWN[:-1], f"{UNKNOWN}0", UNKNOWN.replace("-", ""), "%20"])
def test_ids(call, batch_id):
    for method, tail in (("GET", ""), ("GET", "/state"), ("DELETE", "")):
        answer = call.batches(method, f"/{batch_id}{tail}")
        assert (answer.status, answer.code) == (400, "DLI.0001")


@pytest.mark.parametrize(
    "query",
    [
        "size=101",
        "size=-1",
        "size=all",
        "from=-1",
        "from=x",
        "state=Success",
        "state=gone",
        "order=desc",
        "start=now",
        "end=-1",
        "job-id=5",
        "job_id=5",
        "limit=5",
        "offset=5",
        "status=dead",
        "from=0&from=0",
        "sort=asc",
    ],
)
def test_queries(call, query):
    answer = call.batches("GET", f"?{query}")
    assert (answer.status, answer.code) == (400, "DLI.0001")
    assert answer.headers["X-Request-Id"]


def test_queries_of_the_other_calls(call, add_batch):
    batch_id = add_batch()
    for method, tail in (("GET", "?x=1"), ("GET", "/state?x=1"), ("DELETE", "?x=1")):
        assert call.batches(method, f"/{batch_id}{tail}").code == "DLI.0001"


def test_another_project(call, add_batch):
    batch_id = add_batch(project_id="fedcba9876543210fedcba9876543210")
    assert call.batches("GET", f"/{batch_id}").code == "DLI.0002"
    assert call.batches("GET").body["total"] == 0
    assert call("GET", "/v2.0/fedcba9876543210fedcba9876543210/batches").code == "DLI.10006"


# ---- lists ----


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["c", "ab", "a"]),
        ("order=CREATE_TIME_DESC", ["c", "ab", "a"]),
        ("order=CREATE_TIME_ASC", ["a", "ab", "c"]),
        ("order=DURATION_DESC", ["a", "ab", "c"]),
        ("order=DURATION_ASC", ["c", "ab", "a"]),
        ("job_name=a", ["ab", "a"]),
        ("job-id=11111111-1111-1111-1111-111111111111", ["a"]),
        (f"job-id={UNKNOWN}", []),
        ("cluster_name=q", ["a"]),
        ("queue_name=q", ["a"]),
        ("queue_name=q&cluster_name=other", []),
        ("state=success", ["ab"]),
        ("owner=etl", ["c"]),
        ("owner=etl&state=running", ["c"]),
        ("size=1&from=1", ["ab"]),
        ("size=0", []),
        ("from=3", []),
    ],
)
def test_filters(call, add_batch, query, names):
    add_batch(id="11111111-1111-1111-1111-111111111111", name="a", age=30, queue="q")
    add_batch(name="ab", age=20, state="success")
    add_batch(name="c", age=10, owner="etl")
    add_batch(name="nobody sees me", hidden=True)
    assert [batch["name"] for batch in call.batches("GET", f"?{query}").body["sessions"]] == names


def test_time_window(call, add_batch):
    for second in (1000, 2000, 3000):
        add_batch(create_time=second)
    answer = call.batches("GET", "?start=1500&end=3000")
    assert [batch["create_time"] for batch in answer.body["sessions"]] == [3000, 2000]


def test_pages(call, add_batch):
    add_batch(count=250)
    pages = [call.batches("GET", f"?size=100&from={start}").body for start in (0, 100, 200)]
    assert [(page["from"], page["total"]) for page in pages] == [(0, 250), (100, 250), (200, 250)]
    assert len({batch["id"] for page in pages for batch in page["sessions"]}) == 250
    assert len(call.batches("GET").body["sessions"]) == 100


def test_newcomers_shift_the_pages(call, emulator, add_batch):
    add_batch(count=4, age=60)
    emulator.settings.update({"newcomers": 1})
    first, second = (call.batches("GET", f"?size=2&from={start}").body["sessions"] for start in (0, 2))
    assert first[1]["id"] == second[0]["id"]


def test_fields(call, clock, add_batch):
    batch_id = add_batch(name="n", queue="q", age=5, req_body='{"file": "f"}')
    detail, entry = call.batches("GET", f"/{batch_id}").body, call.batches("GET").body["sessions"][0]
    assert (detail["id"], detail["cluster_name"], detail["queue"], detail["req_body"]) == (
        batch_id,
        "q",
        "q",
        '{"file": "f"}',
    )
    assert detail["log"] == ["stdout: ", "stderr: ", "YARN Diagnostics: "]
    assert "duration" not in detail
    assert entry.pop("duration") == 5000
    assert entry == detail
    assert call.batches("GET", f"/{batch_id}/state").body == {"id": batch_id, "state": "running"}


# ---- answers ----


@pytest.mark.parametrize(("code", "status"), [("DLI.0002", 400), ("DLI.0023", 404), ("DLI.0001", 400)])
def test_not_found(call, answers, code, status):
    answers(spark_not_found=code)
    for method, tail in (("GET", ""), ("GET", "/state"), ("DELETE", "")):
        answer = call.batches(method, f"/{UNKNOWN}{tail}")
        assert (answer.status, answer.code) == (status, code)
        assert UNKNOWN in answer.body["error_msg"]


def test_state(call, answers, add_batch):
    answers(spark_state="capital")
    batch_id = add_batch(state="success")
    assert seen(call, batch_id, 2) == ["Success", "Success"]
    assert call.batches("GET", "?state=success").body["sessions"][0]["state"] == "Success"
    assert call.batches("DELETE", f"/{batch_id}").status == 400


@pytest.mark.parametrize(
    ("form", "status", "body"),
    [("msg", 200, {"msg": "deleted"}), ("202", 202, ""), ("204", 204, ""), ("empty", 200, "")],
)
def test_cancel_answers(call, answers, add_batch, form, status, body):
    answers(spark_cancel=form)
    batch_id = add_batch()
    answer = call.batches("DELETE", f"/{batch_id}")
    assert (answer.status, answer.body) == (status, body)
    assert seen(call, batch_id, 1) == ["dead"]


@pytest.mark.parametrize("code", ["DLI.0001", "DLI.0999"])
def test_cancel_refusal(call, answers, add_batch, code):
    answers(spark_cancel_refusal=code)
    answer = call.batches("DELETE", f"/{add_batch(state='dead')}")
    assert (answer.status, answer.code) == (400, code)


def test_cancelled(call, answers, add_batch):
    answers(spark_cancelled="success")
    batch_id = add_batch()
    call.batches("DELETE", f"/{batch_id}")
    assert seen(call, batch_id, 1) == ["success"]


@pytest.mark.parametrize(
    ("form", "value"), [("string", "application_1"), ("null", None), ("empty", ""), ("list", ["application_1"])]
)
def test_app_id(call, answers, add_batch, form, value):
    answers(spark_app_id=form)
    batch_id = add_batch(appId="application_1")
    assert call.batches("GET", f"/{batch_id}").body["appId"] == value
    assert call.batches("GET").body["sessions"][0]["appId"] == value


def test_shared_answers(call, answers, add_batch):
    add_batch(name="orders", state="starting")
    add_batch(name="orders-old")
    assert [entry["appId"] for entry in call.batches("GET").body["sessions"]].count(None) == 1
    answers(name_filter="exact", list_nulls="left_out", language="chinese")
    entries = call.batches("GET", "?job_name=orders").body["sessions"]
    assert [("appId" in entry, "image" in entry) for entry in entries] == [(False, False)]
    assert not call.batches("GET", f"/{UNKNOWN}").body["error_msg"].isascii()
