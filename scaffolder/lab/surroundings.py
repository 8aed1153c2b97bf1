"""Find leftovers of a lab: processes, ports, and files in the home of the user."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PATIENCE = 10.0
"""Seconds that what a killed program has started has to end."""

_PROCESSES = Path("/proc")
_LISTENS = "0A"
"""The state of a socket that waits for connections, in /proc/net/tcp."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """The names in the home of the user, and the ports on which this program listens."""

    home: frozenset[str]
    ports: frozenset[int]


def look() -> Surroundings:
    """Return what is there now."""
    return Surroundings(home=frozenset(_home()), ports=frozenset(_ports()))


def left(before: Surroundings) -> Iterator[str]:
    """Yield what is there now and was not there before, as sentences."""
    now = look()
    for name in sorted(now.home - before.home):
        yield f"{name} is left in the home of the user"
    for port in sorted(now.ports - before.ports):
        yield f"port {port} is still open"


def processes(folder: Path) -> tuple[str, ...]:
    """Return the command lines of processes that work in `folder` or name it; Linux only.

    A process whose parent has just been killed has some seconds to end.
    """
    deadline = time.monotonic() + _PATIENCE
    while found := tuple(_processes(str(folder))):
        if time.monotonic() > deadline:
            break
        time.sleep(0.05)
    return found


def _home() -> Iterator[str]:
    """Yield the names in the home of the user; what is deeper belongs to other programs as well."""
    try:
        for entry in Path.home().iterdir():
            yield entry.name
    except (OSError, RuntimeError):
        return


def _processes(folder: str) -> Iterator[str]:
    if sys.platform != "linux":
        return
    for place in _PROCESSES.iterdir():
        if not place.name.isdigit() or int(place.name) == os.getpid():
            continue
        try:
            words = (place / "cmdline").read_bytes().decode(errors="replace").split("\0")
            where = os.readlink(place / "cwd")  # noqa: PTH115, it need not exist any more
        except OSError:  # it has just ended, or belongs to another user
            continue
        if where.startswith(folder) or any(folder in word for word in words):
            yield " ".join(words).strip()


def _ports() -> Iterator[int]:
    """Yield the ports of TCP on which this process listens; Linux only."""
    if sys.platform != "linux":
        return
    own = set(_sockets())
    for name in ("tcp", "tcp6"):
        try:
            lines = (_PROCESSES / "self/net" / name).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            columns = line.split()
            if columns[3] == _LISTENS and columns[9] in own:
                yield int(columns[1].rpartition(":")[2], 16)


def _sockets() -> Iterator[str]:
    for number in (_PROCESSES / "self/fd").iterdir():
        try:
            target = os.readlink(number)  # noqa: PTH115, it is no path
        except OSError:  # the one of this loop
            continue
        if target.startswith("socket:["):
            yield target.removeprefix("socket:[").removesuffix("]")
