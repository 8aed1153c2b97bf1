"""A proxy in front of the service that can fail and be slow; no fault is built into an image.

While a fault is on, the door answers some requests in the place of the service. It counts these
answers as the service would have, and adds them to `/metrics`: Prometheus sees what users see.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from scaffolder.watch.metrics import Answers

EVERY = 5
"""Of so many requests one fails, with the fault `fail`."""

SLOW = 0.5
"""Seconds that an answer takes with the fault `slow`; the objective of the service is 0.25."""

POLL = 0.05
"""Seconds until a server notices that it is over."""

_PATIENCE = 2.0
_PLAIN = "text/plain; version=0.0.4; charset=utf-8"
_NOT_COUNTED = ("/metrics", "/healthz", "/readyz")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class Door:
    """The proxy, on a free port of 127.0.0.1.

    `fault` is "", "fail" or "slow"; `service` is the port behind it.
    """

    def __init__(self) -> None:
        self.service = 0
        self.fault = ""
        self._answers = Answers()
        self._asked = 0
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _handler(self._answer))
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(POLL,), daemon=True).start()

    def forget(self) -> None:
        """Start the counters again, as those of the service do when it starts."""
        self._answers = Answers()

    def close(self) -> None:
        """Listen no longer."""
        self._server.shutdown()
        self._server.server_close()

    def ready(self) -> bool:
        """Return whether the service reports that it is ready."""
        return self._ask("GET", "/readyz")[0] == HTTPStatus.OK

    def _answer(self, method: str, path: str) -> tuple[int, str, bytes]:
        if path == "/metrics":
            return self._metrics()
        if path in _NOT_COUNTED or not self.fault or not self.ready():
            return self._ask(method, path)
        if self.fault == "slow":
            time.sleep(SLOW)
            self._answers.count(method, path, HTTPStatus.OK, SLOW)
            return HTTPStatus.OK, "text/plain", b"late\n"
        with self._lock:
            self._asked += 1
            fails = self._asked % EVERY == 0
        if not fails:
            return self._ask(method, path)
        self._answers.count(method, path, HTTPStatus.INTERNAL_SERVER_ERROR, 0.001)
        return HTTPStatus.INTERNAL_SERVER_ERROR, "text/plain", b"failed\n"

    def _metrics(self) -> tuple[int, str, bytes]:
        status, kind, body = self._ask("GET", "/metrics")
        if status != HTTPStatus.OK:
            return status, kind, body
        text = body.decode("utf-8", errors="replace")
        return HTTPStatus.OK, _PLAIN, self._answers.added_to(text).encode()

    def _ask(self, method: str, path: str) -> tuple[int, str, bytes]:
        """Return status, type and body of the service's answer; 502 if it gives none."""
        connection = HTTPConnection("127.0.0.1", self.service, timeout=_PATIENCE)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            return answer.status, answer.headers.get("Content-Type", "text/plain"), answer.read()
        except (OSError, HTTPException):
            return HTTPStatus.BAD_GATEWAY, "text/plain", b"the service does not answer\n"
        finally:
            connection.close()


def _handler(
    answer: Callable[[str, str], tuple[int, str, bytes]],
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = answer(self.command, self.path)
            try:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)
            except OSError:  # who asked has gone
                self.close_connection = True

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Print nothing on standard error."""

    return Handler
