# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The variables of the playbook that configures AWX, and what AWX has: what cannot work is refused before the first write.

AWX saves a credential without its secrets, and a schedule that never comes, and says nothing.
"""

from __future__ import annotations

import datetime
import math
import re
import typing as t
import zoneinfo

from ..module_utils._cloud.errors import OptionError
from ..module_utils._cloud.given import Value, refuse_odd, shown
from ._playbook_given import Settings, Spec, Variables, is_nothing
from ._playbook_names import logins
from ._playbook_values import checked, wrong_characters, wrong_figures

Type = t.Mapping[str, t.Any]  # a credential type: name, inputs, injectors

NAMES = {
    "access_key": "Open Telekom Cloud access key",
    "user": "Open Telekom Cloud user",
    "agency": "Open Telekom Cloud agency",
    "token": "Open Telekom Cloud token",
    "openstack": "OpenStack",
}
ENVIRONMENT = "otc.bigdata"
KINDS = {"string": str, "boolean": bool}
# https://github.com/distribution/reference tells what names an image; AWX accepts nothing else
PART = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*"
HOST = r"[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?"
IMAGE = re.compile(
    rf"({HOST}(\.{HOST})*(:[0-9]+)?/)?{PART}(/{PART})*(:[A-Za-z0-9_][\w.-]{{0,127}})?(@[A-Za-z0-9+._-]+:[0-9a-fA-F]{{32,}})?",
    re.ASCII,
)
# Rules of RFC 5545, as far as AWX takes them
STEPS = {
    "MINUTELY": datetime.timedelta(minutes=1),
    "HOURLY": datetime.timedelta(hours=1),
    "DAILY": datetime.timedelta(days=1),
    "WEEKLY": datetime.timedelta(weeks=1),
    "MONTHLY": None,
    "YEARLY": None,
}
NUMBERS = r"[+-]?\d{1,3}(,[+-]?\d{1,3})*"
DAY = "(MO|TU|WE|TH|FR|SA|SU)"
PARTS = {
    "FREQ": "|".join(STEPS),
    "INTERVAL": r"0*[1-9]\d{0,5}",
    "COUNT": r"0*[1-9]\d{0,2}",
    "UNTIL": r"\d{8}(T\d{6}Z?)?",
    "WKST": DAY,
    "BYDAY": rf"(-[1-9]\d*)?{DAY}(,(-[1-9]\d*)?{DAY})*",
    **dict.fromkeys(
        ("BYSETPOS", "BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYEASTER", "BYHOUR", "BYMINUTE", "BYSECOND"),
        NUMBERS,
    ),
}
# From the least to the most that a number can be; the signed ones also count from the end
RANGES = {
    "BYMONTH": (1, 12),
    "BYHOUR": (0, 23),
    "BYMINUTE": (0, 59),
    "BYSECOND": (0, 59),
    "BYSETPOS": (1, 366),
    "BYMONTHDAY": (1, 31),
    "BYYEARDAY": (1, 366),
    "BYWEEKNO": (1, 53),
}
SIGNED = ("BYSETPOS", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO")
DAYS = {2: 29, **dict.fromkeys((4, 6, 9, 11), 30)}  # of the months that have fewer than 31
# The most days, weeks that share a weekday, and months, in what BYSETPOS chooses from
SPANS = {"WEEKLY": (7, 1, 1), "MONTHLY": (31, 5, 1), "YEARLY": (366, 53, 12)}
OF_DAYS = {"BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYEASTER"}
OF_A_DAY = ("BYHOUR", "BYMINUTE", "BYSECOND")
OF_TIMES = {"HOURLY": OF_A_DAY[1:], "MINUTELY": OF_A_DAY[2:]}
START = re.compile(r"DTSTART(?:;TZID=([^:;\s]+))?:(\d{8}T\d{6})(Z?)")


def configuration(
    spec: Spec, given: Variables, types: t.Sequence[Type], there: t.Mapping[str, t.Any], now: datetime.datetime
) -> Settings:
    """Each variable, or its default; ``complaints``; what AWX gets by other names than those of the variables.

    ``types``: those of this collection. ``there``: what AWX has, {} where nobody has asked it yet.
    """
    values, meant, wrong = checked(spec, given)
    complaints = [text.replace("missing required arguments: ", "missing: ") for text in wrong]
    complaints += _of_login(spec, given)
    found: Settings = {**values, "environment": ENVIRONMENT, "type_name": ""}
    if not complaints:
        found.update({name: value for name, value in meant.items() if value is not None})
        found["type_name"] = NAMES[found["credential_type"]]
        found["credential_inputs"] = _inputs(found["credential_inputs"])
        complaints = [*_wrong_values(spec, found, now), *_wrong_inputs(found, types)]
    if isinstance(values["credential_inputs"], str):  # Ansible would take it apart, and name the parts
        complaints = ["credential_inputs: must be a dictionary, not text"]
    if not complaints and there:
        complaints = [*_wrong_inputs(found, [*types, *there["credential_types"]]), *_not_there(found, types, there)]
        found["organization_id"] = str(next((one["id"] for one in there["organizations"]), ""))
        # AWX has one of a name in all of its organizations, and does not let it go to another one
        if not there["execution_environments"]:
            found["environment"] = f"{ENVIRONMENT} ({found['organization']})"
    return {**found, "complaints": list(dict.fromkeys(complaints))}


def _of_login(spec: Spec, given: Variables) -> t.Iterator[str]:
    for name, dummy in logins(spec, given):
        yield f"{name}: is no variable of this playbook; what its jobs log in with is in credential_inputs"


def _inputs(inputs: t.Mapping[t.Any, t.Any] | None) -> dict[t.Any, t.Any] | None:
    """Without those that are not given: null, empty and blank."""
    if inputs is None:
        return None
    return {name: value for name, value in inputs.items() if not is_nothing(value)}


def _wrong_values(spec: Spec, found: Settings, now: datetime.datetime) -> t.Iterator[str]:
    yield from wrong_characters(spec, found)
    if not IMAGE.fullmatch(found["image"]):
        hint = "; leave out what stands before ://" if "://" in found["image"] else ""
        yield f"image: {shown(found['image'])} is not the name of an image, as in registry.example.com/ee-otc-bigdata:1.0.0{hint}"
    if _may_be_secret(found["scm_url"]):
        yield "scm_url: must hold no user and no password, and nothing after a ? or #; give the project in AWX a credential for source control"
    yield from wrong_figures(spec, found)
    reason = why_not(found["rrule"], now)
    if reason:
        yield f"rrule: {reason}"


def _may_be_secret(url: str) -> bool:
    """Whether there is a user, a password or a token in it. With SSH, a user is no secret."""
    scheme, has_scheme, rest = url.partition("://")
    if not has_scheme:  # it is SSH, or a path
        return bool(re.match("[^/@]*:[^/@]*@", url))
    login, at, dummy = re.split("[/?#]", rest)[0].rpartition("@")
    return bool(re.search("[?#]", rest)) or ":" in login or (bool(at) and not scheme.lower().endswith("ssh"))


def _wrong_inputs(found: Settings, types: t.Sequence[Type]) -> t.Iterator[str]:
    """What AWX refuses, or worse, accepts. No value is ever quoted."""
    inputs = found["credential_inputs"]
    fields = _inputs_of(found["type_name"], types)
    if inputs is None or not fields:
        return
    kinds = {field["id"]: field.get("type", "string") for field in fields["fields"]}
    kind = f"a credential of the type {found['credential_type']}"
    missing = [name for name in fields.get("required", []) if name not in inputs]
    if missing:
        yield (
            f"credential_inputs: {', '.join(missing)}: missing or empty, but {kind} needs all of "
            f"{', '.join(fields['required'])}; to leave the credential in AWX as it is, leave out credential_inputs"
        )
    for name, value in inputs.items():
        if name not in kinds:
            yield f"credential_inputs: {kind} has no field {shown(str(name))}, but {', '.join(kinds)}"
        else:
            yield from _wrong_input(name, value, kinds[name])


def _inputs_of(name: str, types: t.Sequence[Type]) -> t.Mapping[str, t.Any]:
    """Of the credential type; {} where there is none of that name."""
    return next((one["inputs"] for one in types if one["name"] == name), {})


def _wrong_input(name: str, value: t.Any, kind: str) -> t.Iterator[str]:
    """``kind``: of the field, as AWX has it."""
    if not isinstance(value, KINDS[kind]):
        yield f"credential_inputs: {name}: must be {'text, so put it into quotes' if kind == 'string' else 'true or false'}"
    elif isinstance(value, str):
        try:
            refuse_odd(name, Value(value, f"credential_inputs: {name}"))
        except OptionError as error:
            yield str(error)


def _not_there(found: Settings, types: t.Sequence[Type], there: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    """What AWX would refuse after half of the work."""
    administrator = any(one.get("is_superuser") for one in there["me"])
    yield from _wrong_organization(found["organization"], there["organizations"], administrator)
    have = {one["name"]: one for one in there["credential_types"]}
    differ = [one["name"] for one in types if _differs(one, have.get(one["name"], {}))]
    if differ and not administrator:
        yield (
            f"AWX does not have these credential types, or has them otherwise: {', '.join(differ)}. Only a system "
            "administrator may make and change credential types, so run this playbook once with the token of one"
        )
    if found["type_name"] not in [*have, *(one["name"] for one in types)]:
        yield f"credential_type: AWX has no type {found['type_name']!r}"
    names = list(_of_others(there))
    if names:
        yield (
            f"organization: AWX has templates there that this playbook has not made, by the names of its own: {', '.join(names)}. "
            "It would change what they do, so rename them in AWX, or name another organization"
        )


def _of_others(there: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    """The names of job templates of another project, and of workflows that run none of ours. One that is empty may be half of ours."""
    projects, templates, workflows, nodes = (
        there.get(kind, ())
        for kind in ("projects", "job_templates", "workflow_job_templates", "workflow_job_template_nodes")
    )
    own = {one["id"] for one in projects}
    ours = {one["id"] for one in templates if one["project"] in own}
    yield from (one["name"] for one in templates if one["project"] and one["id"] not in ours)
    for workflow in workflows:
        runs = {one["unified_job_template"] for one in nodes if one["workflow_job_template"] == workflow["id"]}
        if runs and not runs & ours:
            yield workflow["name"]


def _wrong_organization(name: str, shown_by_awx: t.Sequence[t.Any], administrator: bool) -> t.Iterator[str]:
    if not shown_by_awx:
        yield f"organization: AWX shows no organization {name!r} to this token; make it, or take the token of one of its administrators"
    elif not administrator and not shown_by_awx[0]["summary_fields"]["user_capabilities"]["edit"]:
        yield f"organization: this token may not change {name!r}; take that of one of its administrators"


def _differs(ours: Type, theirs: Type) -> bool:
    return any(ours[key] != theirs.get(key) for key in ("description", "inputs", "injectors"))


# ---- when ----


def why_not(rrule: str, now: datetime.datetime) -> str:
    """Why AWX would refuse this, or never begin; empty where it is fine."""
    first, *others = rrule.split()
    start = START.fullmatch(first)
    if not start or not _are_rules(others):
        return (
            f"'{rrule}' does not begin with one DTSTART, such as DTSTART;TZID=Europe/Berlin:20260101T023000, "
            "and go on with RRULE:, such as RRULE:FREQ=DAILY;INTERVAL=1, after a blank"
        )
    zone, date, utc = start.groups()
    wrong = [_wrong_zone(first, zone, utc), *map(_wrong_rule, others)]
    return next(filter(None, wrong), "") or _never_begins(rrule, zone, date, now)


def _are_rules(words: t.Sequence[str]) -> bool:
    return any(word.startswith("RRULE:") for word in words) and all(
        word.startswith(("RRULE:", "EXRULE:")) for word in words
    )


def _wrong_zone(start: str, zone: str | None, utc: str) -> str:
    if bool(zone) == bool(utc):
        return f"'{start}' needs a time zone, either ;TZID= or a Z at the end"
    known = zoneinfo.available_timezones() if zone else ()
    return f"'{zone}' is no time zone" if known and zone not in known else ""


def _time_zone(zone: str | None) -> datetime.tzinfo:
    """UTC too where this machine knows no time zones."""
    try:
        return zoneinfo.ZoneInfo(zone) if zone else datetime.timezone.utc
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return datetime.timezone.utc


def _never_begins(rrule: str, zone: str | None, date: str, now: datetime.datetime) -> str:
    """``rrule`` is as it should be but for its dates."""
    rules = [word.partition(":")[2] for word in rrule.split() if word.startswith("RRULE:")]
    try:
        begin = datetime.datetime.strptime(date, "%Y%m%dT%H%M%S").replace(tzinfo=_time_zone(zone))
        last = [_last(rule, begin) for rule in rules]
    except ValueError:
        return f"'{rrule}' has a date that does not exist"
    except OverflowError:  # it ends when nobody is left
        return ""
    # A day more, as a rule may tell the time of another zone
    over = all(end and end < now - datetime.timedelta(days=1) for end in last)
    return f"'{rrule}' is over, so it would never begin" if over else ""


def _wrong_rule(word: str) -> str:
    pairs = [part.partition("=") for part in word.partition(":")[2].split(";")]
    keys = [key for key, dummy, dummy2 in pairs]
    for key, dummy, value in pairs:
        wrong = _wrong_part(key, value)
        if wrong:
            return f"'{word}': {wrong}"
    if len(set(keys)) != len(keys):
        return f"'{word}' says something twice"
    if "FREQ" not in keys or "INTERVAL" not in keys:
        return f"'{word}' needs FREQ and INTERVAL, as in FREQ=DAILY;INTERVAL=1"
    return _contradiction(word, {key: value for key, dummy, value in pairs})


def _contradiction(word: str, parts: t.Mapping[str, str]) -> str:
    if {"COUNT", "UNTIL"} <= parts.keys():
        return f"'{word}': COUNT and UNTIL exclude each other"
    if _is_no_day(parts):
        return f"'{word}' never comes, as no such month has that day"
    if _is_no_weekday(parts):
        return f"'{word}' never comes, as BYDAY counts beyond all such days"
    if min(map(abs, _numbers(parts.get("BYSETPOS", "1")))) > _most(parts):
        return f"'{word}' never comes, as BYSETPOS is beyond all that a period of it has"
    return ""


def _is_no_day(parts: t.Mapping[str, str]) -> bool:
    """Such as the 30th of February."""
    months, days = (_numbers(parts.get(key, "1")) for key in ("BYMONTH", "BYMONTHDAY"))
    return min(map(abs, days)) > max(DAYS.get(month, 31) for month in months)


def _is_no_weekday(parts: t.Mapping[str, str]) -> bool:
    """Such as the sixth Monday from the end of a month. In a week or on a day, AWX does not count them."""
    if parts["FREQ"] not in ("MONTHLY", "YEARLY"):
        return False
    weeks = SPANS["MONTHLY" if "BYMONTH" in parts else parts["FREQ"]][1]
    return all(int(number or 0) > weeks for number in re.findall(r"-?(\d*)[A-Z]+", parts.get("BYDAY", "MO")))


def _most(parts: t.Mapping[str, str]) -> int:
    """More times than these are in no period of a rule, as a year is where FREQ=YEARLY."""
    counts = {key: value.count(",") + 1 for key, value in parts.items()}
    days, weeks, months = SPANS.get(parts["FREQ"], (1, 1, 1))
    months = min(months, counts.get("BYMONTH", months))
    if not OF_DAYS & parts.keys():
        days = months if "BYMONTH" in parts else 1
    days = min(days, weeks * counts.get("BYDAY", days), months * counts.get("BYMONTHDAY", days))
    return days * math.prod(counts.get(key, 1) for key in OF_TIMES.get(parts["FREQ"], OF_A_DAY))


def _wrong_part(key: str, value: str) -> str:
    if key == "BYDAY" and re.search(r"(^|,)\+?\d", value):
        return "AWX takes no number before a day; use BYSETPOS"
    if key not in PARTS or not re.fullmatch(PARTS[key], value, re.ASCII):
        return f"{key}={value} is not what AWX takes"
    least, most = RANGES.get(key, (0, 0))
    size = abs if key in SIGNED else int
    if key in RANGES and not all(least <= size(number) <= most for number in _numbers(value)):
        return f"{key}={value} has a number that is not from {least} to {most}"
    return ""


def _numbers(value: str) -> list[int]:
    return list(map(int, value.split(",")))


def _last(rule: str, begin: datetime.datetime) -> datetime.datetime | None:
    """When it is over, None where it has no end, or one that cannot be told so simply."""
    parts = dict(part.partition("=")[::2] for part in rule.split(";"))
    if "UNTIL" in parts:
        text = parts["UNTIL"].rstrip("Z")
        until = datetime.datetime.strptime(text, "%Y%m%dT%H%M%S" if "T" in text else "%Y%m%d")
        return until.replace(tzinfo=datetime.timezone.utc)
    step = STEPS[parts["FREQ"]]
    if step is None or "COUNT" not in parts or any(key.startswith("BY") for key in parts):
        return None
    return begin + step * (int(parts["COUNT"]) - 1) * int(parts["INTERVAL"])
