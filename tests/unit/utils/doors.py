# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two doors of a module: a process of its own, and the process of Ansible. Both must answer the same."""

from __future__ import annotations

import json
import re
import typing as t
from importlib.util import find_spec

from .run_module import Result, run_module

DOORS: dict[str, t.Callable[..., Result]] = {"module": run_module}
if find_spec("ansible.parsing"):  # for tests of modules, ansible-test hides what a module cannot import
    from .run_action import run_action

    DOORS["action"] = run_action
# What differs from run to run
VOLATILE = [
    (r"(127\.0\.0\.1|localhost):\d+", r"\1:PORT"),
    (r'(request id |"request_id": ")[0-9a-f]{32}', r"\1ID"),
    (r"\b1[78]\d{11}\b", "TIME"),
    (r"\bapplication_\d+", "APPLICATION"),
    (r'"(duration|elapsed_time)": \d+', r'"\1": N'),
    (r"\d+\.\d s\b", "N s"),
    (r"/[^\s\"']*(pytest-|/tmp)[^\s\"']*", "PATH"),
]
# What differs where several workers are at work: which of them meets a fault
OF_A_JOB = [(r"/(jobs|batches|job-executions)/(?=\S*\d)[\w-]+", r"/\1/ID")]
# And where it is chance how far they had come until then
COUNTS = [
    *OF_A_JOB,
    (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "ID"),
    (r"\b\d+( of \d+| jobs?| failed)\b", r"N\1"),
    (r"N s \(\d+\)", "N s (N)"),
]


class Door:
    """Runs modules, and keeps their answers to be compared; ``races``: chance decides how far each worker comes."""

    def __init__(self, name: str, races: bool = False) -> None:
        self.name, self._races = name, races
        self.answers: list[str] = []

    def __call__(self, *args: t.Any, **options: t.Any) -> Result:
        result = DOORS[self.name](*args, **options)
        repeats = sorted(_lasting(repeat, OF_A_JOB) for repeat in result.get("repeats", ()))
        warnings = [_text(warning) for warning in result.get("warnings", ())]
        kept = {**result, "repeats": repeats, "warnings": warnings, "invocation": result.invocation}
        self.answers.append(_lasting(json.dumps(_kinds(kept) if self._races else kept, sort_keys=True)))
        return result


def _kinds(answer: dict) -> dict:
    """What happened, and not how often, nor to which of many equal jobs."""
    kinds = {
        "msg": _plain(answer.get("msg", "").partition(": ")[0]),  # then follows the first of several faults
        "error": _plain(answer.get("error")),
        "jobs": sorted({name for job in answer.get("jobs", ()) for name in job}),
        # which of the workers is throttled, and so which request is sent again, is chance; why is none
        "repeats": sorted({_plain(one).partition(": ")[2] for one in answer["repeats"]}),
    }
    return {**answer, **kinds, "summary": sorted(answer.get("summary", ()))}


def _plain(value: t.Any) -> str:
    return _lasting(json.dumps(value, sort_keys=True), COUNTS)


def _lasting(text: str, more: t.Iterable[tuple[str, str]] = ()) -> str:
    for pattern, word in (*VOLATILE, *more):
        text = re.sub(pattern, word, text)
    return text


def _text(warning: t.Any) -> str:
    """Newer modules wrap what they warn of, and Ansible unwraps it."""
    return warning["event"]["msg"] if isinstance(warning, dict) else warning
