# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The other door: a task that would run on the controller anyway runs in the worker process of Ansible.

That saves the start of a Python of its own, and lets users watch the task. What it does and what it answers is the same
as the module's; where anything is unusual, the module runs as usual.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import typing as t
from importlib import import_module

from ansible import constants as C
from ansible.errors import AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action.normal import ActionModule as NormalAction
from ansible.release import __version__ as ansible_version
from ansible.utils.display import Display

from ..module_utils._cloud.context import NEVER_ARGUMENT, SHELL_ARGUMENT, Context
from ..module_utils._cloud.text import HIDDEN_WHOLE
from ..module_utils._jobs import guard
from ..module_utils._version import release
from ._bytecode import kept
from ._files import in_folder
from ._given_twice import given_twice
from ._omitted import left_of_a_pattern
from ._playbook_given import GROUPS


def _copy_of_stderr() -> int:
    try:
        return os.dup(2)
    except OSError:
        return -1  # it is closed


# Releases of ansible-core; a newer one may pass other things to modules. 2.22 is not among them while there are only release candidates
# of it: what was tried with these can still change
KNOWN = ("2.16", "2.17", "2.18", "2.19", "2.20", "2.21")
IS_KNOWN = release(ansible_version) in map(release, KNOWN)
# A worker does not know the terminal, and after Ctrl-C the display of Ansible shows nothing any more
TERMINAL = sys.stdout is not None and sys.stdout.isatty()
LAST_WORDS = _copy_of_stderr()
# As other plugins document theirs; Ansible reads none from action plugins, so they are handed to it below
OPTIONS = {
    "in_process": {
        "type": "str",
        "default": "true",
        "env": [{"name": "OTC_BIGDATA_IN_PROCESS"}],
        "ini": [{"section": "otc_bigdata", "key": "in_process"}],
    },
    "progress": {
        "type": "str",
        "default": "auto",
        "choices": ["auto", "always", "never", ""],
        "env": [{"name": "OTC_BIGDATA_PROGRESS"}],
        "ini": [{"section": "otc_bigdata", "key": "progress"}],
    },
    # Without the environment, as Ansible would take only one of the two, and both must count
    "never": {"type": "str", "default": "", "ini": [{"section": "otc_bigdata", "key": "never"}]},
}
PLUGIN = "otc_bigdata"
# Nearly everybody writes it like this; evaluating the first template of a worker costs as much as a request
OF_THE_PLAYBOOK = "{{ ansible_playbook_python }}"
C.config.initialize_plugin_configuration_definitions("action", PLUGIN, OPTIONS)
display = Display()


def _option(name: str) -> t.Any:
    """Raises AnsibleError for a value that it cannot have. An empty text counts as unset."""
    try:
        return C.config.get_config_value(name, plugin_type="action", plugin_name=PLUGIN) or OPTIONS[name]["default"]
    except AnsibleError:
        raise
    except Exception as error:
        raise AnsibleError(f"{PLUGIN}: {name}: {error}") from None


def _may_run_here() -> bool:
    return bool(boolean(_option("in_process"), strict=False))


def _never() -> dict[str, str]:
    """The names of jobs that no task may change, by the place on the controller that has them, or nearly."""
    return {
        **{f"{name}{guard.OF_THE_CONTROLLER}": os.environ[name] for name in guard.misspelt(os.environ)},
        **_misspelt_settings(),
        f"{guard.NEVER}{guard.OF_THE_CONTROLLER}": os.environ.get(guard.NEVER, ""),
        f"{guard.NEVER} (ansible.cfg: never)": _option("never"),
    }


def _misspelt_settings() -> dict[str, str]:
    """What is nearly the key ``never`` in the file that Ansible has its settings from."""
    file = getattr(C.config, "_parsers", {}).get(C.CONFIG_FILE)
    if not file:
        return {}
    found = {f"{section}.{key}": text for section in file.sections() for key, text in file.items(section, raw=True)}
    found.pop(f"{PLUGIN}.never", None)
    return {f"{name}{guard.OF_THE_CONTROLLER}": found[name] for name in guard.misspelt(found)}


def load(name: str) -> t.Any:
    """The file of a module, compiled once: Ansible loads an action plugin, and then forks a worker for each task.

    None where tasks are not to run in process, or cannot.
    """
    try:
        if _may_run_here():
            with kept():
                import_module("._in_process", __package__).prepare()
                return import_module(f"..modules.{name}", __package__)
    except Exception:  # the module, which runs then, says what it is
        pass
    return None


def _is_in_vault(value: t.Any) -> bool:
    """Before ansible-core 2.19 that is no text yet."""
    return bool(getattr(value, "__ENCRYPTED__", False))


def _text_of_vault(value: t.Any) -> str:
    if _is_in_vault(value):
        return ""
    raise TypeError


def _may_keep_variables(become: t.Any) -> bool:
    """Whether the variables of the shell may be there behind this plugin, if any. sudo takes them away, unless it is told to keep some."""
    if not become or become.name != "sudo":
        return True
    flags = become.get_option("become_flags") or ""
    return "E" in flags or "--preserve-env" in flags


class FastPath(NormalAction):  # type: ignore[misc]
    """Runs a task as Ansible does, but in its own process instead of as a module."""

    module: t.ClassVar[t.Any]
    # Of arguments that JSON does not know. Without it, a module gets them
    text_of_other_types: t.ClassVar[type[str] | None] = None

    def run(self, tmp: t.Any = None, task_vars: t.Any = None) -> t.Any:
        msg = (
            given_twice(self._task, self._spec)
            or left_of_a_pattern(self._task)
            or self._overruled()
            or self._of_another_project(task_vars or {})
        )
        if msg:
            return {"failed": True, "msg": msg}
        source = self._task.get_ds()
        # ansible-core 2.19 and newer quote the arguments of an ad hoc command that fails. A task of a file may have an item after this one
        if isinstance(source, dict) and {"action", "args"} <= source.keys() and not self._task.get_path():
            source["args"] = HIDDEN_WHOLE
        return super().run(tmp, task_vars)

    def _overruled(self) -> str:
        """Why this task must not be carried out; empty if it may. What few tasks need is imported for them only."""
        with kept():
            if self._task.module_defaults:
                from ._module_defaults import overruled

                msg = overruled(self._task, self._templar.template)
                if msg:
                    return msg
            if any(self._task.environment or ()):
                from ._task_environment import overruled_variable

                return overruled_variable(self._task, self._templar.template, self._environ())
        return ""

    def _of_another_project(self, task_vars: dict[str, t.Any]) -> str:
        """The same. A task that runs once is for none of the hosts."""
        groups = GROUPS.keys() & task_vars.get("group_names", ())
        if self._task.run_once or not groups:
            return ""
        with kept():
            from ._host_project import other_project

            return other_project(self._task, self._templar.template, task_vars, self._environ(), groups)

    def _execute_module(self, *args: t.Any, task_vars: t.Any = None, **kwargs: t.Any) -> t.Any:
        reason = self._reason_for_a_process(task_vars or {})
        arguments = None if reason else self._plain_arguments()
        if arguments is None:
            errors = self._misplaced_beyond_json()
            if errors:
                return {"failed": True, "msg": "; ".join(errors)}
            display.vvv(f"{self._task.action}: as a module: {reason or 'unusual arguments'}")
            # The host of a module does not have the environment and the settings of the controller, and a task may set an environment
            given = {**self._task.args, NEVER_ARGUMENT: _never(), SHELL_ARGUMENT: self._environ().get("PWD")}
            return super()._execute_module(*args, **{"module_args": given, **kwargs}, task_vars=task_vars)
        display.vvv(f"{self._task.action}: in process")
        flags: dict[str, t.Any] = {}  # what Ansible tells a module beside its arguments
        self._update_module_args(self._task.action, flags, task_vars or {})
        context = Context(
            self._environ(),
            flags["_ansible_check_mode"],
            flags["_ansible_diff"],
            flags["_ansible_verbosity"],
            self._on_progress(),
            _parent_is_there(),
            never=_never(),
        )
        with kept(), in_folder(self._loader.get_basedir()):
            from ._in_process import run  # not above, as a task that runs as a module needs nothing of it

            return run(self.module, self._task, arguments, flags, context, -1 if self._task.no_log else LAST_WORDS)

    def _environ(self) -> dict[str, str]:
        """That of the process which the module would begin in, as far as it is known here. PWD is the folder that Ansible was called in."""
        if self._connection.transport != "local":
            return {}
        kept = os.environ if _may_keep_variables(self._connection.become) else {}
        return {**kept, "PWD": os.getcwd()}

    def _plain_arguments(self) -> dict[str, t.Any] | None:
        """As a module gets them, in the types of JSON. None where they do not fit into these, such as a date."""
        try:
            arguments = json.loads(json.dumps(self._task.args, default=self.text_of_other_types))
        except (TypeError, ValueError):
            return None
        return {name: value for name, value in arguments.items() if not name.startswith("_ansible_")}

    def _misplaced_beyond_json(self) -> list[str]:
        """Such as dates where text belongs. A module would get the text that Ansible makes of them, which need not be what was written."""
        try:
            json.dumps(self._task.args, default=_text_of_vault)
        except (TypeError, ValueError):
            given = {name: value for name, value in self._task.args.items() if not _is_in_vault(value)}
            with kept():
                from ..module_utils._cloud.misplaced import misplaced

                return misplaced(self._spec(), given)[0]
        return []

    def _spec(self) -> t.Any:
        """The options of the module, also where tasks are not to run in process."""
        name = type(self).__module__.rpartition(".")[2]
        return (self.module or import_module(f"..modules.{name}", __package__)).SPEC

    def _reason_for_a_process(self, task_vars: dict[str, t.Any]) -> str:
        """Why this task cannot run here; empty if it can."""
        obstacles = {
            "in_process is false": not _may_run_here(),
            f"ansible-core {ansible_version} is not one that this collection knows": not IS_KNOWN,
            "requests cannot be imported here": self.module is None,
            "a strategy that runs tasks in threads": threading.current_thread() is not threading.main_thread(),
            "macOS does not let a forked process ask for its proxies": sys.platform == "darwin",
            f"connection {self._connection.transport}": self._connection.transport != "local",
            "become, async or environment": self._connection.become
            or self._task.async_val
            or any(self._task.environment or ()),
            "the files of the module are to be kept": C.DEFAULT_KEEP_REMOTE_FILES,
        }
        reasons = [reason for reason, there in obstacles.items() if there]
        if reasons:
            return reasons[0]
        interpreter = self._interpreter(task_vars)
        return "" if interpreter in ("", sys.executable) else f"interpreter {interpreter}"

    def _interpreter(self, task_vars: dict[str, t.Any]) -> str:
        """The Python that is set for the host; empty if Ansible would choose one."""
        delegated = task_vars.get("ansible_delegated_vars", {}).get(self._task.delegate_to)
        found = (delegated if delegated is not None else task_vars).get("ansible_python_interpreter") or ""
        if found == OF_THE_PLAYBOOK:
            found = task_vars.get("ansible_playbook_python", found)
        found = str(self._templar.template(found)) or str(C.config.get_config_value("INTERPRETER_PYTHON") or "")
        return "" if found.startswith("auto") else found

    def _on_progress(self) -> t.Callable[[str], None]:
        """What shows progress: the display of Ansible, as a callback may want the output for itself."""
        json_only = "json" in str(C.DEFAULT_STDOUT_CALLBACK).rpartition(".")[2]
        wish = _option("progress")
        shown = wish == "always" or (wish == "auto" and not json_only and (TERMINAL or display.verbosity > 0))
        name = self._task.action.rpartition(".")[2]

        def tell(text: str) -> None:
            if shown and not self._task.no_log:
                display.display(f"{name}: {text}", stderr=json_only)

        return tell


def _parent_is_there() -> t.Callable[[], bool]:
    """Whether Ansible still runs. If it was killed, as ansible-runner does to end a job, its worker gets another parent.

    (Nothing outlives an Ansible that is process 1.)
    """
    parent = os.getppid()
    return lambda: os.getppid() == parent
