# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The only file that knows openstacksdk, and that for one thing: reading an entry of a clouds.yaml.

https://docs.openstack.org/openstacksdk/latest/user/config/configuration.html
"""

from __future__ import annotations

import os
import sys
import typing as t
import warnings

from ._errors import OptionError

FILE, NAME = "OS_CLIENT_CONFIG_FILE", "OS_CLOUD"
# option → the key of an entry, or of its auth, that holds it too or instead; AWX writes the user's domain as domain_name
KEYS = {
    "access_key": "ak",
    "secret_key": "sk",
    "user_domain_name": "domain_name",
    "region": "region_name",
    "ca_path": "cacert",
    "client_cert": "cert",
    "client_key": "key",
    "endpoints.iam": "iam_endpoint_override",
    "endpoints.dli": "dli_endpoint_override",
    "endpoints.mrs": "mrs_endpoint_override",
}
BRACES = ("ak", "access_key", "sk", "secret_key", "security_token", "token")  # may hold some, which mean nothing


class Cloud(t.NamedTuple):
    """An entry. ``values`` by option; ``verify``: whether it wants certificates to be verified."""

    name: str
    values: dict[str, str]
    verify: bool


def is_around(environ: t.Mapping[str, str]) -> bool:
    """Whether the environment points to an entry."""
    return bool(environ.get(NAME) or environ.get(FILE))


def read_cloud(name: str | None, environ: t.Mapping[str, str], options: t.Iterable[str], region: str | None) -> Cloud:
    """The entry ``name``; without one that of OS_CLOUD, else the only one of the file in OS_CLIENT_CONFIG_FILE.

    ``options`` are those to look for; ``region`` chooses among the regions of an entry that has several.
    Raises OptionError.
    """
    loader = _loader(environ)
    clouds = loader.cloud_config["clouds"] if loader.config_filename else {}
    where = loader.config_filename or "any clouds.yaml"
    name = name or environ.get(NAME) or (next(iter(clouds)) if len(clouds) == 1 else None)
    if name is None:
        raise OptionError(
            f"cloud: missing (environment: {NAME}), and {where} has several: {', '.join(map(str, clouds))}"
        )
    if name not in clouds:
        raise OptionError(f"cloud: there is no {name!r} in {where}")
    try:
        return _entry(loader, name, options, region)
    except OptionError:
        raise
    except Exception as error:  # malformed in one of many ways; its text could quote a secret, so only its kind is told
        raise OptionError(f"cloud: {name!r} in {where} cannot be read: {type(error).__name__}") from None


def _loader(environ: t.Mapping[str, str]) -> t.Any:
    """What openstacksdk has found. Its own OS_ variables stay out: an entry is used whole."""
    try:
        import openstack.config.loader as openstack
    except ImportError:
        raise OptionError(
            f"cloud: needs the Python library openstacksdk, which {sys.executable} does not have; install it there, "
            f"or give the credential by other options (environment: {NAME}, {FILE})"
        ) from None

    def found_here(files: list[str]) -> list[str]:
        """openstacksdk keeps the working folder that it was imported in, which may be another one by now."""
        before = openstack.CONFIG_SEARCH_PATH[0]
        return [os.path.basename(one) if os.path.dirname(one) == before else one for one in files]

    own = environ.get(FILE)
    secure = environ.get("OS_CLIENT_SECURE_FILE")
    try:
        loader = openstack.OpenStackConfig(
            config_files=[own] if own else found_here(openstack.CONFIG_FILES),
            secure_files=[*([secure] if secure else []), *found_here(openstack.SECURE_FILES)],
            vendor_files=found_here(openstack.VENDOR_FILES),
            load_envvars=False,
        )
    except Exception as error:
        raise OptionError(
            f"cloud: clouds.yaml (environment: {FILE}) or secure.yaml cannot be read: {type(error).__name__}"
        ) from None
    if own and loader.config_filename != own:  # another file may have an entry of that name, for another tenant
        raise OptionError(f"cloud: the file that {FILE} names cannot be read: {own}")
    return loader


def _entry(loader: t.Any, name: str, options: t.Iterable[str], region: str | None) -> Cloud:
    raw = {key: value for key, value in loader.cloud_config["clouds"][name].items() if value is not None}
    # openstacksdk would make the word "None" of a null in auth, and format whatever is beside it
    auth = {**raw.get("auth", {}), **{key: raw.pop(key) for key in BRACES if key in raw}}
    loader.cloud_config["clouds"][name] = {**raw, "auth": {key: auth[key] for key in auth if auth[key] is not None}}
    listed = raw.get("regions") or raw.get("region_name") or []
    regions = [
        one["name"] if isinstance(one, dict) else one
        for one in (listed.split(",") if isinstance(listed, str) else listed)
    ]
    if len(regions) > 1 and region not in regions:
        raise OptionError(f"region: must be one of those of cloud {name!r}: {', '.join(regions)}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        config = loader.get_one(name, validate=False, region_name=region if region in regions else None).config
    found = {**config, **config["auth"]}
    values = {option: found.get(option) or found.get(KEYS.get(option, "")) for option in options}
    return Cloud(
        name,
        {option: str(value) for option, value in values.items() if value},
        verify=config.get("verify") is not False and not config.get("insecure"),
    )
