# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may import what: the arrows between the files of the collection point one way."""

from __future__ import annotations

import ast
import pathlib
import re
from importlib import import_module

import pytest

from ansible_collections.otc.bigdata.plugins import modules
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.answers import GATEWAY
from ansible_collections.otc.bigdata.plugins.module_utils._services.registry import JOB_TYPES
from ansible_collections.otc.bigdata.plugins.plugin_utils import _in_process

PLUGINS = pathlib.Path(__file__).resolve().parents[2] / "plugins"
UTILS = PLUGINS / "module_utils"
SOURCES = PLUGINS.parent / "extensions/eda/plugins/event_source"
ROOMS = sorted(str(path.relative_to(UTILS).with_suffix("")) for path in UTILS.rglob("*.py"))

# Of `_services`: a file for each kind of jobs, and what several of them share
KINDS = {job_type.__module__.rpartition(".")[2] for job_type in JOB_TYPES.values()}
SHARED = {path.stem for path in (UTILS / "_services").glob("*.py")} - KINDS - {"registry"}
# From the ground up: a wing knows nothing of those above it.
WINGS = ["_version", "_cloud", "_jobs", "_services", "_module", "_begin"]
# In a wing, from the ground up as well: a file may import from the lines above its own.
FLOORS = {
    "_cloud": [
        {"pace", "signature", "text", "threads"},
        {"errors", "watchdog"},
        {"context", "cloud_files", "faults", "options", "given"},
        {"adapter"},
        {"transport"},
        {"answers", "endpoints", "misplaced"},
        {"auth"},
        {"agency", "identity"},
        {"levels"},
        {"certificates", "clouds_yaml"},
        {"rivals"},
        {"acting"},
        {"addresses"},
        {"connection"},
        {"client"},
    ],
    "_jobs": [
        {"deadline", "desired_state", "names", "options", "progress", "selection"},
        {"plan"},
        {"filters", "guard", "report", "service"},
        {"exports", "shapes"},
        {"lists"},
        {"reading"},
        {"task"},
        {"observing", "settling"},
        {"choosing", "sending"},
        {"list_jobs", "reconcile"},
    ],
    "_services": [SHARED, KINDS, {"registry"}],
}
# A word that only these files may use.
OWNERS = {
    "requests": {"adapter", "faults", "transport"},
    "openstack": {"clouds_yaml"},
    "yaml": {"_assumptions", "cloud_files", "_playbook_window"},
    "urllib3": {"adapter", "faults", "watchdog"},
    "sleep": {"context", "transport", "deadline", "_check_service", "_job_events"},
    "AnsibleModule": {"_module"},
    "ansible": {
        "_fast_path",
        "_given_twice",
        "_in_process",
        "_inventory",
        "_job_events",
        "misplaced",
        "_module",
        "_module_defaults",
        "_playbook_login",
        "_playbook_names",
        "_playbook_tasks",
        "_playbook_values",
        "job_report",
        "job_table",
        "play_hosts",
        "playbook_jobs",
        "playbook_settings",
        "window_file",
    },
    "environ": {"_module", "_fast_path", "_in_process", "_inventory", "_job_events", "job_report", "playbook_settings"},
    "meta_path": {"_begin", "_bytecode"},
    "print": set(),
}
# What only services say, wherever it stands in a text: their error codes, the paths of their APIs (that of IAM is /v3).
OF_A_SERVICE = re.compile(
    r"\bDLI\.|(?<![.\w])0[0-2]\d\d\b|\b1[23]000\d{3,4}\b|/v[12][./]|\bjob_|\bnew_saving|(?i:flink|spark|savepoint)"
)
SPECS = [import_module(f"{modules.__name__}.{job_type.module}").SPEC for job_type in JOB_TYPES.values()]
OF_ONE_MODULE = set.union(*map(set, SPECS)) - set.intersection(*map(set, SPECS))  # options
DEFAULTS = {option: one.get("default") for spec in SPECS for option, one in spec.items()}
STATUSES = {
    status
    for job_type, spec in zip(JOB_TYPES.values(), SPECS)
    for state in spec["state"]["choices"]
    for status in job_type.desired_state({**DEFAULTS, "state": state}).steps
}
OF_RESULTS = {"accepted", "error", "failed", "success"}  # words of statuses that results, or all APIs, have, too


def names_and_imports(path: pathlib.Path) -> tuple[set[str], set[str]]:
    """Every name that a file uses, and the files of this collection that it imports."""
    names: set[str] = set()
    imported: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Attribute):
            names.add(node.attr)
        elif isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
            imported |= {ours(alias.name) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.name for alias in node.names}
            if node.level:
                base = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
                files = [base / alias.name for alias in node.names] if base.is_dir() else [base]
                imported |= {str(file.relative_to(PLUGINS.parent)) for file in files}
            else:
                names.add((node.module or "").split(".")[0])
                imported.add(ours(node.module or ""))
    return names, imported - {""}


def ours(module: str) -> str:
    """The file of this collection, in the form `plugins/module_utils/_cloud/text`; empty for others."""
    return module.partition("ansible_collections.otc.bigdata.")[2].replace(".", "/")


def height(room: str) -> tuple[int, int]:
    """Of the wing, and of the floor in it."""
    wing, dummy, name = room.partition("/")
    floors = FLOORS.get(wing, [{name}])
    (floor,) = (number for number, names in enumerate(floors) if name in names)
    return WINGS.index(wing), floor


def test_every_file_has_its_floor() -> None:
    known = [f"{wing}/{name}" for wing, floors in FLOORS.items() for floor in floors for name in floor]
    assert sorted([*known, *(wing for wing in WINGS if wing not in FLOORS)]) == ROOMS


@pytest.mark.parametrize("room", ROOMS)
def test_arrows_point_down(room: str) -> None:
    for found in names_and_imports(UTILS / f"{room}.py")[1]:
        assert height(found.removeprefix("plugins/module_utils/")) < height(room), found


def test_what_is_imported_late_is_there_before_a_fork() -> None:
    """In process, no task is to import again what the first one has imported."""
    here, fast_path = (PLUGINS / f"plugin_utils/{name}.py" for name in ("_in_process", "_fast_path"))
    late = {
        str(path.parents[found.level - 1].joinpath(*found.module.split(".")).relative_to(PLUGINS.parent))
        for path in sorted({*UTILS.rglob("*.py"), fast_path} - {UTILS / "_begin.py"})
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef)
        for found in ast.walk(function)
        if isinstance(found, ast.ImportFrom) and found.level
    }
    with_it = names_and_imports(here)[1] | {str(here.with_suffix("").relative_to(PLUGINS.parent))}
    assert sorted(late - with_it) == sorted(f"plugins/{file.replace('.', '/')}" for file in _in_process.LATER)


def test_what_playbooks_look_up_is_there_before_a_fork() -> None:
    """No worker of Ansible is to import it again: that took longer than many a task."""
    texts = [path.read_text(encoding="utf-8") for path in (PLUGINS.parent / "playbooks").rglob("*.yml")]
    looked_up = {name for text in texts for name in re.findall(r"\b(?:lookup|query)\('otc\.bigdata\.(\w+)'", text)}
    first = "play_hosts"  # Ansible asks it for the hosts of a play, itself
    assert {f"plugins/lookup/{name}" for name in looked_up - {first}} == {
        name for name in names_and_imports(PLUGINS / f"lookup/{first}.py")[1] if name.startswith("plugins/lookup/")
    }


def test_every_service_is_registered() -> None:
    """Or it is what those that are have in common."""
    found, left = set(), ["plugins/module_utils/_services/registry"]
    while left:
        one = left.pop()
        found.add(one)
        left += {near for near in names_and_imports(PLUGINS.parent / f"{one}.py")[1] if "/_services/" in near} - found
    assert {f"plugins/module_utils/{room}" for room in ROOMS if room.startswith("_services/")} == found


def test_the_words_of_each_service_are_known_here() -> None:
    """Otherwise the next test would not see them elsewhere."""
    codes = {code for one in JOB_TYPES.values() for field in one.api[2:] for code in field}
    own = codes - {code for field in GATEWAY[2:] for code in field}
    paths = {
        text
        for path in (UTILS / "_services").glob("*.py")
        for text in re.findall(r'"(/v\d[^"]*)', path.read_text("utf-8"))
    }
    assert paths
    assert own
    assert [text for text in sorted(own | paths) if not OF_A_SERVICE.search(text)] == [], "OF_A_SERVICE"


@pytest.mark.parametrize("room", [room for room in ROOMS if not room.startswith("_services")])
def test_only_services_speak_of_services(room: str) -> None:
    tree = ast.parse((UTILS / f"{room}.py").read_text(encoding="utf-8"))
    comments = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in comments]
    said = [node.value for node in texts if isinstance(node.value, str)]
    assert [text for text in said if OF_A_SERVICE.search(text) or text in OF_ONE_MODULE] == []
    assert {text.lower() for text in said} & STATUSES <= OF_RESULTS
    assert [
        node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Write"
    ] == []


@pytest.mark.parametrize(
    "path", [*sorted(PLUGINS.rglob("*.py")), *sorted(SOURCES.glob("*.py"))], ids=lambda path: path.stem
)
def test_words_stay_in_their_rooms(path: pathlib.Path) -> None:
    names, imported = names_and_imports(path)
    for word, owners in OWNERS.items():
        # "environ" is a parameter elsewhere; only its owner reads it from the process
        used = word in names if word != "environ" else "os.environ" in path.read_text(encoding="utf-8")
        assert used == (path.stem in owners), word
    assert not any(file.startswith("tests") for file in imported)


@pytest.mark.parametrize(
    "path", [*sorted(UTILS.rglob("*.py")), *sorted(PLUGINS.glob("[!m]*/_*.py"))], ids=lambda path: path.stem
)
def test_what_is_private_says_so(path: pathlib.Path) -> None:
    """Modules, plugins and their options are what others may rely on."""
    assert "\n# Private to this collection: names and signatures may change in any release.\n" in path.read_text(
        "utf-8"
    )
