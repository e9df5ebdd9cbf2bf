# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What ``module_defaults`` say beside a task. Ansible puts both together, so a module cannot tell one from the other."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ..module_utils._cloud.auth import KINDS, every_part
from ..module_utils._cloud.identity import PROJECT, TARGET_PROJECT
from ..module_utils._cloud.options import connection_options

# What names the same in several ways, each of which wins over those after it
ORDERS = (
    (*map(every_part, KINDS), ("cloud",)),
    tuple((option,) for option in PROJECT),
    tuple((option,) for option in TARGET_PROJECT),
)
# Each way, and the options of all those after it
PAIRS = [(way, sum(ways[n:], ())) for ways in ORDERS for n, way in enumerate(ways, 1)]
SPEC = connection_options()
NAMES = {name: option for option in SPEC for name in (option, *SPEC[option].get("aliases", ()))}
OURS = ("otc.bigdata.", "group/otc.bigdata.")

Template = t.Callable[[t.Any], t.Any]


def overruled(arguments: t.Mapping[str, t.Any], module_defaults: t.Iterable[t.Any], template: Template) -> str:
    """Why a task must not be carried out: a default would win over what the task itself says, so it would act for somebody else.

    Empty if none does. ``arguments``: of the task and the defaults together. ``template``: gives None for what it cannot work out.
    """
    defaults = _defaults(module_defaults, template)
    given = dict(_by_option(arguments))
    own = {option for option, value in given.items() if value not in defaults.get(option, ())}
    for way, others in PAIRS if defaults else ():
        wins = [option for option in way if option in given]
        lost = [option for option in others if option in own]
        if wins and lost and own.isdisjoint(wins):
            names = ", ".join(wins)
            return (
                f"{names} of module_defaults beside {lost[0]} of the task: would win over it, so the task would act for somebody else; leave "
                f"one of both out, or set {names} to null in the task"
            )
    return ""


def _defaults(module_defaults: t.Iterable[t.Any], template: Template) -> dict[str, list[t.Any]]:
    """All that they say of an option; Ansible knows what of that counts for a task."""
    found: dict[str, list[t.Any]] = {}
    for values in [values for one in module_defaults for name, values in one.items() if name.startswith(OURS)]:
        for option, value in _by_option(values if isinstance(values, Mapping) else template(values) or {}):
            found.setdefault(option, []).append(template(value))
    return found


def _by_option(values: t.Mapping[str, t.Any]) -> list[tuple[str, t.Any]]:
    """What is not null, by the main names of the options of a connection."""
    return [(NAMES[name], value) for name, value in values.items() if name in NAMES and value is not None]
