#!/usr/bin/python
# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dli_batch_job
version_added: 1.0.0
short_description: Cancel one or many DLI Spark batches
description:
  - Makes sure that Spark batch jobs of Data Lake Insight (DLI), a service of Open Telekom Cloud, are in a final state.
    Those that are still active are cancelled.
  - The service keeps the record of a cancelled batch, and offers no way to delete it. So O(state=absent) and
    O(state=stopped) do the same for each batch that exists. They differ in what they say of an unknown ID.
  - The batches are given by ID or chosen by filters. They are read first; a batch that has ended is left alone, so a
    second run changes nothing. Each of the others gets a request of its own, up to O(max_concurrency) at once.
  - The service answers before a batch has ended. So the module reads the batches again until it has seen what became of
    each of them, unless O(wait=false).
  - One failing batch does not hold up the others. The task then fails at its end, and its result says what happened
    to every batch.
  - Most tasks need only O(state), and O(batch_id) or O(filters).
    The connection options are the same in all modules of this collection, and usually come from environment variables.
extends_documentation_fragment:
  - otc.bigdata._attributes
  - otc.bigdata._attributes.actiongroup_dli
  - otc.bigdata._attributes.change_module
  - otc.bigdata._connection
  - otc.bigdata._batch
  - otc.bigdata._change
options:
  state:
    description:
      - The state that all selected batches are to be in. All values mean that they are in a final state. What is done
        for a batch depends on its status, here in the words of the service.
      - V(ended) cancels nothing. It waits until all batches are in a final state, and is never a change. RV(jobs[].status)
        shows how each batch ended.
      - With V(ended), a batch that has not ended when O(wait_timeout) is over has failed. With O(wait=false) there is one
        poll. Check mode also polls once. There a batch that still runs is no failure, but an unknown ID is. The rest is
        about V(absent) and V(stopped).
      - A batch in C(starting), C(running), C(recovering) or a status that this module does not know is cancelled. It is
        then waited for until it is in a final state, usually C(dead). The service shows failed batches as C(dead), too.
      - A batch in a final state is left alone. That is C(success), C(dead), C(error) and C(killed). This is no change,
        and the record of the batch stays.
      - The service may start a batch again that was found in C(recovering), although it has just shown it as C(dead).
        So such a batch must be seen in a final state twice in a row, also for V(ended).
      - If a batch ends by itself just before it is cancelled, the service refuses to cancel it. The batch is then as
        wanted, and this is no change.
      - With V(absent), a batch that the service does not know is fine. This is no change.
    type: str
    required: true
    choices: [absent, ended, stopped]
notes:
  - The credential needs the permission to read batches, and to cancel jobs of the queue that they run on.
seealso:
  - module: otc.bigdata.dli_batch_job_info
  - module: otc.bigdata.dli_flink_jobs
  - module: otc.bigdata.dli_sql_jobs
  - module: otc.bigdata.mrs_job_executions
  - name: Data Lake Insight, API reference
    description: What the provider says about Spark batch jobs and their statuses.
    link: https://docs.otc.t-systems.com/data-lake-insight/api-ref/
author:
  - otc.bigdata contributors (@otc-bigdata)
"""

EXAMPLES = r"""
# Credentials and project come from the environment:
# OS_USERNAME, OS_PASSWORD, OS_USER_DOMAIN_NAME and OS_PROJECT_NAME.

- name: Cancel a batch
  otc.bigdata.dli_batch_job:
    state: stopped
    batch_id: 178fa687-2e8a-41ed-a439-b00de60bb176

- name: Wait up to two hours for the nightly batches, and cancel none
  otc.bigdata.dli_batch_job:
    state: ended
    filters:
      name: ["nightly-*"]
    wait_timeout: 7200

- name: See which batches of a queue would be cancelled
  otc.bigdata.dli_batch_job:
    state: stopped
    filters:
      queue_name: spark
      state: [starting, running, recovering]
  check_mode: true
  diff: true

- name: Cancel what was submitted to a queue more than an hour ago, and keep what happened to it
  otc.bigdata.dli_batch_job:
    state: stopped
    filters:
      queue_name: spark
      state: [starting, running, recovering]
      older_than: 1h
  register: result

- name: Show the batches that were cancelled
  ansible.builtin.debug:
    msg: "{{ result.jobs | selectattr('changed') | map(attribute='name') }}"

- name: Ask to cancel a batch, and do not wait for it
  otc.bigdata.dli_batch_job:
    state: stopped
    batch_id: 03923a72-5ace-466a-a573-e8c7b08b8cf3
    wait: false

- name: Make sure later that none of these is active; an ID that the service does not know is fine
  otc.bigdata.dli_batch_job:
    state: absent
    batch_id:
      - 03923a72-5ace-466a-a573-e8c7b08b8cf3
      - 2c1d9e0f-5a6b-4c7d-8e9f-0a1b2c3d4e5f

- name: Cancel batches, and say which of them failed
  block:
    - name: Cancel
      otc.bigdata.dli_batch_job:
        state: stopped
        batch_id:
          - 0a324461-d9d9-45da-a52a-3b3c7a3d809e
          - 2c1d9e0f-5a6b-4c7d-8e9f-0a1b2c3d4e5f
        wait_timeout: 300
      register: cancel
  rescue:
    - name: Show the batches that failed
      ansible.builtin.debug:
        msg: "{{ item.id }}: {{ item.msg }}"
      loop: "{{ cancel.jobs | default([]) | selectattr('failed') }}"
      loop_control:
        label: "{{ item.id }}"
"""

RETURN = r"""
changed:
  description:
    - Whether at least one batch was changed, or would be in check mode.
    - This is also returned by a task that failed. A batch that was asked to end, and has not ended in time, counts as
      changed.
  returned: always
  type: bool
  sample: true
failed:
  description: Whether at least one batch failed, or the whole task did. The others were carried through all the same.
  returned: always
  type: bool
  sample: true
msg:
  description:
    - What happened, in one line. It names up to five failed batches.
    - If O(filters) select nothing, how many batches were read, and what came closest.
    - If the whole task failed, the reason. After it comes what is known of the batches, if there are any.
  returned: always
  type: str
  sample: "Cancelled 2 of 4 jobs, 1 already finished, 1 failed: 0a324461-d9d9-45da-a52a-3b3c7a3d809e: still running
    after 600 s (wait_timeout)"
jobs:
  description:
    - One entry for each selected batch, in the order given, or listed by the service if it was chosen by filters.
    - Empty if no batch was selected, or if the task failed before a batch was read.
  returned: always, except for malformed options that Ansible itself refuses
  type: list
  elements: dict
  contains:
    id:
      description: The ID of the batch, in lower case.
      returned: always
      type: str
      sample: 0a324461-d9d9-45da-a52a-3b3c7a3d809e
    name:
      description: The name of the batch. V(null) if it has none, if the service does not know the batch, or if it could not be read.
      returned: always
      type: str
      sample: sales-rollup
    changed:
      description: Whether the batch was changed, or would be in check mode.
      returned: always
      type: bool
      sample: true
    failed:
      description: Whether the batch failed to get into the wanted state.
      returned: always
      type: bool
      sample: false
    action:
      description: The request that was made for the batch, or would be in check mode. V(cancel) or V(none).
      returned: always
      type: str
      sample: cancel
    status_before:
      description:
        - The first status that was seen of the batch, in the words of the service.
        - V(null) if the service does not know the batch, or if it could not be read.
      returned: always
      type: str
      sample: running
    status:
      description:
        - The last status that was seen of the batch, in the words of the service. In check mode this is the present one.
        - V(null) if the service does not know the batch, or if it could not be read.
      returned: always
      type: str
      sample: dead
    msg:
      description: Why, where there is something to say. Otherwise empty.
      returned: always
      type: str
      sample: ""
    error:
      description: The answer of the service that made the batch fail.
      returned: if the batch failed
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
summary:
  description: How many batches there are of each kind. Each counts once, as failed if it failed, even if it was changed.
  returned: always, except for malformed options that Ansible itself refuses
  type: dict
  contains:
    total:
      description: The number of selected batches.
      returned: always
      type: int
      sample: 4
    changed:
      description: Batches that were changed, or would be in check mode, and did not fail.
      returned: always
      type: int
      sample: 2
    unchanged:
      description: Batches that were already in the wanted state, or got there without this task.
      returned: always
      type: int
      sample: 1
    failed:
      description: Batches that failed.
      returned: always
      type: int
      sample: 1
repeats:
  description: Each request that was sent again after throttling, a passing fault or a new login, and why.
  returned: with C(-v), if there was any
  type: list
  elements: str
  sample:
    - "GET dli.eu-de.otc.t-systems.com/v2.0/.../batches: HTTP 429; sent again after 1.1 s (1)"
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
from ..module_utils._jobs.options import change_options
from ..module_utils._jobs.reconcile import reconcile
from ..module_utils._services.spark_batches import BatchJobs

SPEC = {
    **connection_options(),
    "state": {"type": "str", "required": True, "choices": ["absent", "ended", "stopped"]},
    **BatchJobs.options(),
    **change_options(),
}
CORE = partial(reconcile, BatchJobs)


def main() -> None:
    run(CORE, SPEC)


if __name__ == "__main__":
    main()
