"""Put a folder back as another one is, without taking it from under a shell that stands in it."""

from __future__ import annotations

import filecmp
import shutil
from collections.abc import Iterator
from pathlib import Path

BACKUPS = "before-reset"
"""The folder in lab-work with copies of what a reset changes."""

_TOOLS = frozenset((".git", "build", "node_modules", "__pycache__", ".terraform"))
"""Folders that tools fill: a reset needs no copy of them."""


def restore(source: Path, target: Path) -> None:
    """Make `target` the same as `source`: every name, mode and content.

    A folder that both have is kept and not made again, so that a shell in it stays usable.
    """
    target.mkdir(parents=True, exist_ok=True)
    for entry in sorted(target.iterdir()):
        kept = source / entry.name
        if not (_is_folder(entry) and _is_folder(kept)):
            remove(entry)
    for entry in sorted(source.iterdir()):
        if _is_folder(entry):
            restore(entry, target / entry.name)
        else:
            shutil.copy2(entry, target / entry.name, follow_symlinks=False)
    shutil.copystat(source, target)


def back_up(source: Path, target: Path, backups: Path) -> tuple[Path, tuple[Path, ...]]:
    """Copy the files of `target` that `source` does not have into a new folder of `backups`.

    Return this folder, and the files by their names in `target`; without a file nothing is written.
    """
    files = tuple(_changed(source, target))
    number = 1
    while (folder := backups / f"{target.name}-{number}").exists():
        number += 1
    for file in files:
        copy = folder / file
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(target / file, copy, follow_symlinks=False)
    return folder, files


def remove(path: Path) -> None:
    """Remove a file, or a folder with its content; a link is removed, and not its target."""
    if _is_folder(path):
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _changed(source: Path, target: Path) -> Iterator[Path]:
    """Yield the files of `target` that `source` lacks, or has with another content."""
    for file in sorted(target.rglob("*")):
        name = file.relative_to(target)
        if _is_folder(file) or _TOOLS & set(name.parts[:-1]):
            continue
        before = source / name
        if file.is_symlink() or before.is_symlink():
            same = (
                file.is_symlink() and before.is_symlink() and file.readlink() == before.readlink()
            )
        else:
            same = before.is_file() and filecmp.cmp(file, before, shallow=False)
        if not same:
            yield name


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
