"""Where files that live for a second are written."""

from __future__ import annotations

import os

MEMORY = "/dev/shm"  # noqa: S108, folders are made in it by tempfile
LEAST = 32 * 1024 * 1024
"""Bytes that have to be free there. Docker gives a container 64 MiB; two renderings take 2 to 4."""


def in_memory() -> str | None:
    """Return a folder in memory, if the system has one and the user names no other; else None.

    Making a file on a disk takes up to a hundred times as long. It is for renderings, whose size is
    the template's, and for nothing whose size is the user's.
    """
    if any(os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP")) or not os.access(
        MEMORY, os.W_OK | os.X_OK
    ):
        return None
    room = os.statvfs(MEMORY)
    return MEMORY if room.f_bavail * room.f_frsize >= LEAST else None
