# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The credential types of AWX: AWX's own code injects them into jobs, which go to another node and stop what runs."""

from __future__ import annotations

import re

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.identity import AGENCY as AGENCY_OPTIONS
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.levels import ENVIRONMENT
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.options import connection_options
from ansible_collections.otc.bigdata.plugins.plugin_utils._playbook_login import MARKS
from ansible_collections.otc.bigdata.tests.emulator.server import Emulator
from ansible_collections.otc.bigdata.tests.unit.utils.awx import Job
from ansible_collections.otc.bigdata.tests.unit.utils.credentials import (
    AGENCY,
    JOBS,
    OPENSTACK,
    OTHER,
    TAIL,
    TYPES,
    USER,
    WORLD,
    secrets_of,
)
from ansible_collections.otc.bigdata.tests.unit.utils.service import PROJECT

HIDDEN = "**********"  # what AWX shows of a secret
SUMMARY = {"flink": 1, "spark": 1, "sql": 3, "mrs": 1}  # of what is stopped there


@pytest.mark.parametrize("kind", [one for one in TYPES.values() if not one.managed], ids=lambda kind: kind.name)
def test_fields_are_options_of_the_modules(kind):
    fields = {field["id"]: field for field in kind.inputs["fields"]}
    assert set(fields) <= set(ENVIRONMENT)
    secret = {name for name, option in connection_options().items() if option.get("no_log")}
    assert {name for name, field in fields.items() if field.get("secret")} == set(fields) & secret
    assert set(kind.inputs["required"]) <= set(fields)
    marks = {USER: MARKS[:1], AGENCY: MARKS[1:]}
    env = {ENVIRONMENT[name][0]: f"{{{{ {name} }}}}" for name in fields}
    assert kind.injectors == {"env": {**env, **dict.fromkeys(marks.get(kind.name, ()), "true")}}
    # What AWX accepts as a field of a custom type
    for field in fields.values():
        assert set(field) <= {"id", "label", "type", "help_text", "multiline", "secret"}
        assert field["type"] == "string"
        assert re.fullmatch("[a-zA-Z_]+[a-zA-Z0-9_]*", field["id"])
        assert field["label"]


def test_fields_of_an_agency():
    """Those of the user, and those that name the agency. A passcode is good once, and a job has many tasks."""
    fields, of_user = ([field["id"] for field in TYPES[name].inputs["fields"]] for name in (AGENCY, USER))
    assert sorted(fields) == sorted([*of_user, *AGENCY_OPTIONS])
    assert not any("passcode" in str(one.inputs) for one in TYPES.values())


@pytest.fixture
def start(tmp_path):
    """A job with a credential, in a world."""
    with Emulator(seed=WORLD, answers={"catalog_dli": "listed"}) as emulator:

        def start(name: str, inputs: dict) -> Job:
            # A setting of AWX tells all jobs where the services are, except where a credential leads to them
            urls = {f"OTC_{service}_ENDPOINT": emulator.url for service in ("IAM", "DLI", "MRS")}
            job = Job(tmp_path, **({} if name == OPENSTACK else urls))
            job.inject(TYPES[name], {**inputs, "host": f"{emulator.url}/v3"} if name == OPENSTACK else inputs)
            return job

        start.emulator = emulator
        yield start


def files_with(job: Job, secrets: dict[str, str]) -> set[str]:
    """Of AWX and of the node."""
    tails = [value[-TAIL:].encode() for value in secrets.values()]
    files = [path for folder in (job.folder, job.node) for path in folder.rglob("*") if path.is_file()]
    return {
        str(path.relative_to(job.folder.parent)) for path in files if any(one in path.read_bytes() for one in tails)
    }


@pytest.mark.parametrize(("name", "inputs"), JOBS.values(), ids=JOBS)
def test_job(start, name, inputs):
    job = start(name, inputs)
    injected = {str(path.relative_to(job.folder)) for path in (job.folder / "env").iterdir()}
    job.run("stop_all", {"all_jobs": True, "clusters": "analytics"}, None, "-vvvvv")
    assert job.status == "successful", job.output
    # In one account, and nothing in the other one
    paths = str([entry["path"] for entry in start.emulator.log.entries()])
    assert (OTHER in paths, PROJECT in paths) == ((True, False) if name == AGENCY else (False, True))
    # The summary comes back, for the next job of a workflow
    assert {service: found["changed"] for service, found in job.stats.items()} == SUMMARY
    # Nobody sees a secret
    secrets = secrets_of(name, inputs)
    assert all(
        HIDDEN in value for field, value in job.shown.items() if field in [ENVIRONMENT[one][0] for one in secrets]
    )
    assert not any(value[-TAIL:] in job.output + str(job.shown) for value in secrets.values())
    # What the runner itself writes down, the environment of the job or a file of the credential, is removed with the folders
    written = injected or {f"artifacts/{job.number}/command"}
    assert files_with(job, secrets) == {f"{folder}/{file}" for folder in ("awx", "node") for file in written}


def test_wrong_secret(start):
    """Neither the right one nor the wrong one is in what AWX keeps of a job that fails."""
    inputs = {**JOBS["user"][1], "password": "wrong{{ password }}PasswordTail02"}
    job = start(USER, inputs).run("purge_finished", {"older_than": "1d"}, None, "-vvvvv")
    assert job.status == "failed"
    assert "401" in job.output
    assert files_with(job, secrets_of(USER, inputs)) == {f"{folder}/artifacts/1/command" for folder in ("awx", "node")}


def test_half_an_agency(start):
    """A field that was left empty gives an empty variable, which is none."""
    inputs = {**JOBS["agency"][1], "target_domain_name": ""}
    job = start(AGENCY, inputs).run("stop_all", {"all_jobs": True}, None)
    assert job.status == "failed"
    assert "target_domain_name (environment: OS_TARGET_DOMAIN_NAME): missing" in job.output
    assert start.emulator.log.entries() == []


def test_another_project_of_the_agency(start):
    """An answer to the survey wins over the field; a project of the own account is not meant."""
    inputs = {**JOBS["agency"][1], "project_name": "eu-de", "target_project_name": "eu-de_none", "region": "eu-de"}
    job = start(AGENCY, inputs).run("stop_all", {"all_jobs": True, "target_project_id": OTHER}, None)
    assert job.status == "successful", job.output
    assert OTHER in str([entry["path"] for entry in start.emulator.log.entries()])


def test_the_project_of_the_user_beside_an_agency(start):
    job = start(*JOBS["agency"]).run("stop_all", {"all_jobs": True, "project_name": "eu-de_nightly"}, None)
    assert job.status == "failed"
    assert "project_name beside target_project_name (environment: OS_TARGET_PROJECT_NAME)" in job.output
    assert start.emulator.log.entries() == []
