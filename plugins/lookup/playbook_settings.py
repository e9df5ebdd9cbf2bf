# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: playbook_settings
version_added: 1.0.0
short_description: Part of the playbooks of this collection
description:
  - Private. It may change in any release, so do not use it in playbooks of your own.
  - Takes the variables of a playbook, C(otc.bigdata.stop_all) and the like, and returns one dictionary with all of them. In
    it is also what the playbook is going to do, and what is wrong with the variables.
options:
  _terms:
    description: The short name of the playbook.
    type: list
    elements: str
    required: true
  spec:
    description: What the argument spec of the playbook says of its variables.
    type: dict
    required: true
  credential_types:
    description: The credential types of AWX that this collection brings, for C(otc.bigdata.awx.configure).
    type: list
    elements: dict
    default: []
  controller:
    description:
      - What AWX has, for C(otc.bigdata.awx.configure). The results of its endpoints C(organizations), C(credential_types),
        C(execution_environments) and C(me).
      - Without it, only the variables are checked.
    type: dict
    default: {}
author:
  - otc.bigdata contributors (@otc-bigdata)
"""

EXAMPLES = r"""
- name: Take the variables
  ansible.builtin.set_fact:
    chosen: "{{ lookup('otc.bigdata.playbook_settings', 'stop_all', spec=spec) }}"
  vars:
    spec: "{{ (lookup('ansible.builtin.file', 'meta/stop_all.yml') | from_yaml).argument_specs.stop_all.options }}"
"""

RETURN = r"""
_raw:
  description: One dictionary with the value of each variable, V(null) where it is not given and has no default.
  type: list
  elements: dict
"""

import datetime
import os
import typing as t
from collections.abc import Mapping, Sequence
from functools import partial

from ansible import context
from ansible.errors import AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.lookup import LookupBase
from ansible.utils.vars import load_extra_vars

from ..plugin_utils._bytecode import kept

with kept():
    from ..plugin_utils._configure_settings import configuration
    from ..plugin_utils._omitted import why_every_name
    from ..plugin_utils._playbook_given import GROUPS, Variables, is_nothing
    from ..plugin_utils._playbook_names import DRY_RUNS, LEFT_OVER, not_taken
    from ..plugin_utils._playbook_settings import settings
    from ..plugin_utils._playbook_tasks import for_others, what_misleads, why_no_tasks


class LookupModule(LookupBase):  # type: ignore[misc]
    def run(self, terms: list[str], variables: t.Any = None, **kwargs: t.Any) -> list[t.Any]:
        self.set_options(var_options=variables, direct=kwargs)
        spec = self.get_option("spec")
        given = self._given(spec, variables)
        check_mode = bool(variables.get("ansible_check_mode"))
        return [
            self._configuration(spec, given) if term == "configure" else settings(term, spec, given, check_mode)
            for term in terms
        ]

    def _given(self, spec: t.Any, variables: t.Any) -> Variables:
        host = variables["inventory_hostname"]
        others = not_taken(spec, {str(name) for name in variables})
        line = load_extra_vars(self._loader)
        extra, imported = _told(variables, {*spec, *others}, line)
        further = others & (extra | imported)
        window = variables.get("otc__window")  # the last one in the same run
        window = window if isinstance(window, Mapping) else {}
        place = self._plain(window.get("place"), None)
        fact = ("stopped_jobs",) if place else ()
        names = (*spec, *further, *fact, "otc_bigdata", "help", *DRY_RUNS, "ansible_connection", "ansible_become")
        values, broken = self._values(names, variables)
        empty = {name for name in {*spec} & (extra | imported) if name in values and is_nothing(values[name])}
        if empty:  # is not given there, so what the host itself has counts
            of_host, of_host_broken = self._values(empty, _of_host(variables["hostvars"], host))
            values.update(of_host)
            broken.update(of_host_broken)
        values["ansible_check_mode"] = line.get("ansible_check_mode")  # which Ansible's own hides
        become = values.pop("ansible_become", None)
        hostvars = variables["hostvars"]
        how = {"loader": self._loader, "variable_manager": hostvars._variable_manager, "variables": _of_play(variables)}
        return Variables(
            values=values,
            broken=broken,
            extra=extra - empty,
            imported=imported - empty,
            host=str(host),
            groups=variables["group_names"],
            environ=os.environ,
            play_hosts=variables.get("ansible_play_hosts_all", ()),
            connection=str(values.pop("ansible_connection", None) or ""),
            become=boolean(context.CLIARGS.get("become") if become is None else become, strict=False),
            own=self._own_project({*spec} & (extra | imported) - empty, variables),
            place=place,
            in_file=bool(window.get("in_file")),
            folder=self._loader.get_basedir(),
            others=(".", *_folders_of_playbooks()),
            why_no_tasks=partial(why_no_tasks, **how),
            what_misleads=partial(what_misleads, **how),
            tasks_for_others=partial(
                for_others, hostvars=hostvars, play_hosts=variables.get("ansible_play_hosts_all", ()), **how
            ),
        )

    def _own_project(self, told: set[str], variables: t.Any) -> dict[str, t.Any]:
        """That of a host of one of our inventories, by those names that are also ``told``."""
        names = {"project_id", "target_project_id"} & told
        if not names or GROUPS.keys().isdisjoint(variables["group_names"]):
            return {}
        return self._values(names, _of_host(variables["hostvars"], variables["inventory_hostname"]))[0]

    def _configuration(self, spec: t.Any, given: Variables) -> dict[str, t.Any]:
        types, there = (self._plain(self.get_option(name), None) for name in ("credential_types", "controller"))
        return configuration(spec, given, types, there, datetime.datetime.now(datetime.timezone.utc))

    def _values(self, names: t.Iterable[str], variables: t.Any) -> tuple[dict[str, t.Any], dict[str, str]]:
        """The variables that have a value; and why others have none."""
        values: dict[str, t.Any] = {}
        broken = {}
        for name in names:
            try:
                values.update(self._value(name, variables))
            except AnsibleError as error:
                broken[name] = str(error)
        return values, broken

    def _value(self, name: str, variables: t.Any) -> dict[str, t.Any]:
        """Without what Ansible adds to types. What is left out by ``omit`` is null."""
        if name not in variables:
            return {}
        found = self._templar.template({name: variables[name]})
        value = self._plain(found.get(name), variables.get("omit"))
        why = why_every_name(value, variables[name]) if name == "names" else ""
        if why:
            raise AnsibleError(why)
        return {name: value}

    def _plain(self, value: t.Any, omit: t.Any) -> t.Any:
        if isinstance(value, str) and value == omit:  # before ansible-core 2.19
            return None
        if isinstance(value, dict):
            return {self._plain(key, omit): self._plain(one, omit) for key, one in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._plain(one, omit) for one in value]
        # A text out of a vault is no str before ansible-core 2.19
        return str(value) if isinstance(value, Sequence) and not isinstance(value, bytes) else value


def _told(variables: t.Any, ours: t.Collection[str], line: t.Mapping[str, t.Any]) -> tuple[set[str], set[str]]:
    """The variables of the command ``line``; and what the host itself does not have, or not so: it is of the playbook, or of one that imports it."""
    of_host = variables["hostvars"].raw_get(variables["inventory_hostname"])
    extra = {str(name) for name in line if name != LEFT_OVER or str(line[name]).strip()}
    imported = {
        name for name in variables if name not in of_host or (name in ours and _differ(variables[name], of_host[name]))
    }
    return extra, imported


def _of_play(variables: t.Any) -> dict[str, t.Any]:
    """What the host does not have so, and which is no object of Ansible."""
    of_host = variables["hostvars"].raw_get(variables["inventory_hostname"])
    return {
        name: value
        for name, value in variables.items()
        if isinstance(name, str)
        and not (name.startswith("ansible_") or name == "environment")  # that of the task
        and isinstance(value, (str, int, float, list, dict))
        and (name not in of_host or _differ(value, of_host[name]))
    }


def _of_host(hostvars: t.Any, host: str) -> t.Any:
    """What a host has without the command line, which nothing of Ansible's own tells where that has the same name."""
    manager = hostvars._variable_manager
    without = object.__new__(type(manager))  # its copy would have no loader before ansible-core 2.19
    vars(without).update(vars(manager), _extra_vars={})
    return without.get_vars(host=hostvars._inventory.get_host(host), include_hostvars=False)


def _differ(value: t.Any, of_host: t.Any) -> bool:
    """One that is the same is not looked into, as it may be in a vault."""
    return bool(value is not of_host and value != of_host)


def _folders_of_playbooks() -> set[str]:
    """The folders of the playbooks of the command line."""
    return {os.path.dirname(os.path.abspath(one)) for one in context.CLIARGS.get("args") or () if os.path.isfile(one)}
