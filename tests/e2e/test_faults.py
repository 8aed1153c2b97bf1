"""Faults that are about one check alone; those of the gate map, one for most checks, are in scaffolder/checks/**/*.faults.yml."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
from faults import Fault, append, expect_found, fault, replace
from support import TODAY, Repository

from scaffolder import checks
from scaffolder.checks import faults
from scaffolder.model import Outcome
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import SystemToolchain

CHART = "helm/my-service"

FAULTS = (
    fault("SY001", "a template block is left", "Makefile", append, "\n#% if cloud == 'aws'\n"),
    fault("SY007", "a file is of more bytes than a person writes", f"{CHART}/values.yaml", append, "#" * 3_000_000),
    fault("SY007", "a text holds a zero", "docs/oncall.md", append, "\0"),
    fault("SY009", "blanks end a line", "Dockerfile", append, "# x  \n"),
    fault("SY008", "an instruction is misspelt", "Dockerfile", replace, "^EXPOSE", "EXPOZE"),
)  # fmt: skip


@pytest.mark.parametrize("one", FAULTS, ids=lambda one: f"{one.check} {one.name}")
def test_fault_is_found_and_its_place_is_said(
    one: Fault, repository: Repository, toolchain: SystemToolchain
) -> None:
    (check,) = checks.choose(select=[one.check], ignore=[])
    if check.tool and toolchain.find(check.tool) is None:
        pytest.skip(f"{check.tool.name} is not installed: {check.tool.how_to_get}")
    expect_found(one, repository(), toolchain)


def test_every_check_has_a_fault() -> None:
    """FAULTS of this file and of those beside it that go on with one family, and the faults of the gate map.

    What a cluster is asked, and finds, is in test_cluster.py.
    """
    files = Path(__file__).parent.glob("test_faults*.py")
    found = {one.check for file in files for one in runpy.run_path(str(file))["FAULTS"]}
    found |= {one.gate for one in faults.every() if one.gate not in faults.GATES}
    assert found == {check.id for check in checks.every()} - {"K8003"}


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


def test_checking_changes_nothing_in_the_repository(
    repository: Repository, toolchain: SystemToolchain
) -> None:
    root = repository()
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    checks.run(Project(root), checks.every(), toolchain)
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
