# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator for the benchmark; with a PEM file of key and certificate it speaks TLS. Ends when its stdin does."""

from __future__ import annotations

import ssl
import sys

from ..emulator.server import Emulator


def speak_tls(emulator: Emulator, pem: str) -> None:
    context, server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), emulator._server
    context.load_cert_chain(pem)
    # each handshake in the thread of its connection: otherwise clients would wait for each other's
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    emulator.url = emulator.url.replace("http", "https")


def main() -> None:
    emulator = Emulator()
    if sys.argv[1:]:
        speak_tls(emulator, sys.argv[1])
    with emulator:
        print(emulator.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
