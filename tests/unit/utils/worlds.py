# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Worlds of jobs: what the guides say of each service, and a witness of all that happens."""

from __future__ import annotations

import collections
import functools
import json
import typing as t
from dataclasses import dataclass, field

from ansible_collections.otc.bigdata.tests.emulator import dli_batch, dli_flink, dli_sql, mrs
from ansible_collections.otc.bigdata.tests.emulator import world as emulated
from ansible_collections.otc.bigdata.tests.emulator.cloud import SEED_FILE

from .flink import Flink
from .mrs import Mrs
from .service import Service
from .spark import Spark
from .sql import Sql

GONE = emulated.GONE
SYNONYMS = {"canceled": "cancelled"}
# Answers that no world draws, as each would then be another than its seed has always made
UNDRAWN = {
    *("flink_offset", "flink_order", "flink_limit", "flink_savepoint"),
    *("spark_get", "spark_from", "spark_size"),
    *("sql_running", "sql_size", "sql_page"),
}


@functools.cache
def plain(word: str) -> str:
    """A status as it is compared with others, however a service spells it."""
    return SYNONYMS.get(word.lower(), word.lower())


def drawn_from(answers: dict[str, tuple]) -> dict[str, tuple]:
    return {name: values for name, values in answers.items() if name not in UNDRAWN}


@dataclass(frozen=True)
class Words:
    """A service as guide_states describes it; all statuses but those to draw from are in lower case."""

    service: type[Service]
    kind: emulated.JobKind
    answers: dict[str, tuple]
    statuses: tuple[str, ...]  # to draw from: first one that runs and one that does not
    steps: dict[str, tuple[str, ...]]  # state → the writes that lead there, one after the other
    due: dict[str, set[str]]  # write → the statuses that call for it
    done: dict[str, set[str]]  # state → the statuses that are as wanted
    refusals: dict[str, tuple[str, ...]]  # operation → codes that a job may have for it
    delays: tuple[str, ...]
    details: dict[str, tuple]  # fields of a job that filters look at, and the values to draw from
    filters: dict[str, str]  # the filters that compare a field with one word
    coming: dict[str, set[str]] = field(default_factory=dict)  # state → the statuses that lead there without a write
    unready: set[str] = field(default_factory=set)  # the statuses in which a job cannot have a savepoint yet
    # The statuses in which a job given by its id is asked once, others never
    once: set[str] = field(default_factory=set)
    look: str = "get"  # the operation that reads one job
    passing: tuple[str, ...] = ()  # codes of refusals that only say that something failed
    unwilling: t.Callable[[dict, emulated.Job, dict], bool] = lambda *dummy: False  # whether it refuses a task's writes

    @property
    def ended(self) -> list[str]:
        """Of all statuses those that state ``ended`` waits for."""
        return [status for status in self.statuses if plain(status) in self.done["ended"]]

    @property
    def at_work(self) -> list[str]:
        return [status for status in self.statuses if status not in self.ended]

    def action(self, status: str | None, task: dict) -> str:
        """What a task does for a job in this status."""
        steps = self.steps[task["state"]]
        due = next((n for n, step in enumerate(steps) if status in self.calls_for(step, task)), len(steps))
        return "none" if self.left_alone(status, task) else "+".join(steps[due:]) or "none"

    def write_of(self, method: str, path: str) -> str:
        """The write that a request is."""
        word = path.rsplit("/", 1)[-1].replace("batch-", "")
        return word if word in self.due else next(one for one in self.due if one in ("delete", "cancel"))

    def named(self, path: str, body: str | bytes) -> list:
        """The jobs of a write."""
        if body:
            return next(value for value in json.loads(body).values() if isinstance(value, list))
        return [path[len(self.service.path) + 1 :].split("/")[0]]

    def calls_for(self, write: str, task: dict) -> set[str]:
        """The statuses in which a task makes this write."""
        asked = self.due[write] | (self.once if "filters" not in task else set())
        statuses = asked - (self.unready if task.get("trigger_savepoint") else set())
        # what is to be restarted must be seen stopped
        return statuses & self.done["stopped"] if (write, task["state"]) == ("run", "restarted") else statuses

    def left_alone(self, status: str | None, task: dict) -> bool:
        """Whether the task forbids the write that is due."""
        return task.get("kill_running") is False and status in self.due["kill"]

    def on_its_way(self, status: str | None, task: dict) -> bool:
        """Whether a job needs no write, only time."""
        return status in self.coming.get(task["state"], set()) - (self.once if "filters" not in task else set())

    def wanted(self, status: str | None, task: dict) -> bool:
        """Whether a task is content with the status; None is a job that the service does not know."""
        if status is None:
            return task["state"] == "absent" or task.get("ignore_missing", False) or "filters" in task
        return status in self.done[task["state"]]

    def held(self, status: str | None, task: dict) -> bool:
        """Whether a job can only be awaited, and will be judged by its next status."""
        left = status is None or self.on_its_way(status, task) or self.left_alone(status, task)
        return not left and not self.wanted(status, task) and self.action(status, task) == "none"


STOPPED = {"job_cancel_success", "job_finish", "job_init", "job_submit_fail", "job_arrearage_stopped", "job_idle"}
UNDEFINED = {"job_running_exception", "job_downloading"}  # no documentation says whether a stop is accepted
STOPPABLE = {"job_running", "job_submitting", "job_cancel_fail", *UNDEFINED}
HELD = {"job_savepointing", "job_arrearage_recovering", "job_foo"}
STARTED = {"job_running", "job_finish"}
STARTING = {"job_submitting", "job_downloading", "job_arrearage_recovering"}
CAN_START = STOPPED - STARTED | {"job_cancel_fail", "job_running_exception"}
DEAD = ("dead", "success", "error", "killed")

CANCELLED = ("CANCELLED", "FINISHED", "FAILED")
ENDED, SUBMITTED = ("FINISHED", "FAILED", "KILLED"), ("ACCEPTED", "NEW", "NEW_SAVING", "SUBMITTED")
NAMES, TYPES = {"name": ("a1", "A2", "B", "", "a\ud800")}, ("SparkSubmit", "SparkSql")


def passes(*codes: str) -> list:
    """Refusals for ever, for one try, and for all tries but the last."""
    return [*codes, *({"code": code, "times": times} for code in codes for times in (1, 3))]


def flink_refuses(answers: dict, job: emulated.Job, task: dict) -> bool:
    if task["state"] == "started" or (task["state"] == "restarted" and job.status in STOPPED):
        no_savepoint = task.get("resume_savepoint") and not job["has_savepoint"]
        return job.status in CAN_START and (job.status not in dli_flink.STARTABLE or no_savepoint)
    return answers["stop_undefined"] == "refuse" and job.status in UNDEFINED


def sql_refuses(answers: dict, job: emulated.Job, dummy: dict) -> bool:
    """Or nothing tells what became of it."""
    return job.status == "SCALING" or (job.hidden and answers["sql_after_cancel"] == "refused")


WORDS = {
    "flink": Words(
        Flink,
        dli_flink.JOBS,
        drawn_from(dli_flink.ANSWERS),
        ("job_running", *sorted(STOPPED | STOPPABLE - {"job_running"}), "job_canceling", *sorted(HELD)),
        steps={
            "stopped": ("stop",),
            "started": ("run",),
            "absent": ("delete",),
            "ended": (),
            "restarted": ("stop", "run"),
        },
        due={"stop": STOPPABLE, "run": CAN_START, "delete": STOPPED | STOPPABLE | HELD | {"job_canceling"}},
        done={
            "stopped": STOPPED,
            "started": STARTED,
            "absent": set(),
            "ended": STOPPED,
            "restarted": {"job_finish"},  # what is done for it is done for every other status
        },
        refusals={
            "get": ("DLI.10005", "DLI.0999"),
            "stop": ("DLI.15002", "DLI.10005", *passes("DLI.0999")),
            "run": ("DLI.13006", "DLI.13011", *passes("DLI.0999")),
            "delete": ("DLI.10005", *passes("DLI.0999")),
            "export": ("DLI.10005", *passes("DLI.0999")),
        },
        delays=("savepoint", "cancel", "delete", "submit"),
        details={
            **NAMES,
            "queue_name": ("q1", "q2"),
            "user_name": ("u1", "u2"),
            "tags": ({}, {"team": "x"}),
            "has_savepoint": (True, False, None),
        },
        filters={"queue_name": "queue_name", "user_name": "user_name"},
        coming={"stopped": {"job_canceling"}, "started": STARTING},
        unready={"job_submitting", "job_downloading"},
        passing=("DLI.0999",),
        unwilling=flink_refuses,
    ),
    "spark": Words(
        Spark,
        dli_batch.BATCHES,
        drawn_from(dli_batch.ANSWERS),
        ("running", *DEAD, "starting", "recovering", "busy"),
        steps={"stopped": ("cancel",), "absent": ("cancel",), "ended": ()},
        due={"cancel": {"starting", "running", "recovering", "busy"}},
        done={"stopped": set(DEAD), "absent": set(DEAD), "ended": set(DEAD)},
        refusals={"get": ("DLI.0999", "DLI.10005"), "cancel": (*passes("DLI.0999"), "DLI.10005", "DLI.0007")},
        delays=("spark_cancel",),
        details={**NAMES, "queue": ("q1", "q2"), "owner": ("u1", "u2")},
        filters={"queue_name": "queue", "owner": "owner"},
        passing=("DLI.0999",),
    ),
    "sql": Words(
        Sql,
        dli_sql.JOBS,
        drawn_from(dli_sql.ANSWERS),
        ("RUNNING", *CANCELLED, "LAUNCHING", "SCALING", "SUSPENDED"),
        steps={"stopped": ("cancel",), "absent": ("cancel",), "ended": ()},
        due={"cancel": {"launching", "running"}},
        done=dict.fromkeys(("stopped", "absent", "ended"), set(map(str.lower, CANCELLED))),
        refusals={
            "status": ("DLI.0999", "DLI.10005"),
            "cancel": (*passes("DLI.0999", "false"), "DLI.0003", "DLI.0007"),
        },
        delays=("sql_cancel",),
        details={
            "queue_name": ("q1", "q2"),
            "owner": ("u1", "u2"),
            "job_type": ("QUERY", "INSERT", "RESTART_QUEUE"),
            "statement": ("SELECT a", "insert into B"),
            "tags": ({}, None, {"team": "x"}, {"team": "xy"}),
        },
        filters={"queue_name": "queue_name", "owner": "owner"},
        coming={"stopped": {"scaling"}, "absent": {"scaling"}},
        once={"scaling"},
        look="status",
        passing=("DLI.0999",),
        unwilling=sql_refuses,
    ),
    "mrs": Words(
        Mrs,
        mrs.JOBS,
        mrs.ANSWERS,
        ("RUNNING", *ENDED, *SUBMITTED, "PAUSED"),
        steps={"stopped": ("kill",), "absent": ("kill", "delete"), "ended": ()},
        due={"kill": {"running", *map(str.lower, SUBMITTED)}, "delete": set(map(str.lower, ENDED))},
        done={
            "stopped": set(map(str.lower, ENDED)),
            "absent": set(),
            "ended": set(map(str.lower, ENDED)),
        },
        refusals={
            "get": ("0162", "12000004"),
            "kill": ("0180", *passes("0175", "0200")),
            "delete": ("0183", *passes("0161")),
        },
        delays=("mrs_kill", "mrs_delete"),
        details={"job_name": NAMES["name"], "queue": ("q1", "q2"), "user": ("u1", "u2"), "job_type": TYPES},
        filters={"queue": "queue", "user": "user", "job_type": "job_type"},
        passing=("0160", "0161", "0175", "0200"),
        unwilling=lambda answers, job, dummy: (
            answers["mrs_kill_spark_sql"] == "refuse" and job["job_type"] == "SparkSql"
        ),
    ),
}


def modules() -> t.Iterator[tuple[str, dict]]:
    """Each with a task that succeeds in the emulator as it starts."""
    seed = json.loads(SEED_FILE.read_text(encoding="utf-8"))
    for words in WORDS.values():
        service, kind = words.service, words.kind
        jobs = seed.get(service.store, [])
        ids = [job[kind.id_field] for job in jobs if job.get(kind.state_field) == service.running]
        yield service.module, {"state": "stopped", **service.scope, service.ids: ids[:1]}
        yield f"{service.module}_info", {**service.scope, "details": True}


MODULES = dict(modules())


class Event(t.NamedTuple):
    """A job came to have (``had``) a status, was ``shown`` in it, ``asked`` to stop, say, and that was ``done``.

    ``lost``: a write for it did not reach the service.
    """

    what: str
    word: str | None
    savepoint: bool = True  # False: a Flink job that is ``shown`` to have none


class Witness:
    """Sees what happens to the jobs of one kind inside the emulator. ``blind``: of what it shows now, nobody will see more than ``sees_absence``."""

    def __init__(self, monkeypatch) -> None:
        self.events: dict[t.Any, list[Event]] = collections.defaultdict(list)
        self.blind, self.sees_absence = False, True
        for method in ("find", "select", "looked_at", "trigger", "_change"):
            monkeypatch.setattr(emulated.JobStore, method, self._seen(method, getattr(emulated.JobStore, method)))

    def begin(self, words: Words) -> None:
        self.kind, self.writes, self.look = words.kind.name, words.due, words.look
        self.events.clear()

    def note(self, job_id, what: str, word: str | None, savepoint: bool = True) -> None:
        if what != "shown" or not self.blind or (word is None and self.sees_absence):
            self.events[job_id].append(Event(what, None if word in (None, GONE) else plain(word), savepoint))

    def _seen(self, method: str, original: t.Callable) -> t.Callable:
        note = getattr(self, f"_{method.strip('_')}")

        @functools.wraps(original)
        def seen(store: emulated.JobStore, *args):
            return note(original, store, *args) if store.kind.name == self.kind else original(store, *args)

        return seen

    def _find(self, original, store, job_id, owner: str, operation: str = ""):
        if operation in self.writes:
            self.note(job_id, "asked", operation)
        job = original(store, job_id, owner, operation)
        if job is None and operation == self.look:
            self.note(job_id, "shown", None)
        return job

    def _select(self, original, store, *how):
        found = original(store, *how)
        named = [job_id for field_name, job_id in how[1].exact if field_name == "job_id"]  # one, or none
        for job in store.jobs.values():
            if job.deleted and self.events[job.id] and not named:  # a list that shows a job no more
                self.note(job.id, "shown", None)
        for job_id in named:
            if self.look == "status" and not found:  # what decides where the look is refused
                self.note(job_id, "shown", None)
        return found

    def _looked_at(self, original, store, jobs) -> None:
        for job in jobs:
            told = store.world.settings.answers["flink_savepoint"] != "missing"
            lacks_savepoint = told and "has_savepoint" in job.kind.fields and job["has_savepoint"] is False
            self.note(job.id, "shown", job.status, not lacks_savepoint)
        original(store, jobs)

    def _trigger(self, original, store, job, name: str, *usual) -> None:
        action = "stop" if name == "savepoint" else name
        if action in self.writes:
            self.note(job.id, "done", action)
        original(store, job, name, *usual)

    def _change(self, original, store, job, changes: dict) -> None:
        original(store, job, changes)
        self.note(job.id, "had", job.status)
