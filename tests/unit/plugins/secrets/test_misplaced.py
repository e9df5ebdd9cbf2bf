# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets where they do not belong: options and variables of another kind."""

from __future__ import annotations

import ast
import importlib
import json
import pathlib
import re
import sys
import tempfile
import typing as t

import pytest
from ansible.module_utils import basic

from ansible_collections.otc.bigdata.plugins.module_utils._cloud import misplaced as misplaced_values
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.levels import of_environment
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.misplaced import misplaced
from ansible_collections.otc.bigdata.tests.unit.utils.doors import DOORS, ON_THE_WIRE
from ansible_collections.otc.bigdata.tests.unit.utils.emulated import template
from ansible_collections.otc.bigdata.tests.unit.utils.in_process import run_in_process
from ansible_collections.otc.bigdata.tests.unit.utils.run_action import run_action
from ansible_collections.otc.bigdata.tests.unit.utils.run_module import PACKAGE
from ansible_collections.otc.bigdata.tests.unit.utils.secrecy import (
    BASE64,
    LETTERS,
    MODULES,
    Given,
    Scene,
    Search,
    made_up,
)
from ansible_collections.otc.bigdata.tests.unit.utils.service import PROJECT

pytestmark = pytest.mark.real


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


@pytest.mark.parametrize("run", ON_THE_WIRE.values(), ids=ON_THE_WIRE)
def test_a_secret_that_a_message_quotes(run):
    """There it has two backslashes."""
    half = made_up(LETTERS, 20)
    password = f"{half}\\{half}"
    result = run(
        "dli_flink_jobs", {"state": "stopped", "job_ids": [password], "username": "demo", "password": password}
    )
    assert result["msg"].startswith("job_ids[0]: '********' is not the id"), result["msg"]
    assert half not in result.text


@pytest.mark.parametrize("of_task", [True, False], ids=["of the task", "of the environment"])
@pytest.mark.parametrize(
    "wrong_option", [{"filters": {"{}": "x"}}, {"filters": {"tags": {"{}": 1, "a{}": 2}}}, {"endpoints": {"{}": "x"}}, {"{}": "x"}], ids=str
)  # fmt: skip
@pytest.mark.parametrize("run", ON_THE_WIRE.values(), ids=ON_THE_WIRE)
def test_a_secret_as_a_key(run, wrong_option, of_task):
    """Whether it is the name of no option, or of a tag."""
    secret = made_up(LETTERS, 20)
    options = {"state": "stopped", "job_ids": [], "project_id": PROJECT, "region": "eu-de"}
    options.update(json.loads(json.dumps(wrong_option).replace("{}", secret)))
    more = {"secret_key": secret} if of_task else {}
    result = run("dli_flink_jobs", {**options, **more}, environ={} if of_task else {"OS_SECRET_KEY": secret})
    assert result["failed"]
    assert not Search([("secret", secret)]).found(result.text.encode()), result.text


@pytest.mark.parametrize("run", ON_THE_WIRE.values(), ids=ON_THE_WIRE)
def test_a_secret_of_the_environment_that_nobody_uses(run):
    """The login is that of the task, which succeeds."""
    secret = made_up(BASE64, 20)
    options = {"state": "stopped", "job_ids": [], "token": "demo-token", "project_id": PROJECT, "username": secret}
    result = run("dli_flink_jobs", {**options, "region": "eu-de"}, environ={"OS_SECRET_KEY": secret})
    assert not result.get("failed"), result.text
    assert not Search([("secret", secret)]).found(result.text.encode()), result.text


def test_a_task_reads_the_environment_once():
    """One that is refused does so once more, as nobody may have come to it."""
    options = {"state": "stopped", "job_ids": [], "token": "demo-token", "project_id": PROJECT, "region": "eu-de"}
    for wrong_one, times in ({}, 1), ({"wait_timeout": -1}, 1), ({"region": "../x"}, 2):
        called: list[str] = []
        sys.setprofile(lambda frame, event, dummy: called.append(frame.f_code.co_name) if event == "call" else None)  # noqa: B023
        try:
            run_action("dli_flink_jobs", {**options, **wrong_one})
        finally:
            sys.setprofile(None)
        assert called.count(of_environment.__name__) == times, wrong_one


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
    "variables in paths": {"ca_path": "${HOME}/ca.pem", "client_cert": "$HOME/${USER}.pem", "client_key": "${KEY}"},
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_may_look_odd(name):
    errors, arguments = misplaced(importlib.import_module(f"{PACKAGE}.dli_flink_jobs").SPEC, RIGHT[name])
    assert errors == []
    assert arguments == RIGHT[name]


def older_check_type_dict(value):
    """As ansible-core 2.16 reads a text, as far as it is not as careful as later ones."""
    return ast.literal_eval(value) if value.startswith("{") else dict(part.split("=", 1) for part in value.split(","))


@pytest.mark.parametrize("older", [True, False])
def test_a_text_that_is_nearly_a_dictionary(monkeypatch, older):
    spec = importlib.import_module(f"{PACKAGE}.dli_flink_jobs").SPEC
    if older:
        monkeypatch.setattr(misplaced_values, "check_type_dict", older_check_type_dict)
    for text in ("name=orders,clicks", "{'name', 'status'}"):
        (error,) = misplaced(spec, {"filters": text})[0]
        assert re.fullmatch("filters: must be a dictionary with name, .*, not text", error)


@pytest.mark.parametrize("text", ["${OS_USERNAME}", "$OS_USERNAME"])
def test_the_name_of_a_variable(text):
    """Ansible replaces it in a path, and nowhere else."""
    spec, said = (
        importlib.import_module(f"{PACKAGE}.dli_flink_jobs").SPEC,
        "the name of a variable, which nothing replaces here",
    )
    for option, belongs in {"username": "plain text", "cloud": "the name of an entry of a clouds.yaml"}.items():
        assert misplaced(spec, {option: text})[0] == [f"{option}: must be {belongs}, not {said}"]
    assert misplaced(spec, {"ca_path": "{'a': '${HOME}'}"})[0] == [
        "ca_path: must be the path of a file, not the text of a dictionary"
    ]


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
