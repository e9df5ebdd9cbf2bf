# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether anybody could tell from its result that a task ran in the process of Ansible."""

from __future__ import annotations

import contextlib
import json
import pathlib
import re
import sys

from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.otc.bigdata.tests.emulator.server import Emulator

from .emulated import template, world, write_down
from .fast_path import FLINK, KILLED, MRS, SLOW, SPARK, stop
from .mrs import CLUSTER
from .run_module import forks
from .run_playbook import Folder, Run
from .service import PROJECT

BATCHES = [f"0a324461-d9d9-45da-a52a-{n:012}" for n in range(6)]
SEED = {
    "flink_jobs": [
        {"count": 320, "name": "load", "status": "job_running"},
        {"job_id": 501, "name": "Größe ☃ \"'\\ {{ no }}", "status": "job_running"},
        {"job_id": 502, "name": "bad", "status": "job_running", "refuse": {"stop": "DLI.15002"}},
        {"job_id": 503, "name": "slow", "status": "job_running", "script": {"stop": [{"status": "job_canceling"}]}},
        {"job_id": 504, "name": "old", "status": "job_finish", "age": 864000, "sql_body": "SELECT 'x' AS password"},
    ],
    "batches": [{"id": one, "name": "rollup", "state": "running"} for one in BATCHES],
}

# name: the task, and whether it changes anything, and fails
TASKS: dict[str, tuple[dict, bool, bool]] = {
    "success": (stop(1, 2), True, False),
    "again": (stop(1, 2), False, False),
    "one fails": (stop(3, 502, 999), True, True),
    "300 jobs": (stop(*range(10, 310)), True, False),
    "unicode": ({FLINK: {"state": "stopped", "filters": {"name": ["Größe*", "*☃*"]}}}, True, False),
    "check mode and diff": ({**stop(4), "check_mode": True, "diff": True}, True, False),
    "diff": ({FLINK: {"state": "absent", "job_ids": [4, 504]}, "diff": True}, True, False),
    "time is up": (stop(503, wait_timeout=1, wait_interval=0.1), True, True),
    "without waiting": (stop(5, wait=False), True, False),
    "missing option": ({FLINK: {"job_ids": [1]}}, False, True),
    "wrong type": (stop(1, wait_timeout="soon"), False, True),
    "wrong choice": ({FLINK: {"state": "paused", "job_ids": [1]}}, False, True),
    "both": (stop(1, filters={"name": ["x"]}), False, True),
    "unsupported option": (stop(1, job_id=2), False, True),
    "unsupported filter": ({FLINK: {"state": "stopped", "filters": {"nmae": "x"}}}, False, True),
    "malformed id": (stop("1.0"), False, True),
    "malformed number": (stop(1, max_retries=-1), False, True),
    "too many": ({FLINK: {"state": "absent", "filters": {"name": "load*"}, "max_jobs": 3}}, False, True),
    "alias": ({MRS: {"state": "stopped", "cluster_id": CLUSTER, "job_id_list": [KILLED]}}, True, False),
    "alias too": (
        {
            SPARK: {
                "state": "stopped",
                "batch_id": BATCHES[:2],
                "batch_ids": BATCHES[:2],
                "region": "a",
                "region_name": "a",
            }
        },
        True,
        False,
    ),
    "one string": ({SPARK: {"state": "stopped", "batch_id": BATCHES[3]}}, True, False),
    "bad token": (stop(1, token="top-secret-token"), False, True),
    "bad key": (stop(1, access_key="AKAKAKAKAK", secret_key="SK-top-secret"), False, True),
    "short secret": (stop(6, token="demo-token", security_token="load"), True, False),
    "vault": (stop(317, token=template("vaulted_token")), True, False),
    "no log": ({**stop(7, token="demo-token"), "no_log": True}, True, False),
    "Flink reader": ({f"{FLINK}_info": {"filters": {"name": ["old", "slow"]}, "details": True}}, False, False),
    "Spark reader": ({f"{SPARK}_info": {}}, False, False),
    "MRS reader": (
        {f"{MRS}_info": {"cluster_name": "analytics", "filters": {"state": ["running", "odd"]}}},
        False,
        False,
    ),
    "MRS delete": ({MRS: {"state": "absent", "cluster_name": "analytics", "job_ids": [SLOW, "nobody"]}}, True, False),
    "failed when": ({**stop(8), "failed_when": "result_failed_when.summary.total == 1"}, True, True),
    "changed when": ({**stop(9), "changed_when": False}, False, False),
    "until": ({**stop(310), "until": "not result_until.changed", "retries": 3, "delay": 0}, False, False),
    "loop": ({FLINK: {"state": "stopped", "job_ids": [template("item")]}, "loop": [311, 312]}, True, False),
    "CA here": (stop(313, ca_path="here.pem"), True, False),
    "CA elsewhere": (stop(314, ca_path="elsewhere.pem"), False, True),
    "clouds.yaml here": (stop(315, cloud="here"), True, False),
    "null": ({FLINK: {"state": "stopped", "job_ids": [316], "filters": None, "region": template("omit")}}, True, False),
    "empty": (stop(), False, False),
}
# Before anything is changed
REFUSED = [name for name, (dummy, changed, failed) in TASKS.items() if failed and not changed]


def variable(name: str) -> str:
    """Where a task leaves its result."""
    return f"result_{re.sub('[^a-z0-9]', '_', name.lower())}"


def outcomes(
    emulator: Emulator,
    here: Folder,
    elsewhere: pathlib.Path,
    cases: dict,
    python: str,
    in_process: bool,
    *arguments: str,
) -> Run:
    """All tasks, one after the other; each may fail. Started in another folder than the one with the playbook."""
    vault = VaultLib([("default", VaultSecret(b"vault-password"))])
    secret = vault.encrypt("demo-token", vault.secrets[0][1]).decode()
    here.write("vaulted.yml", "vaulted_token: !vault |\n" + "".join(f"  {line}\n" for line in secret.splitlines()))
    here.write("vault-password", "vault-password")
    here.write("here.pem", "")
    (elsewhere / "elsewhere.pem").touch()
    auth = {"token": "demo-token", "auth_url": emulator.url}
    entry = {"auth": auth, "auth_type": "token", "dli_endpoint_override": emulator.url}
    here.write("clouds.yaml", {"clouds": {"here": {**entry, "auth": {**auth, "project_id": PROJECT}}}})
    tasks = [
        {"name": name, **task, "register": variable(name), "ignore_errors": True}
        for name, (task, *dummy) in cases.items()
    ]
    results = ", ".join(map(variable, cases))
    play = {
        "module_defaults": {"group/otc.bigdata.all": {"request_timeout": 30, "project_id": PROJECT}},
        "vars_files": ["vaulted.yml"],
        "vars": {"ansible_python_interpreter": python},
        "tasks": [*tasks, {"name": "Results", **write_down(here.path / "results.json", f"[{results}]")}],
    }
    return here.playbook(
        [play],
        "--vault-password-file",
        str(here.home / "vault-password"),
        *arguments,
        cwd=elsewhere,
        OTC_BIGDATA_IN_PROCESS=str(in_process),
        OTC_BIGDATA_PROGRESS="never",
        ANSIBLE_INJECT_INVOCATION="1",
    )


def plain(text: str, emulator: Emulator, here: Folder) -> str:
    """Without what differs from run to run: where things are, when jobs were made, the ids of requests."""
    host = emulator.url.rpartition("/")[2]
    text = text.replace(host, "HOST").replace(str(here.path), "FOLDER")
    text = re.sub(r"\b[0-9a-f]{24}[0-9a-f]{8}\b", "REQUEST", text.replace(PROJECT, "PROJECT"))
    text = re.sub(r'("(?:duration|elapsed_time)": )\d+', r"\g<1>0", text)
    return re.sub(r"(?<!\d)1\d{9}(\d{3})?(?!\d)", "0", text)


def is_write(request: tuple[str, str, str]) -> bool:
    return request[0] != "GET"


def check_same_results(tasks: dict, verbosity: str, elsewhere: pathlib.Path) -> None:
    """Registered, and shown by Ansible, which only calls what failed by another name. Only with -vvv modules start as they do
    elsewhere: otherwise they are forks."""
    results, shown, requests = [], [], []
    with contextlib.ExitStack() as stack:
        worlds = [stack.enter_context(world(**SEED)) for dummy in range(2)]
        as_module = str(forks().command("python")) if verbosity == "-v" else sys.executable
        ways = ((sys.executable, True), (as_module, False))
        runs = [outcomes(*one, elsewhere, tasks, *way, verbosity) for one, way in zip(worlds, ways)]
        for run, (emulator, here) in zip(runs, worlds):
            run.end()
            assert (here.path / "results.json").exists(), run.said
            results.append(json.loads(plain((here.path / "results.json").read_text(encoding="utf-8"), emulator, here)))
            shown.append(plain(run.said.replace("Action failed", "Module failed"), emulator, here))
            requests.append([(entry["method"], entry["path"], entry["body"]) for entry in emulator.log.entries()])
    announced = [len(re.findall(r"^otc\.bigdata\.\w+: in process$", text, re.MULTILINE)) for text in shown]
    assert verbosity == "-v" or (announced[0] >= len(tasks) and announced[1] == 0)
    for (name, (dummy, changed, failed)), quick, slow in zip(tasks.items(), *results):
        assert quick == slow, name
        assert (quick["changed"], quick.get("failed", False)) == (changed, failed), (name, quick)
    written, seen = ([sorted(filter(one, sent)) for sent in requests] for one in (is_write, None))
    assert written[0] == written[1]
    assert set(seen[0]) == set(seen[1])  # how often it looked is a matter of time
    if verbosity == "-v":
        assert shown[0].splitlines() == shown[1].splitlines()
