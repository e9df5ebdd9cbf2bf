# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ..plugin_utils._bytecode import kept

with kept():
    from ..plugin_utils import _check_service
    from ..plugin_utils._fast_path import FastPath


class ActionModule(FastPath):
    """Always runs in the process of Ansible: there is no module."""

    module: t.ClassVar[t.Any] = _check_service
    text_of_other_types: t.ClassVar[type[str] | None] = str  # before ansible-core 2.19, what is in a vault

    def _execute_module(self, *args: t.Any, **kwargs: t.Any) -> t.Any:
        """Refuses what has no effect in this process: an ``environment`` may name another account, and ``async`` would lose the result."""
        if any(self._task.environment or ()):
            msg = "environment: does not count for this task, which runs in the process of Ansible; set it for ansible-playbook, or give options"
            return {"failed": True, "msg": msg}
        if self._task.async_val:
            return {"failed": True, "msg": "async: would lose the result of this task; leave it out"}
        errors = self._misplaced_beyond_json()
        if errors:
            return {"failed": True, "msg": "; ".join(errors)}
        return super()._execute_module(*args, **kwargs)

    def _reason_for_a_process(self, task_vars: dict[str, t.Any]) -> str:
        return ""
