# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which credential, project and endpoint a task uses, and what it is told when something is missing."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.auth import Password, Project, Token
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.connection import Connection, read_connection
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.errors import OptionError
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.levels import ENVIRONMENT, OF_ANY_DOMAIN

USER = {"username": "u", "password": "p", "user_domain_name": "d"}
USER_ENV = {"OS_USERNAME": "eu", "OS_PASSWORD": "ep", "OS_USER_DOMAIN_NAME": "ed"}
PROJECT = {"project_id": "p1", "region": "eu-de"}


def connection(options: dict[str, t.Any], environ: dict[str, str] | None = None) -> Connection:
    defaults = {"request_timeout": 60, "max_retries": 5, "max_concurrency": 8}
    return read_connection({**defaults, **options}, environ or {}, "dli")


@pytest.mark.parametrize(
    ("options", "environ", "credential"),
    [
        ({"token": "t"}, {}, Token("t")),
        (USER, {}, Password("u", "p", "d")),
        ({"token": "t", **USER}, {}, Token("t")),
        ({}, {"OS_TOKEN": "et"}, Token("et")),
        ({}, {"OS_AUTH_TOKEN": "et"}, Token("et")),
        ({}, {"OS_TOKEN": "", **USER_ENV}, Password("eu", "ep", "ed")),
        # what the task names decides the kind, whatever the environment holds
        (USER, {"OS_TOKEN": "et"}, Password("u", "p", "d")),
        ({"token": "t"}, USER_ENV, Token("t")),
        ({"username": "u"}, {"OS_TOKEN": "et", **USER_ENV}, Password("u", "ep", "ed")),
        ({"username": "u", "password": "p"}, {"OS_DOMAIN_NAME": "ed"}, Password("u", "p", "ed")),
    ],
)
def test_credential(options: dict[str, t.Any], environ: dict[str, str], credential: t.Any) -> None:
    assert connection({**PROJECT, **options}, environ).credential == credential


@pytest.mark.parametrize(
    ("options", "environ", "project"),
    [
        ({"project_id": "i", "project_name": "eu-de_n"}, {}, Project("i", "eu-de_n")),
        ({"project_name": "eu-de_n"}, {"OS_PROJECT_ID": "ei"}, Project(name="eu-de_n")),
        ({}, {"OS_PROJECT_ID": "ei", "OS_PROJECT_NAME": "en"}, Project("ei", "en")),
        ({}, {"OS_TENANT_NAME": "eu-de_t"}, Project(name="eu-de_t")),
        ({}, {"OS_TENANT_ID": "ti", "OS_TENANT_NAME": "eu-de_t"}, Project("ti", "eu-de_t")),
        ({}, {"OS_PROJECT_ID": "ei", "OS_TENANT_ID": "ei"}, Project("ei")),
        ({"project_name": "eu-de_n"}, {"OS_PROJECT_ID": "ei", "OS_TENANT_ID": "ti"}, Project(name="eu-de_n")),
    ],
)
def test_project(options: dict[str, t.Any], environ: dict[str, str], project: Project) -> None:
    assert connection({"token": "t", "region": "eu-de", **options}, environ).project == project


@pytest.mark.parametrize(
    ("options", "environ", "region", "iam"),
    [
        ({"region": "eu-nl"}, {"OS_REGION_NAME": "eu-de"}, "eu-nl", "https://iam.eu-nl.otc.t-systems.com"),
        ({"project_name": "eu-de_a_b"}, {}, "eu-de", "https://iam.eu-de.otc.t-systems.com"),
        ({"region": "eu-ch2"}, {}, "eu-ch2", "https://iam-pub.eu-ch2.sc.otc.t-systems.com"),
        ({"region": "eu-de", "auth_url": "https://iam.test:443/v3/"}, {}, "eu-de", "https://iam.test:443"),
        (
            {"region": "eu-de", "auth_url": "https://iam.test", "endpoints": {"iam": "https://own.test"}},
            {"OTC_IAM_ENDPOINT": "https://env.test"},
            "eu-de",
            "https://own.test",
        ),
        ({"region": "eu-de"}, {"OS_AUTH_URL": "https://env.test/v3"}, "eu-de", "https://env.test"),
    ],
)
def test_region_and_iam(options: dict[str, t.Any], environ: dict[str, str], region: str, iam: str) -> None:
    found = connection({"project_name": "eu-de", **USER, **options}, environ)
    assert (found.region, found.iam) == (region, iam)


@pytest.mark.parametrize("text", ["${OS_PASSWORD}", "$OS_PASSWORD", "$OTC_PASSWORD"])
def test_the_name_of_a_variable(text: str) -> None:
    """No shell has seen it. It would be a wrong password, hidden in all that is shown, and five lock the user."""
    for options, environ, name in (
        ({**USER, "password": text}, {}, "password"),
        ({}, {**USER_ENV, "OS_PASSWORD": text}, r"password \(environment: OS_PASSWORD\)"),
        ({"username": "u"}, {**USER_ENV, "OS_PASSWORD": text}, r"password \(environment: OS_PASSWORD\)"),
        ({}, {**USER_ENV, "OS_USERNAME": text}, r"username \(environment: OS_USERNAME\)"),
        ({"access_key": "a", "secret_key": text}, {}, "secret_key"),
    ):
        with pytest.raises(OptionError, match=f"^{name}: is the name of a variable") as raised:
            connection({"project_name": "eu-de", **options}, environ)
        assert text not in str(raised.value)


@pytest.mark.parametrize("password", ["$SUMMER_2024", "$ecret", "a${b}", "${a b}", "{a}", "{{ a }}", "$OS"])
def test_what_only_looks_like_the_name_of_a_variable(password: str) -> None:
    assert connection({**USER, "password": password, "project_name": "eu-de"}).credential == Password(
        "u", password, "d"
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"project_name": "nightly"}, r"the hosts of 'nightly' \(from the name of the project\) are not known"),
        (
            {"project_name": "eu-de", "region": "eu-dee"},
            "the hosts of 'eu-dee' are not known.*; those of eu-de, eu-nl, eu-ch2 and",
        ),
    ],
)
def test_region_whose_hosts_are_not_known(options: dict[str, t.Any], said: str) -> None:
    with pytest.raises(OptionError, match=said):
        connection({**USER, **options})


ORANGE, RU = "prod-cloud-ocb.orange-business.com", "hc.sbercloud.ru"
KEY = {"access_key": "a", "secret_key": "s"}
DOMAIN_ENV = {"OTC_CLOUD_DOMAIN": RU}


@pytest.mark.parametrize(
    ("options", "environ", "domain"),
    [
        ({**USER, "cloud_domain": ORANGE}, {}, ORANGE),
        ({**USER, "cloud_domain": ORANGE}, DOMAIN_ENV, ORANGE),
        ({"cloud_domain": ORANGE}, USER_ENV, ORANGE),
        ({"cloud_domain": ORANGE}, {**USER_ENV, **DOMAIN_ENV}, ORANGE),
        ({}, {**USER_ENV, **DOMAIN_ENV}, RU),
        ({}, {**USER_ENV, "OTC_CLOUD_DOMAIN": RU.upper()}, RU),
        ({}, {"OS_TOKEN": "t", **DOMAIN_ENV}, RU),
        # a part of the credential is from there
        ({"username": "u"}, {**USER_ENV, **DOMAIN_ENV}, RU),
        # nothing there may decide where the credential of the task goes
        (USER, {**USER_ENV, **DOMAIN_ENV}, None),
        ({"token": "t"}, DOMAIN_ENV, None),
        (KEY, {**USER_ENV, **DOMAIN_ENV}, None),
        ({}, {**USER_ENV, "OTC_CLOUD_DOMAIN": ""}, None),
    ],
)
def test_cloud_domain(options: dict[str, t.Any], environ: dict[str, str], domain: str | None) -> None:
    """It counts from the place of the credential, or from a higher one."""
    task = {"project_name": "eu-west-0", **options}
    if domain:
        found = connection(task, environ)
        assert (found.domain, found.iam) == (domain, f"https://iam.eu-west-0.{domain}")
    else:
        with pytest.raises(OptionError, match="eu-west-0.*OTC_CLOUD_DOMAIN, if the credential is from there"):
            connection(task, environ)


@pytest.mark.parametrize("credential", [{"token": "t"}, KEY])
@pytest.mark.parametrize(
    ("region", "more", "dli"),
    [
        ("cn-north-4", {}, "dli.cn-north-4.myhuaweicloud.com"),
        ("eu-west-101", {}, "dli.eu-west-101.myhuaweicloud.eu"),
        ("eu-west-0", {"cloud_domain": ORANGE}, f"dli.eu-west-0.{ORANGE}"),
        ("eu-de", {"cloud_domain": "example.com"}, "dli.eu-de.example.com"),
        (
            "eu-west-1",
            {"cloud_domain": ORANGE, "auth_url": f"https://iam.eu-west-0.{ORANGE}/v3"},
            f"dli.eu-west-1.{ORANGE}",
        ),
        ("eu-west-0", {"cloud_domain": ORANGE, "endpoints": {"dli": "https://own.test"}}, "own.test"),
        ("eu-west-0", {"cloud_domain": ORANGE, "endpoints": {"iam": "https://id.corp"}}, f"dli.eu-west-0.{ORANGE}"),
    ],
)
def test_host_of_the_service(credential: dict, region: str, more: dict, dli: str) -> None:
    assert connection({"project_id": "p", "region": region, **credential, **more}).endpoint == f"https://{dli}"


@pytest.mark.parametrize("text", ["https://x.com", "x.com/v3", "x.com:443", "com", "x..com", "10.0.0.1", "x_y.com"])
def test_no_cloud_domain(text: str) -> None:
    """Of a task it is checked always, of the environment where it counts."""
    words = "is not the domain of a cloud"
    with pytest.raises(OptionError, match=f"^cloud_domain: .*{words}"):
        connection(
            {
                **PROJECT,
                **USER,
                "auth_url": "https://iam.test",
                "endpoints": {"dli": "https://dli.test"},
                "cloud_domain": text,
            }
        )
    with pytest.raises(OptionError, match=rf"^cloud_domain \(environment: OTC_CLOUD_DOMAIN\): .*{words}"):
        connection(PROJECT, {**USER_ENV, "OTC_CLOUD_DOMAIN": text})
    assert connection({**PROJECT, **USER}, {"OTC_CLOUD_DOMAIN": text}).domain is None


@pytest.mark.parametrize(
    ("options", "environ", "words"),
    [
        ({}, {}, ["token", "OS_TOKEN", "username", "OS_USERNAME"]),
        ({"username": "u"}, {}, ["password", "OS_PASSWORD", "user_domain_name"]),
        ({"password": "p", "username": "u"}, {}, ["user_domain_name", "OS_USER_DOMAIN_NAME"]),
        ({}, {"OS_USERNAME": "u"}, ["password", "OS_PASSWORD"]),
        ({"token": ""}, USER_ENV, ["token: is empty"]),
        ({"token": "a\nb"}, {}, ["token"]),
        ({"token": "t", "region": None}, {}, ["region", "OS_REGION_NAME", "endpoints.dli"]),
        ({**USER, "region": None}, {}, ["region", "auth_url"]),
        ({**USER, "project_id": None}, {}, ["project_id", "project_name", "OS_PROJECT_ID"]),
        ({"token": "t", "region": "eu-de/evil"}, {}, ["region"]),
        ({"token": "t", "region": "EU"}, {}, ["region"]),
        ({"token": "t", "project_id": "../x"}, {}, ["project_id"]),
        ({"token": "t", "endpoints": {"dli": "ftp://x"}}, {}, ["endpoints.dli"]),
        ({"token": "t", "endpoints": {"dli": "https://u:p@x"}}, {}, ["endpoints.dli"]),
        ({"token": "t", "endpoints": {"dli": "dli.example.com"}}, {}, ["endpoints.dli"]),
        ({"token": "t", "endpoints": {"dli": ""}}, {}, ["endpoints.dli"]),
        ({"token": "t", "endpoints": {"dli": "http://[::1"}}, {}, ["endpoints.dli"]),
        ({"token": "t", "endpoints": {"dli": "http://x:99999"}}, {}, ["endpoints.dli"]),
        ({"token": "t", "ca_path": "/no/such/file"}, {}, ["ca_path", "/no/such/file"]),
        ({"token": "t", "client_key": __file__}, {}, ["client_cert", "OS_CERT"]),
        ({"token": "t", "request_timeout": 0}, {}, ["request_timeout"]),
        ({"token": "t", "request_timeout": float("nan")}, {}, ["request_timeout"]),
        ({"token": "t", "max_retries": -1}, {}, ["max_retries"]),
        ({"token": "t", "max_concurrency": 33}, {}, ["max_concurrency"]),
    ],
)
def test_what_is_missing_is_named(options: dict[str, t.Any], environ: dict[str, str], words: list[str]) -> None:
    with pytest.raises(OptionError) as raised:
        connection({**PROJECT, **options}, environ)
    for word in words:
        assert word in str(raised.value)
    assert "u:p" not in str(raised.value)


TEXTS = ["username", "user_domain_name", "project_name", "project_id", "token", "access_key", "region", "auth_url"]
TEXTS += ["cloud_domain"]
ODD = ["x\r", "x\n", " x", "x ", "\tx", "x\x1b[31m", "x\u00a0", "x\u200b", "\ufeffx", "x\x85", "x\u2028y", "x\udc80"]


@pytest.mark.parametrize("text", ODD, ids=ascii)
def test_blanks_and_control_characters(text: str) -> None:
    """A stray one costs a failed login, and five lock the user. Of a task each option counts, also where another wins."""
    more = {"project_id": "p", "region": "eu-de", "token": "t"}
    for option in [*TEXTS, "secret_key", "security_token", "cloud", "ca_path", "client_cert", "client_key"]:
        with pytest.raises(OptionError) as raised:
            connection({**more, option: text})
        assert str(raised.value).startswith(option)
        assert text not in str(raised.value)
    for key in ("iam", "dli", "mrs"):
        with pytest.raises(OptionError, match=f"endpoints.{key}"):
            connection({**more, "endpoints": {key: text}})
    for variable in ("OS_USERNAME", "OS_DOMAIN_NAME", "OS_TENANT_NAME", "OS_REGION_NAME", "OS_AUTH_URL", "OS_CACERT"):
        environ = {
            **USER_ENV,
            "OS_USER_DOMAIN_NAME": "",
            "OS_DOMAIN_NAME": "d",
            "OS_TENANT_NAME": "eu-de",
            variable: text,
        }
        with pytest.raises(OptionError, match=variable):
            connection({}, environ)
        assert connection(
            {**more, **USER, "auth_url": "https://iam.eu-de.otc.t-systems.com", "ca_path": __file__}, environ
        )  # is not used


@pytest.mark.parametrize("text", ["p\r", "p\n", "a\tb", "a\x00b", "a\u2028b", "a\udc80b"], ids=ascii)
def test_control_characters_in_a_password(text: str) -> None:
    for options, environ in (({**USER, "password": text}, {}), ({}, {**USER_ENV, "OS_PASSWORD": text})):
        with pytest.raises(OptionError, match="password"):
            connection({**PROJECT, **options}, environ)


@pytest.mark.parametrize("text", [" p", "p ", "{'a': 1}", "[x]", "p\u00a0", "p\u200b", "0123456"])
def test_what_a_password_may_look_like(text: str) -> None:
    assert connection({**PROJECT, **USER, "password": text}).credential == Password("u", text, "d")


@pytest.mark.parametrize(
    "text",
    [
        "{'auth': {'password': 's3cr3t'}}",
        '{"password": "s3cr3t"}',
        "['s3cr3t', 'x']",
        "-----BEGIN PRIVATE KEY-----\ns3cr3t\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\\ns3cr3t",
        "s3cr3t" * 12,
        "auth: s3cr3t",
    ],
)
def test_values_of_the_wrong_kind_are_not_quoted(text: str) -> None:
    for option in ("region", "project_id", "cloud_domain", "auth_url", "cloud", "client_key"):
        with pytest.raises(OptionError) as raised:
            connection({"token": "t", **PROJECT, "client_cert": __file__, option: text})
        assert option in str(raised.value)
        if option != "client_key" or text != "auth: s3cr3t":  # what may be a path is shown
            assert "s3cr3t" not in str(raised.value)
    for variable in ("OS_REGION_NAME", "OS_PROJECT_ID", "OS_AUTH_URL", "OS_CLOUD", "OS_CLIENT_CONFIG_FILE"):
        with pytest.raises(OptionError) as raised:
            connection({}, {"OS_TOKEN": "t", "OS_PROJECT_ID": "p", variable: text})
        assert variable in str(raised.value)
        if variable != "OS_CLIENT_CONFIG_FILE" or "s3cr3ts3cr3t" not in text and text != "auth: s3cr3t":
            assert "s3cr3t" not in str(raised.value)


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"OS_REGION_NAME": "RegionOne"}, ["region", "OS_REGION_NAME", "'RegionOne'"]),
        ({"OS_CACERT": "/no/such"}, ["ca_path", "OS_CACERT", "/no/such"]),
        ({"OS_TENANT_ID": "../x"}, ["project_id", "OS_TENANT_ID"]),
        ({"OS_AUTH_URL": "iam.eu-de.otc.t-systems.com/v3"}, ["auth_url", "OS_AUTH_URL", "https://iam.", "begin with"]),
        ({"OS_AUTH_TOKEN": "a b"}, ["token", "OS_AUTH_TOKEN"]),
        ({"OS_KEY": "-----BEGIN PRIVATE KEY-----"}, ["client_key", "OS_KEY", "the path of a file"]),
        ({"OTC_DLI_ENDPOINT": "dli"}, ["endpoints.dli", "OTC_DLI_ENDPOINT", "https://dli."]),
    ],
    ids=str,
)
def test_the_variable_is_named(environ: dict[str, str], words: list[str]) -> None:
    base = {"OS_TOKEN": "t"} if "OS_AUTH_TOKEN" not in environ else {}
    with pytest.raises(OptionError) as raised:
        connection({}, {**base, "OS_PROJECT_NAME": "eu-de", **environ})
    for word in words:
        assert word in str(raised.value)


SEVERAL = {option: names for option, names in ENVIRONMENT.items() if len(names) > 1 and not {*OF_ANY_DOMAIN} & {*names}}


@pytest.mark.parametrize(("option", "names"), SEVERAL.items(), ids=SEVERAL)
def test_variables_of_one_option_must_say_the_same(option: str, names: tuple[str, str]) -> None:
    """One of them may be left of another login, and the jobs would be those of somebody else."""
    login = {"OS_TOKEN": "x"} if option == "token" else USER_ENV
    project = {} if option == "project_name" else {"OS_PROJECT_ID": "x"}
    agency = {
        of[0]: "x" for other, of in SEVERAL.items() if other.startswith("target_") and option.startswith("target_")
    }
    whole = {**login, **project, **agency, "OS_REGION_NAME": "eu-de", names[0]: "x"}
    assert connection({}, whole) == connection({}, {**whole, names[1]: "x"})
    with pytest.raises(OptionError) as raised:
        connection({}, {**whole, names[1]: "y"})
    assert f"{option} (environment: {' beside '.join(names)}): they do not say the same" in str(raised.value)


def test_secrets_are_not_shown() -> None:
    shown = repr(connection({**PROJECT, **USER}))
    assert "password" not in shown
    assert connection({**PROJECT, **USER}, {"OS_TOKEN": "a", "OS_USERNAME": "c"}).secrets == {"a", USER["password"]}
