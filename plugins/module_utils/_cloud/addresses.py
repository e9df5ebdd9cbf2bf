# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Where requests go: the region, the cloud and its IAM, as the places that options come from name them."""

from __future__ import annotations

import typing as t

from . import endpoints
from .acting import ChosenLogin
from .auth import AccessKey, Credential, Project, Token
from .errors import OptionError
from .given import shown
from .levels import DOMAIN, REGION, Level, Profile, highest, named

if t.TYPE_CHECKING:
    from .agency import Delegate

IAM = ("endpoints.iam", "auth_url")


class Addresses(t.NamedTuple):
    """Base URLs without a slash at the end, and what they were made of; None: nobody has told."""

    region: str | None
    domain: str | None
    iam: str | None
    endpoint: str | None


def addresses_of(
    levels: t.Sequence[Level], login: ChosenLogin, credential: Credential | Delegate, project: Project, service: str
) -> Addresses:
    """Raises OptionError for one that is needed and not known."""
    region = _region(levels, project)
    domain = _domain(levels, login, region)
    # an entry of a cloud is used whole: what logs in with it goes where the entry says, unless the task says otherwise
    around = [levels[0], login.of[0]] if login.of[0].place else levels
    needs_iam = service == "iam" or _asks_iam(credential, project)
    iam = _iam(around, region, domain, needs_iam)
    endpoint = iam if service == "iam" else _first_url(levels, [f"endpoints.{service}"], endpoints.base_url)
    unknown = endpoint is None and not credential.has_catalog  # with a login, the service catalog may know it
    if unknown and region is None:
        raise OptionError(f"{named(['region'])}: missing, and so is endpoints.{service} that could take its place")
    if iam is None and needs_iam:
        raise _no_iam(region, service, highest(levels, "region") is None)
    if unknown:
        endpoint = endpoints.in_region(service, t.cast(str, region), iam, domain)
    return Addresses(region, domain, iam, endpoint)


def _asks_iam(credential: Credential | Delegate, project: Project) -> bool:
    """Whether IAM is asked: to log in, or for the ID of a project."""
    return not isinstance(credential, (Token, AccessKey)) or not project.id


def _region(levels: t.Sequence[Level], project: Project) -> str | None:
    given = highest(levels, "region")
    return given.text if given else endpoints.in_project_name(project.name)


def _first_url(levels: t.Sequence[Level], options: t.Sequence[str], read: t.Callable[[str, str], str]) -> str | None:
    """The URL of the highest level that has one of ``options``."""
    found = (highest([level], option) for level in levels for option in options)
    value = next(filter(None, found), None)
    return read(*value) if value else None


def _domain(levels: t.Sequence[Level], login: ChosenLogin, region: str | None) -> str | None:
    """The domain of the highest level, but not below that of the credential: those levels must not decide where it goes."""
    lowest = max(number for number, level in enumerate(levels) if any(level is one for one in login.of))
    found = highest(levels[: lowest + 1], DOMAIN)
    if not found:
        return None
    domain, entry = endpoints.domain_name(*found), login.of[0]
    of_others = not any(found is level.values.get(DOMAIN) for level in (levels[0], entry))
    if of_others and _is_elsewhere(entry, region, domain):
        raise OptionError(
            f"{entry.place}its region {region} is in another cloud than {found.name} says; unset that, or set the option "
            "in the task"
        )
    return domain


def _is_elsewhere(entry: Level, region: str | None, domain: str) -> bool:
    """Whether an entry that names no address of IAM has one by its region, and that of another cloud."""
    if not entry.place or entry.profile or any(option in entry.values for option in IAM):
        return False
    own = endpoints.iam_of_region(region) if region else None
    return own is not None and not endpoints.is_iam_of(own, domain)


def _iam(levels: t.Sequence[Level], region: str | None, domain: str | None, needed: bool) -> str | None:
    """IAM, in this order: a URL that is set, that of a profile, made of the cloud's domain, made of the region."""
    written = _first_url(levels, IAM, endpoints.iam_url)
    profile = next((level.profile for level in levels if level.profile), None)
    if written or not profile:
        return written or (endpoints.iam_of_region(region, domain) if region else None)
    iam = _iam_of_profile(profile, region, needed)
    if iam and domain and not endpoints.is_iam_of(iam, domain):
        raise OptionError(f"cloud_domain: {domain} is not that of the profile {shown(profile.name)}")
    return iam


def _iam_of_profile(profile: Profile, region: str | None, needed: bool) -> str | None:
    """The address of IAM in a profile, only for a region that the profile lists."""
    url = profile.auth_url
    if profile.regions or REGION in url:
        there = f"the profile {shown(profile.name)} has {', '.join(profile.regions) or 'none'}"
        if region is None and needed:
            raise OptionError(f"{named(['region'])}: missing; {there}")
        if region is None:
            return None
        if region not in profile.regions:
            raise OptionError(f"region: {shown(region)} is not one of its cloud: {there}")
        url = url.replace(REGION, region)
    return endpoints.iam_url(url if "://" in url else f"https://{url}", f"profile {shown(profile.name)}")


def _no_iam(region: str | None, service: str, derived: bool) -> OptionError:
    if region is None:
        return OptionError(f"{named(['region'])}: missing, and so is auth_url that could take its place")
    own = "" if service == "iam" else f", and endpoints.{service} unless the service catalog has it"
    whence = " (from the name of the project)" if derived else ""
    return OptionError(
        f"region: the hosts of {shown(region)}{whence} are not known, so no credential is sent there; those of {endpoints.KNOWN} are; "
        f"for another cloud set {endpoints.CLOUD_DOMAIN}, or auth_url or endpoints.iam{own}"
    )
