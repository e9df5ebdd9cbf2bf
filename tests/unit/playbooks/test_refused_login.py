# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A login that was refused is not sent again by any playbook."""

from __future__ import annotations

from ansible_collections.otc.bigdata.tests.unit.utils.flink import Flink
from ansible_collections.otc.bigdata.tests.unit.utils.playbooks import fatal, play, recap, said_to, two_projects

KEY = "AKDEMO0000000000001"
REFUSED = {
    "drain_queue": {"queue_name": "etl", "wait_interval": 1},
    "purge_finished": {"older_than": "1d", "services": "mrs", "clusters": "analytics,reports,x"},
    "show_jobs": {"clusters": "analytics"},
    "stop_all": {"all_jobs": True, "clusters": "analytics,reports"},
}


def test_a_login_that_was_refused_is_not_sent_again():
    """Five of them lock the user. What was not tried for that is said not to be."""
    untried = "not tried, as the login was refused"
    with two_projects() as (emulator, here):
        for name, variables in REFUSED.items():
            emulator.log.clear()
            run = play(here, name, {"project_name": "eu-de", **variables}, OS_PASSWORD="yesterdays")
            assert run.code == 2
            assert [(one["path"], one["status"]) for one in emulator.log.entries()] == [("/v3/auth/tokens", 401)], name
            others = {"drain_queue": 2, "purge_finished": 2, "show_jobs": 3, "stop_all": 4}[name]
            assert fatal(run).count(untried) == others, run.said
            assert "The username or password is wrong" in fatal(run)
            assert "can be deleted" not in run.said


def test_a_login_that_was_refused_is_not_sent_again_at_the_end_of_a_window():
    """That of a job which was cut off looks again and again whether its jobs go down; a look that fails for another reason says nothing."""
    flink = {"stopped_jobs": {"localhost": [1]}, "work_begun": {"localhost": False}}
    ends = [{"after": "2 looks", "status": "job_cancel_success"}]
    with two_projects() as (emulator, here):
        job = {"job_id": 1, "status": "job_running", "has_savepoint": True, "script": {"created": ends}}
        emulator.load({"flink_jobs": [job]})
        emulator.faults.add(method="GET", path="/jobs/1$", status=403)
        variables = {"project_name": "eu-de", "otc_bigdata": {"flink": flink}}
        run = play(here, "maintenance_end", variables)
        assert "flink: Started 1 of 1 job" in run.said
        assert run.code == 0
        emulator.log.clear()
        run = play(here, "maintenance_end", variables, OS_PASSWORD="yesterdays")
        assert "The username or password is wrong" in fatal(run)
        assert [(one["path"], one["status"]) for one in emulator.log.entries()] == [("/v3/auth/tokens", 401)]


def test_a_signature_that_was_refused_is_not_sent_again():
    """By the gateway, not by IAM. Five of them lock the key."""
    key = {"OS_USERNAME": "", "OS_PASSWORD": "", "OS_USER_DOMAIN_NAME": "", "OS_ACCESS_KEY": KEY, "OS_SECRET_KEY": "x"}
    variables = {"project_id": "0123456789abcdef0123456789abcdef"}
    with two_projects() as (emulator, here):
        run = play(here, "stop_all", {**variables, **REFUSED["stop_all"]}, **key)
        assert fatal(run).count("not tried, as the login was refused") == 4, run.said
        here.write("hosts.yml", {"all": {"hosts": dict.fromkeys("abcdef", variables)}})
        run = play(here, "show_jobs", {"otc_hosts": "all"}, "-i", "hosts.yml", **key)
        assert all(
            fatal(run, host).startswith("Nothing was tried, as the login for a was refused") for host in "abcdef"
        )
        assert [one["status"] for one in emulator.log.entries()] == [401, 401]


def test_a_login_that_was_refused_is_not_sent_for_the_next_host():
    hosts = {name: {"project_name": "eu-de_nightly" if name == "b" else "eu-de"} for name in "abcdef"}
    with two_projects() as (emulator, here):
        here.write("hosts.yml", {"all": {"hosts": hosts}})
        run = play(here, "show_jobs", {"otc_hosts": "all"}, "-i", "hosts.yml", OS_PASSWORD="yesterdays")
        assert run.code == 2
        assert [(one["path"], one["status"]) for one in emulator.log.entries()] == [("/v3/auth/tokens", 401)]
        for name in hosts:
            assert fatal(run, name).startswith("Nothing was tried, as the login for ")


def test_a_login_that_was_refused_is_not_sent_for_the_next_entry():
    """Of a clouds.yaml with one for each project, and of two users: what is wrong with the password of one does not concern the other."""
    stale, fresh = "abcde", "vw"
    auth = {"username": "demo", "user_domain_name": "demo-domain", "project_name": "eu-de"}
    users = [{"id": name, "name": name, "password": "todays"} for name in ("demo", "night")]
    with two_projects(users=users) as (emulator, here):
        own = {"auth": {**auth, "auth_url": f"{emulator.url}/v3", "password": "yesterdays"}, "region_name": "eu-de"}
        other = {**own, "auth": {**own["auth"], "username": "night", "password": "todays"}}
        clouds = {**{f"of-{name}": own for name in stale}, **{f"of-{name}": other for name in fresh}}
        here.write("clouds.yaml", {"clouds": clouds})
        here.write("hosts.yml", {"all": {"hosts": {name: {"cloud": f"of-{name}"} for name in (*stale, *fresh)}}})
        login = {"OS_USERNAME": "", "OS_PASSWORD": "", "OS_CLIENT_CONFIG_FILE": str(here.home / "clouds.yaml")}
        run = play(here, "show_jobs", {"otc_hosts": "all", "services": "flink"}, "-i", "hosts.yml", **login)
        assert run.code == 2
        logins = [one["status"] for one in emulator.log.entries() if one["path"] == "/v3/auth/tokens"]
        assert (logins.count(401), logins.count(201)) == (1, 1 + len(fresh))
        for name in stale:
            assert fatal(run, name).startswith("Nothing was tried, as the login for a was refused: ")
        assert all(recap(run, name)["failed"] == 0 for name in fresh)


def test_a_login_that_is_refused_from_then_on():
    """Somebody has changed the password after the first look at a queue. Nobody looks at it again, so it does not count as empty."""
    running = [{"job_id": 1, "status": "job_running", "queue_name": "etl"}]
    with two_projects(flink_jobs=running) as (emulator, here):
        no = {"error_code": "IAM.0062", "error_msg": "The username or password is wrong."}
        emulator.faults.add(method="POST", path="/v3/auth/tokens", status=401, body=no, skip=3, times=None)
        run = play(here, "drain_queue", {"project_name": "eu-de", **REFUSED["drain_queue"]})
        assert run.code == 2
        assert [one["status"] for one in emulator.log.entries() if one["path"] == "/v3/auth/tokens"] == [201] * 3 + [
            401
        ]
        assert fatal(run).splitlines()[1:] == [
            f"could not be read: {service}: not tried, as the login was refused"
            for service in ("flink", "spark", "sql")
        ]
        assert said_to(run, "Show what is left", "localhost") == ""
        assert Flink(emulator).truth == {1: "job_running"}
