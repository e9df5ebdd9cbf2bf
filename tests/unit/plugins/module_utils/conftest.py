# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scripted wire, for every test of this folder."""

from __future__ import annotations

from ansible_collections.otc.bigdata.tests.unit.utils.scripted_http import script

__all__ = ["script"]
