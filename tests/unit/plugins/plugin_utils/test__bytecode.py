# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is compiled when Ansible loads plugins is kept, whichever of them comes first."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import ROOT, folder

KINDS = ("action", "callback", "filter", "inventory", "lookup")
COMPILED_ANEW = """
import os, sys
from ansible.plugins import loader
loader.init_plugin_loader()
assert loader.action_loader.get("otc.bigdata.dli_flink_jobs", class_only=True)
for name, module in sys.modules.items():
    if name.startswith("ansible_collections.otc.bigdata.plugins.") and not hasattr(module, "__path__"):
        if not os.path.exists(module.__spec__.cached or ""):
            print(name.rpartition(".")[2])
"""


def test_what_is_compiled_is_kept(tmp_path):
    with folder() as here:
        environ = here.environ(PYTHONPYCACHEPREFIX=str(tmp_path))
        said = subprocess.run(
            [sys.executable, "-c", COMPILED_ANEW], check=True, capture_output=True, encoding="utf-8", env=environ
        )
    assert said.stdout.split() == ["_bytecode"]


def test_what_was_cut_is_compiled_anew(tmp_path):
    """As on a full disk, where Python keeps the beginning of a file. Each could be the one for which there was no room."""
    with folder() as here:
        environ = here.environ(PYTHONPYCACHEPREFIX=str(tmp_path))
        line = [sys.executable, "-c", COMPILED_ANEW]
        subprocess.run(line, check=True, env=environ)
        # Ansible itself keeps the plugins
        kept = [
            file
            for name in ("module_utils", "plugin_utils")
            for file in tmp_path.rglob(f"bigdata/plugins/{name}/**/*.pyc")
        ]
        assert len(kept) > 20
        for number, file in enumerate(kept):
            whole = file.read_bytes()
            file.write_bytes(whole[: len(whole) // 2] if number % 2 else whole[:16] + bytes(len(whole) - 16))
        subprocess.run(line, check=True, env=environ)


@pytest.mark.parametrize(
    "path",
    [path for kind in KINDS for path in sorted((ROOT / "plugins" / kind).glob("*.py"))],
    ids=lambda path: path.stem,
)
def test_every_plugin_keeps_it(path):
    own = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("from ..")]
    assert own in ([], ["from ..plugin_utils._bytecode import kept"])
