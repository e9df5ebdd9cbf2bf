# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM v3: tokens, projects, catalog. The titles quoted are pages of the IAM API reference."""

from __future__ import annotations

import datetime

from . import auth, iam_login
from .iam_login import identify, malformed
from .identities import Account, Token, Who
from .service import Service
from .wire import ApiError, Reply, Request
from .world import World

ANSWERS = {
    **iam_login.ANSWERS,
    "project_names": ("whole", "part"),  # what the name in a query for projects finds
    "iam_error": ("openstack", "code"),  # {"error": {...}} or {"error_code": ..., "error_msg": ...}
    "catalog": ("normal", "templated", "regions"),
    "catalog_dli": ("not_listed", "listed"),  # as in both catalogs that were recorded
    "metadata_keys": ("absent", "offered"),  # whether the metadata service of a virtual machine gives keys
}
TITLES = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}
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


SERVICE = Service(_error_reply, answers=ANSWERS, trace="token_global_null_")


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
    """IAM API reference, "Token Management"."""
    return _token_reply(world, request, iam_login.log_in(world, request), 201)


@SERVICE.route("POST", "/v3.0/OS-CREDENTIAL/securitytokens", counts="logins")
def make_temporary_key(world: World, request: Request) -> Reply:
    """IAM API reference, "Obtaining a Temporary AK/SK"."""
    return _credential(201, iam_login.temporary_key(world, request))


def _credential(status: int, key: dict) -> Reply:
    credential = {name.replace("_", ""): key[name] for name in ("access", "secret", "security_token")}
    return Reply(status, {"credential": {**credential, "expires_at": _iso(key["expires_at"])}})


@SERVICE.route("GET", "/openstack/latest/securitykey", counts="logins", offered_by="metadata_keys")
def keys_of_the_machine(world: World, dummy: Request) -> Reply:
    """The metadata service of a virtual machine: keys of its agency, here of the first user, for whoever asks from there."""
    account = world.identities
    return _credential(200, account.issue_key(Who(account, account.users[0]), iam_login.KEY_SECONDS[1]))


@SERVICE.route("GET", "/v3/auth/tokens", counts="lookups")
@SERVICE.route("HEAD", "/v3/auth/tokens", counts="lookups")
def show_token(world: World, request: Request) -> Reply:
    """IAM API reference, "Verifying a Token": X-Auth-Token asks about X-Subject-Token."""
    account = identify(world, request).account
    try:
        token = auth.valid_token(world.identities, request.headers.get("x-subject-token", ""))
    except auth.NotAuthenticated as failure:
        raise ApiError("IAM.0004", failure.message, 404) from failure
    if token.account is not account:
        raise ApiError("IAM.0004", "The token is one of another account.", 404)
    return _token_reply(world, request, token, 200)


@SERVICE.route("GET", "/v3/projects", counts="lookups")
def find_projects(world: World, request: Request) -> Reply:
    """IAM API reference, "Querying Project Information Based on the Specified Criteria"."""
    account = identify(world, request).account
    query = _query(request, "name", "domain_id", "parent_id", "enabled", "is_domain", "page", "per_page")
    page, per_page = query.pop("page", None), query.pop("per_page", None)
    part = query.pop("name", "") if world.settings.answers["project_names"] == "part" else ""
    shown = [
        project
        for project in _project_entries(account, account.projects)
        if all(_as_text(project[name]) == value for name, value in query.items()) and part in project["name"]
    ]
    if (page is None) != (per_page is None):
        raise malformed("page and per_page go together")
    if page is not None:
        if not (page.isdigit() and per_page.isdigit() and int(page) >= 1 and 1 <= int(per_page) <= 5000):
            raise malformed("page must be >= 1 and per_page between 1 and 5000")
        shown = shown[(int(page) - 1) * int(per_page) : int(page) * int(per_page)]
    return Reply(200, {"projects": shown, "links": _links(request)})


@SERVICE.route("GET", "/v3/auth/projects", counts="lookups")
def own_projects(world: World, request: Request) -> Reply:
    """IAM API reference, "Querying the List of Projects Accessible to Users"."""
    caller = identify(world, request)
    projects = _project_entries(caller.account, caller.who.projects)
    return Reply(200, {"projects": projects, "links": _links(request)})


@SERVICE.route("GET", "/v3/auth/domains", counts="lookups")
def own_domains(world: World, request: Request) -> Reply:
    """IAM API reference, "Querying the List of Domains Accessible to Users": the domain behind an access key."""
    account = identify(world, request).account
    links = {"self": f"{_base_url(request)}/v3/domains/{account.domain['id']}"}
    domain = {"description": "", **account.domain, "enabled": True, "links": links}
    return Reply(200, {"domains": [domain], "links": _links(request)})


@SERVICE.route("GET", "/v3/auth/catalog", counts="lookups")
def show_catalog(world: World, request: Request) -> Reply:
    """IAM API reference, "Querying the Service Catalog"."""
    caller = identify(world, request)
    return Reply(200, {"catalog": _catalog(world, request, caller.project_id), "links": _links(request)})


# ---- answers ----


def _query(request: Request, *known: str) -> dict[str, str]:
    query = dict(request.pairs())
    for name in query:
        if name not in known:
            raise malformed(f"unknown query parameter {name}")
    return query


def _token_reply(world: World, request: Request, token: Token, status: int) -> Reply:
    body = {
        "methods": list(token.methods),
        "issued_at": _iso(token.issued_at),
        "expires_at": "2099-12-31T23:59:59.000000Z" if token.expires_at is None else _iso(token.expires_at),
        "user": {**_person(token.who), "password_expires_at": ""},
        "roles": [{"id": "0", "name": "te_agency" if token.who.agency else "te_admin"}],
    }
    if token.project:
        body["project"] = {**token.project, "domain": token.account.domain}
    else:
        body["domain"] = token.account.domain
    if "totp" in token.methods:
        body["mfa_authn_at"] = body["issued_at"]
    if token.who.assumed_by and world.settings.answers["agency_answer"] != "without_assumed_by":
        body["assumed_by"] = {"user": _person(token.who.assumed_by)}
    if not _query(request, "nocatalog").get("nocatalog"):
        body["catalog"] = _catalog(world, request, token.project_id)
    return Reply(status, {"token": body}, {"X-Subject-Token": token.value})


def _person(who: Who) -> dict:
    return {"id": who.user["id"], "name": who.user["name"], "domain": who.account.domain}


def _catalog(world: World, request: Request, project_id: str) -> list[dict]:
    form, base = world.settings.answers["catalog"], _base_url(request)
    entries = [_catalog_entry("identity", "keystone", {REGION: f"{base}/v3", "*": f"{base}/v3"})]
    for kind, name, path in ENDPOINTS:
        if kind == "dli" and world.settings.answers["catalog_dli"] == "not_listed":
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


def _project_entries(account: Account, projects: list[dict]) -> list[dict]:
    domain_id = account.domain["id"]
    usual = {"description": "", "domain_id": domain_id, "parent_id": domain_id, "enabled": True, "is_domain": False}
    return [{**usual, "links": {}, **project} for project in projects]


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
