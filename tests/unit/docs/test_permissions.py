# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page about permissions is made of what the modules name where one is missing: ``python tests/unit/docs/test_permissions.py``."""

from __future__ import annotations

import ast
import json
import re
from importlib import import_module

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.agency import NO_OPERATOR
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.auth import LOOKUP
from ansible_collections.otc.bigdata.plugins.module_utils._jobs.desired_state import Write
from ansible_collections.otc.bigdata.plugins.module_utils._services import (
    flink_jobs,
    mrs,
    mrs_jobs,
    spark_batches,
    sql_jobs,
)
from ansible_collections.otc.bigdata.tests.unit.utils.guides import GUIDES, ROOT

PAGE = GUIDES / "guide_permissions.rst"
SERVICES = ROOT / "plugins/module_utils/_services"
READ = {
    "List Flink jobs": flink_jobs.LIST,
    "Get a Flink job": flink_jobs.GET,
    "List and get Spark batches": spark_batches.READ,
    "List and get SQL jobs": sql_jobs.READ,
    "List the clusters of MRS, to find one by name": mrs.LIST_CLUSTERS,
    "Get a cluster of MRS, for its tags in an inventory": mrs.GET_CLUSTER,
    "List jobs of MRS": mrs_jobs.LIST,
    "Get a job of MRS": mrs_jobs.GET,
}
WRITE = {
    "Start Flink jobs": flink_jobs.PERMISSIONS[Write.RUN],
    "Stop Flink jobs": flink_jobs.PERMISSIONS[Write.STOP],
    "Delete Flink jobs": flink_jobs.PERMISSIONS[Write.DELETE],
    "Export Flink jobs": flink_jobs.EXPORT_PERMISSION,
    "Cancel Spark batches": spark_batches.CANCEL,
    "Cancel SQL jobs": sql_jobs.CANCEL,
    "Terminate jobs of MRS": mrs_jobs.PERMISSIONS[Write.KILL],
    "Delete jobs of MRS": mrs_jobs.PERMISSIONS[Write.DELETE],
}
LOGIN = {
    "Find a project by name": LOOKUP.format("project_id"),
    "Use an agency": NO_OPERATOR.removeprefix("needed is "),
}
OF_HUAWEI = re.compile(r"\(Huawei Cloud: [^)]*\)|, on Huawei Cloud [\w:]+")
ACTION = re.compile(r"\b\w+:\w+:\w+")


def table() -> str:
    """One row for each, with the names of permissions as code."""
    rows = [("What is done", "What it needs"), *{**READ, **WRITE, **LOGIN}.items()]
    told = [(done, re.sub(rf"({ACTION.pattern}|CANCEL_JOB|project_id)", r"``\1``", needed)) for done, needed in rows]
    lines = [f"  * - {done}\n    - {needed[0].upper()}{needed[1:]}" for done, needed in told]
    return "\n".join([".. list-table::\n  :header-rows: 1\n", *lines])


def policy(needed: dict[str, str]) -> str:
    """One for Open Telekom Cloud."""
    actions = sorted({action for text in needed.values() for action in ACTION.findall(OF_HUAWEI.sub("", text))})
    shown = json.dumps({"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": actions}]}, indent=2)
    return "\n".join([".. code-block:: json\n", *(f"  {line}" for line in shown.splitlines())])


def with_data(page: str) -> str:
    """What follows each mark, up to the next paragraph that is not indented, is made anew."""
    made = {"table": table(), "read": policy(READ), "all": policy({**READ, **WRITE})}
    for name, text in made.items():
        page = re.sub(
            rf"(\.\. generated: {name}\n\n)(?:\.\. .*\n(?:\n|  .*\n)*)?",
            lambda found, text=text: f"{found[1]}{text}\n\n",
            page,
        )
    return page


def test_the_page_says_what_the_modules_say() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_data(page)


def test_no_permission_is_missing() -> None:
    """Each request of a service tells what it needs, in words that are on the page."""
    told = []
    for path in sorted(SERVICES.glob("*.py")):
        names = vars(import_module(f"{flink_jobs.__package__}.{path.stem}"))
        calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
        for needed in [word.value for call in calls for word in call.keywords if word.arg == "needs"]:
            constant = names[(needed.value if isinstance(needed, ast.Subscript) else needed).id]
            told += constant.values() if isinstance(constant, dict) else [constant]
    assert set(told) == {*READ.values(), *WRITE.values()}


def test_the_policy_only_to_read() -> None:
    assert re.search("delete|start|stop|submit|cancel", policy(READ)) is None


if __name__ == "__main__":
    PAGE.write_text(with_data(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
