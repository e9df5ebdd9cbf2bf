# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of a service against the emulator: what it sees is what is set there, and it only reads."""

from __future__ import annotations

import json
import os
import pathlib
import typing as t

import pytest
import yaml

from ansible_collections.otc.bigdata.plugins.plugin_utils import _check_service
from ansible_collections.otc.bigdata.plugins.plugin_utils._assumptions import ASSUMPTIONS
from ansible_collections.otc.bigdata.plugins.plugin_utils._check_service_probes import PROBES
from ansible_collections.otc.bigdata.tests.unit.utils.run_action import run_action
from ansible_collections.otc.bigdata.tests.unit.utils.service import KEY, NIGHTLY
from ansible_collections.otc.bigdata.tests.unit.utils.wire import without_detours

TESTS = pathlib.Path(__file__).resolve().parents[3]
USER = {"username": "demo", "password": "demo-password", "user_domain_name": "demo-domain"}
READ = [one for one in ASSUMPTIONS if "read" in one]
WRITTEN = [one for one in ASSUMPTIONS if "write" in one]
# The lines that each switch turns, by its name and value: one, unless the data give a value to more of them
TURNED: dict[tuple[str, t.Any], set[str]] = {}
for each in (*READ, *WRITTEN):
    for other in each.get("others", ()):
        TURNED.setdefault((each["switch"], other), set()).add(each["id"])
WITHOUT_LINES = [one for one in ASSUMPTIONS if one not in (*READ, *WRITTEN)]
DISPOSABLE = yaml.safe_load((TESTS / "disposable_jobs.yml").read_text("utf-8"))


@pytest.fixture
def cloud(cloud_of_file):
    cloud_of_file.reset()
    cloud_of_file.world.add("flink_jobs", {"job_id": 901})
    return cloud_of_file


def run(cloud, login: dict | None = None, **more: t.Any) -> t.Any:
    where = {"project_name": "eu-de", "region": "eu-de", "auth_url": cloud.url}
    return run_action(
        "check_service", {**(login or USER), **where, "endpoints": {"dli": cloud.url, "mrs": cloud.url}, **more}
    )


def lines(result, verdict: str) -> set[str]:
    return {line["id"] for line in result["lines"] if line["verdict"] == verdict}


def check_only_reads(cloud, logins: int = 1) -> None:
    entries = cloud.log.entries()
    assert {entry["method"] for entry in entries if entry["path"] != "/v3/auth/tokens"} <= {"GET"}
    assert cloud.log.summary()["writes"] == 0
    assert [entry["method"] for entry in entries if entry["path"] == "/v3/auth/tokens"] == ["POST"] * logins
    assert len(entries) <= _check_service.MOST


def test_each_assumption_that_a_read_tests_has_its_probe() -> None:
    assert {one["read"] for one in READ} == set(PROBES)


def test_all_is_as_assumed(cloud) -> None:
    began = cloud.clock.now
    result = run(cloud)
    assert lines(result, "as assumed") == {one["id"] for one in READ}, result["table"]
    assert (result["changed"], result["counts"]) == (False, {"as assumed": len(READ), "differs": 0, "not seen": 0})
    check_only_reads(cloud)
    assert (cloud.clock.now - began) / len(cloud.log.entries()) > 0.19  # five requests a second


def test_a_project_that_has_another_name(cloud) -> None:
    result = run(cloud, project_id=NIGHTLY)
    assert result["warnings"] == [
        f"'eu-de' is not the name of the project {NIGHTLY}, which IAM calls 'eu-de_nightly'; the ID counts"
    ]


def test_all_is_as_assumed_of_disposable_jobs(cloud) -> None:
    result = run(cloud, **DISPOSABLE)
    assert lines(result, "as assumed") == {one["id"] for one in (*READ, *WRITTEN)}, result["table"]


@pytest.fixture
def lines_alone(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[None]:
    """All else has its own tests, and would take a third of the time."""
    monkeypatch.setattr(_check_service, "transcript", lambda calls: ([], {}))
    monkeypatch.setattr(_check_service, "text", lambda table: [])
    with without_detours():
        yield


@pytest.mark.parametrize(("switch", "value"), TURNED)
@pytest.mark.usefixtures("lines_alone")
def test_one_switch_turned(cloud, switch: str, value: t.Any) -> None:
    """Exactly its line differs, and hides no other but as the data say. Reads come first, so it is the same without disposable jobs."""
    cloud.settings.update({"answers": {switch: value}})
    result = run(cloud, **DISPOSABLE)
    hidden = {one["id"] for one in ASSUMPTIONS if TURNED[switch, value].intersection(one.get("hidden_by", ()))}
    assert lines(result, "differs") == TURNED[switch, value], result["lines"]
    assert lines(result, "not seen") <= hidden, result["lines"]


def test_switches_without_a_line(cloud) -> None:
    """All at once."""
    cloud.settings.update({"answers": {one["switch"]: one["others"][0] for one in WITHOUT_LINES}})
    assert lines(run(cloud, **DISPOSABLE), "as assumed") == {one["id"] for one in (*READ, *WRITTEN)}


@pytest.mark.parametrize("login", [KEY, {"token": "demo-token"}], ids=["key", "token"])
def test_other_credentials(cloud, login: dict) -> None:
    """Which need no login."""
    result = run(cloud, login)
    assert lines(result, "differs") == set(), result["table"]
    check_only_reads(cloud, logins=0)


def test_a_project_without_jobs(cloud) -> None:
    cloud.load({"flink_jobs": [], "batches": [], "sql_jobs": [], "clusters": []})
    result = run(cloud)
    assert lines(result, "differs") == set()
    assert {"A31", "A43", "A62"} <= lines(result, "not seen")
    check_only_reads(cloud)


def test_throttling_is_told_and_counts(cloud) -> None:
    cloud.settings.update({"rate_limit": 1, "rate_retry_after": 1})
    result = run(cloud)
    assert lines(result, "differs") == {"A03"}
    assert "429 APIGW.0308, retry-after 1" in {line["seen"] for line in result["lines"]}
    assert lines(result, "not seen")
    check_only_reads(cloud)


@pytest.mark.parametrize("status", [401, 403, 404, 500, 503])
def test_whatever_a_service_answers(cloud, status: int) -> None:
    """A table all the same: what could not be read was not seen."""
    cloud.faults.add(path="/v[12]", status=status, times=None)
    result = run(cloud, max_retries=0)
    assert lines(result, "differs") == set(), result["table"]
    assert len(lines(result, "not seen")) > len(READ) / 2
    check_only_reads(cloud)


@pytest.mark.parametrize("kind", ["wrong_type", "empty", "truncate"])
def test_answers_of_another_shape(cloud, kind: str) -> None:
    cloud.faults.add(path="/v[12]", kind=kind, times=None)
    assert not run(cloud, max_retries=0).get("failed")
    check_only_reads(cloud)


@pytest.mark.parametrize("value", ["x", 5, [None], [{"type": "dli", "endpoints": 5}]])
def test_a_catalog_of_another_shape(cloud, value: t.Any) -> None:
    cloud.faults.add(path="/v3/auth/catalog", kind="shape", at="catalog", value=value, times=None)
    assert {"A14", "A15"} <= lines(run(cloud), "not seen")


def test_regions_of_another_shape(cloud) -> None:
    catalog = [{"type": "dli", "endpoints": [{"region": {}}, {"region": {"name": "eu-de"}}]}]
    cloud.faults.add(path="/v3/auth/catalog", kind="shape", at="catalog", value=catalog, times=None)
    assert "A15" in lines(run(cloud), "differs")


@pytest.mark.parametrize(("line", "path", "skip"), [("A05", "/streaming/jobs$", 4), ("A55", "/v1.0/[^/]+/jobs$", 3)])
def test_a_refused_query_is_not_taken_for_an_empty_list(cloud, line: str, path: str, skip: int) -> None:
    cloud.faults.add(path=path, skip=skip, status=400, body={"error_code": "DLI.0001", "error_msg": "no"})
    assert lines(run(cloud), "not seen") == {line}


def test_jobs_that_begin_meanwhile(cloud) -> None:
    """An offset leads elsewhere then, and a status may just have changed; that of a job that has ended does not."""
    cloud.settings.update({"newcomers": 99})
    detail = {"kind": "shape", "at": "job_detail.status", "value": "job_running", "times": None}
    cloud.faults.add(path=r"/streaming/jobs/\d+$", **detail)
    cloud.load({"flink_jobs": [{"job_id": number, "status": "job_submitting"} for number in (1, 2, 3)]})
    assert lines(run(cloud), "differs") == set()
    cloud.world.add("flink_jobs", {"job_id": 2, "status": "job_cancel_success"})
    assert lines(run(cloud), "differs") == {"A09"}


def test_the_language_is_not_taken_from_an_answer_to_the_header(cloud) -> None:
    cloud.faults.add(path="/streaming/jobs/9{15}$", skip=1, status=403)
    assert lines(run(cloud), "not seen") == {"A04"}


def test_no_answer_of_a_service(cloud) -> None:
    """IAM alone tells nothing of throttling."""
    cloud.faults.add(path="/v[12]", kind="reset_before", times=None)
    assert {"A02", "A03"} <= lines(run(cloud, max_retries=0), "not seen")


def test_a_service_that_never_answers(cloud) -> None:
    """Each request has a minute. With all that it waits for, the check took half an hour."""
    cloud.faults.add(path="/v[12]", kind="hang", seconds=None, times=None)
    began = cloud.clock.now
    assert len(lines(run(cloud), "not seen")) > len(READ) / 2
    assert cloud.clock.now - began < 700


def test_the_part_of_a_name_may_be_another_name(cloud) -> None:
    cloud.settings.update({"answers": {"name_filter": "exact"}})
    for number, name in enumerate(("order", "orders"), 902):
        cloud.world.add("flink_jobs", {"job_id": number, "name": name, "age": 903 - number})
    assert lines(run(cloud), "differs") == {"A05"}


def test_an_unknown_status_that_is_not_shown(cloud) -> None:
    cloud.faults.add(path="/streaming/jobs$", kind="shape", at="job_list.jobs.0.status", value="Odd one!", times=None)
    result = run(cloud)
    assert "A08" in lines(result, "differs")
    assert "Odd" not in json.dumps(result["lines"])


ELSEWHERE = "../../elsewhere"


@pytest.mark.parametrize(
    ("path", "at", "row"),
    [
        ("/batches$", "sessions", {"id": ELSEWHERE, "state": "dead"}),
        ("/cluster_infos$", "clusters", {"clusterId": ELSEWHERE, "clusterState": "running"}),
        ("/job-executions$", "job_list", {"job_id": ELSEWHERE, "job_state": "FINISHED"}),
    ],
)
def test_an_id_of_a_service_leads_to_no_other_path(cloud, path: str, at: str, row: dict) -> None:
    cloud.faults.add(path=path, kind="shape", at=at, value=[row], times=None)
    run(cloud)
    assert not [entry["path"] for entry in cloud.log.entries() if "elsewhere" in entry["path"]]


def test_a_wrong_password(cloud) -> None:
    result = run(cloud, {**USER, "password": "wrong"})
    assert result["failed"]
    assert "username" in result["msg"]
    check_only_reads(cloud)


def test_files(cloud, tmp_path: pathlib.Path) -> None:
    """Nothing private is in them."""
    result = run(cloud, folder=str(tmp_path))
    assert result["changed"]
    told, table, calls = (tmp_path / f"check_service{end}" for end in (".json", ".md", "_transcript.json"))
    assert json.loads(told.read_text("utf-8")) == result["lines"]
    assert table.read_text("utf-8").count("\n") == len(READ) + 2
    assert len(json.loads(calls.read_text("utf-8"))) == len(cloud.log.entries())
    assert {"demo", "orders", "128"} <= set(result["replaced"].values())
    said = told.read_text("utf-8") + table.read_text("utf-8") + calls.read_text("utf-8") + json.dumps(result["lines"])
    for private in ("demo", "orders", "0123456789abcdef", "analytics", "127.0.0.1"):
        assert private not in said


def test_writes_are_in_the_files_too(cloud, tmp_path: pathlib.Path) -> None:
    """With stand-ins for all jobs, the same ones as in what was read; and no reason in the table names one."""
    cloud.settings.update({"answers": {"mrs_kill_body": "result"}})
    unknown = {"disposable_sql_jobs": ["no-such-job"]}
    result = run(cloud, folder=str(tmp_path), **{**DISPOSABLE, **unknown})
    said = "".join(path.read_text("utf-8") for path in tmp_path.iterdir()) + json.dumps(result["lines"])
    ids = [one for ids in DISPOSABLE.values() for one in ([ids] if isinstance(ids, str) else ids)]
    assert [
        one for one in [*ids, *unknown["disposable_sql_jobs"], "orders"] if f'"{one}"' in said or f"/{one}" in said
    ] == []
    assert "not seen: a job is unknown to the service" in (tmp_path / "check_service.md").read_text("utf-8")
    calls = json.loads((tmp_path / "check_service_transcript.json").read_text("utf-8"))
    assert len(calls) == len(cloud.log.entries())
    words = {(call["method"], call["path"].rpartition("/")[2]) for call in calls if call["method"] != "GET"}
    assert {("POST", word) for word in ("stop", "delete", "export", "kill", "batch-delete")} < words
    assert {"msg": "deleted"} in [call["body"] for call in calls]
    assert {"result": "succeeded"} in [call["body"] for call in calls]


def test_no_folder(cloud) -> None:
    assert run(cloud, folder="/no/such")["msg"] == "folder: there is no folder '/no/such'"
    assert cloud.log.entries() == []


def test_a_folder_that_nobody_may_write_into(cloud, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_check_service.os, "access", lambda *dummy: False)
    assert run(cloud, folder=str(tmp_path))["msg"].startswith("folder: files cannot be written into")
    assert cloud.log.entries() == []


def test_files_that_cannot_be_written(cloud, tmp_path: pathlib.Path) -> None:
    """The jobs are used up, so the table is told."""
    (tmp_path / "check_service.md").mkdir()
    result = run(cloud, folder=str(tmp_path), disposable_flink_jobs=[128])
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["msg"].startswith("folder: [Errno")
    assert len(result["table"]) == result["total"] + 1


def test_a_pipe_in_place_of_a_file(cloud, tmp_path: pathlib.Path) -> None:
    """Nobody reads from it, so whoever opened it would wait for ever, with the table in hand."""
    os.mkfifo(tmp_path / "check_service.json")
    result = run(cloud, folder=str(tmp_path))
    assert result["failed"]
    assert result["msg"].startswith("folder: ")
    assert result["table"]


def test_a_terminal_obeys_nothing_that_was_replaced(cloud, tmp_path: pathlib.Path) -> None:
    cloud.world.add("flink_jobs", {"job_id": 902, "name": "\u202e\x9b31m"})
    assert all(value.isprintable() for value in run(cloud, folder=str(tmp_path))["replaced"].values())
