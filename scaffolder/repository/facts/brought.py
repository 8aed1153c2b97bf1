"""Folders that a pipeline or a script brings from elsewhere: clones, checkouts, archives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.formats.yaml import tables
from scaffolder.repository import reading
from scaffolder.repository.facts import commands
from scaffolder.repository.facts.commands import Command
from scaffolder.repository.project import Project

_CLONE = regex(r"\bgit\s+clone\b(?P<words>[^|&;]*)")
_WITH_VALUE = frozenset(
    {"-b", "--branch", "--depth", "-o", "--origin", "-c", "--config", "--filter"}
)
_UNPACKED = regex(
    r"\b(?:unzip\b[^|&;]*\s-d|tar\b[^|&;]*\s(?:-C|--directory))[ =]+[\"']?(?P<folder>[\w./-]+)"
)


_BRINGS = regex(r"\b(?:clone|unzip|tar)\b")


def is_brought(project: Project, command: Command, path: Path) -> bool:
    """Return whether a path may be in a folder that the file of a command brings from elsewhere."""
    known = _by_file(project).get(command.place.path, ())
    return any(folder == Path() or path.is_relative_to(folder) for folder in known) or (
        path.name in _fetched(project, command.place.path)
    )


_OF_ADDRESS = regex(r"://\S*/([\w.-]+)[\"']?(?=\s|$)")
_WRITTEN_AS = regex(r"(?:\s-\w*[oO]|--output|>)[ =]*[\"']?(?:[^\s\"']*/)?([\w.-]+)")


def _fetched(project: Project, file: Path) -> frozenset[str]:
    """Return the names of the files that `wget` and `curl` bring where a file runs them."""

    def names() -> frozenset[str]:
        text = re.sub(r"\\\n", " ", project.text(file))
        lines = [line for line in text.splitlines() if "wget" in line or "curl" in line]
        patterns = (_OF_ADDRESS, _WRITTEN_AS)
        return frozenset(
            chain.from_iterable(pattern.findall("\n".join(lines)) for pattern in patterns)
        )

    return project.once(("fetched", file), names)


def _by_file(project: Project) -> dict[Path, list[Path]]:
    return project.once("folders brought from elsewhere", lambda: _brought(project))


def _brought(project: Project) -> dict[Path, list[Path]]:
    found: dict[Path, list[Path]] = {}
    pipelines = set()
    for command in commands.commands(project):
        if command.in_pipeline:
            pipelines.add(command.place.path)
        if _BRINGS.search(command.text):
            found.setdefault(command.place.path, []).extend(_by_command(project, command))
    for file in pipelines:
        if "checkout" in project.text(file):
            found.setdefault(file, []).extend(_checked_out(project, file))
    return found


def _by_command(project: Project, command: Command) -> Iterator[Path]:
    base = command.folder or Path()
    text = commands.filled(project, command.text)
    for clone in _CLONE.finditer(text):
        folder = _of_clone(clone["words"].split())
        if folder:
            yield project.relative((base / folder).as_posix())
    for one in _UNPACKED.finditer(text):
        yield project.relative((base / one["folder"]).as_posix())


def _of_clone(words: list[str]) -> str:
    """Return the folder that `git clone` makes: named, or called after the repository."""
    given = [
        word.strip("\"'")
        for number, word in enumerate(words)
        if not word.startswith("-") and (number == 0 or words[number - 1] not in _WITH_VALUE)
    ]
    if len(given) > 1:
        return given[1] if "$" not in given[1] else "."
    return given[0].rstrip("/").rpartition("/")[2].removesuffix(".git") if given else ""


def _checked_out(project: Project, file: Path) -> Iterator[Path]:
    """Yield the folders into which steps check out other repositories; the root if unset."""
    for step in tables(reading.table(project, file)):
        given = step.get("with")
        if str(step.get("uses", "")).startswith("actions/checkout@") and isinstance(given, dict):
            path = str(given.get("path") or ".")
            is_other = "repository" in given and "github.repository }}" not in str(given)
            if is_other or path != ".":
                yield Path() if "$" in path else project.relative(path)
