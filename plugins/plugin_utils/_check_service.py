# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""A check of the assumptions against a service: one login, a few reads in no hurry, and writes to no jobs but those named as disposable."""

from __future__ import annotations

import copy
import json
import os
import time
import typing as t
from dataclasses import dataclass, field, fields, replace

from ..module_utils._cloud.answers import GATEWAY, Api
from ..module_utils._cloud.auth import Login, Project, Renewable, TokenHeader
from ..module_utils._cloud.client import HEADERS, Client
from ..module_utils._cloud.connection import Connection, read_connection
from ..module_utils._cloud.context import Context
from ..module_utils._cloud.errors import ApiError, Fatal, Interrupted, OptionError
from ..module_utils._cloud.options import Spec, connection_options
from ..module_utils._cloud.text import plain
from ..module_utils._cloud.transport import RETRY_TIMEOUT, Http, Reply
from ..module_utils._jobs.guard import patterns
from ..module_utils._jobs.service import Service
from ..module_utils._services.dli import DLI
from ..module_utils._services.mrs import MRS
from ..module_utils._services.registry import JOB_TYPES
from ._assumptions import ASSUMPTIONS
from ._check_service_named import OPTIONS, lines_of, named
from ._check_service_probes import PROBES, Answers
from ._check_service_transcript import transcript
from ._check_service_writes import RecordingContext, Writes
from ._files import write
from ._job_table import Rows, markdown, text

SPEC: Spec = {**connection_options(), "folder": {"type": "path"}, **OPTIONS}
MOST, MOST_WITH_WRITES = 60, 200  # requests, the login among them
PAUSE = 0.2  # seconds from one request to the next
COLUMNS = ("id", "source", "about", "expected", "seen", "verdict")
AS_ASSUMED, DIFFERS, NOT_SEEN = "as assumed", "differs", "not seen"
FILES = ("check_service.md", "check_service.json", "check_service_transcript.json")


@dataclass
class PacedContext(RecordingContext):
    """Counts requests, makes a pause before each, and keeps all answers."""

    sent: int = 0
    most: int = MOST
    warnings: list[str] = field(default_factory=list)

    def go_on(self) -> None:
        super().go_on()
        self.sent += 1
        if self.sent >= self.most:
            raise Fatal("", f"not sent, as {self.most} requests are enough for a check")
        time.sleep(PAUSE)

    def repeated(self, text: str) -> None:
        super().repeated(text)
        self.go_on()

    @property
    def done(self) -> str:
        """For callers that get no table."""
        sent = "; ".join(dict.fromkeys(self.asked))
        return f"sent: {sent}; the disposable jobs may have been changed" if self.changed else "nothing was changed"


@dataclass(frozen=True)
class SingleLogin:
    """A credential with which nobody logs in a second time."""

    own: Renewable

    renewable: t.ClassVar[bool] = False

    @property
    def advice(self) -> str:
        return self.own.advice

    def login(self, http: Http, iam: str | None, project: Project | None) -> Login:
        return self.own.login(http, iam, project)


class RawClient(Client):
    """Answers as they are, whatever they say. A login that has ended is not renewed."""

    _context: PacedContext

    def __init__(self, connection: Connection, *more: t.Any) -> None:
        super().__init__(replace(connection, credential=t.cast("t.Any", SingleLogin(connection.credential))), *more)

    def at(self, base: str, api: Api = GATEWAY) -> RawClient:
        """The same login and connections, for another service."""
        other = copy.copy(self)
        other._base, other._api = base, api
        return other

    def look(
        self,
        path: str,
        query: t.Any = None,
        headers: t.Mapping[str, t.Any] | None = None,
        token: str | None = None,
    ) -> Reply | None:
        """None where there is no answer, and where there were enough requests, or the time is over. ``token``: instead of the login."""
        if time.monotonic() > self._http.deadline:
            return None
        headers = {name: value for name, value in {**HEADERS, **(headers or {})}.items() if value is not None}
        try:
            self._context.go_on()
            self._context.query = query
            auth = TokenHeader(token) if token else self._session.login.auth
            return self._http.send("GET", self._base + path, headers, query, auth=auth)
        except ApiError:
            return None


def check(options: t.Mapping[str, t.Any], context: Context) -> dict[str, t.Any]:
    """The result of the task: ``lines``, one for each assumption that was tested, ``table`` and ``counts``."""
    paced = PacedContext(**{one.name: getattr(context, one.name) for one in fields(Context)})
    try:
        return {**_check(options, paced), **context.notes()}
    except KeyboardInterrupt:
        raise Interrupted(paced.done, {"changed": paced.changed, "failed": True}) from None
    except Exception as error:  # as in the modules: never a traceback
        fault = context.fault(error)
        msg = f"{fault}; {paced.done}" if paced.changed else str(fault)
        return {"changed": paced.changed, "failed": True, "msg": msg, "error": fault.error, **context.notes()}


CORE = check


def _check(options: t.Mapping[str, t.Any], context: PacedContext) -> dict[str, t.Any]:
    folder = options["folder"]
    if folder:
        _refuse_no_folder(folder)
    if named(options):
        context.globs = patterns(context.environ, context.never)
    lines = _lines(options, context)
    table = _table(lines)
    counts = {verdict: sum(line["verdict"] == verdict for line in lines) for verdict in (AS_ASSUMED, DIFFERS, NOT_SEEN)}
    msg = ", ".join(f"{number} {verdict}" for verdict, number in counts.items())
    told = {"msg": msg, "total": len(lines), "lines": lines, "table": text(table), "counts": counts}
    told.update(changed=context.changed, files=[], replaced={}, warnings=context.warnings)
    if not folder or context.check_mode:
        return told
    calls, replaced = transcript(context.calls)
    try:
        files = _written(folder, table, lines, calls)
    except OSError as error:  # the disposable jobs are gone, so the table is returned all the same
        return {**told, "failed": True, "msg": f"folder: {error}; {msg}"}
    replaced = {standin: plain(value, context.secrets) for standin, value in replaced.items()}  # a terminal shows it
    return {**told, "changed": True, "files": files, "replaced": replaced}


def _refuse_no_folder(folder: str) -> None:
    if not os.path.isdir(folder):
        raise OptionError(f"folder: there is no folder {folder!r}")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OptionError(f"folder: files cannot be written into {folder!r}")


def _table(lines: t.Sequence[t.Mapping[str, str]]) -> Rows:
    """A verdict comes with its reason, if it has one."""
    shown = [{**line, "verdict": ": ".join(filter(None, (line["verdict"], line["why"])))} for line in lines]
    return [COLUMNS, *([line[name] for name in COLUMNS] for line in shown)]


def _lines(options: t.Mapping[str, t.Any], context: PacedContext) -> list[dict[str, str]]:
    """What reads show first, and then what the disposable jobs do."""
    connections = {api.name: read_connection(options, context.environ, api.name) for api in (DLI, MRS)}
    for connection in connections.values():
        context.add_secrets(connection.secrets)
    first = RawClient(connections["dli"], DLI, context, time.monotonic() + RETRY_TIMEOUT)
    context.warnings += first.warnings
    services = {"dli": first, "mrs": first.at(first.located(connections["mrs"], "mrs"), MRS)}
    if connections["dli"].iam:
        services["iam"] = first.at(connections["dli"].iam)

    def fetch(service: str, *request: t.Any) -> Reply | None:
        return services[service].look(*request) if service in services else None

    project = first.project or Project()
    found = Answers(fetch, str(project.id), project.name, context.calls)
    seen = {one["id"]: _line(one, PROBES[one["read"]](found)) for one in ASSUMPTIONS if "read" in one}
    seen.update(_written_lines(options, context, services))
    return [seen[one["id"]] for one in ASSUMPTIONS if one["id"] in seen]


def _written_lines(
    options: t.Mapping[str, t.Any], context: PacedContext, services: t.Mapping[str, RawClient]
) -> dict[str, dict[str, str]]:
    wanted = lines_of(options)
    if not wanted:
        return {}
    context.most, context.query = MOST_WITH_WRITES, None

    def service_of(kind: str, module_options: t.Mapping[str, t.Any]) -> Service:
        client = services[JOB_TYPES[kind].api.name]
        client.end_at(time.monotonic() + RETRY_TIMEOUT)
        return JOB_TYPES[kind](client, module_options)

    writes = Writes(options, context, service_of)
    writes.run()
    tested = [one for one in ASSUMPTIONS if one.get("write") in wanted]
    return {one["id"]: _line(one, writes.seen(one["write"]), writes.why(one["write"])) for one in tested}


def _line(assumption: t.Mapping[str, t.Any], seen: str | None, why: str = "") -> dict[str, str]:
    """``why``: that nothing was seen."""
    verdict = NOT_SEEN if seen is None else AS_ASSUMED if seen == assumption["expected"] else DIFFERS
    told = {"seen": seen or "", "verdict": verdict, "why": why if seen is None else ""}
    return {**{name: assumption[name] for name in COLUMNS[:4]}, **told}


def _written(folder: str, table: Rows, *told: t.Any) -> list[str]:
    """All files, by their paths."""
    contents = ("\n".join(markdown(table)), *(json.dumps(one, indent=2) for one in told))
    paths = [os.path.join(folder, name) for name in FILES]
    for path, content in zip(paths, contents):
        write(path, f"{content}\n")
    return paths
