"""How a repository wants to be checked: `scaffold.toml`, or `tool.scaffold` of pyproject.toml."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scaffolder.errors import SettingsError
from scaffolder.formats import answers_file
from scaffolder.model import Severity

FILE = "scaffold.toml"
SHARED = "pyproject.toml"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """A file of settings; `select` and `ignore` are the beginnings of ids, in capital letters.

    `severities` are by the start of an id; `exclude` are patterns of paths as `.gitignore` has
    them; `environments` are names in promotion order; `baseline` is a file below the root. `file`
    is where this was read; None if the repository has no settings.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    baseline: str = ""
    file: Path | None = None

    def severity_of(self, check: str, otherwise: Severity) -> Severity:
        """Return the severity for a check; of several starts of its id the longest counts."""
        starts = [start for start in self.severities if check.startswith(start)]
        return self.severities[max(starts, key=len)] if starts else otherwise


def load(root: Path, ids: Collection[str]) -> Settings:
    """Read the settings of the repository at `root`; `ids` are the checks that there are.

    Raises:
        SettingsError: a file is not TOML, both have settings, or a key or value is not allowed.

    """
    own, shared = root / FILE, root / SHARED
    table = _shared(shared)
    if own.is_file():
        if table is not None:
            raise SettingsError(
                f"{FILE} and the table tool.scaffold of {SHARED} both have settings",
                hint=f"keep one of them; {FILE} is read by this program alone",
            )
        return _read(own, _parsed(own), ids)
    return Settings() if table is None else _read(shared, table, ids)


def root_of(folder: Path) -> Path:
    """Return the root of the repository around `folder`; `folder` itself if it is unknown.

    A repository begins where its answers or its settings are, or where Git has its records. Whoever
    keeps their whole home in Git does not mean that.
    """
    here = folder.resolve()
    for one in (here, *here.parents):
        if one != here and one == Path.home():
            break
        if any((one / mark).exists() for mark in (answers_file.FILE, FILE, ".git")):
            return folder if one == here else one
    return folder


def _shared(file: Path) -> dict[str, Any] | None:
    """Return the table in a file that belongs to others, whose mistakes are not ours to report."""
    if not file.is_file():
        return None
    try:
        tool = _parsed(file).get("tool", {})
    except SettingsError:
        return None
    table = tool.get("scaffold") if isinstance(tool, dict) else None
    return table if isinstance(table, dict) else None


def _parsed(file: Path) -> dict[str, Any]:
    import tomllib  # few repositories have settings

    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{file.name} cannot be read as TOML: {error}") from error


def _read(file: Path, table: dict[str, Any], ids: Collection[str]) -> Settings:
    def refused(key: str, message: str, near: str = "") -> SettingsError:
        line = _line_of(file, key)
        place = f"{file.name}:{line}" if line else file.name
        hint = f"did you mean {near}?" if near else "scaffold check --help names the keys"
        return SettingsError(f"{place}: {message}", hint=hint)

    for key in table:
        if key not in _KEYS:
            raise refused(key, f"unknown key {key!r}", _nearest(key, _KEYS))
    read: dict[str, Any] = {}
    for key, value in table.items():
        try:
            read[key] = _KEYS[key](value, ids)
        except _Wrong as wrong:
            raise refused(wrong.word or key, f"{key}: {wrong}", wrong.near) from wrong
    return Settings(file=file, **read)


class _Wrong(ValueError):
    """A value that is not allowed; `word` is the part of it that is meant, `near` a better one."""

    def __init__(self, message: str, *, word: str = "", near: str = "") -> None:
        super().__init__(message)
        self.word = word
        self.near = near


def _texts(value: Any, ids: Collection[str]) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise _Wrong("is not a list of texts")
    return tuple(value)


def _starts(value: Any, ids: Collection[str]) -> tuple[str, ...]:
    return tuple(_start(word, ids) for word in _texts(value, ids))


def _start(word: str, ids: Collection[str]) -> str:
    start = word.strip().upper()
    if not start or not any(one.startswith(start) for one in ids):
        families = {one.rstrip("0123456789") for one in ids}
        near = _nearest(start, (*ids, *sorted(families)))
        raise _Wrong(f"no check is called {word!r}", word=word, near=near)
    return start


def _severities(value: Any, ids: Collection[str]) -> dict[str, Severity]:
    if not isinstance(value, dict):
        raise _Wrong("is not a table of checks and severities")
    read = {}
    for word, severity in value.items():
        if severity not in tuple(Severity):
            words = ", ".join(Severity)
            near = _nearest(str(severity).lower(), tuple(Severity))
            raise _Wrong(f"{severity!r} is not one of {words}", word=word, near=near)
        read[_start(word, ids)] = Severity(severity)
    return read


def _text(value: Any, ids: Collection[str]) -> str:
    if not isinstance(value, str) or not value:
        raise _Wrong("is not a text")
    return value


def _environments(value: Any, ids: Collection[str]) -> tuple[str, ...]:
    names = _texts(value, ids)
    for name in names:
        if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?", name):
            raise _Wrong(f"{name!r} is not a name of letters, digits and hyphens", word=name)
        if names.count(name) > 1:
            raise _Wrong(f"{name!r} is there twice", word=name)
    return tuple(name.lower() for name in names)


_KEYS: Mapping[str, Callable[[Any, Collection[str]], Any]] = {
    "select": _starts,
    "ignore": _starts,
    "severities": _severities,
    "exclude": _texts,
    "environments": _environments,
    "baseline": _text,
}


def _nearest(word: str, known: Collection[str]) -> str:
    return next(iter(difflib.get_close_matches(word, list(known), n=1)), "")


def _line_of(file: Path, word: str) -> int:
    """Return the first line that has the word as a key, or in quotes; 0 if none has."""
    quoted = re.escape(word)
    there = re.compile(rf"^\s*[\"']?{quoted}[\"']?\s*=|[\"']{quoted}[\"']|^\s*\[.*\b{quoted}\]")
    lines = file.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    return next((number for number, line in enumerate(lines, 1) if there.search(line)), 0)
