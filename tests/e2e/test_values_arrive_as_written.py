"""A value that reaches the pod as another text than is written is a warning that names both places."""

from __future__ import annotations

import pytest
from edits import append
from support import Repository, ScriptedToolchain

from scaffolder import checks
from scaffolder.checks import faults
from scaffolder.checks.faults import Fault
from scaffolder.model import Finding
from scaffolder.repository.project import Project

pytestmark = pytest.mark.only_git

PROD = "helm/my-service/values-prod.yaml"
DEPLOYMENT = "helm/my-service/templates/deployment.yaml"

ALTERED = tuple(fault for fault in faults.every() if fault.gate == "HL003")


@pytest.mark.parametrize("fault", ALTERED, ids=lambda fault: fault.name)
def test_an_altered_value_names_the_template_and_the_way_out(
    fault: Fault, repository: Repository
) -> None:
    root = repository()
    fault.make(root)
    (finding,) = _found(Project(root))
    assert [place.path.as_posix() for place in finding.related] == [DEPLOYMENT]
    assert finding.fix.startswith("put it in quotes: ")


@pytest.mark.parametrize(
    "written", ["10485760", "20261129", "-5", "1.5", "true", '"0640"', "12:30", "text"]
)
def test_a_value_that_arrives_as_it_is_written_is_no_finding(
    written: str, repository: Repository
) -> None:
    root = repository()
    append(PROD, f"\nconfig:\n  SETTING: {written}\n")(root)
    assert _found(Project(root)) == ()


def _found(project: Project) -> tuple[Finding, ...]:
    (check,) = checks.choose(select=["HL003"], ignore=[])
    return checks.run(project, [check], ScriptedToolchain({})).results[0].findings
