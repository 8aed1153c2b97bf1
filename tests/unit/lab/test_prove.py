"""Exercises that are proven, and the proof itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from scaffolder import checks, model
from scaffolder.checks.faults import Edit
from scaffolder.errors import ToolMissing
from scaffolder.lab import exercise, prove
from scaffolder.lab.exercise import Criterion, Exercise
from scaffolder.lab.judge import Light, of_checks
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import SystemToolchain

EVERY = exercise.every()


FOUND = model.Finding(path=Path("a.yaml"), message="wrong")


@pytest.mark.lab
@pytest.mark.programs
@pytest.mark.parametrize("family", exercise.FAMILIES)
def test_each_is_proven(family: str) -> None:
    of_family = [one for one in EVERY if one.family == family]
    problems = {proof.exercise.id: proof.problems for proof in prove.prove(of_family)}
    assert problems == {one.id: () for one in of_family}


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
