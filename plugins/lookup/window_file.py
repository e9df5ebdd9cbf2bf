# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: window_file
version_added: 1.0.0
short_description: Part of the playbooks of this collection
description:
  - Private. It may change in any release, so do not use it in playbooks of your own.
  - Writes the file of a maintenance window, or a plan, whole or not at all, and returns whether it had another text before.
  - It takes the tenth part of the time of M(ansible.builtin.copy), and the file is written where it is read.
options:
  _terms:
    description: The path of the file.
    type: list
    elements: path
    required: true
  content:
    description: What is in the file from then on. What is no text becomes JSON.
    type: raw
    required: true
  known:
    description: What the run knows of a file of a maintenance window, C(kept) from the file by hosts, and C(text), which it has written last.
    type: dict
  variable:
    description: The variable of the playbook that names the file.
    type: str
    default: stopped_jobs_file
author:
  - otc.bigdata contributors (@otc-bigdata)
"""

EXAMPLES = r"""
- name: Write a file
  ansible.builtin.set_fact:
    file_changed: "{{ lookup('otc.bigdata.window_file', 'stopped_jobs.yml', content={'stopped_jobs': {}} | to_nice_yaml) }}"
"""

RETURN = r"""
_raw:
  description: One value, whether the file has changed.
  type: list
  elements: bool
"""

import json
import typing as t

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

from ..plugin_utils._bytecode import kept

with kept():
    from ..plugin_utils._files import update
    from ..plugin_utils._playbook_window import ChangedByOthers, refuse_other_run


class LookupModule(LookupBase):  # type: ignore[misc]
    def run(
        self,
        terms: list[str],
        variables: t.Any = None,
        *,
        content: t.Any,
        known: t.Any = None,
        variable: str = "stopped_jobs_file",
    ) -> list[bool]:
        text = content if isinstance(content, str) else f"{json.dumps(content, indent=2)}\n"
        try:
            for path in terms if known else ():
                refuse_other_run(path, **known)
            return [update(path, text) for path in terms]
        except ChangedByOthers as error:
            raise AnsibleError(f"{variable}: {error}") from error
        except (OSError, ValueError) as error:
            raise AnsibleError(f"{variable}: cannot be written: {error}") from error
