# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scheme and host of a service, from whatever a catalog holds."""

from __future__ import annotations

import typing as t

import pytest
from huaweicloudsdkdli.v1.region.dli_region import DliRegion
from huaweicloudsdkmrs.v1.region.mrs_region import MrsRegion

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.endpoints import (
    base_url,
    domain_name,
    doubt,
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


def test_the_type_of_flexible_engine() -> None:
    catalog = [entry("mrsv1.1", ("eu-west-0", f"https://mrs.eu-west-0.{ORANGE}/v1.1/$(tenant_id)s"))]
    assert in_catalog(catalog, "mrs", "eu-west-0") == f"https://mrs.eu-west-0.{ORANGE}"


def test_a_catalog_does_not_lead_credentials_to_what_looks_like_a_user() -> None:
    with pytest.raises(OptionError, match=r"endpoints\.dli: the service catalog names an address with a user in it"):
        in_catalog([entry("dli", ("eu-de", "https://dli.eu-de.otc.t-systems.com@dli.test"))], "dli", "eu-de")


def test_several_regions_without_region() -> None:
    with pytest.raises(OptionError, match="region: missing"):
        in_catalog(CATALOG, "dli", None)


def test_a_catalog_does_not_lead_credentials_onto_plain_http() -> None:
    with pytest.raises(OptionError, match=r"endpoints\.dli"):
        in_catalog([entry("dli", ("eu-de", "http://dli.test/v1.0"))], "dli", "eu-de")
    assert in_catalog([entry("dli", (None, "http://127.0.0.1:80/x"))], "dli", None) == "http://127.0.0.1:80"
    with pytest.raises(OptionError) as error:
        in_catalog([entry("dli", ("eu-de", "http://dli.\x1bc\u202etest/v1.0"))], "dli", "eu-de")
    assert str(error.value).isprintable()


@pytest.mark.parametrize(
    "url", ["http://[", "dli.test", "/v1.0", "https://", "https://dli.test:x", "ftp://dli.test", "https://d li.test"]
)
def test_a_catalog_that_names_no_url(url: str) -> None:
    """Only where it is the service that is meant."""
    catalog = [entry("dli", ("eu-de", url)), entry("mrs", ("eu-de", "https://mrs.test/v1.1"))]
    assert in_catalog(catalog, "mrs", "eu-de") == "https://mrs.test"
    with pytest.raises(
        OptionError, match=r"endpoints\.dli: the service catalog names .*, which is no URL; set it yourself"
    ):
        in_catalog(catalog, "dli", "eu-de")


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


HUAWEI = [
    "cn-north-1",
    "cn-north-2",
    "cn-north-4",
    "cn-north-9",
    "cn-east-2",
    "cn-east-3",
    "cn-east-4",
    "cn-east-5",
    "cn-south-1",
    "cn-southwest-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "la-south-2",
    "la-north-2",
    "sa-brazil-1",
    "na-mexico-1",
    "af-south-1",
    "me-east-1",
    "tr-west-1",
    "ru-northwest-2",
]


@pytest.mark.parametrize(
    ("region", "domain"),
    [*((region, "myhuaweicloud.com") for region in HUAWEI), ("eu-west-101", "myhuaweicloud.eu")]
    + [("eu-west-199", "myhuaweicloud.eu"), ("eu-nl", "otc.t-systems.com")],
)
def test_a_region_that_names_its_cloud(region: str, domain: str) -> None:
    assert iam_of_region(region) == f"https://iam.{region}.{domain}"
    for iam in (f"https://iam.{region}.{domain}", f"https://iam.{domain}", None):
        assert in_region("dli", region, iam) == f"https://dli.{region}.{domain}"
        assert in_region("mrs", region, iam) == f"https://mrs.{region}.{domain}"


def test_the_sdk_of_huawei_cloud() -> None:
    """It has these hosts for all regions that it has, but for three of MRS, where the provider's Terraform contradicts it."""
    here = {*HUAWEI, "eu-west-101"}
    for service, region_class in (("dli", DliRegion), ("mrs", MrsRegion)):
        there = {region: one.endpoints for region, one in region_class.static_fields.items() if region in here}
        assert there.keys() == here
        others = {region for region, urls in there.items() if urls != [in_region(service, region)]}
        assert others == ({"ap-southeast-1", "ap-southeast-4", "ru-northwest-2"} if service == "mrs" else set())


# Two clouds have the first two; the SDK of Huawei Cloud lists what others run; the rest is nowhere
@pytest.mark.parametrize(
    "region",
    [
        "eu-west-0",
        "ru-moscow-1",
        "my-kualalumpur-1",
        "ae-ad-1",
        "af-north-1",
        "tr-central-201",
        "eu-west-1",
        "eu-west-10",
    ]
    + ["eu-west-1000", "eu-west-1x1", "eu-west-201", "eu-dee", "eu-d", "cn-north-3", "ap-southeast-5", "cn-north-4x"],
)
def test_a_region_whose_cloud_is_not_known(region: str) -> None:
    """No host is made of its name: whoever owns that would get the credential."""
    assert iam_of_region(region) is None
    with pytest.raises(OptionError, match=r"endpoints\.dli.*OTC_DLI_ENDPOINT.*cloud_domain.*OTC_CLOUD_DOMAIN"):
        in_region("dli", region, None)


ORANGE = "prod-cloud-ocb.orange-business.com"


@pytest.mark.parametrize(
    ("region", "domain", "iam"),
    [
        ("eu-west-0", ORANGE, f"https://iam.eu-west-0.{ORANGE}"),
        ("ru-moscow-1", "hc.sbercloud.ru", "https://iam.ru-moscow-1.hc.sbercloud.ru"),
        ("eu-west-0", "myhuaweicloud.com", "https://iam.eu-west-0.myhuaweicloud.com"),
        ("eu-de", "example.com", "https://iam.eu-de.example.com"),
        # what is irregular there stays so
        ("eu-ch2", "sc.otc.t-systems.com", "https://iam-pub.eu-ch2.sc.otc.t-systems.com"),
    ],
)
def test_a_domain_names_the_hosts(region: str, domain: str, iam: str) -> None:
    assert iam_of_region(region, domain) == iam
    for service in ("dli", "mrs"):
        assert in_region(service, region, iam, domain) == f"https://{service}.{region}.{domain}"


@pytest.mark.parametrize(
    "iam",
    [
        f"https://iam.eu-west-0.{ORANGE}",
        f"https://IAM.{ORANGE}:443",
        "https://10.0.0.7",
        "http://127.0.0.1",
        "https://id.corp",
    ],
)
def test_an_iam_beside_a_domain(iam: str) -> None:
    """Flexible Engine has it in one region for two. And a private one has any name."""
    assert in_region("dli", "eu-west-1", iam, ORANGE) == f"https://dli.eu-west-1.{ORANGE}"


@pytest.mark.parametrize(
    "iam",
    ["https://iam.eu-de.otc.t-systems.com", f"https://iam.eu-west-0.{ORANGE}.evil.test", f"https://iam.a.b.{ORANGE}"]
    + ["https://iam-pub.eu-ch2.sc.otc.t-systems.com", "https://iam.myhuaweicloud.com", f"https://iam.evil{ORANGE}"],
)
def test_an_iam_of_another_cloud_beside_a_domain(iam: str) -> None:
    with pytest.raises(OptionError, match=r"endpoints\.dli.*OTC_DLI_ENDPOINT.*cloud_domain"):
        in_region("dli", "eu-west-1", iam, ORANGE)


@pytest.mark.parametrize(
    "text", [ORANGE, "HC.sbercloud.ru", "a.b", "1.example.com", "xn--e1afmkfd.xn--p1ai", "x" * 63 + ".ru"]
)
def test_domain_of_a_cloud(text: str) -> None:
    assert domain_name(text, "cloud_domain") == text.lower()


@pytest.mark.parametrize(
    "text",
    [
        "com",
        "localhost",
        "https://x.com",
        "x.com/",
        "x.com:443",
        "x.com.",
        ".x.com",
        "x..com",
        "-x.com",
        "x-.com",
        "x_y.com",
    ]
    + [
        "127.0.0.1",
        "::1",
        "x.com/v3",
        "u:p@x.com",
        "*.x.com",
        "x.com#",
        "x.com?",
        "bücher.de",
        "x.\u212aom",
        "x." * 89 + "com",
        "x" * 64 + ".ru",
    ]
    + ["{region_name}.x.com", "x.com\\y", "x .com"],
)
def test_no_domain_of_a_cloud(text: str) -> None:
    """Whatever is in there, it makes no other host than one below that domain."""
    with pytest.raises(
        OptionError, match=r"^cloud_domain: .* is not the domain of a cloud such as prod-cloud-ocb\.orange"
    ):
        domain_name(text, "cloud_domain")


def test_what_the_provider_does_not_list() -> None:
    assert "lists MRS only for eu-de" in doubt("https://mrs.eu-nl.otc.t-systems.com")
    for url in ("https://mrs.eu-de.otc.t-systems.com", "https://iam.eu-nl.otc.t-systems.com", "https://dli.eu-nl.test"):
        assert doubt(url) == ""


@pytest.mark.parametrize(
    ("region", "iam"),
    [
        ("eu-de", "https://iam.eu-west-101.myhuaweicloud.eu"),
        ("eu-de", "https://iam.eu-de.otc.t-systems.com.evil.test"),
        ("eu-de", "https://iam.evil.otc.t-systems.com"),
        ("eu-de", "https://dli.eu-de.otc.t-systems.com"),
        ("eu-de", "https://iam-pub.eu-ch2.sc.otc.t-systems.com"),
        ("eu-ch2", "https://iam.eu-de.otc.t-systems.com"),
        ("cn-north-4", "https://iam.eu-de.otc.t-systems.com"),
        ("cn-north-4", "https://iam.eu-west-101.myhuaweicloud.eu"),
        ("eu-west-101", "https://iam.cn-north-4.myhuaweicloud.com"),
        ("eu-west-101", "https://iam.myhuaweicloud.com"),
        ("cn-north-4", "https://iam.eu-west-0.myhuaweicloud.com"),
        ("eu-de", "https://127.0.0.1"),
    ],
)
def test_an_iam_of_another_cloud(region: str, iam: str) -> None:
    with pytest.raises(OptionError, match=r"endpoints\.mrs.*cloud_domain"):
        in_region("mrs", region, iam)


@pytest.mark.parametrize("text", ["iam.test/v3", "iam.test:443/v3", "//iam.test", "ftp://iam.test", "https://"])
def test_no_base_url(text: str) -> None:
    """Each message has the example that its reader needs, and says what is missing."""
    with pytest.raises(OptionError) as raised:
        iam_url(text, "auth_url")
    assert str(raised.value).startswith("auth_url: not a base URL such as https://iam.eu-de.")
    assert ("does not begin with https://" in str(raised.value)) is ("://" not in text)


@pytest.mark.parametrize(
    "text",
    ["https://u@dli.test", "https://dli.test?a=b", "https://dli.test#a", "https://dli.test/?", "https://dli.test#"],
)
def test_no_part_of_a_base_url(text: str) -> None:
    """Be it an empty one: what follows it would be taken for its text, and no path would be left."""
    with pytest.raises(
        OptionError, match=r"^endpoints\.dli: a base URL holds no credentials, no query and no fragment$"
    ):
        base_url(text, "endpoints.dli")
