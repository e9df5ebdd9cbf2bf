# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Values where they do not belong: a dictionary as a name, the text of a key as a path, a number as a password.

Such a value may hold a secret that nobody has marked as one, so it is refused before anything logs or quotes it. A number
is refused as it need not be what was written: YAML reads 0123 as 83.
"""

from __future__ import annotations

import ast
import datetime
import itertools
import json
import math
import re
import typing as t
from collections.abc import Mapping

from ansible.module_utils.common.validation import check_type_dict

from .given import PEM, UNREPLACED
from .options import names_of, secrets_in
from .text import HIDDEN_WHOLE, masked

BELONGS = {
    "str": "plain text",
    "path": "the path of a file",
    "bool": "true or false",
    "int": "a number",
    "float": "a number",
    "list": "a list of single values",
    "raw": "plain text",
    "tag": "plain text",
}
DICTIONARIES = {None: "a dictionary", "dict": "a list of dictionaries"}  # by what their elements are
ANY = {"type": "raw"}  # a number is as good as its text
TAG = {"type": "tag"}  # so is a whole number, or a day, but YAML reads 1.10 as 1.1
NO_TEXT: dict[str, t.Any] = {"str": object, "path": object, "tag": (float, datetime.datetime)}  # besides text and null
SAYS_ITSELF = "older_than"  # a number, or a date, is refused there as no age
QUOTE = "; quote it"
OR_A_LIST = ", or give one of them a list in quotes"
ENDLESS = "NaN, infinite or far too large"
UNQUOTED = (bool, int, float, datetime.date)  # what YAML makes of texts
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{,39}")
# A key without its first line, and hardly a path. KEY_ITSELF of certificates is wider, as no such file is there then.
BASE64 = re.compile(r"(?=.*[A-Z])(?=.*[a-z])(?=.*[0-9])[A-Za-z0-9+=\s][A-Za-z0-9+/=\s]{99,}", re.DOTALL)
BRACE = re.compile("[{}]")
IN_A_PATH = re.compile(r"\$\{\w+\}")  # a variable, which Ansible replaces there
LINES = re.compile(r"\S\s*[\r\n]\s*\S")
LIST = re.compile(r"\s*\[.*[,'\"].*\]\s*", re.DOTALL)
DICTIONARY = re.compile(r"[\s\[(]*\{.*:.*\}[\s\])]*", re.DOTALL)
# as in the text of a dictionary, of YAML or of an address: password=..., "secret_key": ..., https://user:...@host
SECRET = re.compile(
    r"\b(?:passw\w*|passcode|\w*token|secret\w*|access_key|[as]k)\b[\"']?\s*[:=,]|://\S*@", re.IGNORECASE
)

Arguments = t.Mapping[t.Any, t.Any]
Spec = t.Mapping[str, t.Mapping[str, t.Any]]


def misplaced(spec: Spec, arguments: Arguments) -> tuple[list[str], dict[t.Any, t.Any]]:
    """What is to be refused, each with the name of its option, and the arguments to go on with.

    They are as given, without what is null under one of several names. If something is to be refused, they are without whatever is, or may be, secret.
    """
    redactor = _Redactor()
    given = _without_empty_twins(spec, arguments)
    shown = redactor.options(spec, given)
    redactor.errors += _contradictions(spec, given)
    if not redactor.errors and not redactor.unknown:
        return [], given
    secrets = secrets_in(spec, given)  # one of them may also be a key
    return masked(redactor.errors, secrets), masked(shown, secrets, keys=True)


def found_in(text: str, path: bool = False) -> str:
    """What a text holds that has no place in a name, an address or a path; empty if that is nothing."""
    if "\0" in text:  # the system log does not take it, so a module could not even begin
        return "a text with a control character in it"
    if PEM in text or (path and BASE64.fullmatch(text)):
        return "the text of a key or certificate"
    if path:
        if LINES.search(text):
            return "a text of several lines"
        text = IN_A_PATH.sub("", text)
    elif UNREPLACED.fullmatch(text):
        return "the name of a variable, which nothing replaces here"
    if BRACE.search(text):
        return "the text of a dictionary"
    if LIST.fullmatch(text):
        return "the text of a list"
    return "a text with a secret in it" if SECRET.search(text) else ""


def found_in_name(text: str) -> str:
    """The same for a text that may hold braces, as it is compared with what somebody else has named."""
    if DICTIONARY.fullmatch(text):
        return "the text of a dictionary"
    return found_in(text) if PEM in text or "\0" in text else ""


def _twins(spec: Spec, given: Arguments) -> list[list[str]]:
    """The names of each option that is given by more than one of its names, in the task or in module_defaults."""
    groups = [[name for name in (option, *one.get("aliases", ())) if name in given] for option, one in spec.items()]
    return [names for names in groups if len(names) > 1]


def _without_empty_twins(spec: Spec, arguments: Arguments) -> dict[t.Any, t.Any]:
    """Without null where an option is given by several names. It is the same as not given, but Ansible would take it from an alias."""
    empty = [name for names in _twins(spec, arguments) for name in names if arguments[name] is None]
    return {name: value for name, value in arguments.items() if name not in empty}


def _contradictions(spec: Spec, given: Arguments) -> list[str]:
    """Options given by two names with different values: Ansible would take the alias, even one of module_defaults over the task's own."""
    return [
        f"{names[0]} beside {other}: is the same option with another value; leave one of them out"
        for names in _twins(spec, given)
        for other in names[1:]
        if given[other] != given[names[0]]
    ]


class _Redactor:
    """Goes through the options of a task; what it returns can be shown to everybody."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.unknown = False  # whether there is an option that the spec does not have

    def options(self, spec: Spec, arguments: Arguments, label: str = "", free: bool = False) -> dict[t.Any, t.Any]:
        """``free``: texts that may hold braces, as they are compared with what somebody else has named."""
        names = names_of(spec)
        shown = {}
        for given, value in arguments.items():
            if given in names:
                name = names[given]
                one = ANY if name == SAYS_ITSELF else spec[name]
                shown[given] = self._option(one, value, f"{label}{given}", free or name == "filters")
            elif NAME.fullmatch(str(given)):  # it may be the form that another collection has for a credential
                self.unknown = True
                shown[str(given)] = HIDDEN_WHOLE
            else:
                self.errors.append(f"{label.rstrip('.') or 'options'}: has a key that cannot be the name of an option")
                shown[HIDDEN_WHOLE] = HIDDEN_WHOLE
        return shown

    def _option(self, one: t.Mapping[str, t.Any], value: t.Any, label: str, free: bool) -> t.Any:
        if value is None:
            return None
        kind = one.get("type", "str")
        if kind == "dict" or one.get("elements") == "dict":
            return self._dictionary(one, value, label, free)
        found = _found_among(one, value, free)
        if found:
            belongs = BELONGS["str" if found.endswith(QUOTE) else kind]
            self._refuse(label, "the name of an entry of a clouds.yaml" if label == "cloud" else belongs, found)
        return HIDDEN_WHOLE if found or one.get("no_log") else value

    def _dictionary(self, one: t.Mapping[str, t.Any], value: t.Any, label: str, free: bool) -> t.Any:
        if one["type"] == "list" and isinstance(value, list):
            return [self._dictionary({**one, "type": "dict"}, each, label, free) for each in value]
        spec = one.get("options") or {}
        inner = _as_dictionary(value, spec)
        if inner is None:
            keys = f" with {', '.join(spec)}" if spec else ""
            self._refuse(label, DICTIONARIES[one.get("elements")] + keys, _kind_of(value))
            return HIDDEN_WHOLE
        for key in _twice(value, inner):
            known = key if key in spec else "a key"
            self.errors.append(f"{label}: has {known} twice, and only the last would count; leave one out{OR_A_LIST}")
        return self.options(spec or dict.fromkeys(inner, TAG), inner, f"{label}.", free)

    def _refuse(self, label: str, belongs: str, found: str) -> None:
        self.errors.append(f"{label}: must be {belongs}, not {found}")


def _as_dictionary(value: t.Any, spec: Spec) -> dict[t.Any, t.Any] | None:
    """A dictionary, or its text if no part of that text is unknown: it may be one that another option holds."""
    try:
        found = check_type_dict(value)
    except (TypeError, ValueError):  # the second from ansible-core 2.16, for a=1,b
        return None
    if not isinstance(found, dict):  # likewise, for {'a', 'b'}
        return None
    if not all(isinstance(key, (str, int, float, type(None))) for key in found):  # others are no keys of JSON
        return None
    return None if isinstance(value, str) and spec and not spec.keys() >= found.keys() else found


def _twice(text: t.Any, found: Arguments) -> list[str]:
    """The keys that the text of a dictionary has more than once, which Ansible does not notice."""
    if not isinstance(text, str):
        return []
    if text.startswith("{"):
        return list(map(str, dict.fromkeys(repeated(text))))
    return [key for key in map(str, found) if _times(text, key) > 1]


def repeated(text: str) -> t.Iterator[t.Any]:
    """The keys that are more than once in a dictionary, or in one inside it, in JSON or in a literal of Python."""
    of_all: list[list[t.Any]] = []

    def note(pairs: list[tuple[str, t.Any]]) -> None:
        of_all.append([key for key, dummy in pairs])

    try:
        json.loads(text, object_pairs_hook=note)
    except ValueError:
        parts = [part for part in ast.walk(ast.parse(text, mode="eval")) if isinstance(part, ast.Dict)]
        of_all = [[key.value for key in part.keys if isinstance(key, ast.Constant)] for part in parts]
    for keys in of_all:
        yield from (key for key in keys if keys.count(key) > 1)


def _times(text: str, key: str) -> int:
    """How often a text such as a=1 b=2 has a key: Ansible reads them with numbers, so that none takes the place of another."""
    numbers = itertools.count()
    numbered = re.sub(rf"(?<!\w){re.escape(key)}(?=\s*=)", lambda match: f"{key}#{next(numbers)}", text)
    return sum(str(one).startswith(f"{key}#") for one in check_type_dict(numbered))


def _found_among(one: t.Mapping[str, t.Any], value: t.Any, free: bool) -> str:
    """The same as ``_found``, for a list of values as well."""
    is_list = one.get("type") == "list"
    values = value if is_list and isinstance(value, list) else [value]
    if is_list and free:  # an ID may be a number, but no name and no word
        one = {"type": one["elements"]}
    return next(filter(None, (_found(one, each, free) for each in values)), "")


def _found(one: t.Mapping[str, t.Any], value: t.Any, free: bool) -> str:
    """What a value seems to be, if that does not belong here; else empty."""
    kind = one.get("type", "str")
    if kind in ("int", "float") and no_number(value):
        return no_number(value)
    if isinstance(value, str):
        if one.get("no_log"):
            return ""
        return found_in_name(value) if free else found_in(value, kind == "path")
    if isinstance(value, (Mapping, list, tuple, set, frozenset, bytes, complex, type(...))):
        return _kind_of(value)
    if value is not None and isinstance(value, NO_TEXT.get(kind, ())):
        return f"{_kind_of(value)}{QUOTE}"
    return ""


def no_number(value: t.Any) -> str:
    """What a value is that Ansible takes for a number, and that is no quantity: true, which it would make 1, and what is endless.

    Empty for all else: for a number, for false, which is 0 to everybody, and for what Ansible itself refuses.
    """
    if value is True:
        return _kind_of(value)
    try:
        return "" if math.isfinite(float(value)) else ENDLESS
    except OverflowError:
        return ENDLESS
    except (TypeError, ValueError):
        return ""


def no_text(value: t.Any) -> str:
    """What YAML has made of a text without quotes, or of an element of a list; empty if nothing. It may have made 8 of 010."""
    odd = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, UNQUOTED)]
    return f"{_kind_of(odd[0])}{QUOTE}" if odd else ""


def _kind_of(value: t.Any) -> str:
    if isinstance(value, Mapping):
        return "a dictionary"
    if isinstance(value, (list, tuple, set, frozenset)):
        return "a list"
    if isinstance(value, str):
        return "text"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, datetime.date):
        return "a date"
    return "a number" if isinstance(value, (int, float)) else f"a {type(value).__name__}"
