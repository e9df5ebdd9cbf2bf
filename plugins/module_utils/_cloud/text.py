# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Texts of others made fit to be shown: nothing that steers a terminal, no half characters, no length without end. Pure."""

from __future__ import annotations

import json
import re
import typing as t
from functools import lru_cache

LONGEST = 1000  # characters of a text that is shown
LONGEST_SHOWN = 60  # characters of a name or a word within a sentence
UNREADABLE = "\ufffd"
HIDDEN = "********"  # for a secret within a text, as Ansible writes it
HIDDEN_WHOLE = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"  # for a text that is one
WORD = re.compile(r"[A-Za-z0-9_-]{1,64}")  # an id that can be part of a path as it is
TWICE = "a key twice"
HALVES = re.compile("[\ud800-\udfff]")  # of a surrogate pair: no text can be written down with one


class Passcode(str):
    """A secret of six digits. It hides only where it stands by itself, as many an id, time or size contains such a number."""

    __slots__ = ()


def plain(text: str, secrets: t.Collection[str] = ()) -> str:
    """``text`` as ``clean`` has it, cut where it is very long; then no part of a secret is left in it."""
    if len(text) <= LONGEST:
        return clean(text)
    shown = clean(_without(text, _longest_first(secrets)))
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}… ({len(text)} characters)"


@lru_cache(maxsize=256)  # many jobs have few different statuses
def clean(text: str) -> str:
    """``text`` in one line, without escape sequences and without what changes the direction of writing."""
    text = " ".join(text.split())
    return text if text.isprintable() else "".join(sign if sign.isprintable() else UNREADABLE for sign in text)


def escaped(text: str, longest: int | None = LONGEST_SHOWN) -> str:
    """``text`` on one line, cut after ``longest`` characters, and what a terminal would obey spelt out."""
    found = text[:longest]
    if not found.isprintable():
        found = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in found)
    return found if longest is None or len(text) <= longest else f"{found}…"


def few(texts: t.Sequence[str], most: int) -> str:
    """The first ones, ``most`` at the most, and how many more there are."""
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return ", ".join(texts[:most]) + more


def shows(text: str, secrets: t.Collection[str]) -> bool:
    """Whether there is one in ``text``, which is JSON. To look into each value of a large result costs five times as much."""
    return any(json.dumps(secret)[1:-1] in text for secret in secrets)


def masked(value: t.Any, secrets: t.Collection[str], keys: bool = False) -> t.Any:
    """``value``, made of what JSON knows, without ``secrets`` in its texts and numbers; the ``keys`` of objects stay, unless a user has made them.

    (Up to 2.21 ansible-core does so itself to the results of modules. Later ones do so only where they show them.)
    """
    return _masked(value, _longest_first(secrets), keys) if secrets else value


def masked_result(result: t.Mapping[str, t.Any], secrets: t.Collection[str]) -> dict[str, t.Any]:
    """The result of a task without secrets. Part by part, as the invocation always holds some; its keys come from the user."""
    return {
        name: masked(value, secrets, name == "invocation") if shows(json.dumps(value, default=str), secrets) else value
        for name, value in result.items()
    }


def _masked(value: t.Any, secrets: t.Sequence[str], keys: bool) -> t.Any:
    if isinstance(value, str):
        return HIDDEN_WHOLE if value in secrets else _without(value, secrets)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return HIDDEN_WHOLE if _hides(str(value), secrets) else value
    if isinstance(value, (list, tuple)):
        return [_masked(item, secrets, keys) for item in value]
    if isinstance(value, dict):
        return {
            _masked(key, secrets, keys) if keys else key: _masked(item, secrets, keys) for key, item in value.items()
        }
    return value


def _hides(number: str, secrets: t.Sequence[str]) -> bool:
    return any(secret in number for secret in secrets if not isinstance(secret, Passcode))


def _longest_first(secrets: t.Iterable[str]) -> list[str]:
    """The longest secret first, as one may be a part of another."""
    return sorted(filter(None, secrets), key=len, reverse=True)


def _without(text: str, secrets: t.Sequence[str]) -> str:
    for secret in secrets:
        if isinstance(secret, Passcode):
            # escaped, as it is hidden even before it is known to be digits
            text = re.sub(rf"(?<![\w-])(?<!\d\.){re.escape(secret)}(?![\w-]|\.\d)", HIDDEN, text)
        else:
            text = text.replace(secret, HIDDEN)
    return text


class KeyTwice(ValueError):
    """JSON and YAML leave open which of them counts: readers take the first or the last one, or refuse both."""


def each_once(pairs: list[tuple[str, t.Any]]) -> dict[str, t.Any]:
    """An object of JSON. Raises KeyTwice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise KeyTwice(TWICE)
    return found


def whole(value: t.Any) -> t.Any:
    """JSON without half characters, in keys and values."""
    if isinstance(value, str):
        return value if value.isascii() else HALVES.sub(UNREADABLE, value)
    if isinstance(value, list):
        return [whole(item) for item in value]
    if isinstance(value, dict):
        return {key if key.isascii() else whole(key): whole(item) for key, item in value.items()}
    return value
