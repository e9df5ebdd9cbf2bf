# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The only file that knows openstacksdk, and that for two things: where a clouds.yaml may lie, and profiles of clouds.

https://docs.openstack.org/openstacksdk/latest/user/config/configuration.html
"""

from __future__ import annotations

import copy
import os
import sys
import typing as t
from contextlib import suppress

from . import levels
from .cloud_files import Unclear, content, first
from .errors import OptionError
from .given import Value, refuse_odd, shown
from .identity import AUTH_TYPE, KEYS, refuse_foreign

SECURE = "OS_CLIENT_SECURE_FILE"
NAMED_BY = {"clouds": levels.FILE, "secure": SECURE, "clouds-public": ""}  # the files, and the variables that name them
OBS_KEYS = ("ak", "sk", "access_key", "secret_key", "security_token")
EXPANDED = (*levels.URLS, "ca_path", "client_cert", "client_key")
OF_THE_CLIENT = {"ansible", "cache", "client", "metrics"}  # what a file may hold beside clouds, and says of none
OWN = "x-"  # begins the keys of what a file has for itself, such as a text or a list that several entries refer to
BESIDE_AUTH = ("auth", "cloud", "profile", "regions", "values")  # too far inside, it would have no effect
LISTED = ("auth_methods",)  # what may be a list of words

Entry = dict[str, t.Any]


class Places(t.NamedTuple):
    """Where openstacksdk looks for files. ``folder``: in place of the working folder that it was imported in, which it keeps."""

    sdk: t.Any
    folder: str = ""

    def of(self, files: t.Sequence[str]) -> list[str]:
        here = len(files) // len(self.sdk.CONFIG_SEARCH_PATH)  # by number, as it may have been ~/.config/openstack
        return [*(os.path.join(self.folder, os.path.basename(one)) for one in files[:here]), *files[here:]]


class WantedRegion(t.NamedTuple):
    """The region that a task names, and that of the environment: they choose among those of an entry."""

    of_task: str | None = None
    around: str | None = None


def pointer(environ: levels.Environ) -> str:
    """How messages name the variable that points to the entry."""
    name = environ.get(levels.NAME)
    if not name:
        return f"the only entry of {levels.FILE}"
    return f"{levels.NAME}={name}" if shown(name) == repr(name) else levels.NAME


def has_openstacksdk() -> bool:
    try:
        _openstacksdk()
    except OptionError:
        return False
    return True


def chooses_none(environ: levels.Environ) -> bool:
    """Whether the environment names a file and no entry, and the file has not exactly one. Raises OptionError."""
    if environ.get(levels.NAME):
        return False
    try:
        return len(_clouds(_named(environ, levels.FILE), levels.FILE)) != 1
    except ImportError:  # no YAML: as if it had one
        return False


def of_cloud(name: str | None, environ: levels.Environ, task: levels.Level, env: levels.Level) -> levels.Level:
    """The entry ``name``; without one that of OS_CLOUD, else the only one of the file in OS_CLIENT_CONFIG_FILE.

    Raises OptionError, as of_task does, and where an entry in the folder of the shell says something else.
    """
    wanted = WantedRegion(*(level.values["region"].text if "region" in level.values else None for level in (task, env)))
    places, files = Places(_openstacksdk()), _files_of_shell(environ)
    chosen, found = _read_from(places, name, environ, wanted)
    meant = found
    if files:
        with suppress(OptionError):  # such as one without this entry
            meant = _read_from(places._replace(folder=environ["PWD"]), name, environ, wanted)[1]
    if _said(meant) != _said(found):
        raise OptionError(
            f"cloud: {shown(chosen)} in {', '.join(files)} is not the same as in {os.getcwd()}, where this task looks for it; move the "
            f"files that are meant into ~/.config/openstack, or name them in {levels.FILE} and {SECURE}, with their whole paths"
        )
    refuse_foreign(found.keys)
    for option, value in found.values.items():
        levels.check(option, value)
    levels.refuse_misspelt(found)
    return found


def _said(entry: levels.Level) -> t.Any:
    """Who acts where by an entry, and whom it trusts."""
    kinds = [(key, value.text) for key, value in entry.keys if key in AUTH_TYPE]
    return {option: value.text for option, value in entry.values.items()}, kinds, entry.profile, entry.verify


def _files_of_shell(environ: levels.Environ) -> list[str]:
    """What may say something of clouds in the folder of the shell, which Ansible runs no task of a playbook in."""
    shell = environ.get("PWD")
    if not shell or os.path.realpath(shell) == os.path.realpath(os.curdir):
        return []
    names = [name for name, variable in NAMED_BY.items() if not environ.get(variable)]
    found = [first(os.path.join(shell, f"{name}.{kind}") for kind in ("yaml", "yml", "json")) for name in names]
    return [file for file in found if file]


def _read_from(
    places: Places, name: str | None, environ: levels.Environ, wanted: WantedRegion
) -> tuple[str, levels.Level]:
    """The name of the entry, and what it says, unchecked."""
    file = _named(environ, levels.FILE) or first(places.of(places.sdk.CONFIG_FILES))
    clouds = _clouds(file, levels.FILE if environ.get(levels.FILE) else "")
    chosen = _chosen(name, environ, clouds, file or "any clouds.yaml")
    secret_file = _named(environ, SECURE) or first(places.of(places.sdk.SECURE_FILES))
    secret = _clouds(secret_file, SECURE, empty=True)
    if not file or chosen not in {**clouds, **secret}:
        variable = f" (environment: {levels.NAME})" if chosen == environ.get(levels.NAME) else ""
        raise OptionError(f"cloud: there is no {shown(chosen)} in {file or 'any clouds.yaml'}{variable}")
    where = f"cloud: {shown(chosen)} in {file} cannot be read"
    own, hidden = _plain(clouds.get(chosen), where), _plain(secret.get(chosen), where)
    if _loses_regions(own, hidden, where):
        raise OptionError(f"{where}: only the regions in {secret_file} would count; have all of them in one file")
    return chosen, _level(places, chosen, _over(own, hidden), wanted, where)


def _loses_regions(own: Entry, hidden: Entry, where: str) -> bool:
    """Whether the regions of a secure.yaml, which would count alone, lack one of the entry, or what that has for itself."""
    if "regions" not in hidden:
        return False
    others = _regions(hidden["regions"], where)
    both = [(mine, others.get(name)) for name, mine in _regions(own.get("regions"), where).items()]
    return any(other is None or _over(mine, other) != _over({}, other) for mine, other in both)


def _chosen(name: str | None, environ: levels.Environ, clouds: Entry, where: str) -> str:
    """The name of the entry that is meant. Raises OptionError."""
    own = name or environ.get(levels.NAME)
    if own is not None:
        refuse_odd("cloud", Value(own, "cloud" if name else levels.NAME))
        return own
    if len(clouds) != 1:
        several = f"has several: {', '.join(map(str, clouds))}" if clouds else "has none"
        raise OptionError(f"cloud: missing (environment: {levels.NAME}), and {where} {several}")
    return next(iter(clouds))


def _openstacksdk() -> t.Any:
    try:
        import openstack.config.loader as openstack
    except ImportError:
        raise OptionError(
            f"cloud: needs the Python library openstacksdk, which {sys.executable} does not have; install it there, "
            f"or give the credential by other options (environment: {levels.NAME}, {levels.FILE})"
        ) from None
    return openstack


def _named(environ: levels.Environ, variable: str) -> str | None:
    """The file that a variable names. It must be there: another one may have an entry of that name, for another tenant."""
    path = environ.get(variable)
    if path:
        refuse_odd(variable, Value(path, variable))
        _refuse_other_folder(variable, path, environ.get("PWD"))
    return path or None


def _refuse_other_folder(variable: str, path: str, shell: str | None) -> None:
    """Whoever gives a relative path means the folder of the ``shell``. Ansible runs tasks in that of the playbook."""
    there = os.path.join(shell or "", path)
    if shell and os.path.exists(there) and os.path.realpath(there) != os.path.realpath(path):
        raise OptionError(
            f"{variable}: {shown(path)} is not the same in {os.getcwd()} as in {shell} (PWD); give the whole path"
        )


def _clouds(path: str | None, named: str, empty: bool = False) -> Entry:
    """The entries of a file, unchecked; none where there is no file."""
    whole = content(path, named, empty) if path else {}
    found = _part(whole, "clouds", path) or {}
    if not isinstance(found, dict):
        raise OptionError(f"cloud: {path} cannot be read: clouds must be a mapping")
    if not all(isinstance(key, str) for key in found):
        raise OptionError(
            f"cloud: {path} cannot be read: YAML takes the name of an entry for something else; put it in quotes"
        )
    for key, part in (*whole.items(), *found.items()):  # a line with too few blanks before it, which may say who acts
        if not isinstance(part, (dict, type(None))) and not str(key).startswith(OWN):
            raise OptionError(
                f"cloud: {shown(str(key))} in {path} cannot be read: it must be a mapping; look at the indentation"
            )
    return found


def _part(whole: Entry, name: str, path: str | None) -> t.Any:
    """The part of a file that counts. Raises OptionError where the file has others instead, as its name may be misspelt or left out."""
    others = {key for key in whole.keys() - OF_THE_CLIENT if not str(key).startswith(OWN)}
    if name not in whole and others:
        raise OptionError(
            f"cloud: {path} cannot be read: it has no key {name}; what it says of clouds must be below that"
        )
    return whole.get(name)


def _plain(raw: t.Any, where: str, vain: t.Collection[str] = ("values",)) -> Entry:
    """An entry without what is empty, and with _ where its keys have -, as openstacksdk reads it. Its auth likewise.

    Raises OptionError for a key in ``vain``: it would have no effect there, and may say who acts.
    """
    plain: Entry = {}
    for name, value in _mapping(raw or {}, f"{where}: it").items():
        key = str(name).replace("-", "_")
        if value is None or value == "" or value is raw:  # which may refer to itself
            continue
        if key in vain:
            raise OptionError(f"{where}: {key} has no effect where it is; look at the indentation")
        if key != key.lower():
            raise OptionError(f"{where}: the key {shown(key)} must be in lower case")
        if key == "auth":
            value = _plain(_mapping(value, f"{where}: auth"), where, BESIDE_AUTH)
        if plain.setdefault(key, value) != value:
            raise OptionError(f"{where}: {key} is given twice, with - and with _")
    return plain


def _mapping(raw: t.Any, what: str) -> Entry:
    if not isinstance(raw, dict):
        raise OptionError(f"{what} must be a mapping")
    return raw


def _over(below: Entry, above: Entry) -> Entry:
    """Both entries merged; what is in both is taken from ``above``."""
    return {**below, **above, "auth": {**below.get("auth", {}), **above.get("auth", {})}}


def _level(places: Places, name: str, entry: Entry, wanted: WantedRegion, where: str) -> levels.Level:
    place = f"cloud {shown(name)}: "
    entry = _in_region(name, entry, wanted, where)
    region = wanted.of_task or entry.get("region_name") or wanted.around
    profile, below = _profile(places, entry, region, where)
    entry, for_obs = _without_keys_of_obs(_over(below, entry))
    found = _texts(_without_other_domain(entry), place)
    written = {option: Value(_expanded(option, value, region, where), value.name) for option, value in found.items()}
    note = "ak and sk beside auth count as keys for OBS; to use them here, put them into auth" if for_obs else ""
    return levels.Level(
        written,
        [(key, Value(_as_text(value, key in LISTED), f"{place}{key}")) for key, value in _all(entry)],
        place,
        _verifies(entry, place),
        profile if profile.auth_url and "auth_url" not in written else None,
        note,
    )


def _verifies(entry: Entry, place: str) -> bool:
    """Raises OptionError for a path, the file of which openstacksdk would trust, and no other authority."""
    if not isinstance(entry.get("verify", True), bool):
        raise OptionError(f"{place}verify: must be true or false; name the file of an authority by cacert")
    return entry.get("verify") is not False and str(entry.get("insecure")).lower() != "true"


def _in_region(name: str, entry: Entry, wanted: WantedRegion, where: str) -> Entry:
    """The entry with what its region has for itself."""
    listed = entry.pop("regions", None)
    regions = _regions(listed or entry.get("region_name"), where)
    if not regions:
        return entry
    chosen = wanted.of_task or (len(regions) > 1 and wanted.around in regions)
    if not chosen and _regions(entry.get("region_name"), where).keys() - regions.keys():
        raise OptionError(f"{where}: region_name is none of its regions, so nobody knows which one is meant")
    region = _chosen_region(wanted, regions, listed, name)
    if regions[region].get("region_name", region) != region:
        raise OptionError(
            f"{where}: region {shown(region)} has another region_name, so nobody knows which one is meant"
        )
    return _over({**entry, "region_name": region}, regions[region])


def _chosen_region(wanted: WantedRegion, regions: t.Mapping[str, Entry], listed: t.Any, name: str) -> str:
    """The region that is chosen. Raises OptionError for one that the entry does not have."""
    # a task may name any region in place of a region_name, but not in place of a list, however short
    if len(regions) == 1 and not (listed and wanted.of_task):
        return next(iter(regions))
    region = wanted.of_task or wanted.around
    if region is None or region not in regions:
        variable = "" if wanted.of_task or not wanted.around else " (environment: OS_REGION_NAME)"
        raise OptionError(f"region{variable}: must be one of those of cloud {shown(name)}: {', '.join(regions)}")
    return region


def _without_keys_of_obs(entry: Entry) -> tuple[Entry, bool]:
    """The entry without access keys that are for OBS, and whether they stood beside a user.

    Keys beside a user, or beside other keys in ``auth``, are for OBS.
    """
    auth = entry["auth"]
    has_user = not {"username", "user_id"}.isdisjoint({*auth, *entry})
    own_pair = [key in auth for key in ("ak", "access_key", "sk", "secret_key")]
    for_obs = has_user and not any(own_pair) and any(key in entry for key in OBS_KEYS)
    if for_obs or sum(own_pair) > 1:
        entry = {key: value for key, value in entry.items() if key not in OBS_KEYS}
    return entry, for_obs


def _without_other_domain(entry: Entry) -> Entry:
    """``domain_name`` and ``domain_id`` may be those of the project where that of the user is named."""
    if not any(key.startswith("user_domain_") for key in (*entry, *entry["auth"])):
        return entry
    plain = {key: value for key, value in entry.items() if not key.startswith("domain_")}
    return {**plain, "auth": {key: value for key, value in entry["auth"].items() if not key.startswith("domain_")}}


def _all(entry: Entry) -> list[tuple[str, t.Any]]:
    return [*((key, value) for key, value in entry.items() if key != "auth"), *entry["auth"].items()]


def _as_text(value: t.Any, listed: bool) -> str:
    """A list of texts, where it may be ``listed``, as one; empty for what is no text."""
    if listed and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ",".join(value)
    return value if isinstance(value, str) else ""


def _texts(entry: Entry, place: str) -> dict[str, Value]:
    """The options that an entry has. Raises OptionError for one that is no text, or that is there with two values."""
    found: dict[str, Value] = {}
    for option in levels.ENVIRONMENT:
        values = _values_of(option, entry, place)
        if len({value.text for value in values}) > 1:
            keys = " or ".join(KEYS.get(option, (option,)))
            raise OptionError(f"{place}{option}: is there twice, with different values, as {keys}")
        if values:
            found[option] = values[0]
    return found


def _values_of(option: str, entry: Entry, place: str) -> list[Value]:
    """All that an entry and its ``auth`` say of an option, by each of its keys. Raises OptionError."""
    keys = KEYS.get(option, (option,))
    names = {key: place + (option if key in (option, keys[0]) else f"{option} (as {key})") for key in keys}
    given = [(one[key], names[key]) for key in keys for one in (entry["auth"], entry) if key in one]
    return [Value(_text(value, option, name), name) for value, name in given]


def _text(value: t.Any, option: str, name: str) -> str:
    """The value of an option, if it is text. Raises OptionError."""
    if isinstance(value, Unclear):
        raise OptionError(f"{name}: {value.why}")
    if isinstance(value, bool):
        raise OptionError(f"{name}: YAML takes it for true or false; put it in quotes")
    if not isinstance(value, str):
        raise OptionError(f"{name}: must be text")
    refuse_odd(option, Value(value, name))
    return value


def _expanded(option: str, value: Value, region: str | None, where: str) -> str:
    """With the region in place of REGION, as openstacksdk does it. Other words in braces are refused."""
    text = value.text
    if option not in EXPANDED or "{" not in text:
        return text
    if levels.REGION in text and not region:
        raise OptionError(f"region: missing, and {value.name} needs it")
    text = text.replace(levels.REGION, region or "")
    if "{" in text:
        raise OptionError(f"{where}: {option} may hold nothing in braces but {levels.REGION}")
    return text


def _regions(listed: t.Any, where: str) -> dict[str, Entry]:
    """What each region has for itself, by its name."""
    regions: dict[str, Entry] = {}
    if listed is not None and not isinstance(listed, (str, list)):
        raise OptionError(f"{where}: regions must be a list, and region_name must be text")
    if isinstance(listed, str):
        refuse_odd("region", Value(listed, f"{where}: region_name"))
        listed = [one.strip() for one in listed.split(",")]
    for one in listed or ():
        given, own = _region(one, where)
        name = given.strip()
        if regions.setdefault(name, own) != own:
            raise OptionError(f"{where}: it has the region {shown(name)} twice, so nobody knows which one is meant")
        refuse_odd("region", Value(given, f"{where}: the name of a region"))
    return regions


def _region(one: t.Any, where: str) -> tuple[str, Entry]:
    """Its name, and what it has for itself."""
    one = one if isinstance(one, dict) else {"name": one}
    if not isinstance(one.get("name"), str) or not one.keys() <= {"name", "values"}:
        raise OptionError(f"{where}: regions must be a list of names, or of mappings with name and values")
    return one["name"], _plain(one.get("values"), where, ("regions", "values"))


def _profile(places: Places, entry: Entry, region: str | None, where: str) -> tuple[levels.Profile, Entry]:
    """The cloud that an entry is said to be in, and all else that openstacksdk knows of it, in that region."""
    cloud = entry.pop("cloud", None)
    name = entry.pop("profile", None) or cloud
    known = {} if name is None else _known(places, name, where)
    regions = _regions(known.pop("regions", None) or known.pop("region_name", None), where)
    below = _over(known, regions.get(region or "", {}))
    address = below["auth"].pop("auth_url", None) or below.pop("auth_url", None)
    return levels.Profile(str(name), address if isinstance(address, str) else "", tuple(regions)), below


def _known(places: Places, name: t.Any, where: str) -> Entry:
    """What openstacksdk knows of a cloud. Raises OptionError for none of those that it knows."""
    if not isinstance(name, str) or "//" in name:  # openstacksdk would ask that host
        raise OptionError(f"{where}: profile must be a name that openstacksdk knows")
    found = _in_vendor_file(places, name)
    if found is None:
        found = copy.deepcopy(places.sdk.vendors.get_profile(name)) or None
    if found is None or (isinstance(found, dict) and found.get("status") == "shutdown"):
        raise OptionError(f"{where}: openstacksdk knows no cloud for the profile {shown(name)}")
    return _plain(found, where, ("cloud", "profile", "values"))


def _in_vendor_file(places: Places, name: str) -> t.Any:
    """What a file of the user, clouds-public.yaml, says about a cloud; None if it says nothing."""
    file = first(places.of(places.sdk.VENDOR_FILES))
    public = _part(content(file), "public-clouds", file) if file else None
    return public.get(name) if isinstance(public, dict) else None
