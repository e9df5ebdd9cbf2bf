# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signatures equal to those of the provider's own SDK: fixed ones, and any number of others."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.signature import authorization, canonical_query

ACCESS, SECRET = "AKEXAMPLE0000000001", "SKexample/secret+key0000000000000000001"
DATE, PROJECT = "20240115T101112Z", "0123456789abcdef0123456789abcdef"
HOST = "https://{}.eu-de.otc.t-systems.com"
FLINK = f"/v1.0/{PROJECT}/streaming/jobs"
SQL = f"/v1.0/{PROJECT}/jobs"
CLUSTER = f"/v2/{PROJECT}/clusters/2b460e01-3351-4170-b0a7-57b9dd5ffef3"
USUAL = {"Content-Type": "application/json", "X-Project-Id": PROJECT}
ASSUME = b'{"auth":{"identity":{"methods":["assume_role"],"assume_role":{"domain_name":"customer-domain",%s}}'
STS = b'{"agency_urn":"iam::%s:agency:ops-agency","agency_session_name":"night","duration_seconds":3600}'
GLOBAL = {"Content-Type": "application/json", "X-Domain-Id": PROJECT[::-1]}  # of IAM


@pytest.mark.parametrize(
    ("method", "service", "path", "headers", "body", "signature"),
    [
        (
            "GET",
            "dli",
            f"{FLINK}?limit=100&name=my%20job&offset=0&show_detail=true&tags=k%3Dv%2Ck2%3Dv2",
            USUAL,
            b"",
            "e8fbee4ece09f3b94692f72db54b3f0333d88e68ee651732373da28bcd86821a",
        ),
        (
            "POST",
            "dli",
            f"{FLINK}/stop",
            USUAL,
            b'{"job_ids":[128,137],"trigger_savepoint":false}',
            "37e3ee958c84518b09ff24157c27fc7ebcb46b430316cf14b80ea572ae119084",
        ),
        (
            "DELETE",
            "dli",
            f"/v2.0/{PROJECT}/batches/0a324461-d9d9-45da-a52a-3b3c7a3d809e",
            {**USUAL, "X-Security-Token": "STSTOKEN=="},
            b"",
            "cd818471585cf23a0976d76632d50685d51887facb21a9df55693353d8c07046",
        ),
        (
            "POST",
            "mrs",
            f"{CLUSTER}/job-executions/431b135e-c090-489f-b1db-0abe3822b855/kill",
            USUAL,
            b"",
            "18b00ae52721f28280d4c3b4a3052af7a511789d21f0f9b444ae584fa4601e47",
        ),
        (
            "GET",
            "mrs",
            "/v2/p/clusters/c/job-executions?limit=100&offset=1",
            {},
            b"",
            "ef3872c948738924939dc4228587c66d90e6604c7eb18cb730c86000c8a9b026",
        ),
        (
            "GET",
            "dli",
            f"{SQL}?current-page=1&job-status=RUNNING&page-size=100&queue_name=etl_night",
            USUAL,
            b"",
            "023c309a9ccd73cc362e567a16036c32167714947144c712a743fddbf2addf3e",
        ),
        (
            "DELETE",
            "dli",
            f"{SQL}/6d2146a0-c2d5-41bd-8ca0-ca9694ada992",
            USUAL,
            b"",
            "5b0d4a5cc5641194b0667584f3f53d157b596ae5f994a8e81b9fb6d7188aceaa",
        ),
        (
            "GET",
            "dli",
            f"{SQL}/6d2146a0-c2d5-41bd-8ca0-ca9694ada992/status",
            USUAL,
            b"",
            "130d3611184e1430283575e1b3363a51d5a9950d8aa1c22d57106fce6fbb4dc1",
        ),
        (
            "GET",
            "dli",
            f"{SQL}?current-page=2&page-size=100&tags=team%3Dnight%2Cjob%20name%3Da%20b",
            USUAL,
            b"",
            "b132d3fca2a1b91369b258078d9413b2ea40c722921fb42001b428e1172bc570",
        ),
        (
            "POST",
            "iam",
            "/v3/auth/tokens",
            GLOBAL,
            ASSUME % (b'"xrole_name":"ops-agency"}},"scope":{"project":{"name":"eu-de"}}'),
            "d1e85825edfbc47117d27e38765b730b2e4002da12489a497820b8d95cb41f07",
        ),
        (
            "POST",
            "https://iam.cn-north-4.myhuaweicloud.com",
            "/v3.0/OS-CREDENTIAL/securitytokens",
            GLOBAL,
            ASSUME % b'"agency_name":"ops-agency","duration_seconds":3600}}',
            "6dc621766d61acebee8d721c2b5646ececed5882ec5e727914418a676f16a1b7",
        ),
        (
            "POST",
            "https://sts.cn-north-4.myhuaweicloud.com",
            "/v5/agencies/assume",
            {"Content-Type": "application/json"},
            STS % PROJECT[::-1].encode(),
            "3e6bce979c6e233776aafc239889372f2d3ebafa078506947742bad0aecd9306",
        ),
    ],
)
def test_vectors(method: str, service: str, path: str, headers: dict[str, str], body: bytes, signature: str) -> None:
    host = service if "://" in service else HOST.format(service)
    headers = {**headers, "Host": host[len("https://") :], "X-Sdk-Date": DATE, "User-Agent": "not signed"}
    names = sorted(name.lower() for name in headers if name != "User-Agent")
    expected = f"SDK-HMAC-SHA256 Access={ACCESS}, SignedHeaders={';'.join(names)}, Signature={signature}"
    assert authorization(method, host + path, headers, body, ACCESS, SECRET) == expected


text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(
    segments=st.lists(text.map(lambda segment: segment.replace("/", "_").replace("%", "_")), min_size=1, max_size=4),
    query=st.dictionaries(text, st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=4),
    body=st.binary(max_size=50),
    secret=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40),
)
def test_the_same_as_the_sdk(segments: list[str], query: dict[str, str], body: bytes, secret: str) -> None:
    path = "/" + "/".join(quote(segment, safe="~") for segment in segments)
    headers = {**USUAL, "Host": "dli.test", "X-Sdk-Date": DATE}
    request = SdkRequest("POST", "https", "dli.test", path, path, list(query.items()), dict(headers), body)
    signed = Signer(BasicCredentials(ACCESS, secret, PROJECT)).sign(request)
    url = f"https://dli.test{path}" + (f"?{urlencode(query)}" if query else "")
    assert authorization("POST", url, headers, body, ACCESS, secret) == signed.header_params["Authorization"]
    assert canonical_query(urlencode(query)) == signed.uri.partition("?")[2]
