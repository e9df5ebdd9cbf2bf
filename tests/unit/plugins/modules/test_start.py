# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a module starts: most tests take a fork of a Python that has imported much already, see utils/forks.py."""

from __future__ import annotations

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.doors import Door
from ansible_collections.otc.bigdata.tests.unit.utils.service import PROJECT
from ansible_collections.otc.bigdata.tests.unit.utils.worlds import MODULES

pytestmark = pytest.mark.real
DOORS = ("module",)
PYTHON_OF_ITS_OWN = {"PYTHONHASHSEED": "0"}


@pytest.mark.parametrize("options", [{}, {"colour": "red"}], ids=["works", "fails"])
@pytest.mark.parametrize("name", MODULES)
def test_a_python_of_its_own(emulator, name, options):
    """The same answer as from a fork."""
    endpoints = dict.fromkeys(("dli", "mrs"), emulator.url)
    options = {"token": "demo-token", "project_id": PROJECT, "endpoints": endpoints, **MODULES[name], **options}
    door, requests = Door("module"), []
    for environ in ({}, PYTHON_OF_ITS_OWN):
        emulator.reset()
        assert door(name, options, environ=environ).failed == ("colour" in options), door.answers
        requests.append(sorted((entry["method"], entry["path"]) for entry in emulator.log.entries()))
    assert door.answers[0] == door.answers[1]
    assert requests[0] == requests[1]
