"""An untouched repository has no finding, and the checks leave it as it is."""

from __future__ import annotations

import datetime

import pytest
from support import TODAY, Repository

from scaffolder import checks
from scaffolder.model import Outcome
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import SystemToolchain


def test_an_untouched_repository_has_no_finding(
    pristine: Repository, toolchain: SystemToolchain
) -> None:
    report = checks.run(Project(pristine()), checks.every(today=TODAY), toolchain)
    assert [finding for result in report.results for finding in result.findings] == []
    unsettled = {
        result.check.id: result.reason
        for result in report.results
        if result.outcome is not Outcome.PASSED
    }
    assert all("is not installed" in reason for reason in unsettled.values()), unsettled


def test_years_later_only_ends_are_found(pristine: Repository, toolchain: SystemToolchain) -> None:
    """Nothing else depends on the day: the gate of an unchanged commit stays as it was."""
    project, later = Project(pristine()), TODAY.replace(year=TODAY.year + 5)
    own = [check for check in checks.every(today=later) if check.tool is None]
    report = checks.run(project, own, toolchain)
    failed = {one.check.id for one in report.results if one.outcome is not Outcome.PASSED}
    assert failed == {"EOL001", "EOL002", "EOL003", "EOL004", "WV002"}


@pytest.mark.dates
def test_an_untouched_repository_has_no_finding_today(
    pristine: Repository, toolchain: SystemToolchain
) -> None:
    chosen = checks.choose(select=["EOL", "WV"], ignore=[], today=datetime.date.today())
    report = checks.run(Project(pristine()), chosen, toolchain)
    assert [finding for result in report.results for finding in result.findings] == []


@pytest.mark.packaged
def test_untouched_pipelines_have_no_finding(
    pristine: Repository, toolchain: SystemToolchain
) -> None:
    chosen = checks.choose(select=["CI", "SY"], ignore=[])
    for cloud in ("aws", "azure", "none"):
        root = pristine(ci=["gitlab", "jenkins", "azure-devops"], cloud=cloud)
        report = checks.run(Project(root), chosen, toolchain)
        assert [finding for result in report.results for finding in result.findings] == []


def test_checking_changes_nothing_in_the_repository(
    repository: Repository, toolchain: SystemToolchain
) -> None:
    root = repository()
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    checks.run(Project(root), checks.every(today=TODAY), toolchain)
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
