# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible reads its settings while it is imported, which takes it longer than a small playbook. A fork has imported it before,
with other settings, and takes up those of its own run."""

from __future__ import annotations

import atexit
import importlib
import types
import typing as t

LOG, STRATEGY = "DEFAULT_LOG_PATH", "DEFAULT_STRATEGY"
TAKEN_UP = {LOG, STRATEGY, "ANSIBLE_FORCE_COLOR", "ANSIBLE_NOCOLOR"}


class Settings:
    """What of them was read while ``names`` were imported."""

    def __init__(self, names: t.Iterable[str]) -> None:
        self._constants = importlib.import_module("ansible.constants")
        self._read: dict[str, t.Any] = {}
        self._asked: dict[str, t.Any] = {}
        read, asked, manager = self._read, self._asked, type(self._constants.config)
        ask = manager.get_config_value_and_origin

        class Watched(types.ModuleType):
            def __getattribute__(self, name: str) -> t.Any:
                value = super().__getattribute__(name)
                if name.isupper() and name not in TAKEN_UP:
                    read[name] = value
                return value

        def answer(self: t.Any, name: str, *args: t.Any, **how: t.Any) -> t.Any:
            asked[name] = ask(self, name, *args, **how)
            return asked[name]

        self._constants.__class__, manager.get_config_value_and_origin = Watched, answer
        for name in names:
            importlib.import_module(name)
        self._constants.__class__, manager.get_config_value_and_origin = types.ModuleType, ask
        # It would take away, at the end of each fork, what goes away with the home that it is in
        atexit.unregister(importlib.import_module("ansible.utils.path").cleanup_tmp_file)

    def take_up(self) -> bool:
        """Those of this run. Returns whether all that was imported is as it would be with them."""
        config = self._constants.config  # which others have, too
        try:
            importlib.reload(self._constants)
        except Exception:  # they are wrong
            return False
        vars(config).update(vars(self._constants.config))
        self._constants.config = config
        if config.WARNINGS or config.DEPRECATED or config._errors:
            return False
        for name, before in self._read.items():
            now = getattr(self._constants, name)
            if name.endswith("_PATH") and isinstance(before, list):
                before[:] = now  # loaders of plugins have only kept it
            elif now != before:
                return False
        if any(config.get_config_value_and_origin(name) != answer for name, answer in self._asked.items()):
            return False
        self._tell_others()
        return True

    def _tell_others(self) -> None:
        """Whoever has used those in ``TAKEN_UP``."""
        play, display, color = map(
            importlib.import_module, ("ansible.playbook.play", "ansible.utils.display", "ansible.utils.color")
        )
        play.Play.fattributes["strategy"].default = getattr(self._constants, STRATEGY)
        importlib.reload(color)
        display.Display().__init__()
        if getattr(self._constants, LOG):
            kept = dict(vars(display))
            importlib.reload(display)
            vars(display).update({**kept, "logger": display.logger})
