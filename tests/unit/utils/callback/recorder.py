# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps what became of each task: a line of JSON in the file that the environment variable RECORD names."""

from __future__ import annotations

import json
import os
import typing as t

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "recorder"
    CALLBACK_NEEDS_ENABLED = True

    def _keep(self, outcome: str, result: t.Any) -> None:
        task = {"task": result._task.get_name(), "action": result._task.action, "outcome": outcome}
        answer = {**result._result, "failed": outcome == "failed"}
        with open(os.environ["RECORD"], "a", encoding="utf-8") as file:
            file.write(json.dumps({**task, "result": answer}, default=str) + "\n")

    def v2_runner_on_ok(self, result: t.Any) -> None:
        self._keep("ok", result)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        self._keep("failed", result)

    def v2_runner_on_skipped(self, result: t.Any) -> None:
        self._keep("skipped", result)
