# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A maintenance window in which a task, a stop or a start fails."""

from __future__ import annotations

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import world
from ansible_collections.otc.bigdata.tests.unit.utils.flink import Flink
from ansible_collections.otc.bigdata.tests.unit.utils.playbooks import (
    FAIL,
    HAND_OVER,
    UP,
    WINDOW,
    counts,
    fatal,
    kept,
    play_hosts,
    recap,
    running,
    said_to,
    two_projects,
)
from ansible_collections.otc.bigdata.tests.unit.utils.service import NIGHTLY


def from_here_on(start_again: str | bool) -> dict:
    return {"name": "From here on", "ansible.builtin.set_fact": {"start_again": start_again}}


ROLE = {"name": "Upgrade", "ansible.builtin.include_role": {"name": "./database"}}
NOTIFY = {"name": "Change", "ansible.builtin.debug": {"msg": "it restarts"}, "changed_when": True, "notify": "Work"}
ENDS: dict[str, tuple[list[dict], str | None, bool]] = {  # the tasks, start_again, whether the jobs stay stopped
    "default": ([FAIL], None, False),
    "blank": ([FAIL], " ", False),
    "always": ([FAIL], " always\n", False),
    "as_a_fact": ([from_here_on("after_success"), FAIL], None, True),
    "slip": ([from_here_on(False)], None, True),  # it may mean never
    "never": (HAND_OVER, "never", True),
    "handler": ([ROLE], "after_success", True),
}


def test_tasks_that_fail():
    """Whether the jobs are started again is up to the user. Either way the window is not over."""
    jobs = {name: [number, number + 1] for number, name in zip(range(10, 100, 10), ENDS)}
    hosts = {name: {"queue_name": name, **WINDOW, "maintenance_tasks": f"{name}.yml"} for name in ENDS}
    with world(flink_jobs=running(jobs)) as (emulator, here):
        here.write("database/tasks/main.yml", [NOTIFY])
        here.write("database/handlers/main.yml", [FAIL])
        for name, (tasks, start_again, dummy) in ENDS.items():
            here.write(f"{name}.yml", tasks)
            hosts[name].update({"start_again": start_again} if start_again else {})
        run = play_hosts(here, "maintenance_window", hosts)
        for name, (tasks, dummy, stay_stopped) in ENDS.items():
            assert bool(recap(run, name)["failed"]) is (tasks is not HAND_OVER)
            assert (f"Not started again: {', '.join(map(str, jobs[name]))}" in run.out) is stay_stopped
            found = {Flink(emulator).truth[job] for job in jobs[name]}
            assert found == {"job_cancel_success" if stay_stopped else "job_running"}
        choices = "always, after_success, never"
        assert fatal(run, "slip").startswith(
            f"start_again: must be one of {choices}, and your tasks have set False, so"
        )
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


def test_stop_that_takes_effect_after_wait_timeout():
    """When the others are started, the job runs still. It is kept, so the next run starts it, whatever has become of it."""
    late = [{"after": "6 looks", "status": "job_cancel_success", "has_savepoint": True}]
    seed = [*running({"q": [1]}), {"job_id": 2, **UP, "queue_name": "q", "script": {"savepoint": late}}]
    hosts = {"q": {"queue_name": "q", **WINDOW, "wait_timeout": 0}}
    with world(flink_jobs=seed) as (emulator, here):
        here.write("upgrade.yml", HAND_OVER)
        run = play_hosts(here, "maintenance_window", hosts)
        assert run.code == 2
        assert "Not seen to stop: 2." in run.out
        assert "Not started: 2" not in run.out
        assert 2 in kept(here)["stopped_jobs"]["q"]
        emulator.world.add("flink_jobs", {"job_id": 2, "status": "job_cancel_success", "has_savepoint": True})
        for dummy in range(2):
            run = play_hosts(here, "maintenance_window", {"q": {**hosts["q"], "wait_timeout": 60}})
            assert run.code == 0, run.said
        assert set(Flink(emulator).truth.values()) == {"job_running"}
        assert kept(here) == {"stopped_jobs": {"q": []}, "finished": ["q"]}
