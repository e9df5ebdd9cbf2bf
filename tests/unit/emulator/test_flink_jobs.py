# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How jobs move from state to state, what lists show, and jobs that behave oddly."""

from __future__ import annotations

import pytest

ACTIVE = ["job_running", "job_submitting", "job_cancel_fail"]
UNDEFINED = ["job_running_exception", "job_downloading", "job_idle", "job_arrearage_recovering", "job_foo"]
NOT_STOPPABLE = [
    "job_init",
    "job_submit_fail",
    "job_canceling",
    "job_cancel_success",
    "job_savepointing",
    "job_arrearage_stopped",
    "job_finish",
]


@pytest.fixture
def slow(emulator):
    """Transitions that take two looks each."""
    emulator.settings.update({"delays": dict.fromkeys(("savepoint", "cancel", "delete", "submit"), "2 looks")})


def seen(call, job_id, looks):
    return [call.status(job_id) for dummy in range(looks)]


@pytest.mark.parametrize("status", ACTIVE)
def test_stop(call, add_job, status):
    job_id = add_job(status=status)
    assert call.flink("POST", "/stop", {"job_ids": [job_id]}).status == 200
    assert call.status(job_id) == "job_cancel_success"


@pytest.mark.parametrize("status", NOT_STOPPABLE + UNDEFINED)
def test_no_stop(call, add_job, status):
    answer = call.flink("POST", "/stop", {"job_ids": [add_job(status=status)]})
    assert (answer.status, answer.code) == (400, "DLI.15002")


@pytest.mark.parametrize("status", UNDEFINED)
def test_stop_where_nothing_is_documented(call, emulator, add_job, status):
    emulator.settings.update({"answers": {"stop_undefined": "accept"}})
    assert call.flink("POST", "/stop", {"job_ids": [add_job(status=status)]}).status == 200


@pytest.mark.parametrize("status", ACTIVE + UNDEFINED + NOT_STOPPABLE)
def test_delete_in_any_state(call, add_job, status):
    job_id = add_job(status=status)
    assert call.flink("POST", "/delete", {"job_ids": [job_id]}).status == 200
    assert call.flink("GET", f"/{job_id}").code == "DLI.16001"
    assert call.flink("GET").body["job_list"]["total_count"] == 0


def test_unknown_ids(call):
    assert call.flink("GET", "/5").code == "DLI.16001"
    assert call.flink("POST", "/stop", {"job_ids": [5]}).code == "DLI.15001"
    assert call.flink("POST", "/delete", {"job_ids": [5]}).code == "DLI.17001"
    assert call.flink("POST", "/run", {"job_ids": [5]}).code == "DLI.13007"
    assert call.flink("DELETE", "/5").code == "DLI.17001"


@pytest.mark.usefixtures("slow")
def test_slow_stop(call, add_job):
    job_id = add_job()
    call.flink("POST", "/stop", {"job_ids": [job_id]})
    assert seen(call, job_id, 4) == ["job_canceling"] * 2 + ["job_cancel_success"] * 2


@pytest.mark.usefixtures("slow")
def test_slow_stop_with_savepoint(call, add_job):
    job_id = add_job()
    call.flink("POST", "/stop", {"job_ids": [job_id], "trigger_savepoint": True})
    assert seen(call, job_id, 5) == ["job_savepointing"] * 2 + ["job_canceling"] * 2 + ["job_cancel_success"]
    detail = call.flink("GET", f"/{job_id}").body["job_detail"]
    assert detail["has_savepoint"]
    assert detail["savepoint_path"].startswith(f"jobs/savepoint/{job_id}/")


@pytest.mark.usefixtures("slow")
def test_slow_delete_of_a_running_job(call, add_job):
    job_id = add_job()
    call.flink("POST", "/delete", {"job_ids": [job_id]})
    assert seen(call, job_id, 3) == ["job_canceling", "job_canceling", None]


@pytest.mark.usefixtures("slow")
def test_slow_run(call, add_job):
    job_id = add_job(status="job_init")
    call.flink("POST", "/run", {"job_ids": [job_id]})
    assert seen(call, job_id, 3) == ["job_submitting", "job_submitting", "job_running"]


def test_run_refusals(call, add_job):
    assert call.flink("POST", "/run", {"job_ids": [add_job()]}).code == "DLI.13006"
    assert call.flink("POST", "/run", {"job_ids": [add_job(status="job_init", queue_name="")]}).code == "DLI.13024"
    job_id = add_job(status="job_finish")
    assert call.flink("POST", "/run", {"job_ids": [job_id], "resume_savepoint": True}).code == "DLI.13017"


def test_seconds(call, emulator, clock, add_job):
    emulator.settings.update({"delays": {"cancel": 10}})
    job_id = add_job()
    call.flink("POST", "/stop", {"job_ids": [job_id]})
    clock.now += 9.9
    assert call.status(job_id) == "job_canceling"
    clock.now += 0.2
    assert call.status(job_id) == "job_cancel_success"


def test_looks_in_lists_count_too(call, add_job):
    add_job(script={"created": [{"after": "2 looks", "status": "job_finish"}]})
    looks = [call.flink("GET").body["job_list"]["jobs"][0]["status"] for dummy in range(3)]
    assert looks == ["job_running", "job_running", "job_finish"]


# ---- scripts: the behaviours named in README.md ----


def test_undeletable(call, add_job):
    job_id = add_job(script={"delete": []})
    assert call.flink("POST", "/delete", {"job_ids": [job_id]}).status == 200
    assert call.status(job_id) == "job_running"


def test_savepoint_fails(call, add_job):
    job_id = add_job(
        script={
            "savepoint": [
                {"status": "job_savepointing"},
                {"after": "1 look", "status": "job_cancel_fail", "status_desc": "no bucket"},
            ]
        }
    )
    call.flink("POST", "/stop", {"job_ids": [job_id], "trigger_savepoint": True})
    assert seen(call, job_id, 2) == ["job_savepointing", "job_cancel_fail"]
    assert call.flink("GET", f"/{job_id}").body["job_detail"]["status_desc"] == "no bucket"
    call.flink("POST", "/stop", {"job_ids": [job_id]})
    assert call.status(job_id) == "job_cancel_success"


def test_finishes_before_the_stop(call, add_job):
    job_id = add_job(script={"before_stop": [{"status": "job_finish"}]})
    assert call.flink("POST", "/stop", {"job_ids": [job_id]}).code == "DLI.15002"
    assert call.status(job_id) == "job_finish"


def test_somebody_else_deletes_first(call, add_job):
    job_id = add_job(script={"before_delete": [{"status": "gone"}]})
    assert call.flink("DELETE", f"/{job_id}").code == "DLI.17001"


def test_restarts(call, add_job):
    job_id = add_job(status="job_running_exception", script={"created": [{"after": "1 look", "status": "job_running"}]})
    assert seen(call, job_id, 2) == ["job_running_exception", "job_running"]


def test_vanishes(call, add_job):
    job_id = add_job(script={"created": [{"after": "2 looks", "status": "gone"}]})
    assert seen(call, job_id, 3) == ["job_running", "job_running", None]


def test_refusals(call, add_job):
    job_id = add_job(refuse={"get": "DLI.10005", "stop": "DLI.10001", "delete": "DLI.10014"})
    assert call.flink("GET", f"/{job_id}").code == "DLI.10005"
    assert call.flink("POST", "/stop", {"job_ids": [job_id]}).code == "DLI.10001"
    assert call.flink("DELETE", f"/{job_id}").code == "DLI.10014"
    assert call.flink("GET").body["job_list"]["total_count"] == 1


def test_hidden(call, add_job):
    job_id = add_job(hidden=True)
    assert call.flink("GET").body["job_list"]["total_count"] == 0
    assert call.status(job_id) == "job_running"


# ---- lists ----


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["c", "ab", "a"]),
        ("order=asc", ["a", "ab", "c"]),
        ("name=a", ["ab", "a"]),
        ("status=job_finish", ["ab"]),
        ("queue_name=q", ["a"]),
        ("user_name=u", ["c"]),
        ("job_type=flink_jar_job", ["c"]),
        ("tags=x%3D1", ["ab", "a"]),
        ("tags=x%3D1,y%3D2", ["a"]),
        ("tags=x%3D2", []),
        ("name=a&status=job_running", ["a"]),
        ("limit=1&offset=1", ["ab"]),
        ("limit=0", []),
        ("offset=3", []),
        ("root_job_id=9", ["child"]),
    ],
)
def test_filters(call, add_job, query, names):
    add_job(name="a", age=30, queue_name="q", tags={"x": "1", "y": "2"})
    add_job(name="ab", age=20, status="job_finish", tags={"x": "1"})
    add_job(name="c", age=10, user_name="u", job_type="flink_jar_job")
    add_job(name="child", age=5, root_id=9)
    add_job(name="elsewhere", project_id="fedcba9876543210fedcba9876543210")
    assert [job["name"] for job in call.flink("GET", f"?{query}").body["job_list"]["jobs"]] == names


def test_pages(call, add_job):
    add_job(count=25)
    pages = [call.flink("GET", f"?limit=10&offset={offset}").body["job_list"] for offset in (0, 10, 20)]
    assert [page["total_count"] for page in pages] == [25] * 3
    assert sorted(job["job_id"] for page in pages for job in page["jobs"]) == list(range(1, 26))
    assert len(call.flink("GET").body["job_list"]["jobs"]) == 10


def test_newcomers_shift_the_pages(call, emulator, add_job):
    add_job(count=4, name="job", age=60)
    emulator.settings.update({"newcomers": 1})
    first, second, third = (call.flink("GET", f"?limit=2&offset={offset}").body["job_list"] for offset in (0, 2, 4))
    assert first["jobs"][1] == second["jobs"][0]
    assert [first["total_count"], second["total_count"], third["total_count"]] == [4, 5, 5]


def test_fields(call, add_job):
    job_id = add_job(status="job_init", sql_body="SELECT 1", user_name="u", tags={"k": "v"})
    brief = call.flink("GET").body["job_list"]["jobs"][0]
    assert (brief["user_name"], brief["start_time"]) == ("u", 0)
    assert not {"sql_body", "project_id", "update_time", "tags"} & set(brief)
    full = call.flink("GET", "?show_detail=true").body["job_list"]["jobs"][0]
    assert full["sql_body"] == "SELECT 1"
    assert not {"user_name", "duration", "root_id"} & set(full)
    detail = call.flink("GET", f"/{job_id}").body["job_detail"]
    assert (detail["sql_body"], detail["start_time"]) == ("SELECT 1", None)
    assert not {"user_name", "duration", "root_id"} & set(detail)


@pytest.mark.parametrize("status", ["job_arrearage_stopped", "job_arrearage_recovering"])
def test_statuses_that_a_list_cannot_be_asked_for(call, status):
    """The reference does not have them among the values of this parameter."""
    assert call.flink("GET", f"?status={status}").code == "DLI.0001"


def test_a_refusal_that_passes(call, add_job):
    job_id = add_job(refuse={"get": {"code": "DLI.0999", "times": 2}})
    assert [call.flink("GET", f"/{job_id}").status for dummy in range(4)] == [400, 400, 200, 200]


def test_export(call, emulator, add_job):
    """Nothing of the jobs changes. Of all jobs, without ids, it holds those of this project."""
    ids = [add_job(name="orders", status=status) for status in ("job_running", "job_init", "job_foo")]
    add_job(name="elsewhere", project_id="fedcba9876543210fedcba9876543210")
    answer = export(call, ids[:2])
    assert answer.status == 200
    assert answer.body == {
        "is_success": "true",
        "message": "The jobs were exported.",
        "zip_file": ["ops-bucket/backup/orders_1.zip"],
    }
    everything = call.flink("POST", "/export", {"obs_dir": "ops-bucket/", "is_selected": False})
    (file,) = everything.body["zip_file"]
    assert {name: sorted(found) for name, found in emulator.world.files.items()} == {
        "ops-bucket/backup/orders_1.zip": ids[:2],
        file: ids,
    }
    assert call.status(ids[0]) == "job_running"
    emulator.load({})
    assert emulator.world.files == {}


def test_no_export(call, emulator, add_job):
    forbidden = add_job(refuse={"export": "DLI.10005"})
    vanishing = add_job(script={"before_export": [{"status": "gone"}]})
    for job_id, code in ((forbidden, "DLI.10005"), (vanishing, "DLI.16001"), (99, "DLI.16001")):
        answer = export(call, [add_job(), job_id])
        assert (answer.status, answer.code) == (400, code)
    assert emulator.world.files == {}
    assert call.status(vanishing) is None


def export(call, ids):
    return call.flink("POST", "/export", {"obs_dir": "ops-bucket/backup", "is_selected": True, "job_selected": ids})
