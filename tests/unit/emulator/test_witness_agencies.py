# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Agencies seen by those who assume them: the plugin of python-otcextensions, and the vendor's SDK."""

from __future__ import annotations

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials, GlobalCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkcore.region.region import Region
from huaweicloudsdkdli.v1 import BatchStopFlinkJobsRequest, DliClient, ListFlinkJobsRequest, StopFlinkJobsRequestBody
from huaweicloudsdkiam.v3 import (
    AgencyAuth,
    AgencyAuthIdentity,
    AgencyTokenAssumerole,
    AgencyTokenAuth,
    AgencyTokenIdentity,
    AgencyTokenScope,
    AgencyTokenScopeProject,
    CreateTemporaryAccessKeyByAgencyRequest,
    CreateTemporaryAccessKeyByAgencyRequestBody,
    IamClient,
    IdentityAssumerole,
    KeystoneCreateAgencyTokenRequest,
    KeystoneCreateAgencyTokenRequestBody,
)
from keystoneauth1 import exceptions, loading, session
from otcextensions.common.agency_auth import AgencyLoader

OWN, OTHER = 4 * "01234567", 4 * "89abcdef"
OWN_DOMAIN, OTHER_DOMAIN = 16 * "d0", 16 * "c0"
ACCESS, SECRET = "AKDEMO0000000000001", "SKdemo/secret+key000000000000000000000001"
OTHERS = {
    "domain": {"id": OTHER_DOMAIN, "name": "customer-domain"},
    "projects": [{"id": OTHER, "name": "eu-de"}],
    "agencies": [{"name": "ops-agency", "trusted_domain": "demo-domain"}],
    "flink_jobs": [{"job_id": 128}],
}
OPTIONS = {
    "username": "demo",
    "password": "demo-password",
    "user_domain_name": "demo-domain",
    "project_name": "eu-de",
    "project_domain_name": "demo-domain",
    "target_agency_name": "ops-agency",
    "target_domain_name": "customer-domain",
    "target_project_id": OTHER,
}


@pytest.fixture
def two(emulator):
    """The emulator with two accounts, each with a project eu-de and a Flink job 128."""
    emulator.load({"projects": [{"id": OWN, "name": "eu-de"}], "accounts": [OTHERS], "flink_jobs": [{"job_id": 128}]})
    return emulator


def statuses(emulator):
    """Those of job 128, here and there."""
    jobs = emulator.world["flink_jobs"].jobs
    return jobs[128].status, jobs[OTHER_DOMAIN, 128].status


# ---- python-otcextensions ----


@pytest.fixture
def assume(two):
    """A session as ``auth_type: agency`` of a clouds.yaml makes it."""

    def make(**options):
        options = {name: value for name, value in {**OPTIONS, **options}.items() if value}
        plugin = AgencyLoader().load_from_options(auth_url=f"{two.url}/v3", **options)
        return session.Session(auth=plugin)

    return make


def logins(emulator):
    return [entry["login"] for entry in emulator.log.entries() if entry["login"]]


def test_the_plugin_is_the_one_that_clouds_yaml_names():
    assert isinstance(loading.get_plugin_loader("agency"), AgencyLoader)


def test_only_the_job_of_the_other_account_is_stopped(two, assume):
    found = assume()
    path = f"{two.url}/v1.0/{OTHER}/streaming/jobs"
    assert found.post(f"{path}/stop", json={"job_ids": [128]}).status_code == 200
    assert statuses(two) == ("job_running", "job_cancel_success")
    assert found.get_project_id() == OTHER
    assert found.get_endpoint(service_type="mrsv1") == f"{two.url}/v1.1/{OTHER}"
    assert logins(two) == ["password", "assume_role"]


@pytest.mark.parametrize(
    "options",
    [
        {"target_domain_name": None, "target_domain_id": OTHER_DOMAIN},
        {"username": None, "user_domain_name": None, "user_id": 16 * "u0"},
        {"user_domain_name": None, "user_domain_id": OWN_DOMAIN},
        {"project_name": None, "project_domain_name": None, "domain_name": "demo-domain"},
        {"roles": ["te_agency"]},
    ],
)
def test_other_options(assume, options):
    assert assume(**options).get_project_id() == OTHER


@pytest.mark.parametrize(("answer", "project"), [("of_caller", OWN), ("of_agency", OTHER)])
def test_a_project_by_name(assume, answers, answer, project):
    """The plugin sends it without a domain."""
    answers(agency_project_name=answer)
    assert assume(target_project_id=None, target_project_name="eu-de").get_project_id() == project


def test_the_account_without_a_project(assume):
    assert assume(target_project_id=None).get_project_id() is None


def test_who_assumed(assume):
    access = assume().auth.get_access(session.Session())
    assert access._data["token"]["assumed_by"]["user"]["name"] == "demo"
    assert (access.username, access.user_domain_id) == ("customer-domain/ops-agency", OTHER_DOMAIN)


def test_a_renewal_is_the_whole_chain(two, assume):
    found = assume()
    found.get_token()
    two.world.identities.expire_tokens("assume_role")
    assert found.get(f"{two.url}/v1.0/{OTHER}/streaming/jobs").status_code == 200
    assert logins(two) == 2 * ["password", "assume_role"]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"target_agency_name": "unknown"}, exceptions.NotFound),
        ({"target_domain_name": "unknown"}, exceptions.NotFound),
        ({"target_project_id": OWN}, exceptions.BadRequest),
        ({"password": "wrong"}, exceptions.Unauthorized),
    ],
)
def test_refusals(assume, options, error):
    with pytest.raises(error):
        assume(**options).get_token()


def test_without_agent_operator(two, assume):
    two.world.identities.users[0]["agent_operator"] = False
    with pytest.raises(exceptions.Forbidden):
        assume().get_token()
    assert logins(two) == ["password", "assume_role"]


def test_a_service_that_wants_the_other_key(assume, answers):
    """This client knows one."""
    answers(agency_key="agency_name")
    with pytest.raises(exceptions.BadRequest, match="agency_name"):
        assume().get_token()


# ---- the vendor's SDK ----


@pytest.fixture
def iam(two, answers):
    """A client of IAM that signs with the lasting key of the user demo, as Huawei Cloud accepts it."""
    answers(agency_token_by="token_or_key", agency_keys_by="token_or_key")

    def make(domain_id=OWN_DOMAIN):
        credentials = GlobalCredentials(ACCESS, SECRET, domain_id).with_iam_endpoint(two.url)
        builder = IamClient.new_builder().with_credentials(credentials)
        return builder.with_region(Region("eu-de", two.url)).build()

    return make


def temporary_key(client, **role):
    role = IdentityAssumerole(**{"agency_name": "ops-agency", "domain_name": "customer-domain", **role})
    auth = AgencyAuth(AgencyAuthIdentity(methods=["assume_role"], assume_role=role))
    request = CreateTemporaryAccessKeyByAgencyRequest(CreateTemporaryAccessKeyByAgencyRequestBody(auth))
    return client.create_temporary_access_key_by_agency(request).credential


@pytest.mark.parametrize("domain_id", [OWN_DOMAIN, None])
def test_temporary_key(two, iam, domain_id):
    """Its project is the one that is named like the region, in the account of the agency."""
    credential = temporary_key(iam(domain_id), duration_seconds=3600)
    assert credential.expires_at
    credentials = BasicCredentials(credential.access, credential.secret).with_security_token(credential.securitytoken)
    credentials = credentials.with_iam_endpoint(two.url)
    client = DliClient.new_builder().with_credentials(credentials).with_region(Region("eu-de", two.url)).build()
    client.batch_stop_flink_jobs(BatchStopFlinkJobsRequest(body=StopFlinkJobsRequestBody(job_ids=[128])))
    assert statuses(two) == ("job_running", "job_cancel_success")
    assert client.list_flink_jobs(ListFlinkJobsRequest()).job_list.jobs[0].status == "job_cancel_success"


@pytest.mark.parametrize(
    ("role", "status"),
    [({"agency_name": "unknown"}, 404), ({"duration_seconds": 60}, 400), ({"domain_id": OTHER_DOMAIN}, 400)],
)
def test_refused_keys(iam, role, status):
    with pytest.raises(ClientRequestException) as caught:
        temporary_key(iam(), **role)
    assert caught.value.status_code == status


def test_open_telekom_cloud_takes_no_signature(iam, answers):
    client = iam()
    answers(agency_keys_by="token")
    with pytest.raises(ClientRequestException) as caught:
        temporary_key(client)
    assert (caught.value.status_code, caught.value.error_msg) == (401, "The X-Auth-Token is invalid!")


def test_token_of_an_agency(two, iam, call):
    role = AgencyTokenAssumerole(domain_name="customer-domain", agency_name="ops-agency")
    identity = AgencyTokenIdentity(methods=["assume_role"], assume_role=role)
    scope = AgencyTokenScope(project=AgencyTokenScopeProject(id=OTHER))
    body = KeystoneCreateAgencyTokenRequestBody(AgencyTokenAuth(identity, scope))
    answer = iam().keystone_create_agency_token(KeystoneCreateAgencyTokenRequest(body=body))
    assert (answer.token.project.id, answer.token.project.domain.id) == (OTHER, OTHER_DOMAIN)
    assert (answer.token.assumed_by.user.name, answer.token.assumed_by.user.domain.id) == ("demo", OWN_DOMAIN)
    assert call("GET", f"/v1.0/{OTHER}/streaming/jobs", token=answer.x_subject_token).status == 200
