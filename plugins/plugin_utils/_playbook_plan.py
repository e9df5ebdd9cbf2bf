# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The plan of a playbook: a file with what check mode has shown, and why it is not carried out any more.

A plan is no order. It only says what the jobs must be like that a run selects itself, so nobody gains anything by changing one.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import typing as t

from ..module_utils._cloud.agency import Delegate
from ..module_utils._cloud.auth import AccessKey, Credential
from ..module_utils._cloud.connection import Connection
from ..module_utils._services.registry import JOB_TYPES
from ._files import read
from ._job_table import cell, clean
from ._playbook_jobs import PLACE, Report

Plan = dict[str, t.Any]

FORM, VERSION = "otc.bigdata plan", 1
GOOD_FOR = datetime.timedelta(days=1)
AHEAD = datetime.timedelta(minutes=5)  # clocks of two machines
# Of the hosts of a plan
TYPES = {"place": dict, "variables": dict, "jobs": list}
JOB = {"service": str, "cluster": str, "id": (int, str), "name": str, "status": str, "action": str}
# They do not say what is done, or `place` and the hosts of the plan do
FREE = {*PLACE, "otc_hosts", "plan_file", "stopped_jobs_file", "wait_timeout"}
NAMED = 5  # jobs that a message names


def place(connection: Connection) -> dict[str, t.Any]:
    """Whose jobs these are, as far as that is known without a request. No part of a credential."""
    project = connection.project
    return {
        "account": _account(connection.credential),
        "project_id": project.id if project else None,
        "project_name": project.name if project else None,
        "region": connection.region,
        "iam": connection.iam,
        "endpoint": connection.endpoint,
    }


def _account(credential: Credential | Delegate) -> str | None:
    """By its ID or name, if the login tells it; else by who is in it. A project's name does not tell it: each account has one that is named
    like its region. A token and a temporary access key are others each time.
    """
    domain = credential.agency.domain if isinstance(credential, Delegate) else getattr(credential, "domain", {})
    if isinstance(credential, AccessKey) and not credential.security_token:
        return f"that of the access key {hashlib.sha256(credential.access_key.encode()).hexdigest()[:12]} (SHA-256)"
    user_id = getattr(credential, "user_id", None)
    return next(iter(domain.values()), f"that of the user {user_id}" if user_id else None)


def variables(spec: t.Iterable[str], values: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The variables that choose jobs or say what is done with them."""
    return {name: values[name] for name in spec if name not in FREE}


def planned(reports: t.Iterable[Report]) -> list[dict[str, t.Any]]:
    """The jobs that something is going to be done with, as modules report them in check mode."""
    return [
        {
            "service": report["service"],
            "cluster": report.get("otc__cluster", ""),
            "id": job["id"],
            **{column: cell(job, column) for column in ("name", "status", "action")},
        }
        for report in reports
        for job in report.get("jobs", ())
        if job["action"] != "none"
    ]


def head(playbook: str, now: datetime.datetime) -> Plan:
    """What the file says beside `hosts`, of each of which it has `place`, `variables` and `jobs`."""
    return {"form": FORM, "version": VERSION, "playbook": playbook, "made_at": now.isoformat(timespec="seconds")}


def read_plan(path: str) -> Plan:
    """Raises ValueError for a file that is none."""
    content = known_plan(path)
    if content.get("version") != VERSION:
        raise ValueError(f"'{path}' was made by another release; make a new plan")
    if not _is_whole(content):
        raise ValueError(f"'{path}' is damaged; make a new plan")
    return content


def known_plan(path: str) -> Plan:
    """What says that it is a plan, of whatever release. Raises ValueError for anything else, which nobody wants to lose."""
    try:
        content = json.loads(read(path))
    except OSError as error:
        raise ValueError(f"'{path}' cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f"'{path}' is damaged, or no plan: it is no JSON") from error
    if not isinstance(content, dict) or content.get("form") != FORM:
        raise ValueError(f"'{path}' is no plan of a playbook of this collection")
    return content


def _is_whole(content: t.Mapping[str, t.Any]) -> bool:
    hosts = content.get("hosts")
    try:
        aware = datetime.datetime.fromisoformat(str(content.get("made_at"))).tzinfo is not None
    except ValueError:
        return False
    return (
        aware
        and isinstance(content.get("playbook"), str)
        and isinstance(hosts, dict)
        and all(_has(one, TYPES) and all(map(_is_job, one["jobs"])) for one in hosts.values())
    )


def _has(value: t.Any, types: t.Mapping[str, t.Any]) -> bool:
    return isinstance(value, dict) and all(
        key in value and isinstance(value[key], kind) and not isinstance(value[key], bool)
        for key, kind in types.items()
    )


def _is_job(value: t.Any) -> bool:
    return _has(value, JOB) and value["service"] in JOB_TYPES


def refusals(
    plan: Plan, playbook: str, host: str, hosts: t.Collection[str], frame: Plan, now: datetime.datetime
) -> t.Iterator[str]:
    """Why this run must not carry out the plan. ``frame``: `place` and `variables` of this run. Jobs are compared later."""
    age = now - datetime.datetime.fromisoformat(plan["made_at"])
    if plan["playbook"] != playbook:
        yield f"it is of the playbook {clean(plan['playbook'])}"
        return
    if not -AHEAD <= age <= GOOD_FOR:
        yield f"it was made at {plan['made_at']}, and is good for a day; make a new one"
    if set(plan["hosts"]) != set(hosts):
        yield f"it is of the hosts {_listed(plan['hosts'])}, and this play has {_listed(hosts)}"
    if host in plan["hosts"]:
        yield from of_others(plan["hosts"][host]["place"], frame["place"])
        yield from _differences(plan["hosts"][host]["variables"], frame["variables"])


def of_others(then: Plan, now: Plan) -> t.Iterator[str]:
    """Why these may be the jobs of another account or project. If the project's ID is the same, its names do not matter."""
    project = then.get("project_id")
    told = ("account", "project_name") if project and project == now.get("project_id") else ()
    yield from _differences(*({name: one[name] for name in one if name not in told} for one in (then, now)))


def _listed(names: t.Iterable[str]) -> str:
    return clean(", ".join(sorted(names))) or "none"


def _differences(then: Plan, now: Plan) -> t.Iterator[str]:
    for name in sorted({*then, *now}):
        if then.get(name) != now.get(name):
            yield f"{clean(name)} was {_shown(then.get(name))}, and now is {_shown(now.get(name))}"


def _shown(value: t.Any) -> str:
    return "not given" if value is None else clean(json.dumps(value, ensure_ascii=False))


def ids(jobs: t.Iterable[t.Mapping[str, t.Any]]) -> dict[str, t.Any]:
    """What the modules are told: IDs by services, those of MRS by clusters."""
    found: dict[str, t.Any] = {service: [] for service in JOB_TYPES}
    found["mrs"] = {}
    for job in jobs:
        of_service = found[job["service"]]
        (of_service.setdefault(job["cluster"], []) if job["service"] == "mrs" else of_service).append(job["id"])
    return found


def changes(
    plan: t.Iterable[t.Mapping[str, t.Any]], reports: t.Iterable[Report], done: t.Collection[int] = ()
) -> list[str]:
    """What is not as planned. ``done``: Flink jobs that an earlier run of the same window has stopped, as was planned."""
    then, now = ({_key(job): job for job in jobs} for jobs in (plan, planned(reports)))
    gone = [
        job for key, job in then.items() if key not in now and not (job["service"] == "flink" and job["id"] in done)
    ]
    new = [job for key, job in now.items() if key not in then]
    return [*_named("planned, and not to be done any more", gone), *_named("not planned", new)]


def _key(job: t.Mapping[str, t.Any]) -> tuple[t.Any, ...]:
    """What tells a job of a plan from others. Its name, too: with another name, the ID may be of another project."""
    return tuple(job[key] for key in ("service", "cluster", "id", "name", "action"))


def _named(what: str, jobs: t.Sequence[t.Mapping[str, t.Any]]) -> t.Iterator[str]:
    for job in jobs[:NAMED]:
        title = ", ".join(filter(None, [job["service"], job["cluster"]]))
        name = f" ({job['name']})" if job["name"] else ""
        yield clean(f"{what}: {title}: {job['action']} {job['id']}{name}, {job['status']}")
    if len(jobs) > NAMED:
        yield f"{what}: {len(jobs) - NAMED} more"
