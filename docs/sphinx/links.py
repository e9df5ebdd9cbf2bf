# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looks whether each link to a page of the site leads to a page, and to an anchor of it, that is there. Asks no other host.

``python docs/sphinx/links.py FOLDER`` reads all built pages, and the texts that lead to the site from elsewhere. scripts/docs
calls it.
"""

from __future__ import annotations

import html.parser
import pathlib
import re
import subprocess
import sys
import typing as t
import urllib.parse

from conf import SITE, VERSIONS

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Tests name addresses that are not there
ELSEWHERE = ("*.md", "*.py", "*.yml", "*.rst", ".github", ":!tests/unit")
URL = re.compile(rf"{re.escape(SITE)}[\w./#-]*")


class Page(html.parser.HTMLParser):
    """Anchors and links of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.anchors.update(value for name in ("id", "name") if (value := given.get(name)))
        self.links += [value for name in ("href", "src") if (value := given.get(name))]


def main(folder: pathlib.Path) -> int:
    """The number of links that lead nowhere; each is printed."""
    built = {f"{SITE}{path.relative_to(folder).as_posix()}": path for path in folder.rglob("*") if path.is_file()}
    pages = {url: Page(path.read_text(encoding="utf-8")) for url, path in built.items() if path.suffix == ".html"}
    links = [(url, link) for url, page in pages.items() for link in page.links] + list(elsewhere())
    wrong = sorted({f"{place}: {link}" for place, link in links if not leads(built, pages, place, link)})
    print(*wrong, f"{len(links)} links, {len(wrong)} of them lead nowhere", sep="\n")
    return len(wrong)


def elsewhere() -> t.Iterator[tuple[str, str]]:
    """Links to the site in files of the repository."""
    listed = subprocess.run(["git", "ls-files", *ELSEWHERE], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.splitlines():
        for url in URL.findall((ROOT / name).read_text(encoding="utf-8")):
            yield name, url.rstrip(".")


def leads(built: t.Container[str], pages: t.Mapping[str, Page], place: str, link: str) -> bool:
    """Whether it leads to something that was built, or to another site."""
    parts = urllib.parse.urlsplit(urllib.parse.urljoin(place, link))
    url = parts._replace(query="", fragment="").geturl()
    url += "index.html" if url == SITE else ""
    if not url.startswith(VERSIONS) or url == VERSIONS:
        return True
    return url in built and (not parts.fragment or urllib.parse.unquote(parts.fragment) in pages[url].anchors)


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()) > 0)
