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
from dataclasses import dataclass, field

from ._auth import KINDS, Credential, Project
from ._cloud import is_around, read_cloud
from ._endpoints import base_url, iam_url, in_project_name, in_region, region_name
from ._errors import OptionError
from ._http import Tls
from ._options import within

# https://docs.openstack.org/python-openstackclient/latest/cli/man/openstack.html names most of them
ENVIRONMENT = {
    "token": ("OS_TOKEN", "OS_AUTH_TOKEN"),
    "access_key": ("OS_ACCESS_KEY",),
    "secret_key": ("OS_SECRET_KEY",),
    "security_token": ("OS_SECURITY_TOKEN",),
    "username": ("OS_USERNAME",),
    "password": ("OS_PASSWORD",),
    "user_domain_name": ("OS_USER_DOMAIN_NAME", "OS_DOMAIN_NAME"),
    "project_id": ("OS_PROJECT_ID",),
    "project_name": ("OS_PROJECT_NAME", "OS_TENANT_NAME"),
    "region": ("OS_REGION_NAME",),
    "auth_url": ("OS_AUTH_URL",),
    "endpoints.iam": ("OTC_IAM_ENDPOINT",),
    "endpoints.dli": ("OTC_DLI_ENDPOINT",),
    "endpoints.mrs": ("OTC_MRS_ENDPOINT",),
    "ca_path": ("OS_CACERT",),
    "client_cert": ("OS_CERT",),
    "client_key": ("OS_KEY",),
}
SECRETS = ("token", "access_key", "secret_key", "security_token", "password")
PATHS = ("ca_path", "client_cert", "client_key")  # Ansible expands ~ in options only

Options = t.Mapping[str, t.Any]
Environ = t.Mapping[str, str]


@dataclass(frozen=True)
class Connection:
    """All that a client needs; ``iam`` and ``endpoint``, that of the service, are base URLs without a slash at the end.

    ``project``: None for IAM itself, which knows them all. ``secrets``: the values, from wherever they come, that nobody may be shown.
    """

    credential: Credential
    project: Project | None
    region: str | None
    iam: str | None
    endpoint: str | None
    tls: Tls
    request_timeout: float
    max_retries: int
    max_concurrency: int
    secrets: frozenset[str] = field(repr=False)


class Level(t.NamedTuple):
    """A place that options come from. The other two are of an entry of a clouds.yaml: how messages begin, its ``verify``."""

    values: t.Mapping[str, str] = {}
    place: str = ""
    verify: bool | None = None


def read_connection(options: Options, environ: Environ, service: str) -> Connection:
    """Raises OptionError, naming option and variable, for whatever is missing, half given or malformed."""
    credential, source, levels = _credential(options, environ)
    values = _highest(levels)
    project = _project(levels)
    region = region_name(values["region"]) if "region" in values else in_project_name(project.name)
    endpoint = _first_url(levels, [f"endpoints.{service}"], base_url)
    # an entry of a cloud is used whole: what logs in with it goes where the entry says, unless the task says otherwise
    around = [levels[0], source] if source.place else levels
    iam = _first_url(around, ["endpoints.iam", "auth_url"], iam_url)
    iam = iam or (in_region("iam", region) if region else None)
    of_all_projects = service == "iam"
    endpoint = iam if of_all_projects else endpoint
    if credential.needs_project and project == Project() and not of_all_projects:
        raise OptionError(f"{_named(['project_id'])} or {_named(['project_name'])}: missing")
    if region is None and not credential.renewable and endpoint is None:
        raise OptionError(f"{_named(['region'])}: missing, and so is endpoints.{service} that could take its place")
    if iam is None and (credential.renewable or not project.id):
        raise OptionError(f"{_named(['region'])}: missing, and so is auth_url that could take its place")
    return Connection(
        credential=credential,
        project=None if of_all_projects else project,
        region=region,
        iam=iam,
        endpoint=endpoint,
        tls=_tls(options.get("validate_certs"), levels),
        request_timeout=within(options, "request_timeout", 0.001, 86400),
        max_retries=int(within(options, "max_retries", 0, 100)),
        max_concurrency=int(within(options, "max_concurrency", 1, 32)),
        secrets=frozenset(level.values[name] for level in levels for name in SECRETS if name in level.values),
    )


def _from_task(options: Options) -> Level:
    values = {name: options[name] for name in ENVIRONMENT if options.get(name) is not None}
    values.update({f"endpoints.{key}": url for key, url in (options.get("endpoints") or {}).items() if url is not None})
    for name, value in [*values.items(), ("cloud", options.get("cloud"))]:
        if value == "":
            raise OptionError(f"{name}: is empty; leave it out or give it a value")
    return Level(values)


def _from_environment(environ: Environ) -> Level:
    """An empty variable counts as unset."""
    found = {name: [environ[one] for one in names if environ.get(one)] for name, names in ENVIRONMENT.items()}
    return _expanded({name: values[0] for name, values in found.items() if values})


def _from_cloud(name: str | None, environ: Environ, region: str | None) -> Level:
    cloud = read_cloud(name, environ, ENVIRONMENT, region)
    return _expanded(cloud.values, f"cloud {cloud.name!r}: ", cloud.verify)


def _expanded(values: dict[str, str], place: str = "", verify: bool | None = None) -> Level:
    paths = {name: os.path.expanduser(values[name]) for name in PATHS if name in values}
    return Level({**values, **paths}, place, verify)


def _credential(options: Options, environ: Environ) -> tuple[Credential, Level, list[Level]]:
    """The credential, where it is from, and all levels from the highest down.

    The highest level that names any part decides the kind; parts left out by a task come from the environment.
    """
    task, env = _from_task(options), _from_environment(environ)
    region = task.values.get("region") or env.values.get("region")
    name = options.get("cloud")
    named = Level() if name is None else _from_cloud(name, environ, region)
    for level, rest in ((task, env), (named, Level())):
        found = _whole(level, rest)
        if found:
            return found, level, [task, named, env]
    if name is not None:  # its entry may hold another kind of credential, and somebody else's must not take its place
        raise OptionError(f"{named.place}no credential: {_ways()}")
    # the file is not even opened if the environment has a credential of its own
    another = is_around(environ)
    try:
        found = _whole(env, Level())
    except OptionError:
        if not another:
            raise
    if found:
        return found, env, [task, named, env]
    around = _from_cloud(None, environ, region) if another else Level()
    found = _whole(around, Level())
    if not found:
        raise OptionError(f"{around.place}no credential: {_ways()}, or cloud (environment: OS_CLOUD)")
    return found, around, [task, named, env, around]


def _whole(level: Level, rest: Level) -> Credential | None:
    """The credential of a level, None if it names no part of one. Raises OptionError where it is half given."""
    for kind in KINDS:
        given = [part for part in (*kind.parts, *kind.optional) if part in level.values]
        if not given:
            continue
        values = {**rest.values, **level.values}
        missing = [part for part in kind.parts if part not in values]
        if missing:
            names = f"{level.place}{' + '.join(missing)}" if level.place else _named(missing)
            raise OptionError(f"{names}: missing, as {given[0]} is given")
        # an optional part belongs to the others, so it comes from where they come from
        source = level.values if all(part in level.values for part in kind.parts) else values
        chosen = {part: values[part] for part in kind.parts}
        chosen.update({part: source[part] for part in kind.optional if part in source})
        _printable(chosen)
        return kind(**chosen)
    return None


def _printable(values: t.Mapping[str, str]) -> None:
    """These go into headers, and requests would quote a header that it does not like."""
    for option in ("token", "access_key", "security_token"):
        if not re.fullmatch(r"[\x21-\x7e]+", values.get(option, "x")):
            raise OptionError(f"{option}: holds spaces, line breaks or other characters that cannot be part of it")


def _ways() -> str:
    return f"set {' or '.join(_named(kind.parts) for kind in KINDS)}"


def _named(options: t.Sequence[str]) -> str:
    """Options with their environment variables, for a message."""
    variables = [ENVIRONMENT[option][0] for option in options]
    return f"{' + '.join(options)} (environment: {', '.join(variables)})"


def _highest(levels: t.Sequence[Level]) -> dict[str, str]:
    """Each option as the highest level has it."""
    return {name: value for level in reversed(levels) for name, value in level.values.items()}


def _project(levels: t.Sequence[Level]) -> Project:
    """The highest level that names one decides; within a level the id wins over the name."""
    for values in (level.values for level in levels):
        if "project_id" in values:
            if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", values["project_id"]):
                raise OptionError("project_id: letters, digits, - and _ only, at most 64")
            return Project(values["project_id"], values.get("project_name"))
        if "project_name" in values:
            return Project(name=values["project_name"])
    return Project()


def _first_url(levels: t.Sequence[Level], options: t.Sequence[str], check: t.Callable[[str, str], str]) -> str | None:
    """The URL of the highest level that has one of ``options``, checked."""
    for level in levels:
        for option in options:
            if option in level.values:
                return check(level.values[option], f"{level.place}{option}" if level.place else _named([option]))
    return None


def _tls(validate_certs: bool | None, levels: t.Sequence[Level]) -> Tls:
    ca_path = _highest(levels).get("ca_path")
    pair = _certificate(levels)
    for option, path in [("ca_path", ca_path), *pair.items()]:
        if path and not os.path.exists(path):
            raise OptionError(f"{option}: no such file: {path}")
    wishes = [one for one in (validate_certs, *(level.verify for level in levels)) if one is not None]
    return Tls(wishes[0] if wishes else True, ca_path, pair.get("client_cert"), pair.get("client_key"))


def _certificate(levels: t.Sequence[Level]) -> dict[str, str]:
    """The client's certificate and its key, of one level; only a task may leave one of them to the environment."""
    task, dummy, env, *dummies = levels
    for level in levels:
        values = {**env.values, **level.values} if level is task else level.values
        named = any(option in level.values for option in ("client_cert", "client_key"))
        if named and "client_cert" in values:
            return {option: values[option] for option in ("client_cert", "client_key") if option in values}
        # as of a credential, a half in the environment is nothing where a cloud is given
        if named and not (level is env and any(one.place for one in levels)):
            raise OptionError(f"{level.place}{_named(['client_cert'])}: missing, as client_key is given")
    return {}
