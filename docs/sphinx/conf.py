# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How Sphinx makes pages of what antsibull-docs has written. scripts/docs calls both. No network is needed."""

from __future__ import annotations

import pathlib
import re
import sys

from docutils import nodes

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from pages import pages

project = "otc.bigdata"
copyright = "otc.bigdata contributors, GPL-3.0-or-later"  # pylint: disable=redefined-builtin
extensions = ["sphinx_antsibull_ext"]
nitpicky = True  # a link that leads nowhere is an error
default_role = "any"
highlight_language = "YAML+Jinja"
pygments_style = "ansible"

OWNER, NAME = "otc-bigdata", "otc.bigdata"
REPOSITORY = f"https://github.com/{OWNER}/{NAME}"
VERSIONS = f"https://{OWNER}.github.io/{NAME}/"  # .github/workflows/docs.yml publishes it
SITE = f"{VERSIONS}latest/"
html_theme = "sphinx_ansible_theme"
html_title = html_short_title = "otc.bigdata"
html_theme_options = {
    "documentation_home_url": REPOSITORY,
    "topbar_links": {
        "Other versions": VERSIONS,
        "Ansible forum": "https://forum.ansible.com/",
        "Ansible documentation": "https://docs.ansible.com/",
    },
}
html_show_sphinx = False
html_copy_source = False
html_use_index = False
html_static_path = ["static"]
html_css_files = ["site.css"]
antsibull_ext_color_scheme = "default-autodark"
# For `scripts/docs --external`: addresses that are examples, or are there only for those who have logged in
linkcheck_ignore = [
    r"https?://(127\.0\.0\.1|localhost|[\w.-]*\.?example\.com)",
    rf"{REPOSITORY}/(issues/new|security)",
    re.escape(SITE),
]
linkcheck_anchors_ignore_for_url = [r"https://github\.com/"]  # scripts make the anchors there
linkcheck_retries = 3
linkcheck_timeout = 30

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
PICTURES = f"{SITE}_images/"
PAGE_OF_SITE = re.compile(rf"`([^`<]+) <{re.escape(SITE)}([\w/]+)\.html>`_+")
# A heading of index.rst and the table of contents below it
CONTENTS = re.compile(r"^(.+)(\n[-~]+\n(?:(?!\.\. toctree::|.*\n[-~]+\n).*\n)*\.\. toctree::\n)", re.MULTILINE)
INDEX = "\n".join(
    [
        "{}",
        "Playbooks",
        "---------",
        "",
        "They run without an inventory: ``ansible-playbook otc.bigdata.stop_all -e queue_name=streaming --check``.",
        "",
        ".. toctree::",
        "    :maxdepth: 1",
        "",
        *(f"    {page}" for page in pages() if page.startswith("playbook")),
        "",
        "Event source",
        "------------",
        "",
        ".. toctree::",
        "    :maxdepth: 1",
        "",
        *(f"    {page}" for page in pages() if not page.startswith("playbook")),
        "",
    ]
)


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
    """Modules lead readers of ansible-doc to this site, and docs.ansible.com shows the pictures of this site. Both are here.

    The index gets the pages that antsibull-docs does not know, and captions for the sidebar, which shows no headings.
    """
    text = PAGE_OF_SITE.sub(r":doc:`\1 </\2>`", source[0]).replace(PICTURES, "/images/")
    source[0] = CONTENTS.sub(r"\1\2    :caption: \1\n", INDEX.format(text)) if docname == "index" else text


def anchors(app, doctree: nodes.document) -> None:
    """Each message and each error code of the page about them is a link to itself, so that others can be sent there."""
    if not app.env.docname.endswith("guide_troubleshooting"):
        return
    for literal in list(doctree.findall(nodes.literal)):
        place, text = literal.parent, literal.astext()
        cell = isinstance(place.parent, nodes.entry) and place.parent.parent.index(place.parent) == 0
        item = isinstance(place.parent, nodes.list_item) and len(place) == 1
        if isinstance(place, nodes.term) or cell or item:
            name = nodes.make_id(f"code-{text}" if cell else text)
            if name not in doctree.ids:
                link = nodes.reference("", "", literal.deepcopy(), internal=True, refid=name, ids=[name])
                doctree.ids[name] = link
                place.replace(literal, link)


def setup(app) -> dict[str, bool]:
    app.connect("missing-reference", elsewhere)
    app.connect("source-read", all_is_here)
    app.connect("doctree-read", anchors)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
