"""The glossary: short, findable, and its files are in a generated repository."""

from __future__ import annotations

import re

import pytest
from support import Repository

from scaffolder import checks, cli
from scaffolder.errors import ExitCode
from scaffolder.lab import exercise, glossary
from scaffolder.lab.glossary import Term

each = pytest.mark.parametrize("term", glossary.every(), ids=lambda term: term.term)


def test_there_are_enough() -> None:
    assert len(glossary.every()) >= 60


@each
def test_a_term_is_short_and_leads_to_an_exercise_that_is_there(term: Term) -> None:
    said = f"{term.what} {term.why}"
    assert 10 <= len(said.split()) <= 60
    for sentence in re.split(r"(?<=[.?!:;])\s+", said):
        assert len(sentence.split()) <= 20, sentence
    assert not term.exercise or exercise.named(term.exercise)


def test_its_files_are_in_a_generated_repository(pristine: Repository) -> None:
    root = pristine()
    assert [term.where for term in glossary.every() if not (root / term.where).exists()] == []


def test_no_term_hides_a_check() -> None:
    families = {check.family.lower() for check in checks.every()}
    names = {name.lower() for term in glossary.every() for name in term.names}
    assert {check.id.lower() for check in checks.every()} & names == set()
    assert families & names <= {"ci"}


def test_the_name_of_a_family_still_means_its_checks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.run(["explain", "ci"]) == ExitCode.CLEAN
    assert capsys.readouterr().out.startswith("CI001  ")


@pytest.mark.parametrize(
    "word",
    [
        *("digest", "Digest", "error-budget", "Watchdog", "Post-Mortem", "severity"),
        *("rung", "level", "cosign", "role", "contributing factors", "canary", "timeline"),
    ],
)
def test_a_word_is_explained(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["explain", word]) == ExitCode.CLEAN
    assert "\n  What   " in capsys.readouterr().out
