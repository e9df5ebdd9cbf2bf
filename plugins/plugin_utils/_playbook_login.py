# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Whose jobs the tasks of a playbook would handle, and where that is not what somebody may expect."""

from __future__ import annotations

import hashlib
import json
import os
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ..module_utils._cloud.agency import Delegate
from ..module_utils._cloud.auth import KINDS, AccessKey, Credential, Token, missing_parts
from ..module_utils._cloud.connection import Connection, read_connection
from ..module_utils._cloud.errors import OptionError
from ..module_utils._cloud.levels import ENVIRONMENT, FILE, is_around
from ..module_utils._cloud.options import connection_options
from . import _playbook_plan
from ._files import in_folder
from ._playbook_given import Settings, Variables
from ._playbook_jobs import PLACE

# Two of our types in AWX set the same variables for their user, and each of them also sets one of these
MARKS = ("OTC_CREDENTIAL_USER", "OTC_CREDENTIAL_AGENCY")


def two_credentials(given: Variables) -> list[str]:
    """Complains of a second credential, as one may add it to a job template in AWX. For a shell, the guide says which one wins."""
    if not {"awx_job_id", "tower_job_id"} & set(given.extra):
        return []
    marks = [name for name in MARKS if given.environ.get(name)]
    names = next((two for two in (_credentials(given.environ), marks) if len(two) > 1), None)
    if names is None:
        return []
    why = f"{' and '.join(names)}: this job has two credentials, and nobody knows whose jobs are meant"
    return [f"{why}; give this credential to a job template of its own, without the other one"]


def _credentials(environ: t.Mapping[str, str]) -> list[str]:
    """Those of the environment that lack nothing, each by the variable of its first part."""
    there = {
        option: next(filter(environ.get, variables))
        for option, variables in ENVIRONMENT.items()
        if any(map(environ.get, variables))
    }
    whole = [kind for kind in KINDS if not missing_parts(kind, there)]
    return [there[part if part in there else kind.forms[part]] for kind in whole for part in kind.parts[:1]]


def passcode_of_login(found: Settings, given: Variables) -> t.Iterator[str]:
    """The passcode that the tasks would log in with. Anything else that is wrong with the login, the first task says just as well."""
    connection = _own_connection(found, given)
    if connection and getattr(_own(connection.credential), "passcode", None):
        try:
            connection_of(found, given, "iam", one_login=False)
        except OptionError as error:
            yield str(error)


def login(found: Settings, given: Variables) -> dict[str, t.Any]:
    """``login``: whoever has a password or a key, which IAM locks where that is refused too often, and where; a hash, as a key is a secret.

    None for a token. ``signs``: it is a key.
    """
    connection = _own_connection(found, given)
    own = _own(connection.credential) if connection else None
    if not connection or own is None or isinstance(own, Token):
        return {"login": None, "signs": False}
    who = json.dumps([*own.who, connection.iam])
    return {"login": hashlib.sha256(who.encode()).hexdigest(), "signs": isinstance(own, AccessKey)}


def _own_connection(found: Settings, given: Variables) -> Connection | None:
    """The connection, None if its options are wrong: then the first task says so."""
    try:
        return connection_of(found, given, "iam")
    except OptionError:
        return None


def _own(credential: t.Any) -> Credential:
    """The login of the own account."""
    return credential.own if isinstance(credential, Delegate) else credential


def connection_of(found: Settings, given: Variables, service: str, one_login: bool = True) -> Connection:
    """The connection as the tasks make it."""
    with in_folder(given.folder):
        return read_connection(_place_of(found), given.environ, service, one_login)


def other_clouds(found: Settings, given: Variables) -> t.Iterator[str]:
    """A ``clouds.yaml`` of the working folder, or beside a playbook that imports ours, which the tasks do not see: they would act for
    somebody else, or for nobody.
    """
    if not (found["cloud"] or is_around(given.environ)):
        return
    theirs = whose(found, given)
    for folder in given.others:
        meant = whose(found, given._replace(folder=folder))
        in_vain = isinstance(meant, str) and (isinstance(theirs, str) or not _has_clouds(folder))
        if meant != theirs and not in_vain:
            where = "of the working folder" if folder == "." else f"in {folder}"
            yield (
                f"cloud: the tasks of this playbook run in {given.folder}, so a clouds.yaml {where} does not count; name it in "
                f"{FILE}, with its whole path"
            )
            return  # the others may be the same one


def _has_clouds(folder: str) -> bool:
    """Whether a clouds.yaml is there, even one that cannot be read or lacks the entry: openstacksdk looks no further."""
    return any(os.path.exists(os.path.join(folder, f"clouds.{kind}")) for kind in ("yaml", "yml", "json"))


def whose(found: Settings, given: Variables) -> tuple[Settings, t.Any] | str:
    """The place, and who logs in where that does not tell the account: a token, or a temporary key, may be for any project. Or what is
    wrong with the login.
    """
    try:
        connection = connection_of(found, given, "dli")
        place = _playbook_plan.place(connection)
    except OptionError as error:
        return str(error)
    told = place["account"] or place["project_id"]
    return place, None if told else connection.credential.who


def _place_of(found: Settings) -> dict[str, t.Any]:
    """The options of the tasks that say whose jobs these are."""
    place = {name: found[name] for name in PLACE}
    return t.cast("dict[str, t.Any]", ArgumentSpecValidator(connection_options()).validate(place).validated_parameters)
