# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is set for all tasks, and installed or not, decides which run in the process of Ansible."""

from __future__ import annotations

import os
import re
import sys
import typing as t

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import world
from ansible_collections.otc.bigdata.tests.unit.utils.fast_path import AS_A_MODULE, FLINK, IN_PROCESS, script, stops

pytestmark = pytest.mark.real
# As if it were not installed
WITHOUT_REQUESTS = """
from importlib.machinery import PathFinder
found = PathFinder.find_spec
PathFinder.find_spec = classmethod(lambda cls, name, *more: None if name == "requests" else found(name, *more))
"""
NOT_WISHED = {"ansible.cfg": "[otc_bigdata]\nin_process = false\n"}
OF_INVENTORY = [
    "-i",
    "localhost,",
    "-c",
    "local",
]  # unlike the localhost that Ansible makes, it has no Python of its own


class Surroundings(t.NamedTuple):
    """What is set for all tasks; ``files`` are in the home folder."""

    way: str = IN_PROCESS
    environ: dict = {}
    files: dict = {}
    arguments: t.Sequence[str] = ()


SURROUNDINGS = {
    "plain": Surroundings(),
    "wished": Surroundings(environ={"OTC_BIGDATA_IN_PROCESS": "true"}),
    "not wished": Surroundings(f"{AS_A_MODULE}in_process is false", {"OTC_BIGDATA_IN_PROCESS": "no"}),
    "not wished in ansible.cfg": Surroundings(f"{AS_A_MODULE}in_process is false", files=NOT_WISHED),
    "the environment wins": Surroundings(environ={"OTC_BIGDATA_IN_PROCESS": "true"}, files=NOT_WISHED),
    "files are kept": Surroundings(
        f"{AS_A_MODULE}the files of the module are to be kept", {"ANSIBLE_KEEP_REMOTE_FILES": "1"}
    ),
    "another Python": Surroundings(
        f"{AS_A_MODULE}interpreter {{home}}/other_python",
        {"ANSIBLE_PYTHON_INTERPRETER": "{home}/other_python"},
        arguments=OF_INVENTORY,
    ),
    "any Python": Surroundings(environ={"ANSIBLE_PYTHON_INTERPRETER": "auto"}, arguments=OF_INVENTORY),
    "no requests": Surroundings(
        f"{AS_A_MODULE}requests cannot be imported here",
        {"PYTHONPATH": "{home}/packages:{PYTHONPATH}"},
        {"packages/sitecustomize.py": WITHOUT_REQUESTS},
    ),
}


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_surroundings(name):
    case = SURROUNDINGS[name]
    with world() as (emulator, here):
        places = {"home": here.home, "PYTHONPATH": here.environ()["PYTHONPATH"]}
        variables = {key: value.format(**places) for key, value in case.environ.items()}
        script(here, "other_python", f'exec "{sys.executable}" "$@"')
        for path, text in case.files.items():
            here.write(path, text)
        run = here.ad_hoc("dli_flink_jobs", "state=stopped job_ids=128", "-vvv", *case.arguments, **variables).end()
        assert re.findall(rf"{FLINK}: (?:in|as).*", run.out) == [case.way.format(**places)], run.said
        assert here.remote.exists() == (case.way != IN_PROCESS), run.said
        if name == "no requests":
            assert run.code == 2
            assert "Failed to import the required Python library (requests)" in run.out, run.said
            assert emulator.log.summary()["reads"] == 0
        else:
            assert run.code == 0, run.said
            assert "localhost | CHANGED =>" in run.out
            assert stops(emulator) == [128]


CURE = "urllib3 v2 only supports OpenSSL 1.1.1+, currently the 'ssl' module is compiled with 'OpenSSL 1.0.2k'"


@pytest.mark.parametrize("module", ["dli_flink_jobs", "dli_flink_jobs_info"])
def test_requests_that_cannot_be_imported(module):
    """It is there, so what it says is the best advice. With -vvv there is a traceback, as of every module."""
    with world() as (emulator, here):
        here.write("packages/requests/__init__.py", f'raise ImportError("{CURE}")')
        path = os.pathsep.join([str(here.home / "packages"), here.environ()["PYTHONPATH"]])
        options = "job_ids=128" if module.endswith("info") else "state=stopped job_ids=128"
        run = here.ad_hoc(module, options, "-vvv", PYTHONPATH=path).end()
        assert run.code == 2
        assert f"{module}: as a module: requests cannot be imported here" in run.out
        said = re.sub(r"\s+", " ", run.said)
        assert f"requests is installed, but {sys.executable} cannot import it: ImportError: {CURE}" in said, run.said
        assert "raise ImportError(" in said
        assert emulator.log.summary()["reads"] == 0
