# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module through its action plugin, as a worker of Ansible does: in this process."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import pathlib
import typing as t
from unittest import mock

from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.loader import connection_loader
from ansible.template import Templar
from ansible.utils.display import Display

from .forks import forget
from .run_module import Result, _environ, check_secrets, empty_home, environment

display = Display()


def run_action(
    name: str,
    options: dict,
    check_mode: bool = False,
    diff: bool = False,
    environ: dict | None = None,
) -> Result:
    """The answer of the module's action plugin, after the checks that hold for each run."""
    arguments = json.loads(json.dumps(options))
    verbosity = arguments.pop("_ansible_verbosity", 4)
    printed = io.StringIO()
    with empty_home() as home, _as_worker(home, verbosity, environ or {}, printed):
        action = _action(f"otc.bigdata.{name}", arguments, check_mode, diff, str(home))
        answer = action.run(task_vars={})
    assert "in process" in printed.getvalue() or verbosity < 3, printed.getvalue()
    result = Result({key: value for key, value in answer.items() if not key.startswith("_ansible")})
    result.invocation = result.pop("invocation", {})
    result.text = printed.getvalue() + json.dumps(answer)
    check_secrets(result, {**options, **(environ or {})})
    return result


def _action(name: str, arguments: dict, check_mode: bool, diff: bool, folder: str) -> t.Any:
    loader = DataLoader()
    loader.set_basedir(folder)
    task = Task.load({"action": name, "check_mode": check_mode, "diff": diff}, loader=loader)
    task.args = arguments
    context = PlayContext()
    plugin = importlib.import_module(f"ansible_collections.{name.replace('bigdata.', 'bigdata.plugins.action.')}")
    return plugin.ActionModule(
        task=task,
        connection=connection_loader.get("local", context, os.devnull),
        play_context=context,
        loader=loader,
        templar=Templar(loader=loader),
        shared_loader_obj=None,
    )


@contextlib.contextmanager
def _as_worker(home: pathlib.Path, verbosity: int, environ: dict, printed: t.TextIO) -> t.Iterator[None]:
    """The environment and the verbosity of a run of Ansible, with an empty home."""
    forget("openstack.config")  # a worker has not looked for its folders yet
    variables = {**_environ(home), "ANSIBLE_INJECT_INVOCATION": "1", **environ}
    with contextlib.ExitStack() as stack:
        stack.enter_context(environment(variables))
        stack.enter_context(mock.patch.object(display, "verbosity", verbosity))
        stack.enter_context(contextlib.redirect_stdout(printed))
        stack.enter_context(contextlib.redirect_stderr(printed))
        yield
