"""Ten requests a second to the service, and what users get for them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Literal

Got = Literal["ok", "failed", "slow"]

PER_SECOND = 10

LATE = 0.25
"""Seconds: a later answer is slow, as docs/slo.md of a generated repository has it."""

_PATIENCE = 3.0
_AT_ONCE = 40


class Customers:
    """Users that ask for `/` on `port` until `leave`; `tell` hears of each answer."""

    def __init__(self, port: int, tell: Callable[[Got], None]) -> None:
        self._port = port
        self._tell = tell
        self._over = threading.Event()
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="customer")
        self._thread = threading.Thread(target=self._come, name="customers", daemon=True)
        self._thread.start()

    def leave(self) -> None:
        """Ask no more."""
        self._over.set()
        self._thread.join()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _come(self) -> None:
        due = time.monotonic()
        while not self._over.is_set():
            self._pool.submit(self._ask)
            due += 1 / PER_SECOND
            self._over.wait(max(0.0, due - time.monotonic()))

    def _ask(self) -> None:
        began = time.monotonic()
        connection = HTTPConnection("127.0.0.1", self._port, timeout=_PATIENCE)
        try:
            connection.request("GET", "/")
            answer = connection.getresponse()
            answer.read()
            failed = answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        except (OSError, HTTPException):
            failed = True
        finally:
            connection.close()
        took = time.monotonic() - began
        self._tell("failed" if failed else "slow" if took > LATE else "ok")
