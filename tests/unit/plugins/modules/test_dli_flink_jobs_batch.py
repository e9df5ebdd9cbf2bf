# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""dli_flink_jobs: the many answers to a batch write, and what becomes of refused ones."""

from __future__ import annotations

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.flink import OPERATIONS

REFUSALS = ("whole", "mixed", "partial")


# ---- success in all its forms ----


@pytest.mark.parametrize("state", OPERATIONS)
@pytest.mark.parametrize("batch", ["each", "one", "bare", "empty", "trailing_comma"])
def test_form_of_the_answer(flink, state, batch):
    """Cases 1 and 4: one element for two ids, a bare object, no body, no JSON."""
    flink.answers(batch=batch, write_status=202)
    ids = flink.many(2, OPERATIONS[state].before)
    assert flink.run(state, ids)["summary"]["changed"] == 2
    assert flink.truth == dict.fromkeys(ids, OPERATIONS[state].after)


@pytest.mark.parametrize("state", OPERATIONS)
@pytest.mark.parametrize("is_success", ["string", "capital", "boolean", "missing"])
def test_form_of_success(flink, state, is_success):
    """Case 3: "true", "True", true, nothing."""
    flink.answers(is_success=is_success)
    result = flink.run(state, flink.many(2, OPERATIONS[state].before))
    assert (result.failed, result["summary"]["changed"]) == (False, 2)


@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize(
    ("state", "is_success"),
    [*(("absent", is_success) for is_success in ("string", "capital", "boolean")), ("started", "string")],
)
def test_form_of_failure(flink, state, is_success, wait):
    """Cases 2 and 3: one of two elements says "false" in one of its forms: that job fails."""
    flink.answers(is_success=is_success, batch_refusal="mixed")
    before, write, after, dummy = OPERATIONS[state]
    flink.jobs({"job_id": 5, "status": before}, {"job_id": 6, "status": before, "refuse": {write: "DLI.10005"}})
    result = flink.run(state, [5, 6], wait=wait, wait_timeout=60)
    assert result.column("changed") == {5: True, 6: False}
    assert result.column("failed") == {5: False, 6: True}
    assert "permission" in result.job(6)["msg"]
    assert flink.truth == {5: after, 6: before}


@pytest.mark.parametrize(
    ("state", "batch"), [("absent", "one"), ("absent", "each"), ("stopped", "one"), ("started", "one")]
)
def test_success_for_a_job_that_was_left_alone(flink, state, batch):
    """Case 1: the answer is "true" for two ids while one job did not change: the task fails and names that job."""
    flink.answers(batch=batch)
    before, write = OPERATIONS[state][:2]
    flink.jobs({"job_id": 5, "status": before}, {"job_id": 6, "status": before, "script": {write: []}})
    result = flink.run(state, [5, 6], wait_timeout=1)
    assert result["changed"] is True
    assert result.column("failed") == {5: False, 6: True}
    assert result.job(5)["changed"]
    assert result.job(6)["status"] == before
    assert "6: " in result["msg"]


# ---- refusals ----


@pytest.mark.parametrize("state", OPERATIONS)
@pytest.mark.parametrize(
    ("refusal", "batch"), [("whole", "each"), ("partial", "each"), ("mixed", "each"), ("mixed", "one")]
)
def test_one_job_is_refused(flink, state, refusal, batch):
    """Case 2: that job fails with the service's words, the rest is carried through."""
    flink.answers(batch_refusal=refusal, batch=batch)
    before, write, after, dummy = OPERATIONS[state]
    refused = {"job_id": 50, "status": before, "refuse": {write: "DLI.10005"}}
    ids = flink.jobs({"count": 3, "status": before}, refused, {"count": 3, "status": before})
    result = flink.run(state, ids, wait_timeout=60)
    assert result["summary"] == {"total": 7, "changed": 6, "unchanged": 0, "failed": 1}
    job = result.job(50)
    assert (job["failed"], job["changed"], job["status"], job["action"]) == (True, False, before, write)
    assert "not known" not in job["msg"]  # its own refusal is the last word
    assert flink.truth == {job_id: before if job_id == 50 else after for job_id in ids}
    if refusal != "mixed":
        assert (job["error"]["code"], job["error"]["status"]) == ("DLI.10005", 400)
        assert job["error"]["request_id"]
        for word in ("POST", "127.0.0.1", f"/streaming/jobs/{write}", "400"):
            assert word in job["msg"] + result["msg"]


@pytest.mark.parametrize(
    ("refusal", "error_body", "not_found"),
    [
        ("whole", "array", "own_code"),
        ("whole", "object", "DLI.0002"),
        ("partial", "array", "DLI.0023"),
        ("partial", "object", "own_code"),
        ("mixed", "array", "own_code"),
    ],
)
def test_job_vanishes_before_the_delete(flink, refusal, error_body, not_found):
    """Case 5: DLI.17001 for one of three: read again, delete the rest; the next run has nothing to do."""
    flink.answers(error_body=error_body, not_found=not_found, batch_refusal=refusal)
    flink.jobs({"job_id": 5}, {"job_id": 6, "script": {"before_delete": [{"status": "gone"}]}}, {"job_id": 7})
    result = flink.run("absent", [5, 6, 7])
    assert not result.failed, result["msg"]
    assert result.column("status") == {5: None, 6: None, 7: None}
    assert (result.job(5)["changed"], result.job(7)["changed"]) == (True, True)
    if refusal != "mixed":  # refused together with others: who made it vanish is not known
        assert result.job(6)["changed"]
    assert flink.run("absent", [5, 6, 7])["changed"] is False


def test_only_job_vanishes_before_the_delete(flink):
    """Case 5: the single write was refused, so the change is not ours."""
    flink.job(before_delete=[{"status": "gone"}])
    result = flink.run("absent", [5])
    assert (result.failed, result["changed"], result.job(5)["status"]) == (False, False, None)
    assert result.job(5)["action"] == "delete"


@pytest.mark.parametrize("state", ["stopped", "started"])
def test_only_job_vanishes_before_the_write(flink, state):
    """An id that the service does not know: failure, unless `ignore_missing`."""
    before, write = OPERATIONS[state][:2]
    for ignore in (False, True):
        flink.job(before, **{f"before_{write}": [{"status": "gone"}]})
        result = flink.run(state, [5], ignore_missing=ignore)
        assert (result.failed, result["changed"], result.job(5)["status"]) == (not ignore, False, None)


@pytest.mark.parametrize("refusal", REFUSALS)
def test_one_of_many_vanishes_before_the_start(flink, refusal):
    """DLI.13007 for one of them: it fails, the others are started, each of them once."""
    flink.answers(batch_refusal=refusal)
    stopped = {"status": "job_cancel_success"}
    vanishes = {"job_id": 999, **stopped, "script": {"before_run": [{"status": "gone"}]}}
    ids = flink.jobs({"count": 15, **stopped}, vanishes, {"count": 15, **stopped})
    result = flink.run("started", ids)
    assert result["summary"] == {"total": 31, "changed": 30, "unchanged": 0, "failed": 1}
    assert result.job(999)["msg"] == "unknown to the service; whether its last write took effect is not known"
    assert flink.truth == {job_id: None if job_id == 999 else "job_running" for job_id in ids}
    assert not flink.write_follows_write()


IN_TIME = [("stopped", "job_finish"), ("started", "job_running")]  # what makes the service refuse the write


@pytest.mark.parametrize(("state", "status"), IN_TIME)
def test_only_job_gets_there_before_the_write(flink, state, status):
    """Case 12: DLI.15002 or DLI.13006 in a race: fine, and no change of ours."""
    before, write = OPERATIONS[state][:2]
    flink.job(before, **{f"before_{write}": [{"status": status}]})
    result = flink.run(state, [5])
    job = result.job(5)
    assert (job["failed"], job["changed"], job["action"], job["status"]) == (False, False, write, status)
    assert result["changed"] is False


@pytest.mark.parametrize(("state", "status"), IN_TIME)
@pytest.mark.parametrize("refusal", REFUSALS)
def test_one_of_several_gets_there_before_the_write(flink, state, status, refusal):
    """Case 12: the refused batch is read again and the others are written to."""
    flink.answers(batch_refusal=refusal)
    before, write, after, dummy = OPERATIONS[state]
    race = {"job_id": 6, "script": {f"before_{write}": [{"status": status}]}}
    flink.jobs(*({"status": before, **job} for job in ({"job_id": 5}, race, {"job_id": 7})))
    result = flink.run(state, [5, 6, 7])
    assert not result.failed, result["msg"]
    assert result.column("status") == {5: after, 6: status, 7: after}
    assert (result.job(5)["changed"], result.job(7)["changed"]) == (True, True)
    if refusal != "mixed":
        assert result.job(6)["changed"]


@pytest.mark.parametrize(("state", "code"), [("stopped", "DLI.15002"), ("started", "DLI.13006")])
def test_refused_for_no_reason(flink, state, code):
    """A refusal that the state does not explain is that job's error."""
    before, write = OPERATIONS[state][:2]
    flink.job(before, refuse={write: code})
    result = flink.run(state, [5], wait_timeout=2)
    assert (result["changed"], result.failed) == (False, True)
    assert result.job(5)["error"]["code"] == code


def test_refused_too_early_and_not_awaited(flink):
    """That nobody waits is why the job is given up; the error is still that of the service."""
    flink.job("job_submitting", refuse={"stop": "DLI.15002"})
    job = flink.run("stopped", [5], wait=False).job(5)
    assert (job["msg"], job["error"]["code"]) == (
        "job_submitting: nothing can be done now, and wait is false",
        "DLI.15002",
    )


@pytest.mark.parametrize("refusal", ["whole", "partial"])
def test_refused_with_others_and_then_alone(flink, refusal):
    """The refusal of each by itself is the last word, so nothing is in doubt."""
    flink.answers(batch_refusal=refusal)
    ids = flink.many(2, "job_running_exception")
    result = flink.run("stopped", ids)
    assert sorted(flink.sent()) == sorted([ids, *([job_id] for job_id in ids)])
    assert result.column("msg") == dict.fromkeys(ids, "already stopped (the service refused the request)")


def test_usual_reason_comes_first(flink):
    """Whatever the order of the jobs: its number would be taken for that of all of them."""
    ids = flink.jobs({"status": "job_running_exception"}, {"status": "job_init", "count": 2})
    said = flink.run("stopped", ids)["msg"]
    assert said == "2 of 3 jobs already stopped, 1 already stopped (the service refused the request)"


def test_refused_with_others_twice(flink):
    """The look after the first refusal has shown a job that stood in the way, but not the only one."""
    gone = {"script": {"before_stop": [{"status": "job_finish"}]}}
    ids = flink.jobs({"count": 2}, gone, {"refuse": {"stop": "DLI.10005"}})
    result = flink.run("stopped", ids)
    assert [len(sent) for sent in flink.sent()] == [4, 3, 1, 1, 1]
    assert list(result.column("failed").values()) == [False, False, False, True]


@pytest.mark.parametrize("state", OPERATIONS)
def test_service_takes_fewer_ids(flink, state):
    """No batch is accepted as such: job by job."""
    flink.emulator.settings.update({"batch_limit": 1})
    ids = flink.many(5, OPERATIONS[state].before)
    result = flink.run(state, ids)
    assert (result.failed, result["summary"]["changed"]) == (False, 5)
    assert set(flink.truth.values()) == {OPERATIONS[state].after}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_one_refused_job_among_many(flink, refusal):
    """Only its own batch is touched: all others are changed."""
    flink.answers(batch_refusal=refusal)
    flink.jobs({"count": 120}, {"job_id": 999, "refuse": {"stop": "DLI.10005"}}, {"count": 100})
    ids = list(flink.truth)
    result = flink.run("stopped", ids, wait_timeout=10)
    assert result["summary"] == {"total": 221, "changed": 220, "unchanged": 0, "failed": 1}
    assert result.job(999)["failed"]


def test_no_permission_at_all(flink):
    """Every job is refused: every job fails, each with its own error."""
    flink.jobs({"count": 4, "refuse": {"stop": "DLI.10005"}})
    result = flink.run("stopped", list(flink.truth), wait_timeout=3)
    assert result["summary"]["failed"] == 4
    assert result["changed"] is False
    assert {job["error"]["code"] for job in result["jobs"]} == {"DLI.10005"}
