# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the output of all tests ends with: the table of the fault sweep, and the comparison of both doors.

Tests leave what belongs there in their ``user_properties``, as they may run in another process.
"""

from __future__ import annotations

import collections
import os
import typing as t


def left_by_tests(reporter, name: str, *outcomes: str) -> t.Iterator[t.Any]:
    for outcome in outcomes:
        for report in reporter.getreports(outcome):
            yield from (value for key, value in report.user_properties if key == name and report.when == "call")


def show_sweep(reporter) -> None:
    """Runs by fault and module."""
    runs: dict = collections.defaultdict(collections.Counter)
    totals: collections.Counter = collections.Counter()
    for module, fault, count, survived, untrue in left_by_tests(reporter, "sweep", "passed", "failed"):
        runs[fault][module] += count
        totals.update({module: count, "survived": survived, "untrue": untrue})
    if not runs:
        return
    modules = sorted({module for row in runs.values() for module in row})
    write = reporter.write_line
    reporter.section("fault sweep: runs with one fault")
    write(f"{'':28}" + "".join(f"{module:>24}" for module in modules) + f"{'all':>8}")
    for fault, row in runs.items():
        write(f"{fault:28}" + "".join(f"{row[module]:24}" for module in modules) + f"{sum(row.values()):8}")
    total = sum(totals[module] for module in modules)
    write(f"{'all':28}" + "".join(f"{totals[module]:24}" for module in modules) + f"{total:8}")
    write(f"{totals['survived']} succeeded all the same; tasks that change jobs ran once more without faults")
    write(f"untrue reports: {totals['untrue']}")


def show_parity(reporter, doors: int) -> bool:
    """How many answers of both doors were compared, and which differ. False if any does."""
    answers: dict = collections.defaultdict(dict)
    for test, door, found in left_by_tests(reporter, "door", "passed"):
        answers[test][door] = found
    pairs = {test: list(found.values()) for test, found in answers.items() if len(found) == doors}
    if len({door for found in answers.values() for door in found}) < doors:
        return True  # only one of them was asked for
    if not pairs:
        reporter.write_line("parity: no test was run through both doors")
        return False
    reporter.section("parity: as a module, and in the process of Ansible")
    differences = 0
    for test, (one, other) in pairs.items():
        for number in range(max(len(one), len(other))):
            left, right = (answer[number] if number < len(answer) else "nothing" for answer in (one, other))
            if left != right:
                differences += 1
                same = max(0, len(os.path.commonprefix([left, right])) - 80)
                shown = [text[same : same + 160] for text in (left, right)]
                reporter.write_line("\n  ".join([f"{test}, run {number}:", *shown]))
    runs = sum(len(one) for one, other in pairs.values())
    reporter.write_line(f"{len(pairs)} tests with {runs} runs through both doors, {differences} differences")
    return not differences
