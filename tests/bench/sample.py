# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of one way: how long it took, what it sent, and whether that is what was promised."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
import typing as t
from itertools import groupby

from .ways import Way


class Sample(t.NamedTuple):
    """What one run cost. ``sent``: its requests in stretches of reads and writes, as 10r 10w 10r."""

    seconds: float
    cpu: float  # seconds, user and system
    peak: float  # the largest resident size of a process of it, in MB
    requests: int
    sent: str
    connections: int
    busy: float | None  # the part of the time between first and last request that the emulator computed
    broken: list[str]  # promises


def sample(way: Way) -> Sample:
    """Raises SystemExit if the way does not do what it is compared for."""
    way.cloud.begin(way.kind, way.jobs, way.latency)
    worked = way.cloud.cpu()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            way.command, env=way.environ, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        dummy, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        worked = way.cloud.cpu() - worked
        log = way.cloud.ask("GET", "log")
        if process.returncode or log["writes"] != way.writes:
            output.seek(0)
            said = output.read()[-2000:]
            sys.exit(f"{way.name}: exit code {process.returncode}, {log['writes']} of {way.writes} writes\n{said}")
    letters = "".join("r" if request["method"] == "GET" else "w" for request in log["requests"])
    times = [request["seconds"] for request in log["requests"]]
    span = times[-1] - times[0] + way.latency if times else 0.0
    busy = worked / span if worked and span > 0.3 else None  # the system counts in steps of 0.01 s
    cpu, peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
    broken = broken_promises(way, log, letters)
    return Sample(seconds, cpu, peak, len(letters), stretches(letters), log["connections"], busy, broken)


def stretches(letters: str) -> str:
    found = [f"{len(list(group))}{letter}" for letter, group in groupby(letters)]
    return " ".join(found) if len(found) <= 3 else f"{letters.count('r')}r {letters.count('w')}w"


def broken_promises(way: Way, log: dict, letters: str) -> list[str]:
    """The budget of requests and connections, as the interface states it; empty if it was kept."""
    if way.promise is None:
        return []
    reads, writes, workers, tasks, at_once = way.promise
    before = len(letters) - len(letters.lstrip("r"))
    task = f"r{{1,{reads}}}" + (f"w{{{writes}}}r{{1,{before}}}" if writes else "")
    broken = []
    if at_once > 1 and letters.count("r") > 2 * reads * tasks:
        broken.append(f"requests: {letters.count('r')} reads, at most {2 * reads * tasks} were promised")
    elif at_once == 1 and not re.fullmatch(f"({task}){{{tasks}}}", letters):
        broken.append(f"requests: {stretches(letters)}, not {tasks} x ({task})")
    if log["connections"] > workers * tasks:
        broken.append(f"{log['connections']} connections of {workers} workers")
    if log["peak_in_flight"] > workers * at_once:
        broken.append(f"{log['peak_in_flight']} requests at once from {workers} workers")
    return broken + [f"{name}: {log[name]}" for name in ("logins", "lookups", "other") if log[name]]
