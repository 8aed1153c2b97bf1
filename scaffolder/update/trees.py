"""Trees and files of Git, made without a process of it: a merge makes several of both.

Read at https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path

Entries = dict[str, tuple[str, str]]
"""Path → (mode, hash)."""

_FOLDER = "40000"
_SHA1 = 40
_LOST = "\ufffd"
"""Stands in a name that is not UTF-8, which only Git can write again."""


def can_be_built(files: Mapping[str, object]) -> bool:
    """Return whether the names of `files` are known as Git has them."""
    return not any(_LOST in path for path in files)


def edited(files: Entries, edits: Mapping[str, tuple[str, str] | None]) -> Entries:
    """Return `files` with other entries, None where a path goes.

    A file replaces a folder of its name, and the reverse.
    """
    after = dict(files)
    folders = set(chain.from_iterable(map(_above, files)))
    for path, entry in edits.items():
        if entry is None:
            after.pop(path, None)
            continue
        for folder in _above(path):
            after.pop(folder, None)
        if path in folders:
            after = {name: one for name, one in after.items() if not name.startswith(f"{path}/")}
        after[path] = entry
        folders.update(_above(path))
    return dict(sorted(after.items(), key=lambda item: item[0].encode()))


def written(files: Entries, edits: Mapping[str, object], objects: Path, *, digits: int) -> str:
    """Write the trees of `files` that `edits` changed into the folder `objects`.

    Return the hash of the whole; `digits` is its length: 40 of SHA-1, 64 of SHA-256.
    """
    changed = {"", *chain.from_iterable(map(_above, edits))}
    inside: dict[str, Entries] = {"": {}}
    for path, entry in files.items():
        for folder in _above(path):
            inside.setdefault(folder, {})
        inside[path.rpartition("/")[0]][path.rpartition("/")[2]] = entry
    whole = ""
    for folder in sorted(inside, key=lambda one: (-one.count("/") if one else 1, one)):
        place = objects if folder in changed else None
        made = _kept("tree", _content(inside[folder]), place, digits)
        if folder:
            inside[folder.rpartition("/")[0]][folder.rpartition("/")[2]] = (_FOLDER, made)
        whole = made
    return whole


def written_file(text: str, objects: Path, *, digits: int) -> str:
    """Write a file with `text` into the folder `objects`, and return its hash."""
    return _kept("blob", text.encode(), objects, digits)


def _content(entries: Entries) -> bytes:
    """Return a tree's content: entries in Git's order, to which a folder ends with a slash."""
    rows = [
        (name.encode() + (b"/" if mode == _FOLDER else b""), mode, name, one)
        for name, (mode, one) in entries.items()
    ]
    return b"".join(
        f"{mode} {name}".encode() + b"\0" + bytes.fromhex(one)
        for _, mode, name, one in sorted(rows)
    )


def _kept(kind: str, content: bytes, objects: Path | None, digits: int) -> str:
    """Return the hash of an object; it is in the folder `objects` from now on, if one is named."""
    body = f"{kind} {len(content)}".encode() + b"\0" + content
    made = hashlib.new("sha1" if digits == _SHA1 else "sha256", body).hexdigest()
    if objects:
        file = objects / made[:2] / made[2:]
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(zlib.compress(body))
    return made


def _above(path: str) -> Iterator[str]:
    at = path.rfind("/")
    while at > 0:
        yield path[:at]
        at = path.rfind("/", 0, at)
