# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Keys that say who acts where: each is understood, or is an error. None of them is passed over.

Whoever skips ``auth_type: agency`` finds a complete login, for the wrong account.
https://docs.openstack.org/keystoneauth/latest/authentication-plugins.html
"""

from __future__ import annotations

import typing as t

from .auth import KINDS, Credential, Password, Token
from .errors import OptionError
from .given import Value, shown
from .options import SERVICES

# option → the keys of an entry, or of its auth, that may hold it; AWX writes the user's domain as domain_name
KEYS = {
    "access_key": ("access_key", "ak"),
    "secret_key": ("secret_key", "sk"),
    "user_domain_name": ("user_domain_name", "domain_name"),
    "user_domain_id": ("user_domain_id", "domain_id"),
    "target_agency_name": ("target_agency_name", "agency_name"),
    "target_domain_name": ("target_domain_name", "agency_domain_name"),
    "target_project_name": ("target_project_name", "delegated_project"),
    "project_id": ("project_id", "tenant_id"),
    "project_name": ("project_name", "tenant_name"),
    "token": ("token", "auth_token"),
    "region": ("region_name", "region"),
    "ca_path": ("cacert", "ca_path"),
    "client_cert": ("cert", "client_cert"),
    "client_key": ("key", "client_key"),
    **{f"endpoints.{service}": (f"{service}_endpoint_override",) for service in SERVICES},
}
AUTH_TYPE = ("auth_type", "auth_plugin")
MULTIFACTOR = "v3multifactor"
AUTH_TYPES: dict[str, type[Credential]] = {
    "password": Password,
    "v3password": Password,
    "token": Token,
    "v3token": Token,
    "agency": Password,  # of python-otcextensions
    MULTIFACTOR: Password,
    "v3totp": Password,
}
# What an auth_type promises besides the login
NEEDED = {"agency": "target_agency_name", MULTIFACTOR: "passcode", "v3totp": "passcode"}
AUTH_METHODS = ({"v3password", "v3totp"}, {"password", "totp"})
PROJECT = ("project_id", "project_name")
PROJECT_DOMAIN = ("project_domain_name", "project_domain_id")
TARGET_PROJECT = ("target_project_id", "target_project_name")  # in another account, through an agency
AGENCY = ("target_agency_name", "target_domain_name", "target_domain_id", "target_project_name", "target_project_id")
AGENCY_OPTION = {key: option for option in AGENCY for key in KEYS.get(option, (option,))}
# By its name in a clouds.yaml, or how that begins; the name of a variable is the same in capitals, after OS_
FOREIGN = {
    "target_* agency agency_* delegated_* assume_role* xrole_name": f"it is not supported; an agency is named by {', '.join(AGENCY)}",
    "roles": "an agency is used with all that it may do, as to take some of its roles is not supported",
    "totp*": "it is not supported; a one-time password is given by passcode",
    "identity_provider* idp_* protocol service_provider* openid_scope discovery_endpoint authorization_code "
    "client_id client_secret access_token* saml* adfs* mapped_local*": "identity providers are not supported",
    "application_credential_*": "application credentials are not supported",
    "oauth* consumer_* access_secret": "OAuth is not supported",
    "trust_id": "trusts are not supported",
    "system_scope": "a task acts in a project",
    "project tenant": "it is not supported; name the project by project_name or project_id",
    "userid": "it is not supported; name the user by user_id (environment: OS_USER_ID)",
}
WAYS = f"what works is {', or '.join(' + '.join(kind.parts) for kind in KINDS)}"
PREFIX = "OS_"  # of variables
OURS = "OTC_"  # of those that no other tool has

Keys = t.Sequence[tuple[str, Value]]  # what is there by each of its names, that of a clouds.yaml


def in_environment(environ: t.Mapping[str, str]) -> Keys:
    """The variables of the environment, by the names of the same keys in a clouds.yaml. An empty one counts as unset."""
    named = [(name, text) for name, text in environ.items() if name.startswith((PREFIX, OURS)) and text]
    return [(name.removeprefix(PREFIX).lower(), Value(text, name)) for name, text in named]


def auth_type(keys: Keys) -> Value | None:
    """What the level says of the kind of login. Raises OptionError for one that is not made, and for two different ones."""
    types = [value for key, value in keys if key in AUTH_TYPE]
    for value in types:
        if value.text.lower() not in AUTH_TYPES:
            odd = shown(value.text) if value.text else "must be text; anything else"  # empty: what an entry has is none
            raise OptionError(f"{value.name}: {odd} is not supported; {WAYS}")
        if _meaning(value) != _meaning(types[0]):
            raise OptionError(f"{value.name}: contradicts {types[0].name}")
    return types[0] if types else None


def _meaning(value: Value) -> tuple[type[Credential], str | None]:
    name = value.text.lower()
    return AUTH_TYPES[name], NEEDED.get(name)


def kinds(keys: Keys) -> t.Sequence[type[Credential]]:
    """The kinds of credential that may count; the first one that is given wins. Raises OptionError."""
    chosen = auth_type(keys)
    return [AUTH_TYPES[chosen.text.lower()]] if chosen else KINDS


def is_foreign(key: str, value: Value) -> bool:
    """Whether a variable, even alone, asks for a kind of login that would not be made."""
    if key in AUTH_TYPE:
        return value.text.lower() not in AUTH_TYPES
    return bool(_why_foreign(key))


def refuse_foreign(keys: Keys) -> None:
    """Raises OptionError for a key that asks for a kind of login that would not be made."""
    chosen = auth_type(keys)
    for key, value in keys:
        why = _why_foreign(key)
        if why:
            raise OptionError(f"{value.name}: {why}; {WAYS}")
        if key == "auth_methods":
            _check_methods(value, chosen)
        if chosen and _is_excluded(key, chosen.text.lower()):
            raise OptionError(
                f"{value.name} beside {chosen.name}: {chosen.text} is a login without it; leave one of them out"
            )


def _is_excluded(key: str, kind: str) -> bool:
    """Whether an ``auth_type`` says that a key of the same place is a leftover: other tools would act in the own account."""
    return (key in AGENCY_OPTION and kind != "agency") or (key == "passcode" and kind not in NEEDED)


def promised(keys: Keys) -> tuple[str, Value] | None:
    """The option that the ``auth_type`` of a level needs besides those of the login, and that ``auth_type``."""
    chosen = auth_type(keys)
    if chosen and chosen.text.lower() in NEEDED:
        return NEEDED[chosen.text.lower()], chosen
    return None


def left_open(given: t.Container[str]) -> list[str]:
    """The options of an agency that are not given, in neither of their forms."""
    named = {_subject(option) for option in AGENCY if option in given}
    return [option for option in AGENCY if _subject(option) not in named]


def _subject(option: str) -> str:
    return option.rpartition("_")[0]


def _why_foreign(key: str) -> str:
    if key in AGENCY_OPTION:
        return ""
    return next((why for words, why in FOREIGN.items() if any(_says(word, key) for word in words.split())), "")


def _says(word: str, key: str) -> bool:
    return key.startswith(word[:-1]) if word.endswith("*") else key == word


def _check_methods(value: Value, chosen: Value | None) -> None:
    methods = {method.strip().lower() for method in value.text.split(",")}
    if not chosen or chosen.text.lower() != MULTIFACTOR or methods not in AUTH_METHODS:
        raise OptionError(
            f"{value.name}: only v3password and v3totp together are supported, with auth_type {MULTIFACTOR}"
        )
