# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Which jobs: an id list or filters, checked before the first request; and the fields of a job that tell whether it is meant. Pure."""

from __future__ import annotations

import re
import typing as t
import unicodedata

from .._cloud.errors import OptionError
from .._cloud.text import LONGEST_SHOWN, escaped

Options = t.Mapping[str, t.Any]  # of a task
Job = dict[str, t.Any]  # a job as the service describes it
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
BLANKS = "\t \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
CONTROL = ("Cc", "Cf", "Cs", "Zl", "Zp")  # Unicode: control, format (no width), half a surrogate pair, line breaks
EARLIEST = 1_420_070_400_000  # 2015 in ms since 1970: before any job of these services
NOT = "not_"  # begins the name of a filter that takes jobs out again
NOT_NAME = f"{NOT}name"
QUOTES = {*"'\"`", *"\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb"}
IN_ITS_PLACE = "; separate patterns by commas, and if a name has it, write ? in its place"
# Of other languages: a set of words in a shell, another separator, SQL, regular expressions, what begins a comment, a file or an
# assignment, or takes out again
FOREIGN = (*"{};|%=^$\\", " #", " !", " ~", " .*", " /", " @", " re:", " regex:", " regexp:")


class Fields(t.NamedTuple):
    """Where a service keeps what every job has; ``filters`` says which field a filter key looks at.

    ``name`` is empty where jobs have none.
    """

    parse_id: t.Callable[[str], t.Any]
    id: str
    name: str
    status: str
    reason: str
    filters: t.Mapping[str, str]
    by_service: t.Collection[str]  # the filters that the service applies itself
    parts: t.Collection[str] = ()  # the filters that a part of a text satisfies, in any case of its letters
    # The filters whose field is left out by the service where a job has no such thing
    none_if_missing: t.Collection[str] = ()
    synonyms: t.Mapping[str, str] = {}  # words that mean another one, in lower case
    beside: t.Collection[str] = ()  # fields that a report shows instead of a name, where jobs have none
    decisive: t.Collection[str] = ()  # fields that Notes look at, or that a list is sorted by
    kept: t.Collection[str] | None = None  # the fields that are kept of what is read; None: all

    def word(self, text: str) -> str:
        """A word of the service as it is compared with another one."""
        return self.synonyms.get(text.lower(), text.lower())

    def keeping(self, filters: t.Iterable[str]) -> Fields:
        """The same for a task that changes jobs: there may be very many, so it keeps no more of each than it looks at."""
        common = (self.id, self.name, self.status, self.reason, *self.beside, *self.decisive)
        looked_at = (*common, *(self.filters[key] for key in filters))
        return self._replace(kept=tuple(dict.fromkeys(filter(None, looked_at))))

    def cut(self, job: Job) -> Job:
        """What is kept of a job, a copy."""
        return dict(job) if self.kept is None else {field: job[field] for field in self.kept if field in job}

    def id_of(self, job: Job) -> t.Any:
        """The id of a job as it is compared with those of a task. Raises KeyError, TypeError or ValueError."""
        found = job[self.id]
        if isinstance(found, bool) or not isinstance(found, (str, int)):
            raise ValueError("no id")  # null would become the id None
        return self.parse_id(str(found))


class Selection(t.NamedTuple):
    """Either ``ids`` or ``filters``; a reader may have neither, which means all jobs."""

    ids: tuple[t.Any, ...] | None = None
    filters: t.Mapping[str, t.Any] = {}
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
    if ids is not None:
        found = (_id(option, n, text.strip(BLANKS), fields.parse_id) for n, text in enumerate(ids))
        return Selection(ids=tuple(dict.fromkeys(found)))
    if filters is not None:
        given = _filters(filters)
        return Selection(filters=given, warnings=(*_unknown_words(given, statuses), *_truths(given.get("tags", {}))))
    if "state" in options:  # a reader may read all jobs
        raise OptionError(f"{option}, filters: one of them is required to choose the jobs")
    return Selection()


def _filters(filters: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    given = {key: cleaned(f"filters.{key}", value) for key, value in filters.items() if value is not None}
    if not given:
        raise OptionError("filters: is empty and would select every job; name at least one key")
    way_out = f"; filters.{NOT_NAME} does, with a pattern without !"
    refuse_foreign_syntax("filters.name", given.get("name", ()), way_out)
    refuse_spared(f"filters.{NOT_NAME}", given.get(NOT_NAME, ()), way_out)
    if given.keys() == {NOT_NAME}:
        raise OptionError(
            f"filters.{NOT_NAME}: only takes jobs out again and chooses none; name another key beside it, such as name: ['*']"
        )
    if "older_than" in given:
        given["older_than"] = seconds(given["older_than"])
    return given


def _unknown_words(filters: t.Mapping[str, t.Any], statuses: t.Mapping[str, t.Collection[str]]) -> t.Iterator[str]:
    """A warning for each."""
    for key, words in statuses.items():
        known = {word.lower() for word in words}
        for word in filters.get(key, ()):
            if word.lower() not in known:
                yield f"filters.{key}: {word!r} is not among the known words ({', '.join(sorted(words))})"


def _truths(tags: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    """A warning for each value of which YAML has made true or false. Nobody can tell how it was written."""
    for key, value in tags.items():
        if isinstance(value, bool):
            yield f"filters.tags.{key}: is true or false, of which only the text {value} is looked for; quote it as the tag has it, such as 'yes'"


def _id(option: str, position: int, text: str, parse_id: t.Callable[[str], t.Any]) -> t.Any:
    try:
        return parse_id(text)
    except ValueError as error:
        raise OptionError(f"{option}[{position}]: {text!r} {error}") from None


def cleaned(where: str, value: t.Any) -> t.Any:
    """A value without the blanks around its texts, as lists may be given as text: ``orders, clicks``.

    Raises OptionError for an empty value, which nobody means and which would select more, and for what no name can hold.
    """
    if isinstance(value, str):
        value = plain(where, value)
    if value is None or value in ("", [], {}):
        raise OptionError(f"{where}: is empty; leave it out or give it a value")
    if isinstance(value, list):
        return [cleaned(f"{where}[{number}]", item) for number, item in enumerate(value)]
    if isinstance(value, dict):
        return {cleaned(where, str(key)): cleaned(f"{where}.{key}", item) for key, item in value.items()}
    return value


def plain(where: str, text: str) -> str:
    """A text without the blanks around it. Raises OptionError for one that cannot be a name, such as several lines."""
    found = text.strip(BLANKS)
    if any(unicodedata.category(char) in CONTROL for char in found):
        raise OptionError(f"{where}: {text[:LONGEST_SHOWN]!r} has a line break or control character in it")
    return found


def refuse_foreign_syntax(where: str, globs: t.Sequence[str], way_out: str = "") -> None:
    """Refuses patterns that mean something else elsewhere, and here other names or none.

    A leading ``!`` takes out what matches, ``[^a]`` is any character but that one, and quotes and brackets are around lists.
    """
    for number, glob in enumerate(globs):
        if glob.startswith("!"):
            raise OptionError(
                f"{where}[{number}]: {glob[:LONGEST_SHOWN]!r} begins with !, but no pattern takes jobs out again{way_out}"
            )
        if any({part[0], part[-1]} & QUOTES for part in glob.split()):
            raise OptionError(f"{where}[{number}]: {escaped(glob)} has a quote at its beginning or end; leave it out")
        if re.search(r"\[\^(?!\])", glob):
            raise OptionError(
                f"{where}[{number}]: {escaped(glob)} has [^ in it; any other character is [! in a pattern"
            )
        mark = _bracket(glob)
        if mark:
            raise OptionError(
                f"{where}[{number}]: {escaped(glob)} has {mark} in it, as the text of a list has{IN_ITS_PLACE}"
            )


def refuse_spared(where: str, globs: t.Sequence[str], way_out: str = "") -> None:
    """Refuses patterns that are to take jobs out again, and would take out others or none. A blank is as likely meant as a comma."""
    refuse_idle(where, globs, way_out)
    for number, glob in enumerate(globs):
        if len(glob.split()) > 1:
            raise OptionError(f"{where}[{number}]: {escaped(glob)} has a blank in it{IN_ITS_PLACE}")


def refuse_idle(where: str, globs: t.Sequence[str], way_out: str = "") -> None:
    """Refuses patterns that keep off no job, which nobody would notice: those of another language."""
    refuse_foreign_syntax(where, globs, way_out)
    for number, glob in enumerate(globs):
        mark = foreign(glob)
        if mark:
            raise OptionError(
                f"{where}[{number}]: {escaped(glob)} has {mark} in it, which means nothing here{IN_ITS_PLACE}"
            )


def foreign(glob: str) -> str:
    """What a pattern has in it that means something in another language. Empty if nothing; a name may have it, too."""
    return next((one.strip() for one in FOREIGN if one in f" {glob}"), "")


def _bracket(glob: str) -> str:
    """One without the other; or both around all of it, as around a list, which would match a single character. ``[[]`` is a bracket of a name."""
    if re.fullmatch(r"\[[^\]]{2,}\]", glob):
        return "["
    outside = re.sub(r"\[!?[^!][^\]]*\]", "", glob)
    return "[" if "[" in outside else "]" if outside.count("]") > glob.count("[[]") else ""


def seconds(text: str) -> int:
    """A duration such as ``90m`` in seconds. Raises OptionError."""
    match = re.fullmatch(r"([0-9]{1,9})([smhdw])", text)
    if not match or int(match[1]) == 0:
        raise OptionError(f"filters.older_than: {text!r} is not one positive number and one of s m h d w, as in 12h")
    return int(match[1]) * UNITS[match[2]]


def query_of(filters: t.Mapping[str, t.Any], fields: Fields, key: str, words: t.Collection[str]) -> dict[str, t.Any]:
    """The query for the filters that a service applies itself. ``key``: its filter by status, which takes a single known word."""
    query = {name: filters[name] for name in fields.by_service if name in filters}
    wanted = [word.lower() for word in filters.get(key, ())]
    if len(wanted) == 1 and wanted[0] in words:
        query[key] = wanted[0]
    return query


def timestamp(found: t.Any, now: float) -> float | None:
    """A time stamp of a service, in ms, as seconds since 1970. None for one that no job can have.

    Pages of the provider disagree on the unit. A time in seconds, read as ms, would be in 1970, and any job would be old.
    """
    if isinstance(found, str) and found.isascii() and found.isdecimal() and len(found) < 20:
        found = int(found)
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        return None
    return found / 1000 if EARLIEST <= found <= now * 1000 else None


def tags_of(found: t.Any) -> dict[str, str]:
    """Tags of a job or cluster. Null is an empty value."""
    return {key: "" if value is None else str(value) for key, value in tag_pairs(found)}


def tag_pairs(found: t.Any) -> t.Iterable[t.Any]:
    """Key and value of each: in an object, a list of {key, value}, or text such as k=v,k2=v2."""
    if isinstance(found, str):
        return [pair.partition("=")[::2] for pair in found.split(",") if pair]
    if isinstance(found, dict):
        return found.items()
    return [(tag["key"], tag.get("value")) for tag in found or () if isinstance(tag, dict) and "key" in tag]
