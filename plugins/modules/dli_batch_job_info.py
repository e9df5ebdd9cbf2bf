#!/usr/bin/python
# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dli_batch_job_info
version_added: 1.0.0
short_description: Read DLI Spark batches
description:
  - Reads Spark batch jobs of Data Lake Insight (DLI), a service of Open Telekom Cloud, and returns them with the fields
    of the service.
  - Without O(batch_id) and O(filters) it returns all batches of the project that the credential may see, whatever their
    number. Batches that have ended or were cancelled are among them.
  - An ID that the service does not know is left out of the result. It is not an error.
  - If a batch cannot be read for another reason, the task fails and still returns the other batches.
extends_documentation_fragment:
  - otc.bigdata._attributes
  - otc.bigdata._attributes.info_module
  - otc.bigdata._attributes.actiongroup_dli
  - otc.bigdata._connection
  - otc.bigdata._batch
options:
  details:
    description:
      - Whether to read the details of each batch, one request per batch.
      - Details may hold secrets, in C(req_body), the request that submitted the batch. It is not returned otherwise.
        Set C(no_log) for such a task.
    type: bool
    default: false
seealso:
  - module: otc.bigdata.dli_batch_job
  - name: Data Lake Insight, API reference
    description: What the provider says about the fields of a Spark batch job.
    link: https://docs.otc.t-systems.com/data-lake-insight/api-ref/
author:
  - otc.bigdata contributors (@otc-bigdata)
"""

EXAMPLES = r"""
# Credentials and project come from the environment:
# OS_USERNAME, OS_PASSWORD, OS_USER_DOMAIN_NAME and OS_PROJECT_NAME.

- name: Read all batches of the project
  otc.bigdata.dli_batch_job_info:
  register: spark

- name: Show one line per batch
  ansible.builtin.debug:
    msg: "{{ item.id }} {{ item.name }}: {{ item.state }}"
  loop: "{{ spark.jobs }}"
  loop_control:
    label: "{{ item.id }}"

- name: Read the active batches of a queue
  otc.bigdata.dli_batch_job_info:
    filters:
      queue_name: spark
      state: [starting, running, recovering]

- name: Read the batches of a user that did not succeed
  otc.bigdata.dli_batch_job_info:
    filters:
      owner: etl
      state: [dead]
  register: dead

- name: Show what they said last
  ansible.builtin.debug:
    msg: "{{ dead.jobs | items2dict(key_name='id', value_name='log') }}"

- name: Read how a batch was submitted
  otc.bigdata.dli_batch_job_info:
    batch_id: 0a324461-d9d9-45da-a52a-3b3c7a3d809e
    details: true
  register: detailed
  no_log: true

- name: Show the program that it runs
  ansible.builtin.debug:
    msg: "{{ detailed.jobs | map(attribute='req_body') | map('from_json') | map(attribute='file') }}"
"""

RETURN = r"""
changed:
  description: Always V(false), as the module only reads.
  returned: always
  type: bool
  sample: false
jobs:
  description:
    - The batches, in the order given, or listed by the service if O(batch_id) is not set.
    - The fields are those of the service, unchanged. It may leave some of these out, and return others.
  returned: always, except for malformed options that Ansible itself refuses
  type: list
  elements: dict
  contains:
    id:
      description: The ID of the batch.
      returned: always
      type: str
      sample: 0a324461-d9d9-45da-a52a-3b3c7a3d809e
    state:
      description: The status of the batch.
      returned: always
      type: str
      sample: running
    name:
      description: The name of the batch. V(null) or empty if it has none.
      returned: if the service returns it
      type: str
      sample: sales-rollup
    appId:
      description: The ID of the application that runs the batch. V(null) or empty if there is none yet. Some versions of the
        service return a list. It is not what O(batch_id) takes.
      returned: if the service returns it
      type: raw
      sample: batch-session-0a324461-d9d9-45da-a52a-3b3c7a3d809e
    owner:
      description: The user who created the batch.
      returned: if the service returns it
      type: str
      sample: demo
    proxyUser:
      description: The user on whose behalf the batch runs, if any.
      returned: if the service returns it
      type: str
      sample: ""
    queue:
      description: The queue that the batch runs on.
      returned: if the service returns it
      type: str
      sample: spark
    cluster_name:
      description: Another name for the queue.
      returned: if the service returns it
      type: str
      sample: spark
    kind:
      description: The kind of the batch.
      returned: if the service returns it
      type: str
      sample: spark
    sc_type:
      description: The size of the computing resources.
      returned: if the service returns it
      type: str
      sample: A
    create_time:
      description: When the batch was created, in milliseconds since 1970.
      returned: if the service returns it
      type: int
      sample: 1578892414688
    update_time:
      description: When the batch was last changed, in milliseconds since 1970.
      returned: if the service returns it
      type: int
      sample: 1578892474688
    duration:
      description: How long the batch has run, in milliseconds. Not returned where a batch was read on its own.
      returned: if the service returns it
      type: int
      sample: 60000
    image:
      description: The image that the batch runs in, if it is not that of the service.
      returned: if the service returns it
      type: str
    feature:
      description: Which kind of image that is.
      returned: if the service returns it
      type: str
      sample: basic
    spark_version:
      description: The version of Spark.
      returned: if the service returns it
      type: str
      sample: 3.3.1
    log:
      description: The last lines of the log.
      returned: if the service returns it
      type: list
      elements: str
      sample: ["stdout: ", "stderr: "]
    req_body:
      description: The request that submitted the batch, as JSON text. May hold secrets.
      returned: O(details=true), if the service returns it
      type: str
      sample: '{"file": "obs://demo/rollup.jar", "className": "com.example.Rollup"}'
total:
  description: The number of batches returned.
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
  description: Whether the list, or at least one batch, could not be read.
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
    - "GET dli.eu-de.otc.t-systems.com/v2.0/.../batches: HTTP 429; sent again after 1.1 s (1)"
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
      description: The HTTP status. V(null) if there was no answer, as for a time-out or a batch that does not exist.
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
from ..module_utils._services.spark_batches import BatchJobs

SPEC = {**connection_options(), "details": {"type": "bool", "default": False}, **BatchJobs.options()}
CORE = partial(list_jobs, BatchJobs)


def main() -> None:
    run(CORE, SPEC)


if __name__ == "__main__":
    main()
