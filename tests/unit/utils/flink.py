# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Flink modules and an emulator, together: what most tests of these modules need."""

from __future__ import annotations

import json
import urllib.parse

from .run_module import Result, run_module

PROJECT = "0123456789abcdef0123456789abcdef"
NIGHTLY = "fedcba9876543210fedcba9876543210"
JOBS_PATH = f"/v1.0/{PROJECT}/streaming/jobs"
FIELDS = {"id", "name", "changed", "failed", "action", "status_before", "status", "msg"}
GET_PATH, LIST_PATH, WRITE_PATH = "/jobs/[0-9]+$", "/jobs$", "/jobs/(stop|delete)$"


def refusal(code: str, message: str = "refused") -> dict:
    """The body of an error."""
    return {"error_code": code, "error_msg": message}


class Flink:
    """Runs the modules against one emulator. The log begins anew with each run."""

    def __init__(self, emulator) -> None:
        self.emulator = emulator
        self.quick = {"wait_interval": 0.05, "wait_timeout": 20}

    @property
    def by_token(self) -> dict:
        """Connection options with a ready token."""
        return {"token": "demo-token", "project_id": PROJECT, "endpoints": {"dli": self.emulator.url}}

    @property
    def by_password(self) -> dict:
        """Connection options with a login."""
        return {
            "username": "demo",
            "password": "demo-password",
            "user_domain_name": "demo-domain",
            "project_id": PROJECT,
            "auth_url": self.emulator.url,
        }

    # ---- the world ----

    def jobs(self, *entries: dict) -> list[int]:
        """These are all the jobs there are. Returns their ids."""
        self.emulator.load({"flink_jobs": list(entries)})
        return [job["job_id"] for job in self.emulator.world["flink_jobs"].truth()]

    def job(self, status: str = "job_running", refuse: dict | None = None, **script: list[dict]) -> None:
        """Job 5 is the only one; its script says what comes after it was created, stopped …"""
        self.jobs({"job_id": 5, "status": status, "refuse": refuse or {}, "script": script})

    def many(self, count: int, **entry) -> list[int]:
        return self.jobs({"count": count, "status": "job_running", **entry})

    def answers(self, **answers) -> None:
        self.emulator.settings.update({"answers": answers})

    def delays(self, **delays) -> None:
        self.emulator.settings.update({"delays": delays})

    def fault(self, path: str, kind: str, **fault) -> None:
        self.emulator.faults.add(path=path, kind=kind, **fault)

    @property
    def truth(self) -> dict:
        """The real status of each job, None for deleted ones."""
        jobs = self.emulator.world["flink_jobs"].truth()
        return {job["job_id"]: None if job["deleted"] else job["status"] for job in jobs}

    # ---- runs ----

    def run(
        self,
        state: str,
        job_ids=None,
        login: dict | None = None,
        check_mode: bool = False,
        diff: bool = False,
        environ: dict | None = None,
        **options,
    ) -> Result:
        """The changing module; what holds for every answer is checked."""
        self.emulator.log.clear()
        options = {"state": state, "job_ids": job_ids, **self.quick, **(login or self.by_token), **options}
        result = run_module("dli_flink_jobs", options, check_mode, diff, environ)
        if "jobs" in result:
            check_report(result)
        if check_mode:
            assert not self.writes
        return result

    def info(self, login: dict | None = None, check_mode: bool = False, **options) -> Result:
        """The reading module."""
        self.emulator.log.clear()
        result = run_module("dli_flink_jobs_info", {**(login or self.by_token), **options}, check_mode)
        assert not result.get("changed")
        assert not self.writes
        return result

    def twins(self, state: str, job_ids=None, **options) -> Result:
        """Check mode, first run, second run: the first does as predicted, and is returned; the second does nothing."""
        predicted = self.run(state, job_ids, check_mode=True, **options)
        reads_before = self.total("reads")
        done = self.run(state, job_ids, **options)
        assert outline(predicted) == outline(done)
        assert reads_before == len(self.split_log()[0])
        again = self.run(state, job_ids, **options)
        assert not again.failed
        assert not again["changed"]
        assert not self.writes
        return done

    # ---- the log ----

    def total(self, name: str) -> int:
        return self.emulator.log.summary()[name]

    @property
    def log(self) -> list[dict]:
        return self.emulator.log.entries()

    @property
    def writes(self) -> list[dict]:
        """The bodies of all writes to the service."""
        return [json.loads(entry["body"]) for entry in self.log if entry["body"]]

    @property
    def written(self) -> list[int]:
        """The ids in all writes, in order."""
        return [job_id for body in self.writes for job_id in body["job_ids"]]

    def split_log(self) -> tuple[list[dict], list[dict]]:
        """The reads before the first and those after the last write."""
        log = self.log
        at = [n for n, entry in enumerate(log) if entry["body"]] or [len(log)]
        return log[: at[0]], log[at[-1] + 1 :]

    def write_follows_write(self) -> bool:
        """Whether the same ids were written twice without a look in between."""
        bodies = [entry["body"] for entry in self.log]
        return any(body and body == later for body, later in zip(bodies, bodies[1:]))

    def queries(self, path_end: str = "/jobs") -> list[dict]:
        """The queries of the lists."""
        return [dict(urllib.parse.parse_qsl(entry["query"])) for entry in self.log if entry["path"].endswith(path_end)]


def outline(result: Result) -> list[tuple]:
    """What check mode must predict."""
    predicted = ("id", "name", "action", "changed", "failed", "status_before")
    return [(result["changed"], result.failed), *(tuple(job[name] for name in predicted) for job in result["jobs"])]


def check_report(result: Result) -> None:
    """What holds for each answer with jobs."""
    jobs = result["jobs"]
    for job in jobs:
        assert set(job) - {"error"} == FIELDS, job
        assert job["id"].__class__ is int
        assert job["action"] in ("stop", "delete", "none")
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


def check_refused(result: Result, *words: str) -> None:
    """One error that names all these words."""
    assert result.failed, result
    assert not result.get("changed")
    for word in words:
        assert word in result["msg"], f"{word!r} is missing in {result['msg']!r}"


def check_http_error(result: Result, method: str, host: str, path: str, status: int | None = None) -> None:
    """One clear message that says where it happened."""
    host = urllib.parse.urlsplit(host).hostname if "//" in host else host
    check_refused(result, method, host, path, *([str(status)] if status else []))
    assert "\n" not in result["msg"]
