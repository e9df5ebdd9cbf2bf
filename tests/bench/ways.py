# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways to stop jobs that are compared: ours, and what people do without it."""

from __future__ import annotations

import json
import math
import os
import pathlib
import sys
import typing as t

import ansible_collections

from .cloud import PROJECT, Cloud

COLLECTIONS = os.pathsep.join(str(pathlib.Path(path).parent) for path in ansible_collections.__path__)
FORKS = 5  # the default of Ansible
PLAYBOOK = [str(pathlib.Path(sys.executable).with_name("ansible-playbook")), f"--forks={FORKS}"]
PACKAGE = "ansible_collections.otc.bigdata"
AS_MODULE = {"OTC_BIGDATA_IN_PROCESS": "false"}
HERE = pathlib.Path(__file__).parent
BESIDE = {"ANSIBLE_ACTION_PLUGINS": f"{HERE}/action_plugins"}  # plugins to compare with; one of them is also a module
BESIDE_AS_MODULE = {"ANSIBLE_LIBRARY": f"{HERE}/modules"}


class Words(t.NamedTuple):
    """Of a kind of jobs."""

    module: str
    ids: str
    path: str
    batch: int  # the most jobs that a write carries


WORDS = {
    "flink_jobs": Words("dli_flink_jobs", "job_ids", f"/v1.0/{PROJECT}/streaming/jobs", 100),
    "sql_jobs": Words("dli_sql_jobs", "job_ids", f"/v1.0/{PROJECT}/jobs", 1),
    "batches": Words("dli_batch_job", "batch_id", f"/v2.0/{PROJECT}/batches", 1),
}


class Promise(t.NamedTuple):
    """The most requests and connections that our tasks may need, each of them."""

    reads: int  # before the writes; after them at most as many as there were
    writes: int
    workers: int
    tasks: int = 1
    at_once: int = 1  # tasks; one after the other, they are told apart by the order of their requests


class Way(t.NamedTuple):
    """A command, and what the emulator has before it and must have seen after it."""

    name: str
    command: t.Sequence[str]
    cloud: Cloud
    kind: str
    jobs: int
    latency: float
    writes: int = 0
    promise: Promise | None = None  # of ours only
    extra: t.Mapping[str, str] = {}

    @property
    def environ(self) -> dict[str, str]:
        """Nothing of the user's own that Ansible or a module could take for a setting."""
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "LC_ALL")}
        own = {"ANSIBLE_COLLECTIONS_PATH": COLLECTIONS, "no_proxy": "127.0.0.1"}
        return {**kept, **own, **self.cloud.environ, **self.extra}


class Ways:
    """All ways to stop the same jobs of one emulator."""

    def __init__(self, folder: pathlib.Path, cloud: Cloud, kind: str, jobs: int, latency: float = 0.0) -> None:
        self._folder, self._cloud, self._world = folder, cloud, (cloud, kind, jobs, latency)
        self.ids, self._words = cloud.begin(kind, jobs, 0), WORDS[kind]

    def ours(self, name: str = "in process", tasks: int = 1, workers: int = 8, **extra: str) -> Way:
        """A play; one task stops all jobs, or each of several tasks stops one."""
        promise = self._promise(len(self.ids) if tasks == 1 else 1, workers, tasks)
        play = self._play(self._tasks(self._module, tasks, workers))
        return Way(name, play, *self._world, promise.writes * tasks, promise, extra)

    def both(self, **how: t.Any) -> list[Way]:
        """In the process of Ansible, the default, and in one of its own as modules usually run."""
        return [self.ours(**how), self.ours("as a module", **how, **AS_MODULE)]

    def no_op(self, name: str = "no-op plugin", tasks: int = 1) -> Way:
        """The same tasks with an action plugin that does nothing: what Ansible needs for such arguments and results."""
        return Way(name, self._play(self._tasks("no_op", tasks, 8)), *self._world, extra=BESIDE)

    def bare(self, name: str = "requests alone", tasks: int = 1, workers: int = 8, as_module: bool = False) -> Way:
        """The same tasks with a plugin that only sends what they send: what the requests themselves cost besides."""
        writes = self._promise(len(self.ids) if tasks == 1 else 1, workers, tasks).writes * tasks
        extra = BESIDE_AS_MODULE if as_module else BESIDE
        return Way(name, self._play(self._tasks("bare", tasks, workers)), *self._world, writes, extra=extra)

    def by_filter(self) -> list[Way]:
        """A play that names no job, and one that only sends the same."""
        ours, bare = (self._play([{module: self._filters()}]) for module in (self._module, "bare"))
        promise = self._promise(len(self.ids), 8)
        alone = Way("requests alone, by filter", bare, *self._world, promise.writes, extra=BESIDE)
        return [Way("by filter", ours, *self._world, promise.writes, promise), alone]

    def on_hosts(self) -> list[Way]:
        """A play with a host for each job, which stops its own; one that sends no more than that; and one that does nothing there."""
        hosts = {f"host-{job_id}": {"job_id": job_id} for job_id in self.ids}
        stop, bare = ({module: self._options(["{{ job_id }}"], 8)} for module in (self._module, "bare"))
        debug = {"ansible.builtin.debug": {"msg": "{{ job_id }}"}}
        promise = self._promise(1, 8, len(hosts))._replace(at_once=FORKS)
        ours = Way("in process", self._play([stop], hosts), *self._world, len(hosts), promise)
        alone = Way("requests alone", self._play([bare], hosts), *self._world, len(hosts), extra=BESIDE)
        return [ours, alone, Way("debug", self._play([debug], hosts), *self._world)]

    def process(self, name: str, workers: int = 8, jobs: int | None = None) -> Way:
        """The process of the module without Ansible around it."""
        ids = self.ids[:jobs]
        promise = self._promise(len(ids), workers)
        return Way(name, self._process(self._options(ids, workers)), *self._world, promise.writes, promise)

    def bare_process(self, name: str, workers: int, jobs: int | None = None) -> Way:
        """One that only sends the same."""
        ids = self.ids[:jobs]
        writes = self._promise(len(ids), workers).writes
        command = self._process(self._options(ids, workers), f"{__package__}.modules.bare")
        return Way(name, command, *self._world, writes, extra={"PYTHONPATH": COLLECTIONS})

    def share(self, n: int, tasks: int) -> Way:
        """The process of the module, for every so many-th job."""
        return Way(f"task {n}", self._process(self._options(self.ids[n::tasks], 8)), *self._world)

    def check_mode(self, name: str) -> Way:
        """The process of the module; it selects all jobs by a filter and would stop them."""
        promise = self._promise(len(self.ids), 8)._replace(writes=0)
        return Way(name, self._process({**self._filters(), "_ansible_check_mode": True}), *self._world, 0, promise)

    def ping(self, name: str = "ping", tasks: int = 1) -> Way:
        """A play with a module that does nothing: what a task costs before any work."""
        return Way(name, self._play([{"ansible.builtin.ping": {}}] * tasks), *self._world)

    def uri(self, jobs: int) -> Way:
        """A play that loops over the first so many jobs with one request for each, and does not look again."""
        uri = {
            "url": f"{self._cloud.url}{self._words.path}/stop",
            "method": "POST",
            "headers": {"X-Auth-Token": "demo-token"},
            "body_format": "json",
            "body": '{"job_ids": [{{ item }}]}',
        }
        play = self._play([{"ansible.builtin.uri": uri, "loop": self.ids[:jobs]}])
        return Way(f"uri loop, {jobs} jobs", play, *self._world, jobs)

    def sdk(self) -> Way:
        command = [sys.executable, "-m", f"{__package__}.sdk", self._world[1], self._cloud.url, self._file(self.ids)]
        writes = math.ceil(len(self.ids) / self._words.batch)
        return Way("SDK script", command, *self._world, writes, extra={"PYTHONPATH": COLLECTIONS})

    def curl(self) -> Way:
        """The writes alone, 16 at once."""
        config = self._file(None)
        urls = [f'url = "{self._cloud.url}{self._words.path}/{job_id}"\n' for job_id in self.ids]
        pathlib.Path(config).write_text("".join(urls), encoding="utf-8")
        how = ["--disable", "--silent", "--fail", "--parallel", "--parallel-max", "16", "--request", "DELETE"]
        command = ["curl", *how, "--header", "X-Auth-Token: demo-token", "--config", config]
        return Way("curl --parallel", command, *self._world, len(self.ids))

    def _options(self, ids: list, workers: int) -> dict:
        return {"state": "stopped", self._words.ids: ids, "max_concurrency": workers}

    def _filters(self) -> dict:
        """The options for all jobs."""
        return {"state": "stopped", "filters": {"name": ["*"]}, "max_jobs": len(self.ids)}

    def _tasks(self, module: str, tasks: int, workers: int) -> list[dict]:
        """One task for all jobs, or one for each of so many jobs."""
        chosen = [self.ids] if tasks == 1 else [[job_id] for job_id in self.ids[:tasks]]
        return [{module: self._options(ids, workers)} for ids in chosen]

    def _promise(self, count: int, workers: int, tasks: int = 1) -> Promise:
        pages = math.ceil(len(self.ids) / 100)
        reads = 1 if count == 1 else min(count, pages) + 1
        return Promise(reads, math.ceil(count / self._words.batch), workers, tasks)

    @property
    def _module(self) -> str:
        return f"otc.bigdata.{self._words.module}"

    def _process(self, options: dict, module: str = "") -> list[str]:
        arguments = self._file({"ANSIBLE_MODULE_ARGS": options})
        return [sys.executable, "-m", module or f"{PACKAGE}.plugins.modules.{self._words.module}", arguments]

    def _play(self, tasks: list[dict], hosts: t.Mapping[str, dict] | None = None) -> list[str]:
        """On this host, or on these with their variables."""
        python = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
        play = {"hosts": "all", "connection": "local", "gather_facts": False, "vars": python, "tasks": tasks}
        inventory = self._file({"all": {"hosts": hosts}}) if hosts else "localhost,"
        return [*PLAYBOOK, "-i", inventory, self._file([play])]

    def _file(self, content: t.Any) -> str:
        file = self._folder / f"{len(list(self._folder.iterdir()))}.json"
        file.write_text(json.dumps(content), encoding="utf-8")
        return str(file)
