# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What job executions of MapReduce Service run on: its clusters, its ids, and what its API says of them.

API reference of MRS, "Cluster Management APIs (V1.1)": Querying a Cluster List (mrs_02_0030); "Error Code" (mrs_02_0014).
"""

from __future__ import annotations

import typing as t

from .._cloud.answers import Api, Maybe, shaped
from .._cloud.client import Client
from .._cloud.errors import Refused, Unanswered
from .._cloud.text import WORD
from .._jobs.lists import Listing, consistent_list
from .._jobs.selection import Fields, Job
from .._jobs.service import PAGE, Listed, Page, PaginatedList, Paging
from .._jobs.shapes import page, part, tags

NO_SYNC = "synchronize the IAM users of the cluster: MRS console, cluster dashboard, IAM User Sync"
MRS = Api(
    "mrs",
    r"0[0-9]{3}|1[0-9]{7,8}|MRS\..+",
    expired=("130000002",),
    unknown=("12000004",),
    read_again=("0023", "0166"),
    no_permission=("12000052",),
    hints={
        "12000107": "the project is not one of this region",
        "0167": "the cluster is too old for version 2 of the job API; this collection cannot manage its jobs",
        "0175": "MRS terminates jobs only while their cluster runs",
        "0190": NO_SYNC,
        "0191": NO_SYNC,
        "0192": NO_SYNC,
    },
).with_gateway()

UNKNOWN_CLUSTER = "12000003"
# No cluster, no rights on it, wrong project, too old, IAM user unknown to it: that says nothing about a job.
ABOUT_THE_CLUSTER = (UNKNOWN_CLUSTER, "12000052", "12000107", "0167", "0190", "0191", "0192")
CLUSTERS = "/v1.1/{}/cluster_infos"
TERMINATED = "terminated"
CLUSTER_STATES = (
    "starting",
    "running",
    "scaling-out",
    "scaling-in",
    "abnormal",
    "failed",
    "frozen",
    "terminating",
    TERMINATED,
)
GET_CLUSTER, LIST_CLUSTERS = "mrs:cluster:get", "mrs:cluster:list"


def mrs_id(text: str) -> str:
    """The id of an MRS job or cluster. Raises ValueError."""
    if not WORD.fullmatch(text):
        raise ValueError("is not an id of MRS: 1 to 64 letters, digits, - and _ only")
    return text


CLUSTER = Fields(
    parse_id=mrs_id, id="clusterId", name="clusterName", status="clusterState", reason="", filters={}, by_service=()
)


def clusters(client: Client) -> Listing:
    """All clusters of the project, terminated ones too. Raises Unanswered if their list does not hold still."""
    path = CLUSTERS.format(client.project_id)

    def read(number: int) -> Page:
        asked_for = {"pageSize": PAGE, "currentPage": number}
        return client.call("GET", path, shown, asked_for, needs=LIST_CLUSTERS)

    def shown(answer: t.Any, call: str) -> Page:
        return page(answer, Listed("clusters", "clusterTotal"), CLUSTER, call)

    found = consistent_list(PaginatedList(client, Paging.PAGES, read))[0]
    if found.consistent or found.short:
        return found
    raise Unanswered(client.named("GET", path), "the list of clusters kept changing while it was read", 200)


def cluster(client: Client, cluster_id: str) -> Job | None:
    """One cluster, with details such as its tags, which the list may leave out. None if MRS does not know it any more."""

    def read(answer: t.Any, call: str) -> Job:
        shape = {CLUSTER.id: str, CLUSTER.name: Maybe(str), CLUSTER.status: Maybe(str), "tags": Maybe(tags)}
        found = shaped(part(answer, "cluster"), shape, call, "cluster")
        if found[CLUSTER.id] != cluster_id:
            raise Unanswered(call, "the answer is about another cluster", 200)
        return {CLUSTER.status: None, **found}

    try:
        path = f"{CLUSTERS.format(client.project_id)}/{cluster_id}"
        return client.call("GET", path, read, needs=GET_CLUSTER)
    except Refused as error:
        if error.code == UNKNOWN_CLUSTER:
            return None
        raise
