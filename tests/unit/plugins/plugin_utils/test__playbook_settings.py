# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of the playbooks, without running one."""

from __future__ import annotations

import datetime
import pathlib
import typing as t

import pytest
import yaml

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.options import connection_options
from ansible_collections.otc.bigdata.plugins.plugin_utils._playbook_given import Variables, elements
from ansible_collections.otc.bigdata.plugins.plugin_utils._playbook_jobs import PLACE
from ansible_collections.otc.bigdata.plugins.plugin_utils._playbook_login import MARKS
from ansible_collections.otc.bigdata.plugins.plugin_utils._playbook_names import CHOICES, DRY_RUNS, OF_MODULES, alike
from ansible_collections.otc.bigdata.plugins.plugin_utils._playbook_settings import settings

PLAYBOOKS = pathlib.Path(__file__).resolve().parents[4] / "playbooks"


OPTIONS = {
    file.stem: yaml.safe_load(file.read_text(encoding="utf-8"))["argument_specs"][file.stem]["options"]
    for file in sorted(PLAYBOOKS.glob("meta/*.yml"))
}
TOLD = {"flink": {"stopped_jobs": {"localhost": [1, 2]}, "work_begun": {"localhost": False}}}


def taken(playbook: str, values: dict, check_mode: bool = False, **more: t.Any) -> dict:
    extra = more.pop("extra", set(values) - {"otc_bigdata"})
    given = Variables(values, extra, host="localhost", **{"groups": (), "imported": (), **more})
    return settings(playbook, OPTIONS[playbook], given, check_mode)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("name", "names"),
        ("Names", "names"),
        ("queuename", "queue_name"),
        ("queueName", "queue_name"),
        ("queue-name", "queue_name"),
        ("queue_nmae", "queue_name"),
        ("trigger_savepoints", "trigger_savepoint"),
        ("triggers_savepoints", "trigger_savepoint"),
        ("start_agian", "start_again"),
        ("stopped_job_file", "stopped_jobs_file"),
        ("stopped_job_files", "stopped_jobs_file"),
        ("otc_host", "otc_hosts"),
        ("xcloud", "cloud"),
        ("clod", "cloud"),
        ("lcoud", "cloud"),
        ("cloudy", "cloud"),
    ],
)
def test_alike(name, known):
    for pair in ((name, known), (known, name)):
        assert alike(*pair)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("stopped_jobs", "stopped_jobs_file"),
        ("project", "project_name"),
        ("project_id", "project_name"),
        ("name_queue", "queue_name"),
        ("doulc", "cloud"),
        ("regal", "region"),
        ("os_cloud", "cloud"),
        ("ansible_check_mode", "cloud"),
    ],
)
def test_not_alike(name, known):
    assert not alike(name, known)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", ["a"]),
        ("a, b", ["a", "b"]),
        ("a,b,", ["a", "b"]),
        ("a\nb\n", ["a", "b"]),
        ("\n a,\r\n\r\n b , c\n", ["a", "b", "c"]),
        ("a b", ["a b"]),
        ("a,,b", ["a", "", "b"]),
        (",a", ["", "a"]),
        (",", [""]),
    ],
)
def test_elements(text, expected):
    assert elements(text) == expected


def test_defaults():
    found = taken("stop_all", {"names": "*", "services": None, "max_jobs": "", "project_name": " "})
    assert found["complaints"] == []
    assert (found["services"], found["max_jobs"], found["trigger_savepoint"]) == (["flink", "spark"], 100, True)
    assert (found["project_name"], found["otc_hosts"], found["queue_name"]) == (None, "localhost", None)
    assert (found["patterns"], found["filters"]) == (None, {})
    assert taken("stop_all", {"names": "*", "clusters": "a"})["services"] == ["flink", "spark", "mrs"]
    assert taken("stop_all", {"names": "*", "clusters": "b, a,b ,a"})["clusters"] == ["b", "a"]
    assert taken("purge_finished", {"older_than": "1d"})["services"] == ["flink"]
    for every in ({"all_jobs": True}, {"queue_name": "q"}, {"all_jobs": True, "queue_name": "q", "names": ""}):
        assert taken("stop_all", every)["services"] == ["flink", "spark", "sql"]
    assert taken("stop_all", {"queue_name": "q", "names": "*"})["services"] == ["flink", "spark"]
    assert taken("maintenance_window", {"queue_name": "q"})["min_jobs"] == 1


@pytest.mark.parametrize("playbook", ["stop_all", "maintenance_window"])
def test_all_but_some(playbook):
    """They choose no job. A reader needs another filter beside them. SQL jobs have no name, so all of them are left alone."""
    assert taken(playbook, {"except_names": "b*"})["complaints"] == [MISSING]
    for every in ({"all_jobs": True}, {"names": "*"}):
        found = taken(playbook, {**every, "except_names": "b*\n 010,"})
        assert (found["complaints"], found["except_names"]) == ([], ["b*", "010"])
        assert (found["patterns"], found["filters"]) == (None, {"not_name": ["b*", "010"]})
        assert found["filters_of_reader"] == {"name": ["*"], "not_name": ["b*", "010"]}
        assert set(found["services"]) <= {"flink", "spark"}
    for chosen in ({"queue_name": "q"}, {"names": "a"}):
        found = taken(playbook, {**chosen, "except_names": ["b"]})
        assert found["filters"] == found["filters_of_reader"] != {"not_name": ["b"]}


NO_TEXTS = [
    (8, "the number 8"),
    (0, "the number 0"),
    (1e3, "the number 1000.0"),
    (0.0, "the number 0.0"),
    (True, "the truth value true"),
    (False, "the truth value false"),
    (datetime.date(2026, 11, 28), "the date 2026-11-28"),
    (datetime.datetime(2026, 11, 28, 12, 30), "the date 2026-11-28 12:30:00"),
    ({"a": "b"}, "dict"),
    (b"a", "bytes"),
]


@pytest.mark.parametrize(("value", "shown"), NO_TEXTS)
@pytest.mark.parametrize("playbook", OPTIONS)
def test_what_is_no_text(playbook, value, shown):
    """It stood for something else, which nobody knows any more. 0 would even pass for "not given"."""
    right = {
        "drain_queue": {"queue_name": "q"},
        "maintenance_end": {"otc_bigdata": TOLD},
        "purge_finished": {"older_than": "1d"},
    }
    texts = {name: option for name, option in OPTIONS[playbook].items() if option["type"] in ("list", "path", "str")}
    for name in set(texts) - {"older_than", "stopped_jobs"}:
        ways = [value, [value], ["a", [value]]] if texts[name]["type"] == "list" else [value]
        for way in ways:
            (complaint,) = taken(playbook, {**right.get(playbook, {"all_jobs": True}), name: way})["complaints"]
            assert complaint.startswith(f"{name}: must be text, not {shown}")
            assert "\n" not in complaint


def test_the_way_out():
    def complaint(name: str, value: t.Any) -> str:
        (found,) = taken("stop_all", {"names": "a", name: value})["complaints"]
        return found.partition("; ")[2]

    assert complaint("names", [8]) == (
        'write a pattern such as [0]10, or quote it in YAML, as in names: ["010"], or put a comma after it in a survey'
    )
    assert complaint("clusters", 7) == 'quote it in YAML, as in clusters: ["010"], or put a comma after it in a survey'
    assert (
        complaint("queue_name", 10) == 'quote it in YAML, as in queue_name: "010", or put a blank after it in a survey'
    )
    assert complaint("queue_name", ["a"]) == ""
    found = taken("stop_all", {"names": "[0]10, 010,", "queue_name": "012 ", "clusters": "007,", "region": "eu-de\n"})
    assert found["complaints"] == []
    assert (found["names"], found["queue_name"], found["clusters"]) == (["[0]10", "010"], "012", ["007"])


MISSING = "names: give patterns of names, or a queue_name; all_jobs=true means every job"
AGE = "is not one positive number and one of s m h d w, as in 30d"
NO_NAMES = "names: SQL jobs have no name; leave sql out of services, or choose by queue_name or all_jobs"
NO_CLUSTERS = "clusters: the service mrs needs the names of its clusters"


def empty(name: str) -> str:
    return f"{name}: is empty; leave it out or give it a value"


@pytest.mark.parametrize(
    ("playbook", "values", "complaint"),
    [
        *(("drain_queue", {"queue_name": blank}, "missing required arguments: queue_name") for blank in (None, "", " ", "\n")),
        ("drain_queue", {}, "missing required arguments: queue_name"),
        ("drain_queue", {"queue_name": ["q"]}, "queue_name: must be text, not list"),
        ("drain_queue", {"queue_name": "q\nr"}, "queue_name: has a line break or another control character in it"),
        ("drain_queue", {"queue_name": "q", "services": "mrs"}, "must be one or more of: flink, spark, sql. Got no match for: mrs"),
        ("drain_queue", {"queue_name": "q", "services": []}, empty("services")),
        ("drain_queue", {"queue_name": "q", "rounds": 0}, "rounds: must be at least 1, not 0"),
        ("drain_queue", {"queue_name": "q", "wait_interval": 0}, "wait_interval: must be at least 1, not 0"),
        ("drain_queue", {"queue_name": "q", "drain_timeout": -1}, "drain_timeout: must be at least 0, not -1"),
        ("stop_all", {"names": "a", "drain_timeout": -1}, "drain_timeout: must be at least 0, not -1"),
        ("drain_queue", {"queue_name": "q", "wait_interval": 10**9}, "wait_interval: must be at most 31536000, not 1000000000"),
        ("stop_all", {"names": "a", "drain_timeout": 10**9}, "drain_timeout: must be at most 31536000, not 1000000000"),
        ("maintenance_window", {"names": "a", "wait_timeout": 10**9}, "wait_timeout: must be at most 31536000, not 1000000000"),
        ("purge_finished", {"older_than": "1d", "max_jobs": 10**10}, "max_jobs: must be at most 1000000000, not 10000000000"),
        ("purge_finished", {}, "missing required arguments: older_than"),
        ("purge_finished", {"older_than": "1d", "services": "flink,spark"}, "must be one or more of: flink, mrs. Got no match for: spark"),
        ("purge_finished", {"older_than": " "}, "missing required arguments: older_than"),
        ("purge_finished", {"older_than": "1d", "project_name": ["eu-de"]}, "project_name: must be text, not list"),
        ("purge_finished", {"older_than": "1d", "max_jobs": "many"}, "argument 'max_jobs' is of type"),
        ("purge_finished", {"older_than": "1d", "delete_stopped": "perhaps"}, "argument 'delete_stopped' is of type"),
        ("purge_finished", {"older_than": "1d", "clusters": {"a": "b"}}, "clusters: must be text, not dict"),
        ("purge_finished", {"older_than": 3}, f"older_than: '3' {AGE}"),
        ("purge_finished", {"older_than": "30"}, f"older_than: '30' {AGE}"),
        ("purge_finished", {"older_than": "0d"}, f"older_than: '0d' {AGE}"),
        ("purge_finished", {"older_than": "3 d"}, f"older_than: '3 d' {AGE}"),
        ("purge_finished", {"older_than": "3d", "services": "mrs"}, NO_CLUSTERS),
        ("purge_finished", {"older_than": "3d", "services": "mrs", "clusters": ""}, NO_CLUSTERS),
        ("purge_finished", {"older_than": "3d", "max_jobs": 0}, "max_jobs: must be at least 1, not 0"),
        ("stop_all", {}, MISSING),
        ("stop_all", {"names": None}, MISSING),
        ("stop_all", {"names": None, "queue_name": None}, MISSING),
        ("stop_all", {"names": []}, empty("names")),
        ("stop_all", {"names": ""}, MISSING),
        ("stop_all", {"names": " ", "queue_name": "\n"}, MISSING),
        ("stop_all", {"names": ["a", ""]}, empty("names")),
        ("stop_all", {"names": "a, ,b"}, empty("names")),
        ("stop_all", {"names": [[]], "queue_name": "q"}, empty("names")),
        ("stop_all", {"names": ["orders", ["billing"]]}, "names: must be a list of single values, not a list in a list"),
        ("purge_finished", {"older_than": "1d", "except_names": [["a"], "b"]}, "except_names: must be a list of single values, not a list"),
        ("show_jobs", {"status": [["running"]]}, "status: must be a list of single values, not a list in a list"),
        ("stop_all", {"all_jobs": True, "services": [[], "flink"]}, "services: must be a list of single values, not a list in a list"),
        ("maintenance_end", {"stopped_jobs": [128, [137]]}, "stopped_jobs: must be a list of single values, not a list in a list"),
        ("stop_all", {"names": [None], "queue_name": "q"}, empty("names")),
        ("stop_all", {"names": False, "queue_name": "q"}, "names: must be text, not the truth value false; write a pattern such as"),
        ("stop_all", {"names": ["a", 128]}, "names: must be text, not the number 128; write a pattern such as [0]10, or quote it in YAML"),
        ("stop_all", {"names": "a", "project_id": 1e3}, "project_id: must be text, not the number 1000.0; quote it in YAML"),
        ("stop_all", {"names": "a", "all_jobs": True}, "all_jobs: means every job, so give no names beside it"),
        ("stop_all", {"names": None, "all_jobs": "false"}, MISSING),
        ("stop_all", {"names": None, "all_jobs": "perhaps"}, "argument 'all_jobs' is of type"),
        ("stop_all", {"names": ",", "queue_name": "q"}, empty("names")),
        ("stop_all", {"names": ["a\nb"]}, "names: has a line break or another control character in it"),
        ("stop_all", {"names": [{"a": "b"}]}, "names: must be text, not dict"),
        ("drain_queue", {"queue_name": "Q, q2"}, "queue_name: 'Q, q2' must be the whole name of one queue, as it is no list and no pattern"),
        ("drain_queue", {"queue_name": "*"}, "queue_name: '*' must be the whole name of one queue"),
        ("stop_all", {"queue_name": "a b", "services": "flink"}, "queue_name: 'a b' must be the whole name of one queue"),
        ("stop_all", {"queue_name": "a\nb"}, "queue_name: has a line break or another control character in it"),
        ("stop_all", {"names": "a", "services": []}, empty("services")),
        ("stop_all", {"names": "*", "services": "flink,sql"}, NO_NAMES),
        ("stop_all", {"names": "a", "queue_name": "q", "services": ["sql"]}, NO_NAMES),
        ("stop_all", {"queue_name": "q", "except_names": "a", "services": ["sql", "flink"]}, "except_names: SQL jobs have no name, so it would take out none"),
        ("stop_all", {"names": "a,!b"}, "names[1]: '!b' begins with !, but no pattern takes jobs out again; except_names does"),
        ("stop_all", {"names": "[prod]"}, "names[0]: [prod] has [ in it, as the text of a list has; separate patterns by commas"),
        ("maintenance_window", {"names": '["orders", "clicks"]'}, 'names[0]: ["orders" has a quote at its beginning or end; leave it out'),
        ("show_jobs", {"names": ["[^o]*"]}, "names[0]: [^o]* has [^ in it; any other character is [! in a pattern"),
        ("purge_finished", {"older_than": "1d", "except_names": "!b"}, "takes jobs out again; leave the ! out"),
        ("stop_all", {"queue_name": "q", "OTC_BIGDATA_NEVER": "billing-*"}, "OTC_BIGDATA_NEVER: would protect nothing here; set OTC_BIGDATA_NEVER in the"),
        ("stop_all", {"queue_name": "q", "OTC_BIGDATA_NEVERS": "billing-*"}, "OTC_BIGDATA_NEVERS: would protect nothing here"),
        ("stop_all", {"queue_name": "q", "otc_bigdata_never_names": "x"}, "otc_bigdata_never_names: would protect nothing here"),
        ("stop_all", {"queue_name": "q", "nevers": "billing-*"}, "nevers: would protect nothing here"),
        ("drain_queue", {"queue_name": "q", "OTC_BIGDATA_NEVER": ""}, "in the environment, or the key never of [otc_bigdata] in ansible.cfg"),
        ("purge_finished", {"older_than": "1d", "otc_bigdata_never": "x"}, "otc_bigdata_never: would protect nothing here"),
        ("stop_all", {"queue_name": "q", "never": "x"}, "never: would protect nothing here"),
        ("show_jobs", {"except_names": "x, a b"}, "except_names[1]: a b has a blank in it; separate patterns by commas, and if a name has it, write ?"),
        ("stop_all", {"all_jobs": True, "services": "flink", "except_names": ["a {b"]}, "except_names[0]: a {b has { in it, which means nothing here"),
        ("purge_finished", {"older_than": "1d", "except_names": []}, empty("except_names")),
        ("purge_finished", {"older_than": "1d", "except_names": [8]}, "except_names: must be text, not the number 8; write a pattern such as"),
        ("maintenance_window", {"names": "a", "except_names": ["a", ""]}, empty("except_names")),
        ("maintenance_window", {"names": "a", "except_names": ["a\x1b"]}, "except_names: has a line break or another control character"),
        ("stop_all", {"names": "a", "plan_file": "p\x00"}, "plan_file: must be the path of a file, not a text with a control character in it"),
        ("maintenance_end", {"stopped_jobs_file": "\x00s"}, "stopped_jobs_file: must be the path of a file, not a text with a control character"),
        ("stop_all", {"names": "a", "max_jobs": "inf"}, "max_jobs: must be a number, not NaN, infinite or far too large"),
        ("stop_all", {"names": "a", "drain_timeout": True}, "drain_timeout: must be a number, not true or false"),
        ("drain_queue", {"queue_name": "a", "wait_interval": float("nan")}, "wait_interval: must be a number, not NaN, infinite or far too"),
        ("maintenance_window", {"queue_name": "q", "wait_timeout": "1e400"}, "wait_timeout: must be a number, not NaN, infinite or far too"),
        ("stop_all", {"names": "a", "wait_timeout": -1}, "wait_timeout: must be at least 0, not -1"),
        ("maintenance_window", {"queue_name": "q", "min_jobs": -1}, "min_jobs: must be at least 0, not -1"),
        ("maintenance_window", {"queue_name": "q", "start_again": "sometimes"}, "value of start_again must be one of: always, after_success, never"),
    ],
)  # fmt: skip
def test_wrong_values(playbook, values, complaint):
    (said,) = taken(playbook, values)["complaints"]
    assert complaint in said
    assert "\n" not in said


@pytest.mark.parametrize(
    "value", [{"auth": {"password": "s3cr3t"}}, '{"auth": {"user": "a", "password": "s3cr3t"}}', "-----BEGIN PRIVATE KEY-----\ns3cr3t"], ids=str
)  # fmt: skip
@pytest.mark.parametrize("playbook", OPTIONS)
def test_what_may_hold_a_secret_is_not_quoted(playbook, value):
    """Nor is a text with a password in it where a name of a project, a region or a cloud belongs."""
    for name, option in OPTIONS[playbook].items():
        values = [value, *(["password=s3cr3t", "https://u:s3cr3t@h"] if name in PLACE else [])]
        for one in values if not option.get("no_log") else ():
            complaints = "\n".join(taken(playbook, {name: one})["complaints"])
            assert f"{name}: must be " in complaints
            assert "s3cr3t" not in complaints


@pytest.mark.parametrize("playbook", OPTIONS)
def test_null_is_not_given(playbook):
    """Of each type; empty and blank text is the same. Blanks around any other text do not count."""
    given = {
        "drain_queue": {"queue_name": "q"},
        "maintenance_end": {"otc_bigdata": TOLD},
        "purge_finished": {"older_than": "1d"},
    }.get(playbook, {"queue_name": "q"})
    expected = taken(playbook, given)
    assert expected["complaints"] == []
    for value in (None, "", " \n"):
        assert taken(playbook, {**dict.fromkeys(OPTIONS[playbook], value), **given}) == expected
    texts = {name: str(value) for name, value in expected.items() if name in OPTIONS[playbook] and value}
    texts.update({name: ", ".join(expected[name]) for name in texts if isinstance(expected[name], list)})
    given = {**given, **texts}
    spaced = {name: f" {value}\n" if isinstance(value, str) else value for name, value in given.items()}
    assert taken(playbook, spaced) == taken(playbook, given)


def test_a_file_that_cannot_be_written():
    """One that the run would write; the jobs of a window start whether that can be kept or not."""
    for playbook, name, check_mode in (
        ("maintenance_window", "stopped_jobs_file", False),
        ("stop_all", "plan_file", True),
    ):
        login = {"OS_TOKEN": "t", "OS_PROJECT_ID": "p", "OTC_DLI_ENDPOINT": "http://127.0.0.1:1"}
        values = {"queue_name": "q", name: "/proc/new"}
        (complaint,) = taken(playbook, values, check_mode, environ=login)["complaints"]
        assert complaint == f"{name}: cannot be written: [Errno 2] No such file or directory: '/proc/new'"
        others = taken(playbook, values, not check_mode, environ=login)["complaints"]
        assert (complaint in others) == (name == "stopped_jobs_file")  # which a run in check mode foretells
    assert not any(
        "written:" in one for one in taken("maintenance_end", {"stopped_jobs_file": "/proc/version"})["complaints"]
    )


@pytest.mark.parametrize("playbook", ["stop_all", "maintenance_window"])
def test_all_jobs(playbook):
    services = {"services": "flink"} if playbook == "stop_all" else {}
    every = taken(playbook, {"names": "*", **services})
    for value in (True, "true", " yes "):
        found = taken(playbook, {"all_jobs": value, **services})
        assert found["complaints"] == []
        assert (found["intent"], found["patterns"], found["filters"]) == (every["intent"], None, {})
        of_queue = taken(playbook, {"all_jobs": value, "queue_name": "q"})
        assert of_queue["intent"] == taken(playbook, {"queue_name": "q"})["intent"]
        assert of_queue["filters"] == {"queue_name": "q"}
        for names in ("*", "a", ["a"]):
            (complaint,) = taken(playbook, {"all_jobs": value, "names": names})["complaints"]
            assert complaint == "all_jobs: means every job, so give no names beside it"
    for value in (False, "false", None, ""):
        (complaint,) = taken(playbook, {"all_jobs": value})["complaints"]
        assert complaint == "names: give patterns of names, or a queue_name; all_jobs=true means every job"
        assert taken(playbook, {"all_jobs": value, "names": "all"})["patterns"] == ["all"]
    for name in ("all_job", "alljobs", "all-jobs"):
        (complaint,) = taken(playbook, {name: True, "names": "a"})["complaints"]
        assert complaint == f"{name}: there is no such variable; is all_jobs meant?"


@pytest.mark.parametrize(
    ("playbook", "values", "intent"),
    [
        (
            "stop_all",
            {"names": "a*", "clusters": "x,y", "services": "flink,mrs", "trigger_savepoint": "no", "project_id": "1"},
            "Stop what runs in flink, mrs (x, y): jobs named a*; Flink jobs without savepoints, so their state is lost; project_id 1",
        ),
        (
            "stop_all",
            {"names": "*", "services": "spark", "region": "eu-de"},
            "Stop what runs in spark: every job; the project of the credential, region eu-de",
        ),
        (
            "stop_all",
            {"queue_name": "q", "services": "sql", "drain_timeout": 60},
            "Stop what runs in sql: every job on the queue q; after 60 s to end by themselves; the project of the credential",
        ),
        (
            "stop_all",
            {"queue_name": "q", "except_names": "b*, x", "services": "spark"},
            (
                "Stop what runs in spark: every job on the queue q, but not b*, x; "
                "SQL jobs have no name, so none of them is cancelled; the project of the credential"
            ),
        ),
        (
            "purge_finished",
            {"older_than": "30d", "except_names": "billing-*"},
            "Delete what has ended in flink: jobs older than 30d, but not billing-*; the project of the credential",
        ),
        (
            "drain_queue",
            {"queue_name": "q ", "services": "flink, spark", "drain_timeout": 60, "project_id": "1"},
            "Empty the queue q: stop what runs there in flink, spark; Flink jobs with savepoints; after 60 s to end by themselves; project_id 1",
        ),
        (
            "drain_queue",
            {"queue_name": "q", "services": "sql"},
            "Empty the queue q: stop what runs there in sql; the project of the credential",
        ),
        (
            "purge_finished",
            {"older_than": "30d", "delete_stopped": True, "project_name": "eu-de_a"},
            "Delete what has ended in flink: jobs older than 30d, also Flink jobs that were stopped or could not be started; project_name eu-de_a",
        ),
        (
            "purge_finished",
            {"older_than": "30d", "clusters": "x", "export_to": "ops/flink"},
            "Delete what has ended in flink, mrs (x): jobs older than 30d; Flink jobs are exported to ops/flink first; the project of the credential",
        ),
        (
            "maintenance_window",
            {"queue_name": "q", "maintenance_tasks": __file__, "start_again": "after_success"},
            f"Stop Flink jobs with savepoints: every job on the queue q; run {__file__}; start them again: after_success; the project of the credential",
        ),
    ],
)  # fmt: skip
def test_intent(playbook, values, intent):
    assert taken(playbook, values)["intent"] == intent
    assert taken(playbook, values, check_mode=True)["intent"] == f"Check mode, so nothing is changed: {intent}"


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        (
            {"export_to": "ops/.."},
            "export_to: must be a bucket of OBS, and a folder in it, such as ops-bucket/flink, without ..",
        ),
        ({"export_to": "a\nb"}, "export_to: has a line break or another control character in it"),
        (
            {"export_to": "ops/flink", "services": "mrs", "clusters": "a"},
            "export_to: only Flink jobs can be exported, and flink is not among the services",
        ),
        ({"export_to": 7}, "export_to: must be text, not the number 7; quote it in YAML"),
    ],
)
def test_wrong_exports(values, complaint):
    (found,) = taken("purge_finished", {"older_than": "1d", **values})["complaints"]
    assert found.startswith(complaint)


def test_intent_of_the_end():
    found = taken("maintenance_end", {"otc_bigdata": TOLD})
    assert found["intent"] == "Start Flink jobs from their savepoints: 1, 2; the project of the credential"
    kept = {"stopped_jobs": [1, 2], "work_begun": False, "work_done": False, "finished": "", "listed_jobs": None}
    assert found["kept"] == {**kept, "cut_off": True}
    for more in ({"total": 2}, {"work_begun": {"localhost": True}}):  # the job that stops has come to its end
        found = taken("maintenance_end", {"otc_bigdata": {"flink": {**TOLD["flink"], **more}}})
        assert found["kept"]["cut_off"] is False


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("stopped_jobs: {localhost: [1]}\nstopped_jobs: {localhost: [3]}\n", "cannot be read: a key twice"),
        ("stopped_jobs: {localhost: [1], localhost: [3]}\n", "cannot be read: a key twice"),
        ("stopped_jobs: [\n", "cannot be read: it is no YAML"),
        *(
            (f"stopped_jobs: {{localhost: [{odd}]}}\n", "was not written by this playbook")
            for odd in ("010", "1:30", "1_0", "0x1", "-1")
        ),
    ],
)
def test_a_file_that_no_window_has_written(tmp_path, text, why):
    """Such as two that were put together: the last list would win, and the jobs of the other one would never be started."""
    file = tmp_path / "stopped.yml"
    file.write_text(text, encoding="utf-8")
    for playbook, more in (("maintenance_end", {}), ("maintenance_window", {"queue_name": "q"})):
        (said,) = taken(playbook, {**more, "stopped_jobs_file": str(file)})["complaints"]
        assert said == f"stopped_jobs_file: '{file}' {why}"


def test_a_file_that_was_cut_off(tmp_path):
    """Wherever: what is left may be YAML, and the jobs of the rest would never be started."""
    file, jobs = tmp_path / "stopped.yml", {"localhost": [1, 23, 456], "night": [7, 89]}
    head = {"count": 5, "place": {}, "work_begun": {"localhost": True, "night": True}, "work_done": {}, "finished": {}}
    whole = yaml.safe_dump(head) + yaml.safe_dump({"stopped_jobs": jobs})
    for length in range(1, len(whole)):
        file.write_text(whole[:length], encoding="utf-8")
        assert taken("maintenance_end", {"stopped_jobs_file": str(file)})["complaints"], whole[:length]
    for count in ("5", "'5'", "true", "null", "[]", "4"):
        file.write_text(whole.replace("count: 5", f"count: {count}"), encoding="utf-8")
        complaints = taken("maintenance_end", {"stopped_jobs_file": str(file)})["complaints"]
        why = "was cut off, as it has 5 jobs, which is not its count; copy it once more, or correct count if you have changed it"
        assert complaints == ([] if count == "5" else [f"stopped_jobs_file: '{file}' {why}"])


def test_the_window_of_the_same_run(tmp_path):
    """It has left a fact. The file tells more, and so does a workflow."""
    file = tmp_path / "stopped.yml"
    file.write_text("stopped_jobs: {localhost: [1]}", encoding="utf-8")
    for fact in ([1, 2], []):
        for told in (
            {"stopped_jobs_file": str(file)},
            {"otc_bigdata": {"flink": {"stopped_jobs": {"localhost": [1]}}}},
        ):
            found = taken("maintenance_end", {"stopped_jobs": fact, **told}, extra=set())
            assert (found["complaints"], found["kept"]["stopped_jobs"]) == ([], [1])


@pytest.mark.parametrize("ids", ["128, 137", "128\n137,", [128, "137"], ["128", 137, 128]])
def test_stopped_jobs(ids):
    """They are as good as a file that tells them, and so are the checks before they are started."""
    found = taken("maintenance_end", {"stopped_jobs": ids})
    assert found["complaints"] == []
    assert found["intent"].startswith("Start Flink jobs from their savepoints: 128, 137; ")
    kept = {"stopped_jobs": [128, 137], "work_begun": True, "work_done": False, "finished": "", "listed_jobs": None}
    assert found["kept"] == {**kept, "cut_off": False}
    assert taken("maintenance_end", {"stopped_jobs": 128})["kept"]["stopped_jobs"] == [128]


@pytest.mark.parametrize(
    "ids", ["x", "128 137", "0", "-1", "1.0", "1e3", "٣", "9" * 19, True, 0, 1.0, {"a": 1}, [[None]], "1,,2"]
)
def test_what_is_no_id(ids):
    (complaint,) = taken("maintenance_end", {"stopped_jobs": ids})["complaints"]
    assert complaint.startswith("stopped_jobs: must be IDs of Flink jobs, as in 128,137, not ")


def test_ids_beside_another_source(tmp_path):
    file = tmp_path / "stopped.yml"
    file.write_text("stopped_jobs: {localhost: [7]}\n", encoding="utf-8")
    for more in ({"stopped_jobs_file": str(file)}, {"otc_bigdata": TOLD}):
        (complaint,) = taken("maintenance_end", {"stopped_jobs": "7", **more})["complaints"]
        assert complaint.startswith("stopped_jobs: only it or ")
    told = {"otc_bigdata": {"flink": {"total": 1}}}  # of a job that has nothing to do with a window
    assert taken("maintenance_end", {"stopped_jobs": "7", **told})["complaints"] == []
    (complaint,) = taken("maintenance_window", {"queue_name": "q", "stopped_jobs": "7"})["complaints"]
    assert complaint.startswith("stopped_jobs: is what the playbook itself works with")


NOT_HERE = [
    ("drain_queue", {"queue_name": "q"}, {"names": "a", "except_names": ["a"], "not_name": "a", "clusters": "a", "all_jobs": "true"}),
    ("purge_finished", {"older_than": "1d"}, {"names": "a", "name": "a", "queue_name": "q", "queue": "q", "queues": "mine", "status": "job_finish"}),
    ("stop_all", {"names": "a"}, {"older_than": "1d", "stauts": "x", "stopped_jobs_file": "f"}),
    ("show_jobs", {}, {"older_than": "1d", "plan_file": "f"}),
    ("maintenance_window", {"names": "a"}, {"services": "spark", "clusters": ["a"], "service": "mine", "older_than": "1d", "drain_timeout": 60}),
    ("maintenance_end", {"stopped_jobs": "7"}, {"names": "a", "queue_name": "q", "plan_file": "f"}),
    ("check_service", {}, {"names": "mine", "queue_name": "mine"}),
]  # fmt: skip


@pytest.mark.parametrize(("playbook", "values", "more"), NOT_HERE)
def test_what_chooses_jobs_in_another_playbook(playbook, values, more):
    """It is refused where it would choose nothing, but not from an inventory, which may mean something else."""
    mine = {name for name, value in more.items() if value == "mine"}
    for source in ("extra", "imported"):
        complaints = settings(playbook, OPTIONS[playbook], variables(values | more, source), False)["complaints"]
        assert [text.partition(":")[0] for text in complaints] == sorted(more.keys() - mine)
        for text in complaints:
            assert " this playbook has none; " in text
            assert playbook not in text
    unanswered = {**dict.fromkeys(more, " "), **({"all_jobs": "false", "clusters": []} if "clusters" in more else {})}
    for found in (taken(playbook, values | more, extra=()), taken(playbook, unanswered | values)):
        assert found["complaints"] == []


def test_what_has_no_value_and_no_place_either():
    """Whoever gave it a value would only learn then that it does not count."""
    given = {"extra": {"names", "older_than"}, "broken": {"older_than": "'age' is undefined"}}
    (complaint,) = taken("stop_all", {"names": "a"}, **given)["complaints"]
    assert complaint.startswith("older_than: this playbook has none; ")


def variables(values: dict, source: str) -> Variables:
    given = Variables(values, (), (), "localhost", ())
    return given._replace(**{source: set(values)})


def test_what_chooses_jobs_is_a_choice():
    """Each such variable is one of some playbook that chooses jobs, and the message names all that have it."""
    choosing = {name: spec for name, spec in OPTIONS.items() if name != "check_service"}
    for name in CHOICES:
        having = [playbook for playbook in choosing if name in choosing[playbook]]
        for playbook in choosing.keys() - having:
            told = taken(playbook, {name: "true"})["complaints"]
            assert any(f"; {name} is a variable of {', '.join(having)}. " in text for text in told), playbook


def test_what_the_window_has_chosen_by(tmp_path):
    """The end of it, in the same run or workflow, gets it, too."""
    file = tmp_path / "stopped.yml"
    file.write_text("stopped_jobs: {localhost: [1]}", encoding="utf-8")
    window = {"names": "a", "all_jobs": "false", "except_names": "b", "maintenance_tasks": "t.yml"}
    for told in ({"stopped_jobs": [1]}, {"stopped_jobs": [], "stopped_jobs_file": str(file)}, {"otc_bigdata": TOLD}):
        assert taken("maintenance_end", {**window, **told}, extra=window)["complaints"] == []
    alone = taken("maintenance_end", {**window, "stopped_jobs_file": str(file)})["complaints"]
    assert [text.partition(":")[0] for text in alone] == ["except_names", "names"]
    after = taken("purge_finished", {"older_than": "1d", **window, "otc_bigdata": TOLD})["complaints"]
    assert [text.partition(":")[0] for text in after] == ["names"]


def test_names_that_modules_have():
    """An option or a filter, which is another variable here, or none."""
    told = {name: f"there is no such variable; is {meant} meant?" for name, meant in OF_MODULES.items()}
    known = {"job_ids": "job_ids", "job_id": "job_ids", "ids": "job_ids", "filters": "filters", "batch_id": "batch_id"}
    told |= {name: f"no playbook chooses jobs by {option}" for name, option in known.items()}
    for name, words_of_it in told.items():
        (complaint,) = taken("stop_all", {"all_jobs": True, name: "x"})["complaints"]
        assert complaint.startswith(f"{name}: {words_of_it}")
        assert taken("stop_all", {"all_jobs": True, name: "x"}, extra=["all_jobs"])["complaints"] == []
        unanswered = taken("stop_all", {"all_jobs": True, name: " "})["complaints"]
        assert unanswered == [] or OF_MODULES.get(name) in OPTIONS["stop_all"]
        assert taken("maintenance_window", {"all_jobs": True, name: "of a task"})["complaints"] == []


def test_what_is_misspelt_is_not_missing_as_well():
    for playbook, name in (("drain_queue", "queue"), ("drain_queue", "queue_names"), ("purge_finished", "older_then")):
        (complaint,) = taken(playbook, {name: "x"})["complaints"]
        assert complaint.startswith(f"{name}: there is no such variable; is ")


@pytest.mark.parametrize("playbook", OPTIONS)
def test_slips_on_the_command_line(playbook):
    """``-e 'except_names=billing, payroll'`` would leave out payroll, which may be a part of a secret as well; ``-e help`` would run it."""
    found = taken(playbook, {"_raw_params": "payroll"})["complaints"]
    assert found[0].startswith("-e: a part without = is no variable; ")
    assert "payroll" not in str(found)
    for value in ("t", "me", 2):
        assert taken(playbook, {"help": value})["complaints"][0] == "help: must be true or false"
        assert "help: must be true or false" not in taken(playbook, {"help": value}, extra=())["complaints"]
    for value in (False, "False", "no", "0", 0, "", None):
        for name in ("help", *DRY_RUNS):
            assert not [text for text in taken(playbook, {name: value})["complaints"] if text.startswith(f"{name}: ")]
    for name in DRY_RUNS:
        complaint = f"{name}: is no variable of this playbook, which would handle the jobs all the same; give --check"
        assert taken(playbook, {name: "true"})["complaints"][0].startswith(complaint)
        assert complaint not in str(taken(playbook, {name: "true"}, extra=())["complaints"])


def test_show_jobs():
    """Who only reads must choose nothing, and may choose as for stop_all."""
    for every in ({}, {"all_jobs": True}, {"names": "", "status": None}):
        found = taken("show_jobs", every)
        assert (found["complaints"], found["services"], found["filters"]) == ([], ["flink", "spark", "sql"], {})
        assert found["intent"] == "Show what is in flink, spark, sql: every job; the project of the credential"
    found = taken("show_jobs", {"names": "a*", "clusters": "x", "status": "running,new"})
    assert found["intent"].startswith("Show what is in flink, spark, mrs (x): jobs named a* in status running, new; ")
    found = taken("show_jobs", {"except_names": "a*"})
    assert (found["complaints"], found["services"], found["filters"]) == ([], ["flink", "spark"], {})
    assert found["intent"] == "Show what is in flink, spark: every job, but not a*; the project of the credential"
    (complaint,) = taken("show_jobs", {"all_jobs": True, "names": "a"})["complaints"]
    assert complaint.startswith("all_jobs: means every job")


def test_a_list_of_the_job_before():
    def kept(told: dict) -> dict:
        return taken("maintenance_window", {"queue_name": "q", "otc_bigdata": {"flink": told}})

    assert kept({"listed_jobs": {"localhost": [1, 2]}, "stopped_jobs": {}})["kept"]["listed_jobs"] == [1, 2]
    assert kept({"listed_jobs": {"localhost": []}})["kept"]["listed_jobs"] == []
    assert kept({"stopped_jobs": {"localhost": [1]}})["kept"]["listed_jobs"] is None
    for odd in ({"day": [1]}, {"localhost": ["1"]}, [1], {}):
        assert kept({"listed_jobs": odd})["complaints"] == [
            "stopped_jobs_file: the list of the job before, otc_bigdata.flink.listed_jobs, has no jobs of the host localhost"
        ]


@pytest.mark.parametrize(
    "told",
    [
        None,
        "x",
        {"flink": None},
        {"flink": {"stopped_jobs": [1]}},
        {"flink": {"stopped_jobs": {"localhost": ["1"]}}},
        {"flink": {"stopped_jobs": {8: [1]}}},
        {"mrs": {}},
    ],
)
def test_a_workflow_that_tells_nothing(told):
    (complaint,) = taken("maintenance_end", {"otc_bigdata": told})["complaints"]
    assert complaint.startswith("stopped_jobs_file: give the file that maintenance_window has written")


def test_where_it_is_told():
    found = taken("stop_all", {"names": "*", "project_id": "1", "region": "eu-de"}, extra={"region"})
    assert found["intent"].endswith("; project_id 1 (of the inventory), region eu-de")


def test_a_file_of_an_earlier_release(tmp_path):
    """It does not tell whether the work has begun."""
    file = tmp_path / "stopped.yml"
    file.write_text("stopped_jobs: {localhost: [7]}\nwork_done: {localhost: false}\nfinished: {}\n", encoding="utf-8")
    variables = {"stopped_jobs_file": str(file)}
    kept = {"stopped_jobs": [7], "work_begun": False, "work_done": False, "finished": ""}
    kept |= {"cut_off": False, "listed_jobs": None}
    assert taken("maintenance_window", {**variables, "queue_name": "q"})["kept"] == kept
    assert taken("maintenance_end", variables)["kept"] == {**kept, "work_begun": True}


KEY = {"OS_ACCESS_KEY": "AK", "OS_SECRET_KEY": "s3cr3t"}
LOGGED_IN = {"OS_USERNAME": "u", "OS_PASSWORD": "s3cr3t", "OS_USER_DOMAIN_NAME": "own", "OS_PROJECT_NAME": "eu-de"}
ELSEWHERE = [
    ({**KEY, "OS_PROJECT_NAME": "eu-de"}, "account was \"own\", and now is \"that of the access key "),
    ({**KEY, "OS_SECURITY_TOKEN": "x", "OS_PROJECT_NAME": "eu-de"}, "account was \"own\", and now is not given"),
    ({**LOGGED_IN, "OS_USER_DOMAIN_NAME": "other"}, "account was \"own\", and now is \"other\""),
    ({**LOGGED_IN, "OS_PROJECT_NAME": "eu-de_b"}, "project_name was \"eu-de\", and now is \"eu-de_b\""),
    ({**LOGGED_IN, "OTC_DLI_ENDPOINT": "https://dli.example.com"}, "endpoint was not given, and now is "),
    ({**LOGGED_IN, "OS_USERNAME": "v"}, None),
    ({"OS_USERNAME": "u"}, None),  # no login at all, as the first task tells
]  # fmt: skip


@pytest.mark.parametrize(
    ("playbook", "given"), [("stop_all", {"names": "a"}), ("show_jobs", {}), ("check_service", {})]
)
def test_a_variable_of_the_environment_that_protects_nothing(playbook, given):
    environ = {"OTC_BIGDATA_NEVER_NAMES": "billing-*", "otc_bigdata_never": ""}
    (said,) = taken(playbook, given, environ=environ)["complaints"]
    assert said == (
        "OTC_BIGDATA_NEVER_NAMES: protects nothing, as the variable is called OTC_BIGDATA_NEVER; rename it, or unset it"
    )


@pytest.mark.parametrize(("environ", "said"), ELSEWHERE)
def test_jobs_of_another_login(tmp_path, environ, said):
    """A window goes on, and ends, where it has begun: elsewhere are other jobs of the same IDs."""
    window = taken("maintenance_window", {"queue_name": "q"}, environ=LOGGED_IN)
    assert window["place"].items() >= {"account": "own", "project_name": "eu-de", "region": "eu-de"}.items()
    assert "s3cr3t" not in str(window)
    place = {"place": {"localhost": window["place"]}}
    file = tmp_path / "stopped.yml"
    file.write_text(yaml.safe_dump({"stopped_jobs": {"localhost": [7]}, **place}), encoding="utf-8")
    by_file = {"stopped_jobs_file": str(file)}
    for playbook, given in (
        ("maintenance_end", by_file),
        ("maintenance_end", {"otc_bigdata": {**TOLD, **place}}),
        ("maintenance_window", {"queue_name": "q", **by_file}),
    ):
        found = taken(playbook, given, environ=environ)
        assert [said in text for text in found["complaints"]] == ([True] if said else [])
        assert found["place"] == (None if said else window["place"])


def test_the_clouds_yaml_of_another_folder(tmp_path, monkeypatch):
    """Tasks run in the folder of the playbook. Who has a clouds.yaml in the working folder means that one, and is told."""
    for name in ("here", "tasks"):
        auth = {"username": "u", "password": "p", "user_domain_name": name, "project_name": "eu-de"}
        (tmp_path / name).mkdir()
        (tmp_path / name / "clouds.yaml").write_text(
            yaml.safe_dump({"clouds": {"c": {"auth": auth}}}), encoding="utf-8"
        )
    monkeypatch.chdir(tmp_path / "here")
    folder, by_variable = str(tmp_path / "tasks"), {"OS_CLIENT_CONFIG_FILE": "clouds.yaml"}
    window = {"queue_name": "q", "cloud": "c"}
    for given, environ in ((window, {}), ({"queue_name": "q"}, by_variable), ({"queue_name": "q"}, {"OS_CLOUD": "c"})):
        (said,) = taken("maintenance_window", given, environ=environ, folder=folder)["complaints"]
        assert said.startswith(
            f"cloud: the tasks of this playbook run in {folder}, so a clouds.yaml of the working folder"
        )
    named = {"OS_CLIENT_CONFIG_FILE": str(tmp_path / "here/clouds.yaml")}
    assert taken("maintenance_window", window, environ=named, folder=folder)["place"]["account"] == "here"
    (tmp_path / "here/clouds.yaml").rename(tmp_path / "clouds.yaml")
    assert taken("maintenance_window", window, folder=folder)["place"]["account"] == "tasks"
    (said,) = taken("maintenance_window", window, folder=folder, others=(".", str(tmp_path)))["complaints"]
    assert said.startswith(f"cloud: the tasks of this playbook run in {folder}, so a clouds.yaml in {tmp_path} does")
    for here, complaints in (("other", 1), ("same", 0)):  # a token may be for another project
        for name, token in (("here", here), ("tasks", "same")):
            by_token = {"clouds": {"c": {"auth": {"token": token}, "region_name": "eu-de"}}}
            (tmp_path / name / "clouds.yaml").write_text(yaml.safe_dump(by_token), encoding="utf-8")
        assert len(taken("maintenance_window", window, folder=folder)["complaints"]) == complaints
    for text in ("clouds: [", "clouds: {c: {auth: }}", "clouds: {d: {}}"):  # openstacksdk would take that file, too
        (tmp_path / "here/clouds.yaml").write_text(text, encoding="utf-8")
        (said,) = taken("maintenance_window", window, folder=folder)["complaints"]
        assert "a clouds.yaml of the working folder does not count" in said


def test_jobs_of_another_login_without_a_file():
    """Those that a job of a workflow has listed, and those that a window has stopped in the same run. Who names jobs is believed."""
    there = {**LOGGED_IN, "OS_PROJECT_NAME": "eu-de_b"}
    place = taken("maintenance_window", {"queue_name": "q"}, environ=LOGGED_IN)["place"]
    listed = {"flink": {"listed_jobs": {"localhost": [7]}}, "place": {"localhost": place}}
    fact = {"environ": there, "place": place, "extra": ()}
    for playbook, given, more in (
        ("maintenance_window", {"queue_name": "q", "otc_bigdata": listed}, {"environ": there}),
        ("maintenance_end", {"stopped_jobs": [7]}, fact),
    ):
        assert taken(playbook, given, **{**more, "environ": LOGGED_IN})["complaints"] == []
        (said,) = taken(playbook, given, **more)["complaints"]
        assert 'its jobs were stopped, or listed, elsewhere: project_name was "eu-de", and now is "eu-de_b"' in said
    assert taken("maintenance_end", {"stopped_jobs": [7]}, **{**fact, "extra": {"stopped_jobs"}})["complaints"] == []


def test_jobs_of_a_window_before_this_one(tmp_path):
    """In the same run, or in a workflow: their end is that of this one, too. Elsewhere it cannot be, so only a file may keep them."""
    there = {**LOGGED_IN, "OS_PROJECT_NAME": "eu-de_b"}
    place = taken("maintenance_window", {"queue_name": "q"}, environ=LOGGED_IN)["place"]
    flink = {"stopped_jobs": {"localhost": [7, 8]}, "listed_jobs": {"localhost": [8]}}
    handed_on = {"queue_name": "q", "otc_bigdata": {"flink": {**flink}, "place": {"localhost": place}}}
    fact = {"queue_name": "q", "stopped_jobs": [7]}
    of_run = {"place": place, "extra": {"queue_name"}}
    for given, more in ((handed_on, {}), (fact, of_run)):
        assert taken("maintenance_window", given, environ=LOGGED_IN, **more)["left"] == [7]
        file = {"stopped_jobs_file": str(tmp_path / "own.yml")}
        assert taken("maintenance_window", {**given, **file}, environ=LOGGED_IN, **more)["left"] == [7]
    (said,) = taken("maintenance_window", fact, environ=there, **of_run)["complaints"]
    assert said.startswith("stopped_jobs_file: a window before this one has stopped 7 elsewhere: project_name was")
    assert taken("maintenance_window", fact, environ=there, in_file=True, **of_run)["left"] == []
    assert taken("maintenance_end", fact, environ=LOGGED_IN, **of_run)["left"] == []
    assert (
        taken("maintenance_window", {"queue_name": "q", "stopped_jobs": "mine"}, environ=there, **of_run)["left"] == []
    )


def test_no_job_of_another_login(tmp_path):
    """A window that has stopped no job, and is not over, binds nobody to its project; what is stopped next is of the new one."""
    place = {"localhost": taken("maintenance_window", {"queue_name": "q"}, environ=LOGGED_IN)["place"]}
    file = tmp_path / "stopped.yml"
    there = {**LOGGED_IN, "OS_PROJECT_NAME": "eu-de_b"}
    content = {"stopped_jobs": {"localhost": []}, "place": place}
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    window = taken("maintenance_window", {"queue_name": "q", "stopped_jobs_file": str(file)}, environ=there)
    end = taken("maintenance_end", {"stopped_jobs_file": str(file)}, environ=there)
    assert (window["complaints"], end["complaints"]) == ([], [])
    assert (window["place"]["project_name"], end["place"]) == ("eu-de_b", None)
    file.write_text(yaml.safe_dump({**content, "finished": {"localhost": "10:00"}}), encoding="utf-8")
    (said,) = taken("maintenance_window", {"queue_name": "q", "stopped_jobs_file": str(file)}, environ=there)[
        "complaints"
    ]
    assert "its jobs were stopped, or listed, elsewhere: project_name was" in said


def test_one_project_by_its_id(tmp_path):
    """However its account is named. The file of an earlier release does not tell it, nor does whoever ends that window."""
    environ = {**KEY, "OS_PROJECT_ID": "p1", "OS_REGION_NAME": "eu-de"}
    place = taken("maintenance_window", {"queue_name": "q"}, environ=environ)["place"]
    file = tmp_path / "stopped.yml"
    told = {"stopped_jobs_file": str(file)}
    content = {"stopped_jobs": {"localhost": [7]}}
    file.write_text(yaml.safe_dump({**content, "place": {"localhost": {**place, "account": "own"}}}), encoding="utf-8")
    assert taken("maintenance_end", told, environ=environ)["complaints"] == []
    (said,) = taken("maintenance_end", told, environ={**environ, "OS_PROJECT_ID": "p2"})["complaints"]
    assert 'project_id was "p1", and now is "p2"' in said
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    found = [
        taken(name, {**told, **more}, environ=environ)
        for name, more in (("maintenance_window", {"queue_name": "q"}), ("maintenance_end", {}))
    ]
    assert [one["complaints"] for one in found] == [[], []]
    assert [one["place"] for one in found] == [place, None]
    file.write_text(yaml.safe_dump({**content, "place": {"other": place}}), encoding="utf-8")
    (said,) = taken("maintenance_end", told, environ=environ)["complaints"]
    assert "says where the jobs of other hosts were stopped, and not those of the host localhost" in said
    for odd in ({"localhost": [1]}, {"localhost": "x"}, {"localhost": {1: "x"}}, ["localhost"], "x"):
        file.write_text(yaml.safe_dump({**content, "place": odd}), encoding="utf-8")
        (said,) = taken("maintenance_end", told, environ=environ)["complaints"]
        assert said.endswith("was not written by this playbook")
        told_by_job = {"otc_bigdata": {**TOLD, "place": odd}}
        (said,) = taken("maintenance_end", told_by_job, environ=environ)["complaints"]
        assert (
            said
            == "stopped_jobs_file: otc_bigdata.place, which a job before has left, does not say whose jobs these are"
        )


@pytest.mark.parametrize("playbook", ["stop_all", "maintenance_window"])
def test_localhost_of_an_inventory(playbook):
    """Only where nobody has named the hosts."""
    for group, kind in (("iam_projects", "project"), ("mrs_clusters", "cluster")):
        (complaint,) = taken(playbook, {"names": "*"}, groups=[group, "x"])["complaints"]
        assert complaint.startswith(f"otc_hosts: 'localhost' is a {kind} of the inventory {group} here")
    assert taken(playbook, {"names": "*", "otc_hosts": "all"}, groups=["iam_projects"])["complaints"] == []


@pytest.mark.parametrize("playbook", ["show_jobs", "stop_all"])
def test_a_host_that_is_a_machine(playbook):
    """The login would be that of another machine."""
    for connection in ("", "local", "ansible.builtin.local"):
        assert taken(playbook, {"names": "a"}, connection=connection)["complaints"] == []
    (said,) = taken(playbook, {"names": "a"}, connection="ssh")["complaints"]
    assert said.startswith("ansible_connection: with ssh the tasks would run on another machine, with its login; ")
    (said,) = taken(playbook, {"names": "a"}, become=True)["complaints"]
    assert said.startswith("ansible_become: as another user the tasks would take that user's login, and not yours; ")


USER = {"OS_USERNAME": "awx", "OS_PASSWORD": "p"}
MARKED = dict.fromkeys(MARKS, "true")


@pytest.mark.parametrize(
    ("extra", "environ", "refused"),
    [
        (["awx_job_id"], {"OS_TOKEN": "t", "OS_ACCESS_KEY": "AK", "OS_SECRET_KEY": "SK"}, "OS_TOKEN and OS_ACCESS_KEY"),
        (
            ["tower_job_id"],
            {"OS_AUTH_TOKEN": "t", "OS_ACCESS_KEY": "AK", "OS_SECRET_KEY": "SK"},
            "OS_AUTH_TOKEN and OS_",
        ),
        (["awx_job_id"], {"OS_TOKEN": "", "OS_ACCESS_KEY": "AK", "OS_SECRET_KEY": "SK"}, None),
        (["awx_job_id"], {"OS_TOKEN": "t", "OS_USERNAME": "awx"}, None),  # no credential, only a name
        (["awx_job_id"], {"OS_TOKEN": "t", "OS_USER_ID": "u1"}, None),
        (
            ["awx_job_id"],
            {"OS_TOKEN": "t", "OS_USER_ID": "u1", "OS_PASSWORD": "p"},
            "OS_TOKEN and OS_USER_ID: this job",
        ),
        (["awx_job_id"], {**USER, "OS_TOKEN": "t", "OS_DOMAIN_ID": "d1"}, "OS_TOKEN and OS_USERNAME: this job"),
        # a user and an agency of AWX, whose variables are the same
        (["awx_job_id"], {**USER, **MARKED}, "OTC_CREDENTIAL_USER and OTC_CREDENTIAL_AGENCY: this job"),
        (["awx_job_id"], {**USER, "OTC_CREDENTIAL_AGENCY": "true"}, None),
        ([], {"OS_TOKEN": "t", "OS_ACCESS_KEY": "AK", "OS_SECRET_KEY": "SK"}, None),
    ],
)
def test_two_credentials(extra, environ, refused):
    complaints = taken("stop_all", {"names": "a"}, extra={"names", *extra}, environ=environ)["complaints"]
    assert [text.startswith(refused) for text in complaints] == ([True] if refused else [])


MFA = {"OS_USER_ID": "u1", "OS_PASSWORD": "p", "OS_PROJECT_NAME": "eu-de"}
CODE = {"OS_PASSCODE": "081804"}
THERE = {"OS_AGENCY_NAME": "ops", "OS_AGENCY_DOMAIN_NAME": "customer", "OS_DELEGATED_PROJECT": "eu-de"}
WAY_OUT = "use access_key and secret_key, a token, or a user without one"


@pytest.mark.parametrize(
    ("environ", "refused"),
    [
        ({**MFA, **CODE}, "passcode (environment: OS_PASSCODE): is good for one login"),
        ({**MFA, **CODE, **THERE}, "passcode (environment: OS_PASSCODE): is good for one login"),
        (MFA, None),
        (CODE, None),
        ({"OS_TOKEN": "t", "OS_PROJECT_NAME": "eu-de"}, None),
    ],
    ids=lambda one: ", ".join(one) if isinstance(one, dict) else None,
)
def test_a_passcode_of_the_environment(environ, refused):
    """What else is wrong with a login, its first task tells."""
    complaints = taken("stop_all", {"names": "a"}, extra={"names"}, environ=environ)["complaints"]
    assert [text.startswith(refused) and text.endswith(WAY_OUT) for text in complaints] == ([True] if refused else [])


def test_a_passcode_of_an_entry(tmp_path):
    login = {"auth_url": "https://iam.eu-de.otc.t-systems.com", "password": "p", "project_name": "eu-de"}
    auth = {**login, "user_id": "u1", "passcode": "081804"}
    user = {**login, "username": "demo", "user_domain_name": "demo-domain"}
    file = tmp_path / "clouds.yaml"
    file.write_text(yaml.safe_dump({"clouds": {"mfa": {"auth": auth}, "day": {"auth": user}}}), encoding="utf-8")
    environ = {"OS_CLIENT_CONFIG_FILE": str(file)}

    def refused(cloud: str | None, **more: str) -> bool:
        (*complaints,) = taken("stop_all", {"names": "a", "cloud": cloud}, environ={**environ, **more})["complaints"]
        assert all(text.startswith("cloud 'mfa': passcode: is good for one login") for text in complaints)
        return bool(complaints)

    assert refused("mfa")
    assert refused(None, OS_CLOUD="mfa")
    assert not refused("day")
    assert not refused(None, OS_CLOUD="day")
    assert not refused("day", OS_PASSCODE="081804")  # of another login


def test_a_passcode_as_a_variable():
    given = {"names": "a", "passcode": "081804"}
    (said,) = taken("stop_all", given, extra=set(given))["complaints"]
    assert said.startswith("passcode: is good for one login, and each task of a playbook logs in;")
    assert said.endswith(WAY_OUT)
    assert taken("stop_all", given, extra={"names"})["complaints"] == []  # that of an inventory is for others


TARGET = {"names": "a", "target_project_id": "p2"}


def test_the_project_of_an_agency():
    found = taken("stop_all", {**TARGET, "region": "eu-de"}, extra=set(TARGET))
    assert found["intent"].endswith("; target_project_id p2, region eu-de (of the inventory)")
    # an inventory of another account tells the same project by both names, and the login is not for it
    found = taken("stop_all", {**TARGET, "project_id": "p2", "project_name": "eu-de"}, extra={"names"})
    assert (found["project_id"], found["project_name"], found["target_project_id"]) == (None, None, "p2")
    assert found["intent"].endswith("; target_project_id p2 (of the inventory)")
    (said,) = taken("stop_all", {**TARGET, "project_name": "eu-de"}, extra={*TARGET, "project_name"})["complaints"]
    assert said.startswith("project_name: beside target_project_id it would be a project of the own account")


@pytest.mark.parametrize("prefix", ["", "target_"])
def test_a_project_beside_that_of_an_inventory(prefix):
    """The ID would win, and jobs be stopped in a project that nobody on the command line has named."""
    by_id, name = f"{prefix}project_id", f"{prefix}project_name"
    given = {"names": "a", by_id: "p2", name: "eu-de_team"}
    (said,) = taken("stop_all", given, extra={"names", name})["complaints"]
    assert said.startswith(f"{name}: the inventory names a project by {by_id}, which would win; leave it out")
    for extra in (set(given), {"names"}, {"names", by_id}):
        assert taken("stop_all", given, extra=extra)["complaints"] == []


@pytest.mark.parametrize("name", ["project_id", "target_project_id"])
def test_a_project_in_place_of_that_of_an_inventory(name):
    """Each host would report what was done in that one project."""
    given = {"names": "a", name: "p2"}
    (said,) = taken("stop_all", given, own={name: "p1"})["complaints"]
    assert said.startswith(f"{name}: the host localhost is in another project, whose jobs would not be handled though")
    for own in ({name: "p2"}, {name: None}, {}):
        assert taken("stop_all", given, own=own)["complaints"] == []


@pytest.mark.parametrize("name", ["target_agency_name", "agency_name", "target_domain_id", "delegated_project"])
def test_an_agency_as_a_variable(name):
    """Whoever names one does not mean the jobs of the own account."""
    (said,) = taken("stop_all", {"names": "a", name: "x"}, extra={"names", name})["complaints"]
    assert said.startswith(f"{name}: is no variable of this playbook; set it where the login is")
    assert "OS_TARGET_" in said
    assert taken("stop_all", {"names": "a", name: "x"}, extra={"names"})["complaints"] == []  # that of an inventory


# By their options, of the modules
NOT_WHOSE = {
    "validate_certs",
    "ca_path",
    "client_cert",
    "client_key",
    "request_timeout",
    "max_retries",
    "max_concurrency",
}
LOGIN = {
    name
    for option, told in connection_options().items()
    for name in (option, *told.get("aliases", ()))
    if option not in NOT_WHOSE and name not in PLACE
}


@pytest.mark.parametrize("playbook", OPTIONS)
def test_a_login_as_a_variable(playbook):
    """It would be passed over, and the jobs of another account be handled. That of an inventory is for others, and a blank one is none."""
    given = {
        "drain_queue": {"queue_name": "q"},
        "maintenance_end": {"stopped_jobs": "7"},
        "purge_finished": {"older_than": "1d"},
    }
    given = given.get(playbook, {"names": "a"} if "names" in OPTIONS[playbook] else {})
    names = sorted(LOGIN - {"passcode"} | {"OS_USERNAME", "OTC_DLI_ENDPOINT", "OS_CLOUD", "tenant_name", "ak"})
    for source in ("extra", "imported"):
        told = settings(playbook, OPTIONS[playbook], variables(given | dict.fromkeys(names, "s3cr3t"), source))[
            "complaints"
        ]
        assert [text.partition(":")[0] for text in told] == names
        assert all(": is no variable of this playbook; set it where the login is" in text for text in told)
        assert "s3cr3t" not in str(told)
    assert taken(playbook, given | dict.fromkeys(names, "x"), extra=set(given))["complaints"] == []
    assert taken(playbook, given | dict.fromkeys(names, " "))["complaints"] == []
    (broken,) = taken(playbook, given, extra={*given, "token"}, broken={"token": "s3cr3t"})["complaints"]
    assert broken.startswith("token: is no variable of this playbook; ")
    assert "s3cr3t" not in broken


def test_a_login_that_is_misspelt():
    """Tasks of a user may have any variables but those of a login."""
    for name, variable in (
        ("user_name", "OS_USERNAME"),
        ("acess_key", "OS_ACCESS_KEY"),
        ("cloud_domains", "OTC_CLOUD_DOMAIN"),
    ):
        (said,) = taken("stop_all", {"names": "a", name: "x"})["complaints"]
        assert said.startswith(f"{name}: is no variable of this playbook; ")
        assert f"({variable})" in said
        assert taken("maintenance_window", {"names": "a", name: "x"})["complaints"] == []
    (said,) = taken("stop_all", {"names": "a", "region_name": "eu-de"})["complaints"]
    assert "(OS_REGION_NAME) or in a clouds.yaml, or give region. " in said


def test_disposable_jobs_of_a_check():
    """What will happen to them is said first; what is wrong with them, too."""
    reads = "Read from IAM, DLI and MRS, and compare it with what is assumed"
    assert taken("check_service", {})["intent"] == f"{reads}; the project of the credential"
    found = taken(
        "check_service",
        {
            "disposable_flink_jobs": "128, 137",
            "disposable_mrs_jobs": ["m-1"],
            "mrs_cluster_id": "c-1",
            "folder": "/tmp",
        },
    )
    assert found["intent"] == (
        f"{reads}; stop Flink jobs, without savepoints: 128, 137; kill MRS jobs: m-1; MRS jobs are those of the cluster c-1; "
        "write what was seen into /tmp; the project of the credential"
    )
    wrong = [
        ({"disposable_flink_jobs": [128]}, "disposable_flink_jobs: must be text, not the number 128; quote it in YAML"),
        ({"disposable_flink_jobs": "128,,"}, "disposable_flink_jobs: is empty"),
        ({"disposable_flink_jobs": "orders"}, "disposable_flink_jobs[0]: 'orders' is not the id of a Flink job"),
        ({"disposable_mrs_jobs": "m-1"}, "mrs_cluster_id: missing"),
        (
            {"disposable_flink_job": "128"},
            "disposable_flink_job: there is no such variable; is disposable_flink_jobs meant?",
        ),
        ({"export_to": "ops-bucket/flink"}, "export_to: needs disposable_flink_jobs"),
    ]
    for values, said in wrong:
        complaints = taken("check_service", values)["complaints"]
        assert complaints[0].startswith(said), complaints
