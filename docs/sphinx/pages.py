# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages of what antsibull-docs does not know: the playbooks and the event source, made of what describes them.

``python docs/sphinx/pages.py FOLDER`` writes them beside those of the modules. scripts/docs calls it.
"""

from __future__ import annotations

import ast
import pathlib
import re
import sys
import typing as t

import yaml
from antsibull_docs_parser.parser import Context, parse
from antsibull_docs_parser.rst import to_rst_plain

ROOT = pathlib.Path(__file__).resolve().parents[2]
EVENT_SOURCE = ROOT / "extensions/eda/plugins/event_source/job_events.py"
Options = t.Mapping[str, t.Mapping[str, t.Any]]
Write = t.Callable[[t.Any], str]


def playbooks() -> dict[str, dict[str, t.Any]]:
    """What playbooks/**/meta/*.yml say, by the full names of the playbooks."""
    found = {}
    for path in sorted((ROOT / "playbooks").rglob("meta/*.yml")):
        parts = [*path.relative_to(ROOT / "playbooks").parts[:-2], path.stem]
        found[".".join(["otc.bigdata", *parts])] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def pages() -> dict[str, str]:
    """All pages by the names of their files, without the ending."""
    found = {f"playbook_{name.rpartition('.')[2]}": playbook(name, meta) for name, meta in playbooks().items()}
    return {**found, "job_events_event_source": event_source(EVENT_SOURCE.read_text(encoding="utf-8"))}


def playbook(name: str, meta: t.Mapping[str, t.Any]) -> str:
    spec = meta["argument_specs"][name.rpartition(".")[2]]
    return "\n".join(
        [
            *_heading(f"{name} playbook -- {meta['short_description']}", "="),
            *_paragraphs(meta["description"], _plain),
            f"``ansible-playbook {name} -e help=true`` prints this page.",
            "",
            *_heading("Variables", "-"),
            *_options(spec["options"], _plain),
            *_heading("Examples", "-"),
            *_code("shell", spec["examples"]),
        ]
    )


def event_source(source: str) -> str:
    """Of the two assignments in its file."""
    told = {
        node.targets[0].id: node.value.value
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }
    doc = yaml.safe_load(told["DOCUMENTATION"])
    return "\n".join(
        [
            *_heading(f"otc.bigdata.job_events event source -- {doc['short_description']}", "="),
            *_paragraphs(doc["description"], _marked),
            *_heading("Options", "-"),
            *_options(doc["options"], _marked),
            *_heading("Examples", "-"),
            *_code("yaml", told["EXAMPLES"]),
        ]
    )


def _heading(text: str, line: str) -> list[str]:
    return [_plain(text), line * len(_plain(text)), ""]


def _paragraphs(text: str | t.Sequence[str], write: Write, depth: int = 0) -> list[str]:
    """A text, whose paragraphs have an empty line between them, or a list of them."""
    parts = [text] if isinstance(text, str) else text
    return [
        line
        for part in parts
        for paragraph in part.split("\n")
        if paragraph.strip()
        for line in (f"{'  ' * depth}{write(paragraph.strip())}", "")
    ]


def _options(options: Options, write: Write, depth: int = 0, parent: str = "") -> list[str]:
    """A definition list with a link to each. On a phone a table would be too wide."""
    lines = []
    for name, option in options.items():
        kind = option.get("type", "str")
        kind += f" of {option['elements']}" if "elements" in option else ""
        kind += ", required" if option.get("required") else ""
        lines += [f"{'  ' * depth}_`{parent}{name}` *{kind}*", *_paragraphs(option["description"], write, depth + 1)]
        told = {"One of": option.get("choices"), "Default": option.get("default")}
        for word, value in told.items():
            if value is not None:
                values = value if isinstance(value, list) else [value]
                shown = ", ".join(f"``{_shown(one)}``" for one in values)
                lines += [f"{'  ' * (depth + 1)}{word}: {shown}", ""]
        lines += _options(option.get("suboptions") or {}, write, depth + 1, f"{parent}{name}.")
    return lines


def _shown(value: t.Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _plain(text: str) -> str:
    """Text without markup: what would be some to Sphinx is none."""
    return re.sub(r"([\\`*|_])", r"\\\1", text)


def _marked(text: str) -> str:
    """Text with the markup of Ansible."""
    return to_rst_plain(parse(text, Context()))


def _code(language: str, text: str) -> list[str]:
    return [f".. code-block:: {language}", "", *(f"  {line}".rstrip() for line in text.strip("\n").splitlines()), ""]


if __name__ == "__main__":
    for stem, content in pages().items():
        (pathlib.Path(sys.argv[1]) / f"{stem}.rst").write_text(content, encoding="utf-8")
