# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job as AWX runs it: what it gets from credentials, inventory and template, and its way to a node and back.

Credentials are injected by AWX's own code. What AWX keeps in its database is done here as awx/main/models/inventory.py and
awx/main/tasks/jobs.py do it (https://github.com/ansible/awx, 24.6.1).
"""

from __future__ import annotations

import concurrent.futures
import functools
import io
import json
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile
import typing as t

import ansible_collections
import ansible_runner
import yaml
from awx_plugins.credentials.plugins import openstack
from awx_plugins.interfaces._temporary_private_api import ManagedCredentialType
from awx_plugins.interfaces._temporary_private_container_api import CONTAINER_ROOT
from awx_plugins.interfaces._temporary_private_credential_api import Credential
from awx_plugins.interfaces._temporary_private_inject_api import inject_credential

from .forks import ONE_PROCESS
from .run_module import _environ
from .run_playbook import forks

ROOT = pathlib.Path(__file__).resolve().parents[3]
COLLECTIONS = str(pathlib.Path(ansible_collections.__path__[0]).parent)
RUNNER = pathlib.Path(sys.executable).with_name("ansible-runner")
HOSTS = "#!/usr/bin/env python3\nprint({!r})\n"


class Loader(yaml.SafeLoader):
    """Knows ``!unsafe``, which only tells Ansible to leave a text alone."""


Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))


class Dumper(yaml.SafeDumper):
    """Marks each text ``!unsafe``, and puts it in quotes, of which newer releases of Ansible take no notice then."""


Dumper.add_representer(str, lambda dumper, text: dumper.represent_scalar("!unsafe", text))


def extra_variables(variables: dict, of_template: dict) -> str:
    """The file with those of a job (awx/main/utils/safe_yaml.py). What the template itself says so is written as it is."""
    same = {name for name, value in variables.items() if name in of_template and of_template[name] == value}
    return "".join(
        yaml.dump({name: value}, Dumper=yaml.SafeDumper if name in same else Dumper, default_flow_style=False)
        for name, value in variables.items()
    )


def credential_types() -> dict[str, ManagedCredentialType]:
    """By name: those of this collection, and the one for OpenStack that AWX comes with."""
    text = (ROOT / "playbooks/awx/credential_types.yml").read_text(encoding="utf-8")
    entries = yaml.load(text, Loader)["otc__credential_types"]
    own = [
        ManagedCredentialType("otc", entry["name"], "cloud", entry["inputs"], entry["injectors"]) for entry in entries
    ]
    return {one.name: one for one in (*own, openstack)}


def cut(hosts: dict[str, dict], number: int, count: int) -> dict[str, dict]:
    """The hosts of a slice: every ``count``-th one of the list sorted by name (Inventory.get_sliced_hosts)."""
    return {name: hosts[name] for name in sorted(hosts)[number - 1 :: count]}


class Job:
    """``folder``: AWX's own. The node has another one, ``node``, which is /runner in the container there."""

    def __init__(self, folder: pathlib.Path, number: int = 1, **environ: str) -> None:
        self.number, self.folder, self.node = number, folder / "awx", folder / "node"
        self._worker = ["worker", "--private-data-dir", str(self.node)]
        for name in ("env", "inventory"):
            (self.folder / name).mkdir(parents=True)
        shutil.copytree(ROOT / "playbooks", self.folder / "project" / "playbooks")
        self.environ = {"ANSIBLE_COLLECTIONS_PATH": COLLECTIONS, "no_proxy": "127.0.0.1", **ONE_PROCESS, **environ}
        self.of_template: dict[str, t.Any] = {}  # its variables; answers win over them
        self.shown: dict[str, str] = {}  # of the environment, to those who look at the job
        self._arguments = ["-u", "root"]
        self.events: list[dict] = []
        self.settings = {"suppress_ansible_output": True, "suppress_output_file": True}

    def inject(self, kind: ManagedCredentialType, inputs: dict) -> None:
        injected: dict[str, str] = {}
        inject_credential(kind, Credential(inputs), injected, self.shown, self._arguments, str(self.folder))
        # No container makes the folder of the node /runner
        self.environ |= {name: value.replace(CONTAINER_ROOT, str(self.node)) for name, value in injected.items()}

    def run(self, playbook: str, variables: dict, hosts: dict[str, dict] | None = None, *arguments: str) -> Job:
        """All the way: to the node, there, and back."""
        return self.process(self.work(self.transmit(playbook, variables, hosts, *arguments)))

    def work(self, sent: bytes) -> bytes:
        """What comes from the node. Runner and Ansible are forks there, as nobody wants to know how they start."""
        how = {"cwd": self.node.parent, "env": self._environ_of_node(_commands()), "timeout": 600}
        return forks().run("-m", "ansible_runner", *self._worker, sent=sent, **how).stdout

    def transmit(self, playbook: str, variables: dict, hosts: dict[str, dict] | None = None, *arguments: str) -> bytes:
        """What goes to the node."""
        hosts = {"localhost": {"ansible_connection": "local"}} if hosts is None else hosts
        inventory = {"all": {"hosts": list(hosts)}, "_meta": {"hostvars": hosts}}
        self._write("inventory/hosts", HOSTS.format(json.dumps(inventory))).chmod(0o700)
        meta = {f"{one}_job_id": self.number for one in ("awx", "tower")}
        meta |= {f"{one}_job_launch_type": "manual" for one in ("awx", "tower")}
        self._write("env/extravars", extra_variables({**self.of_template, **variables, **meta}, self.of_template))
        self._write("env/cmdline", shlex.join([*self._arguments, *arguments]))
        self._write("env/settings", json.dumps(self.settings))
        with tempfile.TemporaryFile() as stream:
            ansible_runner.interface.run(
                streamer="transmit",
                _output=stream,
                private_data_dir=str(self.folder),
                ident=self.number,
                playbook=f"playbooks/{playbook}.yml",
                inventory=str(self.folder / "inventory/hosts"),
                suppress_env_files=True,
                envvars=self.environ,
                cancel_callback=_never,
            )
            stream.seek(0)
            return stream.read()

    def start_worker(self) -> subprocess.Popen:
        """The process on the node. It knows nothing but what it is sent."""
        return subprocess.Popen(
            [str(RUNNER), *self._worker],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=self._environ_of_node(RUNNER.parent),
            start_new_session=True,
        )

    def _environ_of_node(self, commands: pathlib.Path) -> dict[str, str]:
        self.node.mkdir()
        clean = _environ(self.node)
        return {**clean, "PATH": f"{commands}:{RUNNER.parent}:{clean['PATH']}"}

    def process(self, stream: bytes) -> Job:
        """What came back."""
        done = ansible_runner.interface.run(
            streamer="process",
            quiet=True,
            _input=io.BytesIO(stream),
            private_data_dir=str(self.folder),
            ident=self.number,
            event_handler=self._event,
            cancel_callback=_never,
        )
        self.status = done.status
        return self

    def _event(self, event: dict) -> bool:
        self.events.append(event)
        return True

    def _write(self, name: str, text: str) -> pathlib.Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    @property
    def output(self) -> str:
        """What AWX shows of the job."""
        return "\n".join(event["stdout"] for event in self.events)

    @property
    def stats(self) -> dict:
        """What ``set_stats`` left to the next job of a workflow."""
        return self.artifacts.get("otc_bigdata", {})

    @property
    def artifacts(self) -> dict:
        """All of it; nothing of a job that was cut off before its last event (RunnerCallback in awx/main/tasks/callback.py)."""
        told = [
            event["event_data"].get("artifact_data", {})
            for event in self.events
            if event["event"] == "playbook_on_stats"
        ]
        return told[-1] if told else {}


def _never() -> bool:
    """Otherwise Ctrl-C would end the job, and not the tests."""
    return False


@functools.cache
def _commands() -> pathlib.Path:
    """The folder with the one that Runner looks for."""
    return forks().command("ansible-playbook", "-m", "ansible.cli.playbook").parent


def side_by_side(parts: list[tuple[Job, bytes]]) -> list[Job]:
    """Jobs, and what goes to the node of each, at the same time."""
    with concurrent.futures.ThreadPoolExecutor(len(parts)) as threads:
        came = list(threads.map(lambda part: part[0].work(part[1]), parts))
    return [job.process(stream) for (job, dummy), stream in zip(parts, came)]
