# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What a check of a service reads, and what the answers say about each assumption. Only reads, and nothing private in a word seen."""

from __future__ import annotations

import re
import time
import typing as t

from ..module_utils._cloud.answers import GATEWAY, body_of, code_of, expired, problem
from ..module_utils._cloud.errors import Refused
from ..module_utils._cloud.text import WORD
from ..module_utils._cloud.transport import Reply
from ..module_utils._jobs.selection import timestamp
from ..module_utils._jobs.service import PAGE
from ..module_utils._jobs.shapes import count
from ..module_utils._services.registry import JOB_TYPES

Fetch = t.Callable[..., t.Optional[Reply]]  # service, path, query, headers, token → answer; None where there is none
Job = t.Mapping[str, t.Any]

NO_NUMBER, NO_UUID = 999999999999999, "00000000-0000-4000-8000-000000000000"  # that no job has
NO_TOKEN = "otc-bigdata-no-such-token"  # it names no user, so it locks none
ANY_LANGUAGE = {"X-Language": None}
KNOWN = {kind: set(one.statuses) for kind, one in JOB_TYPES.items()}
STATUS = {kind: one.fields.status for kind, one in JOB_TYPES.items()}
ID = {kind: one.fields.id for kind, one in JOB_TYPES.items()}
APIS = {"iam": GATEWAY, **{one.api.name: one.api for one in JOB_TYPES.values()}}
CODE = re.compile(r"([A-Z]{2,6}\.)?\d{3,9}")
# Headers that tell of throttling, also those of the gateway, and values of them that tell nothing else
WHAT, PER = "limit|remaining|reset|used|policy|api|allenv|user|app|ip", "second|minute|hour|day"
THROTTLING = re.compile(rf"retry-after|(x-)?(apig-)?rate-?limit(-({WHAT}|{PER}))*")
AMOUNT = re.compile(rf"\d{{1,12}}|remain:\d{{1,12}},limit:\d{{1,12}},time:\d{{1,12}} ({PER})")


class Answers:
    """All that was read, by name. A name that is not there was not answered."""

    def __init__(
        self, fetch: Fetch, project_id: str, project_name: str | None, calls: t.Sequence[tuple[t.Any, Reply]]
    ) -> None:
        self._fetch = fetch
        self._found: dict[str, Reply | None] = {}
        self._calls = calls
        self.part_of: str | None = None  # the name of a Flink job, of which a part was asked for
        self._read_iam(project_name)
        self._read_dli(project_id)
        self._read_mrs(project_id)

    def _read(self, name: str, service: str, path: str, *more: t.Any) -> None:
        reply = self._fetch(service, path, *more)
        self._found[name] = reply if reply and (name == "bad_token" or reached(reply, service, name)) else None

    def _read_iam(self, project_name: str | None) -> None:
        self._read("catalog", "iam", "/v3/auth/catalog")
        self._read("iam_error", "iam", "/v3/projects", {"page": 1})  # goes with per_page
        if project_name:
            self._read("projects", "iam", "/v3/projects", {"name": project_name})
        self._read("bad_token", "iam", "/v3/auth/catalog", None, None, NO_TOKEN)

    def _read_dli(self, project: str) -> None:
        flink, spark, sql = f"/v1.0/{project}/streaming/jobs", f"/v2.0/{project}/batches", f"/v1.0/{project}/jobs"
        self._read("unknown_path", "dli", f"/v1.0/{project}/otc-bigdata-no-such-path")
        self._read("flink", "dli", flink, {"limit": 100, "offset": 0})
        self._read("flink_next", "dli", flink, {"limit": 2, "offset": 1})
        self._read("flink_again", "dli", flink, {"limit": 1, "offset": 0})
        self._read("flink_limit", "dli", flink, {"limit": 101})
        self._read("flink_unknown", "dli", f"{flink}/{NO_NUMBER}")
        self._read("no_language", "dli", f"{flink}/{NO_NUMBER}", None, ANY_LANGUAGE)
        self._read_one("flink", "dli", flink)
        self._read_part_of_name(flink)
        self._read("spark", "dli", spark, {"size": 100, "from": 0})
        self._read("spark_next", "dli", spark, {"size": 2, "from": 1})
        self._read("spark_again", "dli", spark, {"size": 1, "from": 0})
        self._read("spark_size", "dli", spark, {"size": 101})
        self._read("spark_unknown", "dli", f"{spark}/{NO_UUID}")
        self._read_one("spark", "dli", spark)
        self._read("sql", "dli", sql, {"page-size": 100, "current-page": 1})
        self._read("sql_size", "dli", sql, {"page-size": 101})
        self._read("sql_page", "dli", sql, {"page-size": 1, "current-page": 101})
        self._read("sql_unknown", "dli", f"{sql}/{NO_UUID}/status")
        started = [job["start_time"] for job in self.jobs("sql") if isinstance(job.get("start_time"), int)]
        if started:
            self._read("sql_window", "dli", sql, {"page-size": 100, "start": started[0]})

    def _read_mrs(self, project: str) -> None:
        clusters = f"/v1.1/{project}/cluster_infos"
        self._read("clusters", "mrs", clusters, {"pageSize": 100, "currentPage": 1})
        self._read("unknown_cluster", "mrs", f"{clusters}/{NO_UUID}")
        running = [
            str(one.get("clusterId")) for one in self.clusters if str(one.get("clusterState")).lower() == "running"
        ]
        if running and WORD.fullmatch(running[0]):
            jobs = f"/v2/{project}/clusters/{running[0]}/job-executions"
            self._read("mrs", "mrs", jobs, {"limit": 100, "offset": 1})
            self._read("mrs_offset", "mrs", jobs, {"limit": 2, "offset": 2})
            self._read("mrs_again", "mrs", jobs, {"limit": 1, "offset": 1})
            self._read("mrs_limit", "mrs", jobs, {"limit": 101, "offset": 1})
            self._read("mrs_unknown", "mrs", f"{jobs}/{NO_UUID}")
            self._read_one("mrs", "mrs", jobs)

    def _read_one(self, kind: str, service: str, path: str) -> None:
        job_id = str(self.steadiest(kind).get(ID[kind])) if self.jobs(kind) else ""
        if WORD.fullmatch(job_id):  # it becomes a part of a path
            self._read(f"{kind}_one", service, f"{path}/{job_id}")

    def _read_part_of_name(self, flink: str) -> None:
        names = (name for name in self.fields("flink", "name") if isinstance(name, str) and len(name) > 2)
        self.part_of = next(names, None)
        if self.part_of:
            self._read("flink_part", "dli", flink, {"name": self.part_of[:-1], "limit": 100})

    # ---- what was read ----

    @property
    def all(self) -> list[Reply]:
        """Also to what was asked again."""
        return [reply for dummy, reply in self._calls]

    def reply(self, name: str) -> Reply | None:
        return self._found.get(name)

    def body(self, name: str, status: int = 2) -> t.Any:
        """The JSON of an answer of this kind of status, else an empty object."""
        reply = self.reply(name)
        found = body_of(reply) if reply and reply.status // 100 == status else None
        return found if isinstance(found, dict) else {}

    def total(self, kind: str) -> int | None:
        """How many jobs a list says that it has."""
        found = self._list(kind, kind).get(JOB_TYPES[kind].listed.total)
        return int(found) if count(found) else None

    def jobs(self, kind: str, name: str = "") -> list[Job]:
        """The jobs of a list; those of ``kind`` itself, or of another answer in its form."""
        return objects(self._list(kind, name or kind).get(JOB_TYPES[kind].listed.rows))

    def _list(self, kind: str, name: str) -> t.Any:
        body, within = self.body(name), JOB_TYPES[kind].listed.within
        found = body.get(within) if within else body
        return found if isinstance(found, dict) else {}

    def steadiest(self, kind: str) -> Job:
        """A job whose status does not change any more, if there is one."""
        return min(self.jobs(kind), key=lambda job: not has_ended(kind, job))

    def new_since(self, kind: str) -> bool:
        """Whether a list may have got another job since it was read: then an offset leads elsewhere."""
        first = [job.get(ID[kind]) for job in self.jobs(kind, f"{kind}_again")[:1]]
        return first != self.fields(kind, ID[kind])[:1]

    @property
    def clusters(self) -> list[Job]:
        return objects(self.body("clusters").get("clusters"))

    def fields(self, kind: str, key: str) -> list[t.Any]:
        return [job.get(key) for job in self.jobs(kind)]

    def catalog(self, *kinds: str) -> list[Job]:
        """The endpoints of these types."""
        entries = objects(self.body("catalog").get("catalog"))
        return [one for entry in entries if entry.get("type") in kinds for one in objects(entry.get("endpoints"))]


def objects(found: t.Any) -> list[Job]:
    """The objects in a list; anything else in it is ignored."""
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def has_ended(kind: str, job: Job) -> bool:
    return str(job.get(STATUS[kind])).lower() in JOB_TYPES[kind].ended


def reached(reply: Reply, service: str, name: str) -> bool:
    """Whether the service has answered what was asked: not that the user may not, that it is too much, or that it is down."""
    if reply.status // 100 == 2:
        return True
    api = APIS[service]
    error = problem(reply, api=api)
    refused = isinstance(error, Refused) and reply.status not in (403, 429) and not expired(reply, api)
    by_service = name == "unknown_path" or not (error.code or "").startswith("APIG")
    return refused and by_service and error.code not in api.no_permission


# ---- words for what was seen ----


def one_word(values: t.Iterable[str]) -> str | None:
    """The word of all, or each of several; None if there is none."""
    return " and ".join(sorted(set(values))) or None


def refusal(reply: Reply | None) -> str | None:
    """Status and code of an error."""
    if reply is None:
        return None
    return f"{reply.status} {code(reply)}" if reply.status >= 400 else str(reply.status)


def code(reply: Reply) -> str:
    return well_formed(code_of(reply)) or "without a code"


def well_formed(code: str | None) -> str | None:
    """A code that has the form of one, as any other text may be private."""
    return code if code and CODE.fullmatch(code) else None


def refused(reply: Reply | None) -> str | None:
    if reply is None:
        return None
    return "refused" if reply.status == 400 else f"answered with {reply.status}"


def kind_of(value: t.Any) -> str:
    if isinstance(value, bool):
        return "a truth value"
    if isinstance(value, str):
        return f'text "{value}"' if value in ("true", "True", "false", "False") else "text"
    kinds = {int: "numbers", float: "numbers", list: "a list", dict: "an object", type(None): "nothing"}
    return kinds.get(type(value), "unknown")


def key_of(reply: Reply | None) -> list[str]:
    """The key that an error has its code under."""
    body = body_of(reply) if reply and reply.status >= 400 else None
    return [key for key in ("error_code", "errorCode", "error") if isinstance(body, dict) and key in body]


def numbered(found: Answers, kind: str) -> str | None:
    """What an offset of one leads to, where pages have two jobs."""
    first = found.fields(kind, ID[kind])
    second = [job.get(ID[kind]) for job in found.jobs(kind, f"{kind}_next")]
    if len(first) < 2 or not second or found.new_since(kind):
        return None
    words: dict[t.Any, str] = dict(zip(first, ("number of the first job", "number of jobs", "number of the page")))
    return words.get(second[0], "another")


# ---- one probe for each assumption that a read can test: None where nothing was seen ----


def language(found: Answers) -> str | None:
    reply = found.reply("no_language")
    if not reply or not reply.content:
        return None
    return "English" if reply.content.isascii() and b"\\u" not in reply.content else "another"


def name_filter(found: Answers) -> str | None:
    if not found.body("flink_part"):
        return None
    names = [job.get("name") for job in found.jobs("flink", "flink_part")]
    return "finds parts of names" if found.part_of in names else "finds whole names"


def list_nulls(found: Answers) -> str | None:
    lists = [found.jobs(kind) for kind in ("flink", "spark", "sql")]
    several = [jobs for jobs in lists if len(jobs) > 1]
    return one_word("null" if len({frozenset(job) for job in jobs}) == 1 else "left out" for jobs in several)


def time_stamps(found: Answers) -> str | None:
    times = [*found.fields("flink", "create_time"), *found.fields("spark", "create_time")]
    times += [*found.fields("sql", "start_time"), *found.fields("mrs", "submitted_time")]
    now = time.time() + 86400
    return one_word("milliseconds" if timestamp(one, now) else "another" for one in times if one)


def statuses(found: Answers) -> str | None:
    words = [(kind, str(word).lower()) for kind in KNOWN for word in found.fields(kind, STATUS[kind])]
    unknown = sorted(
        {word if re.fullmatch("[a-z_]{1,30}", word) else "no word" for kind, word in words if word not in KNOWN[kind]}
    )
    return (f"unknown: {', '.join(unknown)}" if unknown else "known") if words else None


def list_and_get(found: Answers) -> str | None:
    seen = []
    for kind, part in (("flink", "job_detail"), ("spark", ""), ("mrs", "job_detail")):
        one = found.body(f"{kind}_one")
        one = one.get(part) if part else one
        if found.jobs(kind) and isinstance(one, dict) and one:
            job = found.steadiest(kind)
            same = one.get(STATUS[kind]) == job.get(STATUS[kind])
            seen += ["the same"] if same else ["another"] if has_ended(kind, job) else []  # it may just have changed
    return one_word(seen)


def catalog_dli(found: Answers) -> str | None:
    if not objects(found.body("catalog").get("catalog")):
        return None
    return "listed" if found.catalog("dli") else "not listed"


def catalog_urls(found: Answers) -> str | None:
    urls = [str(one.get("url")) for one in found.catalog("dli", "mrs", "mrsv1", "mrsv1.1")]
    return one_word("with placeholders" if re.search(r"[$%]\(", url) else "complete" for url in urls)


def catalog_regions(found: Answers) -> str | None:
    regions = {str(one.get("region") or one.get("region_id")) for one in found.catalog("dli", "mrs")}
    return ("one" if len(regions) == 1 else "several") if regions else None


def projects(found: Answers) -> str | None:
    shown = found.body("projects").get("projects")
    return {0: "none", 1: "one"}.get(len(shown), "several") if isinstance(shown, list) else None


def bad_token(found: Answers) -> str | None:
    reply = found.reply("bad_token")
    return str(reply.status) if reply and (reply.status in (401, 403) or reply.status // 100 == 2) else None


def flink_tags(found: Answers) -> str | None:
    return one_word("none" if tags is None else kind_of(tags) for tags in found.fields("flink", "tags"))


def flink_order(found: Answers) -> str | None:
    times = [one for one in found.fields("flink", "create_time") if isinstance(one, int)]
    return ("newest first" if times == sorted(times, reverse=True) else "another") if len(times) > 1 else None


def spark_state(found: Answers) -> str | None:
    return one_word("lower case" if str(one).islower() else "another" for one in found.fields("spark", "state"))


def spark_app_id(found: Answers) -> str | None:
    ids = [job.get("appId") for job in found.jobs("spark") if str(job.get("state")).lower() == "running"]
    return one_word("empty text" if one == "" else kind_of(one) for one in ids)


def sql_status(found: Answers) -> str | None:
    words = [str(one) for one in found.fields("sql", "status")]
    return one_word(
        "CANCELED" if word == "CANCELED" else "upper case" if word.isupper() else "another" for word in words
    )


def sql_launching(found: Answers) -> str | None:
    jobs = [job for job in found.jobs("sql") if str(job.get("status")).upper() == "LAUNCHING"]
    return one_word("given" if job.get("start_time") else "missing" for job in jobs)


def sql_window(found: Answers) -> str | None:
    starts = [job["start_time"] for job in found.jobs("sql") if isinstance(job.get("start_time"), int)]
    if not found.body("sql_window"):
        return None
    shown = [job.get("start_time") for job in found.jobs("sql", "sql_window")]
    return "inclusive" if starts[0] in shown else "exclusive"


def mrs_offset(found: Answers) -> str | None:
    ids = found.fields("mrs", "job_id")
    second = [job.get("job_id") for job in found.jobs("mrs", "mrs_offset")]
    if len(ids) < 3 or not second or found.new_since("mrs"):
        return None
    words = {ids[1]: "number of the first job", ids[2]: "number of the page"}
    return words.get(second[0], "another")


def mrs_numbers(found: Answers) -> str | None:
    total = found.body("mrs").get("total_record")
    return None if total is None else kind_of(total)


def mrs_new(found: Answers) -> str | None:
    return one_word(str(one) for one in found.fields("mrs", "job_state") if str(one).upper() == "NEW")


def mrs_error_keys(found: Answers) -> str | None:
    keys = [key_of(found.reply(name)) for name in ("mrs_unknown", "unknown_cluster")]
    return one_word(keys[0] + keys[1]) if all(keys) else None


def status_of(reply: Reply | None) -> str | None:
    return str(reply.status) if reply else None


def code_seen(reply: Reply | None) -> str | None:
    return code(reply) if reply else None


def is_success(found: Answers, kind: str) -> str | None:
    body = found.body(kind)
    return kind_of(body.get("is_success")) if body else None


def totals(found: Answers) -> str | None:
    """Of lists that one page shows whole."""
    told = [(found.total(kind), len(found.jobs(kind))) for kind in ID]
    return one_word(
        "as many as are shown" if total == shown else "another number than are shown"
        for total, shown in told
        if total is not None and shown < PAGE
    )


def of_services(found: Answers) -> list[Reply]:
    """And not of IAM."""
    return [reply for reply in found.all if "/v3/" not in reply.call]


def request_id(found: Answers) -> str | None:
    return one_word("X-Request-Id" if reply.headers.get("X-Request-Id") else "none" for reply in of_services(found))


def throttling(headers: t.Mapping[str, str]) -> dict[str, str]:
    """Those headers of an answer that tell of it, in lower case."""
    told = {name.lower(): value.strip() for name, value in sorted(headers.items())}
    return {name: value for name, value in told.items() if THROTTLING.fullmatch(name) and AMOUNT.fullmatch(value)}


def throttled(found: Answers) -> str | None:
    held = [reply for reply in found.all if reply.status == 429]
    if not held:
        return "none" if of_services(found) else None
    told = [f"{name} {value}" for name, value in throttling(held[0].headers).items()]
    return ", ".join([f"429 {code(held[0])}", *told])


PROBES: dict[str, t.Callable[[Answers], str | None]] = {
    "unknown_path": lambda found: refusal(found.reply("unknown_path")),
    "request_id": request_id,
    "totals": totals,
    "throttled": throttled,
    "language": language,
    "name_filter": name_filter,
    "list_nulls": list_nulls,
    "time_stamps": time_stamps,
    "statuses": statuses,
    "list_and_get": list_and_get,
    "catalog_dli": catalog_dli,
    "catalog_urls": catalog_urls,
    "catalog_regions": catalog_regions,
    "iam_error": lambda found: one_word(key_of(found.reply("iam_error"))),
    "projects": projects,
    "bad_token": bad_token,
    "flink_is_success": lambda found: is_success(found, "flink"),
    "flink_unknown": lambda found: refusal(found.reply("flink_unknown")),
    "flink_tags": flink_tags,
    "flink_offset": lambda found: numbered(found, "flink"),
    "flink_order": flink_order,
    "flink_limit": lambda found: refused(found.reply("flink_limit")),
    "flink_savepoint": lambda found: one_word(
        "truth values" if isinstance(one, bool) else kind_of(one) for one in found.fields("flink", "has_savepoint")
    ),
    "spark_state": spark_state,
    "spark_app_id": spark_app_id,
    "spark_unknown": lambda found: refusal(found.reply("spark_unknown")),
    "spark_from": lambda found: numbered(found, "spark"),
    "spark_size": lambda found: refused(found.reply("spark_size")),
    "sql_is_success": lambda found: is_success(found, "sql"),
    "sql_status": sql_status,
    "sql_unknown": lambda found: refusal(found.reply("sql_unknown")),
    "sql_launching": sql_launching,
    "sql_window": sql_window,
    "sql_size": lambda found: refused(found.reply("sql_size")),
    "sql_page": lambda found: refused(found.reply("sql_page")),
    "mrs_read_status": lambda found: status_of(found.reply("mrs")),
    "mrs_error_status": lambda found: status_of(found.reply("mrs_unknown")),
    "mrs_error_keys": mrs_error_keys,
    "mrs_unknown": lambda found: code_seen(found.reply("mrs_unknown")),
    "mrs_unknown_cluster": lambda found: code_seen(found.reply("unknown_cluster")),
    "mrs_offset": mrs_offset,
    "mrs_limit": lambda found: refused(found.reply("mrs_limit")),
    "mrs_numbers": mrs_numbers,
    "mrs_new": mrs_new,
    "mrs_list_tags": lambda found: one_word("none" if one.get("tags") is None else "given" for one in found.clusters),
    "mrs_total": lambda found: (
        kind_of(found.body("clusters")["clusterTotal"]) if "clusterTotal" in found.body("clusters") else None
    ),
}
