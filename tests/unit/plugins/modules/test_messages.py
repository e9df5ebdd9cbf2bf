# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users are told where the words of a service leave open what to do, and what -v adds."""

from __future__ import annotations

import email.utils
import re
import time

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.flink import GET_PATH, OPERATIONS, WRITE_PATH
from ansible_collections.otc.bigdata.tests.unit.utils.service import KEY, check_refused, refusal

READ_FLINK, STOP, START, DELETE = "dli:jobs:get", "dli:jobs:stop", "dli:jobs:start", "dli:jobs:delete"


def answered(service, path: str, status: int, code: str, **fault) -> None:
    """Each request to this path gets an error of the service."""
    service.fault(path, "status", status=status, times=None, body=refusal(code, "Said so."), **fault)


def check_told(result, *words: str) -> None:
    """The message has these words, and the id that the support of the service asks for."""
    check_refused(result, *words)
    errors = [result.get("error"), *(job.get("error") for job in result.get("jobs", ()))]
    assert any(f"request id {error['request_id']}" in result["msg"] for error in errors if error)


@pytest.mark.parametrize(("status", "code"), [(403, "APIGW.0302"), (400, "DLI.0003"), (403, "X.1")])
@pytest.mark.parametrize(
    ("state", "path", "needs"),
    [
        ("stopped", GET_PATH, READ_FLINK),
        ("stopped", WRITE_PATH, STOP),
        ("started", WRITE_PATH, START),
        ("absent", WRITE_PATH, DELETE),
    ],
)
def test_missing_permission_flink(flink, status, code, state, path, needs):
    """The IAM action is that of the request which was refused."""
    answered(flink, path, status, code)
    result = flink.run(state, [flink.job(OPERATIONS[state].before)], wait_timeout=3)
    check_told(result, "permission", needs, code)


def test_missing_permission_that_a_list_gets_around(flink):
    """With DLI.10005 the get is refused to sub-users who see the job in lists, but the write is refused to all."""
    answered(flink, "/jobs/[0-9]+$|/stop$", 400, "DLI.10005")
    check_told(flink.run("stopped", [flink.job()], wait_timeout=3), "permission", STOP, "DLI.10005")


def test_missing_permission_spark(spark):
    answered(spark, "/batches/", 403, "APIGW.0302", method="DELETE")
    check_told(spark.run("stopped", [spark.job()], wait_timeout=3), "permission", "CANCEL_JOB", "queue")


@pytest.mark.parametrize(
    ("state", "status", "path", "needs"),
    [
        ("stopped", "RUNNING", "/kill$", "mrs:job:submit"),
        ("absent", "FINISHED", "/batch-delete$", "mrs:job:delete"),
        ("absent", "FINISHED", "/job-executions/", "mrs:job:get"),
    ],
)
def test_missing_permission_mrs(mrs, state, status, path, needs):
    answered(mrs, path, 400, "12000052")
    check_told(mrs.run(state, [mrs.job(status)], wait_timeout=3), "permission", needs, "12000052")


@pytest.mark.parametrize(
    ("code", "words"),
    [("0190", ["IAM User Sync"]), ("0191", ["IAM User Sync"]), ("0192", ["IAM User Sync"]), ("0167", ["too old"])],
)
def test_mrs(mrs, code, words):
    answered(mrs, "/job-executions", 500, code)
    check_told(mrs.run("stopped", [mrs.job()]), code, *words)


@pytest.mark.parametrize("way", ["token", "access_key", "password"])
def test_401(flink, way):
    """What to check depends on the credential."""
    answered(flink, GET_PATH, 401, "APIGW.0301")
    endpoints = {"iam": flink.emulator.url, "dli": flink.emulator.url}
    login = {
        "token": flink.by_token,
        "access_key": {**KEY, "project_name": "eu-de", "endpoints": endpoints},
        "password": {**flink.by_password, "endpoints": endpoints},
    }[way]
    result = flink.run("stopped", [128], login=login)
    check_told(result, "credential", way, "APIGW.0301", "401")
    assert "clock" not in result["msg"]


@pytest.mark.parametrize(("minutes", "words"), [(20, "20 minutes behind"), (-20, "20 minutes ahead"), (14, "")])
def test_wrong_clock(flink, minutes, words):
    """Signatures and tokens are refused then, and nothing else says why."""
    date = email.utils.formatdate(time.time() + 60 * minutes, usegmt=True)
    answered(flink, GET_PATH, 401, "APIGW.0301", headers={"Date": date})
    result = flink.run("stopped", [128])
    check_refused(result, "credential", words)
    assert ("clock" in result["msg"]) is bool(words)


@pytest.mark.parametrize("verbosity", [0, 1])
@pytest.mark.parametrize("module", ["dli_flink_jobs", "dli_flink_jobs_info"])
def test_retries_are_told(flink, module, verbosity):
    """Each, with its cause; who asks for no details is not bothered."""
    flink.fault(GET_PATH, "status", status=429, retry_after=0, times=2)
    flink.fault(GET_PATH, "reset_before")
    options = {**flink.by_token, "job_ids": [128], "_ansible_verbosity": verbosity}
    result = flink.door(module, {**options, **({} if "info" in module else {"state": "stopped", "wait_interval": 0.1})})
    assert not result.failed
    if verbosity:
        first, second, third = result["repeats"]
        assert "GET 127.0.0.1" in first
        assert re.search(r"HTTP 429; sent again after 0\.[0-3] s \(1\)", first)
        assert re.search(r"HTTP 429; sent again after 0\.[0-5] s \(2\)", second)
        assert re.search(r"connection broke.*; sent again after 0\.[0-9] s \(1 of 5\)", third)
    else:
        assert "repeats" not in result


def test_iam_lets_nobody_look_up_the_project(flink):
    """The token is good, but for something else."""
    flink.fault("/v3/projects", "status", status=403, body=refusal("IAM.0003", "Policy doesn't allow it."), times=None)
    login = {
        "token": "demo-token",
        "project_name": "eu-de",
        "endpoints": {"iam": flink.emulator.url, "dli": flink.emulator.url},
    }
    result = flink.run("stopped", [128], login=login)
    check_told(result, "permission", "iam:projects:listProjects", "project_id", "403")
    assert "new token" not in result["msg"]


def test_a_page_of_a_proxy_is_not_about_permissions(flink):
    flink.fault(GET_PATH, "status", status=403, body="<html>Blocked</html>", times=None)
    result = flink.run("stopped", [128])
    check_refused(result, "403")
    assert "permission" not in result["msg"]
