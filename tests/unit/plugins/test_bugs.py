# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bug of this collection, wherever it strikes: never tried again, told in one sentence, with a traceback for those who
ask for one, and without a secret."""

from __future__ import annotations

import collections
import json
import types

import pytest
from ansible.module_utils.common.parameters import PASS_VARS

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.answers import GATEWAY
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.errors import Failure
from ansible_collections.otc.bigdata.plugins.module_utils._jobs import list_jobs, reconcile
from ansible_collections.otc.bigdata.plugins.module_utils._services.flink_jobs import FlinkJobs
from ansible_collections.otc.bigdata.plugins.plugin_utils._inventory import HostsOfSources, _source
from ansible_collections.otc.bigdata.tests.unit.utils.in_process import run_in_process
from ansible_collections.otc.bigdata.tests.unit.utils.run_action import run_action
from ansible_collections.otc.bigdata.tests.unit.utils.service import PROJECT

TOKEN = "demo-token"
ON_REQUEST = "tracebacks_for" in PASS_VARS  # as ansible-core 2.19 and newer show tracebacks
SAID = "unexpected ZeroDivisionError: ********"


def as_module(name: str, options: dict, verbosity: int = 0, **how) -> dict:
    return run_in_process(name, {**options, "_ansible_verbosity": verbosity}, **how)


def in_process(name: str, options: dict, verbosity: int = 0, **how) -> dict:
    return run_action(name, {**options, "_ansible_verbosity": verbosity}, **how)


@pytest.fixture(params=[as_module, in_process])
def run(request):
    return request.param


@pytest.fixture
def struck(monkeypatch):
    """Breaks a function for the job 2, or for all; counts how often it is called for each."""
    calls: collections.Counter = collections.Counter()

    def strike(owner, name: str, when=lambda *args: True) -> collections.Counter:
        real = getattr(owner, name)

        def broken(*args, **more):
            if when(*args):
                calls["struck"] += 1
                raise ZeroDivisionError(TOKEN)
            return real(*args, **more)

        monkeypatch.setattr(owner, name, broken)
        return calls

    return strike


@pytest.fixture
def options(emulator):
    """Stops two jobs."""
    emulator.load({"flink_jobs": [{"count": 2, "status": "job_running"}]})
    quick = {"wait_interval": 0.05, "wait_timeout": 20, "endpoints": {"dli": emulator.url}}
    return {"token": TOKEN, "project_id": PROJECT, "state": "stopped", "job_ids": [1, 2], **quick}


def traceback_of(result: dict) -> str:
    return result.get("exception") or "\n".join(result.get("traceback", ()))


@pytest.mark.parametrize("verbosity", [0, 3])
def test_of_the_whole_task(run, struck, options, verbosity):
    struck(reconcile, "_task")
    result = run("dli_flink_jobs", options, verbosity)
    # the token is not known to be one before the options are read, but its option is
    assert result["msg"] == SAID
    assert (result["failed"], result["changed"], result["jobs"]) == (True, False, [])
    assert ("exception" in result) == (not ON_REQUEST)
    assert ("traceback" in result) == (ON_REQUEST and verbosity == 3)
    if traceback_of(result):
        assert traceback_of(result).startswith("Traceback (most recent call last):\n")
        assert "in reconcile" in traceback_of(result)
        assert traceback_of(result).rstrip().endswith("ZeroDivisionError: ********")
    assert TOKEN not in json.dumps(result)


@pytest.mark.parametrize("wanted", ["error", "always"])
def test_on_request(run, struck, options, wanted, monkeypatch):
    struck(reconcile, "_task")
    if run is as_module and ON_REQUEST:
        from ansible.module_utils._internal import _traceback

        # as in a process of its own, which knows no configuration
        monkeypatch.setattr(_traceback, "_is_traceback_enabled", lambda event: event.name.lower() == "error")
        result = as_module("dli_flink_jobs", {**options, "_ansible_tracebacks_for": ["error"]})
    else:
        result = run_action("dli_flink_jobs", options, environ={"ANSIBLE_DISPLAY_TRACEBACK": wanted})
    assert "in reconcile" in result["exception"]


def test_of_a_reader(run, struck, options):
    struck(list_jobs, "_list_jobs")
    options = {name: value for name, value in options.items() if name not in ("state", "wait_interval", "wait_timeout")}
    result = run("dli_flink_jobs_info", options, 3)
    assert result["msg"] == SAID
    assert "in list_jobs" in traceback_of(result)


def test_of_one_read(run, struck, options):
    """The other job is carried through, and the one is read once."""
    calls = struck(FlinkJobs, "get", lambda service, job_id: job_id == 2)
    result = run("dli_flink_jobs", {**options, "job_ids": [1, 2]}, 3)
    assert calls["struck"] == 1
    first, second = result["jobs"]
    assert (first["changed"], first["failed"], first["status"]) == (True, False, "job_cancel_success")
    assert (second["changed"], second["failed"], second["msg"]) == (False, True, f"could not be read: {SAID}")
    assert "in broken" in traceback_of(result)
    assert TOKEN not in json.dumps(result)


def test_of_one_read_after_a_write(run, struck, options, emulator):
    """What was done before still counts, and the job is not read again."""
    calls = struck(FlinkJobs, "get", lambda service, job_id: job_id == 2 and emulator.log.summary()["writes"])
    result = run("dli_flink_jobs", options)
    assert calls["struck"] == 1
    job = result["jobs"][1]
    assert (job["changed"], job["failed"], job["msg"]) == (True, True, f"could not be read: {SAID}")
    assert job["error"]["message"] == SAID


def test_of_one_write_that_was_not_sent(run, struck, options, emulator):
    calls = struck(FlinkJobs, "write")
    result = run("dli_flink_jobs", options, 3)
    assert calls["struck"] == 1
    assert emulator.log.summary()["writes"] == 0
    for job in result["jobs"]:
        assert (job["changed"], job["failed"]) == (False, True)
        assert job["msg"] == f"job_running: {SAID}; whether its last write took effect is not known"
        assert job["error"]["message"] == SAID


def test_of_one_write_that_was_sent(run, options, emulator, monkeypatch):
    """What the looks show counts, as after every answer that says nothing."""
    real = FlinkJobs.write

    def write(service, action, ids):
        real(service, action, ids)
        raise ZeroDivisionError(TOKEN)

    monkeypatch.setattr(FlinkJobs, "write", write)
    result = run("dli_flink_jobs", options, 3)
    assert emulator.log.summary()["writes"] == 1
    assert [(job["changed"], job["failed"]) for job in result["jobs"]] == [(True, False)] * 2


@pytest.mark.parametrize("part", ["incomplete", "report"])
def test_of_the_report(run, struck, options, emulator, part):
    """It still says that something was changed, and of the first one what became of each job."""
    struck(reconcile, part)
    result = run("dli_flink_jobs", options, 3)
    assert emulator.log.summary()["writes"] == 1
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["msg"].startswith(SAID)
    assert result["msg"].endswith("The report could not be made") == (part == "report")
    assert [(job["changed"], job["status"]) for job in result["jobs"]] == (
        [(True, "job_cancel_success")] * 2 if part == "incomplete" else []
    )
    assert "in broken" in traceback_of(result)
    assert TOKEN not in json.dumps(result)


@pytest.mark.parametrize(
    ("check_mode", "wait", "said"),
    [(False, True, "Stopped"), (True, True, "Would stop"), (False, False, "Asked to stop")],
)
def test_what_a_report_still_says(run, struck, options, check_mode, wait, said):
    struck(reconcile, "incomplete")
    result = run("dli_flink_jobs", {**options, "wait": wait}, check_mode=check_mode)
    assert result["msg"].startswith(f"{SAID}. {said} ")


class Broken(HostsOfSources):
    """An inventory that can read nothing."""

    NAME = "otc.bigdata.broken"
    api = GATEWAY

    def read(self, client, connection):
        raise ZeroDivisionError(TOKEN)


def test_of_an_inventory(emulator, monkeypatch):
    """The traceback is told at -vvv, without the secret."""
    told: list[str] = []
    plugin = Broken()
    plugin._options = {"strict_sources": True}
    monkeypatch.setattr(plugin, "display", types.SimpleNamespace(v=told.append, vvv=told.append))
    source = _source("", {"token": TOKEN, "endpoints": {"iam": emulator.url}, "region": "eu-de"}, "iam")
    with pytest.raises(Failure, match="unexpected ZeroDivisionError") as raised:
        plugin._ask([source], alone=True)
    assert TOKEN not in f"{raised.value!r}{told}"
    assert any("Traceback (most recent call last)" in text and "in read" in text for text in told)
