# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""A task in a worker process of Ansible, from its arguments to its result: what ``_module`` is for a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import typing as t
from functools import cache
from importlib import import_module

from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ..module_utils._begin import leave_memory_alone
from ..module_utils._cloud.adapter import Tls, adapter
from ..module_utils._cloud.connection import secrets_around
from ..module_utils._cloud.context import Context, traced
from ..module_utils._cloud.errors import Interrupted, OptionError
from ..module_utils._cloud.levels import Environ, of_environment
from ..module_utils._cloud.misplaced import misplaced
from ..module_utils._cloud.options import secrets_in
from ..module_utils._cloud.text import masked_result, shows

# What is imported only where a task needs it, as a separate process has to compile each file
LATER = (
    "module_utils._cloud.agency",
    "module_utils._cloud.faults",
    "module_utils._cloud.rivals",
    "module_utils._jobs.filters",
    "module_utils._jobs.lists",
    "plugin_utils._host_project",
    "plugin_utils._module_defaults",
    "plugin_utils._task_environment",
)


def prepare() -> None:
    """What each worker would do anew, before there is one. Raises ImportError without ``requests``."""
    adapter(1, None)  # with it come classes
    _read_authorities(os.environ)
    for file in LATER:
        import_module(f"..{file}", __package__)


def _read_authorities(environ: Environ) -> None:
    """Whom TLS trusts, which each worker would read anew. Not where the environment names others, or services without TLS."""
    given = of_environment(environ).values
    if "ca_path" not in given and not any(value.text.startswith("http://") for value in given.values()):
        with contextlib.suppress(OptionError):  # the tasks will say so
            Tls().context()


def run(
    module: t.Any,
    task: t.Any,
    arguments: dict[str, t.Any],
    flags: t.Mapping[str, t.Any],
    context: Context,
    last_words: int,
) -> dict[str, t.Any]:
    """The result of a module.

    ``flags``: what Ansible tells a module beside its arguments; ``last_words``: the file that an interrupted task tells what had been done.
    """
    _leave_memory_alone()
    spec, timed_out = module.SPEC, False
    errors, arguments = misplaced(spec, arguments)
    if errors:
        refused = _shown({"failed": True, "msg": "; ".join(errors)}, arguments, flags)
        return masked_result(refused, secrets_around(os.environ))
    checked = ArgumentSpecValidator(spec).validate(arguments)
    options = checked.validated_parameters
    context.add_secrets(secrets_in(spec, options))
    warnings = _doubly_given(spec, arguments)
    if checked.error_messages:
        only = len(checked.error_messages) == 1 and checked.unsupported_parameters
        kind = f"Unsupported parameters for ({task.action}) module: " if only else ""
        result: dict[str, t.Any] = {"failed": True, "msg": f"{kind}{checked.error_messages[0]}"}
    else:
        with _interrupts(task.action, last_words) as received:
            try:
                result = module.CORE(options, context)
            except Interrupted as error:
                timed_out = received[:1] == [signal.SIGALRM]
                if not timed_out:
                    raise
                received.pop(0)
                result = _timed_out(error, task.timeout)
        warnings += result.pop("warnings", [])
        result = traced(result, flags.get("_ansible_tracebacks_for"), flags["_ansible_verbosity"])
    if warnings:
        result["warnings"] = list(dict.fromkeys(warnings))
    context.add_secrets(secrets_around(os.environ, result.get("failed")))
    result = _shown(result, options, flags)
    text = json.dumps(result)
    if shows(text, context.secrets):
        text = json.dumps(masked_result(result, context.secrets))
    result = json.loads(text)
    if timed_out:  # not returned, as Ansible would try it again where "until" is set
        failure = AnsibleActionFail(result["msg"], result=result)
        failure.result.pop("exception", None)
        raise failure
    return result


def _timed_out(error: Interrupted, seconds: int) -> dict[str, t.Any]:
    """The result of a task whose ``timeout`` is over: what Ansible says of such a task, and what had been done."""
    said = f"Timed out after {seconds} second(s): {error}"
    return {**error.result, "msg": said, "timedout": {"period": seconds}}


@cache  # once in a worker, as the garbage of each item of a loop is to be collected
def _leave_memory_alone() -> None:
    """A worker shares the memory of Ansible until it touches it, as the collector would do with all that was there before."""
    leave_memory_alone()


def _shown(result: dict[str, t.Any], options: t.Mapping[str, t.Any], flags: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """With the options, where Ansible wants to see them."""
    if flags.get("_ansible_inject_invocation", True):
        result["invocation"] = {"module_args": options}
    return result


def _doubly_given(spec: t.Mapping[str, t.Any], arguments: t.Mapping[str, t.Any]) -> list[str]:
    """The warning of Ansible for an option that is also given by another name."""
    return [
        f"Both option {name} and its alias {alias} are set."
        for name, one in spec.items()
        for alias in one.get("aliases", ())
        if name in arguments and alias in arguments
    ]


@contextlib.contextmanager
def _interrupts(action: str, last_words: int) -> t.Iterator[list[int]]:
    """Holds back Ctrl-C, the end of the workers and the time limit of the task until it was told what had been done.

    Yields the list of the signals that were received. What is still in it at the end is passed on.
    """
    received: list[int] = []

    def interrupt(number: int, frame: t.Any) -> None:
        # Ctrl-C comes from the terminal, and again from Ansible. (Python complains of a pending signal if it is SIG_IGN.)
        _handle(dict.fromkeys(before, lambda number, frame: received.append(number)))
        received.append(number)
        raise KeyboardInterrupt

    before: dict[int, t.Any] = {
        number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)
    }
    if not callable(before[signal.SIGALRM]):
        del before[signal.SIGALRM]  # the task has no "timeout"
    _handle(dict.fromkeys(before, interrupt))
    try:
        yield received
    except Interrupted as error:
        with contextlib.suppress(OSError):
            os.write(last_words, f"[WARNING]: {action} was interrupted: {error}\n".encode())
        raise
    finally:
        _handle(before)
        for number in dict.fromkeys(received):
            os.kill(os.getpid(), number)


def _handle(handlers: t.Mapping[int, t.Any]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler)
