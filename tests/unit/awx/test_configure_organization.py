# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWX is configured for another organization, whose administrator is nobody else's."""

from __future__ import annotations

import copy

from ansible_collections.otc.bigdata.tests.unit.utils.configure import (
    NO_CERTIFICATES,
    VARIABLES,
    configure,
    configured,
    in_forks,
)
from ansible_collections.otc.bigdata.tests.unit.utils.controller import EDITABLE, controller
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import folder


def test_another_organization(collections):
    image = {"image": VARIABLES["image"]}
    with controller() as (one, url), folder(ANSIBLE_COLLECTIONS_PATH=collections, **NO_CERTIFICATES) as here:
        configured(here, url, image)
        name = str(next(iter(one.things["organizations"])))  # the ID of another one, for which awx.awx would take it
        team = one.add("organizations", {"name": name, **EDITABLE})
        one.administrator = False
        before = copy.deepcopy(one.things)
        run = configure(here, url, {**image, "organization": name}, *in_forks())
        assert run.code == 0, run.said
    for endpoint, things in before.items():
        assert {number: one.things[endpoint][number] for number in things} == things
    # All there is, twice
    numbers = {number for things in before.values() for number in things}
    for endpoint in ("execution_environments", "inventories", "projects", "job_templates", "workflow_job_templates"):
        added = [thing for thing in one.things[endpoint].values() if thing["id"] not in numbers]
        assert len(added) == len(before[endpoint])
        assert {thing["organization"] for thing in added} == {team["id"]}
    mine = [template for template in one.things["job_templates"].values() if template["organization"] == team["id"]]
    for template in mine:
        assert one.things["inventories"][template["inventory"]]["organization"] == team["id"]
        environment = one.things["execution_environments"][template["execution_environment"]]
        assert (environment["organization"], environment["name"]) == (team["id"], f"otc.bigdata ({name})")
