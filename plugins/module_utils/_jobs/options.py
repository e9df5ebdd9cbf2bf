# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The options that the modules of all services share. What they mean is in plugins/doc_fragments."""

from __future__ import annotations

import typing as t

from .._cloud.options import Spec


def change_options() -> Spec:
    """What every module has that brings jobs into a state."""
    return {
        "max_jobs": {"type": "int", "default": 100},
        "trust_server_filters": {"type": "bool", "default": False},
        "ignore_missing": {"type": "bool", "default": False},
        "drain_timeout": {"type": "int", "default": 0},
        "wait": {"type": "bool", "default": True},
        "wait_timeout": {"type": "int", "default": 600},
        "wait_interval": {"type": "float", "default": 10},
    }


def texts() -> dict[str, t.Any]:
    """Ids are strings too, as Ansible would make numbers of true and 1.0."""
    return {"type": "list", "elements": "str"}


def filter_option(lists: t.Sequence[str], words: t.Sequence[str]) -> dict[str, t.Any]:
    options = {**{key: texts() for key in lists}, **{key: {"type": "str"} for key in words}}
    return {"type": "dict", "options": options}
