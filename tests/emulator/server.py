# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connections to a cloud."""

from __future__ import annotations

import contextlib
import itertools
import socket
import socketserver
import ssl
import struct
import sys
import threading
import time
import traceback

from .cloud import Cloud
from .wire import BadRequest, Reply, read_request

WITHOUT_END = ("drip", "drip_body", "drip_continue", "endless")
ENDLESS = b"10000\r\n" + b" " * 0x10000 + b"\r\n"  # a chunk of 64 KiB
AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends a reset


class Emulator(Cloud):
    """A cloud that can be reached by HTTP.

    ``with Emulator(seed={"flink_jobs": [{"count": 3}]}, latency=0.02) as emulator:`` serves at ``emulator.url``
    from a thread.
    """

    def __init__(self, port: int = 0, host: str = "127.0.0.1", seed: dict | None = None, **settings) -> None:
        super().__init__(seed, **settings)
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

    def hang_up(self) -> None:
        """Ends all connections. What came over one of them, even over one not accepted yet, is answered now or never."""
        with socket.create_connection(self._server.server_address) as last:  # accepted after all others
            last.shutdown(socket.SHUT_WR)
            last.recv(1)  # which ends when the server has seen the end of it
        self._server.close_connections()
        while self._server.open_connections:
            time.sleep(0.005)

    def stop(self) -> None:
        """Stop listening and close all connections."""
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    """A thread per connection. Connections stay open, as clients keep them for many requests."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], emulator: Emulator) -> None:
        self.emulator, self.open_connections, self.numbers = emulator, set(), itertools.count()
        super().__init__(address, _Connection)

    def process_request(self, request, client_address) -> None:
        """Before it has a thread: one that was accepted is known to be there."""
        self.open_connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request) -> None:
        super().shutdown_request(request)
        self.open_connections.discard(request)

    def server_close(self) -> None:
        super().server_close()
        self.close_connections()

    def close_connections(self) -> None:
        for connection in list(self.open_connections):
            with contextlib.suppress(OSError):  # it may be closed already
                connection.shutdown(socket.SHUT_RDWR)

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

    def handle(self) -> None:
        while self._serve_one():
            pass

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
