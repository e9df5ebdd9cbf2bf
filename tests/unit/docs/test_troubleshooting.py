# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide on troubleshooting invents no error and leaves none out."""

from __future__ import annotations

import ast
import email.utils
import json
import os
import pathlib
import re
import socket
import ssl
import threading
import time
import typing as t

import pytest
import trustme
import yaml
from ansible.module_utils.basic import missing_required_lib

from ansible_collections.otc.bigdata.plugins.plugin_utils._playbook_given import Variables
from ansible_collections.otc.bigdata.plugins.plugin_utils._playbook_settings import settings
from ansible_collections.otc.bigdata.tests.emulator.server import Emulator
from ansible_collections.otc.bigdata.tests.unit.utils.flink import Flink
from ansible_collections.otc.bigdata.tests.unit.utils.guides import GUIDES, ROOT, blocks
from ansible_collections.otc.bigdata.tests.unit.utils.mrs import Mrs
from ansible_collections.otc.bigdata.tests.unit.utils.run_action import run_action
from ansible_collections.otc.bigdata.tests.unit.utils.run_module import _environ
from ansible_collections.otc.bigdata.tests.unit.utils.service import KEY, PROJECT
from ansible_collections.otc.bigdata.tests.unit.utils.sql import Sql

GUIDE_FILE = GUIDES / "guide_troubleshooting.rst"
GUIDE = GUIDE_FILE.read_text(encoding="utf-8")
CODE = r"(?:DLI|APIG|APIGW|IAM)\.\d{4,5}|0\d{3}|1[23]0{4,5}\d{2,3}"
PASSWORD = {"username": "demo", "password": "demo-password", "user_domain_name": "demo-domain"}
WRONG = {**PASSWORD, "password": "wrong-password"}
BAD_KEY = {**KEY, "secret_key": "wrong-secret-key", "project_name": "eu-de"}
KEYS = {name: KEY[name] for name in ("access_key", "secret_key")}
AGENCY = {"target_agency_name": "ops-agency", "target_domain_name": "customer-domain", "target_project_name": "eu-de"}
USER_ID = "u0" * 16
USER = {"id": USER_ID, "name": "demo", "password": "demo-password"}
ALL = {"name": ["*"]}
NEVER = {"OTC_BIGDATA_NEVER": "orders"}


def variables(options: dict[str, str]) -> dict[str, str]:
    return {f"OS_{name.upper()}": value for name, value in options.items()}


def codes_in(folder: str) -> set[str]:
    """The error codes that are words of the code there."""
    files = (ROOT / folder).rglob("*.py")
    words = [node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))]
    texts = [node.value for node in words if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return {text for text in texts if re.fullmatch(CODE, text)}


def test_codes():
    """Every code that the modules treat is told, and no other but those of the emulator and of published answers."""
    told, treated = set(re.findall(f"``({CODE})``", GUIDE)), codes_in("plugins/module_utils")
    files = (ROOT / "tests/transcripts").glob("*.json")
    published = {code for file in files for code in re.findall(rf'"({CODE})"', file.read_text(encoding="utf-8"))}
    assert treated - told == set()
    assert told - treated - codes_in("tests/emulator") - published == set()


class Trouble:
    """Ways to get into it."""

    def __init__(self, emulator: Emulator, folder: pathlib.Path) -> None:
        self.emulator = emulator
        self.folder = folder
        self.flink, self.mrs = Flink(emulator, run_action), Mrs(emulator, run_action)

    def stop(self, login: dict | None = None, **options) -> str:
        options = {"max_retries": 0, "wait_timeout": 1, "ids": [128], **options}
        return self.flink.run("stopped", login=login, **options)["msg"]

    def absent(self, **options) -> str:
        ids = None if "filters" in options else [128]
        return self.flink.run("absent", ids, **options)["msg"]

    def login(self, **credential: str) -> str:
        endpoints = {"iam": self.emulator.url, "dli": self.emulator.url}
        return self.stop({**credential, "endpoints": endpoints})

    def with_mfa(self, **login: str) -> str:
        self.emulator.load({"users": [{**USER, "mfa": {"passcodes": ["081804"]}}]})
        return self.login(**login, project_name="eu-de")

    def no_operator(self) -> str:
        self.emulator.load({"users": [USER]})
        return self.login(**PASSWORD, **AGENCY)

    def not_assumed(self) -> str:
        self.emulator.settings.update({"answers": {"agency_answer": "without_assumed_by"}})
        return self.login(**PASSWORD, **AGENCY)

    def passcode_of_a_playbook(self) -> str:
        environ = {**variables({**PASSWORD, "user_id": USER_ID, "passcode": "081804"}), "OS_USERNAME": ""}
        return self.of_playbook({"names": "a", "project_name": "eu-de"}, environ)

    def at(self, url: str, **environ: str) -> str:
        return self.stop({**self.flink.by_token, "endpoints": {"dli": url}}, environ=environ)

    def fault(self, kind: str = "status", path: str = "/jobs", request_timeout: float = 60, **fault) -> str:
        self.flink.fault(path, kind, times=None, **fault)
        return self.stop(request_timeout=request_timeout)

    def job(self, status: str = "", wait: bool = True, **script: list[dict]) -> str:
        return self.stop(ids=[self.flink.job(status, **script)], wait=wait)

    def no_savepoint(self) -> dict:
        """Neither of a job that is stopped nor of one that was."""
        status, ends = (
            {"status": "job_cancel_success", "has_savepoint": False},
            {"savepoint": [{"status": "job_savepointing"}]},
        )
        ends["savepoint"].append({"after": "1 look", **status})
        ids = self.flink.jobs({"script": ends}, status)
        return self.flink.run("stopped", ids, trigger_savepoint=True, wait_timeout=1)

    def no_cluster(self) -> str:
        return self.mrs.run("stopped", ["a"], cluster_id=None, cluster_name="x")["msg"]

    def running_job_of_mrs(self) -> str:
        return self.mrs.run("absent", [self.mrs.job()], kill_running=False)["msg"]

    def started_again(self) -> str:
        refused = {"delete": {"code": "DLI.0999", "times": 1}}
        script = {"created": [{"after": "1 look", "status": "job_running"}]}
        self.flink.jobs({"status": "job_finish", "refuse": refused, "script": script})
        return self.absent(filters={"status": ["job_finish"]})

    def wrong_clock(self) -> str:
        date = email.utils.formatdate(time.time() + 1200, usegmt=True)
        return self.fault(status=401, headers={"Date": date})

    def wrong_age(self) -> str:
        date = email.utils.formatdate(time.time() - 1200, usegmt=True)
        self.flink.fault("/jobs$", "slow", headers={"Date": date})
        return self.absent(filters={"older_than": "1d"})

    def unknown_authority(self) -> str:
        file, context = self.folder / "server.pem", ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trustme.CA().issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(file)
        context.load_cert_chain(file)
        with Emulator() as emulator:
            emulator.speak_tls(context)
            return Flink(emulator, run_action).run("stopped", [128])["msg"]

    def no_tunnel(self) -> str:
        """The emulator is no proxy, and says so."""
        return self.at("https://dli.example.com", https_proxy=self.emulator.url, no_proxy="")

    def proxy_that_asks(self) -> str:
        def answer(proxy: socket.socket) -> None:
            proxy.accept()[0].sendall(b"HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n")

        with socket.create_server(("127.0.0.1", 0)) as proxy:
            threading.Thread(target=answer, args=(proxy,), daemon=True).start()
            url = f"http://127.0.0.1:{proxy.getsockname()[1]}"
            return self.at("http://dli.test", http_proxy=url, no_proxy="")

    def endless_list(self) -> str:
        self.flink.fault("/jobs$", "shape", at="job_list.total_count", value=10**8)
        return self.absent(filters={"name": ["x"]})

    def short_list(self) -> str:
        self.emulator.settings.update({"unshown": 3})
        result = self.flink.run("absent", filters={"name": ["x"]})
        return " ".join(str(warning) for warning in result["warnings"])

    def names_of_sql_jobs(self) -> str:
        return self.of_playbook({"names": "a", "services": "sql"}, {})

    def of_playbook(self, values: dict[str, str], environ: dict[str, str]) -> str:
        spec = yaml.safe_load((ROOT / "playbooks/meta/stop_all.yml").read_text(encoding="utf-8"))
        given = Variables(values, values, (), "localhost", (), environ=environ)
        return "; ".join(settings("stop_all", spec["argument_specs"]["stop_all"]["options"], given)["complaints"])

    def crowded_moment(self) -> str:
        sql = Sql(self.emulator, run_action)
        sql.many(10_100, start_time=1_700_000_000_000)
        return sql.run("stopped", filters={"status": ["RUNNING"]})["msg"]

    def no_openstacksdk(self) -> str:
        (self.folder / "openstack.py").write_text("raise ImportError", encoding="utf-8")
        path = f"{self.folder}{os.pathsep}{_environ(self.folder)['PYTHONPATH']}"
        return Flink(self.emulator).run("stopped", [1], {"cloud": "x"}, environ={"PYTHONPATH": path})["msg"]

    def around(self, entry: dict | str, **environ: str) -> str:
        """The environment points to this entry, or to a file with this text."""
        file = self.folder / "clouds.yaml"
        auth = {**PASSWORD, "project_name": "eu-de"}
        text = entry if isinstance(entry, str) else json.dumps({"clouds": {"night": {"auth": auth, **entry}}})
        file.write_text(text, encoding="utf-8")
        environ = {"OS_CLIENT_CONFIG_FILE": str(file), "OS_CLOUD": "night", **environ}
        return self.flink.run("stopped", [128], login={}, environ=environ)["msg"]

    def no_such_host(self) -> str:
        """Without a network the system says so."""
        told = self.at("http://dli.example.invalid")
        return told.replace("Temporary failure in name resolution", "Name or service not known")

    def lost(self) -> str:
        self.flink.fault("/stop$", "reset_after", times=None)
        return self.job(stop=[])


# Each message of the guide, and what leads to it
TROUBLES: dict[str, t.Callable[[Trouble], str]] = {
    "Failed to import the required Python library (requests)": lambda it: missing_required_lib("requests"),
    "no credential: set token ... or access_key ... or username": lambda it: it.login(),
    "...: missing, as username is given": lambda it: it.login(username="demo"),
    "...: missing, as target_agency_name is given": lambda it: it.login(**PASSWORD, target_agency_name="ops-agency"),
    "... beside target_project_name ...: is the project of the user's own account": lambda it: it.flink.run(
        "stopped", [128], login={"project_name": "eu-de"}, environ=variables({**PASSWORD, **AGENCY})
    )["msg"],
    "username beside user_id: only one of them can count": lambda it: it.login(**PASSWORD, user_id="u1"),
    "target_agency_name beside agency_name: is the same option with another value": lambda it: it.login(
        **PASSWORD, **AGENCY, agency_name="another"
    ),
    "passcode: goes with a user_id and a password": lambda it: it.login(token="some-token", passcode="081804"),
    "passcode: needs user_id in place of username": lambda it: it.login(**PASSWORD, passcode="081804"),
    "passcode ...: is good for one login": lambda it: it.passcode_of_a_playbook(),
    "project_id ... or project_name ...: missing": lambda it: it.login(**PASSWORD),
    "region ...: missing": lambda it: it.stop({"token": "some-token", "project_id": "p1"}),
    "cloud: there is no ... in": lambda it: it.stop({"cloud": "night"}),
    "cloud: needs the Python library openstacksdk": Trouble.no_openstacksdk,
    "OS_CLOUD=... beside OS_USERNAME: they do not say the same": lambda it: it.around({}, OS_USERNAME="other"),
    "project_id (environment: OS_PROJECT_ID beside OS_TENANT_ID): they do not say the same": lambda it: it.flink.run(
        "stopped", [128], login=PASSWORD, environ={"OS_PROJECT_ID": "p1", "OS_TENANT_ID": "p2"}
    )["msg"],
    "cloud ...: auth_type: ... is not supported": lambda it: it.around({"auth_type": "v3oidcpassword"}),
    "cloud: ... cannot be read: line ... is not YAML": lambda it: it.around("clouds: [x"),
    "region: the hosts of ... are not known, so no credential is sent there": lambda it: it.stop(
        {"token": "some-token", "project_name": "nightly"}
    ),
    "endpoints.dli: missing ..., as the hosts of region ... are not known": lambda it: it.stop(
        {"token": "some-token", "project_id": "p1", "region": "eu-west-0"}
    ),
    "cloud_domain: ... is not the domain of a cloud": lambda it: it.login(
        token="some-token", cloud_domain="https://x.com"
    ),
    "endpoints.dli: missing ..., as ... is not an IAM of cloud_domain": lambda it: it.stop(
        {
            "token": "some-token",
            "project_id": "p1",
            "region": "eu-west-0",
            "cloud_domain": "hc.sbercloud.ru",
            "auth_url": "https://iam.eu-de.otc.t-systems.com",
        }
    ),
    "filters: is empty and would select every job": lambda it: it.absent(filters={}),
    "...: is empty; leave it out or give it a value": lambda it: it.absent(filters={"name": []}),
    "... has a line break or control character in it": lambda it: it.absent(filters={"name": ["a\nb"]}),
    "... begins with !, but no pattern takes jobs out again": lambda it: it.absent(filters={"name": ["!a"]}),
    "... in it, as the text of a list has": lambda it: it.of_playbook({"names": "[orders]"}, {}),
    "... has [^ in it": lambda it: it.absent(filters={"name": ["[^o]*"]}),
    "filters.not_name: only takes jobs out again and chooses none": lambda it: it.absent(filters={"not_name": ["a"]}),
    "No job selected: ... read, none ...": lambda it: it.absent(filters={"name": ["Orders"]}),
    "names: SQL jobs have no name": lambda it: it.names_of_sql_jobs(),
    "more than 10000 jobs of the list have the same start_time": Trouble.crowded_moment,
    "except_names: SQL jobs have no name": lambda it: it.of_playbook(
        {"all_jobs": True, "except_names": "a", "services": "sql"}, {}
    ),
    "...: this playbook has none; ... is a variable of ...": lambda it: it.of_playbook(
        {"names": "a", "older_than": "1d"}, {}
    ),
    "-e: a part without = is no variable": lambda it: it.of_playbook({"names": "orders,", "_raw_params": "clicks"}, {}),
    "OTC_BIGDATA_NEVER: ... must never be changed, so nothing was done": lambda it: it.stop(environ=NEVER),
    "left alone, as the service does not return its name and OTC_BIGDATA_NEVER is set": lambda it: it.stop(
        ids=it.flink.jobs({"name": None}), environ=NEVER
    ),
    "max_jobs: the filters match ... jobs, more than ...": lambda it: it.absent(filters=ALL, max_jobs=3),
    "filters.tags: the service filters by it, but": lambda it: it.absent(filters={"tags": {"team": "sales"}}),
    "filters.older_than: the clock of this host is ... minutes ... the server's, so the age of a job is unknown; "
    "set the clock; nothing was done": Trouble.wrong_age,
    "trigger_savepoint: only states stopped and restarted make a savepoint": lambda it: it.absent(
        trigger_savepoint=True
    ),
    "drain_timeout: only stopped and absent give jobs time to end first": lambda it: it.flink.run(
        "ended", [128], drain_timeout=1
    )["msg"],
    "the credential was not accepted: ... (check username, password": lambda it: it.login(
        **WRONG, project_name="eu-de"
    ),
    "mfa totp code verify fail": lambda it: it.with_mfa(**PASSWORD),
    "the credential was not accepted: ... (check user, password, passcode": lambda it: it.with_mfa(
        user_id=USER_ID, password="demo-password", passcode="000000"
    ),
    "agency ...: ... (needed is the permission Agent Operator": Trouble.no_operator,
    "agency ...: ... (there is no such account, or it has made no such agency": lambda it: it.login(
        **PASSWORD, **{**AGENCY, "target_agency_name": "ops"}
    ),
    "agency ...: The project does not exist.": lambda it: it.login(
        **PASSWORD, **{**AGENCY, "target_project_name": "eu-de_x"}
    ),
    "agency ...: ... (IAM may not let an access key use an agency": lambda it: it.login(**KEYS, **AGENCY),
    "the answer does not say that the agency was assumed": Trouble.not_assumed,
    "the credential was not accepted: ... (it has expired": lambda it: it.login(token="old-token", project_id=PROJECT),
    "the credential was not accepted: ... (check access_key, secret_key": lambda it: it.login(**BAD_KEY),
    "the clock of this host is ... minutes": Trouble.wrong_clock,
    "login to project ...: The project does not exist.": lambda it: it.login(**PASSWORD, project_name="eu-de_x"),
    "project_name: IAM knows 0 projects named": lambda it: it.login(token="demo-token", project_name="eu-de_x"),
    "the user lacks a permission; needed is": lambda it: it.fault(path="/stop$", status=403),
    "cannot connect: Connection refused": lambda it: it.at("http://127.0.0.1:9"),
    "cannot connect: Name or service not known": Trouble.no_such_host,
    "Open Telekom Cloud lists DLI only for eu-de, and not for eu-nl": lambda it: it.at(
        "http://dli.eu-nl.otc.t-systems.com", http_proxy="http://127.0.0.1:9", no_proxy=""
    ),
    "cannot connect to the proxy ...": lambda it: it.at(
        "http://dli.test", http_proxy="http://127.0.0.1:9", no_proxy=""
    ),
    "the proxy ... cannot be used: SOCKS needs the Python library PySocks": lambda it: it.at(
        "http://dli.test", http_proxy="socks5://127.0.0.1:9", no_proxy=""
    ),
    "the proxy ... wants to know who asks": Trouble.proxy_that_asks,
    "cannot connect: Tunnel connection failed: ...": Trouble.no_tunnel,
    "TLS: the certificate is not trusted: ...; set ca_path": Trouble.unknown_authority,
    "TLS: the other side does not speak it": lambda it: it.at(it.emulator.url.replace("http:", "https:")),
    "redirected to ..., which is not followed": lambda it: it.fault(status=302, headers={"Location": "https://a.b/"}),
    "the answer is not JSON (text/html": lambda it: it.fault("wrong_type"),
    "no answer within ... s (request_timeout)": lambda it: it.fault("hang", seconds=None, request_timeout=0.2),
    "the connection broke: ...": lambda it: it.fault("reset_before"),
    "the answer has an unknown shape: ...": lambda it: it.fault("shape", at="job_detail", value="x"),
    "the answer is larger than 64 MiB": lambda it: it.fault("bomb"),
    "the list claims to have ... entries": Trouble.endless_list,
    "the list shows ... of the ... entries that it counts": Trouble.short_list,
    "HTTP 429": lambda it: it.fault(status=429),
    "HTTP 503": lambda it: it.fault(status=503),
    "... still ... after ... s (wait_timeout)": lambda it: it.job(stop=[{"status": "job_canceling"}]),
    "... without a savepoint: the state of the job is not kept": lambda it: it.no_savepoint()["msg"],
    "... without a savepoint before this task could stop them": lambda it: it.no_savepoint()["warnings"][0],
    "job_cancel_fail (...)": lambda it: it.job(stop=[{"status": "job_cancel_fail", "status_desc": "no bucket"}]),
    "unknown to the service": lambda it: it.stop(ids=[999]),
    "could not be read: ...": lambda it: it.fault(path="/[0-9]+$", status=500),
    "nothing can be done now, and wait is false": lambda it: it.job("job_savepointing", wait=False),
    "has not ended, and wait is false": lambda it: it.flink.run("ended", [128], wait=False)["msg"],
    "not deleted, as not all jobs were exported: ...": lambda it: it.flink.run(
        "absent", it.flink.jobs({"refuse": {"export": "DLI.10005"}}), export_to="ops-bucket/flink"
    )["msg"],
    "... was not started": lambda it: it.flink.run(
        "restarted", [it.flink.job("", stop=[{"status": "job_cancel_fail"}])]
    )["msg"],
    "whether its last write took effect is not known": Trouble.lost,
    "left alone, as kill_running is false": Trouble.running_job_of_mrs,
    "... has begun to run since it was selected, so it is left alone": Trouble.started_again,
    "cluster_name: there is no cluster ... in this project": Trouble.no_cluster,
}


def test_messages_of_the_guide():
    """They are terms of definition lists."""
    assert re.findall(r"^``(.*)``\n  \S", GUIDE, re.MULTILINE) == list(TROUBLES)


@pytest.mark.parametrize("message", TROUBLES)
def test_message(emulator, tmp_path, message):
    told = TROUBLES[message](Trouble(emulator, tmp_path))
    assert tells(told, message), told


def tells(told: str, message: str) -> bool:
    return re.search(".*".join(re.escape(part) for part in message.split("...")), told) is not None


def test_how_to_read_a_message(emulator, tmp_path):
    """The message that is taken apart there is a real one."""
    (block,) = [block for block in blocks(GUIDE_FILE) if block.section == "How to read a message"]
    shown = re.sub(r"(?<=POST )[^/]+|(?<=request id )\w+", "...", " ".join(block.text.split()))
    told = Trouble(emulator, tmp_path).fault(path="/stop$", status=403)
    assert tells(told, shown), told
