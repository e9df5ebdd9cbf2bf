# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks of the collection as users run them: ``ansible-playbook otc.bigdata.NAME -e ...``, against an emulator."""

from __future__ import annotations

import contextlib
import json
import pathlib
import re
import typing as t

import yaml

from ansible_collections.otc.bigdata.tests.emulator.server import Emulator

from .emulated import environ, template
from .forks import NO_WAITS, ONE_PROCESS
from .inventory import DEMO
from .run_playbook import Folder, Run, folder
from .worlds import WORDS

PLAYBOOKS = pathlib.Path(__file__).resolve().parents[3] / "playbooks"
NAMES = (
    "check_service",
    "drain_queue",
    "maintenance_end",
    "maintenance_window",
    "purge_finished",
    "show_jobs",
    "stop_all",
)
OLD = 40 * 86400
ODD_NAME = "Größe {{ no }} {% if"  # must not be taken for a template


@contextlib.contextmanager
def two_projects(**seed) -> t.Iterator[tuple[Emulator, Folder]]:
    """The world of somebody whose credential is good for both."""
    with Emulator(seed=seed) as emulator, folder(**{**environ(emulator), "OS_TOKEN": "", **DEMO}) as here:
        yield emulator, here


def batch_id(number: int) -> str:
    return f"0a324461-d9d9-45da-a52a-{number:012}"


def play(here: Folder, name: str, variables: dict, *arguments: str, **environ: str) -> Run:
    line = [f"otc.bigdata.{name}", "-e", json.dumps(variables), *arguments]
    run = here.start("playbook", *line, ANSIBLE_SHOW_CUSTOM_STATS="1", **ONE_PROCESS, **NO_WAITS, **environ).end(600)
    assert "Traceback" not in run.said, run.said
    assert "[WARNING]" not in run.said, run.said
    return run


def recap(run: Run, host: str = "localhost") -> dict[str, int]:
    """The last line about a host."""
    line = re.search(rf"^{host} +: (.*)$", run.out, re.MULTILINE)
    return {name: int(count) for name, count in re.findall(r"(\w+)=(\d+)", line[1])}


def stats(run: Run) -> dict:
    """What AWX hands to the next job of a workflow."""
    return json.loads(re.search(r"RUN: (\{.*\})$", run.out, re.MULTILINE)[1])["otc_bigdata"]


def counts(run: Run) -> dict[str, list[int]]:
    columns = ("total", "changed", "unchanged", "failed")
    return {service: [found[column] for column in columns] for service, found in stats(run).items() if "total" in found}


def fatal(run: Run, host: str = "localhost") -> str:
    """The message of the task that ended the play for this host."""
    messages = re.findall(rf"^fatal: \[{host}\]: FAILED! => (\{{.*\}})$", run.out, re.MULTILINE)
    return json.loads(messages[-1])["msg"]


def first_line(run: Run) -> str:
    """What is said before anything else."""
    return json.loads(f'"{re.search(r"""^ *"msg": "(.*)"$""", run.out, re.MULTILINE)[1]}"')


def said_to(run: Run, task: str, host: str) -> str:
    """What a task says to a host; nothing where it is not run."""
    found = re.search(rf'^ok: \[{host}\] => \{{\n *"msg": "(.*)"$', run.tasks().get(task, ""), re.MULTILINE)
    return json.loads(f'"{found[1]}"') if found else ""


def play_hosts(here: Folder, name: str, hosts: dict[str, dict], *arguments: str, **variables: t.Any) -> Run:
    """One play for hosts with variables of their own, as most of the time is spent on the start of Ansible and its modules."""
    here.write("hosts.yml", {"all": {"hosts": hosts}})
    return play(here, name, {"otc_hosts": "all", **variables}, "-i", "hosts.yml", "--forks=1", *arguments)


def truth(emulator: Emulator) -> dict[str, t.Any]:
    """The real status of all jobs of all services, None for deleted ones."""
    services = [words.service for words in WORDS.values()]
    return {job_id: status for service in services for job_id, status in service(emulator).truth.items()}


def three_runs(emulator: Emulator, here: Folder, name: str, variables: dict, writes: int) -> tuple[Run, Run]:
    """Check mode writes nothing and predicts what the next run does; one more run finds nothing left to do."""
    before = truth(emulator)
    predicted = play(here, name, variables, "--check")
    assert predicted.code == 0, predicted.said
    assert emulator.log.summary()["writes"] == 0
    assert truth(emulator) == before
    done = play(here, name, variables)
    assert done.code == 0, done.said
    assert emulator.log.summary()["writes"] == writes
    assert counts(predicted) == counts(done)
    assert first_line(predicted) == f"Check mode, so nothing is changed: {first_line(done)}"
    again = play(here, name, variables)
    assert again.code == 0, again.said
    assert emulator.log.summary()["writes"] == writes
    assert recap(again)["changed"] == 0
    assert recap(predicted)["changed"] == recap(done)["changed"] > 0
    return done, again


def ways_back(run: Run) -> list[str]:
    """The lines that start again what was stopped, as somebody copies them."""
    return re.findall(r'^ *"(ansible-playbook .*)",?$', run.out, re.MULTILINE)


FAIL = {"name": "Work", "ansible.builtin.fail": {"msg": "half done"}}
HAND_OVER = [{"name": "Work", "ansible.builtin.debug": {"msg": template("'stopped: ' ~ (stopped_jobs | sort)")}}]
QUEUE = {"queue_name": "streaming"}
UP = {"status": "job_running"}
RUNNING = {**UP, **QUEUE}
WINDOW = {"maintenance_tasks": "upgrade.yml", "stopped_jobs_file": "stopped.yml"}


def running(jobs: dict[str, list[int]]) -> list[dict]:
    """Jobs of some hosts, each of which has a queue."""
    return [{"job_id": job, "status": "job_running", "queue_name": queue} for queue, ids in jobs.items() for job in ids]


def kept(here: Folder) -> dict:
    """What the file says; that a window is over, but not when."""
    content = yaml.safe_load((here.home / "stopped.yml").read_text(encoding="utf-8"))
    return {"stopped_jobs": content["stopped_jobs"], "finished": list(content["finished"])}


def work(here: Folder, key: str) -> dict:
    """What the file says of the tasks of the user."""
    return yaml.safe_load((here.home / "stopped.yml").read_text(encoding="utf-8"))[f"work_{key}"]


def options(name: str) -> dict[str, dict]:
    meta = yaml.safe_load((PLAYBOOKS / f"meta/{name}.yml").read_text(encoding="utf-8"))
    return meta["argument_specs"][name]["options"]
