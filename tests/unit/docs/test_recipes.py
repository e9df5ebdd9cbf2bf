# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The recipes, in order, against one emulator, and a chat that keeps what is posted."""

from __future__ import annotations

import contextlib
import http.server
import json
import re
import shlex
import threading
import typing as t

from ansible_collections.otc.bigdata.tests.unit.utils.emulated import world
from ansible_collections.otc.bigdata.tests.unit.utils.guides import GUIDES, LOGIN, blocks, commands, reader

PROJECTS = [{"id": "0123456789abcdef0123456789abcdef", "name": "eu-de"}]
PROJECTS += [{"id": letter * 32, "name": f"eu-de_{letter}"} for letter in "ab"]
# They need Galaxy
NOT_HERE = ("ansible-galaxy collection download", "cd otc && ansible-galaxy")


@contextlib.contextmanager
def chat() -> t.Iterator[tuple[str, list[str]]]:
    """Its address, and the texts that were posted there."""
    texts = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            texts.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *dummy):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", texts
        finally:
            server.shutdown()
            thread.join()


def as_cron_does(crontab: str) -> str:
    """The command of a crontab: in ``/bin/sh``, with nothing in the environment but what the crontab sets."""
    path, line = crontab.splitlines()
    command = re.fullmatch(r"(?:[\d*]+ ){5}([^%]*)", line)[1]  # a % ends the command
    return f"$ env -i HOME=$HOME {path} /bin/sh -c {shlex.quote(command)}\n"


def test_recipes():
    with world(projects=PROJECTS) as (emulator, here), chat() as (address, texts):
        variables = here.environ(**LOGIN, CHAT_WEBHOOK=address)
        here.write(
            ".otc-night",
            "".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items() if name != "PATH"),
        )
        here.write(".vault-password", "of the vault")
        words = {
            "OTC-EU-DE-00000000001000012345": "demo-domain",
            "https://iam.eu-de.otc.t-systems.com": emulator.url,
            "OS_PASSWORD='...'": "OS_PASSWORD=demo-password",
            '"password": "..."': '"password": "demo-password"',
            ",eu-de_b,eu-de_c,eu-de_d": ",eu-de_b",  # three show the same
            "/home/otc/ansible/bin": str(commands()),
        }
        with reader(here, words, NOT_HERE, **LOGIN, CHAT_WEBHOOK=address) as one:
            for block in blocks(GUIDES / "guide_recipes.rst"):
                cron = block.language == "none"
                one.follow(block._replace(language="console", text=as_cron_does(block.text)) if cron else block)
    assert [text.partition(",")[0] for text in texts] == ["Stopped 2 of 3 jobs", "Stopped 1 of 3 jobs"]
