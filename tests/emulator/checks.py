# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the services read requests: strictly. What no documentation allows is refused."""

from __future__ import annotations

import re
import typing as t

from .wire import ApiError, Request

MAX_LONG = 2**63 - 1
WORD = r"[A-Za-z0-9_-]{1,64}"  # the form of names and ids
UUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"


def whole_number(text: str, least: int, most: int = MAX_LONG) -> int | None:
    """The number, or None if the text is no number from ``least`` to ``most``."""
    is_number = text.isascii() and text.isdigit() and len(text) < 20
    return int(text) if is_number and least <= int(text) <= most else None


def json_object(request: Request) -> dict | None:
    """The body, or None if it is no JSON object or not said to be JSON."""
    try:
        body = request.json() if request.headers.get("content-type", "").startswith("application/json") else None
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


class Query:
    """The parameters of a request: each known, and given once.

    ``refuse`` makes an error of the service from a message; ``known`` names the parameters, separated by spaces, and
    ``lists`` those of them that may be given more than once.
    """

    def __init__(self, request: Request, refuse: t.Callable[[str], ApiError], known: str = "", lists: str = "") -> None:
        self._refuse, names = refuse, known.split()
        self._values: dict[str, str] = {}
        self._lists: dict[str, list[str]] = {name: [] for name in lists.split()}
        for name, value in request.pairs():
            if name in self._lists:
                self._lists[name].append(value)
            elif name not in names or name in self._values:
                raise refuse(f"The query parameter {name} is unknown or given twice.")
            else:
                self._values[name] = value

    def number(self, name: str, default, least: int = 0, most: int = MAX_LONG, error: ApiError | None = None):
        """A number, the default if there is no such parameter. ``error``: where the service has one of its own."""
        if name not in self._values:
            return default
        number = whole_number(self._values[name], least, most)
        if number is None:
            raise error or self._refuse(f"{name} must be a number from {least} to {most}.")
        return number

    def one_of(self, name: str, choices: t.Collection[str]) -> str | None:
        """One of these words, None if there is no such parameter."""
        value = self._values.get(name)
        if value is not None and value not in choices:
            raise self._refuse(f"{name} must be one of {', '.join(sorted(choices))}.")
        return value

    def several(self, name: str, choices: t.Collection[str]) -> list[str]:
        """Some of these words, none if there is no such parameter."""
        for value in self._lists[name]:
            if value not in choices:
                raise self._refuse(f"{name} must be some of {', '.join(sorted(choices))}.")
        return self._lists[name]

    def text(self, name: str, pattern: str = ".*") -> str | None:
        """Text that matches, None if there is no such parameter."""
        value = self._values.get(name)
        if value is not None and not re.fullmatch(pattern, value, re.DOTALL):
            raise self._refuse(f"{name} must match {pattern}.")
        return value

    def texts(self, *names: str) -> dict[str, str]:
        """Those of these parameters that were given."""
        return {name: self._values[name] for name in names if name in self._values}

    def pairs(self, name: str, equals: str, pattern: str) -> tuple[tuple[str, str], ...]:
        """Tags: text such as k=v,k2=v2."""
        text = self.text(name, pattern)
        parts = [pair.partition(equals) for pair in text.split(",")] if text else []
        return tuple((key, value) for key, dummy, value in parts)
