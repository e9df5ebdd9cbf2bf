# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run scripts in forks of one Python that has already imported what all of them need: the start of a Python takes ten
times as long as what a module does. This file is also the script that forks."""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import pathlib
import runpy
import signal
import socket
import subprocess
import sys
import threading
import typing as t

# Not openstack, which looks for its folders when it is imported
NEEDED = ("ansible.module_utils.basic", "requests")
OURS = "ansible_collections.otc.bigdata.plugins.module_utils"
FILES = sorted((pathlib.Path(__file__).resolve().parents[3] / "plugins" / "module_utils").glob("*.py"))
AT_THE_START = ("PYTHON", "LANG", "LC_", "LD_", "TZ")  # what a Python asks its environment before it runs anything


class Forks:
    """The Python that forks. It ends when this process does."""

    def __init__(self, environ: dict[str, str]) -> None:
        self._channel, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno())],
                env=environ,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        self._turn = threading.Lock()
        atexit.register(self._end)

    def _end(self) -> None:
        self._channel.close()
        self._process.wait()

    def run(
        self, module: str, *arguments: str, cwd: pathlib.Path, env: dict[str, str], timeout: float
    ) -> subprocess.CompletedProcess:
        """As ``python -m module arguments``; ``cwd`` is in a folder of this run."""
        request, *outputs = (cwd.parent / name for name in ("request.json", "stdout", "stderr"))
        wanted = {"argv": [module, *arguments], "cwd": str(cwd), "env": env, "outputs": [str(path) for path in outputs]}
        request.write_text(json.dumps(wanted), encoding="utf-8")
        ours, theirs = socket.socketpair()
        with self._turn, theirs:
            socket.send_fds(self._channel, [str(request).encode()], [theirs.fileno()])
            assert self._channel.recv(1), "the Python that forks has ended"
        ours.settimeout(timeout)
        with ours, ours.makefile() as answer:
            pid = int(answer.readline())
            try:
                code = int(answer.readline())
            except socket.timeout:  # which is no TimeoutError on Python 3.9
                os.kill(pid, signal.SIGKILL)
                raise
        said = [path.read_text(encoding="utf-8") for path in outputs]
        return subprocess.CompletedProcess(wanted["argv"], code, *said)


def next_request(channel: socket.socket) -> dict[str, t.Any]:
    """Returns in a process of its own for each request. Another one, its parent, tells how it has ended."""
    while True:
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        path, descriptors, *dummy = socket.recv_fds(channel, 4096, 1)
        if not path:
            sys.exit()
        if os.fork() == 0:
            break
        os.close(descriptors[0])
        channel.sendall(b".")
    channel.close()
    child = os.fork()
    if child:
        os.write(descriptors[0], b"%d\n" % child)
        os.write(descriptors[0], b"%d\n" % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        os._exit(0)
    os.close(descriptors[0])
    return json.loads(pathlib.Path(path.decode()).read_text(encoding="utf-8"))


def become(wanted: dict[str, t.Any]) -> None:
    """What the process is that was asked for."""
    os.environ.clear()
    os.environ.update(wanted["env"])
    os.chdir(wanted["cwd"])
    sys.path.insert(0, wanted["cwd"])
    sys.argv[:] = wanted["argv"]
    for number, path in enumerate(wanted["outputs"], 1):
        file = os.open(path, os.O_WRONLY | os.O_CREAT)
        os.dup2(file, number)
        os.close(file)


if __name__ == "__main__":
    sys.path.pop(0)
    for name in (*NEEDED, *(f"{OURS}.{path.stem}" for path in FILES)):
        importlib.import_module(name)
    gc.freeze()  # or each fork would copy all of that when it collects
    become(next_request(socket.socket(fileno=int(sys.argv[1]))))
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
