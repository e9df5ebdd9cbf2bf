# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What says who acts where is understood, or is an error that names it: in a clouds.yaml and in the environment."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
import yaml

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.auth import AccessKey, Password, Token
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.connection import Connection, read_connection
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.errors import OptionError

AUTH = {"username": "cu", "password": "cp", "user_domain_name": "cd", "project_name": "eu-de"}
ENV = {"OS_USERNAME": "eu", "OS_PASSWORD": "ep", "OS_USER_DOMAIN_NAME": "ed", "OS_PROJECT_NAME": "eu-de"}
USER = Password("cu", "cp", "cd")
WAYS = "access_key + secret_key"
FOREIGN = [
    "target_roles",
    "roles",
    "agency",
    "agency_id",
    "delegated_project_id",
    "assume_role",
    "xrole_name",
    "totp",
    "auth_methods",
    "identity_provider",
    "protocol",
    "client_secret",
    "access_token",
    "discovery_endpoint",
    "application_credential_id",
    "application_credential_secret",
    "trust_id",
    "userid",
    "project",
    "tenant",
]


@pytest.fixture
def read(tmp_path: pathlib.Path) -> t.Callable[..., Connection]:
    """The connection of a task, with this entry in the file that the environment names."""

    def connection(entry: t.Any, options: t.Any = None, environ: t.Any = None) -> Connection:
        file = tmp_path / "clouds.yaml"
        environ = dict(environ or {})
        if entry is not None:
            file.write_text(yaml.safe_dump({"clouds": {"c": entry}}), encoding="utf-8")
            environ["OS_CLIENT_CONFIG_FILE"] = str(file)
        defaults = {"request_timeout": 60, "max_retries": 5, "max_concurrency": 8}
        return read_connection({**defaults, **(options or {})}, environ, "dli")

    return connection


def refused(read: t.Any, entry: t.Any, options: t.Any, environ: t.Any, *words: str) -> None:
    with pytest.raises(OptionError) as raised:
        read(entry, options, environ)
    for word in words:
        assert word in str(raised.value)
    assert "s3cr3t" not in str(raised.value)


@pytest.mark.parametrize("key", FOREIGN)
@pytest.mark.parametrize("dash", [False, True])
def test_keys_of_an_entry(read: t.Any, key: str, dash: bool) -> None:
    written = key.replace("_", "-") if dash else key
    for value in ("s3cr3t", ["s3cr3t"], {"s3cr3t": 1}, 0):
        for entry in (
            {"auth": {**AUTH, written: value}},
            {"auth": AUTH, written: value},
            {"auth": AUTH, "regions": [{"name": "eu-de", "values": {"auth": {written: value}}}]},
        ):
            refused(read, entry, {"cloud": "c"}, {}, f"cloud 'c': {key}: ")


@pytest.mark.parametrize("key", FOREIGN)
def test_variables(read: t.Any, key: str) -> None:
    """They count where the credential, or a part of it, is from there."""
    name = f"OS_{key.upper()}"
    refused(read, None, {}, {**ENV, name: "s3cr3t"}, name)
    refused(read, None, {"user_domain_name": "d"}, {**ENV, name: "s3cr3t"}, name)
    task = {"username": "cu", "password": "cp", "user_domain_name": "cd"}
    assert read(None, task, {**ENV, name: "x"}).credential == USER
    assert read({"auth": AUTH}, {"cloud": "c"}, {**ENV, name: "x"}).credential == USER
    assert read(None, {}, {**ENV, name: ""}).credential == Password("eu", "ep", "ed")


def test_variables_without_a_credential(read: t.Any) -> None:
    for name in ("OS_APPLICATION_CREDENTIAL_ID", "OS_USERID", "OS_TRUST_ID"):
        refused(read, None, {"project_name": "eu-de"}, {name: "x"}, name)


MISSPELT = {
    "projct_id": "project_id",
    "project_nmae": "project_name",
    "projectid": "project_id",
    "tenantid": "tenant_id",
    "regionname": "region_name",
    "region_names": "region_name",
    "region_id": "region_name",
    "dli_region_name": "region_name",
    "dli_endpoint": "dli_endpoint_override",
    "dli_endpoints_override": "dli_endpoint_override",
    "endpoints": "dli_endpoint_override",
    "auth_uri": "auth_url",
    "user": "username",
    "user_name": "username",
    "user_domian_name": "user_domain_name",
    "userdomainname": "user_domain_name",
    "domain": "user_domain_name",
    "projectdomainname": "project_domain_name",
    "tokens": "token",
    "acess_key": "access_key",
    "security_tokn": "security_token",
    "auth_typ": "auth_type",
    "profil": "profile",
}


@pytest.mark.parametrize(("key", "meant"), MISSPELT.items())
def test_misspelt_keys_of_an_entry(read: t.Any, key: str, meant: str) -> None:
    """Nothing would come of them, and another project or user would be taken."""
    says = f"cloud 'c': {key}: has no effect here; is {meant} meant?"
    refused(read, {"auth": {**AUTH, key.replace("_", "-"): "s3cr3t"}}, {"cloud": "c"}, {}, says)
    refused(read, {"auth": AUTH, "drs_endpoint": "x", key: ["s3cr3t"]}, {"cloud": "c"}, {}, says)


def test_misspelt_keys_elsewhere(read: t.Any) -> None:
    """Of one region, and where the task has another login. An empty one is none."""
    entry = {"auth": AUTH, "regions": [{"name": "eu-de", "values": {"auth": {"projct_id": "s3cr3t"}}}]}
    for options in ({}, {"token": "t", "project_id": "p", "region": "eu-de"}):
        refused(read, entry, {"cloud": "c", **options}, {}, "cloud 'c': projct_id: has no effect here")
    assert read({"auth": {**AUTH, "projct_id": ""}}, {"cloud": "c"}).credential == USER


KNOWN = "interface identity_api_version compute_api_version dli_service_type networks api_timeout"
KNOWN += (
    " dli_service_name dns_domain default_domain_id force_ipv4 vendor_hook message status scope code ask description"
)


def test_other_keys_of_an_entry(read: t.Any) -> None:
    """What openstacksdk and otcextensions know besides, and what nobody means as anything of ours."""
    others = [f"{service}_endpoint_override" for service in ("drs", "rms", "ram", "ddi", "dlm", "mls", "mts")]
    beside = dict.fromkeys([*KNOWN.split(), *others], "default")
    assert read({"auth": {**AUTH, **beside}, **beside}, {"cloud": "c"}).credential == USER


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("OS_PROJCT_ID", "OS_PROJECT_ID"),
        ("OS_REGIONNAME", "OS_REGION_NAME"),
        ("OS_USER_NAME", "OS_USERNAME"),
        ("OS_USERDOMAINNAME", "OS_USER_DOMAIN_NAME"),
        ("OS_PROJECT_DOMAIN_NAMES", "OS_PROJECT_DOMAIN_NAME"),
        ("OS_CLOUDS", "OS_CLOUD"),
        ("OTC_DLI_ENDPOINTS", "OTC_DLI_ENDPOINT"),
        ("OTC_CLOUDDOMAIN", "OTC_CLOUD_DOMAIN"),
    ],
)
def test_misspelt_variables(read: t.Any, name: str, meant: str) -> None:
    """They are refused where those of the right name would count."""
    refused(read, None, {}, {**ENV, name: "s3cr3t"}, f"{name}: has no effect here; is {meant} meant?")
    refused(read, None, {"username": "u"}, {**ENV, name: "s3cr3t"}, name)
    refused(read, {"auth": AUTH}, {}, {name: "s3cr3t"}, name)
    assert read({"auth": AUTH}, {"cloud": "c"}, {name: "x"}).credential == USER
    assert read(None, {}, {**ENV, name: ""}).credential == Password("eu", "ep", "ed")
    others = dict.fromkeys(("OS_IDENTITY_API_VERSION", "OS_INTERFACE", "OS_ENDPOINT_TYPE", "OS_URL", "OS_NAME"), "x")
    others.update(dict.fromkeys(("OTC_BIGDATA_PROGRESS", "OTC_OBS_ENDPOINT", "OTC_TOKEN", "OS_USERNAME2"), "x"))
    assert read(None, {}, {**ENV, **others}).credential == Password("eu", "ep", "ed")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("OS_AK", "OS_ACCESS_KEY"),
        ("OS_ACCESS_KEY_SECRET", "OS_SECRET_KEY"),
        ("OS_AKSK_SECURITY_TOKEN", "OS_SECURITY_TOKEN"),
        ("OS_TOKEN_ID", "OS_TOKEN"),
        ("OS_REGION_ID", "OS_REGION_NAME"),
        ("OS_DLI_REGION_NAME", "OS_REGION_NAME"),
        ("OS_DLI_ENDPOINT_OVERRIDE", "OTC_DLI_ENDPOINT"),
    ],
)
def test_variables_of_other_clients(read: t.Any, name: str, meant: str) -> None:
    """They would act for somebody else, or elsewhere. Who has a script for both sets both, and to the same."""
    for entry, environ in ((None, ENV), ({"auth": AUTH}, {})):
        refused(read, entry, {}, {**environ, name: "s3cr3t"}, f"{name}: has no effect here; is {meant} meant?")
    refused(read, None, {}, {**ENV, "OS_REGION_NAME": "eu-de", name: "s3cr3t"}, name)
    task = {"username": "cu", "password": "cp", "user_domain_name": "cd", "region": "eu-de"}
    assert read(None, task, {**ENV, name: "x"}).credential == USER
    assert read({"auth": AUTH}, {"cloud": "c"}, {name: "x"}).credential == USER


def test_variables_of_other_clients_that_say_the_same(read: t.Any) -> None:
    keys = {"OS_ACCESS_KEY": "a", "OS_AK": "a", "OS_SECRET_KEY": "s", "OS_ACCESS_KEY_SECRET": "s"}
    places = {"OS_PROJECT_NAME": "eu-de", "OS_REGION_NAME": "eu-de", "OS_REGION_ID": "eu-de", "OS_RDS_REGION_NAME": "x"}
    assert read(None, {}, {**keys, **places}).credential == AccessKey("a", "s")


ODD_TYPES = ["v3oidcpassword", "v3applicationcredential", "v2password", "none"]


@pytest.mark.parametrize("kind", [*ODD_TYPES, ["v3totp", "password"], {"s3cr3t": 1}], ids=str)
@pytest.mark.parametrize("key", ["auth_type", "auth-type", "auth_plugin", "auth-plugin"])
def test_auth_type_of_an_entry(read: t.Any, key: str, kind: t.Any) -> None:
    for entry in (
        {"auth": AUTH, key: kind},
        {"auth": {**AUTH, key: kind}, "auth_type": "password"},
        {"auth": AUTH, "regions": [{"name": "eu-de", "values": {key: kind}}]},
        {"auth": AUTH, "regions": ["eu-nl", {"name": "eu-de", "values": {key: kind}}]},
    ):
        refused(read, entry, {"cloud": "c", "region": "eu-de"}, {}, "cloud 'c': auth_", "not supported", WAYS)


def test_what_is_no_text_in_an_entry(read: t.Any) -> None:
    """It is not said to be another domain, or a kind of login."""
    for odd in (["s3cr3t"], {"s3cr3t": 1}, True):
        for key in ("project_domain_name", "project_domain_id", "default_domain"):
            refused(
                read, {"auth": {**AUTH, key: odd}}, {"cloud": "c"}, {}, f"cloud 'c': {key}: must be text, in quotes"
            )
        refused(read, {"auth": AUTH, "auth_type": odd}, {"cloud": "c"}, {}, "cloud 'c': auth_type: must be text; ")


@pytest.mark.parametrize("kind", ODD_TYPES)
def test_auth_type_of_the_environment(read: t.Any, kind: str) -> None:
    for name in ("OS_AUTH_TYPE", "OS_AUTH_PLUGIN"):
        refused(read, None, {}, {**ENV, name: kind}, name, WAYS)
        # the password there may be one of the company's identity provider
        refused(read, None, {"username": "u"}, {**ENV, name: kind}, name)
        refused(read, {"auth": AUTH}, {}, {name: kind}, "OS_CLIENT_CONFIG_FILE", name)
        task = {"username": "cu", "password": "cp", "user_domain_name": "cd"}
        assert read(None, task, {**ENV, name: kind}).credential == USER


KEY = {"access_key": "a", "secret_key": "s"}


@pytest.mark.parametrize(
    ("entry", "credential"),
    [
        ({"auth_type": "password", "auth": {**AUTH, "token": "stale"}}, USER),
        ({"auth_type": "v3password", "auth": {**AUTH, **KEY}}, USER),
        ({"auth-type": "password", "auth": AUTH, "ak": "a", "sk": "s"}, USER),
        ({"auth_plugin": "token", "auth": {**AUTH, "token": "t"}, "region_name": "eu-de"}, Token("t")),
        ({"auth_type": "v3token", "auth": {**AUTH, **KEY, "token": "t"}}, Token("t")),
        # the keys of OBS, as the provider's own sample has them
        ({"auth": AUTH, "ak": "a", "sk": "s"}, USER),
        ({"auth": AUTH, **KEY, "security_token": "t"}, USER),
        ({"auth": AUTH, "ak": "half"}, USER),
        ({"auth": {**AUTH, "ak": "a"}, "sk": "s"}, AccessKey("a", "s")),
        # keys that log in
        ({"auth": {**AUTH, "ak": "a", "sk": "s"}}, AccessKey("a", "s")),
        ({"auth": {**AUTH, "ak": "a", "sk": "s"}, "ak": "b", "sk": "c", "security_token": "d"}, AccessKey("a", "s")),
        ({"auth": {"project_name": "eu-de"}, "ak": "a", "sk": "s"}, AccessKey("a", "s")),
    ],
)
def test_which_part_counts(read: t.Any, entry: dict, credential: t.Any) -> None:
    assert read(entry, {"cloud": "c"}).credential == credential


def test_which_part_counts_in_the_environment(read: t.Any) -> None:
    stale = {**ENV, "OS_TOKEN": "stale", "OS_ACCESS_KEY": "a", "OS_SECRET_KEY": "s"}
    assert read(None, {}, {**stale, "OS_AUTH_TYPE": "password"}).credential == Password("eu", "ep", "ed")
    assert read(None, {}, {**stale, "OS_AUTH_TYPE": "v3token", "OS_REGION_NAME": "eu-de"}).credential == Token("stale")
    stale["OS_TOKEN"] = ""
    assert read(None, {}, stale).credential == AccessKey("a", "s")  # as ever


def test_auth_type_without_its_part(read: t.Any) -> None:
    refused(read, {"auth_type": "token", "auth": AUTH}, {"cloud": "c"}, {}, "cloud 'c': no credential", "auth_type")
    refused(read, {"auth_type": "password", "auth_plugin": "token", "auth": AUTH}, {"cloud": "c"}, {}, "auth_plugin")
    refused(read, None, {}, {**ENV, "OS_AUTH_TYPE": "token"}, "no credential", "OS_AUTH_TYPE")


@pytest.mark.parametrize(
    ("more", "good"),
    [
        ({"project_domain_name": "cd"}, True),
        ({"project_domain_name": "Default"}, True),
        ({"project_domain_id": "default"}, True),
        ({"project_domain_name": "customer"}, False),
        ({"project_domain_id": "cd"}, False),
        ({"project_domain_name": "customer", "project_id": "p"}, True),
        ({"default_domain_name": "cd"}, True),
        ({"default_domain_id": "default"}, True),
        ({"default_domain_name": "customer"}, False),
        ({"default_domain_name": "customer", "project_domain_name": "cd"}, True),
        ({"default_domain_id": "cd"}, False),
        ({"default_domain_id": "cd", "project_domain_name": "cd"}, True),
        ({"default_domain": "cd"}, False),
        ({"default_domain": "default"}, True),
    ],
    ids=str,
)
def test_domain_of_the_project(read: t.Any, more: dict, good: bool) -> None:
    """Every domain has a project eu-de, and a name is only looked for in that of the user."""
    options = {"cloud": "c"}
    environ = {"OS_" + key.upper(): value for key, value in more.items()}
    ways = [
        ({"auth": {**AUTH, **more}}, options, {}),
        (None, {}, {**ENV, "OS_USER_DOMAIN_NAME": "cd", **environ}),
        (None, {"username": "u"}, {**ENV, "OS_USER_DOMAIN_NAME": "cd", **environ}),
    ]
    for way in ways:
        if good:
            assert isinstance(read(*way).credential, Password)
        else:
            key = next(iter(more))
            refused(read, *way, key if way[0] else f"OS_{key.upper()}", "project_id")
    assert read(None, {**AUTH}, {**ENV, **environ}).credential == USER


# ---- OS_CLOUD beside other variables ----

AROUND = {"OS_CLOUD": "c"}
BY_ID = {"user_id": "u1", "password": "cp"}


@pytest.mark.parametrize(
    ("entry", "environ", "variable"),
    [
        ({"auth": AUTH}, {"OS_USERNAME": "other"}, "OS_USERNAME"),
        ({"auth": AUTH}, ENV, "OS_USERNAME"),
        ({"auth": AUTH}, {"OS_USERNAME": "cu", "OS_USER_DOMAIN_NAME": "other"}, "OS_USERNAME"),
        ({"auth": AUTH}, {"OS_USER_ID": "cu"}, "OS_USER_ID"),
        ({"auth": AUTH}, {"OS_USERID": "cu"}, "OS_USERID"),
        ({"auth": AUTH}, {"OS_TOKEN": "t"}, "OS_TOKEN"),
        ({"auth": AUTH}, {"OS_AUTH_TOKEN": "t"}, "OS_AUTH_TOKEN"),
        ({"auth": {"token": "t"}, "region_name": "eu-de"}, {"OS_TOKEN": "t"}, "OS_TOKEN"),
        ({"auth": {"token": "t"}, "region_name": "eu-de"}, {"OS_USERNAME": "cu"}, "OS_USERNAME"),
        ({"auth": {**AUTH, **KEY}}, {"OS_ACCESS_KEY": "a"}, "OS_ACCESS_KEY"),
        ({"auth": {**AUTH, **KEY}}, {"OS_USERNAME": "cu"}, "OS_USERNAME"),
        ({"auth": AUTH}, {"OS_PROJECT_NAME": "eu-nl"}, "OS_PROJECT_NAME"),
        ({"auth": AUTH}, {"OS_TENANT_NAME": "eu-nl"}, "OS_TENANT_NAME"),
        ({"auth": AUTH}, {"OS_PROJECT_ID": "eu-de"}, "OS_PROJECT_ID"),
        ({"auth": AUTH}, {"OS_TENANT_ID": "p"}, "OS_TENANT_ID"),
        ({"auth": AUTH}, {"OS_PROJECT_NAME": "eu-de", "OS_PROJECT_ID": "p"}, "OS_PROJECT_"),
        ({"auth": {**AUTH, "project_id": "p"}}, {"OS_PROJECT_NAME": "eu-de"}, "OS_PROJECT_NAME"),
        ({"auth": AUTH, "region_name": "eu-de"}, {"OS_REGION_NAME": "eu-nl"}, "OS_REGION_NAME"),
        ({"auth": AUTH, "region_name": "eu-de", "profile": "otc"}, {"OS_REGION_NAME": "eu-nl"}, "OS_REGION_NAME"),
        ({"auth": AUTH}, {"OS_AUTH_TYPE": "agency"}, "OS_AUTH_TYPE"),
        ({"auth": AUTH}, {"OS_AUTH_TYPE": "v3totp"}, "OS_AUTH_TYPE"),
        ({"auth": AUTH}, {"OS_USERNAME": "cu", "OS_USER_DOMAIN_ID": "cd"}, "OS_USERNAME"),
        ({"auth": {**BY_ID, "project_name": "eu-de"}}, {"OS_USERNAME": "u1"}, "OS_USERNAME"),
        ({"auth": {**BY_ID, "project_name": "eu-de"}}, {"OS_USER_ID": "u2"}, "OS_USER_ID"),
        ({"auth": AUTH}, {"OS_TARGET_AGENCY_NAME": "a"}, "OS_TARGET_AGENCY_NAME"),
        ({"auth": AUTH}, {"OS_AGENCY_DOMAIN_NAME": "a"}, "OS_AGENCY_DOMAIN_NAME"),
        ({"auth": AUTH}, {"OS_DELEGATED_PROJECT": "a"}, "OS_DELEGATED_PROJECT"),
        ({"auth": {"target_domain_id": "x"}}, {**ENV, "OS_TARGET_AGENCY_NAME": "a"}, "OS_TARGET_AGENCY_NAME"),
    ],
    ids=str,
)
def test_contradictions(read: t.Any, entry: dict, environ: dict, variable: str) -> None:
    refused(read, entry, {}, {**environ, **AROUND}, "OS_CLOUD=c beside", variable)
    refused(read, entry, {}, environ, "OS_CLIENT_CONFIG_FILE", "beside", variable)


def test_the_second_variable_of_an_option_is_compared_too(read: t.Any) -> None:
    environ = {"OS_PROJECT_NAME": "eu-de", "OS_TENANT_NAME": "eu-nl", **AROUND}
    refused(read, {"auth": AUTH}, {}, environ, "OS_PROJECT_NAME beside OS_TENANT_NAME")


@pytest.mark.parametrize(
    ("entry", "environ", "credential", "project"),
    [
        ({"auth": AUTH}, {"OS_USERNAME": "cu", "OS_PROJECT_NAME": "eu-de"}, USER, "eu-de"),
        ({"auth": AUTH}, {"OS_USERNAME": "cu", "OS_USER_DOMAIN_NAME": "cd"}, USER, "eu-de"),
        ({"auth": {**AUTH, "project_id": "p"}, "region_name": "eu-de"}, {"OS_TENANT_ID": "p"}, USER, "p"),
        ({"auth": {**AUTH, "project_name": ""}}, {"OS_PROJECT_NAME": "eu-nl"}, USER, "eu-nl"),
        ({"auth": {**AUTH, "project_name": ""}}, {"OS_TENANT_ID": "p", "OS_REGION_NAME": "eu-de"}, USER, "p"),
        ({"auth": AUTH, "regions": ["eu-de", "eu-nl"]}, {"OS_REGION_NAME": "eu-nl"}, USER, "eu-de"),
        ({"auth": AUTH, "profile": "otc"}, {"OS_REGION_NAME": "eu-nl"}, USER, "eu-de"),
        ({"auth": AUTH}, {"OS_AUTH_TYPE": "v3Password"}, USER, "eu-de"),
        ({"auth": AUTH}, {"OS_REGION_NAME": "eu-nl"}, USER, "eu-de"),
        (
            {"auth": {**BY_ID, "project_name": "eu-de"}},
            {"OS_USER_ID": "u1"},
            Password(None, "cp", user_id="u1"),
            "eu-de",
        ),
        ({"auth": AUTH}, {"OS_PASSCODE": "123456", "OS_USER_DOMAIN_ID": "x"}, USER, "eu-de"),
        # the entry names nobody
        ({"auth": {"project_name": "eu-nl"}}, {**ENV, "OS_PROJECT_NAME": ""}, Password("eu", "ep", "ed"), "eu-nl"),
        ({"region_name": "eu-de"}, {"OS_TOKEN": "t", "OS_PROJECT_ID": "p"}, Token("t"), "p"),
        ({"auth": {"user_domain_name": "cd"}}, ENV, Password("eu", "ep", "ed"), "eu-de"),
    ],
    ids=str,
)
def test_agreement(read: t.Any, entry: dict, environ: dict, credential: t.Any, project: str) -> None:
    found = read(entry, {}, {**environ, **AROUND})
    assert (found.credential, found.project.id or found.project.name) == (credential, project)


@pytest.mark.parametrize(
    ("options", "variable"),
    [
        ({"username": "u"}, "OS_PROJECT_NAME"),
        ({"username": "u", "project_name": "eu-de"}, "OS_REGION_NAME"),
        ({"project_name": "eu-de", "region": "eu-de"}, "OS_USERNAME"),
        ({"username": "u", "project_name": "eu-de", "region": "eu-de"}, None),
        ({"cloud": "c"}, None),
    ],
    ids=str,
)
def test_a_task_overrules_what_it_names(read: t.Any, options: dict, variable: str | None) -> None:
    entry = {"auth": AUTH, "region_name": "eu-de"}
    environ = {**ENV, **AROUND, "OS_PROJECT_NAME": "eu-nl", "OS_REGION_NAME": "eu-nl"}
    if variable:
        refused(read, entry, options, environ, "OS_CLOUD=c", variable)
    else:
        read(entry, options, environ)


DOMAIN = "hc.sbercloud.ru"
MOSCOW = {"auth": {**AUTH, "project_name": "ru-moscow-1"}}
DOMAIN_ENV = {"OTC_CLOUD_DOMAIN": DOMAIN}


@pytest.mark.parametrize(
    ("entry", "options", "environ", "iam"),
    [
        ({**MOSCOW, "cloud_domain": DOMAIN}, {"cloud": "c"}, {}, "iam.ru-moscow-1.hc.sbercloud.ru"),
        ({"auth": {**MOSCOW["auth"], "cloud-domain": DOMAIN}}, {}, {}, "iam.ru-moscow-1.hc.sbercloud.ru"),
        ({**MOSCOW, "cloud_domain": DOMAIN}, {}, {**AROUND, **DOMAIN_ENV}, "iam.ru-moscow-1.hc.sbercloud.ru"),
        ({**MOSCOW, "cloud_domain": DOMAIN}, {"cloud_domain": "x.test"}, AROUND, "iam.ru-moscow-1.x.test"),
        (
            {**MOSCOW, "cloud_domain": DOMAIN},
            {"cloud_domain": "x.test"},
            {**AROUND, "OTC_CLOUD_DOMAIN": "y.test"},
            "iam.ru-moscow-1.x.test",
        ),
        (
            {**MOSCOW, "cloud_domain": DOMAIN},
            {"cloud": "c"},
            {"OTC_CLOUD_DOMAIN": "y.test"},
            "iam.ru-moscow-1.hc.sbercloud.ru",
        ),
        # the variable fills the gap, as it is of a higher place than the entry
        (MOSCOW, {}, {**AROUND, **DOMAIN_ENV}, "iam.ru-moscow-1.hc.sbercloud.ru"),
        (MOSCOW, {}, DOMAIN_ENV, "iam.ru-moscow-1.hc.sbercloud.ru"),
        ({"auth": {**AUTH, "auth_url": "https://id.corp"}}, {}, {**AROUND, **DOMAIN_ENV}, "id.corp"),
        ({"auth": AUTH}, {}, {**AROUND, "OTC_CLOUD_DOMAIN": "OTC.t-systems.com"}, "iam.eu-de.otc.t-systems.com"),
        (
            {"auth": AUTH, "regions": [{"name": "eu-de"}, {"name": "ru-moscow-1", "values": {"cloud_domain": DOMAIN}}]},
            {"cloud": "c", "region": "ru-moscow-1"},
            {},
            "iam.ru-moscow-1.hc.sbercloud.ru",
        ),
    ],
    ids=str,
)
def test_cloud_domain_of_an_entry(read: t.Any, entry: dict, options: dict, environ: dict, iam: str) -> None:
    assert read(entry, options, environ).iam == f"https://{iam}"


@pytest.mark.parametrize(
    ("entry", "options", "environ", "words"),
    [
        (
            {**MOSCOW, "cloud_domain": DOMAIN},
            {},
            {**AROUND, "OTC_CLOUD_DOMAIN": "y.test"},
            ["OS_CLOUD=c beside", "OTC_CLOUD_DOMAIN"],
        ),
        # nobody has written where it is, and its region says something else
        ({"auth": AUTH}, {}, {**AROUND, **DOMAIN_ENV}, ["cloud 'c': ", "OTC_CLOUD_DOMAIN", "eu-de"]),
        (MOSCOW, {"cloud": "c"}, DOMAIN_ENV, ["ru-moscow-1", "cloud_domain", "if the credential is from there"]),
        (
            {**MOSCOW, "cloud_domain": f"https://{DOMAIN}"},
            {"cloud": "c"},
            {},
            ["cloud 'c': cloud_domain: ", "no https://"],
        ),
        ({**MOSCOW, "cloud_domain": True}, {"cloud": "c"}, {}, ["cloud 'c': cloud_domain: ", "quotes"]),
        ({**MOSCOW, "cloud_domain": {"s3cr3t": 1}}, {"cloud": "c"}, {}, ["cloud 'c': cloud_domain: must be text"]),
        (
            {"profile": "otc", "auth": AUTH, "cloud_domain": DOMAIN},
            {"cloud": "c"},
            {},
            ["cloud_domain", "profile 'otc'"],
        ),
        ({"profile": "otc", "auth": AUTH}, {"cloud_domain": DOMAIN}, AROUND, ["cloud_domain", "profile 'otc'"]),
        (
            {
                "auth": {"token": "t", "project_id": "p", "auth_url": "https://iam.eu-de.otc.t-systems.com"},
                "region_name": "eu-west-0",
            },
            {},
            {**AROUND, **DOMAIN_ENV},
            ["endpoints.dli", "iam.eu-de.otc.t-systems.com"],
        ),
    ],
    ids=str,
)
def test_cloud_domain_that_cannot_be_meant(read: t.Any, entry: dict, options: dict, environ: dict, words: list) -> None:
    refused(read, entry, options, environ, *words)


def test_cloud_domain_of_an_entry_is_not_for_the_credential_of_a_task(read: t.Any) -> None:
    entry = {**MOSCOW, "cloud_domain": DOMAIN}
    task = {"cloud": "c", "username": "u", "password": "p", "user_domain_name": "d", "project_name": "eu-de"}
    assert read(entry, task).iam == "https://iam.eu-de.otc.t-systems.com"
    refused(read, entry, {**task, "project_name": "ru-moscow-1"}, {}, "ru-moscow-1", "cloud_domain")


def test_several_entries_and_nobody_chooses(read: t.Any, tmp_path: pathlib.Path) -> None:
    """The environment counts, but the file must be one."""
    file = tmp_path / "several.yaml"
    for text, good in (
        ("clouds: {c: {}, d: {}}", True),
        ("clouds: {}", True),
        ("clouds: [s3cr3t", False),
        ("- s3cr3t", False),
        (None, False),
    ):
        file.unlink(missing_ok=True)
        if text is not None:
            file.write_text(text, encoding="utf-8")
        environ = {**ENV, "OS_CLIENT_CONFIG_FILE": str(file)}
        if good:
            assert read(None, {}, environ).credential == Password("eu", "ep", "ed")
            refused(read, None, {}, {"OS_CLIENT_CONFIG_FILE": str(file)}, "cloud: missing", "OS_CLOUD")
        else:
            refused(read, None, {}, environ, "several.yaml", "OS_CLIENT_CONFIG_FILE", "cannot be read")
            assert read(None, AUTH, environ).credential == USER  # not needed
