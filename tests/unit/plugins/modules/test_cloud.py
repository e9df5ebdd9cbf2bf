# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials of a clouds.yaml, found as users of openstacksdk and of AWX leave it."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
import yaml

from ansible_collections.otc.bigdata.tests.unit.utils.flink import PROJECT, check_refused, refusal
from ansible_collections.otc.bigdata.tests.unit.utils.service import KEY

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
