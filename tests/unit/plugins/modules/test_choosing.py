# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Just the jobs that are meant, of all services and their readers: lists as text, texts that no name can be, old jobs,
and what is said where nothing is selected. More inputs are in module_utils/test_selection.py."""

from __future__ import annotations

import json
import time

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.service import check_refused
from ansible_collections.otc.bigdata.tests.unit.utils.worlds import WORDS

NAMES = ("orders", "orders-enriched", "clicks", None)


@pytest.fixture(params=[name for name, words in WORDS.items() if words.kind.name_field])
def service(request):
    """One of those whose jobs have names, with a job of each name, numbered from 1 on."""
    service = request.getfixturevalue(request.param)
    kind = service.kind
    service.jobs(*({kind.id_field: service.id(n), kind.name_field: name} for n, name in enumerate(NAMES, 1)))
    return service


def test_lists_as_text(service):
    """Blanks around an element do not count."""
    ids = [service.id(1), service.id(3)]
    for chosen in ({"filters": {"name": "orders, clicks"}}, {"ids": f"{ids[0]}, {ids[1]}"}):
        assert sorted(job["id"] for job in service.run("stopped", check_mode=True, **chosen)["jobs"]) == ids
        assert (
            service.info(**{service.ids if key == "ids" else key: value for key, value in chosen.items()})["total"] == 2
        )


def test_texts_of_dictionaries(service):
    """Of a key that is there twice, the last one would count: a job that is to be taken out would be changed."""
    for filters in (
        "name=orders name=clicks",
        "name=*, not_name=orders,not_name=clicks",
        '"name=orders" "name=orders"',
        '{"name": "orders", "name" : "clicks"}',
        "{'name': '*', 'not_name': 'orders', 'not_name': 'clicks'}",
    ):
        key = "not_name" if "not_name" in filters else "name"
        said = f"filters: has {key} twice, and only the last would count; leave one out, or give one of them a list in quotes"
        check_refused(service.run("stopped", filters=filters), said)
        check_refused(service.info(filters=filters), said)
    assert not service.log
    for filters in (
        "name='orders, clicks' not_name=x",
        'name="orders" not_name="name=b,name=c"',
        '{"name": "\\"name\\": *"}',
    ):
        assert "twice" not in service.run("stopped", filters=filters, check_mode=True)["msg"]


def test_numbers_and_the_like(service):
    """YAML reads 010 as 8, and yes as true. What is text already stays what it is."""
    words = {"flink": ("queue_name", "user_name"), "batches": ("queue_name", "owner"), "mrs": ("queue", "user")}
    others = words[service.store.partition("_")[0]]
    for value, kind in ((8, "a number"), (True, "true or false"), (1.5, "a number")):
        for key, given in (
            ("name", [value]),
            ("name", value),
            ("not_name", ["x", value]),
            *((key, value) for key in others),
        ):
            filters = {"name": "*", key: given}
            for one in (filters, json.dumps(filters)):
                said = f"filters.{key}: must be plain text, not {kind}; quote it"
                check_refused(service.run("absent", filters=one), said)
                check_refused(service.info(filters=one), said)
    assert not service.log
    for filters in ("name=8", {"name": "8, 010"}, {"name": ["8"]}):
        assert not service.run("stopped", filters=filters).failed
    check_refused(service.run("absent", filters={"older_than": 30}), "filters.older_than: '30' is not one positive")


def test_a_tag_that_is_a_fraction(flink, sql):
    """YAML reads 1.10 as 1.1, which may be a tag of another job. A whole number is as good as its text."""
    for service in (flink, sql):
        for one in ({"tags": {"release": 1.1}}, '{"tags": {"release": 1.10}}'):
            for result in (service.run("stopped", filters=one), service.info(filters=one)):
                check_refused(result, "filters.tags.release: must be plain text, not a number; quote it")
        assert not service.log
        for number in (2, "1.10"):
            assert not service.run("stopped", filters={"tags": {"release": number}}).failed


def test_a_tag_that_is_true_or_false(flink, sql):
    """YAML reads yes as true, of which the text is True. No job is likely to have that, and nobody would notice."""
    for service in (flink, sql):
        for value, text in ((True, "True"), (False, "False")):
            for result in (
                service.run("stopped", filters={"tags": {"nightly": value, "a": "yes", "b": 1}}),
                service.info(filters={"tags": {"nightly": value}}),
            ):
                said = f"filters.tags.nightly: is true or false, of which only the text {text} is looked for; quote it"
                assert not result.failed
                (warning,) = result["warnings"]
                assert said in str(warning)
        assert not service.run("stopped", filters={"tags": {"nightly": "True"}}).get("warnings")


def test_texts_that_no_name_can_be(service):
    """Nothing is asked of the service, by module or reader."""
    given = [
        ({"filters": {"name": "orders\nclicks"}}, ("filters.name[0]", "orders\\nclicks")),
        ({"filters": {"name": "orders,,clicks"}}, ("filters.name[1]", "is empty")),
        ({"filters": {"name": ["orders", "!clicks"]}}, ("filters.name[1]", "!clicks", "filters.not_name does")),
        ({"filters": {"name": "*", "not_name": "!clicks"}}, ("filters.not_name[0]", "!clicks")),
        ({"filters": {"name": "*", "not_name": "clicks\r\n"}}, ("filters.not_name[0]", "\\r\\n")),
        (
            {"filters": {"name": "*", "not_name": "orders clicks"}},
            ("filters.not_name[0]", "has a blank in it", "write ?"),
        ),
        ({"filters": {"name": "*", "not_name": "x, orders-{a"}}, ("filters.not_name[1]", "orders-{a has { in it")),
        ({"filters": {"name": "*", "not_name": "'orders'"}}, ("filters.not_name[0]", "'orders' has a quote")),
        ({"filters": {"name": "*", "not_name": []}}, ("filters.not_name", "is empty")),
        ({"filters": {"not_name": "clicks", "name": None}}, ("filters.not_name", "chooses none", "name: ['*']")),
        ({service.ids: f"{service.id(1)}\n"}, (f"{service.ids}[0]", "\\n")),
    ]
    for chosen, words in given:
        check_refused(service.run("absent", **chosen), *words)
        check_refused(service.info(**chosen), *words)
        assert not service.log


def test_all_but_some(service):
    """Upper and lower case differ. A job without a name matches no pattern, so none takes it out."""
    kind = service.kind
    ids = service.jobs(*({kind.name_field: name or "", "age": 9} for name in NAMES))
    for filters, chosen in (
        ({"name": "*", "not_name": ["orders*", "x"]}, ids[2:3]),
        ({"older_than": "1s", "not_name": "ORDERS*, clicks"}, [*ids[:2], ids[3]]),
    ):
        assert {job["id"] for job in service.run("stopped", filters=filters, check_mode=True)["jobs"]} == {*chosen}
        assert {job[kind.id_field] for job in service.info(filters=filters)["jobs"]} == {*chosen}


def test_a_name_that_is_not_told(spark):
    """Nobody knows whether it is one of those that are taken out."""
    told, untold = spark.jobs({"name": "orders", "state": "running"}, {"name": None, "state": "running"})
    result = spark.run("stopped", filters={"state": "running", "not_name": "clicks"})
    assert spark.written == [told]
    assert result.job(untold)["msg"] == "could not be read: left alone, as its name is not in the list"


def test_clusters_that_no_name_can_be(mrs):
    for where in ("cluster_id", "cluster_name"):
        cluster = {"cluster_id": None, "cluster_name": None, where: "analytics\n"}
        check_refused(mrs.run("stopped", ["j-1"], **cluster), where, "\\n")
        assert not mrs.log


def test_a_time_stamp_in_seconds(service):
    """It would be of 1970: a job of a minute ago would be an old one."""
    now, kind = int(time.time()), service.kind
    ids = service.jobs({}, {}, {}, {})
    stamps = dict(zip(ids, ((now - 90 * 86400) * 1000, now - 60, 10**400, "9" * 400)))
    rows = [{**job, kind.time_field: stamps[job[kind.id_field]]} for job in service.info()["jobs"]]
    lists = {
        "flink": {"is_success": "true", "job_list": {"total_count": 4, "jobs": rows}},
        "batches": {"total": 4, "sessions": rows},
        "mrs": {"total_record": 4, "job_list": rows},
    }
    service.fault(f"{service.path}$", "wrong_type", body=lists[kind.name.partition("_")[0]], times=None)
    filters = {"older_than": "30d"}
    assert [job["id"] for job in service.run("stopped", filters=filters, check_mode=True)["jobs"]] == ids[:1]
    assert [job[kind.id_field] for job in service.info(filters=filters)["jobs"]] == ids[:1]


def test_nothing_is_selected(service):
    """No failure, but the message says what was read and what was likely meant."""
    said = "No job selected: 4 jobs read, none is named Orders* (close: orders, orders-enriched)"
    for check_mode in (False, True):
        result = service.run("stopped", filters={"name": "Orders*"}, check_mode=check_mode)
        assert (result["msg"], result.failed, result["changed"], result["jobs"]) == (said, False, False, [])
    result = service.info(filters={"name": "Orders*"})
    assert (result["msg"], result.failed, result["jobs"]) == (said, False, [])
    assert "msg" not in service.info(filters={"name": "orders"})
    service.jobs()
    assert service.run("stopped", filters={"name": "x"})["msg"] == "No job selected: there are none"
    assert service.run("stopped", [])["msg"] == "No job selected"
    assert "msg" not in service.info()


def test_patterns_of_other_languages(service):
    """They may be names, so they are no errors. But where no job is called so, nobody would notice that they choose none."""
    said = (
        "filters.name[{}]: none of the jobs found is named {}, and {} means nothing here; separate patterns by commas"
    )
    for name, warnings in (
        ("{orders,clicks}", [said.format(0, "{orders", "{"), said.format(1, "clicks}", "}")]),
        ("orders, orders|clicks", [said.format(1, "orders|clicks", "|")]),
        (["/clicks/", ".*"], [said.format(0, "/clicks/", "/"), said.format(1, ".*", ".*")]),
        ("Orders", []),
    ):
        for result in (
            service.run("stopped", filters={"name": name}, check_mode=True),
            service.info(filters={"name": name}),
        ):
            found = result.get("warnings", [])
            assert len(found) == len(warnings)
            assert all(warning in str(one) for warning, one in zip(warnings, found))
    key = {"mrs": "queue"}.get(service.store.partition("_")[0], "queue_name")
    for word in ("night*", "a,b", "q?"):
        said = f"filters.{key}: none of the jobs found has {word}, and it is no pattern and no list; give the whole word, and only one"
        assert said in str(service.run("stopped", filters={key: word}, check_mode=True)["warnings"])
    assert not service.run("stopped", filters={key: "nightly"}, check_mode=True).get("warnings")
    kind = service.kind
    service.jobs(*({kind.name_field: name} for name in ("orders|clicks", "{x}", "/x/")))
    result = service.run("stopped", filters={"name": "orders|clicks, {*}, /x/"}, check_mode=True)
    assert (len(result["jobs"]), result.get("warnings")) == (3, None)


def test_all_are_taken_out(service):
    for filters, said in (
        (
            {"name": "orders", "not_name": "ord*"},
            "matches all of name, not_name (close: orders is taken out by not_name)",
        ),
        ({"name": "ORDERS", "not_name": "ord*"}, "none is named ORDERS (close: orders)"),
    ):
        assert service.run("absent", filters=filters)["msg"].endswith(said)


def test_nothing_is_listed_for_a_query(flink):
    result = flink.run("stopped", filters={"name": "orders", "queue_name": "x", "status": "job_finish"})
    assert result["msg"] == "No job selected: there are none with queue_name x, status job_finish"


def test_names_of_the_service_are_data(flink):
    flink.jobs({"name": "orders\x1b[31m"}, {"name": "orders" * 20})
    message = flink.run("stopped", filters={"name": "ORDERS*"})["msg"]
    assert "orders\\x1b[31m" in message
    assert message.isprintable()
    assert len(message) < 250


# ---- jobs that filters leave alone ----


def test_a_status_that_nobody_knows(flink, spark, mrs, sql):
    """Who stops what runs, by its status, is told of a job that may run as well; of one that would not be chosen anyway, nobody is."""
    for service, key in ((flink, "status"), (spark, "state"), (mrs, "state"), (sql, "status")):
        for others, told in (({}, True), ({"older_than": "900w"}, False)):
            known, odd = service.states(service.running, "REBALANCING")
            result = service.run("stopped", filters={key: [service.running, "recovering"], **others})
            assert not result.failed
            assert odd not in [job["id"] for job in result["jobs"]]
            said = f"filters.{key}: jobs are left alone whose status is not known here, so they may run (seen: {odd} REBALANCING)"
            assert (said in str(result.get("warnings"))) is told
            assert bool(result["jobs"]) is told


def test_a_nameless_job_that_lacks_more(mrs):
    """All others are told by that field, so a filter by it can be used."""
    mrs.jobs(
        {"job_name": "orders", "job_result": "FAILED", "job_state": "FINISHED"},
        {"job_name": None, "job_state": "FINISHED"},
    )
    mrs.change_answers(lambda request, body: without(body, "job_result"))
    result = mrs.run("absent", filters={"not_name": "x", "result": "FAILED"})
    assert (result.failed, result["changed"], result["summary"]["total"]) == (False, True, 1)


def without(body: dict, field: str) -> dict:
    """A list in which jobs without a name do not have this field either."""
    for row in body.get("job_list", ()):
        if row.get("job_name") is None:
            row.pop(field, None)
    return body
