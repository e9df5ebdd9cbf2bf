# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""From options, clouds.yaml and environment to one connection: which credential, project, region, endpoints. No request.

What a task names always wins, and a credential is never put together by guessing: the wrong tenant is the worst that
can happen.
"""

from __future__ import annotations

import os
import re
import typing as t
from dataclasses import dataclass, field, replace

from .agency import Agency, Delegate
from .auth import WITHOUT_MFA, Credential, Password, Project, missing_parts
from .clouds_yaml import REGION, Profile
from .endpoints import (
    CLOUD_DOMAIN,
    base_url,
    domain_name,
    iam_of_region,
    iam_url,
    in_project_name,
    in_region,
    is_iam_of,
)
from .errors import OptionError
from .given import PATHS, Value, shown
from .identity import (
    AGENCY,
    AGENCY_OPTION,
    AUTH_TYPE,
    PROJECT,
    TARGET_PROJECT,
    kinds,
    left_open,
    promised,
    refuse_foreign,
)
from .levels import Environ, Level, Options, highest, named, of_cloud, of_environment, of_task, one_of
from .options import check_range, connection_options, secrets_in
from .rivals import DOMAIN, entry_around, kind_of
from .transport import Tls

IAM = ("endpoints.iam", "auth_url")
SPEC = connection_options()
# And not the path of its file. BASE64 of _misplaced is narrower, as it refuses a path before anybody looks for its file.
KEY_ITSELF = re.compile("[A-Za-z0-9+/=]{60,}")


@dataclass(frozen=True)
class Connection:
    """All that a client needs; ``iam`` and ``endpoint``, that of the service, are base URLs without a slash at the end.

    ``project``: None for IAM itself, which knows them all. ``domain``: that of the cloud, if it was given.
    ``secrets``: the values, from wherever they come, that nobody may be shown.
    """

    credential: Credential | Delegate
    project: Project | None
    region: str | None
    domain: str | None
    iam: str | None
    endpoint: str | None
    tls: Tls
    request_timeout: float
    max_retries: int
    max_concurrency: int
    secrets: frozenset[str] = field(repr=False)


class Login(t.NamedTuple):
    """A credential, and the levels that have a part of it; the first of them has decided."""

    credential: Credential
    of: t.Sequence[Level]


def read_connection(options: Options, environ: Environ, service: str, one_login: bool = True) -> Connection:
    """Raises OptionError, naming option and variable, for whatever is missing, half given, malformed or contradictory.

    ``one_login``: there is only one in all, so it can be one with a passcode.
    """
    task = of_task(options)
    login, levels = _login(options.get("cloud"), task, of_environment(environ), environ)
    of_all_projects = service == "iam"
    credential, project = _who_and_where(levels, login, of_all_projects, one_login)
    region = _region(levels, project)
    domain = _domain(levels, login, region)
    # an entry of a cloud is used whole: what logs in with it goes where the entry says, unless the task says otherwise
    around = [task, login.of[0]] if login.of[0].place else levels
    needs_iam = isinstance(credential, (Password, Delegate)) or not project.id or of_all_projects
    iam = _iam(around, region, domain, needs_iam)
    endpoint = iam if of_all_projects else _first_url(levels, [f"endpoints.{service}"], base_url)
    if credential.needs_project and project == Project() and not of_all_projects:
        raise OptionError(f"{named(['project_id'])} or {named(['project_name'])}: missing")
    if endpoint is None and region is None and not credential.has_catalog:
        raise OptionError(f"{named(['region'])}: missing, and so is endpoints.{service} that could take its place")
    if iam is None and needs_iam:
        raise _no_iam(region, service)
    if endpoint is None and not credential.has_catalog:  # with a login, the service catalog may know it
        endpoint = in_region(service, t.cast(str, region), iam, domain)
    return Connection(
        credential=credential,
        project=None if of_all_projects else project,
        region=region,
        domain=domain,
        iam=iam,
        endpoint=endpoint,
        tls=_tls(options.get("validate_certs"), levels),
        request_timeout=check_range(options, "request_timeout", 0.001, 86400),
        max_retries=int(check_range(options, "max_retries", 0, 100)),
        max_concurrency=int(check_range(options, "max_concurrency", 1, 32)),
        secrets=frozenset(secret for level in levels for secret in secrets_in(SPEC, _texts(level))),
    )


def _texts(level: Level) -> dict[str, str]:
    return {option: value.text for option, value in level.values.items()}


def _who_and_where(
    levels: t.Sequence[Level], login: Login, of_all_projects: bool, one_login: bool
) -> tuple[Credential | Delegate, Project]:
    """Whoever acts, and the project that is acted in: with an agency, that of the other account."""
    task = levels[0]
    riders = [task, *(level for level in login.of if level is not task)]  # what goes with a login comes from these
    own = _with_passcode(login.credential, riders, one_login)
    agency = _agency(riders, of_all_projects)
    _refuse_promises(levels, riders, login._replace(credential=own), agency)
    project = _project(levels, login)
    if agency:
        return Delegate(own, project, agency), _target_project(levels, riders)
    return own, project


def _login(name: str | None, task: Level, env: Level, environ: Environ) -> tuple[Login, list[Level]]:
    """The login, and all levels from the highest down.

    The highest level that names any part of a credential decides; parts left out by a task come from the environment.
    """
    of_the_task = _whole(task, env)
    if name is not None:
        entry = of_cloud(name, environ, task, env)
        found = of_the_task or _whole(entry)
        if not found:  # its entry may hold another kind of credential, and somebody else's must not take its place
            raise _nobody(entry)
        return found, [task, entry, env]
    around = entry_around(task, env, environ, settled=bool(of_the_task))
    if around is None:
        found = of_the_task or _whole(env)
        levels = [task, env]
    else:
        found = _whole_or_none(env) or _whole(around) or _whole(env)
        levels = [task, env, around]
    if not found:
        refuse_foreign(env.keys)
        raise _nobody(around or env)
    return found, levels


def _whole(level: Level, rest: Level | None = None) -> Login | None:
    """The credential of a level, None if it names no part of one. Raises OptionError where it is half given.

    Parts that it leaves out come from ``rest``.
    """
    kind = kind_of(level)
    if kind is None:
        return None
    # an optional part belongs to the others, so it comes from where they come from
    of = [level, rest] if rest and missing_parts(kind, level.values) else [level]
    for one in of:
        kinds(one.keys)
        refuse_foreign(one.keys)
    parts = [
        one_of(of, [part, kind.forms[part]] if part in kind.forms else [part]) for part in (*kind.parts, *kind.optional)
    ]
    given = {part[0]: part[1].text for part in parts if part}
    missing = missing_parts(kind, given)
    if missing:
        raise _half_given(level, kind, missing)
    values: dict[str, t.Any] = {**dict.fromkeys(kind.parts), **given}
    credential = kind(**values)
    if isinstance(credential, Password) and level.note:
        credential = replace(credential, note=level.note)
    return Login(credential, of)


def _half_given(level: Level, kind: type[Credential], missing: t.Sequence[str]) -> OptionError:
    first = next(part for part in (*kind.parts, *kind.optional, *kind.forms.values()) if part in level.values)
    names = f"{level.place}{' + '.join(missing)}" if level.place else named(missing)
    return OptionError(f"{names}: missing, as {first} is given")


def _whole_or_none(env: Level) -> Login | None:
    """The credential of the environment; one that is half given does not count."""
    kind = kind_of(env)
    return _whole(env) if kind and not missing_parts(kind, env.values) else None


def _nobody(level: Level) -> OptionError:
    ways = f"set {' or '.join(named(kind.parts) for kind in kinds(level.keys))}, or cloud (environment: OS_CLOUD)"
    wanted = [f"{value.name} asks for {shown(value.text)}; " for key, value in level.keys if key in AUTH_TYPE]
    return OptionError(f"{level.place}no credential: {''.join(wanted[:1])}{ways}")


def _with_passcode(credential: Credential, riders: t.Sequence[Level], one_login: bool) -> Credential:
    """Raises OptionError for a passcode that no login could be made with."""
    passcode = highest(riders, "passcode")
    if not passcode:
        return credential
    if not one_login:
        raise OptionError(
            f"{passcode.name}: is good for one login, so only a single task of a module can use it; use {WITHOUT_MFA}"
        )
    if not isinstance(credential, Password):
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
    there = [level.values[option] for level in riders for option in AGENCY if option in level.values]
    if not there:
        return None
    for level in riders:
        for key, value in level.keys:
            counts = level.values.get(AGENCY_OPTION.get(key, ""), value)
            if value.text != counts.text:
                raise OptionError(f"{value.name} beside {counts.name}: they do not say the same; unset one of them")
    name = highest(riders, "target_agency_name")
    domain = one_of(riders, ["target_domain_name", "target_domain_id"])
    project = of_all_projects or any(option in level.values for level in riders for option in TARGET_PROJECT)
    for found, option in (
        (name, "target_agency_name"),
        (domain, "target_domain_name"),
        (project, "target_project_name"),
    ):
        if not found:
            raise OptionError(f"{_wanted(option, riders)}: missing, as {there[0].name} is given")
    account = {option.replace("target_", ""): value.text for option, value in [domain]} if domain else {}
    return Agency(name.text if name else "", **account)


def _refuse_promises(levels: t.Sequence[Level], riders: t.Sequence[Level], login: Login, agency: Agency | None) -> None:
    """What an ``auth_type`` promises, and an agency beside a login that is not its own: the jobs would be somebody else's."""
    for level in levels:
        if level.place and level not in login.of:
            _refuse_agency_of(level, levels[0], login)
        promise = promised(level.keys) if level.place or level in login.of else None
        kept = {"target_agency_name": agency, "passcode": getattr(login.credential, "passcode", None)}
        if promise and not kept[promise[0]]:
            raise OptionError(f"{promise[1].name}: {promise[1].text} needs {_wanted(promise[0], riders)}")


def _refuse_agency_of(entry: Level, task: Level, login: Login) -> None:
    """Raises OptionError where the login is not that of the entry, and neither the task nor the login's own place overrules it."""
    for option in left_open(task.values):
        value = entry.values.get(option)
        same = [one.values[option].text for one in login.of if option in one.values]
        if value and value.text not in same:
            raise OptionError(f"{value.name}: counts only with the login of its entry; set it in the task")


def _target_project(levels: t.Sequence[Level], riders: t.Sequence[Level]) -> Project:
    """The project to act in. Raises OptionError for one of the own account that somebody may have meant instead."""
    for level in riders:
        target = [highest([level], option) for option in TARGET_PROJECT]
        chosen = next(filter(None, target), None)
        if chosen:
            above = [
                one.values[option]
                for one in levels[: levels.index(level)]
                for option in PROJECT
                if option in one.values
            ]
            if above:
                raise OptionError(
                    f"{above[0].name} beside {chosen.name}: is the project of the user's own account; the one to act in is "
                    "named by target_project_name or target_project_id"
                )
            return Project(*(one.text if one else None for one in target))
    return Project()


def _project(levels: t.Sequence[Level], login: Login) -> Project:
    """The highest level that names one decides; within a level the id wins over the name."""
    for level in levels:
        project_id, name = highest([level], "project_id"), highest([level], "project_name")
        if project_id:
            return Project(project_id.text, name.text if name else None)
        if name:
            _refuse_other_domain([level, *login.of], login)
            return Project(name=name.text)
    return Project()


def _refuse_other_domain(levels: t.Sequence[Level], login: Login) -> None:
    """A name is only looked for in the domain of the user, and every domain has a project named like its region."""
    credential = login.credential
    own = {
        "project_domain_name": getattr(credential, "user_domain_name", None),
        "project_domain_id": getattr(credential, "user_domain_id", None),
    }
    for level in levels:
        for key, value in level.keys:
            if key in own and value.text != own[key] and value.text.lower() != "default":
                unknown = isinstance(credential, Password) and not any(own.values())
                why = (
                    f"needs {key.replace('project', 'user')} beside it" if unknown else "is not the domain of the user"
                )
                raise OptionError(f"{value.name}: {why}, named alike; or name the project by project_id")


def _region(levels: t.Sequence[Level], project: Project) -> str | None:
    given = highest(levels, "region")
    return given.text if given else in_project_name(project.name)


def _first_url(levels: t.Sequence[Level], options: t.Sequence[str], read: t.Callable[[str, str], str]) -> str | None:
    """The URL of the highest level that has one of ``options``."""
    for level in levels:
        for option in options:
            value = highest([level], option)
            if value:
                return read(*value)
    return None


def _domain(levels: t.Sequence[Level], login: Login, region: str | None) -> str | None:
    """That of the highest level, but of none below the credential: nothing there may decide where a credential goes."""
    lowest = max(number for number, level in enumerate(levels) if any(level is one for one in login.of))
    found = highest(levels[: lowest + 1], DOMAIN)
    if not found:
        return None
    domain, entry = domain_name(*found), login.of[0]
    around = entry.place and not any(found is level.values.get(DOMAIN) for level in (levels[0], entry))
    if around and not entry.profile and not any(option in entry.values for option in IAM):
        own = iam_of_region(region) if region else None
        if own and not is_iam_of(own, domain):
            raise OptionError(
                f"{entry.place}its region {region} is in another cloud than {found.name} says; unset that, or set the option "
                "in the task"
            )
    return domain


def _iam(levels: t.Sequence[Level], region: str | None, domain: str | None, needed: bool) -> str | None:
    """What somebody has written, else what a profile knows, else the domain of the cloud, else the name of the region."""
    written = _first_url(levels, IAM, iam_url)
    profile = next((level.profile for level in levels if level.profile), None)
    if written or not profile:
        return written or (iam_of_region(region, domain) if region else None)
    iam = _iam_of_profile(profile, region, needed)
    if iam and domain and not is_iam_of(iam, domain):
        raise OptionError(f"cloud_domain: {domain} is not that of the profile {shown(profile.name)}")
    return iam


def _iam_of_profile(profile: Profile, region: str | None, needed: bool) -> str | None:
    """Its address is that of a region that it lists: of no other one is it known."""
    there = f"the profile {shown(profile.name)} has {', '.join(profile.regions) or 'none'}"
    chooses = bool(profile.regions) or REGION in profile.auth_url
    if chooses and region is None:
        if needed:
            raise OptionError(f"{named(['region'])}: missing; {there}")
        return None
    if chooses and region not in profile.regions:
        raise OptionError(f"region: {shown(region or '')} is not one of its cloud: {there}")
    url = profile.auth_url.replace(REGION, region or "")
    return iam_url(url if "://" in url else f"https://{url}", f"profile {shown(profile.name)}")


def _no_iam(region: str | None, service: str) -> OptionError:
    if region is None:
        return OptionError(f"{named(['region'])}: missing, and so is auth_url that could take its place")
    own = "" if service == "iam" else f", and endpoints.{service} unless the service catalog has it"
    return OptionError(
        f"region: the hosts of {shown(region)} are not known, so no credential is sent there; set {CLOUD_DOMAIN}, "
        f"or auth_url or endpoints.iam{own}"
    )


def _tls(validate_certs: bool | None, levels: t.Sequence[Level]) -> Tls:
    ca_path = highest(levels, "ca_path")
    files = {**({"ca_path": ca_path} if ca_path else {}), **_certificate(levels)}
    paths = {option: os.path.expanduser(value.text) for option, value in files.items()}
    for option, path in paths.items():
        _refuse_no_file(files[option].name, path)
    wishes = [one for one in (validate_certs, *(level.verify for level in levels)) if one is not None]
    return Tls(wishes[0] if wishes else True, *(paths.get(option) for option in PATHS))


def _refuse_no_file(name: str, path: str) -> None:
    if not os.path.exists(path):
        quoted = "" if KEY_ITSELF.fullmatch(path) else f": {path}"
        raise OptionError(f"{name}: no such file{quoted}")
    if not os.path.isfile(path):  # a pipe may never end
        raise OptionError(f"{name}: is no file: {path}")


def _certificate(levels: t.Sequence[Level]) -> dict[str, Value]:
    """The client's certificate and its key, of one level; only a task may leave one of them to the environment."""
    task = levels[0]
    env = next(level for level in levels[1:] if not level.place)
    pair = ("client_cert", "client_key")
    for level in levels:
        own = [level, env] if level is task else [level]
        there = any(option in level.values for option in pair)
        if there and any("client_cert" in one.values for one in own):
            return {option: value for option, value in ((option, highest(own, option)) for option in pair) if value}
        # as of a credential, a half in the environment is nothing where a cloud is given
        if there and not (level is env and any(one.place for one in levels)):
            highest([level], "client_key")  # which says so if it is no path
            raise OptionError(f"{level.place}{named(['client_cert'])}: missing, as client_key is given")
    return {}
