# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Keys that say who acts where, and that nobody here understands: none of them is passed over.

Whoever skips ``auth_type: agency`` finds a complete login, for the wrong account.
https://docs.openstack.org/keystoneauth/latest/authentication-plugins.html
"""

from __future__ import annotations

import re
import typing as t

from .auth import KINDS, Credential, Password, Token
from .errors import OptionError
from .given import Value, shown

AUTH_TYPE = ("auth_type", "auth_plugin")
AUTH_TYPES: dict[str, type[Credential]] = {
    "password": Password,
    "v3password": Password,
    "token": Token,
    "v3token": Token,
}
# By its name in a clouds.yaml; the name of a variable is the same in capitals, after OS_
FOREIGN = {
    "target_.*|agency_.*|agency|delegated_project|assume_role.*|xrole_name": "agencies are not supported yet",
    "passcode|totp.*|auth_methods": "one-time passwords are not supported yet",
    "identity_provider.*|idp_.*|protocol|service_provider.*|openid_scope|discovery_endpoint|authorization_code"
    "|client_id|client_secret|access_token.*|saml.*|adfs.*|mapped_local.*": "identity providers are not supported",
    "application_credential_.*": "application credentials are not supported",
    "oauth.*|consumer_.*|access_secret": "OAuth is not supported",
    "trust_id": "trusts are not supported",
    "system_scope": "a task acts in a project",
    "userid": "it is not supported; name the user by username",
}
HARMLESS_ALONE = ("passcode",)
IDS = {"user_id": "username", "user_domain_id": "user_domain_name", "domain_id": "user_domain_name"}
WAYS = f"what works is {', or '.join(' + '.join(kind.parts) for kind in KINDS)}"
VARIABLE = re.compile("OS_(.+)")

Keys = t.Sequence[tuple[str, Value]]  # what is there by each of its names, that of a clouds.yaml


def in_environment(environ: t.Mapping[str, str]) -> Keys:
    """The variables of the environment, by the names of the same keys in a clouds.yaml. An empty one counts as unset."""
    found = [(VARIABLE.fullmatch(name), Value(text, name)) for name, text in environ.items() if text]
    return [(match[1].lower(), value) for match, value in found if match]


def kinds(keys: Keys) -> t.Sequence[type[Credential]]:
    """The kinds of credential that may count; the first one that is given wins. Raises OptionError."""
    types = [value for key, value in keys if key in AUTH_TYPE]
    chosen = [AUTH_TYPES.get(value.text.lower()) for value in types]
    for value, kind in zip(types, chosen):
        if kind is None:
            raise OptionError(f"{value.name}: {shown(value.text)} is not supported; {WAYS}")
        if kind is not chosen[0]:
            raise OptionError(f"{value.name}: contradicts {types[0].name}")
    return [kind for kind in chosen[:1] if kind] or KINDS


def is_foreign(key: str, value: Value) -> bool:
    """Whether a variable, even alone, asks for a kind of login that would not be made."""
    if key in AUTH_TYPE:
        return value.text.lower() not in AUTH_TYPES
    return key not in HARMLESS_ALONE and any(re.fullmatch(pattern, key) for pattern in FOREIGN)


def refuse_foreign(keys: Keys) -> None:
    """Raises OptionError for a key that asks for a kind of login that would not be made."""
    for key, value in keys:
        for pattern, why in FOREIGN.items():
            if re.fullmatch(pattern, key):
                raise OptionError(f"{value.name}: {why}; {WAYS}")


def refuse_ids(keys: Keys, higher: t.Container[str]) -> None:
    """The same for a user, or the domain of one, that is named by an id. ``higher``: options that somebody above has set."""
    there = {key for key, dummy in keys}
    for key, value in keys:
        option = IDS.get(key, "")
        by_name = option in higher or (key == "domain_id" and option in there)
        if option and not by_name:
            raise OptionError(f"{value.name}: ids of users and domains are not supported yet; set {option} alone")
