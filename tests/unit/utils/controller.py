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

from awx_plugins.credentials.plugins import openstack

EDITABLE = {"summary_fields": {"user_capabilities": {"edit": True}}}  # to an administrator of the organization
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
# What there is only once
UNIQUE: dict[str, tuple[str, ...]] = {
    "execution_environments": ("name",),
    "organizations": ("name",),
    "credential_types": ("name", "kind"),
    "credentials": ("name", "organization", "credential_type"),
    "hosts": ("name", "inventory"),
    "inventory_sources": ("name", "inventory"),
    "schedules": ("name", "unified_job_template"),
    "workflow_job_template_nodes": ("identifier", "workflow_job_template"),
    **dict.fromkeys(("inventories", "projects", "job_templates", "workflow_job_templates"), ("name", "organization")),
}
RULE = re.compile(r"DTSTART(;TZID=\S+:\d{8}T\d{6}|:\d{8}T\d{6}Z) RRULE:\S*INTERVAL=\S*", re.ASCII)
Refusal = t.Optional[tuple[int, dict]]


class Controller:
    """``things``: by endpoint and id. ``writes``: method, path and body of each request that would change something.

    ``administrator``: whether the token is one of a system administrator. ``syncs``: what becomes of a project, look by look.
    ``moved_to``: where all requests are redirected to, but for ``lets_through``. ``requests``: how many there were. ``pong``: what a ping is
    answered with, and ``pong_status``. ``loops``: whether a page of a list is the next one of itself.
    """

    def __init__(self) -> None:
        self.administrator = True
        self.syncs = ["successful"]
        self.moved_to = self.lets_through = ""
        self.loops = False
        self.requests = 0
        self.pong_status = 200
        self.pong: t.Any = {"version": VERSION["X-API-Product-Version"]}
        self.things: dict[str, dict[int, dict]] = {}
        self.writes: list[tuple[str, str, t.Any]] = []
        self._number = 0
        self.add("organizations", {"name": "Default", **EDITABLE})
        self.add(
            "credential_types",
            {"name": "OpenStack", "kind": "cloud", "managed": True, "inputs": openstack.inputs, "injectors": {}},
        )

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
            thing.update(scm_revision="", statuses=list(self.syncs))
        if endpoint == "inventory_sources":
            thing["organization"] = self.things["inventories"][fields["inventory"]]["organization"]
        self.things.setdefault(endpoint, {})[thing["id"]] = thing
        return thing

    def answer(self, method: str, path: str, query: dict[str, str], body: t.Any) -> tuple[int, t.Any]:
        base = PREFIX.match(path)[0]
        endpoint, *more = path[len(base) :].strip("/").split("/")
        if method != "GET":
            self.writes.append((method, "/".join([endpoint, *more]), body))
        if endpoint == "ping":
            return self.pong_status, self.pong
        if endpoint == "me":
            return 200, _page([{"id": 1, "type": "user", "username": "awx", "is_superuser": self.administrator}])
        if not more and method == "GET":
            shown = [_shown(thing, base) for thing in self._found(endpoint) if self._matches(thing, query)]
            return 200, {**_page(shown), "next": path if self.loops else None}
        thing = self.things[endpoint][int(more[0])] if more else {}
        if len(more) == 2:
            return self._part(method, thing, more[1], body)
        refusal = None if method == "GET" else self._refusal(endpoint, thing, body)
        if refusal:
            return refusal
        if not more:
            return 201, _shown(self.add(endpoint, body), base)
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
        if name == "update":
            thing["statuses"] = list(self.syncs)
            return 202, {"id": 0, "status": "pending"}
        others = thing["others"].setdefault(name, [])
        if method == "GET":
            return 200, _page([{"id": number} for number in others])
        if name == "credentials" and not body.get("disassociate"):
            kinds = [self.things["credentials"][number]["credential_type"] for number in (*others, body["id"])]
            if len(set(kinds)) != len(kinds):
                return 400, {"error": "Cannot assign multiple credentials of one type."}
        (others.remove if body.get("disassociate") else others.append)(body["id"])
        return 204, None

    def _refusal(self, endpoint: str, thing: dict, body: dict) -> Refusal:
        """As awx/main/access.py, awx/api/serializers.py and the models of AWX 24.6.1 have it.

        It isn't refused that a credential lacks what its type requires: AWX saves that, and then each job fails.
        """
        after = {**thing, **body}
        of_administrators = endpoint == "credential_types" or after.get("organization") is None
        if endpoint in ("credential_types", "execution_environments") and of_administrators and not self.administrator:
            return 403, {"detail": "You do not have permission to perform this action."}
        same = [one for one in self.things.get(endpoint, {}).values() if one is not thing]
        if endpoint in UNIQUE and any(all(one.get(key) == after.get(key) for key in UNIQUE[endpoint]) for one in same):
            return 400, {"__all__": [f"{endpoint} with this {', '.join(UNIQUE[endpoint])} already exists."]}
        if endpoint == "execution_environments" and thing and after["organization"] != thing["organization"]:
            return 400, {"organization": ["Cannot change the organization of an execution environment"]}
        if endpoint == "credentials":
            fields = {
                field["id"] for field in self.things["credential_types"][after["credential_type"]]["inputs"]["fields"]
            }
            if not set(after["inputs"]) <= fields:
                return 400, {"inputs": ["Additional properties are not allowed"]}
            if any(not isinstance(value, (str, bool)) for value in after["inputs"].values()):
                return 400, {"inputs": ["is not of type 'string'"]}
        if endpoint == "schedules" and not RULE.fullmatch(after["rrule"]):
            return 400, {"rrule": ["rrule parsing failed validation"]}
        if endpoint == "job_templates" and self.things["projects"][after["project"]]["statuses"] != ["successful"]:
            return 400, {"playbook": ["Playbook not found for project."]}
        return None

    def _matches(self, thing: dict, query: dict[str, str]) -> bool:
        """One of those that begin with ``or__`` is enough; of the others, each counts."""
        of_page = ("page", "page_size")
        some = [(name[4:], value) for name, value in query.items() if name.startswith("or__")]
        every = [(name, value) for name, value in query.items() if not name.startswith("or__") and name not in of_page]

        def has(name: str, value: str) -> bool:
            if name == "organization__name":
                return any(
                    one["name"] == value
                    for one in self.things["organizations"].values()
                    if one["id"] == thing.get("organization")
                )
            if name.endswith("__in"):
                return str(thing.get(name.removesuffix("__in"))) in value.split(",")
            return str(thing.get(name)) == value

        return all(has(*one) for one in every) and (not some or any(has(*one) for one in some))

    def _found(self, endpoint: str) -> list[dict]:
        endpoints = UNIFIED if endpoint == "unified_job_templates" else (endpoint,)
        return [thing for one in endpoints for thing in self.things.get(one, {}).values()]


def _approval(fields: dict) -> dict:
    """It is sent with fields of the node that it belongs to."""
    return {name: value for name, value in fields.items() if name in ("name", "description", "timeout")}


def _shown(thing: dict, base: str) -> dict:
    """Secrets of a credential are not."""
    url = f"{base}{thing['endpoint']}/{thing['id']}/"
    shown = {name: value for name, value in thing.items() if name not in ("survey", "others", "endpoint", "statuses")}
    if thing["type"] == "credential":
        shown["inputs"] = {name: "$encrypted$" if value else value for name, value in thing["inputs"].items()}
    if thing["type"] == "project":
        statuses = thing["statuses"]
        shown["status"] = statuses.pop(0) if len(statuses) > 1 else statuses[0]
    related = {"survey_spec": f"{url}survey_spec/", "update": f"{url}update/"}
    if thing["type"] == "workflow_job_template_node" and "unified_job_template" in thing:
        related["unified_job_template"] = f"{base}workflow_approval_templates/{thing['unified_job_template']}/"
    return {**shown, "url": url, "related": related}


def _page(results: list) -> dict:
    return {"count": len(results), "next": None, "results": results}


@contextlib.contextmanager
def controller() -> t.Iterator[tuple[Controller, str]]:
    """One, and its address."""
    one = Controller()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            one.requests += 1
            url = urllib.parse.urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            login = self.headers["Authorization"]
            of_nobody = None if url.path.endswith("/ping/") else "Bearer none"
            assert login in (of_nobody, f"Bearer {TOKEN}")
            if one.moved_to and not (one.lets_through and url.path.endswith(one.lets_through)):
                self.send_response(308)
                self.send_header("Location", f"{one.moved_to}{self.path}?state={TOKEN}#top")
                self.end_headers()
                return
            query = dict(urllib.parse.parse_qsl(url.query))
            status, answer = 401, {"detail": "Authentication credentials were not provided."}
            if login != "Bearer none":
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
