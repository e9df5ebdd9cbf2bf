# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Event source for ansible-rulebook: what happens to Flink jobs, Spark batches, SQL jobs and MRS jobs of Open Telekom Cloud."""

from __future__ import annotations

import pathlib
import runpy
import sys
import typing as t
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec

if t.TYPE_CHECKING:
    import asyncio
    from types import ModuleType

DOCUMENTATION = r"""
---
short_description: Send events of what happens to Flink jobs, Spark batches, SQL jobs and MRS jobs
description:
  - Reads lists of jobs again and again, and sends an event for each job that is new, has another status, or is gone.
    On demand it also sends one for a job that stays in a status for too long.
  - It needs C(ansible-core) 2.16 or newer and C(requests) 2.25 or newer for the Python that runs C(ansible-rulebook).
  - The options for credentials, project and endpoints are those of the modules. Environment variables and
    C(clouds.yaml) work as for them. Only C(passcode), the one-time password of a user with MFA, is refused wherever it
    comes from. The source logs in to Data Lake Insight and to MapReduce Service by itself, and again when a login has
    expired. Use an access key, or a user without MFA.
  - A guide is about events, rulebooks and restarts,
    U(https://otc-bigdata.github.io/otc.bigdata/latest/docsite/guide_events.html).
options:
  services:
    description:
      - Whose jobs to watch. V(flink), V(spark) and V(sql) are the Flink jobs, Spark batches and SQL jobs of a project in Data
        Lake Insight, V(mrs) are the jobs of O(clusters) of MapReduce Service.
    type: list
    elements: str
    choices: [flink, spark, sql, mrs]
    required: true
  clusters:
    description:
      - The clusters whose jobs to watch. They belong to V(mrs) in O(services), which needs them.
      - Of one that is given by its name and by its ID, each change is told once, with its ID.
    type: list
    elements: dict
    suboptions:
      cluster_id:
        description:
          - ID of the cluster. Either this or O(clusters[].cluster_name).
        type: str
      cluster_name:
        description:
          - Name of the cluster. It is looked up at the start, and again when the cluster cannot be read any more.
        type: str
  filters:
    description:
      - Which jobs to watch, for each of O(services). Without filters these are all that the credential may see.
      - The keys are those of the modules that read such jobs. C(older_than) is not among them.
      - A number, a truth value or a date where a name or a word belongs is an error. YAML reads V(010) as 8, so put it into quotes.
      - C(status), C(state) and C(result) do not choose jobs but events. Only those are sent after which the job is in one
        of these statuses.
    type: dict
    suboptions:
      flink:
        description:
          - C(name), C(not_name), C(status), C(queue_name), C(job_type), C(user_name), C(tags).
        type: dict
      spark:
        description:
          - C(name), C(not_name), C(state), C(queue_name), C(owner).
        type: dict
      sql:
        description:
          - C(status), C(queue_name), C(job_type), C(owner), C(tags), C(sql_pattern).
        type: dict
      mrs:
        description:
          - C(name), C(not_name), C(state), C(result), C(job_type), C(user), C(queue).
        type: dict
  interval:
    description:
      - Seconds from the beginning of one poll to that of the next, V(0.01) to V(86400).
      - After a fault they double with each poll that fails, up to 15 minutes.
    type: float
    default: 60
  stuck_after:
    description:
      - Seconds. A job that was seen in the same status for longer than that causes one event of the type V(stuck), until
        it has another status. Jobs that have ended or were never started do not.
      - If not set, there are no such events.
    type: float
  initial:
    description:
      - Whether the very first poll sends an event for each job. Otherwise it only remembers them.
      - It makes no difference to the first poll after a restart, if O(state_file) is set.
    type: bool
    default: false
  state_file:
    description:
      - File that remembers jobs and unsent events from one start to the next. It is made if it does not exist, and
        an empty one counts as new, but its folder must be there, writable, on a disk that survives a restart. No other source
        can have the same file.
      - If not set, what happens before the first poll after a start never becomes an event.
    type: path
  feedback:
    description:
      - Whether an event counts as sent only when the rule engine has confirmed it. C(ansible-rulebook) must be run with
        C(--persistence-id) and a database for that.
    type: bool
    default: false
  feedback_timeout:
    description:
      - Seconds to wait for such a confirmation. The source fails if it does not come.
    type: float
    default: 120
  token:
    description:
      - An IAM token that belongs to a project. The source ends when it expires, so this is only for tests.
    type: str
  access_key:
    description:
      - Access key (AK).
    type: str
  secret_key:
    description:
      - Secret key (SK) of O(access_key).
    type: str
  security_token:
    description:
      - Security token of a temporary O(access_key).
    type: str
  username:
    description:
      - Name of an IAM user who logs in with O(password), and again whenever the login has expired. A login that IAM
        has refused is not sent again.
    type: str
  password:
    description:
      - Password of O(username).
    type: str
  user_domain_name:
    description:
      - Name of the domain that O(username) belongs to.
    type: str
    aliases: [domain_name]
  user_id:
    description:
      - ID of the user, in place of O(username). It needs no domain.
    type: str
  user_domain_id:
    description:
      - ID of the domain that O(username) belongs to, in place of O(user_domain_name).
    type: str
  target_agency_name:
    description:
      - Name of an agency in another account. After the login the source reads jobs there, and nowhere else. It needs the
        account and the project there.
      - The agency is assumed anew whenever the login has expired.
    type: str
    aliases: [agency_name]
  target_domain_name:
    description:
      - Name of the account that has made the agency. Either it or O(target_domain_id) is needed.
    type: str
    aliases: [agency_domain_name]
  target_domain_id:
    description:
      - ID of the account that has made the agency.
    type: str
  target_project_name:
    description:
      - Name of the project in the other account. It or O(target_project_id) is needed. O(project_id) and O(project_name) are
        then the own project, which only the login is for.
    type: str
    aliases: [delegated_project]
  target_project_id:
    description:
      - ID of the project in the other account.
    type: str
  project_id:
    description:
      - ID of the project that the jobs belong to.
    type: str
  project_name:
    description:
      - Name of that project, for example V(eu-de_nightly).
    type: str
  region:
    description:
      - The region of the project, for example V(eu-de).
    type: str
    aliases: [region_name]
  cloud_domain:
    description:
      - Domain of a cloud whose region does not say which cloud it is, for example V(prod-cloud-ocb.orange-business.com).
    type: str
  auth_url:
    description:
      - URL of IAM.
    type: str
  endpoints:
    description:
      - Base URLs of services.
    type: dict
    suboptions:
      iam:
        description:
          - Base URL of Identity and Access Management.
        type: str
      dli:
        description:
          - Base URL of Data Lake Insight.
        type: str
      mrs:
        description:
          - Base URL of MapReduce Service.
        type: str
  cloud:
    description:
      - Name of an entry in a C(clouds.yaml). This needs the Python library C(openstacksdk).
    type: str
  validate_certs:
    description:
      - Whether the TLS certificates of the services are verified. They are by default.
    type: bool
  ca_path:
    description:
      - File with the CA certificates to trust, in PEM format.
    type: path
    aliases: [ca_cert]
  client_cert:
    description:
      - File with a client certificate, in PEM format.
    type: path
  client_key:
    description:
      - File with the private key of O(client_cert), in PEM format.
    type: path
  request_timeout:
    description:
      - Seconds that one HTTP request may take, from the attempt to connect to the last byte of its answer, however slowly
        that drips.
    type: float
    default: 60
    aliases: [api_timeout]
  max_retries:
    description:
      - How often one HTTP request is repeated after a passing fault. Only then the poll counts as failed.
      - Throttling (HTTP 429) is no fault. It is waited for until the next poll is due. With V(0) no request is repeated.
    type: int
    default: 5
  max_concurrency:
    description:
      - How many requests may be under way at once to one service, V(1) to V(32).
    type: int
    default: 8
"""

EXAMPLES = r"""
# Credentials and project come from the environment:
# OS_USERNAME, OS_PASSWORD, OS_USER_DOMAIN_NAME and OS_PROJECT_NAME.

- name: Flink jobs that fail
  otc.bigdata.job_events:
    services: [flink]
    filters:
      flink:
        status: [job_submit_fail, job_running_exception]
    state_file: /var/lib/rulebook/flink.json

- name: Jobs of two clusters, and those that take more than an hour
  otc.bigdata.job_events:
    services: [mrs]
    clusters:
      - cluster_name: analytics
      - cluster_id: 2b460e01-3351-4170-b0a7-57b9dd5ffef3
    stuck_after: 3600
    state_file: /var/lib/rulebook/mrs.json

- name: Everything that Data Lake Insight runs in another project, every five minutes
  otc.bigdata.job_events:
    services: [flink, spark, sql]
    project_name: eu-de_nightly
    interval: 300

- name: Flink jobs of another account, in which ops-agency is for the account of the user
  otc.bigdata.job_events:
    services: [flink]
    target_agency_name: ops-agency
    target_domain_name: customer-domain
    target_project_name: eu-de
"""

PLUGINS = pathlib.Path(__file__).resolve().parents[4] / "plugins"
PACKAGE = "otc_bigdata_plugins"
NEEDED = {"ansible": "ansible-core", "requests": "requests"}


async def main(queue: asyncio.Queue[t.Any], args: dict[str, t.Any]) -> None:
    """Send events until it is cancelled."""
    for library, name in NEEDED.items():
        try:
            import_module(library)
        except Exception as error:
            if isinstance(error, ModuleNotFoundError) and error.name == library:
                message = f"job_events: {sys.executable}, which runs ansible-rulebook, has no {name}; install it there"
                raise ImportError(message) from None
            raise _unusable(name, error) from error
    # as the plugins for Ansible do it, which share what Python has compiled: a full disk may have cut it
    file, name = PLUGINS / "plugin_utils" / "_bytecode.py", f"{PACKAGE}.plugin_utils._bytecode"
    with runpy.run_path(str(file), run_name=name)["kept"]():
        source = _load("plugin_utils._job_events")
    await source.run(queue, args)


def _unusable(name: str, error: Exception) -> ImportError:
    """An error with the words of the library, which often say what to do."""
    said = f"{type(error).__name__}: {error}"
    return ImportError(f"job_events: {sys.executable}, which runs ansible-rulebook, cannot import {name}: {said}")


def _load(name: str) -> ModuleType:
    """Import a file of plugins/, from the collection that this file belongs to.

    ansible-rulebook runs this file by its path, and Python need not find any collection by its name then.
    """
    if PACKAGE not in sys.modules:
        spec = ModuleSpec(PACKAGE, None, is_package=True)
        spec.submodule_search_locations = [str(PLUGINS)]
        sys.modules[PACKAGE] = module_from_spec(spec)
    return import_module(f"{PACKAGE}.{name}")
