# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Queues of DLI, which only jobs tell of: one is there when a job names it."""

from __future__ import annotations

from . import dli
from .checks import Query
from .service import Service
from .wire import Reply, Request
from .world import Filter, Job, World

ANSWERS = {
    "queue_delete": ("refuse", "accept"),  # delete of a queue that runs jobs: DLI.0007, or they end with it
}
SERVICE = Service(dli.error_reply, dli.access, answers=ANSWERS)


@SERVICE.route("DELETE", "/v1.0/{project_id}/queues/{queue_name}")
def delete_queue(world: World, request: Request, project_id: str, queue_name: str) -> Reply:
    """DLI API reference, "Deleting a Queue" (dli_02_0195): not while a task is executed in it. With which code is not said."""
    Query(request, dli.wrong)
    jobs = _jobs_on(world, project_id, queue_name)
    if not jobs:
        raise dli.error("DLI.0002", f"The queue {queue_name} does not exist.")
    busy = [job for job in jobs if job.status not in job.kind.queue.inactive]
    if busy and world.settings.answers["queue_delete"] == "refuse":
        raise dli.error("DLI.0007", f"The queue {queue_name} runs {len(busy)} jobs.")
    for job in busy:
        ended = world.step(**{job.kind.state_field: job.kind.queue.gone})
        world[job.kind.name].trigger(job, "queue_deleted", [ended])
    world.deleted_queues.add((project_id, queue_name))
    return Reply(200, {"is_success": True, "message": ""})


def _jobs_on(world: World, project_id: str, queue_name: str) -> list[Job]:
    if (project_id, queue_name) in world.deleted_queues:
        return []
    stores = [(store, store.kind.queue) for store in world.stores.values() if store.kind.queue]
    return [job for store, on in stores for job in store.select(project_id, Filter(((on.field, queue_name),)))]
