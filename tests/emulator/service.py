# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every service file offers to the server, and how a request finds its handler."""

from __future__ import annotations

import typing as t
import urllib.parse

from .wire import ApiError, Reply, Request
from .world import JobKind, World


class Route(t.NamedTuple):
    """A handler and where it answers. ``counts`` names the total of the log that a request adds to."""

    method: str
    template: str
    handler: t.Callable
    counts: str
    service: Service


class Service:
    """One service: its routes, its jobs, its settings and the form of its errors.

    ``access(world, request, *values)`` runs before each handler and raises ApiError for a caller who may not.
    """

    def __init__(
        self,
        request_id_header: str,
        error_reply: t.Callable[[World, Request, ApiError], Reply],
        access: t.Callable | None = None,
        jobs: JobKind | None = None,
        answers: dict[str, tuple] | None = None,
        delays: dict[str, float] | None = None,
    ) -> None:
        self.request_id_header, self.error_reply, self.access, self.jobs = request_id_header, error_reply, access, jobs
        self.answers, self.delays = answers or {}, delays or {}
        self.routes: list[Route] = []

    def route(self, method: str, template: str, counts: str | None = None) -> t.Callable:
        """Decorator: the function answers this method and path; it gets the world, the request and the {values}."""

        def register(handler: t.Callable) -> t.Callable:
            total = counts or ("reads" if method in ("GET", "HEAD") else "writes")
            self.routes.append(Route(method, template, handler, total, self))
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

    def find(self, method: str, path: str) -> tuple[Route | None, list[str]]:
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
