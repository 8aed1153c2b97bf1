"""Users that ask the service, and hear whether it failed."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from scaffolder.tools.background import free_port
from scaffolder.watch.customers import Customers, Got


@contextmanager
def service(status: int) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def first_answer(port: int) -> Got:
    heard: queue.Queue[Got] = queue.Queue()
    customers = Customers(port, heard.put)
    try:
        return heard.get(timeout=30)
    finally:
        customers.leave()


@pytest.mark.parametrize(
    ("status", "expected"),
    [(200, {"ok", "slow"}), (404, {"ok", "slow"}), (500, {"failed"}), (503, {"failed"})],
)
def test_only_an_error_of_the_server_is_a_failure(status: int, expected: set[Got]) -> None:
    with service(status) as port:
        assert first_answer(port) in expected


def test_a_service_that_is_not_there_fails() -> None:
    assert first_answer(free_port()) == "failed"
