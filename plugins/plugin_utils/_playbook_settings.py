# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The variables of a playbook: what they mean, what is wrong with them, and what the playbook is going to do.

Commands, surveys and inventories give them as whatever they have. Here each becomes what its playbook works with, or a
sentence that refuses it, before the first request.
"""

from __future__ import annotations

import datetime
import os
import re
import typing as t

from ..module_utils._cloud.errors import OptionError
from ..module_utils._cloud.given import CONTROL
from ..module_utils._cloud.identity import PROJECT, TARGET_PROJECT
from ..module_utils._jobs.desired_state import Step
from ..module_utils._jobs.guard import refuse_misspelt
from ..module_utils._jobs.selection import NOT_NAME, refuse_foreign_syntax, refuse_spared
from ..module_utils._services.flink_jobs import STOP_STEPS, folder_in_obs
from ..module_utils._services.registry import JOB_TYPES
from . import _playbook_plan
from ._check_service_named import named
from ._files import why_not
from ._playbook_given import EMPTY, GROUPS, Settings, Spec, Variables
from ._playbook_intent import intent_of
from ._playbook_login import connection_of, login, other_clouds, passcode_of_login, two_credentials
from ._playbook_names import not_here, own_login
from ._playbook_values import checked, is_empty, wrong_characters, wrong_figures
from ._playbook_window import of_window, of_workflow, without_fact

# Of Flink jobs: whether there is something to stop
STATUSES = {
    "active": [word for word, step in STOP_STEPS.items() if step is not Step.DONE],
    "ended": [word for word, step in STOP_STEPS.items() if step is Step.DONE],
}
# Services whose jobs have no name
WITHOUT_NAMES = [service for service, job_type in JOB_TYPES.items() if not job_type.fields.name]
NO_QUEUE = re.compile(r"[ ,;*?|\[\]{}]")  # what no name of one has, and a list or a pattern has
HERE = ("", "local", "ansible.builtin.local")  # connections


def settings(playbook: str, spec: Spec, given: Variables, check_mode: bool = False) -> Settings:
    """Each variable, null where it is not given; ``complaints``, and without one ``intent``, ``login``, ``signs``, and ``kept`` of a window,
    its ``place``, and what is ``left`` by another one.

    With a ``plan_file`` in check mode also ``plan_head`` and ``frame``, what a plan says beside jobs; else ``plan``, its jobs, and ``ids``.
    """
    elsewhere = list(not_here(spec, given))
    if "stopped_jobs" in spec:
        given = without_fact(given)
    values, meant, wrong = checked(spec, given)
    found: Settings = {**values, "kept": {}, "place": None, "intent": "", "plan": None, "ids": None, **STATUSES}

    def steps() -> t.Iterator[t.Iterable[str]]:
        """The complaints of each step. Each step needs what the one before has found, so nothing is done after one that complains."""
        never = _refusal(refuse_misspelt, given.environ)
        yield [*two_credentials(given), *own_login(spec, given), *never, *wrong, *elsewhere]
        found.update(_meanings(spec, values, meant))
        yield _wrong_values(spec, found, given)
        found.update(_no_own_project(found))
        yield other_clouds(found, given)
        yield passcode_of_login(found, given)
        if "stopped_jobs_file" in spec:
            yield _from_file("stopped_jobs_file", found, lambda: of_window(playbook, found, given))
        if found.get("plan_file"):
            yield _from_file("plan_file", found, lambda: _plan(playbook, spec, found, given, check_mode))
        yield _cannot_be_written("stopped_jobs_file", found)  # in check mode, too: it foretells the run
        if check_mode:
            yield _cannot_be_written("plan_file", found)
        found.update(login(found, given))
        found["intent"] = intent_of(playbook, found, given, check_mode)

    complaints = next(filter(None, map(list, steps())), [])
    return {**found, "complaints": list(dict.fromkeys(complaints))}


def _from_file(variable: str, found: Settings, read: t.Callable[[], Settings]) -> t.Iterator[str]:
    """Adds what a file says to ``found``, or returns what is wrong with the file."""
    try:
        found.update(read())
    except (OptionError, ValueError) as error:
        yield from (f"{variable}: {reason}" for reason in error.args)


def _meanings(spec: Spec, values: Settings, meant: Settings) -> Settings:
    """``meant``: what Ansible makes of ``values``. Lists and texts stay as given, as Ansible would make one text of a list of hosts."""
    found = dict(values)
    for name, option in spec.items():
        if option["type"] not in ("list", "str") or values[name] is None:
            found[name] = meant[name]
    if found.get("stopped_jobs"):
        found["stopped_jobs"] = list(dict.fromkeys(map(int, found["stopped_jobs"])))
    for name in ("folder", "maintenance_tasks", "plan_file", "stopped_jobs_file"):
        if found.get(name):
            found[name] = os.path.realpath(found[name])
    found.update(_lists(spec, found))
    return {**found, **_filters(spec, found)}


def _no_own_project(found: Settings) -> Settings:
    """Without the own project on hosts of an inventory of another account: the login is not for that project."""
    of_other = any(found[name] is not None for name in TARGET_PROJECT)
    return dict.fromkeys(PROJECT) if of_other else {}


def _lists(spec: Spec, found: Settings) -> Settings:
    """The value of each variable that is a list, given or not."""
    lists = {name: found.get(name) or [] for name in ("clusters", "names", "except_names")}
    # The jobs of one that is named twice would be counted twice
    lists["clusters"] = list(dict.fromkeys(lists["clusters"]))
    services = found.get("services")
    if services is None:
        services = _possible_services(spec, [*lists["names"], *lists["except_names"]], lists["clusters"])
    return {**lists, "services": services}


def _filters(spec: Spec, found: Settings) -> Settings:
    """The filters that choose jobs of any status."""
    names = found["names"]
    # No pattern matches a job without a name, but every job is meant to include it
    patterns = None if "*" in names or not names else names
    # Who changes nothing leaves them out of the table: by itself it is no filter, and SQL jobs have none of that kind
    not_named = found["except_names"] if "max_jobs" in spec else None
    chosen_by = {"name": patterns, NOT_NAME: not_named, "queue_name": found.get("queue_name")}
    filters = {key: value for key, value in chosen_by.items() if value}
    return {
        "patterns": patterns,
        "filters": filters,
        # By itself it is no filter. A Flink job always has a name
        "filters_of_reader": {"name": ["*"], **filters} if filters.keys() == {NOT_NAME} else filters,
    }


def _possible_services(spec: Spec, names: t.Sequence[str], clusters: t.Sequence[str]) -> list[str]:
    """All services that can have such jobs."""
    every = spec["services"]["choices"] if "services" in spec else ["flink"]
    impossible = {*([] if clusters else ["mrs"]), *(WITHOUT_NAMES if names else [])}
    return [service for service in every if service not in impossible]


def _wrong_values(spec: Spec, found: Settings, given: Variables) -> t.Iterator[str]:
    empty = [name for name in spec if is_empty(name, found[name], given)]
    yield from (f"{name}: {EMPTY}" for name in empty)
    yield from wrong_characters(spec, found)
    yield from _exclusions(found)
    yield from _wrong_choice(spec, found, bool(empty))
    yield from _wrong_queue(found)
    yield from _wrong_services(found)
    yield from wrong_figures(spec, found)
    yield from _wrong_files(found, given)
    yield from _wrong_folder(found)
    yield from _wrong_disposables(found)
    yield from _two_projects(found, given)
    yield from _other_name(found, given)
    yield from _other_id(found, given)
    yield from _hosts_of_inventories(found, given)
    if given.connection not in HERE:
        yield (
            f"ansible_connection: with {given.connection} the tasks would run on another machine, with its login; all tasks of this playbook "
            f"run on the controller, so set ansible_connection: local for the host {given.host}"
        )
    if given.become:
        yield (
            "ansible_become: as another user the tasks would take that user's login, and not yours; run this playbook without --become, "
            f"and set ansible_become: false for the host {given.host}"
        )


def _exclusions(found: Settings) -> t.Iterator[str]:
    """Patterns that the modules would refuse, too, each under another name."""
    yield from _refusal(refuse_foreign_syntax, "names", found["names"], "; except_names does, with a pattern without !")
    yield from _refusal(refuse_spared, "except_names", found["except_names"], "; leave the ! out")


def _wrong_choice(spec: Spec, found: Settings, empty: bool) -> t.Iterator[str]:
    """No choice of jobs, or two. ``empty``: an empty value is refused already. Who changes nothing, and so has no limit, needs none."""
    if "all_jobs" in spec and found["all_jobs"] and found["names"]:
        yield "all_jobs: means every job, so give no names beside it"
    elif {"names", "max_jobs"} <= set(spec) and not (
        empty or found["names"] or found["all_jobs"] or found["queue_name"]
    ):
        yield "names: give patterns of names, or a queue_name; all_jobs=true means every job"


def _wrong_queue(found: Settings) -> t.Iterator[str]:
    """Complains of what cannot be the name of a queue: no job would match, and the queue would seem to be empty."""
    name = found.get("queue_name") or ""
    if NO_QUEUE.search(name):
        yield f"queue_name: '{name}' must be the whole name of one queue, as it is no list and no pattern"


def _wrong_services(found: Settings) -> t.Iterator[str]:
    """Complains of services that lack a variable, or whose jobs cannot be chosen by names."""
    if "mrs" in found["services"] and not found["clusters"]:
        yield "clusters: the service mrs needs the names of its clusters"
    for service in WITHOUT_NAMES:
        if service in found["services"] and found["names"]:
            yield f"names: {service.upper()} jobs have no name; leave {service} out of services, or choose by queue_name or all_jobs"
        if service in found["services"] and found["except_names"]:
            yield (
                f"except_names: {service.upper()} jobs have no name, so it would take out none of them; leave {service} out of services, or "
                "handle it in a run of its own"
            )


def _wrong_tasks(found: Settings, given: Variables) -> t.Iterator[str]:
    tasks = found.get("maintenance_tasks")
    if tasks and not os.path.isfile(tasks):
        yield f"maintenance_tasks: there is no file '{tasks}'"
    elif tasks and (reason := given.why_no_tasks(tasks)):
        yield f"maintenance_tasks: the jobs would stay stopped, as Ansible would end the run with these tasks: {reason}"
    elif tasks and (what := given.what_misleads(tasks)):
        yield f"maintenance_tasks: {what}"
    elif tasks and (task := given.tasks_for_others(tasks)):
        yield (
            f"maintenance_tasks: the task for {task} would run on the controller, as all tasks of this playbook do; give it connection: ssh, "
            "or connection: local if that is meant"
        )


def _wrong_files(found: Settings, given: Variables) -> t.Iterator[str]:
    yield from _wrong_tasks(found, given)
    file = found.get("stopped_jobs_file")
    for name in ("stopped_jobs_file", "plan_file"):
        if found.get(name):
            yield from (f"{name}: {reason}" for reason in _why_no_file(found[name]))
    if found.get("stopped_jobs") and (file or of_workflow(given).get("stopped_jobs")):
        other = "stopped_jobs_file" if file else "otc_bigdata, which a job before has left"
        yield f"stopped_jobs: only it or {other} can count; leave one of them out"


def _wrong_folder(found: Settings) -> t.Iterator[str]:
    """The folder for exports. What the module would refuse is refused here, before jobs of other services are deleted."""
    folder = found.get("export_to")
    if folder is None or CONTROL.search(folder):  # the last is refused in any text
        return
    if "flink" not in found["services"]:
        yield "export_to: only Flink jobs can be exported, and flink is not among the services"
    yield from _refusal(folder_in_obs, folder)


def _wrong_disposables(found: Settings) -> t.Iterator[str]:
    """Jobs that a check may change."""
    if "disposable_flink_jobs" in found:
        yield from _refusal(named, found)


def _refusal(check: t.Callable[..., t.Any], *values: t.Any) -> t.Iterator[str]:
    """What the modules would say about these values."""
    try:
        check(*values)
    except OptionError as error:
        yield str(error)


def _two_projects(found: Settings, given: Variables) -> t.Iterator[str]:
    """The own project beside that of an agency. Of an inventory, both are the same."""
    target = next((name for name in TARGET_PROJECT if found[name] is not None), None)
    own = PROJECT if target else ()
    for name in own:
        if found[name] is not None and name in given.told:
            yield f"{name}: beside {target} it would be a project of the own account, whose jobs are not handled; leave it out"


def _other_name(found: Settings, given: Variables) -> t.Iterator[str]:
    """The name of a project beside the ID of an inventory."""
    by_id, by_name = PROJECT if all(found[name] is None for name in TARGET_PROJECT) else TARGET_PROJECT
    by_inventory = found[by_id] is not None and by_id not in given.told
    if by_inventory and found[by_name] is not None and by_name in given.told:
        yield f"{by_name}: the inventory names a project by {by_id}, which would win; leave it out, or choose another otc_hosts"


def _other_id(found: Settings, given: Variables) -> t.Iterator[str]:
    """The ID of a project beside that of an inventory: each host would report for itself what was done there."""
    for name, own in given.own.items():
        if own is not None and own != found[name]:
            yield (
                f"{name}: the host {given.host} is in another project, whose jobs would not be handled though it is reported; leave it out, or "
                "choose another otc_hosts"
            )


def _why_no_file(path: str) -> t.Iterator[str]:
    """Why a file cannot be written there."""
    folder = os.path.dirname(path)
    if os.path.isdir(path):
        yield f"'{path}' is a folder"
    elif os.path.exists(path) and not os.path.isfile(path):  # a pipe would never end
        yield f"'{path}' is no regular file"
    elif not os.path.isdir(folder):
        yield f"there is no folder '{folder}'"


def _cannot_be_written(name: str, found: Settings) -> t.Iterator[str]:
    """A file that a run is to write. The end of a window goes on without: what matters is that its jobs start."""
    reason = why_not(found[name]) if found.get(name) and "stopped_jobs" not in found else ""
    if reason:
        yield f"{name}: cannot be written: {reason}"


def _hosts_of_inventories(found: Settings, given: Variables) -> t.Iterator[str]:
    """The default ``localhost`` means the project of the credential. A cluster or project of that name would take its place."""
    if found.get("otc_hosts") != "localhost":
        return
    for group in sorted(GROUPS.keys() & set(given.groups)):
        yield (
            f"otc_hosts: 'localhost' is a {GROUPS[group]} of the inventory {group} here, and its jobs would be handled; "
            "let that inventory give it another name"
        )


def _plan(playbook: str, spec: Spec, found: Settings, given: Variables, check_mode: bool) -> Settings:
    """Raises OptionError for a wrong login, and ValueError with each reason why this run must not carry out the plan."""
    apis = {JOB_TYPES[name].api.name for name in found["services"]}
    connection = connection_of(found, given, apis.pop() if len(apis) == 1 else "dli")
    frame = {"place": _playbook_plan.place(connection), "variables": _playbook_plan.variables(spec, found)}
    now = datetime.datetime.now(datetime.timezone.utc)
    if check_mode:
        if os.path.exists(found["plan_file"]) and os.path.getsize(found["plan_file"]):
            _playbook_plan.known_plan(found["plan_file"])
        return {"frame": frame, "plan_head": _playbook_plan.head(playbook, now)}
    plan = _playbook_plan.read_plan(found["plan_file"])
    reasons = list(_playbook_plan.refusals(plan, playbook, given.host, given.play_hosts, frame, now))
    if reasons:
        raise ValueError(*reasons)
    jobs = plan["hosts"][given.host]["jobs"]
    return {"plan": jobs, "ids": _playbook_plan.ids(jobs)}
