# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The workflow of a maintenance window, as AWX runs it."""

from __future__ import annotations

import collections
import contextlib
import json
import os
import pathlib
import random
import signal
import subprocess
import threading
import typing as t

import yaml

from ansible_collections.otc.bigdata.tests.emulator.server import Emulator

from .awx import ROOT, Job
from .emulated import environ
from .run_playbook import wait_for
from .workflow import Node, Outcome, run_workflow

ANSWERS = {"queue_name": "streaming", "wait_timeout": 120}
STATUS_OF_AWX = {"timeout": "failed"}  # BaseTask.run in awx/main/tasks/jobs.py


def world(script: dict) -> dict:
    running = [
        {"name": name, "queue_name": "streaming", "status": "job_running", "script": script}
        for name in ("orders", "clicks", "alerts")
    ]
    return {
        "flink_jobs": [
            *running,
            {"name": "resting", "queue_name": "streaming", "status": "job_cancel_success", "has_savepoint": True},
            {"name": "elsewhere", "status": "job_running"},
        ]
    }


def saves(lag: float | str, saving: float, cancelling: float) -> dict:
    """A stop with a savepoint whose first effect shows ``lag`` seconds after it was accepted."""
    return {
        "savepoint": [
            {"after": lag, "status": "job_savepointing"},
            {"after": saving, "status": "job_canceling", "has_savepoint": True, "savepoint_path": "jobs/savepoint/1/"},
            {"after": cancelling, "status": "job_cancel_success"},
        ]
    }


def nodes() -> tuple[dict[str, Node], dict[str, str]]:
    """Those of the workflow, and the playbook that each of them runs."""
    data = yaml.safe_load((ROOT / "playbooks/awx/job_templates.yml").read_text(encoding="utf-8"))
    templates = {one["name"]: one.get("file", one["playbook"]) for one in data["job_templates"]}
    found: dict[str, Node] = {}
    playbooks: dict[str, str] = {}
    for entry in data["maintenance_workflow"]["nodes"]:
        node = found.setdefault(entry["identifier"], Node(entry["identifier"], {}))
        node.paths.update({key: value for key, value in entry.items() if key.endswith("_nodes")})
        if "unified_job_template" in entry:
            playbooks[node.name] = templates[entry["unified_job_template"]]
    return found, playbooks


class Gate:
    """Holds one request of a job, the third or the first that is ``POST jobs/stop``, before or after its effect, until it is opened."""

    def __init__(self, emulator: Emulator, wanted: int | str, late: bool) -> None:
        self.request = ""  # the one that was held
        self.reached, self.opened = threading.Event(), threading.Event()
        self._answer, self._wanted, self._late = emulator.answer, wanted, late
        self._count = 0
        self._lock = threading.Lock()
        self._emulator = emulator

    def __enter__(self) -> Gate:
        self._emulator.answer = self._held  # type: ignore[method-assign]
        return self

    def __exit__(self, *dummy: t.Any) -> None:
        self.opened.set()
        self._emulator.answer = self._answer  # type: ignore[method-assign]

    def _held(self, request: t.Any, connection: int) -> t.Any:
        words = f"{request.method} {request.path.rpartition('/streaming/')[2]}"
        with self._lock:
            self._count += 1
            held = not self.request and self._wanted in (self._count, words)
            if held:
                self.request = words
        reply = self._answer(request, connection) if held and self._late else None
        if held:
            self.reached.set()
            self.opened.wait(120)
        return reply or self._answer(request, connection)


def descendants(process: int) -> list[int]:
    listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], check=True, capture_output=True, encoding="utf-8").stdout
    pairs = [tuple(map(int, line.split())) for line in listing.splitlines()]
    return [one for child, parent in pairs if parent == process for one in (child, *descendants(child))]


def end_by(way: str, worker: subprocess.Popen) -> None:
    """The time-outs come by themselves."""
    if way == "cancel":
        worker.send_signal(signal.SIGTERM)  # what ansible-runner has made its cancel_callback of
    elif way == "kill_worker":
        worker.kill()
    elif way == "kill":
        kill_all([worker.pid, *descendants(worker.pid)])


def lives(process: int) -> bool:
    """One that has ended has no command line any more, even if nobody has taken note of its end."""
    try:
        return bool(pathlib.Path(f"/proc/{process}/cmdline").read_bytes())
    except OSError:
        return False


def kill_all(processes: list[int]) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


class Window:
    """``cut``: the way, and the moment, in which the job that stops ends; ``more``: what is in the environment of all jobs."""

    def __init__(
        self, folder: pathlib.Path, emulator: Emulator, cut: tuple[str, int | str, bool] | None, **more: str
    ) -> None:
        self.folder, self.emulator, self.cut = folder, emulator, cut
        self.nodes, self.playbooks = nodes()
        self.environ = {**environ(emulator), **more}
        self.jobs: dict[str, Job] = {}
        self.was_reached, self.held = False, ""
        self.approves = "successful"
        self.family: list[int] = []  # the processes of the job that stops
        self.between: t.Callable[[], t.Any] = lambda: None  # what happens before the job that stops

    def run(self) -> Window:
        self.status, self.order = run_workflow(self.nodes, self._launch, ANSWERS)
        kill_all(self.family)  # who has lost its worker would wait for ever
        return self

    def _launch(self, node: Node, variables: dict) -> Outcome:
        if node.name not in self.playbooks:
            return Outcome(self.approves)
        job = self.jobs[node.name] = Job(self.folder / node.name, len(self.jobs) + 1, **self.environ)
        end = job.folder / "project/playbooks/maintenance_end.yml"
        end.write_text(
            end.read_text().replace("otc__seconds: 60", "otc__seconds: 12").replace("otc__pause: 5", "otc__pause: 1")
        )
        if node.name == "stop":
            self.between()
        if node.name == "stop" and self.cut:
            self._cut_off(job, self.playbooks[node.name], variables, *self.cut)
        else:
            job.run(self.playbooks[node.name], variables)
        # Without an end of the stream AWX takes the job for lost
        return Outcome(STATUS_OF_AWX.get(job.status, job.status), job.artifacts)

    def _cut_off(self, job: Job, playbook: str, variables: dict, way: str, number: int, late: bool) -> None:
        if way.endswith("timeout"):
            job.settings[way] = 8 if way == "job_timeout" else 5
        job.settings["pexpect_timeout"] = 0.5  # seconds from one look whether it is cancelled to the next
        sent = job.transmit(playbook, variables)
        came: list[bytes] = []
        with Gate(self.emulator, number, late) as gate:
            worker = job.start_worker()
            listener = threading.Thread(target=lambda: came.append(worker.communicate(sent)[0]))
            listener.start()
            wait_for(lambda: gate.reached.is_set() or not listener.is_alive(), 120)
            self.was_reached, self.held = gate.reached.is_set(), gate.request
            self.family = descendants(worker.pid)
            end_by(way, worker)
            listener.join(120)
        if way != "kill_worker":
            wait_for(lambda: not any(map(lives, self.family)), 60)
        job.process(came[0])

    @property
    def said(self) -> str:
        return "\n".join(f"==== {name}: {job.status}\n{job.output}" for name, job in self.jobs.items())


def runs(emulator: Emulator) -> collections.Counter[int]:
    """How often each job was asked to run."""
    asked = [one for one in emulator.log.entries() if one["method"] == "POST" and one["path"].endswith("/jobs/run")]
    return collections.Counter(number for one in asked for number in body_of(one)["job_ids"])


def body_of(entry: dict) -> dict:
    body = entry["body"]
    return body if isinstance(body, dict) else json.loads(body)


def statuses(emulator: Emulator) -> dict[str, str]:
    """Once nothing moves any more."""
    wait_for(lambda: not any(job["steps_ahead"] for job in emulator.world["flink_jobs"].truth()), 60)
    return {job["name"]: job["status"] for job in emulator.world["flink_jobs"].truth()}


WAYS = ("cancel", "job_timeout", "idle_timeout", "kill", "kill_worker")
REQUESTS = 8  # of the job that stops, at least


def check_cut_off(folder: pathlib.Path, emulator: Emulator, seed: int) -> None:
    """No job that has run stays down, none is started twice, and the workflow has failed."""
    chance = random.Random(seed)
    way, number, late = WAYS[seed % len(WAYS)], chance.randint(1, REQUESTS), chance.random() < 0.5
    script = saves(chance.choice((0, 0, 1, 2)), chance.choice((0, 1)), chance.choice((0, 1)))
    emulator.load(world(script))
    before = statuses(emulator)
    window = Window(folder, emulator, (way, number, late)).run()
    asked = runs(emulator)
    print(  # what a failure is to be repeated with
        f"seed={seed} {way} {'after' if late else 'before'} {window.held} ({number}), lags {script['savepoint']}, "
        f"stop {window.jobs['stop'].status}, runs {dict(asked)}, {window.order} {window.status}"
    )
    # On a busy machine a time-out may come earlier, which is a moment like any other
    assert window.was_reached or way.endswith("timeout"), window.said
    assert window.jobs["stop"].status in ("canceled", "timeout", "error", "failed"), window.said
    assert window.order == ["list", "stop", "start_again", "failed"], window.said
    assert window.status == "failed"
    assert statuses(emulator) == before, window.said
    assert max(asked.values(), default=0) <= 1, window.said
