"""Tables and lists that know the file and the line of each entry, so that files can be merged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from scaffolder.formats.yaml import Items, Table, line_of


class SourcedTable(Table):
    """A mapping; `files` has the file of each entry."""

    __slots__ = ("files",)

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.files: dict[Any, Path] = {}

    def put(self, key: Any, value: Any, file: Path, line: int) -> None:
        """Set an entry that `line` of `file` sets."""
        self[key] = value
        self.files[key] = file
        self.lines[key] = line

    def take(self, key: Any, other: SourcedTable) -> None:
        """Set an entry as another table has it, with its place."""
        self.put(key, other[key], other.files[key], other.lines[key])

    def drop(self, key: Any) -> None:
        """Remove an entry if present."""
        self.pop(key, None)
        self.files.pop(key, None)
        self.lines.pop(key, None)


class SourcedItems(Items):
    """A list; `files` has the file of each item."""

    __slots__ = ("files",)

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.files: list[Path] = []

    def put(self, at: int, value: Any, file: Path, line: int) -> None:
        """Insert an item that `line` of `file` sets."""
        self.insert(at, value)
        self.files.insert(at, file)
        self.lines.insert(at, line)

    def drop(self, at: int) -> None:
        """Remove an item."""
        for values in (self, self.files, self.lines):
            del values[at]


def copied(value: Any, file: Path, line: int = 0) -> Any:
    """Return a deep copy of what `file` holds, each entry with its place.

    `line` is the line of what knows none itself, such as a patch in a text.
    """
    if isinstance(value, dict):
        table = SourcedTable(getattr(value, "line", line))
        for key, entry in value.items():
            at = line_of(value, key) or line
            table.put(key, copied(entry, _file(value, key, file), at), _file(value, key, file), at)
        return table
    if isinstance(value, list):
        items = SourcedItems(getattr(value, "line", line))
        for number, entry in enumerate(value):
            at = line_of(value, number) or line
            of = _file(value, number, file)
            items.put(number, copied(entry, of, at), of, at)
        return items
    return value


def source_of(value: Any, *path: Any) -> Path | None:
    """Return the file of the last entry on the way down that exists, None if nothing knows it."""
    file: Path | None = None
    for part in path:
        files = getattr(value, "files", None)
        if files is None:
            break
        try:
            file, value = files[part], value[part]
        except (KeyError, IndexError, TypeError):
            break
    return file


def each_table(value: Any, act: Callable[[SourcedTable], None]) -> None:
    """Call `act` with each table in a value, the outer ones first."""
    if isinstance(value, SourcedTable):
        act(value)
    entries = value.values() if isinstance(value, dict) else value
    for entry in list(entries) if isinstance(value, dict | list) else ():
        each_table(entry, act)


def dig(value: Any, *path: Any) -> Any:
    """Return what is at the end of this way down, None if there is nothing."""
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def table_at(value: Any, *path: Any) -> SourcedTable | None:
    """Return the table at the end of this way down, None if there is none."""
    for part in path:
        if not isinstance(value, SourcedTable):
            return None
        value = value.get(part)
    return value if isinstance(value, SourcedTable) else None


def made_table(value: SourcedTable, *path: Any) -> SourcedTable:
    """Return the table at the end of this way down; make those on the way that are missing."""
    for part in path:
        inner = value.get(part)
        if not isinstance(inner, SourcedTable):
            line = value.lines.get(part, value.line)
            file = value.files.get(part) or next(iter(value.files.values()), Path())
            inner = SourcedTable(line)
            value.put(part, inner, file, line)
        value = inner
    return value


def _file(value: Any, key: Any, file: Path) -> Path:
    files = getattr(value, "files", None)
    return files[key] if files is not None else file
