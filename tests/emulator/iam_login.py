# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways to a token or a temporary access key: what a login must look like, and whom it lets in.

The titles quoted are pages of the IAM API reference.
"""

from __future__ import annotations

import typing as t

from . import auth
from .doorkeeper import PASSCODE
from .identities import Account, Agency, Identities, Token, Who, find
from .wire import ApiError, Request
from .world import World

MAX_BODY = 32 * 1024
KEY_SECONDS = (900, 86400)  # of a temporary access key: least, which is what it gets by itself, and most
AGENCY_KEYS = ("xrole_name", "agency_name")
ANSWERS = {
    "agency_key": ("both", *AGENCY_KEYS),  # the reference has one of them in its tables, the other in its examples
    "agency_token_by": ("token", "token_or_key"),  # what proves who assumes an agency: a key is for Huawei Cloud
    "agency_keys_by": ("token", "token_or_key"),  # the same for temporary access keys
    "agency_project_name": ("of_caller", "of_agency"),  # the account of a project's name that comes without a domain
    "agency_answer": ("normal", "without_assumed_by", "own_project"),
    "totp_user": ("id", "id_or_name"),  # what names the user of a passcode: both are documented
    "iam_bad_token": (403, 401),  # the status for an X-Auth-Token that is not valid, or not any more: both were seen
}
WRONG = "The username or password is wrong."
FORBIDDEN = "You are not authorized to perform the requested action."


def log_in(world: World, request: Request) -> Token:
    """The token that somebody logs in for."""
    wanted = fields(json_body(request), "the body", auth=dict)["auth"]
    wanted = fields(wanted, "auth", identity=dict, scope=(dict, None))
    identity, scope = wanted["identity"], wanted["scope"] or {}
    way = WAYS.get(tuple(map(str, identity["methods"]))) if isinstance(identity.get("methods"), list) else None
    if way is None:
        ways = " or ".join(str(list(methods)) for methods in WAYS)
        raise malformed(f"auth.identity.methods must be {ways}")
    request.login = "+".join(identity["methods"])
    return way(world, request, identity, scope)


# ---- users ----


def _by_password(world: World, dummy: Request, identity: dict, scope: dict) -> Token:
    """ "Obtaining a User Token Through Password Authentication"."""
    identity = fields(identity, "auth.identity", methods=list, password=dict)
    who = _user(world, identity["password"])
    if "mfa" in who.user:
        raise _failed(world, who.user, "mfa totp code verify fail")
    return _user_token(world, who, scope, ("password",))


def _by_passcode(world: World, dummy: Request, identity: dict, scope: dict) -> Token:
    """ "Obtaining a User Token Through Password Authentication and Virtual MFA"."""
    identity = fields(identity, "auth.identity", methods=list, password=dict, totp=dict)
    wanted = fields(identity["totp"], "auth.identity.totp", user=dict)["user"]
    key = "name" if "name" in wanted and world.settings.answers["totp_user"] == "id_or_name" else "id"
    wanted = fields(wanted, "auth.identity.totp.user", passcode=str, **{key: str})
    if not PASSCODE.fullmatch(wanted["passcode"]):
        raise malformed("passcode must be six digits")
    who = _find_user(world.identities, identity["password"])
    holders = [who.user] if who and who.user[key] == wanted[key] else []
    right = [user for user in holders if world.identities.doorkeeper.takes(user, wanted["passcode"])]
    who = _user(world, identity["password"])
    if not right:
        raise _failed(world, who.user)
    return _user_token(world, who, scope, ("password", "totp"))


def _user_token(world: World, who: Who, scope: dict, methods: tuple[str, ...]) -> Token:
    world.identities.doorkeeper.passed(who.user)
    project = _project(scope, world.identities, who.account)
    return world.identities.issue(who, who.account, project, world.settings.token_lifetime, methods)


def _user(world: World, password: dict) -> Who:
    """The user with that password. What exactly was wrong is not said, as in the real service."""
    who = _find_user(world.identities, password)
    if who is None:
        raise ApiError("IAM.0062", WRONG, 401)
    if world.identities.doorkeeper.is_locked(who.user):
        raise ApiError("IAM.0061", "Account locked.", 401)
    if who.user["password"] != password["user"]["password"]:
        raise _failed(world, who.user)
    return who


def _failed(world: World, user: dict, message: str = WRONG) -> ApiError:
    world.identities.doorkeeper.failed(user, world.settings.lock_after)
    return ApiError("IAM.0062", message, 401)


def _find_user(identities: Identities, password: dict) -> Who | None:
    """The user that a password block names: by ID, or by name and domain."""
    wanted = fields(password, "auth.identity.password", user=dict)["user"]
    if "id" in wanted:
        wanted = fields(wanted, "user", id=str, password=str)
        accounts, key = identities.accounts, "id"
    else:
        wanted = fields(wanted, "user", name=str, password=str, domain=dict)
        account = _account(identities, wanted["domain"])
        accounts, key = [account] if account else [], "name"
    found = ((account, find(account.users, **{key: wanted[key]})) for account in accounts)
    return next((Who(account, user) for account, user in found if user), None)


# ---- agencies ----


def _by_agency(world: World, request: Request, identity: dict, scope: dict) -> Token:
    """ "Obtaining an Agency Token"."""
    answers, identities = world.settings.answers, world.identities
    caller = _operator(world, request, answers["agency_token_by"])
    identity = fields(identity, "auth.identity", methods=list, assume_role=dict)
    restrict = fields(identity["assume_role"].pop("restrict", {"roles": []}), "restrict", roles=list)
    if not all(isinstance(role, str) for role in restrict["roles"]):
        raise malformed("restrict.roles must be names")
    who = _assumed(world, caller, identity["assume_role"])
    of_caller = answers["agency_project_name"] == "of_caller"
    project = _project(scope, identities, who.account, caller.account if of_caller else None)
    if answers["agency_answer"] == "own_project":
        project = caller.account.main_project
    account = (identities.account_of(project["id"]) if project else None) or who.account
    if project and account is who.account and project not in who.projects:
        raise ApiError("IAM.0002", FORBIDDEN, 403)
    return identities.issue(who, account, project, world.settings.token_lifetime, ("assume_role",))


def _operator(world: World, request: Request, accepted: str) -> Who:
    """The user of another account who asks for an agency: by a token, or also by a signature with an access key."""
    if accepted == "token" and "x-auth-token" not in request.headers:
        raise ApiError("IAM.0067", "The X-Auth-Token is invalid!", 401)
    caller = identify(world, request)
    if isinstance(caller, auth.Caller) and "x-domain-id" not in request.headers:
        raise ApiError("IAM.0001", "X-Domain-Id is missing.", 401)
    if caller.who.agency or not caller.who.user.get("agent_operator"):
        raise ApiError("IAM.0002", FORBIDDEN, 403)
    return caller.who


def _assumed(world: World, caller: Who, wanted: dict) -> Who:
    """The caller in the name of the agency; ``wanted`` is the assume_role of a body, without what not all such have."""
    by_id, key = "domain_id" in wanted, _agency_key(world, wanted)
    wanted = fields(wanted, "assume_role", **{"domain_id" if by_id else "domain_name": str, key: str})
    domain = {"id": wanted["domain_id"]} if by_id else {"name": wanted["domain_name"]}
    account = world.identities.account(**domain)
    found = [agency for agency in account.agencies if agency.name == wanted[key]] if account else []
    if not (account and found):
        raise ApiError("IAM.0004", "The agency or its domain does not exist.", 404)
    if found[0].trusted_domain != caller.account.domain["name"]:
        raise ApiError("IAM.0002", FORBIDDEN, 403)
    return Who(account, _agency_user(account, found[0]), found[0], caller)


def _agency_user(account: Account, agency: Agency) -> dict:
    return {"id": agency.id, "name": f"{account.domain['name']}/{agency.name}"}


def _agency_key(world: World, wanted: dict) -> str:
    """Under which of its keys the name of the agency came."""
    accepted = world.settings.answers["agency_key"]
    given = [key for key in AGENCY_KEYS if key in wanted]
    if accepted != "both" and given != [accepted]:
        raise ApiError("IAM.1103", f"Expecting to find {accepted} in assume_role.")
    if len(given) != 1:
        raise ApiError("IAM.1103", f"Expecting to find one of {' and '.join(AGENCY_KEYS)} in assume_role.")
    return given[0]


def temporary_key(world: World, request: Request) -> dict:
    """The access key that somebody gets who assumes an agency."""
    caller = _operator(world, request, world.settings.answers["agency_keys_by"])
    wanted = fields(json_body(request), "the body", auth=dict)["auth"]
    identity = fields(wanted, "auth", identity=dict)["identity"]
    identity = fields(identity, "auth.identity", methods=list, assume_role=dict)
    if identity["methods"] != ["assume_role"]:
        raise malformed("auth.identity.methods must be ['assume_role']")
    request.login = "assume_role"
    seconds = identity["assume_role"].pop("duration_seconds", KEY_SECONDS[0])
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not KEY_SECONDS[0] <= seconds <= KEY_SECONDS[1]:
        raise malformed("duration_seconds must be from {} to {}".format(*KEY_SECONDS))
    return world.identities.issue_key(_assumed(world, caller, identity["assume_role"]), seconds)


# ---- scopes ----


def _project(scope: dict, identities: Identities, account: Account, other: Account | None = None) -> dict | None:
    """The project of a scope; None for a domain or no scope. If both are given, the project wins.

    It must be one of the account; of ``other``, if there is one, where it is a name without a domain.
    """
    scope = fields(scope, "auth.scope", project=(dict, None), domain=(dict, None))
    wanted = scope["project"]
    if wanted is None:
        if scope["domain"] is not None and _account(identities, scope["domain"]) is not account:
            raise ApiError("IAM.0001", "The domain does not exist.", 401)
        return None
    if "id" in wanted:
        wanted, domain = fields(wanted, "auth.scope.project", id=str), None
    else:
        wanted = fields(wanted, "auth.scope.project", name=str, domain=(dict, None))
        domain = wanted.pop("domain")
        account = account if domain or other is None else other
    project = find(account.projects, **wanted)
    if project is None or domain is not None and _account(identities, domain) is not account:
        raise ApiError("IAM.1109", "The project does not exist.", 400)
    return project


def _account(identities: Identities, wanted: dict) -> Account | None:
    """The account of a domain, which is named by its ID or its name."""
    key = "id" if "id" in wanted else "name"
    return identities.account(**fields(wanted, "domain", **{key: str}))


# ---- requests ----


def identify(world: World, request: Request) -> Token | auth.Caller:
    """Who asks IAM."""
    try:
        return auth.identify(world.identities, request)
    except auth.KeyExpired as failure:
        raise ApiError("IAM.1108", failure.message) from failure
    except auth.NotAuthenticated as failure:
        if "x-auth-token" in request.headers:
            code = "IAM.0066" if failure.expired else "IAM.0001"
            raise _bad_token(world, code, failure.message) from failure
        raise auth.by_gateway(
            "APIGW.0301", failure
        ) from failure  # which is in front of IAM too, and looks at signatures


def _bad_token(world: World, code: str, message: str) -> ApiError:
    """The refusal of an X-Auth-Token."""
    status = world.settings.answers["iam_bad_token"]
    return ApiError(code, "X-Auth-Token is invalid in the request" if status == 403 else message, status)


def json_body(request: Request):
    if len(request.body) > MAX_BODY:
        raise ApiError("IAM.1101", "The request body is larger than 32 KB.")
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise malformed("Content-Type must be application/json")
    try:
        return request.json()
    except ValueError:
        raise malformed("The body is not JSON.") from None


def fields(value, where: str, **kinds) -> dict:
    """The object with exactly these fields, each of its type; a field whose types end with None may be left out."""
    if not isinstance(value, dict):
        raise malformed(f"{where} must be an object")
    for name in value:
        if name not in kinds:
            raise malformed(f"unknown field {name} in {where}")
    found = {}
    for name, kind in kinds.items():
        optional = isinstance(kind, tuple)
        found[name] = value.get(name)
        if not isinstance(found[name], kind[0] if optional else kind) and not (optional and name not in value):
            raise malformed(f"{where} needs a field {name} of the right type")
    return found


def malformed(message: str) -> ApiError:
    return ApiError("IAM.0011", message)


WAYS: dict[tuple[str, ...], t.Callable[[World, Request, dict, dict], Token]] = {
    ("password",): _by_password,
    ("password", "totp"): _by_passcode,
    ("assume_role",): _by_agency,
}
