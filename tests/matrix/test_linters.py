"""Every check with the real programs, on combinations that hold every valid pair of values: nothing is found.

Our own checks that start no program are in test_renders.py, on combinations that hold every triple.
A linter that judges each file by itself is handed a text once: most combinations have most texts in
common, and it would say of each what it has said before. Beside the texts it is given the answers
file: by it a check knows that a repository is ours, and is stricter.
"""

from __future__ import annotations

from pathlib import Path

import combinations
import pytest
from gates import reads
from support import TODAY, Repository, ScriptedToolchain

from scaffolder import checks
from scaffolder.errors import ToolCrashed
from scaffolder.formats.answers_file import FILE
from scaffolder.model import Check, Outcome, Report
from scaffolder.repository.project import Project
from scaffolder.template.answers import Answer
from scaffolder.tools.toolchain import SystemToolchain

pytestmark = pytest.mark.matrix

PAIRS = combinations.covering(2)

FILE_BY_FILE = ("TF001", "DK001", "CI001", "CI002", "CI003", "CI004", "CI006", "CI007", "MO003")
READ_FILES_ALONE = ("AG", "EOL", "SY", "WV")
"""The families of our own checks that start no program."""

_NOTHING = "nothing to look at any more"
"""How a check says that its subject is not among the files."""

_HANDED: set[tuple[str, Path, str]] = set()
"""Check, path and text of each file that a linter has judged."""


@pytest.mark.parametrize("row", PAIRS, ids=combinations.named)
def test_combination_has_no_finding(
    row: dict[str, Answer], pristine: Repository, toolchain: SystemToolchain
) -> None:
    root = pristine(**row)
    by_file = [check for check in checks.every(today=TODAY) if check.id in FILE_BY_FILE]
    whole = [
        check
        for check in checks.every(today=TODAY)
        if check.id not in FILE_BY_FILE and not check.id.startswith(READ_FILES_ALONE)
    ]
    assert_nothing_found(checks.run(Project(root), whole, toolchain, strict=True))
    for check in by_file:
        if new := _new_texts(check, Project(root)):
            part = Project(root, only={*new, FILE})
            report = checks.run(part, [check], toolchain, strict=True)
            if any(_NOTHING in result.reason for result in report.results):
                # What is new is only beside what the linter judges: settings, values.
                report = checks.run(Project(root), [check], toolchain, strict=True)
            assert_nothing_found(report)


def assert_nothing_found(report: Report) -> None:
    assert [finding for result in report.results for finding in result.findings] == []
    unsettled = {
        result.check.id: result.reason
        for result in report.results
        if result.outcome is not Outcome.PASSED
    }
    assert all("is not installed" in reason for reason in unsettled.values()), unsettled


def _read(check: Check, project: Project) -> set[str]:
    return {file.as_posix() for file in project.files if reads(check, file.as_posix())}


def _new_texts(check: Check, project: Project) -> set[str]:
    """Return the files that a check reads and whose text no combination before this one had."""
    read = _read(check, project)
    new = {name for name in read if (check.id, Path(name), project.text(name)) not in _HANDED}
    _HANDED.update((check.id, Path(name), project.text(name)) for name in new)
    return new


def test_each_linter_of_single_files_is_handed_what_it_reads(pristine: Repository) -> None:
    """What `gates.reads` says of a check is all that it looks at in a repository of ours."""
    root = pristine(ci=("github", "gitlab", "jenkins", "azure-devops"))
    for check in (one for one in checks.every(today=TODAY) if one.id in FILE_BY_FILE):
        handed = []
        for only in ({*_read(check, Project(root)), FILE}, None):
            assert check.tool
            programs = ScriptedToolchain({check.tool.name: ToolCrashed("it was asked")})
            checks.run(Project(root, only=only), [check], programs)
            handed.append([tuple(map(_without_folder, call)) for call in programs.calls])
        assert handed[0] == handed[1] != []


def _without_folder(word: str) -> str:
    """Return the last part of a path to a temporary folder, which has another name each time."""
    return Path(word).name if Path(word).is_absolute() else word


def test_there_are_at_least_twenty_five() -> None:
    assert len(PAIRS) >= 25
