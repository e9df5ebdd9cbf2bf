# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``environment`` says beside the shell. Whoever names a project or a login for a task, a block or a play means no other one."""

from __future__ import annotations

import typing as t

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import template, world
from ansible_collections.otc.bigdata.tests.unit.utils.forks import ONE_PROCESS

READER = "otc.bigdata.dli_flink_jobs_info"
SHELL = {"OS_TOKEN": "of-shell", "OS_PROJECT_ID": "p1", "OS_PROJECT_NAME": "of_shell"}
USER = {"OS_USERNAME": "demo", "OS_PASSWORD": "x", "OS_USER_DOMAIN_NAME": "d"}
AGENCY = {"OS_AGENCY_NAME": "ops", "OS_AGENCY_DOMAIN_NAME": "customer", "OS_DELEGATED_PROJECT": "eu-de"}
NO_ID = {"OS_PROJECT_ID": ""}


class Case(t.NamedTuple):
    """``environment`` of blocks, the outer one first, and of a task in them. ``refused``: the variables that contradict each other."""

    blocks: t.Sequence[t.Any]
    options: dict = {}
    refused: str = ""


REFUSED = [
    Case([{"OS_PROJECT_NAME": "n"}], refused="OS_PROJECT_ID beside OS_PROJECT_NAME"),
    Case([{"OS_TENANT_NAME": "n", "OS_PROJECT_NAME": ""}], refused="OS_PROJECT_ID beside OS_TENANT_NAME"),
    Case([template("by_name")], refused="OS_PROJECT_ID beside OS_PROJECT_NAME"),
    Case([[{"OS_PROJECT_NAME": "n"}, {"A": "b"}], {}], refused="OS_PROJECT_ID beside OS_PROJECT_NAME"),
    Case([NO_ID, {"OS_TENANT_ID": "p2"}, {"OS_PROJECT_NAME": "n"}], refused="OS_TENANT_ID beside OS_PROJECT_NAME"),
    # The shell has the same name, but the block has said something else since
    Case([{"OS_PROJECT_ID": "p2"}, {"OS_PROJECT_NAME": "of_shell"}], refused="OS_PROJECT_ID beside OS_PROJECT_NAME"),
    Case([AGENCY, {**NO_ID, "OS_PROJECT_NAME": "n"}], refused="OS_DELEGATED_PROJECT beside OS_PROJECT_NAME"),
    Case([USER], refused="OS_TOKEN beside OS_USERNAME"),
    Case([USER], {"project_id": "p2"}, refused="OS_TOKEN beside OS_USERNAME"),
    Case([{"OS_ACCESS_KEY": "a", "OS_SECRET_KEY": "s"}], refused="OS_TOKEN beside OS_ACCESS_KEY"),
]
CARRIED_OUT = [
    Case([{**NO_ID, "OS_PROJECT_NAME": "n"}]),
    Case([{"OS_PROJECT_ID": "p2", "OS_PROJECT_NAME": "n"}]),
    Case([{"OS_PROJECT_NAME": "of_shell"}]),
    Case([{"OS_PROJECT_NAME": "n"}], {"project_name": "m"}),
    Case([{"OS_PROJECT_NAME": "n"}], {"cloud": "c"}),
    Case([{**USER, "OS_AUTH_TYPE": "password"}]),
    Case([USER], {"token": "of-task"}),
]


def task(case: Case, name: str) -> dict:
    found: dict = {"name": name, READER: case.options, "ignore_errors": True, "environment": case.blocks[-1]}
    for block in reversed(case.blocks[:-1]):
        found = {"block": [found], "environment": block}
    return found


def test_what_an_environment_says_beside_the_shell():
    cases = {f"{n}": case for n, case in enumerate([*REFUSED, *CARRIED_OUT])}
    play = {
        "vars": {"by_name": {"OS_PROJECT_NAME": "n"}},
        "tasks": [task(case, name) for name, case in cases.items()],
    }
    with world() as (emulator, here):
        run = here.playbook([play], **SHELL, **ONE_PROCESS).end()
    said = run.tasks()
    for name, case in cases.items():
        assert (f"{case.refused} of environment: would win over it" in said[name]) == bool(case.refused), (
            case,
            said[name],
        )


def test_no_job_of_another_project_is_stopped():
    there, meant = "0123456789abcdef0123456789abcdef", "eu-de_nightly"
    stop = {"otc.bigdata.dli_flink_jobs": {"state": "stopped", "filters": {"name": "*"}}}
    plays = [{"environment": {"OS_PROJECT_NAME": meant}, "tasks": [stop]}]
    with world(flink_jobs=[{"job_id": 128, "status": "job_running"}]) as (emulator, here):
        run = here.playbook(plays, OS_PROJECT_ID=there, **ONE_PROCESS).end(2)
        assert emulator.log.summary()["writes"] == 0
    assert "OS_PROJECT_ID beside OS_PROJECT_NAME of environment" in run.said
