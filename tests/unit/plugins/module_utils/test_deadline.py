# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pauses grow up to the interval and never outlast the deadline."""

from __future__ import annotations

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils._jobs import deadline
from ansible_collections.otc.bigdata.plugins.module_utils._jobs.deadline import Deadline


class Clock:
    def __init__(self) -> None:
        self.now = 100.0
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.pauses.append(seconds)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    one = Clock()
    monkeypatch.setattr(deadline, "time", one)
    return one


def pauses(clock: Clock, timeout: float, interval: float) -> list[float]:
    clock.pauses.clear()
    one = Deadline(timeout, interval)
    while one.pause():
        pass
    return clock.pauses


def test_pauses(clock: Clock) -> None:
    assert pauses(clock, 20, 3) == [0.5, 1, 2, 3, 3, 3, 3, 3, 1.5]
    assert pauses(clock, 1, 0.25) == [0.25] * 4
    assert pauses(clock, 0, 10) == []


def test_a_write_makes_the_next_look_come_soon(clock: Clock) -> None:
    one = Deadline(60, 10)
    for dummy in range(3):
        one.pause()
    one.reset_pause()
    one.pause()
    assert clock.pauses == [0.5, 1, 2, 0.5]


def test_a_look_between_two_others(clock: Clock) -> None:
    """Something may be due before the next look. That changes nothing in their rhythm, nor in the deadline."""
    one = Deadline(60, 10)
    assert one.pause(one.now() + 0.2)
    assert one.pause(one.now() + 0.7)
    assert one.pause(one.now() + 0.7)
    assert one.pause(one.now() - 1)
    assert one.pause(None)
    assert [round(one, 3) for one in clock.pauses] == [0.2, 0.5, 0.7, 1, 2]
    assert [one.retry_pause(attempt) for attempt in (1, 2, 3, 4, 5, 6, 2000)] == [0.5, 1, 2, 4, 8, 10, 10]
    assert Deadline(60, 0.05).retry_pause(3) == 0.05
