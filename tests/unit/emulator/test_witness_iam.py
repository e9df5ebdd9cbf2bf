# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM seen by keystoneauth1, the library behind the OpenStack clients."""

from __future__ import annotations

import pytest
from keystoneauth1 import discover, exceptions, session
from keystoneauth1.identity import generic, v3

PROJECT, NIGHTLY = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
WHO = {"username": "demo", "password": "demo-password", "user_domain_name": "demo-domain"}


def log_in(emulator, kind=v3.Password, **options):
    return session.Session(auth=kind(auth_url=f"{emulator.url}/v3", **{**WHO, **options}))


@pytest.mark.parametrize(
    ("scope", "project"),
    [
        ({"project_id": PROJECT}, PROJECT),
        ({"project_id": NIGHTLY}, NIGHTLY),
        ({"project_name": "eu-de_nightly", "project_domain_name": "demo-domain"}, NIGHTLY),
        ({"domain_name": "demo-domain"}, None),
        ({}, None),
    ],
)
def test_scopes(emulator, scope, project):
    found = log_in(emulator, **scope)
    assert found.get_project_id() == project
    assert found.get_token() in emulator.world.identities.tokens


def test_user_by_id(emulator):
    user = emulator.world.identities.users[0]
    auth = v3.Password(f"{emulator.url}/v3", user_id=user["id"], password=user["password"], project_id=PROJECT)
    assert session.Session(auth=auth).get_user_id() == user["id"]


def test_version_discovery(emulator):
    found = log_in(emulator, generic.Password, project_id=PROJECT)
    assert found.get_project_id() == PROJECT
    versions = discover.Discover(session.Session(), emulator.url).version_data()
    assert [version["version"] for version in versions] == [(3, 6)]


def test_catalog(emulator):
    found = log_in(emulator, project_id=PROJECT)
    assert found.get_endpoint(service_type="dli", region_name="eu-de") == f"{emulator.url}/v1.0/{PROJECT}"
    assert found.get_endpoint(service_type="mrs", region_name="eu-de") == f"{emulator.url}/v1.1"
    assert found.get_endpoint(service_type="identity", region_name="*") == f"{emulator.url}/v3"


def test_catalog_without_dli(emulator):
    emulator.settings.update({"answers": {"catalog": "without_dli"}})
    found = log_in(emulator, project_id=PROJECT)
    with pytest.raises(exceptions.EndpointNotFound):
        found.get_endpoint(service_type="dli")
    assert found.get_endpoint(service_type="mrs")


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"username": "nobody"}, {"user_domain_name": "elsewhere"}])
def test_bad_login(emulator, wrong):
    with pytest.raises(exceptions.Unauthorized):
        log_in(emulator, project_id=PROJECT, **wrong).get_token()
    assert emulator.log.summary()["logins"] == 1


def test_the_token_opens_the_service(emulator):
    found = log_in(emulator, project_id=PROJECT)
    answer = found.get(f"{emulator.url}/v1.0/{PROJECT}/streaming/jobs")
    assert answer.json()["job_list"]["total_count"] == 0


def test_an_expired_token_is_renewed_once(emulator):
    found = log_in(emulator, project_id=PROJECT)
    found.get_token()
    emulator.world.identities.expire_tokens()
    assert found.get(f"{emulator.url}/v3/auth/projects").status_code == 200
    assert emulator.log.summary()["logins"] == 2
