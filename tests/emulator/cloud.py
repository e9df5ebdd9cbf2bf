# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cloud without a connection to it: routing, faults and log around the services.

A new service is a new file with a ``SERVICE`` in it, and its name in ``SERVICES``.
"""

from __future__ import annotations

import json
import pathlib
import re
import secrets
import time
import typing as t

from . import control, dli_batch, dli_flink, dli_queues, dli_sql, iam, mrs
from .faults import Faults
from .gateway import RateLimit, rate, refusal, throttled
from .log import RequestLog
from .replay import Replay
from .service import Route, Router
from .settings import ANSWERS, Settings
from .wire import ApiError, GatewayError, Reply, Request
from .world import World

SERVICES = (iam.SERVICE, dli_flink.SERVICE, dli_batch.SERVICE, dli_sql.SERVICE, dli_queues.SERVICE, mrs.SERVICE)
KINDS = [kind for service in SERVICES for kind in service.kinds]
CHOICES = {**ANSWERS, **{name: values for service in SERVICES for name, values in service.answers.items()}}
DELAYS = {name: value for service in SERVICES for name, value in service.delays.items()}

ELSEWHERE = re.compile(r"(dli|mrs)\.(eu-nl|eu-ch2\.sc)\.otc\.t-systems\.com")  # hosts of other regions
SEED_FILE = pathlib.Path(__file__).with_name("seed.json")


class Cloud:
    """What there is, and how it answers; ``url`` is where it can be reached.

    The parts that ``seed`` leaves out come from seed.json. Settings: see settings.py. ``replay``: a transcript, see replay.py.
    """

    url = ""

    def __init__(self, seed: dict | None = None, replay: t.Any = None, **settings) -> None:
        self.settings = Settings(CHOICES, DELAYS)
        self.settings.update(settings)
        self._first_seed = _merged(json.loads(SEED_FILE.read_text(encoding="utf-8")), seed or {})
        self._first_settings = self.settings.as_dict()
        self.world = World(self.settings, KINDS, self._first_seed)
        self.faults, self.log, self._rate_limit = Faults(), RequestLog(), RateLimit()
        self._router = Router(SERVICES)
        self._id_prefix, self._requests = secrets.token_hex(12), 0
        self.play([] if replay is None else replay)

    def play(self, transcript: t.Any) -> None:
        """Answer as the transcript does, from its begin, where it does; an empty list ends that."""
        self._replay = Replay(transcript, self.world.identities.main_project)

    def load(self, seed: dict) -> None:
        """A new world; parts that are not given are those of the start."""
        self.world.load(_merged(self._first_seed, seed))

    def reset(self) -> None:
        """Everything as at the start: jobs, people, settings; no faults, an empty log."""
        self.load({})
        self.settings.update(self._first_settings)
        self.faults.clear()
        self.log.clear()
        self._rate_limit = RateLimit()
        self._replay.rewind()

    # ---- one request ----

    def answer(self, request: Request, connection: int) -> Reply:
        """The reply to a request that came over this connection."""
        if request.path.startswith(control.PREFIX):
            return control.answer(self, request)
        arrived = self.log.arrived(connection)
        self._requests += 1
        request.id = f"{self._id_prefix}{self._requests:08x}"
        route, values = self._route(request)
        reply = Reply(500)
        try:
            if self.settings.latency:
                time.sleep(self.settings.latency)
            within = self._rate_limit.passes(*rate(self.settings))
            fault = self.faults.next_for(request) if within else None
            if not within:
                reply = throttled(request, self.settings)
            elif fault:
                reply = fault.break_answer(request, lambda: self._carry_out(route, request, values))
            else:
                reply = self._carry_out(route, request, values)
        finally:
            template, total = (route.template, route.counts) if route else ("(unknown)", "other")
            self.log.answered(request, reply, template, total, arrived)
        named = self.settings.answers["request_id"] != "none" or request.path == "/" or request.path.startswith("/v3")
        if named and not reply.replayed:
            reply.headers["X-Request-Id"] = request.id
        return reply

    def _route(self, request: Request) -> tuple[Route | None, list[str]]:
        """None for what is not offered here."""
        answers = self.settings.answers
        route, values = self._router.find(request.method, request.path)
        offered = route is None or not route.offered_by or answers[route.offered_by] == "offered"
        elsewhere = ELSEWHERE.match(request.headers.get("host", ""))
        if not offered or (elsewhere and answers["service_regions"] != "all"):
            return None, []
        return route, values

    def _carry_out(self, route: Route | None, request: Request, values: list[str]) -> Reply:
        replayed = self._replay.answer(request)
        if replayed:
            return replayed
        if route is None:
            return refusal(request, GatewayError(self.settings.answers["unknown_path"], "The API does not exist.", 404))
        try:
            with self.world.lock:
                if route.service.access:
                    route.service.access(self.world, request, *values)
                reply = route.handler(self.world, request, *values)
        except GatewayError as error:
            return refusal(request, error)
        except ApiError as error:
            reply = route.service.error_reply(self.world, request, error)
        if route.service.trace:
            reply.headers["X-IAM-Trace-Id"] = route.service.trace + request.id
        return reply


def _merged(base: dict, seed: dict) -> dict:
    """The seed; parts that it leaves out are those of the base. What was in other clusters is gone with them."""
    empty = {kind.name: [] for kind in KINDS if kind.parent in seed}
    return {**base, **empty, **seed}
