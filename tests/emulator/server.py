# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator: connections, routing, faults and log around the services.

A new service is a new file with a ``SERVICE`` in it, and its name in ``SERVICES``.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import pathlib
import secrets
import socket
import socketserver
import ssl
import struct
import sys
import threading
import time
import traceback

from . import control, dli_batch, dli_flink, iam, mrs
from .faults import Faults
from .gateway import RateLimit, refusal, throttled
from .log import RequestLog
from .service import Route, Router
from .settings import ANSWERS, Settings
from .wire import ApiError, BadRequest, GatewayError, Reply, Request, read_request
from .world import World

SERVICES = (iam.SERVICE, dli_flink.SERVICE, dli_batch.SERVICE, mrs.SERVICE)
KINDS = [kind for service in SERVICES for kind in service.kinds]
CHOICES = {**ANSWERS, **{name: values for service in SERVICES for name, values in service.answers.items()}}
DELAYS = {name: value for service in SERVICES for name, value in service.delays.items()}

SEED_FILE = pathlib.Path(__file__).with_name("seed.json")
WITHOUT_END = ("drip", "drip_body", "drip_continue", "endless")
ENDLESS = b"10000\r\n" + b" " * 0x10000 + b"\r\n"  # a chunk of 64 KiB
AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends a reset


class Emulator:
    """The cloud in one process.

    ``with Emulator(seed={"flink_jobs": [{"count": 3}]}, latency=0.02) as emulator:`` serves at ``emulator.url``
    from a thread. The parts that ``seed`` leaves out come from seed.json. Settings: see settings.py.
    """

    def __init__(self, port: int = 0, host: str = "127.0.0.1", seed: dict | None = None, **settings) -> None:
        self.settings = Settings(CHOICES, DELAYS)
        self.settings.update(settings)
        self._first_seed = _merged(json.loads(SEED_FILE.read_text(encoding="utf-8")), seed or {})
        self._first_settings = self.settings.as_dict()
        self.world = World(self.settings, KINDS, self._first_seed)
        self.faults, self.log, self._rate_limit = Faults(), RequestLog(), RateLimit()
        self._router = Router(SERVICES)
        self._id_prefix, self._requests = secrets.token_hex(12), 0
        self._server = _Server((host, port), self)
        self.url = f"http://{host}:{self._server.server_address[1]}"

    def __enter__(self) -> Emulator:
        threading.Thread(target=self.serve_forever, name="emulator", daemon=True).start()
        return self

    def __exit__(self, *dummy) -> None:
        self.stop()

    def speak_tls(self, context: ssl.SSLContext) -> None:
        """Before it serves. Each handshake is in the thread of its connection, so clients do not wait for each other's."""
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = self.url.replace("http", "https")

    def serve_forever(self) -> None:
        self._server.serve_forever(poll_interval=0.05)

    def stop(self) -> None:
        """Stop listening and close all connections."""
        self._server.shutdown()
        self._server.server_close()

    def load(self, seed: dict) -> None:
        """A new world; parts that are not given are those of the start."""
        self.world.load(_merged(self._first_seed, seed))

    def reset(self) -> None:
        """Everything as at the start: jobs, people, settings; no faults, an empty log."""
        self.load({})
        self.settings.update(self._first_settings)
        self.faults.clear()
        self.log.clear()

    # ---- one request ----

    def answer(self, request: Request, connection: int) -> Reply:
        """The reply to a request that came over this connection."""
        if request.path.startswith(control.PREFIX):
            return control.answer(self, request)
        arrived = self.log.arrived(connection)
        self._requests += 1
        request.id = f"{self._id_prefix}{self._requests:08x}"
        route, values = self._router.find(request.method, request.path)
        reply = Reply(500)
        try:
            if self.settings.latency:
                time.sleep(self.settings.latency)
            within = self._rate_limit.passes(self.settings.rate_limit)
            fault = self.faults.next_for(request) if within else None
            if not within:
                reply = throttled(request, self.settings)
            elif fault:
                reply = fault.break_answer(request, lambda: self._carry_out(route, request, values))
            else:
                reply = self._carry_out(route, request, values)
        finally:
            template, total = (route.template, route.counts) if route else ("(unknown)", "other")
            self.log.answered(request, reply, template, total, arrived)
        reply.headers[route.service.request_id_header if route else "X-Request-Id"] = request.id
        return reply

    def _carry_out(self, route: Route | None, request: Request, values: list[str]) -> Reply:
        if route is None:
            return refusal(request, GatewayError("APIGW.0101", "The API does not exist.", 404))
        try:
            with self.world.lock:
                if route.service.access:
                    route.service.access(self.world, request, *values)
                return route.handler(self.world, request, *values)
        except GatewayError as error:
            return refusal(request, error)
        except ApiError as error:
            return route.service.error_reply(self.world, request, error)


def _merged(base: dict, seed: dict) -> dict:
    """The seed; parts that it leaves out are those of the base. What was in other clusters is gone with them."""
    empty = {kind.name: [] for kind in KINDS if kind.parent in seed}
    return {**base, **empty, **seed}


class _Server(socketserver.ThreadingTCPServer):
    """A thread per connection. Connections stay open, as clients keep them for many requests."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], emulator: Emulator) -> None:
        self.emulator, self.open_connections, self.numbers = emulator, set(), itertools.count()
        super().__init__(address, _Connection)

    def server_close(self) -> None:
        super().server_close()
        for connection in list(self.open_connections):
            _close(connection)

    def handle_error(self, request, client_address) -> None:
        """A client that went away is no error."""
        if not isinstance(sys.exc_info()[1], OSError):
            traceback.print_exc()


class _Connection(socketserver.StreamRequestHandler):
    """One connection: reads requests and sends replies until either side has enough."""

    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.number = next(self.server.numbers)
        self.server.open_connections.add(self.connection)

    def handle(self) -> None:
        while self._serve_one():
            pass

    def finish(self) -> None:
        self.server.open_connections.discard(self.connection)
        super().finish()

    def _serve_one(self) -> bool:
        try:
            request = read_request(self.rfile, self.connection.sendall)
        except BadRequest as error:
            self.connection.sendall(Reply(400, {"error": str(error)}, {"Connection": "close"}).encode())
            return False
        if request is None:
            return False
        reply = self.server.emulator.answer(request, self.number)
        if reply.cut == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            self.rfile.close()
            self.connection.close()
            return False
        if reply.cut == "close":
            return False
        if reply.cut in WITHOUT_END:
            self._send_without_end(reply)
        else:
            self.connection.sendall(reply.encode(request.method == "HEAD"))
        return request.keeps_alive and not reply.cut

    def _send_without_end(self, reply: Reply) -> None:
        """An answer that takes as long as the client, or the server, is there."""
        if reply.cut == "endless":
            self.connection.sendall(f"HTTP/1.1 {reply.status} OK\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
            while True:
                self.connection.sendall(ENDLESS)
        head, end, body = reply.encode().partition(b"\r\n\r\n")
        if reply.cut == "drip_body":
            self.connection.sendall(head + end)
            head = end = b""
        while reply.cut == "drip_continue":
            self._drip(b"HTTP/1.1 100 Continue\r\n\r\n", reply.pause)
        self._drip(head + end + body, reply.pause)

    def _drip(self, data: bytes, pause: float) -> None:
        for number in range(len(data)):
            self.connection.sendall(data[number : number + 1])
            time.sleep(pause)


def _close(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it may be closed already
        connection.shutdown(socket.SHUT_RDWR)
