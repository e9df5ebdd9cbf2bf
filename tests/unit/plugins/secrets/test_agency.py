# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An agency: no token and no key of the chain is seen where it does not belong."""

from __future__ import annotations

import json
import pathlib
import re
import tempfile

import pytest

from ansible_collections.otc.bigdata.tests.emulator.wire import to_json
from ansible_collections.otc.bigdata.tests.unit.utils.emulated import write_down
from ansible_collections.otc.bigdata.tests.unit.utils.secrecy import (
    CASES,
    GOOD,
    PUBLIC,
    Case,
    Scene,
    Search,
    access_key,
    by_options,
    password,
    token,
)

pytestmark = pytest.mark.real
AGENCY = {"target_agency_name": "ops-agency", "target_domain_name": "customer-domain", "target_project_name": "eu-de"}
THROUGH = {
    "good": GOOD,
    **{name: CASES[name] for name in ("unknown", "expired", "quoted", "quoted, escaped", "quoted by IAM")},
    "quoted by the agency's IAM": Case("is wrong", quoted_by="assume_role"),
}


@pytest.mark.parametrize(
    ("make", "in_process"), [(token, True), (access_key, True), (password, True), (access_key, False)]
)
def test_through_an_agency(make, in_process, monkeypatch):
    """No token and no key of the chain is seen, and the own ones are sent to IAM only."""
    credential = make()
    for name, case in THROUGH.items():
        monkeypatch.setitem(CASES, f"agency: {name}", case)
    given = by_options({**credential, **AGENCY})
    with tempfile.TemporaryDirectory() as folder, Scene(pathlib.Path(folder), credential, given) as scene:
        tasks = [
            {
                "otc.bigdata.dli_flink_jobs_info": {
                    **scene.options("dli_flink_jobs_info", f"agency: {name}"),
                    "project_id": "{{ omit }}",
                    "region": "eu-de",
                },
                "register": f"result_{n}",
                "ignore_errors": True,
            }
            for n, name in enumerate(THROUGH)
        ]
        results = ", ".join(f"result_{n}" for n in range(len(tasks)))
        tasks.append(write_down(scene.folder / "results.json", f"[{results}]"))
        play = {"hosts": "localhost", "gather_facts": False, "tasks": tasks}
        (scene.home / "play.yml").write_text(json.dumps([play]), encoding="utf-8")
        watch = scene.run("playbook", "play.yml", in_process=in_process)
        assert (scene.folder / "results.json").exists(), scene.said
        scene.check(watch)
        results = json.loads((scene.folder / "results.json").read_text(encoding="utf-8"))
        for (name, case), result in zip(THROUGH.items(), results):
            assert result.get("failed", False) == (name != "good"), (name, result["msg"])
            assert name == "good" or re.search(case.words, result["msg"]), (name, result["msg"])
        own = Search((name, value) for name, value in credential.items() if name not in PUBLIC)
        for witness in scene.witnesses.values():
            first = Search([("first", witness.issued[0])] if "password" in credential and witness.issued else [])
            for request in witness.requests:
                if not request.path.startswith("/v3"):
                    text = to_json(dict(request.headers)).encode() + request.body
                    assert not own.found(text)
                    assert not first.found(text)
