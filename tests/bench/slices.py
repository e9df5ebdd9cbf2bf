# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures how long it takes to stop the jobs of many MRS clusters, by forks and by slices as AWX makes them.

Each row is the playbook stop_all over an inventory with a host per cluster: the fastest of some runs, and the seconds of the
slowest. A slice is a job of its own, which goes to its worker and back as in AWX (``ansible-runner transmit | worker | process``).
Here all workers share the cores of this machine with each other and with the emulator.
"""

from __future__ import annotations

import argparse
import itertools
import os
import pathlib
import resource
import sys
import tempfile
import time
import typing as t

from ansible_collections.otc.bigdata.tests.unit.utils.awx import Job, cut, side_by_side

from .cloud import Cloud
from .rows import LATENCY

COLUMNS = (
    "slices",
    "forks of each",
    "seconds",
    "most",
    "clusters/s",
    "CPU s",
    "of the emulator",
    "requests",
    "at once",
)
VARIABLES = {"names": "*", "otc_hosts": "all", "max_jobs": 10000}


class Took(t.NamedTuple):
    """What a run cost; the CPU time is that of all slices together."""

    seconds: float
    cpu: float
    emulator: float
    requests: int
    peak: int


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clusters", type=int, default=200, help="number of clusters (%(default)s)")
    parser.add_argument("--jobs", type=int, default=50, help="jobs that run on each (%(default)s)")
    parser.add_argument("--slices", type=int, nargs="+", default=[1, 2], help="numbers of slices (1 2)")
    parser.add_argument("--forks", type=int, nargs="+", default=[5, 20], help="forks of each slice (5 20)")
    parser.add_argument("--runs", type=int, default=3, help="rounds, of which the fastest counts (%(default)s)")
    parser.add_argument("--latency", type=float, default=LATENCY, help="seconds of each request (%(default)s)")
    parser.add_argument("--end", type=float, default=0, help="seconds that a job needs to end (%(default)s)")
    return parser.parse_args()


def prepare(cloud: Cloud, options: argparse.Namespace) -> dict[str, dict]:
    """The clusters, as hosts, and nothing else."""
    names = [f"cluster-{number:04}" for number in range(options.clusters)]
    cloud.ask("POST", "reset")
    clusters = [{"clusterId": name, "clusterName": name} for name in names]
    jobs = [{"count": options.jobs, "cluster_id": name, "job_state": "RUNNING"} for name in names]
    cloud.ask("POST", "seed", {"flink_jobs": [], "batches": [], "clusters": clusters, "mrs_jobs": jobs})
    cloud.ask("POST", "settings", {"latency": options.latency, "delays": {"mrs_kill": options.end}})
    return {name: {"ansible_connection": "local", "clusters": [name], "services": ["mrs"]} for name in names}


def measure(cloud: Cloud, options: argparse.Namespace, count: int, forks: int) -> Took:
    """Raises SystemExit if not every job was stopped, and stopped once."""
    hosts = prepare(cloud, options)
    environ = {**cloud.environ, "OTC_MRS_ENDPOINT": cloud.url}
    with tempfile.TemporaryDirectory() as folder:
        parts = []
        for number in range(1, count + 1):
            job = Job(pathlib.Path(folder, str(number)), number, **environ)
            parts.append((job, job.transmit("stop_all", VARIABLES, cut(hosts, number, count), f"--forks={forks}")))
        cloud.ask("DELETE", "log")
        before, worked, began = _cpu(), cloud.cpu(), time.perf_counter()
        done = side_by_side(parts)
        seconds = time.perf_counter() - began
    log = cloud.ask("GET", "log?requests=no")
    stopped = sum(job.stats["mrs"]["changed"] for job in done if job.status == "successful")
    if not stopped == log["writes"] == options.clusters * options.jobs:
        sys.exit(f"{[job.status for job in done]}: {stopped} jobs stopped, {log['writes']} requests to stop one")
    print(f"slices: {count}, forks: {forks}, seconds: {seconds:.1f}", file=sys.stderr)
    requests = log["reads"] + log["writes"]
    return Took(seconds, _cpu() - before, cloud.cpu() - worked, requests, log["peak_in_flight"])


def _cpu() -> float:
    """Of all processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    options = parse()
    cloud = Cloud()
    print(f"{options.clusters} clusters with {options.jobs} jobs each, which need {options.end:g} s to end")
    latency = f"{1000 * options.latency:.0f} ms per request"
    print(f"{latency}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; the fastest of {options.runs} runs\n")
    ways = list(itertools.product(options.slices, options.forks))
    try:
        # In turn, so that all of them see the same changes of the machine
        rounds = [[measure(cloud, options, *way) for way in ways] for dummy in range(options.runs)]
    finally:
        cloud.stop()
    print(_row(COLUMNS) + "\n" + _row(["---:"] * len(COLUMNS)))
    for (count, forks), runs in zip(ways, zip(*rounds)):
        best, most = min(runs), max(runs).seconds
        speed = options.clusters / best.seconds
        figures = [f"{best.seconds:.0f}", f"{most:.0f}", f"{speed:.1f}", f"{best.cpu:.0f}", f"{best.emulator:.1f}"]
        print(_row([count, forks, *figures, best.requests, best.peak]))


def _row(cells: t.Iterable) -> str:
    return f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    main()
