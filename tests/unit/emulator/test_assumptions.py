# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that are chosen by the id of an assumption."""

from __future__ import annotations

import pytest

from ansible_collections.otc.bigdata.plugins.plugin_utils._assumptions import ASSUMPTIONS
from ansible_collections.otc.bigdata.tests.emulator import __main__ as command_line
from ansible_collections.otc.bigdata.tests.emulator.assumptions import chosen, switches
from ansible_collections.otc.bigdata.tests.emulator.cloud import CHOICES
from ansible_collections.otc.bigdata.tests.emulator.settings import SettingError, Settings


def answers(*arguments: str) -> dict:
    options = command_line.parse([part for one in arguments for part in ("--answer", one)])
    return settings_of(options.answers)


def settings_of(pairs: list[tuple[str, str]]) -> dict:
    settings = Settings(CHOICES, {})
    settings.update({"answers": chosen(pairs)})
    return settings.answers


def test_the_ids_are_read_as_the_file_tells_them() -> None:
    told = {
        one["id"]: (one["switch"], [str(value) for value in (one["assumed"], *one["others"])]) for one in ASSUMPTIONS
    }
    assert switches() == told


def test_each_id_turns_its_switch_both_ways() -> None:
    for key, switch in switches().items():
        assert str(settings_of([(key, switch.values[0])])[switch.name]) == switch.values[0]
        assert str(settings_of([(key, "other")])[switch.name]) == switch.values[1]


def test_several() -> None:
    found = answers("A05=exact", "A12=other", "is_success=capital", "A28=capital")
    assert (found["name_filter"], found["batch_size"], found["is_success"]) == ("exact", 50, "capital")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["A99=other"], "--answer A99: there is no such assumption; they are A01, A02"),
        (["A05=none"], "--answer A05: choose from substring, exact, or other"),
        (["A15=other", "A14=other"], "--answer A14: catalog cannot be regions and templated"),
        (["a05=exact"], "unknown name 'a05' in answers"),
    ],
)
def test_wrong_ones(arguments: list[str], words: str) -> None:
    with pytest.raises(SettingError) as error:
        answers(*arguments)
    assert words in str(error.value)
