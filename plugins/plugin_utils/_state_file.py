# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What survives a restart: the jobs as they were seen last, and the events that were not sent yet."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import typing as t
from collections import deque

from ..module_utils._cloud.errors import OptionError
from ..module_utils._cloud.text import escaped, masked, shows
from ._files import read, replace
from ._job_changes import JobId, Known

LATEST = 253_402_300_799  # the end of the year 9999, in seconds since 1970
VERSION = 1  # of the file; a release that writes another one must still read this one

Event = dict[str, t.Any]


class StateFile:
    """``known``: jobs by list and ID; ``events``: those to be sent, the oldest first. Without a path nothing is saved.

    ``secrets``: what no name of a job shows there; more of them may become known.
    """

    def __init__(self, path: str | None, secrets: t.Collection[str] = ()) -> None:
        self._path = path
        self._secrets = secrets
        self.known: dict[str, dict[JobId, Known]] = {}
        self.events: deque[Event] = deque()
        self._saved = self._text()

    def load(self) -> None:
        """Raises OptionError for a file that cannot be read, or holds something else. An empty one is new."""
        if self._path is None:
            return
        try:
            text = read(self._path)
            if not text.strip():  # made by whoever set the permissions of the file
                return
            content = json.loads(text)
            _check_version(content["version"])
            for name, jobs in content["known"].items():
                self.known[name] = {job["id"]: _checked(Known(**job)) for job in jobs}
            self.events.extend(dict(event) for event in content["events"])
        except FileNotFoundError:
            return
        except OSError as error:
            raise _unusable(self._path, error) from None
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
            why = f"{type(error).__name__}: {escaped(str(error))}"  # it may be any file, and quoted here
            raise OptionError(
                f"state_file: {self._path} is broken, or not of this source ({why}); restore it from a backup, or remove "
                "it: no events are sent then for what has changed since it was written"
            ) from None
        self._saved = self._text()

    def save(self) -> None:
        """Writes the file, all of it or nothing, even if the power fails. Raises OptionError."""
        text = self._text()
        if self._path is None or text == self._saved:
            return
        try:
            replace(self._path, text, 0o600)
        except OSError as error:
            raise _unusable(self._path, error) from None
        self._saved = text

    def move(self, seconds: float) -> None:
        """Moves all times that are known, as the clock has been set."""
        for jobs in self.known.values():
            jobs.update({job_id: job._replace(since=max(0, job.since + seconds)) for job_id, job in jobs.items()})

    def _text(self) -> str:
        known = {name: [job._asdict() for job in jobs.values()] for name, jobs in self.known.items()}
        content = {"version": VERSION, "known": known, "events": list(self.events)}
        text, secrets = json.dumps(content), list(self._secrets)  # a thread may be about to hide another one
        if not shows(text, secrets):
            return text
        for jobs in known.values():  # IDs and times, which may contain one as well, are needed
            for job in jobs:
                job["name"] = masked(job["name"], secrets)
        return json.dumps(content)


@contextlib.contextmanager
def opened(path: str | None, secrets: t.Collection[str]) -> t.Iterator[StateFile]:
    """The state of one source, saved at the end. Raises OptionError where another one has it."""
    path = path and os.path.realpath(path)
    with contextlib.ExitStack() as held:
        if path:
            held.enter_context(_locked(path))
        one = StateFile(path, secrets)
        one.load()
        held.callback(one.save)
        yield one


@contextlib.contextmanager
def _locked(path: str) -> t.Iterator[None]:
    """The lock is a file beside it, as each save replaces the file itself; the system frees it in any case."""
    name = f"{path}.lock"
    try:
        lock = os.open(name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise _unusable(path, error, name if os.path.lexists(name) else "") from None
    with os.fdopen(lock):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OptionError(f"state_file: {path} is in use; each source needs a file of its own") from None
        except OSError as error:
            raise _unusable(path, error) from None
        yield


def _check_version(version: t.Any) -> None:
    """Raises ValueError for that of another release, or of something else."""
    if repr(version) != repr(VERSION):
        raise ValueError(f"version {version}" if isinstance(version, int) else "no version of it")


def _checked(job: Known) -> Known:
    """Raises ValueError for a job that this file cannot hold. (To Python, true is 1; to JSON, 1e400 is a number.)"""
    right = {
        "id": isinstance(job.id, str) or (isinstance(job.id, int) and job.id is not True and job.id > 0),
        "status": isinstance(job.status, str),
        "since": isinstance(job.since, (int, float)) and not isinstance(job.since, bool) and 0 <= job.since <= LATEST,
        "stuck": isinstance(job.stuck, bool),
    }
    for name, is_right in right.items():
        if not is_right:
            raise ValueError(f"{name} of a job has an impossible value")
    return job


def _unusable(path: str, error: OSError, lock: str = "") -> OptionError:
    """``lock``: the file that is at fault instead, perhaps as another user has run the source before."""
    where = f" ({lock})" if lock else ""
    return OptionError(f"state_file: {path} cannot be used: {error.strerror}{where}")
