# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ids, durations and filters, checked before the first request."""

from __future__ import annotations

import re
import typing as t

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.errors import OptionError
from ansible_collections.otc.bigdata.plugins.module_utils._jobs.filters import matching, why_none
from ansible_collections.otc.bigdata.plugins.module_utils._jobs.selection import seconds, select, timestamp
from ansible_collections.otc.bigdata.plugins.module_utils._jobs.service import Listed
from ansible_collections.otc.bigdata.plugins.module_utils._jobs.shapes import page
from ansible_collections.otc.bigdata.plugins.module_utils._services.flink_jobs import (
    STOP_STEPS,
    FlinkJobs,
    flink_job_id,
)
from ansible_collections.otc.bigdata.plugins.module_utils._services.mrs_jobs import JobExecutions
from ansible_collections.otc.bigdata.plugins.module_utils._services.registry import JOB_TYPES
from ansible_collections.otc.bigdata.plugins.module_utils._services.spark_batches import BatchJobs

NOW = 1_700_000_000
JOB = {
    "job_id": 1,
    "name": "orders",
    "status": "job_running",
    "queue_name": "streaming",
    "create_time": (NOW - 3600) * 1000,
    "tags": [{"key": "team", "value": "sales"}],
}


def by_options(options: dict[str, t.Any]) -> t.Any:
    return select({"state": "stopped", **options}, "job_ids", FlinkJobs.fields, {"status": STOP_STEPS})


def chosen(**filters: t.Any) -> t.Any:
    return by_options({"job_ids": None, "filters": filters})


@pytest.mark.parametrize("text", ["128", "0128", str(2**63 - 1)])
def test_good_flink_ids(text: str) -> None:
    assert flink_job_id(text) == int(text)


@pytest.mark.parametrize(
    "text",
    [
        "True",
        "1.0",
        "1e3",
        "0",
        "-1",
        "",
        "1\n",
        "\n1",
        "1\r",
        "1 2",
        "1\u2028",
        "\u0661",
        "0x10",
        str(2**63),
        "1" * 5000,
        "../1",
    ],
)
def test_bad_flink_ids(text: str) -> None:
    with pytest.raises(OptionError, match=r"job_ids\[1\]"):
        by_options({"job_ids": ["5", text], "filters": None})


@pytest.mark.parametrize("text", [" 1", "1 ", "\t1", "\u00a01"])
def test_blanks_around_an_id_do_not_count(text: str) -> None:
    assert by_options({"job_ids": ["5", text], "filters": None}).ids == (5, 1)


KINDS = {  # each with the filters that take one word
    FlinkJobs: ("job_ids", "status", ("queue_name", "job_type", "user_name")),
    BatchJobs: ("batch_id", "state", ("queue_name", "owner")),
    JobExecutions: ("job_ids", "state", ("queue", "user", "job_type")),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> t.Any:
    return request.param


def selected(kind: t.Any, **filters: t.Any) -> t.Any:
    cluster = {"cluster_id": "c", "cluster_name": None} if kind is JobExecutions else {}
    return kind.select({"state": "stopped", **cluster, KINDS[kind][0]: None, "filters": filters}).filters


@pytest.mark.parametrize("text", ["orders", " orders", "orders  ", "\torders", "orders\u00a0", "\u3000orders "])
def test_blanks_around_a_text_do_not_count(kind: t.Any, text: str) -> None:
    """As in a list that is given as text: ``clicks, orders``. Within a text they do."""
    assert selected(kind, name=["clicks", text, "a b"])["name"] == ["clicks", "orders", "a b"]
    for key in KINDS[kind][2]:
        assert selected(kind, **{key: text}) == {key: "orders"}
    assert selected(kind, **{KINDS[kind][1]: [text]})[KINDS[kind][1]] == ["orders"]


@pytest.mark.parametrize(
    "text",
    ["a\nb", "a\n", "a\r\n", "\na", "a\x1b[31m", "a\x00", "a\tb", "a\x7f", "a\x85", "a\u2028b", "a\u200b", "\ufeffa"]
    + ["a\ud800"],
    ids=ascii,
)
def test_a_text_that_no_name_can_be(kind: t.Any, text: str) -> None:
    for key in KINDS[kind][2]:
        with pytest.raises(OptionError, match=f"^filters.{key}: .*control character") as error:
            selected(kind, **{key: text})
        assert ascii(text)[1:-1] in ascii(str(error.value)).replace("\\\\", "\\")
        assert str(error.value).isprintable()
    for key in ("name", "not_name", KINDS[kind][1]):
        with pytest.raises(OptionError, match=rf"^filters.{key}\[1\]: .*control character"):
            selected(kind, **{key: ["x", text]})


@pytest.mark.parametrize("tags", [{"team": "a\n"}, {"te\nam": "a"}])
def test_tags_that_no_name_can_be(tags: dict[str, t.Any]) -> None:
    with pytest.raises(OptionError, match="^filters.tags"):
        selected(FlinkJobs, tags=tags)
    assert selected(FlinkJobs, tags={" team": "a ", "stage": 1})["tags"] == {"team": "a", "stage": 1}


@pytest.mark.parametrize("text", ["!orders", " !orders", "!", "!*"])
def test_no_pattern_takes_jobs_out_again(kind: t.Any, text: str) -> None:
    said = f"{text.strip()!r} begins with !, but no pattern takes jobs out again; filters.not_name does, with a pattern without !"
    for key in ("name", "not_name"):
        with pytest.raises(OptionError, match=rf"^filters.{key}\[1\]: {re.escape(said)}$"):
            selected(kind, **{key: ["orders*", text]})
    assert selected(kind, name=["[!o]*"])


ODD = {
    "[^o]*": "[^ in it; any other character is [!",
    "a[^0-9]": "[^ in it",
    "[prod]": "[ in it, as the text of a list",
    "[ab]": "[ in it",
    "[^]x]": "] in it",
    "['orders']": "[ in it",
    "['orders', 'clicks']": "a quote at its beginning or end",
    '["orders"': "a quote at its beginning or end",
    "'orders'": "a quote at its beginning or end",
    "[orders": "[ in it",
    "clicks]": "] in it, as the text of a list",
    "[]": "[ in it",
    "[[:alpha:]]*": "] in it",
}


@pytest.mark.parametrize("text", ODD)
def test_patterns_of_other_languages(kind: t.Any, text: str) -> None:
    """They would choose other jobs than somebody means, or none."""
    for key in ("name", "not_name"):
        with pytest.raises(OptionError, match=rf"^filters.{key}\[1\]: {re.escape(text)} has {re.escape(ODD[text])}"):
            selected(kind, **{key: ["orders*", text]})


def test_brackets_and_characters_of_names(kind: t.Any) -> None:
    names = ["[ab]*", "job-[0-9]", "[!a]*", "[0]10", "[n]ull", "[~]", "[[]x", "[]]x", "x[]y]", "x[!]y]", "a^", "[^]x"]
    names += ["{x}", "a$", "a|b", "a #1", "it's", "d'or*", ".*"]
    assert selected(kind, name=names)["name"] == names


@pytest.mark.parametrize("cluster", ["a\n", "a\x1b", "", " "])
def test_clusters_that_no_name_can_be(cluster: str) -> None:
    with pytest.raises(OptionError, match="^cluster_name: "):
        JobExecutions.select({"cluster_id": None, "cluster_name": cluster, "job_ids": ["j"], "filters": None})


def test_duplicates_collapse_in_the_order_given() -> None:
    assert by_options({"job_ids": ["5", "3", "05"], "filters": None}).ids == (5, 3)


@pytest.mark.parametrize(
    ("filters", "key"),
    [
        ({}, "filters"),
        ({"name": None}, "filters"),
        ({"name": []}, "filters.name"),
        ({"not_name": []}, "filters.not_name"),
        ({"name": ["a"], "not_name": ["b", ""]}, r"filters.not_name\[1\]"),
        ({"name": [""]}, r"filters.name\[0\]"),
        ({"name": [" "]}, r"filters.name\[0\]"),
        ({"name": ["a", "", "b"]}, r"filters.name\[1\]"),
        ({"name": ["a", ""]}, r"filters.name\[1\]"),
        ({"queue_name": " "}, "filters.queue_name"),
        ({"status": ["job_running", ""]}, r"filters.status\[1\]"),
        ({"queue_name": ""}, "filters.queue_name"),
        ({"tags": {}}, "filters.tags"),
        ({"tags": {"": "web"}}, "filters.tags"),
        ({"tags": {" ": "web", "team": "web"}}, "filters.tags"),
        ({"tags": {"team": ""}}, "filters.tags.team"),
        ({"tags": {"team": None}}, "filters.tags.team"),
        ({"name": [], "status": ["job_running"]}, "filters.name"),
    ],
)
def test_an_empty_value_would_widen_the_selection(filters: dict[str, t.Any], key: str) -> None:
    with pytest.raises(OptionError, match=f"^{key}: is empty"):
        chosen(**filters)


@pytest.mark.parametrize(
    ("text", "value"), [("90m", 5400), ("12h", 43200), ("30d", 2592000), ("1w", 604800), ("5s", 5)]
)
def test_durations(text: str, value: int) -> None:
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["", "12", "0h", "-1h", "1.5h", "1 h", "h", "1h30m", "1H", "1y", "\u0661h", "1h\n"])
def test_bad_durations(text: str) -> None:
    with pytest.raises(OptionError, match="filters.older_than"):
        seconds(text)


@pytest.mark.parametrize(("ids", "filters", "word"), [(None, None, "one of them is required"), ([], {}, "only one")])
def test_exactly_one_way_to_choose(ids: list[str] | None, filters: dict[str, t.Any] | None, word: str) -> None:
    with pytest.raises(OptionError, match=f"job_ids, filters: {word}"):
        by_options({"job_ids": ids, "filters": filters})


@pytest.mark.parametrize("tags", [{"a": "b,c=d"}, {"a=b": "c"}, {"a,b": "c"}, {"a": ["b"]}, {"a": {"b": "c"}}])
def test_a_tag_that_the_service_would_take_for_another(tags: dict[str, t.Any]) -> None:
    with pytest.raises(OptionError, match="filters.tags."):
        FlinkJobs.select({"state": "stopped", "job_ids": None, "filters": {"tags": tags}})


def test_an_unknown_status_is_a_warning() -> None:
    known = ", ".join(sorted(STOP_STEPS))
    said = f"filters.status: 'job_flying' is not among the known words ({known})"
    assert chosen(status=["job_running", "job_flying"]).warnings == (said,)
    assert chosen(status=["JOB_RUNNING"]).warnings == ()


@pytest.mark.parametrize(
    ("filters", "passes"),
    [
        ({"name": ["order?"]}, True),
        ({"name": ["Orders"]}, False),
        ({"name": ["x", "ord*"]}, True),
        ({"status": ["JOB_RUNNING"]}, True),
        ({"status": ["job_finish"]}, False),
        ({"queue_name": "streaming"}, True),
        ({"queue_name": "Streaming"}, False),
        ({"tags": {"team": "sales"}}, True),
        ({"tags": {"team": "web"}}, False),
        ({"tags": {"stage": "prod"}}, False),
        ({"older_than": 3600}, True),
        ({"older_than": 3601}, False),
        ({"name": ["orders"], "queue_name": "other"}, False),
        ({"not_name": ["x", "Orders*"]}, True),
        ({"not_name": ["x", "*rs"], "name": ["orders"]}, False),
        ({"user_name": "demo"}, True),  # the answer does not tell: left to the service
    ],
)
def test_matching(filters: dict[str, t.Any], passes: bool) -> None:
    assert bool(matching({1: JOB}, filters, FlinkJobs.fields, NOW)[0]) is passes


@pytest.mark.parametrize(
    ("text", "passes"), [("team=sales,stage=", True), ("stage,team=sales", True), ("team=a=b", False)]
)
def test_tags_as_a_text(text: str, passes: bool) -> None:
    job = {**JOB, "tags": text}
    assert bool(matching({1: job}, {"tags": {"team": "sales", "stage": ""}}, FlinkJobs.fields, NOW)[0]) is passes


@pytest.mark.parametrize("job", [{"job_id": 1}, {"job_id": 1, "name": None, "create_time": None}, {"create_time": 0}])
@pytest.mark.parametrize("filters", [{"name": ["*"]}, {"older_than": 1}])
def test_a_job_without_the_field_never_matches(job: dict[str, t.Any], filters: dict[str, t.Any]) -> None:
    with_others = {1: job, 2: {**JOB, "name": "x", "create_time": (NOW + 9) * 1000}}
    assert 1 not in matching(with_others, filters, FlinkJobs.fields, NOW)[0]


@pytest.mark.parametrize(
    "stamp",
    [
        NOW - 60,  # seconds
        str(NOW - 60),
        (NOW - 3600) * 10**6,  # microseconds
        1_420_070_399_999,
        NOW * 1000 + 1,
        10**400,
        "9" * 400,
        "9" * 5000,
        -1,
        True,
        "x",
        "",
        "\u0661" * 13,
        1e400,
        float("nan"),
        [1],
        {},
        None,
    ],
    ids=lambda stamp: ascii(stamp)[:20],
)
def test_a_time_stamp_that_no_job_can_have(stamp: t.Any) -> None:
    """In seconds it would be of 1970, and the job of a minute ago an old one."""
    assert timestamp(stamp, NOW) is None
    job = {**JOB, "create_time": stamp}
    assert matching({1: job}, {"older_than": 1}, FlinkJobs.fields, NOW)[0] == {}


@pytest.mark.parametrize("stamp", [1_420_070_400_000, NOW * 1000, str(NOW * 1000), float(NOW * 1000)])
def test_time_stamps(stamp: t.Any) -> None:
    assert timestamp(stamp, NOW) == float(stamp) / 1000


READ = {
    1: {"job_id": 1, "name": "orders", "status": "job_running", "queue_name": "q", "create_time": (NOW - 99) * 1000},
    2: {"job_id": 2, "name": "orders-enriched", "status": "job_running", "queue_name": "q", "create_time": None},
    3: {"job_id": 3, "name": "clicks", "status": "job_canceling", "queue_name": "r", "create_time": None},
    4: {"job_id": 4, "name": None, "status": "job_finish", "queue_name": None},
}


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"name": ["Orders*"]}, "is named Orders* (close: orders, orders-enriched)"),
        ({"name": ["order"]}, "is named order (close: orders)"),
        ({"name": ["CLICKS", "oders"]}, "is named CLICKS or oders (close: clicks, orders)"),
        ({"name": ["ordres*"]}, "is named ordres* (close: orders)"),
        ({"name": ["zzz"]}, "is named zzz"),
        ({"name": ["*zzz*"], "status": ["job_running"]}, "is named *zzz*"),
        ({"status": ["job_init"]}, "has status job_init (seen: job_running, job_canceling, job_finish)"),
        ({"name": ["clicks"], "status": ["job_init", "x"]}, "has status job_init or x (seen: job_canceling)"),
        ({"queue_name": "Q"}, "has queue_name Q (seen: q, r, none)"),
        ({"older_than": 2 * 604800}, "is older than 2w"),
        ({"older_than": 5400}, "is older than 90m"),
        ({"tags": {"team": "x"}}, "has the tags team=x"),
        (
            {"name": ["clicks"], "status": ["job_running"]},
            "matches all of name, status (close: clicks has status job_canceling)",
        ),
        (
            {"name": ["orders-enriched"], "older_than": 60},
            "matches all of name, older_than (close: orders-enriched is not old enough)",
        ),
    ],
    ids=str,
)
def test_why_none(filters: dict[str, t.Any], said: str) -> None:
    jobs = {number: {**job, "tags": {}} for number, job in READ.items()}
    assert matching(jobs, filters, FlinkJobs.fields, NOW)[0] == {}
    assert why_none(jobs, filters, FlinkJobs.fields, {}, NOW) == f"4 jobs read, none {said}"


def test_why_none_of_none() -> None:
    filters = {"status": ["job_init"]}
    assert why_none({}, filters, FlinkJobs.fields, {}, NOW) == "there are none"
    assert why_none({}, filters, FlinkJobs.fields, {"status": "x"}, NOW) == "there are none with status x"
    filters = {"not_name": ["x", "*"], "status": ["job_running"]}
    assert why_none({1: JOB}, filters, FlinkJobs.fields, {}, NOW) == "1 job read, none has a name other than x or *"


def test_why_none_of_many() -> None:
    """A few names are enough, and none that a terminal would obey."""
    jobs = {n: {"job_id": n, "name": f"orders\x1b{n:05}" + "x" * 99} for n in range(10_000)}
    said = why_none(jobs, {"name": ["ORDERS*"]}, FlinkJobs.fields, {}, NOW)
    assert said.startswith("10000 jobs read, none is named ORDERS* (close: orders\\x1b00000x")
    assert said.isprintable()
    assert len(said) < 500


def test_what_jobs_do_not_tell() -> None:
    """It is left to a service that filters itself; else such a job is not meant, and if none tells it is an error."""
    fields = JobExecutions.fields
    told, untold = {"job_id": "a", "queue": "root"}, {"job_id": "b"}
    assert matching({"a": told, "b": untold}, {"queue": "root"}, fields, NOW) == ({"a": told}, [])
    with pytest.raises(OptionError, match="filters.queue"):
        matching({"b": untold}, {"queue": "root"}, fields, NOW)
    assert matching({}, {"queue": "root"}, fields, NOW) == ({}, [])
    assert matching({1: JOB}, {"user_name": "demo"}, FlinkJobs.fields, NOW) == ({1: JOB}, ["user_name"])


@pytest.mark.parametrize("found", [None, True, 1.5, ["run"], {"id": "run"}])
def test_what_is_no_id(found):
    """Null does not become an id that reads None."""
    with pytest.raises((TypeError, ValueError)):
        JobExecutions.fields.id_of({"job_id": found})


# ---- what is kept of a job ----


def test_a_task_keeps_what_it_looks_at() -> None:
    """A reader shows all of it."""
    answer = {"total": 1, "jobs": [{**JOB, "desc": "of the shop", "has_savepoint": None, "user_name": "demo"}]}
    assert page(answer, Listed("jobs", "total"), FlinkJobs.fields, "GET").jobs == {1: answer["jobs"][0]}
    kept = page(answer, Listed("jobs", "total"), FlinkJobs.fields.keeping(["queue_name", "not_name"]), "GET").jobs[1]
    assert kept == {
        "job_id": 1,
        "name": "orders",
        "status": "job_running",
        "has_savepoint": None,
        "queue_name": "streaming",
    }


@pytest.mark.parametrize("name", JOB_TYPES)
def test_what_decides_is_kept(name: str) -> None:
    """Whatever is wanted, notes look at no other field."""

    class Watched(dict):
        """Tells which fields are asked for."""

        def get(self, key: str, default: t.Any = None) -> t.Any:
            asked_for.add(key)
            return default

    job_type, asked_for = JOB_TYPES[name], set[str]()
    usual = {"job_ids": None, "wait": True, "kill_running": None}
    for state in ("stopped", "absent", "started", "restarted", "ended"):
        for savepoint in (True, False):
            try:
                desired = job_type.desired_state(
                    {**usual, "state": state, "trigger_savepoint": savepoint, "resume_savepoint": savepoint}
                )
            except OptionError:
                continue
            desired.notes(Watched())
            if desired.next:
                desired.next.notes(Watched())
    assert asked_for <= {*(job_type.fields.keeping(()).kept or ())}
