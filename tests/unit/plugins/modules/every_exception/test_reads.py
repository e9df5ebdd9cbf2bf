# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every exception at a login and at a read."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.exceptions import SERVICES, Place, Wire, complaints, met

DOORS = ("module",)  # these run the modules in this process anyway
READS = [Place(what, moment) for what in ("login", "read") for moment in ("before", "after", "body")]


@pytest.mark.parametrize(("name", "task"), met(list(itertools.product(SERVICES, (False, True)))))
def test_login_and_read(request: pytest.FixtureRequest, wire: Wire, name: str, task: tuple[str, bool]) -> None:
    """The same before anything was written, also for those who only read."""
    service, reader = task
    found = complaints(request.getfixturevalue(service), wire, READS, name, reader)
    assert not found, "\n".join(found)
