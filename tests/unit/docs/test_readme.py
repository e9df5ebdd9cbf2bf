# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said in several places is the same everywhere, and all that there is can be found."""

from __future__ import annotations

import re

import pytest
import yaml

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.levels import ENVIRONMENT
from ansible_collections.otc.bigdata.tests.unit.utils.guides import GUIDES, ROOT

REPOSITORY = "https://github.com/otc-bigdata/otc.bigdata/blob/main/"
SITE = "https://otc-bigdata.github.io/otc.bigdata/latest/"


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


README = text("README.md")


def test_versions():
    """The oldest requests and the oldest ansible-core."""
    requests = re.search(r"requests>=([\d.]+?)(?:\.0)?$", text("meta/ee-requirements.txt"), re.MULTILINE)[1]
    assert f"- requests >= {requests}\n" in text("plugins/doc_fragments/_connection.py")
    assert f"[requests](https://pypi.org/project/requests/) {requests} or newer" in README
    assert f"'requests>={requests}'" in README
    ansible = re.search(r">=([\d.]+)\.0", yaml.safe_load(text("meta/runtime.yml"))["requires_ansible"])[1]
    assert f"ansible-core {ansible} or newer" in README


@pytest.mark.parametrize("kind", ["plugins/callback", "plugins/filter", "plugins/inventory", "plugins/modules"])
def test_content(kind):
    for plugin in (ROOT / kind).glob("*.py"):
        assert f"`otc.bigdata.{plugin.stem}`" in README


def test_guides():
    """All are in the table of contents and in the README."""
    sections = yaml.safe_load(text("docs/docsite/extra-docs.yml"))["sections"]
    listed = [guide for section in sections for guide in section["toctree"]]
    guides = {path.stem for path in GUIDES.glob("*.rst")}
    assert set(listed) == guides
    assert len(listed) == len(guides)
    for guide in guides:
        assert f"{SITE}docsite/{guide}.html" in README


@pytest.mark.parametrize(
    "path", ["README.md", "CONTRIBUTING.md", *(f"docs/docsite/rst/{guide.name}" for guide in GUIDES.glob("*.rst"))]
)
def test_links_to_files(path):
    """Those of this repository lead somewhere. (scripts/docs checks the links between pages.)"""
    for url in re.findall(rf"{re.escape(REPOSITORY)}([\w./-]+)", text(path)):
        assert (ROOT / url).exists(), url


def test_environment_variables():
    """The table of the guide on authentication is complete."""
    rows = re.findall(r"^  \* - (.*)\n    - (.*)$", text("docs/docsite/rst/guide_authentication.rst"), re.MULTILINE)
    for option, variables in ENVIRONMENT.items():
        (told,) = [right for left, right in rows if f"``{option}``" in left]
        assert all(f"``{variable}``" in told for variable in variables)
