# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may import what: the arrows between the files of the collection point one way."""

from __future__ import annotations

import ast
import pathlib

import pytest

PLUGINS = pathlib.Path(__file__).resolve().parents[2] / "plugins"
ROOMS = [path.stem for path in sorted((PLUGINS / "module_utils").glob("*.py"))]

# From the ground up: a file may import from the lines above its own.
FLOORS = [
    {"_pace", "_signature", "_text", "_threads", "_version"},
    {"_errors", "_watch"},
    {"_edge", "_cloud_files", "_http", "_options", "_selection", "_plan", "_progress", "_given", "_wait"},
    {"_answers", "_cloud", "_endpoints", "_job_report", "_misplaced"},
    {"_auth"},
    {"_identity"},
    {"_levels"},
    {"_rivals"},
    {"_connection"},
    {"_client"},
    {"_read"},
    {"_dli_batch", "_dli_flink", "_mrs_jobs", "_run"},
    {"_info"},
    {"_module"},
]
# A word that only these files may use.
OWNERS = {
    "requests": {"_http", "_fast_path"},
    "openstack": {"_cloud"},
    "yaml": {"_cloud_files", "_playbook_settings"},
    "urllib3": {"_http", "_watch"},
    "sleep": {"_edge", "_http", "_wait", "_job_events"},
    "AnsibleModule": {"_module"},
    "ansible": {
        "_fast_path",
        "_inventory",
        "_job_events",
        "_misplaced",
        "_module",
        "_playbook_settings",
        "job_report",
        "job_table",
        "playbook_settings",
    },
    "environ": {"_module", "_fast_path", "_inventory", "_job_events", "playbook_settings"},
    "print": set(),
}


def names_and_imports(path: pathlib.Path) -> tuple[set[str], set[str]]:
    """Every name that a file uses, and the sibling files that it imports."""
    names: set[str] = set()
    siblings: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Attribute):
            names.add(node.attr)
        elif isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.name for alias in node.names}
            if node.level:
                siblings.add((node.module or "").split(".")[-1])
            else:
                names.add((node.module or "").split(".")[0])
    return names, siblings


def test_every_file_has_its_floor() -> None:
    assert sorted(name for floor in FLOORS for name in floor) == ROOMS


@pytest.mark.parametrize("room", ROOMS)
def test_arrows_point_down(room: str) -> None:
    below: set[str] = set()
    for floor in FLOORS:
        if room in floor:
            break
        below |= floor
    imported = names_and_imports(PLUGINS / "module_utils" / f"{room}.py")[1]
    assert imported <= below


@pytest.mark.parametrize("path", sorted(PLUGINS.rglob("*.py")), ids=lambda path: path.stem)
def test_words_stay_in_their_rooms(path: pathlib.Path) -> None:
    names = names_and_imports(path)[0]
    for word, owners in OWNERS.items():
        # "environ" is a parameter elsewhere; only its owner reads it from the process
        if word == "environ":
            assert path.stem in owners or "os.environ" not in path.read_text(encoding="utf-8")
        else:
            assert path.stem in owners or word not in names, word
    assert "tests" not in names
