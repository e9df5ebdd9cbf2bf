# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files with tasks, as Ansible itself reads them: what ends or misleads a window, and what would run on the wrong machine."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager

from ansible_collections.otc.bigdata.plugins.plugin_utils._playbook_tasks import for_others, what_misleads, why_no_tasks

INVENTORY = "db1\ndb2 ansible_connection=ssh\n"


class Asked(t.NamedTuple):
    ends: str
    misleads: str
    for_others: str


@pytest.fixture
def ask(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> t.Callable[..., Asked]:
    """What is said of a file with tasks, beside which there may be others."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "inventory").write_text(INVENTORY, encoding="utf-8")
    loader = DataLoader()
    inventory = InventoryManager(loader, [str(tmp_path / "inventory")])
    manager = VariableManager(loader, inventory)
    hostvars = HostVars(inventory, manager, loader)

    def asked(text: str | bytes, **others: str) -> Asked:
        for name, content in {"tasks": text, **others}.items():
            (tmp_path / f"{name}.yml").write_bytes(content if isinstance(content, bytes) else content.encode())
        how = {"loader": loader, "variable_manager": manager, "variables": {"one": "more.yml"}}
        return Asked(
            why_no_tasks("tasks.yml", **how),
            what_misleads("tasks.yml", **how),
            for_others("tasks.yml", hostvars=hostvars, play_hosts=("here",), **how),
        )

    return asked


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ""),
        ("- debug:\n", ""),
        ("- meta: end_play\n", "meta: end_play in 'tasks.yml' ends the play"),
        ("- block: [debug: {}]\n  always: [meta: end_host]\n", "meta: end_host in 'tasks.yml' ends the play"),
        ("- block: [debug: {}]\n  rescue: [meta: end_batch]\n", "meta: end_batch in 'tasks.yml' ends the play"),
        ("- {meta: end_play, tags: never}\n", ""),
        ("- meta: flush_handlers\n", ""),
        ("- include_tasks: more.yml\n", "meta: end_play in 'more.yml' ends the play"),
        ("- import_tasks: '{{ one }}'\n", "meta: end_play in 'tasks.yml' ends the play"),
        ("- {include_tasks: more.yml, when: false}\n", ""),
        ("- {include_tasks: more.yml, loop: []}\n", ""),
        ("- include_tasks: nowhere.yml\n", ""),
        ("debug:\n", "it is no list of tasks"),
        ("- import_tasks: tasks.yml\n", "it imports itself"),
    ],
)
def test_what_ends_the_play(ask: t.Any, text: str, said: str) -> None:
    assert ask(text, more="- meta: end_play\n").ends == said


@pytest.mark.parametrize(
    ("task", "name"),
    [
        ("command: a\n  register: flink_result", "flink_result"),
        ("set_fact: {mine: 1, finished_at: now}", "finished_at"),
        ("set_fact: otc__to_start=1", "otc__to_start"),
        ("set_fact: {start_again: never, cacheable: true}", ""),
        ("command: a\n  register: mine", ""),
        ("debug: {var: chosen}", ""),
    ],
)
def test_what_has_a_name_of_the_playbook(ask: t.Any, task: str, name: str) -> None:
    said = f"{name} in 'tasks.yml' is what the playbook itself works with; give it another name" if name else ""
    assert ask(f"- {task}\n").misleads == said


def test_what_makes_a_success_of_a_failure(ask: t.Any) -> None:
    text = "- block: [include_tasks: more.yml]\n  rescue: [debug: {}]\n"
    said = "meta: clear_host_errors in 'more.yml' makes a success of a failure"
    assert ask(text, more="- meta: clear_host_errors\n").misleads == said


@pytest.mark.parametrize("text", ["- [", "- no_such_key_of: {a: 1}\n  neither: {}\n", b"- debug: {msg: '\xff'}\n"])
def test_what_ansible_cannot_read(ask: t.Any, text: str | bytes) -> None:
    found = ask(text)
    assert found.ends
    assert "\n" not in found.ends
    assert found.for_others == ""


@pytest.mark.parametrize(
    ("task", "whose"),
    [
        ("command: a\n  delegate_to: db1", "db1"),
        ("command: a\n  delegate_to: elsewhere", "elsewhere"),
        ("command: a\n  delegate_to: db1\n  connection: ssh", ""),
        ("command: a\n  delegate_to: db1\n  vars: {ansible_connection: ssh}", ""),
        ("command: a\n  delegate_to: db2", ""),
        ("command: a\n  delegate_to: '{{ item }}'", ""),  # it may be db2
        ("command: a\n  delegate_to: here", ""),
        ("command: a\n  delegate_to: localhost", ""),
        ("command: a", ""),
        ("debug:\n  delegate_to: db1", ""),
        ("include_tasks: nowhere.yml", ""),
    ],
)
def test_what_would_run_on_the_controller(ask: t.Any, task: str, whose: str) -> None:
    assert ask(f"- {task}\n").for_others == (f"{whose} in 'tasks.yml'" if whose else "")
