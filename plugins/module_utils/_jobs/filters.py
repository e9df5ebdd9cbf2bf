# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Which of the jobs that were read pass the filters, and if none does, what came closest. Pure."""

from __future__ import annotations

import re
import typing as t
from collections import Counter
from dataclasses import dataclass
from fnmatch import fnmatchcase

from .._cloud.errors import OptionError
from .._cloud.text import escaped
from .names import match, protecting
from .selection import NOT, NOT_NAME, UNITS, Fields, Job, foreign, tags_of, timestamp

Jobs = t.Mapping[t.Any, Job]  # by id
MOST_SHOWN = 5  # names or words that a message tells of
MOST_COMPARED = 2000  # names that are looked through for similar ones


@dataclass(frozen=True, eq=False)
class Filter:
    """One key of ``filters``: the field that it looks at must have the value that is wanted."""

    key: str
    wanted: t.Any
    fields: Fields
    now: float  # in seconds since 1970

    @property
    def field(self) -> str:
        return self.fields.filters[self.key]

    def untold(self, job: Job) -> bool:
        """The job does not show the field, so nobody can say what its value is."""
        return self.field not in job and self.key not in self.fields.none_if_missing

    def passes(self, job: Job) -> bool:
        """A job that does not show the field passes only if the service itself has applied the filter."""
        return self.key in self.fields.by_service if self.untold(job) else self.fits(job.get(self.field))

    def fits(self, found: t.Any) -> bool:
        return bool(found == self.wanted)

    @staticmethod
    def tells(found: t.Any) -> bool:
        """Whether this value of the field says something."""
        return found is not None

    def none_has(self, misses: Misses) -> str:
        """What a message says where no job passes this filter alone."""
        return f"has {self.key} {_or(self.wanted)}{_in_brackets('seen', self._seen_instead(misses))}"

    def but_for(self, job: Job) -> str:
        """What a message says of a job that passes all filters but this one."""
        return f"has {self.key.removeprefix(NOT)} {self._value(job)}"

    def _value(self, job: Job) -> str:
        found = job.get(self.field)
        return "none" if found is None or found == "" else escaped(str(found))

    def _seen_instead(self, misses: Misses) -> list[str]:
        """The values of the jobs that miss no other filter; if there are none, of all jobs. The most frequent one comes first."""
        nearest = [job for job, missed in misses if missed == [self]] or [job for job, dummy in misses]
        return [word for word, dummy in Counter(map(self._value, nearest)).most_common()]


class Word(Filter):
    """One of several words, however the service spells them. Null is none of them."""

    def fits(self, found: t.Any) -> bool:
        return found is not None and self.fields.word(str(found)) in set(map(self.fields.word, self.wanted))


class OtherWord(Word):
    """``not_...``: none of these words. A job that shows none at all is left to may_be_excluded()."""

    def untold(self, job: Job) -> bool:
        return False

    def fits(self, found: t.Any) -> bool:
        return self.tells(found) and not super().fits(found)

    @staticmethod
    def tells(found: t.Any) -> bool:
        """An empty text says as little as null, and nobody knows what a number means."""
        return isinstance(found, str) and bool(found.strip())

    def none_has(self, misses: Misses) -> str:
        return f"has a {self.field} other than {_or(self.wanted)}"


class Part(Filter):
    """A part of a text. Such a text may be too long to be quoted in a message."""

    def fits(self, found: t.Any) -> bool:
        return found is not None and self.wanted.lower() in str(found).lower()

    def none_has(self, misses: Misses) -> str:
        return f"has {_or(self.wanted)} in its {self.field}"

    def but_for(self, job: Job) -> str:
        return f"has another {self.field}"


class Name(Filter):
    """One of several patterns. A job without a name matches none of them."""

    def untold(self, job: Job) -> bool:
        return False

    def fits(self, found: t.Any) -> bool:
        return bool(found) and match(found, self.wanted) is not None

    def none_has(self, misses: Misses) -> str:
        names = [str(job[self.field]) for job, dummy in misses if job.get(self.field)]
        return f"is named {_or(self.wanted)}{_in_brackets('close', _close(self.wanted, names))}"


class OtherName(Name):
    """None of these patterns. A job that shows no name at all is left to may_be_excluded()."""

    def fits(self, found: t.Any) -> bool:
        return not found or protecting(found, self.wanted) is None

    def none_has(self, misses: Misses) -> str:
        return f"has a name other than {_or(self.wanted)}"

    def but_for(self, job: Job) -> str:
        return f"is taken out by {self.key}"


class Age(Filter):
    """At least so many seconds old. A job without a usable time never is."""

    def untold(self, job: Job) -> bool:
        return False

    def fits(self, found: t.Any) -> bool:
        made = timestamp(found, self.now)
        return made is not None and made <= self.now - self.wanted

    def none_has(self, misses: Misses) -> str:
        return f"is older than {_duration(self.wanted)}"

    def but_for(self, job: Job) -> str:
        return "is not old enough"


class Tags(Filter):
    """All of these tags, with these values."""

    def untold(self, job: Job) -> bool:
        return job.get(self.field) is None and self.key not in self.fields.none_if_missing

    def fits(self, found: t.Any) -> bool:
        tags = tags_of(found)
        return all(tags.get(tag) == str(value) for tag, value in self.wanted.items())

    def none_has(self, misses: Misses) -> str:
        return f"has the tags {', '.join(f'{tag}={value}' for tag, value in self.wanted.items())}"

    def but_for(self, job: Job) -> str:
        return "has other tags"


Misses = t.Sequence[tuple[Job, list[Filter]]]  # jobs, each with the filters that it does not pass
OF_ALL_SERVICES: t.Mapping[str, type[Filter]] = {"name": Name, NOT_NAME: OtherName, "older_than": Age, "tags": Tags}


def _filters(filters: t.Mapping[str, t.Any], fields: Fields, now: float) -> list[Filter]:
    return [_kind(key, wanted, fields)(key, wanted, fields, now) for key, wanted in filters.items()]


def _kind(key: str, wanted: t.Any, fields: Fields) -> type[Filter]:
    if key in OF_ALL_SERVICES:
        return OF_ALL_SERVICES[key]
    if key.startswith(NOT):
        return OtherWord
    if key in fields.parts:
        return Part
    return Word if isinstance(wanted, list) else Filter


def matching(
    jobs: Jobs, filters: t.Mapping[str, t.Any], fields: Fields, now: float
) -> tuple[dict[t.Any, Job], list[str]]:
    """The jobs that pass all filters, and the filters that could not be checked, as some jobs do not show the field.

    ``now`` in seconds since 1970. Raises OptionError for a filter that neither the service nor anybody here can apply.
    """
    asked = _filters(filters, fields, now)
    for one in asked:
        if jobs and one.key not in fields.by_service and all(map(one.untold, jobs.values())):
            raise OptionError(f"filters.{one.key}: cannot be used here, as no job in the service's answer has it")
    found = _passing(jobs, asked)
    return found, sorted(one.key for one in asked if any(map(one.untold, found.values())))


def _passing(jobs: Jobs, asked: t.Sequence[Filter]) -> dict[t.Any, Job]:
    return {job_id: job for job_id, job in jobs.items() if all(one.passes(job) for one in asked)}


def may_be_excluded(jobs: Jobs, filters: t.Mapping[str, t.Any], fields: Fields, now: float) -> dict[t.Any, str]:
    """Jobs that pass all other filters, but do not show the field of a ``not_`` filter: id → that field."""
    found: dict[t.Any, str] = {}
    asked = _filters(filters, fields, now)
    for one in asked:
        if one.key.startswith(NOT):
            silent = {job_id: job for job_id, job in jobs.items() if not one.tells(job.get(one.field))}
            others = [other for other in asked if other is not one]
            found.update(dict.fromkeys(_passing(silent, others), one.field))
    return found


def unknown_statuses(
    jobs: Jobs, filters: t.Mapping[str, t.Any], fields: Fields, known: t.Container[str], now: float
) -> list[str]:
    """A warning if only their status keeps jobs from being chosen, and nobody knows what it means. ``known``: in lower case."""
    odd = [job for job in jobs.values() if job[fields.status].lower() not in known]
    left = {
        f"{fields.id_of(job)} {job[fields.status]}": missed[0].key
        for job, missed in _misses(odd, _filters(filters, fields, now))
        if [one.field for one in missed] == [fields.status]
    }
    said = "jobs are left alone whose status is not known here, so they may run"
    return [f"filters.{key}: {said}{_in_brackets('seen', [*left])}" for key in {*left.values()}]


def unknown_ages(filters: t.Mapping[str, t.Any], wrong_clock: str) -> list[str]:
    """A warning if filters ask how old a job is and nobody can tell. ``wrong_clock``: what is wrong with that of this host."""
    told = f"filters.older_than: {wrong_clock}, so the age of a job is unknown; set the clock"
    return [told] if wrong_clock and "older_than" in filters else []


def idle_filters(jobs: Jobs, filters: t.Mapping[str, t.Any], fields: Fields) -> list[str]:
    """A warning for each pattern that chooses no job, and would choose some elsewhere: in another language, or where patterns are taken."""
    return [
        f"filters.name[{number}]: none of the jobs found is named {escaped(glob)}, and {foreign(glob)} means nothing here; separate patterns by commas"
        for number, glob in enumerate(filters.get("name", ()))
        if foreign(glob) and _none_passes(jobs, {"name": [glob]}, fields)
    ] + [
        f"filters.{key}: none of the jobs found has {escaped(word)}, and it is no pattern and no list; give the whole word, and only one"
        for key, word in filters.items()
        if isinstance(word, str) and {*word} & {*"*?,"} and _none_passes(jobs, {key: word}, fields)
    ]


def _none_passes(jobs: Jobs, filters: t.Mapping[str, t.Any], fields: Fields) -> bool:
    (one,) = _filters(filters, fields, 0)
    return not isinstance(one, Part) and not any(map(one.passes, jobs.values()))


def why_none(
    jobs: Jobs,
    filters: t.Mapping[str, t.Any],
    fields: Fields,
    query: t.Mapping[str, t.Any],
    now: float,
    warnings: t.Sequence[str] = (),
) -> str:
    """Why the filters select none of the jobs that were read, and what came closest. ``query``: what the list was asked for.

    ``warnings``: of the list, which may have jobs that it does not show.
    """
    if not jobs:
        return _none_listed(query, warnings)
    said = f"{len(jobs)} job{'' if len(jobs) == 1 else 's'} read, none "
    asked = _filters(filters, fields, now)
    misses = _misses(jobs.values(), asked)
    alone = _missed_by_all(asked, misses)
    if alone:
        return said + alone.none_has(misses)
    given = ", ".join(one.key for one in asked if not isinstance(one, OtherWord))  # that no user gives
    return f"{said}matches all of {given}{_nearly_chosen(misses, fields)}"


def _misses(jobs: t.Iterable[Job], asked: t.Sequence[Filter]) -> Misses:
    return [(job, [one for one in asked if not one.passes(job)]) for job in jobs]


def _missed_by_all(asked: t.Sequence[Filter], misses: Misses) -> Filter | None:
    return next((one for one in asked if all(one in missed for dummy, missed in misses)), None)


def _none_listed(query: t.Mapping[str, t.Any], warnings: t.Sequence[str]) -> str:
    asked_for = ", ".join(f"{key} {escaped(str(value))}" for key, value in query.items())
    such = f" with {asked_for}" if asked_for else ""
    return f"none is shown{such}; {'; '.join(warnings)}" if warnings else f"there are none{such}"


def _nearly_chosen(misses: Misses, fields: Fields) -> str:
    """The jobs that pass all filters but one. Of names, only those that are alike are told."""
    near = [(job, missed[0]) for job, missed in misses if len(missed) == 1 and missed[0].key != "name"]
    texts = [f"{escaped(str(job.get(fields.name) or job.get(fields.id)))} {one.but_for(job)}" for job, one in near]
    return _in_brackets("close", texts)


def _close(globs: t.Sequence[str], names: t.Sequence[str]) -> list[str]:
    """The names that a pattern was likely meant for: they differ in upper and lower case, or are similar."""
    from difflib import get_close_matches  # only where something is amiss, as imports cost time

    names = sorted(set(names))[:MOST_COMPARED]
    found = [name for name in names if any(fnmatchcase(name.lower(), glob.lower()) for glob in globs)]
    for glob in globs:
        alike = get_close_matches(re.sub(r"[*?\[\]]", "", glob).lower(), [name.lower() for name in names], MOST_SHOWN)
        found += [name for name in names if name.lower() in alike]
    return list(dict.fromkeys(found))


def _in_brackets(what: str, texts: t.Sequence[str]) -> str:
    more = ", …" if len(texts) > MOST_SHOWN else ""
    return f" ({what}: {', '.join(map(escaped, texts[:MOST_SHOWN]))}{more})" if texts else ""


def _or(wanted: t.Any) -> str:
    return " or ".join(map(escaped, wanted)) if isinstance(wanted, list) else escaped(str(wanted))


def _duration(seconds: int) -> str:
    unit = max((unit for unit, size in UNITS.items() if seconds % size == 0), key=UNITS.__getitem__)
    return f"{seconds // UNITS[unit]}{unit}"
