# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What others write, fit to be shown."""

from __future__ import annotations

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.errors import Refused
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.text import (
    HIDDEN,
    HIDDEN_WHOLE,
    Passcode,
    clean,
    masked,
    plain,
)

BAD = [
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "a\x07b",
    "a\x9b31mb",
    "a\u202eb",
    "a\u2066b\u2069",
    "a\u2028b",
    "a\x00b",
    "a\x7fb",
    "sur\ud800rog",
    "a\r\nb\tc\x0bd",
    "\x85\x90",
]


@pytest.mark.parametrize("text", BAD)
def test_nothing_steers_a_terminal(text: str) -> None:
    assert clean(text).isprintable()
    error = Refused("GET x", text, 400, text, text)
    assert str(error).isprintable()
    assert all(str(value).isprintable() for value in error.error.values())


@pytest.mark.parametrize("text", ["", "plain", "Übergrößenträger, 操作失败 \U0001f600", "x" * 1000])
def test_other_texts_stay(text: str) -> None:
    assert plain(text) == clean(text) == text


def test_a_long_text_is_cut() -> None:
    assert plain("y" * 100_000) == "y" * 1000 + "… (100000 characters)"


@pytest.mark.parametrize("start", range(0, 1100, 90))
def test_no_part_of_a_secret_is_left(start: int) -> None:
    secret = "".join(chr(65 + n % 50) for n in range(400))
    shown = plain("." * start + secret + "." * 2000, {secret, "AB"})
    assert "BCD" not in shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("s3cret", HIDDEN_WHOLE),
        ("s3cret-longer", HIDDEN_WHOLE),
        ("a s3cret here, and s3cret-longer", f"a {HIDDEN} here, and {HIDDEN}"),
        (814731, HIDDEN_WHOLE),
        (-81473.5, HIDDEN_WHOLE),
        (True, True),
        (None, None),
        (
            {"s3cret": ["s3cret", {"name": ("orders", "s3cret")}]},
            {"s3cret": [HIDDEN_WHOLE, {"name": ["orders", HIDDEN_WHOLE]}]},
        ),
    ],
)
def test_no_secret_is_left_wherever_it_stands(value: object, shown: object) -> None:
    assert masked(value, {"s3cret", "s3cret-longer", "81473", ""}) == shown


def test_without_secrets_nothing_is_copied() -> None:
    value = {"jobs": [1]}
    assert masked(value, set()) is value


@pytest.mark.parametrize(
    "text", ["took 0.081804 s", "at 9:17:08.081804", "081804.5", "x081804", "081804Z", "a-081804", "1081804"]
)
def test_a_passcode_that_is_a_part_of_something_else(text: str) -> None:
    assert masked(text, [Passcode("081804")]) == text


@pytest.mark.parametrize("text", ["081804", "code 081804.", "code:081804", "/081804/", "1, 081804,2", "no. 081804"])
def test_a_passcode_by_itself(text: str) -> None:
    assert "081804" not in masked(text, [Passcode("081804")])
