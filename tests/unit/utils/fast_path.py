# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks that run in the process of Ansible, or might have: what their tests share."""

from __future__ import annotations

import json
import re
import time

from ansible_collections.otc.bigdata.tests.emulator.server import Emulator

from .run_playbook import Folder
from .service import FOR_EVER

FLINK, SPARK, MRS = "otc.bigdata.dli_flink_jobs", "otc.bigdata.dli_batch_job", "otc.bigdata.mrs_job_executions"
IN_PROCESS, AS_A_MODULE = f"{FLINK}: in process", f"{FLINK}: as a module: "
UNUSUAL = f"{AS_A_MODULE}become, async or environment"
KILLED, SLOW = "981374c1-85da-44ee-be32-edfb4fba776c", "c54c8aa0-c277-4f83-8acc-521d85cfa32b"
INTERRUPTED = re.compile(r"^(?:\^C)?\[WARNING\]: (\S+) was interrupted: (.*)$", re.MULTILINE)


def script(here: Folder, name: str, *lines: str) -> str:
    """A command. Returns its path."""
    path = here.write(name, "\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)
    return str(path)


def stops(emulator: Emulator) -> list[int]:
    """The jobs that stops were sent for, one after the other."""
    writes = [json.loads(entry["body"]) for entry in emulator.log.entries() if entry["path"].endswith("/jobs/stop")]
    return [job_id for write in writes for job_id in write["job_ids"]]


def stop(*ids, **options) -> dict:
    return {FLINK: {"state": "stopped", "job_ids": list(ids), **options}}


def writes(emulator: Emulator) -> int:
    return emulator.log.summary()["writes"]


def forever(emulator: Emulator) -> dict:
    """A task that waits: two jobs that never stop."""
    emulator.settings.update({"delays": {"cancel": FOR_EVER}})
    return stop(1, 2, wait_interval=0.2)


def all_writes(emulator: Emulator) -> int:
    """With those that were under way when their sender ended."""
    emulator.faults.clear()
    while True:
        found = writes(emulator)
        time.sleep(0.3)
        if not emulator.log.in_flight and found == writes(emulator):
            return found
