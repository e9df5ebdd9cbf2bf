# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The door to Event-Driven Ansible: looks at lists of jobs again and again, and puts what has changed into a queue.

An event is saved before it is sent, and removed after that. So it may come twice, with the same ID, but is never lost on
this side of the queue.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import time
import typing as t
import uuid
from datetime import datetime, timezone
from functools import partial

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ..module_utils._cloud.auth import WITHOUT_MFA
from ..module_utils._cloud.connection import read_connection, secrets_around
from ..module_utils._cloud.errors import Failure, Misdirected, OptionError, Skipped, Unanswered, Unreachable
from ..module_utils._cloud.misplaced import misplaced
from ..module_utils._cloud.options import Spec, check_range, connection_options
from ..module_utils._cloud.text import few, masked
from ..module_utils._jobs.guard import refuse_misspelt
from ..module_utils._jobs.selection import BLANKS, Options, cleaned
from ..module_utils._services.registry import JOB_TYPES
from ._job_changes import Change, Limit, changes
from ._job_lists import Polled, Poller, SourceClient, SourceContext, Subscription
from ._state_file import Event, StateFile, opened

LOG = logging.getLogger("otc.bigdata.job_events")
LONGEST_PAUSE = 900  # seconds from one failed look to the next
SAVE_EVERY = 1.0  # seconds, while events go out
CLOCK_SET = 1.0  # seconds that a clock moves only if someone sets it
# A brace that begins a template, and a text that says itself how its templates look
TEMPLATE = re.compile(r"\{(?=[{%#])|\A#(?=jinja2:)")
STATUS_FILTERS = {  # they choose among events, all others among jobs
    "result",  # of MRS, which tells how a job has ended
    *(key for one in JOB_TYPES.values() for key, field in one.fields.filters.items() if field == one.fields.status),
}

CLUSTER = {name: JOB_TYPES["mrs"].options()[name] for name in ("cluster_id", "cluster_name")}
SPEC: Spec = {
    **{name: one for name, one in connection_options().items() if name != "passcode"},
    "services": {"type": "list", "elements": "str", "choices": list(JOB_TYPES), "required": True},
    "clusters": {"type": "list", "elements": "dict", "options": CLUSTER},
    "filters": {
        "type": "dict",
        "options": {name: job_type.options()["filters"] for name, job_type in JOB_TYPES.items()},
    },
    "interval": {"type": "float", "default": 60},
    "stuck_after": {"type": "float"},
    "initial": {"type": "bool", "default": False},
    "state_file": {"type": "path"},
    "feedback": {"type": "bool", "default": False},
    "feedback_timeout": {"type": "float", "default": 120},
}


async def run(queue: t.Any, args: t.Mapping[str, t.Any]) -> None:
    """main() of the event source. Ends by an exception only, and tells each fault in one sentence."""
    context = SourceContext(os.environ)
    try:
        refuse_misspelt(os.environ)
        options, subscriptions = _understood(args, context)
        context.interval = options["interval"]
        log_in = {}
        for name, api in {one.api.name: one.api for one in subscriptions}.items():
            connection = read_connection(options, os.environ, name, one_login=False)
            context.add_secrets(connection.secrets)
            log_in[name] = partial(SourceClient, connection, api, context)
        with opened(options["state_file"], context.secrets) as state:
            source = Source(options, queue, args.get("eda_feedback_queue"), context, state)
            await source.send()  # what the last run had no time for
            await _all_of(
                source.poll_forever(Poller(way, [one for one in subscriptions if one.api.name == name], state.known))
                for name, way in log_in.items()
            )
    except Exception as error:
        told = context.fault(error)
        _tell_bugs(context)
        raise Failure(masked(str(told), list(context.secrets))) from None
    finally:
        context.stop()


def _tell_bugs(context: SourceContext) -> None:
    while context.bugs:
        LOG.debug("%s", masked(context.bugs.pop(0), list(context.secrets)))


async def _all_of(coroutines: t.Iterable[t.Coroutine[t.Any, t.Any, None]]) -> None:
    """Until one of them fails; then the others end, too."""
    tasks = [asyncio.ensure_future(one) for one in coroutines]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _understood(args: t.Mapping[str, t.Any], context: SourceContext) -> tuple[Options, list[Subscription]]:
    """Raises OptionError, which may quote an option with a secret of the environment in it."""
    try:
        options = _read(args)
        return options, _subscriptions(options)
    except OptionError:
        context.add_secrets(secrets_around(os.environ))
        raise


def _read(args: t.Mapping[str, t.Any]) -> Options:
    """The options as a module has them. Raises OptionError."""
    given = _given(args)
    given.pop("eda_feedback_queue", None)
    if "passcode" in given:
        raise OptionError(
            "passcode: is good for one login, and the source logs in again whenever a login has expired; use "
            f"{WITHOUT_MFA}"
        )
    if isinstance(given.get("services"), str):
        given["services"] = [one.strip() for one in given["services"].split(",")]
    errors, given = misplaced(SPEC, given)
    if errors:
        raise OptionError("; ".join(errors))
    checked = ArgumentSpecValidator(SPEC).validate(given)
    if checked.error_messages:
        kind = "unknown option: " if checked.unsupported_parameters else ""
        raise OptionError(kind + "; ".join(checked.error_messages))
    options: Options = checked.validated_parameters
    _check_values(options)
    if options["feedback"] and args.get("eda_feedback_queue") is None:
        raise OptionError("feedback: ansible-rulebook has no persistence; start it with --persistence-id")
    return options


def _check_values(options: Options) -> None:
    """Raises OptionError."""
    check_range(options, "interval", 0.01, 86400)
    check_range(options, "feedback_timeout", 0.01, 86400)
    if options["stuck_after"] is not None:
        check_range(options, "stuck_after", 0.01, 366 * 86400)
    if options["state_file"] is not None:
        cleaned("state_file", options["state_file"])


def _subscriptions(options: Options) -> list[Subscription]:
    """Raises OptionError."""
    services = list(dict.fromkeys(options["services"]))
    filters = _given(options["filters"] or {})
    clusters = [_cluster(one) for one in options["clusters"] or ()]
    _check_services(services, filters, clusters)
    places = {"mrs": [one for n, one in enumerate(clusters) if one not in clusters[:n]]}
    return [
        _subscription(service, place, filters.get(service))
        for service in services
        for place in places.get(service, [{}])
    ]


def _given(values: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {name: value for name, value in values.items() if value is not None}


def _cluster(values: t.Mapping[str, t.Any]) -> dict[str, str]:
    """As it is looked for: blanks around its name make no other cluster of it."""
    return {key: text.strip(BLANKS) if key == "cluster_name" else text for key, text in _given(values).items()}


def _check_services(services: t.Sequence[str], filters: t.Iterable[str], clusters: t.Sequence[t.Any]) -> None:
    if not services:
        raise OptionError(f"services: is empty; name at least one of {', '.join(JOB_TYPES)}")
    if ("mrs" in services) != bool(clusters):
        raise OptionError("clusters: the service mrs needs them, and no other does")
    for name in filters:
        if name not in services:
            raise OptionError(f"filters.{name}: {name} is not one of the services")


def _subscription(service: str, where: dict[str, str], filters: Options | None) -> Subscription:
    job_type = JOB_TYPES[service]
    options = {**dict.fromkeys(job_type.options()), **where, "filters": filters}
    try:
        selection = job_type.select(options)
        if "older_than" in selection.filters:
            raise OptionError("filters.older_than: a job gets older without an event; see stuck_after")
    except OptionError as error:
        raise OptionError(f"{service}: {error}") from None
    for warning in selection.warnings:
        LOG.warning("%s: %s", service, warning)
    event_filters = {key: value for key, value in selection.filters.items() if key in STATUS_FILTERS}
    job_filters = {key: value for key, value in selection.filters.items() if key not in STATUS_FILTERS}
    return Subscription(service, options, where, job_filters, event_filters)


def _passes(error: Failure) -> bool:
    """Whether an error may pass, so that the next look may succeed."""
    if isinstance(error, Misdirected):
        return False
    return isinstance(error, (Unanswered, Unreachable, Skipped)) or getattr(error, "status", None) == 429


def pause(interval: float, failures: int) -> float:
    """Seconds from one look to the next: doubling, so that it is no burden to what has trouble already."""
    return max(interval, min(interval * 2.0 ** min(failures, 20), LONGEST_PAUSE))


class Source:
    """What one source does: look, judge, remember, send."""

    def __init__(
        self, options: Options, queue: t.Any, feedback: t.Any, context: SourceContext, state: StateFile
    ) -> None:
        self._options = options
        self._queue = queue
        self._feedback = feedback if options["feedback"] else None
        self._context = context
        self._state = state
        self._going_out = asyncio.Lock()
        self._clock = time.time() - time.monotonic()  # stays the same until someone sets the clock

    async def poll_forever(self, poller: Poller) -> None:
        """Ends by an exception only. Raises Failure where it makes no sense to go on."""
        while True:
            now = time.monotonic()
            polls = await asyncio.to_thread(
                poller.poll, [subscription for subscription in poller.subscriptions if subscription.due <= now]
            )
            _tell_bugs(self._context)
            self._judge(polls, now)
            seen = {one: poll for one, poll in polls.items() if isinstance(poll, Polled)}
            told = {one for one, polled in seen.items() if self._is_told_by_id(poller.by_id(one), one, polled)}
            for subscription, polled in seen.items():
                self._take(subscription, polled, quietly=subscription in told)
            self._state.save()  # here, as another loop may be sending: it would send at once what has just been added
            await self.send()
            await asyncio.sleep(
                max(0.0, min(subscription.due for subscription in poller.subscriptions) - time.monotonic())
            )

    def _judge(self, polls: t.Mapping[Subscription, Polled | Failure], now: float) -> None:
        """When each list is looked at again; one line for all that begins to fail, and one for what is back."""
        failed, back = [], []
        for subscription, poll in polls.items():
            if isinstance(poll, Polled):
                back += [subscription] if subscription.failures else []
                subscription.seen, subscription.failures = True, 0
            elif not subscription.seen and not _passes(poll):
                raise Failure(f"{subscription}: {poll}")
            else:
                failed += [] if subscription.failures else [(subscription, poll)]
                subscription.failures += 1
            subscription.due = now + pause(self._options["interval"], subscription.failures)
        if failed:
            LOG.warning("%s", self._plain(_unread(failed)))
        if back:
            LOG.warning("%s can be read again", _named(back))

    def _is_told_by_id(self, by_id: Subscription | None, by_name: Subscription, polled: Polled) -> bool:
        """Whether another list, which names the cluster by its ID, has the same jobs, and all that is known of them."""
        if by_id is None:
            return False
        known, project = self._state.known, polled.project_id
        return by_id.key(project) in known or by_name.key(project) not in known

    def _take(self, subscription: Subscription, polled: Polled, quietly: bool) -> None:
        """Notes in the state what is known now, and, unless ``quietly``, the events that are to be sent."""
        key, now = subscription.key(polled.project_id), self._now()
        known = self._state.known.get(key)
        stuck_after, service = self._options["stuck_after"], polled.service
        limit = Limit(stuck_after, JOB_TYPES[subscription.service].ended) if stuck_after is not None else None
        self._state.known[key], found = changes(known or {}, polled.snapshot, service.fields, now, limit)
        if subscription.event_filters:  # gone is no status
            found = [change for change in found if change.after]
        if quietly or (known is None and not self._options["initial"]):
            return
        for change in found:
            self._state.events.append(self._plain(_event(subscription, polled, change, now)))

    def _now(self) -> float:
        """Seconds since 1970. If someone has set the clock, all that is remembered moves with it."""
        moved = time.time() - time.monotonic() - self._clock
        if abs(moved) > CLOCK_SET:
            self._state.move(moved)
            self._clock += moved
        return time.time()

    async def send(self) -> None:
        """Sends all events, one after the other. They were saved before."""
        async with self._going_out:
            saved = time.monotonic()
            while self._state.events:
                await self._queue.put(_inert(self._state.events[0]))
                await self._confirmed()
                self._state.events.popleft()
                if not self._state.events or time.monotonic() - saved > SAVE_EVERY:
                    self._state.save()
                    saved = time.monotonic()

    async def _confirmed(self) -> None:
        if self._feedback is None:
            return
        timeout = self._options["feedback_timeout"]
        try:
            await asyncio.wait_for(self._feedback.get(), timeout)
        except asyncio.TimeoutError:
            raise Failure(f"feedback: the rule engine has not confirmed an event within {timeout:g} s") from None

    def _plain(self, value: t.Any) -> t.Any:
        """Without anything that is secret, as Ansible does it."""
        return masked(value, list(self._context.secrets))  # a thread may be about to hide another one


def _inert(value: t.Any) -> t.Any:
    """A copy in which Ansible finds no template: it takes all for one that a rule hands to a playbook or module, whoever has named the job."""
    if isinstance(value, str):
        return TEMPLATE.sub(r"\g<0> ", value)
    if isinstance(value, list):
        return [_inert(item) for item in value]
    return {_inert(key): _inert(item) for key, item in value.items()} if isinstance(value, dict) else value


def _named(subscriptions: t.Sequence[Subscription]) -> str:
    return few([str(one) for one in subscriptions], 1)


def _unread(failed: t.Sequence[tuple[Subscription, Failure]]) -> str:
    """A message about lists that cannot be read; it has the reason of the first one only."""
    subscription, reason = failed[0]
    whose = "" if len(failed) == 1 else f"; {subscription}"
    return f"{_named([one for one, dummy in failed])} cannot be read{whose}: {reason}"


def _event(subscription: Subscription, polled: Polled, change: Change, now: float) -> Event:
    before, after = change.before, change.after
    job = polled.snapshot.jobs.get(change.known.id)
    return {
        "type": "stuck" if change.stuck else "change",
        "service": subscription.service,
        "project_id": polled.project_id,
        **subscription.where,
        "id": change.known.id,
        "name": change.known.name,
        "before": before and before.status,
        "after": after and after.status,
        "time": datetime.fromtimestamp(now, timezone.utc).isoformat(timespec="seconds"),
        "seconds": before and max(0, int(now - before.since)),  # the clock may have been ahead when it was written down
        "job": job and {key: value for key, value in job.items() if key not in polled.service.detail_fields},
        "meta": {"uuid": str(uuid.uuid4())},
    }
