"""Exercises: complete, short, and without a word of the solution."""

from __future__ import annotations

import os
import re
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
def test_it_is_the_same_without_the_others(one: Exercise) -> None:
    assert exercise.find(one.id) == one == exercise.find(f"e{one.number}")


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


COUNTED = """
import cProfile, sys
profile = cProfile.Profile()
profile.enable()
from scaffolder import cli
code = cli.run(sys.argv[1:])
profile.disable()
print(code, sum(one.callcount for one in profile.getstats()), file=sys.stderr)
"""
"""Counts the calls of a command, its imports among them: on a busy machine they are as many."""

CALLS = 2_600_000
"""As many calls as a second has on the machine of the measurement.

There the whole command takes 0.5 to 1.1 seconds of the CPU, beside other work, for 1.4 to 2.46 million calls, of an exercise of each family.
"""


@pytest.mark.lab
@pytest.mark.parametrize("family", exercise.FAMILIES)
def test_an_answer_is_checked_within_a_second(family: str, tmp_path: Path) -> None:
    one = next(one for one in EVERY if one.family == family)
    work.start(tmp_path / work.FOLDER, one)
    environment = os.environ | {"PYTHONPYCACHEPREFIX": str(tmp_path / "compiled")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    argv = [sys.executable, "-c", COUNTED, "lab", "check", one.id]
    for _ in range(2):  # the first one compiles the modules
        done = subprocess.run(argv, cwd=tmp_path, env=environment, capture_output=True, text=True)
    code, calls = done.stderr.split()[-2:]
    assert code == "1", done.stderr
    assert int(calls) <= CALLS


def test_an_answer_depends_on_no_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def run(*_: object, **__: object) -> None:
        raise AssertionError("a program is run")

    one = exercise.named("silent-chat")
    root = tmp_path / one.id
    work.write(root, one)
    monkeypatch.setattr(process.Processes, "run", run)
    found = judge(one, root, digests(one, root))
    assert [verdict.light for verdict in found] == ["red", "green", "green", "green"]
