"""A release under load: processes of the service behind a door, replaced while users ask."""

from __future__ import annotations

import itertools
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from scaffolder.errors import ProjectError
from scaffolder.lab import live
from scaffolder.tools.background import Background, free_port

FILE = "grow.yml"
"""The file in the repository that sets how the service is released."""

PATH = "/info"
_EVERY = 0.02
"""Seconds between two requests of the users."""

_QUIET = 0.4
_PATIENCE = 30.0
LONGEST = 4
"""Processes that a lab may start on a small machine."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a service is released; with `ask_readiness` only processes that are ready are asked."""

    processes: int
    one_at_a_time: bool
    ask_readiness: bool


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


def read(root: Path) -> Plan:
    """Return how grow.yml releases the service.

    Raises:
        ProjectError: a line is missing, or is not a number or not true or false.

    """
    file = root / FILE
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
        processes = found["processes"]
        turns, readiness = found["one-at-a-time"], found["ask-readiness"]
    except (OSError, KeyError, TypeError, yaml.YAMLError) as error:
        raise ProjectError(f"{FILE} cannot be read: {error}", hint="scaffold lab reset") from error
    whole = isinstance(processes, int) and not isinstance(processes, bool)
    if not whole or not 1 <= processes <= LONGEST:
        raise ProjectError(f"{FILE}: processes must be a number from 1 to {LONGEST}")
    if not isinstance(turns, bool) or not isinstance(readiness, bool):
        raise ProjectError(f"{FILE}: one-at-a-time and ask-readiness must be true or false")
    return Plan(processes=processes, one_at_a_time=turns, ask_readiness=readiness)


def released(root: Path, plan: Plan) -> Users:
    """Release the service once while users ask; return what they got.

    Raises:
        ProjectError: the service does not start.

    """
    names = [f"service-{number}" for number in range(plan.processes)]
    fleet, users = Fleet(), Users()
    with Background("scaffold-lab-") as background:
        for name in names:
            _start(background, root, fleet, name)
        for name in names:
            _wait(background, fleet, name)
            fleet.asked.append(name)
        with _asking(fleet, users):
            time.sleep(_QUIET)
            groups = [[name] for name in names] if plan.one_at_a_time else [names]
            for group in groups:
                _replace(background, root, fleet, group, ask_readiness=plan.ask_readiness)
            time.sleep(_QUIET)
    return users


def _replace(
    background: Background, root: Path, fleet: Fleet, group: list[str], *, ask_readiness: bool
) -> None:
    """Stop a group and start it again; without questions it is asked all the time."""
    if ask_readiness:
        fleet.asked = [name for name in fleet.asked if name not in group]
        time.sleep(_QUIET)  # what was asked before ends
    for name in group:
        background.stop(name)
        _start(background, root, fleet, name)
    if ask_readiness:
        for name in group:
            _wait(background, fleet, name)
            fleet.asked = [*fleet.asked, name]
    else:
        time.sleep(_QUIET)


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
