# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The options of a connection, and what all options have in common. What they mean is in plugins/doc_fragments."""

from __future__ import annotations

import typing as t

from .errors import OptionError
from .text import Passcode

Spec = dict[str, dict[str, t.Any]]

SERVICES = ("iam", "dli", "mrs")  # that have an endpoint


def connection_options() -> Spec:
    """Who asks, and where. Environment variables are read later, as the options of a task must win over them as a group."""
    return {
        "token": {"type": "str", "no_log": True},
        "access_key": {"type": "str", "no_log": True},
        "secret_key": {"type": "str", "no_log": True},
        "security_token": {"type": "str", "no_log": True},
        "username": {"type": "str"},
        "password": {"type": "str", "no_log": True},
        "user_domain_name": {"type": "str", "aliases": ["domain_name"]},
        "user_id": {"type": "str"},
        "user_domain_id": {"type": "str"},
        "passcode": {"type": "str", "no_log": True},
        "target_agency_name": {"type": "str", "aliases": ["agency_name"]},
        "target_domain_name": {"type": "str", "aliases": ["agency_domain_name"]},
        "target_domain_id": {"type": "str"},
        "target_project_name": {"type": "str", "aliases": ["delegated_project"]},
        "target_project_id": {"type": "str"},
        "project_id": {"type": "str"},
        "project_name": {"type": "str"},
        "region": {"type": "str", "aliases": ["region_name"]},
        "cloud_domain": {"type": "str"},
        "auth_url": {"type": "str"},
        "endpoints": {
            "type": "dict",
            "options": {service: {"type": "str"} for service in SERVICES},
        },
        "cloud": {"type": "str"},
        "validate_certs": {"type": "bool"},
        "ca_path": {"type": "path", "aliases": ["ca_cert"]},
        "client_cert": {"type": "path"},
        "client_key": {"type": "path", "no_log": False},
        "request_timeout": {"type": "float", "default": 60, "aliases": ["api_timeout"]},
        "max_retries": {"type": "int", "default": 5},
        "max_concurrency": {"type": "int", "default": 8},
    }


def check_range(options: t.Mapping[str, t.Any], name: str, least: float, most: float) -> float:
    """The number that an option holds. Raises OptionError where it is out of range."""
    value = float(options[name])
    if not least <= value <= most:
        raise OptionError(f"{name}: must be a number from {least:.12g} to {most:.12g}, not {value:g}")
    return value


def secrets_in(spec: t.Mapping[str, t.Mapping[str, t.Any]], options: t.Mapping[t.Any, t.Any]) -> list[str]:
    """The values of the options that no log may show."""
    kinds = {"passcode": Passcode}
    return [
        kinds.get(name, str)(options[name]) for name, one in spec.items() if one.get("no_log") and options.get(name)
    ]


def names_of(spec: t.Mapping[str, t.Mapping[str, t.Any]]) -> dict[str, str]:
    """Every name of each option, its aliases too → its main one."""
    return {name: option for option, one in spec.items() for name in (option, *one.get("aliases", ()))}
