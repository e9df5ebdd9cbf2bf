# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The looks of a check at its jobs after a write, until that shows or the time is over. Only reads."""

from __future__ import annotations

import time
import typing as t

from ..module_utils._cloud.answers import Api
from ..module_utils._cloud.errors import ApiError, Fatal
from ..module_utils._jobs.deadline import Deadline
from ..module_utils._jobs.desired_state import DesiredState
from ..module_utils._jobs.service import Ids, Service
from ..module_utils._services.registry import JOB_TYPES
from ._check_service_answers import Ending, Sent, status_word
from ._check_service_named import DISPOSALS
from ._check_service_probes import has_ended

Jobs = t.Mapping[t.Any, t.Any]  # by id

WAIT, LONGEST_PAUSE = 300.0, 30.0  # seconds for which a job is looked at, and between two looks
GONE = "gone"
# What only a stop or a delete leads to
AFTER_WRITE = (GONE, "job_savepointing", "job_canceling", "job_cancel_success")
UNREAD = object()


class Stage(t.NamedTuple):
    """The jobs of one option; None stands for one that is gone. ``about``: the names of what they may show."""

    name: str
    ids: Ids
    about: t.Sequence[str]
    service: Service
    desired: DesiredState

    @property
    def kind(self) -> str:
        return DISPOSALS[self.name].kind

    @property
    def api(self) -> Api:
        return JOB_TYPES[self.kind].api

    def status(self, job: t.Any) -> str:
        return GONE if job is None else status_word(self.kind, job)

    def is_unstable(self, job: t.Any) -> bool:
        return self.status(job) in JOB_TYPES[self.kind].unstable

    def has_ended(self, job: t.Any) -> bool:
        return job is None or has_ended(self.kind, job)


def looks(stage: Stage, waiting: t.Collection[t.Any], seconds: float) -> t.Iterator[tuple[t.Any, t.Any, float]]:
    """Looks at these jobs again and again, as long as ``waiting`` has any and there is time. Whoever has seen enough of one takes it out.

    Each is an id, the job as it is now, UNREAD where that cannot be told this time, and when the look began.
    """
    deadline = Deadline(seconds, LONGEST_PAUSE)
    while waiting:
        for job_id in list(waiting):
            began = deadline.now()
            yield job_id, _look(stage, job_id), began
        if waiting and not deadline.pause():
            return


def _look(stage: Stage, job_id: t.Any) -> t.Any:
    try:
        return stage.service.get(job_id)
    except Fatal:
        raise
    except ApiError:
        return UNREAD


def watch(stage: Stage, jobs: Jobs, sent: Sent, over: t.Callable[[t.Any], bool]) -> dict[t.Any, Ending]:
    """Those that are seen as wanted before the time is over. One that may fall back must be so twice in a row."""
    unsure = {job_id: stage.is_unstable(job) for job_id, job in jobs.items()}  # those that are waited for
    least = dict.fromkeys(jobs, 0.0)
    found: dict[t.Any, Ending] = {}
    for job_id, job, began in looks(stage, unsure, WAIT):
        if job is UNREAD:
            continue
        if not over(job):
            least[job_id] = max(0.0, began - sent.ended)
            unsure[job_id] = unsure[job_id] or stage.is_unstable(job)
        elif unsure[job_id]:
            unsure[job_id] = False
        else:
            found[job_id] = Ending(job, least[job_id], time.monotonic() - sent.began)
            del unsure[job_id]
    return found


def effect(stage: Stage, job: t.Any, before: t.Any) -> bool | None:
    """Whether a write shows in a job; None where that is not clear."""
    if job is UNREAD:
        return None
    if stage.status(job) == stage.status(before):
        return False
    return True if stage.status(job) in AFTER_WRITE else None
