# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Projects as hosts."""

from __future__ import annotations

import pytest
import yaml

from ansible_collections.otc.bigdata.plugins.inventory import iam_projects
from ansible_collections.otc.bigdata.tests.emulator.server import Emulator
from ansible_collections.otc.bigdata.tests.unit.utils.emulated import template
from ansible_collections.otc.bigdata.tests.unit.utils.service import KEY, NIGHTLY, PROJECT

pytestmark = pytest.mark.cover_ansible

PATH = "/v3/auth/projects"


def test_all_that_the_user_may_use(emulator, projects):
    emulator.load(
        {
            "projects": [
                *emulator.world.identities.projects,
                *({"id": f"off{n}", "name": f"eu-de_off{n}", "enabled": off} for n, off in enumerate((False, "false"))),
                {"id": "on", "name": "eu-de_on", "enabled": None},
            ]
        }
    )
    shown = projects.of(region="eu-de")
    local = {"ansible_connection": "local", "ansible_python_interpreter": template("ansible_playbook_python")}
    assert shown.hosts == {
        "eu-de": {"project_id": PROJECT, "project_name": "eu-de", "region": "eu-de", **local},
        "eu-de_nightly": {"project_id": NIGHTLY, "project_name": "eu-de_nightly", "region": "eu-de", **local},
        "eu-de_on": {"project_id": "on", "project_name": "eu-de_on", "region": "eu-de", **local},
    }
    assert shown.groups["iam_projects"] == set(shown.hosts)
    assert shown.paths == ["/v3/auth/tokens", PATH]
    assert [token.project for token in emulator.world.identities.tokens.values()][-1] is None  # of the domain


def test_no_project_is_needed_whatever_the_credential(emulator, projects):
    """Each file is read anew; nobody is asked which project it is."""
    key = {"access_key": KEY["access_key"], "secret_key": KEY["secret_key"]}
    names = [
        projects.write("token.projects.yml", region="eu-de", token="demo-token"),
        projects.write("key.projects.yaml", project_name="eu-de", **key),
        projects.write("iam_projects.yml", auth_url=f"{emulator.url}/v3", project_id="elsewhere"),
    ]
    shown = projects.list(*names)
    assert set(shown.hosts) == {"eu-de", "eu-de_nightly"}
    assert [one["authentication"] for one in shown.requests if one["path"] == PATH] == ["token", "ak_sk", "token"]
    assert shown.paths == [PATH, PATH, "/v3/auth/tokens", PATH]


def test_regions_names_and_groups(emulator, projects):
    named = ("eu-de", "eu-nl_test", "Research", "eu-de_test_b", "{{ 1 }}")
    emulator.load({"projects": [{"id": f"p{number}", "name": name} for number, name in enumerate(named)]})
    shown = projects.of(
        region="eu-ch2",
        keyed_groups=[{"key": "region", "prefix": "region"}],
        groups={"test": "'_test' in project_name"},
        compose={"label": "project_name ~ '!'"},
        strict=True,
    )
    assert {name: host["region"] for name, host in shown.hosts.items()} == {
        "eu-de": "eu-de",
        "eu-nl_test": "eu-nl",
        "Research": "eu-ch2",
        "eu-de_test_b": "eu-de",
        "{{ 1 }}": "eu-ch2",
    }
    assert shown.groups["test"] == {"eu-nl_test", "eu-de_test_b"} == shown.groups["region_eu_nl"] | {"eu-de_test_b"}
    assert shown.hosts["{{ 1 }}"]["label"] == "{{ 1 }}!"
    assert set(projects.of(region="eu-de", names=["eu-*_test*"]).hosts) == {"eu-nl_test", "eu-de_test_b"}


def test_two_clouds_with_projects_of_the_same_name(emulator, projects):
    with Emulator(
        seed={"projects": [{"id": "p1", "name": "eu-de"}, {"id": "p2", "name": "eu-nl"}], "tokens": []}
    ) as other:
        sources = [{}, {"endpoints": {"iam": other.url}}]
        shown = projects.of(region="eu-de", sources=sources)
        assert set(shown.hosts) == {PROJECT, "eu-de_nightly", "p1", "eu-nl"}
        (said,) = projects.complaints({"region": "eu-de", "sources": sources, "hostnames": ["name"]})
        assert said.startswith("hostnames: ")
        assert "'eu-de'" in said


def test_wrong_files(emulator, projects):
    said = projects.complaints(
        {"region": "eu-de", "states": ["running"]}, {"region": "eu-de", "names": []}, {"region": "eu/de"}
    )
    assert said[0] == "states: there is no such option"
    assert said[1].startswith("names: is empty")
    assert said[2].startswith("region: 'eu/de' is not a region")


def test_another_cloud(projects):
    """The same rules as for a task. What the file says above its sources goes with them, but not with an entry of a cloud."""
    orange, shut_in = "prod-cloud-ocb.orange-business.com", {"https_proxy": "http://127.0.0.1:1", "no_proxy": ""}
    nowhere = {"OTC_IAM_ENDPOINT": "", "OTC_DLI_ENDPOINT": "", "OTC_MRS_ENDPOINT": "", "OTC_CLOUD_DOMAIN": "env.test"}
    user = {"username": "u", "password": "demo-password", "user_domain_name": "d"}
    clouds = {"own": {"auth": {"token": "some-token"}, "region_name": "eu-west-0"}}
    projects.folder.write("clouds.yaml", {"clouds": clouds})
    top = {"region": "eu-west-0", "cloud_domain": orange, "max_retries": 0}
    files = {
        "POST iam.cn-north-4.myhuaweicloud.com/": {"region": "cn-north-4", **user, "max_retries": 0},
        f"POST iam.eu-west-0.{orange}/": top,
        f"GET iam.eu-west-0.{orange}/": {**top, "sources": [{"token": "some-token"}]},
        "POST iam.eu-west-0.env.test/": {"region": "eu-west-0", "max_retries": 0},
        "hosts of 'eu-west-0' are not known": {"region": "eu-west-0", **user},
        "sources[0] (own): region: the hosts of 'eu-west-0'": {**top, "sources": [{"cloud": "own"}]},
        "cloud_domain: 'x' is not the domain of a cloud": {"region": "eu-west-0", "cloud_domain": "x"},
    }
    for words, said in zip(files, projects.complaints(*files.values(), **nowhere, **shut_in)):
        assert words in said.replace("- ", "-")  # older cores break lines there


def test_an_answer_that_is_no_list_of_projects(emulator, projects):
    bodies = {
        "projects[0].id is missing or null, not the id of a project (letters, digits, _ and -)": [{"name": "x"}],
        "projects[1] is text, not an object": [{"id": "a", "name": "x"}, "x"],
        "projects[0].id is text, not the id of a project (letters, digits, _ and -)": [{"id": "../../x", "name": "x"}],
        "projects is missing or null, not a list": None,
    }
    faults = [{"path": PATH, "kind": "status", "status": 200, "body": {"projects": body}} for body in bodies.values()]
    twice = {"region": "eu-de", "max_retries": 1}
    for fault in faults:
        emulator.faults.add(**fault)
        assert projects.of(**twice).hosts
    emulator.faults.extend([{**fault, "times": 2} for fault in faults])
    complaints = projects.complaints(*[twice] * len(faults))
    for words, said in zip(bodies, complaints):
        assert said.endswith(
            f"GET 127.0.0.1:{emulator.url.rpartition(':')[2]}{PATH}: HTTP 200: the answer has an unknown shape: {words}"
        )


def test_examples(projects):
    example = yaml.safe_load(iam_projects.EXAMPLES)
    some = projects.of(**{key: value for key, value in example.items() if key != "plugin"})
    assert some.groups["stage_nightly"] == set(some.hosts) == {"eu-de_nightly"}


def test_a_playbook_for_all_projects(emulator, projects):
    """In each project its own jobs, and nothing of another one."""
    jobs = [{"job_id": 1, "status": "job_running"}, {"job_id": 2, "status": "job_running", "project_id": NIGHTLY}]
    emulator.load({"flink_jobs": jobs})
    file = projects.write("projects.yml", region="eu-de")
    stop = {"state": "stopped", "filters": {"name": ["*"]}, **{one: template(one) for one in ("project_id", "region")}}
    play = {"hosts": "iam_projects", "tasks": [{"otc.bigdata.dli_flink_jobs": stop}]}
    run = projects.folder.playbook([play], "-i", file).end()
    assert run.out.count("changed=1") == 2, run.said
    assert {job["job_id"]: job["status"] for job in emulator.world["flink_jobs"].truth()} == dict.fromkeys(
        (1, 2), "job_cancel_success"
    )


@pytest.mark.parametrize("in_process", ["true", "false"])
def test_a_task_that_names_no_project(emulator, projects, in_process):
    """The variables of a host are no options: such a task would act in the project of the credential for each of them."""
    jobs = [{"job_id": 1, "status": "job_running"}, {"job_id": 2, "status": "job_running", "project_id": NIGHTLY}]
    emulator.load({"flink_jobs": jobs})
    file = projects.write("projects.yml", region="eu-de")
    task = {"otc.bigdata.dli_flink_jobs": {"state": "stopped", "filters": {"name": ["*"]}}, "ignore_errors": True}
    own = {"OS_PROJECT_ID": template("project_id"), "OS_REGION_NAME": "eu-de"}
    tasks = [
        {"name": "no project", **task},
        {"name": "once", **task, "run_once": True, "check_mode": True},
        {"name": "its own", **task, "environment": own, "check_mode": True},
        {"name": "behind a proxy", **task, "environment": {"http_proxy": ""}, "check_mode": True},
        {
            "name": "of a cluster",
            "otc.bigdata.mrs_job_executions_info": {"cluster_id": "7e6f5d4c-3b2a-4190-8f7e-6d5c4b3a2910"},
            "ignore_errors": True,
        },
    ]
    said = "so it would act in the project of the credential, also for hosts of other projects (this one is of {})"
    play = {"hosts": "iam_projects", "tasks": tasks}

    def run(**environ: str) -> dict[str, str]:
        done = projects.folder.playbook([play], "-i", file, OTC_BIGDATA_IN_PROCESS=in_process, **environ).end()
        told = done.tasks()
        refused = "so it would act" in told["once"] + told["its own"] + told["of a cluster"]
        assert not refused, done.said
        asked = [told[name].count("so it would act") for name in ("no project", "behind a proxy")]
        assert asked[0] == asked[1], done.said
        return told

    told = run(OS_TOKEN="demo-token", OS_REGION_NAME="eu-de", OS_USERNAME="")["no project"]
    assert all(said.format(name) in told for name in ("eu-de", "eu-de_nightly")), told
    assert {job["status"] for job in emulator.world["flink_jobs"].truth()} == {"job_running"}
    for number, name in ((1, "OS_PROJECT_NAME"), (2, "OS_PROJECT_ID")):
        told = run(**{name: {1: "eu-de", 2: NIGHTLY}[number], "OS_REGION_NAME": "eu-de"})["no project"]
        ours, other = ("eu-de", "eu-de_nightly")[:: 1 if number == 1 else -1]
        assert (said.format(ours) in told, said.format(other) in told) == (False, True), told
        statuses = {job["job_id"]: job["status"] for job in emulator.world["flink_jobs"].truth()}
        assert statuses == {one: "job_cancel_success" if one <= number else "job_running" for one in (1, 2)}


def test_one_project_for_all_hosts(emulator, projects):
    """No task needs to name it, but where the environment names another one."""
    file = projects.write("projects.yml", region="eu-de", names="eu-de_nightly")
    play = {"hosts": "iam_projects", "tasks": [{"otc.bigdata.dli_flink_jobs_info": {}}]}
    for environ, is_fine in (
        ({"OS_TOKEN": "demo-token", "OS_USERNAME": ""}, True),
        ({"OS_PROJECT_NAME": "eu-de_nightly"}, True),
        ({"OS_PROJECT_NAME": "eu-de"}, False),
    ):
        run = projects.folder.playbook([play], "-i", file, OS_REGION_NAME="eu-de", **environ).end()
        assert ("this one is of eu-de_nightly" in run.out) != is_fine, run.said
        assert (run.code == 0) == is_fine, run.said


def test_a_name_that_is_that_of_two_projects(emulator, projects):
    """In two accounts. The environment names only one of them."""
    ids = {"ours": PROJECT, "theirs": "p2"}
    hosts = {name: {"project_id": project, "project_name": "eu-de"} for name, project in ids.items()}
    every = {"ansible_connection": "local", "ansible_python_interpreter": template("ansible_playbook_python")}
    projects.folder.write("hosts.yml", {"iam_projects": {"hosts": hosts, "vars": every}})
    play = {"hosts": "iam_projects", "tasks": [{"otc.bigdata.dli_flink_jobs_info": {}}]}
    run = projects.folder.playbook([play], "-i", "hosts.yml", OS_PROJECT_NAME="eu-de", OS_REGION_NAME="eu-de").end()
    assert run.out.count("this one is of eu-de") >= len(hosts), run.said
    assert "ok: [" not in run.out, run.said


def test_names_are_lists_that_may_be_text(projects):
    ways = ("eu-nl , eu-de_nightly", ["eu-nl", " eu-de_nightly "])
    shown = projects.each(*({"region": "eu-de", "names": names} for names in ways))
    assert shown.groups["file0"] == shown.groups["file1"] == {"eu-de_nightly"}


def test_texts_that_no_name_can_be(projects):
    odd = (["eu-de\neu-nl"], ["eu-de", "!eu-de_nightly"], ["eu-de", ""], "[eu-de]", ["eu-de", "[^e]*"], [8], True)
    said = projects.complaints(*({"region": "eu-de", "names": names} for names in odd))
    words = (
        ("names[0]", "control character"),
        ("names[1]", "begins with !"),
        ("names[1]", "is empty"),
        ("names[0]", "[ in it, as the text of a list has"),
        ("names[1]", "[^ in it"),
        ("names:", "must be plain text, not a number; quote it"),
        ("names:", "must be plain text, not true or false; quote it"),
    )
    for text, expected in zip(said, words):
        assert all(word in text for word in expected), text
