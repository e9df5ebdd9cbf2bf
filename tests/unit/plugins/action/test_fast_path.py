# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks that run in the process of Ansible: which do, whether anybody could tell from their results, what a watcher sees,
and what Ctrl-C does. Always Ansible's own command line, against an emulator."""

from __future__ import annotations

import contextlib
import datetime
import gc
import json
import os
import pathlib
import re
import signal
import sys
import time
import typing as t

import pytest
from ansible.executor.process.worker import WorkerProcess
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.otc.bigdata.plugins.module_utils._cloud import adapter
from ansible_collections.otc.bigdata.plugins.plugin_utils import _fast_path
from ansible_collections.otc.bigdata.tests.emulator.server import Emulator
from ansible_collections.otc.bigdata.tests.unit.utils.emulated import template, world, write_down
from ansible_collections.otc.bigdata.tests.unit.utils.mrs import CLUSTER
from ansible_collections.otc.bigdata.tests.unit.utils.run_module import forks
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import Folder, Run, wait_for
from ansible_collections.otc.bigdata.tests.unit.utils.service import FOR_EVER, PROJECT

pytestmark = pytest.mark.real

FLINK, SPARK, MRS = "otc.bigdata.dli_flink_jobs", "otc.bigdata.dli_batch_job", "otc.bigdata.mrs_job_executions"
IN_PROCESS, AS_A_MODULE = f"{FLINK}: in process", f"{FLINK}: as a module: "
UNUSUAL = f"{AS_A_MODULE}become, async or environment"


def script(here: Folder, name: str, *lines: str) -> str:
    """A command. Returns its path."""
    path = here.write(name, "\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)
    return str(path)


def stops(emulator: Emulator) -> list[int]:
    """The jobs that stops were sent for, one after the other."""
    writes = [json.loads(entry["body"]) for entry in emulator.log.entries() if entry["path"].endswith("/jobs/stop")]
    return [job_id for write in writes for job_id in write["job_ids"]]


# ---- which tasks run here ----


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
        script(here, "become", 'while [ "$1" != /bin/sh ]; do shift; done', 'exec "$@"')
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


class InVault:
    """As ansible-core has it before 2.19."""

    __ENCRYPTED__ = True


def test_what_is_in_a_vault_is_text():
    assert json.loads(json.dumps({"password": InVault()}, default=_fast_path._text_of_vault)) == {"password": ""}
    with pytest.raises(TypeError):
        json.dumps({"name": [datetime.date(2026, 1, 1)], "password": InVault()}, default=_fast_path._text_of_vault)


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


# As if it were not installed
WITHOUT_REQUESTS = """
from importlib.machinery import PathFinder
found = PathFinder.find_spec
PathFinder.find_spec = classmethod(lambda cls, name, *more: None if name == "requests" else found(name, *more))
"""
NOT_WISHED = {"ansible.cfg": "[otc_bigdata]\nin_process = false\n"}
OF_INVENTORY = [
    "-i",
    "localhost,",
    "-c",
    "local",
]  # unlike the localhost that Ansible makes, it has no Python of its own


class Surroundings(t.NamedTuple):
    """What is set for all tasks; ``files`` are in the home folder."""

    way: str = IN_PROCESS
    environ: dict = {}
    files: dict = {}
    arguments: t.Sequence[str] = ()


SURROUNDINGS = {
    "plain": Surroundings(),
    "wished": Surroundings(environ={"OTC_BIGDATA_IN_PROCESS": "true"}),
    "not wished": Surroundings(f"{AS_A_MODULE}in_process is false", {"OTC_BIGDATA_IN_PROCESS": "no"}),
    "not wished in ansible.cfg": Surroundings(f"{AS_A_MODULE}in_process is false", files=NOT_WISHED),
    "the environment wins": Surroundings(environ={"OTC_BIGDATA_IN_PROCESS": "true"}, files=NOT_WISHED),
    "files are kept": Surroundings(
        f"{AS_A_MODULE}the files of the module are to be kept", {"ANSIBLE_KEEP_REMOTE_FILES": "1"}
    ),
    "another Python": Surroundings(
        f"{AS_A_MODULE}interpreter {{home}}/other_python",
        {"ANSIBLE_PYTHON_INTERPRETER": "{home}/other_python"},
        arguments=OF_INVENTORY,
    ),
    "any Python": Surroundings(environ={"ANSIBLE_PYTHON_INTERPRETER": "auto"}, arguments=OF_INVENTORY),
    "no requests": Surroundings(
        f"{AS_A_MODULE}requests cannot be imported here",
        {"PYTHONPATH": "{home}/packages:{PYTHONPATH}"},
        {"packages/sitecustomize.py": WITHOUT_REQUESTS},
    ),
}


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_surroundings(name):
    case = SURROUNDINGS[name]
    with world() as (emulator, here):
        places = {"home": here.home, "PYTHONPATH": here.environ()["PYTHONPATH"]}
        variables = {key: value.format(**places) for key, value in case.environ.items()}
        script(here, "other_python", f'exec "{sys.executable}" "$@"')
        for path, text in case.files.items():
            here.write(path, text)
        run = here.ad_hoc("dli_flink_jobs", "state=stopped job_ids=128", "-vvv", *case.arguments, **variables).end()
        assert re.findall(rf"{FLINK}: (?:in|as).*", run.out) == [case.way.format(**places)], run.said
        assert here.remote.exists() == (case.way != IN_PROCESS), run.said
        if name == "no requests":
            assert run.code == 2
            assert "Failed to import the required Python library (requests)" in run.out, run.said
            assert emulator.log.summary()["reads"] == 0
        else:
            assert run.code == 0, run.said
            assert "localhost | CHANGED =>" in run.out
            assert stops(emulator) == [128]


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
    _fast_path._read_authorities(environ)
    assert adapter._trusting.cache_info().currsize == read


def test_what_an_item_of_a_loop_leaves_behind_is_collected():
    _fast_path._leave_memory_alone()
    before, garbage = gc.get_freeze_count(), [[] for dummy in range(10_000)]
    _fast_path._leave_memory_alone()
    assert gc.get_freeze_count() < before + len(garbage)


CURE = "urllib3 v2 only supports OpenSSL 1.1.1+, currently the 'ssl' module is compiled with 'OpenSSL 1.0.2k'"


@pytest.mark.parametrize("module", ["dli_flink_jobs", "dli_flink_jobs_info"])
def test_requests_that_cannot_be_imported(module):
    """It is there, so what it says is the best advice. With -vvv there is a traceback, as of every module."""
    with world() as (emulator, here):
        here.write("packages/requests/__init__.py", f'raise ImportError("{CURE}")')
        path = os.pathsep.join([str(here.home / "packages"), here.environ()["PYTHONPATH"]])
        options = "job_ids=128" if module.endswith("info") else "state=stopped job_ids=128"
        run = here.ad_hoc(module, options, "-vvv", PYTHONPATH=path).end()
        assert run.code == 2
        assert f"{module}: as a module: requests cannot be imported here" in run.out
        said = re.sub(r"\s+", " ", run.said)
        assert f"requests is installed, but {sys.executable} cannot import it: ImportError: {CURE}" in said, run.said
        assert "raise ImportError(" in said
        assert emulator.log.summary()["reads"] == 0


@pytest.mark.parametrize("in_process", ["true", "false"])
@pytest.mark.parametrize("form", ["password=12345678 {}", '{{"password": "12345678", {}'])
def test_an_ad_hoc_command_that_fails(form, in_process):
    """Newer releases of Ansible quote how the arguments begin. A number is text there, as nothing has converted it."""
    more = "username=demo user_domain_name=d job_ids=128 state=stopped"
    if form.startswith("{"):
        more = json.dumps(dict(one.split("=") for one in more.split()))[1:]
    with world() as (emulator, here):
        run = here.ad_hoc(
            "dli_flink_jobs", form.format(more), "-vvvv", OS_TOKEN="", OTC_BIGDATA_IN_PROCESS=in_process
        ).end()
        assert run.code == 2
        assert "project_id (environment: OS_PROJECT_ID) or project_name" in run.said
        assert "12345678" not in run.said


def test_wrong_setting():
    """One message that names the value; nothing is sent."""
    with world() as (emulator, here):
        run = here.ad_hoc("dli_flink_jobs", "state=stopped job_ids=128", OTC_BIGDATA_PROGRESS="often").end()
        assert run.code == 2
        assert "often" in run.said, run.said
        assert "Traceback" not in run.said
        assert emulator.log.summary()["reads"] == 0


NEVER = [
    {"name": "Environment", FLINK: {"state": "stopped", "job_ids": [1]}},
    {"name": "Settings", FLINK: {"state": "stopped", "job_ids": [2]}},
    {
        "name": "Environment of a module",
        FLINK: {"state": "stopped", "job_ids": [1]},
        "environment": {"OTC_BIGDATA_NEVER": ""},
    },
    {
        "name": "Settings for a module, and its environment",
        FLINK: {"state": "stopped", "job_ids": [2, 3]},
        "environment": {"OTC_BIGDATA_NEVER": "orders"},
    },
    {"name": "Others", FLINK: {"state": "stopped", "filters": {"name": "*", "not_name": "billing*, payroll"}}},
]


def test_jobs_that_no_task_may_change():
    """What is set on the controller counts in both ways, together, and no task can switch it off."""
    jobs = [{"name": name, "status": "job_running"} for name in ("billing", "payroll", "orders")]
    with world(flink_jobs=jobs) as (emulator, here):
        here.write("ansible.cfg", "[otc_bigdata]\nnever = payroll\n")
        tasks = [{**task, "ignore_errors": True} for task in NEVER]
        run = here.playbook([{"tasks": tasks}], "-vvv", OTC_BIGDATA_NEVER="billing*").end()
        said = run.tasks()
        named = [re.findall(r"OTC_BIGDATA_NEVER: (.*?) must never", said[task["name"]])[:1] for task in NEVER]
        assert named == [["1 (billing)"], ["2 (payroll)"], ["1 (billing)"], ["2 (payroll), 3 (orders)"], []], run.said
        assert re.findall(rf"{FLINK}: (?:in|as).*", run.out) == [IN_PROCESS] * 2 + [UNUSUAL] * 2 + [IN_PROCESS]
        assert "_ansible_otc" not in run.said
        assert stops(emulator) == [3]


def test_a_variable_of_the_controller_that_protects_nothing():
    """It is told to a module, too."""
    with world(flink_jobs=[{"name": "billing", "status": "job_running"}]) as (emulator, here):
        tasks = [
            {FLINK: {"state": "stopped", "job_ids": [1]}, **more}
            for more in ({}, {"environment": {"OTC_BIGDATA_NEVERS": ""}})
        ]
        run = here.playbook(
            [{"tasks": [{**task, "ignore_errors": True} for task in tasks]}], "-vvv", OTC_BIGDATA_NEVERS="billing"
        ).end()
        assert run.said.count("OTC_BIGDATA_NEVERS: protects nothing") >= 2
        assert re.findall(rf"{FLINK}: (?:in|as).*", run.out) == [IN_PROCESS, UNUSUAL]
        assert emulator.log.entries() == []


def test_a_setting_that_protects_nothing():
    with world(flink_jobs=[{"name": "billing", "status": "job_running"}]) as (emulator, here):
        here.write("ansible.cfg", "[otc_bigdata]\nnevr = billing\n")
        run = here.ad_hoc("dli_flink_jobs", "state=stopped job_ids=1").end()
        assert "otc_bigdata.nevr: protects nothing, as the key of ansible.cfg is never, in the section" in run.said
        assert emulator.log.entries() == []


# ---- the same results ----

BATCHES = [f"0a324461-d9d9-45da-a52a-{n:012}" for n in range(6)]
KILLED, SLOW = "981374c1-85da-44ee-be32-edfb4fba776c", "c54c8aa0-c277-4f83-8acc-521d85cfa32b"
SEED = {
    "flink_jobs": [
        {"count": 320, "name": "load", "status": "job_running"},
        {"job_id": 501, "name": "Größe ☃ \"'\\ {{ no }}", "status": "job_running"},
        {"job_id": 502, "name": "bad", "status": "job_running", "refuse": {"stop": "DLI.15002"}},
        {"job_id": 503, "name": "slow", "status": "job_running", "script": {"stop": [{"status": "job_canceling"}]}},
        {"job_id": 504, "name": "old", "status": "job_finish", "age": 864000, "sql_body": "SELECT 'x' AS password"},
    ],
    "batches": [{"id": one, "name": "rollup", "state": "running"} for one in BATCHES],
}


def stop(*ids, **options) -> dict:
    return {FLINK: {"state": "stopped", "job_ids": list(ids), **options}}


# name: the task, and whether it changes anything, and fails
TASKS: dict[str, tuple[dict, bool, bool]] = {
    "success": (stop(1, 2), True, False),
    "again": (stop(1, 2), False, False),
    "one fails": (stop(3, 502, 999), True, True),
    "300 jobs": (stop(*range(10, 310)), True, False),
    "unicode": ({FLINK: {"state": "stopped", "filters": {"name": ["Größe*", "*☃*"]}}}, True, False),
    "check mode and diff": ({**stop(4), "check_mode": True, "diff": True}, True, False),
    "diff": ({FLINK: {"state": "absent", "job_ids": [4, 504]}, "diff": True}, True, False),
    "time is up": (stop(503, wait_timeout=1, wait_interval=0.1), True, True),
    "without waiting": (stop(5, wait=False), True, False),
    "missing option": ({FLINK: {"job_ids": [1]}}, False, True),
    "wrong type": (stop(1, wait_timeout="soon"), False, True),
    "wrong choice": ({FLINK: {"state": "paused", "job_ids": [1]}}, False, True),
    "both": (stop(1, filters={"name": ["x"]}), False, True),
    "unsupported option": (stop(1, job_id=2), False, True),
    "unsupported filter": ({FLINK: {"state": "stopped", "filters": {"nmae": "x"}}}, False, True),
    "malformed id": (stop("1.0"), False, True),
    "malformed number": (stop(1, max_retries=-1), False, True),
    "too many": ({FLINK: {"state": "absent", "filters": {"name": "load*"}, "max_jobs": 3}}, False, True),
    "alias": ({MRS: {"state": "stopped", "cluster_id": CLUSTER, "job_id_list": [KILLED]}}, True, False),
    "alias too": (
        {
            SPARK: {
                "state": "stopped",
                "batch_id": BATCHES[:2],
                "batch_ids": BATCHES[:2],
                "region": "a",
                "region_name": "a",
            }
        },
        True,
        False,
    ),
    "one string": ({SPARK: {"state": "stopped", "batch_id": BATCHES[3]}}, True, False),
    "bad token": (stop(1, token="top-secret-token"), False, True),
    "bad key": (stop(1, access_key="AKAKAKAKAK", secret_key="SK-top-secret"), False, True),
    "short secret": (stop(6, token="demo-token", security_token="load"), True, False),
    "vault": (stop(317, token=template("vaulted_token")), True, False),
    "no log": ({**stop(7, token="demo-token"), "no_log": True}, True, False),
    "Flink reader": ({f"{FLINK}_info": {"filters": {"name": ["old", "slow"]}, "details": True}}, False, False),
    "Spark reader": ({f"{SPARK}_info": {}}, False, False),
    "MRS reader": (
        {f"{MRS}_info": {"cluster_name": "analytics", "filters": {"state": ["running", "odd"]}}},
        False,
        False,
    ),
    "MRS delete": ({MRS: {"state": "absent", "cluster_name": "analytics", "job_ids": [SLOW, "nobody"]}}, True, False),
    "failed when": ({**stop(8), "failed_when": "result_failed_when.summary.total == 1"}, True, True),
    "changed when": ({**stop(9), "changed_when": False}, False, False),
    "until": ({**stop(310), "until": "not result_until.changed", "retries": 3, "delay": 0}, False, False),
    "loop": ({FLINK: {"state": "stopped", "job_ids": [template("item")]}, "loop": [311, 312]}, True, False),
    "CA here": (stop(313, ca_path="here.pem"), True, False),
    "CA elsewhere": (stop(314, ca_path="elsewhere.pem"), False, True),
    "clouds.yaml here": (stop(315, cloud="here"), True, False),
    "null": ({FLINK: {"state": "stopped", "job_ids": [316], "filters": None, "region": template("omit")}}, True, False),
    "empty": (stop(), False, False),
}


def variable(name: str) -> str:
    """Where a task leaves its result."""
    return f"result_{re.sub('[^a-z0-9]', '_', name.lower())}"


def outcomes(
    emulator: Emulator,
    here: Folder,
    elsewhere: pathlib.Path,
    cases: dict,
    python: str,
    in_process: bool,
    *arguments: str,
) -> Run:
    """All tasks, one after the other; each may fail. Started in another folder than the one with the playbook."""
    vault = VaultLib([("default", VaultSecret(b"vault-password"))])
    secret = vault.encrypt("demo-token", vault.secrets[0][1]).decode()
    here.write("vaulted.yml", "vaulted_token: !vault |\n" + "".join(f"  {line}\n" for line in secret.splitlines()))
    here.write("vault-password", "vault-password")
    here.write("here.pem", "")
    (elsewhere / "elsewhere.pem").touch()
    auth = {"token": "demo-token", "auth_url": emulator.url}
    entry = {"auth": auth, "auth_type": "token", "dli_endpoint_override": emulator.url}
    here.write("clouds.yaml", {"clouds": {"here": {**entry, "auth": {**auth, "project_id": PROJECT}}}})
    tasks = [
        {"name": name, **task, "register": variable(name), "ignore_errors": True}
        for name, (task, *dummy) in cases.items()
    ]
    results = ", ".join(map(variable, cases))
    play = {
        "module_defaults": {"group/otc.bigdata.all": {"request_timeout": 30, "project_id": PROJECT}},
        "vars_files": ["vaulted.yml"],
        "vars": {"ansible_python_interpreter": python},
        "tasks": [*tasks, {"name": "Results", **write_down(here.path / "results.json", f"[{results}]")}],
    }
    return here.playbook(
        [play],
        "--vault-password-file",
        str(here.home / "vault-password"),
        *arguments,
        cwd=elsewhere,
        OTC_BIGDATA_IN_PROCESS=str(in_process),
        OTC_BIGDATA_PROGRESS="never",
        ANSIBLE_INJECT_INVOCATION="1",
    )


def plain(text: str, emulator: Emulator, here: Folder) -> str:
    """Without what differs from run to run: where things are, when jobs were made, the ids of requests."""
    host = emulator.url.rpartition("/")[2]
    text = text.replace(host, "HOST").replace(str(here.path), "FOLDER")
    text = re.sub(r"\b[0-9a-f]{24}[0-9a-f]{8}\b", "REQUEST", text.replace(PROJECT, "PROJECT"))
    text = re.sub(r'("(?:duration|elapsed_time)": )\d+', r"\g<1>0", text)
    return re.sub(r"(?<!\d)1\d{9}(\d{3})?(?!\d)", "0", text)


def is_write(request: tuple[str, str, str]) -> bool:
    return request[0] != "GET"


@pytest.mark.parametrize(("verbosity", "every"), [("-v", 1), ("-vvv", 7)])
def test_same_results(verbosity, every, tmp_path):
    """Registered, and shown by Ansible, which only calls what failed by another name. Only with -vvv modules start as they do
    elsewhere: otherwise they are forks."""
    results, shown, requests = [], [], []
    tasks = dict(list(TASKS.items())[::every])
    with contextlib.ExitStack() as stack:
        worlds = [stack.enter_context(world(**SEED)) for dummy in range(2)]
        as_module = str(forks().command("python")) if verbosity == "-v" else sys.executable
        ways = ((sys.executable, True), (as_module, False))
        runs = [outcomes(*one, tmp_path, tasks, *way, verbosity) for one, way in zip(worlds, ways)]
        for run, (emulator, here) in zip(runs, worlds):
            run.end()
            assert (here.path / "results.json").exists(), run.said
            results.append(json.loads(plain((here.path / "results.json").read_text(encoding="utf-8"), emulator, here)))
            shown.append(plain(run.said.replace("Action failed", "Module failed"), emulator, here))
            requests.append([(entry["method"], entry["path"], entry["body"]) for entry in emulator.log.entries()])
    announced = [len(re.findall(r"^otc\.bigdata\.\w+: in process$", text, re.MULTILINE)) for text in shown]
    assert verbosity == "-v" or (announced[0] >= len(tasks) and announced[1] == 0)
    for (name, (dummy, changed, failed)), quick, slow in zip(tasks.items(), *results):
        assert quick == slow, name
        assert (quick["changed"], quick.get("failed", False)) == (changed, failed), (name, quick)
    written, seen = ([sorted(filter(one, sent)) for sent in requests] for one in (is_write, None))
    assert written[0] == written[1]
    assert set(seen[0]) == set(seen[1])  # how often it looked is a matter of time
    if verbosity == "-v":
        assert shown[0].splitlines() == shown[1].splitlines()


# ---- progress ----

JSON_CALLBACK = """
import json
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = "{name: my_json, type: stdout, short_description: one document at the end, description: [the same]}"


class CallbackModule(CallbackBase):
    CALLBACK_VERSION, CALLBACK_TYPE, CALLBACK_NAME = 2.0, "stdout", "my_json"
    messages = []

    def v2_runner_on_ok(self, result):
        self.messages.append(result._result["msg"])

    def v2_playbook_on_stats(self, stats):
        self._display.display(json.dumps(self.messages))
"""


def held(count: int, status: str) -> dict:
    """Jobs that are so for a while once they are stopped: many looks, each after a pause, so time does not matter."""
    steps = [{"status": status}, {"after": "12 looks", "status": "job_cancel_success"}]
    return {"count": count, "status": "job_running", "script": {"stop": steps}}


ODD = "job_\x1b[31mx"
HUNDRED = [{"count": 37, "status": "job_running"}, held(60, "job_canceling"), held(3, "job_savepointing")]
LINE = r"dli_flink_jobs: 37/100 stopped, 60 job_canceling, 3 job_savepointing \(\d+ s\)"
LAST_LINE = r"dli_flink_jobs: 100/100 stopped \(\d+ s\)"
BY_JSON = {
    "OTC_BIGDATA_PROGRESS": "always",
    "ANSIBLE_STDOUT_CALLBACK": "my_json",
    "ANSIBLE_CALLBACK_PLUGINS": "callbacks",
}


class Watched(t.NamedTuple):
    """How somebody watches a task; ``seen``: the stream with the progress."""

    seen: str = ""
    environ: dict = {}
    arguments: t.Sequence[str] = ()
    task: dict = {}
    terminal: bool = False
    ad_hoc: bool = False


WATCHED = {
    "pipe": Watched(),
    "pipe, -v": Watched("out", arguments=["-v"]),
    "pipe, always": Watched("out", {"OTC_BIGDATA_PROGRESS": "always"}),
    "terminal": Watched("out", terminal=True),
    "terminal, never": Watched("", {"OTC_BIGDATA_PROGRESS": "never"}, ["-v"], terminal=True),
    "terminal, no log": Watched("", {"OTC_BIGDATA_PROGRESS": "always"}, ["-v"], {"no_log": True}, terminal=True),
    "terminal, check mode": Watched("", {"OTC_BIGDATA_PROGRESS": "always"}, ["-v", "--check"], terminal=True),
    "JSON": Watched("err", BY_JSON),
    "JSON, -v": Watched("err", BY_JSON, ["-v"]),
    "JSON, auto": Watched("", {**BY_JSON, "OTC_BIGDATA_PROGRESS": "auto"}, ["-v"]),
    "ad hoc": Watched("out", {"OTC_BIGDATA_PROGRESS": "always"}, ad_hoc=True),
}


def watch(here: Folder, how: Watched) -> Run:
    here.write("ansible.cfg", "")
    here.write("callbacks/my_json.py", JSON_CALLBACK)
    options = {"state": "stopped", "job_ids": list(range(1, 101)), "wait_interval": 0.4}
    if how.ad_hoc:
        return here.ad_hoc("dli_flink_jobs", json.dumps(options), *how.arguments, terminal=how.terminal, **how.environ)
    task = {FLINK: options, **how.task}
    return here.playbook([{"tasks": [task]}], *how.arguments, terminal=how.terminal, **how.environ)


def check_watched(name: str, run: Run) -> None:
    how, streams = WATCHED[name], {"out": run.out, "err": run.err}
    assert run.code == 0, (name, run.said)
    progress = re.findall(r"^dli_flink_jobs: .*$", streams.pop(how.seen, ""), re.MULTILINE)
    assert bool(progress) == bool(how.seen), (name, run.said)
    assert all(re.fullmatch(line, said) for line, said in zip([LINE, LAST_LINE], progress)), (name, progress)
    assert len(progress) <= 2, (name, progress)  # only what is new
    assert not any("dli_flink_jobs: " in stream for stream in streams.values()), (name, run.said)
    if how.environ.get("ANSIBLE_STDOUT_CALLBACK"):
        text = "".join(line for line in run.out.splitlines(True) if not line.startswith("Using "))  # Ansible, with -v
        assert json.loads(text) == ["Stopped 100 of 100 jobs"]
    if how.ad_hoc:
        before, dummy, after = run.out.partition("localhost | CHANGED => ")
        assert re.match(LINE, before)
        assert json.loads(after)["msg"] == "Stopped 100 of 100 jobs"


def test_progress():
    """Watched in every way at once, as most of the time is spent waiting."""
    with contextlib.ExitStack() as stack:
        runs = {name: watch(stack.enter_context(world(flink_jobs=HUNDRED))[1], how) for name, how in WATCHED.items()}
        for name, run in runs.items():
            check_watched(name, run.end())


def test_progress_of_writes():
    """Before there is anything to look at: how many requests are on their way."""
    with world(batches=[{"count": 60, "state": "running"}]) as (emulator, here):
        emulator.settings.update({"latency": 0.1})
        ids = list(emulator.world["batches"].jobs)
        task = {SPARK: {"state": "stopped", "batch_id": ids, "max_concurrency": 2}}
        run = here.playbook([{"tasks": [task]}], "-v").end()
        assert run.code == 0, run.said
        lines = re.findall(r"^dli_batch_job: (\d+)/60 asked for \((\d+) s\)$", run.out, re.MULTILINE)
        counts, seconds = ([int(line[n]) for line in lines] for n in range(2))
        assert lines, run.said
        assert counts == sorted(set(counts)), run.said
        assert all(later - sooner >= 1 for sooner, later in zip([1, *seconds], seconds)), run.said


def test_progress_steers_no_terminal():
    """Nor do the last words after Ctrl-C, whatever the service's words for a status are."""
    jobs = [{"count": 2, "status": "job_running", "script": {"stop": [{"status": ODD}]}}]
    with world(flink_jobs=jobs) as (emulator, here):
        task = {FLINK: {"state": "stopped", "job_ids": [1, 2], "wait_interval": 0.4}}
        run = here.playbook([{"tasks": [task]}], OTC_BIGDATA_PROGRESS="always")
        wait_for(lambda: emulator.log.summary()["reads"] > 40)  # in more than the two seconds until the first line
        run.kill()
        run.end()
        assert "\x1b" not in run.said
        assert re.search(
            r"^dli_flink_jobs: 0/2 stopped, 2 job_\ufffd\[31mx, waiting for job-1, job-2 \(", run.out, re.MULTILINE
        ), run.said
        [(action, report)] = INTERRUPTED.findall(run.said)
        assert (action, report) == (
            FLINK,
            "stop was sent for 2 of 2 jobs; 0/2 stopped, 2 job_\ufffd[31mx, waiting for job-1, job-2",
        )


def test_runner():
    """ansible-runner, which AWX uses, gets the lines as events of their own."""
    with world(flink_jobs=HUNDRED) as (dummy, here):
        script(here, "bin/ansible-playbook", f'exec "{sys.executable}" -m ansible.cli.playbook "$@"')
        options = {"state": "stopped", "job_ids": list(range(1, 101)), "wait_interval": 0.4}
        play = {"hosts": "localhost", "gather_facts": False, "tasks": [{FLINK: options}]}
        here.write("runner/project/play.yml", [play])
        path = os.pathsep.join([str(here.home / "bin"), os.environ["PATH"]])
        line = [sys.executable, "-m", "ansible_runner", "run", str(here.home / "runner"), "-p", "play.yml", "-i", "one"]
        run = Run(line, cwd=here.home, env=here.environ(PATH=path)).end()
        assert run.code == 0, run.said
        events = [
            json.loads(file.read_text(encoding="utf-8"))
            for file in (here.home / "runner/artifacts/one/job_events").glob("*.json")
        ]
        told = [event for event in events if re.search(LINE, event["stdout"])]
        assert {event["event"] for event in told} == {"verbose"}, events
        assert next(event for event in events if event["event"] == "runner_on_ok")["event_data"]["res"]["changed"]


# ---- interrupts ----

INTERRUPTED = re.compile(r"^(?:\^C)?\[WARNING\]: (\S+) was interrupted: (.*)$", re.MULTILINE)


def forever(emulator: Emulator) -> dict:
    """A task that waits: two jobs that never stop."""
    emulator.settings.update({"delays": {"cancel": FOR_EVER}})
    return stop(1, 2, wait_interval=0.2)


def many_writes(emulator: Emulator) -> dict:
    """A task that writes for a long time: a request for each of 1000 batches, and after some of them none is answered."""
    emulator.faults.add(method="DELETE", kind="hang", seconds=None, skip=60, times=None)
    return {SPARK: {"state": "stopped", "batch_id": list(emulator.world["batches"].jobs)}}


def hanging(emulator: Emulator) -> dict:
    """A task whose one stop gets no answer."""
    emulator.faults.add(method="POST", path="/jobs/stop$", kind="hang", seconds=None)
    return stop(1, 2, request_timeout=3600)


def writes(emulator: Emulator) -> int:
    return emulator.log.summary()["writes"]


def all_writes(emulator: Emulator) -> int:
    """With those that were under way when their sender ended."""
    emulator.faults.clear()
    while True:
        found = writes(emulator)
        time.sleep(0.3)
        if not emulator.log.in_flight and found == writes(emulator):
            return found


MOMENTS = {  # the task, when it is interrupted, what is told then
    "it waits": (
        forever,
        # two before the stop, two after it, and two more: so those before them have been read
        lambda emulator: emulator.log.summary()["reads"] > 5,
        "stop was sent for 2 of 2 jobs; 0/2 stopped, 2 job_canceling, waiting for job-1, job-2",
    ),
    "it writes": (
        many_writes,
        lambda emulator: writes(emulator) > 50,
        "cancel was sent for {writes} of 1000 jobs; 0/1000 finished, 1000 running",
    ),
    "a request hangs": (
        hanging,
        lambda emulator: not emulator.faults.as_list(),
        "stop was sent for 2 of 2 jobs; 0/2 stopped, 2 job_running, waiting for job-1, job-2",
    ),
}


@contextlib.contextmanager
def interrupted(
    moment: str, how: t.Callable[[Run], None], terminal: bool = False, **variables
) -> t.Iterator[tuple[Run, Emulator]]:
    make, ready, dummy = MOMENTS[moment]
    jobs = {"flink_jobs": [{"count": 2, "status": "job_running"}], "batches": [{"count": 1000, "state": "running"}]}
    with world(**jobs) as (emulator, here):
        run = here.playbook([{"tasks": [make(emulator)]}], terminal=terminal, **variables)
        wait_for(lambda: ready(emulator))
        how(run)
        run.end()
        assert "Traceback" not in run.said
        yield run, emulator


@pytest.mark.parametrize("terminal", [True, False], ids=["terminal", "kill"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_ctrl_c(moment, terminal):
    """It ends soon, tells what was done until then, and sends nothing any more."""
    with interrupted(moment, Run.ctrl_c if terminal else Run.kill, terminal) as (run, emulator):
        assert run.code == 99, run.said
        assert "User interrupted execution" in run.said
        [(action, report)] = INTERRUPTED.findall(run.said)
        assert action in (FLINK, SPARK)
        sent = all_writes(emulator)
        assert sent < 1000
        told = int(re.search(r"was sent for (\d+)", report).group(1))
        assert moment != "it writes" or sent <= told <= sent + 8, run.said  # some had not left yet
        assert report == MOMENTS[moment][2].format(writes=told)
        time.sleep(0.5)
        assert writes(emulator) == sent


def timed_out(here: Folder, task: dict) -> tuple[list[dict], bool]:
    """The jobs that a write was sent for, as a task tells it whose time is over, and its ``changed``. The play goes on."""
    again = {"until": "result is success", "retries": 3, "delay": 0}  # as Ansible has it, not after a time limit
    task = {"name": "Stop", **task, "timeout": 3, "ignore_errors": True, "register": "result", **again}
    run = here.playbook([{"tasks": [task, {"name": "next", **write_down(here.path / "result.json", "result")}]}]).end(
        90
    )
    assert run.code == 0, run.said
    assert "Traceback" not in run.said
    assert "was interrupted" not in run.said
    result = json.loads((here.path / "result.json").read_text(encoding="utf-8"))
    assert result["msg"] in run.said
    told = re.match(r"Timed out after 3 second\(s\): (?:\w+ was sent for (\d+) of|nothing was changed)", result["msg"])
    assert told, result["msg"]
    assert (result["failed"], result["timedout"]) == (True, {"period": 3})
    jobs = [job for job in result["jobs"] if job["action"] != "none"]
    assert len(jobs) == int(told[1] or 0)
    return jobs, result["changed"]


def test_timeout():
    """Of the task, as Ansible has it: whatever is still under way, the result says what was sent."""
    with world(batches=[{"count": 100, "state": "running"}]) as (emulator, here):
        emulator.faults.add(method="DELETE", kind="hang", seconds=None, times=8)
        options = {"state": "stopped", "batch_id": list(emulator.world["batches"].jobs), "request_timeout": 3600}
        task = {SPARK: options}
        jobs, changed = timed_out(here, task)
        unknown = "interrupted; whether its last write took effect is not known"
        assert {(job["msg"], job["changed"]) for job in jobs} <= {(unknown, False)}
        assert not changed
        assert len(jobs) <= 8
        assert writes(emulator) == 0


def test_timeout_while_it_waits():
    """What came of it is told, too."""
    with world(flink_jobs=[{"count": 2, "status": "job_running"}]) as (emulator, here):
        jobs, changed = timed_out(here, forever(emulator))
        assert {(job["action"], job["changed"], job["status"]) for job in jobs} <= {("stop", True, "job_canceling")}
        assert changed == bool(jobs) == bool(writes(emulator))


def test_timeout_between_answers():
    """What a worker has been told already counts, though another one is still at it."""
    with world(batches=[{"count": 40, "state": "running"}]) as (emulator, here):
        emulator.faults.add(method="DELETE", kind="hang", seconds=600, times=1)
        ids = list(emulator.world["batches"].jobs)
        jobs, changed = timed_out(here, {SPARK: {"state": "stopped", "batch_id": ids, "max_concurrency": 2}})
        known = sum(job["changed"] for job in jobs)
        assert len(jobs) - 2 <= known <= writes(emulator)
        assert changed == bool(known)


def test_nothing_is_sent_once_ansible_is_gone():
    """ansible-runner kills it to end a job. A worker that waits for its next write finds out, and sends none."""
    with world() as (emulator, here):
        emulator.settings.update({"delays": {"mrs_kill": 600}})
        task = {"state": "absent", "cluster_id": CLUSTER, "job_ids": [SLOW], "wait_interval": 0.2}
        run = here.playbook([{"tasks": [{MRS: task}]}])
        wait_for(lambda: writes(emulator) == 1)
        run.kill(signal.SIGKILL)
        run.end()
        emulator.world.add("mrs_jobs", {"job_id": SLOW, "job_state": "KILLED", "job_result": "KILLED"})
        wait_for(run.silent)  # the worker has ended as well
        assert writes(emulator) == 1


TELLS_WORKERS = hasattr(WorkerProcess, "_term")  # that it was terminated; ansible-core 2.16 only ends


def test_terminated():
    """As a service manager or AWX ends it."""
    with interrupted("it waits", lambda run: run.kill(signal.SIGTERM)) as (run, emulator):
        assert run.code == -signal.SIGTERM, run.said
        assert INTERRUPTED.findall(run.said) == ([(FLINK, MOMENTS["it waits"][2])] if TELLS_WORKERS else [])
        assert writes(emulator) == 1
