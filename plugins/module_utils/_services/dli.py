# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What all APIs of Data Lake Insight have in common. API reference of DLI, "Error Codes" (dli_02_0056)."""

from __future__ import annotations

import typing as t

from .._cloud.answers import Api
from .._cloud.errors import OptionError, Refused
from .._jobs.desired_state import Refusals

FAILED_ONLY = ("DLI.0999",)  # it says nothing more
DLI = Api(
    "dli",
    r"DLI\..+",
    expired=("DLI.0015", "DLI.10007", "DLI.10008"),
    unknown=("DLI.10001",),
    read_again=(*FAILED_ONLY, "DLI.0019"),
    no_permission=("DLI.10005", "DLI.10014", "DLI.13011", "DLI.0003", "DLI.0016"),
    hints={"DLI.10006": "the project is not the one that the credential is for"},
).with_gateway()
CANCEL_REFUSED = Refusals(not_now=("DLI.0001", "DLI.0007"), again=FAILED_ONLY)  # of a Spark batch or an SQL job


def yes_or_no(value: t.Any) -> bool:
    """true or false"""
    return isinstance(value, (bool, str)) and str(value).lower() in ("true", "false")


def refusal_in(element: t.Any, call: str) -> Refused | None:
    """The refusal in a 2xx answer. ``is_success`` is a boolean or a string; without it the answer is a yes."""
    said = element.get("is_success") if isinstance(element, dict) else None
    if said is None or str(said).lower() == "true":
        return None
    return Refused(call, str(element.get("message") or "is_success is false"), 200)


def agree(answer: t.Any, call: str) -> None:
    """Raises Refused if a 2xx answer says in its body that the request was refused."""
    refusal = refusal_in(answer, call)
    if refusal:
        raise refusal


def check_tags(filters: t.Mapping[str, t.Any]) -> None:
    """Raises OptionError for a tag that would become another one in tag_query()."""
    for key, value in filters.get("tags", {}).items():
        if isinstance(value, (dict, list)) or "," in f"{key}{value}" or "=" in key:
            raise OptionError(
                f"filters.tags.{key}: must be one text without a comma, and without = in the key; "
                "the service would take it for other tags"
            )


def tag_query(tags: t.Mapping[str, t.Any]) -> str:
    return ",".join(f"{key}={value}" for key, value in tags.items())
