# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""From options and environment to one connection: which credential, project, region and endpoints. Pure, no request.

What a task names always wins over the environment, and a credential is never put together by guessing:
the wrong tenant is the worst that can happen.
"""

from __future__ import annotations

import os
import re
import typing as t
from dataclasses import dataclass

from ._auth import KINDS, Credential, Project
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
    "ca_path": ("OS_CACERT",),
    "client_cert": ("OS_CERT",),
    "client_key": ("OS_KEY",),
}
ENDPOINT_ENVIRONMENT = {"iam": "OTC_IAM_ENDPOINT", "dli": "OTC_DLI_ENDPOINT", "mrs": "OTC_MRS_ENDPOINT"}
SECRETS = ("token", "access_key", "secret_key", "security_token", "password")
PATHS = ("ca_path", "client_cert", "client_key")  # Ansible expands ~ in options, but not in the environment

Values = t.Mapping[str, str]


@dataclass(frozen=True)
class Connection:
    """All that a client needs; ``iam`` and ``endpoint``, that of the service, are base URLs without a slash at the end."""

    credential: Credential
    project: Project
    region: str | None
    iam: str | None
    endpoint: str | None
    tls: Tls
    request_timeout: float
    max_retries: int
    max_concurrency: int


def read_connection(options: t.Mapping[str, t.Any], environ: Values, service: str) -> Connection:
    """Raises OptionError, naming option and variable, for whatever is missing, half given or malformed."""
    task = {name: options[name] for name in ENVIRONMENT if options.get(name) is not None}
    task.update({f"endpoints.{name}": url for name, url in (options.get("endpoints") or {}).items() if url is not None})
    for name, value in task.items():
        if value == "":
            raise OptionError(f"{name}: is empty; leave it out or give it a value")
    env = _from_environment(environ)
    both = {**env, **task}
    credential = _credential(task, env)
    project = _project(task, env)
    region = region_name(both["region"]) if "region" in both else in_project_name(project.name)
    endpoint = _first_url((f"endpoints.{service}", task), (ENDPOINT_ENVIRONMENT[service], environ), check=base_url)
    iam = _first_url(
        ("endpoints.iam", task),
        ("auth_url", task),
        (ENDPOINT_ENVIRONMENT["iam"], environ),
        ("OS_AUTH_URL", environ),
        check=iam_url,
    ) or (in_region("iam", region) if region else None)
    if credential.needs_project and project == Project():
        raise OptionError(f"{_named(['project_id'])} or {_named(['project_name'])}: missing")
    if region is None and not credential.renewable and endpoint is None:
        raise OptionError(f"{_named(['region'])}: missing, and so is endpoints.{service} that could take its place")
    if iam is None and (credential.renewable or not project.id):
        raise OptionError(f"{_named(['region'])}: missing, and so is auth_url that could take its place")
    return Connection(
        credential=credential,
        project=project,
        region=region,
        iam=iam,
        endpoint=endpoint,
        tls=_tls(both, options.get("validate_certs")),
        request_timeout=within(options, "request_timeout", 0.001, 86400),
        max_retries=int(within(options, "max_retries", 0, 100)),
        max_concurrency=int(within(options, "max_concurrency", 1, 32)),
    )


def secrets_of(environ: Values) -> set[str]:
    """The secret values that the environment may add to those of the task."""
    found = _from_environment(environ)
    return {found[name] for name in SECRETS if name in found}


def _from_environment(environ: Values) -> dict[str, str]:
    """An empty variable counts as unset."""
    found = {}
    for name, variables in ENVIRONMENT.items():
        values = [environ[variable] for variable in variables if environ.get(variable)]
        if values:
            found[name] = os.path.expanduser(values[0]) if name in PATHS else values[0]
    return found


def _credential(task: Values, env: Values) -> Credential:
    """The highest level that names any part decides the kind; parts left out by a task come from the environment."""
    for level, rest in ((task, env), (env, {})):
        for kind in KINDS:
            given = [part for part in (*kind.parts, *kind.optional) if part in level]
            if not given:
                continue
            values = {**rest, **level}
            missing = [part for part in kind.parts if part not in values]
            if missing:
                raise OptionError(f"{_named(missing)}: missing, as {given[0]} is given")
            # an optional part belongs to the others, so it comes from where they come from
            whole = level if all(part in level for part in kind.parts) else values
            chosen = {part: values[part] for part in kind.parts}
            chosen.update({part: whole[part] for part in kind.optional if part in whole})
            _printable(chosen)
            return kind(**chosen)
    ways = " or ".join(_named(kind.parts) for kind in KINDS)
    raise OptionError(f"no credential: set {ways}")


def _printable(values: Values) -> None:
    """These go into headers, and requests would quote a header that it does not like."""
    for option in ("token", "access_key", "security_token"):
        if not re.fullmatch(r"[\x21-\x7e]+", values.get(option, "x")):
            raise OptionError(f"{option}: holds spaces, line breaks or other characters that cannot be part of it")


def _named(options: t.Sequence[str]) -> str:
    """Options with their environment variables, for a message."""
    variables = [ENVIRONMENT[option][0] for option in options]
    return f"{' + '.join(options)} (environment: {', '.join(variables)})"


def _project(task: Values, env: Values) -> Project:
    """The highest level that names one decides; within a level the id wins over the name."""
    for level in (task, env):
        if "project_id" in level:
            if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", level["project_id"]):
                raise OptionError("project_id: letters, digits, - and _ only, at most 64")
            return Project(level["project_id"], level.get("project_name"))
        if "project_name" in level:
            return Project(name=level["project_name"])
    return Project()


def _first_url(*places: tuple[str, Values], check: t.Callable[[str, str], str]) -> str | None:
    """The first URL that is given, checked; a place is the name of an option or variable, and where to look it up."""
    for name, values in places:
        if values.get(name):
            return check(values[name], name)
    return None


def _tls(both: Values, verify: bool | None) -> Tls:
    if "client_key" in both and "client_cert" not in both:
        raise OptionError(f"{_named(['client_cert'])}: missing, as client_key is given")
    for option in PATHS:
        if option in both and not os.path.exists(both[option]):
            raise OptionError(f"{option}: no such file: {both[option]}")
    return Tls(verify is not False, both.get("ca_path"), both.get("client_cert"), both.get("client_key"))
