# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS as the modules do it: who is trusted, and certificates of our own."""

from __future__ import annotations

import pathlib
import ssl

import pytest
import trustme

from ansible_collections.otc.bigdata.tests.emulator.server import Emulator
from ansible_collections.otc.bigdata.tests.unit.utils.flink import JOBS_PATH, Flink
from ansible_collections.otc.bigdata.tests.unit.utils.service import check_http_error, check_refused

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """An authority, a certificate of the server, one of a client, and files that are of no use."""
    folder, authority = tmp_path_factory.mktemp("tls"), trustme.CA()
    kinds = ("ca", "server", "client", "key", "both", "other key", "locked key", "text", "nothing")
    names = {name: str(folder / f"{name}.pem") for name in kinds}
    client = authority.issue_cert("client@example.org")
    authority.cert_pem.write_to_path(names["ca"])
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(names["server"])
    client.cert_chain_pems[0].write_to_path(names["client"])
    client.private_key_pem.write_to_path(names["key"])
    client.private_key_and_cert_chain_pem.write_to_path(names["both"])
    authority.issue_cert("other@example.org").private_key_pem.write_to_path(names["other key"])
    first, *rest = client.private_key_pem.bytes().decode().splitlines()
    locked = [first, "Proc-Type: 4,ENCRYPTED", f"DEK-Info: AES-256-CBC,{'00' * 16}", "", *rest, ""]
    pathlib.Path(names["locked key"]).write_text("\n".join(locked), encoding="utf-8")
    pathlib.Path(names["text"]).write_text("no certificate", encoding="utf-8")
    return names


def serve(files: dict, **settings) -> Emulator:
    """An emulator that speaks TLS."""
    emulator, context = Emulator(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files["server"])
    context.load_verify_locations(files["ca"])
    for name, value in settings.items():
        setattr(context, name, value)
    emulator.speak_tls(context)
    return emulator


@pytest.mark.parametrize(
    ("options", "environ", "good"),
    [
        ({}, {}, False),
        ({"ca_path": "ca"}, {}, True),
        ({"ca_cert": "ca"}, {}, True),
        ({}, {"OS_CACERT": "ca"}, True),
        ({}, {"REQUESTS_CA_BUNDLE": "ca", "OS_CACERT": "client"}, False),  # the documented variable decides
        ({"ca_path": "ca"}, {"OS_CACERT": "client"}, True),
        ({"validate_certs": False}, {}, True),
        ({"validate_certs": True, "ca_path": "client"}, {}, False),
    ],
    ids=str,
)
def test_who_is_trusted(files, door, options, environ, good):
    """Unknown authorities are refused, with one clear message, unless the task says otherwise."""
    with serve(files) as emulator:

        def named(values: dict) -> dict:
            return {name: files.get(value, value) for name, value in values.items()}

        flink = Flink(emulator, door)
        result = flink.run("stopped", [128], environ=named(environ), max_retries=0, **named(options))
        if good:
            assert result["changed"], result["msg"]
        else:
            check_http_error(result, "GET", emulator.url, JOBS_PATH)
            assert not flink.log


@pytest.mark.parametrize(
    ("options", "environ", "good"),
    [
        ({"client_cert": "client", "client_key": "key"}, {}, True),
        ({"client_cert": "both"}, {}, True),
        ({}, {"OS_CERT": "client", "OS_KEY": "key"}, True),
        ({}, {"OS_CERT": "both"}, True),
        ({"client_cert": "both"}, {"OS_CERT": "text"}, True),
        ({}, {}, False),
    ],
    ids=str,
)
def test_certificate_of_our_own(files, door, options, environ, good):
    """A server that wants to know us."""
    with serve(files, verify_mode=ssl.CERT_REQUIRED, maximum_version=ssl.TLSVersion.TLSv1_2) as emulator:
        given, variables = ({name: files[file] for name, file in values.items()} for values in (options, environ))
        result = Flink(emulator, door).run(
            "stopped", [128], environ=variables, ca_path=files["ca"], max_retries=0, **given
        )
        assert result["changed"] is good
        assert result.failed is not good


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
@pytest.mark.parametrize("module", ["run", "info"])
def test_server_demands_a_certificate(files, door, version, module):
    """One clear message that names the way out, and no repeats, as nothing will change."""
    with serve(files, verify_mode=ssl.CERT_REQUIRED, minimum_version=version, maximum_version=version) as emulator:
        flink = Flink(emulator, door)
        login = {**flink.by_token, "ca_path": files["ca"]}
        result = flink.run("stopped", [128], login) if module == "run" else flink.info(login, job_ids=[128])
        check_http_error(result, "GET", emulator.url, JOBS_PATH)
        check_refused(result, "client_cert")
        assert not flink.log


@pytest.mark.parametrize(
    ("cert", "key"),
    [
        ("client", None),
        ("client", "other key"),
        ("client", "locked key"),
        ("client", "text"),
        ("client", "nothing"),
        ("key", "client"),
        ("text", "key"),
    ],
)
def test_certificate_of_no_use(files, door, cert, key):
    """It is told before anything is sent, and nobody is asked for the passphrase of a key."""
    with serve(files, verify_mode=ssl.CERT_REQUIRED) as emulator:
        flink = Flink(emulator, door)
        given = {"client_cert": files[cert], **({"client_key": files[key]} if key else {})}
        result = flink.run("stopped", [128], ca_path=files["ca"], max_retries=0, **given)
        check_refused(result, "client_key")
        assert "pass phrase" not in result.text.lower()
        assert not flink.log


@pytest.mark.parametrize("name", ["ca_path", "client_cert"])
def test_file_that_is_not_there(flink, name):
    check_refused(flink.run("stopped", [128], **{name: "/no/such/file.pem"}), name)
    assert not flink.log
