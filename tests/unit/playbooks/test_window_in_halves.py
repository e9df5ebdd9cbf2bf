# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks maintenance_window and maintenance_end: the two halves of a window."""

from __future__ import annotations

import yaml

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import world
from ansible_collections.otc.bigdata.tests.unit.utils.flink import Flink
from ansible_collections.otc.bigdata.tests.unit.utils.forks import ONE_PROCESS
from ansible_collections.otc.bigdata.tests.unit.utils.playbooks import (
    HAND_OVER,
    QUEUE,
    RUNNING,
    counts,
    fatal,
    kept,
    play,
    play_hosts,
    recap,
    running,
    said_to,
    stats,
    ways_back,
    work,
)


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
        content = yaml.safe_load((here.home / "stopped.yml").read_text(encoding="utf-8"))
        assert (content["place"], content["count"], [*content][-1]) == (stats(first)["place"], 4, "stopped_jobs")
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


def test_first_half_of_a_window_that_is_over():
    """Whoever waits for its end would begin to work while the jobs run."""
    with world(flink_jobs=[{"job_id": 1, **RUNNING}]) as (emulator, here):
        file = {"stopped_jobs_file": "stopped.yml"}
        for playbook, variables in (("maintenance_window", QUEUE), ("maintenance_end", {})):
            assert play(here, playbook, {**variables, **file}).code == 0
        for check in ([], ["--check"]):
            run = play(here, "maintenance_window", {**QUEUE, **file}, *check)
            assert run.code == 2
            assert fatal(run).startswith("stopped_jobs_file: this window was over at 20")
            assert fatal(run).endswith("Z, so its jobs are not stopped; for the next window, give another file")
        assert (Flink(emulator).truth, emulator.log.summary()["writes"]) == ({1: "job_running"}, 2)


def test_a_host_that_its_inventory_has_lost():
    """Its jobs stay stopped, and the end does not end well. One that is left out is meant so."""
    hosts = {name: {"queue_name": name, "stopped_jobs_file": "stopped.yml"} for name in ("day", "night")}
    with world(flink_jobs=running({"day": [1], "night": [31, 32]})) as (emulator, here):
        assert play_hosts(here, "maintenance_window", hosts).code == 0
        run = play_hosts(here, "maintenance_end", {"day": hosts["day"]})
        assert run.code == 2
        why = "has jobs of hosts that this inventory does not have, so they were not started: 31, 32 of night"
        assert fatal(run, "day") == f"stopped_jobs_file: {why}; take the inventory of the window"
        assert Flink(emulator).truth == {1: "job_running", **dict.fromkeys((31, 32), "job_cancel_success")}
        assert sorted(kept(here)["stopped_jobs"]["night"]) == [31, 32]
        for more in (("--limit", "day"), ("--limit", "night")):
            run = play_hosts(here, "maintenance_end", hosts, *more)
            assert run.code == 0, run.said
        assert set(Flink(emulator).truth.values()) == {"job_running"}


def test_two_windows_and_one_end():
    """The end of a run starts the jobs of all of them that their own window has not started."""
    window = {"ansible.builtin.import_playbook": "otc.bigdata.maintenance_window"}
    end = {"ansible.builtin.import_playbook": "otc.bigdata.maintenance_end"}
    between = {"ansible.builtin.import_playbook": "otc.bigdata.show_jobs", "vars": {"services": "flink"}}
    first, second, third = ({**window, "vars": {"queue_name": name}} for name in ("day", "night", "noon"))
    third["vars"]["maintenance_tasks"] = "upgrade.yml"
    with world(flink_jobs=running({"day": [1], "night": [2], "noon": [3]})) as (emulator, here):
        here.write("upgrade.yml", HAND_OVER)
        site = str(here.write("site.yml", [first, between, second, third, end]))
        run = here.start("playbook", site, ANSIBLE_SHOW_CUSTOM_STATS="1", **ONE_PROCESS).end(120)
        assert run.code == 0, run.said
        assert said_to(run, "Work", "localhost") == "stopped: [1, 2, 3]"
        assert Flink(emulator).written == [1, 2, 3, 3, 1, 2]
        assert stats(run)["flink"]["stopped_jobs"] == {"localhost": []}
