"""Combinations of a template's own choices: every two that go together meet."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from updating import SETTINGS

from scaffolder.errors import AnswersError
from scaffolder.template import pairwise
from scaffolder.template.pairwise import Pairs


def rows(folder: Path, questions: str, **fixed: object) -> tuple[list[dict[str, object]], Pairs]:
    folder.mkdir()
    (folder / "copier.yml").write_text(SETTINGS + questions, encoding="utf-8")
    pairs = Pairs()
    return [dict(row) for row in pairwise.combined(folder, fixed, pairs)], pairs


def met(found: list[dict[str, object]], one: str, other: str) -> set[tuple[object, object]]:
    return {(row[one], row[other]) for row in found if one in row and other in row}


def test_every_two_choices_meet_in_fewer_rows_than_there_are_combinations(tmp_path: Path) -> None:
    questions = "".join(
        f"{name}: {{type: str, choices: [a, b, c], default: a}}\n" for name in "vwxyz"
    )
    found, pairs = rows(tmp_path / "t", questions)
    assert all(len(met(found, *names)) == 9 for names in combinations("vwxyz", 2))
    assert 9 <= len(found) <= 25  # of 243
    assert (pairs.covered, pairs.impossible, len(pairs.left)) == (90, 0, 0)


def test_choices_that_depend_on_another_answer_and_questions_that_are_not_always_asked(
    tmp_path: Path,
) -> None:
    questions = (
        "lang: {type: str, choices: [go, java], default: go}\n"
        "version: {type: str, choices: \"[% if lang == 'go' %][1, 2][% else %][8, 11][% endif %]\","
        " default: \"[[ 1 if lang == 'go' else 8 ]]\"}\n"
        "chat: {type: str, choices: [slack, teams], default: slack, when: \"[[ lang == 'go' ]]\"}\n"
        "level: {type: str, choices: [low, high], default: low}\n"
    )
    found, pairs = rows(tmp_path / "t", questions)
    assert met(found, "lang", "version") == {
        ("go", "1"),
        ("go", "2"),
        ("java", "8"),
        ("java", "11"),
    }
    assert met(found, "version", "level") == {
        (version, level) for version in ("1", "2", "8", "11") for level in ("low", "high")
    }
    assert met(found, "lang", "chat") == {("go", "slack"), ("go", "teams")}
    assert pairs.impossible > 0
    assert not pairs.left


def test_several_answers_are_tried_alone_and_together_and_switches_both_ways(
    tmp_path: Path,
) -> None:
    questions = (
        "ci: {type: str, multiselect: true, choices: [x, y], default: [x]}\n"
        "public: {type: bool, default: false}\n"
        "team: {type: str, default: us}\n"
    )
    found, _ = rows(tmp_path / "t", questions)
    assert {row["ci"] for row in found} == {("x",), ("y",), ("x", "y")}
    assert len(met(found, "ci", "public")) == 6
    assert {row["team"] for row in found} == {"us"}


def test_a_fixed_answer_is_in_each_row(tmp_path: Path) -> None:
    questions = "a: {type: str, choices: [x, y], default: x}\nb: {type: str, choices: [x, y]}\n"
    found, _ = rows(tmp_path / "t", questions, a="y")
    assert found == [{"a": "y", "b": "x"}, {"a": "y", "b": "y"}]


def test_a_template_without_choices_has_one_row(tmp_path: Path) -> None:
    assert rows(tmp_path / "t", "name: {type: str, default: x}\n")[0] == [{"name": "x"}]


@pytest.mark.parametrize(
    ("fixed", "message"),
    [
        ({"a": "z"}, "a cannot be 'z'"),
        ({"c": "z"}, "unknown question 'c'"),
        ({}, "b has no answer"),
    ],
)
def test_what_cannot_be_answered_is_said(
    tmp_path: Path, fixed: dict[str, object], message: str
) -> None:
    questions = "a: {type: str, choices: [x, y], default: x}\nb: {type: str}\n"
    with pytest.raises(AnswersError, match=message):
        rows(tmp_path / "t", questions, **({"b": "1", **fixed} if fixed else {}))
