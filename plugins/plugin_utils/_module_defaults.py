# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What ``module_defaults`` say beside a task. Ansible puts both together, so a module cannot tell one from the other."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible.parsing.mod_args import ModuleArgsParser

from ..module_utils._cloud.auth import KINDS, every_part
from ..module_utils._cloud.identity import PROJECT, TARGET_PROJECT
from ..module_utils._cloud.options import connection_options, names_of

# Options that name the same in several ways; each wins over those after it
ORDERS = (
    (*map(every_part, KINDS), ("cloud",)),
    tuple((option,) for option in PROJECT),
    tuple((option,) for option in TARGET_PROJECT),
    (TARGET_PROJECT, PROJECT),
)
NAMES = names_of(connection_options())

Options = t.AbstractSet[str]  # of a connection, by their main names
Pairs = t.Sequence[tuple[tuple[str, ...], tuple[str, ...]]]


def pairs_of(orders: t.Iterable[t.Sequence[tuple[str, ...]]]) -> Pairs:
    """The options of each way to name something, and those that they win over."""
    return [(way, sum(ways[n:], ())) for ways in orders for n, way in enumerate(ways, 1)]


PAIRS = pairs_of(ORDERS)


def overruled(task: t.Any, template: t.Callable[[t.Any], t.Any]) -> str:
    """Why a task must not be carried out: a default would win over what is said nearer to it, so it would act for somebody else.

    Empty if none does. ``task`` has its arguments and the defaults together.
    """
    levels = [*_of_defaults(task, template), _of_task(task, template)]
    return _why(given(task.args), levels)


def given(arguments: t.Mapping[str, t.Any]) -> Options:
    """The options that count. Null or an empty text puts one out of use."""
    return _options({name: value for name, value in arguments.items() if value not in (None, "")})


def _why(counting: Options, levels: t.Sequence[Options]) -> str:
    """``counting``: all that counts; ``levels``: what says so, the task itself last."""
    task = len(levels) - 1
    said = {option: {max((n for n, one in enumerate(levels) if option in one), default=task)} for option in counting}
    wins, lost = contest(said, PAIRS)
    if not wins:
        return ""
    names, whose = ", ".join(wins), "the task" if task in said[lost] else "nearer ones"
    return (
        f"{names} of module_defaults beside {lost} of {whose}: would win over it, so the task would act for somebody else; leave "
        f"one of both out, or set {names} to null in the task"
    )


def contest(said: t.Mapping[str, t.Collection[int]], pairs: Pairs) -> tuple[list[str], str]:
    """Options that would win over one that is said nearer to the task, and that one; empty if none would.

    ``said``: how near each is said, in all places that say the same of it. Beside what wins, it is meant so.
    """
    for way, others in pairs:
        wins = [option for option in way if option in said]
        nearest = max((max(said[option]) for option in wins), default=0)
        lost = [option for option in others if option in said and _is_nearer(said[option], nearest)]
        if wins and lost:
            return wins, max(lost, key=lambda option: max(said[option]))
    return [], ""


def _is_nearer(places: t.Collection[int], nearest: int) -> bool:
    return nearest not in places and max(places) > nearest


def _of_defaults(task: t.Any, template: t.Callable[[t.Any], t.Any]) -> list[Options]:
    """Of each group that the action is in, and of the action itself. As Ansible has it, of the same name in several blocks the inner one counts."""
    every: dict[str, t.Any] = {}
    for one in task.module_defaults:
        every.update(one)
    groups = {f"group/{name}" for name in (task._parent._play._action_groups or {}).get(task.resolved_action, ())}
    names = [*(name for name in every if name in groups), task.resolved_action]
    return [
        _options(template(every[name])) if isinstance(every[name], str) else _options(every[name])
        for name in names
        if name in every
    ]


def _of_task(task: t.Any, template: t.Callable[[t.Any], t.Any]) -> Options:
    """The options that are written in the task itself."""
    source = task.get_ds()
    if not isinstance(source, dict):
        return frozenset()
    written = ModuleArgsParser(source, task.collections).parse(skip_action_validation=True)[1]
    return _options({**written, **(template(written.get("_variable_params")) or {})})


def _options(values: t.Any) -> Options:
    return {NAMES[name] for name in values if name in NAMES} if isinstance(values, Mapping) else frozenset()
