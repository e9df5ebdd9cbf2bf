# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""dli_flink_jobs: which jobs are meant. Ids, filters, limits, and all that is refused before the first request."""

from __future__ import annotations

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.flink import LIST_PATH
from ansible_collections.otc.bigdata.tests.unit.utils.service import check_refused, refusal

RUNNING = {"status": ["job_running"]}


def listed(*jobs: dict) -> dict:
    """The body of a list answer."""
    return {"is_success": "true", "message": "", "job_list": {"total_count": len(jobs), "jobs": list(jobs)}}


# ---- refused before the first request ----

BAD = [
    *({"job_ids": [bad]} for bad in (0, -1, True, 1.0, 1e3, "1e3", "1.0", "x", "", "+5", "1_000", "٣", [5])),
    {"job_ids": [128, True]},
    {"filters": {}},
    {"filters": {"name": None}},
]
BAD_FILTERS = [
    *({key: ""} for key in ("queue_name", "job_type", "user_name", "older_than")),
    *({key: empty} for key in ("name", "status") for empty in ([], [""])),
    {"tags": {}},
    {"name": [], "status": ["job_running"]},
    {"colour": "red"},
    *({"older_than": bad} for bad in ("30", "d", "0d", "-1d", "1.5h", "1y", "1d2h", "٣d")),
    {"tags": {"team": "sales,stage=prod"}},  # the service would read it as two tags
]
BAD_NUMBERS = [
    {"max_concurrency": 0},
    {"max_concurrency": 33},
    {"max_jobs": 0},
    {"wait_interval": 0},
    {"wait_interval": "nan"},
    {"request_timeout": 0},
    {"max_retries": -1},
    {"wait_timeout": "soon"},
    {"region": "eu_de"},
    {"region": "eu-de/../x"},
]


def case_id(options) -> str:
    return ",".join(f"{name}={value}" for name, value in options.items()) if isinstance(options, dict) else str(options)


@pytest.mark.parametrize("options", BAD, ids=case_id)
def test_bad_selection(flink, options):
    """Case 7: one error that names the option."""
    check_refused(flink.run("stopped", **options), next(iter(options)))
    assert not flink.log


@pytest.mark.parametrize("filters", BAD_FILTERS, ids=case_id)
def test_bad_filter(flink, filters):
    """An empty value would widen the selection; the key is named."""
    check_refused(flink.run("stopped", filters=filters), next(iter(filters)))
    assert not flink.log


@pytest.mark.parametrize("value", ["inf", "-Infinity", "nan", "1e400", "1e999999999", float("inf"), 10**400], ids=str)
def test_a_number_that_is_no_quantity(flink, value):
    """Module and reader: one error that names the option."""
    said = "must be a number, not NaN, infinite or far too large"
    for option in ("max_jobs", "wait_timeout", "drain_timeout", "wait_interval", "max_retries", "request_timeout"):
        check_refused(flink.run("stopped", [128], **{option: value}), f"{option}: {said}")
    check_refused(flink.info(job_ids=[128], max_retries=value), f"max_retries: {said}")
    assert not flink.log


@pytest.mark.parametrize(
    ("filters", "twice"),
    [
        ('{"name": "*", "tags": {"env": "x", "env": "y"}}', True),
        ("{'name': '*', 'tags': {1: 'x', 1: 'y'}}", True),
        ("name=* tags='{2024: 1, None: 2}'", False),
        ('{"name": "*", "tags": {"": "y"}}', False),
        ({"tags": "{2024: 'x', True: 'y', 1.5: 'z'}"}, False),
    ],
)
def test_keys_of_tags(flink, filters, twice):
    """Whatever keys there are, also one that is twice in a part."""
    said = "has a key twice, and only the last would count; leave one out, or give one of them a list in quotes"
    assert (said in flink.info(filters=filters)["msg"]) is twice


@pytest.mark.parametrize("text", ["{b'a': 'x'}", "{(1, 2): 'x'}", "{'a': b'x'}", "{'a': 1j}", "{'a': ...}"])
def test_tags_that_json_does_not_have(flink, text):
    """A report could not hold them, so they are refused before anything is done."""
    check_refused(flink.run("stopped", filters={"name": "*", "tags": text}), "filters.tags")
    assert not flink.log


def test_true_is_no_number(flink):
    """Ansible makes 1 of it: jobs that get time to end by themselves would be stopped a second later. False is 0."""
    for option in ("max_jobs", "wait_timeout", "drain_timeout", "wait_interval", "max_retries", "request_timeout"):
        said = f"{option}: must be a number, not true or false"
        check_refused(flink.run("stopped", [128], **{option: True}), said)
    assert not flink.log
    assert not flink.run("stopped", [flink.job()], drain_timeout=False, max_retries=False).failed


@pytest.mark.parametrize("options", BAD_NUMBERS, ids=case_id)
def test_bad_option(flink, options):
    check_refused(flink.run("stopped", [128], **options), next(iter(options)))
    assert not flink.log


@pytest.mark.parametrize(
    ("state", "options", "words"),
    [
        ("stopped", {}, ["job_ids", "filters"]),
        ("stopped", {"job_ids": None, "filters": None}, ["job_ids", "filters"]),
        ("stopped", {"job_ids": [128], "filters": RUNNING}, ["job_ids", "filters"]),
        ("stopped", {"job_ids": [], "filters": RUNNING}, ["job_ids", "filters"]),
        ("absent", {"job_ids": [128], "trigger_savepoint": True}, ["trigger_savepoint"]),
        ("absent", {"job_ids": [], "trigger_savepoint": True}, ["trigger_savepoint"]),
        ("started", {"job_ids": [128], "trigger_savepoint": True}, ["trigger_savepoint", "started"]),
        ("stopped", {"job_ids": [128], "resume_savepoint": True}, ["resume_savepoint", "stopped"]),
        ("absent", {"job_ids": [], "resume_savepoint": True}, ["resume_savepoint", "absent"]),
        ("running", {"job_ids": [128]}, ["state"]),
        (None, {"job_ids": [128]}, ["state"]),
        ("stopped", {"job_ids": [128], "kill_running": True}, ["kill_running"]),
        ("stopped", {"job_ids": [], "wait_interval": 0}, ["wait_interval"]),
    ],
    ids=case_id,
)
def test_options_that_do_not_fit(flink, state, options, words):
    check_refused(flink.run(state, **options), *words)
    assert not flink.log


# ---- ids ----


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("login", ["by_token", "by_password"])
def test_no_ids(flink, check_mode, login):
    """Nothing to do: no request, not even a login."""
    result = flink.run("absent", [], login=getattr(flink, login), check_mode=check_mode)
    assert (result.failed, result["changed"], result["jobs"]) == (False, False, [])
    assert result["summary"] == {"total": 0, "changed": 0, "unchanged": 0, "failed": 0}
    assert not flink.log


@pytest.mark.parametrize("job_ids", [[128, "128", 128], ["128"], "128", 128])
def test_ids_collapse(flink, job_ids):
    """Case 7: the same id twice, as text or number, is one job; its id comes back as a number."""
    result = flink.run("stopped", job_ids)
    assert [job["id"] for job in result["jobs"]] == [128]
    assert flink.writes == [{"job_ids": [128], "trigger_savepoint": False}]


def test_ids_as_on_the_command_line(flink):
    result = flink.run("stopped", "137,128")
    assert [job["id"] for job in result["jobs"]] == [137, 128]


def test_order_of_the_ids(flink):
    ids = flink.many(150)[::-1]
    assert [job["id"] for job in flink.run("stopped", ids)["jobs"]] == ids


# ---- filters ----


@pytest.mark.parametrize("status", ["job_arrearage_stopped", "JOB_ARREARAGE_RECOVERING"])
def test_statuses_that_the_list_does_not_know(flink, status):
    """They are not asked for, and compared on this side."""
    ids = flink.states("job_running", status.lower())
    assert [job["id"] for job in flink.run("stopped", filters={"status": status}, check_mode=True)["jobs"]] == ids[1:]
    assert flink.info(filters={"status": status})["total"] == 1
    assert not any("status" in query for query in flink.queries())


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"name": ["orders"]}, [128]),
        ({"name": ["orders*"]}, [128, 137]),
        ({"name": ["Orders*"]}, []),
        ({"name": ["?rders", "[bc]licks"]}, [128, 140]),
        ({"name": ["nightly-import"]}, [150, 151]),
        ({"name": "orders"}, [128]),
        ({"status": ["job_running"]}, [128, 137]),
        ({"status": ["JOB_Running", "job_submitting"]}, [128, 137, 140]),
        ({"queue_name": "streaming"}, [128, 137, 160]),
        ({"queue_name": "stream"}, []),
        ({"job_type": "flink_jar_job"}, [137]),
        ({"user_name": "etl"}, [150, 151, 152]),
        ({"tags": {"team": "sales", "stage": "prod"}}, [128, 137]),
        ({"tags": {"team": "sales"}, "name": ["*-enriched"]}, [137]),
        ({"older_than": "30d"}, [141, 142]),
        ({"older_than": "2m"}, [128, 137, 141, 142, 150, 151, 152, 160, 161]),
        ({"older_than": "1w", "queue_name": "streaming", "status": ["job_running"], "name": None}, [128, 137]),
        ({"older_than": "90000s", "user_name": "etl"}, [150]),
        ({"older_than": "24h", "user_name": "etl"}, [150]),
        ({"user_name": "nobody"}, []),
    ],
    ids=case_id,
)
def test_filters(flink, filters, expected):
    """Cases 16 and 18: globs that tell cases apart, exact names, several keys with AND, age."""
    result = flink.run("stopped", filters=filters, check_mode=True)
    assert not result.failed, result["msg"]
    assert sorted(job["id"] for job in result["jobs"]) == expected
    assert all(int(query["limit"]) <= 100 for query in flink.queries())


@pytest.mark.parametrize("state", ["stopped", "absent"])
def test_filter_first_and_second_run(flink, state):
    result = flink.twins(state, filters={"name": ["orders*"]})
    assert result.column("changed") == {128: True, 137: True}
    assert flink.truth[128] == ("job_cancel_success" if state == "stopped" else None)
    assert flink.truth[140] == "job_submitting"


def test_nothing_matches(flink):
    result = flink.run("absent", filters={"name": ["no-such-job"]})
    assert (result.failed, result["changed"], result["jobs"]) == (False, False, [])


def test_unknown_status_word(flink):
    """A warning, no error; it widens nothing. It is told as well where something else is an error."""
    result = flink.run("stopped", filters={"status": ["job_runing"]})
    assert (result.failed, result["jobs"]) == (False, [])
    assert "job_runing" in str(result["warnings"])
    refused = flink.run("stopped", filters={"status": ["job_runing", "job_running"]}, max_jobs=1)
    check_refused(refused, "max_jobs")
    assert "job_runing" in str(refused["warnings"])


@pytest.mark.parametrize(
    "filters",
    [
        {"queue_name": "q"},
        {"job_type": "flink_jar_job"},
        {"user_name": "u"},
        RUNNING,
        {"name": ["a"]},
        {"older_than": "1d"},
    ],
    ids=case_id,
)
def test_filters_are_checked_again(flink, filters):
    """A service that ignores a filter does not widen the selection; null matches nothing."""
    entry = {"name": "b", "status": "job_init", "queue_name": "x", "job_type": "flink_sql_job", "user_name": "x"}
    flink.fault(
        LIST_PATH,
        "wrong_type",
        times=None,
        body=listed(
            {"job_id": 1, **entry, "create_time": 4102444800000},
            {"job_id": 2, **dict.fromkeys(entry), "status": "job_init", "create_time": None},
        ),
    )
    result = flink.run("absent", filters=filters, check_mode=True)
    assert (result.failed, result["jobs"]) == (False, []), result["msg"]


@pytest.mark.parametrize("filters", [{"queue_name": "q"}, {"user_name": "u"}], ids=case_id)
def test_filters_that_cannot_be_checked(flink, filters):
    """The answer does not show what was asked for: no reason to delete anything."""
    flink.fault(LIST_PATH, "wrong_type", times=None, body=listed({"job_id": 3, "name": "b", "status": "job_init"}))
    check_refused(flink.run("absent", filters=filters), next(iter(filters)), "trust_server_filters")
    assert not flink.writes


def test_glob_and_a_job_without_name(flink):
    flink.jobs({"job_id": 5, "name": None}, {"job_id": 6, "name": "x"})
    result = flink.run("absent", filters={"name": ["*"]})
    assert [job["id"] for job in result["jobs"]] == [6]
    assert flink.truth[5] == "job_running"


# ---- tags ----


@pytest.mark.parametrize("check_mode", [False, True])
def test_tags_cannot_be_confirmed(flink, check_mode):
    """The list shows no tags: refused for `absent`, before any write, in check mode, too."""
    result = flink.run("absent", filters={"tags": {"team": "web"}}, check_mode=check_mode)
    check_refused(result, "tags", "trust_server_filters")
    assert not flink.writes


def test_tags_on_trust(flink):
    result = flink.run("absent", filters={"tags": {"team": "web"}}, trust_server_filters=True)
    assert result.column("changed") == {140: True, 141: True}


@pytest.mark.parametrize("form", ["pairs", "object"])
def test_tags_are_confirmed(flink, form):
    flink.answers(list_tags=form)
    result = flink.run("absent", filters={"tags": {"team": "web"}})
    assert not result.failed, result["msg"]
    assert result.column("changed") == {140: True, 141: True}


def test_tags_are_disproved(flink):
    """The answer shows other tags than asked for."""
    flink.fault(
        LIST_PATH,
        "wrong_type",
        times=None,
        body=listed({"job_id": 128, "name": "orders", "status": "job_running", "tags": {"team": "sales"}}),
    )
    result = flink.run("absent", filters={"tags": {"team": "web"}}, trust_server_filters=True)
    assert not result.get("jobs")
    assert not flink.writes


def test_stop_by_tags(flink):
    """Only what cannot be undone is refused; of what can be, a warning tells."""
    result = flink.run("stopped", filters={"tags": {"team": "sales"}})
    assert result.column("changed") == {128: True, 137: True}
    assert "filters.tags: the service filters by it" in str(result["warnings"])


# ---- max_jobs ----


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(("limit", "count"), [({"max_jobs": 2}, 3), ({}, 101)])
def test_too_many_jobs(flink, check_mode, limit, count):
    """Nothing is written, and the message says how many there are."""
    flink.many(count)
    check_refused(flink.run("absent", filters=RUNNING, check_mode=check_mode, **limit), "max_jobs", str(count))
    assert not flink.writes


def test_just_enough_jobs(flink):
    flink.many(100)
    assert flink.run("absent", filters=RUNNING)["summary"]["changed"] == 100


def test_max_jobs_does_not_limit_ids(flink):
    assert flink.run("stopped", [128, 137, 140], max_jobs=1)["summary"]["changed"] == 3


# ---- while jobs come and go ----


@pytest.mark.parametrize("state", ["stopped", "absent"])
def test_pages_that_shift(flink, state):
    """Case 17: 250 jobs, new ones appear between the pages: none missed, none twice; all is read before any write."""
    ids = flink.many(250)
    flink.emulator.settings.update({"newcomers": 3})
    result = flink.run(state, filters=RUNNING, max_jobs=300)
    assert not result.failed, result["msg"]
    assert set(ids) <= {job["id"] for job in result["jobs"]}
    assert len(flink.written) == len(set(flink.written))
    writes = [n for n, entry in enumerate(flink.log) if entry["body"]]
    assert writes == list(range(writes[0], writes[0] + len(writes)))  # reads, writes, reads
    assert {flink.truth[job_id] for job_id in ids} == {"job_cancel_success" if state == "stopped" else None}


@pytest.mark.parametrize("gone", [range(301, 351), range(1, 350, 7)], ids=["newest", "everywhere"])
def test_pages_that_shift_back(flink, gone):
    """Case 17: jobs that vanish between the pages hide no other job."""
    vanish = {"script": {"created": [{"after": "1 look", "status": "gone"}]}}
    flink.jobs(
        *({"job_id": number, "create_time": number, **(vanish if number in gone else {})} for number in range(1, 351))
    )
    result = flink.run("absent", filters={"name": ["*"]}, max_jobs=350, check_mode=True)
    assert set(range(1, 351)) - set(gone) <= {job["id"] for job in result["jobs"]}


def test_pages_that_shift_while_deletion_is_awaited(flink):
    """Only a complete list says that a job is gone: those that are never deleted fail, all of them and no other."""
    left_alone = {"script": {"delete": []}}
    flink.delays(delete="1 look")
    flink.jobs(*({"job_id": number, **({} if number % 10 else left_alone)} for number in range(1, 351)))
    result = flink.run("absent", list(range(1, 301)), wait_timeout=1)
    assert [job["id"] for job in result["jobs"] if job["failed"]] == list(range(10, 301, 10))


@pytest.mark.parametrize(("state", "operation"), [("stopped", "stop"), ("absent", "delete")])
@pytest.mark.parametrize("others", [0, 2])
def test_filtered_job_vanishes(flink, state, operation, others):
    """Fine in every state."""
    flink.jobs(
        {"job_id": 5, "script": {f"before_{operation}": [{"status": "gone"}]}},
        *({"job_id": 10 + n} for n in range(others)),
    )
    result = flink.run(state, filters=RUNNING)
    assert not result.failed, result["msg"]
    assert result.job(5)["status"] is None
    assert len(result["jobs"]) == 1 + others


def test_filtered_job_vanishes_while_it_is_awaited(flink):
    flink.job(stop=[{"status": "job_canceling"}, {"after": "1 look", "status": "gone"}])
    result = flink.run("stopped", filters=RUNNING)
    assert (result.failed, result["changed"]) == (False, True)


@pytest.mark.parametrize("late", ["refused", "throttled", "exported"])
def test_a_job_that_runs_again_is_not_one_that_has_ended(flink, late):
    """Somebody starts it between the look that has selected it and its delete, which is sent again then."""
    job = {"job_id": 5, "status": "job_finish", "script": {"created": [{"after": "1 look", "status": "job_running"}]}}
    if late == "refused":
        job["refuse"] = {"delete": {"code": "DLI.0999", "times": 1}}
    elif late == "throttled":
        flink.fault("/delete$", "status", status=408, body=refusal("DLI.0019"))
    flink.jobs(job)
    more = {"export_to": "bucket/folder"} if late == "exported" else {}
    result = flink.run("absent", filters={"status": ["job_finish", "job_init"]}, **more)
    assert flink.truth == {5: "job_running"}
    assert (result.failed, result["changed"], result.job(5)["status"]) == (True, False, "job_running")
    assert "has begun to run" in result.job(5)["msg"]


@pytest.mark.parametrize("lost", [{"tags": {}}, {"queue_name": "other"}], ids=str)
@pytest.mark.parametrize(
    ("state", "operation", "step", "status"),
    [
        ("stopped", "stop", {}, "job_running"),
        ("absent", "delete", {"status": "job_canceling"}, "job_canceling"),
        ("ended", "created", {"after": 1}, "job_running"),
    ],
)
def test_a_job_that_no_longer_matches_is_not_gone(flink, state, operation, step, status, lost):
    """The list is asked for jobs of a tag or a queue, and one has another by now."""
    flink.answers(list_tags="object")
    ends = {"created": [{"after": 2, "status": "job_finish"}]} if state == "ended" else {}
    job = {"tags": {"team": "x"}, "queue_name": "q"}
    others = [{"job_id": number, **job, "script": ends} for number in range(2, 6)]
    flink.jobs({"job_id": 1, **job, "script": {operation: [{**step, **lost}]}}, *others)
    result = flink.run(state, filters={name: job[name] for name in lost}, wait_timeout=20)
    assert (result.failed, result.job(1)["status"], flink.truth[1]) == (True, status, status)
    assert result["summary"]["failed"] == 1


@pytest.mark.parametrize("more", [{}, {"job_list": None}, {"job_list": {"total_count": 0, "jobs": []}}], ids=str)
def test_list_that_is_none(flink, more):
    """A list answer without a list, or with an empty one that was refused, is a failure, not an empty project."""
    flink.fault(LIST_PATH, "wrong_type", times=None, body={"is_success": "false", "message": "internal", **more})
    for result in (flink.run("absent", filters=RUNNING), flink.info()):
        check_refused(result, "GET", "internal")
