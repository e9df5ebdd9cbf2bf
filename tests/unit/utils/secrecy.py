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
import json
import os
import pathlib
import random
import re
import string
import subprocess
import sys
import threading
import typing as t
import urllib.parse

import pytest

from ansible_collections.otc.bigdata.tests.emulator.server import Emulator
from ansible_collections.otc.bigdata.tests.emulator.wire import Reply, Request, to_json

from . import run_module, run_playbook
from .emulated import template, write_down
from .run_module import _environ
from .service import PROJECT, refusal
from .worlds import MODULES

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
# The last is too short to be searched for like the others
PUBLIC = {"username", "user_domain_name", "user_id", "passcode"}


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
            # OSError: it is over, or not ours
            with contextlib.suppress(OSError), open(f"{process}/{name}", "rb") as stream:
                seen.add(stream.read())

    def _look_into(self, folder: str, file: str) -> None:
        with contextlib.suppress(OSError):
            size = os.stat(file).st_size
            if (file, size) not in self._known:
                self._known.add((file, size))
                with open(file, "rb") as stream:
                    if self._search.found(stream.read()):
                        self.files[file] = os.stat(folder).st_mode & 0o777


class Scene:
    """One credential, given in one way, and the emulators that the tasks of this test meet."""

    number = 0  # among KINDS

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


def given(credential: t.Callable[[], dict], *ways: t.Callable) -> pytest.MarkDecorator:
    """Who gets a ``scene`` gets one for each of these ways to give this credential."""
    kinds = [kind for kind in KINDS if kind[0] is credential and kind[1] in ways]
    return pytest.mark.parametrize("scene", kinds, ids=kind_name, indirect=True)


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


def run_playbook_with(scene: Scene, in_process: bool) -> None:
    """All modules, in good cases and bad ones; then what must hold."""
    tasks = chosen(scene.number, in_process)
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


def run_ad_hoc_with(scene: Scene) -> None:
    """The same on the command line, where options are given; the module is another one for each kind."""
    module = list(MODULES)[scene.number % len(MODULES)]
    watch = scene.run(
        "adhoc", "localhost", "-m", f"otc.bigdata.{module}", "-a", json.dumps(scene.options(module, "quoted"))
    )
    assert "is wrong" in scene.said
    scene.check(watch)
