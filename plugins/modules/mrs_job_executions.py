#!/usr/bin/python
# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mrs_job_executions
version_added: 1.0.0
short_description: Stop or delete many jobs of an MRS cluster at once
description:
  - Brings job executions of a cluster of MapReduce Service (MRS), a service of Open Telekom Cloud, into the state that
    you want. O(state=stopped) makes sure that they have ended, O(state=absent) that their records do not exist any
    more. O(state=ended) waits until they have ended by themselves.
  - The jobs are given by ID or chosen by filters. They are read first; a job that is already in the wanted state is left alone,
    so a second run changes nothing. Each job to be terminated gets a request of its own, up to O(max_concurrency) at
    once. Records are deleted together, up to 100 in one request.
  - The service answers before a job has ended or gone. So the module reads the jobs again until it has seen what
    became of each of them, unless O(wait=false).
  - If the service refuses to delete several records together, the module reads them again and then deletes each of them on
    its own. So one record that cannot be deleted does not keep the others.
  - One failing job does not hold up the others. The task then fails at its end, and its result says what happened
    to every job.
  - Most tasks need only O(state), O(cluster_name) or O(cluster_id), and O(job_ids) or O(filters).
    The connection options are the same in all modules of this collection, and usually come from environment variables.
extends_documentation_fragment:
  - otc.bigdata._attributes
  - otc.bigdata._attributes.actiongroup_mrs
  - otc.bigdata._attributes.change_module
  - otc.bigdata._connection
  - otc.bigdata._mrs
  - otc.bigdata._change
options:
  state:
    description:
      - The state that all selected jobs are to be in. What is done for a job depends on its status, here in the words
        of the service.
      - V(stopped) means that all jobs have ended. Their records still exist. V(absent) means that the cluster does not know
        the jobs any more.
      - V(stopped) terminates a job in C(NEW), C(NEW_SAVING), C(SUBMITTED), C(ACCEPTED) or C(RUNNING). The module then
        waits until it has ended, usually in C(KILLED). A terminated job cannot be started again.
      - V(stopped) leaves a job alone that has ended, in C(FINISHED), C(FAILED) or C(KILLED). This is no change.
      - V(ended) terminates nothing. It waits until all jobs have ended, and is never a change. RV(jobs[].status) shows
        how each job ended.
      - With V(ended), a job that has not ended when O(wait_timeout) is over has failed. With O(wait=false) there is one
        poll. Check mode also polls once. There a job that still runs is no failure, but an unknown ID is.
      - V(absent) deletes the record of a job that has ended, and waits until the service does not know it any more. A
        deleted record cannot be restored. What the job has written stays.
      - V(absent) first terminates a job that has not ended, and waits for its end, even with O(wait=false). Then it
        deletes the record. See O(kill_running).
      - With V(absent), a job that the cluster does not know is fine. This is no change. A cluster that does not exist
        is an error.
      - In all states, a job in a status that this module does not know is waited for. Once it has another status, the job
        is treated as above. With O(wait=false) it fails.
      - If the service refuses to terminate a job because it is still being submitted, the job is waited for, and terminated
        once it has another status. With O(wait=false) and V(stopped) it fails.
    type: str
    required: true
    choices: [absent, ended, stopped]
  kill_running:
    description:
      - Whether O(state=absent) terminates a job that has not ended. It does, unless this is V(false).
      - With V(false) such a job is left alone and reported as failed, so the task fails. The records of the other jobs
        are deleted.
      - Only with O(state=absent). With other states it is an error, whether V(true) or V(false), as O(state=stopped)
        always terminates what runs, and O(state=ended) never does.
    type: bool
notes:
  - The service cannot terminate Spark SQL jobs (C(job_type) V(SparkSql)). It answers with the error V(0175), and the job
    fails. Once it has ended by itself, its record can be deleted.
  - A job that saves its logs may stay in C(RUNNING) for some minutes after it has ended.
  - Jobs can only be terminated while the cluster is running. If the cluster does not know the IAM user (errors
    V(0190) to V(0192)), synchronize the IAM users to it.
  - The credential needs the permission to read the jobs, and to terminate or delete them. O(cluster_name) needs the
    permission to list clusters.
seealso:
  - module: otc.bigdata.mrs_job_executions_info
  - module: otc.bigdata.dli_flink_jobs
  - module: otc.bigdata.dli_batch_job
  - module: otc.bigdata.dli_sql_jobs
  - name: MapReduce Service, API reference
    description: What the provider says about jobs and their statuses.
    link: https://docs.otc.t-systems.com/mapreduce-service/api-ref/
author:
  - otc.bigdata contributors (@otc-bigdata)
"""

EXAMPLES = r"""
# Credentials and project come from the environment:
# OS_USERNAME, OS_PASSWORD, OS_USER_DOMAIN_NAME and OS_PROJECT_NAME.

- name: Stop two jobs
  otc.bigdata.mrs_job_executions:
    state: stopped
    cluster_name: analytics
    job_ids:
      - 981374c1-85da-44ee-be32-edfb4fba776c
      - c54c8aa0-c277-4f83-8acc-521d85cfa32b

- name: Wait up to an hour until some jobs have ended, and terminate none
  otc.bigdata.mrs_job_executions:
    state: ended
    cluster_name: analytics
    filters:
      name: [pi, "copy-*"]
    wait_timeout: 3600

- name: Delete their records
  otc.bigdata.mrs_job_executions:
    state: absent
    cluster_name: analytics
    job_ids:
      - 981374c1-85da-44ee-be32-edfb4fba776c
      - c54c8aa0-c277-4f83-8acc-521d85cfa32b

- name: See which old records a purge would delete
  otc.bigdata.mrs_job_executions:
    state: absent
    cluster_id: 2b460e01-3351-4170-b0a7-57b9dd5ffef3
    filters:
      state: [FINISHED, KILLED]
      older_than: 3d
  check_mode: true
  diff: true
  register: purge

- name: Delete just these, if they are not too many
  otc.bigdata.mrs_job_executions:
    state: absent
    cluster_id: 2b460e01-3351-4170-b0a7-57b9dd5ffef3
    job_ids: "{{ purge.jobs | map(attribute='id') }}"
  when: purge.summary.changed <= 20

- name: Delete the records of a user, but leave alone what still runs
  block:
    - name: Delete
      otc.bigdata.mrs_job_executions:
        state: absent
        cluster_name: analytics
        kill_running: false
        filters:
          user: etl
      register: tidy
  rescue:
    - name: Show what is left
      ansible.builtin.debug:
        msg: "{{ item.name }}: {{ item.msg }}"
      loop: "{{ tidy.jobs | default([]) | selectattr('failed') }}"
      loop_control:
        label: "{{ item.id }}"

- name: Name the cluster once for several tasks
  module_defaults:
    group/otc.bigdata.mrs:
      cluster_name: analytics
  block:
    - name: Ask for the end of Hive jobs, and do not wait for it
      otc.bigdata.mrs_job_executions:
        state: stopped
        filters:
          name: ["hive-*"]
        wait: false

    - name: Delete all of them, and give it half an hour
      otc.bigdata.mrs_job_executions:
        state: absent
        filters:
          name: ["hive-*"]
        max_jobs: 500
        wait_timeout: 1800
"""

RETURN = r"""
changed:
  description:
    - Whether at least one job was changed, or would be in check mode.
    - This is also returned by a task that failed. A job that was asked to end, and has not ended in time, counts as
      changed.
  returned: always
  type: bool
  sample: true
failed:
  description: Whether at least one job failed, or the whole task did. The other jobs were carried through all the same.
  returned: always
  type: bool
  sample: true
msg:
  description:
    - What happened, in one line. It names up to five failed jobs.
    - If O(filters) select nothing, how many jobs were read, and what came closest.
    - If the whole task failed, the reason. After it comes what is known of the jobs, if there are any.
  returned: always
  type: str
  sample: "Deleted 3 of 4 jobs, 1 failed: 981374c1-85da-44ee-be32-edfb4fba776c: RUNNING: left alone, as kill_running
    is false"
jobs:
  description:
    - One entry for each selected job, in the order given, or listed by the service if it was chosen by filters.
    - Empty if no job was selected, or if the task failed before a job was read.
  returned: always, except for malformed options that Ansible itself refuses
  type: list
  elements: dict
  contains:
    id:
      description: The ID of the job.
      returned: always
      type: str
      sample: 431b135e-c090-489f-b1db-0abe3822b855
    name:
      description: The name of the job. V(null) if the service does not know the job, or if it could not be read.
      returned: always
      type: str
      sample: pi
    changed:
      description: Whether the job was changed, or would be in check mode.
      returned: always
      type: bool
      sample: true
    failed:
      description: Whether the job failed to get into the wanted state.
      returned: always
      type: bool
      sample: false
    action:
      description:
        - The request that was made for the job, or would be in check mode. One of V(kill), V(delete), V(kill+delete) and
          V(none).
        - V(kill) together with O(state=absent) means that the job was to be terminated first, and has not come further.
      returned: always
      type: str
      sample: kill+delete
    status_before:
      description:
        - The first status that was seen of the job, in the words of the service.
        - V(null) if the service does not know the job, or if it could not be read.
      returned: always
      type: str
      sample: RUNNING
    status:
      description:
        - The last status that was seen of the job, in the words of the service. In check mode this is the present one.
        - V(null) if the job is gone, or if it could not be read.
      returned: always
      type: str
      sample: KILLED
    msg:
      description: Why, where there is something to say. Otherwise empty.
      returned: always
      type: str
      sample: ""
    error:
      description: The answer of the service that made the job fail.
      returned: if the job failed
      type: dict
      contains:
        code:
          description: The error code of the service. V(null) if there was no answer or no code in it.
          returned: always
          type: str
          sample: "0161"
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
          sample: Failed to delete jobs in batches.
summary:
  description: How many jobs were changed, left unchanged, and have failed. Each job counts once, as failed if it failed, even if it was
    changed.
  returned: always, except for malformed options that Ansible itself refuses
  type: dict
  contains:
    total:
      description: The number of selected jobs.
      returned: always
      type: int
      sample: 4
    changed:
      description: Jobs that were changed, or would be in check mode, and did not fail.
      returned: always
      type: int
      sample: 3
    unchanged:
      description: Jobs that were already in the wanted state, or got there without this task.
      returned: always
      type: int
      sample: 0
    failed:
      description: Jobs that failed.
      returned: always
      type: int
      sample: 1
repeats:
  description: Each request that was sent again after throttling, a passing fault or a new login, and why.
  returned: with C(-v), if there was any
  type: list
  elements: str
  sample:
    - "GET mrs.eu-de.otc.t-systems.com/v2/.../job-executions: HTTP 429; sent again after 1.1 s (1)"
error:
  description: What made the whole task fail, for example a refused login or a cluster that does not exist.
  returned: if the whole task failed
  type: dict
  contains:
    code:
      description: The error code of the service. V(null) if there was no answer or no code in it.
      returned: always
      type: str
      sample: "0161"
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
      sample: Failed to delete jobs in batches.
"""

from functools import partial

from ..module_utils._begin import run
from ..module_utils._cloud.options import Spec, connection_options
from ..module_utils._jobs.options import change_options
from ..module_utils._jobs.reconcile import reconcile
from ..module_utils._services.mrs_jobs import JobExecutions

SPEC: Spec = {
    **connection_options(),
    "state": {"type": "str", "required": True, "choices": ["absent", "ended", "stopped"]},
    "kill_running": {"type": "bool"},
    **JobExecutions.options(),
    **change_options(),
}
CORE = partial(reconcile, JobExecutions)


def main() -> None:
    run(CORE, SPEC)


if __name__ == "__main__":
    main()
