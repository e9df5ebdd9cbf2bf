# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inventories as ansible-inventory shows them, read from an emulator."""

from __future__ import annotations

import json
import re
import typing as t

from .run_playbook import Folder, Run

DEMO = {  # who asks, as a user sets it
    "OS_USERNAME": "demo",
    "OS_PASSWORD": "demo-password",
    "OS_USER_DOMAIN_NAME": "demo-domain",
}
SECRETS = ("demo-password", "demo-token", "SKdemo/secret", "demo-security-token", "MII")  # of the emulator's people


class Inventory(t.NamedTuple):
    """What ansible-inventory has shown, and what the emulator was asked for it."""

    hosts: dict[str, dict]
    groups: dict[str, set[str]]
    run: Run
    requests: list[dict]

    @property
    def logins(self) -> int:
        return sum(one["method"] == "POST" for one in self.requests)

    @property
    def paths(self) -> list[str]:
        return [one["path"] for one in self.requests]

    @property
    def said(self) -> str:
        """All warnings and errors in one line, as Ansible wraps them."""
        return re.sub(r"\s+", " ", self.run.err)


class Inventories:
    """A folder with inventory files, for one emulator."""

    def __init__(self, emulator, folder: Folder, plugin: str) -> None:
        self.emulator = emulator
        self.folder = folder
        self.plugin = plugin

    def write(self, name: str, **options: t.Any) -> str:
        return str(self.folder.write(name, {"plugin": self.plugin, **options}))

    def show(self, *arguments: str, **environ: str) -> Run:
        """``ansible-inventory``, with the request log beginning anew."""
        self.emulator.log.clear()
        run = self.folder.start("inventory", *arguments, **environ).end()
        assert "Traceback" not in run.said, run.said
        assert not [secret for secret in SECRETS if secret in run.said], run.said
        return run

    def list(self, *files: str, arguments: t.Sequence[str] = (), **environ: str) -> Inventory:
        run = self.show("--list", *(part for file in files for part in ("-i", file)), *arguments, **environ)
        assert run.code == 0, run.said
        assert run.out.startswith("{"), run.said
        shown = json.loads(run.out, object_hook=_unwrapped)
        groups = {name: set(group.get("hosts", ())) for name, group in shown.items() if name != "_meta"}
        return Inventory(shown["_meta"]["hostvars"], groups, run, self.emulator.log.entries())

    def of(self, name: str = "", **options: t.Any) -> Inventory:
        """The inventory of one file."""
        return self.list(self.write(name or f"my.{self.plugin.rpartition('.')[2]}.yml", **options))

    def each(self, *files: dict[str, t.Any], **how: t.Any) -> Inventory:
        """The inventory of all of these files. The hosts of the first are in the group file0, and so on."""
        return self.list(*(self._numbered(*file) for file in enumerate(files)), **how)

    def _numbered(self, number: int, options: dict[str, t.Any]) -> str:
        groups = {**options.get("groups", {}), f"file{number}": "true"}
        return self.write(f"{number}_{self.plugin.rpartition('.')[2]}.yml", **{**options, "groups": groups})

    def complaints(self, *files: dict[str, t.Any], **environ: str) -> list[str]:
        """What is said of each of these files, none of which makes an inventory."""
        shown = self.each(*files, **environ)
        assert not shown.hosts
        found = re.findall(rf"{re.escape(self.plugin)}: (.*?)(?= Failed to parse| \[WARNING\])", shown.said)
        complaints = [text for text in found if "Origin" not in text]
        assert len(complaints) == len(files), shown.said
        return complaints


def _unwrapped(value: dict) -> t.Any:
    """Ansible marks what must never be a template."""
    return value.get("__ansible_unsafe", value)
