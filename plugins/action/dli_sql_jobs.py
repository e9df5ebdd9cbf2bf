# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ..plugin_utils._bytecode import kept

with kept():
    from ..plugin_utils._fast_path import FastPath, load


class ActionModule(FastPath):
    """The module of the same name, in the process of Ansible where that is possible."""

    module = load("dli_sql_jobs")
