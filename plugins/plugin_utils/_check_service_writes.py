# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What a check writes to the jobs that were named as disposable, and what the answers say. Nothing private in a word seen.

No write names any other job, but for one id that the service has called unknown twice, the second time directly before.
"""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass, field

from ..module_utils._cloud.answers import code_of
from ..module_utils._cloud.context import Context
from ..module_utils._cloud.errors import ApiError, Fatal
from ..module_utils._cloud.transport import Reply
from ..module_utils._jobs.deadline import Deadline
from ..module_utils._jobs.desired_state import DesiredState, Step, Write
from ..module_utils._jobs.guard import NEVER, protects
from ..module_utils._jobs.plan import GRACE
from ..module_utils._jobs.service import Ids, Service
from ..module_utils._services import mrs
from ..module_utils._services.dli import refusal_in
from ..module_utils._services.registry import JOB_TYPES
from ._check_service_answers import (
    Ending,
    Sent,
    Withheld,
    answer_of,
    elements,
    files_of,
    why_not,
    with_others,
)
from ._check_service_looks import WAIT, Jobs, Stage, effect, looks, watch
from ._check_service_named import (
    CLUSTER,
    DISPOSALS,
    EXPORT_TO,
    FLINK,
    FLINK_DELETED,
    MRS_DELETED,
    SHOWN_BY,
    STOPPED,
    named,
)
from ._check_service_probes import NO_NUMBER, NO_UUID, one_word, well_formed

ServiceOf = t.Callable[[str, t.Mapping[str, t.Any]], Service]  # of a kind of jobs, with the options of its module

SOON = 10.0  # seconds in which a refused write would show that it was carried out all the same
# Of the options of the modules, those that say what is wanted
DEFAULTS = {"trigger_savepoint": False, "resume_savepoint": False, "wait": True, "job_ids": None, "kill_running": None}
# Statuses in which the documentation does not say whether a job can be stopped
UNDEFINED = ("job_running_exception", "job_downloading", "job_idle")
STOPPED_ALREADY = ("job_cancel_success", "job_finish")
ONE_JOB, FAR_APART = "it takes two jobs in one request", "the looks were too far apart"
NOT_EVER = f"a job must never be changed ({NEVER})"
UNCLEAR = "what became of the job was not clear"
OF_RECORD = {True: "the record goes", False: "nothing is done", None: None}  # what a delete may do
FORMS: dict[type, str] = {list: "an array", dict: "an object"}  # of an error
# By kind of jobs: what a batch with an id that no job has may show, and that id
UNKNOWN: dict[str, tuple[str, t.Any]] = {"flink": ("unknown_id", NO_NUMBER), "mrs": ("mrs_unknown_id", NO_UUID)}


@dataclass
class RecordingContext(Context):
    """Keeps all answers, each with the query of its request. ``changed``: whether a write may have had an effect; ``asked``: all writes.

    ``globs``: of the names of jobs that no task may change.
    """

    query: t.Any = None
    globs: t.Sequence[str] = ()
    calls: list[tuple[t.Any, Reply]] = field(default_factory=list)
    changed: bool = False
    asked: list[str] = field(default_factory=list)

    def answered(self, reply: Reply) -> None:
        self.calls.append((self.query, reply))


# ---- what is done ----


class Writes:
    """Writes, and looks; ``seen``: by the names of SHOWN_BY, one word for all that was seen, or None; ``why``: why nothing was."""

    def __init__(self, options: t.Mapping[str, t.Any], context: RecordingContext, service_of: ServiceOf) -> None:
        self._options, self._context, self._calls, self._service_of = options, context, context.calls, service_of
        self._named = named(options)
        self._words: dict[str, list[str]] = {}
        self._lacks: dict[str, str] = {}

    def seen(self, name: str) -> str | None:
        return one_word(self._words.get(name, ()))

    def why(self, name: str) -> str:
        return self._lacks.get(name, "none of the named jobs could show it")

    def run(self) -> None:
        """All that was named. What a service answers raises nothing."""
        ways = {"flink": self._flink, "spark": self._cancel, "sql": self._cancel, "mrs": self._mrs}
        for name, ids in self._named.items():
            about = [one for one, options in SHOWN_BY.items() if name in options]
            try:
                stage = Stage(name, ids, about, *self._service(name))
                ways[stage.kind](stage)
            except ApiError as error:
                self._lack(about, why_not(error))

    def _note(self, name: str, word: str | None, why: str = "") -> None:
        """``why``: where there is no word."""
        if word is None:
            self._lack([name], why)
        else:
            self._words.setdefault(name, []).append(word)

    def _lack(self, names: t.Iterable[str], why: str) -> None:
        for name in names:
            self._lacks.setdefault(name, why)

    # ---- requests ----

    def _service(self, name: str) -> tuple[Service, DesiredState]:
        kind, own, dummy = DISPOSALS[name]
        options = {**DEFAULTS, **own}
        where = {"cluster_id": self._options.get(CLUSTER), "cluster_name": None}
        folder = {EXPORT_TO: self._options.get(EXPORT_TO)} if name == STOPPED else {}
        return self._service_of(kind, {**options, **where, **folder}), JOB_TYPES[kind].desired_state(options)

    def _send(self, stage: Stage, write: Write, ids: Ids, *unknown: t.Any) -> Sent:
        """``unknown``: an id that no job has, to which the same is done."""
        if not {*ids} <= {*stage.ids}:
            raise ValueError("only the jobs that were named may be written to")
        every = [*ids, *unknown]
        return self._sent(
            stage, every, f"{write.value} {', '.join(map(str, every))}", lambda: stage.service.write(write, every)
        )

    def _sent(self, stage: Stage, ids: Ids, words: str, send: t.Callable[[], t.Any]) -> Sent:
        began, changed, no_permission = time.monotonic(), self._context.changed, stage.api.no_permission
        if self._context.check_mode:
            return Sent(ids, None, [None], Withheld("", "check mode"), began, began, no_permission)
        self._context.on_progress(f"asks to {words}")
        self._context.changed = True  # until there is an answer
        self._context.asked.append(words)
        refusals, error, replies = self._tried(send)
        reply = replies[-1] if replies else None
        sent = Sent(ids, reply, refusals or [None], error, began, time.monotonic(), no_permission)
        self._context.changed = changed or sent.may_show
        return sent

    def _tried(self, send: t.Callable[[], t.Any]) -> tuple[t.Any, ApiError | None, list[Reply]]:
        """What it returns, or the error that it raises, and all answers that it got."""
        before, found, error = len(self._calls), None, None
        try:
            found = send()
        except ApiError as fault:
            error = fault
        return found, error, [reply for dummy, reply in self._calls[before:]]

    def _read(self, stage: Stage, ids: Ids) -> dict[t.Any, t.Any]:
        """Those of the named jobs that the service knows, and that may be changed."""
        jobs = {}
        name = JOB_TYPES[stage.kind].fields.name
        for job_id in ids:
            try:
                job = stage.service.get(job_id)
            except ApiError as error:
                self._lack(stage.about, f"a job could not be read: {why_not(error)}")
                continue
            if job is None:
                self._lack(stage.about, "a job is unknown to the service")
            elif name and protects(job.get(name), self._context.globs):
                self._lack(stage.about, NOT_EVER)
            else:
                jobs[job_id] = job
        return jobs

    def _one_by_one(self, stage: Stage) -> t.Iterator[tuple[t.Any, t.Any]]:
        """Each is read when its turn comes, as the one before may have taken long."""
        for job_id in stage.ids:
            yield from self._read(stage, [job_id]).items()

    def _ended(self, stage: Stage, jobs: Jobs, sent: Sent) -> dict[t.Any, Ending]:
        """Those that were seen to end."""
        found = watch(stage, jobs, sent, stage.has_ended)
        if len(found) < len(jobs):
            self._lack(stage.about, f"a job was not seen to end within {WAIT:.0f} s")
        return {job_id: ending for job_id, ending in found.items() if ending.job is not None}

    # ---- a batch with an unknown id ----

    def _change(
        self, stage: Stage, write: Write, jobs: Jobs, last: bool, note: t.Callable[[Sent], None]
    ) -> tuple[Sent, Ids]:
        """A write that should change these jobs, and those that it may have changed. ``note``: what its answer looks like.

        The ``last`` one has an unknown id with it at first, and then goes without to jobs in which nothing of that shows.
        """
        untouched = list(jobs)
        batch = self._with_unknown(stage, write, jobs) if last else None
        if batch:
            sent, effects = batch
            note(sent)
            shown, untouched = ([job_id for job_id in jobs if effects[job_id] is effect] for effect in (True, False))
            if shown or not untouched:
                return sent, shown
        sent = self._send(stage, write, untouched)
        note(sent)
        return sent, untouched if sent.may_show else []

    def _with_unknown(self, stage: Stage, write: Write, jobs: Jobs) -> tuple[Sent, dict[t.Any, bool | None]] | None:
        """What was sent, and whether it shows in each of the jobs, None where that is not clear. None if nothing was."""
        name, unknown = UNKNOWN[stage.kind]
        try:
            known = [stage.service.get(unknown), stage.service.get(unknown)] != [None, None]
        except ApiError as error:
            self._lack([name], f"whether an id is unknown could not be read: {why_not(error)}")
            return None
        if known:
            self._lack([name], "the id that no job should have is that of a job")
            return None
        sent = self._send(stage, write, list(jobs), unknown)
        if isinstance(sent.error, Withheld):
            self._lack([name], sent.refused)
            return None
        effects = self._effects(stage, jobs, SOON)
        refused = str(sent.code) if stage.kind == "mrs" else "an error"
        self._note_effect(name, sent, with_others(refused if sent.error else "no error", [*effects.values()]))
        return sent, effects

    def _note_effect(self, name: str, sent: Sent, word: str | None) -> None:
        """``word``: for what it did, None where that is not clear."""
        if sent.told:
            self._note(name, word, UNCLEAR)
        else:
            self._lack([name], sent.refused)

    def _effects(self, stage: Stage, jobs: Jobs, seconds: float) -> dict[t.Any, bool | None]:
        """Whether a write shows within so many seconds; None where that is not clear."""
        waiting = dict(jobs)
        found: dict[t.Any, bool | None] = dict.fromkeys(jobs)
        for job_id, job, dummy in looks(stage, waiting, seconds):
            found[job_id] = effect(stage, job, jobs[job_id])
            if found[job_id]:
                self._context.changed = True
                del waiting[job_id]
        return found

    # ---- Flink jobs ----

    def _flink(self, stage: Stage) -> None:
        write = Write.DELETE if stage.name == FLINK_DELETED else Write.STOP
        jobs = self._read(stage, stage.ids)
        if stage.service.export:
            self._export(stage, list(jobs))
            jobs = self._read(stage, list(jobs))  # it may have taken long
        due = {}
        for job_id, job in jobs.items():
            step = stage.desired.step(stage.status(job))
            if write is Write.STOP and stage.status(job) in UNDEFINED:
                if stage.name == STOPPED:
                    self._stop(stage, job_id, "flink_undefined")
            elif step is write:
                due[job_id] = job
            else:
                self._lack(stage.about, f"a job is {stage.status(job)}")
                if stage.status(job) in STOPPED_ALREADY:
                    self._stop(stage, job_id, "flink_stopped_twice")
        if due:
            self._change_flink(stage, write, due)

    def _change_flink(self, stage: Stage, write: Write, due: Jobs) -> None:
        """The last of these options has the batch with the unknown id, so that all others were tried before."""
        last = stage.name == [name for name in self._named if name in FLINK][-1]
        sent, changed = self._change(stage, write, due, last, self._note_answer)
        if not changed:
            self._lack(stage.about, sent.refused)
            return
        until = self._until_gone if write is Write.DELETE else self._until_stopped
        until(stage, {job_id: due[job_id] for job_id in changed}, sent)

    def _until_stopped(self, stage: Stage, due: Jobs, sent: Sent) -> None:
        endings = self._ended(stage, due, sent)
        for job_id, ending in endings.items():
            word = stage.status(ending.job)
            if word != "job_cancel_success":
                self._lack(stage.about, f"a job has become {word}")
            elif stage.name == STOPPED:
                self._note("flink_stopped", ending.span, FAR_APART)
            else:
                self._savepoint(stage, job_id, due[job_id])
        stopped = [job_id for job_id, ending in endings.items() if stage.status(ending.job) in STOPPED_ALREADY]
        for job_id in stopped[:1]:
            self._stop(stage, job_id, "flink_stopped_twice")

    def _until_gone(self, stage: Stage, due: Jobs, sent: Sent) -> None:
        gone = watch(stage, due, sent, lambda job: job is None)
        for job_id, job in due.items():
            if stage.has_ended(job):
                self._lack(["flink_gone"], "the job to delete did not run")
            elif job_id not in gone:
                self._lack(["flink_gone"], f"a job was not seen to be gone within {WAIT:.0f} s")
            else:
                self._note("flink_gone", gone[job_id].span, FAR_APART)

    def _note_answer(self, sent: Sent) -> None:
        """What the answer to a batch looks like."""
        body, repaired = answer_of(sent.reply)
        if sent.error and sent.code:
            self._note("flink_error", FORMS.get(type(body)), "no JSON")
        elif sent.accepted or (repaired and sent.may_show):
            self._note("flink_status", sent.status)
            self._note(
                "flink_answer", "an array with a comma too many" if repaired else elements(body, len(sent.ids)), ONE_JOB
            )
        else:
            self._lack(["flink_error", "flink_status", "flink_answer"], sent.refused)

    def _stop(self, stage: Stage, job_id: t.Any, name: str) -> None:
        sent = self._send(stage, Write.STOP, [job_id])
        self._note(name, sent.word, sent.refused)
        self._note_answer(sent)

    def _savepoint(self, stage: Stage, job_id: t.Any, before: t.Any) -> None:
        """It gets a little time to show."""
        name = "flink_savepoint_made"
        if str(before.get("has_savepoint")).lower() != "false":
            self._lack([name], "a job may have had a savepoint before")
            return
        deadline = Deadline(GRACE, GRACE)
        while True:
            job = stage.service.get(job_id)
            made = job is not None and str(job.get("has_savepoint")).lower() == "true"
            if made or not deadline.pause():
                self._note(name, "told" if made else "not told")
                return

    def _export(self, stage: Stage, ids: Ids) -> None:
        export = stage.service.export
        if not ids or export is None:
            return
        sent = self._sent(stage, ids, f"export {', '.join(map(str, ids))}", lambda: export.send(ids) and None)
        body = answer_of(sent.reply)[0]
        if isinstance(body, dict) and not refusal_in(body, "") and (sent.accepted or sent.code == "is_success false"):
            self._note("flink_export", files_of(body, len(ids)), ONE_JOB)
        else:
            self._lack(["flink_export"], sent.refused)

    # ---- Spark batches and SQL jobs ----

    def _cancel(self, stage: Stage) -> None:
        for job_id, job in self._one_by_one(stage):
            step = stage.desired.step(stage.status(job))
            if step is Write.CANCEL:
                self._cancel_one(stage, job_id, job)
                continue
            self._lack(stage.about, f"a job is {stage.status(job)}")
            if step is Step.DONE:
                self._cancel_again(stage, job_id)

    def _cancel_one(self, stage: Stage, job_id: t.Any, job: t.Any) -> None:
        sent = self._send(stage, Write.CANCEL, [job_id])
        if not sent.may_show:
            self._lack(stage.about, sent.refused)
            return
        if stage.kind == "spark":
            self._note("spark_cancel", sent.status_and_body, sent.refused)
        elif sent.accepted:
            self._status_after(stage, job_id)
        for ending in self._ended(stage, {job_id: job}, sent).values():
            if stage.kind == "spark" and sent.accepted:
                self._note("spark_cancelled", stage.status(ending.job))
            self._cancel_again(stage, job_id)
        self._lack(stage.about, sent.refused)

    def _cancel_again(self, stage: Stage, job_id: t.Any) -> None:
        sent = self._send(stage, Write.CANCEL, [job_id])
        self._note(f"{stage.kind}_ended", sent.status_and_code, sent.refused)

    def _status_after(self, stage: Stage, job_id: t.Any) -> None:
        """The call for the status of a cancelled job. What is found in a list instead does not count."""
        dummy, fault, replies = self._tried(lambda: stage.service.get(job_id))
        asked = [reply for reply in replies if reply.call.endswith("/status")]
        code = well_formed(code_of(asked[-1])) if asked and asked[-1].status == 400 else None
        if code and code not in stage.api.no_permission and not isinstance(fault, Fatal):
            self._note("sql_cancelled", f"refused with {code}")
        elif fault:
            self._lack(["sql_cancelled"], why_not(fault))
        else:
            self._note("sql_cancelled", "told")

    # ---- MRS jobs ----

    def _mrs(self, stage: Stage) -> None:
        found = mrs.cluster(stage.service.client, self._options[CLUSTER])
        if found is None:
            self._lack(stage.about, "the cluster is unknown to the service")
            return
        if str(found[mrs.CLUSTER.status]).lower() != "running":
            self._lack(stage.about, "the cluster does not run")
            return
        for job_id, job in self._one_by_one(stage):
            step = stage.desired.step(stage.status(job))
            if stage.name == MRS_DELETED and isinstance(step, Write):
                self._delete(stage, job_id, job, last=job_id == stage.ids[-1])
            elif step is Write.KILL:
                self._kill(stage, job_id, job)
            else:
                self._lack(stage.about, f"a job is {stage.status(job)}")
                if step is Step.DONE:
                    self._kill_again(stage, job_id)

    def _kill(self, stage: Stage, job_id: t.Any, job: t.Any) -> bool:
        """Whether it was seen to end."""
        sent = self._send(stage, Write.KILL, [job_id])
        if str(job.get("job_type")).lower() == "sparksql":
            self._note("mrs_spark_sql", sent.word, sent.refused)
        elif sent.accepted and sent.reply:
            self._note("mrs_kill", "a body" if sent.reply.content.strip() else "no body")
        if not sent.may_show:
            self._lack(stage.about, sent.refused)
            return False
        ended = self._ended(stage, {job_id: job}, sent)
        if ended:
            self._kill_again(stage, job_id)
        return bool(ended)

    def _kill_again(self, stage: Stage, job_id: t.Any) -> None:
        sent = self._send(stage, Write.KILL, [job_id])
        self._note("mrs_ended", sent.word, sent.refused)

    def _delete(self, stage: Stage, job_id: t.Any, job: t.Any, last: bool) -> None:
        """While it runs, and after its end."""
        ended = job if stage.has_ended(job) else self._delete_active(stage, job_id, job)
        if ended is not None:
            self._change(stage, Write.DELETE, {job_id: ended}, last, self._note_delete)

    def _delete_active(self, stage: Stage, job_id: t.Any, job: t.Any) -> t.Any:
        """While it runs; then it is killed. Returns it as it has ended, None if it is gone or has not."""
        sent = self._send(stage, Write.DELETE, [job_id])
        effect = None
        if sent.may_show or sent.code:
            effect = self._effects(stage, {job_id: job}, SOON if sent.code else WAIT)[job_id]
        self._note_effect("mrs_delete_active", sent, OF_RECORD[effect])
        if effect or not self._kill(stage, job_id, job):
            return None
        found = stage.service.get(job_id)
        return found if stage.has_ended(found) else None

    def _note_delete(self, sent: Sent) -> None:
        if sent.accepted:
            self._note("mrs_delete", sent.status)
        else:
            self._lack(["mrs_delete"], sent.refused)
