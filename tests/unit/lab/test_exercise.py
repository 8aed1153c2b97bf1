"""Exercises: complete, short, and without a word of the solution."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from scaffolder import checks
from scaffolder.lab import exercise, work
from scaffolder.lab.exercise import Exercise
from scaffolder.lab.judge import digests, judge
from scaffolder.tools import process

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


def seconds_of_the_cpu(folder: Path, *argv: str) -> float:
    """Return what a run of Python takes, in seconds of the CPU: a busy machine has more of others."""
    environment = os.environ | {"PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, *argv], cwd=folder, env=environment, capture_output=True, text=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode in {0, 1}, done.stderr
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


COUNTS = "for number in range(3_000_000): number * number % 7"
COUNTED = 0.33
"""Seconds of the CPU that `COUNTS` takes on the machine for which SECONDS is meant."""


@pytest.mark.lab
@pytest.mark.parametrize("family", exercise.FAMILIES)
def test_an_answer_is_checked_within_a_second(family: str, tmp_path: Path) -> None:
    one = next(one for one in EVERY if one.family == family)
    work.start(tmp_path / work.FOLDER, one)
    typed = ("-m", "scaffolder", "lab", "check", one.id)
    seconds_of_the_cpu(tmp_path, *typed)  # compiles the modules
    runs = [
        (seconds_of_the_cpu(tmp_path, *typed), seconds_of_the_cpu(tmp_path, "-c", COUNTS))
        for _ in range(3)
    ]
    slower = max(1.0, min(counted for _, counted in runs) / COUNTED)
    assert min(checked for checked, _ in runs) <= SECONDS * slower


def test_an_answer_depends_on_no_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def run(*_: object, **__: object) -> None:
        raise AssertionError("a program is run")

    one = exercise.named("silent-chat")
    root = tmp_path / one.id
    work.write(root, one)
    monkeypatch.setattr(process.Processes, "run", run)
    found = judge(one, root, digests(one, root))
    assert [verdict.light for verdict in found] == ["red", "green", "green", "green"]
