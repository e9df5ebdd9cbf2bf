# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page about what is assumed of the services is made of the data: ``python tests/unit/docs/test_assumptions.py`` writes it."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.otc.bigdata.plugins.plugin_utils._assumptions import ASSUMPTIONS
from ansible_collections.otc.bigdata.tests.unit.utils.guides import GUIDES
from ansible_collections.otc.bigdata.tests.unit.utils.transcripts import GRADES, TRANSCRIPTS

PAGE = GUIDES / "guide_assumptions.rst"
ROWS = ".. list-table::\n"
COLUMNS = ("id", "about", "expected", "code")
PUBLISHED = sorted(
    (one for one in TRANSCRIPTS.values() if isinstance(one, dict)),
    key=lambda one: (GRADES.index(one["grade"]), one["where"], one["date"]),
)
LIST = """
.. _ansible_collections.otc.bigdata.docsite.guide_assumptions.published:

Published answers
-----------------

These answers, or what is known of them, have been published by users of the services and by the authors of programs. Each is a test of
this collection, in `tests/transcripts <https://github.com/otc-bigdata/otc.bigdata/tree/main/tests/transcripts>`__. How far they can be trusted:

* *recorded*: as it came over the wire
* *pasted*: somebody has put the text or body into an issue
* *typed*: a program accepts only this type or status, and has passed its tests against a service
* *fixture*: kept by hand for tests, and looks recorded

"""
DOCUMENTS = "https://github.com/opentelekomcloud-docs/{}/blob/{}/api-ref/source/{}.rst"
REPOSITORIES = {
    "DLI": ("data-lake-insight", "27d9963ddbf11b35f12c37c41209cba152998f21"),
    "MRS": ("mapreduce-service", "4baf7325c4b7cd0c29392e973f1e6b15d46741c5"),
    "IAM": ("identity-access-management", "9d2eac9fd0f9940ede2c67284534aca0a35d79ea"),
}
# The page of the documentation that is silent on these, or contradicts another one. None is about those that are not here.
PAGES = {
    ("DLI", "public_parameters/status_codes"): "A01 A03 A11",
    ("DLI", "flink_job-related_apis/listing_jobs"): "A05 A06 A07 A08 A28 A30 A31 A32 A33 A34 A82",
    ("DLI", "flink_job-related_apis/querying_job_details"): "A09 A29",
    ("DLI", "flink_job-related_apis/batch_stopping_jobs"): "A10 A12 A35 A37 A38 A79 A80 A81",
    ("DLI", "flink_job-related_apis/batch_deleting_jobs"): "A36 A40",
    ("DLI", "flink_job-related_apis/exporting_a_flink_job"): "A39",
    ("DLI", "queue-related_apis_recommended/deleting_a_queue"): "A42",
    ("DLI", "spark_job-related_apis/querying_a_batch_processing_job_status"): "A43",
    ("DLI", "spark_job-related_apis/querying_batch_processing_job_details"): "A44 A45",
    ("DLI", "spark_job-related_apis/listing_batch_processing_jobs"): "A46 A47",
    ("DLI", "spark_job-related_apis/canceling_a_batch_processing_job"): "A48 A49 A50",
    ("DLI", "sql_job-related_apis/querying_all_jobs"): "A51 A55 A56 A57 A60 A61",
    ("DLI", "sql_job-related_apis/querying_job_status"): "A52 A53 A54 A59",
    ("DLI", "sql_job-related_apis/canceling_a_job_recommended"): "A58",
    ("MRS", "apis/job_object_apis_v2/querying_information_about_a_job"): "A62 A65 A69",
    ("MRS", "appendix/error_code"): "A63 A64 A78",
    ("MRS", "apis/cluster_management_apis_v1/querying_cluster_details"): "A66",
    ("MRS", "apis/cluster_management_apis_v1/querying_a_cluster_list"): "A71 A72",
    ("MRS", "apis/job_object_apis_v2/querying_a_list_of_jobs"): "A67 A68 A70",
    ("MRS", "apis/job_object_apis_v2/deleting_jobs_in_batches"): "A73 A75 A76",
    ("MRS", "apis/job_object_apis_v2/terminating_a_job"): "A74 A77",
    ("IAM", "apis/services_and_endpoints/querying_the_service_catalog"): "A13 A14 A15",
    ("IAM", "appendix/error_codes"): "A16 A18",
    ("IAM", "apis/project_management/querying_project_information_based_on_the_specified_criteria"): "A17",
    ("IAM", "apis/token_management/obtaining_an_agency_token"): "A19 A20 A22 A23",
    ("IAM", "apis/access_key_management/obtaining_a_temporary_ak_sk"): "A21",
    (
        "IAM",
        "apis/token_management/obtaining_a_user_token_through_password_authentication_and_virtual_mfa",
    ): "A24",
}


def with_rows(page: str) -> str:
    """A page that ends with the tables."""
    heads = ("Id", "What is asked", "Expected", "What the collection does", "Documentation", "Published answers")
    told = ("What", "Where and when", "Published", "What it shows")
    both = table(heads, map(cells, ASSUMPTIONS)) + LIST + table(told, map(told_by, PUBLISHED))
    return page[: page.index(ROWS)] + both


def table(heads: t.Sequence[str], rows: t.Iterable[t.Sequence[str]]) -> str:
    lines = [
        f"  {'  -' if number else '* -'} {one}".rstrip() for row in (heads, *rows) for number, one in enumerate(row)
    ]
    return "\n".join([f"{ROWS}  :header-rows: 1\n", *lines, ""])


def cells(assumption: t.Mapping[str, t.Any]) -> list[str]:
    """Those that the playbook tests have a star, and those that take disposable jobs have a plus."""
    mark = " \\*" if "read" in assumption else " +" if "write" in assumption else ""
    texts = [escaped(assumption[name]) for name in COLUMNS[1:]]
    return [f"_`{assumption['id']}`{mark}", *texts, documentation(assumption["id"]), backing(assumption)]


def escaped(text: str) -> str:
    return re.sub(r"([*_`|]+)", r"\\\1", text)


def documentation(name: str) -> str:
    for (service, page), names in PAGES.items():
        if name in names.split():
            title = page.rpartition("/")[2].replace("_", " ")
            return f"`{service}, {title} <{DOCUMENTS.format(*REPOSITORIES[service], page)}>`__"
    return ""


def backing(assumption: t.Mapping[str, t.Any]) -> str:
    """What was seen, and the grades; "as expected" if it is that. Empty: nobody has published one."""
    seen: dict[str, list[str]] = {}
    for one in PUBLISHED:
        word = one["shows"].get(assumption["id"])
        if word is not None:
            seen.setdefault(word, []).append(one["grade"])
    return "; ".join(
        f"{'as expected' if word == assumption['expected'] else escaped(word)} ({', '.join(dict.fromkeys(grades))})"
        for word, grades in seen.items()
    )


def told_by(one: t.Mapping[str, t.Any]) -> list[str]:
    first, *others = one["sources"]
    links = [f"`{one['grade']} <{first}>`__", *(f"`{n} <{url}>`__" for n, url in enumerate(others, 2))]
    shows = [f"{name}_: {escaped(word)}" for name, word in one["shows"].items()]
    return [escaped(one["about"]), f"{escaped(one['where'])}, {one['date']}", ", ".join(links), "; ".join(shows)]


def test_the_page_says_what_the_data_say() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_rows(page)


def test_each_page_is_of_assumptions_that_there_are() -> None:
    """None has two."""
    names = [name for all_ in PAGES.values() for name in all_.split()]
    assert len(names) == len(set(names))
    assert set(names) <= {one["id"] for one in ASSUMPTIONS}


if __name__ == "__main__":
    PAGE.write_text(with_rows(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
