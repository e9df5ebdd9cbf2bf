# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWX is configured once more, without its secrets, and with a credential of another type."""

from __future__ import annotations

import copy

from ansible_collections.otc.bigdata.tests.unit.utils.configure import (
    NO_CERTIFICATES,
    SECRET,
    VARIABLES,
    configure,
    configured,
    in_forks,
)
from ansible_collections.otc.bigdata.tests.unit.utils.controller import controller
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import folder


def test_another_credential(collections):
    with controller() as (one, url), folder(ANSIBLE_COLLECTIONS_PATH=collections, **NO_CERTIFICATES) as here:
        configured(here, url, VARIABLES)
        before, one.writes = copy.deepcopy(one.things), []
        run = configure(here, url, {**VARIABLES, "slices": 3}, *in_forks())  # nobody has exported OS_ACCESS_KEY
        assert run.code != 0
        assert "credential_inputs: access_key, secret_key: missing or empty" in run.out
        assert (one.things, one.writes) == (before, [])

        user = {"username": "demo", "password": SECRET, "user_domain_name": "demo-domain", "project_name": "eu-de"}
        other = {**VARIABLES, "credential_type": "user", "credential_inputs": user, "slices": 3}
        run = configure(here, url, other, *in_forks())
        assert run.code == 0, run.said
    old, new = one.things["credentials"].values()
    assert old == before["credentials"][old["id"]]
    assert (new["name"], new["inputs"]) == (old["name"], user)
    templates = one.things["job_templates"].values()
    assert all(template["others"]["credentials"] == [new["id"]] for template in templates)
    (source,) = one.things["inventory_sources"].values()
    assert source["credential"] == new["id"]
