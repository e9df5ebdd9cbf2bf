# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the playbooks say of themselves, and know of the modules: read, not run."""

from __future__ import annotations

import typing as t

import pytest
import yaml

from ansible_collections.otc.bigdata.plugins.module_utils._jobs.desired_state import Step
from ansible_collections.otc.bigdata.plugins.module_utils._jobs.options import change_options
from ansible_collections.otc.bigdata.plugins.module_utils._services import flink_jobs
from ansible_collections.otc.bigdata.plugins.plugin_utils._playbook_names import OWN, OWN_PREFIX, alike
from ansible_collections.otc.bigdata.plugins.plugin_utils._playbook_settings import STATUSES
from ansible_collections.otc.bigdata.tests.unit.utils.playbooks import NAMES, PLAYBOOKS, options


def test_defaults_of_the_modules():
    """Where a playbook has no reason for another one."""
    own = {
        "drain_queue": {"max_jobs"},
        "maintenance_end": {"wait_timeout", "resume_savepoint"},
        "maintenance_window": {"wait_timeout", "trigger_savepoint"},
        "stop_all": {"trigger_savepoint"},
    }
    modules = {**change_options(), **dict.fromkeys(("trigger_savepoint", "resume_savepoint"), {"default": False})}
    for name in NAMES:
        for option, about in options(name).items():
            if option in modules and option not in own.get(name, ()):
                assert about["default"] == modules[option]["default"], f"{name}: {option}"


def test_every_active_status():
    """The playbooks choose Flink jobs by each status in which there is something to stop. (Of the others, test_registry.py knows it.)"""
    (flink,) = yaml.safe_load((PLAYBOOKS / "tasks/stop_flink.yml").read_text(encoding="utf-8"))
    assert "chosen.active" in flink["otc.bigdata.dli_flink_jobs"]["filters"]
    assert set(STATUSES["active"]) == {word for word, step in flink_jobs.STOP_STEPS.items() if step is not Step.DONE}


def names_within(content: t.Any) -> t.Iterator[str]:
    """Variables that tasks make."""
    if isinstance(content, list):
        for one in content:
            yield from names_within(one)
    elif isinstance(content, dict):
        for key, one in content.items():
            yield from (
                one if key in ("vars", "ansible.builtin.set_fact") else [one] if key in ("register", "loop_var") else ()
            )
            yield from names_within(one)


def test_variables_of_their_own():
    """The playbooks know each name that they use themselves, and refuse it as a variable of the command line."""
    files = [*PLAYBOOKS.glob("tasks/[!s]*.yml"), *PLAYBOOKS.glob("tasks/sto*.yml"), *PLAYBOOKS.glob("tasks/start.yml")]
    files += [PLAYBOOKS / f"{name}.yml" for name in NAMES]
    found = {name for file in files for name in names_within(yaml.safe_load(file.read_text(encoding="utf-8")))}
    found -= {
        "ansible_python_interpreter",
        "flink_stop",
        "flink_purge",
        "mrs_stop",
        "mrs_purge",
        "spark_stop",
        "sql_stop",
    }  # of demo.yml
    assert {name for name in found if not name.startswith(OWN_PREFIX)} == OWN


@pytest.mark.parametrize("name", NAMES)
def test_no_variable_is_nearly_another_one(name):
    """One that is good for another playbook is never taken for a slip."""
    others = {option for other in NAMES for option in options(other)} - set(options(name))
    assert not [(one, known) for one in others for known in options(name) if alike(one, known)]
