# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""dli_flink_jobs: which status needs which write, waiting, missing and hidden jobs, check mode, diff.

The cases are those of the API contract, section 13.
"""

from __future__ import annotations

import json

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.flink import refusal

STOPPED_ALREADY = (
    "job_init",
    "job_submit_fail",
    "job_idle",
    "job_cancel_success",
    "job_arrearage_stopped",
    "job_finish",
)
CAN_BE_STOPPED = ("job_submitting", "job_running", "job_cancel_fail")
OTHERS = (
    "job_running_exception",
    "job_downloading",
    "job_canceling",
    "job_savepointing",
    "job_arrearage_recovering",
    "job_foo",
)
ALL = (*STOPPED_ALREADY, *CAN_BE_STOPPED, *OTHERS)


# ---- each status, each state: check mode, first run, second run ----


def test_stop(flink):
    """Case 11: also a job that is being submitted, or whose stop failed, is stopped."""
    ids = flink.jobs(*({"name": status, "status": status} for status in CAN_BE_STOPPED))
    result = flink.twins("stopped", ids)
    assert result["changed"] is True
    assert result["jobs"] == [
        {
            "id": job_id,
            "name": status,
            "changed": True,
            "failed": False,
            "action": "stop",
            "status_before": status,
            "status": "job_cancel_success",
            "msg": "",
        }
        for job_id, status in zip(ids, CAN_BE_STOPPED)
    ]
    assert flink.truth == dict.fromkeys(ids, "job_cancel_success")


def test_nothing_to_stop(flink):
    """Case 11: where nothing runs there is no write and no change."""
    ids = flink.jobs(*({"status": status} for status in STOPPED_ALREADY))
    result = flink.twins("stopped", ids)
    assert result["changed"] is False
    assert result.column("action") == dict.fromkeys(ids, "none")
    assert result.column("status") == result.column("status_before") == dict(zip(ids, STOPPED_ALREADY))


def test_only_running_jobs_are_written_to(flink):
    """Case 11: one request, for the job that is being submitted."""
    ids = flink.jobs(*({"status": status} for status in ("job_submitting", *STOPPED_ALREADY)))
    assert flink.run("stopped", ids)["summary"] == {"total": 7, "changed": 1, "unchanged": 6, "failed": 0}
    assert [body["job_ids"] for body in flink.writes] == [ids[:1]]


def test_delete(flink):
    """Jobs are deleted in any state; case 6: the second run finds nothing to do."""
    ids = flink.jobs(*({"name": status, "status": status} for status in ALL))
    result = flink.twins("absent", ids)
    assert result["changed"] is True
    assert result["jobs"] == [
        {
            "id": job_id,
            "name": status,
            "changed": True,
            "failed": False,
            "action": "delete",
            "status_before": status,
            "status": None,
            "msg": "",
        }
        for job_id, status in zip(ids, ALL)
    ]
    assert flink.truth == dict.fromkeys(ids)
    result = flink.run("absent", ids)
    for name in ("name", "status_before", "status"):
        assert result.column(name) == dict.fromkeys(ids)
    assert result.column("action") == dict.fromkeys(ids, "none")


@pytest.mark.parametrize("status", ["job_canceling", "job_savepointing"])
def test_delete_is_not_put_off(flink, status):
    """A job on its way is written to at once."""
    flink.job(status)
    assert flink.run("absent", [5])["changed"]
    assert [entry["method"] for entry in flink.log] == ["GET", "POST", "GET"]


# ---- statuses on the way ----


def test_stop_of_a_job_that_stops_already(flink):
    """Case 13: job_canceling is awaited, not written to, and no change."""
    flink.job("job_canceling", created=[{"after": "3 looks", "status": "job_cancel_success"}])
    result = flink.run("stopped", [5])
    job = result.job(5)
    assert (job["changed"], job["action"], job["status_before"]) == (False, "none", "job_canceling")
    assert job["status"] == "job_cancel_success"
    assert result["changed"] is False
    assert not flink.writes


def test_check_mode_of_a_job_that_stops_already(flink):
    flink.job("job_canceling")
    result = flink.run("stopped", [5], check_mode=True)
    assert not result.failed
    assert (result["changed"], result.job(5)["action"]) == (False, "none")


@pytest.mark.parametrize("status", ["job_savepointing", "job_arrearage_recovering", "job_downloading"])
def test_stop_of_a_job_that_becomes_a_running_one(flink, status):
    """Contract 4.6: wait, then stop when it runs."""
    flink.job(status, created=[{"after": "3 looks", "status": "job_running"}])
    result = flink.run("stopped", [5])
    assert not result.failed, result["msg"]
    assert flink.truth == {5: "job_cancel_success"}
    job = result.job(5)
    assert (job["changed"], job["action"], job["status_before"]) == (True, "stop", status)
    assert job["status"] == "job_cancel_success"


def test_stop_of_a_job_whose_savepoint_was_part_of_a_stop(flink):
    """Somebody else stopped it: seen, and no change of ours."""
    flink.job(
        "job_savepointing",
        created=[{"after": "2 looks", "status": "job_canceling"}, {"after": "1 look", "status": "job_cancel_success"}],
    )
    result = flink.run("stopped", [5])
    assert (result["changed"], result.failed, result.job(5)["status"]) == (False, False, "job_cancel_success")
    assert not flink.writes


def test_exception_and_stop_is_refused(flink):
    """C7: DLI.15002 says that such a job counts as stopped. The status is reported as it is."""
    flink.job("job_running_exception")
    assert flink.run("stopped", [5], check_mode=True)["changed"] is True
    result = flink.run("stopped", [5])
    job = result.job(5)
    assert (job["failed"], job["changed"], job["action"]) == (False, False, "stop")
    assert job["status"] == "job_running_exception"


def test_exception_and_stop_is_accepted(flink):
    flink.answers(stop_undefined="accept")
    flink.job("job_running_exception")
    assert flink.twins("stopped", [5]).job(5)["changed"] is True
    assert flink.truth == {5: "job_cancel_success"}


def test_exception_and_restart(flink):
    """Case 14: the service restarts the job after it was seen with an exception; it is stopped all the same."""
    flink.job("job_running_exception", created=[{"after": "1 look", "status": "job_running"}])
    assert flink.run("stopped", [5])["changed"] is True
    assert flink.truth == {5: "job_cancel_success"}


def test_restart_after_the_stop_was_refused(flink):
    """Case 14: a refused stop, then the job runs again before the next look: it must not be called stopped."""
    flink.jobs(
        {"job_id": 5, "status": "job_running_exception"},
        {
            "job_id": 6,
            "status": "job_running_exception",
            "refuse": {"stop": "DLI.15002"},
            "script": {"before_stop": [{"status": "job_running"}]},
        },
    )
    result = flink.run("stopped", [5, 6], wait_timeout=1)
    assert result.column("failed") == {5: False, 6: True}
    assert "job_running" in result.job(6)["msg"]


def test_exception_on_the_way_to_stopped(flink):
    """Case 14: after an accepted stop an exception is not the end."""
    flink.job(
        stop=[
            {"status": "job_running_exception"},
            {"after": "2 looks", "status": "job_canceling"},
            {"after": "1 look", "status": "job_cancel_success"},
        ]
    )
    result = flink.run("stopped", [5])
    assert (result.failed, result.job(5)["status"]) == (False, "job_cancel_success")


def test_unknown_status(flink):
    """Case 15: no write, wait until the time is up, then the message names the status."""
    flink.job("job_foo")
    result = flink.run("stopped", [5], wait_timeout=1)
    job = result.job(5)
    assert (job["failed"], job["changed"], job["status"]) == (True, False, "job_foo")
    assert "job_foo" in job["msg"]
    assert "job_foo" in result["msg"]
    assert not flink.writes


def test_unknown_status_that_passes(flink):
    flink.job("job_foo", created=[{"after": "3 looks", "status": "job_finish"}])
    result = flink.run("stopped", [5])
    assert (result.failed, result["changed"], result.job(5)["status"]) == (False, False, "job_finish")


# ---- savepoints ----


def test_stop_with_savepoint(flink):
    """Case 9: job_savepointing, job_canceling, job_cancel_success; the body carries a boolean."""
    flink.delays(savepoint="2 looks", cancel="1 look")
    result = flink.twins("stopped", [128, 137], trigger_savepoint=True)
    assert result.column("changed") == {128: True, 137: True}
    flink.job()
    flink.run("stopped", [5], trigger_savepoint=True)
    assert flink.writes == [{"job_ids": [5], "trigger_savepoint": True}]


def test_stop_without_savepoint(flink):
    flink.run("stopped", [128])
    assert flink.writes == [{"job_ids": [128], "trigger_savepoint": False}]


def test_no_savepoint_of_a_stopped_job(flink):
    """Contract 11: it cannot be had any more; no write, no change."""
    assert flink.twins("stopped", [142], trigger_savepoint=True)["changed"] is False


@pytest.mark.parametrize("batch", ["each", "one"])
def test_savepoint_fails(flink, batch):
    """Case 10: the stop ends in job_cancel_fail; the message tells why, and what became of the others."""
    flink.answers(batch=batch)
    fail = {
        "savepoint": [
            {"status": "job_savepointing"},
            {"after": "2 looks", "status": "job_cancel_fail", "status_desc": "savepoint failed"},
        ]
    }
    flink.jobs({"count": 3}, {"job_id": 4, "status": "job_finish"}, {"job_id": 137, "script": fail})
    result = flink.run("stopped", [1, 2, 3, 4, 137], trigger_savepoint=True)
    assert result["msg"] == "Stopped 3 of 5 jobs, 1 already stopped, 1 failed: 137: job_cancel_fail (savepoint failed)"
    assert result["summary"] == {"total": 5, "changed": 3, "unchanged": 1, "failed": 1}
    assert result.job(137)["status"] == "job_cancel_fail"


def test_job_runs_on_after_a_failed_savepoint(flink):
    """Case 10: back to job_running is no success."""
    flink.job(savepoint=[{"status": "job_savepointing"}, {"after": "1 look", "status": "job_running"}])
    result = flink.run("stopped", [5], trigger_savepoint=True, wait_timeout=1)
    assert result.failed
    assert "job_running" in result.job(5)["msg"]


def test_stop_fails_again(flink):
    """Contract 4.6: a stop that failed before is tried once more; then it is a failure."""
    flink.job("job_cancel_fail", stop=[{"status": "job_canceling"}, {"after": "1 look", "status": "job_cancel_fail"}])
    result = flink.run("stopped", [5], wait_timeout=3)
    assert result.job(5)["failed"]
    assert "job_cancel_fail" in result["msg"]
    assert len(flink.writes) == 1


# ---- waiting ----


def test_delete_takes_its_time(flink):
    """Case 8: job_running, job_canceling, gone."""
    flink.delays(delete="3 looks")
    result = flink.run("absent", [128])
    assert (result.failed, result.job(128)["status"], len(flink.writes)) == (False, None, 1)
    assert flink.truth[128] is None


@pytest.mark.parametrize(("state", "delay"), [("absent", "delete"), ("stopped", "cancel")])
def test_time_out(flink, state, delay):
    """Case 8: the job fails, its last status is named, `changed` stays true; a job that was in time is fine."""
    flink.delays(**{delay: 60})
    result = flink.run(state, [128, 142], wait_timeout=1)
    assert result.failed
    assert result["changed"] is True
    job = result.job(128)
    assert (job["changed"], job["failed"], job["status"]) == (True, True, "job_canceling")
    assert "job_canceling" in job["msg"]
    assert set(job["error"].values()) == {None}
    assert result["summary"]["failed"] == 1
    assert result["summary"]["changed"] == (1 if state == "absent" else 0)
    assert result.seconds < 4


def test_one_deadline_for_the_whole_task(flink):
    """The time for a job that is awaited first counts for the rest, too."""
    ids = flink.jobs(*({"status": "job_canceling"} for dummy in range(3)), {"status": "job_savepointing"})
    result = flink.run("stopped", ids, wait_timeout=1, max_concurrency=1)
    assert result["summary"]["failed"] == 4
    assert result.seconds < 4


@pytest.mark.parametrize("state", ["stopped", "absent"])
def test_no_wait(flink, state):
    """`wait: false`: accepted is good enough; the status is the last seen."""
    flink.delays(delete=60, cancel=60)
    result = flink.run(state, [128, 142], wait=False)
    assert not result.failed
    assert result.job(128)["changed"]
    assert result.job(128)["status"] in ("job_running", "job_canceling")
    assert len(flink.writes) == 1
    assert result.seconds < 4


def test_no_wait_for_a_job_that_stops_already(flink):
    flink.job("job_canceling")
    result = flink.run("stopped", [5], wait=False)
    assert (result.failed, result["changed"]) == (False, False)


def test_no_wait_but_refused(flink):
    """`wait: false` reports a refusal all the same."""
    flink.jobs({"job_id": 5, "refuse": {"stop": "DLI.10005"}}, {"job_id": 6})
    result = flink.run("stopped", [5, 6], wait=False)
    assert result.column("failed") == {5: True, 6: False}
    assert result.job(5)["error"]["code"] == "DLI.10005"
    assert flink.truth == {5: "job_running", 6: "job_cancel_success"}


def test_first_looks_come_soon(flink):
    """`wait_interval` is the longest pause, not each."""
    flink.delays(cancel="2 looks")
    result = flink.run("stopped", [128], wait_interval=10)
    assert not result.failed
    assert result.seconds < 8


# ---- missing jobs ----


@pytest.mark.parametrize("not_found", ["own_code", "DLI.0002", "DLI.0023"])
def test_missing_job_is_absent(flink, not_found):
    """Case 6, C5: every way to say "not found"."""
    flink.answers(not_found=not_found)
    result = flink.run("absent", [999])
    assert not flink.writes
    assert result["jobs"] == [
        {
            "id": 999,
            "name": None,
            "changed": False,
            "failed": False,
            "action": "none",
            "status_before": None,
            "status": None,
            "msg": result.job(999)["msg"],
        }
    ]


def test_missing_job_cannot_be_stopped(flink):
    """That job fails; the others are carried through."""
    for check_mode in (True, False):
        result = flink.run("stopped", [999, 128], check_mode=check_mode)
        assert result.failed
        assert result["changed"] is True
        assert result.column("failed") == {999: True, 128: False}
        assert set(result.job(999)["error"].values()) == {None}
        assert [job["id"] for job in result["jobs"]] == [999, 128]
    assert flink.truth[128] == "job_cancel_success"


def test_ignore_missing(flink):
    result = flink.twins("stopped", [999, 128], ignore_missing=True)
    assert result.column("changed") == {999: False, 128: True}
    assert result.job(999)["status"] is None


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "gateway_404"},
        {"kind": "status", "status": 400, "body": refusal("DLI.0001")},
        {"kind": "status", "status": 404, "body": {"error_msg": "nothing here"}},
    ],
    ids=str,
)
def test_other_refusals_do_not_mean_absent(flink, fault):
    """Contract 3: a gateway's 404, or any other 400, never means that the job is gone."""
    flink.fault("/streaming/jobs", times=None, **fault)
    result = flink.run("absent", [128])
    assert result.failed
    assert "GET" in result["msg"]
    assert not flink.writes


# ---- check mode and diff ----


@pytest.mark.parametrize("state", ["stopped", "absent"])
@pytest.mark.parametrize("check_mode", [False, True])
def test_diff(flink, state, check_mode):
    """Id, name and status before and after of the jobs that change; the same in check mode."""
    diff = flink.run(state, [137, 142] if state == "stopped" else [137], check_mode=check_mode, diff=True)["diff"]
    before, after = json.dumps(diff["before"]), json.dumps(diff["after"])
    for text in (before, after):
        assert "137" in text
        assert "orders-enriched" in text
        assert "clicks-old" not in text
    assert "job_running" in before
    assert "job_running" not in after
    assert ("job_cancel_success" if state == "stopped" else "null") in after


def test_no_diff_unless_asked(flink):
    assert "diff" not in flink.run("stopped", [128])


def test_diff_of_nothing(flink):
    diff = flink.run("stopped", [142], diff=True).get("diff", {"before": 0, "after": 0})
    assert diff["before"] == diff["after"]


# ---- denied and hidden jobs ----


@pytest.mark.parametrize("state", ["stopped", "absent"])
@pytest.mark.parametrize("ids", [[5], [5, 6]])
def test_job_denied_on_get(flink, state, ids):
    """Case 19: the list shows what the get denies."""
    flink.jobs({"job_id": 5, "name": "a", "refuse": {"get": "DLI.10005"}}, {"job_id": 6, "name": "b"})
    result = flink.run(state, ids)
    assert not result.failed, result["msg"]
    assert result.column("changed") == dict.fromkeys(ids, True)
    assert result.job(5)["status_before"] == "job_running"
    assert result.job(5)["name"] == "a"
    assert flink.truth[5] == (None if state == "absent" else "job_cancel_success")


@pytest.mark.parametrize("state", ["stopped", "absent"])
@pytest.mark.parametrize("count", [1, 30])
def test_job_hidden_from_the_list(flink, state, count):
    """Case 19: a get works where the list is empty."""
    ids = flink.many(count, hidden=True)
    result = flink.run(state, ids)
    assert result["summary"]["changed"] == count
    assert set(flink.truth.values()) == {None if state == "absent" else "job_cancel_success"}


@pytest.mark.parametrize("state", ["stopped", "absent"])
def test_job_that_cannot_be_read_at_all(flink, state):
    """Case 19: denied and hidden: the job fails, nothing is written for it, nothing is guessed."""
    flink.jobs({"job_id": 5, "hidden": True, "refuse": {"get": "DLI.10005"}}, {"job_id": 6})
    result = flink.run(state, [5, 6])
    job = result.job(5)
    assert (job["failed"], job["status_before"], job["status"], job["action"]) == (True, None, None, "none")
    assert (job["error"]["code"], job["error"]["status"]) == ("DLI.10005", 400)
    assert result.job(6)["changed"]
    assert 5 not in flink.written


# ---- languages ----


@pytest.mark.parametrize("state", ["stopped", "absent"])
def test_chinese_messages(flink, state):
    """Case 20: no decision hangs on the text of a message."""
    flink.answers(language="chinese")
    flink.jobs(
        {"job_id": 5},
        {
            "job_id": 6,
            "script": {
                f"before_{name}": [{"status": status}] for name, status in [("stop", "job_finish"), ("delete", "gone")]
            },
        },
    )
    result = flink.run(state, [5, 6, 999], ignore_missing=True)
    assert not result.failed, result["msg"]
    assert flink.truth == ({5: "job_cancel_success", 6: "job_finish"} if state == "stopped" else {5: None, 6: None})
    assert flink.run(state, [5, 6, 999], ignore_missing=True)["changed"] is False


def test_english_is_asked_for(flink):
    """Case 20: the header X-Language asks for messages in English."""
    flink.answers(language="by_header")
    flink.job(refuse={"stop": "DLI.10005"})
    assert "permission" in flink.run("stopped", [5])["msg"]
