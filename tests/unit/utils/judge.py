# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must be true of the report on a task in a random world: it says what the emulator knows, whatever went wrong."""

from __future__ import annotations

import collections
import fnmatch
import functools
import math
import re
import typing as t
from dataclasses import dataclass
from itertools import takewhile

from ansible_collections.otc.bigdata.tests.emulator.wire import to_json

from .faults import EXPIRED, HELD_BACK, IN_LISTS, PASSING
from .flink import Flink
from .mrs import Mrs
from .run_module import Result
from .sql import Sql
from .worlds import Event, Words, plain

HALVES = re.compile("[\ud800-\udfff]")  # of characters
PAGE = 100  # the most jobs that a list shows at once, or that a batch write names
PATIENCE = 120  # seconds, which nobody has to wait
MOST_TRIES = 4  # of the same write
BATCHES = {"stop", "run", "delete"}  # the writes that name many jobs
COMMON_ANSWERS = ("batch_refusal", "name_filter", "language", "list_nulls")
VAGUE = ("spark_not_found", "sql_not_found")  # where the answer for an unknown job may mean something else
REFUSALS = {*HELD_BACK, "gateway 404", "surrogate refused"}  # leave no doubt about a write for one job


def is_export(path: str) -> bool:
    """Of jobs into files, which is no write to any of them."""
    return path.endswith("/export")


def matches(words: Words, answers: dict, job: t.Any, wanted: dict, now: float) -> bool:
    """Whether a job passes the filters of a task."""
    if words.service is Sql and "job_type" not in wanted and job["job_type"] == "RESTART_QUEUE":
        return False
    for key, value in wanted.items():
        if key in ("name", "not_name"):
            name = HALVES.sub("\ufffd", job[words.kind.name_field])
            fits = (bool(name) and any(fnmatch.fnmatchcase(name, glob) for glob in value)) is (key == "name")
        elif key == "older_than":
            timeless = job.status == "LAUNCHING" and answers["sql_launching"] == "no_start_time"
            timeless = timeless or answers["time_stamps"] == "seconds"
            fits = not timeless and job[words.kind.time_field] < (now - 86400) * 1000
        elif key == "tags":
            fits = value.items() <= (job["tags"] or {}).items()
        elif key == "sql_pattern":
            fits = value.lower() in job["statement"].lower()
        elif key in words.filters:
            fits = job[words.filters[key]] == value
        else:
            found = job["job_result"] if key == "result" else job[key] if key == "job_type" else job.status
            fits = plain(found) in set(map(plain, value))
        if not fits:
            return False
    return True


class Told(tuple):
    """What a complaint shows, put into words only where there is one."""

    def __str__(self) -> str:
        return "\n".join(map(str, self))


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
    faults: dict[str, str]  # those that struck, by the id of the request
    acted: set  # the jobs that somebody else changed meanwhile
    expired: int  # how often all tokens expired
    unreadable: bool  # a job refuses gets
    refused: bool  # the filters are not good enough to act on
    logs_in: bool  # with a password
    result: Result
    files: dict  # in OBS: the jobs of each
    events: dict
    log: list
    summary: dict

    def of(self, job_id, *what: str) -> list:
        """What the job was shown in, was asked to do or has done, in order."""
        return [event.word for event in self.events.get(job_id, ()) if event.what in what]

    def answer(self, name: str):
        """How the service answers."""
        return self.settings["answers"][name] if name in self.words.answers or name in COMMON_ANSWERS else None

    def hindered(self, job_id) -> bool:
        """Whether the job is to be started from a savepoint, and was shown to have none when it came to that."""
        looks = [event for event in self.events.get(job_id, ()) if event.what == "shown"]
        if self.check_mode:  # what was seen of it counts, not that a later page of the same list no longer has it
            looks = [event for event in looks if event.word is not None]
        calls_for = self.words.calls_for("run", self.task) if self.task.get("resume_savepoint") else ()
        return bool(looks) and looks[-1].word in calls_for and not looks[-1].savepoint

    def state_is_lost(self, job: dict) -> bool:
        """Whether a stop that was to leave a savepoint was shown to have left none."""
        if not (self.task.get("trigger_savepoint") and job["changed"]) or self.check_mode:
            return False
        # a page that was read for another job may have shown more
        reported = {plain(job["status"])} if job["status"] else {None}
        shown = [event for event in self.events.get(job["id"], ()) if event.what == "shown"]
        last = [event for event in shown if (event.word and plain(event.word)) in reported][-1]
        ended = last.word in self.words.done["stopped"] - {"job_finish", "job_submit_fail"}
        return last.word == "job_submit_fail" or (ended and not last.savepoint)

    @property
    def undisturbed(self) -> bool:
        """Nobody and nothing stood in the way."""
        return not (self.faults or self.acted or self.expired)

    @functools.cached_property
    def moving(self) -> set:
        """Jobs that may come to match the filters while a task reads, or cease to."""
        if "filters" not in self.task:
            return set()
        missed = (
            any("may be missing" in text for text in self.result.get("warnings", ())) and self.settings["page_rows"]
        )
        if self.broken_list or missed:
            return {*self.before, *self.acted}  # the list says of jobs what is not true
        slow = self.faults or self.expired or self.settings["page_rows"] or len(self.before) > PAGE
        return {job_id for job_id, known in self.before.items() if slow and not known.still} | self.acted

    @functools.cached_property
    def lists_again(self) -> bool:
        """Lists may be read once more, or page by page, for other jobs than those that they show."""
        pages = self.settings["unshown"] or self.settings["page_rows"] or len(self.before) > PAGE
        return bool(self.cannot_be_read or pages or self.broken_list)

    @property
    def cannot_be_read(self) -> bool:
        """Some job, by a request of its own."""
        return self.unreadable or self.hides_the_end or "DLI.0001" in map(self.answer, VAGUE)

    @property
    def hides_the_end(self) -> bool:
        """Only lists tell what became of a job that is asked to end."""
        return self.answer("sql_after_cancel") == "refused"

    @property
    def broken_list(self) -> bool:
        return not IN_LISTS.keys().isdisjoint(self.faults.values())

    @property
    def doubts_absence(self) -> bool:
        """What says that a job is unknown may mean something else, and lists that count more than they show do not help."""
        return "DLI.0001" in map(self.answer, VAGUE) and bool(self.settings["unshown"] or self.broken_list)

    @property
    def expirations(self) -> int:
        """How many times a login has ended, or seemed to."""
        return self.expired + sum(name in EXPIRED for name in self.faults.values())

    @property
    def survivable(self) -> bool:
        """All that went wrong passes, and there is patience enough for it."""
        passing = all(name in PASSING or name in EXPIRED for name in self.faults.values())
        passing = passing and self.expirations <= self.logs_in
        return passing and self.task["max_retries"] >= len(self.faults) and self.task["wait_timeout"] == PATIENCE

    @property
    def waits(self) -> bool:
        return self.task.get("wait", True)

    @functools.cached_property
    def writes(self) -> list[dict]:
        """To jobs, that is."""
        sent = [entry for entry in self.log if entry["method"] != "GET" and not entry["path"].startswith("/v3")]
        return [entry for entry in sent if not is_export(entry["path"])]

    @functools.cached_property
    def exports(self) -> list[dict]:
        return [entry for entry in self.log if is_export(entry["path"])]

    def written(self, job_id) -> set[str]:
        """The writes that name a job."""
        return {
            self.words.write_of(write["method"], write["path"]) for write in self.writes if job_id in self.named(write)
        }

    def named(self, write: dict) -> list:
        """The jobs of a write."""
        return self.words.named(write["path"], write["body"])


def judge(run: Run) -> None:
    """What holds for every run."""
    result, moving = run.result, run.moving
    assert "exception" not in result, f"a bug: {result['exception']}"
    assert not HALVES.search(to_json(result)), "half a character"
    assert run.summary["peak_in_flight"] <= run.task.get("max_concurrency", 8), "too many requests at once"
    faults_of_logins = sum(entry["path"].startswith("/v3") for entry in run.log if entry["request_id"] in run.faults)
    most = 1 + run.expirations + faults_of_logins
    assert run.summary["logins"] <= run.logs_in * most, "too many logins"
    asked = {job_id for job_id in run.events if run.of(job_id, "asked")}
    named = {job_id for write in run.writes for job_id in run.named(write)}
    assert asked == named if run.undisturbed else asked <= named, f"asked: {asked}, named: {named}"
    assert named <= moving.union(run.selected), f"not selected: {named - set(run.selected)}"
    assert not (run.writes and run.check_mode), "written in check mode"
    if run.refused and not moving:
        assert ("error" in result, result["jobs"], run.writes) == (True, [], []), f"not refused: {result['msg']}"
        return
    if "error" in result:
        judge_error(run)
    else:
        ids = [job["id"] for job in result["jobs"]]
        assert (ids if "filters" not in run.task else sorted({*ids} - moving)) == [
            job_id for job_id in run.selected if job_id not in moving
        ], f"not those that were chosen: {ids}"
    assert run.selected or "filters" in run.task or not run.log, "requests for no job"
    judge_exports(run)
    judge_drain(run)
    for job in result["jobs"]:
        judge_job(run, job)


def judge_exports(run: Run) -> None:
    """A job is deleted only when its definition is in a file that the report names, and so is that of each other one."""
    result, told = run.result, Told((run.result, run.task, run.files, run.log))
    if not run.task.get("export_to"):
        assert (run.exports, "exported" in result) == ([], False), f"{told}"
        return
    kept = {job_id for file in result["exported"] for job_id in run.files[file]}
    assert not (run.check_mode and (run.exports or result["exported"])), f"{told}"
    assert {job_id for write in run.writes for job_id in run.named(write)} <= kept, f"not exported: {told}"
    first = min((run.log.index(write) for write in run.writes), default=len(run.log))
    assert all(run.log.index(one) < first for one in run.exports), f"exported too late: {told}"
    batches = max(1, math.ceil(len(result["jobs"]) / PAGE))
    assert len(run.exports) <= batches * 2 + len(run.faults) + run.expired, f"exported too often: {told}"
    refused = [job for job in result["jobs"] if "not all jobs were exported" in job["msg"]]
    assert not refused or not result["changed"], f"deleted in part: {told}"
    lost = run.faults.keys() & {entry["request_id"] for entry in run.exports}
    no = any(entry["status"] >= 400 for entry in run.exports) or run.answer("export_files") in ("empty", "missing")
    assert not refused or lost or no or run.answer("batch_refusal") == "mixed", f"exported in vain: {told}"


def judge_error(run: Run) -> None:
    """A whole task fails only where something happened that does not pass."""
    assert run.moving or not run.survivable, f"faults that pass are fatal: {run.result['msg']}"


def judge_drain(run: Run) -> None:
    """Nothing is written before its time to a job that had not ended yet when it was seen; what begins anew gets no more time."""
    early = [write for write in run.writes if write["seconds"] < run.task.get("drain_timeout", 0)]
    for job_id in {job_id for write in early for job_id in run.named(write)}:
        events = run.events.get(job_id, [])
        asked = next((n for n, event in enumerate(events) if event.what in ("asked", "lost")), len(events))
        shown = [event.word for event in events[:asked] if event.what == "shown"]
        assert {*shown} & {*run.words.done["ended"]}, f"written to before its time: {job_id}, {events}"


def judge_job(run: Run, job: dict) -> None:
    """The report on a job against what happened to it."""
    shown, asked, done = (run.of(job["id"], what) for what in ("shown", "asked", "done"))
    tries = run.of(job["id"], "asked", "lost")
    before, status = (job[key] and plain(job[key]) for key in ("status_before", "status"))
    told = Told((job, run.task, run.events.get(job["id"])))
    cut_short = "error" in run.result and job["failed"]  # what was answered last may have found nobody to hear it
    unread = job["failed"] and before is None and (cut_short or "could not be read" in job["msg"])
    first = shown if job["id"] in run.moving or run.lists_again else shown[:1]  # a list that moves is read again
    assert unread or before in (first or [None]), f"not its first status: {told}"
    assert status in (shown or [None]) or unread, f"never seen so: {told}"
    assert shown or job["failed"], f"not read: {told}"
    assert job["failed"] or is_wanted(run, job, status), f"not as wanted: {told}"
    lost = run.state_is_lost(job)
    assert job["failed"] or not lost or not run.waits, f"without a savepoint, and no failure: {told}"
    assert not (unread and run.survivable) or run.cannot_be_read, f"faults that pass are not survived: {told}"
    doubted = status is None and run.doubts_absence
    settled = (
        shown
        and not doubted
        and not unread
        and run.words.wanted(status, run.task)
        and "recovering" not in shown
        and not lost
    )
    # what had ended is read again with the others
    settled = settled and not (run.task.get("drain_timeout") and job["msg"].startswith("not read again"))
    if run.task["state"] == "restarted" and not run.check_mode:
        judge_restart(run, job)
        settled = (settled and status is not None) or (shown and not unread and is_restarted(run, job, status))
    assert cut_short or not (job["failed"] and settled), f"failed, but as wanted: {told}"
    if run.check_mode:
        action = run.words.action(status, run.task) if shown and not run.hindered(job["id"]) else "none"
        assert cut_short or (job["action"], job["changed"]) == (action, action != "none"), (
            f"not what would be done: {told}"
        )
        return
    steps, sent = run.words.steps[run.task["state"]], {*job["action"].split("+")} - {"none"}
    assert job["action"] == ("+".join(step for step in steps if step in sent) or "none"), f"not its steps: {told}"
    assert {*tries} <= sent <= run.written(job["id"]), f"not what was sent: {told}"
    assert is_called_for(run, job["id"]), f"not called for by the last look: {told}"
    assert max(map(tries.count, tries), default=0) <= MOST_TRIES, f"too often: {told}"
    assert tries_in(run.words.once, run, job["id"]) <= 1, f"asked again: {told}"
    refused = (
        job["failed"] and job["error"]["code"] in run.words.passing and {"POST", "DELETE"} & set(job["msg"].split())
    )
    called_for = tries and status in run.words.calls_for(tries[-1], run.task) - run.words.once
    in_time = run.task["wait_timeout"] and "wait_timeout" not in job["msg"]
    # one that may be what came of the write is no ground to send it again
    outcome = status in ("job_submit_fail", "job_cancel_fail") and seems_done(run, job["id"])
    if refused and called_for and run.undisturbed and in_time and not outcome:
        assert tries.count(tries[-1]) == MOST_TRIES, f"given up too soon: {told}"
    assert not job["changed"] or done or seems_done(run, job["id"]), f"not changed by the task: {told}"
    assert job["changed"] or not done or cannot_be_known(job), f"changed by the task: {told}"


def is_wanted(run: Run, job: dict, status: str | None) -> bool:
    """Whether a job may count as successful."""
    words, task, events = run.words, run.task, run.events.get(job["id"], [])
    if task["state"] == "restarted" and not run.check_mode and status != "job_finish":
        return is_restarted(run, job, status)
    if words.wanted(status, task):
        shown = run.of(job["id"], "shown")
        before = takewhile(lambda word: not words.wanted(word, task), shown)
        # it may fall back to what looks like an end, so it must be seen there twice in a row; what it does later, nobody looks at
        if status and "recovering" in before:
            return any(words.wanted(one, task) and words.wanted(two, task) for one, two in zip(shown, shown[1:]))
        last_write = max((n for n, event in enumerate(events) if event.what in ("asked", "lost")), default=0)
        return not run.waits or status in [event.word for event in events[last_write:] if event.what == "shown"]
    if run.check_mode:
        if task["state"] == "ended":  # it may end in time
            return status is not None
        refused = words.left_alone(status, task) or run.hindered(job["id"])
        return not refused and (run.waits or not words.held(status, task))
    asked = run.of(job["id"], "asked", "lost")
    # a refused stop shows that nothing runs in this status, see guide_states
    if status == "job_running_exception" and task["state"] == "stopped" and asked:
        return True
    # what is accepted need not be awaited, but for a kill that a delete must follow
    accepted = run.of(job["id"], "done")[-1:] == asked[-1:] or seems_done(run, job["id"])
    last = bool(asked) and asked[-1:] == [*words.steps[task["state"]][-1:]]
    return not run.waits and (words.on_its_way(status, task) or (last and accepted))


def is_restarted(run: Run, job: dict, status: str | None) -> bool:
    """Whether a job was seen running after its start; one that is gone must not have been written to."""
    if status is None:
        return job["action"] == "none" and run.words.wanted(status, run.task)
    events = run.events.get(job["id"], [])
    written = [n for n, event in enumerate(events) if event.what in ("asked", "lost")]
    if status != "job_running" or not written or events[written[-1]].word != "run":
        held_back = "already started (the service refused the request)"  # before it came to the job
        return status == "job_running" and job["msg"] in ("started meanwhile", held_back)
    return any(event.what == "shown" and event.word == status for event in events[written[-1] :])


def judge_restart(run: Run, job: dict) -> None:
    """No job is started twice; and one that was stopped is not left so without a word."""
    events, msg = run.events.get(job["id"], []), job["msg"]
    told = Told((job, run.task, events))
    before: str | None = None  # the last status that was shown
    started_from: list[str | None] = []  # the one that a start took effect in
    moved = False  # another one was shown since then
    for event in events:
        if event.what == "shown":
            before = event.word
            moved = moved or (bool(started_from) and before != started_from[0])
        elif event.what == "done" and event.word == "run":
            started_from.append(before)
        elif event.what == "asked" and event.word == "run":
            assert not moved, f"started twice: {told}"
    assert not started_from or "was not started" not in msg, f"it was started: {told}"
    if not job["failed"] or not run.of(job["id"], "done") or seems_done(run, job["id"]):
        return
    left = job["status"] and job["status"].lower()
    if "run" not in run.of(job["id"], "asked", "lost"):
        assert "was not started" in msg, f"left without a word: {told}"
        asked = next(n for n, event in enumerate(events) if event.what == "done")
        stopped = {event.word for event in events[asked:] if event.what == "shown"} & {*run.words.done["stopped"]}
        over = stopped or left in (None, "job_cancel_fail")
        assert over or "may still stop" in msg, f"it may still stop: {told}"


def is_called_for(run: Run, job_id) -> bool:
    """Whether each write fits the status that the job was last shown in, and comes after a look of its own."""
    looks: list[Event] = []  # since the last write
    asked: set[str | None] = set()
    for event in run.events.get(job_id, ()):
        if event.what == "shown":
            looks = [*looks, event] if run.lists_again else [event]
        elif event.what in ("asked", "lost"):
            statuses = run.words.calls_for(event.word, run.task)
            # a start that was lost may have used it up
            from_savepoint = run.task.get("resume_savepoint") and event.word == "run" and "run" not in asked
            if not any(look.word in statuses and (look.savepoint or not from_savepoint) for look in looks):
                return False
            asked.add(event.word)
            looks = []
    return True


def tries_in(statuses: set[str], run: Run, job_id) -> int:
    """How many writes followed a look at the job in one of these statuses."""
    last, tries = None, 0
    for event in run.events.get(job_id, ()):
        last = event.word if event.what == "shown" else last
        tries += event.what in ("asked", "lost") and last in statuses
    return tries


def seems_done(run: Run, job_id) -> bool:
    """Whether the service leaves a client in the belief that a write has changed the job, although it has not."""
    silent = run.answer("is_success") == "missing" or run.answer("batch") == "empty"
    lost = run.answer("batch") == "trailing_comma"
    mixed = run.answer("batch_refusal") == "mixed"
    for write in run.writes:
        ids = run.named(write)
        # to a stop of a job that has just ended: a yes, or a no among others
        answer = run.answer("stop_stopped") if write["path"].endswith("/stop") else None
        polite, blunt = answer == "accept", answer == "false"
        accepted = write["status"] < 300 and (run.words.service not in (Flink, Sql) or silent or lost or polite)
        fault = run.faults.get(write["request_id"])
        unanswered = fault is not None and (fault not in REFUSALS or len(ids) > 1)
        # one of several in a refused request: "nobody can say whether the service acted on it", see guide_states
        if job_id in ids and (accepted or unanswered or (len(ids) > 1 and (mixed or blunt or write["status"] >= 400))):
            return True
    return False


def cannot_be_known(job: dict) -> bool:
    """Whether the report says that nobody knows what a write has done, as its answer was lost or was for many."""
    return "is not known" in job["msg"]


def judge_foresight(foreseen: Run, run: Run) -> None:
    """Check mode is right about the jobs that hold still until they are asked, and then obey."""
    if run.exports and not run.writes:
        return  # nobody can foresee that
    guesses = {job["id"]: job for job in foreseen.result["jobs"]}
    for job in run.result["jobs"]:
        if job["id"] in run.moving or job["id"] in foreseen.moving:
            continue
        guess, known = guesses[job["id"]], [one.before.get(job["id"]) for one in (foreseen, run)]
        told = Told((guess, job, run.task, known))
        if known[0] != known[1] or (known[0] and not (known[0].still and known[0].docile)):
            continue
        if cannot_be_known(job) or (run.task.get("trigger_savepoint") and run.answer("savepoint_made") == "not_told"):
            continue
        timed_out = "wait_timeout" in job["msg"]
        # the time may be over after a kill, before its delete
        same = guess["action"].startswith(job["action"]) if timed_out else guess["action"] == job["action"]
        assert same, f"{told}"
        assert guess["changed"] == job["changed"], f"{told}"
        # check mode does not know how long it takes, nor that a job that has to be awaited never moves here
        status = known[0] and known[0].status
        awaited = run.words.held(status, run.task) or run.words.on_its_way(status, run.task)
        unforeseen = (timed_out and (awaited or job["changed"])) or (awaited and run.task["state"] == "ended")
        assert guess["failed"] == job["failed"] or unforeseen, f"{told}"


def judge_repetition(run: Run, again: Run) -> None:
    """Nothing is done to a job that the first run has left as wanted."""
    first = {job["id"]: job for job in run.result["jobs"]}
    for job in again.result["jobs"]:
        known, was = again.before.get(job["id"]), first.get(job["id"])
        # where a list decides, it may not show the job
        doubted = again.doubts_absence if known is None else known.hidden and again.words.service.lists_decide
        # a get says nothing of it, and with other jobs there are fewer pages, or others, that could show it
        unread = any(words in job["msg"] for words in ("could not be read", "not read again"))
        doubted = doubted or (again.cannot_be_read and unread)
        untouched = job["id"] not in run.acted and not doubted
        if was and untouched and not was["failed"] and again.words.wanted(known and known.status, again.task):
            assert (job["action"], job["changed"], job["failed"]) == ("none", False, False), f"{was}\n{job}"


def judge_cost(run: Run) -> None:
    """The promise about requests, where every answer settles something at the first look."""
    words, jobs = run.words, run.result["jobs"]
    by_filters = "filters" in run.task
    phases = max((len(job["action"].split("+")) for job in jobs if job["action"] != "none"), default=0)
    pages = max(1, math.ceil(sum(not known.hidden for known in run.before.values()) / PAGE))
    reads = (pages if by_filters else min(len(jobs), pages)) + (by_filters or len(jobs) != 1)
    reads += words.service is Mrs and pages > 1
    # a list of those in one status loses jobs while it is read, so one of more than a page is read without it
    reads += words.service is Sql and pages > 1 and "status" in run.task.get("filters", ())
    assert run.summary["reads"] <= reads * (1 + phases) + ("cluster_name" in run.task), run.log
    sent = collections.Counter(
        (job["action"], one) for job in jobs for one in job["action"].split("+") if one != "none"
    )
    writes = sum(math.ceil(count / PAGE) if one in BATCHES else count for (dummy, one), count in sent.items())
    assert len(run.writes) == writes, run.log
    exports = writes if run.task.get("export_to") else 0
    assert len(run.exports) == exports, run.log


def goes_well(run: Run) -> bool:
    """Whether there are only jobs that lists show, and that do at once what they are asked."""
    words, known = run.words, [run.before.get(job_id) for job_id in run.selected]
    slow = any(run.settings["delays"].values()) or run.answer("batch") == "trailing_comma"
    slow = slow or "minutes" in (run.answer("stop_time"), run.answer("delete_time"))
    slow = slow or run.settings["unshown"] or run.settings["page_rows"] or run.hides_the_end
    odd = [
        one is None
        or one.hidden
        or not (one.still and one.docile)
        or one.status == "recovering"
        or words.on_its_way(one.status, run.task)
        for one in known
    ]
    drained = run.task.get("drain_timeout", 0) > 0
    return run.waits and not run.result.failed and not slow and not drained and not any(odd)
