# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The names of variables: which of those that are given a playbook does not have, though somebody may expect that."""

from __future__ import annotations

import functools
import pathlib
import typing as t

from ansible.module_utils.common.yaml import yaml_load
from ansible.module_utils.parsing.convert_bool import boolean

from ..module_utils._cloud.auth import WITHOUT_MFA
from ..module_utils._cloud.given import PATHS, alike
from ..module_utils._cloud.identity import KEYS
from ..module_utils._cloud.levels import ENVIRONMENT, FILE, NAME
from ..module_utils._jobs import guard
from ..module_utils._services.registry import JOB_TYPES
from ._playbook_given import Spec, Variables, is_nothing
from ._playbook_window import has_fact, of_workflow

ONCE = f"is good for one login, and each task of a playbook logs in; use {WITHOUT_MFA}"
NO = ("", "0", "false", "n", "no", "none", "off")  # a help, or a dry run, that is not asked for
META = pathlib.Path(__file__).resolve().parents[2] / "playbooks/meta"  # plugins/ may hold only Python
# Variables that only some playbooks have, and that say which jobs are meant: who gives one to another playbook would be surprised
CHOICES = (
    "all_jobs",
    "clusters",
    "except_names",
    "names",
    "older_than",
    "plan_file",
    "queue_name",
    "services",
    "status",
    "stopped_jobs_file",
)
# Variables that the playbooks set themselves, beside names that begin with OWN_PREFIX. One of the command line would win over them.
OWN = {
    "chosen",
    "finished_at",
    "stopped_jobs",
    "work_begun",
    "work_done",
    *(f"{service}_result" for service in JOB_TYPES),
}
OWN_PREFIX = "otc__"
# What the modules, or other tools, call what a playbook has by another name, and what only the modules can choose jobs by
OF_MODULES = {
    "cluster_id": "clusters",
    "cluster_name": "clusters",
    "except": "except_names",
    "exclude": "except_names",
    "hosts": "otc_hosts",
    "ids": "job_ids",
    "limit": "otc_hosts",
    "not_name": "except_names",
    "project": "project_name",
    "queue": "queue_name",
    "tenant": "project_name",
}
ONLY_OF_MODULES = ("batch_id", "filters", "job_ids")
# What says whose jobs are meant, by each of its names: of the modules, of a clouds.yaml and of the environment
VARIABLES = {option: names for option, names in ENVIRONMENT.items() if option not in PATHS} | {"cloud": (NAME, FILE)}
WHOSE = {
    name: option
    for option, names in VARIABLES.items()
    for name in (option.partition(".")[0], *KEYS.get(option, ()), *names)
}
# What Ansible and other tools call check mode
DRY_RUNS = ("ansible_check_mode", "check", "check_mode", "dry_run", "noop", "preview", "simulate")
LEFT_OVER = "_raw_params"  # where Ansible puts the part of an -e that is no variable


def slips(given: Variables) -> t.Iterator[str]:
    """Slips on the command line, and beside an import. A part that is no variable may be a secret, so it is not shown."""
    if LEFT_OVER in given.extra:
        yield "-e: a part without = is no variable; quote a value with blanks in it once more, as in -e 'names=\"a, b\"', or leave them out"
    if _asks_for("help", given, given.extra):
        yield "help: must be true or false"
    for name in DRY_RUNS:
        if _asks_for(name, given, given.told):
            yield f"{name}: is no variable of this playbook, which would handle the jobs all the same; give --check instead (in AWX the job type Check)"


def _asks_for(name: str, given: Variables, names: t.Container[str]) -> bool:
    return name in names and str(given.values.get(name)).strip().lower() not in NO


def misspelt(spec: Spec, given: Variables) -> t.Iterator[str]:
    """Names that are nearly ours, that our modules have, or that the playbook needs itself. Variables of an inventory are not looked at.

    Nor are those that tasks of a user may have, but for what is nearly ours.
    """
    for name in sorted(given.told - set(spec)):
        meant = meant_by(spec, name)
        if meant:
            own = " A variable of your own needs another name" if name in OF_MODULES else ""
            yield f"{name}: there is no such variable; is {' or '.join(meant)} meant?{own}"
        elif guard.is_near(name.upper()) or (alike(name, "never") and "maintenance_tasks" not in spec):
            yield f"{name}: would protect nothing here; set {guard.NEVER} in the environment, or the key never of [otc_bigdata] in ansible.cfg"
        elif name in given.extra and (name in OWN or name.startswith(OWN_PREFIX)):
            yield f"{name}: is what the playbook itself works with; give your variable another name"


def meant_by(spec: t.Collection[str], name: str) -> list[str]:
    of_modules = {} if "maintenance_tasks" in spec else OF_MODULES
    return [known for known in spec if alike(name, known) or of_modules.get(name) == known]


def choices_of_others(spec: t.Collection[str], names: t.Iterable[str]) -> dict[str, str]:
    """Which of these variables would choose jobs elsewhere, or nearly, and what they are called there: in another playbook, or in a module only.

    None where no jobs are chosen at all. Tasks of a user have variables of their own, so beside them only the very name in a playbook is meant.
    Who gives jobs time to end does not mean those that are stopped at once.
    """
    if not {*CHOICES} & {*spec}:
        return {}
    choices = (*CHOICES, "drain_timeout") if "trigger_savepoint" in spec else CHOICES
    others = [name for name in choices if name not in spec]
    if "maintenance_tasks" in spec:
        return {name: name for name in names if name in others}
    others += ONLY_OF_MODULES
    return {name: known for name in {*names} - {*spec} for known in meant_by(others, name)}


def not_taken(spec: t.Collection[str], names: t.Collection[str]) -> set[str]:
    """Which of these variables choose jobs or a login elsewhere, so that a run without them would be about other jobs."""
    return {*choices_of_others(spec, names), *_logins(spec, names)}


def _logins(spec: t.Collection[str], names: t.Iterable[str]) -> dict[str, str]:
    """Which of these variables say whose jobs are meant, or nearly, with the option of the modules that does.

    Beside tasks of a user, only the very name is meant.
    """
    others = {*names} - {*spec}
    found = {name: WHOSE[name] for name in others & WHOSE.keys()}
    if "cloud" in spec and "maintenance_tasks" not in spec:
        near = {name: option for option in VARIABLES for name in others if alike(name, option)}
        found = {**near, **found}
    return found


def not_here(spec: Spec, given: Variables) -> t.Iterator[str]:
    """Complains of variables that choose jobs in another playbook or in a task, and have no effect here."""
    if _after_window(spec, given):
        return
    for name, known in sorted(choices_of_others(spec, given.told).items()):
        value, others = given.values.get(name), ", ".join(_playbooks_with(known))
        unanswered = is_nothing(value) or value == [] or (known == "all_jobs" and not boolean(str(value), strict=False))
        if unanswered and name not in given.broken:
            continue
        if others:
            yield f"{name}: this playbook has none; {known} is a variable of {others}. Leave it out, or give a variable of your own another name"
        else:
            yield f"{name}: no playbook chooses jobs by {known}, which is an option of the modules; leave it out, or write a task with it"


def _after_window(spec: Spec, given: Variables) -> bool:
    """Whether a window has come before this end of it, in the same run or workflow, and has got the same variables."""
    return "stopped_jobs" in spec and (has_fact(given) or "stopped_jobs" in of_workflow(given))


def _playbooks_with(name: str) -> list[str]:
    return [playbook for playbook, meta in _metas().items() if name in meta["argument_specs"][playbook]["options"]]


@functools.lru_cache
def _metas() -> dict[str, t.Any]:
    return {file.stem: yaml_load(file.read_text(encoding="utf-8")) for file in sorted(META.glob("*.yml"))}


def logins(spec: Spec, given: Variables) -> t.Iterator[tuple[str, str]]:
    """Variables that say whose jobs are meant, and have no effect here, with the options of the modules that have one."""
    for name, option in sorted(_logins(spec, given.told - {"passcode"}).items()):
        is_given = name in given.broken or not is_nothing(given.values.get(name))
        if is_given and not meant_by(spec, name):
            yield name, option


def own_login(spec: Spec, given: Variables) -> t.Iterator[str]:
    """What is no variable of a playbook, though somebody may expect that. That of an inventory is not our business.

    Who names an agency does not mean the jobs of the own account.
    """
    if "passcode" in given.told:
        yield f"passcode: {ONCE}"
    for name, option in logins(spec, given):
        variable, here = VARIABLES[option][0], f", or give {option}" if option in spec else ""
        yield (
            f"{name}: is no variable of this playbook; set it where the login is, in the environment ({variable}) or in a clouds.yaml{here}. "
            "A variable of your own needs another name"
        )
