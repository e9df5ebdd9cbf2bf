# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scheme and host of a service, from whatever a catalog holds."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils._endpoints import in_catalog, in_region
from ansible_collections.otc.bigdata.plugins.module_utils._errors import OptionError


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


def test_in_region() -> None:
    assert in_region("dli", "eu-de") == "https://dli.eu-de.otc.t-systems.com"
    assert in_region("mrs", "eu-ch2") == "https://mrs.eu-ch2.sc.otc.t-systems.com"
