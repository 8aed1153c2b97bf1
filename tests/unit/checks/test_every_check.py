"""Every check that uses a program.

One that crashes, hangs or babbles is inconclusive, one that is missing a skip.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support import Repository, ScriptedToolchain, said

from scaffolder import checks
from scaffolder.errors import ToolCrashed, ToolTimeout
from scaffolder.model import Check, Outcome, Result
from scaffolder.repository.project import Project
from scaffolder.tools.process import CompletedRun

WITH_TOOL = [check for check in checks.every(context="nowhere") if check.tool]

BABBLE = said("no JSON, no YAML: {", exit_code=42, stderr="panic: runtime error")


@pytest.fixture(scope="module")
def project(pristine: Repository) -> Callable[[], Project]:
    root: Path = pristine(ci=["github", "gitlab", "jenkins", "azure-devops"])
    return lambda: Project(root)


def outcome(project: Project, check: Check, done: CompletedRun | Exception | None) -> Result:
    assert check.tool
    toolchain = ScriptedToolchain({} if done is None else {check.tool.name: done})
    return checks.run(project, [check], toolchain).results[0]


@pytest.mark.parametrize("check", WITH_TOOL, ids=lambda check: check.id)
@pytest.mark.parametrize(
    "error", [ToolCrashed("ended by SIGSEGV"), ToolTimeout("did not finish within 30 s")], ids=type
)
def test_a_crash_or_a_hang_is_no_verdict(
    project: Callable[[], Project], check: Check, error: Exception
) -> None:
    result = outcome(project(), check, error)
    assert result.outcome is Outcome.BROKEN
    assert str(error) in result.reason


@pytest.mark.parametrize("check", WITH_TOOL, ids=lambda check: check.id)
def test_an_exit_code_that_the_program_does_not_document_is_no_verdict(
    project: Callable[[], Project], check: Check
) -> None:
    assert outcome(project(), check, BABBLE).outcome is Outcome.BROKEN


@pytest.mark.parametrize("check", WITH_TOOL, ids=lambda check: check.id)
def test_a_missing_program_is_a_skip_that_says_how_to_get_it(
    project: Callable[[], Project], check: Check
) -> None:
    result = outcome(project(), check, None)
    assert result.outcome is Outcome.SKIPPED
    assert result.tool_missing
    assert check.tool
    assert check.tool.how_to_get in result.reason


def test_ids_are_unique_and_belong_to_a_family() -> None:
    ids = [check.id for check in checks.every()]
    assert len(set(ids)) == len(ids)
    assert {check.family for check in checks.every()} == set(checks.FAMILIES)
