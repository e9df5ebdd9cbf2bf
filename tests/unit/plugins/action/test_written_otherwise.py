# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible hands over is not what is written: the last of two values, or what is left of a pattern without its name."""

from __future__ import annotations

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import template, world
from ansible_collections.otc.bigdata.tests.unit.utils.fast_path import FLINK, stops, writes
from ansible_collections.otc.bigdata.tests.unit.utils.playbooks import fatal, play

MODULE = FLINK.rpartition(".")[2]
TWICE = {
    "state=stopped job_ids=1 state=absent": "state",
    'state=stopped job_ids=1 job_ids="2, 3"': "job_ids",
    "state=stopped job_ids=1 token=a token={{ 'b' }}": "token",
}
ONLY_AD_HOC = {
    '{"state": "absent", "state": "stopped", "job_ids": [1]}': "state",
    '{"state": "stopped", "filters": {"name": "a", "name": "*"}}': "name",
    '{"state": "stopped", "job_ids": [1], "endpoints": {"dli": "http://x", "secret-of-mine": 1, "secret-of-mine": 2}}': "a key",
}


def said(name: str) -> str:
    return f"{name}: is given twice, and only the last would count; leave one out"


@pytest.mark.parametrize("in_process", ["true", "false"])
def test_in_a_file(in_process):
    forms = (
        lambda text: {FLINK: text},
        lambda text: {"action": f"{FLINK} {text}"},
        lambda text: {"local_action": f"{FLINK} {text}"},
    )
    tasks = [
        {"name": f"{name} {n}", "ignore_errors": True, **form(text)}
        for text, name in TWICE.items()
        for n, form in enumerate(forms)
    ]
    with world(flink_jobs=[{"count": 3, "status": "job_running"}]) as (emulator, here):
        once = {"name": "once", FLINK: "state=stopped job_ids=1 state=stopped"}
        run = here.playbook([{"tasks": [*tasks, once]}], OTC_BIGDATA_IN_PROCESS=in_process).end()
        assert (stops(emulator), writes(emulator)) == ([1], 1), run.said
    for name in TWICE.values():
        assert all(said(name) in run.tasks()[f"{name} {n}"] for n in range(len(forms))), run.said


def test_ad_hoc():
    with world(flink_jobs=[{"count": 3, "status": "job_running"}]) as (emulator, here):
        for text, name in {**TWICE, **ONLY_AD_HOC}.items():
            run = here.ad_hoc(MODULE, text).end()
            assert run.code == 2, run.said
            assert said(name) in run.out, run.said
            assert "secret-of-mine" not in run.out
        assert writes(emulator) == 0
        assert here.ad_hoc(MODULE, "state=stopped job_ids=1 state=stopped").end().code == 0
        assert stops(emulator) == [1]


def test_what_omit_leaves_of_a_pattern():
    """Every job, from ansible-core 2.19 on. Whoever writes * means it."""
    omitted = template("x | default(omit)")
    refused = [
        f"{omitted}*",
        [f"{omitted} *"],
        ["a", f"*{omitted}"],
        [f"{omitted}*", "clicks"],
        f"{omitted}?*",
        f"{omitted}*, clicks",
    ]
    fine = [
        ("*", omitted),
        ([omitted, "*"], None),
        (f"a{omitted}*", None),
        ("*", f"{omitted}-x"),
        (["*", f"{omitted}*"], None),
    ]
    tasks = [
        *(
            {"name": f"refused {n}", FLINK: {"state": "stopped", "filters": {"name": name}}}
            for n, name in enumerate(refused)
        ),
        *(
            {"name": f"fine {n}", FLINK: {"state": "stopped", "filters": {"name": name, "queue_name": queue}}}
            for n, (name, queue) in enumerate(fine)
        ),
        {"name": "fine, of a reader", f"{FLINK}_info": {"filters": {"name": f"{omitted}*"}}},
    ]
    with world() as (emulator, here):
        run = here.playbook([{"tasks": [{**task, "ignore_errors": True} for task in tasks]}], "--check").end()
    for name, said in run.tasks().items():
        refusal = "filters.name: omit leaves only " in said
        assert refusal == name.startswith("refused"), (name, run.said)
        assert not name.startswith("fine") or "fatal" not in said, run.said


def test_what_omit_leaves_of_the_names_of_a_playbook():
    with world() as (emulator, here):
        for name, services in {
            "stop_all": {"services": "flink"},
            "maintenance_window": {"stopped_jobs_file": "w.json"},
        }.items():
            run = play(here, name, {"names": ["clicks", f"{template('x | default(omit)')}*"], **services})
            assert "names: has no value: omit leaves only * of a pattern" in fatal(run)
        assert emulator.log.entries() == []
        run = play(here, "stop_all", {"names": ["*", template("x | default(omit)")]}, "--check")
        assert run.code == 0, run.said
