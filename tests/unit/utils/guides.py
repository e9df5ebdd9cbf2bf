# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A guide as its reader follows it: what it tells to save is saved, what it tells to run is run, what it shows is seen."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import pathlib
import re
import select
import shlex
import signal
import subprocess
import sys
import time
import typing as t

import yaml

from .forks import NO_WAITS, ONE_PROCESS
from .inventory import DEMO
from .run_playbook import Folder, forks

ROOT = pathlib.Path(__file__).resolve().parents[3]
GUIDES = ROOT / "docs/docsite/rst"
CODE = {
    ".rst": re.compile(r"^( *)\.\. code-block:: (\S+)\n\n((?:\1 +.*\n|\n)+)", re.MULTILINE),
    ".md": re.compile(r"^()```(\w+)\n((?:.*\n)*?)```$", re.MULTILINE),
}
HEADING = re.compile(r"^(?:## +(.+)|(\S.*)\n(?:-{3,}|~{3,}))$", re.MULTILINE)
SAVED = re.compile(r"[Ss]ave\s[^.:]*?\sas\s+`+(?P<name>[^`]+)`+[^`]*:\s*\Z")
# Who follows a guide that does not tell how to log in; it is good for all projects
LOGIN = {"OS_TOKEN": "", **DEMO, "OS_PROJECT_NAME": "eu-de"}
END = "this was all, the exit code is"
COMMANDS = {
    "ansible": "adhoc",
    "ansible-doc": "doc",
    "ansible-galaxy": "galaxy",
    "ansible-inventory": "inventory",
    "ansible-playbook": "playbook",
    "ansible-vault": "vault",
}


class Block(t.NamedTuple):
    """Code of a guide. ``name``: of the file that the sentence before it tells to save it as."""

    section: str
    language: str
    name: str
    text: str


def blocks(path: pathlib.Path) -> list[Block]:
    """All code of a guide, in order."""
    guide = path.read_text(encoding="utf-8")
    headings = [(match.start(), match[1] or match[2]) for match in HEADING.finditer(guide)]
    found = []
    for match in CODE[path.suffix].finditer(guide):
        section = next((name for start, name in reversed(headings) if start < match.start()), "")
        saved = SAVED.search(guide[: match.start()].rstrip().rpartition("\n\n")[2])
        lines = match[3].splitlines()
        depth = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
        text = "\n".join(line[depth:] for line in lines).strip("\n") + "\n"
        found.append(Block(section, match[2], saved["name"] if saved else "", text))
    return found


def shows(output: str, shown: str) -> bool:
    """Whether the output is what a guide shows of it; ``...`` stands for a part of a line, or for any lines."""
    said = "".join(f"{line.rstrip()}\n" for line in output.splitlines())
    parts = ["(?:.*\n)*?" if line.strip() == "..." else f"{_pattern(line)}\n" for line in shown.splitlines()]
    return re.search(f"^{''.join(parts)}", said, re.MULTILINE) is not None


def _pattern(line: str) -> str:
    return ".*".join(re.escape(part) for part in line.rstrip().split("..."))


def _agree(found: t.Any, shown: t.Any) -> bool:
    """Values of a report; only the IDs of requests differ from run to run."""
    if isinstance(shown, dict):
        return all(_agree(found[key], value) for key, value in shown.items() if key != "request_id")
    return shows(found, shown) if isinstance(shown, str) else found == shown


@functools.cache
def commands() -> pathlib.Path:
    """The folder with Ansible's commands, which are forks."""
    for command, module in COMMANDS.items():
        forks().command(command, "-m", f"ansible.cli.{module}")
    return forks().folder


class Shell:
    """A shell, and the Ansible of this Python."""

    def __init__(self, folder: Folder, **environ: str) -> None:
        everything = folder.environ(**ONE_PROCESS, **NO_WAITS, **environ)
        everything["PATH"] = f"{commands()}:{pathlib.Path(sys.executable).parent}:{everything['PATH']}"
        self._process = subprocess.Popen(
            ["bash", "--norc"],
            cwd=folder.home,
            env=everything,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def type(self, command: str, seconds: float = 600) -> tuple[int, str]:
        """Exit code and output."""
        self._process.stdin.write(f"{{ {command}\n}} < /dev/null\nprintf '{END} %s\n' $?\n".encode())
        self._process.stdin.flush()
        output, deadline = b"", time.monotonic() + seconds
        while True:
            ready, *dummy = select.select([self._process.stdout], [], [], max(0, deadline - time.monotonic()))
            data = os.read(self._process.stdout.fileno(), 65536) if ready else b""
            assert data, f"no end of this after {seconds} s: {command}\n{output.decode()}"
            output += data
            said, end, code = output.decode(errors="replace").partition(END)
            if code.endswith("\n"):
                return int(code), said

    def close(self) -> None:
        """Whatever it runs ends with it."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()


class Reader:
    """``words``: what readers replace by their own, such as a password. ``not_for_me``: how commands begin that they leave out."""

    def __init__(self, folder: Folder, words: dict[str, str], not_for_me: tuple[str, ...] = (), **environ: str) -> None:
        self._folder = folder
        self._words = words
        self._not_for_me = not_for_me
        self._record = folder.path / "record"
        self._shell = Shell(
            folder,
            ANSIBLE_CALLBACK_PLUGINS=str(pathlib.Path(__file__).parent / "callback"),
            ANSIBLE_CALLBACKS_ENABLED="recorder",
            RECORD=str(self._record),
            **environ,
        )
        self._output = ""

    def follow(self, block: Block) -> None:
        """Raises AssertionError where the guide is wrong."""
        text = block.text
        for word, mine in self._words.items():
            text = text.replace(word, mine)
        if block.name:
            self._folder.write(block.name, text)
        elif block.language in ("console", "shell"):
            self._type(text if block.language == "console" else re.sub("^", "$ ", text.strip(), flags=re.MULTILINE))
        elif block.language == "text":
            assert shows(self._output, text), self._output
        else:
            self._do(yaml.safe_load(text), text)

    def _type(self, text: str) -> None:
        """Commands begin with ``$`` and go on after a backslash; the lines after each are what it prints."""
        for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command = re.match(r"(?:.*\\\n)*.*", part)[0]
            shown = part[len(command) + 1 :]
            if command.startswith(self._not_for_me):
                continue
            code, self._output = self._shell.type(command)
            assert code == 0 or "failed" in shown, self._output
            assert not shown or shows(self._output, shown.rstrip("\n")), self._output

    def _do(self, content: t.Any, text: str) -> None:
        if isinstance(content, list):
            tasks = not any(key in content[0] for key in ("hosts", "import_playbook"))
            play = {"hosts": "localhost", "gather_facts": False, "tasks": content}
            self.play(yaml.safe_dump([play]) if tasks else text)
        elif "clouds" in content:
            self._folder.write("clouds.yaml", text)
        elif "jobs" in content:
            self._compare(content)
        elif "env" in content:  # the injectors of a credential type
            for name, value in content["env"].items():
                self._shell.type(f"export {name}={shlex.quote(value)}")
        else:
            assert "fields" in content, f"what is this?\n{text}"

    def play(self, text: str) -> None:
        self._folder.write("play.yml", text)
        self._record.unlink(missing_ok=True)
        code, self._output = self._shell.type("ansible-playbook play.yml")
        assert code == 0, self._output
        assert "skipped" not in [one["outcome"] for one in self.results], self._output

    @property
    def results(self) -> list[dict]:
        """What became of each task of the last playbook."""
        return [json.loads(line) for line in self._record.read_text(encoding="utf-8").splitlines()]

    def _compare(self, report: dict) -> None:
        """The report that a guide shows with the last one; where it shows only some jobs it says so in a comment."""
        real = next(one["result"] for one in reversed(self.results) if one["action"].startswith("otc.bigdata."))
        jobs = {job["id"]: job for job in real["jobs"]}
        for found, shown in [(real, report), *((jobs[job["id"]], job) for job in report["jobs"])]:
            assert all(_agree(found[key], value) for key, value in shown.items() if key != "jobs"), found

    def close(self) -> None:
        """Also ends an emulator that the guide has started and left running."""
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            os.kill(int((self._folder.home / "emulator.pid").read_text()), signal.SIGTERM)
        self._shell.close()


@contextlib.contextmanager
def reader(*args: t.Any, **environ: str) -> t.Iterator[Reader]:
    one = Reader(*args, **environ)
    try:
        yield one
    finally:
        one.close()
