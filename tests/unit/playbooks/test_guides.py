# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guides about the playbooks."""

from __future__ import annotations

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import world
from ansible_collections.otc.bigdata.tests.unit.utils.guides import GUIDES, blocks, reader


@pytest.mark.parametrize("name", ["guide_maintenance", "guide_purge"])
def test_guide(name):
    """All its files and commands, in order. What is only shown is not run: a crontab, and the figures for a workflow."""
    with world() as (emulator, here):
        # As the credential would tell; it is good for both projects
        login = {"OS_TOKEN": "", "OS_USERNAME": "demo", "OS_PASSWORD": "demo-password"}
        with reader(here, {}, **login, OS_USER_DOMAIN_NAME="demo-domain", OS_PROJECT_NAME="eu-de") as one:
            for block in blocks(GUIDES / f"{name}.rst"):
                if block.language != "none" and not block.text.startswith("otc_bigdata:"):
                    one.follow(block)
        assert emulator.log.summary()["writes"] > 0
