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
import functools
import os
import pathlib
import re
import typing as t

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.yaml import yaml_load
from ansible.module_utils.parsing.convert_bool import boolean

from ..module_utils._cloud.agency import Delegate
from ..module_utils._cloud.auth import KINDS, WITHOUT_MFA, missing_parts
from ..module_utils._cloud.connection import Connection, read_connection
from ..module_utils._cloud.errors import OptionError
from ..module_utils._cloud.given import CONTROL, PATHS
from ..module_utils._cloud.identity import KEYS, PROJECT, TARGET_PROJECT
from ..module_utils._cloud.levels import ENVIRONMENT, FILE, NAME, is_around
from ..module_utils._cloud.misplaced import BELONGS, found_in, found_in_name
from ..module_utils._cloud.options import connection_options
from ..module_utils._jobs.guard import NEVER
from ..module_utils._jobs.plan import Step
from ..module_utils._jobs.reconcile import MOST_JOBS, YEAR
from ..module_utils._jobs.selection import NOT_NAME, refuse_exclusion, refuse_spared
from ..module_utils._services.flink_jobs import STOP_STEPS, folder_in_obs
from ..module_utils._services.registry import JOB_TYPES
from . import _playbook_plan
from ._check_service_named import intent, named
from ._files import in_folder
from ._job_table import counted
from ._playbook_jobs import PLACE

Settings = dict[str, t.Any]
Spec = t.Mapping[str, t.Mapping[str, t.Any]]

EMPTY = "is empty; leave it out or give it a value"
ONCE = f"is good for one login, and each task of a playbook logs in; use {WITHOUT_MFA}"
LEAST = {
    "drain_timeout": 0,
    "max_jobs": 1,
    "min_jobs": 0,
    "rounds": 1,
    "slices": 1,
    "wait_interval": 1,
    "wait_timeout": 0,
}
MOST = {"drain_timeout": YEAR, "max_jobs": MOST_JOBS, "wait_interval": YEAR, "wait_timeout": YEAR}  # of the modules
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
AGES = ("older_than", "nightly_purge")
AGE = re.compile(r"[1-9][0-9]{0,8}[smhdw]")
ID = re.compile(r"[1-9][0-9]{0,17}")
IDS = "IDs of Flink jobs, as in 128,137"
# What the playbooks keep for themselves, beside names that begin with OWN_PREFIX. One of the command line would win over it.
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
    "ids": "job_ids",
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
DRY_RUNS = ("check", "check_mode", "dry_run")  # what other tools call check mode
NO = ("", "0", "false", "n", "no", "none", "off")  # a help, or a dry run, that is not asked for
LEFT_OVER = "_raw_params"  # where Ansible puts the part of an -e that is no variable
# Of Flink jobs: whether there is something to stop
STATUSES = {
    "active": [word for word, step in STOP_STEPS.items() if step is not Step.DONE],
    "ended": [word for word, step in STOP_STEPS.items() if step is Step.DONE],
}
# Two types of AWX set the same variables for their user, and each of them one of its own
MARKS = ("OTC_CREDENTIAL_USER", "OTC_CREDENTIAL_AGENCY")
# A host of one of our inventories is a cluster or a project
GROUPS = {"mrs_clusters": "cluster", "iam_projects": "project"}
HERE = ("", "local", "ansible.builtin.local")  # connections


class Variables(t.NamedTuple):
    """What a playbook gets: its own variables, that of a workflow and those that only others have; and where all variables come from."""

    values: t.Mapping[str, t.Any]
    extra: t.Collection[str]  # names of the command line
    # Names that are not the host's: those of a playbook that imports this one, and Ansible's own
    imported: t.Collection[str]
    host: str
    groups: t.Collection[str]
    broken: t.Mapping[str, str] = {}  # variables that have no value, and why
    environ: t.Mapping[str, str] = {}
    play_hosts: t.Collection[str] = ()  # all of the play
    connection: str = ""  # where the tasks run, if variables say so
    become: bool = False  # whether they would run as another user
    place: t.Mapping[str, t.Any] | None = None  # of the window that has left the fact ``stopped_jobs``
    folder: str = "."  # where the tasks run, and look for a clouds.yaml
    others: t.Collection[str] = (".",)  # where a user may have put one that they do not see


def settings(playbook: str, spec: Spec, given: Variables, check_mode: bool = False) -> Settings:
    """Each variable, null where it is not given; ``complaints``, and without one ``intent``, and ``kept`` of a window and its ``place``.

    With a ``plan_file`` in check mode also ``plan_head`` and ``frame``, what a plan says beside jobs; else ``plan``, its jobs, and ``ids``.
    """
    not_here = list(_not_here(spec, given))
    given = _without_fact(given)
    values, meant, wrong = checked(spec, given)
    found: Settings = {**values, "kept": {}, "place": None, "intent": "", "plan": None, "ids": None, **STATUSES}

    def steps() -> t.Iterator[t.Iterable[str]]:
        """The complaints of each. What one has found, the next one works with, so none is taken after one that has any."""
        yield [*two_credentials(given), *_own_login(spec, given), *wrong, *not_here]
        found.update(_meanings(spec, values, meant))
        yield _wrong_values(spec, found, given)
        found.update(_no_own_project(found))
        yield _other_clouds(found, given)
        yield _passcode_of_login(found, given)
        if "stopped_jobs_file" in spec:
            yield _from_file("stopped_jobs_file", found, lambda: _of_window(playbook, found, given))
        if found.get("plan_file"):
            yield _from_file("plan_file", found, lambda: _plan(playbook, spec, found, given, check_mode))
        found["intent"] = _intent(playbook, found, given, check_mode)

    complaints = next(filter(None, map(list, steps())), [])
    return {**found, "complaints": list(dict.fromkeys(complaints))}


def _from_file(variable: str, found: Settings, read: t.Callable[[], Settings]) -> t.Iterator[str]:
    """Adds what a file says to ``found``. What is wrong with it otherwise."""
    try:
        found.update(read())
    except (OptionError, ValueError) as error:
        yield from (f"{variable}: {reason}" for reason in error.args)


# ---- what is given ----


def _without_fact(given: Variables) -> Variables:
    """A window leaves a fact ``stopped_jobs``. The end of it, in the same run, goes by what it is told beside that."""
    told = not is_nothing(given.values.get("stopped_jobs_file")) or _of_workflow(given)
    if not told or "stopped_jobs" in {*given.extra, *given.imported}:
        return given
    return given._replace(values={name: value for name, value in given.values.items() if name != "stopped_jobs"})


def checked(spec: Spec, given: Variables) -> tuple[Settings, Settings, list[str]]:
    """The variables as they are given, null where they are not, or not of their kind; what they mean; and what is wrong."""
    values = {name: _taken(option, given.values.get(name)) for name, option in spec.items()}
    wrong = dict(_wrong_kinds(spec, {name: value for name, value in values.items() if value is not None}))
    values.update(dict.fromkeys(wrong))
    right = {name: value for name, value in values.items() if value is not None}
    known = {name: _known(option) for name, option in spec.items() if name not in wrong}
    for name in {*given.extra, *given.imported} - set(spec):
        for one in known.keys() & _meant(spec, name):  # it is misspelt, and not missing as well
            known[one]["required"] = False
    found = ArgumentSpecValidator(known).validate(right)
    # What cannot be evaluated is quoted in the reason
    undefined = [
        f"{name}: cannot be evaluated; a text with braces in it needs !unsafe before it"
        if spec.get(name, {}).get("no_log")
        else f"{name}: has no value: {reason}"
        for name, reason in given.broken.items()
        if name not in not_taken(spec, given.broken)  # their names alone are reason enough
    ]
    return (
        values,
        found.validated_parameters,
        [*_slips(given), *misspelt(spec, given), *undefined, *wrong.values(), *found.error_messages],
    )


def _known(option: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {key: option[key] for key in ("type", "elements", "choices", "required", "default") if key in option}


def _taken(option: t.Mapping[str, t.Any], value: t.Any) -> t.Any:
    """Blanks around a text do not count, one that has nothing else is null, and the text of a list is taken apart."""
    if is_nothing(value):
        return None
    value = _trimmed(value)
    if option["type"] != "list" or isinstance(value, dict):
        return value
    return elements(value) if isinstance(value, str) else [_trimmed(one) for one in _flat(value)]


def is_nothing(value: t.Any) -> bool:
    """Null, and empty or blank text, are the same as not given."""
    return _trimmed(value) in ("", None)


def _trimmed(value: t.Any) -> t.Any:
    return value.strip() if isinstance(value, str) else value


def elements(text: str) -> list[str]:
    """Commas and line breaks part them; empty lines, and a comma at the end of a line, do not count."""
    lines = [line.strip() for line in re.split(r"[\r\n]+", text)]
    return [one.strip() for line in lines if line for one in line.removesuffix(",").split(",")]


def _flat(value: t.Any) -> t.Iterator[t.Any]:
    if not isinstance(value, (list, tuple)):
        yield value
        return
    for one in value:
        yield from _flat(one)


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
    return {**found, **_lists(spec, found)}


def _no_own_project(found: Settings) -> Settings:
    """Of an inventory of another account: the login is not for that project."""
    of_other = any(found[name] is not None for name in TARGET_PROJECT)
    return dict.fromkeys(PROJECT) if of_other else {}


def _lists(spec: Spec, found: Settings) -> Settings:
    """All lists, also those that nobody has given; and the filters that choose jobs of any status."""
    clusters, names, excepted = (found.get(name) or [] for name in ("clusters", "names", "except_names"))
    services = found.get("services")
    if services is None:
        services = _possible_services(spec, [*names, *excepted], clusters)
    # No pattern matches a job without a name, but every job is meant to include it
    patterns = None if "*" in names or not names else names
    # Who changes nothing leaves them out of the table: by itself it is no filter, and SQL jobs have none of that kind
    not_named = excepted if "max_jobs" in spec else None
    chosen_by = {"name": patterns, NOT_NAME: not_named or None, "queue_name": found.get("queue_name")}
    filters = {key: value for key, value in chosen_by.items() if value is not None}
    return {
        "names": names,
        "except_names": excepted,
        "patterns": patterns,
        "filters": filters,
        # By itself it is no filter. A Flink job always has a name
        "filters_of_reader": {"name": ["*"], **filters} if filters.keys() == {NOT_NAME} else filters,
        "clusters": clusters,
        "services": services,
    }


def _possible_services(spec: Spec, names: t.Sequence[str], clusters: t.Sequence[str]) -> list[str]:
    """All services that can have such jobs."""
    every = spec["services"]["choices"] if "services" in spec else ["flink"]
    impossible = {*([] if clusters else ["mrs"]), *(["sql"] if names else [])}
    return [service for service in every if service not in impossible]


# ---- what is wrong with it ----


def _slips(given: Variables) -> t.Iterator[str]:
    """On the command line. What Ansible does not take for a variable may be a secret, so it is not shown."""
    if LEFT_OVER in given.extra:
        yield "-e: a part without = is no variable; quote a value with blanks in it once more, as in -e 'names=\"a, b\"', or leave them out"
    if _asks_for("help", given):
        yield "help: must be true or false"
    for name in DRY_RUNS:
        if _asks_for(name, given):
            yield f"{name}: is no variable of this playbook, which would handle the jobs all the same; give --check instead (in AWX the job type Check)"


def _asks_for(name: str, given: Variables) -> bool:
    return name in given.extra and str(given.values.get(name)).strip().lower() not in NO


def misspelt(spec: Spec, given: Variables) -> t.Iterator[str]:
    """Names that are nearly ours, that our modules have, or that the playbook needs itself. Variables of an inventory are not looked at.

    Nor are those that tasks of a user may have, but for what is nearly ours.
    """
    for name in sorted({*given.extra, *given.imported} - set(spec)):
        meant = _meant(spec, name)
        if meant:
            yield f"{name}: there is no such variable; is {' or '.join(meant)} meant?"
        elif name.upper() in (NEVER, "NEVER"):
            yield f"{name}: would protect nothing here; set {NEVER} in the environment, or the key never of [otc_bigdata] in ansible.cfg"
        elif name in given.extra and (name in OWN or name.startswith(OWN_PREFIX)):
            yield f"{name}: is what the playbook itself works with; give your variable another name"


def _meant(spec: Spec, name: str) -> list[str]:
    of_modules = {} if "maintenance_tasks" in spec else OF_MODULES
    return [known for known in spec if alike(name, known) or of_modules.get(name) == known]


def choices_of_others(spec: t.Collection[str], names: t.Iterable[str]) -> dict[str, str]:
    """Which of these variables would choose jobs elsewhere, or nearly, and what they are called there: in another playbook, or in a module only.

    None where no jobs are chosen at all. Tasks of a user have variables of their own, so beside them only the very name in a playbook is meant.
    Who gives jobs time to end does not mean those that are stopped at once.
    """
    if not {*CHOICES} & {*spec}:
        return {}
    own_tasks, others = "maintenance_tasks" in spec, [name for name in CHOICES if name not in spec]
    if "trigger_savepoint" in spec and "drain_timeout" not in spec:
        others.append("drain_timeout")
    if own_tasks:
        return {name: name for name in names if name in others}
    return {
        name: known
        for name in {*names} - {*spec}
        for known in (*others, *ONLY_OF_MODULES)
        if alike(name, known) or OF_MODULES.get(name) == known
    }


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


def _not_here(spec: Spec, given: Variables) -> t.Iterator[str]:
    """Variables that would choose jobs in another playbook or in a task, and that nothing would come of here."""
    if _after_window(spec, given):
        return
    for name, known in sorted(choices_of_others(spec, {*given.extra, *given.imported}).items()):
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
    return "stopped_jobs" in spec and (_has_fact(given) or "stopped_jobs" in _of_workflow(given))


def _has_fact(given: Variables) -> bool:
    """Whether ``stopped_jobs`` is what a window has left in the same run."""
    return given.values.get("stopped_jobs") is not None and "stopped_jobs" not in {*given.extra, *given.imported}


def _playbooks_with(name: str) -> list[str]:
    return [playbook for playbook, meta in _metas().items() if name in meta["argument_specs"][playbook]["options"]]


@functools.lru_cache
def _metas() -> dict[str, t.Any]:
    return {file.stem: yaml_load(file.read_text(encoding="utf-8")) for file in sorted(META.glob("*.yml"))}


def two_credentials(given: Variables) -> list[str]:
    """A second credential, as people add one to that of a job template in AWX. Of a shell, the guide tells which one wins."""
    if not {"awx_job_id", "tower_job_id"} & set(given.extra):
        return []
    marks = [name for name in MARKS if given.environ.get(name)]
    names = next((two for two in (_credentials(given.environ), marks) if len(two) > 1), None)
    if names is None:
        return []
    why = f"{' and '.join(names)}: this job has two credentials, and nobody knows whose jobs are meant"
    return [f"{why}; give this credential to a job template of its own, without the other one"]


def _credentials(environ: t.Mapping[str, str]) -> list[str]:
    """Those of the environment that lack nothing, each by the variable of its first part."""
    there = {
        option: next(filter(environ.get, variables))
        for option, variables in ENVIRONMENT.items()
        if any(map(environ.get, variables))
    }
    whole = [kind for kind in KINDS if not missing_parts(kind, there)]
    return [there[part if part in there else kind.forms[part]] for kind in whole for part in kind.parts[:1]]


def logins(spec: Spec, given: Variables) -> t.Iterator[tuple[str, str]]:
    """Variables that say whose jobs are meant, and that nothing would come of here, with the options of the modules that do."""
    for name, option in sorted(_logins(spec, {*given.extra, *given.imported} - {"passcode"}).items()):
        if not (is_nothing(given.values.get(name)) and name not in given.broken) and not _meant(spec, name):
            yield name, option


def _own_login(spec: Spec, given: Variables) -> t.Iterator[str]:
    """What is no variable of a playbook, though somebody may expect that. That of an inventory is not our business.

    Who names an agency does not mean the jobs of the own account.
    """
    if "passcode" in {*given.extra, *given.imported}:
        yield f"passcode: {ONCE}"
    for name, option in logins(spec, given):
        variable, here = VARIABLES[option][0], f", or give {option}" if option in spec else ""
        yield (
            f"{name}: is no variable of this playbook; set it where the login is, in the environment ({variable}) or in a clouds.yaml{here}. "
            "A variable of your own needs another name"
        )


def _passcode_of_login(found: Settings, given: Variables) -> t.Iterator[str]:
    """One that the tasks would log in with. All else that is wrong with the login, the first of them tells as well as we could."""
    try:
        credential = _connection(found, given, "iam").credential
    except OptionError:
        return
    own = credential.own if isinstance(credential, Delegate) else credential
    if getattr(own, "passcode", None):
        try:
            _connection(found, given, "iam", one_login=False)
        except OptionError as error:
            yield str(error)


def _connection(found: Settings, given: Variables, service: str, one_login: bool = True) -> Connection:
    """As the tasks make it."""
    with in_folder(given.folder):
        return read_connection(_place_of(found), given.environ, service, one_login)


def _other_clouds(found: Settings, given: Variables) -> t.Iterator[str]:
    """A ``clouds.yaml`` of the working folder, or beside a playbook that imports ours, which the tasks do not see: they would act for
    somebody else, or for nobody.
    """
    if not (found["cloud"] or is_around(given.environ)):
        return
    theirs = _whose(found, given)
    for folder in given.others:
        meant = _whose(found, given._replace(folder=folder))
        in_vain = isinstance(meant, str) and (isinstance(theirs, str) or not _has_clouds(folder))
        if meant != theirs and not in_vain:
            where = "of the working folder" if folder == "." else f"in {folder}"
            yield (
                f"cloud: the tasks of this playbook run in {given.folder}, so a clouds.yaml {where} does not count; name it in "
                f"{FILE}, with its whole path"
            )
            return  # the others may be the same one


def _has_clouds(folder: str) -> bool:
    """Also one that cannot be read, or without the entry: openstacksdk looks no further."""
    return any(os.path.exists(os.path.join(folder, f"clouds.{kind}")) for kind in ("yaml", "yml", "json"))


def _whose(found: Settings, given: Variables) -> tuple[Settings, t.Any] | str:
    """The place, and who logs in where that does not tell the account: a token, or a temporary key, may be for any project. Or what is
    wrong with the login.
    """
    try:
        connection = _connection(found, given, "dli")
        place = _playbook_plan.place(connection)
    except OptionError as error:
        return str(error)
    told = place["account"] or place["project_id"]
    return place, None if told else connection.credential.who


def _place_of(found: Settings) -> dict[str, t.Any]:
    """The options of the tasks that say whose jobs these are."""
    place = {name: found[name] for name in PLACE}
    return t.cast("dict[str, t.Any]", ArgumentSpecValidator(connection_options()).validate(place).validated_parameters)


@functools.cache
def alike(name: str, known: str) -> bool:
    """One edit, a transposition or a plural apart. Upper and lower case, and hyphens, make no difference."""
    one, other = (text.lower().replace("-", "_") for text in (name, known))
    return _one_edit(one, other) or _singular(one) == _singular(other)


@functools.lru_cache(maxsize=1000)  # each name is compared with many
def _singular(name: str) -> tuple[str, ...]:
    return tuple(re.sub(r"(?<=..)(e?s|e)$", "", word) for word in name.split("_"))


def _one_edit(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    same = len(os.path.commonprefix([short, long]))
    short, long = short[same:], long[same:]
    if len(short) == len(long):
        return short[1:] == long[1:] or (short[:2] == long[:2][::-1] and short[2:] == long[2:])
    return short == long[1:]


def _wrong_kinds(spec: Spec, there: t.Mapping[str, t.Any]) -> t.Iterator[tuple[str, str]]:
    """Numbers and the like where text belongs. YAML has made 8 of both 8 and 010, so nobody knows what was written."""
    for name, value in there.items():
        kind, ids = spec[name]["type"], spec[name].get("elements") == "int"
        # an age says itself what it looks like
        is_text = kind in ("list", "path", "str") and not ids and name != "older_than"
        secret = "" if spec[name].get("no_log") else _may_be_secret(name, value, is_text)
        if secret:
            yield name, f"{name}: must be {IDS if ids else BELONGS[kind]}, not {secret}"
        elif ids:
            wrong = _wrong_id(value)
            if wrong:
                yield name, f"{name}: {wrong}"
        elif is_text:
            wrong = _wrong_kind(name, kind, value)
            if wrong:
                yield name, f"{name}: {wrong}"


def _may_be_secret(name: str, value: t.Any, is_text: bool) -> str:
    """What a value is that no message may quote, as it may be a credential in the form of another tool; empty if it is none."""
    parts = list(_flat(value))
    texts = [one for one in parts if isinstance(one, str)]
    if not is_text and any(isinstance(one, dict) for one in parts):  # where text belongs, it is refused by its kind
        return "a dictionary"
    found = found_in_name if is_text and name not in PLACE else found_in
    return next(filter(None, map(found, [",".join(texts), *texts])), "")


def _wrong_kind(name: str, kind: str, value: t.Any) -> str:
    if kind == "list" and None in value:
        return EMPTY
    parts = _flat(value) if kind == "list" or name == "otc_hosts" else [value]  # hosts may be a list
    odd = [one for one in parts if one is not None and not isinstance(one, str)]
    return f"must be text, not {_shown(odd[0])}{_way_out(name, kind, odd[0])}" if odd else ""


def _wrong_id(value: t.Any) -> str:
    """YAML makes a number of an ID, which is as good as its text."""
    odd = [one for one in _flat(value) if not _is_id(one) and not (isinstance(one, str) and ID.fullmatch(one))]
    return f"must be {IDS}, not {odd[0]!r}" if odd else ""


def _shown(value: t.Any) -> str:
    if isinstance(value, bool):
        return f"the truth value {str(value).lower()}"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    return f"the date {value}" if isinstance(value, datetime.date) else type(value).__name__


def _way_out(name: str, kind: str, value: t.Any) -> str:
    if not isinstance(value, (bool, int, float, datetime.date)):
        return ""
    pattern = "write a pattern such as [0]10, or " if name in ("names", "except_names") else ""
    quoted, mark = ('["010"]', "comma") if kind == "list" else ('"010"', "blank")
    return f"; {pattern}quote it in YAML, as in {name}: {quoted}, or put a {mark} after it in a survey"


def _wrong_values(spec: Spec, found: Settings, given: Variables) -> t.Iterator[str]:
    empty = [name for name in spec if _is_empty(name, found[name], given)]
    yield from (f"{name}: {EMPTY}" for name in empty)
    yield from wrong_characters(spec, found)
    yield from _exclusions(found)
    yield from _wrong_choice(spec, found, bool(empty))
    yield from _wrong_services(found)
    yield from wrong_figures(spec, found)
    yield from _wrong_files(found, given)
    yield from _wrong_folder(found)
    yield from _wrong_disposables(found)
    yield from _two_projects(found, given)
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
    yield from _refusal(refuse_exclusion, "names", found["names"], "; except_names does, with a pattern without !")
    yield from _refusal(refuse_spared, "except_names", found["except_names"], "; leave the ! out")


def _wrong_choice(spec: Spec, found: Settings, empty: bool) -> t.Iterator[str]:
    """No choice of jobs, or two. ``empty``: an empty value is refused already. Who changes nothing, and so has no limit, needs none."""
    if "all_jobs" in spec and found["all_jobs"] and found["names"]:
        yield "all_jobs: means every job, so give no names beside it"
    elif {"names", "max_jobs"} <= set(spec) and not (
        empty or found["names"] or found["all_jobs"] or found["queue_name"]
    ):
        yield "names: give patterns of names, or a queue_name; all_jobs=true means every job"


def _wrong_services(found: Settings) -> t.Iterator[str]:
    """Services that lack something, or that cannot be chosen by names."""
    if "mrs" in found["services"] and not found["clusters"]:
        yield "clusters: the service mrs needs the names of its clusters"
    if "sql" in found["services"] and found["names"]:
        yield "names: SQL jobs have no name; leave sql out of services, or choose by queue_name or all_jobs"
    if "sql" in found["services"] and found["except_names"]:
        yield "except_names: SQL jobs have no name, so it would take out none of them; leave sql out of services, or handle it in a run of its own"


def _wrong_files(found: Settings, given: Variables) -> t.Iterator[str]:
    tasks, file = found.get("maintenance_tasks"), found.get("stopped_jobs_file")
    if tasks and not os.path.isfile(tasks):
        yield f"maintenance_tasks: there is no file '{tasks}'"
    for name in ("stopped_jobs_file", "plan_file"):
        if found.get(name):
            yield from (f"{name}: {reason}" for reason in _why_no_file(found[name]))
    if found.get("stopped_jobs") and (file or _of_workflow(given).get("stopped_jobs")):
        other = "stopped_jobs_file" if file else "otc_bigdata, which a job before has left"
        yield f"stopped_jobs: nobody knows which of them counts beside {other}; leave one of them out"


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
    """The own project beside that of an agency. Of an inventory, both are the same. And a name beside an ID of the inventory."""
    told = {*given.extra, *given.imported}
    target = [name for name in TARGET_PROJECT if found[name] is not None]
    for name in PROJECT:
        if target and found[name] is not None and name in told:
            yield f"{name}: beside {target[0]} it would be a project of the own account, whose jobs are not handled; leave it out"
    by_id, by_name = TARGET_PROJECT if target else PROJECT
    if found[by_id] is not None and by_id not in told and found[by_name] is not None and by_name in told:
        yield f"{by_name}: the inventory names a project by {by_id}, which would win; leave it out, or choose another otc_hosts"


def _why_no_file(path: str) -> t.Iterator[str]:
    """Why nothing can be kept there."""
    folder = os.path.dirname(path)
    if os.path.isdir(path):
        yield f"'{path}' is a folder"
    elif os.path.exists(path) and not os.path.isfile(path):  # a pipe would never end
        yield f"'{path}' is no regular file"
    elif not os.path.isdir(folder):
        yield f"there is no folder '{folder}'"


def _hosts_of_inventories(found: Settings, given: Variables) -> t.Iterator[str]:
    """The default ``localhost`` means the project of the credential. A cluster or project of that name would take its place."""
    if found.get("otc_hosts") != "localhost":
        return
    for group in sorted(GROUPS.keys() & set(given.groups)):
        yield (
            f"otc_hosts: 'localhost' is a {GROUPS[group]} of the inventory {group} here, and its jobs would be handled; "
            "let that inventory give it another name"
        )


def wrong_characters(spec: Spec, found: Settings) -> t.Iterator[str]:
    for name in spec:
        if any(CONTROL.search(one) for one in _flat(found[name]) if isinstance(one, str)):
            yield f"{name}: has a line break or another control character in it"


def wrong_figures(spec: Spec, found: Settings) -> t.Iterator[str]:
    """Ages and numbers."""
    for name in AGES:
        age = found[name] if name in spec else None
        if age is not None and not AGE.fullmatch(str(age)):
            yield f"{name}: '{age}' is not one positive number and one of s m h d w, as in 30d"
    for name in spec:
        if name in LEAST and found[name] < LEAST[name]:
            yield f"{name}: must be at least {LEAST[name]}, not {found[name]}"
        if name in MOST and found[name] > MOST[name]:
            yield f"{name}: must be at most {MOST[name]}, not {found[name]}"


def _is_empty(name: str, value: t.Any, given: Variables) -> bool:
    """Empty clusters are no clusters. All else that is empty would mean more jobs than it seems to."""
    if name not in given.values or not isinstance(value, list):
        return False
    return (value == [] and name != "clusters" and not is_nothing(given.values[name])) or not all(value)


# ---- what an earlier run has kept ----


def _of_window(playbook: str, found: Settings, given: Variables) -> Settings:
    """What was ``kept`` of this host, and the ``place`` to keep: whose jobs they are. Raises ValueError where that cannot be told."""
    end = playbook == "maintenance_end"
    flink = _of_workflow(given)
    if flink.get("place") is not None and not _are_places(flink["place"]):
        raise ValueError("otc_bigdata.place, which a job before has left, does not say whose jobs these are")
    content = _content_of(found["stopped_jobs_file"], end)
    if found.get("stopped_jobs"):
        place = given.place if _has_fact(given) else None
        content = {"stopped_jobs": {given.host: found["stopped_jobs"]}, "place": {given.host: place}}
    if content is None:
        content = flink if end else {}
    of_hosts = _stopped_jobs(content, given.host) if end else content.get("stopped_jobs", {})

    def of(key: str, default: t.Any, content: t.Mapping[str, t.Any] = content) -> t.Any:
        found = content.get(key)
        return found.get(given.host, default) if isinstance(found, dict) else default

    kept = {
        "stopped_jobs": of_hosts.get(given.host) or [],
        # A file of an earlier release does not tell. Whoever ends a window has most likely worked in it.
        "work_begun": bool(of("work_begun", end)),
        "work_done": bool(of("work_done", False)),
        "finished": str(of("finished", "")),
        # Of a job that was cancelled or killed AWX hands on nothing, so there are no figures
        "cut_off": content is flink and "total" not in content and not of("work_begun", end),
        "listed_jobs": None if end else _listed(flink.get("listed_jobs"), given.host),
    }
    # Where there is no job there is none that could be another one elsewhere
    of_jobs = content if kept["stopped_jobs"] or kept["finished"] else flink if kept["listed_jobs"] else {}
    then = of("place", None, of_jobs)
    now = _there(then, found, given)
    # A file of an earlier release does not tell it, and who ends that window does not know it
    return {"kept": kept, "place": then or (None if end else now)}


def _there(then: t.Any, found: Settings, given: Variables) -> Settings | None:
    """Whose jobs the tasks would handle. Raises ValueError if ``then`` says that the window was elsewhere."""
    now = _here(found, given)
    others = list(_playbook_plan.of_others(then, now)) if isinstance(then, dict) and now else []
    if others:
        raise ValueError(
            f"its jobs were stopped, or listed, elsewhere: {', '.join(others)}; take the login, the project and the region of the window, or, "
            "where another name means the same, give maintenance_end the IDs in stopped_jobs"
        )
    return now


def _here(found: Settings, given: Variables) -> Settings | None:
    """Whose jobs the tasks would handle; None where the login is wrong, as the first of them tells."""
    try:
        place = _playbook_plan.place(_connection(found, given, "dli"))
    except OptionError:
        return None
    return {name: value for name, value in place.items() if value is not None}


def _content_of(file: str | None, needed: bool) -> dict[str, t.Any] | None:
    """None if no file was named, or if it is not there and not ``needed``. Raises ValueError if it is."""
    if file and os.path.exists(file):
        return _content(file)
    if file and needed:
        raise ValueError(f"there is no file '{file}'")
    return None


def _of_workflow(given: Variables) -> dict[str, t.Any]:
    """What the job before this one in a workflow of AWX has handed on of Flink jobs, and whose they are; {} if there was none."""
    told = given.values.get("otc_bigdata")
    flink, place = (told.get(name) if isinstance(told, dict) else None for name in ("flink", "place"))
    return {"place": place, **flink} if isinstance(flink, dict) and flink else {}


def _stopped_jobs(content: t.Mapping[str, t.Any], host: str) -> dict[str, list[int]]:
    """The jobs to be started at the end of a window, by hosts; ``host`` must be among them."""
    of_hosts = content.get("stopped_jobs")
    if not _are_of_hosts(of_hosts):
        raise ValueError(
            "give the file that maintenance_window has written, or stopped_jobs, as nothing else says which jobs were stopped"
        )
    found = t.cast("dict[str, list[int]]", of_hosts)
    if host not in found:
        names = ", ".join(map(str, found)) or "no host"
        raise ValueError(f"tells of {names}, not of the host {host}; take the inventory of the window")
    return found


def _listed(of_hosts: t.Any, host: str) -> list[int] | None:
    """The jobs of this host that the job before in a workflow has listed, None where there was no such job."""
    if of_hosts is None:
        return None
    if not _are_of_hosts(of_hosts) or host not in of_hosts:
        raise ValueError(f"the list of the job before, otc_bigdata.flink.listed_jobs, has no jobs of the host {host}")
    return t.cast("list[int]", of_hosts[host])


def _content(file: str) -> dict[str, t.Any]:
    try:
        with open(file, encoding="utf-8") as stream:
            content = yaml.safe_load(stream)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no YAML"
        raise ValueError(f"'{file}' cannot be read: {reason}") from error
    if not isinstance(content, dict) or not _is_of_window(content):
        raise ValueError(f"'{file}' was not written by this playbook")
    return content


def _is_of_window(content: t.Mapping[str, t.Any]) -> bool:
    by_host = [content.get(key, {}) for key in ("work_begun", "work_done", "finished")]
    return (
        _are_of_hosts(content.get("stopped_jobs"))
        and all(isinstance(one, dict) for one in by_host)
        and _are_places(content.get("place", {}))
    )


def _are_places(value: t.Any) -> bool:
    """What says whose jobs they are, by hosts."""
    return isinstance(value, dict) and all(
        isinstance(place, dict) and all(isinstance(name, str) for name in place) for place in value.values()
    )


def _are_of_hosts(value: t.Any) -> bool:
    """Lists of IDs, by hosts."""
    lists = value if isinstance(value, dict) and all(isinstance(host, str) for host in value) else {"": None}
    return all(isinstance(one, list) and all(_is_id(job) for job in one) for one in lists.values())


def _is_id(value: t.Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


# ---- a plan ----


def _plan(playbook: str, spec: Spec, found: Settings, given: Variables, check_mode: bool) -> Settings:
    """Raises OptionError for a wrong login, and ValueError with each reason why this run must not carry out the plan."""
    service = "mrs" if found["services"] == ["mrs"] else "dli"
    connection = _connection(found, given, service)
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


# ---- what is going to be done ----


def _intent(playbook: str, found: Settings, given: Variables, check_mode: bool) -> str:
    """One line, also for somebody who has typed the variables in a hurry."""
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
    told = []
    for name in (*PROJECT, *TARGET_PROJECT, "region", "cloud"):
        if found[name] is not None:
            known = name in given.extra or name in given.imported
            told.append(f"{name} {found[name]}{'' if known else ' (of the inventory)'}")
    if all(found[name] is None for name in (*PROJECT, *TARGET_PROJECT)):
        told.insert(0, "the project of the credential")
    return ", ".join(told)
