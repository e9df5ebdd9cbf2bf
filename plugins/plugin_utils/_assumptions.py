# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What the collection assumes of the services, and what it does if they answer otherwise: the data of _assumptions.yml."""

from __future__ import annotations

import pathlib
import typing as t

import yaml

Assumption = t.Mapping[str, t.Any]

ASSUMPTIONS: t.Sequence[Assumption] = yaml.safe_load(
    pathlib.Path(__file__).with_suffix(".yml").read_text(encoding="utf-8")
)
