# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inventories of an emulator."""

from __future__ import annotations

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.inventory import DEMO, Inventories
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import folder


@pytest.fixture
def here(emulator):
    """A folder of a user who knows the name of the emulator's user."""
    endpoints = {f"OTC_{service}_ENDPOINT": emulator.url for service in ("IAM", "DLI", "MRS")}
    with folder(**DEMO, **endpoints) as one:
        yield one


@pytest.fixture
def clusters(emulator, here):
    return Inventories(emulator, here, "otc.bigdata.mrs_clusters")


@pytest.fixture
def projects(emulator, here):
    return Inventories(emulator, here, "otc.bigdata.iam_projects")
