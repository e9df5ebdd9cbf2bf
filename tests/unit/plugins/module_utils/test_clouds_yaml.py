# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries of a clouds.yaml: what they may hold, when they are used, and what wins over them."""

from __future__ import annotations

import importlib
import os
import pathlib
import sys
import typing as t

import pytest
import yaml

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.auth import AccessKey, Password, Project, Token
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.connection import Connection, read_connection
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.errors import OptionError

AUTH = {"username": "cu", "password": "cp", "user_domain_name": "cd", "project_name": "eu-de_c"}
ENTRY = {"auth": {**AUTH, "auth_url": "https://cloud.test/v3"}}
OF_ENTRY = Password("cu", "cp", "cd")
OF_ENV = Password("eu", "ep", "ed")
ENV = {
    "OS_USERNAME": "eu",
    "OS_PASSWORD": "ep",
    "OS_USER_DOMAIN_NAME": "ed",
    "OS_PROJECT_ID": "ep1",
    "OS_REGION_NAME": "eu-nl",
}
NAMED, AROUND = {"cloud": "c"}, {"OS_CLOUD": "c"}
NIGHTLY = {"auth": {"project_name": "eu-de_nightly"}}
AT = {"endpoints": {"dli": "https://dli.test"}}


@pytest.fixture
def read(tmp_path: pathlib.Path) -> t.Callable[..., Connection]:
    """The connection of a task, with these clouds in the file that the environment names."""

    def connection(clouds: t.Any, options: t.Any = None, environ: t.Any = None, secure: t.Any = None) -> Connection:
        file, secret = tmp_path / "clouds.yaml", tmp_path / "secure.yaml"
        file.write_text(clouds if isinstance(clouds, str) else yaml.safe_dump({"clouds": clouds}), encoding="utf-8")
        secret.write_text(yaml.safe_dump({"clouds": secure or {}}), encoding="utf-8")
        environ = {"OS_CLIENT_CONFIG_FILE": str(file), "OS_CLIENT_SECURE_FILE": str(secret), **(environ or {})}
        defaults = {"request_timeout": 60, "max_retries": 5, "max_concurrency": 8}
        return read_connection({**defaults, **(NAMED if options is None else options)}, environ, "dli")

    return connection


@pytest.mark.parametrize(
    ("entry", "credential"),
    [
        (ENTRY, OF_ENTRY),
        ({"auth": {**AUTH, "password": 12345}}, Password("cu", "12345", "cd")),
        ({"auth": {**AUTH, "password": "{x}"}}, Password("cu", "{x}", "cd")),
        ({"auth": {"token": "t"}, "region_name": "eu-de"}, Token("t")),
        ({"auth": {"token": "t", **AUTH}}, Token("t")),
        ({"auth": {"project_name": "eu-de"}, "ak": "a", "sk": "{s"}, AccessKey("a", "{s")),
        ({"auth": {"project_name": "eu-de", "access_key": "a", "secret_key": "s"}}, AccessKey("a", "s")),
        (
            {"access_key": "a", "secret_key": "s", "security_token": "t", "project_name": "eu-de"},
            AccessKey("a", "s", "t"),
        ),
    ],
)
def test_kinds_of_entries(read: t.Any, entry: dict, credential: t.Any) -> None:
    found = read({"c": entry})
    assert found.credential == credential
    assert found.region == "eu-de"
    assert not [secret for secret in found.secrets if f"={secret!r}" in repr(found)]


def test_as_awx_writes_it(read: t.Any) -> None:
    """https://github.com/ansible/awx-plugins: one cloud named devstack, the user's domain as domain_name, and verify."""
    auth = {key: value for key, value in ENTRY["auth"].items() if key != "user_domain_name"}
    found = read({"devstack": {"auth": {**auth, "domain_name": "cd"}, "verify": False}}, {})
    assert (found.credential, found.project) == (OF_ENTRY, Project(name="eu-de_c"))
    assert (found.iam, found.tls.verify) == ("https://cloud.test", False)
    without = {key: value for key, value in auth.items() if key != "project_name"}
    found = read({"devstack": {"auth": {**without, "domain_name": "cd", "project_name": ""}}}, {"project_id": "p"})
    assert (found.credential, found.project, found.tls.verify) == (OF_ENTRY, Project("p"), True)


@pytest.mark.parametrize(
    ("options", "environ", "credential"),
    [
        (NAMED, ENV, OF_ENTRY),
        ({}, AROUND, OF_ENTRY),
        ({}, {}, OF_ENTRY),
        # half of a credential in the environment is nothing where a cloud is given
        (NAMED, {"OS_USERNAME": "eu"}, OF_ENTRY),
        (NAMED, {"OS_PASSWORD": "ep"}, OF_ENTRY),
        ({}, {"OS_PASSWORD": "ep", "OS_USER_DOMAIN_NAME": "ed", "OS_SECRET_KEY": "s", "OS_AUTH_URL": "x"}, OF_ENTRY),
        # variables that name the same
        ({}, {"OS_USERNAME": "cu", "OS_PROJECT_NAME": "eu-de_c"}, OF_ENTRY),
        ({}, {"OS_USERNAME": "cu", "OS_PASSWORD": "ep", "OS_USER_DOMAIN_NAME": "cd"}, Password("cu", "ep", "cd")),
        # but a task says what it means
        ({"username": "u", **NAMED}, ENV, Password("u", "ep", "ed")),
        ({"token": "t", **AT, **NAMED}, {}, Token("t")),
        ({"token": "t", **AT, "project_id": "p", "region": "eu-de"}, {**ENV, **AROUND}, Token("t")),
        ({"username": "u", "project_id": "p", "region": "eu-de"}, {**ENV, **AROUND}, Password("u", "ep", "ed")),
    ],
    ids=str,
)
def test_who_wins(read: t.Any, options: dict, environ: dict, credential: t.Any) -> None:
    assert read({"c": ENTRY}, options, environ).credential == credential


@pytest.mark.parametrize(
    ("options", "environ", "project", "iam"),
    [
        (NAMED, {}, Project(name="eu-de_c"), "https://cloud.test"),
        (NAMED, ENV, Project(name="eu-de_c"), "https://cloud.test"),
        ({**NAMED, "project_id": "p"}, {}, Project("p"), "https://cloud.test"),
        ({**NAMED, "auth_url": "https://task.test"}, {}, Project(name="eu-de_c"), "https://task.test"),
        # the environment gets no password of a cloud
        ({}, {"OS_AUTH_URL": "https://env.test"}, Project(name="eu-de_c"), "https://cloud.test"),
        ({}, {"OTC_IAM_ENDPOINT": "https://env.test"}, Project(name="eu-de_c"), "https://cloud.test"),
        ({"project_id": "p"}, {"OS_PROJECT_ID": "ep", **AROUND}, Project("p"), "https://cloud.test"),
        (
            {**NAMED, **AT, "token": "t"},
            {"OS_AUTH_URL": "https://env.test"},
            Project(name="eu-de_c"),
            "https://cloud.test",
        ),
        ({**NAMED, "region": "eu-nl"}, {}, Project(name="eu-de_c"), "https://cloud.test"),
    ],
    ids=str,
)
def test_project_and_iam(read: t.Any, options: dict, environ: dict, project: Project, iam: str) -> None:
    found = read({"c": ENTRY}, options, environ)
    assert (found.project, found.iam) == (project, iam)


def test_a_password_goes_to_its_own_cloud(read: t.Any) -> None:
    """An entry that names no address is for the region, and never for an address that happens to be around."""
    entry = {"auth": AUTH, "region_name": "eu-nl"}
    for options, environ in (
        (NAMED, {"OS_AUTH_URL": "https://env.test"}),
        ({}, {"OTC_IAM_ENDPOINT": "https://env.test"}),
    ):
        assert read({"c": entry}, options, environ).iam == "https://iam.eu-nl.otc.t-systems.com"


def test_half_a_certificate_in_the_environment(read: t.Any, tmp_path: pathlib.Path) -> None:
    """Is nothing where a cloud is given, and does not go with a certificate of the cloud."""
    (tmp_path / "pem").touch()
    environ = {"OS_KEY": "/no/such/file"}
    assert read({"c": ENTRY}, NAMED, environ).tls.client_key is None
    found = read({"c": {**ENTRY, "cert": str(tmp_path / "pem")}}, NAMED, environ).tls
    assert (found.client_cert, found.client_key) == (str(tmp_path / "pem"), None)


def test_endpoints(read: t.Any) -> None:
    entry = {**ENTRY, "dli_endpoint_override": "https://dli.test/", "iam-endpoint-override": "https://iam.test"}
    found = read({"c": entry})
    assert (found.endpoint, found.iam) == ("https://dli.test", "https://iam.test")
    assert read({"c": entry}, {**NAMED, "endpoints": {"dli": "https://task.test"}}).endpoint == "https://task.test"
    with pytest.raises(OptionError, match=r"cloud 'c': endpoints\.dli: not a base URL"):
        read({"c": {**ENTRY, "dli_endpoint_override": "dli.test"}})


def test_tls(read: t.Any, tmp_path: pathlib.Path) -> None:
    (tmp_path / "pem").touch()
    entry = {**ENTRY, "verify": False, "cacert": "~/pem", "cert": "~/pem", "key": "~/pem"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path))
        found = read({"c": entry}).tls
    assert {found.ca_path, found.client_cert, found.client_key} == {str(tmp_path / "pem")}
    assert found.verify is False
    assert read({"c": {**ENTRY, "verify": False}}, {**NAMED, "validate_certs": True}).tls.verify is True
    assert read({"c": {**ENTRY, "insecure": "true"}}).tls.verify is False
    assert read({"c": {**ENTRY, "verify": True}}, {**NAMED, "validate_certs": False}).tls.verify is False


def test_secure_file(read: t.Any) -> None:
    open_part = {"auth": {key: value for key, value in AUTH.items() if key != "password"}}
    found = read({"c": open_part}, secure={"c": {"auth": {"password": "cp"}}})
    assert found.credential == OF_ENTRY
    assert found.secrets == {"cp"}


def test_regions(read: t.Any) -> None:
    """One of several is not taken by guessing."""
    of_nl = {"name": "eu-nl", "values": {"auth": {"project_id": "of-nl"}}}
    clouds = {"c": {"auth": {"token": "t", "project_id": "p"}, "regions": ["eu-de", of_nl]}}
    found = read(clouds, {**NAMED, "region": "eu-nl"})
    assert (found.region, found.project) == ("eu-nl", Project("of-nl"))
    assert read(clouds, NAMED, {"OS_REGION_NAME": "eu-nl"}).project == Project("of-nl")
    for options in (NAMED, {**NAMED, "region": "eu-ch2"}):
        with pytest.raises(OptionError, match="region: must be one of those of cloud 'c': eu-de, eu-nl"):
            read(clouds, options)
    with pytest.raises(OptionError, match=r"region \(environment: OS_REGION_NAME\): must be one of those of cloud 'c'"):
        read(clouds, {}, {"OS_REGION_NAME": "eu-ch2"})
    listed = {"c": {"auth": {"token": "t"}, "region_name": "eu-de,eu-nl"}}
    assert read(listed, {**NAMED, "region": "eu-nl"}).region == "eu-nl"
    beside = {"c": {**clouds["c"], "region_name": "eu-ch2"}}  # does not count where one of several is chosen
    assert read(beside, NAMED, {"OS_REGION_NAME": "eu-nl"}).region == "eu-nl"


def of_region(**auth: str) -> dict:
    return {"name": "eu-de", "values": {"auth": auth}}


@pytest.mark.parametrize(
    ("regions", "hidden", "good"),
    [
        (["eu-de"], [of_region(password="rp")], True),
        ([of_region(project_name="r")], [of_region(project_name="r", password="rp"), "eu-nl"], True),
        ([of_region(project_name="r")], [of_region(password="rp")], False),
        (["eu-de", "eu-nl"], [of_region(password="rp")], False),
        (["eu-de"], [], False),
    ],
    ids=str,
)
def test_regions_in_both_files(read: t.Any, regions: list, hidden: list, good: bool) -> None:
    """openstacksdk takes only those of the secure.yaml, so what the others say would be lost without a word."""
    clouds, secure = {"c": {**ENTRY, "regions": regions}}, {"c": {"regions": hidden}}
    task = {**NAMED, "region": "eu-de"}
    if good:
        assert read(clouds, task, secure=secure).secrets == {"rp"}
    else:
        with pytest.raises(OptionError, match="cannot be read: only the regions in .*/secure.yaml would count; have"):
            read(clouds, task, secure=secure)


@pytest.mark.parametrize(
    ("profile", "project", "options", "iam"),
    [
        ("otc", "eu-de_c", {}, "https://iam.eu-de.otc.t-systems.com"),
        ("otc", "eu-nl", {}, "https://iam.eu-nl.otc.t-systems.com"),
        ("otc", "eu-de_c", {"region": "eu-nl"}, "https://iam.eu-nl.otc.t-systems.com"),
        ("otc", "eu-de_c", {"auth_url": "https://task.test", "region": "eu-ch2"}, "https://task.test"),
        ("otc-swiss", "eu-ch2", {}, "https://iam-pub.eu-ch2.sc.otc.t-systems.com"),
        ("otc-swiss", "a", {"region": "eu-ch2"}, "https://iam-pub.eu-ch2.sc.otc.t-systems.com"),
        ("otc", "eu-de_c", {"region": "eu-ch2"}, None),
        ("otc-swiss", "eu-de_c", {}, None),
        ("otc", "nightly", {}, None),
        ("otcc", "eu-de", {}, None),
        ("https://cloud.test", "eu-de", {}, None),
        ("//cloud.test", "eu-de", {}, None),
        (["otc"], "eu-de", {}, None),
    ],
    ids=str,
)
def test_profile(read: t.Any, profile: t.Any, project: str, options: dict, iam: str | None) -> None:
    """openstacksdk knows these clouds by name. Only a region that is one of theirs takes a password to them."""
    entry = {"profile": profile, "auth": {**AUTH, "project_name": project}}
    if iam:
        assert read({"c": entry}, {**NAMED, **options}).iam == iam
    else:
        with pytest.raises(OptionError, match="region|profile"):
            read({"c": entry}, {**NAMED, **options})


@pytest.mark.parametrize(
    "entry",
    [{"Auth": {}, "auth": AUTH}, {"auth": AUTH, "Auth-Type": "v3token"}, {"auth": {**AUTH, "Project_Name": "b"}}],
)
def test_keys_with_capital_letters(read: t.Any, entry: dict) -> None:
    """Whoever passes them over acts for somebody else, or elsewhere."""
    with pytest.raises(OptionError, match="cloud: 'c' in .* cannot be read: the key '.*' must be in lower case"):
        read({"c": entry})


def test_region_of_an_entry_with_a_profile(read: t.Any) -> None:
    entry = {"profile": "otc", "region_name": "eu-nl", "auth": AUTH}
    assert read({"c": entry}).iam == "https://iam.eu-nl.otc.t-systems.com"
    assert read({"c": entry}, {**NAMED, "region": "eu-de"}).iam == "https://iam.eu-de.otc.t-systems.com"
    own = {**entry, "auth": {**AUTH, "auth_url": "https://own.test"}, "region_name": "elsewhere"}
    assert read({"c": own}).iam == "https://own.test"
    without = {"profile": "otc", "auth": {**AUTH, "project_name": None, "project_id": "p"}}
    with pytest.raises(OptionError, match="region.*OS_REGION_NAME.*missing.*eu-de, eu-nl"):
        read({"c": without})
    assert read({"c": without}, {}, {"OS_REGION_NAME": "eu-nl"}).iam == "https://iam.eu-nl.otc.t-systems.com"


def test_region_in_an_address(read: t.Any) -> None:
    """As openstacksdk puts it there: it says which host gets the password."""
    entry = {"auth": {**AUTH, "auth_url": "https://iam.{region_name}.own.test/v3"}}
    around = {"OS_REGION_NAME": "eu-ch2"}
    for options, region_name, region in (
        ({}, None, "eu-ch2"),
        ({}, "eu-nl", "eu-nl"),
        ({"region": "eu-de"}, "eu-nl", "eu-de"),
    ):
        found = read({"c": {**entry, "region_name": region_name}}, {**NAMED, **options}, around)
        assert (found.iam, found.region) == (f"https://iam.{region}.own.test", region)
    with pytest.raises(OptionError, match="region: missing, and cloud 'c': auth_url needs it"):
        read({"c": entry})


def test_profile_of_a_file(read: t.Any, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    public = tmp_path / "clouds-public.yaml"
    public.write_text("public-clouds: {own: {auth: {auth_url: 'iam.own.test/v3'}}}", encoding="utf-8")
    entry = {"profile": "own", "auth": {**AUTH, "project_name": "a"}}
    assert read({"c": entry}).iam == "https://iam.own.test"
    public.write_text("public_clouds: {own: {auth: {auth_url: 'iam.own.test/v3'}}}", encoding="utf-8")
    with pytest.raises(OptionError, match=r"clouds-public\.yaml cannot be read: it has no key public-clouds"):
        read({"c": entry})
    public.write_text("public-clouds: [s3cr3t", encoding="utf-8")
    with pytest.raises(OptionError, match=r"clouds-public\.yaml cannot be read: line 1"):
        read({"c": entry})
    assert read({"c": ENTRY}).credential == OF_ENTRY  # a file that is not needed does not matter


@pytest.mark.parametrize(
    ("clouds", "options", "environ", "words"),
    [
        ({"c": ENTRY}, {"cloud": ""}, {}, ["cloud: is empty"]),
        ({"c": ENTRY}, {"cloud": "{'auth': {'password': 's3cr3t'}}"}, {}, ["cloud: must be plain text"]),
        ({"c": ENTRY}, {}, {"OS_CLOUD": "{'auth': {'password': 's3cr3t'}}"}, ["OS_CLOUD"]),
        ({"c": ENTRY}, {}, {"OS_CLOUD": "auth: s3cr3t"}, ["OS_CLOUD"]),
        ({"c": ENTRY}, NAMED, {"OS_CLIENT_CONFIG_FILE": "clouds:\n  s3cr3t"}, ["OS_CLIENT_CONFIG_FILE"]),
        ({"c": ENTRY}, NAMED, {"OS_CLIENT_SECURE_FILE": "/no/such"}, ["OS_CLIENT_SECURE_FILE", "/no/such"]),
        ({"c": None}, NAMED, {}, ["cloud 'c': no credential"]),
        ({"c": {"auth": None}}, NAMED, {}, ["cloud 'c': no credential"]),
        ({"c": {**ENTRY, "regions": {"a": 1}}}, NAMED, {}, ["cloud", "regions"]),
        ({"c": {**ENTRY, "regions": [{"values": {}}]}}, NAMED, {}, ["cloud", "regions"]),
        ({"c": {**ENTRY, "regions": ["a"], "region_name": {"a": 1}}}, NAMED, {}, ["cloud: 'c' in", "must be text"]),
        (
            {"c": {**ENTRY, "regions": [{"name": "eu-de", "value": {"auth": {"project_id": "s3cr3t"}}}]}},
            NAMED,
            {},
            ["cloud", "regions must be a list"],
        ),
        ({"c": {**ENTRY, "regions": ["eu-de"]}}, {**NAMED, "region": "eu-nl"}, {}, ["region: must be one", "eu-de"]),
        *(
            (
                {"c": {**ENTRY, "regions": [one, {"name": "eu-de ", "values": {"auth": {"project_id": "p2"}}}]}},
                NAMED,
                {},
                ["'eu-de' twice"],
            )
            for one in ("eu-de", {"name": "eu-de", "values": {"auth": {"project_id": "p1"}}})
        ),
        (
            {"c": {**ENTRY, "region_name": "eu-nl", "regions": ["eu-de"]}},
            NAMED,
            {},
            ["region_name is none of its regions"],
        ),
        (
            {"c": {**ENTRY, "regions": [{"name": "eu-de", "values": {"region_name": "eu-nl"}}]}},
            NAMED,
            {},
            ["region 'eu-de' has another region_name"],
        ),
        ({"c": {**ENTRY, "project_name": "eu-de_x"}}, NAMED, {}, ["cloud 'c': project_name", "twice"]),
        ({"c": {"auth": {**AUTH, "tenant_name": "eu-de_x"}}}, NAMED, {}, ["cloud 'c': project_name", "twice"]),
        ({"c": {**ENTRY, "user_domain_name": "x"}}, NAMED, {}, ["cloud 'c': user_domain_name", "twice"]),
        ({"c": {"auth": {**AUTH, "domain_name": "x"}}}, NAMED, {}, ["domain_name: must be the domain of the user"]),
        (
            {"c": {**ENTRY, "domain_name": "x"}},
            NAMED,
            {},
            ["domain_name: must be the domain of the user", "project_id"],
        ),
        ({"c": {"auth": {**AUTH, "username": {"s3cr3t": 1}}}}, NAMED, {}, ["cloud 'c': username: must be text"]),
        ({"c": {"auth": {**AUTH, "username": True}}}, NAMED, {}, ["cloud 'c': username", "quotes"]),
        ({"c": {"auth": {**AUTH, "username": "cu\r"}}}, NAMED, {}, ["cloud 'c': username"]),
        ({"c": {"auth": {**AUTH, "user_domain_name": " cd"}}}, NAMED, {}, ["cloud 'c': user_domain_name"]),
        ({"c": {"auth": {**AUTH, "password": "s3cr3t\n"}}}, NAMED, {}, ["cloud 'c': password"]),
        # also where something else wins
        (
            {"c": {"auth": {**AUTH, "project_name": "x\n"}}},
            {**NAMED, "project_id": "p"},
            {},
            ["cloud 'c': project_name"],
        ),
        ({"c": {**ENTRY, "verify": "/own.pem"}}, NAMED, {}, ["cloud 'c': verify: must be true or false", "cacert"]),
        ({"c": {**ENTRY, "verify": "false"}}, NAMED, {}, ["cloud 'c': verify: must be true or false"]),
        ({"c": {**ENTRY, "mrs_endpoint_override": "x"}}, NAMED, {}, ["cloud 'c': endpoints.mrs", "https://"]),
        ({"c": {"auth": {**AUTH, "auth_url": "iam.test/v3"}}}, NAMED, {}, ["cloud 'c': auth_url", "https://iam."]),
        (
            "clouds:\n  c:\n    auth:\n      password: s3cr3t\n       username: x\n",
            NAMED,
            {},
            ["cannot be read: line 5"],
        ),
        ("clouds:\n\tc: s3cr3t\n", NAMED, {}, ["cannot be read: line 2"]),
        ("$ANSIBLE_VAULT;1.1;AES256\n3062\n", NAMED, {}, ["cannot be read", "ansible-vault"]),
        ("clouds: {c: {auth: {username: u, password: !vault s3cr3t}}}", NAMED, {}, ["cloud 'c': password", "vault"]),
        ("clouds: {c: &c {auth: *c}}", NAMED, {}, ["cloud 'c': no credential"]),
        ("clouds: &c {c: *c}", NAMED, {}, ["cloud 'c': no credential"]),
        ("clouds: {c: {auth: {username: u, password: 0123456}}}", NAMED, {}, ["cloud 'c': password", "quotes"]),
        ("clouds: {c: {auth: {username: u, password: 1_000}}}", NAMED, {}, ["cloud 'c': password", "quotes"]),
        ("clouds: {c: {auth: {username: u, password: 12:30}}}", NAMED, {}, ["cloud 'c': password", "quotes"]),
        ("clouds: {c: {auth: {username: u, password: 1.50}}}", NAMED, {}, ["cloud 'c': password", "quotes"]),
        ("clouds: {c: {auth: {username: u, password: yes}}}", NAMED, {}, ["cloud 'c': password", "quotes"]),
        ({"c": ENTRY}, {"cloud": "d"}, {}, ["cloud:", "'d'", "clouds.yaml"]),
        ({"c": ENTRY}, {}, {"OS_CLOUD": "d"}, ["cloud:", "'d'"]),
        ({"c": ENTRY, "d": ENTRY}, {}, {}, ["cloud: missing", "OS_CLOUD", "c, d"]),
        ({"c": ENTRY}, {"username": "u"}, {}, ["password", "OS_PASSWORD"]),
        ({"c": {"auth": {"username": "u"}}}, NAMED, ENV, ["cloud 'c': password + user_domain_name: missing"]),
        ({"c": {"auth": {"auth_url": "https://x"}}}, NAMED, {}, ["cloud 'c': no credential"]),
        # another kind of credential is not replaced by whatever the environment holds
        (
            {"c": {"auth": {**ENTRY["auth"], "username": None, "password": None, "user_domain_name": None}}},
            NAMED,
            ENV,
            ["'c'"],
        ),
        ({"c": {"auth": {"auth_url": "https://x"}}}, {}, {}, ["cloud 'c': no credential"]),
        ({"c": {"auth": {**AUTH, "project_name": None}}}, NAMED, {}, ["project_id", "project_name"]),
        ({"c": {**ENTRY, "region_name": "../evil"}}, NAMED, {}, ["region"]),
        # by the name that it has there
        ({"c": {**ENTRY, "agency_domain_name": "x"}}, NAMED, {}, ["target_agency_name: missing", "agency_domain_name"]),
        ({"c": {**ENTRY, "delegated_project": "x"}}, NAMED, {}, ["target_agency_name: missing", "delegated_project"]),
        ({"c": {**ENTRY, "tenant_name": "eu-de\t"}}, NAMED, {}, ["tenant_name", "control character"]),
        ({"c": {**ENTRY, "region_name": "eu-de\r"}}, NAMED, {}, ["region_name", "control character"]),
        ({"c": {**ENTRY, "region_name": " eu-de, eu-nl"}}, NAMED, {}, ["region_name", "white space"]),
        ({"c": {**ENTRY, "regions": ["eu-de", "eu-nl\u00a0"]}}, NAMED, {}, ["name of a region", "white space"]),
        ({"c": {**ENTRY, "regions": [{"name": "eu-de\n"}]}}, NAMED, {}, ["name of a region", "control character"]),
        ({"c": ["s3cr3t"]}, NAMED, {}, ["cloud", "cannot be read"]),
        ({"c": {"auth": "s3cr3t"}}, NAMED, {}, ["cloud", "cannot be read"]),
        ({"c": {**ENTRY, "key": "{s3cr3t}"}}, NAMED, {}, ["cloud", "cannot be read"]),
        ("clouds: [s3cr3t", NAMED, {}, ["cloud", "OS_CLIENT_CONFIG_FILE", "cannot be read"]),
        ("clouds: [s3cr3t]", NAMED, {}, ["cloud"]),
        ("", NAMED, {}, ["cloud"]),
        ("- s3cr3t", NAMED, {}, ["cloud", "cannot be read"]),
        ({}, {}, {}, ["cloud"]),
        ({"c": ENTRY}, NAMED, {"OS_CLIENT_CONFIG_FILE": "/no/such"}, ["cloud", "OS_CLIENT_CONFIG_FILE", "/no/such"]),
        # nothing of a file is passed over: another entry would become the only one, and the last of two keys would win
        ("clouds:\n  no: {}\n  c: {}", {}, {}, ["name of an entry", "quotes"]),
        ({"c": ENTRY, "auth_type": "agency"}, NAMED, {}, ["'auth_type'", "must be a mapping", "indentation"]),
        (
            {"c": ENTRY, "target_agency_name": ["x"]},
            {},
            {"OS_CLOUD": "c"},
            ["'target_agency_name'", "must be a mapping"],
        ),
        *(
            (yaml.safe_dump({"clouds": {"c": ENTRY}, **beside}), NAMED, {}, [f"{[*beside][0]!r}", "indentation"])
            for beside in ({"auth_type": "agency"}, {"regions": ["eu-de"]})
        ),
        # a list is no word, also if that is all that it has
        *(
            ({"c": {**ENTRY, key: [word]}}, NAMED, {}, [f"cloud 'c': {key}: ", words])
            for key, word, words in (
                ("auth_type", "password", "must be text; anything else is not supported"),
                ("auth_plugin", "v3password", "must be text; anything else is not supported"),
                ("project_domain_name", "cd", "must be text"),
                ("default_domain", "default", "must be text"),
            )
        ),
        ("clouds:\n  c: {}\n  c: {}", NAMED, {}, ["line 3", "twice"]),
        ("clouds:\n  c:\n    auth:\n      project_id: a\n      project_id: b", NAMED, {}, ["line 5", "twice"]),
    ],
    ids=str,
)
def test_what_is_wrong_is_named(read: t.Any, clouds: t.Any, options: dict, environ: dict, words: list[str]) -> None:
    with pytest.raises(OptionError) as raised:
        read(clouds, options, environ)
    for word in words:
        assert word in str(raised.value)
    assert "s3cr3t" not in str(raised.value)


@pytest.mark.parametrize(
    ("entry", "key"),
    [
        *(({"auth": {**AUTH, key: "own"}}, key) for key in ("profile", "cloud")),  # another IAM would get the password
        *(({"auth": {**AUTH, key: NIGHTLY}}, key) for key in ("auth", "regions", "values")),
        ({**ENTRY, "values": NIGHTLY}, "values"),
        *(({**ENTRY, "regions": [{"name": "eu-de", "values": {key: NIGHTLY}}]}, key) for key in ("regions", "values")),
        *(({"auth": AUTH, "profile": key}, key) for key in ("profile", "cloud", "values")),
    ],
    ids=str,
)
def test_a_key_too_far_inside(read: t.Any, tmp_path: pathlib.Path, monkeypatch: t.Any, entry: dict, key: str) -> None:
    """It would have no effect."""
    monkeypatch.chdir(tmp_path)
    public = {"public-clouds": {name: {name: "own"} for name in ("profile", "cloud", "values")}}
    lines(tmp_path / "clouds-public.yaml", yaml.safe_dump(public))
    with pytest.raises(OptionError, match=f"cannot be read: {key} has no effect where it is; look at the indentation"):
        read({"c": entry})


def test_a_merged_key_is_not_there_twice(read: t.Any) -> None:
    text = f"base: &base {{username: cu, password: no}}\nclouds: {{c: {{auth: {{<<: *base, {str(AUTH)[1:]}}}}}"
    assert read(text).credential == OF_ENTRY


def test_a_text_and_a_list_for_several_entries(read: t.Any) -> None:
    """By the usual prefix of such keys, which say nothing of who acts."""
    own = "x-domain: &domain cd\nx-regions: &regions [eu-de, eu-nl]\n"
    auth = "{username: cu, password: cp, project_name: eu-de_c, user_domain_name: *domain}"
    found = read(f"{own}clouds: {{c: {{regions: *regions, auth: {auth}}}}}", {**NAMED, "region": "eu-nl"})
    assert (found.credential, found.region) == (OF_ENTRY, "eu-nl")


def test_a_pipe_or_a_device(read: t.Any, tmp_path: pathlib.Path) -> None:
    """Nobody may ever write into it, and some never end. /dev/null is an empty file."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for variable in ("OS_CLIENT_CONFIG_FILE", "OS_CLIENT_SECURE_FILE"):
        with pytest.raises(OptionError, match=f"{variable}.* it is a pipe"):
            read({"c": ENTRY}, NAMED, {variable: str(pipe)})
        with pytest.raises(OptionError, match=f"{variable}.* it is a device"):
            read({"c": ENTRY}, NAMED, {variable: "/dev/tty"})
    assert read({"c": ENTRY}, NAMED, {"OS_CLIENT_SECURE_FILE": os.devnull}).credential == OF_ENTRY
    with pytest.raises(OptionError, match="ca_path: is no file"):
        read({"c": ENTRY}, {**NAMED, "ca_path": str(pipe)})


@pytest.mark.parametrize("text", ["12345", "0", "1.5", "2024-01-31", "'0123456'", "089", "1e5"])
def test_numbers_that_stay_what_they_are(read: t.Any, text: str) -> None:
    auth = f"{{username: u, user_domain_name: d, project_name: eu-de, password: {text}}}"
    assert read(f"clouds: {{c: {{auth: {auth}}}}}").credential == Password("u", text.strip("'"), "d")


def test_empty_values_count_as_unset(read: t.Any) -> None:
    """AWX writes some."""
    more = {"project_id": "", "token": "", "trust_id": "", "passcode": None, "domain_id": "", "domain_name": None}
    entry = {**ENTRY, "auth_type": "", "region_name": "", "ak": "", "auth": {**ENTRY["auth"], **more}}
    assert read({"c": entry}, secure={"c": {"auth": {"password": ""}}}).credential == OF_ENTRY
    assert read({"c": ENTRY}, secure={"c": None}).credential == OF_ENTRY


def lines(path: pathlib.Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def home(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """A working folder, whose entry night is somebody else's if it is passed over; openstacksdk is asked anew."""
    monkeypatch.setenv("HOME", str(tmp_path))
    lines(tmp_path / "here" / "playbook.yml", "")
    monkeypatch.chdir(tmp_path / "here")
    lines(tmp_path / ".config/openstack/clouds.yaml", yaml.safe_dump({"clouds": {"night": ENTRY}}))
    for name in [name for name in sys.modules if name.startswith("openstack.config")]:
        monkeypatch.delitem(sys.modules, name)
    return tmp_path


def night() -> Connection:
    defaults = {"request_timeout": 60, "max_retries": 5, "max_concurrency": 8}
    return read_connection({**defaults, "cloud": "night"}, {}, "dli")


@pytest.mark.parametrize("variable", ["OS_CLIENT_CONFIG_FILE", "OS_CLIENT_SECURE_FILE"])
def test_a_relative_path_in_two_folders(home: pathlib.Path, variable: str) -> None:
    """Ansible runs the tasks of a playbook in the folder of that, and the shell was in another one."""
    defaults = {"request_timeout": 60, "max_retries": 5, "max_concurrency": 8, "cloud": "night"}
    lines(home / "here" / "mine.yaml", yaml.safe_dump({"clouds": {"night": ENTRY}}))
    for shell in (str(home / "here"), "", str(home)):
        assert read_connection(defaults, {variable: "mine.yaml", "PWD": shell}, "dli").credential == OF_ENTRY
    assert read_connection(defaults, {variable: str(home / "here/mine.yaml"), "PWD": str(home)}, "dli")
    lines(home / "mine.yaml", "")
    with pytest.raises(
        OptionError, match=rf"{variable}: 'mine.yaml' is not the same in .* \(PWD\); give the whole path"
    ):
        read_connection(defaults, {variable: "mine.yaml", "PWD": str(home)}, "dli")


def test_an_entry_in_two_folders(home: pathlib.Path) -> None:
    """Whoever has a clouds.yaml in the folder of the shell means that one, wherever Ansible runs the tasks of a playbook."""
    options = {"request_timeout": 60, "max_retries": 5, "max_concurrency": 8, "cloud": "night"}
    same, other = yaml.safe_dump({"clouds": {"night": {**ENTRY, "x": 1}}}), ENTRY["auth"] | {"username": "somebody"}
    shell, config = {"PWD": str(home)}, {"OS_CLIENT_CONFIG_FILE": str(home / ".config/openstack/clouds.yaml")}
    # it says the same, nothing of this entry, or nothing at all
    for text in (same, "clouds: {day: {}}", "clouds: ["):
        lines(home / "clouds.yml", text)
        assert read_connection(options, shell, "dli").credential == OF_ENTRY
    lines(home / "clouds.yml", yaml.safe_dump({"clouds": {"night": {"auth": other}}}))
    with pytest.raises(
        OptionError, match=r"cloud: 'night' in .*/clouds\.yml is not the same as in .*/here, where this"
    ):
        read_connection(options, shell, "dli")
    assert read_connection(options, {**shell, **config}, "dli").credential == OF_ENTRY
    assert read_connection(options, {"PWD": str(home / "here")}, "dli").credential == OF_ENTRY
    lines(home / "clouds.yml", same)
    lines(home / "secure.yaml", "clouds: {night: {auth: {password: of another user}}}")
    with pytest.raises(OptionError, match="is not the same"):
        read_connection(options, shell, "dli")


PUBLIC = "public-clouds: {own: {auth: {auth_url: 'https://iam.own.test/v3'}}}"
PROJECT = "clouds: {night: {auth: {project_name: eu-de_c}}}"


@pytest.mark.parametrize(
    ("name", "same", "other"),
    [
        ("secure.yaml", PROJECT, PROJECT.replace("eu-de_c", "eu-de_other")),
        ("secure.json", "{}", '{"clouds": {"night": {"verify": false}}}'),
        ("secure.yml", "", "clouds: {night: {auth_type: password}}"),
        ("clouds-public.yaml", PUBLIC, PUBLIC.replace("iam.own", "iam.other")),
    ],
)
def test_what_else_counts_in_two_folders(home: pathlib.Path, name: str, same: str, other: str) -> None:
    """All that says who acts where, and whom the task trusts."""
    options = {"request_timeout": 60, "max_retries": 5, "max_concurrency": 8, "cloud": "night", "region": "eu-de"}
    config, shell = home / ".config/openstack", {"PWD": str(home)}
    lines(config / "clouds.yaml", yaml.safe_dump({"clouds": {"night": {"profile": "own", "auth": AUTH}}}))
    lines(config / "clouds-public.yaml", PUBLIC)
    lines(home / name, same)
    assert read_connection(options, shell, "dli").iam == "https://iam.own.test"
    lines(home / name, other)
    for named in ({}, {"OS_CLIENT_CONFIG_FILE": str(config / "clouds.yaml")}):
        with pytest.raises(OptionError, match=rf"'night' in .*/{name} is not the same .* OS_CLIENT_SECURE_FILE, with"):
            read_connection(options, {**shell, **named}, "dli")
    assert read_connection({**options, "cloud": None}, {**ENV, **shell}, "dli").credential == OF_ENV
    lines(config / name, other)  # where openstacksdk finds it, wherever the task runs
    assert read_connection(options, shell, "dli")


def test_an_entry_in_the_folder_of_the_user(home: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ansible was called there, and openstacksdk imported before any task, as by an inventory."""
    monkeypatch.chdir(home / ".config/openstack")
    importlib.import_module("openstack.config.loader")
    monkeypatch.chdir(home / "here")
    assert night().credential == OF_ENTRY
    lines(home / "here/clouds.yaml", yaml.safe_dump({"clouds": {"night": {"auth": {**AUTH, "username": "other"}}}}))
    assert night().credential == Password("other", "cp", "cd")


def test_a_file_is_never_passed_over(home: pathlib.Path) -> None:
    """Another one has an entry of that name, for another tenant."""
    assert night().credential == OF_ENTRY
    own = home / "here" / "clouds.yaml"
    for text in ("clouds:\n  night:\n    auth:\n     a: s3cr3t\n      b: c\n", "clouds:\n\tnight: x", "", "a", "- a"):
        own.write_text(text, encoding="utf-8")
        with pytest.raises(OptionError, match=r"clouds\.yaml cannot be read") as raised:
            night()
        assert "s3cr3t" not in str(raised.value)
    own.write_bytes(b"clouds:\n  night: {auth: {password: \xff}}")
    with pytest.raises(OptionError, match=r"clouds\.yaml cannot be read: line 2"):
        night()
    own.unlink()
    for odd in (own.mkdir, lambda: own.symlink_to("nowhere"), lambda: own.symlink_to("clouds.yaml")):
        odd()
        with pytest.raises(OptionError, match=r"clouds\.yaml cannot be read: \w+"):
            night()
        own.rmdir() if own.is_dir() else own.unlink()
    own.write_text("clouds: {}", encoding="utf-8")
    with pytest.raises(OptionError, match=r"there is no 'night' in clouds\.yaml"):
        night()
    own.rename(home / "here" / "clouds.json")
    with pytest.raises(OptionError, match=r"clouds\.json cannot be read: line 1 is not JSON"):
        night()


def test_nor_is_a_secure_file(home: pathlib.Path) -> None:
    own = home / "here" / "secure.yaml"
    lines(home / ".config/openstack/secure.yaml", "clouds: {night: {auth: {password: other}}}")
    assert night().credential == Password("cu", "other", "cd")
    for text, good in (("", True), ("clouds: {}", True), ("clouds: [s3cr3t", False), ("s3cr3t", False)):
        own.write_text(text, encoding="utf-8")
        if good:
            assert night().credential == OF_ENTRY
            continue
        with pytest.raises(OptionError, match=r"secure\.yaml.*OS_CLIENT_SECURE_FILE.*cannot be read") as raised:
            night()
        assert "s3cr3t" not in str(raised.value)


def test_a_file_in_which_nothing_is_replaced(read: t.Any) -> None:
    with pytest.raises(OptionError, match="^cloud 'c': password: is the name of a variable") as raised:
        read({"c": ENTRY}, NAMED, secure={"c": {"auth": {"password": "${OS_PASSWORD}"}}})
    assert "${OS_PASSWORD}" not in str(raised.value)


def test_nor_is_what_a_file_says(home: pathlib.Path) -> None:
    """Its clouds may be called otherwise, or have nothing around them. What else a file may hold says nothing of them."""
    own, entry = home / "here" / "secure.yaml", "night: {auth: {password: s3cr3t}}"
    own.write_text("cache: {auth: true}", encoding="utf-8")
    assert night().credential == OF_ENTRY
    for text in (entry, f"cloud: {{{entry}}}", f"Clouds: {{{entry}}}"):
        own.write_text(text, encoding="utf-8")
        with pytest.raises(OptionError, match=r"secure\.yaml cannot be read: it has no key clouds; what it says"):
            night()


def test_without_openstacksdk(read: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is needed for an entry only, and the message says where it is missing."""
    monkeypatch.setitem(sys.modules, "openstack.config.loader", None)
    for options, environ in ((NAMED, {}), ({}, AROUND), ({}, {})):
        with pytest.raises(OptionError, match="openstacksdk") as raised:
            read({"c": ENTRY}, options, environ)
        assert sys.executable in str(raised.value)
    for environ, names in ((AROUND, "OS_CLOUD=c"), ({}, "OS_CLIENT_CONFIG_FILE")):
        with pytest.raises(OptionError, match=f"{names}.* beside OS_USERNAME") as raised:
            read({"c": ENTRY}, {}, {**ENV, **environ})
        assert "openstacksdk" in str(raised.value)
    assert read({"c": ENTRY, "d": ENTRY}, {}, ENV).credential == OF_ENV
    task = {"token": "t", "project_id": "p", "region": "eu-de"}
    assert read({"c": ENTRY}, task, {**ENV, **AROUND}).credential == Token("t")
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(OptionError, match=r"OS_CLIENT_CONFIG_FILE.* beside OS_USERNAME"):
        read({"c": ENTRY, "d": ENTRY}, {}, ENV)
