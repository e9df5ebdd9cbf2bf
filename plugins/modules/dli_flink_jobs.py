#!/usr/bin/python
# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dli_flink_jobs
version_added: 1.0.0
short_description: Start, stop, restart or delete many DLI Flink jobs at once
description:
  - Brings Flink jobs of Data Lake Insight (DLI), a service of Open Telekom Cloud, into the state that you want.
    O(state=started) makes sure that they run, O(state=stopped) that they do not run, O(state=absent) that they do not
    exist any more. O(state=restarted) stops them and starts them again. O(state=ended) waits until they have ended by
    themselves.
  - The jobs are given by ID or chosen by filters. They are read first; a job that is already in the wanted state is left
    alone, so a second run changes nothing, except with O(state=restarted). The others are started, stopped or deleted together, up to 100 in one
    request.
  - The service answers before a job has started, stopped or gone, and does not say which job an answer is about. So the
    module reads the jobs again until it has seen what became of each of them, unless O(wait=false).
  - One failing job does not hold up the others. The task then fails at its end, and its result says what happened
    to every job.
  - Most tasks need only O(state), and O(job_ids) or O(filters).
    The connection options are the same in all modules of this collection, and usually come from environment variables.
extends_documentation_fragment:
  - otc.bigdata._attributes
  - otc.bigdata._attributes.actiongroup_dli
  - otc.bigdata._connection
  - otc.bigdata._flink
  - otc.bigdata._change
attributes:
  check_mode:
    support: full
    details:
      - Reads the same as otherwise, starts, stops, exports and deletes nothing, and assumes that the service would accept each
        request.
      - A job that has to be waited for first is reported as unchanged, and its RV(jobs[].msg) says so.
  diff_mode:
    support: full
    details:
      - Shows ID, name and status of the jobs that change, before and after. A deleted job has the status V(null) after.
      - In check mode and with O(wait=false) the status after is the one that the request leads to.
      - With O(state=restarted), each job after has C(restarted), which is V(true), as its status may be the same.
  idempotent:
    support: partial
    details:
      - Not with O(wait=false). A second run may find a job whose start, stop or delete has not begun, and send it again.
      - Not with O(state=restarted). Each run restarts the jobs.
options:
  state:
    description:
      - The state that all selected jobs are to be in. What is done for a job depends on its status, here in the
        words of the service.
      - V(stopped) means that none of the jobs runs. They still exist and can be started again. V(started) means that all
        jobs run, or have run to their end. V(absent) means that the service does not know the jobs any more.
      - V(stopped) sends a stop for a job in C(job_running), C(job_submitting), C(job_downloading),
        C(job_running_exception) or C(job_cancel_fail). The module then waits until nothing of it runs, usually in
        C(job_cancel_success). If it ends in C(job_cancel_fail), it has failed. If the service refuses to stop a job
        in C(job_running_exception) because it does not run, the job counts as stopped already.
      - V(stopped) leaves a job alone of which nothing runs. That is C(job_init), C(job_submit_fail),
        C(job_cancel_success), C(job_finish), C(job_arrearage_stopped) and C(job_idle). This is no change.
      - V(stopped) waits for a job that is stopping already, in C(job_canceling). No request is sent, and this is no
        change.
      - V(stopped) waits for a job that cannot be stopped now, in C(job_savepointing), C(job_arrearage_recovering) or a
        status that this module does not know. Once it has another status, the job is treated as above. With
        O(wait=false) it fails.
      - V(started) sends a start for a job in C(job_init), which is a draft, C(job_cancel_success), C(job_submit_fail),
        C(job_idle), C(job_arrearage_stopped), C(job_cancel_fail) or C(job_running_exception). The module then waits
        until it has been seen in C(job_running), or in C(job_finish) if it ends by itself. If it ends in
        C(job_submit_fail), it has failed.
      - V(started) leaves a job alone that is in C(job_running) or C(job_finish). This is no change. A job that has run
        to its end is not started once more, as it would do its work twice.
      - V(started) waits for a job that is starting already, in C(job_submitting), C(job_downloading) or
        C(job_arrearage_recovering). No request is sent, and this is no change.
      - V(started) waits for a job that cannot be started now, in C(job_canceling), C(job_savepointing) or a status that
        this module does not know. Once it has another status, the job is treated as above. With O(wait=false) it
        fails.
      - If the service refuses to start a job in C(job_running_exception) because it runs, the job is waited for as well, as
        the service may be restarting it. A job in any other status fails if its start is refused, unless it is seen to
        run after that.
      - V(restarted) stops each job that V(stopped) would stop, and starts it as soon as it was seen stopped. It is then waited for as
        with V(started). A job that does not run is only started. A job in C(job_finish), before the stop or after it, is left
        alone. No job is started twice.
      - V(restarted) starts no job that was not seen stopped. So a job whose stop failed or was refused has failed, also in
        C(job_running_exception), and so has a job that vanishes after its stop. RV(jobs[].msg) says if a job was not started,
        and RV(jobs[].status) in which state it was left.
      - V(restarted) goes on for one more minute after O(wait_timeout) with the jobs whose stop was accepted, so that they are
        not left stopped. Nothing else is stopped in this minute. If a job has not stopped by then, its RV(jobs[].msg) says that it
        may still stop, and that it was not started.
      - With V(restarted), O(wait=false) is an error, as nobody would see the jobs stop.
      - V(ended) writes nothing. It waits until none of the jobs runs, whoever or whatever ends them, and is never a
        change. What counts as ended is what V(stopped) leaves alone, so neither C(job_running_exception) nor
        C(job_cancel_fail) nor a status that this module does not know. RV(jobs[].status) shows how each job ended.
      - With V(ended), a job that has not ended when O(wait_timeout) is over has failed. With O(wait=false) there is one
        poll. Check mode also polls once. There a job that still runs is no failure, but an unknown ID is.
      - V(absent) deletes a job in any status. The service stops a running job first, and makes no savepoint. A
        deleted job cannot be restored. The module then waits until the service does not know it any more.
      - With V(absent), a job that the service does not know is fine. This is no change.
    type: str
    required: true
    choices: [absent, ended, restarted, started, stopped]
  trigger_savepoint:
    description:
      - Whether the service makes a savepoint of each job that it stops. It needs an OBS bucket that DLI may write to.
      - A savepoint is only made when a stop is sent. A job that does not run any more gets none, and neither does
        one that is stopping already.
      - A job that stops, but still shows no savepoint five seconds after that, has failed, unless it is C(job_finish). A job
        that ends in C(job_submit_fail) has failed, too. With O(wait=false) this is not seen.
      - A job that had stopped before, without a savepoint, is no failure, but the task warns and names it. So delete only jobs
        of which M(otc.bigdata.dli_flink_jobs_info) shows C(has_savepoint).
      - A job in C(job_submitting) or C(job_downloading) cannot have a savepoint yet. It is waited for first.
      - Only with O(state=stopped), and with O(state=restarted) together with O(resume_savepoint). With other states it is an
        error, as a delete makes no savepoint. Stop the jobs first, in a task of its own.
    type: bool
    default: false
  resume_savepoint:
    description:
      - Whether each job that is started takes up its savepoint. Otherwise it begins without the state that it had.
      - A job without a savepoint is never started then. It fails before anything is written for it; the others are
        started all the same. A job that runs already needs none.
      - Only with O(state=started), and with O(state=restarted) together with O(trigger_savepoint). There a job whose stop left
        no savepoint is not started. With other states it is an error.
    type: bool
    default: false
  export_to:
    description:
      - A folder in OBS, as C(bucket/folder). C(obs://) before it is cut off, and C(..) is an error. The service writes the
        definitions of all jobs that are going to be deleted into files there, before the first of them is deleted.
      - One request exports up to 100 jobs. If the answer to one of these requests names no files, no job is deleted. All
        of them have failed then, and nothing is changed. Files that were written by then stay in OBS.
      - An export whose answer was lost is sent again, up to O(max_retries) times. The lost answer may have left a file that
        RV(exported) does not name. If an export was refused, the jobs are read once more. If some of them are gone by then,
        the rest is exported anew, once.
      - The files hold the statements of the jobs, with all that is written in these. Savepoints and other data are not in them.
        The module does not look into OBS.
      - Only with O(state=absent). With other states it is an error.
    type: str
notes:
  - Without a status, O(filters) also select drafts, and jobs that were stopped on purpose. O(state=started) and
    O(state=restarted) start them. So with these states give O(filters.status), or the IDs of the jobs that you mean.
  - The service removes the savepoint of a stop when the job is started again.
  - With O(state=restarted), a ready token must be good for the whole task. If it expires between stop and start, the jobs are left
    stopped, and the result says so.
  - The credential needs the permission to read the jobs, and to start, stop or delete them. To delete a running job it
    needs the last two. O(export_to) needs C(dli:jobs:export), and DLI the right to write to the bucket.
seealso:
  - module: otc.bigdata.dli_flink_jobs_info
  - module: otc.bigdata.dli_batch_job
  - module: otc.bigdata.dli_sql_jobs
  - module: otc.bigdata.mrs_job_executions
  - name: Data Lake Insight, API reference
    description: What the provider says about Flink jobs and their statuses.
    link: https://docs.otc.t-systems.com/data-lake-insight/api-ref/
author:
  - otc.bigdata contributors (@otc-bigdata)
"""

EXAMPLES = r"""
# Credentials and project come from the environment:
# OS_USERNAME, OS_PASSWORD, OS_USER_DOMAIN_NAME and OS_PROJECT_NAME.

- name: Stop two jobs
  otc.bigdata.dli_flink_jobs:
    state: stopped
    job_ids: [128, 137]

- name: Stop a job with a savepoint, and give it half an hour
  otc.bigdata.dli_flink_jobs:
    state: stopped
    job_ids: [128]
    trigger_savepoint: true
    wait_timeout: 1800

- name: Start a job from the savepoint that it was stopped with
  otc.bigdata.dli_flink_jobs:
    state: started
    job_ids: [142]
    resume_savepoint: true

- name: Restart a job from a savepoint, for example after its configuration has changed
  otc.bigdata.dli_flink_jobs:
    state: restarted
    job_ids: [128]
    trigger_savepoint: true
    resume_savepoint: true
    wait_timeout: 1800

- name: Stop the jobs of a queue, and keep what happened to them
  otc.bigdata.dli_flink_jobs:
    state: stopped
    filters:
      queue_name: streaming
      status: [job_running, job_running_exception]
  register: result

- name: Show the jobs that were stopped
  ansible.builtin.debug:
    msg: "{{ result.jobs | selectattr('changed') | map(attribute='name') }}"

- name: Stop what runs on a queue, but for some jobs
  otc.bigdata.dli_flink_jobs:
    state: stopped
    filters:
      queue_name: streaming
      status: [job_running]
      not_name: ["billing-*", "orders-enriched"]
    trigger_savepoint: true

- name: Give the nightly jobs an hour to end by themselves, then stop the others with a savepoint
  otc.bigdata.dli_flink_jobs:
    state: stopped
    filters:
      name: ["nightly-*"]
    drain_timeout: 3600
    trigger_savepoint: true

- name: Take the password from a vaulted variable, and what is not set here from the environment
  otc.bigdata.dli_flink_jobs:
    username: "{{ vault_otc_username | default(omit) }}"
    password: "{{ vault_otc_password | default(omit) }}"
    state: stopped
    job_ids: [137]

- name: Ask for a stop, and do not wait for it
  otc.bigdata.dli_flink_jobs:
    state: stopped
    job_ids: [140]
    wait: false

- name: Wait for that stop later; a job that is stopping already is not asked again
  otc.bigdata.dli_flink_jobs:
    state: stopped
    job_ids: [140]

- name: Wait up to six hours for the end of the nightly batch, and leave it alone
  otc.bigdata.dli_flink_jobs:
    state: ended
    filters:
      name: ["nightly-*"]
    wait_timeout: 21600
    wait_interval: 60

- name: See which old jobs a purge would delete
  otc.bigdata.dli_flink_jobs:
    state: absent
    filters:
      name: ["nightly-*", "clicks-*"]
      status: [job_finish, job_cancel_success, job_submit_fail]
      older_than: 12h
  check_mode: true
  diff: true
  register: purge

- name: Delete just these, if they are not too many
  otc.bigdata.dli_flink_jobs:
    state: absent
    job_ids: "{{ purge.jobs | map(attribute='id') }}"
  when: purge.summary.changed <= 20

- name: Delete a job, but keep its definition
  otc.bigdata.dli_flink_jobs:
    state: absent
    job_ids: [150]
    export_to: ops-bucket/flink
  register: deletion

- name: Show the files to import it from
  ansible.builtin.debug:
    msg: "{{ deletion.exported }}"

- name: Stop what runs, do some work, and start just these jobs again from their savepoints
  block:
    - name: Stop
      otc.bigdata.dli_flink_jobs:
        state: stopped
        filters:
          queue_name: streaming
          status: [job_running, job_submitting]
        trigger_savepoint: true
      register: halt

    - name: Work
      ansible.builtin.debug:
        msg: "{{ halt.msg }}"
  always:
    - name: Start
      otc.bigdata.dli_flink_jobs:
        state: started
        job_ids: "{{ halt.jobs | default([]) | selectattr('action', 'eq', 'stop') | map(attribute='id') }}"
        resume_savepoint: true

- name: Stop jobs with a savepoint and delete those that have one
  block:
    - name: Stop
      otc.bigdata.dli_flink_jobs:
        state: stopped
        job_ids: [128, 137, 999]
        trigger_savepoint: true
      register: stop
  rescue:
    - name: Show the jobs that failed
      ansible.builtin.debug:
        msg: "{{ item.id }} is {{ item.status | default('unknown', true) }}: {{ item.msg }}"
      loop: "{{ stop.jobs | default([]) | selectattr('failed') }}"
      loop_control:
        label: "{{ item.id }}"
  always:
    - name: Read which of the stopped jobs have a savepoint; some may have been stopped before, without one
      otc.bigdata.dli_flink_jobs_info:
        job_ids: "{{ stop.jobs | default([]) | rejectattr('failed') | map(attribute='id') }}"
      register: stopped

    - name: Delete just these
      otc.bigdata.dli_flink_jobs:
        state: absent
        job_ids: "{{ stopped.jobs | selectattr('has_savepoint', 'eq', true) | map(attribute='job_id') }}"
"""

RETURN = r"""
changed:
  description:
    - Whether at least one job was changed, or would be in check mode.
    - This is also returned by a task that failed. A job that was asked to stop, and has not stopped in time, counts as
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
  sample: "Stopped 3 of 5 jobs, 1 already stopped, 1 failed: 137: job_cancel_fail (savepoint failed)"
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
      type: int
      sample: 128
    name:
      description: The name of the job. V(null) if the service does not know the job, or if it could not be read.
      returned: always
      type: str
      sample: orders
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
        - The request that was made for the job, or would be in check mode. One of V(run), V(stop), V(stop+run), V(delete) and
          V(none).
        - V(stop) together with O(state=restarted) means that the job was to be started after that, and has not come further.
      returned: always
      type: str
      sample: stop
    status_before:
      description:
        - The first status that was seen of the job, in the words of the service.
        - V(null) if the service does not know the job, or if it could not be read.
      returned: always
      type: str
      sample: job_running
    status:
      description:
        - The last status that was seen of the job, in the words of the service. In check mode this is the present one.
        - V(null) if the job is gone, or if it could not be read.
      returned: always
      type: str
      sample: job_cancel_success
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
      sample: 5
    changed:
      description: Jobs that were changed, or would be in check mode, and did not fail.
      returned: always
      type: int
      sample: 3
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
exported:
  description:
    - The files in OBS with the definitions of jobs, as the service names them. If the task failed, those that were written
      until then.
    - Empty in check mode, and if no job was there to be deleted.
  returned: if O(export_to) is given, on failure too, except for malformed options that Ansible itself refuses
  type: list
  elements: str
  sample: [ops-bucket/flink/nightly-import_1764370800000.zip]
repeats:
  description: Each request that was sent again after throttling, a passing fault or a new login, and why.
  returned: with C(-v), if there was any
  type: list
  elements: str
  sample:
    - "GET dli.eu-de.otc.t-systems.com/v1.0/.../streaming/jobs: HTTP 429; sent again after 1.1 s (1)"
error:
  description: What made the whole task fail, for example a refused login or a host that cannot be reached.
  returned: if the whole task failed
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
from ..module_utils._jobs.options import change_options
from ..module_utils._jobs.reconcile import reconcile
from ..module_utils._services.flink_jobs import FlinkJobs

SPEC = {
    **connection_options(),
    "state": {"type": "str", "required": True, "choices": ["absent", "ended", "restarted", "started", "stopped"]},
    "trigger_savepoint": {"type": "bool", "default": False},
    "resume_savepoint": {"type": "bool", "default": False},
    "export_to": {"type": "str"},
    **FlinkJobs.options(),
    **change_options(),
}
CORE = partial(reconcile, FlinkJobs)


def main() -> None:
    run(CORE, SPEC)


if __name__ == "__main__":
    main()
