# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nobody can tell where a task was refused, nor that a module started as it does elsewhere."""

from __future__ import annotations

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.same_results import REFUSED, TASKS, check_same_results

pytestmark = pytest.mark.real


def test_same_refusals(tmp_path):
    """The first task is not, as Ansible also shows the lines before one that fails, and they tell of the Python."""
    check_same_results({name: TASKS[name] for name in ("success", *REFUSED)}, "-v", tmp_path)


def test_modules_that_start(tmp_path):
    check_same_results(dict(list(TASKS.items())[::7]), "-vvv", tmp_path)
