# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks of the collection as users run them: ``ansible-playbook otc.bigdata.NAME -e ...``, against an emulator."""

from __future__ import annotations

import json
import pathlib
import re
import typing as t

import pytest
import yaml

from ansible_collections.otc.bigdata.plugins.module_utils import _dli_batch, _dli_flink, _mrs_jobs
from ansible_collections.otc.bigdata.plugins.module_utils._options import change_options
from ansible_collections.otc.bigdata.plugins.module_utils._plan import DONE
from ansible_collections.otc.bigdata.tests.emulator.server import Emulator
from ansible_collections.otc.bigdata.tests.unit.utils.emulated import environ, template, world
from ansible_collections.otc.bigdata.tests.unit.utils.flink import Flink
from ansible_collections.otc.bigdata.tests.unit.utils.guides import GUIDES, blocks, reader
from ansible_collections.otc.bigdata.tests.unit.utils.mrs import Mrs
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import Folder, Run, folder, wait_for
from ansible_collections.otc.bigdata.tests.unit.utils.service import NIGHTLY
from ansible_collections.otc.bigdata.tests.unit.utils.spark import Spark

PLAYBOOKS = pathlib.Path(__file__).resolve().parents[3] / "playbooks"
NAMES = ("maintenance_end", "maintenance_window", "purge_finished", "stop_all")
OLD = 40 * 86400
ODD_NAME = "Größe {{ no }} {% if"  # must not be taken for a template


def batch_id(number: int) -> str:
    return f"0a324461-d9d9-45da-a52a-{number:012}"


def play(here: Folder, name: str, variables: dict, *arguments: str) -> Run:
    line = [f"otc.bigdata.{name}", "-e", json.dumps(variables), *arguments]
    run = here.start("playbook", *line, ANSIBLE_SHOW_CUSTOM_STATS="1").end(600)
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


def truth(emulator: Emulator) -> dict[str, t.Any]:
    """The real status of all jobs of all services, None for deleted ones."""
    return {job_id: status for service in (Flink, Spark, Mrs) for job_id, status in service(emulator).truth.items()}


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
    again = play(here, name, variables)
    assert again.code == 0, again.said
    assert emulator.log.summary()["writes"] == writes
    assert recap(again)["changed"] == 0
    assert recap(predicted)["changed"] == recap(done)["changed"] > 0
    return done, again


# ---- stop_all ----


def test_stop_all():
    seed = {
        "flink_jobs": [
            {"count": 120, "status": "job_finish"},  # max_jobs does not count them
            {"job_id": 501, "name": ODD_NAME, "status": "job_running"},
            {"job_id": 502, "name": None, "status": "job_submitting"},
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
        assert [write["trigger_savepoint"] for write in Flink(emulator).writes if write and "job_ids" in write] == [True]
        assert counts(again) == {"flink": [0, 0, 0, 0], "spark": [0, 0, 0, 0], "mrs": [0, 0, 0, 0]}
        assert stats(run)["mrs"]["messages"] == ["Stopped 2 of 2 jobs", "No job selected: there are none"]
        for line in ("flink: Stopped 2 of 2 jobs", "mrs, reports: No job selected", ODD_NAME):
            assert line in run.tasks()["Show what happened"]


def test_one_service_fails():
    """The others are handled all the same, and the end names all that failed. Names and queue choose together."""
    common = {"queue_name": "streaming", "status": "job_running"}
    seed = {
        "flink_jobs": [
            {"job_id": 1, "name": "orders", **common, "refuse": {"stop": "DLI.15002"}},
            {"job_id": 2, "name": "orders-b", **common},
            {"job_id": 3, "name": "clicks", **common},
            {"job_id": 4, "name": "orders-c", **common, "queue_name": "critical"},
        ],
        "batches": [
            {"id": batch_id(1), "name": "orders", "state": "running", "queue": "streaming"},
            {"id": batch_id(2), "name": "orders", "state": "running", "queue": "spark"},
        ],
        "mrs_jobs": [
            {"job_id": "a", "job_name": "orders", "job_state": "RUNNING", "queue": "streaming"},
            {"job_id": "b", "job_name": "orders", "job_state": "RUNNING", "queue": "default"},
        ],
    }
    variables = {
        "names": ["orders*", "alerts"],
        "queue_name": "streaming",
        "clusters": ["nowhere", "analytics"],
        "services": "spark,mrs,flink",
        "trigger_savepoint": "true",
        "wait_timeout": 20,
    }
    with world(**seed) as (emulator, here):
        run = play(here, "stop_all", variables)
        assert run.code == 2
        found = truth(emulator)
        assert [found[one] for one in (1, 2, 3, 4)] == [
            "job_running",
            "job_cancel_success",
            "job_running",
            "job_running",
        ]
        assert [found[batch_id(one)] for one in (1, 2)] == ["dead", "running"]
        assert [found[one] for one in ("a", "b")] == ["KILLED", "RUNNING"]
        assert counts(run) == {"flink": [2, 1, 0, 1], "spark": [1, 1, 0, 0], "mrs": [1, 1, 0, 0]}
        first, second = fatal(run).splitlines()
        assert first.startswith("flink: Stopped 1 of 2 jobs, 1 failed: 1: ")
        assert second == "mrs, nowhere: cluster_name: there is no cluster 'nowhere' in this project"
        assert all(write["trigger_savepoint"] for write in Flink(emulator).writes if write and "job_ids" in write)


def test_hosts():
    """One for each project; their figures add up."""
    hosts = {
        "day": {"project_name": "eu-de", "queue_name": "streaming"},
        "night": {"project_name": "eu-de_nightly", "names": "*"},
    }
    running = {"status": "job_running", "queue_name": "streaming"}
    seed = {
        "flink_jobs": [
            {"job_id": 1, **running},
            {"job_id": 2, "project_id": NIGHTLY, **running},
            {"job_id": 3, "status": "job_running"},
        ],
        "batches": [],
        "mrs_jobs": [],
    }
    by_password = {"OS_USERNAME": "demo", "OS_PASSWORD": "demo-password", "OS_USER_DOMAIN_NAME": "demo-domain"}
    with Emulator(seed=seed) as emulator, folder(**{**environ(emulator), "OS_TOKEN": "", **by_password}) as here:
        here.write("hosts.yml", {"all": {"hosts": hosts}})
        run = play(here, "stop_all", {"otc_hosts": "all"}, "-i", "hosts.yml")
        assert run.code == 0, run.said
        assert truth(emulator) == {1: "job_cancel_success", 2: "job_cancel_success", 3: "job_running"}
        assert counts(run) == {"flink": [2, 2, 0, 0], "spark": [0, 0, 0, 0]}
        assert stats(run)["flink"]["messages"] == ["Stopped 1 of 1 job"] * 2


# ---- purge_finished ----


def test_purge_finished():
    statuses = dict(enumerate(_dli_flink.STOP_STEPS, 1))
    states = ["NEW", "NEW_SAVING", "SUBMITTED", "ACCEPTED", "RUNNING", "FINISHED", "FAILED", "KILLED"]
    seed = {
        "flink_jobs": [
            *({"job_id": number, "status": status, "age": OLD} for number, status in statuses.items()),
            {"job_id": 501, "status": "job_finish", "age": 86400},
        ],
        "mrs_jobs": [
            *({"job_id": state, "job_state": state, "age": OLD} for state in states),
            {"job_id": "new", "job_state": "FINISHED", "age": 86400},
        ],
        "batches": [{"id": batch_id(1), "state": "dead", "age": OLD}],
    }
    with world(**seed) as (emulator, here):
        before = truth(emulator)
        variables = {"older_than": "30d", "clusters": "analytics"}
        run, dummy = three_runs(emulator, here, "purge_finished", variables, 2)
        ended = {number for number, status in statuses.items() if status == "job_finish"}
        gone = ended | {"FINISHED", "FAILED", "KILLED"}
        assert truth(emulator) == {job_id: None if job_id in gone else status for job_id, status in before.items()}
        assert counts(run) == {"flink": [1, 1, 0, 0], "mrs": [3, 3, 0, 0]}

        run = play(here, "purge_finished", {"older_than": "30d", "delete_stopped": True})
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
        first, second = fatal(run).splitlines()
        assert first.startswith("flink: ")
        assert "3" in first
        assert "max_jobs" in first
        assert second.startswith("mrs, analytics: Deleted 1 of 2 jobs, 1 failed: a: ")


# ---- maintenance_window, maintenance_end ----

HAND_OVER = [{"name": "Work", "ansible.builtin.debug": {"msg": template("'stopped: ' ~ (stopped_jobs | sort)")}}]
QUEUE = {"queue_name": "streaming"}
RUNNING = {"status": "job_running", **QUEUE}
WINDOW = {"maintenance_tasks": "upgrade.yml", "stopped_jobs_file": "stopped.yml"}


def kept(here: Folder) -> dict:
    """What the file says; that a window is over, but not when."""
    content = yaml.safe_load((here.home / "stopped.yml").read_text(encoding="utf-8"))
    return {"stopped_jobs": content["stopped_jobs"], "finished": list(content["finished"])}


def test_maintenance_window():
    """The whole round. Twenty jobs are stopped with savepoints and started from them, no other job is."""
    twenty = list(range(101, 121))
    by_somebody_else = {"created": [{"after": "4 looks", "status": "job_cancel_success"}]}
    seed = {
        "flink_jobs": [
            *({"job_id": number, "name": f"stream-{number}", **RUNNING} for number in twenty),
            {"job_id": 3, "status": "job_canceling", **QUEUE, "script": by_somebody_else},
            {"job_id": 4, "status": "job_cancel_success", "has_savepoint": True, **QUEUE},
            {"job_id": 5, "status": "job_running"},
        ],
        "batches": [{"id": batch_id(1), "state": "running", "queue": "streaming"}],
    }
    variables = {**QUEUE, **WINDOW, "services": ["spark"]}
    with world(**seed) as (emulator, here):
        emulator.settings.update({"delays": {"savepoint": "2 looks", "cancel": "1 look", "submit": "2 looks"}})
        here.write("upgrade.yml", HAND_OVER)
        predicted = play(here, "maintenance_window", variables, "--check")
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
        for action, way in (
            ("stop", "job_running -> job_cancel_success"),
            ("run", "job_cancel_success -> job_running"),
        ):
            told = re.findall(rf"(\d+) +stream-\d+ +changed +{action} +{way}\b", reports)
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
    """Without tasks of the user, the way back is a playbook of its own. It is told of the jobs by a file or a workflow."""
    window = {**QUEUE, "stopped_jobs_file": "stopped.yml"}
    with world(flink_jobs=[{"job_id": 1, **RUNNING}, {"job_id": 2, **RUNNING}]) as (emulator, here):
        predicted = play(here, "maintenance_window", window, "--check")
        assert "Would stop 2 of 2 jobs" in predicted.out
        assert "Not started again" not in predicted.out
        assert "stopped_jobs" not in stats(predicted)["flink"]
        first = play(here, "maintenance_window", window)
        assert first.code == 0, first.said
        assert "Not started again: 1, 2" in first.out
        assert kept(here) == {"stopped_jobs": {"localhost": [1, 2]}, "finished": []}
        assert stats(first)["flink"]["stopped_jobs"] == {"localhost": [1, 2]}

        in_workflow = play(here, "maintenance_end", {"otc_bigdata": stats(first)}, "--check")
        by_file = {"stopped_jobs_file": "stopped.yml"}
        assert Flink(emulator).truth == dict.fromkeys((1, 2), "job_cancel_success")
        run = play(here, "maintenance_end", by_file)
        assert run.code == 0, run.said
        assert counts(run) == counts(in_workflow) == {"flink_started": [2, 2, 0, 0]}
        assert Flink(emulator).truth == dict.fromkeys((1, 2), "job_running")
        assert kept(here) == {"stopped_jobs": {"localhost": []}, "finished": ["localhost"]}
        again = play(here, "maintenance_end", by_file)
        assert (again.code, recap(again)["changed"], emulator.log.summary()["writes"]) == (0, 0, 2)


def test_job_that_cannot_be_stopped():
    """No hand-over while a job may run. The others are started again, and the next run goes on."""
    fails = {"savepoint": [{"status": "job_cancel_fail", "status_desc": "no bucket"}]}
    seed = {"flink_jobs": [{"job_id": 1, **RUNNING}, {"job_id": 2, **RUNNING, "script": fails}]}
    with world(**seed) as (emulator, here):
        here.write("upgrade.yml", HAND_OVER)
        run = play(here, "maintenance_window", {**QUEUE, **WINDOW})
        assert run.code == 2
        assert "flink: Stopped 1 of 2 jobs, 1 failed: 2: job_cancel_fail (no bucket)" in run.out
        assert fatal(run).startswith(
            "flink: Started 1 of 2 jobs, 1 failed: 2: job_cancel_fail (no bucket): it has no savepoint"
        )
        assert "stopped: " not in run.out
        assert Flink(emulator).truth == {1: "job_running", 2: "job_cancel_fail"}
        assert kept(here) == {"stopped_jobs": {"localhost": [2]}, "finished": []}
        assert counts(run) == {"flink": [2, 1, 0, 1], "flink_started": [2, 1, 0, 1]}

        emulator.world.add("flink_jobs", {"job_id": 2, "script": {}})
        run = play(here, "maintenance_window", {**QUEUE, **WINDOW})
        assert run.code == 0, run.said
        assert "stopped: [1, 2]" in run.out
        assert Flink(emulator).truth == dict.fromkeys((1, 2), "job_running")
        assert kept(here)["finished"] == ["localhost"]


def test_job_that_cannot_be_started():
    """The next run only starts it: the others run, and the work is done."""
    broken = {"run": [{"status": "job_submit_fail", "status_desc": "no resources"}]}
    seed = {"flink_jobs": [{"job_id": 1, **RUNNING}, {"job_id": 2, **RUNNING, "script": broken}]}
    with world(**seed) as (emulator, here):
        here.write("upgrade.yml", HAND_OVER)
        run = play(here, "maintenance_window", {**QUEUE, **WINDOW})
        assert run.code == 2
        assert fatal(run).startswith("flink: Started 1 of 2 jobs, 1 failed: 2: job_submit_fail (no resources)")
        assert kept(here) == {"stopped_jobs": {"localhost": [2]}, "finished": []}
        emulator.world.add("flink_jobs", {"job_id": 2, "script": {}})
        emulator.log.clear()
        run = play(here, "maintenance_window", {**QUEUE, **WINDOW})
        assert run.code == 0, run.said
        assert "stopped: " not in run.out
        assert Flink(emulator).written == [2]
        assert Flink(emulator).truth == dict.fromkeys((1, 2), "job_running")
        assert kept(here) == {"stopped_jobs": {"localhost": []}, "finished": ["localhost"]}


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


FAIL = {"name": "Work", "ansible.builtin.fail": {"msg": "half done"}}
DANGER = {"name": "From here on", "ansible.builtin.set_fact": {"start_again": "after_success"}}


@pytest.mark.parametrize(
    ("tasks", "start_again", "stay_stopped"),
    [([FAIL], None, False), ([DANGER, FAIL], None, True), (HAND_OVER, "never", True)],
    ids=["always", "as a fact", "never"],
)
def test_tasks_that_fail(tasks, start_again, stay_stopped):
    """Whether the jobs are started again is up to the user. Either way the window is not over."""
    variables = {**QUEUE, **WINDOW, **({"start_again": start_again} if start_again else {})}
    with world(flink_jobs=[{"job_id": 1, **RUNNING}, {"job_id": 2, **RUNNING}]) as (emulator, here):
        here.write("upgrade.yml", tasks)
        run = play(here, "maintenance_window", variables)
        assert run.code == (2 if FAIL in tasks else 0)
        assert ("Not started again: 1, 2" in run.out) is stay_stopped
        assert set(Flink(emulator).truth.values()) == {"job_cancel_success" if stay_stopped else "job_running"}
        assert kept(here) == {"stopped_jobs": {"localhost": [1, 2] if stay_stopped else []}, "finished": []}


def test_window_over_two_projects():
    """Each is a host. One fails and stays stopped, the other is carried through; then only the first has work left."""
    hosts = {"day": {"project_name": "eu-de"}, "night": {"project_name": "eu-de_nightly"}}
    jobs = [{"job_id": 1, **RUNNING}, {"job_id": 2, "project_id": NIGHTLY, **RUNNING}]
    by_password = {"OS_USERNAME": "demo", "OS_PASSWORD": "demo-password", "OS_USER_DOMAIN_NAME": "demo-domain"}
    variables = {**QUEUE, **WINDOW, "otc_hosts": "all", "start_again": "after_success"}
    with (
        Emulator(seed={"flink_jobs": jobs}) as emulator,
        folder(**{**environ(emulator), "OS_TOKEN": "", **by_password}) as here,
    ):
        here.write("hosts.yml", {"all": {"hosts": hosts}})
        here.write("upgrade.yml", [{**FAIL, "when": "inventory_hostname == 'day'"}, *HAND_OVER])
        run = play(here, "maintenance_window", variables, "-i", "hosts.yml")
        assert run.code == 2
        assert Flink(emulator).truth == {1: "job_cancel_success", 2: "job_running"}
        assert kept(here) == {"stopped_jobs": {"day": [1], "night": []}, "finished": ["night"]}
        assert counts(run) == {"flink": [2, 2, 0, 0], "flink_started": [1, 1, 0, 0]}

        here.write("upgrade.yml", HAND_OVER)
        run = play(here, "maintenance_window", variables, "-i", "hosts.yml")
        assert run.code == 0, run.said
        assert recap(run, "night")["changed"] == 0
        assert set(Flink(emulator).truth.values()) == {"job_running"}
        assert kept(here) == {"stopped_jobs": {"day": [], "night": []}, "finished": ["day", "night"]}


# ---- wrong variables ----

MISSING = "names: give patterns of names, or a queue_name; names=* means every job"
AGE = "is not one positive number and one of s m h d w, as in 30d"


def empty(name: str) -> str:
    return f"{name}: is empty; leave it out or give it a value"


# of each playbook: in one run Ansible refuses types, in another one we refuse values
WRONG: dict[str, tuple[str, list[tuple[dict, str]]]] = {
    "types": (
        "purge_finished",
        [
            ({}, "missing required arguments: older_than"),
            ({"older_than": "1d", "services": "flink,spark"}, "must be one or more of: flink, mrs. Got no match for: spark"),
            ({"older_than": "1d", "services": None}, "value of services must be one of: flink, mrs, got: None"),
            ({"older_than": "1d", "max_jobs": "many"}, "argument 'max_jobs' is of type"),
            ({"older_than": "1d", "delete_stopped": "perhaps"}, "argument 'delete_stopped' is of type"),
            ({"older_than": "1d", "clusters": {"a": "b"}}, "argument 'clusters' is of type"),
        ],
    ),
    "ages": (
        "purge_finished",
        [
            ({"older_than": 3}, f"older_than: '3' {AGE}"),
            ({"older_than": "30"}, f"older_than: '30' {AGE}"),
            ({"older_than": "0d"}, f"older_than: '0d' {AGE}"),
            ({"older_than": "3 d"}, f"older_than: '3 d' {AGE}"),
            ({"older_than": "3d", "services": "mrs"}, "clusters: the service mrs needs the names of its clusters"),
            ({"older_than": "3d", "services": "mrs", "clusters": ""}, "clusters: the service mrs needs the names of its clusters"),
            ({"older_than": "3d", "max_jobs": 0}, "max_jobs: must be at least 1, not 0"),
        ],
    ),
    "filters": (
        "stop_all",
        [
            ({}, MISSING),
            ({"names": None}, MISSING),
            ({"names": None, "queue_name": None}, MISSING),
            ({"names": []}, empty("names")),
            ({"names": ""}, empty("names")),
            ({"names": "", "queue_name": "q"}, empty("names")),
            ({"names": ["a", ""]}, empty("names")),
            ({"names": "a, ,b"}, empty("names")),
            ({"names": [[]], "queue_name": "q"}, empty("names")),
            ({"names": [None], "queue_name": "q"}, empty("names")),
            ({"names": False, "queue_name": "q"}, empty("names")),
            ({"names": 0, "queue_name": "q"}, empty("names")),
            ({"names": "a", "queue_name": ""}, empty("queue_name")),
            ({"names": "a", "services": []}, empty("services")),
            ({"names": "a", "project_name": ""}, empty("project_name")),
            ({"names": "a", "wait_timeout": -1}, "wait_timeout: must be at least 0, not -1"),
        ],
    ),
    "files": (
        "maintenance_window",
        [
            ({"queue_name": "q", "maintenance_tasks": "nowhere.yml"}, "maintenance_tasks: there is no file '{home}/nowhere.yml'"),
            ({"queue_name": "q", "maintenance_tasks": ""}, empty("maintenance_tasks")),
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_wrong_variables(case):
    """One sentence each, before any request, also for a host whose variables are right."""
    playbook, cases = WRONG[case]
    right = {"names": ["*"], "older_than": "1d"}
    hosts = {"right": right, **{f"host{number}": variables for number, (variables, dummy) in enumerate(cases)}}
    with world() as (emulator, here):
        here.write("hosts.yml", {"all": {"hosts": hosts}})
        run = play(here, playbook, {"otc_hosts": "all"}, "-i", "hosts.yml")
        assert run.code == 2
        for number, (dummy, message) in enumerate(cases):
            said = fatal(run, f"host{number}")
            assert message.format(home=here.home) in said
            assert "\n" not in said
        assert recap(run, "right")["changed"] == recap(run, "right")["failed"] == 0
        assert emulator.log.entries() == []


NOT_OURS = "stopped_jobs_file: '{home}/other.yml' was not written by this playbook"
OF_DAY = "stopped_jobs_file: tells of day, not of the host localhost; take the inventory of the window"


@pytest.mark.parametrize(
    ("playbook", "variables", "message"),
    [
        ("maintenance_window", {"stopped_jobs_file": "/nowhere/a.yml"}, "stopped_jobs_file: there is no folder '/nowhere'"),
        ("maintenance_window", {"stopped_jobs_file": "files"}, "stopped_jobs_file: '{home}/files' is a folder"),
        ("maintenance_window", {"stopped_jobs_file": "other.yml"}, NOT_OURS),
        ("maintenance_end", {}, "stopped_jobs_file: give the file that maintenance_window has written, as nothing else"),
        ("maintenance_end", {"stopped_jobs_file": "nowhere.yml"}, "stopped_jobs_file: there is no file '{home}/nowhere.yml'"),
        ("maintenance_end", {"stopped_jobs_file": "other.yml"}, NOT_OURS),
        ("maintenance_end", {"stopped_jobs_file": "files/day.yml"}, OF_DAY),
        ("maintenance_end", {"otc_bigdata": {"flink": {"stopped_jobs": {"day": [1]}}}}, OF_DAY),
    ],
)  # fmt: skip
def test_wrong_file(playbook, variables, message):
    with world() as (emulator, here):
        here.write("other.yml", ["something"])
        here.write("files/day.yml", {"stopped_jobs": {"day": [1]}})
        run = play(here, playbook, {**(QUEUE if playbook == "maintenance_window" else {}), **variables})
        assert run.code == 2
        assert fatal(run).startswith(message.format(home=here.home))
        assert "\n" not in fatal(run)
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
    meta = yaml.safe_load((PLAYBOOKS / f"{name}.meta.yml").read_text(encoding="utf-8"))
    return meta["argument_specs"][name]["options"]


def test_defaults_of_the_modules():
    """Where a playbook has no reason for another one."""
    own = {
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
    tasks = yaml.safe_load((PLAYBOOKS / "tasks/stop.yml").read_text(encoding="utf-8"))
    flink, spark, mrs = (
        next(content["filters"] for key, content in task.items() if key.startswith("otc.bigdata.")) for task in tasks
    )
    assert set(flink["status"]) == {word for word, step in _dli_flink.STOP_STEPS.items() if step != DONE}
    assert set(spark["state"]) == {word for word, step in _dli_batch.STEPS.items() if step != DONE}
    assert {word.lower() for word in mrs["state"]} == set(_mrs_jobs.ACTIVE)


@pytest.mark.parametrize("name", NAMES)
def test_examples(name):
    """They can be pasted as they are."""
    meta = yaml.safe_load((PLAYBOOKS / f"{name}.meta.yml").read_text(encoding="utf-8"))
    seed = {
        "flink_jobs": [
            {"status": "job_running", "queue_name": "streaming"},
            {"status": "job_finish", "age": OLD},
            {"job_id": 7, "status": "job_cancel_success", "has_savepoint": True},
        ],
        "mrs_jobs": [],
    }
    with world(**seed) as (emulator, here):
        here.write("upgrade.yml", HAND_OVER)
        if name == "maintenance_end":
            here.write("stopped_jobs.yml", {"stopped_jobs": {"localhost": [7]}})
        here.write("play.yml", meta["argument_specs"][name]["examples"])
        run = here.start("playbook", "play.yml").end(600)
        assert run.code == 0, run.said
        assert emulator.log.summary()["writes"] > 0


# ---- the guides about them ----


@pytest.mark.parametrize("name", ["guide_maintenance", "guide_purge"])
def test_guide(name):
    """All its files and commands, in order. What is only shown is not run: a crontab, and the figures for a workflow."""
    with world() as (emulator, here):
        # As the credential would tell; it is good for both projects
        login = {"OS_TOKEN": "", "OS_USERNAME": "demo", "OS_PASSWORD": "demo-password"}
        with reader(here, {}, **login, OS_USER_DOMAIN_NAME="demo-domain", OS_PROJECT_NAME="eu-de") as one:
            for block in blocks(GUIDES / f"{name}.rst"):
                if block.language != "none" and not block.text.startswith("otc_bigdata:"):
                    one.follow(block)
        assert emulator.log.summary()["writes"] > 0
