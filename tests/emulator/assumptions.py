# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that are chosen by the id of what the collection assumes of the services, as the documentation lists it."""

from __future__ import annotations

import pathlib
import re
import typing as t

from .settings import SettingError

FILE = pathlib.Path(__file__).resolve().parents[2] / "playbooks/files/assumptions.yml"
# As the file is written, since nothing but Python need be there; a test reads it as YAML and compares
ENTRY = re.compile(r"^- \{id: (A\d+),(.*?)\}$", re.MULTILINE | re.DOTALL)
SWITCH = re.compile(r"switch: (\w+), assumed: ([^,]+), others: \[(.*?)\]", re.DOTALL)


class Switch(t.NamedTuple):
    """One of the ``answers``, and its values as text: the one that is assumed, then others."""

    name: str
    values: list[str]


def switches() -> dict[str, Switch]:
    """By the id of each assumption."""
    return {name: _switch(text) for name, text in ENTRY.findall(FILE.read_text(encoding="utf-8"))}


def _switch(text: str) -> Switch:
    ((name, assumed, others),) = SWITCH.findall(text)
    return Switch(name, [value.strip("' \n") for value in (assumed, *others.split(","))])


def chosen(pairs: t.Iterable[tuple[str, str]]) -> dict[str, str]:
    """The ``answers`` of a command line, where an id may stand for a name and ``other`` for the first of its other values."""
    answers: dict[str, str] = {}
    for key, value in pairs:
        name, value = _by_id(key, value) if re.fullmatch(r"A\d+", key) else (key, value)
        if answers.setdefault(name, value) != value:
            raise SettingError(f"--answer {key}: {name} cannot be {answers[name]} and {value}")
    return answers


def _by_id(key: str, value: str) -> tuple[str, str]:
    known = switches()
    if key not in known:
        raise SettingError(f"--answer {key}: there is no such assumption; they are {', '.join(known)}")
    switch = known[key]
    if value != "other" and value not in switch.values:
        raise SettingError(f"--answer {key}: choose from {', '.join(switch.values)}, or other for the second of them")
    return switch.name, switch.values[1] if value == "other" else value
