# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nobody can tell from its result that a task ran in the process of Ansible."""

from __future__ import annotations

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.same_results import REFUSED, TASKS, check_same_results

pytestmark = pytest.mark.real


def test_same_results(tmp_path):
    check_same_results({name: task for name, task in TASKS.items() if name not in REFUSED}, "-v", tmp_path)
