"""The HTTP server: probes, metrics, access log, limits, and a stop that lets running requests finish."""

import platform
import sys
import threading
import time
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from service.config import Config
from service.log import Log
from service.metrics import Metrics
from service.routes import Response, Route, json_response, metrics_response

OTHER = "other"
# One thread serves one connection. More connections wait in the backlog until a thread is free.
CONNECTIONS = 512
BACKLOG = 1024
# Longer than a load balancer keeps a connection without traffic (60): it must be the side that closes.
SILENCE_SECONDS = 75


class Server:
    """Takes the port, 0 for any free one; nothing is answered before `start`."""

    def __init__(self, config: Config, routes: Mapping[str, Route], log: Log) -> None:
        self.routes = routes
        self.log = log
        self.metrics = Metrics([*routes, OTHER], "python", platform.python_version(), config.revision)
        self.ready = False
        self.stopping = False
        self._running = 0
        self._changed = threading.Condition()
        self._http = _HTTPServer(("", config.port), _handler(self), log)

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    def start(self) -> None:
        # shutdown() waits for the next look at its flag: ten times a second.
        threading.Thread(target=self._http.serve_forever, args=(0.1,), name="accept", daemon=True).start()

    def become_ready(self) -> None:
        """From now on the service wants traffic."""
        self.ready = True

    def drain(self, seconds: float) -> int:
        """Turn not ready, accept no more connections, wait for what runs. Returns how many requests were cut off."""
        self.ready = False
        self.stopping = True
        self._http.free.release()  # the accepting thread may wait for a free connection
        self._http.shutdown()
        self._http.socket.close()
        with self._changed:
            self._changed.wait_for(lambda: self._running == 0, timeout=seconds)
            return self._running

    def began(self) -> None:
        with self._changed:
            self._running += 1

    def ended(self) -> None:
        with self._changed:
            self._running -= 1
            self._changed.notify_all()


class _HTTPServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = BACKLOG
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler], log: Log) -> None:
        self.log = log
        self.free = threading.BoundedSemaphore(CONNECTIONS + 1)
        self.free.acquire()  # drain() gives this one back
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.free.acquire()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        failure = sys.exception()
        # A caller that went away in the middle of an answer is nothing to report.
        if failure and not isinstance(failure, ConnectionError | TimeoutError):
            self.log.error("connection failed", failure)


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    """The class that reads one connection's requests and answers them for `server`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = SILENCE_SECONDS
        # Send headers and body in one packet.
        wbufsize = -1
        disable_nagle_algorithm = True

        def handle_one_request(self) -> None:
            self.counted = False
            try:
                super().handle_one_request()
            finally:
                if self.counted:
                    server.ended()

        def parse_request(self) -> bool:
            """The first line is here: from now on this request runs and is waited for."""
            self.counted = True
            server.began()
            return super().parse_request()

        def __getattr__(self, name: str) -> Any:
            """Every method comes here, known or not: the base class looks for do_GET, do_POST, …"""
            if name.startswith("do_"):
                return self.answer
            raise AttributeError(name)

        def answer(self) -> None:
            started = time.monotonic()
            path = self.path.partition("?")[0]
            if path == "/healthz":
                self.send(json_response(200, status="alive"))
            elif path == "/readyz":
                self.send(
                    json_response(200, status="ready") if server.ready else json_response(503, status="not ready")
                )
            elif path == "/metrics":
                self.send(metrics_response(server.metrics.text()))
            else:
                self.answer_route(path, started)

        def answer_route(self, path: str, started: float) -> None:
            route = server.routes.get(path)
            if route is None:
                response = json_response(404, error="not found")
            elif self.command not in ("GET", "HEAD"):
                response = json_response(405, error="method not allowed")
            else:
                response = self.try_answer(route)
            # Counted before the answer leaves, so that whoever has the answer finds it in the metrics.
            seconds = time.monotonic() - started
            server.metrics.observe(self.command, path if route else OTHER, response.status, seconds)
            # The query is left out: it may carry personal data.
            server.log.info(
                "request", method=self.command, path=path, status=response.status, duration_ms=round(seconds * 1e3, 3)
            )
            self.send(response)

        def try_answer(self, route: Route) -> Response:
            try:
                return route()
            except Exception as failure:  # whatever a route raises, its caller gets an answer and the log the cause
                server.log.error("request failed", failure)
                return json_response(500, error="internal error")

        def send(self, response: Response) -> None:
            self.send_response(response.status)
            self.send_header("Content-Type", response.content_type)
            self.send_header("Content-Length", str(len(response.body)))
            self.send_header("Cache-Control", "no-store")
            if response.status == HTTPStatus.METHOD_NOT_ALLOWED:
                self.send_header("Allow", "GET, HEAD")
            # A body that nobody read would be taken for the next request.
            has_body = self.headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in self.headers
            if server.stopping or has_body:
                self.send_header("Connection", "close")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(response.body)

        def version_string(self) -> str:
            """No version of Python for whoever looks for known weaknesses."""
            return "service"

        def log_message(self, *arguments: Any) -> None:
            """The access log is written in `answer_route`."""

    return Handler
