# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The only file that knows AnsibleModule: from argument spec to exit or failure."""

from __future__ import annotations

import os
import select
import sys
import typing as t

from ansible.module_utils.ansible_release import __version__ as ansible_version
from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ._cloud.connection import secrets_around
from ._cloud.context import NEVER_ARGUMENT, SHELL_ARGUMENT, Context, Core, traced
from ._cloud.errors import Bug, Interrupted
from ._cloud.misplaced import misplaced
from ._cloud.options import Spec, secrets_in
from ._cloud.text import Passcode, masked, masked_result
from ._cloud.transport import trouble_with_requests
from ._version import release

# Releases of ansible-core that hand a result to a method before they print it, when they have hidden secrets in it. Others may not call
# it, and 2.19.0 does not have it
RECORDS = release(ansible_version) in ((2, 19), (2, 20), (2, 21)) and hasattr(AnsibleModule, "_record_module_result")


class Module(AnsibleModule):  # type: ignore[misc]
    """Checks arguments before AnsibleModule does, which logs, quotes and returns whatever it is given.

    And hides what is secret in what it returns, as ansible-core does no more from 2.22 on.
    """

    params: dict[str, t.Any]
    secrets: t.Collection[str] = ()  # that are not among its options
    never: t.Mapping[str, str] = {}
    shell: str | None = None
    jobs: list[t.Any] | None = None

    def _load_params(self) -> None:
        super()._load_params()
        self._set_internal_properties()  # takes what is not an option out of them
        self.never = self.params.pop(NEVER_ARGUMENT, None) or {}
        self.shell = self.params.pop(SHELL_ARGUMENT, None)
        errors, self.params = misplaced(self.argument_spec, self.params)
        if errors:
            self.fail_json(msg="; ".join(errors))

    def _return_formatted(self, kwargs: dict[str, t.Any]) -> None:
        shown = {"invocation": {"module_args": self.params}, **kwargs}
        around = secrets_around(os.environ, kwargs.get("failed"))
        secrets = {*self.secrets, *around, *secrets_in(self.argument_spec, self.params)}
        # ansible-core would also hide each number that contains one
        self.no_log_values -= {secret for secret in secrets if isinstance(secret, Passcode)}
        shown = masked_result(shown, secrets)
        if RECORDS:
            self.jobs = shown.pop("jobs", None)
        super()._return_formatted(shown)

    def _record_module_result(self, o: dict[str, t.Any]) -> None:
        """``o``: the result without the jobs. There may be very many, and ansible-core would copy each to look for secrets again."""
        super()._record_module_result(o if self.jobs is None else {**o, "jobs": self.jobs})


def run(core: Core, spec: Spec) -> None:
    """main() of every module."""
    module = Module(argument_spec=spec, supports_check_mode=True)
    trouble = trouble_with_requests()
    if trouble:
        fault = {"failed": True, "msg": without_requests(trouble), "exception": Bug(trouble).traceback}
        module.fail_json(**_traced(module, fault))
    # Ansible has a shell start a module, and in another folder
    environ = {**os.environ, "PWD": module.shell} if module.shell else os.environ
    context = Context(
        environ, module.check_mode, module._diff, module._verbosity, awaited=_is_awaited, never=module.never
    )
    context.add_secrets(secrets_in(spec, module.params))
    try:
        result = core(module.params, context)
    except Interrupted as error:
        result = error.result
    context.add_secrets(secrets_around(os.environ, result.get("failed")))
    module.secrets = context.secrets
    for warning in result.pop("warnings", ()):
        module.warn(masked(warning, context.secrets))
    result = _traced(module, result)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)


def _is_awaited() -> bool:
    """Whether somebody can still read the result. The worker of Ansible ends before a module whose ``timeout`` is over."""
    output = select.poll()  # another one each time, as threads must not share it
    output.register(1, 0)
    return not any(events & (select.POLLERR | select.POLLHUP) for dummy, events in output.poll(0))


def _traced(module: Module, result: dict[str, t.Any]) -> dict[str, t.Any]:
    return traced(result, getattr(module, "_tracebacks_for", None), module._verbosity)


def without_requests(trouble: Exception) -> str:
    """What to say where the library cannot be imported."""
    if isinstance(trouble, ModuleNotFoundError) and trouble.name == "requests":
        return t.cast(str, missing_required_lib("requests"))
    return f"requests is installed, but {sys.executable} cannot import it: {type(trouble).__name__}: {trouble}"
