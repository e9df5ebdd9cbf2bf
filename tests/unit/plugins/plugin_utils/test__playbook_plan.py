# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of a playbook: when it is carried out, and why it is not."""

from __future__ import annotations

import copy
import datetime
import json
import pathlib
import typing as t

import pytest
import yaml

from ansible_collections.otc.bigdata.plugins.plugin_utils import _playbook_plan as plans
from ansible_collections.otc.bigdata.plugins.plugin_utils._playbook_given import Variables
from ansible_collections.otc.bigdata.plugins.plugin_utils._playbook_settings import settings

PLAYBOOKS = pathlib.Path(__file__).resolve().parents[4] / "playbooks"
NOW = datetime.datetime(2026, 11, 29, 6, tzinfo=datetime.timezone.utc)
LOGIN = {"OS_ACCESS_KEY": "AK", "OS_SECRET_KEY": "very-secret", "OS_PROJECT_NAME": "eu-de"}


def report(service: str, *jobs: tuple, **more: str) -> dict:
    names = ("id", "name", "action", "status")
    return {"service": service, "jobs": [dict(zip(names, job)) for job in jobs], **more}


REPORTS = [
    report("flink", (1, "orders", "stop", "job_running"), (2, "x", "none", "job_canceling")),
    report("spark", ("b", None, "cancel", "running")),
    report("mrs", ("m", "pi", "kill", "RUNNING"), otc__cluster="analytics"),
    report("mrs", otc__cluster="reports"),
]


def taken(playbook: str, values: dict, check_mode: bool = False, **more: t.Any) -> dict:
    meta = yaml.safe_load((PLAYBOOKS / f"meta/{playbook}.yml").read_text(encoding="utf-8"))
    given = Variables(values, more.pop("extra", values), (), "localhost", (), **more)
    return settings(playbook, meta["argument_specs"][playbook]["options"], given, check_mode)


def made(path: t.Any, playbook: str, variables: dict, jobs: list, check_mode: bool = True, **environ: str) -> dict:
    """A plan as the playbook writes it in check mode."""
    found = taken(playbook, {**variables, "plan_file": str(path)}, check_mode, environ={**LOGIN, **environ})
    assert found["complaints"] == []
    plan = {**found["plan_head"], "hosts": {"localhost": {**found["frame"], "jobs": jobs}}}
    path.write_text(json.dumps(plan), encoding="utf-8")
    return plan


def complaints(path: t.Any, playbook: str, variables: dict, hosts: tuple = ("localhost",), **environ: str) -> list[str]:
    given = {**variables, "plan_file": str(path)}
    return taken(playbook, given, environ={**LOGIN, **environ}, play_hosts=hosts)["complaints"]


STOP = {"names": "orders*", "clusters": "analytics,reports"}


def test_a_plan_and_its_ids(tmp_path):
    path = tmp_path / "p.json"
    plan = made(path, "stop_all", STOP, plans.planned(REPORTS))
    assert "very-secret" not in json.dumps(plan)
    assert plan["hosts"]["localhost"]["place"]["project_name"] == "eu-de"
    given = {**STOP, "plan_file": str(path)}
    found = taken("stop_all", given, environ=LOGIN, play_hosts=["localhost"])
    assert found["complaints"] == []
    assert found["ids"] == {"flink": [1], "spark": ["b"], "sql": [], "mrs": {"analytics": ["m"]}}
    assert f"only if these are just the 3 jobs of the plan {path}" in found["intent"]
    assert plans.changes(found["plan"], REPORTS) == []


@pytest.mark.parametrize(
    ("fresh", "said"),
    [
        ([report("flink"), *REPORTS[1:]], ["planned, and not to be done any more: flink: stop 1 (orders), job_running"]),
        ([*REPORTS, report("sql", ("s", None, "cancel", "RUNNING"))], ["not planned: sql: cancel s, RUNNING"]),
        ([*REPORTS[:3], report("mrs", ("n", "\x1b", "kill", "NEW"), otc__cluster="reports")], [r"not planned: mrs, reports: kill n (\x1b), NEW"]),
        (
            [report("flink", (1, "other", "stop", "job_running")), *REPORTS[1:]],
            [
                "planned, and not to be done any more: flink: stop 1 (orders), job_running",
                "not planned: flink: stop 1 (other), job_running",
            ],
        ),
        ([report("flink", (1, "orders", "stop", "job_submitting"), (3, "y", "none", "job_canceling")), *REPORTS[1:]], []),
    ],
)  # fmt: skip
def test_changes(fresh, said):
    """Which jobs, what is done to them, and their names; not a status that leads to the same."""
    assert plans.changes(plans.planned(REPORTS), fresh) == said


def test_jobs_that_this_window_has_stopped_itself():
    """A run that was interrupted goes on with its plan."""
    both = report("flink", (1, "a", "stop", "job_running"), (2, "b", "stop", "job_running"))
    plan = plans.planned([both])
    assert plans.changes(plan, [report("flink", (2, "b", "stop", "job_running"))], [1]) == []
    assert len(plans.changes(plan, [report("flink")], [1, 3])) == 1


def test_many_changes():
    many = report("flink", *((number, "x", "stop", "job_running") for number in range(1, 10)))
    lines = plans.changes([], [many])
    assert len(lines) == 6
    assert lines[-1] == "not planned: 4 more"


@pytest.mark.parametrize(
    ("variables", "hosts", "environ", "said"),
    [
        ({"names": "clicks"}, None, {}, 'names was ["orders*"], and now is ["clicks"]'),
        ({"trigger_savepoint": False}, None, {}, "trigger_savepoint was true, and now is false"),
        ({"max_jobs": 5}, None, {}, "max_jobs was 100, and now is 5"),
        ({"queue_name": "q"}, None, {}, 'queue_name was not given, and now is "q"'),
        ({"project_name": "eu-de_b"}, None, {}, 'project_name was "eu-de", and now is "eu-de_b"'),
        ({}, None, {"OS_PROJECT_NAME": "eu-de_b"}, 'project_name was "eu-de", and now is "eu-de_b"'),
        ({}, ("localhost", "b"), {}, "it is of the hosts localhost, and this play has b, localhost"),
        ({"wait_timeout": 5, "project_name": "eu-de"}, None, {}, None),
    ],
)
def test_another_selection(tmp_path, variables, hosts, environ, said):
    path = tmp_path / "p.json"
    made(path, "stop_all", STOP, [])
    expected = [f"plan_file: {said}"] if said else []
    assert complaints(path, "stop_all", {**STOP, **variables}, hosts or ("localhost",), **environ) == expected


def test_another_cloud(tmp_path):
    path = tmp_path / "p.json"
    made(path, "stop_all", STOP, [])
    found = complaints(path, "stop_all", STOP, OS_PROJECT_NAME="eu-nl")
    assert {one.split()[1] for one in found} == {"project_name", "region", "iam", "endpoint"}


USER = {"OS_USERNAME": "u", "OS_PASSWORD": "p", "OS_USER_DOMAIN_NAME": "own", "OS_ACCESS_KEY": "", "OS_SECRET_KEY": ""}
AGENCY = {"OS_AGENCY_NAME": "ops", "OS_AGENCY_DOMAIN_NAME": "customer", "OS_DELEGATED_PROJECT": "eu-de"}


def test_another_account(tmp_path):
    """Its project has the same name, and may have a job of the same ID and name."""
    path = tmp_path / "p.json"
    made(path, "stop_all", STOP, [], **USER, **AGENCY)
    refused = 'plan_file: account was "customer", and now is '
    assert complaints(path, "stop_all", STOP, **USER, **AGENCY) == []
    assert complaints(path, "stop_all", STOP, **USER) == [f'{refused}"own"']
    (key,) = (text for text in complaints(path, "stop_all", STOP) if text.startswith(refused))
    assert "that of the access key " in key
    other = {**AGENCY, "OS_AGENCY_DOMAIN_NAME": "", "OS_TARGET_DOMAIN_ID": "c1"}
    assert complaints(path, "stop_all", STOP, **USER, **other) == [f'{refused}"c1"']


def test_who_tells_no_account(tmp_path):
    """An access key, or the ID of a user, may be of another one where a project has the same name. The ID of the project is enough."""
    path = tmp_path / "p.json"
    by_user_id = {**USER, "OS_USERNAME": "", "OS_USER_DOMAIN_NAME": ""}
    for one, other, whose in (
        ({}, {"OS_ACCESS_KEY": "AK2"}, "access key"),
        ({**by_user_id, "OS_USER_ID": "u1"}, {**by_user_id, "OS_USER_ID": "u2"}, "user u1"),
    ):
        plan = made(path, "stop_all", STOP, [], **one)
        assert '"AK"' not in json.dumps(plan)
        assert complaints(path, "stop_all", STOP, **one) == []
        (said,) = complaints(path, "stop_all", STOP, **other)
        assert said.startswith(f'plan_file: account was "that of the {whose}')
        by_id = {"OS_PROJECT_ID": "p1", "OS_REGION_NAME": "eu-de"}
        made(path, "stop_all", STOP, [], **one, **by_id)
        assert complaints(path, "stop_all", STOP, **other, **by_id) == []
    made(path, "stop_all", STOP, [], OS_SECURITY_TOKEN="x")  # a temporary key is another one each time
    assert complaints(path, "stop_all", STOP, OS_SECURITY_TOKEN="y", OS_ACCESS_KEY="AK2") == []


def test_the_same_account_by_another_name(tmp_path):
    """The ID of a project is enough, as no other account has it."""
    path = tmp_path / "p.json"
    by_id = {"OS_USER_DOMAIN_NAME": "", "OS_USER_DOMAIN_ID": "d1", "OS_PROJECT_NAME": "", "OS_PROJECT_ID": "p1"}
    place = {"OS_REGION_NAME": "eu-de", "OS_PROJECT_ID": "p1"}
    made(path, "stop_all", STOP, [], **USER, **place)
    assert complaints(path, "stop_all", STOP, **USER, **place) == []
    assert complaints(path, "stop_all", STOP, **{**USER, **place, **by_id}) == []
    assert complaints(path, "stop_all", STOP, **{**USER, **place, **by_id, "OS_PROJECT_ID": "p2"}) != []
    made(path, "stop_all", STOP, [], **USER, OS_REGION_NAME="eu-de")
    assert (
        len(complaints(path, "stop_all", STOP, **{**USER, "OS_USER_DOMAIN_NAME": "", "OS_USER_DOMAIN_ID": "d1"})) == 1
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda plan: plan.update(form="x"), "is no plan of a playbook of this collection"),
        (lambda plan: plan.update(version=2), "was made by another release; make a new plan"),
        (lambda plan: plan.update(made_at="yesterday"), "is damaged; make a new plan"),
        (lambda plan: plan.update(made_at="2026-11-29T06:00:00"), "is damaged"),
        (lambda plan: plan.update(hosts=[]), "is damaged"),
        (lambda plan: plan["hosts"]["localhost"].pop("place"), "is damaged"),
        (lambda plan: plan["hosts"]["localhost"].update(jobs=[{"service": "flink"}]), "is damaged"),
        (lambda plan: plan["hosts"]["localhost"]["jobs"][0].update(id=True), "is damaged"),
        (lambda plan: plan["hosts"]["localhost"]["jobs"][0].update(service="nova"), "is damaged"),
        (lambda plan: plan.update(made_at="2026-11-01T06:00:00+00:00"), "and is good for a day; make a new one"),
        (lambda plan: plan.update(made_at="2126-11-01T06:00:00+00:00"), "and is good for a day; make a new one"),
        (lambda plan: plan.update(playbook="purge_finished"), "it is of the playbook purge_finished"),
        (lambda plan: plan["hosts"].clear(), "it is of the hosts none, and this play has localhost"),
    ],
)
def test_damaged_foreign_or_old(tmp_path, change, said):
    path = tmp_path / "p.json"
    plan = made(path, "stop_all", STOP, plans.planned(REPORTS))
    changed = copy.deepcopy(plan)
    change(changed)
    path.write_text(json.dumps(changed), encoding="utf-8")
    (found,) = complaints(path, "stop_all", STOP)
    assert found.startswith("plan_file: ")
    assert said in found


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"form": "otc.bigdata pl', "is damaged, or no plan: it is no JSON"),
        (b"\xff", "is damaged, or no plan: it is no JSON"),
        (b"[" * 100000, "is damaged, or no plan: it is no JSON"),
        (b"[]", "is no plan of a playbook of this collection"),
        (None, "cannot be read: No such file or directory"),
    ],
)
def test_no_plan(tmp_path, content, said):
    path = tmp_path / "p.json"
    if content is not None:
        path.write_bytes(content)
    assert complaints(path, "stop_all", STOP) == [f"plan_file: '{path}' {said}"]


def test_nothing_but_a_plan_is_written_over(tmp_path):
    path = tmp_path / "site.yml"
    path.write_text("- hosts: all\n", encoding="utf-8")
    (found,) = taken("stop_all", {**STOP, "plan_file": str(path)}, True, environ=LOGIN)["complaints"]
    assert found == f"plan_file: '{path}' is damaged, or no plan: it is no JSON"
    for text in ('{"form": "otc.bigdata plan", "version": 2}', ""):
        path.write_text(text, encoding="utf-8")
        assert taken("stop_all", {**STOP, "plan_file": str(path)}, True, environ=LOGIN)["complaints"] == []


def test_where_there_is_no_plan(tmp_path):
    (found,) = taken("drain_queue", {"queue_name": "q", "plan_file": "x"})["complaints"]
    assert found.startswith("plan_file: this playbook has none")
    for path, said in ((tmp_path, "is a folder"), (tmp_path / "no/p.json", "there is no folder")):
        for check_mode in (True, False):
            (found,) = taken("stop_all", {**STOP, "plan_file": str(path)}, check_mode, environ=LOGIN)["complaints"]
            assert said in found


def test_a_login_that_cannot_be(tmp_path):
    """Whose plan would it be?"""
    (found,) = taken("stop_all", {**STOP, "plan_file": str(tmp_path / "p.json")}, True)["complaints"]
    assert found.startswith("plan_file: no credential: ")
