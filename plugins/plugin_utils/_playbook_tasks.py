# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The tasks of a user, which Ansible reads only when the jobs have stopped. If it cannot, it ends at once, and starts none of them again."""

from __future__ import annotations

import inspect
import os
import typing as t
from contextvars import Context
from functools import partial

from ansible import constants as C
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.playbook.block import Block
from ansible.playbook.helpers import load_list_of_blocks
from ansible.playbook.play import Play
from ansible.playbook.task_include import TaskInclude

from ._playbook_names import OWN, OWN_PREFIX

Tasks = t.Iterable[tuple[str, t.Any]]  # each with its file

ENDS = ("end_batch", "end_host", "end_play")  # of the action meta
OF_PLAY = "otc.bigdata.of_play"  # the connection of a task that names none itself
# Of Ansible itself, which needs no machine for them
NOWHERE = {"add_host", "assert", "debug", "fail", "group_by", "include_vars", "meta", "pause", "set_fact", "set_stats"}


def why_no_tasks(file: str, **how: t.Any) -> str:
    """Why nothing would be started after these tasks, whatever is wanted; empty if there is no reason. ``how``: see ``_every``."""
    # Not as a part of the template that asks for it, which would not end at a variable that is undefined
    return Context().run(_why, file, how)


def what_misleads(file: str, **how: t.Any) -> str:
    """What of these tasks makes the playbook believe something else than it has seen; empty if nothing does."""
    return Context().run(_first, _misleading, file, how)


def for_others(file: str, hostvars: t.Any, play_hosts: t.Collection[str], **how: t.Any) -> str:
    """The first task that is delegated to another machine, and would run on the controller; empty if there is none. Hosts of the play are no machines."""
    here = {*play_hosts, *C.LOCALHOST}
    return Context().run(_first, partial(_for_others, hostvars=hostvars, here=here), file, how)


def _why(file: str, how: t.Mapping[str, t.Any]) -> str:
    try:
        return next(_ends(_every(file, **how)), "")
    except AnsibleParserError as error:
        return _reason(error)
    except UnicodeError:
        return "it is no text in UTF-8"
    except RecursionError:
        return "it imports itself"
    except AnsibleError:  # one of all others fails a host, whose jobs are started again then
        return ""


def _first(find: t.Callable[[Tasks], t.Iterator[str]], file: str, how: t.Mapping[str, t.Any]) -> str:
    """Empty if there is none."""
    try:
        return next(find(_every(file, **how)), "")
    except (AnsibleError, UnicodeError, RecursionError):  # is told by ``why_no_tasks``, or by the task
        return ""


def _for_others(tasks: Tasks, hostvars: t.Any, here: t.Collection[str]) -> t.Iterator[str]:
    added = False
    for file, task in tasks:
        # A machine that is added while the tasks run has what it is given there
        added = added or (_of_ansible(task) == "add_host" and "ansible_connection" in task.args)
        if _is_for_other(task, hostvars, here) and not (added and task.delegate_to not in hostvars):
            yield f"{task.delegate_to} in '{file}'"


def _is_for_other(task: t.Any, hostvars: t.Any, here: t.Collection[str]) -> bool:
    """Whether it needs a machine, and neither the task nor the machine has a connection."""
    name = str(task.delegate_to or "")
    if not name or name in here or not _needs_a_machine(task) or _has_connection(task):
        return False
    others = {*hostvars}.difference(here)
    machines = others if "{{" in name else others & {name}  # of a template nobody knows which one it is
    return not any("ansible_connection" in hostvars.raw_get(one) for one in machines)


def _needs_a_machine(task: t.Any) -> bool:
    return not (isinstance(task, TaskInclude) or _of_ansible(task) in NOWHERE)


def _has_connection(task: t.Any) -> bool:
    return task.connection != OF_PLAY or "ansible_connection" in task.get_vars()


def _of_ansible(task: t.Any) -> str:
    """The name of an action of Ansible itself; empty for others."""
    collection, dummy, action = str(task.action).rpartition(".")
    return action if collection in ("", "ansible.builtin", "ansible.legacy") else ""


def _ends(tasks: Tasks) -> t.Iterator[str]:
    """What ends the play."""
    for file, task in tasks:
        params = _of_meta(task)
        if params in ENDS:
            yield f"meta: {params} in '{file}' ends the play"


def _misleading(tasks: Tasks) -> t.Iterator[str]:
    """What makes a success of a failure, or changes what the playbook knows of its jobs."""
    for file, task in tasks:
        if _of_meta(task) == "clear_host_errors":
            yield f"meta: clear_host_errors in '{file}' makes a success of a failure"
        for name in _names(task):
            if name in OWN or name.startswith(OWN_PREFIX):
                yield f"{name} in '{file}' is what the playbook itself works with; give it another name"


def _of_meta(task: t.Any) -> str:
    """What the action meta is to do, if the task has it."""
    return str(task.args.get("_raw_params")) if _of_ansible(task) == "meta" else ""


def _names(task: t.Any) -> list[str]:
    """Of the variables that it leaves. From ansible-core 2.21 on, it may register several."""
    registered = [task.register] if isinstance(task.register, str) else task.register or ()
    return [*registered, *(map(str, task.args) if _of_ansible(task) == "set_fact" else ())]


def _every(file: str, loader: t.Any, variable_manager: t.Any, variables: t.Mapping[str, t.Any]) -> Tasks:
    """All tasks with their file, here and in files that are included in any case. ``variables``: those of the play.

    Raises AnsibleError, UnicodeError or RecursionError for what cannot be read.
    """
    how = {"variable_manager": variable_manager, "loader": loader}
    play = Play.load({"hosts": "localhost", "connection": OF_PLAY}, **how)
    play.vars = dict(variables)
    first = Block.load([{"ansible.builtin.include_tasks": {"file": file}}], play=play, **how).block[0]
    yield from _of_file(file, first, play, {file})


def _of_file(file: str, include: t.Any, play: t.Any, seen: t.AbstractSet[str]) -> t.Iterator[tuple[str, t.Any]]:
    for task, in_any_case in _tasks(_read(file, include, play)):
        yield file, task
        further = os.path.join(os.path.dirname(file), str(task.args.get("_raw_params")))
        is_included = in_any_case and isinstance(task, TaskInclude) and not task.when and task.loop is None
        if is_included and further not in seen and os.path.isfile(further):
            yield from _of_file(further, task, play, {*seen, further})


def _read(file: str, include: t.Any, play: t.Any) -> t.Any:
    """As Ansible does it for an ``include_tasks``."""
    loader = play.get_loader()
    newer = "trusted_as_template" in inspect.signature(loader.load_from_file).parameters  # of ansible-core 2.19
    content = loader.load_from_file(file, **({"trusted_as_template": True} if newer else {}))
    if not isinstance(content, (list, type(None))):
        raise AnsibleParserError("it is no list of tasks")
    how = {"variable_manager": play.get_variable_manager(), "loader": loader}
    return load_list_of_blocks(content, play=play, parent_block=include.build_parent_block(), **how)


def _tasks(blocks: t.Iterable[t.Any], in_any_case: bool = True) -> t.Iterator[tuple[t.Any, bool]]:
    """Each with whether it is come to if nothing fails; without those that no run of the playbook carries out, as it takes no tags."""
    for one in blocks:
        if isinstance(one, Block):
            yield from _tasks([*one.block, *one.always], in_any_case)
            yield from _tasks(one.rescue, in_any_case=False)
        elif "never" not in one.tags:
            yield one, in_any_case


def _reason(error: AnsibleError) -> str:
    """On one line, with the place, and without lines of the file. Newer releases have the place apart."""
    said = str(error).partition("The offending line")[0].split("\n\n")
    place = (getattr(error, "_formatted_source_context", None) or "").partition("\n")[0]
    return "; ".join(" ".join(one.split()).rstrip(".") for one in (*said, place) if one.strip())
