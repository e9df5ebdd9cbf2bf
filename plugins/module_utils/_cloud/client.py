# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Authenticated JSON calls to one service, in parallel where there are many."""

from __future__ import annotations

import time
import typing as t
from collections import deque
from contextlib import suppress

from . import answers, errors
from .auth import Auth, Project, Session, denied
from .connection import Connection
from .context import Context
from .endpoints import doubt, in_catalog, in_region
from .given import shown
from .text import plain
from .threads import begin
from .transport import Http, Reply, named, wrong_clock

# en-us: messages are shown to people, and localised ones are not always in their language
HEADERS = {"X-Language": "en-us"}

Item = t.TypeVar("Item")
Result = t.TypeVar("Result")


class Client:
    """Logs in when it is made. All calls are for the ``project`` of that login, and ``warnings`` are about it.

    No request is repeated after ``deadline``, a time of the monotonic clock.
    ``context`` is told of every repeat, and gets the secrets that a login brings.
    """

    def __init__(self, connection: Connection, api: answers.Api, context: Context, deadline: float) -> None:
        self._api = api
        self._context = context
        self._workers = connection.max_concurrency
        self._http = Http(
            connection.request_timeout,
            connection.max_retries,
            self._workers,
            connection.tls,
            context,
            deadline,
        )
        context.begins(self.stop)
        self._session = Session(self._http, connection.iam, connection.credential, connection.project)
        self._base = self.located(connection, api.name)
        self._doubt = doubt(self._base)
        if self._doubt:
            self._api = api._replace(hints={**api.hints, **dict.fromkeys(answers.NOT_PUBLISHED, self._doubt)})
        self.project = self._session.login.project or Project()
        self.project_id = self.project.id
        self.warnings = _misnamed(connection.project, self.project)
        self._accepted = False  # the credential, by the service
        self._skews: set[int] = set()  # see Reply, in whole seconds, of all answers to lists

    def located(self, connection: Connection, service: str) -> str:
        """The base URL of a service. Raises OptionError where nothing tells it."""
        if connection.endpoint:
            return connection.endpoint
        region = connection.region
        found = in_catalog(self._session.login.catalog, service, region)
        if found is None and region is None:
            raise errors.OptionError(f"region: missing (environment: OS_REGION_NAME), or set endpoints.{service}")
        return found or in_region(service, t.cast(str, region), connection.iam, connection.domain)

    def call(
        self,
        method: str,
        path: str,
        read: t.Callable[[t.Any, str], Result],
        query: t.Any = None,
        body: t.Any = None,
        needs: str = "",
        repeat: bool = False,
    ) -> Result:
        """What ``read`` makes of the JSON of a 2xx answer, None for an empty one. Raises ApiError, by class, for all else.

        ``needs`` is the permission that the call takes, for the message where it is missing. ``read`` also gets the name
        of the call. It raises Unanswered for a shape that it does not know, and the request is then asked again like one
        whose answer was cut off; a write counts as unanswered. ``repeat``: it does no harm when it takes effect twice, as
        every GET does none.
        """
        repeat = repeat or method == "GET"

        def taken(reply: Reply) -> t.Any:
            if reply.status // 100 == 2:
                try:
                    answer = answers.content(reply)
                    if query or not repeat:  # what is said of a single job may hold the error of that job
                        answers.refuse_error(answer, reply)
                    return read(answer, reply.call)
                except (errors.Unanswered, errors.Untold) as fault:
                    raise fault.of_status(reply.status) from None
                except errors.Refused as no:  # in the words of the body, which may be many
                    raise no.recast(type(no), self.plain(no.error["message"])) from None
            error = None if answers.expired(reply, self._api) else answers.problem(reply, needs, self._api)
            if isinstance(error, errors.Unanswered):
                raise error
            return error

        used = self._session.login.auth
        reply = self._send(method, path, query, body, used, repeat, taken)
        if answers.expired(reply, self._api) and self._session.renewed(used):
            if answers.outdated(reply) and not repeat:
                raise answers.problem(reply, api=self._api).recast(
                    errors.Unanswered, "the token was not accepted; there is a new one now"
                )
            self._context.repeated(f"{reply.call}: HTTP {reply.status}; sent again after a new login")
            used = self._session.login.auth
            reply = self._send(method, path, query, body, used, repeat, taken)
        if reply.status // 100 == 2:
            self._accepted = True
            self._session.accepted(used)
            return t.cast(Result, reply.value)
        if answers.expired(reply, self._api):
            raise denied(answers.problem(reply, api=self._api), reply, self._session.advice)
        raise reply.value or answers.problem(reply, needs, self._api)

    def plain(self, text: str) -> str:
        """A text of the service, fit to be shown."""
        return plain(text, self._context.secrets)

    @property
    def wrong_clock(self) -> str:
        """What lists have shown to be wrong with the clock of this host, empty if nothing. An answer may be late, so the latest counts."""
        return wrong_clock(max(self._skews, default=0))

    def hold_until(self, end: float) -> None:
        """What a gateway holds back is tried again until then, a time of the monotonic clock, and not until the deadline."""
        self._http.held_until = end

    def end_at(self, deadline: float) -> None:
        """Sets another deadline, a time of the monotonic clock."""
        self._http.deadline = deadline

    def stop(self) -> None:
        """Ends all requests: nobody waits for an answer any more."""
        self._http.stop()

    def named(self, method: str, path: str) -> str:
        """How messages name a call."""
        return named(method, self._base + path)

    def _send(
        self,
        method: str,
        path: str,
        query: t.Any,
        body: t.Any,
        auth: Auth,
        repeat: bool,
        read: t.Callable[[Reply], t.Any],
    ) -> Reply:
        self._context.go_on()
        try:
            reply = self._http.send(method, self._base + path, HEADERS, query, body, auth, repeat, read)
        except errors.Unreachable as error:
            raise error.recast(type(error), error.error["message"], self._doubt) if self._doubt else error from None
        skew = reply.skew() if query else None
        if skew is not None:
            self._skews.add(round(skew))
        return reply

    def map(self, function: t.Callable[[Item], Result], items: t.Sequence[Item]) -> list[Result | errors.ApiError]:
        """Calls ``function`` for each item, at most ``max_concurrency`` at once. The results are in the same order, an ApiError is one.

        Once an error is fatal or the host cannot be reached, the rest is not sent: each is Skipped, with the same message.
        So it is, but Late, once one was kept waiting beyond the deadline: the rest would be, too, one after the other.
        """
        fatal: list[errors.ApiError] = []

        def attempt(item: Item) -> Result | errors.ApiError:
            if fatal:
                kind = errors.Late if isinstance(fatal[0], errors.Late) else errors.Skipped
                return fatal[0].recast(kind, fatal[0].error["message"])
            began = time.monotonic()
            try:
                return function(item)
            except (errors.Fatal, errors.Unreachable) as error:
                fatal.append(error)
                return error
            except errors.OptionError as error:  # the files for TLS are read when they are needed
                fatal.append(errors.Fatal("", str(error)))
                return fatal[-1]
            except errors.ApiError as error:
                if isinstance(error, errors.Unanswered) and self._http.kept_waiting(began):
                    fatal.append(error.recast(errors.Late, error.error["message"]))
                return error.with_traceback(None)  # which would keep what was read on its way: there may be very many
            except Exception as error:  # of this side; the other requests and their answers count all the same
                return t.cast(errors.ApiError, self._context.fault(error))

        # several wrong signatures at once would lock the key, so the very first request goes alone
        alone = int(len(items) < 2 or not self._accepted)
        first, rest = [attempt(item) for item in items[:alone]], items[alone:]
        return first + run_parallel(attempt, rest, self._workers) if rest else first


def _misnamed(asked: Project | None, found: Project) -> list[str]:
    """A warning where the ID of a project wins over the name of another one, which may be left of an earlier login, or be what is meant."""
    if not asked or not asked.name or asked.name == found.name:
        return []
    return [
        f"{shown(asked.name)} is not the name of the project {found.id}, which IAM calls {shown(str(found.name))}; the ID counts"
    ]


def run_parallel(function: t.Callable[[Item], Result], items: t.Sequence[Item], workers: int) -> list[Result]:
    """Calls ``function``, which raises nothing, for each item; the results are in the same order.

    Whoever ends this early, by Ctrl-C or a time limit of Ansible, waits for no request under way.
    """
    results: dict[int, Result] = {}
    todo = deque(enumerate(items))

    def work() -> None:
        while todo:
            try:
                number, item = todo.popleft()
            except IndexError:  # another worker has just taken the last one
                return
            results[number] = function(item)

    most, threads = min(workers, len(items)), []
    try:
        with suppress(RuntimeError):  # the system has no thread left: this one, and those that could begin, do it all
            for dummy in range(most):
                threads += [begin(work)]
        if len(threads) < most:
            work()
        for thread in threads:
            thread.join()
    finally:
        todo.clear()
    return [results[number] for number in range(len(items))]
