# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A password as an option, and in the environment."""

from __future__ import annotations

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.secrecy import (
    WAYS,
    by_options,
    given,
    password,
    run_ad_hoc_with,
    run_playbook_with,
)

pytestmark = pytest.mark.real


@pytest.mark.parametrize("in_process", [True, False], ids=["in process", "as modules"])
@given(password, *WAYS)
def test_playbook(scene, in_process):
    run_playbook_with(scene, in_process)


@given(password, by_options)
def test_ad_hoc(scene):
    run_ad_hoc_with(scene)
