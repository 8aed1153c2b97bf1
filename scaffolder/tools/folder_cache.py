"""The user's cache of folders: each is made once and whole, and again if a part is gone."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from scaffolder.tools.cache import default_folder, make


@cache
def folder() -> Path:
    """Return the user's cache folder; a temporary one if nothing can be written there."""
    try:
        place = default_folder()
        make(place)
        with tempfile.TemporaryFile(dir=place):
            return place
    except OSError:
        temporary = Path(tempfile.mkdtemp(prefix="scaffolder-"))
        atexit.register(shutil.rmtree, temporary, ignore_errors=True)
        return temporary


def made_once(target: Path, make: Callable[[Path], None]) -> Path:
    """Return the folder that `make(folder)` writes, kept in `target`; no reader sees a part of it.

    A second caller uses the folder of the first. Programs that tidy a user's cache take single
    files out of it: a folder in which one is gone, or is not as it was written, is made again.
    """
    content = target / "content"
    if _whole(target):
        return content
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name[:16]}-", dir=target.parent) as staging:
        made = Path(staging) / "made"
        made.mkdir()
        make(made / "content")
        (made / "files.json").write_text(json.dumps(_files(made / "content")), encoding="utf-8")
        if _whole(target):
            return content
        with contextlib.suppress(FileNotFoundError):
            target.rename(Path(staging) / "damaged")
        try:
            made.rename(target)
        except OSError:
            if not _whole(target):
                raise
    return content


@contextlib.contextmanager
def alone(target: Path) -> Iterator[None]:
    """Run the block while no other process runs one for `target`.

    The system ends the claim of a process that dies.
    """
    import fcntl

    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_name(f"{target.name}.lock").open("w") as claim:
        fcntl.flock(claim, fcntl.LOCK_EX)
        yield


def _whole(target: Path) -> bool:
    try:
        listed: object = json.loads((target / "files.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    found = _files(target / "content")
    return isinstance(listed, dict) and all(
        found.get(name) == stamp for name, stamp in listed.items()
    )


def _files(top: Path) -> dict[str, list[int]]:
    """Each file below `top`: its size, and when it was written, in nanoseconds."""
    found = {}
    for place, _, names in os.walk(top):
        for file in (Path(place, name) for name in names):
            about = file.lstat()
            found[file.relative_to(top).as_posix()] = [about.st_size, about.st_mtime_ns]
    return found
