# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers as they are in a transcript, for the calls that are in it: what check_service writes, or a file of tests/transcripts."""

from __future__ import annotations

import re
import threading
import typing as t

from .settings import SettingError
from .wire import Reply, Request

VERSION = re.compile(r"v[12](\.\d)?")  # what comes after it in a path is a project
STANDIN = re.compile(r"text-\d+|00000000-0000-4000-8000-\d{12}")
NO_JSON = re.compile(r"(\d{1,7}) bytes that are no JSON")
LOGINS = "/v3"  # POST here: they are worth nothing without the token or the key, which no transcript has
SHAPE = {
    "method": (str, True),
    "path": (str, True),
    "status": (int, True),
    "query": (dict, False),
    "headers": (list, False),
    "throttling": (dict, False),
}


class Call(t.NamedTuple):
    """What is asked: the parts of the path, and the query as text. ``method``: "another" is any but GET and POST."""

    method: str
    path: tuple[str, ...]
    query: frozenset[tuple[str, str]]


class Replay:
    """The answers to each call in their order, and the last one from then on.

    The project of the transcript is the ``project`` of the emulator, so all else can be asked beside it. A stand-in that is in
    no answer, such as the ID of a job that does not exist, stands for all that is in none.
    """

    def __init__(self, transcript: t.Any, project: dict) -> None:
        calls = _checked(transcript)
        try:
            names = _names(calls, project)
            entries = [_renamed(entry, names) for entry in calls]
        except RecursionError:
            raise SettingError("the transcript is nested too deeply") from None
        self._told = {str(leaf) for entry in entries for leaf in _leaves(entry.get("body"))} | {project["id"]}
        self._answers: dict[Call, list[dict]] = {}
        for entry in entries:
            if not (entry["method"] == "POST" and entry["path"].startswith(LOGINS) and entry["status"] < 300):
                self._answers.setdefault(_call(entry), []).append(entry)
        self._lock = threading.Lock()
        self.rewind()

    def rewind(self) -> None:
        self._given = dict.fromkeys(self._answers, 0)

    def answer(self, request: Request) -> Reply | None:
        """None for a call that is not in the transcript."""
        if not self._answers:  # the usual case costs nothing
            return None
        method, path = request.method, request.path
        asked = _call({"method": method, "path": path, "query": dict(request.pairs())})
        call = asked if asked in self._answers else next((one for one in self._answers if self._fits(one, asked)), None)
        if call is None:
            return None
        with self._lock:
            number = self._given[call]
            self._given[call] += 1
        answers = self._answers[call]
        return _reply(answers[min(number, len(answers) - 1)], request)

    def _fits(self, call: Call, asked: Call) -> bool:
        method = call.method == asked.method or (call.method == "another" and asked.method not in ("GET", "POST"))
        query, wanted = dict(call.query), dict(asked.query)
        if not method or len(call.path) != len(asked.path) or query.keys() != wanted.keys():
            return False
        pairs = [*((query[key], wanted[key], STANDIN.fullmatch(query[key])) for key in query)]
        pairs += [(ours, theirs, _may_stand_in(ours, theirs)) for ours, theirs in zip(call.path, asked.path)]
        return all(ours == theirs or (free and not {ours, theirs} & self._told) for ours, theirs, free in pairs)


def _may_stand_in(ours: str, theirs: str) -> bool:
    return bool(STANDIN.fullmatch(ours)) or (ours.isdecimal() and theirs.isdecimal())


def _checked(transcript: t.Any) -> list[dict]:
    """The calls; SettingError if it is no transcript."""
    calls = transcript.get("calls") if isinstance(transcript, dict) else transcript
    if not isinstance(calls, list):
        raise SettingError("a transcript is a list of calls, or an object with calls")
    for number, entry in enumerate(calls, 1):
        for name, (kind, needed) in SHAPE.items():
            value = entry.get(name) if isinstance(entry, dict) else None
            if (needed or value is not None) and (not isinstance(value, kind) or isinstance(value, bool)):
                raise SettingError(f"call {number} of the transcript: {name} must be {_word(kind)}")
        if not 100 <= entry["status"] <= 599:
            raise SettingError(f"call {number} of the transcript: {entry['status']} is no status")
    return calls


def _word(kind: type) -> str:
    return {str: "text", int: "a number", dict: "an object", list: "a list"}[kind]


def _call(entry: dict) -> Call:
    query = frozenset((str(name), str(value)) for name, value in (entry.get("query") or {}).items())
    return Call(entry["method"], tuple(entry["path"].strip("/").split("/")), query)


def _names(calls: list[dict], project: dict) -> dict[str, str]:
    """What the project of the transcript is called in it: its ID, which is in the path of a service, and its name."""
    paths = [entry["path"].strip("/").split("/") for entry in calls]
    ids = [path[1] for path in paths if len(path) > 2 and VERSION.fullmatch(path[0])][:1]
    objects = [value for entry in calls for value in _objects(entry.get("body"))]
    names = [one["name"] for one in objects if one.get("id") in ids and isinstance(one.get("name"), str)][:1]
    return {**dict.fromkeys(names, project["name"]), **dict.fromkeys(ids, project["id"])}


def _renamed(value: t.Any, names: dict[str, str]) -> t.Any:
    """Also as parts of a path."""
    if isinstance(value, dict):
        return {key: _renamed(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [_renamed(one, names) for one in value]
    return "/".join(names.get(part, part) for part in value.split("/")) if isinstance(value, str) else value


def _leaves(value: t.Any) -> t.Iterator[t.Any]:
    if isinstance(value, (dict, list)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _leaves(one)
    else:
        yield value


def _objects(value: t.Any) -> t.Iterator[dict]:
    if isinstance(value, dict):
        yield value
    if isinstance(value, (dict, list)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _objects(one)


def _reply(entry: dict, request: Request) -> Reply:
    """Of most headers a transcript has only the names; those that matter get a value. Without any it is not known what there was."""
    body = entry.get("body")
    no_json = isinstance(body, str) and NO_JSON.fullmatch(body)
    values = {"X-Request-Id": request.id, "X-IAM-Trace-Id": f"token_global_null_{request.id}", "Retry-After": "1"}
    told = entry.get("headers")
    names = {str(name).lower() for name in (["X-Request-Id"] if told is None else told)}
    headers = {name: value for name, value in values.items() if name.lower() in names}
    told_too = {str(name).title(): str(value) for name, value in (entry.get("throttling") or {}).items()}
    headers.update((name, value) for name, value in told_too.items() if f"{name}{value}".isprintable())
    reply = Reply(entry["status"], "<".ljust(int(no_json[1]), "-") if no_json else body, headers)
    reply.replayed = True
    return reply
