#!/usr/bin/python
# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dli_sql_jobs
version_added: 1.0.0
short_description: Cancel one or many DLI SQL jobs
description:
  - Makes sure that SQL jobs of Data Lake Insight (DLI), a service of Open Telekom Cloud, are in a final state.
    Those that are still active are cancelled.
  - The service keeps the record of a cancelled job, and offers no way to delete it. So O(state=absent) and
    O(state=stopped) do the same for each job that exists. They differ in what they say of an unknown ID.
  - The jobs are given by ID or chosen by filters. They are read first; a job that has ended is left alone, so a
    second run changes nothing. Each of the others gets a request of its own, up to O(max_concurrency) at once.
  - The service answers before a job has ended. So the module reads the jobs again until it has seen what became of
    each of them, unless O(wait=false).
  - One failing job does not hold up the others. The task then fails at its end, and its result says what happened
    to every job.
  - Most tasks need only O(state), and O(job_ids) or O(filters).
    The connection options are the same in all modules of this collection, and usually come from environment variables.
extends_documentation_fragment:
  - otc.bigdata._attributes
  - otc.bigdata._attributes.actiongroup_dli
  - otc.bigdata._attributes.change_module
  - otc.bigdata._connection
  - otc.bigdata._sql
  - otc.bigdata._change
options:
  state:
    description:
      - The state that all selected jobs are to be in. All values mean that they are in a final state. What is done
        for a job depends on its status, here in the words of the service.
      - V(ended) cancels nothing. It waits until all jobs are in a final state, and is never a change. RV(jobs[].status) shows
        how each job ended.
      - With V(ended), a job that has not ended when O(wait_timeout) is over has failed. With O(wait=false) there is one
        poll. Check mode also polls once. There a job that still runs is no failure, but an unknown ID is. The rest is about
        V(absent) and V(stopped).
      - A job in C(LAUNCHING) or C(RUNNING) is cancelled. The module then waits until it is in a final state, usually
        C(CANCELLED).
      - A job in a final state is left alone. That is C(FINISHED), C(FAILED) and C(CANCELLED). This is no change, and
        the record of the job stays.
      - A job in C(SCALING) changes the size of a queue, and the service does not offer to cancel it. If it was chosen by
        filters, it is waited for. If it was chosen by ID, the module asks once to cancel it, and waits for its end if the
        service refuses.
      - A job in a status that this module does not know is not cancelled. It is waited for, and fails if it is still in that
        status after O(wait_timeout).
      - If a job ends by itself just before it is cancelled, the service refuses to cancel it. The job is then in the wanted state,
        and this is no change.
      - With V(absent), a job that the service does not know is fine. This is no change.
    type: str
    required: true
    choices: [absent, ended, stopped]
notes:
  - The credential needs the permission to read SQL jobs, and to cancel jobs of the queue that they run on. That is
    C(dli:queue:cancelJob) in IAM, or C(CANCEL_JOB) on the queue.
  - A cancelled job of the type C(INSERT), C(IMPORT), C(EXPORT) or C(DATA_MIGRATION) may leave a part of its data. So
    RV(jobs[].job_type) is the type of each job.
  - Messages never quote the statement of a job, nor what the service says of its failure, as both may hold secrets.
seealso:
  - module: otc.bigdata.dli_sql_jobs_info
  - module: otc.bigdata.dli_flink_jobs
  - module: otc.bigdata.dli_batch_job
  - module: otc.bigdata.mrs_job_executions
  - name: Data Lake Insight, API reference
    description: What the provider says about SQL jobs and their statuses.
    link: https://docs.otc.t-systems.com/data-lake-insight/api-ref/
author:
  - otc.bigdata contributors (@otc-bigdata)
"""

EXAMPLES = r"""
# Credentials and project come from the environment:
# OS_USERNAME, OS_PASSWORD, OS_USER_DOMAIN_NAME and OS_PROJECT_NAME.

- name: Cancel a SQL job
  otc.bigdata.dli_sql_jobs:
    state: stopped
    job_ids: [6d2146a0-c2d5-41bd-8ca0-ca9694ada992]

- name: Wait up to two hours for the imports of a user, and cancel none
  otc.bigdata.dli_sql_jobs:
    state: ended
    filters:
      owner: etl
      job_type: [IMPORT]
    wait_timeout: 7200

- name: See which SQL jobs of a queue would be cancelled
  otc.bigdata.dli_sql_jobs:
    state: stopped
    filters:
      queue_name: etl_night
      status: [LAUNCHING, RUNNING, SCALING]
  check_mode: true
  diff: true

- name: Cancel what has run for more than an hour, and keep what happened to it
  otc.bigdata.dli_sql_jobs:
    state: stopped
    filters:
      status: [RUNNING]
      job_type: [QUERY, INSERT]
      older_than: 1h
  register: result

- name: Show the jobs that were cancelled, and their queues
  ansible.builtin.debug:
    msg: "{{ item.id }} ({{ item.job_type }}) on {{ item.queue_name }}"
  loop: "{{ result.jobs | selectattr('changed') }}"
  loop_control:
    label: "{{ item.id }}"

- name: Cancel all that reads or writes a table
  otc.bigdata.dli_sql_jobs:
    state: stopped
    filters:
      status: [LAUNCHING, RUNNING, SCALING]
      sql_pattern: web.clicks

- name: Ask to cancel the jobs of a team, and do not wait for it
  otc.bigdata.dli_sql_jobs:
    state: stopped
    filters:
      status: [LAUNCHING, RUNNING, SCALING]
      tags:
        team: sales
    wait: false

- name: Make sure that none of these is active; an ID that the service does not know is fine
  otc.bigdata.dli_sql_jobs:
    state: absent
    job_ids:
      - 6d2146a0-c2d5-41bd-8ca0-ca9694ada992
      - 0c3a1f52-7f7e-4a31-9a6e-1f8f6f1f0c11

- name: Cancel jobs, and say which of them failed
  block:
    - name: Cancel
      otc.bigdata.dli_sql_jobs:
        state: stopped
        job_ids:
          - 6d2146a0-c2d5-41bd-8ca0-ca9694ada992
          - b7a51f0e-4f0b-4a39-8f5d-5b1f2f8c7d10
        wait_timeout: 300
      register: cancel
  rescue:
    - name: Show the jobs that failed
      ansible.builtin.debug:
        msg: "{{ item.id }}: {{ item.msg }}"
      loop: "{{ cancel.jobs | default([]) | selectattr('failed') }}"
      loop_control:
        label: "{{ item.id }}"
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
  description: Whether at least one job failed, or the whole task did. The others were carried through all the same.
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
  sample: "Cancelled 2 of 4 jobs, 1 already finished, 1 failed: 6d2146a0-c2d5-41bd-8ca0-ca9694ada992: still RUNNING
    after 600 s (wait_timeout)"
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
      sample: 6d2146a0-c2d5-41bd-8ca0-ca9694ada992
    name:
      description: Always V(null), as SQL jobs have no name.
      returned: always
      type: str
      sample:
    queue_name:
      description: The queue of the job. V(null) if the service does not know the job, or does not return it.
      returned: always
      type: str
      sample: etl_night
    job_type:
      description: The type of the job. V(null) if the service does not know the job, or does not return it.
      returned: always
      type: str
      sample: QUERY
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
      description: The request that was made for the job, or would be in check mode. V(cancel) or V(none).
      returned: always
      type: str
      sample: cancel
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
        - V(null) if the service does not know the job, or if it could not be read.
      returned: always
      type: str
      sample: CANCELLED
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
summary:
  description: How many jobs were changed, left unchanged, and have failed. Each counts once, as failed if it failed, even if it was changed.
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
      sample: 2
    unchanged:
      description: Jobs that were already in the wanted state, or got there without this task.
      returned: always
      type: int
      sample: 1
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
    - "GET dli.eu-de.otc.t-systems.com/v1.0/.../jobs: HTTP 429; sent again after 1.1 s (1)"
error:
  description: What made the whole task fail, for example a refused login or a host that cannot be reached.
  returned: if the whole task failed
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
from ..module_utils._jobs.options import change_options
from ..module_utils._jobs.reconcile import reconcile
from ..module_utils._services.sql_jobs import SqlJobs

SPEC = {
    **connection_options(),
    "state": {"type": "str", "required": True, "choices": ["absent", "ended", "stopped"]},
    **SqlJobs.options(),
    **change_options(),
}
CORE = partial(reconcile, SqlJobs)


def main() -> None:
    run(CORE, SPEC)


if __name__ == "__main__":
    main()
