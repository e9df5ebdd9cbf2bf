# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control API under /_emulator/: never logged, never authenticated, never faulty."""

from __future__ import annotations

import typing as t

from .settings import SettingError
from .wire import Reply, Request

if t.TYPE_CHECKING:
    from .cloud import Cloud

PREFIX = "/_emulator/"


def answer(emulator: Cloud, request: Request) -> Reply:
    """The reply to a control request."""
    command = COMMANDS.get((request.method, request.path[len(PREFIX) :]))
    if command is None:
        known = sorted(f"{method} {PREFIX}{name}" for method, name in COMMANDS)
        return Reply(404, {"error": "there is no such command", "commands": known})
    try:
        body = request.json() if request.body else {}
        if isinstance(body, (dict, list)):
            return Reply(200, command(emulator, body, dict(request.pairs())))
        return Reply(400, {"error": "the body must be an object or an array"})
    except (SettingError, ValueError, TypeError, AttributeError, KeyError) as error:
        return Reply(400, {"error": str(error) or repr(error)})


def _health(emulator, body, query) -> dict:
    return {"status": "ok", "url": emulator.url}


def _reset(emulator, body, query) -> dict:
    emulator.reset()
    return {}


def _seed(emulator, body, query) -> dict:
    emulator.load(body)
    return {}


def _show_settings(emulator, body, query) -> dict:
    return emulator.settings.as_dict()


def _change_settings(emulator, body, query) -> dict:
    emulator.settings.update(body)
    return emulator.settings.as_dict()


def _show_jobs(emulator, body, query) -> dict:
    with emulator.world.lock:
        return {name: store.truth() for name, store in emulator.world.stores.items()}


def _put_jobs(emulator, body, query) -> dict:
    ids: dict[str, list] = {}
    for kind, entries in body.items():
        if kind not in emulator.world.stores:
            raise SettingError(f"unknown kind of jobs {kind!r}; known are {', '.join(emulator.world.stores)}")
        ids[kind] = [job.id for entry in entries for job in emulator.world.add(kind, entry)]
    return ids


def _show_faults(emulator, body, query) -> list:
    return emulator.faults.as_list()


def _add_faults(emulator, body, query) -> list:
    emulator.faults.extend(body if isinstance(body, list) else [body])
    return emulator.faults.as_list()


def _clear_faults(emulator, body, query) -> list:
    emulator.faults.clear()
    return []


def _expire_tokens(emulator, body, query) -> dict:
    with emulator.world.lock:
        return {"expired": emulator.world.identities.expire_tokens(**body)}


def _expire_keys(emulator, body, query) -> dict:
    with emulator.world.lock:
        return {"expired": emulator.world.identities.expire_keys()}


def _show_log(emulator, body, query) -> dict:
    summary = emulator.log.summary()
    return summary if query.get("requests") == "no" else {**summary, "requests": emulator.log.entries()}


def _clear_log(emulator, body, query) -> dict:
    emulator.log.clear()
    return {}


COMMANDS: dict[tuple[str, str], t.Callable] = {
    ("GET", "health"): _health,
    ("POST", "reset"): _reset,
    ("POST", "seed"): _seed,
    ("GET", "settings"): _show_settings,
    ("POST", "settings"): _change_settings,
    ("GET", "jobs"): _show_jobs,
    ("POST", "jobs"): _put_jobs,
    ("GET", "faults"): _show_faults,
    ("POST", "faults"): _add_faults,
    ("DELETE", "faults"): _clear_faults,
    ("POST", "tokens/expire"): _expire_tokens,
    ("POST", "access_keys/expire"): _expire_keys,
    ("GET", "log"): _show_log,
    ("DELETE", "log"): _clear_log,
}
