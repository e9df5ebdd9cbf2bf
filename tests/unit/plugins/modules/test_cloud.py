# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials of a clouds.yaml, found as users of openstacksdk and of AWX leave it."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
import yaml

from ansible_collections.otc.bigdata.tests.unit.utils.service import KEY, PROJECT, check_refused, refusal

AUTH = {"username": "demo", "password": "demo-password", "domain_name": "demo-domain"}
ENTRY = {"ak": KEY["access_key"], "sk": KEY["secret_key"]}


@pytest.fixture
def write(flink, tmp_path: pathlib.Path) -> t.Callable[..., str]:
    """Writes a clouds.yaml with one entry, which knows IAM; returns the path."""

    def write(name: str, auth: dict, folder: str = ".", **entry) -> str:
        file = tmp_path / folder / "clouds.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        auth = {"auth_url": f"{flink.emulator.url}/v3", **auth}
        file.write_text(yaml.safe_dump({"clouds": {name: {"auth": auth, **entry}}}), encoding="utf-8")
        return str(file)

    return write


@pytest.mark.parametrize("domain", [{}, {"project_domain_name": "demo-domain"}], ids=str)
def test_credential_of_awx(flink, write, domain):
    """The credential type OpenStack as it is: nothing is set in the task, and nothing else in the environment."""
    flink.answers(catalog_dli="listed")
    file = write("devstack", {**AUTH, "project_name": "eu-de", **domain}, verify=True, region_name="eu-de")
    result = flink.run("stopped", [128], login={}, environ={"OS_CLIENT_CONFIG_FILE": file})
    assert result["changed"] is True
    assert flink.truth[128] == "job_cancel_success"
    assert flink.total("logins") == 1


def test_entry_in_the_home_folder(flink, write, tmp_path):
    write("night", {"project_name": "eu-de"}, ".config/openstack", **ENTRY, dli_endpoint_override=flink.emulator.url)
    for chosen in ({"login": {"cloud": "night"}}, {"login": {"project_id": PROJECT}, "environ": {"OS_CLOUD": "night"}}):
        environ = {**chosen.pop("environ", {}), "HOME": str(tmp_path)}
        assert not flink.run("stopped", [137], **chosen, environ=environ).failed
        assert flink.total("logins") == 0
        assert {entry["authentication"] for entry in flink.log} == {"ak_sk"}
        assert KEY["secret_key"] not in str(flink.log)


def test_another_file_is_not_taken_instead(flink, write, tmp_path):
    """Its entry of the same name may be for another tenant."""
    write("night", {**AUTH, "project_name": "eu-de"}, ".config/openstack")
    environ = {"HOME": str(tmp_path), "OS_CLIENT_CONFIG_FILE": str(tmp_path / "gone.yaml")}
    check_refused(flink.run("stopped", [128], login={"cloud": "night"}, environ=environ), "cloud", "gone.yaml")
    assert not flink.log


def test_secrets_of_an_entry_are_not_printed(flink, write):
    """They are in no option and in no variable, and are hidden all the same."""
    flink.fault("/v3/auth/tokens", "status", status=401, body=refusal("IAM.0062", "demo-password is wrong"))
    environ = {"OS_CLIENT_CONFIG_FILE": write("c", {**AUTH, "project_name": "eu-de"})}
    result = flink.run("stopped", [128], login={}, environ=environ)
    check_refused(result, "is wrong", "password")
    assert "demo-password" not in result.text


# ---- nothing is sent where it is not clear who acts where ----

USER = {**AUTH, "project_name": "eu-de"}


@pytest.mark.parametrize(
    ("auth", "entry", "environ", "words"),
    [
        (USER, {"auth_type": "agency"}, {}, ["auth_type", "target_agency_name"]),
        ({**USER, "agency_name": "ops"}, {}, {}, ["target_domain_name", "missing"]),
        ({**USER, "xrole_name": "ops"}, {}, {}, ["xrole_name"]),
        (USER, {"auth_type": "v3oidcpassword"}, {}, ["auth_type", "v3oidcpassword"]),
        ({**USER, "passcode": "081804"}, {}, {}, ["passcode"]),
        (USER, {}, {"OS_USERNAME": "other"}, ["OS_CLOUD=night", "OS_USERNAME"]),
        (USER, {}, {"OS_TENANT_ID": PROJECT}, ["OS_CLOUD=night", "OS_TENANT_ID"]),
        ({**USER, "username": "demo\r"}, {}, {}, ["username"]),
        ({**USER, "password": 0o123456, "x": 0}, {}, {}, []),
    ],
    ids=str,
)
def test_who_acts_where(flink, write, auth, entry, environ, words):
    """Neither a login nor a job: the entry is complete, and would act in the user's own project."""
    file = write("night", auth, **entry)
    if not words:
        text = pathlib.Path(file).read_text(encoding="utf-8")
        pathlib.Path(file).write_text(text.replace("42798", "0123456"), encoding="utf-8")
        words = ["password", "quotes"]
    environ = {"OS_CLIENT_CONFIG_FILE": file, "OS_CLOUD": "night", **environ}
    for state in ("stopped", "absent"):
        check_refused(flink.run(state, [128], login={}, environ=environ), *words)
    assert not flink.log
    assert flink.truth[128] == "job_running"


def test_half_an_agency_in_the_environment(flink):
    environ = {
        "OS_USERNAME": "demo",
        "OS_PASSWORD": "demo-password",
        "OS_USER_DOMAIN_NAME": "demo-domain",
        "OS_PROJECT_NAME": "eu-de",
        "OS_AUTH_URL": flink.emulator.url,
        "OTC_DLI_ENDPOINT": flink.emulator.url,
    }
    for name in ("OS_AUTH_TYPE", "OS_AGENCY_NAME", "OS_TARGET_DOMAIN_NAME", "OS_DELEGATED_PROJECT", "OS_PASSCODE"):
        result = flink.run("stopped", [128], login={}, environ={**environ, name: "agency"})
        check_refused(result, name)
    assert not flink.log
    assert flink.run("stopped", [128], login={}, environ={**environ, "OS_AUTH_TYPE": "password"})["changed"]


def test_a_broken_file_is_not_passed_over(flink, write, tmp_path):
    """The entry of the same name in the home folder is for another project."""
    write("night", {**AUTH, "project_name": "eu-de"}, ".config/openstack")
    own = write("night", USER, "own")
    text = pathlib.Path(own).read_text(encoding="utf-8").replace("      username", "       username")
    pathlib.Path(own).write_text(text, encoding="utf-8")
    environ = {"HOME": str(tmp_path), "OS_CLIENT_CONFIG_FILE": own}
    result = flink.run("stopped", [128], login={"cloud": "night"}, environ=environ)
    check_refused(result, "own/clouds.yaml", "cannot be read: line", "OS_CLIENT_CONFIG_FILE")
    assert "demo-password" not in result.text
    assert not flink.log


def test_keys_for_obs(flink, write):
    """They are beside the user who logs in. If that fails, whoever meant the keys is told where they belong."""
    flink.answers(catalog_dli="listed")
    environ = {"OS_CLIENT_CONFIG_FILE": write("c", USER, **ENTRY)}
    assert flink.run("stopped", [128], login={}, environ=environ)["changed"]
    assert {entry["authentication"] for entry in flink.log if "/streaming" in entry["path"]} == {"token"}
    flink.log.clear()
    flink.fault("/v3/auth/tokens", "status", status=401, body=refusal("IAM.0062", "wrong"), times=2)
    result = flink.run("stopped", [137], login={}, environ=environ)
    check_refused(result, "ak and sk beside auth", "put them into auth")
    result = flink.run("stopped", [137], login={}, environ={"OS_CLIENT_CONFIG_FILE": write("c", USER)})
    check_refused(result, "not accepted")
    assert "OBS" not in result["msg"]
    environ = {"OS_CLIENT_CONFIG_FILE": write("c", {**USER, **ENTRY}, dli_endpoint_override=flink.emulator.url)}
    assert flink.run("stopped", [137], login={}, environ=environ)["changed"]
    assert flink.log[-1]["authentication"] == "ak_sk"


def test_a_user_with_mfa(flink):
    """IAM has answered so, https://github.com/opentelekomcloud/python-otcextensions/issues/336; not by the password."""
    flink.fault("/v3/auth/tokens", "status", status=401, body={"error": {"message": "mfa totp code verify fail"}})
    result = flink.run("stopped", [128], login=flink.by_password)
    check_refused(result, "mfa totp code verify fail", "one-time password", "access_key")
    assert "check username" not in result["msg"]
    assert flink.total("logins") == 1
