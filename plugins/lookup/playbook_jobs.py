# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: playbook_jobs
version_added: 1.0.0
short_description: Part of the playbooks of this collection
description:
  - Private. It may change in any release, so do not use it in playbooks of your own.
  - What a playbook makes of the reports of its tasks.
options:
  _terms:
    description:
      - What to make of them.
      - V(table), lines with the jobs that were read.
      - V(undo), lines that say how to start again the jobs that were stopped.
      - V(not_started), lines that say what to do about jobs that could not be started.
      - V(planned), the jobs that a plan is about.
      - V(changes), lines that say what is not as it was planned.
      - V(login_refused), whether the login of these tasks was refused; without reports, that of one before this one in the playbook.
    type: list
    elements: str
    required: true
    choices: [table, undo, not_started, planned, changes, login_refused]
  reports:
    description: The results of modules of this collection, each with its C(service).
    type: list
    elements: dict
    default: []
  chosen:
    description: The variables of the playbook, as P(otc.bigdata.playbook_settings#lookup) returns them.
    type: dict
    default: {}
  earlier:
    description: Flink jobs that an earlier run has stopped, or that could not be started.
    type: list
    elements: int
    default: []
author:
  - otc.bigdata contributors (@otc-bigdata)
"""

EXAMPLES = r"""
- name: Show what there is
  ansible.builtin.debug:
    msg: "{{ lookup('otc.bigdata.playbook_jobs', 'table', reports=[flink | combine({'service': 'flink'})]) }}"
"""

RETURN = r"""
_raw:
  description: For each term a list of lines, for V(planned) of jobs; for V(login_refused) a boolean.
  type: list
  elements: raw
"""

import typing as t
from collections.abc import Mapping

from ansible.plugins.lookup import LookupBase

from ..plugin_utils._bytecode import kept

with kept():
    from ..plugin_utils._playbook_jobs import RESULTS, Report, is_login_refused, not_started, table, undo
    from ..plugin_utils._playbook_plan import changes, planned


class LookupModule(LookupBase):  # type: ignore[misc]
    def run(
        self,
        terms: list[str],
        variables: t.Any = None,
        *,
        reports: t.Sequence[Report] = (),
        chosen: t.Any = None,
        earlier: t.Collection[int] = (),
    ) -> list[t.Any]:
        makers: dict[str, t.Callable[[], list[t.Any] | bool]] = {
            "table": lambda: table(
                reports, **{name: (chosen or {}).get(name) or () for name in ("status", "except_names")}
            ),
            "undo": lambda: undo(reports, chosen, earlier),
            "not_started": lambda: not_started(chosen, earlier),
            "planned": lambda: planned(reports),
            "changes": lambda: changes(chosen["plan"], reports, earlier),
            "login_refused": lambda: is_login_refused(
                reports or self._results(variables), bool(variables["chosen"]["signs"])
            ),
        }
        return [makers[term]() for term in terms]

    def _results(self, variables: t.Any) -> list[t.Any]:
        """Of the tasks so far. Within a loop, newer releases of Ansible have an expression for what came of the item before."""
        there = [variables[name] for name in RESULTS if name in variables]
        return [one if isinstance(one, Mapping) else self._templar.template(one) for one in there]
