# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: play_hosts
version_added: 1.0.0
short_description: Part of the playbooks of this collection
description:
  - Private. It may change in any release, so do not use it in playbooks of your own.
  - The patterns of hosts that a playbook runs for, C(localhost) if none is given. It fails where there is no name in them or in C(--limit), as
    Ansible takes a comma alone for all hosts, and where no host of the inventory matches, as it takes that for success. Where only the syntax is
    checked there may be no inventory, and it does not fail.
  - It fails with C(--tags) and the like, which leave out tasks, and may leave none. If it is imported, there may be plays that they are for.
  - It fails where C(--limit) leaves none of them, too. A playbook that imports ours with hosts of its own may have plays for others, so it only warns there.
options:
  _terms:
    description: Patterns, also in lists.
    type: list
    elements: raw
    required: true
  empty_group:
    description: Whether the name of a group without a host is enough.
    type: bool
    default: false
author:
  - otc.bigdata contributors (@otc-bigdata)
"""

EXAMPLES = r"""
- name: Stop what runs there
  hosts: "{{ query('otc.bigdata.play_hosts', otc_hosts | default('', true)) }}"
"""

RETURN = r"""
_raw:
  description: The patterns.
  type: list
  elements: str
"""

import os
import typing as t

from ansible import constants as C
from ansible import context
from ansible.errors import AnsibleLookupError
from ansible.inventory.manager import InventoryManager, split_host_pattern
from ansible.plugins.lookup import LookupBase
from ansible.utils.collection_loader._collection_finder import _get_collection_playbook_path
from ansible.utils.display import Display
from ansible.utils.vars import load_extra_vars
from jinja2 import Environment, TemplateSyntaxError, nodes

from . import playbook_jobs, playbook_settings, window_file

# What the tasks of a play need. It is imported here, before Ansible forks a worker for each of them, which would import it anew
FOR_WORKERS = (playbook_jobs, playbook_settings, window_file)
PLAYBOOKS = os.path.join(os.path.realpath(__file__).rpartition("plugins")[0], "playbooks", "")
COLLECTION = "otc.bigdata."
# What Ansible passes over beside an import: whether anything is changed, and whose jobs these are
IDLE = ("check_mode", "environment", "module_defaults")
IDLE_VARIABLES = ("ansible_check_mode",)  # as that of Ansible itself wins
CHANGING = {"lookup", "now", "q", "query"}  # functions that may answer otherwise when they are asked again
LASTING = {"ansible.builtin.env", "env"}  # lookups that do not
ASKED_AGAIN = (
    "when: Ansible asks a condition beside import_playbook again before each task, and one with now, lookup or query may have changed when "
    "jobs are stopped; ask it once, with set_fact in a play before this one, and give that fact here"
)


class LookupModule(LookupBase):  # type: ignore[misc]
    def run(self, terms: list[t.Any], variables: t.Any = None, *, empty_group: bool = False) -> list[str]:
        patterns = [str(one) for one in self._flatten(terms) if str(one).strip()] or ["localhost"]
        if not context.CLIARGS.get("syntax"):
            self._check(patterns, variables, empty_group)
        return patterns

    def _check(self, patterns: list[str], variables: t.Any, empty_group: bool) -> None:
        """Raises AnsibleLookupError where nothing would come of the play, or not all."""
        self._refuse_part()
        self._refuse_idle()
        inventory, names = self._inventory(variables["groups"]), ",".join(patterns)
        limit = context.CLIARGS.get("subset")
        _refuse_nameless("otc_hosts", patterns)
        if limit and limit.strip():
            _refuse_nameless("--limit", [limit])
        if not inventory.get_hosts(patterns):
            if empty_group and {*patterns} <= {*variables["groups"]} - {"all"}:
                return
            raise AnsibleLookupError(f"otc_hosts: no host matches {names}")
        inventory.subset(limit)
        if inventory.get_hosts(patterns):
            return
        said = f"otc_hosts: --limit leaves no host of {names}, so nothing is done for them"
        if "otc_hosts" not in variables or "otc_hosts" in load_extra_vars(self._loader):
            way_out = "leave it out, or, in a playbook that imports this one for other hosts, give otc_hosts there"
            raise AnsibleLookupError(f"{said}; {way_out}")
        Display().warning(said)

    def _refuse_part(self) -> None:
        """Refuses options of the command line that leave out tasks, where the playbook is one of ours."""
        left_out = _left_out()
        if left_out and any(map(self._is_ours, context.CLIARGS.get("args") or ())):
            raise AnsibleLookupError(f"{left_out}: this playbook is carried out whole or not at all; leave it out")

    def _refuse_idle(self) -> None:
        """Refuses what Ansible ignores beside an import: with ``check_mode: true`` there, all jobs would really be stopped.

        And a condition that may no longer be true when they are: the tasks that start them again would be skipped without a word.
        """
        files = map(_file_of, context.CLIARGS.get("args") or ())
        idle = sorted({word for file in files for word in self._idle(file)})
        if "when" in idle:
            raise AnsibleLookupError(ASKED_AGAIN)
        if idle:
            raise AnsibleLookupError(
                f"{', '.join(idle)}: has no effect beside import_playbook; leave it out, and give --check, variables such as "
                "project_name and cloud, or the environment of ansible-playbook itself"
            )

    def _idle(self, playbook: str, beside: t.Sequence[str] = ()) -> t.Iterator[str]:
        """What has no effect, or not for long, in a playbook that imports one of ours, or was ``beside`` its own import."""
        for name, entry in self._imports(playbook):
            file = _file_of(name, os.path.dirname(playbook))
            words = [*beside, *_in_vain(entry)]
            may_be_ours = "{{" in name or name.startswith(COLLECTION) or self._is_ours(file)  # a template may mean any
            yield from words if may_be_ours else self._idle(file, words)

    def _imports(self, playbook: str) -> t.Iterator[tuple[str, t.Mapping[str, t.Any]]]:
        """What a playbook imports, as it names it, and the entry that does so; nothing where there is no such file."""
        entries = self._loader.load_from_file(playbook) if os.path.isfile(playbook) else ()
        return (
            (str(entry[key]), entry) for entry in entries or () for key in C._ACTION_IMPORT_PLAYBOOK if key in entry
        )

    def _is_ours(self, playbook: str) -> bool:
        """Of this collection; or the same one where the collection is cloned, as in a project of AWX: it would have another folder if it were imported."""
        folder, name = os.path.split(os.path.realpath(playbook))
        cloned = any(os.path.isfile(os.path.join(PLAYBOOKS, part, name)) for part in ("", "awx"))
        return (
            playbook.startswith(COLLECTION)
            or os.path.join(folder, "").startswith(PLAYBOOKS)
            or (cloned and folder == os.path.realpath(self._loader.get_basedir()))
        )

    def _inventory(self, groups: t.Mapping[str, t.Sequence[str]]) -> InventoryManager:
        """The inventory without ``--limit``, made as the lookup inventory_hostnames makes it."""
        found = InventoryManager(self._loader, parse=False)
        for group, hosts in groups.items():
            found.add_group(group)
            for host in hosts:
                found.add_host(host, group=group)
        return found


def _refuse_nameless(option: str, patterns: list[str]) -> None:
    """Refuses what two empty variables with a comma between them come to."""
    found = split_host_pattern(patterns)
    if not found or not all(one.strip("!&~") for one in found):
        raise AnsibleLookupError(
            f"{option}: {','.join(patterns)!r} has no name in it, which Ansible takes for all hosts; name hosts or groups, or leave it out"
        )


def _file_of(playbook: str, folder: str = "") -> str:
    """The file of a playbook that is named by its path, or by its collection."""
    found = _get_collection_playbook_path(playbook)
    return str(found[1]) if found else os.path.abspath(os.path.join(folder, playbook))


def _in_vain(entry: t.Mapping[str, t.Any]) -> list[str]:
    """What Ansible ignores beside an import, and a condition that may change."""
    variables, when = entry.get("vars") or {}, entry.get("when")
    conditions = when if isinstance(when, list) else [when]
    changing = ["when"] if any(_may_change(str(one)) for one in conditions) else []
    return [*filter(entry.get, IDLE), *filter(variables.get, IDLE_VARIABLES), *changing]


def _may_change(condition: str) -> bool:
    """Whether it asks what is another one later. What a variable stands for is not looked at, nor what Ansible itself will refuse."""
    try:
        parsed = Environment().parse(condition if "{{" in condition else f"{{{{ {condition} }}}}")
    except TemplateSyntaxError:
        return False
    asks = [one for one in parsed.find_all(nodes.Call) if getattr(one.node, "name", "") in CHANGING]
    return not all(one.args and getattr(one.args[0], "value", "") in LASTING for one in asks)


def _left_out() -> str:
    """The option of the command line that leaves out tasks which have no tags."""
    tags, skipped = (set(context.CLIARGS.get(name) or ()) for name in ("tags", "skip_tags"))
    parts = {
        "--tags": tags and not tags & {"all", "untagged"},
        "--skip-tags": skipped & {"all", "untagged"},
        "--start-at-task": context.CLIARGS.get("start_at_task"),
    }
    return next((option for option, given in parts.items() if given), "")
