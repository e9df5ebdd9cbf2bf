# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: mrs_clusters
version_added: 1.0.0
short_description: MRS clusters as hosts
description:
  - Makes a host of each cluster of MapReduce Service (MRS), in one project or in many. So a playbook handles the jobs of all
    clusters, as many at once as Ansible has forks.
  - The name of the file must end with C(mrs.yml), C(mrs.yaml), C(mrs_clusters.yml) or C(mrs_clusters.yaml).
  - The hosts are in the group C(mrs_clusters). A host is not a machine, but the variables of a cluster. They are named like
    the options of the modules, C(cluster_id), C(cluster_name), C(project_id), C(project_name), C(region) and C(cloud).
    The others are C(cluster_state), in the words of the service, C(cluster_version) and C(cluster_tags), a dictionary.
  - C(project_name) and C(region) are not set where they are not known. C(cloud) is set where the file names one.
  - With an agency, C(project_id) and C(project_name) are those in the other account, and C(target_project_id) is the same ID,
    as the modules and the playbooks of this collection name it then.
  - C(ansible_connection) is V(local), and C(ansible_python_interpreter) that of Ansible.
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
    choices: [otc.bigdata.mrs_clusters]
  states:
    description:
      - States of which a cluster must have one, in the words of the service, for example V(running) or V(scaling-out). Upper
        and lower case are the same.
      - Without it all but V(terminated), which the service still lists for a while. An empty list is an error, an unknown
        word causes a warning.
    type: list
    elements: str
  read_tags:
    description:
      - Whether C(cluster_tags) are read. Where the service does not show them in its list of clusters, that takes one request
        per cluster, and the permission C(mrs:cluster:get).
      - With V(false), only what the list shows is in there.
    type: bool
    default: true
  hostnames:
    description:
      - How hosts are named, in order of preference. A cluster gets the first of these names that it does not share with any
        other cluster of the file. If it shares all of them, the inventory fails.
      - What Ansible has read before is never changed. If a host or a group there has such a name, the next one is taken, with a
        warning. The same holds for C(localhost), C(127.0.0.1), C(::1), and names that Ansible would take for a pattern. If
        none is left, the inventory fails. Only another cluster of that name, from another file, makes it fail at once.
      - V(name) is the name of the cluster. V(name_project) adds a dot and the name of the project, or its ID where that is not
        known. V(id) is the ID of the cluster.
      - So two clusters named V(analytics) in two projects are V(analytics.eu-de) and V(analytics.eu-de_nightly), and none of
        them is V(analytics). To have names that never depend on other clusters, choose V(name_project) or V(id) alone.
    type: list
    elements: str
    choices: [name, name_project, id]
    default: [name, name_project, id]
author:
  - otc.bigdata contributors (@otc-bigdata)
"""

EXAMPLES = r"""
# prod.mrs.yml: clusters of two projects. For those of one, the plugin and a project_name are enough.
plugin: otc.bigdata.mrs_clusters

# The credential of the first one comes from the environment: OS_USERNAME, OS_PASSWORD and OS_USER_DOMAIN_NAME.
sources:
  - project_name: eu-de
  - project_name: eu-de_nightly
    username: demo
    password: "{{ lookup('ansible.builtin.env', 'OS_PASSWORD') }}"
    user_domain_name: demo-domain

# Only some of them
states: [running, scaling-out, scaling-in]
names: ["analytics*", "reports"]

# Read at most once an hour
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/mrs_clusters
cache_timeout: 3600

# A group for each team and each project, and one for what must not be touched
keyed_groups:
  - key: cluster_tags.team | default('nobody')
    prefix: team
  - key: project_name
    prefix: project
    separator: "_"
groups:
  changing: cluster_state is match('scaling')
compose:
  owner: cluster_tags.team | default('nobody')
strict: true
"""

import typing as t

from ..plugin_utils._bytecode import kept

with kept():
    from ..module_utils._cloud.auth import Project
    from ..module_utils._cloud.client import Client
    from ..module_utils._cloud.connection import Connection
    from ..module_utils._cloud.endpoints import in_project_name
    from ..module_utils._cloud.errors import ApiError
    from ..module_utils._jobs.selection import Job, tags_of
    from ..module_utils._services.mrs import CLUSTER_STATES, MRS, TERMINATED, cluster, clusters
    from ..plugin_utils._inventory import HostsOfSources, Variables


class InventoryModule(HostsOfSources):
    """One host for each cluster."""

    NAME = "otc.bigdata.mrs_clusters"

    api = MRS
    endings = ("mrs", "mrs_clusters")
    chooses = ("names", "states", "read_tags")
    identity = "cluster_id"
    texts = frozenset(("cluster_tags",))
    always = texts | {"cluster_id", "cluster_name", "cluster_state", "cluster_version", "project_id"}
    sometimes = frozenset(("project_name", "region"))

    def check(self, config: t.Mapping[str, t.Any]) -> None:
        super().check(config)
        for word in self.get_option("states") or ():
            if str(word).lower() not in CLUSTER_STATES:
                self.display.warning(f"{self.NAME}: states: '{word}' is not a known state of a cluster")

    def read(self, client: Client, connection: Connection) -> list[Variables]:
        listing = clusters(client)
        for warning in listing.warnings:
            self.display.warning(f"{self.NAME}: clusters of project {client.project_id}: {warning}")
        known = [one for one in listing.jobs.values() if self._wanted(one)]
        if self.get_option("read_tags"):
            known = [one for one in _with_tags(client, known) if self._wanted(one)]
        shared = _place(client.project, connection)
        return [{**_variables(one), **shared} for one in known]

    def forms(self, host: Variables) -> dict[str, str | None]:
        name, project = host["cluster_name"], host.get("project_name", host["project_id"])
        return {"name": name, "name_project": f"{name}.{project}" if name else None, "id": host["cluster_id"]}

    def _wanted(self, one: Job) -> bool:
        state, states = _state(one).lower(), self.get_option("states")
        fits = state != TERMINATED if states is None else state in {str(word).lower() for word in states}
        return fits and self.wants(one.get("clusterName"))


def _with_tags(client: Client, known: t.Sequence[Job]) -> list[Job]:
    """Without those that have gone meanwhile."""
    untold = [one["clusterId"] for one in known if "tags" not in one]
    told: dict[str, t.Any] = dict(zip(untold, client.map(lambda cluster_id: cluster(client, cluster_id), untold)))
    for answer in told.values():
        if isinstance(answer, ApiError):
            raise answer
    return [one for one in (told.get(one["clusterId"], one) for one in known) if one]


def _place(project: Project, connection: Connection) -> Variables:
    """The variables that say in which project and region a cluster is, as far as known."""
    place = {
        "project_id": project.id,
        "project_name": project.name,
        "region": connection.region or in_project_name(project.name),
    }
    return {name: value for name, value in place.items() if value}


def _variables(one: Job) -> Variables:
    return {
        "cluster_id": one["clusterId"],
        "cluster_name": str(one.get("clusterName") or ""),
        "cluster_state": _state(one),
        "cluster_version": str(one.get("clusterVersion") or ""),
        "cluster_tags": tags_of(one.get("tags")),
    }


def _state(one: Job) -> str:
    """Empty where MRS does not tell it: such a cluster is not known to be terminated."""
    return str(one.get("clusterState") or "")
