"""The service of a lab, run on a runtime of this machine, and what it answers."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from scaffolder.errors import ProjectError
from scaffolder.lab.runtimes import Installed
from scaffolder.tools.background import Background, free_port

PROGRAM: dict[str, tuple[str, ...]] = {
    "java": ("-Xmx64m", "-XX:CompressedClassSpaceSize=32m", "-cp", "receipts", "Receipts"),
    "node": ("receipts/receipts.mjs",),
    "python": ("receipts/receipts.py",),
}
"""The program to start in the repository; the runtime comes before it."""

OK = 200
_PATIENCE = 30.0
_ANSWER = 5.0


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A service's answer: its status, and the first line of the text."""

    path: str
    status: int
    text: str


@contextmanager
def running(root: Path, installed: Installed) -> Iterator[int]:
    """Run the service of the lab until the block ends; yield its port.

    Raises:
        ProjectError: it does not start.

    """
    argv = (str(Path(installed.path).absolute()), *PROGRAM[installed.runtime])
    with _started(argv, root, {}) as port:
        yield port


@contextmanager
def generated(root: Path, name: str, environment: str) -> Iterator[int]:
    """Run the generated service in Python with the settings of an environment; yield its port.

    Raises:
        ProjectError: it does not start.

    """
    settings = {"SERVICE_NAME": name, "ENVIRONMENT": environment, "PYTHONPATH": "app/src"}
    with _started((sys.executable, "-m", "service"), root, settings) as port:
        yield port


@contextmanager
def _started(argv: tuple[str, ...], root: Path, settings: dict[str, str]) -> Iterator[int]:
    port = free_port()
    environment = {**settings, "PORT": str(port), "PYTHONDONTWRITEBYTECODE": "1"}
    with Background("scaffold-lab-") as background:
        background.start("service", argv, cwd=root.absolute(), env=environment)
        deadline = time.monotonic() + _PATIENCE
        while ask(port, "/readyz") is None:
            if background.ended("service") or time.monotonic() > deadline:
                words = background.last_words("service")
                raise ProjectError(f"the service did not start: {words}".rstrip(": "))
            time.sleep(0.05)
        yield port


def ask(port: int, path: str) -> Answer | None:
    """Return what the service on a port answers, None if nothing is there."""
    connection = HTTPConnection("127.0.0.1", port, timeout=_ANSWER)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        lines = response.read().decode("utf-8", errors="replace").splitlines()
        return Answer(path=path, status=response.status, text=lines[0] if lines else "")
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()
