# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of the fault sweep, at the end of the output."""

from __future__ import annotations

import collections


def pytest_terminal_summary(terminalreporter) -> None:
    """Runs by fault and module, as the tests have recorded them (on any worker)."""
    runs: dict = collections.defaultdict(collections.Counter)
    totals: collections.Counter = collections.Counter()
    for report in [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]:
        for name, value in report.user_properties if report.when == "call" else ():
            if name == "sweep":
                module, fault, count, survived, untrue = value
                runs[fault][module] += count
                totals.update({module: count, "survived": survived, "untrue": untrue})
    if not runs:
        return
    modules = sorted({module for row in runs.values() for module in row})
    write = terminalreporter.write_line
    terminalreporter.section("fault sweep: runs with one fault")
    write(f"{'':28}" + "".join(f"{module:>24}" for module in modules) + f"{'all':>8}")
    for fault, row in runs.items():
        write(f"{fault:28}" + "".join(f"{row[module]:24}" for module in modules) + f"{sum(row.values()):8}")
    total = sum(totals[module] for module in modules)
    write(f"{'all':28}" + "".join(f"{totals[module]:24}" for module in modules) + f"{total:8}")
    write(f"{totals['survived']} succeeded all the same; each was followed by a run without faults")
    write(f"untrue reports: {totals['untrue']}")
