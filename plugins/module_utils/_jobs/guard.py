# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""Jobs that no task may change, whoever selects them: those whose names OTC_BIGDATA_NEVER has."""

from __future__ import annotations

import typing as t

from .._cloud.errors import OptionError
from .._cloud.given import alike
from .._cloud.text import escaped
from .names import protecting
from .plan import Entry, listed
from .selection import NOT_NAME, cleaned, refuse_idle

NEVER = "OTC_BIGDATA_NEVER"
OF_THE_CONTROLLER = " of the controller"  # behind the name of a variable, or of a setting
SETTING = "the key of ansible.cfg is never, in the section otc_bigdata"
SHORTER = ("BIGDATA_NEVER", "OTC_NEVER", "DEFAULTS_NEVER")


def patterns(environ: t.Mapping[str, str], beside: t.Mapping[str, str]) -> tuple[str, ...]:
    """Those of the environment and of all places ``beside`` it: the name of the place → text with commas. An empty one counts as unset.

    Raises OptionError for what no name can hold, for quotes, which some files keep, and for what means something elsewhere. A blank may
    belong to a name, or part two patterns as elsewhere: then both are meant.
    """
    refuse_misspelt({**environ, **{place.removesuffix(OF_THE_CONTROLLER): text for place, text in beside.items()}})
    globs: list[str] = []
    for place, text in {NEVER: environ.get(NEVER, ""), **beside}.items():
        found = cleaned(place, text.split(",")) if text else []
        refuse_idle(place, found)
        globs += found
        globs += [part for glob in found for part in glob.split() if part.strip("*?")]
    return tuple(dict.fromkeys(globs))


def misspelt(environ: t.Iterable[str]) -> list[str]:
    """The variables that are nearly ours, also with more words behind, so that somebody may believe that they protect jobs.

    Settings are named as in ``section.key``.
    """
    return [name for name in environ if name != NEVER and is_near(name.upper())]


def is_near(name: str) -> bool:
    if "BIGDATA" not in name and "NEVER" not in name:  # one edit leaves one of them; quick, as there are many variables
        return False
    forms = [part.replace("-", "_").replace(".", "_") for part in (name, name.rpartition(".")[2])]
    return any(form in SHORTER or alike(form, NEVER) or alike("_".join(form.split("_")[:3]), NEVER) for form in forms)


def refuse_misspelt(environ: t.Mapping[str, str]) -> None:
    """Raises OptionError. An empty one counts as unset."""
    for name in misspelt(environ):
        if environ[name]:
            right = SETTING if "." in name else f"the variable is called {NEVER}"
            raise OptionError(f"{name}: protects nothing, as {right}; rename it, or unset it")


def protects(name: t.Any, globs: t.Sequence[str]) -> bool:
    """Whether the job of that name may not be changed. One whose name is not told may not either, if there are any patterns."""
    return bool(globs) and (name is None or protecting(name, globs) is not None)


def keep_off(entries: t.Sequence[Entry], globs: t.Sequence[str]) -> None:
    """Fails each job whose name matches. Then it raises OptionError, so that the others are left alone, too.

    A job whose name is not known fails by itself: like one that cannot be read, it is never written to.
    """
    if not globs:
        return
    hit: list[Entry] = []
    for entry in entries:
        if entry.name is None:
            if entry.status is not None:
                entry.fail(f"left alone, as the service does not return its name and {NEVER} is set")
            continue
        glob = protecting(entry.name, globs)
        if glob is not None:
            entry.fail(f"must never be changed, as its name matches {escaped(glob)} ({NEVER})")
            hit.append(entry)
    if hit:
        raise OptionError(
            f"{NEVER}: {listed(hit)} must never be changed, so nothing was done (take them out by "
            f"filters.{NOT_NAME}, leave out their IDs, or take their names out of {NEVER})"
        )
    refuse_meant(NEVER, (entry.name for entry in entries), globs)


def refuse_meant(place: str, names: t.Iterable[t.Any], globs: t.Sequence[str]) -> None:
    """Raises OptionError for a name that patterns would take out if they were regular expressions: there ``.*`` is what ``*`` is here."""
    meant = {glob.replace(".*", "*").removesuffix("."): glob for glob in globs}
    dotted = [one for one, glob in meant.items() if one != glob]
    if not dotted:
        return
    for name in filter(None, names):  # some jobs have none
        one = protecting(name, dotted)
        if one is not None:
            raise OptionError(
                f"{place}: {escaped(meant[one])} does not match {escaped(str(name))}, as a dot stands for itself; nothing was done "
                f"(if {escaped(one)} is meant, write that, and otherwise [.] for the dot)"
            )
