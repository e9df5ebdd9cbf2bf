# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two accounts, both with a project eu-de and a Flink job 128: an agency leads to the other one, and half of one nowhere."""

from __future__ import annotations

import re

import pytest
import yaml

from ansible_collections.otc.bigdata.tests.unit.utils.faults import FAULTS, IN_LISTS, fault_of
from ansible_collections.otc.bigdata.tests.unit.utils.service import KEY, PROJECT, check_refused, refusal

OTHER, OTHER_DOMAIN, OWN_DOMAIN = "f0" * 16, "c0" * 16, "d0" * 16
OTHERS = {
    "domain": {"id": OTHER_DOMAIN, "name": "customer-domain"},
    "projects": [{"id": OTHER, "name": "eu-de"}],
    "agencies": [
        {"name": "ops-agency", "trusted_domain": "demo-domain"},
        {"name": "of-strangers", "trusted_domain": "another-domain"},
    ],
    "flink_jobs": [{"job_id": 128, "status": "job_running"}],
}
AGENCY = {"target_agency_name": "ops-agency", "target_domain_name": "customer-domain", "target_project_name": "eu-de"}
BY_ID = {"target_agency_name": "ops-agency", "target_domain_id": OTHER_DOMAIN, "target_project_id": OTHER}
USER = {"username": "demo", "password": "demo-password", "user_domain_name": "demo-domain"}
CODE = {"user_id": "u0" * 16, "password": "demo-password", "passcode": "081804"}
TOKENS = "/v3/auth/tokens$"
SECURITY_TOKENS = "securitytokens$"


def begin(flink, mfa: bool) -> None:
    """Both jobs run. With ``mfa`` the user has a passcode for one login."""
    user = {"id": CODE["user_id"], "name": "demo", "password": "demo-password", "agent_operator": True}
    user.update({"mfa": {"passcodes": [CODE["passcode"]]}} if mfa else {})
    flink.emulator.load(
        {"flink_jobs": [{"job_id": 128, "status": "job_running"}], "users": [user], "accounts": [OTHERS]}
    )
    flink.answers(catalog_dli="listed")
    flink.at = {"auth_url": flink.emulator.url, "region": "eu-de"}


@pytest.fixture
def world(flink):
    begin(flink, mfa=False)
    return flink


@pytest.fixture
def with_mfa(flink):
    begin(flink, mfa=True)
    return flink


def status(flink, project: str) -> str:
    (job,) = (job for job in flink.emulator.world["flink_jobs"].truth() if job["project_id"] == project)
    return job["status"]


def check_only_theirs(flink, result) -> None:
    """The job in the other account has been stopped, and no request named the own project."""
    assert result["changed"], result
    assert (status(flink, PROJECT), status(flink, OTHER)) == ("job_running", "job_cancel_success")
    projects = {re.findall("[0-9a-f]{32}", entry["path"])[0] for entry in flink.log if "/streaming/" in entry["path"]}
    assert projects == {OTHER}


def logins(flink) -> list[str]:
    return [entry["login"] for entry in flink.log if entry["login"]]


# ---- each way of naming one ----


@pytest.mark.parametrize("agency", [AGENCY, BY_ID], ids=["names", "ids"])
@pytest.mark.parametrize(
    ("own", "requests"),
    [
        (USER, ["password", "assume_role"]),
        ({**USER, "project_name": "eu-de"}, ["password", "assume_role"]),
        ({**USER, "project_id": PROJECT}, ["password", "assume_role"]),
        ({"user_id": "u0" * 16, "password": "demo-password"}, ["password", "assume_role"]),
        ({"username": "demo", "password": "demo-password", "user_domain_id": OWN_DOMAIN}, ["password", "assume_role"]),
        ({"token": "demo-token"}, ["assume_role"]),
        ({"token": "demo-token", "project_name": "eu-de"}, ["assume_role"]),
    ],
    ids=str,
)
def test_only_the_jobs_of_the_agency(world, own, requests, agency):
    result = world.run("stopped", [128], login={**world.at, **own, **agency})
    check_only_theirs(world, result)
    assert logins(world) == requests


@pytest.mark.parametrize("names", ["target", "agency"])
def test_an_agency_of_the_environment(world, names):
    own = {"OS_USERNAME": "demo", "OS_PASSWORD": "demo-password", "OS_USER_DOMAIN_NAME": "demo-domain"}
    own |= {"OS_AUTH_URL": world.emulator.url, "OS_PROJECT_NAME": "eu-de", "OS_REGION_NAME": "eu-de"}
    agency = {f"OS_{name.upper()}": value for name, value in AGENCY.items()}
    if names == "agency":
        variables = ("OS_AGENCY_NAME", "OS_AGENCY_DOMAIN_NAME", "OS_DELEGATED_PROJECT")
        agency = dict(zip(variables, AGENCY.values()))
    check_only_theirs(world, world.run("stopped", [128], login={}, environ={**own, **agency}))
    for missing in agency:
        half = {name: value for name, value in agency.items() if name != missing}
        result = world.run("absent", [128], login={}, environ={**own, **half})
        check_refused(result, "missing, as")
        assert not world.log
    # a login of the task is nobody's delegate
    assert world.run("absent", [128], login={**USER, "project_name": "eu-de"}, environ={**own, **agency})["changed"]
    assert {entry["path"].split("/")[2] for entry in world.log if "/streaming/" in entry["path"]} == {PROJECT}


@pytest.mark.parametrize(
    "entry",
    [
        {"auth_type": "agency", "auth": {**USER, "project_name": "eu-de", **AGENCY}},
        {"auth_type": "agency", "auth": {**USER, "project_id": PROJECT, **BY_ID}},
        {"auth": {**USER, **AGENCY}},
        {"auth": USER, **AGENCY},
        {"auth": {"token": "demo-token", **AGENCY}},
    ],
    ids=str,
)
def test_an_agency_of_an_entry(world, tmp_path, entry):
    file = tmp_path / "clouds.yaml"
    entry = {"region_name": "eu-de", **entry, "auth": {"auth_url": world.emulator.url, **entry["auth"]}}
    file.write_text(yaml.safe_dump({"clouds": {"c": entry}}), encoding="utf-8")
    environ = {"OS_CLIENT_CONFIG_FILE": str(file)}
    for login in ({"cloud": "c"}, {}):
        check_only_theirs(world, world.run("stopped", [128], login=login, environ=environ))
        world.emulator.world["flink_jobs"].jobs[OTHER_DOMAIN, 128].fields["status"] = "job_running"
    check_refused(world.run("absent", [128], login={"project_name": "eu-de"}, environ=environ), "project_name beside")
    assert not world.log


def test_twice_and_in_check_mode(world):
    login = {**world.at, **USER, **AGENCY}
    done = world.run("stopped", [128], login=login, check_mode=True)
    assert done["changed"]
    assert status(world, OTHER) == "job_running"
    check_only_theirs(world, world.run("stopped", [128], login=login))
    assert not world.run("stopped", [128], login=login)["changed"]
    assert world.info(login=login)["total"] == 1


# ---- what IAM may answer ----


@pytest.mark.parametrize(("key", "first"), [("both", 1), ("xrole_name", 1), ("agency_name", 2)])
def test_the_name_of_the_field_is_found_once(world, key, first):
    """By trial, and then it is known for the rest of the task."""
    world.answers(agency_key=key)
    with world.tokens_expire_after(1):
        result = world.run("stopped", [128], login={**world.at, **USER, **AGENCY})
    check_only_theirs(world, result)
    assert logins(world) == ["password", *["assume_role"] * first, "password", "assume_role"]


def test_what_else_is_wrong_is_told(world):
    """The code of an unknown field is also that of others."""
    world.answers(agency_key="xrole_name")
    world.fault(TOKENS, "status", status=400, body=refusal("IAM.1103", "the scope is odd"), skip=1)
    check_refused(world.run("absent", [128], login={**world.at, **USER, **AGENCY}), "the scope is odd")
    assert logins(world)[-1] == "assume_role"


@pytest.mark.parametrize(
    ("answer", "words"),
    [("without_assumed_by", "was assumed"), ("own_project", "another")],
)
def test_an_answer_that_is_not_that_of_the_agency(world, answer, words):
    world.answers(agency_answer=answer)
    for agency in (AGENCY, BY_ID):
        check_refused(world.run("absent", [128], login={**world.at, **USER, **agency}), words)
        assert world.total("writes") == world.total("reads") == 0


def test_no_such_agency(world):
    for key, tries in (("agency_name", 2), ("both", 1)):
        world.answers(agency_key=key)
        for name in ("target_agency_name", "target_domain_name"):
            result = world.run("absent", [128], login={**world.at, **USER, **AGENCY, name: "gone"})
            check_refused(result, "gone", "has made no such agency")
            assert logins(world) == ["password", *["assume_role"] * tries]
    result = world.run("absent", [128], login={**world.at, **USER, **AGENCY, "target_project_name": "eu-de_gone"})
    check_refused(result, "agency ops-agency of account customer-domain", "project")
    result = world.run(
        "absent", [128], login={**world.at, **USER, **AGENCY, "target_project_id": PROJECT, "target_project_name": None}
    )
    check_refused(result, "agency ops-agency")
    assert world.total("reads") == 0


def test_without_the_permission(world):
    world.emulator.world.identities.users[0]["agent_operator"] = False
    result = world.run("absent", [128], login={**world.at, **USER, **AGENCY})
    check_refused(result, "Agent Operator")
    assert logins(world) == ["password", "assume_role"]
    assert "check username" not in result["msg"]


@pytest.mark.parametrize("answer", [401, 403])
def test_the_own_token_has_expired(world, answer):
    """IAM also says so with the status for a missing permission."""
    world.answers(iam_bad_token=answer)
    result = world.run("absent", [128], login={**world.at, "token": "stale", **AGENCY})
    check_refused(result, "it has expired", "get a new token")
    assert "Agent Operator" not in result["msg"]


@pytest.mark.parametrize(("own", "call", "skip"), [(USER, TOKENS, 1), (KEY, SECURITY_TOKENS, 0)], ids=["user", "key"])
def test_a_gateway_that_does_not_know_the_call(world, own, call, skip):
    body = refusal("APIGW.0101", "The API does not exist or has not been published")
    world.fault(call, "status", status=404, body=body, skip=skip)
    at = {**world.at, "endpoints": {"dli": world.emulator.url}}
    result = world.run("absent", [128], login={**at, **own, **AGENCY})
    check_refused(result, "APIGW.0101", "does not offer the service")
    assert "has made no such agency" not in result["msg"]


def test_the_own_login_is_refused(world):
    result = world.run("stopped", [128], login={**world.at, **USER, "password": "wrong", **AGENCY})
    check_refused(result, "check username")
    assert logins(world) == ["password"]


def test_the_whole_chain_is_renewed_once_for_all(world):
    OTHERS_MANY = {**OTHERS, "flink_jobs": [{"count": 200, "status": "job_running"}]}
    users = [{"id": "u0" * 16, "name": "demo", "password": "demo-password", "agent_operator": True}]
    world.emulator.load({"flink_jobs": [], "users": users, "accounts": [OTHERS_MANY]})
    login = {**world.at, **USER, **AGENCY}
    with world.tokens_expire_after(3):
        result = world.run("stopped", filters={"name": "*"}, max_jobs=200, login=login, max_concurrency=8)
    assert result["summary"]["changed"] == 200
    assert logins(world) == ["password", "assume_role"] * 2


def test_a_token_cannot_be_renewed(world):
    with world.tokens_expire_after(1):
        result = world.run("stopped", [128], login={**world.at, "token": "demo-token", **AGENCY})
    assert result.failed
    assert logins(world) == ["assume_role"]
    assert "was good until 20" in result["msg"], result["msg"]


@pytest.mark.parametrize("end", ["\x1b[31m2026\n", "2" * 5000, {"a": 1}], ids=["control", "long", "dictionary"])
def test_the_end_of_a_login_is_shown_as_a_text_of_others(world, end):
    def change(request, body):
        return {"token": {**body["token"], "expires_at": end}} if "token" in body else body

    world.change_answers(change)
    with world.tokens_expire_after(1):
        result = world.run("stopped", [128], login={**world.at, "token": "demo-token", **AGENCY})
    check_refused(result, "was good until ")
    assert result["msg"].isprintable()
    assert len(result["msg"]) < 1000


@pytest.mark.parametrize(
    ("name", "alias"), [("target_agency_name", "agency_name"), ("target_project_name", "delegated_project")]
)
def test_an_option_under_both_of_its_names(world, name, alias):
    """One is of the task, the other one of module_defaults: Ansible would take that one."""
    result = world.run("absent", [128], login={**world.at, **USER, **AGENCY, alias: "other"})
    check_refused(result, f"{name} beside {alias}: is the same option with another value")
    assert not world.log
    for same in (AGENCY[name], None):
        check_only_theirs(world, world.run("stopped", [128], login={**world.at, **USER, **AGENCY, alias: same}))
        world.emulator.world["flink_jobs"].jobs[OTHER_DOMAIN, 128].fields["status"] = "job_running"


# ---- access keys ----


@pytest.mark.parametrize("agency", [AGENCY, BY_ID], ids=["names", "ids"])
@pytest.mark.parametrize("key", ["both", "xrole_name", "agency_name"])
def test_a_temporary_key(world, agency, key):
    """The project is looked up with it, as the own account has one of the same name."""
    world.answers(agency_keys_by="token_or_key", agency_key=key)
    at = {**world.at, "endpoints": {"dli": world.emulator.url}}
    check_only_theirs(world, world.run("stopped", [128], login={**at, **KEY, **agency}))
    assert sum(entry["path"].endswith("securitytokens") for entry in world.log) == (2 if key == "xrole_name" else 1)
    assert KEY["secret_key"] not in str(world.log)


def test_a_temporary_key_that_expires(world):
    world.answers(agency_keys_by="token_or_key")
    at = {**world.at, "endpoints": {"dli": world.emulator.url}}
    expire = []

    def change(request, body):
        if "/streaming/jobs" in request.path and not expire:
            expire.append(world.emulator.world.identities.expire_keys())
        return body

    world.change_answers(change)
    check_only_theirs(world, world.run("stopped", [128], login={**at, **KEY, **AGENCY}))
    assert sum(entry["path"].endswith("securitytokens") for entry in world.log) == 2


def test_where_keys_cannot_use_an_agency(world):
    """As on Open Telekom Cloud: it is tried once, and the message says what works."""
    at = {**world.at, "endpoints": {"dli": world.emulator.url}}
    result = world.run("stopped", [128], login={**at, **KEY, **AGENCY})
    check_refused(result, "log in by username and password, or by a token")
    assert sum(entry["path"].endswith("securitytokens") for entry in world.log) == 1
    check_refused(world.run("stopped", [128], login={**at, **KEY, "secret_key": "wrong", **AGENCY}), "check access_key")


def test_a_permission_that_a_key_lacks(world):
    """An id of the own project would not help."""
    world.answers(agency_keys_by="token_or_key")
    login = {**world.at, **KEY, **AGENCY, "endpoints": {"dli": world.emulator.url}}
    world.fault("/v3/auth/domains$", "status", status=403, body=refusal("IAM.0002", "no"))
    result = world.run("absent", [128], login=login)
    check_refused(result, "the user lacks a permission")
    assert "listProjects" not in result["msg"]
    world.emulator.faults.clear()
    world.fault("/v3/projects$", "status", status=403, body=refusal("IAM.0002", "no"))
    check_refused(world.run("absent", [128], login=login), "listProjects, or a target_project_id")


@pytest.mark.parametrize("answer", ["no own account", "own account", "another account", "no account", "both accounts"])
def test_a_project_of_whom_nobody_knows(world, answer):
    """IAM tells whose the projects are that it finds by name, and the key is for no project."""
    world.answers(agency_keys_by="token_or_key")
    own = {"id": PROJECT, "domain_id": OWN_DOMAIN}
    changed = {"own account": own, "another account": {"domain_id": "e0" * 16}, "no account": {"domain_id": None}}

    def change(request, body):
        if answer == "no own account" and request.path.startswith("/v3/auth/domains"):
            return {**body, "domains": []}
        if request.path.startswith("/v3/projects"):
            (one,) = body["projects"]
            more = [{**one, **own}] if answer == "both accounts" else []
            return {**body, "projects": [{**one, **changed.get(answer, {})}, *more]}
        return body

    world.change_answers(change)
    login = {**world.at, **KEY, **AGENCY, "target_domain_name": None, "target_domain_id": OTHER_DOMAIN}
    result = world.run("stopped", [128], login={**login, "endpoints": {"dli": world.emulator.url}})
    if answer == "both accounts":
        check_only_theirs(world, result)
    else:
        check_refused(result, *(["X-Domain-Id is missing"] if answer == "no own account" else []))
        assert world.total("reads") == 0


# ---- one-time passwords ----


def test_a_passcode(with_mfa):
    for own, methods in (({**CODE, "project_name": "eu-de"}, ["password+totp"]),):
        result = with_mfa.run("stopped", [128], login={**with_mfa.at, **own, "user_domain_name": "demo-domain"})
        assert result["changed"]
        assert logins(with_mfa) == methods
    again = with_mfa.run("stopped", [128], login={**with_mfa.at, **CODE, "project_id": PROJECT})
    check_refused(again, "passcode is good for one login")
    assert logins(with_mfa) == ["password+totp"]


def test_a_passcode_and_an_agency(with_mfa):
    check_only_theirs(with_mfa, with_mfa.run("stopped", [128], login={**with_mfa.at, **CODE, **AGENCY}))
    assert logins(with_mfa) == ["password+totp", "assume_role"]


def test_a_user_with_mfa_and_no_passcode(with_mfa):
    result = with_mfa.run("stopped", [128], login={**with_mfa.at, **USER, "project_name": "eu-de"})
    check_refused(result, "set user_id and passcode")
    assert logins(with_mfa) == ["password"]


def test_a_login_by_passcode_cannot_be_renewed(with_mfa):
    with with_mfa.tokens_expire_after(1):
        result = with_mfa.run("stopped", [128], login={**with_mfa.at, **CODE, "project_id": PROJECT})
    assert result.failed
    assert logins(with_mfa) == ["password+totp"]
    assert "was good until 20" in result["msg"], result["msg"]


PASSING = [
    {"kind": "status", "status": 429, "retry_after": 1},
    *({"kind": "status", "status": status} for status in (408, 502, 503, 504)),
    *(
        {"kind": kind}
        for kind in ("reset_before", "reset_after", "hang", "hang_after", "truncate", "empty", "wrong_type")
    ),
    {"kind": "shape", "at": "token", "value": []},
]
FOR_GOOD = [{"kind": "status", "status": status} for status in (400, 401, 403, 404, 500)]


@pytest.mark.parametrize("fault", [*PASSING, *FOR_GOOD], ids=str)
def test_a_passcode_is_sent_once(with_mfa, fault):
    """Whatever becomes of it: the next one would be refused, and refused ones lock the user."""
    with_mfa.fault(TOKENS, **fault)
    result = with_mfa.run(
        "stopped", [128], login={**with_mfa.at, **CODE, "project_id": PROJECT, "request_timeout": 2}, max_retries=5
    )
    assert result.failed
    assert sum(entry["path"] == "/v3/auth/tokens" for entry in with_mfa.log) == 1
    assert with_mfa.total("reads") == 0
    assert "take the next one" in result["msg"]
    assert "081804" not in result.text


def test_a_passcode_goes_again_where_no_connection_was_made(with_mfa):
    """It was not sent then."""
    sent = []
    send = with_mfa.emulator.send if hasattr(with_mfa.emulator, "send") else None
    assert send

    def refuse_first(adapter, request, **options):
        sent.append(request.url)
        url = with_mfa.emulator.url
        if len(sent) == 1:
            with_mfa.emulator.url = "http://nobody"
        try:
            return send(adapter, request, **options)
        finally:
            with_mfa.emulator.url = url

    with_mfa.emulator.send = refuse_first
    result = with_mfa.run("stopped", [128], login={**with_mfa.at, **CODE, "project_id": PROJECT})
    assert result["changed"]
    assert logins(with_mfa) == ["password+totp"]
    assert len([url for url in sent if url.endswith("/v3/auth/tokens")]) == 2


def test_the_second_login_leads_elsewhere(world):
    """It is checked like the first."""
    ended = []

    def change(request, body):
        if "/streaming/jobs" in request.path and not ended:
            ended.append(world.emulator.world.identities.expire_tokens())
            world.answers(agency_answer="own_project")
        return body

    world.change_answers(change)
    check_refused(world.run("stopped", [128], login={**world.at, **USER, **AGENCY}), "for another account")
    assert (status(world, PROJECT), status(world, OTHER)) == ("job_running", "job_running")
    assert logins(world) == ["password", "assume_role"] * 2


# ---- faults of each step ----


@pytest.mark.parametrize("step", [0, 1])
@pytest.mark.parametrize("fault", PASSING, ids=str)
def test_passing_faults_of_a_login(world, step, fault):
    """Each step is asked again, and none of them twice more than needed."""
    world.fault(TOKENS, **fault, skip=step)
    result = world.run("stopped", [128], login={**world.at, **USER, **AGENCY, "request_timeout": 2})
    check_only_theirs(world, result)
    assert world.total("logins") <= 3


# ---- secrets ----


def test_a_passcode_hides_only_itself(with_mfa):
    """A number or an ID that contains it is left alone, and so is a text where it is a part of a longer one."""
    jobs = [{"job_id": 10818041, "name": "x081804y 081804", "status": "job_running", "create_time": 1700081804000}]
    user = {"id": "u0" * 16, "name": "demo", "password": "demo-password", "mfa": {"passcodes": ["081804"]}}
    with_mfa.emulator.load({"flink_jobs": jobs, "users": [user], "accounts": []})
    result = with_mfa.info(login={**with_mfa.at, **CODE, "project_id": PROJECT})
    (job,) = result["jobs"]
    assert (job["job_id"], job["create_time"], job["name"]) == (10818041, 1700081804000, "x081804y ********")
    with_mfa.fault(TOKENS, "status", status=401, body=refusal("IAM.0062", "the passcode 081804 of 10818041 is wrong"))
    result = with_mfa.info(login={**with_mfa.at, **CODE, "project_id": PROJECT})
    assert "the passcode ******** of 10818041" in result["msg"]


def test_a_number_is_no_passcode(world):
    """YAML may have made 12345 of 012345."""
    result = world.run("stopped", [128], login={**world.at, **CODE, "passcode": 81804, "project_id": PROJECT})
    check_refused(result, "passcode", "quote it")
    assert "81804" not in result["msg"]
    assert not world.log


@pytest.mark.parametrize("text", ["(", "a[b", "*", "p\\", "pass(word"])
def test_something_else_in_place_of_a_passcode(world, text):
    """As a password, which is hidden, too."""
    for login, environ in (
        ({**CODE, "passcode": text}, {}),
        ({"user_id": CODE["user_id"]}, {"OS_PASSWORD": "demo-password", "OS_PASSCODE": text}),
    ):
        result = world.run("stopped", [128], login={**world.at, **login, "project_id": PROJECT}, environ=environ)
        check_refused(result, "passcode", "must be six digits, in quotes")
        assert not world.log


# ---- every fault at every request ----

LOGINS = {
    "passcode": {**CODE, "project_id": PROJECT},
    "agency": {**USER, **AGENCY},
    "passcode and agency": {**CODE, **AGENCY},
    "key and agency": {**KEY, **AGENCY},
}


@pytest.mark.parametrize("door", ["module"], indirect=True)  # both leave logins to the same code
@pytest.mark.parametrize("fault", [name for name in FAULTS if name not in IN_LISTS])
@pytest.mark.parametrize("name", LOGINS)
def test_sweep(flink, name, fault):
    """Whatever meets a request: the job of nobody else is touched, a passcode is sent once, and the report is true."""
    login = LOGINS[name]
    mfa = "passcode" in login
    theirs, others = (PROJECT, OTHER) if "target_agency_name" not in login else (OTHER, PROJECT)
    at = {"auth_url": flink.emulator.url, "region": "eu-de", "endpoints": {"dli": flink.emulator.url}}
    places = [None]
    while places:
        place = places.pop()
        begin(flink, mfa)
        flink.answers(agency_keys_by="token_or_key")
        if place:
            how = {"seconds": 1, **fault_of(fault, type(flink), flink.kind, place[1])}
            if how["seconds"] is None:
                how["seconds"] = 1
            flink.emulator.faults.add(method=place[0], path=f"^{re.escape(place[1])}$", skip=place[2], **how)
        result = flink.run("stopped", [128], login={**at, **login, "request_timeout": 2}, max_retries=2)
        if place is None:
            assert not result.failed, result
            seen = [(entry["method"], entry["path"]) for entry in flink.log]
            places = [(*one, seen[:at].count(one)) for at, one in enumerate(seen)]
        assert status(flink, others) == "job_running", place
        assert {entry["path"].split("/")[2] for entry in flink.log if "/streaming/" in entry["path"]} <= {theirs}
        assert sum("totp" in (entry["login"] or "") for entry in flink.log) <= 1
        if mfa:
            assert sum(entry["path"] == "/v3/auth/tokens" for entry in flink.log) <= (1 if theirs == PROJECT else 4)
        stopped = status(flink, theirs) != "job_running"
        (job,) = result["jobs"] or [{"changed": False, "status": "job_running", "failed": True}]
        assert job["failed"] or job["status"] == status(flink, theirs), place
        assert job["changed"] == stopped or "not known" in job["msg"], place
        assert "081804" not in result.text.replace("u0" * 16, "")
