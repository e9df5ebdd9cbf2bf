# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Lists of jobs that are looked at again and again: whose they are, with which login, and what they show."""

from __future__ import annotations

import json
import logging
import math
import threading
import time
import typing as t
from dataclasses import dataclass, field, replace
from functools import partial

from ..module_utils._cloud.answers import Api
from ..module_utils._cloud.auth import Login, Project, Renewable
from ..module_utils._cloud.client import Client
from ..module_utils._cloud.connection import Connection
from ..module_utils._cloud.context import Context
from ..module_utils._cloud.errors import Denied, Failure, Fatal, Unreachable
from ..module_utils._cloud.transport import Http
from ..module_utils._jobs.filters import matching
from ..module_utils._jobs.lists import Listing
from ..module_utils._jobs.reading import ListCache, Observation, everything, gets, jobs_of
from ..module_utils._jobs.selection import Options
from ..module_utils._jobs.service import Service
from ..module_utils._services.mrs import ABOUT_THE_CLUSTER
from ..module_utils._services.registry import JOB_TYPES
from ._job_changes import Jobs, Snapshot

LOG = logging.getLogger("otc.bigdata.job_events")
# Seconds for which a request that is held back is tried again, however soon the next look is due
LEAST_RETRY_TIMEOUT = 10.0


@dataclass(eq=False)
class Subscription:
    """A list of jobs that is looked at. ``due``: when it is the next time, on the monotonic clock."""

    service: str
    options: Options  # as a reader has them
    where: t.Mapping[str, str]  # the cluster, as it was named
    job_filters: t.Mapping[str, t.Any]  # those that choose jobs
    event_filters: t.Mapping[str, t.Any]  # those that choose events
    due: float = -math.inf
    seen: bool = False  # since the source was started
    failures: int = 0  # since then, or since it was seen last
    warned: bool = False  # of what the last look could not tell

    def __str__(self) -> str:
        return " ".join([self.service, *self.where.values()])

    @property
    def api(self) -> Api:
        return JOB_TYPES[self.service].api

    def key(self, project_id: str) -> str:
        """The name of this list in the state file, so that it is only compared with itself."""
        return json.dumps([project_id, self.service, self.where, self.job_filters], sort_keys=True)


@dataclass
class SourceContext(Context):
    """Logs what clients send again, and ends them once the source has been stopped.

    ``interval``: seconds from one look to the next; ``refusals``: what IAM has said of a credential that it does not accept.
    """

    stopped: threading.Event = field(default_factory=threading.Event)
    interval: float = math.inf
    enders: list[t.Callable[[], None]] = field(default_factory=list)  # of what is under way, one for each client
    refusals: dict[Renewable, Denied] = field(default_factory=dict)
    turn: threading.Lock = field(default_factory=threading.Lock)  # of the one client that logs in

    def begins(self, end: t.Callable[[], None]) -> None:
        self.enders.append(end)
        if self.stopped.is_set():
            end()

    def stop(self) -> None:
        """What is under way ends, too: an answer may take as long as request_timeout allows."""
        self.stopped.set()
        for end in tuple(self.enders):
            end()

    def go_on(self) -> None:
        """Raises Fatal, so that a look ends after the request that is under way."""
        if self.stopped.is_set():
            raise Fatal("", "the source has been stopped")

    def repeated(self, text: str) -> None:
        self.go_on()
        LOG.info("%s", text)

    def sleep(self, seconds: float) -> None:
        self.stopped.wait(seconds)
        self.go_on()


@dataclass(frozen=True, eq=False)
class Shared:
    """The credential of all clients of a source. One that IAM has refused is not sent again, as five refusals lock its user."""

    own: Renewable
    context: SourceContext = field(repr=False)

    @property
    def advice(self) -> str:
        return self.own.advice

    @property
    def renewable(self) -> bool:
        return self.own.renewable

    def login(self, http: Http, iam: str | None, project: Project | None) -> Login:
        """Raises ApiError or OptionError."""
        refusals = self.context.refusals
        with self.context.turn:
            if self.own in refusals:
                raise refusals[self.own]
            try:
                return self.own.login(http, iam, project)
            except Denied as error:
                refusals[self.own] = error
                raise


class SourceClient(Client):
    """A client without a deadline of its own: the source may run for weeks, and polls end when it is stopped.

    Only what a gateway holds back is given up when the next look is due.
    """

    def __init__(self, connection: Connection, api: Api, context: SourceContext) -> None:
        self._source = context
        context.go_on()  # a look that was ended by the stop would log in anew
        shared = t.cast("t.Any", Shared(connection.credential, context))
        super().__init__(replace(connection, credential=shared), api, context, math.inf)

    def begin(self) -> None:
        """Called when a look begins."""
        self.hold_until(time.monotonic() + max(self._source.interval, LEAST_RETRY_TIMEOUT))

    def end(self) -> None:
        """Called when the client is not used any more."""
        self._source.enders.remove(self.stop)

    def _send(self, *args: t.Any, **kwargs: t.Any) -> t.Any:
        self._source.go_on()
        reply = super()._send(*args, **kwargs)
        self._source.go_on()  # a login that has expired would be renewed
        return reply


class Polled(t.NamedTuple):
    """A list that could be read."""

    project_id: str
    service: Service
    snapshot: Snapshot


class Poller:
    """Looks at the lists of one endpoint, with one login for as long as that lasts. It blocks, so it needs a thread."""

    def __init__(
        self, log_in: t.Callable[[], SourceClient], subscriptions: list[Subscription], known: t.Mapping[str, Jobs]
    ) -> None:
        self.subscriptions = subscriptions
        self._log_in = log_in
        self._known = known
        self._client: SourceClient | None = None
        self._services: dict[Subscription, Service] = {}

    def poll(self, subscriptions: t.Sequence[Subscription]) -> dict[Subscription, Polled | Failure]:
        """What was seen of each list, or why it could not be read. Raises Denied where a new login does not help."""
        polls: dict[Subscription, Polled | Failure] = {}
        if self._client:
            polls = self._poll_with(self._client, subscriptions)
            if self._client:
                return polls
        # a client logs in twice at most, which is enough for a task but not for weeks
        unread = [subscription for subscription in subscriptions if not isinstance(polls.get(subscription), Polled)]
        return {**polls, **self._poll_after_login(unread)} if unread else polls

    def by_id(self, subscription: Subscription) -> Subscription | None:
        """The one with the ID of its cluster, which it has by name. Its name may mean another cluster later."""
        where = {"cluster_id": getattr(self._services.get(subscription), "cluster_id", None)}
        return next((one for one in self.subscriptions if one is not subscription and one.where == where), None)

    def _poll_after_login(self, subscriptions: t.Sequence[Subscription]) -> dict[Subscription, Polled | Failure]:
        try:
            client = self._log_in()
        except Denied:
            raise
        except Failure as error:
            return dict.fromkeys(subscriptions, error)
        for warning in client.warnings:
            LOG.warning("%s", warning)
        polls = self._poll_with(client, subscriptions)
        for poll in polls.values():
            if isinstance(poll, Denied) and _ends_login(poll):
                raise poll
        return polls

    def _poll_with(
        self, client: SourceClient, subscriptions: t.Sequence[Subscription]
    ) -> dict[Subscription, Polled | Failure]:
        """The client is kept as long as its login lasts."""
        client.begin()
        polls: dict[Subscription, Polled | Failure] = dict(
            zip(subscriptions, client.map(partial(self._poll_one, client), subscriptions))
        )
        if any(map(_ends_login, polls.values())):
            client.end()
            self._services.clear()
            self._client = None
        else:
            self._client = client
        return polls

    def _poll_one(self, client: Client, subscription: Subscription) -> Polled | Failure:
        """Raises only an error that the other lists would have, too."""
        try:
            service = self._services.get(subscription) or JOB_TYPES[subscription.service](client, subscription.options)
            project_id = t.cast(str, client.project_id)
            known = self._known.get(subscription.key(project_id), {})
            polled = Polled(project_id, service, snapshot_of(service, subscription, known))
        except Failure as error:
            self._services.pop(subscription, None)  # its cluster may have got another ID
            if isinstance(error, Unreachable) or _ends_login(error):
                raise
            return error
        self._services[subscription] = service
        return polled


def snapshot_of(service: Service, subscription: Subscription, known: Jobs) -> Snapshot:
    """A job that a list no longer shows is gone if the list proves it; else a get decides."""
    query = service.query(subscription.job_filters)
    listed = everything(service, query, ListCache(), subscription.job_filters)
    _warn(subscription, listed)
    # a list that was asked for some jobs only may just have left it out
    observations = _missing(service, listed, known, proves_gone=listed.proves_gone and not query)
    seen = {**listed.jobs, **jobs_of(observations)}
    jobs = matching(seen, subscription.job_filters, service.fields, time.time())[0]
    return Snapshot(
        jobs=jobs,
        told=matching(jobs, subscription.event_filters, service.fields, time.time())[0],
        gone=[job_id for job_id, observation in observations.items() if observation is None],
        left=[job_id for job_id in known if job_id in seen and job_id not in jobs],
    )


def _warn(subscription: Subscription, listed: Listing) -> None:
    """Of jobs that cause no event, as nobody can tell what happens to them. One line, until all of them are seen again."""
    untold = f"jobs whose status is not known: {len(listed.untold)}"
    warnings = [*listed.warnings, *([untold] if listed.untold else [])]
    for warning in warnings:
        LOG.log(logging.DEBUG if subscription.warned else logging.WARNING, "%s: %s", subscription, warning)
    subscription.warned = bool(warnings)


def _missing(service: Service, listed: Listing, known: Jobs, proves_gone: bool) -> t.Mapping[t.Any, Observation]:
    """What became of the known jobs that a list does not show. Of one whose status nobody tells, nothing is known."""
    if not listed.consistent:
        return {}
    missing = [job_id for job_id in known if job_id not in listed.jobs and job_id not in listed.untold]
    return dict.fromkeys(missing) if proves_gone else gets(service, missing)


def _ends_login(poll: t.Any) -> bool:
    return isinstance(poll, Fatal) and poll.code not in ABOUT_THE_CLUSTER
