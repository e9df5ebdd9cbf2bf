# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks for several hosts under settings that change the order of tasks, and what a failure ends."""

from __future__ import annotations

import yaml

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import world
from ansible_collections.otc.bigdata.tests.unit.utils.flink import Flink
from ansible_collections.otc.bigdata.tests.unit.utils.playbooks import (
    PLAYBOOKS,
    fatal,
    kept,
    play_hosts,
    recap,
    running,
)


def test_another_strategy():
    """Of several hosts none begins if the variables of one are wrong, and one file keeps what all of them do, whatever ansible.cfg says.

    If one host fails, the other is carried through. (On ansible-core 2.16, neither of them started its jobs again.)
    """
    files = [*PLAYBOOKS.glob("*.yml"), *PLAYBOOKS.glob("awx/maintenance*.yml")]
    plays = [yaml.safe_load(file.read_text(encoding="utf-8"))[0] for file in files]
    assert {play["hosts"] for play in plays if not {"strategy", "any_errors_fatal"} <= play.keys()} == {"localhost"}
    fails = {"ansible.builtin.fail": {"msg": "half done"}, "when": "inventory_hostname == 'night'"}
    with world(flink_jobs=running({"day": [1], "night": [11]})) as (emulator, here):
        here.write("ansible.cfg", "[defaults]\nstrategy = free\nany_errors_fatal = true\n")
        here.write("upgrade.yml", [fails, {"ansible.builtin.debug": {"msg": "done"}}])
        both = {name: {"queue_name": name, "stopped_jobs_file": "stopped.yml"} for name in ("day", "night")}
        run = play_hosts(here, "maintenance_window", {**both, "wrong": {"names": []}})
        assert fatal(run, "wrong").startswith("names: is empty")
        assert emulator.log.entries() == []
        run = play_hosts(here, "maintenance_window", both)
        assert run.code == 0, run.said
        assert kept(here) == {"stopped_jobs": {"day": [1], "night": [11]}, "finished": []}
        run = play_hosts(here, "maintenance_window", both, maintenance_tasks="upgrade.yml")
        assert ([recap(run, host)["failed"] for host in both], fatal(run, "night")) == ([0, 1], "half done")
        assert '"msg": "done"' in run.out
        assert set(Flink(emulator).truth.values()) == {"job_running"}
