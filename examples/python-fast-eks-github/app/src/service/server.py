"""The HTTP server: probes, metrics, access log, limits, and a stop that lets running requests finish."""

import contextlib
import platform
import re
import select
import socket
import sys
import threading
import time
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from service import trace
from service.config import Config
from service.connections import Connections, waited_seconds
from service.log import Log
from service.metrics import Metrics
from service.routes import RefusedError, Response, Route, json_response, metrics_response

OTHER = "other"
# So many requests are worked on at a time; the others wait for their turn, and the metrics count them.
CONCURRENCY = 256
BACKLOG = 1024
# Longer than a load balancer keeps a connection without traffic (60): it must be the side that closes.
SILENCE_SECONDS = 75
HEAD_BYTES = 32 * 1024
BODY_BYTES = 64 * 1024
# How long the rest of what a caller sends is read and dropped, so that it can read its answer.
GOODBYE_SECONDS = 2.0
# How long a stopping service still takes connections: whoever keeps one learns with an answer that it ends.
LINGER_SECONDS = 1.0
# A connection that came just before the port closed has its first request by then.
FIRST_REQUEST_SECONDS = 0.2

READING = ("GET", "HEAD")

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LENGTH = re.compile(r"[0-9]{1,18}")
_ESCAPES = re.compile(r"(?:[^%]|%[0-9A-Fa-f]{2})*", re.DOTALL)
_ABSOLUTE = re.compile(r"https?://[^/?#]*", re.IGNORECASE)


class Server:
    """Takes the port, 0 for any free one; nothing is answered before `start`."""

    def __init__(self, config: Config, routes: Mapping[str, Route], log: Log) -> None:
        self.routes = routes
        self.allowed = _allowed(routes)
        self.log = log
        self.metrics = Metrics([*routes, OTHER], "python", platform.python_version(), config.revision)
        self.ready = False
        self.stopping = False
        self.turns = threading.Semaphore(CONCURRENCY)
        self.connections = Connections()
        self._running = 0
        self._changed = threading.Condition()
        self._http = _HTTPServer(("", config.port), _handler(self), self)

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
        """Turn not ready, close the port a moment later, wait for what runs. Returns how many requests were cut off."""
        deadline = time.monotonic() + seconds
        self.ready = False
        self.stopping = True  # from now on every answer ends its connection
        time.sleep(min(LINGER_SECONDS, seconds / 2))
        self.connections.stop()
        self._http.close_port()
        time.sleep(min(FIRST_REQUEST_SECONDS, seconds / 10))
        with self._changed:
            self._changed.wait_for(lambda: self._running == 0, timeout=max(0.0, deadline - time.monotonic()))
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
    timeout = 0

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler], server: Server) -> None:
        self.log = server.log
        self.connections = server.connections
        super().__init__(address, handler)

    def close_port(self) -> None:
        """Take what has connected already, then nothing more."""
        self.shutdown()
        while select.select([self.socket], [], [], 0)[0]:
            self.handle_request()
        self.socket.close()

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.add(request)
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.connections.remove(request)

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
            self.unread = True
            try:
                super().handle_one_request()
            finally:
                server.connections.is_silent(self.connection)
                if self.counted:
                    server.ended()

        def parse_request(self) -> bool:
            """The first line is here: from now on this request runs and is waited for."""
            self.counted = True
            server.began()
            if not super().parse_request():
                return False
            self.started = time.monotonic() - waited_seconds(self.connection)
            server.connections.is_busy(self.connection)
            self.target = _path(self.requestline.split()[1])
            problem = self.problem()
            if problem:
                self.send_error(HTTPStatus.BAD_REQUEST, problem)
            elif sum(len(name) + len(value) for name, value in self.headers.items()) > HEAD_BYTES:
                self.send_error(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the headers are too long")
            else:
                return True
            return False

        def problem(self) -> str:
            """The error of a request that the base class lets pass; empty if it has none."""
            if self.request_version == "HTTP/0.9":
                return "no version"
            if self.request_version == "HTTP/1.1" and len(self.headers.get_all("Host", [])) != 1:
                return "not one header Host"
            if not _TOKEN.fullmatch(self.command) or not self.target:
                return "unusable method or target"
            names = all(map(_TOKEN.fullmatch, self.headers))
            values = not any("\0" in value for value in self.headers.values())
            if self.headers.defects or not names or not values:
                return "unusable header"
            lengths = self.headers.get_all("Content-Length", [])
            if len(lengths) > 1 or not all(map(_LENGTH.fullmatch, lengths)):
                return "unusable Content-Length"
            return ""

        def __getattr__(self, name: str) -> Any:
            """Every method comes here, known or not: the base class looks for do_GET, do_POST, …"""
            if name.startswith("do_"):
                return self.answer
            raise AttributeError(name)

        def answer(self) -> None:
            own = {"/healthz": self.healthz, "/readyz": self.readyz, "/metrics": self.scrape}.get(self.target)
            if own is None:
                self.answer_route()
            else:
                self.send(own() if self.reads() else json_response(405, error="method not allowed"))

        def healthz(self) -> Response:
            return json_response(200, status="alive")

        def readyz(self) -> Response:
            return json_response(200, status="ready") if server.ready else json_response(503, status="not ready")

        def scrape(self) -> Response:
            return metrics_response(server.metrics.text())

        def reads(self) -> bool:
            return self.command in ("GET", "HEAD")

        def answer_route(self) -> None:
            traced = trace.fields(self.headers.get("traceparent"))
            route = server.routes.get(self.target if self.reads() else f"{self.command} {self.target}")
            body = None if route is None or self.reads() else self.read_body()
            with server.metrics.queued:
                server.turns.acquire()
            try:
                with server.metrics.in_flight:
                    if isinstance(body, Response):
                        response = body
                    elif route is not None:
                        response = self.try_answer(route, [] if body is None else [body], traced)
                    elif self.target in server.allowed:
                        response = json_response(405, error="method not allowed")
                    else:
                        response = json_response(404, error="not found")
            finally:
                server.turns.release()
            milliseconds = round((time.monotonic() - self.started) * 1e3, 3)
            # The query is left out: it may carry personal data.
            server.log.info(
                "request",
                method=self.command,
                path=self.target,
                status=response.status,
                duration_ms=milliseconds,
                **traced,
            )
            # Counted before the answer leaves, so that whoever has the answer finds it in the metrics; and after the log,
            # which lets other threads go first.
            seconds = time.monotonic() - self.started
            label = self.target if self.target in server.allowed else OTHER
            server.metrics.observe(self.command, label, response.status, seconds)
            self.send(response)

        def read_body(self) -> bytes | Response:
            """The body, or what its sender is answered. Its time starts when the last byte is here."""
            if "Transfer-Encoding" in self.headers:
                return json_response(411, error="length required")
            length = int(self.headers.get("Content-Length", "0"))
            if length > BODY_BYTES:
                return json_response(413, error="content too large")
            self.wfile.flush()  # the "100 Continue" that the caller may wait for
            body = self.rfile.read(length)
            self.started = time.monotonic() - waited_seconds(self.connection)
            self.unread = False
            return body if len(body) == length else json_response(400, error="the body ended early")

        def try_answer(self, route: Route, body: list[bytes], traced: dict[str, str]) -> Response:
            try:
                return route(*body)
            except RefusedError as refused:
                return json_response(refused.status, error=str(refused))
            except Exception as failure:  # whatever a route raises, its caller gets an answer and the log the cause
                server.log.error("request failed", failure, **traced)
                return json_response(500, error="internal error")

        def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
            """Answer an invalid request: the base class comes here too. It is counted and logged like any other."""
            too_long = code in (HTTPStatus.REQUEST_URI_TOO_LONG, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            status = 431 if too_long else 400
            server.metrics.count("other", OTHER, status)
            server.log.warn("request refused", status=status, cause=message or explain or "")
            error = "request header fields too large" if too_long else "bad request"
            self.close_connection = True
            self.request_version = self.protocol_version  # an answer to HTTP/0.9 would have no status
            self.command = "GET"  # it has a body
            self.headers = self.MessageClass()
            self.headers["Transfer-Encoding"] = "unread"
            self.send(json_response(status, error=error))

        def send(self, response: Response) -> None:
            self.send_response(response.status)
            self.send_header("Content-Type", response.content_type)
            self.send_header("Content-Length", str(len(response.body)))
            self.send_header("Cache-Control", "no-store")
            if response.status == HTTPStatus.METHOD_NOT_ALLOWED:
                self.send_header("Allow", ", ".join(server.allowed.get(self.target, READING)))
            # An unread body would be taken for the next request.
            has_body = self.headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in self.headers
            if server.stopping or (self.unread and has_body):
                self.send_header("Connection", "close")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(response.body)
            if self.unread and "Content-Length" in self.headers and has_body:
                self.say_goodbye()

        def say_goodbye(self) -> None:
            """Let a caller that is still sending read its answer: closed at once, the connection would be reset."""
            until = time.monotonic() + GOODBYE_SECONDS
            with contextlib.suppress(OSError):
                self.wfile.flush()
                self.connection.shutdown(socket.SHUT_WR)
                self.connection.settimeout(GOODBYE_SECONDS)
                while time.monotonic() < until and self.rfile.read1(64 * 1024):
                    pass

        def version_string(self) -> str:
            """No version of Python for whoever looks for known weaknesses."""
            return "service"

        def log_message(self, *arguments: Any) -> None:
            """The access log is written in `answer_route`."""

    return Handler


def _allowed(routes: Mapping[str, Route]) -> dict[str, list[str]]:
    """Path to the methods that it takes."""
    allowed: dict[str, list[str]] = {}
    for name in routes:
        method, _, path = name.rpartition(" ")
        allowed.setdefault(path, []).extend([method] if method else READING)
    return allowed


def _path(target: str) -> str:
    """The path that a request asks for, decoded; empty if it is none."""
    path = _ABSOLUTE.sub("", target, count=1).partition("?")[0]
    if target != path and not path:
        path = "/"  # http://host alone
    if not (path.startswith("/") or path == "*") or not _ESCAPES.fullmatch(path):
        return ""
    return unquote(path)
