# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The jobs of a playbook, written as a file: Markdown, JUnit XML, HTML, JSON, the text format of Prometheus. Pure."""

from __future__ import annotations

import json
import typing as t
from datetime import datetime
from html import escape
from xml.etree import ElementTree

from ._job_table import (
    FAILED,
    NO_JOBS,
    OUTCOMES,
    UNCHANGED,
    WOULD_CHANGE,
    Job,
    cell,
    clean,
    counted,
    in_markdown,
    is_job,
    markdown,
    outcome,
    rows,
    sums,
)

# Of a run that was killed, it stays
UNDER_WAY = (
    "This run has not ended. If it is not under way any more, it was cut off: read the jobs to learn what it has done."
)
CHECK_MODE = "CHECK MODE: nothing was changed"


class Report(t.NamedTuple):
    """``plays``: their names, and the jobs of each; ``notes``: what is not in the tables; ``ended``: None while it runs.

    ``check_mode``: of the whole run. ``failed_hosts``: those for which the play has ended with a failure, of whatever task.
    """

    title: str
    began: datetime
    ended: datetime | None
    check_mode: bool
    plays: t.Sequence[tuple[str, t.Sequence[Job]]]
    columns: t.Sequence[str]
    notes: t.Sequence[str]
    failed_hosts: t.Collection[str] = ()

    @property
    def jobs(self) -> list[Job]:
        return [job for dummy, jobs in self.plays for job in jobs]

    def only(self, kind: str) -> Report:
        """The report with the jobs of one outcome only."""
        plays = [(name, [job for job in jobs if outcome(job) == kind]) for name, jobs in self.plays]
        return self._replace(plays=plays)

    @property
    def knows_all(self) -> bool:
        """Whether no jobs means that there were none; of a run that was cut off, nobody knows."""
        return bool(self.jobs or self.ended)

    @property
    def summary(self) -> str:
        return "; ".join([*([sums(self.jobs)] if self.knows_all else []), *self.notes])

    @property
    def seconds(self) -> float | None:
        return (self.ended - self.began).total_seconds() if self.ended else None

    @property
    def head(self) -> list[tuple[str, str]]:
        """What is said of the run, and what it is."""
        places = [(name, ", ".join(self.places(name))) for name in ("cloud", "project", "region")]
        ended = [("ended", _time(self.ended)), ("took", took(self.seconds or 0))] if self.ended else []
        return [*((name, place) for name, place in places if place), ("began", _time(self.began)), *ended]

    @property
    def in_check_mode(self) -> bool:
        """Whether nothing was changed. Each task counts, as it may be in another mode than the run."""
        every_known = bool(self.jobs) and not self.notes  # what is not in the tables may have changed something
        return all(job.get("check_mode") for job in self.jobs) and (every_known or self.check_mode)

    @property
    def warnings(self) -> list[str]:
        """What the top of the page must say."""
        elsewhere = {*self.failed_hosts} - {job["host"] for job in self.jobs if outcome(job) == FAILED}
        hosts = counted(len(elsewhere), "host has", "hosts have")
        return [
            *([] if self.ended else [UNDER_WAY]),
            *([CHECK_MODE] if self.in_check_mode else []),
            *([f"{hosts} failed in another task, see the output of Ansible"] if elsewhere else []),
        ]

    def places(self, name: str) -> list[str]:
        return list(dict.fromkeys(clean(job[name]) for job in self.jobs if job.get(name)))


def _time(time: datetime | None) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S %Z}" if time else ""


def took(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def as_markdown(report: Report) -> str:
    lines = [f"# {_in_markdown(report.title)}", ""]
    lines += [f"**{_in_markdown(warning)}**\n" for warning in report.warnings]
    lines += [f"* {name}: {_in_markdown(said)}" for name, said in report.head]
    lines += ["", _in_markdown(report.summary)] if report.summary else []
    for name, jobs in report.plays:
        lines += ["", *([f"## {_in_markdown(name)}", ""] if len(report.plays) > 1 else [])]
        lines += markdown(rows(jobs, report.columns))
    return "\n".join([*lines, ""])


def _in_markdown(text: str) -> str:
    return in_markdown(clean(text))


def as_junit(report: Report) -> str:
    """A test case for each entry. In check mode, a job that would change counts as skipped."""
    root = ElementTree.Element("testsuites", name=clean(report.title))
    ended = report.ended or report.began
    if report.ended:
        root.set("time", f"{report.seconds:.0f}")
    else:
        case = ElementTree.SubElement(ElementTree.SubElement(root, "testsuite", name="run"), "testcase", name="end")
        ElementTree.SubElement(case, "error", message=UNDER_WAY)
    for name, jobs in report.plays:
        of_hosts: dict[str, list[Job]] = {}
        for job in jobs:
            of_hosts.setdefault(job["host"], []).append(job)
        for host, its_jobs in of_hosts.items():
            suite = ElementTree.SubElement(root, "testsuite", name=clean(name), hostname=clean(host))
            suite.set("timestamp", ended.isoformat(timespec="seconds"))
            for job in its_jobs:
                _test_case(suite, job)
    for element in (*root, root):
        _count(element)
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


def as_json(report: Report) -> str:
    """For programs: what is known of each job, when its task ended and how long that took."""
    found = [outcome(job) for job in report.jobs]
    document = {
        "playbook": report.title,
        "check_mode": report.in_check_mode,
        "began": _iso(report.began),
        "ended": _iso(report.ended),
        "duration": None if report.seconds is None else round(report.seconds, 1),
        "failed_hosts": len(report.failed_hosts),
        "summary": {"total": len(found), **{_key(one): found.count(one) for one in OUTCOMES}},
        "notes": report.notes,
        "jobs": [
            {"play": name, "outcome": outcome(job).lower(), **job, "ended": _iso(job["ended"])}
            for name, jobs in report.plays
            for job in jobs
        ],
    }
    return json.dumps(document, indent=1, default=str) + "\n"


def _iso(time: datetime | None) -> str | None:
    return time.isoformat(timespec="seconds") if time else None


def _key(outcome: str) -> str:
    return outcome.lower().replace(" ", "_")


def as_prometheus(report: Report) -> str:
    """For the textfile collector of the node exporter. A run that has not ended has no counts."""
    run = {"playbook": report.title}
    metrics: list[tuple[str, str, t.Sequence[tuple[dict[str, str], float]]]] = [
        (
            "complete",
            "Whether the run has ended: 0 while it is under way, and after it was cut off.",
            [(run, bool(report.ended))],
        ),
        ("began_timestamp_seconds", "When the run began.", [(run, round(report.began.timestamp()))]),
    ]
    if report.ended:
        kinds = dict.fromkeys((job["host"], job["module"]) for job in report.jobs)
        entries = [
            ({**run, "host": host, "module": module, "outcome": _key(one)}, _number(report.jobs, host, module, one))
            for host, module in kinds
            for one in OUTCOMES
        ]
        metrics += [
            ("ended_timestamp_seconds", "When the run ended.", [(run, round(report.ended.timestamp()))]),
            ("duration_seconds", "How long the run took.", [(run, round(report.seconds or 0, 3))]),
            (
                "check_mode",
                "Whether the run was in check mode, so that nothing was changed.",
                [(run, report.in_check_mode)],
            ),
            (
                "failed_hosts",
                "Hosts for which the play has ended with a failure, of whatever task.",
                [(run, len(report.failed_hosts))],
            ),
            ("entries", "Jobs, once for each task that handled them, by what became of them.", entries),
        ]
    lines = []
    for name, about, samples in metrics:
        lines += [f"# HELP otc_bigdata_report_{name} {about}", f"# TYPE otc_bigdata_report_{name} gauge"]
        lines += [f"otc_bigdata_report_{name}{{{_labels(labels)}}} {value:.15g}" for labels, value in samples]
    return "\n".join([*lines, ""])


def _number(jobs: t.Sequence[Job], host: str, module: str, kind: str) -> int:
    return sum(1 for job in jobs if (job["host"], job["module"], outcome(job)) == (host, module, kind))


def _labels(labels: t.Mapping[str, str]) -> str:
    """As text on one line, in which a backslash and a quote mean nothing."""
    quoted = {name: clean(value).replace("\\", r"\\").replace('"', r"\"") for name, value in labels.items()}
    return ",".join(f'{name}="{value}"' for name, value in quoted.items())


def as_html(report: Report) -> str:
    """One page without anything from elsewhere, for a desk, a phone or a printer. What failed comes first, what stayed is folded."""
    found = [outcome(job) for job in report.jobs]
    kinds = [one for one in OUTCOMES if one in found]
    head = "".join(f"<div><dt>{name}</dt><dd>{_html(said)}</dd></div>" for name, said in report.head)
    links = "".join(
        f'<li class="{_kind(one)}"><a href="#{_kind(one)}"><b>{found.count(one)}</b> {one}</a></li>' for one in kinds
    )
    parts = [f"<p class=warning>{_html(warning)}</p>" for warning in report.warnings]
    parts += [f"<dl>{head}</dl>", f"<ul>{links}</ul>" if links else f"<p>{NO_JOBS}</p>" if report.knows_all else ""]
    parts += [f"<p>{_html(note)}</p>" for note in report.notes]
    for kind in kinds:
        parts += _html_section(report.only(kind), kind)
    return PAGE.format(title=_html(report.title), style=STYLE, body="\n".join(parts))


def _html_section(report: Report, kind: str) -> list[str]:
    """The jobs of one outcome, as ``report`` has no others. A link to something within folded ones unfolds them."""
    tables = []
    for name, jobs in report.plays:
        if jobs:
            tables += [f"<h3>{_html(name)}</h3>"] if len(report.plays) > 1 else []
            tables.append(_html_table(jobs, [column for column in report.columns if column != "outcome"]))
    heading, content = f"<h2>{len(report.jobs)} {kind}</h2>", [f'<div id="{_kind(kind)}">', *tables, "</div>"]
    if kind == UNCHANGED:
        folded = [f"<details><summary>{heading}</summary>", *content, "</details>"]
    else:
        folded = [heading, *content]
    return [f'<section class="{_kind(kind)}">', *folded, "</section>"]


def _html_table(jobs: t.Sequence[Job], columns: t.Sequence[str]) -> str:
    """Messages may be long, so each has a line below its job."""
    head, *body = rows(jobs, [column for column in columns if column != "message"])
    names = "".join(f"<th scope=col>{_html(name)}</th>" for name in head)
    parts = [f"<table>\n<thead><tr>{names}</tr></thead>"]
    for job, line in zip(jobs, body):
        message = cell(job, "message")
        below = f"<tr>{_html_cell('message', message, f' colspan={len(head)}')}</tr>" if message else ""
        parts.append(f"<tbody><tr>{''.join(map(_html_cell, head, line))}</tr>{below}</tbody>")
    return "\n".join([*parts, "</table>"])


def _html_cell(column: str, text: str, span: str = "") -> str:
    shown = _html(text)
    if column == "status":
        shown = shown.replace(" -&gt; ", " &rarr; ")
    return f"<td class={column}{span}>{shown}</td>"


def _kind(outcome: str) -> str:
    return outcome.lower().replace(" ", "-")


def _html(text: str) -> str:
    return escape(clean(text))


STYLE = """
:root { color-scheme: light dark; --page: #f6f7f9; --paper: #fff; --ink: #1c2430; --pale: #55606e; --line: #e1e5ea;
  --failed: #a3201a; --failed-paper: #fdecea; --changed: #7a4f00; --changed-paper: #fff3d6;
  --unchanged: #1b6e3c; --unchanged-paper: #e3f5e9; }
@media screen and (prefers-color-scheme: dark) { :root { --page: #12161c; --paper: #1b2129; --ink: #e6eaf0;
  --pale: #9aa6b5; --line: #303945; --failed: #ffb4ab; --failed-paper: #4a1d1a; --changed: #f5cf7a;
  --changed-paper: #40310f; --unchanged: #8fdcab; --unchanged-paper: #163a25; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 84rem; padding: 2rem 1.5rem; background: var(--page); color: var(--ink);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0 0 .6rem; font-size: 1.6rem; }
h2 { display: inline-block; margin: 1.4rem 0 .5rem; font-size: 1.15rem; }
h3 { margin: .8rem 0 .4rem; font-size: 1rem; }
p { margin: .2rem 0 1rem; color: var(--pale); }
.warning { padding: .5rem .9rem; border-radius: .4rem; color: var(--changed); background: var(--changed-paper);
  font-weight: 600; }
dl { display: flex; flex-wrap: wrap; gap: .2rem 1.6rem; margin: 0 0 1rem; }
dl div { display: flex; gap: .5rem; min-width: 0; }
dt, th, td::before { color: var(--pale); }
dd { margin: 0; min-width: 0; }
ul { display: flex; flex-wrap: wrap; gap: .5rem; margin: 0 0 1rem; padding: 0; list-style: none; }
li a { display: block; padding: .3rem .9rem; border-radius: 1rem; color: inherit; text-decoration: none; }
li a:hover, li a:focus-visible { text-decoration: underline; }
b { font-size: 1.15rem; }
.failed li, li.failed, .failed h2, .failed .message { color: var(--failed); }
li.changed, li.would-change, .changed h2, .would-change h2 { color: var(--changed); }
li.unchanged, .unchanged h2 { color: var(--unchanged); }
li.failed a { background: var(--failed-paper); }
li.changed a, li.would-change a { background: var(--changed-paper); }
li.unchanged a { background: var(--unchanged-paper); }
summary { cursor: pointer; }
table { width: 100%; border-spacing: 0; background: var(--paper); border: 1px solid var(--line); border-radius: .6rem; }
th, td { padding: .4rem .9rem; text-align: left; vertical-align: top; }
th { font-size: .78rem; letter-spacing: .05em; text-transform: uppercase; }
tr:first-child td { border-top: 1px solid var(--line); }
.id, .status { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .85rem; }
.message { padding-top: 0; color: var(--pale); font-size: .9rem; }
@media screen and (max-width: 60rem) {
  body { padding: 1rem .8rem; }
  table { border: 0; background: none; }
  table, tbody, tr { display: block; }
  thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  tbody { margin-bottom: .6rem; padding: .4rem 0; background: var(--paper); border: 1px solid var(--line);
    border-radius: .6rem; }
  td, tr:first-child td { display: grid; grid-template-columns: 5rem minmax(0, 1fr); padding: .1rem .9rem; border: 0; }
  td::before { content: attr(class); font: .85rem system-ui, sans-serif; }
  td:empty { display: none; }
}
@media print {
  @page { margin: 12mm; }
  body { max-width: none; padding: 0; background: none; font-size: 8.5pt; line-height: 1.25; }
  h1 { font-size: 13pt; }
  h2 { font-size: 10.5pt; margin: 3mm 0 1mm; break-after: avoid; }
  table { border-radius: 0; }
  th, td { padding: .5mm 1.5mm; }
  .id, .status, .message { font-size: 8pt; }
  tbody { break-inside: avoid; }
  li a { padding: 0 .6em 0 0; }
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
<h1>Job report: {title}</h1>
{body}
</body>
</html>
"""
