# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the event source as ansible-rulebook does: its file by its path, its main() as a task, a queue for one event."""

from __future__ import annotations

import asyncio
import contextlib
import pathlib
import runpy
import typing as t

FILE = pathlib.Path(__file__).resolve().parents[3] / "extensions/eda/plugins/event_source/job_events.py"
PATIENCE = 300  # seconds, before a test is given up


def plugin() -> dict[str, t.Any]:
    """What its file defines."""
    return runpy.run_path(str(FILE))


async def until(condition: t.Callable[[], t.Any]) -> None:
    """Until it holds."""
    async with _limit():
        while not condition():
            await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def _limit() -> t.AsyncIterator[None]:
    """Python 3.10 has no asyncio.timeout."""
    task = asyncio.current_task()
    alarm = asyncio.get_running_loop().call_later(PATIENCE, task.cancel)
    try:
        yield
    except asyncio.CancelledError:
        raise AssertionError(f"not within {PATIENCE} s") from None
    finally:
        alarm.cancel()


class Source:
    """A running source, and who takes its events out of the queue."""

    def __init__(self, sources: Sources, args: dict[str, t.Any]) -> None:
        self._sources = sources
        self.queue: asyncio.Queue = asyncio.Queue(1)
        self.task = asyncio.ensure_future(plugin()["main"](self.queue, args))
        self._over = False

    async def looked(self, times: int = 1) -> None:
        """So often from its beginning to its end: the one that may be under way does not count."""
        before = self._sources.looks()
        await until(lambda: self.task.done() or self._sources.looks() > before + times)
        if self.task.done():
            await self.task

    async def event(self) -> dict[str, t.Any]:
        """The next one."""
        async with _limit():
            get = asyncio.ensure_future(self.queue.get())
            await asyncio.wait([get, self.task], return_when=asyncio.FIRST_COMPLETED)
            if not get.done():
                get.cancel()
                await self.task
            return await get

    async def silent(self) -> None:
        """Another look brings nothing."""
        await self.looked()
        assert self.queue.empty(), self.queue.get_nowait()

    async def end(self) -> None:
        """By itself. Raises what it raises."""
        self._over = True
        async with _limit():
            await asyncio.wait([self.task])
        await self.task

    async def stop(self) -> None:
        """As ansible-rulebook stops it."""
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError, *([Exception] if self._over else [])):
            await self.task


class Sources:
    """Sources that look at one emulator."""

    def __init__(self, emulator) -> None:
        self.emulator = emulator

    @property
    def by_token(self) -> dict[str, t.Any]:
        endpoints = dict.fromkeys(("iam", "dli", "mrs"), self.emulator.url)
        return {"token": "demo-token", "region": "eu-de", "endpoints": endpoints}

    @property
    def by_password(self) -> dict[str, t.Any]:
        user = {"username": "demo", "password": "demo-password", "user_domain_name": "demo-domain"}
        endpoints = dict.fromkeys(("dli", "mrs"), self.emulator.url)
        return {**user, "project_name": "eu-de", "auth_url": self.emulator.url, "endpoints": endpoints}

    @contextlib.asynccontextmanager
    async def start(
        self, login: dict[str, t.Any] | None = None, looked: int = 1, **args: t.Any
    ) -> t.AsyncIterator[Source]:
        """One of them, when it has looked; it is stopped at the end."""
        self.emulator.log.clear()
        given = {**(self.by_token if login is None else login), "services": ["flink"], "interval": 0.02, **args}
        source = Source(self, given)
        try:
            if looked:
                await source.looked(looked)
            yield source
        finally:
            await source.stop()

    def looks(self, *lists: str) -> int:
        """How many lists they have asked for."""
        lists = lists or ("/jobs", "/batches", "/job-executions")
        return sum(entry["path"].endswith(lists) for entry in self.emulator.log.entries())

    def jobs(self, *entries: dict[str, t.Any], kind: str = "flink_jobs") -> None:
        """These are all the jobs there are."""
        self.emulator.load({kind: list(entries)})

    def put(self, entry: dict[str, t.Any], kind: str = "flink_jobs") -> None:
        """Somebody makes or changes a job."""
        self.emulator.world.add(kind, entry)
