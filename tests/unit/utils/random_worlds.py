# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random tasks in random worlds, which move while a task is at work, and in which up to six things go wrong.

A world is a dictionary that its seed makes; all that happens in it follows from that. A task runs in check mode in most of
them, then for real, and once more when the world has settled. ``python -m`` runs many worlds on all cores.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import gc
import multiprocessing
import os
import pprint
import random
import time
import typing as t

import pytest

from ansible_collections.otc.bigdata.tests.emulator.cloud import CHOICES
from ansible_collections.otc.bigdata.tests.emulator.faults import KINDS, Fault, Faults
from ansible_collections.otc.bigdata.tests.emulator.world import GONE, Job

from .clock import Clock, virtual_time
from .faults import FAULTS, HELD_BACK, IN_LISTS, PASSING, fault_of
from .flink import Flink
from .in_process import run_core
from .judge import (
    COMMON_ANSWERS,
    HALVES,
    PATIENCE,
    Known,
    Run,
    goes_well,
    is_export,
    judge,
    judge_cost,
    judge_foresight,
    judge_repetition,
    matches,
)
from .mrs import Mrs
from .sql import Sql
from .wire import QuickCloud, answering, everything_imported, without_detours
from .worlds import WORDS, Witness, Words, plain

World = dict[str, t.Any]

JOBS, UNKNOWN = 7, 9999  # numbers from 1 on, and one that no job ever has
CROWD = 101  # more jobs than a list shows at once
OLD, NEW = 10 * 86400, 0  # seconds
SECONDS, LOOKS = (0, 5, 20), ("1 look", "3 looks")
PAUSES = (*SECONDS, *LOOKS)
ANSWERS_AT_FIRST = {"flink": 8, "spark": 6, "sql": 7, "mrs": 14}  # of each service; what came later is drawn last
TAME: dict = {"script": {}, "refuse": {}, "hidden": False}
DRAINED = ("stopped", "absent")  # states with a drain_timeout
MOST_FAULTS = 6
CHUNK = 250  # worlds that a process plays before it asks for more
TIMEOUT = 2  # seconds, for a request
TOO_SLOW = 0.1  # seconds for each byte of an answer


# ---- what may be ----


def drawn(seed: int) -> World:
    """The world of a seed."""
    chance = random.Random(seed)
    service = chance.choice(list(WORDS))
    words = WORDS[service]
    own = list(words.answers.items())
    at_first = ANSWERS_AT_FIRST.get(service, len(own))
    first, later = own[:at_first], own[at_first:]
    choices = {**{name: CHOICES[name] for name in (*COMMON_ANSWERS, "expired_token", "iam_error")}, **dict(first)}
    numbers = chance.sample(range(1, JOBS + 1), chance.choice((1, 1, 2, 2, 3, 5)))
    world = {
        "service": service,
        "seed": seed,
        "jobs": {number: _entry(chance, words) for number in numbers},
        "crowded": chance.random() < 0.01,
        "answers": {name: chance.choice(all_) for name, all_ in choices.items() if chance.random() < 0.4},
        "delays": {name: chance.choice(PAUSES) for name in words.delays if chance.random() < 0.4},
        "lists": chance.choice(({}, {}, {}, {}, {"unshown": 3}, {"page_rows": 3})),
        "login": chance.choice(("token", "token", "token", "token", "password")),
        "task": _task(chance, words, numbers),
        "foreseen": chance.random() < 0.6,
        "faults": [_fault(chance) for dummy in range(chance.choice((0, 0, *range(MOST_FAULTS + 1))))],
        "acts": [_act(chance, words, numbers) for dummy in range(chance.choice((0, 0, 0, 1, 2)))],
    }
    # drawn last, so that all else is what the seed has always made
    if words.kind.name_field and "filters" in world["task"] and chance.random() < 0.2:
        world["task"]["filters"]["not_name"] = chance.sample(("a1", "?2", "B*", "*"), chance.choice((1, 2)))
    world["answers"].update({name: chance.choice(all_) for name, all_ in later if chance.random() < 0.4})
    return world


def _entry(chance: random.Random, words: Words) -> dict:
    """A job as the emulator takes it: most do what is usual, some have their own will."""
    kind = words.kind
    entry = {kind.state_field: chance.choice(words.statuses), "age": chance.choice((OLD, NEW))}
    entry.update({name: chance.choice(values) for name, values in words.details.items()})
    if chance.random() < 0.5:
        return entry
    triggers = [name for name in sorted(kind.triggers) if chance.random() < 0.2]
    refuse = {op: chance.choice(codes) for op, codes in words.refusals.items() if chance.random() < 0.2}
    return {
        **entry,
        "script": {name: _steps(chance, words) for name in triggers},
        "refuse": refuse,
        "hidden": chance.random() < 0.15,
    }


def _steps(chance: random.Random, words: Words) -> list[dict]:
    ends = [GONE] * chance.choice((0, 0, 1))
    statuses = [chance.choice(words.statuses) for dummy in range(chance.choice((0, 1, 2)))]
    return [{"after": chance.choice(PAUSES), words.kind.state_field: status} for status in (*statuses, *ends)]


def _task(chance: random.Random, words: Words, numbers: list[int]) -> dict:
    """The options of a task, without the connection; ids as numbers."""
    optional: dict[str, tuple] = {
        "wait": (True, False),
        "wait_timeout": (5, 0),
        "ignore_missing": (True, False),
        "max_jobs": (1, 3, 200),
        "trust_server_filters": (True, False),
    }
    state = chance.choice(list(words.steps))
    if state in DRAINED:
        optional["drain_timeout"] = (0, 7)
    special = {"stopped": "trigger_savepoint", "started": "resume_savepoint"} if words.service is Flink else {}
    special = {"absent": "kill_running"} if words.service is Mrs else special
    if state in special:
        optional[special[state]] = (True, False)
    if words.service is Mrs:
        optional["cluster_name"] = ("analytics",)
    if words.service is Flink and state == "absent":
        optional["export_to"] = ("ops-bucket/flink", "obs://ops-bucket/flink")
    task = {name: chance.choice(values) for name, values in optional.items() if chance.random() < 0.4}
    if state == "restarted":  # other combinations are refused
        task.pop("wait", None)
        task.update(chance.choice(({}, {"trigger_savepoint": True, "resume_savepoint": True})))
    chosen = {"filters": _filters(chance, words)}
    if chance.random() < 0.6:
        chosen = {
            "ids": [chance.choice((*numbers, *numbers, UNKNOWN)) for dummy in range(chance.choice((1, 1, 2, 3, 4)))]
        }
    workers = chance.choice((1,) * 10 + (2, 3))
    return {"state": state, "max_retries": chance.choice((0, 3, 6)), "max_concurrency": workers, **task, **chosen}


def _filters(chance: random.Random, words: Words) -> dict:
    """One key at least."""
    status = words.kind.state_field.replace("job_", "")
    keys: dict[str, tuple] = {
        **({"name": ("a*", "*", "B", "[ab]?", "b")} if words.kind.name_field else {}),
        status: (*words.statuses, *map(str.swapcase, words.statuses)),
        **{key: words.details[field] for key, field in words.filters.items()},
        "older_than": ("1d",),
        **({"tags": ({"team": "x"},)} if words.service in (Flink, Sql) else {}),
        **({"job_type": ("query", "RESTART_QUEUE"), "sql_pattern": ("A", "into b")} if words.service is Sql else {}),
        **({"result": ("UNDEFINED", "succeeded", "KILLED")} if words.service is Mrs else {}),
    }
    lists = {"name", status, "result", *({"job_type"} if words.service is Sql else ())}
    few = chance.sample(sorted(keys), chance.choice((1, 1, 2)))
    return {
        key: chance.sample(keys[key], chance.choice((1, 2))) if key in lists else chance.choice(keys[key])
        for key in few
    }


def _fault(chance: random.Random) -> dict:
    """Which requests it may hit, how many of them it lets pass, and what it is; some hit the login."""
    if chance.random() < 0.1:
        return {"path": "^/v3", "method": "POST", "skip": 0, "fault": chance.choice(list(PASSING))}
    method = chance.choice(("GET", "POST|DELETE"))
    found = chance.choice(list(FAULTS) if chance.random() < 0.5 else list(PASSING))
    if found in IN_LISTS:
        method = "GET"
    return {"path": "^/v[12]", "method": method, "skip": chance.choice((0, 0, 0, 1, 1, 2, 3, 5)), "fault": found}


def _act(chance: random.Random, words: Words, numbers: list[int]) -> dict:
    """Before which request somebody makes, changes or deletes a job, or all tokens expire."""
    act: dict = {"before": chance.randrange(8)}
    if chance.random() < 0.2:
        return {**act, "expire": True}
    number, kind = chance.choice((*numbers, *numbers, chance.randint(1, JOBS))), words.kind
    entry = {} if chance.random() < 0.7 else _entry(chance, words)
    kept = {name: value for name, value in entry.items() if name in ("script", "refuse")}  # filters look at the rest
    return {**act, "job": number, "entry": {**kept, kind.state_field: chance.choice((GONE, *words.statuses))}}


# ---- what happens ----


class Silent(Exception):
    """There is no answer, and there will be none."""


class Never:
    """What a request that hangs waits for."""

    def wait(self, dummy: float | None = None) -> None:
        raise Silent


class Troubles(Faults):
    """Each with its name; a request that hangs needs no thread."""

    struck: t.Callable[[t.Any, Fault], None]

    def plan(self, faults: t.Iterable[tuple[str, dict]]) -> None:
        for name, how in faults:
            fault = Fault(t.cast(t.Any, NEVER), **how)
            fault.name = name  # type: ignore[attr-defined]
            self._faults.append(fault)

    def next_for(self, request: t.Any) -> Fault | None:
        fault = super().next_for(request)
        if fault:
            self.struck(request, fault)
        return fault


NEVER = Never()


class Ground(QuickCloud):
    """Where the worlds are, one after the other."""

    def __init__(self, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(clock)
        self._first_seed["clusters"] = self._first_seed["clusters"][:1]
        self.witness = Witness(monkeypatch)
        self.faults = Troubles()
        self.faults.struck = self._struck
        self.struck: dict[str, str] = {}
        self.acts: list[tuple[int, t.Callable[[], None]]] = []
        self.number = 0
        self.words: Words = WORDS["flink"]
        self._threaded, self._usual = clock.start, self.settings.as_dict()

    def begin(self, world: World) -> None:
        """A new world, at the same time as the others."""
        self.words = WORDS[world["service"]]
        self.clock.begin(world["seed"])
        self.clock.start = self._threaded if world["task"].get("max_concurrency", 8) > 1 else lambda target: target()
        self.witness.begin(self.words)
        self.load({})
        vars(self.settings).update({**self._usual, **world["lists"]})
        self.settings.answers = {**self._usual["answers"], **world["answers"]}
        self.settings.delays = {**self._usual["delays"], **world["delays"]}
        kind = self.words.kind
        if world.get("crowded"):
            self.world.add(kind.name, {"count": CROWD, kind.state_field: self.words.statuses[1]})
        for number, entry in world["jobs"].items():
            self.put(number, entry)

    def put(self, number: int, entry: dict) -> None:
        """Makes a job, or changes the one of this number."""
        kind = self.words.kind
        self.world.add(kind.name, {kind.id_field: kind.make_id(number), **TAME, **entry})

    def answer(self, request: t.Any, connection: int) -> t.Any:
        self.number += 1
        for number, act in self.acts:
            if number == self.number:
                act()
        return super().answer(request, connection)

    def _answered(self, request: t.Any, connection: int, timeout: float) -> t.Any:
        try:
            return self.answer(request, connection)
        except Silent:
            self.clock.sleep(timeout)
            return None
        except Exception as bug:
            self.bugs.append(bug)
            raise

    def _struck(self, request: t.Any, fault: t.Any) -> None:
        self.struck[request.id] = fault.name
        in_vain = not KINDS[fault.fields["kind"]][0] and fault.name not in HELD_BACK and not is_export(request.path)
        if in_vain and request.method != "GET" and not request.path.startswith("/v3"):
            write = self.words.write_of(request.method, request.path)
            for job_id in self.words.named(request.path, request.body):
                self.witness.note(job_id, "lost", write)

    def _carry_out(self, route: t.Any, request: t.Any, values: list[str]) -> t.Any:
        """What an answer says that does not arrive was not seen. A list may be empty, and then nothing in it is broken."""
        fault = self.struck.get(request.id)
        self.witness.blind = fault not in (None, "surrogate", "total too large")
        self.witness.sees_absence = fault in (None, *IN_LISTS)
        try:
            return super()._carry_out(route, request, values)
        finally:
            self.witness.blind = False


class Scene:
    """A world, and the task in it."""

    def __init__(self, ground: Ground, world: World) -> None:
        self.ground, self.world, self.words = ground, world, WORDS[world["service"]]
        self.service = self.words.service(ground)
        self.store = ground.world[self.words.kind.name]
        self.settings = ground.settings.as_dict()
        task = dict(world["task"])
        if "ids" in task:
            task[self.service.ids] = [self.words.kind.make_id(number) for number in task.pop("ids")]
        self.task = {"wait_timeout": PATIENCE, "max_retries": 0, "max_concurrency": 8, **task}

    def play(self) -> None:
        """Perhaps check mode; a run in which all that goes wrong goes wrong; and one when the world has settled."""
        plan = self.run(check_mode=True) if self.world.get("foreseen") else None
        run = self.run(self.world["faults"], self.world["acts"])
        if run.undisturbed:
            if plan and not run.refused and not plan.refused and plan.selected == run.selected:
                judge_foresight(plan, run)
            if goes_well(run):
                judge_cost(run)
        self.settle()
        again = self.run()
        judge_repetition(run, again)
        if goes_well(run) and goes_well(again) and all(one.still for one in again.before.values()):
            judge_cost(again)

    def settle(self) -> None:
        """What was begun comes to its end."""
        while any(job.steps for job in self.store.jobs.values()):
            self.ground.clock.sleep(max(SECONDS))
            self.store.truth()
            self.store.looked_at(self.store.jobs.values())

    def run(self, faults: t.Sequence[dict] = (), acts: t.Sequence[dict] = (), check_mode: bool = False) -> Run:
        """One run, judged."""
        ground, words, store = self.ground, self.words, self.store
        store.truth()  # what is due happens before the run
        before = {job.id: self._known(job) for job in store.jobs.values() if not job.deleted}
        selected, refused = self._selection([store.jobs[job_id] for job_id in before])
        refusals = [
            *(job.refuse for job in store.jobs.values()),
            *(act.get("entry", {}).get("refuse", {}) for act in acts),
        ]
        unreadable = any(words.look in operations for operations in refusals)
        ground.witness.events.clear()
        ground.log.clear()
        ground.struck.clear()
        ground.world.files.clear()
        ground.number, acted, expired = 0, set(), []
        ground.acts = [(act.get("before", 0) + 1, self._act(act, acted, expired)) for act in acts]
        tokens = ground.world.identities.tokens
        ground.faults.plan((one["fault"], self._fault(one)) for one in faults)
        result = run_core(self.service.module, self._options(), check_mode)
        ground.faults.clear()
        ground.world.identities.tokens.update(tokens)
        if ground.bugs:
            raise ground.bugs.pop()
        self.service._check_report(result)
        run = Run(
            words=words,
            task=self.task,
            check_mode=check_mode,
            settings=self.settings,
            before=before,
            selected=selected,
            faults=dict(ground.struck),
            acted=acted,
            expired=len(expired),
            unreadable=unreadable,
            refused=refused,
            logs_in=self.world.get("login") == "password",
            result=result,
            files={HALVES.sub("\ufffd", name): ids for name, ids in ground.world.files.items()},
            events=dict(ground.witness.events),
            log=ground.log.entries(),
            summary=ground.log.summary(),
        )
        judge(run)
        return run

    def _options(self) -> dict:
        login = self.service.by_token if self.world.get("login") != "password" else self.service.by_password
        scope = {} if "cluster_name" in self.task else self.service.scope
        return {"wait_interval": 10, "request_timeout": TIMEOUT, **login, **scope, **self.task}

    def _known(self, job: Job) -> Known:
        """A job before a run."""
        willing = not self.words.unwilling(self.ground.settings.answers, job, self.task)
        docile = willing and not job.refuse and not any(trigger != "created" for trigger in job.script)
        return Known(plain(job.status), job.hidden, not job.steps, docile)

    def _selection(self, jobs: list[Job]) -> tuple[list, bool]:
        """The jobs that a task is about, and whether its filters are refused."""
        task = self.task
        if "filters" not in task:
            return list(dict.fromkeys(task[self.service.ids])), False
        now, answers, filters = self.ground.clock.time(), self.ground.settings.answers, task["filters"]
        shown = [job for job in jobs if not job.hidden]
        found = sorted(job.id for job in shown if matches(self.words, answers, job, filters, now))
        # tags that no answer shows cannot be checked
        blind = self.words.service is Flink and "tags" in filters and answers["list_tags"] == "no"
        vague = blind and task["state"] == "absent" and not task.get("trust_server_filters")
        too_many = len(found) > task.get("max_jobs", 100) and task["state"] != "ended"
        return found, too_many or bool(vague and found)

    def _fault(self, one: dict) -> dict:
        """As the emulator takes it."""
        name, path = one["fault"], one.get("path", "^/v[12]")
        how = fault_of(name, self.words.service, self.words.kind, path.lstrip("^"))
        path = f"{self.service.path}$" if name in IN_LISTS else path
        how = {**how, "seconds": TOO_SLOW} if how.get("kind") == "drip" else how
        return {"method": one["method"], "path": path, "skip": one.get("skip", 0), **how}

    def _act(self, act: dict, acted: set, expired: list) -> t.Callable[[], None]:
        def expire() -> None:
            self.ground.world.identities.expire_tokens()
            expired.append(act)

        def change() -> None:
            job_id = self.words.kind.make_id(act["job"])
            job = self.store.jobs.get(job_id)
            if not (job and job.deleted):  # no job comes back
                acted.add(job_id)
                self.ground.put(act["job"], {**act["entry"], "hidden": bool(job and job.hidden)})

        return expire if act.get("expire") else change


@contextlib.contextmanager
def ground() -> t.Iterator[Ground]:
    """All requests of this process go to it."""
    everything_imported()
    with virtual_time() as clock, without_detours(), pytest.MonkeyPatch.context() as monkeypatch:
        gc.freeze()
        one = Ground(clock, monkeypatch)
        with answering(one):
            yield one


# ---- many of them ----


def complaint(place: Ground, world: World) -> str:
    """What is not as it must be; nothing, mostly."""
    try:
        place.begin(world)
        Scene(place, world).play()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def smallest(place: Ground, world: World, said: str) -> World:
    """What is left of a world when all is taken away without which it fails in the same way."""
    todo = list(_smaller(world))
    while todo:
        one = todo.pop(0)
        sound = all(one.get("task", {}).get("filters", {"": "all"}).values())  # what is empty is refused
        if sound and complaint(place, one).split(":")[:2] == said.split(":")[:2]:
            world, todo = one, list(_smaller(one))
    return world


def _smaller(part: t.Any) -> t.Iterator[t.Any]:
    """With one thing less, the largest first."""
    for key in list(part) if isinstance(part, dict) else range(len(part)):
        less = copy.copy(part)
        del less[key]
        yield less
    for key, value in part.items() if isinstance(part, dict) else ():
        for inner in _smaller(value) if isinstance(value, (dict, list)) else ():
            yield {**part, key: inner}


def failing(seeds: range) -> list[str]:
    """What is wrong in the worlds of these seeds, the first of each kind with its smallest world."""
    found: dict[str, str] = {}
    with ground() as place:
        for seed in seeds:
            world = drawn(seed)
            said = complaint(place, world)
            kind = ":".join(said.split(":")[:2])
            if said and kind not in found:
                small = smallest(place, world, said)
                found[kind] = f"make worlds SEED={seed}\n{pprint.pformat(small, width=120)}\n{complaint(place, small)}"
    return list(found.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=20000, help="of worlds")
    parser.add_argument("--first", type=int, default=0, help="the seed of the first one")
    parser.add_argument("--at-once", type=int, default=os.cpu_count(), help="processes")
    args = parser.parse_args()
    seeds = range(args.first, args.first + args.number)
    if args.number == 1:
        pprint.pprint(drawn(args.first), width=120)
    began, failures, done = time.monotonic(), 0, 0
    with multiprocessing.Pool(args.at_once) as pool:
        for found in pool.imap_unordered(
            failing, [seeds[start : start + CHUNK] for start in range(0, len(seeds), CHUNK)]
        ):
            failures += len(found)
            done += CHUNK
            told = [*found, *([f"{done} worlds"] if done % (40 * CHUNK) == 0 else [])]
            if told:
                print(*told, sep="\n\n", flush=True)
    seconds = time.monotonic() - began
    print(f"{args.number} worlds, {args.number / seconds / args.at_once:.0f} per second and core; failures: {failures}")
    raise SystemExit(bool(failures))


if __name__ == "__main__":
    main()
