# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""As much of the API of AWX as configuring it takes: things with a name, what belongs to them, and what they refer to."""

from __future__ import annotations

import contextlib
import http.server
import json
import re
import threading
import typing as t
import urllib.parse

TOKEN = "controller-token"
VERSION = {"X-API-Product-Name": "AWX", "X-API-Product-Version": "24.6.1"}
PREFIX = re.compile(r"/api/(controller/)?v2/")  # automation controller is behind a gateway
# What another kind of thing can be looked for as
UNIFIED = {
    "job_templates": "job_template",
    "workflow_job_templates": "workflow_job_template",
    "inventory_sources": "inventory_source",
    "projects": "project",
}


class Controller:
    """``things``: by endpoint and id. ``writes``: method, path and body of each request that changed something."""

    def __init__(self) -> None:
        self.things: dict[str, dict[int, dict]] = {}
        self.writes: list[tuple[str, str, t.Any]] = []
        self._number = 0
        self.add("organizations", {"name": "Default"})
        self.add("credential_types", {"name": "OpenStack", "managed": True})

    def named(self, endpoint: str) -> dict[str, dict]:
        return {thing["name"]: thing for thing in self.things.get(endpoint, {}).values()}

    def add(self, endpoint: str, fields: dict) -> dict:
        self._number += 1
        thing = {
            "id": self._number,
            "type": UNIFIED.get(endpoint, endpoint.rstrip("s")),
            "endpoint": endpoint,
            "summary_fields": {},
            "survey": {},
            "others": {},
            **fields,
        }
        if endpoint == "projects":
            update = self.add("project_updates", {"status": "successful"})
            thing.update(scm_revision="", summary_fields={"current_update": {"id": update["id"]}})
        if endpoint == "inventory_sources":
            thing["organization"] = self.things["inventories"][fields["inventory"]]["organization"]
        self.things.setdefault(endpoint, {})[thing["id"]] = thing
        return thing

    def answer(self, method: str, path: str, query: dict[str, str], body: t.Any) -> tuple[int, t.Any]:
        base = PREFIX.match(path)[0]
        endpoint, *more = path[len(base) :].strip("/").split("/")
        if method != "GET":
            self.writes.append((method, "/".join([endpoint, *more]), body))
        if not more and method == "GET":
            return 200, _page([_shown(thing, base) for thing in self._found(endpoint) if _matches(thing, query)])
        if not more:
            return 201, _shown(self.add(endpoint, body), base)
        thing = self.things[endpoint][int(more[0])]
        if len(more) == 2:
            return self._part(method, thing, more[1], body)
        if method == "PATCH":
            thing.update(_approval(body) if endpoint == "workflow_approval_templates" else body)
        return 200, _shown(thing, base)

    def _part(self, method: str, thing: dict, name: str, body: t.Any) -> tuple[int, t.Any]:
        if name == "create_approval_template":
            approval = self.add("workflow_approval_templates", _approval(body))
            thing["unified_job_template"] = approval["id"]
            return 201, _shown(approval, "/api/v2/")
        if name == "survey_spec":
            if method == "POST":
                thing["survey"] = body
            return 200, thing["survey"]
        others = thing["others"].setdefault(name, [])
        if method == "GET":
            return 200, _page([{"id": number} for number in others])
        (others.remove if body.get("disassociate") else others.append)(body["id"])
        return 204, None

    def _found(self, endpoint: str) -> list[dict]:
        endpoints = UNIFIED if endpoint == "unified_job_templates" else (endpoint,)
        return [thing for one in endpoints for thing in self.things.get(one, {}).values()]


def _approval(fields: dict) -> dict:
    """It is sent with fields of the node that it belongs to."""
    return {name: value for name, value in fields.items() if name in ("name", "description", "timeout")}


def _shown(thing: dict, base: str) -> dict:
    """Secrets of a credential are not."""
    url = f"{base}{thing['endpoint']}/{thing['id']}/"
    shown = {name: value for name, value in thing.items() if name not in ("survey", "others", "endpoint")}
    if thing["type"] == "credential":
        shown["inputs"] = dict.fromkeys(thing["inputs"], "$encrypted$")
    related = {"survey_spec": f"{url}survey_spec/"}
    if thing["type"] == "workflow_job_template_node" and "unified_job_template" in thing:
        related["unified_job_template"] = f"{base}workflow_approval_templates/{thing['unified_job_template']}/"
    return {**shown, "url": url, "related": related}


def _page(results: list) -> dict:
    return {"count": len(results), "next": None, "results": results}


def _matches(thing: dict, query: dict[str, str]) -> bool:
    return all(str(thing.get(name)) == value for name, value in query.items())


@contextlib.contextmanager
def controller() -> t.Iterator[tuple[Controller, str]]:
    """One, and its address."""
    one = Controller()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            url = urllib.parse.urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            assert self.headers["Authorization"] == f"Bearer {TOKEN}"
            query = dict(urllib.parse.parse_qsl(url.query))
            status, answer = one.answer(self.command, url.path, query, json.loads(body) if body else None)
            data = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {
                **VERSION,
                "Content-Type": "application/json",
                "Content-Length": str(len(data)),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = _serve

        def log_message(self, *dummy: t.Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield one, f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
