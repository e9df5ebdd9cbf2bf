# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The job that stops jobs in the workflow of a maintenance window ends before its stop shows any effect."""

from __future__ import annotations

from ansible_collections.otc.bigdata.tests.unit.utils.forks import NO_WAITS
from ansible_collections.otc.bigdata.tests.unit.utils.window import Window, runs, saves, statuses, world


def test_a_stop_that_shows_no_effect_yet(tmp_path, emulator):
    """The start must not take the jobs for ones that run: more looks than it needs without waiting still show them running."""
    emulator.load(world(saves("5 looks", 0, 0)))
    before = statuses(emulator)
    window = Window(tmp_path, emulator, ("kill", "POST jobs/stop", True), **NO_WAITS).run()
    assert window.held == "POST jobs/stop"
    assert runs(emulator) == {1: 1, 2: 1, 3: 1}, window.said
    assert statuses(emulator) == before
    assert (window.order[-1], window.status) == ("failed", "failed")
