# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The argument specs that modules share. What they mean is in plugins/doc_fragments."""

from __future__ import annotations

import typing as t

from ._errors import OptionError

Spec = dict[str, dict[str, t.Any]]


def connection_options() -> Spec:
    """Who asks, and where. Environment variables are read later, as a task's own options must win as a group."""
    return {
        "token": {"type": "str", "no_log": True},
        "access_key": {"type": "str", "no_log": True},
        "secret_key": {"type": "str", "no_log": True},
        "security_token": {"type": "str", "no_log": True},
        "username": {"type": "str"},
        "password": {"type": "str", "no_log": True},
        "user_domain_name": {"type": "str", "aliases": ["domain_name"]},
        "project_id": {"type": "str"},
        "project_name": {"type": "str"},
        "region": {"type": "str", "aliases": ["region_name"]},
        "auth_url": {"type": "str"},
        "endpoints": {
            "type": "dict",
            "options": {"iam": {"type": "str"}, "dli": {"type": "str"}, "mrs": {"type": "str"}},
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


def change_options() -> Spec:
    """What every module has that brings jobs into a state."""
    return {
        "max_jobs": {"type": "int", "default": 100},
        "trust_server_filters": {"type": "bool", "default": False},
        "ignore_missing": {"type": "bool", "default": False},
        "wait": {"type": "bool", "default": True},
        "wait_timeout": {"type": "int", "default": 600},
        "wait_interval": {"type": "float", "default": 10},
    }


def flink_selection() -> Spec:
    filters = _filters(["name", "status"], ["queue_name", "job_type", "user_name", "older_than"])
    filters["options"]["tags"] = {"type": "dict"}
    return {"job_ids": _words(), "filters": filters}


def batch_selection() -> Spec:
    filters = _filters(["name", "state"], ["queue_name", "owner", "older_than"])
    return {"batch_id": {**_words(), "aliases": ["batch_ids"]}, "filters": filters}


def mrs_selection() -> Spec:
    return {
        "cluster_id": {"type": "str"},
        "cluster_name": {"type": "str"},
        "job_ids": {**_words(), "aliases": ["job_id_list"]},
        "filters": _filters(["name", "state", "result"], ["job_type", "user", "queue", "older_than"]),
    }


def _words() -> dict[str, t.Any]:
    """Ids are strings too, as Ansible would make numbers of true and 1.0."""
    return {"type": "list", "elements": "str"}


def _filters(lists: t.Sequence[str], texts: t.Sequence[str]) -> dict[str, t.Any]:
    options = {**{key: _words() for key in lists}, **{key: {"type": "str"} for key in texts}}
    return {"type": "dict", "options": options}


def within(options: t.Mapping[str, t.Any], name: str, least: float, most: float) -> float:
    """The number that an option holds. Raises OptionError where it is out of range."""
    value = float(options[name])
    if not least <= value <= most:
        raise OptionError(f"{name}: must be a number from {least:.12g} to {most:.12g}, not {value:g}")
    return value
