# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls for many jobs."""

from __future__ import annotations

import typing as t
import weakref

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.answers import GATEWAY
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.client import Client
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.connection import SPEC, read_connection
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.context import Context
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.errors import Refused


class Answer:
    """Something that was read."""


def test_an_error_keeps_nothing_that_was_read_on_its_way() -> None:
    """Of ten thousand jobs each may have one."""
    defaults = {name: option.get("default") for name, option in SPEC.items()}
    given = {"token": "t", "project_id": "p", "endpoints": {"dli": "https://dli.example.com"}}
    client = Client(read_connection({**defaults, **given}, {}, "dli"), GATEWAY, Context({}), float("inf"))
    seen: list[weakref.ref] = []

    def get(job_id: int) -> t.NoReturn:
        answer = Answer()
        seen.append(weakref.ref(answer))
        raise Refused(f"GET job {job_id}", "no")

    errors = client.map(get, range(3))
    assert [str(error) for error in errors] == [f"GET job {job_id}: no" for job_id in range(3)]
    assert [one() for one in seen] == [None] * 3
