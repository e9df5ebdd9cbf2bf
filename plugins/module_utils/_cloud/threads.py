# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""How threads begin."""

from __future__ import annotations

import signal
import threading
import typing as t

# What Ansible and this collection act on. Python makes an object of each in a mask: of all that there are, in the time of a thread
SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGALRM}


def begin(target: t.Callable[[], None], name: str | None = None) -> threading.Thread:
    """A thread that runs ``target``, and that the end of the program does not wait for.

    It gets none of SIGNALS. One that came to it would not wake the main thread, which alone can act on it: an interrupt
    would only be noticed when the request under way ends. Raises RuntimeError where the system has no thread left.
    """
    thread = threading.Thread(target=target, name=name, daemon=True)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        thread.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return thread
