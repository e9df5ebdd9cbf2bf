# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What playbooks say of jobs: a table of what is there, and how those that they have stopped are started again."""

from __future__ import annotations

import collections
import enum
import re
import time
import typing as t

from ..module_utils._cloud.identity import PROJECT, TARGET_PROJECT
from ..module_utils._jobs.names import protecting
from ..module_utils._jobs.selection import Fields, timestamp
from ..module_utils._jobs.service import JobType
from ..module_utils._services.registry import JOB_TYPES
from ._job_table import NAMES, Job, cell, clean, counted, rows, text

Report = t.Mapping[str, t.Any]  # what a module has returned, with its `service`, and of MRS its `otc__cluster`

# Where the tasks of the playbooks leave what a module has returned
RESULTS = (
    *(name.format(kind) for kind in JOB_TYPES for name in ("{}_result", "otc__{}_look")),
    "otc__maintenance",
    "otc__first_login",
)
PLACE = ("cloud", *PROJECT, *TARGET_PROJECT, "region")  # variables that say whose jobs these are
# Text that means nothing to a shell, to Ansible's key=value, or in the JSON and YAML of Ansible's output, where quotes would be escaped.
PLAIN = re.compile(r"[A-Za-z0-9_.:@+-]+")


# ---- what is there ----


def table(reports: t.Iterable[Report], status: t.Collection[str], except_names: t.Sequence[str] = ()) -> list[str]:
    """One for each service and cluster: those that have not ended first, then the oldest.

    ``status``: no others, unless empty; ``except_names``: patterns of names that are left out.
    """
    return [line for report in reports for line in _of_service(report, status, except_names)]


def _of_service(report: Report, statuses: t.Collection[str], except_names: t.Sequence[str]) -> list[str]:
    if report.get("failed"):
        return [f"{title(report)}: could not be read: {clean(str(report.get('msg')))}"]
    service = JOB_TYPES[report["service"]]
    every = [job for job in report["jobs"] if not _is_named(job.get(service.fields.name), except_names)]
    jobs = [job for job in every if not statuses or _is_one_of(cell(job, "status"), statuses, service.fields)]
    if not jobs:
        return [f"{title(report)}: no job{_others(every)}"]
    some = f"{len(jobs)} of {counted(len(every), 'job', 'jobs')}" if statuses else counted(len(jobs), "job", "jobs")
    left = sum(not _has_ended(job, service.ended) for job in jobs)
    return [f"{title(report)}: {some}{_common_queue(jobs)}, {left} not ended", *_lines(jobs, service)]


def _others(jobs: t.Sequence[Job]) -> str:
    """Which other jobs there are, if any."""
    statuses = ", ".join(sorted({cell(job, "status") for job in jobs}))
    return f" of {len(jobs)} is in such a status, they are {statuses}" if jobs else ""


def _queues(jobs: t.Iterable[Job]) -> set[str]:
    return {cell(job, "queue") for job in jobs}


def _common_queue(jobs: t.Sequence[Job]) -> str:
    queues = _queues(jobs)
    return f" on the queue {min(queues)}" if len(queues) == 1 and all(queues) else ""


def _lines(jobs: t.Sequence[Job], service: JobType) -> list[str]:
    now = time.time()
    shown = [{**job, "savepoint": _yes_or_no(job.get("has_savepoint"))} for job in jobs]
    shown.sort(key=lambda job: (_has_ended(job, service.ended), _made(job, now)))
    # a SQL job is shown with its queue in place of a name, and what all have in common needs no column
    queue = ["queue"] if len(_queues(jobs)) > 1 and service.fields.name else []
    return text(rows(shown, ["id", "name", *queue, "status", "age", "savepoint"]))


def title(report: Report) -> str:
    """The service, and the cluster where it has some."""
    return ", ".join(clean(str(report[key])) for key in ("service", "otc__cluster") if key in report)


def _is_named(name: t.Any, globs: t.Sequence[str]) -> bool:
    return bool(name) and protecting(name, globs) is not None


def _is_one_of(status: str, statuses: t.Collection[str], fields: Fields) -> bool:
    """Whether a status is one of these words, in any case and spelling; running is job_running of Flink jobs, too."""
    word = fields.word(status)
    return bool({word, word.removeprefix("job_")} & set(map(fields.word, statuses)))


def _has_ended(job: Job, ended: t.Collection[str]) -> bool:
    return cell(job, "status").lower() in ended


def _made(job: Job, now: float) -> float:
    """When a job was made, in seconds since 1970. One without a time comes last."""
    found = next((job[name] for name in NAMES["age"] if name in job), None)
    made = timestamp(found, now)
    return now if made is None else made


def _yes_or_no(value: t.Any) -> str | None:
    return None if value is None else "no" if str(value).lower() == "false" else "yes"


# ---- whether a further login is of any use ----


def is_login_refused(results: t.Iterable[Report], signs: bool = False) -> bool:
    """Whether that of one of these tasks was refused: to repeat that locks the user, or the key which ``signs``, after a few times."""
    return any(_tells_of_refusal(result, signs) for result in results)


def _tells_of_refusal(result: Report, signs: bool) -> bool:
    """In a loop, Ansible has for the next cluster what came of the one before, which is skipped only after a refusal."""
    if result.get("skipped") and "otc__cluster" in result:
        return True
    reports = [result, *result.get("results", ())]
    # one job may have been handled when the login had expired, and the next one failed
    jobs = [job for report in reports if report.get("summary") for job in report["jobs"]]
    # Of many signatures, one that was refused says nothing of the key
    of_tasks, of_jobs = ([one.get("error") for one in some] for some in (reports, jobs))
    return any(_is_refusal(error, signs) for error in of_tasks) or any(map(_is_refusal, of_jobs))


def _is_refusal(error: t.Mapping[str, t.Any] | None, signs: bool = False) -> bool:
    """By IAM, or of a signature by the gateway of all services. A service has a code of its own, and others may accept what it does not."""
    whose = ("IAM", "APIGW.", "APIG.") if signs else ("IAM",)
    return error is not None and error["status"] == 401 and (error["code"] or "IAM").startswith(whose)


# ---- how to start again what was stopped ----


class StopOutcome(enum.Enum):
    """What a stop has made of a Flink job."""

    DOWN = "stopped, and can be started again"
    DONE = "not to be started again"
    LOST = "stopped without the savepoint that was wanted"
    RUNNING = "not seen to stop"


def undo(reports: t.Iterable[Report], chosen: t.Mapping[str, t.Any], earlier: t.Iterable[int] = ()) -> list[str]:
    """The command for those that have stopped, and what to do about the others. ``earlier``: stopped by a run before this one.

    Of a job that was stopped in several rounds, the last one counts.
    """
    found = list(reports)
    flink = [job for one in found if one["service"] == "flink" for job in one.get("jobs", ())]
    last = {job["id"]: job for job in flink if job["action"] == "stop"}.values()
    sent = {outcome: [job for job in last if _outcome(job) is outcome] for outcome in StopOutcome}
    again = {*earlier}.difference(_ids(last)).union(_ids(sent[StopOutcome.DOWN]))
    starts = [*_by_hand(sorted(again), chosen), *_anew(sent[StopOutcome.LOST], chosen)]
    return [
        *starts,
        *(_to_be_added(chosen) if starts else ()),
        *_not_stopped(sent[StopOutcome.RUNNING], chosen),
        *_to_be_submitted(found),
    ]


def _outcome(job: Job) -> StopOutcome:
    """What became of a job for which a stop was sent."""
    if job["failed"]:
        ended = str(job["status"]).lower() in JOB_TYPES["flink"].ended  # a table shows the status before as well
        return StopOutcome.LOST if ended else StopOutcome.RUNNING
    return StopOutcome.DOWN if job["changed"] and job["status"] != "job_finish" else StopOutcome.DONE


def _by_hand(ids: t.Sequence[int], chosen: t.Mapping[str, t.Any]) -> list[str]:
    if not ids:
        return []
    saved = chosen.get("trigger_savepoint", True)
    how = "from their savepoints" if saved else "anew, as no savepoint was made"
    return [f"To start these Flink jobs again by hand, {how}, with the same credential:", restart(ids, chosen, saved)]


def _anew(lost: t.Sequence[Job], chosen: t.Mapping[str, t.Any]) -> list[str]:
    if not lost:
        return []
    return [
        "Stopped without a savepoint. Find out why before you start or delete them, as they can only begin anew:",
        restart(_ids(lost), chosen, False),
    ]


def _not_stopped(running: t.Sequence[Job], chosen: t.Mapping[str, t.Any]) -> list[str]:
    if not running:
        return []
    head = f"Not seen to stop: {', '.join(map(str, _ids(running)))}. otc.bigdata.show_jobs shows what became of them."
    if not chosen.get("trigger_savepoint", True):
        return [head]
    return [
        head,
        "If a savepoint has failed, often DLI may not write to the bucket: fix that, and stop the jobs again.",
        "otc.bigdata.stop_all with trigger_savepoint=false stops them without a savepoint, and their state is lost.",
    ]


def _to_be_submitted(reports: t.Iterable[Report]) -> list[str]:
    """How many jobs have to be submitted anew: those of services that start no job a second time.

    Not those that were not seen to end, as they may still run.
    """
    others = [one for one in reports if one["service"] != "flink"]
    jobs = [(title(one), one["service"], job) for one in others for job in one.get("jobs", ())]
    ended = {(where, job["id"]) for where, dummy, job in jobs if not job["failed"]}
    changed = {(where, job["id"]): service for where, service, job in jobs if job["changed"]}
    gone = collections.Counter(service for job, service in changed.items() if job in ended)
    counts = ", ".join(f"{count} of {service}" for service, count in gone.items())
    return [f"Not to be started again from here, so submit them anew: {counts}"] if gone else []


def not_started(chosen: t.Mapping[str, t.Any], ids: t.Collection[int]) -> list[str]:
    """Lines that say what to do about jobs that could not be started."""
    if not ids:
        return []
    head = f"Not started: {', '.join(map(str, ids))}. One without a savepoint only begins anew, with resume_savepoint=false."
    if chosen.get("stopped_jobs_file"):
        return [head, "Find out why, and run the same command again: the file keeps them"]
    saved = chosen.get("resume_savepoint", chosen.get("trigger_savepoint"))
    return [head, "Find out why, then:", restart(ids, chosen, saved), *_to_be_added(chosen)]


def _ids(jobs: t.Iterable[Job]) -> list[int]:
    return [job["id"] for job in jobs]


def restart(ids: t.Iterable[int], chosen: t.Mapping[str, t.Any], from_savepoints: bool = True) -> str:
    """The command that starts these jobs again, to be pasted into a shell."""
    anew = "" if from_savepoints else " -e resume_savepoint=false"
    numbers = ",".join(str(int(one)) for one in ids)
    return f"ansible-playbook otc.bigdata.maintenance_end -e stopped_jobs={numbers}{anew}{_place(chosen)}"


def _place(chosen: t.Mapping[str, t.Any]) -> str:
    """The variables that say whose jobs these are."""
    told = {name: chosen[name] for name in PLACE if chosen.get(name) is not None and name not in _not_told(chosen)}
    return "".join(f" -e {name}={value}" for name, value in told.items())


def _not_told(chosen: t.Mapping[str, t.Any]) -> list[str]:
    return [name for name in PLACE if chosen.get(name) is not None and not PLAIN.fullmatch(str(chosen[name]))]


def _to_be_added(chosen: t.Mapping[str, t.Any]) -> list[str]:
    names = _not_told(chosen)
    return [f"Add what cannot be pasted: {', '.join(names)}"] if names else []
