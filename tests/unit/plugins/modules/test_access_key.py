# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests signed with an access key: no login, no token. Wrong keys are in test_expiry."""

from __future__ import annotations

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.service import KEY

TEMPORARY = {
    "access_key": "AKTEMP0000000000001",
    "secret_key": "SKtemp/secret+key000000000000000000000001",
    "security_token": "demo-security-token==",
}
ENVIRON = {
    "OS_ACCESS_KEY": KEY["access_key"],
    "OS_SECRET_KEY": KEY["secret_key"],
    "OS_TOKEN": "",
}


def login(flink, **options) -> dict:
    endpoints = {"iam": flink.emulator.url, "dli": flink.emulator.url}
    return {"endpoints": endpoints, "project_name": "eu-de", **options}


@pytest.mark.parametrize("key", [KEY, TEMPORARY], ids=["permanent", "temporary"])
def test_all_requests_are_signed(flink, key):
    """Reads by id and by list, a query with blanks, writes with a body, IAM for the name of the project."""
    result = flink.run("stopped", filters={"name": ["orders*"], "queue_name": "streaming"}, login=login(flink, **key))
    assert not result.failed, result["msg"]
    assert flink.truth[128] == flink.truth[137] == "job_cancel_success"
    assert not flink.run("absent", [128], login=login(flink, **key)).failed
    assert not flink.run("stopped", filters={"queue_name": "a b/c=d&e~"}, login=login(flink, **key)).failed
    assert {entry["authentication"] for entry in flink.log} == {"ak_sk"}
    assert flink.total("logins") == 0


def test_from_the_environment(flink):
    result = flink.run("stopped", [128], login=login(flink), environ=ENVIRON)
    assert result["changed"] is True


def test_parts_from_the_environment(flink):
    environ = {"OS_SECRET_KEY": TEMPORARY["secret_key"], "OS_SECURITY_TOKEN": TEMPORARY["security_token"]}
    result = flink.run("stopped", [128], login=login(flink, access_key=TEMPORARY["access_key"]), environ=environ)
    assert result["changed"] is True


def test_a_security_token_of_the_environment_is_not_joined_to_a_key_of_the_task(flink):
    environ = {"OS_SECURITY_TOKEN": "of-another-key"}
    assert not flink.run("stopped", [128], login=login(flink, **KEY), environ=environ).failed


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"access_key": "AK"}, ["secret_key", "OS_SECRET_KEY"]),
        ({"secret_key": "a-secret-key"}, ["access_key", "OS_ACCESS_KEY"]),
        ({"security_token": "a-security-token"}, ["access_key", "secret_key"]),
        ({**KEY, "project_name": None}, ["project_id", "project_name", "OS_PROJECT_ID"]),
    ],
    ids=["no secret", "no key", "only the token", "no project"],
)
def test_half_given(flink, options, words):
    result = flink.run("stopped", [128], login=login(flink, **options))
    assert result.failed
    assert all(word in result["msg"] for word in words), result["msg"]
    assert not flink.log
