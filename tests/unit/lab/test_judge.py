"""Verdicts of criteria: red with the first finding, never green without a whole check."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from support import written

from scaffolder.errors import ToolMissing
from scaffolder.lab.judge import Light, Verdict, digest, of_checks, others, solved
from scaffolder.model import Blocked, Check, Finding, NotApplicable, Severity
from scaffolder.model import Verdict as Found
from scaffolder.tools.toolchain import NoPrograms, SystemToolchain


@dataclass(frozen=True)
class Criterion:
    kind: str = "check"
    title: str = "x"


def check(found: Found | Exception) -> Check:
    def run(project: object, toolchain: object) -> Found:
        if isinstance(found, Exception):
            raise found
        return found

    return Check(id="AG001", title="x", run=run)


def finding(severity: Severity) -> Found:
    return Found(findings=(Finding(path=Path("a"), line=1, message="wrong", severity=severity),))


@pytest.mark.parametrize(
    ("found", "kind", "light"),
    [
        (Found(), "check", Light.GREEN),
        (finding(Severity.ERROR), "check", Light.RED),
        (finding(Severity.NOTE), "check", Light.GREEN),
        (Found(limit="x"), "check", Light.CANNOT_TELL),
        (Found(limit="x"), "others", Light.GREEN),
        (NotApplicable("x"), "check", Light.GREEN),
        (Blocked("x"), "check", Light.CANNOT_TELL),
        (ToolMissing("x"), "check", Light.CANNOT_TELL),
        (ToolMissing("x"), "others", Light.GREEN),
    ],
)
def test_a_check_gives_a_light(
    found: Found | Exception, kind: str, light: Light, tmp_path: Path, tools: SystemToolchain
) -> None:
    project = written(tmp_path, {})
    verdict = of_checks(Criterion(kind=kind), [check(found)], project, tools)
    assert verdict.light is light
    assert bool(verdict.reason) is (light is not Light.GREEN)


@pytest.mark.parametrize(
    ("limit", "light"),
    [
        ("the chart was not rendered: helm is not installed", Light.GREEN),
        ("2 of 9 files were not read", Light.CANNOT_TELL),
    ],
)
def test_without_any_program_a_chart_is_not_rendered_and_that_is_known(
    limit: str, light: Light, tmp_path: Path, tools: SystemToolchain
) -> None:
    project = written(tmp_path, {})
    asked = [check(Found(limit=limit))]
    assert of_checks(Criterion(), asked, project, NoPrograms()).light is light
    assert of_checks(Criterion(), asked, project, tools).light is Light.CANNOT_TELL


def test_no_check_is_no_green(tmp_path: Path, tools: SystemToolchain) -> None:
    assert of_checks(Criterion(), [], written(tmp_path, {}), tools).light is Light.CANNOT_TELL


@pytest.mark.parametrize(
    ("lights", "is_solved"),
    [
        ((Light.GREEN, Light.GREEN), True),
        ((Light.GREEN, Light.CANNOT_TELL), False),
        ((Light.RED,), False),
    ],
)
def test_all_criteria_have_to_be_green(lights: tuple[Light, ...], *, is_solved: bool) -> None:
    assert solved(tuple(Verdict(criterion=Criterion(), light=one) for one in lights)) is is_solved


def test_a_digest_is_that_of_the_content(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    (tmp_path / "b").write_text("y")
    assert digest(tmp_path / "a") != digest(tmp_path / "b") != ""
    assert digest(tmp_path / "missing") == ""
    assert digest(tmp_path) == ""


def test_other_checks_need_no_program() -> None:
    found = others(frozenset({"AG001"}))
    assert all(one.tool is None for one in found)
    assert "AG001" not in {one.id for one in found}
    assert "AG002" in {one.id for one in found}
