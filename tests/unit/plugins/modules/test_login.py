# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials, project, region and endpoints: where they come from, what wins, what is missing. And secrets."""

from __future__ import annotations

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.flink import GET_PATH, JOBS_PATH, WRITE_PATH
from ansible_collections.otc.bigdata.tests.unit.utils.service import (
    NIGHTLY,
    PROJECT,
    check_http_error,
    check_refused,
    refusal,
)

LOGIN_PATH = "/v3/auth/tokens$"
# Nothing leaves this machine: other hosts are asked through a proxy that is not there.
SHUT_IN = {"https_proxy": "http://127.0.0.1:1", "no_proxy": "127.0.0.1"}


def from_environment(flink, **more) -> dict:
    """All that a login takes, as variables."""
    return {
        "OS_USERNAME": "demo",
        "OS_PASSWORD": "demo-password",
        "OS_USER_DOMAIN_NAME": "demo-domain",
        "OS_PROJECT_ID": PROJECT,
        "OS_AUTH_URL": flink.emulator.url,
        "OTC_DLI_ENDPOINT": flink.emulator.url,
        **more,
    }


def without(options: dict, *names: str) -> dict:
    return {name: value for name, value in options.items() if name not in names}


def paths(flink) -> set[str]:
    return {entry["path"].rpartition("/streaming")[0] for entry in flink.log if "/streaming" in entry["path"]}


# ---- what is missing is named before the first request ----


@pytest.mark.parametrize(
    ("login", "words"),
    [
        ({"region": "eu-de", "project_id": PROJECT}, ["token", "OS_TOKEN", "username", "OS_USERNAME"]),
        ({"username": "demo", "user_domain_name": "d"}, ["password", "OS_PASSWORD"]),
        ({"password": "some-password", "user_domain_name": "d"}, ["username", "OS_USERNAME"]),
        ({"username": "demo", "password": "some-password"}, ["user_domain_name", "OS_USER_DOMAIN_NAME"]),
        ({"token": "some-token", "client_key": __file__}, ["client_cert", "OS_CERT"]),
    ],
    ids=str,
)
def test_half_given_credentials(flink, login, words):
    login = {"region": "eu-de", "project_id": PROJECT, **login}
    check_refused(flink.run("stopped", [128], login=login, environ=SHUT_IN), *words)
    check_refused(flink.run("stopped", [], login=login), *words)
    assert not flink.log


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"OS_USERNAME": "demo"}, ["password", "OS_PASSWORD"]),
        ({"OS_PASSWORD": "some-password"}, ["username", "OS_USERNAME"]),
        ({"OS_TOKEN": "", "OS_USERNAME": ""}, ["token", "OS_TOKEN", "username"]),
    ],
    ids=str,
)
def test_half_given_in_the_environment(flink, environ, words):
    login = {"region": "eu-de", "project_id": PROJECT}
    check_refused(flink.run("stopped", [128], login=login, environ={**environ, **SHUT_IN}), *words)


@pytest.mark.parametrize("module", ["run", "info"])
def test_no_region(flink, module):
    login = {"token": "some-token", "project_id": PROJECT}
    result = flink.run("stopped", [128], login=login) if module == "run" else flink.info(login)
    check_refused(result, "region", "OS_REGION_NAME")


def test_password_without_project(flink):
    result = flink.run("stopped", [128], login=without(flink.by_password, "project_id"))
    check_refused(result, "project_id", "project_name")
    assert not flink.log


def test_password_without_region(flink):
    check_refused(flink.run("stopped", [128], login=without(flink.by_password, "auth_url")), "region")


@pytest.mark.parametrize(
    "login", [{"token": "to\nken"}, {"token": "t\u00f6ken"}, {"project_id": "../../x"}, {"project_id": "a?b"}], ids=str
)
def test_values_that_would_change_the_request(flink, login):
    """Neither a header nor a path can be made up in an option."""
    check_refused(flink.run("stopped", [128], login={**flink.by_token, **login}), *login)
    assert not flink.log


@pytest.mark.parametrize("option", ["username", "project_name", "ca_path", "cloud", "export_to"])
def test_a_null_character(flink, option):
    """Ansible logs what a module is given, and the system log does not take it."""
    login = {**flink.by_token, option: "a\x00b"}
    check_refused(flink.run("absent", [128], login=login), f"{option}: ", "control character")
    assert not flink.log


# ---- login ----


@pytest.mark.parametrize("suffix", ["", "/", "/v3", "/v3/"])
def test_auth_url(flink, suffix):
    """With or without /v3; one login, the endpoint of the service from the catalog."""
    flink.answers(catalog_dli="listed")
    login = {**flink.by_password, "auth_url": flink.emulator.url + suffix, "endpoints": None}
    result = flink.run("stopped", [128], login=login)
    assert result["changed"]
    assert (flink.total("logins"), flink.total("lookups")) == (1, 0)


@pytest.mark.parametrize("iam_error", ["openstack", "code"])
@pytest.mark.parametrize(
    "wrong", [{"password": "wrong-password"}, {"username": "nobody"}, {"user_domain_name": "elsewhere"}], ids=str
)
def test_wrong_password(flink, iam_error, wrong):
    """Exactly one request: repeated failures lock the account."""
    flink.answers(iam_error=iam_error)
    result = flink.run("stopped", [128], login={**flink.by_password, **wrong})
    check_http_error(result, "POST", flink.emulator.url, "/v3/auth/tokens", 401)
    assert len(flink.log) == 1
    assert result["error"]["status"] == 401
    assert set(result["error"]) == {"code", "status", "request_id", "message"}


def test_passing_faults_of_the_login(flink):
    flink.fault(LOGIN_PATH, "status", status=429, retry_after=0)
    flink.fault(LOGIN_PATH, "status", status=503)
    assert not flink.run("stopped", [128], login=flink.by_password).failed
    assert flink.total("logins") == 3


@pytest.mark.parametrize(("status", "code"), [(500, "IAM.0006"), (500, "APIGW.0201"), (410, "IAM.0020")])
def test_iam_that_does_not_know_what_happened(flink, status, code):
    """A login, and a look-up of a project, are asked for again. As often as other passing faults, and no more."""
    by_name = {**without(flink.by_token, "project_id"), "project_name": "eu-de", "auth_url": flink.emulator.url}
    for path, login in ((LOGIN_PATH, flink.by_password), ("/v3/projects$", by_name)):
        flink.fault(path, "status", status=status, body=refusal(code))
        assert not flink.run("stopped", [128], login=login).failed
        flink.fault(path, "status", status=status, body=refusal(code), times=4)
        check_http_error(flink.run("stopped", [128], login, max_retries=3), "", flink.emulator.url, "/v3/", status)
        assert len(flink.log) == 4


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "wrong_type"},
        {"kind": "empty"},
        {"kind": "wrong_type", "body": []},
        {"kind": "status", "status": 404},
        {"kind": "reset_before"},
    ],
    ids=str,
)
def test_strange_answers_to_the_login(flink, fault):
    flink.fault(LOGIN_PATH, times=None, **fault)
    result = flink.run("stopped", [128], login=flink.by_password, max_retries=0)
    check_http_error(result, "POST", flink.emulator.url, "/v3/auth/tokens")


def test_no_connection_to_the_login(flink):
    login = {**flink.by_password, "auth_url": "http://127.0.0.1:1"}
    check_http_error(flink.run("stopped", [128], login=login, max_retries=0), "POST", "127.0.0.1", "/v3/auth/tokens")


def test_unknown_project(flink):
    login = {**without(flink.by_password, "project_id"), "project_name": "eu-de_nowhere"}
    result = flink.run("stopped", [128], login=login)
    check_http_error(result, "POST", flink.emulator.url, "/v3/auth/tokens", 400)
    assert "project" in result["msg"]


# ---- which credential wins ----


@pytest.mark.parametrize("name", ["OS_TOKEN", "OS_AUTH_TOKEN"])
def test_token_from_the_environment(flink, name):
    login = without(flink.by_token, "token")
    assert flink.run("stopped", [128], login=login, environ={name: "demo-token"})["changed"]
    assert flink.total("logins") == 0


@pytest.mark.parametrize("domain", ["OS_USER_DOMAIN_NAME", "OS_DOMAIN_NAME"])
def test_login_from_the_environment(flink, domain):
    environ = {**without(from_environment(flink), "OS_USER_DOMAIN_NAME"), domain: "demo-domain"}
    assert flink.run("stopped", [128], login={"wait": True}, environ=environ)["changed"]
    assert flink.total("logins") == 1


@pytest.mark.parametrize(
    ("environ", "logins"),
    [
        ({"OS_TOKEN": "demo-token"}, 0),  # within one level: the token
        ({"OS_TOKEN": "", "OS_AUTH_TOKEN": ""}, 1),  # empty is unset
        ({"OS_TOKEN": "", "OS_AUTH_TOKEN": "demo-token"}, 0),
    ],
)
def test_kind_within_the_environment(flink, environ, logins):
    assert flink.run(
        "stopped",
        [128],
        login={"wait": True, "endpoints": {"dli": flink.emulator.url}},
        environ=from_environment(flink, **environ),
    )["changed"]
    assert flink.total("logins") == logins


def test_kind_within_the_task(flink):
    """A token wins over a password, even a wrong one."""
    login = {**flink.by_password, **flink.by_token, "password": "wrong-password"}
    assert flink.run("stopped", [128], login=login)["changed"]
    assert flink.total("logins") == 0


def test_password_of_the_task_wins_over_a_token_of_the_environment(flink):
    result = flink.run("stopped", [128], login=flink.by_password, environ={"OS_TOKEN": "stale-token"})
    assert result["changed"]
    assert flink.total("logins") == 1


@pytest.mark.parametrize("part", [["username"], ["username", "user_domain_name"], ["username", "password"]])
def test_parts_of_a_login_from_the_environment(flink, part):
    """What the task leaves out comes from the environment; the token there is of another kind."""
    login = {name: flink.by_password[name] for name in part}
    assert flink.run("stopped", [128], login=login, environ=from_environment(flink, OS_TOKEN="stale-token"))["changed"]
    assert flink.total("logins") == 1


def test_token_of_the_task_wins_over_everything(flink):
    environ = from_environment(
        flink,
        OS_TOKEN="stale-token",
        OS_PASSWORD="wrong-password",
        OS_PROJECT_ID=NIGHTLY,
        OTC_DLI_ENDPOINT="http://127.0.0.1:1",
    )
    assert flink.run("stopped", [128], environ=environ)["changed"]
    assert flink.total("logins") == 0


def test_incomplete_environment_does_not_disturb_a_token(flink):
    assert flink.run("stopped", [128], environ={"OS_USERNAME": "demo", "OS_KEY": ""})["changed"]


# ---- project ----


@pytest.mark.parametrize(
    ("options", "environ", "project"),
    [
        ({"project_name": "eu-de_nightly"}, {}, NIGHTLY),
        ({"project_name": "eu-de_nightly"}, {"OS_PROJECT_ID": PROJECT}, NIGHTLY),
        ({"project_id": NIGHTLY, "project_name": "eu-de"}, {}, NIGHTLY),
        ({}, {"OS_PROJECT_ID": NIGHTLY, "OS_PROJECT_NAME": "eu-de"}, NIGHTLY),
        ({}, {"OS_PROJECT_NAME": "eu-de_nightly"}, NIGHTLY),
        ({}, {"OS_TENANT_NAME": "eu-de_nightly"}, NIGHTLY),
        ({}, {"OS_PROJECT_ID": "", "OS_PROJECT_NAME": "eu-de_nightly"}, NIGHTLY),
        ({"project_id": PROJECT}, {"OS_PROJECT_NAME": "eu-de_nightly"}, PROJECT),
    ],
    ids=str,
)
def test_project(flink, options, environ, project):
    """The highest level that names one decides; within it the id wins over the name."""
    login = {**without(flink.by_password, "project_id"), **options}
    flink.run("absent", [999], login=login, environ=environ)
    assert paths(flink) == {f"/v1.0/{project}"}


def test_the_name_of_another_project(flink):
    """What is left of an earlier login, or what is meant: nobody would notice."""
    said = f"'eu-de' is not the name of the project {NIGHTLY}, which IAM calls 'eu-de_nightly'; the ID counts"
    for name, told in (("eu-de", True), ("eu-de_nightly", False)):
        login = {**flink.by_password, "project_id": NIGHTLY, "project_name": name}
        for result in (flink.run("absent", [999], login=login), flink.info(job_ids=[999], login=login)):
            assert not result.failed
            assert (said in str(result.get("warnings"))) is told


def test_project_of_the_token(flink):
    """A token without a project: IAM knows it. No login."""
    url = flink.emulator.url
    login = {**without(flink.by_token, "project_id"), "endpoints": {"dli": url, "iam": url}}
    assert flink.run("stopped", [128], login=login)["changed"]
    assert (flink.total("logins"), flink.total("lookups")) == (0, 1)


def test_project_name_with_a_token(flink):
    login = {**without(flink.by_token, "project_id"), "project_name": "eu-de", "auth_url": flink.emulator.url}
    assert flink.run("stopped", [128], login=login)["changed"]
    assert (flink.total("logins"), flink.total("lookups")) == (0, 1)


def test_project_that_is_not_the_tokens(flink):
    """DLI.10006 is a failure that says so."""
    result = flink.run("absent", [128], login={**flink.by_token, "project_id": NIGHTLY})
    assert result.failed
    assert "DLI.10006" in result.text
    assert flink.truth[128] == "job_running"


# ---- region and endpoints ----


@pytest.mark.parametrize(
    ("login", "environ", "host"),
    [
        ({"region": "eu-de"}, {}, "dli.eu-de.otc.t-systems.com"),
        ({"region_name": "eu-nl"}, {"OS_REGION_NAME": "eu-de"}, "dli.eu-nl.otc.t-systems.com"),
        ({}, {"OS_REGION_NAME": "eu-de"}, "dli.eu-de.otc.t-systems.com"),
        ({"region": "eu-ch2"}, {}, "dli.eu-ch2.sc.otc.t-systems.com"),
    ],
    ids=str,
)
def test_region(flink, login, environ, host):
    """Without `endpoints` and catalog the region names the host."""
    login = {"token": "demo-token", "project_id": PROJECT, **login}
    result = flink.run("stopped", [128], login=login, environ={**environ, **SHUT_IN}, max_retries=0)
    check_http_error(result, "GET", host, JOBS_PATH)


@pytest.mark.parametrize(
    ("region", "host"), [("eu-de", "iam.eu-de.otc.t-systems.com"), ("eu-ch2", "iam-pub.eu-ch2.sc.otc.t-systems.com")]
)
def test_region_of_the_login(flink, region, host):
    """Given, or the project's name up to the first `_`."""
    login = without(flink.by_password, "auth_url", "project_id")
    for more in ({"region": region, "project_id": PROJECT}, *({"project_name": region + end} for end in ("", "_a_b"))):
        result = flink.run("stopped", [128], login={**login, **more}, environ=SHUT_IN, max_retries=0)
        check_http_error(result, "POST", host, "/v3/auth/tokens")


@pytest.mark.parametrize(
    ("catalog", "options", "good"),
    [
        ("normal", {}, True),
        ("templated", {}, True),
        ("regions", {"region": "eu-de"}, True),
        ("regions", {}, False),
        ("normal", {"region": "eu-nl", "endpoints": {"dli": "http://127.0.0.1:1"}}, False),
    ],
    ids=str,
)
def test_catalog(flink, catalog, options, good):
    """Scheme and host of the catalog; several regions need a region; `endpoints` wins."""
    flink.answers(catalog=catalog, catalog_dli="listed")
    login = {**flink.by_password, "endpoints": None, **options}
    result = flink.run("stopped", [128], login=login, max_retries=0)
    assert result.failed is not good, result["msg"]
    if catalog == "regions" and not good:
        assert "region" in result["msg"]


@pytest.mark.parametrize("url", ["", "/v3", "iam.eu-de.test", "ftp://iam.test"])
def test_catalog_with_an_odd_address(flink, url):
    """That of another service does not matter; its own has to be given."""
    flink.answers(catalog_dli="listed")
    login = {**flink.by_password, "endpoints": None}
    flink.fault("/v3/auth/tokens", "shape", at="token.catalog.0.endpoints.0.url", value=url)
    result = flink.run("stopped", [128], login=login)
    assert not result.failed, result["msg"]
    flink.fault("/v3/auth/tokens", "shape", at="token.catalog.1.endpoints.0.url", value=url)
    result = flink.run("stopped", [128], login=login)
    check_refused(result, "endpoints.dli")
    assert {entry["path"] for entry in flink.log} == {"/v3/auth/tokens"}


def test_catalog_without_the_service(flink):
    """The emulator is no IAM of Open Telekom Cloud, so its token goes to no host of that cloud."""
    for more in ({"region": "eu-de", "project_id": PROJECT}, {"project_name": "eu-de"}):
        login = {**without(flink.by_password, "project_id", "endpoints"), **more}
        result = flink.run("stopped", [128], login=login, environ=SHUT_IN, max_retries=0)
        check_refused(result, "endpoints.dli", "OTC_DLI_ENDPOINT", "127.0.0.1")
    assert {entry["path"] for entry in flink.log} == {"/v3/auth/tokens"}


@pytest.mark.parametrize("region", ["eu-west-0", "ru-moscow-1", "ae-ad-1", "eu-dee"])
@pytest.mark.parametrize("kind", ["by_token", "by_password", "by_key"])
def test_a_region_whose_hosts_are_not_known(flink, region, kind):
    """A credential goes to no host that was made of a name which anybody may own."""
    key = {"access_key": "AK", "secret_key": "some-secret", "project_id": PROJECT}
    login = {**(key if kind == "by_key" else getattr(flink, kind)), "region": region}
    result = flink.run("stopped", [128], login=without(login, "auth_url", "endpoints"), environ=SHUT_IN)
    check_refused(result, "endpoints.dli", "cloud_domain", "OTC_CLOUD_DOMAIN", region)
    assert not flink.log


def test_a_token_beside_an_iam_of_another_cloud(flink):
    login = {"token": "demo-token", "project_id": PROJECT, "region": "eu-de", "auth_url": flink.emulator.url}
    check_refused(flink.run("stopped", [128], login=login, environ=SHUT_IN), "endpoints.dli", "127.0.0.1")
    assert not flink.log


@pytest.mark.parametrize(
    ("endpoints", "environ"),
    [
        ({}, {"OTC_IAM_ENDPOINT": "{url}", "OTC_DLI_ENDPOINT": "{url}", "OS_AUTH_URL": "http://127.0.0.1:1"}),
        ({"iam": "{url}"}, {"OTC_DLI_ENDPOINT": "{url}/"}),
        (
            {"iam": "{url}/v3", "dli": "{url}"},
            dict.fromkeys(("OTC_IAM_ENDPOINT", "OTC_DLI_ENDPOINT"), "http://127.0.0.1:1"),
        ),
    ],
    ids=str,
)
def test_endpoints(flink, endpoints, environ):
    """The task wins over the environment, service by service; `endpoints.iam` wins over `auth_url`."""

    def filled(urls: dict) -> dict:
        return {name: url.format(url=flink.emulator.url) for name, url in urls.items()}

    auth_url = "http://127.0.0.1:1" if endpoints else None
    login = {**flink.by_password, "auth_url": auth_url, "endpoints": filled(endpoints)}
    result = flink.run("stopped", [128], login=login, environ=filled(environ), max_retries=0)
    assert not result.failed, result["msg"]


def test_auth_url_of_the_task_wins_over_the_environment(flink):
    """Else a variable could send the task's password to another host."""
    environ = {"OTC_IAM_ENDPOINT": "http://127.0.0.1:1"}
    result = flink.run("stopped", [128], login=flink.by_password, environ=environ, max_retries=0)
    assert not result.failed, result["msg"]


# ---- secrets ----


@pytest.mark.parametrize("path", [LOGIN_PATH, GET_PATH, WRITE_PATH])
def test_secrets_in_answers(flink, path):
    """A service that repeats a credential does not make us print it. (run_module looks for the given ones.)"""
    body = refusal("DLI.0001", "X-Auth-Token demo-token of demo with demo-password is wrong")
    flink.fault(path, "status", status=400, times=None, body=body)
    login = {**flink.by_password, "token": "demo-token"} if path != LOGIN_PATH else flink.by_password
    result = flink.run("stopped", [128], login={**login, "endpoints": {"dli": flink.emulator.url}})
    assert result.failed
    assert "is wrong" in result["msg"]


def test_issued_token_is_not_printed(flink):
    for path in (GET_PATH, WRITE_PATH):
        flink.fault(path, "status", status=403, times=None, skip=1 if path == GET_PATH else 0)
    for options in ({"wait_timeout": 1}, {"check_mode": True}):
        result = flink.run("stopped", [128], login=flink.by_password, **options)
        issued = [token for token in flink.emulator.world.identities.tokens if token != "demo-token"]
        assert issued
        assert not [token for token in issued if token in result.text]


@pytest.mark.parametrize("path", [GET_PATH, WRITE_PATH])
def test_issued_token_in_answers(flink, path):
    """Nor is a token printed that only the login has brought."""
    body = {"token": {"project": {"id": PROJECT}}}
    flink.fault(LOGIN_PATH, "wrong_type", headers={"X-Subject-Token": "issued-token"}, body=body)
    flink.emulator.world.identities.tokens["issued-token"] = flink.emulator.world.identities.tokens["demo-token"]
    flink.fault(path, "status", status=400, times=None, body=refusal("DLI.0001", "X-Auth-Token: issued-token is wrong"))
    login = {**flink.by_password, "endpoints": {"dli": flink.emulator.url}}
    result = flink.run("stopped", [128], login=login)
    assert result.failed
    assert "is wrong" in result["msg"]
    assert "issued-token" not in result.text
