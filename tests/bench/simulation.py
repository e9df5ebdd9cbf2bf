# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a gateway limit means for 10,000 clusters with 1,000 jobs each: ``make simulation``.

The tasks of this simulation keep their pace by the code of the collection, and their requests are repeated as the
collection repeats them: for as long as it takes. Only the gateway, the network and the time are made up. Every task is new, as a task of Ansible
is: it knows nothing of what was held back before.
"""

from __future__ import annotations

import argparse
import heapq
import itertools
import random
import typing as t
from collections import Counter
from dataclasses import dataclass, field

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.pace import Pace
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.transport import RETRIES, THROTTLED

CLUSTERS = 10_000
# Requests of one cluster with 1,000 jobs: 12 list pages before and after, and the writes between
PURGE, STOP = 12 + 10 + 12, 12 + 1000 + 12
LATENCY = 0.05  # seconds from a request to its answer
START = 0.5  # seconds of Ansible between one task and the next
WORKERS = 8  # the default of the modules
IN_TIME = 600  # seconds, that of wait_timeout


@dataclass
class Task:
    """One cluster: requests that wait for a worker, and those that were begun and have no answer yet."""

    waiting: int
    began: float
    pace: Pace = field(default_factory=Pace)
    open: int = 0


class Simulation:
    """So many tasks at once, for ever: when one ends, the next begins."""

    def __init__(self, limit: int, tasks: int, requests: int) -> None:
        self._limit, self._requests = limit, requests
        self._events: list[tuple[float, int, t.Any, tuple[t.Any, ...]]] = []
        self._numbers = itertools.count()  # keep the order of what happens at the same time
        self._second, self._passed_in_it = 0, 0
        self.counts: Counter[str] = Counter()
        for dummy in range(tasks):
            self._at(random.uniform(0, START), self._begin)

    def run(self, warm_up: float, seconds: float) -> Counter[str]:
        """Counts of requests passed and held back, and of tasks ended and too long, in ``seconds`` after the first ones."""
        now = 0.0
        while now < warm_up + seconds:
            now, dummy, happens, details = heapq.heappop(self._events)
            if now < warm_up:
                self.counts.clear()
            happens(now, *details)
        return self.counts

    def _at(self, moment: float, happens: t.Any, *details: t.Any) -> None:
        heapq.heappush(self._events, (moment, next(self._numbers), happens, details))

    def _begin(self, now: float) -> None:
        task = Task(self._requests, now)
        for dummy in range(WORKERS):
            self._next(now, task)

    def _next(self, now: float, task: Task) -> None:
        """A worker takes a request; the last one to find none ends the task."""
        if task.waiting:
            task.waiting -= 1
            task.open += 1
            self._ask(now, task, 0)
        elif not task.open:
            task.open = -1
            self.counts["ended"] += 1
            self.counts["too long"] += now - task.began > IN_TIME
            self._at(now + START, self._begin)

    def _ask(self, now: float, task: Task, attempt: int) -> None:
        self._at(now + task.pace.pause(now), self._send, task, attempt)

    def _send(self, now: float, task: Task, attempt: int) -> None:
        if self._passes(now):
            self.counts["passed"] += 1
            self._at(now + LATENCY, self._answered, task)
            return
        self.counts["held back"] += 1
        task.pace.throttled(now, 0.0)
        retry = RETRIES[THROTTLED]
        pause = min(retry.first * 2**attempt * random.uniform(0.75, 1.25), retry.longest)
        self._at(now + pause, self._ask, task, attempt + 1)

    def _answered(self, now: float, task: Task) -> None:
        task.pace.answered(now)
        task.open -= 1
        self._next(now, task)

    def _passes(self, now: float) -> bool:
        if int(now) != self._second:
            self._second, self._passed_in_it = int(now), 0
        self._passed_in_it += 1
        return self._passed_in_it <= self._limit


LINE = "{:>8}{:>14}{:>14}{:>12}{:>14}{:>13}"
HEAD = ("limit/s", "tasks at once", "of the limit", "per needed", f"over {IN_TIME} s", "hours in all")


def row(limit: int, tasks: int, requests: int) -> tuple[t.Any, ...]:
    seconds = max(120, 4 * requests * tasks // limit)
    counts = Simulation(limit, tasks, requests).run(30, seconds)
    passed = counts["passed"]
    share, hours = passed / seconds / limit, CLUSTERS * requests / (passed / seconds) / 3600
    too_long = counts["too long"] / counts["ended"]
    return (limit, tasks, f"{share:.0%}", f"{1 + counts['held back'] / passed:.2f}", f"{too_long:.1%}", f"{hours:.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limits", type=int, nargs="+", default=[50, 200, 1000], help="%(default)s")
    parser.add_argument("--tasks", type=int, nargs="+", default=[1, 8, 16, 32, 64, 128], help="%(default)s")
    options = parser.parse_args()
    for title, requests in (("delete all finished jobs", PURGE), ("stop all jobs", STOP)):
        print(f"{CLUSTERS} clusters with 1000 jobs: {title}, {requests} requests for each cluster")
        print(LINE.format(*HEAD))
        for limit in options.limits:
            for tasks in options.tasks:
                random.seed(1)
                print(LINE.format(*row(limit, tasks, requests)), flush=True)


if __name__ == "__main__":
    main()
