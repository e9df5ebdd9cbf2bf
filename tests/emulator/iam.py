# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM v3: tokens, projects, catalog. The titles quoted are pages of the IAM API reference."""

from __future__ import annotations

import datetime

from . import auth
from .service import Service
from .wire import ApiError, Reply, Request
from .world import World

ANSWERS = {
    "iam_error": ("openstack", "code"),  # {"error": {...}} or {"error_code": ..., "error_msg": ...}
    "catalog": ("normal", "without_dli", "templated", "regions"),
}
TITLES = {400: "Bad Request", 401: "Unauthorized", 404: "Not Found"}
MAX_BODY = 32 * 1024
# type, name and path of each catalog entry; {project_id} stands for what the setting "catalog" says
ENDPOINTS = (
    ("dli", "dli", "/v1.0/{project_id}"),
    ("mrs", "mapreduce", "/v1.1"),
    ("mrsv1", "mrsv1", "/v1.1/{project_id}"),
)
REGION = "eu-de"
PLACEHOLDERS = {"dli": "$(tenant_id)s", "mrsv1": "%(project_id)s"}


def _error_reply(world: World, dummy: Request, error: ApiError) -> Reply:
    if world.settings.answers["iam_error"] == "code":
        return Reply(error.status, {"error_code": error.code, "error_msg": error.message})
    error_body = {"code": error.status, "message": error.message, "title": TITLES[error.status]}
    return Reply(error.status, {"error": error_body})


SERVICE = Service("X-IAM-Trace-Id", _error_reply, answers=ANSWERS)


@SERVICE.route("GET", "", counts="lookups")
@SERVICE.route("GET", "/v3", counts="lookups")
def versions(dummy: World, request: Request) -> Reply:
    """The version document that OpenStack clients read before anything else; /v3 names one version, / lists them."""
    version = {
        "id": "v3.6",
        "status": "stable",
        "links": [{"rel": "self", "href": f"{_base_url(request)}/v3/"}],
        "media-types": [{"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}],
    }
    return Reply(200, {"versions": {"values": [version]}} if request.path == "/" else {"version": version})


@SERVICE.route("POST", "/v3/auth/tokens", counts="logins")
def log_in(world: World, request: Request) -> Reply:
    """IAM API reference, "Obtaining a User Token Through Password Authentication"."""
    wanted = _fields(_json_body(request), "the body", auth=dict)["auth"]
    wanted = _fields(wanted, "auth", identity=dict, scope=(dict, None))
    identity = _fields(wanted["identity"], "auth.identity", methods=list, password=dict)
    if identity["methods"] != ["password"]:
        raise _malformed('auth.identity.methods must be ["password"]')
    user = _user(world, _fields(identity["password"], "auth.identity.password", user=dict)["user"])
    project = _scope_project(world, wanted["scope"] or {})
    token = world.identities.issue(user, project, world.settings.token_lifetime)
    return _token_reply(world, request, token, 201)


@SERVICE.route("GET", "/v3/auth/tokens", counts="lookups")
@SERVICE.route("HEAD", "/v3/auth/tokens", counts="lookups")
def show_token(world: World, request: Request) -> Reply:
    """IAM API reference, "Verifying a Token": X-Auth-Token asks about X-Subject-Token."""
    _caller(world, request)
    try:
        token = auth.valid_token(world.identities, request.headers.get("x-subject-token", ""))
    except auth.NotAuthenticated as failure:
        raise ApiError("IAM.0004", failure.message, 404) from failure
    return _token_reply(world, request, token, 200)


@SERVICE.route("GET", "/v3/projects", counts="lookups")
def find_projects(world: World, request: Request) -> Reply:
    """IAM API reference, "Querying Project Information Based on the Specified Criteria"."""
    _caller(world, request)
    query = _query(request, "name", "domain_id", "parent_id", "enabled", "is_domain", "page", "per_page")
    page, per_page = query.pop("page", None), query.pop("per_page", None)
    shown = [
        project
        for project in map(_project_entry(world), world.identities.projects)
        if all(_as_text(project[name]) == value for name, value in query.items())
    ]
    if (page is None) != (per_page is None):
        raise _malformed("page and per_page go together")
    if page is not None:
        if not (page.isdigit() and per_page.isdigit() and int(page) >= 1 and 1 <= int(per_page) <= 5000):
            raise _malformed("page must be >= 1 and per_page between 1 and 5000")
        shown = shown[(int(page) - 1) * int(per_page) : int(page) * int(per_page)]
    return Reply(200, {"projects": shown, "links": _links(request)})


@SERVICE.route("GET", "/v3/auth/projects", counts="lookups")
def own_projects(world: World, request: Request) -> Reply:
    """IAM API reference, "Querying the List of Projects Accessible to Users"."""
    _caller(world, request)
    projects = list(map(_project_entry(world), world.identities.projects))
    return Reply(200, {"projects": projects, "links": _links(request)})


@SERVICE.route("GET", "/v3/auth/domains", counts="lookups")
def own_domains(world: World, request: Request) -> Reply:
    """IAM API reference, "Querying the List of Domains Accessible to Users": the domain behind an access key."""
    _caller(world, request)
    return Reply(200, {"domains": [{**world.identities.domain, "enabled": True}], "links": _links(request)})


@SERVICE.route("GET", "/v3/auth/catalog", counts="lookups")
def show_catalog(world: World, request: Request) -> Reply:
    """IAM API reference, "Querying the Service Catalog"."""
    caller = _caller(world, request)
    return Reply(200, {"catalog": _catalog(world, request, caller.project_id), "links": _links(request)})


# ---- login ----


def _user(world: World, wanted: dict) -> dict:
    """The user with that password. What exactly was wrong is not said, as in the real service."""
    identities = world.identities
    if "id" in wanted:
        wanted = _fields(wanted, "user", id=str, password=str)
        user = identities.find(identities.users, id=wanted["id"])
    else:
        wanted = _fields(wanted, "user", name=str, password=str, domain=dict)
        user = identities.find(identities.users, name=wanted["name"]) if _own_domain(world, wanted["domain"]) else None
    if user is None or user["password"] != wanted["password"]:
        raise ApiError("IAM.0062", "The username or password is wrong.", 401)
    return user


def _scope_project(world: World, scope: dict) -> dict | None:
    """The project of a scope; None for a domain or no scope. If both are given, the project wins."""
    scope = _fields(scope, "auth.scope", project=(dict, None), domain=(dict, None))
    wanted = scope["project"]
    if wanted is None:
        if scope["domain"] is not None and not _own_domain(world, scope["domain"]):
            raise ApiError("IAM.0001", "The domain does not exist.", 401)
        return None
    if "id" in wanted:
        wanted, domain = _fields(wanted, "auth.scope.project", id=str), None
    else:
        wanted = _fields(wanted, "auth.scope.project", name=str, domain=(dict, None))
        domain = wanted.pop("domain")
    project = world.identities.find(world.identities.projects, **wanted)
    if project is None or domain is not None and not _own_domain(world, domain):
        raise ApiError("IAM.1109", "The project does not exist.", 400)
    return project


def _own_domain(world: World, wanted: dict) -> bool:
    key = "id" if "id" in wanted else "name"
    return _fields(wanted, "domain", **{key: str})[key] == world.identities.domain[key]


def _json_body(request: Request):
    if len(request.body) > MAX_BODY:
        raise ApiError("IAM.1101", "The request body is larger than 32 KB.")
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise _malformed("Content-Type must be application/json")
    try:
        return request.json()
    except ValueError:
        raise _malformed("The body is not JSON.") from None


def _fields(value, where: str, **kinds) -> dict:
    """The object with exactly these fields, each of its type; a field whose types end with None may be left out."""
    if not isinstance(value, dict):
        raise _malformed(f"{where} must be an object")
    for name in value:
        if name not in kinds:
            raise _malformed(f"unknown field {name} in {where}")
    found = {}
    for name, kind in kinds.items():
        optional = isinstance(kind, tuple)
        found[name] = value.get(name)
        if not isinstance(found[name], kind[0] if optional else kind) and not (optional and name not in value):
            raise _malformed(f"{where} needs a field {name} of the right type")
    return found


def _malformed(message: str) -> ApiError:
    return ApiError("IAM.0011", message)


# ---- answers ----


def _caller(world: World, request: Request):
    try:
        return auth.identify(world.identities, request)
    except auth.NotAuthenticated as failure:
        raise ApiError("IAM.0066" if failure.expired else "IAM.0001", failure.message, 401) from failure


def _query(request: Request, *known: str) -> dict[str, str]:
    query = dict(request.pairs())
    for name in query:
        if name not in known:
            raise _malformed(f"unknown query parameter {name}")
    return query


def _token_reply(world: World, request: Request, token: auth.Token, status: int) -> Reply:
    domain = world.identities.domain
    body = {
        "methods": ["password"],
        "issued_at": _iso(token.issued_at),
        "expires_at": "2099-12-31T23:59:59.000000Z" if token.expires_at is None else _iso(token.expires_at),
        "user": {"id": token.user["id"], "name": token.user["name"], "domain": domain, "password_expires_at": ""},
        "roles": [{"id": "0", "name": "te_admin"}],
    }
    if token.project:
        body["project"] = {**token.project, "domain": domain}
    else:
        body["domain"] = domain
    if not _query(request, "nocatalog").get("nocatalog"):
        body["catalog"] = _catalog(world, request, token.project_id)
    return Reply(status, {"token": body}, {"X-Subject-Token": token.value})


def _catalog(world: World, request: Request, project_id: str) -> list[dict]:
    form, base = world.settings.answers["catalog"], _base_url(request)
    entries = [_catalog_entry("identity", "keystone", {REGION: f"{base}/v3", "*": f"{base}/v3"})]
    for kind, name, path in ENDPOINTS:
        if form == "without_dli" and kind == "dli":
            continue
        path = path.replace("{project_id}", PLACEHOLDERS.get(kind, "") if form == "templated" else project_id)
        urls = {REGION: base + path}
        if form == "regions":  # the other region must not be called: its host cannot exist
            urls = {"eu-nl": f"http://{kind}.eu-nl.invalid{path}", **urls}
        entries.append(_catalog_entry(kind, name, urls))
    return entries


def _catalog_entry(kind: str, name: str, urls: dict[str, str]) -> dict:
    return {
        "id": f"catalog-{kind}",
        "type": kind,
        "name": name,
        "endpoints": [
            {"id": f"{kind}-{region}", "interface": "public", "region": region, "region_id": region, "url": url}
            for region, url in urls.items()
        ],
    }


def _project_entry(world: World):
    domain_id = world.identities.domain["id"]

    def entry(project: dict) -> dict:
        return {
            "description": "",
            "domain_id": domain_id,
            "parent_id": domain_id,
            "enabled": True,
            "is_domain": False,
            "links": {},
            **project,
        }

    return entry


def _as_text(value) -> str:
    return str(value).lower() if isinstance(value, bool) else value


def _links(request: Request) -> dict:
    return {"self": _base_url(request) + request.path, "previous": None, "next": None}


def _base_url(request: Request) -> str:
    """The address under which the client reached us."""
    return f"http://{request.headers.get('host', 'localhost')}"


def _iso(seconds: float) -> str:
    moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
