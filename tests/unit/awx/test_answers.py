# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers to a survey that look like something else than text: no other job is stopped for it."""

from __future__ import annotations

import re

import pytest
import yaml
from ansible.release import __version__

from ansible_collections.otc.bigdata.tests.emulator.server import Emulator
from ansible_collections.otc.bigdata.tests.unit.utils.awx import ROOT, Dumper, Job
from ansible_collections.otc.bigdata.tests.unit.utils.emulated import environ
from ansible_collections.otc.bigdata.tests.unit.utils.flink import Flink
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import folder

PLAY = ROOT / "tests/integration/smoke_answers.yml"
# From then on, the type of an answer is found out as if it had no quotes
RETYPES = tuple(map(int, __version__.split(".")[:2])) >= (2, 19)
pytestmark = pytest.mark.cover_ansible

SEED = {
    "flink_jobs": [
        {"job_id": number, "name": name, "queue_name": queue, "status": "job_running"}
        for number, (name, queue) in enumerate([("010", "012"), ("8", "10"), ("010", "10"), ("True", "012")], 1)
    ],
    "batches": [],
}


def launch(tmp_path, variables: dict, of_template: dict) -> tuple[Job, set[int], int]:
    """A job, which Flink jobs it has stopped, and the number of its requests."""
    with Emulator(seed=SEED) as emulator:
        job = Job(tmp_path, **environ(emulator))
        job.of_template = of_template
        job.run("stop_all", variables)
        stopped = {number for number, status in Flink(emulator).truth.items() if status != "job_running"}
        return job, stopped, len(emulator.log.entries())


@pytest.mark.parametrize(
    ("variables", "complaint", "meant"),
    [
        ({"names": "010"}, 'names: must be text, not the number 8; write a pattern such as [0]10, or quote it', {1, 3}),
        ({"all_jobs": "true", "queue_name": "012"}, "queue_name: must be text, not the number 10; quote it", {1, 4}),
        ({"names": "*"}, "YAML parsing failed", {1, 2, 3, 4}),
        ({"names": "="}, "YAML parsing failed", set()),
    ],
)  # fmt: skip
def test_what_is_no_text(tmp_path, variables, complaint, meant):
    job, stopped, requests = launch(tmp_path, variables, {})
    if RETYPES:
        assert (job.status, stopped, requests) == ("failed", set(), 0)
        assert complaint in job.output
    else:
        assert (job.status, stopped) == ("successful", meant)


@pytest.mark.parametrize(
    ("variables", "of_template", "meant"),
    [
        ({"all_jobs": "true"}, {}, {1, 2, 3, 4}),
        ({"names": "[0]10", "queue_name": "012 "}, {}, {1}),
        ({"names": "010,"}, {"queue_name": "012"}, {1}),  # AWX puts no tag at what the template itself says
    ],
)
def test_the_way_out(tmp_path, variables, of_template, meant):
    job, stopped, dummy = launch(tmp_path, variables, of_template)
    assert (job.status, stopped) == ("successful", meant), job.output


def test_many_answers():
    """On the ansible-core that is here; scripts/smoke runs the same on others. They are written as AWX writes them."""
    written = re.findall(r"^ +- \{written: (\".*?\"), read: (.*)\}$", PLAY.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(written) > 20
    for text, as_answer in written:
        assert as_answer == yaml.dump(yaml.safe_load(text), Dumper=Dumper).strip()
    with folder() as here:
        run = here.start("playbook", str(PLAY)).end(120)
    assert run.code == 0, run.said
