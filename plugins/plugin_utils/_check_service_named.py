# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The jobs that a check may change, as they were named, and what will be done with them. Sends nothing."""

from __future__ import annotations

import typing as t

from ..module_utils._cloud.errors import OptionError
from ..module_utils._cloud.options import Spec
from ..module_utils._jobs.options import texts
from ..module_utils._jobs.selection import select
from ..module_utils._jobs.service import Ids
from ..module_utils._services.flink_jobs import folder_in_obs
from ..module_utils._services.mrs import mrs_id
from ..module_utils._services.registry import JOB_TYPES

MOST_JOBS = 3  # that one option names


class Disposal(t.NamedTuple):
    """What is done with the jobs of an option: that of a module with these options."""

    kind: str
    options: t.Mapping[str, t.Any]
    words: str


CLUSTER, EXPORT_TO = "mrs_cluster_id", "export_to"
STOPPED, SAVED, FLINK_DELETED = (
    "disposable_flink_jobs",
    "disposable_flink_jobs_with_savepoint",
    "disposable_flink_jobs_to_delete",
)
BATCHES, SQL_JOBS = "disposable_batches", "disposable_sql_jobs"
KILLED, MRS_DELETED = "disposable_mrs_jobs", "disposable_mrs_jobs_to_delete"
FLINK, MRS = (STOPPED, SAVED, FLINK_DELETED), (KILLED, MRS_DELETED)
DISPOSALS = {
    STOPPED: Disposal("flink", {"state": "stopped"}, "stop Flink jobs, without savepoints"),
    SAVED: Disposal("flink", {"state": "stopped", "trigger_savepoint": True}, "stop Flink jobs, with savepoints"),
    FLINK_DELETED: Disposal("flink", {"state": "absent"}, "delete Flink jobs"),
    BATCHES: Disposal("spark", {"state": "stopped"}, "cancel Spark batches"),
    SQL_JOBS: Disposal("sql", {"state": "stopped"}, "cancel SQL jobs"),
    KILLED: Disposal("mrs", {"state": "stopped"}, "kill MRS jobs"),
    MRS_DELETED: Disposal("mrs", {"state": "absent"}, "kill and delete MRS jobs"),
}
OPTIONS: Spec = {**{name: texts() for name in DISPOSALS}, CLUSTER: {"type": "str"}, EXPORT_TO: {"type": "str"}}
# Which options show what a line is about, by the name that assumptions.yml has for it
SHOWN_BY: dict[str, t.Sequence[str]] = {
    "unknown_id": FLINK,
    "flink_error": FLINK,
    "flink_answer": FLINK,
    "flink_status": FLINK,
    "flink_undefined": (STOPPED,),
    "flink_export": (EXPORT_TO,),
    "flink_gone": (FLINK_DELETED,),
    "flink_stopped": (STOPPED,),
    "flink_stopped_twice": (STOPPED, SAVED),
    "flink_savepoint_made": (SAVED,),
    "spark_cancel": (BATCHES,),
    "spark_cancelled": (BATCHES,),
    "spark_ended": (BATCHES,),
    "sql_cancelled": (SQL_JOBS,),
    "sql_ended": (SQL_JOBS,),
    "mrs_delete": (MRS_DELETED,),
    "mrs_kill": MRS,
    "mrs_unknown_id": (MRS_DELETED,),
    "mrs_delete_active": (MRS_DELETED,),
    "mrs_ended": MRS,
    "mrs_spark_sql": (KILLED,),
}


def named(options: t.Mapping[str, t.Any]) -> dict[str, Ids]:
    """The ids of each option that names jobs. Raises OptionError."""
    found: dict[str, Ids] = {}
    owners: dict[t.Any, str] = {}
    for name, disposal in DISPOSALS.items():
        ids = select({name: options.get(name), "filters": None}, name, JOB_TYPES[disposal.kind].fields, {}).ids or ()
        if len(ids) > MOST_JOBS:
            raise OptionError(f"{name}: {len(ids)} jobs; a check needs no more than {MOST_JOBS}")
        for job_id in ids:
            other = owners.setdefault((disposal.kind, job_id), name)
            if other != name:
                raise OptionError(f"{name}: {job_id} is also among {other}; each job can serve for one of them")
        if ids:
            found[name] = ids
    _check_cluster(found, options.get(CLUSTER))
    if options.get(EXPORT_TO) is not None:
        folder_in_obs(options[EXPORT_TO])
        if STOPPED not in found:
            raise OptionError(f"{EXPORT_TO}: needs {STOPPED}, whose definitions are exported")
    return found


def _check_cluster(found: t.Container[str], cluster_id: str | None) -> None:
    needed = [name for name in MRS if name in found]
    if needed and cluster_id is None:
        raise OptionError(f"{CLUSTER}: missing, the id of the cluster of {needed[0]}")
    if cluster_id is not None:
        if not needed:
            raise OptionError(f"{CLUSTER}: belongs to {' and '.join(MRS)}; leave it out")
        try:
            mrs_id(cluster_id)
        except ValueError as error:
            raise OptionError(f"{CLUSTER}: {cluster_id!r} {error}") from None


def intent(options: t.Mapping[str, t.Any]) -> list[str]:
    """What will be done, in words. Raises OptionError."""
    done = [f"{DISPOSALS[name].words}: {', '.join(map(str, ids))}" for name, ids in named(options).items()]
    exported = [f"export Flink jobs to {options[EXPORT_TO]}"] if options.get(EXPORT_TO) else []
    return [
        *exported,
        *done,
        *([f"MRS jobs are those of the cluster {options[CLUSTER]}"] if options.get(CLUSTER) else []),
    ]


def lines_of(options: t.Mapping[str, t.Any]) -> list[str]:
    """The names of what these jobs may show."""
    given = {*named(options), *([EXPORT_TO] if options.get(EXPORT_TO) else [])}
    return [name for name, needed in SHOWN_BY.items() if given.intersection(needed)]
