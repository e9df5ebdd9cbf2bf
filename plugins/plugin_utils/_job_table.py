# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""From the results of tasks to a table of their jobs: who is in it, what its cells say, text and Markdown. Pure."""

from __future__ import annotations

import json
import re
import time
import typing as t
import unicodedata
from itertools import zip_longest

from ..module_utils._cloud.text import escaped
from ..module_utils._jobs.selection import UNITS, timestamp

Job = t.Mapping[str, t.Any]  # an entry of `jobs`: of a report, or as a reader returns it
Rows = t.Sequence[t.Sequence[str]]  # the first one holds the names of the columns

COLUMNS = ("id", "name", "outcome", "action", "status", "message")
MORE_COLUMNS = ("age", "has_savepoint", "job_type", "queue")  # of which a table may have nothing to say
# What the services call them, and our own report. (The rooms that know the services need more than a filter should.)
NAMES = {
    "id": ("id", "job_id"),
    "name": ("name", "job_name"),
    "status": ("status", "state", "job_state"),
    "message": ("msg", "status_desc"),
    "queue": ("queue_name", "queue"),
    "age": ("create_time", "submitted_time", "start_time"),
}
FAILED, CHANGED, WOULD_CHANGE, UNCHANGED = "FAILED", "changed", "would change", "unchanged"
OUTCOMES = (FAILED, CHANGED, WOULD_CHANGE, UNCHANGED)
LEAST = 10  # columns of a terminal that a cell keeps where a table is too wide
NO_JOBS = "No jobs"
ACCEPTED = (
    "the result of a module of this collection, with its jobs, a list of such results, "
    "what a task with a loop has registered, or a list of jobs"
)


def jobs_in(value: t.Any) -> list[Job]:
    """Every job, wherever it is in ``value``. A task that failed as a whole is one more entry. Raises TypeError."""
    if isinstance(value, t.Mapping):
        return _jobs_of(value)
    if isinstance(value, (str, bytes)) or not isinstance(value, t.Iterable):
        raise TypeError(f"takes {ACCEPTED}, not {_kind(value)}")
    return [job for one in value for job in jobs_in(one)]


def _jobs_of(result: t.Mapping[str, t.Any]) -> list[Job]:
    """The jobs in the result of a task or of a loop; or the value itself, if it is a job."""
    for key in ("results", "jobs"):
        if key in result:
            jobs = jobs_in(result[key])
            return jobs + _failure(result, jobs)
    if is_job(result):
        return [result]
    if result.get("skipped"):
        return []
    failure = _failure(result, [])
    if failure:
        return failure
    raise TypeError(f"takes {ACCEPTED}, not a dictionary without jobs")


def _failure(result: t.Mapping[str, t.Any], jobs: t.Sequence[Job]) -> list[Job]:
    """An entry for a task that failed as a whole: no job tells of a refused login or a malformed option."""
    failed = result.get("failed") or result.get("unreachable")
    if result.get("error") or (failed and not jobs):
        return [{"changed": False, "failed": True, "msg": result.get("msg", "")}]
    return []


def _kind(value: t.Any) -> str:
    names = {str: "a string", bool: "a boolean", int: "a number", float: "a number", type(None): "nothing (null)"}
    return next((name for kind, name in names.items() if isinstance(value, kind)), type(value).__name__)


def jobs_of_attempts(attempts: t.Iterable[t.Mapping[str, t.Any]], last: t.Mapping[str, t.Any]) -> list[Job]:
    """Of a task that was tried again: each job as it is after the last attempt, with what all attempts have done to it."""
    known: dict[t.Any, Job] = {}
    earlier = [job for one in attempts for job in one.get("jobs", ())]
    for job in [*earlier, *jobs_in(last)]:
        key = job.get("id")
        known[key] = _later(known[key], job) if key in known else job
    return list(known.values())


def _later(earlier: Job, job: Job) -> Job:
    return {
        **job,
        "changed": job["changed"] or earlier["changed"],
        "status_before": earlier["status_before"] or job["status_before"],
        "action": earlier["action"] if job["action"] == "none" else job["action"],
    }


def is_job(entry: Job) -> bool:
    """False for an entry that stands for a whole task."""
    return "id" in entry or "job_id" in entry


def outcome(job: Job) -> str:
    """One of OUTCOMES; empty for a job that was only read, or of which nothing is left that tells it."""
    if job.get("failed"):
        return FAILED
    if not {"failed", "changed"} <= job.keys():
        return ""
    return UNCHANGED if not job["changed"] else WOULD_CHANGE if job.get("check_mode") else CHANGED


def _name(job: Job) -> t.Any:
    if is_job(job):
        found = _named("name", job)
        beside = (job.get(key) for key in ("job_type", "queue_name"))
        return found if found is not None else " on ".join(str(one) for one in beside if one)
    return f"(whole task: {job['task']})" if "task" in job else "(whole task)"


def _action(job: Job) -> t.Any:
    action = job.get("action")
    return f"would {action}" if job.get("check_mode") and action not in (None, "none") else action


def _status(job: Job) -> t.Any:
    """Before and after. Null is a job that is gone now, or one that was unknown from the start."""
    if not {"status_before", "status"} <= job.keys():
        return _named("status", job)
    before, after = job["status_before"], job["status"]
    if before == after:
        return "unknown" if after is None else after
    return f"{before or 'unknown'} -> {after or 'gone'}"


def _age(job: Job) -> str | None:
    """In the largest unit that does not make it 0, and counted from the same time as older_than."""
    now = time.time()
    made = timestamp(_named("age", job), now)
    if made is None:
        return None
    unit = next(unit for unit in "dhms" if unit == "s" or now - made >= UNITS[unit])
    return f"{int(now - made) // UNITS[unit]}{unit}"


def _named(column: str, job: Job) -> t.Any:
    return next((job[name] for name in NAMES.get(column, (column,)) if name in job), None)


TOLD = {"name": _name, "outcome": outcome, "action": _action, "status": _status, "age": _age}


def cell(job: Job, column: str) -> str:
    """What a column says of a job: one of COLUMNS or MORE_COLUMNS, or any field that the job has."""
    value = TOLD[column](job) if column in TOLD else _named(column, job)
    if value is None:
        return ""
    return clean(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str))


def clean(text: str) -> str:
    """On one line. Control characters are spelt out, so that no terminal obeys them."""
    return escaped("".join(" " if char.isspace() else char for char in text), longest=None)


def rows(jobs: t.Sequence[Job], columns: t.Sequence[str] = COLUMNS, empty: bool = False) -> Rows:
    """A column without a single entry is left out, unless ``empty``."""
    table = [list(columns), *([cell(job, column) for column in columns] for job in jobs)]
    kept = [number for number in range(len(columns)) if empty or any(line[number] for line in table[1:])]
    return [[line[number] for number in kept] for line in table]


def sums(jobs: t.Sequence[Job]) -> str:
    """``3 entries: 1 FAILED, 2 changed``. A job has as many entries as there were tasks for it."""
    found = [outcome(job) for job in jobs]
    counts = ", ".join(f"{found.count(one)} {one}" for one in OUTCOMES if one in found)
    return f"{counted(len(jobs), 'entry', 'entries')}: {counts}" if jobs else NO_JOBS


def counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def text(table: Rows) -> list[str]:
    """Lines with aligned columns, whatever the width of a character."""
    lines = _headed(table)
    widths = _widths(lines)
    return ["  ".join(map(_padded, line, widths)).rstrip() for line in lines]


def _headed(table: Rows) -> Rows:
    """The table with the names of its columns as a terminal shows them."""
    return [[name.upper() for name in table[0]], *table[1:]]


def _widths(lines: Rows) -> list[int]:
    return [max(map(width, column)) for column in zip(*lines)]


def fitted(jobs: t.Sequence[Job], columns: t.Sequence[str], most: int, empty: bool = False) -> list[tuple[Job, str]]:
    """Lines of at most ``most`` columns of a terminal, each with its job; the first one, with an empty job, names the columns.

    A message is below its job. Where a table is too wide, it goes without the actions, which the outcomes and statuses tell
    mostly, and its cells take several lines. An ID is never cut: it is there to be copied.
    """
    table = _short(jobs, [column for column in columns if column != "message"], most, empty)
    widths = _narrowed(table, most)
    lines: list[tuple[Job, str]] = []
    for job, cells in zip([{}, *jobs], _headed(table)):
        lines += [(job, line) for line in _cells(cells, widths)]
        if "message" in columns:
            lines += [(job, f"  {line}") for line in wrapped(cell(job, "message"), most - 2)]
    return lines


def _short(jobs: t.Sequence[Job], columns: t.Sequence[str], most: int, empty: bool) -> Rows:
    """With the actions only if there is room for them, or if an ``empty`` column would be shown, too."""
    table = rows(jobs, columns, empty)
    if empty or max(map(width, text(table))) <= most:
        return table
    return rows(jobs, [column for column in columns if column != "action"])


def _narrowed(table: Rows, most: int) -> list[int]:
    """The widths of columns that fit into ``most``, or nearly: the widest gives way each time, but not the ID."""
    widths = _widths(_headed(table))
    yielding = [number for number, name in enumerate(table[0]) if name != "id"]
    while sum(widths) + 2 * (len(widths) - 1) > most:
        size, number = max(((widths[number], number) for number in yielding), default=(0, 0))
        if size <= LEAST:
            break
        widths[number] -= 1
    return widths


def _cells(cells: t.Sequence[str], widths: t.Sequence[int]) -> list[str]:
    """The lines of one job: text in columns of these widths."""
    parts = zip_longest(*map(wrapped, cells, widths), fillvalue="")
    return ["  ".join(map(_padded, line, widths)).rstrip() for line in parts] or [""]


def wrapped(text: str, most: int) -> list[str]:
    """In lines of ``most`` columns of a terminal: between words, or within one that is longer than a line."""
    if width(text) <= most:
        return [text] if text else []
    lines: list[str] = []
    for word in text.split():
        if lines and width(lines[-1]) + 1 + width(word) <= most:
            lines[-1] += f" {word}"
            continue
        lines.append("")
        for char in word:
            if lines[-1] and width(lines[-1] + char) > most:
                lines.append("")
            lines[-1] += char
    return lines


def _padded(text: str, most: int) -> str:
    return text + " " * (most - width(text))


def width(text: str) -> int:
    """The width of a text in columns of a terminal."""
    if text.isascii():  # as most are
        return len(text)
    return sum(
        0 if unicodedata.category(char) in ("Mn", "Me") else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def markdown(table: Rows) -> list[str]:
    head, *body = [[in_markdown(one) for one in line] for line in table]
    return [f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *body)]


# An underscore within a word means nothing in Markdown, so job_running stays readable
MEANING = re.compile(r"[\\`*\[\]<&|~]|(?<![^\W_])_|_(?![^\W_])")


def in_markdown(text: str) -> str:
    """Text in which no character means anything to Markdown."""
    return MEANING.sub(r"\\\g<0>", text)
