# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every test of a module runs through both doors, and the answers are compared at the end."""

from __future__ import annotations

import collections
import os
import re

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.doors import DOORS, Door


def pytest_generate_tests(metafunc) -> None:
    doors = getattr(metafunc.module, "DOORS", DOORS)  # a file may choose
    metafunc.parametrize("door", doors, indirect=True)


@pytest.fixture(autouse=True)
def door(request):
    """How modules are run in this test."""
    opened = Door(request.param)
    test = re.sub(rf"(\[|-){opened.name}(?=-|\])", r"\1*", request.node.nodeid, count=1)
    request.node.user_properties.append(("door", [test, opened.name, opened.answers]))
    return opened


def pytest_sessionfinish(session) -> None:
    """Where reports arrive, that is not in the workers."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(session.config, "workerinput"):
        return
    answers: dict = collections.defaultdict(dict)
    for report in reporter.getreports("passed"):
        for name, value in report.user_properties if report.when == "call" else ():
            if name == "door":
                answers[value[0]][value[1]] = value[2]
    pairs = {test: found for test, found in answers.items() if len(found) == len(DOORS)}
    session.config.stash[PAIRS] = pairs
    if any(found["module"] != found["action"] for found in pairs.values()):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


PAIRS = pytest.StashKey[dict]()


def pytest_terminal_summary(terminalreporter, config) -> None:
    """How many answers were compared, and which differ."""
    pairs = config.stash.get(PAIRS, {})
    if not pairs:
        return
    terminalreporter.section("parity: as a module, and in process")
    total = differing = 0
    for test, found in pairs.items():
        for number, (module, action) in enumerate(zip(found["module"], found["action"])):
            total += 1
            if module != action:
                differing += 1
                same = len(os.path.commonprefix([module, action]))
                shown = [one[max(0, same - 80) : same + 80] for one in (module, action)]
                terminalreporter.write_line("\n  ".join([f"{test}, run {number}:", *shown]))
        if len(found["module"]) != len(found["action"]):
            terminalreporter.write_line(f"{test}: {len(found['module'])} runs, and {len(found['action'])}")
    terminalreporter.write_line(f"{len(pairs)} tests with {total} runs through both doors, {differing} differences")
