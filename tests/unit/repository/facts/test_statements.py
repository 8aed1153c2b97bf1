"""Statements of facts: by fact, by service, by the beginning of the fact's name."""

from __future__ import annotations

from pathlib import Path

from scaffolder.model import Location
from scaffolder.repository.facts.statements import Declaration, Facts, places


def declaration(fact: str, value: str, subject: str = ".", line: int = 1) -> Declaration:
    return Declaration(
        fact=fact,
        subject=Path(subject),
        value=value,
        role="image",
        place=Location(path=Path("Dockerfile"), line=line, text=value),
    )


JAVA = declaration("runtime java", "21", line=3)
NODE = declaration("runtime node", "24", "web")
PORT = declaration("port", "8080", "web", line=2)
FACTS = Facts(statements=(NODE, JAVA, PORT), unread=())


def test_statements_are_found_by_fact() -> None:
    assert FACTS.of("port") == (PORT,)
    assert FACTS.of("port", "runtime java") == (PORT, JAVA)
    assert FACTS.of("runtime") == ()


def test_statements_are_found_by_fact_and_service() -> None:
    assert FACTS.about("port", Path("web")) == (PORT,)
    assert FACTS.about("port", Path()) == ()


def test_statements_are_found_by_the_beginning_of_their_fact() -> None:
    assert set(FACTS.starting("runtime ")) == {JAVA, NODE}
    assert FACTS.starting("java") == ()


def test_each_place_is_named_once() -> None:
    twice = declaration("health", "8080", "web", line=2)
    assert places([PORT, twice, JAVA]) == (PORT.place, JAVA.place)
