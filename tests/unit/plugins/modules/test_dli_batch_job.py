# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""dli_batch_job and its reader: what only Spark batches do. The rest is in test_three_services.py."""

from __future__ import annotations

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.service import refusal

STATES = ("stopped", "absent")
ACTIVE, FINAL = ("starting", "running", "recovering"), ("dead", "success", "error", "killed")
ROLLUP, IMPORT = "0a324461-d9d9-45da-a52a-3b3c7a3d809e", "178fa687-2e8a-41ed-a439-b00de60bb176"


# ---- ids ----


@pytest.mark.parametrize(
    "options",
    [
        {"batch_id": ROLLUP},
        {"batch_id": [ROLLUP, ROLLUP]},
        {"batch_ids": [ROLLUP]},
        {"batch_id": f"{ROLLUP},{IMPORT}"},
        {"batch_id": [ROLLUP, IMPORT], "filters": None},
    ],
    ids=str,
)
def test_one_id_or_many(spark, options):
    """`batch_id: x` and `batch_id: [x, y]`, twice the same, as on the command line."""
    expected = [ROLLUP, IMPORT] if IMPORT in str(options) else [ROLLUP]
    assert [job["id"] for job in spark.run("stopped", **options)["jobs"]] == expected
    assert sorted(spark.written) == sorted(expected)
    assert spark.writes == [None] * len(expected)
    assert [job["id"] for job in spark.info(**options)["jobs"]] == expected


# ---- each state ----


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("spelling", ["lower", "capital"])
def test_states(spark, state, spelling):
    """Cases 22 and 23: a batch that has ended gets no DELETE, however its state is spelled; the others get one."""
    spark.answers(spark_state=spelling)
    ids = spark.states(*ACTIVE, *FINAL)
    words = [word.capitalize() if spelling == "capital" else word for word in (*ACTIVE, *FINAL)]
    result = spark.twins(state, ids)
    assert sorted(spark.truth.values()) == sorted([*["dead"] * 3, *FINAL])
    assert result.column("status_before") == dict(zip(ids, words))
    assert list(result.column("action").values()) == ["cancel"] * 3 + ["none"] * 4
    assert [status.lower() for status in result.column("status").values()] == [*["dead"] * 3, *FINAL]
    assert result["summary"] == {"total": 7, "changed": 3, "unchanged": 4, "failed": 0}


@pytest.mark.parametrize("spelling", ["lower", "capital"])
def test_cancel_may_end_in_success(spark, spelling):
    """Contract 5.1: dead or success, both spelled both ways."""
    spark.answers(spark_cancelled="success", spark_state=spelling)
    assert spark.twins("absent", spark.many(2))["summary"]["changed"] == 2


def test_second_run_writes_nothing(spark):
    """Case 23: never a DELETE for a finished batch; the service would answer 400."""
    ids = spark.many(3)
    spark.run("absent", ids)
    assert sorted(spark.written) == ids
    result = spark.run("absent", ids)
    assert (result.failed, result["changed"], spark.writes) == (False, False, [])
    assert set(result.column("status").values()) == {"dead"}  # the service keeps the record


@pytest.mark.parametrize("form", ["msg", "202", "204", "empty"])
def test_form_of_the_answer(spark, form):
    """Case 27: any 2xx, with a body or without."""
    spark.answers(spark_cancel=form)
    assert spark.run("stopped", spark.many(2))["summary"]["changed"] == 2


@pytest.mark.parametrize("kind", ["truncate", "wrong_type", "empty"])
def test_success_that_cannot_be_read(spark, kind):
    """Contract 12: checked by reading."""
    job_id = spark.job()
    spark.fault("/batches/", kind, method="DELETE")
    result = spark.run("stopped", [job_id])
    assert (result.failed, result["changed"], len(spark.writes)) == (False, True, 1)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("code", ["DLI.0007", "DLI.0001", "DLI.0999"])
def test_race(spark, state, code):
    """Case 24: 400 because it just finished is fine, and no change of ours; the other batch is cancelled."""
    spark.answers(spark_cancel_refusal=code)
    ids = spark.jobs({"script": {"before_cancel": [{"state": "success"}]}}, {})
    result = spark.run(state, ids)
    assert not result.failed, result["msg"]
    job = result.job(ids[0])
    assert (job["changed"], job["action"], job["status"]) == (False, "cancel", "success")
    assert result.job(ids[1])["changed"]


def test_refused_though_it_runs(spark):
    """A refusal that the state does not explain is that batch's error."""
    job_id = spark.job(refuse={"cancel": "DLI.0007"})
    result = spark.run("stopped", [job_id], wait_timeout=2)
    assert (result["changed"], result.job(job_id)["error"]["code"]) == (False, "DLI.0007")


def test_batch_vanishes_before_the_cancel(spark):
    """By id: a failure for `stopped`, unless `ignore_missing`; nothing wrong for `absent`."""
    for state, ignore, fails in (("stopped", False, True), ("stopped", True, False), ("absent", False, False)):
        job_id = spark.job(before_cancel=[{"state": "gone"}])
        result = spark.run(state, [job_id], ignore_missing=ignore)
        assert (result.failed, result["changed"], result.job(job_id)["status"]) == (fails, False, None)


# ---- batches that come back ----


def looks_after(spark) -> int:
    """How often the batch was looked at since the last write."""
    return sum(entry["status"] == 200 for entry in spark.split_log()[1])


def test_recovering_is_seen_dead_twice(spark):
    """Case 26: one look at a dead batch is not enough where the service restarts it."""
    result = spark.run("stopped", [spark.job("recovering")])
    assert (result.failed, result["changed"]) == (False, True)
    assert looks_after(spark) >= 2


@pytest.mark.parametrize(
    ("status", "steps"),
    [
        ("recovering", [{"state": "dead"}, {"after": "1 look", "state": "recovering"}]),
        ("recovering", [{"state": "dead"}, {"after": "1 look", "state": "running"}]),
        (
            "running",
            [{"state": "recovering"}, {"after": "1 look", "state": "dead"}, {"after": "1 look", "state": "running"}],
        ),
    ],
    ids=["dead and recovering", "dead and running", "seen recovering on the way"],
)
def test_cancelled_batch_comes_back(spark, status, steps):
    """Case 26: dead once, then back. Success only when it is dead for good; else it is a failure that names the state."""
    job_id = spark.job(status, cancel=[*steps, {"after": "2 looks", "state": "dead"}])
    result = spark.run("stopped", [job_id])
    assert (result.failed, result["changed"]) == (False, True)
    assert spark.truth == {job_id: "dead"}
    job_id = spark.job(status, cancel=steps, before_cancel=[])
    result = spark.run("absent", [job_id], wait_timeout=1)
    assert result.failed is (spark.truth != {job_id: "dead"})


@pytest.mark.parametrize("status", ["recovering", "running"])
def test_never_cancelled_though_accepted(spark, status):
    """Case 21: "deleted" is no proof."""
    job_id = spark.job(status, cancel=[])
    result = spark.run("absent", [job_id], wait_timeout=1)
    assert (result.failed, result["changed"], result.job(job_id)["status"]) == (True, True, status)
    assert status in result["msg"]


# ---- unknown states ----


@pytest.mark.parametrize("status", ["busy", "shutting_down"])
def test_unknown_state(spark, status):
    """Contract 5.5: try; keep polling until time is up; then the message names it."""
    assert spark.run("stopped", [spark.job(status)])["changed"]
    job_id = spark.job(cancel=[{"state": status}])
    result = spark.run("stopped", [job_id], wait_timeout=1)
    assert (result.failed, result.job(job_id)["status"]) == (True, status)
    assert status in result["msg"]


# ---- not found ----


@pytest.mark.parametrize("code", ["DLI.0002", "DLI.0023", "DLI.0001"])
@pytest.mark.parametrize("count", [1, 3])
def test_not_found(spark, code, count):
    """Case 25: 400 DLI.0002, 404 DLI.0023; 400 DLI.0001 where a list with `job-id` shows none (case 28: that name)."""
    spark.answers(spark_not_found=code)
    spark.jobs()
    ids = [spark.id(900 + n) for n in range(count)]
    result = spark.run("absent", ids)
    assert (result.failed, result["changed"], spark.writes) == (False, False, []), result["msg"]
    assert set(result.column("status").values()) == {None}
    assert spark.run("stopped", ids)["summary"]["failed"] == count
    assert spark.run("stopped", ids, ignore_missing=True)["summary"]["unchanged"] == count


@pytest.mark.parametrize("hidden", [False, True])
def test_parameter_error_is_not_absence(spark, hidden):
    """Case 25: DLI.0001 on a batch that the list shows does not mean that it is gone."""
    (job_id,) = spark.jobs({"refuse": {"get": "DLI.0001"}, "hidden": hidden})
    result = spark.run("absent", [job_id], wait_timeout=2)
    if not hidden:
        assert (spark.truth == {job_id: "dead"}) is not result.failed
        assert {"job-id": job_id}.items() <= max(spark.queries(), key=len).items()


@pytest.mark.parametrize("total", [0, "0"])
def test_a_total_alone_is_not_absence(spark, total):
    """The list shows the batch, so nobody says that it is gone, and nobody that it has ended."""
    (job_id,) = spark.jobs({"refuse": {"get": "DLI.0001"}, "state": "running"})
    spark.fault(f"{spark.path}$", "shape", at="total", value=total, times=None)
    for state in ("stopped", "absent"):
        result = spark.run(state, [job_id], wait_timeout=2)
        assert (result.failed, result["changed"]) == (True, False)
        assert "DLI.0001" in result["msg"]
    assert spark.truth == {job_id: "running"}


@pytest.mark.parametrize("refuse", [{"state": "DLI.0999"}, {"state": "DLI.0001"}], ids=str)
def test_state_that_cannot_be_read(spark, refuse):
    """A 400 on the state does not mean that the batch is gone or dead."""
    job_id = spark.job(refuse=refuse, cancel=[])
    assert spark.run("stopped", [job_id], wait_timeout=1, max_retries=0).failed


def test_batch_that_must_not_be_read(spark):
    """It fails, nothing is written for it; the other is cancelled."""
    ids = spark.jobs({"hidden": True, "refuse": {"get": "DLI.10005", "state": "DLI.10005"}}, {})
    result = spark.run("stopped", ids)
    assert result.column("failed") == dict(zip(ids, (True, False)))
    assert result.job(ids[0])["error"]["code"] == "DLI.10005"
    assert spark.written == ids[1:]


def test_denied_in_chinese(spark):
    """Contract 12: the codes for missing rights come with a helpful text of our own."""
    spark.answers(language="chinese")
    job_id = spark.job(refuse={"cancel": "DLI.10005"})
    assert "permission" in spark.run("stopped", [job_id], wait_timeout=1)["msg"]


# ---- what the answers hold ----


@pytest.mark.parametrize(("form", "app_id"), [("null", None), ("empty", ""), ("list", ["x"]), ("string", "x")])
def test_app_id(spark, form, app_id):
    """Case 28: shown as it comes."""
    spark.answers(spark_app_id=form)
    (job_id,) = spark.jobs({"appId": "x"})
    assert spark.info(batch_id=job_id)["jobs"][0]["appId"] == app_id
    assert spark.run("stopped", job_id)["changed"]


def test_lists_without_nulls(spark):
    spark.answers(list_nulls="left_out")
    ids = spark.many(3, image=None)
    assert spark.run("stopped", ids)["summary"]["changed"] == 3
    assert spark.run("stopped", filters={"queue_name": "default"})["summary"]["unchanged"] == 3


def test_hidden_batches(spark):
    """A get shows what the list does not."""
    ids = spark.many(5, hidden=True)
    assert spark.run("stopped", ids)["summary"]["changed"] == 5


def test_one_of_many_cancels_never_works(spark):
    """That batch fails, with the reason; the others are cancelled."""
    ids = spark.many(20)
    spark.fault(f"{ids[6]}$", "status", method="DELETE", times=None, status=403, body=refusal("APIGW.0302"))
    result = spark.run("absent", ids, wait_timeout=3)
    assert result["summary"] == {"total": 20, "changed": 19, "unchanged": 0, "failed": 1}
    assert result.job(ids[6])["error"]["code"] == "APIGW.0302"


@pytest.mark.parametrize("state", ["error", "killed", "dead"])
def test_filter_by_a_state_that_the_service_does_not_list(spark, state):
    """It knows five; those of Livy are looked for on this side."""
    spark.states("dead", "success")
    result = spark.run("stopped", filters={"state": [state]})
    assert (result.failed, [job["status"] for job in result["jobs"]]) == (False, ["dead"] * (state == "dead"))


@pytest.mark.parametrize(
    "fault", [{"kind": "wrong_type", "body": "[" * 100000}, {"kind": "status", "status": 429, "retry_after": "\u00b2"}]
)
def test_an_answer_that_nobody_can_read_hides_no_other(spark, fault):
    """Whatever one answer does to the reader, the others count."""
    ids = spark.many(8)
    spark.fault("/batches/", method="DELETE", times=1, **fault)
    result = spark.run("stopped", ids, max_retries=1)
    assert not result.failed, result["msg"]
    assert result.column("changed") == dict.fromkeys(ids, True)
    assert set(spark.truth.values()) == {"dead"}


def test_fields_of_an_error_in_a_good_answer(spark):
    """Seen in an answer about a job that had just begun: they say nothing."""
    job_id = spark.job()
    odd = {"is_success": False, "error_code": None, "error_msg": None, "statusCode": 0}
    (body,) = spark.info(details=True)["jobs"]
    spark.fault(f"/batches/{job_id}$", "wrong_type", method="GET", body={**body, **odd})
    result = spark.run("stopped", [job_id])
    assert (result.failed, result["changed"], spark.truth[job_id]) == (False, True, "dead"), result["msg"]
