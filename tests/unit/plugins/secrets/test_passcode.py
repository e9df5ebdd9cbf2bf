# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A passcode is too short to be searched for as other secrets are."""

from __future__ import annotations

import json
import pathlib
import random
import re
import tempfile

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.secrecy import NASTY, Scene, by_options, made_up

pytestmark = pytest.mark.real


@pytest.mark.parametrize("in_process", [True, False], ids=["in process", "as modules"])
def test_a_passcode(in_process):
    """It is hidden wherever it stands by itself."""
    code = "".join(random.choices("123456789", k=6))
    credential = {"user_id": "u1", "password": made_up(NASTY, 48), "passcode": code}
    with (
        tempfile.TemporaryDirectory() as folder,
        Scene(pathlib.Path(folder), credential, by_options(credential)) as scene,
    ):
        tasks = [
            {"otc.bigdata.dli_flink_jobs_info": scene.options("dli_flink_jobs_info", name), "ignore_errors": True}
            for name in ("good", "quoted", "quoted by IAM", "unknown")
        ]
        play = {"hosts": "localhost", "gather_facts": False, "tasks": tasks}
        (scene.home / "play.yml").write_text(json.dumps([play]), encoding="utf-8")
        scene.check(scene.run("playbook", "play.yml", in_process=in_process, fresh=True))
        assert "is wrong" in scene.said
        files = [path for path in scene.folder.rglob("*") if path.is_file() and path not in scene.ours]
        alone = re.compile(rf"(?<![\w.:-]){code}(?![\w-])".encode())
        assert [line for path in files for line in path.read_bytes().splitlines() if alone.search(line)] == []
