# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the playbook that configures AWX refuses, before AWX is told anything."""

from __future__ import annotations

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.configure import NO_CERTIFICATES, SECRET, configure, in_forks
from ansible_collections.otc.bigdata.tests.unit.utils.controller import TOKEN, controller
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import folder


def test_wrong_values():
    """Refused without a word to AWX, and without its collection."""
    variables = {"image": " ", "slice": 2}
    with controller() as (one, url), folder() as here:
        run = configure(here, url, variables)
    assert run.code != 0
    for line in ("missing: image", "slice: there is no such variable; is slices meant?"):
        assert line in run.out
    assert not one.writes


def test_not_an_administrator(collections):
    """What AWX would refuse, after the execution environment and the project, is refused first."""
    with controller() as (one, url), folder(ANSIBLE_COLLECTIONS_PATH=collections, **NO_CERTIFICATES) as here:
        one.administrator = False
        run = configure(here, url, {"image": "registry.example.com/ee:1", "organization": "Nobody's"})
    assert run.code != 0
    assert "Only a system administrator may make and change credential types" in run.out
    assert "AWX shows no organization" in run.out
    assert not one.writes


def test_templates_of_others(collections):
    """They are of the same names, which are plain words, and would do something else from then on."""
    with controller() as (one, url), folder(ANSIBLE_COLLECTIONS_PATH=collections, **NO_CERTIFICATES) as here:
        (organization,) = one.things["organizations"]
        project = one.add("projects", {"name": "ours", "organization": organization})
        template = one.add(
            "job_templates", {"name": "Stop jobs", "organization": organization, "project": project["id"]}
        )
        workflow = one.add("workflow_job_templates", {"name": "Maintenance window", "organization": organization})
        node = {"workflow_job_template": workflow["id"], "unified_job_template": template["id"], "identifier": "start"}
        one.add("workflow_job_template_nodes", node)
        run = configure(here, url, {"image": "registry.example.com/ee:1"}, *in_forks())
    assert run.code != 0
    assert "by the names of its own: Stop jobs, Maintenance window. It would change what they do" in run.out
    assert not one.writes


def test_an_address_that_leads_elsewhere(collections):
    """The token and all secrets would go there, or changes would get lost on the way."""
    with (
        controller() as (one, url),
        controller() as (other, elsewhere),
        folder(ANSIBLE_COLLECTIONS_PATH=collections, **NO_CERTIFICATES) as here,
    ):
        here.write(".netrc", f"default login demo password {SECRET}").chmod(0o600)  # not for who is not known yet
        one.moved_to, other.pong = elsewhere.replace("//", f"//demo:{SECRET}@"), {"detail": "please log in"}
        for address, words in (
            (f"{url}/", f"it redirects to {elsewhere}/api/v2/ping/"),
            (elsewhere, "what answers there is not AWX"),
        ):
            run = configure(here, address, {"image": "registry.example.com/ee:1"}, *in_forks(), "--check")
            assert run.code != 0
            assert f"CONTROLLER_HOST: {words}, so give the address" in run.out
            assert "Read what AWX has" not in run.out
            assert SECRET not in run.said
            assert TOKEN not in run.said
        assert not one.writes + other.writes


@pytest.mark.parametrize("status", [200, 401])
def test_a_proxy_that_leads_elsewhere(collections, status):
    """It lets through what takes no login, and the token would go to where the others log in."""
    with (
        controller() as (one, url),
        controller() as (other, elsewhere),
        folder(ANSIBLE_COLLECTIONS_PATH=collections, **NO_CERTIFICATES) as here,
    ):
        one.moved_to, one.lets_through, one.pong_status = elsewhere, "/ping/", status
        run = configure(here, url, {"image": "registry.example.com/ee:1"}, *in_forks(), "--check")
    assert run.code != 0
    assert f"CONTROLLER_HOST: it redirects to {elsewhere}/api/v2/me/, so give the address" in run.out
    assert not other.requests


@pytest.mark.parametrize(
    ("host", "complaint"),
    [
        ("", "CONTROLLER_HOST: is not set; an address in TOWER_HOST or in a tower_cli.cfg is not taken"),
        ("http://127.0.0.1:9", "TOWER_HOST: is not the same as CONTROLLER_HOST; unset it"),
        (
            f"http://demo:{SECRET}@127.0.0.1:9",
            "CONTROLLER_HOST: must hold no user and no password; export CONTROLLER_OAUTH_TOKEN",
        ),
    ],
)
def test_an_address_that_nobody_has_checked(collections, host, complaint):
    """Of the two variables, the lookup of awx.awx takes the one, and its modules the other."""
    with controller() as (one, url), folder(ANSIBLE_COLLECTIONS_PATH=collections, **NO_CERTIFICATES) as here:
        run = configure(here, host, {"image": "registry.example.com/ee:1"}, *in_forks(), "--check", TOWER_HOST=url)
    assert run.code != 0
    assert complaint in run.out
    assert SECRET not in run.said
    assert not one.requests


def test_without_the_collection_of_awx():
    with folder() as here:
        run = configure(here, "http://127.0.0.1:9", {"image": "registry.example.com/ee:1"})
    assert run.code != 0
    assert "awx.awx.controller_api" in run.said
