# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many tasks at once against one gateway that lets only so many requests through: ``make throttling``."""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import typing as t
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .cloud import Cloud
from .rows import LATENCY
from .ways import Ways

LINE = "{:>8}{:>13}{:>7}{:>9}{:>10}{:>11}{:>12}{:>10}{:>12}"
HEAD = ("limit/s", "Retry-After", "tasks", "seconds", "passed", "held back", "per needed", "passed/s", "of the limit")


def measure(cloud: Cloud, limit: int, retry_after: int, tasks: int, jobs: int) -> tuple[t.Any, ...]:
    """Each task cancels so many Spark batches: a request for each, and two pages or so to read."""
    with tempfile.TemporaryDirectory() as folder:
        ways = Ways(Path(folder), cloud, "batches", tasks * jobs, LATENCY)
        cloud.ask("POST", "settings", {"rate_limit": limit, "rate_retry_after": retry_after})
        commands = [ways.share(n, tasks) for n in range(tasks)]
        with ThreadPoolExecutor(tasks) as pool:
            results = pool.map(
                lambda way: subprocess.run(way.command, env=way.environ, capture_output=True, check=False), commands
            )
        failed = sum(result.returncode != 0 for result in results)
    log = cloud.ask("GET", "log")["requests"]
    passed = [entry for entry in log if entry["status"] != 429]
    seconds = log[-1]["seconds"] - log[0]["seconds"]
    rate = len(passed) / seconds
    costs = (f"{seconds:.1f}", len(passed), len(log) - len(passed), f"{len(log) / len(passed):.2f}")
    return (
        limit,
        retry_after or "-",
        tasks,
        *costs,
        f"{rate:.1f}",
        f"{failed} FAILED" if failed else f"{rate / limit:.0%}",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limits", type=int, nargs="+", default=[50, 200], help="requests per second (%(default)s)")
    parser.add_argument("--tasks", type=int, nargs="+", default=[8], help="at once (%(default)s)")
    parser.add_argument("--jobs", type=int, default=150, help="of each task (%(default)s)")
    options = parser.parse_args()
    cloud = Cloud()
    try:
        print(LINE.format(*HEAD))
        for limit in options.limits:
            for tasks in options.tasks:
                for retry_after in (0, 1):
                    print(LINE.format(*measure(cloud, limit, retry_after, tasks, options.jobs)), flush=True)
    finally:
        cloud.stop()


if __name__ == "__main__":
    main()
