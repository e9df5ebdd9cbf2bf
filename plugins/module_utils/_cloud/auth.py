# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Who asks: one class for each kind of credential, and the session that renews a token. Knows no job.

IAM: "Obtaining a User Token Through Password Authentication", "Querying Project Information".
"""

from __future__ import annotations

import re
import threading
import time
import typing as t
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

from .answers import Maybe, content, outdated, problem, shaped
from .errors import ApiError, Denied, Fatal, OptionError, Refused, Unanswered
from .signature import authorization, canonical_query
from .text import WORD
from .transport import PATIENCE, Http, Reply

LOOKUP = "iam:projects:listProjects, or a project_id that makes the lookup superfluous"
# As IAM has answered a user who logs in with a one-time password: "mfa totp code verify fail". It only chooses the advice.
WITH_MFA = re.compile(r"\b(mfa|totp)\b", re.IGNORECASE)
MFA = (
    "this user needs a one-time password to log in, which is not supported; use access_key and secret_key, a token, "
    "or a user without one"
)
MOST_SKEW = 15  # minutes that the clocks of a signature and of the gateway may differ


def project_id(value: t.Any) -> bool:
    """the id of a project (letters, digits, _ and -)"""
    return isinstance(value, str) and WORD.fullmatch(value) is not None


def address(value: t.Any) -> bool:
    """a URL"""
    try:
        return isinstance(value, str) and bool(urlsplit(value).netloc)
    except ValueError:
        return False


# What the answers of IAM must hold where they are read; an id becomes part of a path
ENDPOINT = {
    "url": Maybe(address),
    "interface": Maybe(str),
    "region": Maybe(str),
    "region_id": Maybe(str),
}
TOKEN = {
    "token": {
        "project": Maybe({"id": project_id, "name": Maybe(str)}),
        "catalog": Maybe([{"type": Maybe(str), "endpoints": Maybe([ENDPOINT])}]),
    }
}
PROJECTS = {"projects": [{"id": project_id, "name": str}]}


@dataclass(frozen=True)
class Project:
    """The project of a task; the id wins, and a name alone is resolved by IAM."""

    id: str | None = None
    name: str | None = None


class TokenHeader:
    """Authenticates a request, once its URL, headers and body are complete."""

    def __init__(self, token: str) -> None:
        self.secrets = (token,)

    def __call__(self, request: t.Any) -> t.Any:
        request.headers["X-Auth-Token"] = self.secrets[0]
        return request


class Signer:
    """Signs a request. The signature holds the time, so it is made anew each time that the request is sent."""

    def __init__(self, key: AccessKey, project_id: str | None) -> None:
        self._key = key
        self._project_id = project_id
        self.secrets = tuple(secret for secret in (key.secret_key, key.security_token) if secret)

    def __call__(self, request: t.Any) -> t.Any:
        base, dummy, query = request.url.partition("?")
        request.url = f"{base}?{canonical_query(query)}" if query else base
        headers = {"Host": urlsplit(base).netloc, "X-Sdk-Date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())}
        if self._project_id:
            headers["X-Project-Id"] = self._project_id
        if self._key.security_token:
            headers["X-Security-Token"] = self._key.security_token
        request.headers.update(headers)
        request.headers["Authorization"] = authorization(
            request.method,
            request.url,
            request.headers,
            request.body or b"",
            self._key.access_key,
            self._key.secret_key,
        )
        return request


Auth = t.Union[TokenHeader, Signer]


@dataclass(frozen=True)
class Login:
    """The result of a login. ``project`` has its id, and perhaps its name; None if none was wanted."""

    auth: Auth
    project: Project | None = None
    catalog: t.Sequence[t.Any] = ()


@dataclass(frozen=True)
class Token:
    """A ready token, used as it is. It cannot be renewed."""

    token: str = field(repr=False)

    advice: t.ClassVar[str] = "it has expired, or belongs to another project or region; get a new token"
    parts: t.ClassVar[tuple[str, ...]] = ("token",)
    optional: t.ClassVar[tuple[str, ...]] = ()
    needs_project: t.ClassVar[bool] = False
    renewable: t.ClassVar[bool] = False

    def login(self, http: Http, iam: str | None, project: Project | None) -> Login:
        """Sends one request to IAM if the project is not given by its id, else none."""
        auth = TokenHeader(self.token)
        if project != Project():
            return Login(auth, project and _resolved(http, self, iam, auth, project))
        subject = {"X-Subject-Token": self.token}
        found = _project_of_token(
            _ask(http, self, "GET", f"{iam}/v3/auth/tokens", subject, partial(_read, TOKEN), auth=auth)
        )
        if not found.id:
            raise OptionError("project_id: missing, and the token belongs to no project")
        return Login(auth, found)


@dataclass(frozen=True)
class AccessKey:
    """An access key (AK/SK), permanent or temporary; a temporary one has a security token."""

    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    security_token: str | None = field(default=None, repr=False)

    advice: t.ClassVar[str] = "check access_key, secret_key, the security_token of a temporary key, and the project"
    parts: t.ClassVar[tuple[str, ...]] = ("access_key", "secret_key")
    optional: t.ClassVar[tuple[str, ...]] = ("security_token",)
    needs_project: t.ClassVar[bool] = True
    renewable: t.ClassVar[bool] = False

    def login(self, http: Http, iam: str | None, project: Project | None) -> Login:
        """Sends one request to IAM if the project is given by its name, else none."""
        found = project and _resolved(http, self, iam, Signer(self, None), project)
        return Login(Signer(self, found.id if found else None), found)


@dataclass(frozen=True)
class Password:
    """A user of IAM. ``note``: what else the message of a failed login says."""

    username: str
    password: str = field(repr=False)
    user_domain_name: str
    note: str = field(default="", compare=False, repr=False)

    parts: t.ClassVar[tuple[str, ...]] = ("username", "password", "user_domain_name")
    optional: t.ClassVar[tuple[str, ...]] = ()
    needs_project: t.ClassVar[bool] = True
    renewable: t.ClassVar[bool] = True

    @property
    def advice(self) -> str:
        advice = "check username, password, user_domain_name and the project; too many failures lock the user"
        return f"{advice}; {self.note}" if self.note else advice

    def login(self, http: Http, iam: str | None, project: Project | None) -> Login:
        """One request; a wrong password is not tried again, as IAM would lock the account."""
        domain = {"name": self.user_domain_name}
        user = {"name": self.username, "password": self.password, "domain": domain}
        scope: dict[str, t.Any] = {"domain": domain}
        if project:
            scope = {"project": {"id": project.id} if project.id else {"name": project.name, "domain": domain}}
        body = {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}}

        def read(reply: Reply) -> t.Any:
            found = _read(TOKEN, reply)
            if not reply.headers.get("X-Subject-Token") or (
                project and not (project.id or found["token"].get("project"))
            ):
                raise Unanswered(reply.call, "the answer holds no token or no project", reply.status)
            if project and _is_another(found["token"].get("project") or {}, project):
                raise Refused(
                    reply.call, "the answer is for another project than the one that was asked for", reply.status
                )
            return found

        try:
            reply = _ask(http, self, "POST", f"{iam}/v3/auth/tokens", {}, read, body=body)
        except Refused as error:
            where = f"project {project.id or project.name}" if project else f"domain {self.user_domain_name}"
            raise error.recast(Refused, f"login to {where}: {error.error['message']}", self.note) from None
        told = _project_of_token(reply)
        found = project and Project(project.id or told.id, project.name or told.name)
        return Login(TokenHeader(reply.headers["X-Subject-Token"]), found, reply.value["token"].get("catalog") or ())


Credential = t.Union[Token, AccessKey, Password]
KINDS: tuple[type[Credential], ...] = (Token, AccessKey, Password)  # the first that is named wins


class Session:
    """The login of one task, shared by its workers."""

    def __init__(self, http: Http, iam: str | None, credential: Credential, project: Project | None) -> None:
        self._renew = partial(credential.login, http, iam, project)
        self.credential = credential
        self._lock = threading.Lock()
        self._ended: Fatal | None = None  # why there can be no other login
        self._renewable = credential.renewable
        self.login = self._renew()

    def accepted(self, used: Auth) -> None:
        """A login that has been of use may be renewed when it ends; one that never was would be refused again."""
        if used is self.login.auth:
            self._renewable = self.credential.renewable

    def renewed(self, used: Auth) -> bool:
        """True if there is now a newer login than the one that was ``used``; many workers cause one request.

        Raises Fatal, from then on without another request, where that fails: repeats could lock the user, and no
        worker may take the answer of IAM for that of its own request.
        """
        with self._lock:
            if self._ended:
                raise self._ended
            if self._renewable and used is self.login.auth:
                self._renewable = False
                try:
                    self.login = self._renew()
                except ApiError as error:
                    self._ended = error.recast(Fatal, error.error["message"])
                    raise self._ended from None
            return used is not self.login.auth


def denied(error: ApiError, reply: Reply, credential: Credential) -> Denied:
    """The error for a credential that was not accepted. A wrong clock spoils signatures, and makes tokens seem expired."""
    minutes = round(reply.skew() / 60)
    clock = f"the clock of this host is {abs(minutes)} minutes {'behind' if minutes > 0 else 'ahead of'} the server's"
    advice = f"{clock}; " if abs(minutes) >= MOST_SKEW else ""
    advice += MFA if WITH_MFA.search(str(error.error["message"])) else credential.advice
    return error.recast(Denied, f"the credential was not accepted: {error.error['message']}", advice)


def _ask(
    http: Http,
    credential: Credential,
    method: str,
    url: str,
    headers: dict[str, str],
    read: t.Callable[[Reply], t.Any],
    **more: t.Any,
) -> Reply:
    """The answer to a request to IAM, with what ``read`` finds in it. Raises Denied where it does not accept the credential."""

    def taken(reply: Reply) -> t.Any:
        return read(reply) if reply.status // 100 == 2 else None

    reply = http.send(method, url, headers, read=taken, patience=PATIENCE, **more)
    if reply.status // 100 == 2:
        return reply
    error = problem(reply, LOOKUP)
    refused = reply.status == 401 or (reply.status == 403 and method == "POST") or outdated(reply)
    raise denied(error, reply, credential) if refused else error


def _read(shape: t.Any, reply: Reply) -> t.Any:
    try:
        return shaped(content(reply), shape, reply.call)
    except Unanswered as error:
        raise error.of_status(reply.status) from None


def _is_another(told: t.Mapping[str, t.Any], asked: Project) -> bool:
    """Whether the project of a login is not the one that was asked for, by its id or else by its name."""
    return any(
        wanted and told.get(key) not in (None, wanted)
        for key, wanted in (("id", asked.id), ("name", None if asked.id else asked.name))
    )


def _resolved(http: Http, credential: Credential, iam: str | None, auth: Auth, project: Project) -> Project:
    """The project with its id, for which IAM is asked if it is not given."""
    name = project.name
    if project.id:
        return project
    reply = _ask(
        http, credential, "GET", f"{iam}/v3/projects", {}, partial(_read, PROJECTS), query={"name": name}, auth=auth
    )
    ids: list[str] = [one["id"] for one in reply.value["projects"] if one["name"] == name]
    if len(ids) != 1:
        raise OptionError(f"project_name: IAM knows {len(ids)} projects named {name!r} for this credential")
    return Project(ids[0], name)


def _project_of_token(reply: Reply) -> Project:
    told = reply.value["token"].get("project") or {}
    return Project(told.get("id"), told.get("name"))
