"""A text message gateway on a loopback port, with the faults of a real one, and a ledger of what it took."""

from __future__ import annotations

import json
import ssl
import threading
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "a-token-for-tests"
# A hook sees ("asked" | "arrived" | "taken" | "answered", the client's port) and may answer for the server:
# a status, or "break" to close the connection without an answer.
Hook = Callable[[str, int], int | str | None]


class Gateway:
    """Idempotent like a good provider: a reference taken once is answered, not sent again."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.delivered: Counter[str] = Counter()
        self.posts: Counter[str] = Counter()
        self.messages: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.hook: Hook = lambda point, port: None
        handler = type("Handler", (_Handler,), {"gateway": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.scheme = "https" if context else "http"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self._server.server_address[1]}/v1/messages"

    def take(self, message: dict[str, Any]) -> None:
        reference = message["reference"]
        self.posts[reference] += 1
        if not self.delivered[reference]:
            self.delivered[reference] += 1
            self.messages.append(message)

    def __enter__(self) -> Gateway:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


class _Handler(BaseHTTPRequestHandler):
    gateway: Gateway

    def do_GET(self) -> None:
        reference = self.path.rpartition("/")[2]
        if self._stopped("asked"):
            return
        known = self.gateway.delivered[reference] > 0
        self._answer(200 if known else 404, {"status": "delivered" if known else "unknown"})

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        message = json.loads(self.rfile.read(length))
        self.gateway.headers.append(dict(self.headers.items()))
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            self._answer(401, {})
            return
        if self._stopped("arrived"):
            return
        self.gateway.take(message)
        if self._stopped("taken"):
            return
        self._answer(202, {"status": "accepted"})
        self._stopped("answered")

    def _stopped(self, point: str) -> bool:
        """Whether the hook answered in the server's place."""
        said = self.gateway.hook(point, self.client_address[1])
        if said == "break":
            self.close_connection = True
            self.connection.close()
        elif isinstance(said, int):
            self._answer(said, {})
        return said is not None

    def _answer(self, status: int, said: dict[str, str]) -> None:
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Not to the test's output."""

    def handle(self) -> None:
        try:
            super().handle()
        except (OSError, ValueError):
            self.close_connection = True  # the client, or the hook, has hung up
