# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module through its ``main()`` in this process: arguments and answer as Ansible passes them, without the start of
a Python."""

from __future__ import annotations

import contextlib
import functools
import importlib
import io
import json
import os
import subprocess
import typing as t
from unittest import mock

from ansible.module_utils import basic
from ansible.module_utils.common import warnings

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.context import Context

from .forks import forget
from .run_module import PACKAGE, Result, _environ, _parsed, arguments_of, check_secrets, empty_home, environment

try:
    from ansible.module_utils.testing import patch_module_args
except ImportError:  # ansible-core before 2.19

    def patch_module_args(args: dict):
        """The arguments that the next module finds."""
        return mock.patch.object(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": args}).encode())


def run_in_process(
    name: str,
    options: dict,
    check_mode: bool = False,
    diff: bool = False,
    environ: dict | None = None,
) -> Result:
    """The answer of the module, after the checks that hold for each run."""
    environ = environ or {}
    main = importlib.import_module(f"{PACKAGE}.{name}").main
    printed = io.StringIO()
    code: t.Any = None
    with contextlib.ExitStack() as stack:
        stack.enter_context(_as_process(environ))
        stack.enter_context(patch_module_args(arguments_of(name, options, check_mode, diff)))
        stack.enter_context(contextlib.redirect_stdout(printed))
        stack.enter_context(contextlib.redirect_stderr(printed))
        try:
            main()
        except SystemExit as done:
            code = done.code
    result = _parsed(subprocess.CompletedProcess([name], code, printed.getvalue(), ""))
    check_secrets(result, {**options, **environ})
    return result


def run_core(name: str, options: dict, check_mode: bool = False) -> Result:
    """What the module does, without Ansible's part of it."""
    module, defaults = _specified(name)
    return Result(module.CORE(_filled(module.SPEC, defaults, options), Context({}, check_mode)))


@functools.cache
def _specified(name: str) -> tuple[t.Any, dict]:
    """A module, and the values of the options that a task leaves out, also of those in a dictionary."""
    module = importlib.import_module(f"{PACKAGE}.{name}")
    inner = {name: _defaults(one["options"]) for name, one in module.SPEC.items() if "options" in one}
    return module, {"": _defaults(module.SPEC), **inner}


def _defaults(spec: dict) -> dict:
    return {name: option.get("default") for name, option in spec.items()}


def _filled(spec: dict, defaults: dict[str, dict], given: dict, of: str = "") -> dict:
    """The options as Ansible passes them to a module; ``of`` one that is a dictionary."""
    filled = defaults[of].copy()
    for name in given.keys() & filled.keys():
        option, value = spec[name], given[name]
        if isinstance(value, dict) and name in defaults:
            value = _filled(option["options"], defaults, value, name)
        elif option.get("elements") == "str" and value is not None:
            value = list(map(str, value))
        filled[name] = value
    return filled


@contextlib.contextmanager
def _as_process(environ: dict) -> t.Iterator[None]:
    """What a process has of its own: environment, an empty home that it begins in, warnings, what was imported late."""
    forget("openstack.config")  # it looks for its folders when it is imported
    warnings._global_warnings.clear()
    warnings._global_deprecations.clear()
    before = os.getcwd()
    with contextlib.ExitStack() as stack:
        home = stack.enter_context(empty_home())
        stack.callback(os.chdir, before)
        os.chdir(home)
        stack.enter_context(environment({**_environ(home), **environ}))
        if hasattr(warnings, "_internal"):  # of ansible-core 2.19 and newer
            stack.enter_context(mock.patch.object(warnings._internal, "is_controller", False))
        yield
