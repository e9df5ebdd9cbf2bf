# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each assumption has its switch in the emulator, and whichever way it is turned, reports are true."""

from __future__ import annotations

import re

import pytest

from ansible_collections.otc.bigdata.plugins.plugin_utils._assumptions import ASSUMPTIONS
from ansible_collections.otc.bigdata.tests.emulator.cloud import CHOICES
from ansible_collections.otc.bigdata.tests.unit.utils.in_process import run_in_process
from ansible_collections.otc.bigdata.tests.unit.utils.random_worlds import complaint, drawn, ground
from ansible_collections.otc.bigdata.tests.unit.utils.wire import cloud_on_the_wire
from ansible_collections.otc.bigdata.tests.unit.utils.worlds import WORDS

SWITCHED = [one for one in ASSUMPTIONS if "switch" in one]
CASES = [(one["switch"], value) for one in SWITCHED for value in (one["assumed"], *one["others"])]
IN_WORLDS = {"expired_token", "batch_refusal", "name_filter", "language", "list_nulls", "iam_error"}
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
    return [name for name, words in WORDS.items() if switch in IN_WORLDS or switch in words.answers]


@pytest.mark.no_cover
@pytest.mark.parametrize(("switch", "value"), [case for case in CASES if kinds(case[0])])
def test_reports_are_true_in_random_worlds(switch: str, value: object) -> None:
    """Of the kinds that the switch is about, whatever else goes wrong there."""
    with ground() as place:
        worlds = (world for world in map(drawn, range(10**6)) if world["service"] in kinds(switch))
        for dummy in range(WORLDS):
            world = next(worlds)
            assert not complaint(place, {**world, "answers": {**world["answers"], switch: value}}), world["seed"]


@pytest.mark.parametrize(("switch", "value"), [case for case in CASES if not kinds(case[0])])
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
