# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import heapq

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.pace import BACK, FIRST, Pace


def run(limit: int, tasks: int, seconds: float, wish: float = 0.0) -> tuple[int, int]:
    """So many tasks, each as fast as it may, against a gateway that lets ``limit`` requests through in each second.

    How many were let through, and how many held back. One that was held back comes again after a second.
    """
    paces = [Pace() for dummy in range(tasks)]
    due = [(0.0, n, False) for n in range(tasks) for dummy in range(8)]  # when each worker asks for its turn, or sends
    passed: dict[int, int] = {}
    held = 0
    while due[0][0] < seconds:
        now, n, its_turn = heapq.heappop(due)
        second = int(now)
        if not its_turn:
            heapq.heappush(due, (now + paces[n].pause(now), n, True))
        elif passed.get(second, 0) < limit:
            passed[second] = passed.get(second, 0) + 1
            paces[n].answered(now)
            heapq.heappush(due, (now + 0.02, n, False))
        else:
            held += 1
            paces[n].throttled(now, wish)
            heapq.heappush(due, (now + max(1.0, wish), n, False))
    return sum(passed.values()), held


def test_nothing_is_slowed_down_before_a_request_was_throttled() -> None:
    pace = Pace()
    for n in range(100):
        assert pace.pause(n / 1000) == 0.0
        pace.answered(n / 1000)


def test_a_step_back_from_what_got_through() -> None:
    pace = Pace()
    for n in range(40):
        pace.answered(n / 40)
    pace.throttled(1.0, 0.0)
    first = pace.pause(1.0)
    assert 0 <= first <= 1 / (BACK * 39)
    assert pace.pause(1.0) - first == pytest.approx(1 / (BACK * 39))  # the answer of a second ago does not count


def test_several_at_once_are_one_step_back() -> None:
    pace = Pace()
    for n in range(40):
        pace.answered(1 + n / 50)
    for dummy in range(8):
        pace.throttled(1.9, 0.0)
    pace.pause(9.0)
    assert pace.pause(9.0) == pytest.approx(1 / (BACK * 40))


def test_a_wish_is_for_all_requests_of_a_task() -> None:
    pace = Pace()
    pace.throttled(0.0, 7.0)
    assert pace.pause(0.0) >= 7.0


def test_it_doubles_where_nothing_is_known_of_the_limit() -> None:
    pace = Pace()
    pace.throttled(0.0, 0.0)
    times = [pace.pause(0.0)]
    while times[-1] < 4:
        pace.answered(times[-1])
        times.append(times[-1] + pace.pause(times[-1]))
    assert len(times) > FIRST * (1 + 2 + 4)


@pytest.mark.parametrize("wish", [0.0, 1.0])
@pytest.mark.parametrize(
    ("limit", "tasks", "share"),
    [(50, 8, 0.8), (20, 4, 0.8), (50, 1, 0.6), (500, 8, 0.6)],  # the fewer hear a wish, the more is idle meanwhile
)
def test_tasks_that_do_not_know_of_each_other_share_a_limit(limit: int, tasks: int, share: float, wish: float) -> None:
    passed, held = run(limit, tasks, 30, wish)
    assert passed >= share * limit * 30
    assert passed + held <= 1.5 * passed
