# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests that are coroutines, and the sources that they run."""

from __future__ import annotations

import asyncio
import inspect

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.event_source import Sources


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = inspect.signature(pyfuncitem.obj).parameters
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in wanted}))
    return True


@pytest.fixture
def sources(emulator):
    """Sources that look at the emulator."""
    return Sources(emulator)


@pytest.fixture
def state_file(tmp_path):
    return tmp_path / "state.json"
