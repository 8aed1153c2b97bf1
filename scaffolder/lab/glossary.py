"""The words of the course: meaning, reason for a team, and place in a repository."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain

import yaml


@dataclass(frozen=True, kw_only=True)
class Term:
    """A word; `where` is a file of a generated repository, `exercise` the id of one, or ""."""

    term: str
    what: str
    why: str
    where: str
    exercise: str = ""
    also: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return the word and those that mean the same."""
        return (self.term, *self.also)


@cache
def every() -> tuple[Term, ...]:
    """Return all words, in the order of the alphabet.

    Raises:
        ValueError: a name belongs to two of them.

    """
    text = (files(__package__) / "glossary.yml").read_text(encoding="utf-8")
    terms = [
        Term(**entry | {"also": tuple(entry.get("also", ()))}) for entry in yaml.safe_load(text)
    ]
    names = list(chain.from_iterable(term.names for term in terms))
    for name in sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"{name} is in the glossary twice")
    return tuple(sorted(terms, key=lambda term: term.term))


def named(word: str) -> Term | None:
    """Return what a word means; capitals, and hyphens for blanks, make no difference."""
    wanted = _plain(word)
    return next((term for term in every() if wanted in map(_plain, term.names)), None)


def nearest(word: str) -> str:
    """Return the name in the glossary that is almost written like a word, "" if there is none."""
    names = {_plain(name): name for name in chain.from_iterable(term.names for term in every())}
    found = difflib.get_close_matches(_plain(word), names, n=1, cutoff=0.8)
    return names[found[0]] if found else ""


def _plain(word: str) -> str:
    return word.lower().replace("-", " ").replace("_", " ").strip()
