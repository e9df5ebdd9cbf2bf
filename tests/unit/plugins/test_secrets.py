# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret is seen where it does not belong: every module, every kind of credential, good runs and bad ones.

Ansible runs them as a user would, at the highest verbosity. Then all that anybody could read is searched: the output, the
log, the results, what is left in any folder, the list of processes, and what was sent to whom.
"""

from __future__ import annotations

import base64
import contextlib
import importlib
import json
import os
import pathlib
import random
import re
import string
import subprocess
import sys
import tempfile
import threading
import typing as t
import urllib.parse

import pytest
from ansible.module_utils import basic

from ansible_collections.otc.bigdata.plugins.module_utils._cloud.misplaced import misplaced
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.options import connection_options
from ansible_collections.otc.bigdata.tests.emulator.server import Emulator
from ansible_collections.otc.bigdata.tests.emulator.wire import Reply, Request, to_json
from ansible_collections.otc.bigdata.tests.unit.utils import run_module, run_playbook
from ansible_collections.otc.bigdata.tests.unit.utils.doors import DOORS
from ansible_collections.otc.bigdata.tests.unit.utils.emulated import template, write_down
from ansible_collections.otc.bigdata.tests.unit.utils.in_process import run_in_process
from ansible_collections.otc.bigdata.tests.unit.utils.mrs import CLUSTER
from ansible_collections.otc.bigdata.tests.unit.utils.run_action import run_action
from ansible_collections.otc.bigdata.tests.unit.utils.run_module import PACKAGE, _environ
from ansible_collections.otc.bigdata.tests.unit.utils.service import PROJECT, refusal

pytestmark = pytest.mark.real

MODULES = {  # each with a task that succeeds
    "dli_flink_jobs": {"state": "stopped", "job_ids": [128]},
    "dli_flink_jobs_info": {"details": True},
    "dli_batch_job": {"state": "stopped", "batch_id": "0a324461-d9d9-45da-a52a-3b3c7a3d809e"},
    "dli_batch_job_info": {"details": True},
    "dli_sql_jobs": {"state": "stopped", "job_ids": "6d2146a0-c2d5-41bd-8ca0-ca9694ada992"},
    "dli_sql_jobs_info": {"details": True},
    "mrs_job_executions": {
        "state": "stopped",
        "cluster_id": CLUSTER,
        "job_ids": "981374c1-85da-44ee-be32-edfb4fba776c",
    },
    "mrs_job_executions_info": {"cluster_id": CLUSTER, "details": True},
}

# ---- credentials, and the ways to give them ----

LETTERS = string.ascii_letters + string.digits
BASE64 = LETTERS + "+/="
PIECE = 16  # characters of a secret that are too much
NASTY = LETTERS + "+/=\"'\\$%&<>äß "  # what a password may hold, and encodings change


def made_up(letters: str, length: int, begin: str = "") -> str:
    """New for each test, as tests that run at the same time must not see the secrets of each other.

    It ends with letters that look the same in JSON, in a URL and wherever else, but not in base64.
    """
    plain = [letter for letter in letters if letter in LETTERS]
    middle = random.choices(letters, k=length - len(begin) - PIECE)
    return "".join([begin, *middle, *random.choices(plain, k=PIECE)])


def token() -> dict:
    return {"token": made_up(BASE64, 400, "MII=/+")}


def access_key() -> dict:
    return {"access_key": made_up(string.ascii_uppercase, 20, "AK"), "secret_key": made_up(BASE64, 40, "SK=/+")}


def temporary_key() -> dict:
    return {**access_key(), "security_token": made_up(BASE64, 200, "ST=/+")}


def password() -> dict:
    return {
        "username": "demo",
        "user_domain_name": "demo-domain",
        "password": made_up(NASTY, 48, "PW\"'\\ä=  /+\u00a0 "),
    }


class Given(t.NamedTuple):
    """Where a module finds its credential. ``files``: name to text; they are in the home folder, where tasks run."""

    options: dict = {}
    environ: dict = {}
    files: dict = {}


def by_options(credential: dict) -> Given:
    return Given(options=credential)


def by_environment(credential: dict) -> Given:
    return Given(environ={f"OS_{name.upper()}": value for name, value in credential.items()})


CREDENTIALS = (token, access_key, temporary_key, password)


def by_cloud(credential: dict) -> Given:
    return Given({"cloud": "test"}, files={"clouds.yaml": json.dumps({"clouds": {"test": {"auth": credential}}})})


WAYS = (by_options, by_environment)
KINDS = [*((credential, way) for way in WAYS for credential in CREDENTIALS), (password, by_cloud)]
# Where each may be sent: these headers, and nothing else but the body of a login.
HEADERS = {
    "token": {"x-auth-token", "x-subject-token"},
    "issued": {"x-auth-token"},
    "access_key": {"authorization"},
    "security_token": {"x-security-token"},
    "access_key of the agency": {"authorization"},
    "security_token of the agency": {"x-security-token"},
}
AGENCY = {"target_agency_name": "ops-agency", "target_domain_name": "customer-domain", "target_project_name": "eu-de"}
PUBLIC = {
    "username",
    "user_domain_name",
    "user_id",
    "passcode",
}  # the last is too short to be searched for like the others

# ---- cases ----

IAM, SERVICE = "^/v3", "^/v[12]"


class Case(t.NamedTuple):
    """A task, and what it meets. ``words`` are in the message of one that fails."""

    words: str = ""
    url: str = "{url}"
    options: dict = {}
    half: bool = False  # a part of the credential is left out
    known: bool = True  # to the emulator
    quoted_by: str = ""  # the paths whose answers repeat the whole request
    escaped: bool = False  # ... as some services write JSON
    status: int = 400  # ... and their status
    fault: dict = {}


GOOD = Case(options={"project_id": None, "project_name": "eu-de"})  # IAM, too, is sent a credential
CASES = {
    "unknown": Case("HTTP 40[13]", known=False),
    "expired": Case("HTTP 401", fault={"path": SERVICE, "status": 401, "body": refusal("APIGW.0307", "expired")}),
    "quoted": Case("is wrong", quoted_by=SERVICE),
    "quoted, escaped": Case("is wrong", quoted_by=SERVICE, escaped=True),
    "quoted, sent again": Case("is wrong", quoted_by=SERVICE, status=503, options={"max_retries": 1}),
    "quoted by IAM": Case("is wrong", quoted_by=IAM, options=GOOD.options),
    "half given": Case("missing", half=True, options={"client_key": __file__}),
    "no connection": Case("cannot connect", url="http://127.0.0.1:1"),
    "no proxy": Case("cannot connect", url="https://otc.invalid"),
    "no TLS": Case("TLS", url="https://{host}"),
    "redirected": Case("HTTP 307", fault={"status": 307, "headers": {"Location": "{target}/v1.0/jobs"}}),
}


class Witness(Emulator):
    """Keeps all that it was sent. Tokens that it issues look like real ones: letters that encodings change."""

    def __init__(self, case: Case = GOOD, credential: dict | None = None, target: str = "") -> None:
        super().__init__(seed=seed(credential if case.known and credential else {}))
        self.settings.update({"answers": {"agency_keys_by": "token_or_key"}})
        self.case, self.requests, self.issued, self.keys = case, [], [], {}
        if case.fault:
            headers = {name: value.format(target=target) for name, value in case.fault.get("headers", {}).items()}
            self.faults.add(**{**case.fault, "times": None, "headers": headers})

    def answer(self, request: Request, connection: int) -> Reply:
        self.requests.append(request)
        if self.case.quoted_by and re.search(self.case.quoted_by, f"{request.path} {request.body.decode()}"):
            return Reply(self.case.status, quotation(request, self.case.escaped), {"Retry-After": "0"})
        reply = super().answer(request, connection)
        if "X-Subject-Token" in reply.headers and request.method == "POST":
            tokens, value = self.world.identities.tokens, reply.headers["X-Subject-Token"]
            self.issued.append(f"{value[:9]}+/=={value[9:]}")
            tokens[self.issued[-1]] = tokens[value]
            reply.headers["X-Subject-Token"] = self.issued[-1]
        if isinstance(reply.body, dict) and "credential" in reply.body:
            key, secret, token = (reply.body["credential"][name] for name in ("access", "secret", "securitytoken"))
            self.keys = {"access_key": key, "secret_key": secret, "security_token": token}
        return reply


def seed(credential: dict) -> dict:
    """Whom an emulator knows: the one with this credential."""
    user = {"id": "u1", "name": "demo", "password": credential.get("password", "another"), "agent_operator": True}
    if "passcode" in credential:
        user["mfa"] = {"passcodes": [credential["passcode"]]}
    key = {"access": credential.get("access_key"), "secret": credential.get("secret_key"), "user": "demo"}
    if "security_token" in credential:
        key["security_token"] = credential["security_token"]
    ready = [{"token": credential["token"], "user": "demo", "project": "eu-de"}] if "token" in credential else []
    return {"users": [user], "tokens": ready, "access_keys": [key] if key["access"] else []}


def quotation(request: Request, escaped: bool) -> str:
    """An error that repeats the request."""
    lines = [f"{name}: {value}" for name, value in request.headers.items()]
    text = to_json(refusal("DLI.0001", "; ".join([*lines, request.body.decode(), "is wrong"])))
    if escaped:
        text = text.replace("/", r"\/").replace("=", r"\u003d").replace("+", r"\u002b")
    return text


# ---- search ----


def forms(secret: str) -> set[str]:
    """Itself, and what it looks like in the midst of a text in base64, where the ends depend on what is around."""
    texts = {secret}
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        texts |= {encode(b"-" * shift + secret.encode())[4:-4].decode() for shift in range(3)}
    return texts


class Search:
    """Finds named secrets; a long piece of one is enough."""

    def __init__(self, secrets: t.Iterable[tuple[str, str]]) -> None:
        self._needles = [
            (name, piece.encode())
            for name, secret in secrets
            for form in forms(secret)
            for piece in (form[:PIECE], form[-PIECE:])
        ]

    def found(self, text: bytes) -> set[str]:
        return {name for name, piece in self._needles if piece in text}


class Watch(threading.Thread):
    """Looks again and again who runs, with which arguments and variables, and which files hold a secret for a while."""

    PROCESSES = "/proc"

    def __init__(self, folders: t.Sequence[pathlib.Path], search: Search) -> None:
        super().__init__(daemon=True)
        self.arguments: set[bytes] = set()
        self.variables: set[bytes] = set()
        self.files: dict[str, int] = {}  # those with a secret, and who may look into their folders
        self._folders, self._search, self._over = folders, search, threading.Event()
        self._known: set[tuple[str, int]] = set()
        self._earlier = set(self._processes())  # they cannot know a secret that has just been made up

    def _processes(self) -> list[str]:
        with contextlib.suppress(OSError):  # there is no such folder on some systems
            return list(filter(str.isdigit, os.listdir(self.PROCESSES)))
        return []

    def __enter__(self) -> Watch:
        self.start()
        return self

    def __exit__(self, *dummy) -> None:
        self._over.set()
        self.join()

    def run(self) -> None:
        while not self._over.wait(0.01):
            for process in self._processes():
                if process not in self._earlier:
                    self._note(f"{self.PROCESSES}/{process}")
            for top in self._folders:
                for folder, dummy, files in os.walk(top):
                    for file in files:
                        self._look_into(folder, f"{folder}/{file}")

    def _note(self, process: str) -> None:
        for name, seen in (("cmdline", self.arguments), ("environ", self.variables)):
            with (
                contextlib.suppress(OSError),
                open(f"{process}/{name}", "rb") as stream,
            ):  # else it is over, or not ours
                seen.add(stream.read())

    def _look_into(self, folder: str, file: str) -> None:
        with contextlib.suppress(OSError):
            size = os.stat(file).st_size
            if (file, size) not in self._known:
                self._known.add((file, size))
                with open(file, "rb") as stream:
                    if self._search.found(stream.read()):
                        self.files[file] = os.stat(folder).st_mode & 0o777


# ---- runs ----


class Scene:
    """One credential, given in one way, and the emulators that the tasks of this test meet."""

    def __init__(self, folder: pathlib.Path, credential: dict, given: Given) -> None:
        self.folder, self.credential, self.given = folder, credential, given
        self.home, self.log = folder / "home", folder / "ansible.log"
        self.temporary = {name: folder / name for name in ("ANSIBLE_LOCAL_TEMP", "ANSIBLE_REMOTE_TMP", "TMPDIR")}
        for path in (self.home, *self.temporary.values()):
            path.mkdir()
        self.proxy = made_up(LETTERS, 40)
        self.given_file = folder / "given.json"
        self.ours = {self.given_file, *(self.home / name for name in given.files)}
        self.given_file.write_text(json.dumps({"given": given.options}), encoding="utf-8")
        for name, text in given.files.items():
            (self.home / name).write_text(text, encoding="utf-8")
        self._running = contextlib.ExitStack()
        self.target = Witness()
        self.witnesses: dict[str, Witness] = {}

    def __enter__(self) -> Scene:
        self._running.enter_context(self.target)
        return self

    def __exit__(self, *dummy) -> None:
        self._running.close()

    def options(self, module: str, name: str) -> dict:
        """The task of a module in a case; secrets are in variables, as they are for users, who have them in a vault."""
        case = CASES.get(name, GOOD)
        if name not in self.witnesses:
            self.witnesses[name] = self._running.enter_context(Witness(case, self.credential, self.target.url))
        url = self.witnesses[name].url
        url = case.url.format(url=url, host=urllib.parse.urlsplit(url).netloc)
        credential = {option: template(f"given.{option}") for option in self.given.options}
        if case.half and len(credential) > 1:
            credential.pop(next(iter(credential)))
        options = {"project_id": PROJECT, "endpoints": dict.fromkeys(("iam", "dli", "mrs"), url), "max_retries": 0}
        options = {**MODULES[module], **options, **credential, **case.options}
        return {option: value for option, value in options.items() if value is not None}

    def secrets(self) -> list[tuple[str, str]]:
        """All there are, by name; logins bring more."""
        issued = [("issued", value) for witness in self.witnesses.values() for value in witness.issued]
        keys = [
            (f"{name} of the agency", value)
            for witness in self.witnesses.values()
            for name, value in witness.keys.items()
        ]
        own = [(name, value) for name, value in self.credential.items() if name not in PUBLIC]
        return [*own, *issued, *keys, ("proxy", self.proxy)]

    def among(self, values: dict) -> set[str]:
        """The secrets that these options or variables hold."""
        return {name for name, secret in self.secrets() if secret in values.values()}

    def run(self, command: str, *arguments: str, in_process: bool = True, fresh: bool = False) -> Watch:
        """Ansible, watched. All that it says goes to files in the folder, as its log does.

        ``fresh``: it and modules start as they do elsewhere. Otherwise they are forks, and what the list of processes shows, with
        the same arguments and variables, are those who wait for these.
        """
        self.in_process = in_process
        environ = {
            **_environ(self.home),
            "ANSIBLE_LOG_PATH": str(self.log),
            "ANSIBLE_KEEP_REMOTE_FILES": "0",
            "OTC_BIGDATA_IN_PROCESS": str(in_process),
            "ANSIBLE_INJECT_INVOCATION": "1",  # since ansible-core 2.20 the arguments are shown on request only
            **{name: str(path) for name, path in self.temporary.items()},
            "LC_ALL": "C.UTF-8",
            "https_proxy": f"http://proxy-user:{self.proxy}@127.0.0.1:1",
            "no_proxy": "127.0.0.1",
            **self.given.environ,
        }
        environ["ANSIBLE_COLLECTIONS_PATH"] = environ["PYTHONPATH"]
        line = [sys.executable, "-m", f"ansible.cli.{command}"]
        if not fresh:
            line = [str(run_playbook.forks().command(command, "-m", f"ansible.cli.{command}"))]
        python = sys.executable if fresh or in_process else run_module.forks().command("python")
        line += ["-i", "localhost,", "-c", "local", "-vvvvv", "--diff"]
        line += ["-e", f"@{self.given_file}", "-e", f"ansible_python_interpreter={python}", *arguments]
        watch = Watch([*self.temporary.values()], Search(self.secrets()))
        with watch, (self.folder / "stdout").open("wb") as out, (self.folder / "stderr").open("wb") as err:
            how = {"cwd": self.home, "env": environ, "stdin": subprocess.DEVNULL, "stdout": out, "stderr": err}
            subprocess.run(line, timeout=600, check=False, **how)
        return watch

    @property
    def said(self) -> str:
        return "".join((self.folder / name).read_text(encoding="utf-8") for name in ("stdout", "stderr"))

    # ---- what must hold after each run ----

    def check(self, watch: Watch) -> None:
        search = Search(self.secrets())
        assert self.log.stat().st_size > 1000
        assert "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER" in self.said or not self.among(self.given.options)
        self.check_files(search)
        self.check_processes(search, watch)
        self.check_temporary_files(watch)
        self.check_requests(search)

    def check_files(self, search: Search) -> None:
        """Output, log, results, the home folder, and whatever else there is now."""
        files = [path for path in self.folder.rglob("*") if path.is_file() and path not in self.ours]
        assert [excerpt for path in files for excerpt in excerpts(path, search)] == []

    def check_processes(self, search: Search, watch: Watch) -> None:
        """Nobody sees a secret in the list of processes, nor one in the environment that was not put there."""
        found = [(search.found(line), line) for line in watch.arguments]
        assert [entry for entry in found if entry[0]] == []
        seen = set().union(*map(search.found, watch.variables))
        if os.path.isdir(watch.PROCESSES):
            module = re.compile(re.escape(str(self.folder)).encode() + b".*AnsiballZ_(dli|mrs)_")
            assert any(map(module.search, watch.arguments)) != self.in_process
            assert seen == {*self.among(self.given.environ), "proxy"}

    def check_temporary_files(self, watch: Watch) -> None:
        """Ansible hands options over to a module in a file that nobody else can reach, and nothing is left of it."""
        assert bool(watch.files) == bool(self.among(self.given.options) and not self.in_process)
        assert {file: oct(mode) for file, mode in watch.files.items() if mode != 0o700} == {}
        assert [path for folder in self.temporary.values() for path in folder.rglob("*") if not path.is_dir()] == []

    def check_requests(self, search: Search) -> None:
        """Each secret is sent in its own header, a password in the body of a login, and none to where a redirect leads."""
        assert self.target.requests == []
        assert any(witness.requests for witness in self.witnesses.values())
        requests = [(name, request) for name, witness in self.witnesses.items() for request in witness.requests]
        misplaced = [(name, request.method, request.path, sent(request, search)) for name, request in requests]
        assert [entry for entry in misplaced if entry[-1]] == []


def excerpts(path: pathlib.Path, search: Search) -> list[tuple]:
    """The lines that hold a secret, and which."""
    lines = path.read_bytes().splitlines()
    return [(path.name, search.found(line), line[:2000]) for line in lines if search.found(line)]


def sent(request: Request, search: Search) -> set[tuple[str, str]]:
    """The secrets that a request holds where they do not belong."""
    places = {"address": f"{request.path}?{request.query}".encode(), "body": request.body}
    places.update({name: value.encode("latin-1") for name, value in request.headers.items()})
    is_login = (request.method, request.path) == ("POST", "/v3/auth/tokens")
    return {
        (place, secret)
        for place, text in places.items()
        for secret in search.found(text)
        if place not in HEADERS.get(secret, ()) and not (is_login and (place, secret) == ("body", "password"))
    }


def kind_name(kind: tuple) -> str:
    return f"{kind[0].__name__}_{kind[1].__name__}"


@pytest.fixture(params=KINDS, ids=kind_name)
def scene(request) -> t.Iterator[Scene]:
    """A credential of each kind, given in each way."""
    make, way = request.param
    credential = make()
    # not tmp_path: Ansible has a socket in there, and the path of a socket must be short
    with tempfile.TemporaryDirectory() as folder, Scene(pathlib.Path(folder), credential, way(credential)) as one:
        yield one


def chosen(number: int, in_process: bool) -> list[tuple[str, str]]:
    """The tasks of a kind: each module succeeds once, and fails in two cases.

    As modules of their own, which takes more time, two modules succeed and two others fail: what finds and sends a credential
    is the same there, and only how it gets into the process is not.
    """
    names = list(CASES)
    first = {module: 2 * at + 3 * number for at, module in enumerate(MODULES)}
    good, bad = (list(MODULES)[(begin - number) % 3 :: 3] for begin in range(2))
    if in_process:
        good, bad = list(MODULES), list(MODULES)
    cases = [
        (module, names[n % len(names)]) for module in bad for n in range(first[module], first[module] + 1 + in_process)
    ]
    return [*((module, "good") for module in good), *cases]


def check_result(module: str, name: str, result: dict) -> None:
    """The case was what it should be; else there would be nothing to be seen."""
    where = (module, name, result.get("msg"))
    assert result.get("failed", False) == (name != "good"), where
    assert result["changed"] == (name == "good" and not module.endswith("_info")), where
    if name != "good":
        assert re.search(CASES[name].words, result["msg"]), where


# ---- tests ----


@pytest.mark.parametrize("in_process", [True, False], ids=["in process", "as modules"])
def test_playbook(scene, in_process, request):
    tasks = chosen(KINDS.index(request.node.callspec.params["scene"]), in_process)
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "tasks": [
            {
                "name": f"{module}, {name}",
                f"otc.bigdata.{module}": scene.options(module, name),
                "register": f"result_{n}",
                "ignore_errors": True,
            }
            for n, (module, name) in enumerate(tasks)
        ],
    }
    results = ", ".join(f"result_{n}" for n in range(len(tasks)))
    play["tasks"].append({"name": "Results", **write_down(scene.folder / "results.json", f"[{results}]")})
    (scene.home / "play.yml").write_text(json.dumps([play], indent=2), encoding="utf-8")
    watch = scene.run("playbook", "play.yml", in_process=in_process)
    assert (scene.folder / "results.json").exists(), scene.said
    scene.check(watch)
    for task, result in zip(tasks, json.loads((scene.folder / "results.json").read_text(encoding="utf-8"))):
        check_result(*task, result)


@pytest.mark.parametrize("scene", KINDS[: len(CREDENTIALS)], indirect=True, ids=kind_name)
def test_ad_hoc(scene, request):
    """The same on the command line, where options are given; the module is another one for each kind."""
    module = list(MODULES)[KINDS.index(request.node.callspec.params["scene"]) % len(MODULES)]
    watch = scene.run(
        "adhoc", "localhost", "-m", f"otc.bigdata.{module}", "-a", json.dumps(scene.options(module, "quoted"))
    )
    assert "is wrong" in scene.said
    scene.check(watch)


THROUGH = {
    "good": GOOD,
    **{name: CASES[name] for name in ("unknown", "expired", "quoted", "quoted, escaped", "quoted by IAM")},
    "quoted by the agency's IAM": Case("is wrong", quoted_by="assume_role"),
}


@pytest.mark.parametrize(
    ("make", "in_process"), [(token, True), (access_key, True), (password, True), (access_key, False)]
)
def test_through_an_agency(make, in_process, monkeypatch):
    """No token and no key of the chain is seen, and the own ones are sent to IAM only."""
    credential = make()
    for name, case in THROUGH.items():
        monkeypatch.setitem(CASES, f"agency: {name}", case)
    given = by_options({**credential, **AGENCY})
    with tempfile.TemporaryDirectory() as folder, Scene(pathlib.Path(folder), credential, given) as scene:
        tasks = [
            {
                "otc.bigdata.dli_flink_jobs_info": {
                    **scene.options("dli_flink_jobs_info", f"agency: {name}"),
                    "project_id": "{{ omit }}",
                    "region": "eu-de",
                },
                "register": f"result_{n}",
                "ignore_errors": True,
            }
            for n, name in enumerate(THROUGH)
        ]
        results = ", ".join(f"result_{n}" for n in range(len(tasks)))
        tasks.append(write_down(scene.folder / "results.json", f"[{results}]"))
        play = {"hosts": "localhost", "gather_facts": False, "tasks": tasks}
        (scene.home / "play.yml").write_text(json.dumps([play]), encoding="utf-8")
        watch = scene.run("playbook", "play.yml", in_process=in_process)
        assert (scene.folder / "results.json").exists(), scene.said
        scene.check(watch)
        results = json.loads((scene.folder / "results.json").read_text(encoding="utf-8"))
        for (name, case), result in zip(THROUGH.items(), results):
            assert result.get("failed", False) == (name != "good"), (name, result["msg"])
            assert name == "good" or re.search(case.words, result["msg"]), (name, result["msg"])
        own = Search((name, value) for name, value in credential.items() if name not in PUBLIC)
        for witness in scene.witnesses.values():
            first = Search([("first", witness.issued[0])] if "password" in credential and witness.issued else [])
            for request in witness.requests:
                if not request.path.startswith("/v3"):
                    text = to_json(dict(request.headers)).encode() + request.body
                    assert not own.found(text)
                    assert not first.found(text)


@pytest.mark.parametrize("in_process", [True, False], ids=["in process", "as modules"])
def test_a_passcode(in_process):
    """It is hidden wherever it stands by itself."""
    code = "".join(random.choices("123456789", k=6))
    credential = {"user_id": "u1", "password": made_up(NASTY, 48), "passcode": code}
    with (
        tempfile.TemporaryDirectory() as folder,
        Scene(pathlib.Path(folder), credential, by_options(credential)) as scene,
    ):
        tasks = [
            {"otc.bigdata.dli_flink_jobs_info": scene.options("dli_flink_jobs_info", name), "ignore_errors": True}
            for name in ("good", "quoted", "quoted by IAM", "unknown")
        ]
        play = {"hosts": "localhost", "gather_facts": False, "tasks": tasks}
        (scene.home / "play.yml").write_text(json.dumps([play]), encoding="utf-8")
        scene.check(scene.run("playbook", "play.yml", in_process=in_process, fresh=True))
        assert "is wrong" in scene.said
        files = [path for path in scene.folder.rglob("*") if path.is_file() and path not in scene.ours]
        alone = re.compile(rf"(?<![\w.:-]){code}(?![\w-])".encode())
        assert [line for path in files for line in path.read_bytes().splitlines() if alone.search(line)] == []


def test_tasks_are_spread():
    """Each kind, and each module, meets every case; as a module of its own, each module succeeds and fails, and some kind meets it."""
    spread, slow = ({(n, *task) for n in range(len(KINDS)) for task in chosen(n, quick)} for quick in (True, False))
    assert {(n, name) for n, dummy, name in spread} >= {(n, name) for n in range(len(KINDS)) for name in CASES}
    assert {(module, name) for dummy, module, name in spread} >= {(m, name) for m in MODULES for name in CASES}
    assert {name for dummy, module, name in slow} >= set(CASES)
    assert {(module, name == "good") for dummy, module, name in slow} == {
        (m, good) for m in MODULES for good in (True, False)
    }
    assert {(n, name == "good") for n, dummy, name in slow} == {
        (n, good) for n in range(len(KINDS)) for good in (True, False)
    }


SOUNDS_SECRET = re.compile("token|key|pass|secret|credential|private")
ONLY_A_PATH = {"client_key"}


@pytest.mark.parametrize("module", MODULES)
def test_options_are_not_logged(module):
    """Whatever sounds secret is marked as such, and does not come back from the module."""
    spec = {**connection_options(), **importlib.import_module(f"{PACKAGE}.{module}").SPEC}
    inner = {name: option for outer in spec.values() for name, option in outer.get("options", {}).items()}
    secret = {name for name in (*spec, *inner) if SOUNDS_SECRET.search(name)} - ONLY_A_PATH
    assert secret == {name for name, option in [*spec.items(), *inner.items()] if option.get("no_log")}
    assert secret == {"token", "access_key", "secret_key", "security_token", "password", "passcode"}
    values = {name: made_up(LETTERS, 40) for name in secret}
    result = run_in_process(module, {**MODULES[module], **values, "max_retries": -1})
    shown = result.invocation["module_args"]
    assert {shown[name] for name in secret} == {"VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}
    assert not Search(values.items()).found(result.text.encode())


# ---- secrets where they do not belong ----


class Wrong(t.NamedTuple):
    """Options of a task that can only be refused, and how the message begins."""

    options: dict
    words: str


def wrong(secret: str) -> dict[str, Wrong]:
    """Each way to put a secret where nobody expects one."""
    cloud = {"auth": {"username": "demo", "password": secret}, "region_name": "eu-de"}
    pem = f"-----BEGIN PRIVATE KEY-----\n{secret}\n-----END PRIVATE KEY-----\n"
    names = (
        "region",
        "region_name",
        "project_name",
        "project_id",
        "username",
        "domain_name",
        "cloud_domain",
        "auth_url",
    )
    names += ("state",)
    paths = ("ca_path", "ca_cert", "client_cert", "client_key")
    base64_alone = (secret * 3).replace("/", "+")
    not_text, not_path = "must be plain text, not ", "must be the path of a file, not the text of a key or certificate"
    entry = "cloud: must be the name of an entry of a clouds.yaml, not "
    unsupported, endpoints = "Unsupported parameters for", "endpoints: must be a dictionary with iam, dli, mrs"
    return {
        "cloud": Wrong({"cloud": cloud}, f"{entry}a dictionary"),
        "cloud as text": Wrong({"cloud": str(cloud)}, f"{entry}the text of a dictionary"),
        "cloud as JSON": Wrong({"cloud": json.dumps([cloud])}, f"{entry}the text of a dictionary"),
        "cloud as YAML": Wrong({"cloud": f"auth:\n  password: {secret}"}, f"{entry}a text with a secret in it"),
        "cloud in pairs": Wrong({"cloud": f"username=demo password={secret}"}, f"{entry}a text with a secret in it"),
        **{name: Wrong({name: cloud}, f"{name}: {not_text}a dictionary") for name in names},
        **{
            f"{name} as text": Wrong({name: f"x{cloud}"}, f"{name}: {not_text}the text of a dic") for name in names[:-1]
        },
        **{f"{name} in a list": Wrong({name: [cloud]}, f"{name}: {not_text}a list") for name in names},
        **{f"{name} as PEM": Wrong({name: pem}, f"{name}: {not_path}") for name in paths},
        **{f"{name} as a line": Wrong({name: pem.replace("\n", " ")}, f"{name}: {not_path}") for name in paths},
        "client_key without its first line": Wrong({"client_key": base64_alone}, f"client_key: {not_path}"),
        "region as PEM": Wrong({"region": pem}, f"region: {not_text}the text of a key"),
        "address": Wrong({"auth_url": f"https://demo:{secret}@iam"}, f"auth_url: {not_text}a text with a secret in it"),
        "validate_certs": Wrong({"validate_certs": cloud}, "validate_certs: must be true or false, not a dictionary"),
        "validate_certs as text": Wrong(
            {"validate_certs": str(cloud)}, "validate_certs: must be true or false, not the"
        ),
        "max_retries": Wrong({"max_retries": cloud}, "max_retries: must be a number, not a dictionary"),
        "list as text": Wrong({"region": str([secret])}, f"region: {not_text}the text of a list"),
        "token": Wrong({"token": {"id": secret}}, f"token: {not_text}a dictionary"),
        "password": Wrong({"password": [secret]}, f"password: {not_text}a list"),
        "job_ids": Wrong({"job_ids": cloud}, "job_ids: must be a list of single values, not a dictionary"),
        "job_ids as text": Wrong({"job_ids": str(cloud)}, "job_ids: must be a list of single values, not the text of"),
        "in job_ids": Wrong({"job_ids": [1, cloud]}, "job_ids: must be a list of single values, not a dictionary"),
        "filters": Wrong({"filters": [cloud]}, "filters: must be a dictionary with name, not_name, status, "),
        "filters.name": Wrong(
            {"filters": {"name": [cloud]}}, "filters.name: must be a list of single values, not a dict"
        ),
        "filters.name as text": Wrong(
            {"filters": {"name": [str(cloud)]}}, "filters.name: must be a list of single values"
        ),
        "filters.tags": Wrong({"filters": {"tags": {"a": cloud}}}, f"filters.tags.a: {not_text}a dictionary"),
        "filters.x": Wrong({"filters": {"x": cloud}}, unsupported),
        "endpoints": Wrong({"endpoints": secret}, f"{endpoints}, not text"),
        "endpoints.iam": Wrong({"endpoints": {"iam": cloud}}, f"endpoints.iam: {not_text}a dictionary"),
        "endpoints.password": Wrong({"endpoints": {"password": secret}}, unsupported),
        "endpoints in pairs": Wrong({"endpoints": f"iam=https://iam,password={secret}"}, f"{endpoints}, not text"),
        "endpoints as text": Wrong({"endpoints": json.dumps({"password": secret})}, f"{endpoints}, not text"),
        "endpoints without keys": Wrong(
            {"endpoints": {f"https://demo:{secret}@iam": None}}, "endpoints: has a key that cannot"
        ),
        "an option without a name": Wrong({f"https://demo:{secret}@iam": None}, "options: has a key that cannot"),
        "auth": Wrong({"auth": cloud["auth"]}, unsupported),
        "clouds": Wrong({"clouds": [cloud]}, unsupported),
        "auth, after another error": Wrong({"auth": cloud["auth"], "wait_timeout": "soon"}, "argument 'wait_t"),
        "cloud, before another error": Wrong({"cloud": cloud, "wait_timeout": "soon", "auth": cloud}, f"{entry}a dict"),
        "cloud, beside a password": Wrong({"cloud": cloud, "password": secret}, f"{entry}a dictionary"),
        "two": Wrong({"cloud": cloud, "region": cloud}, f"{entry}a dictionary; region: {not_text}a dictionary"),
    }


@pytest.fixture
def system_log(monkeypatch) -> list[str]:
    """What a module in this process writes there."""
    lines: list[str] = []
    monkeypatch.setattr(basic, "has_journal", False)
    monkeypatch.setattr(basic.AnsibleModule, "_log_to_syslog", lambda module, text: lines.append(text))
    return lines


@pytest.mark.parametrize("name", wrong(""))
def test_a_secret_in_the_wrong_place(name, system_log):
    """Both doors refuse it in the same words, and show neither it nor any other secret, in the system log as well."""
    secret = made_up(BASE64, 64)
    case = wrong(secret)[name]
    options = {"state": "stopped", "job_ids": [128], **case.options}
    as_module = run_in_process("dli_flink_jobs", options)
    shown = as_module.invocation["module_args"]
    in_process = run_action("dli_flink_jobs", options)
    assert as_module["msg"].startswith(case.words), as_module["msg"]
    assert (in_process["msg"], in_process.invocation["module_args"]) == (as_module["msg"], shown)
    texts = [as_module.text, in_process.text, *system_log]
    assert not any(Search([("secret", secret)]).found(text.encode()) for text in texts)
    assert "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER" in json.dumps(shown)


@pytest.mark.parametrize("value", [12345, 0, 42798, 1.5, True, False], ids=repr)
@pytest.mark.parametrize("option", ["token", "access_key", "secret_key", "security_token", "password", "username"])
def test_a_number_is_no_secret(option, value):
    """What YAML makes of 0123456 is another password, and five wrong ones lock a user."""
    for run in (run_in_process, run_action):
        result = run("dli_flink_jobs", {"state": "stopped", "job_ids": [128], option: value})
        kind = "true or false" if isinstance(value, bool) else "a number"
        assert result["msg"] == f"{option}: must be plain text, not {kind}; quote it"


VARIABLES = {  # what else they need to be looked at
    "OS_KEY": {"OS_CERT": "/no/such"},
    "OS_CERT": {},
    "OS_CACERT": {},
    "OS_CLOUD": {},
    "OS_CLIENT_CONFIG_FILE": {},
    "OS_CLIENT_SECURE_FILE": {"OS_CLOUD": "test"},
    "OS_REGION_NAME": {"OTC_DLI_ENDPOINT": ""},
    "OS_PROJECT_ID": {},
    "OS_PROJECT_NAME": {"OS_PROJECT_ID": ""},
    "OS_USERNAME": {"OS_TOKEN": "", "OS_PASSWORD": "a-password", "OS_USER_DOMAIN_NAME": "d"},
    "OS_AUTH_URL": {"OS_PROJECT_ID": "", "OS_PROJECT_NAME": "eu-de"},
    "OTC_DLI_ENDPOINT": {},
    "OTC_CLOUD_DOMAIN": {"OTC_DLI_ENDPOINT": ""},
}


@pytest.mark.parametrize("form", ["PEM", "dictionary"])
@pytest.mark.parametrize("name", VARIABLES)
@pytest.mark.parametrize("run", DOORS.values(), ids=DOORS)
def test_a_secret_in_a_variable_of_another_kind(run, name, form):
    secret = made_up(BASE64, 64)
    pem = f"-----BEGIN PRIVATE KEY-----\n{secret}\n-----END PRIVATE KEY-----\n"
    text = pem if form == "PEM" else str({"auth": {"password": secret}})
    environ = {"OS_TOKEN": "demo-token", "OS_PROJECT_ID": PROJECT, "OTC_DLI_ENDPOINT": "http://127.0.0.1:1"}
    result = run(
        "dli_flink_jobs", {"state": "stopped", "job_ids": [128]}, environ={**environ, **VARIABLES[name], name: text}
    )
    assert result["failed"]
    assert name in result["msg"], result["msg"]
    assert not Search([("secret", secret)]).found(result.text.encode()), result.text


@pytest.mark.parametrize(
    "wrong_option",
    [
        {"state": "{}"},
        {"state": "x {}", "username": {}},
        {"job_ids": ["{}"]},
        {"max_jobs": "{}"},
        {"wait": "{}"},
        {"filters": {"older_than": "{}"}, "job_ids": None},
    ],
    ids=str,
)
@pytest.mark.parametrize("variable", ["OS_PASSWORD", "OS_TOKEN", "OS_SECRET_KEY"])
@pytest.mark.parametrize("run", DOORS.values(), ids=DOORS)
def test_a_secret_of_the_environment_in_a_wrong_option(run, variable, wrong_option):
    """Also where the task is refused before the environment is asked who acts."""
    secret = made_up(BASE64, 20)
    wrong_one = json.loads(json.dumps(wrong_option).replace('{}"', f'{secret}"'))
    result = run("dli_flink_jobs", {"state": "stopped", "job_ids": [128], **wrong_one}, environ={variable: secret})
    assert result["failed"]
    assert not Search([("secret", secret)]).found(result.text.encode()), result.text


RIGHT = {
    "a name with braces": {"filters": {"name": ["{{ no }}*", "[ab]*", "{a}"]}},
    "tags": {"filters": {"tags": {"a": 1, "b": True}}},
    "texts": {"job_ids": "128,137", "endpoints": "dli=http://127.0.0.1:1", "filters": None},
    "JSON": {"filters": '{"name": ["a", "1"], "tags": {"a": 1}}', "max_retries": "0"},
    "numbers as text": {"filters": "name=8,queue_name=010,older_than=30", "job_ids": None},
    "IDs": {"job_ids": [128, "137"]},
    "aliases": {"domain_name": "d", "region_name": "eu-de", "ca_cert": "/no/such", "api_timeout": 1},
    "passwords": {"password": "{'a': 'b'}", "secret_key": "-----BEGIN", "access_key": "password=x"},
    "paths": {"client_key": "~/keys/secret/token.pem", "client_cert": "keys/" * 60},
    "null": {"cloud": None, "endpoints": None, "password": None},
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_may_look_odd(name):
    errors, arguments = misplaced(importlib.import_module(f"{PACKAGE}.dli_flink_jobs").SPEC, RIGHT[name])
    assert errors == []
    assert arguments == RIGHT[name]


@pytest.mark.parametrize("in_process", [True, False], ids=["in process", "as modules"])
def test_secrets_in_the_wrong_place_of_a_playbook(in_process):
    """As Ansible shows it, at the highest verbosity, and logs it. Each module has some of them."""
    secret = made_up(BASE64, 64)
    cases = {
        name: case for name, case in wrong(secret).items() if secret not in "".join(case.options)
    }  # not in the play
    given = Given(options={name: case.options for name, case in cases.items()})
    chosen = [name for name in cases if " as " not in name and " in " not in name] if in_process else list(cases)[::6]
    with tempfile.TemporaryDirectory() as folder, Scene(pathlib.Path(folder), {"secret": secret}, given) as scene:
        tasks = [
            {
                "name": name,
                f"otc.bigdata.{list(MODULES)[n % 2]}": {
                    **({} if n % 2 else {"state": "stopped"}),
                    **{option: template(f"given['{name}']['{option}']") for option in cases[name].options},
                },
                "ignore_errors": True,
            }
            for n, name in enumerate(chosen)
        ]
        play = {"hosts": "localhost", "gather_facts": False, "tasks": tasks}
        (scene.home / "play.yml").write_text(json.dumps([play], indent=2), encoding="utf-8")
        watch = scene.run("playbook", "play.yml", in_process=in_process)
        assert scene.said.count("...ignoring") == len(tasks), scene.said
        scene.check_files(Search(scene.secrets()))
        scene.check_processes(Search(scene.secrets()), watch)


@pytest.mark.parametrize("make", CREDENTIALS)
def test_search_finds_every_form(make):
    """The search itself: plain, within other text, encoded, cut off."""
    for name, secret in make().items():
        if name in PUBLIC:
            continue
        search, text = Search([(name, secret)]), f"X-Auth-Token: {secret}; is wrong"
        for written in (
            text,
            json.dumps({"msg": text}),
            json.dumps({"msg": json.dumps(text)}),
            repr(text),
            urllib.parse.quote(text),
            urllib.parse.quote_plus(text),
            *(base64.b64encode(f"{begin}{text}".encode()).decode() for begin in ("", "a", "ab")),
            text[: text.index(secret) + PIECE],
            text[-PIECE - len("; is wrong") :],
        ):
            assert search.found(written.encode()) == {name}, written
        assert not search.found(made_up(NASTY, 5000).encode())
