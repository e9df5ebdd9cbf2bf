# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody starts jobs while the work of a maintenance window is done."""

from __future__ import annotations

import json
import shlex
import typing as t

from ansible_collections.otc.bigdata.tests.emulator.server import Emulator
from ansible_collections.otc.bigdata.tests.unit.utils.emulated import template, world
from ansible_collections.otc.bigdata.tests.unit.utils.flink import Flink
from ansible_collections.otc.bigdata.tests.unit.utils.playbooks import (
    FAIL,
    HAND_OVER,
    ODD_NAME,
    UP,
    WINDOW,
    fatal,
    kept,
    play_hosts,
    recap,
    said_to,
    work,
)


def somebody_starts(emulator: Emulator, *jobs: int, status: str = "job_running") -> list[dict]:
    """Tasks during which jobs of the window begin to run."""
    body = {"flink_jobs": [{"job_id": job, "status": status} for job in jobs]}
    curl = shlex.join(["curl", "-sSf", "-d", json.dumps(body), f"{emulator.url}/_emulator/jobs"])
    said = template("lookup('ansible.builtin.pipe', curl)")
    return [{"name": "Work", "ansible.builtin.debug": {"msg": said}, "vars": {"curl": curl}}]


MEANWHILE = "Somebody else has started jobs while your tasks ran: "


DOWN = {"status": "job_cancel_success"}
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
