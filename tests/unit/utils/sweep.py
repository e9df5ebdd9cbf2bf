# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault at every request of every kind of task, one at a time: what the report says is what the emulator knows.

A normal run tells the requests of a task. For each of them, and each fault, the task runs again in a fresh world in which
that one request meets that fault; then once more without faults. What ``main()`` adds takes half of the time and is the same
for all tasks of a module, so only some go through it.
"""

from __future__ import annotations

import collections
import json
import re
import typing as t

from ansible_collections.otc.bigdata.tests.emulator.cloud import DELAYS
from ansible_collections.otc.bigdata.tests.emulator.world import JobKind

from .faults import (
    EXPIRED,
    HELD_BACK,
    IN_LISTS,
    PASSING,
    fault_of,
)
from .in_process import run_core, run_in_process
from .run_module import Result
from .service import KEY, Service

TIMEOUT, IN_TIME = 60, 1  # seconds: request_timeout, usually, and where one request gets no answer

HALVES = re.compile("[\ud800-\udfff]")
SAME_FOR_READS = {"reset after", "hang after"}  # as before: whether a read takes effect is no matter


def patience(fault: dict) -> dict:
    """The options of a run, so that nothing else takes too long, however busy the machine is."""
    return {"request_timeout": IN_TIME} if "seconds" in fault else {}


def fault_at(place: Place, name: str, service: type[Service], kind: JobKind) -> dict:
    """A fault, as this request of a service meets it."""
    how = fault_of(name, service, kind, place.path)
    return {"method": place.method, "path": f"^{re.escape(place.path)}$", "skip": place.n - 1, **how}


class Task(t.NamedTuple):
    """A task, and the world it finds: status by number. ``chosen``: numbers (999: unknown), or a name to filter by."""

    service: type[Service]
    state: str
    jobs: dict[int, str]
    chosen: t.Collection[int] | str
    login: str = "token"
    options: dict = {}
    answers: dict = {}
    hidden: t.Collection[int] = ()
    fields: dict = {}  # of all these jobs

    @property
    def through_main(self) -> bool:
        """One ID or two."""
        return self.chosen in ([1], [1, 3], [1, 999])


FLINK = {1: "job_running", 2: "job_submitting", 3: "job_finish", 4: "job_running", 5: "job_canceling"}
HALTED = {1: "job_cancel_success", 2: "job_init", 3: "job_running", 4: "job_submit_fail", 5: "job_canceling"}
SPARK = {1: "running", 2: "starting", 3: "success", 4: "recovering"}
SQL = {1: "RUNNING", 2: "LAUNCHING", 3: "FINISHED", 4: "RUNNING", 5: "CANCELLED"}
MRS = {1: "RUNNING", 2: "ACCEPTED", 3: "FINISHED", 4: "RUNNING", 5: "KILLED"}
RUNNING = {"started": {"job_running"}, "restarted": {"job_running", "job_finish"}}  # state → the same
STOPPING, STOPPED = "job_canceling", "job_cancel_success"  # comes to this by itself
ON_THE_WAY = {STOPPING, "job_savepointing"}
LENIENT = {"ignore_missing": True}
SAVEPOINT, FROM_SAVEPOINT = {"trigger_savepoint": True}, {"resume_savepoint": True}
DRAIN = {"drain_timeout": 1, "wait_interval": 1}
NAME = {"cluster_id": None, "cluster_name": "analytics"}

NORMAL: dict[str, list] = {}  # the requests of each task without a fault


class Attempt(t.NamedTuple):
    """One run and what the emulator knows of it: each job's status before and after, and who was written to."""

    result: Result
    before: dict
    after: dict
    effects: set
    starts: collections.Counter  # how often a start reached each job
    log: list[dict]
    struck: bool  # there is no fault left


class Place(t.NamedTuple):
    """A request of a task: the ``n``-th of this method and path."""

    method: str
    path: str
    n: int

    def __str__(self) -> str:
        return f"{self.method} {self.path} ({self.n})"

    @property
    def exports(self) -> bool:
        """It is no write to any job."""
        return self.path.endswith("/export")

    @property
    def on_the_way(self) -> bool:
        """It comes before any job is read."""
        return self.path.startswith("/v3") or self.path.endswith("cluster_infos")

    def is_hit_by(self, fault: str, service: type[Service]) -> bool:
        """Where two faults are the same for it, one is enough."""
        if fault in IN_LISTS:
            return self.method == "GET" and self.path == service.path
        return self.method != "GET" or fault not in SAME_FOR_READS

    def among(self, log: list[dict]) -> list[dict]:
        """The requests that cannot be told from it."""
        return [entry for entry in log if (entry["method"], entry["path"]) == self[:2]]


def places(log: list[dict]) -> list[Place]:
    """All requests of a log."""
    times = collections.Counter((entry["method"], entry["path"]) for entry in log)
    return [Place(*which, n) for which, count in times.items() for n in range(1, count + 1)]


class Scene:
    """A task and its world."""

    def __init__(self, emulator, task: Task, effects: list) -> None:
        self.emulator, self.task, self.effects = emulator, task, effects
        self.service = task.service(emulator)
        self.other = self.service.id(500)
        by_name = isinstance(task.chosen, str)
        listed = sorted(task.jobs, reverse=not task.service.oldest_first)
        self.ids = [self.service.id(number) for number in (listed if by_name else task.chosen)]
        chosen = {"filters": self.service.called(task.chosen)} if by_name else {self.service.ids: self.ids}
        login = {
            "token": self.service.by_token,
            "password": self.service.by_password,
            "project of the token": {**self.service.by_token, "project_id": None, "auth_url": emulator.url},
            "access key": {**self.service.by_token, "token": None, **KEY},
        }
        quick = {"wait_interval": 0.01, "wait_timeout": 60, "request_timeout": TIMEOUT}
        options = {"state": task.state, **chosen, **quick, **self.service.scope, **login[task.login], **task.options}
        self.options = {name: value for name, value in options.items() if value is not None}

    def begin(self, **fault) -> None:
        """As it was at first: the jobs of the task, and one that runs and is not chosen."""
        kind, task = self.service.kind, self.task
        jobs = [
            {
                kind.id_field: self.service.id(number),
                **self.service.named(f"job-{number}"),
                kind.state_field: status,
                "hidden": number in task.hidden,
                "script": self.script_of(status),
                **task.fields,
            }
            for number, status in task.jobs.items()
        ]
        other = {kind.id_field: self.other, **self.service.named("other"), kind.state_field: self.service.running}
        self.emulator.reset()
        self.service.jobs(*jobs, other)
        self.service.answers(**task.answers)
        self.service.delays(**dict.fromkeys(DELAYS, "1 look"))
        if fault:
            self.emulator.faults.add(**fault)

    def script_of(self, status: str) -> dict:
        if not self.ends_by_itself(status):
            return {}
        end = STOPPED if status == STOPPING else self.service.end
        return {"created": [{"after": "2 looks", self.service.kind.state_field: end}]}

    def ends_by_itself(self, status: str | None) -> bool:
        """Whether a job in this status needs only time."""
        at_work = status is not None and status not in self.service.final
        return status == STOPPING or (self.task.state == "ended" and at_work)

    def settle(self) -> None:
        """What was begun comes to its end."""
        store = self.emulator.world[self.service.store]
        while any(job["steps_ahead"] for job in store.truth()):
            store.looked_at(store.jobs.values())

    def run(self, retries: int, **options) -> Attempt:
        run = run_in_process if self.task.through_main else run_core
        return self._attempt(run, {**self.options, "max_retries": retries, **options})

    def run_again(self) -> Attempt:
        """Nothing goes wrong any more, so this needs neither Ansible nor more than one request at once."""
        return self._attempt(run_core, {**self.options, "max_concurrency": 1})

    def _attempt(self, run: t.Callable[[str, dict], Result], options: dict) -> Attempt:
        self.emulator.log.clear()
        self.effects.clear()
        before = self.service.truth
        result = run(self.service.module, options)
        struck = not self.emulator.faults.as_list()
        self.service.let_go()
        reached = {job_id for job_id, dummy in self.effects}
        starts = collections.Counter(job_id for job_id, write in self.effects if write == "run")
        return Attempt(result, before, self.service.truth, reached, starts, self.service.log, struck)

    def named_in(self, request: dict) -> set[str]:
        """The jobs that a request names; none for a list."""
        if request["body"]:
            ids = next(value for value in json.loads(request["body"]).values() if isinstance(value, list))
            return set(map(str, ids))
        tail = request["path"][len(self.service.path) + 1 :].split("/")[0]
        return {tail} - {""} if request["path"].startswith(self.service.path) else set()


class Judge:
    """Compares a report with what the emulator knows; ``complaints`` is what does not fit."""

    def __init__(self, scene: Scene, attempt: Attempt) -> None:
        self.scene, self.attempt, self.complaints = scene, attempt, []
        self.result = attempt.result
        self.jobs = {job["id"]: job for job in self.result["jobs"]}
        self.failed = {job_id for job_id, job in self.jobs.items() if job["failed"]}
        self.changed = {job_id for job_id, job in self.jobs.items() if job["changed"]}

    def expect(self, fits: bool, *complaint) -> None:
        if not fits:
            self.complaints.append(" ".join(map(str, complaint)))

    @property
    def final(self) -> set[str]:
        """The statuses that jobs end in which stay."""
        return RUNNING.get(self.scene.task.state) or self.scene.service.final

    def wanted(self, status: str | None) -> bool:
        task = self.scene.task
        stays = task.state != "absent" or task.service.keeps_records
        return status is None or (stays and status in self.final)

    def moves(self, status: str | None) -> bool:
        """Whether a job may have another status when it is read."""
        return status in ON_THE_WAY or self.scene.ends_by_itself(status)

    def report_is_true(self) -> None:
        """Job by job, and in sum."""
        before, after, effects = self.attempt[1:4]
        for job_id, job in self.jobs.items():
            was, now = before.get(job_id), after.get(job_id)
            known = {was, now, *ON_THE_WAY, *self.final} - {None}
            known |= {"job_cancel_success", "job_submitting"} if self.scene.task.state in RUNNING else set()
            unread = job["failed"] and job["status_before"] is None
            # a task that ends before it could look again must say that it does not know
            unknown = job["failed"] and "is not known" in job["msg"]
            self.expect(unknown or job["changed"] == (job_id in effects), "changed is not true:", job)
            self.expect(not job["changed"] or job["action"] != "none", "changed by nothing:", job)
            self.expect(
                unread or job["status_before"] in {was, *(known if self.moves(was) else ())}, was, "before", job
            )
            if job["failed"]:
                gone = job["status"] is None and (unread or now is None)
                self.expect(gone or job["status"] in known, f"the status is {now}:", job)
            else:
                self.expect(self.wanted(now), "not as wanted:", job, now)
                self.expect(job["status"] == now, f"the status is {now}:", job)
        result, summary = self.result, self.result["summary"]
        self.expect(not HALVES.search(json.dumps(result, ensure_ascii=False)), "half a character:", result)
        counts = {"total": len(self.jobs), "changed": len(self.changed - self.failed), "failed": len(self.failed)}
        counts["unchanged"] = counts["total"] - counts["changed"] - counts["failed"]
        self.expect(effects <= set(self.jobs), "changed, and not in the report:", effects - set(self.jobs))
        self.expect(result["changed"] == bool(self.changed), "changed is not that of the jobs")
        self.expect(result.failed == bool(self.failed or "error" in result), "failed is not that of the jobs")
        twice = [job_id for job_id, count in self.attempt.starts.items() if count > 1]
        self.expect(not twice, "started twice:", twice)
        self.expect(summary == counts, "the summary is wrong:", summary)
        other = self.scene.other
        self.expect(before[other] == after[other] and other not in self.jobs, "a job that was not chosen")
        self.all_is_exported()

    def fault_is_contained(self, place: Place, name: str, retries: int) -> None:
        """It fails what it hit, and says so; what passes is survived."""
        log, renewable = self.attempt.log, self.scene.task.login == "password"
        fatal = "error" in self.result
        cause = f"{place.method} {self.scene.emulator.url.split('/')[2]}{place.path}"
        by_name = isinstance(self.scene.task.chosen, str)
        lost = (
            name in PASSING and "429" not in name and place.method != "GET" and not (place.on_the_way or place.exports)
        )
        if (
            (name in PASSING and retries)
            or lost
            or (name in EXPIRED and renewable and not place.path.startswith("/v3"))
        ):
            self.expect(not self.result.failed, "a fault that passes is fatal:", self.result["msg"])
        unlisted = self.scene.service.lists_decide and self.scene.task.hidden and name == "surrogate refused"
        if self.result.failed and not (unlisted and "unknown to the service" in self.result["msg"]):
            self.expect(cause in self.result["msg"], "the message does not name", cause, self.result["msg"])
        if fatal:
            why = place.on_the_way or name in EXPIRED or (by_name and place.method == "GET")
            self.expect(why, "fatal for the whole task:", self.result["msg"])
        else:
            self.expect(list(self.jobs) == self.scene.ids, "not the jobs that were chosen:", list(self.jobs))
            hit = [self.scene.named_in(entry) for entry in place.among(log)]
            failed = {str(job_id) for job_id in self.failed}
            if place.exports:  # one of them, and no job is deleted
                hit = [set().union(*hit)]
                self.expect(not failed or not self.attempt.effects, "deleted without an export:", self.attempt.effects)
            self.expect(any(failed <= ids for ids in hit), "failed without a fault:", failed)
        logins = sum(entry["path"].startswith("/v3") for entry in log)
        self.expect(logins <= 1 + (place.path.startswith("/v3") or name in EXPIRED), "logins:", logins)

    def nothing_is_written_twice(self, place: Place, name: str) -> None:
        """Without a read of that job in between, that is; what the gateway held back was not received."""
        held_back = (place.among(self.attempt.log)[place.n - 1 : place.n] or [None])[0]
        written: set = set()
        for entry in self.attempt.log:
            ids = self.scene.named_in(entry)
            if entry["method"] == "GET":
                written = {write for write in written if ids and write[0] not in ids}
            elif (entry is not held_back or name not in HELD_BACK) and not entry["path"].endswith("/export"):
                writes = {(job_id, entry["path"]) for job_id in ids}
                self.expect(not writes & written, "written twice without a read:", writes & written)
                written |= writes

    def all_is_exported(self) -> None:
        """What was deleted is in one of the files that the report names, and was there before the first delete."""
        if "exported" in self.result:
            files = self.scene.emulator.world.files
            kept = {job_id for file in self.result["exported"] for job_id in files.get(file, ())}
            self.expect(self.attempt.effects <= kept, "deleted and not exported:", self.attempt.effects - kept)
            words = [entry["path"].rsplit("/", 1)[1] for entry in self.attempt.log if entry["method"] == "POST"]
            self.expect(
                "export" not in words[words.index("delete") :] if "delete" in words else True, "too late:", words
            )

    def second_run_is_clean(self, first: Judge) -> None:
        """It gets where the first was to go, and has nothing to do where that is done."""
        self.report_is_true()
        self.expect(not self.result.failed, "the second run failed:", self.result["msg"])
        self.expect(all(self.wanted(self.attempt.after.get(job_id)) for job_id in self.scene.ids), "not all as wanted")
        if not first.result.failed and self.scene.task.state != "restarted":
            self.expect(not self.attempt.effects, "the second run changes", self.attempt.effects)


def without_retries(tasks: t.Iterable[str]) -> list[str]:
    """One of each sort, as the faults that pass are enough there."""
    return [
        task for task in tasks if task.split(maxsplit=2)[2] in ("ids", "export ids") or task == "mrs absent filters"
    ]


def sweep(scene: Scene, task: str, fault: str, retries: int, record_property) -> None:
    """Run and judge; all complaints together, each with its request."""
    complaints = []
    if task not in NORMAL:
        scene.begin()
        normal = Judge(scene, scene.run(retries))
        normal.report_is_true()
        normal.expect(not normal.result.failed, normal.result["msg"])
        complaints = [f"without a fault: {complaint}" for complaint in normal.complaints]
        NORMAL[task] = places(normal.attempt.log)
    survived = 0
    there = [place for place in NORMAL[task] if place.is_hit_by(fault, scene.task.service)]
    if fault == "no ID" and isinstance(scene.task.chosen, str):
        there = [place for place in there if place.n > 1]  # the list that chooses leaves such rows out, and says so
    for place in there:
        how = fault_at(place, fault, scene.task.service, scene.service.kind)
        scene.begin(**how)
        first = Judge(scene, scene.run(retries, **patience(how)))
        first.expect(first.attempt.struck, "the fault did not strike")
        first.report_is_true()
        first.fault_is_contained(place, fault, retries)
        first.nothing_is_written_twice(place, fault)
        scene.settle()
        second = Judge(scene, scene.run_again())
        second.second_run_is_clean(first)
        survived += not first.result.failed
        complaints += [f"{fault} at {place}: {complaint}" for complaint in first.complaints]
        complaints += [f"{fault} at {place}, then again: {complaint}" for complaint in second.complaints]
    record_property("sweep", [scene.service.module, fault, len(there), survived, len(complaints)])
    assert not complaints, "\n".join([f"{task}, max_retries {retries}:", *complaints])


def test_sweep(swept, task, fault) -> None:
    """One fault at each request of a task, one after the other."""
    swept(task, fault)


def test_sweep_without_retries(swept, task, fault) -> None:
    """Nothing softens what a passing fault does to a read."""
    swept(task, fault, retries=0)
