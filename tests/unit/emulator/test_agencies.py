# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two accounts with projects of one name and jobs of one ID, and the agency that leads from one into the other."""

from __future__ import annotations

import json

import pytest

OWN, NIGHTLY = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
OTHER, OTHER_TEAM = "abcdef0123456789abcdef0123456789", "a0000000000000000000000000000001"
OWN_DOMAIN, OTHER_DOMAIN = "d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0", "c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0"
OTHERS = {
    "domain": {"id": OTHER_DOMAIN, "name": "customer-domain"},
    "projects": [{"id": OTHER, "name": "eu-de"}, {"id": OTHER_TEAM, "name": "eu-de_team"}],
    "users": [{"id": "u1", "name": "demo", "password": "other-password", "agent_operator": True}],
    "tokens": [{"token": "other-token", "user": "demo", "project": "eu-de"}],
    "access_keys": [{"access": "AKOTHER000000000001", "secret": "SKother", "user": "demo"}],
    "agencies": [
        {"name": "ops-agency", "trusted_domain": "demo-domain"},
        {"name": "team-agency", "trusted_domain": "demo-domain", "projects": ["eu-de_team"], "id": "a9"},
        {"name": "strangers", "trusted_domain": "somewhere-else"},
    ],
    "flink_jobs": [{"job_id": 128, "name": "orders"}, {"job_id": 7, "project_id": OTHER_TEAM}],
    "batches": [{"name": "rollup"}],
    "clusters": [{"clusterId": "cluster-of-customer"}],
    "mrs_jobs": [{"job_id": "run-of-customer"}],
}
OWN_JOBS = {"flink_jobs": [{"job_id": 128, "name": "orders"}], "batches": [], "sql_jobs": [], "clusters": []}
IN_PROJECT = {"project": {"id": OTHER}}


@pytest.fixture
def two(emulator):
    """The emulator with two accounts."""
    emulator.load({**OWN_JOBS, "accounts": [OTHERS]})
    return emulator


def assume(role=None, scope="in project", **others):
    """The body of the second step."""
    scope = IN_PROJECT if scope == "in project" else scope
    role = {"domain_name": "customer-domain", "xrole_name": "ops-agency"} if role is None else role
    scope = {} if scope is None else {"scope": scope}
    return {"auth": {"identity": {"methods": ["assume_role"], "assume_role": role}, **scope, **others}}


@pytest.fixture
def chain(two, call):
    """The second step, with the token of the user demo."""
    return lambda body=None, **options: call("POST", "/v3/auth/tokens", body or assume(), **options)


def flink(project):
    return f"/v1.0/{project}/streaming/jobs"


def scoped(answer):
    """The project that a token is for."""
    assert answer.status == 201, answer.body
    return answer.body["token"]["project"]["id"]


# ---- accounts ----


def test_each_account_has_its_own_jobs(two, call):
    stop = {"job_ids": [128]}
    assert call("POST", f"{flink(OTHER)}/stop", stop, token="other-token").status == 200
    jobs = two.world["flink_jobs"].jobs
    assert (jobs[128].status, jobs[OTHER_DOMAIN, 128].status) == ("job_running", "job_cancel_success")
    truth = {
        (job["project_id"], job["job_id"]): job["status"] for job in call("GET", "/_emulator/jobs").body["flink_jobs"]
    }
    assert truth == {
        (OWN, 128): "job_running",
        (OTHER, 128): "job_cancel_success",
        (OTHER_TEAM, 7): "job_running",
    }
    assert call("DELETE", f"{flink(OWN)}/128").status == 200
    assert call("GET", f"{flink(OTHER)}/128", token="other-token").body["job_detail"]["project_id"] == OTHER
    assert call("GET", flink(OTHER), token="other-token").body["job_list"]["total_count"] == 1


def test_jobs_of_all_kinds_are_in_the_main_project_of_their_account(two, call):
    assert call("GET", f"/v2.0/{OTHER}/batches", token="other-token").body["total"] == 1
    path = f"/v2/{OTHER}/clusters/cluster-of-customer/job-executions"
    assert call("GET", path, token="other-token").body["job_list"][0]["job_id"] == "run-of-customer"


def test_a_job_of_another_account_is_changed_by_its_project(two, call):
    body = {"flink_jobs": [{"job_id": 128, "project_id": OTHER, "name": "new"}]}
    assert call("POST", "/_emulator/jobs", body).body == {"flink_jobs": [128]}
    jobs = two.world["flink_jobs"].jobs
    assert (jobs[128]["name"], jobs[OTHER_DOMAIN, 128]["name"]) == ("orders", "new")


def test_no_credential_opens_another_account(two, call):
    assert call("GET", flink(OTHER)).code == "DLI.10006"
    assert call("GET", flink(OWN), token="other-token").code == "DLI.10006"
    assert call("GET", f"/v1.1/{OWN}/cluster_infos", token="other-token").code == "12000107"


def test_look_ups_are_about_the_account_of_the_caller(two, call):
    def ids(path, token="other-token"):
        (entries,) = (part for name, part in call("GET", path, token=token).body.items() if name != "links")
        return [entry["id"] for entry in entries]

    assert ids("/v3/projects?name=eu-de") == [OTHER]
    assert ids("/v3/projects?name=eu-de", "demo-token") == [OWN]
    assert ids("/v3/auth/projects") == [OTHER, OTHER_TEAM]
    assert ids("/v3/auth/domains") == [OTHER_DOMAIN]
    asked = {"X-Subject-Token": "other-token"}
    assert call("GET", "/v3/auth/tokens", headers=asked, token="other-token").body["token"]["project"]["id"] == OTHER
    assert call("GET", "/v3/auth/tokens", headers=asked).status == 404


def log_in(call, user, scope):
    identity = {"methods": ["password"], "password": {"user": user}}
    return call("POST", "/v3/auth/tokens", {"auth": {"identity": identity, "scope": scope}}, token=None)


@pytest.mark.parametrize(
    ("user", "scope", "project"),
    [
        ({"name": "demo", "password": "demo-password", "domain": {"name": "demo-domain"}}, {"name": "eu-de"}, OWN),
        ({"name": "demo", "password": "demo-password", "domain": {"id": OWN_DOMAIN}}, {"name": "eu-de"}, OWN),
        ({"id": 16 * "u0", "password": "demo-password"}, {"name": "eu-de_nightly"}, NIGHTLY),
        ({"id": "u1", "password": "other-password"}, {"name": "eu-de"}, OTHER),
        ({"id": "u1", "password": "other-password"}, {"name": "eu-de", "domain": {"id": OTHER_DOMAIN}}, OTHER),
        (
            {"name": "demo", "password": "other-password", "domain": {"id": OTHER_DOMAIN}},
            {"id": OTHER_TEAM},
            OTHER_TEAM,
        ),
    ],
)
def test_ids_in_place_of_names(two, call, user, scope, project):
    assert scoped(log_in(call, user, {"project": scope})) == project


WHO = {"name": "demo", "password": "demo-password", "domain": {"name": "demo-domain"}}


@pytest.mark.parametrize(
    ("user", "scope", "status"),
    [
        ({**WHO, "id": "u1"}, {"name": "eu-de"}, 400),
        ({"id": "u1", "password": "other-password", "domain": {"id": OTHER_DOMAIN}}, {"name": "eu-de"}, 400),
        ({**WHO, "domain": {"id": OWN_DOMAIN, "name": "demo-domain"}}, {"name": "eu-de"}, 400),
        ({**WHO, "domain": {}}, {"name": "eu-de"}, 400),
        (WHO, {"id": OWN, "name": "eu-de"}, 400),
        (WHO, {"id": OWN, "domain": {"name": "demo-domain"}}, 400),
        (WHO, {"name": "eu-de", "domain": {"name": "demo-domain", "id": OWN_DOMAIN}}, 400),
        (WHO, {"name": "eu-de", "domain": {"name": "customer-domain"}}, 400),
        (WHO, {"id": OTHER}, 400),
        ({**WHO, "domain": {"name": "customer-domain"}}, {"name": "eu-de"}, 401),
        ({**WHO, "domain": {"id": "nowhere"}}, {"name": "eu-de"}, 401),
        ({"id": "u1", "password": "demo-password"}, {"name": "eu-de"}, 401),
    ],
)
def test_mixtures_of_ids_and_names_are_refused(two, call, user, scope, status):
    assert log_in(call, user, {"project": scope}).status == status


# ---- agencies ----


def test_the_token_of_an_agency(chain, call):
    answer = chain()
    token = answer.body["token"]
    customer = {"id": OTHER_DOMAIN, "name": "customer-domain"}
    assert token["methods"] == ["assume_role"]
    assert token["project"] == {"id": OTHER, "name": "eu-de", "domain": customer}
    assert (token["user"]["name"], token["user"]["domain"]) == ("customer-domain/ops-agency", customer)
    assert token["user"]["id"]
    assert token["assumed_by"]["user"] == {
        "id": 16 * "u0",
        "name": "demo",
        "domain": {"id": OWN_DOMAIN, "name": "demo-domain"},
    }
    assert token["expires_at"].endswith("Z")
    assert [f"/v1.1/{OTHER}" in end["url"] for entry in token["catalog"] for end in entry["endpoints"]].count(True) == 1
    value = answer.headers["X-Subject-Token"]
    assert call("GET", f"{flink(OTHER)}/128", token=value).status == 200
    for project in (OWN, OTHER_TEAM):
        assert call("GET", flink(project), token=value).code == "DLI.10006"
    shown = call("GET", "/v3/auth/tokens", token=value, headers={"X-Subject-Token": value}).body["token"]
    assert shown["assumed_by"] == token["assumed_by"]


@pytest.mark.parametrize(
    "scope",
    [
        {"project": {"id": OTHER}},
        {"project": {"name": "eu-de", "domain": {"name": "customer-domain"}}},
        {"project": {"name": "eu-de", "domain": {"id": OTHER_DOMAIN}}},
        {"project": {"id": OTHER}, "domain": {"name": "customer-domain"}},
    ],
)
@pytest.mark.parametrize("domain", [{"domain_name": "customer-domain"}, {"domain_id": OTHER_DOMAIN}])
def test_ways_to_name_a_project(chain, scope, domain):
    assert scoped(chain(assume({**domain, "xrole_name": "ops-agency"}, scope))) == OTHER


@pytest.mark.parametrize("scope", [None, {"domain": {"id": OTHER_DOMAIN}}, {"domain": {"name": "customer-domain"}}])
def test_a_token_for_the_account_opens_no_project(chain, call, scope):
    answer = chain(assume(scope=scope))
    assert answer.body["token"]["domain"]["id"] == OTHER_DOMAIN
    assert call("GET", flink(OTHER), token=answer.headers["X-Subject-Token"]).code == "DLI.10006"


def test_a_project_name_without_a_domain(chain, answers):
    """The dangerous reading is the usual one: a client that leaves the domain out gets its own project."""
    body = assume(scope={"project": {"name": "eu-de"}})
    token = chain(body).body["token"]
    assert (token["project"]["id"], token["project"]["domain"]["id"]) == (OWN, OWN_DOMAIN)
    assert token["user"]["domain"]["id"] == OTHER_DOMAIN
    assert chain(assume(scope={"project": {"name": "eu-de_team"}})).status == 400
    answers(agency_project_name="of_agency")
    assert scoped(chain(body)) == OTHER


def test_an_answer_for_the_own_project(chain, answers):
    answers(agency_answer="own_project")
    token = chain().body["token"]
    assert (token["project"]["id"], token["project"]["domain"]["id"]) == (OWN, OWN_DOMAIN)
    assert "assumed_by" in token


def test_an_answer_that_does_not_tell_who_assumed(chain, answers):
    answers(agency_answer="without_assumed_by")
    token = chain().body["token"]
    assert token["project"]["id"] == OTHER
    assert "assumed_by" not in token


@pytest.mark.parametrize("key", ["xrole_name", "agency_name"])
def test_key_of_the_name(chain, answers, key):
    role = {"domain_name": "customer-domain", key: "ops-agency"}
    assert scoped(chain(assume(role))) == OTHER
    answers(agency_key=key)
    assert scoped(chain(assume(role))) == OTHER
    other = "agency_name" if key == "xrole_name" else "xrole_name"
    answers(agency_key=other, iam_error="code")
    answer = chain(assume(role))
    assert (answer.status, answer.code) == (400, "IAM.1103")
    assert other in answer.body["error_msg"]
    assert key not in answer.body["error_msg"]


@pytest.mark.parametrize("key", ["both", "xrole_name", "agency_name"])
def test_both_keys_at_once(chain, answers, key):
    answers(agency_key=key)
    role = {"domain_name": "customer-domain", "xrole_name": "ops-agency", "agency_name": "ops-agency"}
    assert chain(assume(role)).status == 400


ROLE = {"domain_name": "customer-domain", "xrole_name": "ops-agency"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (assume({**ROLE, "domain_id": OTHER_DOMAIN}), 400),
        (assume({"xrole_name": "ops-agency"}), 400),
        (assume({"domain_name": "customer-domain"}), 400),
        (assume({**ROLE, "xrole_name": 5}), 400),
        (assume({**ROLE, "duration_seconds": 900}), 400),
        (assume({**ROLE, "restrict": {"roles": "all"}}), 400),
        (assume({**ROLE, "restrict": {"roles": [5]}}), 400),
        (assume({**ROLE, "restrict": {"roles": ["te_agency"]}}), 201),
        (assume(scope={"project": {"id": OWN}}), 400),
        (assume(scope={"project": {"name": "eu-de", "domain": {"name": "demo-domain"}}}), 400),
        (assume(scope={"domain": {"name": "demo-domain"}}), 401),
        (assume({**ROLE, "xrole_name": "unknown"}), 404),
        (assume({**ROLE, "domain_name": "unknown"}), 404),
        (assume({**ROLE, "domain_name": "demo-domain"}), 404),
        (assume({**ROLE, "xrole_name": "strangers"}), 403),
        (assume({**ROLE, "xrole_name": "team-agency"}), 403),
        (assume({**ROLE, "xrole_name": "team-agency"}, {"project": {"id": OTHER_TEAM}}), 201),
        ({"auth": {"identity": {"methods": ["password", "assume_role"], "assume_role": ROLE}}}, 400),
        ({"auth": {"identity": {"methods": ["assume_role"]}}}, 400),
    ],
)
def test_requests_for_an_agency(chain, body, status):
    answer = chain(body)
    assert answer.status == status
    if status != 201:
        assert answer.body["error"]["code"] == status
        assert answer.body["error"]["title"]


def test_an_unknown_agency_and_an_unknown_account_get_one_message(chain):
    answers = [chain(assume({**ROLE, name: "unknown"})).body for name in ROLE]
    assert answers[0] == answers[1]


def test_who_lacks_agent_operator_is_forbidden(two, chain):
    two.world.identities.users[0]["agent_operator"] = False
    assert chain().status == 403


def test_an_agency_assumes_no_other(chain):
    assert chain(token=chain().headers["X-Subject-Token"]).status == 403


def test_only_a_token_proves_who_assumes(chain, answers):
    refused = {"error": {"code": 401, "message": "The X-Auth-Token is invalid!", "title": "Unauthorized"}}
    for headers in ({}, {"Authorization": "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=0"}):
        answer = chain(token=None, headers=headers)
        assert (answer.status, answer.body) == (401, refused)
    assert chain(token="unknown").body["error"]["title"] == "Forbidden"
    answers(iam_bad_token=401)
    assert chain(token="unknown").status == 401


def test_an_expired_token_of_an_agency(two, chain, call):
    value = chain().headers["X-Subject-Token"]
    assert call("POST", "/_emulator/tokens/expire", {"method": "assume_role"}).body == {"expired": 1}
    assert call("GET", flink(OTHER), token=value).status == 401
    assert call("GET", flink(OWN)).status == 200
    assert scoped(chain()) == OTHER
    assert call("POST", "/_emulator/tokens/expire").body == {"expired": 4}
    assert chain().status == 403


def test_the_log_tells_the_logins_of_a_chain_and_no_secret(two, chain, call):
    first = log_in(call, WHO, {"domain": {"name": "demo-domain"}}).headers["X-Subject-Token"]
    second = chain(token=first).headers["X-Subject-Token"]
    call("GET", flink(OTHER), token=second)
    log = call("GET", "/_emulator/log").body
    assert log["logins"] == 2
    assert [entry["login"] for entry in log["requests"]] == ["password", "assume_role", ""]
    assert [entry["authentication"] for entry in log["requests"]] == ["none", "token", "token"]
    assert not any(secret in json.dumps(log) for secret in ("demo-password", first, second))


# ---- seeds ----


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"domain": {"id": OWN_DOMAIN, "name": "new"}}, "same domain"),
        ({"domain": {"id": "new", "name": "demo-domain"}}, "same domain"),
        ({"projects": [*OTHERS["projects"], {"id": OWN, "name": "eu-de_own"}]}, "same ID"),
        ({"colours": []}, "colours"),
        ({"agencies": [{"name": "a"}]}, "trusted_domain"),
        ({"agencies": [{"name": "a", "trusted_domain": "demo-domain", "colour": "red"}]}, "colour"),
        ({"agencies": [{"name": "a", "trusted_domain": "demo-domain", "projects": ["eu-nl"]}]}, "eu-nl"),
        ({"tokens": [{"token": "t", "user": "nobody"}]}, "nobody"),
        ({"clusters": []}, "no cluster None"),
    ],
)
def test_seeds_that_make_no_sense(two, call, change, words):
    answer = call("POST", "/_emulator/seed", {"accounts": [{**OTHERS, **change}]})
    assert answer.status == 400
    assert words in answer.body["error"]
    assert len(two.world.identities.accounts) == 2


@pytest.mark.parametrize("name", ["domain", "projects"])
def test_an_account_needs_a_domain_and_projects(two, call, name):
    others = {key: part for key, part in OTHERS.items() if key != name}
    assert f"needs {name}" in call("POST", "/_emulator/seed", {"accounts": [others]}).body["error"]
