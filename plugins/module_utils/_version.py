# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.

"""Versions: ours, which goes into the User-Agent (a test compares it with galaxy.yml), and what others say of theirs."""

from __future__ import annotations

from itertools import takewhile

VERSION = "1.0.0"


def release(version: str) -> tuple[int, int]:
    """The two numbers that a version begins with: 2 and 22 of ``2.22.0rc1``; 0 where there is none."""
    major, minor = (int("".join(takewhile(str.isdecimal, part)) or 0) for part in f"{version}.".split(".")[:2])
    return major, minor
