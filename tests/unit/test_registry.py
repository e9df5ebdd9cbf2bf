# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A kind of jobs is in every place that names all of them. CONTRIBUTING.md has the recipe to add one."""

from __future__ import annotations

import ast
import importlib
import inspect
import pathlib
import re
import typing as t
from functools import partial

import pytest
import yaml

from ansible_collections.otc.bigdata.extensions.eda.plugins.event_source import job_events
from ansible_collections.otc.bigdata.plugins import modules
from ansible_collections.otc.bigdata.plugins.callback import job_report
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.client import Client
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.connection import read_connection
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.context import Context
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.endpoints import CATALOG_TYPES
from ansible_collections.otc.bigdata.plugins.module_utils._cloud.options import SERVICES
from ansible_collections.otc.bigdata.plugins.module_utils._jobs.desired_state import Step, Write, until_ended
from ansible_collections.otc.bigdata.plugins.module_utils._jobs.service import JobType, Service
from ansible_collections.otc.bigdata.plugins.module_utils._services.registry import JOB_TYPES
from ansible_collections.otc.bigdata.plugins.modules import check_service
from ansible_collections.otc.bigdata.plugins.plugin_utils import _check_service_transcript as transcript
from ansible_collections.otc.bigdata.plugins.plugin_utils._check_service_named import DISPOSALS, OPTIONS, SHOWN_BY
from ansible_collections.otc.bigdata.plugins.plugin_utils._job_table import NAMES
from ansible_collections.otc.bigdata.plugins.plugin_utils._playbook_jobs import PLACE
from ansible_collections.otc.bigdata.tests.emulator.cloud import KINDS
from ansible_collections.otc.bigdata.tests.unit.utils.service import Service as ServiceOfTests
from ansible_collections.otc.bigdata.tests.unit.utils.worlds import MODULES, WORDS

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROBES = "plugins/plugin_utils/_check_service_probes.py"
NOT_ALL_HAVE = {"shown", "scope", "beside"}  # of the words that tests have for a kind
QUEUES = ("queue_name", "queue")  # as filters
TRANSCRIPT = "plugins/plugin_utils/_check_service_transcript.py"
EVENT_OPTIONS = yaml.safe_load(job_events.DOCUMENTATION)["options"]


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def files(folder: str, suffix: str = ".py") -> set[str]:
    return {path.stem for path in (ROOT / folder).glob(f"*{suffix}")}


def group(name: str) -> set[str]:
    return set(yaml.safe_load(read("meta/runtime.yml"))["action_groups"][name])


def words(path: str) -> set[str]:
    return set(re.findall(r"\w+", read(path)))


def value(path: str, name: str) -> ast.expr:
    """What is assigned to a name, wherever that is in a file."""
    places = [node for node in ast.walk(ast.parse(read(path))) if isinstance(node, ast.Assign)]
    (found,) = [node.value for node in places if ast.unparse(node.targets[0]) == name]
    return found


def texts(*nodes: ast.AST | None) -> set[str]:
    found = [one.value for node in nodes if node for one in ast.walk(node) if isinstance(one, ast.Constant)]
    return {text for text in found if isinstance(text, str)}


def keys(path: str, name: str) -> set[str]:
    found = value(path, name)
    assert isinstance(found, ast.Dict), name
    return texts(*found.keys)


def calls(path: str, function: str) -> list[ast.Call]:
    nodes = ast.walk(ast.parse(read(path)))
    return [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) == function]


def used(folder: str, file: str, reader: str = "") -> set[str]:
    """The modules that have a folder of their own name, with a task in this file of it, or with one of the reader."""
    found = {path.name: path / file for path in (ROOT / folder).iterdir()}
    return {
        name
        for name, path in found.items()
        if path.exists() and f"otc.bigdata.{name}{reader}:" in path.read_text("utf-8")
    }


def stop_tasks() -> str:
    return read("playbooks/tasks/stop.yml") + read("playbooks/tasks/stop_flink.yml")


def services(playbook: str) -> set[str]:
    (about,) = yaml.safe_load(read(f"playbooks/meta/{playbook}.yml"))["argument_specs"].values()
    return set(about["options"]["services"]["choices"])


BOTH: dict[str, t.Callable[[t.Any], set[str]]] = {  # where the module and its reader are
    "plugins/modules": lambda job_type: files("plugins/modules"),
    "plugins/action": lambda job_type: files("plugins/action"),
    "tests/integration/targets": lambda job_type: used("tests/integration/targets", "tasks/main.yml"),
    "meta/runtime.yml, all": lambda job_type: group("all"),
    "meta/runtime.yml, its service": lambda job_type: group(job_type.api.name),
    "README.md": lambda job_type: words("README.md"),
    "tests/integration/smoke.yml": lambda job_type: words("tests/integration/smoke.yml"),
}
MODULE: dict[str, t.Callable[[], t.Collection[str]]] = {  # where the module is named
    "plugins/callback/job_report.py": job_report.MODULES.values,
    "docs/docsite/rst/guide_first_steps.rst": lambda: words("docs/docsite/rst/guide_first_steps.rst"),
    "docs/docsite/rst/guide_states.rst": lambda: words("docs/docsite/rst/guide_states.rst"),
    "playbooks/tasks/stop.yml": lambda: words("playbooks/tasks/stop.yml") | words("playbooks/tasks/stop_flink.yml"),
    "extensions/molecule, converge.yml": lambda: used("extensions/molecule", "converge.yml"),
    "extensions/molecule, verify.yml": lambda: used("extensions/molecule", "verify.yml", "_info"),
}
NAME: dict[str, t.Callable[[], set[str]]] = {  # where the name among `services` is
    "playbooks/meta/stop_all.yml": lambda: services("stop_all"),
    "playbooks/meta/show_jobs.yml": lambda: services("show_jobs"),
    "playbooks/show_jobs.yml": lambda: set(re.findall(r"register: (\w+)_result", read("playbooks/show_jobs.yml"))),
    "playbooks/tasks/stop.yml": lambda: set(re.findall(r"register: (\w+)_result", stop_tasks())),
    "playbooks/tasks/collect.yml": lambda: set(
        re.findall(r"{'service': '(\w+)'}", read("playbooks/tasks/collect.yml"))
    ),
    "extensions/eda/plugins/event_source/job_events.py": lambda: set(EVENT_OPTIONS["services"]["choices"]),
    "the filters there": lambda: set(EVENT_OPTIONS["filters"]["suboptions"]),
    "tests/unit/utils/worlds.py": lambda: set(WORDS),
    "DISPOSALS in plugins/plugin_utils/_check_service_named.py": lambda: {one.kind for one in DISPOSALS.values()},
    f"_read() in {PROBES}": lambda: texts(*(call.args[0] for call in calls(PROBES, "self._read"))) & set(JOB_TYPES),
    **{
        f"{name} in {path}": partial(keys, path, name)
        for path, name in (("plugins/plugin_utils/_check_service_writes.py", "ways"),)
    },
}
API: dict[str, t.Collection[str]] = {  # where the name of its API is
    "SERVICES in _cloud/options.py": SERVICES,
    "CATALOG_TYPES in _cloud/endpoints.py": CATALOG_TYPES,
}


def takes(function: t.Callable[..., t.Any]) -> list[tuple[str, t.Any, t.Any]]:
    found = inspect.signature(function).parameters.values()
    return [(one.name, one.kind, one.default) for one in found if one.name != "self"]


def lacking(offered: t.Any, contract: type) -> list[str]:
    """What the contract has and this has not, or in another form."""
    who = offered.__name__ if isinstance(offered, type) else type(offered).__name__
    methods = [name for name, one in vars(contract).items() if name == "__call__" or name[0] != "_"]
    missing = [name for name in [*contract.__annotations__, *methods] if not hasattr(offered, name)]
    wrong = [
        name
        for name in methods
        if name not in missing
        and takes(offered if name == "__call__" else getattr(offered, name)) != takes(getattr(contract, name))
    ]
    return [
        *(f"{who} has no {name}, see {contract.__name__} in _jobs/service.py" for name in missing),
        *(f"{who}.{name} takes other arguments than {contract.__name__} in _jobs/service.py" for name in wrong),
    ]


@pytest.mark.parametrize("name", JOB_TYPES)
def test_the_contract(name: str) -> None:
    """mypy compares the types as well; this runs where mypy does not, and at the jobs that a task really gets."""
    job_type = JOB_TYPES[name]
    given = {"token": "t", "project_id": "p", "region": "eu-de", "cluster_id": "c"}
    options = {**defaults(name), **given}
    client = Client(read_connection(options, {}, job_type.api.name), job_type.api, Context({}), float("inf"))
    service = job_type(client, options)
    assert lacking(job_type, JobType) + lacking(service, Service) == []
    least = {**dict.fromkeys(job_type.options()), "cluster_id": "c"}  # as the event source has them
    assert lacking(job_type(client, least), Service) == []
    assert writes_of(name) <= service.batch.keys()


def module_of(name: str) -> t.Any:
    return importlib.import_module(f"{modules.__name__}.{JOB_TYPES[name].module}")


def defaults(name: str) -> dict[str, t.Any]:
    """What a task of this kind has if it says nothing."""
    return {option: one.get("default") for option, one in module_of(name).SPEC.items()}


def writes_of(name: str) -> set[Write]:
    """All that the kind may send, whatever the state."""
    job_type = JOB_TYPES[name]
    ways = [{**defaults(name), "state": state} for state in module_of(name).SPEC["state"]["choices"]]
    todo = [job_type.desired_state({**way, **more}) for way in ways for more in ({}, {"job_ids": [1]})]
    found: set[Write] = set()
    while todo:
        desired = todo.pop()
        steps = [*desired.steps.values(), desired.otherwise, desired.gone, *desired.then.values(), *desired.leads_to]
        found.update(step for step in steps if isinstance(step, Write))
        todo += [desired.next] if desired.next else []
    return found


@pytest.mark.parametrize("place", BOTH)
@pytest.mark.parametrize("name", JOB_TYPES)
def test_its_modules(name: str, place: str) -> None:
    job_type = JOB_TYPES[name]
    assert {job_type.module, f"{job_type.module}_info"} <= BOTH[place](job_type)


@pytest.mark.parametrize("name", JOB_TYPES)
def test_its_files(name: str) -> None:
    """Which ansible-test, and who looks for a line, ask for."""
    targets = ROOT / "tests/integration/targets"
    for module in (JOB_TYPES[name].module, f"{JOB_TYPES[name].module}_info"):
        assert (targets / module / "aliases").is_file(), f"{module}: aliases"
        assert (targets / module / "meta/main.yml").is_file(), f"{module}: meta"
    file = JOB_TYPES[name].__module__.rpartition(".")[2]
    assert re.search(rf"^\| .* \| `{file}` \| .* \|$", read("CONTRIBUTING.md"), re.MULTILINE), "CONTRIBUTING.md"


@pytest.mark.parametrize("name", JOB_TYPES)
def test_modules_lead_to_each_other(name: str) -> None:
    module = JOB_TYPES[name].module
    about = yaml.safe_load(module_of(name).DOCUMENTATION)
    named = {one["module"] for one in about["seealso"] if "module" in one}
    others = {one.module for one in JOB_TYPES.values()} - {module}
    assert {f"otc.bigdata.{one}" for one in {*others, f"{module}_info"}} <= named


@pytest.mark.parametrize("place", MODULE)
@pytest.mark.parametrize("name", JOB_TYPES)
def test_its_module(name: str, place: str) -> None:
    assert JOB_TYPES[name].module in MODULE[place]()


@pytest.mark.parametrize("place", NAME)
def test_the_names_of_all(place: str) -> None:
    assert NAME[place]() == set(JOB_TYPES)


@pytest.mark.parametrize("place", API)
@pytest.mark.parametrize("name", JOB_TYPES)
def test_its_service(name: str, place: str) -> None:
    assert JOB_TYPES[name].api.name in API[place]


def test_no_module_without_a_kind() -> None:
    known = {f"{job_type.module}{what}" for job_type in JOB_TYPES.values() for what in ("", "_info")}
    assert files("plugins/modules") == known | {"check_service"}


@pytest.mark.parametrize("name", JOB_TYPES)
def test_the_emulator_has_it(name: str) -> None:
    """And the tests know it by that name, with all its words."""
    assert name in WORDS, "tests/unit/utils/worlds.py"
    words = WORDS[name].service
    assert WORDS[name].kind in KINDS, "SERVICES in tests/emulator/cloud.py"
    assert words.module == JOB_TYPES[name].module
    needed = {
        key for key, empty in vars(ServiceOfTests).items() if key[0] != "_" and empty in ("", (), {}, set())
    } - NOT_ALL_HAVE
    assert [key for key in sorted(needed) if not getattr(words, key)] == [], words.__name__
    assert MODULES[words.module][words.ids], "a job that runs, in tests/emulator/seed.json"


@pytest.mark.parametrize("name", JOB_TYPES)
def test_its_end(name: str) -> None:
    """State ``ended`` goes by what the kind says of its ends, and nothing is written."""
    job_type = JOB_TYPES[name]
    assert "ended" in module_of(name).SPEC["state"]["choices"]
    ended = job_type.desired_state({**defaults(name), "state": "ended"})
    assert ended == until_ended(job_type.ended, job_type.unstable)


@pytest.mark.parametrize("name", JOB_TYPES)
def test_the_guide_tells_its_ends(name: str) -> None:
    table = read("docs/docsite/rst/guide_states.rst").partition("- What counts as ended")[2].partition("\n* ")[0]
    rows = re.findall(rf"\.{JOB_TYPES[name].module}#module`\n(.*)", table)
    assert len(rows) == 1, "a row of docs/docsite/rst/guide_states.rst"
    ended = set(JOB_TYPES[name].ended) - JOB_TYPES[name].fields.synonyms.keys()
    assert ended <= set(re.findall(r"``(\w+)``", rows[0].lower()))


@pytest.mark.parametrize("name", JOB_TYPES)
def test_the_guide_has_its_statuses(name: str) -> None:
    """In the table of states, and in a part that is about this kind."""
    guide, plugin = read("docs/docsite/rst/guide_states.rst"), f"otc.bigdata.{JOB_TYPES[name].module}#module"
    first, *parts = re.split(r"\n(?=[^\n]+\n-{5,}\n)", guide.partition("\nJobs that end by themselves\n")[0])[1:]
    assert f":ansplugin:`{plugin}`" in first, "The states, in docs/docsite/rst/guide_states.rst"
    assert any(plugin in part for part in parts), "a part of docs/docsite/rst/guide_states.rst"


@pytest.mark.parametrize("name", JOB_TYPES)
def test_worlds_know_its_statuses_and_refusals(name: str) -> None:
    words = WORDS[name]
    known = (at_work(name) | set(JOB_TYPES[name].ended)) - JOB_TYPES[name].fields.synonyms.keys()
    assert known <= {status.lower() for status in words.statuses}, "worlds.py"
    assert words.due.keys() <= words.refusals.keys(), "refusals in worlds.py"


def test_jobs_that_a_check_may_change() -> None:
    """Each of them is for something that is told, and the playbook takes them as the module does."""
    assert DISPOSALS.keys() <= {option for options in SHOWN_BY.values() for option in options}, "SHOWN_BY"
    assert OPTIONS.keys() <= yaml.safe_load(check_service.DOCUMENTATION)["options"].keys(), (
        "plugins/modules/check_service.py"
    )
    (about,) = yaml.safe_load(read("playbooks/meta/check_service.yml"))["argument_specs"].values()
    assert OPTIONS.keys() <= about["options"].keys(), "playbooks/meta/check_service.yml"
    assert OPTIONS.keys() <= words("playbooks/check_service.yml"), "playbooks/check_service.yml"
    assert DISPOSALS.keys() <= yaml.safe_load(read("tests/disposable_jobs.yml")).keys(), "tests/disposable_jobs.yml"


@pytest.mark.parametrize("name", JOB_TYPES)
def test_its_tests(name: str) -> None:
    """Tasks in the sweep of faults, and a file for what only it does."""
    folder = "tests/unit/plugins/sweep"
    sweeps = [read(f"{folder}/{file}.py") for file in files(folder)]
    service = WORDS[name].service.__name__
    met = {state for sweep in sweeps for state in re.findall(rf'Task\(\s*{service}, "(\w+)"', sweep)}
    assert {*module_of(name).SPEC["state"]["choices"]} - {"ended"} <= met, folder
    own = (ROOT / "tests/unit/plugins/modules").glob(f"test_{JOB_TYPES[name].module}*.py")
    assert any("\ndef test_" in path.read_text("utf-8") for path in own), "tests/unit/plugins/modules"


@pytest.mark.parametrize("name", JOB_TYPES)
def test_tables_know_its_fields(name: str) -> None:
    """A table would have no cell for the status."""
    fields = JOB_TYPES[name].fields
    queues = [field for key, field in fields.filters.items() if key in QUEUES]
    wanted = {"id": fields.id, "name": fields.name, "status": fields.status, "age": fields.filters.get("older_than")}
    for column, field in [*wanted.items(), *(("queue", queue) for queue in queues)]:
        assert not field or field in NAMES[column], f"{column} in plugins/plugin_utils/_job_table.py"


@pytest.mark.parametrize("name", JOB_TYPES)
def test_a_transcript_may_show_its_fields(name: str) -> None:
    """It would be of no use if it left out what the assumptions go by."""
    fields = JOB_TYPES[name].fields
    shown = {field for field in (fields.id, fields.name, fields.status, *fields.filters.values()) if field}
    assert shown <= transcript.KEYS, TRANSCRIPT
    assert fields.status in transcript.WORDS, TRANSCRIPT
    assert fields.filters.get("older_than", "start_time") in transcript.TIMES, TRANSCRIPT


def test_what_runs_on_a_queue() -> None:
    """The playbook that empties a queue knows all kinds that run there, and which of their statuses are ends."""
    on_queues = {name for name, job_type in JOB_TYPES.items() if "queue_name" in job_type.fields.filters}
    *looks, summary = yaml.safe_load(read("playbooks/tasks/look_at_queue.yml"))
    patterns = summary["vars"]["otc__ended"]
    assert services("drain_queue") == on_queues, "playbooks/meta/drain_queue.yml"
    assert {name for name in WORDS if WORDS[name].kind.queue} == on_queues, "queue of a JobKind in tests/emulator"
    assert {look["register"] for look in looks} == {f"otc__{name}_look" for name in on_queues}
    assert patterns.keys() == on_queues
    for name, pattern in patterns.items():
        assert set(re.fullmatch(r"\(\?i\)\((.*)\)\$", pattern)[1].lower().split("|")) == set(JOB_TYPES[name].ended)


def changing(*files: str) -> list[tuple[str, dict[str, t.Any]]]:
    """The tasks of playbooks/tasks that change jobs, with the names among `services`."""
    return with_results([task for file in files for task in yaml.safe_load(read(f"playbooks/tasks/{file}.yml"))])


def with_results(tasks: t.Iterable[dict[str, t.Any]]) -> list[tuple[str, dict[str, t.Any]]]:
    results = [task for task in tasks if task.get("register", "").endswith("_result")]
    return [(task["register"].removesuffix("_result"), task) for task in results]


STOPPING = dict(changing("stop", "stop_flink"))
(SHOW,) = yaml.safe_load(read("playbooks/show_jobs.yml"))
SHOWING = with_results(SHOW["tasks"])


@pytest.mark.parametrize(("name", "task"), [*STOPPING.items(), *changing("purge")])
def test_only_the_jobs_of_a_plan(name: str, task: dict[str, t.Any]) -> None:
    """If there is one; and no more than max_jobs."""
    options = task[f"otc.bigdata.{JOB_TYPES[name].module}"]
    assert options[WORDS[name].service.ids].startswith(f"{{{{ otc__ids.{name}")
    assert options["filters"].startswith("{{ omit if otc__by_ids")
    assert options["max_jobs"] == "{{ chosen.max_jobs }}"
    if options["state"] == "stopped":
        for option, default in (
            ("drain_timeout", "chosen.drain_timeout | default(0)"),
            ("wait_timeout", "chosen.wait_timeout"),
        ):
            assert options[option] == f"{{{{ otc__{option} | default({default}) }}}}"


@pytest.mark.parametrize(("name", "task"), [*STOPPING.items(), *changing("purge"), *SHOWING])
def test_one_service_does_not_keep_the_others_from_their_turn(name: str, task: dict[str, t.Any]) -> None:
    """And a login that was refused is not tried again. What a task changes, it must not print for thousands of jobs, or count as a look."""
    asked = f"'{name}' in chosen.services and not lookup('otc.bigdata.playbook_jobs', 'login_refused')"
    assert (task["when"], task["ignore_errors"]) == (asked, True)
    assert "filters" in task[f"otc.bigdata.{JOB_TYPES[name].module}{'_info' if (name, task) in SHOWING else ''}"]
    if (name, task) not in SHOWING:
        looks = f"{name}_result is changed and not otc__looks | default(false)"
        assert (task["failed_when"], task["changed_when"]) == (False, looks)


@pytest.mark.parametrize("name", sorted(JOB_TYPES.keys() - {"flink"}))
def test_what_its_stop_selects(name: str) -> None:
    """All that run. (Flink jobs are chosen by `chosen.active`, which is made of what the kind says.)"""
    fields, filters = JOB_TYPES[name].fields, STOPPING[name]["vars"]["otc__filters"]
    (statuses,) = (filters[key] for key in filters if fields.filters[key] == fields.status)
    assert {*map(str.lower, statuses)} == at_work(name)
    assert not fields.name or {"name", "not_name"} <= filters.keys()
    assert filters.keys() & QUEUES == fields.filters.keys() & QUEUES


@pytest.mark.parametrize(("name", "task"), changing("purge"))
def test_what_its_purge_selects(name: str, task: dict[str, t.Any]) -> None:
    """Only what has ended, is old enough, and is not excepted."""
    fields, filters = JOB_TYPES[name].fields, task["vars"]["otc__filters"]
    (key,) = (key for key in filters if fields.filters[key] == fields.status)
    said = set(re.findall(r"\w+", f"{filters[key]} {task['vars'].get('otc__stopped', '')}".lower()))
    assert said & set(JOB_TYPES[name].ended)
    assert not said & at_work(name)
    assert filters["older_than"] == "{{ chosen.older_than }}"
    assert not fields.name or filters["not_name"] == "{{ chosen.except_names | default(omit, true) }}"


@pytest.mark.parametrize(("name", "task"), changing("purge"))
def test_a_plan_deletes_nothing_that_has_begun_to_run(name: str, task: dict[str, t.Any]) -> None:
    """A delete by IDs asks for no status, so who deletes what runs is asked once more."""
    job_type = JOB_TYPES[name]
    options = task[f"otc.bigdata.{job_type.module}"]
    absent = job_type.desired_state({**defaults(name), "state": "absent", "kill_running": options.get("kill_running")})
    deletes = any(absent.step(status) is Write.DELETE for status in at_work(name))
    checks = [one.get(f"otc.bigdata.{job_type.module}") for one in yaml.safe_load(read("playbooks/tasks/purge.yml"))]
    assert deletes == any(check and check["state"] == "ended" for check in checks)


def at_work(name: str) -> set[str]:
    """The statuses of jobs that a stop has something to do for."""
    desired = JOB_TYPES[name].desired_state({**defaults(name), "state": "stopped"})
    return {status for status, step in desired.steps.items() if step is not Step.DONE}


def test_what_is_purged() -> None:
    """All that a delete takes away."""
    deleted = {name for name in JOB_TYPES if Write.DELETE in writes_of(name)}
    assert services("purge_finished") == deleted, "playbooks/meta/purge_finished.yml"
    assert {name for name, task in changing("purge")} == deleted, "playbooks/tasks/purge.yml"


def test_what_was_stopped_is_reported() -> None:
    assert STOPPING.keys() == JOB_TYPES.keys()
    (collect,) = yaml.safe_load(read("playbooks/tasks/collect.yml"))
    assert set(re.findall(r"otc__(\w+)", collect["vars"]["otc__all"])) == set(JOB_TYPES)


def test_what_is_left_on_a_queue() -> None:
    """One that is forgotten here would be on a queue that the playbook calls empty."""
    on_queues = {name for name, job_type in JOB_TYPES.items() if "queue_name" in job_type.fields.filters}
    *dummy, summary = yaml.safe_load(read("playbooks/tasks/look_at_queue.yml"))
    assert set(re.findall(r"otc__(\w+)_look\b", summary["vars"]["otc__results"])) == on_queues, "look_at_queue.yml"
    for fact in ("otc__left", "otc__empty_looks"):
        assert on_queues <= set(re.findall(r"otc__(\w+)", summary["ansible.builtin.set_fact"][fact])), fact


PROSE = [
    *("README.md", "galaxy.yml", "docs/docsite/rst/*.rst", "playbooks/**/*.yml", "extensions/eda/**/*.yml"),
    *("extensions/eda/**/*.py", "plugins/[!mp]*/*.py", "plugins/modules/*.py"),
]
TOGETHER = [  # those of which a sentence may speak and leave out the others
    {*JOB_TYPES},
    {name for name, job_type in JOB_TYPES.items() if "queue_name" in job_type.fields.filters},
    JOB_TYPES.keys() - {"flink"},
]


@pytest.mark.parametrize(
    "path", sorted({path.relative_to(ROOT).as_posix() for pattern in PROSE for path in ROOT.glob(pattern)})
)
def test_prose_that_names_three_names_all(path: str) -> None:
    """By the names among `services`, as in "Flink jobs, Spark batches and SQL jobs"."""
    text = read(path).replace("Spark SQL jobs", "")  # which MRS has
    incomplete = []
    for sentence in re.split(r"(?<=[.!?:])\s+|\n\s*\n|\n\s*[-*] |\n\|", text):
        said = {name for name in JOB_TYPES if re.search(rf"(?i)(?<![\w./-]){name}(?![\w./(-])", sentence)}
        if len(said) > 2 and said not in TOGETHER and re.search(r"\b(jobs?|batch(es)?)\b", sentence):
            incomplete.append(sentence)
    assert incomplete == []


PLAYS = [
    path.relative_to(ROOT).as_posix()
    for path in sorted((ROOT / "playbooks").rglob("*.yml"))
    if re.search("import_tasks: .*check_variables.yml", path.read_text(encoding="utf-8"))
    and path.stem != "configure"  # it handles no job
]


@pytest.mark.parametrize("path", PLAYS)
def test_jobs_of_the_project_that_was_named(path: str) -> None:
    """What a playbook says of whose jobs it handles, its tasks do: one that was forgotten would be that of the credential."""
    (play,) = yaml.safe_load(read(path))
    every = {name: f"{{{{ chosen.{name} | default(omit, true) }}}}" for name in PLACE}
    assert play["module_defaults"] == {"group/otc.bigdata.all": every}
