# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make molecule` cannot tell of itself."""

from __future__ import annotations

import pathlib

import pytest
import yaml

from ansible_collections.otc.bigdata.plugins.module_utils._cloud import levels

CONFIG = pathlib.Path(__file__).resolve().parents[3] / "extensions/molecule/config.yml"
SCENARIOS = [path for path in CONFIG.parent.iterdir() if path.is_dir() and path.name != "default"]
OWN = {levels.FILE, levels.NAME}


def test_no_real_credentials():
    """Every variable that could bring one is either the scenarios' own or empty."""
    environ = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["ansible"]["env"]
    known = {name for names in levels.ENVIRONMENT.values() for name in names} | {"OS_CLIENT_SECURE_FILE"}
    set_here = {name: value for name, value in environ.items() if name.startswith(("OS_", "OTC_"))}
    assert set(set_here) == known | OWN
    assert {name for name, value in set_here.items() if value} == OWN


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.name)
def test_each_scenario_is_complete(scenario: pathlib.Path) -> None:
    """Without molecule.yml it is none, and without verify.yml nothing is asked of it."""
    needed = ("molecule.yml", "converge.yml", "verify.yml", "vars/world.yml")
    assert [name for name in needed if not (scenario / name).exists()] == []
