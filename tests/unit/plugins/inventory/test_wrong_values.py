# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that may hold a secret where none belongs: no inventory shows them, neither its file nor one of its sources."""

from __future__ import annotations

import os
import re
import sys

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import template

SECRET = "kX9vQ2mL7pR4tZ8w"
CLOUD = {"auth": {"username": "demo", "password": SECRET}}
PEM = f"-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----\n"
CASES = {
    "cloud": ({"cloud": CLOUD}, "cloud: must be the name of an entry of a clouds.yaml, not a dictionary"),
    "cloud as text": ({"cloud": f"{CLOUD}"}, "cloud: must be the name of an entry of a clouds.yaml, not the text of"),
    "region": ({"region": CLOUD}, "region: must be plain text, not a dictionary"),
    "region_name": ({"region_name": [CLOUD]}, "region_name: must be plain text, not a list"),
    "template": ({"region": template(f"{{'a': '{SECRET}'}}")}, "region: must be plain text, not a dictionary"),
    "validate_certs": ({"validate_certs": CLOUD}, "validate_certs: must be true or false, not a dictionary"),
    "max_retries": ({"max_retries": CLOUD}, "max_retries: must be a number, not a dictionary"),
    "infinity": ({"max_retries": "inf"}, "max_retries: must be a number, not NaN, infinite or far too large"),
    "client_key": ({"client_key": PEM}, "client_key: must be the path of a file, not the text of a key or certificate"),
    "ca_path": ({"ca_path": PEM}, "ca_path: must be the path of a file, not the text of a key or certificate"),
    "endpoints": ({"endpoints": [CLOUD]}, "endpoints: must be a dictionary with iam, dli, mrs, not a list"),
    "endpoints.x": ({"endpoints": {"x": SECRET}}, "endpoints.x. Supported parameters include: dli, iam, mrs."),
    "auth": (CLOUD, "auth: there is no such"),
    "number": ({"password": 12345678}, "password: must be plain text, not a number; quote it"),
}


OF_OTHERS = [{SECRET: 1}, {"names": [f"[{SECRET}"]}, {"hostnames": [SECRET]}, {"sources": [{SECRET: 1}]}]


@pytest.mark.parametrize("within", [False, True], ids=["file", "source"])
def test_a_secret_in_the_wrong_place(projects, within):
    files = {
        name: projects.write(f"{n}.projects.yml", **({"sources": [options]} if within else options))
        for n, (name, (options, dummy)) in enumerate(CASES.items())
    }
    arguments = [part for file in files.values() for part in ("-i", file)]
    run = projects.show("--list", "-vvvv", *arguments)
    said = re.sub(r"\s+", " ", run.said)
    assert SECRET not in said
    assert "12345678" not in said
    for dummy, words in CASES.values():
        assert f"otc.bigdata.iam_projects: {'sources[0]: ' if within else ''}{words}" in said, words
    assert projects.emulator.log.entries() == []


def test_a_secret_of_the_environment_in_a_wrong_option(projects):
    files = [projects.write(f"{n}.projects.yml", region="eu-de", **one) for n, one in enumerate(OF_OTHERS)]
    run = projects.show("--list", "-vvvv", *(part for file in files for part in ("-i", file)), OS_SECRET_KEY=SECRET)
    assert "********" in run.said
    assert SECRET not in run.said


def test_requests_that_cannot_be_imported(projects):
    projects.folder.write("packages/requests/__init__.py", 'raise ImportError("urllib3 v2 needs a newer OpenSSL")')
    path = os.pathsep.join([str(projects.folder.home / "packages"), projects.folder.environ()["PYTHONPATH"]])
    run = projects.show("--list", "-i", projects.write("projects.yml", region="eu-de"), PYTHONPATH=path)
    said = "cannot import it: ImportError: urllib3 v2 needs a newer OpenSSL"
    assert f"requests is installed, but {sys.executable} {said}" in re.sub(r"\s+", " ", run.said)


def test_sources_of_another_kind(projects):
    """Each in a file of its own, and each of them is refused."""
    odd = (CLOUD, [[CLOUD]], [SECRET], SECRET, [{"sources": [CLOUD]}])
    files = [projects.write(f"{n}.projects.yml", sources=sources) for n, sources in enumerate(odd)]
    run = projects.show("--list", "-vvvv", *(part for file in files for part in ("-i", file)))
    *said, dummy = re.split(r"Unable\s+to\s+parse", run.err)  # which follows on each of them
    assert len(said) == len(files)
    assert all(re.search(r"iam_projects:\s+sources", one) for one in said), run.err
    assert SECRET not in run.said
