# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Who asks: one class for each kind of credential, and the session that renews a token. Knows no job.

IAM: "Obtaining a User Token Through Password Authentication", the same "and Virtual MFA", "Querying Project Information".
"""

from __future__ import annotations

import re
import threading
import time
import typing as t
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

from . import answers, errors
from .signature import authorization, canonical_query
from .text import WORD, escaped
from .transport import RETRY_TIMEOUT, Http, Reply, wrong_clock

LOOKUP = "iam:projects:listProjects, or a {} that makes the lookup superfluous"
# As IAM has answered a user who logs in with a one-time password: "mfa totp code verify fail". It only chooses the advice.
WITH_MFA = re.compile(r"\b(mfa|totp)\b", re.IGNORECASE)
WITHOUT_MFA = "access_key and secret_key, a token, or a user without one"
MFA = f"this user needs a one-time password to log in: set user_id and passcode, or use {WITHOUT_MFA}"
USED = "a passcode is good for one login, so take the next one"
NOT_ACCEPTED = "the credential was not accepted: "


def project_id(value: t.Any) -> bool:
    """the id of a project (letters, digits, _ and -)"""
    return isinstance(value, str) and WORD.fullmatch(value) is not None


def address(value: t.Any) -> bool:
    """a URL"""
    try:  # a part of one will do here: it matters only if it is that of the service which is asked
        return isinstance(value, str) and bool(urlsplit(value))
    except ValueError:
        return False


# What the answers of IAM must hold where they are read; an id becomes part of a path
ENDPOINT = {
    "url": answers.Maybe(address),
    "interface": answers.Maybe(str),
    "region": answers.Maybe(str),
    "region_id": answers.Maybe(str),
}
TOKEN = {
    "token": {
        "project": answers.Maybe({"id": project_id, "name": answers.Maybe(str)}),
        "catalog": answers.Maybe([{"type": answers.Maybe(str), "endpoints": answers.Maybe([ENDPOINT])}]),
    }
}
PROJECTS = {"projects": [{"id": project_id, "name": str}]}


class Project(t.NamedTuple):
    """The project of a task; the id wins, and a name alone is resolved by IAM."""

    id: str | None = None
    name: str | None = None

    def __str__(self) -> str:
        return self.id or self.name or ""


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


class Login(t.NamedTuple):
    """The result of a login. ``project`` has its id, and perhaps its name; None if none was wanted.

    ``expires_at``: when, in the words of IAM; empty if it has not told.
    """

    auth: Auth
    project: Project | None = None
    catalog: t.Sequence[t.Any] = ()
    expires_at: str = ""


@dataclass(frozen=True)
class Token:
    """A ready token, used as it is. It cannot be renewed."""

    token: str = field(repr=False)

    advice: t.ClassVar[str] = "it has expired, or belongs to another project or region; get a new token"
    parts: t.ClassVar[tuple[str, ...]] = ("token",)
    optional: t.ClassVar[tuple[str, ...]] = ()
    forms: t.ClassVar[t.Mapping[str, str]] = {}
    needs_project: t.ClassVar[bool] = False
    has_catalog: t.ClassVar[bool] = False
    renewable: t.ClassVar[bool] = False

    @property
    def who(self) -> tuple[str | None, ...]:
        return (self.token,)

    def login(self, http: Http, iam: str | None, project: Project | None) -> Login:
        """Sends one request to IAM if the project is not given by its id, else none."""
        auth = TokenHeader(self.token)
        if project != Project():
            return Login(auth, project and resolved(http, self.advice, iam, auth, project))
        subject = {"X-Subject-Token": self.token}
        url, read, needs = f"{iam}/v3/auth/tokens", partial(read_answer, TOKEN), LOOKUP.format("project_id")
        reply = ask(http, self.advice, "GET", url, subject, read, needs, auth=auth)
        found = project_of_token(reply)
        if not found.id:
            raise errors.OptionError("project_id: missing, and the token belongs to no project")
        return Login(auth, found, expires_at=expiry(reply.value["token"]))


@dataclass(frozen=True)
class AccessKey:
    """An access key (AK/SK), permanent or temporary; a temporary one has a security token."""

    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    security_token: str | None = field(default=None, repr=False)

    advice: t.ClassVar[str] = "check access_key, secret_key, the security_token of a temporary key, and the project"
    parts: t.ClassVar[tuple[str, ...]] = ("access_key", "secret_key")
    optional: t.ClassVar[tuple[str, ...]] = ("security_token",)
    forms: t.ClassVar[t.Mapping[str, str]] = {}
    needs_project: t.ClassVar[bool] = True
    has_catalog: t.ClassVar[bool] = False
    renewable: t.ClassVar[bool] = False

    @property
    def who(self) -> tuple[str | None, ...]:
        return (self.access_key,)

    def login(self, http: Http, iam: str | None, project: Project | None) -> Login:
        """Sends one request to IAM if the project is given by its name, else none."""
        found = project and resolved(http, self.advice, iam, Signer(self, None), project)
        return Login(Signer(self, found.id if found else None), found)


@dataclass(frozen=True)
class Password:
    """A user of IAM, by name and domain or by id. ``note``: what else the message of a failed login says.

    ``passcode``: a one-time password of six digits. It is good for one login, which is sent once: whatever became of it,
    the next one would be refused, and refused ones lock the user.
    """

    username: str | None
    password: str = field(repr=False)
    user_domain_name: str | None = None
    user_id: str | None = None
    user_domain_id: str | None = None
    passcode: str | None = field(default=None, repr=False)
    note: str = field(default="", compare=False, repr=False)

    parts: t.ClassVar[tuple[str, ...]] = ("username", "password", "user_domain_name")
    optional: t.ClassVar[tuple[str, ...]] = ()
    forms: t.ClassVar[t.Mapping[str, str]] = {"username": "user_id", "user_domain_name": "user_domain_id"}
    needs_project: t.ClassVar[bool] = True
    has_catalog: t.ClassVar[bool] = True

    @property
    def who(self) -> tuple[str | None, ...]:
        return (self.username, self.user_domain_name, self.user_id, self.user_domain_id)

    @property
    def renewable(self) -> bool:
        return self.passcode is None

    @property
    def advice(self) -> str:
        given = [name for name in ("passcode", "user_id", "user_domain_id") if getattr(self, name)]
        names = ["user", "password", *given] if given else self.parts
        advice = f"check {', '.join(names)} and the project; too many failures lock the user"
        return "; ".join(filter(None, (advice, self.passcode and USED, self.note)))

    def login(self, http: Http, iam: str | None, project: Project | None) -> Login:
        """One request; a wrong password is not tried again, as IAM would lock the account."""
        scope = scope_of(project, self.domain)  # IAM takes the domain of the user where nobody names one
        body = {"auth": {"identity": self._identity(), **({"scope": scope} if scope else {})}}
        read, once = partial(read_login, project, TOKEN), self.passcode is not None
        try:
            reply = ask(http, self.advice, "POST", f"{iam}/v3/auth/tokens", {}, read, body=body, once=once)
        except errors.Refused as error:
            domain = self.user_domain_name or self.user_domain_id or "of the user"
            where = f"project {project}" if project else f"domain {domain}"
            hint = "; ".join(filter(None, (error.hint, self.passcode and USED, self.note)))
            raise error.recast(errors.Refused, f"login to {where}: {error.error['message']}", hint) from None
        except errors.Unanswered as error:
            raise error.recast(type(error), error.error["message"], USED) if self.passcode else error from None
        return login_of(reply, project)

    def _identity(self) -> dict[str, t.Any]:
        user: dict[str, t.Any] = (
            {"id": self.user_id} if self.user_id else {"name": self.username, "domain": self.domain}
        )
        identity: dict[str, t.Any] = {
            "methods": ["password"],
            "password": {"user": {**user, "password": self.password}},
        }
        if self.passcode:
            identity["methods"].append("totp")
            identity["totp"] = {"user": {"id": self.user_id, "passcode": self.passcode}}
        return identity

    @property
    def domain(self) -> dict[str, str]:
        return named_by(self.user_domain_id, self.user_domain_name)


Credential = t.Union[Token, AccessKey, Password]
KINDS: tuple[type[Credential], ...] = (Token, AccessKey, Password)  # the first that is named wins


def every_part(kind: type[Credential]) -> tuple[str, ...]:
    """The names of all parts of a credential, in all their forms."""
    return (*kind.parts, *kind.optional, *kind.forms.values())


def missing_parts(kind: type[Credential], given: t.Container[str]) -> list[str]:
    """The parts of a credential that are given in none of their forms. A user who is named by id needs no domain."""
    lacking = [part for part in kind.parts if part not in given and kind.forms.get(part) not in given]
    return [part for part in lacking if part != "user_domain_name" or "user_id" not in given]


class Renewable(t.Protocol):
    """What a session needs of a credential."""

    @property
    def advice(self) -> str:
        """What to do when it is not accepted."""

    @property
    def renewable(self) -> bool:
        """Whether another login can be made with it."""

    def login(self, http: Http, iam: str | None, project: Project | None) -> Login:
        """Raises ApiError or OptionError."""


class Session:
    """The login of one task, shared by its workers."""

    def __init__(self, http: Http, iam: str | None, credential: Renewable, project: Project | None) -> None:
        self._http = http
        self._log_in = partial(credential.login, http, iam, project)
        self.credential = credential
        self._lock = threading.Lock()
        self._ended: errors.Fatal | None = None  # why there can be no other login
        self._renewable = credential.renewable
        self.login = self._logged_in()

    @property
    def advice(self) -> str:
        """What to do when a service does not accept the login."""
        told = self.login.expires_at and not self.credential.renewable
        return self.credential.advice + (f"; the login was good until {self.login.expires_at}" if told else "")

    def accepted(self, used: Auth) -> None:
        """A service has accepted the login, so it may be renewed when it ends; one that was never accepted would be refused again."""
        if used is self.login.auth:
            self._renewable = self.credential.renewable

    def _logged_in(self) -> Login:
        login = self._log_in()
        self._http.context.add_secrets(login.auth.secrets)
        return login

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
                    self.login = self._logged_in()
                except (errors.ApiError, errors.OptionError) as error:
                    # the second: IAM does not know the project by its name any more
                    told = error if isinstance(error, errors.ApiError) else errors.ApiError("", str(error))
                    self._ended = told.recast(errors.Fatal, told.error["message"])
                    raise self._ended from None
            return used is not self.login.auth


def denied(error: errors.ApiError, reply: Reply, advice: str) -> errors.Denied:
    """The error for a credential that was not accepted. A wrong clock spoils signatures, and makes tokens seem expired."""
    clock = wrong_clock(reply.skew() or 0.0)
    first = f"{clock}; " if clock else ""
    if WITH_MFA.search(str(error.error["message"])) and USED not in advice:
        advice = MFA
    return error.recast(errors.Denied, f"{NOT_ACCEPTED}{error.error['message']}", first + advice)


def ask(
    http: Http,
    advice: str,
    method: str,
    url: str,
    headers: dict[str, str],
    read: t.Callable[[Reply], t.Any],
    needs: str = "",
    **more: t.Any,
) -> Reply:
    """The answer to a request to IAM, with what ``read`` finds in it. Raises Denied where it does not accept the credential.

    ``needs`` is the permission that the request takes, for the message where it is missing.
    """

    def taken(reply: Reply) -> t.Any:
        if reply.status // 100 == 2:
            return read(reply)
        error = answers.problem(reply, needs)
        if isinstance(error, errors.Unanswered):  # so it is asked again
            raise error
        return error

    reply = http.send(method, url, headers, read=taken, retry_timeout=RETRY_TIMEOUT, **more)
    if reply.status // 100 == 2:
        return reply
    error = reply.value or answers.problem(reply, needs)
    refused = reply.status == 401 or (reply.status == 403 and method == "POST") or answers.outdated(reply)
    raise denied(error, reply, advice) if refused else error


def read_answer(shape: t.Any, reply: Reply) -> t.Any:
    """The JSON of an answer of IAM. Raises Unanswered for another shape."""
    try:
        return answers.shaped(answers.content(reply), shape, reply.call)
    except errors.Unanswered as error:
        raise error.of_status(reply.status) from None


def read_login(project: Project | None, shape: t.Any, reply: Reply) -> t.Any:
    """The JSON of a login to ``project``. Raises Refused if it is to another one, by its id or else by its name."""
    found = read_answer(shape, reply)
    told = found["token"].get("project") or {}
    if not reply.headers.get("X-Subject-Token") or (project and not (project.id or told)):
        raise errors.Unanswered(reply.call, "the answer holds no token or no project", reply.status)
    if project and not _is_the_same(project, told):
        raise errors.Refused(
            reply.call, "the answer is for another project than the one that was asked for", reply.status
        )
    return found


def _is_the_same(project: Project, told: t.Mapping[str, t.Any]) -> bool:
    """Whether the project of an answer is the one that was asked for, by id or else by name."""
    key = "id" if project.id else "name"
    return told.get(key) in (None, getattr(project, key))


def resolved(
    http: Http,
    advice: str,
    iam: str | None,
    auth: Auth,
    project: Project,
    option: str = "project_name",
    counts: t.Callable[[t.Mapping[str, t.Any]], bool] = lambda entry: True,
) -> Project:
    """The project with its id, for which IAM is asked if it is not given. ``counts``: whether an entry of the answer does."""
    name = project.name
    if project.id:
        return project
    url, read, needs = f"{iam}/v3/projects", partial(read_answer, PROJECTS), LOOKUP.format(option.replace("name", "id"))
    reply = ask(http, advice, "GET", url, {}, read, needs, query={"name": name}, auth=auth)
    ids: list[str] = [one["id"] for one in reply.value["projects"] if one["name"] == name and counts(one)]
    if len(ids) != 1:
        raise errors.OptionError(f"{option}: IAM knows {len(ids)} projects named {name!r} for this credential")
    return Project(ids[0], name)


def named_by(domain_id: str | None, domain_name: str | None) -> dict[str, str]:
    """How a request names a domain: the ID wins. Empty without both."""
    if domain_id:
        return {"id": domain_id}
    return {"name": domain_name} if domain_name else {}


def scope_of(project: Project | None, domain: t.Mapping[str, str]) -> dict[str, t.Any]:
    """What a token is to be for: the project, which a name alone only tells within its domain, or else the domain."""
    of_domain = {"domain": domain} if domain else {}
    if project:
        return {"project": {"id": project.id} if project.id else {"name": project.name, **of_domain}}
    return of_domain


def login_of(reply: Reply, project: Project | None) -> Login:
    """The login that IAM has answered with."""
    told = project_of_token(reply)
    # Of an ID and the name of another project, the ID has won
    found = project and Project(project.id or told.id, told.name or project.name)
    catalog = reply.value["token"].get("catalog") or ()
    return Login(TokenHeader(reply.headers["X-Subject-Token"]), found, catalog, expiry(reply.value["token"]))


def project_of_token(reply: Reply) -> Project:
    told = reply.value["token"].get("project") or {}
    return Project(told.get("id"), told.get("name"))


def expiry(granted: t.Mapping[str, t.Any]) -> str:
    """When a token or a key ends, as IAM has it: 2026-11-29T08:00:00.000000Z. It is shown to people."""
    return escaped(str(granted.get("expires_at") or ""))
