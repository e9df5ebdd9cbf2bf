# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``environment`` says beside the shell. Whoever names a project or a login for a task, a block or a play means no other one."""

from __future__ import annotations

import datetime
import typing as t

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.block import Block
from ansible.playbook.play import Play
from ansible.template import Templar
from ansible.vars.manager import VariableManager

from ansible_collections.otc.bigdata.plugins.plugin_utils._task_environment import overruled_variable
from ansible_collections.otc.bigdata.tests.unit.utils.emulated import template, world
from ansible_collections.otc.bigdata.tests.unit.utils.forks import ONE_PROCESS

SHELL = {"OS_TOKEN": "of-shell", "OS_PROJECT_ID": "p1", "OS_PROJECT_NAME": "of_shell"}
USER = {"OS_USERNAME": "demo", "OS_PASSWORD": "x", "OS_USER_DOMAIN_NAME": "d"}
AGENCY = {"OS_AGENCY_NAME": "ops", "OS_AGENCY_DOMAIN_NAME": "customer", "OS_DELEGATED_PROJECT": "eu-de"}
NO_ID = {"OS_PROJECT_ID": ""}


class Case(t.NamedTuple):
    """``environment`` of blocks, the outer one first, and of a task in them. ``refused``: the variables that contradict each other."""

    blocks: t.Sequence[t.Any]
    options: dict = {}
    refused: str = ""
    shell: dict = SHELL


REFUSED = [
    Case([{"OS_PROJECT_NAME": "n"}], refused="OS_PROJECT_ID beside OS_PROJECT_NAME"),
    Case([{"OS_TENANT_NAME": "n", "OS_PROJECT_NAME": ""}], refused="OS_PROJECT_ID beside OS_TENANT_NAME"),
    Case([[{"OS_PROJECT_NAME": "n"}, {"A": "b"}], {}], refused="OS_PROJECT_ID beside OS_PROJECT_NAME"),
    Case([NO_ID, {"OS_TENANT_ID": "p2"}, {"OS_PROJECT_NAME": "n"}], refused="OS_TENANT_ID beside OS_PROJECT_NAME"),
    # The shell has the same name, but the block has said something else since
    Case([{"OS_PROJECT_ID": "p2"}, {"OS_PROJECT_NAME": "of_shell"}], refused="OS_PROJECT_ID beside OS_PROJECT_NAME"),
    Case([AGENCY, {**NO_ID, "OS_PROJECT_NAME": "n"}], refused="OS_DELEGATED_PROJECT beside OS_PROJECT_NAME"),
    Case([USER], refused="OS_TOKEN beside OS_USERNAME"),
    Case([USER], {"project_id": "p2"}, refused="OS_TOKEN beside OS_USERNAME"),
    Case([{"OS_ACCESS_KEY": "a", "OS_SECRET_KEY": "s"}], refused="OS_TOKEN beside OS_ACCESS_KEY"),
    Case([USER], shell={**SHELL, "OS_AUTH_TYPE": "token"}, refused="OS_TOKEN beside OS_USERNAME"),
    Case([{"OS_AUTH_TYPE": "token"}, USER], refused="OS_TOKEN beside OS_USERNAME"),
    Case([{"OS_TOKEN": "t"}], shell={**USER, "OS_AUTH_TYPE": "password"}, refused=f"{', '.join(USER)} beside OS_TOKEN"),
]
CARRIED_OUT = [
    Case([{**NO_ID, "OS_PROJECT_NAME": "n"}]),
    Case([{"OS_PROJECT_ID": "p2", "OS_PROJECT_NAME": "n"}]),
    Case([{"OS_PROJECT_NAME": "of_shell"}]),
    Case([{"OS_PROJECT_NAME": "n"}], {"project_name": "m"}),
    Case([{"OS_PROJECT_NAME": "n"}], {"cloud": "c"}),
    Case([{**USER, "OS_AUTH_TYPE": "password"}]),
    Case([USER], {"token": "of-task"}),
    Case([USER, {"OS_AUTH_TYPE": "token"}]),
    Case([USER, {"OS_AUTH_TYPE": "no such one"}]),
    # What names nobody: a domain, a password, a token of a key
    Case([{"OS_USER_DOMAIN_NAME": "d"}]),
    Case([{"OS_DOMAIN_NAME": "d", "OS_PASSWORD": "x"}], shell={"OS_ACCESS_KEY": "a", "OS_SECRET_KEY": "s"}),
    Case([{"OS_SECURITY_TOKEN": "t"}]),
    # Null where it does not count, and where it says nothing of who acts
    Case([{"OS_PASSWORD": None}, {"OS_PASSWORD": "x"}]),
    Case([{"LANG": None}]),
]


def told(case: Case, made: t.Any = None) -> str:
    """What is wrong with the task of a case, as Ansible has it before it runs it. ``made``: what it makes of a template."""
    part: dict = {"ping": case.options, "environment": case.blocks[-1]}
    for block in reversed(case.blocks[:-1]):
        part = {"block": [part], "environment": block}
    loader = DataLoader()
    found = Play.load({"hosts": "localhost", "tasks": [part]}, VariableManager(loader), loader).tasks[0]
    while isinstance(found, Block):
        found = found.block[0]
    return overruled_variable(found, made or Templar(loader, {}).template, case.shell)


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_a_variable_that_would_win_over_a_nearer_one(case):
    assert told(case).startswith(f"{case.refused} of environment: would win over it")


@pytest.mark.parametrize("case", CARRIED_OUT, ids=str)
def test_a_variable_that_is_meant(case):
    assert told(case) == ""


@pytest.mark.parametrize(
    "name", ["OS_PASSWORD", "OS_TOKEN", "OS_DOMAIN_NAME", "OS_CLOUD", "OS_AUTH_TYPE", "OTC_DLI_ENDPOINT"]
)
def test_no_login_is_made_with_the_text_of_null(name):
    assert told(Case([{name: "x"}, {name: None}])).startswith(f"environment: {name} is null")


@pytest.mark.parametrize("value", [0o123456, 1.10, True, datetime.date(2026, 1, 1)], ids=str)
def test_no_login_is_made_with_a_number(value):
    """YAML need not read it as it was written: of 0123456 it makes 42798."""
    for name in ("OS_PASSWORD", "OS_PROJECT_ID", "OS_CLOUD"):
        says = f"environment: {name} must be plain text, not "
        assert told(Case([{name: "x"}, {name: value}])).startswith(says)
        assert told(Case([{name: template("text")}]), lambda dummy, name=name: {name: value}).startswith(says)
        assert told(Case([{name: value}, {name: "0123456", "OS_PROJECT_NAME": ""}])) == ""
    others = ("OS_IDENTITY_API_VERSION", "OS_INSECURE", "OS_CACERT", "OTC_BIGDATA_IN_PROCESS", "TIMEOUT")
    assert told(Case([dict.fromkeys(others, value)])) == ""


def test_no_job_of_another_project_is_stopped():
    there, meant = "0123456789abcdef0123456789abcdef", "eu-de_nightly"
    stop = {"otc.bigdata.dli_flink_jobs": {"state": "stopped", "filters": {"name": "*"}}}
    plays = [{"environment": template("meant"), "vars": {"meant": {"OS_PROJECT_NAME": meant}}, "tasks": [stop]}]
    with world(flink_jobs=[{"job_id": 128, "status": "job_running"}]) as (emulator, here):
        run = here.playbook(plays, OS_PROJECT_ID=there, **ONE_PROCESS).end()
        assert run.code == 2, run.said
        assert emulator.log.summary()["writes"] == 0
    assert "OS_PROJECT_ID beside OS_PROJECT_NAME of environment" in run.said
