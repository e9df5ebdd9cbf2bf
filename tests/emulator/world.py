# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs in memory, and how their states move with time or with the looks that a client takes.

A job has at most one list of *steps* ahead of it. A *trigger* (somebody stops the job, say) replaces that list. A step
waits for some seconds or some looks and then changes fields of the job, above all its status. The job's own ``script``
can name other steps for a trigger than the usual ones: that is how a test makes a job that cannot be deleted or
whose savepoint fails. Nothing runs in the background: steps that are due are taken when somebody looks.
"""

from __future__ import annotations

import collections
import copy
import threading
import time
import typing as t

from .auth import Identities
from .settings import SettingError, Settings, parse_delay

GONE = "gone"  # the status of a job that the service does not know any more


class Step(t.NamedTuple):
    """After ``amount`` seconds (or looks) the job's fields change."""

    amount: float
    in_looks: bool
    changes: dict


class Job:
    """One job: the service's fields, and how this job behaves."""

    __slots__ = ("id", "fields", "script", "refuse", "hidden", "steps", "since", "looks")

    def __init__(self, job_id, fields: dict) -> None:
        self.id, self.fields = job_id, fields
        self.script: dict[str, list[Step]] = {}
        self.refuse: dict[str, str] = {}
        self.hidden = False
        self.steps: collections.deque[Step] = collections.deque()
        self.since, self.looks = 0.0, 0

    @property
    def status(self) -> str:
        return self.fields["status"]

    @property
    def deleted(self) -> bool:
        return self.status == GONE


class JobKind(t.NamedTuple):
    """What a service says about its jobs."""

    name: str  # the key in a seed, for example flink_jobs
    id_field: str
    fields: t.Collection[str]  # names a seed may use
    triggers: t.Collection[str]  # names a script may use
    operations: t.Collection[str]  # names `refuse` may use
    make_id: t.Callable  # number -> id
    new_job: t.Callable  # (id, entry, now in ms) -> the fields that a seed entry leaves out
    check_id: t.Callable  # SettingError for an id that the service would never use


class JobStore:
    """All jobs of one kind. Call with the world's lock held."""

    def __init__(self, kind: JobKind, world: World) -> None:
        self.kind, self.world = kind, world
        self.jobs: dict = {}
        self._moving: dict = {}  # jobs with steps ahead; the others need no care
        self._selections: dict = {}
        self._last_number = 0

    # ---- reading ----

    def find(self, job_id, project_id: str) -> Job | None:
        """The job as it is now, or None if the project has no such job."""
        job = self.jobs.get(job_id)
        if job is None:
            return None
        if job.steps:
            self._settle(job)
        return None if job.deleted or job.fields["project_id"] != project_id else job

    def select(self, key: tuple, wanted: t.Callable[[Job], bool], newest_first: bool) -> list[Job]:
        """The jobs that match, in order of creation; remembered under ``key``, as a client reads it page by page."""
        self._settle_all()
        if key not in self._selections:
            found = [job for job in self.jobs.values() if not job.deleted and wanted(job)]
            found.sort(key=lambda job: (job.fields["create_time"], job.id), reverse=newest_first)
            self._selections[key] = found
        return self._selections[key]

    def looked_at(self, jobs: t.Iterable[Job]) -> None:
        """An answer has shown these jobs."""
        if self._moving:
            for job in jobs:
                job.looks += 1

    def truth(self) -> list[dict]:
        """Every job with all its fields, also the deleted ones and those that the service hides."""
        self._settle_all()
        return [
            {**job.fields, "deleted": job.deleted, "hidden": job.hidden, "steps_ahead": len(job.steps)}
            for job in self.jobs.values()
        ]

    # ---- changing ----

    def trigger(self, job: Job, name: str, usual: t.Sequence[Step] = ()) -> None:
        """Something happens to the job: the steps of its script (else the usual ones) are ahead now."""
        self._start(job, job.script.get(name, usual))

    def happens_before(self, job: Job, name: str) -> None:
        """A race: the script's steps for ``before_<name>``, if there are any, come first."""
        if f"before_{name}" in job.script:
            self.trigger(job, f"before_{name}")

    def _start(self, job: Job, steps: t.Sequence[Step]) -> None:
        job.steps = collections.deque(steps)
        job.since, job.looks = time.monotonic(), 0
        self._settle(job)

    def _settle_all(self) -> None:
        for job in list(self._moving.values()):
            self._settle(job)

    def _settle(self, job: Job) -> None:
        now = time.monotonic()
        while job.steps:
            step = job.steps[0]
            if step.in_looks and job.looks < step.amount or not step.in_looks and now < job.since + step.amount:
                self._moving[job.id] = job
                return
            job.steps.popleft()
            # A chain of pauses keeps its rhythm, however seldom somebody looks.
            job.since, job.looks = (now if step.in_looks else job.since + step.amount), 0
            self.change(job, step.changes)
        self._moving.pop(job.id, None)

    def change(self, job: Job, changes: dict) -> None:
        job.fields.update(changes, update_time=self.world.now_ms())
        self._selections.clear()

    def add(self, entry: dict) -> list[Job]:
        """Make the job of a seed entry, or change the one with its id. ``count`` makes that many."""
        entry = copy.deepcopy(entry)
        count = entry.pop("count", None)
        if count is None:
            return [self._put(entry)]
        name = entry.pop("name", "job")
        return [self._put({**entry, "name": f"{name}-{n}"}) for n in range(1, count + 1)]

    def _new_id(self):
        self._last_number += 1
        return self.kind.make_id(self._last_number)

    def _put(self, entry: dict) -> Job:
        behaviour = self._behaviour(entry)
        if self.kind.id_field not in entry:
            entry[self.kind.id_field] = self._new_id()
        job_id = entry[self.kind.id_field]
        self.kind.check_id(job_id)
        if isinstance(job_id, int):
            self._last_number = max(self._last_number, job_id)
        job = self.jobs.get(job_id)
        if job is None or job.deleted:
            fields = self.kind.new_job(job_id, entry, self.world.now_ms())
            job = self.jobs[job_id] = Job(job_id, {"project_id": self.world.identities.main_project["id"], **fields})
        if "status" in entry:
            job.steps.clear()  # what was ahead of the old status is not ahead of this one
        self.change(job, entry)
        for name, value in behaviour.items():
            setattr(job, name, value)
        if "created" in behaviour.get("script", {}):
            self.trigger(job, "created")
        return job

    def _behaviour(self, entry: dict) -> dict:
        """Take what is not a field of the service out of the entry, checked."""
        behaviour = {}
        if "script" in entry:
            behaviour["script"] = {
                self._known(name, self.kind.triggers, "trigger"): [self._step(step) for step in steps]
                for name, steps in entry.pop("script").items()
            }
        if "refuse" in entry:
            behaviour["refuse"] = {
                self._known(name, self.kind.operations, "operation"): code for name, code in entry.pop("refuse").items()
            }
        if "hidden" in entry:
            behaviour["hidden"] = bool(entry.pop("hidden"))
        if "age" in entry:
            entry["create_time"] = self.world.now_ms() - int(entry.pop("age") * 1000)
        for name in entry:
            self._known(name, self.kind.fields, "job field")
        return behaviour

    def _step(self, step: dict) -> Step:
        changes = dict(step)
        amount, in_looks = parse_delay(changes.pop("after", 0))
        for name in changes:
            self._known(name, self.kind.fields, "job field")
        return Step(amount, in_looks, changes)

    @staticmethod
    def _known(name: str, names: t.Collection[str], what: str) -> str:
        if name not in names:
            raise SettingError(f"unknown {what} {name!r}; known are {', '.join(sorted(names))}")
        return name


class World:
    """Everything the services know. One lock guards it; handlers run with the lock held."""

    def __init__(self, settings: Settings, kinds: t.Iterable[JobKind], seed: dict) -> None:
        self.settings = settings
        self.lock = threading.RLock()
        self._kinds = {kind.name: kind for kind in kinds}
        self.load(seed)

    def __getitem__(self, kind: str) -> JobStore:
        return self.stores[kind]

    def load(self, seed: dict) -> None:
        """Begin anew with the people and the jobs of a seed."""
        people = {name: entries for name, entries in seed.items() if name not in self._kinds}
        with self.lock:
            before = dict(self.__dict__)
            try:
                self.identities = Identities(people)
                self.stores = {name: JobStore(kind, self) for name, kind in self._kinds.items()}
                for name in self._kinds:
                    for entry in seed.get(name, []):
                        self.add(name, entry)
            except Exception:
                self.__dict__.update(before)  # a seed that makes no sense changes nothing
                raise

    def add(self, kind: str, entry: dict) -> list[Job]:
        """Make or change jobs, see JobStore.add."""
        with self.lock:
            return self.stores[kind].add(entry)

    def step(self, delay: str | None = None, **changes) -> Step:
        """One usual step: after the delay of that name (or at once) these fields change."""
        return Step(*parse_delay(self.settings.delays[delay] if delay else 0), changes)

    @staticmethod
    def now_ms() -> int:
        return int(time.time() * 1000)
