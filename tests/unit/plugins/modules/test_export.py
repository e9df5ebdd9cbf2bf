# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""dli_flink_jobs with ``export_to``: no job is deleted whose definition is not in a file that the service has named."""

from __future__ import annotations

import json

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.context import Context
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.errors import Interrupted
from ansible_collections.otc.bigdata.plugins.module_utils._jobs import reconcile
from ansible_collections.otc.bigdata.plugins.modules import dli_flink_jobs
from ansible_collections.otc.bigdata.tests.unit.utils.run_module import Result
from ansible_collections.otc.bigdata.tests.unit.utils.service import check_http_error, check_refused

FOLDER = "ops-bucket/flink"
EXPORT, DELETE = "/jobs/export$", "/jobs/delete$"
GOES = {"status": "job_finish"}
EVERYTHING = {"name": ["*"]}
LOST = {
    "reset before": {"kind": "reset_before"},
    "reset after": {"kind": "reset_after"},
    "hang after": {"kind": "hang_after", "seconds": None},
    "502": {"kind": "status", "status": 502},
    "504 after": {"kind": "status_after", "status": 504},
    "408 after": {"kind": "status_after", "status": 408},
    "409 after": {"kind": "status_after", "status": 409},
    "500 after": {"kind": "status_after", "status": 500, "body": "<html>"},
    "cut": {"kind": "truncate"},
    "cut JSON": {"kind": "wrong_type", "body": '{"is_success": "true", "zip_file": ["ops-buc'},
    "HTML": {"kind": "wrong_type"},
    "no body": {"kind": "empty"},
    "a list": {"kind": "wrong_type", "body": []},
    "a text": {"kind": "shape", "at": "zip_file", "value": "ops-bucket/flink/a.zip"},
    "a number": {"kind": "shape", "at": "zip_file.0", "value": 7},
}
REFUSED = {
    "refused": {"kind": "status", "status": 400, "body": {"error_code": "DLI.0999", "error_msg": "failed"}},
    "array": {"kind": "status", "status": 400, "body": [{"error_code": "DLI.10005", "error_msg": "failed"}]},
    "gateway": {"kind": "gateway_404"},
    **{f"{says!r}": {"kind": "shape", "at": "is_success", "value": says} for says in (False, "false", "False")},
    "no file": {"kind": "shape", "at": "zip_file", "value": []},
    "null": {"kind": "shape", "at": "zip_file", "value": None},
    "blank": {"kind": "shape", "at": "zip_file", "value": [" "]},
}


def purge(flink, ids=None, **options) -> Result:
    """A run, and what holds for each: only jobs of files that are told go, and nothing is exported after the first delete."""
    result = flink.run("absent", ids, **{"export_to": FOLDER, **options})
    flink.let_go()
    paths = [entry["path"] for entry in flink.log if entry["method"] == "POST" and "/streaming/" in entry["path"]]
    exports = [path for path in paths if path.endswith("/export")]
    assert paths[: len(exports)] == exports
    files = flink.emulator.world.files
    kept = {job_id for file in result["exported"] for job_id in files[file]}
    assert {job_id for ids in flink.sent(DELETE) for job_id in ids} <= kept
    return result


def check_nothing_gone(flink, result: Result, ids: list, *words: str) -> None:
    """Each of these jobs has failed, for one reason."""
    assert (result["changed"], result.failed, flink.sent(DELETE)) == (False, True, [])
    assert result["summary"]["failed"] == len(ids)
    for job_id in ids:
        job = result.job(job_id)
        assert (job["failed"], job["changed"], job["action"]) == (True, False, "none")
        assert job["msg"].startswith("not deleted, as not all jobs were exported: ")
    check_http_error(result, "POST", flink.emulator.url, "/streaming/jobs/export")
    check_refused(result, *words)


# ---- where all goes well ----


@pytest.mark.parametrize("form", ["one", "each"])
@pytest.mark.parametrize("is_success", ["string", "capital", "boolean", "missing"])
def test_exported_and_deleted(flink, is_success, form):
    """One request for all of them, whatever they are in, and the files that it was answered with."""
    flink.answers(is_success=is_success, export_files=form)
    ids = flink.states("job_running", "job_finish", "job_init")
    result = purge(flink, [*ids, 999], export_to=f"obs://{FOLDER}")
    assert not result.failed, result["msg"]
    assert flink.truth == dict.fromkeys(ids)
    assert flink.writes[:1] == [{"obs_dir": FOLDER, "is_selected": True, "job_selected": ids}]
    assert result["exported"] == list(flink.emulator.world.files)
    assert len(result["exported"]) == (1 if form == "one" else 3)
    assert result.job(999)["msg"] == ""

    again = purge(flink, [*ids, 999])
    assert (again["changed"], again["exported"], flink.writes) == (False, [], [])


@pytest.mark.parametrize("chosen", ["ids", "filters"])
@pytest.mark.parametrize("wait", [True, False])
def test_requests(flink, chosen, wait):
    """230 jobs: three reads, three exports, three deletes; all exports come first."""
    ids = flink.many(230, "job_finish")
    how = {"job_ids": ids} if chosen == "ids" else {"filters": EVERYTHING}
    result = purge(flink, wait=wait, max_jobs=1000, max_concurrency=1, **how)
    assert result["summary"]["changed"] == 230
    assert sorted(map(len, flink.sent(EXPORT))) == sorted(map(len, flink.sent(DELETE))) == [30, 100, 100]
    assert len(result["exported"]) == 3
    assert len(flink.split_log()[0]) == 3
    assert flink.total("reads") <= 6
    assert flink.total("writes") == 6


def test_check_mode(flink):
    """It exports nothing, and foresees what would be deleted."""
    ids = flink.many(3, "job_finish")
    result = purge(flink, ids, check_mode=True)
    assert (result["changed"], result.failed, result["exported"]) == (True, False, [])
    assert flink.emulator.world.files == {}
    assert purge(flink, [], check_mode=True)["exported"] == []
    assert not flink.log


def test_without_it_nothing_is_exported(flink):
    flink.run("absent", flink.many(3, "job_finish"))
    assert not flink.sent(EXPORT)


def test_too_many_jobs(flink):
    """The limit is checked first."""
    flink.many(5, "job_finish")
    result = purge(flink, filters=EVERYTHING, max_jobs=4)
    check_refused(result, "max_jobs", "5")
    assert (result["exported"], flink.writes) == ([], [])


def test_a_job_that_cannot_be_read(flink):
    """It fails by itself, is not exported, and does not keep the others."""
    flink.jobs({"job_id": 5, **GOES}, {"job_id": 6, **GOES, "refuse": {"get": "DLI.0999"}, "hidden": True})
    result = purge(flink, [5, 6], max_retries=0)
    assert (result.column("failed"), flink.sent(EXPORT)) == ({5: False, 6: True}, [[5]])
    assert flink.truth == {5: None, 6: "job_finish"}


# ---- where it does not ----


@pytest.mark.parametrize("fault", LOST)
def test_lost(flink, fault):
    """It is asked again, as what comes twice does no harm."""
    ids = flink.many(3, "job_finish")
    flink.fault(EXPORT, times=2, **LOST[fault])
    result = purge(flink, ids, request_timeout=1)
    assert (result.failed, len(flink.sent(EXPORT))) == (False, 3), result["msg"]
    assert flink.truth == dict.fromkeys(ids)


@pytest.mark.parametrize("retries", [0, 2])
@pytest.mark.parametrize("fault", LOST)
def test_lost_again_and_again(flink, fault, retries):
    """There is no second look, as nothing is due then."""
    ids = flink.many(3, "job_finish")
    flink.fault(EXPORT, times=None, **LOST[fault])
    result = purge(flink, ids, request_timeout=1, max_retries=retries)
    check_nothing_gone(flink, result, ids)
    assert (len(flink.sent(EXPORT)), result["exported"]) == (1 + retries, [])
    assert len(flink.log) == 2 + retries
    assert set(flink.truth.values()) == {"job_finish"}


@pytest.mark.parametrize("fault", REFUSED)
def test_refused(flink, fault):
    """After one more look, which finds all of them, it is meant: it is not asked again, whatever the code."""
    ids = flink.many(3, "job_finish")
    flink.fault(EXPORT, times=None, **REFUSED[fault])
    result = purge(flink, ids)
    check_nothing_gone(flink, result, ids)
    assert (len(flink.sent(EXPORT)), result["exported"], flink.total("reads")) == (1, [], 2)
    assert set(flink.truth.values()) == {"job_finish"}


def test_no_permission(flink):
    ids = flink.jobs({**GOES, "refuse": {"export": "DLI.10005"}}, GOES)
    result = purge(flink, ids)
    check_nothing_gone(flink, result, ids, "permission", "dli:jobs:export", "DLI.10005")
    assert {job["error"]["code"] for job in result["jobs"]} == {"DLI.10005"}


@pytest.mark.parametrize("refusal", ["whole", "partial", "mixed"])
def test_one_of_three_requests_fails(flink, refusal):
    """Nothing is deleted, not even what is in a file. The files that there are, are told."""
    flink.answers(batch_refusal=refusal)
    ids = flink.jobs({"count": 150, **GOES}, {**GOES, "refuse": {"export": "DLI.10005"}}, {"count": 99, **GOES})
    result = purge(flink, ids)
    check_nothing_gone(flink, result, ids)
    assert len(flink.sent(EXPORT)) == 3
    assert len(result["exported"]) == 2
    assert set(flink.truth.values()) == {"job_finish"}


VANISHES = {"script": {"before_export": [{"status": "gone"}]}}


@pytest.mark.parametrize("refusal", ["whole", "partial", "mixed"])
@pytest.mark.parametrize("not_found", ["own_code", "DLI.0002", "DLI.0023"])
def test_some_vanish_before_the_export(flink, refusal, not_found):
    """One more look, and the rest is exported anew and deleted; what is gone is as wanted."""
    flink.answers(batch_refusal=refusal, not_found=not_found)
    flink.jobs({"job_id": 5, **GOES}, {"job_id": 6, **GOES, **VANISHES}, {"job_id": 7, **GOES})
    result = purge(flink, [5, 6, 7])
    assert not result.failed, result["msg"]
    assert result.column("changed") == {5: True, 6: False, 7: True}
    assert result.job(6)["msg"] == "absent meanwhile"
    assert flink.sent() == [[5, 6, 7], [5, 7], [5, 7]]
    assert len(result["exported"]) == 1
    assert flink.total("reads") == 4  # one list, one more, and a get for each job that is left


def test_the_answer_names_no_file_as_some_vanished(flink):
    """The same where the service says so with a yes that names no file."""
    ids = flink.jobs({**GOES, **VANISHES}, GOES)
    flink.fault(EXPORT, **REFUSED["no file"])
    flink.answers(batch_refusal="mixed")
    assert not purge(flink, ids).failed
    assert len(flink.sent(EXPORT)) == 2


def test_all_vanish_before_the_export(flink):
    ids = flink.jobs({**GOES, **VANISHES}, {**GOES, **VANISHES})
    result = purge(flink, ids)
    assert (result.failed, result["changed"], result["exported"]) == (False, False, [])
    assert flink.sent() == [ids]
    assert result.column("status") == dict.fromkeys(ids)


def test_others_vanish_before_the_second_export(flink, monkeypatch):
    """Once more, and not again and again."""
    flink.jobs({"job_id": 5, **GOES, **VANISHES}, {"job_id": 6, **GOES}, {"job_id": 7, **GOES})
    answer = flink.emulator.answer

    def answered(request, connection):
        if request.path.endswith("/export") and json.loads(request.body)["job_selected"] == [6, 7]:
            flink.emulator.world.add("flink_jobs", {"job_id": 6, "status": "gone"})
        return answer(request, connection)

    monkeypatch.setattr(flink.emulator, "answer", answered)
    result = purge(flink, [5, 6, 7])
    assert result.column("failed") == {5: False, 6: True, 7: True}
    assert (result["changed"], flink.truth) == (False, {5: None, 6: None, 7: "job_finish"})
    assert flink.sent() == [[5, 6, 7], [6, 7]]


def test_the_look_after_a_refusal_fails(flink):
    """Nobody knows then whether some are gone, so nothing is done."""
    ids = flink.jobs(GOES, {**GOES, **VANISHES})
    flink.fault("/jobs/[0-9]+$", "status", status=500, times=None, skip=2)
    result = purge(flink, ids, max_retries=0)
    check_nothing_gone(flink, result, ids)
    assert len(flink.sent(EXPORT)) == 1


def test_throttled(flink):
    """That is waited for."""
    ids = flink.many(3, "job_finish")
    flink.fault(EXPORT, "status", status=429, times=5)
    assert not purge(flink, ids, max_retries=1).failed
    assert len(flink.sent(EXPORT)) == 6

    ids = flink.many(3, "job_finish")
    flink.fault(EXPORT, "status", status=429, times=None)
    result = purge(flink, ids, wait_timeout=30)
    check_nothing_gone(flink, result, ids, "429")


EXPIRED = {
    "401": {"status": 401},
    "403": {"status": 403, "body": {"error_code": "IAM.1", "error_msg": "The X-Auth-Token is invalid!"}},
    "service's words": {"status": 400, "body": {"error_code": "DLI.10007", "error_msg": "The token is invalid."}},
}


@pytest.mark.parametrize("form", EXPIRED)
def test_expired_token(flink, form):
    """One new login; a ready token cannot be renewed, and then no job is deleted."""
    ids = flink.many(3, "job_finish")
    flink.fault(EXPORT, "status", **EXPIRED[form])
    result = purge(flink, ids, login=flink.by_password)
    assert (result.failed, flink.total("logins"), len(flink.sent(EXPORT))) == (False, 2, 2), result["msg"]

    ids = flink.many(3, "job_finish")
    flink.fault(EXPORT, "status", **EXPIRED[form])
    result = purge(flink, ids)
    assert (result.failed, result["changed"], result["exported"]) == (True, False, [])
    assert result["summary"]["failed"] == 3
    assert not flink.sent(DELETE)


def test_interrupted(flink, monkeypatch):
    """Before the first delete: nothing is changed, and the files are told. (Ctrl-C itself: see tests/unit/plugins/action.)"""

    def interrupt(*dummy):
        raise KeyboardInterrupt

    monkeypatch.setattr(reconcile, "_carry_out", interrupt)
    given = {**flink.by_token, "state": "absent", "job_ids": list(map(str, flink.many(3))), "export_to": FOLDER}
    endpoints = {"iam": None, "mrs": None, **given["endpoints"]}
    options = {
        **{name: one.get("default") for name, one in dli_flink_jobs.SPEC.items()},
        **given,
        "endpoints": endpoints,
    }
    with pytest.raises(Interrupted) as caught:
        dli_flink_jobs.CORE(options, Context({}))
    assert str(caught.value) == "nothing was changed"
    assert caught.value.result["exported"] == list(flink.emulator.world.files) != []


def test_a_delete_that_is_refused_does_not_take_the_files_away(flink):
    ids = flink.jobs({**GOES, "refuse": {"delete": "DLI.10005"}}, GOES)
    result = purge(flink, ids, wait_timeout=5)
    assert result.column("failed") == {ids[0]: True, ids[1]: False}
    assert (len(result["exported"]), len(flink.sent(EXPORT))) == (1, 1)


def test_secrets_in_the_name_of_a_file(flink):
    """A service may say anything, and nothing of it is the token."""
    ids = flink.many(1, "job_finish")
    flink.fault(EXPORT, "shape", at="zip_file", value=["ops-bucket/demo-token.zip", "a\nb\ud800.zip"])
    result = flink.run("absent", ids, export_to=FOLDER)
    assert "demo-token" not in result.text
    assert not any("\n" in file or "\ud800" in file for file in result["exported"])


# ---- what is refused before the first request ----

WRONG = [
    "",
    " ",
    "obs://",
    "/flink",
    "obs:///flink",
    "..",
    "ops-bucket/..",
    "ops-bucket/../x",
    "a\nb",
    "ops\t",
    "s3a://ops/x",
    " ops",
]


@pytest.mark.parametrize("folder", WRONG)
def test_wrong_folder(flink, folder):
    for ids in ([128], []):
        result = flink.run("absent", ids, export_to=folder)
        check_refused(result, "export_to")
        assert result["exported"] == []
        assert not flink.log


@pytest.mark.parametrize("folder", [FOLDER, "", ".."])
@pytest.mark.parametrize("state", ["stopped", "started", "ended", "restarted"])
def test_other_states(flink, state, folder):
    result = flink.run(state, [128], export_to=folder)
    check_refused(result, "export_to", "absent", state)
    assert (result["exported"], flink.log) == ([], [])


def test_null_is_not_given(flink):
    assert not flink.run("stopped", flink.many(1), export_to=None).failed


def test_a_job_that_cannot_be_read_when_the_drain_is_over(flink):
    """It may still be deleted after another look, so it is exported with the others."""
    ids = flink.jobs({"status": "job_running"}, {"status": "job_running"})
    flink.fault(f"/jobs/{ids[1]}$", "status", status=404, body={"error_code": "DLI.9999"}, skip=1, times=3)
    result = purge(flink, ids, drain_timeout=2, wait_interval=1)
    assert (result.failed, flink.truth) == (False, dict.fromkeys(ids))


def test_two_exports_that_name_the_same_file(flink):
    """Files are named by the second, and requests go out in parallel: the second has overwritten the first."""
    flink.many(150, status="job_finish")

    def change(dummy, body):
        if isinstance(body, dict) and body.get("zip_file"):
            body["zip_file"] = ["ops-bucket/flink/jobs_1764.zip"]
        return body

    flink.change_answers(change)
    result = flink.run("absent", filters={"name": ["*"]}, max_jobs=1000, export_to="ops-bucket/flink")
    assert result.failed, (result["msg"], result["exported"])


def test_bucket_without_a_folder(flink):
    """The message of the check demands 'a bucket, and a folder in it'; a bucket alone goes to the service."""
    flink.many(1)
    flink.run("absent", [1], export_to="ops-bucket")
    assert flink.log == []
