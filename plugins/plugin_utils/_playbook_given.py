# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What a playbook is given: its variables, where they come from, and the elements of their texts."""

from __future__ import annotations

import re
import typing as t

Settings = dict[str, t.Any]
# A host of one of our inventories is a cluster or a project
GROUPS = {"mrs_clusters": "cluster", "iam_projects": "project"}
Spec = t.Mapping[str, t.Mapping[str, t.Any]]
EMPTY = "is empty; leave it out or give it a value"


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
    own: t.Mapping[str, t.Any] = {}  # the project of a host of GROUPS, where one is told as well
    place: t.Mapping[str, t.Any] | None = None  # of the window that has left the fact ``stopped_jobs``
    in_file: bool = False  # whether that window has kept them in a file, too
    folder: str = "."  # where the tasks run, and look for a clouds.yaml
    others: t.Collection[str] = (".",)  # where a user may have put one that they do not see
    why_no_tasks: t.Callable[[str], str] = lambda file: ""  # of a file; empty if it has some
    what_misleads: t.Callable[[str], str] = lambda file: ""  # of the tasks of a file
    tasks_for_others: t.Callable[[str], str] = lambda file: ""  # of a file, on machines that they would not reach

    @property
    def told(self) -> set[str]:
        """The names of those that are given for this run, and not by an inventory."""
        return {*self.extra, *self.imported}


def is_nothing(value: t.Any) -> bool:
    """Null, and empty or blank text, are the same as not given."""
    return trimmed(value) in ("", None)


def trimmed(value: t.Any) -> t.Any:
    return value.strip() if isinstance(value, str) else value


def elements(text: str) -> list[str]:
    """Commas and line breaks separate them; empty lines, and a comma at the end of a line, do not count."""
    lines = [line.strip() for line in re.split(r"[\r\n]+", text)]
    return [one.strip() for line in lines if line for one in line.removesuffix(",").split(",")]


def flat(value: t.Any) -> t.Iterator[t.Any]:
    if not isinstance(value, (list, tuple)):
        yield value
        return
    for one in value:
        yield from flat(one)


def is_id(value: t.Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
