# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Temporary access keys of an agency: who gets one, and where it opens what."""

from __future__ import annotations

import datetime
import json
import types

import pytest

from ansible_collections.otc.bigdata.tests.emulator import identities

OWN, OTHER, OTHER_TEAM = 4 * "01234567", 4 * "89abcdef", 4 * "deadbeef"
OWN_DOMAIN, OTHER_DOMAIN = 16 * "d0", 16 * "c0"
KEY = {"access": "AKDEMO0000000000001", "secret": "SKdemo/secret+key000000000000000000000001"}
OTHERS = {
    "domain": {"id": OTHER_DOMAIN, "name": "customer-domain"},
    "projects": [{"id": OTHER, "name": "eu-de"}, {"id": OTHER_TEAM, "name": "eu-de_team"}],
    "agencies": [
        {"name": "ops-agency", "trusted_domain": "demo-domain"},
        {"name": "team-agency", "trusted_domain": "demo-domain", "projects": ["eu-de_team"]},
    ],
    "flink_jobs": [{"job_id": 128}],
}
PATH = "/v3.0/OS-CREDENTIAL/securitytokens"


def body(methods=("assume_role",), agency="ops-agency", **role):
    if not {"xrole_name", "agency_name"} & set(role):
        role["agency_name"] = agency
    role = {"domain_name": "customer-domain", **role}
    return {"auth": {"identity": {"methods": list(methods), "assume_role": role}}}


@pytest.fixture
def two(emulator):
    """The emulator with two accounts."""
    projects = [{"id": OWN, "name": "eu-de"}]
    emulator.load({"projects": projects, "accounts": [OTHERS], "flink_jobs": [{"job_id": 128}]})
    return emulator


@pytest.fixture
def ask(two, call):
    """Ask for a key, with the token of the user demo."""
    return lambda wanted=None, **options: call("POST", PATH, body() if wanted is None else wanted, **options)


@pytest.fixture
def key(ask):
    """Get a key, as ``signed_call`` takes it."""

    def get(**role):
        answer = ask(body(**role))
        assert answer.status == 201, answer.body
        credential = answer.body["credential"]
        return {**credential, "security_token": credential["securitytoken"]}

    return get


def flink(project):
    return f"/v1.0/{project}/streaming/jobs"


@pytest.mark.parametrize(("seconds", "expected"), [(None, 900), (900, 900), (86400, 86400)])
def test_the_answer(ask, monkeypatch, seconds, expected):
    now = 1234567890.5
    monkeypatch.setattr(identities, "time", types.SimpleNamespace(time=lambda: now))
    answer = ask(body(**({} if seconds is None else {"duration_seconds": seconds})))
    assert answer.status == 201
    assert answer.body.keys() == {"credential"}
    credential = answer.body["credential"]
    assert credential.keys() == {"access", "secret", "securitytoken", "expires_at"}
    end = datetime.datetime.strptime(credential["expires_at"], "%Y-%m-%dT%H:%M:%S.%fZ")
    assert end.replace(tzinfo=datetime.timezone.utc).timestamp() == now + expected


def test_a_key_is_for_no_project(key, two, signed_call):
    """Its project is looked up with it, and then named by the path and by a header."""
    temporary = key()
    found = signed_call(temporary, "GET", "/v3/projects?name=eu-de").body["projects"]
    assert [(project["id"], project["domain_id"]) for project in found] == [(OTHER, OTHER_DOMAIN)]
    assert signed_call(temporary, "GET", "/v3/auth/domains").body["domains"][0]["id"] == OTHER_DOMAIN
    assert signed_call(temporary, "GET", flink(OTHER)).code == "DLI.10006"
    assert signed_call(temporary, "GET", f"{flink(OTHER)}/128", x_project_id=OTHER).status == 200
    stop = signed_call(temporary, "POST", f"{flink(OTHER)}/stop", {"job_ids": [128]}, x_project_id=OTHER)
    assert stop.status == 200
    jobs = two.world["flink_jobs"].jobs
    assert (jobs[128].status, jobs[OTHER_DOMAIN, 128].status) == ("job_running", "job_cancel_success")


def test_no_project_of_another_account(key, signed_call):
    """Nor can a lasting key reach into the account of the agency."""
    for credential, project in ((key(), OWN), (KEY, OTHER)):
        assert signed_call(credential, "GET", flink(project), x_project_id=project).code == "DLI.10006"
        path = f"/v1.1/{project}/cluster_infos"
        assert signed_call(credential, "GET", path, x_project_id=project).code == "12000107"


def test_only_the_projects_of_the_agency(key, signed_call):
    team = key(agency="team-agency")
    assert signed_call(team, "GET", flink(OTHER_TEAM), x_project_id=OTHER_TEAM).status == 200
    assert signed_call(team, "GET", flink(OTHER), x_project_id=OTHER).code == "DLI.10006"
    found = signed_call(team, "GET", "/v3/auth/projects").body["projects"]
    assert [project["id"] for project in found] == [OTHER_TEAM]


def test_a_key_without_its_security_token(key, signed_call):
    temporary = key()
    bare = {name: temporary[name] for name in ("access", "secret")}
    answer = signed_call(bare, "GET", flink(OTHER), x_project_id=OTHER)
    assert (answer.status, answer.code) == (401, "APIGW.0301")
    assert answer.body["error_msg"].endswith(f"ak {temporary['access']} not exist")
    wrong = {**temporary, "security_token": key()["security_token"]}
    assert signed_call(wrong, "GET", flink(OTHER), x_project_id=OTHER).code == "APIGW.0301"


def test_an_expired_key(key, call, signed_call, answers):
    answers(iam_error="code")
    temporary = key()
    assert call("POST", "/_emulator/access_keys/expire").body == {"expired": 2}
    answer = signed_call(temporary, "GET", flink(OTHER), x_project_id=OTHER)
    assert (answer.status, answer.code) == (401, "APIGW.0301")
    answer = signed_call(temporary, "GET", "/v3/projects?name=eu-de")
    assert (answer.status, answer.code) == (400, "IAM.1108")
    assert signed_call(KEY, "GET", flink(OWN)).status == 200
    assert signed_call(key(), "GET", flink(OTHER), x_project_id=OTHER).status == 200


def test_a_key_of_the_seed_expires(emulator, signed_call):
    temporary = {**KEY, "security_token": "t"}
    emulator.load({"access_keys": [{**temporary, "user": "demo", "lifetime": 0}]})
    assert signed_call(temporary, "GET", "/v3/projects").status == 400
    emulator.load({"access_keys": [{**temporary, "user": "demo", "lifetime": 60}]})
    assert signed_call(temporary, "GET", "/v3/projects").status == 200


@pytest.mark.parametrize("name", ["xrole_name", "agency_name"])
def test_key_of_the_name(ask, answers, name):
    other = "agency_name" if name == "xrole_name" else "xrole_name"
    assert ask(body(**{name: "ops-agency"})).status == 201
    answers(agency_key=name)
    assert ask(body(**{name: "ops-agency"})).status == 201
    answers(agency_key=other)
    answer = ask(body(**{name: "ops-agency"}))
    assert answer.status == 400
    assert other in answer.body["error"]["message"]


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        (body(duration_seconds=899), 400),
        (body(duration_seconds=86401), 400),
        (body(duration_seconds="900"), 400),
        (body(duration_seconds=True), 400),
        (body(duration_seconds=900.0), 400),
        (body(domain_id=OTHER_DOMAIN), 400),
        (body(xrole_name="ops-agency", agency_name="ops-agency"), 400),
        (body(restrict={"roles": []}), 400),
        (body(methods=["password"]), 400),
        ({"auth": {**body()["auth"], "scope": {"project": {"id": OTHER}}}}, 400),
        ({}, 400),
        (body(agency="unknown"), 404),
        (body(domain_name="unknown"), 404),
    ],
)
def test_refused_requests(ask, wanted, status):
    assert ask(wanted).status == status


def test_who_lacks_agent_operator_is_forbidden(two, ask):
    identities = two.world.identities
    identities.users[0]["agent_operator"] = False
    assert ask().status == 403
    assert len(identities.access_keys) == 2


@pytest.mark.parametrize("path", [PATH, "/v3/auth/tokens"])
def test_a_lasting_key_gets_one_where_that_is_set(two, answers, signed_call, path):
    """As on Huawei Cloud, by a signature that names the account."""
    refused = {"error": {"code": 401, "message": "The X-Auth-Token is invalid!", "title": "Unauthorized"}}
    assert signed_call(KEY, "POST", path, body(), x_domain_id=OWN_DOMAIN).body == refused
    answers(**{"agency_keys_by" if path == PATH else "agency_token_by": "token_or_key"})
    assert signed_call(KEY, "POST", path, body(), x_domain_id=OWN_DOMAIN).status == 201
    assert signed_call(KEY, "POST", path, body()).status == 401
    assert signed_call(KEY, "POST", path, body(), x_domain_id=OTHER_DOMAIN).status == 401
    assert signed_call({**KEY, "secret": "wrong"}, "POST", path, body(), x_domain_id=OWN_DOMAIN).status == 401


def test_a_key_of_an_agency_assumes_no_other(key, answers, signed_call):
    temporary = key()
    answers(agency_keys_by="token_or_key")
    assert signed_call(temporary, "POST", PATH, body(), x_domain_id=OTHER_DOMAIN).status == 403


def test_the_log_counts_it_as_a_login_and_holds_no_secret(key, call):
    temporary = key()
    log = call("GET", "/_emulator/log").body
    assert log["logins"] == 1
    assert log["counts"] == {f"POST {PATH}": 1}
    assert log["requests"][0]["login"] == "assume_role"
    assert not any(temporary[name] in json.dumps(log) for name in ("access", "secret", "security_token"))
