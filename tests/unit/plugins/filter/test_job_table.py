# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter in playbooks, with what the modules really return."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from ansible_collections.otc.bigdata.plugins.filter import job_table
from ansible_collections.otc.bigdata.tests.unit.utils.emulated import template, world, write_down
from ansible_collections.otc.bigdata.tests.unit.utils.mrs import CLUSTER

pytestmark = pytest.mark.cover_ansible

FLINK, SPARK, SQL, MRS = (
    f"otc.bigdata.{name}" for name in ("dli_flink_jobs", "dli_batch_job", "dli_sql_jobs", "mrs_job_executions")
)
BATCH, KILLED = "0a324461-d9d9-45da-a52a-3b3c7a3d809e", "981374c1-85da-44ee-be32-edfb4fba776c"
ODD = "日\x1b|{{1}}\nx"
SEED = {
    "flink_jobs": [
        {"job_id": 1, "name": "orders", "status": "job_running", "queue_name": "streaming"},
        {"job_id": 2, "name": ODD, "status": "job_init", "queue_name": "streaming"},
        {
            "job_id": 3,
            "name": "bad",
            "status": "job_running",
            "script": {"stop": [{"status": "job_cancel_fail", "status_desc": "no\n|bucket"}]},
        },
    ],
    "batches": [{"id": BATCH, "name": "rollup", "state": "running", "queue": "spark"}],
    "sql_jobs": [{"job_id": "q-1", "job_type": "INSERT", "queue_name": "etl", "status": "RUNNING", "age": 7300}],
    "mrs_jobs": [{"job_id": KILLED, "job_name": "wordcount", "job_state": "RUNNING", "cluster_id": CLUSTER}],
}
TASKS = {
    "readers": {f"{FLINK}_info": {"job_ids": [1, 2]}},
    "spark_reader": {f"{SPARK}_info": {}},
    "sql_reader": {f"{SQL}_info": {}},
    "mrs_reader": {f"{MRS}_info": {"cluster_name": "analytics"}},
    "none_read": {f"{FLINK}_info": {"job_ids": [999]}},
    "stop": {FLINK: {"state": "stopped", "job_ids": [3, 2, 1, 999]}},
    "loop": {FLINK: {"state": "absent", "job_ids": [template("item")]}, "loop": [1, 3], "when": "item == 1"},
    "spark": {SPARK: {"state": "stopped", "batch_id": BATCH}},
    "sql": {SQL: {"state": "absent", "job_ids": ["q-1", "q-2"]}},
    "mrs": {MRS: {"state": "absent", "cluster_name": "analytics", "job_ids": [KILLED]}},
    "empty": {FLINK: {"state": "absent", "job_ids": []}},
    "refused": {FLINK: {"state": "absent", "job_ids": [1], "token": "wrong"}},
    "malformed": {FLINK: {"state": "paused", "job_ids": [1]}},
    "skipped": {FLINK: {"state": "absent", "job_ids": [1]}, "when": False},
}
SHOWN = r"日\x1b|{{1}} x"  # 14 columns of a terminal
TABLES = {
    "stop | otc.bigdata.job_table": f"""
ID   NAME            OUTCOME    ACTION  STATUS                             MESSAGE
3    bad             FAILED     stop    job_running -> job_cancel_fail     job_cancel_fail (no |bucket)
2    {SHOWN}  unchanged  none    job_init
1    orders          changed    stop    job_running -> job_cancel_success
999                  FAILED     none    unknown                            unknown to the service
""",
    "loop | otc.bigdata.job_table": """
ID  NAME    OUTCOME  ACTION  STATUS
1   orders  changed  delete  job_cancel_success -> gone
""",
    "stop | otc.bigdata.job_table(width=66)": f"""
ID   NAME            OUTCOME    STATUS
3    bad             FAILED     job_running -> job_cancel_fail
  job_cancel_fail (no |bucket)
2    {SHOWN}  unchanged  job_init
1    orders          changed    job_running -> job_cancel_success
999                  FAILED     unknown
  unknown to the service
""",
    "stop.jobs[:1] | otc.bigdata.job_table(['action', 'id', 'message'], width=20)": """
ACTION  ID
stop    3
  job_cancel_fail
  (no |bucket)
""",
    "[spark, [mrs, empty], skipped] | otc.bigdata.job_table": f"""
ID                                    NAME       OUTCOME  ACTION       STATUS
{BATCH}  rollup     changed  cancel       running -> dead
{KILLED}  wordcount  changed  kill+delete  RUNNING -> gone
""",
    "readers | otc.bigdata.job_table": f"""
ID  NAME            STATUS
1   orders          job_running
2   {SHOWN}  job_init
""",
    "readers.jobs | otc.bigdata.job_table(['name', 'queue_name', 'id', 'has_savepoint'])": f"""
NAME            QUEUE_NAME  ID  HAS_SAVEPOINT
orders          streaming   1   false
{SHOWN}  streaming   2   false
""",
    "[spark_reader, mrs_reader] | otc.bigdata.job_table": f"""
ID                                    NAME       STATUS
{BATCH}  rollup     running
{KILLED}  wordcount  RUNNING
""",
    "sql | otc.bigdata.job_table": """
ID   NAME           OUTCOME    ACTION  STATUS                MESSAGE
q-1  INSERT on etl  changed    cancel  RUNNING -> CANCELLED
q-2                 unchanged  none    unknown               unknown to the service
""",
    "sql_reader | otc.bigdata.job_table(['id', 'name', 'queue', 'job_type', 'age', 'has_savepoint'])": """
ID   NAME           QUEUE  JOB_TYPE  AGE  HAS_SAVEPOINT
q-1  INSERT on etl  etl    INSERT    2h
""",
    "stop.jobs | selectattr('failed') | otc.bigdata.job_table(columns=['id', 'outcome', 'name'], format='markdown')": """
| id | outcome | name |
| --- | --- | --- |
| 3 | FAILED | bad |
| 999 | FAILED |  |
""",
    "[empty, none_read, skipped, []] | otc.bigdata.job_table": "No jobs",
    "empty | otc.bigdata.job_table(['id', 'whatever'], 'markdown')": "No jobs",
    "[] | otc.bigdata.job_table": "No jobs",
}
TAKES = "job_table takes the result of a module of this collection, with its jobs, "
ERRORS = {
    "'stop' | otc.bigdata.job_table": f"{TAKES}.*, not a string",
    "1 | otc.bigdata.job_table": f"{TAKES}.*, not a number",
    "none | otc.bigdata.job_table": f"{TAKES}.*, not nothing \\(null\\)",
    "true | otc.bigdata.job_table": f"{TAKES}.*, not a boolean",
    "[stop, 'stop'] | otc.bigdata.job_table": f"{TAKES}.*, not a string",
    "{'changed': true} | otc.bigdata.job_table": f"{TAKES}.*, not a dictionary without jobs",
    "stop | otc.bigdata.job_table(['id', 'nmae'])": "job_table: no column nmae; there are action, age, changed, error, failed, ",
    "stop | otc.bigdata.job_table('id')": "job_table: columns is a list with at least one name",
    "stop | otc.bigdata.job_table([])": "job_table: columns is a list with at least one name",
    "stop | otc.bigdata.job_table([1])": "job_table: columns is a list with at least one name",
    "stop | otc.bigdata.job_table(format='html')": "job_table: format is one of text, markdown",
    "stop | otc.bigdata.job_table(width=0)": "job_table: width is a number of columns, at least 1, and for the format text",
    "stop | otc.bigdata.job_table(format='markdown', width=80)": "job_table: width is a number of columns",
    "nowhere | otc.bigdata.job_table": "'nowhere' is undefined",
}


@pytest.fixture(scope="module")
def seen() -> dict[str, str]:
    """The table or the error, by the expression that makes it; what a task alone comes to, by its name."""
    tasks = [{"register": name, "ignore_errors": True, **task} for name, task in TASKS.items()]
    for number, wrong in enumerate(ERRORS):
        task = {"ansible.builtin.set_fact": {"table": template(wrong)}, "register": f"e{number}", "ignore_errors": True}
        tasks.append(task)
    whole = {name: f"{name} | otc.bigdata.job_table" for name in ("refused", "malformed")}
    errors = [f"e{number}.msg" for number in range(len(ERRORS))]
    with world(**SEED) as (dummy, here):
        tasks.append(write_down(here.path / "kept", f"[{', '.join([*TABLES, *whole.values(), *errors])}]"))
        run = here.playbook([{"tasks": tasks}]).end(600)
        assert run.code == 0, run.said
        assert "Traceback" not in run.said
        assert "\x1b" not in run.said
        return dict(zip([*TABLES, *whole, *ERRORS], json.loads((here.path / "kept").read_text(encoding="utf-8"))))


@pytest.mark.parametrize("expression", TABLES)
def test_table(seen, expression):
    assert seen[expression] == TABLES[expression].strip()


@pytest.mark.parametrize(("name", "why"), [("refused", "HTTP 403"), ("malformed", "value of state must be one of")])
def test_whole_task(seen, name, why):
    """It failed before it knew any job."""
    head, line = seen[name].splitlines()
    assert head.split() == ["NAME", "OUTCOME", "MESSAGE"]
    assert line.startswith("(whole task)  FAILED   ")
    assert why in line


@pytest.mark.parametrize("expression", ERRORS)
def test_error(seen, expression):
    """One sentence that says what would be right."""
    assert re.search(ERRORS[expression], seen[expression]), seen[expression]


def test_examples():
    """They run as they are, and what the first one shows is what it prints."""
    with world() as (dummy, here):
        tasks = yaml.safe_load(job_table.EXAMPLES.replace("/tmp/", f"{here.home}/"))
        run = here.playbook([{"tasks": tasks}]).end()
        assert run.code == 0, run.said
        shown = [line[2:] for line in job_table.EXAMPLES.splitlines() if line.startswith("# ") and "  " in line]
        assert len(shown) == 4
        said = run.tasks()["Show what happened"]
        assert re.findall(r'^ *"(\w+  .*?)",?$', said, re.MULTILINE) == shown
