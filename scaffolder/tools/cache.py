"""Keep tool output between runs: a folder of small files that many runs may share."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import stat
import sysconfig
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER_VARIABLE = "SCAFFOLD_CACHE_DIR"

LARGEST = 64 * 2**20
"""Bytes; what was used longest ago goes first."""

OLDEST = 30 * 24 * 3600
"""Seconds since an entry was last used."""

_DAY = 24 * 3600
_FORM = "v1"
"""Changes when an entry's form does, so that no run reads another's."""


@dataclass(frozen=True, kw_only=True)
class Usage:
    """The place of the cache and its size in bytes."""

    folder: Path
    entries: int
    size: int


class Cache:
    """Values that JSON can hold, by key.

    An unreadable or unwritable entry counts as absent: nothing fails.

    An entry is written to a separate file and renamed into place, so that runs at the same time
    cannot see half of one; it carries the hash of its content, so that a damaged one is not
    believed.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = (folder or default_folder()) / _FORM

    def get(self, key: str) -> Any | None:
        """Return the value for `key`, or None."""
        file = self._file(key)
        try:
            entry = json.loads(file.read_text(encoding="utf-8"))
            said = entry["says"]
            if entry["key"] != key or entry["hash"] != _hash(said):
                return None
            if time.time() - file.stat().st_mtime > _DAY:
                os.utime(file)  # used: pruning goes by it
            return json.loads(said)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, key: str, value: Any) -> None:
        """Keep `value` for `key`."""
        said = json.dumps(value)
        entry = json.dumps({"key": key, "hash": _hash(said), "says": said})
        with contextlib.suppress(OSError):
            file = self._file(key)
            make(self.folder.parent)
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, name = tempfile.mkstemp(dir=file.parent, suffix=".part")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as stream:
                    stream.write(entry)
                Path(name).replace(file)
            except OSError:
                Path(name).unlink(missing_ok=True)
                raise

    def usage(self) -> Usage:
        """Return the place and the size of all entries."""
        entries = list(self._entries())
        return Usage(
            folder=self.folder.parent,
            entries=len(entries),
            size=sum(size for _, size, _ in entries),
        )

    def prune(self) -> None:
        """Once a day, delete what is too old, and the oldest of what is too much."""
        marker = self.folder / "pruned"
        with contextlib.suppress(OSError):
            if marker.exists() and time.time() - marker.stat().st_mtime < _DAY:
                return
            marker.touch()
            room = LARGEST
            for used, size, file in sorted(self._entries(), reverse=True):
                room -= size
                if room < 0 or time.time() - used > (_DAY if file.suffix == ".part" else OLDEST):
                    file.unlink(missing_ok=True)

    def _file(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"

    def _entries(self) -> Iterator[tuple[float, int, Path]]:
        """When each file was last used, its size, and the file."""
        for file in self.folder.glob("??/*"):
            with contextlib.suppress(OSError):  # another run may delete it meanwhile
                about = file.stat()
                yield about.st_mtime, about.st_size, file


def default_folder() -> Path:
    """Return the absolute folder of SCAFFOLD_CACHE_DIR, else ours in the platform's cache.

    A relative name that leads into a repository does not count: each folder in which a user types a
    command would get a cache.
    """
    if named := os.environ.get(FOLDER_VARIABLE):
        folder = Path(named).expanduser()
        whole = Path(os.path.normpath(folder.absolute()))
        if folder.is_absolute() or not _in_repository(whole):
            return whole
    import platformdirs

    return Path(platformdirs.user_cache_path("scaffolder")).absolute()


def make(folder: Path) -> None:
    """Make `folder`, that of a cache, with a `.gitignore` that covers it.

    An existing folder stays as it is.

    Raises:
        OSError: it cannot be made.

    """
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")


def _in_repository(path: Path) -> bool:
    return any((folder / ".git").exists() for folder in (path, *path.parents))


def key_of(*parts: object) -> str:
    """One key for parts that JSON can hold: the same parts, the same key."""
    return _hash(json.dumps(parts, sort_keys=True, default=str))


@functools.cache
def packages() -> str:
    """Return a hash of the installed Python packages, which the embedded programs come from."""
    with os.scandir(sysconfig.get_path("purelib")) as entries:
        return key_of(*sorted(entry.name for entry in entries if entry.name.endswith(".dist-info")))


def stamp(path: str) -> tuple[object, ...]:
    """Return the state of a program's file, or its name alone if the file does not exist."""
    try:
        about = Path(path).stat()
    except OSError:
        return (path,)
    return (os.path.realpath(path), about.st_size, about.st_mtime_ns)


class Contents:
    """Hashes of files; a file is read again only when its size or time has changed."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[tuple[int, int, int], str]] = {}

    def of(self, paths: Iterable[Path]) -> str | None:
        """Return one hash of names and contents, folders included.

        None if any of them cannot be read.
        """
        seen = hashlib.sha256()
        try:
            for path in sorted(set(paths)):
                for name in _below(path):
                    seen.update(f"{name}\0{self._one(name)}\n".encode(errors="surrogateescape"))
        except OSError:
            return None
        return seen.hexdigest()

    def _one(self, name: str) -> str:
        try:
            about = Path(name).stat()
        except FileNotFoundError:
            return "absent"
        if not stat.S_ISREG(about.st_mode):
            return "no file"
        stamp = (about.st_size, about.st_mtime_ns, about.st_ino)
        known = self._known.get(name)
        if known is None or known[0] != stamp:
            with Path(name).open("rb") as stream:
                known = (stamp, hashlib.file_digest(stream, "sha256").hexdigest())
            self._known[name] = known
        return known[1]


_PASSED_OVER = {".git", ".terraform", "node_modules", "__pycache__"}


def _below(path: Path) -> Iterator[str]:
    if not path.is_dir():
        yield str(path)
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if name not in _PASSED_OVER)
        yield from (str(Path(folder, name)) for name in sorted(names))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
