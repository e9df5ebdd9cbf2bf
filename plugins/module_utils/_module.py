# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The only file that knows AnsibleModule: from argument spec to exit or failure."""

from __future__ import annotations

import os
from importlib.util import find_spec

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ._edge import Core, Edge
from ._errors import Interrupted
from ._options import Spec


def run(core: Core, spec: Spec) -> None:
    """main() of every module."""
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True)
    if find_spec("requests") is None:
        module.fail_json(msg=missing_required_lib("requests"))
    edge = Edge(os.environ, module.check_mode, module._diff, module._verbosity)
    try:
        result = core(module.params, edge)
    except Interrupted as error:
        result = error.result
    module.no_log_values.update(edge.secrets)
    for warning in result.pop("warnings", ()):
        module.warn(warning)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)
