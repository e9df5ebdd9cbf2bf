# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``ended``, in all modules: the end of jobs is awaited by looks alone, and nothing is ever written."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.context import Context
from ansible_collections.otc.bigdata.plugins.modules import dli_flink_jobs
from ansible_collections.otc.bigdata.tests.unit.utils.service import Service, check_refused, outline
from ansible_collections.otc.bigdata.tests.unit.utils.worlds import WORDS, plain


@pytest.fixture(params=WORDS)
def name(request) -> str:
    return request.param


@pytest.fixture
def service(request, name) -> Service:
    """With few looks: the time between them is virtual, they are not."""
    one = request.getfixturevalue(name)
    one.quick["wait_interval"] = 1
    return one


def ending(service: Service, after: t.Any, end: str, status: str = "", **entry) -> dict:
    """A job that comes to its end by itself."""
    state = service.kind.state_field
    return {
        state: status or service.running,
        "script": {"created": [{"after": after, state: end}]},
        **entry,
    }


def test_what_has_ended(service, name):
    """``status`` tells how; a second run, and check mode, say the same."""
    ids = service.states(*WORDS[name].ended)
    result = service.twins("ended", ids)
    assert result.column("status") == dict(zip(ids, WORDS[name].ended))
    assert {(job["action"], job["changed"], job["msg"]) for job in result["jobs"]} == {("none", False, "")}
    assert result["msg"] == f"{len(ids)} of {len(ids)} jobs already ended"
    assert result["summary"]["unchanged"] == len(ids)


def test_what_is_at_work(service, name):
    """It fails with its last status when the time is over, and nothing was written."""
    ids = service.states(*WORDS[name].at_work)
    result = service.run("ended", ids, wait_timeout=7)
    assert (result["changed"], result["summary"]["failed"], service.writes) == (False, len(ids), [])
    for job, status in zip(result["jobs"], WORDS[name].at_work):
        assert job["msg"] == f"still {job['status']} after 7 s (wait_timeout)"
        assert (job["action"], plain(job["status"]), job["error"]["code"]) == ("none", plain(status), None)
    assert service.truth == dict(zip(ids, WORDS[name].at_work))
    total = f"{len(ids)} job{'' if len(ids) == 1 else 's'}"
    assert result["msg"].startswith(f"Saw the end of 0 of {total}, {len(ids)} failed: {ids[0]}: still ")


def test_without_waiting(service, name):
    """One look tells."""
    ids = service.states(WORDS[name].ended[0], *WORDS[name].at_work)
    result = service.run("ended", ids, wait=False)
    assert result.column("failed") == dict(zip(ids, [False, *[True] * len(WORDS[name].at_work)]))
    assert result["jobs"][1]["msg"] == f"{WORDS[name].at_work[0]}: has not ended, and wait is false"
    assert service.total("reads") == 1
    assert service.run("ended", ids[1:2], wait=False)["msg"].startswith("Saw the end of 0 of 1 job, 1 failed: ")


@pytest.mark.parametrize("wait", [True, False])
def test_check_mode(service, name, wait):
    """One look, at what falls back too; a job that still runs is no failure, an unknown one is."""
    ids = service.states(WORDS[name].ended[0], *WORDS[name].at_work)
    result = service.run("ended", ids, check_mode=True, wait=wait)
    assert (result.failed, result["changed"], service.total("reads")) == (False, False, 1)
    assert result["jobs"][1]["msg"] == f"to be waited for, as it is {WORDS[name].at_work[0]}"
    unknown = service.run("ended", [*ids, service.id(999)], check_mode=True, wait=wait)
    assert [job["id"] for job in unknown["jobs"] if job["failed"]] == [service.id(999)]
    alone = service.run("ended", [service.id(999)], check_mode=True, wait=wait)
    assert alone["msg"].startswith("Saw the end of 0 of 1 job, 1 failed: ")


def test_end_is_awaited(service, name):
    """Its end is seen, however late, and is no change."""
    ids = service.jobs(*(ending(service, seconds, service.end) for seconds in (0, 40, 200)))
    result = service.run("ended", ids, wait_interval=10)
    assert (result.failed, result["changed"], service.writes) == (False, False, [])
    assert result.column("msg") == dict(zip(ids, ["", "ended meanwhile", "ended meanwhile"]))
    assert result["msg"] == "1 of 3 jobs already ended, 2 ended meanwhile"
    assert service.emulator.clock.now < 215


def test_filters(service, name):
    """The selection is made once: later jobs are not awaited, and one that is deleted meanwhile has ended."""
    jobs = ending(service, 20, service.end), ending(service, 30, "gone"), {service.kind.state_field: service.end}
    ids = service.jobs(*({**service.named("job-1"), **job} for job in jobs))
    result = service.run("ended", filters=service.called("job-*"), max_jobs=1, wait_interval=10)
    assert (result.failed, result["summary"]["total"], service.writes) == (False, 3, [])
    assert result.column("status") == {ids[0]: service.end, ids[1]: None, ids[2]: service.end}


def test_filters_that_match_none(service):
    """There is nothing to wait for."""
    service.states(service.running)
    result = service.run("ended", filters=service.called("nobody"))
    assert (result.failed, result["jobs"], service.total("reads")) == (False, [], 1)


@pytest.mark.parametrize("wait", [True, False])
def test_unknown_ids(service, name, wait):
    """They fail, unless they may be missing; so do records that vanish."""
    ids = service.jobs(ending(service, 20, "gone"), {service.kind.state_field: service.end})
    unknown = [ids[1], service.id(999)]
    result = service.run("ended", unknown, wait=wait)
    assert result.job(service.id(999))["msg"] == "unknown to the service"
    assert result.column("failed") == {ids[1]: False, service.id(999): True}
    assert not service.run("ended", unknown, wait=wait, ignore_missing=True).failed
    assert service.run("ended", ids[:1]).job(ids[0])["failed"]


def test_no_job(service):
    """No request, not even a login."""
    result = service.run("ended", [])
    assert (result.failed, result["jobs"], service.log) == (False, [], [])


def test_recovering(spark):
    """A batch that the service starts again may look as if it were at its end: two looks are needed."""
    script = [{"after": "1 look", "state": word} for word in ("dead", "running", "success")]
    batch = spark.job("recovering", created=script)
    result = spark.run("ended", [batch])
    job = result["jobs"][0]
    assert (job["failed"], job["status"], job["status_before"]) == (False, "success", "recovering")
    assert spark.truth == {batch: "success"}


def test_recovering_when_a_list_has_moved(spark):
    """It is read again, and the same batch is dead there: that was no second look at its end."""
    script = [{"after": "1 look", "state": word} for word in ("dead", "running")]
    batch = spark.job("recovering", fields={"owner": "o"}, created=script)
    spark.fault("/batches$", "shape", at="total", value=500, times=1)
    job = spark.run("ended", filters={"owner": "o"}, wait_timeout=1).job(batch)
    assert (job["status_before"], job["status"], job["failed"]) == ("recovering", "running", True)


@pytest.mark.parametrize(
    ("name", "statuses"), [("flink", ("JOB_FINISH", "Job_Init")), ("sql", ("CANCELED", "Finished"))]
)
def test_other_spellings(service, statuses):
    """Statuses are compared without case, as everywhere, and some have two forms."""
    assert not service.run("ended", service.states(*statuses), wait=False).failed


OTHER_OPTIONS = [
    ("flink", {"trigger_savepoint": True}),
    ("flink", {"resume_savepoint": True}),
    ("mrs", {"kill_running": True}),
    ("mrs", {"kill_running": False}),
]


@pytest.mark.parametrize(("name", "options"), OTHER_OPTIONS)
def test_options_of_other_states(service, options):
    """One error before the first request."""
    result = service.run("ended", [service.id(1)], **options)
    check_refused(result, *options, "ended")
    assert not service.log


def test_looks_that_fail(service, name):
    """Nothing is decided on what was seen before, and what passes is survived."""
    ids = service.jobs(ending(service, 20, service.end))
    service.fault(".*", "status", status=503, skip=1, times=3)
    assert not service.run("ended", ids, max_retries=0).failed
    ids = service.jobs(ending(service, 3, service.end))
    service.fault(".*", "status", status=503, skip=1, times=None)
    result = service.run("ended", ids, wait_timeout=10, max_retries=0)
    assert f"not read again within 10 s, last seen {service.running}" in result["jobs"][0]["msg"]


def test_token_that_expires(service):
    """The task fails, with what was seen."""
    ids = service.many(2)
    with service.tokens_expire_after(2):
        result = service.run("ended", ids)
    check_refused(result, "not accepted")
    assert [(job["failed"], job["status"]) for job in result["jobs"]] == [(True, service.running)] * 2


def test_many_jobs(flink):
    """As many reads as ever, and one entry for each."""
    ids = flink.many(250, "job_running", script={"created": [{"after": 30, "status": "job_finish"}]})
    result = flink.run("ended", filters={"status": ["job_running"]}, wait_interval=10)
    assert (result.failed, result["summary"]["unchanged"]) == (False, len(ids))
    assert {job["status"] for job in result["jobs"]} == {"job_finish"}


@pytest.mark.parametrize("door", ["module"], indirect=True)
def test_progress(flink):
    """How many are still at work, and in which status."""
    flink.jobs(
        ending(flink, 10, "job_finish"),
        ending(flink, 30, "job_finish"),
        ending(flink, 30, "job_finish", "job_savepointing"),
    )
    told = [line.rpartition(" (")[0] for line in progress(flink, job_ids=["1", "2", "3", "999"], ignore_missing=True)]
    assert "2/4 ended, 2 still at work: 1 job_running, 1 job_savepointing, waiting for job-2, job-3" in told
    assert told[-1] == "4/4 ended"


def progress(flink, **options: t.Any) -> list[str]:
    """What is told to those who watch."""
    lines: list[str] = []
    given = {name: one.get("default") for name, one in dli_flink_jobs.SPEC.items()}
    given.update(flink.by_token, state="ended", wait_interval=5, **options)
    assert not dli_flink_jobs.CORE(given, Context({}, on_progress=lines.append))["failed"]
    return lines


@pytest.mark.parametrize("door", ["module"], indirect=True)
def test_progress_of_the_last_jobs(flink):
    """They are named, in letters that no terminal obeys, and the line comes again each minute."""
    flink.jobs(*[ending(flink, 10, "job_finish")] * 5, ending(flink, 200, "job_finish") | {"name": "clicks\x1b[2J"})
    first, *more, last = progress(flink, job_ids=["1", "2", "3", "4", "5", "6"])
    assert first.startswith("0/6 ended, 6 still at work: 6 job_running (")
    assert [line.rpartition(" (")[0] for line in more] == [
        r"5/6 ended, 1 still at work: 1 job_running, waiting for clicks\x1b[2J"
    ] * len(more)
    assert [line.rpartition(" (")[2] for line in more][2:] == ["2 min)", "3 min)"]
    assert last.startswith("6/6 ended (")


def test_outline_of_check_mode(service, name):
    """Check mode predicts what a run does to jobs that end: nothing."""
    ids = service.jobs(ending(service, 20, service.end))
    foreseen = service.run("ended", ids, check_mode=True)
    assert outline(foreseen) == outline(service.run("ended", ids))
