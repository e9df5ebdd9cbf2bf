#!/usr/bin/python
# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dli_flink_jobs_info
version_added: 1.0.0
short_description: Read DLI Flink jobs
description:
  - Reads Flink jobs of Data Lake Insight (DLI), a service of Open Telekom Cloud, and returns them with the fields of
    the service.
  - Without O(job_ids) and O(filters) it returns all jobs of the project that the credential may see, whatever their
    number.
  - An ID that the service does not know is left out of the result. It is not an error.
  - If a job cannot be read for another reason, the task fails and still returns the other jobs.
extends_documentation_fragment:
  - otc.bigdata._attributes
  - otc.bigdata._attributes.info_module
  - otc.bigdata._attributes.actiongroup_dli
  - otc.bigdata._connection
  - otc.bigdata._flink
options:
  details:
    description:
      - Whether to read the details of each job, one request per job.
      - Details may hold secrets, for example in C(sql_body), C(job_config) or C(entrypoint_args). They are not
        returned otherwise. Set C(no_log) for such a task.
    type: bool
    default: false
seealso:
  - module: otc.bigdata.dli_flink_jobs
  - name: Data Lake Insight, API reference
    description: What the provider says about the fields of a Flink job.
    link: https://docs.otc.t-systems.com/data-lake-insight/api-ref/
author:
  - otc.bigdata contributors (@otc-bigdata)
"""

EXAMPLES = r"""
# Credentials and project come from the environment:
# OS_USERNAME, OS_PASSWORD, OS_USER_DOMAIN_NAME and OS_PROJECT_NAME.

- name: Read all jobs of the project
  otc.bigdata.dli_flink_jobs_info:
  register: flink

- name: Show one line per job
  ansible.builtin.debug:
    msg: "{{ item.job_id }} {{ item.name }}: {{ item.status }}"
  loop: "{{ flink.jobs }}"
  loop_control:
    label: "{{ item.job_id }}"

- name: Read the running jobs of a queue
  otc.bigdata.dli_flink_jobs_info:
    filters:
      queue_name: streaming
      status: [job_running]

- name: Read the jobs of more than 30 days ago that were never started, or were stopped
  otc.bigdata.dli_flink_jobs_info:
    filters:
      status: [job_init, job_cancel_success]
      older_than: 30d
  register: forgotten

- name: Show their names
  ansible.builtin.debug:
    msg: "{{ forgotten.jobs | map(attribute='name') | sort }}"

- name: Read where the savepoint of a job is
  otc.bigdata.dli_flink_jobs_info:
    job_ids: [142]
    details: true
  register: detailed
  no_log: true

- name: Show the savepoint
  ansible.builtin.debug:
    msg: "{{ detailed.jobs | map(attribute='savepoint_path') }}"
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
    - The fields are those of the service, unchanged. It may leave some of these out, and return others.
  returned: always, except for malformed options that Ansible itself refuses
  type: list
  elements: dict
  contains:
    job_id:
      description: The ID of the job.
      returned: always
      type: int
      sample: 128
    name:
      description: The name of the job.
      returned: always
      type: str
      sample: orders
    status:
      description: The status of the job.
      returned: always
      type: str
      sample: job_running
    status_desc:
      description: What the service says about the status, if anything.
      returned: if the service returns it
      type: str
      sample: ""
    desc:
      description: The description of the job.
      returned: if the service returns it
      type: str
      sample: Orders per minute
    job_type:
      description: The type of the job.
      returned: if the service returns it
      type: str
      sample: flink_sql_job
    queue_name:
      description: The queue that the job runs on.
      returned: if the service returns it
      type: str
      sample: streaming
    create_time:
      description: When the job was created, in milliseconds since 1970.
      returned: if the service returns it
      type: int
      sample: 1578892414688
    start_time:
      description: When the job was started, in milliseconds since 1970. V(0) or V(null) for a job that never was.
      returned: if the service returns it
      type: int
      sample: 1578892474688
    duration:
      description: How long the job has run, in milliseconds. Not returned where a job was read on its own.
      returned: if the service returns it
      type: int
      sample: 0
    user_name:
      description: The user who created the job. Not returned where a job was read on its own.
      returned: if the service returns it
      type: str
      sample: demo
    root_id:
      description: The ID of the parent job. Not returned where a job was read on its own.
      returned: if the service returns it
      type: int
      sample: -1
    has_savepoint:
      description: Whether the job has a savepoint.
      returned: if the service returns it
      type: bool
      sample: false
    restart_times:
      description: How often the job was restarted.
      returned: if the service returns it
      type: int
      sample: 0
    update_time:
      description: When the job was last changed, in milliseconds since 1970.
      returned: O(details=true), if the service returns it
      type: int
      sample: 1578892414688
    savepoint_path:
      description: Where the last savepoint is, if there is one. Returned where a job was read on its own, as with O(details=true).
      returned: if the service returns it
      type: str
      sample: jobs/savepoint/142/2026-01-01_00-00-00/
    edge_group_ids:
      description: The edge computing groups of an edge job. Returned where a job was read on its own.
      returned: if the service returns it
      type: list
      elements: str
    graph_editor_enabled:
      description: Whether the flow diagram of the job can be edited. Returned where a job was read on its own.
      returned: if the service returns it
      type: bool
      sample: false
    user_id:
      description: The ID of the user who created the job.
      returned: O(details=true), if the service returns it
      type: str
      sample: d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0
    project_id:
      description: The ID of the project that the job belongs to.
      returned: O(details=true), if the service returns it
      type: str
      sample: 0123456789abcdef0123456789abcdef
    run_mode:
      description: How the job runs.
      returned: O(details=true), if the service returns it
      type: str
      sample: shared_cluster
    sql_body:
      description: The SQL statements of the job. May hold secrets.
      returned: O(details=true), if the service returns it
      type: str
      sample: INSERT INTO out SELECT * FROM in
    main_class:
      description: The main class of a JAR job.
      returned: O(details=true), if the service returns it
      type: str
      sample: com.example.Enrich
    entrypoint_args:
      description: The arguments of a JAR job. May hold secrets.
      returned: O(details=true), if the service returns it
      type: str
      sample: --parallelism 4
    job_config:
      description: The configuration of the job. May hold secrets.
      returned: O(details=true), if the service returns it
      type: dict
      sample: {"checkpoint_enabled": true}
    execution_graph:
      description: The execution plan of the job.
      returned: O(details=true), if the service returns it
      type: str
total:
  description: The number of jobs returned.
  returned: always, except for malformed options that Ansible itself refuses
  type: int
  sample: 10
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
    - "GET dli.eu-de.otc.t-systems.com/v1.0/.../streaming/jobs: HTTP 429; sent again after 1.1 s (1)"
error:
  description: The answer of the service that made the task fail.
  returned: on failure, except for malformed options that Ansible itself refuses
  type: dict
  contains:
    code:
      description: The error code of the service. V(null) if there was no answer or no code in it.
      returned: always
      type: str
      sample: DLI.15002
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
      sample: The present state of the job does not allow a stop.
"""

from functools import partial

from ..module_utils._begin import run
from ..module_utils._cloud.options import connection_options
from ..module_utils._jobs.list_jobs import list_jobs
from ..module_utils._services.flink_jobs import FlinkJobs

SPEC = {**connection_options(), "details": {"type": "bool", "default": False}, **FlinkJobs.options()}
CORE = partial(list_jobs, FlinkJobs)


def main() -> None:
    run(CORE, SPEC)


if __name__ == "__main__":
    main()
