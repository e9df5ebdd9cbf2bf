# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Files for TLS: of the CA, and the client's certificate with its key."""

from __future__ import annotations

import os
import re
import typing as t

from .adapter import Tls
from .errors import OptionError
from .given import PATHS, Value
from .levels import Level, highest, named

# And not the path of its file. BASE64 of misplaced is narrower, as it refuses a path before anybody looks for its file.
KEY_ITSELF = re.compile("[A-Za-z0-9+/=]{60,}")
PAIR = ("client_cert", "client_key")


def tls_of(validate_certs: bool | None, levels: t.Sequence[Level]) -> Tls:
    """``validate_certs``: as the task has it. Raises OptionError for a file that is not there, and for a key without its certificate."""
    given = {"ca_path": highest(levels, "ca_path"), **_certificate(levels)}
    files = {option: value for option, value in given.items() if value}
    paths = {option: os.path.expanduser(value.text) for option, value in files.items()}
    for option, path in paths.items():
        _refuse_no_file(files[option].name, path)
    wishes = [one for one in (validate_certs, *(level.verify for level in levels)) if one is not None]
    return Tls(wishes[0] if wishes else True, *(paths.get(option) for option in PATHS))


def _refuse_no_file(name: str, path: str) -> None:
    if not os.path.exists(path):
        quoted = "" if KEY_ITSELF.fullmatch(path) else f": {path}"
        raise OptionError(f"{name}: no such file{quoted}")
    if not os.path.isfile(path):  # a pipe may never end
        raise OptionError(f"{name}: is no file: {path}")


def _certificate(levels: t.Sequence[Level]) -> dict[str, Value | None]:
    """The client's certificate and its key, of one level; only a task may leave one of them to the environment."""
    task, env = levels[0], next(level for level in levels[1:] if not level.place)
    level = next((level for level in levels if _decides(level, env, levels)), None)
    if level is None:
        return {}
    own = [level, env] if level is task else [level]
    pair = {option: highest(own, option) for option in PAIR}
    if not pair["client_cert"]:
        raise OptionError(f"{level.place}{named(['client_cert'])}: missing, as client_key is given")
    return pair


def _decides(level: Level, env: Level, levels: t.Sequence[Level]) -> bool:
    """Whether a level has one of the two files. As with a credential, a half in the environment does not count beside a cloud."""
    no_half = level is env and any(one.place for one in levels)
    return "client_cert" in level.values or ("client_key" in level.values and not no_half)
