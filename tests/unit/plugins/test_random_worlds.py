# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random tasks in random worlds, the same in each test run; ``make worlds`` plays 20,000 others, and more if asked."""

from __future__ import annotations

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils import random_worlds
from ansible_collections.otc.bigdata.tests.unit.utils.random_worlds import (
    CHUNK,
    Scene,
    drawn,
    failing,
    ground,
    smallest,
)

SEEDS = range(20_000, 20_500)


@pytest.mark.parametrize("first", SEEDS[::CHUNK])
def test_random_worlds(first: int) -> None:
    """All that a report says is what the emulator knows."""
    found = failing(range(first, first + CHUNK))
    assert not found, "\n\n".join(found)


def test_a_world_is_what_its_seed_makes_of_it() -> None:
    """The same jobs, task and faults, and the same requests in the same order."""

    def played(seed: int) -> list:
        place.begin(drawn(seed))
        Scene(place, drawn(seed)).play()
        return [(entry["method"], entry["path"], entry["seconds"]) for entry in place.log.entries()]

    with ground() as place:
        assert [played(seed) for seed in range(20)] == [played(seed) for seed in range(20)]


def test_the_smallest_world_that_fails(monkeypatch) -> None:
    """Of a world in which any stop is a complaint, little but a job and that task is left."""

    def complaint(dummy: object, world: dict) -> str:
        return (
            "AssertionError: stopped" if world.get("task", {}).get("state") == "stopped" and world.get("jobs") else ""
        )

    monkeypatch.setattr(random_worlds, "complaint", complaint)
    seed = next(seed for seed in range(100) if complaint(None, drawn(seed)))
    small = smallest(None, drawn(seed), "AssertionError: stopped")
    assert small["task"] == {"state": "stopped"}
    assert (small.keys(), len(small["jobs"])) == ({"task", "jobs"}, 1)
