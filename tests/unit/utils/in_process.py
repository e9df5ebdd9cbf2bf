# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module through its ``main()`` in this process: arguments and answer as Ansible passes them, without the start of
a Python."""

from __future__ import annotations

import importlib
import io
import json
import os
from contextlib import redirect_stdout
from unittest import mock

from ansible.module_utils import basic

from .run_module import KEPT, PACKAGE, Result

try:
    from ansible.module_utils.testing import patch_module_args
except ImportError:  # ansible-core before 2.19

    def patch_module_args(args: dict):
        """The arguments that the next module finds."""
        return mock.patch.object(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": args}).encode())


def run_in_process(name: str, options: dict) -> Result:
    """The answer of the module. Whatever it raises besides its exit is raised: it would have been a traceback."""
    main = importlib.import_module(f"{PACKAGE}.{name}").main
    environ = {key: value for key, value in os.environ.items() if key in (*KEPT, "HOME")}
    printed = io.StringIO()
    code: object = None
    with mock.patch.dict(os.environ, environ, clear=True), patch_module_args(options), redirect_stdout(printed):
        try:
            main()
        except SystemExit as done:
            code = done.code
    result = Result(json.loads(printed.getvalue()))
    assert code == (1 if result.failed else 0), f"exit code {code}: {result}"
    assert "Traceback" not in printed.getvalue() or {"exception", "traceback"} & result.keys()
    result.text = printed.getvalue()
    return result
