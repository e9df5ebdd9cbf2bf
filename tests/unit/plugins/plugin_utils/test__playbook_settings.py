# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of the playbooks, without running one."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
import yaml

from ansible_collections.otc.bigdata.plugins.plugin_utils._playbook_settings import (
    Variables,
    alike,
    elements,
    settings,
)

PLAYBOOKS = pathlib.Path(__file__).resolve().parents[4] / "playbooks"


def taken(playbook: str, values: dict, check_mode: bool = False, **more: t.Any) -> dict:
    meta = yaml.safe_load((PLAYBOOKS / f"meta/{playbook}.yml").read_text(encoding="utf-8"))
    given = Variables(values, more.pop("extra", set(values)), (), "localhost", **{"groups": (), **more})
    return settings(playbook, meta["argument_specs"][playbook]["options"], given, check_mode)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("name", "names"),
        ("Names", "names"),
        ("queuename", "queue_name"),
        ("queueName", "queue_name"),
        ("queue-name", "queue_name"),
        ("queue_nmae", "queue_name"),
        ("trigger_savepoints", "trigger_savepoint"),
        ("triggers_savepoints", "trigger_savepoint"),
        ("start_agian", "start_again"),
        ("stopped_job_file", "stopped_jobs_file"),
        ("stopped_job_files", "stopped_jobs_file"),
        ("otc_host", "otc_hosts"),
        ("xcloud", "cloud"),
        ("clod", "cloud"),
        ("lcoud", "cloud"),
        ("cloudy", "cloud"),
    ],
)
def test_alike(name, known):
    for pair in ((name, known), (known, name)):
        assert alike(*pair)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("stopped_jobs", "stopped_jobs_file"),
        ("project", "project_name"),
        ("project_id", "project_name"),
        ("name_queue", "queue_name"),
        ("doulc", "cloud"),
        ("regal", "region"),
        ("os_cloud", "cloud"),
        ("ansible_check_mode", "cloud"),
    ],
)
def test_not_alike(name, known):
    assert not alike(name, known)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", ["a"]),
        ("a, b", ["a", "b"]),
        ("a,b,", ["a", "b"]),
        ("a\nb\n", ["a", "b"]),
        ("\n a,\r\n\r\n b , c\n", ["a", "b", "c"]),
        ("a b", ["a b"]),
        ("a,,b", ["a", "", "b"]),
        (",a", ["", "a"]),
        (",", [""]),
    ],
)
def test_elements(text, expected):
    assert elements(text) == expected


def test_defaults():
    found = taken("stop_all", {"names": "*", "services": None, "max_jobs": "", "project_name": " "})
    assert found["complaints"] == []
    assert (found["services"], found["max_jobs"], found["trigger_savepoint"]) == (["flink", "spark"], 100, True)
    assert (found["project_name"], found["otc_hosts"], found["queue_name"]) == (None, "localhost", None)
    assert (found["patterns"], found["filters"]) == (None, {})
    assert taken("stop_all", {"names": "*", "clusters": "a"})["services"] == ["flink", "spark", "mrs"]
    assert taken("purge_finished", {"older_than": "1d"})["services"] == ["flink"]
    assert taken("maintenance_window", {"queue_name": "q"})["min_jobs"] == 1


@pytest.mark.parametrize("names", [10, [10], [["a"], 10], [True]])
def test_what_is_no_text_stays_what_it_is(names):
    """It is up to the modules."""
    found = taken("stop_all", {"names": names})
    assert found["complaints"] == []
    assert repr(found["names"]) == {"10": "[10]", "[10]": "[10]", "[True]": "[True]"}.get(repr(names), "['a', 10]")


@pytest.mark.parametrize("value", [0, False, 0.0, ["a"], {"a": "b"}])
def test_what_could_pass_for_not_given(value):
    """It would mean more jobs than it seems to, or another project."""
    for name in ("queue_name", "project_id", "cloud"):
        complaint = f"{name}: must be text, not {type(value).__name__}"
        assert taken("stop_all", {"names": "a", name: value})["complaints"] == [complaint]


@pytest.mark.parametrize(
    ("playbook", "values", "intent"),
    [
        (
            "stop_all",
            {"names": "a*", "clusters": "x,y", "services": "flink,mrs", "trigger_savepoint": "no", "project_id": "1"},
            "Stop what runs in flink, mrs (x, y): jobs named a*; Flink jobs without savepoints, so their state is lost; project_id 1",
        ),
        (
            "stop_all",
            {"names": "*", "services": "spark", "region": "eu-de"},
            "Stop what runs in spark: every job; the project of the credential, region eu-de",
        ),
        (
            "purge_finished",
            {"older_than": "30d", "delete_stopped": True, "project_name": "eu-de_a"},
            "Delete what has ended in flink: jobs older than 30d, also Flink jobs that were stopped or could not be started; project_name eu-de_a",
        ),
        (
            "maintenance_window",
            {"queue_name": "q", "maintenance_tasks": __file__, "start_again": "after_success"},
            f"Stop Flink jobs with savepoints: every job on the queue q; run {__file__}; start them again: after_success; the project of the credential",
        ),
    ],
)  # fmt: skip
def test_intent(playbook, values, intent):
    assert taken(playbook, values)["intent"] == intent
    assert taken(playbook, values, check_mode=True)["intent"] == f"Check mode, so nothing is changed: {intent}"


def test_intent_of_the_end():
    told = {"flink": {"stopped_jobs": {"localhost": [1, 2]}, "work_begun": {"localhost": False}}}
    found = taken("maintenance_end", {"otc_bigdata": told})
    assert found["intent"] == "Start Flink jobs from their savepoints: 1, 2; the project of the credential"
    assert found["kept"] == {"stopped_jobs": [1, 2], "work_begun": False, "work_done": False, "finished": ""}


@pytest.mark.parametrize(
    "told",
    [
        None,
        "x",
        {"flink": None},
        {"flink": {"stopped_jobs": [1]}},
        {"flink": {"stopped_jobs": {"localhost": ["1"]}}},
        {"mrs": {}},
    ],
)
def test_a_workflow_that_tells_nothing(told):
    (complaint,) = taken("maintenance_end", {"otc_bigdata": told})["complaints"]
    assert complaint.startswith("stopped_jobs_file: give the file that maintenance_window has written")


def test_where_it_is_told():
    found = taken("stop_all", {"names": "*", "project_id": "1", "region": "eu-de"}, extra={"region"})
    assert found["intent"].endswith("; project_id 1 (of the inventory), region eu-de")


def test_a_file_of_an_earlier_release(tmp_path):
    """It does not tell whether the work has begun."""
    file = tmp_path / "stopped.yml"
    file.write_text("stopped_jobs: {localhost: [7]}\nwork_done: {localhost: false}\nfinished: {}\n", encoding="utf-8")
    variables = {"stopped_jobs_file": str(file)}
    kept = {"stopped_jobs": [7], "work_begun": False, "work_done": False, "finished": ""}
    assert taken("maintenance_window", {**variables, "queue_name": "q"})["kept"] == kept
    assert taken("maintenance_end", variables)["kept"] == {**kept, "work_begun": True}


def test_localhost_of_an_inventory():
    """Only where nobody has named the hosts."""
    (complaint,) = taken("stop_all", {"names": "*"}, groups=["iam_projects", "x"])["complaints"]
    assert complaint.startswith("otc_hosts: 'localhost' is a project of the inventory iam_projects here")
    assert taken("stop_all", {"names": "*", "otc_hosts": "all"}, groups=["iam_projects"])["complaints"] == []
