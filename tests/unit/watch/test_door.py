"""The proxy in front of the service: it passes on, it fails, it is slow, and it counts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from scaffolder.watch.door import EVERY, SLOW, Door


class Service(BaseHTTPRequestHandler):
    """A service that answers its path."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.path.encode())

    def log_message(self, *_: object) -> None:
        """Print nothing on stderr."""


@pytest.fixture
def door() -> Iterator[Door]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        door = Door()
        door.service = server.server_address[1]
        yield door
        door.close()
        server.shutdown()


def ask(door: Door, path: str = "/") -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", door.port, timeout=5)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body


def test_without_a_fault_it_passes_on(door: Door) -> None:
    assert ask(door, "/info?x=1") == (200, "/info?x=1")
    assert ask(door, "/metrics") == (200, "/metrics\n")


def test_every_fifth_request_fails_and_is_counted(door: Door) -> None:
    door.fault = "fail"
    statuses = [ask(door)[0] for _ in range(2 * EVERY)]
    assert statuses == [200, 200, 200, 200, 500] * 2
    failed = 'http_requests_total{code="500",method="GET",route="/"} 2\n'
    assert failed in ask(door, "/metrics")[1]
    assert ask(door, "/healthz")[0] == 200
    door.forget()
    assert failed not in ask(door, "/metrics")[1]


def test_slow_answers_are_late_and_well(door: Door) -> None:
    door.fault = "slow"
    assert ask(door) == (200, "late\n")
    assert 'code="200"' in ask(door, "/metrics")[1]
    assert SLOW > 0.25


@pytest.mark.parametrize("fault", ["", "fail", "slow"])
def test_a_service_that_does_not_answer_is_a_bad_gateway(door: Door, fault: str) -> None:
    door.service = 1
    door.fault = fault
    assert ask(door)[0] == 502
    assert ask(door, "/metrics")[0] == 502
    assert not door.ready()
