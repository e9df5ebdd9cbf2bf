# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What became of a write of a check, in words that tell nothing private. Pure."""

from __future__ import annotations

import json
import re
import typing as t

from ..module_utils._cloud.errors import ApiError, Denied, Refused, Unanswered, Unreachable
from ..module_utils._cloud.transport import Reply
from ..module_utils._jobs.service import Ids
from ._check_service_probes import KNOWN, STATUS, well_formed

# The answer that the documentation shows has a comma too many
COMMA = re.compile(rb",(?=\s*[}\]])")


class Withheld(ApiError):
    """A write that check mode keeps back."""


def why_not(error: ApiError) -> str:
    """Why something was not seen. The words of the service are left out, as they may be private."""
    if isinstance(error, Withheld):
        return "nothing is changed in check mode"
    if isinstance(error, Denied):
        return "the login was not accepted any more"
    if error.status:
        code = well_formed(error.code) or "without a code"
        return f"HTTP {error.status} {code}" if error.status // 100 != 2 else "an answer that tells nothing"
    if isinstance(error, Unreachable):
        return "the service could not be reached"
    return "no answer" if isinstance(error, Unanswered) else "not sent, as there were too many requests"


def status_word(kind: str, job: t.Any) -> str:
    word = str(job[STATUS[kind]]).lower()
    return word if word in KNOWN[kind] else "in an unknown status"


def span(least: float, most: float) -> str | None:
    """How long something took, that took at least and at most so many seconds; None where one word does not fit both."""
    words = [(60.0, "seconds"), (3600.0, "minutes"), (float("inf"), "hours")]
    one, other = (next(word for end, word in words if seconds < end) for seconds in (least, most))
    return one if one == other else None


def answer_of(reply: Reply | None) -> tuple[t.Any, bool]:
    """The JSON of an answer, null if there is none; and whether it had a comma too many."""
    readings = (reply.content, COMMA.sub(b"", reply.content)) if reply else ()
    for repaired, content in enumerate(readings):
        try:
            return json.loads(content), bool(repaired)
        except (ValueError, RecursionError):
            pass
    return None, False


def elements(body: t.Any, jobs: int) -> str | None:
    """What the answer to a batch of so many jobs consists of. One element for one job says nothing."""
    if not isinstance(body, list):
        return "no body" if body is None else "an object"
    if len(body) == jobs:
        return "an element for each id" if jobs > 1 else None
    return "one element" if len(body) == 1 else "another number of elements"


def files_of(body: t.Mapping[str, t.Any], jobs: int) -> str | None:
    files = body.get("zip_file")
    if not isinstance(files, list) or not files:
        return "none"
    if len(files) == jobs:
        return "one for each job" if jobs > 1 else None
    return "one for all jobs" if len(files) == 1 else "another number"


def with_others(answer: str, done: t.Collection[bool | None]) -> str | None:
    """What a batch with an unknown id did to the others; None if that is not clear for one of them."""
    if None in done:
        return None
    some = "the others are done" if all(done) else "some of the others are done"
    return f"{answer} and {some if any(done) else 'nothing is done'}"


class Sent(t.NamedTuple):
    """A write, and what became of it: its answer if there is one, and the refusal of each job or the error.

    ``began``, ``ended``: on the monotonic clock.
    """

    ids: Ids
    reply: Reply | None
    refusals: t.Sequence[Refused | None]
    error: ApiError | None
    began: float
    ended: float
    no_permission: t.Collection[str]

    @property
    def accepted(self) -> bool:
        """Whether at least one job was accepted."""
        return self.error is None and not all(self.refusals)

    @property
    def may_show(self) -> bool:
        """Whether the write may have been carried out."""
        return self.accepted or isinstance(self.error, Unanswered)

    @property
    def no(self) -> ApiError | None:
        return self.error or next(filter(None, self.refusals), None)

    @property
    def code(self) -> str | None:
        """How the service itself said no. None for a yes, for no answer, and where it was not about the job."""
        no = self.no
        if not isinstance(no, Refused) or no.from_gateway or no.status in (401, 403) or no.code in self.no_permission:
            return None
        if no.status == 200:
            return "is_success false"
        return well_formed(no.code)

    @property
    def told(self) -> bool:
        """Whether the service itself has said yes or no."""
        return self.accepted or self.code is not None

    @property
    def refused(self) -> str:
        """Why the answer does not tell."""
        return why_not(self.no) if self.no else "it was accepted"

    @property
    def word(self) -> str | None:
        return "accepted" if self.accepted else f"refused with {self.code}" if self.code else None

    @property
    def status(self) -> str | None:
        return str(self.reply.status) if self.reply else None

    @property
    def status_and_code(self) -> str | None:
        if not self.reply or not self.told:
            return None
        return str(self.reply.status) if self.accepted else f"{self.reply.status} {self.code}"

    @property
    def status_and_body(self) -> str | None:
        if not self.reply or not self.accepted:
            return None
        body = answer_of(self.reply)[0]
        said = "no body" if body is None else "deleted" if body == {"msg": "deleted"} else "another body"
        return f"{self.reply.status} with {said}"


class Ending(t.NamedTuple):
    """A job when it was seen as wanted, None for gone; and the bounds of the seconds from the write until it was so."""

    job: t.Any
    least: float
    most: float

    @property
    def span(self) -> str | None:
        return span(self.least, self.most)
