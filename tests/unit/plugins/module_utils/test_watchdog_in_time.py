# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The limit of one request cuts off no other, however long all of them take together."""

from __future__ import annotations

import threading
import time

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.adapter import Tls
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.context import Context
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.errors import Unanswered
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.transport import Http

pytestmark = pytest.mark.real

PATH = "/v1.0/p/streaming/jobs/1"
IN_TIME = 2.0  # seconds, where other requests must not be cut off, however busy the machine is
SILENCE = 300.0


def test_requests_that_are_in_time(emulator) -> None:
    """Many of them over one connection, for longer than the limit. Then none, until the one thread that watches them has ended."""
    http = Http(IN_TIME, 0, 1, Tls(), Context({}))
    end = time.monotonic() + 1.2 * IN_TIME
    while time.monotonic() < end:
        http.send("GET", f"{emulator.url}{PATH}", {})
        time.sleep(0.02)
    mine = [thread for thread in threading.enumerate() if thread is http._watchdog._thread]
    assert len(mine) == 1
    mine[0].join(SILENCE)
    assert not mine[0].is_alive()
    assert http.send("GET", f"{emulator.url}{PATH}", {}).status == 401
    assert emulator.log.summary()["connections"] == 1


def test_workers_do_not_cut_each_other_off(emulator) -> None:
    """Each is cut off by its own limit alone."""
    http = Http(IN_TIME, 0, 4, Tls(), Context({}))
    emulator.faults.add(path="/slow", kind="drip", seconds=IN_TIME / 5, times=None)
    found: dict[str, list] = {"slow": [], "quick": []}

    def work(which: str) -> None:
        for dummy in range(2 if which == "slow" else 60):
            try:
                found[which].append(http.send("GET", f"{emulator.url}/{which}", {}).status)
            except Unanswered as error:
                found[which].append(error)

    threads = [threading.Thread(target=work, args=(which,)) for which in ("slow", "quick", "slow", "quick")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {type(one) for one in found["slow"]} == {Unanswered}
    assert found["quick"] == [404] * 120
