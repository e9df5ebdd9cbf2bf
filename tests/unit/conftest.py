# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures for the tests that talk to an emulator, and what the output of all tests ends with."""

from __future__ import annotations

import gc
import typing as t

import hypothesis
import pytest

from ansible_collections.otc.bigdata.tests.emulator.server import Emulator
from ansible_collections.otc.bigdata.tests.unit.utils import run_module, run_playbook
from ansible_collections.otc.bigdata.tests.unit.utils.doors import DOORS, Door
from ansible_collections.otc.bigdata.tests.unit.utils.forks import GARBAGE, SHARED
from ansible_collections.otc.bigdata.tests.unit.utils.service import Service
from ansible_collections.otc.bigdata.tests.unit.utils.summary import show_parity, show_sweep
from ansible_collections.otc.bigdata.tests.unit.utils.wire import cloud_on_the_wire
from ansible_collections.otc.bigdata.tests.unit.utils.worlds import WORDS

# A comparison that fails there shows both sides, as in a test
pytest.register_assert_rewrite(
    *(f"{run_playbook.__package__}.{name}" for name in ("playbooks", "same_results", "secrecy"))
)

LONG = {"awx", "callback", "docs", "eda", "inventory", "playbooks"}  # folders of tests that run Ansible

# A busy machine is no failure
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")


def pytest_configure(config) -> None:
    """Here, and not in pyproject.toml, which ansible-test does not read."""
    for marker in (
        "cover_ansible: plugins that only Ansible's own processes run; their lines are counted there",
        "real: needs connections, processes or a clock such as users have",
    ):
        config.addinivalue_line("markers", marker)
    SHARED.update(getattr(config, "workerinput", {}).get("forks", {}))
    counter = config.pluginmanager.getplugin("_cov")
    if counter and hasattr(config, "workerinput"):
        # pytest-cov starts twice in a worker of xdist. The second one counts; the first one would take as long again.
        counter.cov_controller.cov.stop()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:
    """All workers share what forks."""
    forks = {"modules": run_module.forks(), "ansible": run_playbook.forks()}
    node.workerinput["forks"] = {what: str(one.folder) for what, one in forks.items()}


def pytest_collection_modifyitems(config, items) -> None:
    """The longest begin first, or all would wait for one of them in the end. Each worker begins with its part of the list: half of
    them with the long ones, which also wait, so that the others compute meanwhile."""
    long, quick = [], []
    for item in items:
        is_long = item.get_closest_marker("real") or not LONG.isdisjoint(item.path.parts)
        (long if is_long else quick).append(item)
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    half, share = -(-workers // 2), -(-len(quick) // workers)
    items[:] = []
    for n in range(workers):
        items += [*(long[n::half] if n < half else ()), *quick[n * share : (n + 1) * share]]


def pytest_collection_finish() -> None:
    """What there is now stays to the end, so nobody needs to look for garbage in it; and tests leave little."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtestloop(session) -> t.Iterator[None]:
    """Before pytest-cov combines the counts: a process that was killed when it began to write its own leaves an empty file."""
    done = yield
    if not hasattr(session.config, "workerinput"):
        for file in session.config.rootpath.glob(".coverage.*"):
            if not file.stat().st_size:
                file.unlink()
    return done


@pytest.fixture(autouse=True, scope="module")
def _cover_ansible(request) -> t.Iterator[None]:
    """For files that are marked so."""
    with pytest.MonkeyPatch.context() as patch:
        if request.node.get_closest_marker("cover_ansible") and request.config.pluginmanager.hasplugin("_cov"):
            patch.setenv("COVER_ANSIBLE", "1")
        yield


@pytest.fixture(scope="session")
def one_emulator():
    """An emulator for this worker, in a thread."""
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def real_emulator(one_emulator):
    """The emulator as it is after its start, reached over connections. Nothing that the last test gave up counts."""
    one_emulator.faults.clear()  # so that what hangs comes to its end
    one_emulator.hang_up()
    one_emulator.reset()
    return one_emulator


@pytest.fixture
def cloud():
    """The same without connections, in virtual time."""
    with cloud_on_the_wire() as one:
        yield one


@pytest.fixture(scope="module")
def cloud_of_file():
    """The same for all tests of a file, each of which begins with a reset."""
    with cloud_on_the_wire() as one:
        yield one


@pytest.fixture
def emulator(real_emulator):
    """A folder of tests may have another one."""
    return real_emulator


@pytest.fixture
def door():
    """How modules are run: as Ansible runs them on other hosts."""
    return Door("module")


def modules_of(service: type[Service]) -> t.Callable:
    """The modules of a kind of jobs against the emulator."""

    @pytest.fixture
    def modules(emulator, door):
        return service(emulator, door)

    return modules


globals().update({name: modules_of(words.service) for name, words in WORDS.items()})  # flink, spark, sql, mrs


def pytest_terminal_summary(terminalreporter) -> None:
    """Only the first conftest.py is asked for it where the tests run in other processes."""
    show_sweep(terminalreporter)
    if len(DOORS) > 1 and not show_parity(terminalreporter, len(DOORS)):
        terminalreporter._session.exitstatus = pytest.ExitCode.TESTS_FAILED
