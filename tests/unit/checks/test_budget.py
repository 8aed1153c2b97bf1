"""Input beyond the budget of a run is not checked, with the reason; everything else is reported."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain

from scaffolder import checks
from scaffolder.model import Outcome, Report
from scaffolder.repository import facts
from scaffolder.repository.budget import Budget
from scaffolder.repository.project import Project
from tools import scale

SERVICES = 6


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repository")
    scale.services(root, SERVICES)
    (root / "broken.json").write_text("{", encoding="utf-8")
    return root


def checked(root: Path, budget: Budget, *select: str) -> Report:
    chosen = checks.choose(select=select, ignore=())
    return checks.run(Project(root, budget=budget), chosen, ScriptedToolchain({}))


def reasons(report: Report) -> dict[str, str]:
    return {
        result.check.id: result.reason
        for result in report.results
        if result.outcome is Outcome.SKIPPED
    }


def test_a_repository_within_the_budget_is_checked_whole(repository: Path) -> None:
    exact = Budget(services=SERVICES, pairs=(4 * SERVICES) ** 2)
    assert reasons(checked(repository, exact, "AG", "EN", "SY", "SEC", "WV")) == {}


def test_services_beyond_it_are_not_compared_and_the_other_families_are_reported(
    repository: Path,
) -> None:
    report = checked(repository, Budget(services=SERVICES - 1), "AG", "EN", "SY")
    said = reasons(report)
    assert set(said.values()) == {"there are 6 services, and at most 5 are compared"}
    assert {check[:2] for check in said} == {"AG", "EN"}
    assert [result.check.id for result in report.results if result.findings] == ["SY003"]
    assert not [one for one in report.inapplicable if one.check.family in {"AG", "EN"}]


def test_objects_beyond_it_are_not_compared_and_other_agreements_are_judged(
    repository: Path,
) -> None:
    report = checked(repository, Budget(pairs=(SERVICES - 1) ** 2), "AG")
    said = reasons(report)
    assert {"AG021", "AG023"} <= said.keys()
    assert "6 objects are deployed together, and at most 5 are compared" in said["AG021"]
    passed = {result.check.id for result in report.results if result.outcome is Outcome.PASSED}
    assert {"AG047", "AG049"} <= passed


@pytest.mark.parametrize(
    ("budget", "check", "what"),
    [
        (Budget(text=1000), "AG049", "documents"),
        (Budget(text=1000), "AG047", "documents"),
    ],
)
def test_text_beyond_it_is_not_read(
    repository: Path, budget: Budget, check: str, what: str
) -> None:
    said = reasons(checked(repository, budget, "AG"))
    assert said[check] == f"the {what} are more than 0 MiB of text"


def test_sources_beyond_it_are_said_with_what_was_compared(repository: Path) -> None:
    project = Project(repository, budget=Budget(text=1000))
    (unread,) = [one for one in facts.read(project).unread if "sources" in one.reason]
    assert unread.path == Path()


@pytest.mark.parametrize("select", ["SY007", "SEC001", "SEC004", "EOL001", "AG049", "WV001"])
def test_files_beyond_it_leave_no_check_passed(repository: Path, select: str) -> None:
    report = checked(repository, Budget(files=20), select)
    said = "the repository holds more files; nothing over 20 is looked at"
    assert reasons(report) == {select: said}
    assert report.inapplicable == ()


def test_what_is_found_among_the_first_files_is_reported(repository: Path) -> None:
    report = checked(repository, Budget(files=20), "SY003", "SY007")
    found = {result.check.id: len(result.findings) for result in report.results}
    assert found == {"SY003": 1, "SY007": 0}
