# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime
import pathlib

import pytest
import yaml

from ansible_collections.otc.bigdata.plugins.plugin_utils._configure_settings import (
    NAMES,
    configuration,
    why_not,
)
from ansible_collections.otc.bigdata.plugins.plugin_utils._playbook_given import Variables

AWX = pathlib.Path(__file__).resolve().parents[4] / "playbooks/awx"
SPEC = yaml.safe_load((AWX / "meta/configure.yml").read_text(encoding="utf-8"))["argument_specs"]["configure"][
    "options"
]
NOW = datetime.datetime(2026, 6, 1, tzinfo=datetime.timezone.utc)
IMAGE = {"image": "registry.example.com/ee:1"}
SECRET = "do-not-show-me"
KEY = {"access_key": "AK", "secret_key": SECRET}
INPUTS = {"fields": [{"id": "access_key"}, {"id": "secret_key"}, {"id": "project_name"}], "required": [*KEY]}
TYPES = [{"name": NAMES["access_key"], "description": "AK/SK", "inputs": INPUTS, "injectors": {}}]
OPENSTACK = {
    "name": "OpenStack",
    "inputs": {
        "fields": [{"id": "username", "type": "string"}, {"id": "verify_ssl", "type": "boolean"}],
        "required": ["username"],
    },
    "injectors": {},
}
MINE, NOT_MINE = (
    {"id": 1, "name": "Default", "summary_fields": {"user_capabilities": {"edit": edit}}} for edit in (True, False)
)
THERE = {
    "organizations": [MINE],
    "credential_types": [*TYPES, OPENSTACK],
    "execution_environments": [{"name": "otc.bigdata"}],
    "me": [{"is_superuser": False}],
}


def of(values: dict, there: dict | None = None, **more) -> dict:
    given = Variables({**IMAGE, **values}, {*values, *more.get("extra", ())}, (), "localhost", ())
    return configuration(SPEC, given, TYPES, there or {}, NOW)


def test_what_is_not_given():
    """Null and empty text are the same as nothing, also in a credential."""
    found = of({"organization": None, "scm_url": " ", "slices": "", "credential_inputs": {**KEY, "project_name": ""}})
    assert found["complaints"] == []
    assert (found["organization"], found["slices"], found["scm_branch"]) == ("Default", 2, None)
    assert found["scm_url"] == SPEC["scm_url"]["default"]
    assert found["credential_inputs"] == KEY


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"image": " "}, "missing: image"),
        ({"image": "https://registry.example.com/ee:1"}, "leave out what stands before ://"),
        ({"image": "registry.example.com/EE:1"}, "is not the name of an image"),
        ({"slices": 0}, "slices: must be at least 1, not 0"),
        ({"nightly_purge": "30"}, "nightly_purge: '30' is not one positive number"),
        ({"credential_type": "password"}, "value of credential_type must be one of"),
        ({"organization": ["Default"]}, "organization: must be text, not list"),
        ({"image": 1.0}, "image: must be text, not the number 1.0"),
        ({"organisation": "Default"}, "organisation: there is no such variable; is organization meant?"),
        ({"chosen": {}}, "chosen: is what the playbook itself works with"),
        ({"secret_key": SECRET}, "secret_key: is no variable of this playbook; what its jobs log in with is in cred"),
        ({"project_name": "eu-de"}, "project_name: is no variable of this playbook; what its jobs log in with"),
        ({"otc__controller": {}}, "otc__controller: is what the playbook itself works with"),
        ({"scm_branch": "1.0.0\nmain"}, "scm_branch: has a line break"),
        ({"credential_inputs": {}}, "access_key, secret_key: missing or empty"),
        ({"credential_inputs": {"access_key": "", "secret_key": None}}, "access_key, secret_key: missing or empty"),
        (
            {"credential_inputs": {"access_key": "AK", "secret_key": " "}},
            "credential_inputs: secret_key: missing or empty",
        ),
        ({"credential_inputs": {"project_name": "eu-de"}}, "to leave the credential in AWX as it is, leave out"),
        ({"credential_inputs": {**KEY, "projectname": "eu-de"}}, "has no field 'projectname', but access_key"),
        ({"credential_inputs": {**KEY, "project_name": 8}}, "project_name: must be text, so put it into quotes"),
        ({"credential_inputs": {"access_key": "AK", "secret_key": [SECRET]}}, "secret_key: must be text"),
        ({"credential_inputs": SECRET}, "credential_inputs"),
        (
            {"credential_inputs": f"access_key=AK secret_key=a,{SECRET}=b"},
            "credential_inputs: must be a dictionary, not text",
        ),
        ({"credential_inputs": {**KEY, "access_key": "AK\n"}}, "credential_inputs: access_key: holds a line break"),
        ({"credential_inputs": {**KEY, "project_name": " eu-de"}}, "project_name: begins or ends with white space"),
        ({"credential_inputs": {**KEY, f"{SECRET} {{": "eu-de"}}, "has no field what is given, but access_key"),
        (
            {"image": f"https://u:{SECRET}@registry.example.com/ee:1"},
            "image: what is given is not the name of an image",
        ),
        ({"scm_url": f"https://u:{SECRET}@git.example.com/otc.git"}, "scm_url: must hold no user and no password"),
        *(
            ({"scm_url": url}, "scm_url: must hold no user and no password, and nothing after a ? or #; give")
            for url in (
                f"https://git.example.com/otc.git?token={SECRET}",
                f"HTTPS://{SECRET}@git.example.com/otc.git",
                f"ssh://git:{SECRET}@git.example.com/otc.git",
                f"https://u:{SECRET}@[git.example.com/otc.git",
                f"https://git.example.com/otc.git#token={SECRET}",
                f"ftp://{SECRET}@git.example.com/otc.git",
                f"git+https://{SECRET}@git.example.com/otc.git",
                f"oauth2:{SECRET}@git.example.com:otc.git",
            )
        ),
        ({"rrule": "every night"}, "rrule: 'every night' does not begin with one DTSTART"),
    ],
)
def test_wrong_variables(values, complaint):
    (found,) = of(values)["complaints"]
    assert isinstance(found, str)
    assert complaint in found
    assert SECRET not in found


@pytest.mark.parametrize(
    "url",
    [
        "git@git.example.com:otc.git",
        "ssh://git@git.example.com:22/otc.git",
        "git+ssh://git@git.example.com/otc.git",
        "git@git.example.com:otc@2.git",
        "https://git.example.com/@a/otc.git",
        "file:///srv/otc",
    ],
)
def test_addresses_without_a_secret(url):
    assert of({"scm_url": url})["complaints"] == []


def test_same_as_awx_has():
    found = of({"credential_inputs": KEY}, THERE)
    assert (found["complaints"], found["environment"], found["type_name"]) == ([], "otc.bigdata", NAMES["access_key"])


@pytest.mark.parametrize(
    ("values", "there", "complaint"),
    [
        ({"organization": "Team"}, {"organizations": []}, "AWX shows no organization 'Team' to this token"),
        ({}, {"organizations": [NOT_MINE]}, "organization: this token may not change 'Default'"),
        ({}, {"credential_types": [{**TYPES[0], "description": "of old"}]}, f"otherwise: {NAMES['access_key']}."),
        ({}, {"credential_types": [OPENSTACK]}, "Only a system administrator may make and change credential types"),
        ({}, {"credential_types": [{**TYPES[0], "injectors": {"env": {}}}]}, f"otherwise: {NAMES['access_key']}."),
        (
            {"credential_type": "openstack", "credential_inputs": {"verify_ssl": True}},
            {},
            "username: missing or empty",
        ),
        (
            {"credential_type": "openstack", "credential_inputs": {"username": "u", "verify_ssl": "no"}},
            {},
            "verify_ssl: must be true or false",
        ),
        ({"credential_type": "openstack"}, {"credential_types": TYPES}, "AWX has no type 'OpenStack'"),
    ],
)
def test_what_cannot_work_there(values, there, complaint):
    (found,) = of(values, {**THERE, **there})["complaints"]
    assert complaint in found


@pytest.mark.parametrize(
    ("project", "runs", "taken"),
    [
        (7, [70], []),
        (8, [70], ["Stop jobs", "Maintenance window"]),
        (7, [71], ["Maintenance window"]),
        (7, [70, 71], []),  # somebody has added a step
        (None, [], []),  # half made, or half removed
    ],
)
def test_templates_of_others(project, runs, taken):
    """To change what somebody else's template does, or to add our steps to theirs, would be worse than to stop here."""
    there = {
        "projects": [{"id": 7, "name": "otc.bigdata"}],
        "job_templates": [{"id": 70, "name": "Stop jobs", "project": project}],
        "workflow_job_templates": [{"id": 9, "name": "Maintenance window"}],
        "workflow_job_template_nodes": [{"workflow_job_template": 9, "unified_job_template": one} for one in runs],
    }
    complaints = of({}, {**THERE, **there})["complaints"]
    assert len(complaints) == bool(taken)
    assert all(f"by the names of its own: {', '.join(taken)}. " in one for one in complaints)


def test_a_credential_that_cannot_be_evaluated():
    """Ansible quotes it."""
    given = Variables(dict(IMAGE), (), (), "localhost", (), {"credential_inputs": f"in {SECRET}{{{{"})
    (found,) = configuration(SPEC, given, TYPES, {}, NOW)["complaints"]
    assert found == "credential_inputs: cannot be evaluated; a text with braces in it needs !unsafe before it"


def test_administrator():
    """The types are missing, and are going to be made."""
    there = {**THERE, "credential_types": [], "me": [{"is_superuser": True}]}
    assert of({"credential_inputs": KEY}, there)["complaints"] == []


def test_name_that_another_organization_has():
    assert of({}, {**THERE, "execution_environments": []})["environment"] == "otc.bigdata (Default)"


@pytest.mark.parametrize(
    "rrule",
    [
        SPEC["rrule"]["default"],
        "DTSTART:20260101T000000Z RRULE:FREQ=DAILY;INTERVAL=1;UNTIL=99991231T235959Z",
        "DTSTART:20260101T000000Z RRULE:FREQ=DAILY;INTERVAL=99999;COUNT=50",
        "DTSTART:20260101T023000Z RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR",
        "DTSTART:20260101T023000Z RRULE:FREQ=MONTHLY;INTERVAL=1;BYSETPOS=-1;BYDAY=SU",
        "DTSTART:20260101T023000Z RRULE:FREQ=DAILY;INTERVAL=1;BYHOUR=1,2;BYSETPOS=3,-2",
        "DTSTART:20260101T023000Z RRULE:FREQ=MONTHLY;INTERVAL=1;BYDAY=SU;BYSETPOS=5",
        "DTSTART:20260101T023000Z RRULE:FREQ=YEARLY;INTERVAL=1;BYMONTH=1,7;BYSETPOS=2",
        "DTSTART:20260101T023000Z RRULE:FREQ=MONTHLY;INTERVAL=1;BYDAY=-5MO,-6FR",
        "DTSTART:20260101T023000Z RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-53MO",
        "DTSTART:20260101T023000Z RRULE:FREQ=WEEKLY;INTERVAL=1;BYDAY=-9MO",
        "DTSTART:20260101T023000Z RRULE:FREQ=DAILY;INTERVAL=1;UNTIL=20260602T000000Z",
        "DTSTART:20260530T023000Z RRULE:FREQ=DAILY;INTERVAL=1;COUNT=5",
        "DTSTART:20260101T023000Z RRULE:FREQ=DAILY;INTERVAL=1;COUNT=2;BYMONTH=12",  # not so simple
        "DTSTART:20260101T023000Z RRULE:FREQ=YEARLY;INTERVAL=1;BYMONTHDAY=29;BYMONTH=2",
        "DTSTART:20260101T023000Z RRULE:FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=-1,31;BYHOUR=0,23;BYEASTER=-2",
        "DTSTART:20250101T023000Z RRULE:FREQ=DAILY;INTERVAL=1;COUNT=2 RRULE:FREQ=DAILY;INTERVAL=1",
        "DTSTART:20250101T023000Z RRULE:FREQ=DAILY;INTERVAL=1 EXRULE:FREQ=WEEKLY;INTERVAL=1;BYDAY=SU",
    ],
)
def test_rule(rrule):
    assert why_not(rrule, NOW) == ""


@pytest.mark.parametrize(
    ("rrule", "reason"),
    [
        ("RRULE:FREQ=DAILY;INTERVAL=1", "does not begin with one DTSTART"),
        ("DTSTART:20260101T023000Z", "go on with RRULE:"),
        ("DTSTART:20260101T023000Z DTSTART:20260101T023000Z RRULE:FREQ=DAILY;INTERVAL=1", "one DTSTART"),
        ("DTSTART:20260101T023000Z RRULE:FREQ=DAILY;INTERVAL=1 EXDATE:20260102T023000Z", "one DTSTART"),
        ("DTSTART:20260101T023000 RRULE:FREQ=DAILY;INTERVAL=1", "needs a time zone"),
        ("DTSTART;TZID=Europe/Bonn:20260101T023000 RRULE:FREQ=DAILY;INTERVAL=1", "'Europe/Bonn' is no time zone"),
        ("DTSTART:20261301T023000Z RRULE:FREQ=DAILY;INTERVAL=1", "a date that does not exist"),
        ("DTSTART:20260101T023000Z RRULE:FREQ=DAILY", "needs FREQ and INTERVAL"),
        ("DTSTART:20260101T023000Z RRULE:FREQ=DAILY;INTERVAL=0", "INTERVAL=0 is not what AWX takes"),
        ("DTSTART:20260101T023000Z RRULE:FREQ=SECONDLY;INTERVAL=1", "FREQ=SECONDLY is not what AWX takes"),
        ("DTSTART:20260101T023000Z RRULE:FREQ=DAILY;INTERVAL=1;COUNT=1000", "COUNT=1000 is not what AWX takes"),
        ("DTSTART:20260101T023000Z RRULE:FREQ=MONTHLY;INTERVAL=1;BYDAY=1MO", "no number before a day; use BYSETPOS"),
        ("DTSTART:20260101T023000Z RRULE:FREQ=DAILY;INTERVAL=1;INTERVAL=2", "says something twice"),
        ("DTSTART:20260101T023000Z RRULE:FREQ=DAILY;INTERVAL=1;COUNT=2;UNTIL=20270101", "exclude each other"),
        ("DTSTART:20260101T023000Z RRULE:FREQ=DAILY;INTERVAL=1;UNTIL=20260201T000000Z", "is over"),
        *(
            (
                f"DTSTART:20260101T023000Z RRULE:FREQ=YEARLY;INTERVAL=1;{part}",
                f"{part} has a number that is not from {span}",
            )
            for part, span in (
                ("BYHOUR=25", "0 to 23"),
                ("BYHOUR=-1", "0 to 23"),
                ("BYMINUTE=60", "0 to 59"),
                ("BYSECOND=0,60", "0 to 59"),
                ("BYMONTH=1,13", "1 to 12"),
                ("BYMONTH=-1", "1 to 12"),
                ("BYMONTHDAY=-32", "1 to 31"),
                ("BYYEARDAY=367", "1 to 366"),
                ("BYWEEKNO=0", "1 to 53"),
                ("BYSETPOS=0", "1 to 366"),
            )
        ),
        (
            "DTSTART:20260101T023000Z RRULE:FREQ=MONTHLY;INTERVAL=1;BYMONTH=2,4;BYMONTHDAY=-31,31",
            "no such month has that day",
        ),
        (
            "DTSTART:20260101T023000Z RRULE:FREQ=YEARLY;INTERVAL=1;BYMONTHDAY=30;BYMONTH=2",
            "never comes, as no such month",
        ),
        *(
            (f"DTSTART:20260101T023000Z RRULE:INTERVAL=1;{parts}", "never comes, as BYSETPOS is beyond")
            for parts in (
                "FREQ=DAILY;BYSETPOS=2",
                "FREQ=HOURLY;BYHOUR=1,2;BYMINUTE=0,30;BYSETPOS=3",
                "FREQ=WEEKLY;BYDAY=MO,FR;BYSETPOS=3,-3",
                "FREQ=MONTHLY;BYDAY=SU;BYSETPOS=6",
                "FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=1;BYSETPOS=-3",
            )
        ),
        *(
            (f"DTSTART:20260101T023000Z RRULE:INTERVAL=1;{parts}", "never comes, as BYDAY counts beyond")
            for parts in (
                "FREQ=MONTHLY;BYDAY=-6MO",
                "FREQ=YEARLY;BYDAY=-54MO,-99FR",
                "FREQ=YEARLY;BYMONTH=3;BYDAY=-6MO",
            )
        ),
        ("DTSTART:20260101T023000Z RRULE:FREQ=MONTHLY;INTERVAL=1;BYDAY=-0MO", "BYDAY=-0MO is not what AWX takes"),
        ("DTSTART;TZID=Europe/Berlin:20260101T023000 RRULE:FREQ=DAILY;INTERVAL=1;COUNT=3", "is over"),
    ],
)
def test_wrong_rule(rrule, reason):
    assert reason in why_not(rrule, NOW)
