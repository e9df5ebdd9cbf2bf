# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Files for TLS: of the CA, and the client's certificate with its key."""

from __future__ import annotations

import os
import re
import typing as t

from .errors import OptionError
from .given import PATHS, Value
from .levels import Level, highest, named
from .transport import Tls

# And not the path of its file. BASE64 of misplaced is narrower, as it refuses a path before anybody looks for its file.
KEY_ITSELF = re.compile("[A-Za-z0-9+/=]{60,}")
PAIR = {"client_cert", "client_key"}


def tls_of(validate_certs: bool | None, levels: t.Sequence[Level]) -> Tls:
    ca_path = highest(levels, "ca_path")
    files = {**({"ca_path": ca_path} if ca_path else {}), **_certificate(levels)}
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


def _certificate(levels: t.Sequence[Level]) -> dict[str, Value]:
    """The client's certificate and its key, of one level; only a task may leave one of them to the environment."""
    task, env = levels[0], next(level for level in levels[1:] if not level.place)
    has_entry = any(level.place for level in levels)
    for level in levels:
        own = [level, env] if level is task else [level]
        if PAIR & level.values.keys() and any("client_cert" in one.values for one in own):
            pair = ((option, highest(own, option)) for option in PAIR)
            return {option: value for option, value in pair if value}
        # as of a credential, a half in the environment is nothing where a cloud is given
        if "client_key" in level.values and not (level is env and has_entry):
            highest([level], "client_key")  # which says so if it is no path
            raise OptionError(f"{level.place}{named(['client_cert'])}: missing, as client_key is given")
    return {}
