# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the event source does when the cloud does not answer as it should, and when the options are wrong."""

from __future__ import annotations

import asyncio
import datetime
import json
import os
import subprocess
import sys

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.connection import read_connection
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.errors import Refused
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.options import connection_options
from ansible_collections.otc.bigdata.plugins.module_utils._services.dli import DLI
from ansible_collections.otc.bigdata.plugins.plugin_utils import _job_lists
from ansible_collections.otc.bigdata.plugins.plugin_utils._job_events import pause
from ansible_collections.otc.bigdata.tests.unit.utils.event_source import FILE, until
from ansible_collections.otc.bigdata.tests.unit.utils.service import KEY, PROJECT

LIST = f"GET {{host}}/v1.0/{PROJECT}/streaming/jobs"


@pytest.fixture
def host(emulator):
    return emulator.url.partition("//")[2]


@pytest.fixture(autouse=True)
def _jobs(sources):
    sources.jobs({"job_id": 1, "name": "orders", "status": "job_running"})


def logins(sources) -> int:
    return sources.emulator.log.summary()["logins"]


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429},
        {"status": 429, "retry_after": 0},
        {"status": 503, "times": 3},
        {"kind": "reset_before", "times": 3},
        {"kind": "wrong_type", "times": 3},
        {"status": 400, "body": {"error_code": "DLI.0999", "error_msg": "internal"}, "times": 3},
    ],
    ids=str,
)
@pytest.mark.parametrize("looked", [0, 1])
async def test_a_passing_fault(sources, host, caplog, fault, looked):
    """It goes on, from the first look as from a later one, and says it in one line."""
    if not looked:
        sources.emulator.faults.add(path="/jobs$", **fault)
    async with sources.start(looked=looked, max_retries=0) as source:
        if looked:
            sources.emulator.faults.add(path="/jobs$", **fault)
        await until(lambda: len(caplog.messages) > 1)
        sources.put({"job_id": 1, "status": "job_finish"})
        assert (await source.event())["after"] == "job_finish"
    assert sources.emulator.faults.as_list() == []
    assert caplog.messages[0].startswith(f"flink cannot be read: {LIST.format(host=host)}: ")
    assert caplog.messages[1:] == ["flink can be read again"]


@pytest.mark.parametrize(
    ("interval", "pauses"), [(60, [60, 120, 240, 480, 900, 900]), (0.5, [0.5, 1, 2, 4, 8, 16]), (3600, [3600, 3600])]
)
def test_pauses_grow(interval, pauses):
    assert [pause(interval, failures) for failures in range(len(pauses))] == pauses
    assert pause(interval, 100_000) == max(interval, 900)


async def test_the_log_steers_no_terminal(sources, caplog):
    """Whatever the words of the service are."""
    odd = {"error_code": "DLI.0999\x1b[0m", "error_msg": "\x1b[31mred\x1b]0;t\x07", "request_id": "r\x9b"}
    async with sources.start(max_retries=0):
        sources.emulator.faults.add(path="/jobs$", status=503, body=odd, times=3)
        await until(lambda: len(caplog.messages) > 1)
    assert "\ufffd[31mred\ufffd]0;t\ufffd" in caplog.messages[0]
    assert all(message.isprintable() for message in caplog.messages)


async def test_the_client_tries_again_first(sources, caplog):
    """What its own repeats can overcome is no failed look."""
    sources.emulator.faults.add(path="/jobs$", status=429, retry_after=0)
    async with sources.start(max_retries=1) as source:
        await source.silent()
    assert caplog.messages == []


async def test_one_line_for_many_lists(sources, caplog):
    sources.emulator.load({"clusters": [{"clusterId": f"c-{n}", "clusterName": "many"} for n in range(4)]})
    sources.emulator.faults.add(path="/job-executions$", status=503, times=12)
    clusters = [{"cluster_id": f"c-{n}"} for n in range(4)]
    async with sources.start(services=["mrs"], clusters=clusters, looked=0, max_retries=0) as source:
        await source.looked(12)
        await until(lambda: caplog.messages[-1] == "mrs c-0 and 3 more can be read again")
    # the others may have reasons of their own
    assert caplog.messages[0].startswith("mrs c-0 and 3 more cannot be read; mrs c-0: GET ")
    assert len(caplog.messages) == 2


async def test_a_host_that_cannot_be_reached(sources, caplog, unused_url):
    clusters = [{"cluster_id": f"c-{n}"} for n in range(3)]
    endpoints = {"iam": sources.emulator.url, "dli": sources.emulator.url, "mrs": unused_url}
    args = {"services": ["mrs", "flink"], "clusters": clusters, "endpoints": endpoints, "max_retries": 1}
    caplog.set_level("INFO", "otc.bigdata.job_events")
    async with sources.start(**args) as source:
        await until(lambda: len(caplog.messages) > 1)
        sources.put({"job_id": 1, "status": "job_finish"})
        assert (await source.event())["id"] == 1
    assert "/clusters/c-0/" in caplog.messages[0]
    assert "sent again after" in caplog.messages[0]
    assert caplog.messages[1].partition(": ")[0] == "mrs c-0 and 2 more cannot be read; mrs c-0"


async def test_a_wrong_endpoint_ends_it(sources, host):
    endpoints = {"iam": sources.emulator.url, "dli": f"https://{host}"}
    async with sources.start(looked=0, endpoints=endpoints) as source:
        with pytest.raises(Exception, match="^flink: .*: TLS: the other side does not speak it"):
            await source.end()


@pytest.fixture
def unused_url():
    return "http://127.0.0.1:9"


WRONG = {
    "password": ({"password": "wrong-secret"}, "POST {host}/v3/auth/tokens: HTTP 401", 1),
    "token": ({"token": "wrong-secret"}, f"{LIST}: HTTP 401", 0),
    "key": ({**KEY, "secret_key": "wrong-secret"}, f"{LIST}: HTTP 401", 0),
}


@pytest.mark.parametrize("kind", WRONG)
async def test_a_refused_credential_ends_it(sources, host, kind, caplog):
    """One request with it, as too many would lock the user."""
    own, call, count = WRONG[kind]
    place = {"project_id": PROJECT, "endpoints": dict.fromkeys(("iam", "dli", "mrs"), sources.emulator.url)}
    login = {**sources.by_password, **place, **own} if kind == "password" else {**place, **own}
    clusters = [{"cluster_id": f"c-{n}"} for n in range(8)]
    several = [{"services": "flink, spark, mrs", "clusters": clusters}] if kind == "password" else []
    for args in ({"services": "flink, spark"}, {"services": ["mrs"], "clusters": clusters}, *several):
        async with sources.start(login, looked=0, **args) as source:
            with pytest.raises(Exception, match="the credential was not accepted: .*check|get a new token") as raised:
                await source.end()
        assert logins(sources) == count
        assert len(sources.emulator.log.entries()) == 1
        assert "secret" not in str(raised.value).replace("secret_key", "")
        if "mrs" not in args["services"]:
            assert str(raised.value).startswith(call.format(host=host))
    assert caplog.messages == []


async def test_many_tokens(sources, caplog):
    """A client logs in twice; the source lives longer than that, without a word."""
    async with sources.start(sources.by_password, services=["flink", "spark"], max_concurrency=1) as source:
        for number in range(1, 6):
            sources.emulator.world.identities.expire_tokens()
            sources.put({"job_id": 1, "status": "job_finish" if number % 2 else "job_running"})
            assert (await source.event())["id"] == 1
            await source.looked(2)
        assert logins(sources) == 6
    assert caplog.messages == []


@pytest.mark.parametrize("services", [["flink"], ["flink", "spark", "mrs"]])
async def test_a_password_that_was_changed_ends_it(sources, host, services):
    """It is sent once more, by whichever client is the first, as five refused ones would lock the user."""
    clusters = [{"cluster_name": "analytics"}] if "mrs" in services else None
    async with sources.start(sources.by_password, services=services, clusters=clusters, looked=4) as source:
        before = logins(sources)
        sources.emulator.load({"users": [{"id": "u1", "name": "demo", "password": "another-one"}]})
        with pytest.raises(Exception, match=f"^POST {host}/v3/auth/tokens: HTTP 401.*was not accepted"):
            await source.end()
    assert logins(sources) == before + 1


async def test_a_token_that_has_ended_ends_it(sources, host):
    async with sources.start(project_id=PROJECT) as source:
        sources.emulator.world.identities.expire_tokens()
        with pytest.raises(Exception, match=f"^{LIST.format(host=host)}: .*get a new token"):
            await source.end()


async def test_iam_is_away_when_the_token_ends(sources, caplog):
    async with sources.start(sources.by_password, max_retries=0) as source:
        sources.emulator.faults.add(path="/v3/auth/tokens$", kind="status", status=503, times=4)
        sources.emulator.world.identities.expire_tokens()
        await until(lambda: caplog.messages[-1:] == ["flink can be read again"])
        sources.put({"job_id": 1, "status": "job_finish"})
        assert (await source.event())["id"] == 1
    assert len(caplog.messages) == 2
    assert "/v3/auth/tokens: HTTP 503" in caplog.messages[0]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"status": 403, "body": {"error_code": "DLI.10005", "error_msg": "no"}}, "needed is dli:jobs:listAll"),
        ({"kind": "gateway_404"}, "this endpoint does not offer the service"),
    ],
)
async def test_a_refusal_at_the_beginning_ends_it(sources, host, fault, words):
    sources.emulator.faults.add(path="/jobs$", times=None, **fault)
    async with sources.start(looked=0) as source:
        with pytest.raises(Exception, match=f"^flink: {LIST.format(host=host)}: .*{words}"):
            await source.end()


async def test_a_refusal_later_on_does_not_end_it(sources, caplog):
    async with sources.start() as source:
        refusal = {"error_code": "DLI.10005", "error_msg": "no"}
        sources.emulator.faults.add(path="/jobs$", status=403, body=refusal, times=2)
        await until(lambda: caplog.messages[-1:] == ["flink can be read again"])
        sources.put({"job_id": 1, "status": "job_finish"})
        assert (await source.event())["id"] == 1
    assert len(caplog.messages) == 2


@pytest.mark.parametrize(
    ("cluster", "words"),
    [
        ({"cluster_name": "nowhere"}, "^mrs nowhere: cluster_name: there is no cluster 'nowhere' in this project"),
        ({"cluster_id": "nowhere"}, r"^mrs nowhere: GET .*/clusters/nowhere/job-executions: HTTP .*12000003"),
    ],
)
async def test_an_unknown_cluster_ends_it(sources, cluster, words):
    async with sources.start(services=["flink", "mrs"], clusters=[cluster], looked=0) as source:
        with pytest.raises(Exception, match=words):
            await source.end()


async def test_no_secret_is_shown(sources, state_file, caplog):
    """Not even where the service shows it."""
    sources.jobs({"job_id": 1, "name": "demo-password", "desc": "with demo-password", "status": "job_running"})
    async with sources.start(sources.by_password, state_file=str(state_file), max_retries=0) as source:
        body = {"error_code": "DLI.0999", "error_msg": "demo-password"}
        sources.emulator.faults.add(path="/jobs$", status=400, body=body, times=3)
        await until(lambda: len(caplog.messages) == 2)
        sources.put({"job_id": 1, "status": "job_finish"})
        event = await source.event()
    assert event["after"] == "job_finish"
    assert "demo-password" not in str([event, caplog.text, state_file.read_text()])


async def test_no_secret_is_shown_at_the_end(sources):
    body = {"error_code": "DLI.10005", "error_msg": "no demo-password"}
    sources.emulator.faults.add(path="/jobs$", status=403, body=body)
    async with sources.start(sources.by_password, looked=0) as source:
        with pytest.raises(Exception, match="HTTP 403 DLI.10005: no [*]{8} ") as raised:
            await source.end()
    assert "demo-password" not in str(raised.value)


BAD = [
    ({"passcode": "081804"}, "^passcode: is good for one login, and the source .* use access_key and secret_key, a to"),
    ({"services": None}, "missing required arguments: services"),
    ({"services": []}, "services: is empty; name at least one of flink, spark, sql, mrs"),
    (
        {"services": ["hive"]},
        "value of services must be one or more of: flink, spark, sql, mrs. Got no match for: hive",
    ),
    ({"intervall": 5}, r"unknown option: intervall. Supported parameters include: .*interval"),
    # the second wording is that of ansible-core before 2.19
    ({"interval": "soon"}, "argument 'interval' is of type (str|<class 'str'>) and we were unable to convert to float"),
    ({"interval": 0}, "interval: must be a number from 0.01 to 86400, not 0"),
    ({"stuck_after": -1}, "stuck_after: must be a number from 0.01 to 31622400, not -1"),
    ({"state_file": ""}, "^state_file: is empty; leave it out or give it a value$"),
    ({"state_file": " "}, "^state_file: is empty; leave it out or give it a value$"),
    ({"max_concurrency": 99}, "max_concurrency: must be a number from 1 to 32, not 99"),
    ({"services": ["mrs"]}, "clusters: the service mrs needs them, and no other does"),
    ({"clusters": [{"cluster_id": "c"}]}, "clusters: the service mrs needs them, and no other does"),
    ({"services": ["mrs"], "clusters": [{}]}, "mrs: cluster_id, cluster_name: exactly one of them is required"),
    ({"services": ["mrs"], "clusters": [{"cluster_id": "a b"}]}, "mrs: cluster_id: 'a b' is not an id of MRS"),
    (
        {"services": ["mrs"], "clusters": ["c"]},
        "clusters: must be a list of dictionaries with cluster_id, cluster_name, not text",
    ),
    (
        {"services": ["mrs"], "clusters": [[{"cluster_id": "c"}]]},
        "^clusters: must be a list of dictionaries with cluster_id, cluster_name, not a list$",
    ),
    ({"filters": {"spark": {"owner": "me"}}}, "filters.spark: spark is not one of the services"),
    ({"filters": {"flink": {}}}, "flink: filters: is empty and would select every job"),
    ({"filters": {"flink": {"name": [""]}}}, r"flink: filters.name\[0\]: is empty; leave it out or give it a value"),
    ({"filters": {"flink": {"name": [8]}}}, "^filters.flink.name: must be plain text, not a number; quote it$"),
    (
        {"filters": {"flink": {"queue_name": datetime.date(2026, 1, 1)}}},
        "^filters.flink.queue_name: must be plain text, not a date; quote it$",
    ),
    ({"filters": {"flink": {"name": ["[^o]*"]}}}, r"flink: filters.name\[0\]: \[\^o\]\* has \[\^ in it"),
    (
        {"filters": {"flink": {"owner": "me"}}},
        "unknown option: filters.flink.owner. Supported parameters include: job_type",
    ),
    ({"filters": {"flink": {"older_than": "1h"}}}, "flink: filters.older_than: a job gets older without an event"),
    ({"feedback": True}, "feedback: ansible-rulebook has no persistence; start it with --persistence-id"),
    ({"token": ""}, "token: is empty; leave it out or give it a value"),
    ({"token": None}, r"no credential: set token \(environment: OS_TOKEN"),
    ({"access_key": "only", "token": None}, "secret_key.*: missing, as access_key is given"),
    ({"region": "EU DE"}, "region: "),
    ({"max_retries": float("inf")}, "^max_retries: must be a number, not NaN, infinite or far too large$"),
    ({"interval": "1e400"}, "^interval: must be a number, not NaN, infinite or far too large$"),
    ({"cloud_domain": "https://x.com"}, "cloud_domain: .* is not the domain of a cloud"),
    ({"endpoints": {}, "region": "eu-west-0"}, "hosts of 'eu-west-0' are not known.*cloud_domain.*endpoints.dli"),
    ({"endpoints": {"dli": "no-url"}}, r"endpoints.dli \(environment: OTC_DLI_ENDPOINT\): not a base URL"),
]


@pytest.mark.parametrize(("args", "words"), BAD, ids=[words[:40] for dummy, words in BAD])
async def test_wrong_options(sources, state_file, monkeypatch, args, words):
    """One sentence, before anything else happens."""
    for name in [name for name in os.environ if name.startswith(("OS_", "OTC_"))]:
        monkeypatch.delenv(name)
    async with sources.start(looked=0, **{"state_file": str(state_file), **args}) as source:
        with pytest.raises(Exception, match=words) as raised:
            await source.end()
    assert "\n" not in str(raised.value)
    assert sources.emulator.log.entries() == []
    assert not state_file.exists()


MFA = {"OS_USER_ID": "u0", "OS_PASSWORD": "demo-password", "OS_PROJECT_NAME": "eu-de"}
ONCE = "is good for one login, .* use access_key and secret_key, a token, or a user without one$"
WHO = [
    ({"OS_CLOUD": "customer"}, "cloud 'customer': auth_type: agency needs target_agency_name"),
    ({"OS_CLOUD": "company"}, "cloud 'company': auth_type: 'v3oidcpassword' is not supported"),
    ({"OS_CLOUD": "mfa"}, f"cloud 'mfa': passcode: {ONCE}"),
    ({"OS_CLOUD": "", **MFA, "OS_PASSCODE": "081804"}, rf"passcode \(environment: OS_PASSCODE\): {ONCE}"),
    ({"OS_CLOUD": "", "OTC_BIGDATA_NEVERS": "x"}, "^OTC_BIGDATA_NEVERS: protects nothing, as the variable is called"),
    ({"OS_CLOUD": "night", "OS_USERNAME": "somebody"}, "OS_CLOUD=night beside OS_USERNAME"),
    ({"OS_CLOUD": "none"}, "there is no 'none' in"),
    (
        {"OS_CLOUD": "", **MFA, "OS_TARGET_AGENCY_NAME": "c"},
        "target_domain_name .*: missing, as .*OS_TARGET_AGENCY_NAME",
    ),
    ({"OS_CLOUD": "", "OS_TOKEN": "t", "OS_PROJECT_ID": "p", "OS_REGION_NAME": "ru-moscow-1"}, "cloud_domain"),
    ({"OS_CLOUD": "", "OS_TOKEN": "t", "OS_PROJECT_ID": "p\r"}, "project_id .*OS_PROJECT_ID.*: holds a line break"),
]


@pytest.mark.parametrize(("environ", "words"), WHO, ids=[words[:40] for dummy, words in WHO])
async def test_who_acts_where(sources, state_file, monkeypatch, tmp_path, environ, words):
    """As for a task, nothing that says so is passed over."""
    for name in [name for name in os.environ if name.startswith(("OS_", "OTC_"))]:
        monkeypatch.delenv(name)
    user = {name: value for name, value in sources.by_password.items() if name != "endpoints"}
    mfa = {**user, "username": "", "user_id": "u0", "passcode": "081804"}
    clouds = {
        "night": {"auth": user},
        "customer": {"auth_type": "agency", "auth": user},
        "company": {"auth_type": "v3oidcpassword", "auth": user},
        "mfa": {"auth": mfa},
    }
    file = tmp_path / "clouds.yaml"
    file.write_text(json.dumps({"clouds": clouds}), encoding="utf-8")
    if environ["OS_CLOUD"]:
        monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(file))
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    async with sources.start({}, looked=0, state_file=str(state_file)) as source:
        with pytest.raises(Exception, match=words):
            await source.end()
    assert sources.emulator.log.entries() == []
    assert not state_file.exists()


SECRET = "kX9vQ2mL7pR4tZ8w"
CLOUD = {"auth": {"username": "demo", "password": SECRET}}


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({"cloud": CLOUD}, "^cloud: must be the name of an entry of a clouds.yaml, not a dictionary$"),
        ({"region": str(CLOUD)}, "^region: must be plain text, not the text of a dictionary$"),
        ({"validate_certs": CLOUD}, "^validate_certs: must be true or false, not a dictionary$"),
        (
            {"client_key": f"-----BEGIN PRIVATE KEY-----\n{SECRET}"},
            "^client_key: must be the path of a file, not the te",
        ),
        (
            {"services": ["mrs"], "clusters": [{"cluster_id": CLOUD}]},
            "^clusters.cluster_id: must be plain text, not a di",
        ),
        (
            {"services": ["mrs"], "clusters": [SECRET]},
            "^clusters: must be a list of dictionaries with cluster_id, ",
        ),
        ({"services": CLOUD}, "^services: must be a list of single values, not a dictionary$"),
        ({"filters": {"flink": {"name": [CLOUD]}}}, "^filters.flink.name: must be a list of single values, not a dict"),
        ({"endpoints": {"password": SECRET}}, "^unknown option: endpoints.password. Supported"),
        ({"password": 12345678, "username": "demo"}, "^password: must be plain text, not a number; quote it$"),
        (CLOUD, "^unknown option: auth. Supported"),
        ({**CLOUD, "interval": "soon"}, "^unknown option: argument 'interval' is of type"),
    ],
    ids=lambda one: None if isinstance(one, str) else ", ".join(one),
)
async def test_a_secret_in_the_wrong_place(sources, caplog, args, words):
    caplog.set_level("DEBUG")
    async with sources.start(looked=0, **args) as source:
        with pytest.raises(Exception, match=words) as raised:
            await source.end()
    assert not any(secret in f"{raised.value!r}{caplog.text}" for secret in (SECRET, "12345678"))
    assert sources.emulator.log.entries() == []


async def test_a_secret_of_the_environment_in_a_wrong_option(sources, monkeypatch):
    monkeypatch.setenv("OS_SECRET_KEY", SECRET)
    for args in ({"services": [SECRET]}, {"filters": {"flink": {"older_than": SECRET}}}):
        async with sources.start(looked=0, **args) as source:
            with pytest.raises(Exception, match=r"\*{8}") as raised:
                await source.end()
        assert SECRET not in str(raised.value)


@pytest.mark.parametrize("looked", [0, 1], ids=["first look", "later"])
async def test_a_bug(sources, caplog, monkeypatch, looked):
    """It ends the source only if nothing was seen yet. The traceback is in the log at the level of debugging."""
    caplog.set_level("DEBUG", "otc.bigdata.job_events")

    def broken(*args):
        raise ZeroDivisionError("demo-token")

    def strike(active):
        for name, module in list(sys.modules.items()):
            if name.endswith("plugin_utils._job_lists"):
                active.setattr(module, "snapshot_of", broken)

    async with sources.start(looked=0) as source:
        await source.looked()
    with monkeypatch.context() as active:
        if looked:
            async with sources.start() as source:
                strike(active)
                await until(lambda: "cannot be read" in caplog.text)
                active.undo()
                await until(lambda: "can be read again" in caplog.text)
        else:
            strike(active)
            async with sources.start(looked=0) as source:
                with pytest.raises(Exception, match="unexpected ZeroDivisionError"):
                    await source.end()
    assert "Traceback (most recent call last)" in caplog.text
    assert "demo-token" not in caplog.text


async def test_an_unknown_status_is_a_warning(sources, caplog):
    async with sources.start(filters={"flink": {"status": ["job_runing"]}}) as source:
        await source.silent()
    assert [line.partition(" is ")[0] for line in caplog.messages] == ["flink: filters.status: 'job_runing'"]


async def test_options_from_the_environment(sources, monkeypatch):
    monkeypatch.setenv("OS_TOKEN", "demo-token")
    for service in ("IAM", "DLI", "MRS"):
        monkeypatch.setenv(f"OTC_{service}_ENDPOINT", sources.emulator.url)
    async with sources.start({}) as source:
        sources.put({"job_id": 1, "status": "job_finish"})
        assert (await source.event())["id"] == 1


LIBRARIES = {"ansible": "ansible-core", "requests": "requests", "": ""}


@pytest.mark.parametrize("missing", LIBRARIES)
def test_what_it_needs(tmp_path, missing):
    """Neither a checkout nor an installed collection need be where Python imports from; two libraries must be."""
    script = (
        "import asyncio, runpy, sys\n"
        "from importlib.machinery import PathFinder as Finder\n"
        "file, missing = sys.argv[1:]\n"
        "sys.path = [one for one in sys.path if 'collections' not in one]\n"
        "find = Finder.find_spec\n"
        "Finder.find_spec = lambda name, *more: None if name == missing else find(name, *more)\n"
        "try: asyncio.run(runpy.run_path(file)['main'](None, {}))\n"
        "except Exception as error: print(error)\n"
    )
    line = [sys.executable, "-I", "-c", script, str(FILE), missing]
    said = subprocess.run(line, cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=300, check=True).stdout
    without = (
        f"job_events: {sys.executable}, which runs ansible-rulebook, has no {LIBRARIES[missing]}; install it there"
    )
    assert said == f"{without if missing else 'missing required arguments: services'}\n"


def test_what_was_cut_is_compiled_anew(tmp_path):
    """As on a full disk, where older Pythons keep the beginning of a file."""
    script = (
        "import asyncio, runpy, sys\n"
        "try: asyncio.run(runpy.run_path(sys.argv[1])['main'](None, {}))\n"
        "except Exception as error: print(error)\n"
    )
    line = [sys.executable, "-X", f"pycache_prefix={tmp_path}", "-c", script, str(FILE)]
    how = {"capture_output": True, "encoding": "utf-8", "timeout": 300}
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for dummy in range(2):
        assert subprocess.run(line, env=environ, check=True, **how).stdout == "missing required arguments: services\n"
        files = list(tmp_path.rglob("plugins/*_utils/**/*.pyc"))
        assert len(files) > 20
        for file in files:
            whole = file.read_bytes()
            file.write_bytes(whole[: len(whole) // 2])


@pytest.mark.parametrize("path", ["/v3/auth/tokens", "/streaming/jobs"])
async def test_a_source_that_is_stopped_while_an_answer_drips(sources, path):
    """It does not wait for the end of the answer, nor for that of request_timeout."""
    sources.emulator.faults.add(path=path, kind="drip", seconds=0.2, times=None)
    async with sources.start(sources.by_password, looked=0, request_timeout=86400) as source:
        await until(lambda: any(path in entry["path"] for entry in sources.emulator.log.entries()))
        await source.stop()
        await asyncio.get_running_loop().shutdown_default_executor()


def test_a_look_that_is_held_back_ends_when_the_next_is_due(cloud):
    """Or a little later, where looks follow each other that fast."""
    given = {"token": "demo-token", "project_id": PROJECT, "endpoints": {"dli": cloud.url}}
    options = {**{name: one.get("default") for name, one in connection_options().items()}, **given}
    cloud.faults.add(path="/jobs$", status=429, times=None)
    by_the_clock = _job_lists.threading.Event()  # the stand-in, which costs no time
    context = _job_lists.SourceContext({}, interval=0.1, stopped=by_the_clock)
    client = _job_lists.SourceClient(read_connection(options, {}, DLI.name), DLI, context)
    client.begin()
    with pytest.raises(Refused, match="HTTP 429"):
        client.call("GET", "/v1.0/p/streaming/jobs", lambda answer, call: answer)
    assert len(cloud.log.entries()) > 2


def test_a_library_that_cannot_be_imported(tmp_path):
    """What it says itself is the best advice."""
    (tmp_path / "requests.py").write_text("raise ImportError('urllib3 v2 needs a newer OpenSSL')", encoding="utf-8")
    script = (
        "import asyncio, runpy, sys\n"
        "sys.path.insert(0, sys.argv[2])\n"
        "try: asyncio.run(runpy.run_path(sys.argv[1])['main'](None, {}))\n"
        "except Exception as error: print(error)\n"
    )
    line = [sys.executable, "-I", "-c", script, str(FILE), str(tmp_path)]
    said = subprocess.run(line, cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=60, check=True).stdout
    reason = "cannot import requests: ImportError: urllib3 v2 needs a newer OpenSSL"
    assert said == f"job_events: {sys.executable}, which runs ansible-rulebook, {reason}\n"
