# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The values of variables: what they mean, and what is of the wrong kind, or out of range."""

from __future__ import annotations

import datetime
import re
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ..module_utils._cloud.given import CONTROL
from ..module_utils._cloud.misplaced import BELONGS, found_in, found_in_name, no_number
from ..module_utils._jobs.reconcile import MOST_JOBS, YEAR
from ._playbook_given import EMPTY, Settings, Spec, Variables, elements, flat, is_id, is_nothing, trimmed
from ._playbook_jobs import PLACE
from ._playbook_names import meant_by, misspelt, not_taken, slips

LEAST = {
    "drain_timeout": 0,
    "max_jobs": 1,
    "min_jobs": 0,
    "rounds": 1,
    "slices": 1,
    "wait_interval": 1,
    "wait_timeout": 0,
}
MOST = {"drain_timeout": YEAR, "max_jobs": MOST_JOBS, "wait_interval": YEAR, "wait_timeout": YEAR}  # of the modules
AGES = ("older_than", "nightly_purge")
AGE = re.compile(r"[1-9][0-9]{0,8}[smhdw]")
ID = re.compile(r"[1-9][0-9]{0,17}")
IDS = "IDs of Flink jobs, as in 128,137"


def checked(spec: Spec, given: Variables) -> tuple[Settings, Settings, list[str]]:
    """The variables as they are given, null where they are not, or not of their kind; what they mean; and what is wrong."""
    there = {name: _taken(spec[name], given.values[name]) for name in spec if not is_nothing(given.values.get(name))}
    wrong = _wrong_kinds(spec, there)
    right = {name: value for name, value in there.items() if name not in wrong}
    known = {name: _known(option) for name, option in spec.items() if name not in wrong}
    for name in given.told - set(spec):
        for one in known.keys() & meant_by(spec, name):  # it is misspelt, and not missing as well
            known[one]["required"] = False
    found = ArgumentSpecValidator(known).validate(right)
    return (
        {**dict.fromkeys(spec), **right},
        found.validated_parameters,
        [*slips(given), *misspelt(spec, given), *_without_value(spec, given), *wrong.values(), *found.error_messages],
    )


def _without_value(spec: Spec, given: Variables) -> t.Iterator[str]:
    """Complains of variables that cannot be evaluated; the reason quotes the expression."""
    others = not_taken(spec, given.broken)  # their names alone are reason enough
    for name, reason in given.broken.items():
        if name not in others:
            yield (
                f"{name}: cannot be evaluated; a text with braces in it needs !unsafe before it"
                if spec.get(name, {}).get("no_log")
                else f"{name}: has no value: {reason}"
            )


def _known(option: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {key: option[key] for key in ("type", "elements", "choices", "required", "default") if key in option}


def _taken(option: t.Mapping[str, t.Any], value: t.Any) -> t.Any:
    """Blanks around a text do not count, and the text of a list is taken apart."""
    value = trimmed(value)
    if option["type"] != "list" or isinstance(value, dict):
        return value
    if isinstance(value, str):
        return elements(value)
    return [trimmed(one) for one in value] if isinstance(value, (list, tuple)) else [value]


def _wrong_kinds(spec: Spec, there: t.Mapping[str, t.Any]) -> dict[str, str]:
    """The complaints by variable."""
    found = {name: _wrong_kind(name, spec[name], value) for name, value in there.items()}
    return {name: f"{name}: {wrong}" for name, wrong in found.items() if wrong}


def _wrong_kind(name: str, option: t.Mapping[str, t.Any], value: t.Any) -> str:
    """Numbers and the like where text belongs. YAML has made 8 of both 8 and 010, so nobody knows what was written."""
    kind, ids = option["type"], option.get("elements") == "int"
    # an age says itself what it looks like
    is_text = kind in ("list", "path", "str") and not ids and name != "older_than"
    odd = "" if option.get("no_log") else _may_be_secret(name, value, is_text)
    if kind in ("int", "float"):
        odd = odd or no_number(value)
    if odd:
        return f"must be {IDS if ids else BELONGS[kind]}, not {odd}"
    if ids:
        return _wrong_ids(value)
    return _wrong_text(name, kind, value) if is_text else ""


def _may_be_secret(name: str, value: t.Any, is_text: bool) -> str:
    """What a value is that no message may quote, as it may be a credential in the form of another tool; empty if it is none."""
    parts = list(flat(value))
    texts = [one for one in parts if isinstance(one, str)]
    if not is_text and any(isinstance(one, dict) for one in parts):  # where text belongs, it is refused by its kind
        return "a dictionary"
    found = found_in_name if is_text and name not in PLACE else found_in
    return next(filter(None, map(found, [",".join(texts), *texts])), "")


def _wrong_text(name: str, kind: str, value: t.Any) -> str:
    if kind != "list":
        return _no_text(name, kind, flat(value) if name == "otc_hosts" else [value])  # hosts may be a list
    if None in value or value == [[]]:
        return EMPTY
    return _no_text(name, kind, flat(value)) or _nested(value)


def _no_text(name: str, kind: str, parts: t.Iterable[t.Any]) -> str:
    odd = [one for one in parts if one is not None and not isinstance(one, str)]
    return f"must be text, not {_shown(odd[0])}{_way_out(name, kind, odd[0])}" if odd else ""


def _wrong_ids(value: t.Any) -> str:
    """YAML makes a number of an ID, which is as good as its text."""
    odd = [one for one in flat(value) if not is_id(one) and not (isinstance(one, str) and ID.fullmatch(one))]
    return f"must be {IDS}, not {odd[0]!r}" if odd else _nested(value)


def _nested(value: list[t.Any]) -> str:
    """A list in a list is a slip of indentation or of brackets, and nobody knows what was meant."""
    return f"must be {BELONGS['list']}, not a list in a list" if any(isinstance(one, list) for one in value) else ""


def _shown(value: t.Any) -> str:
    if isinstance(value, bool):
        return f"the truth value {str(value).lower()}"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    return f"the date {value}" if isinstance(value, datetime.date) else type(value).__name__


def _way_out(name: str, kind: str, value: t.Any) -> str:
    if not isinstance(value, (bool, int, float, datetime.date)):
        return ""
    pattern = "write a pattern such as [0]10, or " if name in ("names", "except_names") else ""
    quoted, mark = ('["010"]', "comma") if kind == "list" else ('"010"', "blank")
    return f"; {pattern}quote it in YAML, as in {name}: {quoted}, or put a {mark} after it in a survey"


def wrong_characters(spec: Spec, found: Settings) -> t.Iterator[str]:
    for name in spec:
        if any(CONTROL.search(one) for one in flat(found[name]) if isinstance(one, str)):
            yield f"{name}: has a line break or another control character in it"


def wrong_figures(spec: Spec, found: Settings) -> t.Iterator[str]:
    """Complains of wrong ages and numbers."""
    for name in AGES:
        age = found[name] if name in spec else None
        if age is not None and not AGE.fullmatch(str(age)):
            yield f"{name}: '{age}' is not one positive number and one of s m h d w, as in 30d"
    for name in spec:
        if name in LEAST and found[name] < LEAST[name]:
            yield f"{name}: must be at least {LEAST[name]}, not {found[name]}"
        if name in MOST and found[name] > MOST[name]:
            yield f"{name}: must be at most {MOST[name]}, not {found[name]}"


def is_empty(name: str, value: t.Any, given: Variables) -> bool:
    """Whether an empty value is wrong: empty clusters mean no cluster, anything else would choose more jobs than it seems to."""
    if name not in given.values or not isinstance(value, list):
        return False
    return (value == [] and name != "clusters" and not is_nothing(given.values[name])) or not all(value)
