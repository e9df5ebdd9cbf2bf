# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a watcher sees of a task that runs in the process of Ansible."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import typing as t

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import world
from ansible_collections.otc.bigdata.tests.unit.utils.fast_path import FLINK, INTERRUPTED, SPARK
from ansible_collections.otc.bigdata.tests.unit.utils.forks import NO_WAITS
from ansible_collections.otc.bigdata.tests.unit.utils.guides import commands
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import Folder, Run, wait_for

pytestmark = pytest.mark.real

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
    start = {"terminal": how.terminal, **NO_WAITS, **how.environ}
    if how.ad_hoc:
        return here.ad_hoc("dli_flink_jobs", json.dumps(options), *how.arguments, **start)
    task = {FLINK: options, **how.task}
    return here.playbook([{"tasks": [task]}], *how.arguments, **start)


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
    """Watched in every way at once."""
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
        wait_for(lambda: emulator.log.summary()["reads"] > 16)  # in more than the two seconds until the first line
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
        options = {"state": "stopped", "job_ids": list(range(1, 101)), "wait_interval": 0.4}
        play = {"hosts": "localhost", "gather_facts": False, "tasks": [{FLINK: options}]}
        here.write("runner/project/play.yml", [play])
        path = os.pathsep.join([str(commands()), os.environ["PATH"]])
        line = [sys.executable, "-m", "ansible_runner", "run", str(here.home / "runner"), "-p", "play.yml", "-i", "one"]
        run = Run(line, cwd=here.home, env=here.environ(PATH=path, **NO_WAITS)).end()
        assert run.code == 0, run.said
        events = [
            json.loads(file.read_text(encoding="utf-8"))
            for file in (here.home / "runner/artifacts/one/job_events").glob("*.json")
        ]
        told = [event for event in events if re.search(LINE, event["stdout"])]
        assert {event["event"] for event in told} == {"verbose"}, events
        assert next(event for event in events if event["event"] == "runner_on_ok")["event_data"]["res"]["changed"]
