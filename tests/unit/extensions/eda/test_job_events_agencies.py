# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A source that looks at the jobs of another account."""

from __future__ import annotations

import json

import pytest

from ansible_collections.otc.bigdata.tests.unit.utils.event_source import until
from ansible_collections.otc.bigdata.tests.unit.utils.service import KEY, PROJECT

OTHER = "abcdef0123456789abcdef0123456789"
AGENCY = {"target_agency_name": "ops-agency", "target_domain_name": "customer-domain", "target_project_name": "eu-de"}
ACCESS_KEY = {name: KEY[name] for name in ("access_key", "secret_key")}


@pytest.fixture
def there(sources):
    """The same job in both accounts; ``put`` changes that of the other one."""
    here = {"job_id": 1, "name": "orders", "status": "job_running"}
    sources.jobs(here)
    sources.put({**here, "project_id": OTHER})
    sources.emulator.settings.update({"answers": {"agency_keys_by": "token_or_key"}})
    return sources


def login_of(sources, kind: str) -> dict:
    place = {name: sources.by_password[name] for name in ("auth_url", "endpoints")} | {"region": "eu-de"}
    user_id = sources.emulator.world.identities.users[0]["id"]
    own = {
        "password": sources.by_password,
        "user_id": {**place, "user_id": user_id, "password": "demo-password"},
        "token": sources.by_token,
        "access key": {**sources.by_token, "token": None, **ACCESS_KEY},
    }
    return {**own[kind], **AGENCY}


def ways(sources) -> list[str]:
    return [entry["login"] for entry in sources.emulator.log.entries() if entry["login"]]


@pytest.mark.parametrize("kind", ["password", "user_id", "token", "access key"])
async def test_only_the_other_account_is_watched(there, kind):
    async with there.start(login_of(there, kind), services=["flink", "spark"]) as source:
        there.put({"job_id": 1, "status": "job_finish"})
        await source.silent()
        there.put({"job_id": 1, "project_id": OTHER, "status": "job_running_exception"})
        event = await source.event()
    assert (event["project_id"], event["after"]) == (OTHER, "job_running_exception")
    assert ways(there) == [*(["password"] if kind in ("password", "user_id") else []), "assume_role"]
    assert PROJECT not in str([one["path"] for one in there.emulator.log.entries()])


@pytest.mark.parametrize("method", [None, "assume_role"], ids=["all", "the second"])
async def test_tokens_of_the_chain_expire(there, method, caplog):
    async with there.start(login_of(there, "password")) as source:
        for number in range(1, 4):
            there.emulator.world.identities.expire_tokens(method)
            status = "job_finish" if number % 2 else "job_running"
            there.put({"job_id": 1, "project_id": OTHER, "status": status})
            assert (await source.event())["after"] == status
            await source.looked(2)
        assert ways(there) == ["password", "assume_role"] * 4
    assert caplog.messages == []


async def test_temporary_keys_expire(there, caplog):
    async with there.start(login_of(there, "access key")) as source:
        there.emulator.world.identities.expire_keys()
        there.put({"job_id": 1, "project_id": OTHER, "status": "job_finish"})
        assert (await source.event())["after"] == "job_finish"
    assert ways(there) == ["assume_role"] * 2
    assert caplog.messages == []


async def test_a_token_that_has_ended_ends_it(there):
    async with there.start(login_of(there, "token")) as source:
        there.emulator.world.identities.expire_tokens()
        with pytest.raises(Exception, match="agency ops-agency of account customer-domain: .*get a new token"):
            await source.end()


REFUSED = [
    ({"target_agency_name": "gone"}, 404, "there is no such account, or it has made no such agency"),
    ({"target_domain_name": "gone"}, 404, "there is no such account, or it has made no such agency"),
    ({"target_project_name": "eu-fr", "region": "eu-de"}, 400, "The project does not exist"),
]


@pytest.mark.parametrize(("wrong", "status", "words"), REFUSED, ids=[next(iter(one[0])) for one in REFUSED])
async def test_an_agency_that_is_refused_ends_it(there, wrong, status, words):
    async with there.start({**login_of(there, "password"), **wrong}, looked=0) as source:
        with pytest.raises(Exception, match=f"HTTP {status}.*agency .*{words}"):
            await source.end()
    assert ways(there) == ["password", "assume_role"]


@pytest.mark.parametrize("missing", AGENCY)
async def test_half_an_agency(there, missing):
    login = {name: value for name, value in login_of(there, "password").items() if name != missing}
    async with there.start(login, looked=0) as source:
        with pytest.raises(Exception, match=f"^{missing}: missing, as target_"):
            await source.end()
    assert there.emulator.log.entries() == []


@pytest.mark.parametrize("kind", ["password", "access key"])
async def test_no_secret_is_shown(there, kind, tmp_path, caplog):
    """Neither a token of the chain nor a temporary key, though the service shows it."""
    caplog.set_level("DEBUG")
    file = tmp_path / "state.json"
    async with there.start(login_of(there, kind), state_file=str(file), max_retries=0) as source:
        identities = there.emulator.world.identities
        secrets = [token for token in identities.tokens if token != "demo-token"]
        for entry in identities.access_keys.values():
            secrets += [entry[name] for name in ("secret", "security_token") if entry["access"].startswith("AS")]
        assert len(secrets) == 2
        body = {"error_code": "DLI.0999", "error_msg": f"no {' '.join(secrets)}"[:900]}
        there.emulator.faults.add(path="/jobs$", status=400, body=body, times=2)
        await until(lambda: "flink can be read again" in caplog.messages)
        there.put({"job_id": 1, "project_id": OTHER, "name": secrets[0], "desc": secrets[1], "status": "job_finish"})
        event = await source.event()
        assert event["name"] != "orders"
    assert not [secret for secret in secrets if secret[:20] in str([event, caplog.text])]
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert not [secret for secret in secrets if secret[:20] in str(kept["events"])]
