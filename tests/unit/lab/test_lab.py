"""Labs before and after a form of them is chosen."""

from __future__ import annotations

import pytest

from scaffolder.errors import AnswersError, ProjectError
from scaffolder.lab.lab import ORDER, every, named, required


def test_labs_are_in_the_order_of_the_course() -> None:
    assert tuple(lab.id for lab in every()) == ORDER
    assert [lab.number for lab in every()] == list(range(1, len(ORDER) + 1))


@pytest.mark.parametrize("word", [ORDER[2], "3"])
def test_a_lab_is_named_by_its_id_or_its_number(word: str) -> None:
    lab = named(word)
    assert lab is not None
    assert lab.id == ORDER[2]
    assert required(word).id == ORDER[2]


@pytest.mark.parametrize("word", ["99", "0", "", "drifting"])
def test_another_word_names_no_lab(word: str) -> None:
    assert named(word) is None
    with pytest.raises(ProjectError):
        required(word)


def test_a_form_is_one_of_its_track() -> None:
    first = every()[0]
    for track in first.tracks:
        assert all(form["track"] == track for form in first.of_track(track))
        assert first.of_track(track)
    with pytest.raises(AnswersError):
        first.of_track("cobol")


@pytest.mark.parametrize("one", every(), ids=lambda lab: str(lab.id))
def test_a_lab_in_its_first_form_has_criteria_hints_and_a_solution(one: object) -> None:
    lab_file = named(getattr(one, "id"))  # noqa: B009
    assert lab_file is not None
    lab = lab_file.of(lab_file.forms[0])
    assert lab.criteria
    assert lab.hints
    assert lab.solution
    assert any(criterion.red for criterion in lab.criteria)
