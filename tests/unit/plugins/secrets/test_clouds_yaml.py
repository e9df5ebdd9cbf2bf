# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A password in a clouds.yaml."""

from __future__ import annotations

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.secrecy import by_cloud, given, password, run_playbook_with

pytestmark = pytest.mark.real


@pytest.mark.parametrize("in_process", [True, False], ids=["in process", "as modules"])
@given(password, by_cloud)
def test_playbook(scene, in_process):
    run_playbook_with(scene, in_process)
