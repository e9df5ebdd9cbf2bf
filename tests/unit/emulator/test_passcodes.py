# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins with a password and a passcode, which is good once, and users that are locked after too many failures."""

from __future__ import annotations

import json
import time
import types

import pytest

from ansible_collections.otc.bigdata.tests.emulator import doorkeeper

USER_ID, PROJECT = "0a1b2c3d4e5f60718293a4b5c6d7e8f9", "0123456789abcdef0123456789abcdef"
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
PASSCODES = ["081804", "050471", "005924"]
NIGHT_OPS = {"id": USER_ID, "name": "night-ops", "password": "night-password", "mfa": {"passcodes": PASSCODES}}
PLAIN = {"id": "plain", "name": "plain", "password": "plain-password"}


@pytest.fixture
def users(emulator):
    """The users there are."""

    def make(*entries):
        emulator.load({"users": entries, "tokens": [], "access_keys": []})

    make(NIGHT_OPS, PLAIN)
    return make


def body(passcode="081804", user=None, totp=None, scope=None, methods=("password", "totp")):
    user = user or {"id": USER_ID, "password": "night-password"}
    identity = {"methods": list(methods), "password": {"user": user}}
    if passcode is not None:
        identity["totp"] = {"user": {**(totp or {"id": USER_ID}), "passcode": passcode}}
    return {"auth": {"identity": identity, "scope": scope or {"project": {"name": "eu-de"}}}}


@pytest.fixture
def log_in(users, call):
    return lambda *args, **parts: call("POST", "/v3/auth/tokens", body(*args, **parts), token=None)


@pytest.fixture
def at(monkeypatch):
    """Set the clock by which passcodes and locks go."""
    return lambda moment: monkeypatch.setattr(doorkeeper, "time", types.SimpleNamespace(time=lambda: moment))


def without_passcode(log_in, **parts):
    return log_in(None, methods=["password"], **parts)


@pytest.mark.parametrize(
    ("moment", "passcode"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_vectors(moment, passcode):
    """Those of RFC 6238, with six digits."""
    assert doorkeeper.totp(SECRET, moment // doorkeeper.STEP) == passcode


def test_a_login(log_in, call):
    answer = log_in()
    assert answer.status == 201
    token = answer.body["token"]
    assert token["methods"] == ["password", "totp"]
    assert token["mfa_authn_at"].endswith("Z")
    assert (token["user"]["id"], token["project"]["id"]) == (USER_ID, PROJECT)
    value = answer.headers["X-Subject-Token"]
    assert call("GET", f"/v1.0/{PROJECT}/streaming/jobs", token=value).status == 200
    entry = call("GET", "/_emulator/log").body["requests"][0]
    assert entry["login"] == "password+totp"
    assert not any(secret in json.dumps(entry) for secret in ("081804", "night-password"))


def test_a_login_without_a_passcode_says_nothing_of_one(log_in):
    plain = {"id": "plain", "password": "plain-password"}
    assert "mfa_authn_at" not in without_passcode(log_in, user=plain).body["token"]


def test_a_user_by_name(log_in):
    user = {"name": "night-ops", "password": "night-password", "domain": {"name": "demo-domain"}}
    assert log_in(user=user).status == 201


def test_a_passcode_is_good_once(log_in):
    assert log_in().status == 201
    answer = log_in()
    assert answer.status == 401
    assert answer.body["error"]["message"] == "The username or password is wrong."
    assert log_in("050471").status == 201


@pytest.mark.parametrize(
    "parts",
    [
        {"user": {"id": USER_ID, "password": "wrong"}},
        {"scope": {"project": {"name": "nowhere"}}},
    ],
)
def test_a_login_that_fails_uses_its_passcode_up(log_in, parts):
    assert log_in(**parts).status in (400, 401)
    assert log_in().status == 401


def test_only_the_password(log_in):
    answer = without_passcode(log_in)
    assert (answer.status, answer.body["error"]["message"]) == (401, "mfa totp code verify fail")


@pytest.mark.parametrize(
    "parts",
    [
        {"passcode": "000000"},
        {"totp": {"id": "plain"}},
        {"totp": {"id": "unknown"}},
        {"user": {"id": "plain", "password": "plain-password"}},
        {"user": {"id": "plain", "password": "plain-password"}, "totp": {"id": "plain"}},
        {"user": {"id": "unknown", "password": "night-password"}},
    ],
)
def test_wrong_logins(log_in, parts):
    assert log_in(**parts).status == 401
    assert log_in().status == 201


@pytest.mark.parametrize(
    "parts",
    [
        {"passcode": 81804},
        {"passcode": "81804"},
        {"passcode": "0818040"},
        {"passcode": " 081804"},
        {"passcode": "٠٨١٨٠٤"},
        {"passcode": ""},
        {"passcode": None},
        {"totp": {"name": "night-ops"}},
        {"totp": {"id": USER_ID, "name": "night-ops"}},
        {"methods": ["totp"]},
        {"methods": ["password"]},
        {"methods": ["totp", "password"]},
        {"user": {"name": "night-ops", "id": USER_ID, "password": "night-password", "domain": {"name": "demo-domain"}}},
    ],
)
def test_malformed_logins(log_in, parts):
    assert log_in(**parts).status == 400
    assert log_in().status == 201


def test_a_name_in_place_of_the_id(log_in, answers):
    answers(totp_user="id_or_name")
    assert log_in(totp={"name": "night-ops"}).status == 201
    assert log_in("050471").status == 201
    assert log_in("005924", totp={"name": "plain"}).status == 401
    assert log_in("005924", totp={"name": "night-ops", "domain": {"name": "demo-domain"}}).status == 400


def test_passcodes_of_an_authenticator(log_in, users, at):
    users({**NIGHT_OPS, "mfa": {"secret": SECRET}})
    now = 1234567890.0
    at(now)
    assert log_in("005924").status == 201
    assert log_in("005924").status == 401
    before, late = (doorkeeper.totp(SECRET, int(now) // 30 - steps) for steps in (1, 2))
    assert log_in(late).status == 401
    assert log_in(before).status == 201


def test_failures_in_a_row_lock_a_user(emulator, log_in, at):
    wrong, plain = ({"id": "plain", "password": password} for password in ("wrong", "plain-password"))
    for dummy in range(4):
        assert without_passcode(log_in, user=wrong).status == 401
    assert without_passcode(log_in, user=plain).status == 201
    for dummy in range(5):
        assert without_passcode(log_in, user=wrong).body["error"]["message"] == "The username or password is wrong."
    assert without_passcode(log_in, user=plain).body["error"]["message"] == "Account locked."
    assert log_in().status == 201  # another user
    at(time.time() + 15 * 60 + 1)
    assert without_passcode(log_in, user=plain).status == 201
    emulator.settings.update({"lock_after": 0})
    for dummy in range(9):
        assert without_passcode(log_in, user=wrong).status == 401
    assert without_passcode(log_in, user=plain).status == 201


def test_used_passcodes_count_as_failures(log_in, answers):
    answers(iam_error="code")
    assert log_in().status == 201
    assert [log_in().code for dummy in range(3)] == ["IAM.0062"] * 3
    assert [without_passcode(log_in).code for dummy in range(2)] == ["IAM.0062"] * 2
    assert log_in("050471").code == "IAM.0061"


@pytest.mark.parametrize(
    ("mfa", "words"),
    [
        ({}, "passcodes, or a secret"),
        ({"passcodes": PASSCODES, "secret": SECRET}, "passcodes, or a secret"),
        ({"codes": PASSCODES}, "passcodes, or a secret"),
        ({"passcodes": [81804]}, "six digits"),
        ({"passcodes": ["81804"]}, "six digits"),
        ({"secret": "1"}, "base32"),
        ({"secret": 1}, "base32"),
    ],
)
def test_seeds_that_make_no_sense(call, users, mfa, words):
    answer = call("POST", "/_emulator/seed", {"users": [{**PLAIN, "mfa": mfa}], "tokens": [], "access_keys": []})
    assert (answer.status, words in answer.body["error"]) == (400, True)
