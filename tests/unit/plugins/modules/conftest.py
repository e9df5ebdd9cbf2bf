# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every test of a module runs through both doors; tests/unit/conftest.py compares the answers at the end.

The cloud is on the wire, where chance has no part in what happens, unless the test is marked ``real``.
"""

from __future__ import annotations

import re

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.doors import DOORS, ON_THE_WIRE, Door


def pytest_generate_tests(metafunc) -> None:
    doors = getattr(metafunc.module, "DOORS", DOORS)  # a file may choose, and so may a test
    if not any(mark.args[0] == "door" for mark in metafunc.definition.iter_markers("parametrize")):
        metafunc.parametrize("door", list(doors), indirect=True)


@pytest.fixture(autouse=True)
def door(request):
    """How modules are run in this test."""
    opened = Door(request.param, DOORS if _is_real(request) else ON_THE_WIRE)
    test = re.sub(rf"(\[|-){opened.name}(?=-|\])", r"\1*", request.node.nodeid, count=1)
    request.node.user_properties.append(("door", [test, opened.name, opened.answers]))
    return opened


@pytest.fixture
def emulator(request):
    """The emulator as it is after its start."""
    return request.getfixturevalue("real_emulator" if _is_real(request) else "cloud")


def _is_real(request) -> bool:
    return request.node.get_closest_marker("real") is not None
