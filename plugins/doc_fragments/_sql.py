# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.

from __future__ import annotations


class ModuleDocFragment:
    # The argument spec is SqlJobs.options() in plugins/module_utils/_services/sql_jobs.py
    DOCUMENTATION = r"""
options:
  job_ids:
    description:
      - The IDs of the jobs, as in the field C(job_id) of the service. An ID has 1 to 64 letters, digits, C(-) and C(_).
        Anything else fails the task before its first request. Duplicates count once.
      - The list may be empty. Then the options are checked and nothing else happens, not even a login.
      - Mutually exclusive with O(filters).
    type: list
    elements: str
  filters:
    description:
      - Selects the jobs that match all of the given keys. At least one key is needed.
      - A key that is V(null) counts as not given. An empty string, list or dictionary is an error, because it would
        select more jobs than it seems to.
      - SQL jobs have no name to choose them by, or to take them out by.
      - A number, a truth value or a date where text belongs is an error. YAML reads V(010) as 8, so put it into quotes.
        As a value of O(filters.tags), only a number with a fraction and a date with a time are errors, and V(true) and V(false)
        cause a warning.
      - Mutually exclusive with O(job_ids).
    type: dict
    suboptions:
      status:
        description:
          - Statuses of which the job must have one, in the words of the service, for example V(RUNNING). Upper and
            lower case are the same.
          - V(CANCELED) and V(FINISH), which some versions of the service say, mean V(CANCELLED) and V(FINISHED).
          - A list may be given as text with commas, for example V(LAUNCHING, RUNNING). Blanks around an element do not
            count. An empty element, a line break or a control character in it is an error. This holds for all lists
            here, and for single words.
          - An unknown word causes a warning.
        type: list
        elements: str
      queue_name:
        description:
          - The queue that the job runs on.
        type: str
      job_type:
        description:
          - Types of which the job must have one, for example V(QUERY) or V(INSERT). Upper and lower case are the same.
          - V(ALL) is an error. For all types, leave O(filters.job_type) out.
          - Jobs of the types V(RESTART_QUEUE) and V(SCALE_QUEUE) are maintenance of the queue itself.
            M(otc.bigdata.dli_sql_jobs) takes them by filter only if they are named here, also with V(ended). By ID it takes
            them always. A job whose type the service does not return is left alone, too, and the task says so.
          - M(otc.bigdata.dli_sql_jobs_info) shows them like all others.
        type: list
        elements: str
      owner:
        description:
          - The user who submitted the job.
        type: str
      tags:
        description:
          - Tags that the job must have, with these values. A job whose tags the service does not return has none.
        type: dict
      sql_pattern:
        description:
          - A part of the statement, at most 1024 characters. Upper and lower case are the same.
        type: str
      older_than:
        description:
          - The least age of the job, counted from its C(start_time). A whole number and one of V(s), V(m), V(h),
            V(d), V(w) for seconds, minutes, hours, days and weeks, for example V(90m), V(12h) or V(30d).
          - A job without that time stamp does not match, such as one that has not started yet. Neither does one with a
            time stamp that no job can have, which is before 2015, in the future or no number.
          - If the clock of this host is more than 15 minutes off, compared with the answers of the service, a task that
            changes jobs fails before it changes any. Other tasks warn.
        type: str
"""
