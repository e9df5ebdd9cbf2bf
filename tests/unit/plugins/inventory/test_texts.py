# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service tells is never a template, and what cannot be one is shown as any other text."""

from __future__ import annotations

import json

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import template
from ansible_collections.otc.bigdata.tests.unit.utils.service import PROJECT

TRAP = template("lookup('pipe', 'touch trapped')")
OVERRIDE = "#jinja2:variable_start_string:'<<', variable_end_string:'>>'\n<< lookup('pipe', 'touch trapped') >>"
TAGS = {
    "plain": "sales",
    "hash": "# 1",
    "late": f" {OVERRIDE}",
    "trap": TRAP,
    "override": OVERRIDE,
    "block": "{% if %}",
}
COMPOSE = {
    "composed": "cluster_tags",
    "listed": "[cluster_tags.trap, cluster_tags.plain, (cluster_tags.late,)]",
    "trimmed": "cluster_tags.late | trim",
    "added": "cluster_tags.override ~ '!'",
    "true": "cluster_tags.plain == 'sales'",
}


def unsafe(text: str) -> dict[str, str]:
    return {"__ansible_unsafe": text}


def test_what_is_shown(emulator, clusters):
    """All others stay marked, also where they have been made of texts that were not."""
    emulator.load({"clusters": [{"clusterId": "c", "clusterName": "{{ 1 }}", "tags": TAGS}]})
    shown = clusters.of(project_name="eu-de", compose=COMPOSE)
    (host,) = json.loads(shown.run.out)["_meta"]["hostvars"].values()
    tags = {name: unsafe(text) if name in ("trap", "override", "block") else text for name, text in TAGS.items()}
    assert host == {
        "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        "cluster_id": "c",
        "cluster_name": unsafe("{{ 1 }}"),
        "cluster_state": "running",
        "cluster_tags": tags,
        "cluster_version": "MRS 3.3.0-LTS.1",
        "project_id": PROJECT,
        "project_name": "eu-de",
        "region": "eu-de",
        "composed": tags,
        "listed": [unsafe(TRAP), "sales", [TAGS["late"]]],
        "trimmed": unsafe(OVERRIDE),
        "added": unsafe(f"{OVERRIDE}!"),
        "true": True,
    }


def test_projects(emulator, projects):
    emulator.load({"projects": [{"id": "p", "name": "eu-de"}, {"id": "q", "name": "eu-de_{{ 1 }}"}]})
    shown = json.loads(projects.of(region="eu-de").run.out)["_meta"]["hostvars"]
    assert shown["eu-de"]["project_name"] == "eu-de"
    assert shown["eu-de_{{ 1 }}"]["project_name"] == unsafe("eu-de_{{ 1 }}")


def test_nothing_of_it_is_a_template(emulator, clusters):
    tags = {**TAGS, TRAP: TRAP, OVERRIDE: OVERRIDE}
    emulator.load({"clusters": [{"clusterId": "c", "clusterName": TRAP, "clusterVersion": TRAP, "tags": tags}]})
    options = {"project_name": "eu-de", "compose": COMPOSE, "keyed_groups": [{"key": "cluster_version"}]}
    names = ["cluster_name", "cluster_version", "cluster_tags", "inventory_hostname", *COMPOSE]
    show = {"ansible.builtin.debug": {"msg": template(f"[{', '.join(names)}]")}}
    run = clusters.folder.playbook(
        [{"hosts": "all", "tasks": [show]}], "-i", clusters.write("mrs.yml", **options)
    ).end()
    assert run.out.count("touch trapped") >= 20, run.said
    assert not list(clusters.folder.home.rglob("trapped"))
