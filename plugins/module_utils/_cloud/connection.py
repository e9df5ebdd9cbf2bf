# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""From options, clouds.yaml and environment to one connection: which credential, project, region, endpoints. No request.

What a task names always wins, and a credential is never put together by guessing: the wrong tenant is the worst that
can happen.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .acting import chosen_login, who_and_where
from .adapter import Tls
from .addresses import addresses_of
from .auth import Credential, Project
from .certificates import tls_of
from .errors import OptionError
from .levels import Environ, Level, Options, named, of_environment, of_task
from .options import check_range, connection_options, secrets_in

if t.TYPE_CHECKING:
    from .agency import Delegate

SPEC = connection_options()


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


def read_connection(options: Options, environ: Environ, service: str, one_login: bool = True) -> Connection:
    """Raises OptionError, naming option and variable, for whatever is missing, half given, malformed or contradictory.

    ``one_login``: there is only one in all, so it can be one with a passcode.
    """
    around = of_environment(environ)
    login, levels = chosen_login(options.get("cloud"), of_task(options), around, environ)
    of_all_projects = service == "iam"
    credential, project = who_and_where(levels, login, of_all_projects, one_login)
    if credential.needs_project and project == Project() and not of_all_projects:
        raise OptionError(f"{named(['project_id'])} or {named(['project_name'])}: missing")
    where = addresses_of(levels, login, credential, project, service)
    return Connection(
        credential=credential,
        project=None if of_all_projects else project,
        region=where.region,
        domain=where.domain,
        iam=where.iam,
        endpoint=where.endpoint,
        tls=tls_of(options.get("validate_certs"), levels),
        request_timeout=check_range(options, "request_timeout", 0.001, 86400),
        max_retries=int(check_range(options, "max_retries", 0, 100)),
        max_concurrency=int(check_range(options, "max_concurrency", 1, 32)),
        secrets=frozenset(secret for level in (*levels, around) for secret in _secrets_of(level)),
    )


def secrets_around(environ: Environ, failed: t.Any = True) -> list[str]:
    """Those of the environment, for what has failed, maybe before there was a Connection: one may stand in a wrong option."""
    return _secrets_of(of_environment(environ)) if failed else []


def _secrets_of(level: Level) -> list[str]:
    return secrets_in(SPEC, {option: value.text for option, value in level.values.items()})
