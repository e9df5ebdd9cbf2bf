# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Whether a pattern matches a name. Pure."""

from __future__ import annotations

import re
import typing as t
import unicodedata
from fnmatch import fnmatchcase

# Printable for Python, but invisible: fillers, joiners and selectors of a glyph
INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0]")


def match(name: t.Any, globs: t.Iterable[str]) -> str | None:
    """The first pattern that matches the whole name. A letter with an accent may be one character or two, as macOS writes it."""
    text = _composed(str(name))
    return next((glob for glob in globs if fnmatchcase(text, _composed(glob))), None)


def protecting(name: t.Any, globs: t.Iterable[str]) -> str | None:
    """The same for patterns that take out: also one that matches what can be seen of the name, without blanks around it."""
    text = str(name)
    if text.isascii() and text.isprintable() and text == text.strip():
        return match(text, globs)
    forms = _forms(text) | _forms(_seen(text))
    return next((glob for glob in globs if any(fnmatchcase(one, form) for form in _forms(glob) for one in forms)), None)


def _seen(text: str) -> str:
    return INVISIBLE.sub("", "".join(char for char in text if char.isprintable() or char.isspace())).strip()


def _forms(text: str) -> set[str]:
    return {text, _composed(text)}


def _composed(text: str) -> str:
    """With letters and their accents as one character."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)
