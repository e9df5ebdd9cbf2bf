# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The only file that knows AnsibleModule: from argument spec to exit or failure."""

from __future__ import annotations

import os
from importlib.util import find_spec

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ._edge import Edge
from ._info import inform
from ._options import Spec, connection_options
from ._run import Kind, Result, manage


def run_changer(kind: Kind, spec: Spec) -> None:
    """main() of a module that brings jobs into a state."""
    module = _module(spec)
    edge = _edge(module)
    _exit(module, manage(kind, module.params, edge), edge)


def run_reader(kind: Kind, spec: Spec) -> None:
    """main() of a module that reads jobs."""
    module = _module(spec)
    edge = _edge(module)
    _exit(module, inform(kind, module.params, edge), edge)


def _module(spec: Spec) -> AnsibleModule:
    module = AnsibleModule(argument_spec={**connection_options(), **spec}, supports_check_mode=True)
    if find_spec("requests") is None:
        module.fail_json(msg=missing_required_lib("requests"))
    return module


def _edge(module: AnsibleModule) -> Edge:
    return Edge(os.environ, module.check_mode, module._diff, module._verbosity)


def _exit(module: AnsibleModule, result: Result, edge: Edge) -> None:
    module.no_log_values.update(edge.secrets)
    for warning in result.pop("warnings", ()):
        module.warn(warning)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)
