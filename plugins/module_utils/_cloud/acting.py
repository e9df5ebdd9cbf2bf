# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Who acts, and in which project: the login that counts among those that are given, its agency, what goes with it."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from . import auth, identity
from .errors import OptionError
from .given import Value, shown
from .levels import Environ, Level, highest, is_around, kind_of, named, one_of, refuse_misspelt

if t.TYPE_CHECKING:
    from .agency import Agency, Delegate


class ChosenLogin(t.NamedTuple):
    """A credential, and the levels that have a part of it; the first of them has decided."""

    credential: auth.Credential
    of: t.Sequence[Level]


def who_and_where(
    levels: t.Sequence[Level], login: ChosenLogin, of_all_projects: bool, one_login: bool
) -> tuple[auth.Credential | Delegate, auth.Project]:
    """Whoever acts, and the project that is acted in: with an agency, that of the other account."""
    task = levels[0]
    riders = [task, *(level for level in login.of if level is not task)]  # what goes with a login comes from these
    own = _with_passcode(login.credential, riders, one_login)
    agency = _agency(riders, of_all_projects)
    _refuse_promises(levels, riders, login._replace(credential=own), agency)
    project = _project(levels, login)
    if agency:
        return agency.used_by(own, project), _target_project(levels, riders)
    return own, project


def chosen_login(name: str | None, task: Level, env: Level, environ: Environ) -> tuple[ChosenLogin, list[Level]]:
    """The login, and all levels from the highest down.

    The highest level that names any part of a credential decides; parts left out by a task come from the environment.
    """
    of_the_task = _whole(task, env)
    entry = None
    if name is not None or is_around(environ):
        from .rivals import entry_that_counts  # only here, as most tasks need no clouds.yaml, and imports cost time

        entry = entry_that_counts(name, bool(of_the_task), task, env, environ)
    if entry and name is not None:
        found = of_the_task or _whole(entry)
        if not found:  # its entry may hold another kind of credential, and somebody else's must not take its place
            raise _nobody(entry)
        return found, [task, entry, env]
    if of_the_task:
        return of_the_task, [task, env]
    return _login_around(env, entry), [task, env, entry] if entry else [task, env]


def _login_around(env: Level, entry: Level | None) -> ChosenLogin:
    """The login of a task that names none: from the environment, or from the entry that the environment points to."""
    refuse_misspelt(env)
    found = (_whole_or_none(env) or _whole(entry) or _whole(env)) if entry else _whole(env)
    if not found:
        identity.refuse_foreign(env.keys)
        raise _nobody(entry or env)
    return found


def _whole(level: Level, rest: Level | None = None) -> ChosenLogin | None:
    """The credential of a level, None if it names no part of one. Raises OptionError where it is half given.

    Parts that it leaves out come from ``rest``.
    """
    kind = kind_of(level)
    if kind is None:
        return None
    # an optional part belongs to the others, so it comes from where they come from
    of = [level, rest] if rest and auth.missing_parts(kind, level.values) else [level]
    for one in of:
        identity.refuse_foreign(one.keys)
        refuse_misspelt(one)
    given = _parts(kind, of)
    missing = auth.missing_parts(kind, given)
    if missing:
        raise _half_given(level, kind, missing)
    credential = kind(**{**dict.fromkeys(kind.parts), **given})
    if isinstance(credential, auth.Password) and level.note:
        credential = replace(credential, note=level.note)
    return ChosenLogin(credential, of)


def _parts(kind: type[auth.Credential], of: t.Sequence[Level]) -> dict[str, t.Any]:
    """The parts of a credential that are given, each in its form (name or id) at the highest level that has it."""
    parts = [
        one_of(of, [part, kind.forms[part]] if part in kind.forms else [part]) for part in (*kind.parts, *kind.optional)
    ]
    return {part[0]: part[1].text for part in parts if part}


def _half_given(level: Level, kind: type[auth.Credential], missing: t.Sequence[str]) -> OptionError:
    first = next(part for part in auth.every_part(kind) if part in level.values)
    names = f"{level.place}{' + '.join(missing)}" if level.place else named(missing)
    return OptionError(f"{names}: missing, as {first} is given")


def _whole_or_none(env: Level) -> ChosenLogin | None:
    """The credential of the environment; one that is half given does not count."""
    kind = kind_of(env)
    return _whole(env) if kind and not auth.missing_parts(kind, env.values) else None


def _nobody(level: Level) -> OptionError:
    ways = (
        f"set {' or '.join(named(kind.parts) for kind in identity.kinds(level.keys))}, or cloud (environment: OS_CLOUD)"
    )
    wanted = [f"{value.name} asks for {shown(value.text)}; " for key, value in level.keys if key in identity.AUTH_TYPE]
    return OptionError(f"{level.place}no credential: {''.join(wanted[:1])}{ways}")


def _with_passcode(credential: auth.Credential, riders: t.Sequence[Level], one_login: bool) -> auth.Credential:
    """Raises OptionError for a passcode that no login could be made with."""
    passcode = highest(riders, "passcode")
    if not passcode:
        return credential
    if not one_login:
        raise OptionError(
            f"{passcode.name}: is good for one login, so only a single task of a module can use it; use {auth.WITHOUT_MFA}"
        )
    if not isinstance(credential, auth.Password):
        raise OptionError(f"{passcode.name}: goes with a user_id and a password, not with a token or an access key")
    username = None if credential.user_id else highest(riders, "username")
    if username:
        raise OptionError(f"{passcode.name}: needs {_wanted('user_id', riders)} in place of {username.name}")
    return replace(credential, passcode=passcode.text)


def _wanted(option: str, riders: t.Sequence[Level]) -> str:
    """An option for a message, with its variable if that would count."""
    return named([option]) if any(not level.place for level in riders[1:]) else option


def _agency(riders: t.Sequence[Level], of_all_projects: bool) -> Agency | None:
    """The agency to act through. Raises OptionError where it is half given."""
    first = _any_of(riders, identity.AGENCY)
    if first is None:
        return None
    name = highest(riders, "target_agency_name")
    domain = one_of(riders, ["target_domain_name", "target_domain_id"])
    project = of_all_projects or _any_of(riders, identity.TARGET_PROJECT)
    if name and domain and project:
        from .agency import Agency  # only here, as imports cost time

        account = {domain[0].replace("target_", ""): domain[1].text}
        return Agency(name.text, **account)
    missing = "project" if name and domain else "domain" if name else "agency"
    raise OptionError(f"{_wanted(f'target_{missing}_name', riders)}: missing, as {first.name} is given")


def _any_of(levels: t.Sequence[Level], options: t.Sequence[str]) -> Value | None:
    """The first of these options that is set anywhere, unchecked."""
    return next((level.values[option] for level in levels for option in options if option in level.values), None)


def _refuse_promises(
    levels: t.Sequence[Level], riders: t.Sequence[Level], login: ChosenLogin, agency: Agency | None
) -> None:
    """What an ``auth_type`` promises, and an agency beside a login that is not its own: the jobs would be somebody else's."""
    for level in levels:
        if level.place and level not in login.of:
            _refuse_agency_of(level, levels[0], login)
        promise = identity.promised(level.keys) if level.place or level in login.of else None
        kept = {"target_agency_name": agency, "passcode": getattr(login.credential, "passcode", None)}
        if promise and not kept[promise[0]]:
            raise OptionError(f"{promise[1].name}: {promise[1].text} needs {_wanted(promise[0], riders)}")


def _refuse_agency_of(entry: Level, task: Level, login: ChosenLogin) -> None:
    """Raises OptionError where the login is not that of the entry, and neither the task nor the login's own place overrules it."""
    for option in identity.left_open(task.values):
        value = entry.values.get(option)
        same = [one.values[option].text for one in login.of if option in one.values]
        if value and value.text not in same:
            raise OptionError(f"{value.name}: counts only with the login of its entry; set it in the task")


def _target_project(levels: t.Sequence[Level], riders: t.Sequence[Level]) -> auth.Project:
    """The project to act in. Raises OptionError for one of the own account that somebody may have meant instead."""
    for level in riders:
        target = [highest([level], option) for option in identity.TARGET_PROJECT]
        chosen = next(filter(None, target), None)
        if chosen:
            above = _any_of(levels[: levels.index(level)], identity.PROJECT)
            if above:
                raise OptionError(
                    f"{above.name} beside {chosen.name}: is the project of the user's own account; the one to act in is "
                    "named by target_project_name or target_project_id"
                )
            return auth.Project(*(one.text if one else None for one in target))
    return auth.Project()


def _project(levels: t.Sequence[Level], login: ChosenLogin) -> auth.Project:
    """The highest level that names one decides; within a level the id wins over the name."""
    for level in levels:
        project_id, name = highest([level], "project_id"), highest([level], "project_name")
        if project_id:
            return auth.Project(project_id.text, name.text if name else None)
        if name:
            _refuse_other_domain([level, *login.of], login)
            return auth.Project(name=name.text)
    return auth.Project()


def _refuse_other_domain(levels: t.Sequence[Level], login: ChosenLogin) -> None:
    """A name is only looked for in the domain of the user, and every domain has a project named like its region."""
    credential = login.credential
    for level in levels:
        own = _own_domain(credential, level)
        for key, value in level.keys:
            if key in own and value.text != own[key] and value.text.lower() != "default":
                if not value.text:  # an entry has something else there
                    raise OptionError(f"{value.name}: must be text, in quotes where YAML takes it for something else")
                unknown = isinstance(credential, auth.Password) and not any(own.values())
                why = f"needs user_{key.partition('_')[2]} beside it" if unknown else "must be the domain of the user"
                raise OptionError(
                    f"{value.name}: {why}, in the same form (name or ID); or name the project by project_id"
                )


def _own_domain(credential: auth.Credential, level: Level) -> dict[str, str | None]:
    """The domain of the user, by the keys with which a level may name a project's domain (default_* only if there is no other)."""
    name, by_id = (getattr(credential, f"user_domain_{form}", None) for form in ("name", "id"))
    keys = {key for key, dummy in level.keys}
    if {*identity.PROJECT_DOMAIN} & keys:
        return {"project_domain_name": name, "project_domain_id": by_id}
    if level.place and {"user_domain_name", "user_domain_id"} & keys and {"domain_name", "domain_id"} & keys:
        own = {"domain_name": name, "domain_id": by_id}  # as openstacksdk takes them
        return {key: value for key, value in own.items() if value}
    # https://docs.openstack.org/python-openstackclient/latest/cli/man/openstack.html has default_domain, which is an ID
    return {"default_domain": by_id, "default_domain_name": name, "default_domain_id": by_id}
