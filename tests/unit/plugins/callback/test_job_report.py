# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report at the end of playbooks, as Ansible prints and writes it."""

from __future__ import annotations

import itertools
import json
import os
import re
import stat
import sys
import typing as t
from datetime import datetime, timezone
from xml.etree import ElementTree

import pytest

from ansible_collections.otc.bigdata.plugins.plugin_utils._job_pages import Report, as_json, as_prometheus
from ansible_collections.otc.bigdata.tests.unit.utils.emulated import template, world, write_down
from ansible_collections.otc.bigdata.tests.unit.utils.mrs import CLUSTER
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import Run

pytestmark = pytest.mark.cover_ansible

FLINK, SPARK, MRS = "otc.bigdata.dli_flink_jobs", "otc.bigdata.dli_batch_job", "otc.bigdata.mrs_job_executions"
ODD = r"\x1b[2J<b>|日本"
BATCH, KILLED = "0a324461-d9d9-45da-a52a-3b3c7a3d809e", "981374c1-85da-44ee-be32-edfb4fba776c"
ENABLED = {"ANSIBLE_CALLBACKS_ENABLED": "otc.bigdata.job_report"}
ENDINGS = {"markdown": "md", "junit": "xml", "html": "html", "json": "json", "prometheus": "prom"}
HEADING = re.compile(r"^JOB REPORT \*{3,}$", re.MULTILINE)
SEED = {
    "flink_jobs": [
        {"count": 20, "name": "load", "status": "job_running"},
        {"job_id": 50, "name": "\x1b[2J<b>|日本", "status": "job_running"},
        {"job_id": 51, "name": "bad", "status": "job_running", "refuse": {"stop": "DLI.15002"}},
    ],
    "batches": [{"id": BATCH, "name": "rollup", "state": "running"}],
    "mrs_jobs": [{"job_id": KILLED, "job_name": "wordcount", "job_state": "RUNNING", "cluster_id": CLUSTER}],
}


def stop(*ids: t.Any, **task: t.Any) -> dict:
    return {FLINK: {"state": "stopped", "job_ids": list(ids)}, **task}


def report(run: Run, warnings: int = 0) -> list[str]:
    """Its lines."""
    assert "Traceback" not in run.said
    assert "\x1b" not in run.said
    assert run.said.count("[WARNING]") == warnings, run.said
    before, *after = HEADING.split(run.out)
    assert len(after) == 1, run.said
    assert "PLAY RECAP" in before
    return after[0].strip("\n").splitlines()


def cells(lines: t.Iterable[str]) -> list[list[str]]:
    return [re.split(" {2,}", line) for line in lines]


# ---- which jobs are in it ----

AWAIT = {
    "ansible.builtin.async_status": {"jid": template("sent.ansible_job_id")},
    "register": "done",
    "until": "done is finished",
    "retries": 100,
    "delay": 0.2,
}
NOT_AGAIN = {"until": "tried is not changed", "retries": 3, "delay": 0, "register": "tried"}
EVERY_WAY = [
    {
        "name": "Jobs <of> three services",
        "module_defaults": {"group/otc.bigdata.mrs": {"cluster_name": "analytics"}},
        "handlers": [stop(1, name="Handler")],
        "tasks": [
            stop(template("item"), loop=[2, 3]),
            {"block": [stop(4, 51, name="Blocked")], "rescue": [{SPARK: {"state": "stopped", "batch_id": BATCH}}]},
            {"ansible.builtin.include_tasks": "more.yml", "loop": [5, 6], "loop_control": {"loop_var": "job"}},
            {MRS: {"state": "absent", "job_ids": [KILLED]}, "notify": "Handler"},
            stop(7, 999, ignore_errors=True),
            stop(50, check_mode=True),
            stop(50, 7, **NOT_AGAIN),
            stop(8, register="sent", poll=0, **{"async": 60}),
            AWAIT,
            stop(9, poll=1, **{"async": 60}),
            {"action": template("module") + " state=stopped job_ids=16", "vars": {"module": FLINK}},
            stop(10, when=False),
            stop(),
            {f"{FLINK}_info": {"job_ids": [11]}},
        ],
    },
    {
        "name": "Whole tasks, and hidden ones",
        "collections": ["otc.bigdata"],
        "tasks": [
            {"dli_flink_jobs": {"state": "stopped", "job_ids": [12]}},
            {"name": "Login", FLINK: {"state": "stopped", "job_ids": [1], "token": "not-mine"}, "ignore_errors": True},
            {"name": "Typing error", FLINK: {"state": "gone", "job_ids": [1]}, "ignore_errors": True},
            {"name": "Forgiven", FLINK: {"state": "gone", "job_ids": [1]}, "failed_when": False},
            stop(13, no_log=True),
            stop(14, no_log=True, loop=[1, 2]),
            stop(15, poll=0, **{"async": 60}),
        ],
    },
    {"name": "Nothing of ours", "tasks": [{"ansible.builtin.debug": {}}]},
]
STOP = ["changed", "stop", "job_running -> job_cancel_success"]
TABLES = """
PLAY [Jobs <of> three services]
dli_flink_jobs
ID  NAME             OUTCOME       STATUS
2   load-2           changed       job_running -> job_cancel_success
3   load-3           changed       job_running -> job_cancel_success
4   load-4           changed       job_running -> job_cancel_success
5   load-5           changed       job_running -> job_cancel_success
6   load-6           changed       job_running -> job_cancel_success
7   load-7           changed       job_running -> job_cancel_success
50  \\x1b[2J<b>|日本  would change  job_running
50  \\x1b[2J<b>|日本  changed       job_running -> job_cancel_success
7   load-7           unchanged     job_cancel_success
8   load-8           changed       job_running -> job_cancel_success
9   load-9           changed       job_running -> job_cancel_success
16  load-16          changed       job_running -> job_cancel_success
1   load-1           changed       job_running -> job_cancel_success

dli_batch_job
ID                                    NAME    OUTCOME  ACTION  STATUS
0a324461-d9d9-45da-a52a-3b3c7a3d809e  rollup  changed  cancel  running -> dead

mrs_job_executions
ID                                    NAME       OUTCOME  STATUS
981374c1-85da-44ee-be32-edfb4fba776c  wordcount  changed  RUNNING -> gone

dli_flink_jobs
ID   NAME  OUTCOME  ACTION  STATUS
51   bad   FAILED   stop    job_running
  job_running: POST
  .../stop:
  HTTP 400 DLI.15002: The present state of the job does not allow a stop.
  (request id ...)
999        FAILED   none    unknown
  unknown to the service

PLAY [Whole tasks, and hidden ones]
dli_flink_jobs
ID  NAME     OUTCOME  ACTION  STATUS
12  load-12  changed  stop    job_running -> job_cancel_success

dli_flink_jobs
NAME                        OUTCOME
(whole task: Login)         FAILED
  GET ...: HTTP 403: the credential was not
  accepted: X-Auth-Token is invalid in the request (it has expired, or belongs
  to another project or region; get a new token; request id
  ...)
(whole task: Typing error)  FAILED
  value of state must be one of: absent, ended, restarted, started, stopped,
  got: gone
(whole task: Forgiven)      FAILED
  value of state must be one of: absent, ended, restarted, started, stopped,
  got: gone

2 tasks with no_log left out
1 task in the background never asked for a result
21 entries: 5 FAILED, 14 changed, 1 would change, 1 unchanged
""".strip().splitlines()
NOTES = "2 tasks with no_log left out; 1 task in the background never asked for a result"
KINDS = ("markdown", "junit", "html", "json", "prometheus")


def written_to(folder: str) -> dict[str, str]:
    return {f"OTC_BIGDATA_REPORT_{kind.upper()}": f"{folder}/{kind}" for kind in KINDS}


@pytest.fixture(scope="module")
def every_way() -> t.Iterator[tuple[Run, dict[str, str]]]:
    """What was printed, and the files."""
    with world(**SEED) as (dummy, here):
        here.write("more.yml", [stop(template("job"))])
        environ = {**ENABLED, **written_to("~/new/$NAME"), "NAME": "here", "ANSIBLE_INJECT_INVOCATION": "1"}
        run = here.playbook(EVERY_WAY, "-vvv", name="every <way>.yml", **environ).end(600)
        yield run, {kind: (here.home / "new/here" / kind).read_text(encoding="utf-8") for kind in KINDS}


def test_every_way(every_way):
    run, dummy = every_way
    assert run.code == 0, run.said
    found = [re.sub(r"127\S*(?=/stop:|: HTTP)|[0-9a-f]{32}(?=\))", "...", line) for line in report(run)]
    assert found == TABLES


def test_no_secrets(every_way):
    """Not even what Ansible shows at -vvv."""
    run, files = every_way
    for text in ("\n".join(report(run)), *files.values()):
        assert "not-mine" not in text
        assert "demo-token" not in text
        assert "\x1b" not in text
        assert "invocation" not in text
        assert "load-13" not in text
        assert "load-14" not in text


def test_markdown(every_way):
    """The same tables."""
    run, files = every_way
    lines = files["markdown"].splitlines()
    assert lines[0] == r"# every \<way>.yml"
    assert [line.partition(": ")[0] for line in lines[2:5]] == ["* began", "* ended", "* took"]
    assert lines[6] == f"{report(run)[-1]}; {NOTES}"
    assert [line for line in lines if line.startswith("## ")] == [
        r"## Jobs \<of> three services",
        "## Whole tasks, and hidden ones",
    ]
    tables = [line.strip("| ") for line in lines if line.startswith("| ") and "---" not in line]
    assert len(tables) == 21 + 2
    assert tables[1] == "dli_flink_jobs | 2 | load-2 | changed | stop | job_running -> job_cancel_success"


def test_junit(every_way):
    dummy, files = every_way
    root = ElementTree.fromstring(files["junit"])
    assert (root.tag, [suite.get("name") for suite in root]) == ("testsuites", [play["name"] for play in EVERY_WAY[:2]])
    assert {suite.get("hostname") for suite in root} == {"localhost"}
    for suite, counts in zip([root, *root], [(21, 2, 3, 1), (17, 2, 0, 1), (4, 0, 3, 0)]):
        assert tuple(int(suite.get(name)) for name in ("tests", "failures", "errors", "skipped")) == counts
    cases = {case.get("name"): case for case in root.iter("testcase")}
    [failure] = cases["Blocked: 51 bad"]
    assert (failure.tag, failure.get("type")) == ("failure", "DLI.15002")
    assert failure.get("message").startswith("job_running: POST ")
    assert [case.tag for case in cases["Login"]] == ["error"]
    assert cases["Login"].get("classname") == "otc.bigdata.dli_flink_jobs"
    assert cases["Handler: 1 load-1"].findtext("system-out") == "changed: job_running -> job_cancel_success"
    assert [case.get("message") for case in root.iter("skipped")] == ["check mode: would stop"]


def test_html(every_way):
    dummy, files = every_way
    page = files["html"]
    assert page.startswith("<!DOCTYPE html>")
    assert "<title>Job report: every &lt;way&gt;.yml</title>" in page
    assert re.findall("<h2>(.*?)</h2>", page) == ["5 FAILED", "14 changed", "1 would change", "1 unchanged"]
    assert re.findall("<h3>(.*?)</h3>", page)[:2] == ["Jobs &lt;of&gt; three services", "Whole tasks, and hidden ones"]
    assert "CHECK MODE" not in page  # that of one task is not that of the run
    assert page.count("<tbody>") == 21
    assert "<b>14</b> changed" in page
    assert "<p>2 tasks with no_log left out</p>" in page
    assert r"\x1b[2J&lt;b&gt;|日本" in page
    assert "<td class=status>job_running &rarr; job_cancel_success</td>" in page


def test_document(every_way):
    """JSON, with times."""
    document = json.loads(every_way[1]["json"])
    assert document["summary"] == {"total": 21, "failed": 5, "changed": 14, "would_change": 1, "unchanged": 1}
    assert (document["playbook"], document["check_mode"], document["failed_hosts"]) == ("every <way>.yml", False, 0)
    assert document["notes"] == NOTES.split("; ")
    jobs = document["jobs"]
    bad = next(job for job in jobs if job.get("id") == 51)
    assert (bad["outcome"], bad["error"]["code"], bad["task"]) == ("failed", "DLI.15002", "Blocked")
    login = next(job for job in jobs if job["task"] == "Login")
    assert (login["outcome"], "id" in login, login["play"]) == ("failed", False, EVERY_WAY[1]["name"])
    assert all(document["began"] <= job["ended"] <= document["ended"] for job in jobs)
    assert all(0 <= job["duration"] <= document["duration"] + 0.1 for job in jobs)
    assert len(jobs) == 21


def test_figures(every_way):
    """In the text format of Prometheus."""
    lines = every_way[1]["prometheus"].splitlines()
    run = 'playbook="every <way>.yml"'
    assert f"otc_bigdata_report_complete{{{run}}} 1" in lines
    of_spark = f'otc_bigdata_report_entries{{{run},host="localhost",module="dli_batch_job",outcome="%s"}} %d'
    assert of_spark % ("changed", 1) in lines
    assert of_spark % ("failed", 0) in lines
    assert all(re.fullmatch(r'# (HELP|TYPE) \w+ .+|\w+{(\w+="[^"]*",?)+} [\d.]+', line) for line in lines)


# ---- hosts ----

LOCAL = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
FAR = {
    "ansible_connection": "ssh",
    "ansible_ssh_executable": template("playbook_dir ~ '/ssh'"),
    "ansible_ssh_retries": 0,
}
HOSTS = {"all": {"hosts": {"h1": {**LOCAL, "job": 1}, "h2": {**LOCAL, "job": 2}, "h3": {**FAR, "job": 3}}}}
OF_HOST = stop(template("job"), name="Stop")
PLAYS_OF_HOSTS = [
    {"name": "One by one", "hosts": "h1,h2", "serial": 1, "tasks": [OF_HOST]},
    {"name": "Free", "hosts": "all", "strategy": "free", "tasks": [OF_HOST]},
    {"name": "Once", "hosts": "h1,h2", "tasks": [{**OF_HOST, "run_once": True, "delegate_to": "h2"}]},
]


def test_hosts():
    """They have a column, and the table of a play is one."""
    with world(**SEED) as (dummy, here):
        here.write("hosts.yml", HOSTS)
        here.write("ssh", "#!/bin/sh\nexit 255\n").chmod(0o755)
        run = here.playbook(PLAYS_OF_HOSTS, "-i", "hosts.yml", **ENABLED, **written_to("new")).end()
        root = ElementTree.parse(here.home / "new/junit").getroot()
    one, free, once = (part.split("\n\n") for part in re.split(r"PLAY \[.*\]\n", "\n".join(report(run)))[1:])

    def table(number: int, cells: str) -> str:
        return f"dli_flink_jobs on h{number}\n{cells.format(number)}"

    changed = "ID  NAME    OUTCOME  ACTION  STATUS\n{0}   load-{0}  changed  stop    job_running -> job_cancel_success"
    same = "ID  NAME    OUTCOME    ACTION  STATUS\n{0}   load-{0}  unchanged  none    job_cancel_success"
    assert one == [table(1, changed), table(2, changed), ""]
    *near, unreachable, dummy = free
    assert sorted(near) == [table(1, same), table(2, same)]
    assert unreachable.startswith("dli_flink_jobs on h3\nNAME                OUTCOME\n(whole task: Stop)  FAILED\n  ")
    assert "ssh" in unreachable
    assert once == [table(1, same), "6 entries: 1 FAILED, 2 changed, 3 unchanged"]
    suites = [(suite.get("name"), suite.get("hostname"), suite.get("tests")) for suite in root]
    assert suites[:2] == [("One by one", "h1", "1"), ("One by one", "h2", "1")]
    assert len(suites) == 6


# ---- where it goes ----

JSON_CALLBACK = """
import json
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = "{name: my_json, type: stdout, short_description: one document at the end, description: [the same]}"


class CallbackModule(CallbackBase):
    CALLBACK_VERSION, CALLBACK_TYPE, CALLBACK_NAME = 2.0, "stdout", "my_json"

    def v2_playbook_on_stats(self, stats):
        self._display.display(json.dumps({"done": True}))
"""
SHORT = [["dli_flink_jobs"], ["ID", "NAME", "OUTCOME", "ACTION", "STATUS"], ["1", "load-1", *STOP]]


def test_json():
    """Whoever reads stdout as JSON still can."""
    with world(**SEED) as (dummy, here):
        here.write("callbacks/my_json.py", JSON_CALLBACK)
        environ = {**ENABLED, "ANSIBLE_STDOUT_CALLBACK": "my_json", "ANSIBLE_CALLBACK_PLUGINS": "callbacks"}
        run = here.playbook([{"tasks": [stop(1)]}], **environ).end()
    assert json.loads(run.out) == {"done": True}
    assert cells(HEADING.split(run.err)[1].strip().splitlines())[:3] == SHORT


def test_settings():
    """In ansible.cfg. What cannot be written is a warning each, and the rest is written."""
    with world(**SEED) as (dummy, here):
        settings = "[callback_job_report]\nmarkdown = ansible.cfg/report.md\njunit = .\nhtml = report.html\n"
        here.write("ansible.cfg", f"[defaults]\ncallbacks_enabled = otc.bigdata.job_report\n{settings}")
        run = here.playbook([{"tasks": [stop(1)]}], OTC_BIGDATA_REPORT_HTML="").end()
        assert run.code == 0, run.said
        assert cells(report(run, warnings=2))[:3] == SHORT
        assert not (here.home / "report.html").exists()
        run = here.playbook([{"tasks": [stop(2)]}], ANSIBLE_FORCE_COLOR="1", ANSIBLE_NOCOLOR="").end()
        assert run.code == 0, run.said
        assert "load-2" in (here.home / "report.html").read_text(encoding="utf-8")
    warnings = re.findall(r"\[WARNING\]: job_report: cannot write (\w+): ", run.err)
    assert warnings == ["markdown", "junit"], run.said
    assert re.search(r"\x1b\[0;33m2   load-2  changed .*\x1b\[0m", run.out)


def test_two_reports_in_one_file():
    """The first of them is there, and not the one that happens to be written last."""
    with world(**SEED) as (dummy, here):
        (here.home / "link.json").symlink_to("report.md")
        environ = {"MARKDOWN": "report.md", "JSON": "link.json", "JUNIT": "/dev/stderr", "PROMETHEUS": "/dev/stderr"}
        (here.home / "far" / "away").mkdir(parents=True)
        (here.home / "link").symlink_to("far/away")
        environ["HTML"] = "link/../report.html"
        environ = {f"OTC_BIGDATA_REPORT_{kind}": file for kind, file in environ.items()}
        run = here.playbook([{"tasks": [stop(1)]}], **ENABLED, **environ).end()
        assert (here.home / "report.md").read_text(encoding="utf-8").startswith("#"), run.said
        assert (here.home / "report.html").is_file(), run.said
    said = re.sub(r"\s+", " ", run.err)
    assert "[WARNING]: job_report: cannot write json: markdown names the same file, so only that one is there" in said
    assert said.count("job_report: cannot write") == 1, run.said
    assert "</testsuites>" in run.err
    assert "otc_bigdata_report_complete" in run.err


def test_what_stands_where_a_report_is_to_be():
    """A pipe that nobody reads ends nothing, a link is followed, and an earlier report has its mode.

    While the play runs, and after it was killed, it says that it has not ended.
    """
    with world(**SEED) as (dummy, here):
        os.mkfifo(here.home / "report.xml")
        old = here.write("old/report.html", "yesterday")
        old.chmod(0o640)
        (here.home / "report.html").symlink_to("old/report.html")
        environ = {f"OTC_BIGDATA_REPORT_{kind.upper()}": f"report.{end}" for kind, end in ENDINGS.items()}
        files = [f"report.{end}" for end in ENDINGS.values() if end != "xml"]
        look = write_down(here.home / "seen", f"query('ansible.builtin.file', {str(files)[1:-1]})")
        run = here.playbook([{"tasks": [look, stop(1)]}], **ENABLED, **environ).end()
        assert run.code == 0, run.said
        seen = dict(zip(files, json.loads((here.home / "seen").read_text(encoding="utf-8"))))
        assert "load-1" in old.read_text(encoding="utf-8")
        assert stat.S_IMODE(old.stat().st_mode) == 0o640
        assert "load-1" in (here.home / "report.md").read_text(encoding="utf-8")
        assert {path.name for path in here.home.iterdir() if path.name.startswith(".otc")} == set()
    assert re.findall(r"\[WARNING\]: job_report: cannot write (\w+): .*", run.err) == ["junit"]
    assert all("This run has not ended." in seen[name] for name in ("report.md", "report.html"))
    assert (json.loads(seen["report.json"])["ended"], json.loads(seen["report.json"])["jobs"]) == (None, [])
    assert 'otc_bigdata_report_complete{playbook="play.yml"} 0' in seen["report.prom"]
    assert "entries" not in seen["report.prom"]


# A callback after which nobody reads the output any more, as with ``| head``, or when the log of a CI system has gone
GONE = """
import os
import sys
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = "{name: gone, type: aggregate, short_description: nobody reads, description: [the same]}"


class CallbackModule(CallbackBase):
    CALLBACK_VERSION, CALLBACK_TYPE, CALLBACK_NAME = 2.0, "aggregate", "gone"

    def v2_playbook_on_stats(self, stats):
        sys.stdout.reconfigure(line_buffering=True)
        read, write = os.pipe()
        os.dup2(write, 1)
        os.close(read)
"""
# What becomes of a task for which Ansible cannot fork
NO_MEMORY = """
from ansible.plugins.strategy.linear import StrategyModule as Linear

DOCUMENTATION = "{name: no_memory, short_description: for some tasks, description: [the same]}"


class StrategyModule(Linear):
    def _queue_task(self, host, task, task_vars, play_context):
        if task.name != "Left out":
            return super()._queue_task(host, task, task_vars, play_context)
        self._tqm.send_callback("v2_runner_on_start", host, task)
"""


def test_nobody_reads_the_output():
    """The files are of this run all the same."""
    with world(**SEED) as (dummy, here):
        here.write("callbacks/gone.py", GONE)
        both = f"gone,{ENABLED['ANSIBLE_CALLBACKS_ENABLED']}"
        environ = {"ANSIBLE_CALLBACKS_ENABLED": both, "ANSIBLE_CALLBACK_PLUGINS": "callbacks"}
        run = here.playbook([{"tasks": [stop(1)]}], **environ, **written_to("new")).end()
        files = {kind: (here.home / "new" / kind).read_text(encoding="utf-8") for kind in KINDS}
    assert not HEADING.search(run.out)
    assert all("load-1" in files[kind] for kind in KINDS if kind != "prometheus")
    assert 'otc_bigdata_report_complete{playbook="play.yml"} 1' in files["prometheus"]


def test_nobody_reads_the_warnings():
    """As where errors go to a disk that is full. A file that cannot be written keeps no other one from that."""
    with world(**SEED) as (dummy, here):
        here.write("callbacks/gone.py", GONE.replace("dup2(write, 1)", "dup2(write, 2)").replace("stdout", "stderr"))
        both = f"gone,{ENABLED['ANSIBLE_CALLBACKS_ENABLED']}"
        environ = {"ANSIBLE_CALLBACKS_ENABLED": both, "ANSIBLE_CALLBACK_PLUGINS": "callbacks", **written_to("new")}
        environ["OTC_BIGDATA_REPORT_MARKDOWN"] = "/dev/full"
        run = here.playbook([{"tasks": [stop(1)]}], **environ).end()
        files = {kind: (here.home / "new" / kind).read_text(encoding="utf-8") for kind in KINDS[1:]}
    assert "load-1" in run.out
    assert all("load-1" in files[kind] for kind in ("junit", "html", "json"))


def test_a_task_that_ansible_leaves_out():
    """Without a word, and with success. Nobody knows what else would have been done."""
    said = "1 task cut off by Ansible, without a result"
    with world(**SEED) as (dummy, here):
        here.write("strategies/no_memory.py", NO_MEMORY)
        tasks = [stop(1), stop(2, name="Left out"), stop(3, when=False), stop(loop=[4], when=False)]
        environ = {**ENABLED, **written_to("new"), "ANSIBLE_STRATEGY_PLUGINS": "strategies"}
        run = here.playbook([{"strategy": "no_memory", "tasks": tasks}], **environ).end()
        environ["OTC_BIGDATA_REPORT_MARKDOWN"] = "/dev/stdout"  # it gets one report
        again = here.playbook([{"strategy": "no_memory", "tasks": tasks}], **environ).end()
        files = {kind: (here.home / "new" / kind).read_text(encoding="utf-8") for kind in KINDS}
    assert run.code == 0, run.said
    assert HEADING.split(run.out)[1].strip().splitlines()[-2:] == [said, "1 entry: 1 changed"]
    assert again.out.count("This run has not ended.") == 1
    document = json.loads(files["json"])
    assert (document["ended"], document["notes"], len(document["jobs"])) == (None, [said], 1)
    assert all("This run has not ended." in files[kind] and "load-1" in files[kind] for kind in ("markdown", "html"))
    assert [one.tag for one in ElementTree.fromstring(files["junit"]).iter("error")] == ["error"]
    assert 'otc_bigdata_report_complete{playbook="play.yml"} 0' in files["prometheus"]


QUIET = {
    "not enabled": ([stop(1)], {}),
    "nothing of ours": ([{"ansible.builtin.debug": {}}, {f"{FLINK}_info": {}}], ENABLED),
}


@pytest.mark.parametrize("name", QUIET)
def test_no_report(name):
    """Nor is the one of an earlier run overwritten."""
    tasks, environ = QUIET[name]
    with world(**SEED) as (dummy, here):
        here.write("new/html", "an earlier one")
        run = here.playbook([{"tasks": tasks}], **environ, **written_to("new")).end()
        assert run.code == 0, run.said
        assert not HEADING.search(run.said)
        assert [path.name for path in (here.home / "new").iterdir()] == ["html"]
        assert (here.home / "new/html").read_text(encoding="utf-8") == "an earlier one"


def test_nothing_has_run():
    """Of a playbook that has a task of ours, what is in the files is of this run, also if a play before it has failed."""
    fail = {"ansible.builtin.fail": {"msg": "before it"}}
    plays = [{"tasks": [fail]}, {"tasks": [{"block": [stop(1)]}]}]
    with world(**SEED) as (dummy, here):
        here.write("new/html", "an earlier one")
        run = here.playbook(plays, **ENABLED, **written_to("new")).end()
        files = {kind: (here.home / "new" / kind).read_text(encoding="utf-8") for kind in KINDS}
    assert (run.code, HEADING.search(run.said)) == (2, None)
    failed = "1 host has failed in another task, see the output of Ansible"
    assert f"<p class=warning>{failed}</p>" in files["html"]
    assert f"**{failed}**" in files["markdown"]
    assert json.loads(files["json"])["failed_hosts"] == 1
    assert 'otc_bigdata_report_failed_hosts{playbook="play.yml"} 1\n' in files["prometheus"]


def test_a_host_that_fails_elsewhere():
    """Its jobs are not in the report, though those of another one are that has failed, too."""
    fail = {"ansible.builtin.fail": {"msg": "before it"}, "when": "inventory_hostname == 'h1'"}
    with world(**SEED) as (dummy, here):
        here.write("hosts.yml", {"all": {"hosts": {"h1": LOCAL, "h2": LOCAL}}})
        run = here.playbook(
            [{"hosts": "all", "tasks": [fail, stop(51)]}], "-i", "hosts.yml", **ENABLED, **written_to("new")
        ).end()
        files = {kind: (here.home / "new" / kind).read_text(encoding="utf-8") for kind in KINDS}
    assert run.code == 2, run.said
    failed = "1 host has failed in another task, see the output of Ansible"
    assert f"<p class=warning>{failed}</p>" in files["html"]
    assert f"**{failed}**" in files["markdown"]
    document = json.loads(files["json"])
    assert (document["failed_hosts"], document["summary"]["failed"]) == (2, 1)


def test_hosts_whose_turn_has_not_come():
    """A host without a job in the report seems to have none."""
    with world(**SEED) as (dummy, here):
        here.write("hosts.yml", {"all": {"hosts": dict.fromkeys(("h1", "h2", "h3"), LOCAL)}})
        fail = {"ansible.builtin.fail": {"msg": "first"}, "when": "inventory_hostname == 'h2'"}
        one_by_one = {"hosts": "all", "serial": 1, "tasks": [stop(51)]}
        # A host that has failed before is in no later play, and is counted among those that have failed
        for plays, notes in (
            ([one_by_one], ["2 hosts whose turn has not come"]),
            ([{"hosts": "all", "tasks": [fail]}, {**one_by_one, "tasks": [stop(1)]}], []),
        ):
            run = here.playbook(plays, "-i", "hosts.yml", **ENABLED, **written_to("new")).end()
            assert run.code == 2, run.said
            assert json.loads((here.home / "new/json").read_text(encoding="utf-8"))["notes"] == notes
            assert {*notes} <= {*report(run)}


def test_no_hosts():
    """To Ansible this is no failure, also if it is because an inventory could not be read."""
    note = "1 play without hosts, so nothing was done there"
    other = {"hosts": "nothing", "tasks": [{"ansible.builtin.debug": {}}]}
    with world(**SEED) as (dummy, here):
        plays = [{"hosts": "iam_projects", "tasks": [stop(1)]}, other]
        run = here.playbook(plays, **ENABLED, **written_to("new")).end()
        files = {kind: (here.home / "new" / kind).read_text(encoding="utf-8") for kind in KINDS}
    assert (run.code, HEADING.search(run.said)) == (0, None)
    assert files["markdown"].endswith(f"\n\nNo jobs; {note}\n")
    assert f"<p>No jobs</p>\n<p>{note}</p>" in files["html"]
    assert json.loads(files["json"])["notes"] == [note]


def test_help():
    """Who only asks what a playbook does keeps the report of its last run. One whose variables are refused has run, and begins none."""
    with world(**SEED) as (dummy, here):
        old = here.write("new/html", "an earlier one")
        ours = {"ansible.builtin.import_playbook": "otc.bigdata.drain_queue"}
        drain = here.write("drain.yml", [ours])
        asked = here.write("asked.yml", [{**ours, "vars": {"help": True}}])
        playbooks = ("otc.bigdata.stop_all", str(drain))
        for line in ([*playbooks, "-e", "help=true"], [str(asked)]):
            run = here.start("playbook", *line, **ENABLED, **written_to("new")).end()
            assert run.code == 0, run.said
            assert old.read_text(encoding="utf-8") == "an earlier one"
        run = here.start("playbook", playbooks[1], **ENABLED, **written_to("new")).end()
        assert run.code == 2
        assert "1 host has failed in another task" in old.read_text(encoding="utf-8")


def test_no_jobs():
    """A task of ours has run, so there is a report."""
    with world(**SEED) as (dummy, here):
        run = here.playbook([{"tasks": [stop(), stop(1, no_log=True)]}], **ENABLED, **written_to("new")).end()
        assert report(run) == ["1 task with no_log left out", "No jobs"]
        files = {kind: (here.home / "new" / kind).read_text(encoding="utf-8") for kind in KINDS}
    assert files["markdown"].endswith("\n\nNo jobs; 1 task with no_log left out\n")
    assert ElementTree.fromstring(files["junit"]).get("tests") == "0"
    assert "<p>No jobs</p>\n<p>1 task with no_log left out</p>" in files["html"]


def test_check_mode():
    with world(**SEED) as (emulator, here):
        tasks = [stop(1), stop("one", name="Typing error")]
        named = {"OS_PROJECT_NAME": "eu-de", "OS_REGION_NAME": "eu-de"}
        run = here.playbook([{"tasks": tasks}], "--check", **named, **ENABLED, **written_to("new")).end()
        assert emulator.log.summary()["writes"] == 0
        files = {kind: (here.home / "new" / kind).read_text(encoding="utf-8") for kind in KINDS}
    found = cells(report(run))
    assert found[2] == ["1", "load-1", "would change", "would stop", "job_running"]
    assert found[6] == ["(whole task: Typing error)", "FAILED"]
    assert "one" in found[7][1]
    assert "<p class=warning>CHECK MODE: nothing was changed</p>" in files["html"]
    assert "<dt>project</dt><dd>eu-de</dd></div><div><dt>region</dt><dd>eu-de</dd>" in files["html"]
    assert "* project: eu-de\n* region: eu-de\n* began: " in files["markdown"]
    assert [job["project"] for job in json.loads(files["json"])["jobs"]] == ["eu-de"] * 2
    assert 'otc_bigdata_report_check_mode{playbook="play.yml"} 1\n' in files["prometheus"]


def test_the_project_of_a_task_elsewhere():
    """Where it is delegated to, the environment may be another one."""
    far = {"delegate_to": "far", "vars": LOCAL}
    with world(**SEED) as (dummy, here):
        tasks = [{**stop(1), **far}, {**stop(1), "delegate_to": "localhost"}]
        named = {"OS_PROJECT_NAME": "eu-de", "OS_REGION_NAME": "eu-de"}
        here.playbook([{"tasks": tasks}], "--check", **named, **ENABLED, **written_to("new")).end()
        jobs = json.loads((here.home / "new/json").read_text(encoding="utf-8"))["jobs"]
    assert [job.get("project") for job in jobs] == [None, "eu-de"]


def test_the_project_of_a_host_that_is_a_project():
    """The credential is in the environment, which is that of Ansible only where the host, and not just the play, is local."""
    hosts = {"here": LOCAL, "group": {}, "far": FAR}
    inventory = {"all": {"hosts": hosts}, "local": {"hosts": {"group": {}}, "vars": LOCAL}}
    elsewhere = {"hosts": "far", "connection": "local", "tasks": [{**stop(1), "ignore_unreachable": True}]}
    named = {"project_name": "eu-de", "region": "eu-de"}
    plays = [
        {"hosts": "here:group", "module_defaults": {"group/otc.bigdata.dli": named}, "tasks": [stop(1)]},
        {"hosts": "here:group", "tasks": [stop(1)]},
        elsewhere,
    ]
    with world(**SEED) as (dummy, here):
        here.write("hosts.yml", inventory)
        here.write("ssh", "#!/bin/sh\nexit 255\n").chmod(0o755)
        environ = {"OS_PROJECT_NAME": "eu-de", "OS_REGION_NAME": "eu-de", **ENABLED, **written_to("new")}
        run = here.playbook(plays, "-i", "hosts.yml", "--check", **environ).end()
        jobs = json.loads((here.home / "new/json").read_text(encoding="utf-8"))["jobs"]
    of_hosts = {name: [job.get("project") for job in jobs if job["host"] == name] for name in hosts}
    assert of_hosts == {"here": ["eu-de", "eu-de"], "group": ["eu-de", None], "far": [None]}, run.said
    assert all(job.get("region") == job.get("project") for job in jobs)


def test_a_secret_where_a_place_belongs():
    """The task refuses it without a quote, and so does the report."""
    secret = "do-not-show-me"
    wrong = [
        {"cloud": {"auth": {"password": secret}}},
        {"cloud": str({"password": secret})},
        {"cloud": "otc", "project_name": {"password": secret}},
        {"cloud": "otc", "region": f"-----BEGIN PRIVATE KEY-----{secret}"},
        {"project_name": str({"password": secret})},
    ]
    tasks = [{FLINK: {"state": "stopped", "job_ids": [1], **one}, "ignore_errors": True} for one in wrong]
    with world(**SEED) as (dummy, here):
        here.write("hosts.yml", {"all": {"hosts": {"here": LOCAL}, "children": {"local": {"hosts": {"group": {}}}}}})
        here.write("group_vars/local.yml", LOCAL)
        plays = [{"hosts": "here:group", "tasks": tasks}]
        here.playbook(plays, "-i", "hosts.yml", **ENABLED, **written_to("new")).end()
        files = {kind: (here.home / "new" / kind).read_text(encoding="utf-8") for kind in KINDS}
    assert not [kind for kind in KINDS if secret in files[kind]]
    assert json.loads(files["json"])["summary"]["failed"] == 2 * len(wrong)


def test_the_project_of_a_task_in_the_background():
    """It is that of the task, and not what the task says that asks for its result."""
    named = {"OS_PROJECT_NAME": "eu-de_nightly", "OS_REGION_NAME": "eu-nl"}
    sent = stop(1, register="sent", poll=0, **{"async": 60})
    sent[FLINK].update(project_name="eu-de", region="eu-de")
    with world(**SEED) as (dummy, here):
        run = here.playbook([{"tasks": [sent, AWAIT]}], **named, **ENABLED, **written_to("new")).end()
        assert run.code == 0, run.said
        (job,) = json.loads((here.home / "new/json").read_text(encoding="utf-8"))["jobs"]
    assert (job["id"], job["outcome"]) == (1, "changed")
    assert (job["project"], job["region"]) == ("eu-de", "eu-de")


@pytest.mark.parametrize("really", [True, False])
def test_a_task_that_is_not_in_the_check_mode_of_the_run(really):
    """It has changed something, so no form of the report says that nothing was changed."""
    now = datetime.now(timezone.utc)
    job = {"failed": False, "changed": True, "check_mode": not really, "host": "h", "module": "m", "ended": now}
    report = Report("play.yml", now, now, True, [("play", [job])], ["id"], [])
    assert json.loads(as_json(report))["check_mode"] is not really
    assert f'check_mode{{playbook="play.yml"}} {int(not really)}\n' in as_prometheus(report)
    assert bool(report.warnings) is not really


def test_a_hidden_task_may_have_changed_something():
    """Of a run in check mode it has not, whatever it is."""
    job = {"failed": False, "changed": True, "check_mode": True}
    now = datetime.now(timezone.utc)
    for hidden, jobs, check_mode in itertools.product(([], ["hidden"]), ([], [job]), (False, True)):
        report = Report("play.yml", now, now, check_mode, [("play", jobs)], ["id"], hidden)
        assert bool(report.warnings) is (check_mode or bool(jobs and not hidden))


def test_playbooks():
    """The report of the last of several has all, as the recap of Ansible."""
    with world(**SEED) as (dummy, here):
        first = here.write("first.yml", [{"hosts": "localhost", "gather_facts": False, "tasks": [stop(1)]}])
        run = here.start("playbook", str(first), str(first), **ENABLED, **written_to("new")).end()
        assert run.code == 0, run.said
        assert len(HEADING.findall(run.out)) == 2
        assert run.out.strip().endswith("\n2 entries: 1 changed, 1 unchanged")
        assert "Job report: first.yml, first.yml" in (here.home / "new/html").read_text(encoding="utf-8")


def test_ad_hoc():
    with world(**SEED) as (dummy, here):
        options = json.dumps({"state": "stopped", "job_ids": [1]})
        run = here.ad_hoc("dli_flink_jobs", options, ANSIBLE_LOAD_CALLBACK_PLUGINS="1", **ENABLED).end()
        assert run.code == 0, run.said
    assert cells(HEADING.split(run.out)[1].strip().splitlines())[:3] == SHORT


def test_runner():
    """ansible-runner, which AWX uses, keeps it with the rest of the output."""
    with world(**SEED) as (dummy, here):
        here.write("bin/ansible-playbook", f'#!/bin/sh\nexec "{sys.executable}" -m ansible.cli.playbook "$@"\n').chmod(
            0o755
        )
        play = {"hosts": "localhost", "gather_facts": False, "tasks": [stop(1)]}
        here.write("runner/project/play.yml", [play])
        path = os.pathsep.join([str(here.home / "bin"), os.environ["PATH"]])
        line = [sys.executable, "-m", "ansible_runner", "run", str(here.home / "runner"), "-p", "play.yml", "-i", "one"]
        run = Run(
            line, cwd=here.home, env=here.environ(PATH=path, **ENABLED, **written_to(str(here.home / "new")))
        ).end()
        assert run.code == 0, run.said
        output = (here.home / "runner/artifacts/one/stdout").read_text(encoding="utf-8")
        assert "load-1" in (here.home / "new/html").read_text(encoding="utf-8")
    assert cells(HEADING.split(output)[1].strip().splitlines())[:3] == SHORT
