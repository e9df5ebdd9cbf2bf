# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What the collection assumes of the services, and what it does if they answer otherwise: the data of playbooks/files/assumptions.yml."""

from __future__ import annotations

import pathlib
import typing as t

import yaml

Assumption = t.Mapping[str, t.Any]

FILE = pathlib.Path(__file__).resolve().parents[2] / "playbooks/files/assumptions.yml"  # plugins/ may hold only Python
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where libyaml is there
ASSUMPTIONS: t.Sequence[Assumption] = yaml.load(FILE.read_text(encoding="utf-8"), LOADER)
