"""When a file of an exercise is saved, by its time and size; no notices of a system are needed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

INTERVAL = 0.5
"""Seconds between two looks."""

REST = 0.3
"""Seconds without a change that end a save: editors write a file in several steps."""

_TOOLS = frozenset((".git", "build", "node_modules", "__pycache__", ".terraform"))
_Stamp = tuple[int, int]


def saves(folder: Path, sleep: Callable[[float], None] = time.sleep) -> Iterator[None]:
    """Yield at once, and after each save below `folder`; never ends by itself."""
    known = stamps(folder)
    yield
    while True:
        sleep(INTERVAL)
        seen = stamps(folder)
        if seen == known:
            continue
        while True:
            sleep(REST)
            again = stamps(folder)
            if again == seen:
                break
            seen = again
        known = seen
        yield


def stamps(folder: Path) -> dict[str, _Stamp]:
    """Return time and size of each file, but in folders that tools fill."""
    found: dict[str, _Stamp] = {}
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in _TOOLS]
        for name in files:
            path = os.path.join(place, name)  # noqa: PTH118, two hundred files twice a second
            try:
                stat = os.stat(path)  # noqa: PTH116
            except OSError:  # just replaced
                continue
            found[path] = (stat.st_mtime_ns, stat.st_size)
    return found
