# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator for the benchmark; with a PEM file of key and certificate it speaks TLS. Ends when its stdin does."""

from __future__ import annotations

import ssl
import sys

from ..emulator.server import Emulator


def main() -> None:
    emulator = Emulator()
    if sys.argv[1:]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1])
        emulator.speak_tls(context)
    with emulator:
        print(emulator.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
