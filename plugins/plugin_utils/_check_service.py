# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""A check of the assumptions against a service: one login, a few reads in no hurry, and never a write."""

from __future__ import annotations

import copy
import json
import os
import time
import typing as t
from dataclasses import dataclass, field, fields

from ..module_utils._cloud.auth import Project
from ..module_utils._cloud.client import HEADERS, Client
from ..module_utils._cloud.connection import Connection, read_connection
from ..module_utils._cloud.context import Context
from ..module_utils._cloud.errors import ApiError, Fatal, Interrupted, OptionError
from ..module_utils._cloud.options import Spec, connection_options
from ..module_utils._cloud.transport import PATIENCE, Reply
from ..module_utils._services.dli import DLI
from ..module_utils._services.mrs_jobs import MRS
from ._assumptions import ASSUMPTIONS
from ._check_service_probes import PROBES, Answers
from ._check_service_transcript import Call, transcript
from ._job_table import Rows, markdown, text

SPEC: Spec = {**connection_options(), "folder": {"type": "path"}}
MOST = 60  # requests, the login among them
PAUSE = 0.2  # seconds from one request to the next
COLUMNS = ("id", "source", "about", "expected", "seen", "verdict")
AS_ASSUMED, DIFFERS, NOT_SEEN = "as assumed", "differs", "not seen"
FILES = ("check_service.md", "check_service.json", "check_service_transcript.json")


@dataclass
class Sparing(Context):
    """Counts requests, makes a pause before each, and keeps all answers, each with the query of its request."""

    sent: int = 0
    query: t.Any = None
    calls: list[Call] = field(default_factory=list)

    def go_on(self) -> None:
        super().go_on()
        self.sent += 1
        if self.sent >= MOST:
            raise Fatal("", f"not sent, as {MOST} requests are enough for a check")
        time.sleep(PAUSE)

    def repeated(self, text: str) -> None:
        super().repeated(text)
        self.go_on()

    def answered(self, reply: Reply) -> None:
        self.calls.append((self.query, reply))


class Looker(Client):
    """Answers as they are, whatever they say. A login that has ended is not renewed."""

    _context: Sparing

    def at(self, base: str) -> Looker:
        """The same login and connections, for another service."""
        other = copy.copy(self)
        other._base = base
        return other

    def located(self, connection: Connection, service: str) -> str:
        return connection.endpoint or self._located(connection, service)

    def look(self, path: str, query: t.Any = None, headers: t.Mapping[str, t.Any] | None = None) -> Reply | None:
        """None where there is no answer, and where there were enough requests."""
        headers = {name: value for name, value in {**HEADERS, **(headers or {})}.items() if value is not None}
        try:
            self._context.go_on()
            self._context.query = query
            return self._http.send("GET", self._base + path, headers, query, auth=self._session.login.auth)
        except ApiError:
            return None


def check(options: t.Mapping[str, t.Any], context: Context) -> dict[str, t.Any]:
    """The result of the task: ``lines``, one for each assumption that a read can test, ``table`` and ``counts``."""
    try:
        return {**_check(options, context), **context.notes()}
    except KeyboardInterrupt:
        raise Interrupted("nothing was changed", {"changed": False, "failed": True}) from None
    except Exception as error:  # as in the modules: never a traceback
        fault = context.fault(error)
        return {"changed": False, "failed": True, "msg": str(fault), "error": fault.error, **context.notes()}


CORE = check


def _check(options: t.Mapping[str, t.Any], context: Context) -> dict[str, t.Any]:
    folder = options["folder"]
    if folder and not os.path.isdir(folder):
        raise OptionError(f"folder: there is no folder {folder!r}")
    sparing = Sparing(**{one.name: getattr(context, one.name) for one in fields(Context)})
    lines = [_line(one, seen) for one, seen in _seen(options, sparing)]
    table = [COLUMNS, *([line[name] for name in COLUMNS] for line in lines)]
    counts = {verdict: sum(line["verdict"] == verdict for line in lines) for verdict in (AS_ASSUMED, DIFFERS, NOT_SEEN)}
    msg = ", ".join(f"{number} {verdict}" for verdict, number in counts.items())
    calls, replaced = transcript(sparing.calls)
    files = _written(folder, table, lines, calls) if folder and not context.check_mode else []
    told = {"table": text(table), "counts": counts, "files": files, "replaced": replaced if files else {}}
    return {"changed": bool(files), "msg": msg, "total": len(lines), "lines": lines, **told}


def _seen(options: t.Mapping[str, t.Any], context: Sparing) -> list[tuple[t.Mapping[str, t.Any], str | None]]:
    connections = {api.name: read_connection(options, context.environ, api.name) for api in (DLI, MRS)}
    for connection in connections.values():
        context.add_secrets(connection.secrets)
    first = Looker(connections["dli"], DLI, context, time.monotonic() + PATIENCE)
    services = {"dli": first, "mrs": first.at(first.located(connections["mrs"], "mrs"))}
    if connections["dli"].iam:
        services["iam"] = first.at(connections["dli"].iam)

    def look(service: str, *request: t.Any) -> Reply | None:
        return services[service].look(*request) if service in services else None

    project = first.project or Project()
    found = Answers(look, str(project.id), project.name, context.calls)
    return [(one, PROBES[one["read"]](found)) for one in ASSUMPTIONS if "read" in one]


def _line(assumption: t.Mapping[str, t.Any], seen: str | None) -> dict[str, str]:
    verdict = NOT_SEEN if seen is None else AS_ASSUMED if seen == assumption["expected"] else DIFFERS
    return {**{name: assumption[name] for name in COLUMNS[:4]}, "seen": seen or "", "verdict": verdict}


def _written(folder: str, table: Rows, *told: t.Any) -> list[str]:
    """All files, by their paths."""
    contents = ("\n".join(markdown(table)), *(json.dumps(one, indent=2) for one in told))
    paths = [os.path.join(folder, name) for name in FILES]
    for path, content in zip(paths, contents):
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(f"{content}\n")
    return paths
