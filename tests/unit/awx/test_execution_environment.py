# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The execution environment, as far as it can be built without a container engine."""

from __future__ import annotations

import pathlib
import subprocess
import sys

import yaml

from ansible_collections.otc.bigdata.tests.unit.utils.awx import COLLECTIONS, ROOT

DEFINITION = ROOT / "playbooks/awx/execution-environment.yml"


def builder(*arguments: str | pathlib.Path) -> str:
    command = [pathlib.Path(sys.executable).with_name("ansible-builder"), *arguments]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8", timeout=600).stdout


def test_context(tmp_path):
    """The instructions for a container engine are there, and bring this collection and all that it needs."""
    builder("create", "--file", DEFINITION, "--context", tmp_path, "--output-filename", "Containerfile")
    text = (tmp_path / "Containerfile").read_text(encoding="utf-8")
    assert 'ARG EE_BASE_IMAGE="quay.io/centos/centos:stream9"' in text
    # On each of these it is tried
    ci = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    first, *dummy, last = ci["jobs"]["core"]["strategy"]["matrix"]["core"]
    assert f"ansible-core>={first},<2.{int(last.partition('.')[2]) + 1} " in text
    assert "ansible-runner>=2.4" in text
    build = tmp_path / "_build"
    (collection,) = yaml.safe_load((build / "requirements.yml").read_text(encoding="utf-8"))["collections"]
    assert collection["name"] == "otc.bigdata"  # its version: see test_release.py
    found = builder("introspect", COLLECTIONS, "--user-pip", build / "requirements.txt")
    libraries = yaml.safe_load(found.partition("---")[2])["python"]
    assert {line.partition("#")[0].strip() for line in libraries} >= {"requests>=2.25.0", "openstacksdk"}
