# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.

"""What can go wrong, one class per meaning. Whoever catches them decides by class and code, never by text."""

from __future__ import annotations

import traceback
import typing as t

from .text import clean

NO_ANSWER: dict[str, t.Any] = {"code": None, "status": None, "request_id": None, "message": None}


ApiErrorT = t.TypeVar("ApiErrorT", bound="ApiError")


class Failure(Exception):
    """Something the user is told. ``error`` is what a result shows under that key."""

    error = NO_ANSWER

    @staticmethod
    def of(error: Exception) -> Failure:
        """Any exception as a Failure, for code that must not raise anything else."""
        return error if isinstance(error, Failure) else Bug(error)


class Interrupted(KeyboardInterrupt):
    """Someone wants the task to end now. The text, and the ``result`` so far, say what had been done until then."""

    def __init__(self, text: str, result: dict[str, t.Any]) -> None:
        super().__init__(text)
        self.result = {**result, "failed": True, "msg": f"interrupted: {text}"}


class OptionError(Failure):
    """An option is missing or malformed, or would choose what must not be changed; nothing was written."""


def _joined(by: str, *parts: str | None) -> str:
    return by.join(filter(None, parts))


class ApiError(Failure):
    """A request that did not lead to a usable answer.

    ``call`` is the method, host and path; a query string is left out, it may be long and says little.
    Whatever an answer brings into it is made fit to be shown here.
    """

    def __init__(
        self,
        call: str,
        message: str,
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
        hint: str = "",
    ) -> None:
        call, message = clean(call), clean(message)
        code, request_id = code and clean(code), request_id and clean(request_id)
        said = _joined(" ", f"HTTP {status}" if status else "", code)
        notes = _joined("; ", hint, f"request id {request_id}" if request_id else "")
        super().__init__(_joined(" ", _joined(": ", call, said, message), f"({notes})" if notes else ""))
        self.call = call
        self.hint = hint
        self.code = code
        self.status = status
        self.error = {"code": code, "status": status, "request_id": request_id, "message": message}

    def recast(self, kind: type[ApiErrorT], message: str, hint: str = "") -> ApiErrorT:
        """The same error, of another class or in other words."""
        said = self.error
        return kind(self.call, message, said["status"], said["code"], said["request_id"], hint or self.hint)

    def of_status(self, status: int) -> ApiError:
        """The same error with another status: whoever reads the body of an answer does not know its status."""
        said = self.error
        return type(self)(self.call, said["message"], status, said["code"], said["request_id"], self.hint)

    @property
    def from_gateway(self) -> bool:
        """The API gateway answered, not the service behind it: it says nothing about any job."""
        return (self.code or "").startswith("APIG") or self.status == 429


class Bug(ApiError):
    """A fault of this collection itself. It is never tried again, and nobody knows what had been sent until then."""

    def __init__(self, error: Exception) -> None:
        super().__init__("", f"unexpected {type(error).__name__}: {error}")
        self.traceback = "".join(traceback.format_exception(type(error), error, error.__traceback__))


class Refused(ApiError):
    """The service, or the gateway before it, understood the request and said no."""


class Vague(Refused):
    """And it says no more than that: the next try may be accepted."""


class Unanswered(ApiError):
    """The request was sent, but what became of it is not known."""


class Untold(ApiError):
    """A complete answer without what was asked for, such as a status that is null. Asking again would not help."""


class Excessive(Unanswered):
    """An answer, or a list, that is larger than any that can be meant; it is not asked for again."""


class Unreachable(ApiError):
    """The request never reached the service: name resolution, connection or TLS failed."""


class Misdirected(Unreachable):
    """Unreachable, and a repeat would not help: the certificate, the URL or a header was refused on this side."""


class Skipped(ApiError):
    """Not sent, as an earlier request had shown that it would be in vain; the error is that of the earlier one."""


class Late(Skipped):
    """Not sent, as the time of the task would be over before its turn comes."""


class Fatal(ApiError):
    """No request of this task can succeed any more."""


class Denied(Fatal):
    """The credential was not accepted."""
