# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module in the ZIP archive that Ansible makes of it: each of its files is compiled once."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import zipfile
from importlib.machinery import PathFinder

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils import _begin

PLUGINS = pathlib.Path(_begin.__file__).parents[1]
ROOM = _begin.OURS.rpartition(".plugins.")[0]
STORY = """
import json, sys
compiled = []
sys.addaudithook(lambda event, details: compiled.append(str(details[1])) if event == "compile" else None)
sys.path.insert(0, sys.argv[1])
from ansible_collections.otc.bigdata.plugins.modules import dli_flink_jobs
print(json.dumps([name for name in compiled if name.startswith(sys.argv[1])]))
"""

GARBAGE = """
import gc, sys
sys.path.insert(0, sys.argv.pop())
from ansible_collections.otc.bigdata.plugins.modules import dli_flink_jobs
states = [gc.isenabled()]
dli_flink_jobs.run(lambda options, context: {"states": [*states, gc.isenabled()]}, {})
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> pathlib.Path:
    path = tmp_path_factory.mktemp("payload") / "payload.zip"
    files = [PLUGINS / "modules/dli_flink_jobs.py", *PLUGINS.glob("module_utils/**/*.py")]
    folder = f"{ROOM.replace('.', '/')}/plugins"
    with zipfile.ZipFile(path, "w") as payload:
        for file in files:
            payload.write(file, f"{folder}/{file.relative_to(PLUGINS)}")
        packages = {parent for name in payload.namelist() for parent in pathlib.PurePosixPath(name).parents}
        for package in packages - {pathlib.PurePosixPath(".")}:
            payload.writestr(f"{package}/__init__.py", "")
    return path


def test_each_file_is_compiled_once(archive) -> None:
    line = [sys.executable, "-c", STORY, str(archive)]
    compiled = json.loads(subprocess.run(line, capture_output=True, encoding="utf-8", check=True).stdout)
    unlike = ("/__init__.py", "/dli_flink_jobs.py", "/_begin.py")  # empty, or imported before
    found = [name for name in compiled if not name.endswith(unlike)]
    assert len(found) > 20
    assert len(found) == len(set(found))


def test_garbage_is_collected_while_a_task_runs_and_not_while_it_is_imported(archive) -> None:
    line, options = [sys.executable, "-c", GARBAGE, str(archive)], json.dumps({"ANSIBLE_MODULE_ARGS": {}})
    done = subprocess.run(line, input=options, capture_output=True, encoding="utf-8", check=True)
    assert json.loads(done.stdout)["states"] == [False, True]


@pytest.mark.parametrize("name", ["_version", "_cloud.text", "_jobs.plan", "_services.flink_jobs"])
def test_it_is_found_as_python_finds_it(archive, name) -> None:
    path = [f"{archive}/{'/'.join((_begin.OURS + name).split('.')[:-1])}"]
    found = _begin.Finder.find_spec(_begin.OURS + name, path)
    assert found
    assert found == PathFinder.find_spec(_begin.OURS + name, path)


def test_all_else_is_left_to_python(archive) -> None:
    here = f"{archive}/{ROOM.replace('.', '/')}/plugins/module_utils"
    for name, path in [
        (f"{_begin.OURS}_cloud", [here]),  # a folder
        (f"{_begin.OURS}_nothing", [here]),
        (f"{_begin.OURS}_version", [str(PLUGINS / "module_utils")]),  # no archive
        (f"{_begin.OURS}_version", []),
        ("ansible.module_utils.basic", [here]),
        ("json", None),
    ]:
        assert _begin.Finder.find_spec(name, path) is None
    assert _begin.Finder not in sys.meta_path
