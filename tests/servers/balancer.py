"""A load balancer before the servers of a test: it asks each whether it is ready, and sends a request to one that said yes.

Two answers in a row take a server out or in, as in the Terraform of the servers; a request that fails is not sent again.
"""

from __future__ import annotations

import itertools
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

EVERY = 0.5
"""Seconds between two questions to a server; the real one asks every five, and its servers leave for fifteen."""
IN_A_ROW = 2


@dataclass
class _Target:
    address: str
    healthy: bool = True
    against: int = 0
    """How many answers in a row contradict `healthy`."""

    def heard(self, ready: bool) -> None:
        self.against = 0 if ready == self.healthy else self.against + 1
        if self.against == IN_A_ROW:
            self.healthy, self.against = ready, 0


@dataclass
class _Balancer:
    targets: list[_Target]
    turn: Iterator[int] = field(default_factory=itertools.count)

    def choose(self) -> _Target | None:
        healthy = [target for target in self.targets if target.healthy]
        return healthy[next(self.turn) % len(healthy)] if healthy else None


@contextmanager
def balancer(addresses: list[str]) -> Iterator[str]:
    """Balance requests over servers until the end of the block; the address of the front."""
    state = _Balancer([_Target(address) for address in addresses])
    ended = threading.Event()

    def watch(target: _Target) -> None:
        while not ended.is_set():
            target.heard(_status(f"http://{target.address}/readyz", 3) == 200)
            time.sleep(EVERY)

    class Forward(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            target = state.choose()
            status = _status(f"http://{target.address}{self.path}", 45) if target else 503
            self.send_response(status or 502)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Print nothing: a test counts the statuses."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Forward)
    threads = [threading.Thread(target=watch, args=(target,)) for target in state.targets]
    threads.append(threading.Thread(target=server.serve_forever))
    for thread in threads:
        thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
        for thread in threads:
            thread.join()


def _status(url: str, seconds: float) -> int:
    try:
        with urllib.request.urlopen(url, timeout=seconds) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0
