# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Most tests of modules have no connections (utils/wire.py): what happens on connections is not kinder than what happens there."""

from __future__ import annotations

import concurrent.futures
import functools
import typing as t

import pytest

from ansible_collections.otc.bigdata.tests.emulator.faults import KINDS
from ansible_collections.otc.bigdata.tests.emulator.server import Emulator
from ansible_collections.otc.bigdata.tests.unit.utils.doors import ON_THE_WIRE, Door
from ansible_collections.otc.bigdata.tests.unit.utils.flink import GET_PATH, WRITE_PATH, Flink
from ansible_collections.otc.bigdata.tests.unit.utils.forks import NO_WAITS
from ansible_collections.otc.bigdata.tests.unit.utils.run_module import Result, run_module
from ansible_collections.otc.bigdata.tests.unit.utils.wire import cloud_on_the_wire

pytestmark = pytest.mark.real

IN_TIME = 2  # seconds: request_timeout, where no answer comes
HOW = {
    "hang": {"seconds": None},
    "hang_after": {"seconds": None},
    "slow": {"seconds": 0.1},
    "drip": {"seconds": 0.1},
    "drip_body": {"seconds": 0.1},
    "drip_continue": {"seconds": 0.1},
}
REFUSALS = {str(status): {"kind": "status", "status": status} for status in (401, 403, 404, 408, 429, 500, 502, 503)}
FAULTS = {**{kind: {"kind": kind, **HOW.get(kind, {})} for kind in KINDS}, **REFUSALS}


def run(flink: Flink, **fault) -> tuple:
    """The answers to a task and to a reader, what they sent, and what became of the job."""
    patience = {"request_timeout": IN_TIME} if "seconds" in fault else {}
    job = flink.job()
    flink.fault(**fault)
    flink.run("stopped", [job], **patience)
    sent = [(entry["method"], entry["path"], entry["status"]) for entry in flink.log]
    truth = flink.truth
    flink.let_go()
    flink.fault(**fault)
    flink.info(job_ids=[job], **patience)
    flink.let_go()
    return flink.door.answers, sent, truth


def without_pauses(name: str, options: dict, *dummy: t.Any) -> Result:
    """A module that sends at once what it would send again after a while."""
    return run_module(name, options, environ=NO_WAITS)


def on_connections(path: str, name: str) -> tuple:
    with Emulator() as emulator:
        return run(Flink(emulator, Door("module", {"module": without_pauses})), path=path, **FAULTS[name])


@pytest.mark.parametrize("door", ["module"], indirect=True)
@pytest.mark.parametrize("path", [GET_PATH, WRITE_PATH], ids=["read", "write"])
@pytest.mark.parametrize("names", [[*HOW], *([name] for name in FAULTS if name not in HOW)], ids=" ".join)
def test_faults(door, names, path):
    """The same answer, the same requests, the same end, on a connection and without one. (Those that take time do so at once.)"""
    with concurrent.futures.ThreadPoolExecutor(len(names)) as threads:
        real = threads.map(functools.partial(on_connections, path), names)
    for name, found in zip(names, real):
        with cloud_on_the_wire() as cloud:
            assert run(Flink(cloud, Door("module", ON_THE_WIRE)), path=path, **FAULTS[name]) == found, name
