# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two doors of a module: a process of its own, and the process of Ansible. Both must answer the same."""

from __future__ import annotations

import json
import re
import typing as t
from importlib.util import find_spec

from .in_process import run_in_process
from .run_module import Result, run_module

DOORS: dict[str, t.Callable[..., Result]] = {"module": run_module}
# No process and no connection: see wire.py
ON_THE_WIRE: dict[str, t.Callable[..., Result]] = {"module": run_in_process}
if find_spec("ansible.parsing"):  # for tests of modules, ansible-test hides what a module cannot import
    from .run_action import run_action

    DOORS["action"] = ON_THE_WIRE["action"] = run_action
# What differs from run to run
VOLATILE = [
    (r"(127\.0\.0\.1|localhost):\d+", r"\1:PORT"),
    (r'(request id |"request_id": ")[0-9a-f]{32}', r"\1ID"),
    (r"\b1[78]\d{11}\b", "TIME"),
    (r"\b20\d\d-\d\d-\d\dT[\d:.]+Z", "TIME"),
    (r"\bapplication_\d+", "APPLICATION"),
    (r'"(duration|elapsed_time)": \d+', r'"\1": N'),
    (r"\d+\.\d s\b", "N s"),
    (r"/[^\s\"']*(pytest-|/tmp)[^\s\"']*", "PATH"),
]


class Door:
    """Runs modules, and keeps their answers to be compared."""

    def __init__(self, name: str, doors: dict[str, t.Callable[..., Result]] | None = None) -> None:
        self.name, self._run = name, (doors or DOORS)[name]
        self.answers: list[str] = []

    def __call__(self, *args: t.Any, **options: t.Any) -> Result:
        result = self._run(*args, **options)
        warnings = [_text(warning) for warning in result.get("warnings", ())]
        kept = {**result, "warnings": warnings, "invocation": result.invocation}
        self.answers.append(_lasting(json.dumps(kept, sort_keys=True)))
        return result


def _lasting(text: str) -> str:
    for pattern, word in VOLATILE:
        text = re.sub(pattern, word, text)
    return text


def _text(warning: t.Any) -> str:
    """Newer modules wrap what they warn of, and Ansible unwraps it."""
    return warning["event"]["msg"] if isinstance(warning, dict) else warning
