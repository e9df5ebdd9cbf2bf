# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: iam_projects
version_added: 1.0.0
short_description: Projects as hosts
description:
  - Makes a host of each project that the user may use, or the agency in another account. So a playbook handles the jobs of Data Lake Insight (DLI) in all
    projects, as many at once as Ansible has forks.
  - The name of the file must end with C(projects.yml) or C(projects.yaml), for example C(iam_projects.yml).
  - The hosts are in the group C(iam_projects). A host is not a machine, but the variables of a project. They are named like
    the options of the modules, C(project_id), C(project_name), C(region) and C(cloud).
  - C(region) is the part of the project's name before the first C(_), or that of the credential if the name does not begin
    with a region. C(cloud) is set where the file names one.
  - With an agency, C(project_id) and C(project_name) are those in the other account, and C(target_project_id) is the same ID,
    as the modules and the playbooks of this collection name it then.
  - C(ansible_connection) is V(local), and C(ansible_python_interpreter) that of Ansible.
  - Projects that are disabled are left out, and so is C(MOS), which belongs to the object storage of the provider.
extends_documentation_fragment:
  - otc.bigdata._connection
  - otc.bigdata._sources
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
options:
  plugin:
    description: That the file is for this plugin.
    type: str
    required: true
    choices: [otc.bigdata.iam_projects]
  project_id:
    description: Not needed, as IAM is asked for all projects. With O(username) the login is for the domain.
    type: str
  project_name:
    description:
      - Not needed, as IAM is asked for all projects. With O(username) the login is for the domain.
      - If it is set, here or in the environment, it gives the region of IAM where nothing else does.
    type: str
  target_project_id:
    description: Not needed, as IAM is asked for all projects of the account that the agency is in.
    type: str
  target_project_name:
    description:
      - Not needed, as IAM is asked for all projects of the account that the agency is in.
      - If it is set, here or in the environment, it gives the region of IAM where nothing else does.
    type: str
    aliases: [delegated_project]
  hostnames:
    description:
      - How hosts are named, in order of preference. A project gets the first of these names that it does not share with any
        other project of the file. If it shares all of them, the inventory fails.
      - What Ansible has read before is never changed. If a host or a group there has such a name, the next one is taken, with a
        warning. The same holds for C(localhost), C(127.0.0.1), C(::1), and names that Ansible would take for a pattern. If
        none is left, the inventory fails. Only another project of that name, from another file, makes it fail at once.
      - V(name) is the name of the project, V(id) its ID. Only projects of several O(sources) can have the same name.
    type: list
    elements: str
    choices: [name, id]
    default: [name, id]
author:
  - otc.bigdata contributors (@otc-bigdata)
"""

EXAMPLES = r"""
# projects.yml: projects of the user. The credential comes from the environment:
# OS_USERNAME, OS_PASSWORD and OS_USER_DOMAIN_NAME.
plugin: otc.bigdata.iam_projects
region: eu-de
# For those of another account, these two as well. Tasks for them get target_project_id: "{{ project_id }}", and both.
# target_agency_name: ops-agency
# target_domain_name: customer-domain

# Only some of them, in groups by the second part of their names
names: ["eu-de_*"]
keyed_groups:
  - key: project_name.split('_')[1]
    prefix: stage
strict: true
"""

import typing as t

from ..plugin_utils._bytecode import kept

with kept():
    from ..module_utils._cloud.answers import GATEWAY, shaped
    from ..module_utils._cloud.auth import PROJECTS
    from ..module_utils._cloud.client import Client
    from ..module_utils._cloud.connection import Connection
    from ..module_utils._cloud.endpoints import in_project_name
    from ..plugin_utils._inventory import HostsOfSources, Variables

PATH = "/v3/auth/projects"  # IAM: "Querying the List of Projects Accessible to Users"
OF_OBJECT_STORAGE = "MOS"


class InventoryModule(HostsOfSources):
    """One host for each project."""

    NAME = "otc.bigdata.iam_projects"

    api = GATEWAY
    endings = ("projects",)
    chooses = ("names",)
    identity = "project_id"
    always = frozenset(("project_id", "project_name"))
    sometimes = frozenset(("region",))

    def read(self, client: Client, connection: Connection) -> list[Variables]:
        return [
            _variables(one["id"], one["name"], connection.region)
            for one in client.call("GET", PATH, _projects)
            if not _is_disabled(one) and one["name"] != OF_OBJECT_STORAGE and self.wants(one["name"])
        ]

    def forms(self, host: Variables) -> dict[str, str | None]:
        return {"name": host["project_name"], "id": host["project_id"]}


def _projects(answer: t.Any, call: str) -> t.Any:
    return shaped(answer, PROJECTS, call)["projects"]


def _is_disabled(project: t.Mapping[str, t.Any]) -> bool:
    """Only false, or its text, says so: with null, the project may be in use and must not be left out silently."""
    return str(project.get("enabled")).lower() == "false"


def _variables(project_id: str, name: str, region: str | None) -> Variables:
    host = {"project_id": project_id, "project_name": name}
    region = in_project_name(name) or region
    return {**host, "region": region} if region else host
