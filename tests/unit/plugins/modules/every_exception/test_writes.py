# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every exception at a write, and whether each of them can be made."""

from __future__ import annotations

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.exceptions import (
    KINDS,
    SERVICES,
    Place,
    Wire,
    complaints,
    made,
    met,
)

DOORS = ("module",)  # these run the modules in this process anyway
WRITES = [Place("write", moment) for moment in ("before", "after", "body")]


@pytest.mark.parametrize("name", KINDS)
def test_it_can_be_made(name: str) -> None:
    """Else the tests below would test less than they say."""
    assert made(KINDS[name], "some text").__class__ is KINDS[name]


@pytest.mark.parametrize(("name", "service"), met(SERVICES))
def test_write(request: pytest.FixtureRequest, wire: Wire, name: str, service: str) -> None:
    """What is reported is what the emulator knows."""
    found = complaints(request.getfixturevalue(service), wire, WRITES, name)
    assert not found, "\n".join(found)
