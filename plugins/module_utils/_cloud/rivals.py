# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Variables beside OS_CLOUD: whether they name the same as its entry. Which of them is meant, nobody here guesses."""

from __future__ import annotations

import typing as t

from . import identity, levels
from .auth import Password
from .clouds_yaml import chooses_none, has_openstacksdk, of_cloud, pointer
from .errors import OptionError
from .given import Value

PROJECT = ("project_id", "tenant_id", "project_name", "tenant_name")
# What names somebody even alone. A password, a domain or an address does not.
CREDENTIAL = ("token", "auth_token", "access_key", "username", "user_id", "userid")


def entry_that_counts(
    name: str | None, by_task: bool, task: levels.Level, env: levels.Level, environ: levels.Environ
) -> levels.Level | None:
    """The entry ``name``, or the one that the environment points to. None if that does not count. Raises OptionError.

    ``by_task``: the task has a credential of its own.
    """
    if name is not None:
        return of_cloud(name, environ, task, env)
    if by_task:
        _refuse_other_place(task, env, environ)
        return None
    return _entry_around(task, env, environ)


def _entry_around(task: levels.Level, env: levels.Level, environ: levels.Environ) -> levels.Level | None:
    """The entry that the environment points to, None if there is none that counts. Raises OptionError as _compared does."""
    if chooses_none(environ):
        if not any(key in CREDENTIAL for key, dummy in env.keys):
            of_cloud(None, environ, task, env)  # raises, and says what there is to choose from
        return None
    return _compared(_rivals(task, env), task, env, environ)


def _refuse_other_place(task: levels.Level, env: levels.Level, environ: levels.Environ) -> None:
    """For a task with a credential, beside which the entry does not count. Raises OptionError if variables name another place."""
    of_place = _places(task)
    rivals = [(key, value) for key, value in env.keys if key in of_place]
    if rivals and not chooses_none(environ):
        _compared(rivals, task, env, environ)


def _compared(rivals: identity.Keys, task: levels.Level, env: levels.Level, environ: levels.Environ) -> levels.Level:
    """The entry that the environment points to. Raises OptionError where its other variables name something else."""
    if rivals and not has_openstacksdk():
        raise _contradiction(environ, rivals[0][1], "only openstacksdk could compare them, and it is not installed")
    entry = of_cloud(None, environ, task, env)
    other = next((variable for key, variable in rivals if not _agree(key, variable, env, entry)), None)
    if other:
        raise _contradiction(environ, other, "they do not say the same")
    return entry


def _places(task: levels.Level) -> tuple[str, ...]:
    """The keys of a project and a region that a task leaves open."""
    project = () if {"project_id", "project_name"} & task.values.keys() else PROJECT
    return project if "region" in task.values else (*project, "region_name")


def _rivals(task: levels.Level, env: levels.Level) -> identity.Keys:
    counting = (*_places(task), *CREDENTIAL, *_agencies(task))
    rivals = [(key, value) for key, value in env.keys if key in counting or _asks(key, value)]
    if levels.DOMAIN in env.values and levels.DOMAIN not in task.values:
        rivals.append((levels.DOMAIN, env.values[levels.DOMAIN]))
    return rivals


def _asks(key: str, value: Value) -> bool:
    """Whether a variable asks for a login of another kind than the usual ones."""
    return identity.is_foreign(key, value) or bool(_promise(key, value))


def _agencies(task: levels.Level) -> list[str]:
    """The keys of those options of an agency that a task leaves open."""
    wanted = identity.left_open(task.values)
    return [key for key, option in identity.AGENCY_OPTION.items() if option in wanted]


def _promise(key: str, value: Value) -> str:
    """The option that a kind of login needs besides the usual ones, if the variable names such a kind."""
    return identity.NEEDED.get(value.text.lower(), "") if key in identity.AUTH_TYPE else ""


def _agree(key: str, variable: Value, env: levels.Level, entry: levels.Level) -> bool:
    """Whether a variable says the same as the entry, or fills a gap in it."""
    if key == "region_name":
        own = entry.values.get("region")
        return own is None or own.text == variable.text
    if key == levels.DOMAIN:
        own = entry.values.get(levels.DOMAIN)
        return own is None or own.text.lower() == variable.text.lower()
    if key in PROJECT:
        return _same_project(env, entry)
    if _promise(key, variable):
        return _promise(key, variable) in entry.values
    if key in identity.AGENCY_OPTION:
        return _same_agency(identity.AGENCY_OPTION[key], env, entry)
    return _same_somebody(key, env, entry)


def _same_somebody(key: str, env: levels.Level, entry: levels.Level) -> bool:
    if key in CREDENTIAL and not _names_somebody(entry):
        return True
    return key in ("username", "user_id") and levels.kind_of(entry) is Password and _same_user(key, env, entry)


def _names_somebody(entry: levels.Level) -> bool:
    return any(option in entry.values for option in ("token", "access_key", "username", "user_id"))


def _same_agency(option: str, env: levels.Level, entry: levels.Level) -> bool:
    """Whether the agency is the same. One of the environment does not count with the login of an entry, so it fills no gap in it."""
    if option in entry.values:
        return _same((option,), env, entry)
    return not _names_somebody(entry) and not any(other in entry.values for other in identity.AGENCY)


def _same_user(form: str, env: levels.Level, entry: levels.Level) -> bool:
    """Whether the user is the same, by id, or by name in the same domain. A name is never the same as an id."""
    mine, its = ({"user_domain_name", "user_domain_id"} & level.values.keys() for level in (env, entry))
    domains = mine & its if form == "username" else set()
    unlike = form == "username" and mine and its and not domains
    return form in entry.values and not unlike and _same((form, *domains), env, entry)


def _same_project(env: levels.Level, entry: levels.Level) -> bool:
    """Whether the project is the same. An ID counts before a name, and is never the same as a name."""
    if not {"project_id", "project_name"} & entry.values.keys():
        return True
    with_id = ["project_id" in level.values for level in (env, entry)]
    if any(with_id):
        return all(with_id) and _same(("project_id",), env, entry)
    return _same(("project_name",), env, entry)


def _same(options: t.Sequence[str], env: levels.Level, entry: levels.Level) -> bool:
    both = [option for option in options if option in env.values and option in entry.values]
    for option in both:
        levels.refuse_two_names(env, option)
    return bool(both) and all(env.values[option].text == entry.values[option].text for option in both)


def _contradiction(environ: levels.Environ, variable: Value, why: str) -> OptionError:
    return OptionError(
        f"{pointer(environ)} beside {variable.name}: {why}; unset one of them, or set the option in the task"
    )
