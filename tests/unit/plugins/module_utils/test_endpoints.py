# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scheme and host of a service, from whatever a catalog holds."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.endpoints import (
    iam_of_region,
    iam_url,
    in_catalog,
    in_region,
)
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.errors import OptionError


def entry(kind: str, *endpoints: tuple[str | None, str]) -> dict[str, t.Any]:
    return {
        "type": kind,
        "endpoints": [{"interface": "public", "region": region, "url": url} for region, url in endpoints],
    }


MRS = "https://mrs.eu-de.otc.t-systems.com"
CATALOG = [
    entry("mrsv1", ("eu-de", f"{MRS}/v1.1/$(tenant_id)s")),
    entry("dli", ("eu-de", "https://dli.de.test:8443/v1.0/%(project_id)s"), ("eu-nl", "https://dli.nl.test")),
    {"type": "identity"},
]


@pytest.mark.parametrize(
    ("service", "region", "found"),
    [
        ("dli", "eu-de", "https://dli.de.test:8443"),
        ("dli", "eu-nl", "https://dli.nl.test"),
        ("dli", "eu-ch2", None),
        ("mrs", "eu-de", MRS),
        ("mrs", None, MRS),
    ],
)
def test_in_catalog(service: str, region: str | None, found: str | None) -> None:
    assert in_catalog(CATALOG, service, region) == found


def test_the_entry_without_a_version_in_its_type_wins() -> None:
    assert (
        in_catalog([*CATALOG, entry("mrs", ("*", "https://other.test/v1.1"))], "mrs", "eu-de") == "https://other.test"
    )


def test_several_regions_without_region() -> None:
    with pytest.raises(OptionError, match="region: missing"):
        in_catalog(CATALOG, "dli", None)


def test_a_catalog_does_not_lead_credentials_onto_plain_http() -> None:
    with pytest.raises(OptionError, match=r"endpoints\.dli"):
        in_catalog([entry("dli", ("eu-de", "http://dli.test/v1.0"))], "dli", "eu-de")
    assert in_catalog([entry("dli", (None, "http://127.0.0.1:80/x"))], "dli", None) == "http://127.0.0.1:80"


@pytest.mark.parametrize(
    "iam",
    [
        None,
        "https://iam.eu-de.otc.t-systems.com",
        "https://IAM.eu-nl.OTC.t-systems.com:443",
        "http://iam.otc.t-systems.com",
    ],
)
def test_in_region(iam: str | None) -> None:
    assert in_region("dli", "eu-de", iam) == "https://dli.eu-de.otc.t-systems.com"


@pytest.mark.parametrize(
    "iam", ["https://iam-pub.eu-ch2.sc.otc.t-systems.com", "https://iam.eu-ch2.sc.otc.t-systems.com", None]
)
def test_in_the_swiss_region(iam: str | None) -> None:
    assert in_region("mrs", "eu-ch2", iam) == "https://mrs.eu-ch2.sc.otc.t-systems.com"


@pytest.mark.parametrize("region", ["cn-north-4", "eu-west-101", "ru-moscow-1", "eu-west-0", "eu-dee", "eu-d"])
def test_a_region_of_another_cloud(region: str) -> None:
    """No host is made of its name: whoever owns that would get the credential."""
    assert iam_of_region(region) is None
    with pytest.raises(OptionError, match=r"endpoints\.dli.*OTC_DLI_ENDPOINT"):
        in_region("dli", region, None)


@pytest.mark.parametrize(
    ("region", "iam"),
    [
        ("eu-de", "https://iam.eu-west-101.myhuaweicloud.eu"),
        ("eu-de", "https://iam.eu-de.otc.t-systems.com.evil.test"),
        ("eu-de", "https://iam.evil.otc.t-systems.com"),
        ("eu-de", "https://dli.eu-de.otc.t-systems.com"),
        ("eu-de", "https://iam-pub.eu-ch2.sc.otc.t-systems.com"),
        ("eu-ch2", "https://iam.eu-de.otc.t-systems.com"),
        ("eu-de", "https://127.0.0.1"),
    ],
)
def test_an_iam_of_another_cloud(region: str, iam: str) -> None:
    with pytest.raises(OptionError, match=r"endpoints\.mrs"):
        in_region("mrs", region, iam)


@pytest.mark.parametrize("text", ["iam.test/v3", "iam.test:443/v3", "//iam.test", "ftp://iam.test", "https://"])
def test_no_base_url(text: str) -> None:
    """Each message has the example that its reader needs, and says what is missing."""
    with pytest.raises(OptionError) as raised:
        iam_url(text, "auth_url")
    assert str(raised.value).startswith("auth_url: not a base URL such as https://iam.eu-de.")
    assert ("does not begin with https://" in str(raised.value)) is ("://" not in text)
