# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Another account: whoever has logged in acts there through an agency that it has made for them.

IAM: "Obtaining an Agency Token", "Obtaining a Temporary Access Key and Security Token Through an Agency". The own token, or
key, goes to IAM only.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

from . import auth
from .answers import OUTDATED, Maybe
from .endpoints import OTC
from .errors import ApiError, Denied, Refused
from .transport import Http, Reply

XROLE, AGENCY = "xrole_name", "agency_name"  # the pages of the providers, and their clients, have both
UNKNOWN_FIELD = ("IAM.1103", "IAM.0072")
LIFE = 43200  # seconds that a temporary key is good for; then there is another one
NO_KEYS = (
    "IAM may not let an access key use an agency, as that of Open Telekom Cloud does not: log in by username and "
    "password, or by a token"
)
NO_OPERATOR = "needed is the permission Agent Operator in the own account, and an agency that is made for that account"
NO_AGENCY = "there is no such account, or it has made no such agency for the own account"

DOMAIN = {"id": Maybe(str), "name": Maybe(str)}
ASSUMED = {
    "token": {
        **auth.TOKEN["token"],
        "project": Maybe({**auth.TOKEN["token"]["project"].shape, "domain": Maybe(DOMAIN)}),
        "user": Maybe({"domain": Maybe(DOMAIN)}),
    }
}
DOMAINS = {"domains": [{"id": str}]}
KEYS = {"credential": {"access": str, "secret": str, "securitytoken": str}}


@dataclass(frozen=True)
class Agency:
    """An agency, and the account that has made it: by its name or by its id."""

    name: str
    domain_name: str | None = None
    domain_id: str | None = None

    def __str__(self) -> str:
        return f"agency {self.name} of account {self.domain_name or self.domain_id}"

    @property
    def domain(self) -> dict[str, str]:
        return auth.named_by(self.domain_id, self.domain_name)

    def used_by(self, own: auth.Credential, own_project: auth.Project) -> Delegate:
        return Delegate(own, own_project, self)


@dataclass(frozen=True)
class Delegate:
    """Somebody who logs in, and then acts through an agency. ``own_project``: where the login itself is, if it needs one."""

    own: auth.Credential
    own_project: auth.Project
    agency: Agency
    needs_project: t.ClassVar[bool] = True
    # How IAM has called the agency before in this task: it is found out once
    _accepted: list[str] = field(default_factory=list, compare=False, repr=False)

    @property
    def who(self) -> tuple[str | None, ...]:
        return (*self.own.who, self.agency.name, self.agency.domain_name, self.agency.domain_id)

    @property
    def advice(self) -> str:
        return f"it is that of the {self.agency}, so check what it may do, and the project; or else {self.own.advice}"

    @property
    def has_catalog(self) -> bool:
        return not isinstance(self.own, auth.AccessKey)

    @property
    def renewable(self) -> bool:
        return isinstance(self.own, auth.AccessKey) or self.own.renewable

    def login(self, http: Http, iam: str | None, project: auth.Project | None) -> auth.Login:
        """The own login, then that to ``project`` in the other account; to the account itself without a project."""
        if isinstance(self.own, auth.AccessKey):
            return self._by_key(self.own, http, iam, project)
        own_project = self.own_project if self.own.needs_project and self.own_project != auth.Project() else None
        own = self.own.login(http, iam, own_project)
        http.context.add_secrets(own.auth.secrets)
        scope, read = auth.scope_of(project, self.agency.domain), partial(self._read, project)

        def assume(name: str) -> Reply:
            body = {"auth": {"identity": self._identity(name), "scope": scope}}
            return auth.ask(http, self.own.advice, "POST", f"{iam}/v3/auth/tokens", {}, read, body=body, auth=own.auth)

        return auth.login_of(self._by_its_name(assume, (XROLE, AGENCY)), project)

    def _by_key(self, own: auth.AccessKey, http: Http, iam: str | None, project: auth.Project | None) -> auth.Login:
        """With a temporary access key, which is bound to no project. Only with it can projects of the other account be found by name."""
        signer = auth.Signer(own, None)
        reply = auth.ask(
            http, own.advice, "GET", f"{iam}/v3/auth/domains", {}, partial(auth.read_answer, DOMAINS), auth=signer
        )
        own_domain = next((one["id"] for one in reply.value["domains"]), "")
        headers = {"X-Domain-Id": own_domain} if own_domain else {}

        def assume(name: str) -> Reply:
            body = {"auth": {"identity": self._identity(name, duration_seconds=LIFE)}}
            url, read = f"{iam}/v3.0/OS-CREDENTIAL/securitytokens", partial(auth.read_answer, KEYS)
            return auth.ask(http, NO_KEYS, "POST", url, headers, read, body=body, auth=signer)

        of_otc = (urlsplit(iam or "").hostname or "").endswith(OTC)
        found = self._by_its_name(assume, (XROLE, AGENCY) if of_otc else (AGENCY, XROLE)).value["credential"]
        secrets = found["access"], found["secret"], found["securitytoken"]
        http.context.add_secrets(secrets)
        key = auth.AccessKey(*secrets)

        def counts(entry: t.Mapping[str, t.Any]) -> bool:
            """Whether it is for certain a project of the other account."""
            domain = entry.get("domain_id")
            return bool(own_domain and domain) and domain != own_domain and self.agency.domain_id in (None, domain)

        acts_in = project and auth.resolved(
            http, self.advice, iam, auth.Signer(key, None), project, "target_project_name", counts
        )
        return auth.Login(auth.Signer(key, acts_in.id if acts_in else None), acts_in, expires_at=auth.expiry(found))

    def _identity(self, name: str, **more: t.Any) -> dict[str, t.Any]:
        account = {f"domain_{key}": value for key, value in self.agency.domain.items()}
        return {"methods": ["assume_role"], "assume_role": {**account, name: self.agency.name, **more}}

    def _by_its_name(self, assume: t.Callable[[str], Reply], names: t.Sequence[str]) -> Reply:
        """The answer of IAM, which is told the name of the agency as ``names[0]``, or as ``names[1]`` if it asks for that."""
        first, other = self._accepted or names
        try:
            reply = assume(first)
        except (Refused, Denied) as error:
            if not _asks_for(other, error):
                raise self._explained(error) from None
            try:
                reply = assume(other)
            except (Refused, Denied) as again:  # if it asks for the first name again, that was not what is wrong
                raise self._explained(error if _asks_for(first, again) else again) from None
            first, other = other, first
        self._accepted[:] = [first, other]
        return reply

    def _explained(self, error: Refused | Denied) -> ApiError:
        message = str(error.error["message"])
        hint = {403: NO_OPERATOR, 404: NO_AGENCY}.get(error.status or 0, "")
        if not hint or error.from_gateway or OUTDATED in message.lower():  # that is not about the agency
            return error.recast(type(error), f"{self.agency}: {message}")
        return error.recast(Denied, f"{self.agency}: {message.replace(auth.NOT_ACCEPTED, '', 1)}", hint)

    def _read(self, project: auth.Project | None, reply: Reply) -> t.Any:
        """Raises Refused for a token that is not of the agency: it would lead to another account."""
        found = auth.read_login(project, ASSUMED, reply)
        token = found["token"]
        if not token.get("assumed_by"):
            raise Refused(reply.call, "the answer does not say that the agency was assumed", reply.status)
        of_project = (token.get("project") or {}).get("domain")
        told = of_project or (token.get("user") or {}).get("domain") or {}
        if any(told.get(key) != value for key, value in self.agency.domain.items()):
            raise Refused(reply.call, "the answer is for another account than that of the agency", reply.status)
        return found


def _asks_for(name: str, error: Refused | Denied) -> bool:
    return error.status == 400 and (error.code in UNKNOWN_FIELD or name in str(error.error["message"]))
