# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every service file offers to the server, how a request finds its handler, and what several services do alike."""

from __future__ import annotations

import functools
import typing as t
import urllib.parse

from .wire import ApiError, Reply, Request
from .world import Job, JobKind, World

FALSE = "false"  # in place of an error code: 200 with is_success false


class Route(t.NamedTuple):
    """A handler and where it answers. ``counts`` names the total of the log that a request adds to.

    ``offered_by``: an answer that decides whether there is such a call at all, ``absent`` or ``offered``.
    """

    method: str
    template: str
    handler: t.Callable
    counts: str
    service: Service
    offered_by: str = ""


class Service:
    """One service: its routes, its jobs, its settings and the form of its errors.

    ``access(world, request, *values)`` runs before each handler and raises ApiError for a caller who may not.
    ``trace``: what X-IAM-Trace-Id begins with, where its answers have that beside X-Request-Id.
    """

    def __init__(
        self,
        error_reply: t.Callable[[World, Request, ApiError], Reply],
        access: t.Callable | None = None,
        kinds: t.Sequence[JobKind] = (),
        answers: dict[str, tuple] | None = None,
        delays: dict[str, float] | None = None,
        trace: str = "",
    ) -> None:
        self.error_reply, self.access, self.kinds, self.trace = error_reply, access, kinds, trace
        self.answers, self.delays = answers or {}, delays or {}
        self.routes: list[Route] = []

    def route(self, method: str, template: str, counts: str | None = None, offered_by: str = "") -> t.Callable:
        """Decorator: the function answers this method and path; it gets the world, the request and the {values}."""

        def register(handler: t.Callable) -> t.Callable:
            total = counts or ("reads" if method in ("GET", "HEAD") else "writes")
            self.routes.append(Route(method, template, handler, total, self, offered_by))
            return handler

        return register


class Router:
    """The routes of all services as a tree of path segments."""

    def __init__(self, services: t.Iterable[Service]) -> None:
        self._tree: dict = {}
        for service in services:
            for route in service.routes:
                node = self._tree
                for part in (route.method + route.template).split("/"):
                    node = node.setdefault("{}" if part.startswith("{") else part, {})
                node[""] = route
        self.find = functools.lru_cache(maxsize=1000)(self._find)

    def _find(self, method: str, path: str) -> tuple[Route | None, list[str]]:
        """The route of a path and the values of its {segments}."""
        node, values = self._tree, []
        for part in (method + path.rstrip("/")).split("/"):
            child = node.get(part) if part else None
            if child is None:
                child = node.get("{}")
                if child is None or not part:
                    return None, []
                values.append(urllib.parse.unquote(part))
            node = child
        return node.get(""), values


def write_batch(
    world: World,
    ids: t.Iterable,
    judge: t.Callable[[t.Any], Job | None],
    carry_out: t.Callable[[Job], None],
    spoiler: ApiError | None = None,
) -> list[ApiError | None]:
    """Write to many jobs; returns the refusal of each id, or None.

    Every id is judged first: whether a bad one spoils the whole call is a setting, as no source says it. A judge that
    returns no job has nothing to write. ``spoiler``: a refusal that always spoils it; a no in an answer of 200 never does.
    """
    jobs: dict = {}
    refusals: list[ApiError | None] = []
    for job_id in ids:
        try:
            jobs[job_id] = judge(job_id)
            refusals.append(None)
        except ApiError as error:
            refusals.append(error)
    errors = [error for error in refusals if error and error.code != FALSE]
    if not errors or (world.settings.answers["batch_refusal"] != "whole" and spoiler not in errors):
        for job in filter(None, jobs.values()):
            carry_out(job)
    return refusals


def most_ids(world: World) -> int:
    """How many ids one write may have."""
    size = world.settings.answers["batch_size"]
    return world.settings.batch_limit if size == "any" else min(size, world.settings.batch_limit)


def stamped(world: World, entry: dict, *fields: str) -> dict:
    """The entry with the times of these fields in the unit that is set."""
    if world.settings.answers["time_stamps"] == "seconds":
        entry.update({name: entry[name] // 1000 for name in fields if entry.get(name)})
    return entry


def in_ms(world: World, moment: float) -> float:
    """A moment of a query, which has the unit that is set."""
    return moment * 1000 if world.settings.answers["time_stamps"] == "seconds" else moment


def is_error(world: World, refused: t.Sequence[ApiError], ids: t.Sequence) -> bool:
    """Whether these refusals make the answer to a batch an error. Where all ids are refused, they do."""
    return bool(refused) and (len(refused) == len(ids) or world.settings.answers["batch_refusal"] != "mixed")


def localised(world: World, request: Request, message: str, code: str = "") -> str:
    """The message in the language that is set."""
    language = world.settings.answers["language"]
    if language == "english" or language == "by_header" and request.headers.get("x-language") == "en-us":
        return message
    return f"操作失败（{code}）" if code else "操作成功"
