# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWX is configured once more, by the address that automation controller has, and by somebody who has variables of the same names."""

from __future__ import annotations

import copy

from ansible_collections.otc.bigdata.tests.unit.utils.configure import (
    ENVIRON,
    NO_CERTIFICATES,
    VARIABLES,
    configure,
    configured,
    in_forks,
)
from ansible_collections.otc.bigdata.tests.unit.utils.controller import controller
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import folder
from ansible_collections.otc.bigdata.tests.unit.utils.service import KEY


def test_nothing_changes(collections):
    with controller() as (one, url), folder(ANSIBLE_COLLECTIONS_PATH=collections, **NO_CERTIFICATES) as here:
        configured(here, url, VARIABLES)
        before = copy.deepcopy(one.things)
        # awx.awx imports what ansible-core is going to move
        prefix = {"CONTROLLER_OPTIONAL_API_URLPATTERN_PREFIX": "/api/controller/", "ANSIBLE_DEPRECATION_WARNINGS": "0"}
        # Of somebody's own, and no business of the playbook
        variables = {**VARIABLES, "version": "9.9.9", "inventory": {"id": 77}}
        names = (
            "job_templates",
            "maintenance_workflow",
            "cluster_workflows",
            "unasked",
            "question_types",
            "least",
            "project",
            "meta",
        )
        variables |= dict.fromkeys(
            (*names, "survey_spec", "questions", "template", "type", "node", "waited"), {"name": "mine"}
        )
        variables |= {f"{name}_there": {"id": 77} for name in ("environment", "credential", "project", "inventory")}
        one.loops = True
        again = configure(here, url, variables, "-vvv", *in_forks(), **ENVIRON, **prefix)
        assert again.code == 0, again.said
        assert one.things == before
        assert "changed=0 " in again.out
        assert "[WARNING]" not in again.said
        assert not any(secret in again.said for secret in KEY.values())
