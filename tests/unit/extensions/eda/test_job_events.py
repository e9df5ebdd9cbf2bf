# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the event source tells of jobs, and what it leaves out."""

from __future__ import annotations

import json
import re
import time

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.event_source import until
from ansible_collections.otc.bigdata.tests.unit.utils.mrs import CLUSTER
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import folder
from ansible_collections.otc.bigdata.tests.unit.utils.service import PROJECT

BATCH = "0a324461-d9d9-45da-a52a-3b3c7a3d809e"


async def test_a_change(sources):
    sources.jobs({"job_id": 128, "name": "orders", "status": "job_running", "queue_name": "streaming"})
    async with sources.start() as source:
        sources.put({"job_id": 128, "status": "job_submit_fail"})
        event = await source.event()
        await source.silent()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", event.pop("time"))
    assert len(event.pop("meta")["uuid"]) == 36
    job = event.pop("job")
    assert job["queue_name"] == "streaming"
    assert job["status"] == "job_submit_fail"
    assert not {"sql_body", "job_config", "entrypoint_args"} & set(job)
    assert event == {
        "type": "change",
        "service": "flink",
        "project_id": PROJECT,
        "id": 128,
        "name": "orders",
        "before": "job_running",
        "after": "job_submit_fail",
        "seconds": 0,
    }


TRAPS = {
    "{{ lookup('pipe', 'touch trapped') }}": "{ { lookup('pipe', 'touch trapped') }}",
    "{{{% if x %}{#": "{ { { % if x %}{ #",
    "#jinja2: variable_start_string: '[['\n[[ lookup('pipe', 'touch trapped') ]]": (
        "# jinja2: variable_start_string: '[['\n[[ lookup('pipe', 'touch trapped') ]]"
    ),
    '{"a": {"b": "#jinja2:"}}': '{"a": {"b": "#jinja2:"}}',  # nobody takes that for one
}


async def test_nothing_of_it_is_a_template(sources, state_file):
    """Of rulebooks with ``run_playbook``: Ansible gets the event as extra variables, and takes each text in them for a template."""
    sources.jobs({"job_id": 9, "name": "ended while it was stopped", "status": "job_running"})
    async with sources.start(state_file=str(state_file)):
        pass
    sources.jobs(
        *({"job_id": n, "name": name, "status": "job_running", "desc": name} for n, name in enumerate(TRAPS, 1))
    )
    async with sources.start(looked=0, state_file=str(state_file)) as source:
        events = [await source.event() for dummy in TRAPS]
    assert {event["name"] for event in events} == {*TRAPS.values()}
    with folder() as here:
        here.write("extravars", json.dumps({"ansible_eda": {"events": events}}))
        show = {"ansible.builtin.debug": {"var": "ansible_eda"}}
        run = here.playbook([{"tasks": [show]}], "-e", "@extravars").end()
        assert run.code == 0, run.said
        assert run.out.count("touch trapped") >= 2
        assert not list(here.home.rglob("trapped"))


async def test_new_and_gone(sources):
    sources.jobs({"job_id": 1, "name": "old", "status": "job_finish"})
    async with sources.start() as source:
        sources.put({"job_id": 2, "name": "new", "status": "job_init"})
        new = await source.event()
        sources.put({"job_id": 1, "status": "gone"})
        gone = await source.event()
        await source.silent()
    assert [new[key] for key in ("id", "name", "before", "after", "seconds")] == [2, "new", None, "job_init", None]
    assert [gone[key] for key in ("id", "name", "before", "after", "job")] == [1, "old", "job_finish", None, None]


async def test_three_services_and_two_clusters(sources):
    sources.emulator.load(
        {
            "flink_jobs": [{"job_id": 1, "status": "job_running"}],
            "batches": [{"id": BATCH, "state": "running"}],
            "clusters": [
                {"clusterId": CLUSTER, "clusterName": "analytics"},
                {"clusterId": "c-2", "clusterName": "night"},
            ],
            "mrs_jobs": [{"cluster_id": one, "job_id": f"j-{one}", "job_state": "RUNNING"} for one in (CLUSTER, "c-2")],
        }
    )
    clusters = [{"cluster_id": CLUSTER}, {"cluster_name": "night"}, {"cluster_id": CLUSTER}]
    async with sources.start(services=["flink", "spark", "mrs"], clusters=clusters, looked=8) as source:
        sources.put({"job_id": 1, "status": "job_finish"})
        flink = await source.event()
        sources.put({"id": BATCH, "state": "dead"}, "batches")
        spark = await source.event()
        sources.put({"job_id": f"j-{CLUSTER}", "job_state": "FAILED", "job_result": "FAILED"}, "mrs_jobs")
        mrs = await source.event()
        sources.put({"job_id": "j-c-2", "job_state": "KILLED"}, "mrs_jobs")
        night = await source.event()
        await source.silent()
    twice, once = (sources.looks(f"/{cluster}/job-executions") for cluster in (CLUSTER, "c-2"))
    assert abs(twice - once) <= 1
    events = [flink, spark, mrs, night]
    assert [event["service"] for event in events] == ["flink", "spark", "mrs", "mrs"]
    assert [event["id"] for event in events] == [1, BATCH, f"j-{CLUSTER}", "j-c-2"]
    assert [event["after"] for event in events] == ["job_finish", "dead", "FAILED", "KILLED"]
    assert mrs["job"]["job_result"] == "FAILED"
    assert [(event.get("cluster_id"), event.get("cluster_name")) for event in events] == [
        (None, None),
        (None, None),
        (CLUSTER, None),
        (None, "night"),
    ]


@pytest.mark.parametrize("places", [("cluster_name", "cluster_id"), ("cluster_id", "cluster_name")])
async def test_a_cluster_by_its_name_and_by_its_id(sources, places):
    """Each change is told once."""
    ways = {"cluster_id": CLUSTER, "cluster_name": "analytics"}
    sources.emulator.load(
        {
            "clusters": [{"clusterId": CLUSTER, "clusterName": "analytics"}],
            "mrs_jobs": [{"cluster_id": CLUSTER, "job_id": "j-1", "job_state": "RUNNING"}],
        }
    )
    clusters = [{place: ways[place]} for place in places]
    async with sources.start(services=["mrs"], clusters=clusters, looked=4) as source:
        sources.put({"job_id": "j-1", "job_state": "KILLED"}, "mrs_jobs")
        event = await source.event()
        await source.silent()
        await source.silent()
    assert (event["id"], event["cluster_id"], event.get("cluster_name")) == ("j-1", CLUSTER, None)


async def test_a_name_with_blanks_is_that_of_the_same_cluster(sources):
    sources.emulator.load(
        {
            "clusters": [{"clusterId": CLUSTER, "clusterName": "analytics"}],
            "mrs_jobs": [{"cluster_id": CLUSTER, "job_id": "j-1", "job_state": "RUNNING"}],
        }
    )
    clusters = [{"cluster_name": name} for name in (" analytics\t", "analytics")]
    async with sources.start(services=["mrs"], clusters=clusters, initial=True, looked=0) as source:
        assert (await source.event())["cluster_name"] == "analytics"
        await source.silent()


async def test_sql_jobs(sources):
    """They have no name, and no secret of theirs is told. A record that expires is gone, whatever arrives meanwhile."""
    fields = {"job_type": "INSERT", "queue_name": "etl", "statement": "hunter2", "message": "hunter2"}
    sources.emulator.load({"sql_jobs": [{"job_id": "q-1", "status": "RUNNING", "age": 60, **fields}]})
    async with sources.start(services=["sql"]) as source:
        sources.put({"job_id": "q-1", "status": "FINISHED"}, "sql_jobs")
        ended = await source.event()
        sources.put({"job_id": "q-1", "status": "gone"}, "sql_jobs")
        gone = await source.event()
        await source.silent()
    assert [ended[key] for key in ("service", "id", "name", "after")] == ["sql", "q-1", None, "FINISHED"]
    assert (ended["job"]["queue_name"], ended["job"]["job_type"]) == ("etl", "INSERT")
    assert "hunter2" not in str(ended)
    assert [gone[key] for key in ("before", "after")] == ["FINISHED", None]


@pytest.mark.parametrize("chosen", [{"queue_name": "etl"}, {"status": ["canceled"]}, {"tags": {"team": "night"}}])
async def test_filters_of_sql_jobs(sources, chosen):
    """Maintenance of a queue is told, too."""
    fields = {"queue_name": "etl", "tags": {"team": "night"}, "job_type": "SCALE_QUEUE"}
    other = {"job_id": "q-2", "status": "RUNNING", "queue_name": "web", "tags": {"team": "nights"}}
    sources.emulator.load({"sql_jobs": [{"job_id": "q-1", "status": "SCALING", **fields}, other]})
    async with sources.start(services=["sql"], filters={"sql": chosen}) as source:
        sources.put({"job_id": "q-2", "status": "FAILED"}, "sql_jobs")
        sources.put({"job_id": "q-1", "status": "CANCELLED"}, "sql_jobs")
        event = await source.event()
        await source.silent()
    assert (event["id"], event["after"]) == ("q-1", "CANCELLED")


async def test_initial(sources, state_file):
    sources.jobs({"count": 3, "status": "job_running"})
    for expected in ([1, 2, 3], []):  # not again after a restart
        async with sources.start(looked=0, initial=True, state_file=str(state_file)) as source:
            events = [await source.event() for dummy in expected]
            await source.silent()
        assert sorted(event["id"] for event in events) == expected
        assert {(event["before"], event["after"]) for event in events} <= {(None, "job_running")}


async def test_a_job_that_is_stuck_is_told_once_for_each_stay(sources, state_file):
    sources.jobs(
        {"job_id": 1, "status": "job_submitting"},
        {"job_id": 2, "status": "job_finish"},
        {"job_id": 3, "status": "job_init"},
    )
    args = {"stuck_after": 0.2, "state_file": str(state_file)}
    async with sources.start(**args) as source:
        stuck = await source.event()
        await source.silent()
    async with sources.start(**args) as source:
        await source.silent()
        sources.put({"job_id": 1, "status": "job_running"})
        changed = await source.event()
        again = await source.event()
    shown = ("type", "id", "before", "after")
    assert [[event[key] for key in shown] for event in (stuck, changed, again)] == [
        ["stuck", 1, "job_submitting", "job_submitting"],
        ["change", 1, "job_submitting", "job_running"],
        ["stuck", 1, "job_running", "job_running"],
    ]
    assert stuck["job"]["status"] == "job_submitting"


@pytest.fixture
def set_clock(monkeypatch):
    """Sets the clock of this host, to so many seconds ahead of the right time."""
    right = time.time
    return lambda ahead: monkeypatch.setattr(time, "time", lambda: right() + ahead)


@pytest.mark.parametrize("ahead", [-1800, 1800])
async def test_someone_sets_the_clock(sources, set_clock, ahead):
    """No job has been there for longer then, and none for less than no time."""
    sources.jobs({"job_id": 1, "status": "job_submitting"})
    began = time.monotonic()
    async with sources.start(stuck_after=900) as source:
        set_clock(ahead)
        await source.silent()
        sources.put({"job_id": 1, "status": "job_running"})
        event = await source.event()
    assert event["type"] == "change"
    assert 0 <= event["seconds"] <= time.monotonic() - began


async def test_a_clock_that_was_ahead(sources, state_file, set_clock):
    """Before a restart or not, a job that is stuck is told in time."""
    sources.jobs({"job_id": 1, "status": "job_running"}, {"job_id": 2, "status": "job_finish"})
    set_clock(3600)
    async with sources.start(state_file=str(state_file)):
        pass
    set_clock(0)
    sources.put({"job_id": 2, "status": "gone"})
    async with sources.start(looked=0, stuck_after=0.3, state_file=str(state_file)) as source:
        gone, stuck = await source.event(), await source.event()
        assert stuck["type"] == "stuck"
        sources.put({"job_id": 1, "status": "job_submitting"})
        set_clock(-1800)
        assert (await source.event())["type"] == "change"
        again = await source.event()
    assert gone["seconds"] == 0
    assert [again[key] for key in ("type", "id", "after")] == ["stuck", 1, "job_submitting"]


@pytest.mark.parametrize(
    "filters", [{"name": ["load-*"]}, {"queue_name": "night"}, {"name": ["load-*"], "queue_name": "night"}]
)
async def test_filters_choose_jobs(sources, filters):
    """A job that is chosen no more is there all the same, and one that is hidden from the list, too."""
    sources.jobs(
        *({"job_id": n, "name": f"load-{n}", "queue_name": "night", "status": "job_running"} for n in (1, 2, 3)),
        {"job_id": 4, "name": "orders", "queue_name": "day", "status": "job_running"},
    )
    async with sources.start(filters={"flink": filters}) as source:
        sources.put({"job_id": 1, "name": "orders-1", "queue_name": "day"})
        sources.put({"job_id": 4, "status": "job_finish"})
        await source.silent()
        sources.put({"job_id": 2, "status": "job_finish"})
        event = await source.event()
        sources.put({"job_id": 3, "status": "gone"})
        gone = await source.event()
        sources.put({"job_id": 1, "status": "gone"})
        await source.silent()
    assert [(one["id"], one["after"]) for one in (event, gone)] == [(2, "job_finish"), (3, None)]


async def test_a_filter_by_status_chooses_events(sources):
    sources.jobs({"job_id": 1, "status": "job_running"}, {"job_id": 2, "status": "job_submit_fail"})
    async with sources.start(filters={"flink": {"status": ["JOB_SUBMIT_FAIL"]}}, stuck_after=0.3) as source:
        sources.put({"job_id": 1, "status": "job_submitting"})
        await source.silent()
        sources.put({"job_id": 1, "status": "job_submit_fail"})
        event = await source.event()
        sources.put({"job_id": 2, "status": "gone"})
        await source.silent()
    assert [event[key] for key in ("id", "before", "after")] == [1, "job_submitting", "job_submit_fail"]


async def test_the_same_status_in_other_letters(sources):
    sources.jobs({"id": BATCH, "state": "success"}, kind="batches")
    async with sources.start(services=["spark"]) as source:
        sources.emulator.settings.update({"answers": {"spark_state": "capital"}})
        await source.silent()


async def test_a_list_that_moves_makes_no_job_gone(sources):
    """It counts three jobs and shows one, in each of three pages and each of three tries."""
    sources.jobs(*({"job_id": n, "status": "job_running"} for n in (1, 2, 3)))
    async with sources.start() as source:
        short = {"is_success": "true", "job_list": {"total_count": 3, "jobs": [{"job_id": 1, "status": "job_finish"}]}}
        sources.emulator.faults.add(path="/jobs$", kind="status", status=200, body=short, times=9)
        events = [await source.event(), await source.event()]
        await source.silent()
        assert sources.emulator.faults.as_list() == []
    assert [(event["id"], event["after"]) for event in events] == [(1, "job_finish"), (1, "job_running")]


async def test_a_hidden_job_is_no_event(sources):
    sources.jobs({"job_id": 1, "status": "job_running"}, {"job_id": 2, "status": "job_running", "hidden": True})
    async with sources.start() as source:
        sources.put({"job_id": 2, "status": "job_finish"})
        await source.silent()


async def test_the_log_warns_of_jobs_that_are_not_seen(sources, caplog):
    """Once, until all of them are seen."""
    sources.jobs({"count": 2, "status": "job_running"})
    for path, at in (("/jobs$", "job_list.jobs.1.status"), ("/jobs/[12]$", "job_detail.status")):
        sources.emulator.faults.add(path=path, kind="shape", at=at, value=None, times=None)
    sources.emulator.settings.update({"unshown": 1})
    async with sources.start(looked=2) as source:
        assert [line.partition(";")[0] for line in caplog.messages] == [
            "flink: the list shows 2 of the 3 entries that it counts",
            "flink: jobs whose status is not known: 1",
        ]
        sources.emulator.faults.clear()
        sources.emulator.settings.update({"unshown": 0})
        await source.looked()
        sources.emulator.settings.update({"unshown": 2})
        await until(lambda: len(caplog.messages) > 2)
    assert "the list shows 2 of the 4 entries" in caplog.messages[2]


async def test_a_cluster_that_fails_leaves_the_others_alone(sources, caplog):
    sources.emulator.load(
        {
            "clusters": [{"clusterId": "c-1", "clusterName": "one"}, {"clusterId": "c-2", "clusterName": "two"}],
            "mrs_jobs": [{"cluster_id": one, "job_id": f"j-{one}", "job_state": "RUNNING"} for one in ("c-1", "c-2")],
        }
    )
    clusters = [{"cluster_name": "one"}, {"cluster_id": "c-2"}]
    async with sources.start(sources.by_password, services=["mrs"], clusters=clusters, looked=4) as source:
        sources.put({"clusterId": "c-1", "clusterState": "terminated"}, "clusters")
        await until(lambda: caplog.messages)
        sources.put({"job_id": "j-c-2", "job_state": "FINISHED"}, "mrs_jobs")
        event = await source.event()
        sources.put({"clusterId": "c-3", "clusterName": "one"}, "clusters")
        sources.put({"job_id": "j-new", "cluster_id": "c-3", "job_state": "ACCEPTED"}, "mrs_jobs")
        found = {(await source.event())["id"] for dummy in range(2)}
    assert event["id"] == "j-c-2"
    assert found == {"j-c-1", "j-new"}
    assert [line.split(" cannot")[0] for line in caplog.messages] == ["mrs one", "mrs one can be read again"]
    assert sources.emulator.log.summary()["logins"] == 1
