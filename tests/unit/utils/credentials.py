# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The credentials of jobs of AWX, and what is there for who has them."""

from __future__ import annotations

from .awx import credential_types

TYPES = credential_types()
ACCESS_KEY, USER, AGENCY, TOKEN, OPENSTACK = TYPES
TAIL = 14  # characters at the end of each secret here, which no encoding changes
KEY = {"access_key": "AKAWX00000000000001", "secret_key": "SKawx/secret+key00000000000001"}
TEMPORARY = {"access_key": "AKAWX00000000000002", "secret_key": "SKawx/secret+key00000000000002"}
SECURITY_TOKEN = "ST/awx+=SecurityToken0002"
PASSWORD = "pa\"ss'wörd\\ $HOME {{ no }} %s & PasswordTail01"
ONE_TOKEN = "MII/awx+=TokenTail000000001"
PEOPLE = {
    "users": [{"id": "u7", "name": "awx", "password": PASSWORD, "agent_operator": True}],
    "tokens": [{"token": ONE_TOKEN, "user": "awx", "project": "eu-de"}],
    "access_keys": [
        {"access": KEY["access_key"], "secret": KEY["secret_key"], "user": "awx"},
        {
            "access": TEMPORARY["access_key"],
            "secret": TEMPORARY["secret_key"],
            "user": "awx",
            "security_token": SECURITY_TOKEN,
        },
    ],
}
WORK = {
    "flink_jobs": [{"job_id": 1, "status": "job_running"}, {"job_id": 2, "status": "job_init"}],
    "batches": [{"state": "running"}],
    "mrs_jobs": [{"job_state": "RUNNING"}, {"job_state": "FINISHED"}],
}
OTHER = "c1" * 16  # a project of another account, with as much to do
CUSTOMERS = {
    **WORK,
    "domain": {"id": "c0" * 16, "name": "customer-domain"},
    "projects": [{"id": OTHER, "name": "eu-de"}],
    "agencies": [{"name": "ops-agency", "trusted_domain": "demo-domain"}],
    "clusters": [{"clusterId": "theirs", "clusterName": "analytics"}],
    "sql_jobs": [{"count": 3, "status": "RUNNING"}],
}
WORLD = {**PEOPLE, **WORK, "accounts": [CUSTOMERS]}

JOBS = {
    "access key": (ACCESS_KEY, {**KEY, "project_name": "eu-de"}),
    "temporary access key": (
        ACCESS_KEY,
        {**TEMPORARY, "security_token": SECURITY_TOKEN, "project_name": "eu-de", "region": "eu-de"},
    ),
    "user": (
        USER,
        {"username": "awx", "password": PASSWORD, "user_domain_name": "demo-domain", "project_name": "eu-de"},
    ),
    "agency": (
        AGENCY,
        {
            "username": "awx",
            "password": PASSWORD,
            "user_domain_name": "demo-domain",
            "target_agency_name": "ops-agency",
            "target_domain_name": "customer-domain",
            "target_project_name": "eu-de",
        },
    ),
    "token": (TOKEN, {"token": ONE_TOKEN}),
    "OpenStack": (OPENSTACK, {"username": "awx", "password": PASSWORD, "domain": "demo-domain", "project": "eu-de"}),
}


def secrets_of(name: str, inputs: dict) -> dict[str, str]:
    fields = {field["id"]: field for field in TYPES[name].inputs["fields"]}
    return {field: value for field, value in inputs.items() if fields[field].get("secret")}
