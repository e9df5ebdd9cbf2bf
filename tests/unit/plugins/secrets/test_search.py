# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the other files here rely on: the search, the choice of tasks, and options that are marked as secret."""

from __future__ import annotations

import base64
import importlib
import json
import pathlib
import re
import urllib.parse

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.options import connection_options
from ansible_collections.otc.bigdata.tests.unit.utils.in_process import run_in_process
from ansible_collections.otc.bigdata.tests.unit.utils.run_module import PACKAGE
from ansible_collections.otc.bigdata.tests.unit.utils.secrecy import (
    CASES,
    CREDENTIALS,
    KINDS,
    LETTERS,
    MODULES,
    NASTY,
    PIECE,
    PUBLIC,
    Search,
    chosen,
    made_up,
)

pytestmark = pytest.mark.real


def test_tasks_are_spread():
    """Each kind, and each module, meets every case; as a module of its own, each module succeeds and fails, and some kind meets it."""
    spread, slow = ({(n, *task) for n in range(len(KINDS)) for task in chosen(n, quick)} for quick in (True, False))
    assert {(n, name) for n, dummy, name in spread} >= {(n, name) for n in range(len(KINDS)) for name in CASES}
    assert {(module, name) for dummy, module, name in spread} >= {(m, name) for m in MODULES for name in CASES}
    assert {name for dummy, module, name in slow} >= set(CASES)
    assert {(module, name == "good") for dummy, module, name in slow} == {
        (m, good) for m in MODULES for good in (True, False)
    }
    assert {(n, name == "good") for n, dummy, name in slow} == {
        (n, good) for n in range(len(KINDS)) for good in (True, False)
    }


def test_each_credential_has_a_file():
    """Or nobody would give it."""
    assert {make.__name__ for make in CREDENTIALS} <= {
        path.stem[5:] for path in pathlib.Path(__file__).parent.iterdir()
    }


SOUNDS_SECRET = re.compile("token|key|pass|secret|credential|private")
ONLY_A_PATH = {"client_key"}


@pytest.mark.parametrize("module", MODULES)
def test_options_are_not_logged(module):
    """Whatever sounds secret is marked as such, and does not come back from the module."""
    spec = {**connection_options(), **importlib.import_module(f"{PACKAGE}.{module}").SPEC}
    inner = {name: option for outer in spec.values() for name, option in outer.get("options", {}).items()}
    secret = {name for name in (*spec, *inner) if SOUNDS_SECRET.search(name)} - ONLY_A_PATH
    assert secret == {name for name, option in [*spec.items(), *inner.items()] if option.get("no_log")}
    assert secret == {"token", "access_key", "secret_key", "security_token", "password", "passcode"}
    values = {name: made_up(LETTERS, 40) for name in secret}
    result = run_in_process(module, {**MODULES[module], **values, "max_retries": -1})
    shown = result.invocation["module_args"]
    assert {shown[name] for name in secret} == {"VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}
    assert not Search(values.items()).found(result.text.encode())


@pytest.mark.parametrize("make", CREDENTIALS)
def test_search_finds_every_form(make):
    """The search itself: plain, within other text, encoded, cut off."""
    for name, secret in make().items():
        if name in PUBLIC:
            continue
        search, text = Search([(name, secret)]), f"X-Auth-Token: {secret}; is wrong"
        for written in (
            text,
            json.dumps({"msg": text}),
            json.dumps({"msg": json.dumps(text)}),
            repr(text),
            urllib.parse.quote(text),
            urllib.parse.quote_plus(text),
            *(base64.b64encode(f"{begin}{text}".encode()).decode() for begin in ("", "a", "ab")),
            text[: text.index(secret) + PIECE],
            text[-PIECE - len("; is wrong") :],
        ):
            assert search.found(written.encode()) == {name}, written
        assert not search.found(made_up(NASTY, 5000).encode())
