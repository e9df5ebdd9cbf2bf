# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator as the benchmark uses it: a process of its own, so that nobody shares its interpreter lock."""

from __future__ import annotations

import json
import os
import pathlib
import ssl
import subprocess
import sys
import typing as t
import urllib.request

import trustme

PROJECT = "0123456789abcdef0123456789abcdef"


class Certificates:
    """An authority and a server that it vouches for."""

    def __init__(self, folder: pathlib.Path) -> None:
        authority, self.ca, self.server = trustme.CA(), str(folder / "ca.pem"), str(folder / "server.pem")
        authority.cert_pem.write_to_path(self.ca)
        authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(self.server)


class Cloud:
    """One running emulator."""

    def __init__(self, certificates: Certificates | None = None) -> None:
        command = [sys.executable, "-m", f"{__package__}.serve", *([certificates.server] if certificates else [])]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")
        self.url = self._process.stdout.readline().strip()
        context = ssl.create_default_context(cafile=certificates.ca) if certificates else None
        handlers = [urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)]
        self._open = urllib.request.build_opener(*handlers).open
        self.environ = {"OS_TOKEN": "demo-token", "OS_PROJECT_ID": PROJECT, "OTC_DLI_ENDPOINT": self.url}
        if certificates:
            self.environ["OS_CACERT"] = certificates.ca

    def stop(self) -> None:
        self._process.stdin.close()
        self._process.wait()

    def ask(self, method: str, command: str, body: t.Any = None) -> t.Any:
        """The control API."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_emulator/{command}", data, method=method)
        with self._open(request) as answer:
            return json.load(answer)

    def begin(self, kind: str, count: int, latency: float) -> list:
        """So many running jobs, no others, and an empty log. Returns their ids."""
        self.ask("POST", "reset")
        self.ask("POST", "seed", {"flink_jobs": [], "batches": [], "sql_jobs": []})
        ids = self.ask("POST", "jobs", {kind: [{"count": count}]})[kind]
        self.ask("POST", "settings", {"latency": latency})
        self.ask("DELETE", "log")
        return ids

    def cpu(self) -> float:
        """Seconds that it has worked; 0 where the system has no /proc."""
        try:
            fields = pathlib.Path(f"/proc/{self._process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2]
        except OSError:
            return 0.0
        return sum(map(int, fields.split()[11:13])) / os.sysconf("SC_CLK_TCK")
