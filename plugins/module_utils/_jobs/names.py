# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Whether a pattern matches a name, and whether two names are nearly the same. Pure."""

from __future__ import annotations

import functools
import os
import re
import typing as t
import unicodedata
from fnmatch import fnmatchcase

# They are printable for Python, and nobody sees them: fillers, joiners and selectors of a glyph
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
    seen = INVISIBLE.sub("", "".join(char for char in text if char.isprintable() or char.isspace())).strip()
    forms = {form: None for one in (text, seen) for form in (one, _composed(one))}
    return next(
        (glob for glob in globs for one in (glob, _composed(glob)) for form in forms if fnmatchcase(form, one)), None
    )


def _composed(text: str) -> str:
    """With letters and their accents as one character."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


@functools.cache
def alike(name: str, known: str) -> bool:
    """One edit, a transposition or a plural apart. Upper and lower case, and hyphens, make no difference."""
    one, other = (text.lower().replace("-", "_") for text in (name, known))
    return _one_edit(one, other) or _singular(one) == _singular(other)


@functools.lru_cache(maxsize=1000)  # each name is compared with many
def _singular(name: str) -> tuple[str, ...]:
    return tuple(re.sub(r"(?<=..)(e?s|e)$", "", word) for word in name.split("_"))


def _one_edit(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    same = len(os.path.commonprefix([short, long]))
    short, long = short[same:], long[same:]
    if len(short) == len(long):
        return short[1:] == long[1:] or (short[:2] == long[:2][::-1] and short[2:] == long[2:])
    return short == long[1:]
