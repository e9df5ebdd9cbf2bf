# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of the Spark modules."""

from __future__ import annotations

from .service import DLI_EXPIRED, PROJECT, Service


class Spark(Service):
    """Spark batches of DLI."""

    module, ids, endpoint = "dli_batch_job", "batch_id", "dli"
    store, path, running = "batches", f"/v2.0/{PROJECT}/batches", "running"
    first_page = {"size": 100, "from": 0}
    listed = "sessions", "total"
    end, final = "success", {"dead", "success"}
    keeps_records = True
    expired = DLI_EXPIRED
    actions = {"cancel"}
