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

from ansible.errors import AnsibleError, AnsibleParserError
from ansible.playbook.block import Block
from ansible.playbook.helpers import load_list_of_blocks
from ansible.playbook.play import Play
from ansible.playbook.task_include import TaskInclude

META = ("meta", "ansible.builtin.meta", "ansible.legacy.meta")
ENDS = ("end_batch", "end_host", "end_play")  # of META


def why_no_tasks(file: str, loader: t.Any, variable_manager: t.Any, variables: t.Mapping[str, t.Any]) -> str:
    """Why nothing would be started after these tasks, whatever is wanted; empty if there is no reason. ``variables``: those of the play."""
    # Not as a part of the template that asks for it, which would not end at a variable that is undefined
    return Context().run(_why, file, {"variable_manager": variable_manager, "loader": loader}, dict(variables))


def _why(file: str, how: t.Mapping[str, t.Any], variables: dict[str, t.Any]) -> str:
    try:
        play = Play.load({"hosts": "localhost"}, **how)
        play.vars = variables
        first = Block.load([{"ansible.builtin.include_tasks": {"file": file}}], play=play, **how).block[0]
        return next(_ends(file, first, play, {file}), "")
    except AnsibleParserError as error:
        return _reason(error)
    except UnicodeError:
        return "it is no text in UTF-8"
    except RecursionError:
        return "it imports itself"
    except AnsibleError:  # one of all others fails a host, whose jobs are started again then
        return ""


def _ends(file: str, include: t.Any, play: t.Any, seen: t.AbstractSet[str]) -> t.Iterator[str]:
    """What ends the play, here and in files that are included in any case. Raises AnsibleError, or UnicodeError, for what cannot be read."""
    for task, in_any_case in _tasks(_read(file, include, play)):
        params = str(task.args.get("_raw_params"))
        if task.action in META and params in ENDS:
            yield f"meta: {params} in '{file}' ends the play"
        further = os.path.join(os.path.dirname(file), params)
        is_included = in_any_case and isinstance(task, TaskInclude) and not (task.when or task.loop)
        if is_included and further not in seen and os.path.isfile(further):
            yield from _ends(further, task, play, {*seen, further})


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
