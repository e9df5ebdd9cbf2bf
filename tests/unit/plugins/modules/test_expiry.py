# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials that are not, or no longer, accepted: one new login where that helps, and never a second wrong one."""

from __future__ import annotations

import itertools
import threading
import typing as t

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.mrs import CLUSTERS_PATH
from ansible_collections.otc.bigdata.tests.unit.utils.run_module import Result
from ansible_collections.otc.bigdata.tests.unit.utils.service import KEY, PROJECT, Service, check_refused, refusal
from ansible_collections.otc.bigdata.tests.unit.utils.worlds import WORDS

LOGIN = ("POST", "/v3/auth/tokens")
GATEWAY = ("APIGW.0301", "APIGW.0307", "APIG.0301", "APIG.0307")
OWN = {name: ("130000002", 500) if name == "mrs" else ("DLI.10007", 400) for name in WORDS}
SERVICES = list(OWN)
# How each service says that a token has expired, with the HTTP status.
FORMS = [(name, *form) for name in SERVICES for form in (*((code, 401) for code in GATEWAY), OWN[name])]
WORKERS = 8  # the default of max_concurrency
NAMED = {"cluster_id": None, "cluster_name": "analytics"}


@pytest.fixture
def service(request) -> Service:
    return request.getfixturevalue(request.param)


every_form = pytest.mark.parametrize(("service", "code", "status"), FORMS, ids=str, indirect=["service"])
every_service = pytest.mark.parametrize("service", SERVICES, indirect=True)


@pytest.fixture
def before_request(emulator, monkeypatch) -> t.Callable:
    """``before_request(n, ...)(do)``: something happens just before the n-th request to the service is answered."""

    def arrange(*numbers: int) -> t.Callable:
        def then(do: t.Callable[[], t.Any]) -> None:
            counter, lock, answer = itertools.count(1), threading.Lock(), emulator.__class__.answer

            def answered(request, connection: int):
                with lock:
                    if not request.path.startswith("/v3") and next(counter) in numbers:
                        do()
                return answer(emulator, request, connection)

            monkeypatch.setattr(emulator, "answer", answered)

        return then

    return arrange


@pytest.fixture
def expire(emulator) -> t.Callable[[], None]:
    """All tokens are out of date from now on."""

    def expire() -> None:
        emulator.world.identities.expire_tokens()  # of the world as it is by then

    return expire


def calls(service: Service) -> list[tuple]:
    return [(entry["method"], entry["path"]) for entry in service.log]


def logins(service: Service) -> int:
    return calls(service).count(LOGIN)


def by_key(service: Service, **options) -> dict:
    url = service.emulator.url
    return {**KEY, "project_id": PROJECT, "endpoints": {"iam": url, service.endpoint: url}, **options}


def check_true(service: Service, result: Result, ids: list) -> None:
    """Job by job, what was changed is what really was."""
    truth = service.truth
    assert result.column("changed") == {job_id: truth[job_id] != service.running for job_id in ids}
    assert all(job["failed"] or truth[job["id"]] != service.running for job in result["jobs"])


def denied(service: Service) -> list[dict]:
    """The requests that got nothing but a refusal of the credential, other than logins."""
    return [entry for entry in service.log if entry["status"] == 401 and entry["path"] != LOGIN[1]]


# ---- a token that expires on the way ----


@pytest.mark.parametrize("at", [1, 2, 3], ids=["first read", "write", "look"])
@every_form
def test_one_login_and_one_repeat(service, code, status, at, before_request, expire):
    """The request that was refused is made again, and no other."""
    service.answers(expired_token=code)
    job = service.job()
    assert service.run("stopped", [job], login=service.by_password)["changed"]
    normal = calls(service)
    service.job()
    before_request(at)(expire)
    result = service.run("stopped", [job], login=service.by_password)
    assert (result.failed, result["changed"]) == (False, True), result["msg"]
    assert calls(service) == [*normal[: at + 1], LOGIN, *normal[at:]]
    assert [entry["status"] for entry in service.log][at] == status


@pytest.mark.parametrize("code", ["IAM.0066", "IAM.0067", *GATEWAY])
def test_while_the_cluster_is_looked_up(mrs, code):
    mrs.fault(f"{CLUSTERS_PATH}$", "status", status=401, body=refusal(code))
    result = mrs.run("stopped", [mrs.job()], login=mrs.by_password, **NAMED)
    assert (result.failed, result["changed"]) == (False, True), result["msg"]
    assert calls(mrs)[:4] == [LOGIN, ("GET", CLUSTERS_PATH), LOGIN, ("GET", CLUSTERS_PATH)]
    assert logins(mrs) == 2


@every_service
def test_iam_codes_from_a_service(service):
    """What IAM said to the service reaches us through it."""
    for code in ("IAM.0066", "IAM.0067"):
        job = service.job()
        service.fault(f"/{job}(/status)?$", "status", method="GET", status=401, body=refusal(code))
        assert service.run("stopped", [job], login=service.by_password)["changed"]
        assert logins(service) == 2


@pytest.mark.parametrize("details", [False, True])
@every_service
def test_a_reader(service, details, before_request, expire):
    service.answers(expired_token=OWN["mrs" if service.scope else "spark"][0])
    service.many(40)
    service.emulator.settings.update({"latency": 0.02})
    before_request(20 if details else 1)(expire)
    result = service.info(login=service.by_password, details=details)
    assert result["total"] == 40, result
    assert logins(service) == 2


# ---- many workers ----


@pytest.mark.parametrize(
    ("service", "code"),
    [("spark", "DLI.10007"), ("spark", "APIGW.0307"), ("mrs", "130000002"), ("mrs", "APIGW.0301")],
    ids=str,
    indirect=["service"],
)
def test_workers_share_one_login(service, code, before_request, expire):
    """Eight are under way when all tokens expire in the middle of the writes."""
    service.answers(expired_token=code)
    service.emulator.settings.update({"latency": 0.02})
    ids = service.many(100)
    before_request(50)(expire)
    result = service.run("stopped", ids, login=service.by_password)
    assert result["summary"] == {"total": 100, "changed": 100, "unchanged": 0, "failed": 0}, result["msg"]
    assert service.running not in service.truth.values()
    assert logins(service) == 2
    assert 100 < len(service.sent()) <= 100 + WORKERS
    assert not service.total("other")


@pytest.mark.parametrize("wrong", ["token", "key"])
@pytest.mark.parametrize("service", ["spark", "mrs"], indirect=True)
def test_workers_with_a_credential_that_cannot_be_renewed(service, wrong, before_request, expire):
    """What was done is reported, the rest is not even sent, and nobody logs in."""
    service.emulator.settings.update({"latency": 0.02})
    ids = service.many(100)
    before_request(50)(expire if wrong == "token" else service.emulator.world.identities.access_keys.clear)
    login = service.by_token if wrong == "token" else by_key(service)
    result = service.run("stopped", ids, login=login)
    check_refused_with_changes(result, "the credential was not accepted")
    check_true(service, result, ids)
    assert 1 <= len(denied(service)) <= WORKERS
    assert logins(service) == 0


def check_refused_with_changes(result: Result, *words: str) -> None:
    """It failed as a whole, after something was done."""
    assert result.failed
    assert result["changed"]
    assert set(result["error"]) == {"code", "status", "request_id", "message"}
    assert all(word in result["msg"] for word in words), result["msg"]


@pytest.mark.parametrize("service", ["spark", "mrs"], indirect=True)
def test_a_wrong_password_at_the_renewal_is_sent_once(service, before_request, expire):
    """Eight workers with a wrong password would lock the account."""
    service.emulator.settings.update({"latency": 0.02})
    ids = service.many(100)

    def password_changes() -> None:
        identities = service.emulator.world.identities
        identities.users = [{**user, "password": "another-password"} for user in identities.users]
        expire()

    before_request(50)(password_changes)
    result = service.run("stopped", ids, login=service.by_password, max_retries=5)
    check_refused_with_changes(result, "POST", LOGIN[1], "the credential was not accepted")
    check_true(service, result, ids)
    assert [entry["status"] for entry in service.log if entry["path"] == LOGIN[1]] == [201, 401]


def test_workers_share_one_login_while_they_read(flink, before_request, expire):
    """Jobs that a list does not show are read one by one."""
    flink.emulator.settings.update({"latency": 0.02})
    ids = flink.many(40, hidden=True)
    before_request(12)(expire)
    result = flink.run("stopped", ids, login=flink.by_password)
    assert result["summary"]["changed"] == 40, result["msg"]
    assert logins(flink) == 2


# ---- a token that expires again ----


@every_form
def test_the_new_token_is_refused_too(service, code, status, before_request, expire):
    """No third login: the task fails, and says so."""
    service.answers(expired_token=code)
    ids = service.many(1)
    before_request(1, 2)(expire)
    result = service.run("stopped", ids, login=service.by_password)
    check_refused(result, "GET", service.path, code, f"HTTP {status}", "the credential was not accepted")
    assert calls(service) == [LOGIN, calls(service)[1], LOGIN, calls(service)[1]]


@every_service
def test_the_new_token_expires_at_the_write(service, before_request, expire):
    """The first renewal was for the read before it, where the new token was of use; so there is another one."""
    ids = service.many(3)
    before_request(1, 3)(expire)
    result = service.run("stopped", ids, login=service.by_password)
    assert (result.failed, result["changed"]) == (False, True)
    check_true(service, result, ids)
    assert logins(service) == 3


@every_service
def test_the_login_fails_at_the_renewal(service, before_request, expire):
    """Not refused, but not answered either: what was done is in the report."""
    job = service.job()
    service.fault(LOGIN[1], "status", status=503, skip=1, times=None)
    before_request(3)(expire)
    result = service.run("stopped", [job], login=service.by_password, max_retries=0, wait_timeout=1)
    assert (result.failed, result["changed"]) == (True, True)
    assert f"POST {service.emulator.url[7:]}{LOGIN[1]}: HTTP 503" in result["msg"]
    assert result.job(job)["status_before"] == service.running


@every_service
def test_the_answer_of_iam_is_not_that_of_a_write(service, before_request, expire):
    """The writes were refused for their token, so nothing is in doubt; and IAM is asked once, not by every worker."""
    ids = service.many(8)
    service.fault(LOGIN[1], "status", status=503, skip=1, times=None)
    before_request(2)(expire)
    result = service.run("stopped", ids, login=service.by_password, max_retries=0, wait_timeout=5)
    check_refused(result, f"POST {service.emulator.url[7:]}{LOGIN[1]}: HTTP 503")
    check_true(service, result, ids)
    assert "not known" not in result["msg"]
    assert logins(service) == 2


# ---- a credential that cannot be renewed ----


@every_form
def test_a_given_token_has_expired(service, code, status, expire):
    """One request, one clear message, no login, and nothing about passwords that were not given."""
    service.answers(expired_token=code)
    ids = service.many(1)
    expire()
    result = service.run("stopped", ids)
    check_refused(result, "GET", service.path, code, f"HTTP {status}", "the credential was not accepted")
    assert result["error"]["code"] == code
    assert len(service.log) == 1


@every_service
def test_a_given_token_expires_on_the_way(service, before_request, expire):
    """The jobs that were handled are in the answer."""
    job = service.job()
    before_request(3)(expire)
    result = service.run("stopped", [job])
    check_refused_with_changes(result, "GET", service.path, "the credential was not accepted")
    assert (result.job(job)["status_before"], result.job(job)["action"] != "none") == (service.running, True)
    assert len(service.log) == 3


@pytest.mark.parametrize("code", ["IAM.0066", "IAM.0067"])
@pytest.mark.parametrize("project", [{"project_name": "eu-de"}, {}], ids=["by name", "of the token"])
@every_service
def test_a_given_token_while_the_project_is_looked_up(service, project, code):
    """IAM is asked once."""
    login = {"token": "demo-token", "auth_url": service.emulator.url, "endpoints": service.by_token["endpoints"]}
    service.fault("^/v3/", "status", status=401, body=refusal(code), times=None)
    result = service.run("stopped", service.many(2), login={**login, **project}, max_retries=5)
    check_refused(result, "GET", "/v3/", code, "HTTP 401", "the credential was not accepted")
    assert len(service.log) == 1


# ---- wrong from the start: exactly one request, ever ----


def options_of(service: Service, ids: list, reader: bool) -> tuple[str, dict]:
    """A task that would like to send many requests at once."""
    own = {"details": True} if reader else {"state": "stopped"}
    return service.module + "_info" * reader, {service.ids: ids, **service.scope, **own, "max_retries": 5}


@pytest.mark.parametrize("reader", [False, True], ids=["change", "info"])
@pytest.mark.parametrize("count", [1, 2, 100])
@every_service
def test_a_wrong_password_is_sent_once(service, count, reader):
    name, options = options_of(service, service.many(count), reader)
    result = service.door(name, {**options, **service.by_password, "password": "wrong-password"})
    check_refused(result, "POST", LOGIN[1], "HTTP 401", "the credential was not accepted")
    assert calls(service) == [LOGIN]


@pytest.mark.parametrize("reader", [False, True], ids=["change", "info"])
@pytest.mark.parametrize("count", [1, 2, 100])
@every_service
def test_a_wrong_key_is_sent_once(service, count, reader):
    """Five wrong signatures lock the key: so one request shows that it is good before there are many."""
    service.emulator.settings.update({"latency": 0.02})
    name, options = options_of(service, service.many(count), reader)
    result = service.door(name, {**options, **by_key(service, secret_key="wrong-secret-key")})
    check_refused(result, "GET", service.path, "HTTP 401", "the credential was not accepted")
    assert len(service.log) == 1
    assert "wrong-secret-key" not in result.text


@every_service
def test_a_wrong_key_while_the_project_is_looked_up(service):
    """Nor is it tried on the service after IAM has refused it."""
    login = by_key(service, secret_key="wrong-secret-key", project_id=None, project_name="eu-de")
    result = service.run("stopped", service.many(2), login=login, max_retries=5)
    check_refused(result, "GET", "/v3/projects", "HTTP 401", "the credential was not accepted")
    assert len(service.log) == 1


def test_a_wrong_key_while_the_cluster_is_looked_up(mrs):
    login = by_key(mrs, secret_key="wrong-secret-key")
    result = mrs.run("stopped", mrs.many(2), login=login, max_retries=5, **NAMED)
    check_refused(result, "GET", CLUSTERS_PATH, "HTTP 401", "the credential was not accepted")
    assert len(mrs.log) == 1
