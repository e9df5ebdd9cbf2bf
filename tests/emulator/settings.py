# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be set: how fast, how many, and which of several documented answers the services give.

Plain settings are listed here. ``answers`` and ``delays`` are declared by the service that uses them.
"""

from __future__ import annotations

import copy


class SettingError(ValueError):
    """A setting, seed, job or fault that makes no sense; the text says what would."""


ANSWERS = {  # questions to several services: the accepted values, the default first
    "expired_token": ("APIGW.0301", "APIGW.0307", "APIG.0301", "APIG.0307", "DLI.10007", "130000002"),
    "batch_refusal": ("whole", "mixed", "partial"),  # error and nothing done, no error, error but the good ids are done
    "name_filter": ("substring", "exact"),
    "list_nulls": ("shown", "left_out"),  # fields of DLI list entries that have no value
    "list_totals": ("as_shown", "one_more"),  # the total of a list of jobs, beside what it shows
    "language": ("english", "by_header", "chinese"),  # by_header: Chinese without "X-Language: en-us"
    "unknown_path": ("APIGW.0101", "APIG.0101"),  # the code for a path that does not exist
    "request_id": ("X-Request-Id", "none"),  # the header of DLI and MRS with the id of a request
    # 40 a minute of one user were seen, which would be enough for a check; rate_limit: in a second
    "throttling": ("none", "20_a_minute"),
    "batch_size": ("any", 50),  # the most ids of one write, besides batch_limit
    "time_stamps": ("milliseconds", "seconds"),
    "service_regions": ("eu-de", "all"),  # where DLI and MRS answer; all: in eu-nl and eu-ch2 as well
}
PLAIN = {  # name: the default and what it means
    "latency": (0.0, "seconds that every request takes before anything else happens"),
    "token_lifetime": (86400.0, "seconds that a token issued from now on is valid"),
    "lock_after": (5, "failed logins in a row that lock a user for 15 minutes; 0: none do"),
    "page_limit": (100, "largest limit or size that a list of jobs accepts"),
    "page_rows": (0, "largest number of jobs that a list shows in one answer, whatever limit it accepts; 0: no such"),
    "unshown": (0, "jobs that lists count in their total and do not show, as a sub-user sees it"),
    "batch_limit": (10000, "largest number of ids that one write accepts"),
    "rate_limit": (0, "requests that the gateway lets through in a second, of all clients together; 0: all"),
    "rate_retry_after": (0, "the Retry-After of those that it holds back, in seconds; 0: no such header"),
    "newcomers": (0, "jobs that still appear, one after each list answer"),
}


def parse_delay(value) -> tuple[float, bool]:
    """A pause: seconds, or looks for text such as "3 looks". Returns the amount and whether it counts looks."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0:
        return value, False
    words = str(value).split()
    if len(words) == 2 and words[0].isdigit() and words[1] in ("look", "looks"):
        return int(words[0]), True
    raise SettingError(f'{value!r} is no delay: give seconds (1.5) or looks ("3 looks")')


class Settings:
    """Every setting with its present value. ``answers``: the accepted values of each question, the default first."""

    def __init__(self, answers: dict[str, tuple], delays: dict[str, float]) -> None:
        self._choices = answers
        self.answers = {question: values[0] for question, values in answers.items()}
        self.delays = dict(delays)
        for name, default in PLAIN.items():
            setattr(self, name, default[0])

    def as_dict(self) -> dict:
        plain = {name: getattr(self, name) for name in PLAIN}
        return {"answers": dict(self.answers), "delays": dict(self.delays), **plain}

    def update(self, changes: dict) -> None:
        """Change some settings, or none: everything is checked first."""
        changes = copy.copy(changes)
        answers = self._checked(changes.pop("answers", {}), self._choices, "answers", self._check_answer)
        delays = self._checked(changes.pop("delays", {}), self.delays, "delays", _check_delay)
        plain = self._checked(changes, PLAIN, "settings", _check_plain)
        self.answers.update(answers)
        self.delays.update(delays)
        for name, value in plain.items():
            setattr(self, name, value)

    @staticmethod
    def _checked(changes, known, what, check) -> dict:
        if not isinstance(changes, dict):
            raise SettingError(f"{what} must be an object")
        for name in changes:
            if name not in known:
                raise SettingError(f"unknown name {name!r} in {what}; known are {', '.join(sorted(known))}")
        return {name: check(name, value) for name, value in changes.items()}

    def _check_answer(self, question, value):
        for choice in self._choices[question]:
            if str(choice) == str(value):
                return choice
        choices = ", ".join(map(str, self._choices[question]))
        raise SettingError(f"answers.{question} cannot be {value!r}; choose from {choices}")


def _check_delay(dummy, value):
    parse_delay(value)
    return value


def _check_plain(name, value):
    kind = type(PLAIN[name][0])
    if isinstance(value, bool) or not isinstance(value, (int, kind)) or value < 0:
        raise SettingError(f"{name} cannot be {value!r}; give a number >= 0")
    return kind(value)
