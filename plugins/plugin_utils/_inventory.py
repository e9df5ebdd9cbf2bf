# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""From the file of an inventory to its hosts: sources, cache, names. What is read of a source is left to the plugins.

Nothing is left out silently: an inventory comes whole, or not at all.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
import typing as t
from collections import Counter
from collections.abc import Mapping

from ansible import constants as C
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.utils.unsafe_proxy import wrap_var

from ..module_utils._cloud.agency import Delegate
from ..module_utils._cloud.answers import Api
from ..module_utils._cloud.auth import KINDS, every_part, missing_parts
from ..module_utils._cloud.client import Client, run_parallel
from ..module_utils._cloud.connection import Connection, read_connection, secrets_around
from ..module_utils._cloud.context import Context
from ..module_utils._cloud.errors import Bug, Denied, Failure, OptionError
from ..module_utils._cloud.identity import AGENCY, PROJECT, TARGET_PROJECT
from ..module_utils._cloud.misplaced import misplaced, no_text
from ..module_utils._cloud.options import connection_options, names_of
from ..module_utils._cloud.text import escaped, few, masked
from ..module_utils._cloud.transport import RETRY_TIMEOUT, trouble_with_requests
from ..module_utils._jobs.names import match
from ..module_utils._jobs.selection import cleaned, foreign, refuse_foreign_syntax
from ..module_utils._module import without_requests
from ..module_utils._version import VERSION

try:
    from ansible.template import trust_as_template
except ImportError:  # ansible-core before 2.19 takes every text for a template that may be one, unless it is marked

    def trust_as_template(value: str) -> str:
        return str.__str__(value)  # without the mark, if it has one


Options = t.Mapping[str, t.Any]
Variables = dict[str, t.Any]

SPEC = connection_options()
NAMES = names_of(SPEC)
CREDENTIAL = {"cloud", *(part for kind in KINDS for part in every_part(kind))}
PLACE = {"region", "cloud_domain", "auth_url", "endpoints"}
# What says the same in two ways, or belongs together
TOGETHER = (
    {*PROJECT},
    {*TARGET_PROJECT},
    {"target_domain_id", "target_domain_name"},
    {"client_cert", "client_key"},
    *({part, form} for kind in KINDS for part, form in kind.forms.items()),
)
LOCAL = {
    "ansible_connection": trust_as_template("local"),
    "ansible_python_interpreter": trust_as_template("{{ ansible_playbook_python }}"),
}
MADE_BY = "_otc_bigdata"  # attribute of a host that one of our plugins has made: which one, and of what
# What a name must not have that `hosts` and `--limit` are to mean as it is; `.` and `..` would be folders in `host_vars`
PATTERN = re.compile(r"[*?\[/,:]|^[~!&@\s]|\s$|^\.\.?$")
OVERRIDE = "#jinja2:"  # begins a text that says itself how its templates look
SHOWN = 3  # sources that a message names
# The first of these that an entry has is shown beside its number
TELLING = ("cloud", "target_project_name", "target_project_id", "target_domain_name", "project_name", "project_id")


class Source(t.NamedTuple):
    """A place to read. ``label`` begins messages about it; ``cloud`` is what the file says."""

    label: str
    cloud: str | None
    connection: Connection


class Answer(t.NamedTuple):
    """What a source has told, or why it could not be read; ``barred``: its credential was refused; ``bugs``: tracebacks."""

    hosts: t.Sequence[Variables] = ()
    error: str = ""
    barred: bool = False
    repeats: t.Sequence[str] = ()
    bugs: t.Sequence[str] = ()


class HostsOfSources(BaseInventoryPlugin, Constructable, Cacheable):  # type: ignore[misc]
    """An inventory plugin, but for what it reads."""

    inventory: t.Any
    api: t.ClassVar[Api]  # that is asked
    endings: t.ClassVar[tuple[str, ...]]  # of the names of its files, before .yml
    chooses: t.ClassVar[tuple[str, ...]]  # options that decide what is read, beside those of the connection
    identity: t.ClassVar[str]  # the variable that tells one host from another
    always: t.ClassVar[frozenset[str]]  # the variables that each host has, ...
    sometimes: t.ClassVar[frozenset[str]]  # ... and those that some have: all of them texts, but for ...
    texts: t.ClassVar[frozenset[str]] = frozenset()  # ... those that hold texts by name

    def read(self, client: Client, connection: Connection) -> list[Variables]:
        """The variables of all hosts of a source. Raises Failure."""
        raise NotImplementedError

    def forms(self, host: Variables) -> dict[str, str | None]:
        """The names that a host could have: word of ``hostnames`` → name."""
        raise NotImplementedError

    def verify_file(self, path: str) -> bool:
        endings = tuple(f"{name}.{kind}" for name in self.endings for kind in ("yml", "yaml"))
        return path.endswith(endings) and bool(super().verify_file(path))

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        try:
            config = self._read_config_data(path)
            self.check(config)
            hosts = self._hosts(self._sources, path, cache)
            self._warn_of_idle(hosts)
            self._populate(self._names(hosts), hosts)
        except AnsibleError:
            raise
        except Exception as error:  # whatever it is: a user should not have to read a traceback
            fault = Failure.of(error)
            if isinstance(fault, Bug):
                self.display.vvv(f"{self.NAME}: {fault.traceback}")
            raise AnsibleParserError(masked(f"{self.NAME}: {fault}", secrets_around(os.environ))) from None

    def set_options(self, task_keys: t.Any = None, var_options: t.Any = None, direct: t.Any = None) -> None:
        """Ours are read before Ansible reads them, which quotes what it cannot convert. Raises OptionError."""
        if direct is not None:
            self._refuse_unknown(direct)
            self._refuse_wrong_kinds(direct)
            self._sources = _sources(direct, self.templar, self.api.name)
        super().set_options(task_keys, var_options, direct)

    def wants(self, name: str | None) -> bool:
        """Whether the option ``names`` chooses what is called so."""
        globs = self.get_option("names")
        return globs is None or bool(name) and match(name, map(str, globs)) is not None

    def _refuse_unknown(self, config: Options) -> None:
        """Ansible passes over an unknown option. Here that could mean more hosts than somebody wanted."""
        definitions = self.option_definitions
        known = {*definitions, *(alias for one in definitions.values() for alias in one.get("aliases") or ())}
        for option in config:
            if option not in known:
                raise OptionError(f"{option}: there is no such option")

    def _refuse_wrong_kinds(self, config: Options) -> None:
        """What would mean something else: ``names: [010]`` the host named 8, and each word that is not true the same as false."""
        for option, value in config.items():
            one = {} if option in NAMES else self.option_definitions.get(option, {})
            if one.get("elements") == "str" and no_text(value):
                raise OptionError(f"{option}: must be plain text, not {no_text(value)}")
            # Ansible itself has both words
            if one.get("type") in ("bool", "boolean") and value is not None and not _is_bool(value):
                raise OptionError(f"{option}: must be true or false")
        _refuse_wrong_separators(config.get("keyed_groups"))

    def check(self, config: Options) -> None:
        """Raises OptionError for a choice that is empty."""
        for option in ("hostnames", *self.chooses):
            if self.get_option(option) is not None:
                self.set_option(option, cleaned(option, self.get_option(option)))
        refuse_foreign_syntax("names", [str(glob) for glob in self.get_option("names") or ()])

    def _warn_of_idle(self, hosts: t.Sequence[Variables]) -> None:
        """Of patterns that choose nothing, and would choose something in another language."""
        names = [name for host in hosts for name in self.forms(host).values() if name]
        for number, glob in enumerate(map(str, self.get_option("names") or ())):
            if foreign(glob) and not any(match(name, [glob]) for name in names):
                said = f"nothing is named {escaped(glob)}, and {foreign(glob)} means nothing here; separate patterns by commas"
                self.display.warning(f"{self.NAME}: names[{number}]: {said}")

    def _hosts(self, sources: t.Sequence[Source], path: str, cache: bool) -> list[Variables]:
        """The variables of all hosts of all sources, as far as possible from the cache."""
        keeps = self.get_option("cache")
        chosen = {option: self.get_option(option) for option in self.chooses}
        keys = [f"{self.get_cache_key(path)}_{_fingerprint(source.connection, chosen)}" for source in sources]
        known = self._all_kept(keys) if keeps and cache else {}
        missing = {key: source for key, source in zip(keys, sources) if key not in known}
        known.update(self._read_anew(missing, alone=not known, keep=keeps))
        return [_of_source(host, source) for key, source in zip(keys, sources) for host in known.get(key, ())]

    def _read_anew(self, missing: t.Mapping[str, Source], alone: bool, keep: bool) -> dict[str, t.Sequence[Variables]]:
        """The hosts of each of these sources that could be read. To ``keep`` them is to put them into the cache."""
        answers = self._ask(list(missing.values()), alone)
        hosts = {key: answer.hosts for key, answer in zip(missing, answers) if not answer.error}
        if keep:
            self._cache.update({key: {"key": key, "hosts": found} for key, found in hosts.items()})
        return hosts

    def _all_kept(self, keys: t.Iterable[str]) -> dict[str, t.Sequence[Variables]]:
        kept = {key: self._kept(key) for key in keys}
        return {key: hosts for key, hosts in kept.items() if hosts is not None}

    def _kept(self, key: str) -> list[Variables] | None:
        """From the cache. None if there is nothing, or nothing of ours."""
        try:
            kept = self._cache[key]
        except KeyError:
            return None
        except Exception as error:  # each cache plugin has its own
            why = str(error)
        else:
            hosts = kept.get("hosts") if isinstance(kept, Mapping) and kept.get("key") == key else None
            if isinstance(hosts, list) and all(self._is_ours(host) for host in hosts):
                return hosts
            why = "it holds something else"
        self.display.warning(f"{self.NAME}: the cache cannot be used, so all is read anew: {why}")
        return None

    def _is_ours(self, host: t.Any) -> bool:
        """Whether it could be what ``read`` gives."""
        if not isinstance(host, Mapping) or not self.always <= host.keys() <= self.always | self.sometimes:
            return False
        texts = [value for name, value in host.items() if name not in self.texts]
        for name in self.texts & host.keys():
            if not isinstance(host[name], Mapping):
                return False
            texts += [*host[name].keys(), *host[name].values()]
        return all(isinstance(value, str) for value in texts)

    def _ask(self, sources: t.Sequence[Source], alone: bool) -> list[Answer]:
        """Raises Failure if a source could not be read, unless it may be left out and there are others."""
        trouble = trouble_with_requests() if sources else None
        if trouble:
            self.display.vvv(f"{self.NAME}: {Bug(trouble).traceback}")
            raise Failure(without_requests(trouble))
        answers = _all_answers(sources, self._answer)
        self._show_what_happened(answers)
        text = _complaint([(source.label, answer.error) for source, answer in zip(sources, answers)])
        if text and (self.get_option("strict_sources") or (alone and all(answer.error for answer in answers))):
            raise Failure(text)
        if text:
            self.display.warning(f"{self.NAME}: left out, as strict_sources is false: {text}")
        return answers

    def _show_what_happened(self, answers: t.Sequence[Answer]) -> None:
        """To those who have asked for it with -v or -vvv."""
        for answer in answers:
            for repeat in answer.repeats:
                self.display.v(f"{self.NAME}: {repeat}")
            for bug in answer.bugs:
                self.display.vvv(f"{self.NAME}: {bug}")

    def _answer(self, source: Source) -> Answer:
        context = Context(os.environ)
        context.add_secrets(source.connection.secrets)
        try:
            client = Client(source.connection, self.api, context, time.monotonic() + RETRY_TIMEOUT)
            for warning in client.warnings:
                self.display.warning(f"{self.NAME}: {warning}")
            return Answer(self.read(client, source.connection), repeats=context.repeats)
        except Exception as error:  # one source must not end the others
            text = str(context.fault(error))
            # with 403 the login was right, and only this project is not for its user; so it was where the agency is told
            agency = getattr(source.connection.credential, "agency", None)
            barred = isinstance(error, Denied) and error.status == 401 and not (agency and str(agency) in text)
            text, bugs = masked([text, context.bugs], context.secrets)
            return Answer(error=text, barred=barred, repeats=context.repeats, bugs=bugs)

    def _names(self, hosts: t.Sequence[Variables]) -> list[str]:
        """The names of all hosts, in this order. Warns of each name that something else has kept from a host. Raises OptionError."""
        forms = self.get_option("hostnames")
        names = _named([self.forms(host) for host in hosts], forms, self._obstacle)
        for host, (name, obstacles) in zip(hosts, names):
            for obstacle in obstacles:
                self.display.warning(
                    f"{self.NAME}: {self.identity} {host[self.identity]} is named {name!r}: {obstacle}"
                )
        return [name for name, dummy in names]

    def _obstacle(self, name: str, identity: str) -> str:
        """Why it cannot be the name of a host of ours, "" if it can. Raises OptionError."""
        if name in C.LOCALHOST:
            return f"{name!r} is the name of the control node"
        if not name.isprintable() or PATTERN.search(name):
            return f"{name!r} cannot be the name of a host"
        there = self.inventory.hosts.get(name)
        if there is not None:
            plugin, known = getattr(there, MADE_BY, (None, None))
            if plugin == self.NAME and known != identity:
                raise OptionError(f"hostnames: another host of this inventory is named {name!r} already")
            return "" if plugin == self.NAME else f"a host of this inventory is named {name!r} already"
        if name in self.inventory.groups or name == self._group:
            return f"a group of this inventory is named {name!r}"
        return ""

    @property
    def _group(self) -> str:
        return t.cast(str, self.NAME.rpartition(".")[2])

    def _populate(self, names: t.Sequence[str], hosts: t.Sequence[Variables]) -> None:
        """Adds all hosts, then their groups, as a group may be named like a host. If something fails, what is new is removed again:

        a group without a host would say that there is none.
        """
        new: list[str] = []
        known = {*self.inventory.groups}
        self.inventory.add_group(self._group)
        try:
            for name, variables in zip(names, hosts):
                if name not in self.inventory.hosts:
                    new.append(name)
                    self.inventory.add_host(_no_template(name))
                    setattr(self.inventory.hosts[name], MADE_BY, (self.NAME, variables[self.identity]))
            for name, variables in zip(names, hosts):
                self._describe(self.inventory.hosts[name], _inert(variables))
        except Exception:
            for name in new:
                self.inventory.remove_host(self.inventory.hosts[name])
            made = {*self.inventory.groups} - known
            _take_out([self.inventory.groups[name] for name in made])
            for name in made:
                del self.inventory.groups[name]
            raise

    def _describe(self, host: t.Any, variables: Variables) -> None:
        self.inventory.groups[self._group].add_host(host)
        for variable, value in {**LOCAL, **variables}.items():
            host.set_variable(variable, value)
        strict, inventory = self.get_option("strict"), self.inventory
        try:
            self.inventory = OneHost(inventory, host)
            self._set_composite_vars(self.get_option("compose"), variables, host.name, strict)
            self._add_host_to_composed_groups(self.get_option("groups"), variables, host.name, strict)
            self.inventory = ItsGroups(inventory, host)
            self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host.name, strict)
        finally:
            self.inventory = inventory


def _refuse_wrong_separators(keyed: t.Any) -> None:
    """Ansible takes all but false itself for true."""
    name = "trailing_separator"
    for number, one in enumerate(keyed if isinstance(keyed, list) else ()):
        if isinstance(one, Mapping) and not isinstance(one.get(name), (bool, type(None))):
            raise OptionError(f"keyed_groups[{number}].{name}: must be true or false")


def _is_bool(value: t.Any) -> bool:
    try:
        return isinstance(boolean(value), bool)
    except TypeError:
        return False


def _take_out(groups: t.Sequence[t.Any]) -> None:
    """Of their hosts, and of the groups around them. What remove_group() takes differs, and it leaves them there."""
    for group in groups:
        for host in [*group.hosts]:
            group.remove_host(host)
    for group in groups:
        for parent in group.parent_groups:
            parent.child_groups.remove(group)
            parent.clear_hosts_cache()
        for child in group.child_groups:
            child.parent_groups.remove(group)


class View:
    """An inventory while a host is described."""

    def __init__(self, inventory: t.Any, host: t.Any) -> None:
        self._inventory, self._host = inventory, host

    def __getattr__(self, name: str) -> t.Any:
        return getattr(self._inventory, name)


class OneHost(View):
    """Here a name means this host, also if a group has the same name: Ansible would take the group."""

    def set_variable(self, dummy: str, variable: str, value: t.Any) -> None:
        self._host.set_variable(variable, _inert(value))

    def add_child(self, group: str, dummy: str) -> None:
        self._inventory.groups[group].add_host(self._host)


class ItsGroups(View):
    """While groups are made. A group that is called like its parent is the parent itself, and is not added to it."""

    def add_child(self, parent: str, group: str) -> None:
        if parent != group:
            self._inventory.add_child(parent, group)


def _sources(config: Options, templar: t.Any, service: str) -> list[Source]:
    """Raises OptionError, naming the entry, for whatever can be told before the first request."""
    top = _plain({option: value for option, value in config.items() if option in NAMES}, templar)
    entries = config.get("sources")
    if entries is None:
        return [_source("", top, service)]
    if not isinstance(entries, list) or not entries:
        raise OptionError(
            "sources: must be a list with at least one entry; leave it out for the options of the file alone"
        )
    return [_entry(f"sources[{number}]", entry, top, templar, service) for number, entry in enumerate(entries)]


def _entry(label: str, entry: t.Any, top: Options, templar: t.Any, service: str) -> Source:
    if not isinstance(entry, Mapping):
        raise OptionError(f"{label}: must be a dictionary of connection options")
    try:
        own = _plain(entry, templar)
        named = next((own[name] for name in TELLING if name in own), None)
        label = f"{label} ({named})" if named else label
        return _source(label, _inherited(top, own), service)
    except OptionError as error:
        raise OptionError(f"{label}: {error}") from None


def _plain(options: Options, templar: t.Any) -> Options:
    """Connection options by their main names, those that are null left out, templates evaluated."""
    plain = {}
    for option, value in options.items():
        if option not in NAMES:
            raise OptionError(f"{option}: there is no such connection option")
        try:
            evaluated = templar.template(value)
        except AnsibleError as error:  # it may quote the template, which may be a password with strange characters
            raise OptionError(f"{option}: {masked(str(error), [str(value)])}") from None
        # what comes from a vault is no text yet before ansible-core 2.19
        plain[option] = str(evaluated) if hasattr(evaluated, "__ENCRYPTED__") else evaluated
    errors = misplaced(SPEC, plain)[0]
    if errors:
        raise OptionError("; ".join(errors))
    return {NAMES[option]: value for option, value in plain.items() if value is not None}


def _inherited(top: Options, own: Options) -> Options:
    """The options of an entry, and those options of the file that it does not replace."""
    together = {option for group in TOGETHER if own.keys() & group for option in group}
    replaced = together | _of_another_login(own)
    taken = {option: value for option, value in top.items() if option not in replaced}
    for project in sorted(own.keys() & {*PROJECT}):
        for target in sorted(taken.keys() & {*TARGET_PROJECT}):
            raise OptionError(
                f"{project}: beside {target} of the file it would be the project of the user's own account; name the "
                "project to read by target_project_name or target_project_id here, too"
            )
    return {**taken, **own}


def _of_another_login(own: Options) -> set[str]:
    """What would not go with the login of an entry, if it has one."""
    if "cloud" in own:
        return CREDENTIAL | PLACE | {*PROJECT, *AGENCY}
    if not own.keys() & CREDENTIAL:
        return set()
    completing = _completing(own)
    # an agency goes with the login that it is written beside: somebody else's would act in another account
    return CREDENTIAL - completing if completing else CREDENTIAL | {*AGENCY}


def _completing(own: Options) -> set[str]:
    """The options that can complete the credential of an entry. As for a task, one part of a credential settles its kind."""
    for kind in KINDS:
        parts = {*every_part(kind)}
        if parts & own.keys():
            return parts if missing_parts(kind, own) else set()
    return set()


def _source(label: str, options: Options, service: str) -> Source:
    checked = ArgumentSpecValidator(SPEC).validate(options)
    if checked.error_messages:
        raise OptionError(checked.error_messages[0])
    # each source logs in by itself, the next run again, and a passcode is good once
    connection = read_connection(checked.validated_parameters, os.environ, service, one_login=False)
    return Source(label, checked.validated_parameters["cloud"], connection)


def _fingerprint(connection: Connection, chosen: Options) -> str:
    """What the answer depends on, as a hash. The only secret in it is a token, which is too long to be guessed."""
    who = [type(connection.credential).__name__, *connection.credential.who]
    project = connection.project and [connection.project.id, connection.project.name]
    place = [connection.region, connection.domain, connection.iam, connection.endpoint]
    all_that = [VERSION, who, project, *place, chosen]
    return hashlib.sha256(json.dumps(all_that, default=str).encode()).hexdigest()[:32]


def _all_answers(sources: t.Sequence[Source], ask: t.Callable[[Source], Answer]) -> list[Answer]:
    """All in parallel, but each credential first for one source alone: to repeat a refused one would lock its user."""
    if not sources:
        return []
    workers = min(source.connection.max_concurrency for source in sources)
    first: dict[t.Any, Source] = {}
    for source in sources:
        first.setdefault(_login(source), source)
    known = dict(zip(first, run_parallel(ask, list(first.values()), workers)))

    def rest(source: Source) -> Answer:
        login = _login(source)
        return known[login] if source is first[login] or known[login].barred else ask(source)

    return run_parallel(rest, sources, workers)


def _login(source: Source) -> t.Any:
    """Whose login it is: that of a user is the same for all agencies."""
    credential = source.connection.credential
    return credential.own if isinstance(credential, Delegate) else credential, source.connection.iam


def _complaint(errors: t.Sequence[tuple[str, str]]) -> str:
    """Each error once, with the sources that it is of; empty where there is none."""
    labels: dict[str, list[str]] = {}
    for label, error in errors:
        if error:
            labels.setdefault(error, []).append(label)
    # the only source of a file has no label
    return "; ".join(": ".join(filter(None, (few(of, SHOWN), error))) for error, of in labels.items())


def _named(
    hosts: t.Sequence[t.Mapping[str, str | None]], forms: t.Sequence[str], obstacle: t.Callable[[str, str], str]
) -> list[tuple[str, list[str]]]:
    """A name for each host: the first form that no other host has, and that no obstacle forbids.

    Each name comes with the obstacles to the forms before it. Raises OptionError where there is no name.
    """
    counts = {form: Counter(host[form] for host in hosts) for form in forms}
    named = [_name(host, [host[form] for form in forms if counts[form][host[form]] == 1], obstacle) for host in hosts]
    taken = Counter(name for name, dummy in named)
    for (name, obstacles), host in zip(named, hosts):
        if name is None or taken[name] > 1:
            raise OptionError(
                f"hostnames: {host['id']} cannot be named{_why_unnamed(name, obstacles, host[forms[-1]])}"
            )
    return t.cast("list[tuple[str, list[str]]]", named)


def _why_unnamed(name: str | None, obstacles: t.Sequence[str], last_form: str | None) -> str:
    """Either there is an obstacle to each of its names, or other hosts could have the same names."""
    like = name or last_form
    if name is None and obstacles:
        return f": {'; '.join(obstacles)}; choose other hostnames, or rename it"
    return f", as several hosts would be {like!r}; let hostnames end with id, and name no project in two sources"


def _name(
    host: t.Mapping[str, str | None], names: t.Sequence[str | None], obstacle: t.Callable[[str, str], str]
) -> tuple[str | None, list[str]]:
    """The first of these names without an obstacle, and the obstacles to those before it."""
    obstacles: list[str] = []
    for name in filter(None, names):
        why = obstacle(name, t.cast("str", host["id"]))
        if not why:
            return name, obstacles
        obstacles.append(why)
    return None, obstacles


def _of_source(host: Variables, source: Source) -> Variables:
    """With what a task for it needs to know of the source."""
    cloud = {"cloud": source.cloud} if source.cloud else {}
    agency = isinstance(source.connection.credential, Delegate)
    return {**host, **cloud, **({"target_project_id": host["project_id"]} if agency else {})}


def _inert(value: t.Any) -> t.Any:
    """What comes from a service is never a template, though somebody may have given a cluster a tag that looks like one."""
    if isinstance(value, Mapping):
        return {_no_template(key): _inert(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_inert(item) for item in value]
    # what cannot be a template is marked as a text like any other, as ansible-inventory shows a special notation of the rest
    return trust_as_template(value) if isinstance(value, str) and not _like_template(value) else _no_template(value)


def _no_template(value: t.Any) -> t.Any:
    return wrap_var(value) if isinstance(value, str) and _like_template(value) else value


def _like_template(text: str) -> bool:
    return "{" in text or text.startswith(OVERRIDE)
