# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWX is configured, and the playbooks do not come to its project."""

from __future__ import annotations

from ansible_collections.otc.bigdata.tests.unit.utils.configure import (
    ENVIRON,
    NO_CERTIFICATES,
    SCM_URL,
    VARIABLES,
    configure,
    in_forks,
)
from ansible_collections.otc.bigdata.tests.unit.utils.controller import controller
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import folder


def test_a_sync_that_does_not_succeed(collections):
    """It fails first, where modules start as they do elsewhere, and then never ends."""
    image = {"image": VARIABLES["image"]}
    with controller() as (one, url), folder(ANSIBLE_COLLECTIONS_PATH=collections, **NO_CERTIFICATES) as here:
        one.syncs = ["running", "failed"]
        run = configure(here, url, image, **ENVIRON)
        assert run.code != 0
        assert (
            f"The project otc.bigdata has no playbooks from {SCM_URL}: its status is failed. AWX tells why" in run.out
        )
        one.syncs = ["running"]
        (project,) = one.things["projects"].values()
        project["statuses"] = list(one.syncs)
        run = configure(here, url, {**image, "minutes": 0}, *in_forks(), **ENVIRON)
        assert run.code != 0
        assert f"has no playbooks from {SCM_URL}: its status is running after 0 minutes. AWX tells why" in run.out
