# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever ends the job that stops jobs in the workflow of a maintenance window: none of them stays down."""

from __future__ import annotations

import os
import random

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.window import Window, runs, saves, statuses, world

SEEDS = [int(seed) for seed in os.environ.get("WINDOW_SEEDS", "0 4 23").split()]
WAYS = ("cancel", "job_timeout", "idle_timeout", "kill", "kill_worker")
REQUESTS = 8  # of the job that stops, at least


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_ends_the_stop(tmp_path, emulator, seed):
    """No job that has run stays down, none is started twice, and the workflow has failed."""
    chance = random.Random(seed)
    way, number, late = WAYS[seed % len(WAYS)], chance.randint(1, REQUESTS), chance.random() < 0.5
    script = saves(chance.choice((0, 0, 1, 2)), chance.choice((0, 1)), chance.choice((0, 1)))
    emulator.load(world(script))
    before = statuses(emulator)
    window = Window(tmp_path, emulator, (way, number, late)).run()
    asked = runs(emulator)
    print(  # what a failure is to be repeated with
        f"seed={seed} {way} {'after' if late else 'before'} {window.held} ({number}), lags {script['savepoint']}, "
        f"stop {window.jobs['stop'].status}, runs {dict(asked)}, {window.order} {window.status}"
    )
    # On a busy machine a time-out may come earlier, which is a moment like any other
    assert window.was_reached or way.endswith("timeout"), window.said
    assert window.jobs["stop"].status in ("canceled", "timeout", "error", "failed"), window.said
    assert window.order == ["list", "stop", "start_again", "failed"], window.said
    assert window.status == "failed"
    assert statuses(emulator) == before, window.said
    assert max(asked.values(), default=0) <= 1, window.said
