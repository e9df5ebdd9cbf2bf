# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Texts that a user has given: what must not stand in them, and how a message shows them.

A text of the wrong kind is never quoted, as it may hold a secret: a dictionary with a password, a private key.
"""

from __future__ import annotations

import re
import typing as t

from .errors import OptionError

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")  # and what no request can carry
INVISIBLE = re.compile("[\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
DATA = re.compile(r"[\[{].*[:,'\"].*[\]}]")  # the text of a dictionary or of a list
PEM = "-----BEGIN"
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
