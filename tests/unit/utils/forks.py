# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run modules, and Ansible, in forks of one Python that has already imported what all of them need: the start of a Python
takes ten times as long as what a module does. This file is also the script that forks."""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import pathlib
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import typing as t

# Not openstack, which looks for its folders when it is imported
MODULES = ("ansible.module_utils.basic", "requests")
OURS = "ansible_collections.otc.bigdata.plugins.module_utils"
FILES = sorted((pathlib.Path(__file__).resolve().parents[3] / "plugins" / "module_utils").glob("*.py"))
COMMANDS = ("adhoc", "inventory", "playbook")
AT_THE_START = ("PYTHON", "LANG", "LC_", "LD_", "TZ")  # what a Python asks its environment before it runs anything


def at_the_start(environ: dict[str, str]) -> dict[str, str]:
    """What of it no fork can take up any more."""
    return {name: value for name, value in environ.items() if name.startswith(AT_THE_START)}


class Process:
    """One that was forked, as ``subprocess.Popen`` has it."""

    def __init__(self, answer: socket.socket) -> None:
        self._answer = answer
        self._lines = answer.makefile()
        self.pid = int(self._lines.readline())

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def wait(self, timeout: float) -> int:
        if not select.select([self._answer], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
        code = int(self._lines.readline())
        self._lines.close()
        self._answer.close()
        return code


class Forks:
    """The Python that forks, for modules or for Ansible. It ends when this process does."""

    def __init__(self, what: str, environ: dict[str, str]) -> None:
        self._at_the_start = at_the_start(environ)
        self._channel, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, __file__, what, str(theirs.fileno())],
                env=environ,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        self._turn = threading.Lock()
        atexit.register(self._end)

    def _end(self) -> None:
        self._channel.close()
        self._process.wait()

    def can_be(self, environ: dict[str, str]) -> bool:
        return at_the_start(environ) == self._at_the_start

    def start(self, line: t.Sequence[str], streams: t.Sequence[int], cwd: pathlib.Path, env: dict[str, str]) -> Process:
        """As ``python -m line`` with these three streams, in a session of its own."""
        ours, theirs = socket.socketpair()
        with theirs, self._turn:
            socket.send_fds(self._channel, [b"."], [theirs.fileno(), *streams])
            assert self._channel.recv(1), "the Python that forks has ended"
        ours.sendall(json.dumps({"argv": list(line), "cwd": str(cwd), "env": env}).encode() + b"\n")
        return Process(ours)

    def run(self, *line: str, cwd: pathlib.Path, env: dict[str, str], timeout: float) -> subprocess.CompletedProcess:
        """As ``python -m line``, and what came of it."""
        with open(os.devnull, "rb") as nothing, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = self.start(line, [nothing.fileno(), out.fileno(), err.fileno()], cwd, env)
            try:
                code = process.wait(timeout)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                raise
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(line, code, out.read().decode(), err.read().decode())


def next_request(channel: socket.socket) -> dict[str, t.Any]:
    """Returns in a process of its own for each request. Another one, its parent, tells how it has ended."""
    while True:
        asked, descriptors, *dummy = socket.recv_fds(channel, 1, 4)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not asked:
            sys.exit()
        if os.fork() == 0:
            break
        for one in descriptors:
            os.close(one)
        channel.sendall(b".")
    channel.close()
    answer, *streams = descriptors
    with open(answer, "rb", closefd=False) as lines:
        wanted = json.loads(lines.readline())
    child = os.fork()
    for number, stream in enumerate(streams):
        if not child:
            os.dup2(stream, number)
        os.close(stream)
    if child:
        os.write(answer, b"%d\n" % child)
        os.write(answer, b"%d\n" % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        os._exit(0)
    os.close(answer)
    return wanted


def like_a_shell() -> None:
    """SIGINT is not ignored, as it is in the background; a terminal becomes the one of this session."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if os.isatty(0):
        os.close(os.open(os.ttyname(0), os.O_RDWR))


def become(wanted: dict[str, t.Any]) -> None:
    """What the process is that was asked for, as Python makes it when it starts."""
    os.setsid()
    like_a_shell()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(wanted["env"])
    os.chdir(wanted["cwd"])
    sys.path.insert(0, wanted["cwd"])
    sys.argv[:] = wanted["argv"]
    open_streams()
    if "COVERAGE_PROCESS_START" in os.environ:
        importlib.import_module("coverage").process_startup()


def open_streams() -> None:
    """Anew, as they ask once what they lead to: a terminal, a pipe, a file."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        before = getattr(sys, name)
        how = {"encoding": before.encoding, "errors": before.errors, "newline": "\n" if number else None}
        stream = os.fdopen(number, "w" if number else "r", closefd=False, **how)
        stream.reconfigure(line_buffering=number == 2 or stream.isatty())
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def imported_by_ansible() -> list[str]:
    """What its commands import, but for Ansible itself, as that reads its settings meanwhile."""
    read, write = os.pipe()
    if os.fork() == 0:
        for command in COMMANDS:
            importlib.import_module(f"ansible.cli.{command}")
        os.write(write, " ".join(sys.modules).encode())
        os._exit(0)
    os.close(write)
    with open(read) as names:
        return [name for name in names.read().split() if name.partition(".")[0] not in ("ansible", "__main__")]


def warm_up(what: str) -> None:
    names = [*MODULES, *(f"{OURS}.{path.stem}" for path in FILES)]
    if what == "ansible":
        names = [*imported_by_ansible(), "requests"]
    for name in names:
        with contextlib.suppress(ModuleNotFoundError):  # parts of a library that are no modules
            importlib.import_module(name)
    gc.freeze()  # or each fork would copy all of that when it collects


if __name__ == "__main__":
    sys.path.pop(0)
    warm_up(sys.argv[1])
    become(next_request(socket.socket(fileno=int(sys.argv[2]))))
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
