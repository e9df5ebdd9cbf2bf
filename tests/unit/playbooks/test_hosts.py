# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A play for several hosts, for none, and for those that a limit leaves; and runs that leave out tasks."""

from __future__ import annotations

import shutil

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import template, world
from ansible_collections.otc.bigdata.tests.unit.utils.playbooks import (
    PLAYBOOKS,
    counts,
    fatal,
    play,
    play_hosts,
    stats,
    truth,
    two_projects,
)
from ansible_collections.otc.bigdata.tests.unit.utils.service import NIGHTLY


def test_hosts():
    """One for each project; their figures add up. On one of them jobs have two seconds to end by themselves."""
    hosts = {
        "day": {"project_name": "eu-de", "queue_name": "streaming", "drain_timeout": 2},
        "night": {"project_name": "eu-de_nightly", "names": "*"},
    }
    running = {"status": "job_running", "queue_name": "streaming"}
    seed = {
        "flink_jobs": [
            {"job_id": 1, **running},
            {"job_id": 2, "project_id": NIGHTLY, **running},
            {"job_id": 3, "status": "job_running"},
            {"job_id": 4, **running, "script": {"created": [{"after": "1 looks", "status": "job_finish"}]}},
        ],
        "batches": [],
        "sql_jobs": [],
        "mrs_jobs": [],
    }
    with two_projects(**seed) as (emulator, here):
        here.write("hosts.yml", {"all": {"hosts": hosts}})
        run = play(here, "stop_all", {"otc_hosts": "all"}, "-i", "hosts.yml")
        assert run.code == 0, run.said
        ended = {1: "job_cancel_success", 2: "job_cancel_success", 4: "job_finish"}
        assert {job: status for job, status in truth(emulator).items() if status != "job_running"} == ended
        assert counts(run) == {"flink": [3, 2, 1, 0], "spark": [0, 0, 0, 0], "sql": [0, 0, 0, 0]}
        assert stats(run)["flink"]["messages"] == [
            "Stopped 1 of 2 jobs, 1 ended within drain_timeout",
            "Stopped 1 of 1 job",
        ]


def test_disposable_jobs_are_those_of_one_host():
    """Another project may have a job of the same ID."""
    with world(flink_jobs=[{"job_id": 128}]) as (emulator, here):
        run = play_hosts(here, "check_service", {"mine": {"disposable_flink_jobs": "128"}, "other": {}})
        assert fatal(run, "mine").startswith("otc_hosts: the disposable jobs are those of one project")
        assert emulator.log.entries() == []


def test_a_check_of_several_hosts_has_a_folder_for_each():
    """The transcript of one would be left with the table of another."""
    with world() as (emulator, here):
        for folder, code in ((".", 2), ("./" + template("inventory_hostname"), 0)):
            (here.home / "mine").mkdir(exist_ok=True)
            run = play_hosts(here, "check_service", {"mine": {"folder": folder}, "other": {"folder": "."}})
            assert run.code == code, run.said
            assert len(list(here.home.rglob("check_service.md"))) == (0 if code else 2)
            if code:
                assert fatal(run, "mine").startswith(
                    "folder: the files of one host would take the place of those of another; "
                )
                assert emulator.log.entries() == []


def test_localhost_is_a_cluster():
    """An inventory has named one so. Its project is not taken for the one that is meant."""
    host = {"localhost": {"project_name": "eu-de_nightly", "ansible_connection": "local"}}
    with world() as (emulator, here):
        here.write("hosts.yml", {"mrs_clusters": {"hosts": host}})
        run = play(here, "stop_all", {"names": "*"}, "-i", "hosts.yml")
        assert run.code == 2
        assert fatal(run).startswith("otc_hosts: 'localhost' is a cluster of the inventory mrs_clusters here")
        assert emulator.log.entries() == []


def test_what_has_no_effect_beside_an_import():
    """Ansible passes over it, and the jobs of another project would be stopped, or jobs that were only to be looked at."""
    ours = {"import_playbook": "otc.bigdata.stop_all", "vars": {"names": "*"}}
    checked = {**ours, "check_mode": True}
    by_path = {**ours, "import_playbook": str(PLAYBOOKS / "stop_all.yml"), "environment": {"OS_PROJECT_NAME": "x"}}
    site = "collections/ansible_collections/site/night/playbooks"
    files = {
        "check.yml": [{**checked, "vars": {**ours["vars"], "ansible_check_mode": True}}],
        "path.yml": [by_path],
        "outer.yml": [
            {"ansible.builtin.import_playbook": "sub/inner.yml", "module_defaults": {"debug": {"msg": "x"}}},
            {"hosts": "localhost"},
        ],
        "sub/inner.yml": [ours],
        "template.yml": [{**checked, "import_playbook": "{{ which | default('otc.bigdata.stop_all') }}"}],
        f"{site}/stop.yml": [checked],
        "of_collection.yml": [{"import_playbook": "site.night.stop"}],
        "clock.yml": [{"import_playbook": "sub/inner.yml", "when": "now().year > 2000"}],
        "harmless.yml": [
            {**ours, "check_mode": False, "environment": {}, "vars": {"names": "*", "ansible_check_mode": False}},
            {**ours, "when": "names != '*'"},
        ],
    }
    in_vain = "has no effect beside import_playbook"
    refused = {
        "check.yml": f"ansible_check_mode, check_mode: {in_vain}",
        "path.yml": f"environment: {in_vain}",
        "outer.yml": f"module_defaults: {in_vain}",
        "template.yml": f"check_mode: {in_vain}",
        "site.night.stop": f"check_mode: {in_vain}",
        "of_collection.yml": f"check_mode: {in_vain}",
        "clock.yml": "when: Ansible asks a condition beside import_playbook again before each task",
    }
    with world(flink_jobs=[{"job_id": 1, "status": "job_running"}]) as (emulator, here):
        for file, content in files.items():
            here.write(file, content)
        places = f"{here.home / 'collections'}:{here.environ()['ANSIBLE_COLLECTIONS_PATH']}"
        for playbook, message in refused.items():
            run = here.start("playbook", playbook, ANSIBLE_COLLECTIONS_PATH=places).end(120)
            assert run.code != 0
            assert message in " ".join(run.said.split()), run.said
        assert emulator.log.entries() == []
        for playbook in ("sub/inner.yml", "harmless.yml"):
            run = here.start("playbook", playbook).end(120)
            assert run.code == 0, run.said


def test_no_host():
    """A run of which nothing comes, as its inventory could not be read, is no success. A group without a host is enough to stop all that is there."""
    with world(flink_jobs=[]) as (emulator, here):
        here.write("hosts.yml", {"all": {"children": {"clusters": {"hosts": {}}}}})
        for playbook, hosts, code in (
            ("stop_all", "cluster", 4),
            ("stop_all", "clusters", 0),
            ("maintenance_window", "clusters", 4),
        ):
            run = here.start("playbook", f"otc.bigdata.{playbook}", "-i", "hosts.yml", "-e", f"otc_hosts={hosts}").end(
                120
            )
            assert (run.code, f"otc_hosts: no host matches {hosts}" in run.said) == (code, code > 0), run.said
        line = ("otc.bigdata.maintenance_window", "-e", "otc_hosts=clusters", "--syntax-check")
        checked = here.start("playbook", *line).end(120)  # as ansible-lint does it, without the inventory
        assert checked.code == 0, checked.said


def test_limit_leaves_no_host():
    """A limit that passes all of them over is no success either. A playbook that imports ours may have plays for the hosts that are left."""
    with world(flink_jobs=[]) as (emulator, here):
        here.write("hosts.yml", {"all": {"hosts": {"day": {}, "night": {}}}})
        variables = {"all_jobs": True, "otc_hosts": "night"}
        imports = [{"ansible.builtin.import_playbook": "otc.bigdata.stop_all", "vars": variables}]
        site = here.write("site.yml", imports)
        for line, hosts, code in (
            (["otc.bigdata.stop_all", "-e", "all_jobs=true"], "localhost", 4),
            ([str(site), "-e", "otc_hosts=night"], "night", 4),
            ([str(site)], "night", 0),
            ([str(site), "--tags", "x"], "night", 0),
        ):
            run = here.start("playbook", *line, "-i", "hosts.yml", "--limit", "day").end(120)
            assert run.code == code, run.said
            assert f"otc_hosts: --limit leaves no host of {hosts}, so nothing is done for them" in run.said
        assert emulator.log.entries() == []


def test_tags_leave_no_task():
    """Nor is a run that leaves out all that there is to do."""
    with world() as (emulator, here):
        for playbook in ("otc.bigdata.stop_all", str(PLAYBOOKS / "stop_all.yml")):
            for option, value in (("--tags", "flink"), ("--skip-tags", "untagged"), ("--start-at-task", "Report")):
                run = here.start("playbook", playbook, "-e", "all_jobs=true", option, value).end(120)
                assert (run.code, f"{option}: this playbook is carried out whole" in run.said) == (4, True), run.said
        assert emulator.log.entries() == []


def test_tags_in_a_clone():
    """As in a project of AWX. A playbook of the same name may be one that imports ours."""
    with world() as (emulator, here):
        shutil.copytree(PLAYBOOKS, here.path / "clone")
        imports = [{"ansible.builtin.import_playbook": "otc.bigdata.stop_all", "vars": {"all_jobs": True}}]
        for playbook, code in ((here.path / "clone/stop_all.yml", 4), (here.write("stop_all.yml", imports), 0)):
            run = here.start("playbook", str(playbook), "-e", "all_jobs=true", "--tags", "x").end(120)
            assert (run.code, "--tags: this playbook is carried out whole" in run.said) == (code, bool(code)), run.said
        assert emulator.log.entries() == []


def test_a_file_for_each_host():
    """All hosts of a window have one file, as the last of them writes what all have done."""
    own = {name: {"stopped_jobs_file": f"{name}.yml", "names": "*"} for name in ("day", "night")}
    with world() as (emulator, here):
        here.write("hosts.yml", {"all": {"hosts": own}})
        run = play(here, "maintenance_window", {"otc_hosts": "all"}, "-i", "hosts.yml")
        assert {fatal(run, name) for name in own} == {"stopped_jobs_file: must be one file for all hosts of the play"}
        assert emulator.log.entries() == []
