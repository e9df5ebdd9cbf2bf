# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks whose tasks talk to an emulator."""

from __future__ import annotations

import contextlib
import pathlib
import typing as t

from ansible_collections.otc.bigdata.tests.emulator.server import Emulator

from .run_playbook import Folder, folder


def environ(emulator: Emulator) -> dict[str, str]:
    """Where the services are, and a token for them."""
    endpoints = {f"OTC_{service}_ENDPOINT": emulator.url for service in ("IAM", "DLI", "MRS")}
    return {**endpoints, "OS_TOKEN": "demo-token"}


@contextlib.contextmanager
def world(**seed) -> t.Iterator[tuple[Emulator, Folder]]:
    """An emulator of its own, and a folder whose tasks talk to it."""
    with Emulator(seed=seed) as emulator, folder(**environ(emulator)) as here:
        yield emulator, here


def template(expression: str) -> str:
    return "{{ " + expression + " }}"


def write_down(path: pathlib.Path | str, expression: str) -> dict:
    """A task that leaves this as JSON in a file. ``copy`` would start two Pythons for it."""
    lookup = f"lookup('otc.bigdata.window_file', '{path}', content={expression} | to_json)"
    return {"ansible.builtin.set_fact": {"written": template(lookup)}}
