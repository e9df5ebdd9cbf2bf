#!/usr/bin/python
# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dli_sql_jobs_info
version_added: 1.0.0
short_description: Read DLI SQL jobs
description:
  - Reads SQL jobs of Data Lake Insight (DLI), a service of Open Telekom Cloud, and returns them with the fields of the
    service.
  - Without O(job_ids) and O(filters) it returns all jobs of the project that the credential may see, whatever their
    number. Jobs that have ended or were cancelled are among them, and so is the maintenance of queues
    (C(RESTART_QUEUE), C(SCALE_QUEUE)).
  - An ID that the service does not know is left out of the result. It is not an error.
  - If a job cannot be read for another reason, the task fails and still returns the other jobs.
extends_documentation_fragment:
  - otc.bigdata._attributes
  - otc.bigdata._attributes.info_module
  - otc.bigdata._attributes.actiongroup_dli
  - otc.bigdata._connection
  - otc.bigdata._sql
options:
  details:
    description:
      - Whether to read the status of each job, one request per job, and to return its details.
      - Details may hold secrets, most of all in C(statement), C(message), C(detail) and C(user_conf). These are not returned
        otherwise. Set C(no_log) for such a task.
    type: bool
    default: false
notes:
  - The service shows a list in pages of 100, and only the first 100 of them. Longer lists are read on from the start time
    of the last job seen.
seealso:
  - module: otc.bigdata.dli_sql_jobs
  - name: Data Lake Insight, API reference
    description: What the provider says about the fields of a SQL job.
    link: https://docs.otc.t-systems.com/data-lake-insight/api-ref/
author:
  - otc.bigdata contributors (@otc-bigdata)
"""

EXAMPLES = r"""
# Credentials and project come from the environment:
# OS_USERNAME, OS_PASSWORD, OS_USER_DOMAIN_NAME and OS_PROJECT_NAME.

- name: Read all SQL jobs of the project
  otc.bigdata.dli_sql_jobs_info:
  register: sql

- name: Show one line per job
  ansible.builtin.debug:
    msg: "{{ item.job_id }} {{ item.job_type }} on {{ item.queue_name }}: {{ item.status }}"
  loop: "{{ sql.jobs }}"
  loop_control:
    label: "{{ item.job_id }}"

- name: Read what is active on a queue
  otc.bigdata.dli_sql_jobs_info:
    filters:
      queue_name: etl_night
      status: [LAUNCHING, RUNNING, SCALING]

- name: Read the jobs of a user that did not succeed
  otc.bigdata.dli_sql_jobs_info:
    filters:
      owner: etl
      status: [FAILED, CANCELLED]

- name: Read what a job executes
  otc.bigdata.dli_sql_jobs_info:
    job_ids: [6d2146a0-c2d5-41bd-8ca0-ca9694ada992]
    details: true
  register: detailed
  no_log: true

- name: Show its statement
  ansible.builtin.debug:
    msg: "{{ detailed.jobs | map(attribute='statement') }}"
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
      type: str
      sample: 6d2146a0-c2d5-41bd-8ca0-ca9694ada992
    status:
      description: The status of the job.
      returned: always
      type: str
      sample: RUNNING
    job_type:
      description: The type of the job.
      returned: if the service returns it
      type: str
      sample: QUERY
    queue_name:
      description: The queue that the job runs on.
      returned: if the service returns it
      type: str
      sample: etl_night
    owner:
      description: The user who submitted the job.
      returned: if the service returns it
      type: str
      sample: demo
    start_time:
      description: When the job was started, in milliseconds since 1970. A job that is being launched may have none.
      returned: if the service returns it
      type: int
      sample: 1578892414688
    end_time:
      description: When the job ended, in milliseconds since 1970.
      returned: if the service returns it
      type: int
      sample: 1578892474688
    duration:
      description: How long the job has run, in milliseconds.
      returned: if the service returns it
      type: int
      sample: 60000
    tags:
      description: The tags of the job. V(null) if it has none.
      returned: if the service returns it
      type: list
      elements: dict
      sample: [{"key": "team", "value": "night"}]
    engine_type:
      description: The engine that executes the job.
      returned: if the service returns it
      type: str
      sample: spark
    database_name:
      description: The database that the job works on.
      returned: if the service returns it
      type: str
      sample: sales
    table_name:
      description: The table that the job works on.
      returned: if the service returns it
      type: str
      sample: orders
    input_size:
      description: How many bytes an import has read.
      returned: if the service returns it
      type: int
      sample: 4096
    input_row_count:
      description: How many rows the job has scanned or imported.
      returned: if the service returns it
      type: int
      sample: 100
    bad_row_count:
      description: How many rows could not be imported.
      returned: if the service returns it
      type: int
      sample: 0
    result_count:
      description: How many rows the job has returned or imported.
      returned: if the service returns it
      type: int
      sample: 100
    result_path:
      description: Where the result is kept, in OBS.
      returned: if the service returns it
      type: str
      sample: obs://demo/results/
    result_format:
      description: The format of the result.
      returned: if the service returns it
      type: str
      sample: csv
    execution_details_path:
      description: Where the plan of the job is kept, in OBS.
      returned: if the service returns it
      type: str
      sample: obs://demo/plans/
    with_column_header:
      description: Whether an exported result begins with the names of its columns.
      returned: if the service returns it
      type: bool
      sample: true
    statement:
      description: The SQL statement. May hold secrets.
      returned: O(details=true), if the service returns it
      type: str
      sample: SELECT region, count(*) FROM sales.orders GROUP BY region
    message:
      description: What the service says of the job, most of all why it failed. May quote the statement.
      returned: O(details=true), if the service returns it
      type: str
      sample: ""
    detail:
      description: The columns of the result, as JSON text.
      returned: O(details=true), if the service returns it
      type: str
      sample: '{"type": "struct", "fields": []}'
    job_mode:
      description: Whether the one who submitted the job waits for it, C(sync) or C(async).
      returned: O(details=true), if the service returns it
      type: str
      sample: async
    user_conf:
      description: The settings that the job was submitted with. May hold secrets.
      returned: O(details=true), if the service returns it
      type: raw
total:
  description: The number of jobs returned.
  returned: always, except for malformed options that Ansible itself refuses
  type: int
  sample: 6
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
    - "GET dli.eu-de.otc.t-systems.com/v1.0/.../jobs: HTTP 429; sent again after 1.1 s (1)"
error:
  description: The answer of the service that made the task fail.
  returned: on failure, except for malformed options that Ansible itself refuses
  type: dict
  contains:
    code:
      description: The error code of the service. V(null) if there was no answer or no code in it.
      returned: always
      type: str
      sample: DLI.0999
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
      sample: The server has failed.
"""

from functools import partial

from ..module_utils._begin import run
from ..module_utils._cloud.options import connection_options
from ..module_utils._jobs.list_jobs import list_jobs
from ..module_utils._services.sql_jobs import SqlJobs

SPEC = {**connection_options(), "details": {"type": "bool", "default": False}, **SqlJobs.options()}
CORE = partial(list_jobs, SqlJobs)


def main() -> None:
    run(CORE, SPEC)


if __name__ == "__main__":
    main()
