# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The jobs of a playbook, written as a file: Markdown, JUnit XML, HTML. Pure."""

from __future__ import annotations

import typing as t
from datetime import datetime
from html import escape
from xml.etree import ElementTree

from ._job_table import (
    FAILED,
    NO_JOBS,
    OUTCOMES,
    WOULD_CHANGE,
    Job,
    cell,
    clean,
    in_markdown,
    is_job,
    markdown,
    outcome,
    rows,
    sums,
)


class Report(t.NamedTuple):
    """``plays``: their names, and the jobs of each; ``notes``: what is not in the tables."""

    title: str
    ended: datetime
    plays: t.Sequence[tuple[str, t.Sequence[Job]]]
    columns: t.Sequence[str]
    notes: t.Sequence[str]

    @property
    def jobs(self) -> list[Job]:
        return [job for dummy, jobs in self.plays for job in jobs]

    @property
    def time(self) -> str:
        return f"{self.ended:%Y-%m-%d %H:%M:%S %Z}"

    @property
    def summary(self) -> str:
        return "; ".join([sums(self.jobs), *self.notes])


def as_markdown(report: Report) -> str:
    lines = [f"# {_in_markdown(report.title)}", "", f"{report.time}: {report.summary}"]
    for name, jobs in report.plays:
        lines += ["", *([f"## {_in_markdown(name)}", ""] if len(report.plays) > 1 else [])]
        lines += markdown(rows(jobs, report.columns))
    return "\n".join([*lines, ""])


def _in_markdown(text: str) -> str:
    return in_markdown(clean(text))


def as_junit(report: Report) -> str:
    """A test case for each entry. In check mode, a job that would change counts as skipped."""
    root = ElementTree.Element("testsuites", name=clean(report.title))
    for name, jobs in report.plays:
        of_hosts: dict[str, list[Job]] = {}
        for job in jobs:
            of_hosts.setdefault(job["host"], []).append(job)
        for host, its_jobs in of_hosts.items():
            suite = ElementTree.SubElement(root, "testsuite", name=clean(name), hostname=clean(host))
            suite.set("timestamp", report.ended.isoformat(timespec="seconds"))
            for job in its_jobs:
                _test_case(suite, job)
            _count(suite)
    _count(root)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _test_case(suite: ElementTree.Element, job: Job) -> None:
    name = f"{cell(job, 'task')}: {cell(job, 'id')} {cell(job, 'name')}" if is_job(job) else cell(job, "task")
    case = ElementTree.SubElement(suite, "testcase", name=name.strip(), classname=f"otc.bigdata.{job['module']}")
    message, status = cell(job, "message"), cell(job, "status")
    if outcome(job) == FAILED:
        kind = "failure" if is_job(job) else "error"
        failure = ElementTree.SubElement(case, kind, message=message, type=cell(job.get("error") or {}, "code") or kind)
        failure.text = f"{status}: {message}" if status else message
    elif outcome(job) == WOULD_CHANGE:
        ElementTree.SubElement(case, "skipped", message=f"check mode: {cell(job, 'action')}")
    else:
        ElementTree.SubElement(case, "system-out").text = f"{outcome(job)}: {status}"


def _count(element: ElementTree.Element) -> None:
    for attribute, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(attribute, str(sum(1 for dummy in element.iter(tag))))


def as_html(report: Report) -> str:
    """One page without anything from elsewhere, for a desk, a phone or a printer."""
    found = [outcome(job) for job in report.jobs]
    parts = [f'<li class="{_kind(one)}"><b>{found.count(one)}</b> {one}</li>' for one in OUTCOMES if one in found]
    parts = [f"<ul>{''.join(parts)}</ul>"] if parts else [f"<p>{NO_JOBS}</p>"]
    parts += [f"<p>{_html(note)}</p>" for note in report.notes]
    for name, jobs in report.plays:
        parts += [f"<h2>{_html(name)}</h2>"] if len(report.plays) > 1 else []
        parts.append(_html_table(jobs, report.columns))
    return PAGE.format(title=_html(report.title), time=_html(report.time), style=STYLE, body="\n".join(parts))


def _html_table(jobs: t.Sequence[Job], columns: t.Sequence[str]) -> str:
    """Messages may be long, so each has a line below its job."""
    head, *body = rows(jobs, [column for column in columns if column != "message"])
    names = "".join(f"<th scope=col>{_html(name)}</th>" for name in head)
    parts = [f"<div class=table><table>\n<thead><tr>{names}</tr></thead>"]
    for job, line in zip(jobs, body):
        parts += [f'<tbody class="{_kind(outcome(job))}">', f"<tr>{''.join(map(_html_cell, head, line))}</tr>"]
        message = cell(job, "message")
        if message:
            parts.append(f"<tr>{_html_cell('message', message, f' colspan={len(head)}')}</tr>")
        parts.append("</tbody>")
    return "\n".join([*parts, "</table></div>"])


def _html_cell(column: str, text: str, span: str = "") -> str:
    shown = _html(text)
    if column == "outcome":
        shown = f"<span>{shown}</span>"
    elif column == "status":
        shown = shown.replace(" -&gt; ", " &rarr; ")
    return f'<td class="{column}" data-name="{column}"{span}>{shown}</td>'


def _kind(outcome: str) -> str:
    return outcome.lower().replace(" ", "-")


def _html(text: str) -> str:
    return escape(clean(text))


STYLE = """
:root { color-scheme: light dark; --page: #f6f7f9; --paper: #fff; --ink: #1c2430; --pale: #5b6776; --line: #e1e5ea;
  --failed: #b3261e; --failed-paper: #fdecea; --changed: #8a5a00; --changed-paper: #fff3d6;
  --unchanged: #1b6e3c; --unchanged-paper: #e3f5e9; }
@media (prefers-color-scheme: dark) { :root { --page: #12161c; --paper: #1b2129; --ink: #e6eaf0; --pale: #9aa6b5;
  --line: #303945; --failed: #ffb4ab; --failed-paper: #4a1d1a; --changed: #f5cf7a; --changed-paper: #40310f;
  --unchanged: #8fdcab; --unchanged-paper: #163a25; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 84rem; padding: 2rem 1.5rem; background: var(--page); color: var(--ink);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
h1 { margin: 0; font-size: 1.6rem; overflow-wrap: anywhere; }
h2 { margin: 2rem 0 .6rem; font-size: 1.1rem; overflow-wrap: anywhere; }
p { margin: .2rem 0 1.2rem; color: var(--pale); }
ul { display: flex; flex-wrap: wrap; gap: .5rem; margin: 0 0 1.2rem; padding: 0; list-style: none; }
li, .outcome span { border-radius: 1rem; white-space: nowrap; }
li { padding: .3rem .9rem; }
b { font-size: 1.15rem; }
.outcome span { padding: .1rem .6rem; font-size: .85rem; font-weight: 600; }
.failed .outcome span, li.failed { color: var(--failed); background: var(--failed-paper); }
.changed .outcome span, li.changed, .would-change .outcome span, li.would-change {
  color: var(--changed); background: var(--changed-paper); }
.unchanged .outcome span, li.unchanged { color: var(--unchanged); background: var(--unchanged-paper); }
.table { overflow-x: auto; background: var(--paper); border: 1px solid var(--line); border-radius: .6rem; }
table { width: 100%; border-spacing: 0; }
th, td { padding: .55rem .9rem; text-align: left; vertical-align: top; }
th { color: var(--pale); font-size: .78rem; letter-spacing: .05em; text-transform: uppercase; }
tr:first-child td { border-top: 1px solid var(--line); }
.id, .status { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .85rem; }
.id, .module, .action { white-space: nowrap; }
.name, .host, .message { overflow-wrap: anywhere; }
.name { min-width: 10rem; }
.message { padding-top: 0; color: var(--pale); font-size: .9rem; }
.failed .message { color: var(--failed); }
@media (max-width: 60rem) {
  body { padding: 1rem .8rem; }
  .table { border: 0; background: none; }
  table, tbody, tr { display: block; }
  thead { position: absolute; left: -999rem; }
  tbody { margin-bottom: .8rem; padding: .5rem 0; background: var(--paper); border: 1px solid var(--line);
    border-radius: .6rem; }
  td, tr:first-child td { display: grid; grid-template-columns: 5.5rem 1fr; padding: .2rem .9rem; border: 0;
    white-space: normal; overflow-wrap: anywhere; }
  td::before { content: attr(data-name); color: var(--pale); font: .85rem system-ui, sans-serif; }
  td:empty { display: none; }
  .outcome span { justify-self: start; }
}
"""
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Job report: {title}</title>
<style>{style}</style>
</head>
<body>
<header><h1>Job report: {title}</h1><p>{time}</p></header>
{body}
</body>
</html>
"""
