# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.

from __future__ import annotations


class ModuleDocFragment:
    # The argument spec is change_options() in plugins/module_utils/_jobs/options.py
    DOCUMENTATION = r"""
options:
  max_jobs:
    description:
      - The largest number of jobs that O(filters) may match. If more match, the task fails before it changes
        anything and says how many they are. This also holds in check mode.
      - Jobs that have ended count, too. The service keeps the records of batches and SQL jobs, so their O(filters) need a state or status.
      - It limits neither lists of IDs nor O(state=ended), which changes nothing.
    type: int
    default: 100
  trust_server_filters:
    description:
      - The module checks again what the service has filtered. Some answers do not show what they were filtered by
        (tags of Flink jobs, most of all), so there is nothing to check.
      - With V(false) such a filter is refused for O(state=absent) before anything is deleted, and causes a warning
        for other states.
      - With V(true) the filters of the service are trusted.
      - This does not hold for a filter that the service does not apply itself, such as most of those of MRS. If no job in the answer shows
        what it compares, it is an error.
    type: bool
    default: false
  ignore_missing:
    description:
      - Whether an ID that the service does not know is fine. With V(false) that job fails; the other jobs are carried
        through all the same.
      - For O(state=absent) an unknown ID is always fine.
    type: bool
    default: false
  drain_timeout:
    description:
      - Seconds in which jobs may end by themselves, before anything is stopped or deleted. The task waits no longer than
        needed, also with O(wait=false). After that it goes on as usual, and O(wait_timeout) begins.
      - What counts as ended is the same as with O(state=ended). With O(state=stopped) a job that has ended meanwhile is
        unchanged, and its RV(jobs[].msg) says so. With O(state=absent) it is deleted like the others where
        the module deletes records. A batch of M(otc.bigdata.dli_batch_job) or a job of M(otc.bigdata.dli_sql_jobs) cannot be
        deleted, and is unchanged.
      - Check mode does not wait. It shows what would happen if no job ended by itself.
      - Only with O(state=stopped) and O(state=absent). More than V(0) is an error with other states.
    type: int
    default: 0
  wait:
    description:
      - With V(true) the task succeeds when it has seen every job in the wanted state.
      - With V(false) it succeeds when the service has accepted the requests. Then RV(jobs[].status) is the last
        status seen, which may be the old one, and a job may still fail to get there.
    type: bool
    default: true
  wait_timeout:
    description:
      - Seconds from the start of the task until it stops waiting and repeating requests. All jobs share this deadline.
        With V(0) it polls just once.
      - With O(drain_timeout) they begin when that time is over, or all jobs have ended.
      - A job that is not in the wanted state by then fails. Its request is not taken back, so it may get there later.
    type: int
    default: 600
  wait_interval:
    description:
      - The longest pause between two polls of the jobs, in seconds and greater than 0. The first polls come sooner.
    type: float
    default: 10
notes:
  - E(OTC_BIGDATA_NEVER) on the controller, or on the host of the module, and C(never) in the section C(otc_bigdata) of C(ansible.cfg) hold
    patterns of names, with commas. A task that selects a job of such a name fails before it changes any job, with every O(state) but
    V(ended). SQL jobs have no names, so this does not protect them. A variable whose name is nearly that one is an error.
seealso:
  - name: What happens to my jobs
    description: Tables of statuses and states, waiting, safety with filters.
    link: https://otc-bigdata.github.io/otc.bigdata/latest/docsite/guide_states.html
  - name: Reading the job report
    description: Changed, failed, both, and how to continue.
    link: https://otc-bigdata.github.io/otc.bigdata/latest/docsite/guide_report.html
  - plugin: otc.bigdata.job_table
    plugin_type: filter
    description: Shows the result as a table.
"""
