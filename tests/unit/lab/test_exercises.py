"""Every exercise says enough and not too much; `make lab-proof` proves that each can be solved."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from scaffolder import checks, model
from scaffolder.checks.faults import Edit
from scaffolder.errors import ToolMissing
from scaffolder.lab import exercise, prove, work
from scaffolder.lab.exercise import OTHERS, Criterion, Exercise
from scaffolder.lab.judge import Light, digests, judge, of_checks
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import SystemToolchain

EVERY = exercise.every()
FOUND = model.Finding(path=Path("a.yaml"), message="wrong")
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
@pytest.mark.programs
@pytest.mark.parametrize("family", exercise.FAMILIES)
def test_each_is_proven(family: str) -> None:
    of_family = [one for one in EVERY if one.family == family]
    problems = {proof.exercise.id: proof.problems for proof in prove.prove(of_family)}
    assert problems == {one.id: () for one in of_family}


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


def test_a_wrong_fix_that_is_none_is_found() -> None:
    one = exercise.named("two-javas")
    right = Exercise(**{**vars(one), "wrong": tuple(_back(edit) for edit in one.edits)})
    [proof] = prove.prove([right])
    assert proof.problems == ("a wrong fix is not red",)


def _back(edit: Edit) -> Edit:
    return Edit(file=edit.file, old=edit.new, new=edit.old)


@pytest.mark.parametrize(
    ("kind", "light", "reason"),
    [
        ("others", Light.GREEN, ""),
        ("check", Light.CANNOT_TELL, "AG001: a package is not installed: pip install it"),
    ],
)
def test_a_missing_package_hinders_only_the_criterion_about_it(
    kind: str, light: Light, reason: str, tmp_path: Path, toolchain: SystemToolchain
) -> None:
    (tmp_path / "a-file").touch()

    def missing(*_: object) -> NoReturn:
        raise ToolMissing("a package is not installed", hint="pip install it")

    check = replace(checks.every()[0], id="AG001", run=missing)
    verdict = of_checks(Criterion(kind=kind, title="x"), [check], Project(tmp_path), toolchain)
    assert (verdict.light, verdict.reason) == (light, reason)


@pytest.mark.parametrize(
    ("found", "light", "reason"),
    [
        (model.Verdict(limit="a.yaml: too slow"), Light.CANNOT_TELL, "AG001: a.yaml: too slow"),
        (model.Verdict(findings=(FOUND,), limit="a.yaml: too slow"), Light.RED, "a.yaml: wrong"),
        (model.Verdict(detail="2 files"), Light.GREEN, ""),
    ],
)
def test_a_check_that_was_stopped_by_a_limit_is_no_green(
    found: model.Verdict, light: Light, reason: str, tmp_path: Path, toolchain: SystemToolchain
) -> None:
    (tmp_path / "a-file").touch()
    check = replace(checks.every()[0], id="AG001", run=lambda *_: found)
    verdict = of_checks(Criterion(kind="check", title="x"), [check], Project(tmp_path), toolchain)
    assert (verdict.light, verdict.reason) == (light, reason)
