# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of tests/transcripts."""

from __future__ import annotations

import json
import pathlib
import typing as t

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "transcripts"
TRANSCRIPTS: dict[str, t.Any] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))
}
GRADES = ("recorded", "pasted", "typed", "fixture")  # the most trustworthy first


def calls_of(content: t.Any) -> list[dict[str, t.Any]]:
    return content["calls"] if isinstance(content, dict) else content
