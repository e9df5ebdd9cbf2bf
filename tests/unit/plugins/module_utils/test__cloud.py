# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries of a clouds.yaml: what they may hold, when they are used, and what wins over them."""

from __future__ import annotations

import pathlib
import sys
import typing as t

import pytest
import yaml

from ansible_collections.otc.bigdata.plugins.module_utils._auth import AccessKey, Password, Project, Token
from ansible_collections.otc.bigdata.plugins.module_utils._connection import Connection, read_connection
from ansible_collections.otc.bigdata.plugins.module_utils._errors import OptionError

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
        ({}, ENV, OF_ENV),
        ({}, {**ENV, **AROUND}, OF_ENV),
        # half of a credential in the environment is nothing where a cloud is given
        ({}, {"OS_USERNAME": "eu"}, OF_ENTRY),
        ({}, {"OS_ACCESS_KEY": "a", **AROUND}, OF_ENTRY),
        (NAMED, {"OS_PASSWORD": "ep"}, OF_ENTRY),
        # but a task says what it means
        ({"username": "u", **NAMED}, ENV, Password("u", "ep", "ed")),
        ({"token": "t", **NAMED}, {}, Token("t")),
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
        # the environment comes before a cloud that only it names, but gets no password of it
        ({}, {"OS_PROJECT_ID": "ep", "OS_AUTH_URL": "https://env.test"}, Project("ep"), "https://cloud.test"),
        ({}, {"OTC_IAM_ENDPOINT": "https://env.test"}, Project(name="eu-de_c"), "https://cloud.test"),
        ({}, ENV, Project("ep1"), "https://iam.eu-nl.otc.t-systems.com"),
        ({**NAMED, "token": "t"}, {"OS_AUTH_URL": "https://env.test"}, Project(name="eu-de_c"), "https://cloud.test"),
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
    listed = {"c": {"auth": {"token": "t"}, "region_name": "eu-de,eu-nl"}}
    assert read(listed, {**NAMED, "region": "eu-nl"}).region == "eu-nl"


def test_profile(read: t.Any) -> None:
    """openstacksdk knows this cloud by name."""
    assert read({"c": {"profile": "otc", "auth": AUTH}}).iam == "https://iam.eu-de.otc.t-systems.com"


@pytest.mark.parametrize(
    ("clouds", "options", "environ", "words"),
    [
        ({"c": ENTRY}, {"cloud": ""}, {}, ["cloud: is empty"]),
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
        ({"c": ["s3cr3t"]}, NAMED, {}, ["cloud", "cannot be read"]),
        ({"c": {"auth": "s3cr3t"}}, NAMED, {}, ["cloud", "cannot be read"]),
        ({"c": {**ENTRY, "key": "{s3cr3t}"}}, NAMED, {}, ["cloud", "cannot be read"]),
        ("clouds: [s3cr3t", NAMED, {}, ["cloud", "OS_CLIENT_CONFIG_FILE", "cannot be read"]),
        ("clouds: [s3cr3t]", NAMED, {}, ["cloud"]),
        ("", NAMED, {}, ["cloud"]),
        ("- s3cr3t", NAMED, {}, ["cloud", "cannot be read"]),
        ({}, {}, {}, ["cloud"]),
        ({"c": ENTRY}, NAMED, {"OS_CLIENT_CONFIG_FILE": "/no/such"}, ["cloud", "OS_CLIENT_CONFIG_FILE", "/no/such"]),
    ],
    ids=str,
)
def test_what_is_wrong_is_named(read: t.Any, clouds: t.Any, options: dict, environ: dict, words: list[str]) -> None:
    with pytest.raises(OptionError) as raised:
        read(clouds, options, environ)
    for word in words:
        assert word in str(raised.value)
    assert "s3cr3t" not in str(raised.value)


def test_without_openstacksdk(read: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is needed for an entry only, and the message says where it is missing."""
    monkeypatch.setitem(sys.modules, "openstack.config.loader", None)
    assert read({"c": ENTRY}, {}, ENV).credential == OF_ENV
    for options, environ in ((NAMED, {}), ({}, AROUND), ({}, {})):
        with pytest.raises(OptionError, match="openstacksdk") as raised:
            read({"c": ENTRY}, options, environ)
        assert sys.executable in str(raised.value)
