# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook that configures AWX: the real modules of awx.awx make it, and what they made runs as AWX runs it."""

from __future__ import annotations

import json
import pathlib
import re
import shlex
import typing as t

import yaml
from awx_plugins.interfaces._temporary_private_api import ManagedCredentialType

from ansible_collections.otc.bigdata.plugins.module_utils._version import VERSION
from ansible_collections.otc.bigdata.plugins.plugin_utils._playbook_values import LEAST
from ansible_collections.otc.bigdata.tests.emulator.server import Emulator
from ansible_collections.otc.bigdata.tests.unit.utils.awx import ROOT, Job, credential_types
from ansible_collections.otc.bigdata.tests.unit.utils.configure import ENVIRON, NO_CERTIFICATES, in_forks
from ansible_collections.otc.bigdata.tests.unit.utils.controller import TOKEN, UNIFIED, Controller, controller
from ansible_collections.otc.bigdata.tests.unit.utils.guides import GUIDES, blocks, reader
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import Folder, folder

NOT_HERE = ("cd ", "ansible-builder", "podman", "ansible-galaxy")
# What AWX takes for a playbook (awx/main/utils/ansible.py)
LOOKS_LIKE_PLAYBOOK = re.compile(r"^\s*?-?\s*?(?:hosts|(ansible\.builtin\.)?import_playbook):\s*?.*?$", re.MULTILINE)
NOT_ASKED = {"cloud", "otc_hosts", "maintenance_tasks", "plan_file", "stopped_jobs_file"}
OF_THE_HOST = {
    "clusters",
    "services",
    "project_id",
    "project_name",
    "target_project_id",
    "target_project_name",
    "region",
}
# What a survey leaves out besides, as it matters for other services, or for tasks of one's own
ALSO_NOT_ASKED = {
    "Maintenance window (list)": {"start_again", "trigger_savepoint"},
    "Maintenance window (stop)": {"start_again"},
    "Stop jobs of MRS clusters (slices)": OF_THE_HOST | {"trigger_savepoint"},
    "Purge finished jobs of MRS clusters (slices)": OF_THE_HOST | {"delete_stopped", "export_to"},
    "Maintenance window": {"start_again", "trigger_savepoint"},
    "Stop jobs of MRS clusters": OF_THE_HOST | {"trigger_savepoint"},
    "Purge finished jobs of MRS clusters": OF_THE_HOST | {"delete_stopped", "export_to"},
}
# What runs with the variables of another playbook
LIKE = {"maintenance_list": "maintenance_window"}
APPROVALS = ("workflow_approval_templates",)
WORKFLOWS = {
    "Maintenance window": "maintenance_window",
    "Stop jobs of MRS clusters": "stop_all",
    "Purge finished jobs of MRS clusters": "purge_finished",
}
# Launches, one after the other: answers to questions that have no default, how it ends, and what it changes
LAUNCHES = {
    "Stop jobs": (
        {"names": "orders*, wordcount", "services": ["flink", "mrs"], "clusters": "analytics, reports"},
        "successful",
        {"flink": 1, "mrs": 1},
    ),
    "Purge finished jobs": (
        {"older_than": "2d", "clusters": "analytics", "export_to": "ops-bucket/flink"},
        "successful",
        {"flink": 1, "mrs": 1},
    ),
    "Maintenance window (stop)": ({"queue_name": "streaming"}, "failed", {"flink": 2}),  # one cannot be stopped
    "Maintenance window (start)": ({}, "successful", {"flink_started": 2}),
}
WORLD = {
    "flink_jobs": [
        {"name": "orders-new", "queue_name": "streaming", "status": "job_running"},
        {"name": "clicks", "queue_name": "streaming", "status": "job_running"},
        {"name": "stuck", "queue_name": "streaming", "status": "job_running", "refuse": {"stop": "DLI.15002"}},
        {"name": "alerts", "status": "job_running"},
        {"name": "old", "status": "job_finish", "age": 300000},
    ],
    "batches": [],
    "mrs_jobs": [
        {"job_name": "wordcount", "job_state": "RUNNING"},
        {"job_name": "old", "job_state": "FINISHED", "age": 300000},
    ],
}
TYPES = {"text": str, "integer": int, "multiplechoice": str, "multiselect": list}


def made_by(here: Folder, url: str, one: Controller, collections: str) -> None:
    """As the guide tells."""
    words = {"https://awx.example.com": url, "CONTROLLER_OAUTH_TOKEN='...'": f"CONTROLLER_OAUTH_TOKEN={TOKEN}"}
    words |= {"-e @awx.yml": shlex.join(["-e", "@awx.yml", *in_forks()])}
    words |= {f"{name}='...'": f"{name}={value}" for name, value in ENVIRON.items()}
    with reader(here, words, NOT_HERE, ANSIBLE_COLLECTIONS_PATH=collections, **NO_CERTIFICATES) as follower:
        for block in blocks(GUIDES / "guide_awx.rst"):
            follower.follow(block)


def answered(survey: dict, answers: dict) -> dict:
    """The variables of a launch, as AWX makes them (SurveyJobTemplateMixin in awx/main/models/mixins.py)."""
    found = {}
    for question in survey["spec"]:
        name = question["variable"]
        for value in (question["default"], answers.get(name, "")):
            # What is empty does not pass for an answer, as there is a least length
            if isinstance(value, TYPES[question["type"]]) and value != "":
                assert _fits(question, value), question
                found[name] = value
        assert name in found or not question["required"], question
    assert set(answers) <= set(found)
    return found


def _fits(question: dict, value: t.Any) -> bool:
    if question["choices"]:
        return set([value] if isinstance(value, str) else value) <= set(question["choices"])
    return question["min"] <= (value if isinstance(value, int) else len(value)) <= question["max"]


def check_survey(name: str, survey: dict, playbook: str) -> None:
    """It asks what the playbook takes, with its defaults, and AWX accepts it (_validate_spec_data in awx/api/views)."""
    meta = yaml.safe_load((ROOT / f"playbooks/meta/{playbook}.yml").read_text(encoding="utf-8"))
    options = meta["argument_specs"][playbook]["options"]
    questions = {question["variable"]: question for question in survey["spec"]}
    assert len(questions) == len(survey["spec"])
    assert set(survey) == {"name", "description", "spec"}
    assert set(options) - set(questions) == (NOT_ASKED | ALSO_NOT_ASKED.get(name, set())) & set(options)
    for variable, question in questions.items():
        option = options[variable]
        assert question["required"] is option.get("required", False)
        assert question["question_description"] == option["description"]
        given = question["default"]
        assert (yaml.safe_load(given) if option["type"] == "bool" else given) == option.get("default", "")
        assert question["choices"] == option.get("choices", ["true", "false"] if option["type"] == "bool" else [])
        assert question["min"] == (LEAST[variable] if question["type"] == "integer" else 1)
        assert question["question_name"]
        assert question["type"] in TYPES


def job_of(one: Controller, template: dict, path: pathlib.Path, **environ: str) -> Job:
    """A launch of the template, with all that AWX knows of it."""
    job = Job(path, **environ)
    for number in template["others"]["credentials"]:
        credential = one.things["credentials"][number]
        kind = one.things["credential_types"][credential["credential_type"]]
        made = ManagedCredentialType("otc", kind["name"], kind["kind"], kind["inputs"], kind["injectors"])
        job.inject(made, credential["inputs"])
    return job


def hosts_of(one: Controller, template: dict) -> dict[str, dict]:
    hosts = [host for host in one.things["hosts"].values() if host["inventory"] == template["inventory"]]
    return {host["name"]: json.loads(host["variables"]) for host in hosts}


def test_configure(collections, emulator, tmp_path):
    with controller() as (one, url), folder(ANSIBLE_COLLECTIONS_PATH=collections, **NO_CERTIFICATES) as here:
        made_by(here, url, one, collections)
    check_made(one, emulator, tmp_path)


def check_made(one: Controller, emulator: Emulator, tmp_path: pathlib.Path) -> None:
    (project,) = one.named("projects").values()
    assert project["scm_branch"] == VERSION
    types = one.named("credential_types")
    for name, kind in credential_types().items():
        assert kind.managed or (types[name]["inputs"], types[name]["injectors"]) == (kind.inputs, kind.injectors)
    (source,) = one.named("inventory_sources").values()
    assert (ROOT / source["source_path"]).is_file()
    templates = one.named("job_templates")
    for name, template in templates.items():
        path, sliced = ROOT / template["playbook"], "(slices)" in name
        assert LOOKS_LIKE_PLAYBOOK.search(path.read_text(encoding="utf-8"))
        if name == "Maintenance window (failed)":
            assert (template["survey_enabled"], template["survey"]) == (False, {})
        else:
            check_survey(name, template["survey"], LIKE.get(path.stem, path.stem))
        assert json.loads(template["extra_vars"]) == ({"otc_hosts": "all"} if sliced else {})
        assert template["job_slice_count"] == (2 if sliced else 1)
    check_launches(one, templates, emulator, tmp_path)
    check_workflows(one, templates)
    schedules = one.named("schedules")
    assert [one["extra_data"] for one in schedules.values()] == [{"older_than": "30d"}] * 2


def check_launches(one: Controller, templates: dict[str, dict], emulator: Emulator, folder: pathlib.Path) -> None:
    """With the answers to their surveys they do what they are for. What a job leaves, the next one gets, as in a workflow."""
    endpoints = {f"OTC_{service}_ENDPOINT": emulator.url for service in ("IAM", "DLI", "MRS")}
    left: dict = {}
    for number, (name, (answers, status, changed)) in enumerate(LAUNCHES.items()):
        if left and not answers:
            variables = {"otc_bigdata": left}
        else:
            emulator.load(WORLD)
            variables = {}
        template = templates[name]
        job = job_of(one, template, folder / str(number), **endpoints)
        variables.update(answered(template["survey"], answers))
        job.run(pathlib.PurePath(template["playbook"]).stem, variables, hosts_of(one, template))
        assert job.status == status, job.output
        left = job.stats
        assert {service: left[service]["changed"] for service in changed} == changed, job.output


def check_workflows(one: Controller, templates: dict[str, dict]) -> None:
    """Which template follows which one; their surveys ask no more than those of the templates."""
    unified = {
        thing["id"]: thing["name"] for endpoint in (*UNIFIED, *APPROVALS) for thing in one.things[endpoint].values()
    }
    found = {}
    for name, workflow in one.named("workflow_job_templates").items():
        all_nodes = one.things["workflow_job_template_nodes"].values()
        nodes = {node["id"]: node for node in all_nodes if node["workflow_job_template"] == workflow["id"]}
        found[name] = {
            node["identifier"]: (
                unified[node["unified_job_template"]],
                {kind: [nodes[number]["identifier"] for number in numbers] for kind, numbers in node["others"].items()},
            )
            for node in nodes.values()
        }
        check_survey(name, workflow["survey"], WORKFLOWS[name])
        asked = {question["variable"] for question in workflow["survey"]["spec"]}
        for first in [f"{name} (slices)"] if f"{name} (slices)" in templates else [f"{name} (list)", f"{name} (stop)"]:
            assert asked <= {question["variable"] for question in templates[first]["survey"]["spec"]}
    listing, stop, start, failed = (f"Maintenance window ({part})" for part in ("list", "stop", "start", "failed"))
    (work,) = one.named("workflow_approval_templates")
    assert found.pop("Maintenance window") == {
        "list": (listing, {"success_nodes": ["stop"]}),
        "stop": (stop, {"success_nodes": ["work"], "failure_nodes": ["start_again"]}),
        "work": (work, {"success_nodes": ["start"]}),
        "start": (start, {}),
        "start_again": (start, {"always_nodes": ["failed"]}),
        "failed": (failed, {}),
    }
    (clusters,) = one.named("inventory_sources")
    assert found == {
        name: {"list": (clusters, {"success_nodes": ["slices"]}), "slices": (f"{name} (slices)", {})}
        for name in WORKFLOWS
        if name != "Maintenance window"
    }


def test_what_is_listed_as_a_playbook():
    """AWX shows what looks like one, but for folders of tasks; Galaxy shows each file at the top."""
    folder = ROOT / "playbooks"
    names = {"demo", *WORKFLOWS.values(), "check_service", "drain_queue", "maintenance_end", "show_jobs"}
    awx = [file for file in folder.rglob("*.y*ml") if LOOKS_LIKE_PLAYBOOK.search(file.read_text(encoding="utf-8"))]
    assert {str(file.relative_to(folder)) for file in awx if "tasks" not in file.parts} == {
        *(f"{name}.yml" for name in names),
        "awx/configure.yml",
        "awx/maintenance_failed.yml",
        "awx/maintenance_list.yml",
    }
    assert {file.stem for file in folder.glob("*.y*ml")} == names
