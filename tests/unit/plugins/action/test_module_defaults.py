# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What module_defaults say beside a task. Whoever names a project or a login in a task means no other one."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import template, world
from ansible_collections.otc.bigdata.tests.unit.utils.fast_path import stops
from ansible_collections.otc.bigdata.tests.unit.utils.forks import ONE_PROCESS

ALL, DLI, OTHERS = "group/otc.bigdata.all", "group/otc.bigdata.dli", "group/acme.ops.jobs"
READER, MODULE = "otc.bigdata.dli_flink_jobs_info", "otc.bigdata.dli_flink_jobs"
USER = {"username": "demo", "password": "x", "user_domain_name": "d"}
OF_USER = "username, password, user_domain_name"
AGENCY = {"agency_name": "ops", "agency_domain_name": "customer", "target_project_name": "eu-de"}


class Case(t.NamedTuple):
    """A task in blocks, the outer one first. ``wins`` and ``lost``: of the refusal; without them it is carried out."""

    blocks: t.Sequence[dict]
    options: t.Any
    wins: str = ""
    lost: str = ""
    whose: str = "the task"


REFUSED = [
    Case([{ALL: {"project_id": "p1"}}], {"project_name": "n"}, "project_id", "project_name"),
    Case([{ALL: {"project_id": template("the_id")}}], {"project_name": "n"}, "project_id", "project_name"),
    Case([{OTHERS: {"project_id": "p1"}}], {"project_name": "n"}, "project_id", "project_name"),
    Case(
        [{ALL: {"project_name": "m"}}, {READER: {"project_id": "p1"}}],
        {"project_name": "n"},
        "project_id",
        "project_name",
    ),
    # The inner one takes the place of the outer one
    Case(
        [{ALL: {"project_name": "n"}}, {ALL: {"project_id": "p1"}}], {"project_name": "n"}, "project_id", "project_name"
    ),
    Case(
        [{ALL: {"project_id": "p1"}, MODULE: {"project_name": "n"}}],
        {"project_name": "n"},
        "project_id",
        "project_name",
    ),
    Case([{ALL: {"project_id": "p1"}, READER: {"project_name": "n"}}], {}, "project_id", "project_name", "nearer ones"),
    Case([{ALL: {"target_project_id": "p1"}}], {"delegated_project": "n"}, "target_project_id", "target_project_name"),
    Case([{ALL: AGENCY}], {"project_name": "n"}, "target_project_name", "project_name"),
    Case([{ALL: USER}], {"cloud": "c"}, OF_USER, "cloud"),
    Case([{ALL: USER}], "cloud=c", OF_USER, "cloud"),
    Case([{ALL: USER}], template("{'cloud': 'c'}"), OF_USER, "cloud"),
    Case([{ALL: template("by_token")}], USER, "token", "username"),
    Case([{ALL: {"access_key": "a", "secret_key": "s"}}], {"user_id": "u"}, "access_key, secret_key", "user_id"),
    Case(
        [{ALL: {"token": template("lookup('ansible.builtin.password', '/dev/null')")}}],
        {"cloud": "c"},
        "token",
        "cloud",
    ),
]
CARRIED_OUT = [
    Case([], {"project_id": "p1", "project_name": "n"}),
    Case([{ALL: {"project_id": "p1", "project_name": "n"}}], {}),
    Case([{ALL: {"project_id": "p1"}}], {"project_id": "p1", "project_name": "n"}),
    Case([{MODULE: {"project_id": "p1"}}], {"project_id": "p1", "project_name": "n"}),
    Case([{ALL: {"project_id": "p1"}}], {"project_id": None, "project_name": "n"}),
    Case([{ALL: {"project_id": "p1"}}, {ALL: {"project_name": "n"}}], {}),
    Case([{ALL: {"project_name": "n"}}], {"project_id": "p1"}),
    Case([{ALL: {"cloud": "c"}}], {"token": "t"}),
    Case([{ALL: USER}], {"token": "t"}),
    Case([{ALL: USER}], {"project_name": "n", "region": "eu-de"}),
    Case([{ALL: {"token": ""}}], {"cloud": "c"}),  # refused by the module
    Case([{"group/acme.ops.others": {"username": "demo"}}], {**USER, "cloud": "c"}),
]


def task(case: Case, name: str) -> dict:
    by_template = isinstance(case.options, str) and "{{" in case.options
    found: dict = {"name": name, READER: None if by_template else case.options, "ignore_errors": True}
    if by_template:
        found["args"] = case.options
    for defaults in reversed(case.blocks):
        found = {"block": [found], "module_defaults": defaults}
    return found


@pytest.mark.parametrize("in_process", ["true", "false"])
def test_what_a_task_says_itself(in_process):
    cases = {f"{n}": case for n, case in enumerate([*REFUSED, *CARRIED_OUT])}
    variables = {"the_id": "p1", "by_token": {"token": "t"}}
    play = {"vars": variables, "tasks": [task(case, name) for name, case in cases.items()]}
    with world() as (emulator, here):
        acme = here.home / "more/ansible_collections/acme/ops/meta"
        acme.mkdir(parents=True)
        (acme / "runtime.yml").write_text(f"action_groups:\n  jobs: [{READER}]\n  others: [ansible.builtin.ping]\n")
        environ = here.environ()
        paths = f"{here.home}/more:{environ['ANSIBLE_COLLECTIONS_PATH']}"
        run = here.playbook(
            [play], OTC_BIGDATA_IN_PROCESS=in_process, ANSIBLE_COLLECTIONS_PATH=paths, **ONE_PROCESS
        ).end()
    said = run.tasks()
    for name, case in cases.items():
        refusal = f"{case.wins} of module_defaults beside {case.lost} of {case.whose}: would win over it"
        assert ("of module_defaults" in said[name]) == bool(case.wins), (case, said[name])
        assert not case.wins or refusal in said[name], (case, said[name])


@pytest.mark.parametrize("in_process", ["true", "false"])
def test_each_item_and_each_attempt(in_process):
    """Also where a task has its options beside ``action``."""
    options = {"state": "stopped", "job_ids": [template("item")], "max_retries": 1}
    again = {"register": "r", "until": "r is success", "retries": 1, "delay": 0, "ignore_errors": True}
    tasks = [
        {"name": "Items", "action": MODULE, "args": options, "loop": [1, 2]},
        {"name": "Attempts", "action": MODULE, "args": {**options, "job_ids": [3]}, **again},
    ]
    play = {"module_defaults": {ALL: {"project_name": "eu-de"}}, "tasks": tasks}
    with world(flink_jobs=[{"count": 2, "status": "job_running"}]) as (emulator, here):
        run = here.playbook([play], OTC_BIGDATA_IN_PROCESS=in_process).end()
        assert stops(emulator) == [1, 2], run.said
    assert "3: unknown to the service" in run.tasks()["Attempts"], run.said
