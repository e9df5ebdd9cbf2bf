# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What is set, and where: the options of a task, the variables of the environment, an entry of a clouds.yaml.

Each value knows its place, so that a message can name it.
"""

from __future__ import annotations

import re
import typing as t
from functools import partial

from . import identity
from .auth import Credential, every_part
from .endpoints import base_url, domain_name, iam_url, region_name
from .errors import OptionError
from .given import PATHS, Value, nearly, refuse_odd
from .options import SERVICES
from .text import WORD

# https://docs.openstack.org/python-openstackclient/latest/cli/man/openstack.html names most of them
ENVIRONMENT = {
    "token": ("OS_TOKEN", "OS_AUTH_TOKEN"),
    "access_key": ("OS_ACCESS_KEY",),
    "secret_key": ("OS_SECRET_KEY",),
    "security_token": ("OS_SECURITY_TOKEN",),
    "username": ("OS_USERNAME",),
    "password": ("OS_PASSWORD",),
    "user_domain_name": ("OS_USER_DOMAIN_NAME", "OS_DOMAIN_NAME"),
    "user_id": ("OS_USER_ID",),
    "user_domain_id": ("OS_USER_DOMAIN_ID", "OS_DOMAIN_ID"),
    "passcode": ("OS_PASSCODE",),
    "target_agency_name": ("OS_TARGET_AGENCY_NAME", "OS_AGENCY_NAME"),
    "target_domain_name": ("OS_TARGET_DOMAIN_NAME", "OS_AGENCY_DOMAIN_NAME"),
    "target_domain_id": ("OS_TARGET_DOMAIN_ID",),
    "target_project_name": ("OS_TARGET_PROJECT_NAME", "OS_DELEGATED_PROJECT"),
    "target_project_id": ("OS_TARGET_PROJECT_ID",),
    "project_id": ("OS_PROJECT_ID", "OS_TENANT_ID"),
    "project_name": ("OS_PROJECT_NAME", "OS_TENANT_NAME"),
    "region": ("OS_REGION_NAME",),
    "cloud_domain": ("OTC_CLOUD_DOMAIN",),
    "auth_url": ("OS_AUTH_URL",),
    **{f"endpoints.{service}": (f"OTC_{service.upper()}_ENDPOINT",) for service in SERVICES},
    "ca_path": ("OS_CACERT",),
    "client_cert": ("OS_CERT",),
    "client_key": ("OS_KEY",),
}

IDS = ("project_id", "user_id", "user_domain_id", "target_domain_id", "target_project_id")
OF_ANY_DOMAIN = ("OS_DOMAIN_NAME", "OS_DOMAIN_ID")  # that of the user, if no other variable names it
URLS = ("auth_url", *(f"endpoints.{service}" for service in SERVICES))

FILE, NAME = "OS_CLIENT_CONFIG_FILE", "OS_CLOUD"  # what points to an entry of a clouds.yaml
DOMAIN = "cloud_domain"
REGION = "{region_name}"  # openstacksdk puts the region there
OF_A_SERVICE = re.compile(r"(?:otc_)?([a-z0-9_]+)_endpoint\w*", re.IGNORECASE)
WHOSE = [option for option in ENVIRONMENT if option not in PATHS]
# What says who acts where: in a clouds.yaml, and in the environment
ENTRY_KEYS = (
    *(key for option in WHOSE for key in identity.KEYS.get(option, (option,)) if len(key) > 2),  # much is nearly ak
    *(*identity.AUTH_TYPE, *identity.PROJECT_DOMAIN, "auth", "cloud", "profile", "regions"),
)
VARIABLES = (
    *(variable for option in WHOSE for variable in ENVIRONMENT[option]),
    *(FILE, NAME, *(f"{identity.PREFIX}{key.upper()}" for key in (*identity.AUTH_TYPE, *identity.PROJECT_DOMAIN))),
)
# Words for the same that no client knows, and what openstacksdk knows of a single service
OTHER_WORDS = {
    "user": "username",
    "domain": "user_domain_name",
    "user_domain": "user_domain_name",
    "project_domain": "project_domain_name",
    "region_id": "region_name",
    "endpoints": "dli_endpoint_override",
    **{f"{service}_endpoint": f"{service}_endpoint_override" for service in SERVICES},
    **{f"{service}_region_name": "region_name" for service in SERVICES},
}
# What the Go client of Open Telekom Cloud, so its Terraform provider, or openstacksdk would read from the environment
OTHER_VARIABLES = {
    **dict.fromkeys(("OS_ACCESS_KEY_ID", "OS_AK"), "OS_ACCESS_KEY"),
    **dict.fromkeys(("OS_ACCESS_KEY_SECRET", "OS_SK"), "OS_SECRET_KEY"),
    **dict.fromkeys(("OS_AKSK_SECURITY_TOKEN", "OS_ST"), "OS_SECURITY_TOKEN"),
    "OS_TOKEN_ID": "OS_TOKEN",
    "OS_REGION_ID": "OS_REGION_NAME",
    **{f"OS_{service.upper()}_ENDPOINT_OVERRIDE": f"OTC_{service.upper()}_ENDPOINT" for service in SERVICES},
    **{f"OS_{service.upper()}_REGION_NAME": "OS_REGION_NAME" for service in SERVICES},
}

Options = t.Mapping[str, t.Any]
Environ = t.Mapping[str, str]


class Profile(t.NamedTuple):
    """A cloud that openstacksdk knows by name. ``auth_url`` may hold REGION; ``regions``: those that it has."""

    name: str
    auth_url: str
    regions: t.Sequence[str]


class Level(t.NamedTuple):
    """A place that options come from. ``values`` by option; ``keys``: all that is said there. The rest is of an entry.

    ``place``: how messages begin. ``verify``: whether it wants certificates to be verified. ``profile``: who tells the address
    of IAM, if the entry does not. ``note``: what the message of a failed login should say.
    """

    values: t.Mapping[str, Value] = {}
    keys: identity.Keys = ()
    place: str = ""
    verify: bool | None = None
    profile: Profile | None = None
    note: str = ""


def of_task(options: Options) -> Level:
    """Raises OptionError for each malformed option, also for one that would not count."""
    values = {name: Value(str(given), named([name]) if name in URLS else name) for name, given in _given(options)}
    for name, value in values.items():
        if not value.text:
            raise OptionError(f"{name}: is empty; leave it out or give it a value")
        check(name, value)
    return Level({name: value for name, value in values.items() if name != "cloud"})


def _given(options: Options) -> list[tuple[str, t.Any]]:
    """The options of a task that say who acts where, by their full names, without those that are null."""
    endpoints = (options.get("endpoints") or {}).items()
    plain = [(name, options.get(name)) for name in (*ENVIRONMENT, "cloud")]
    every = [*plain, *((f"endpoints.{service}", url) for service, url in endpoints)]
    return [(name, given) for name, given in every if given is not None]


def of_environment(environ: Environ) -> Level:
    """An empty variable counts as unset, and what is not used is not checked."""
    values: dict[str, Value] = {}
    of_user = environ.get("OS_USER_DOMAIN_NAME") or environ.get("OS_USER_DOMAIN_ID")
    for option, variables in ENVIRONMENT.items():
        for variable in variables:
            if environ.get(variable) and not (of_user and variable in OF_ANY_DOMAIN):
                values.setdefault(option, Value(environ[variable], f"{option} (environment: {variable})"))
    return Level(values, identity.in_environment(environ))


def refuse_misspelt(level: Level) -> None:
    """Raises OptionError for a key of an entry, or a variable, that is nearly one that says who acts where: nothing would come of it.

    A variable of another client may be there beside ours, if both say the same.
    """
    said = {value.name: value.text for dummy, value in level.keys}
    for key, value in level.keys:
        service = OF_A_SERVICE.fullmatch(key)
        if service and service[1].lower() not in SERVICES:  # other clients know more services, such as drs and rms
            continue
        if level.place:
            meant = OTHER_WORDS.get(key) or nearly(key, ENTRY_KEYS)
        else:
            meant = OTHER_VARIABLES.get(value.name) or nearly(value.name, VARIABLES)
        if meant and said.get(meant) != value.text:
            raise OptionError(f"{value.name}: has no effect here; is {meant} meant? Rename it, or leave it out")


def is_around(environ: Environ) -> bool:
    """Whether the environment points to an entry of a clouds.yaml."""
    return bool(environ.get(NAME) or environ.get(FILE))


def _passcode(text: str, name: str) -> None:
    if not re.fullmatch("[0-9]{6}", text):
        raise OptionError(f"{name}: must be six digits, in quotes so that none of them gets lost")


def _id(text: str, name: str) -> None:
    if not WORD.fullmatch(text):
        raise OptionError(f"{name}: letters, digits, - and _ only, at most 64")


def _in_header(text: str, name: str) -> None:
    """Refuses what cannot be part of a header: requests would quote it."""
    if not text or " " in text or not (text.isascii() and text.isprintable()):
        raise OptionError(f"{name}: holds spaces, line breaks or other characters that cannot be part of it")


# What refuses a value that an option cannot have
CHECKS: dict[str, t.Callable[[str, str], object]] = {
    **{
        f"endpoints.{service}": partial(base_url, example=f"https://{service}.eu-de.otc.t-systems.com")
        for service in SERVICES
    },
    **dict.fromkeys(("auth_url", "endpoints.iam"), iam_url),
    "region": region_name,
    "cloud_domain": domain_name,
    "passcode": _passcode,
    **dict.fromkeys(IDS, _id),
    **dict.fromkeys(("token", "access_key", "security_token"), _in_header),
}


def check(option: str, value: Value) -> None:
    """Raises OptionError, which begins with the name of the value."""
    refuse_odd(option, value)
    if option in CHECKS:
        CHECKS[option](*value)


def kind_of(level: Level) -> type[Credential] | None:
    """The kind of the credential that a level names a part of."""
    for kind in identity.kinds(level.keys):
        if any(part in level.values for part in every_part(kind)):
            return kind
    return None


def highest(levels: t.Sequence[Level], option: str) -> Value | None:
    """The option as the highest level has it."""
    found = one_of(levels, [option])
    return found[1] if found else None


def one_of(levels: t.Sequence[Level], options: t.Sequence[str]) -> tuple[str, Value] | None:
    """Of options that say the same in two ways, the one that the highest level with any of them has, and its value.

    Raises OptionError if it has both, or a malformed one: variables of the environment were not checked before.
    """
    for level in levels:
        there = [option for option in options if option in level.values]
        if len(there) > 1:
            first, other = (level.values[option].name for option in there)
            raise OptionError(f"{first} beside {other}: only one of them can count; leave the other one out")
        if there:
            option = there[0]
            refuse_two_names(level, option)
            check(option, level.values[option])
            return option, level.values[option]
    return None


def refuse_two_names(level: Level, option: str) -> None:
    """Variables of one option that do not say the same: one may be left of another login. An entry was checked as it was read."""
    names = [name for name in ENVIRONMENT[option] if name not in OF_ANY_DOMAIN]
    if len({value.text for dummy, value in level.keys if value.name in names}) > 1:
        raise OptionError(
            f"{option} (environment: {' beside '.join(names)}): they do not say the same; unset one of them, "
            "or set the option in the task"
        )


def named(options: t.Sequence[str]) -> str:
    """Options with their environment variables, for a message."""
    variables = [ENVIRONMENT[option][0] for option in options]
    return f"{' + '.join(options)} (environment: {', '.join(variables)})"
