"""One place that states one fact, and all of them together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path

from scaffolder.model import Location
from scaffolder.repository.reading import Unread, place

__all__ = ["Declaration", "Facts", "Unread", "place", "places"]


@dataclass(frozen=True, kw_only=True, order=True)
class Declaration:
    """`place` declares that `fact` of `subject` is `value`.

    `fact` is the topic ("runtime java", "port"), `value` is in the form that all places share ("21"
    for "21.0.4-tem"). `subject` is the folder of the service ("." for the repository's own), and
    `role` the kind of place ("image", "ci").
    """

    fact: str
    subject: Path
    value: str
    role: str
    place: Location


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All statements of a repository, and what could not be read."""

    statements: tuple[Declaration, ...]
    unread: tuple[Unread, ...]

    def of(self, *facts: str) -> tuple[Declaration, ...]:
        """The statements of these facts, in the order of their places."""
        return tuple(chain.from_iterable(self._by_fact.get(fact, ()) for fact in facts))

    def about(self, fact: str, subject: Path) -> tuple[Declaration, ...]:
        """Return the statements of a fact of one service, in the order of their places."""
        return tuple(self._by_subject.get((fact, subject), ()))

    def starting(self, words: str) -> tuple[Declaration, ...]:
        """The statements of all facts whose name starts with `words`."""
        return tuple(
            chain.from_iterable(
                said for fact, said in self._by_fact.items() if fact.startswith(words)
            )
        )

    @cached_property
    def _by_subject(self) -> dict[tuple[str, Path], list[Declaration]]:
        known: dict[tuple[str, Path], list[Declaration]] = {}
        for fact, stated in self._by_fact.items():
            for one in stated:
                known.setdefault((fact, one.subject), []).append(one)
        return known

    @cached_property
    def _by_fact(self) -> dict[str, list[Declaration]]:
        known: dict[str, list[Declaration]] = {}
        for one in sorted(self.statements):
            known.setdefault(one.fact, []).append(one)
        return known


def places(said: Iterable[Declaration]) -> tuple[Location, ...]:
    """Where statements stand, each place once."""
    return tuple(dict.fromkeys(one.place for one in said))
