"""Servers that are replaced while users ask: processes of the service behind a door."""

from __future__ import annotations

import itertools
import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scaffolder.errors import ProjectError
from scaffolder.formats.regex import regex
from scaffolder.lab import live
from scaffolder.tools.background import Background, free_port

SERVERS = "terraform/env/envs/common.tfvars"
"""The file in the repository that states how many machines serve."""

_SERVERS = regex(r"^servers\s*=\s*(\d+)", re.MULTILINE)
_PODS = regex(r"^\s+minReplicas: (\d+)", re.MULTILINE)

PATH = "/info"
_EVERY = 0.02
"""Seconds between two requests of the users."""

_QUIET = 0.4
_PATIENCE = 30.0
MOST = 4
"""Processes that a lab may start on a small machine."""


@dataclass(kw_only=True)
class Users:
    """The users' results."""

    requests: int = 0
    failed: int = 0


@dataclass(kw_only=True)
class Fleet:
    """The processes behind the door: name to port, and those that are asked."""

    ports: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    turn: Iterator[int] = field(default_factory=itertools.count)

    def answers(self) -> bool:
        """Ask the next process; return whether it answered."""
        asked = tuple(self.asked)
        if not asked:
            return False
        name = asked[next(self.turn) % len(asked)]
        answer = live.ask(self.ports[name], PATH)
        return answer is not None and answer.status == live.OK


@dataclass(frozen=True, kw_only=True)
class Serving:
    """How many processes serve prod, and whether each is a pod or a server."""

    number: int
    kind: str


def serving(root: Path) -> Serving:
    """Return which processes serve prod: pods of the chart, else servers of Terraform.

    Raises:
        ProjectError: the repository has neither.

    """
    for file in sorted(root.glob("helm/*/values-prod.yaml")):
        if pods := _number(file, _PODS):
            return Serving(number=min(pods, MOST), kind="pod")
    servers = _number(root / SERVERS, _SERVERS)
    if not servers:
        raise ProjectError(f"{SERVERS} names no number of servers", hint="scaffold lab reset")
    return Serving(number=min(servers, MOST), kind="server")


def replaced(root: Path, number: int) -> Users:
    """Replace each of `number` processes, one after the other, while users ask.

    One that is about to stop is not asked any more, and the new one when it is ready: as the
    load balancer, or the cluster, does.

    Raises:
        ProjectError: the service does not start.

    """
    names = [f"service-{index}" for index in range(number)]
    fleet, users = Fleet(), Users()
    with Background("scaffold-lab-") as background:
        for name in names:
            _start(background, root, fleet, name)
        for name in names:
            _wait(background, fleet, name)
            fleet.asked.append(name)
        with _asking(fleet, users):
            time.sleep(_QUIET)
            for name in names:
                _replace(background, root, fleet, name)
            time.sleep(_QUIET)
    return users


def _number(file: Path, pattern: re.Pattern[str]) -> int:
    """Return the number that a file states, 0 if there is no such file or line."""
    found = pattern.search(file.read_text(encoding="utf-8")) if file.is_file() else None
    return int(found[1]) if found else 0


def _replace(background: Background, root: Path, fleet: Fleet, name: str) -> None:
    fleet.asked = [other for other in fleet.asked if other != name]
    time.sleep(_QUIET)  # what was asked before ends
    background.stop(name)
    _start(background, root, fleet, name)
    _wait(background, fleet, name)
    fleet.asked = [*fleet.asked, name]


@contextmanager
def _asking(fleet: Fleet, users: Users) -> Iterator[None]:
    """Let users ask until the block ends."""
    over = threading.Event()

    def ask() -> None:
        while not over.wait(_EVERY):
            users.requests += 1
            users.failed += not fleet.answers()

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _start(background: Background, root: Path, fleet: Fleet, name: str) -> None:
    fleet.ports[name] = free_port()
    settings = {
        "SERVICE_NAME": "orders",
        "ENVIRONMENT": "prod",
        "PYTHONPATH": "app/src",
        "PYTHONDONTWRITEBYTECODE": "1",
        "DRAIN_SECONDS": "1",
        "PORT": str(fleet.ports[name]),
    }
    argv = (sys.executable, "-m", "service")
    background.start(name, argv, cwd=root.absolute(), env=settings)


def _wait(background: Background, fleet: Fleet, name: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while live.ask(fleet.ports[name], "/readyz") is None:
        if background.ended(name) or time.monotonic() > deadline:
            words = background.last_words(name)
            raise ProjectError(f"the service did not start: {words}".rstrip(": "))
        time.sleep(0.05)
