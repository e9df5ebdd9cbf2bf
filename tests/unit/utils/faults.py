# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The faults that tests let happen, as the emulator takes them: what a gateway, a connection or a service does wrong."""

from __future__ import annotations

from ansible_collections.otc.bigdata.tests.emulator.world import JobKind

from .service import Service, refusal

# Faults of the way, which are survived where they pass: the rest may be meant.
PASSING = {
    "reset before": {"kind": "reset_before"},
    "reset after": {"kind": "reset_after"},
    "hang before": {"kind": "hang", "seconds": None},
    "hang after": {"kind": "hang_after", "seconds": None},
    "429": {"status": 429},
    "429 Retry-After": {"status": 429, "retry_after": 1},
    "502": {"status": 502},
    "503": {"status": 503},
    "504 after": {"kind": "status_after", "status": 504},
    "408 after": {"kind": "status_after", "status": 408, "body": refusal("DLI.0019", "timed out")},
    "broken off": {"kind": "truncate"},
    "drips": {"kind": "drip", "seconds": 0.02},  # a hundred bytes and more: longer than IN_TIME
}
EXPIRED = {
    "expired token": {"status": 401},
    "expired, service's words": {},  # see expired_as
}
IN_LISTS = {  # what they break, and what is there then
    "shape of rows": ("{rows}.*", "x"),
    "no status": ("{rows}.*.{status}", None),
    "no ID": ("{rows}.*.{id}", None),
    "surrogate": ("{rows}.-1.{name}", "job-1\ud800"),
    "total too large": ("{total}", 500),
}
HELD_BACK = {*EXPIRED, *(name for name in PASSING if "429" in name)}
FAULTS = {
    **PASSING,
    **EXPIRED,
    "cut JSON": {"kind": "wrong_type", "body": '{"job_list": {"total_count": 1, "jobs": [{"job_id": 1, "st'},
    "HTML 200": {"kind": "wrong_type"},
    "empty 200": {"kind": "empty"},
    "shape 200": {"kind": "wrong_type", "body": ["x"]},
    "gateway 404": {"kind": "gateway_404"},
    "500 after": {"kind": "status_after", "status": 500},
    "surrogate refused": {"status": 400, "body": refusal("DLI.0001\ud800", "no \ud800")},
    **IN_LISTS,
}


def fault_of(name: str, service: type[Service], kind: JobKind, path: str) -> dict:
    """The fault of this name, as a request of a service to ``path`` meets it."""
    if name not in IN_LISTS:
        return FAULTS[name] or expired_as(service, path)
    (rows, total), (at, value) = service.listed, IN_LISTS[name]
    shown = kind.name_field or "job_type"  # of a job, in reports
    at = at.format(rows=rows, total=total, id=kind.id_field, status=kind.state_field, name=shown)
    return {"kind": "shape", "at": at, "value": value}


def expired_as(service: type[Service], path: str) -> dict:
    """How an expired token is refused in the words of whom it is sent to."""
    if path.startswith("/v3"):
        return {"status": 401, "body": refusal("IAM.0066", "Token expired.")}
    return service.expired
