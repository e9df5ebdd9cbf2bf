# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The project of a host of our inventories. Its variables are no options: a task that names no project acts in that of the credential."""

from __future__ import annotations

import typing as t

from ..module_utils._cloud.identity import PROJECT, TARGET_PROJECT
from ..module_utils._cloud.levels import FILE, NAME, Environ, of_environment
from ._module_defaults import given
from ._task_environment import environs

# What may well be another one for each host
DECIDING = {*PROJECT, *TARGET_PROJECT, "cloud", "token"}


def other_project(
    task: t.Any,
    template: t.Callable[[t.Any], t.Any],
    task_vars: t.Mapping[str, t.Any],
    around: Environ,
    groups: t.Iterable[str],
) -> str:
    """Why a task must not be carried out: it would act in another project than that of its host. Empty if it may.

    ``around``: what is set where the module runs, as far as it is known here; ``groups``: those of our inventories that the host is in.
    """
    near = {name: str(value) for one in environs(task, template) for name, value in one.items()}
    if _says_which(task, near):
        return ""
    inventory = task_vars["hostvars"]._inventory
    # As the inventory has it, whatever else is called so
    own = inventory.get_host(task_vars["inventory_hostname"]).vars
    hosts = [host for group in groups for host in inventory.groups[group].get_hosts()]
    if not own.get("project_id") or _is_told(own, {**around, **near}, hosts):
        return ""
    name = own.get("project_name") or own["project_id"]
    return (
        f"project_id: this task has none, so it would act in the project of the credential, also for hosts of other projects (this one is of {name}); "
        "give it the variable project_id of the host (with an agency as target_project_id), best in module_defaults"
    )


def _says_which(task: t.Any, near: Environ) -> bool:
    """Whether the task or its ``environment`` names a project, or what leads to one. No other project has a cluster of that ID."""
    clouds = {"cloud"} if near.get(NAME) or near.get(FILE) else set()
    said = given(task.args) | clouds | of_environment(near).values.keys()
    return bool(task.args.get("cluster_id") or said & DECIDING)


def _is_told(own: t.Mapping[str, t.Any], environ: Environ, hosts: t.Iterable[t.Any]) -> bool:
    """Whether the environment names the project of the host; if it names none, whether all ``hosts`` have the same.

    Two accounts may have projects of the same name, such as eu-de.
    """
    told = of_environment(environ).values
    option = next((one for one in (*TARGET_PROJECT, *PROJECT) if one in told), "")
    key = option.removeprefix("target_")
    if option and own.get(key):
        if told[option].text != own[key]:
            return False
        hosts = [host for host in hosts if host.vars.get(key) == own[key]]
    return all(host.vars.get("project_id") in (None, own["project_id"]) for host in hosts)
