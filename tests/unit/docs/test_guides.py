# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whoever follows the guides and the README against the emulator sees what they show."""

from __future__ import annotations

import itertools
import pathlib
import socket
import urllib.parse

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import environ
from ansible_collections.otc.bigdata.tests.unit.utils.guides import GUIDES, LOGIN, ROOT, Block, blocks, reader
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import folder
from ansible_collections.otc.bigdata.tests.unit.utils.service import KEY

UNDELETABLE = "431b135e-c090-489f-b1db-0abe3822b855"
USER_ID = "u0" * 16
FAILS = {"stop": [{"status": "job_cancel_fail", "status_desc": "the queue does not answer"}]}
# The jobs that a section is about; other sections find those of seed.json
WORLDS = {
    ("guide_report", "An example"): {
        "flink_jobs": [
            {"job_id": 140, "name": "clicks", "status": "job_submitting", "script": FAILS},
            {"job_id": 141, "name": "clicks-draft", "status": "job_init"},
            {"job_id": 160, "name": "alerts", "status": "job_running"},
        ]
    },
    ("guide_authentication", "User with MFA"): {
        "users": [{"id": USER_ID, "name": "demo", "password": "demo-password", "mfa": {"passcodes": ["081804"]}}]
    },
    ("guide_report", "When no answer comes"): {
        "mrs_jobs": [
            {"job_id": UNDELETABLE, "job_name": "pi", "job_state": "FINISHED", "refuse": {"delete": "0161"}},
            {"count": 2, "job_name": "pi", "job_state": "FAILED"},
        ]
    },
}
# What is in the environment before
ENVIRON = {
    ("guide_authentication", "The built-in credential type OpenStack"): {"OS_CLIENT_CONFIG_FILE": "clouds.yaml"},
    ("guide_authentication", "Region and endpoints"): {"OS_TOKEN": "demo-token"},
}
ONE_STORY = ("guide_first_steps", "guide_emulator", "README")  # their sections build on each other
# The last two start an emulator themselves
TELL_HOW_TO_LOG_IN, OWN_EMULATOR = ("guide_first_steps", "guide_authentication"), ("guide_emulator", "README")
# tests/unit/awx, tests/unit/extensions, tests/unit/plugins/inventory and tests/unit/playbooks run the first five, test_recipes the sixth;
# the commands of guide_install need Galaxy, and guide_permissions has none
OTHERS = (
    *("guide_awx", "guide_events", "guide_inventory", "guide_maintenance", "guide_purge"),
    *("guide_recipes", "guide_install", "guide_permissions"),
)
# Commands that need a network or ask questions, and those for a checkout
NOT_HERE = ("python3 -m pip", "ansible-vault", "make ", ". .venv")
# The first tells the time, so no test can compare it; test_troubleshooting has the other
SHOWN_ONLY = [("guide_watching", "How far it has come"), ("guide_troubleshooting", "How to read a message")]


def chapters(path: pathlib.Path) -> list[tuple[str, list[Block]]]:
    """What is read in one go, with the name of its first section."""
    if path.stem in ONE_STORY:
        return [("", blocks(path))]
    return [(section, list(found)) for section, found in itertools.groupby(blocks(path), lambda block: block.section)]


def words(url: str) -> dict[str, str]:
    """What a reader replaces in the guides."""
    host = urllib.parse.urlsplit(url).netloc
    return {
        "OS_PASSWORD='...'": "OS_PASSWORD=demo-password",
        "OS_USER_ID='...'": f"OS_USER_ID={USER_ID}",
        "OS_TOKEN='...'": "OS_TOKEN=demo-token",
        "OS_ACCESS_KEY='...'": f"OS_ACCESS_KEY={KEY['access_key']}",
        "OS_SECRET_KEY='...'": f"OS_SECRET_KEY={KEY['secret_key']}",
        "password: ...": "password: demo-password",
        " --ask-vault-pass": "",
        "{{ username }}": "demo",
        "{{ password }}": "demo-password",
        "{{ domain }}": "demo-domain",
        "{{ project }}": "eu-de",
        "OTC-EU-DE-00000000001000012345": "demo-domain",
        "OTC-EU-DE-00000000001000067890": "customer-domain",
        "OCB0001234": "demo-domain",
        "eu-west-0_nightly": "eu-de_nightly",
        "ap-southeast-3_nightly": "eu-de_nightly",
        "https://iam.eu-de.otc.t-systems.com": url,
        "mrs.eu-de.otc.t-systems.com": host,
        "iam.example.com": host,
        "dli.example.com": host,
        f"https://{host}": url,
        "ansible-galaxy collection install otc.bigdata": f"ansible-galaxy collection install {ROOT}",
        "127.0.0.1:8080": host,
        "--port 8080": f"--port {host.rpartition(':')[2]}",
    }


def free_address() -> str:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{one.getsockname()[1]}"


@pytest.mark.parametrize(
    ("path", "section", "chapter"),
    [
        pytest.param(path, *chapter, id=f"{path.stem}-{chapter[0]}" if chapter[0] else path.stem)
        for path in [ROOT / "README.md", *sorted(GUIDES.glob("*.rst"))]
        if path.stem not in OTHERS
        for chapter in chapters(path)
        if (path.stem, chapter[0]) not in SHOWN_ONLY
    ],
)
def test_guide(emulator, path, section, chapter):
    emulator.load(WORLDS.get((path.stem, section), {}))
    own = path.stem in OWN_EMULATOR
    url = free_address() if own else emulator.url
    variables = {} if own else environ(emulator) | ({"OS_TOKEN": ""} if path.stem in TELL_HOW_TO_LOG_IN else LOGIN)
    variables.update(ENVIRON.get((path.stem, section), {}))
    with folder(**variables) as here:
        for link in ("tests", ".ansible/collections/ansible_collections/otc/bigdata/tests"):
            (here.home / link).parent.mkdir(parents=True, exist_ok=True)
            (here.home / link).symlink_to(ROOT / "tests")
        with reader(here, words(url), NOT_HERE) as one:
            for block in chapter:
                one.follow(block)
