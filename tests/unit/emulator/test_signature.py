# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signed requests: eleven that the vendor's SDK signed, and what must be refused."""

from __future__ import annotations

import time

import pytest

from ansible_collections.otc.bigdata.tests.emulator import auth
from ansible_collections.otc.bigdata.tests.emulator.wire import Request

ACCESS, SECRET = "AKDEMO0000000000001", "SKdemo/secret+key000000000000000000000001"
VECTOR_SECRET = "SKexample/secret+key0000000000000000001"
PROJECT = "0123456789abcdef0123456789abcdef"
FLINK = f"/v1.0/{PROJECT}/streaming/jobs"
SQL = f"/v1.0/{PROJECT}/jobs"
CLUSTER = f"/v2/{PROJECT}/clusters/2b460e01-3351-4170-b0a7-57b9dd5ffef3"
USUAL = {"content-type": "application/json", "x-project-id": PROJECT}
TO_IAM = {"content-type": "application/json", "x-domain-id": "fedcba9876543210fedcba9876543210"}

VECTORS = {
    "list with a query": (
        "GET",
        "dli",
        f"{FLINK}?limit=100&name=my%20job&offset=0&show_detail=true&tags=k%3Dv%2Ck2%3Dv2",
        b"",
        USUAL,
        "e8fbee4ece09f3b94692f72db54b3f0333d88e68ee651732373da28bcd86821a",
    ),
    "stop": (
        "POST",
        "dli",
        f"{FLINK}/stop",
        b'{"job_ids":[128,137],"trigger_savepoint":false}',
        USUAL,
        "37e3ee958c84518b09ff24157c27fc7ebcb46b430316cf14b80ea572ae119084",
    ),
    "security token": (
        "DELETE",
        "dli",
        f"/v2.0/{PROJECT}/batches/0a324461-d9d9-45da-a52a-3b3c7a3d809e",
        b"",
        {**USUAL, "x-security-token": "STSTOKEN=="},
        "cd818471585cf23a0976d76632d50685d51887facb21a9df55693353d8c07046",
    ),
    "POST without a body": (
        "POST",
        "mrs",
        f"{CLUSTER}/job-executions/431b135e-c090-489f-b1db-0abe3822b855/kill",
        b"",
        USUAL,
        "18b00ae52721f28280d4c3b4a3052af7a511789d21f0f9b444ae584fa4601e47",
    ),
    "only host and date": (
        "GET",
        "mrs",
        "/v2/p/clusters/c/job-executions?limit=100&offset=1",
        b"",
        {},
        "ef3872c948738924939dc4228587c66d90e6604c7eb18cb730c86000c8a9b026",
    ),
    "SQL jobs, a list": (
        "GET",
        "dli",
        f"{SQL}?current-page=1&job-status=RUNNING&page-size=100&queue_name=etl_night",
        b"",
        USUAL,
        "023c309a9ccd73cc362e567a16036c32167714947144c712a743fddbf2addf3e",
    ),
    "SQL job, cancel": (
        "DELETE",
        "dli",
        f"{SQL}/6d2146a0-c2d5-41bd-8ca0-ca9694ada992",
        b"",
        USUAL,
        "5b0d4a5cc5641194b0667584f3f53d157b596ae5f994a8e81b9fb6d7188aceaa",
    ),
    "SQL job, status": (
        "GET",
        "dli",
        f"{SQL}/6d2146a0-c2d5-41bd-8ca0-ca9694ada992/status",
        b"",
        USUAL,
        "130d3611184e1430283575e1b3363a51d5a9950d8aa1c22d57106fce6fbb4dc1",
    ),
    "SQL jobs by tags": (
        "GET",
        "dli",
        f"{SQL}?current-page=2&page-size=100&tags=team%3Dnight%2Cjob%20name%3Da%20b",
        b"",
        USUAL,
        "b132d3fca2a1b91369b258078d9413b2ea40c722921fb42001b428e1172bc570",
    ),
    "token of an agency": (
        "POST",
        "iam",
        "/v3/auth/tokens",
        (
            b'{"auth":{"identity":{"methods":["assume_role"],"assume_role":{"domain_name":"customer-domain",'
            b'"xrole_name":"ops-agency"}},"scope":{"project":{"name":"eu-de"}}}}'
        ),
        TO_IAM,
        "d1e85825edfbc47117d27e38765b730b2e4002da12489a497820b8d95cb41f07",
    ),
    "temporary key of an agency": (
        "POST",
        "iam.cn-north-4.myhuaweicloud.com",
        "/v3.0/OS-CREDENTIAL/securitytokens",
        (
            b'{"auth":{"identity":{"methods":["assume_role"],"assume_role":{"domain_name":"customer-domain",'
            b'"agency_name":"ops-agency","duration_seconds":3600}}}}'
        ),
        TO_IAM,
        "6dc621766d61acebee8d721c2b5646ececed5882ec5e727914418a676f16a1b7",
    ),
}


@pytest.mark.parametrize("name", VECTORS)
def test_vectors(name):
    method, host, target, body, headers, expected = VECTORS[name]
    host = host if "." in host else f"{host}.eu-de.otc.t-systems.com"
    headers = {**headers, "host": host, "x-sdk-date": "20240115T101112Z"}
    assert auth.signature(VECTOR_SECRET, Request(method, target, headers, body), sorted(headers)) == expected


def signed(emulator, method="GET", target=FLINK, body=b"", date=None, **extra):
    """The headers of a signed request."""
    host = emulator.url.partition("//")[2]
    date = date or time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    headers = {"host": host, "x-sdk-date": date, "x-project-id": PROJECT, "content-type": "application/json", **extra}
    names = sorted(headers)
    value = auth.signature(SECRET, Request(method, target, headers, body), names)
    headers["authorization"] = f"SDK-HMAC-SHA256 Access={ACCESS}, SignedHeaders={';'.join(names)}, Signature={value}"
    return headers


def test_accepted(emulator, call, add_job):
    body = b'{"job_ids": [%d]}' % add_job()
    headers = signed(emulator, "POST", f"{FLINK}/stop", body)
    assert call("POST", f"{FLINK}/stop", body, token=None, headers=headers).status == 200


def test_without_a_project_header_the_key_speaks_for_the_main_project(emulator, call):
    headers = signed(emulator)
    del headers["x-project-id"]
    assert call("GET", FLINK, token=None, headers=headers).status == 401  # it was signed, so it must be sent
    names = ["host", "x-sdk-date"]
    value = auth.signature(SECRET, Request("GET", FLINK, headers), names)
    headers["authorization"] = f"SDK-HMAC-SHA256 Access={ACCESS}, SignedHeaders=host;x-sdk-date, Signature={value}"
    assert call("GET", FLINK, token=None, headers=headers).status == 200


@pytest.mark.parametrize(
    "change",
    [
        {"authorization": "SDK-HMAC-SHA256 Access=x"},
        {"x-project-id": "fedcba9876543210fedcba9876543210"},
        {"x-security-token": "unsigned"},
    ],
)
def test_changed_headers_are_refused(emulator, call, change):
    answer = call("GET", FLINK, token=None, headers={**signed(emulator), **change})
    assert (answer.status, answer.code) == (401, "APIGW.0301")


def test_changed_body_is_refused(emulator, call):
    headers = signed(emulator, "POST", f"{FLINK}/stop", b'{"job_ids": [1]}')
    assert call("POST", f"{FLINK}/stop", b'{"job_ids": [2]}', token=None, headers=headers).status == 401


def test_changed_query_is_refused(emulator, call):
    headers = signed(emulator, target=f"{FLINK}?limit=6")
    assert call("GET", f"{FLINK}?limit=5", token=None, headers=headers).status == 401


@pytest.mark.parametrize(("minutes", "status"), [(-16, 401), (-14, 200), (14, 200), (16, 401)])
def test_clock_skew(emulator, call, minutes, status):
    date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() + 60 * minutes))
    answer = call("GET", FLINK, token=None, headers=signed(emulator, date=date))
    assert answer.status == status
    if status == 401:
        assert date in answer.body["error_msg"]


def test_another_project_in_the_url(emulator, call):
    target = FLINK.replace(PROJECT, "fedcba9876543210fedcba9876543210")
    assert call("GET", target, token=None, headers=signed(emulator, target=target)).code == "DLI.10006"
    headers = signed(emulator, target=target, **{"x-project-id": "fedcba9876543210fedcba9876543210"})
    assert call("GET", target, token=None, headers=headers).status == 200


def test_no_credential(call):
    assert call("GET", FLINK, token=None).code == "APIGW.0301"
    assert call("GET", FLINK, token="unknown").code == "APIGW.0301"
