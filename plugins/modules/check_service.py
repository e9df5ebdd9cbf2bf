#!/usr/bin/python
# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Only its documentation: the task runs in the process of Ansible, see plugins/action/check_service.py.

from __future__ import annotations

DOCUMENTATION = r"""
module: check_service
version_added: 1.0.0
short_description: Compare a service with what this collection assumes of it
description:
  - Reads a few answers of DLI and MRS, and of IAM, and compares them with what this collection assumes where the documentation of the
    services is silent or contradicts itself. The playbook C(otc.bigdata.check_service) shows the result as a table.
  - It sends one login and C(GET) requests, five a second and at most 60 in all. Unless disposable jobs are named, it changes nothing in
    the service.
  - With disposable jobs it also compares what only a stop, a cancel, a kill or a delete shows. There are at most 200 requests then, and a
    job is looked at for up to five minutes. Each of these jobs is read first. A job that the service does not know, or whose status does
    not fit, is left alone, and its lines say why they were not seen.
  - A job whose name is among those of E(OTC_BIGDATA_NEVER), which no task may change, is left alone in the same way.
  - No write names another job, with one exception. To see what an unknown ID does to the others in a request, one such request has
    an ID that the service has just called unknown twice.
  - An answer that differs is no failure. It is worth a report, as the next release can then follow it.
  - The task always runs on the controller, in the process of Ansible. C(environment) and C(async) are refused, as they would mean nothing there.
extends_documentation_fragment:
  - otc.bigdata._attributes
  - otc.bigdata._connection
attributes:
  check_mode:
    support: full
    details:
      - In check mode no files are written, and the disposable jobs are only read.
  diff_mode:
    support: N/A
    details:
      - There is nothing to compare.
  idempotent:
    support: partial
    details:
      - With O(folder) the files are written each time. Disposable jobs are used up.
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
  disposable_flink_jobs:
    description:
      - The IDs of up to 3 Flink jobs that may be lost. They are stopped in one request without savepoints, and one of them once more when it
        has stopped. Best are two jobs that run.
      - A job in C(job_running_exception), C(job_downloading) or C(job_idle) is stopped in a request of its own.
      - A job can be in one of these lists only.
    type: list
    elements: str
  disposable_flink_jobs_with_savepoint:
    description:
      - Up to 3 Flink jobs that may be lost, and that are stopped with savepoints.
    type: list
    elements: str
  disposable_flink_jobs_to_delete:
    description:
      - Up to 3 Flink jobs that may be lost, and that are deleted, best while they run.
      - Of these three options, the last one that is given has the request with an unknown ID.
    type: list
    elements: str
  disposable_batches:
    description:
      - Up to 3 Spark batches that may be lost. They are cancelled, and once more when they have ended.
    type: list
    elements: str
  disposable_sql_jobs:
    description:
      - Up to 3 SQL jobs that may be lost. They are cancelled, and once more when they have ended.
    type: list
    elements: str
  disposable_mrs_jobs:
    description:
      - Up to 3 MRS jobs that may be lost. They are killed, and once more when they have ended. A Spark SQL job shows whether it can be killed
        at all.
    type: list
    elements: str
  disposable_mrs_jobs_to_delete:
    description:
      - Up to 3 MRS jobs that may be lost. They are killed and deleted, the last one together with an unknown ID.
      - The delete is also tried while a job runs. The service should refuse that. If it does not, the application of the job may run on
        without a record, and nobody can kill it by way of MRS any more.
    type: list
    elements: str
  mrs_cluster_id:
    description:
      - The ID of the cluster of the disposable MRS jobs. The cluster itself is only read.
    type: str
  export_to:
    description:
      - A folder in OBS, such as C(ops-bucket/flink), to which the definitions of O(disposable_flink_jobs) are exported before these jobs are
        stopped. The files stay there.
    type: str
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

- name: Compare what a stop and a cancel do, too, with jobs that may be lost
  otc.bigdata.check_service:
    disposable_flink_jobs: [128, 137]
    disposable_batches: [0a324461-d9d9-45da-a52a-3b3c7a3d809e]
  register: check
"""

RETURN = r"""
lines:
  description: One entry for each assumption that a read can test, or a write to the disposable jobs.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Its name, which is also that of its line on the page about what is assumed.
      returned: always
      type: str
      sample: A29
    source:
      description:
        - Where the assumption comes from. The page about what is assumed links to the documentation behind it.
        - It names a section of the notes of the developers (C(C) and C(N)), or a question that these leave open (C(Q)).
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
    why:
      description: Why it was not seen, where the disposable jobs should have shown it. Else empty.
      returned: always
      type: str
      sample: a job is unknown to the service
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
