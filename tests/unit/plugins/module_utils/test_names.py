# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patterns and names with letters that can be written as one character or as two."""

from __future__ import annotations

import unicodedata

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils._jobs.names import match, protecting


def forms(text: str) -> tuple[str, str]:
    return unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)


@pytest.mark.parametrize("glob", forms("[!ä]*"))
@pytest.mark.parametrize("name", forms("ärger"))
def test_what_chooses_does_not_choose_what_it_shuts_out(glob: str, name: str) -> None:
    assert match(name, [glob]) is None
    assert match("orders", [glob]) == glob


@pytest.mark.parametrize("glob", forms("m?ller-ä*"))
@pytest.mark.parametrize("name", forms("müller-ärger"))
def test_letters_with_accents(glob: str, name: str) -> None:
    assert match(name, [glob]) == protecting(name, [glob]) == glob
    assert match(f" {name}", [glob]) is None
    assert protecting(f" {name}\u200b", [glob]) == glob
