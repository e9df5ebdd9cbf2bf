# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens, keys, passcodes and locks go by the clock of the tests that have no connections (utils/wire.py)."""

from __future__ import annotations

import requests

from ansible_collections.otc.bigdata.tests.emulator import doorkeeper

OTHER = "abcdef0123456789abcdef0123456789"
ROLE = {"methods": ["assume_role"], "assume_role": {"domain_name": "customer-domain", "xrole_name": "ops-agency"}}
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def post(cloud, path, identity, token="demo-token", **auth):
    body = {"auth": {"identity": identity, **auth}}
    return requests.post(f"{cloud.url}{path}", json=body, headers={"X-Auth-Token": token}, timeout=9)


def test_token_of_an_agency(cloud):
    def status():
        path = f"/v1.0/{OTHER}/streaming/jobs"
        return requests.get(f"{cloud.url}{path}", headers={"X-Auth-Token": token}, timeout=9).status_code

    token = post(cloud, "/v3/auth/tokens", ROLE, scope={"project": {"id": OTHER}}).headers["X-Subject-Token"]
    cloud.clock.sleep(86390)
    assert status() == 200
    cloud.clock.sleep(20)
    assert status() == 401


def test_temporary_key(cloud):
    credential = post(cloud, "/v3.0/OS-CREDENTIAL/securitytokens", ROLE).json()["credential"]
    key = cloud.world.identities.access_keys[credential["access"]]
    assert 890 < key["expires_at"] - cloud.clock.time() < 900


def log_in(cloud, password="demo-password", passcode=None):
    user_id = cloud.world.identities.users[0]["id"]
    identity = {"methods": ["password"], "password": {"user": {"id": user_id, "password": password}}}
    if passcode:
        identity = {
            **identity,
            "methods": ["password", "totp"],
            "totp": {"user": {"id": user_id, "passcode": passcode}},
        }
    return post(cloud, "/v3/auth/tokens", identity).status_code


def test_passcodes(cloud):
    cloud.world.identities.users[0]["mfa"] = {"secret": SECRET}
    for seconds in (0, 60):
        cloud.clock.sleep(seconds)
        passcode = doorkeeper.totp(SECRET, int(cloud.clock.time()) // doorkeeper.STEP)
        assert [log_in(cloud, passcode=passcode) for dummy in range(2)] == [201, 401]


def test_locks(cloud):
    assert [log_in(cloud, "wrong") for dummy in range(5)] == [401] * 5
    assert log_in(cloud) == 401
    cloud.clock.sleep(15 * 60)
    assert log_in(cloud) == 201
