# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables and pages hold whatever text a service sends. What reads them here is not ours."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from datetime import datetime, timezone
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ansible_collections.otc.bigdata.plugins.plugin_utils._job_pages import (
    Report,
    as_html,
    as_json,
    as_junit,
    as_markdown,
    as_prometheus,
    took,
)
from ansible_collections.otc.bigdata.plugins.plugin_utils._job_table import (
    COLUMNS,
    cell,
    clean,
    fitted,
    jobs_of_attempts,
    markdown,
    rows,
    text,
    width,
)

BUSY = settings(deadline=None)  # so may the machine be
ODD = "\x1b[31m\x00\n\r\t\x85\u2028\u202e\u200b\ufeff\ud800\uffff|<>&\"'`*_[]()\\{}%~$#!日本e\u0301😀 ab1"
MEAN = [
    "<script>x</script>",
    "</td><i>",
    "&lt;",
    '"><img src=x>',
    "]]>",
    "a|b",
    "\\|",
    "`a`",
    "[a](b)",
    "*a* _b_",
    "{x}",
    "-->",
]
NAMES = st.one_of(st.text(), st.text(ODD), st.sampled_from(MEAN), st.none())
JOBS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.one_of(st.integers(), NAMES),
            "name": NAMES,
            "changed": st.booleans(),
            "failed": st.booleans(),
            "action": st.sampled_from(["stop", "none", "kill+delete"]),
            "status_before": NAMES,
            "status": NAMES,
            "msg": NAMES,
        },
        optional={"error": st.fixed_dictionaries({"code": NAMES}), "check_mode": st.booleans()},
    ),
    min_size=1,
    max_size=4,
)


def report(name: str, jobs: list[dict]) -> Report:
    """Of a playbook with two plays that did the same."""
    ended = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
    told = [
        {**job, "host": name, "module": "dli_flink_jobs", "task": name, "project": name, "ended": ended} for job in jobs
    ]
    return Report(name, ended, ended, False, [(name, told)] * 2, ["host", "module", *COLUMNS], [])


def plain(one: str) -> str:
    """Pages make one blank of several."""
    return " ".join(one.split())


@BUSY
@given(st.text())
def test_clean(one):
    """One line that moves no cursor. Nothing is lost, and it stays as it is."""
    assert clean(one).isprintable()
    assert clean(clean(one)) == clean(one)
    assert len(clean(one)) >= len(one)


@pytest.mark.parametrize(
    ("one", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("a\r\nb\tc\u2028d", "a  b c d"),
        ("\u202eexe", "\\u202eexe"),
        ("\ud83d", "\\ud83d"),
        ("Größe 日本 é 😀 |", "Größe 日本 é 😀 |"),
    ],
)
def test_clean_by_example(one, shown):
    assert clean(one) == shown


@pytest.mark.parametrize(("one", "columns"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("😀", 2), ("ﾊ", 1), ("", 0)])
def test_width(one, columns):
    assert width(one) == columns


@pytest.mark.parametrize(
    ("job", "shown"),
    [
        ({"create_time": -30}, "30s"),
        ({"create_time": -90}, "1m"),
        ({"submitted_time": -7300}, "2h"),
        ({"start_time": -86400 * 400}, "400d"),
        ({"create_time": -90, "start_time": -30}, "1m"),  # as older_than counts
        ({"start_time": 90}, ""),
        ({"start_time": None}, ""),
        ({}, ""),
    ],
)
def test_age(job, shown):
    """Of a job that was made so many seconds from now."""
    now = time.time()
    assert cell({key: seconds and int((now + seconds) * 1000) for key, seconds in job.items()}, "age") == shown


@pytest.mark.parametrize(
    ("job", "shown"),
    [
        ({"name": "orders", "job_type": "flink_sql_job"}, "orders"),
        ({"name": None, "job_type": "INSERT", "queue_name": "etl"}, "INSERT on etl"),
        ({"job_type": "INSERT"}, "INSERT"),
        ({"name": None, "job_type": None, "queue_name": None}, ""),
        ({"name": None}, ""),
    ],
)
def test_a_job_without_a_name(job, shown):
    assert cell({"id": 1, **job}, "name") == shown


@pytest.mark.parametrize(
    ("job", "outcome", "status"),
    [
        ({"failed": True}, "FAILED", ""),
        ({"failed": False}, "", ""),
        ({"changed": True}, "", ""),
        ({"status_before": "job_running"}, "", ""),
        ({"failed": False, "changed": True, "status": "job_finish"}, "changed", "job_finish"),
    ],
)
def test_a_job_of_which_some_is_left(job, outcome, status):
    """As someone has made them for a report of their own: what is not there is not told."""
    assert [cell({"id": 1, **job}, column) for column in ("outcome", "status")] == [outcome, status]


@BUSY
@given(JOBS)
def test_text(jobs):
    """A line for each job, and each column begins at the same place in all of them."""
    table = rows(jobs)
    widths = [max(len(name), *map(width, column)) for name, *column in zip(*table)]
    lines = text(table)
    assert len(lines) == 1 + len(jobs)
    for line, row in zip(lines[1:], table[1:]):
        rest = line.ljust(len(line) + sum(widths) + 2 * len(widths))
        for one, columns in zip(row, widths):
            length = len(one) + columns - width(one)
            assert rest[:length] == one.ljust(length)
            assert rest[length : length + 2] == "  "
            rest = rest[length + 2 :]
        assert rest.strip() == ""


@BUSY
@given(JOBS, st.integers(50, 120))
def test_fitted(jobs, most):
    """No line is longer, and nothing is lost but blanks."""
    jobs = [{**job, "id": number} for number, job in enumerate(jobs)]
    columns = ["id", "name", "outcome", "status", "message"]
    (dummy, head), *lines = fitted(jobs, columns, most)
    assert head.split()[0] == "ID"
    assert max(width(line) for dummy, line in lines) <= most
    for job in jobs:
        said = Counter("".join(line for one, line in lines if one is job))
        expected = Counter("".join(cell(job, column) for column in columns))
        assert {**said, " ": 0} == {**expected, " ": 0}


FITTED = {
    120: """
ID                                    NAME                       OUTCOME  ACTION  STATUS
0a324461-d9d9-45da-a52a-3b3c7a3d809e  sales-import-of-the-night  FAILED   cancel  starting -> recovering
  it is still at it
""",
    79: """
ID                                    NAME             OUTCOME  STATUS
0a324461-d9d9-45da-a52a-3b3c7a3d809e  sales-import-of  FAILED   starting ->
                                      -the-night                recovering
  it is still at it
""",
    16: """
ID                                    NAME        OUTCOME  STATUS
0a324461-d9d9-45da-a52a-3b3c7a3d809e  sales-impo  FAILED   starting
                                      rt-of-the-           ->
                                      night                recovering
  it is still at
  it
""",
}


@pytest.mark.parametrize("most", FITTED)
def test_fitted_by_example(most):
    """An ID is never cut, and nothing is narrower than it has to be."""
    job = {"id": "0a324461-d9d9-45da-a52a-3b3c7a3d809e", "name": "sales-import-of-the-night", "action": "cancel"}
    job.update(status_before="starting", status="recovering", changed=True, failed=True, msg="it is still at it")
    assert [line for dummy, line in fitted([job], COLUMNS, most)] == FITTED[most].strip("\n").splitlines()


def cells_of_markdown(written: str) -> list[list[str]]:
    """The rows of all tables, as a reader sees them."""
    found: list[list[str]] = []
    for token in MarkdownIt("gfm-like", {"linkify": False}).parse(written):
        if token.type == "tr_open":
            found.append([])
        elif token.type == "inline" and found and token.level > 3:
            assert {child.type for child in token.children} <= {"text", "text_special"}, token
            found[-1].append("".join(child.content for child in token.children))
    return found


@BUSY
@given(JOBS)
def test_markdown(jobs):
    table = rows(jobs, empty=True)
    shown = [[one.strip(" ") for one in row] for row in table]
    assert cells_of_markdown("\n".join(markdown(table))) == shown


@BUSY
@given(NAMES.filter(bool), JOBS)
def test_markdown_page(name, jobs):
    page = as_markdown(report(name, jobs))
    assert len(cells_of_markdown(page)) == 2 * (1 + len(jobs))
    assert [line for line in page.splitlines() if line.startswith("# ")] == page.splitlines()[:1]


@BUSY
@given(NAMES.filter(bool), JOBS)
def test_junit(name, jobs):
    root = ElementTree.fromstring(as_junit(report(name, jobs)).encode())
    cases = list(root.iter("testcase"))
    assert len(cases) == int(root.get("tests")) == 2 * len(jobs)
    failed = 2 * sum(job["failed"] for job in jobs)
    assert len(list(root.iter("failure"))) == int(root.get("failures")) == failed
    skipped = 2 * sum(job["changed"] and not job["failed"] and job.get("check_mode", False) for job in jobs)
    assert len(list(root.iter("skipped"))) == int(root.get("skipped")) == skipped
    assert {case.get("classname") for case in cases} == {"otc.bigdata.dli_flink_jobs"}
    assert [suite.get("name") for suite in root] == [clean(name)] * 2


class Page(HTMLParser):
    """What a browser finds: the elements that are open, the text of each cell, and all names of elements and attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.path: list[str] = []
        self.cells: list[tuple[str, str]] = []
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.title = ""
        self.feed(page)
        self.close()
        assert self.path == []

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        self.attributes |= {name for name, dummy in attrs}
        if tag != "meta":
            self.path.append(tag)
        if tag == "td":
            self.cells.append((dict(attrs)["class"], ""))
        self.ids += [value for name, value in attrs if name == "id"]
        self.links += [value for name, value in attrs if name == "href"]

    def handle_endtag(self, tag):
        assert self.path.pop() == tag

    def handle_data(self, data):
        if "td" in self.path:
            column, text = self.cells[-1]
            self.cells[-1] = column, text + data
        if self.path[-1:] == ["title"]:
            self.title += data


ELEMENTS = "html head meta title style body h1 h2 h3 p ul li a b div dl dt dd section details summary table thead tbody tr th td"
ATTRIBUTES = "lang charset name content http-equiv class scope id href colspan"


@BUSY
@given(NAMES.filter(bool), JOBS)
def test_html(name, jobs):
    """Only our own elements, and in the cells what the table says. Each link leads to the jobs of its kind."""
    one = report(name, jobs)
    page = Page(as_html(one))
    assert page.elements <= set(ELEMENTS.split())
    assert page.attributes <= set(ATTRIBUTES.split())
    assert plain(page.title) == plain(f"Job report: {clean(name)}")
    for column in ("id", "name", "message"):
        shown = [text for found, text in page.cells if found == column and text]
        told = [cell(job, column) for dummy, jobs in one.plays for job in jobs]
        assert sorted(shown) == sorted(filter(None, told))
    assert page.links == [f"#{one}" for one in page.ids]
    assert page.ids == [one for one in ("failed", "changed", "would-change", "unchanged") if one in page.ids]


def test_html_folds_what_stayed():
    jobs = [{"id": number, "failed": number == 3, "changed": number == 2} for number in range(4)]
    page = as_html(report("play.yml", jobs))
    ids = re.findall("<td class=id>(.)</td>|(<details>|</details>)", page)
    assert ["".join(one) for one in ids] == ["3", "3", "2", "2", "<details>", "0", "1", "0", "1", "</details>"]


@BUSY
@given(NAMES.filter(bool), JOBS)
def test_json(name, jobs):
    """What the modules have told, in letters that no terminal obeys."""
    page = as_json(report(name, jobs))
    assert page.replace("\n", "").isprintable()
    assert page.isascii()
    found = json.loads(page)["jobs"]
    assert [{key: one[key] for key in job} for one, job in zip(found, jobs * 2)] == jobs * 2


SAMPLE = re.compile(r'\w+\{((?:\w+="(?:[^"\\]|\\\\|\\")*",?)+)\} ([\d.]+)')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


@BUSY
@given(NAMES.filter(bool), JOBS)
def test_prometheus(name, jobs):
    """One line for each sample, with the labels that were meant."""
    total = 0
    for line in as_prometheus(report(name, jobs)).split("\n")[:-1]:
        if line.startswith("#"):
            continue
        found = SAMPLE.fullmatch(line)
        labels = {key: re.sub(r"\\(.)", r"\1", value) for key, value in LABEL.findall(found[1])}
        assert labels["playbook"] == clean(name)
        total += int(found[2]) if "outcome" in labels else 0
    assert total == 2 * len(jobs)


def test_a_run_that_has_not_ended():
    """Whatever reads it finds that there is something wrong, even if no job was handled yet."""
    one = report("play.yml", [])._replace(ended=None, plays=[], check_mode=True)
    for page in (as_html(one), as_markdown(one)):
        assert "This run has not ended." in page
        assert "CHECK MODE" in page
        assert "No jobs" not in page  # nobody knows that, if the run was killed
    assert ElementTree.fromstring(as_junit(one).encode()).get("errors") == "1"
    assert json.loads(as_json(one))["ended"] is None
    assert 'complete{playbook="play.yml"} 0\n' in as_prometheus(one)


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.4, "0 s"), (59.6, "1 min 0 s"), (61, "1 min 1 s"), (3600 * 25, "25 h 0 min")]
)
def test_took(seconds, shown):
    assert took(seconds) == shown


def test_html_is_alone():
    """Nothing is fetched from anywhere, and nothing runs."""
    page = as_html(report("play.yml", [{"id": 1, "failed": True, "changed": False, "msg": "https://example.com/"}]))
    assert page.count("http") == page.count("https://example.com/") + page.count("http-equiv")
    assert "url(" not in page
    assert "<script" not in page
    assert "default-src 'none'" in page


def attempt(changed: bool, action: str, before: str | None, after: str | None, job_id: int = 1) -> dict:
    entry = {"id": job_id, "changed": changed, "failed": False, "action": action}
    return {"jobs": [{**entry, "status_before": before, "status": after}], "failed": False}


@pytest.mark.parametrize(
    ("attempts", "outcome", "action", "status"),
    [
        ([attempt(False, "none", "b", "b")], "unchanged", "none", "b"),
        ([attempt(True, "stop", "a", "b"), attempt(False, "none", "b", "b")], "changed", "stop", "a -> b"),
        ([attempt(True, "delete", "a", None), attempt(False, "none", None, None)], "changed", "delete", "a -> gone"),
        ([attempt(False, "none", None, None), attempt(True, "stop", "a", "b")], "changed", "stop", "a -> b"),
        ([attempt(True, "kill", "a", "a"), attempt(True, "delete", "a", None)], "changed", "delete", "a -> gone"),
        ([attempt(True, "stop", "a", "b"), {"failed": False, "jobs": []}], "changed", "stop", "a -> b"),
        ([{"failed": True, "msg": "no answer"}, attempt(True, "stop", "a", "b")], "changed", "stop", "a -> b"),
    ],
)
def test_attempts(attempts, outcome, action, status):
    [job] = jobs_of_attempts(attempts[:-1], attempts[-1])
    assert [cell(job, column) for column in ("outcome", "action", "status")] == [outcome, action, status]
