# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the playbook that configures AWX, with the real modules of awx.awx, against an AWX that listens here."""

from __future__ import annotations

import os
import subprocess

from ansible_collections.otc.bigdata.tests.unit.utils.awx import COLLECTIONS, ROOT
from ansible_collections.otc.bigdata.tests.unit.utils.controller import TOKEN
from ansible_collections.otc.bigdata.tests.unit.utils.run_module import forks
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import Folder, Run
from ansible_collections.otc.bigdata.tests.unit.utils.service import KEY

PLAYBOOK = "otc.bigdata.awx.configure"
ENVIRON = {f"OS_{name.upper()}": value for name, value in KEY.items()}  # as the guide asks for it
# To read those of the system takes as long as a request, and nobody encrypts what stays on this host
NO_CERTIFICATES = {"SSL_CERT_FILE": "/nowhere", "SSL_CERT_DIR": "/nowhere"}
SCM_URL = "https://github.com/otc-bigdata/otc.bigdata"
SECRET = "password-of-the-demo"
VARIABLES = {
    "image": "registry.example.com/ee-otc-bigdata:1.0.0",
    "credential_type": "access_key",
    "credential_inputs": {
        "access_key": "{{ lookup('ansible.builtin.env', 'OS_ACCESS_KEY') }}",
        "secret_key": "{{ lookup('ansible.builtin.env', 'OS_SECRET_KEY') }}",
        "project_name": "eu-de",
    },
    "slices": 2,
    "nightly_purge": "30d",
}


def collections_for_awx() -> str:
    """Also awx.awx."""
    script = ROOT / "scripts/awx-collection"
    found = subprocess.run([script], check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout.strip()
    return os.pathsep.join([COLLECTIONS, found])


def in_forks() -> list[str]:
    """Arguments for modules that do not start as they do elsewhere, which takes ten times as long, nor from files."""
    return ["-e", f"ansible_python_interpreter={forks().command('python')} ansible_pipelining=true"]


def configure(here: Folder, url: str, variables: dict, *arguments: str, **environ: str) -> Run:
    file = here.write("variables.yml", variables)
    access = {"CONTROLLER_HOST": url, "CONTROLLER_OAUTH_TOKEN": TOKEN, **environ}
    return here.start("playbook", PLAYBOOK, "-e", f"@{file}", *arguments, **access).end(600)


def configured(here: Folder, url: str, variables: dict) -> None:
    """An AWX that has all that the playbook makes of them."""
    run = configure(here, url, variables, *in_forks(), **ENVIRON)
    assert run.code == 0, run.said
