# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""A pattern of which a part was to be omitted: from ansible-core 2.19 on, {{ x | default(omit) }}* becomes *, of every job. Before, it chose none."""

from __future__ import annotations

import re
import typing as t

EVERY_NAME = re.compile(r"[*?\s]*\*[*?\s]*")
MAY_BE_OMITTED = re.compile(r"\{\{[^{}]*\bomit\b[^{}]*\}\}")
OF_FILTERS = "filters.name: {}"
NOTHING = "\0"  # where such a part is, in the text as it is written


def left_of_a_pattern(task: t.Any) -> str:
    """Why a task must not be carried out; empty if it may. A reader may read every job."""
    filters = task.args.get("filters")
    names = filters.get("name") if isinstance(filters, dict) and "state" in task.args else None
    why = why_every_name(names, task.get_ds()) if names else ""
    return OF_FILTERS.format(why) if why else ""


def why_every_name(patterns: t.Any, source: t.Any) -> str:
    """What is wrong with patterns that match every name. Empty if nothing, or if ``source``, which is what is written, has them as they are."""
    every = [one.strip() for one in _elements(patterns) if EVERY_NAME.fullmatch(one)]
    written = _elements([MAY_BE_OMITTED.sub(NOTHING, text) for text in _texts(source)]) if every else ()
    left = [one for one in written if EVERY_NAME.fullmatch(one.replace(NOTHING, ""))]
    if not left or not all(NOTHING in one for one in left):
        return ""
    return f"omit leaves only {every[0]} of a pattern, so every name fits; give what is omitted a text, or write '*' if all are meant"


def _elements(found: t.Any) -> t.Iterator[str]:
    for text in _texts(found):
        yield from re.split(r"[,\r\n]", text)


def _texts(found: t.Any) -> t.Iterator[str]:
    """Those in lists and dictionaries."""
    if isinstance(found, str):
        yield found
    elif isinstance(found, (dict, list, tuple)):
        for one in found.values() if isinstance(found, dict) else found:
            yield from _texts(one)
