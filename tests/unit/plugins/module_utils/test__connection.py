# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which credential, project and endpoint a task uses, and what it is told when something is missing."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils._auth import Password, Project, Token
from ansible_collections.otc.bigdata.plugins.module_utils._connection import Connection, read_connection
from ansible_collections.otc.bigdata.plugins.module_utils._errors import OptionError

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


def test_secrets_are_not_shown() -> None:
    shown = repr(connection({**PROJECT, **USER}))
    assert "password" not in shown
    assert connection({**PROJECT, **USER}, {"OS_TOKEN": "a", "OS_USERNAME": "c"}).secrets == {"a", USER["password"]}
