"""Every lab has its form and tells enough, and not too much; `make lab-proof` proves each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from scaffolder.lab import lab
from scaffolder.lab.lab import Lab, LabFile

LONGEST = 20
"""Words of a sentence: not everyone's first language is English."""


LABS = [pytest.param(one, id=one.id) for one in lab.every()]


FORMS = [
    pytest.param(one.of(form), id=f"{one.id}-{number}")
    for one in lab.every()
    for number, form in enumerate(one.forms)
]


def words(text: str) -> set[str]:
    return {word.rstrip(".") for word in re.findall(r"[a-z0-9][a-z0-9._-]*", text.lower())}


def sentences(one: Lab) -> Iterator[str]:
    _, *shown = one.shown.split("\n\n")
    titles = [criterion.title for criterion in one.criteria]
    texts = (one.situation, one.task, one.learnt, one.question, one.windows)
    for text in (*texts, *one.hints, *shown, *titles):
        yield from re.split(r"(?<=[.?!:;])\s+", text)


@pytest.mark.parametrize("one", LABS)
def test_a_lab_is_complete(one: LabFile) -> None:
    found = one.of(one.forms[0])
    assert [each.number for each in lab.every()] == sorted({each.number for each in lab.every()})
    assert found.question.endswith("?")
    assert found.cheats
    assert any(not criterion.red for criterion in found.criteria), "nothing guards what must stay"
    assert any(criterion.red for criterion in found.criteria)


@pytest.mark.parametrize("one", FORMS)
def test_sentences_are_short(one: Lab) -> None:
    for sentence in sentences(one):
        assert len(sentence.split()) <= LONGEST, sentence


@pytest.mark.parametrize("one", FORMS)
def test_the_situation_has_no_word_of_the_solution(one: Lab) -> None:
    told = words(f"{one.title} {one.situation}")
    for step in (*one.then, *one.solution):
        named = {str(step.values[key]) for key in ("file", "id") if key in step.values}
        assert not {Path(name).name.lower() for name in named} & told
        before = words(str(step.values.get("old", "")))
        changed = words(str(step.values.get("new", ""))) ^ before
        assert not {word for word in changed if len(word) > 3 and not word.isalpha()} & told
    assert not one.checks & set(one.situation.split())


@pytest.mark.parametrize("one", FORMS)
def test_the_third_hint_says_what_to_write(one: Lab) -> None:
    for step in one.then:
        if step.kind == "edit" and (text := str(step.values.get("new", "")).strip()):
            assert [line for line in text.splitlines() if line not in one.hints[2]] == []
            assert step.values["file"] in one.hints[2]
