# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The files of clouds.yaml and secure.yaml: which one counts, and what is in it.

openstacksdk passes over a file that it cannot read, and takes the next one, whose entry of the same name may be for
another tenant. Here that is an error.
"""

from __future__ import annotations

import json
import os
import re
import stat
import typing as t

from .errors import OptionError
from .text import TWICE, each_once

VAULT = b"$ANSIBLE_VAULT"
WHOLE = "0|-?[1-9][0-9]*"  # a number as YAML would write it: to it 010 is 8, and 1:30 is 90
PLAIN = re.compile(rf"{WHOLE}|[0-9]\.[0-9]*[1-9]|[1-9][0-9]+\.[0-9]*[1-9]|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}")


class Unclear(t.NamedTuple):
    """A value whose text cannot be known, as YAML takes 0123456 for 42798; ``why`` says what to do."""

    why: str


NUMBER = Unclear("YAML takes it for a number or a date, and may change it; put it in quotes")
ENCRYPTED = Unclear("is encrypted by ansible-vault, which only Ansible itself can read")


def first(paths: t.Iterable[str]) -> str | None:
    """The first path at which something is, be it a file, a folder or a dead link."""
    for path in paths:
        try:
            os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:  # a folder that may not be looked into: reading will say so
            pass
        return path
    return None


def content(path: str, named: str = "", empty: bool = False) -> dict[t.Any, t.Any]:
    """The mapping in a file; ``empty``: the file may also be empty. Raises OptionError, and ImportError without PyYAML.

    ``named`` is the variable that names the file, or could. No message quotes the file: a password may be in that line.
    """
    where = f"cloud: {path}{f' (environment: {named})' if named else ''} cannot be read"
    data = _data(path, where)
    try:
        found = _of_json(data) if path.endswith("json") else _of_yaml(data)
    except json.JSONDecodeError as error:
        raise OptionError(f"{where}: line {error.lineno} is not JSON") from None
    except ImportError:  # no fault of the file
        raise
    except Exception as error:  # malformed in one of many ways
        advice = "look for tabs, for the indentation and for keys that are there twice"
        raise OptionError(f"{where}: {_line(error, data)} is not YAML; {advice}") from None
    if found is None and empty:
        return {}
    if not isinstance(found, dict):
        raise OptionError(f"{where}: {'it is empty' if found is None else 'it holds no mapping'}")
    return found


def _data(path: str, where: str) -> bytes:
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISFIFO(mode):  # nobody may ever write into it
            raise OptionError(f"{where}: it is a pipe")
        if stat.S_ISCHR(mode) and not os.path.samefile(path, os.devnull):  # a terminal waits, and others never end
            raise OptionError(f"{where}: it is a device")
        with open(path, "rb") as file:
            data = file.read()
    except (OSError, ValueError) as error:
        raise OptionError(f"{where}: {getattr(error, 'strerror', None) or 'no path of a file'}") from None
    if data.startswith(VAULT):
        raise OptionError(f"{where}: it is encrypted by ansible-vault, which only Ansible itself can read")
    return data


def _line(error: Exception, data: bytes) -> str:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return f"line {mark.line + 1}"
    position = getattr(error, "position", getattr(error, "start", None))  # of a character that must not be there
    return "it" if position is None else f"line {data.count(10, 0, position) + 1}"


def _of_json(data: bytes) -> t.Any:
    """Reads JSON; numbers stay text."""
    return json.loads(data, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=each_once)


def unique_keys() -> t.Any:
    """A loader of plain YAML that refuses a key that is twice, of which the last would win."""
    import yaml  # it comes with openstacksdk

    class Loader(yaml.SafeLoader):  # type: ignore[misc]
        def compose_mapping_node(self, anchor: t.Any) -> t.Any:
            node = super().compose_mapping_node(anchor)
            seen = set()
            for key, dummy in node.value:
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(None, None, TWICE, key.start_mark)
                seen.add(key.value if isinstance(key.value, str) else id(key))
            return node

    return Loader


def _of_yaml(data: bytes) -> t.Any:
    """Numbers and dates become the text that stands there if YAML would write them like that, else Unclear."""
    import yaml

    Loader = unique_keys()

    def as_written(dummy: t.Any, node: t.Any) -> str | Unclear:
        return node.value if PLAIN.fullmatch(node.value) else NUMBER

    for kind in ("int", "float", "timestamp"):
        Loader.add_constructor(f"tag:yaml.org,2002:{kind}", as_written)
    Loader.add_constructor("!vault", lambda *dummy: ENCRYPTED)
    return yaml.load(data, Loader)
