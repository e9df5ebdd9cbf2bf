# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What the keyword ``environment`` says beside the shell. A module gets both together, so it cannot tell one from the other."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ..module_utils._cloud.auth import KINDS, Credential, every_part
from ..module_utils._cloud.errors import OptionError
from ..module_utils._cloud.given import Value
from ..module_utils._cloud.identity import AUTH_TYPE, kinds
from ..module_utils._cloud.levels import ENVIRONMENT, VARIABLES, Environ, Level, of_environment
from ..module_utils._cloud.misplaced import no_text
from ..module_utils._cloud.rivals import CREDENTIAL
from ._module_defaults import ORDERS, Pairs, contest, given, pairs_of


def overruled_variable(task: t.Any, template: t.Callable[[t.Any], t.Any], around: Environ) -> str:
    """Why a task must not be carried out; empty if it may.

    ``around``: what is set where the module runs, further away than any ``environment``.
    """
    found = [around, *environs(task, template)]
    return _no_text({name: value for one in found for name, value in one.items()}) or _overruled(
        task, [{name: str(value) for name, value in one.items()} for one in found]
    )


def _no_text(environ: t.Mapping[str, t.Any]) -> str:
    """A login would be made with the text of it, and five failed ones lock a user. Of a number that need not be what was written."""
    for name in VARIABLES:
        if name in environ and environ[name] is None:
            return f"environment: {name} is null, of which Ansible makes the text None; leave it out, or set it to an empty text"
        if no_text(environ.get(name)):
            return f"environment: {name} must be plain text, not {no_text(environ[name])}"
    return ""


def _overruled(task: t.Any, levels: t.Sequence[Environ]) -> str:
    """A variable would win over one that is set nearer to the task, so it would act for somebody else."""
    environ = {name: text for one in levels for name, text in one.items()}
    told, decided = of_environment(environ), _decided(given(task.args))
    try:
        meant = kinds(told.keys)
    except OptionError:  # the module says what is wrong with OS_AUTH_TYPE
        return ""
    said = _said(told, [of_environment(one) for one in levels], meant)
    wins, lost = contest({option: where for option, where in said.items() if option not in decided}, _pairs(meant))
    if not wins:
        return ""
    names, name = (", ".join(_variable(option, environ) for option in some) for some in (wins, [lost]))
    return (
        f"{names} beside {name} of environment: would win over it, so the task would act for somebody else; leave one of both out, or "
        f"set {names} to an empty text in environment"
    )


def environs(task: t.Any, template: t.Callable[[t.Any], t.Any]) -> t.Iterator[dict[str, t.Any]]:
    """The ``environment`` of the play, of each block, and of the task itself. (``task.environment`` has them all in one.)"""
    source, around = task.get_ds(), task._parent._get_parent_attribute("environment")
    own = source.get("environment") if isinstance(source, Mapping) else None
    for part in (around, own):
        for one in part if isinstance(part, list) else [part]:
            found = template(one) if isinstance(one, (Mapping, str)) else None
            if isinstance(found, Mapping):
                yield {str(name): value for name, value in found.items()}


def _pairs(meant: t.Sequence[type[Credential]]) -> Pairs:
    """What wins over what, where only these kinds of login may count. A password or a domain alone names nobody who could lose."""
    order = [*map(every_part, meant), *(every_part(kind) for kind in KINDS if kind not in meant)]
    logins = [(way, tuple(option for option in others if option in CREDENTIAL)) for way, others in pairs_of([order])]
    return [*logins, *pairs_of(ORDERS[1:])]


def _decided(options: t.AbstractSet[str]) -> set[str]:
    """What the options of the task leave no choice of: they always win over the environment, and an entry of a cloud is used whole."""
    if "cloud" in options:
        return set(ENVIRONMENT)
    return {option for ways in ORDERS if _all_in(ways) & options for option in _all_in(ways)}


def _all_in(ways: t.Iterable[t.Iterable[str]]) -> set[str]:
    return {option for way in ways for option in way}


def _said(told: Level, levels: t.Sequence[Level], meant: t.Sequence[type[Credential]]) -> dict[str, set[int]]:
    """Where each option is set. Whoever says which kind of login it is means its options, too."""
    said = {option: _places(option, value, levels) for option, value in told.values.items()}
    if len(meant) == 1:
        types = {n for n, one in enumerate(levels) if any(key in AUTH_TYPE for key, dummy in one.keys)}
        said.update({option: said[option] | types for option in every_part(meant[0]) if option in said})
    return said


def _places(option: str, value: Value, levels: t.Sequence[Level]) -> set[int]:
    """Where this value of an option is set."""
    found = [one.values.get(option) for one in levels]
    return {n for n, one in enumerate(found) if one and one.text == value.text} or {0}


def _variable(option: str, environ: Environ) -> str:
    return next(filter(environ.get, ENVIRONMENT[option]))
