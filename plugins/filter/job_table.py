# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: job_table
version_added: 1.0.0
short_description: Show jobs as a table
description:
  - Turns the results of the modules of this collection into a table with a line for each job, instead of a wall of JSON.
  - The columns are aligned, also where names hold East Asian characters. Control characters in names and messages are
    spelt out, so that they can neither break the table nor reach the terminal.
  - A task that failed as a whole, for example because its login was refused, gets a line of its own.
options:
  _input:
    description:
      - The result of a module of this collection that stops, deletes or reads jobs.
      - Or a list of such results, what a task with a loop has registered, or a list of jobs.
    type: raw
    required: true
  columns:
    description:
      - The columns to show, in this order. By default these are the next six, without those that are empty in all lines.
      - V(id) and V(name) of the job. For a SQL job, which has no name, V(name) is its type and its queue.
      - V(outcome) is C(FAILED), C(changed) or C(unchanged). V(action) is the request that was made for the job. Jobs that
        were only read have neither.
      - V(status) is the status in the words of the service, before and after if it is another one now. Before, C(unknown)
        is a job that the service did not know or that could not be read. After, C(gone) is one that is not there any more.
      - V(message) says why, where there is something to say.
      - The following are only shown if you name them. V(queue) is the queue of the job, whatever its service
        calls it, and V(job_type) its type. V(age) is the age that C(older_than) compares, in the largest unit that fits, for
        example C(3d). V(has_savepoint) is there for Flink jobs that were read. A cell is empty if the job has no such value.
      - The name of any other field of the jobs is possible too, for example V(owner).
    type: list
    elements: str
  format:
    description: How to write the table.
    type: str
    default: text
    choices:
      text: Lines with aligned columns, for a terminal.
      markdown: A table for Markdown, for example in a ticket or a chat message.
  width:
    description:
      - The largest width of a line in columns of a terminal, for the format V(text). A message then stands on separate lines below its
        job. If the table is too wide, V(action) is left out, unless it is in O(columns), and long names take several lines. An ID is
        never cut.
      - M(ansible.builtin.debug) puts 8 columns before a line of a list and 2 behind it.
    type: int
positional: columns, format, width
seealso:
  - plugin: otc.bigdata.job_report
    plugin_type: callback
    description: One such table for all tasks of a playbook, also as a file.
author:
  - otc.bigdata contributors (@otc-bigdata)
"""

EXAMPLES = r"""
- name: Stop three jobs
  otc.bigdata.dli_flink_jobs:
    state: stopped
    job_ids: [128, 137, 141]
  register: stop
  ignore_errors: true

- name: Show what happened
  ansible.builtin.debug:
    msg: "{{ (stop | otc.bigdata.job_table).splitlines() }}"

# ID   NAME             OUTCOME    ACTION  STATUS
# 128  orders           changed    stop    job_running -> job_cancel_success
# 137  orders-enriched  changed    stop    job_running -> job_cancel_success
# 141  clicks-draft     unchanged  none    job_init

- name: Read all jobs
  otc.bigdata.dli_flink_jobs_info:
  register: flink

- name: Show them with their queues and ages, and whether they have a savepoint
  ansible.builtin.debug:
    msg: "{{ (flink | otc.bigdata.job_table(['id', 'name', 'status', 'queue', 'age', 'has_savepoint'])).splitlines() }}"

- name: Show what happened in a window of 80 columns
  ansible.builtin.debug:
    msg: "{{ (stop | otc.bigdata.job_table(width=68)).splitlines() }}"

- name: Keep the jobs that failed for a ticket
  ansible.builtin.copy:
    content: "{{ stop.jobs | selectattr('failed') | otc.bigdata.job_table(format='markdown') }}"
    dest: /tmp/failed-jobs.md
    mode: "0644"
"""

RETURN = r"""
_value:
  description:
    - The table, its lines separated by newlines. C(splitlines) makes a list of them, which M(ansible.builtin.debug) shows
      line by line.
    - C(No jobs) if there are none.
  type: str
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ..plugin_utils._bytecode import kept

with kept():
    from ..plugin_utils._job_table import COLUMNS, MORE_COLUMNS, NO_JOBS, Job, fitted, jobs_in, markdown, rows, text

FORMATS = {"text": text, "markdown": markdown}


def job_table(value: t.Any, columns: t.Any = None, format: str = "text", width: t.Any = None) -> str:
    _check_form(format, width)
    try:
        jobs = jobs_in(value)
    except TypeError as error:
        raise AnsibleFilterError(f"job_table {error}") from None
    if columns is not None:
        _check_columns(columns, jobs)
    return "\n".join(_lines(jobs, columns, format, width))


def _check_form(format: str, width: t.Any) -> None:
    if format not in FORMATS:
        raise AnsibleFilterError(f"job_table: format is one of {', '.join(FORMATS)}")
    if width is not None and (format != "text" or not isinstance(width, int) or width < 1):
        raise AnsibleFilterError("job_table: width is a number of columns, at least 1, and for the format text")


def _check_columns(columns: t.Any, jobs: t.Sequence[Job]) -> None:
    if not columns or not isinstance(columns, (list, tuple)) or not all(isinstance(one, str) for one in columns):
        raise AnsibleFilterError("job_table: columns is a list with at least one name, for example ['id', 'status']")
    fields = {*COLUMNS, *MORE_COLUMNS}.union(*jobs)
    unknown = [one for one in columns if one not in fields]
    if jobs and unknown:
        raise AnsibleFilterError(f"job_table: no column {unknown[0]}; there are {', '.join(sorted(fields))}")


def _lines(jobs: t.Sequence[Job], columns: t.Sequence[str] | None, format: str, width: int | None) -> list[str]:
    """Columns that are asked for are shown even if they are empty."""
    asked = columns is not None
    columns = columns or COLUMNS
    if not jobs:
        return [NO_JOBS]
    if width is not None:
        return [line for dummy, line in fitted(jobs, columns, width, empty=asked)]
    return FORMATS[format](rows(jobs, columns, empty=asked))


class FilterModule:
    """How Ansible finds the filter."""

    def filters(self) -> dict[str, t.Callable[..., str]]:
        return {"job_table": job_table}
