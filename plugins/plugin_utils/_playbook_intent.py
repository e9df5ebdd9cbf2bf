# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What a playbook is going to do: one line, also for somebody who has typed the variables in a hurry."""

from __future__ import annotations

from ..module_utils._cloud.identity import PROJECT, TARGET_PROJECT
from ._check_service_named import intent
from ._job_table import counted
from ._playbook_given import Settings, Variables


def intent_of(playbook: str, found: Settings, given: Variables, check_mode: bool) -> str:
    does = {
        "check_service": _checks,
        "drain_queue": _drains,
        "maintenance_end": _end,
        "maintenance_window": _window,
        "purge_finished": _purges,
        "show_jobs": _shows,
        "stop_all": _stops,
    }
    text = f"{does[playbook](found)}{_by_plan(found, check_mode)}; {_place(found, given)}"
    return f"Check mode, so nothing is changed: {text}" if check_mode else text


def _checks(found: Settings) -> str:
    files = f"; write what was seen into {found['folder']}" if found["folder"] else ""
    writes = "".join(f"; {one}" for one in intent(found))
    return f"Read from IAM, DLI and MRS, and compare it with what is assumed{writes}{files}"


def _by_plan(found: Settings, check_mode: bool) -> str:
    if not found.get("plan_file"):
        return ""
    if check_mode:
        return f"; write the plan into {found['plan_file']}"
    return f"; only if these are just the {counted(len(found['plan']), 'job', 'jobs')} of the plan {found['plan_file']}"


def _shows(found: Settings) -> str:
    statuses = f" in status {', '.join(found['status'])}" if found["status"] else ""
    return f"Show what is in {_services(found)}: {_which(found)}{statuses}"


def _stops(found: Settings) -> str:
    savepoints = "" if "flink" not in found["services"] else f"; Flink jobs {_savepoints(found)}"
    spared = "; SQL jobs have no name, so none of them is cancelled" if found["except_names"] else ""
    return f"Stop what runs in {_services(found)}: {_which(found)}{spared}{savepoints}{_time_to_end(found)}"


def _drains(found: Settings) -> str:
    savepoints = "; Flink jobs with savepoints" if "flink" in found["services"] else ""
    return f"Empty the queue {found['queue_name']}: stop what runs there in {_services(found)}{savepoints}{_time_to_end(found)}"


def _time_to_end(found: Settings) -> str:
    return f"; after {found['drain_timeout']} s to end by themselves" if found["drain_timeout"] else ""


def _purges(found: Settings) -> str:
    stopped = ", also Flink jobs that were stopped or could not be started" if found["delete_stopped"] else ""
    kept = f"; Flink jobs are exported to {found['export_to']} first" if found["export_to"] else ""
    old = f"jobs older than {found['older_than']}{_but(found)}"
    return f"Delete what has ended in {_services(found)}: {old}{stopped}{kept}"


def _window(found: Settings) -> str:
    stops = f"Stop Flink jobs {_savepoints(found)}: {_which(found)}"
    if not found["maintenance_tasks"]:
        return f"{stops}; start none of them again"
    return f"{stops}; run {found['maintenance_tasks']}; start them again: {found['start_again']}"


def _end(found: Settings) -> str:
    ids = found["kept"]["stopped_jobs"]
    way = "from their savepoints" if found["resume_savepoint"] else "without their savepoints"
    return f"Start Flink jobs {way}: {', '.join(map(str, ids)) or 'none'}"


def _savepoints(found: Settings) -> str:
    return "with savepoints" if found["trigger_savepoint"] else "without savepoints, so their state is lost"


def _services(found: Settings) -> str:
    clusters = f" ({', '.join(map(str, found['clusters']))})"
    return ", ".join(f"{one}{clusters if one == 'mrs' else ''}" for one in found["services"])


def _which(found: Settings) -> str:
    names = [str(name) for name in found["names"]]
    queue = f" on the queue {found['queue_name']}" if found["queue_name"] is not None else ""
    meant = "every job" if "*" in names or not names else f"jobs named {', '.join(names)}"
    return f"{meant}{queue}{_but(found)}"


def _but(found: Settings) -> str:
    return f", but not {', '.join(found['except_names'])}" if found["except_names"] else ""


def _place(found: Settings, given: Variables) -> str:
    """Whose jobs these are, as far as variables tell it; and whether that comes from an inventory."""
    told = [
        f"{name} {found[name]}{'' if name in given.told else ' (of the inventory)'}"
        for name in (*PROJECT, *TARGET_PROJECT, "region", "cloud")
        if found[name] is not None
    ]
    if all(found[name] is None for name in (*PROJECT, *TARGET_PROJECT)):
        told.insert(0, "the project of the credential")
    return ", ".join(told)
