# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks of the collection as users run them: ``ansible-playbook otc.bigdata.NAME -e ...``, against an emulator."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import typing as t

import pytest
import yaml

from ansible_collections.otc.bigdata.plugins.module_utils._jobs.lists import SHORT
from ansible_collections.otc.bigdata.plugins.module_utils._jobs.options import change_options
from ansible_collections.otc.bigdata.plugins.module_utils._jobs.plan import Step
from ansible_collections.otc.bigdata.plugins.module_utils._services import flink_jobs, mrs_jobs, spark_batches, sql_jobs
from ansible_collections.otc.bigdata.plugins.plugin_utils._playbook_given import Variables
from ansible_collections.otc.bigdata.plugins.plugin_utils._playbook_names import OWN, OWN_PREFIX, alike
from ansible_collections.otc.bigdata.plugins.plugin_utils._playbook_plan import planned
from ansible_collections.otc.bigdata.plugins.plugin_utils._playbook_settings import STATUSES, settings
from ansible_collections.otc.bigdata.tests.emulator.server import Emulator
from ansible_collections.otc.bigdata.tests.unit.utils.emulated import environ, template, world
from ansible_collections.otc.bigdata.tests.unit.utils.flink import Flink
from ansible_collections.otc.bigdata.tests.unit.utils.forks import ONE_PROCESS
from ansible_collections.otc.bigdata.tests.unit.utils.guides import GUIDES, blocks, reader
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import Folder, Run, folder, wait_for
from ansible_collections.otc.bigdata.tests.unit.utils.service import NIGHTLY
from ansible_collections.otc.bigdata.tests.unit.utils.spark import Spark
from ansible_collections.otc.bigdata.tests.unit.utils.worlds import WORDS

PLAYBOOKS = pathlib.Path(__file__).resolve().parents[3] / "playbooks"
NAMES = (
    "check_service",
    "drain_queue",
    "maintenance_end",
    "maintenance_window",
    "purge_finished",
    "show_jobs",
    "stop_all",
)
READERS = ("check_service", "show_jobs")
OLD = 40 * 86400
ODD_NAME = "Größe {{ no }} {% if"  # must not be taken for a template


@contextlib.contextmanager
def two_projects(**seed) -> t.Iterator[tuple[Emulator, Folder]]:
    """The world of somebody whose credential is good for both."""
    login = {
        "OS_TOKEN": "",
        "OS_USERNAME": "demo",
        "OS_PASSWORD": "demo-password",
        "OS_USER_DOMAIN_NAME": "demo-domain",
    }
    with Emulator(seed=seed) as emulator, folder(**{**environ(emulator), **login}) as here:
        yield emulator, here


def batch_id(number: int) -> str:
    return f"0a324461-d9d9-45da-a52a-{number:012}"


def play(here: Folder, name: str, variables: dict, *arguments: str, **environ: str) -> Run:
    line = [f"otc.bigdata.{name}", "-e", json.dumps(variables), *arguments]
    run = here.start("playbook", *line, ANSIBLE_SHOW_CUSTOM_STATS="1", **ONE_PROCESS, **environ).end(600)
    assert "Traceback" not in run.said, run.said
    assert "[WARNING]" not in run.said, run.said
    return run


def recap(run: Run, host: str = "localhost") -> dict[str, int]:
    """The last line about a host."""
    line = re.search(rf"^{host} +: (.*)$", run.out, re.MULTILINE)
    return {name: int(count) for name, count in re.findall(r"(\w+)=(\d+)", line[1])}


def stats(run: Run) -> dict:
    """What AWX hands to the next job of a workflow."""
    return json.loads(re.search(r"RUN: (\{.*\})$", run.out, re.MULTILINE)[1])["otc_bigdata"]


def counts(run: Run) -> dict[str, list[int]]:
    columns = ("total", "changed", "unchanged", "failed")
    return {service: [found[column] for column in columns] for service, found in stats(run).items() if "total" in found}


def fatal(run: Run, host: str = "localhost") -> str:
    """The message of the task that ended the play for this host."""
    messages = re.findall(rf"^fatal: \[{host}\]: FAILED! => (\{{.*\}})$", run.out, re.MULTILINE)
    return json.loads(messages[-1])["msg"]


def first_line(run: Run) -> str:
    """What is said before anything else."""
    return json.loads(f'"{re.search(r"""^ *"msg": "(.*)"$""", run.out, re.MULTILINE)[1]}"')


def said_to(run: Run, task: str, host: str) -> str:
    """What a task says to a host; nothing where it is not run."""
    found = re.search(rf'^ok: \[{host}\] => \{{\n *"msg": "(.*)"$', run.tasks().get(task, ""), re.MULTILINE)
    return json.loads(f'"{found[1]}"') if found else ""


def play_hosts(here: Folder, name: str, hosts: dict[str, dict], *arguments: str, **variables: t.Any) -> Run:
    """One play for hosts with variables of their own, as most of the time is spent on the start of Ansible and its modules."""
    here.write("hosts.yml", {"all": {"hosts": hosts}})
    return play(here, name, {"otc_hosts": "all", **variables}, "-i", "hosts.yml", "--forks=1", *arguments)


def truth(emulator: Emulator) -> dict[str, t.Any]:
    """The real status of all jobs of all services, None for deleted ones."""
    services = [words.service for words in WORDS.values()]
    return {job_id: status for service in services for job_id, status in service(emulator).truth.items()}


def three_runs(emulator: Emulator, here: Folder, name: str, variables: dict, writes: int) -> tuple[Run, Run]:
    """Check mode writes nothing and predicts what the next run does; one more run finds nothing left to do."""
    before = truth(emulator)
    predicted = play(here, name, variables, "--check")
    assert predicted.code == 0, predicted.said
    assert emulator.log.summary()["writes"] == 0
    assert truth(emulator) == before
    done = play(here, name, variables)
    assert done.code == 0, done.said
    assert emulator.log.summary()["writes"] == writes
    assert counts(predicted) == counts(done)
    assert first_line(predicted) == f"Check mode, so nothing is changed: {first_line(done)}"
    again = play(here, name, variables)
    assert again.code == 0, again.said
    assert emulator.log.summary()["writes"] == writes
    assert recap(again)["changed"] == 0
    assert recap(predicted)["changed"] == recap(done)["changed"] > 0
    return done, again


def ways_back(run: Run) -> list[str]:
    """The lines that start again what was stopped, as somebody copies them."""
    return re.findall(r'^ *"(ansible-playbook .*)",?$', run.out, re.MULTILINE)


# ---- show_jobs ----


def test_show_jobs():
    """All there is, and what matches; nothing at all is no failure, but a cluster that nobody knows is. Nothing is written."""
    seed = {
        "flink_jobs": [
            {"job_id": 1, "name": "old", "status": "job_finish", "age": OLD},
            {"job_id": 2, "name": ODD_NAME, "status": "job_running", "age": 7200, "has_savepoint": True},
            {"job_id": 3, "name": "a\x1b[2J", "status": "job_running", "age": OLD, "queue_name": "etl"},
        ],
        "batches": [{"id": batch_id(1), "name": "b", "state": "running"}],
        "sql_jobs": [{"job_id": "s", "status": "RUNNING", "job_type": "INSERT", "queue_name": "etl"}],
        "mrs_jobs": [
            {"job_id": "m", "job_name": "pi", "job_state": "RUNNING", "queue": "etl"},
            {"job_id": "n", "job_name": "x"},
        ],
    }
    hosts = {
        "every": {"clusters": "analytics"},
        "some": {
            "queue_name": "etl",
            "status": "RUNNING",
            "services": "flink,spark,mrs",
            "clusters": "nowhere, analytics",
        },
        "but": {"clusters": "analytics", "except_names": "a*, pi"},
    }
    with world(**seed) as (emulator, here):
        run = play_hosts(here, "show_jobs", hosts, "-e", " ")
        assert emulator.log.summary()["writes"] == 0
    said = dict(
        re.findall(r"^ok: \[(\w+)\] => \{\n(.*?)\n\}", run.tasks()["Show what there is"], re.MULTILINE | re.DOTALL)
    )
    tables = {host: json.loads(f"{{{text}}}")["msg"] for host, text in said.items()}
    assert [line.split()[0] for line in tables["every"]][1:5] == ["ID", "3", "2", "1"]
    assert f"2   {ODD_NAME}" in tables["every"][3]
    assert "\x1b" not in run.out
    heads = ["flink: 3 jobs, 2 not ended", "spark: 1 job on the queue default, 1 not ended"]
    heads += ["sql: 1 job on the queue etl, 1 not ended", "mrs, analytics: 2 jobs, 2 not ended"]
    assert [line for line in tables["every"] if ":" in line] == heads
    unknown = "mrs, nowhere: could not be read: cluster_name: there is no cluster 'nowhere' in this project"
    flink, dummy, job, *others = tables["some"]
    assert (flink, job.split()[0]) == ("flink: 1 of 1 job on the queue etl, 1 not ended", "3")
    assert others[:2] == ["spark: no job", unknown]
    assert others[-1].startswith("m ")
    heads = [line.partition(" job")[0] for line in tables["but"] if ":" in line]
    assert heads == ["flink: 2", "spark: 1", "mrs, analytics: 1"]
    assert [recap(run, host)["failed"] for host in hosts] == [0, 1, 0]
    assert fatal(run, "some") == unknown


# ---- stop_all ----


def test_stop_all():
    seed = {
        "flink_jobs": [
            {"count": 120, "status": "job_finish"},  # max_jobs does not count them
            {"job_id": 501, "name": ODD_NAME, "status": "job_running"},
            {"job_id": 502, "name": None, "status": "job_running"},
            {"job_id": 503, "status": "job_init"},
        ],
        "batches": [{"id": batch_id(1), "state": "recovering"}, {"id": batch_id(2), "state": "success"}],
        "mrs_jobs": [
            {"job_id": "run", "job_state": "RUNNING"},
            {"job_id": "new", "job_state": "NEW"},
            {"job_id": "done", "job_state": "FINISHED"},
        ],
    }
    with world(**seed) as (emulator, here):
        run, again = three_runs(emulator, here, "stop_all", {"names": "*", "clusters": "analytics, reports"}, 4)
        found = truth(emulator)
        assert [found[one] for one in (501, 502, 503)] == ["job_cancel_success", "job_cancel_success", "job_init"]
        assert [found[batch_id(one)] for one in (1, 2)] == ["dead", "success"]
        assert [found[one] for one in ("run", "new", "done")] == ["KILLED", "KILLED", "FINISHED"]
        assert counts(run) == {"flink": [2, 2, 0, 0], "spark": [1, 1, 0, 0], "mrs": [2, 2, 0, 0]}
        assert [write["trigger_savepoint"] for write in Flink(emulator).writes if write and "job_ids" in write] == [
            True
        ]
        assert counts(again) == {"flink": [0, 0, 0, 0], "spark": [0, 0, 0, 0], "mrs": [0, 0, 0, 0]}
        assert stats(run)["mrs"]["messages"] == ["Stopped 2 of 2 jobs", "No job selected: there are none"]
        for line in ("flink: Stopped 2 of 2 jobs", "mrs, reports: No job selected", ODD_NAME, "1 of spark, 2 of mrs"):
            assert line in run.tasks()["Show what happened"]
        (line,) = ways_back(run)
        assert ways_back(again) == []
        assert line == "ansible-playbook otc.bigdata.maintenance_end -e stopped_jobs=501,502"


def test_stop_all_of_a_queue():
    """SQL jobs, too, as no names are given; not what maintains the queue, nor what is on another one."""
    sql = [
        {"count": 248, "status": "RUNNING"},
        {"job_id": "run", "status": "RUNNING", "job_type": "INSERT"},
        {"job_id": "new", "status": "LAUNCHING", "start_time": None},
        {"job_id": "restart", "status": "RUNNING", "job_type": "RESTART_QUEUE"},
        {"job_id": "scale", "status": "SCALING", "job_type": "SCALE_QUEUE"},
        {"job_id": "end", "status": "FINISHED"},
    ]
    others = [{"job_id": "web", "status": "RUNNING", "queue_name": "web"}]
    seed = {
        "flink_jobs": [{"count": 30, "status": "job_running", "queue_name": "etl"}],
        "batches": [{"count": 30, "state": "running", "queue": "etl"}],
        "sql_jobs": [*({**one, "queue_name": "etl"} for one in sql), *others],
    }
    with world(**seed) as (emulator, here):
        run, again = three_runs(emulator, here, "stop_all", {"queue_name": "etl", "max_jobs": 250}, 1 + 30 + 250)
        found = truth(emulator)
        assert [found[one] for one in ("run", "new", "end")] == ["CANCELLED", "CANCELLED", "FINISHED"]
        assert [found[one] for one in ("restart", "scale", "web")] == ["RUNNING", "SCALING", "RUNNING"]
        assert counts(run) == {"flink": [30, 30, 0, 0], "spark": [30, 30, 0, 0], "sql": [250, 250, 0, 0]}
        assert counts(again) == dict.fromkeys(("flink", "spark", "sql"), [0, 0, 0, 0])
        for line in ("sql: Cancelled 250 of 250 jobs", "INSERT on"):
            assert line in run.tasks()["Show what happened"]
        assert play(here, "stop_all", {"names": "*"}).code == 0
        assert truth(emulator) == found


def test_one_service_fails():
    """The others are handled all the same, and the end names all that failed. Names and queue choose together, but for some."""
    common = {"queue_name": "streaming", "status": "job_running"}
    seed = {
        "flink_jobs": [
            {"job_id": 1, "name": "orders", **common, "refuse": {"stop": "DLI.15002"}},
            {"job_id": 2, "name": "orders-b", **common},
            {"job_id": 3, "name": "clicks", **common},
            {"job_id": 4, "name": "orders-c", **common, "queue_name": "critical"},
            {"job_id": 5, "name": "orders-d", **common},
        ],
        "batches": [
            {"id": batch_id(3), "name": "orders-d", "state": "running", "queue": "streaming"},
            {"id": batch_id(1), "name": "orders", "state": "running", "queue": "streaming"},
            {"id": batch_id(2), "name": "orders", "state": "running", "queue": "spark"},
        ],
        "mrs_jobs": [
            {"job_id": "a", "job_name": "orders", "job_state": "RUNNING", "queue": "streaming"},
            {"job_id": "b", "job_name": "orders", "job_state": "RUNNING", "queue": "default"},
            {"job_id": "c", "job_name": "orders-d", "job_state": "RUNNING", "queue": "streaming"},
        ],
    }
    variables = {
        "names": ["orders*", "alerts"],
        "except_names": "x*, orders-d",
        "queue_name": "streaming",
        "clusters": ["nowhere", "analytics"],
        "services": "spark,mrs,flink",
        "trigger_savepoint": "true",
        "wait_timeout": 20,
    }
    with world(**seed) as (emulator, here):
        run = play(here, "stop_all", variables, ANSIBLE_CALLBACKS_ENABLED="otc.bigdata.job_report")
        assert run.code == 2
        found = truth(emulator)
        assert {one for one in (1, 2, 3, 4, 5) if found[one] != "job_running"} == {2}
        assert [found[batch_id(one)] for one in (1, 2, 3)] == ["dead", "running", "running"]
        assert [found[one] for one in ("a", "b", "c")] == ["KILLED", "RUNNING", "RUNNING"]
        assert counts(run) == {"flink": [2, 1, 0, 1], "spark": [1, 1, 0, 0], "mrs": [1, 1, 0, 0]}
        first, second, page = fatal(run).splitlines()
        assert (recap(run)["failed"], recap(run)["ignored"]) == (1, 0)
        assert '"jobs":' not in run.said  # no task prints all jobs, ...
        assert run.said.count("orders-b") == 1  # ... and only the report has a table of them
        assert first.startswith("flink: Stopped 1 of 2 jobs, 1 failed: 1: ")
        assert page.endswith("/guide_troubleshooting.html#code-dli-15002")
        assert second == "mrs, nowhere: cluster_name: there is no cluster 'nowhere' in this project"
        assert all(write["trigger_savepoint"] for write in Flink(emulator).writes if write and "job_ids" in write)


def test_a_module_that_tells_of_no_jobs():
    """It has crashed, say. The summary has the other service, and the play fails with what there is."""
    summary = {"total": 1, "changed": 1, "unchanged": 0, "failed": 0}
    facts = {
        "chosen": {"services": ["flink", "spark"]},
        "flink_result": {"failed": True, "msg": "MODULE FAILURE"},
        "spark_result": {"msg": "Cancelled 1 of 1 job", "summary": summary},
    }
    report = {"ansible.builtin.include_tasks": str(PLAYBOOKS / "tasks" / "report.yml")}
    tasks = [{"ansible.builtin.set_fact": facts}, report]
    with folder() as here:
        run = here.playbook(
            [{"hosts": "localhost", "gather_facts": False, "tasks": tasks}], ANSIBLE_SHOW_CUSTOM_STATS="1"
        ).end(60)
    assert run.code == 2
    assert fatal(run).startswith("flink: MODULE FAILURE\n")
    assert counts(run) == {"flink": [0, 0, 0, 0], "spark": [1, 1, 0, 0]}


def test_hosts():
    """One for each project; their figures add up. On one of them jobs have two seconds to end by themselves."""
    hosts = {
        "day": {"project_name": "eu-de", "queue_name": "streaming", "drain_timeout": 2},
        "night": {"project_name": "eu-de_nightly", "names": "*"},
    }
    running = {"status": "job_running", "queue_name": "streaming"}
    seed = {
        "flink_jobs": [
            {"job_id": 1, **running},
            {"job_id": 2, "project_id": NIGHTLY, **running},
            {"job_id": 3, "status": "job_running"},
            {"job_id": 4, **running, "script": {"created": [{"after": "1 looks", "status": "job_finish"}]}},
        ],
        "batches": [],
        "sql_jobs": [],
        "mrs_jobs": [],
    }
    with two_projects(**seed) as (emulator, here):
        here.write("hosts.yml", {"all": {"hosts": hosts}})
        run = play(here, "stop_all", {"otc_hosts": "all"}, "-i", "hosts.yml")
        assert run.code == 0, run.said
        ended = {1: "job_cancel_success", 2: "job_cancel_success", 4: "job_finish"}
        assert {job: status for job, status in truth(emulator).items() if status != "job_running"} == ended
        assert counts(run) == {"flink": [3, 2, 1, 0], "spark": [0, 0, 0, 0], "sql": [0, 0, 0, 0]}
        assert stats(run)["flink"]["messages"] == [
            "Stopped 1 of 2 jobs, 1 ended within drain_timeout",
            "Stopped 1 of 1 job",
        ]


REFUSED = {
    "drain_queue": {"queue_name": "etl", "wait_interval": 1},
    "purge_finished": {"older_than": "1d", "services": "mrs", "clusters": "analytics,reports,x"},
    "show_jobs": {"clusters": "analytics"},
    "stop_all": {"all_jobs": True, "clusters": "analytics,reports"},
}


def test_a_login_that_was_refused_is_not_sent_again():
    """Five of them lock the user. What was not tried for that is said not to be."""
    untried = "not tried, as the login was refused"
    with two_projects() as (emulator, here):
        for name, variables in REFUSED.items():
            emulator.log.clear()
            run = play(here, name, {"project_name": "eu-de", **variables}, OS_PASSWORD="yesterdays")
            assert run.code == 2
            assert [(one["path"], one["status"]) for one in emulator.log.entries()] == [("/v3/auth/tokens", 401)], name
            others = {"drain_queue": 2, "purge_finished": 2, "show_jobs": 3, "stop_all": 4}[name]
            assert fatal(run).count(untried) == others, run.said
            assert "The username or password is wrong" in fatal(run)
            assert "can be deleted" not in run.said


def test_a_login_that_was_refused_is_not_sent_for_the_next_host():
    hosts = {name: {"project_name": "eu-de_nightly" if name == "b" else "eu-de"} for name in "abcdef"}
    with two_projects() as (emulator, here):
        here.write("hosts.yml", {"all": {"hosts": hosts}})
        run = play(here, "show_jobs", {"otc_hosts": "all"}, "-i", "hosts.yml", OS_PASSWORD="yesterdays")
        assert run.code == 2
        assert [(one["path"], one["status"]) for one in emulator.log.entries()] == [("/v3/auth/tokens", 401)]
        for name in hosts:
            assert fatal(run, name).startswith("Nothing was tried, as the login for ")


def test_a_login_that_is_refused_from_then_on():
    """Somebody has changed the password after the first look at a queue. Nobody looks at it again, so it does not count as empty."""
    running = [{"job_id": 1, "status": "job_running", "queue_name": "etl"}]
    with two_projects(flink_jobs=running) as (emulator, here):
        no = {"error_code": "IAM.0062", "error_msg": "The username or password is wrong."}
        emulator.faults.add(method="POST", path="/v3/auth/tokens", status=401, body=no, skip=3, times=None)
        run = play(here, "drain_queue", {"project_name": "eu-de", **REFUSED["drain_queue"]})
        assert run.code == 2
        assert [one["status"] for one in emulator.log.entries() if one["path"] == "/v3/auth/tokens"] == [201] * 3 + [
            401
        ]
        assert fatal(run).splitlines()[1:] == [
            f"could not be read: {service}: not tried, as the login was refused"
            for service in ("flink", "spark", "sql")
        ]
        assert said_to(run, "Show what is left", "localhost") == ""
        assert Flink(emulator).truth == {1: "job_running"}


# ---- drain_queue ----


FULL = {
    "flink_jobs": [
        {"count": 30, "status": "job_running", "queue_name": "etl"},
        {"job_id": 501, "status": "job_running", "queue_name": "Etl"},
    ],
    "batches": [
        {"count": 30, "state": "running", "queue": "etl"},
        {"id": batch_id(1), "state": "running", "queue": "etl2"},
    ],
    "sql_jobs": [
        {"count": 250, "status": "RUNNING", "queue_name": "etl"},
        {"job_id": "other", "status": "RUNNING", "queue_name": "ETL"},
    ],
    "mrs_jobs": [],
}


def drain(here: Folder, *arguments: str, **variables: t.Any) -> Run:
    return play(here, "drain_queue", {"queue_name": "etl", "wait_interval": 1, **variables}, *arguments)


def end(run: Run) -> str:
    """Whether the queue can be deleted, or why not."""
    return fatal(run) if run.code else said_to(run, "Show what is left", "localhost")


def test_drain_queue():
    """Check mode looks once; one run stops everything, and a job that arrives meanwhile; one more finds nothing to do."""
    with world(**FULL) as (emulator, here):
        before = truth(emulator)
        run = drain(here, "--check")
        full = ["flink: 30 not ended", "spark: 30 not ended", "sql: 250 not ended"]
        assert fatal(run).splitlines() == ["Do not delete the queue etl (flink, spark, sql) yet:", *full]
        assert (truth(emulator), emulator.log.summary()["writes"]) == (before, 0)

        line = ["otc.bigdata.drain_queue", "-e", "queue_name=etl wait_interval=1"]
        run = here.start("playbook", *line, **ONE_PROCESS)
        wait_for(lambda: emulator.log.summary()["writes"] >= 1 + 30 + 250)
        emulator.world.add("sql_jobs", {"job_id": "late", "status": "RUNNING", "queue_name": "etl"})
        run.end()
        assert run.code == 0, run.said
        assert end(run) == "No job is left on the queue etl (flink, spark, sql), so it can be deleted"
        (back,) = ways_back(run)
        assert back.startswith("ansible-playbook otc.bigdata.maintenance_end -e stopped_jobs=")
        found = truth(emulator)
        others = {501: "job_running", batch_id(1): "running", "other": "RUNNING"}
        assert {job: found[job] for job in others} == others
        assert {found[job] for job in found.keys() - others} == {"job_cancel_success", "dead", "CANCELLED"}
        assert [write["trigger_savepoint"] for write in Flink(emulator).writes if write and "job_ids" in write] == [
            True
        ]
        assert emulator.log.summary()["writes"] == 1 + 30 + 251

        again = drain(here)
        assert again.code == 0, again.said
        assert end(again) == end(run)
        assert recap(again)["changed"] == 0
        assert emulator.log.summary()["writes"] == 1 + 30 + 251


# Hosts that are named like their queues: variables, and why the queue is not empty
NOT_EMPTY: dict[str, tuple[dict, str]] = {
    "restarts": ({"wait_timeout": 2}, "sql: 1 not ended"),
    "odd": ({"services": "flink"}, "flink: 1 not ended"),
    "refuses": ({"rounds": 2}, "flink: 1 not ended"),
    "lost": ({}, "flink: 3: job_cancel_success"),
    "late": ({"wait_timeout": 0}, "flink: 5: job_cancel_success without a savepoint: the state of the job is not kept"),
    "untold": ({}, "could not be read: left out, as their status is not known: untold"),
    "elsewhere": ({"project_id": NIGHTLY}, "could not be read: "),
}


def test_not_empty():
    """Maintenance of the queue that goes on, an unknown status, a refusal, a lost savepoint, what cannot be read; and queues that are empty."""
    lost = {"script": {"savepoint": [{"status": "job_cancel_success", "has_savepoint": False}]}}
    late = [{"status": "job_canceling"}, {"after": "1 look", "status": "job_cancel_success", "has_savepoint": False}]
    ends = {"script": {"created": [{"after": 4, "status": "job_finish"}]}}
    seed = {
        "flink_jobs": [
            {"job_id": 1, "queue_name": "odd", "status": "job_foo"},
            {"job_id": 2, "queue_name": "refuses", "status": "job_running", "refuse": {"stop": "DLI.15002"}},
            {"job_id": 3, "queue_name": "lost", "status": "job_running", **lost},
            {"job_id": 4, "queue_name": "drained", "status": "job_running", **ends},
            {"job_id": 5, "queue_name": "late", "status": "job_running", "script": {"savepoint": late}},
        ],
        "batches": [],
        "sql_jobs": [
            {"job_id": "restart", "queue_name": "restarts", "status": "RUNNING", "job_type": "RESTART_QUEUE"},
            {"job_id": "query", "queue_name": "restarts", "status": "RUNNING"},
            {"job_id": "untold", "queue_name": "untold", "status": ""},
        ],
    }
    empty = {
        "drained": {"drain_timeout": 60},
        "unknown": {},
        "partly": {"queue_name": "untold", "services": ["flink", "spark"]},
    }
    hosts = {name: {"queue_name": name, **variables} for name, variables in empty.items()}
    hosts |= {name: {"queue_name": name, **variables} for name, (variables, dummy) in NOT_EMPTY.items()}
    with world(**seed) as (emulator, here):
        here.write("hosts.yml", {"all": {"hosts": hosts}})
        more = {"otc_hosts": "all", "wait_interval": 1}
        line = ["otc.bigdata.drain_queue", "-i", "hosts.yml", "-e", json.dumps(more), "--forks=1"]
        run = here.start("playbook", *line, **ONE_PROCESS).end(300)
        assert run.code == 2, run.said
        for name, (dummy, reason) in NOT_EMPTY.items():
            first, *reasons = fatal(run, name).splitlines()
            assert first.startswith(f"Do not delete the queue {name} (")
            assert all(one.startswith(reason) for one in reasons), reasons
            assert reasons
        sure = "No job is left on the queue {} (flink, spark, sql)"
        assert said_to(run, "Show what is left", "drained") == sure.format("drained") + ", so it can be deleted"
        doubt = ". No job of any status was seen there, so make sure that this is its name"
        assert said_to(run, "Show what is left", "unknown") == sure.format("unknown") + doubt
        partly = (
            "No job is left on the queue untold (flink, spark). Jobs of sql were not looked for, so it may not be empty"
        )
        assert said_to(run, "Show what is left", "partly") == partly + doubt
        found = truth(emulator)
        assert [found[job] for job in (1, 2, 3, 4)] == ["job_foo", "job_running", "job_cancel_success", "job_finish"]
        assert [found[job] for job in ("restart", "query")] == ["RUNNING", "CANCELLED"]
        stops = [job for write in Flink(emulator).writes if write and "job_ids" in write for job in write["job_ids"]]
        assert (stops.count(3), stops.count(4), set(stops)) == (1, 0, {2, 3, 5})


def test_a_queue_with_jobs_that_are_not_shown():
    """Where the service counts more than this user may see, nobody knows whether the queue is empty."""
    with world(flink_jobs=[], batches=[], sql_jobs=[]) as (emulator, here):
        total = {"kind": "shape", "at": "job_list.total_count", "value": 5, "times": None}
        emulator.faults.add(method="GET", path="/streaming/jobs", **total)
        variables = json.dumps({"queue_name": "etl", "wait_interval": 1})
        run = here.start("playbook", "otc.bigdata.drain_queue", "-e", variables).end(120)
        assert run.code == 2, run.said
        assert "can be deleted" not in run.said
        assert fatal(run).splitlines() == [
            "Do not delete the queue etl (flink, spark, sql) yet:",
            f"could not be read: {SHORT.format(0, 5)}",
        ]


# ---- purge_finished ----


def test_purge_finished():
    statuses = dict(enumerate(flink_jobs.STOP_STEPS, 1))
    states = ["NEW", "NEW_SAVING", "SUBMITTED", "ACCEPTED", "RUNNING", "FINISHED", "FAILED", "KILLED"]
    seed = {
        "flink_jobs": [
            *({"job_id": number, "status": status, "age": OLD} for number, status in statuses.items()),
            {"job_id": 501, "status": "job_finish", "age": 86400},
            {"job_id": 502, "name": "kept", "status": "job_finish", "age": OLD},
        ],
        "mrs_jobs": [
            {"job_id": "kept", "job_name": "kept", "job_state": "FINISHED", "age": OLD},
            *({"job_id": state, "job_state": state, "age": OLD} for state in states),
            {"job_id": "new", "job_state": "FINISHED", "age": 86400},
        ],
        "batches": [{"id": batch_id(1), "state": "dead", "age": OLD}],
    }
    with world(**seed) as (emulator, here):
        before = truth(emulator)
        variables = {"older_than": "30d", "clusters": "analytics", "except_names": "kept"}
        run, dummy = three_runs(emulator, here, "purge_finished", variables, 2)
        ended = {number for number, status in statuses.items() if status == "job_finish"}
        gone = ended | {"FINISHED", "FAILED", "KILLED"}
        assert truth(emulator) == {job_id: None if job_id in gone else status for job_id, status in before.items()}
        assert counts(run) == {"flink": [1, 1, 0, 0], "mrs": [3, 3, 0, 0]}

        run = play(here, "purge_finished", {"older_than": "30d", "delete_stopped": True, "except_names": "k*"})
        no_end = ("job_cancel_success", "job_submit_fail", "job_arrearage_stopped")
        gone |= {number for number, status in statuses.items() if status in no_end}
        assert truth(emulator) == {job_id: None if job_id in gone else status for job_id, status in before.items()}
        assert counts(run) == {"flink": [3, 3, 0, 0]}


def test_purge_of_one_service_fails():
    seed = {
        "flink_jobs": [{"count": 3, "status": "job_finish", "age": OLD}],
        "mrs_jobs": [
            {"job_id": "a", "job_state": "FINISHED", "age": OLD, "refuse": {"delete": "0161"}},
            {"job_id": "b", "job_state": "FAILED", "age": OLD},
        ],
    }
    with world(**seed) as (emulator, here):
        run = play(here, "purge_finished", {"older_than": "30d", "clusters": ["analytics"], "max_jobs": 2})
        assert run.code == 2
        assert counts(run) == {"flink": [0, 0, 0, 0], "mrs": [2, 1, 0, 1]}
        assert {job_id: status for job_id, status in truth(emulator).items() if status is None} == {"b": None}
        first, second, page = fatal(run).splitlines()
        assert re.fullmatch(r"What that means: https://.*/guide_troubleshooting\.html(#code-\d+)?", page)
        assert first.startswith("flink: ")
        assert "3" in first
        assert "max_jobs" in first
        assert second.startswith("mrs, analytics: Deleted 1 of 2 jobs, 1 failed: a: ")


def test_purge_with_export():
    """Flink jobs that cannot be exported stay; the other service is handled all the same."""
    old = {"status": "job_finish", "age": OLD}
    seed = {
        "flink_jobs": [
            {"job_id": 1, **old},
            {"job_id": 2, **old, "refuse": {"export": {"code": "DLI.10005", "times": 1}}},
        ],
        "mrs_jobs": [{"job_id": "a", "job_state": "FINISHED", "age": OLD}],
    }
    variables = {"older_than": "30d", "clusters": "analytics", "export_to": "obs://ops-bucket/flink"}
    with world(**seed) as (emulator, here):
        run = play(here, "purge_finished", variables)
        assert run.code == 2
        assert counts(run) == {"flink": [2, 0, 0, 2], "mrs": [1, 1, 0, 0]}
        assert "not all jobs were exported" in fatal(run)
        after = truth(emulator)
        assert [after[job_id] for job_id in (1, 2, "a")] == ["job_finish", "job_finish", None]
        assert "exported to ops-bucket" not in run.said

        run = play(here, "purge_finished", variables)
        assert counts(run) == {"flink": [2, 2, 0, 0], "mrs": [0, 0, 0, 0]}
        assert emulator.world.files == {"ops-bucket/flink/job-2_1.zip": [2, 1]}
        assert "exported to ops-bucket/flink/job-2_1.zip" in run.said


# ---- maintenance_window, maintenance_end ----

HAND_OVER = [{"name": "Work", "ansible.builtin.debug": {"msg": template("'stopped: ' ~ (stopped_jobs | sort)")}}]
QUEUE = {"queue_name": "streaming"}
RUNNING = {"status": "job_running", **QUEUE}
WINDOW = {"maintenance_tasks": "upgrade.yml", "stopped_jobs_file": "stopped.yml"}


def running(jobs: dict[str, list[int]]) -> list[dict]:
    """Jobs of some hosts, each of which has a queue."""
    return [{"job_id": job, "status": "job_running", "queue_name": queue} for queue, ids in jobs.items() for job in ids]


def kept(here: Folder) -> dict:
    """What the file says; that a window is over, but not when."""
    content = yaml.safe_load((here.home / "stopped.yml").read_text(encoding="utf-8"))
    return {"stopped_jobs": content["stopped_jobs"], "finished": list(content["finished"])}


def work(here: Folder, key: str) -> dict:
    """What the file says of the tasks of the user."""
    return yaml.safe_load((here.home / "stopped.yml").read_text(encoding="utf-8"))[f"work_{key}"]


def test_maintenance_window():
    """The whole round. Twenty jobs are stopped with savepoints and started from them, no other job is."""
    twenty = list(range(101, 121))
    by_somebody_else = {"created": [{"after": "4 looks", "status": "job_cancel_success", "has_savepoint": True}]}
    seed = {
        "flink_jobs": [
            *({"job_id": number, "name": f"stream-{number}", **RUNNING} for number in twenty),
            {"job_id": 3, "status": "job_canceling", **QUEUE, "script": by_somebody_else},
            {"job_id": 4, "status": "job_cancel_success", "has_savepoint": True, **QUEUE},
            {"job_id": 5, "status": "job_running"},
        ],
        "batches": [{"id": batch_id(1), "state": "running", "queue": "streaming"}],
    }
    variables = {**QUEUE, **WINDOW}
    with world(**seed) as (emulator, here):
        emulator.settings.update({"delays": {"savepoint": "2 looks", "cancel": "1 look", "submit": "2 looks"}})
        here.write("upgrade.yml", HAND_OVER)
        predicted = play(here, "maintenance_window", variables, "--check")
        assert predicted.out.count("TASK [") < 50
        assert f"stopped: {twenty}" in predicted.out
        assert f"To be started again: {', '.join(map(str, twenty))}" in predicted.out
        assert emulator.log.summary()["writes"] == 0
        assert not (here.home / "stopped.yml").exists()

        run = play(here, "maintenance_window", variables)
        assert run.code == 0, run.said
        stop, start = Flink(emulator).writes
        assert (sorted(stop.pop("job_ids")), stop) == (twenty, {"trigger_savepoint": True})
        assert (sorted(start.pop("job_ids")), start) == (twenty, {"resume_savepoint": True})
        stopped = dict.fromkeys((3, 4), "job_cancel_success")
        assert Flink(emulator).truth == {**dict.fromkeys((*twenty, 5), "job_running"), **stopped}
        assert Spark(emulator).truth == {batch_id(1): "running"}
        reports = run.tasks()["Show what happened"]
        for way in ("job_running -> job_cancel_success", "job_cancel_success -> job_running"):
            told = re.findall(rf"(\d+) +stream-\d+ +changed +(?:run +)?{way}\b", reports)
            assert sorted(map(int, told)) == twenty
        at = [run.out.index(said) for said in ("Stopped 20 of 21", f"stopped: {twenty}", "Started 20 of 20")]
        assert at == sorted(at)
        assert counts(run) == {"flink": [21, 20, 1, 0], "flink_started": [20, 20, 0, 0]}
        assert counts(predicted)["flink"] == counts(run)["flink"]
        assert kept(here) == {"stopped_jobs": {"localhost": []}, "finished": ["localhost"]}

        again = play(here, "maintenance_window", variables)
        assert (again.code, recap(again)["changed"], emulator.log.summary()["writes"]) == (0, 0, 2)
        assert "This window was over at 20" in again.out


def test_two_halves():
    """Without tasks of the user, the way back is a playbook of its own. It is told of the jobs by a file or a workflow.

    In between somebody has started a job of the host disturbed. The other one is started, and the first one named, once.
    """
    hosts = {name: {"queue_name": name, "stopped_jobs_file": "stopped.yml"} for name in ("quiet", "disturbed")}
    jobs = {"quiet": [1, 2], "disturbed": [11, 12]}
    with world(flink_jobs=running(jobs)) as (emulator, here):
        predicted = play_hosts(here, "maintenance_window", hosts, "--check")
        assert predicted.tasks()["Show what happened"].count("Would stop 2 of 2 jobs") == 2
        assert "Not started again" not in predicted.out
        assert "stopped_jobs" not in stats(predicted)["flink"]
        first = play_hosts(here, "maintenance_window", hosts)
        assert first.code == 0, first.said
        for ids in jobs.values():
            assert f"Not started again: {', '.join(map(str, ids))}" in first.out
            assert any(f"stopped_jobs={','.join(map(str, ids))}" in line for line in ways_back(first))
        assert kept(here) == {"stopped_jobs": jobs, "finished": []}
        assert stats(first)["flink"]["stopped_jobs"] == jobs
        assert stats(first)["flink"]["work_begun"] == work(here, "begun") == dict.fromkeys(jobs, True)
        assert {host: place["endpoint"] for host, place in stats(first)["place"].items()} == dict.fromkeys(
            jobs, emulator.url
        )
        assert yaml.safe_load((here.home / "stopped.yml").read_text(encoding="utf-8"))["place"] == stats(first)["place"]
        assert set(Flink(emulator).truth.values()) == {"job_cancel_success"}

        emulator.world.add("flink_jobs", {"job_id": 12, "status": "job_running"})
        in_workflow = play_hosts(here, "maintenance_end", hosts, "--check", otc_bigdata=stats(first))
        by_workflow = {job: status for job, status in Flink(emulator).truth.items() if status == "job_running"}
        assert by_workflow == {12: "job_running"}
        by_file = play_hosts(here, "maintenance_end", hosts)
        for run in (in_workflow, by_file):
            assert fatal(run, "disturbed").startswith(
                "Somebody else has started jobs of this window before its end: 12 "
            )
            assert [recap(run, host)["failed"] for host in jobs] == [0, 1]
            assert run.code == 2
        assert counts(by_file) == {"flink_started": [4, 3, 1, 0]}
        assert counts(in_workflow) == {**counts(by_file), "flink": [4, 4, 0, 0]}  # handed on
        assert set(Flink(emulator).truth.values()) == {"job_running"}
        assert kept(here) == {"stopped_jobs": {"quiet": [], "disturbed": []}, "finished": ["disturbed", "quiet"]}
        assert emulator.log.summary()["writes"] == 4  # a stop and a start of each host
        again = play_hosts(here, "maintenance_end", hosts)
        assert (again.code, emulator.log.summary()["writes"]) == (0, 4), again.said
        assert [recap(again, host)["changed"] for host in jobs] == [0, 0]
        # Two hosts, and nobody knows which of them these are of
        twice = {name: {"stopped_jobs": [1]} for name in jobs}
        run = play_hosts(here, "maintenance_end", twice)
        assert {fatal(run, name) for name in jobs} == {
            "stopped_jobs: are of one project, so give otc_hosts the name of one host"
        }


def test_interrupted_while_jobs_stop():
    """Nobody has read how that ended. The next run goes on, and starts them all the same."""
    with world(flink_jobs=[{"job_id": 1, **RUNNING}, {"job_id": 2, **RUNNING}]) as (emulator, here):
        emulator.settings.update({"delays": {"savepoint": "5 looks"}})
        here.write("upgrade.yml", HAND_OVER)
        line = ["otc.bigdata.maintenance_window", "-e", json.dumps({**QUEUE, **WINDOW})]
        run = here.start("playbook", *line, terminal=True)
        wait_for(lambda: Flink(emulator).writes)
        run.ctrl_c()
        assert run.end().code != 0
        assert kept(here) == {"stopped_jobs": {"localhost": [1, 2]}, "finished": []}
        run = play(here, "maintenance_window", {**QUEUE, **WINDOW})
        assert run.code == 0, run.said
        assert "stopped: [1, 2]" in run.out
        assert Flink(emulator).truth == dict.fromkeys((1, 2), "job_running")
        assert kept(here)["finished"] == ["localhost"]


def test_nobody_knows_what_came_of_the_stop():
    """The answer got lost and nothing can be read any more. The jobs are kept, and started again by the next run."""
    with world(flink_jobs=[{"job_id": 1, **RUNNING}, {"job_id": 2, **RUNNING}]) as (emulator, here):
        here.write("upgrade.yml", HAND_OVER)
        emulator.faults.add(path="/stop$", kind="status_after")
        emulator.faults.add(method="GET", path="/streaming/jobs", status=503, skip=2, times=None)
        variables = {**QUEUE, **WINDOW, "wait_timeout": 3, "start_again": "after_success"}
        run = play(here, "maintenance_window", variables)
        assert run.code == 2
        assert "whether its last write took effect is not known" in run.out
        emulator.faults.clear()
        assert set(Flink(emulator).truth.values()) == {"job_cancel_success"}
        assert kept(here) == {"stopped_jobs": {"localhost": [1, 2]}, "finished": []}
        run = play(here, "maintenance_window", variables)
        assert run.code == 0, run.said
        assert Flink(emulator).truth == dict.fromkeys((1, 2), "job_running")


def test_file_that_cannot_be_written():
    """Which jobs these are must not be lost, so none is stopped."""
    with world(flink_jobs=[{"job_id": 1, **RUNNING}]) as (emulator, here):
        run = play(here, "maintenance_window", {**QUEUE, "stopped_jobs_file": "/proc/stopped.yml"})
        assert run.code == 2
        assert "stopped_jobs_file: cannot be written: [Errno 2] No such file or directory" in fatal(run)
        assert emulator.log.summary()["writes"] == 0


FAIL = {"name": "Work", "ansible.builtin.fail": {"msg": "half done"}}
DANGER = {"name": "From here on", "ansible.builtin.set_fact": {"start_again": "after_success"}}


ENDS: dict[str, tuple[list[dict], str | None, bool]] = {  # the tasks, start_again, whether the jobs stay stopped
    "default": ([FAIL], None, False),
    "blank": ([FAIL], " ", False),
    "always": ([FAIL], " always\n", False),
    "as_a_fact": ([DANGER, FAIL], None, True),
    "never": (HAND_OVER, "never", True),
}


def test_tasks_that_fail():
    """Whether the jobs are started again is up to the user. Either way the window is not over."""
    jobs = {name: [number, number + 1] for number, name in zip(range(11, 100, 10), ENDS)}
    hosts = {name: {"queue_name": name, **WINDOW, "maintenance_tasks": f"{name}.yml"} for name in ENDS}
    with world(flink_jobs=running(jobs)) as (emulator, here):
        for name, (tasks, start_again, dummy) in ENDS.items():
            here.write(f"{name}.yml", tasks)
            hosts[name].update({"start_again": start_again} if start_again else {})
        run = play_hosts(here, "maintenance_window", hosts)
        for name, (tasks, dummy, stay_stopped) in ENDS.items():
            assert bool(recap(run, name)["failed"]) is (FAIL in tasks)
            assert (f"Not started again: {', '.join(map(str, jobs[name]))}" in run.out) is stay_stopped
            found = {Flink(emulator).truth[job] for job in jobs[name]}
            assert found == {"job_cancel_success" if stay_stopped else "job_running"}
        assert run.code == 2
        stopped = {name: ids if ENDS[name][2] else [] for name, ids in jobs.items()}
        assert kept(here) == {"stopped_jobs": stopped, "finished": []}


def test_windows_that_fail():
    """Four hosts, one of them another project. No hand-over while a job may run; jobs that have stopped are started again.

    Of a host whose tasks fail, they may stay stopped. The next run goes on: where only the start of a job has failed it only starts
    that one, as the work is done, and the host that is through has nothing left to do.
    """
    no_stop = {"savepoint": [{"status": "job_cancel_fail", "status_desc": "no bucket"}]}
    no_start = {"run": [{"status": "job_submit_fail", "status_desc": "no resources"}]}
    jobs = {"stop": [1, 2], "start": [11, 12], "day": [21], "night": [31]}
    more = [{"job_id": 2, "script": no_stop}, {"job_id": 12, "script": no_start}]
    night = {"job_id": 31, "project_id": NIGHTLY, "status": "job_running", "queue_name": "night"}
    seed = [*running({name: ids for name, ids in jobs.items() if name != "night"}), *more, night]
    hosts = {name: {"queue_name": name, "project_name": "eu-de", **WINDOW} for name in jobs}
    hosts["night"]["project_name"] = "eu-de_nightly"
    hosts["day"]["start_again"] = hosts["night"]["start_again"] = "after_success"
    with two_projects(flink_jobs=seed) as (emulator, here):
        here.write("upgrade.yml", [{**FAIL, "when": "inventory_hostname == 'day'"}, *HAND_OVER])
        run = play_hosts(here, "maintenance_window", hosts)
        assert run.code == 2
        assert "flink: Stopped 1 of 2 jobs, 1 failed: 2: job_cancel_fail (no bucket)" in run.out
        reason = "2: job_cancel_fail (no bucket): it has no savepoint"
        assert fatal(run, "stop").startswith(f"flink: Started 1 of 2 jobs, 1 failed: {reason}")
        assert fatal(run, "start").startswith(
            "flink: Started 1 of 2 jobs, 1 failed: 12: job_submit_fail (no resources)"
        )
        assert [said_to(run, "Work", host) for host in jobs] == ["", "stopped: [11, 12]", "", "stopped: [31]"]
        assert Flink(emulator).truth == {
            **dict.fromkeys((1, 11, 31), "job_running"),
            2: "job_cancel_fail",
            12: "job_submit_fail",
            21: "job_cancel_success",
        }
        left = {"stop": [2], "start": [12], "day": [21], "night": []}
        assert kept(here) == {"stopped_jobs": left, "finished": ["night"]}
        assert counts(run) == {"flink": [6, 5, 0, 1], "flink_started": [5, 3, 0, 2]}

        for job in (2, 12):
            emulator.world.add("flink_jobs", {"job_id": job, "script": {}})
        emulator.log.clear()
        here.write("upgrade.yml", HAND_OVER)
        run = play_hosts(here, "maintenance_window", hosts)
        assert run.code == 0, run.said
        assert [said_to(run, "Work", host) for host in jobs] == ["stopped: [1, 2]", "", "stopped: [21]", ""]
        assert [job for job in Flink(emulator).written if job in jobs["start"]] == [12]
        assert recap(run, "night")["changed"] == 0
        assert set(Flink(emulator).truth.values()) == {"job_running"}
        assert kept(here) == {"stopped_jobs": dict.fromkeys(jobs, []), "finished": sorted(jobs)}


TYPO = {"names": "Orders*", **WINDOW}


def test_nothing_matches():
    """A slip in a pattern: the tasks do not run while the jobs do, and the file does not call the window over.

    The last window is for all jobs but one, which runs on.
    """
    seed = [
        {"job_id": 1, "name": "orders", **RUNNING},
        {"job_id": 2, "name": "old", "status": "job_finish"},
        {"job_id": 3, "name": "billing", **RUNNING},
    ]
    hosts = {
        "slip": TYPO,
        "few": {**TYPO, "names": "o*", "min_jobs": 3},
        "enough": {**WINDOW, "all_jobs": True, "except_names": "b*", "min_jobs": 2},
    }
    with world(flink_jobs=seed) as (emulator, here):
        here.write("upgrade.yml", HAND_OVER)
        for check in (["--check"], []):
            run = play_hosts(here, "maintenance_window", hosts, *check)
            assert run.code == 2
            assert fatal(run, "slip").startswith(
                "min_jobs: at least 1 must match, running or not, but 0 do; flink: No job selected"
            )
            assert fatal(run, "few").startswith("min_jobs: at least 3 must match, running or not, but 2 do (")
            assert [said_to(run, "Work", host) for host in hosts] == ["", "", "stopped: [1]"]
            assert emulator.log.summary()["writes"] == (0 if check else 2)  # a stop and a start of the last host
            assert (here.home / "stopped.yml").exists() is not bool(check)
        assert kept(here) == {"stopped_jobs": dict.fromkeys(hosts, []), "finished": ["enough"]}
        assert work(here, "begun") == {"slip": False, "few": False, "enough": True}
        assert work(here, "done") == {"enough": True}


def test_window_without_a_job():
    """No job that matches runs, or none is there, as is said. The tasks run, but nothing is kept that an empty window has done."""
    hosts = {name: {**WINDOW, "names": name, "min_jobs": least} for name, least in (("old", 1), ("nobody", 0))}
    with world(flink_jobs=[{"job_id": 2, "name": "old", "status": "job_finish"}]) as (emulator, here):
        here.write("upgrade.yml", HAND_OVER)
        for dummy in range(2):
            run = play_hosts(here, "maintenance_window", hosts)
            assert run.code == 0, run.said
            assert {said_to(run, "Work", host) for host in hosts} == {"stopped: []"}
            assert "An earlier run" not in run.out
            assert kept(here) == {"stopped_jobs": {"old": [], "nobody": []}, "finished": []}
            assert (work(here, "begun"), work(here, "done")) == ({"old": False, "nobody": False}, {})
        run = play_hosts(here, "maintenance_end", hosts)
        assert run.code == 0, run.said
        assert kept(here)["finished"] == []
        assert emulator.log.summary()["writes"] == 0


def somebody_starts(emulator: Emulator, *jobs: int, status: str = "job_running") -> list[dict]:
    """Tasks during which jobs of the window begin to run."""
    body = {"flink_jobs": [{"job_id": job, "status": status} for job in jobs]}
    curl = shlex.join(["curl", "-sSf", "-d", json.dumps(body), f"{emulator.url}/_emulator/jobs"])
    said = template("lookup('ansible.builtin.pipe', curl)")
    return [{"name": "Work", "ansible.builtin.debug": {"msg": said}, "vars": {"curl": curl}}]


MEANWHILE = "Somebody else has started jobs while your tasks ran: "


DOWN = {"status": "job_cancel_success"}
UP = {"status": "job_running"}
BROKEN = {"status": "job_running_exception", "refuse": {"stop": "DLI.15002"}}


class Meanwhile(t.NamedTuple):
    """Two jobs of a host, and which of them somebody else starts while the tasks run. ``still_down``: in the end."""

    jobs: tuple[dict, dict]
    starts: int | None
    still_down: tuple[int, ...] = ()
    fails: bool = False
    start_again: str = "always"


BOTH = ({"name": ODD_NAME, **UP}, {"name": "clicks", **UP})
MEANWHILES = {
    "ends_always": Meanwhile(BOTH, 1),
    "ends_after_success": Meanwhile(BOTH, 1, (2,), start_again="after_success"),
    "fails_always": Meanwhile(BOTH, 1, fails=True),
    "fails_after_success": Meanwhile(BOTH, 1, (2,), True, "after_success"),
    # Another window has stopped both, and starts one of them. It was the first, so it still works on the other
    "two_windows": Meanwhile((DOWN, DOWN), 2, (1,)),
    # The same with a job that this window stops itself
    "overlap": Meanwhile(({"name": "clicks", **DOWN}, UP), 1),
    # In this status the service may refuse a stop, which is as wanted; nobody has started it since
    "not_stopped": Meanwhile((UP, BROKEN), None, (1,), start_again="never"),
}


def test_job_that_runs_meanwhile():
    """It is named, and the work is not taken for done. Nothing else is written for its sake."""
    first = dict(zip(MEANWHILES, range(11, 100, 10)))
    seed = [
        {"job_id": first[name] + number, "queue_name": name, **job}
        for name, case in MEANWHILES.items()
        for number, job in enumerate(case.jobs)
    ]
    hosts = {
        name: {**WINDOW, "queue_name": name, "maintenance_tasks": f"{name}.yml", "start_again": case.start_again}
        for name, case in MEANWHILES.items()
    }
    with world(flink_jobs=seed) as (emulator, here):
        for name, case in MEANWHILES.items():
            starts = somebody_starts(emulator, first[name] + case.starts - 1) if case.starts else HAND_OVER
            here.write(f"{name}.yml", [*starts, *([FAIL] if case.fails else [])])
        run = play_hosts(here, "maintenance_window", hosts)
        assert run.code == 2
        for name, case in MEANWHILES.items():
            ids = [first[name], first[name] + 1]
            found = [Flink(emulator).truth[job] for job in ids]
            up = case.jobs[1]["status"] if name == "not_stopped" else "job_running"
            assert found == ["job_cancel_success" if number in case.still_down else up for number in (1, 2)], name
            if case.starts:
                job = case.jobs[case.starts - 1]
                title = f"{ids[case.starts - 1]} ({job['name']})" if "name" in job else ids[case.starts - 1]
                assert fatal(run, name).startswith(f"{MEANWHILE}{title} "), name
                if "name" in job:
                    assert fatal(run, name).startswith(f"{MEANWHILE}{title} is job_running; look whether"), name
            else:
                assert recap(run, name)["failed"] == 0
                assert said_to(run, "Work", name) == f"stopped: {ids}"
        assert not {first["two_windows"], first["two_windows"] + 1} & set(Flink(emulator).written)
        stay = [name for name, case in MEANWHILES.items() if case.start_again != "always"]
        stopped = {name: [first[name], first[name] + 1] if name in stay else [] for name in MEANWHILES}
        found = kept(here)
        assert {name: sorted(ids) for name, ids in found["stopped_jobs"].items()} == stopped
        assert found["finished"] == []
        assert work(here, "done") == {"not_stopped": True}


def test_killed_while_the_tasks_run():
    """Nobody has seen their end. The next run says so, and runs them once more."""
    waits = {
        "name": "Wait",
        "ansible.builtin.wait_for": {"path": template("'go' | realpath"), "timeout": 120, "sleep": 1},
    }
    with world(flink_jobs=[{"job_id": 1, **RUNNING}]) as (emulator, here):
        here.write("upgrade.yml", [*HAND_OVER, waits])
        run = here.start("playbook", "otc.bigdata.maintenance_window", "-e", json.dumps({**QUEUE, **WINDOW}))
        wait_for(lambda: "TASK [Wait]" in run.out, 120)
        run.kill(signal.SIGKILL)
        assert run.end().code == -signal.SIGKILL
        here.write("go", "")
        assert kept(here) == {"stopped_jobs": {"localhost": [1]}, "finished": []}
        assert (work(here, "begun"), work(here, "done")) == ({"localhost": True}, {})
        assert Flink(emulator).truth == {1: "job_cancel_success"}
        run = play(here, "maintenance_window", {**QUEUE, **WINDOW})
        assert run.code == 0, run.said
        assert "An earlier run of this window has begun your tasks" in run.out
        assert "stopped: [1]" in run.out
        assert Flink(emulator).truth == {1: "job_running"}
        assert kept(here)["finished"] == ["localhost"]
        assert work(here, "done") == {"localhost": True}


# ---- disposable jobs of a check ----


def test_disposable_jobs_are_those_of_one_host():
    """Another project may have a job of the same ID."""
    with world(flink_jobs=[{"job_id": 128}]) as (emulator, here):
        run = play_hosts(here, "check_service", {"mine": {"disposable_flink_jobs": "128"}, "other": {}})
        assert fatal(run, "mine").startswith("otc_hosts: the disposable jobs are those of one project")
        assert emulator.log.entries() == []


# ---- plans ----


def plan(here: Folder, name: str, file: str, hosts: dict[str, tuple[dict, list[dict]]]) -> dict:
    """A file as check mode writes it, for hosts with their variables and reports. (The guide has one that was written so.)"""
    frames = {}
    for host, (variables, reports) in hosts.items():
        given = Variables({**variables, "plan_file": file}, variables, (), host, (), environ=here.environ())
        found = settings(name, options(name), given, check_mode=True)
        frames[host] = {**found["frame"], "jobs": planned(reports)}
    path = here.write(file, json.dumps({**found["plan_head"], "hosts": frames}))
    return {"plan_file": str(path)}


def would(service: str, action: str, job: t.Any, name: str = "", status: str = "RUNNING", **more: str) -> dict:
    """The report of a task in check mode."""
    return {"service": service, "jobs": [{"id": job, "name": name, "action": action, "status": status}], **more}


def test_plans():
    """Each playbook does what was planned, and nothing else; of two hosts none begins if the jobs of one are others."""
    seed = {
        "flink_jobs": [
            {"job_id": 1, "name": ODD_NAME, **RUNNING},
            {"job_id": 2, "project_id": NIGHTLY, **RUNNING},
            {"job_id": 5, "name": "old", "status": "job_finish", "age": OLD},
        ],
        "batches": [{"id": batch_id(1), "name": "b", "state": "running"}],
        "sql_jobs": [{"job_id": "s", "status": "RUNNING", "job_type": "QUERY", "queue_name": "q"}],
        "mrs_jobs": [{"job_id": "m", "job_name": "m", "job_state": "RUNNING"}],
    }
    day, night = {"project_name": "eu-de"}, {"project_name": "eu-de_nightly"}
    purge = {**day, "older_than": "30d"}
    stop = {**day, "all_jobs": True, "services": ["spark", "sql", "mrs"], "clusters": ["analytics"]}
    reports = [would("spark", "cancel", batch_id(1), "b"), would("mrs", "kill", "m", "m", otc__cluster="analytics")]
    stops = {1: would("flink", "stop", 1, ODD_NAME), 2: would("flink", "stop", 2, "job-2")}
    with two_projects(**seed) as (emulator, here):
        both = {"day": ({**QUEUE, **day}, [stops[1]]), "night": ({**QUEUE, **night}, [stops[2]])}
        window = {**QUEUE, **plan(here, "maintenance_window", "window.json", both)}
        purge |= plan(here, "purge_finished", "purge.json", {"day": (purge, [would("flink", "delete", 5, "old")])})
        stop |= plan(
            here, "stop_all", "stop.json", {"day": (stop, [*reports, would("sql", "cancel", "s", "QUERY on q")])}
        )

        emulator.world.add("flink_jobs", {"job_id": 4, "name": "new", "project_id": NIGHTLY, **RUNNING})
        refused = play_hosts(here, "maintenance_window", {"day": day, "night": night}, **window)
        assert fatal(refused, "night").startswith("plan_file: not planned: flink: stop 4 (new), job_running\n")
        emulator.faults.add(path=f"/{NIGHTLY}/streaming/jobs$", kind="status", status=403)
        refused = play_hosts(here, "maintenance_window", {"day": day, "night": night}, **window)
        assert fatal(refused, "day").startswith("plan_file: the jobs of night are not known\n")
        assert emulator.log.summary()["writes"] == 0

        emulator.world.add("flink_jobs", {"job_id": 4, "project_id": NIGHTLY, "status": "job_init"})
        imports = [
            {"ansible.builtin.import_playbook": f"otc.bigdata.{name}", "vars": {"otc_hosts": hosts, **variables}}
            for name, hosts, variables in (
                ("maintenance_window", "all", window),
                ("purge_finished", "day", purge),
                ("stop_all", "day", stop),
            )
        ]
        done = here.start("playbook", str(here.write("site.yml", imports)), "-i", "hosts.yml").end(300)
        assert done.code == 0, done.said
        sent = [write["job_ids"] for write in Flink(emulator).writes if write and "job_ids" in write]
        assert sorted(sent) == [[1], [2], [5]]
        assert {job: truth(emulator)[job] for job in (4, 5, batch_id(1), "m", "s")} == {
            4: "job_init",
            5: None,
            batch_id(1): "dead",
            "m": "KILLED",
            "s": "CANCELLED",
        }


def test_started_after_the_look_at_the_plan():
    """Nothing is deleted, and a message says so: not the jobs, of which there may be hundreds."""
    seed = [{"job_id": 5, "name": "old", "status": "job_finish", "age": OLD}]
    variables = {"older_than": "30d", "services": "flink"}
    with world(flink_jobs=seed) as (emulator, here):
        variables |= plan(
            here, "purge_finished", "p.json", {"localhost": (variables, [would("flink", "delete", 5, "old")])}
        )
        answer, looks = emulator.answer, []

        def answered(request, connection: int):
            looks.extend([request.path] if "/jobs" in request.path else [])
            if len(looks) == 2:  # the first one selects
                emulator.world.add("flink_jobs", {"job_id": 5, "name": "old", "status": "job_running", "age": OLD})
            return answer(request, connection)

        emulator.answer = answered
        run = play(here, "purge_finished", variables)
        message, *rest = fatal(run).splitlines()
        assert message.startswith("plan_file: Saw the end of 0 of 1 job, 1 failed: 5: job_running")
        assert rest == ["Nothing was changed. Make a new plan."]
        assert '"jobs":' not in run.out
        assert truth(emulator)[5] == "job_running"


# ---- wrong variables ----

MISSING = "names: give patterns of names, or a queue_name; all_jobs=true means every job"
AGE = "is not one positive number and one of s m h d w, as in 30d"


# of each playbook: what Ansible refuses, and what we do. All that needs no Ansible is in test__playbook_settings.py
WRONG: dict[str, list[tuple[dict, str]]] = {
    "purge_finished": [
        ({}, "missing required arguments: older_than"),
        ({"older_than": "1d", "services": "flink,spark"}, "must be one or more of: flink, mrs. Got no match for: spark"),
        ({"older_than": 3}, f"older_than: '3' {AGE}"),
        ({"older_than": "3d", "export_to": "ops/../x"}, "export_to: must be a bucket of OBS, and a folder in it"),
        ({"older_than": "3d", "services": "mrs", "clusters": ""}, "clusters: the service mrs needs the names of its clusters"),
    ],
    "stop_all": [
        ({"names": None, "queue_name": None}, MISSING),
        ({"names": "\n", "queue_name": template("omit")}, MISSING),
        ({"names": template("omit")}, MISSING),
        ({"queue_name": template("nobody_knows")}, "queue_name: has no value: 'nobody_knows' is undefined"),
        ({"names": [None], "queue_name": "q"}, "names: is empty; leave it out or give it a value"),
        ({"names": ["a", 128]}, "names: must be text, not the number 128; write a pattern such as [0]10, or quote it in YAML"),
        ({"queue_name": "a\nb"}, "queue_name: has a line break or another control character in it"),
    ],
    "maintenance_window": [
        ({"queue_name": "q", "maintenance_tasks": "nowhere.yml"}, "maintenance_tasks: there is no file '{home}/nowhere.yml'"),
        ({"queue_name": "q", "start_again": "sometimes"}, "value of start_again must be one of: always, after_success, never"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("playbook", WRONG)
def test_wrong_variables(playbook):
    """One sentence each, before any request, also for a host whose variables are right."""
    cases = WRONG[playbook]
    right = {"names": ["*"], "older_than": "1d"}
    hosts = {"right": right, **{f"host{number}": variables for number, (variables, dummy) in enumerate(cases)}}
    with world() as (emulator, here):
        run = play_hosts(here, playbook, hosts)
        assert run.code == 2
        for number, (dummy, message) in enumerate(cases):
            said = fatal(run, f"host{number}")
            assert message.format(home=here.home) in said
            assert "\n" not in said
        assert recap(run, "right")["changed"] == recap(run, "right")["failed"] == 0
        assert emulator.log.entries() == []


def test_help():
    """It tells all variables, ends well although one is missing and another one wrong, and the next playbook goes on."""
    names = ("purge_finished", "awx.configure")
    imports = [{"ansible.builtin.import_playbook": f"otc.bigdata.{name}"} for name in names]
    with folder() as here:
        variables = json.dumps({"help": "true", "max_jobs": 0})
        run = here.start("playbook", str(here.write("site.yml", imports)), "-e", variables).end(120)
        assert run.code == 0, run.said
        assert recap(run)["changed"] == 0
        for name in names:
            path = PLAYBOOKS.joinpath(*name.split(".")[:-1], "meta", f"{name.rsplit('.', maxsplit=1)[-1]}.yml")
            (spec,) = yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"].values()
            for variable, option in spec["options"].items():
                assert f'"{variable} ({option["type"]}' in run.out
        assert '"older_than (str, required)"' in run.out
        assert '"    Default: 100"' in run.out


def stop_all_by(here: Folder, line: str, *imports: dict) -> list[str]:
    """The arguments for a playbook that imports this one, also for the host number of an inventory."""
    here.write("hosts.ini", f"number {line}\n")
    plays = [{"ansible.builtin.import_playbook": "otc.bigdata.stop_all", "vars": variables} for variables in imports]
    return [str(here.write("site.yml", plays)), "-i", "hosts.ini"]


def test_text_that_looks_like_a_number():
    """It stays text: that of the command line, of an inventory, and of who imports the playbook."""
    names = {1: "010", 2: "012", 8: "8", 10: "10", 12: "12", 128: "128"}
    seed = [
        *({"job_id": number, "name": name, "status": "job_running", "queue_name": "010"} for number, name in names.items()),
        *({"job_id": 500 + queue, "name": "010", "status": "job_running", "queue_name": str(queue)} for queue in (8, 10)),
    ]  # fmt: skip
    with world(flink_jobs=seed) as (emulator, here):
        line = stop_all_by(here, """names='"012"'""", {"names": ["010"]}, {"otc_hosts": "number"})
        run = here.start("playbook", *line, "-e", "queue_name=010", "-e", '{"services": "flink"}').end(120)
        assert run.code == 0, run.said
        stopped = {number for number, status in Flink(emulator).truth.items() if status != "job_running"}
        assert stopped == {1, 2}, run.said


def test_what_has_become_a_number():
    """On any of these ways. It is refused, also where it is an ID."""
    with world(flink_jobs=[{"job_id": 128, "name": "128", **RUNNING}]) as (emulator, here):
        line = stop_all_by(here, "names=128", {"otc_hosts": "number", "queue_name": 128})
        run = here.start("playbook", *line, "-e", '{"project_id": 128}', "-e", "{region: 2026-11-28}").end(120)
        assert run.code == 2
        said = {text.partition(";")[0] for text in fatal(run, "number").splitlines()}
        number = {f"{name}: must be text, not the number 128" for name in ("names", "queue_name", "project_id")}
        assert said == {*number, "region: must be text, not the date 2026-11-28"}
        assert "the number 128; write a pattern" in fatal(run, "number")
        assert emulator.log.entries() == []


def test_every_job():
    """As with the pattern *, also one without a name; of a queue, every job of it."""
    jobs = {
        1: {"name": None, **RUNNING},
        2: {"name": "all", **UP},
        11: {"project_id": NIGHTLY, "name": None, **RUNNING},
        12: {"project_id": NIGHTLY, "name": "all", **UP},
        13: {"project_id": NIGHTLY, "name": None, **UP},
    }
    seed = {"flink_jobs": [{"job_id": job, **about} for job, about in jobs.items()], "batches": []}
    day, night = {"project_name": "eu-de"}, {"project_name": "eu-de_nightly"}
    with two_projects(**seed) as (emulator, here):
        every = {"all_jobs": True}
        hosts = {"few": {**day, **every, "min_jobs": 3}, "queue": {**night, **every, **QUEUE}}
        run = play_hosts(here, "maintenance_window", hosts)
        assert fatal(run, "few").startswith("min_jobs: at least 3 must match, running or not, but 2 do")
        assert Flink(emulator).truth == {**dict.fromkeys(jobs, "job_running"), 11: "job_cancel_success"}
        run = play_hosts(here, "stop_all", {"every": {**day, **every}, "named": {**night, "names": "all"}})
        assert run.code == 0, run.said
        said = said_to(run, "Say what is going to be done", "every")
        assert said.startswith("Stop what runs in flink, spark, sql: every job; ")
        assert Flink(emulator).truth == {**dict.fromkeys(jobs, "job_cancel_success"), 13: "job_running"}


def test_blank_is_not_given():
    """As a survey passes it on; lists are text with commas or lines. The first line that is said tells what is meant."""
    variables = {
        "names": "orders*,\n\n clicks \n",
        "queue_name": " ",
        "all_jobs": "",
        "services": "",
        "clusters": "",
        "max_jobs": "",
        "trigger_savepoint": "",
        "project_name": "",
        "cloud": None,
        "otc_hosts": "",
    }
    seed = [{"job_id": 1, "name": "clicks", **RUNNING}, {"job_id": 2, "name": "alerts", **RUNNING}]
    with world(flink_jobs=seed, batches=[]) as (emulator, here):
        intent = "Stop what runs in flink, spark: jobs named orders*, clicks; Flink jobs with savepoints; the project of the credential"
        run = play(here, "stop_all", variables)
        assert first_line(run) == intent
        assert run.code == 0, run.said
        assert Flink(emulator).truth == {1: "job_cancel_success", 2: "job_running"}
        assert [write["trigger_savepoint"] for write in Flink(emulator).writes] == [True]


def test_an_empty_answer_leaves_what_the_inventory_says():
    """Whoever answers nothing, on the command line or in a playbook that imports ours, gets the project and the jobs of the host."""
    of_host = {"project_name": template("'eu-de_' ~ half"), "half": "nightly", "max_jobs": 5}
    answers = {"project_name": "", "project_id": None, "except_names": " ", "max_jobs": "", "region": ""}
    running = {"status": "job_running", "queue_name": "streaming"}
    seed = [
        {"job_id": 1, "name": "clicks", **running},
        {"job_id": 2, "name": "clicks", "project_id": NIGHTLY, **running},
        {"job_id": 3, "name": "orders", "project_id": NIGHTLY, **running},
    ]
    spares, where = (
        "every job on the queue streaming, but not orders*",
        "; project_name eu-de_nightly (of the inventory)",
    )
    with two_projects(flink_jobs=seed) as (emulator, here):
        hosts = {"hosts": {"night": of_host}, "vars": {"except_names": "orders*"}}
        here.write("hosts.yml", {"all": {"children": {"projects": hosts}}})
        line = {"otc_hosts": "projects", "services": "flink", "queue_name": "streaming"}
        given = {name: template("nothing | default(omit)") for name in ("project_name", "except_names")}
        imports = {"ansible.builtin.import_playbook": "otc.bigdata.show_jobs", "vars": {**line, **given}}
        shown = here.start("playbook", str(here.write("site.yml", [imports])), "-i", "hosts.yml").end(120)
        assert shown.code == 0, shown.said
        assert first_line(shown) == f"Show what is in flink: {spares}{where}"

        run = play(here, "stop_all", {**line, **answers}, "-i", "hosts.yml")
        assert run.code == 0, run.said
        assert first_line(run).startswith(f"Stop what runs in flink: {spares}; ")
        assert first_line(run).endswith(where)
        assert Flink(emulator).truth == {1: "job_running", 2: "job_cancel_success", 3: "job_running"}


SLIPS = {
    "names": "*",
    "trigger_savepoints": True,
    "start_agian": "never",
    "stopped_job_file": "a.yml",
    "max-jobs": 3,
    "chosen": {},
    "otc__jobs": [],
    "older_than": "1d",
    "services": " ",
    "my_own": 1,
    "OS_USERNAME": "x",
    "auth_url": " ",
}
SLIPPED = [
    "chosen: is what the playbook itself works with; give your variable another name",
    "max-jobs: there is no such variable; is max_jobs meant?",
    "otc__jobs: is what the playbook itself works with; give your variable another name",
    "older_than: this playbook has none; older_than is a variable of purge_finished. Leave it out, or give a variable of your own another name",
    "start_agian: there is no such variable; is start_again meant?",
    "stopped_job_file: there is no such variable; is stopped_jobs_file meant?",
    "trigger_savepoints: there is no such variable; is trigger_savepoint meant?",
]


def test_misspelt_variables():
    """Those of the command line, and of a playbook that imports this one, are refused by name; those of an inventory are not."""
    imported = {"queue_name": "a", "trigger_savepoint": True, "min_job": 2, "token": "t"}
    own = {
        "cluster": "x",
        "older_than": "1d",
        "regions": ["eu-de"],
        "region": "eu-de",
        "token": "x",
        "username": template("nobody_knows"),
    }
    with world(flink_jobs=[], batches=[]) as (emulator, here):
        imports = {"ansible.builtin.import_playbook": "otc.bigdata.maintenance_window", "vars": imported}
        here.write("hosts.yml", {"all": {"hosts": {"localhost": own}}})
        line = ["-i", "hosts.yml", "-e", json.dumps(SLIPS), "-e", "names=a, b", "-e", "help=t", "-e", "dry_run=true"]
        run = here.start("playbook", str(here.write("site.yml", [imports])), *line).end(120)
        assert run.code == 2
        variable, of_import, left_over, of_help, of_dry_run, *slipped = fatal(run).splitlines()
        assert variable.startswith("OS_USERNAME: is no variable of this playbook; set it where the login is")
        assert of_import.startswith("token: is no variable of this playbook; ")
        assert left_over.startswith("-e: a part without = is no variable")
        assert of_help == "help: must be true or false"
        assert of_dry_run.startswith("dry_run: is no variable of this playbook")
        assert sorted(slipped) == sorted([*SLIPPED, "min_job: there is no such variable; is min_jobs meant?"])
        assert emulator.log.entries() == []

        run = play(here, "stop_all", {"names": "a"}, "-i", "hosts.yml", "-e", "{1: x}")
        assert run.code == 0, run.said
        assert first_line(run).endswith("the project of the credential, region eu-de (of the inventory)")


def test_localhost_is_a_cluster():
    """An inventory has named one so. Its project is not taken for the one that is meant."""
    host = {"localhost": {"project_name": "eu-de_nightly", "ansible_connection": "local"}}
    with world() as (emulator, here):
        here.write("hosts.yml", {"mrs_clusters": {"hosts": host}})
        run = play(here, "stop_all", {"names": "*"}, "-i", "hosts.yml")
        assert run.code == 2
        assert fatal(run).startswith("otc_hosts: 'localhost' is a cluster of the inventory mrs_clusters here")
        assert emulator.log.entries() == []


NOT_OURS = "stopped_jobs_file: '{home}/other.yml' was not written by this playbook"
OF_DAY = "stopped_jobs_file: tells of day, not of the host {host}; take the inventory of the window"
WRONG_FILES: dict[str, list[tuple[dict, str]]] = {
    "maintenance_window": [
        ({"stopped_jobs_file": "/nowhere/a.yml"}, "stopped_jobs_file: there is no folder '/nowhere'"),
        ({"stopped_jobs_file": "files"}, "stopped_jobs_file: '{home}/files' is a folder"),
        ({"stopped_jobs_file": "pipe"}, "stopped_jobs_file: '{home}/pipe' is no regular file"),
        ({"stopped_jobs_file": "other.yml"}, NOT_OURS),
        ({"stopped_jobs_file": "broken.yml"}, "stopped_jobs_file: '{home}/broken.yml' cannot be read: it is no YAML"),
    ],
    "maintenance_end": [
        ({"stopped_jobs_file": "files/odd.yml"}, "stopped_jobs_file: '{home}/files/odd.yml' was not written by"),
        ({}, "stopped_jobs_file: give the file that maintenance_window has written, or stopped_jobs, as"),
        ({"stopped_jobs_file": "nowhere.yml"}, "stopped_jobs_file: there is no file '{home}/nowhere.yml'"),
        ({"stopped_jobs_file": "other.yml"}, NOT_OURS),
        ({"stopped_jobs_file": "files/day.yml"}, OF_DAY),
        ({"otc_bigdata": {"flink": {"stopped_jobs": {"day": [1]}}}}, OF_DAY),
    ],
}


@pytest.mark.parametrize("playbook", WRONG_FILES)
def test_wrong_file(playbook):
    cases = {f"host{number}": case for number, case in enumerate(WRONG_FILES[playbook])}
    with world() as (emulator, here):
        here.write("other.yml", ["something"])
        here.write("broken.yml", "a: [")
        here.write("files/odd.yml", {"stopped_jobs": {"localhost": ["../1"]}})
        here.write("files/day.yml", {"stopped_jobs": {"day": [1]}})
        os.mkfifo(here.home / "pipe")
        run = play_hosts(here, playbook, {host: {**QUEUE, **variables} for host, (variables, dummy) in cases.items()})
        assert run.code == 2
        for host, (dummy, message) in cases.items():
            assert fatal(run, host).startswith(message.format(home=here.home, host=host))
            assert "\n" not in fatal(run, host)
        assert emulator.log.entries() == []


def test_another_strategy():
    """Of several hosts none begins if the variables of one are wrong, and one file keeps what all of them do, whatever ansible.cfg says."""
    files = [*PLAYBOOKS.glob("*.yml"), *PLAYBOOKS.glob("awx/maintenance*.yml")]
    plays = [yaml.safe_load(file.read_text(encoding="utf-8"))[0] for file in files]
    assert {play["hosts"] for play in plays if "strategy" not in play} == {"localhost"}
    with world(flink_jobs=running({"day": [1], "night": [11]})) as (emulator, here):
        here.write("ansible.cfg", "[defaults]\nstrategy = free\n")
        both = {name: {"queue_name": name, "stopped_jobs_file": "stopped.yml"} for name in ("day", "night")}
        run = play_hosts(here, "maintenance_window", {**both, "wrong": {"names": []}})
        assert fatal(run, "wrong").startswith("names: is empty")
        assert emulator.log.entries() == []
        run = play_hosts(here, "maintenance_window", both)
        assert run.code == 0, run.said
        assert kept(here) == {"stopped_jobs": {"day": [1], "night": [11]}, "finished": []}


def test_no_host():
    """A run of which nothing comes, as its inventory could not be read, is no success. A group without a host is enough to stop all that is there."""
    with world(flink_jobs=[]) as (emulator, here):
        here.write("hosts.yml", {"all": {"children": {"clusters": {"hosts": {}}}}})
        for playbook, hosts, code in (
            ("stop_all", "cluster", 4),
            ("stop_all", "clusters", 0),
            ("maintenance_window", "clusters", 4),
        ):
            run = here.start("playbook", f"otc.bigdata.{playbook}", "-i", "hosts.yml", "-e", f"otc_hosts={hosts}").end(
                120
            )
            assert (run.code, f"otc_hosts: no host matches {hosts}" in run.said) == (code, code > 0), run.said
        line = ("otc.bigdata.maintenance_window", "-e", "otc_hosts=clusters", "--syntax-check")
        checked = here.start("playbook", *line).end(120)  # as ansible-lint does it, without the inventory
        assert checked.code == 0, checked.said


def test_limit_leaves_no_host():
    """A limit that passes all of them over is no success either. A playbook that imports ours may have plays for the hosts that are left."""
    with world(flink_jobs=[]) as (emulator, here):
        here.write("hosts.yml", {"all": {"hosts": {"day": {}, "night": {}}}})
        variables = {"all_jobs": True, "otc_hosts": "night"}
        imports = [{"ansible.builtin.import_playbook": "otc.bigdata.stop_all", "vars": variables}]
        site = here.write("site.yml", imports)
        for line, hosts, code in (
            (["otc.bigdata.stop_all", "-e", "all_jobs=true"], "localhost", 4),
            ([str(site), "-e", "otc_hosts=night"], "night", 4),
            ([str(site)], "night", 0),
            ([str(site), "--tags", "x"], "night", 0),
        ):
            run = here.start("playbook", *line, "-i", "hosts.yml", "--limit", "day").end(120)
            assert run.code == code, run.said
            assert f"otc_hosts: --limit leaves no host of {hosts}, so nothing is done for them" in run.said
        assert emulator.log.entries() == []


def test_tags_leave_no_task():
    """Nor is a run that leaves out all that there is to do."""
    with world() as (emulator, here):
        for playbook in ("otc.bigdata.stop_all", str(PLAYBOOKS / "stop_all.yml")):
            for option, value in (("--tags", "flink"), ("--skip-tags", "untagged"), ("--start-at-task", "Report")):
                run = here.start("playbook", playbook, "-e", "all_jobs=true", option, value).end(120)
                assert (run.code, f"{option}: this playbook is carried out whole" in run.said) == (4, True), run.said
        assert emulator.log.entries() == []


def test_tags_in_a_clone():
    """As in a project of AWX. A playbook of the same name may be one that imports ours."""
    with world() as (emulator, here):
        shutil.copytree(PLAYBOOKS, here.path / "clone")
        imports = [{"ansible.builtin.import_playbook": "otc.bigdata.stop_all", "vars": {"all_jobs": True}}]
        for playbook, code in ((here.path / "clone/stop_all.yml", 4), (here.write("stop_all.yml", imports), 0)):
            run = here.start("playbook", str(playbook), "-e", "all_jobs=true", "--tags", "x").end(120)
            assert (run.code, "--tags: this playbook is carried out whole" in run.said) == (code, bool(code)), run.said
        assert emulator.log.entries() == []


def test_a_file_for_each_host():
    """All hosts of a window have one file, as the last of them writes what all have done."""
    own = {name: {"stopped_jobs_file": f"{name}.yml", "names": "*"} for name in ("day", "night")}
    with world() as (emulator, here):
        here.write("hosts.yml", {"all": {"hosts": own}})
        run = play(here, "maintenance_window", {"otc_hosts": "all"}, "-i", "hosts.yml")
        assert {fatal(run, name) for name in own} == {"stopped_jobs_file: must be one file for all hosts of the play"}
        assert emulator.log.entries() == []


# ---- what they say of themselves ----


def options(name: str) -> dict[str, dict]:
    meta = yaml.safe_load((PLAYBOOKS / f"meta/{name}.yml").read_text(encoding="utf-8"))
    return meta["argument_specs"][name]["options"]


def test_defaults_of_the_modules():
    """Where a playbook has no reason for another one."""
    own = {
        "drain_queue": {"max_jobs"},
        "maintenance_end": {"wait_timeout", "resume_savepoint"},
        "maintenance_window": {"wait_timeout", "trigger_savepoint"},
        "stop_all": {"trigger_savepoint"},
    }
    modules = {**change_options(), **dict.fromkeys(("trigger_savepoint", "resume_savepoint"), {"default": False})}
    for name in NAMES:
        for option, about in options(name).items():
            if option in modules and option not in own.get(name, ()):
                assert about["default"] == modules[option]["default"], f"{name}: {option}"


def test_every_active_status():
    """The playbooks choose by status, so they must know each one in which there is something to stop."""
    files = [(PLAYBOOKS / f"tasks/{name}.yml").read_text(encoding="utf-8") for name in ("stop_flink", "stop")]
    flink, dummy, *others = [task for text in files for task in yaml.safe_load(text)]
    spark, sql, mrs = (task["vars"]["otc__filters"] for task in others)
    assert "chosen.active" in flink["otc.bigdata.dli_flink_jobs"]["filters"]
    assert set(STATUSES["active"]) == {word for word, step in flink_jobs.STOP_STEPS.items() if step is not Step.DONE}
    assert set(spark["state"]) == {word for word, step in spark_batches.STEPS.items() if step is not Step.DONE}
    assert {word.lower() for word in sql["status"]} == {
        word for word, step in sql_jobs.STEPS.items() if step is not Step.DONE
    }
    assert {word.lower() for word in mrs["state"]} == set(mrs_jobs.ACTIVE)


def names_within(content: t.Any) -> t.Iterator[str]:
    """Variables that tasks make."""
    if isinstance(content, list):
        for one in content:
            yield from names_within(one)
    elif isinstance(content, dict):
        for key, one in content.items():
            yield from (
                one if key in ("vars", "ansible.builtin.set_fact") else [one] if key in ("register", "loop_var") else ()
            )
            yield from names_within(one)


def test_variables_of_their_own():
    """The playbooks know each name that they use themselves, and refuse it as a variable of the command line."""
    files = [*PLAYBOOKS.glob("tasks/[!s]*.yml"), *PLAYBOOKS.glob("tasks/sto*.yml"), *PLAYBOOKS.glob("tasks/start.yml")]
    files += [PLAYBOOKS / f"{name}.yml" for name in NAMES]
    found = {name for file in files for name in names_within(yaml.safe_load(file.read_text(encoding="utf-8")))}
    found -= {
        "ansible_python_interpreter",
        "flink_stop",
        "flink_purge",
        "mrs_stop",
        "mrs_purge",
        "spark_stop",
        "sql_stop",
    }  # of demo.yml
    assert {name for name in found if not name.startswith(OWN_PREFIX)} == OWN


@pytest.mark.parametrize("name", NAMES)
def test_no_variable_is_nearly_another_one(name):
    """One that is good for another playbook is never taken for a slip."""
    others = {option for other in NAMES for option in options(other)} - set(options(name))
    assert not [(one, known) for one in others for known in options(name) if alike(one, known)]


@pytest.mark.parametrize("name", NAMES)
def test_examples(name):
    """They can be pasted as they are. (A look at a queue after the other comes sooner than it would, and those that only read,
    some of which wait between requests, run side by side.)"""
    more = ["-e", "wait_interval=1"] if name == "drain_queue" else []
    meta = yaml.safe_load((PLAYBOOKS / f"meta/{name}.yml").read_text(encoding="utf-8"))
    seed = {
        "flink_jobs": [
            {"status": "job_running", "queue_name": "streaming"},
            {"status": "job_finish", "age": OLD},
            *({"job_id": job, "status": "job_cancel_success", "has_savepoint": True} for job in (7, 8, 9)),
        ],
        "sql_jobs": [{"status": "RUNNING", "queue_name": "etl_night"}],
        "mrs_jobs": [],
    }
    with world(**seed) as (emulator, here):
        here.write("upgrade.yml", HAND_OVER)
        if name == "maintenance_end":
            here.write("stopped_jobs.yml", {"stopped_jobs": {"localhost": [7]}})
        lines = meta["argument_specs"][name]["examples"].replace("\\\n", "").splitlines()
        commands = [shlex.split(line)[1:] for line in lines if line.startswith("ansible-playbook ")]
        for together in [commands] if name in READERS else [[command] for command in commands]:
            for run in [here.start("playbook", *command, *more, **ONE_PROCESS) for command in together]:
                assert run.end(600).code == 0, run.said
        assert (emulator.log.summary()["writes"] > 0) is (name not in READERS)


# ---- the guides about them ----


@pytest.mark.parametrize("name", ["guide_maintenance", "guide_purge"])
def test_guide(name):
    """All its files and commands, in order. What is only shown is not run: a crontab, and the figures for a workflow."""
    with world() as (emulator, here):
        # As the credential would tell; it is good for both projects
        login = {"OS_TOKEN": "", "OS_USERNAME": "demo", "OS_PASSWORD": "demo-password"}
        sooner = {"drain_queue -e": "drain_queue -e wait_interval=1 -e"}
        with reader(here, sooner, **login, OS_USER_DOMAIN_NAME="demo-domain", OS_PROJECT_NAME="eu-de") as one:
            for block in blocks(GUIDES / f"{name}.rst"):
                if block.language != "none" and not block.text.startswith("otc_bigdata:"):
                    one.follow(block)
        assert emulator.log.summary()["writes"] > 0
