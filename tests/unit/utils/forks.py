# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run modules, and Ansible, in forks of one Python that has already imported what all of them need: the start of a Python
takes ten times as long as what a module does. This file is also the script that forks.

All workers of pytest share these Pythons, as they learn from each run.
"""

from __future__ import annotations

import atexit
import contextlib
import copy
import gc
import importlib
import inspect
import marshal
import os
import pathlib
import pickle
import pkgutil
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import types
import typing as t

MODULES = ("ansible.module_utils.basic", "ansible.module_utils.urls", "requests", "openstack")
PLUGINS = pathlib.Path("ansible_collections/otc/bigdata/plugins")
OF_ANSIBLE = (
    "ansible.cli.adhoc",
    "ansible.cli.inventory",
    "ansible.cli.playbook",
    "ansible.executor.process.worker",
    "ansible.plugins.callback.default",
    "ansible.plugins.callback.junit",
    "ansible.plugins.callback.minimal",
)
KINDS_OF_PLUGINS = ("become", "connection", "doc_fragments", "inventory", "shell", "strategy", "vars")
OF_PLUGINS = ("multiprocessing.popen_fork", "multiprocessing.synchronize", "tomllib", "xml.dom.minidom", "zoneinfo")
WAIT = (
    "ansible_collections.otc.bigdata.plugins.",
    "ansible_collections.ansible.builtin.plugins.action.pause.",
    "ansible.executor.task_executor._execute",
)
NO_WORKER = ("assert", "debug", "fail", "include_tasks", "set_fact", "set_stats")
# In the environment of a run
ONE_PROCESS = {"ONE_PROCESS": "true"}  # its tasks need no workers, see ``spare_workers``
NO_WAITS = {"NO_WAITS": "true"}  # it goes on as if it had waited, see ``skip_waits``
GARBAGE = 100_000  # objects, before anybody looks which of them are garbage: a run ends before it has many
EnvironOf = t.Callable[[pathlib.Path], dict[str, str]]  # of a home
SHARED: dict[str, str] = {}  # in a worker of pytest: the homes of the parents that all workers have
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


CLIENT = """#!{python} -IS
import _socket, marshal, os, sys

argv = {before!r} + sys.argv[1:] or ["/dev/stdin"]
if argv[0].startswith("-") and argv[0] != "-m":
    os.execv({python!r}, [{python!r}] + argv)
connection = _socket.socket(_socket.AF_UNIX)
connection.connect({address!r})
streams = b"".join(number.to_bytes(4, sys.byteorder) for number in range(3))
connection.sendmsg([b"."], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, streams)])
connection.sendall(marshal.dumps((argv, os.getcwd(), dict(os.environ))))
connection.shutdown(_socket.SHUT_WR)
answer = b""
while data := connection.recv(100):
    answer += data
code = int(answer.split()[1])
os._exit(code if code >= 0 else 128 - code)
"""


class Parent:
    """The Python that forks, for ``what``: modules or Ansible. It imports nothing of theirs before it is asked for the first fork,
    and ends when this process does."""

    def __init__(self, what: str, environ_of: EnvironOf) -> None:
        self._temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self._temporary.name)
        self._lifeline, theirs = socket.socketpair()
        with theirs, socket.socket(socket.AF_UNIX) as listener:
            listener.bind(address_in(self.folder))
            listener.listen(100)
            self._process = subprocess.Popen(
                [sys.executable, __file__, what, str(theirs.fileno()), str(listener.fileno())],
                env=environ_of(self.folder),
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno(), listener.fileno()],
            )
        atexit.register(self._end)

    def _end(self) -> None:
        self._lifeline.close()
        self._process.wait()
        self._temporary.cleanup()


def address_in(folder: pathlib.Path) -> str:
    return str(folder / "socket")


class Forks:
    """What the Python that forks is asked for. ``folder``: its home."""

    def __init__(self, folder: pathlib.Path, environ: dict[str, str]) -> None:
        self.folder, self._address = folder, address_in(folder)
        self._at_the_start = at_the_start(environ)

    def can_be(self, environ: dict[str, str]) -> bool:
        return at_the_start(environ) == self._at_the_start

    def command(self, name: str, *before: str) -> pathlib.Path:
        """A file that others can run in place of Python, with these arguments before theirs. It starts at once, asks for a fork,
        and waits for it; its own end is not that of the fork."""
        path = self.folder / name
        mine = path.with_suffix(f".{threading.get_native_id()}")  # others may make or run the same one at this moment
        mine.write_text(CLIENT.format(python=sys.executable, before=list(before), address=self._address))
        mine.chmod(0o700)
        mine.rename(path)
        return path

    def start(self, line: t.Sequence[str], streams: t.Sequence[int], cwd: pathlib.Path, env: dict[str, str]) -> Process:
        """As ``python line`` with these three streams, in a session of its own."""
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(self._address)
        socket.send_fds(connection, [b"."], list(streams))
        connection.sendall(marshal.dumps((list(line), str(cwd), env)))
        connection.shutdown(socket.SHUT_WR)
        return Process(connection)

    def run(
        self, *line: str, cwd: pathlib.Path, env: dict[str, str], timeout: float, sent: bytes = b""
    ) -> subprocess.CompletedProcess:
        """As ``python line``, and what came of it."""
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            given.write(sent)
            given.seek(0)
            process = self.start(line, [given.fileno(), out.fileno(), err.fileno()], cwd, env)
            try:
                code = process.wait(timeout)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                raise
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(line, code, out.read(), err.read())


def forks_of(what: str, environ_of: EnvironOf) -> Forks:
    """Of a parent of this process, unless it is shared."""
    home = pathlib.Path(SHARED.get(what) or Parent(what, environ_of).folder)
    return Forks(home, environ_of(home))


def next_request(
    known: t.Any, lifeline: socket.socket, listener: socket.socket
) -> tuple[list[str], str, dict[str, str]]:
    """Returns in a process of its own for each request. Another one, its parent, tells how it has ended."""
    while True:
        ready = select.select([lifeline, listener, known], [], [])[0]
        known.learn()
        gc.freeze()  # or each fork would copy all of that when it collects
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if lifeline in ready:
            sys.exit()
        if listener not in ready:
            continue
        connection = listener.accept()[0]
        if os.fork() == 0:
            break
        connection.close()
    lifeline.close()
    listener.close()
    streams = socket.recv_fds(connection, 1, 3)[1]
    with connection.makefile("rb") as asked:
        wanted = marshal.loads(asked.read())
    child = os.fork()
    for number, stream in enumerate(streams):
        if not child:
            os.dup2(stream, number)
        os.close(stream)
    if child:
        connection.sendall(b"%d\n" % child)
        connection.sendall(b"%d\n" % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        os._exit(0)
    connection.close()
    return wanted


def like_a_shell() -> None:
    """SIGINT is not ignored, as it is in the background; a terminal becomes the one of this session."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if os.isatty(0):
        os.close(os.open(os.ttyname(0), os.O_RDWR))


def become(argv: list[str], cwd: str, environ: dict[str, str], settings: t.Any) -> None:
    """What the process is that was asked for, as Python makes it when it starts."""
    os.setsid()
    gc.set_threshold(GARBAGE)
    like_a_shell()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(environ)
    one_process, no_waits = (os.environ.pop(name, None) for name in (*ONE_PROCESS, *NO_WAITS))
    os.chdir(cwd)
    open_streams()
    if "COVERAGE_PROCESS_START" in os.environ:
        importlib.import_module("coverage").process_startup()
    as_module = argv[0] == "-m"
    sys.argv[:] = argv[as_module:]
    sys.path.insert(0, cwd if as_module else os.path.dirname(argv[0]))
    if as_module:
        if sys.argv[0].startswith("ansible.cli."):
            if not settings.take_up():
                os.execv(sys.executable, [sys.executable, *argv])
            spare_workers(bool(one_process))
        if no_waits:
            skip_waits()
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        forget("ansible_collections")  # it brings its own
        with open(argv[0], "rb") as file:  # a pipe can be read only once
            exec(compile(file.read(), argv[0], "exec"), {"__name__": "__main__", "__file__": argv[0]})


def end(code: int) -> None:
    """As Python does, but that it does not take apart all that was imported, which would first be copied for it."""
    threading._shutdown()
    atexit._run_exitfuncs()
    with contextlib.suppress(OSError):  # nobody listens any more, of which Python has something to say
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def spare_workers(one_process: bool) -> None:
    """Ansible forks a worker for each task and host, which takes longer than what most of them do. Those that only say or compute
    something, or are skipped, run in its own process instead, one after the other. Modules, and what waits, still have workers,
    but for those of the collection where the run is to be one process and no other host has a task at that time."""
    with contextlib.suppress(ImportError, AttributeError):  # other releases have it elsewhere
        worker = importlib.import_module("ansible.executor.process.worker")
        context = importlib.import_module("ansible._internal._task").TaskContext
        start = worker.WorkerProcess.start

        def is_skipped(task: t.Any, variables: dict[str, t.Any]) -> bool:
            if not task.when or task.loop or task.loop_with:
                return False
            with contextlib.suppress(Exception), context.create(task=task, task_vars=variables, host_name=""):
                return not task._resolve_conditional_with_item(task.when, variables)[0]
            return False

        def is_simple(task: t.Any, variables: dict[str, t.Any]) -> bool:
            if one_process and task.action.startswith("otc.bigdata.") and not task.async_val:
                return variables["ansible_forks"] == 1 or len(variables["ansible_play_hosts_all"]) == 1
            return task.action.removeprefix("ansible.builtin.") in NO_WORKER

        def start_or_run(self: t.Any) -> None:
            task, variables = self._task, self._task_vars
            if task.until or task.timeout or not (is_simple(task, variables) or is_skipped(task, variables)):
                start(self)
                return
            # It leaves its marks on all of these
            self._host, self._task_vars = copy.copy(self._host), copy.copy(variables)
            self._task = task.copy(exclude_parent=True)
            self._task._parent = task._parent
            try:
                with context.create(task=self._task, task_vars=self._task_vars, host_name=self._host.name):
                    self._run()
            finally:
                worker.current_worker = None

        worker.WorkerProcess.start = start_or_run
        for stream in (sys.stdout, sys.stderr):
            stream.getvalue = str  # what a task has printed itself, which a worker is asked for
        # How often Ansible looks whether a worker is done
        importlib.import_module("ansible.constants").DEFAULT_INTERNAL_POLL_INTERVAL = 0.01


def skip_waits() -> None:
    """Where the collection waits, ``pause`` does, or a task with ``until``, the clock of this process is put forward instead. Only
    its main thread does so, as requests of others may be under way. An emulator is another process: what it is to do after some
    seconds takes them."""
    ahead, real = 0.0, types.SimpleNamespace(**vars(time))

    def sleep(seconds: float) -> None:
        nonlocal ahead
        caller = sys._getframe(1)
        name = f"{caller.f_globals['__name__']}.{caller.f_code.co_name}"
        if name.startswith(WAIT) and threading.current_thread() is threading.main_thread():
            ahead += seconds
        else:
            real.sleep(seconds)

    time.sleep = sleep
    time.monotonic = lambda: real.monotonic() + ahead
    time.time = lambda: real.time() + ahead
    time.gmtime = lambda *moment: real.gmtime(*moment or [time.time()])


def forget(package: str) -> None:
    """As if it had not been imported."""
    if package in sys.modules:
        for name in [name for name in sys.modules if f"{name}.".startswith(f"{package}.")]:
            del sys.modules[name]


def open_streams() -> None:
    """Anew, as they ask once what they lead to: a terminal, a pipe, a file."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        before = getattr(sys, name)
        how = {"encoding": before.encoding, "errors": before.errors, "newline": "\n" if number else None}
        stream = os.fdopen(number, "w" if number else "r", closefd=False, **how)
        stream.reconfigure(line_buffering=number == 2 or stream.isatty())
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def known_before(module: t.Any, name: str, *given: t.Any, key: t.Callable[..., t.Any] = lambda *args: args) -> None:
    """This function of the module need not work it out again, once it was asked for it."""
    function = getattr(module, name)
    wanted, first = key(*given), [function(*given)]
    answer = pickle.dumps(first[0])

    def known(*args: t.Any) -> t.Any:
        if key(*args) != wanted:
            return function(*args)
        return first.pop() if first else pickle.loads(answer)  # a new one each time, as it may be changed

    setattr(module, name, known)


def imported_by_ansible() -> t.Iterator[str]:
    """By its commands, and by nearly each run."""
    yield from OF_ANSIBLE
    for kind in KINDS_OF_PLUGINS:
        package = importlib.import_module(f"ansible.plugins.{kind}")
        yield from (name for dummy, name, dummy in pkgutil.iter_modules(package.__path__, f"{package.__name__}."))


def warm_up_ansible(known: t.Any) -> t.Any:
    """What each run of Ansible imports and reads first. Returns the settings that were read meanwhile."""
    settings = Settings(imported_by_ansible())
    forget("ansible.cli")  # which looks at its streams first
    import_all([*OF_PLUGINS, "requests", "openstack", "ansible_runner"])
    tracker = importlib.import_module("multiprocessing.resource_tracker")._resource_tracker
    tracker.ensure_running()  # each fork would start one
    tracker._pid = None  # it is no child of a fork, which is therefore not to wait for it
    with contextlib.suppress(ImportError):  # other releases have it elsewhere
        known.take_part(pathlib.Path(sys.path[0], PLUGINS).parent)
        known.imports_of(importlib.import_module("ansible.executor.module_common"))
    with contextlib.suppress(ImportError, AttributeError):  # other releases do not have it
        result = importlib.import_module("ansible._internal._task").UnifiedTaskResult
        for is_module in (True, False):  # each worker would work it out, in a tenth of its time
            result.get_result_key_to_resolved_field_mapping(source_is_module=is_module)
    with contextlib.suppress(ImportError, AttributeError, OSError):  # other releases have it elsewhere
        finder = importlib.import_module("ansible.utils.collection_loader._collection_finder")
        config = importlib.import_module("ansible.config.manager")
        folder = pathlib.Path(config.__file__).parent
        known_before(
            finder,
            "_meta_yml_to_dict",
            (folder / "ansible_builtin_runtime.yml").read_bytes(),
            ("ansible.builtin", "runtime.yml"),
        )
        known_before(
            config.ConfigManager, "_read_config_yaml_file", None, f"{folder}/base.yml", key=lambda dummy, path: path
        )
        known.sources_of(finder)
        importlib.import_module("ansible.module_utils._internal._stack").iter_stack = frames_above
    return settings


def frames_above() -> t.Iterator[inspect.FrameInfo]:
    """As ``iter_stack`` of Ansible, but one by one: it wants the first of them in each task that is skipped."""
    frame = sys._getframe(1)
    while frame:
        if "_skip_stackwalk" not in frame.f_locals:
            yield inspect.FrameInfo(frame, *inspect.getframeinfo(frame, 0))
        frame = frame.f_back


def import_all(names: t.Sequence[str]) -> None:
    for name in names:
        with contextlib.suppress(ModuleNotFoundError):  # parts of a library that are no modules
            importlib.import_module(name)


def warm_up_modules(known: t.Any) -> None:
    files = pathlib.Path(sys.path[0], PLUGINS, "module_utils").rglob("*.py")
    ours = [".".join(path.relative_to(sys.path[0]).with_suffix("").parts) for path in files]
    import_all([*MODULES, *ours])
    known.sources_of(importlib.import_module("zipimport"))  # modules come from Ansible as zip files


if __name__ == "__main__":
    sys.path.pop(0)
    UTILS = "ansible_collections.otc.bigdata.tests.unit.utils"
    known, Settings = (
        importlib.import_module(f"{UTILS}.known").Known(),
        importlib.import_module(f"{UTILS}.settings").Settings,
    )
    forget("ansible_collections")
    sockets = [socket.socket(fileno=int(number)) for number in sys.argv[2:]]
    if sockets[0] in select.select(sockets, [], [])[0]:
        sys.exit()
    settings = (warm_up_ansible if sys.argv[1] == "ansible" else warm_up_modules)(known)
    forget("openstack.config")  # it looks for its folders when it is imported
    request = next_request(known, *sockets)
    try:
        become(*request, settings)
        end(0)
    except SystemExit as error:
        if not isinstance(error.code, (int, type(None))):
            raise
        end(error.code or 0)
