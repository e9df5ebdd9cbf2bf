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
    get a table each. It is as wide as the terminal, and 80 columns where there is none. Failed jobs come last, just above the totals.
  - The same report can be written to files, as Markdown, as JUnit XML, as an HTML page, as JSON and for Prometheus. In their
    names, C(~) and environment variables are expanded, and a relative path begins where Ansible was started. Missing folders
    are made. A file that cannot be written is a warning and never fails the playbook.
  - A file is written beside the earlier one, under another name, and takes its place when it is complete, so a full disk does
    not cost the earlier report. Only where the folder is not writable, the file itself is overwritten. A link is followed,
    and a device such as V(/dev/stdout) or a pipe is written to.
  - When a playbook begins that has a task with one of these modules, the files are replaced by ones that say that the run has not
    ended. So a run that is killed, or that ends before its first such task, does not leave the report of an earlier run. If Ansible
    drops one of these tasks without a word, as it does when it has no memory for a worker, they say so in the end, too, beside the
    jobs that are known. If such tasks are only in files that Ansible reads later, as with M(ansible.builtin.include_tasks), the files
    are replaced when the first of them begins. A playbook without such a task leaves the files alone, and so does one of this
    collection that only prints its help.
  - It covers tasks in loops, in blocks with C(rescue), in included files, with C(until), and for several hosts. A task that
    runs in the background with C(async) is covered once M(ansible.builtin.async_status) has read its result.
  - Tasks with C(no_log) are left out and counted. So are plays that have found no host, and the hosts
    of a play with C(serial) that has ended before their turn.
  - In check mode it shows what would be done.
  - The files name the project and the region that are in the options of the tasks or in the environment, and the entry of a C(clouds.yaml).
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
  json:
    description:
      - The file to write the report to as JSON, for programs.
      - C(jobs) has what the modules tell of each job, with C(play), C(host), C(module), C(task), C(project), C(region),
        C(outcome), and with C(ended) and C(duration) in seconds of the task that handled the job. A task that failed as a whole
        is an entry without C(id). For the run itself there are C(playbook), C(check_mode), C(began), C(ended), C(duration),
        C(failed_hosts), C(summary) and C(notes). As long as the run has not ended, its C(ended) and C(duration) are null.
    type: str
    env:
      - name: OTC_BIGDATA_REPORT_JSON
    ini:
      - section: callback_job_report
        key: json
  prometheus:
    description:
      - The file to write figures to in the text format of Prometheus. The textfile collector of the node exporter reads files
        that end with V(.prom), one for each playbook.
      - C(otc_bigdata_report_complete) is 0 until the run has ended, C(otc_bigdata_report_began_timestamp_seconds) tells when it
        began. Once it has ended there are C(otc_bigdata_report_ended_timestamp_seconds), C(otc_bigdata_report_duration_seconds),
        C(otc_bigdata_report_check_mode), C(otc_bigdata_report_failed_hosts), and C(otc_bigdata_report_entries) by C(host),
        C(module) and C(outcome).
    type: str
    env:
      - name: OTC_BIGDATA_REPORT_PROMETHEUS
    ini:
      - section: callback_job_report
        key: prometheus
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
import time
import typing as t
from datetime import datetime
from functools import partial
from itertools import groupby

from ansible import constants as C
from ansible import context
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.callback import CallbackBase
from ansible.utils.path import unfrackpath
from ansible.utils.vars import load_extra_vars

from ..plugin_utils._bytecode import kept

with kept():
    from ..module_utils._cloud.auth import Project
    from ..module_utils._cloud.connection import read_connection
    from ..module_utils._cloud.levels import is_around
    from ..module_utils._cloud.misplaced import misplaced
    from ..module_utils._cloud.options import connection_options, names_of
    from ..plugin_utils._files import is_replaced, write
    from ..plugin_utils._job_pages import Report, as_html, as_json, as_junit, as_markdown, as_prometheus
    from ..plugin_utils._job_table import (
        CHANGED,
        COLUMNS,
        FAILED,
        UNCHANGED,
        WOULD_CHANGE,
        Job,
        clean,
        counted,
        fitted,
        jobs_of_attempts,
        outcome,
        sums,
    )

MODULES = {
    f"otc.bigdata.{name}": name for name in ("dli_flink_jobs", "dli_batch_job", "dli_sql_jobs", "mrs_job_executions")
}
FILES = {
    "markdown": as_markdown,
    "junit": as_junit,
    "html": as_html,
    "json": as_json,
    "prometheus": as_prometheus,
}
CONNECTION = connection_options()
NAMES = names_of(CONNECTION)
# If the task has one of these, OS_CLOUD does not count
CREDENTIALS = ("token", "access_key", "username", "user_id")
FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__)))), "playbooks")
# Our playbooks whose tasks Ansible reads only when it reaches them
PLAYBOOKS = [os.path.join(FOLDER, name) for name in ("drain_queue.yml", "maintenance_window.yml")]
# The files with the first tasks of our playbooks, and with those that print the help: only there it shows which of the two is wanted
CHECK = os.path.join(FOLDER, "tasks", "check_variables.yml")
HELP = os.path.join(FOLDER, "tasks", "help.yml")
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
        self._since: dict[tuple[str, str], float] = {}  # by host and task: when it began, or its last item ended
        self._pending: set[tuple[str, str]] = set()  # host and task of ours that has begun, and has no result yet
        self._attempts: dict[tuple[str, str], list[t.Any]] = {}  # by host and task: results that led to a retry
        # by host and Ansible's job ID: what the task says that runs there, and since when
        self._background: dict[tuple[str, t.Any], tuple[dict[str, t.Any], float]] = {}
        self._hidden: set[str] = set()  # tasks with no_log
        self._turn: set[str] = set()  # those of the play that runs now
        self._is_ours = False  # whether the play that runs now has tasks of ours, as far as they are known
        self._empty = 0  # such plays for which there was no host
        self._left: dict[str, set[str]] = {}  # by such plays with serial: the hosts for which no task has begun
        self._places: dict[str, dict[str, str]] = {}  # by options: project and region
        self._began = datetime.now().astimezone()
        self._ran = False
        self._announced = False  # whether the files say that this run has not ended
        self._due = False  # whether they are to say so with the next task, unless that prints the help of a playbook
        self._warned: set[str] = set()

    def v2_playbook_on_start(self, playbook: t.Any) -> None:
        self._playbooks.append(os.path.basename(playbook._file_name))
        self._announced = self._due = False
        # At once, as a play before ours, or the hosts of ours, may end the run. Whether help is wanted shows only later
        extra = load_extra_vars(playbook._loader)
        plays = [play for play in playbook.get_plays() if "help" not in {**play.get_vars(), **extra}]
        if any(map(_has_tasks_of_ours, plays)):
            self._announce()

    def v2_playbook_on_play_start(self, play: t.Any) -> None:
        """Called once more for each batch of a play with ``serial``."""
        self._play = self._plays.setdefault(play._uuid, (play.get_name(), []))[1]
        self._is_ours = _has_tasks_of_ours(play)
        self._due = self._due or self._is_ours
        if self._is_ours and play.serial and play._uuid not in self._left:
            found = play.get_variable_manager().get_vars(play=play, include_hostvars=False)
            self._left[play._uuid] = {*found["ansible_play_hosts_all"]}
        self._turn = self._left.get(play._uuid, set())

    def v2_playbook_on_no_hosts_matched(self) -> None:
        """Perhaps an inventory could not be read, which is no failure to Ansible."""
        self._empty += self._is_ours

    def v2_playbook_on_task_start(self, task: t.Any, is_conditional: bool) -> None:
        file = _file_of(task) if self._due else CHECK
        if file == HELP:
            self._due = False
        elif file != CHECK:
            self._announce()

    def v2_runner_on_start(self, host: t.Any, task: t.Any) -> None:
        self._since[host.get_name(), task._uuid] = time.monotonic()
        self._turn.discard(host.get_name())
        if _is_ours(task):
            self._announce()
            self._pending.add((host.get_name(), task._uuid))

    def v2_runner_on_ok(self, result: t.Any) -> None:
        self._pending.discard(_place(result))
        self._collect(result)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        self._pending.discard(_place(result))
        self._collect(result, failed=True)

    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        self._pending.discard(_place(result))
        self._collect(result, failed=True)

    def v2_runner_on_skipped(self, result: t.Any) -> None:
        self._pending.discard(_place(result))

    def v2_runner_item_on_ok(self, result: t.Any) -> None:
        self._collect(result)

    def v2_runner_item_on_failed(self, result: t.Any) -> None:
        self._collect(result, failed=True)

    def v2_runner_retry(self, result: t.Any) -> None:
        self._attempts.setdefault(_place(result), []).append(result._result)

    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        # Ansible drops tasks without a word if it has no memory for a worker, or if nobody reads its output any more
        ended = None if self._pending else datetime.now().astimezone()
        report = self._report(ended, failed_hosts={*stats.failures, *stats.dark})
        try:
            if self._ran or self._pending:
                self._show(report)
        finally:  # also if nobody reads the output any more
            if self._ran or self._announced or self._due:
                self._write(report)

    def _announce(self) -> None:
        """Replaces the report of an earlier run in the files by one that says that this run has not ended."""
        self._due = False
        if self._announced:
            return
        self._announced = True
        self._write(self._report(), is_last=False)

    def _collect(self, result: t.Any, failed: bool = False) -> None:
        """``failed``: callbacks are told by the name of the method, not by the result."""
        answer = result._result
        if "results" in answer:  # the items of this loop have been here already
            return
        attempts = self._attempts.pop(_place(result), [])
        now, since = time.monotonic(), self._since.get(_place(result), 0.0)
        self._since[_place(result)] = now
        task, since = self._task(result, failed, since)
        if task:
            failed = failed or "jobs" not in answer  # whatever `failed_when` makes of it
            told = {
                "host": result._host.get_name(),
                **task,
                "task": result.task_name,
                "ended": datetime.now().astimezone(),
                "duration": round(now - since, 1),
            }
            self._play += [{**job, **told} for job in jobs_of_attempts(attempts, {**answer, "failed": failed})]

    def _task(self, result: t.Any, failed: bool, since: float) -> tuple[dict[str, t.Any], float]:
        """What the task of our module says whose result this is, also with async_status, and when it began. Empty if the result has no jobs."""
        answer, task, fields = result._result, result._task, result._task_fields
        background = result._host.get_name(), answer.get("ansible_job_id")
        begun = background[1] and not (failed or answer.get("finished") or "jobs" in answer)
        module = MODULES.get(task.resolved_action or fields["action"])
        nothing: tuple[dict[str, t.Any], float] = ({}, since)
        if not module:
            return nothing if begun or "censored" in answer else self._background.pop(background, nothing)
        self._ran = True
        if "censored" in answer:
            self._hidden.add(task._uuid)
            return nothing
        said = {"module": module, "check_mode": fields.get("check_mode"), **self._place(module, result)}
        if begun:
            self._background[background] = said, since
            return nothing
        return said, since

    def _place(self, module: str, result: t.Any) -> dict[str, str]:
        """Project and region, as far as the options say it, or the environment of a task that runs here."""
        fields = result._task_fields
        environ = dict(os.environ) if _runs_here(result) and not any(fields.get("environment") or ()) else {}
        given = fields.get("args")
        options = {name: given[name] for name in given if name in NAMES} if isinstance(given, dict) else {}
        key = repr((module, options, bool(environ)))
        if key not in self._places:
            self._places[key] = _place_of(module.partition("_")[0], options, environ)
        return self._places[key]

    def _report(self, ended: datetime | None = None, failed_hosts: t.Collection[str] = ()) -> Report:
        plays = [(name, jobs) for name, jobs in self._plays.values() if jobs]
        with_jobs = {job["host"] for dummy, jobs in plays for job in jobs}
        empty = counted(self._empty, "play", "plays")
        left = sum(len(hosts.difference(failed_hosts)) for hosts in self._left.values()) if ended else 0
        hidden, unread, pending = len(self._hidden), len(self._background), len(self._pending)
        return Report(
            title=", ".join(self._playbooks) or "ad hoc",
            began=self._began,
            ended=ended,
            check_mode=bool(context.CLIARGS.get("check")),
            plays=plays,
            columns=[*(["host"] if len(with_jobs) > 1 else []), "module", *COLUMNS],
            notes=[
                *([f"{empty} without hosts, so nothing was done there"] if self._empty else []),
                *([f"{counted(left, 'host', 'hosts')} whose turn has not come"] if left else []),
                *([f"{counted(hidden, 'task', 'tasks')} with no_log left out"] if hidden else []),
                *([f"{counted(unread, 'task', 'tasks')} in the background never asked for a result"] if unread else []),
                *([f"{counted(pending, 'task', 'tasks')} cut off by Ansible, without a result"] if pending else []),
            ],
            failed_hosts=failed_hosts,
        )

    def _show(self, report: Report) -> None:
        """To stdout, as Ansible shows its recap; to stderr if another callback writes a document to stdout."""
        json_only = "json" in str(C.DEFAULT_STDOUT_CALLBACK).rpartition(".")[2]
        show = partial(self._display.display, stderr=json_only)
        show(f"JOB REPORT {'*' * max(3, self._display.columns - len('JOB REPORT'))}")
        for name, jobs in report.plays:
            if len(report.plays) > 1:
                show(f"PLAY [{clean(name)}]")
            for heading, some in _groups(jobs, with_host="host" in report.columns):
                show(heading)
                for job, line in fitted(some, COLUMNS, self._display.columns):
                    show(line, color=COLORS[outcome(job)] if job else None)
                show("")
        for line in (*report.notes, sums(report.jobs)):
            show(line)

    def _write(self, report: Report, is_last: bool = True) -> None:
        """All files first, as a warning may be the next thing that cannot be written."""
        paths = {kind: unfrackpath(self.get_option(kind), follow=False) for kind in FILES if self.get_option(kind)}
        first: dict[str, str] = {}  # of those that name the same file
        errors = [
            (kind, self._why_not_written(kind, path, first.setdefault(os.path.realpath(path), kind), report, is_last))
            for kind, path in paths.items()
        ]
        for kind, error in errors:
            if error and kind not in self._warned:
                self._warned.add(kind)
                self._display.warning(f"job_report: cannot write {kind}: {error}")

    def _why_not_written(self, kind: str, path: str, first: str, report: Report, is_last: bool) -> OSError | None:
        try:
            if first != kind and is_replaced(path):
                return OSError(f"{first} names the same file, so only that one is there; give each another one")
            if is_last or is_replaced(path):
                os.makedirs(os.path.dirname(path), exist_ok=True)
                write(path, FILES[kind](report))
        except OSError as error:
            return error
        return None


def _has_tasks_of_ours(play: t.Any) -> bool:
    """As far as they are known."""
    blocks = [
        *play.pre_tasks,
        *play.tasks,
        *play.post_tasks,
        *(block for role in play.roles for block in role.get_task_blocks()),
    ]
    return _file_of(play) in PLAYBOOKS or any(map(_is_ours, _tasks(blocks)))


def _runs_here(result: t.Any) -> bool:
    delegate = result._task_fields.get("delegate_to")
    if (delegate or result._host.get_name()) in C.LOCALHOST:
        return True
    # the hosts of our inventories say it themselves, and what a host says wins over the play
    connection = result._host.vars.get("ansible_connection") or result._task_fields.get("connection")
    return connection == "local" and not delegate


def _place(result: t.Any) -> tuple[str, str]:
    return result._host.get_name(), result._task._uuid


def _file_of(one: t.Any) -> str:
    """The file that a play or a task is in."""
    return os.path.realpath((one.get_path() or "").rpartition(":")[0])


def _tasks(blocks: t.Iterable[t.Any]) -> t.Iterator[t.Any]:
    """All tasks of a play that Ansible has read so far, also those in blocks."""
    for one in blocks:
        if hasattr(one, "block"):
            yield from _tasks([*one.block, *one.rescue, *one.always])
        else:
            yield one


def _is_ours(task: t.Any) -> bool:
    """Whether a task is one of our modules; where its name is a template, only the result tells."""
    return "{{" not in task.action and (task.resolved_action or task.action) in MODULES


def _place_of(service: str, options: dict[str, t.Any], environ: dict[str, str]) -> dict[str, str]:
    """Does not read a clouds.yaml, as there may be another one where the task ran."""
    said: dict[str, str] = {}
    try:
        if misplaced(CONNECTION, options)[0]:  # the task quotes it no more than this, as it may be a secret
            return {}
        given = ArgumentSpecValidator(CONNECTION).validate(options).validated_parameters
        target, own = (Project(given.get(f"{of}project_id"), given.get(f"{of}project_name")) for of in ("target_", ""))
        cloud = None if any(map(given.get, CREDENTIALS)) else given.get("cloud") or environ.get("OS_CLOUD")
        said = _named(target if str(target) else own, given.get("region"), cloud)
        if given.get("cloud") or is_around(environ):  # what the task names wins over it
            return said
        connection = read_connection(given, environ, service)
    except Exception:  # the task says what is wrong with its options; its jobs are reported all the same
        return {} if environ else said  # elsewhere, what is missing may be in another environment
    return _named(connection.project or Project(), connection.region)


def _named(project: Project, region: str | None, cloud: str | None = None) -> dict[str, str]:
    name = f"{project.name} ({project.id})" if project.name and project.id else str(project)
    return {name: said for name, said in (("cloud", cloud), ("project", name), ("region", region)) if said}


def _groups(jobs: t.Sequence[Job], with_host: bool) -> t.Iterator[tuple[str, list[Job]]]:
    """The jobs of each module and host under a heading, and below all of them, in the same way, those that failed."""

    def heading(job: Job) -> str:
        return f"{job['module']} on {clean(job['host'])}" if with_host else str(job["module"])

    order = {name: number for number, name in enumerate(dict.fromkeys(map(heading, jobs)))}
    failed_last = sorted(jobs, key=lambda job: (outcome(job) == FAILED, order[heading(job)]))
    for (dummy, name), some in groupby(failed_last, key=lambda job: (outcome(job) == FAILED, heading(job))):
        yield name, list(some)
