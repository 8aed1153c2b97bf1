"""A value that reaches the pod as another text than is written is a warning at the line that sets it."""

from __future__ import annotations

import pytest
from faults import Fault, append, fault
from support import Repository, ScriptedToolchain

from scaffolder import checks
from scaffolder.model import Finding, Severity
from scaffolder.repository.project import Project

PROD = "helm/my-service/values-prod.yaml"
DEPLOYMENT = "helm/my-service/templates/deployment.yaml"

FAULTS = tuple(
    fault("HL003", name, PROD, append, f"\nconfig:\n  SETTING: {written}\n")
    for name, written in (
        ("a mode of a file is octal", "0640"),
        ("a version ends in a zero", "1.20"),
        ("an answer is a word of YAML", "yes"),
        ("a number has more digits than a float", "9007199254740993"),
        ("a number has an exponent", "1e3"),
        ("a number is hexadecimal", "0x1F"),
        ("a number has underscores", "1_000_000"),
    )
)


@pytest.mark.parametrize("one", FAULTS, ids=lambda one: f"{one.check} {one.name}")
def test_fault_is_a_warning_at_its_place(one: Fault, repository: Repository) -> None:
    root = repository()
    one.edit(root)
    (finding,) = _found(Project(root))
    line = (root / PROD).read_text(encoding="utf-8").splitlines().index("config:") + 2
    assert (finding.path.as_posix(), finding.line, finding.severity) == (
        PROD,
        line,
        Severity.WARNING,
    )
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
