# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which agency, passcode and ids a task uses, wherever they are given; each half of them is an error."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
import yaml

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.agency import Agency, Delegate
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.auth import AccessKey, Password, Project, Token
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.connection import Connection, read_connection
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.errors import OptionError

DEFAULTS = {"request_timeout": 60, "max_retries": 5, "max_concurrency": 8}
USER = {"username": "u", "password": "p", "user_domain_name": "d"}
# As python-otcextensions documents it
AGENCY = {"target_agency_name": "ops", "target_domain_name": "customer", "target_project_name": "eu-de"}
ENV = {"OS_USERNAME": "u", "OS_PASSWORD": "p", "OS_USER_DOMAIN_NAME": "d"}
KEY = {"access_key": "a", "secret_key": "s"}
OWN = Password("u", "p", "d")
OPS = Agency("ops", domain_name="customer")
ITS_PROJECT = Project(name="eu-de")


def variables(options: dict[str, str]) -> dict[str, str]:
    return {f"OS_{name.upper()}": value for name, value in options.items()}


@pytest.fixture
def read(tmp_path: pathlib.Path) -> t.Callable[..., Connection]:
    """The connection of a task, with this entry as the cloud c."""

    def connection(
        options: t.Any = None, environ: t.Any = None, entry: t.Any = None, service: str = "dli", **more: t.Any
    ) -> Connection:
        environ = dict(environ or {})
        if entry is not None:
            file = tmp_path / "clouds.yaml"
            file.write_text(yaml.safe_dump({"clouds": {"c": entry}}), encoding="utf-8")
            environ["OS_CLIENT_CONFIG_FILE"] = str(file)
        return read_connection({**DEFAULTS, **(options or {})}, environ, service, **more)

    return connection


def refused(read: t.Any, *words: str, **how: t.Any) -> None:
    with pytest.raises(OptionError) as raised:
        read(**how)
    for word in words:
        assert word in str(raised.value)


# ---- agencies ----

WAYS: list[tuple[dict, t.Any, Agency, Project]] = [
    ({"options": {**USER, **AGENCY}}, OWN, OPS, ITS_PROJECT),
    ({"options": AGENCY, "environ": ENV}, OWN, OPS, ITS_PROJECT),
    ({"environ": {**ENV, **variables(AGENCY)}}, OWN, OPS, ITS_PROJECT),
    ({"environ": {**ENV, "OS_AUTH_TYPE": "agency", **variables(AGENCY)}}, OWN, OPS, ITS_PROJECT),
    (
        {
            "environ": {
                **ENV,
                "OS_AGENCY_NAME": "ops",
                "OS_AGENCY_DOMAIN_NAME": "customer",
                "OS_DELEGATED_PROJECT": "eu-de",
                "OS_PROJECT_NAME": "eu-de",
            }
        },
        OWN,
        OPS,
        ITS_PROJECT,
    ),
    # a part of the login, and so the agency, is from the environment
    ({"options": {"username": "u"}, "environ": {**ENV, **variables(AGENCY)}}, OWN, OPS, ITS_PROJECT),
    ({"options": {"target_agency_name": "ops"}, "environ": {**ENV, **variables(AGENCY)}}, OWN, OPS, ITS_PROJECT),
    # the form of a higher place counts
    (
        {"options": {"target_domain_id": "x", "target_project_id": "t"}, "environ": {**ENV, **variables(AGENCY)}},
        OWN,
        Agency("ops", domain_id="x"),
        Project("t"),
    ),
    ({"options": {"token": "t", **AGENCY}}, Token("t"), OPS, ITS_PROJECT),
    ({"options": {**KEY, **AGENCY}}, AccessKey("a", "s"), OPS, ITS_PROJECT),
    ({"options": {**USER, **AGENCY, "target_project_id": "t"}}, OWN, OPS, Project("t", "eu-de")),
]
ENTRIES = [
    {"auth_type": "agency", "auth": {**USER, "project_name": "eu-de", **AGENCY}},
    {"auth": {**USER, "project_name": "eu-de", **AGENCY}},
    {"auth": USER, **AGENCY},
    {
        "auth-type": "agency",
        "auth": {**USER, "token": "stale"},
        **{key.replace("_", "-"): AGENCY[key] for key in AGENCY},
    },
    {"auth": {**USER, "agency_name": "ops", "agency_domain_name": "customer", "delegated_project": "eu-de"}},
    {"auth": USER, "regions": [{"name": "eu-de", "values": AGENCY}]},
]
POINTERS: list[dict] = [{"options": {"cloud": "c"}}, {"environ": {"OS_CLOUD": "c"}}, {}]
WAYS += [({**pointer, "entry": entry}, OWN, OPS, ITS_PROJECT) for entry in ENTRIES for pointer in POINTERS]
# that of the environment says the same
WAYS += [({"entry": ENTRIES[0], "environ": {"OS_CLOUD": "c", **variables(AGENCY)}}, OWN, OPS, ITS_PROJECT)]
# or names all of it
WAYS += [({"entry": {}, "environ": {"OS_CLOUD": "c", **ENV, **variables(AGENCY)}}, OWN, OPS, ITS_PROJECT)]
# and that of a task counts with every login
WAYS += [({"entry": {"auth": USER}, "options": {"cloud": "c", **AGENCY}}, OWN, OPS, ITS_PROJECT)]


@pytest.mark.parametrize(("way", "own", "agency", "project"), WAYS, ids=str)
def test_ways_to_name_an_agency(read: t.Any, way: dict, own: t.Any, agency: Agency, project: Project) -> None:
    way = {**way, "options": {"region": "eu-de", **way.get("options", {})}}
    found = read(**way)
    assert isinstance(found.credential, Delegate)
    assert (found.credential.own, found.credential.agency, found.project) == (own, agency, project)


@pytest.mark.parametrize(("way", "own", "agency", "project"), WAYS[:4], ids=str)
def test_region_of_the_target(read: t.Any, way: dict, own: t.Any, agency: Agency, project: Project) -> None:
    """The own project may be in another one."""
    way = {**way, "environ": {**way.get("environ", {}), "OS_PROJECT_NAME": "eu-nl"}}
    way["environ"] = {name: value for name, value in way["environ"].items() if name != "OS_TARGET_PROJECT_NAME"}
    if "OS_TARGET_AGENCY_NAME" in way["environ"]:
        way["environ"]["OS_DELEGATED_PROJECT"] = "eu-de"
    assert read(**way).credential.own_project == Project(name="eu-nl")
    assert read(**way).region == "eu-de"
    assert read(**way).iam == "https://iam.eu-de.otc.t-systems.com"


def placed(place: str, login: dict, agency: dict) -> dict:
    """The same, in one place or another."""
    own = {**login, "project_name": "eu-de"}
    if place == "task":
        return {"options": {**own, **agency}}
    if place == "environment":
        return {"environ": variables({**own, **agency})}
    entry = {"auth": {**own, **agency}} if place == "auth" else {"auth": own, **agency}
    return {"options": {"cloud": "c"}, "entry": entry}


@pytest.mark.parametrize("missing", AGENCY)
@pytest.mark.parametrize("place", ["task", "environment", "auth", "entry"])
@pytest.mark.parametrize("login", [USER, {"token": "t"}, KEY], ids=["user", "token", "key"])
def test_half_an_agency(read: t.Any, missing: str, place: str, login: dict) -> None:
    half = {name: value for name, value in AGENCY.items() if name != missing}
    refused(read, missing, "missing, as ", **placed(place, login, half))
    for name, value in half.items():
        refused(read, "missing, as ", name, **placed(place, login, {name: value}))


@pytest.mark.parametrize("name", ["OS_AGENCY_NAME", "OS_AGENCY_DOMAIN_NAME", "OS_DELEGATED_PROJECT"])
def test_two_variables_for_one_option(read: t.Any, name: str) -> None:
    """Other clients take the one or the other, so nobody knows which account is meant."""
    environ = {**ENV, **variables(AGENCY)}
    refused(read, f"beside {name}): they do not say the same", "unset one of them", environ={**environ, name: "other"})
    same = {"OS_AGENCY_NAME": "ops", "OS_AGENCY_DOMAIN_NAME": "customer", "OS_DELEGATED_PROJECT": "eu-de"}
    assert read({}, {**environ, name: same[name]}).credential.agency == OPS
    assert read({**USER, "project_name": "eu-de"}, {**environ, name: "other"}).credential == OWN


def test_leftovers_beside_an_auth_type(read: t.Any) -> None:
    """Other tools would pass them over, and act in the own account; those of a task count, whatever an entry says."""
    for kind in ("password", "v3password", "v3totp"):
        entry = {"auth_type": kind, "auth": {**USER, "project_name": "eu-de", **AGENCY}}
        for pointer in POINTERS:
            refused(read, "cloud 'c': target_", "beside cloud 'c': auth_type", **pointer, entry=entry)
        refused(read, "OS_TARGET_", "beside OS_AUTH_TYPE", environ={**ENV, **variables(AGENCY), "OS_AUTH_TYPE": kind})
    for kind, login in (("password", BY_ID), ("token", {"token": "t"})):
        refused(
            read,
            "passcode beside",
            options={"cloud": "c"},
            entry={"auth_type": kind, "auth": {**login, "passcode": "081804"}},
        )
    entry = {"auth_type": "password", "auth": USER}
    assert read({"cloud": "c", **AGENCY}, entry=entry).credential.agency == OPS
    entry = {"auth_type": "agency", "auth": {**BY_ID, **AGENCY, "passcode": "081804"}}
    assert read({"cloud": "c"}, entry=entry).credential.own.passcode == "081804"


def test_an_agency_that_nobody_logs_in_for(read: t.Any) -> None:
    """Its entry is a complete login to somebody else's project for whoever skips it."""
    entry = {"auth_type": "agency", "auth": {**USER, "project_name": "eu-de"}}
    for pointer in POINTERS:
        refused(read, "cloud 'c': auth_type", "target_agency_name", **pointer, entry=entry)
    refused(
        read,
        "OS_AUTH_TYPE",
        "target_agency_name",
        environ={**ENV, "OS_AUTH_TYPE": "agency", "OS_PROJECT_NAME": "eu-de"},
    )
    for one in ENTRIES:
        for login in ({"token": "t"}, USER, KEY):
            refused(read, "cloud 'c': ", entry=one, options={"cloud": "c", "project_id": "p", **login})
    refused(read, "target_agency_name", entry={**AGENCY}, environ={"OS_CLOUD": "c", **ENV})
    refused(read, "target_domain_name beside target_domain_id", options={**USER, **AGENCY, "target_domain_id": "x"})


@pytest.mark.parametrize("other", ["agency", "v3totp", "v3multifactor"])
def test_two_kinds_of_login_at_one_place(read: t.Any, other: str) -> None:
    """Both are a user's, but only one of them leads to the user's own project."""
    own = {**USER, "project_name": "eu-de"}
    for one, two in (("password", other), (other, "password")):
        entry = {"auth": {**own, "auth_type": one}, "auth_type": two}
        refused(read, "auth_type", "contradicts", options={"cloud": "c"}, entry=entry)
        environ = {**ENV, "OS_PROJECT_NAME": "eu-de", "OS_AUTH_TYPE": one, "OS_AUTH_PLUGIN": two}
        refused(read, "OS_AUTH_PLUGIN: contradicts OS_AUTH_TYPE", environ=environ)


def test_an_agency_beside_the_login_of_somebody_else(read: t.Any) -> None:
    """That of an entry counts with its own login. A task may name another one, and the environment the same."""
    entry = {"auth": {**USER, "target_agency_name": "x", "target_domain_id": "y", "target_project_id": "z"}}
    found = read({"cloud": "c", "region": "eu-de", "token": "t", **AGENCY}, entry=entry)
    assert (found.credential.agency, found.project) == (OPS, ITS_PROJECT)
    for name in AGENCY:
        half = {key: value for key, value in AGENCY.items() if key != name}
        refused(read, name, entry=entry, options={"cloud": "c", "token": "t", **half})
    environ = {"OS_CLOUD": "c", **ENV, "OS_PROJECT_NAME": "eu-de", "OS_REGION_NAME": "eu-de"}
    entry = {"auth_type": "agency", "auth": {**USER, "project_name": "eu-de", **AGENCY}}
    found = read({}, {**environ, **variables(AGENCY)}, entry)
    assert (found.credential.agency, found.project) == (OPS, ITS_PROJECT)
    refused(read, "target_agency_name: counts only with the login of its entry", environ=environ, entry=entry)


@pytest.mark.parametrize("own", [{"token": "t"}, KEY], ids=["token", "key"])
def test_the_type_of_an_agency_is_that_of_a_user(read: t.Any, own: dict) -> None:
    """What is there already is not what is missing."""
    entry = {"auth_type": "agency", "auth": {**own, **AGENCY}}
    with pytest.raises(OptionError) as raised:
        read({"cloud": "c"}, {}, entry)
    assert "asks for 'agency'; set username + password + user_domain_name" in str(raised.value)
    assert "OS_TOKEN" not in str(raised.value)


def test_an_agency_of_the_environment_goes_with_its_login(read: t.Any) -> None:
    environ = {**ENV, **variables(AGENCY), "OS_AUTH_TYPE": "agency"}
    for login, own in ((USER, OWN), ({"token": "t"}, Token("t")), (KEY, AccessKey("a", "s"))):
        assert read({**login, "project_name": "eu-de"}, environ).credential == own
    entry = {"auth": {**USER, "project_name": "eu-nl"}}
    assert read({"cloud": "c"}, environ, entry).project == Project(name="eu-nl")
    for name in (
        "OS_TARGET_AGENCY_NAME",
        "OS_AGENCY_NAME",
        "OS_TARGET_PROJECT_ID",
        "OS_TARGET_DOMAIN_ID",
        "OS_DELEGATED_PROJECT",
    ):
        refused(read, "OS_CLOUD=c beside", name, environ={"OS_CLOUD": "c", name: "x"}, entry=entry)
        refused(read, "OS_CLOUD=c beside", name, environ={"OS_CLOUD": "c", name: "x"}, entry=ENTRIES[0])
    environ = {"OS_CLOUD": "c", "OS_TARGET_AGENCY_NAME": "x"}
    refused(read, "OS_CLOUD=c beside", options={"target_project_name": "x"}, environ=environ, entry=ENTRIES[0])
    settled = read(AGENCY, {"OS_CLOUD": "c", "OS_TARGET_PROJECT_NAME": "other"}, {"auth": USER})
    assert settled.project == ITS_PROJECT


@pytest.mark.parametrize("own", ["project_id", "project_name"])
def test_a_project_above_that_of_the_agency(read: t.Any, own: str) -> None:
    """It may be the one that is meant."""
    task = {own: "x"}
    named = (own, "beside", "target_project_name")
    refused(read, *named, options=task, environ={**ENV, **variables(AGENCY)})
    refused(read, *named, options={"cloud": "c", **task}, entry=ENTRIES[0])
    refused(read, *named, options=task, environ={"OS_CLOUD": "c"}, entry=ENTRIES[2])
    refused(read, *named, environ={"OS_CLOUD": "c", f"OS_{own.upper()}": "x"}, entry=ENTRIES[2])
    # beside it, or below it, it is the user's own
    assert read({**USER, **AGENCY, **task}).project == ITS_PROJECT
    assert read({**USER, **AGENCY}, {f"OS_{own.upper()}": "x"}).project == ITS_PROJECT


def test_the_inventory_of_projects_needs_none(read: t.Any) -> None:
    without = {name: value for name, value in AGENCY.items() if name != "target_project_name"}
    found = read({**USER, **without, "region": "eu-de"}, service="iam")
    assert (found.credential.agency, found.project) == (OPS, None)
    half = {"target_agency_name": "ops", "region": "eu-de"}
    refused(read, "target_domain_name", options={**USER, **half}, service="iam")


# ---- ids ----

BY_ID = {"user_id": "u1", "password": "p"}


@pytest.mark.parametrize(
    ("options", "environ", "credential"),
    [
        (BY_ID, {}, Password(None, "p", user_id="u1")),
        ({**BY_ID, "user_domain_id": "d1"}, {}, Password(None, "p", user_id="u1", user_domain_id="d1")),
        ({**USER, "user_domain_name": None, "user_domain_id": "d1"}, {}, Password("u", "p", user_domain_id="d1")),
        ({}, variables(BY_ID), Password(None, "p", user_id="u1")),
        # the form of a higher place counts
        (USER, variables(BY_ID), OWN),
        (BY_ID, ENV, Password(None, "p", user_id="u1")),
        ({"user_id": "u1"}, ENV, Password(None, "p", "d", user_id="u1")),
        ({"username": "x"}, {**ENV, "OS_USER_ID": "u1"}, Password("x", "p", "d")),
        ({"user_domain_id": "d1"}, ENV, Password("u", "p", user_domain_id="d1")),
        # OS_USER_DOMAIN_* before OS_DOMAIN_*
        ({}, {**ENV, "OS_DOMAIN_ID": "x", "OS_DOMAIN_NAME": "y"}, OWN),
        (
            {},
            {"OS_USERNAME": "u", "OS_PASSWORD": "p", "OS_USER_DOMAIN_ID": "d1", "OS_DOMAIN_NAME": "y"},
            Password("u", "p", user_domain_id="d1"),
        ),
        ({}, {"OS_USERNAME": "u", "OS_PASSWORD": "p", "OS_DOMAIN_ID": "d1"}, Password("u", "p", user_domain_id="d1")),
        # no login of a user
        ({"token": "t"}, {**ENV, "OS_USER_ID": "u1"}, Token("t")),
        ({}, {**ENV, "OS_USER_ID": "u1", "OS_TOKEN": "t"}, Token("t")),
    ],
    ids=str,
)
def test_ids(read: t.Any, options: dict, environ: dict, credential: t.Any) -> None:
    assert read({"project_name": "eu-de", **options}, environ).credential == credential


def test_ids_of_an_entry(read: t.Any) -> None:
    for auth, credential in (
        (BY_ID, Password(None, "p", user_id="u1")),
        ({"username": "u", "password": "p", "domain_id": "d1"}, Password("u", "p", user_domain_id="d1")),
        ({**USER, "domain_id": "of the project"}, OWN),
        (
            {"username": "u", "password": "p", "user-domain-id": "d1", "domain_name": "x"},
            Password("u", "p", user_domain_id="d1"),
        ),
    ):
        assert read({"cloud": "c", "project_name": "eu-de"}, entry={"auth": auth}).credential == credential


def test_two_forms_at_one_place(read: t.Any) -> None:
    named = {"project_name": "eu-de"}
    refused(read, "username beside user_id", options={**USER, "user_id": "u1", **named})
    refused(read, "user_domain_name beside user_domain_id", options={**USER, "user_domain_id": "d1", **named})
    refused(read, "OS_USERNAME", "OS_USER_ID", environ={**ENV, "OS_USER_ID": "u1", "OS_PROJECT_NAME": "eu-de"})
    refused(read, "OS_USER_DOMAIN_ID", environ={**ENV, "OS_USER_DOMAIN_ID": "d1", "OS_PROJECT_NAME": "eu-de"})
    refused(
        read, "username beside cloud 'c': user_id", options={"cloud": "c"}, entry={"auth": {**USER, "user_id": "u1"}}
    )
    refused(read, "user_id: letters", options={**BY_ID, "user_id": "u 1", **named})


# ---- passcodes ----

CODE = {"passcode": "081804"}
WITH_CODE = Password(None, "p", user_id="u1", passcode="081804")


@pytest.mark.parametrize(
    "way",
    [
        {"options": {**BY_ID, **CODE}},
        {"options": CODE, "environ": variables(BY_ID)},
        {"environ": variables({**BY_ID, **CODE})},
        {
            "environ": {
                **variables({**BY_ID, **CODE}),
                "OS_AUTH_TYPE": "v3multifactor",
                "OS_AUTH_METHODS": "v3password,v3totp",
            }
        },
        {"options": {"cloud": "c", **CODE}, "entry": {"auth": BY_ID}},
        {"options": {"cloud": "c"}, "entry": {"auth": {**BY_ID, **CODE}}},
        {"options": {"cloud": "c"}, "entry": {"auth_type": "v3totp", "auth": {**BY_ID, **CODE}}},
        {"options": {"cloud": "c", **CODE}, "entry": {"auth_type": "v3totp", "auth": BY_ID}},
        {
            "environ": {"OS_CLOUD": "c"},
            "entry": {
                "auth_type": "v3multifactor",
                "auth_methods": ["v3password", "v3totp"],
                "auth": {**BY_ID, **CODE},
            },
        },
    ],
    ids=str,
)
def test_ways_to_give_a_passcode(read: t.Any, way: dict) -> None:
    way = {**way, "options": {"project_name": "eu-de", **way.get("options", {})}}
    assert read(**way).credential == WITH_CODE
    assert not read(**way).credential.renewable
    refused(read, "passcode", "good for one login", **way, one_login=False)


@pytest.mark.parametrize(
    ("options", "environ", "words"),
    [
        ({**USER, **CODE}, {}, ["passcode: needs user_id in place of username"]),
        (CODE, ENV, ["passcode: needs user_id (environment: OS_USER_ID)", "OS_USERNAME"]),
        ({"token": "t", **CODE}, {}, ["passcode: goes with", "token"]),
        ({**KEY, **CODE}, {}, ["passcode: goes with"]),
        ({}, {**variables(KEY), "OS_PASSCODE": "081804"}, ["OS_PASSCODE", "goes with"]),
        ({**BY_ID, "passcode": "81804"}, {}, ["passcode: must be six digits"]),
        ({**BY_ID, "passcode": "0818040"}, {}, ["passcode: must be six digits"]),
        ({**BY_ID, "passcode": "٠٨١٨٠٤"}, {}, ["passcode: must be six digits"]),
        ({"user_id": "u1", **CODE}, {}, ["password", "missing"]),
        ({}, {**variables(BY_ID), "OS_AUTH_TYPE": "v3totp"}, ["OS_AUTH_TYPE", "needs passcode"]),
        ({}, {**variables(BY_ID), "OS_AUTH_TYPE": "v3multifactor"}, ["OS_AUTH_TYPE", "needs passcode"]),
        *(
            ({}, {**variables({**BY_ID, **CODE, "auth_type": kind}), "OS_AUTH_METHODS": methods}, ["OS_AUTH_METHODS"])
            for kind, methods in (
                ("", "v3totp"),
                ("", "v3password,v3totp"),
                ("v3totp", "v3password,v3totp"),
                ("v3multifactor", "v3totp"),
                ("v3multifactor", "v3password,v3totp,v3token"),
            )
        ),
    ],
    ids=str,
)
def test_mixtures_with_a_passcode(read: t.Any, options: dict, environ: dict, words: list) -> None:
    with pytest.raises(OptionError) as raised:
        read({"project_name": "eu-de", **options}, environ)
    assert all(word in str(raised.value) for word in words)
    assert "81804" not in str(raised.value)


def test_a_passcode_of_the_environment_goes_with_its_login(read: t.Any) -> None:
    environ = {**variables({**BY_ID, **CODE}), "OS_PROJECT_NAME": "eu-de"}
    assert read(USER, environ).credential == OWN
    assert read({"token": "t", "project_id": "p", "region": "eu-de"}, environ).credential == Token("t")
    assert read({"cloud": "c"}, environ, {"auth": {**USER, "project_name": "eu-nl"}}).credential == OWN


def test_a_passcode_that_yaml_would_change(read: t.Any, tmp_path: pathlib.Path) -> None:
    """012345 is 5349 for it."""
    file = tmp_path / "clouds.yaml"
    for written, good in (("081804", True), ("123456", True), ("'012345'", True), ("012345", False), ("1_2345", False)):
        file.write_text(
            f"clouds: {{c: {{auth: {{user_id: u1, password: p, project_name: eu-de, passcode: {written}}}}}}}",
            encoding="utf-8",
        )
        environ = {"OS_CLIENT_CONFIG_FILE": str(file)}
        if good:
            assert read({}, environ).credential.passcode == written.strip("'")
        else:
            refused(read, "cloud 'c': passcode: ", environ=environ)


def test_a_passcode_and_an_agency(read: t.Any) -> None:
    found = read({**BY_ID, **CODE, **AGENCY}).credential
    assert (found.own, found.renewable) == (WITH_CODE, False)
    assert read({**KEY, **AGENCY}).credential.renewable
    assert not read({"token": "t", **AGENCY}).credential.renewable


def test_a_variable_is_named_where_it_would_count(read: t.Any) -> None:
    half, own = {"target_agency_name": "ops"}, {"project_name": "eu-de"}
    for how in (
        {"options": {"cloud": "c"}, "entry": {"auth": {**USER, **half}}},
        {"options": {**USER, **half}},
        {"options": {"cloud": "c", **half}, "entry": {"auth": USER}},
        {"options": {"cloud": "c"}, "entry": {"auth_type": "agency", "auth": USER}},
        {"options": {"cloud": "c"}, "entry": {"auth_type": "v3totp", "auth": {**BY_ID, **own}}},
        {"options": {"cloud": "c", **CODE}, "entry": {"auth": {**USER, **own}}},
    ):
        with pytest.raises(OptionError) as raised:
            read(**how)
        assert "environment" not in str(raised.value)
    refused(read, "OS_TARGET_DOMAIN_NAME", options={"username": "u", **half}, environ=ENV)
    refused(read, "OS_USER_ID", options=CODE, environ={**ENV, "OS_PROJECT_NAME": "eu-de"})


def test_where_the_user_of_a_passcode_is_named(read: t.Any) -> None:
    """An option of the task would be half a login, and decide."""
    entry = {"auth": {**USER, "project_name": "eu-de"}}
    for pointer in POINTERS:
        options = {**CODE, **pointer.get("options", {})}
        refused(
            read,
            "needs user_id in place of cloud 'c': username",
            entry=entry,
            options=options,
            environ=pointer.get("environ"),
        )


@pytest.mark.parametrize("form", ["domain_name", "domain_id"])
def test_a_domain_of_the_project_beside_a_user_id(read: t.Any, form: str) -> None:
    """As keystoneauth documents it. Whose domain it is, only the user's own tells."""
    auth = {**BY_ID, "project_name": "eu-de", f"project_{form}": "d"}
    refused(read, f"project_{form}: needs user_{form} beside it", options={"cloud": "c"}, entry={"auth": auth})
    found = read({"cloud": "c"}, {}, {"auth": {**auth, f"user_{form}": "d"}}).credential
    assert found == Password(None, "p", user_id="u1", **{f"user_{form}": "d"})
