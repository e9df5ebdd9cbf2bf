# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time that passes only while everybody waits, so that waiting costs nothing and each run is the same as the last one.

Threads take turns. One runs until it has to wait; then another one does that need not wait any more. If there is none, the
clock is put to the first moment that one of them waits for.
"""

from __future__ import annotations

import contextlib
import functools
import random
import sys
import threading
import time
import typing as t

OURS = ("ansible_collections.otc.bigdata.plugins.", "ansible_collections.otc.bigdata.tests.emulator.")
SHARED = "ansible_collections.otc.bigdata.tests.unit.utils.service"  # waits in a test for what happens there
REPLACED = ("time", "threading", "random")
Condition = t.Callable[[], bool]


class Waiting(t.NamedTuple):
    """A thread that waits until ``done()``, or for the moment ``due``; it goes on when its ``turn`` comes."""

    done: Condition
    due: float | None
    turn: t.Any


class Worker:
    """A thread that runs one target after the other: to begin a thread takes longer than most of them run."""

    def __init__(self) -> None:
        self.turn = threading.Lock()
        self.turn.acquire()
        self.target: t.Callable[[], None] = int


class Stopped(BaseException):
    """The end of a thread that nobody needs any more."""


class Clock:
    """Chance, which is the same in each run, decides which one of several threads goes on."""

    def __init__(self) -> None:
        self.random = random.Random(0)
        self._waiting: list[Waiting] = []
        self._idle: list[Worker] = []
        self._stopped = self._stuck = False
        self._began = time.time()
        self.now = 0.0

    def begin(self, seed: int) -> None:
        """Everything anew, at the same time of the day."""
        self.random.seed(seed)
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self._began + self.now

    def sleep(self, seconds: float) -> None:
        if self._waiting or self._stopped:
            self.wait(lambda: False, seconds)
        else:
            self.now += max(seconds, 0.0)

    def gmtime(self, seconds: float | None = None) -> time.struct_time:
        return time.gmtime(self.time() if seconds is None else seconds)

    def wait(self, done: Condition, seconds: float | None = None) -> bool:
        """Until ``done()``, for so many seconds at most; whether it is."""
        if not done():
            if seconds is not None and not self._waiting and not self._stopped:  # nobody else could have a turn
                self.now += max(seconds, 0.0)
                return done()
            me = self._queue(done, None if seconds is None else self.now + seconds)
            following = self._next()
            if following is not me:
                following.turn.release()
                me.turn.acquire()
            if self._stopped:
                raise Stopped
            assert not self._stuck, "everybody waits, and nothing will ever happen"
        return done()

    def start(self, target: t.Callable[[], None]) -> None:
        """A thread that gets its turn when the others wait."""
        worker = self._idle.pop() if self._idle else self._hired()
        worker.target = target
        self._waiting.append(Waiting(lambda: True, None, worker.turn))

    def _hired(self) -> Worker:
        worker = Worker()

        def run() -> None:
            while True:
                worker.turn.acquire()
                if self._stopped:
                    return
                try:
                    worker.target()
                    self._idle.append(worker)
                except Stopped:
                    pass
                finally:
                    if not self._stopped:
                        self._next().turn.release()

        threading.Thread(target=run, daemon=True).start()
        return worker

    def stop(self) -> None:
        """Of all threads but this one."""
        self._stopped = True
        for one in (*self._waiting, *self._idle):
            one.turn.release()

    def _queue(self, done: Condition, due: float | None) -> Waiting:
        one = Waiting(done, due, threading.Lock())
        one.turn.acquire()
        self._waiting.append(one)
        return one

    def _next(self) -> Waiting:
        ready = [one for one in self._waiting if one.done()]
        if not ready:
            first = min((one.due for one in self._waiting if one.due is not None), default=None)
            self._stuck = first is None
            self.now = max(self.now, first or 0.0)
            ready = [one for one in self._waiting if self._stuck or (one.due is not None and one.due <= self.now)]
        following = ready[0] if len(ready) == 1 else self.random.choice(ready)
        self._waiting.remove(following)
        return following


class StandIn:
    """A module of the standard library, some of whose names are others."""

    def __init__(self, module: t.Any, **others: t.Any) -> None:
        self._module = module
        self.__dict__.update(others)

    def __getattr__(self, name: str) -> t.Any:
        return getattr(self._module, name)


def threads_of(clock: Clock) -> StandIn:
    """``threading``, with all that can wait."""

    class Lock:
        def __init__(self) -> None:
            self.taken = False

        def __enter__(self) -> None:
            if self.taken:  # which is rare
                clock.wait(lambda: not self.taken)
            self.taken = True

        def __exit__(self, *dummy: t.Any) -> None:
            self.taken = False

    class Event:
        def __init__(self) -> None:
            self._set = False

        def is_set(self) -> bool:
            return self._set

        def set(self) -> None:
            self._set = True

        def wait(self, seconds: float | None = None) -> bool:
            return clock.wait(self.is_set, seconds)

    class Thread:
        def __init__(self, target: t.Callable[[], None], name: str | None = None, daemon: bool = True) -> None:
            self._target, self._alive = target, False

        def start(self) -> None:
            self._alive = True
            clock.start(self._run)

        def _run(self) -> None:
            try:
                self._target()
            finally:
                self._alive = False

        def is_alive(self) -> bool:
            return self._alive

        def join(self, seconds: float | None = None) -> None:
            clock.wait(lambda: not self._alive, seconds)

    class Barrier:
        def __init__(self, number: int) -> None:
            self._missing = number

        def wait(self, seconds: float | None = None) -> None:
            self._missing -= 1
            assert clock.wait(lambda: self._missing <= 0, seconds), "not all of them came"

    return StandIn(threading, Lock=Lock, Event=Event, Thread=Thread, Barrier=Barrier)


@functools.lru_cache(maxsize=1)
def _attributes(*modules: t.Any) -> list[tuple[t.Any, str]]:
    """Where these have a module of the standard library that a stand-in replaces."""
    return [(module, name) for module in modules for name in REPLACED if name in vars(module)]


@contextlib.contextmanager
def virtual_time() -> t.Iterator[Clock]:
    """All files of the collection and of the emulator go by one clock."""
    clock = Clock()
    instead = {
        "time": StandIn(time, monotonic=clock.monotonic, time=clock.time, sleep=clock.sleep, gmtime=clock.gmtime),
        "threading": threads_of(clock),
        "random": clock.random,
    }
    with contextlib.ExitStack() as stack:
        ours = [module for name, module in list(sys.modules.items()) if name.startswith(OURS) or name == SHARED]
        for module, attribute in _attributes(*ours):
            stack.callback(setattr, module, attribute, getattr(module, attribute))
            setattr(module, attribute, instead[attribute])
        stack.callback(clock.stop)
        yield clock
