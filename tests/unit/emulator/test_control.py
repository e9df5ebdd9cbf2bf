# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control API, the log and the command line."""

from __future__ import annotations

import collections
import contextlib
import json
import os
import pathlib
import re
import shlex
import signal
import socket
import string
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import pytest

from ansible_collections.otc.bigdata.tests.emulator import __main__ as command_line
from ansible_collections.otc.bigdata.tests.emulator import server
from ansible_collections.otc.bigdata.tests.emulator.server import Emulator
from ansible_collections.otc.bigdata.tests.emulator.settings import SettingError
from ansible_collections.otc.bigdata.tests.unit.utils.run_playbook import wait_for

FOLDER = pathlib.Path(server.__file__).parent


@pytest.fixture
def control(call):
    """Send a control request; returns the decoded answer, which must have the status wanted."""

    def send(method, name, body=None, status=200):
        answer = call(method, f"/_emulator/{name}", body, token=None)
        assert answer.status == status, answer.body
        return answer.body

    return send


def test_hanging_up(emulator):
    """What was connected before, even if not accepted yet, is never answered, so it uses up no fault of the next test."""
    host, dummy, port = emulator.url.partition("//")[2].partition(":")
    olds = [socket.create_connection((host, int(port)), timeout=5) for dummy in range(30)]
    for old in olds[::2]:
        old.sendall(b"GET /v1.0/p/streaming/jobs HTTP/1.1\r\n")
    emulator.hang_up()
    heard = []
    for old in olds:
        with old, contextlib.suppress(ConnectionError):
            old.sendall(b"\r\n")
            heard.append(old.recv(100))
    assert set(heard) <= {b""}
    assert emulator.log.entries() == []


def test_health(control, emulator):
    assert control("GET", "health") == {"status": "ok", "url": emulator.url}


def test_unknown_command(control):
    assert "GET /_emulator/health" in control("GET", "nothing", status=404)["commands"]


def test_jobs(control, call):
    made = control("POST", "jobs", {"flink_jobs": [{"name": "a"}, {"count": 2, "status": "job_finish"}]})
    assert made == {"flink_jobs": [1, 2, 3]}
    control("POST", "jobs", {"flink_jobs": [{"job_id": 1, "status": "job_foo", "hidden": True}]})
    call.flink("DELETE", "/2")
    jobs = control("GET", "jobs")["flink_jobs"]
    assert [(job["job_id"], job["name"], job["status"], job["deleted"], job["hidden"]) for job in jobs] == [
        (1, "a", "job_foo", False, True),
        (2, "job-1", "gone", True, False),
        (3, "job-2", "job_finish", False, False),
    ]


def test_a_deleted_job_can_come_back(control, call, add_job):
    job_id = add_job(name="old", sql_body="SELECT 1")
    call.flink("DELETE", f"/{job_id}")
    control("POST", "jobs", {"flink_jobs": [{"job_id": job_id}]})
    assert call.flink("GET", f"/{job_id}").body["job_detail"]["sql_body"] is None


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("jobs", {"spork_jobs": []}, "spork_jobs"),
        ("jobs", {"flink_jobs": [{"colour": "red"}]}, "colour"),
        ("jobs", {"flink_jobs": [{"job_id": "a"}]}, "'a' is no Flink job id"),
        ("jobs", {"flink_jobs": [{"script": {"sleep": []}}]}, "sleep"),
        ("jobs", {"flink_jobs": [{"script": {"stop": [{"after": "soon"}]}}]}, "soon"),
        ("jobs", {"flink_jobs": [{"script": {"stop": [{"state": "job_finish"}]}}]}, "state"),
        ("jobs", {"flink_jobs": [{"refuse": {"look": "DLI.1"}}]}, "look"),
        ("jobs", {"flink_jobs": [{"refuse": {"get": {"code": "DLI.1", "times": 0}}}]}, "number from 1"),
        ("jobs", {"batches": [{"id": "5"}]}, "'5' is no batch id"),
        ("jobs", {"batches": [{"status": "dead"}]}, "status"),
        ("jobs", {"batches": [{"script": {"stop": []}}]}, "stop"),
        ("jobs", {"sql_jobs": [{"job_id": "a b"}]}, "'a b' is no SQL job id"),
        ("jobs", {"sql_jobs": [{"name": "n"}]}, "name"),
        ("jobs", {"sql_jobs": [{"refuse": {"get": "DLI.1"}}]}, "get"),
        ("jobs", {"clusters": [{"clusterId": "a b"}]}, "'a b' is no cluster id"),
        ("jobs", {"mrs_jobs": [{"job_id": 5}]}, "5 is no MRS job id"),
        ("jobs", {"mrs_jobs": [{"cluster_id": "c"}]}, "no cluster 'c'"),
        ("seed", {"clusters": [], "mrs_jobs": [{"job_state": "NEW"}]}, "no cluster None"),
        ("settings", {"speed": 1}, "speed"),
        ("settings", {"latency": "fast"}, "fast"),
        ("settings", {"latency": -1}, "-1"),
        ("settings", {"answers": {"is_success": "maybe"}}, "string, capital, boolean, missing"),
        ("settings", {"answers": {"colour": "red"}}, "colour"),
        ("settings", {"answers": []}, "object"),
        ("settings", {"delays": {"cancel": "long"}}, "long"),
        ("faults", {"kind": "earthquake"}, "earthquake"),
        ("faults", {"colour": "red"}, "colour"),
        ("faults", {"path": "("}, "regular expressions"),
        ("faults", {"status": "bad"}, "status"),
        ("seed", {"colours": []}, "colours"),
        ("seed", {"flink_jobs": [{"job_id": 0}]}, "0 is no Flink job id"),
        ("seed", {"tokens": [{"token": "t", "user": "nobody"}]}, "nobody"),
        ("settings", "[", "Expecting"),
        ("settings", "5", "object"),
    ],
)
def test_nonsense_is_refused_and_changes_nothing(control, add_job, name, body, words):
    add_job()
    before = [control("GET", what) for what in ("settings", "faults", "jobs")]
    assert words in control("POST", name, body, status=400)["error"]
    assert [control("GET", what) for what in ("settings", "faults", "jobs")] == before


def test_settings_and_reset(control, call):
    control("POST", "settings", {"page_limit": 5, "delays": {"cancel": "3 looks"}, "answers": {"batch": "one"}})
    settings = control("GET", "settings")
    assert (settings["page_limit"], settings["delays"]["cancel"], settings["answers"]["batch"]) == (5, "3 looks", "one")
    control("POST", "faults", [{"status": 500, "times": 9}])
    assert call.flink("GET").status == 500
    control("POST", "reset")
    settings = control("GET", "settings")
    assert (settings["page_limit"], settings["delays"]["cancel"], settings["answers"]["batch"]) == (100, 0, "each")
    assert control("GET", "faults") == []
    assert control("GET", "log")["reads"] == 0
    assert len(control("GET", "jobs")["flink_jobs"]) == 10


def test_seed(control, call):
    control(
        "POST",
        "seed",
        {
            "flink_jobs": [{"job_id": 7}],
            "projects": [{"id": "p1", "name": "one"}],
            "tokens": [{"token": "mine", "user": "demo", "project": "one", "lifetime": 60}],
        },
    )
    assert call("GET", "/v1.0/p1/streaming/jobs/7", token="mine").status == 200
    assert call.flink("GET").status == 401


def test_seed_of_clusters(control):
    """Jobs stay if their clusters do; what other clusters have in them must be said."""
    control("POST", "seed", {"batches": []})
    jobs = control("GET", "jobs")
    assert {kind: len(jobs[kind]) for kind in jobs} == {
        "flink_jobs": 10,
        "batches": 0,
        "sql_jobs": 7,
        "clusters": 3,
        "mrs_jobs": 9,
    }
    control("POST", "seed", {"clusters": [{"clusterName": "new"}]})
    jobs = control("GET", "jobs")
    assert {kind: len(jobs[kind]) for kind in jobs} == {
        "flink_jobs": 10,
        "batches": 6,
        "sql_jobs": 7,
        "clusters": 1,
        "mrs_jobs": 0,
    }


def test_jobs_of_all_kinds(control):
    made = control(
        "POST",
        "jobs",
        {"clusters": [{"count": 2, "clusterName": "c"}], "batches": [{}], "mrs_jobs": [{"job_id": "j"}, {"count": 2}]},
    )
    assert {kind: len(ids) for kind, ids in made.items()} == {"clusters": 2, "batches": 1, "mrs_jobs": 3}
    control("POST", "jobs", {"mrs_jobs": [{"job_id": "j", "job_state": "FAILED", "cluster_id": made["clusters"][1]}]})
    jobs = control("GET", "jobs")
    assert [cluster["clusterName"] for cluster in jobs["clusters"]] == ["c-1", "c-2"]
    assert [(job["job_state"], job["cluster_id"]) for job in jobs["mrs_jobs"]] == [
        ("FAILED", made["clusters"][1]),
        ("RUNNING", made["clusters"][0]),
        ("RUNNING", made["clusters"][0]),
    ]


def test_faults(control):
    assert control("POST", "faults", {"kind": "hang", "seconds": 1})[0]["times"] == 1
    assert control("DELETE", "faults") == []


def test_expire_tokens(control, call):
    assert control("POST", "tokens/expire") == {"expired": 1}
    assert call.flink("GET").code == "APIGW.0301"


def test_log(control, call, add_job):
    job_id = add_job()
    control("GET", "jobs")
    call.flink("GET", "?limit=5")
    call.flink("POST", "/stop", {"job_ids": [job_id], "trigger_savepoint": True})
    call("POST", "/v3/auth/tokens", {"auth": {"password": "hush"}}, token=None)
    call("GET", "/nothing", headers={"Authorization": "hush"}, token=None)
    log = control("GET", "log")
    assert {name: log[name] for name in ("reads", "writes", "logins", "lookups", "other", "connections")} == {
        "reads": 1,
        "writes": 1,
        "logins": 1,
        "lookups": 0,
        "other": 1,
        "connections": 4,
    }
    assert log["counts"] == {
        "GET /v1.0/{project_id}/streaming/jobs": 1,
        "POST /v1.0/{project_id}/streaming/jobs/stop": 1,
        "POST /v3/auth/tokens": 1,
        "GET (unknown)": 1,
    }
    requests = log["requests"]
    assert [request["n"] for request in requests] == [1, 2, 3, 4]
    assert [request["status"] for request in requests] == [200, 200, 400, 404]
    assert [request["authentication"] for request in requests] == ["token", "token", "none", "ak_sk"]
    assert requests[0]["query"] == "limit=5"
    assert requests[0]["request_id"]
    assert json.loads(requests[1]["body"]) == {"job_ids": [job_id], "trigger_savepoint": True}
    assert "hush" not in json.dumps(log)
    assert "demo-token" not in json.dumps(log)
    assert "requests" not in control("GET", "log?requests=no")
    control("DELETE", "log")
    assert control("GET", "log")["requests"] == []


def test_requests_run_in_parallel(control, call):
    """Each waits until all are there."""
    control("POST", "faults", {"kind": "slow", "seconds": None, "times": 5})
    threads = [threading.Thread(target=call.flink, args=("GET",)) for dummy in range(5)]
    for thread in threads:
        thread.start()
    while control("GET", "log?requests=no")["peak_in_flight"] < 5:
        time.sleep(0.005)
    control("DELETE", "faults")
    for thread in threads:
        thread.join()
    assert control("GET", "log")["reads"] == 5


def test_latency(control, call):
    control("POST", "settings", {"latency": 0.5})
    with pytest.raises(socket.timeout):
        call.flink("GET", timeout=0.05)
    control("POST", "settings", {"latency": 0.01})
    assert call.flink("GET").status == 200


# ---- HTTP ----


@pytest.mark.parametrize(
    "text",
    [
        b"nonsense\r\n\r\n",
        b"GET /v3 HTTP/1.1\r\nno colon\r\n\r\n",
        b"POST /v3 HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"POST /v3 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
def test_broken_http(exchange, text):
    assert exchange(text).startswith(b"HTTP/1.1 400 Bad Request")


def test_expect_continue(exchange):
    text = (
        b"POST /_emulator/settings HTTP/1.1\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"
    )
    assert exchange(text).startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")


def test_head_has_no_body(exchange):
    text = b"HEAD /v3/auth/tokens HTTP/1.0\r\nX-Auth-Token: demo-token\r\nX-Subject-Token: demo-token\r\n\r\n"
    head, dummy, body = exchange(text).partition(b"\r\n\r\n")
    assert b"X-Subject-Token: demo-token" in head
    assert body == b""


# ---- starting ----


def test_several_in_one_process():
    first, second = Emulator(seed={"flink_jobs": [{"count": 3}]}, latency=0.01), Emulator(answers={"batch": "one"})
    with first as one, second as other:
        assert one.url != other.url
        assert len(one.world["flink_jobs"].jobs) == 3
        assert len(other.world["flink_jobs"].jobs) == 10
        one.reset()
        assert one.settings.latency == 0.01
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{one.url}/_emulator/health", timeout=60)


def test_wrong_settings():
    with pytest.raises(SettingError):
        Emulator(colour="red")
    with pytest.raises(SettingError):
        Emulator(seed={"colours": []})


def start(*arguments):
    command = [sys.executable, str(FOLDER), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def test_daemon(tmp_path):
    seed = tmp_path / "seed.json"
    seed.write_text('{"flink_jobs": [{"job_id": 5}]}', encoding="utf-8")
    pid_file, url_file = tmp_path / "pid", tmp_path / "url"
    begun = start(
        "--daemon",
        "--pid-file",
        str(pid_file),
        "--url-file",
        str(url_file),
        "--seed",
        str(seed),
        "--answers",
        "is_success=boolean",
        "--delay",
        "cancel=1.5",
        "--delay",
        "delete=2 looks",
        "--latency",
        "0.01",
    )
    assert begun.returncode == 0
    assert begun.stderr == ""
    url = url_file.read_text(encoding="utf-8").strip()
    assert begun.stdout == f"Listening on {url}\n"
    with urllib.request.urlopen(f"{url}/_emulator/settings", timeout=60) as answer:
        settings = json.load(answer)
    with urllib.request.urlopen(f"{url}/_emulator/jobs", timeout=60) as answer:
        jobs = json.load(answer)["flink_jobs"]
    assert settings["answers"]["is_success"] == "boolean"
    assert (settings["delays"]["cancel"], settings["delays"]["delete"], settings["delays"]["submit"]) == (
        1.5,
        "2 looks",
        0,
    )
    assert settings["latency"] == 0.01
    assert [job["job_id"] for job in jobs] == [5]
    os.kill(int(pid_file.read_text(encoding="utf-8")), signal.SIGTERM)
    deadline = time.monotonic() + 300
    while any(tmp_path.glob("[pu]*")) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [path.name for path in tmp_path.iterdir()] == ["seed.json"]


def running(mark: str) -> list[str]:
    """The processes that have this on their command line."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if mark.encode() in path.read_bytes().split(b"\0"):
                found.append(path.parent.name)
    return found


def test_a_daemon_that_cannot_write_its_files_does_not_start(tmp_path):
    """It could not be stopped. What stands there instead stays."""
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "precious").write_text("x")
    (tmp_path / "link").symlink_to("precious")
    before = {path.name for path in tmp_path.iterdir()}
    for option in ("--pid-file", "--url-file"):
        for path in ("none/pid", "folder", "pipe", "link", "/dev/null"):
            other = "--url-file" if option == "--pid-file" else "--pid-file"
            begun = start(
                "--daemon", option, str(tmp_path / path), other, str(tmp_path / "other"), "--latency", "0.125"
            )
            assert (begun.returncode, begun.stdout) == (1, "")
            assert begun.stderr.startswith("emulator: ")
            assert str(tmp_path / path) in begun.stderr
            assert begun.stderr.count("\n") == 1
    assert {path.name for path in tmp_path.iterdir()} == before
    assert (tmp_path / "precious").read_text() == "x"
    assert not running("0.125")


def test_two_daemons_do_not_share_a_file(tmp_path):
    pid_file, url_file = tmp_path / "pid", tmp_path / "url"
    pid_file.write_text("999999\n")  # of one that was killed
    first = start("--daemon", "--pid-file", str(pid_file), "--url-file", str(url_file))
    assert first.returncode == 0
    process = int(pid_file.read_text())
    try:
        told = (pid_file.read_text(), url_file.read_text())
        for files in ((pid_file, tmp_path / "b"), (tmp_path / "a", url_file)):
            second = start("--daemon", "--pid-file", str(files[0]), "--url-file", str(files[1]), "--latency", "0.375")
            taken = files[0] if files[0] == pid_file else url_file
            assert (second.returncode, second.stdout) == (1, "")
            assert second.stderr == f"emulator: {taken} belongs to an emulator that runs\n"
        in_front = start("--pid-file", str(pid_file), "--latency", "0.375")
        assert in_front.stderr == f"emulator: {pid_file} belongs to an emulator that runs\n"
        assert (pid_file.read_text(), url_file.read_text()) == told
        assert not running("0.375")
    finally:
        os.kill(process, signal.SIGTERM)
    wait_for(lambda: not list(tmp_path.iterdir()))


def test_a_daemon_leaves_the_file_of_another_one(tmp_path):
    """Somebody has removed its file, and another one has begun in its place."""
    pid_file = tmp_path / "pid"
    marks = ("0.125", "0.375")
    processes = []
    for mark in marks:
        assert start("--daemon", "--pid-file", str(pid_file), "--latency", mark).returncode == 0
        processes.append(int(pid_file.read_text()))
        if mark == marks[0]:
            pid_file.unlink()
    os.kill(processes[0], signal.SIGTERM)
    wait_for(lambda: not running(marks[0]))
    assert int(pid_file.read_text()) == processes[1]
    os.kill(processes[1], signal.SIGTERM)
    wait_for(lambda: not pid_file.exists())


def test_jobs_on_the_command_line():
    options = [
        "--jobs",
        "2",
        "--batches",
        "3:dead",
        "--sql-jobs",
        "4",
        "--clusters",
        "2",
        "--mrs-jobs",
        "4:FINISHED",
        "--mrs-jobs",
        "1",
    ]
    with command_line.make_emulator(command_line.parse(options)) as emulator:
        states = {
            kind: collections.Counter(job.status for job in store.jobs.values())
            for kind, store in emulator.world.stores.items()
        }
    assert states == {
        "flink_jobs": {"job_running": 2},
        "batches": {"dead": 3},
        "sql_jobs": {"RUNNING": 4},
        "clusters": {"running": 2},
        "mrs_jobs": {"FINISHED": 4, "RUNNING": 1},
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--answer", "batch=none"], "answers.batch cannot be 'none'"),
        (["--answer", "batch"], "KEY=VALUE"),
        (["--delay", "cancel=soon"], "soon"),
        (["--jobs", "many"], "many"),
        (["--mrs-jobs", "many"], "many"),
        (["--delay", "spark_cancel=soon"], "soon"),
        (["--seed", "/nowhere.json"], "nowhere"),
    ],
)
def test_wrong_arguments(arguments, words):
    ended = start(*arguments)
    assert ended.returncode != 0
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr


def test_help_names_every_setting(emulator):
    text = start("--help").stdout
    settings = emulator.settings.as_dict()
    chosen = [*settings.pop("answers"), *settings.pop("delays")]
    options = [f"--{name.replace('_', '-')}" for name in settings]
    assert [name for name in chosen + options if name not in text] == []
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [name for name in [*chosen, *settings] if f"`{name}`" not in readme] == []


def test_readme_examples_work(emulator, call):
    """Each curl line of README.md, sent to this emulator."""
    emulator.reset()
    values, sent = {}, 0
    for line in (FOLDER / "README.md").read_text(encoding="utf-8").splitlines():
        line = string.Template(line).safe_substitute(values)
        variable = re.fullmatch("([A-Z]+)=(.*)", line)
        if variable:
            values[variable[1]] = emulator.url if variable[1] == "EMULATOR" else variable[2]
        if line.startswith("curl "):
            assert send_as_curl(call, shlex.split(line), emulator.url).status in (200, 202), line
            sent += 1
    assert sent == 31


def test_readme_seeds_work(emulator):
    seeds = re.findall("```json\n(.*?)```", (FOLDER / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    seed, accounts = map(json.loads, seeds)
    emulator.load({**accounts, "flink_jobs": []})
    assert list(emulator.world["flink_jobs"].jobs) == [("c1", 128), ("c1", 7)]
    emulator.load(seed)
    counts = {kind: len(store.jobs) for kind, store in emulator.world.stores.items()}
    assert counts == {"flink_jobs": 51, "batches": 1, "sql_jobs": 1, "clusters": 1, "mrs_jobs": 21}


def send_as_curl(call, words, url):
    headers, body, method, target = {}, None, None, None
    words = iter(words[1:])
    for word in words:
        if word == "-H":
            name, dummy, value = next(words).partition(": ")
            headers[name] = value
        elif word == "-d":
            body = next(words)
        elif word == "-X":
            method = next(words)
        elif word != "-s":
            target = word[len(url) :]
    return call(method or ("POST" if body else "GET"), target, body, token=None, headers=headers)


def test_readme_jobs_work(emulator):
    """Each job of the tables of odd jobs in README.md."""
    emulator.world.add("clusters", {})
    kinds = {
        "Flink job": "flink_jobs",
        "batch": "batches",
        "SQL job": "sql_jobs",
        "MRS job": "mrs_jobs",
        "cluster": "clusters",
    }
    kind, made = "", collections.Counter()
    for line in (FOLDER / "README.md").read_text(encoding="utf-8").splitlines():
        heading = re.match(r"\| to get an? (.*) that", line)
        if heading:
            kind = kinds[heading[1]]
        elif re.match(r'\| [^|]* \| `"', line):
            emulator.world.add(kind, json.loads(f"{{{line.split('|')[2].strip(' `')}}}"))
            made[kind] += 1
    assert made == {"flink_jobs": 12, "batches": 5, "sql_jobs": 10, "mrs_jobs": 7, "clusters": 4}
