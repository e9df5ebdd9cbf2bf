# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures the collection against its goals and against other ways to do the same: ``make bench``.

Timings never fail it, as machines differ. A broken promise about requests or connections does.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pathlib
import platform
import ssl
import statistics
import subprocess
import sys
import tempfile
from importlib.metadata import version

from .cloud import Certificates, Cloud
from .rows import ROWS, Bench, Row
from .sample import Sample, sample
from .ways import Ways

OUTPUT = pathlib.Path(__file__).resolve().parents[1] / "output" / "bench.json"
PACKAGES = ("ansible-core", "requests", "urllib3", "huaweicloudsdkdli")
FULL = 0.8  # of the time: who computes so much does not wait


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)}; without any, all")
    parser.add_argument("--jobs", type=int, default=1000, help="scales everything (%(default)s)")
    parser.add_argument("--runs", type=int, default=5, help="rounds, of which the median is shown (%(default)s)")
    options = parser.parse_args()
    unknown = set(options.rows) - set(ROWS)
    if unknown or options.jobs < 3 or options.runs < 1:
        parser.error(f"unknown: {', '.join(unknown)}" if unknown else "jobs: at least 3, runs: at least 1")
    return options


def machine() -> dict:
    versions = {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}
    curl = subprocess.run(["curl", "--version"], check=True, capture_output=True, encoding="utf-8").stdout.split()[1]
    versions.update(openssl=ssl.OPENSSL_VERSION, curl=curl)
    return {"versions": versions, "cores": os.cpu_count(), "system": platform.platform(), "load": os.getloadavg()}


def check_paths(bench: Bench) -> None:
    """Both paths are what they are called; this also compiles and caches what all runs import."""
    both = Ways(bench.folder, bench.plain, "flink_jobs", 1).both()
    for way, sign in zip(both, (": in process", ": as a module: in_process is false")):
        command = [*way.command, "-vvv"]
        said = subprocess.run(command, check=False, env=way.environ, capture_output=True, encoding="utf-8").stdout
        if sign not in said:
            sys.exit(f"no {sign!r} in\n{said[-3000:]}")


def rounds_of(row: Row, runs: int) -> list[dict[str, Sample]]:
    """All ways in turn, and again, so that all of them see the same changes of the machine."""
    return [{way.name: sample(way) for way in row.ways} for dummy in range(runs)]


def print_samples(rounds: list[dict[str, Sample]]) -> None:
    line = "  {:28}{:>8}{:>8}{:>8}{:>8}{:>6}{:>13}{:>10}  {}"
    print(line.format("", "seconds", "least", "most", "CPU s", "MB", "connections", "emulator", "requests"))
    for name in rounds[0]:
        took = [one[name] for one in rounds]
        seconds, last = [one.seconds for one in took], took[-1]
        costs = [statistics.median(seconds), min(seconds), max(seconds), statistics.median(one.cpu for one in took)]
        shown = [f"{value:.2f}" for value in costs]
        busy = "-" if last.busy is None else f"{last.busy:.0%}"
        limit = "  (the emulator is the limit)" if (last.busy or 0) > FULL else ""
        peak = f"{max(one.peak for one in took):.0f}"
        print(line.format(name, *shown, peak, last.connections, busy, last.sent or "-") + limit)


def judge(row: Row, rounds: list[dict[str, Sample]]) -> list[dict]:
    """Each goal with its figure, the median of the rounds; the last one is the budget."""
    found = []
    for goal in row.goals:
        figures = [goal.figure(one) for one in rounds]
        figure = statistics.median(figures)
        wanted = "" if goal.limit is None else f"{'>=' if goal.at_least else '<='} {goal.limit:g}"
        found.append(
            {"goal": goal.text, "wanted": wanted, "figure": figure, "figures": figures, "met": goal.met(figure)}
        )
    of_ways = {f"{name}: {text}" for one in rounds for name, took in one.items() for text in took.broken}
    broken = sorted({*row.broken, *of_ways})
    budget = {"goal": "requests and connections", "wanted": "budget", "figure": len(broken), "broken": broken}
    return [*found, {**budget, "met": not broken}]


def print_goals(goals: list[dict]) -> None:
    words = {True: "met", False: "MISSED", None: ""}
    for goal in goals:
        figure = goal["figure"]
        shown = f"{figure:.0f}" if figure >= 100 or "broken" in goal else f"{figure:.2f}"
        print(f"  {goal['goal']:56}{goal['wanted']:>9}{shown:>8}  {words[goal['met']]}".rstrip())
        for text in goal.get("broken", ()):
            print(f"    BROKEN {text}")


def measure(name: str, bench: Bench, runs: int) -> dict:
    """One row, printed and as it is kept."""
    row = ROWS[name](bench)
    command = f"make bench ROWS={name} N={bench.jobs} RUNS={runs}"
    print(f"{name}: {row.title}", flush=True)
    rounds = rounds_of(row, runs)
    goals = judge(row, rounds)
    if row.ways:
        print_samples(rounds)
    print_goals(goals)
    print(f"  $ {command}\n", flush=True)
    samples = [{way: took._asdict() for way, took in one.items()} for one in rounds]
    return {"row": name, "title": row.title, "command": command, "goals": goals, "rounds": samples}


def main() -> None:
    options, about = parse(), machine()
    names = options.rows or list(ROWS)
    print(", ".join(f"{name} {number}" for name, number in about["versions"].items()))
    print(f"{about['cores']} cores, load {about['load'][0]:.1f}; N={options.jobs}, medians of {options.runs} rounds\n")
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        plain, tls = (Cloud(certificates) for certificates in (None, Certificates(folder)))
        stack.callback(plain.stop)
        stack.callback(tls.stop)
        bench = Bench(folder, plain, tls, options.jobs)
        check_paths(bench)
        rows = [measure(name, bench, options.runs) for name in names]
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps({**about, "jobs": options.jobs, "rows": rows}, indent=1) + "\n", encoding="utf-8")
    goals = [goal for row in rows for goal in row["goals"] if goal["met"] is not None]
    broken = [goal for goal in goals if goal.get("broken")]
    print(f"{sum(goal['met'] for goal in goals)} of {len(goals)} goals met. All samples: {OUTPUT}")
    sys.exit("The budget of requests and connections was not kept." if broken else 0)


if __name__ == "__main__":
    main()
