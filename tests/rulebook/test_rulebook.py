# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source and the sample rulebook with the real ansible-rulebook. scripts/test-rulebook runs this."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import sys

import pytest

from ansible_collections.otc.bigdata.tests.emulator.server import Emulator
from ansible_collections.otc.bigdata.tests.unit.utils.emulated import environ
from ansible_collections.otc.bigdata.tests.unit.utils.guides import GUIDES, blocks
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import Folder, Run, folder, wait_for
from ansible_collections.otc.bigdata.tests.unit.utils.service import PROJECT

ROOT = pathlib.Path(__file__).resolve().parents[2]
VENV = pathlib.Path(os.environ["RULEBOOK_VENV"])
INVENTORY = {"all": {"hosts": {"localhost": {"ansible_connection": "local"}}}}
SAMPLE = "otc.bigdata.restart_failed_flink_jobs"
FROM_A_CHECKOUT = [
    {
        "name": "Say what happens",
        "hosts": "localhost",
        "sources": [{"name": "flink", "job_events": {"services": ["flink"], "interval": 0.2, "initial": True}}],
        "rules": [
            {
                "name": "Tell of new jobs",
                "condition": "event.before == null and event.id > 1",
                "action": {"debug": {"msg": "{{ event.id }} is {{ event.after }}"}},
            },
            {"name": "Stop when one is gone", "condition": "event.after == null", "action": {"shutdown": {}}},
        ],
    }
]


@pytest.fixture(scope="session")
def collections(tmp_path_factory) -> pathlib.Path:
    """Where this collection is installed, as users do it."""
    path = tmp_path_factory.mktemp("collections")
    line = [VENV / "bin/ansible-galaxy", "collection", "install", str(ROOT), "-p", str(path)]
    subprocess.run(line, cwd=path, env={**os.environ, "PYTHONPATH": ""}, check=True, stdout=subprocess.DEVNULL)
    return path


class World:
    """An emulator, and whoever runs rulebooks against it."""

    def __init__(self, emulator: Emulator, here: Folder) -> None:
        self.emulator = emulator
        self._here = here
        here.write("inventory.yml", INVENTORY)

    def rulebook(self, *arguments: str, variables: dict | None = None, **environ: str) -> Run:
        self._here.write("variables.yml", variables or {})
        everything = self._here.environ(
            **{"OS_PROJECT_ID": PROJECT, "JAVA_HOME": os.environ.get("JAVA_HOME", ""), **environ}
        )
        everything.update(PATH=f"{VENV / 'bin'}:{everything['PATH']}", PYTHONPATH="")
        line = [str(VENV / "bin/ansible-rulebook"), *arguments, "-i", "inventory.yml", "--vars", "variables.yml"]
        return Run(line, cwd=self._here.home, env=everything)

    def lists(self) -> int:
        return sum(entry["path"].endswith("/jobs") for entry in self.emulator.log.entries())

    def looked(self, times: int = 3) -> None:
        before = self.lists()
        wait_for(lambda: self.lists() >= before + times, 60)

    def started(self) -> list[dict]:
        """What was asked for by requests that start jobs."""
        return [json.loads(entry["body"]) for entry in self.emulator.log.entries() if entry["path"].endswith("/run")]

    def put(self, **job) -> None:
        self.emulator.world.add("flink_jobs", job)

    def write(self, name: str, content) -> str:
        return str(self._here.write(name, content))


@pytest.fixture
def world(collections):
    jobs = [{"job_id": n, "name": f"load-{n}", "status": "job_running", "has_savepoint": n != 2} for n in (1, 2, 3)]
    with Emulator(seed={"flink_jobs": jobs}) as emulator, folder(**environ(emulator)) as here:
        here.environ = _with(here.environ, ANSIBLE_COLLECTIONS_PATH=str(collections))
        yield World(emulator, here)


def _with(function, **fixed):
    return lambda **more: function(**{**fixed, **more})


def run(*job_ids: int) -> dict:
    return {"job_ids": list(job_ids), "resume_savepoint": True}


def test_the_sample_restarts_a_failed_job(world):
    """Once, and from its savepoint; after a restart also one that has failed meanwhile, and nothing again."""
    variables = {"interval": 0.2, "state_file": "events.json"}
    engine = world.rulebook("--rulebook", SAMPLE, variables=variables)
    world.looked()
    world.put(job_id=1, status="job_submit_fail")
    world.put(job_id=2, status="job_submit_fail")
    wait_for(lambda: world.started() == [run(1)], 60)
    wait_for(lambda: "changed: [localhost]" in engine.out, 60)
    wait_for(lambda: "Flink job 2 (load-2) has failed and has no savepoint" in engine.out, 60)
    world.put(job_id=1, status="job_submit_fail", has_savepoint=True)  # again, within the hour
    world.looked()
    engine.kill(signal.SIGTERM)
    engine.end()
    assert world.started() == [run(1)]

    world.put(job_id=3, status="job_submit_fail")
    engine = world.rulebook("--rulebook", SAMPLE, variables=variables)
    wait_for(lambda: world.started() == [run(1), run(3)], 60)
    world.looked()
    engine.kill(signal.SIGTERM)
    engine.end()
    assert world.started() == [run(1), run(3)]


def test_the_sample_restarts_a_job_that_stays_failed(world):
    """Nothing has changed; and what says nothing of a savepoint has none."""
    world.put(job_id=2, status="job_running_exception", has_savepoint=None)
    world.put(job_id=3, status="job_running_exception")
    variables = {"interval": 0.2, "stuck_after": 1, "state_file": "events.json"}
    engine = world.rulebook("--rulebook", SAMPLE, variables=variables)
    wait_for(lambda: world.started() == [run(3)], 60)
    wait_for(lambda: "Flink job 2 (load-2) has failed and has no savepoint" in engine.out, 60)
    engine.kill(signal.SIGTERM)
    engine.end()


def test_the_rulebook_of_the_guide(world):
    (text,) = (block.text for block in blocks(GUIDES / "guide_events.rst") if block.name == "rulebook.yml")
    name = world.write("rulebook.yml", text.replace("stuck_after: 3600", "stuck_after: 1\n        interval: 0.2"))
    engine = world.rulebook("--rulebook", name)
    world.looked()
    world.put(job_id=1, status="job_submitting")
    wait_for(lambda: "flink 1 (load-1): job_running -> job_submitting\n" in engine.out, 60)
    wait_for(lambda: "flink 1 (load-1): job_submitting for 1 s\n" in engine.out, 60)
    engine.kill(signal.SIGTERM)
    engine.end()
    assert "flink 2" not in engine.out


def test_java_can_leave_signals_to_python(world):
    """Then it ends in order."""
    engine = world.rulebook("--rulebook", SAMPLE, variables={"interval": 0.2}, JAVA_TOOL_OPTIONS="-Xrs")
    world.looked()
    engine.kill(signal.SIGTERM)
    assert engine.end().code == 0, engine.said


def test_from_a_checkout(world):
    """Its file alone is named; null and numbers arrive as such in conditions."""
    arguments = ["--rulebook", world.write("rulebook.yml", FROM_A_CHECKOUT)]
    arguments += ["--source-dir", str(ROOT / "extensions/eda/plugins/event_source")]
    engine = world.rulebook(*arguments)
    world.looked()
    world.put(job_id=2, status="gone")
    assert engine.end().code == 0, engine.said
    told = [line for line in engine.out.splitlines() if line.endswith(" is job_running")]
    assert sorted(told) == ["2 is job_running", "3 is job_running"]


def test_with_persistence_an_event_is_handled_once(world):
    """Also when the source dies after the rule engine has confirmed it: it sends the same again."""
    state = pathlib.Path(world.write("events.json", ""))
    state.unlink()
    source = {"services": ["flink"], "interval": 0.2, "initial": True, "feedback": True, "state_file": str(state)}
    rule = {"name": "Tell", "condition": "event.id > 0", "action": {"debug": {"msg": "handled {{ event.meta.uuid }}"}}}
    name = world.write(
        "rulebook.yml",
        [
            {
                "name": "Once",
                "hosts": "localhost",
                "sources": [{"name": "flink", "otc.bigdata.job_events": source}],
                "rules": [rule],
            }
        ],
    )
    said = ""
    for dummy in range(2):
        database = {"drools_db_file_path": str(state.with_name("database"))}
        engine = world.rulebook("--rulebook", name, "--persistence-id", "1", variables=database)
        world.looked()
        engine.kill()
        said += engine.end().out
        content = json.loads(state.read_text())
        assert content["events"] == []
        uuids = [line.split()[1] for line in said.splitlines() if line.startswith("handled ")]
        assert len(set(uuids)) == len(uuids) == 3
        content["events"] = [{"type": "change", "id": 1, "meta": {"uuid": uuid}} for uuid in uuids]
        state.write_text(json.dumps(content))


def test_the_name_of_a_job_is_no_template(world):
    """It gets to Ansible as an extra variable, and as an option of a module."""
    trap = world.write("trapped", "")
    name = f"{{{{ lookup('pipe', 'echo yes >> {trap}') }}}}"
    world.write(
        "tell.yml", [{"hosts": "all", "gather_facts": False, "tasks": [{"debug": {"var": "ansible_eda.event"}}]}]
    )
    actions = [
        {"run_playbook": {"name": "tell.yml"}},
        {"run_module": {"name": "ansible.builtin.debug", "module_args": {"msg": "told: {{ event.name }}"}}},
        {"shutdown": {"delay": 0.1}},
    ]
    rule = {"name": "Tell", "condition": "event.after == 'job_init'", "actions": actions}
    sources = [{"name": "flink", "otc.bigdata.job_events": {"services": ["flink"], "interval": 0.2}}]
    rulebook = [{"name": "One", "hosts": "localhost", "sources": sources, "rules": [rule]}]
    engine = world.rulebook("--rulebook", world.write("rulebook.yml", rulebook))
    world.looked()
    world.put(job_id=4, name=name, status="job_init")
    assert engine.end().code == 0, engine.said
    assert pathlib.Path(trap).read_text() == ""
    assert "told: { { lookup" in engine.said


def test_an_error_is_one_line(world):
    engine = world.rulebook("--rulebook", SAMPLE, OS_TOKEN="", OS_PROJECT_ID="").end()
    assert engine.code == 1
    assert "Failure: Source plugin failed with error message: 'no credential: set token" in engine.said
    assert "Traceback" not in engine.said
    assert sys.prefix not in engine.said
