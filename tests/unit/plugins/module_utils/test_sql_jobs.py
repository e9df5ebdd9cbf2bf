# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of SQL jobs: which jobs filters choose, what the list is asked for, what each status calls for."""

from __future__ import annotations

import types
import typing as t

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.errors import OptionError, Refused, Vague
from ansible_collections.otc.bigdata.plugins.module_utils._jobs.desired_state import DesiredState, Step, Write
from ansible_collections.otc.bigdata.plugins.module_utils._jobs.filters import matching, why_none
from ansible_collections.otc.bigdata.plugins.module_utils._jobs.plan import Answer, Entry, next_step
from ansible_collections.otc.bigdata.plugins.module_utils._services.sql_jobs import SqlJobs

NOW = 1_700_000_000
SECRET = "OPTIONS (passwd 'hunter2')"
JOB = {
    "job_id": "q-1",
    "status": "RUNNING",
    "queue_name": "etl",
    "job_type": "QUERY",
    "owner": "ann",
    "start_time": (NOW - 3600) * 1000,
    "tags": [{"key": "team", "value": "night"}],
    "statement": f"SELECT * FROM Sales.Orders {SECRET}",
}
JOBS = {"q-1": JOB, "s-1": {**JOB, "job_id": "s-1", "job_type": "scale_queue", "status": "SCALING"}}


def filters_of(module: bool = True, **filters: t.Any) -> t.Mapping[str, t.Any]:
    state = {"state": "stopped"} if module else {}
    return SqlJobs.select({**state, "job_ids": None, "filters": filters}).filters


def ids(filters: t.Mapping[str, t.Any], **changes: t.Any) -> list[str]:
    jobs = {job_id: {**job, **changes} for job_id, job in JOBS.items()}
    return list(matching(jobs, filters, SqlJobs.fields, NOW)[0])


def query(**filters: t.Any) -> dict[str, t.Any]:
    client: t.Any = types.SimpleNamespace(project_id="p")
    return SqlJobs(client, {}).query(filters_of(**filters))


def desired(by_ids: bool = False, state: str = "stopped") -> DesiredState:
    return SqlJobs.desired_state({"state": state, "job_ids": ["q-1"] if by_ids else None})


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"status": ["running"]}, ["q-1"]),
        ({"queue_name": "etl"}, ["q-1"]),
        ({"job_type": ["query", "insert"]}, ["q-1"]),
        ({"job_type": ["Scale_Queue"]}, ["s-1"]),
        ({"job_type": ["QUERY", "SCALE_QUEUE"]}, ["q-1", "s-1"]),
        ({"owner": "bob"}, []),
        ({"tags": {"team": "night"}}, ["q-1"]),
        ({"tags": {"team": "nigh"}}, []),
        ({"sql_pattern": "sales.orders"}, ["q-1"]),
        ({"sql_pattern": "sales.clicks"}, []),
        ({"older_than": "1h"}, ["q-1"]),
        ({"older_than": "2h"}, []),
    ],
)
def test_filters(filters: dict[str, t.Any], expected: list[str]) -> None:
    assert ids(filters_of(**filters)) == expected


@pytest.mark.parametrize(
    ("filters", "changes"),
    [
        ({"sql_pattern": "on"}, {"statement": None}),
        ({"status": ["None"]}, {"status": None}),
        ({"tags": {"team": "None"}}, {"tags": [{"key": "team", "value": None}]}),
        ({"tags": {"team": "None"}}, {"tags": {"team": None}}),
    ],
)
def test_null_is_no_text(filters: dict[str, t.Any], changes: dict[str, t.Any]) -> None:
    """A part of the word None, which nobody has written, chooses no job."""
    assert ids(filters_of(**filters), **changes) == []


def test_maintenance_of_the_queue_is_shown_to_readers() -> None:
    assert ids(filters_of(module=False, queue_name="etl")) == ["q-1", "s-1"]


@pytest.mark.parametrize(
    ("wanted", "found", "same"),
    [
        ("CANCELLED", "CANCELED", True),
        ("canceled", "Cancelled", True),
        ("finish", "FINISHED", True),
        ("FINISHED", "Finish", True),
        ("FINISHED", "CANCELED", False),
    ],
)
def test_statuses_that_are_spelt_in_two_ways(wanted: str, found: str, same: bool) -> None:
    assert ids(filters_of(status=[wanted]), status=found) == (["q-1"] if same else [])


@pytest.mark.parametrize("tags", [None, [], "", {}])
def test_a_job_without_tags_has_none(tags: t.Any) -> None:
    found, vague = matching({"q-1": {**JOB, "tags": tags}}, filters_of(tags={"team": "night"}), SqlJobs.fields, NOW)
    assert (found, vague) == ({}, [])


def test_a_job_that_does_not_tell_its_tags_has_none() -> None:
    bare = {key: value for key, value in JOB.items() if key != "tags"}
    assert matching({"q-1": bare}, filters_of(tags={"team": "night"}), SqlJobs.fields, NOW) == ({}, [])


@pytest.mark.parametrize(
    ("filters", "asked_for"),
    [
        ({"status": ["Canceled"]}, {"job-status": "CANCELLED"}),
        ({"status": ["FINISH", "finished"]}, {"job-status": "FINISHED"}),
        ({"status": ["RUNNING", "LAUNCHING"]}, {}),
        ({"status": ["SUSPENDED"]}, {}),
        ({"job_type": ["insert", "INSERT"]}, {"job-type": "INSERT"}),
        ({"job_type": ["insert", "query"]}, {}),
        ({"tags": {"team": "night", "job name": "a b"}}, {"tags": "team=night,job name=a b"}),
        (
            {"queue_name": "etl", "owner": "ann", "sql_pattern": "orders", "older_than": "1h"},
            {"queue_name": "etl", "owner": "ann", "sql_pattern": "orders"},
        ),
    ],
)
def test_what_the_list_is_asked_for(filters: dict[str, t.Any], asked_for: dict[str, str]) -> None:
    assert query(**filters) == asked_for


@pytest.mark.parametrize("job_id", ["", "a/b", "a?b", "a b", "ä", "x" * 65, "a%2Fb", ".."])
def test_malformed_ids(job_id: str) -> None:
    with pytest.raises(OptionError, match=r"job_ids\[0\]"):
        SqlJobs.select({"state": "stopped", "job_ids": [job_id], "filters": None})


def test_ids_are_taken_as_they_are() -> None:
    given = ["6D2146A0-c2d5-41bd-8ca0-ca9694ada992", "6d2146a0-c2d5-41bd-8ca0-ca9694ada992", "job_1", "job_1"]
    assert SqlJobs.select({"state": "stopped", "job_ids": given, "filters": None}).ids == tuple(given[:3])


@pytest.mark.parametrize(
    ("filters", "named"),
    [
        ({"sql_pattern": ""}, "sql_pattern"),
        ({"sql_pattern": "x" * 1025}, "sql_pattern"),
        ({"tags": {}}, "tags"),
        ({"tags": {"a": "b,c=d"}}, "tags.a"),
        ({"job_type": []}, "job_type"),
        ({}, "filters"),
    ],
)
def test_malformed_filters(filters: dict[str, t.Any], named: str) -> None:
    with pytest.raises(OptionError, match=named):
        filters_of(**filters)


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"queue_name": "etl"}, "1 job read, none has a job_type other than RESTART_QUEUE or SCALE_QUEUE"),
        ({"sql_pattern": "clicks"}, "1 job read, none has clicks in its statement"),
        ({"status": ["FAILED"]}, "1 job read, none has status FAILED (seen: SCALING)"),
    ],
)
def test_why_none_is_chosen(filters: dict[str, t.Any], said: str) -> None:
    assert why_none({"s-1": JOBS["s-1"]}, filters_of(**filters), SqlJobs.fields, {}, NOW) == said


def test_the_filter_that_no_user_gives_is_not_named() -> None:
    said = why_none(JOBS, filters_of(status=["SCALING"]), SqlJobs.fields, {}, NOW)
    assert said == (
        "2 jobs read, none matches all of status (close: q-1 has status RUNNING, s-1 has job_type scale_queue)"
    )


@pytest.mark.parametrize("filters", [{"sql_pattern": "clicks"}, {"sql_pattern": "clicks", "status": ["RUNNING"]}])
def test_no_message_quotes_a_statement(filters: dict[str, t.Any]) -> None:
    other = {**JOB, "job_id": "q-2", "status": "FAILED", "statement": f"select from clicks {SECRET}"}
    said = why_none({"q-1": JOB, "q-2": other}, filters_of(**filters), SqlJobs.fields, {}, NOW)
    assert "hunter2" not in said


@pytest.mark.parametrize(
    ("status", "by_filter", "by_id"),
    [
        ("LAUNCHING", Write.CANCEL, Write.CANCEL),
        ("RUNNING", Write.CANCEL, Write.CANCEL),
        ("SCALING", Step.IN_PROGRESS, Write.CANCEL),
        ("FINISHED", Step.DONE, Step.DONE),
        ("Finished", Step.DONE, Step.DONE),
        ("FAILED", Step.DONE, Step.DONE),
        ("CANCELLED", Step.DONE, Step.DONE),
        ("CANCELED", Step.DONE, Step.DONE),
        ("FINISH", Step.DONE, Step.DONE),
        ("SUSPENDED", Step.BLOCKED, Step.BLOCKED),
    ],
)
def test_what_each_status_calls_for(status: str, by_filter: Step | Write, by_id: Step | Write) -> None:
    assert (desired().step(status), desired(by_ids=True).step(status)) == (by_filter, by_id)


def test_an_unknown_id() -> None:
    assert (desired(state="absent").step(None), desired().step(None)) == (Step.DONE, Step.MISSING)


@pytest.mark.parametrize(
    ("answer", "refusal", "expected"),
    [
        (Answer.ACCEPTED, None, Step.IN_PROGRESS),
        (Answer.REFUSED, Refused("", "no", 400, "DLI.0001"), Step.BLOCKED),
        (Answer.REFUSED, Refused("", "failed", 400, "DLI.0999"), Step.BLOCKED),
        (Answer.REFUSED, Vague("", "no", 200), Step.BLOCKED),
        (Answer.LOST, None, Step.BLOCKED),
    ],
)
def test_scaling_is_cancelled_once(answer: Answer, refusal: Refused | None, expected: Step | Write) -> None:
    entry = Entry("s-1", desired(by_ids=True))
    entry.look("SCALING")
    entry.sent(Write.CANCEL, answer, refusal)
    for dummy in range(3):
        entry.look("SCALING", now=100.0)
    assert next_step(entry, 100.0) == expected


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        (Refused("", "no", 400, "DLI.0012"), Step.FAILED),
        (Refused("", "failed", 400, "DLI.0999"), Write.CANCEL),
        (Vague("", "no", 200), Write.CANCEL),
        (Refused("", "no", 200), Step.FAILED),
    ],
)
def test_a_refusal_that_says_little_is_tried_again(refusal: Refused, expected: Step | Write) -> None:
    entry = Entry("q-1", desired())
    entry.look("RUNNING")
    entry.sent(Write.CANCEL, Answer.REFUSED, refusal)
    for dummy in range(3):
        entry.look("RUNNING", now=100.0)
    assert next_step(entry, 100.0) == expected
