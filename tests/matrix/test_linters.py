"""Every check with the real programs, on combinations that hold every valid pair of values: nothing is found.

Our own checks that start no program are in test_renders.py, on combinations that hold every triple.
What a program has judged in one combination it is not handed again in another, whichever worker runs
it: most combinations have most texts in common, and it would say of each what it has said before. A
linter of single files judges each text once, promtool each test of alerts with the rules that it asks,
Terraform each tree. Beside the texts they are given the answers file: by it a check knows that a
repository is ours, and is stricter.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import combinations
import pytest
import yaml
from claims import Claims
from gates import reads
from support import TODAY, Repository, ScriptedToolchain, said

from scaffolder import checks
from scaffolder.errors import ToolCrashed
from scaffolder.formats.answers_file import FILE
from scaffolder.model import Check, Outcome, Report
from scaffolder.repository.project import Project
from scaffolder.template.answers import Answer
from scaffolder.tools.toolchain import SystemToolchain

pytestmark = pytest.mark.matrix

PAIRS = (
    *combinations.covering(2),
    *combinations.other_environments(),
    *combinations.with_the_longest_name(),
    *combinations.behind_a_company(),
    *combinations.on_servers(),
    *combinations.under_load(),
    *combinations.other_ways_to_release(),
)

CHECKS = {check.id: check for check in checks.every(today=TODAY)}

FILE_BY_FILE = ("TF001", "DK001", "CI001", "CI002", "CI003", "CI004", "CI006", "CI007", "MO003")
TEST_BY_TEST = "MO004"
"""promtool needs ten seconds for the tests of alerts of one repository."""
TREE_BY_TREE = "TF002"
IN_PARTS = (*FILE_BY_FILE, TEST_BY_TEST)
READ_FILES_ALONE = ("AG", "EOL", "SY", "WV")
"""The families of our own checks that start no program."""

_NOTHING = "nothing to look at any more"
"""A check's text for a subject that is not among the files."""


@pytest.mark.parametrize("row", PAIRS, ids=combinations.named)
def test_combination_has_no_finding(
    row: dict[str, Answer], pristine: Repository, toolchain: SystemToolchain, claims: Claims
) -> None:
    root = pristine(**row)
    whole = [
        check
        for check in CHECKS.values()
        if check.id not in IN_PARTS and not check.id.startswith(READ_FILES_ALONE)
    ]
    if not _is_new(TREE_BY_TREE, _tree(Project(root)), Project(root), claims):
        whole.remove(CHECKS[TREE_BY_TREE])
    assert_nothing_found(checks.run(Project(root), whole, toolchain, strict=True))
    for check in map(CHECKS.__getitem__, IN_PARTS):
        if new := _new_texts(check, Project(root), claims):
            part = Project(root, only={*new, FILE})
            report = checks.run(part, [check], toolchain, strict=True)
            if any(_NOTHING in result.reason for result in report.results):
                # New files are only beside those that the linter judges: settings, values.
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


def _tree(project: Project) -> frozenset[str]:
    """Return the files of Terraform with all that is beside them."""
    names = (file.as_posix() for file in project.files)
    return frozenset(name for name in names if name.startswith("terraform/"))


def _parts(check: Check, project: Project) -> Iterator[frozenset[str]]:
    """Yield the files that a check judges together."""
    read = _read(check, project)
    if check.id != TEST_BY_TEST:
        yield from (frozenset({name}) for name in read)
        return
    rules = frozenset(name for name in read if name.endswith("rules.yaml"))
    yield from (rules | {name} for name in read - rules)


def _is_new(id_: str, part: frozenset[str], project: Project, claims: Claims) -> bool:
    """Return whether no combination before this one, in any worker, had these texts under these names."""
    return claims.is_first(id_, *(f"{name}\0{project.text(Path(name))}" for name in sorted(part)))


def _new_texts(check: Check, project: Project, claims: Claims) -> set[str]:
    """Return the files of the parts that a check has not judged before."""
    new = [part for part in _parts(check, project) if _is_new(check.id, part, project, claims)]
    return {name for part in new for name in part}


def test_each_linter_of_single_files_is_handed_what_it_reads(pristine: Repository) -> None:
    """The files in `gates.reads` of a check are all that it looks at in a repository of ours."""
    root = pristine(ci=("github", "gitlab", "jenkins", "azure-devops"))
    for check in map(CHECKS.__getitem__, FILE_BY_FILE):
        handed = []
        for only in ({*_read(check, Project(root)), FILE}, None):
            assert check.tool
            programs = ScriptedToolchain({check.tool.name: ToolCrashed("it was asked")})
            checks.run(Project(root, only=only), [check], programs)
            handed.append([tuple(map(_without_folder, call)) for call in programs.calls])
        assert handed[0] == handed[1] != []


def test_promtool_is_handed_each_test_of_alerts_and_has_the_rules_that_it_asks(
    pristine: Repository,
) -> None:
    root = pristine()
    check = CHECKS[TEST_BY_TEST]
    handed = []
    for only in ({*_read(check, Project(root)), FILE}, None):
        programs = ScriptedToolchain({"promtool": said()})
        checks.run(Project(root, only=only), [check], programs)
        handed.append(sorted(programs.calls))
    assert handed[0] == handed[1]
    parts = list(_parts(check, Project(root)))
    assert len(handed[0]) == len(parts) > 1
    for part in parts:
        (test,) = (name for name in part if not name.endswith("rules.yaml"))
        asked = yaml.safe_load((root / test).read_text(encoding="utf-8"))["rule_files"]
        rules = [
            ((root / test).parent / name).resolve().relative_to(root.resolve()) for name in asked
        ]
        assert {rule.as_posix() for rule in rules} == part - {test}


def test_terraform_has_all_that_it_reads_in_its_tree(
    pristine: Repository, toolchain: SystemToolchain, tmp_path: Path
) -> None:
    root = pristine(ci=("github", "gitlab", "jenkins", "azure-devops"))
    alone = tmp_path / root.name
    for name in (*_tree(Project(root)), FILE):
        (alone / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / name, alone / name)
    told = []
    for folder in (root, alone):
        (result,) = checks.run(Project(folder), [CHECKS[TREE_BY_TREE]], toolchain).results
        told.append((result.outcome, result.detail, result.level, result.limit))
    assert told[0] == told[1]
    assert told[0][0] is Outcome.PASSED


def _without_folder(word: str) -> str:
    """Return the last part of a path to a temporary folder, which has another name each time."""
    return Path(word).name if Path(word).is_absolute() else word


def test_there_are_at_least_twenty_five() -> None:
    assert len(PAIRS) >= 25
