"""Entries of the ledger of waivers that cannot be read, and the day on which one ends."""

from __future__ import annotations

import datetime

import pytest
from edits import Edit, append, replace
from support import TODAY, Repository, ScriptedToolchain

from scaffolder import checks
from scaffolder.model import Outcome, Report, Severity
from scaffolder.repository.project import Project

LEDGER = ".scaffold/waivers.yml"
ZIZMOR = ".github/zizmor.yml"


def asked(project: Project, *select: str) -> Report:
    chosen = checks.choose(select=select, ignore=[], today=TODAY)
    return checks.run(project, chosen, ScriptedToolchain({}))


@pytest.mark.parametrize(
    ("file", "edit"),
    [
        (LEDGER, replace(LEDGER, r"(?s)^waivers:.*", "- nothing")),
        (LEDGER, append(LEDGER, "more: [\n")),
        (ZIZMOR, replace(ZIZMOR, r"disable: true", "ignore: 7")),
    ],
    ids=["the ledger is a list", "the ledger is no YAML", "the exceptions of zizmor are a number"],
)
def test_what_cannot_be_read_fails_at_its_file(
    file: str, edit: Edit, repository: Repository
) -> None:
    root = repository()
    edit(root)
    (result,) = asked(Project(root), "WV001").results
    assert result.outcome is Outcome.FAILED
    assert file in {finding.path.as_posix() for finding in result.findings}


@pytest.mark.parametrize(
    ("days", "severities"), [(0, {Severity.WARNING}), (30, {Severity.WARNING}), (31, set())]
)
def test_the_end_of_a_waiver_is_announced_a_month_before(
    days: int, severities: set[Severity], repository: Repository
) -> None:
    root = repository()
    end = TODAY + datetime.timedelta(days=days)
    for file, key in ((LEDGER, "expires"), (".trivyignore.yaml", "expired_at")):
        text = (root / file).read_text(encoding="utf-8")
        lines = [
            f"{line.split(':')[0]}: {end}" if f" {key}: " in line else line
            for line in text.splitlines()
        ]
        (root / file).write_text("\n".join(lines), encoding="utf-8")
    (result,) = asked(Project(root), "WV002").results
    assert result.outcome is Outcome.PASSED
    assert result.detail.endswith(f"next expires {end}")
    assert {finding.severity for finding in result.findings} == severities


def test_a_repository_that_silences_nothing_needs_no_ledger(repository: Repository) -> None:
    root = repository()
    for path in sorted(root.rglob("*"), reverse=True):
        if path.is_file() and path.name != "README.md":
            path.unlink()
    assert {one.check.id: one.reason for one in asked(Project(root), "WV").inapplicable} == {
        "WV001": "no scanner is told to ignore anything",
        "WV002": "nothing is waived",
    }
