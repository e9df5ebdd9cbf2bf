# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Where a service is: option, then service catalog, then the name of the region. Pure."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import urlsplit

from .errors import OptionError
from .given import shown

# https://docs.otc.t-systems.com/regions-and-endpoints/; what else there is, is reached through the option endpoints.
# A region of another cloud must not make a host of this one: whoever owns that name would get the credential.
DOMAINS = {"eu-de": "otc.t-systems.com", "eu-nl": "otc.t-systems.com", "eu-ch2": "sc.otc.t-systems.com"}
SWISS_IAM = "iam-pub.eu-ch2.sc.otc.t-systems.com"
CATALOG_TYPES = {"dli": ("dli",), "mrs": ("mrs", "mrsv1")}
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def base_url(text: str, name: str, example: str = "https://dli.eu-de.otc.t-systems.com") -> str:
    """``text`` without a slash at its end. Raises OptionError, which begins with ``name``, for what is no base URL."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or re.search(r"[\s\x00-\x1f]", text):
        lacks = "" if "://" in text else ", as it does not begin with https://"
        raise OptionError(f"{name}: not a base URL such as {example}{lacks}")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise OptionError(f"{name}: a base URL holds no credentials, no query and no fragment")
    return text.rstrip("/")


def iam_url(text: str, name: str) -> str:
    """The base of IAM from an ``auth_url``, which may end in /v3."""
    url = base_url(text, name, "https://iam.eu-de.otc.t-systems.com/v3")
    return url[: -len("/v3")] if url.endswith("/v3") else url


def in_project_name(name: str | None) -> str | None:
    """The region of a project named ``eu-de`` or ``eu-de_something``; other clouds name projects otherwise."""
    region = (name or "").split("_", 1)[0]
    return region if re.fullmatch(r"[a-z0-9-]+", region) else None


def region_name(text: str, name: str) -> str:
    """``text``, if it can be part of a host name. Raises OptionError, which begins with ``name``."""
    if not re.fullmatch(r"[a-z0-9-]{1,63}", text):
        raise OptionError(f"{name}: {shown(text)} is not a region such as eu-de (lower-case letters, digits and -)")
    return text


def iam_of_region(region: str) -> str | None:
    """The base URL of IAM by the provider's naming rule, None for a region whose hosts are not known for certain."""
    if region == "eu-ch2":
        return f"https://{SWISS_IAM}"
    return f"https://iam.{region}.{DOMAINS[region]}" if region in DOMAINS else None


def in_region(service: str, region: str, iam: str | None = None) -> str:
    """The base URL of a service by the provider's naming rule.

    Raises OptionError for a region whose hosts are not known for certain, and where ``iam`` is that of another cloud.
    """
    if region not in DOMAINS:
        raise OptionError(
            f"endpoints.{service}: missing (environment: OTC_{service.upper()}_ENDPOINT), as the hosts of region "
            f"{shown(region)} are not known; those of {', '.join(DOMAINS)} are"
        )
    if iam and not _is_iam_of(iam, DOMAINS[region]):
        raise OptionError(
            f"endpoints.{service}: missing (environment: OTC_{service.upper()}_ENDPOINT), as {urlsplit(iam).hostname} "
            f"is not the IAM of the cloud that region {region} is in"
        )
    return f"https://{service}.{region}.{DOMAINS[region]}"


def _is_iam_of(iam: str, domain: str) -> bool:
    hosts = {f"iam.{domain}", *(f"iam.{region}.{domain}" for region in DOMAINS if DOMAINS[region] == domain)}
    if DOMAINS["eu-ch2"] == domain:
        hosts.add(SWISS_IAM)
    return (urlsplit(iam).hostname or "").rstrip(".") in hosts


def in_catalog(catalog: t.Sequence[t.Any], service: str, region: str | None) -> str | None:
    """Scheme and host of the service in a token's catalog, None if it is not there.

    The path is dropped: catalogs hold old versions (``/v1.1``) and templates (``$(tenant_id)s``).
    """
    for kind in CATALOG_TYPES[service]:
        endpoints = _public(catalog, kind)
        if region:
            endpoints = [one for one in endpoints if {one.get("region"), one.get("region_id")} & {region, "*"}]
        elif len({one.get("region") or one.get("region_id") for one in endpoints}) > 1:
            raise OptionError(f"region: missing, and the service catalog has {service} in several regions")
        if endpoints:
            return _host_only(endpoints[0]["url"], service)
    return None


def _public(catalog: t.Sequence[t.Any], kind: str) -> list[t.Any]:
    """The endpoints that are meant for users."""
    return [
        endpoint
        for entry in catalog
        if entry.get("type") == kind
        for endpoint in entry.get("endpoints") or []
        if endpoint.get("interface", "public") == "public" and endpoint.get("url")
    ]


def _host_only(url: str, service: str) -> str:
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise OptionError(
            f"endpoints.{service}: the service catalog names an address with a user in it; set it yourself"
        )
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise OptionError(f"endpoints.{service}: the service catalog names {parts.netloc} without TLS; set it yourself")
    return f"{parts.scheme}://{parts.netloc}"
