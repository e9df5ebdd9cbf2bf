# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How Sphinx makes pages of what antsibull-docs has written. scripts/docs calls both. No network is needed."""

from __future__ import annotations

import re

from docutils import nodes

project = "otc.bigdata"
copyright = "otc.bigdata contributors, GPL-3.0-or-later"  # pylint: disable=redefined-builtin
extensions = ["sphinx_antsibull_ext"]
nitpicky = True  # a link that leads nowhere is an error
default_role = "any"
highlight_language = "YAML+Jinja"
pygments_style = "ansible"

REPOSITORY = "https://github.com/otc-bigdata/otc.bigdata"
html_theme = "sphinx_ansible_theme"
html_title = html_short_title = "otc.bigdata"
html_theme_options = {
    "documentation_home_url": REPOSITORY,
    "topbar_links": {
        "Ansible forum": "https://forum.ansible.com/",
        "Ansible documentation": "https://docs.ansible.com/",
    },
}
html_show_sphinx = False
html_copy_source = False
html_use_index = False

# Labels of the documentation of Ansible that antsibull-docs refers to, and their pages
ANSIBLE = "https://docs.ansible.com/ansible/latest"
BUILTIN = "ansible_collections.ansible.builtin."
CONFIGURATION = "reference_appendices/config.html"
PAGES = {
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": CONFIGURATION,
    "callback_plugins": "plugins/callback.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}
PICTURES_ON_GITHUB = "https://raw.githubusercontent.com/otc-bigdata/otc.bigdata/main/docs/docsite/images/"
GUIDE_ON_GITHUB = re.compile(rf"`([^`<]+) <{re.escape(REPOSITORY)}/blob/main/docs/docsite/rst/(\w+)\.rst>`_+")


def elsewhere(app, env, node, contnode) -> nodes.reference | None:
    """A link to the documentation of Ansible; None, which is an error, for any other unknown target."""
    target = node.get("reftarget", "")
    page = PAGES.get(target)
    if target.startswith(BUILTIN):
        page = f"collections/ansible/builtin/{target[len(BUILTIN) :]}.html"
    elif node.get("reftype") == "envvar" and target.startswith("ANSIBLE_"):
        page = f"{CONFIGURATION}#envvar-{target}"
    if not page:
        return None
    title = nodes.Text(target.replace("_", " ")) if target in PAGES and not node.get("refexplicit") else contnode
    return nodes.reference("", "", title, refuri=f"{ANSIBLE}/{page}")


def all_is_here(app, docname: str, source: list[str]) -> None:
    """Modules lead readers of ansible-doc to the guides on GitHub, and a guide shows a picture from there. Both are here, too."""
    text = GUIDE_ON_GITHUB.sub(r":ref:`\1 <ansible_collections.otc.bigdata.docsite.\2>`", source[0])
    source[0] = text.replace(PICTURES_ON_GITHUB, "/images/")


def setup(app) -> dict[str, bool]:
    app.connect("missing-reference", elsewhere)
    app.connect("source-read", all_is_here)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
