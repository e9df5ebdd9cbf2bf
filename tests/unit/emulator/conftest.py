# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One emulator for all tests of this folder, as new for each of them, and a plain HTTP client."""

from __future__ import annotations

import http.client
import json
import socket
import typing as t

import pytest

from ansible_collections.otc.bigdata.tests.emulator.server import Emulator

PROJECT = "0123456789abcdef0123456789abcdef"
FLINK = f"/v1.0/{PROJECT}/streaming/jobs"


class Answer(t.NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: t.Any

    @property
    def code(self) -> str:
        """The error code, from an object or from the first of an array."""
        first = self.body[0] if isinstance(self.body, list) else self.body
        return first["error_code"]


class Client:
    """Sends one request per connection, so that broken connections disturb nobody else."""

    def __init__(self, emulator: Emulator) -> None:
        self.host = emulator.url.partition("//")[2]

    def __call__(self, method, path, body=None, token="demo-token", headers=None, timeout=5) -> Answer:
        connection = http.client.HTTPConnection(self.host, timeout=timeout)
        sent = {"X-Auth-Token": token} if token else {}
        if body is not None:
            sent["Content-Type"] = "application/json"
            body = body if isinstance(body, (str, bytes)) else json.dumps(body)
        try:
            connection.request(method, path, body, {**sent, **(headers or {})})
            response = connection.getresponse()
            text = response.read().decode("utf-8")
        finally:
            connection.close()
        kind = response.headers.get("Content-Type", "")
        try:
            content = json.loads(text) if kind.startswith("application/json") else text
        except ValueError:
            content = text
        return Answer(response.status, response.headers, content)

    def flink(self, method, tail="", body=None, **options) -> Answer:
        return self(method, FLINK + tail, body, **options)

    def status(self, job_id) -> str | None:
        """The job's status as the service tells it; None if it does not know the job."""
        answer = self.flink("GET", f"/{job_id}")
        return answer.body["job_detail"]["status"] if answer.status == 200 else None


@pytest.fixture(scope="session")
def running_emulator():
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(running_emulator):
    """An emulator without jobs."""
    running_emulator.reset()
    running_emulator.load({"flink_jobs": []})
    return running_emulator


@pytest.fixture
def call(emulator):
    return Client(emulator)


@pytest.fixture
def add_job(emulator):
    """Make a job; returns its id."""
    return lambda **fields: emulator.world.add("flink_jobs", fields)[0].id


@pytest.fixture
def exchange(emulator):
    """Send raw bytes; returns everything that comes back until the server closes the connection."""

    def send(text: bytes) -> bytes:
        host, dummy, port = emulator.url.partition("//")[2].partition(":")
        with socket.create_connection((host, int(port)), timeout=5) as connection:
            connection.sendall(text)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    return send
