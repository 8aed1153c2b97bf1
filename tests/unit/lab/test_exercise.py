"""Exercises: complete, short, and without a word of the solution."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from scaffolder import checks
from scaffolder.lab import exercise, work
from scaffolder.lab.exercise import OTHERS, Exercise
from scaffolder.lab.judge import digests, judge

EVERY = exercise.every()


SECONDS = 1.0


LONGEST = 20
"""Words of a sentence: not everyone's first language is English."""


each = pytest.mark.parametrize("one", EVERY, ids=lambda one: one.id)


def words(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9][a-z0-9._-]*", text.lower()))


def changed(one: Exercise) -> set[str]:
    """The words that the fault changes, but for those that are in every sentence."""
    found: set[str] = set()
    for edit in one.edits:
        before, after = words(edit.old or edit.line), words(edit.new)
        found |= before ^ after if before and len(after) < 20 else set()
    return {word for word in found if len(word) > 3 and not word.isalpha()}


@each
def test_the_situation_has_no_word_of_the_solution(one: Exercise) -> None:
    told = f"{one.title} {one.situation}"
    for edit in one.edits:
        assert edit.file not in told
        assert Path(edit.file).name.lower() not in words(told)
    assert changed(one) & words(told) == set()
    assert not one.checks & set(told.split())


@each
def test_the_task_names_no_file(one: Exercise) -> None:
    assert not {Path(edit.file).name.lower() for edit in one.edits} & words(one.task)


@each
def test_sentences_are_short(one: Exercise) -> None:
    for text in (one.situation, one.task, one.learnt, one.question, *one.hints):
        for sentence in re.split(r"(?<=[.?!:;])\s+", text):
            assert len(sentence.split()) <= LONGEST, sentence


@each
def test_it_is_complete(one: Exercise) -> None:
    assert len(one.hints) == 2
    assert one.edits
    assert one.wrong
    assert one.question.endswith("?")
    known = {check.id: check for check in checks.every()}
    assert one.checks
    assert all(known[name].tool is None for name in one.checks), "it needs nothing but Python"
    guards = [criterion for criterion in one.criteria if criterion.kind in {"unchanged", "holds"}]
    assert guards, "nothing keeps the requirement from being changed away"


@pytest.mark.lab
@pytest.mark.parametrize("family", exercise.FAMILIES)
def test_an_answer_is_checked_within_a_second(family: str, tmp_path: Path) -> None:
    one = next(one for one in EVERY if one.family == family)
    root = tmp_path / one.id
    work.write(root, one)
    started = digests(one, root)
    judge(one, root, started)  # what a process reads once
    began = time.process_time()  # of the CPU: a busy machine makes no answer slower
    found = judge(one, root, started)
    assert time.process_time() - began <= SECONDS
    assert found[-1].criterion.title == OTHERS.title
