# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A maintenance window in which nothing is stopped: by a slip, or as nothing runs."""

from __future__ import annotations

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import world
from ansible_collections.otc.bigdata.tests.unit.utils.playbooks import (
    HAND_OVER,
    RUNNING,
    WINDOW,
    fatal,
    kept,
    play_hosts,
    said_to,
    work,
)

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
