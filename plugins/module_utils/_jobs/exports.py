# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Before jobs are deleted, their definitions are put into files: those of all of them, or nothing is deleted."""

from __future__ import annotations

import typing as t

from .._cloud import errors
from .._cloud.client import Client
from .service import Export, Ids

OVERWRITTEN = "two exports were answered with the same file, so one may have overwritten the other; choose fewer jobs"


def export_all(
    export: Export, client: Client, ids: Ids, still_there: t.Callable[[Ids], Ids], files: list[str]
) -> errors.ApiError | None:
    """Adds the names of new files to ``files``. Returns why some jobs are in none of them, None if all are. Raises Fatal.

    A request may have been refused because one of its jobs is gone. ``still_there`` takes a look then; if some jobs are gone,
    the others are exported once more.
    """
    left_out = _sent(export, client, ids, files)
    if left_out and all(isinstance(fault, errors.Refused) for fault, dummy in left_out):
        refused = [job_id for dummy, batch in left_out for job_id in batch]
        rest = still_there(refused)
        if len(rest) < len(refused):
            left_out = _sent(export, client, rest, files)
    if not left_out and len(set(files)) < len(files):
        return errors.Unanswered("", OVERWRITTEN)
    return _why([fault for fault, dummy in left_out])


def _why(faults: t.Sequence[errors.ApiError]) -> errors.ApiError | None:
    """The first one of a request that was sent, as it tells more than one that was not."""
    sent = [fault for fault in faults if not isinstance(fault, errors.Skipped)]
    return next(iter([*sent, *faults]), None)


def _sent(export: Export, client: Client, ids: Ids, files: list[str]) -> list[tuple[errors.ApiError, Ids]]:
    """Sends as many jobs in a request as it takes, in parallel. Returns the requests that have left no file, and why."""

    def send(batch: Ids) -> None:
        files.extend(export.send(batch))

    batches = [ids[start : start + export.most] for start in range(0, len(ids), export.most)]
    answers = client.map(send, batches)
    left_out = [(answer, batch) for answer, batch in zip(answers, batches) if isinstance(answer, errors.ApiError)]
    for fault, dummy in left_out:
        if isinstance(fault, errors.Fatal):
            raise fault
    return left_out
