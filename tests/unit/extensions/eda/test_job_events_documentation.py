# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of the event source says what it takes, and its examples run."""

from __future__ import annotations

import pytest
import yaml

from ansible_collections.otc.bigdata.plugins.plugin_utils._job_events import SPEC
from ansible_collections.otc.bigdata.tests.unit.utils.event_source import plugin, until
from ansible_collections.otc.bigdata.tests.unit.utils.guides import GUIDES, blocks

PLUGIN = plugin()
OPTIONS = yaml.safe_load(PLUGIN["DOCUMENTATION"])["options"]
GUIDE = blocks(GUIDES / "guide_events.rst")
EXAMPLES = yaml.safe_load(PLUGIN["EXAMPLES"])


def told(options: dict) -> dict:
    """What both say of options."""
    facts = ("type", "elements", "default", "choices", "aliases", "required")
    return {name: {fact: one[fact] for fact in facts if fact in one} for name, one in options.items()}


def test_options():
    assert told(OPTIONS) == told(SPEC)
    for name in ("clusters", "endpoints"):
        assert told(OPTIONS[name]["suboptions"]) == told(SPEC[name]["options"])


def test_filters():
    documented = {name: one["description"][0] for name, one in OPTIONS["filters"]["suboptions"].items()}
    known = {name: set(one["options"]) - {"older_than"} for name, one in SPEC["filters"]["options"].items()}
    assert {name: set(text.strip(".").split(", ")) for name, text in documented.items()} == {
        name: {f"C({key})" for key in keys} for name, keys in known.items()
    }


@pytest.fixture
def environment(sources, monkeypatch, tmp_path):
    """What readers have set before they start."""
    for name, value in (
        ("OS_USERNAME", "demo"),
        ("OS_PASSWORD", "demo-password"),
        ("OS_USER_DOMAIN_NAME", "demo-domain"),
        ("OS_PROJECT_NAME", "eu-de"),
        ("OS_AUTH_URL", sources.emulator.url),
    ):
        monkeypatch.setenv(name, value)
    sources.emulator.settings.update({"answers": {"catalog_dli": "listed"}})
    monkeypatch.chdir(tmp_path)


async def looks(sources, args: dict) -> None:
    """It runs with these options, and looks at each of its lists."""
    lists = len(set(args["services"]) - {"mrs"}) + len(args.get("clusters", []))
    async with sources.start({}, looked=0, **{"interval": 60, **args}) as source:
        await until(lambda: source.task.done() or sources.looks() == lists)
        assert not source.task.done(), source.task.exception()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["name"])
async def test_examples(sources, environment, tmp_path, example):
    args = dict(example["otc.bigdata.job_events"])
    if "state_file" in args:
        args["state_file"] = args["state_file"].replace("/var/lib/rulebook", str(tmp_path))
    await looks(sources, args)


async def test_guide(sources, environment):
    """Its rulebooks, and the event that it shows."""
    first, other = ([*yaml.safe_load(block.text)][0] for block in GUIDE if "sources:" in block.text)
    for args in [source["otc.bigdata.job_events"] for source in (*first["sources"], *other["sources"])]:
        await looks(sources, args)
    (shown,) = (yaml.safe_load(block.text) for block in GUIDE if block.text.startswith("type:"))
    sources.jobs({"job_id": 128, "name": "orders", "status": "job_running", "has_savepoint": True})
    async with sources.start() as source:
        sources.put({"job_id": 128, "status": "job_running_exception"})
        event = await source.event()
    differs = {"time", "seconds", "meta", "job"}
    assert list(event) == list(shown)
    assert all(event[key] == value for key, value in shown.items() if key not in differs)
    assert set(shown["job"]) <= set(event["job"])
