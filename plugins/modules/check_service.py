#!/usr/bin/python
# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Only its documentation: the task runs in the process of Ansible, see plugins/action/check_service.py.

from __future__ import annotations

DOCUMENTATION = r"""
module: check_service
version_added: 1.1.0
short_description: Compare a service with what this collection assumes of it
description:
  - Reads a few answers of DLI and MRS, and of IAM, and compares them with what this collection assumes where the documentation of the
    services is silent or contradicts itself. The playbook C(otc.bigdata.check_service) shows the result as a table.
  - It sends one login and C(GET) requests, five a second and at most 60 in all. It never changes anything in the service.
  - An answer that differs is no failure. It is worth a report, as the next release can then follow it.
  - The task always runs on the controller.
extends_documentation_fragment:
  - otc.bigdata._attributes
  - otc.bigdata._connection
attributes:
  check_mode:
    support: full
    details:
      - In check mode no files are written. In the service nothing is ever changed.
  diff_mode:
    support: N/A
    details:
      - Nothing is changed in the service.
  idempotent:
    support: partial
    details:
      - With O(folder) the files are written each time.
  action_group:
    description: Use C(group/otc.bigdata.all) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - otc.bigdata.all
options:
  folder:
    description:
      - A folder on the controller, which gets the table as C(check_service.md) and C(check_service.json). Nothing private is in them, neither
        names nor IDs.
      - It also gets C(check_service_transcript.json), the calls and their answers. Only words of the services stay in it, and messages as
        far as they consist of words from a list. Everything else has a stand-in, the same one wherever it is.
    type: path
seealso:
  - module: otc.bigdata.dli_flink_jobs_info
  - module: otc.bigdata.mrs_job_executions_info
author:
  - otc.bigdata contributors (@otc-bigdata)
"""

EXAMPLES = r"""
# Credentials and project come from the environment:
# OS_USERNAME, OS_PASSWORD, OS_USER_DOMAIN_NAME and OS_PROJECT_NAME.

- name: Compare the services with what is assumed of them
  otc.bigdata.check_service:
  register: check

- name: Show the table
  ansible.builtin.debug:
    msg: "{{ check.table }}"
"""

RETURN = r"""
lines:
  description: One entry for each assumption that a read can test.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Its name.
      returned: always
      type: str
      sample: A29
    source:
      description: Where the assumption comes from.
      returned: always
      type: str
      sample: C 4.3
    about:
      description: What is asked.
      returned: always
      type: str
      sample: a Flink job that does not exist
    expected:
      description: What is assumed.
      returned: always
      type: str
      sample: 400 DLI.16001
    seen:
      description: What the service has answered, empty if that was not seen.
      returned: always
      type: str
      sample: 400 DLI.16001
    verdict:
      description: V(as assumed), V(differs) or V(not seen), for example because there is no such job.
      returned: always
      type: str
      sample: as assumed
table:
  description: The same as text, with aligned columns.
  returned: success
  type: list
  elements: str
total:
  description: How many lines there are.
  returned: success
  type: int
  sample: 44
counts:
  description: How many lines there are of each verdict.
  returned: success
  type: dict
  sample: {"as assumed": 42, "differs": 1, "not seen": 1}
files:
  description: The paths of the files that were written.
  returned: success
  type: list
  elements: str
replaced:
  description: What was replaced in the transcript, by the stand-ins. It is private. Empty if no files were written.
  returned: success
  type: dict
  sample: {"text-1": "orders"}
msg:
  description: The counts as a sentence, or why the task failed.
  returned: always
  type: str
  sample: 42 as assumed, 1 differs, 1 not seen
error:
  description: What failed, in the words of the modules. Of a login that was refused, for example.
  returned: failure
  type: dict
"""
