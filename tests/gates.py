"""A fault is made in a repository, and the checks that go red are compared with those that it names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatch
from pathlib import Path

import pytest
from support import TODAY

from scaffolder import checks
from scaffolder.checks.faults import At, Fault
from scaffolder.model import Check, Finding, Location, Outcome, Result, Severity
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import SystemToolchain

_READS = {
    "TF001": ("terraform/*.tf", "terraform/*.tfvars"),
    "TF002": ("terraform/*.tf",),
    "HL": ("helm/*/*.yaml", "helm/*/*.tpl", "helm/*/*.json"),
    "K8": ("helm/*/*.yaml", "helm/*/*.tpl", "helm/*/*.json", "*.tfvars"),
    "DK": ("*Dockerfile*", ".hadolint.yaml"),
    "CI001": (".github/*",),
    "CI002": (".github/*",),
    "CI003": (".github/*",),
    "CI004": ("*.sh", ".shellcheckrc"),
    "CI006": (".gitlab-ci.yml",),
    "CI007": ("azure-pipelines.yml", "ci/azure-devops/*"),
    "MO003": ("*rules.yaml",),
    "MO004": ("*rules.yaml", "monitoring/tests/*"),
    "MO005": ("monitoring/*",),
}
"""The files that a check with a program of its own reads, by the start of its id; all files where it is not listed."""


def reacting(fault: Fault) -> tuple[Check, ...]:
    """Return the checks that may report `fault`.

    Our own, and those whose program reads a file that it touches.
    """
    return tuple(
        check
        for check in checks.every(today=TODAY)
        if check.tool is None or check.id == fault.gate or _reads_one(check, fault)
    )


def _reads_one(check: Check, fault: Fault) -> bool:
    return any(reads(check, file) for file in fault.files)


def reads(check: Check, file: str) -> bool:
    """Return whether a check with a program of its own reads a file."""
    patterns = next(
        (patterns for start, patterns in _READS.items() if check.id.startswith(start)), ("*",)
    )
    return any(fnmatch(file, pattern) for pattern in patterns)


def expect_only(
    fault: Fault, root: Path, asked: Iterable[Check], toolchain: SystemToolchain
) -> None:
    """Make `fault` in the repository at `root`.

    Of the checks `asked`, those go red that it names, and its gate names the place.
    """
    asked = tuple(asked)
    for check in asked:
        if check.id == fault.gate and check.tool and toolchain.find(check.tool) is None:
            pytest.skip(f"{check.tool.name} is not installed: {check.tool.how_to_get}")
    edited = fault.make(root)
    results = {
        result.check.id: result for result in checks.run(Project(root), asked, toolchain).results
    }
    assert {
        id_: result.reason for id_, result in results.items() if result.outcome is Outcome.BROKEN
    } == {}
    red = {id_ for id_, result in results.items() if result.findings}
    expected = {fault.gate, *fault.also} & {
        id_ for id_, result in results.items() if not result.tool_missing
    }
    assert red == expected, {id_: _said(results[id_]) for id_ in red}
    if fault.gate in {check.id for check in checks.every(today=TODAY)}:
        assert fault.gate in results, f"{fault.gate} had nothing to look at"
        expect_said(fault, results[fault.gate].findings, edited, root)
        if results[fault.gate].check.family == "AG":
            assert all(finding.fix for finding in results[fault.gate].findings)


def expect_said(
    fault: Fault, findings: Iterable[Finding], edited: Mapping[str, range], root: Path
) -> None:
    """One of the findings has the message of `fault`, and names its place, itself or beside the other side."""
    worst = {check.id: check.severity for check in checks.every(today=TODAY)}
    severity = Severity(fault.severity or worst.get(fault.gate, Severity.ERROR))
    saying = [
        one
        for one in findings
        if fault.says in one.message and one.severity is severity and _relates(one, fault)
    ]
    assert saying, [
        f"{one.path}:{one.line} {one.message} {[str(place) for place in one.related]}"
        for one in findings
    ]
    places = [
        place for one in saying for place in (Location(path=one.path, line=one.line), *one.related)
    ]
    assert any(_is_there(place, fault.at, edited, root) for place in places), [
        str(place) for place in places
    ]


def _relates(finding: Finding, fault: Fault) -> bool:
    """Whether the finding names the other side that `fault` expects."""
    paths = [place.path.as_posix() for place in finding.related]
    return not fault.related or any(path.startswith(fault.related) for path in paths)


def _is_there(place: Location, at: At | None, edited: Mapping[str, range], root: Path) -> bool:
    file = place.path.as_posix()
    if at is None:
        return place.line in edited.get(file, ())
    if not at.line:
        return file == at.file
    lines = (
        (root / place.path).read_text(encoding="utf-8").splitlines()
        if file == at.file and place.line
        else []
    )
    return 0 < place.line <= len(lines) and at.line in lines[place.line - 1]


def _said(result: Result) -> list[str]:
    return [f"{one.path}:{one.line} {one.message}" for one in result.findings]
