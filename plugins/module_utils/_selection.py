# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Which jobs: an id list or filters, checked before the first request and matched against what was read. Pure."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from ._errors import OptionError

Job = dict[str, t.Any]  # a job as the service describes it
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
WORD = re.compile(r"[A-Za-z0-9_-]{1,64}")
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


@dataclass(frozen=True)
class Fields:
    """Where a service keeps what every job has; ``filters`` says which field a filter key looks at."""

    parse_id: t.Callable[[str], t.Any]
    id: str
    name: str
    status: str
    reason: str
    filters: t.Mapping[str, str]
    by_service: t.Collection[str]  # the filters that the service applies itself

    def id_of(self, job: Job) -> t.Any:
        """The id of a job as it is compared with those of a task. Raises KeyError, TypeError or ValueError."""
        return self.parse_id(str(job[self.id]))


@dataclass(frozen=True)
class Selection:
    """Either ``ids`` or ``filters``; a reader may have neither, which means all jobs."""

    ids: tuple[t.Any, ...] | None = None
    filters: t.Mapping[str, t.Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def select(
    options: t.Mapping[str, t.Any],
    option: str,
    fields: Fields,
    statuses: t.Mapping[str, t.Collection[str]],
) -> Selection:
    """``option`` is the name of the id option; ``statuses`` are the words that a filter key is known to take.

    Duplicates collapse. Null counts as not given, unlike in Ansible's own checks, which would take it for a value.
    Raises OptionError, naming the option, for all else.
    """
    ids, filters = options[option], options["filters"]
    if ids is not None and filters is not None:
        raise OptionError(f"{option}, filters: only one of them can choose the jobs")
    if "state" in options and ids is None and filters is None:  # a reader may read all jobs
        raise OptionError(f"{option}, filters: one of them is required to choose the jobs")
    if ids is not None:
        return Selection(ids=tuple(dict.fromkeys(_id(option, n, text, fields.parse_id) for n, text in enumerate(ids))))
    if filters is None:
        return Selection()
    given = {key: value for key, value in filters.items() if value is not None}
    if not given:
        raise OptionError("filters: is empty and would select every job; name at least one key")
    for key, value in given.items():
        refuse_empty(f"filters.{key}", value)
    if "older_than" in given:
        given["older_than"] = seconds(given["older_than"])
    warnings = [
        f"filters.{key}: {word!r} is not among the known words ({', '.join(sorted(words))})"
        for key, words in statuses.items()
        for word in given.get(key, ())
        if word.lower() not in {known.lower() for known in words}
    ]
    return Selection(filters=given, warnings=tuple(warnings))


def _id(option: str, position: int, text: str, parse_id: t.Callable[[str], t.Any]) -> t.Any:
    try:
        return parse_id(text)
    except ValueError as error:
        raise OptionError(f"{option}[{position}]: {text!r} {error}") from None


def flink_job_id(text: str) -> int:
    """The number of a Flink job. Raises ValueError for anything but digits (``True``, ``1.0``, ``1e3``)."""
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and 0 < int(text) < 2**63):
        raise ValueError("is not the id of a Flink job: digits only, greater than 0")
    return int(text)


def batch_id(text: str) -> str:
    """The UUID of a Spark batch, in lower case. Raises ValueError."""
    if not UUID.fullmatch(text):
        raise ValueError("is not the id of a batch: a UUID is needed (the field id, not appId)")
    return text.lower()


def mrs_id(text: str) -> str:
    """The id of an MRS job or cluster. Raises ValueError."""
    if not WORD.fullmatch(text):
        raise ValueError("is not an id of MRS: 1 to 64 letters, digits, - and _ only")
    return text


def refuse_empty(where: str, value: t.Any) -> None:
    """An empty value would widen the selection, which is never meant."""
    if value is None or value in ("", [], {}):
        raise OptionError(f"{where}: is empty; leave it out or give it a value")
    for item in value if isinstance(value, list) else ():
        refuse_empty(where, item)
    for key, item in value.items() if isinstance(value, dict) else ():
        refuse_empty(f"{where}.{key}", item)


def seconds(text: str) -> int:
    """A duration such as ``90m`` in seconds. Raises OptionError."""
    match = re.fullmatch(r"([0-9]{1,9})([smhdw])", text)
    if not match or int(match[1]) == 0:
        raise OptionError(f"filters.older_than: {text!r} is not one positive number and one of s m h d w, as in 12h")
    return int(match[1]) * UNITS[match[2]]


def matching(
    jobs: t.Mapping[t.Any, Job], filters: t.Mapping[str, t.Any], fields: Fields, now: float
) -> tuple[dict[t.Any, Job], list[str]]:
    """The jobs that pass all filters, and the filters that some of them tell nothing about; ``now`` in seconds since 1970.

    Those are left to the service. Raises OptionError for one that the service does not apply and no job tells about.
    """
    for key in filters:
        if (
            key not in (*fields.by_service, "name", "older_than")
            and jobs
            and all(_untold(job, key, fields) for job in jobs.values())
        ):
            raise OptionError(f"filters.{key}: cannot be used here, as no job in the service's answer tells about it")
    found = {
        job_id: job
        for job_id, job in jobs.items()
        if all(_passes(job, key, wanted, fields, now) for key, wanted in filters.items())
    }
    return found, sorted({key for job in found.values() for key in filters if _untold(job, key, fields)})


def asked(filters: t.Mapping[str, t.Any], fields: Fields, key: str, words: t.Collection[str]) -> dict[str, t.Any]:
    """The query for the filters that a service applies; ``key``, its filter by status, takes a single known word."""
    query = {name: filters[name] for name in fields.by_service if name in filters}
    wanted = [word.lower() for word in filters.get(key, ())]
    if len(wanted) == 1 and wanted[0] in words:
        query[key] = wanted[0]
    return query


def _untold(job: Job, key: str, fields: Fields) -> bool:
    where = fields.filters[key]
    return where not in job or (key == "tags" and job[where] is None)


def _passes(job: Job, key: str, wanted: t.Any, fields: Fields, now: float) -> bool:
    where = fields.filters[key]
    found = job.get(where)
    if key == "name":
        return bool(found) and any(fnmatchcase(str(found), glob) for glob in wanted)
    if key == "older_than":
        return str(found).isdecimal() and 0 < int(str(found)) / 1000 <= now - wanted
    if _untold(job, key, fields):
        return key in fields.by_service
    if key == "tags":
        return all(tags_of(found).get(tag) == str(value) for tag, value in wanted.items())
    if isinstance(wanted, list):
        return str(found).lower() in {word.lower() for word in wanted}
    return bool(found == wanted)


def tags_of(found: t.Any) -> dict[str, str]:
    """Tags of a job or cluster: an object, a list of {key, value}, or text such as k=v,k2=v2."""
    if isinstance(found, str):
        found = dict(pair.partition("=")[::2] for pair in found.split(",") if pair)
    if isinstance(found, dict):
        return {key: str(value) for key, value in found.items()}
    return {tag["key"]: str(tag.get("value")) for tag in found or () if isinstance(tag, dict) and "key" in tag}
