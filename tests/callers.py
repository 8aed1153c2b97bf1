"""Callers of a service under load: kept connections, half requests, idle connections, and as many requests as go through."""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

PAUSE_SECONDS = 0.005
"""A caller's pause on a kept connection between two requests."""

PROMISE_SECONDS = 0.25
"""The bucket of the latency objective."""


@dataclass
class KeptConnections:
    """Callers that each keep one connection, ask again and again, and connect again when an answer ends it."""

    port: int
    number: int
    lost: list[str] = field(default_factory=list)
    """Failures of requests on a connection that had an answer before."""
    reset: list[str] = field(default_factory=list)
    """The same for the first request of a connection: the port closed before the service took it."""
    answered: int = 0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._ask) for _ in range(self.number)]
        for thread in self._threads:
            thread.start()

    def join(self, seconds: float) -> None:
        """Wait until no caller reaches the service any more."""
        for thread in self._threads:
            thread.join(seconds)

    def _ask(self) -> None:
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            try:
                connection.connect()
            except OSError:
                return  # refused: nothing was asked, so nothing is lost
            with ExitStack() as stack:
                stack.callback(connection.close)
                if not self._keep_asking(connection):
                    return

    def _keep_asking(self, connection: http.client.HTTPConnection) -> bool:
        """Ask until an answer ends the connection; False if a request was lost."""
        lost = self.reset
        while True:
            try:
                connection.request("GET", "/info")
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException) as failure:
                with self._lock:
                    lost.append(repr(failure))
                return False
            lost = self.lost
            with self._lock:
                self.answered += 1
            if answer.will_close:
                return True
            time.sleep(PAUSE_SECONDS)


@contextmanager
def half_sent(port: int, number: int) -> Iterator[None]:
    """Requests whose end does not come."""
    with ExitStack() as stack:
        for _ in range(number):
            connection = stack.enter_context(_connection(port))
            connection.sendall(b"GET /info HTTP/1.1\r\nHost: test\r\n")
        yield


@contextmanager
def idle(port: int, number: int) -> Iterator[None]:
    """Connections that have asked once and are kept."""
    with ExitStack() as stack:
        for _ in range(number):
            connection = stack.enter_context(_connection(port))
            connection.sendall(b"GET /info HTTP/1.1\r\nHost: test\r\n\r\n")
            connection.recv(65536)
        yield


def _connection(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def slowest_probe(port: int, times: int) -> float:
    """Ask both probes several times; return the seconds of the slowest answer, infinite if one did not come."""
    slowest = 0.0
    for _ in range(times):
        for path in ("/healthz", "/readyz"):
            started = time.monotonic()
            if status(port, path) != http.client.OK:
                return float("inf")
            slowest = max(slowest, time.monotonic() - started)
        time.sleep(0.2)
    return slowest


def status(port: int, path: str) -> int | None:
    """Return the status of an answer on a new connection; None if there is none within five seconds."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def metrics(port: int) -> dict[str, float]:
    """Return the samples of /metrics by series."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/metrics")
    lines = connection.getresponse().read().decode().splitlines()
    connection.close()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {series: float(value) for series, value in pairs}


@dataclass(frozen=True)
class Shares:
    """Which share of the requests took at most 0.25 s, as callers and as the service measured it."""

    callers: float
    service: float
    requests: float


def shares_at_saturation(port: int, connections: int, seconds: int, script: Path) -> Shares:
    """Send as many requests as go through with `wrk`; `script` prints the callers' share."""
    before = metrics(port)
    load = ("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s")
    done = subprocess.run(
        [*load, "-s", str(script), f"http://127.0.0.1:{port}/"],
        env={**os.environ, "CALLERS": str(connections)},
        check=True,
        capture_output=True,
        text=True,
        timeout=seconds + 60,
    )
    time.sleep(1)
    after = metrics(port)
    name = 'http_request_duration_seconds_{}{{method="GET",route="/"{}}}'
    bucket, count = name.format("bucket", f',le="{PROMISE_SECONDS}"'), name.format("count", "")
    requests = after[count] - before[count]
    said = re.search(r"^share (\S+) of (\d+)$", done.stdout, re.M)
    assert said, done.stdout
    made = re.search(r"^ *(\d+) requests in ", done.stdout, re.M)
    assert made, done.stdout
    assert made[1] == said[2], "requests that wrk added are not taken out"
    return Shares(float(said[1]), (after[bucket] - before[bucket]) / requests, requests)
