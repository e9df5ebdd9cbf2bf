# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What an earlier run of a maintenance window has kept, in a file, a workflow or the same run."""

from __future__ import annotations

import os
import re
import typing as t

import yaml

from ..module_utils._cloud.cloud_files import WHOLE, unique_keys
from ..module_utils._cloud.text import TWICE
from . import _playbook_plan
from ._playbook_given import Settings, Variables, is_id, is_nothing
from ._playbook_login import whose


def without_fact(given: Variables) -> Variables:
    """A window leaves a fact ``stopped_jobs``. The end of it, in the same run, goes by what it is told beside that."""
    told = not is_nothing(given.values.get("stopped_jobs_file")) or of_workflow(given)
    if not (told and has_fact(given)):
        return given
    return given._replace(values={name: value for name, value in given.values.items() if name != "stopped_jobs"})


def has_fact(given: Variables) -> bool:
    """Whether ``stopped_jobs`` is what a window has left in the same run."""
    return given.values.get("stopped_jobs") is not None and "stopped_jobs" not in given.told


def of_window(playbook: str, found: Settings, given: Variables) -> Settings:
    """What was ``kept`` of this host; the jobs of all hosts ``in_file``; the ``place`` to keep, which says whose jobs they are; and what a window
    before this one has ``left`` stopped.

    Raises ValueError where that cannot be told.
    """
    end = playbook == "maintenance_end"
    flink = _handed_on(given)
    content = _content_of(found, given, flink, end)
    if end:
        _refuse_without_jobs(content, given.host)
    kept = {
        **_kept(content, given.host, end),
        "listed_jobs": None if end else _listed(flink.get("listed_jobs"), given.host),
    }
    # Where there is no job there is none that could be another one elsewhere
    of_jobs = content if kept["stopped_jobs"] or kept["finished"] else flink if kept["listed_jobs"] else {}
    then = _place_then(of_jobs, given.host)
    now = _there(then, found, given)
    # A file of an earlier release does not tell it, and who ends that window does not know it
    left = [] if end else _left(found, given, flink)
    in_file = content.get("stopped_jobs", {}) if found["stopped_jobs_file"] else {}
    return {"kept": kept, "in_file": in_file, "place": then or (None if end else now), "left": left}


def _kept(content: t.Mapping[str, t.Any], host: str, end: bool) -> Settings:
    """What a window has left of this host, and how far it came."""
    own = _of_host(content, host)
    # A file of an earlier release does not tell. Whoever ends a window has most likely worked in it.
    begun, done = bool(own.get("work_begun", end)), bool(own.get("work_done"))
    return {
        "stopped_jobs": own.get("stopped_jobs", []),
        "work_begun": begun,
        "work_done": done,
        "finished": str(own.get("finished", "")),
        # AWX hands on no figures of a job that was cancelled or killed. A file never has figures, so it may be of such a run
        "cut_off": end and not (begun or done or "total" in content),
    }


def _of_host(content: t.Mapping[str, t.Any], host: str) -> dict[str, t.Any]:
    return {key: by_host[host] for key, by_host in content.items() if isinstance(by_host, dict) and host in by_host}


def _place_then(content: t.Mapping[str, t.Any], host: str) -> t.Any:
    """Whose jobs those of this host were, None where nobody was told. Raises ValueError where only those of other hosts are told."""
    places = content.get("place") or {}
    if places and host not in places:
        raise ValueError(f"says where the jobs of other hosts were stopped, and not those of the host {host}")
    return places.get(host)


def _elsewhere(then: t.Any, now: Settings | None) -> str:
    """What is another account or project ``now`` than it was ``then``; empty if nothing is."""
    return ", ".join(_playbook_plan.of_others(then, now)) if isinstance(then, dict) and now else ""


def _there(then: t.Any, found: Settings, given: Variables) -> Settings | None:
    """Whose jobs the tasks would handle. Raises ValueError if ``then`` says that the window was elsewhere."""
    now = _here(found, given)
    others = _elsewhere(then, now)
    if others:
        raise ValueError(
            f"its jobs were stopped, or listed, elsewhere: {others}; take the login, the project and the region of the window, or, "
            "where another name means the same, give maintenance_end the IDs in stopped_jobs"
        )
    return now


def _left(found: Settings, given: Variables, flink: t.Mapping[str, t.Any]) -> list[int]:
    """What a window before this one, in the same run or workflow, has stopped and nobody has started: the end of both starts them, too.

    Raises ValueError where they were stopped elsewhere, as one end cannot start both, unless files keep them.
    """
    left, place = _of_window_before(given, flink)
    others = _elsewhere(place, _here(found, given)) if left else ""
    if others and not (found["stopped_jobs_file"] or given.in_file):
        raise ValueError(
            f"a window before this one has stopped {', '.join(map(str, left))} elsewhere: {others}; nothing would tell of them any more, "
            "so end that window first, or give each window a stopped_jobs_file of its own"
        )
    return [] if others else left


def _of_window_before(given: Variables, flink: t.Mapping[str, t.Any]) -> tuple[list[int], t.Any]:
    """The jobs that it has stopped, and where: that of the same run, else that of the workflow."""
    if given.place:
        return _ids(given.values.get("stopped_jobs")), given.place
    own = _of_host(flink, given.host)
    only_listed = _ids(own.get("listed_jobs"))
    return [job for job in _ids(own.get("stopped_jobs")) if job not in only_listed], own.get("place")


def _ids(jobs: t.Any) -> list[int]:
    return [job for job in jobs if is_id(job)] if isinstance(jobs, list) else []


def _here(found: Settings, given: Variables) -> Settings | None:
    """Whose jobs the tasks would handle; None if the login is wrong: then the first task says so."""
    told = whose(found, given)
    return None if isinstance(told, str) else {name: value for name, value in told[0].items() if value is not None}


def _content_of(found: Settings, given: Variables, flink: dict[str, t.Any], end: bool) -> dict[str, t.Any]:
    """What a window has kept: the variable ``stopped_jobs``, the file, or at the ``end`` what a job before has handed on. {} if there is none.

    Raises ValueError for a file that cannot be read, or that is not there though the ``end`` of a window needs it.
    """
    file = found["stopped_jobs_file"]
    if found.get("stopped_jobs"):  # a file beside it is refused already
        place = given.place if has_fact(given) else None
        return {"stopped_jobs": {given.host: found["stopped_jobs"]}, "place": {given.host: place}}
    if file and os.path.exists(file):
        return _content(file)
    if file and end:
        raise ValueError(f"there is no file '{file}'")
    return flink if end else {}


def of_workflow(given: Variables) -> dict[str, t.Any]:
    """What the job before this one in a workflow of AWX has handed on of Flink jobs, and whose they are; {} if there was none."""
    told = given.values.get("otc_bigdata")
    flink, place = (told.get(name) if isinstance(told, dict) else None for name in ("flink", "place"))
    return {"place": place, **flink} if isinstance(flink, dict) and flink else {}


def _handed_on(given: Variables) -> dict[str, t.Any]:
    """As ``of_workflow``, but checked: raises ValueError for a ``place`` that is none."""
    flink = of_workflow(given)
    if flink.get("place") is not None and not _are_places(flink["place"]):
        raise ValueError("otc_bigdata.place, which a job before has left, does not say whose jobs these are")
    return flink


def _refuse_without_jobs(content: t.Mapping[str, t.Any], host: str) -> None:
    """Raises ValueError where nothing says which jobs the end of a window is to start, or only which ones of other hosts."""
    of_hosts: t.Any = content.get("stopped_jobs")
    if not _are_of_hosts(of_hosts):
        raise ValueError(
            "give the file that maintenance_window has written, or stopped_jobs, as nothing else says which jobs were stopped"
        )
    if host not in of_hosts:
        names = ", ".join(of_hosts) or "no host"
        raise ValueError(f"has jobs of {names}, not of the host {host}; take the inventory of the window")


def _listed(of_hosts: t.Any, host: str) -> list[int] | None:
    """The jobs of this host that the job before in a workflow has listed, None where there was no such job."""
    if of_hosts is None:
        return None
    if not _are_of_hosts(of_hosts) or host not in of_hosts:
        raise ValueError(f"the list of the job before, otc_bigdata.flink.listed_jobs, has no jobs of the host {host}")
    return t.cast("list[int]", of_hosts[host])


class ChangedByOthers(Exception):
    """The file is not as this run knows it."""


def refuse_other_run(file: str, kept: t.Mapping[str, Settings], text: str) -> None:
    """Raises ChangedByOthers if it does not say of these hosts what this run has ``kept`` from it, or has written last, the ``text``.

    To write it would take away what nobody else knows: which jobs the other run has stopped.
    """
    content = _content(file) if os.path.exists(file) else {}
    before = yaml.load(text, _loader()) if text else None
    for host in kept if content else ():
        now, then = _of_host(content, host), kept[host] if before is None else _of_host(before, host)
        if any((now.get(name) or None) != (then.get(name) or None) for name in ("stopped_jobs", "finished")):
            raise ChangedByOthers(
                f"another run, or somebody, has changed '{file}' since this one has read or written it. It stays as it is. Give each window a file of its own"
            )


def _content(file: str) -> dict[str, t.Any]:
    try:
        with open(file, encoding="utf-8") as stream:
            text = stream.read()
        content = yaml.load(text, _loader())
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        of_yaml = TWICE if getattr(error, "problem", "") == TWICE else "it is no YAML"
        reason = error.strerror if isinstance(error, OSError) else of_yaml
        raise ValueError(f"'{file}' cannot be read: {reason}") from error
    if not isinstance(content, dict) or not _is_of_window(content):
        raise ValueError(f"'{file}' was not written by this playbook")
    _refuse_part(file, text, content)
    return content


def _refuse_part(file: str, text: str, content: t.Mapping[str, t.Any]) -> None:
    """Raises ValueError for a file that was cut off while it was copied, and is YAML all the same. Those of earlier releases, or of a hand, have no count."""
    there = sum(map(len, content["stopped_jobs"].values()))
    if "count" not in content:
        return
    if content["count"] != there:
        raise ValueError(
            f"'{file}' was cut off, as it has {there} jobs, which is not its count; copy it once more, or correct count if you have changed it"
        )
    if not text.endswith("\n"):
        raise ValueError(
            f"'{file}' may have been cut off, as its last line does not end; copy it once more, or end that line"
        )


def _loader() -> t.Any:
    """Numbers are those that a window writes. All others stay text, and no ID is one."""
    loader = unique_keys()

    def as_written(dummy: t.Any, node: t.Any) -> int | str:
        return int(node.value) if re.fullmatch(WHOLE, node.value) else node.value

    loader.add_constructor("tag:yaml.org,2002:int", as_written)
    return loader


def _is_of_window(content: t.Mapping[str, t.Any]) -> bool:
    by_host = [content.get(key, {}) for key in ("work_begun", "work_done", "finished")]
    return (
        _are_of_hosts(content.get("stopped_jobs"))
        and all(isinstance(one, dict) for one in by_host)
        and _are_places(content.get("place", {}))
    )


def _are_places(value: t.Any) -> bool:
    """What says whose jobs they are, by hosts."""
    return isinstance(value, dict) and all(
        isinstance(place, dict) and all(isinstance(name, str) for name in place) for place in value.values()
    )


def _are_of_hosts(value: t.Any) -> bool:
    """Lists of IDs, by hosts."""
    lists = value if isinstance(value, dict) and all(isinstance(host, str) for host in value) else {"": None}
    return all(isinstance(one, list) and all(is_id(job) for job in one) for one in lists.values())
