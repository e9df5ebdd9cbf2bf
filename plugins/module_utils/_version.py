# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.

"""The version that goes into the User-Agent; a test compares it with galaxy.yml."""

from __future__ import annotations

VERSION = "1.0.0"
