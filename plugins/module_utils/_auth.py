# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Who asks: one class for each kind of credential, and the session that renews a token. Knows no job.

IAM: "Obtaining a User Token Through Password Authentication", "Querying Project Information".
"""

from __future__ import annotations

import threading
import typing as t
from dataclasses import dataclass, field
from functools import partial

from ._answers import content, problem
from ._errors import Denied, OptionError, Refused, Unanswered
from ._http import Http, Reply


@dataclass(frozen=True)
class Project:
    """The project of a task; the id wins, and a name alone is resolved by IAM."""

    id: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class Login:
    """What a credential has led to."""

    token: str = field(repr=False)
    project_id: str
    catalog: t.Sequence[t.Any] = ()


@dataclass(frozen=True)
class Token:
    """A ready token, used as it is. It cannot be renewed."""

    token: str = field(repr=False)

    parts = ("token",)
    renewable = False

    def login(self, http: Http, iam: str | None, project: Project) -> Login:
        """No request, but for a project that is not given by its id: then one, to IAM."""
        return Login(self.token, project.id or self._project_id(http, iam or "", project))

    def _project_id(self, http: Http, iam: str, project: Project) -> str:
        headers = {"X-Auth-Token": self.token}
        if project.name is None:
            reply = _ask(http, "GET", f"{iam}/v3/auth/tokens", {**headers, "X-Subject-Token": self.token})
            found = _project_of_token(reply)
            if not found:
                raise OptionError("project_id: missing, and the token belongs to no project")
            return found
        reply = _ask(http, "GET", f"{iam}/v3/projects", headers, query={"name": project.name})
        ids: list[str] = [one["id"] for one in _part(reply, "projects", list) if one.get("name") == project.name]
        if len(ids) != 1:
            raise OptionError(f"project_name: IAM knows {len(ids)} projects named {project.name!r} for this credential")
        return ids[0]


@dataclass(frozen=True)
class Password:
    """A user of IAM."""

    username: str
    password: str = field(repr=False)
    user_domain_name: str

    parts = ("username", "password", "user_domain_name")
    renewable = True

    def login(self, http: Http, iam: str | None, project: Project) -> Login:
        """One request; a wrong password is not tried again, as IAM would lock the account."""
        domain = {"name": self.user_domain_name}
        user = {"name": self.username, "password": self.password, "domain": domain}
        scope = {"id": project.id} if project.id else {"name": project.name, "domain": domain}
        body = {
            "auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": {"project": scope}}
        }
        try:
            reply = _ask(http, "POST", f"{iam}/v3/auth/tokens", {}, body=body)
        except Refused as error:
            where = f"login to project {project.id or project.name}: "
            raise error.again_as(Refused, where + error.error["message"]) from None
        token = reply.headers.get("X-Subject-Token")
        project_id = project.id or _project_of_token(reply)
        if not token or not project_id:
            raise Unanswered(reply.call, "the answer holds no token or no project", reply.status)
        return Login(token, project_id, _part(reply, "token", dict).get("catalog") or ())


Credential = t.Union[Token, Password]
KINDS: tuple[type[Token] | type[Password], ...] = (Token, Password)  # the first that is named wins


class Session:
    """The login of one task, shared by its workers."""

    def __init__(self, http: Http, iam: str | None, credential: Credential, project: Project) -> None:
        self._renew = partial(credential.login, http, iam, project)
        self._renewable = credential.renewable
        self._lock = threading.Lock()
        self.login = self._renew()

    def headers(self) -> dict[str, str]:
        """What authenticates a request."""
        return {"X-Auth-Token": self.login.token}

    def renewed(self, used: t.Mapping[str, str]) -> bool:
        """True if there is now a newer login than the one of the headers ``used``; many workers cause one request."""
        with self._lock:
            if self._renewable and used == self.headers():
                self.login = self._renew()
            return used != self.headers()


def _ask(http: Http, method: str, url: str, headers: dict[str, str], **more: t.Any) -> Reply:
    """A request to IAM. Raises Denied where it does not accept the credential."""
    reply = http.send(method, url, {"Content-Type": "application/json", **headers}, **more)
    if reply.status // 100 == 2:
        return reply
    error = problem(reply)
    raise Denied.because(error) if reply.status in (401, 403) else error


def _part(reply: Reply, key: str, kind: type) -> t.Any:
    body = content(reply)
    found = body.get(key) if isinstance(body, dict) else None
    if not isinstance(found, kind):
        raise Unanswered(reply.call, f"the answer holds no {key}", reply.status)
    return found


def _project_of_token(reply: Reply) -> str | None:
    return (_part(reply, "token", dict).get("project") or {}).get("id")
