# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source is stopped, killed and started again: nothing gets lost, and what comes twice is the same event."""

from __future__ import annotations

import asyncio
import copy
import json
import os
import stat
import subprocess
import sys
import threading

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.event_source import FILE, PATIENCE, until

RUNNING = [{"job_id": n, "name": f"load-{n}", "status": "job_running"} for n in range(1, 7)]
# A rule engine that dies: by the signal that nobody can catch, before or after it has taken its third event
DIES = """
import asyncio, json, os, runpy, signal, sys
file, when, args = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])

class Queue:
    taken = 0
    async def put(self, event):
        self.taken += 1
        if self.taken == 3 and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        print(json.dumps(event), flush=True)
        if self.taken == 3 and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(runpy.run_path(file)["main"](Queue(), args))
"""


def told(event):
    return event["id"], event["before"], event["after"]


def everything_stops(sources) -> list:
    for job in RUNNING:
        sources.put({"job_id": job["job_id"], "status": "job_finish"})
    return sorted((job["job_id"], "job_running", "job_finish") for job in RUNNING)


async def test_what_happens_meanwhile_is_told_after_the_restart(sources, state_file):
    sources.jobs(*RUNNING)
    args = {"state_file": str(state_file)}
    async with sources.start(**args):
        pass
    sources.put({"job_id": 1, "status": "job_submitting"})
    sources.put({"job_id": 1, "status": "job_submit_fail"})
    sources.put({"job_id": 2, "status": "gone"})
    sources.put({"job_id": 7, "status": "job_init"})
    async with sources.start(looked=0, **args) as source:
        events = [await source.event() for dummy in range(3)]
        await source.silent()
        written = state_file.stat().st_mtime_ns
        await source.silent()
        assert state_file.stat().st_mtime_ns == written
    async with sources.start(**args) as source:
        await source.silent()
    assert sorted(map(told, events)) == [
        (1, "job_running", "job_submit_fail"),
        (2, "job_running", None),
        (7, None, "job_init"),
    ]
    assert state_file.stat().st_mode & 0o777 == 0o600


async def test_a_cluster_that_gets_its_id_beside_its_name(sources, state_file):
    """What has changed while nobody looked was known by the name only."""
    sources.emulator.load(
        {
            "clusters": [{"clusterId": "c-1", "clusterName": "analytics"}],
            "mrs_jobs": [{"cluster_id": "c-1", "job_id": "j-1", "job_state": "RUNNING"}],
        }
    )
    by_name, args = {"cluster_name": "analytics"}, {"services": ["mrs"], "state_file": str(state_file)}
    async with sources.start(clusters=[by_name], **args):
        pass
    sources.put({"job_id": "j-1", "job_state": "KILLED"}, "mrs_jobs")
    for looked in (0, 2):
        async with sources.start(clusters=[{"cluster_id": "c-1"}, by_name], looked=looked, **args) as source:
            if not looked:
                assert (await source.event())["id"] == "j-1"
            await source.silent()


async def test_without_a_file_nothing_is_remembered(sources):
    sources.jobs(*RUNNING)
    async with sources.start():
        pass
    everything_stops(sources)
    async with sources.start() as source:
        await source.silent()


async def test_stopped_while_events_go_out(sources, state_file):
    """What is in the queue has gone out; the rest goes out after the restart, and nothing twice."""
    sources.jobs(*RUNNING)
    args = {"state_file": str(state_file)}
    async with sources.start(**args) as source:
        expected = everything_stops(sources)
        events = [await source.event(), await source.event()]
        await until(source.queue.full)
    events.append(source.queue.get_nowait())
    assert source.queue.empty()
    async with sources.start(looked=0, **args) as source:
        events += [await source.event() for dummy in range(3)]
        await source.silent()
    assert sorted(map(told, events)) == expected
    assert len({event["meta"]["uuid"] for event in events}) == 6


async def test_what_has_gone_out_is_struck_out_at_once(sources, state_file):
    """Not only with the next look."""
    async with sources.start(looked=0, initial=True, interval=600, state_file=str(state_file)) as source:
        await source.event()
        await until(source.queue.full)
        assert json.loads(state_file.read_text())["events"]
        while json.loads(state_file.read_text())["events"]:
            await source.event() if source.queue.full() else await asyncio.sleep(0.005)


@pytest.mark.parametrize("when", ["before", "after"])
async def test_killed_while_events_go_out(sources, state_file, when):
    """Nothing is lost. What had gone out may come again, and can be told by its UUID."""
    sources.jobs(*RUNNING)
    args = {"state_file": str(state_file)}
    async with sources.start(**args):
        pass
    expected = everything_stops(sources)
    killed = await asyncio.to_thread(run_until_killed, sources, when, args)
    async with sources.start(looked=0, **args) as source:
        events = [await source.event() for dummy in range(6)]
        await source.silent()
    assert len(killed) == (2 if when == "before" else 3)
    by_uuid = {event["meta"]["uuid"]: event for event in events}
    assert all(by_uuid[event["meta"]["uuid"]] == event for event in killed)
    assert sorted(map(told, by_uuid.values())) == expected


def run_until_killed(sources, when, args) -> list:
    given = {**sources.by_token, "services": ["flink"], **args}
    process = subprocess.run(
        [sys.executable, "-c", DIES, str(FILE), when, json.dumps(given)],
        env={**os.environ, "no_proxy": "127.0.0.1"},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert process.returncode == -9, process.stderr
    return [json.loads(line) for line in process.stdout.splitlines()]


async def test_what_is_added_while_events_go_out_is_saved_before(sources, state_file):
    """Two services are looked at in turns, and each sends what there is."""
    sources.emulator.load(
        {
            "flink_jobs": RUNNING[:1],
            "clusters": [{"clusterId": "c-1", "clusterName": "analytics"}],
            "mrs_jobs": [{"cluster_id": "c-1", "job_id": "j-1", "job_state": "RUNNING"}],
        }
    )
    services = {"services": ["flink", "mrs"], "clusters": [{"cluster_id": "c-1"}]}
    sent = []
    async with sources.start(looked=8, state_file=str(state_file), **services) as source:

        async def put(event):
            saved = json.loads(state_file.read_text())["events"]
            sent.append((event["service"], event in saved))
            if event["service"] == "flink":
                sources.put({"job_id": "j-1", "job_state": "FINISHED"}, "mrs_jobs")
                asked = sources.looks("/job-executions")
                faults.clear()
                await until(lambda: sources.looks("/job-executions") > asked)
                await asyncio.sleep(0.1)  # and for what is new there to be found

        source.queue.put = put
        faults = sources.emulator.faults  # a look that has begun before the first event, and sees what is new
        faults.add(path="/job-executions$", kind="slow", seconds=PATIENCE)
        await until(lambda: not faults.as_list())
        sources.put({"job_id": 1, "status": "job_finish"})
        await until(lambda: len(sent) == 2)
    assert sent == [("flink", True), ("mrs", True)]


@pytest.mark.parametrize("broken", [False, True])
async def test_the_folder_is_written_too(sources, state_file, monkeypatch, broken):
    """Otherwise a power failure may bring the old file back. Where that is not possible, it does without."""
    really, folders = os.fsync, []

    def fsync(file):
        if stat.S_ISDIR(os.fstat(file).st_mode):
            folders.append(json.loads(state_file.read_text())["known"])
            if broken:
                raise OSError("no fsync for folders")
        really(file)

    monkeypatch.setattr(os, "fsync", fsync)
    sources.jobs(*RUNNING)
    async with sources.start(state_file=str(state_file)) as source:
        await source.silent()
    assert [len(jobs) for known in folders for jobs in known.values()] == [len(RUNNING)]


async def test_feedback(sources, state_file):
    """An event has gone out when the rule engine says so; without that it comes again."""
    sources.jobs(*RUNNING[:2])
    args = {"state_file": str(state_file), "feedback": True}
    feedback = asyncio.Queue(1)
    async with sources.start(eda_feedback_queue=feedback, **args) as source:
        sources.put({"job_id": 1, "status": "job_finish"})
        first = await source.event()
        await feedback.put(first)
        await source.silent()
    async with sources.start(looked=0, eda_feedback_queue=feedback, feedback_timeout=0.2, **args) as source:
        sources.put({"job_id": 2, "status": "job_finish"})
        lost = await source.event()
        given = copy.deepcopy(lost)
        lost["meta"]["source"] = "an event filter adds this"
        with pytest.raises(Exception, match=r"^feedback: the rule engine has not confirmed an event within 0.2 s$"):
            await source.end()
    async with sources.start(looked=0, eda_feedback_queue=feedback, **args) as source:
        again = await source.event()
        await feedback.put(again)
        await source.silent()
    assert again == given
    assert {first["id"], lost["id"]} == {1, 2}


@pytest.mark.parametrize(
    ("login", "other"),
    [
        ({"project_name": "eu-de"}, {"project_name": "eu-de_nightly"}),
        ({}, {"filters": {"flink": {"name": ["load-*"]}}}),
    ],
)
async def test_another_list_is_not_compared(sources, state_file, login, other):
    """One project's jobs are not gone because another one does not have them, and a look at the other changes nothing."""
    sources.jobs(*RUNNING)
    password = {key: value for key, value in sources.by_password.items() if key != "project_name"}
    args = {"login": {**password, "project_name": "eu-de", **login}, "state_file": str(state_file)}
    async with sources.start(**args):
        pass
    async with sources.start(**{**args, "login": {**args["login"], **other}}) as source:
        await source.silent()
    expected = everything_stops(sources)
    async with sources.start(looked=0, **args) as source:
        events = [await source.event() for dummy in RUNNING]
    assert sorted(map(told, events)) == expected


# As it is in a state file; and what nothing of that can be
JOB = {"id": 1, "name": "x", "status": "s", "since": 1.5, "stuck": True}
ODD = {
    "id": (True, -1, 0, 1.5, None),
    "status": (None, 1),
    "since": (float("inf"), float("nan"), -1, True, None, 10**400, 1e300),
    "stuck": (1, None, "yes"),
}


@pytest.mark.parametrize(
    "content",
    [
        b'{"version": 1',
        b"\0\0\0",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"version": 2, "known": {}, "events": []}',
        b'{"version": 1, "known": [], "events": []}',
        b'{"version": 1, "known": {"x": [{"id": 1}]}, "events": []}',
        b'{"version": 1, "known": {"x": [{"id": 1, "name": "x", "status": "s", "since": "1", "stuck": true}]}, "events": []}',
        b'{"version": 1, "known": {"x": []}, "events": [1]}',
        b'{"version": true, "known": {}, "events": []}',
        *(
            json.dumps({"version": 1, "known": {"x": [{**JOB, name: value}]}, "events": []}).encode()
            for name, values in ODD.items()
            for value in values
        ),
        json.dumps({"version": 1, "known": {"x": [JOB]}, "events": []}).replace("1.5", "1e400").encode(),
    ],
)
async def test_a_broken_file_is_an_error(sources, state_file, content):
    state_file.write_bytes(content)
    async with sources.start(looked=0, state_file=str(state_file)) as source:
        with pytest.raises(Exception, match=rf"^state_file: {state_file} is broken.*restore.*or remove it.*") as raised:
            await source.end()
    assert "\n" not in str(raised.value)
    assert state_file.read_bytes() == content
    assert sources.looks() == 0


@pytest.mark.parametrize(
    "content",
    [
        {"version": {"password": "hunter2"}},
        {"version": "hunter2"},
        {"version": 1, "known": {"x": [{**JOB, "a\n\x1b[31m" * 99: 1}]}, "events": []},
    ],
    ids=["object", "text", "key"],
)
async def test_a_file_of_something_else_is_not_shown(sources, state_file, content):
    state_file.write_text(json.dumps(content))
    async with sources.start(looked=0, state_file=str(state_file)) as source:
        with pytest.raises(Exception, match="is broken, or not of this source") as raised:
            await source.end()
    said = str(raised.value).replace(str(state_file), "")
    assert "hunter2" not in said
    assert said.isprintable()
    assert len(said) < 300


async def test_a_file_that_cannot_be_used_is_an_error(sources, tmp_path):
    (tmp_path / "folder").mkdir()
    for path, why in (("none/state.json", "No such file or directory"), ("folder", "Is a directory")):
        async with sources.start(looked=0, state_file=str(tmp_path / path)) as source:
            with pytest.raises(Exception, match=rf"^state_file: {tmp_path / path} cannot be used: {why}$"):
                await source.end()


async def test_a_lock_that_cannot_be_used_is_named(sources, state_file):
    """It may be of another user, who has run the source before, while the file itself was given to this one."""
    lock = state_file.with_name("state.json.lock")
    lock.mkdir()
    async with sources.start(looked=0, state_file=str(state_file)) as source:
        with pytest.raises(Exception, match=rf"^state_file: {state_file} cannot be used: Is a directory \({lock}\)$"):
            await source.end()


async def test_a_file_that_cannot_be_written_any_more_is_an_error(sources, state_file):
    sources.jobs(*RUNNING)
    async with sources.start(looked=2, state_file=str(state_file)) as source:
        state_file.unlink()
        state_file.mkdir()
        everything_stops(sources)
        with pytest.raises(Exception, match=rf"^state_file: {state_file} cannot be used: Is a directory$"):
            await source.end()
    assert source.queue.empty()


@pytest.mark.parametrize("content", [b"", b"\n"])
async def test_an_empty_file_is_a_new_one(sources, state_file, content):
    """An installer may have made it, to give it an owner."""
    sources.jobs(*RUNNING)
    state_file.write_bytes(content)
    async with sources.start(state_file=str(state_file)) as source:
        await source.silent()
    assert len(json.loads(state_file.read_text())["known"]) == 1


async def test_a_link_where_it_is_written_is_not_followed(sources, state_file, tmp_path):
    """In a folder that others may write to, one would cost another file its content."""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    state_file.with_name("state.json.new").symlink_to(victim)
    sources.jobs(*RUNNING)
    async with sources.start(state_file=str(state_file)) as source:
        await source.silent()
    assert json.loads(state_file.read_text())["known"]
    assert victim.read_text() == "precious"
    names = {"state.json", "state.json.lock", "state.json.new", "victim"}
    assert {path.name for path in tmp_path.iterdir()} == names
    lock = state_file.with_name("state.json.lock")
    lock.unlink()
    lock.symlink_to(tmp_path / "made")
    async with sources.start(looked=0, state_file=str(state_file)) as source:
        with pytest.raises(Exception, match=rf"^state_file: {state_file} cannot be used: Too many levels of symbolic"):
            await source.end()
    assert not (tmp_path / "made").exists()


async def test_a_pipe_is_no_state_file(sources, state_file):
    os.mkfifo(state_file)
    async with sources.start(looked=0, state_file=str(state_file)) as source:
        with pytest.raises(Exception, match=rf"^state_file: {state_file} cannot be used: Not a regular file$"):
            await source.end()


async def test_two_sources_with_one_file(sources, state_file, tmp_path):
    sources.jobs(*RUNNING)
    (tmp_path / "link.json").symlink_to(state_file)
    async with sources.start(state_file=str(state_file)) as first:
        async with sources.start(looked=0, state_file=str(tmp_path / "link.json")) as second:
            with pytest.raises(Exception, match=rf"^state_file: {state_file} is in use; each source needs a file"):
                await second.end()
        expected = everything_stops(sources)
        events = [await first.event() for dummy in RUNNING]
    assert sorted(map(told, events)) == expected
    async with sources.start(state_file=str(tmp_path / "link.json")) as third:
        await third.silent()


@pytest.mark.parametrize("expired", [False, True])
@pytest.mark.parametrize("fault", [{"kind": "slow"}, {"kind": "hang"}, {"kind": "status", "status": 503}])
def test_stopped_while_a_request_is_under_way(sources, state_file, caplog, fault, expired):
    """It ends at once; the thread with the request ends after it, and asks for nothing more, not even for a login."""
    sources.jobs({"count": 350, "status": "job_running"})
    shared = {"state_file": str(state_file), "max_concurrency": 1}

    async def story() -> int:
        async with sources.start(sources.by_password, looked=5, **shared) as source:
            sources.emulator.faults.add(path="/jobs$", seconds=0.5, **fault)
            await until(lambda: not sources.emulator.faults.as_list())
            if expired:
                sources.emulator.world.identities.expire_tokens()
            asked = sources.looks()
            await source.stop()
            assert source.task.cancelled()
            assert len(json.loads(state_file.read_text())["known"]) == 1
            return asked

    asked = asyncio.run(story())  # it waits for threads
    assert sources.looks() <= asked + 1
    assert sources.emulator.log.summary()["logins"] == 1
    assert caplog.messages == []


def test_stopped_while_it_waits_to_ask_again(sources, state_file):
    """A gateway may want to be left alone for a minute; nobody waits for that."""
    sources.jobs(*RUNNING)

    async def story() -> None:
        async with sources.start(state_file=str(state_file)) as source:
            sources.emulator.faults.add(path="/jobs$", kind="status", status=429, retry_after=60)
            await until(lambda: not sources.emulator.faults.as_list())
            await asyncio.sleep(0.2)  # for the answer to arrive
            await source.stop()

    ended = threading.Thread(target=asyncio.run, args=(story(),), daemon=True)  # it waits for threads
    ended.start()
    ended.join(59)
    assert not ended.is_alive()
