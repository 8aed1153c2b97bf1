"""List the programs of the course in another terminal, and end them."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from scaffolder.errors import ProjectError

_FILE = ".running"
_PATIENCE = 15.0
_BEHIND = 1 << 20


@contextlib.contextmanager
def held(folder: Path, what: str) -> Iterator[None]:
    """Mark that something runs until the block ends. Raises ProjectError if something runs already.

    The mark is a lock on a file: it is gone with this process, however it ends.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _FILE).open("a+", encoding="utf-8") as file:
        if not _lock(file.fileno()):
            raise ProjectError("something of the course runs already", hint="scaffold lab stop")
        file.truncate(0)
        file.write(f"{os.getpid()} {what}")
        file.flush()
        try:
            yield
        finally:
            (folder / _FILE).unlink(missing_ok=True)


def end(folder: Path) -> str:
    """End what runs, and return what it was; "" if nothing runs.

    SIGTERM is sent, and not SIGINT: what a script starts in the background ignores the latter.

    Raises:
        ProjectError: it does not end.

    """
    path = folder / _FILE
    try:
        file = path.open(encoding="utf-8")
    except FileNotFoundError:
        return ""
    with file:
        number, _, what = file.read().partition(" ")
        if _lock(file.fileno()) or not number.isdigit():
            path.unlink(missing_ok=True)  # its process has ended without a farewell
            return ""
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(number), signal.SIGTERM)
        deadline = time.monotonic() + _PATIENCE
        while not _lock(file.fileno()):
            if time.monotonic() > deadline:
                raise ProjectError(f"{what} does not end", hint=f"kill -9 {number}")
            time.sleep(0.05)
        path.unlink(missing_ok=True)
    return what


def _lock(number: int) -> bool:
    """Lock a file, or return that another process has it locked."""
    try:
        import fcntl
    except ImportError:  # Windows
        return _lock_on_windows(number)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _lock_on_windows(number: int) -> bool:
    """Lock one byte behind the text, which others may read."""
    import msvcrt

    os.lseek(number, _BEHIND, os.SEEK_SET)
    try:
        msvcrt.locking(number, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except OSError:
        return False
    return True
