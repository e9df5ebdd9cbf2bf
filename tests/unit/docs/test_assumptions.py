# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page about what is assumed of the services is made of the data: ``python tests/unit/docs/test_assumptions.py`` writes it."""

from __future__ import annotations

import typing as t

from ansible_collections.otc.bigdata.plugins.plugin_utils._assumptions import ASSUMPTIONS
from ansible_collections.otc.bigdata.tests.unit.utils.guides import GUIDES

PAGE = GUIDES / "guide_assumptions.rst"
ROWS = ".. list-table::\n"
COLUMNS = ("id", "about", "expected", "code")


def with_rows(page: str) -> str:
    """A page, whose end is the table."""
    rows = [("Id", "What is asked", "Expected", "What the collection does"), *map(cells, ASSUMPTIONS)]
    lines = [f"  {'  -' if number else '* -'} {one}" for row in rows for number, one in enumerate(row)]
    return "\n".join([page[: page.index(ROWS)] + ROWS + "  :header-rows: 1\n", *lines, ""])


def cells(assumption: t.Mapping[str, t.Any]) -> list[str]:
    """Those that the playbook tests have a star."""
    star = " \\*" if "read" in assumption else ""
    return [f"{assumption['id']}{star}", *(assumption[name].replace("*", "\\*") for name in COLUMNS[1:])]


def test_the_page_says_what_the_data_say() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_rows(page)


if __name__ == "__main__":
    PAGE.write_text(with_rows(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
