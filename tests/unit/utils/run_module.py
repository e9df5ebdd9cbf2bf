# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module as Ansible runs it: a process of its own, its arguments in a file, its answer as JSON on stdout."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import typing as t

import ansible_collections
from ansible.module_utils.common.parameters import PASS_VARS

from .forks import Forks, forks_of

PACKAGE = "ansible_collections.otc.bigdata.plugins.modules"
SECRETS = {"token", "password", "OS_TOKEN", "OS_AUTH_TOKEN", "OS_PASSWORD"}
# Whether a result has the options in it; where this cannot be chosen, it always has
WITH_INVOCATION = {"_ansible_inject_invocation": True} if "inject_invocation" in PASS_VARS else {}
KEPT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT")


class Result(dict):
    """What the module answered. ``text``: all it printed; ``invocation``: its options."""

    text = ""
    invocation: dict = {}

    def job(self, job_id: int) -> dict:
        """The one entry of this job."""
        (entry,) = (job for job in self["jobs"] if job["id"] == job_id)
        return entry

    def column(self, name: str) -> dict:
        """One field of every job, by id."""
        return {job["id"]: job[name] for job in self["jobs"]}

    @property
    def failed(self) -> bool:
        return self.get("failed", False)


def run_module(
    name: str,
    options: dict,
    check_mode: bool = False,
    diff: bool = False,
    environ: dict | None = None,
    timeout: float = 300,
) -> Result:
    """The answer of the module, after the checks that hold for each run: JSON, exit code, no traceback, no secret."""
    environ = environ or {}
    arguments = arguments_of(name, options, check_mode, diff)
    with tempfile.TemporaryDirectory() as folder:
        file, home = pathlib.Path(folder, "arguments.json"), pathlib.Path(folder, "home")
        file.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": arguments}), encoding="utf-8")
        home.mkdir()
        process = _start(f"{PACKAGE}.{name}", str(file), home, environ, timeout)
    result = _parsed(process)
    check_secrets(result, {**options, **environ})
    return result


def arguments_of(name: str, options: dict, check_mode: bool, diff: bool) -> dict:
    """What Ansible gives a module."""
    return {
        "_ansible_verbosity": 4,
        **WITH_INVOCATION,
        "_ansible_module_name": f"otc.bigdata.{name}",
        **options,
        "_ansible_check_mode": check_mode,
        "_ansible_diff": diff,
    }


def _start(module: str, file: str, home: pathlib.Path, environ: dict, timeout: float) -> subprocess.CompletedProcess:
    """A Python of its own where the environment says how Python starts, else a fork, which is much faster."""
    how = {"cwd": home, "env": {**_environ(home), **environ}, "timeout": timeout}
    if forks().can_be(how["env"]):
        done = forks().run("-m", module, file, **how)
        return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())
    line = [sys.executable, "-m", module, file]
    return subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False, **how)


@functools.cache
def forks() -> Forks:
    """The Python that runs modules."""
    return forks_of("modules", _environ)


def check_secrets(result: Result, given: dict) -> None:
    """What was given in secret is nowhere in the answer."""
    for option, value in given.items():
        assert option not in SECRETS or not value or str(value) not in result.text, (
            f"{option} was printed:\n{result.text}"
        )


def _environ(home: pathlib.Path) -> dict:
    """Nothing that a module could take for an option."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    roots = [
        *(str(pathlib.Path(path).parent) for path in ansible_collections.__path__),
        os.environ.get("PYTHONPATH", ""),
    ]
    return {**kept, "HOME": str(home), "PYTHONPATH": os.pathsep.join(filter(None, roots))}


@contextlib.contextmanager
def environment(variables: dict) -> t.Iterator[None]:
    """These variables and no others."""
    before = dict(os.environ)
    _become(before, variables)
    try:
        yield
    finally:
        _become(dict(os.environ), before)


def _become(before: dict, after: dict) -> None:
    """Changes what differs: each variable that is set or taken away costs time."""
    for name in before.keys() - after.keys():
        del os.environ[name]
    os.environ.update({name: value for name, value in after.items() if before.get(name) != value})


@functools.cache
def _home() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory()


@contextlib.contextmanager
def empty_home() -> t.Iterator[pathlib.Path]:
    """For a run in this process; the same folder each time, as most runs leave nothing in it."""
    home = pathlib.Path(_home().name)
    try:
        yield home
    finally:
        if os.listdir(home):
            shutil.rmtree(home)
            home.mkdir()


def _parsed(process: subprocess.CompletedProcess) -> Result:
    text = process.stdout + process.stderr
    try:
        answer = json.loads(process.stdout)
    except ValueError:
        answer = None
    assert isinstance(answer, dict), f"not one JSON object on stdout:\n{text}"
    assert "Traceback" not in text or {"exception", "traceback"} & answer.keys(), text
    assert process.returncode == (1 if answer.get("failed") else 0), f"exit code {process.returncode}:\n{text}"
    if "_ansible_new_secrets" in answer:  # from ansible-core 2.22 on; it takes them out before anybody sees the answer
        del answer["_ansible_new_secrets"]
        text = json.dumps(answer) + process.stderr
    result = Result(answer)
    result.invocation = result.pop("invocation", {})
    result.text = text
    return result
