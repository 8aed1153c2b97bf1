"""One place that states one fact, and all of them together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from scaffolder.model import Location
from scaffolder.repository.project import Project


@dataclass(frozen=True, kw_only=True, order=True)
class Declaration:
    """`place` says that `fact` of `subject` is `value`.

    `fact` names what is stated ("runtime java", "port"), `value` is in the form that all places share ("21" for
    "21.0.4-tem"). `subject` is the folder of the service that it is said of ("." for the repository's own), and `role`
    what kind of place says so ("image", "ci").
    """

    fact: str
    subject: Path
    value: str
    role: str
    place: Location


@dataclass(frozen=True, kw_only=True, order=True)
class Unread:
    """A file that should state something and could not be read: where and why."""

    path: Path
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.path.as_posix()}{f':{self.line}' if self.line else ''} ({self.reason})"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All statements of a repository, and what could not be read."""

    statements: tuple[Declaration, ...]
    unread: tuple[Unread, ...]

    def of(self, *facts: str) -> tuple[Declaration, ...]:
        """The statements of these facts, in the order of their places."""
        return tuple(one for fact in facts for one in self._by_fact.get(fact, ()))

    def starting(self, words: str) -> tuple[Declaration, ...]:
        """The statements of all facts whose name starts with `words`."""
        return tuple(one for fact, said in self._by_fact.items() if fact.startswith(words) for one in said)

    @cached_property
    def _by_fact(self) -> dict[str, list[Declaration]]:
        known: dict[str, list[Declaration]] = {}
        for one in sorted(self.statements):
            known.setdefault(one.fact, []).append(one)
        return known


def place(project: Project, file: Path, line: int) -> Location:
    """A line of a file with its text, shortened to what fits on a screen."""
    lines = project.lines(file) if line and project.has(file) else []
    text = lines[line - 1].strip()[:160] if 0 < line <= len(lines) else ""
    return Location(path=file, line=line if lines else 0, text=text)


def places(said: Iterable[Declaration]) -> tuple[Location, ...]:
    """Where statements stand, each place once."""
    return tuple(dict.fromkeys(one.place for one in said))
