# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command line of the emulator: ``python3 tests/emulator --help``."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pathlib
import signal
import stat
import sys
import threading
from collections.abc import Iterator
from typing import Callable

if not __package__:  # started by folder
    sys.path[0] = str(pathlib.Path(__file__).resolve().parents[1])
    __package__, __spec__ = "emulator", None  # pylint: disable=redefined-builtin
from .assumptions import chosen
from .cloud import CHOICES, DELAYS, KINDS
from .server import Emulator
from .settings import PLAIN, SettingError

EPILOG = """
answers (the default first):
{answers}

delays in seconds, or in looks such as "3 looks" (the default):
{delays}

Log in as demo / demo-password of demo-domain, project eu-de, or use the token demo-token. README.md tells the rest.
"""


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    answers = "\n".join(f"  {question}: {', '.join(map(str, values))}" for question, values in CHOICES.items())
    delays = "\n".join(f"  {name}: {value}" for name, value in DELAYS.items())
    parser = argparse.ArgumentParser(
        prog="emulator",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="An emulator of Open Telekom Cloud IAM, DLI and MRS: no account, no cost, no dependency.",
        epilog=EPILOG.format(answers=answers, delays=delays),
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0, the default, takes any free one")
    parser.add_argument("--url-file", metavar="FILE", help="write the address here once it can be used")
    parser.add_argument("--daemon", action="store_true", help="go to the background as soon as the address can be used")
    parser.add_argument(
        "--pid-file", metavar="FILE", help="write the process id here; no other emulator that runs may have it"
    )
    parser.add_argument("--seed", metavar="FILE", help="JSON with jobs, projects ...; replaces parts of seed.json")
    what = "JSON with calls, as check_service writes it: answers to these are as there, to all others as usual"
    parser.add_argument("--replay", metavar="FILE", help=what)
    repeated = {"action": "append", "default": []}
    for kind in KINDS:
        also = ["--jobs"] if kind.name == "flink_jobs" else []
        what = f"instead of the seed's {kind.name}, N in that state; may be repeated"
        parser.add_argument(
            _option(kind.name),
            *also,
            dest=kind.name,
            metavar="N[:STATE]",
            type=_number_and_state,
            help=what,
            **repeated,
        )
    what = "choose one of the answers below, also by the id of an assumption (A05=exact, A05=other); may be repeated"
    parser.add_argument("--answer", "--answers", dest="answers", metavar="KEY=VALUE", type=_pair, help=what, **repeated)
    what = "how long a transition takes, see below; may be repeated"
    parser.add_argument("--delay", metavar="KEY=SECONDS", type=_pair, help=what, **repeated)
    for name, (default, meaning) in PLAIN.items():
        what = f"{meaning} (%(default)s)"
        parser.add_argument(_option(name), metavar="N", type=type(default), default=default, help=what)
    return parser.parse_args(arguments)


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=VALUE")
    return name, value


def _number_and_state(text: str) -> tuple[int, str]:
    count, dummy, state = text.partition(":")
    return int(count), state


def _transcript(name: str | None) -> object:
    try:
        return json.loads(pathlib.Path(name).read_text(encoding="utf-8")) if name else None
    except (OSError, ValueError, RecursionError) as error:
        raise SettingError(f"--replay: cannot read {name}: {error}") from error


def make_emulator(options: argparse.Namespace) -> Emulator:
    seed = json.loads(pathlib.Path(options.seed).read_text(encoding="utf-8")) if options.seed else {}
    for kind in KINDS:
        wanted = getattr(options, kind.name)
        if wanted:
            seed[kind.name] = [{"count": n, **({kind.state_field: state} if state else {})} for n, state in wanted]
    delays = {name: value if "look" in value else float(value) for name, value in options.delay}
    plain = {name: getattr(options, name) for name in PLAIN}
    answers, replay = chosen(options.answers), _transcript(options.replay)
    return Emulator(options.port, options.host, seed, replay=replay, answers=answers, delays=delays, **plain)


def main() -> None:
    options = parse()
    with contextlib.ExitStack() as files:
        try:
            emulator = make_emulator(options)
            write_process = files.enter_context(own_file(options.pid_file))
            write_url = files.enter_context(own_file(options.url_file))
            begun = go_to_background() if options.daemon else None
            write_process(str(os.getpid()))
            write_url(emulator.url)
        except (OSError, SettingError, ValueError) as error:
            sys.exit(f"emulator: {error}")
        print(f"Listening on {emulator.url}", flush=True)
        for number in (signal.SIGTERM, signal.SIGINT):
            # stop() waits for the loop that this signal interrupts, so it needs a thread of its own
            signal.signal(number, lambda *dummy: threading.Thread(target=emulator.stop).start())
        if begun:
            leave_terminal()
            begun()
        emulator.serve_forever()


@contextlib.contextmanager
def own_file(name: str | None) -> Iterator[Callable[[str], None]]:
    """A file that tells of this emulator, removed at the end. No other emulator can have it meanwhile. Raises OSError."""
    if not name:
        yield lambda text: None
        return
    handle = _lock(name)
    try:
        yield lambda text: (os.ftruncate(handle, 0), os.pwrite(handle, f"{text}\n".encode(), 0))
    finally:
        if _is_at(handle, name):
            os.unlink(name)
        os.close(handle)


def _lock(name: str) -> int:
    """The file, open and locked until this process ends, or its child that goes on."""
    import fcntl  # here, as an emulator without such files may run where there is none

    while True:
        handle = os.open(name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(f"{name} is not a regular file")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OSError(f"{name} belongs to an emulator that runs") from None
        if _is_at(handle, name):
            return handle
        os.close(handle)  # whoever had it has removed it meanwhile


def _is_at(handle: int, name: str) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), os.lstat(name))
    except FileNotFoundError:
        return False


def go_to_background() -> Callable[[], None]:
    """The parent ends when the child calls what this returns to it, or has ended."""
    hear, tell = os.pipe()
    if os.fork():
        os.close(tell)
        os._exit(0 if os.read(hear, 1) else 1)
    os.close(hear)
    return lambda: (os.write(tell, b"."), os.close(tell))


def leave_terminal() -> None:
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)


if __name__ == "__main__":
    main()
