# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two modules of a service and an emulator, together: what most tests of these modules need."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import threading
import time
import typing as t
import urllib.parse
from unittest import mock

from .run_module import Result, run_module

PROJECT = "0123456789abcdef0123456789abcdef"
NIGHTLY = "fedcba9876543210fedcba9876543210"
# Of the emulator
KEY = {"access_key": "AKDEMO0000000000001", "secret_key": "SKdemo/secret+key000000000000000000000001"}
FOR_EVER = 1e9  # seconds: no test lasts so long
FIELDS = {"id", "name", "changed", "failed", "action", "status_before", "status", "msg"}


def refusal(code: str, message: str = "refused") -> dict:
    """The body of an error."""
    return {"error_code": code, "error_msg": message}


DLI_EXPIRED = {"status": 400, "body": refusal("DLI.10007", "The token is invalid.")}


class Service:
    """Runs the modules against one emulator. The log begins anew with each run. A subclass is the service's words."""

    module = ""  # name of the module; the reader's ends with _info
    ids = ""  # the option that takes ids
    endpoint = ""  # the key in ``endpoints``
    store = ""  # the kind of job in the emulator
    path = ""  # of the list
    first_page: t.ClassVar[dict] = {}  # its query, as the modules ask for it
    listed: tuple[str, ...] = ()  # where a list has its jobs, and how many there are
    shown = ""  # where the answer to a look at one job has it
    running = ""  # the status of a job that runs
    end = ""  # the one that it has when it has ended by itself
    final: t.ClassVar[set[str]] = set()  # those that a job of the sweep stays in
    keeps_records = False  # they cannot be deleted
    oldest_first = False  # the order of a list
    lists_decide = False  # whether there is a job, where a look at it is refused with a code that may mean anything
    expired: t.ClassVar[dict] = {}  # how it refuses a token that has expired
    actions: t.ClassVar[set[str]] = set()  # what the module may do to a job
    scope: t.ClassVar[dict] = {}  # options that go with every task
    beside: t.ClassVar[set[str]] = set()  # what an entry of a report has in place of a name

    def __init__(self, emulator, door: t.Callable[..., Result] = run_module) -> None:
        self.emulator = emulator
        self.door = door
        self.quick = {"wait_interval": 0.05, "wait_timeout": 300}

    @property
    def by_token(self) -> dict:
        """Connection options with a ready token."""
        return {"token": "demo-token", "project_id": PROJECT, "endpoints": {self.endpoint: self.emulator.url}}

    @property
    def by_password(self) -> dict:
        """Connection options with a login."""
        return {
            "username": "demo",
            "password": "demo-password",
            "user_domain_name": "demo-domain",
            "project_id": PROJECT,
            "auth_url": self.emulator.url,
            "endpoints": {self.endpoint: self.emulator.url},
        }

    # ---- the world ----

    @property
    def kind(self):
        """How the emulator describes such jobs."""
        return self.emulator.world[self.store].kind

    def id(self, number: int) -> t.Any:
        """An id as the emulator makes them."""
        return self.kind.make_id(number)

    def jobs(self, *entries: dict) -> list:
        """These are all the jobs there are. Returns their ids."""
        self.emulator.load({self.store: list(entries)})
        return list(self.truth)

    def states(self, *states: str, **entry) -> list:
        """A job in each of these states, with the state as its name, if it can have one. Returns their ids."""
        kind = self.kind
        return self.jobs(
            *({kind.name_field or kind.state_field: state, kind.state_field: state, **entry} for state in states)
        )

    def named(self, name: str) -> dict:
        """The field of a job that has this name."""
        return {self.kind.name_field: name}

    @staticmethod
    def called(glob: str) -> dict:
        """The filter for jobs of such names."""
        return {"name": [glob]}

    def job(self, status: str = "", refuse: dict | None = None, fields: dict | None = None, **script: list[dict]):
        """Job 5 is the only one; its script says what comes after it was created, stopped … Returns its id."""
        own = {self.kind.id_field: self.id(5), self.kind.state_field: status or self.running, **(fields or {})}
        return self.jobs({**own, "refuse": refuse or {}, "script": script})[0]

    def many(self, count: int, status: str = "", **entry) -> list:
        return self.jobs({"count": count, self.kind.state_field: status or self.running, **entry})

    def answers(self, **answers) -> None:
        self.emulator.settings.update({"answers": answers})

    def delays(self, **delays) -> None:
        self.emulator.settings.update({"delays": delays})

    def fault(self, path: str, kind: str, **fault) -> None:
        self.emulator.faults.add(path=path, kind=kind, **fault)

    def let_go(self) -> None:
        """No request hangs any more; the emulator logs it when it has an answer."""
        self.emulator.faults.clear()
        while self.emulator.log.in_flight:
            time.sleep(0.005)

    @property
    def milliseconds(self) -> int:
        """Since 1970, by the clock of the service: another one would be some of them ahead, by chance."""
        return int(self.emulator.clock.time() * 1000)

    def change_answers(self, change: t.Callable[[t.Any, t.Any], t.Any]) -> None:
        """The body of each answer becomes ``change(request, body)``."""
        answer = self.emulator.answer

        def answered(request, connection: int):
            reply = answer(request, connection)
            if isinstance(reply.body, (dict, list)):
                reply.body = change(request, json.loads(json.dumps(reply.body)))
            return reply

        self.emulator.answer = answered

    @property
    def truth(self) -> dict:
        """The real status of each job, None for deleted ones."""
        kind, jobs = self.kind, self.emulator.world[self.store].truth()
        return {job[kind.id_field]: None if job["deleted"] else job[kind.state_field] for job in jobs}

    @contextlib.contextmanager
    def tokens_expire_after(self, reads: int) -> t.Iterator[None]:
        """All tokens that were given out expire when so many reads have been answered."""
        answer, turn, left = self.emulator.answer, threading.Lock(), [self.emulator.world.identities]

        def answered(request, connection: int):
            reply = answer(request, connection)
            with turn:
                if left and self.total("reads") >= reads:
                    left.pop().expire_tokens()
            return reply

        self.emulator.log.clear()
        with mock.patch.object(self.emulator, "answer", answered):
            yield

    @contextlib.contextmanager
    def together(self, number: int, path: str) -> t.Iterator[None]:
        """The first requests whose path matches wait until there are so many of them at once."""
        answer, meeting, numbers = self.emulator.answer, threading.Barrier(number), itertools.count()

        def answered(request, connection: int):
            if re.search(path, request.path) and next(numbers) < number:
                meeting.wait(300)
            return answer(request, connection)

        with mock.patch.object(self.emulator, "answer", answered):
            yield

    # ---- runs ----

    def run(
        self,
        state: str,
        ids=None,
        login: dict | None = None,
        check_mode: bool = False,
        diff: bool = False,
        environ: dict | None = None,
        **options,
    ) -> Result:
        """The changing module; what holds for every answer is checked."""
        self.emulator.log.clear()
        options = {
            "state": state,
            self.ids: ids,
            **self.scope,
            **self.quick,
            **(self.by_token if login is None else login),
            **options,
        }
        result = self.door(self.module, options, check_mode, diff, environ)
        if "jobs" in result:
            self._check_report(result)
            assert ("exported" in result) == (options.get("export_to") is not None)
        if check_mode:
            assert not self.writes
        return result

    def info(self, login: dict | None = None, check_mode: bool = False, **options) -> Result:
        """The reading module."""
        self.emulator.log.clear()
        options = {**self.scope, **(self.by_token if login is None else login), **options}
        result = self.door(f"{self.module}_info", options, check_mode)
        assert not result.get("changed")
        assert not self.writes
        return result

    def twins(self, state: str, ids=None, **options) -> Result:
        """Check mode, first run, second run: the first does as predicted, and is returned; the second does nothing."""
        predicted = self.run(state, ids, check_mode=True, **options)
        reads_before = self.total("reads")
        done = self.run(state, ids, **options)
        assert outline(predicted) == outline(done)
        assert reads_before == len(self.split_log()[0])
        again = self.run(state, ids, **options)
        assert not again.failed
        assert not again["changed"]
        assert not self.writes
        return done

    def _check_report(self, result: Result) -> None:
        """What holds for each answer with jobs."""
        jobs = result["jobs"]
        for job in jobs:
            assert set(job) - {"error"} == FIELDS | self.beside, job
            assert isinstance(job["id"], self.id(1).__class__)
            assert job["action"] in self.actions | {"none"}
            assert job["failed"] == bool(job.get("error")), job
            if job["failed"]:
                assert set(job["error"]) == {"code", "status", "request_id", "message"}
                assert job["msg"]
        failed = [job for job in jobs if job["failed"]]
        changed = [job for job in jobs if job["changed"] and not job["failed"]]
        assert result["changed"] is any(job["changed"] for job in jobs)
        assert all(f"{job['id']}: " in result["msg"] for job in failed[:1])
        assert result.failed or not failed
        assert len({job["id"] for job in jobs}) == len(jobs)
        if failed or not result.failed:
            assert result["summary"] == {
                "total": len(jobs),
                "changed": len(changed),
                "failed": len(failed),
                "unchanged": len(jobs) - len(changed) - len(failed),
            }

    # ---- the log ----

    def total(self, name: str) -> int:
        return self.emulator.log.summary()[name]

    @property
    def log(self) -> list[dict]:
        return self.emulator.log.entries()

    def sent(self, path: str = "") -> list[list]:
        """The ids of each write whose path matches."""
        return [self._ids_of(entry) for entry in self.log if _is_write(entry) and re.search(path, entry["path"])]

    def _ids_of(self, write: dict) -> list:
        if write["body"]:
            return next(value for value in json.loads(write["body"]).values() if isinstance(value, list))
        return [write["path"][len(self.path) :].split("/")[1]]

    @property
    def writes(self) -> list[dict | None]:
        """The bodies of all writes to the service."""
        return [json.loads(entry["body"]) if entry["body"] else None for entry in self.log if _is_write(entry)]

    @property
    def written(self) -> list:
        """The ids in all writes, in order."""
        return [job_id for ids in self.sent() for job_id in ids]

    def split_log(self) -> tuple[list[dict], list[dict]]:
        """The reads before the first and those after the last write."""
        log = self.log
        at = [n for n, entry in enumerate(log) if _is_write(entry)] or [len(log)]
        return log[: at[0]], log[at[-1] + 1 :]

    def write_follows_write(self) -> bool:
        """Whether the same was written twice without a look in between."""
        since_look: set[tuple] = set()
        for entry in self.log:
            write = (entry["path"], entry["body"])
            if not _is_write(entry):
                since_look.clear()
            elif write in since_look:
                return True
            else:
                since_look.add(write)
        return False

    def queries(self) -> list[dict]:
        """The queries of the lists."""
        return [dict(urllib.parse.parse_qsl(entry["query"])) for entry in self.log if entry["path"] == self.path]


def _is_write(entry: dict) -> bool:
    """To jobs, that is: a login writes to nothing."""
    return entry["method"] in ("POST", "DELETE") and not entry["path"].startswith(("/v3/", "/v3.0/"))


def outline(result: Result) -> list[tuple]:
    """What check mode must predict."""
    predicted = ("id", "name", "action", "changed", "failed", "status_before")
    return [(result["changed"], result.failed), *(tuple(job[name] for name in predicted) for job in result["jobs"])]


def check_refused(result: Result, *words: str) -> None:
    """One error that names all these words."""
    assert result.failed, result
    assert not result.get("changed")
    if "summary" in result and not result.get("jobs"):
        assert result["summary"] == {"total": 0, "changed": 0, "unchanged": 0, "failed": 0}
    for word in words:
        assert word in result["msg"], f"{word!r} is missing in {result['msg']!r}"


def check_http_error(result: Result, method: str, host: str, path: str, status: int | None = None) -> None:
    """One clear message that says where it happened."""
    host = urllib.parse.urlsplit(host).hostname if "//" in host else host
    check_refused(result, method, host, path, *([str(status)] if status else []))
    assert "\n" not in result["msg"]
