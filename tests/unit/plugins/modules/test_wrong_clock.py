# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How old a job is, where the clock of this host is not that of the service: with a wrong one a young job seems old."""

from __future__ import annotations

import email.utils

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.service import check_refused
from ansible_collections.otc.bigdata.tests.unit.utils.worlds import WORDS

OLD = {"older_than": "300d"}
YEAR = 400 * 1440  # in minutes, and more than OLD


@pytest.fixture(params=WORDS)
def service(request):
    """One of them, with two pages of jobs; one of the jobs is a year old."""
    service = request.getfixturevalue(request.param)
    service.state = "stopped" if service.keeps_records else "absent"
    service.jobs({"count": 149, "age": 3600}, {"age": 400 * 86400})
    return service


def tells_time(service, minutes: float, path: str = "", **fault) -> None:
    """Its answers say what time it is, so many minutes after what this host believes."""
    moment = service.emulator.clock.time() + 60 * minutes
    headers = {"Date": email.utils.formatdate(moment, usegmt=True), **fault.pop("headers", {})}
    service.fault(path or f"{service.path}$", "slow", **{"times": None, "headers": headers, **fault})


@pytest.mark.parametrize(
    ("minutes", "told"), [(-16, "16 minutes ahead of"), (16, "16 minutes behind"), (-YEAR, f"{YEAR} minutes ahead of")]
)
def test_no_job_is_changed(service, minutes, told):
    """Nor is anything else asked than which jobs there are; check mode says the same."""
    service.run(service.state, filters=OLD, check_mode=True)
    lists = len(service.queries())
    tells_time(service, minutes)
    for check_mode in (True, False):
        result = service.run(service.state, filters=OLD, check_mode=check_mode)
        check_refused(result, f"filters.older_than: the clock of this host is {told} the server's", "set the clock")
        assert result["msg"].endswith("nothing was done")
        assert len(service.log) == len(service.queries()) == lists
    assert not service.run(service.state, filters={"queue_name" if "dli" in service.module else "queue": "x"}).failed


@pytest.mark.parametrize("minutes", [-20, 20])
def test_whoever_changes_nothing_is_warned(service, minutes):
    tells_time(service, minutes)
    results = [service.info(filters=OLD)]
    if service.module == "dli_flink_jobs":
        results.append(service.run("ended", filters=OLD, wait=False))
    for result in results:
        assert str(result["warnings"]).count("filters.older_than: the clock of this host is") == 1
    assert "warnings" not in service.info()


def would_change(service) -> int:
    """How many jobs a task with ``older_than`` would change, without a word about clocks."""
    result = service.run(service.state, filters=OLD, check_mode=True)
    assert not result.failed, result["msg"]
    assert "warnings" not in result
    return result["summary"]["total"]


@pytest.mark.parametrize(
    ("minutes", "headers"),
    [
        (14, {}),
        (-14, {}),
        (-20, {"Age": "1200"}),
        (0, {"Date": "yesterday"}),
        (0, {"Date": "Sun, 29 Nov 99999999999999999999 00:00:00 GMT"}),
        (0, {"Date": ""}),
    ],
    ids=str,
)
def test_what_does_not_prove_a_wrong_clock(service, minutes, headers):
    """A difference that signatures may have, too; an answer out of a cache; a date that is none."""
    tells_time(service, minutes, headers=headers)
    assert would_change(service) == 1


def test_a_late_answer_beside_another(service):
    """A date that is a while ago says less than one that is not, wherever it comes from."""
    tells_time(service, 0, skip=1, times=1)
    tells_time(service, -20)
    assert would_change(service) == 1


def test_only_lists_count(flink):
    """What IAM says of the time is not what the time stamps of jobs go by."""
    flink.jobs({"age": 400 * 86400})
    tells_time(flink, -20, path="/v3/")
    result = flink.run("stopped", filters=OLD, login=flink.by_password)
    assert (result.failed, len(flink.written)) == (False, 1)
