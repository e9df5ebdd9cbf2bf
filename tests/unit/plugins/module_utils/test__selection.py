# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ids, durations and filters, checked before the first request."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils._dli_flink import STOP_STEPS, FlinkJobs
from ansible_collections.otc.bigdata.plugins.module_utils._errors import OptionError
from ansible_collections.otc.bigdata.plugins.module_utils._mrs_jobs import JobExecutions
from ansible_collections.otc.bigdata.plugins.module_utils._selection import flink_job_id, matching, seconds, select

NOW = 1_700_000_000
JOB = {
    "job_id": 1,
    "name": "orders",
    "status": "job_running",
    "queue_name": "streaming",
    "create_time": (NOW - 3600) * 1000,
    "tags": [{"key": "team", "value": "sales"}],
}


def by_options(options: dict[str, t.Any]) -> t.Any:
    return select({"state": "stopped", **options}, "job_ids", FlinkJobs.fields, {"status": STOP_STEPS})


def chosen(**filters: t.Any) -> t.Any:
    return by_options({"job_ids": None, "filters": filters})


@pytest.mark.parametrize("text", ["128", "0128", str(2**63 - 1)])
def test_good_flink_ids(text: str) -> None:
    assert flink_job_id(text) == int(text)


@pytest.mark.parametrize(
    "text", ["True", "1.0", "1e3", "0", "-1", "", " 1", "1\n", "\u0661", "0x10", str(2**63), "1" * 5000, "../1"]
)
def test_bad_flink_ids(text: str) -> None:
    with pytest.raises(OptionError, match=r"job_ids\[1\]"):
        by_options({"job_ids": ["5", text], "filters": None})


def test_duplicates_collapse_in_the_order_given() -> None:
    assert by_options({"job_ids": ["5", "3", "05"], "filters": None}).ids == (5, 3)


@pytest.mark.parametrize(
    ("filters", "key"),
    [
        ({}, "filters"),
        ({"name": None}, "filters"),
        ({"name": []}, "filters.name"),
        ({"name": [""]}, "filters.name"),
        ({"status": ["job_running", ""]}, "filters.status"),
        ({"queue_name": ""}, "filters.queue_name"),
        ({"tags": {}}, "filters.tags"),
        ({"tags": {"team": ""}}, "filters.tags.team"),
        ({"tags": {"team": None}}, "filters.tags.team"),
        ({"name": [], "status": ["job_running"]}, "filters.name"),
    ],
)
def test_an_empty_value_would_widen_the_selection(filters: dict[str, t.Any], key: str) -> None:
    with pytest.raises(OptionError, match=f"^{key}: is empty"):
        chosen(**filters)


@pytest.mark.parametrize(
    ("text", "value"), [("90m", 5400), ("12h", 43200), ("30d", 2592000), ("1w", 604800), ("5s", 5)]
)
def test_durations(text: str, value: int) -> None:
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["", "12", "0h", "-1h", "1.5h", "1 h", "h", "1h30m", "1H", "1y", "\u0661h", "1h\n"])
def test_bad_durations(text: str) -> None:
    with pytest.raises(OptionError, match="filters.older_than"):
        seconds(text)


@pytest.mark.parametrize(("ids", "filters", "word"), [(None, None, "one of them is required"), ([], {}, "only one")])
def test_exactly_one_way_to_choose(ids: list[str] | None, filters: dict[str, t.Any] | None, word: str) -> None:
    with pytest.raises(OptionError, match=f"job_ids, filters: {word}"):
        by_options({"job_ids": ids, "filters": filters})


@pytest.mark.parametrize("tags", [{"a": "b,c=d"}, {"a=b": "c"}, {"a,b": "c"}, {"a": ["b"]}, {"a": {"b": "c"}}])
def test_a_tag_that_the_service_would_take_for_another(tags: dict[str, t.Any]) -> None:
    with pytest.raises(OptionError, match="filters.tags."):
        FlinkJobs.select({"state": "stopped", "job_ids": None, "filters": {"tags": tags}})


def test_an_unknown_status_is_a_warning() -> None:
    warnings = chosen(status=["job_running", "job_flying"]).warnings
    assert len(warnings) == 1
    assert "job_flying" in warnings[0]
    assert chosen(status=["JOB_RUNNING"]).warnings == ()


@pytest.mark.parametrize(
    ("filters", "passes"),
    [
        ({"name": ["order?"]}, True),
        ({"name": ["Orders"]}, False),
        ({"name": ["x", "ord*"]}, True),
        ({"status": ["JOB_RUNNING"]}, True),
        ({"status": ["job_finish"]}, False),
        ({"queue_name": "streaming"}, True),
        ({"queue_name": "Streaming"}, False),
        ({"tags": {"team": "sales"}}, True),
        ({"tags": {"team": "web"}}, False),
        ({"tags": {"stage": "prod"}}, False),
        ({"older_than": 3600}, True),
        ({"older_than": 3601}, False),
        ({"name": ["orders"], "queue_name": "other"}, False),
        ({"user_name": "demo"}, True),  # the answer does not tell: left to the service
    ],
)
def test_matching(filters: dict[str, t.Any], passes: bool) -> None:
    assert bool(matching({1: JOB}, filters, FlinkJobs.fields, NOW)[0]) is passes


@pytest.mark.parametrize("job", [{"job_id": 1}, {"job_id": 1, "name": None, "create_time": None}, {"create_time": 0}])
@pytest.mark.parametrize("filters", [{"name": ["*"]}, {"older_than": 1}])
def test_a_job_without_the_field_never_matches(job: dict[str, t.Any], filters: dict[str, t.Any]) -> None:
    with_others = {1: job, 2: {**JOB, "name": "x", "create_time": (NOW + 9) * 1000}}
    assert 1 not in matching(with_others, filters, FlinkJobs.fields, NOW)[0]


def test_what_jobs_do_not_tell() -> None:
    """It is left to a service that filters itself; else such a job is not meant, and if none tells it is an error."""
    fields = JobExecutions.fields
    told, untold = {"job_id": "a", "queue": "root"}, {"job_id": "b"}
    assert matching({"a": told, "b": untold}, {"queue": "root"}, fields, NOW) == ({"a": told}, [])
    with pytest.raises(OptionError, match="filters.queue"):
        matching({"b": untold}, {"queue": "root"}, fields, NOW)
    assert matching({}, {"queue": "root"}, fields, NOW) == ({}, [])
    assert matching({1: JOB}, {"user_name": "demo"}, FlinkJobs.fields, NOW) == ({1: JOB}, ["user_name"])
