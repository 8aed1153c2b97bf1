"""Every check with the real programs, on combinations that hold every valid pair of values: nothing is found."""

from __future__ import annotations

import combinations
import pytest
from support import TODAY, Repository

from scaffolder import checks
from scaffolder.model import Outcome
from scaffolder.repository.project import Project
from scaffolder.template.answers import Answer
from scaffolder.tools.toolchain import SystemToolchain

pytestmark = pytest.mark.matrix

PAIRS = combinations.covering(2)


@pytest.mark.parametrize("row", PAIRS, ids=combinations.named)
def test_combination_has_no_finding(
    row: dict[str, Answer], pristine: Repository, toolchain: SystemToolchain
) -> None:
    report = checks.run(Project(pristine(**row)), checks.every(today=TODAY), toolchain, strict=True)
    assert [finding for result in report.results for finding in result.findings] == []
    unsettled = {
        result.check.id: result.reason
        for result in report.results
        if result.outcome is not Outcome.PASSED
    }
    assert all("is not installed" in reason for reason in unsettled.values()), unsettled


def test_there_are_at_least_twenty_five() -> None:
    assert len(PAIRS) >= 25
