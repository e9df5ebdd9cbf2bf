# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every message of the plugins is on the page about troubleshooting: ``python tests/unit/docs/test_messages.py`` adds what is missing.

Those with an entry of their own are tested by test_troubleshooting.py. The others are listed there, by what they are about.
"""

from __future__ import annotations

import ast
import pathlib
import re
import typing as t

from ansible_collections.otc.bigdata.tests.unit.utils.guides import GUIDES, ROOT

PAGE = GUIDES / "guide_troubleshooting.rst"
PLUGINS = ROOT / "plugins"
# What tells a user something: errors, what is yielded as wrong with a variable, and constants that are whole sentences
ERRORS = re.compile(
    r"(Ansible\w*|Option|Type|Value)Error|Failure|Refused|Vague|Un\w+ed|Untold|Excessive|Unreachable|Misdirected|Late|Fatal|Denied|Notes|recast"
)
WORDY = re.compile(r"(?!.*\w:\w+:\w)(\S+ ){6,}\S+")  # one line of words, without names of permissions
# What messages are about: patterns of the path and the message, the first that fits
ABOUT = {
    "Requests and answers": (
        "module_utils/.* : (the (answer|list|service|token) |two exports|is_success|not sent|cannot be sent|entries|more|"
        "\\.\\.\\. answers for|The report).*"
    ),
    "The file clouds.yaml": "module_utils/_cloud/cloud.*",
    "Regions and addresses": "module_utils/_cloud/(endpoints|addresses) : .*",
    "The credential, and the project": "(module_utils/_cloud/|plugin_utils/_(host_project|module_defaults|task_environment) ).*|.* : synchronize.*",
    "Options that choose jobs, or say what is to be done": "(module_utils/_(jobs|services)/.*|plugin_utils/_(given_twice|omitted) .*)",
    "Playbooks": "(lookup/.*|plugin_utils/(_configure_settings|_playbook_.*)) : .*",
    "Inventories": "plugin_utils/_inventory : .*",
    "The event source": "plugin_utils/(_job_(events|lists)|_state_file) : .*",
    "The rest": ".*",
}
# Files that yield what is wrong, and that return it
COMPLAINS: dict[type, str] = {
    ast.Yield: "_configure_settings|_playbook_(login|names|settings|tasks|values)|selection",
    ast.Return: "_configure_settings|_host_project|_module_defaults|_omitted|_task_environment",
}
LEAST = 10  # letters, of the longest part that does not differ from case to case


def templates(path: pathlib.Path) -> t.Iterator[str]:
    """All messages of a file. ``...`` stands for what differs from case to case."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            text = template(node.value, constants)
            if text != "...":
                constants[node.targets[0].id] = text
    within = {
        part.id
        for node in ast.walk(tree)
        if isinstance(node, ast.FormattedValue)
        for part in ast.walk(node)
        if isinstance(part, ast.Name)
    }
    told = [text for name, text in constants.items() if name not in within and WORDY.fullmatch(text)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ERRORS.fullmatch(getattr(node.func, "attr", getattr(node.func, "id", ""))):
            parts = [*node.args, *(word.value for word in node.keywords)]
            told += [template(part, constants) for part in parts]
        elif isinstance(node, (ast.Yield, ast.Return)) and re.fullmatch(COMPLAINS[type(node)], path.stem):
            told.append(template(node.value, constants))
    for text in told:
        short = re.sub(r"\.{4,}", "...", " ".join(text.replace("{}", "...").split()))
        if len(re.sub(r"\W", "", longest(short))) >= LEAST and " " in short:
            yield short


def template(node: ast.AST | None, constants: t.Mapping[str, str]) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(template(part, constants) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return template(node.value, constants) if isinstance(node.value, ast.Name) else "..."
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return template(node.left, constants) + template(node.right, constants)
    if isinstance(node, ast.IfExp) and template(node.orelse, constants) == "":
        return template(node.body, constants)
    return constants.get(node.id, "...") if isinstance(node, ast.Name) else "..."


def longest(text: str) -> str:
    """The longest part that is the same in each case."""
    return max((part.strip() for part in text.split("...")), key=len)


def all_messages() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {title: set() for title in ABOUT}
    for path in PLUGINS.rglob("*.py"):
        name = path.relative_to(PLUGINS).with_suffix("").as_posix()
        for text in templates(path):
            found[next(title for title, pattern in ABOUT.items() if re.fullmatch(pattern, f"{name} : {text}"))].add(
                text
            )
    return found


def has_entry(message: str, terms: t.Sequence[str]) -> bool:
    """Whether the guide has an entry for it, which may quote a part of it."""
    return any(longest(message) in term or longest(term) in message for term in terms)


def with_lists(page: str) -> str:
    """The page, with the messages that have no entry after the heading that says what they are about."""
    terms = re.findall(r"^``(.*)``\n  \S", page, re.MULTILINE)
    for title, messages in all_messages().items():
        lines = "".join(f"* ``{text}``\n" for text in sorted(messages) if not has_entry(text, terms))
        heading = f"{title}\n{'~' * len(title)}\n\n"
        start = page.index(heading) + len(heading)
        introduction = re.compile(r"(?!\* )(?:.+\n)+\n").match(page, start)
        start = introduction.end() if introduction else start
        page = page[:start] + lines + "\n" + re.sub(r"^(?:\* .*\n)*\n*", "", page[start:], count=1)
    return page


def test_every_message_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_lists(page), "python tests/unit/docs/test_messages.py"


def test_templates(tmp_path) -> None:
    path = tmp_path / "x.py"
    path.write_text(
        'WHY = "this is why"\n'
        'raise OptionError(f"{name}: cannot be used, as {WHY}; it has {len(x)}{y} of them")\n'
        'raise error.recast(Fatal, "first half " + "second half")\n'
        'log("nobody is told of this")\n'
    )
    assert list(templates(path)) == [
        "...: cannot be used, as this is why; it has ... of them",
        "first half second half",
    ]


if __name__ == "__main__":
    PAGE.write_text(with_lists(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
