# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inventories of other accounts, whose projects and clusters are named like the own ones; and one-time passwords, which they refuse."""

from __future__ import annotations

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import template
from ansible_collections.otc.bigdata.tests.unit.utils.inventory import DEMO
from ansible_collections.otc.bigdata.tests.unit.utils.service import KEY, NIGHTLY, PROJECT

pytestmark = pytest.mark.cover_ansible

CUSTOMER, TEAM, PARTNER = "c1" * 16, "c2" * 16, "b1" * 16
RUNS = {"status": "job_running"}
CUSTOMERS = {
    "domain": {"id": "c0" * 16, "name": "customer-domain"},
    "projects": [{"id": CUSTOMER, "name": "eu-de"}, {"id": TEAM, "name": "eu-de_team"}],
    "agencies": [{"name": "ops-agency", "trusted_domain": "demo-domain"}],
    "clusters": [{"clusterId": "theirs", "clusterName": "analytics"}],
    "flink_jobs": [{"job_id": 128, **RUNS}, {"job_id": 7, "project_id": TEAM, **RUNS}],
}
PARTNERS = {
    "domain": {"id": "b0" * 16, "name": "partner-domain"},
    "projects": [{"id": PARTNER, "name": "eu-de"}],
    "agencies": [{"name": "ops-agency", "trusted_domain": "demo-domain"}],
    "clusters": [{"clusterId": "partners", "clusterName": "analytics"}],
}
USER_ID = "u0" * 16
WORLD = {
    "users": [{"id": USER_ID, "name": "demo", "password": "demo-password", "agent_operator": True}],
    "clusters": [{"clusterId": "own", "clusterName": "analytics"}],
    "flink_jobs": [{"job_id": 128, **RUNS}],
    "accounts": [CUSTOMERS, PARTNERS],
}
USER = {option[3:].lower(): value for option, value in DEMO.items()}
BY_NAME = {"target_agency_name": "ops-agency", "target_domain_name": "customer-domain"}
BY_ID = {"agency_name": "ops-agency", "target_domain_id": "c0" * 16}
THERE = {"target_project_name": "eu-de"}
CACHE = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": "cache"}


@pytest.fixture
def world(emulator):
    emulator.load(WORLD)
    return emulator


def variables(agency: dict[str, str]) -> dict[str, str]:
    return {f"OS_{option.upper()}": value for option, value in agency.items()}


def ids(shown, file: int, variable: str) -> set[str]:
    return {shown.hosts[name][variable] for name in shown.groups[f"file{file}"]}


# ---- which account ----


def test_clusters_of_the_other_account(world, clusters):
    cloud = {
        "auth_type": "agency",
        "auth": {**USER, **BY_NAME, **THERE, "auth_url": world.url, "project_name": "eu-de"},
    }
    clusters.folder.write("clouds.yaml", {"clouds": {"customer": cloud}})
    files = [
        {**BY_NAME, **THERE},
        {**BY_ID, "target_project_id": CUSTOMER, "region": "eu-de"},
        {**BY_NAME, **THERE, "project_name": "eu-de_nightly"},
        {**BY_NAME, **THERE, "token": "demo-token"},
        {"cloud": "customer"},
        {**USER, "sources": [{**BY_NAME, **THERE}]},
        {**BY_NAME, "sources": [THERE]},
        {"cloud": "customer", "sources": [{}]},
        {"sources": [{"cloud": "customer"}]},
        {**BY_NAME, "target_project_name": "eu-de_team", "sources": [{"target_project_id": CUSTOMER}]},
        {
            **BY_NAME,
            **THERE,
            "sources": [{"user_id": USER_ID}],
        },  # of a login of the file, with the rest of the environment
    ]
    shown = clusters.each(*({"hostnames": ["id"], **file} for file in files))
    assert set(shown.hosts) == {"theirs"}, shown.said
    assert {f"file{number}" for number in range(len(files))} <= set(shown.groups)
    assert {path.split("/")[2] for path in shown.paths if "cluster" in path} == {CUSTOMER}
    theirs = shown.hosts["theirs"]
    assert (theirs["project_id"], theirs["target_project_id"], theirs["region"]) == (CUSTOMER, CUSTOMER, "eu-de")


def test_an_agency_of_the_environment(world, clusters, projects):
    shown = clusters.list(clusters.write("mrs.yml"), **variables({**BY_NAME, **THERE}))
    assert shown.hosts["analytics"]["cluster_id"] == "theirs"
    shown = projects.list(projects.write("projects.yml", region="eu-de"), **variables(BY_NAME))
    assert {host["project_id"] for host in shown.hosts.values()} == {CUSTOMER, TEAM}
    # a login of the file is nobody's delegate
    shown = projects.list(projects.write("own.projects.yml", region="eu-de", **USER), **variables(BY_NAME))
    assert {host["project_id"] for host in shown.hosts.values()} == {PROJECT, NIGHTLY}


def test_projects_of_the_account_that_delegates(world, projects):
    key = {name: KEY[name] for name in ("access_key", "secret_key")}
    files = [
        BY_NAME,
        {**BY_ID, "project_name": "eu-de"},
        {**BY_NAME, "token": "demo-token", "delegated_project": "eu-de"},
        {**BY_NAME, **key},
    ]
    world.settings.update({"answers": {"agency_keys_by": "token_or_key"}})
    shown = projects.each(*({"region": "eu-de", **file} for file in files))
    for number in range(len(files)):
        assert ids(shown, number, "project_id") == {CUSTOMER, TEAM}, shown.said
    assert len(shown.paths) == 3 + 3 + 2 + 3


def test_two_accounts_and_the_own_one_in_one_file(world, clusters):
    sources = [
        {**THERE, **BY_NAME},
        {**THERE, **BY_NAME, "target_domain_name": "partner-domain"},
        {"project_name": "eu-de"},
    ]
    shown = clusters.of(sources=sources)
    assert set(shown.hosts) == {"own", "theirs", "partners"}
    assert [one["login"] for one in shown.requests if one["login"]].count("password") == 3


# ---- what an entry takes over ----


def test_an_entry_with_its_own_login_takes_over_no_agency(world, projects):
    clouds = {"own": {"auth": {**USER, "auth_url": world.url}, "region_name": "eu-de"}}
    projects.folder.write("clouds.yaml", {"clouds": clouds})
    files = [
        {**BY_NAME, "sources": [one]}
        for one in (USER, {"token": "demo-token"}, {"cloud": "own"}, {"user_id": USER_ID, "password": "demo-password"})
    ]
    shown = projects.each(*({"region": "eu-de", **file} for file in files))
    for number in range(len(files)):
        assert ids(shown, number, "project_id") == {PROJECT, NIGHTLY}, shown.said


def test_two_forms_are_taken_over_as_one(world, projects):
    """An ID in an entry replaces the name in the file, and the other way round."""
    of_file = {"target_agency_name": "ops-agency", "target_domain_name": "partner-domain"}
    files = [
        {**of_file, "sources": [{"target_domain_id": "c0" * 16}]},
        {
            "target_agency_name": "ops-agency",
            "target_domain_id": "b0" * 16,
            "sources": [{"agency_domain_name": "customer-domain"}],
        },
        {**USER, **BY_NAME, "username": "nobody", "sources": [{"user_id": USER_ID}]},
        {**USER, **BY_NAME, "user_domain_name": "nowhere", "sources": [{"user_domain_id": "d0" * 16}]},
    ]
    shown = projects.each(*({"region": "eu-de", **file} for file in files))
    for number in range(len(files)):
        assert ids(shown, number, "project_id") == {CUSTOMER, TEAM}, shown.said


def test_what_says_it_by_halves(world, clusters, projects):
    """Nothing is sent. Whose clusters would be shown, nobody could tell."""
    files = {
        "target_agency_name (environment: OS_TARGET_AGENCY_NAME): missing, as target_domain_name": {
            **THERE,
            "target_domain_name": "customer-domain",
        },
        "target_domain_name (environment: OS_TARGET_DOMAIN_NAME): missing": {
            **THERE,
            "target_agency_name": "ops-agency",
        },
        "target_project_name (environment: OS_TARGET_PROJECT_NAME): missing": {**BY_NAME, "project_name": "eu-de"},
        "target_domain_name beside target_domain_id": {**BY_NAME, **BY_ID, **THERE},
        "target_agency_name beside agency_name": {**BY_NAME, "agency_name": "another", **THERE},
        "sources[0] (eu-de_nightly): project_name: beside target_project_name of the file": {
            **BY_NAME,
            **THERE,
            "sources": [{"project_name": "eu-de_nightly"}],
        },
        f"sources[0] ({NIGHTLY}): project_id: beside target_project_id of the file": {
            **BY_NAME,
            "target_project_id": CUSTOMER,
            "sources": [{"project_id": NIGHTLY}],
        },
        "sources[0] (eu-de): target_agency_name: missing, as target_project_name": {
            **BY_NAME,
            "sources": [{**USER, **THERE}],
        },
        "sources[0]: target_project_name (environment: OS_TARGET_PROJECT_NAME): missing": {
            **BY_NAME,
            "sources": [{}],
        },
    }
    for begin, text in zip(files, clusters.complaints(*files.values())):
        assert text.startswith(begin)
    agency = variables({**BY_NAME, **THERE})
    (said,) = clusters.complaints({"project_name": "eu-de"}, **agency)
    assert said.startswith("project_name beside target_project_name (environment: OS_TARGET_PROJECT_NAME)")
    (said,) = projects.complaints({"region": "eu-de"}, OS_AGENCY_NAME="ops-agency")
    assert said.startswith("target_domain_name (environment: OS_TARGET_DOMAIN_NAME): missing, as target_agency_name")
    assert not world.log.entries()


# ---- passcodes ----


def test_passcodes_are_refused(world, clusters, projects):
    """An inventory is read again and again, and each time by a login."""
    mfa = {"user_id": USER_ID, "password": "demo-password", "passcode": "081804"}
    cloud = {"auth_type": "v3totp", "auth": {**mfa, "auth_url": world.url, "project_name": "eu-de"}}
    clusters.folder.write("clouds.yaml", {"clouds": {"mfa": cloud}})
    files = {
        "passcode": {**mfa, "project_name": "eu-de"},
        "sources[0] (eu-de): passcode": {"sources": [{**mfa, "project_name": "eu-de"}]},
        "sources[0] (eu-de_nightly): passcode": {
            "passcode": "081804",
            "sources": [{**USER, "project_name": "eu-de_nightly"}],
        },
        "cloud 'mfa': passcode": {"cloud": "mfa"},
        "sources[0] (mfa): cloud 'mfa': passcode": {"sources": [{"cloud": "mfa"}]},
    }
    said = [*clusters.complaints(*files.values()), *projects.complaints({"region": "eu-de", **mfa})]
    said += clusters.complaints({"project_name": "eu-de"}, OS_PASSCODE="081804")
    said += clusters.complaints({}, OS_CLOUD="mfa", OS_USERNAME="", OS_PASSWORD="")
    begins = [*files, "passcode", "passcode (environment: OS_PASSCODE)", "cloud 'mfa': passcode"]
    for begin, text in zip(begins, said, strict=True):
        assert text.startswith(f"{begin}: is good for one login"), text
        assert text.endswith("use access_key and secret_key, a token, or a user without one")
    assert not world.log.entries()
    # that of the environment is nobody's business here
    assert clusters.list(clusters.write("mrs.yml", project_name="eu-de", **USER), OS_PASSCODE="081804").hosts


# ---- logins, cache, secrets ----


def test_a_wrong_password_is_sent_once_for_all_agencies(world, clusters):
    """Too many failures lock the user, whatever the agency."""
    sources = [
        {**THERE, **BY_NAME},
        {**THERE, **BY_ID},
        {**THERE, **BY_NAME, "target_domain_name": "partner-domain"},
        {"project_name": "eu-de"},
    ]
    shown = clusters.list(clusters.write("mrs.yml", sources=sources), OS_PASSWORD="wrong")
    assert shown.logins == 1
    assert not shown.hosts


def test_an_agency_that_is_refused_keeps_no_other_from_being_read(world, clusters):
    sources = [{**THERE, **BY_NAME, "target_agency_name": "gone"}, {**THERE, **BY_NAME}]
    shown = clusters.of(sources=sources, strict_sources=False)
    assert shown.hosts["analytics"]["cluster_id"] == "theirs"
    assert "sources[0] (eu-de): POST" in shown.said
    assert "agency gone of account customer-domain" in shown.said
    assert "sources[1]" not in shown.said


def test_an_access_key_that_may_use_no_agency_is_good_for_the_own_account(world, projects):
    key = {name: KEY[name] for name in ("access_key", "secret_key")}
    shown = projects.of(region="eu-de", **key, sources=[BY_NAME, {}], strict_sources=False)
    assert {host["project_id"] for host in shown.hosts.values()} == {PROJECT, NIGHTLY}
    assert "sources[0] (customer-domain): POST" in shown.said
    assert "log in by username and password, or by a token" in shown.said


def test_agencies_do_not_share_a_cache(world, projects):
    """The own account, two others, and one of these by its ID: none of them finds what another has left."""
    of = {"region": "eu-de", **CACHE}
    agencies = [{}, BY_NAME, {**BY_NAME, "target_domain_name": "partner-domain"}, BY_ID]
    expected = [{PROJECT, NIGHTLY}, {CUSTOMER, TEAM}, {PARTNER}, {CUSTOMER, TEAM}]
    for cached in (False, True):
        for agency, found in zip(agencies, expected):
            shown = projects.of("my.projects.yml", **of, **agency)
            assert {host["project_id"] for host in shown.hosts.values()} == found
            assert bool(shown.requests) is not cached
    assert len(list((projects.folder.home / "cache").iterdir())) == len(agencies)


def test_no_secret_in_output_and_cache(world, clusters, projects):
    """The tokens of the whole chain, and temporary keys."""
    world.settings.update({"answers": {"agency_keys_by": "token_or_key"}})
    key = {name: KEY[name] for name in ("access_key", "secret_key")}
    good = [
        clusters.write("user.mrs.yml", **USER, **BY_NAME, **THERE, **CACHE),
        clusters.write("key.mrs.yml", **key, **BY_NAME, **THERE, **CACHE),
    ]
    wrong = [
        clusters.write("role.mrs.yml", **{**USER, **BY_NAME, **THERE, "target_agency_name": "gone"}),
        clusters.write("project.mrs.yml", **USER, **BY_NAME, target_project_name="eu-fr"),
        clusters.write("passcode.mrs.yml", **{**USER, "passcode": "081804"}, **BY_NAME, **THERE),
    ]
    files = [part for file in (*good, *wrong) for part in ("-i", file)]
    run = clusters.show("--list", "-vvvvvv", *files)
    found = world.world.identities
    issued = [token for token in found.tokens if token != "demo-token"]
    assert {found.tokens[token].methods for token in issued} == {("password",), ("assume_role",)}
    temporary = [entry for access, entry in found.access_keys.items() if access.startswith("AS")]
    assert temporary
    secrets = [
        *issued,
        *(entry[name] for entry in temporary for name in ("access", "secret", "security_token")),
        "081804",
    ]
    kept = [path.read_text(encoding="utf-8") for path in (clusters.folder.home / "cache").iterdir()]
    assert len(kept) == len(good)
    for text in (run.said, *kept):
        assert not [secret for secret in (*secrets, "demo-password", KEY["secret_key"]) if secret in text]


# ---- all that together ----


def check_only_theirs(world) -> None:
    states = {(job["project_id"], job["job_id"]): job["status"] for job in world.world["flink_jobs"].truth()}
    stopped = "job_cancel_success"
    assert states == {(PROJECT, 128): "job_running", (CUSTOMER, 128): stopped, (TEAM, 7): stopped}


def test_a_playbook_for_all_projects_of_the_other_account(world, projects):
    """The same agency serves all of them, and no job of the own account is touched."""
    file = projects.write("projects.yml", region="eu-de")
    there = {"target_project_id": template("project_id"), "region": template("region")}
    stop = {"otc.bigdata.dli_flink_jobs": {"state": "stopped", "filters": {"name": ["*"]}, **there}}
    play = {"hosts": "iam_projects", "tasks": [stop]}
    run = projects.folder.playbook([play], "-i", file, **variables(BY_NAME)).end()
    assert run.out.count("changed=1") == 2, run.said
    check_only_theirs(world)


def test_stop_all_in_all_projects_of_the_other_account(world, projects):
    file = projects.write("projects.yml", region="eu-de")
    line = ("otc.bigdata.stop_all", "-i", file, "-e", "otc_hosts=iam_projects services=flink all_jobs=true")
    run = projects.folder.start("playbook", *line, **variables(BY_NAME)).end()
    assert run.code == 0, run.said
    assert f"target_project_id {TEAM} (of the inventory)" in run.out
    check_only_theirs(world)


def test_the_own_project_beside_an_agency(world, projects):
    """Nothing is sent, and the message tells the way out."""
    line = ("otc.bigdata.stop_all", "-e", "project_name=eu-de region=eu-de services=flink all_jobs=true")
    run = projects.folder.start("playbook", *line, **variables({**BY_NAME, **THERE})).end()
    assert run.code != 0
    assert "project_name beside target_project_name (environment: OS_TARGET_PROJECT_NAME)" in run.out
    assert "is named by target_project_name or target_project_id" in run.out
    run = projects.folder.start("playbook", *line, OS_USERNAME="", OS_USER_ID=USER_ID, OS_PASSCODE="081804").end()
    assert run.code != 0
    assert "passcode (environment: OS_PASSCODE): is good for one login" in run.out
    assert not world.log.entries()
