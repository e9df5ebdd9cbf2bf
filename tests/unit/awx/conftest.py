# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all tests of AWX need."""

from __future__ import annotations

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.configure import collections_for_awx


@pytest.fixture(scope="session")
def collections() -> str:
    return collections_for_awx()
