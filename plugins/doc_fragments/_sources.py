# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  sources:
    description:
      - Where to read, if that is more than one place. Each entry is a dictionary of connection options, such as
        O(project_name) or O(cloud), and is checked as the modules of this collection check theirs. The places are read at
        the same time, at most O(max_concurrency) at once.
      - An entry takes over the connection options of the file that it does not set itself. If it names a project, by ID
        or by name, that of the file does not count for it. The same holds for a user, a domain and the account of an agency,
        and for a client certificate with its key.
      - If an entry names a part of a credential, it takes over only the missing parts of the same kind, for example
        O(user_domain_name) for O(username) and O(password).
      - An agency of the file goes with the login of the file. An entry that has a whole credential of its own takes over
        nothing of it. All other entries take it over, and may name another account or project. So if one user reads several
        accounts, it is enough that each entry has a O(target_domain_name) and a O(target_project_name).
      - O(project_id) or O(project_name) in an entry is an error where it takes over the project of an agency, as it would
        then be the own project, and nothing would be read there.
      - An entry with O(cloud) takes over no credential, no agency, no project, and none of O(region), O(cloud_domain),
        O(auth_url) and O(endpoints).
      - Without O(sources), the connection options of the file are the only source.
    type: list
    elements: dict
  strict_sources:
    description:
      - Whether the whole inventory fails if one of the O(sources) cannot be read.
      - With V(false) such a source is left out with a warning, and a playbook does not see its hosts. Do not use that where
        a playbook must reach everything, for example to delete old jobs everywhere. The inventory still fails if no source
        can be read.
      - Wrong options are always errors.
    type: bool
    default: true
  names:
    description:
      - Shell-style patterns (V(*), V(?), V([a-z])) of which one must match the whole name. Upper and lower case differ.
      - A list may be given as text with commas. An empty list, a pattern that begins with V(!), V([^a]), which is V([!a]) here, a
        bracket without the other one, the quotes and brackets of a list, such as V([orders]), and a line break or control
        character in a pattern, is an error. So is a number, a truth value or a date. YAML reads V(010) as 8, so
        put it into quotes.
    type: list
    elements: str
notes:
  - Connection options may be encrypted with Ansible Vault, and may be templates with lookups, for example V({{
    lookup('ansible.builtin.env', 'NIGHT_PASSWORD'\) }}). No variables are known there.
  - Credentials are never host variables, and never written to the cache. A playbook has to give the modules its own, for
    example in the environment.
  - Ansible only warns if an inventory fails, and goes on without its hosts. To make that an error, set
    E(ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED=true), or C(any_unparsed_is_failed) in the section C([inventory]) of
    C(ansible.cfg). The setting C(unparsed_is_failed) is weaker, it lets Ansible go on if another inventory could be read.
  - Other inventories should come before this one if they have machines, and after it if they put its hosts into groups.
  - What the service returns is never a template. In the output of C(ansible-inventory --list), texts that could be one (they
    hold a C({) or begin with C(#jinja2:)) are marked with C(__ansible_unsafe), also those that O(compose) makes of them.
  - Unlike most inventory plugins, this one refuses options that it does not know, and a word that is neither true nor false where one of
    them belongs. A typing error cannot change the inventory silently.
  - With O(cache), what was read is stored under a key that is made of the options, the address and the identity that is
    asked, agency included, but not of passwords and secret keys. From a cache that is still valid nothing is sent, not even
    a login. A cache that is damaged, or holds something else, is read anew.
seealso:
  - name: Clusters and projects as hosts
    description: From clusters and projects to a playbook for all of them.
    link: https://otc-bigdata.github.io/otc.bigdata/latest/docsite/guide_inventory.html
"""
