# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What module_defaults say beside a task."""

from __future__ import annotations

import pytest

from ansible_collections.otc.bigdata.plugins.plugin_utils._module_defaults import overruled

ALL, ONE = "group/otc.bigdata.all", "otc.bigdata.dli_flink_jobs"
USER = {"username": "demo", "password": "x", "user_domain_name": "d"}


def said(defaults: list[dict], task: dict) -> str:
    """Ansible puts both together, and evaluates templates."""
    evaluated = {"{{ id }}": "p1", "{{ all }}": {"token": "t"}}

    def template(value):
        return evaluated.get(value, value) if isinstance(value, str) else value

    together: dict = {}
    for one in defaults:
        for value in one.values():
            together.update({name: template(inner) for name, inner in template(value).items()})
    return overruled({**together, **task}, defaults, template)


@pytest.mark.parametrize(
    ("defaults", "task", "wins", "own"),
    [
        ([{ALL: {"project_id": "p1"}}], {"project_name": "n"}, "project_id", "project_name"),
        ([{ALL: {"project_id": "{{ id }}"}}], {"project_name": "n"}, "project_id", "project_name"),
        (
            [{ALL: {"project_name": "m"}}, {ONE: {"project_id": "p1"}}],
            {"project_name": "n"},
            "project_id",
            "project_name",
        ),
        (
            [{ALL: {"project_id": "p1"}}, {"otc.bigdata.dli_batch_job": {"project_id": "p2"}}],
            {"project_id": "p1", "project_name": "n"},
            "project_id",
            "project_name",
        ),
        ([{ALL: {"target_project_id": "p1"}}], {"delegated_project": "n"}, "target_project_id", "target_project_name"),
        ([{ALL: USER}], {"cloud": "c"}, "username, password, user_domain_name", "cloud"),
        ([{ALL: "{{ all }}"}], USER, "token", "username"),
        ([{ALL: {"access_key": "a", "secret_key": "s"}}], {"user_id": "u"}, "access_key, secret_key", "user_id"),
        ([{ALL: {"token": "t"}}], {"cloud": "c"}, "token", "cloud"),
    ],
    ids=str,
)
def test_a_default_that_would_win(defaults, task, wins, own):
    assert said(defaults, task).startswith(f"{wins} of module_defaults beside {own} of the task: would win over it")


@pytest.mark.parametrize(
    ("defaults", "task"),
    [
        ([], {"project_id": "p1", "project_name": "n"}),
        ([{ALL: {"project_id": "p1", "project_name": "n"}}], {}),
        ([{ALL: {"project_id": "p1"}}], {"project_id": "p2", "project_name": "n"}),
        ([{ALL: {"project_id": "p1"}}], {"project_id": None, "project_name": "n"}),
        ([{ALL: {"project_name": "n"}}], {"project_id": "p1"}),
        ([{ALL: {"cloud": "c"}}], {"token": "t"}),
        ([{ALL: USER}], {"token": "t"}),
        ([{ALL: USER}], {"project_name": "n", "region": "eu-de"}),
        ([{ALL: {"token": "t", "project_id": "p1"}}], {"endpoints": {"dli": "http://x"}}),
        ([{"group/openstack.cloud.openstack": {"username": "demo"}}], {**USER, "cloud": "c"}),
    ],
    ids=str,
)
def test_a_default_beside_a_task(defaults, task):
    assert said(defaults, task) == ""
