# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run Ansible as a user does: its command line, a folder with playbooks, an environment without surprises."""

from __future__ import annotations

import contextlib
import functools
import os
import pathlib
import pty
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import typing as t

import yaml

from .forks import Forks, Process, forks_of, like_a_shell
from .run_module import _environ

ROOT = pathlib.Path(__file__).resolve().parents[3]
LOCALE = "C.UTF-8"
HEADING = re.compile(r"^(?:TASK|PLAY) \[(.*?)\] \**\n", re.MULTILINE)


class Start(t.Protocol):
    """How a process is started."""

    def __call__(
        self, line: t.Sequence[str], streams: t.Sequence[int], cwd: pathlib.Path, env: dict[str, str]
    ) -> Process | subprocess.Popen:
        """``streams``: its standard input, output and error."""


def fresh(line, streams, cwd, env):
    """It starts as any other process."""
    stdin, stdout, stderr = streams
    how = {"stdin": stdin, "stdout": stdout, "stderr": stderr, "cwd": cwd, "env": env, "start_new_session": True}
    return subprocess.Popen(line, preexec_fn=like_a_shell, **how)


class Run:
    """Ansible, running. ``terminal``: it has one, and is what Ctrl-C there goes to."""

    def __init__(self, line: t.Sequence[str], terminal: bool = False, start: Start = fresh, **how) -> None:
        self._read = {"out": bytearray(), "err": bytearray()}
        if terminal:
            self._terminal, theirs = pty.openpty()
            ours, given = {"out": self._terminal}, [theirs] * 3
        else:
            (out, to_out), (err, to_err) = os.pipe(), os.pipe()
            ours, given = {"out": out, "err": err}, [os.open(os.devnull, os.O_RDONLY), to_out, to_err]
        self._process = start(line, given, **how)
        for one in set(given):
            os.close(one)
        self._readers = [threading.Thread(target=self._listen, args=one, daemon=True) for one in ours.items()]
        for reader in self._readers:
            reader.start()

    def _listen(self, name: str, stream: int) -> None:
        # OSError: the other end of a terminal is closed
        with open(stream, "rb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                data = file.read(65536)
                if not data:
                    return
                self._read[name] += data

    def ctrl_c(self) -> None:
        """As the terminal does it: all processes in its foreground get the signal."""
        os.write(self._terminal, b"\x03")

    def kill(self, number: int = signal.SIGINT) -> None:
        """To Ansible alone."""
        self._process.send_signal(number)

    def end(self, timeout: float = 300) -> Run:
        """Waits for it, and for nothing that it may have left behind."""
        try:
            self.code = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            raise AssertionError(f"still running after {timeout} s:\n{self.said}") from None
        for reader in self._readers:
            reader.join(2)
        return self

    def silent(self) -> bool:
        """Whether nobody can write to its output any more, not even a process that it has left behind."""
        return not any(reader.is_alive() for reader in self._readers)

    @property
    def out(self) -> str:
        return self._text("out")

    @property
    def err(self) -> str:
        return self._text("err")

    def _text(self, name: str) -> str:
        return self._read[name].decode(errors="replace").replace("\r\n", "\n")

    @property
    def said(self) -> str:
        return self.out + self.err

    def tasks(self) -> dict[str, str]:
        """What was said of each task or play, by its name."""
        dummy, *parts = HEADING.split(self.out)
        said = dict.fromkeys(parts[::2], "")
        for name, text in zip(parts[::2], parts[1::2]):
            said[name] += text
        return said


def _measured() -> dict[str, str]:
    """Coverage counts the lines of Ansible's processes where it counts those of this one, in tests that are there for them.

    (They take a quarter longer for it.)
    """
    if "COVER_ANSIBLE" not in os.environ:
        return {}
    branches = {name: os.environ[name] for name in ("COVER_BRANCHES",) if name in os.environ}
    return {"COVERAGE_PROCESS_START": str(ROOT / "pyproject.toml"), "COVERAGE_ROOT": str(ROOT), **branches}


def _with_python(line, streams, cwd, env):
    """``python line``: a fork, which is much faster, unless the environment says how Python starts."""
    if forks().can_be(env):
        return forks().start(line, streams, cwd, env)
    return fresh([sys.executable, *line], streams, cwd, env)


@functools.cache
def forks() -> Forks:
    """The Python that runs Ansible."""
    return forks_of("ansible", lambda home: {**_environ(home), "LC_ALL": LOCALE})


class Folder:
    """Where a user works: ``home``, with playbooks and inventory, and what Ansible needs for itself."""

    def __init__(self, path: str | pathlib.Path, **environ: str) -> None:
        self.path = pathlib.Path(path)
        self.home, self.remote = self.path / "home", self.path / "remote"
        for name in ("home", "tmp"):
            (self.path / name).mkdir()
        self._environ = environ

    def environ(self, **more: str) -> dict[str, str]:
        clean = _environ(self.home)
        return {
            **clean,
            **_measured(),
            "LC_ALL": LOCALE,
            "ANSIBLE_COLLECTIONS_PATH": clean["PYTHONPATH"],
            "ANSIBLE_LOCAL_TEMP": str(self.path / "tmp"),
            "ANSIBLE_REMOTE_TMP": str(self.remote),
            "ANSIBLE_ASYNC_DIR": str(self.path / "async"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
            "no_proxy": "127.0.0.1",
            **self._environ,
            **more,
        }

    def write(self, name: str, content: t.Any) -> pathlib.Path:
        """A file in the home folder; what is not text is written as YAML."""
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
        path.write_text(text, encoding="utf-8")
        return path

    def start(self, command: str, *arguments: str, terminal: bool = False, cwd=None, **environ: str) -> Run:
        line = ["-m", f"ansible.cli.{command}", *arguments]
        return Run(line, terminal, _with_python, cwd=cwd or self.home, env=self.environ(**environ))

    def ad_hoc(self, module: str, options: str, *arguments: str, **how) -> Run:
        return self.start("adhoc", "localhost", "-m", f"otc.bigdata.{module}", "-a", options, *arguments, **how)

    def playbook(self, plays: list[dict], *arguments: str, name: str = "play.yml", **how) -> Run:
        plays = [{"hosts": "localhost", "gather_facts": False, **play} for play in plays]
        return self.start("playbook", str(self.write(name, plays)), *arguments, **how)


@contextlib.contextmanager
def folder(**environ: str) -> t.Iterator[Folder]:
    """A folder of its own. Its path is short: Ansible has sockets in there."""
    with tempfile.TemporaryDirectory() as path:
        yield Folder(path, **environ)


def wait_for(condition: t.Callable[[], t.Any], seconds: float = 300) -> None:
    """Until it holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.02)
