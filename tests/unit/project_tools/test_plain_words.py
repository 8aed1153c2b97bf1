"""The counter of words and turns of phrase: what it finds, what it leaves alone, and its limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import plain_words
from tools.plain_words import Count, exceeded

LIMITS = {"part": {"what": 0.5, "say": 5.0, "is no": 0.5, "where": 0.5, "forbidden": 1}}


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("What runs is stopped.", "what"),
        ("It ends. What is left stays.", "what"),
        ("The file says 8080.", "say"),
        ("A port that is no number.", "is no"),
        ("Stop, where there is one.", "where"),
        ("Only where it runs.", "where"),
        ("Where a chart has none, skip it.", "where"),
    ],
)
def test_a_phrase_is_counted(text: str, phrase: str) -> None:
    assert [name for name, places in _count(text).phrases.items() if places] == [phrase]


@pytest.mark.parametrize(
    "text",
    [
        "What is a digest?",
        "What does the service log?",
        'say "the plan is there"',
        "It names what runs.",
        "The release is no longer there.",
        "The folder where files are",
        "Type `say hello` and `where is it`.",
    ],
)
def test_a_look_alike_is_not_counted(text: str) -> None:
    assert not any(_count(text).phrases.values())


@pytest.mark.parametrize("word", ["mend", "mended", "anew", "Nobody", "somebody", "is silent"])
def test_a_forbidden_word_is_found(word: str) -> None:
    assert _count(f"The file {word} here.").forbidden == [f"page:1: The file {word} here."]


def test_a_forbidden_word_in_code_is_none() -> None:
    assert _count("Run `usermod nobody`.").forbidden == []


def test_a_rate_is_per_thousand_words() -> None:
    counted = _count("It says so. " + "word " * 497)
    assert counted.words == 500
    assert counted.rate("say") == 2


def test_an_exceeded_limit_names_the_part_and_the_command() -> None:
    (problem,) = exceeded({"part": _count("It is no list. " + "word " * 100)}, _limits(say=0.5))
    assert problem == (
        "part: 9.62 of `is no` in 1,000 words, the limit is 0.5; `python -m tools.plain_words part` lists them"
    )


def test_too_many_forbidden_words_are_a_problem() -> None:
    assert len(list(exceeded({"part": _count("nobody, somebody")}, _limits(say=0.5)))) == 1


def test_a_limit_that_is_too_high_has_to_be_lowered() -> None:
    (problem,) = exceeded({"part": _count("word " * 100)}, LIMITS)
    assert problem == "part: `say` is at 0.00: lower its limit of 5.0 in plain-words.yml"


def test_texts_are_read_with_their_lines(tmp_path: Path) -> None:
    for folder in ("scaffolder/checks", "docs", "tools", "tests", "templates"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "templates/a.sh").write_text("# mend it\n")
    (tmp_path / "copier.yml").write_text("")
    (tmp_path / "notes.yml").write_text("[]")
    (tmp_path / "README.md").write_text(
        "# Title\n\nNobody\n\n```sh\nnobody\n```\n\n> Nobody, quoted\n\nanew\n"
    )
    (tmp_path / "CONTRIBUTING.md").write_text("")
    (tmp_path / "scaffolder/a.py").write_text(
        '"""Nobody."""\n\n# one\n# anew\nMESSAGE = "somebody has to do it"\n'
    )
    counts = plain_words.count(tmp_path)
    assert counts["docs"].forbidden == ["README.md:3: Nobody", "README.md:11: anew"]
    assert counts["docstrings"].forbidden == [
        "scaffolder/a.py:1: Nobody.",
        "scaffolder/a.py:3: one anew",
    ]
    assert counts["templates"].forbidden == ["templates/a.sh:1: mend it"]
    assert counts["messages"].forbidden == ["scaffolder/a.py:5: somebody has to do it"]


def test_an_f_string_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "scaffolder").mkdir()
    (tmp_path / "scaffolder/a.py").write_text('f"says {name}, but {file} has {one}"\n')
    texts = list(plain_words.PARTS["messages"](tmp_path))
    assert texts == [(f"{tmp_path}/scaffolder/a.py:1", "says …, but … has …")]


def _count(text: str) -> Count:
    counted = Count()
    counted.add("page:1", text)
    return counted


def _limits(**changed: float) -> dict[str, dict[str, float]]:
    return {"part": {**LIMITS["part"], **changed}}
