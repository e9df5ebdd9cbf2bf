# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""dli_flink_jobs_info: what is shown of which jobs."""

from __future__ import annotations

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.flink import GET_PATH, JOBS_PATH, LIST_PATH
from ansible_collections.otc.bigdata.tests.unit.utils.service import check_http_error, check_refused

SECRET = {"sql_body", "job_config", "entrypoint_args"}
DETAILS = SECRET | {"user_id", "project_id", "run_mode", "main_class", "execution_graph", "update_time"}  # contract 4.4


def ids(result) -> list[int]:
    return [job["job_id"] for job in result["jobs"]]


@pytest.mark.parametrize("check_mode", [False, True])
def test_all_jobs(flink, check_mode):
    """Without a selection: every job, in the fields of the list."""
    result = flink.info(check_mode=check_mode)
    assert result["changed"] is False
    assert sorted(ids(result)) == sorted(flink.truth)
    assert result["total"] == len(flink.truth)
    job = next(job for job in result["jobs"] if job["job_id"] == 128)
    assert (
        job.items()
        >= {"name": "orders", "status": "job_running", "queue_name": "streaming", "user_name": "demo"}.items()
    )
    assert len(flink.log) == 1


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"job_ids": [137, "128", 137]}, [137, 128]),
        ({"job_ids": [999, 128]}, [128]),
        ({"job_ids": [999]}, []),
        ({"filters": {"name": ["orders*"]}}, [128, 137]),
        ({"filters": {"status": ["JOB_FINISH"], "older_than": "12h"}}, [150]),
        ({"filters": {"tags": {"team": "web"}}}, [140, 141]),
        ({"job_ids": None, "filters": {"name": None, "user_name": "etl"}}, [150, 151, 152]),
    ],
    ids=str,
)
def test_selection(flink, options, expected):
    """Unknown ids are left out."""
    result = flink.info(**options)
    assert not result.failed, result.get("msg")
    assert ids(result) == expected if "job_ids" in options and options["job_ids"] else sorted(ids(result)) == expected
    assert result["total"] == len(expected)


@pytest.mark.parametrize("details", [False, True])
@pytest.mark.parametrize("options", [{"job_ids": [5]}, {"job_ids": [5, 6]}, {"filters": {"name": ["*"]}}, {}], ids=str)
def test_fields_that_may_carry_secrets(flink, details, options):
    """Only with `details: true`, however the jobs were read."""
    secret = {"sql_body": "select 'hidden'", "job_config": {"k": "hidden"}, "entrypoint_args": "--key hidden"}
    flink.jobs(*({"job_id": number, "queue_name": "q", **secret} for number in (5, 6)))
    result = flink.info(details=details, **options)
    for job in result["jobs"]:
        assert job["queue_name"] == "q"
        assert DETAILS & set(job) == (DETAILS if details else set())
        assert {name: job.get(name) for name in SECRET} == (secret if details else dict.fromkeys(SECRET))
    assert ("hidden" in result.text) is details
    assert result["total"] == len(options.get("job_ids", [5, 6]))


def test_details_are_the_services_fields(flink):
    """Each job is read, and its fields come unchanged."""
    flink.jobs({"job_id": 5, "job_config": {"parallel_number": 3}, "start_time": None}, {"job_id": 6})
    result = flink.info(details=True)
    job = next(job for job in result["jobs"] if job["job_id"] == 5)
    assert (job["job_config"], job["start_time"]) == ({"parallel_number": 3}, None)
    assert sorted(entry["path"] for entry in flink.log) == [JOBS_PATH, f"{JOBS_PATH}/5", f"{JOBS_PATH}/6"]


@pytest.mark.parametrize("newcomers", [0, 3])
def test_pages(flink, newcomers):
    """Case 17: 250 jobs, pages that shift: none missed, none twice. Case 18: no page larger than 100."""
    expected = flink.many(250)
    flink.emulator.settings.update({"newcomers": newcomers})
    found = ids(flink.info())
    assert set(expected) <= set(found)
    assert len(found) == len(set(found))
    assert {query["limit"] for query in flink.queries()} == {"100"}
    assert flink.total("reads") <= 4 + newcomers


def test_budget(flink):
    """By id: at most one read more than the cheaper way."""
    wanted = flink.many(500)[:300]
    assert ids(flink.info(job_ids=wanted)) == wanted
    assert flink.total("reads") <= 6
    assert ids(flink.info(job_ids=wanted[:2])) == wanted[:2]
    assert flink.total("reads") <= 3


def test_no_ids(flink):
    result = flink.info(job_ids=[])
    assert (result["jobs"], result["total"]) == ([], 0)
    assert not flink.log


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"filters": {}}, "filters"),
        ({"filters": {"name": []}}, "name"),
        ({"filters": {"colour": "red"}}, "colour"),
        ({"filters": {"older_than": "1y"}}, "older_than"),
        ({"job_ids": [True]}, "job_ids"),
        ({"job_ids": [0]}, "job_ids"),
        ({"job_ids": [1], "filters": {"name": ["x"]}}, "filters"),
        ({"state": "stopped"}, "state"),
    ],
    ids=str,
)
def test_bad_options(flink, options, word):
    check_refused(flink.info(**options), word)
    assert not flink.log


def test_unknown_status_word(flink):
    result = flink.info(filters={"status": ["job_runing"]})
    assert result["jobs"] == []
    assert "job_runing" in str(result["warnings"])


def test_max_jobs_is_no_matter(flink):
    """More than a changing module would take by default."""
    flink.many(101)
    assert flink.info(filters={"status": ["job_running"]})["total"] == 101


@pytest.mark.parametrize("job_ids", [[5], [5, 6]])
def test_job_denied_on_get(flink, job_ids):
    """Case 19: the list shows it."""
    flink.jobs({"job_id": 5, "refuse": {"get": "DLI.10005"}}, {"job_id": 6})
    assert ids(flink.info(job_ids=job_ids)) == job_ids


@pytest.mark.parametrize("count", [1, 30])
def test_job_hidden_from_the_list(flink, count):
    """Case 19: a get shows it."""
    wanted = flink.many(count, hidden=True)
    assert ids(flink.info(job_ids=wanted)) == wanted


@pytest.mark.parametrize(
    "fault", [{"kind": "gateway_404"}, {"kind": "status", "status": 500}, {"kind": "wrong_type"}], ids=str
)
@pytest.mark.parametrize("job_ids", [None, [128]])
def test_failure_is_no_empty_answer(flink, fault, job_ids):
    flink.fault(GET_PATH if job_ids else LIST_PATH, times=None, **fault)
    result = flink.info(job_ids=job_ids, max_retries=0)
    check_http_error(result, "GET", flink.emulator.url, JOBS_PATH)


def test_login_and_token_without_project(flink):
    assert flink.info(flink.by_password, job_ids=[128])["total"] == 1
    assert flink.total("logins") == 1
