# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each assumption has its switch in the emulator, and whichever way it is turned, reports are true."""

from __future__ import annotations

import re
import typing as t

import pytest

from ansible_collections.otc.bigdata.plugins.plugin_utils._assumptions import ASSUMPTIONS
from ansible_collections.otc.bigdata.tests.emulator.cloud import CHOICES
from ansible_collections.otc.bigdata.tests.unit.utils.flink import Flink
from ansible_collections.otc.bigdata.tests.unit.utils.in_process import run_in_process
from ansible_collections.otc.bigdata.tests.unit.utils.mrs import Mrs
from ansible_collections.otc.bigdata.tests.unit.utils.random_worlds import complaint, drawn, ground
from ansible_collections.otc.bigdata.tests.unit.utils.service import KEY
from ansible_collections.otc.bigdata.tests.unit.utils.spark import Spark
from ansible_collections.otc.bigdata.tests.unit.utils.sql import Sql
from ansible_collections.otc.bigdata.tests.unit.utils.wire import CloudOnTheWire, cloud_on_the_wire
from ansible_collections.otc.bigdata.tests.unit.utils.worlds import WORDS

SWITCHED = [one for one in ASSUMPTIONS if "switch" in one]
CASES = [(one["switch"], value) for one in SWITCHED for value in (one["assumed"], *one["others"])]
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
WITH_PASSCODE = {"id": "u0" * 16, "name": "demo", "password": "demo-password", "mfa": {"passcodes": ["081804"]}}


def test_all_of_them_are_told_in_full() -> None:
    assert [one["id"] for one in ASSUMPTIONS] == [f"A{number:02}" for number in range(1, len(ASSUMPTIONS) + 1)]
    for one in ASSUMPTIONS:
        always = {"id", "source", "about", "expected", "code"}
        assert always <= one.keys() <= {*always, "read", "write", "switch", "assumed", "others"}
        assert all(isinstance(one[key], str) for key in always)


def test_every_open_question_is_among_them() -> None:
    """The twelve of the first part of the contract, and the eight of the second."""
    found = {part for one in ASSUMPTIONS for part in re.findall(r"N Q\d+|Q\d+", one["source"])}
    assert found == {*(f"Q{number}" for number in range(1, 13)), *(f"N Q{number}" for number in range(1, 9))}


def test_every_switch_of_the_emulator_is_one_of_theirs() -> None:
    """With all its values: what is assumed is the default."""
    told: dict[str, set] = {}
    for one in SWITCHED:
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


# What takes more than a world has, or what the judge of worlds does not know
APART: dict[str, t.Callable[[CloudOnTheWire, str], None]] = {
    "unknown_path": check_unknown_path,
    "throttling": check_throttling,
    "batch_size": check_batch_size,
    "sql_running": check_sql_running,
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


@pytest.mark.no_cover
@pytest.mark.parametrize(("switch", "value"), [case for case in CASES if kinds(case[0])])
def test_reports_are_true_in_random_worlds(switch: str, value: object) -> None:
    """Of the kinds that the switch is about, whatever else goes wrong there."""
    with ground() as place:
        worlds = (world for world in map(drawn, range(10**6)) if world["service"] in kinds(switch))
        for dummy in range(WORLDS):
            world = next(worlds)
            assert not complaint(place, {**world, "answers": {**world["answers"], switch: value}}), world["seed"]


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
