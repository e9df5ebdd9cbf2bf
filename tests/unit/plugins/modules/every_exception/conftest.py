# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wire that raises what it was told to."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.exceptions import Wire
from ansible_collections.otc.bigdata.tests.unit.utils.wire import EmptyCloud, cloud_on_the_wire, without_detours


@pytest.fixture
def emulator() -> t.Iterator[EmptyCloud]:
    with without_detours(), cloud_on_the_wire(kind=EmptyCloud) as one:
        yield one


@pytest.fixture
def wire(emulator: EmptyCloud, monkeypatch: pytest.MonkeyPatch) -> Wire:
    return Wire(monkeypatch)
