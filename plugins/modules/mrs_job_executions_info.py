#!/usr/bin/python
# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mrs_job_executions_info
version_added: 1.0.0
short_description: Read the jobs of an MRS cluster
description:
  - Reads job executions of a cluster of MapReduce Service (MRS), a service of Open Telekom Cloud, and returns them with
    the fields of the service.
  - Without O(job_ids) and O(filters) it returns all jobs of the cluster that the credential may see, whatever their
    number.
  - An ID that the cluster does not know is left out of the result. It is not an error. A cluster that does not exist
    is one.
  - If a job cannot be read for another reason, the task fails and still returns the other jobs.
extends_documentation_fragment:
  - otc.bigdata._attributes
  - otc.bigdata._attributes.info_module
  - otc.bigdata._attributes.actiongroup_mrs
  - otc.bigdata._connection
  - otc.bigdata._mrs
options:
  details:
    description:
      - Whether to read the details of each job, one request per job.
      - Details may hold secrets, in C(arguments) and C(properties). They are not returned otherwise. Set C(no_log) for
        such a task.
    type: bool
    default: false
seealso:
  - module: otc.bigdata.mrs_job_executions
  - name: MapReduce Service, API reference
    description: What the provider says about the fields of a job.
    link: https://docs.otc.t-systems.com/mapreduce-service/api-ref/
author:
  - otc.bigdata contributors (@otc-bigdata)
"""

EXAMPLES = r"""
# Credentials and project come from the environment:
# OS_USERNAME, OS_PASSWORD, OS_USER_DOMAIN_NAME and OS_PROJECT_NAME.

- name: Read all jobs of a cluster
  otc.bigdata.mrs_job_executions_info:
    cluster_name: analytics
  register: mrs

- name: Show one line per job
  ansible.builtin.debug:
    msg: "{{ item.job_id }} {{ item.job_name }}: {{ item.job_state }}"
  loop: "{{ mrs.jobs }}"
  loop_control:
    label: "{{ item.job_id }}"

- name: Read what has not ended, and was submitted more than an hour ago
  otc.bigdata.mrs_job_executions_info:
    cluster_id: 2b460e01-3351-4170-b0a7-57b9dd5ffef3
    filters:
      result: [UNDEFINED]
      older_than: 1h
  register: lasting

- name: Show the IDs and users
  ansible.builtin.debug:
    msg: "{{ lasting.jobs | items2dict(key_name='job_id', value_name='user') }}"

- name: Read the arguments of a job
  otc.bigdata.mrs_job_executions_info:
    cluster_name: analytics
    job_ids: [981374c1-85da-44ee-be32-edfb4fba776c]
    details: true
  register: detailed
  no_log: true

- name: Show where the job writes to
  ansible.builtin.debug:
    msg: "{{ detailed.jobs | map(attribute='arguments') | map('regex_search', 'obs://[^,]+(?=]$)') }}"
"""

RETURN = r"""
changed:
  description: Always V(false), as the module only reads.
  returned: always
  type: bool
  sample: false
jobs:
  description:
    - The jobs, in the order given, or listed by the service if O(job_ids) is not set.
    - The fields are those of the service, unchanged. It may leave some of these out, return others, and write numbers
      as text.
  returned: always, except for malformed options that Ansible itself refuses
  type: list
  elements: dict
  contains:
    job_id:
      description: The ID of the job execution.
      returned: always
      type: str
      sample: 431b135e-c090-489f-b1db-0abe3822b855
    job_state:
      description: The status of the job.
      returned: always
      type: str
      sample: FINISHED
    job_name:
      description: The name of the job.
      returned: if the service returns it
      type: str
      sample: pi
    job_result:
      description: What came of the job. V(UNDEFINED) as long as it has not ended.
      returned: if the service returns it
      type: str
      sample: SUCCEEDED
    job_type:
      description: The type of the job.
      returned: if the service returns it
      type: str
      sample: SparkSubmit
    job_progress:
      description: How much of the job is done, in per cent.
      returned: if the service returns it
      type: float
      sample: 100
    user:
      description: The user who submitted the job.
      returned: if the service returns it
      type: str
      sample: demo
    queue:
      description: The queue of the cluster that the job runs on.
      returned: if the service returns it
      type: str
      sample: default
    submitted_time:
      description: When the job was submitted, in milliseconds since 1970.
      returned: if the service returns it
      type: int
      sample: 1578892414688
    started_time:
      description: When the job was started, in milliseconds since 1970. V(0) if it was not yet.
      returned: if the service returns it
      type: int
      sample: 1578892424688
    finished_time:
      description: When the job ended, in milliseconds since 1970. V(0) if it has not yet.
      returned: if the service returns it
      type: int
      sample: 1578892474688
    elapsed_time:
      description: How long the job has run, in milliseconds.
      returned: if the service returns it
      type: int
      sample: 50000
    launcher_id:
      description: The ID of the application that launches the job.
      returned: if the service returns it
      type: str
      sample: application_1578892414688_0001
    app_id:
      description: The ID of the application of the job. Missing as long as there is none.
      returned: if the service returns it
      type: str
      sample: application_1578892414688_0002
    tracking_url:
      description: Where the logs of the job are.
      returned: if the service returns it
      type: str
      sample: ""
    arguments:
      description: The arguments of the program, as text. May hold secrets.
      returned: O(details=true), if the service returns it
      type: str
      sample: "[--class, org.apache.spark.examples.SparkPi, 10000]"
    properties:
      description: The properties of the program, as text. May hold secrets.
      returned: O(details=true), if the service returns it
      type: str
      sample: "{}"
total:
  description: The number of jobs returned.
  returned: always, except for malformed options that Ansible itself refuses
  type: int
  sample: 8
incomplete:
  description: Why there may be jobs that are not in RV(jobs), each reason also a warning. The list has counted more than it has shown, has kept
    changing, or has entries without an ID or a status.
  returned: if that may be
  type: list
  elements: str
  sample:
    - the list shows 0 of the 5 entries that it counts; one may be missing from it, or hidden from this user
failed:
  description: Whether the list, or at least one job, could not be read.
  returned: on failure
  type: bool
  sample: true
msg:
  description: What went wrong, or why the filters select nothing. Then it says what was read and what came closest.
  returned: on failure, or if O(filters) select nothing
  type: str
  sample: "no credential: set token (environment: OS_TOKEN) or access_key + secret_key (environment: OS_ACCESS_KEY, OS_SECRET_KEY) or
    username + password + user_domain_name (environment: OS_USERNAME, OS_PASSWORD, OS_USER_DOMAIN_NAME), or cloud (environment: OS_CLOUD)"
repeats:
  description: Each request that was sent again after throttling, a passing fault or a new login, and why.
  returned: with C(-v), if there was any
  type: list
  elements: str
  sample:
    - "GET mrs.eu-de.otc.t-systems.com/v2/.../job-executions: HTTP 429; sent again after 1.1 s (1)"
error:
  description: The answer of the service that made the task fail.
  returned: on failure, except for malformed options that Ansible itself refuses
  type: dict
  contains:
    code:
      description: The error code of the service. V(null) if there was no answer or no code in it.
      returned: always
      type: str
      sample: "12000003"
    status:
      description: The HTTP status. V(null) if there was no answer, as for a time-out or a job that does not exist.
      returned: always
      type: int
      sample: 400
    request_id:
      description: What the provider's support asks for. V(null) if there was no answer or no ID in it.
      returned: always
      type: str
      sample: 5f3a1c0e9d7b4a62
    message:
      description: The error in the words of the service. V(null) if there was no answer.
      returned: always
      type: str
      sample: The cluster does not exist.
"""

from functools import partial

from ..module_utils._begin import run
from ..module_utils._cloud.options import connection_options
from ..module_utils._jobs.list_jobs import list_jobs
from ..module_utils._services.mrs_jobs import JobExecutions

SPEC = {**connection_options(), "details": {"type": "bool", "default": False}, **JobExecutions.options()}
CORE = partial(list_jobs, JobExecutions)


def main() -> None:
    run(CORE, SPEC)


if __name__ == "__main__":
    main()
