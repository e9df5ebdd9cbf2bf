# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cloud that all tasks meet, and what a sweep of one of them needs."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.otc.bigdata.tests.emulator.world import JobStore
from ansible_collections.otc.bigdata.tests.unit.utils.faults import FAULTS, PASSING
from ansible_collections.otc.bigdata.tests.unit.utils.sweep import (
    Scene,
    sweep,
    test_sweep,
    test_sweep_without_retries,
    without_retries,
)
from ansible_collections.otc.bigdata.tests.unit.utils.wire import QuickCloud, quick_cloud


def pytest_generate_tests(metafunc) -> None:
    """Which tasks of its file a test is for, and which faults."""
    if metafunc.function is test_sweep:
        metafunc.parametrize("task", metafunc.module.TASKS)
        metafunc.parametrize("fault", FAULTS)
    elif metafunc.function is test_sweep_without_retries:
        metafunc.parametrize("task", without_retries(metafunc.module.TASKS))
        metafunc.parametrize("fault", PASSING)


@pytest.fixture
def cloud() -> t.Iterator[QuickCloud]:
    """How an answer is read is asked elsewhere."""
    with quick_cloud() as one:
        yield one


@pytest.fixture
def effects(monkeypatch) -> list:
    """The ids of the jobs that a write really reached, whatever was answered, and the write."""
    happened: list = []
    trigger = JobStore.trigger

    def recorded(self, job, *step) -> None:
        happened.append((job.id, step[0]))
        trigger(self, job, *step)

    monkeypatch.setattr(JobStore, "trigger", recorded)
    return happened


@pytest.fixture
def swept(request, cloud, effects, record_property) -> t.Callable[..., None]:
    """Sweeps a task of the file with a fault."""

    def one(task: str, fault: str, retries: int = 2) -> None:
        sweep(Scene(cloud, request.module.TASKS[task], effects), task, fault, retries, record_property)

    return one
