# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The site: its address, the pages that antsibull-docs does not make, and what looks for links that lead nowhere."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
import yaml

from ansible_collections.otc.bigdata.plugins.module_utils._services.flink_jobs import START_STEPS, STOP_STEPS
from ansible_collections.otc.bigdata.tests.unit.utils.guides import GUIDES, ROOT

sys.path.insert(0, str(ROOT / "docs/sphinx"))
import conf
import links
import pages

GALAXY = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))


def test_address():
    """GitHub makes it of the repository's name."""
    assert GALAXY["repository"] == conf.REPOSITORY
    assert GALAXY["documentation"] == conf.SITE
    workflow = (ROOT / ".github/workflows/docs.yml").read_text(encoding="utf-8")
    assert f" {conf.VERSIONS}\n" in workflow


def test_no_link_ends_at_the_source_of_a_page():
    """GitHub shows it as raw text."""
    command = ["git", "grep", "-nE", r"github\.com/[a-z./-]+/docs/docsite/rst|/playbooks/(awx/)?meta/", "--", ":!tests"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    assert [line for line in found.splitlines() if "https://" in line] == []


def test_pages_of_playbooks():
    """A page for each that has a description, with a link to each variable."""
    made = pages.pages()
    for name, meta in pages.playbooks().items():
        (spec,) = meta["argument_specs"].values()
        page = made[f"playbook_{name.rpartition('.')[2]}"]
        assert re.findall(r"^_`(\w+)` \*", page, re.MULTILINE) == list(spec["options"])
        assert f"ansible-playbook {name} -e help=true" in page
    assert len(made) == len(pages.playbooks()) + 1


def test_page_of_the_event_source():
    source = '''
DOCUMENTATION = r"""
short_description: Tell
description: See O(one_thing), or C(x).
options:
  one_thing: {description: [First., Second.], type: list, elements: str, choices: [a, b], default: [a]}
  many: {description: Keys., type: dict, required: true, suboptions: {flink: {description: A_b*c.}}}
"""
EXAMPLES = r"""
- name: x
"""
'''
    page = pages.event_source(source)
    assert "_`one_thing` *list of str*\n  First.\n\n  Second.\n\n  One of: ``a``, ``b``\n\n  Default: ``a``\n" in page
    assert "_`many` *dict, required*\n  Keys.\n\n  _`many.flink` *str*\n    A\\_b\\*c.\n" in page
    assert ".. code-block:: yaml\n\n  - name: x\n" in page


@pytest.mark.parametrize(
    ("link", "leads"),
    [
        ("b.html", True),
        ("b.html#there", True),
        ("../b.html", False),
        ("#here", True),
        ("#nowhere", False),
        ("c.css?v=1", True),
        ("d.html", False),
        (f"{conf.SITE}folder/b.html#there", True),
        (f"{conf.SITE}folder/b.html#nowhere", False),
        (conf.SITE, False),  # this one has no index.html
        (conf.VERSIONS, True),
        ("https://example.com/#nowhere", True),
    ],
)
def test_links(link, leads):
    found = {
        f"{conf.SITE}folder/a.html": links.Page('<p id="here"><a href="x"><img src="y">'),
        f"{conf.SITE}folder/b.html": links.Page('<a name="there">'),
    }
    assert links.leads([*found, f"{conf.SITE}folder/c.css"], found, f"{conf.SITE}folder/a.html", link) is leads
    assert found[f"{conf.SITE}folder/a.html"].links == ["x", "y"]


@pytest.mark.parametrize("picture", sorted((ROOT / "docs/docsite/images").glob("*.svg")), ids=lambda path: path.stem)
def test_pictures(picture):
    """They are read on a phone, in the dark, and by those who cannot see: its words are in the text beside it."""
    drawn = picture.read_text(encoding="utf-8")
    width, size = re.search(r'width="(\d+)"', drawn)[1], re.search(r"font: (\d+)px", drawn)[1]
    assert int(width) <= 400
    assert int(size) >= 13
    assert "prefers-color-scheme: dark" in drawn
    shown = re.compile(rf"image:: {re.escape(conf.PICTURES)}{picture.name}\n  :alt: (.*\n(?:    .*\n)*)")
    (alt,) = [found for guide in GUIDES.glob("*.rst") for found in shown.findall(guide.read_text(encoding="utf-8"))]
    texts = " ".join(re.findall(r"<text.*>(.+)</text>", drawn))
    assert set(re.findall(r"\w{4,}", texts.lower())) - set(re.findall(r"\w+", alt.lower())) == set()


def test_statuses_in_the_picture():
    drawn = (ROOT / "docs/docsite/images/flink_states.svg").read_text(encoding="utf-8")
    assert set(re.findall(r"job_\w+", drawn)) == {*STOP_STEPS, *START_STEPS}
