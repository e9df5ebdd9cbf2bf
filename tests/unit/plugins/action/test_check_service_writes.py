# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A check that may change some jobs: it changes no others, whatever goes wrong, and tells nothing that is not so."""

from __future__ import annotations

import itertools
import json
import re
import typing as t

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.context import Context
from ansible_collections.otc.bigdata.plugins.plugin_utils import (
    _check_service,
    _check_service_named,
    _check_service_writes,
)
from ansible_collections.otc.bigdata.plugins.plugin_utils._assumptions import ASSUMPTIONS
from ansible_collections.otc.bigdata.plugins.plugin_utils._check_service_answers import with_others
from ansible_collections.otc.bigdata.plugins.plugin_utils._check_service_probes import NO_NUMBER, NO_UUID
from ansible_collections.otc.bigdata.tests.unit.utils.faults import FAULTS, IN_LISTS, expired_as
from ansible_collections.otc.bigdata.tests.unit.utils.flink import Flink
from ansible_collections.otc.bigdata.tests.unit.utils.mrs import Mrs
from ansible_collections.otc.bigdata.tests.unit.utils.wire import CloudOnTheWire, without_detours

USER = {"username": "demo", "password": "demo-password", "user_domain_name": "demo-domain"}
WRITTEN = [one for one in ASSUMPTIONS if "write" in one]
PROJECT, OTHER_PROJECT = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
CLUSTER, OTHER_CLUSTER = "c-1", "c-2"
BATCH, OTHER_BATCH = "0a324461-d9d9-45da-a52a-000000000001", "0a324461-d9d9-45da-a52a-000000000002"
WORLD: dict[str, t.Any] = {
    "flink_jobs": [
        *({"job_id": number, "status": "job_running"} for number in range(1, 7)),
        {"job_id": 7, "status": "job_running_exception"},
        {"job_id": 8, "status": "job_cancel_success"},
        {"job_id": 9, "status": "job_running", "project_id": OTHER_PROJECT},
    ],
    "batches": [{"id": BATCH, "state": "running"}, {"id": OTHER_BATCH, "state": "running"}],
    "sql_jobs": [{"job_id": "s-1", "status": "RUNNING"}, {"job_id": "s-2", "status": "RUNNING"}],
    "clusters": [{"clusterId": CLUSTER}, {"clusterId": OTHER_CLUSTER}],
    "mrs_jobs": [
        *({"cluster_id": CLUSTER, "job_id": f"m-{number}", "job_state": "RUNNING"} for number in range(1, 4)),
        {"cluster_id": CLUSTER, "job_id": "m-4", "job_state": "FINISHED"},
        {"cluster_id": CLUSTER, "job_id": "m-5", "job_state": "RUNNING", "job_type": "SparkSql"},
        {"cluster_id": OTHER_CLUSTER, "job_id": "m-9", "job_state": "RUNNING"},
    ],
}
# Each has all kinds of writes to its jobs; what belongs together is swept together
SCENES: dict[str, dict[str, t.Any]] = {
    "flink": {"disposable_flink_jobs": [1], "export_to": "ops-bucket/flink", "disposable_flink_jobs_to_delete": [2]},
    "flink savepoint": {"disposable_flink_jobs_with_savepoint": [3]},
    "spark": {"disposable_batches": [BATCH]},
    "sql": {"disposable_sql_jobs": ["s-1"]},
    "mrs": {"disposable_mrs_jobs": ["m-1"], "mrs_cluster_id": CLUSTER},
    "mrs delete": {"disposable_mrs_jobs_to_delete": ["m-2"], "mrs_cluster_id": CLUSTER},
}
SWEPT = {name: how for name, how in FAULTS.items() if name not in {*IN_LISTS, "502"}}  # a 503 is the same
SAME_FOR_READS = {"reset after", "hang after"}
# An answer without its body, which only the service can have sent, as far as anybody can tell
TOLD_BY_THE_FAULT = {"empty 200": {"A36", "A48"}}
# All that a switch of the emulator can turn
TURNED_SCENES: dict[str, dict[str, t.Any]] = {
    "flink": {"disposable_flink_jobs": [1, 2, 7], "export_to": "ops-bucket/flink"},
    "flink_gone": {"disposable_flink_jobs_to_delete": [2]},
    "flink_savepoint_made": SCENES["flink savepoint"],
    "spark": SCENES["spark"],
    "sql": SCENES["sql"],
    "mrs": {
        "disposable_mrs_jobs": ["m-1", "m-5"],
        "disposable_mrs_jobs_to_delete": ["m-2", "m-4"],
        "mrs_cluster_id": CLUSTER,
    },
}
TURNED = [(one, value) for one in WRITTEN for value in one["others"]]


@pytest.fixture
def cloud(cloud_of_file):
    cloud_of_file.reset()
    cloud_of_file.load(WORLD)
    return cloud_of_file


@pytest.fixture(autouse=True)
def only_writes(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[None]:
    """What is only read has its own tests, and so have tables; and two looks are enough here to see that nothing was done."""
    monkeypatch.setattr(_check_service, "Answers", lambda *dummy: None)
    monkeypatch.setattr(_check_service, "ASSUMPTIONS", WRITTEN)
    monkeypatch.setattr(_check_service, "transcript", lambda calls: ([], {}))
    monkeypatch.setattr(_check_service, "text", lambda table: [])
    monkeypatch.setattr(_check_service_writes, "SOON", 0.5)
    with without_detours():
        yield


def run(
    cloud: CloudOnTheWire,
    check_mode: bool = False,
    told: list[str] | None = None,
    environ: t.Mapping[str, str] | None = None,
    **more: t.Any,
) -> dict:
    options = {name: one.get("default") for name, one in _check_service.SPEC.items()}
    where = {"project_name": "eu-de", "region": "eu-de", "auth_url": cloud.url}
    texts = {name: [str(one) for one in ids] if isinstance(ids, list) else ids for name, ids in more.items()}
    endpoints = {"iam": None, "dli": cloud.url, "mrs": cloud.url}
    context = Context(environ or {}, check_mode, on_progress=(told if told is not None else []).append)
    return _check_service.check({**options, **USER, **where, "endpoints": endpoints, **texts}, context)


def verdicts(result: dict) -> dict[str, str]:
    return {line["id"]: line["verdict"] for line in result["lines"]}


def why(result: dict) -> dict[str, str]:
    return {line["id"]: line["why"] for line in result["lines"] if line["why"]}


def truth(cloud: CloudOnTheWire) -> dict[t.Any, t.Any]:
    """All jobs and what is known of them; but for the times."""
    kinds = ("flink_jobs", "batches", "sql_jobs", "mrs_jobs")
    jobs = [job for kind in kinds for job in cloud.world[kind].truth()]
    fields = ("status", "state", "job_state", "deleted", "savepoint_path")
    return {job.get("job_id", job.get("id")): [job.get(field) for field in fields] for job in jobs}


def named_in(entry: dict) -> set[str]:
    """The ids of the jobs that a write is for."""
    if entry["body"]:
        body = json.loads(entry["body"])
        return {str(one) for key in ("job_ids", "job_id_list", "job_selected") for one in body.get(key, [])}
    return {re.sub("/kill$", "", entry["path"]).rpartition("/")[2]}


def complaints(cloud: CloudOnTheWire, scene: dict[str, t.Any], before: dict[t.Any, t.Any]) -> list[str]:
    """Of a run that may have changed the jobs of this scene."""
    mine = {str(job) for ids in scene.values() if isinstance(ids, list) for job in ids}
    entries = [entry for entry in cloud.log.entries() if entry["path"] != "/v3/auth/tokens"]
    found, unknown = [], 0
    for number, entry in enumerate(entries):
        if entry["method"] == "GET":
            continue
        names, path = named_in(entry), entry["path"]
        strange = names - mine
        if strange:
            earlier = [one["path"].rpartition("/")[2] for one in entries[:number] if one["method"] == "GET"]
            no_job = {str(NO_NUMBER), NO_UUID}
            unknown += 1
            if not (strange <= no_job and len(names) > 1 and earlier[-2:] == [*strange] * 2):
                found.append(f"{path} names {strange} after {earlier[-2:]}")
        if not any(one["path"].rpartition("/")[2] in names or "status" in one["path"] for one in entries[:number]):
            found.append(f"{path} without a read of {names}")
    if unknown > 2:
        found.append(f"{unknown} requests with an id that no job has")
    after = truth(cloud)
    found += [f"{job} was touched" for job in before if str(job) not in mine and before[job] != after.get(job)]
    if len(entries) >= _check_service.MOST_WITH_WRITES:
        found.append(f"{len(entries)} requests")
    return found


def strike(cloud: CloudOnTheWire, number: int, monkeypatch: pytest.MonkeyPatch, **fault: t.Any) -> None:
    """Request ``number`` of the next run meets this fault. (All requests would take longer if it was there from the start.)"""
    numbers = itertools.count()

    def send(*args: t.Any, **options: t.Any) -> t.Any:
        if next(numbers) == number:
            cloud.faults.add(**fault)
        return CloudOnTheWire.send(cloud, *args, **options)

    monkeypatch.setattr(cloud, "send", send)


@pytest.mark.parametrize("fault", SWEPT)
@pytest.mark.parametrize("scene", SCENES)
def test_each_request_meets_each_fault(cloud, monkeypatch: pytest.MonkeyPatch, scene: str, fault: str) -> None:
    """Nothing else is touched, and no line differs: what a fault hides was not seen."""
    before = truth(cloud)
    wanted = SCENES[scene]
    normal = run(cloud, **wanted)
    assert complaints(cloud, wanted, before) == []
    assert set(verdicts(normal).values()) <= {"as assumed", "not seen"}
    faults = []
    for number, entry in enumerate(cloud.log.entries()):
        if entry["method"] == "GET" and fault in SAME_FOR_READS:
            continue
        path = entry["path"]
        how = SWEPT[fault] or expired_as(Mrs if path.startswith(("/v2/", "/v1.1/")) else Flink, path)
        cloud.load(WORLD)
        cloud.log.clear()
        strike(cloud, number, monkeypatch, **how)
        result = run(cloud, request_timeout=1, max_retries=1, **wanted)
        cloud.faults.clear()  # what hangs is let go
        cloud.clock.sleep(1)
        hit = f"{fault} at {number} {entry['method']} {path}"
        faults += [f"{hit}: {one}" for one in complaints(cloud, wanted, before)]
        logins = [one for one in cloud.log.entries() if one["path"] == "/v3/auth/tokens"]
        if result.get("failed"):  # the login
            faults += [f"{hit}: {result['msg']}"] if number else []
            continue
        untrue = {line for line, verdict in verdicts(result).items() if verdict == "differs"}
        if untrue - TOLD_BY_THE_FAULT.get(fault, set()):
            faults.append(f"{hit}: {[line for line in result['lines'] if line['id'] in untrue]}")
        changed = truth(cloud) != before
        if changed and not result["changed"]:
            faults.append(f"{hit}: changed, and does not tell")
        if len(logins) > 1 + (number == 0):
            faults.append(f"{hit}: {len(logins)} logins")
    assert faults == []


@pytest.mark.parametrize(("line", "value"), TURNED, ids=[f"{line['switch']}-{value}" for line, value in TURNED])
def test_no_fault_hides_what_differs(cloud, monkeypatch: pytest.MonkeyPatch, line: dict, value: t.Any) -> None:
    """The answer to each write loses its body, which is the most that a fault could feign: the line differs, or it was not seen."""
    kind = line["write"].partition("_")[0]
    scene = TURNED_SCENES.get(line["write"]) or TURNED_SCENES.get(kind, TURNED_SCENES["flink"])
    answers = {"answers": {line["switch"]: value}}
    cloud.settings.update(answers)
    assert verdicts(run(cloud, **scene))[line["id"]] == "differs"
    writes = [number for number, entry in enumerate(cloud.log.entries()) if number and entry["method"] != "GET"]
    for number in writes:
        cloud.load(WORLD)
        strike(cloud, number, monkeypatch, kind="empty")
        verdict = verdicts(run(cloud, max_retries=0, **scene))[line["id"]]
        assert verdict != "as assumed" or line["id"] == "A74", number


def test_has_savepoint_as_text(cloud) -> None:
    """It tells as much as a truth value."""
    cloud.faults.add(path="/jobs/3$", kind="shape", at="job_detail.has_savepoint", value="False", times=None)
    result = run(cloud, **SCENES["flink savepoint"])
    assert {line["seen"] for line in result["lines"] if line["id"] == "A81"} == {"not told"}


def test_each_line_has_its_jobs() -> None:
    assert {one["write"] for one in WRITTEN} == set(_check_service_named.SHOWN_BY)


def test_what_is_named_is_checked_before_the_first_request(cloud) -> None:
    wrong: list[tuple[dict[str, t.Any], str]] = [
        ({"disposable_flink_jobs": ["1.0"]}, "disposable_flink_jobs[0]: '1.0' is not the id of a Flink job"),
        ({"disposable_flink_jobs": ["1", "../2"]}, "disposable_flink_jobs[1]: '../2' is not"),
        ({"disposable_flink_jobs": ["0"]}, "disposable_flink_jobs[0]: '0' is not"),
        ({"disposable_flink_jobs": [""]}, "disposable_flink_jobs[0]: '' is not"),
        (
            {"disposable_flink_jobs": ["1", "2", "3", "4"]},
            "disposable_flink_jobs: 4 jobs; a check needs no more than 3",
        ),
        ({"disposable_batches": ["m-1"]}, "disposable_batches[0]: 'm-1' is not the id of a batch"),
        ({"disposable_sql_jobs": ["a/b"]}, "disposable_sql_jobs[0]: 'a/b' is not the id of a SQL job"),
        (
            {"disposable_flink_jobs": ["1"], "disposable_flink_jobs_to_delete": [" 01"]},
            "disposable_flink_jobs_to_delete: 1 is also among disposable_flink_jobs",
        ),
        ({"disposable_mrs_jobs": ["m-1"]}, "mrs_cluster_id: missing, the id of the cluster of disposable_mrs_jobs"),
        ({"disposable_mrs_jobs": ["m-1"], "mrs_cluster_id": "c/1"}, "mrs_cluster_id: 'c/1' is not an id of MRS"),
        ({"mrs_cluster_id": CLUSTER}, "mrs_cluster_id: belongs to disposable_mrs_jobs and"),
        ({"export_to": "ops-bucket/flink"}, "export_to: needs disposable_flink_jobs"),
        ({"disposable_flink_jobs": ["1"], "export_to": "a/../b"}, "export_to: must be a bucket of OBS"),
    ]
    for options, said in wrong:
        result = run(cloud, **options)
        assert result["failed"]
        assert result["msg"].startswith(said), result["msg"]
    assert cloud.log.entries() == []


def test_nothing_is_written_in_check_mode(cloud) -> None:
    before, told = truth(cloud), list[str]()
    for scene in SCENES.values():
        result = run(cloud, check_mode=True, told=told, **scene)
        assert set(verdicts(result).values()) == {"not seen"}
        assert "nothing is changed in check mode" in why(result).values()
        assert not result["changed"]
    assert cloud.log.summary()["writes"] == 0
    assert (told, truth(cloud)) == ([], before)


def test_what_is_done_is_told(cloud) -> None:
    told: list[str] = []
    run(cloud, told=told, **SCENES["flink"])
    assert told == [
        "asks to export 1",
        "asks to stop 1",
        "asks to stop 1",
        f"asks to delete 2, {NO_NUMBER}",
        "asks to delete 2",
    ]
    assert _check_service_named.intent(SCENES["mrs"]) == [
        "kill MRS jobs: m-1",
        "MRS jobs are those of the cluster c-1",
    ]


@pytest.mark.parametrize(
    ("jobs", "reason"),
    [
        ({"disposable_flink_jobs": [404]}, "a job is unknown to the service"),
        ({"disposable_flink_jobs": [9]}, "a job is unknown to the service"),
        ({"disposable_flink_jobs_to_delete": [NO_NUMBER]}, "a job is unknown to the service"),
        ({"disposable_batches": ["0a324461-d9d9-45da-a52a-000000000404"]}, "a job is unknown to the service"),
        ({"disposable_sql_jobs": [BATCH]}, "a job is unknown to the service"),
        ({"disposable_mrs_jobs": ["m-9"], "mrs_cluster_id": CLUSTER}, "a job is unknown to the service"),
        ({"disposable_mrs_jobs": ["m-1"], "mrs_cluster_id": OTHER_CLUSTER}, "a job is unknown to the service"),
        (
            {"disposable_mrs_jobs_to_delete": ["m-1"], "mrs_cluster_id": "c-404"},
            "the cluster is unknown to the service",
        ),
    ],
)
def test_another_job_than_meant(cloud, jobs: dict[str, t.Any], reason: str) -> None:
    """Unknown, of another project, kind or cluster: nothing is written at all."""
    before = truth(cloud)
    result = run(cloud, **jobs)
    assert set(verdicts(result).values()) == {"not seen"}
    assert set(why(result).values()) <= {reason, "none of the named jobs could show it"}
    assert reason in why(result).values()
    assert cloud.log.summary()["writes"] == 0
    assert truth(cloud) == before


def test_jobs_that_no_task_may_change(cloud) -> None:
    """Nor one whose name is not told. SQL jobs have none."""
    keys = {"flink_jobs": "name", "batches": "name", "mrs_jobs": "job_name"}
    cloud.load({**WORLD, **{kind: [{**job, key: "billing"} for job in WORLD[kind]] for kind, key in keys.items()}})
    before = truth(cloud)
    for options in (one for name, one in SCENES.items() if name != "sql"):
        cloud.log.clear()
        result = run(cloud, environ={"OTC_BIGDATA_NEVER": "bill*"}, **options)
        assert "a job must never be changed (OTC_BIGDATA_NEVER)" in why(result).values()
        assert (result["changed"], cloud.log.summary()["writes"]) == (False, 0)
    cloud.faults.add(path="/jobs/1$", kind="shape", at="job_detail.name", value=None, times=None)
    run(cloud, environ={"OTC_BIGDATA_NEVER": "x"}, disposable_flink_jobs=[1])
    assert truth(cloud) == before
    cloud.log.clear()
    assert run(cloud, environ={"OTC_BIGDATA_NEVER": "'x'"}, disposable_flink_jobs=[1])["failed"]
    assert cloud.log.entries() == []


def test_one_unknown_job_keeps_nobody_from_the_others(cloud) -> None:
    result = run(cloud, disposable_flink_jobs=[404, 1, 2])
    assert verdicts(result)["A36"] == verdicts(result)["A80"] == "as assumed"
    assert {job[0] for key, job in truth(cloud).items() if key in (1, 2)} == {"job_cancel_success"}


def test_a_job_that_has_stopped_already(cloud) -> None:
    """It is only asked to stop once more."""
    result = run(cloud, disposable_flink_jobs=[8])
    assert verdicts(result)["A79"] == verdicts(result)["A35"] == "as assumed"
    assert why(result)["A80"] == why(result)["A36"] == "a job is job_cancel_success"
    assert cloud.log.summary()["writes"] == 1


def test_delete_of_a_job_that_has_stopped_already(cloud) -> None:
    result = run(cloud, disposable_flink_jobs_to_delete=[8])
    assert verdicts(result)["A10"] == verdicts(result)["A37"] == "as assumed"
    assert why(result)["A40"] == "the job to delete did not run"
    assert truth(cloud)[8][3]


def test_a_job_that_does_not_end(cloud) -> None:
    """Nor do any others, so that the requests are used up."""
    delays = ("savepoint", "cancel", "delete", "spark_cancel", "sql_cancel", "mrs_kill")
    cloud.settings.update({"delays": dict.fromkeys(delays, 100_000)})
    scene = {name: value for one in SCENES.values() for name, value in one.items()}
    scene["disposable_flink_jobs"] = [1, 4, 5]
    result = run(cloud, **scene)
    told = why(result)
    assert told["A80"] == told["A79"] == "a job was not seen to end within 300 s"
    assert told["A40"] == "a job was not seen to be gone within 300 s"
    assert told["A77"] == "a job was not seen to end within 300 s"
    assert set(verdicts(result).values()) == {"as assumed", "not seen"}
    assert len(cloud.log.entries()) <= _check_service.MOST_WITH_WRITES
    assert complaints(cloud, scene, truth(cloud)) == []


def test_a_job_that_ends_unseen(cloud) -> None:
    """Nobody says of it that it did not end."""
    cloud.faults.add(method="GET", path="/batches/", kind="reset_before", times=None, skip=1)
    told = why(run(cloud, disposable_batches=[BATCH]))
    assert truth(cloud)[BATCH][1] == "dead"
    assert told["A49"] == told["A50"] == "a job was not seen to end within 300 s"


@pytest.mark.parametrize(("seconds", "seen"), [(20, "seconds"), (110, "minutes"), (58, "")])
def test_how_long_it_takes(cloud, seconds: int, seen: str) -> None:
    """Not told where the looks leave it open: the last two were before and after the minute."""
    cloud.settings.update({"delays": {"cancel": seconds}})
    (line,) = (line for line in run(cloud, disposable_flink_jobs=[1])["lines"] if line["id"] == "A80")
    assert (line["seen"], line["why"]) == (seen, "" if seen else "the looks were too far apart")


def test_an_accepted_delete_that_shows_late(cloud) -> None:
    cloud.settings.update({"delays": {"mrs_delete": 100}, "answers": {"mrs_delete_active": "record_only"}})
    result = run(cloud, **SCENES["mrs delete"])
    assert {line["id"]: line["seen"] for line in result["lines"]}["A76"] == "the record goes"


@pytest.mark.parametrize(
    ("done", "seen"),
    [
        ([True, True], "no error and the others are done"),
        ([True, False], "no error and some of the others are done"),
        ([False, False], "no error and nothing is done"),
        ([True, None], None),
    ],
)
def test_what_a_batch_with_an_unknown_id_does_to_the_others(done: list[bool | None], seen: str | None) -> None:
    assert with_others("no error", done) == seen


def test_requests_are_limited(cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_check_service, "MOST_WITH_WRITES", 4)
    result = run(cloud, disposable_flink_jobs=[1])
    assert len(cloud.log.entries()) == 4
    assert why(result)["A79"] == "not sent, as there were too many requests"


def test_ctrl_c_tells_that_jobs_may_have_changed(cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    cloud.settings.update({"delays": {"cancel": 100}})

    def interrupted(dummy: t.Any) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(_check_service_writes.Deadline, "pause", interrupted)
    with pytest.raises(KeyboardInterrupt, match="sent: stop 1; the disposable jobs may have been changed$") as ended:
        run(cloud, disposable_flink_jobs=[1], disposable_flink_jobs_to_delete=[2])
    assert ended.value.result["changed"]


def test_what_was_done_is_told_without_a_table(cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_check_service, "_table", lambda lines: lines["no"])
    result = run(cloud, disposable_batches=[BATCH])
    assert (result["changed"], result["failed"]) == (True, True)
    asked = f"cancel {BATCH}"
    assert result["msg"].endswith(f"; sent: {asked}; the disposable jobs may have been changed")
    assert "may have been changed" not in run(cloud, disposable_batches=[OTHER_BATCH], check_mode=True)["msg"]
