# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of the playbooks: wrong, blank, misspelt, turned into numbers, and files that are none of ours."""

from __future__ import annotations

import json
import os

import pytest
import yaml

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import template, world
from ansible_collections.otc.bigdata.tests.unit.utils.flink import Flink
from ansible_collections.otc.bigdata.tests.unit.utils.playbooks import (
    HAND_OVER,
    PLAYBOOKS,
    QUEUE,
    RUNNING,
    UP,
    fatal,
    first_line,
    play,
    play_hosts,
    recap,
    said_to,
    two_projects,
)
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import Folder, folder
from ansible_collections.otc.bigdata.tests.unit.utils.service import NIGHTLY, PROJECT

MISSING = "names: give patterns of names, or a queue_name; all_jobs=true means every job"
AGE = "is not one positive number and one of s m h d w, as in 30d"


# of each playbook: what Ansible refuses, and what we do. All that needs no Ansible is in test__playbook_settings.py
WRONG: dict[str, list[tuple[dict, str]]] = {
    "purge_finished": [
        ({}, "missing required arguments: older_than"),
        ({"older_than": "1d", "services": "flink,spark"}, "must be one or more of: flink, mrs. Got no match for: spark"),
        ({"older_than": 3}, f"older_than: '3' {AGE}"),
        ({"older_than": "3d", "export_to": "ops/../x"}, "export_to: must be a bucket of OBS, and a folder in it"),
        ({"older_than": "3d", "services": "mrs", "clusters": ""}, "clusters: the service mrs needs the names of its clusters"),
    ],
    "stop_all": [
        ({"names": None, "queue_name": None}, MISSING),
        ({"names": "\n", "queue_name": template("omit")}, MISSING),
        ({"names": template("omit")}, MISSING),
        ({"queue_name": template("nobody_knows")}, "queue_name: has no value: 'nobody_knows' is undefined"),
        ({"names": [None], "queue_name": "q"}, "names: is empty; leave it out or give it a value"),
        ({"names": ["a", 128]}, "names: must be text, not the number 128; write a pattern such as [0]10, or quote it in YAML"),
        ({"queue_name": "a\nb"}, "queue_name: has a line break or another control character in it"),
    ],
    "maintenance_window": [
        ({"queue_name": "q", "maintenance_tasks": "nowhere.yml"}, "maintenance_tasks: there is no file '{home}/nowhere.yml'"),
        ({"queue_name": "q", "start_again": "sometimes"}, "value of start_again must be one of: always, after_success, never"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("playbook", WRONG)
def test_wrong_variables(playbook):
    """One sentence each, before any request, also for a host whose variables are right."""
    cases = WRONG[playbook]
    right = {"names": ["*"], "older_than": "1d"}
    hosts = {"right": right, **{f"host{number}": variables for number, (variables, dummy) in enumerate(cases)}}
    with world() as (emulator, here):
        run = play_hosts(here, playbook, hosts)
        assert run.code == 2
        for number, (dummy, message) in enumerate(cases):
            said = fatal(run, f"host{number}")
            assert message.format(home=here.home) in said
            assert "\n" not in said
        assert recap(run, "right")["changed"] == recap(run, "right")["failed"] == 0
        assert emulator.log.entries() == []


def test_help():
    """It tells all variables, ends well although one is missing and another one wrong, and the next playbook goes on."""
    names = ("purge_finished", "awx.configure")
    imports = [{"ansible.builtin.import_playbook": f"otc.bigdata.{name}"} for name in names]
    with folder() as here:
        variables = json.dumps({"help": "true", "max_jobs": 0})
        run = here.start("playbook", str(here.write("site.yml", imports)), "-e", variables).end(120)
        assert run.code == 0, run.said
        assert recap(run)["changed"] == 0
        for name in names:
            path = PLAYBOOKS.joinpath(*name.split(".")[:-1], "meta", f"{name.rsplit('.', maxsplit=1)[-1]}.yml")
            (spec,) = yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"].values()
            for variable, option in spec["options"].items():
                assert f'"{variable} ({option["type"]}' in run.out
        assert '"older_than (str, required)"' in run.out
        assert '"    Default: 100"' in run.out


def stop_all_by(here: Folder, line: str, *imports: dict) -> list[str]:
    """The arguments for a playbook that imports this one, also for the host number of an inventory."""
    here.write("hosts.ini", f"number {line}\n")
    plays = [{"ansible.builtin.import_playbook": "otc.bigdata.stop_all", "vars": variables} for variables in imports]
    return [str(here.write("site.yml", plays)), "-i", "hosts.ini"]


def test_text_that_looks_like_a_number():
    """It stays text: that of the command line, of an inventory, and of who imports the playbook."""
    names = {1: "010", 2: "012", 8: "8", 10: "10", 12: "12", 128: "128"}
    seed = [
        *({"job_id": number, "name": name, "status": "job_running", "queue_name": "010"} for number, name in names.items()),
        *({"job_id": 500 + queue, "name": "010", "status": "job_running", "queue_name": str(queue)} for queue in (8, 10)),
    ]  # fmt: skip
    with world(flink_jobs=seed) as (emulator, here):
        line = stop_all_by(here, """names='"012"'""", {"names": ["010"]}, {"otc_hosts": "number"})
        run = here.start("playbook", *line, "-e", "queue_name=010", "-e", '{"services": "flink"}').end(120)
        assert run.code == 0, run.said
        stopped = {number for number, status in Flink(emulator).truth.items() if status != "job_running"}
        assert stopped == {1, 2}, run.said


def test_what_has_become_a_number():
    """On any of these ways. It is refused, also where it is an ID."""
    with world(flink_jobs=[{"job_id": 128, "name": "128", **RUNNING}]) as (emulator, here):
        line = stop_all_by(here, "names=128", {"otc_hosts": "number", "queue_name": 128})
        run = here.start("playbook", *line, "-e", '{"project_id": 128}', "-e", "{region: 2026-11-28}").end(120)
        assert run.code == 2
        said = {text.partition(";")[0] for text in fatal(run, "number").splitlines()}
        number = {f"{name}: must be text, not the number 128" for name in ("names", "queue_name", "project_id")}
        assert said == {*number, "region: must be text, not the date 2026-11-28"}
        assert "the number 128; write a pattern" in fatal(run, "number")
        assert emulator.log.entries() == []


def test_every_job():
    """As with the pattern *, also one without a name; of a queue, every job of it."""
    jobs = {
        1: {"name": None, **RUNNING},
        2: {"name": "all", **UP},
        11: {"project_id": NIGHTLY, "name": None, **RUNNING},
        12: {"project_id": NIGHTLY, "name": "all", **UP},
        13: {"project_id": NIGHTLY, "name": None, **UP},
    }
    seed = {"flink_jobs": [{"job_id": job, **about} for job, about in jobs.items()], "batches": []}
    day, night = {"project_name": "eu-de"}, {"project_name": "eu-de_nightly"}
    with two_projects(**seed) as (emulator, here):
        every = {"all_jobs": True}
        hosts = {"few": {**day, **every, "min_jobs": 3}, "queue": {**night, **every, **QUEUE}}
        run = play_hosts(here, "maintenance_window", hosts)
        assert fatal(run, "few").startswith("min_jobs: at least 3 must match, running or not, but 2 do")
        assert Flink(emulator).truth == {**dict.fromkeys(jobs, "job_running"), 11: "job_cancel_success"}
        run = play_hosts(here, "stop_all", {"every": {**day, **every}, "named": {**night, "names": "all"}})
        assert run.code == 0, run.said
        said = said_to(run, "Say what is going to be done", "every")
        assert said.startswith("Stop what runs in flink, spark, sql: every job; ")
        assert Flink(emulator).truth == {**dict.fromkeys(jobs, "job_cancel_success"), 13: "job_running"}


def test_blank_is_not_given():
    """As a survey passes it on; lists are text with commas or lines. The first line that is said tells what is meant."""
    variables = {
        "names": "orders*,\n\n clicks \n",
        "queue_name": " ",
        "all_jobs": "",
        "services": "",
        "clusters": "",
        "max_jobs": "",
        "trigger_savepoint": "",
        "project_name": "",
        "cloud": None,
        "otc_hosts": "",
    }
    seed = [{"job_id": 1, "name": "clicks", **RUNNING}, {"job_id": 2, "name": "alerts", **RUNNING}]
    with world(flink_jobs=seed, batches=[]) as (emulator, here):
        intent = "Stop what runs in flink, spark: jobs named orders*, clicks; Flink jobs with savepoints; the project of the credential"
        run = play(here, "stop_all", variables)
        assert first_line(run) == intent
        assert run.code == 0, run.said
        assert Flink(emulator).truth == {1: "job_cancel_success", 2: "job_running"}
        assert [write["trigger_savepoint"] for write in Flink(emulator).writes] == [True]


def test_an_empty_answer_leaves_what_the_inventory_says():
    """Whoever answers nothing, on the command line or in a playbook that imports ours, gets the project and the jobs of the host."""
    of_host = {"project_name": template("'eu-de_' ~ half"), "half": "nightly", "max_jobs": 5}
    answers = {"project_name": "", "project_id": None, "except_names": " ", "max_jobs": "", "region": ""}
    running = {"status": "job_running", "queue_name": "streaming"}
    seed = [
        {"job_id": 1, "name": "clicks", **running},
        {"job_id": 2, "name": "clicks", "project_id": NIGHTLY, **running},
        {"job_id": 3, "name": "orders", "project_id": NIGHTLY, **running},
    ]
    spares, where = (
        "every job on the queue streaming, but not orders*",
        "; project_name eu-de_nightly (of the inventory)",
    )
    with two_projects(flink_jobs=seed) as (emulator, here):
        hosts = {"hosts": {"night": of_host}, "vars": {"except_names": "orders*"}}
        here.write("hosts.yml", {"all": {"children": {"projects": hosts}}})
        line = {"otc_hosts": "projects", "services": "flink", "queue_name": "streaming"}
        given = {name: template("nothing | default(omit)") for name in ("project_name", "except_names")}
        imports = {"ansible.builtin.import_playbook": "otc.bigdata.show_jobs", "vars": {**line, **given}}
        shown = here.start("playbook", str(here.write("site.yml", [imports])), "-i", "hosts.yml").end(120)
        assert shown.code == 0, shown.said
        assert first_line(shown) == f"Show what is in flink: {spares}{where}"

        run = play(here, "stop_all", {**line, **answers}, "-i", "hosts.yml")
        assert run.code == 0, run.said
        assert first_line(run).startswith(f"Stop what runs in flink: {spares}; ")
        assert first_line(run).endswith(where)
        assert Flink(emulator).truth == {1: "job_running", 2: "job_cancel_success", 3: "job_running"}


def test_one_project_for_all_hosts_of_an_inventory():
    """Nothing would be done for all but one of them, and each would report that all is well."""
    with two_projects(flink_jobs=[{"job_id": 1, "status": "job_running"}]) as (emulator, here):
        hosts = {"day": {"project_id": PROJECT}, "night": {"project_id": NIGHTLY}}
        here.write("hosts.yml", {"all": {"children": {"iam_projects": {"hosts": hosts}}}})
        line = {"otc_hosts": "iam_projects", "services": "flink", "all_jobs": True, "project_id": NIGHTLY}
        run = play(here, "stop_all", line, "-i", "hosts.yml")
        assert run.code == 2, run.said
        assert "project_id: the host day is in another project" in run.said
        assert "the host night is in another" not in run.said
        assert emulator.log.entries() == []


SLIPS = {
    "names": "*",
    "trigger_savepoints": True,
    "start_agian": "never",
    "stopped_job_file": "a.yml",
    "max-jobs": 3,
    "chosen": {},
    "otc__jobs": [],
    "older_than": "1d",
    "services": " ",
    "my_own": 1,
    "OS_USERNAME": "x",
    "auth_url": " ",
}
SLIPPED = [
    "chosen: is what the playbook itself works with; give your variable another name",
    "max-jobs: there is no such variable; is max_jobs meant?",
    "otc__jobs: is what the playbook itself works with; give your variable another name",
    "older_than: this playbook has none; older_than is a variable of purge_finished. Leave it out, or give a variable of your own another name",
    "start_agian: there is no such variable; is start_again meant?",
    "stopped_job_file: there is no such variable; is stopped_jobs_file meant?",
    "trigger_savepoints: there is no such variable; is trigger_savepoint meant?",
]


def test_misspelt_variables():
    """Those of the command line, and of a playbook that imports this one, are refused by name; those of an inventory are not."""
    imported = {"queue_name": "a", "trigger_savepoint": True, "min_job": 2, "token": "t", "check": True}
    own = {
        "cluster": "x",
        "older_than": "1d",
        "regions": ["eu-de"],
        "region": "eu-de",
        "token": "x",
        "username": template("nobody_knows"),
    }
    with world(flink_jobs=[], batches=[]) as (emulator, here):
        imports = {"ansible.builtin.import_playbook": "otc.bigdata.maintenance_window", "vars": imported}
        here.write("hosts.yml", {"all": {"hosts": {"localhost": own}}})
        line = ["-i", "hosts.yml", "-e", json.dumps(SLIPS), "-e", "names=a, b", "-e", "help=t", "-e", "dry_run=true"]
        line += ["-e", "ansible_check_mode=true"]
        run = here.start("playbook", str(here.write("site.yml", [imports])), *line).end(120)
        assert run.code == 2
        variable, of_import, left_over, of_help, *rest = fatal(run).splitlines()
        assert variable.startswith("OS_USERNAME: is no variable of this playbook; set it where the login is")
        assert of_import.startswith("token: is no variable of this playbook; ")
        assert left_over.startswith("-e: a part without = is no variable")
        assert of_help == "help: must be true or false"
        for name in ("ansible_check_mode", "check", "dry_run"):
            assert rest.pop(0).startswith(
                f"{name}: is no variable of this playbook, which would handle the jobs all the same"
            )
        assert sorted(rest) == sorted([*SLIPPED, "min_job: there is no such variable; is min_jobs meant?"])
        assert emulator.log.entries() == []

        run = play(here, "stop_all", {"names": "a"}, "-i", "hosts.yml", "-e", "{1: x}")
        assert run.code == 0, run.said
        assert first_line(run).endswith("the project of the credential, region eu-de (of the inventory)")


NOT_OURS = "stopped_jobs_file: '{home}/other.yml' was not written by this playbook"
STAY = "maintenance_tasks: the jobs would stay stopped, as Ansible would end the run with these tasks: "
OF_DAY = "stopped_jobs_file: has jobs of day, not of the host {host}; take the inventory of the window"
WRONG_FILES: dict[str, list[tuple[dict, str]]] = {
    "maintenance_window": [
        ({"stopped_jobs_file": "/nowhere/a.yml"}, "stopped_jobs_file: there is no folder '/nowhere'"),
        ({"stopped_jobs_file": "files"}, "stopped_jobs_file: '{home}/files' is a folder"),
        ({"stopped_jobs_file": "pipe"}, "stopped_jobs_file: '{home}/pipe' is no regular file"),
        ({"stopped_jobs_file": "other.yml"}, NOT_OURS),
        ({"stopped_jobs_file": "broken.yml"}, "stopped_jobs_file: '{home}/broken.yml' cannot be read: it is no YAML"),
        ({"maintenance_tasks": "broken.yml"}, STAY),
        ({"maintenance_tasks": "files/day.yml"}, f"{STAY}it is no list of tasks"),
        ({"maintenance_tasks": "other.yml"}, f"{STAY}A malformed block"),
        ({"maintenance_tasks": "files/slip.yml"}, f"{STAY}couldn't resolve module/action 'debgu'"),
        ({"maintenance_tasks": "further.yml"}, f"{STAY}couldn't resolve module/action 'debgu'"),
        ({"maintenance_tasks": "itself.yml"}, f"{STAY}it imports itself"),
        ({"maintenance_tasks": "ends.yml"}, f"{STAY}meta: end_host in '{{home}}/ends.yml' ends the play"),
    ],
    "maintenance_end": [
        ({"stopped_jobs_file": "files/odd.yml"}, "stopped_jobs_file: '{home}/files/odd.yml' was not written by"),
        ({}, "stopped_jobs_file: give the file that maintenance_window has written, or stopped_jobs, as"),
        ({"stopped_jobs_file": "nowhere.yml"}, "stopped_jobs_file: there is no file '{home}/nowhere.yml'"),
        ({"stopped_jobs_file": "other.yml"}, NOT_OURS),
        ({"stopped_jobs_file": "files/day.yml"}, OF_DAY),
        ({"otc_bigdata": {"flink": {"stopped_jobs": {"day": [1]}}}}, OF_DAY),
    ],
}


@pytest.mark.parametrize("playbook", WRONG_FILES)
def test_wrong_file(playbook):
    cases = {f"host{number}": case for number, case in enumerate(WRONG_FILES[playbook])}
    with world() as (emulator, here):
        here.write("other.yml", ["something"])
        here.write("broken.yml", "a: [")
        here.write("files/odd.yml", {"stopped_jobs": {"localhost": ["../1"]}})
        here.write("files/day.yml", {"stopped_jobs": {"day": [1]}})
        here.write("files/slip.yml", [{"debgu": {"msg": "a slip"}}])
        here.write("further.yml", [{"block": [{"include_tasks": "files/slip.yml"}]}])
        here.write(
            "ends.yml", [{"block": HAND_OVER, "rescue": [{"ansible.legacy.meta": "end_host", "when": "a is defined"}]}]
        )
        here.write("itself.yml", [{"ansible.builtin.import_tasks": "itself.yml"}])
        os.mkfifo(here.home / "pipe")
        run = play_hosts(here, playbook, {host: {**QUEUE, **variables} for host, (variables, dummy) in cases.items()})
        assert run.code == 2
        for host, (dummy, message) in cases.items():
            assert fatal(run, host).startswith(message.format(home=here.home, host=host))
            assert "\n" not in fatal(run, host)
        assert emulator.log.entries() == []


def test_tasks_that_may_do_what_they_do():
    """They import a file beside them, also where no host is known, and its name comes from the playbook that imports ours, whatever
    the host has. Others are never read.
    """
    slip = {"ansible.builtin.include_tasks": "slip.yml"}
    tasks = [
        {"ansible.builtin.import_tasks": template("_folder ~ order ~ which ~ '.yml'")},
        {**slip, "when": "1 > 2"},
        {**slip, "tags": ["never"]},
        {"block": [{"ansible.builtin.debug": {}}], "rescue": [slip]},
        {"ansible.builtin.include_tasks": "upgrade.yml", "loop": []},
    ]
    ours, of_host = {"_folder": "./", "order": "wo", "which": "rk"}, {"which": "of the host"}
    with world(flink_jobs=[{"job_id": 1, **RUNNING}]) as (emulator, here):
        here.write("env=day/slip.yml", [{"debgu": {"msg": "a slip"}}])
        here.write("env=day/work.yml", HAND_OVER)
        here.write("env=day/upgrade.yml", tasks)
        here.write(
            "hosts.yml", {"all": {"hosts": {"localhost": {"maintenance_tasks": "env=day/upgrade.yml", **of_host}}}}
        )
        imports = {
            "ansible.builtin.import_playbook": "otc.bigdata.maintenance_window",
            "vars": {**ours, **QUEUE},
        }
        run = here.start("playbook", str(here.write("site.yml", [imports])), "-i", "hosts.yml").end(120)
        assert run.code == 0, run.said
        assert said_to(run, "Work", "localhost") == "stopped: [1]"
        assert set(Flink(emulator).truth.values()) == {"job_running"}


COMMAND = {"ansible.builtin.command": "reboot", "when": "1 > 2"}
FAR = {**COMMAND, "delegate_to": "db1"}
OF_ITEM = {**COMMAND, "delegate_to": template("item"), "loop": ["db1"]}
ADDED = {"ansible.builtin.add_host": {"name": "new", "ansible_connection": "ssh"}}
FURTHER = {"ansible.builtin.include_tasks": "further.yml"}
ON_THE_CONTROLLER: dict[str, dict] = {
    "task": FAR,
    "block": {"block": [{"block": [COMMAND]}], "delegate_to": "db1"},
    "rescue": {"block": [{"ansible.builtin.debug": {}}], "rescue": [FAR]},
    "wait": {"ansible.builtin.wait_for_connection": {}, "delegate_to": "db1"},
    "unknown": {**FAR, "delegate_to": "db2"},
    "loop": OF_ITEM,
    "file": FURTHER,
    "number": {**COMMAND, "delegate_to": 10},
}
WHERE_IT_IS_MEANT_TO: dict[str, dict] = {
    "ssh": {**FAR, "connection": "ssh"},
    "here": {**FAR, "connection": "local"},
    "block": {"block": [FAR, OF_ITEM, FURTHER], "connection": "ssh"},
    "vars": {**FAR, "vars": {"ansible_connection": "ssh"}},
    "localhost": {**COMMAND, "delegate_to": "localhost"},
    "play": {**COMMAND, "delegate_to": "ssh"},
    "action": {"local_action": "ansible.builtin.command reboot", "when": "1 > 2"},
    "fact": {"ansible.builtin.set_fact": {"a": 1}, "delegate_to": "db1", "delegate_facts": True},
    "stats": {"ansible.builtin.set_stats": {"data": {"a": 1}}, "delegate_to": "db1"},
    "added": {"block": [ADDED, {**COMMAND, "delegate_to": "new"}, {**OF_ITEM, "loop": ["new"]}]},
}


def test_tasks_for_another_machine():
    """They would run on the controller, and the work would not be done where it is meant to."""
    with world(flink_jobs=[{"job_id": 1, **RUNNING}]) as (emulator, here):
        here.write("further.yml", [FAR])
        for cases in (ON_THE_CONTROLLER, WHERE_IT_IS_MEANT_TO):
            hosts = {name: {**QUEUE, "maintenance_tasks": f"{name}.yml"} for name in cases}
            for name, task in cases.items():
                here.write(f"{name}.yml", [COMMAND, task])
            if cases is ON_THE_CONTROLLER:
                run = play_hosts(here, "maintenance_window", {**hosts, "db1": {}}, otc_hosts=[*hosts])
                assert run.code == 2
                for name in cases:
                    machine = {"unknown": "db2", "loop": template("item"), "number": "10"}.get(name, "db1")
                    file = here.home / ("further.yml" if name == "file" else f"{name}.yml")
                    assert fatal(run, name) == (
                        f"maintenance_tasks: the task for {machine} in '{file}' would run on the controller, as all tasks of this playbook do; "
                        "give it connection: ssh, or connection: local if that is meant"
                    )
                assert emulator.log.entries() == []
            else:
                run = play_hosts(here, "maintenance_window", {**hosts, "db1": {}}, "--check", otc_hosts=[*hosts])
                assert run.code == 0, run.said
        hosts = {name: {**QUEUE, "maintenance_tasks": f"{name}.yml"} for name in ("task", "loop")}
        inventory = {**hosts, "db1": {"ansible_connection": "ssh"}}
        here.write("loop.yml", [OF_ITEM])
        run = play_hosts(here, "maintenance_window", inventory, "--check", otc_hosts=[*hosts])
        assert run.code == 0, run.said
