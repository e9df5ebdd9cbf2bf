# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault at every request of tasks that only read."""

from __future__ import annotations

import json

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.faults import (
    FAULTS,
    PASSING,
)
from ansible_collections.otc.bigdata.tests.unit.utils.in_process import run_in_process
from ansible_collections.otc.bigdata.tests.unit.utils.run_module import Result
from ansible_collections.otc.bigdata.tests.unit.utils.sweep import (
    HALVES,
    NAME,
    Scene,
    Task,
    fault_at,
    patience,
    places,
)
from ansible_collections.otc.bigdata.tests.unit.utils.worlds import WORDS

READERS = {
    **{f"{name} info": (name, {"details": True}, "password") for name in WORDS},
    "flink info": ("flink", {"filters": {"name": ["job-*"]}, "details": True}, "token"),
    "flink info 2 ids": ("flink", {"job_ids": [1, 999]}, "password"),
    "mrs info": ("mrs", {**NAME, "details": True}, "token"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("task", READERS)
def test_sweep_of_readers(cloud, record_property, task, fault) -> None:
    """They show what there is, or fail and say where; what they show is true either way."""
    name, options, login = READERS[task]
    service, jobs = WORDS[name].service, dict(enumerate(WORDS[name].statuses[:4], 1))
    scene = Scene(cloud, Task(service, "stopped", jobs, [], login), [])
    options = {
        **scene.options,
        "state": None,
        "wait_interval": None,
        "wait_timeout": None,
        scene.service.ids: None,
        **options,
    }
    options = {name: value for name, value in options.items() if value is not None}
    kind, module = scene.service.kind, f"{scene.service.module}_info"

    def read(**more) -> tuple[Result, dict]:
        cloud.log.clear()
        result = run_in_process(module, {**options, "max_retries": 2, **more})
        scene.service.let_go()
        return result, {job[kind.id_field]: job[kind.state_field] for job in result["jobs"]}

    scene.begin()
    normal, shown = read()
    assert (normal.failed, shown) == (False, {key: shown[key] for key in scene.service.truth if key in shown})
    there = [place for place in places(scene.service.log) if place.is_hit_by(fault, service)]
    complaints, survived = [], 0
    for place in there:
        how = fault_at(place, fault, service, kind)
        scene.begin(**how)
        result, seen = read(**patience(how))
        untrue = {key: status for key, status in seen.items() if shown.get(key) != status}
        complete = seen.keys() == shown.keys() or result.failed or (fault == "no ID" and result["incomplete"])
        named = not result.failed or place.path in result["msg"]
        survived += not result.failed
        passing = (fault in PASSING and result.failed) or HALVES.search(json.dumps(result, ensure_ascii=False))
        if untrue or passing or not (complete and named):
            complaints.append(f"{fault} at {place}: {result}")
    record_property("sweep", [module, fault, len(there), survived, len(complaints)])
    assert not complaints, "\n".join([f"{task}:", *complaints])
