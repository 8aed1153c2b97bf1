"""Talks to a running server over a real socket."""

import contextlib
import io
import socket
import threading
import time
import unittest
from collections.abc import Iterator, Mapping

from service import config, healthcheck
from service.log import Log
from service.routes import Response, Route, json_response, routes
from service.server import Server

CONFIG = config.load({"PORT": "0"})


class Running:
    """A server on a free port, and what it wrote to its log."""

    def __init__(self, answers: Mapping[str, Route]) -> None:
        self.written = io.StringIO()
        self.server = Server(CONFIG, answers, Log(self.written))
        self.server.start()

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.server.port), timeout=10)

    def get(self, path: str) -> str:
        return self.send(f"GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")

    def send(self, request: str) -> str:
        """The whole answer, headers included."""
        with self.connect() as connection:
            connection.sendall(request.encode())
            return b"".join(iter(lambda: connection.recv(4096), b"")).decode()

    def refuses_connections(self) -> bool:
        """Wait up to five seconds for the port to close."""
        for _ in range(100):
            try:
                self.connect().close()
            except ConnectionRefusedError:
                return True
            except OSError:
                pass  # caught between accepting and closing: look again
            time.sleep(0.05)
        return False


class Gate:
    """A route that answers only when the test lets it."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.finish = threading.Event()

    def __call__(self) -> Response:
        self.entered.set()
        self.finish.wait(10)
        return json_response(200, finished=True)


@contextlib.contextmanager
def running(answers: Mapping[str, Route] | None = None) -> Iterator[Running]:
    server = Running(routes(CONFIG) if answers is None else answers)
    try:
        yield server
    finally:
        server.server.drain(0)


class ServerTest(unittest.TestCase):
    def test_every_path_answers_with_its_type(self) -> None:
        with running() as server:
            self.assertIn('{"message":"Hello from service"}', server.get("/"))
            self.assertIn('{"status":"alive"}', server.get("/healthz"))
            self.assertIn("Content-Type: application/json\r\n", server.get("/info"))
            self.assertIn("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n", server.get("/metrics"))

    def test_ready_only_after_the_start(self) -> None:
        with running() as server:
            self.assertIn("HTTP/1.1 503", server.get("/readyz"))
            server.server.become_ready()
            self.assertIn("HTTP/1.1 200", server.get("/readyz"))

    def test_unknown_paths_share_one_series(self) -> None:
        with running() as server:
            self.assertIn("HTTP/1.1 404", server.get("/nothing-here"))
            self.assertIn("HTTP/1.1 404", server.get("/info/"))
            metrics = server.get("/metrics")
            self.assertIn('http_requests_total{method="GET",route="other",code="404"} 2\n', metrics)
            self.assertNotIn("nothing-here", metrics)

    def test_probes_and_scrapes_are_not_counted(self) -> None:
        with running() as server:
            for path in ("/", "/healthz", "/readyz", "/metrics"):
                server.get(path)
            metrics = server.get("/metrics")
            self.assertIn('http_requests_total{method="GET",route="/",code="200"} 1\n', metrics)
            self.assertNotIn("healthz", metrics)
            self.assertNotIn('route="/metrics"', metrics)
            self.assertNotIn('code="503"', metrics)

    def test_a_failing_route_is_status_500_and_counted(self) -> None:
        def failing() -> Response:
            raise RuntimeError("broken")

        with running({"/": failing}) as server:
            answer = server.get("/")
            self.assertIn("HTTP/1.1 500", answer)
            self.assertNotIn("broken", answer)
            self.assertIn('http_requests_total{method="GET",route="/",code="500"} 1\n', server.get("/metrics"))
            self.assertIn("RuntimeError('broken')", server.written.getvalue())

    def test_what_is_no_request_is_answered_counted_and_logged(self) -> None:
        with running() as server:
            for request in ("\x16\x03\x01\r\n\r\n", "GET /info HTTP/1.1\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: test\r\n\r\n"):
                answer = server.send(request)
                self.assertIn("HTTP/1.1 400", answer)
                self.assertTrue(answer.endswith('{"error":"bad request"}\n'))
            self.assertIn("HTTP/1.1 431", server.send(f"GET / HTTP/1.1\r\nHost: test\r\nA: {'a' * 40000}\r\n\r\n"))
            metrics = server.get("/metrics")
            self.assertIn('http_requests_total{method="other",route="other",code="400"} 3\n', metrics)
            self.assertEqual(server.written.getvalue().count('"message":"request refused"'), 4)

    def test_a_path_may_be_written_in_several_ways(self) -> None:
        with running() as server:
            for target in ("/info", "/%69nfo", "http://test/info?q=%zz"):
                self.assertIn("HTTP/1.1 200", server.get(target))
            self.assertIn("HTTP/1.1 404", server.get("//info"))

    def test_only_reading_is_allowed(self) -> None:
        with running() as server:
            answer = server.send("POST /info HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\n\r\n{}")
            self.assertIn("HTTP/1.1 405", answer)
            self.assertIn("Allow: GET, HEAD\r\n", answer)
            head = server.send("HEAD / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
            self.assertIn("HTTP/1.1 200", head)
            self.assertTrue(head.endswith("\r\n\r\n"))

    def test_a_body_is_read_up_to_its_limit(self) -> None:
        with running() as server:
            head = "POST / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n"
            answer = server.send(head + 'Content-Length: 14\r\n\r\n{"name":"Ada"}')
            self.assertIn('{"message":"Hello Ada from service"}', answer)
            self.assertIn("HTTP/1.1 400", server.send(head + "Content-Length: 1\r\n\r\n{"))
            self.assertIn("HTTP/1.1 413", server.send(head + "Content-Length: 65537\r\n\r\n{"))
            self.assertIn("HTTP/1.1 411", server.send(head + "Transfer-Encoding: chunked\r\n\r\n"))
            answer = server.send("PUT / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
            self.assertIn("Allow: GET, HEAD, POST\r\n", answer)
            metrics = server.get("/metrics")
            for code in (200, 400, 411, 413):
                self.assertIn(f'http_requests_total{{method="POST",route="/",code="{code}"}} 1\n', metrics)

    def test_a_connection_is_kept_after_a_body(self) -> None:
        with running() as server, server.connect() as connection:
            for _ in range(2):
                connection.sendall(b'POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 14\r\n\r\n{"name":"Ada"}')
                self.assertIn(b"Hello Ada", connection.recv(4096))

    def test_the_access_log_leaves_the_query_out(self) -> None:
        with running() as server:
            server.get("/info?token=secret")
            server.get("/healthz")
            log = server.written.getvalue()
            self.assertIn('"message":"request","method":"GET","path":"/info","status":200', log)
            self.assertNotIn("secret", log)
            self.assertNotIn("healthz", log)

    def test_the_health_check_follows_the_server(self) -> None:
        with running() as server, contextlib.redirect_stderr(io.StringIO()):
            url = f"http://127.0.0.1:{server.server.port}"
            self.assertTrue(healthcheck.answers(url + "/healthz"))
            self.assertFalse(healthcheck.answers(url + "/readyz"))
        with contextlib.redirect_stderr(io.StringIO()):
            self.assertFalse(healthcheck.answers(url + "/healthz"))

    def test_stopping_finishes_what_runs_and_accepts_nothing_new(self) -> None:
        gate = Gate()
        server = Running({"/": gate})
        server.server.become_ready()
        answers: list[str] = []
        cut_off: list[int] = []
        request = threading.Thread(target=lambda: answers.append(server.get("/")))
        stop = threading.Thread(target=lambda: cut_off.append(server.server.drain(10)))
        request.start()
        gate.entered.wait(5)
        stop.start()
        self.assertTrue(server.refuses_connections())
        gate.finish.set()
        request.join(5)
        stop.join(5)
        self.assertIn('{"finished":true}', answers[0])
        self.assertEqual(cut_off, [0])

    def test_stopping_gives_up_at_the_deadline(self) -> None:
        gate = Gate()
        server = Running({"/": gate})
        request = threading.Thread(target=lambda: server.get("/"))
        request.start()
        gate.entered.wait(5)
        started = time.monotonic()
        self.assertEqual(server.server.drain(0.5), 1)
        self.assertLess(time.monotonic() - started, 3)
        gate.finish.set()
        request.join(5)

    def test_a_request_sent_while_stopping_finds_the_service_not_ready(self) -> None:
        gate = Gate()
        server = Running({"/": gate})
        server.server.become_ready()
        readiness = b"GET /readyz HTTP/1.1\r\nHost: test\r\n\r\n"
        with server.connect() as open_connection:
            open_connection.sendall(readiness)
            self.assertIn(b"HTTP/1.1 200", open_connection.recv(4096))
            request = threading.Thread(target=lambda: server.get("/"))
            stop = threading.Thread(target=lambda: server.server.drain(10))
            request.start()
            gate.entered.wait(5)
            stop.start()
            self.assertTrue(server.refuses_connections())
            open_connection.sendall(readiness)
            answer = open_connection.recv(4096)
            self.assertIn(b"HTTP/1.1 503", answer)
            self.assertIn(b"Connection: close\r\n", answer)
        gate.finish.set()
        request.join(5)
        stop.join(5)
