# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One emulator for all tests of this folder, as new for each of them, and a plain HTTP client."""

from __future__ import annotations

import http.client
import json
import socket
import time
import typing as t

import pytest

from ansible_collections.otc.bigdata.tests.emulator import auth, wire, world
from ansible_collections.otc.bigdata.tests.emulator.server import Emulator

PROJECT = "0123456789abcdef0123456789abcdef"
FLINK = f"/v1.0/{PROJECT}/streaming/jobs"
BATCHES = f"/v2.0/{PROJECT}/batches"
SQL = f"/v1.0/{PROJECT}/jobs"
CLUSTER = "2b460e01-3351-4170-b0a7-57b9dd5ffef3"
CLUSTERS = f"/v1.1/{PROJECT}/cluster_infos"
MRS = f"/v2/{PROJECT}/clusters/{CLUSTER}/job-executions"


ACCESS, SECRET = "AKDEMO0000000000001", "SKdemo/secret+key000000000000000000000001"


class Answer(t.NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: t.Any

    @property
    def code(self) -> str:
        """The error code, from an object or from the first of an array."""
        first = self.body[0] if isinstance(self.body, list) else self.body
        return first.get("error_code") or first["errorCode"]


class Client:
    """Sends one request per connection, so that broken connections disturb nobody else."""

    def __init__(self, emulator: Emulator) -> None:
        self.host = emulator.url.partition("//")[2]

    def __call__(self, method, path, body=None, token="demo-token", headers=None, timeout=60) -> Answer:
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

    def batches(self, method, tail="", **options) -> Answer:
        return self(method, BATCHES + tail, **options)

    def sql(self, method, tail="", **options) -> Answer:
        return self(method, SQL + tail, **options)

    def clusters(self, tail="", **options) -> Answer:
        return self("GET", CLUSTERS + tail, **options)

    def mrs(self, method, tail="", body=None, **options) -> Answer:
        """Jobs of the cluster CLUSTER."""
        return self(method, MRS + tail, body, **options)

    def mrs_state(self, job_id) -> str | None:
        """The state of an MRS job; None if the service does not know the job."""
        answer = self.mrs("GET", f"/{job_id}")
        return answer.body["job_detail"]["job_state"] if answer.status == 202 else None

    def status(self, job_id) -> str | None:
        """The status of a Flink job; None if the service does not know the job."""
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
    running_emulator.load({"flink_jobs": [], "batches": [], "sql_jobs": [], "clusters": []})
    return running_emulator


@pytest.fixture
def call(emulator):
    return Client(emulator)


@pytest.fixture
def add_job(emulator):
    """Make a Flink job; returns its id."""
    return lambda **fields: emulator.world.add("flink_jobs", fields)[0].id


@pytest.fixture
def add_batch(emulator):
    """Make a batch; returns its id."""
    return lambda **fields: emulator.world.add("batches", fields)[0].id


@pytest.fixture
def add_sql_job(emulator):
    """Make a SQL job; returns its id."""
    return lambda **fields: emulator.world.add("sql_jobs", fields)[0].id


@pytest.fixture
def add_mrs_job(emulator):
    """Make a job in the cluster CLUSTER; returns its id."""
    emulator.world.add("clusters", {"clusterId": CLUSTER, "clusterName": "analytics"})
    return lambda **fields: emulator.world.add("mrs_jobs", fields)[0].id


@pytest.fixture
def answers(emulator):
    """Choose answers by keyword."""
    return lambda **chosen: emulator.settings.update({"answers": chosen})


@pytest.fixture
def signed_call(emulator, call):
    """Send a request that is signed with an access key, as the emulator has it."""

    def send(key, method, path, body=None, **headers):
        payload = b"" if body is None else json.dumps(body).encode()
        date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        sent = {"host": call.host, "x-sdk-date": date, "content-type": "application/json"}
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        if "security_token" in key:
            sent.setdefault("x-security-token", key["security_token"])
        names = sorted(sent)
        value = auth.signature(key["secret"], wire.Request(method, path, sent, payload), names)
        head = f"{auth.ALGORITHM} Access={key['access']}, SignedHeaders={';'.join(names)}"
        return call(method, path, payload, token=None, headers={**sent, "authorization": f"{head}, Signature={value}"})

    return send


@pytest.fixture
def make_client(emulator):
    """Make a client of the vendor's SDK, which signs every request."""

    def make(kind, access=ACCESS, secret=SECRET, security_token=None):
        from huaweicloudsdkcore.auth.credentials import BasicCredentials

        credentials = BasicCredentials(access, secret, PROJECT)
        if security_token:
            credentials = credentials.with_security_token(security_token)
        return kind.new_builder().with_credentials(credentials).with_endpoint(emulator.url).build()

    return make


class Clock:
    """A time that passes only when somebody says so."""

    def __init__(self) -> None:
        self.now, self._began = 0.0, time.time()

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self._began + self.now


@pytest.fixture
def clock(monkeypatch) -> Clock:
    """The clock of all that happens to jobs."""
    stopped = Clock()
    monkeypatch.setattr(world, "time", stopped)
    return stopped


@pytest.fixture
def exchange(emulator):
    """Send raw bytes; returns everything that comes back until the server closes the connection."""

    def send(text: bytes) -> bytes:
        host, dummy, port = emulator.url.partition("//")[2].partition(":")
        with socket.create_connection((host, int(port)), timeout=60) as connection:
            connection.sendall(text)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    return send
