# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM seen by keystoneauth1, the library behind the OpenStack clients."""

from __future__ import annotations

import pytest
from keystoneauth1 import discover, exceptions, loading, session
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
    emulator.settings.update({"answers": {"catalog_dli": "listed"}})
    found = log_in(emulator, project_id=PROJECT)
    assert found.get_endpoint(service_type="dli", region_name="eu-de") == f"{emulator.url}/v1.0/{PROJECT}"
    assert found.get_endpoint(service_type="mrs", region_name="eu-de") == f"{emulator.url}/v1.1"
    assert found.get_endpoint(service_type="identity", region_name="*") == f"{emulator.url}/v3"


def test_catalog_without_dli(emulator):
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
    """As far as keystoneauth knows: a 403 is no reason for it."""
    emulator.settings.answers["iam_bad_token"] = 401
    found = log_in(emulator, project_id=PROJECT)
    found.get_token()
    emulator.world.identities.expire_tokens()
    assert found.get(f"{emulator.url}/v3/auth/projects").status_code == 200
    assert emulator.log.summary()["logins"] == 2


# ---- two accounts ----

OTHER, OTHER_DOMAIN = "abcdef0123456789abcdef0123456789", "c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0"


@pytest.mark.parametrize(
    "who",
    [
        {"user_id": "other", "username": None, "user_domain_name": None, "project_name": "eu-de"},
        {"user_domain_name": None, "user_domain_id": OTHER_DOMAIN, "project_name": "eu-de"},
        {"user_domain_name": "customer-domain", "project_name": "eu-de", "project_domain_id": OTHER_DOMAIN},
        {"user_domain_name": "customer-domain", "project_name": "eu-de", "project_domain_name": "customer-domain"},
        {"user_domain_name": "customer-domain", "project_id": OTHER},
    ],
)
def test_users_of_one_name(emulator, who):
    users = [{"id": "other", "name": "demo", "password": "demo-password"}]
    domain = {"id": OTHER_DOMAIN, "name": "customer-domain"}
    accounts = [{"domain": domain, "projects": [{"id": OTHER, "name": "eu-de"}], "users": users}]
    emulator.load({"accounts": accounts})
    found = log_in(emulator, **who)
    assert (found.get_project_id(), found.get_user_id()) == (OTHER, "other")
    assert found.auth.get_access(found).project_domain_id == OTHER_DOMAIN


# ---- passcodes ----


@pytest.fixture
def with_passcodes(emulator):
    """The user demo needs one of these."""
    users = [{**user, "mfa": {"passcodes": ["081804", "050471"]}} for user in emulator.world.identities.users]
    emulator.load({"users": users})
    return users[0]["id"]


def two_methods(emulator, user_id, passcode):
    methods = [
        v3.PasswordMethod(user_id=user_id, password="demo-password"),
        v3.TOTPMethod(user_id=user_id, passcode=passcode),
    ]
    return v3.Auth(f"{emulator.url}/v3", methods, project_id=PROJECT)


def multifactor(emulator, user_id, passcode):
    """As ``auth_type: v3multifactor`` of a clouds.yaml makes it."""
    options = {"user_id": user_id, "password": "demo-password", "passcode": passcode, "project_id": PROJECT}
    loader = loading.get_plugin_loader("v3multifactor")
    return loader.load_from_options(auth_url=f"{emulator.url}/v3", auth_methods=["v3password", "v3totp"], **options)


@pytest.mark.parametrize("make", [two_methods, multifactor])
def test_passcode(emulator, with_passcodes, make):
    found = session.Session(auth=make(emulator, with_passcodes, "081804"))
    assert found.get_project_id() == PROJECT
    assert found.get(f"{emulator.url}/v3/auth/projects").status_code == 200
    assert [entry["login"] for entry in emulator.log.entries()] == ["password+totp", ""]
    again = session.Session(auth=make(emulator, with_passcodes, "081804"))
    with pytest.raises(exceptions.Unauthorized):
        again.get_token()
    assert session.Session(auth=make(emulator, with_passcodes, "050471")).get_token()


def test_passcode_alone(emulator, with_passcodes):
    alone = v3.TOTP(f"{emulator.url}/v3", passcode="081804", user_id=with_passcodes, project_id=PROJECT)
    with pytest.raises(exceptions.BadRequest):
        session.Session(auth=alone).get_token()


def test_password_alone(emulator, with_passcodes):
    with pytest.raises(exceptions.Unauthorized, match="mfa totp code verify fail"):
        log_in(emulator, project_id=PROJECT).get_token()
