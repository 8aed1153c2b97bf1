"""Two checks that report one line for one reason are one finding."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import ScriptedToolchain, said, written

from scaffolder import checks
from scaffolder.checks.duplicates import PAIRS, folded
from scaffolder.model import Check, Finding, Outcome, Report, Result, Verdict, outcome_of

WORKFLOW = Path(".github/workflows/a.yml")


def result(name: str, *findings: Finding) -> Result:
    check = Check(id=name, title=name, run=lambda project, tools: Verdict())
    return Result(check=check, outcome=outcome_of(findings, strict=False), findings=findings)


def finding(line: int = 1, message: str = "m", rule: str = "", path: Path = WORKFLOW) -> Finding:
    return Finding(path=path, line=line, message=message, rule=rule)


def left(*results: Result) -> dict[str, list[tuple[int, str, tuple[str, ...]]]]:
    report = folded(Report(project="p", template="", results=results))
    return {
        one.check.id: [(found.line, found.rule, found.also) for found in one.findings]
        for one in report.results
    }


def test_ours_stays_and_names_the_other_one() -> None:
    assert left(
        result("CI003", finding(rule="unpinned-uses"), finding(rule="artipacked")),
        result("SEC003", finding()),
    ) == {
        "CI003": [(1, "artipacked", ())],
        "SEC003": [(1, "", ("CI003 unpinned-uses",))],
    }


def test_the_check_that_has_nothing_left_passes() -> None:
    both = (result("SEC003", finding()), result("CI003", finding(rule="unpinned-uses")))
    report = folded(Report(project="p", template="", results=both))
    assert [one.outcome for one in report.results] == [Outcome.FAILED, Outcome.PASSED]


@pytest.mark.parametrize(
    "other",
    [
        finding(line=2, rule="unpinned-uses"),
        finding(path=Path("b.yml"), rule="unpinned-uses"),
        finding(rule="template-injection"),
    ],
    ids=["another line", "another file", "another reason"],
)
def test_what_only_looks_alike_stays(other: Finding) -> None:
    assert len(left(result("SEC003", finding()), result("CI003", other))["CI003"]) == 1


def test_without_ours_the_other_one_stays() -> None:
    alone = left(result("CI003", finding(rule="unpinned-uses")))
    assert alone == {"CI003": [(1, "unpinned-uses", ())]}
    passed = left(result("SEC003"), result("CI003", finding(rule="unpinned-uses")))
    assert len(passed["CI003"]) == 1


def test_three_that_say_the_same_are_one() -> None:
    assert left(
        result("SEC002", finding()),
        result("DK001", finding(rule="DL3006"), finding(rule="DL3007")),
    ) == {"SEC002": [(1, "", ("DK001 DL3006", "DK001 DL3007"))], "DK001": []}


def test_a_rule_with_several_reasons_is_told_by_its_message() -> None:
    ours = result("EOL005", finding())
    old = finding(rule="action", message='runtime "node20" is deprecated')
    other = finding(rule="action", message='missing input "path"')
    assert len(left(ours, result("CI002", old, other))["CI002"]) == 1


def test_two_findings_on_a_whole_file_need_not_have_one_reason() -> None:
    assert len(left(result("SY010", finding(line=0)), result("SY002", finding(line=0)))["SY002"])


def test_every_pair_names_two_checks_that_exist() -> None:
    ids = {check.id for check in checks.every()}
    assert all({pair.stays, pair.goes} <= ids and pair.stays != pair.goes for pair in PAIRS)


SHA = "de0fac2e4500dabe0009e67214ff5f5447ce83dd"
STEPS = {
    "a tag": ("uses: a/b@v4", "unpinned-uses", True),
    "a branch of a shared workflow": ("uses: a/b/.github/workflows/c.yml@main", "unpinned-uses", True),
    "an action in a folder": ("uses: a/b/c@v1.2.3", "unpinned-uses", True),
    "a commit whose comment names another tag": (f"uses: a/b@{SHA} # v4", "ref-version-mismatch", False),
    "another rule on the line": ("uses: a/b@v4", "archived-uses", False),
}  # fmt: skip


@pytest.mark.parametrize(("step", "rule", "is_one"), STEPS.values(), ids=STEPS)
def test_an_action_without_a_commit_is_one_finding_of_both_checks(
    tmp_path: Path, step: str, rule: str, is_one: bool
) -> None:
    workflow = f"on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - {step}\n"
    key = {"Local": {"verbatim_path": str(WORKFLOW)}}
    problem = {
        "ident": rule,
        "desc": "d",
        "url": "https://example.com",
        "determinations": {"severity": "High"},
        "locations": [
            {
                "symbolic": {"kind": "Primary", "annotation": "a", "key": key},
                "concrete": {"location": {"start_point": {"row": 5}}},
            }
        ],
    }
    toolchain = ScriptedToolchain({"zizmor": said(json.dumps([problem]))})
    chosen = checks.choose(select=["CI003", "SEC003"], ignore=[])
    report = checks.run(written(tmp_path, {str(WORKFLOW): workflow}), chosen, toolchain)
    both = {one.check.id: one.findings for one in folded(report).results}
    assert len(both["CI003"]) == (0 if is_one else 1)
    also = [one.also for one in both["SEC003"]]
    assert also == ([(f"CI003 {rule}",)] if is_one else [()] * len(both["SEC003"]))
