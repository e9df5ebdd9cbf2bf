# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One job in slices, side by side on several nodes: together they handle every cluster, and each cluster once."""

from __future__ import annotations

import collections
import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess

import pytest
import yaml

from ansible_collections.otc.bigdata.tests.emulator.server import Emulator
from ansible_collections.otc.bigdata.tests.unit.utils.awx import ROOT, Job, cut, side_by_side
from ansible_collections.otc.bigdata.tests.unit.utils.emulated import environ
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import folder, wait_for

NAMES = ["web", "analytics", "reports", "night", "billing", "ads", "search"]  # the service sorts them in no way
CLUSTERS = [{"clusterId": f"id-{name}", "clusterName": name} for name in NAMES]
GONE = [{"clusterId": "id-old", "clusterName": "old", "clusterState": "terminated"}]
STATES = {"a": "RUNNING", "b": "RUNNING", "c": "FINISHED"}
JOBS = [
    {"cluster_id": one["clusterId"], "job_id": f"{one['clusterName']}-{job}", "job_state": state}
    for one in CLUSTERS
    for job, state in STATES.items()
]
KILLED = re.compile(r"/clusters/id-(\w+)/job-executions/(\w+-\w+)/kill$")
ALL = {"all_jobs": "true", "otc_hosts": "all", "wait_timeout": 600}


@pytest.fixture
def emulator():
    with Emulator(seed={"clusters": CLUSTERS + GONE, "mrs_jobs": JOBS}) as emulator:
        yield emulator


@pytest.fixture
def hosts(emulator) -> dict[str, dict]:
    """What AWX keeps after it has run the inventory that comes with the playbooks."""
    with folder(**environ(emulator), OS_PROJECT_NAME="eu-de") as here:
        run = here.start("inventory", "-i", str(ROOT / "playbooks/awx/mrs_clusters.yml"), "--list", "--export").end()
        assert run.code == 0, run.said
    emulator.log.clear()
    return json.loads(run.out)["_meta"]["hostvars"]


def slices(tmp_path: pathlib.Path, emulator: Emulator, hosts: dict, count: int) -> list[tuple[Job, bytes]]:
    """Each job, and what goes to its node."""
    found = []
    for number in range(1, count + 1):
        job = Job(tmp_path / str(number), number, **environ(emulator))
        found.append((job, job.transmit("stop_all", ALL, cut(hosts, number, count))))
    return found


def kills(emulator: Emulator) -> collections.Counter[str]:
    """How often each job was terminated."""
    found = [KILLED.search(one["path"]) for one in emulator.log.entries() if one["method"] == "POST"]
    assert all(match and match[2].startswith(f"{match[1]}-") for match in found)
    return collections.Counter(match[2] for match in found)


def clusters_of(job: Job) -> list[str]:
    """That a job has handled, in the words of AWX: its hosts."""
    (last,) = (event["event_data"] for event in job.events if event["event"] == "playbook_on_stats")
    return sorted(name.partition(".")[0] for name in last["processed"])


def running(*names: str) -> set[str]:
    return {f"{name}-{job}" for name in names for job, state in STATES.items() if state == "RUNNING"}


def test_no_survey_asks_for_what_a_host_tells(hosts):
    """The answer would win over the variables of all hosts."""
    data = yaml.safe_load((ROOT / "playbooks/awx/job_templates.yml").read_text(encoding="utf-8"))
    told = {name for variables in hosts.values() for name in variables}
    over_clusters = [*data["cluster_workflows"], *(one for one in data["job_templates"] if one.get("over_clusters"))]
    assert len(over_clusters) == 4
    for template in over_clusters:
        meta = yaml.safe_load((ROOT / f"playbooks/meta/{template['playbook']}.yml").read_text(encoding="utf-8"))
        taken = set(meta["argument_specs"][template["playbook"]]["options"])
        assert {"clusters", "services"} <= told & taken <= {*data["unasked"], *template["unasked"]}


def test_together_they_are_the_whole(tmp_path, emulator, hosts):
    assert sorted(hosts) == sorted(f"{name}.eu-de" for name in NAMES)
    done = side_by_side(slices(tmp_path, emulator, hosts, 3))
    assert [job.status for job in done] == ["successful"] * 3, "\n".join(job.output for job in done)
    # Every third one of the sorted list
    assert [clusters_of(job) for job in done] == [
        ["ads", "night", "web"],
        ["analytics", "reports"],
        ["billing", "search"],
    ]
    assert kills(emulator) == dict.fromkeys(running(*NAMES), 1)
    # Each tells what it has done itself
    assert [job.stats["mrs"]["changed"] for job in done] == [6, 4, 4]
    assert [job.stats["mrs"]["total"] for job in done] == [6, 4, 4]


def descendants(process: int) -> list[int]:
    """Of a process; ansible-runner starts its children in sessions of their own."""
    listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], check=True, capture_output=True, encoding="utf-8").stdout
    pairs = [tuple(map(int, line.split())) for line in listing.splitlines()]
    children = [child for child, parent in pairs if parent == process]
    return [one for child in children for one in (child, *descendants(child))]


def crash(worker: subprocess.Popen) -> None:
    """The node is gone from one moment to the next."""
    for process in (worker.pid, *descendants(worker.pid)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def test_crash_of_a_node(tmp_path, emulator, hosts):
    """The other slices are whole, and running all of them again finishes the rest."""
    lost = ["analytics", "reports"]
    for job in running(*lost):  # while they end, which they do not yet, the node crashes
        emulator.world.add("mrs_jobs", {"job_id": job, "script": {"kill": []}})

    first, (job, sent), third = slices(tmp_path / "first", emulator, hosts, 3)
    worker = job.start_worker()  # a family of processes, which the others are not

    def crash_meanwhile() -> None:
        wait_for(lambda: set(kills(emulator)) >= running(*lost), 120)
        crash(worker)

    with concurrent.futures.ThreadPoolExecutor() as threads:
        came, crashed = threads.submit(worker.communicate, sent), threads.submit(crash_meanwhile)
        others = side_by_side([first, third])
        crashed.result()
    done = [others[0], job.process(came.result()[0]), others[1]]
    assert [job.status for job in done] == ["successful", "error", "successful"]
    assert kills(emulator) == dict.fromkeys(running(*NAMES), 1)
    whole = [name for name in NAMES if name not in lost]
    assert sorted(name for job in (done[0], done[2]) for name in clusters_of(job)) == sorted(whole)
    truth = {job.id: job.status for job in emulator.world["mrs_jobs"].jobs.values()}
    assert {job for job, status in truth.items() if status == "RUNNING"} == running(*lost)

    for job in running(*lost):
        emulator.world.add("mrs_jobs", {"job_id": job, "script": {"kill": [{"job_state": "KILLED"}]}})
    emulator.log.clear()
    again = side_by_side(slices(tmp_path / "again", emulator, hosts, 3))
    assert [job.status for job in again] == ["successful"] * 3
    assert kills(emulator) == dict.fromkeys(running(*lost), 1)
    assert [job.stats["mrs"]["changed"] for job in again] == [0, 4, 0]
