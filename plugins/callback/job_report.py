# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: job_report
type: aggregate
version_added: 1.0.0
short_description: One table of all jobs that a playbook has stopped or deleted
description:
  - At the end of a playbook, prints a table of all jobs that M(otc.bigdata.dli_flink_jobs), M(otc.bigdata.dli_batch_job),
    M(otc.bigdata.dli_sql_jobs) and M(otc.bigdata.mrs_job_executions) have handled, with a line for each job and the reason of each failure. Several plays
    get a table each.
  - The same report can be written to files, as Markdown, as JUnit XML and as an HTML page. In their names, C(~) and
    environment variables are expanded, and a relative path begins where Ansible was started. Missing folders are made. A
    file that cannot be written is a warning and never fails the playbook.
  - A file is written beside the earlier one, under another name, and takes its place when it is complete, so a full disk does
    not cost the earlier report. Only where the folder is not writable, the file itself is overwritten. A link is followed,
    and a device such as V(/dev/stdout) or a pipe is written to.
  - It covers tasks in loops, in blocks with C(rescue), in included files, with C(until), and for several hosts. A task that
    runs in the background with C(async) is covered once M(ansible.builtin.async_status) has read its result.
  - Tasks with C(no_log) are left out and counted.
  - In check mode it shows what would be done.
  - A playbook in which none of these modules has run gets no report, and the files of an earlier report stay.
requirements:
  - To be enabled, with C(callbacks_enabled = otc.bigdata.job_report) in C(ansible.cfg) or with the environment variable
    E(ANSIBLE_CALLBACKS_ENABLED).
options:
  markdown:
    description: The file to write the report to as Markdown.
    type: str
    env:
      - name: OTC_BIGDATA_REPORT_MARKDOWN
    ini:
      - section: callback_job_report
        key: markdown
  junit:
    description:
      - The file to write the report to as JUnit XML, which CI systems show as test results.
      - There is a test case for each job. It fails if the job failed. In check mode, a job that would change is skipped.
    type: str
    env:
      - name: OTC_BIGDATA_REPORT_JUNIT
    ini:
      - section: callback_job_report
        key: junit
  html:
    description: The file to write the report to as a self-contained HTML page.
    type: str
    env:
      - name: OTC_BIGDATA_REPORT_HTML
    ini:
      - section: callback_job_report
        key: html
seealso:
  - plugin: otc.bigdata.job_table
    plugin_type: filter
    description: Such a table within a playbook.
author:
  - otc.bigdata contributors (@otc-bigdata)
"""

EXAMPLES = r"""
# In ansible.cfg
ansible.cfg: |
  [defaults]
  callbacks_enabled = otc.bigdata.job_report

  [callback_job_report]
  html = reports/jobs.html
  junit = reports/jobs.xml

# Or for a single run
command: >-
  ANSIBLE_CALLBACKS_ENABLED=otc.bigdata.job_report
  OTC_BIGDATA_REPORT_HTML=jobs.html
  ansible-playbook maintenance.yml
"""

import os
import typing as t
from datetime import datetime
from functools import partial

from ansible import constants as C
from ansible.plugins.callback import CallbackBase
from ansible.utils.path import unfrackpath

from ..plugin_utils._files import write
from ..plugin_utils._job_pages import Report, as_html, as_junit, as_markdown
from ..plugin_utils._job_table import (
    CHANGED,
    COLUMNS,
    FAILED,
    UNCHANGED,
    WOULD_CHANGE,
    Job,
    clean,
    counted,
    jobs_of_attempts,
    outcome,
    rows,
    text,
)

MODULES = {
    f"otc.bigdata.{name}": name for name in ("dli_flink_jobs", "dli_batch_job", "dli_sql_jobs", "mrs_job_executions")
}
FILES = {"markdown": as_markdown, "junit": as_junit, "html": as_html}
COLORS = {
    FAILED: C.COLOR_ERROR,
    CHANGED: C.COLOR_CHANGED,
    WOULD_CHANGE: C.COLOR_CHANGED,
    UNCHANGED: C.COLOR_OK,
}


class CallbackModule(CallbackBase):  # type: ignore[misc]
    """Collects the jobs of our modules as their results come in, and reports at the end."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "otc.bigdata.job_report"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args: t.Any, **kwargs: t.Any) -> None:
        super().__init__(*args, **kwargs)
        self._playbooks: list[str] = []
        self._plays: dict[str, tuple[str, list[Job]]] = {}  # by the ID of the play: its name and the jobs
        self._play: list[Job] = []  # the jobs of the play that runs now
        self._attempts: dict[tuple[str, str], list[t.Any]] = {}  # by host and task: results that led to a retry
        self._background: dict[tuple[str, t.Any], str] = {}  # by host and Ansible's job ID: the module that runs there
        self._hidden: set[str] = set()  # tasks with no_log
        self._ran = False

    def v2_playbook_on_start(self, playbook: t.Any) -> None:
        self._playbooks.append(os.path.basename(playbook._file_name))

    def v2_playbook_on_play_start(self, play: t.Any) -> None:
        """Comes again for each batch of a play with ``serial``."""
        self._play = self._plays.setdefault(play._uuid, (play.get_name(), []))[1]

    def v2_runner_on_ok(self, result: t.Any) -> None:
        self._collect(result)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        self._collect(result, failed=True)

    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        self._collect(result, failed=True)

    def v2_runner_item_on_ok(self, result: t.Any) -> None:
        self._collect(result)

    def v2_runner_item_on_failed(self, result: t.Any) -> None:
        self._collect(result, failed=True)

    def v2_runner_retry(self, result: t.Any) -> None:
        self._attempts.setdefault(_place(result), []).append(result._result)

    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        if not self._ran:
            return
        report = self._report()
        self._show(report)
        for kind in FILES:
            self._write(kind, report)

    def _collect(self, result: t.Any, failed: bool = False) -> None:
        """``failed``: callbacks are told by the name of the method, not by the result."""
        answer = result._result
        if "results" in answer:  # the items of this loop have been here already
            return
        attempts = self._attempts.pop(_place(result), [])
        module = self._module(result, failed)
        if module:
            failed = failed or "jobs" not in answer  # whatever `failed_when` makes of it
            told = {
                "host": result._host.get_name(),
                "module": module,
                "task": result.task_name,
                "check_mode": result._task_fields.get("check_mode"),
            }
            self._play += [{**job, **told} for job in jobs_of_attempts(attempts, {**answer, "failed": failed})]

    def _module(self, result: t.Any, failed: bool) -> str | None:
        """The one of ours whose result this is, be it from the background. None for a result that tells of no jobs."""
        answer, task = result._result, result._task
        background = result._host.get_name(), answer.get("ansible_job_id")
        begun = background[1] and not (failed or answer.get("finished") or "jobs" in answer)
        module = MODULES.get(task.resolved_action or result._task_fields["action"])
        if not module:
            return None if begun or "censored" in answer else self._background.pop(background, None)
        self._ran = True
        if "censored" in answer:
            self._hidden.add(task._uuid)
        elif begun:
            self._background[background] = module
        else:
            return module
        return None

    def _report(self) -> Report:
        plays = [(name, jobs) for name, jobs in self._plays.values() if jobs]
        hosts = {job["host"] for dummy, jobs in plays for job in jobs}
        hidden, unread = len(self._hidden), len(self._background)
        return Report(
            title=", ".join(self._playbooks) or "ad hoc",
            ended=datetime.now().astimezone(),
            plays=plays,
            columns=[*(["host"] if len(hosts) > 1 else []), "module", *COLUMNS],
            notes=[
                *([f"{counted(hidden, 'task', 'tasks')} with no_log left out"] if hidden else []),
                *([f"{counted(unread, 'task', 'tasks')} in the background never asked for a result"] if unread else []),
            ],
        )

    def _show(self, report: Report) -> None:
        """As Ansible shows its recap; not where a callback wants stdout for a document of its own."""
        json_only = "json" in str(C.DEFAULT_STDOUT_CALLBACK).rpartition(".")[2]
        show = partial(self._display.display, stderr=json_only)
        show(f"JOB REPORT {'*' * max(3, self._display.columns - len('JOB REPORT'))}")
        for name, jobs in report.plays:
            if len(report.plays) > 1:
                show(f"PLAY [{clean(name)}]")
            head, *lines = text(rows(jobs, report.columns))
            show(head)
            for job, line in zip(jobs, lines):
                show(line, color=COLORS[outcome(job)])
            show("")
        show(report.summary)

    def _write(self, kind: str, report: Report) -> None:
        option = self.get_option(kind)
        if not option:
            return
        path = unfrackpath(option, follow=False)
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            write(path, FILES[kind](report))
        except OSError as error:
            self._display.warning(f"job_report: cannot write {kind}: {error}")


def _place(result: t.Any) -> tuple[str, str]:
    return result._host.get_name(), result._task._uuid
