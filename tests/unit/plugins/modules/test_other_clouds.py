# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clouds of the same kind: to which hosts requests go, and that no credential goes to any other."""

from __future__ import annotations

import pathlib
import socket
import typing as t
from urllib.parse import urlsplit

import pytest
import requests
from urllib3.exceptions import NewConnectionError

from ansible_collections.otc.bigdata.tests.unit.utils.mrs import CLUSTER
from ansible_collections.otc.bigdata.tests.unit.utils.service import KEY, PROJECT, check_refused

USER = {"username": "demo", "password": "demo-password", "user_domain_name": "demo-domain", "project_id": PROJECT}
LOGINS = {
    "password": USER,
    "key": {**KEY, "project_id": PROJECT},
    "token": {"token": "demo-token", "project_id": PROJECT},
}
ENVIRON = {
    "OS_USERNAME": "demo",
    "OS_PASSWORD": "demo-password",
    "OS_USER_DOMAIN_NAME": "demo-domain",
    "OS_PROJECT_ID": PROJECT,
}
ORANGE, CLOUD_RU = "prod-cloud-ocb.orange-business.com", "hc.sbercloud.ru"


@pytest.fixture
def asked(emulator, monkeypatch) -> list[str]:
    """The cloud answers under each name; these were used, each once, and never without TLS."""
    names: list[str] = []
    send = emulator.send

    def to_the_cloud(adapter, request, **options):
        url = urlsplit(request.url)
        assert url.scheme == "https" or url.hostname == "127.0.0.1"
        if url.netloc not in names:
            names.append(url.netloc)
        request = request.copy()
        request.url = emulator.url + request.path_url
        return send(adapter, request, **options)

    monkeypatch.setattr(emulator, "send", to_the_cloud)
    return names


def hosts(service: str, region: str, domain: str, kind: str, iam: str = "") -> list[str]:
    login = [iam or f"iam.{region}.{domain}"] if kind == "password" else []
    return [*login, f"{service}.{region}.{domain}"]


@pytest.mark.parametrize("kind", LOGINS)
@pytest.mark.parametrize(
    ("region", "domain", "more"),
    [
        ("cn-north-4", "myhuaweicloud.com", {}),
        ("ap-southeast-1", "myhuaweicloud.com", {}),
        ("eu-west-101", "myhuaweicloud.eu", {}),
        ("eu-west-0", ORANGE, {"cloud_domain": ORANGE}),
        ("ru-moscow-1", CLOUD_RU, {"cloud_domain": CLOUD_RU}),
        ("my-kualalumpur-1", "example.com", {"cloud_domain": "Example.com"}),
    ],
)
def test_hosts(flink, mrs, asked, kind, region, domain, more):
    """Of a read and a write, and of nothing else."""
    login = {**LOGINS[kind], "region": region, **more}
    result = flink.run("stopped", [128], login=login)
    assert result["changed"], result["msg"]
    assert asked == hosts("dli", region, domain, kind)
    asked.clear()
    result = mrs.info(login=login)
    assert result["total"], result["msg"]
    assert asked == hosts("mrs", region, domain, kind)


def test_project_by_name(flink, asked):
    """Projects are named like their region everywhere, and IAM is asked for the ID."""
    flink.emulator.load({"projects": [{"id": "p0", "name": "eu-west-0_night"}]})
    for login in ({**USER, "project_id": None}, KEY, {"token": "demo-token"}):
        asked.clear()
        flink.run("stopped", [128], login={**login, "project_name": "eu-west-0_night", "cloud_domain": ORANGE})
        assert asked[0] == f"iam.eu-west-0.{ORANGE}"
        assert set(asked) <= {f"iam.eu-west-0.{ORANGE}", f"dli.eu-west-0.{ORANGE}"}


@pytest.mark.parametrize("kind", LOGINS)
@pytest.mark.parametrize("region", ["eu-west-0", "ru-moscow-1", "ae-ad-1", "eu-dee"])
def test_a_region_that_names_no_cloud(flink, mrs, asked, kind, region):
    """Two clouds have the first two. Nothing is sent."""
    for service, result in (
        ("dli", flink.run("stopped", [128], login={**LOGINS[kind], "region": region})),
        ("mrs", mrs.info(login={**LOGINS[kind], "region": region})),
    ):
        check_refused(result, region, f"endpoints.{service}", "cloud_domain", "OTC_CLOUD_DOMAIN")
    assert asked == []


@pytest.mark.parametrize("kind", LOGINS)
def test_no_host_of_open_telekom_cloud(flink, asked, kind):
    login = {**LOGINS[kind], "region": "cn-north-4"}
    flink.run("stopped", [128], login=login)
    assert asked
    assert not any("t-systems" in host for host in asked)
    # and what lies around from there does not mix with it
    asked.clear()
    result = flink.run("stopped", [128], login=login, environ={"OS_AUTH_URL": "https://iam.eu-de.otc.t-systems.com/v3"})
    check_refused(result, "endpoints.dli", "iam.eu-de.otc.t-systems.com")
    assert not any(host.startswith("dli") for host in asked)


def test_iam_elsewhere(flink, asked):
    """Flexible Engine has it in eu-west-0 for eu-west-1, too."""
    login = {**USER, "region": "eu-west-1", "cloud_domain": ORANGE}
    iam = f"iam.eu-west-0.{ORANGE}"
    for more in ({"auth_url": f"https://{iam}/v3"}, {"endpoints": {"iam": f"https://{iam}"}}):
        asked.clear()
        assert flink.run("stopped", [128], login={**login, **more})["jobs"]
        assert asked == [iam, f"dli.eu-west-1.{ORANGE}"]


def test_what_wins(flink, asked):
    """An endpoint wins over the catalog, that over the domain, and that over the region."""
    login = {**USER, "region": "eu-de", "auth_url": flink.emulator.url, "cloud_domain": ORANGE}
    ways = [
        ({"endpoints": {"dli": "https://own.test"}}, "listed", "own.test"),
        ({}, "listed", "127.0.0.1:8080"),
        ({}, "not_listed", f"dli.eu-de.{ORANGE}"),
        ({"cloud_domain": None, "auth_url": None}, "not_listed", "dli.eu-de.otc.t-systems.com"),
    ]
    for more, catalog, host in ways:
        asked.clear()
        flink.answers(catalog_dli=catalog)
        assert not flink.run("stopped", [128], login={**login, **more}).failed
        assert asked[-1] == host


@pytest.mark.parametrize(
    ("login", "environ", "host"),
    [
        ({"region": "eu-west-0"}, {**ENVIRON, "OTC_CLOUD_DOMAIN": ORANGE}, f"iam.eu-west-0.{ORANGE}"),
        (
            {"region": "eu-west-0", "cloud_domain": ORANGE},
            {**ENVIRON, "OTC_CLOUD_DOMAIN": "x.test"},
            f"iam.eu-west-0.{ORANGE}",
        ),
        # nothing around a task decides where its password goes
        ({**USER, "region": "eu-de"}, {"OTC_CLOUD_DOMAIN": ORANGE}, "iam.eu-de.otc.t-systems.com"),
        ({**USER, "region": "eu-west-0"}, {"OTC_CLOUD_DOMAIN": ORANGE}, None),
    ],
    ids=["of the environment", "of the task", "below the task", "below the task, and needed"],
)
def test_where_the_domain_is_said(flink, asked, login, environ, host):
    result = flink.run("stopped", [128], login=login, environ=environ)
    if host:
        assert asked[0] == host, result["msg"]
    else:
        check_refused(result, "eu-west-0", "OTC_CLOUD_DOMAIN, if the credential is from there")
        assert asked == []


def test_clouds_yaml(flink, asked, tmp_path):
    file = pathlib.Path(tmp_path, "clouds.yaml")
    text = "clouds: {ru: {auth: {token: demo-token, project_id: %s}, region_name: ru-moscow-1, cloud_domain: %s}}"
    file.write_text(text % (PROJECT, CLOUD_RU), encoding="utf-8")
    environ = {"OS_CLIENT_CONFIG_FILE": str(file), "OTC_CLOUD_DOMAIN": "x.test"}
    assert flink.run("stopped", [128], login={"cloud": "ru"}, environ=environ)["changed"]
    assert asked == [f"dli.ru-moscow-1.{CLOUD_RU}"]
    asked.clear()
    result = flink.run("stopped", [128], login={}, environ={**environ, "OS_CLOUD": "ru"})
    check_refused(result, "OS_CLOUD=ru beside cloud_domain (environment: OTC_CLOUD_DOMAIN)")
    assert asked == []


@pytest.mark.parametrize("text", ["https://x.com", "x.com/", "x.com:8443", "com", "x.com#", "u:p@x.com", ""])
def test_no_domain(flink, asked, text):
    """Also where an endpoint wins."""
    login = {**LOGINS["token"], "region": "eu-west-0", "endpoints": {"dli": "https://own.test"}, "cloud_domain": text}
    result = flink.run("stopped", [128], login=login)
    check_refused(result, "cloud_domain: ")
    assert "u:p" not in result["msg"]
    assert asked == []


# ---- what the provider does not list ----


@pytest.mark.parametrize("kind", LOGINS)
@pytest.mark.parametrize("service", ["dli", "mrs"])
def test_a_service_that_is_not_listed_there(flink, mrs, asked, service, kind):
    """The gateway, if there is one, does not know the address. In another region that is said as ever."""
    one = flink if service == "dli" else mrs
    one.fault("/v[12]", "status", status=404, times=None, body={"error_code": "APIGW.0101", "error_msg": "no such API"})
    for region, words in (
        ("eu-nl", f"Open Telekom Cloud lists {service.upper()} only for eu-de, and not for eu-nl"),
        ("eu-de", "this endpoint does not offer the service"),
        ("cn-north-4", "this endpoint does not offer the service"),
    ):
        result = one.info(login={**LOGINS[kind], "region": region})
        check_refused(result, "HTTP 404 APIGW.0101", words)


@pytest.mark.parametrize("service", ["dli", "mrs"])
def test_a_host_that_does_not_exist(flink, mrs, emulator, monkeypatch, service):
    def send(*dummy: t.Any, **options: t.Any) -> t.NoReturn:
        unknown = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        raise requests.ConnectionError(NewConnectionError(None, "no connection"), unknown)

    monkeypatch.setattr(emulator, "send", send)
    one = flink if service == "dli" else mrs
    for region, listed in (("eu-nl", False), ("eu-de", True)):
        for result in (
            one.info(login={**LOGINS["token"], "region": region}, max_retries=0),
            one.run(
                "stopped", [128 if service == "dli" else CLUSTER], {**LOGINS["token"], "region": region}, max_retries=0
            ),
        ):
            check_refused(result, f"{service}.{region}.otc.t-systems.com", "Name or service not known")
            assert (f"lists {service.upper()} only for eu-de" in result["msg"]) is not listed


# ---- where answers differ ----


@pytest.mark.parametrize("status", [400, 500])
def test_refusals_of_mrs(mrs, status):
    """The status is 400 on Huawei Cloud, and in the documentation of Open Telekom Cloud 500: the code decides."""
    mrs.answers(mrs_error_status=status)
    result = mrs.run("stopped", ["no-such-job"])
    check_refused(result, "no-such-job")
    assert mrs.run("absent", ["no-such-job"])["changed"] is False
    mrs.jobs({"job_state": "RUNNING", "refuse": {"kill": "0160"}})
    failed = mrs.run("stopped", list(mrs.truth), wait_timeout=5)
    assert (failed["jobs"][0]["error"]["code"], failed["jobs"][0]["error"]["status"]) == ("0160", status)


def test_permissions_by_both_names(flink, mrs):
    """Huawei Cloud calls some of them otherwise."""
    for one, path, names in (
        (flink, "/stop$", ["dli:jobs:stop (", "dli:jobs:stopFlinkJob"]),
        (flink, "/jobs$", ["dli:jobs:listAll (", "dli:jobs:list)"]),
        (mrs, "/kill$", ["mrs:job:submit (", "mrs:job:stop)"]),
    ):
        one.emulator.faults.clear()
        one.fault(path, "status", status=403, times=None, body={"error_code": "APIGW.0302", "error_msg": "no"})
        result = one.info() if path == "/jobs$" else one.run("stopped", [one.job()])
        check_refused(result, *names)
