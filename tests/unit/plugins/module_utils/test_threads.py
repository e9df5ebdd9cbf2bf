# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signals reach the main thread, whatever it waits for."""

from __future__ import annotations

import pathlib
import signal
import threading

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.adapter import Tls
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.client import run_parallel
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.context import Context
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.threads import begin
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.transport import Http

OURS = {signal.SIGINT, signal.SIGTERM, signal.SIGALRM}


def blocked(thread: threading.Thread | None = None) -> set[int]:
    """The signals that a thread does not get, as the system has it; without one, of this thread."""
    if thread is None:
        return set(signal.pthread_sigmask(signal.SIG_BLOCK, ()))
    status = pathlib.Path(f"/proc/self/task/{thread.native_id}/status").read_text(encoding="utf-8")
    mask = int(next(line.split()[1] for line in status.splitlines() if line.startswith("SigBlk:")), 16)
    return {number for number in OURS if mask >> (number - 1) & 1}


def test_the_thread_that_begins_another_one() -> None:
    before, seen = blocked(), []
    begin(lambda: seen.append(blocked())).join()
    assert seen[0] >= OURS
    assert blocked() == before


def test_workers() -> None:
    for found in run_parallel(lambda dummy: blocked(), range(8), 4):
        assert found >= OURS


def test_the_thread_that_keeps_the_time_limit(emulator) -> None:
    http = Http(60, 0, 1, Tls(), Context({}))
    http.send("GET", f"{emulator.url}/v1.0/p/streaming/jobs/1", {})
    (mine,) = (thread for thread in threading.enumerate() if thread is http._watchdog._thread)
    assert blocked(mine) == OURS
