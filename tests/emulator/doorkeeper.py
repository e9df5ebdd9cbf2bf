# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a login needs beside the right password: a passcode that nobody has used, and an account that is not locked."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import time

from .settings import SettingError

PASSCODE = re.compile("[0-9]{6}")  # no other digits than these
STEP = 30  # seconds that a passcode of an authenticator is shown
LOCKED_FOR = 15 * 60  # seconds


def totp(secret: str, step: int) -> str:
    """RFC 6238: the passcode of this time step, with the parameters of the usual authenticators."""
    digest = hmac.new(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1).digest()
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 1000000:06}"


def check_mfa(mfa: dict) -> None:
    """SettingError for what is neither a list of passcodes nor the secret of an authenticator."""
    passcodes = mfa.get("passcodes", [])
    if len(mfa) != 1 or not mfa.keys() <= {"passcodes", "secret"}:
        raise SettingError("mfa of a user takes passcodes, or a secret")
    if not all(isinstance(passcode, str) and PASSCODE.fullmatch(passcode) for passcode in passcodes):
        raise SettingError("passcodes must be texts of six digits")
    try:
        base64.b32decode(mfa.get("secret", ""))
    except (binascii.Error, TypeError) as error:
        raise SettingError("the secret of a user's mfa must be in base32") from error


class Doorkeeper:
    """Remembers the passcodes that were used, and how often a user has failed."""

    def __init__(self) -> None:
        self._used: set[tuple] = set()
        self._failures: dict[str, int] = {}
        self._locked_at: dict[str, float] = {}

    def takes(self, user: dict, passcode: str) -> bool:
        """Whether the passcode is right. It is only once: for its user it is used up now, whatever becomes of the login."""
        mfa = user.get("mfa", {})
        now = int(time.time()) // STEP
        good = {(user["id"], code): code for code in mfa.get("passcodes", [])}
        if "secret" in mfa:  # the one before may have been on its way
            good = {(user["id"], step): totp(mfa["secret"], step) for step in (now, now - 1)}
        found = [one for one, code in good.items() if code == passcode and one not in self._used]
        self._used.update(found[:1])
        return bool(found)

    def is_locked(self, user: dict) -> bool:
        locked_at = self._locked_at.get(user["id"])
        return locked_at is not None and time.time() < locked_at + LOCKED_FOR

    def failed(self, user: dict, limit: int) -> None:
        """One more failure in a row; after so many the user is locked. ``limit`` 0: never."""
        self._failures[user["id"]] = self._failures.get(user["id"], 0) + 1
        if limit and self._failures[user["id"]] >= limit:
            self._locked_at[user["id"]] = time.time()
            self._failures[user["id"]] = 0

    def passed(self, user: dict) -> None:
        self._failures.pop(user["id"], None)
