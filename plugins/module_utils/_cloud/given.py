# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Texts that a user has given: what must not stand in them, what they nearly are, and how a message shows them.

A text of the wrong kind is never quoted, as it may hold a secret: a dictionary with a password, a private key.
"""

from __future__ import annotations

import functools
import os
import re
import typing as t

from .errors import OptionError

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")  # and what no request can carry
INVISIBLE = re.compile("[\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
DATA = re.compile(r"[\[{].*[:,'\"].*[\]}]")  # the text of a dictionary or of a list
# ${NAME} or $OS_NAME: what a shell would replace, had it seen it. Nobody sees that in a hidden value.
UNREPLACED = re.compile(r"\$\{\w+\}|\$(OS|OTC)_\w+")
PEM = "-----BEGIN"
ENDING = re.compile(r"(?<=..)(e?s|e)$")  # of a plural, or of one of its letters
HARMLESS = re.compile(r"[\w.@+/-]+( [\w.@+/-]+)*")
LONGEST = 40  # characters that a message quotes
PATHS = ("ca_path", "client_cert", "client_key")


class Value(t.NamedTuple):
    """A text, and how messages name the place that it comes from: an option, a variable, a key of an entry."""

    text: str
    name: str


def refuse_odd(option: str, value: Value) -> None:
    """Raises OptionError, quoting nothing. A stray blank costs a failed login, and five lock the user."""
    text, name = value
    if PEM in text:
        wish = "the path of a file, not its text" if option in PATHS else "no certificate and no key"
        raise OptionError(f"{name}: must be {wish}")
    if CONTROL.search(text):
        raise OptionError(f"{name}: holds a line break or another control character")
    if UNREPLACED.fullmatch(text):
        raise OptionError(
            f"{name}: is the name of a variable, which nothing replaces here; give the value of that variable"
        )
    if option == "password":  # it may begin and end with blanks, and look like anything
        return
    if text != text.strip():
        raise OptionError(f"{name}: begins or ends with white space")
    if INVISIBLE.search(text):
        raise OptionError(f"{name}: holds a character that cannot be seen")
    if DATA.fullmatch(text):
        raise OptionError(f"{name}: must be plain text, not a dictionary and not a list")


def shown(text: str) -> str:
    """``text`` in quotes, if it is what a name may look like, for a message."""
    return repr(text) if len(text) <= LONGEST and HARMLESS.fullmatch(text) else "what is given"


@functools.cache  # an entry, or the environment, is asked for each part of a login
def nearly(name: str, names: tuple[str, ...]) -> str:
    """Which of ``names`` a name nearly is. Empty if none, and for one with a number behind it, which is a second one on purpose."""
    if name in names or name[-1:].isdigit():
        return ""
    words, close = name.replace("_", ""), [known for known in names if abs(len(known) - len(name)) < 4]
    return next((known for known in close if alike(name, known) or words == known.replace("_", "")), "")


@functools.cache
def alike(name: str, known: str) -> bool:
    """One edit, a transposition or a plural apart. Upper and lower case, and hyphens, make no difference."""
    one, other = (text.lower().replace("-", "_") for text in (name, known))
    return _one_edit(one, other) or _singular(one) == _singular(other)


@functools.lru_cache(maxsize=1000)  # each name is compared with many
def _singular(name: str) -> tuple[str, ...]:
    return tuple(ENDING.sub("", word) for word in name.split("_"))


def _one_edit(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    same = len(os.path.commonprefix([short, long]))
    short, long = short[same:], long[same:]
    if len(short) == len(long):
        return short[1:] == long[1:] or (short[:2] == long[:2][::-1] and short[2:] == long[2:])
    return short == long[1:]
