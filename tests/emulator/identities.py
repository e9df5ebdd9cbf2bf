# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who there is: accounts with their projects, users and agencies, and what speaks for them, tokens and access keys."""

from __future__ import annotations

import hashlib
import secrets
import time
import typing as t

from .doorkeeper import Doorkeeper, check_mfa
from .settings import SettingError


class Agency(t.NamedTuple):
    """A door into an account. Who may use it is a user of the trusted account with Agent Operator."""

    id: str
    name: str
    trusted_domain: str
    projects: list[str] | None  # their names; None: all of the account

    FIELDS = ("id", "name", "trusted_domain", "projects")


class Account:
    """A domain with its projects, its users, and the agencies by which it lets others in."""

    PARTS = ("domain", "projects", "users", "tokens", "access_keys", "agencies")

    def __init__(self, seed: dict) -> None:
        _known(seed, self.PARTS, "an account of the seed")
        self.domain: dict = _needed(seed, "domain", "an account of the seed")
        self.projects: list[dict] = _needed(seed, "projects", "an account of the seed")
        self.users: list[dict] = seed.get("users", [])
        for user in self.users:
            if "mfa" in user:
                check_mfa(user["mfa"])
        self.agencies = [self._agency(entry) for entry in seed.get("agencies", [])]

    def _agency(self, entry: dict) -> Agency:
        _known(entry, Agency.FIELDS, "an agency")
        name, trusted = (_needed(entry, key, "an agency") for key in ("name", "trusted_domain"))
        for project in entry.get("projects", []):
            self.named(self.projects, "project", project)
        agency_id = entry.get("id") or hashlib.sha256(f"{self.domain['id']}/{name}".encode()).hexdigest()[:32]
        return Agency(agency_id, name, trusted, entry.get("projects"))

    @property
    def main_project(self) -> dict:
        """The region's own project: an access key speaks for it unless X-Project-Id names another."""
        return self.projects[0]

    def named(self, entries: list[dict], what: str, name: str) -> dict:
        """What a seed names."""
        entry = find(entries, name=name)
        if entry is None:
            raise SettingError(f"the seed has no {what} {name!r}")
        return entry


class Who(t.NamedTuple):
    """In whose name a request is made: a user's, or an agency's, which a user of another account has assumed."""

    account: Account
    user: dict
    agency: Agency | None = None
    assumed_by: Who | None = None

    @property
    def projects(self) -> list[dict]:
        """Where it may act."""
        allowed = self.agency and self.agency.projects
        return [project for project in self.account.projects if allowed is None or project["name"] in allowed]


class Token(t.NamedTuple):
    """A token's value and what it speaks for, in which account. ``expires_at`` None: not by itself."""

    value: str
    who: Who
    account: Account
    project: dict | None
    issued_at: float
    expires_at: float | None
    methods: tuple[str, ...] = ("password",)

    @property
    def project_id(self) -> str:
        return self.project["id"] if self.project else ""


class Identities(Account):
    """The first account, those beside it, and the tokens and access keys of all."""

    def __init__(self, seed: dict) -> None:
        _known(seed, (*self.PARTS, "accounts"), "the seed")
        first = {name: part for name, part in seed.items() if name != "accounts"}
        parts = [first, *seed.get("accounts", [])]
        super().__init__(first)
        self.accounts: list[Account] = [self, *map(Account, parts[1:])]
        self.tokens: dict[str, Token] = {}
        self.access_keys: dict[str, dict] = {}
        self.doorkeeper = Doorkeeper()
        for account, part in zip(self.accounts, parts):
            self._check(account)
            self._let_in(account, part)

    def _check(self, account: Account) -> None:
        """No two accounts are, or have, the same."""
        same = [self.account(**{key: account.domain[key]}) is account for key in ("id", "name")]
        if not all(same) or any(self.account_of(project["id"]) is not account for project in account.projects):
            raise SettingError("two accounts must not have the same domain, or projects with the same ID")

    def _let_in(self, account: Account, part: dict) -> None:
        for entry in part.get("tokens", []):
            who = Who(account, account.named(account.users, "user", entry["user"]))
            project = find(account.projects, name=entry["project"]) if "project" in entry else None
            self.issue(who, account, project, entry.get("lifetime"), value=entry["token"])
        for entry in part.get("access_keys", []):
            who = Who(account, account.named(account.users, "user", entry["user"]))
            self.access_keys[entry["access"]] = {**entry, "who": who, "expires_at": _end(entry.get("lifetime"))}

    def account(self, **wanted: str) -> Account | None:
        """The account whose domain has these values."""
        return next((one for one in self.accounts if wanted.items() <= one.domain.items()), None)

    def account_of(self, project_id: str) -> Account | None:
        """The account that has the project."""
        return next((one for one in self.accounts if find(one.projects, id=project_id)), None)

    def issue(
        self,
        who: Who,
        account: Account,
        project: dict | None,
        lifetime: float | None,
        methods: tuple[str, ...] = ("password",),
        value: str | None = None,
    ) -> Token:
        token = Token(
            value or f"MII{secrets.token_urlsafe(300)}",
            who,
            account,
            project,
            time.time(),
            _end(lifetime),
            methods,
        )
        self.tokens[token.value] = token
        return token

    def issue_key(self, who: Who, lifetime: float) -> dict:
        """A temporary access key. It is for no project."""
        key = {
            "access": f"AS{secrets.token_hex(9).upper()}",
            "secret": secrets.token_urlsafe(30),
            "security_token": secrets.token_urlsafe(600),
        }
        self.access_keys[key["access"]] = {**key, "who": who, "expires_at": _end(lifetime)}
        return self.access_keys[key["access"]]

    def expire_tokens(self, method: str | None = None) -> int:
        """Every token (that was got by this method) is out of date from now on. Returns how many there are."""
        old = {
            value: token._replace(expires_at=0.0)
            for value, token in self.tokens.items()
            if method is None or method in token.methods
        }
        self.tokens = {**self.tokens, **old}
        return len(old)

    def expire_keys(self) -> int:
        """Every temporary access key is out of date from now on. Returns how many there are."""
        temporary = [key for key in self.access_keys.values() if "security_token" in key]
        for key in temporary:
            key["expires_at"] = 0.0
        return len(temporary)


def find(entries: list[dict], **wanted) -> dict | None:
    """The entry with exactly these values."""
    return next((entry for entry in entries if {key: entry.get(key) for key in wanted} == wanted), None)


def _end(lifetime: float | None) -> float | None:
    return None if lifetime is None else time.time() + lifetime


def _known(entry: dict, names: t.Collection[str], where: str) -> None:
    for name in entry:
        if name not in names:
            jobs = " and the lists of jobs" if "seed" in where else ""
            raise SettingError(f"unknown name {name!r} in {where}; known are {', '.join(names)}{jobs}")


def _needed(entry: dict, name: str, where: str) -> t.Any:
    if name not in entry:
        raise SettingError(f"{where} needs {name}")
    return entry[name]
