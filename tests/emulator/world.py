# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs in memory, and how their states move with time or with the looks that a client takes.

Everything that a service keeps is a job here: Flink jobs, Spark batches, MRS jobs, and MRS clusters too.

A job has at most one list of *steps* ahead of it. A *trigger* (somebody stops the job, say) replaces that list. A step
waits for some seconds or some looks and then changes fields of the job, above all its status. The job's own ``script``
can name other steps for a trigger than the usual ones: that is how a test makes a job that cannot be deleted or
whose savepoint fails. Nothing runs in the background: steps that are due are taken when somebody looks.
"""

from __future__ import annotations

import bisect
import copy
import re
import threading
import time
import typing as t

from .identities import Account, Identities
from .settings import SettingError, Settings, parse_delay

GONE = "gone"  # the state of a job that the service does not know any more


class Step(t.NamedTuple):
    """After ``amount`` seconds (or looks) the job's fields change."""

    amount: float
    in_looks: bool
    changes: dict


class Refusal(t.NamedTuple):
    """The code that an operation gets, ``times`` times (None: for ever)."""

    code: str
    times: int | None = None


class View(dict):
    """Names of fields, and the value of each in a job that does not have it: a constant, or job -> value."""

    def __init__(self, *others: dict[str, t.Any], **fields) -> None:
        for other in others:
            self.update(other)
        self.update(fields)
        self.computed = [name for name, value in self.items() if callable(value)]


class Queue(t.NamedTuple):
    """How jobs tell of the queue that they are on."""

    field: str
    inactive: t.Collection[str]  # the statuses in which none runs
    gone: str  # the one that a job has when its queue is deleted


class JobKind(t.NamedTuple):
    """What a service says about its jobs."""

    name: str  # the key in a seed, for example flink_jobs
    id_field: str
    name_field: str  # "" if such jobs have no names
    state_field: str
    time_field: str  # when it was made, in ms: lists are in this order
    owner_field: str  # the field with the project or the cluster that a request must name
    fields: View  # names a seed may use
    triggers: t.Collection[str]  # names a script may use
    operations: t.Collection[str]  # names `refuse` may use
    make_id: t.Callable  # number -> id
    check_id: t.Callable  # SettingError for an id that the service would never use
    new_job: t.Callable  # (world, id, entry) -> the fields that a seed entry leaves out and that are no constants
    parent: str = ""  # the kind of what such jobs are in
    counted: bool = False  # ids are numbers of which each account begins with 1
    queue: Queue | None = None  # None: such jobs run on none


class Job:
    """One job: the service's fields, and how this job behaves."""

    __slots__ = ("kind", "id", "fields", "script", "refuse", "hidden", "place", "trigger", "steps", "since", "looks")

    def __init__(self, kind: JobKind, job_id, fields: dict) -> None:
        self.kind, self.id, self.fields = kind, job_id, fields
        self.script: dict[str, list[Step]] = {}
        self.refuse: dict[str, Refusal] = {}
        self.hidden = False
        self.place: tuple = ()  # its entry in the list of its owner's jobs
        self.trigger, self.steps = "", ()
        self.since, self.looks = 0.0, 0

    @property
    def status(self) -> str:
        return self.fields[self.kind.state_field]

    @property
    def deleted(self) -> bool:
        return self.fields[self.kind.state_field] == GONE

    def refusal(self, operation: str) -> str:
        """The code that this operation gets now, or nothing; counts down."""
        refused = self.refuse.pop(operation, None)
        if refused is None:
            return ""
        if refused.times is None or refused.times > 1:
            self.refuse[operation] = refused._replace(times=refused.times and refused.times - 1)
        return refused.code

    def __getitem__(self, field: str):
        """The value of a field, or what the service shows for a job that has none."""
        if field in self.fields:
            return self.fields[field]
        value = self.kind.fields[field]
        return value(self) if callable(value) else value

    def shown(self, view: View) -> dict:
        """These fields of the job."""
        fields = self.fields
        entry = {**view, **{name: fields[name] for name in view.keys() & fields.keys()}}
        for name in view.computed:
            if name not in fields:
                entry[name] = entry[name](self)
        return entry


class Filter(t.NamedTuple):
    """Which jobs a list shows."""

    exact: tuple[tuple[str, t.Any], ...] = ()  # fields and their values
    name: str = ""
    since: int = 0
    until: float = float("inf")
    tags: tuple[tuple[str, str], ...] = ()


class JobStore:
    """All jobs of one kind. Call with the world's lock held."""

    def __init__(self, kind: JobKind, world: World) -> None:
        self.kind, self.world = kind, world
        self.jobs: dict = {}  # by what _key makes of their ids
        self._in_order: dict[str, list[tuple]] = {}  # per owner: (time, id, job), also of deleted jobs
        self._moving: dict[Job, None] = {}  # jobs with steps ahead; the others need no care
        self._selections: dict = {}
        self._last_number = 0

    # ---- reading ----

    def find(self, job_id, owner: str, operation: str = "") -> Job | None:
        """The job as it is now, after what its script has happen just before the operation; None if there is none."""
        job = self.jobs.get(self._key(job_id, owner))
        if job is None or job.fields[self.kind.owner_field] != owner:
            return None
        if job.steps:
            self._settle(job)
        if f"before_{operation}" in job.script and not job.deleted:  # a race
            self.trigger(job, f"before_{operation}")
        return None if job.deleted else job

    def _key(self, job_id, owner: str) -> t.Any:
        """The id; where each account counts its own, further accounts have theirs beside it."""
        account = self.world.identities.account_of(owner) if self.kind.counted else None
        return job_id if account in (None, self.world.identities) else (account.domain["id"], job_id)

    def select(self, owner: str, wanted: Filter, newest_first: bool = True) -> list[Job]:
        """The jobs that match; remembered until something changes, as a client reads them page by page."""
        self._settle_all()
        key = (owner, wanted, newest_first, self.world.settings.answers["name_filter"])
        if key not in self._selections:
            found = self._filtered(owner, wanted)
            self._selections[key] = found[::-1] if newest_first else found
        return self._selections[key]

    def _filtered(self, owner: str, wanted: Filter) -> list[Job]:
        """One cheap pass over all, then one for each thing that is asked for: there may be 100,000 jobs."""
        kind, exact, name, tags = self.kind, dict(wanted.exact), wanted.name, dict(wanted.tags)
        if name and self.world.settings.answers["name_filter"] == "exact":
            exact[kind.name_field], name = name, ""
        everything = self._in_order.get(owner, ())
        found = [
            job
            for made, dummy, job in everything
            if wanted.since <= made <= wanted.until and not job.hidden and job.fields[kind.state_field] != GONE
        ]
        for field, value in exact.items():
            found = [job for job in found if job[field] == value]
        if name:
            found = [job for job in found if name in (job[kind.name_field] or "")]
        if tags:
            found = [job for job in found if tags.items() <= job["tags"].items()]
        return found

    def page(self, found: list[Job], start: int, size: int, show: t.Callable[[Job], dict]) -> list[dict]:
        """The entries of one answer. To be in it is a look, and what the answer says is old before it arrives."""
        jobs = found[start : start + min(size, self.world.settings.page_rows or size)]
        entries = [show(job) for job in jobs]
        self.looked_at(jobs)
        if jobs and self.world.settings.newcomers:
            self._let_newcomer_in(found[0])
        return entries

    def total(self, found: list[Job]) -> int:
        """How many jobs a list says that it has."""
        settings = self.world.settings
        return len(found) + settings.unshown + (settings.answers["list_totals"] == "one_more")

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
        """Something happens to the job: the steps of its script (else the usual ones) are ahead now.

        They replace what was ahead, but the same again does not begin anew: a client that asks twice must not wait longer.
        """
        if not (job.steps and job.trigger == name):
            self._start(job, name, job.script.get(name, usual))

    def _start(self, job: Job, trigger: str, steps: t.Sequence[Step]) -> None:
        job.trigger, job.steps = trigger, tuple(steps)
        job.since, job.looks = time.monotonic(), 0
        self._settle(job)

    def _settle_all(self) -> None:
        for job in list(self._moving):
            self._settle(job)

    def _settle(self, job: Job) -> None:
        now = time.monotonic()
        while job.steps:
            step = job.steps[0]
            if step.in_looks and job.looks < step.amount or not step.in_looks and now < job.since + step.amount:
                self._moving[job] = None
                return
            job.steps = job.steps[1:]
            # A chain of pauses keeps its rhythm, however seldom somebody looks.
            job.since, job.looks = (now if step.in_looks else job.since + step.amount), 0
            self._change(job, step.changes)
        self._moving.pop(job, None)

    def _change(self, job: Job, changes: dict) -> None:
        moves = job.place and self.kind.time_field in changes
        if moves:
            self._take_out(job)
        job.fields.update(changes, update_time=self.world.now_ms())
        if moves:
            self._put_in_order(job)
        self._selections.clear()

    def _take_out(self, job: Job) -> None:
        self._in_order[job.fields[self.kind.owner_field]].remove(job.place)
        job.place = ()

    def _put_in_order(self, job: Job) -> None:
        job.place = (job.fields[self.kind.time_field] or 0, job.id, job)
        bisect.insort(self._in_order.setdefault(job.fields[self.kind.owner_field], []), job.place)

    def add(self, entry: dict) -> list[Job]:
        """Make the job of a seed entry, or change the one with its id. ``count`` makes that many."""
        entry = copied(entry)
        count = entry.pop("count", None)
        behaviour = self._behaviour(entry)
        if count is None:
            return [self._put(entry, behaviour)]
        name_field = self.kind.name_field
        if not name_field:
            return [self._put(dict(entry), behaviour) for dummy in range(count)]
        name = entry.pop(name_field, "job")
        return [self._put({**entry, name_field: f"{name}-{n}"}, behaviour) for n in range(1, count + 1)]

    def _let_newcomer_in(self, model: Job) -> None:
        """Between two pages somebody makes a job like the first of the list: all the others move on by one."""
        self.world.settings.newcomers -= 1
        own = (self.kind.id_field, self.kind.time_field, "update_time")
        self.add({name: value for name, value in model.fields.items() if name not in own})

    def _put(self, entry: dict, behaviour: dict) -> Job:
        kind = self.kind
        if kind.id_field not in entry:
            entry[kind.id_field] = self._new_id()
        job_id = entry[kind.id_field]
        kind.check_id(job_id)
        if isinstance(job_id, int):
            self._last_number = max(self._last_number, job_id)
        key = self._key(job_id, entry.get(kind.owner_field, ""))
        job = self.jobs.get(key)
        if job:
            self._take_out(job)
        if job is None or job.deleted:
            job = self.jobs[key] = Job(kind, job_id, kind.new_job(self.world, job_id, entry))
        if kind.state_field in entry:
            job.steps = ()  # what was ahead of the old status is not ahead of this one
        self._change(job, entry)
        self._put_in_order(job)
        for name, value in behaviour.items():
            setattr(job, name, copy.copy(value))
        if "created" in behaviour.get("script", {}):
            self._start(job, "created", job.script["created"])
        return job

    def _new_id(self):
        while True:
            self._last_number += 1
            job_id = self.kind.make_id(self._last_number)
            if job_id not in self.jobs:
                return job_id

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
                self._known(name, self.kind.operations, "operation"): _refusal(wanted)
                for name, wanted in entry.pop("refuse").items()
            }
        if "hidden" in entry:
            behaviour["hidden"] = bool(entry.pop("hidden"))
        if "age" in entry:
            entry[self.kind.time_field] = self.world.now_ms() - int(entry.pop("age") * 1000)
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


def copied(value: t.Any) -> t.Any:
    """As copy.deepcopy, of what JSON can hold, and in a fifth of the time."""
    if isinstance(value, dict):
        return {name: copied(part) if isinstance(part, (dict, list)) else part for name, part in value.items()}
    return [copied(part) for part in value] if isinstance(value, list) else value


def _refusal(wanted: t.Any) -> Refusal:
    """A code, or ``{"code": code, "times": number}``."""
    if isinstance(wanted, str):
        return Refusal(wanted)
    if not isinstance(wanted, dict) or wanted.keys() != {"code", "times"} or not _is_count(wanted["times"]):
        raise SettingError("refuse takes a code, or a code and how many times, a number from 1 on")
    return Refusal(str(wanted["code"]), wanted["times"])


def _is_count(value: t.Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def numbered_uuids(start: str) -> t.Callable[[int], str]:
    """For ``make_id``: ids in the form of a UUID that can be told apart at a glance."""
    return lambda number: f"{start}-0000-4000-8000-{number:012x}"


def id_check(pattern: str, what: str) -> t.Callable[[t.Any], None]:
    """For ``check_id``: ids must match the pattern."""

    def check(job_id) -> None:
        if not isinstance(job_id, str) or not re.fullmatch(pattern, job_id):
            raise SettingError(f"{job_id!r} is no {what}")

    return check


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
        people, jobs = self._parted(seed)
        parts = [self._parted(account) for account in seed.get("accounts", [])]
        if parts:
            people["accounts"] = [others for others, dummy in parts]
        with self.lock:
            before = dict(self.__dict__)
            try:
                self.identities = Identities(copied(people))
                self.files: dict[str, list] = {}  # that the services have put into OBS, and the ids of the jobs in them
                self.deleted_queues: set[tuple[str, str]] = set()  # projects and names
                self.stores = {name: JobStore(kind, self) for name, kind in self._kinds.items()}
                for kind, entry in jobs:
                    self.add(kind.name, entry)
                for account, (dummy, jobs) in zip(self.identities.accounts[1:], parts):
                    for kind, entry in jobs:
                        self.add(kind.name, {kind.owner_field: self._owner(kind, account), **entry})
            except Exception:
                self.__dict__.update(before)  # a seed that makes no sense changes nothing
                raise

    def _parted(self, seed: dict) -> tuple[dict, list[tuple[JobKind, dict]]]:
        """What a seed, or an account in it, has of people and of jobs."""
        people = {name: entries for name, entries in seed.items() if name not in self._kinds}
        return people, [(kind, entry) for name, kind in self._kinds.items() for entry in seed.get(name, [])]

    def _owner(self, kind: JobKind, account: Account) -> str | None:
        """Where a job of an account is that does not say it: in the main project, or in the first cluster there."""
        project_id = account.main_project["id"]
        if not kind.parent:
            return project_id
        store = self.stores[kind.parent]
        found = (job.id for job in store.jobs.values() if job.fields[store.kind.owner_field] == project_id)
        return next(found, None)

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
