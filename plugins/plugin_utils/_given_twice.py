# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""An option that is given twice in one text: state=stopped job_ids=128 state=absent. Ansible takes the last without a word."""

from __future__ import annotations

import contextlib
import typing as t

from ansible import context
from ansible.errors import AnsibleError
from ansible.parsing.splitter import split_args

from ..module_utils._cloud.options import Spec, names_of

TWICE = "{}: is given twice, and only the last would count; leave one out"


def given_twice(task: t.Any, spec: t.Callable[[], Spec]) -> str:
    """Why a task must not be carried out; empty if it may. ``spec``: the options of its module."""
    twice = [key for text in _texts(task) for key in _keys_given_twice(text)]
    return "; ".join(map(TWICE.format, _named(twice, spec()))) if twice else ""


def _texts(task: t.Any) -> list[str]:
    """The arguments that are written as one text: of an ad hoc command, or state=stopped job_ids=128 in a file."""
    if not task.get_path():
        return [context.CLIARGS.get("module_args") or ""]
    source, keys = task.get_ds(), {"action", "local_action", "args", task.action.rpartition(".")[2]}
    found = source.items() if isinstance(source, dict) else ()
    return [text for key, text in found if isinstance(text, str) and key.rpartition(".")[2] in keys]


def _keys_given_twice(text: str) -> list[str]:
    """Those that have two values in a text such as a=1 b=2, or are twice in one in JSON, also further inside."""
    if text.startswith("{"):
        from ..module_utils._cloud.misplaced import repeated

        with contextlib.suppress(SyntaxError, ValueError):  # then Ansible says what is wrong with it
            return [str(key) for key in repeated(text)]
    try:
        parts = split_args(text)
    except AnsibleError:  # a template, which is no such text
        return []
    pairs = dict.fromkeys(tuple(part.partition("=")[::2]) for part in parts if "=" in part)
    keys = [key for key, dummy in pairs]
    return [key for key in keys if keys.count(key) > 1]


def _named(keys: t.Iterable[str], spec: Spec) -> t.Iterable[str]:
    """As a message may say them: what is no option could be a secret."""
    within = [one.get("options") or {} for one in spec.values()]
    known = {name for part in (spec, *within) for name in names_of(part)}
    return dict.fromkeys(key if key in known else "a key" for key in keys)
