# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The version of a release is in galaxy.yml, the ansible-cores are in KNOWN, and whatever else names them says the same."""

from __future__ import annotations

import pathlib
import re

import pytest
import yaml

from ansible_collections.otc.bigdata.plugins.module_utils._version import VERSION, release
from ansible_collections.otc.bigdata.plugins.plugin_utils._fast_path import KNOWN

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("version", "numbers"),
    [
        ("2.16.0", (2, 16)),
        ("2.22.0rc1", (2, 22)),
        ("2.22rc1", (2, 22)),
        ("2.2.3", (2, 2)),
        ("10.0", (10, 0)),
        ("2", (2, 0)),
        ("devel", (0, 0)),
        ("", (0, 0)),
    ],
)
def test_numbers_of_a_release(version: str, numbers: tuple[int, int]) -> None:
    assert release(version) == numbers


def load(path: str) -> dict:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def test_version_of_the_user_agent() -> None:
    assert load("galaxy.yml")["version"] == VERSION


def test_version_in_the_execution_environment() -> None:
    """Playbooks of one release and modules of another one do not go together."""
    (collection,) = load("playbooks/awx/execution-environment.yml")["dependencies"]["galaxy"]["collections"]
    assert collection == {"name": "otc.bigdata", "version": f"=={VERSION}"}


def test_images_in_the_guide() -> None:
    guide = (ROOT / "docs/docsite/rst/guide_awx.rst").read_text(encoding="utf-8")
    assert set(re.findall(r"ee-otc-bigdata:([\w.]+)", guide)) == {VERSION}


def test_changelog_knows_the_version_or_what_will_be_in_it() -> None:
    released = VERSION in load("changelogs/changelog.yaml")["releases"]
    fragments = list((ROOT / "changelogs/fragments").glob("*.yml"))
    assert released or fragments


def test_cores() -> None:
    """Those that tasks run in process on are those that all of it was tried on."""
    first, last = KNOWN[0], KNOWN[-1]
    following = f"2.{int(last.partition('.')[2]) + 1}"
    for workflow, job in (("ci", "core"), ("release", "sanity")):
        assert load(f".github/workflows/{workflow}.yml")["jobs"][job]["strategy"]["matrix"]["core"] == list(KNOWN)
    assert load("meta/runtime.yml")["requires_ansible"] == f">={first}.0"
    environment = load("playbooks/awx/execution-environment.yml")["dependencies"]
    assert environment["ansible_core"]["package_pip"] == f"ansible-core>={first},<{following}"
    readme, guide = (
        (ROOT / path).read_text(encoding="utf-8") for path in ("README.md", "docs/docsite/rst/guide_watching.rst")
    )
    assert f"* ansible-core {first} or newer" in readme
    assert f"ansible-core is one of {first} to {last}" in guide
    assert f"* ansible-core {first} to {last}, each with" in readme
    assert f"the other tests run on {last}\n" in readme
