# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random tasks in random worlds, which move while a task is at work: what the report says is what the emulator knows.

Most tasks run in check mode, for real, and once more when the world has settled. The worlds are the same in each test run;
``RANDOM_WORLDS=long pytest tests/unit/plugins/test_random_worlds.py`` takes others, and many more of them.
"""

from __future__ import annotations

import collections
import fnmatch
import json
import math
import os
import re
import time
import typing as t
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from ansible_collections.otc.bigdata.tests.emulator.cloud import CHOICES
from ansible_collections.otc.bigdata.tests.emulator.world import GONE, Job
from ansible_collections.otc.bigdata.tests.unit.utils.flink import Flink
from ansible_collections.otc.bigdata.tests.unit.utils.in_process import run_in_process
from ansible_collections.otc.bigdata.tests.unit.utils.mrs import Mrs
from ansible_collections.otc.bigdata.tests.unit.utils.run_module import Result
from ansible_collections.otc.bigdata.tests.unit.utils.service import refusal
from ansible_collections.otc.bigdata.tests.unit.utils.worlds import WORDS, Event, Witness, Words

pytestmark = pytest.mark.no_cover

settings.register_profile(
    "worlds",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=250,
    stateful_step_count=8,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
settings.register_profile("worlds-long", settings.get_profile("worlds"), derandomize=False, max_examples=2000)
PROFILE = settings.get_profile("worlds-long" if os.environ.get("RANDOM_WORLDS") == "long" else "worlds")

HALVES = re.compile("[\ud800-\udfff]")  # of characters
JOBS, UNKNOWN = 7, 9999  # numbers from 1 on, and one that no job ever has
PAGE, CROWD = 100, 101  # the most jobs that a list shows at once, or that a batch write names; more than that
OLD, NEW = 10 * 86400, 0  # seconds
PATIENCE = 120  # seconds, which nobody has to wait
MOST_TRIES = 4  # of the same write
SECONDS, LOOKS = (0, 5, 20), ("1 look", "3 looks")
PAUSES = st.sampled_from([*SECONDS, *LOOKS])
BATCHES = {"stop", "run", "delete"}  # the writes that name many jobs
TAME: dict = {"script": {}, "refuse": {}, "hidden": False}
GIVEN_UP = {"status": 408, "body": refusal("DLI.0019", "timed out")}
FAULTS = [  # of one request or two; of a read, none that the emulator takes for a look
    {},
    {},
    {},
    {"method": "POST|DELETE", "kind": "status_after", **GIVEN_UP},
    {"method": "GET", **GIVEN_UP, "times": 2},
    {"method": "GET", "status": 200, "body": ["x"], "skip": 1},
    {"method": "POST|DELETE", "kind": "drip", "seconds": 1},  # a hundred bytes and more: longer than request_timeout
]
COMMON_ANSWERS = ("batch_refusal", "name_filter", "language", "list_nulls")


# ---- what may be ----


def entries(words: Words) -> st.SearchStrategy:
    """A job as the emulator takes it: most do what is usual, some have their own will."""
    kind = words.kind
    status = st.sampled_from(words.statuses)
    moved = st.fixed_dictionaries({"after": PAUSES, kind.state_field: status})
    gone = st.fixed_dictionaries({"after": PAUSES, kind.state_field: st.just(GONE)})
    steps = st.tuples(st.lists(moved, max_size=2), st.lists(gone, max_size=1)).map(lambda found: [*found[0], *found[1]])
    fields = {name: st.sampled_from(values) for name, values in words.details.items()}
    fields["age"] = st.sampled_from([OLD, NEW])
    will = {
        "script": st.fixed_dictionaries({}, optional=dict.fromkeys(sorted(kind.triggers), steps)),
        "refuse": st.fixed_dictionaries(
            {}, optional={op: st.sampled_from(codes) for op, codes in words.refusals.items()}
        ),
        "hidden": st.booleans(),
    }
    usual = st.fixed_dictionaries({kind.state_field: status, **fields})
    unruly = st.fixed_dictionaries({kind.state_field: status, **fields}, optional=will)
    return st.one_of(usual, unruly)


def worlds(words: Words) -> st.SearchStrategy:
    """Jobs by number, a crowd of others, and the ways of the service."""
    choices = {**{name: CHOICES[name] for name in COMMON_ANSWERS}, **words.answers}
    return st.fixed_dictionaries(
        {
            "jobs": st.dictionaries(st.integers(1, JOBS), entries(words), min_size=1),
            "crowded": st.sampled_from([False, False, False, True]),
            "answers": st.fixed_dictionaries(
                {}, optional={key: st.sampled_from(all_) for key, all_ in choices.items()}
            ),
            "delays": st.fixed_dictionaries({}, optional=dict.fromkeys(words.delays, PAUSES)),
            "lists": st.sampled_from([{}, {}, {}, {"unshown": 3}, {"page_rows": 3}]),
        }
    )


def filters(words: Words) -> st.SearchStrategy:
    """One key at least."""
    kind, status = words.kind, st.sampled_from(words.statuses)
    globs = st.lists(st.sampled_from(["a*", "*", "B", "[ab]?", "b"]), min_size=1, max_size=2)
    keys = {
        "name": globs,
        kind.state_field.replace("job_", ""): st.lists(status | status.map(str.swapcase), min_size=1, max_size=4),
        **{key: st.sampled_from(words.details[field]) for key, field in words.filters.items()},
        "older_than": st.just("1d"),
    }
    if words.service is Flink:
        keys["tags"] = st.just({"team": "x"})
    if words.service is Mrs:
        keys["result"] = st.lists(st.sampled_from(["UNDEFINED", "succeeded", "KILLED"]), min_size=1, max_size=2)
    few = st.lists(st.sampled_from(sorted(keys)), min_size=1, max_size=2, unique=True)
    return few.flatmap(lambda names: st.fixed_dictionaries({name: keys[name] for name in names}))


def tasks(words: Words) -> st.SearchStrategy:
    """The options of a task, without the connection."""
    numbers = st.lists(st.integers(1, JOBS) | st.just(UNKNOWN), max_size=JOBS)
    chosen = st.one_of(
        numbers.map(lambda found: {words.service.ids: [words.kind.make_id(number) for number in found]}),
        filters(words).map(lambda found: {"filters": found}),
    )
    common = {
        "wait": st.booleans(),
        "wait_timeout": st.sampled_from([5, 0]),
        "ignore_missing": st.booleans(),
        "max_jobs": st.sampled_from([1, 3, 200]),
        "max_concurrency": st.sampled_from([1, 2]),
        "trust_server_filters": st.booleans(),
    }
    special = {Flink: {"stopped": "trigger_savepoint", "started": "resume_savepoint"}, Mrs: {"absent": "kill_running"}}

    def options(state: str) -> st.SearchStrategy:
        own = {option: st.booleans() for of, option in special.get(words.service, {}).items() if of == state}
        own.update({"cluster_name": st.just("analytics")} if words.service is Mrs else {})
        return st.fixed_dictionaries({"state": st.just(state)}, optional={**common, **own})

    return st.tuples(st.one_of(map(options, words.steps)), chosen).map(lambda two: {**two[0], **two[1]})


# ---- what must be ----


def matches(words: Words, job: Job, wanted: dict) -> bool:
    """Whether a job passes the filters of a task."""
    for key, value in wanted.items():
        if key == "name":
            name = HALVES.sub("\ufffd", job[words.kind.name_field])
            fits = bool(name) and any(fnmatch.fnmatchcase(name, glob) for glob in value)
        elif key == "older_than":
            fits = job[words.kind.time_field] < (time.time() - 86400) * 1000
        elif key == "tags":
            fits = value.items() <= job["tags"].items()
        elif key in words.filters:
            fits = job[words.filters[key]] == value
        else:
            found = job["job_result"] if key == "result" else job.status
            fits = found.lower() in {word.lower() for word in value}
        if not fits:
            return False
    return True


class Known(t.NamedTuple):
    """A job as a run finds it, its status in lower case."""

    status: str
    hidden: bool  # lists do not show it
    still: bool  # nothing is about to happen to it by itself
    docile: bool  # it does what it is asked


@dataclass
class Run:
    """One run of a task, and all that the emulator knows of it."""

    words: Words
    task: dict
    check_mode: bool
    settings: dict
    before: dict[t.Any, Known]
    selected: list
    fault: dict
    refused: bool  # the filters are not good enough to act on
    result: Result
    events: dict
    log: list
    summary: dict

    def of(self, job_id, what: str) -> list:
        """What the job was shown in, was asked to do or has done, in order."""
        return [event.word for event in self.events.get(job_id, ()) if event.what == what]

    def answer(self, name: str):
        """How the service answers."""
        return self.settings["answers"][name] if name in {*self.words.answers, *COMMON_ANSWERS} else None

    def hindered(self, job_id) -> bool:
        """Whether the job is to be started from a savepoint, and was shown to have none when it came to that."""
        looks = [event for event in self.events.get(job_id, ()) if event.what == "shown"]
        needed = self.task.get("resume_savepoint") and looks and looks[-1].word in self.words.due["run"]
        return bool(needed) and not looks[-1].savepoint

    def state_is_lost(self, job: dict) -> bool:
        """Whether a stop that was to leave a savepoint was shown to have left none."""
        if not (self.task.get("trigger_savepoint") and self.waits and job["changed"]) or self.check_mode:
            return False
        last = [event for event in self.events.get(job["id"], ()) if event.what == "shown"][-1]
        ended = last.word in self.words.done["stopped"] - {"job_finish", "job_submit_fail"}
        return last.word == "job_submit_fail" or (ended and not last.savepoint)

    @property
    def waits(self) -> bool:
        return self.task.get("wait", True)

    @property
    def writes(self) -> list[dict]:
        return [entry for entry in self.log if entry["method"] != "GET"]

    def named(self, write: dict) -> list:
        """The jobs of a write."""
        if write["body"]:
            return next(value for value in json.loads(write["body"]).values() if isinstance(value, list))
        return [write["path"][len(self.words.service.path) + 1 :].split("/")[0]]


def judge(run: Run) -> None:
    """What holds for every run."""
    result, most = run.result, run.task.get("max_concurrency", 8)
    assert not run.summary["logins"]
    assert not HALVES.search(json.dumps(result, ensure_ascii=False))
    most += "seconds" in run.fault  # one that was cut off is replaced, and its server has not noticed yet
    assert max(run.summary["peak_in_flight"], run.summary["connections"]) <= most
    asked = {job_id for job_id in run.events if run.of(job_id, "asked")}
    assert asked == {job_id for write in run.writes for job_id in run.named(write)}
    # a list that takes long, or many requests: jobs may come to match the filters meanwhile, or cease to
    long = "filters" in run.task and (run.fault or run.settings["page_rows"])
    moving = {job_id for job_id, known in run.before.items() if long and not known.still}
    assert asked <= moving.union(run.selected), f"not selected: {asked - set(run.selected)}"
    assert not (run.writes and run.check_mode)
    if run.refused and not moving:
        assert ("error" in result, result["jobs"], run.writes) == (True, [], [])
        return
    if "error" in result and not moving:  # nothing is repeated when the time is over
        assert run.fault.get("method") == "GET", result["msg"]
        assert (run.task["wait_timeout"] < PATIENCE, run.writes) == (True, []), result["msg"]
    if "error" in result:
        return
    ids = [job["id"] for job in result["jobs"]]
    assert (ids if "filters" not in run.task else sorted({*ids} - moving)) == [
        job_id for job_id in run.selected if job_id not in moving
    ]
    assert run.selected or "filters" in run.task or not run.log, "requests for no job"
    for job in result["jobs"]:
        judge_job(run, job)


def judge_job(run: Run, job: dict) -> None:
    """The report on a job against what happened to it."""
    shown, asked, done = (run.of(job["id"], what) for what in ("shown", "asked", "done"))
    before, status = (job[key] and job[key].lower() for key in ("status_before", "status"))
    told = f"{job}\n{run.task}\n{run.events.get(job['id'])}"
    assert before == (shown[0] if shown else None), f"not its first status: {told}"
    assert status in (shown or [None]), f"never seen so: {told}"
    assert shown or job["failed"], f"not read: {told}"
    assert job["failed"] or is_wanted(run, job, status), f"not as wanted: {told}"
    lost = run.state_is_lost(job)
    assert job["failed"] or not lost, f"without a savepoint, and no failure: {told}"
    doubted = status is None and run.settings["unshown"] and run.answer("spark_not_found") == "DLI.0001"
    settled = shown and not doubted and run.words.wanted(status, run.task) and "recovering" not in shown and not lost
    assert not (job["failed"] and settled), f"failed, but as wanted: {told}"
    if run.check_mode:
        action = run.words.action(status, run.task) if shown and not run.hindered(job["id"]) else "none"
        assert (job["action"], job["changed"]) == (action, action != "none"), f"not what would be done: {told}"
        return
    sent = [step for step in run.words.steps[run.task["state"]] if step in asked]
    assert job["action"] == ("+".join(sent) or "none"), f"not what was sent: {told}"
    assert is_called_for(run, job["id"]), f"not called for by the last look: {told}"
    assert max(map(asked.count, asked), default=0) <= MOST_TRIES, f"too often: {told}"
    refused = (
        job["failed"] and job["error"]["code"] in run.words.passing and {"POST", "DELETE"} & set(job["msg"].split())
    )
    if refused and "wait_timeout" not in job["msg"]:
        assert asked.count(asked[-1]) == MOST_TRIES, f"given up too soon: {told}"
    assert not job["changed"] or done or seems_done(run, job["id"]), f"not changed by the task: {told}"
    assert job["changed"] or not done or cannot_be_known(job), f"changed by the task: {told}"


def is_wanted(run: Run, job: dict, status: str | None) -> bool:
    """Whether a job may count as successful."""
    words, task, events = run.words, run.task, run.events.get(job["id"], [])
    if words.wanted(status, task):
        shown = run.of(job["id"], "shown")
        if (
            "recovering" in shown and status
        ):  # it may fall back to what looks like an end, so it must be seen there twice in a row
            return any(words.wanted(one, task) and words.wanted(two, task) for one, two in zip(shown, shown[1:]))
        last_write = max((n for n, event in enumerate(events) if event.what == "asked"), default=0)
        return not run.waits or status in [event.word for event in events[last_write:] if event.what == "shown"]
    if run.check_mode:
        refused = words.left_alone(status, task) or run.hindered(job["id"])
        return not refused and (run.waits or not words.held(status, task))
    asked = run.of(job["id"], "asked")
    # a refused stop shows that nothing runs in this status, see guide_states
    if status == "job_running_exception" and task["state"] == "stopped" and asked:
        return True
    # what is accepted need not be awaited, but for a kill that a delete must follow
    accepted = run.of(job["id"], "done")[-1:] == asked[-1:] or seems_done(run, job["id"])
    last = asked[-1:] == [*words.steps[task["state"]][-1:]]
    return not run.waits and (words.on_its_way(status, task) or (last and accepted))


def is_called_for(run: Run, job_id) -> bool:
    """Whether each write fits the status that the job was last shown in."""
    last, asked = Event("shown", None), False
    for event in run.events.get(job_id, ()):
        if event.what == "shown":
            last = event
        elif event.what == "asked":
            from_savepoint = run.task.get("resume_savepoint") and not asked  # a start that was lost may have used it up
            if last.word not in run.words.calls_for(event.word, run.task) or (from_savepoint and not last.savepoint):
                return False
            asked = True
    return True


def seems_done(run: Run, job_id) -> bool:
    """Whether the service leaves a client in the belief that a write has changed the job, although it has not."""
    silent = run.answer("is_success") == "missing" or run.answer("batch") == "empty"
    lost = run.answer("batch") == "trailing_comma"
    mixed = run.answer("batch_refusal") == "mixed"
    for write in run.writes:
        ids = run.named(write)
        accepted = write["status"] < 300 and (run.words.service is not Flink or silent or lost)
        unanswered = write["status"] == GIVEN_UP["status"] or "seconds" in run.fault
        # one of several in a refused request: "nobody can say whether the service acted on it", see guide_states
        if job_id in ids and (accepted or unanswered or (len(ids) > 1 and (mixed or write["status"] >= 400))):
            return True
    return False


def cannot_be_known(job: dict) -> bool:
    """Whether the report says that nobody knows what a write has done, as its answer was lost or was for many."""
    return job["failed"] and "is not known" in job["msg"]


def judge_foresight(foreseen: Run, run: Run) -> None:
    """Check mode is right about the jobs that hold still until they are asked, and then obey."""
    guesses = {job["id"]: job for job in foreseen.result["jobs"]}
    for job in run.result["jobs"]:
        guess, known = guesses[job["id"]], [one.before.get(job["id"]) for one in (foreseen, run)]
        told = f"{guess}\n{job}\n{run.task}\n{known}"
        if known[0] != known[1] or (known[0] and not (known[0].still and known[0].docile)):
            continue
        if cannot_be_known(job):
            continue
        timed_out = "wait_timeout" in job["msg"]
        # the time may be over after a kill, before its delete
        same = guess["action"].startswith(job["action"]) if timed_out else guess["action"] == job["action"]
        assert same, told
        assert guess["changed"] == job["changed"], told
        # check mode does not know how long it takes, nor that a job that has to be awaited never moves here
        status = known[0] and known[0].status
        awaited = run.words.held(status, run.task) or run.words.on_its_way(status, run.task)
        assert guess["failed"] == job["failed"] or (timed_out and (awaited or job["changed"])), told


def judge_repetition(run: Run, again: Run) -> None:
    """Nothing is done to a job that the first run has left as wanted."""
    first = {job["id"]: job for job in run.result["jobs"]}
    for job in again.result["jobs"]:
        known, was = again.before.get(job["id"]), first.get(job["id"])
        if was and not was["failed"] and again.words.wanted(known and known.status, again.task):
            assert (job["action"], job["changed"], job["failed"]) == ("none", False, False), f"{was}\n{job}"


def judge_cost(run: Run) -> None:
    """The promise about requests, where every answer settles something at the first look."""
    words, jobs = run.words, run.result["jobs"]
    by_filters = "filters" in run.task
    phases = max((len(job["action"].split("+")) for job in jobs if job["action"] != "none"), default=0)
    pages = max(1, math.ceil(sum(not known.hidden for known in run.before.values()) / PAGE))
    reads = (pages if by_filters else min(len(jobs), pages)) + (by_filters or len(jobs) != 1)
    reads += words.service is Mrs and pages > 1
    assert run.summary["reads"] <= reads * (1 + phases) + ("cluster_name" in run.task), run.log
    sent = collections.Counter(
        (job["action"], one) for job in jobs for one in job["action"].split("+") if one != "none"
    )
    writes = sum(math.ceil(count / PAGE) if one in BATCHES else count for (dummy, one), count in sent.items())
    assert len(run.writes) == writes, run.log


def goes_well(run: Run) -> bool:
    """Whether there are only jobs that lists show, and that do at once what they are asked."""
    words, known = run.words, [run.before.get(job_id) for job_id in run.selected]
    slow = any(run.settings["delays"].values()) or run.answer("batch") == "trailing_comma"
    slow = slow or run.settings["unshown"] or run.settings["page_rows"]
    odd = [
        one is None
        or one.hidden
        or not (one.still and one.docile)
        or one.status == "recovering"
        or words.on_its_way(one.status, run.task)
        for one in known
    ]
    return run.waits and not run.result.failed and not slow and not any(odd)


# ---- what happens ----


class RandomWorld(RuleBasedStateMachine):
    """Somebody makes and changes jobs, and tasks run."""

    words: Words
    emulator: t.Any
    witness: Witness

    def begin(self, world: dict) -> None:
        """The jobs that there are, and the ways of the service."""
        self.service = self.words.service(self.emulator)
        self.emulator.reset()
        self.emulator.settings.update({"answers": world["answers"], "delays": world["delays"], **world["lists"]})
        self.service.jobs(*([{"count": CROWD, self.words.kind.state_field: self.words.statuses[1]}] * world["crowded"]))
        for number, entry in world["jobs"].items():
            self.somebody(number, entry)

    def somebody(self, number: int, entry: dict) -> None:
        """Makes a job, or changes the one of this number."""
        kind = self.words.kind
        self.emulator.world.add(kind.name, {kind.id_field: kind.make_id(number), **TAME, **entry})

    def task(self, task: dict, foreseen: bool, fault: dict) -> None:
        """Runs, perhaps after check mode, and again when the world has settled. Requests of the first run may fail."""
        plan = self.run(task, check_mode=True) if foreseen else None
        run = self.run(task, fault=fault)
        planned = plan and not run.refused and not plan.refused and plan.selected == run.selected
        if planned and not fault:
            judge_foresight(plan, run)
        if goes_well(run) and not fault:
            judge_cost(run)
        self.settle()
        again = self.run(task)
        judge_repetition(run, again)
        if goes_well(run) and goes_well(again) and all(one.still for one in again.before.values()):
            judge_cost(again)

    def settle(self) -> None:
        """What was begun comes to its end."""
        store = self.emulator.world[self.words.kind.name]
        while any(job["steps_ahead"] for job in store.truth()):
            self.emulator.clock.sleep(max(SECONDS))
            store.looked_at(store.jobs.values())

    def run(self, task: dict, check_mode: bool = False, fault: dict | None = None) -> Run:
        """One run, judged."""
        words, store = self.words, self.emulator.world[self.words.kind.name]
        store.truth()  # what is due happens before the run
        before = {job.id: self.known(job, task) for job in store.jobs.values() if not job.deleted}
        selected, refused = self.selection(task, [store.jobs[job_id] for job_id in before])
        self.witness.events.clear()
        self.emulator.log.clear()
        more = {} if "cluster_name" in task else self.service.scope
        patience = {"wait_timeout": PATIENCE, "wait_interval": 10}
        self.emulator.faults.extend([fault] if fault else [])
        options = {**self.service.by_token, **patience, **more, **task}
        result = run_in_process(words.service.module, options, check_mode)
        self.emulator.faults.clear()
        self.service._check_report(result)
        run = Run(
            words,
            task,
            check_mode,
            self.emulator.settings.as_dict(),
            before,
            selected,
            fault or {},
            refused,
            result,
            dict(self.witness.events),
            self.emulator.log.entries(),
            self.emulator.log.summary(),
        )
        judge(run)
        return run

    def known(self, job: Job, task: dict) -> Known:
        """A job before a run."""
        willing = not self.words.unwilling(self.emulator.settings.answers, job, task)
        docile = willing and not job.refuse and not any(trigger != "created" for trigger in job.script)
        return Known(job.status.lower(), job.hidden, not job.steps, docile)

    def selection(self, task: dict, jobs: list[Job]) -> tuple[list, bool]:
        """The jobs that a task is about, and whether its filters are refused."""
        if "filters" not in task:
            return list(dict.fromkeys(task[self.service.ids])), False
        found = sorted(job.id for job in jobs if not job.hidden and matches(self.words, job, task["filters"]))
        # tags that no answer shows cannot be checked
        blind = "tags" in task["filters"] and self.emulator.settings.answers["list_tags"] == "no"
        vague = blind and task["state"] == "absent" and not task.get("trust_server_filters")
        return found, len(found) > task.get("max_jobs", PAGE) or bool(vague and found)


def rules(words: Words, **attributes) -> type[RandomWorld]:
    """What may happen in the worlds of a service."""
    happens = {
        "begin": initialize(world=worlds(words))(RandomWorld.begin),
        "somebody": rule(number=st.integers(1, JOBS), entry=entries(words))(RandomWorld.somebody),
        "task": rule(task=tasks(words), foreseen=st.booleans(), fault=st.sampled_from(FAULTS))(RandomWorld.task),
    }
    return type(f"{words.service.__name__}World", (RandomWorld,), {"words": words, **happens, **attributes})


@pytest.mark.parametrize("service", WORDS)
def test_random_worlds(cloud, monkeypatch, service) -> None:
    """Tasks of a module, in worlds of their own."""
    words = WORDS[service]
    world = rules(words, emulator=cloud, witness=Witness(monkeypatch, words))
    run_state_machine_as_test(world, settings=PROFILE)
