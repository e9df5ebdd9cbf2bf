# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job of AWX that gets two credentials: somebody has added one to that of the template."""

from __future__ import annotations

import itertools
import pathlib
import re
import typing as t

import pytest

from ansible_collections.otc.bigdata.tests.emulator.server import Emulator
from ansible_collections.otc.bigdata.tests.unit.utils.awx import Job
from ansible_collections.otc.bigdata.tests.unit.utils.credentials import (
    JOBS,
    OPENSTACK,
    TAIL,
    TYPES,
    USER,
    WORLD,
    secrets_of,
)

# One of each type, for a job that gets two of them: somebody has added one to that of the template
ONE_OF_EACH = {name: inputs for label, (name, inputs) in JOBS.items() if label != "temporary access key"}
OTHER_PROJECT = {**ONE_OF_EACH[OPENSTACK], "project": "eu-de_nightly"}


def with_two(names: t.Sequence[str], folder: pathlib.Path, url: str, inputs: dict[str, dict] = ONE_OF_EACH) -> Job:
    job = Job(folder, **{f"OTC_{service}_ENDPOINT": url for service in ("IAM", "DLI", "MRS")})
    for name in names:
        job.inject(TYPES[name], {**inputs[name], "host": f"{url}/v3"} if name == OPENSTACK else inputs[name])
    return job.run("stop_all", {"names": "order*", "services": ["flink"]})


@pytest.mark.parametrize("names", list(itertools.combinations(TYPES, 2)), ids=" and ".join)
def test_two_credentials(names, tmp_path):
    """Nobody knows whose jobs are meant, so nobody is asked for anything."""
    other = {**ONE_OF_EACH, OPENSTACK: OTHER_PROJECT}
    with Emulator(seed=WORLD) as emulator:
        job = with_two(names, tmp_path, emulator.url, other)
        assert job.status == "failed"
        assert re.search("two credentials|OS_CLIENT_CONFIG_FILE beside OS_", job.output), job.output
        assert emulator.log.entries() == []
    secrets = [value for name in names for value in secrets_of(name, other[name]).values()]
    assert not any(value[-TAIL:] in job.output for value in secrets)


def test_two_that_say_the_same(tmp_path):
    with Emulator(seed=WORLD) as emulator:
        job = with_two([USER, OPENSTACK], tmp_path, emulator.url)
    assert job.status == "successful", job.output
