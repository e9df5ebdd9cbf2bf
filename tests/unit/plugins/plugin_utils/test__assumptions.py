# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each assumption has its switch in the emulator, and whichever way it is turned, reports are true."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import urlsplit

import pytest

from ansible_collections.otc.bigdata.plugins.plugin_utils._assumptions import ASSUMPTIONS
from ansible_collections.otc.bigdata.tests.emulator.cloud import CHOICES
from ansible_collections.otc.bigdata.tests.unit.utils.flink import Flink
from ansible_collections.otc.bigdata.tests.unit.utils.in_process import run_in_process
from ansible_collections.otc.bigdata.tests.unit.utils.mrs import Mrs
from ansible_collections.otc.bigdata.tests.unit.utils.random_worlds import complaint, drawn, ground
from ansible_collections.otc.bigdata.tests.unit.utils.service import KEY, PROJECT
from ansible_collections.otc.bigdata.tests.unit.utils.spark import Spark
from ansible_collections.otc.bigdata.tests.unit.utils.sql import Sql
from ansible_collections.otc.bigdata.tests.unit.utils.wire import CloudOnTheWire, cloud_on_the_wire
from ansible_collections.otc.bigdata.tests.unit.utils.worlds import WORDS

# What has a test of its own, at the end of this file
BELOW = {
    *("mrs_agency_kill", "mrs_unknown_cluster", "mrs_limit", "sql_jobs_of_others", "sql_kept"),
    *("service_regions", "metadata_keys", "savepoint_calls", "queue_delete"),
}
CASES = [
    (one["switch"], value)
    for one in ASSUMPTIONS
    if one["switch"] not in BELOW
    for value in (one["assumed"], *one["others"])
]
IN_WORLDS = {
    *("expired_token", "batch_refusal", "name_filter", "language", "list_nulls", "iam_error"),
    *("request_id", "time_stamps"),
}
# What worlds do not draw, but can be in them all the same
ALSO_IN_WORLDS = {
    "flink": {"flink_order", "flink_limit", "flink_savepoint"},
    "spark": {"spark_get", "spark_size"},
    "sql": {"sql_size", "sql_page"},
}
WORLDS = 12
USER = {"username": "demo", "password": "demo-password", "user_domain_name": "demo-domain", "region": "eu-de"}
OTHER = {"target_agency_name": "ops-agency", "target_domain_name": "customer-domain", "target_project_name": "eu-de"}
ACCOUNT = {
    "domain": {"id": "c0" * 16, "name": "customer-domain"},
    "projects": [{"id": "f0" * 16, "name": "eu-de"}],
    "agencies": [{"name": "ops-agency", "trusted_domain": "demo-domain"}],
    "flink_jobs": [{"job_id": 128, "status": "job_running"}],
}
CLUSTER = {"clusters": [{"clusterId": "c-1"}], "mrs_jobs": [{"job_id": "m-1", "job_state": "RUNNING"}]}
BY_TOKEN = {"token": "demo-token", "project_id": PROJECT}
NOBODY = dict.fromkeys(BY_TOKEN)
WITH_PASSCODE = {"id": "u0" * 16, "name": "demo", "password": "demo-password", "mfa": {"passcodes": ["081804"]}}


def test_all_of_them_are_told_in_full() -> None:
    assert [one["id"] for one in ASSUMPTIONS] == [f"A{number:02}" for number in range(1, len(ASSUMPTIONS) + 1)]
    for one in ASSUMPTIONS:
        texts = {"id", "source", "about", "expected", "code", "switch"}
        always = {*texts, "assumed", "others"}
        assert always <= one.keys() <= {*always, "read", "write", "hidden_by"}
        assert all(isinstance(one[key], str) for key in texts)


def test_every_open_question_is_among_them() -> None:
    """The twelve of the first part of the notes on the provider's pages, and the eight of the second."""
    found = {part for one in ASSUMPTIONS for part in re.findall(r"N Q\d+|Q\d+", one["source"])}
    assert found == {*(f"Q{number}" for number in range(1, 13)), *(f"N Q{number}" for number in range(1, 9))}


def test_every_switch_of_the_emulator_is_one_of_theirs() -> None:
    """With all its values: what is assumed is the default."""
    told: dict[str, set] = {}
    for one in ASSUMPTIONS:
        assert CHOICES[one["switch"]][0] == one["assumed"], one["id"]
        told.setdefault(one["switch"], set()).update((one["assumed"], *one["others"]))
    assert told == {name: set(values) for name, values in CHOICES.items()}


def kinds(switch: str) -> list[str]:
    """The kinds of jobs whose worlds know the switch."""
    return [
        name for name, words in WORDS.items() if switch in {*IN_WORLDS, *words.answers, *ALSO_IN_WORLDS.get(name, ())}
    ]


def check_unknown_path(cloud: CloudOnTheWire, dummy: str) -> None:
    """No job is taken for one that is gone."""
    for kind in (Flink, Spark, Sql, Mrs):
        service = kind(cloud, run_in_process)
        elsewhere = {**service.by_token, "endpoints": {service.endpoint: f"{cloud.url}/elsewhere"}}
        result = service.run("absent", [service.id(1)], login=elsewhere)
        assert (result.failed, result["changed"]) == (True, False)
        assert "404" in result["msg"]


def check_throttling(cloud: CloudOnTheWire, value: str) -> None:
    sql = Sql(cloud, run_in_process)
    ids, began = sql.jobs({"count": 30}), cloud.clock.now
    result = sql.run("stopped", ids)
    assert result["summary"]["changed"] == 30
    assert {job["status"] for job in cloud.world["sql_jobs"].truth()} == {"CANCELLED"}
    assert (cloud.clock.now - began > 60) == (value != "none")


def check_batch_size(cloud: CloudOnTheWire, value: str) -> None:
    """A batch that is too large is refused, and then each job is asked for by itself; but an export names them all."""
    flink, mrs = Flink(cloud, run_in_process), Mrs(cloud, run_in_process)
    ids = flink.jobs({"count": 60})
    assert flink.run("stopped", ids)["summary"]["changed"] == 60
    assert len(flink.writes) == (1 if value == "any" else 61)
    result = flink.run("absent", ids, export_to="ops-bucket/flink")
    assert (result.failed, result["summary"]["changed"]) == ((False, 60) if value == "any" else (True, 0))
    assert sum(job["deleted"] for job in cloud.world["flink_jobs"].truth()) == result["summary"]["changed"]
    assert mrs.run("absent", mrs.jobs({"count": 60, "job_state": "FINISHED"}))["summary"]["changed"] == 60
    assert all(job["deleted"] for job in cloud.world["mrs_jobs"].truth())


def check_sql_running(cloud: CloudOnTheWire, value: str) -> None:
    """What is in a status that nobody knows is awaited, and left as it is."""
    sql = Sql(cloud, run_in_process)
    result = sql.run("stopped", sql.jobs({"status": "RUNNING"}), wait_timeout=5)
    (job,) = result["jobs"]
    known = value == "RUNNING"
    assert (job["status_before"], job["changed"], job["failed"]) == (value, known, not known)
    assert [job["status"] for job in cloud.world["sql_jobs"].truth()] == ["CANCELLED" if known else "RUNNING"]
    assert known or "ACTIVE" in job["msg"]


def check_offset(kind: type) -> t.Callable[[CloudOnTheWire, str], None]:
    def check(cloud: CloudOnTheWire, value: str) -> None:
        """A list that shows less than it counts is told of; ids lead to all jobs."""
        service = kind(cloud, run_in_process)
        ids = service.jobs({"count": 150, service.kind.name_field: "many"})
        result = service.run("stopped", filters={"name": "many-*"}, max_jobs=1000)
        shown, short = result["summary"]["changed"], "100 of the 150 entries" in str(result.get("warnings"))
        assert (shown, short) == ((150, False) if value == "job" else (100, True))
        assert [*service.truth.values()].count(service.running) == 150 - shown
        result = service.run("stopped", ids)
        assert (result["summary"]["changed"], result["summary"]["unchanged"]) == (150 - shown, shown)

    return check


def check_flink_order(cloud: CloudOnTheWire, dummy: str) -> None:
    """None is missed while the oldest job goes and another one comes, so that a list has as many as before."""
    flink = Flink(cloud, run_in_process)
    goes = {"age": 60, "script": {"created": [{"after": "1 look", "status": "gone"}]}}
    first, *others = flink.jobs(goes, {"count": 149, "age": 30})
    cloud.settings.update({"newcomers": 1})
    assert {job["job_id"] for job in flink.info()["jobs"]} - {first} >= {*others}


def check_project_names(cloud: CloudOnTheWire, dummy: str) -> None:
    """A project whose name only begins so is another one."""
    task = {**KEY, "project_name": "eu-de", "auth_url": cloud.url, "endpoints": {"dli": cloud.url}, "state": "stopped"}
    result = run_in_process("dli_flink_jobs", {**task, "job_ids": [128]})
    assert (result["changed"], result["jobs"][0]["status"]) == (True, "job_cancel_success")
    result = run_in_process("dli_flink_jobs", {**task, "job_ids": [128], "project_name": "eu-"})
    assert result["msg"].startswith("project_name: IAM knows 0 projects")


def check_list_totals(cloud: CloudOnTheWire, value: str) -> None:
    """What is shown is handled, and that there may be more is told."""
    for kind in (Flink, Spark, Mrs):
        service = kind(cloud, run_in_process)
        service.jobs({"count": 3, service.kind.name_field: "many"})
        result = service.run("stopped", filters={"name": "many-*"})
        assert (result.failed, result["summary"]["changed"]) == (False, 3)
        assert ("3 of the 4 entries" in str(result.get("warnings"))) == (value == "one_more")


# What takes more than a world has, or what the judge of worlds does not know
APART: dict[str, t.Callable[[CloudOnTheWire, str], None]] = {
    "unknown_path": check_unknown_path,
    "throttling": check_throttling,
    "batch_size": check_batch_size,
    "sql_running": check_sql_running,
    "list_totals": check_list_totals,
    "flink_offset": check_offset(Flink),
    "flink_order": check_flink_order,
    "spark_from": check_offset(Spark),
    "project_names": check_project_names,
}


@pytest.mark.parametrize(("switch", "value"), [case for case in CASES if case[0] in APART])
def test_reports_are_true_where_it_matters(switch: str, value: str) -> None:
    with cloud_on_the_wire() as cloud:
        cloud.settings.update({"answers": {switch: value}})
        APART[switch](cloud, value)


def check_reports(services: t.Collection[str], answers: t.Callable[[dict], dict]) -> None:
    """In some random worlds of these kinds, with what ``answers`` makes of those that are drawn."""
    with ground() as place:
        worlds = (world for world in map(drawn, range(10**6)) if world["service"] in services)
        for dummy in range(WORLDS):
            world = next(worlds)
            assert not complaint(place, {**world, "answers": answers(world["answers"])}), world["seed"]


@pytest.mark.parametrize("service", WORDS)
def test_reports_are_true_if_all_is_as_assumed(service: str) -> None:
    """In random worlds, whatever else goes wrong there."""
    check_reports([service], lambda dummy: {})


@pytest.mark.parametrize(
    ("switch", "value"), [(name, value) for name, value in CASES if kinds(name) and value != CHOICES[name][0]]
)
def test_reports_are_true_in_random_worlds(switch: str, value: object) -> None:
    """Of the kinds that the switch is about; all others are as they are drawn."""
    check_reports(kinds(switch), lambda answers: {**answers, switch: value})


@pytest.mark.parametrize(("switch", "value"), [case for case in CASES if not kinds(case[0]) and case[0] not in APART])
def test_reports_are_true_whatever_iam_answers(switch: str, value: object) -> None:
    """The job is stopped, in the right account, or the task fails and nothing is."""
    with cloud_on_the_wire() as cloud:
        agency, passcode = switch.startswith("agency"), switch == "totp_user"
        seed: dict = {"flink_jobs": [{"job_id": 128, "status": "job_running"}], "accounts": [ACCOUNT]}
        cloud.load({**seed, **({"users": [WITH_PASSCODE]} if passcode else {})})
        cloud.settings.update({"answers": {switch: value}})
        who = {**USER, **(OTHER if agency else {"project_name": "eu-de"})}
        if passcode:
            who = {"user_id": "u0" * 16, "password": "demo-password", "passcode": "081804", "project_name": "eu-de"}
        task = {**who, "auth_url": cloud.url, "endpoints": {"dli": cloud.url}, "job_ids": [128], "state": "stopped"}
        result = run_in_process("dli_flink_jobs", task)
        status = {job["project_id"]: job["status"] for job in cloud.world["flink_jobs"].truth()}
        theirs = status.pop("f0" * 16)
        (own,) = status.values()
        stopped = (own, theirs) == (
            ("job_running", "job_cancel_success") if agency else ("job_cancel_success", "job_running")
        )
        untouched = (own, theirs) == ("job_running", "job_running")
        assert stopped if result["changed"] else untouched
        assert bool(result.get("failed")) != result["changed"]


# ---- those with a test of their own ----


def values(switch: str) -> t.Any:
    return pytest.mark.parametrize("value", CHOICES[switch])


@pytest.fixture
def cloud(cloud_of_file: CloudOnTheWire) -> CloudOnTheWire:
    cloud_of_file.reset()
    return cloud_of_file


def run(cloud: CloudOnTheWire, module: str, **options: t.Any) -> dict:
    """By a token, unless the options say otherwise."""
    endpoints = {"dli": cloud.url, "mrs": cloud.url}
    return run_in_process(module, {**BY_TOKEN, "endpoints": endpoints, "max_retries": 0, **options})


@values("mrs_agency_kill")
def test_a_kill_by_an_agency(cloud, value: str) -> None:
    cloud.load({"accounts": [{**ACCOUNT, **CLUSTER}]})
    cloud.settings.update({"answers": {"mrs_agency_kill": value}})
    agency = {**NOBODY, **USER, **OTHER, "auth_url": cloud.url}
    result = run(cloud, "mrs_job_executions", **agency, cluster_id="c-1", job_ids=["m-1"], state="stopped")
    killed = cloud.world["mrs_jobs"].jobs["m-1"].status == "KILLED"
    assert (killed, result["changed"], bool(result.get("failed"))) == (value == "accept", killed, not killed)
    assert killed or "IAM User Sync" in result["msg"]


@values("service_regions")
@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("dli.eu-nl.otc.t-systems.com", "Open Telekom Cloud lists DLI only for eu-de, and not for eu-nl"),
        ("dli.eu-ch2.sc.otc.t-systems.com", "this endpoint does not offer the service"),
    ],
)
def test_other_regions(cloud, monkeypatch: pytest.MonkeyPatch, value: str, host: str, words: str) -> None:
    """Where the name of the region leads to, something answers, at least the gateway."""

    def send(adapter: t.Any, request: t.Any, **options: t.Any) -> t.Any:
        request = request.copy()
        request.headers["Host"] = urlsplit(request.url).netloc
        request.url = cloud.url + request.path_url
        return CloudOnTheWire.send(cloud, adapter, request, **options)

    monkeypatch.setattr(cloud, "send", send)
    cloud.settings.update({"answers": {"service_regions": value}})
    result = run(cloud, "dli_flink_jobs", region=host.split(".")[1], endpoints={}, job_ids=[128], state="stopped")
    stopped = cloud.world["flink_jobs"].jobs[128].status == "job_cancel_success"
    assert (stopped, result["changed"], bool(result.get("failed"))) == (value == "all", stopped, not stopped)
    assert stopped or (host in result["msg"] and words in result["msg"])


def test_what_is_offered_and_never_asked_for(cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys of the machine, where there is no other login; savepoints by calls of their own; and deletes of queues."""
    asked: list[str] = []

    def send(adapter: t.Any, request: t.Any, **options: t.Any) -> t.Any:
        asked.append(request.url)
        return CloudOnTheWire.send(cloud, adapter, request, **options)

    monkeypatch.setattr(cloud, "send", send)
    offered = {"metadata_keys": "offered", "savepoint_calls": "offered", "queue_delete": "accept"}
    cloud.settings.update({"answers": offered})
    where = {"project_name": "eu-de", "auth_url": cloud.url}
    result = run(cloud, "dli_flink_jobs", **NOBODY, **where, job_ids=[128], state="stopped")
    assert (result["failed"], "credential" in result["msg"], asked) == (True, True, []), result["msg"]
    for state, flag in (("stopped", "trigger_savepoint"), ("started", "resume_savepoint"), ("absent", "export_to")):
        value = "ops-bucket/flink" if state == "absent" else True
        assert run(cloud, "dli_flink_jobs", job_ids=[128], state=state, **{flag: value})["changed"]
    run(cloud, "dli_flink_jobs", filters={"queue_name": "streaming"}, state="absent")
    last = {urlsplit(url).path.rpartition("/")[2] for url in asked}
    assert last == {"jobs", "128", "137", "160", "stop", "run", "export", "delete"}


@values("sql_jobs_of_others")
def test_sql_jobs_of_others(cloud, value: str) -> None:
    """A sub-user whose list does not show a job can cancel it, if its ID is known; and is not told that it does not run."""
    user = {"id": "u5" * 16, "name": "sub", "password": "demo-password", "sub_user": True}
    token = {"token": "demo-token", "user": "sub", "project": "eu-de"}
    jobs = [{"job_id": name, "status": "RUNNING", "owner": name} for name in ("sub", "etl")]
    cloud.load({"users": [user], "tokens": [token], "access_keys": [], "sql_jobs": jobs})
    cloud.settings.update({"answers": {"sql_jobs_of_others": value, "sql_not_found": "DLI.0001"}})
    shown = run(cloud, "dli_sql_jobs_info", filters={"status": ["RUNNING"]})["jobs"]
    assert {job["job_id"] for job in shown} == {"sub", *(["etl"] if value == "shown" else [])}
    result = run(cloud, "dli_sql_jobs", job_ids=["etl", "sub"], state="stopped")
    assert (result["changed"], [job["status"] for job in result["jobs"]]) == (True, ["CANCELLED"] * 2)


@values("sql_kept")
def test_sql_jobs_that_have_ended_long_ago(cloud, value: str) -> None:
    """A task is content with one that is not known any more, if its state says so."""
    job_id = "208b08d4-0dc2-4dd7-8879-ddd4c020d7aa"
    assert run(cloud, "dli_sql_jobs", job_ids=[job_id], state="stopped")["changed"]
    cloud.settings.update({"answers": {"sql_kept": value}})
    cloud.clock.sleep(86401)
    for state, fails in (("absent", False), ("stopped", value == "a_day")):
        result = run(cloud, "dli_sql_jobs", job_ids=[job_id], state=state)
        assert (result["changed"], bool(result.get("failed"))) == (False, fails)
        assert result["jobs"][0]["status"] == (None if value == "a_day" else "CANCELLED")
    assert run(cloud, "dli_sql_jobs_info", job_ids=[job_id])["total"] == int(value == "for_ever")


@values("mrs_unknown_cluster")
@pytest.mark.parametrize("state", ["stopped", "absent"])
def test_an_unknown_cluster(cloud, state: str, value: str) -> None:
    """Its jobs are not taken for ones that are gone, whatever its code."""
    cloud.settings.update({"answers": {"mrs_unknown_cluster": value}})
    result = run(
        cloud, "mrs_job_executions", cluster_id="c-404", job_ids=["m-1", "m-2"], state=state, ignore_missing=True
    )
    assert (result["failed"], result["changed"]) == (True, False)
    assert value in result["msg"]
    assert cloud.log.summary()["writes"] == 0


@values("mrs_limit")
def test_no_more_is_asked_for_than_is_documented(cloud, value: str) -> None:
    """So it does not matter what a list does then."""
    cloud.load({**CLUSTER, "mrs_jobs": [{"count": 101, "job_state": "FINISHED"}]})
    cloud.settings.update({"answers": {"mrs_limit": value}})
    assert run(cloud, "mrs_job_executions_info", cluster_id="c-1")["total"] == 101
    assert all("limit=100&" in entry["query"] for entry in cloud.log.entries())
