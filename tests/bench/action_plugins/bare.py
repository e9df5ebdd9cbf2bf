# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module of the same name, in the process of Ansible."""

from __future__ import annotations

from ansible.plugins.action import ActionBase

from ansible_collections.otc.bigdata.tests.bench.modules.bare import stop


class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        return stop(self._task.args)
