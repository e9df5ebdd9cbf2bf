# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tasks run in the process of Ansible, and what they need there."""

from __future__ import annotations

import datetime
import gc
import json
import re
import sys
import typing as t

import pytest
from ansible.plugins.loader import become_loader

from ansible_collections.otc.bigdata.plugins.module_utils._cloud import adapter
from ansible_collections.otc.bigdata.plugins.plugin_utils import _fast_path, _in_process
from ansible_collections.otc.bigdata.tests.unit.utils.emulated import template, world
from ansible_collections.otc.bigdata.tests.unit.utils.fast_path import (
    AS_A_MODULE,
    FLINK,
    IN_PROCESS,
    UNUSUAL,
    script,
    stops,
)
from ansible_collections.otc.bigdata.tests.unit.utils.run_action import _action
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import Folder
from ansible_collections.otc.bigdata.tests.unit.utils.service import NIGHTLY, PROJECT

pytestmark = pytest.mark.real


class Case(t.NamedTuple):
    """A task of a play. It stops a job of its own, unless ``ids`` says otherwise."""

    way: str = IN_PROCESS  # how it is announced
    task: dict = {}
    options: dict = {}
    ids: t.Sequence[int] | None = None
    play: str = "local"
    in_folder: bool = True  # Ansible puts the module into a folder


def with_python(path: str, **task) -> dict:
    return {"vars": {"ansible_python_interpreter": path}, **task}


OTHER = template("playbook_dir ~ '/other_python'")
PLAYS = {
    "local": {"hosts": "localhost", "vars": {"ansible_become_exe": template("playbook_dir ~ '/become'")}},
    "environment": {"hosts": "localhost", "environment": {"A": "b"}},
    "free": {"name": "free", "hosts": "here", "strategy": "free"},
    "far": {"hosts": "far"},
}
ITEMS = {"options": {"job_ids": [template("item")]}}
CASES = {
    "plain": Case(),
    "loop": Case(task={"loop": [101, 102]}, ids=[101, 102], **ITEMS),
    "in vain": Case(task={"ignore_errors": True}, options={"job_ids": [999]}, ids=[]),
    "no log": Case(task={"no_log": True}),
    "empty environment": Case(task={"environment": {}}),
    "empty environments": Case(task={"environment": []}),
    "environment": Case(UNUSUAL, with_python(sys.executable, environment={"A": "b"})),
    "templated environment": Case(UNUSUAL, with_python(sys.executable, environment=template("{'A': 'b'}"))),
    "async": Case(UNUSUAL, with_python(sys.executable, **{"async": 30, "poll": 1})),
    "become": Case(UNUSUAL, with_python(sys.executable, become=True)),
    "become by the inventory": Case(UNUSUAL, {"delegate_to": "root"}),
    "become false": Case(task={"become": False}),
    "no local Python": Case(f"{AS_A_MODULE}interpreter {{home}}/other_python", with_python(OTHER)),
    "the same Python": Case(task=with_python(sys.executable)),
    "Python of the playbook": Case(task=with_python(template("ansible_playbook_python"))),
    "any Python": Case(task=with_python("auto_silent")),
    "date": Case(
        f"{AS_A_MODULE}unusual arguments",
        with_python(sys.executable),
        options={"job_ids": None, "filters": {"name": ["x"], "tags": {"made": datetime.date(2026, 1, 1)}}},
        ids=[],
    ),
    "check mode": Case(task={"check_mode": True}, ids=[]),
    "delegated to a module": Case(f"{AS_A_MODULE}interpreter {{home}}/other_python", {"delegate_to": "other"}),
    "delegated far away": Case(
        f"{AS_A_MODULE}connection ssh",
        {"delegate_to": "far", "ignore_unreachable": True},
        ids=[],
        in_folder=False,
    ),
    "play with environment": Case(UNUSUAL, with_python(sys.executable), play="environment"),
    "free": Case(play="free"),
    "delegated": Case(task={"delegate_to": "localhost"}, play="far"),
    "delegated by a loop": Case(
        task={"delegate_to": template("'localhost' if item == 103 else 'here'"), "loop": [103, 104]},
        ids=[103, 104],
        play="far",
        **ITEMS,
    ),
    "local action": Case(task={"delegate_to": "localhost", "run_once": True}, play="far"),
    "far away": Case(f"{AS_A_MODULE}connection ssh", {"ignore_unreachable": True}, ids=[], play="far", in_folder=False),
}
BECOME = ('while [ "$1" != /bin/sh ]; do shift; done', 'exec "$@"')  # a sudo that asks nobody
INVENTORY = {
    "all": {
        "hosts": {
            "localhost": {"ansible_connection": "local"},
            "here": {"ansible_connection": "local"},
            "other": {"ansible_connection": "local", "ansible_python_interpreter": OTHER},
            "root": {
                "ansible_connection": "local",
                "ansible_python_interpreter": sys.executable,
                "ansible_become": True,
                "ansible_become_exe": template("playbook_dir ~ '/become'"),
            },
            "far": {
                "ansible_connection": "ssh",
                "ansible_host": "127.0.0.1",
                "ansible_port": 1,
                "ansible_ssh_executable": template("playbook_dir ~ '/ssh'"),
                "ansible_ssh_retries": 0,
            },
        }
    }
}


def case_task(here: Folder, number: int, name: str) -> dict:
    """Nothing but a module uses ``ansible_remote_tmp``."""
    case = CASES[name]
    options = {"state": "stopped", "job_ids": [number], **case.options}
    task = {"name": name, FLINK: {key: value for key, value in options.items() if value is not None}, **case.task}
    return {**task, "vars": {"ansible_remote_tmp": f"{here.remote}/{number}", **task.get("vars", {})}}


def case_plays(here: Folder) -> list[dict]:
    numbers = {name: number for number, name in enumerate(CASES, 1)}
    return [
        {**play, "tasks": [case_task(here, numbers[name], name) for name, case in CASES.items() if case.play == key]}
        for key, play in PLAYS.items()
    ]


def test_who_runs_here():
    """Told at -vvv, and seen: a module needs a folder to run from, and a connection. Whatever way, it runs once."""
    with world(flink_jobs=[{"count": 110, "status": "job_running"}]) as (emulator, here):
        here.write("hosts.yml", INVENTORY)
        script(here, "other_python", f'exec "{sys.executable}" "$@"')
        script(here, "become", *BECOME)
        script(here, "ssh", f'echo "$@" >> {here.path}/ssh-was-tried', "exit 255")
        run = here.playbook(case_plays(here), "-i", "hosts.yml", "-vvv").end()
        assert run.code == 0, run.said
        said, expected = run.tasks(), []
        for number, (name, case) in enumerate(CASES.items(), 1):
            ways = re.findall(rf"^{FLINK}: (?:in process|as a module).*$", said[name], re.MULTILINE)
            assert set(ways) == {case.way.format(home=here.home)}, said[name]
            assert len(ways) == len(case.task.get("loop", "1")), said[name]
            as_module = case.way != IN_PROCESS and case.in_folder
            assert (here.remote / str(number)).exists() == as_module, said[name]
            assert ("AnsiballZ" in said[name]) == as_module, said[name]
            expected += [number] if case.ids is None else case.ids
        assert sorted(stops(emulator)) == sorted(expected)
        assert all("UNREACHABLE" in said[name] for name in ("far away", "delegated far away"))
        assert (here.path / "ssh-was-tried").exists()


def test_a_check_that_would_be_another_account():
    """It always runs here, where a task's environment does not count: the jobs of those IDs in another project would be stopped."""
    check = {"otc.bigdata.check_service": {"disposable_flink_jobs": [1]}}
    nightly = {"environment": {"OS_PROJECT_NAME": "eu-de_nightly"}}
    tasks = [
        {"name": name, **check, **more, "ignore_errors": True}
        for name, more in (("environment", nightly), ("async", {"async": 60, "poll": 1}))
    ]
    with world(flink_jobs=[{"job_id": 1, "status": "job_running"}]) as (emulator, here):
        run = here.playbook([{"hosts": "localhost", "tasks": tasks}]).end()
        said = run.tasks()
        assert "environment: does not count for this task" in said["environment"]
        assert "async: would lose the result of this task" in said["async"]
        assert emulator.log.entries() == []


@pytest.mark.parametrize("in_process", ["true", "false"])
def test_a_default_that_would_be_another_project(in_process):
    """The ID of a project wins over its name, and nobody who names one in a task means that of module_defaults."""
    nightly, group = {"project_id": None, "project_name": "eu-de_nightly"}, "group/otc.bigdata.all"
    tasks = [
        {"name": name, FLINK: {"state": "stopped", "job_ids": [1], **options}, "ignore_errors": True}
        for name, options in (("name", {"project_name": "eu-de_nightly"}), ("null", nightly))
    ]
    play = {
        "module_defaults": {group: {"project_id": template("the_project")}},
        "vars": {"the_project": PROJECT},
        "tasks": tasks,
    }
    with world(flink_jobs=[{"job_id": 1, "status": "job_running"}]) as (emulator, here):
        said = here.playbook([play], OTC_BIGDATA_IN_PROCESS=in_process).end().tasks()
        assert "project_id of module_defaults beside project_name of the task: would win over it" in said["name"]
        assert not stops(emulator)
        assert {path.split("/")[2] for path in (one["path"] for one in emulator.log.entries()) if "jobs" in path} == {
            NIGHTLY
        }


@pytest.mark.parametrize("become", [False, True])
def test_a_cloud_that_would_be_another_project(become):
    """Ansible runs the tasks of a playbook in its folder, so they would find the entry of the same name in the home folder.

    A module is not even told by its environment where Ansible was called.
    """
    user = {"username": "demo", "password": "demo-password", "user_domain_name": "demo-domain"}
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "become": become,
        "vars": {"ansible_become_exe": template("playbook_dir ~ '/become'")},
        "tasks": [{FLINK: {"state": "stopped", "job_ids": [1], "cloud": "c"}}],
    }
    with world(flink_jobs=[{"job_id": 1, "status": "job_running"}]) as (emulator, here):
        for folder, project in (("home/.config/openstack", "eu-de"), ("shell", "eu-de_nightly")):
            here.write(f"../{folder}/clouds.yaml", {"clouds": {"c": {"auth": {**user, "project_name": project}}}})
        file, shell = here.write("../shell/plays/stop.yml", [play]), here.path / "shell"
        script(here, "../shell/plays/become", *BECOME)
        run = here.start("playbook", str(file), cwd=shell, PWD=str(here.path), OTC_BIGDATA_IN_PROCESS="false").end()
        said = re.sub(r"\s+", " ", run.said)
        assert f"cloud: 'c' in {shell}/clouds.yaml is not the same as in {shell}/plays, where this task looks" in said
        assert emulator.log.entries() == []


@pytest.mark.parametrize(
    ("method", "flags", "kept"),
    [
        ("su", "", True),
        ("sudo", "-H -S -n", False),
        ("sudo", "-HE", True),
        ("sudo", "-n --preserve-env=OS_PROJECT_ID", True),
    ],
)
def test_variables_that_become_may_keep(monkeypatch, method, flags, kept):
    """One of the shell may win over one of the task, and acts for somebody else, only where it is still there."""
    monkeypatch.setenv("OS_PROJECT_ID", PROJECT)
    action, plugin = _action(FLINK, {}, False, False, "."), become_loader.get(method)
    plugin.set_options(direct={"become_flags": flags})
    action._connection.set_become_plugin(plugin)
    assert ("OS_PROJECT_ID" in action._environ()) is kept


class InVault:
    """As ansible-core has it before 2.19."""

    __ENCRYPTED__ = True

    def __str__(self) -> str:
        return "what is in it"


def test_what_is_in_a_vault_is_text():
    assert json.loads(json.dumps({"password": InVault()}, default=_fast_path._text_of_vault)) == {"password": ""}
    with pytest.raises(TypeError):
        json.dumps({"name": [datetime.date(2026, 1, 1)], "password": InVault()}, default=_fast_path._text_of_vault)


def test_a_check_gets_what_is_in_a_vault():
    """There is no module for it, so it always runs here."""
    arguments = {"username": "demo", "password": InVault()}
    plugin = _action("otc.bigdata.check_service", arguments, check_mode=False, diff=False, folder=".")
    assert plugin._misplaced_beyond_json() == []
    assert plugin._plain_arguments() == {"username": "demo", "password": "what is in it"}


@pytest.mark.parametrize("in_process", ["true", "false"])
def test_dates_in_a_check(in_process):
    odd = {"username": datetime.date(2026, 1, 1), "max_retries": datetime.date(2026, 1, 1)}
    with world() as (emulator, here):
        tasks = [{"name": option, "otc.bigdata.check_service": {option: date}} for option, date in odd.items()]
        tasks = [{**task, "ignore_errors": True} for task in tasks]
        run = here.playbook([{"tasks": tasks}], OTC_BIGDATA_IN_PROCESS=in_process).end()
        said = run.tasks()
        assert "username: must be plain text, not a date; quote it" in said["username"], run.said
        assert "argument 'max_retries' is of type" in said["max_retries"], run.said
        assert emulator.log.entries() == []


@pytest.mark.parametrize("in_process", ["true", "false"])
def test_dates(in_process):
    """A module would get them as texts, and not always as those that were written."""
    odd = {"name": [datetime.date(2026, 1, 1)], "queue_name": datetime.datetime(2026, 1, 1, 9)}
    with world() as (emulator, here):
        tasks = [{FLINK: {"state": "absent", "filters": odd}}]
        run = here.playbook([{"tasks": tasks}], OTC_BIGDATA_IN_PROCESS=in_process).end()
        said = re.sub(r"\s+", " ", run.said)
        assert "filters.name: must be plain text, not a date; quote it; filters.queue_name: must be plain text" in said
        assert emulator.log.entries() == []


@pytest.mark.parametrize("in_process", ["true", "false"])
def test_dates_of_tags(in_process):
    """That of a day is as good as its text; one with a time becomes another text."""
    with world() as (emulator, here):
        tags = {"time": datetime.datetime(2026, 1, 1, 9), "day": datetime.date(2026, 1, 1)}
        tasks = [
            {"name": name, FLINK: {"state": "absent", "filters": {"tags": {name: tag}}}, "ignore_errors": True}
            for name, tag in tags.items()
        ]
        run = here.playbook([{"tasks": tasks}], OTC_BIGDATA_IN_PROCESS=in_process).end()
        said = run.tasks()
    assert "filters.tags.time: must be plain text, not a date; quote it" in said["time"], run.said
    assert "fatal" not in said["day"] or "date" not in said["day"], run.said


ROLE = [{"name": "In a role", FLINK: {"state": "stopped", "job_ids": [template("job")]}}]
BLOCKS = [
    {
        "block": [{"name": "In a block", FLINK: {"state": "stopped", "job_ids": [1, 999]}}],
        "rescue": [{"name": "In a rescue", FLINK: {"state": "stopped", "job_ids": [2]}}],
        "always": [{"name": "Role", "ansible.builtin.include_role": {"name": "stop"}, "vars": {"job": 3}}],
    },
    {
        "name": "In a block with environment",
        "block": [{FLINK: {"state": "stopped", "job_ids": [4]}}],
        "environment": {"A": "b"},
    },
]


def test_blocks_and_roles():
    with world(flink_jobs=[{"count": 4, "status": "job_running"}]) as (emulator, here):
        here.write("roles/stop/tasks/main.yml", ROLE)
        run = here.playbook([{"tasks": BLOCKS}], "-vvv").end()
        assert run.code == 0, run.said
        assert re.findall(rf"{FLINK}: (?:in|as).*", run.out) == [IN_PROCESS] * 3 + [UNUSUAL]
        assert stops(emulator) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("environ", "read"),
    [
        ({"OS_AUTH_URL": "https://iam.eu-de.otc.t-systems.com/v3"}, True),
        ({"OS_CACERT": "/ca.pem"}, False),
        ({"OTC_DLI_ENDPOINT": "http://127.0.0.1:8080"}, False),
    ],
)
def test_authorities_are_read_before_there_are_workers(environ, read):
    adapter._trusting.cache_clear()
    _in_process._read_authorities(environ)
    assert adapter._trusting.cache_info().currsize == read


def test_classes_of_adapters_are_made_before_there_are_workers():
    adapter._classes.cache_clear()
    assert _fast_path.load("dli_flink_jobs")
    assert adapter._classes.cache_info().currsize == 1


def test_what_an_item_of_a_loop_leaves_behind_is_collected():
    _in_process._leave_memory_alone()
    before, garbage = gc.get_freeze_count(), [[] for dummy in range(10_000)]
    _in_process._leave_memory_alone()
    assert gc.get_freeze_count() < before + len(garbage)
