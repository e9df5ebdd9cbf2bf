# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody cancels the job that stops jobs in the workflow of a maintenance window: none of them stays down."""

from __future__ import annotations

import os

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.window import check_cut_off

SEEDS = [int(seed) for seed in os.environ.get("WINDOW_SEEDS", "0").split()]  # of all ways in which it may end


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_ends_the_stop(tmp_path, emulator, seed):
    check_cut_off(tmp_path, emulator, seed)
