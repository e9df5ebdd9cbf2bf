# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""A transcript of calls that can be shown to others: only what is listed here stays, all else gets a stand-in. Pure."""

from __future__ import annotations

import re
import typing as t

from ..module_utils._cloud.answers import body_of
from ..module_utils._cloud.transport import Reply
from ..module_utils._services.mrs import CLUSTER_STATES
from ._check_service_probes import CODE, KNOWN, throttling

Call = tuple[t.Optional[t.Mapping[str, t.Any]], Reply]  # what was in the query of a request, and the answer


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Methods; parts of paths, queries and hosts; the keys of answers; headers, whose values are left out unless they are amounts of throttling
METHODS = ("GET", "POST", "DELETE")
PATH_WORDS = _words(
    """
    v1 v1.0 v1.1 v2 v2.0 v3 auth tokens catalog projects streaming jobs batches status cluster_infos clusters
    job-executions stop delete export kill batch-delete otc-bigdata-no-such-path
    """
)
HOSTS = ("dli", "iam", "iam-pub", "mrs")
KEYS = _words(
    """
    appId app_id arguments bad_row_count catalog chargingStartTime cluster clusterId clusterName clusterState
    clusterTotal clusterVersion cluster_name clusters code createAt create_time current-page database_name desc
    description detail domain domain_id duration elapsed_time enabled endpoints end_time engine_type entrypoint_args
    error errorCode errorMsg error_code error_json_opt error_msg execution_details_path execution_graph expires_at
    feature finished_time from has_savepoint id image input_row_count input_size interface is_domain is_success
    issued_at job_config job_count job_detail job_id job_list job_name job_progress job_result job_state job_type jobs
    key kind launcher_id limit links log main_class message methods msg name next offset order owner page page-size
    pageSize parent_id currentPage per_page previous project project_id projects properties proxyUser queue queue_name
    region region_id req_body request_id restart_times result result_count result_format result_path roles root_id
    run_mode savepoint_path sc_type self sessions size spark_version sql_body start start_time started_time state
    statement status status_desc submitted_time table_name tags title token total total_count total_record
    tracking_url type updateAt update_time url user user_id user_name value with_column_header zip_file
    """
)
HEADERS = _words(
    """
    connection content-encoding content-length content-type date keep-alive retry-after server
    strict-transport-security transfer-encoding vary x-iam-trace-id x-request-id x-subject-token
    """
)
# In lower case, all that have been documented: what can be done to a job depends on them
JOB_TYPES = _words(
    """
    flink_sql_job flink_jar_job flink_opensource_sql_job flink_sql_edge_job ddl dcl import export query insert
    data_migration update delete restart_queue scale_queue mapreduce sparksubmit hivescript hivesql distcp sparkscript
    sparksql flink
    """
)
# Statuses of SQL jobs that only the vendor's SDK knows
OF_SDK = ("active", "computed", "creating", "deleted", "suspended")
STATUSES = {*OF_SDK}.union(*KNOWN.values())
# Values that stay: words of the services under these keys, and numbers under those
WORDS = {
    **dict.fromkeys(("status", "state", "job_state"), STATUSES),
    "job_result": {*STATUSES, "undefined", "succeeded"},
    "clusterState": {*STATUSES, *CLUSTER_STATES},
    **dict.fromkeys(("is_success", "has_savepoint"), {"true", "false"}),
    "interface": {"public", "internal", "admin"},
    "type": {"dli", "mrs", "mrsv1", "mrsv1.1", "identity"},
    "kind": {"spark"},
    "job_type": JOB_TYPES,
    "msg": {"deleted"},
    "result": {"succeeded"},
    "methods": {"password", "totp", "token", "assume_role"},
}
NUMBERS = _words(
    """
    clusterTotal code current-page currentPage from job_count limit offset page page-size pageSize per_page size total
    total_count total_record
    """
)
# Objects whose keys are the user's own; so is all within them
OWN = ("arguments", "job_config", "properties", "tags")
CODES = ("code", "error_code", "errorCode")
MESSAGES = ("error_msg", "errorMsg", "message", "title")
# What messages may say
SAYINGS = _words(
    """
    a accepted all allow already an and api are authenticated authentication authorized bad be been between body by
    canceled cannot cluster code correct deleted denied does domain ended environment error exist exists expired
    exported failed field for forbidden found from go greater has have id in incorrect information internal invalid is
    it job jobs kill large largest limit list longer match maximum message method must no none not number object of
    offset operation or order over page parameter parameters path per permission policy present project published
    query queue ratelimit reached request resource resources running server size state status stop stopped submitted
    supported system than that the there threshold throttling time to together token too type unauthorized unknown
    unsupported updated user uuid valid value was were with wrong you your
    """
)
WORD = re.compile(r"[^\W\d_]+|\d+|.", re.DOTALL)
PLACEHOLDER = re.compile(r"[$%]\((tenant_id|project_id)\)s")
FEW = 4  # digits
UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
UUIDS = "00000000-0000-4000-8000-{:012}"
# Times keep their order and unit, but not the distances between them
TIMES = _words(
    """
    chargingStartTime createAt create_time end_time finished_time start start_time started_time submitted_time
    updateAt update_time
    """
)
TIME = re.compile(r"[1-9]\d{9,15}")


class Standins:
    """The same stand-in for the same text or number, wherever it is. Those of ``times`` are in 2023, one after the other."""

    def __init__(self, times: t.Iterable[str] = ()) -> None:
        self.of: dict[str, str] = {}
        for number, time in enumerate(sorted(set(times), key=int), 1):
            self.of[time] = str(17 * 10 ** (len(time) - 2) + number)

    def text(self, value: str, kind: str = "text") -> str:
        """One of the same form for a UUID, as the modules take no other text for an ID of these."""
        number = len(self.of) + 1
        return self.of.setdefault(value, UUIDS.format(number) if UUID.fullmatch(value) else f"{kind}-{number}")

    def number(self, value: float) -> int:
        """A number of as many digits if it has many, so that its unit can be told."""
        digits, count = len(str(abs(int(value)))), len(self.of) + 1
        standin = self.of.setdefault(str(value), str(10 ** (digits - 1) + count if digits > FEW else count))
        return int(standin.rpartition("-")[2])


def transcript(calls: t.Sequence[Call]) -> tuple[list[dict[str, t.Any]], dict[str, str]]:
    """The calls, and what was replaced: the original by its stand-in."""
    standins = Standins(time for dummy, reply in calls for time in _times(body_of(reply)))
    shown = [_call(standins, query, reply) for query, reply in calls]
    return shown, {standin: value for value, standin in standins.of.items()}


def _call(standins: Standins, query: t.Mapping[str, t.Any] | None, reply: Reply) -> dict[str, t.Any]:
    method, dummy, address = reply.call.partition(" ")
    host, dummy, path = address.partition("/")
    amounts = throttling(reply.headers)
    names = {name.lower() for name in reply.headers}
    return {
        "method": _listed(method, METHODS),
        "host": _listed(host.partition(".")[0], HOSTS),
        "path": "/" + "/".join(_segment(standins, part) for part in path.split("/")),
        "query": {key: _value(standins, value, key) for key, value in (query or {}).items()},
        "status": reply.status,
        "headers": sorted(names & {*HEADERS, *amounts}),
        **({"throttling": amounts} if amounts else {}),
        "body": _body(standins, reply),
    }


def _listed(word: str, words: t.Container[str]) -> str:
    return word if word in words else "another"


def _body(standins: Standins, reply: Reply) -> t.Any:
    try:
        return _value(standins, reply.json, "")
    except (ValueError, RecursionError, OverflowError):
        return f"{len(reply.content)} bytes that are no JSON"


def _times(body: t.Any) -> t.Iterator[str]:
    """However deep they are."""
    todo = [("", body)]
    while todo:
        key, value = todo.pop()
        if isinstance(value, (dict, list)):
            todo += value.items() if isinstance(value, dict) else [(key, one) for one in value]
        elif key in TIMES and TIME.fullmatch(str(value)):
            yield str(value)


def _segment(standins: Standins, part: str) -> str:
    if part in PATH_WORDS or not part:
        return part
    return str(standins.number(int(part))) if part.isdecimal() and part.isascii() else standins.text(part)


def _value(standins: Standins, value: t.Any, key: str) -> t.Any:
    """What stays of a value is up to its ``key``; without one, nothing does."""
    if isinstance(value, dict):
        return _object(standins, value, key)
    if isinstance(value, list):
        return [_value(standins, one, key) for one in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return value if key in NUMBERS or value == 0 else standins.number(value)
    return _text(standins, value, key)


def _object(standins: Standins, value: t.Mapping[str, t.Any], key: str) -> dict[str, t.Any]:
    own = bool(key) and (key in OWN or key not in KEYS)
    return {_key(standins, name, own): _value(standins, one, "tags" if own else name) for name, one in value.items()}


def _text(standins: Standins, value: str, key: str) -> str:
    if _stays(value, key):
        return value
    if key in MESSAGES:
        return _message(value)
    placeholder = PLACEHOLDER.search(value) if key == "url" else None
    return standins.text(value) + (f"/{placeholder[0]}" if placeholder else "")


def _stays(text: str, key: str) -> bool:
    """Whether the text is a word of the service, a code, or a number that tells nothing private."""
    if key in NUMBERS and text.isdecimal() and text.isascii():
        return True
    return not text or text.lower() in WORDS.get(key, ()) or (key in CODES and CODE.fullmatch(text) is not None)


def _key(standins: Standins, name: str, own: bool) -> str:
    return standins.text(name, "key") if own or name not in KEYS else name


def _message(text: str) -> str:
    """Word by word. An underscore stands for each run of what is left out, and dots if some of that is in another script."""
    parts = WORD.findall(text)
    left_out = ["_" if part.isascii() else "…" for part in parts]
    kept = [part if part.lower() in SAYINGS or part in " .,:;()" else mark for part, mark in zip(parts, left_out)]
    return re.sub("[_…]+", lambda run: "…" if "…" in run[0] else "_", "".join(kept))
