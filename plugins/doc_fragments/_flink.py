# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.

from __future__ import annotations


class ModuleDocFragment:
    # The argument spec is FlinkJobs.options() in plugins/module_utils/_services/flink_jobs.py
    DOCUMENTATION = r"""
options:
  job_ids:
    description:
      - The IDs of the jobs, digits only and greater than 0. Anything else fails the task before its first request.
        Duplicates count once.
      - The list may be empty. Then the options are checked and nothing else happens, not even a login.
      - Mutually exclusive with O(filters).
    type: list
    elements: str
  filters:
    description:
      - Selects the jobs that match all of the given keys. At least one key is needed.
      - A key that is V(null) counts as not given. An empty string, list or dictionary is an error, because it would
        select more jobs than it seems to.
      - A number, a truth value or a date where text belongs is an error. YAML reads V(010) as 8, so put it into quotes.
        As a value of O(filters.tags), only a number with a fraction and a date with a time are errors, and V(true) and V(false)
        cause a warning.
      - Mutually exclusive with O(job_ids).
    type: dict
    suboptions:
      name:
        description:
          - Shell-style patterns (V(*), V(?), V([a-z])) of which one must match the whole name, for example
            V(nightly-*).
          - Upper and lower case differ. A job without a name matches none.
          - A pattern that begins with V(!) is an error, see O(filters.not_name). So are V([^a]), which is V([!a]) here, a single
            bracket, and the quotes and brackets of a list, such as V([orders]).
          - A list may be given as text with commas, for example V(orders, clicks). Blanks around an element do not count.
            An empty element, a line break or a control character in it is an error. This holds for all lists here, and for
            single words.
          - A letter with an accent matches whether it is one character or two.
        type: list
        elements: str
      not_name:
        description:
          - Patterns as in O(filters.name). A job whose whole name matches one of them is left alone.
          - A pattern with a blank in it, or with a character that means nothing in patterns, such as a quote or V(^), is an error. If a
            name has such a character, write V(?) in its place.
          - Blanks around a name, and invisible characters, do not count here. So V(orders*) also matches a name with a blank
            before it.
          - By itself it is an error, as it chooses no job. O(filters.name) V(*) beside it means every other job with a name.
          - A job without a name is not left alone. If the service does not return the name of a job that matches all other keys,
            nothing is done for that job, and it has failed. A module that only reads returns it.
        type: list
        elements: str
      status:
        description:
          - Statuses of which the job must have one, in the words of the service, for example V(job_running). Upper
            and lower case are the same.
          - An unknown word causes a warning.
        type: list
        elements: str
      queue_name:
        description:
          - The queue that the job runs on.
        type: str
      job_type:
        description:
          - The type of the job, for example V(flink_sql_job) or V(flink_jar_job).
        type: str
      user_name:
        description:
          - The user who created the job.
        type: str
      tags:
        description:
          - Tags that the job must have, with these values.
        type: dict
      older_than:
        description:
          - The least age of the job, counted from its C(create_time). A whole number and one of V(s), V(m), V(h),
            V(d), V(w) for seconds, minutes, hours, days and weeks, for example V(90m), V(12h) or V(30d).
          - A job without that time stamp does not match, and neither does one with a time stamp that no job can have,
            which is before 2015, in the future or no number.
          - If the clock of this host is more than 15 minutes off, compared with the answers of the service, a task that
            changes jobs fails before it changes any. Other tasks warn.
        type: str
"""
