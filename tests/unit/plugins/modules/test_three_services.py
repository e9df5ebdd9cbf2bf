# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One playbook with jobs of Flink, Spark and MRS, and what holds for Spark and MRS alike.

The Flink modules have tests of their own for it.
"""

from __future__ import annotations

import json
import math
import sys
import typing as t

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import write_down
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import folder
from ansible_collections.otc.bigdata.tests.unit.utils.service import (
    FOR_EVER,
    PROJECT,
    Service,
    check_http_error,
    check_refused,
    refusal,
)


class Operation(t.NamedTuple):
    """Something that a module does, and the words for it."""

    service: Service
    state: str
    before: str  # the status of a job that needs it
    action: str  # in a report, and in the emulator
    after: str | None
    delay: str  # the emulator's, for it to happen
    refusal: str  # a code that says no

    def many(self, count: int, **entry) -> list:
        return self.service.many(count, self.before, **entry)

    def job(self, **script) -> str:
        return self.service.job(self.before, **script)

    def run(self, *args, **options):
        return self.service.run(self.state, *args, **options)

    @property
    def write_path(self) -> str:
        return {"cancel": "/batches/[^/]+$", "kill": "/kill$", "delete": "/batch-delete$"}[self.action]

    @property
    def method(self) -> str:
        return "DELETE" if self.action == "cancel" else "POST"


OPERATIONS = {
    "cancel": ("spark", "stopped", "running", "cancel", "dead", "spark_cancel", "DLI.10005"),
    "cancel for absent": ("spark", "absent", "running", "cancel", "dead", "spark_cancel", "DLI.10005"),
    "kill": ("mrs", "stopped", "RUNNING", "kill", "KILLED", "mrs_kill", "0200"),
    "delete": ("mrs", "absent", "FINISHED", "delete", None, "mrs_delete", "0161"),
}
THREE = [OPERATIONS[name] for name in ("cancel", "kill", "delete")]
EVERYTHING = {"name": ["*"]}
LOST = [  # the fault, whether the write took effect
    ({"kind": "reset_before"}, False),
    ({"kind": "reset_after"}, True),
    ({"kind": "hang_after", "seconds": None}, True),
    ({"kind": "status_after", "status": 504, "body": refusal("APIGW.0201")}, True),
    ({"kind": "status", "status": 503}, False),
]


@pytest.fixture(params=OPERATIONS.values(), ids=list(OPERATIONS))
def operation(request) -> Operation:
    return Operation(request.getfixturevalue(request.param[0]), *request.param[1:])


@pytest.fixture(params=THREE, ids=["cancel", "kill", "delete"])
def write(request) -> Operation:
    """One operation for each kind of write."""
    return Operation(request.getfixturevalue(request.param[0]), *request.param[1:])


@pytest.fixture(params=["spark", "mrs"])
def service(request) -> Service:
    return request.getfixturevalue(request.param)


def case_id(options) -> str:
    return ascii(options)[:60] if isinstance(options, dict) else str(options)


# ---- refusals that only say that something failed ----

FAILED_ONLY = [
    *(("mrs", "stopped", "RUNNING", "kill", code) for code in ("0160", "0175", "0193")),
    *(("mrs", "absent", "FINISHED", "delete", code) for code in ("0161", "0162", "0199")),
    ("spark", "stopped", "running", "cancel", "DLI.0999"),
    ("flink", "stopped", "job_running", "stop", "DLI.0999"),
    ("flink", "absent", "job_finish", "delete", "DLI.0999"),
]


@pytest.mark.parametrize(("name", "state", "before", "action", "code"), FAILED_ONLY)
def test_what_only_failed_is_tried_again(request, name, state, before, action, code):
    """One job is not worse off than many: four times in all, each after a look, also where nobody waits."""
    service = request.getfixturevalue(name)
    for wait in (True, False):
        for times, fails in ((3, False), (4, True)):
            ids = service.jobs(
                {service.kind.state_field: before, "refuse": {action: {"code": code, "times": times}}},
            )
            result = service.run(state, ids, wait=wait)
            job = result["jobs"][0]
            assert (job["failed"], job["changed"], len(service.sent())) == (fails, not fails, 4), result["msg"]
            assert not service.write_follows_write()
            assert not fails or job["error"]["code"] == code


def test_what_only_failed_for_one_of_many(mrs):
    """The same number of tries for it as alone."""
    refuse = {"kill": {"code": "0200", "times": 3}, "delete": {"code": "0161", "times": 3}}
    ids = mrs.jobs({"refuse": refuse}, {"job_state": "FINISHED"}, {})
    result = mrs.run("absent", ids)
    assert (result.failed, result["summary"]["changed"]) == (False, 3), result["msg"]
    assert [
        len([one for chunk in mrs.sent(path) for one in chunk if one == ids[0]])
        for path in ("/kill$", "/batch-delete$")
    ] == [4, 4]


def test_no_time_for_another_try(mrs):
    """The deadline ends it, after one more look."""
    ids = mrs.jobs({"refuse": {"kill": "0200"}})
    result = mrs.run("stopped", ids, wait_timeout=0)
    assert (result.failed, result["changed"], len(mrs.writes)) == (True, False, 1)
    assert result["jobs"][0]["error"]["code"] == "0200"
    assert len(mrs.split_log()[1]) == 1


# ---- refused before the first request ----

UUID = "ba7c0000-0000-4000-8000-000000000001"
NO_IDS = ["../../x", "a/b", "x?y=z", "%2e%2e", "a b", "a\nb", "a\x7fb", "", "jöb", "٣", ".."]
NO_UUIDS = [
    "x",
    UUID[:-1],
    UUID + "0",
    UUID.replace("-", ""),
    f"{{{UUID}}}",
    f"urn:uuid:{UUID}",
    UUID + "\n",
    True,
    "a\0",
]
NO_WORDS = ["x" * 65, UUID + "\n", "a\0", "job:1"]
NO_CLUSTERS = ["a/b", "x?y=z", "%2e", "a b", "a\x7fb", "x" * 65, UUID + "\n"]
ONE = {"job_ids": ["j-1"]}
BAD_SELECTIONS = [  # for the readers too
    ("spark", {"batch_id": "../../x"}, "batch_id"),
    ("spark", {"batch_ids": [UUID, "x"]}, "batch_id"),
    ("spark", {"batch_id": [UUID], "filters": EVERYTHING}, "filters"),
    ("spark", {"filters": {"colour": "red"}}, "colour"),
    ("mrs", {"job_ids": ["../../x"]}, "job_ids"),
    ("mrs", {**ONE, "cluster_id": "../../x"}, "cluster_id"),
    ("mrs", {**ONE, "cluster_id": None}, "cluster_name"),
    ("mrs", {"job_ids": [], "cluster_id": None}, "cluster_name"),
    ("mrs", {**ONE, "cluster_name": "analytics"}, "cluster_name"),
    ("mrs", {"job_ids": [], "filters": EVERYTHING}, "filters"),
    ("mrs", {"filters": {}}, "filters"),
    ("mrs", {"filters": {"older_than": "1y"}}, "older_than"),
]
BAD = [
    *BAD_SELECTIONS,
    *(("spark", {"batch_id": [UUID, bad]}, "batch_id") for bad in NO_IDS + NO_UUIDS),
    *(("mrs", {"job_ids": ["j-1", bad]}, "job_ids") for bad in NO_IDS + NO_WORDS),
    *(("mrs", {**ONE, "cluster_id": bad}, "cluster_id") for bad in NO_CLUSTERS),
    *(("mrs", {**ONE, "kill_running": kill}, "kill_running") for kill in (True, False)),
    *((name, {"filters": {"name": None}}, "filters") for name in ("spark", "mrs")),
    *(("spark", {"filters": {key: empty}}, key) for key in ("name", "state") for empty in ([], [""])),
    *(("mrs", {"filters": {key: []}}, key) for key in ("name", "state", "result")),
    *(("spark", {"filters": {key: ""}}, key) for key in ("queue_name", "owner", "older_than")),
    *(("mrs", {"filters": {key: ""}}, key) for key in ("job_type", "user", "queue", "older_than")),
    *((name, {}, "filters") for name in ("spark", "mrs")),
    ("spark", {"batch_id": [UUID], "trigger_savepoint": False}, "trigger_savepoint"),
    ("spark", {"batch_id": [UUID], "kill_running": True}, "kill_running"),
    ("spark", {"batch_id": [UUID], "state": "running"}, "state"),
    ("mrs", {**ONE, "state": None}, "state"),
    ("mrs", {**ONE, "max_jobs": 0}, "max_jobs"),
]


@pytest.mark.parametrize(("name", "options", "word"), BAD, ids=case_id)
def test_bad_options(request, name, options, word):
    """One error that names the option, and nothing sent."""
    service = request.getfixturevalue(name)
    check_refused(service.run(**{"state": "stopped", **options}), word)
    assert not service.log


@pytest.mark.parametrize(("name", "options", "word"), BAD_SELECTIONS, ids=case_id)
def test_bad_options_of_a_reader(request, name, options, word):
    service = request.getfixturevalue(name)
    check_refused(service.info(**options), word)
    assert not service.log


# ---- ids ----


@pytest.mark.parametrize("cluster", [{}, {"cluster_id": None, "cluster_name": "analytics"}], ids=str)
def test_no_ids(service, cluster):
    """Nothing to do: no request, not even a login, or a look for the cluster."""
    where = cluster if service.scope else {}
    result = service.run("absent", [], login=service.by_password, **where)
    assert (result.failed, result["changed"], result["jobs"]) == (False, False, [])
    assert result["summary"] == {"total": 0, "changed": 0, "unchanged": 0, "failed": 0}
    assert not service.log
    assert service.info(**{service.ids: []}, **where)["total"] == 0
    assert not service.log


def test_once_and_again(operation):
    """Check mode, first run, second run; ids in their order, each once."""
    service, ids = operation.service, operation.many(3)[::-1]
    result = service.twins(operation.state, [*ids, ids[0]])
    assert result["changed"] is True
    assert result["jobs"] == [
        {
            "id": job_id,
            "name": f"job-{3 - n}",
            "changed": True,
            "failed": False,
            "action": operation.action,
            "status_before": operation.before,
            "status": operation.after,
            "msg": "",
        }
        for n, job_id in enumerate(ids)
    ]
    assert set(service.truth.values()) == {operation.after}


def test_filter_once_and_again(write):
    write.many(3)
    result = write.service.twins(write.state, filters={"name": ["job-[12]"], "older_than": None})
    assert result["summary"]["changed"] == 2
    assert list(write.service.truth.values()).count(write.before) == 1


def test_diff(write):
    """Id, name and status before and after of the jobs that change; the same in check mode."""
    service, final = write.service, {"dead": "success", "KILLED": "FAILED"}.get(write.after, "FINISHED")
    for check_mode in (True, False):
        ids = service.states(write.before, final)[: 2 if write.after else 1]
        diff = write.run(ids, check_mode=check_mode, diff=True)["diff"]
        before, after = json.dumps(diff["before"]), json.dumps(diff["after"])
        assert all(ids[0] in text and ids[-1] not in text.replace(ids[0], "") for text in (before, after))
        assert f'"{write.before}"' in before
        assert json.dumps(write.after) in after
    assert "diff" not in write.run(ids)


def test_missing_jobs(operation):
    """Fine for `absent`; for `stopped` that job fails, unless `ignore_missing`; the other is carried through."""
    service, missing = operation.service, operation.service.id(999)
    for ignore in (False, True):
        ids = [missing, *operation.many(1)]
        fails = operation.state == "stopped" and not ignore
        for check_mode in [False] if ignore else [True, False]:
            result = operation.run(ids, check_mode=check_mode, ignore_missing=ignore)
            assert result.column("failed") == {missing: fails, ids[1]: False}
            assert result.column("changed") == {missing: False, ids[1]: True}
            assert [result.job(missing)[name] for name in ("name", "action", "status_before", "status")] == [
                *(None, "none", None, None)
            ]
            assert not fails or set(result.job(missing)["error"].values()) == {None}
        assert service.written == [ids[1]]


# ---- filters ----

OLD = {"older_than": "12h"}
FILTERS = [
    ("spark", {"name": ["sales-*"]}, ["sales-import", "sales-rollup"]),
    ("spark", {"name": ["Sales-*"]}, []),
    ("spark", {"name": "nightly-report"}, ["nightly-report", "nightly-report"]),
    ("spark", {"name": ["sales"]}, []),
    ("spark", {"state": ["RUNNING", "Starting"]}, ["sales-import", "sales-rollup"]),
    ("spark", {"queue_name": "spark", "state": ["running"], "owner": None}, ["sales-rollup"]),
    ("spark", {"queue_name": "spar"}, []),
    ("spark", {"owner": "etl"}, ["nightly-export", "nightly-report", "nightly-report"]),
    ("spark", OLD, ["clicks-cleanup", "nightly-report"]),
    ("spark", {**OLD, "owner": "etl"}, ["nightly-report"]),
    ("mrs", {"name": ["wordcount*", "p?"]}, ["pi", "wordcount", "wordcount-next"]),
    ("mrs", {"name": ["wordcount"]}, ["wordcount"]),
    ("mrs", {"name": ["Pi"]}, []),
    ("mrs", {"state": ["new"]}, ["hive-check"]),
    ("mrs", {"state": ["New", "accepted"]}, ["hive-check", "wordcount-next"]),
    ("mrs", {"result": ["succeeded"]}, ["pi"]),
    ("mrs", {"result": ["KILLED", "FAILED"]}, ["copy-to-obs", "stream-alerts"]),
    ("mrs", {"result": ["UNDEFINED"], "state": ["RUNNING"]}, ["adhoc-query", "wordcount"]),
    ("mrs", {"job_type": "MapReduce"}, ["wordcount", "wordcount-next"]),
    ("mrs", {"user": "etl", "state": ["FAILED"]}, ["copy-to-obs"]),
    ("mrs", {"queue": "interactive"}, ["adhoc-query"]),
    ("mrs", OLD, ["copy-to-obs", "pi", "stream-alerts"]),
    ("mrs", {"older_than": "1d", "job_type": "Flink"}, ["stream-alerts"]),
]


@pytest.mark.parametrize(("name", "filters", "names"), FILTERS, ids=case_id)
def test_filters(request, name, filters, names):
    """Globs that tell cases apart, words that do not, exact values, several keys with AND, age. C8, C16, C23."""
    service = request.getfixturevalue(name)
    service.answers(
        spark_state="capital", mrs_numbers="strings", name_filter="exact" if "*" in str(filters) else "substring"
    )
    result = service.run("stopped", filters=filters, check_mode=True, wait=False)
    assert sorted(job["name"] for job in result["jobs"]) == names, result["msg"]
    if "name" not in filters:
        found = service.info(filters=filters)
        assert sorted(job[service.kind.name_field] for job in found["jobs"]) == names
        assert found["total"] == len(names)
    assert all(int(query.get("size") or query["limit"]) <= 100 for query in service.queries())


def listed(service: Service, *jobs: dict) -> dict:
    """The body of a list."""
    total, name = ("total_record", "job_list") if service.scope else ("total", "sessions")
    return {total: len(jobs), name: list(jobs)}


CHECKED = [
    *(("spark", {key: "x"}) for key in ("queue_name", "owner")),
    *(("mrs", {key: "x" if key != "job_type" else "Flink"}) for key in ("queue", "user", "job_type")),
    ("mrs", {"result": ["FAILED"]}),
    *((name, OLD) for name in ("spark", "mrs")),
    *((name, {"name": ["x"]}) for name in ("spark", "mrs")),
]


@pytest.mark.parametrize(("name", "filters"), CHECKED, ids=case_id)
def test_filters_are_checked_again(request, name, filters):
    """A service that ignores a filter does not widen the selection; null matches nothing."""
    service = request.getfixturevalue(name)
    kind, empty = service.kind, dict.fromkeys(service.kind.fields)
    other = dict.fromkeys(("queue", "owner", "user", "job_type", "job_result", kind.name_field), "y")
    alike = {kind.state_field: service.running, kind.time_field: 4102444800000}
    jobs = [{**empty, **more, **alike, kind.id_field: service.id(n)} for n, more in enumerate((other, {}), 1)]
    jobs[1][kind.time_field] = None
    service.fault(f"{service.path}$", "wrong_type", times=None, body=listed(service, *jobs))
    result = service.run("stopped", filters=filters, check_mode=True)
    assert (result.failed, result["jobs"]) == (False, []), result["msg"]


@pytest.mark.parametrize(
    ("name", "key"), [("spark", "queue_name"), ("spark", "owner"), ("mrs", "queue"), ("mrs", "user")], ids=str
)
def test_filters_that_cannot_be_checked(request, name, key):
    """The answer does not show what was asked for: refused for `absent`, unless the service is trusted.

    There is nothing to trust in where the service was not even asked.
    """
    service = request.getfixturevalue(name)
    kind = service.kind
    job = {kind.id_field: service.id(1), kind.name_field: "a", kind.state_field: service.running}
    for trust in (False, True):
        service.fault(f"{service.path}$", "wrong_type", times=None, body=listed(service, job))
        result = service.run("absent", filters={key: "x"}, trust_server_filters=trust, check_mode=True)
        asked = "x" in service.queries()[0].values()
        if trust and asked:
            assert list(result.column("changed").values()) == [True], result["msg"]
        else:
            check_refused(result, key, *(["trust_server_filters"] if asked else []))


def test_unknown_status_word(service):
    """A warning, no error; it widens nothing."""
    for result in (service.run("absent", filters={"state": ["runing"]}), service.info(filters={"state": ["runing"]})):
        assert (result.failed, result["jobs"]) == (False, [])
        assert "runing" in str(result["warnings"])


def test_job_without_name(service):
    service.jobs({service.kind.name_field: None}, {service.kind.name_field: "x"})
    assert [job["name"] for job in service.run("stopped", filters=EVERYTHING)["jobs"]] == ["x"]


@pytest.mark.parametrize("check_mode", [False, True])
def test_max_jobs(write, check_mode):
    """More than that: nothing is written, and the message says how many there are. Id lists are not limited."""
    ids = write.many(101)
    check_refused(write.run(filters=EVERYTHING, check_mode=check_mode), "max_jobs", "101")
    assert not write.service.writes
    assert write.run(ids[:3], max_jobs=1, check_mode=check_mode)["summary"]["changed"] == 3


def test_max_jobs_does_not_limit_readers(service):
    service.many(101)
    assert service.info(filters=EVERYTHING)["total"] == 101


@pytest.mark.parametrize("newcomers", [0, 3])
def test_pages(write, newcomers):
    """250 jobs, new ones appear between the pages: none missed, none twice; all is read before any write."""
    service, ids = write.service, write.many(250)
    service.emulator.settings.update({"newcomers": newcomers})
    result = write.run(filters=EVERYTHING, max_jobs=300)
    assert not result.failed, result["msg"]
    assert set(ids) <= {job["id"] for job in result["jobs"]}
    assert len(service.written) == len(set(service.written))
    before, after = service.split_log()
    assert len(before) + len(service.writes) + len(after) == len(service.log)  # reads, writes, reads
    assert {service.truth[job_id] for job_id in ids} == {write.after}


@pytest.mark.parametrize("others", [0, 2])
def test_filtered_job_vanishes(write, others):
    """Fine in every state."""
    service = write.service
    vanish = {"script": {f"before_{write.action}": [{service.kind.state_field: "gone"}]}}
    ids = service.jobs(
        *({service.kind.state_field: write.before, **more} for more in [vanish, *({} for dummy in range(others))])
    )
    result = write.run(filters=EVERYTHING)
    assert not result.failed, result["msg"]
    assert result.job(ids[0])["status"] is None
    assert len(result["jobs"]) == 1 + others


# ---- waiting ----


def test_it_takes_some_time(write):
    """Case 21, 29: the old status is seen for some time; the first looks come soon."""
    write.service.delays(**{write.delay: "2 looks"})
    ids = write.many(2)
    result = write.run(ids, wait_interval=10000)  # the longest pause, as long as that it would end by wait_timeout
    assert (result.failed, result["summary"]["changed"]) == (False, 2)
    assert set(write.service.truth.values()) == {write.after}
    assert sorted(write.service.written) == ids


def test_time_out(write):
    """The job fails, its last status is named, `changed` stays true."""
    write.service.delays(**{write.delay: FOR_EVER})
    (job_id,) = write.many(1)
    result = write.run([job_id], wait_timeout=1)
    job = result.job(job_id)
    assert (job["changed"], job["failed"], job["status"]) == (True, True, write.before)
    assert write.before in job["msg"]
    assert set(job["error"].values()) == {None}
    assert result["summary"] == {"total": 1, "changed": 0, "unchanged": 0, "failed": 1}
    assert "after 1 s (wait_timeout)" in job["msg"]


def test_no_wait(write):
    """`wait: false`: accepted is good enough; the status is the last seen. A refusal is one all the same."""
    service = write.service
    service.delays(**{write.delay: FOR_EVER})
    kind = service.kind
    ids = service.jobs(
        {kind.state_field: write.before},
        {kind.state_field: write.before, "refuse": {write.action: write.refusal}},
    )
    result = write.run(ids, wait=False)
    assert result.column("failed") == dict(zip(ids, (False, True)))
    assert result.column("changed") == dict(zip(ids, (True, False)))
    assert result.column("status") == dict.fromkeys(ids, write.before)
    assert result.job(ids[1])["error"]["code"] == write.refusal


def test_one_job_is_refused(operation):
    """That job fails with the service's words, the rest is carried through."""
    service, kind = operation.service, operation.service.kind
    ids = service.jobs(
        *(
            {kind.state_field: operation.before, "refuse": refuse}
            for refuse in ({}, {operation.action: operation.refusal}, {})
        )
    )
    result = operation.run(ids, wait_timeout=60)
    assert result["summary"] == {"total": 3, "changed": 2, "unchanged": 0, "failed": 1}
    job = result.job(ids[1])
    assert (job["changed"], job["status"], job["action"]) == (False, operation.before, operation.action)
    assert (job["error"]["code"], job["error"]["status"]) == (operation.refusal, 400)
    assert job["error"]["request_id"]
    for word in (operation.method, "127.0.0.1", service.path, "400"):
        assert word in job["msg"]
    assert service.truth == dict(zip(ids, (operation.after, operation.before, operation.after)))


# ---- how many requests ----


@pytest.mark.parametrize(("wanted", "there"), [(1, 150), (2, 2), (3, 250), (101, 101)])
def test_budget(write, wanted, there):
    """Reads before, writes, reads after; then a second run without a write."""
    service, ids = write.service, write.many(there)[:wanted]
    pages = math.ceil(there / 100) + (1 if service.scope and there > 100 else 0)
    reads = min(wanted, pages) + (wanted > 1)
    assert write.run(ids)["summary"]["changed"] == wanted
    before, after = service.split_log()
    assert len(before) <= reads
    assert len(after) <= len(before)
    assert len(service.writes) == (math.ceil(wanted / 100) if write.action == "delete" else wanted)
    assert len(service.log) == len(before) + len(service.writes) + len(after)
    assert sorted(service.written) == sorted(ids)
    assert [service.total(name) for name in ("logins", "lookups", "other")] == [0, 0, 0]
    assert not write.run(ids)["changed"]
    assert not service.writes
    # A list does not prove that a job is gone, only a get does: one for each that was deleted.
    assert service.total("reads") <= reads + (wanted if write.action == "delete" and wanted > 1 else 0)


@pytest.mark.parametrize("form", ["run", "info"])
def test_budget_of_lists(service, form):
    """250 jobs: three pages, one more where the meaning of the offset must be found out, each of 100."""
    service.many(250)
    options = {"state": "absent", "max_jobs": 250, "check_mode": True} if form == "run" else {}
    result = getattr(service, form)(filters=EVERYTHING, **options)
    assert len(result["jobs"]) == 250
    assert service.total("reads") <= (4 if service.scope else 3)
    assert {query.get("size") or query["limit"] for query in service.queries()} == {"100"}


@pytest.mark.parametrize("operation", [OPERATIONS["cancel"], OPERATIONS["kill"]], ids=["cancel", "kill"], indirect=True)
@pytest.mark.parametrize(
    ("count", "options", "least", "most"), [(100, {}, 4, 8), (12, {"max_concurrency": 2}, 2, 2)], ids=str
)
def test_writes_in_parallel(operation, count, options, least, most):
    """100 jobs: between 4 and 8 requests in flight, all confirmed, a connection per worker."""
    service, ids = operation.service, operation.many(count)
    service.emulator.settings.update({"latency": 0.02})
    with service.together(least, operation.write_path):
        result = operation.run(ids, **options)
    assert result["summary"] == {"total": count, "changed": count, "unchanged": 0, "failed": 0}
    assert set(result.column("status").values()) == set(service.truth.values()) == {operation.after}
    assert sorted(service.written) == ids
    assert service.total("peak_in_flight") <= most
    assert service.total("connections") <= most


def test_one_connection_and_one_login(write):
    """The login, the reads and the write share it where the host is the same."""
    ids = write.many(1)
    write.run(ids, login=write.service.by_password)
    assert [write.service.total(name) for name in ("connections", "logins", "lookups", "reads", "writes")] == [
        1,
        1,
        0,
        2,
        1,
    ]


# ---- faults ----


@pytest.mark.parametrize(("fault", "took_effect"), LOST, ids=str)
def test_answer_to_a_write_is_lost(write, fault, took_effect):
    """Case 41: never repeated blindly: read first. A write that took effect is a change and is not sent again."""
    service, ids = write.service, write.many(2)
    service.fault(write.write_path, method=write.method, **fault)
    result = write.run(ids, request_timeout=2 if "seconds" in fault else 60)
    service.let_go()
    assert not result.failed, result["msg"]
    assert result.column("changed") == dict.fromkeys(ids, True)
    assert set(service.truth.values()) == {write.after}
    assert not service.write_follows_write()
    assert sorted(set(service.written)) == ids
    if took_effect:
        assert sorted(service.written) == ids


def test_every_answer_is_lost_and_nothing_happens(write):
    """No success, no change, and an error that names the write."""
    ids = write.many(1)
    write.service.fault(write.write_path, "reset_before", method=write.method, times=None)
    result = write.run(ids, max_retries=1, wait_timeout=1)
    assert not write.service.write_follows_write()
    check_http_error(result, write.method, write.service.emulator.url, write.service.path)


def test_throttled(write):
    """Reads and writes: the same request again, later."""
    ids = write.many(1)
    write.service.fault(".*", "status", status=429, retry_after=0)
    write.service.fault(write.write_path, "status", method=write.method, status=429)
    assert write.run(ids)["changed"] is True
    assert [entry["status"] for entry in write.service.log].count(429) == 2


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"kind": "gateway_404"}, 404),
        ({"kind": "status", "status": 404, "body": {"error_msg": "nothing here"}}, 404),
        ({"kind": "status", "status": 403, "body": refusal("APIGW.0302")}, 403),
        ({"kind": "status", "status": 400, "body": refusal("DLI.10005")}, 400),
        ({"kind": "status", "status": 500}, 500),
        ({"kind": "wrong_type"}, None),
        ({"kind": "wrong_type", "body": []}, None),
        ({"kind": "wrong_type", "body": {"job_detail": None, "job_list": None, "sessions": None}}, None),
    ],
    ids=str,
)
def test_read_never_works(service, fault, status):
    """Case 25: a gateway's 404, or any other failure, never means that the job is gone, or that there is none."""
    service.fault(service.path, times=None, **fault)
    result = service.run("absent", [service.job()], max_retries=0)
    check_http_error(result, "GET", service.emulator.url, service.path, status)
    assert not service.writes


@pytest.mark.parametrize(
    "fault", [{"kind": "gateway_404"}, {"kind": "wrong_type", "body": {"job_list": None}}], ids=str
)
def test_no_list_is_no_empty_list(service, fault):
    """Nor do the readers take a failure for an answer."""
    service.fault(service.path, times=None, **fault)
    results = [
        service.run("absent", filters=EVERYTHING, max_retries=0),
        service.info(max_retries=0),
        service.info(**{service.ids: [service.id(1)]}, max_retries=0),
    ]
    for result in results:
        check_http_error(result, "GET", service.emulator.url, service.path)
    assert not service.writes


def test_passing_faults_of_reads(write):
    """Before and after the write; also the service's own "server error", be it a 400."""
    ids = write.many(1)
    own = (
        {"status": 500, "body": refusal("12000004")}
        if write.service.scope
        else {"status": 400, "body": refusal("DLI.0999")}
    )
    for skip, fault in enumerate(
        [{"kind": "reset_after"}, {"kind": "status", **own}, {"kind": "status", "status": 502}]
    ):
        write.service.fault(write.service.path, method="GET", skip=min(skip, 1), **fault)
    result = write.run(ids)
    assert (result.failed, result["changed"], len(write.service.writes)) == (False, True, 1), result["msg"]


def test_reads_after_the_write_never_work(write):
    """The write was accepted: `changed` tells so, and the job fails."""
    ids = write.many(1)
    write.service.fault(write.service.path, "status", method="GET", status=502, skip=1, times=None)
    result = write.run(ids, max_retries=0, wait_timeout=1)
    job = result.job(ids[0])
    assert (result["changed"], job["action"], job["error"]["status"]) == (True, write.action, 502)


def test_chinese_messages(write):
    """Case 20: no decision hangs on the text of a message."""
    service, kind = write.service, write.service.kind
    service.answers(language="chinese", mrs_kill_final="refuse")
    other = {"cancel": "success", "kill": "FINISHED", "delete": "gone"}[write.action]
    race = {"script": {f"before_{write.action}": [{kind.state_field: other}]}}
    ids = service.jobs({kind.state_field: write.before}, {kind.state_field: write.before, **race})
    result = write.run([*ids, service.id(999)], ignore_missing=True)
    assert not result.failed, result["msg"]
    assert not write.run([*ids, service.id(999)], ignore_missing=True)["changed"]


# ---- tokens ----

EXPIRED = [
    *(("cancel", code) for code in ("DLI.10007", "APIGW.0301")),
    *((name, code) for name in ("kill", "delete") for code in ("130000002", "APIGW.0307")),
]


@pytest.mark.parametrize("at_write", [False, True])
@pytest.mark.parametrize(
    ("operation", "code"), [(OPERATIONS[name], code) for name, code in EXPIRED], ids=str, indirect=["operation"]
)
def test_token_expires(operation, code, at_write):
    """Case 39: one more login, shared by all workers; the request that was refused is made again."""
    service = operation.service
    service.answers(expired_token=code)
    service.emulator.settings.update({"latency": 0 if at_write else 0.02})
    ids = operation.many(1 if at_write else 30, hidden=True)
    with service.tokens_expire_after(1 if at_write else 10):
        result = operation.run(ids, login=service.by_password)
    assert (result.failed, result["summary"]["changed"]) == (False, len(ids)), result["msg"]
    assert service.total("logins") == 2


def test_given_token_has_expired(service):
    """It cannot be renewed: one clear message, no login, few requests."""
    service.answers(expired_token="130000002" if service.scope else "DLI.10007")
    service.emulator.world.identities.expire_tokens()
    result = service.run("stopped", [service.id(1)])
    check_http_error(result, "GET", service.emulator.url, service.path, 500 if service.scope else 400)
    assert "token" in result["msg"]
    assert service.total("logins") == 0
    assert len(service.log) <= 4


# ---- readers ----

SECRETS = {"spark": ["req_body"], "mrs": ["arguments", "properties"]}


@pytest.mark.parametrize(
    ("by", "details"),
    [("one id", False), ("ids", False), ("filters", False), ("nothing", False), ("one id", True), ("nothing", True)],
)
def test_fields_that_may_carry_secrets(service, by, details):
    """Cases 28 and 38: only with `details: true`, however the jobs were read; the changing module never shows them."""
    names = SECRETS["mrs" if service.scope else "spark"]
    ids = service.many(2, queue="q", **dict.fromkeys(names, "{fs.obs.secret.key=hidden}"))
    ids = ids[:1] if by == "one id" else ids
    selection = {service.ids: ids} if "id" in by else {"filters": EVERYTHING} if by == "filters" else {}
    result = service.info(details=details, **selection)
    assert result["total"] == len(ids)
    for job in result["jobs"]:
        assert (job["queue"], job[service.kind.state_field]) == ("q", service.running)
        assert set(names) & set(job) == (set(names) if details else set())
    assert ("hidden" in result.text) is details
    if selection and not details:
        assert "hidden" not in service.run("stopped", **selection, diff=True).text


def test_reader_and_unknown_ids(service):
    """Left out; the others come in the order given, each once, in the service's fields."""
    ids = service.many(3)[::-1]
    result = service.info(**{service.ids: [service.id(999), *ids, ids[0]]})
    assert [job[service.kind.id_field] for job in result["jobs"]] == ids
    assert result["total"] == 3
    assert service.info(**{service.ids: [service.id(999)]})["jobs"] == []


@pytest.mark.parametrize(("wanted", "there"), [(1, 150), (2, 250), (120, 250)])
def test_budget_of_readers(service, wanted, there):
    ids = service.many(there)[:wanted]
    assert [job[service.kind.id_field] for job in service.info(**{service.ids: ids})["jobs"]] == ids
    pages = math.ceil(there / 100) + (1 if service.scope else 0)
    assert service.total("reads") <= min(wanted, pages) + (wanted > 1)


def test_details_read_each_job(service):
    """One list, then a get for each; check mode is no matter."""
    ids = service.many(3)
    result = service.info(details=True, check_mode=True)
    assert len(result["jobs"]) == 3
    assert sorted(entry["path"] for entry in service.log) == [
        service.path,
        *(f"{service.path}/{job_id}" for job_id in ids),
    ]


# ---- one playbook ----


def play(emulator, tasks: dict[str, dict]) -> dict[str, dict]:
    """The results of these tasks, by name. Module defaults of the action group bring the connection."""
    kept = "{" + ", ".join(f"'{name}': {name}" for name in tasks) + "}"
    names = {name: name.partition("_")[0] for name in tasks}
    modules = {"flink": "dli_flink_jobs", "spark": "dli_batch_job", "mrs": "mrs_job_executions"}
    defaults = {
        "token": "demo-token",
        "project_id": PROJECT,
        "endpoints": dict.fromkeys(("dli", "mrs"), emulator.url),
        "wait_interval": 0.05,
    }
    with folder() as here:
        results = here.path / "results.json"
        play = {
            "connection": "local",
            "vars": {"ansible_python_interpreter": sys.executable},
            "module_defaults": {"group/otc.bigdata.all": defaults},
            "tasks": [
                *(
                    {f"otc.bigdata.{modules[names[name]]}": options, "register": name, "ignore_errors": True}
                    for name, options in tasks.items()
                ),
                write_down(results, kept),
            ],
        }
        run = here.playbook([play], "-i", "localhost,").end()
        assert results.exists(), run.said
        return json.loads(results.read_text(encoding="utf-8"))


@pytest.mark.real
@pytest.mark.parametrize("door", ["module"], indirect=True)
def test_playbook_across_the_services(emulator, flink, spark, mrs):
    """Stops and purges; the second run changes nothing; one undeletable record keeps no other."""
    work = {
        "flink_jobs": [
            {"job_id": 1},
            {"job_id": 2, "name": "old", "status": "job_finish"},
            {"count": 2, "name": "old"},
        ],
        "batches": [{"count": 3}, {"state": "success"}],
        "mrs_jobs": [
            {"count": 3, "job_name": "old"},
            {"job_name": "kept"},
            {"count": 3, "job_name": "old", "job_state": "FAILED"},
        ],
    }
    tasks = {
        "flink_stop": {"state": "stopped", "filters": {"status": ["job_running"]}},
        "flink_purge": {"state": "absent", "filters": {"name": ["old*"]}},
        "spark_stop": {"state": "absent", "filters": {"state": ["running", "starting", "recovering"]}},
        "mrs_stop": {"state": "stopped", "filters": {"state": ["RUNNING"]}, "cluster_name": "analytics"},
        "mrs_purge": {"state": "absent", "filters": {"name": ["old*"]}, "cluster_name": "analytics"},
    }
    emulator.load(work)
    results = play(emulator, tasks)
    assert {name: result["summary"]["changed"] for name, result in results.items()} == {
        "flink_stop": 3,
        "flink_purge": 3,
        "spark_stop": 3,
        "mrs_stop": 4,
        "mrs_purge": 6,
    }
    assert list(flink.truth.values()) == ["job_cancel_success", None, None, None]
    assert list(spark.truth.values()) == ["dead", "dead", "dead", "success"]
    assert list(mrs.truth.values()) == [*[None] * 3, "KILLED", *[None] * 3]

    emulator.log.clear()
    results = play(emulator, tasks)
    assert [(result["failed"], result["changed"]) for result in results.values()] == [(False, False)] * 5
    assert emulator.log.summary()["writes"] == 0

    stuck = {"job_id": "stuck", "job_name": "old-stuck", "job_state": "FINISHED", "refuse": {"delete": "0161"}}
    emulator.load({**work, "mrs_jobs": [*work["mrs_jobs"], stuck]})
    results = play(emulator, tasks)
    purge = results.pop("mrs_purge")
    assert (purge["failed"], purge["changed"]) == (True, True)
    assert [(job["id"], job["error"]["code"]) for job in purge["jobs"] if job["failed"]] == [("stuck", "0161")]
    assert "stuck: " in purge["msg"]
    assert "0161" in purge["msg"]
    assert not any(result["failed"] for result in results.values())
    assert list(mrs.truth.values()) == [*[None] * 3, "KILLED", *[None] * 3, "FINISHED"]
    assert set(flink.truth.values()) == {"job_cancel_success", None}
