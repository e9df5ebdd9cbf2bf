# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Where a service is: option, then service catalog, then the domain of the cloud, then the name of the region. Pure."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import SplitResult, urlsplit

from .errors import OptionError
from .given import shown
from .text import escaped

OTC, SWISS = "otc.t-systems.com", "sc.otc.t-systems.com"  # https://docs.otc.t-systems.com/regions-and-endpoints/
HUAWEI, HUAWEI_EU = "myhuaweicloud.com", "myhuaweicloud.eu"  # the lists of its SDK, without what other operators run
# Regions that are of one cloud for certain; all others are reached through the options cloud_domain and endpoints: from a
# name that two clouds have, or none, no host is made, as whoever owns that would get the credential.
DOMAINS = {
    "eu-de": OTC,
    "eu-nl": OTC,
    "eu-ch2": SWISS,
    "cn-north-1": HUAWEI,
    "cn-north-2": HUAWEI,
    "cn-north-4": HUAWEI,
    "cn-north-9": HUAWEI,
    "cn-east-2": HUAWEI,
    "cn-east-3": HUAWEI,
    "cn-east-4": HUAWEI,
    "cn-east-5": HUAWEI,
    "cn-south-1": HUAWEI,
    "cn-southwest-2": HUAWEI,
    "ap-southeast-1": HUAWEI,
    "ap-southeast-2": HUAWEI,
    "ap-southeast-3": HUAWEI,
    "ap-southeast-4": HUAWEI,
    "la-south-2": HUAWEI,
    "la-north-2": HUAWEI,
    "sa-brazil-1": HUAWEI,
    "na-mexico-1": HUAWEI,
    "af-south-1": HUAWEI,
    "me-east-1": HUAWEI,
    "tr-west-1": HUAWEI,
    "ru-northwest-2": HUAWEI,
}
OF_HUAWEI_EU = re.compile("eu-west-1[0-9]{2}")
REGION = re.compile("[a-z0-9-]{1,63}")
IAM_NAMES = {SWISS: "iam-pub"}  # in place of iam
# The list of the provider has these two services only for eu-de
NOT_LISTED = {f"{service}.eu-nl.{OTC}": service.upper() for service in ("dli", "mrs")}
CATALOG_TYPES = {"dli": ("dli",), "mrs": ("mrs", "mrsv1", "mrsv1.1")}
LOOPBACK = ("localhost", "127.0.0.1", "::1")
KNOWN = f"{', '.join(region for region, domain in DOMAINS.items() if domain != HUAWEI)} and of Huawei Cloud"
CLOUD_DOMAIN = "cloud_domain (environment: OTC_CLOUD_DOMAIN, if the credential is from there)"
LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"


def base_url(text: str, name: str, example: str = "https://dli.eu-de.otc.t-systems.com") -> str:
    """``text`` without a slash at its end. Raises OptionError, which begins with ``name``, for what is no base URL."""
    parts = _of_web(text)
    if parts is None:
        lacks = "" if "://" in text else ", as it does not begin with https://"
        raise OptionError(f"{name}: not a base URL such as {example}{lacks}")
    if parts.username or parts.password or "?" in text or "#" in text:
        raise OptionError(f"{name}: a base URL holds no credentials, no query and no fragment")
    return text.rstrip("/")


def _of_web(text: str) -> SplitResult | None:
    """The parts of a URL, None for what is none for HTTP."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        return None
    return parts if usable and not any(sign <= " " or sign.isspace() for sign in text) else None


def iam_url(text: str, name: str) -> str:
    """The base of IAM from an ``auth_url``, which may end in /v3."""
    url = base_url(text, name, "https://iam.eu-de.otc.t-systems.com/v3")
    return url[: -len("/v3")] if url.endswith("/v3") else url


def in_project_name(name: str | None) -> str | None:
    """The region of a project named ``eu-de`` or ``eu-de_something``, if it can be one."""
    region = (name or "").split("_", 1)[0]
    return region if REGION.fullmatch(region) else None


def region_name(text: str, name: str) -> str:
    """``text``, if it can be part of a host name. Raises OptionError, which begins with ``name``."""
    if not REGION.fullmatch(text):
        raise OptionError(f"{name}: {shown(text)} is not a region such as eu-de (lower-case letters, digits and -)")
    return text


def domain_name(text: str, name: str) -> str:
    """``text`` in lower case, if it is the domain of a cloud. Raises OptionError, which begins with ``name``."""
    domain = text.lower()
    # a last label of digits would be that of an address, and other letters than those of ASCII may look like them
    if not text.isascii() or len(domain) > 180 or not re.fullmatch(rf"({LABEL}\.)+(?![0-9]+$){LABEL}", domain):
        raise OptionError(
            f"{name}: {shown(text)} is not the domain of a cloud such as prod-cloud-ocb.orange-business.com (no https://, "
            "no port, no path)"
        )
    return domain


def iam_of_region(region: str, domain: str | None = None) -> str | None:
    """The base URL of IAM in a cloud: that of the ``domain``, else that of the region. None if nobody knows for certain."""
    domain = domain or _domain_of(region)
    return f"https://{IAM_NAMES.get(domain, 'iam')}.{region}.{domain}" if domain else None


def in_region(service: str, region: str, iam: str | None = None, domain: str | None = None) -> str:
    """The base URL of a service by the naming rule of the cloud: that of the ``domain``, else that of the region.

    Raises OptionError for a region whose cloud is not known for certain, and where ``iam`` is that of another cloud. Who
    gives a domain may have an IAM under a name of their own.
    """
    missing = f"endpoints.{service}: missing (environment: OTC_{service.upper()}_ENDPOINT)"
    if domain:
        if iam and _is_named_iam(iam) and not is_iam_of(iam, domain):
            raise OptionError(f"{missing}, as {urlsplit(iam).hostname} is not an IAM of cloud_domain {domain}")
        return f"https://{service}.{region}.{domain}"
    known = _domain_of(region)
    if known is None:
        raise OptionError(
            f"{missing}, and so is {CLOUD_DOMAIN}, as the hosts of region {shown(region)} are not known; those of {KNOWN} are"
        )
    if iam and not is_iam_of(iam, known, among=True):
        raise OptionError(
            f"{missing}, and so is {CLOUD_DOMAIN}, as {urlsplit(iam).hostname} is not the IAM of the cloud that region {region} "
            "is in"
        )
    return f"https://{service}.{region}.{known}"


def is_iam_of(iam: str, domain: str, among: bool = False) -> bool:
    """Whether a base URL is that of an IAM of a cloud: ``iam.<domain>``, or ``iam.<region>.<domain>``.

    ``among``: its region must be one of those that are known.
    """
    host = (urlsplit(iam).hostname or "").rstrip(".")
    found = re.fullmatch(rf"(iam|{IAM_NAMES.get(domain, 'iam')})\.({LABEL})\.{re.escape(domain)}", host)
    return host == f"iam.{domain}" or (found is not None and not (among and _domain_of(found[2]) != domain))


def doubt(url: str) -> str:
    """What the message of a failed call should say of a host that its provider does not list; empty for all others."""
    service = NOT_LISTED.get(urlsplit(url).hostname or "")
    return f"Open Telekom Cloud lists {service} only for eu-de, and not for eu-nl; check the region" if service else ""


def _is_named_iam(iam: str) -> bool:
    return (urlsplit(iam).hostname or "").partition(".")[0] in ("iam", *IAM_NAMES.values())


def _domain_of(region: str) -> str | None:
    return HUAWEI_EU if OF_HUAWEI_EU.fullmatch(region) else DOMAINS.get(region)


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
    parts = _of_web(url)
    if parts is None:
        raise OptionError(
            f"endpoints.{service}: the service catalog names {escaped(url)}, which is no URL; set it yourself"
        )
    if "@" in parts.netloc:
        raise OptionError(
            f"endpoints.{service}: the service catalog names an address with a user in it; set it yourself"
        )
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise OptionError(
            f"endpoints.{service}: the service catalog names {escaped(parts.netloc)} without TLS; set it yourself"
        )
    return f"{parts.scheme}://{parts.netloc}"
